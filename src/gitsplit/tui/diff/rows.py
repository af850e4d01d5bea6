"""The rows of a commit's diff: which line of which file is in which row of the screen.

Rows have no text, and most aren't even made: those of one kind are a segment, and a row
is found by bisection, so that a commit with 200,000 changed lines costs what is in
sight. Segments are in blocks: the head of a file, or the hunks under one ``@@``.

The rows of an edit stand together: its old lines, then its new ones. A long run is
folded in its middle; lines that came and went in a range are folded, each layer to a
row. Where edits are cut or runs unfolded, only the blocks from the
first to the last that differ are made anew; ``common_ends`` finds out which.
"""

import dataclasses
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import accumulate, chain, islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.model.diff import (
    Edit,
    FactEdit,
    FileChange,
    Span,
    TextEdit,
    edits_by_file,
    sort_key,
)
from gitsplit.tui.diff.common_ends import common_ends, starts_after

if TYPE_CHECKING:
    from gitsplit.model.layers import Layer, Layers

NO_LAYERS: "Layers" = {}
"""Nothing came and went, as in a single commit."""


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
    """An ``@@`` line: the lines of both sides in its hunk, context included.

    ``above`` are the lines before them, upwards, as spans, true for the old side; they
    are found as one goes, for the name of a function.
    """

    old: Span
    new: Span
    above: Iterable[tuple[Span, bool]] = ()


class Segment(Struct, frozen=True, gc=False):
    """Consecutive rows of one kind.

    ``first`` is the 0-based line that the first row shows: of the old file where
    ``is_old``, else of the new one. A FOLD is one row that stands for the lines
    ``hidden``; they are of a ``layer`` if they came and went. A HUNK is the header of
    the hunks ``hunks`` (one, or several that share their context), ``hidden`` being the
    old side's lines under it. Where ``is_ended``, the last line has a newline in the
    commit that is shown, although the file of its side ends without one.
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
    layer: "Layer | None" = None

    @property
    def lines(self) -> range:
        """The 0-based lines that it stands for, hidden ones included."""
        if self.hidden is not None:
            return self.hidden.numbers
        return range(self.first, self.first + self.height)


class DiffRow(NamedTuple):
    """One row: the segment it is in and the 0-based line it shows.

    ``header`` is the ``@@`` line of a HUNK in the diff of one new commit.
    """

    segment: Segment
    line: int
    header: Header | None = None

    @property
    def kind(self) -> RowKind:
        """What the row shows."""
        return self.segment.kind


CONTEXT_LINES = 3
"""So many unchanged lines are shown around hunks, unless the user wants others."""


class FoldKey(NamedTuple):
    """Lines that can be folded: their edit, and whether they are its old lines.

    They are the middle of a long run, or those that came and went with the change
    number ``other`` of a range.
    """

    edit: TextEdit
    is_old: bool
    other: int | None = None


def fold_key(fold: Segment) -> FoldKey:
    """The lines that a FOLD is for."""
    assert isinstance(fold.edit, TextEdit), "a fold hides lines of an edit"
    other = None if fold.layer is None else fold.layer.other
    return FoldKey(fold.edit, fold.is_old, other)


class Block(Struct, frozen=True, gc=False):
    """The segments of a file's head, or of the hunks under one ``@@`` with context.

    It stays the same run of ``hunks`` (none for a head) however their edits are cut.
    ``span`` are its lines of the old side, context included. ``firsts`` has for each of
    ``edits`` the number of its first segment in ``segments``.
    """

    file: int
    hunks: range
    span: Span
    edits: tuple[Edit, ...]
    segments: tuple[Segment, ...]
    firsts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of the diff of a commit, as :func:`diff_rows` makes them.

    ``starts`` are the first rows of the segments, then the end; likewise
    ``first_segments`` and ``first_places`` (in the plan's edits) of the blocks.
    ``by_file`` are the numbers of each file's blocks, its head first. ``context`` is
    how many unchanged lines are shown around hunks. ``layers`` are the lines that are
    folded because they came and went.
    """

    edits: tuple[Edit, ...]
    unfolded: frozenset[FoldKey] = field(compare=False)
    blocks: tuple[Block, ...]
    by_file: dict[int, range]
    first_segments: tuple[int, ...]
    first_places: tuple[int, ...]
    segments: tuple[Segment, ...]
    starts: tuple[int, ...]
    context: int = CONTEXT_LINES
    layers: "Layers" = field(default_factory=dict, compare=False)

    def __len__(self) -> int:
        """The number of rows."""
        return self.starts[-1]

    def __getitem__(self, number: int) -> DiffRow:
        """Row ``number``, from 0."""
        at = self.segment_at(number)
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

    def rows_of_file(self, file: int) -> range:
        """The rows of a file, its header first."""
        blocks = self.by_file[file]
        first, stop = (self.first_segments[at] for at in (blocks.start, blocks.stop))
        has_blank = self.segments[first].kind is RowKind.BLANK
        return range(self.starts[first + has_blank], self.starts[stop])

    def segment_at(self, row: int) -> int:
        """The number of the segment that a row is in."""
        return bisect_right(self.starts, row) - 1

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
        first = self.segment_at(run.start)
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
        return bisect_right(self.first_segments, self.segment_at(row)) - 1

    def block_of(self, edit: Edit) -> int:
        """The number of the block that an edit is in, or was before it was cut."""
        blocks = self.by_file[edit.file]
        if isinstance(edit, FactEdit):
            return blocks[0]
        return self.block_of_hunk(blocks, edit.hunk)

    def block_of_hunk(self, blocks: range, hunk: int) -> int:
        """The number of the block, among those of a file, that a hunk is in."""
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
            return self.block_of_hunk(blocks, segment.hunks.start)
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


