"""What differs inside changed lines: words, and white space that can't be seen.

A line is compared with its partner, the line of the other side that it became (the rule
of :mod:`gitsplit.model.align`). As in git's diff-highlight nothing is pointed out where
two lines have too little in common: then all of it differs, and that is seen. Each line
is compared when it is in sight, and long ones roughly.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from gitsplit.model.align import partners
from gitsplit.model.diff import FileChange, Hunk, Span, hunk_lines_of
from gitsplit.model.memo import memo

_TOKEN = re.compile(r"\w+|[^\S\n]+|[^\w\s]|\n")
_TRAILING = re.compile(rb"[ \t]+\Z")
_MOST_PAIRS = 1_000
"""Of more pairs of lines, partners are those at the same place."""

_MOST_TOKEN_PAIRS = 2_500
"""Of more pairs of tokens, all between the first and the last that differ does."""

_LONGEST = 4_000  # characters; of a longer line no tokens are looked for
_FAR = 1 << 18  # bytes; what differs further on in a line isn't pointed out
_LEAST_COMMON = 0.3  # of the characters that aren't blank, in both lines
_JOINER = "\u200d"


class LineMarks(NamedTuple):
    """What is pointed out in a line, as characters of its text from 0.

    ``words`` differ from the line's partner; ``blanks`` are white space that is to be
    seen: where it differs, or at the end of an added line. ``has_return`` says whether
    a carriage return at the end is to be seen. ``first`` is where the two lines begin
    to differ, which may be between two characters of one of them.
    """

    words: tuple[Span, ...] = ()
    blanks: tuple[Span, ...] = ()
    has_return: bool = False
    first: int = 0


NO_MARKS = LineMarks()


def line_marks(
    change: FileChange, is_old: bool, line: int, partner: int | None
) -> LineMarks:
    """What is pointed out in a changed line, where ``partner`` is its partner."""
    lines, others = change.new_lines, change.old_lines
    if is_old:
        lines, others = others, lines
    text = lines[line]
    if partner is None:
        is_odd = _ends_in_return(text) and not _uses_returns(change)
        blanks = () if is_old else _trailing_blanks(text)
        return LineMarks((), blanks, is_odd and not is_old)
    other = others[partner]
    pair = (text, other) if is_old else (other, text)
    found = _differences(*(line[:_FAR] for line in pair))
    words, blanks = found.old if is_old else found.new
    if not is_old:
        blanks = (
            *blanks,
            *(each for each in _trailing_blanks(text) if each not in blanks),
        )
    has_return = _ends_in_return(text) != _ends_in_return(other)
    return LineMarks(words, blanks, has_return, found.first)


def partner_of(change: FileChange, is_old: bool, line: int) -> int | None:
    """The line that a changed line became, or that it was; None where there is none."""
    number = hunk_at(change, is_old, line)
    if number is None:
        return None
    hunk = change.hunks[number]
    first, other = (hunk.old, hunk.new) if is_old else (hunk.new, hunk.old)
    at = line - first.start
    if len(hunk.old) != len(hunk.new) and len(hunk.old) * len(hunk.new) <= _MOST_PAIRS:
        found = _partner_places(change, hunk)[is_old].get(at)
    else:
        found = at if at < len(other) else None
    return None if found is None else other.start + found


def hunk_at(change: FileChange, is_old: bool, line: int) -> int | None:
    """The number of the hunk that has the line on this side; None where none has."""
    hunks = change.hunks
    if is_old:
        at = bisect_right(hunks, line, key=lambda hunk: hunk.old.start) - 1
        return at if at >= 0 and line in hunks[at].old else None
    at = bisect_right(hunks, line, key=lambda hunk: hunk.new.start) - 1
    return at if at >= 0 and line in hunks[at].new else None


@memo
def _partner_places(change: FileChange, hunk: Hunk) -> tuple[dict[int, int], ...]:
    """The places of partners in a hunk: of new lines, then of old ones."""
    pairs = partners(*hunk_lines_of(change, hunk))
    return {new: old for old, new in pairs}, dict(pairs)


def _ends_in_return(line: bytes) -> bool:
    return line.endswith((b"\r\n", b"\r"))


def _uses_returns(change: FileChange) -> bool:
    """Whether the file before began with a line that ends in a carriage return."""
    return len(change.old_lines) > 0 and _ends_in_return(change.old_lines[0])


def _body(line: bytes) -> bytes:
    """The line without its end."""
    return line.removesuffix(b"\n").removesuffix(b"\r")


def _text(line: bytes) -> str:
    return line.decode("utf-8", "surrogateescape")


def _trailing_blanks(line: bytes) -> tuple[Span, ...]:
    """The blanks and tabs at the end of a line."""
    body = _body(line)
    found = _TRAILING.search(body) if body[-1:] in (b" ", b"\t") else None
    if found is None:
        return ()
    start = len(_text(body[: found.start()]))
    return (Span(start, start + len(found[0])),)


_Side = tuple[tuple[Span, ...], tuple[Span, ...]]
"""The words of a line that differ, and the white space."""


class _Differences(NamedTuple):
    old: _Side
    new: _Side
    first: int = 0


_ALIKE = _Differences(((), ()), ((), ()))


@lru_cache(maxsize=4096)
def _differences(old: bytes, new: bytes) -> _Differences:
    """What differs in two lines that are partners."""
    texts = _text(_body(old)), _text(_body(new))
    if texts[0] == texts[1]:
        return _ALIKE
    is_long = max(map(len, texts)) > _LONGEST
    parts = _long_parts(*texts) if is_long else _parts(*texts)
    old_words, new_words = (
        _joined([part[side] for part in parts], texts[side]) for side in (0, 1)
    )
    if _common_share((old_words, new_words), texts) < _LEAST_COMMON:
        return _ALIKE
    blank = [part for part in parts if _is_blank(part, texts)]
    old_blanks, new_blanks = (
        tuple(part[side] for part in blank if part[side]) for side in (0, 1)
    )
    first = parts[0][0].start
    return _Differences((old_words, old_blanks), (new_words, new_blanks), first)


_Part = tuple[Span, Span]
"""A run of old characters and the new ones in its place; one of them may be empty."""


def _is_blank(part: _Part, texts: Sequence[str]) -> bool:
    """Whether only white space differs."""
    return not any(
        text[span.start : span.stop].strip()
        for text, span in zip(texts, part, strict=True)
    )


def _joined(spans: Sequence[Span], text: str) -> tuple[Span, ...]:
    """The spans that aren't empty, joined where only blanks are between two."""
    found: list[Span] = []
    for span in filter(len, spans):
        if found and not text[found[-1].stop : span.start].strip():
            found[-1] = Span(found[-1].start, span.stop)
        else:
            found.append(span)
    return tuple(found)


