"""The hunks of one new commit's diff, laid out block by block.

A block is a run of hunks of the whole diff whose contexts of three lines touch. More
than six unchanged lines separate it from the next one in every commit, so that hunks
of two blocks never merge: each block is laid out alone, and what happens above it only
shifts its line numbers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import NamedTuple

from gitsplit.model.content import Assignment, hunk_lines
from gitsplit.model.diff import Edit, FileChange, Hunk, Span, TextEdit
from gitsplit.tui.diff.blocks import CONTEXT_LINES
from gitsplit.tui.diff.rows import Block, Header, RowKind, Segment

EARLIER, MINE, LATER = range(3)
"""Which commit an edit is in: an earlier one, the one shown, or a later one."""


class Stretch(NamedTuple):
    """Consecutive lines of one side that one commit all keeps, removes or adds.

    ``kind`` says which. ``is_ended`` as in :class:`~gitsplit.tui.diff.rows.Segment`.
    ``old_at`` and ``new_at`` are the 0-based lines at which they stand before and after
    the commit, if nothing changed above the block.
    """

    kind: RowKind
    lines: Span
    is_old: bool
    is_ended: bool = False
    old_at: int = 0
    new_at: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one commit's diff in one block, as segments.

    ``starts`` are the offsets of the segments' first rows. ``headers`` are the ``@@``
    lines by their segments' numbers; they count lines as if nothing changed above the
    block, and their lines above reach up to the block's first line.
    """

    segments: tuple[Segment, ...]
    headers: dict[int, Header]
    starts: tuple[int, ...]

    def __len__(self) -> int:
        """The number of rows."""
        return self.starts[-1]


def part_of(change: FileChange, block: Block, fates: bytes) -> Part:
    """The rows of a commit's diff in a block; ``fates`` are those of its edits.

    The head of a file is shown with a blank row above it.
    """
    segments, headers = (_hunks if block.hunks else _head)(change, block, fates)
    starts = accumulate((segment.height for segment in segments), initial=0)
    return Part(tuple(segments), headers, tuple(starts))


def height_of(change: FileChange, block: Block, fates: bytes) -> int | None:
    """The number of rows under a block's ``@@`` lines, where it needs no layout.

    None where the block has to be laid out to be counted.
    """
    if MINE not in fates:
        return 0
    if len(fates) > 1:
        return None
    hunk = change.hunks[block.hunks[0]]
    return 1 + len(block.span) + len(hunk.new)


def lines_before(
    change: FileChange, block: Block, fates: bytes
) -> list[tuple[Span, bool]]:
    """The block's lines before the commit, as spans of the old side or not, upwards."""
    stretches = list(_stretches(change, block, fates))
    return [(s.lines, s.is_old) for s in reversed(stretches) if s.kind is not _NEW]


_CONTEXT, _OLD, _NEW = RowKind.CONTEXT, RowKind.OLD, RowKind.NEW
_Found = tuple[list[Segment], dict[int, Header]]


def _head(_: FileChange, block: Block, fates: bytes) -> _Found:
    """The file's header and the facts that are this commit's."""
    mine = (e for e, fate in zip(block.edits, fates, strict=True) if fate == MINE)
    kinds = (RowKind.BLANK, RowKind.FILE)
    head = [Segment(kind, block.file, 0) for kind in kinds]
    head += (Segment(RowKind.FACT, block.file, 0, edit=edit) for edit in mine)
    return head, {}


def _hunks(change: FileChange, block: Block, fates: bytes) -> _Found:
    """Every hunk of the commit in the block, under its header."""
    segments: list[Segment] = []
    headers = {}
    stretches = _in_diff_order(_as_ended(change, _stretches(change, block, fates)))
    passed: list[tuple[Span, bool]] = []
    for above, hunk in _hunks_with_context(
        _with_line_numbers(stretches, block.span.start)
    ):
        passed += ((s.lines, s.is_old) for s in above if s.kind is not _NEW)
        headers[len(segments)] = _header(hunk, passed)
        segments.append(Segment(RowKind.HUNK, block.file, 0))
        segments += (_segment(block.file, stretch) for stretch in hunk)
    return segments, headers


def _segment(file: int, stretch: Stretch) -> Segment:
    kind, lines, is_old, is_ended, *_ = stretch
    return Segment(
        kind, file, lines.start, len(lines), is_old=is_old, is_ended=is_ended
    )


