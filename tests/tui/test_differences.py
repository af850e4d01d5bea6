"""What two sequences share at their ends, so that only the rest is made anew."""

from hypothesis import given
from hypothesis import strategies as st

from gitsplit.tui.diff.rows import both, same

WORDS = st.text(alphabet="ab", max_size=12)
LONG = st.builds(lambda a, n, b: a + "x" * n + b, WORDS, st.integers(0, 1500), WORDS)


@given(LONG, LONG)
def test_what_is_between_what_is_shared_makes_one_of_the_other(
    before: str, after: str
) -> None:
    alike = same(before, after)
    stop = alike.front + len(alike.between(before))

    made = before[: alike.front] + "".join(alike.between(after)) + before[stop:]

    assert after == made


@given(LONG, WORDS, WORDS, LONG)
def test_only_what_differs_is_between(a: str, b: str, c: str, d: str) -> None:
    alike = same(a + b + d, a + c + d)

    assert len(alike.between(a + b + d)) <= len(b)
    assert len(alike.between(a + c + d)) <= len(c)


def test_of_equal_sequences_nothing_is_between_whatever_else_differs() -> None:
    alike = same("abc", "abc")

    assert alike.between("abc") == ""
    assert both(alike, same("xyz", "xYz")).between("abc") == "b"


def test_what_repeats_itself_does_not_hide_where_something_else_differs() -> None:
    edits, groups = same("abc", "aBBc"), same("000", "0000")

    assert both(edits, groups).between("000") == "0"
    assert both(edits, groups).between("aBBc") == "BB"
