"""What two sequences have in common at their ends, so that only the rest is made anew.

The edits of a plan and the rows of its diff are long, and a key changes few of them.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple, TypeVar

Item = TypeVar("Item")

_CHUNK = 512


class CommonEnds(NamedTuple):
    """The lengths of the common prefix and the common suffix of two sequences.

    The two may overlap: ``most`` is the length of the shorter sequence.
    """

    front: int
    back: int
    most: int

    def middle(self, items: Sequence[Item]) -> Sequence[Item]:
        """What one of the two sequences has between them."""
        return items[self.front : len(items) - min(self.back, self.most - self.front)]


def common_ends(before: Sequence[Item], after: Sequence[Item]) -> CommonEnds:
    """The common prefix and suffix of two sequences.

    >>> common_ends("a long word", "a short word")
    CommonEnds(front=2, back=5, most=11)
    """
    most = min(len(before), len(after))
    if before == after:
        return CommonEnds(most, most, most)
    return CommonEnds(
        _common_front(before, after), _common_front(before[::-1], after[::-1]), most
    )


def common_ends_of_both(one: CommonEnds, other: CommonEnds) -> CommonEnds:
    """The ends that are common in two pairs of sequences of the same lengths."""
    return CommonEnds(*map(min, one, other))


def _common_front(before: Sequence[Item], after: Sequence[Item]) -> int:
    """The length of the common prefix; whole chunks of it are compared at once."""
    at, most = 0, min(len(before), len(after))
    while at < most and before[at : at + _CHUNK] == after[at : at + _CHUNK]:
        at += _CHUNK
    while at < most and before[at] == after[at]:
        at += 1
    return min(at, most)


def starts_after(
    starts: tuple[int, ...], replaced: range, sizes: Sequence[int]
) -> tuple[int, ...]:
    """The running totals of sizes of which those ``replaced`` are others now."""
    made = accumulate(sizes, initial=starts[replaced.start])
    by = starts[replaced.start] + sum(sizes) - starts[replaced.stop]
    rest = starts[replaced.stop + 1 :]
    shifted = [start + by for start in rest] if by else rest
    return (*starts[: replaced.start], *made, *shifted)
