"""The rows of the diff: which line of which file stands where, without their text.

A row is found by bisection, so that a screen of a commit with 200,000 changed lines
asks for no more than the rows it shows. Each edit's rows stand together: its old
lines, then its new ones, as git shows them; a long piece is folded in its middle.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import accumulate, chain, groupby
from typing import NamedTuple

from gitsplit.core.changes import FileChange, Span
from gitsplit.core.edits import Edit, FactEdit, TextEdit, edits_by_file

CONTEXT_LINES = 3
_FOLD_ABOVE = 12
_FOLD_SHOWS = 3


class RowKind(Enum):
    """What a row shows."""

    BLANK = auto()
    FILE = auto()
    FACT = auto()
    HUNK = auto()
    CONTEXT = auto()
    OLD = auto()
    NEW = auto()
    FOLD = auto()


class Header(NamedTuple):
    """The lines of both sides that stand under one ``@@``, with their context.

    ``above`` are the lines before them, in order, each span with whether it is of the
    old side, as far up as the ``previous`` header's first line. ``origin`` is the
    0-based line of the commit's old side at which they stand.
    """

    old: Span
    new: Span
    above: tuple[tuple[Span, bool], ...] = ()
    previous: "Header | None" = None
    origin: int = 0


class Segment(NamedTuple):
    """Rows of one kind that follow each other.

    ``first`` is the 0-based line that the first row shows: of the old file where
    ``is_old``, else of the new one. A FOLD is one row that stands for the lines
    ``hidden``; a HUNK is the ``header`` of the hunks ``hunks`` (one, or several that
    share their context).
    """

    kind: RowKind
    file: int
    first: int
    height: int = 1
    edit: Edit | None = None
    hidden: Span | None = None
    hunks: range = range(0)
    is_old: bool = False
    header: Header | None = None


class Row(NamedTuple):
    """One row: the segment it is in and the 0-based line it shows."""

    segment: Segment
    line: int

    @property
    def kind(self) -> RowKind:
        """What the row shows."""
        return self.segment.kind


FoldKey = tuple[TextEdit, bool]
"""A run of lines that can be folded: its edit, and whether it is the old lines."""


@dataclass(frozen=True, slots=True)
class Table:
    """Segments under each other; ``starts`` are their first rows, then the end."""

    segments: tuple[Segment, ...]
    starts: tuple[int, ...]

    def __len__(self) -> int:
        """The number of rows."""
        return self.starts[-1]

    def __getitem__(self, number: int) -> Row:
        """Row ``number``, from 0."""
        at = bisect_right(self.starts, number) - 1
        segment = self.segments[at]
        return Row(segment, segment.first + number - self.starts[at])


def table(segments: Iterable[Segment]) -> Table:
    """The table of these segments."""
    found = tuple(segments)
    return Table(found, _starts(found))


def _starts(segments: Iterable[Segment]) -> tuple[int, ...]:
    return tuple(accumulate((s.height for s in segments), initial=0))


@dataclass(frozen=True, slots=True)
class Rows(Table):
    """Every row of the diff of a commit. Made by :func:`diff_rows`."""

    by_file: tuple[tuple[Segment, ...], ...]
    place: dict[Edit, int]
    first_row: dict[Edit, int]

    def edit_at(self, number: int) -> int | None:
        """The place in the plan's edits of the edit in row ``number``, if any."""
        edit = self[number].segment.edit
        return None if edit is None else self.place[edit]

    def rows_of(self, edit: Edit) -> range:
        """The rows that an edit takes, which stand together."""
        first = self.first_row[edit]
        at = bisect_right(self.starts, first) - 1
        stop = at
        while stop < len(self.segments) and self.segments[stop].edit == edit:
            stop += 1
        return range(first, self.starts[stop])


