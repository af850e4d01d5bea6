"""A page of prose and diffs, as values; and the same page as text, Markdown or HTML.

Sentences may have names from a repository in backquotes or in “ ”: in Markdown what
could mean something stands in code, in HTML it is escaped, and what can't be seen is
named in all three.
"""

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal

from msgspec import Struct

from gitsplit.model.escape import printable, printable_diff_line
from gitsplit.report.formats import Printout, Slot
from gitsplit.report.html_parts import code, page_start, text
from gitsplit.report.markdown_parts import fenced, html, inline


class Heading(Struct, frozen=True):
    """A heading; the first of a page is its title."""

    words: str


class Paragraph(Struct, frozen=True):
    """A sentence or a few."""

    words: str


class Items(Struct, frozen=True):
    """A list of sentences, with numbers or without."""

    sentences: tuple[str, ...]
    is_numbered: bool = False


class Code(Struct, frozen=True):
    """Lines of a diff, a message or commands; ``folded`` names what is to be opened.

    Where a page can't be unfolded, that name stands above them.
    """

    kind: Literal["diff", "text", "sh"]
    lines: tuple[bytes | str, ...]
    folded: str = ""


Block = Heading | Paragraph | Items | Code

_WIDTH = 79
"""So many characters a line of text has."""


def page_text(blocks: Sequence[Block]) -> Printout:
    """The page as text for a terminal or a pipe."""
    lines: list[str] = []
    slots: dict[int, Slot] = {}
    for block in blocks:
        is_title = not lines
        for line, slot in _text_lines(block, is_title=is_title):
            if slot is not None:
                slots[len(lines)] = slot
            lines.append(line)
    return Printout("\n".join(lines) + "\n", slots)


_SLOTS: Mapping[str, Slot] = {"-": "old", "+": "new", "@": "frag"}


def _text_lines(block: Block, *, is_title: bool) -> Iterator[tuple[str, Slot | None]]:
    if isinstance(block, Heading):
        if not is_title:
            yield "", None
        yield from ((line, "commit") for line in _wrapped(block.words, hang=2))
    elif isinstance(block, Paragraph):
        yield "", None
        yield from ((line, None) for line in _wrapped(block.words, "  "))
    elif isinstance(block, Items):
        yield "", None
        for number, sentence in enumerate(block.sentences, 1):
            sign = f"  {number}. " if block.is_numbered else "  - "
            yield from ((line, None) for line in _wrapped(sentence, sign))
    else:
        if block.folded:
            yield from _text_lines(Paragraph(block.folded), is_title=False)
        yield "", None
        for line in block.lines:
            is_diff = block.kind == "diff"
            shown = _code_line(line)
            yield f"      {shown}".rstrip(), _SLOTS.get(shown[:1]) if is_diff else None


def _wrapped(words: str, sign: str = "", hang: int = 0) -> list[str]:
    """The words in lines; none but the first begins at the edge, whatever they are."""
    return textwrap.wrap(
        printable(words),
        _WIDTH,
        initial_indent=sign,
        subsequent_indent=" " * (len(sign) + hang),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _code_line(line: bytes | str) -> str:
    """A line with its tabs as blanks, those of a diff behind its sign."""
    if isinstance(line, bytes):
        return printable_diff_line(line)
    return printable(line.expandtabs())


def page_markdown(blocks: Iterable[Block]) -> Printout:
    """The page as Markdown, in which nothing of a repository means anything."""
    parts = [*_markdown_parts(blocks)]
    return Printout("\n\n".join(parts) + "\n", is_utf8=True)


def _markdown_parts(blocks: Iterable[Block]) -> Iterator[str]:
    sign = "#"
    for block in blocks:
        if isinstance(block, Heading):
            yield f"{sign} {inline(block.words)}"
            sign = "##"
        elif isinstance(block, Paragraph):
            yield inline(block.words)
        elif isinstance(block, Items):
            yield "\n".join(
                f"{f'{number}.' if block.is_numbered else '-'} {inline(sentence)}"
                for number, sentence in enumerate(block.sentences, 1)
            )
        else:
            lines = fenced(block.kind, map(_code_line, block.lines))
            yield _unfolding(block.folded, lines) if block.folded else lines


def _unfolding(summary: str, lines: str) -> str:
    return f"<details><summary>{html(summary)}</summary>\n\n{lines}\n\n</details>"


def page_html(blocks: Sequence[Block]) -> Printout:
    """The page for a browser; it has no script, and loads nothing."""
    title = next((b.words for b in blocks if isinstance(b, Heading)), "gitsplit")
    parts = [
        page_start(printable(title)),
        *_html_parts(blocks),
        "</main>\n</body>\n</html>\n",
    ]
    return Printout("".join(parts), is_utf8=True)


def _html_parts(blocks: Iterable[Block]) -> Iterator[str]:
    for at, block in enumerate(blocks):
        if isinstance(block, Heading):
            level = "h2" if at else "h1"
            yield f"<{level}>{_html_words(block.words)}</{level}>\n"
        elif isinstance(block, Paragraph):
            yield f"<p>{_html_words(block.words)}</p>\n"
        elif isinstance(block, Items):
            items = "".join(
                f"<li>{_html_words(each)}</li>\n" for each in block.sentences
            )
            kind = "ol" if block.is_numbered else "ul"
            yield f"<{kind}>\n{items}</{kind}>\n"
        else:
            lines = f"<pre>\n{''.join(_html_lines(block))}</pre>\n"
            summary = f"<details><summary>{text(block.folded)}</summary>\n"
            yield f"{summary}{lines}</details>\n" if block.folded else lines


_IN_CODE = re.compile("`([^`]+)`")


def _html_words(sentence: str) -> str:
    """The sentence, names in backquotes as code."""
    parts = _IN_CODE.split(printable(sentence))
    return "".join(
        f"<code>{text(part)}</code>" if at % 2 else text(part)
        for at, part in enumerate(parts)
    )


_SIGNS: Mapping[str, str] = {"-": "del", "+": "ins"}


def _html_lines(block: Code) -> Iterator[str]:
    """The lines, of a diff those that go and come as such."""
    shown = ((_sign(block, line), line) for line in block.lines)
    for name, run in groupby(shown, key=lambda pair: pair[0]):
        lines = "\n".join(code(line) for _, line in run) + "\n"
        yield f"<{name}>{lines}</{name}>" if name else lines


def _sign(block: Code, line: bytes | str) -> str:
    return _SIGNS.get(_code_line(line)[:1], "") if block.kind == "diff" else ""


PAGES: Mapping[str, Callable[[Sequence[Block]], Printout]] = {
    "text": page_text,
    "markdown": page_markdown,
    "html": page_html,
}
"""How a page is made in each format."""
