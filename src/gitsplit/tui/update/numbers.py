"""A commit's number, typed digit by digit until it says what to do.

It is one digit, or a 0 and two.
"""

from typing import assert_never

from msgspec.structs import replace

from gitsplit.tui.state.app_state import NumberPurpose, Screen, State, TypedNumber
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.messages import SendPart
from gitsplit.tui.update.actions.prompt import (
    PREVIOUS,
    BeginNumber,
    NumberAction,
    TypeDigit,
)
from gitsplit.tui.update.actions.screens import ShowCommit
from gitsplit.tui.update.actions.split import MergeInto, Send, SwapWith

DIGITS_OF_NUMBER = 2
_SENDING: dict[Screen, type[Send] | type[SendPart]] = {
    Screen.SPLIT: Send,
    Screen.MESSAGES: SendPart,
}
"""What a number does on a screen, where it doesn't show the commit."""


def after_number_action(state: State, action: NumberAction) -> State:
    """The state in which a number is being typed, with one more digit."""
    match action:
        case BeginNumber(purpose):
            is_long = purpose is NumberPurpose.SEND  # by a 0
            return _with_number(state, TypedNumber(purpose, "0" if is_long else ""))
        case TypeDigit(digit) if state.number is not None and digit.isdecimal():
            digits = state.number.digits + digit
            return _with_number(state, TypedNumber(state.number.purpose, digits))
        case TypeDigit():
            return replace(state, number=None, status="Cancelled.")
        case _:
            assert_never(action)


def _with_number(state: State, number: TypedNumber) -> State:
    purpose, digits = number
    typed = digits[1:].ljust(DIGITS_OF_NUMBER, "_") if digits else "_ (1-9, or 0dd)"
    status = f"{purpose} {typed}"
    if purpose is NumberPurpose.MERGE and not digits:
        status += f" · {PREVIOUS}: the previous one"
    return replace(state, number=number, status=status)


def action_meant(state: State, action: Action) -> Action:
    """The action that a number's last digit makes of it; any other action itself."""
    if not isinstance(action, TypeDigit) or state.number is None:
        return action
    purpose, digits = state.number.purpose, state.number.digits + action.digit
    if (purpose, digits) == (NumberPurpose.MERGE, PREVIOUS):
        return MergeInto()
    is_whole = len(digits) == 1 + DIGITS_OF_NUMBER * digits.startswith("0")
    if not is_whole or not digits.isdecimal():
        return action
    return action_on(state, purpose, int(digits) - 1)


def action_on(state: State, purpose: NumberPurpose, group: int) -> Action:
    """What a number does that was typed for ``purpose``, from 0."""
    if purpose is NumberPurpose.MERGE:
        return MergeInto(group)
    if purpose is NumberPurpose.SWAP:
        return SwapWith(group)
    sending = _SENDING.get(state.screen)
    return ShowCommit(group) if sending is None else sending(group)
