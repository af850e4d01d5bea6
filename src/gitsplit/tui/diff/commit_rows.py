"""The rows of one new commit's diff against the commit before it.

They are derived from the whole diff, without composing any file: lines that a later
commit removes and lines that an earlier one added are context, and only the commit's
own lines are removed or added. A row is made when it is asked for.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain
from operator import mul

from gitsplit.model.diff import Edit, Fact, FactEdit, FileChange, Span
from gitsplit.model.plan import Plan
from gitsplit.tui.diff.blocks import both, same, starts_after
from gitsplit.tui.diff.commit_hunks import (
    EARLIER,
    LATER,
    MINE,
    Part,
    height_of,
    lines_before,
    part_of,
)
from gitsplit.tui.diff.rows import DiffRow, Header, Rows
from gitsplit.tui.memo import memo

_KEPT = 8  # commits whose rows are kept, for going to and fro between them


def path_after(plan: Plan, file: int, group: int) -> bytes:
    """The path that the file has in the commit of ``group``; a deleted one's: had."""
    change = plan.changes[file]
    if change.old is None or change.old.path == change.path:
        return change.path
    is_renamed = any(
        g <= group
        for edit, g in plan.of_file(file)
        if edit == FactEdit(file, Fact.RENAME)
    )
    return change.path if is_renamed else change.old.path


@dataclass(frozen=True, slots=True)
class CommitRows:
    """The diff of one commit against the one before it.

    ``rows`` are those of the whole diff, block for block. ``fates`` has one byte for
    each edit: EARLIER, MINE or LATER, for the commit that the edit is in. ``starts``
    are row offsets of the blocks, one more than shown: row -1 is the blank one above
    the first file, which isn't shown. A block that the commit doesn't touch has no
    rows. ``parts`` and ``shifts`` are caches of what was asked for.
    """

    changes: Sequence[FileChange]
    rows: Rows
    fates: bytes
    starts: tuple[int, ...]
    parts: dict[int, Part] = field(default_factory=dict, compare=False)
    shifts: "list[_Shifts]" = field(default_factory=list, compare=False)

    def __len__(self) -> int:
        """The number of rows."""
        return max(0, self.starts[-1] - 1)

    def __getitem__(self, number: int) -> DiffRow:
        """Row ``number``, from 0."""
        block = bisect_right(self.starts, number + 1) - 1
        part = self.part(block)
        inside = number + 1 - self.starts[block]
        at = bisect_right(part.starts, inside) - 1
        segment = part.segments[at]
        header = part.headers.get(at)
        line = segment.first + inside - part.starts[at]
        return DiffRow(segment, line, header and self._placed(block, header))

    def rows_of_block(self, block: int) -> range:
        """The rows of a block."""
        return range(max(0, self.starts[block] - 1), max(0, self.starts[block + 1] - 1))

    def part(self, number: int) -> Part:
        """The commit's rows in a block."""
        part = self.parts.get(number)
        if part is None:
            block = self.rows.blocks[number]
            part = part_of(self.changes[block.file], block, self.fates_in(number))
            self.parts[number] = part
        return part

    def fates_in(self, block: int) -> bytes:
        """The fates of the edits of a block."""
        return self.fates[slice(*self.rows.first_places[block : block + 2])]

    def _placed(self, number: int, header: Header) -> Header:
        """The header as the blocks above it move it and continue its lines above."""
        if not self.shifts:
            self.shifts.append(_shifts(self.rows.edits, self.fates))
        head = self.rows.by_file[self.rows.blocks[number].file][0]
        places = [self.rows.first_places[at] for at in (head, number)]
        old, new = (shift[places[1]] - shift[places[0]] for shift in self.shifts[0])
        return Header(
            Span(header.old.start + old, header.old.stop + old),
            Span(header.new.start + new, header.new.stop + new),
            _Above(self, number, header.above),
        )

    def lines_above(self, number: int) -> Iterator[tuple[Span, bool]]:
        """The lines before the commit above a block, upwards, as spans of a side."""
        blocks = self.rows.blocks
        change = self.changes[blocks[number].file]
        end = blocks[number].span.start
        while blocks[number - 1].hunks:
            number -= 1
            yield Span(blocks[number].span.stop, end), True
            yield from lines_before(change, blocks[number], self.fates_in(number))
            end = blocks[number].span.start
        yield Span(0, end), True


