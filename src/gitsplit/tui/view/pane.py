"""A region of the screen that draws only the lines in sight, and quickly.

prompt_toolkit's own Window copies each character by itself and keeps where each came
from, for a cursor that our regions don't have: more than half the time of a frame.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum, auto
from itertools import islice
from typing import NamedTuple

from msgspec import Struct
from prompt_toolkit.application import get_app
from prompt_toolkit.data_structures import Point
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout.containers import Container
from prompt_toolkit.layout.dimension import AnyDimension, Dimension, to_dimension
from prompt_toolkit.layout.mouse_handlers import MouseHandlers
from prompt_toolkit.layout.screen import Char, Screen, WritePosition
from prompt_toolkit.mouse_events import MouseButton, MouseEvent, MouseEventType
from prompt_toolkit.utils import get_cwidth

from gitsplit.model.charset import drawn_in, has_character
from gitsplit.model.emoji import EMOJI
from gitsplit.model.escape import visible
from gitsplit.tui.view.text import CURSOR

WHEEL_ROWS = 3


class Pointed(Enum):
    """What the mouse does; a click is a button let go where it was pressed."""

    PRESS = auto()
    DRAG = auto()
    CLICK = auto()
    WHEEL = auto()


class Mouse(NamedTuple):
    """What the mouse does, on which line and in which column of a pane.

    ``number`` is what the line is about (see :class:`PaneLines`), ``turned`` the rows
    by which the wheel turned.
    """

    pointed: Pointed
    number: int = 0
    column: int = 0
    turned: int = 0


OnMouse = Callable[[Mouse], None]
"""Called with what the mouse does in a pane."""

_POINTED = {
    MouseEventType.MOUSE_DOWN: Pointed.PRESS,
    MouseEventType.MOUSE_MOVE: Pointed.DRAG,
    MouseEventType.MOUSE_UP: Pointed.CLICK,
}
_TURNED = {
    MouseEventType.SCROLL_DOWN: WHEEL_ROWS,
    MouseEventType.SCROLL_UP: -WHEEL_ROWS,
}


class PaneLines(Struct, frozen=True):
    """What a pane draws: ``height`` lines, each made when it is asked for.

    ``cursor`` is the line that must be visible. ``scroll`` gives the first visible
    line, from the one before and the height of the pane. ``number_of`` says what the
    mouse is told about a line: its number, or that of what the line is about.
    ``header`` is what stands in the place of the first visible line, to say what those
    below are in. ``parts`` are the lines on which a line too long for the pane stands.
    """

    get: Callable[[int], StyleAndTextTuples]
    height: int
    cursor: int = 0
    scroll: Callable[[int, int], int] = lambda top, _: top
    number_of: Callable[[int], int] = lambda number: number
    header: Callable[[int], StyleAndTextTuples | None] = lambda _: None
    parts: Callable[[int], Sequence[StyleAndTextTuples]] | None = None

    def first(self, top: int, height: int) -> int:
        """The first visible line in a pane of this height, ``top`` until now."""
        seen = height if self.parts is None else 1
        top = min(self.scroll(top, height), self.height - seen)
        top = max(0, self.cursor - height + 1, min(top, self.cursor))
        while self.parts and top < self.cursor and self._taken(top) > height:
            top += 1
        is_hidden = top == self.cursor and self._header(top, height) is not None
        return top - is_hidden

    def _taken(self, top: int) -> int:
        """How many lines of the pane those from ``top`` to the cursor's take."""
        numbers = range(top, self.cursor + 1)
        return sum(len(self.parts(n)) if self.parts else 1 for n in numbers)

    def _header(self, top: int, height: int) -> StyleAndTextTuples | None:
        """What stands in the place of line ``top``, where there is room for another."""
        return self.header(top) if height > 1 else None

    def visible(
        self, top: int, height: int
    ) -> Iterator[tuple[int, StyleAndTextTuples]]:
        """The lines of the pane from ``top`` on, each with the number of its line."""
        head = self._header(top, height)
        if head is not None:
            yield top, head
        for number in range(top + (head is not None), min(top + height, self.height)):
            for part in self.parts(number) if self.parts else (self.get(number),):
                yield number, part


def static_lines(
    lines: Sequence[StyleAndTextTuples], scroll: int = 0, cursor: int = 0
) -> PaneLines:
    """Lines that are all there, from line ``scroll`` on or as near as possible."""
    first = min(scroll, max(0, len(lines) - 1))
    at = max(first, min(cursor, len(lines) - 1))
    return PaneLines(lines.__getitem__, len(lines), at, scroll=lambda *_: first)


