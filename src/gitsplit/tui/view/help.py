"""The screen of words about keys: all there are, by sections."""

from collections.abc import Iterator, Sequence

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from gitsplit.tui.view.pane import Lines, fixed_lines
from gitsplit.tui.view.text import fitted, wrapped

_COLUMN = 39  # of the help: two fit 80 columns

HelpSections = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""Each section's name, and its keys with what they do."""


def help_page(sections: HelpSections, width: int, scroll: int) -> Lines:
    """Every key, in as many columns as fit."""
    columns = max(1, width // _COLUMN)
    room = width // columns
    blocks = [list(_section(name, keys, room)) for name, keys in sections]
    return fixed_lines(list(_beside(_balanced(blocks, columns), room)), scroll)


def _section(
    name: str, keys: Sequence[tuple[str, str]], width: int
) -> Iterator[StyleAndTextTuples]:
    """A section's name, and a line or more for each of its keys."""
    yield [("class:name", fitted(f" {name}", width))]
    column = min(12, max((get_cwidth(key) for key, _ in keys), default=0)) + 2
    for key, sentence in keys:
        first, *rest = wrapped(sentence, width - column - 2)
        yield [
            ("class:key", " " + fitted(key, column)),
            ("", fitted(first, width - column - 1)),
        ]
        indent = " " * (column + 1)
        for line in rest:
            yield [("", fitted(indent + line, width))]


def _balanced(
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


def _beside(
    columns: list[list[StyleAndTextTuples]], width: int
) -> Iterator[StyleAndTextTuples]:
    """The columns next to each other."""
    for at in range(max(len(column) for column in columns)):
        cells: StyleAndTextTuples = []
        for column in columns:
            filled = at < len(column) and column[at]
            cells += column[at] if filled else [("", " " * width)]
        yield cells
