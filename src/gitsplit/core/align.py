"""Which old line became which new line, within one hunk.

The rule is part of the plan format (version 1): a hunk that is cut reads the same
wherever it is cut, so every reader of a plan must align its lines alike.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import lcm
from typing import Literal

Side = Literal["old", "new"]
Slot = tuple[Side, int]
"""A line of a hunk: its side and its 0-based place among the hunk's lines there."""

_TOKEN = re.compile(rb"\w+|\W", re.DOTALL)
_MOST_PAIRS = 10_000


def partners(old: Sequence[bytes], new: Sequence[bytes]) -> tuple[tuple[int, int], ...]:
    r"""The pairs of an old and the new line it became, in order, counted from 0.

    As many old as new lines: line *i* with line *i*. Otherwise the order-keeping
    pairs with the greatest sum of similarity, ties to the earliest lines, pairs under
    one half left out; above 10,000 possible pairs, by position. A line's ``\n`` does
    not count towards its similarity; two empty lines are wholly similar.

    >>> partners([b"def f(a):\n"], [b"import os\n", b"def f(a, b):\n"])
    ((0, 1),)
    """
    if len(old) == len(new) or len(old) * len(new) > _MOST_PAIRS:
        return tuple((i, i) for i in range(min(len(old), len(new))))
    return _best_pairs(tuple(old), tuple(new))


def merge_order(old: Sequence[bytes], new: Sequence[bytes]) -> tuple[Slot, ...]:
    """Every line of a hunk in the one order that keeps both sides' orders.

    Partners stand together, the old line first; between partners, old before new.
    """
    slots: list[Slot] = []
    at_old = at_new = 0
    for i, j in (*partners(old, new), (len(old), len(new))):
        slots += (("old", line) for line in range(at_old, i))
        slots += (("new", line) for line in range(at_new, j))
        slots += [("old", i), ("new", j)] if i < len(old) else []
        at_old, at_new = i + 1, j + 1
    return tuple(slots)


@lru_cache(maxsize=1024)
def _best_pairs(
    old: tuple[bytes, ...], new: tuple[bytes, ...]
) -> tuple[tuple[int, int], ...]:
    """The alignment of two runs of unequal length; scores are exact integers."""
    score = _scores(old, new)
    best = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        row, below, scores = best[i], best[i + 1], score[i]
        for j in reversed(range(len(new))):
            paired = scores[j] + below[j + 1] if scores[j] else 0
            row[j] = max(paired, below[j], row[j + 1])
    return tuple(_earliest(score, best))


def _earliest(
    score: list[list[int]], best: list[list[int]]
) -> Iterator[tuple[int, int]]:
    """Of all alignments with the greatest sum, the one with the earliest lines."""
    j = 0
    for i, scores in enumerate(score):
        for k in range(j, len(scores)):
            if scores[k] and scores[k] + best[i + 1][k + 1] == best[i][j]:
                yield i, k
                j = k + 1
                break


def _scores(old: tuple[bytes, ...], new: tuple[bytes, ...]) -> list[list[int]]:
    """Each pair's similarity times one common multiple; 0 where it is under a half.

    Sums of fractions are compared for equality, so they are kept as whole numbers.
    """
    olds = [_TOKEN.findall(line.removesuffix(b"\n")) for line in old]
    news = [_TOKEN.findall(line.removesuffix(b"\n")) for line in new]
    totals = {len(a) + len(b) or 2 for a in olds for b in news}
    unit = lcm(*totals)
    return [[_score(a, masks, b, unit) for b in news] for a, masks in _masked(olds)]


def _masked(
    lines: list[list[bytes]],
) -> Iterator[tuple[list[bytes], dict[bytes, int]]]:
    """Each line's tokens, and for each token a bit set at its places."""
    for tokens in lines:
        masks: dict[bytes, int] = {}
        for place, token in enumerate(tokens):
            masks[token] = masks.get(token, 0) | 1 << place
        yield tokens, masks


def _score(
    old: list[bytes], masks: dict[bytes, int], new: list[bytes], unit: int
) -> int:
    """``unit`` times 2·m/(a+b), m being the longest common subsequence of tokens."""
    if not old and not new:
        return unit
    total = len(old) + len(new)
    common = _common_subsequence(len(old), masks, new)
    return 2 * common * (unit // total) if 4 * common >= total else 0


def _common_subsequence(length: int, masks: dict[bytes, int], new: list[bytes]) -> int:
    """The length of the longest common subsequence, by bit-parallel addition."""
    full = (1 << length) - 1
    row = full
    for token in new:
        matches = row & masks.get(token, 0)
        row = (row + matches) | (row - matches)
    return length - (row & full).bit_count()
