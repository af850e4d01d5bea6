"""The rows of the diff: which line of which file stands where, without their text.

A row is found by bisection, so that a screen of a commit with 200,000 changed lines
asks for no more than the rows it shows.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import pairwise
from typing import NamedTuple

from gitsplit.model.diff import Edit, FactEdit, Span, TextEdit, sort_key


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

    ``above`` are the lines before them, upwards, as spans of the old side or (false)
    of the new one. It may be endless to look at, so it is made as one goes.
    """

    old: Span
    new: Span
    above: Iterable[tuple[Span, bool]] = ()


class Segment(NamedTuple):
    """Rows of one kind that follow each other.

    ``first`` is the 0-based line that the first row shows: of the old file where
    ``is_old``, else of the new one. A FOLD is one row that stands for the lines
    ``hidden``; a HUNK is the header of the hunks ``hunks`` (one, or several that
    share their context). Where a line is ``ended``, it has a newline in the state that
    is shown, although its side ends without one.
    """

    kind: RowKind
    file: int
    first: int
    height: int = 1
    edit: Edit | None = None
    hidden: Span | None = None
    hunks: range = range(0)
    is_old: bool = False
    is_ended: bool = False


class DiffRow(NamedTuple):
    """One row: the segment it is in and the 0-based line it shows.

    ``header`` is what a HUNK says where that is not the whole commit's.
    """

    segment: Segment
    line: int
    header: Header | None = None

    @property
    def kind(self) -> RowKind:
        """What the row shows."""
        return self.segment.kind


FoldKey = tuple[TextEdit, bool]
"""A run of lines that can be folded: its edit, and whether it is the old lines."""


class Block(NamedTuple):
    """The rows of a file's head, or those under one ``@@``, which has context around.

    Cutting edits makes other blocks of the same number: ``hunks`` (none for a head)
    stay together. ``span`` are the lines of the old side, with those around. In
    ``segments``, ``firsts[i]`` is the number of the first segment of ``edits[i]``.
    """

    file: int
    hunks: range
    span: Span
    edits: tuple[Edit, ...]
    segments: tuple[Segment, ...]
    firsts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Every row of the diff of a commit. Made in :mod:`gitsplit.tui.diff.blocks`.

    ``starts`` are the first rows of the segments, then the end; likewise
    ``first_segments`` and ``first_places`` (in the plan's edits) of the blocks.
    ``by_file`` are the numbers of each file's blocks, its head first.
    """

    edits: tuple[Edit, ...]
    unfolded: frozenset[FoldKey] = field(compare=False)
    blocks: tuple[Block, ...]
    by_file: dict[int, range]
    first_segments: tuple[int, ...]
    first_places: tuple[int, ...]
    segments: tuple[Segment, ...]
    starts: tuple[int, ...]

    def __len__(self) -> int:
        """The number of rows."""
        return self.starts[-1]

    def __getitem__(self, number: int) -> DiffRow:
        """Row ``number``, from 0."""
        at = bisect_right(self.starts, number) - 1
        segment = self.segments[at]
        return DiffRow(segment, segment.first + number - self.starts[at])

    def edit_at(self, number: int) -> int | None:
        """The place in the plan's edits of the edit in row ``number``, if any."""
        edit = self[number].segment.edit
        return None if edit is None else self.place_of(edit)

    def place_of(self, edit: Edit) -> int:
        """The place of an edit in the plan's edits."""
        block = self.block_of(edit)
        return self.first_places[block] + _number_in(self.blocks[block], edit)

    def places_of(self, file: int) -> range:
        """The places in the plan's edits of the edits of a file."""
        blocks = self.by_file[file]
        ends = (blocks.start, blocks.stop)
        return range(*(self.first_places[block] for block in ends))

    def row_of(self, edit: Edit) -> int:
        """The first row of an edit."""
        return self.starts[self._segment_of(edit)]

    def rows_of(self, edit: Edit) -> range:
        """The rows that an edit takes, which stand together."""
        first = stop = self._segment_of(edit)
        while stop < len(self.segments) and self.segments[stop].edit == edit:
            stop += 1
        return range(self.starts[first], self.starts[stop])

    def _segment_of(self, edit: Edit) -> int:
        """The number of the first segment of an edit."""
        number = self.block_of(edit)
        block = self.blocks[number]
        return self.first_segments[number] + block.firsts[_number_in(block, edit)]

    def places_in(self, run: range) -> range:
        """The places in the plan's edits of those that begin in a run of rows."""
        return range(self._places_before(run.start), self._places_before(run.stop))

    def segments_in(self, run: range) -> Iterator[tuple[Segment, int, int]]:
        """The segments with rows in the run, each with its first row and its end."""
        first = bisect_right(self.starts, run.start) - 1
        stop = bisect_left(self.starts, run.stop)
        bounds = pairwise(self.starts[first : stop + 1])
        for segment, (start, end) in zip(
            self.segments[first:stop], bounds, strict=True
        ):
            yield segment, start, end

    def _places_before(self, row: int) -> int:
        """How many edits begin above a row."""
        segment = bisect_left(self.starts, row)
        number = bisect_right(self.first_segments, segment) - 1
        if number == len(self.blocks):
            return len(self.edits)
        inside = segment - self.first_segments[number]
        return self.first_places[number] + bisect_left(
            self.blocks[number].firsts, inside
        )

    def block_at(self, row: int) -> int:
        """The number of the block that a row is in."""
        segment = bisect_right(self.starts, row) - 1
        return bisect_right(self.first_segments, segment) - 1

    def block_of(self, edit: Edit) -> int:
        """The number of the block that an edit is in, or was before it was cut."""
        blocks = self.by_file[edit.file]
        if isinstance(edit, FactEdit):
            return blocks[0]
        return self._block_of_hunk(blocks, edit.hunk)

    def _block_of_hunk(self, blocks: range, hunk: int) -> int:
        after = bisect_right(
            self.blocks,
            hunk,
            blocks[0] + 1,
            blocks.stop,
            key=lambda block: block.hunks.start,
        )
        return after - 1

    def segments_around(self, row: DiffRow) -> range:
        """The numbers of the segments among which a row is, here or cut otherwise."""
        block = self._block_around(row.segment, row.line)
        return range(self.first_segments[block], self.first_segments[block + 1])

    def _block_around(self, segment: Segment, line: int) -> int:
        """The number of the block that shows a line of ``segment``."""
        if segment.edit is not None:
            return self.block_of(segment.edit)
        blocks = self.by_file[segment.file]
        if segment.kind is RowKind.HUNK:
            return self._block_of_hunk(blocks, segment.hunks.start)
        if segment.kind is not RowKind.CONTEXT:
            return blocks[0]
        after = bisect_right(
            self.blocks,
            line,
            blocks[0] + 1,
            blocks.stop,
            key=lambda block: block.span.start,
        )
        return after - 1


def _number_in(block: Block, edit: Edit) -> int:
    """Which of the block's edits it is; KeyError where it is none of them."""
    number = bisect_left(block.edits, sort_key(edit), key=sort_key)
    if number == len(block.edits) or block.edits[number] != edit:
        raise KeyError(edit)
    return number
