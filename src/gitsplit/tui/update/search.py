"""Searching: on the diff, in lists, and on pages, until Esc ends it.

The lines of lists and pages aren't known here: with an action come the numbers of those
that have the text.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import assert_never

from msgspec.structs import replace

from gitsplit.errors import ActionRefused, NothingToDo
from gitsplit.model.listing import quantity
from gitsplit.tui.diff.matches import matches, matching_edits, next_match
from gitsplit.tui.diff.rows import RowKind, fold_key
from gitsplit.tui.state.app_state import LISTS, Screen, State, Unit
from gitsplit.tui.state.location import (
    change_names,
    list_row,
    row_showing,
    with_folds,
)
from gitsplit.tui.state.selection import cursor_words
from gitsplit.tui.update.actions.reading import (
    EndSearch,
    FindNext,
    MarkMatches,
    MoveTo,
    SearchAction,
)
from gitsplit.tui.update.series import after_list_action

_ABOVE = 3  # lines of a page that are shown above a match


def after_search_action(state: State, action: SearchAction) -> State:
    """The state with the cursor on another match, all of them selected, or none."""
    match action:
        case FindNext(by, lines):
            return with_match(state, state.search, by, lines)
        case MarkMatches():
            return _with_matches_selected(state)
        case EndSearch() if state.unit is Unit.MARKS and state.screen is Screen.SPLIT:
            return replace(state, unit=Unit.PIECE, marks=frozenset())
        case EndSearch():
            return replace(state, is_searching=False, status="search ended")
        case _:
            assert_never(action)


def with_match(state: State, text: str, by: int, lines: Sequence[int]) -> State:
    """The state that shows the next match of ``text``, or the previous one.

    Raises ActionRefused where nothing was asked for or nothing is found.
    """
    if not text:
        raise NothingToDo("Nothing to search for yet.", hint="/ begins a search.")
    begun = replace(
        state, search=text, is_searching=True, found=(state.screen, tuple(lines))
    )
    if state.screen is Screen.SPLIT:
        return _with_match_in_diff(begun, by)
    if not lines:
        raise ActionRefused(f"Not found: {text}")
    if state.screen in LISTS:
        number = _next_in(lines, list_row(state), by)
        return after_list_action(begun, MoveTo(number))
    is_here = state.found is not None and state.found[0] is state.screen
    goes_on = state.is_searching and is_here
    last = state.match if goes_on else state.scroll - (by > 0)
    number = _next_in(lines, last, by)
    return replace(begun, match=number, scroll=max(0, number - _ABOVE))


def _next_in(lines: Sequence[int], last: int, by: int) -> int:
    """The next number above ``last``, or the previous one, round the ends."""
    at = bisect_right(lines, last) if by > 0 else bisect_left(lines, last) - 1
    return lines[at % len(lines)]


def _with_match_in_diff(state: State, by: int) -> State:
    """The state with the cursor on a match; a line that was folded away is unfolded."""
    if state.opened is None or not len(state.rows):
        raise ActionRefused(f"Not found: {state.search}")
    names = change_names(state)
    found = matches(state.plan.changes, state.rows, state.search, names)
    row = next_match(state.rows, found, state.cursor, by)
    if row is None:
        raise ActionRefused(f"Not found: {state.search}")
    if row.kind is RowKind.FOLD:
        state = with_folds(state, state.unfolded | {fold_key(row.segment)})
    state = replace(state, cursor=row_showing(state.rows, row))
    return replace(state, status=cursor_words(state))


def _with_matches_selected(state: State) -> State:
    """The state with all hunks selected in which the text is."""
    if state.screen is not Screen.SPLIT:
        raise ActionRefused("This key works in a commit.", hint="Open one first.")
    found = matching_edits(state.plan.changes, state.rows, state.search)
    if not found.places:
        raise NothingToDo(
            f"{state.search} is in no changed line.",
            hint="/ searches for another.",
        )
    count = quantity(len(found.places), "hunk")
    return replace(
        state,
        unit=Unit.MARKS,
        anchor=None,
        marks=frozenset(state.plan.edits[place] for place in found.places),
        status=f"{count} selected: send them",
    )
