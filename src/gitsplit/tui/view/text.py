"""Text as it stands on the screen: safe characters, columns and signs.

What a terminal could take for a command is named instead, by the rule of
:mod:`gitsplit.model.escape`; here it is measured and cut to columns, and has a style.
"""

import codecs
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, groupby, islice, pairwise
from typing import NamedTuple

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from gitsplit.model.diff import FileChange
from gitsplit.model.emoji import EMOJI, MOST_CHARACTERS
from gitsplit.model.escape import is_plain, visible
from gitsplit.tui.view.colours import GROUP_COLOURS

TAB_WIDTH = 8
ELLIPSIS = "…"
NO_NEWLINE = " ◂ no newline at end of file"
CURSOR = "▶"
SELECTED = "▸"
OWNER = "◆"
WARNING = "⚠"
WRAPPED = "↪"
PROPOSED = "~"
LEFT_OUT = "×"
NO_MESSAGE = "(no message yet)"
_BLOCK = 1024
_MOST_MARKS = 4  # combining marks on one cell; a line of them would have no end
_MARK = " class:mark"
_UNSAFE = " class:unsafe"
SPACE = " class:space"
"""The style of white space that is to be seen: it has signs in place of blanks."""

_SPACE_SIGN = "·"
_TAB_SIGN = "→"


class Glyph(NamedTuple):
    """What stands for one character: its text, and the style it adds."""

    text: str
    style: str = ""


class Tint(NamedTuple):
    """The style of the characters ``start`` up to ``stop`` of a line, from 0."""

    start: int
    stop: int
    style: str


Tints = Callable[[FileChange, bool, int], tuple[Tint, ...]]
"""The tints of a line: the file's change, whether it is of the old side, its number."""


def no_tints(_change: FileChange, _is_old: bool, _line: int) -> tuple[Tint, ...]:
    """Nothing: all text is alike."""
    return ()


@lru_cache(maxsize=4096)
def layered(*layers: tuple[Tint, ...]) -> tuple[Tint, ...]:
    """Tints that may overlap, as tints one after the other; styles of later ones last.

    >>> layered((Tint(0, 4, "a"),), (Tint(2, 6, "b"),))
    (Tint(start=0, stop=2, style='a'), Tint(start=2, stop=4, style='ab'), \
Tint(start=4, stop=6, style='b'))
    """
    given = [*chain.from_iterable(layers)]
    ends = sorted({end for tint in given for end in (tint.start, tint.stop)})
    found = []
    for start, stop in pairwise(ends):
        style = "".join(t.style for t in given if t.start <= start and stop <= t.stop)
        found += [Tint(start, stop, style)] if style else []
    return tuple(found)


def glyphs(text: bytes | str) -> Iterator[Glyph]:
    r"""What each character of ``text`` is shown as, lazily.

    >>> "".join(glyph.text for glyph in glyphs(b"\xe9\x1b[1m\xe2\x80\xae"))
    '<E9>␛[1m<U+202E>'
    """
    marks = _MOST_MARKS
    for char in _characters(text):
        if len(char) > 1:
            # As many as there are characters, so that tints count them.
            yield Glyph(char if get_cwidth(char) > 1 else f"{char} ")
            yield from [Glyph("")] * (len(char) - 1)
            marks = 0
            continue
        combines = not get_cwidth(char) and char.isprintable()
        marks = marks + 1 if combines else 0
        yield _code_point(char) if marks > _MOST_MARKS else _glyph(char)


def _characters(text: bytes | str) -> Iterator[str]:
    """The characters, and emoji made of several.

    A byte that isn't UTF-8 is a lone surrogate (PEP 383).
    """
    before = ""
    for block in _text_blocks(text):
        known = before + block
        at = _end_of_whole(known)
        yield from units(known[:at])
        before = known[at:]
    yield from units(before)


def _end_of_whole(text: str) -> int:
    """Up to where no emoji is that may go on behind the text."""
    end = len(text) - MOST_CHARACTERS
    if text[max(0, end) :].isascii():
        return len(text)
    spans = (found.span() for found in EMOJI.finditer(text))
    return next((start for start, stop in spans if start < end < stop), max(0, end))


def units(text: str) -> Iterator[str]:
    """The characters of a text, but emoji made of several as they are."""
    at = 0
    if not text.isascii():
        for found in EMOJI.finditer(text):
            yield from text[at : found.start()]
            yield found[0]
            at = found.end()
    yield from text[at:]


