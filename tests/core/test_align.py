"""Which old line became which new one, against the rule as it is written.

The rule is written twice: here by trying every pairing with fractions, in the program
by dynamic programming with whole numbers. They share nothing.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gitsplit.core.align import Slot, merge_order, partners
from tests.core.strategies import LINES

Pairs = tuple[tuple[int, int], ...]

WORD = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"


def tokens(line: bytes) -> list[bytes]:
    """Runs of word characters, and every other byte by itself."""
    found: list[bytes] = []
    in_word = False
    for byte in line.removesuffix(b"\n"):
        char = bytes([byte])
        if char in WORD and in_word:
            found[-1] += char
        else:
            found.append(char)
        in_word = char in WORD
    return found


def common(a: Sequence[bytes], b: Sequence[bytes]) -> int:
    """The length of the longest common subsequence, naively."""
    row = [0] * (len(b) + 1)
    for x in a:
        above = row
        row = [0]
        for j, y in enumerate(b):
            row.append(above[j] + 1 if x == y else max(above[j + 1], row[j]))
    return row[-1]


def similarity(old: bytes, new: bytes) -> Fraction:
    a, b = tokens(old), tokens(new)
    return Fraction(2 * common(a, b), len(a) + len(b)) if a or b else Fraction(1)


def pairings(old: int, new: int) -> Iterator[Pairs]:
    """Every order-keeping way to pair some of the old lines with new ones."""
    for size in range(min(old, new) + 1):
        for left in combinations(range(old), size):
            for right in combinations(range(new), size):
                yield tuple(zip(left, right, strict=True))


def partners_by_the_rule(old: Sequence[bytes], new: Sequence[bytes]) -> Pairs:
    if len(old) == len(new) or len(old) * len(new) > 10_000:
        return tuple((i, i) for i in range(min(len(old), len(new))))
    worth = [[similarity(a, b) for b in new] for a in old]
    allowed = (
        pairs
        for pairs in pairings(len(old), len(new))
        if all(worth[i][j] >= Fraction(1, 2) for i, j in pairs)
    )
    return min(allowed, key=lambda p: (-sum(worth[i][j] for i, j in p), p))


def order_by_the_rule(old: Sequence[bytes], new: Sequence[bytes]) -> list[Slot]:
    """Old before new, but a new line before each old one below its partner's level."""
    pairs = partners_by_the_rule(old, new)
    order: list[Slot] = [("old", i) for i in range(len(old))]
    for j in reversed(range(len(new))):
        first_after = next((p for p in pairs if p[1] >= j), None)
        if first_after is None:
            at = len(order)
        else:
            i, partner = first_after
            at = order.index(("old", i)) + (partner == j)
        later = order.index(("new", j + 1)) if j + 1 < len(new) else len(order)
        order.insert(min(at, later), ("new", j))
    return order


lines = st.sampled_from(LINES) | st.lists(
    st.sampled_from([b"a", b"b", b" ", b"(", b"c_1"]), max_size=5
).map(lambda parts: b"".join(parts) + b"\n")
few_lines = st.lists(lines, max_size=5)


@given(few_lines, few_lines)
@example([b"a\n"], [b"a\n", b"a\n"])
@example([b"a\n", b"a\n"], [b"a\n"])
@example([b"\n"], [b"a\n", b"\n"])
@example([b"a b\n", b"a\n"], [b"a\n", b"a b\n", b"a\n"])
def test_partners_are_the_best_of_all_pairings(
    old: list[bytes], new: list[bytes]
) -> None:
    assert partners(old, new) == partners_by_the_rule(old, new)


@given(few_lines, few_lines)
def test_lines_are_merged_in_the_one_order_of_the_rule(
    old: list[bytes], new: list[bytes]
) -> None:
    assert list(merge_order(old, new)) == order_by_the_rule(old, new)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            [b"a\n", b"b\n"], [b"b\n", b"a\n"], ((0, 0), (1, 1)), id="as many: by place"
        ),
        pytest.param([b"x\n"], [b"y\n", b"z\n"], (), id="nothing alike: no pairs"),
        pytest.param(
            [b"a b\n"], [b"c\n", b"a c d\n", b"a b c\n"], ((0, 2),), id="the most alike"
        ),
        pytest.param([b"a\n"], [b"a\n", b"a\n"], ((0, 0),), id="the earliest new line"),
        pytest.param([b"a\n", b"a\n"], [b"a\n"], ((0, 0),), id="the earliest old line"),
        pytest.param([b"a b\n"], [b"x\n", b"a\n"], ((0, 1),), id="one half is enough"),
        pytest.param([b"a b c\n"], [b"x\n", b"a\n"], (), id="less than one half"),
        pytest.param([b"\n"], [b"x\n", b"\n"], ((0, 1),), id="empty lines are alike"),
        pytest.param([b""], [b"x\n", b"\n"], ((0, 1),), id="so is an empty end"),
        pytest.param([b"a"], [b"x\n", b"a\n"], ((0, 1),), id="newlines don't count"),
        pytest.param([b"a\r\n"], [b"x\n", b"a\n"], ((0, 1),), id="returns do: 2 of 3"),
        pytest.param([b"ab\n"], [b"x\n", b"a\n"], (), id="a word is one token"),
        pytest.param(
            [b"\xc3\xa9\n"],
            [b"x\n", b"\xc3\xa8\n"],
            ((0, 1),),
            id="other bytes are one",
        ),
        pytest.param([], [b"a\n"], (), id="nothing old"),
        pytest.param([b"a\n"], [], (), id="nothing new"),
    ],
)
def test_the_rule_by_examples(
    old: list[bytes], new: list[bytes], expected: Pairs
) -> None:
    assert partners(old, new) == expected
    assert partners_by_the_rule(old, new) == expected


def test_up_to_ten_thousand_pairs_are_compared_and_more_go_by_position() -> None:
    old, new = [b"a%d\n" % n for n in range(80)], [b"b%d\n" % n for n in range(126)]
    new[-1] = old[0]

    assert partners(old, [*new[1:]]) == ((0, 124),)
    assert partners(old, new) == tuple((n, n) for n in range(80))


def test_three_lines_for_three_read_new_old_old_where_the_first_is_chosen() -> None:
    assert merge_order([b"1\n", b"2\n"], [b"x\n", b"y\n"]) == (
        ("old", 0),
        ("new", 0),
        ("old", 1),
        ("new", 1),
    )
