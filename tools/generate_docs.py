"""What the program itself makes for the documentation: ``./dev docs`` runs this.

The table of keys comes from the keymap, the page for programs is what
``--help-programs`` prints. For the pictures, gitsplit runs in a terminal
of its own on the practice repository; what stands on the terminal after some keys is
written as SVG, which a forge shows beside the text.
"""

import copy
import os
import tempfile
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path

import pyte
from pyte.screens import Char
from tests.terminal import Terminal

from gitsplit.git.practice import TANGLED, make_practice_repository
from gitsplit.tui.view.key_help import keys_markdown

PROJECT = Path(__file__).parent.parent
PLACE = PROJECT / "docs"
PROGRAMS = PROJECT / "src" / "gitsplit" / "cli" / "programs.md"
# Columns and rows of the terminal, and the keys typed into it.
PICTURES = {
    "screen": (100, 30, ""),
    "wide": (150, 40, ""),
    "preview": (100, 30, "w"),
}
ENTER = "\r"
# Of the tutorial: how it is called, and what is typed and waited for, in turn.
_STARTED = ("2", "Yes.", ENTER, "first?", "e", "Yes.", ENTER, "Goal")
TUTORIAL = {
    "tutorial-lessons": ((), ("",)),
    "tutorial-question": (("3",), ("3", "Not quite.")),
    "tutorial-lesson": (("3",), (*_STARTED, "j+", "whole and apart")),
    "tutorial-comparison": (
        ("3",),
        (*_STARTED, "j+", "whole and apart", "w", "Enter apply", ENTER, "83 of 100"),
    ),
}
CELL, LINE = 8.4, 17.0

COLOURS = {
    "default": "#d0d0d0",
    "black": "#3b3b3b",
    "red": "#f07178",
    "green": "#9ece6a",
    "brown": "#e0af68",
    "blue": "#7aa2f7",
    "magenta": "#bb9af7",
    "cyan": "#7dcfff",
    "white": "#d0d0d0",
    "brightblack": "#808080",
    "brightred": "#ff8a90",
    "brightgreen": "#b5e48c",
    "brightbrown": "#ffd08a",
    "brightyellow": "#ffd08a",
    "brightblue": "#9dbcff",
    "brightmagenta": "#d3b5ff",
    "brightcyan": "#a5e1ff",
    "brightwhite": "#ffffff",
}
BACKGROUND = "#1a1b26"


def screen_after(repository: Path, columns: int, rows: int, keys: str) -> pyte.Screen:
    """What stands on a terminal of that size once gitsplit has answered the keys."""
    terminal = Terminal(repository, "-c", TANGLED, columns=columns, rows=rows)
    terminal.wait_for("help")
    terminal.type(keys)
    terminal.settle()
    shown = terminal.text
    picture = copy.deepcopy(terminal.screen)
    terminal.type("qqqq")
    assert terminal.exit_status() == 0, shown
    return picture


def tutorial_after(
    directory: Path, lesson: tuple[str, ...], steps: tuple[str, ...]
) -> pyte.Screen:
    """What stands on the terminal in a lesson, after these keys and what they bring."""
    os.environ["XDG_STATE_HOME"] = str(directory)
    terminal = Terminal(directory, "--tutorial", *lesson)
    terminal.wait_for("quit" if not lesson else "leave")
    for keys, words in zip(steps[::2], steps[1::2], strict=False):
        terminal.type(keys)
        terminal.wait_for(words)
    terminal.settle()
    picture = copy.deepcopy(terminal.screen)
    terminal.type("qqqq")
    terminal.settle()
    return picture


def svg(screen: pyte.Screen) -> str:
    """The screen as an SVG picture, on a dark ground whatever the page's is."""
    width, height = screen.columns * CELL + 20, screen.lines * LINE + 20
    body = "\n".join(line for row in range(screen.lines) for line in _row(screen, row))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
        f' width="{width:g}" height="{height:g}" font-family="ui-monospace,'
        "SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\""
        f' font-size="14">\n'
        f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>\n'
        f"{body}\n</svg>\n"
    )


def _row(screen: pyte.Screen, row: int) -> Iterator[str]:
    """The runs of cells of one look, as rectangles and texts."""
    y = 10 + row * LINE
    cells = [(column, screen.buffer[row][column]) for column in range(screen.columns)]
    for _, run in groupby(cells, key=lambda cell: cell[1]._replace(data="")):
        members = list(run)
        start, look = members[0]
        text = "".join(cell.data for _, cell in members)
        x, width = 10 + start * CELL, len(members) * CELL
        ink, ground = _colours(look)
        if ground != BACKGROUND:
            yield (
                f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{LINE:g}"'
                f' fill="{ground}"/>'
            )
        if text.strip():
            bold = ' font-weight="bold"' if look.bold else ""
            yield (
                f'<text x="{x:g}" y="{y + 12.5:g}" fill="{ink}"{bold}'
                f' textLength="{width:g}" xml:space="preserve">{escape(text)}</text>'
            )


def _colours(look: Char) -> tuple[str, str]:
    """Ink and ground, exchanged where the cell is reversed."""
    ink = COLOURS.get(look.fg, f"#{look.fg}")
    ground = BACKGROUND if look.bg == "default" else COLOURS.get(look.bg, f"#{look.bg}")
    return (ground, ink) if look.reverse else (ink, ground)


def main() -> None:
    """Make the table of keys, the page for programs and every picture anew."""
    (PLACE / "keys.md").write_text(keys_markdown(), encoding="utf-8")
    (PLACE / "programs.md").write_text(PROGRAMS.read_text("utf-8"), encoding="utf-8")
    for name, (columns, rows, keys) in PICTURES.items():
        with tempfile.TemporaryDirectory() as directory:
            repository = Path(directory) / "ladle"
            make_practice_repository(repository)
            screen = screen_after(repository, columns, rows, keys)
        _write(name, screen)
    for name, (lesson, steps) in TUTORIAL.items():
        with tempfile.TemporaryDirectory() as directory:
            _write(name, tutorial_after(Path(directory), lesson, steps))


def _write(name: str, screen: pyte.Screen) -> None:
    path = PLACE / f"{name}.svg"
    path.write_text(svg(screen), encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main()
