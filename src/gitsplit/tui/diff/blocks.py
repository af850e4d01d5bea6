"""The rows of a whole diff made, and made anew where pieces are cut or unfolded.

Each edit's rows stand together: its old lines, then its new ones, as git shows them; a
long piece is folded in its middle. No line is split off for it, nor any text made.

Where two long sequences begin to differ, and where they end to.

After a key most of a large plan is as it was. Whatever is counted or laid out for it is
made anew between these two places only.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, chain
from typing import NamedTuple, TypeVar

from gitsplit.model.diff import Edit, File, FileChange, Span, TextEdit, edits_by_file
from gitsplit.tui.diff.rows import Block, FoldKey, Header, RowKind, Rows, Segment

Item = TypeVar("Item")

_CHUNK = 512


class Same(NamedTuple):
    """How many items two sequences share at their start, and at their end.

    These may overlap: ``most`` is the length of the shorter sequence.
    """

    front: int
    back: int
    most: int

    def between(self, items: Sequence[Item]) -> Sequence[Item]:
        """What of one of the two sequences is not shared."""
        return items[self.front : len(items) - min(self.back, self.most - self.front)]


def same(before: Sequence[Item], after: Sequence[Item]) -> Same:
    """What two sequences share.

    >>> same("a long word", "a short word")
    Same(front=2, back=5, most=11)
    """
    most = min(len(before), len(after))
    if before == after:
        return Same(most, most, most)
    return Same(
        _same_front(before, after), _same_front(before[::-1], after[::-1]), most
    )


def both(one: Same, other: Same) -> Same:
    """What is shared in two pairs of sequences of the same lengths, place by place."""
    return Same(*map(min, one, other))


def _same_front(before: Sequence[Item], after: Sequence[Item]) -> int:
    """How many items are the same from the start; whole chunks are quickly passed."""
    at, most = 0, min(len(before), len(after))
    while at < most and before[at : at + _CHUNK] == after[at : at + _CHUNK]:
        at += _CHUNK
    while at < most and before[at] == after[at]:
        at += 1
    return min(at, most)


CONTEXT_LINES = 3
_FOLD_ABOVE = 12
_FOLD_SHOWS = 3


def diff_rows(
    changes: Sequence[FileChange],
    edits: tuple[Edit, ...],
    unfolded: frozenset[FoldKey] = frozenset(),
) -> Rows:
    """The rows of the whole diff of a commit whose edits are cut as given."""
    places: list[_BlockPlace] = []
    by_file = {}
    for file, _ in edits_by_file(edits):
        head = len(places)
        places.append(_BlockPlace(file, range(0), Span(0, 0)))
        places += _places(changes[file], file)
        by_file[file] = range(head, len(places))
    blocks = tuple(_blocks(changes, places, edits, unfolded))
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
    touched = _touched(rows, edits, unfolded)
    if not touched:
        return replace(rows, edits=edits, unfolded=unfolded)
    old = rows.blocks[touched.start : touched.stop]
    places = (_BlockPlace(block.file, block.hunks, block.span) for block in old)
    first = rows.first_places[touched.start]
    made = tuple(_blocks(changes, places, edits[first:], unfolded))
    return _spliced(rows, touched, made, edits, unfolded)


def _touched(
    rows: Rows, edits: tuple[Edit, ...], unfolded: frozenset[FoldKey]
) -> range:
    """The blocks from the first to the last that are to be made anew."""
    cut = same(rows.edits, edits).between(rows.edits)
    found = [rows.block_of(edit) for edit in (*cut[:1], *cut[-1:])]
    if unfolded is not rows.unfolded:
        found += (rows.block_of(edit) for edit, _ in rows.unfolded ^ unfolded)
    return range(min(found), max(found) + 1) if found else range(0)


def _spliced(
    rows: Rows,
    touched: range,
    made: tuple[Block, ...],
    edits: tuple[Edit, ...],
    unfolded: frozenset[FoldKey],
) -> Rows:
    """The rows with the blocks ``touched`` replaced by as many others."""
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
    )


def starts_after(
    starts: tuple[int, ...], replaced: range, sizes: Sequence[int]
) -> tuple[int, ...]:
    """Where each part begins when those ``replaced`` have these sizes instead."""
    made = accumulate(sizes, initial=starts[replaced.start])
    by = starts[replaced.start] + sum(sizes) - starts[replaced.stop]
    rest = starts[replaced.stop + 1 :]
    shifted = [start + by for start in rest] if by else rest
    return (*starts[: replaced.start], *made, *shifted)


class _BlockPlace(NamedTuple):
    """Where a block is: its file, its hunks, and their lines of the old side."""

    file: int
    hunks: range
    span: Span


def _places(change: FileChange, file: int) -> Iterator[_BlockPlace]:
    """The places of a file's blocks, but for its head."""
    height = _line_count(change.old)
    for hunks in _sharing_context(change):
        yield _BlockPlace(file, hunks, _span(change, hunks, height))


