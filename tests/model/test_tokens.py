"""The tokens of long lines, counted, beside those of lists of them."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsplit.model import tokens
from gitsplit.model.lines import equal_length, equal_tail
from gitsplit.model.tokens import (
    TokenLine,
    common_in_any_order,
    token_count,
    token_counts,
    tokens_of,
)

texts = st.lists(
    st.sampled_from([b"a", b"b1", b"_", b" ", b"(", b"\n", b"\xff", b"ab(ab)" * 9]),
    max_size=40,
).map(b"".join)


@given(texts)
def test_tokens_are_counted_as_they_are_listed(text: bytes) -> None:
    listed = tokens_of(text)

    assert b"".join(listed) == text
    assert token_count(text) == len(listed)
    assert token_counts(text) == Counter(listed)


@pytest.mark.parametrize("size", [1, 7, 64])
def test_no_token_is_cut_between_blocks(
    monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(tokens, "_BLOCK", size)
    text = b"one(two_2, three)\n" * 20 + b"four"

    assert token_counts(text) == Counter(tokens_of(text))


@given(texts, texts, texts)
def test_equal_ends_are_as_long_as_they_can_be(a: bytes, b: bytes, c: bytes) -> None:
    head = equal_length(a + b, a + c)
    assert (a + b)[:head] == (a + c)[:head]
    assert (a + b)[head : head + 1] != (a + c)[head : head + 1] or b == c
    tail = equal_tail(b + a, c + a)
    assert (b + a).endswith((c + a)[len(c + a) - tail :])
    assert equal_length((b + a)[::-1], (c + a)[::-1]) == tail


def common(old: bytes, new: bytes) -> int:
    return (Counter(tokens_of(old)) & Counter(tokens_of(new))).total()


def edited(text: list[bytes], chance: Random) -> bytes:
    """The words with some of them replaced, left out, moved or put in."""
    words = list(text)
    for _ in range(chance.randrange(30)):
        at = chance.randrange(len(words) + 1)
        stop = at + chance.randrange(chance.choice([2, 200]))
        if chance.random() < 0.1:
            words = words[stop:] + words[:stop]
        come = chance.choices(text, k=chance.randrange(chance.choice([2, 200])))
        words[at:stop] = [word + chance.choice([b"", b"x"]) for word in come]
    return b"".join(words)


@pytest.mark.parametrize("seed", range(60))
def test_common_tokens_are_those_of_both_bags(seed: int) -> None:
    chance = Random(seed)
    names = [b"%s%d" % (mark, n) for n in range(90) for mark in (b"", b"(", b" = ")]
    text = chance.choices(names, k=chance.randrange(1, 3000))
    old, new = edited(text, chance), edited(text, chance)

    one, two = TokenLine(old), TokenLine(new)
    assert common_in_any_order(one, two) == common(old, new)
    assert common_in_any_order(one, one) == token_count(old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"ab " * 500, b"cd " * 500, id="unlike"),
        pytest.param(b"one two " * 99, b"one two " * 44 + b"on", id="cut in a word"),
        pytest.param(b"x1 1x 1 (1)" * 50, b"x1 1x 1 (1)" * 9 + b"1", id="in a word"),
        pytest.param(b"", b"one", id="empty"),
    ],
)
def test_common_tokens_are_whole_ones(old: bytes, new: bytes) -> None:
    assert common_in_any_order(TokenLine(old), TokenLine(new)) == common(old, new)


def test_of_what_is_equal_no_token_is_taken_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[int] = []
    counts = tokens.token_counts

    def counted(text: bytes) -> Counter[bytes]:
        taken.append(len(text))
        return counts(text)

    monkeypatch.setattr(tokens, "token_counts", counted)
    words = [b"id%d=f(%d);" % (at % 3000, at) for at in range(100_000)]
    old = b"".join(words)
    words[::1000] = [b"zz"] * len(words[::1000])
    new = b"// " + b"".join(words)

    assert common_in_any_order(TokenLine(old), TokenLine(new)) == common(old, new)
    assert sum(taken) < len(old) // 50