def diff_rows(
    changes: Sequence[FileChange],
    edits: Sequence[Edit],
    unfolded: frozenset[FoldKey] = frozenset(),
) -> Rows:
    """The rows of the whole diff of a commit whose edits are cut as given."""
    by_file = tuple(
        tuple(_file_segments(changes[file], file, found, unfolded))
        for file, found in edits_by_file(edits)
    )
    segments = tuple(chain.from_iterable(by_file))
    starts = _starts(segments)
    first_row: dict[Edit, int] = {}
    for segment, start in zip(segments, starts, strict=False):
        if segment.edit is not None:
            first_row.setdefault(segment.edit, start)
    place = {edit: number for number, edit in enumerate(edits)}
    return Rows(segments, starts, by_file, place, first_row)


def _file_segments(
    change: FileChange, file: int, edits: Sequence[Edit], unfolded: frozenset[FoldKey]
) -> Iterator[Segment]:
    """A file's header, its facts, and its hunks with their context."""
    if file:
        yield Segment(RowKind.BLANK, file, 0)
    yield Segment(RowKind.FILE, file, 0)
    for edit in edits:
        if isinstance(edit, FactEdit):
            yield Segment(RowKind.FACT, file, 0, edit=edit)
    texts = (edit for edit in edits if isinstance(edit, TextEdit))
    by_hunk = [tuple(found) for _, found in groupby(texts, lambda edit: edit.hunk)]
    for hunks in _sharing_context(change):
        members = tuple(chain.from_iterable(by_hunk[hunks.start : hunks.stop]))
        yield from _hunk_segments(change, file, hunks, members, unfolded)


def _sharing_context(change: FileChange) -> Iterator[range]:
    """The hunks whose lines of context touch, as runs of hunk numbers."""
    start = 0
    for number in range(1, len(change.hunks) + 1):
        if number == len(change.hunks) or (
            change.hunks[number].old.start - change.hunks[number - 1].old.stop
            > 2 * CONTEXT_LINES
        ):
            yield range(start, number)
            start = number


def _hunk_segments(
    change: FileChange,
    file: int,
    hunks: range,
    edits: Sequence[TextEdit],
    unfolded: frozenset[FoldKey],
) -> Iterator[Segment]:
    """One header, and the hunks with the context before, between and after them."""
    first, last = change.hunks[hunks[0]], change.hunks[hunks[-1]]
    at = max(0, first.old.start - CONTEXT_LINES)
    end = min(len(change.old_lines), last.old.stop + CONTEXT_LINES)
    above, below = first.old.start - at, end - last.old.stop
    new = Span(first.new.start - above, last.new.stop + below)
    header = Header(Span(at, end), new, ((Span(0, at), True),), origin=at)
    yield Segment(RowKind.HUNK, file, at, hunks=hunks, is_old=True, header=header)
    for number, members in groupby(edits, key=lambda edit: edit.hunk):
        hunk = change.hunks[number]
        if hunk.old.start > at:
            yield context(file, at, hunk.old.start)
        for edit in members:
            yield from _side_segments(edit, edit.old, True, unfolded)
            yield from _side_segments(edit, edit.new, False, unfolded)
        at = hunk.old.stop
    if end > at:
        yield context(file, at, end)


def context(file: int, start: int, stop: int, *, is_old: bool = True) -> Segment:
    """Unchanged lines ``start`` up to ``stop`` of the old side, or of the new one."""
    return Segment(RowKind.CONTEXT, file, start, stop - start, is_old=is_old)


def _side_segments(
    edit: TextEdit, lines: Span, is_old: bool, unfolded: frozenset[FoldKey]
) -> Iterator[Segment]:
    """The lines of one side of an edit, folded in the middle where they are many."""
    kind = RowKind.OLD if is_old else RowKind.NEW
    if not len(lines):
        return
    if len(lines) <= _FOLD_ABOVE or (edit, is_old) in unfolded:
        yield Segment(kind, edit.file, lines.start, len(lines), edit, is_old=is_old)
        return
    hidden = Span(lines.start + _FOLD_SHOWS, lines.stop - _FOLD_SHOWS)
    yield Segment(kind, edit.file, lines.start, _FOLD_SHOWS, edit, is_old=is_old)
    yield Segment(RowKind.FOLD, edit.file, hidden.start, 1, edit, hidden, is_old=is_old)
    yield Segment(kind, edit.file, hidden.stop, _FOLD_SHOWS, edit, is_old=is_old)
