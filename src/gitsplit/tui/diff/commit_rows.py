"""The diff of one new commit against the one before it, as rows.

It is derived from the rows of the whole diff, without making any file: lines that a
later commit removes or an earlier one added are context, and only the commit's own
edits are removed and added lines.

A block of the whole diff is a run of hunks whose contexts touch. More unchanged lines
separate it from the next one than both show, in every new commit too, so hunks of two
blocks never merge: each block is laid out by itself, and only when one of its
rows is asked for; edits above it merely shift its line numbers.

First are the rows of all blocks and how they are kept up to date, then the layout of
one block.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain, groupby
from operator import mul
from typing import NamedTuple

from gitsplit.model.content import Assignment, hunk_lines
from gitsplit.model.diff import Edit, Fact, FactEdit, FileChange, Hunk, Span, TextEdit
from gitsplit.model.memo import memo
from gitsplit.model.plan import Plan
from gitsplit.tui.diff.rows import (
    CONTEXT_LINES,
    Block,
    DiffRow,
    Header,
    RowKind,
    Rows,
    Segment,
    common_ends,
    common_ends_of_both,
    starts_after,
)
from gitsplit.tui.diff.words import hunk_at

EARLIER, MINE, LATER = range(3)
"""The fate of an edit: in an earlier commit, in the one shown, or in a later one."""

_KEPT = 8  # commits whose rows are kept, for going to and fro between them


@dataclass(frozen=True, slots=True)
class BlockLayout:
    """The rows of a commit's diff in one block, as segments.

    ``starts`` are the first rows of the segments, from 0, then the end. ``headers`` are
    the ``@@`` lines by the numbers of their segments, with line numbers as if nothing
    changed above the block; ``above`` in them ends at the block's first line.
    """

    segments: tuple[Segment, ...]
    headers: dict[int, Header]
    starts: tuple[int, ...]

    def __len__(self) -> int:
        """The number of rows."""
        return self.starts[-1]


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


@dataclass(frozen=True, slots=True)
class _Above:
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
    """The rows of a commit, with all blocks of the kept ones that are as they were."""
    if kept is None:
        found = CommitRows(changes, rows, fates, ())
        heights = [_height_in_block(found, block) for block in range(len(rows.blocks))]
        return replace(found, starts=tuple(accumulate(heights, initial=0)))
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
    return replace(found, starts=starts)


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


class LineRun(NamedTuple):
    """Consecutive lines of one side that are all context, removed or added.

    ``kind`` says which. ``is_ended`` as in :class:`~gitsplit.tui.diff.rows.Segment`.
    ``old_at`` and ``new_at`` are the 0-based numbers of the first line before and after
    the commit, if nothing changed above the block.
    """

    kind: RowKind
    lines: Span
    is_old: bool
    is_ended: bool = False
    old_at: int = 0
    new_at: int = 0


def block_layout(
    change: FileChange, block: Block, fates: bytes, context: int = CONTEXT_LINES
) -> BlockLayout:
    """The layout of a block where its edits have these fates.

    A file's head has a blank row above it.
    """
    if block.hunks:
        segments, headers = _hunks_layout(change, block, fates, context)
    else:
        segments, headers = _head_layout(block, fates)
    starts = accumulate((segment.height for segment in segments), initial=0)
    return BlockLayout(tuple(segments), headers, tuple(starts))


def block_height(change: FileChange, block: Block, fates: bytes) -> int | None:
    """The number of rows in a block of hunks; None where it has to be laid out."""
    if MINE not in fates:
        return 0
    if len(fates) > 1:
        return None
    hunk = change.hunks[block.hunks[0]]
    return 1 + len(block.span) + len(hunk.new)


def spans_before(
    change: FileChange, block: Block, fates: bytes
) -> list[tuple[Span, bool]]:
    """The block's lines before the commit, upwards: spans, true for the old side."""
    runs = list(_line_runs(change, block, fates))
    return [(s.lines, s.is_old) for s in reversed(runs) if s.kind is not _NEW]


_CONTEXT, _OLD, _NEW = RowKind.CONTEXT, RowKind.OLD, RowKind.NEW
_Layout = tuple[list[Segment], dict[int, Header]]
"""Segments, and the headers by the numbers of theirs."""


def _head_layout(block: Block, fates: bytes) -> _Layout:
    """The file's header and the facts that are this commit's."""
    mine = (e for e, fate in zip(block.edits, fates, strict=True) if fate == MINE)
    kinds = (RowKind.BLANK, RowKind.FILE)
    head = [Segment(kind, block.file, 0) for kind in kinds]
    head += (Segment(RowKind.FACT, block.file, 0, edit=edit) for edit in mine)
    return head, {}


