"""The diff of the commit being split, in its pane: unified, or old beside new."""

from collections.abc import Callable, Sequence
from itertools import zip_longest

from msgspec import Struct
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from gitsplit.tui.diff.commit_rows import CommitRows
from gitsplit.tui.diff.placement import Placement, placement
from gitsplit.tui.diff.rows import RowKind, Rows
from gitsplit.tui.state.app_state import LEAST_BESIDE, Look, State
from gitsplit.tui.state.selection import selection_rows
from gitsplit.tui.view.pane import PaneLines, first_visible
from gitsplit.tui.view.split import (
    LONGEST_WRAPPED,
    SelectedRows,
    bar_of,
    diff_header,
    diff_line,
    diff_parts,
    gutter_cells,
    gutter_width,
    text_cells,
)
from gitsplit.tui.view.text import CURSOR, WRAPPED, Tints, no_tints, wrapped

SideCells = Callable[[int], StyleAndTextTuples]
"""A text, at most as wide as it is asked for."""

_LINES = (RowKind.CONTEXT, RowKind.OLD, RowKind.NEW, RowKind.FOLD)


def is_beside(state: State, width: int) -> bool:
    """Whether old lines stand beside new ones in a diff of so many columns."""
    return Look.BESIDE in state.looks and width >= LEAST_BESIDE


def selection_runs(state: State) -> Sequence[range]:
    """The selected rows, as runs; none where there are no rows."""
    return selection_rows(state) if len(state.rows) else ()


