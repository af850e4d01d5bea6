"""The line that a user types: a subject, a text to look for, a piece's number."""

from dataclasses import replace
from typing import assert_never

from gitsplit.errors import PlanRefused
from gitsplit.model.message import subject_of, with_subject
from gitsplit.tui.state.app_state import Prompt, Purpose, State
from gitsplit.tui.state.location import refuse_none_open
from gitsplit.tui.update.actions import (
    Ask,
    Dismiss,
    EraseText,
    MoveInText,
    PromptAction,
    Submit,
    TypeText,
)
from gitsplit.tui.update.cursor import at_row, found
from gitsplit.tui.update.messages import Text, text_at_hand, worded


def with_prompt(state: State, action: PromptAction) -> State:
    """The state in which the line is begun, typed, taken or forgotten."""
    if isinstance(action, Ask):
        return replace(state, prompt=_begun(state, action.purpose), status="")
    if state.prompt is None:
        raise PlanRefused("Nothing is being typed.")
    match action:
        case Submit():
            return _submitted(state, state.prompt)
        case Dismiss():
            return replace(state, prompt=None, status="nothing typed")
        case TypeText() | EraseText() | MoveInText():
            return replace(state, prompt=_typed(state.prompt, action), status="")
        case _:
            assert_never(action)


def _begun(state: State, purpose: Purpose) -> Prompt:
    """The line as it begins: a subject as it is, anything else empty."""
    if purpose is not Purpose.SUBJECT:
        refuse_none_open(state)
        return Prompt(purpose, "", 0)
    subject = subject_of(text_at_hand(state).message)
    text = subject.decode("utf-8", "surrogateescape")
    return Prompt(purpose, text, len(text))


def _typed(prompt: Prompt, action: TypeText | EraseText | MoveInText) -> Prompt:
    """The line after one key."""
    before, after = prompt.text[: prompt.cursor], prompt.text[prompt.cursor :]
    match action:
        case TypeText(text):
            before += _in_one_line(text)
        case EraseText(by) if by < 0:
            before = before[: max(0, len(before) + by)]
        case EraseText(by):
            after = after[by:]
        case MoveInText(by):
            cursor = max(0, min(len(prompt.text), prompt.cursor + by))
            return replace(prompt, cursor=cursor)
        case _:
            assert_never(action)
    return replace(prompt, text=before + after, cursor=len(before))


def _in_one_line(text: str) -> str:
    """What of a typed or pasted text can stand in a line."""
    joined = " ".join(text.splitlines()).replace("\t", " ")
    return "".join(char for char in joined if char.isprintable())


def _submitted(state: State, prompt: Prompt) -> State:
    """The state in which the typed line did what it was for."""
    done = replace(state, prompt=None)
    match prompt.purpose:
        case Purpose.SUBJECT:
            return _with_subject(done, prompt.text)
        case Purpose.SEARCH:
            return found(done, prompt.text or state.search)
        case Purpose.PIECE:
            return _at_piece(done, prompt.text)
        case _:
            assert_never(prompt.purpose)


def _with_subject(state: State, text: str) -> State:
    """The commit at hand with this subject; PlanRefused where it is empty."""
    if not text.strip():
        raise PlanRefused("A commit needs a subject.", hint="Esc keeps the old one.")
    where, message = text_at_hand(state)
    if text == subject_of(message).decode("utf-8", "surrogateescape"):
        return worded(state, [Text(where, message)])
    subject = text.strip().encode("utf-8", "surrogateescape")
    return worded(state, [Text(where, with_subject(message, subject))])


def _at_piece(state: State, text: str) -> State:
    """The cursor on the piece with this number, counted from 1."""
    edits = state.plan.edits
    number = int(text) if text.strip().isdecimal() else 0
    if not 1 <= number <= len(edits):
        raise PlanRefused(f"The pieces have the numbers 1 to {len(edits)}.")
    return at_row(state, state.rows.row_of(edits[number - 1]))
