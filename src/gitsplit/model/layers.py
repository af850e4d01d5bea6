"""Lines that came and went: a commit of a range writes them, a later one takes them.

Which they are follows from the spans of hunks alone. In which order the lines of all
states stand doesn't matter here, so nothing is aligned and no weave is made.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct

from gitsplit.model.diff import Span
from gitsplit.model.weave import Stretch, Thread


class Layer(Struct, frozen=True, gc=False):
    """Lines of one side of a change that came and went, which follow each other.

    ``lines`` are 0-based numbers on that side. On the new side the change writes them,
    and the change number ``other`` of the range takes them away; on the old side that
    has written them. Where it ``is_rewritten``, other lines take their place.
    """

    lines: Span
    other: int
    is_rewritten: bool


Layers = Mapping[tuple[int, bool], tuple[Layer, ...]]
"""The layers in order, by the number of their change and whether it is the old side."""


def layers_of(threads: Iterable[Thread]) -> Layers:
    """The layers of these files; the ``threads`` of a plan are all files of a range."""
    found: dict[tuple[int, bool], list[Layer]] = {}
    for thread in threads:
        if len(thread.changes) < 2:
            continue
        for stretch in thread.stretches:
            for passing in _passing(thread, stretch):
                _add_both_sides(found, passing, thread.numbers)
    return {key: _joined(layers) for key, layers in found.items()}


class _Passing(NamedTuple):
    """Lines that came and went: in which change of the thread, where on its side."""

    born: int
    written: Span
    died: int
    taken: Span
    is_rewritten: bool


_Run = tuple[int, int, int, int]
"""Lines ``start`` to ``stop`` of a state that change ``born`` wrote, as ``at`` on.

A bare tuple: there are a hundred thousand in a range of fifty commits.
"""


def _passing(thread: Thread, stretch: Stretch) -> Iterator[_Passing]:
    """What came and went in the stretch, by the change that takes it, from the top."""
    alive: list[_Run] = []
    for number in stretch.changes:
        kept: list[_Run] = []
        done = shift = 0
        for hunk in thread.changes[number].hunks:
            first, stop = _touched(alive, hunk.old, done)
            kept += _moved(alive[done:first], shift)
            done = stop
            for run in alive[first:stop]:
                above, gone, below = _cut(run, hunk.old)
                kept += _moved(above, shift)
                for start, end, born, at in gone:
                    written, taken = Span(at, at + end - start), Span(start, end)
                    is_rewritten = len(hunk.new) > 0
                    yield _Passing(born, written, number, taken, is_rewritten)
                if below:
                    done = stop - 1
                    alive[done:stop] = below
            if len(hunk.new):
                new = hunk.new
                kept.append((new.start, new.stop, number, new.start))
            shift = hunk.new.stop - hunk.old.stop
        alive = kept + _moved(alive[done:], shift)


def _touched(alive: Sequence[_Run], old: Span, done: int) -> tuple[int, int]:
    """From which run to which, of those not ``done``, lines are old ones or straddle.

    Runs before them are above the old lines, runs after them below.
    """
    first = bisect_left(alive, (old.start,), done)
    if first > done and alive[first - 1][1] > old.start:
        first -= 1
    return first, bisect_left(alive, (old.stop,), first)


def _moved(runs: list[_Run], by: int) -> list[_Run]:
    """The runs so many lines further down."""
    if not by:
        return runs
    return [(start + by, stop + by, born, at) for start, stop, born, at in runs]


def _cut(run: _Run, old: Span) -> tuple[list[_Run], ...]:
    """What of the run is above the old lines, in them and below; none or one each."""
    start, stop, born, at = run
    within = (max(start, min(line, stop)) for line in (old.start, old.stop))
    return tuple(
        [(first, last, born, at + first - start)] if first < last else []
        for first, last in pairwise((start, *within, stop))
    )


def _add_both_sides(
    found: dict[tuple[int, bool], list[Layer]],
    passing: _Passing,
    numbers: Sequence[int],
) -> None:
    """Have the lines among those of the change that writes them, and of the other."""
    born, died = numbers[passing.born], numbers[passing.died]
    new = Layer(passing.written, died, passing.is_rewritten)
    old = Layer(passing.taken, born, passing.is_rewritten)
    found.setdefault((born, False), []).append(new)
    found.setdefault((died, True), []).append(old)


def _joined(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """The layers in order; those that meet and have the same other change are one."""
    if len(layers) == 1:
        return tuple(layers)
    first, *rest = sorted(layers, key=lambda layer: layer.lines)
    made = [first]
    for layer in rest:
        last = made[-1]
        if (last.lines.stop, last.other) == (layer.lines.start, layer.other):
            lines = Span(last.lines.start, layer.lines.stop)
            made[-1] = Layer(lines, last.other, last.is_rewritten or layer.is_rewritten)
        else:
            made.append(layer)
    return tuple(made)
