"""The diff of the split screen: every row with the commit that it goes to."""

from bisect import bisect_right
from dataclasses import dataclass

from prompt_toolkit.formatted_text import StyleAndTextTuples

from gitsplit.model.plan import DROPPED, Plan
from gitsplit.tui.diff.rows import RowKind
from gitsplit.tui.state.app_state import State
from gitsplit.tui.state.dropped import edited_words
from gitsplit.tui.view.cells import row_cells
from gitsplit.tui.view.style import group_style

CURSOR = "▶"
SELECTED = "▸"
_MARGIN = 2  # rows kept visible above and below what is selected


@dataclass(frozen=True, slots=True)
class Selection:
    """The selected rows, as runs in order, for quick look-up."""

    runs: tuple[range, ...]

    def __contains__(self, row: int) -> bool:
        """Whether the row is selected."""
        return row in self.run_at(row)

    def mark(self, row: int, cursor: int) -> str:
        """The mark in the margin: large at the cursor, small where selected too."""
        return CURSOR if row == cursor else SELECTED if row in self else " "

    def run_at(self, row: int) -> range:
        """The run that the row is in; the last one before it where it is in none."""
        at = bisect_right(self.runs, row, key=lambda run: run.start) - 1
        return self.runs[at] if at >= 0 else range(0)


def scrolled(top: int, height: int, selected: range, cursor: int) -> int:
    """The first visible row, so that all that is selected can be seen if it fits.

    ``top`` is the first visible row until now; it stays where nothing is gained. What
    was out of sight altogether comes to the upper third.
    """
    if selected.stop <= top or selected.start >= top + height:
        return max(0, selected.start - height // 3)
    if len(selected) + 2 * _MARGIN > height:
        return selected.start - _MARGIN if cursor == selected.start else top
    top = max(top, selected.stop + _MARGIN - height)
    return max(0, min(top, selected.start - _MARGIN))


def gutter_width(plan: Plan) -> int:
    """The columns of the widest commit number."""
    return len(str(len(plan.groups)))


def diff_line(
    state: State, number: int, width: int, mark: str = " "
) -> StyleAndTextTuples:
    """One row: the mark, the commit that it goes to, and what it shows."""
    plan, rows = state.plan, state.rows
    row = rows[number]
    digits = gutter_width(plan)
    margin = ("class:cursor", mark)
    if row.kind is RowKind.FILE:
        words = edited_words(plan, row.segment.file)
        room = width - 1 - len(words)
        cells = row_cells(plan.changes, row, room)
        return [margin, *cells, ("class:edited", words)]
    edit = row.segment.edit
    room = max(0, width - digits - 3)
    cells = row_cells(plan.changes, row, room, state.pan, state.tints)
    if edit is None:
        return [margin, ("", " " * (digits + 2)), *cells]
    group = plan.group_of[rows.place_of(edit)]
    name = "×" if group == DROPPED else str(group + 1)
    style = "class:bad" if group == DROPPED else group_style(group)
    bar = _bar(rows.rows_of(edit), number)
    return [margin, (f"{style} bold", name.rjust(digits)), (style, f" {bar}"), *cells]


def _bar(run: range, row: int) -> str:
    """The bar beside a row of a piece, from which it is seen where the piece ends."""
    if len(run) == 1:
        return "╺"
    return "┏" if row == run[0] else "┗" if row == run[-1] else "┃"
