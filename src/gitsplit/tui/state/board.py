"""The board: the files of the open commit by the new commits, hunks counted in cells.

A column stands for a new commit, the last one for what is left out, where that is any.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from gitsplit.model.listing import quantity
from gitsplit.model.memo import memo_by
from gitsplit.model.plan import DROPPED
from gitsplit.tui.state.app_state import State
from gitsplit.tui.state.commit_diff import plan_sizes


class Cell(NamedTuple):
    """A cell of the board: a file, a group, and how many hunks of it are there."""

    file: int
    group: int
    hunks: int


def board_columns(state: State) -> tuple[int, ...]:
    """The groups that have a column."""
    groups = tuple(range(len(state.plan.groups)))
    return (*groups, DROPPED) if DROPPED in plan_sizes(state.plan) else groups


# Each row of a frame asks.
@memo_by(lambda state: (state.rows, state.plan.changes, state.plan.continued_by))
def board_files(state: State) -> tuple[int, ...]:
    """The files that have a row, in the order of the diff."""
    return tuple(dict.fromkeys(map(state.plan.first_change, state.rows.by_file)))


def cell_at(state: State, row: int, column: int) -> Cell:
    """The cell in this row and this column, from 0."""
    file, group = board_files(state)[row], board_columns(state)[column]
    part = plan_sizes(state.plan)[group].files.get(file)
    return Cell(file, group, part.pieces if part else 0)


def board_place(state: State) -> tuple[int, int]:
    """The row and the column of the cursor, which are there."""
    row = min(state.board_row, len(board_files(state)) - 1)
    return row, min(state.board_column, len(board_columns(state)) - 1)


def cell_of(state: State) -> Cell:
    """The cell at the cursor."""
    return cell_at(state, *board_place(state))


def places_in_cell(state: State) -> tuple[int, ...]:
    """The places in the plan of the hunks in the cell at the cursor."""
    if not board_files(state):
        return ()
    cell = cell_of(state)
    places = _places_of_file(state, cell.file)
    return tuple(at for at in places if state.plan.group_of[at] == cell.group)


def _places_of_file(state: State, file: int) -> Iterator[int]:
    """The places in the plan of all hunks of the file, whichever commit they are of."""
    for change in state.plan.thread(file).numbers:
        yield from state.plan.places_of_file(change)


def with_cell(state: State, row: int, column: int) -> State:
    """The state with the cursor of the board in a cell, or in the nearest there is.

    Its commit is selected.
    """
    columns = board_columns(state)
    column = max(0, min(column, len(columns) - 1))
    row = max(0, min(row, len(board_files(state)) - 1))
    focus = state.focus if columns[column] == DROPPED else columns[column]
    return replace(state, board_row=row, board_column=column, focus=focus, viewed=focus)


def with_cell_of(state: State, places: Sequence[int]) -> State:
    """The state with the cursor of the board in the cell of one of these hunks.

    Of those in the cursor's row, if there are any. ``places`` are in the plan.
    """
    files, plan = board_files(state), state.plan
    here = files[board_place(state)[0]]
    file_at = {at: plan.first_change(plan.edits[at].file) for at in places}
    place = min(places, key=lambda at: file_at[at] != here)
    column = board_columns(state).index(plan.group_of[place])
    return with_cell(state, files.index(file_at[place]), column)


def with_next_cell(state: State) -> State:
    """The state with the cursor on the next cell below with hunks, if there is one."""
    row, column = board_place(state)
    rows = range(row + 1, len(board_files(state)))
    below = next((at for at in rows if cell_at(state, at, column).hunks), row)
    return with_cell(state, below, column)


def other_cells_words(state: State) -> str:
    """A hint from an empty cell to those of its row that have hunks."""
    file = cell_of(state).file
    places = _places_of_file(state, file)
    groups = sorted({state.plan.group_of[place] for place in places})
    names = ", ".join("×" if group == DROPPED else str(group + 1) for group in groups)
    return f"The file's hunks are in {names}: ← → go there."


def cell_words(state: State) -> str:
    """What is in the cell at the cursor, for the status."""
    if not board_files(state):
        return ""
    cell = cell_of(state)
    where = "left out" if cell.group == DROPPED else f"in commit {cell.group + 1}"
    part = plan_sizes(state.plan)[cell.group].files.get(cell.file)
    if part is None:
        return f"nothing {where}"
    return f"{quantity(part.pieces, 'hunk')} {part.lines} {where}"
