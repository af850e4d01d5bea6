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
_LONG = 500


def partners(old: Sequence[bytes], new: Sequence[bytes]) -> tuple[tuple[int, int], ...]:
    r"""The pairs of an old and the new line it became, in order, counted from 0.

    As many old as new lines: line *i* with line *i*. Otherwise the order-keeping
    pairs with the greatest sum of similarity, ties to the earliest lines, pairs under
    one half left out; above 10,000 possible pairs, by position. A line's ``\n`` does
    not count towards its similarity; two empty lines are wholly similar. Of several
    such lists of pairs, the first in lexicographic order is the earliest.

    >>> partners([b"def f(a):\n"], [b"import os\n", b"def f(a, b):\n"])
    ((0, 1),)
    """
    if len(old) == len(new) or len(old) * len(new) > _MOST_PAIRS:
        return tuple((i, i) for i in range(min(len(old), len(new))))
    if not old or not new:
        return ()
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


@lru_cache(maxsize=16_384)
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
    totals = {a + b or 2 for a in set(map(len, olds)) for b in set(map(len, news))}
    unit = lcm(*totals)
    return [_line_scores(tokens, news, unit) for tokens in olds]


def _line_scores(old: list[bytes], news: list[list[bytes]], unit: int) -> list[int]:
    """The similarity of one old line with each new one."""
    if len(old) > _LONG:
        return [_long_score(old, new, unit) for new in news]
    masks = _masks(old)
    return [_score(len(old), masks, new, unit) for new in news]


def _masks(tokens: list[bytes]) -> dict[bytes, int]:
    """For each token the bit set of its places."""
    masks: dict[bytes, int] = {}
    for place, token in enumerate(tokens):
        masks[token] = masks.get(token, 0) | 1 << place
    return masks


def _long_score(old: list[bytes], new: list[bytes], unit: int) -> int:
    """:func:`_score` of two lines, of which the old one is long.

    What both begin and end with is in their longest common subsequence; the time for
    the rest grows with the square of its length.
    """
    total = len(old) + len(new)
    most = min(len(old), len(new))
    head = _common_prefix(old, new, most)
    tail = _common_prefix(old[::-1], new[::-1], most - head)
    rest = old[head : len(old) - tail]
    masks = _masks(rest)
    places = [masks[token] for token in new[head : len(new) - tail] if token in masks]
    if 4 * (head + tail + min(len(rest), len(places))) < total:
        return 0
    common = head + tail + _common_subsequence(len(rest), places)
    return 2 * common * (unit // total) if 4 * common >= total else 0


def _common_prefix(a: list[bytes], b: list[bytes], most: int) -> int:
    """How many tokens both begin with, at most ``most``."""
    pairs = zip(a[:most], b[:most], strict=True)
    return next((at for at, (x, y) in enumerate(pairs) if x != y), most)


def _score(length: int, masks: dict[bytes, int], new: list[bytes], unit: int) -> int:
    """``unit`` times 2·m/(a+b), m being the longest common subsequence of tokens.

    ``length`` counts the old line's tokens; ``masks`` are bit sets of their places.
    """
    total = length + len(new)
    if not total:
        return unit
    places = [masks[token] for token in new if token in masks]
    if 4 * min(length, len(places)) < total:
        return 0  # the subsequence can't be long enough
    common = _common_subsequence(length, places)
    return 2 * common * (unit // total) if 4 * common >= total else 0


def _common_subsequence(length: int, places: list[int]) -> int:
    """The length of the longest common subsequence, by bit-parallel addition.

    ``places`` has for each token of the one the bit set of its places in the other.
    """
    full = (1 << length) - 1
    row = full
    for place in places:
        matches = row & place
        row = (row + matches) | (row - matches)
    return length - (row & full).bit_count()