def diff_lines(state: State, width: int, tints: Tints = no_tints) -> PaneLines:
    """The diff of the commit being split."""
    placed = placement(state.rows, state.folded, is_beside(state, width))
    selection = SelectedRows(tuple(selection_runs(state)))
    run = selection.run_at(state.cursor)
    around = run if state.cursor in run else range(state.cursor, state.cursor + 1)

    beside = _BesideLines(state, placed, width, selection, tints)

    def parts(number: int) -> Sequence[StyleAndTextTuples]:
        if is_beside(state, width) and _is_line(state, placed.row_at(number)):
            return beside.parts(number)
        row = placed.row_at(number)
        mark = selection.mark(row, state.cursor)
        if Look.WRAP in state.looks:
            return diff_parts(state, row, width, mark, tints)
        return [diff_line(state, row, width, mark, tints)]

    def scroll(top: int, height: int) -> int:
        cursor = placed.line_of(state.cursor)
        if state.is_centred:
            return max(0, cursor - height // 2)
        lines = [placed.line_of(row) for row in (around[0], around[-1], state.cursor)]
        seen = range(min(lines), max(lines) + 1)
        return first_visible(top, height, seen, cursor)

    return PaneLines(
        lambda number: parts(number)[0],
        placed.height,
        placed.line_of(state.cursor),
        scroll,
        number_of=placed.row_at,
        header=lambda top: diff_header(state, placed.row_at(top), width),
        parts=parts if Look.WRAP in state.looks else None,
    )


def _is_line(state: State, row: int) -> bool:
    return state.rows[row].kind in _LINES


class _BesideLines(Struct, frozen=True):
    """The lines of a diff with the old side on the left and the new one on the right.

    The cursor's mark stands before the side that it is on.
    """

    state: State
    placed: Placement
    width: int
    selection: SelectedRows
    tints: Tints

    def parts(self, number: int) -> list[StyleAndTextTuples]:
        """A line; where lines are wrapped, as many as its longer side needs."""
        left, right = self.placed.rows_at(number)
        is_right = right == self.state.cursor != left
        first, below = self._gutters(number, not is_right)
        half = (self.width - gutter_width(self.state.plan) - 4) // 2
        middle = ("class:cursor", CURSOR) if is_right else BAR
        wraps = Look.WRAP in self.state.looks
        sides = two_sides(
            self._side(left), self._side(right), half, middle, wraps=wraps
        )
        return [[*(below if n else first), *side] for n, side in enumerate(sides)]

    def _side(self, row: int | None) -> SideCells:
        """The text of a row at most as wide as it is asked for; empty without one."""
        if row is None:
            return lambda _: []
        shown = self.state.rows[row]
        return lambda room: text_cells(self.state, shown, room, self.tints)

    def _gutters(
        self, number: int, has_cursor: bool
    ) -> tuple[StyleAndTextTuples, StyleAndTextTuples]:
        """What stands left of a line, and of what it is wrapped to."""
        row, cursor = self.placed.row_at(number), self.state.cursor
        mark = self.selection.mark(row, cursor if has_cursor else -1)
        bar = bar_of(self.placed.lines_beside(number), number)
        first = gutter_cells(self.state, self.state.rows[row], mark, bar)
        (edge, _), (digits, number_text), (style, shown) = (c[:2] for c in first)
        goes_on = "┃" if shown in ("┏", "┃") else " "
        blank = " " * len(number_text)
        return first, [(edge, " "), (digits, blank), (style, goes_on)]


BAR = ("class:rule", "│")
"""What stands between two sides."""


def two_sides(
    left: SideCells,
    right: SideCells,
    half: int,
    middle: tuple[str, str],
    *,
    wraps: bool,
) -> list[StyleAndTextTuples]:
    """Two texts beside each other, each ``half`` columns wide; wrapped or clipped."""
    if not wraps:
        return [_joined_sides(left(half), right(half), half, middle)]
    sides = []
    for cells_of in (left, right):
        cells = cells_of((half - 1) * LONGEST_WRAPPED)
        head: StyleAndTextTuples = [(cells[0][0] if cells else "", WRAPPED)]
        sides.append(wrapped(cells, half, head, 1))
    return [
        _joined_sides(one, other, half, BAR if number else middle)
        for number, (one, other) in enumerate(zip_longest(*sides, fillvalue=[]))
    ]


def _joined_sides(
    left: StyleAndTextTuples,
    right: StyleAndTextTuples,
    half: int,
    middle: tuple[str, str],
) -> StyleAndTextTuples:
    blanks = half - sum(get_cwidth(text) for _, text, *_ in left)
    return [*left, ("", " " * blanks), middle, *right]


RowsOnLine = tuple[int | None, int | None]
"""The rows on the left and the right of a line; the same one where it has all."""


_LINE_KINDS = (RowKind.CONTEXT, RowKind.OLD, RowKind.NEW)


class PageDiff(Struct, frozen=True):
    """A diff on a page: its rows, on which lines they stand, and how they are drawn.

    ``cells_of`` gives a row's text, at most so many columns wide, ``header_of`` what
    stays in sight above a row.
    """

    rows: Rows | CommitRows
    placed: Placement
    cells_of: Callable[[int, int], StyleAndTextTuples]
    header_of: Callable[[int], StyleAndTextTuples | None]


def page_with_diff(
    state: State,
    width: int,
    head: Sequence[StyleAndTextTuples],
    diff: PageDiff,
    first: int,
) -> PaneLines:
    """A page of some lines and a diff below them, from line ``first`` on."""

    def parts(number: int) -> Sequence[StyleAndTextTuples]:
        if number < len(head):
            return (head[number],)
        at = number - len(head)
        rows = diff.placed.rows_at(at)
        is_line = diff.rows[diff.placed.row_at(at)].kind in _LINE_KINDS
        return _page_parts(state, width, rows, diff.cells_of, is_line=is_line)

    def header(top: int) -> StyleAndTextTuples | None:
        if top < len(head):
            return None
        return diff.header_of(diff.placed.row_at(top - len(head)))

    height = len(head) + diff.placed.height
    top = min(first, max(0, height - 1))
    return PaneLines(
        lambda number: parts(number)[0],
        height,
        top,
        scroll=lambda *_: top,
        header=header,
        parts=parts if Look.WRAP in state.looks else None,
    )


def _page_parts(
    state: State,
    width: int,
    rows: RowsOnLine,
    cells_of: Callable[[int, int], StyleAndTextTuples],
    *,
    is_line: bool,
) -> list[StyleAndTextTuples]:
    """A line of a diff on a page: what its rows show, on as many lines as it needs.

    ``cells_of`` gives a row's text, at most so many columns wide; where ``is_line``,
    that is a line of a file, and begins with its sign.
    """
    margin = ("class:cursor", " ")
    wraps = Look.WRAP in state.looks

    def side(row: int | None) -> SideCells:
        return lambda room: [] if row is None else cells_of(row, room)

    if is_line and is_beside(state, width):
        half = (width - 2) // 2
        sides = two_sides(side(rows[0]), side(rows[1]), half, BAR, wraps=wraps)
        return [[margin, *each] for each in sides]
    row = rows[1] if rows[0] is None else rows[0]
    if not (is_line and wraps):
        return [[margin, *side(row)(width - 1)]]
    cells = side(row)((width - 2) * LONGEST_WRAPPED)
    head: StyleAndTextTuples = [("", " "), (cells[0][0], WRAPPED)]
    return wrapped([margin, *cells], width, head, 2)