def _text_blocks(text: bytes | str) -> Iterator[str]:
    if isinstance(text, str):
        yield text
        return
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    for at in range(0, len(text), _BLOCK):
        yield decoder.decode(text[at : at + _BLOCK])
    yield decoder.decode(b"", final=True)


def _glyph(char: str) -> Glyph:
    if is_plain(char) or char == "\t":
        return Glyph(char)
    name = visible(char)
    return Glyph(name, "" if name == char else _UNSAFE)


def _code_point(char: str) -> Glyph:
    """A combining mark by its number, on cells of its own."""
    return Glyph(f"<U+{ord(char):04X}>", _UNSAFE)


def _line_glyphs(line: bytes) -> Iterator[Glyph]:
    """The glyphs of a line of a file, and marks for how it ends."""
    body = line.removesuffix(b"\n")
    text = body.removesuffix(b"\r")
    yield from glyphs(text)
    if len(text) < len(body):
        yield Glyph("\u240d", _MARK)
    if len(body) == len(line):
        yield from (Glyph(char, _MARK) for char in NO_NEWLINE)


def line_cells(
    line: bytes,
    width: int,
    style: str = "",
    pan: int = 0,
    tints: Sequence[Tint] = (),
) -> StyleAndTextTuples:
    """Columns ``pan`` up to ``pan + width`` of a line; ``…`` where there is more.

    A line without its newline is marked. Costs what it shows; what stands before
    ``pan`` is skipped where it is plain.
    """
    start = line[: pan + width + 1]
    if _is_plain(start.removesuffix(b"\n")) and (
        len(start) < len(line) or line.endswith(b"\n")
    ):
        return _plain_cells(start, width, style, pan, tints)
    skipped = pan - pan % TAB_WIDTH
    if not _is_plain(line[:skipped]):
        skipped = 0
    found = _line_glyphs(line[skipped:])
    cells = _window(_with_tints(found, skipped, tints), pan - skipped, width, pan > 0)
    return [
        (style + extra, "".join(glyph.text for glyph in members))
        for extra, members in groupby(cells, lambda glyph: glyph.style)
    ]


def _is_plain(text: bytes) -> bool:
    """Whether each byte is one printable ASCII character, one column wide."""
    return text.isascii() and text.decode("ascii").isprintable()


def _plain_cells(
    start: bytes, width: int, style: str, pan: int, tints: Sequence[Tint]
) -> StyleAndTextTuples:
    """The cells of a line whose characters are its bytes and its columns.

    ``start`` is as much of it as is needed to know whether it goes on.
    """
    text = start.decode("ascii").removesuffix("\n")
    end = [(style + _MARK, ELLIPSIS)] if len(text) > pan + width else []
    first, stop = pan + (pan > 0), pan + width - len(end)
    cells: StyleAndTextTuples = []
    if pan and text:
        cells.append((style + _MARK, ELLIPSIS))
    for tint in tints:
        if first < tint.stop and tint.start < stop:
            inside = text[max(first, tint.start) : min(tint.stop, stop)]
            if tint.style.endswith(SPACE):
                inside = inside.replace(" ", _SPACE_SIGN)
            cells += [
                (style, text[first : max(first, tint.start)]),
                (style + tint.style, inside),
            ]
            first = max(first, tint.stop)
    return [*cells, (style, text[first:stop]), *end]


def _with_tints(
    found: Iterator[Glyph], skipped: int, tints: Sequence[Tint]
) -> Iterator[Glyph]:
    """The glyphs of a line from character ``skipped`` on, tinted."""
    at = skipped
    for tint in tints:
        yield from islice(found, max(0, tint.start - at))
        inside = islice(found, max(0, tint.stop - max(at, tint.start)))
        for text, extra in inside:
            is_seen = text == " " and tint.style.endswith(SPACE)
            yield Glyph(_SPACE_SIGN if is_seen else text, tint.style + extra)
        at = max(at, tint.stop)
    yield from found


def _window(
    found: Iterator[Glyph], pan: int, width: int, is_panned: bool
) -> list[Glyph]:
    """The glyphs within the columns, tabs as blanks, a ``…`` where others are cut."""
    start, stop = pan + is_panned, pan + width
    kept: list[Glyph] = []
    room, room_at = int(is_panned), start  # what is kept where a … must follow
    column = 0
    for text, style in found:
        if is_panned and not kept:
            kept.append(Glyph(ELLIPSIS, _MARK))
        wide = TAB_WIDTH - column % TAB_WIDTH if text == "\t" else get_cwidth(text)
        column += wide
        if column > stop:
            gap = Glyph(" " * (stop - 1 - room_at))
            return [*kept[:room], gap, Glyph(ELLIPSIS, _MARK)]
        if column > start:
            is_cut = text == "\t" or column - wide < start
            blanks = " " * (min(wide, column - start))
            if text == "\t" and style.endswith(SPACE):
                blanks = f"{_TAB_SIGN}{blanks[1:]}"
            kept.append(Glyph(blanks if is_cut else text, style))
        if column < stop:
            room, room_at = len(kept), max(column, start)
    return kept


