"""The board of files by commits: where each file's hunks go, at a glance."""

from collections.abc import Sequence

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from gitsplit.model.listing import quantity
from gitsplit.model.plan import DROPPED
from gitsplit.tui.state.app_state import State
from gitsplit.tui.state.board import (
    board_columns,
    board_files,
    board_place,
    cell_at,
    cell_of,
)
from gitsplit.tui.state.commit_diff import plan_sizes
from gitsplit.tui.view.commits import subject
from gitsplit.tui.view.pane import CARET, PaneLines, first_visible
from gitsplit.tui.view.text import (
    CURSOR,
    column_text,
    end_of,
    group_style,
    one_line,
    start_of,
)

_LEAST_PATH = 20
_NONE = "·"


def board_lines(state: State, width: int) -> PaneLines:
    """A line for each file, under one with the numbers of the commits."""
    files = board_files(state)
    row, column = board_place(state)
    shown, wide = _columns_in_sight(state, width, column)
    path = width - wide * len(shown) - 2
    top = _head_line(state, shown, path, wide)

    def line(number: int) -> StyleAndTextTuples:
        if not number:
            return top
        mark = CURSOR if number - 1 == row else " "
        name = end_of(one_line(state.plan.changes[files[number - 1]].path), path - 1)
        cells = [("class:cursor", mark), ("class:file", column_text(name, path))]
        return [*cells, *_cells(state, number - 1, shown, wide)]

    return PaneLines(
        line,
        len(files) + 1,
        row + 1,
        scroll=lambda first, height: first_visible(
            first, height, range(row + 1, row + 2), row + 1
        ),
        number_of=lambda number: max(0, number - 1),
        header=lambda first: top if first else None,
    )


def _columns_in_sight(state: State, width: int, cursor: int) -> tuple[range, int]:
    """The columns in sight, the cursor's among them, and how wide each is."""
    count = len(board_columns(state))
    most = max((size.pieces for size in plan_sizes(state.plan).values()), default=0)
    wide = max(len(str(most)), len(str(count))) + 3
    fit = max(1, min(count, (width - _LEAST_PATH - 2) // wide))
    first = max(0, min(cursor - fit // 2, count - fit))
    return range(first, first + fit), wide


def _head_line(state: State, shown: range, path: int, wide: int) -> StyleAndTextTuples:
    """The numbers of the commits; a sign where others are out of sight."""
    columns = board_columns(state)
    files = quantity(len(board_files(state)), "file")
    cells: StyleAndTextTuples = [("", " "), ("class:faint", column_text(files, path))]
    for at in shown:
        group = columns[at]
        name = "×" if group == DROPPED else str(group + 1)
        name = f"‹{name}" if at == shown[0] > 0 else name
        name = f"{name}›" if at == shown[-1] < len(columns) - 1 else f"{name} "
        style = "class:warning" if group == DROPPED else group_style(group)
        cells.append((f"{style} bold", " " * (wide - get_cwidth(name)) + name))
    return cells


def _cells(state: State, row: int, shown: range, wide: int) -> StyleAndTextTuples:
    """How many hunks of a file each commit has; the cursor's cell is in brackets."""
    here = board_place(state)
    cells: StyleAndTextTuples = []
    for at in shown:
        cell = cell_at(state, row, at)
        text = str(cell.hunks) if cell.hunks else _NONE
        is_here = (row, at) == here
        text = (f"[{text}]" if is_here else f" {text} ").rjust(wide)
        style = "class:faint"
        if cell.hunks:
            is_out = cell.group == DROPPED
            style = "class:warning" if is_out else group_style(cell.group)
        style += f" class:selected {CARET}" if is_here else ""
        cells.append((style, text))
    return cells


def board_words(state: State, width: int) -> Sequence[StyleAndTextTuples]:
    """Which commit the column at the cursor is."""
    if not board_files(state):
        return [[]]
    group = cell_of(state).group
    words = "left out of all commits"
    if state.info.drop_to == "uncommitted":
        words += ": stays uncommitted"
    if group != DROPPED:
        words = f"commit {group + 1}: {subject(state, group)}"
    return [[("class:faint", start_of(f" {words}", width))]]
