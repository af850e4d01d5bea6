"""The diff of one new commit against the one before it, as rows.

It is derived from the rows of the whole diff, without making any file: lines that a
later commit removes or an earlier one added are context, and only the commit's own
edits are removed and added lines.

A block of the whole diff is a run of hunks whose contexts touch. More unchanged lines
separate it from the next one than both show, in every new commit too, so hunks of two
blocks never merge: each block is laid out by itself, and only when one of its
rows is asked for; edits above it merely shift its line numbers.

The layout of one block is in :mod:`gitsplit.tui.diff.block_layout`.
"""

import dataclasses
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
from operator import mul

from msgspec import Struct

from gitsplit.model.diff import Edit, Fact, FactEdit, FileChange, Span, TextEdit
from gitsplit.model.memo import memo
from gitsplit.model.plan import Plan
from gitsplit.tui.diff.block_layout import (
    EARLIER,
    LATER,
    MINE,
    BlockLayout,
    block_height,
    block_layout,
    spans_before,
)
from gitsplit.tui.diff.common_ends import (
    common_ends,
    common_ends_of_both,
    starts_after,
)
from gitsplit.tui.diff.rows import DiffRow, Header, Rows
from gitsplit.tui.diff.words import hunk_at

_KEPT = 8  # commits whose rows are kept, for going to and fro between them


@dataclass(frozen=True, slots=True)
class CommitRows:
    """The rows of one commit's diff against the one before it.

    ``rows`` are those of the whole diff. ``fates`` has the fate of each edit, a byte.
    ``starts`` are the first rows of the blocks, then the end, counted with a blank row
    above each file; the very first of these is row -1, which isn't shown. A block that
    the commit doesn't touch has no rows. ``layouts`` and ``shifts`` are caches.
    """

    changes: Sequence[FileChange]
    rows: Rows
    fates: bytes
    starts: tuple[int, ...]
    layouts: dict[int, BlockLayout] = field(default_factory=dict, compare=False)
    shifts: "list[_Shifts]" = field(default_factory=list, compare=False)

    def __len__(self) -> int:
        """The number of rows."""
        return max(0, self.starts[-1] - 1)

    def __getitem__(self, number: int) -> DiffRow:
        """Row ``number``, from 0."""
        block = bisect_right(self.starts, number + 1) - 1
        layout = self.layout(block)
        inside = number + 1 - self.starts[block]
        at = bisect_right(layout.starts, inside) - 1
        segment = layout.segments[at]
        header = layout.headers.get(at)
        line = segment.first + inside - layout.starts[at]
        return DiffRow(segment, line, header and self._header_in_file(block, header))

    def header_row(self, number: int) -> int:
        """The row of the ``@@`` line that a row of a hunk is under."""
        block = bisect_right(self.starts, number + 1) - 1
        layout = self.layout(block)
        inside = number + 1 - self.starts[block]
        at = max(at for at in layout.headers if layout.starts[at] <= inside)
        return number - inside + layout.starts[at]

    def rows_of_block(self, block: int) -> range:
        """The rows of a block."""
        return range(max(0, self.starts[block] - 1), max(0, self.starts[block + 1] - 1))

    def layout(self, number: int) -> BlockLayout:
        """The commit's rows in a block."""
        layout = self.layouts.get(number)
        if layout is None:
            block, fates = self.rows.blocks[number], self.fates_in(number)
            change = self.changes[block.file]
            layout = block_layout(change, block, fates, self.rows.context)
            self.layouts[number] = layout
        return layout

    def is_mine(self, file: int, is_old: bool, line: int) -> bool:
        """Whether the commit removes a line of the old side, or adds a new one."""
        hunk = hunk_at(self.changes[file], is_old, line)
        if hunk is None:
            return False
        block = self.rows.block_of_hunk(self.rows.by_file[file], hunk)
        at = bisect_right(
            self.rows.blocks[block].edits,
            (hunk, line),
            key=lambda edit: _first_line(edit, is_old),
        )
        return at > 0 and self.fates_in(block)[at - 1] == MINE

    def fates_in(self, block: int) -> bytes:
        """The fates of the edits of a block."""
        return self.fates[slice(*self.rows.first_places[block : block + 2])]

    def _header_in_file(self, number: int, header: Header) -> Header:
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
            yield from spans_before(change, blocks[number], self.fates_in(number))
            end = blocks[number].span.start
        yield Span(0, end), True