_MATCH = " class:match"
_CAPITALS = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def _match_starts(shown: str, text: str) -> Iterator[int]:
    """Where a searched text begins in what is shown, one after the other."""
    if text == text.translate(_CAPITALS):
        shown = shown.translate(_CAPITALS)
    at = shown.find(text)
    while at >= 0 and text:
        yield at
        at = shown.find(text, at + len(text))


def has_match(cells: StyleAndTextTuples, text: str) -> bool:
    """Whether a line shows the searched text; capital letters as in a search."""
    return (
        next(_match_starts("".join(part for _, part, *_ in cells), text), None)
        is not None
    )


def with_matches(cells: StyleAndTextTuples, text: str) -> StyleAndTextTuples:
    """A line in which the searched text stands out."""
    starts = [*_match_starts("".join(part for _, part, *_ in cells), text)]
    if not starts:
        return cells
    seen = tuple(Tint(start, start + len(text), _MATCH) for start in starts)
    found: StyleAndTextTuples = []
    at = 0
    for style, part, *_ in cells:
        inside = [
            tint for tint in seen if at < tint.stop and tint.start < at + len(part)
        ]
        done = at
        for tint in inside:
            start, stop = max(at, tint.start), min(at + len(part), tint.stop)
            found.append((style, part[done - at : start - at]))
            found.append((style + _MATCH, part[start - at : stop - at]))
            done = stop
        found.append((style, part[done - at :]))
        at += len(part)
    return [cell for cell in found if cell[1]]


def one_line(text: bytes | str) -> str:
    """A short text (a path, a subject) on one line; a tab is a blank."""
    start = text[:_BLOCK]
    plain = start.decode("latin-1") if isinstance(start, bytes) else start
    if plain.isascii() and plain.isprintable():
        return plain
    return "".join(" " if g.text == "\t" else g.text for g in glyphs(start))


def start_of(text: str, width: int) -> str:
    """The text, or as much of it as fits before a ``…``."""
    if get_cwidth(text) <= width:
        return text
    column = at = 0
    for unit in units(text):
        column += get_cwidth(unit)
        if column > width - 1:
            return text[:at] + ELLIPSIS[:width]
        at += len(unit)
    return text


def end_of(text: str, width: int) -> str:
    """The text, or as much of its end as fits after a ``…``: for paths."""
    if get_cwidth(text) <= width:
        return text
    kept: list[str] = []
    column = 0
    for unit in reversed([*units(text)]):
        column += get_cwidth(unit)
        if column > width - 1:
            break
        kept.append(unit)
    return ELLIPSIS[:width] + "".join(reversed(kept))


def column_text(text: str, width: int) -> str:
    """The text clipped and filled with blanks to exactly ``width`` columns."""
    cut = start_of(text, width)
    return cut + " " * (width - get_cwidth(cut))


def wrapped(
    cells: StyleAndTextTuples, width: int, head: StyleAndTextTuples, indent: int
) -> list[StyleAndTextTuples]:
    """A line on lines of ``width`` columns; ``head`` begins each but the first.

    The first ``indent`` columns aren't broken; as wide is the head.
    """
    lines: list[StyleAndTextTuples] = [[]]
    column = 0
    for style, text, *_ in cells:
        begun = at = 0
        for unit in units(text):
            wide = get_cwidth(unit)
            if column + wide > width and column > indent:
                lines[-1].append((style, text[begun:at]))
                lines.append([*head])
                begun, column = at, indent
            column += wide
            at += len(unit)
        lines[-1].append((style, text[begun:]))
    return lines


def text_lines(text: str, width: int) -> list[str]:
    """The text on lines of at most ``width`` columns, broken at blanks if possible."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if get_cwidth(longer) <= width:
            lines[-1] = longer
        else:
            lines += [word] if lines[-1] else []
            lines[-1] = start_of(word, width)
    return lines


def group_style(group: int) -> str:
    """The style of what belongs to a group; the colours repeat after the last one."""
    return f"class:group{group % GROUP_COLOURS}"
