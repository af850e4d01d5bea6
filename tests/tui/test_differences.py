"""What two sequences share at their ends, so that only the rest is made anew."""

from hypothesis import given
from hypothesis import strategies as st

from gitsplit.tui.diff.common_ends import common_ends, common_ends_of_both

WORDS = st.text(alphabet="ab", max_size=12)
LONG = st.builds(lambda a, n, b: a + "x" * n + b, WORDS, st.integers(0, 1500), WORDS)


@given(LONG, LONG)
def test_what_is_between_what_is_shared_makes_one_of_the_other(
    before: str, after: str
) -> None:
    alike = common_ends(before, after)
    stop = alike.front + len(alike.middle(before))

    made = before[: alike.front] + "".join(alike.middle(after)) + before[stop:]

    assert after == made


@given(LONG, WORDS, WORDS, LONG)
def test_only_what_differs_is_between(a: str, b: str, c: str, d: str) -> None:
    alike = common_ends(a + b + d, a + c + d)

    assert len(alike.middle(a + b + d)) <= len(b)
    assert len(alike.middle(a + c + d)) <= len(c)


def test_of_equal_sequences_nothing_is_between_whatever_else_differs() -> None:
    alike = common_ends("abc", "abc")

    assert alike.middle("abc") == ""
    assert common_ends_of_both(alike, common_ends("xyz", "xYz")).middle("abc") == "b"


def test_what_repeats_itself_does_not_hide_where_something_else_differs() -> None:
    edits, groups = common_ends("abc", "aBBc"), common_ends("000", "0000")

    assert common_ends_of_both(edits, groups).middle("000") == "0"
    assert common_ends_of_both(edits, groups).middle("aBBc") == "BB"