def folds_of(rows: Rows, edit: TextEdit) -> tuple[Segment, ...]:
    """What is folded of the lines of an edit."""
    segments = (segment for segment, *_ in rows.segments_in(rows.rows_of(edit)))
    return tuple(segment for segment in segments if segment.kind is RowKind.FOLD)


_FOLD_ABOVE = 12
_FOLD_SHOWS = 3


def diff_rows(
    changes: Sequence[FileChange],
    edits: tuple[Edit, ...],
    unfolded: frozenset[FoldKey] = frozenset(),
    context: int = CONTEXT_LINES,
    layers: "Layers" = NO_LAYERS,
) -> Rows:
    """The rows of the whole diff of a commit whose edits are cut as given."""
    places: list[_BlockPlace] = []
    by_file = {}
    for file, _ in edits_by_file(edits):
        head = len(places)
        places.append(_BlockPlace(file, range(0), Span(0, 0)))
        places += _block_places(changes[file], file, context)
        by_file[file] = range(head, len(places))
    folds = _Folds(layers, unfolded)
    blocks = tuple(_blocks_at(changes, places, edits, folds))
    segments = tuple(chain.from_iterable(block.segments for block in blocks))
    return Rows(
        edits,
        unfolded,
        blocks,
        by_file,
        tuple(accumulate((len(b.segments) for b in blocks), initial=0)),
        tuple(accumulate((len(b.edits) for b in blocks), initial=0)),
        segments,
        tuple(accumulate((s.height for s in segments), initial=0)),
        context,
        layers,
    )


def rows_after(
    rows: Rows,
    changes: Sequence[FileChange],
    edits: tuple[Edit, ...],
    unfolded: frozenset[FoldKey],
) -> Rows:
    """The rows of the same diff, cut or folded otherwise.

    What :func:`diff_rows` says, but only the blocks from the first to the last that
    differ are made anew.
    """
    touched = _stale_blocks(rows, edits, unfolded)
    if not touched:
        return dataclasses.replace(rows, edits=edits, unfolded=unfolded)
    old = rows.blocks[touched.start : touched.stop]
    places = (_BlockPlace(block.file, block.hunks, block.span) for block in old)
    first = rows.first_places[touched.start]
    folds = _Folds(rows.layers, unfolded)
    made = tuple(_blocks_at(changes, places, edits[first:], folds))
    return _with_blocks(rows, touched, made, edits, unfolded)


def _stale_blocks(
    rows: Rows, edits: tuple[Edit, ...], unfolded: frozenset[FoldKey]
) -> range:
    """The blocks from the first to the last whose edits or folds have changed."""
    cut = common_ends(rows.edits, edits).middle(rows.edits)
    found = [rows.block_of(edit) for edit in (*cut[:1], *cut[-1:])]
    if unfolded is not rows.unfolded:
        others = [key.edit for key in rows.unfolded ^ unfolded]
        ends = (bound(others, key=sort_key) for bound in (min, max) if others)
        found += (rows.block_of(edit) for edit in ends)
    return range(min(found), max(found) + 1) if found else range(0)