@dataclass(frozen=True, slots=True)
class _Above:
    """The lines above a hunk: those in its block, then those above the block."""

    commit: CommitRows
    block: int
    inside: Iterable[tuple[Span, bool]]

    def __iter__(self) -> Iterator[tuple[Span, bool]]:
        """The spans, upwards."""
        return chain(self.inside, self.commit.lines_above(self.block))


_Shifts = tuple[Sequence[int], Sequence[int]]
"""Line shifts by the edits before each place: before the commit, and after it."""


def _shifts(edits: tuple[Edit, ...], fates: bytes) -> _Shifts:
    before = fates.translate(bytes((1, 0, 0)).ljust(256))
    after = fates.translate(bytes((1, 1, 0)).ljust(256))
    grown = _growth(edits)
    return (
        tuple(accumulate(map(mul, grown, before), initial=0)),
        tuple(accumulate(map(mul, grown, after), initial=0)),
    )


@memo
def _growth(edits: tuple[Edit, ...]) -> tuple[int, ...]:
    """How many lines more the file has with each edit than without."""
    return tuple(
        0
        if isinstance(edit, FactEdit)
        else edit.new.stop - edit.new.start - edit.old.stop + edit.old.start
        for edit in edits
    )


@dataclass(slots=True)
class Previews:
    """The rows of any commit of a plan, updated from those of the last plan.

    Only blocks whose edits changed are counted again. It remembers the last commits
    asked for, and gives the same rows as if it didn't.
    """

    _kept: dict[int, CommitRows] = field(default_factory=dict)

    def rows(self, plan: Plan, rows: Rows, group: int) -> CommitRows:
        """The diff of the commit of ``group``; ``rows`` is that of the whole plan."""
        kept = self._kept.pop(group, None)
        fates = _fates(plan, group)
        if kept is None or kept.changes is not plan.changes:
            found = _commit_rows(plan.changes, rows, fates, None)
        elif kept.rows is rows and kept.fates == fates:
            found = kept
        else:
            found = _commit_rows(plan.changes, rows, fates, kept)
        self._kept[group] = found
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return found


def _fates(plan: Plan, group: int) -> bytes:
    """The fate of each edit in the commit of ``group``."""
    fate = {
        other: MINE if other == group else EARLIER if other < group else LATER
        for other in set(plan.group_of)
    }
    return bytes(map(fate.__getitem__, plan.group_of))


def _commit_rows(
    changes: Sequence[FileChange], rows: Rows, fates: bytes, kept: CommitRows | None
) -> CommitRows:
    """The rows of a commit, with what still holds of those that were kept."""
    if kept is None:
        found = CommitRows(changes, rows, fates, ())
        heights = [_height(found, block) for block in range(len(rows.blocks))]
        return replace(found, starts=tuple(accumulate(heights, initial=0)))
    touched = _touched_blocks(kept, rows, fates)
    parts = dict(kept.parts)
    for at in chain.from_iterable(touched):
        parts.pop(at, None)
    found = CommitRows(changes, rows, fates, kept.starts, parts)
    starts = kept.starts
    for run in touched:
        starts = starts_after(starts, run, [_height(found, block) for block in run])
    return replace(found, starts=starts)


def _touched_blocks(kept: CommitRows, rows: Rows, fates: bytes) -> tuple[range, ...]:
    """The blocks that are to be measured anew: some in a row, the head above them."""
    alike = both(same(kept.rows.edits, rows.edits), same(kept.fates, fates))
    places = alike.between(range(len(fates)))
    if not places:
        return ()
    ends = (places[0], places[-1])
    first, last = (bisect_right(rows.first_places, place) - 1 for place in ends)
    head = rows.by_file[rows.blocks[first].file][0]
    return range(head, head + 1), range(first, last + 1)


def _height(commit: CommitRows, number: int) -> int:
    """How many rows the commit has in a block, with the blank row above a file."""
    block, fates = commit.rows.blocks[number], commit.fates_in(number)
    if block.hunks:
        height = height_of(commit.changes[block.file], block, fates)
        return len(commit.part(number)) if height is None else height
    blocks = commit.rows.by_file[block.file]
    places = [commit.rows.first_places[at] for at in (blocks[0], blocks.stop)]
    is_shown = commit.fates.find(MINE, *places) >= 0
    return 2 + fates.count(MINE) if is_shown else 0