class _Above(Struct, frozen=True):
    """The spans of lines above a hunk: in its block, then in the blocks above it."""

    commit: CommitRows
    block: int
    inside: Iterable[tuple[Span, bool]]

    def __iter__(self) -> Iterator[tuple[Span, bool]]:
        """The spans, upwards."""
        return chain(self.inside, self.commit.lines_above(self.block))


_Shifts = tuple[Sequence[int], Sequence[int]]
"""How far earlier edits shift lines, at each edit: before the commit, and after it."""


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
class CommitRowsCache:
    """A cache of the rows of the commits of a plan, updated from those of the last one.

    Only blocks whose edits changed are counted again. It keeps the commits that were
    asked for last, and gives the same rows as if it kept none.
    """

    _kept: dict[int, CommitRows] = field(default_factory=dict)

    def rows(self, plan: Plan, rows: Rows, group: int) -> CommitRows:
        """The diff of the commit of ``group``; ``rows`` is that of the whole plan."""
        kept = self._kept.pop(group, None)
        fates = _fates(plan, group)
        if kept is None or not _has_blocks_of(kept, plan, rows):
            found = _commit_rows(plan.changes, rows, fates, None)
        elif kept.rows is rows and kept.fates == fates:
            found = kept
        else:
            found = _commit_rows(plan.changes, rows, fates, kept)
        self._kept[group] = found
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return found


def _has_blocks_of(kept: CommitRows, plan: Plan, rows: Rows) -> bool:
    """Whether the blocks are the same runs of hunks: more context joins some."""
    return kept.changes is plan.changes and kept.rows.context == rows.context


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
    """The rows of a commit, with all blocks of the kept ones that are as they were."""
    if kept is None:
        found = CommitRows(changes, rows, fates, ())
        heights = [_height_in_block(found, block) for block in range(len(rows.blocks))]
        return dataclasses.replace(found, starts=tuple(accumulate(heights, initial=0)))
    touched = _stale_block_runs(kept, rows, fates)
    layouts = dict(kept.layouts)
    for at in chain.from_iterable(touched):
        layouts.pop(at, None)
    found = CommitRows(changes, rows, fates, kept.starts, layouts)
    starts = kept.starts
    for run in touched:
        starts = starts_after(
            starts, run, [_height_in_block(found, block) for block in run]
        )
    return dataclasses.replace(found, starts=starts)


def _stale_block_runs(kept: CommitRows, rows: Rows, fates: bytes) -> tuple[range, ...]:
    """The blocks whose rows have changed: the head above them, and a run of blocks."""
    alike = common_ends_of_both(
        common_ends(kept.rows.edits, rows.edits), common_ends(kept.fates, fates)
    )
    places = alike.middle(range(len(fates)))
    if not places:
        return ()
    ends = (places[0], places[-1])
    first, last = (bisect_right(rows.first_places, place) - 1 for place in ends)
    head = rows.by_file[rows.blocks[first].file][0]
    return range(head, head + 1), range(first, last + 1)


def _height_in_block(commit: CommitRows, number: int) -> int:
    """How many rows the commit has in a block, with the blank row above a file."""
    block, fates = commit.rows.blocks[number], commit.fates_in(number)
    if block.hunks:
        height = block_height(commit.changes[block.file], block, fates)
        return len(commit.layout(number)) if height is None else height
    blocks = commit.rows.by_file[block.file]
    places = [commit.rows.first_places[at] for at in (blocks[0], blocks.stop)]
    is_shown = commit.fates.find(MINE, *places) >= 0
    return 2 + fates.count(MINE) if is_shown else 0


def path_after(plan: Plan, file: int, group: int) -> bytes:
    """The path of the file in a commit; its last path if it is deleted there."""
    change = plan.changes[file]
    if change.old is None or change.old.path == change.path:
        return change.path
    is_renamed = any(
        g <= group
        for edit, g in plan.of_file(file)
        if edit == FactEdit(file, Fact.RENAME)
    )
    return change.path if is_renamed else change.old.path


def _first_line(edit: Edit, is_old: bool) -> tuple[int, int]:
    """The hunk of an edit, and its first line on a side."""
    assert isinstance(edit, TextEdit), "only a head has facts"
    return edit.hunk, (edit.old if is_old else edit.new).start