def _with_blocks(
    rows: Rows,
    touched: range,
    made: tuple[Block, ...],
    edits: tuple[Edit, ...],
    unfolded: frozenset[FoldKey],
) -> Rows:
    """The rows with these blocks in the place of the ``touched`` ones."""
    first, stop = (rows.first_segments[at] for at in (touched.start, touched.stop))
    segments = tuple(chain.from_iterable(block.segments for block in made))
    return Rows(
        edits,
        unfolded,
        (*rows.blocks[: touched.start], *made, *rows.blocks[touched.stop :]),
        rows.by_file,
        starts_after(rows.first_segments, touched, [len(b.segments) for b in made]),
        starts_after(rows.first_places, touched, [len(b.edits) for b in made]),
        (*rows.segments[:first], *segments, *rows.segments[stop:]),
        starts_after(rows.starts, range(first, stop), [s.height for s in segments]),
        rows.context,
        rows.layers,
    )


class _BlockPlace(NamedTuple):
    """Where a block is: its file, its hunks, and their lines of the old side."""

    file: int
    hunks: range
    span: Span


def _block_places(change: FileChange, file: int, context: int) -> Iterator[_BlockPlace]:
    """The places of a file's blocks, but for its head."""
    height = len(change.old_lines)
    for hunks in _hunk_runs(change, context):
        first, last = change.hunks[hunks[0]].old, change.hunks[hunks[-1]].old
        start, stop = first.start - context, last.stop + context
        yield _BlockPlace(file, hunks, Span(max(0, start), min(height, stop)))


def _hunk_runs(change: FileChange, context: int) -> Iterator[range]:
    """The hunks whose lines of context touch, as runs of hunk numbers."""
    hunks = change.hunks
    start = 0
    for number in range(1, len(hunks) + 1):
        if number == len(hunks) or (
            hunks[number].old.start - hunks[number - 1].old.stop > 2 * context
        ):
            yield range(start, number)
            start = number


def _blocks_at(
    changes: Sequence[FileChange],
    places: Iterable[_BlockPlace],
    edits: Sequence[Edit],
    folds: "_Folds",
) -> Iterator[Block]:
    """The blocks at these places, whose edits come first."""
    at = 0
    for place in places:
        start = at
        while at < len(edits) and _belongs_to(edits[at], place):
            at += 1
        members = tuple(edits[start:at])
        if place.hunks:
            texts = [edit for edit in members if isinstance(edit, TextEdit)]
            found = _hunk_segments(changes[place.file], place, texts, folds)
        else:
            found = _head_segments(place.file, members)
        yield Block(*place, members, *found)


def _belongs_to(edit: Edit, place: _BlockPlace) -> bool:
    """Whether an edit belongs to the hunks of a place, or to the head if none."""
    if edit.file != place.file:
        return False
    return edit.hunk in place.hunks if isinstance(edit, TextEdit) else not place.hunks


_BlockSegments = tuple[tuple[Segment, ...], tuple[int, ...]]
"""The segments of a block, and the number of each edit's first one."""


def _head_segments(file: int, facts: Sequence[Edit]) -> _BlockSegments:
    """A file's header and its facts."""
    blank = (Segment(RowKind.BLANK, file, 0),) if file else ()
    head = (*blank, Segment(RowKind.FILE, file, 0))
    rows = (Segment(RowKind.FACT, file, 0, edit=edit) for edit in facts)
    return (*head, *rows), tuple(range(len(head), len(head) + len(facts)))


def header_of(change: FileChange, segment: Segment) -> Header:
    """The header that a HUNK of the diff of the whole commit is."""
    assert segment.hidden is not None, "a header has lines under it"
    old, hunks = segment.hidden, segment.hunks
    first, last = change.hunks[hunks[0]], change.hunks[hunks[-1]]
    before, after = first.old.start - old.start, old.stop - last.old.stop
    new = Span(first.new.start - before, last.new.stop + after)
    return Header(old, new, ((Span(0, old.start), True),))


