"""The page of git commands that do the same: what is typed stands out."""

import re
from collections.abc import Iterator

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from gitsplit.tui.state.app_state import State
from gitsplit.tui.state.problems import awaits_commands
from gitsplit.tui.view.pane import PaneLines, static_lines
from gitsplit.tui.view.text import one_line

_WAITING = "trying git commands out …"
_ANSWER = re.compile(r"    ([a-z])   ")
_COMMAND = re.compile(r"(\w+= )*git ")


def commands_page(state: State, width: int) -> PaneLines:
    """The commands for the todo list; while they are looked for, words on that.

    Long lines go on below, so that nothing of a command is out of sight.
    """
    if awaits_commands(state) or state.by_hand is None:
        return static_lines([[("class:faint", f" {_WAITING}")]])
    _, lines = state.by_hand
    rows = [row for line in lines for row in _rows(line, max(2, width - 1))]
    return static_lines(rows, state.scroll)


def _rows(line: str, width: int) -> Iterator[StyleAndTextTuples]:
    """The line in as many rows as it needs."""
    style, text = _style(line), one_line(line.expandtabs())
    answer = _ANSWER.match(line)
    for number, row in enumerate(_cut(text, width)):
        if answer and not number:
            yield [("class:key", f" {row[:8]}"), (style, row[8:])]
        else:
            yield [(style, f" {row}")]


def _style(line: str) -> str:
    """How a line looks: commands stand out, remarks don't."""
    if line.startswith("#   (") or line.startswith("    "):
        return "class:faint"
    if line.startswith("# "):
        return "class:name"
    return "bold" if _COMMAND.match(line) else ""


def _cut(text: str, width: int) -> Iterator[str]:
    """The text in parts that are no wider, at least one."""
    while get_cwidth(text) > width:
        end = min(width, len(text))
        while end > 1 and get_cwidth(text[:end]) > width:
            end -= 1
        yield text[:end]
        text = text[end:]
    yield text
