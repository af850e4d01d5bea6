"""The alignment rule of the plan format, version 1, as slowly as it is written down.

Within an edit with as many old as new lines, line i is the partner of line i;
otherwise partners are the order-keeping pairs with the greatest sum of similarity,
ties to the earliest lines, pairs under one half left out; above 10,000 pairs, by
position. Between partners, old before new.
"""

from fractions import Fraction
from functools import lru_cache

Pairs = tuple[tuple[int, int], ...]
Order = tuple[tuple[str, int], ...]

_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


@lru_cache(maxsize=10_000)
def tokens(line: bytes) -> tuple[bytes, ...]:
    """The runs of word characters and the single other bytes of a line."""
    found: list[bytearray] = []
    in_word = False
    for byte in line.removesuffix(b"\n"):
        is_word = byte in _WORD
        if is_word and in_word:
            found[-1].append(byte)
        else:
            found.append(bytearray([byte]))
        in_word = is_word
    return tuple(map(bytes, found))


def longest_common_subsequence(a: tuple[bytes, ...], b: tuple[bytes, ...]) -> int:
    """The length of the longest common subsequence, by the textbook's table."""
    row = [0] * (len(b) + 1)
    for x in a:
        above = row
        row = [0]
        for j, y in enumerate(b):
            row.append(above[j] + 1 if x == y else max(above[j + 1], row[j]))
    return row[-1]


@lru_cache(maxsize=10_000)
def similarity(old: bytes, new: bytes) -> Fraction:
    """2·m/(a+b); two lines without tokens are wholly similar."""
    a, b = tokens(old), tokens(new)
    if not a and not b:
        return Fraction(1)
    return Fraction(2 * longest_common_subsequence(a, b), len(a) + len(b))


def expected_partners(old: tuple[bytes, ...], new: tuple[bytes, ...]) -> Pairs:
    """The partners of a hunk's old and new lines, counted from 0."""
    if len(old) == len(new) or len(old) * len(new) > 10_000:
        return tuple((i, i) for i in range(min(len(old), len(new))))
    # What is best for old[i:] and new[j:]: the greatest sum and, of all lists of
    # pairs that reach it, the first in lexicographic order.
    none: tuple[Fraction, Pairs] = (Fraction(0), ())
    below = [none] * (len(new) + 1)
    for i in reversed(range(len(old))):
        row = [none] * (len(new) + 1)
        for j in reversed(range(len(new))):
            row[j] = _better(below[j], row[j + 1])
            likeness = similarity(old[i], new[j])
            if likeness >= Fraction(1, 2):
                total, rest = below[j + 1]
                row[j] = _better(row[j], (total + likeness, ((i, j), *rest)))
        below = row
    return below[0][1]


def _better(
    a: tuple[Fraction, Pairs], b: tuple[Fraction, Pairs]
) -> tuple[Fraction, Pairs]:
    return a if a[0] > b[0] or (a[0] == b[0] and a[1] <= b[1]) else b


@lru_cache(maxsize=10_000)
def order(old: tuple[bytes, ...], new: tuple[bytes, ...]) -> Order:
    """Every line of a hunk, side and place, as a cut hunk has them."""
    partner_of = dict(expected_partners(old, new))
    placed: list[tuple[str, int]] = []
    at = 0
    for i in range(len(old)):
        if i not in partner_of:
            placed.append(("old", i))
            continue
        placed += (("new", j) for j in range(at, partner_of[i]))
        placed += [("old", i), ("new", partner_of[i])]
        at = partner_of[i] + 1
    placed += (("new", j) for j in range(at, len(new)))
    return tuple(placed)