def cursor_column(line: StyleAndTextTuples) -> int:
    """The column of what is styled as CARET in a line, or else of the cursor's mark.

    The first one where there is neither.
    """
    column = found = 0
    for style, text, *_ in line:
        if CARET in style:
            return column + len(text) - len(text.lstrip() or text)
        if style == "class:cursor" and CURSOR in text:
            found = column + text.index(CURSOR)
        column += get_cwidth(text)
    return found


CARET = "class:caret"
"""The style of the letter in a prompt at which the next one is typed; of a cell."""

_MARGIN = 2  # rows kept visible above and below what is selected


def first_visible(top: int, height: int, selected: range, cursor: int) -> int:
    """The first visible row, so that all that is selected can be seen if it fits.

    ``top`` is the first visible row until now; it stays where nothing is gained. What
    was out of sight altogether comes to the upper third. Drawn again, nothing moves.
    """
    if selected.stop <= top or selected.start >= top + height:
        top = max(0, selected.start - height // 3)
    if len(selected) + 2 * _MARGIN > height:
        return max(0, selected.start - _MARGIN) if cursor == selected.start else top
    top = max(top, selected.stop + _MARGIN - height)
    return max(0, min(top, selected.start - _MARGIN))


class Pane(Container):
    """A region that draws what ``draw(width, height)`` says, line by line.

    No line may be wider than ``width``; what would be is cut off. While
    ``has_cursor`` is true, the terminal's cursor is at its current line, which is what
    a screen reader reads and a braille line shows.
    """

    def __init__(
        self,
        draw: Callable[[int, int], PaneLines],
        width: AnyDimension = None,
        height: AnyDimension = None,
        on_mouse: OnMouse | None = None,
        has_cursor: Callable[[], bool] = lambda: False,
    ) -> None:
        self._draw = draw
        self._has_cursor = has_cursor
        self._width = width
        self._height = height
        self._on_mouse = on_mouse
        self._lines = static_lines(())
        self._top = 0
        self._numbers: list[int] = []

    def reset(self) -> None:
        """The first line is the first visible one again."""
        self._top = 0

    def preferred_width(self, max_available_width: int) -> Dimension:
        """The width that it was made with."""
        return to_dimension(self._width)

    def preferred_height(self, width: int, max_available_height: int) -> Dimension:
        """The height that it was made with."""
        return to_dimension(self._height)

    def get_children(self) -> list[Container]:
        """Nothing is in it."""
        return []

    def write_to_screen(  # noqa: PLR0913, PLR0917  the base class wants them
        self,
        screen: Screen,
        mouse_handlers: MouseHandlers,
        write_position: WritePosition,
        parent_style: str,
        erase_bg: bool,
        z_index: int | None,
    ) -> None:
        """Draw the visible lines."""
        place = write_position
        lines = self._lines = self._draw(place.width, place.height)
        top = self._top = lines.first(self._top, place.height)
        stop = place.xpos + place.width
        seen = islice(lines.visible(top, place.height), place.height)
        self._numbers = []
        encoding = get_app().output.encoding()
        marks: list[tuple[int, int]] = []
        for y, (number, line) in enumerate(seen):
            row = screen.data_buffer[place.ypos + y]
            escapes = screen.zero_width_escapes[place.ypos + y]
            paint(row, place.xpos, stop, line, encoding, escapes)
            self._numbers.append(number)
            if number == lines.cursor:
                marks.append((cursor_column(line), y))
        if marks and self._has_cursor():
            x, y = marks[0]
            point = Point(min(place.xpos + x, stop - 1), place.ypos + y)
            screen.set_cursor_position(get_app().layout.current_window, point)
            screen.show_cursor = True
        screen.width = max(screen.width, stop)
        screen.height = max(screen.height, place.ypos + place.height)
        self._take_mouse(mouse_handlers, place)

    def _take_mouse(self, mouse_handlers: MouseHandlers, place: WritePosition) -> None:
        """Have the mouse over this place told to the pane."""
        if self._on_mouse is None:
            return
        told = self._teller(self._on_mouse, place)
        cells = dict.fromkeys(range(place.xpos, place.xpos + place.width), told)
        for y in range(place.ypos, place.ypos + place.height):
            mouse_handlers.mouse_handlers[y].update(cells)

    def _teller(
        self, tell: OnMouse, place: WritePosition
    ) -> Callable[[MouseEvent], object]:
        """What prompt_toolkit calls for the mouse over the pane, which is there."""

        def handle(event: MouseEvent) -> object:
            y, kind = event.position.y - place.ypos, event.event_type
            if kind in _TURNED:
                tell(Mouse(Pointed.WHEEL, turned=_TURNED[kind]))
                return None
            is_moved = kind is MouseEventType.MOUSE_MOVE
            if is_moved and event.button is not MouseButton.LEFT:
                return NotImplemented
            if not 0 <= y < len(self._numbers):
                return NotImplemented
            number = self._lines.number_of(self._numbers[y])
            tell(Mouse(_POINTED[kind], number, event.position.x - place.xpos))
            return None

        return handle


class _Cells(dict[str, Char]):
    """The cell of each character in one style, made once."""

    def __init__(self, style: str, encoding: str | None) -> None:
        super().__init__()
        self._style, self._encoding = style, encoding

    def __missing__(self, char: str) -> Char:
        # All that is drawn comes by here: nothing can drive the terminal, and what it
        # hasn't is drawn otherwise.
        shown = visible(char)
        if not shown.isascii():
            shown = "".join(drawn_in(self._encoding, c, get_cwidth(c)) for c in shown)
        cell = self[char] = Char(shown, self._style)
        return cell


class _Styles(dict[tuple[str, str | None], _Cells]):
    """The cells of each style that was ever painted in an encoding: a few dozen."""

    def __missing__(self, look: tuple[str, str | None]) -> _Cells:
        cells = self[look] = _Cells(*look)
        return cells


_STYLES = _Styles()
_COVERED = Char("", "")
"""The second cell of a wide character; unlike any other, so that it is drawn over."""


def paint(  # noqa: PLR0913, PLR0917 -- the last two are of the terminal
    row: dict[int, Char],
    x: int,
    stop: int,
    line: StyleAndTextTuples,
    encoding: str | None = None,
    escapes: dict[int, str] | None = None,
) -> None:
    """Put a line into the cells of a row from ``x`` on, and none at ``stop`` or after.

    The text should be fit to be shown, by :mod:`gitsplit.tui.view.text`: who lays it
    out must know how wide it is. What isn't is named here, and may be cut off. What
    the terminal's ``encoding`` lacks has an ASCII form. ``escapes`` are sent before the
    cells of their columns.
    """
    for style, text, *_ in line:
        cells = _STYLES[style, encoding]
        if text.isascii():
            row.update(zip(range(x, stop), map(cells.__getitem__, text), strict=False))
            x += len(text)
        elif escapes is None or not EMOJI.search(text):
            x = _paint_wide(row, x, stop, map(cells.__getitem__, text))
        else:
            for part in _emoji_parts(text):
                if EMOJI.match(part) and has_character(encoding, part):
                    x = _paint_emoji(row, x, stop, (part, style), escapes)
                else:
                    x = _paint_wide(row, x, stop, map(cells.__getitem__, part))


_EMOJI_OR_NOT = re.compile(f"((?:{EMOJI.pattern}) ?)")


def _emoji_parts(text: str) -> Iterator[str]:
    """The text in parts: an emoji, which may have a blank to be two wide, or none."""
    for part in filter(None, _EMOJI_OR_NOT.split(text)):
        if part[-1] == " " and get_cwidth(part) > 2:
            yield from (part[:-1], " ")
        else:
            yield part


def _paint_emoji(
    row: dict[int, Char],
    x: int,
    stop: int,
    shown: tuple[str, str],
    escapes: dict[int, str],
) -> int:
    """Put an emoji made of several characters into a row; the column after it.

    Terminals don't agree on its width. It has the columns that its parts would have,
    is drawn over blanks, and then the terminal is told where to go on. Its cells
    change together: each has a style of its own.
    """
    part, style = shown
    wide = get_cwidth(part)
    end = x + wide
    if end > stop:
        return stop
    look = f"{style} class:emoji-{part.rstrip().encode().hex()}"
    row.update(dict.fromkeys(range(x, end - 1), Char(" ", look)))
    row[end - 1] = Char("", look)
    escapes[end - 1] = f" \x1b[{x + 1}G{part.rstrip()}\x1b[{end + 1}G"
    return end


def _paint_wide(row: dict[int, Char], x: int, stop: int, cells: Iterable[Char]) -> int:
    """Put cells of different widths into a row; the column after the last one."""
    last = x
    for cell in cells:
        if x + cell.width > stop:
            return stop
        if cell.width:
            row[x] = cell
            row.update(dict.fromkeys(range(x + 1, x + cell.width), _COVERED))
            last, x = x, x + cell.width
        elif last in row:
            under = row[last]
            row[last] = Char(under.char + cell.char, under.style)
    return x
