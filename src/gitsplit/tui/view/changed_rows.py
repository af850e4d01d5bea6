"""The whole screen, of which the cells that have changed are written in runs.

prompt_toolkit compares and writes each cell by itself: a third of the time of a frame.
Here rows that are equal as a whole are passed over, and of the others the cells of one
style are written together.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import attrgetter

from prompt_toolkit.application import Application, get_app
from prompt_toolkit.layout.containers import Container, Window
from prompt_toolkit.layout.dimension import Dimension
from prompt_toolkit.layout.mouse_handlers import MouseHandlers
from prompt_toolkit.layout.screen import Char, Screen, WritePosition
from prompt_toolkit.output import Output
from prompt_toolkit.styles import Attrs

_SAVE_CURSOR, _RESTORE_CURSOR = "\x1b7", "\x1b8"

_GAP = 8
"""So few equal cells between changed ones are written too: to pass them takes as many
bytes."""

_BLANK = Char(" ", "")

_Row = dict[int, Char]
_Cells = list[Char]


class ChangedRows(Container):
    """Draws a container, and writes what has changed since the frame before.

    Nothing of it is left to the renderer then, but the cursor. The renderer draws all
    where it has forgotten the frame before: at first, and for another size or style.
    """

    def __init__(self, content: Container) -> None:
        self._content = content
        self._rows: dict[int, _Row] = {}
        self._cells: dict[int, _Cells] = {}
        self._looks: dict[str, Attrs] = {}
        self._focused = Window()  # prompt_toolkit wants one, which is never drawn

    def reset(self) -> None:
        """What is in it begins anew."""
        self._content.reset()

    def preferred_width(self, max_available_width: int) -> Dimension:
        """The width that its content would like."""
        return self._content.preferred_width(max_available_width)

    def preferred_height(self, width: int, max_available_height: int) -> Dimension:
        """The height that its content would like."""
        return self._content.preferred_height(width, max_available_height)

    def get_children(self) -> list[Container]:
        """Its content, and what has the focus."""
        return [self._content, self._focused]

    def write_to_screen(  # noqa: PLR0913, PLR0917  the base class wants them
        self,
        screen: Screen,
        mouse_handlers: MouseHandlers,
        write_position: WritePosition,
        parent_style: str,
        erase_bg: bool,
        z_index: int | None,
    ) -> None:
        """Draw the content, and write what has changed; nothing when it is left."""
        application = get_app()
        if application.is_done:
            return
        self._content.write_to_screen(
            screen, mouse_handlers, write_position, parent_style, erase_bg, z_index
        )
        before = application.renderer.last_rendered_screen
        if before is None:
            self._looks.clear()
            self._cells.clear()
            # The renderer adds blanks to its rows.
            self._rows = {y: dict(row) for y, row in screen.data_buffer.items()}
            return
        rows: dict[int, _Row] = dict(screen.data_buffer)
        screen.data_buffer.clear()
        before.data_buffer.clear()
        escapes = screen.zero_width_escapes
        self._write_changes(application, rows, escapes, write_position.width)
        self._rows = rows

    def _write_changes(
        self,
        application: Application[object],
        rows: dict[int, _Row],
        escapes: Mapping[int, Mapping[int, str]],
        width: int,
    ) -> None:
        """Write the rows that have changed, and leave the cursor where it is."""
        changed = [
            y
            for y in sorted(rows.keys() | self._rows.keys())
            if rows.get(y) != self._rows.get(y)
        ]
        if not changed:
            return
        application.output.hide_cursor()
        application.output.write_raw(_SAVE_CURSOR)
        for y in changed:
            new = self._cells_of(application, rows.get(y, {}), width)
            old = self._cells.get(y)
            if old is None:
                old = self._cells_of(application, self._rows.get(y, {}), width)
            self._cells[y] = new
            self._write_row(application, y, old, new, escapes.get(y, {}))
        application.output.reset_attributes()
        application.output.write_raw(_RESTORE_CURSOR)

    def _write_row(
        self,
        application: Application[object],
        y: int,
        old: _Cells,
        new: _Cells,
        escapes: Mapping[int, str],
    ) -> None:
        """Write what makes the new row of the old one."""
        output = application.output
        for first, stop in _changed_spans(old, new):
            output.cursor_goto(y + 1, first + 1)
            at = first
            for column in [*sorted(escapes.keys() & set(range(first, stop))), stop]:
                self._write_cells(application, new[at:column])
                if column < stop:
                    output.write_raw(escapes[column])
                at = column
        if len(new) < len(old):
            output.cursor_goto(y + 1, len(new) + 1)
            output.reset_attributes()
            output.erase_end_of_line()

    def _cells_of(
        self, application: Application[object], row: _Row, width: int
    ) -> _Cells:
        """The cells of a row up to the last that can be seen."""
        cells = [row.get(x, _BLANK) for x in range(width)]
        plain = self._look(application, "")
        while (
            cells
            and cells[-1].char == " "
            and self._look(application, cells[-1].style) == plain
        ):
            del cells[-1]
        return cells

    def _write_cells(self, application: Application[object], cells: _Cells) -> None:
        output: Output = application.output
        for style, run in groupby(cells, key=attrgetter("style")):
            look = self._look(application, style)
            output.set_attributes(look, application.color_depth)
            output.write("".join(cell.char for cell in run))

    def _look(self, application: Application[object], style: str) -> Attrs:
        """What a style looks like."""
        look = self._looks.get(style)
        if look is None:
            look = application.renderer.style.get_attrs_for_style_str(style)
            self._looks[style] = look
        return look


def _changed_spans(old: _Cells, new: _Cells) -> Iterator[tuple[int, int]]:
    """The runs of cells to be written, so that the old ones become the new ones."""
    old = old + [_BLANK] * (len(new) - len(old))
    first = stop = -1
    for x, (was, now) in enumerate(zip(old, new, strict=False)):
        if was is now or was == now:
            continue
        if first >= 0 and x - stop > _GAP:
            yield first, stop
            first = x
        first = x if first < 0 else first
        stop = x + 1
    if first >= 0:
        yield first, stop