def _hunk_segments(
    change: FileChange,
    place: _BlockPlace,
    edits: Iterable[TextEdit],
    folds: "_Folds",
) -> _BlockSegments:
    """One header, and the hunks with the context before, between and after them."""
    file, hunks, span = place
    at = span.start
    segments = [Segment(RowKind.HUNK, file, at, hidden=span, hunks=hunks, is_old=True)]
    firsts = []
    for edit in edits:
        hunk = change.hunks[edit.hunk].old
        if hunk.start > at:
            segments.append(context_segment(file, at, hunk.start))
        at = max(at, hunk.stop)
        firsts.append(len(segments))
        segments += folds.segments(edit, edit.old, True)
        segments += folds.segments(edit, edit.new, False)
    if span.stop > at:
        segments.append(context_segment(file, at, span.stop))
    return tuple(segments), tuple(firsts)


def context_segment(
    file: int, start: int, stop: int, *, is_old: bool = True
) -> Segment:
    """Unchanged lines ``start`` up to ``stop`` of the old side, or of the new one."""
    return Segment(RowKind.CONTEXT, file, start, stop - start, is_old=is_old)


class _Folds(NamedTuple):
    """What is folded: layers and long runs, but for those that are unfolded."""

    layers: "Layers"
    unfolded: frozenset[FoldKey]

    def segments(self, edit: TextEdit, lines: Span, is_old: bool) -> Sequence[Segment]:
        """The lines of one side of an edit, layer by layer."""
        if lines.start == lines.stop:
            return ()
        layers = self.layers.get((edit.file, is_old)) if self.layers else None
        if layers is None:
            return self._run(edit, lines, is_old)
        found: list[Segment] = []
        for part, layer in _with_layers(layers, lines):
            if layer is None:
                made = self._run(edit, part, is_old)
            elif FoldKey(edit, is_old, layer.other) in self.unfolded:
                made = (_run_segment(edit, part, is_old),)
            else:
                made = (_fold_segment(edit, part, is_old, layer),)
            found += made
        return _joined(found)

    def _run(self, edit: TextEdit, lines: Span, is_old: bool) -> tuple[Segment, ...]:
        """Lines of no layer, folded in the middle where they are many."""
        height = lines.stop - lines.start
        if height <= _FOLD_ABOVE or (
            self.unfolded and FoldKey(edit, is_old) in self.unfolded
        ):
            return (_run_segment(edit, lines, is_old),)
        hidden = Span(lines.start + _FOLD_SHOWS, lines.stop - _FOLD_SHOWS)
        return (
            _run_segment(edit, Span(lines.start, hidden.start), is_old),
            _fold_segment(edit, hidden, is_old),
            _run_segment(edit, Span(hidden.stop, lines.stop), is_old),
        )


def _run_segment(edit: TextEdit, lines: Span, is_old: bool) -> Segment:
    kind, height = RowKind.OLD if is_old else RowKind.NEW, lines.stop - lines.start
    return Segment(kind, edit.file, lines.start, height, edit, is_old=is_old)


def _fold_segment(
    edit: TextEdit, hidden: Span, is_old: bool, layer: "Layer | None" = None
) -> Segment:
    first = hidden.start
    return Segment(
        RowKind.FOLD, edit.file, first, 1, edit, hidden, is_old=is_old, layer=layer
    )


def _with_layers(
    layers: "Sequence[Layer]", lines: Span
) -> "Iterator[tuple[Span, Layer | None]]":
    """The lines from the top, cut where layers of two lines and more begin and end."""
    at = lines.start
    first = bisect_right(layers, at, key=lambda layer: layer.lines.stop)
    for layer in islice(layers, first, None):
        start, stop = max(at, layer.lines.start), min(lines.stop, layer.lines.stop)
        if start >= stop:
            break
        if stop - start == 1:
            continue
        if start > at:
            yield Span(at, start), None
        yield Span(start, stop), layer
        at = stop
    if lines.stop > at:
        yield Span(at, lines.stop), None


def _joined(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """The segments, lines that aren't folded and follow each other as one."""
    made: list[Segment] = []
    for segment in segments:
        if made and RowKind.FOLD not in (made[-1].kind, segment.kind):
            height = made[-1].height + segment.height
            made[-1] = replace(made[-1], height=height)
        else:
            made.append(segment)
    return tuple(made)