def _header(hunk: Sequence[Stretch], passed: Sequence[tuple[Span, bool]]) -> Header:
    """The header of a hunk below lines that were there before the commit."""
    first = hunk[0]
    old = _line_total(s for s in hunk if s.kind is not _NEW)
    new = _line_total(s for s in hunk if s.kind is not _OLD)
    return Header(
        Span(first.old_at, first.old_at + old),
        Span(first.new_at, first.new_at + new),
        tuple(reversed(passed)),
    )


def _stretches(change: FileChange, block: Block, fates: bytes) -> Iterator[Stretch]:
    """Every line that the block has before or after the commit."""
    at = block.span.start
    members = zip(block.edits, fates, strict=True)
    for number, found in groupby(members, lambda member: _hunk_of(member[0])):
        hunk = change.hunks[number]
        yield Stretch(_CONTEXT, Span(at, hunk.old.start), True)
        yield from _hunk_stretches(change, hunk, list(found))
        at = hunk.old.stop
    yield Stretch(_CONTEXT, Span(at, block.span.stop), True)


def _hunk_of(edit: Edit) -> int:
    assert isinstance(edit, TextEdit), "only a head has facts"
    return edit.hunk


def _hunk_stretches(
    change: FileChange, hunk: Hunk, edits: Assignment
) -> Iterator[Stretch]:
    """The lines of one hunk as they fare in the commit."""
    fates = {fate for _, fate in edits}
    if len(fates) > 1:
        for line in hunk_lines(change, hunk, edits):
            lines = Span(line.number, line.number + 1)
            yield from _side(lines, line.mark == "old", line.group)
        return
    fate = fates.pop()
    yield from _side(hunk.old, True, fate)
    yield from _side(hunk.new, False, fate)


def _side(lines: Span, is_old: bool, fate: int) -> Iterator[Stretch]:
    """Lines of one side with this fate; none where they aren't there."""
    if fate == MINE:
        yield Stretch(_OLD if is_old else _NEW, lines, is_old)
    elif (fate == LATER) == is_old:
        yield Stretch(_CONTEXT, lines, is_old)