def _hunks_layout(
    change: FileChange, block: Block, fates: bytes, context: int
) -> _Layout:
    """Every hunk of the commit in the block, under its header."""
    segments: list[Segment] = []
    headers = {}
    runs = _in_diff_order(_with_line_ends(change, _line_runs(change, block, fates)))
    passed: list[tuple[Span, bool]] = []
    numbered = _with_line_numbers(runs, block.span.start)
    for above, hunk in _hunks_with_context(numbered, context):
        passed += ((s.lines, s.is_old) for s in above if s.kind is not _NEW)
        headers[len(segments)] = _header(hunk, passed)
        segments.append(Segment(RowKind.HUNK, block.file, 0))
        segments += (_segment(block.file, run) for run in hunk)
    return segments, headers


def _segment(file: int, run: LineRun) -> Segment:
    kind, lines, is_old, is_ended, *_ = run
    return Segment(
        kind, file, lines.start, len(lines), is_old=is_old, is_ended=is_ended
    )


def _header(hunk: Sequence[LineRun], passed: Sequence[tuple[Span, bool]]) -> Header:
    """The header of a hunk below lines that were there before the commit."""
    first = hunk[0]
    old = _line_total(s for s in hunk if s.kind is not _NEW)
    new = _line_total(s for s in hunk if s.kind is not _OLD)
    return Header(
        Span(first.old_at, first.old_at + old),
        Span(first.new_at, first.new_at + new),
        tuple(reversed(passed)),
    )


def _line_runs(change: FileChange, block: Block, fates: bytes) -> Iterator[LineRun]:
    """Every line that the block has before or after the commit."""
    at = block.span.start
    members = zip(block.edits, fates, strict=True)
    for number, found in groupby(members, lambda member: _hunk_of(member[0])):
        hunk = change.hunks[number]
        yield LineRun(_CONTEXT, Span(at, hunk.old.start), True)
        yield from _hunk_line_runs(change, hunk, list(found))
        at = hunk.old.stop
    yield LineRun(_CONTEXT, Span(at, block.span.stop), True)


def _first_line(edit: Edit, is_old: bool) -> tuple[int, int]:
    """The hunk of an edit, and its first line on a side."""
    assert isinstance(edit, TextEdit), "only a head has facts"
    return edit.hunk, (edit.old if is_old else edit.new).start


def _hunk_of(edit: Edit) -> int:
    assert isinstance(edit, TextEdit), "only a head has facts"
    return edit.hunk


def _hunk_line_runs(
    change: FileChange, hunk: Hunk, edits: Assignment
) -> Iterator[LineRun]:
    """The lines of one hunk: removed, added, or context in the commit."""
    fates = {fate for _, fate in edits}
    if len(fates) > 1:
        for line in hunk_lines(change, hunk, edits):
            lines = Span(line.number, line.number + 1)
            yield from _side_runs(lines, line.mark == "old", line.group)
        return
    fate = fates.pop()
    yield from _side_runs(hunk.old, True, fate)
    yield from _side_runs(hunk.new, False, fate)


def _side_runs(lines: Span, is_old: bool, fate: int) -> Iterator[LineRun]:
    """Lines of one side with this fate; none where neither commit has them."""
    if fate == MINE:
        yield LineRun(_OLD if is_old else _NEW, lines, is_old)
    elif (fate == LATER) == is_old:
        yield LineRun(_CONTEXT, lines, is_old)


def _with_line_ends(change: FileChange, runs: Iterable[LineRun]) -> Iterator[LineRun]:
    """The runs with the lines that lack a newline as the two states have them.

    Where others follow it, such a line gets its newline, so that two lines don't
    become one; a commit that adds the first one after it changes the line too.
    """
    members = [run for run in runs if len(run.lines)]
    is_last = {_OLD: True, _NEW: True}
    found: list[LineRun] = []
    for run in reversed(members):
        last = [run]
        if _lacks_newline(change, run):
            *_, line = split = list(_last_line_apart(run))
            last = [*split[:-1], *_line_with_end(line, is_last[_OLD], is_last[_NEW])]
        found += reversed(last)
        is_last[_OLD] &= run.kind is _NEW
        is_last[_NEW] &= run.kind is _OLD
    return _without_no_ops(change, found[::-1])


def _without_no_ops(change: FileChange, runs: Sequence[LineRun]) -> Iterator[LineRun]:
    """The runs; a line that only gets the newline that it has already stays."""
    pending: list[LineRun] = []
    for run in runs:
        if pending and _is_pair(change, pending[-1], run):
            *before, old = _last_line_apart(pending.pop())
            yield from before
            yield old._replace(kind=_CONTEXT)
            lines = Span(run.lines.start + 1, run.lines.stop)
            pending = [run._replace(lines=lines)] if len(lines) else []
        else:
            yield from pending
            pending = [run]
    yield from pending


