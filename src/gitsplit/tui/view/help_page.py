"""The page of all keys, in as many columns as fit."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from gitsplit.tui.view.pane import PaneLines, static_lines
from gitsplit.tui.view.text import column_text, text_lines

_COLUMN = 39  # of the help: two fit 80 columns

HelpSections = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""Each section's name, and its keys with what they do."""


def help_page(sections: HelpSections, width: int, scroll: int) -> PaneLines:
    """Every key, in as many columns as fit."""
    columns = max(1, width // _COLUMN)
    room = width // columns
    blocks = [list(_section_lines(name, keys, room)) for name, keys in sections]
    return static_lines(list(_side_by_side(_balance(blocks, columns), room)), scroll)


def _section_lines(
    name: str, keys: Sequence[tuple[str, str]], width: int
) -> Iterator[StyleAndTextTuples]:
    """A section's name, and a line or more for each of its keys."""
    yield [("class:name", column_text(f" {name}", width))]
    column = min(14, max((get_cwidth(key) for key, _ in keys), default=0)) + 2
    for key, sentence in keys:
        lines = text_lines(sentence, width - column - 2)
        for names, words in zip_longest(text_lines(key, 14), lines, fillvalue=""):
            yield [
                ("class:key", " " + column_text(names, column)),
                ("", column_text(words, width - column - 1)),
            ]


def _balance(
    blocks: list[list[StyleAndTextTuples]], columns: int
) -> list[list[StyleAndTextTuples]]:
    """The blocks under each other in so many columns, none of them cut."""
    total = sum(len(block) + 1 for block in blocks)
    found: list[list[StyleAndTextTuples]] = [[]]
    for block in blocks:
        is_full = len(found[-1]) + len(block) // 2 >= total / columns
        if is_full and len(found) < columns:
            found.append([])
        found[-1] += [*block, []]
    return found


def _side_by_side(
    columns: list[list[StyleAndTextTuples]], width: int
) -> Iterator[StyleAndTextTuples]:
    """The columns next to each other."""
    for at in range(max(len(column) for column in columns)):
        cells: StyleAndTextTuples = []
        for column in columns:
            filled = at < len(column) and column[at]
            cells += column[at] if filled else [("", " " * width)]
        yield cells
