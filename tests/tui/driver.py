"""The real application on a terminal in memory: keys by name in, screens out."""

import asyncio
import io
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import pyte
from prompt_toolkit.application import create_app_session
from prompt_toolkit.application.current import set_app
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output
from pyte.screens import Char

from gitsplit.model.checks import Outlook
from gitsplit.model.emoji import EMOJI
from gitsplit.tui.app import ScreenApplication, Shell
from gitsplit.tui.background.worker import Backend, next_job
from gitsplit.tui.state.app_state import State
from gitsplit.tui.surroundings import Editor, Surroundings
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.reports import Report

NOTHING_AGAINST = Outlook()

PATIENCE = 10.0
"""Seconds until a frame that doesn't come fails the test; one takes milliseconds."""

KEYS = {
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "tab": "\t",
    "s-tab": "\x1b[Z",
    "enter": "\r",
    "escape": "\x1b",
    "space": " ",
    "backspace": "\x7f",
    "c-r": "\x12",
    "c-u": "\x15",
}
"""What a terminal sends for the keys that have names; others are themselves."""


class Terminal(pyte.Screen):
    """A terminal; pyte's own loses what is on no cell of its own, and all behind it.

    One that ``joins`` has an emoji made of several characters on two cells, others have
    each picture in it on its own.
    """

    joins = False

    def draw(self, data: str) -> None:
        """Show the text at the cursor."""
        of = EMOJI if self.joins else _ON_NO_CELL
        for part in re.split(f"({of.pattern})", data):
            if not of.fullmatch(part):
                super().draw(part)
                continue
            line = self.buffer[self.cursor.y]
            if self.joins:
                super().draw("世")
                at = self.cursor.x - 2
                line[at] = line[at]._replace(data=part)
            elif self.cursor.x:
                last = line[self.cursor.x - 1]
                line[self.cursor.x - 1] = last._replace(data=last.data + part)

    @property
    def display(self) -> list[str]:
        """The lines, with all characters of a cell."""
        rows = (self.buffer[number] for number in range(self.lines))
        columns = range(self.columns)
        return ["".join(row[column].data for column in columns) for row in rows]


class Joining(Terminal):
    """A terminal that has each emoji on two cells, of however many characters."""

    joins = True


_ON_NO_CELL = re.compile("[\u200d\ufe0f\u20e3]")


class _Wire(io.StringIO):
    """Where the application writes: straight to the terminal."""

    encoding: str = "utf-8"

    def __init__(self, feed: Callable[[str], None], encoding: str) -> None:
        super().__init__()
        self._feed, self.encoding = feed, encoding

    def write(self, data: str) -> int:
        self._feed(data)
        return len(data)


class _Watched(Shell):
    """The application's shell, which says when an action's frame is drawn."""

    def __init__(self, state: State, outlook: Outlook) -> None:
        unchanged = Editor(
            lambda message, _: message,
            lambda _, content: content,
            lambda titled: [message for _, message in titled],
        )
        self._backend = Backend(
            outlook=lambda _todo, _watch: outlook,
            changes_of=lambda oid: state.plans[oid].changes if state.plans else (),
        )
        around = Surroundings(unchanged, backend=self._backend, with_syntax=False)
        super().__init__(state, around)
        self.drawn = asyncio.Event()
        self._is_taken = True  # the first frame needs no key
        self._has_news = False

    def take(self, action: Action, application: ScreenApplication) -> None:
        super().take(action, application)
        # What comes in from beside the screen is no answer to a key.
        self._has_news = self._has_news or isinstance(action, Report)
        self._is_taken = self._is_taken or not isinstance(action, Report)

    async def settled(self) -> None:
        """Nothing is to be found out any more, and the frame that shows so is drawn."""
        async with asyncio.timeout(PATIENCE):
            while self._has_news or next_job(self.state, self._backend):
                await asyncio.sleep(0.001)

    def rendered(self, _: ScreenApplication) -> None:
        if self._is_taken:
            self.drawn.set()
        self._is_taken = self._has_news = False


DEPTHS = {
    "": ColorDepth.DEPTH_1_BIT,
    "mono": ColorDepth.DEPTH_1_BIT,
    "16": ColorDepth.DEPTH_4_BIT,
}
"""What a golden screen says of colours: the last two have a line for them."""


