"""A commit's number of two digits: typed digit by digit, until it says what to do."""

from typing import assert_never

from msgspec.structs import replace

from gitsplit.tui.state.app_state import NumberPurpose, Screen, State, TypedNumber
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.messages import SendPart
from gitsplit.tui.update.actions.prompt import BeginNumber, NumberAction, TypeDigit
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
            return _with_number(state, TypedNumber(purpose))
        case TypeDigit(digit) if state.number is not None and digit.isdecimal():
            digits = state.number.digits + digit
            return _with_number(state, TypedNumber(state.number.purpose, digits))
        case TypeDigit():
            return replace(state, number=None, status="Cancelled.")
        case _:
            assert_never(action)


def _with_number(state: State, number: TypedNumber) -> State:
    left = "_" * (DIGITS_OF_NUMBER - len(number.digits))
    status = f"{number.purpose} {number.digits}{left}"
    return replace(state, number=number, status=status)


def action_meant(state: State, action: Action) -> Action:
    """The action that a number's last digit makes of it; any other action itself."""
    if not isinstance(action, TypeDigit) or state.number is None:
        return action
    digits = state.number.digits + action.digit
    if len(digits) < DIGITS_OF_NUMBER or not digits.isdecimal():
        return action
    group = int(digits) - 1
    if state.number.purpose is NumberPurpose.MERGE:
        return MergeInto(group)
    if state.number.purpose is NumberPurpose.SWAP:
        return SwapWith(group)
    sending = _SENDING.get(state.screen)
    return ShowCommit(group) if sending is None else sending(group)
