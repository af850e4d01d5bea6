"""Where a text is in a diff: in lines, also those folded away, and in paths.

Whole files are looked through at once, and the lines of each match counted; which of
them the diff has is found by bisection. A text in small letters is found in capital
ones, too.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct, field

from gitsplit.model.diff import FileChange
from gitsplit.model.memo import memo
from gitsplit.tui.diff.rows import DiffRow, RowKind, Rows, Segment

_TEXT = {RowKind.CONTEXT, RowKind.OLD, RowKind.NEW, RowKind.FOLD}
_SMALL = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz")


class Needle(Struct, frozen=True):
    """A text that is looked for; capital letters count only where it has one.

    ``sides`` has the lines with it of each side of a file that was looked through.
    """

    text: bytes
    sides: dict[tuple[int, bool], Sequence[int]] = field(default_factory=dict)

    @property
    def is_small(self) -> bool:
        """Whether capital letters don't count."""
        return self.text == self.text.translate(_SMALL)

    def is_in(self, text: bytes) -> bool:
        """Whether it is in a text."""
        return self.text in (text.translate(_SMALL) if self.is_small else text)

    def lines_in(
        self, changes: Sequence[FileChange], segment: Segment
    ) -> Sequence[int]:
        """The lines of a segment that have it, in order."""
        key = segment.file, segment.is_old
        if key not in self.sides:
            change = changes[segment.file]
            side = change.old_lines if segment.is_old else change.new_lines
            self.sides[key] = [*self._lines(side.content)]
        lines = self.sides[key]
        shown = segment.lines
        return lines[bisect_left(lines, shown.start) : bisect_left(lines, shown.stop)]

    def _lines(self, content: bytes) -> Iterator[int]:
        """The numbers of the lines that have it, from 0."""
        text = content.translate(_SMALL) if self.is_small else content
        line = passed = 0
        at = text.find(self.text)
        while at >= 0:
            line += text.count(b"\n", passed, at)
            yield line
            passed = text.find(b"\n", at) + 1
            line += 1
            at = text.find(self.text, passed) if passed else -1


def needle_of(text: str) -> Needle:
    """What is looked for, as it is typed."""
    return Needle(text.encode("utf-8", "surrogateescape"))


class Match(NamedTuple):
    """A line that has the text, or a file's header: its segment's number, its line."""

    segment: int
    line: int


@memo
def _needle(_: Sequence[FileChange], text: str) -> Needle:
    """The needle, which has looked through these files: they stay as hunks are cut."""
    return needle_of(text)


@memo
def matches(
    changes: Sequence[FileChange], rows: Rows, text: str, names: Sequence[bytes] = ()
) -> tuple[Match, ...]:
    """All matches of a text in the diff, from the top.

    ``names`` has for each file what its header names besides, where it does.
    """
    needle = _needle(changes, text)
    return tuple(
        Match(number, line)
        for number, segment in enumerate(rows.segments)
        for line in matching_lines(changes, segment, needle, names)
    )


def matching_lines(
    changes: Sequence[FileChange],
    segment: Segment,
    needle: Needle,
    names: Sequence[bytes] = (),
) -> Sequence[int]:
    """The lines of a segment that match; its own where it is a file's header."""
    if segment.kind is RowKind.FILE:
        change = changes[segment.file]
        sides = (side for side in (change.old, change.new) if side is not None)
        found = [*(side.path for side in sides), *names[segment.file :][:1]]
        is_found = any(map(needle.is_in, found))
        return (segment.first,) if is_found else ()
    return needle.lines_in(changes, segment) if segment.kind in _TEXT else ()


def match_at(rows: Rows, found: Sequence[Match], row: int) -> int | None:
    """Which of the matches is in this row, from 0; None where none is."""
    here = _place_of(rows, row)
    at = bisect_left(found, here)
    return at if at < len(found) and found[at] == here else None


def next_match(rows: Rows, found: Sequence[Match], row: int, by: int) -> DiffRow | None:
    """The next match below a row, or the previous one where ``by`` is -1.

    Round the ends: the row's own comes last. A line that is folded away is one, too.
    """
    if not found:
        return None
    here = _place_of(rows, row)
    at = bisect_right(found, here) if by > 0 else bisect_left(found, here) - 1
    segment, line = found[at % len(found)]
    return DiffRow(rows.segments[segment], line)


def _place_of(rows: Rows, row: int) -> Match:
    return Match(rows.segment_at(row), rows[row].line)


class MatchingEdits(NamedTuple):
    """The edits with matches in their lines: places in the plan, and rows as runs."""

    places: tuple[int, ...]
    runs: tuple[range, ...]


@memo
def matching_edits(
    changes: Sequence[FileChange], rows: Rows, text: str
) -> MatchingEdits:
    """The edits of which a removed or an added line has the text."""
    edits = dict.fromkeys(
        edit
        for match in matches(changes, rows, text)
        if (edit := rows.segments[match.segment].edit) is not None
    )
    return MatchingEdits(
        tuple(map(rows.place_of, edits)), tuple(map(rows.rows_of, edits))
    )
