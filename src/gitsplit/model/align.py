"""Which old line became which new line, within one hunk.

The rule is part of the plan format (version 1): a hunk that is cut reads the same
wherever it is cut, so every reader of a plan must align its lines alike.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import gcd, lcm
from typing import Literal

from gitsplit.model.tokens import TokenLine, common_in_any_order, places_by_token

Side = Literal["old", "new"]
Slot = tuple[Side, int]
"""A line of a hunk: its side and its 0-based place among the hunk's lines there."""

_MOST_PAIRS = 10_000
"""Of more pairs of lines, none is compared."""

_MOST_TOKEN_PAIRS = 10_000_000_000
"""Of more pairs of tokens in a hunk, the tokens' order doesn't count."""

_LONG = 500
_BLOCK = 8192


def partners(old: Sequence[bytes], new: Sequence[bytes]) -> tuple[tuple[int, int], ...]:
    r"""The pairs of an old and the new line it became, in order, counted from 0.

    As many old as new lines: line *i* with line *i*. Otherwise the order-keeping
    pairs with the greatest sum of similarity, ties to the earliest lines, pairs under
    one half left out; above 10,000 possible pairs, by position. A line's ``\n`` does
    not count towards its similarity; two empty lines are wholly similar. Of several
    such lists of pairs, the first in lexicographic order is the earliest. Where the
    tokens of two lines make more than 10,000,000,000 pairs, times the pairs of lines,
    m counts those that both have, in any order.

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
    olds, news = map(_token_lines, (old, new))
    pairs = len(old) * len(new)
    found = [[_similarity(a, b, pairs) for b in news] for a in olds]
    unit = lcm(*{below for row in found for _, below in row})
    return [[above * (unit // below) for above, below in row] for row in found]


def _token_lines(lines: tuple[bytes, ...]) -> list[TokenLine]:
    return [TokenLine(line.removesuffix(b"\n")) for line in lines]


def _similarity(old: TokenLine, new: TokenLine, pairs: int) -> tuple[int, int]:
    """2·m/(a+b) as a fraction in lowest terms; 0 where it is under a half."""
    a, b = old.length, new.length
    if not a + b:
        return 1, 1
    if 4 * min(a, b) < a + b:
        return 0, 1  # there aren't enough tokens to be common
    common = _common(old, new, pairs)
    if 4 * common < a + b:
        return 0, 1
    divisor = gcd(2 * common, a + b)
    return 2 * common // divisor, (a + b) // divisor


def _common(old: TokenLine, new: TokenLine, pairs: int) -> int:
    """How many tokens the lines have in common; any number where it is too few."""
    a, b = old.length, new.length
    if a * b * pairs > _MOST_TOKEN_PAIRS:
        return common_in_any_order(old, new)
    if a <= _LONG:
        places = old.places
        found = [places[token] for token in new.tokens if token in places]
        return _short_common(a, found) if 4 * len(found) >= a + b else 0
    if 4 * (old.counts & new.counts).total() < a + b:
        return 0
    return _long_common(old.tokens, new.tokens)


def _long_common(old: list[bytes], new: list[bytes]) -> int:
    """The length of the longest common subsequence, of which the ends are a part."""
    most = min(len(old), len(new))
    head = _common_prefix(old, new, most)
    tail = _common_prefix(old[::-1], new[::-1], most - head)
    rest = new[head : len(new) - tail]
    return head + tail + _longest_common(old[head : len(old) - tail], rest)


def _common_prefix(a: list[bytes], b: list[bytes], most: int) -> int:
    """How many tokens both begin with, at most ``most``."""
    pairs = zip(a[:most], b[:most], strict=True)
    return next((at for at, (x, y) in enumerate(pairs) if x != y), most)


def _short_common(length: int, places: list[int]) -> int:
    """The length of the longest common subsequence, by bit-parallel addition.

    ``places`` has for each token of the one the bit set of its places in the other
    (Crochemore and others, 2001).
    """
    full = (1 << length) - 1
    row = full
    for place in places:
        matches = row & place
        row = (row + matches) | (row - matches)
    return length - (row & full).bit_count()


def _longest_common(old: list[bytes], new: list[bytes]) -> int:
    """The length of the longest common subsequence of long lines.

    :func:`_short_common` for a block of the old line at a time, each with the carries
    of the one before it: bit sets as long as the line for each of its tokens would
    take the square of its length in memory.
    """
    carries = bytearray(len(new))
    common = 0
    for start in range(0, len(old), _BLOCK):
        block = old[start : start + _BLOCK]
        places, length = places_by_token(block), len(block)
        row = full = (1 << length) - 1
        for at, token in enumerate(new):
            carry = carries[at]
            if place := places.get(token, 0):
                matches = row & place
                added = row + matches + carry
                carries[at] = added >> length
                row = added & full | row - matches
            elif carry:
                added = row + carry
                carries[at] = added >> length
                row |= added & full
        common += length - row.bit_count()
    return common
