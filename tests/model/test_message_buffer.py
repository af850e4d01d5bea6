"""Several messages in one text: what goes in comes out, whatever it looks like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsplit.errors import InvalidPlan
from gitsplit.model.message import stripspace
from gitsplit.model.message_buffer import (
    buffer_of,
    mark_for,
    messages_in,
    with_patch_below,
    without_patch,
)

LINES = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [
            *(b"#", b"# ----- 1 of 2 ----- x", b"; ----- 2 of 2 ----- y", b"##"),
            *(b"@ x", b"!", b"$", b"%", b"^", b"&", b"|", b":", b"#0#", b"", b"  "),
            *(b"Signed-off-by: A <a@b>", b"\r# ----- 1 of 1 -----", b"\xff\xfe"),
        ]
    ),
)
MESSAGES = st.lists(LINES, max_size=8).map(b"\n".join)
WANTED = st.sampled_from([None, b"#", b";", b"//", b"%"])


@given(st.lists(st.tuples(st.text(max_size=20), MESSAGES), min_size=1), WANTED)
def test_what_nobody_touches_comes_back_byte_for_byte(
    titled: list[tuple[str, bytes]], wanted: bytes | None
) -> None:
    messages = [message for _, message in titled]
    mark = mark_for(messages, wanted)
    text = buffer_of([title for title, _ in titled], messages, mark)

    assert messages_in(text, messages, mark) == messages


@given(st.lists(MESSAGES, min_size=1), st.lists(MESSAGES, min_size=1), WANTED)
def test_what_is_typed_for_a_message_is_that_message_as_git_cleans_it(
    messages: list[bytes], typed: list[bytes], wanted: bytes | None
) -> None:
    mark = mark_for([*messages, *typed], wanted)
    new = [typed[n % len(typed)] for n in range(len(messages))]
    text = buffer_of([""] * len(messages), new, mark)

    found = messages_in(text, messages, mark)

    assert [stripspace(m, b"") for m in found] == [stripspace(m, b"") for m in new]


@given(st.lists(MESSAGES, max_size=4), WANTED)
def test_the_mark_begins_no_line_of_any_message(
    messages: list[bytes], wanted: bytes | None
) -> None:
    mark = mark_for(messages, wanted)

    lines = [line for message in messages for line in message.split(b"\n")]
    assert not any(line.startswith(mark) for line in lines)


def test_the_user_s_comment_char_is_taken_where_it_can_be() -> None:
    assert mark_for([b"One\n\n# two\n"], b";") == b";"
    assert mark_for([b"One\n\n; two\n"], b";") == b"#"
    assert mark_for([b"One\n\n# two\n"]) == b";"


TEXT = b"""\
# ----- 1 of 2 ----- commit 1 of 6ae49ec
Do one

# ----- 2 of 2 ----- commit 2 of 6ae49ec
Do two

# Lines starting with '#' will be ignored.
# The 2 lines with ----- separate the messages: keep them.
# An empty message is rejected.
"""
BOTH = (b"Do one\n", b"Do two\n")


def test_the_text_says_which_message_is_which_and_what_the_mark_means() -> None:
    titles = ["commit 1 of 6ae49ec", "commit 2 of 6ae49ec"]

    assert buffer_of(titles, BOTH, b"#") == TEXT


def test_messages_are_told_by_their_numbers_in_any_order() -> None:
    first, second = TEXT.split(b"# ----- 2")
    swapped = b"# ----- 2" + second + first

    assert messages_in(swapped, BOTH, b"#") == [*BOTH]


def test_a_message_that_was_emptied_is_empty() -> None:
    assert messages_in(TEXT.replace(b"Do two\n", b""), BOTH, b"#") == [BOTH[0], b""]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (TEXT.replace(b"# ----- 2 of 2", b"# two"), "line of message 2 is missing"),
        (TEXT.replace(b"2 of 2", b"1 of 2"), "line of message 1 appears twice"),
        (b"Text\n" + TEXT, "text above the line of the first"),
        (b"", "line of message 1 is missing"),
    ],
)
def test_a_text_whose_lines_between_messages_are_broken_is_refused(
    text: bytes, reason: str
) -> None:
    with pytest.raises(InvalidPlan, match=reason) as refusal:
        messages_in(text, BOTH, b"#")
    assert refusal.value.hint


PATCH = b"a  +1 -1\n\ndiff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+# 2\n"
SCISSORS = b"# ------------------------ >8 ------------------------\n"


def test_a_diff_is_shown_below_the_line_that_git_has_there() -> None:
    assert with_patch_below(b"Do one\n", PATCH, b"#") == (
        b"Do one\n\n# Lines starting with '#' will be ignored.\n"
        + SCISSORS
        + b"# Do not modify or remove the line above.\n"
        + b"# Everything below it will be ignored.\n"
        + PATCH
    )


@pytest.mark.parametrize("mark", [b"#", b";", b"//"])
@pytest.mark.parametrize("message", [b"Do one\n", b"", b"Do one\n\ndiff --git a b\n"])
def test_the_diff_is_cut_away_when_the_text_is_read(
    mark: bytes, message: bytes
) -> None:
    text = with_patch_below(message, PATCH, mark)

    assert stripspace(without_patch(text, PATCH, mark), mark) == message
    assert stripspace(without_patch(text + b"more\n", PATCH, mark), mark) == message
    assert without_patch(b"Begin\n" + text, PATCH, mark).startswith(b"Begin\n")


def test_the_diff_is_cut_away_where_the_line_above_it_is_gone() -> None:
    text = with_patch_below(b"Do one\n", PATCH, b"#").replace(SCISSORS, b"")

    assert stripspace(without_patch(text, PATCH, b"#"), b"#") == b"Do one\n"


def test_a_message_without_a_diff_is_all_of_the_text() -> None:
    text = with_patch_below(b"Do one\n", b"", b"#")

    assert text == b"Do one\n\n# Lines starting with '#' will be ignored.\n"
    assert stripspace(without_patch(text, b"", b"#"), b"#") == b"Do one\n"
