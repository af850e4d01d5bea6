"""The layout of one block of a new commit's diff: its hunks, their headers and rows.

A block's lines before and after the commit follow from the fates of its edits: in an
earlier commit, in the one shown, or in a later one.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby
from typing import NamedTuple

from msgspec import Struct

from gitsplit.model.content import Assignment, hunk_lines
from gitsplit.model.diff import Edit, FileChange, Hunk, Span, TextEdit
from gitsplit.tui.diff.rows import CONTEXT_LINES, Block, Header, RowKind, Segment

EARLIER, MINE, LATER = range(3)
"""The fate of an edit: in an earlier commit, in the one shown, or in a later one."""


class BlockLayout(Struct, frozen=True):
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
