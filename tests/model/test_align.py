"""Which old line became which new one, against the rule as it is written.

The rule is written twice: here by trying every pairing with fractions, in the program
by dynamic programming with whole numbers. They share nothing.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, count
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gitsplit.model.align import Slot, merge_order, partners
from tests.processor import grows_with_its_size
from tests.strategies import LINES

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


@pytest.mark.parametrize(
    ("old", "new", "compared"),
    [(1, 10_000, True), (80, 125, True), (125, 80, True), (73, 137, False)],
)
def test_the_ten_thousandth_pair_is_compared_and_the_next_is_not(
    old: int, new: int, compared: bool
) -> None:
    olds = [b"a%d\n" % n for n in range(old)]
    news = [b"b%d\n" % n for n in range(new)]
    olds[-1] = news[-1] = b"same\n"
    by_place = tuple((n, n) for n in range(min(old, new)))

    assert partners(olds, news) == (((old - 1, new - 1),) if compared else by_place)
    if old * new > 10_000:
        assert partners(olds, news[1:]) == ((old - 1, new - 2),)


def variant(chosen: Random, tokens: Sequence[bytes], share: float) -> bytes:
    """The tokens with about this share of them changed, some left out."""
    kept = [token for token in tokens if chosen.random() > share / 4]
    return b"".join(
        chosen.choice([b";", b",", b"("]) if chosen.random() < share else token
        for token in kept
    )


@pytest.mark.parametrize("seed", range(6))
def test_long_lines_have_partners_by_the_same_rule(seed: int) -> None:
    chosen = Random(seed)
    tokens = chosen.choices([b"(", b")", b"=", b"+", b".", b"x "], k=520 + 8 * seed)
    old = [variant(chosen, tokens, share) + b"\n" for share in (0.1, 0.7)]
    new = [variant(chosen, tokens, share) + b"\n" for share in (0.8, 0.4, 0.1)]

    assert partners(old, new) == partners_by_the_rule(old, new)


@pytest.mark.parametrize("length", [4, 498, 500, 502, 20_000])
@pytest.mark.parametrize("ahead", [0, 0.5, 1], ids=["first", "middle", "last"])
def test_half_alike_is_enough_however_long_a_line_is(length: int, ahead: float) -> None:
    before = int(length * ahead) // 2
    half = b")" * before + b"(" * (length // 2) + b"]" * (length // 2 - before)
    less = half.replace(b"(", b"+", 1)
    old = [b"(" * length]

    assert partners(old, [b"x\n", half]) == ((0, 1),)
    assert partners(old, [b"x\n", less]) == ()


def test_the_last_token_in_common_counts_in_a_line_of_twenty_thousand() -> None:
    chosen = Random(1)
    shared = chosen.choices([b"(", b")", b"[", b"]", b"word"], k=10_000)
    old = b"".join(b"+" + token for token in shared)
    new = [b"-" + token for token in shared]
    half, less = b"".join(new), b"".join([*new[:7000], b"-=", *new[7001:]])

    assert partners([old], [b"x\n", half]) == ((0, 1),)
    assert partners([old], [b"x\n", less]) == ()


def test_a_token_of_one_long_line_counts_for_one_of_the_other() -> None:
    old = b"+(" * 10_000

    assert partners([old], [b"x\n", b"(-" * 5_000]) == ()
    assert partners([old], [b"x\n", b"(-" * 10_000]) == ((0, 1),)


def test_the_order_of_twenty_thousand_tokens_counts() -> None:
    old = b"+" + b"(" * 10_000 + b"[" * 10_000
    turned = b"-" + b"[" * 10_000 + b"(" * 10_000

    assert partners([old], [b"x\n", turned]) == ()
    assert partners([old], [b"x\n", turned[2:]]) == ((0, 1),)


def test_what_long_lines_begin_and_end_with_counts_once() -> None:
    old = b"(" * 600

    assert partners([old], [old + b"(" * 100, old + b"\t"]) == ((0, 1),)


def test_above_ten_thousand_million_pairs_of_tokens_their_order_does_not_count() -> (
    None
):
    old = b"(" * 334 + b")" * 333 + b"[" * 333
    turned = b"[" * 333 + b")" * 333 + b"(" * 334
    others = [b"\n"] * 9_999

    # 1,000 times 1,000 tokens, times 1 by 10,000 lines.
    assert partners([old], [turned, *others]) == ()
    assert partners([old], [turned + b"(", *others]) == ((0, 0),)
    assert partners([old], [turned + b"(", *others[10:]]) == ()


def test_what_comparing_long_lines_costs_grows_with_their_length() -> None:
    numbers = count()

    def work(size: int) -> object:
        number = next(numbers)  # what was compared before is known
        words = [b"id%d=f(%d);" % (at % 3000, number) for at in range(size)]
        old = b"".join(words)
        words[::50] = [b"zz"] * len(words[::50])
        return partners([old], [b"// from %d" % number, b"".join(words)])

    assert work(15_000) == ((0, 1),)
    assert grows_with_its_size(work, 15_000)


def test_three_lines_for_three_read_new_old_old_where_the_first_is_chosen() -> None:
    assert merge_order([b"1\n", b"2\n"], [b"x\n", b"y\n"]) == (
        ("old", 0),
        ("new", 0),
        ("old", 1),
        ("new", 1),
    )