def _as_ended(change: FileChange, stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """The stretches with the lines that lack a newline as the two states have them.

    Where others follow it, such a line gets its newline, so that two lines don't
    become one; a commit that adds the first one after it changes the line too.
    """
    members = [stretch for stretch in stretches if len(stretch.lines)]
    is_last = {_OLD: True, _NEW: True}
    found: list[Stretch] = []
    for stretch in reversed(members):
        last = [stretch]
        if _lacks_newline(change, stretch):
            *_, line = split = list(_last_line_apart(stretch))
            last = [*split[:-1], *_with_line_end(line, is_last[_OLD], is_last[_NEW])]
        found += reversed(last)
        is_last[_OLD] &= stretch.kind is _NEW
        is_last[_NEW] &= stretch.kind is _OLD
    return _without_no_ops(change, found[::-1])


def _without_no_ops(
    change: FileChange, stretches: Sequence[Stretch]
) -> Iterator[Stretch]:
    """The stretches; a line that only gets the newline that it has already stays."""
    pending: list[Stretch] = []
    for stretch in stretches:
        if pending and _is_pair(change, pending[-1], stretch):
            *before, old = _last_line_apart(pending.pop())
            yield from before
            yield old._replace(kind=_CONTEXT)
            lines = Span(stretch.lines.start + 1, stretch.lines.stop)
            pending = [stretch._replace(lines=lines)] if len(lines) else []
        else:
            yield from pending
            pending = [stretch]
    yield from pending


def _is_pair(change: FileChange, old: Stretch, new: Stretch) -> bool:
    """Whether the last line that goes is the first one that comes, newline and all."""
    if (old.kind, new.kind) != (_OLD, _NEW) or not (old.is_ended or new.is_ended):
        return False
    gone = _text(change, old, old.lines.stop - 1)
    return gone.endswith(b"\n") and gone == _text(change, new, new.lines.start)


def _text(change: FileChange, stretch: Stretch, line: int) -> bytes:
    """A line of a stretch as the state has it."""
    text = (change.old_lines if stretch.is_old else change.new_lines)[line]
    is_ended = stretch.is_ended and not text.endswith(b"\n")
    return text + b"\n" if is_ended else text


def _lacks_newline(change: FileChange, stretch: Stretch) -> bool:
    """Whether the last line of these is the last one of a side that ends without."""
    side = change.old if stretch.is_old else change.new
    if side is None or not side.content or side.content.endswith(b"\n"):
        return False
    lines = change.old_lines if stretch.is_old else change.new_lines
    return stretch.lines.stop == len(lines)


def _last_line_apart(stretch: Stretch) -> Iterator[Stretch]:
    start, stop = stretch.lines.start, stretch.lines.stop
    if stop - start > 1:
        yield stretch._replace(lines=Span(start, stop - 1))
    yield stretch._replace(lines=Span(stop - 1, stop))


def _with_line_end(
    line: Stretch, is_last_before: bool, is_last_after: bool
) -> list[Stretch]:
    """The line, or the line taken away and brought again where its end changes."""
    if line.kind is _CONTEXT and is_last_before is not is_last_after:
        return [
            line._replace(kind=_OLD, is_ended=not is_last_before),
            line._replace(kind=_NEW, is_ended=not is_last_after),
        ]
    is_last = is_last_after if line.kind is _NEW else is_last_before
    return [line._replace(is_ended=not is_last)]


def _in_diff_order(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """The stretches that follow each other as one; removed lines before added ones.

    Between two unchanged lines, git shows all that goes before all that comes.
    """
    for is_context, run in groupby(stretches, lambda s: s.kind is _CONTEXT):
        # Sorting keeps the order within each side.
        members = list(run)
        if not is_context:
            members.sort(key=lambda stretch: stretch.kind is _NEW)
        yield from _adjacent_as_one(members)


def _adjacent_as_one(stretches: Sequence[Stretch]) -> Iterator[Stretch]:
    """The stretches, those with lines of one side that follow each other as one."""
    pending = stretches[0]
    for stretch in stretches[1:]:
        lines = Span(pending.lines.start, stretch.lines.stop)
        follows = stretch.lines.start == pending.lines.stop
        if follows and stretch == pending._replace(lines=stretch.lines):
            pending = pending._replace(lines=lines)
        else:
            yield pending
            pending = stretch
    yield pending


def _with_line_numbers(stretches: Iterable[Stretch], start: int) -> Iterator[Stretch]:
    """The stretches from line ``start`` on, each with its place before and after."""
    old = new = start
    for stretch in stretches:
        yield stretch._replace(old_at=old, new_at=new)
        old += len(stretch.lines) if stretch.kind is not _NEW else 0
        new += len(stretch.lines) if stretch.kind is not _OLD else 0


def _hunks_with_context(
    stretches: Iterable[Stretch],
) -> Iterator[tuple[list[Stretch], list[Stretch]]]:
    """Each hunk with three lines of context, and what stands above it.

    Two changes share a hunk where at most six unchanged lines are between them. What
    stands above one begins with the hunk before it.
    """
    above: list[Stretch] = []
    hunk: list[Stretch] = []
    for is_context, run in groupby(stretches, lambda s: s.kind is _CONTEXT):
        members = list(run)
        if not is_context or (hunk and _line_total(members) <= 2 * CONTEXT_LINES):
            hunk += members
        else:
            if hunk:
                yield above, [*hunk, *_slice(members, 0, CONTEXT_LINES)]
            split = max(0, _line_total(members) - CONTEXT_LINES)
            above = [*hunk, *_slice(members, 0, split)]
            hunk = [*_slice(members, split, split + CONTEXT_LINES)]
    changed = [i for i, s in enumerate(hunk) if s.kind is not _CONTEXT]
    if changed:
        end = changed[-1] + 1
        yield above, [*hunk[:end], *_slice(hunk[end:], 0, CONTEXT_LINES)]


def _slice(stretches: Sequence[Stretch], start: int, stop: int) -> Iterator[Stretch]:
    """Lines ``start`` up to ``stop`` of these unchanged stretches, counted from 0."""
    at = 0
    for stretch in stretches:
        skipped = max(0, start - at)
        first = stretch.lines.start + skipped
        last = min(stretch.lines.stop, stretch.lines.start + stop - at)
        at += len(stretch.lines)
        if first < last:
            yield stretch._replace(
                lines=Span(first, last),
                old_at=stretch.old_at + skipped,
                new_at=stretch.new_at + skipped,
            )


def _line_total(stretches: Iterable[Stretch]) -> int:
    return sum(len(stretch.lines) for stretch in stretches)