def _is_pair(change: FileChange, old: LineRun, new: LineRun) -> bool:
    """Whether the last line that goes is the first one that comes, newline and all."""
    if (old.kind, new.kind) != (_OLD, _NEW) or not (old.is_ended or new.is_ended):
        return False
    gone = _line_text(change, old, old.lines.stop - 1)
    return gone.endswith(b"\n") and gone == _line_text(change, new, new.lines.start)


def _line_text(change: FileChange, run: LineRun, line: int) -> bytes:
    """A line of a run as the state has it."""
    text = (change.old_lines if run.is_old else change.new_lines)[line]
    is_ended = run.is_ended and not text.endswith(b"\n")
    return text + b"\n" if is_ended else text


def _lacks_newline(change: FileChange, run: LineRun) -> bool:
    """Whether the last line of these is the last one of a side that ends without."""
    side = change.old if run.is_old else change.new
    if side is None or not side.content or side.content.endswith(b"\n"):
        return False
    lines = change.old_lines if run.is_old else change.new_lines
    return run.lines.stop == len(lines)


def _last_line_apart(run: LineRun) -> Iterator[LineRun]:
    start, stop = run.lines.start, run.lines.stop
    if stop - start > 1:
        yield run._replace(lines=Span(start, stop - 1))
    yield run._replace(lines=Span(stop - 1, stop))


def _line_with_end(
    line: LineRun, is_last_before: bool, is_last_after: bool
) -> list[LineRun]:
    """The line, or the line taken away and brought again where its end changes."""
    if line.kind is _CONTEXT and is_last_before is not is_last_after:
        return [
            line._replace(kind=_OLD, is_ended=not is_last_before),
            line._replace(kind=_NEW, is_ended=not is_last_after),
        ]
    is_last = is_last_after if line.kind is _NEW else is_last_before
    return [line._replace(is_ended=not is_last)]


def _in_diff_order(runs: Iterable[LineRun]) -> Iterator[LineRun]:
    """The runs that follow each other as one; removed lines before added ones.

    Between two unchanged lines, git shows all that goes before all that comes.
    """
    for is_context, group in groupby(runs, lambda s: s.kind is _CONTEXT):
        # Sorting keeps the order within each side.
        members = list(group)
        if not is_context:
            members.sort(key=lambda run: run.kind is _NEW)
        yield from _adjacent_as_one(members)


def _adjacent_as_one(runs: Sequence[LineRun]) -> Iterator[LineRun]:
    """The runs, those with lines of one side that follow each other as one."""
    pending = runs[0]
    for run in runs[1:]:
        lines = Span(pending.lines.start, run.lines.stop)
        follows = run.lines.start == pending.lines.stop
        if follows and run == pending._replace(lines=run.lines):
            pending = pending._replace(lines=lines)
        else:
            yield pending
            pending = run
    yield pending


def _with_line_numbers(runs: Iterable[LineRun], start: int) -> Iterator[LineRun]:
    """The runs from line ``start`` on, each with its place before and after."""
    old = new = start
    for run in runs:
        yield run._replace(old_at=old, new_at=new)
        old += len(run.lines) if run.kind is not _NEW else 0
        new += len(run.lines) if run.kind is not _OLD else 0


def _hunks_with_context(
    runs: Iterable[LineRun], context: int
) -> Iterator[tuple[list[LineRun], list[LineRun]]]:
    """Each hunk with so many lines of context, and what stands above it.

    Two changes share a hunk where their context touches. What stands above one begins
    with the hunk before it.
    """
    above: list[LineRun] = []
    hunk: list[LineRun] = []
    for is_context, group in groupby(runs, lambda s: s.kind is _CONTEXT):
        members = list(group)
        if not is_context or (hunk and _line_total(members) <= 2 * context):
            hunk += members
        else:
            if hunk:
                yield above, [*hunk, *_slice(members, 0, context)]
            split = max(0, _line_total(members) - context)
            above = [*hunk, *_slice(members, 0, split)]
            hunk = [*_slice(members, split, split + context)]
    changed = [i for i, s in enumerate(hunk) if s.kind is not _CONTEXT]
    if changed:
        end = changed[-1] + 1
        yield above, [*hunk[:end], *_slice(hunk[end:], 0, context)]


def _slice(runs: Sequence[LineRun], start: int, stop: int) -> Iterator[LineRun]:
    """Lines ``start`` up to ``stop`` of these unchanged runs, counted from 0."""
    at = 0
    for run in runs:
        skipped = max(0, start - at)
        first = run.lines.start + skipped
        last = min(run.lines.stop, run.lines.start + stop - at)
        at += len(run.lines)
        if first < last:
            yield run._replace(
                lines=Span(first, last),
                old_at=run.old_at + skipped,
                new_at=run.new_at + skipped,
            )


def _line_total(runs: Iterable[LineRun]) -> int:
    return sum(len(run.lines) for run in runs)
