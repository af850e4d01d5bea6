"""The cursor on screens that list commits: the series, and the messages."""

from dataclasses import replace

from gitsplit.errors import PlanRefused
from gitsplit.tui.state.app_state import Screen, State
from gitsplit.tui.update.actions import CursorAction, MarkAction, MoveRows, MoveTo
from gitsplit.tui.update.messages import worded_commits

LISTS = (Screen.SERIES, Screen.MESSAGES)
"""The screens on which a row is a commit."""


def moved_in_list(state: State, action: CursorAction | MarkAction) -> State:
    """The state with the cursor on another commit."""
    match action:
        case MoveRows(rows):
            return _at(state, _place(state) + rows)
        case MoveTo(row):
            return _at(state, row)
        case _:
            raise PlanRefused("That is done in a commit.", hint="Open one first.")


def _place(state: State) -> int:
    """The row of the cursor."""
    if state.screen is Screen.SERIES:
        return state.todo.place(state.chosen)
    return state.message


def _at(state: State, place: int) -> State:
    """The state with the cursor on this row, or as far as there are rows."""
    if state.screen is Screen.SERIES:
        entries = state.todo.entries
        return replace(state, chosen=entries[_within(place, len(entries))].oid)
    count = len(worded_commits(state))
    return replace(state, message=_within(place, count))


def _within(place: int, count: int) -> int:
    return max(0, min(place, count - 1))
