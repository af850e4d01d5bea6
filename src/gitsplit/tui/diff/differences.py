"""Where two long sequences begin to differ, and where they end to.

After a key most of a large plan is as it was. Whatever is counted or laid out for it is
made anew between these two places only.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

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
