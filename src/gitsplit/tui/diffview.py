"""The diff of the split screen: every row with the commit that it goes to.

A control here never asks for a line that isn't visible, however long the diff is.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prompt_toolkit.data_structures import Point
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout.containers import Window
from prompt_toolkit.layout.controls import UIContent, UIControl
from prompt_toolkit.layout.dimension import AnyDimension
from prompt_toolkit.mouse_events import MouseEvent, MouseEventType

from gitsplit.core.plan import DROPPED, Plan
from gitsplit.tui.cells import row_cells
from gitsplit.tui.rows import RowKind, Rows
from gitsplit.tui.style import group_style

WHEEL_ROWS = 3
CURSOR = "▶"
SELECTED = "▸"
_MARGIN = 2  # rows kept visible above and below what is selected

OnMouse = Callable[[int, int], None]
"""Called with a row and 0 for a click, or with how many rows the wheel turned."""


@dataclass(frozen=True, slots=True)
class Lines:
    """What a control draws: ``height`` lines, each made when it is asked for.

    ``cursor`` is the line that must be visible. ``scroll`` gives the first visible
    line, from the one before and the height of the window.
    """

    get: Callable[[int], StyleAndTextTuples]
    height: int
    cursor: int = 0
    shows_cursor: bool = False
    scroll: Callable[[int, int], int] = lambda top, _: top


def fixed_lines(lines: Sequence[StyleAndTextTuples], scroll: int = 0) -> Lines:
    """Lines that are all there, from line ``scroll`` on or as near as possible."""
    first = min(scroll, max(0, len(lines) - 1))
    return Lines(lines.__getitem__, len(lines), first, scroll=lambda *_: first)


class LinesControl(UIControl):
    """A control that draws what ``draw(width, height)`` says, line by line."""

    def __init__(
        self, draw: Callable[[int, int], Lines], on_mouse: OnMouse | None = None
    ) -> None:
        self._draw = draw
        self._on_mouse = on_mouse
        self._lines = fixed_lines(())
        self._height = 0

    def create_content(self, width: int, height: int) -> UIContent:
        """One frame's content; its lines are made when the window asks for them."""
        lines = self._lines = self._draw(width, height)
        self._height = height
        return UIContent(
            get_line=lines.get,
            line_count=lines.height,
            cursor_position=Point(x=0, y=lines.cursor),
            show_cursor=lines.shows_cursor,
        )

    def first_line(self, window: Window) -> int:
        """The line that the window shows first."""
        return max(0, self._lines.scroll(window.vertical_scroll, self._height))

    def mouse_handler(self, mouse_event: MouseEvent) -> object:
        """A click is passed on with its line, the wheel with how far it turned."""
        if self._on_mouse is None:
            return NotImplemented
        row = mouse_event.position.y
        match mouse_event.event_type:
            case MouseEventType.MOUSE_UP:
                self._on_mouse(row, 0)
            case MouseEventType.SCROLL_DOWN:
                self._on_mouse(row, WHEEL_ROWS)
            case MouseEventType.SCROLL_UP:
                self._on_mouse(row, -WHEEL_ROWS)
            case _:
                return NotImplemented
        return None


def lines_window(
    control: LinesControl, width: AnyDimension = None, height: AnyDimension = None
) -> Window:
    """A window that scrolls as the control's lines say."""
    return Window(
        control, width=width, height=height, get_vertical_scroll=control.first_line
    )


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
    plan: Plan, rows: Rows, number: int, width: int, mark: str = " "
) -> StyleAndTextTuples:
    """One row: the mark, the commit that it goes to, and what it shows."""
    row = rows[number]
    digits = gutter_width(plan)
    margin = ("class:cursor", mark)
    if row.kind is RowKind.FILE:
        return [margin, *row_cells(plan.changes, row, width - 1)]
    edit = row.segment.edit
    cells = row_cells(plan.changes, row, max(0, width - digits - 3))
    if edit is None:
        return [margin, ("", " " * (digits + 2)), *cells]
    group = plan.group_of[rows.place[edit]]
    name = "×" if group == DROPPED else str(group + 1)
    style = "class:bad" if group == DROPPED else group_style(group)
    bar = _bar(rows.rows_of(edit), number)
    return [margin, (f"{style} bold", name.rjust(digits)), (style, f" {bar}"), *cells]


def _bar(run: range, row: int) -> str:
    """The bar beside a row of a piece, from which it is seen where the piece ends."""
    if len(run) == 1:
        return "╺"
    return "┏" if row == run[0] else "┗" if row == run[-1] else "┃"