def _common_share(words: Sequence[Sequence[Span]], texts: Sequence[str]) -> float:
    """How much of both lines doesn't differ, of the characters that aren't blank."""
    total = sum(map(_ink, texts))
    differing = sum(
        _ink(text[span.start : span.stop])
        for spans, text in zip(words, texts, strict=True)
        for span in spans
    )
    return 1 - differing / total if total else 1.0


def _ink(text: str) -> int:
    """The number of characters that aren't blank."""
    return len("".join(text.split()))


def _long_parts(old: str, new: str) -> list[_Part]:
    """What is between the common start and the common end of two long lines."""
    start = _common_length(old, new)
    most = min(len(old), len(new)) - start
    end = min(most, _common_length(old[::-1], new[::-1]))
    return [(Span(start, len(old) - end), Span(start, len(new) - end))]


def _common_length(one: str, other: str) -> int:
    """The length of the common start, by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _parts(old: str, new: str) -> list[_Part]:
    """The runs of tokens that differ."""
    olds, news = _tokens(old), _tokens(new)
    starts = _starts(olds), _starts(news)
    return [
        (
            Span(starts[0][a], starts[0][b]),
            Span(starts[1][c], starts[1][d]),
        )
        for a, b, c, d in _token_runs(olds, news)
    ]


def _token_runs(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[int, int, int, int]]:
    """The runs of tokens of both sides that differ, between tokens that don't."""
    most = min(len(old), len(new))
    head = next((n for n in range(most) if old[n] != new[n]), most)
    most -= head
    tail = next((n for n in range(most) if old[-1 - n] != new[-1 - n]), most)
    stops = len(old) - tail, len(new) - tail
    if (stops[0] - head) * (stops[1] - head) > _MOST_TOKEN_PAIRS:
        yield head, stops[0], head, stops[1]
        return
    matcher = SequenceMatcher(
        None, old[head : stops[0]], new[head : stops[1]], autojunk=False
    )
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            yield head + a, head + b, head + c, head + d


def _tokens(text: str) -> list[str]:
    """Words, runs of blanks, and other characters, none of which is torn apart."""
    found = _TOKEN.findall(text)
    if text.isascii():
        return found
    whole: list[str] = []
    for token in found:
        if whole and (_continues(token) or whole[-1].endswith(_JOINER)):
            whole[-1] += token
        else:
            whole.append(token)
    return whole


def _continues(token: str) -> bool:
    """Whether the token is seen as a part of the character before it."""
    is_tone = "\U0001f3fb" <= token[0] <= "\U0001f3ff"
    return is_tone or token[0] == _JOINER or unicodedata.category(token[0])[0] == "M"


def _starts(tokens: Sequence[str]) -> list[int]:
    """Where each token begins, and the end."""
    starts = [0]
    for token in tokens:
        starts.append(starts[-1] + len(token))
    return starts
