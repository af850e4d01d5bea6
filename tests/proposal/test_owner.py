"""Which group the original message describes."""

from collections import Counter
from itertools import permutations

import pytest

from gitsplit.proposal.order import owner_by_message

ONE = {"bark": 1, "leaf": 2, "root": 4}


@pytest.mark.parametrize("counts", list(permutations((1, 2, 4))))
def test_no_group_is_described_where_two_are_equally_well(
    counts: tuple[int, ...],
) -> None:
    other = dict(zip(("hull", "keel", "mast"), counts, strict=True))
    groups = [Counter(ONE), Counter(other)]

    assert owner_by_message(b"bark leaf root hull keel mast\n", groups) is None
    assert owner_by_message(b"bark leaf root hull keel\n", groups) == (0, "root")


def test_what_every_group_has_says_nothing() -> None:
    groups = [Counter(bark=1), Counter(bark=9)]

    assert owner_by_message(b"bark\n", groups) is None


def test_words_of_the_change_id_are_no_words_of_the_message() -> None:
    words = b"Do it\n\nChange-Id: I" + b"a" * 40 + b"\n"

    assert owner_by_message(words, [Counter(change=1), Counter(bark=1)]) is None