def _sharing_context(change: FileChange) -> Iterator[range]:
    """The hunks whose lines of context touch, as runs of hunk numbers."""
    hunks = change.hunks
    start = 0
    for number in range(1, len(hunks) + 1):
        if number == len(hunks) or (
            hunks[number].old.start - hunks[number - 1].old.stop > 2 * CONTEXT_LINES
        ):
            yield range(start, number)
            start = number


def _blocks(
    changes: Sequence[FileChange],
    places: Iterable[_BlockPlace],
    edits: Sequence[Edit],
    unfolded: frozenset[FoldKey],
) -> Iterator[Block]:
    """The blocks at these places, whose edits come first."""
    at = 0
    for place in places:
        start = at
        while at < len(edits) and _is_at(edits[at], place):
            at += 1
        members = tuple(edits[start:at])
        if place.hunks:
            texts = [edit for edit in members if isinstance(edit, TextEdit)]
            found = _hunk_segments(changes[place.file], place, texts, unfolded)
        else:
            found = _head_segments(place.file, members)
        yield Block(*place, members, *found)


def _is_at(edit: Edit, place: _BlockPlace) -> bool:
    """Whether an edit belongs to the hunks of a place, or to the head if none."""
    if edit.file != place.file:
        return False
    return edit.hunk in place.hunks if isinstance(edit, TextEdit) else not place.hunks


_Found = tuple[tuple[Segment, ...], tuple[int, ...]]
"""The segments of a block, and the number of each edit's first one."""


def _head_segments(file: int, facts: Sequence[Edit]) -> _Found:
    """A file's header and its facts."""
    blank = (Segment(RowKind.BLANK, file, 0),) if file else ()
    head = (*blank, Segment(RowKind.FILE, file, 0))
    rows = (Segment(RowKind.FACT, file, 0, edit=edit) for edit in facts)
    return (*head, *rows), tuple(range(len(head), len(head) + len(facts)))


def _span(change: FileChange, hunks: range, height: int) -> Span:
    """The lines of these hunks and those around them, in a file of ``height`` lines."""
    first, last = change.hunks[hunks[0]].old, change.hunks[hunks[-1]].old
    start = max(0, first.start - CONTEXT_LINES)
    return Span(start, min(height, last.stop + CONTEXT_LINES))


def _line_count(file: File | None) -> int:
    """How many lines a file has, found without making them."""
    content = (file and file.content) or b""
    return content.count(b"\n") + (content[-1:] not in (b"", b"\n"))


def header_of(change: FileChange, hunks: range) -> Header:
    """The header of these hunks in the diff of the whole commit."""
    old = _span(change, hunks, len(change.old_lines))
    first, last = change.hunks[hunks[0]], change.hunks[hunks[-1]]
    before, after = first.old.start - old.start, old.stop - last.old.stop
    new = Span(first.new.start - before, last.new.stop + after)
    return Header(old, new, ((Span(0, old.start), True),))


def _hunk_segments(
    change: FileChange,
    place: _BlockPlace,
    edits: Iterable[TextEdit],
    unfolded: frozenset[FoldKey],
) -> _Found:
    """One header, and the hunks with the context before, between and after them."""
    file, hunks, span = place
    at = span.start
    segments = [Segment(RowKind.HUNK, file, at, hunks=hunks, is_old=True)]
    firsts = []
    for edit in edits:
        hunk = change.hunks[edit.hunk].old
        if hunk.start > at:
            segments.append(context(file, at, hunk.start))
        at = max(at, hunk.stop)
        firsts.append(len(segments))
        segments += _side_segments(edit, edit.old, True, unfolded)
        segments += _side_segments(edit, edit.new, False, unfolded)
    if span.stop > at:
        segments.append(context(file, at, span.stop))
    return tuple(segments), tuple(firsts)


def context(file: int, start: int, stop: int, *, is_old: bool = True) -> Segment:
    """Unchanged lines ``start`` up to ``stop`` of the old side, or of the new one."""
    return Segment(RowKind.CONTEXT, file, start, stop - start, is_old=is_old)


def _side_segments(
    edit: TextEdit, lines: Span, is_old: bool, unfolded: frozenset[FoldKey]
) -> tuple[Segment, ...]:
    """The lines of one side of an edit, folded in the middle where they are many."""
    kind = RowKind.OLD if is_old else RowKind.NEW
    file, first, height = edit.file, lines.start, lines.stop - lines.start
    if not height:
        return ()
    if height <= _FOLD_ABOVE or (edit, is_old) in unfolded:
        return (Segment(kind, file, first, height, edit, is_old=is_old),)
    hidden = Span(first + _FOLD_SHOWS, lines.stop - _FOLD_SHOWS)
    return (
        Segment(kind, file, first, _FOLD_SHOWS, edit, is_old=is_old),
        Segment(RowKind.FOLD, file, hidden.start, 1, edit, hidden, is_old=is_old),
        Segment(kind, file, hidden.stop, _FOLD_SHOWS, edit, is_old=is_old),
    )
