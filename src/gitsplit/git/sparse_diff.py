"""The hunks between two long contents that differ here and there, without git.

Git takes half a gigabyte to compare millions of lines. That is spared where its answer
is certain beforehand: long equal runs stand between the changes, and no changed line is
in the other content. Then git's diff (Myers', in xdiff) sets exactly the changed lines
aside, since nothing matches them; what it is left with is the same on both sides; and
no hunk can slide, for the line beside it is never one of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from gitsplit.model.diff import Hunk, Span
from gitsplit.model.lines import equal_length, lines_of

_BLOCK = 1 << 16
"""So many bytes of a side are looked at at once; no change may be longer."""

_FEWEST_EQUAL = 201
"""So many equal lines stand between two changes, at least.

xdiff sets a line aside, too, that is very often in the other content, where it sees
changed lines within 100 lines before it and after it.
"""


class _Run(NamedTuple):
    """Whole lines of both contents, by where they begin and end in bytes from 0."""

    old: slice
    new: slice


def sparse_hunks(old: bytes, new: bytes) -> tuple[Hunk, ...] | None:
    """The hunks without context by which git turns ``old`` into ``new``.

    None where it isn't certain which these are.
    """
    runs = _runs(old, new)
    if runs is None:
        return None
    equal, changed = runs[::2], runs[1::2]
    lengths = [_line_count(old, run.old) for run in equal]
    if any(length < _FEWEST_EQUAL for length in lengths[1:-1]):
        return None
    removed = [lines_of(old[run.old]) for run in changed]
    added = [lines_of(new[run.new]) for run in changed]
    if _have_common_lines(removed, added, (old, equal)):
        return None
    return tuple(_hunks(lengths, removed, added))


def _runs(old: bytes, new: bytes) -> list[_Run] | None:
    """Equal runs and changes in turns, an equal run being the first and the last.

    None where a change is too long.
    """
    runs = [_equal_run(old, new, 0, 0)]
    while (ends := (runs[-1].old.stop, runs[-1].new.stop)) != (len(old), len(new)):
        change = _change(old, new, *ends)
        if change is None:
            return None
        runs += [change, _equal_run(old, new, change.old.stop, change.new.stop)]
    return runs


def _equal_run(old: bytes, new: bytes, at_old: int, at_new: int) -> _Run:
    """The equal lines from two places on; there may be none."""
    same = equal_length(old, new, at_old, at_new)
    if (at_old + same, at_new + same) != (len(old), len(new)):
        same = max(0, old.rfind(b"\n", at_old, at_old + same) + 1 - at_old)
    return _Run(slice(at_old, at_old + same), slice(at_new, at_new + same))


def _change(old: bytes, new: bytes, at_old: int, at_new: int) -> _Run | None:
    """The lines from two places on up to one that both have there, or to both ends."""
    one, two = _lines_near(old, at_old), _lines_near(new, at_new)
    gone, come = _lines_before(one, two), _lines_before(two, one)
    after_old, after_new = at_old + sum(map(len, gone)), at_new + sum(map(len, come))
    next_lines = (one[len(gone) :][:1], two[len(come) :][:1])
    is_end = (after_old, after_new) == (len(old), len(new))
    if not is_end and (not next_lines[0] or next_lines[0] != next_lines[1]):
        return None
    return _Run(slice(at_old, after_old), slice(at_new, after_new))


def _lines_near(content: bytes, at: int) -> tuple[bytes, ...]:
    """The lines from a place on that end within a block."""
    is_last = at + _BLOCK >= len(content)
    stop = len(content) if is_last else content.rfind(b"\n", at, at + _BLOCK) + 1
    return lines_of(content[at:stop])


def _lines_before(lines: Sequence[bytes], others: Iterable[bytes]) -> Sequence[bytes]:
    """The lines before the first that is one of the others."""
    known = frozenset(others)
    count = next((n for n, line in enumerate(lines) if line in known), len(lines))
    return lines[:count]


def _have_common_lines(
    removed: Iterable[Sequence[bytes]],
    added: Iterable[Sequence[bytes]],
    equal: tuple[bytes, Sequence[_Run]],
) -> bool:
    """Whether a changed line is in the other content, be it in an equal run of it.

    One that ends the content counts as if it had a newline.
    """
    gone, come = (
        {line.removesuffix(b"\n") for lines in side for line in lines}
        for side in (removed, added)
    )
    changed = gone | come
    content, runs = equal
    blocks = (block for run in runs for block in _blocks(content, run.old))
    return bool(gone & come) or not all(map(changed.isdisjoint, blocks))


def _blocks(content: bytes, run: slice) -> Iterator[list[bytes]]:
    """The lines of a run without their newlines, a block of them at a time."""
    at = run.start
    while at < run.stop:
        stop = content.find(b"\n", min(at + _BLOCK, run.stop) - 1) + 1 or run.stop
        lines = content[at:stop].split(b"\n")
        yield lines if lines[-1] else lines[:-1]
        at = stop


def _line_count(content: bytes, run: slice) -> int:
    ends = content.count(b"\n", run.start, run.stop)
    return ends + (run.stop > run.start and content[run.stop - 1 : run.stop] != b"\n")


def _hunks(
    equal: Sequence[int],
    removed: Sequence[Sequence[bytes]],
    added: Sequence[Sequence[bytes]],
) -> Iterator[Hunk]:
    """The hunks after equal runs of so many lines."""
    at_old = at_new = 0
    for count, gone, come in zip(equal, removed, added, strict=False):
        start_old, start_new = at_old + count, at_new + count
        at_old, at_new = start_old + len(gone), start_new + len(come)
        yield Hunk(Span(start_old, at_old), Span(start_new, at_new))