def screens(
    state: State,
    steps: Iterable[Iterable[str]],
    columns: int,
    rows: int,
    outlook: Outlook = NOTHING_AGAINST,
    *,
    depth: str = "",
    encoding: str = "utf-8",
    kind: type[Terminal] = Terminal,
) -> list[list[str]]:
    """What stands on the terminal after each step's keys, line by line.

    With a ``depth``, below each line that isn't plain throughout is one that begins
    with ``~``, of a letter for each cell (see :func:`_look`).
    """

    def seen(terminal: pyte.Screen) -> list[str]:
        return [*_lines(terminal, depth)]

    drawn = _screens(state, steps, columns, rows, outlook, depth, seen, encoding, kind)
    return asyncio.run(drawn)


def cursors(
    state: State, steps: Iterable[Iterable[str]], columns: int, rows: int
) -> list[tuple[str, str]]:
    """Where the terminal's cursor is after each step: the text before it, and from it.

    Two empty texts where it is hidden.
    """

    def seen(terminal: pyte.Screen) -> tuple[str, str]:
        if terminal.cursor.hidden:
            return "", ""
        line = terminal.buffer[terminal.cursor.y]
        text = [line[column].data for column in range(columns)]
        x = terminal.cursor.x
        return "".join(text[:x]), "".join(text[x:]).rstrip()

    return asyncio.run(_screens(state, steps, columns, rows, NOTHING_AGAINST, "", seen))


def cursor_lines(
    state: State, actions: Iterable[Action], columns: int, rows: int
) -> list[int]:
    """The line of the terminal that its cursor is on, at first and after each action.

    Nothing comes in from beside the screen but what is among the actions.
    """
    terminal = Terminal(columns, rows)
    wire = _Wire(pyte.Stream(terminal).feed, "utf-8")
    output = Vt100_Output(
        wire, lambda: Size(rows=rows, columns=columns), enable_cpr=False
    )
    found = []
    with create_pipe_input() as keyboard, create_app_session():
        shell = _Watched(state, NOTHING_AGAINST)
        application = shell.application(keyboard, output)
        with set_app(application):
            for action in (None, *actions):
                if action is not None:
                    shell.take(action, application)
                application.renderer.render(application, application.layout)
                found.append(terminal.cursor.y)
    return found


def _look(cell: Char) -> str:
    """A letter for a colour, else for an attribute: large if underlined or reversed."""
    name = cell.fg.removeprefix("bright")
    if name == "default":
        name = "underlined" if cell.underscore else "reversed" if cell.reverse else ""
        name = name or ("bold" if cell.bold else "italic" if cell.italics else " ")
        return name[0]
    letter = name[0]
    return letter.upper() if cell.underscore or cell.reverse else letter


def _lines(terminal: pyte.Screen, depth: str) -> Iterator[str]:
    """The lines of the terminal, with those for its colours if they are asked for."""
    for number, line in enumerate(terminal.display):
        yield line.rstrip()
        row = terminal.buffer[number]
        cells = (row[column] for column in range(terminal.columns))
        looks = "".join(_look(cell) for cell in cells if cell.data)
        if depth and looks.strip():
            yield f"~{looks.rstrip()}"


Seen = TypeVar("Seen")


async def _screens(  # noqa: PLR0917  as many as screens has
    state: State,
    steps: Iterable[Iterable[str]],
    columns: int,
    rows: int,
    outlook: Outlook,
    depth: str,
    seen: Callable[[pyte.Screen], Seen],
    encoding: str = "utf-8",
    kind: type[Terminal] = Terminal,
) -> list[Seen]:
    terminal = kind(columns, rows)
    wire = _Wire(pyte.Stream(terminal).feed, encoding)
    output = Vt100_Output(
        wire,
        lambda: Size(rows=rows, columns=columns),
        term="linux" if depth == "16" else "xterm",
        default_color_depth=DEPTHS[depth],
        enable_cpr=False,
    )
    found = []
    with create_pipe_input() as keyboard, create_app_session():
        shell = _Watched(state, outlook)
        application = shell.application(keyboard, output)
        application.after_render += shell.rendered
        running = asyncio.ensure_future(application.run_async())
        await asyncio.wait_for(shell.drawn.wait(), PATIENCE)
        for keys in steps:
            for key in keys:
                shell.drawn.clear()
                keyboard.send_text(KEYS.get(key, key))
                await asyncio.wait_for(shell.drawn.wait(), PATIENCE)
            await shell.settled()
            found.append(seen(terminal))
        application.exit()
        await asyncio.wait_for(running, PATIENCE)
    return found
