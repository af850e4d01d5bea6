"""Which commits have which parts of a message, and parts sent from one to another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsplit.errors import ActionRefused
from gitsplit.model.message import ids_in, without_trailers
from gitsplit.model.message_parts import composed_message, message_in_one
from gitsplit.model.part_homes import (
    split_as_written,
    text_left_out,
    with_part_sent,
)
from tests.messages import MESSAGES, OLD, SIGNED

TEA = (
    b"Boil the kettle\n\nIt was cold. Nobody drinks\ncold tea.\n\n"
    b"While there: fill the cups; wash\nthe spoon.\n\n" + SIGNED + b"\n"
)
BOIL, COLD, NOBODY, FILL, WASH = range(5)


def test_a_part_is_where_its_words_are_whoever_wrote_them() -> None:
    messages = (
        b"Boil the kettle\n\nIt was\ncold.\n",
        b"cups: Fill the cups\n\nAs somebody has typed.\n",
        b"Wash the spoons\n",
    )
    split = split_as_written(TEA, messages, 0)

    assert split.homes[:5] == ((0,), (0,), (), (1,), ())
    assert [split.parts[at].text for at in split.left_out[:2]] == [
        b"Nobody drinks cold tea.",
        b"wash the spoon.",
    ]


def test_a_part_that_is_sent_leaves_the_one_and_comes_to_the_other() -> None:
    messages = (TEA, b"Wash up\n")
    one, other = with_part_sent(split_as_written(TEA, messages, 0), messages, WASH, 1)

    assert one == TEA.replace(
        b"While there: fill the cups; wash\nthe spoon.", b"While there: fill the cups"
    )
    assert other == b"Wash up\n\nwash the spoon.\n"
    back = with_part_sent(split_as_written(TEA, (one, other), 0), (one, other), WASH, 0)
    assert back == messages


def test_a_part_is_left_out_and_comes_back() -> None:
    messages = (TEA, b"Wash up\n")
    left = with_part_sent(split_as_written(TEA, messages, 0), messages, NOBODY, None)

    assert split_as_written(TEA, left, 0).left_out == (NOBODY,)
    assert with_part_sent(split_as_written(TEA, left, 0), left, NOBODY, 0) == messages


def test_what_was_typed_stays_but_for_the_part() -> None:
    typed = (
        b"Make tea\n\nFor all: it was\ncold. Milk is there.\n\n" + SIGNED + b"\n",
        b"Drink\n\nNow.\n\nBug: 1\n",
    )
    made = with_part_sent(split_as_written(TEA, typed, 0), typed, COLD, 1)

    assert made == (
        b"Make tea\n\nFor all: Milk is there.\n\n" + SIGNED + b"\n",
        b"Drink\n\nNow.\n\nIt was cold.\n\nBug: 1\n",
    )


def test_a_commit_keeps_something_to_say() -> None:
    messages = (b"Boil the kettle\n\nIt was cold.\n", b"fill the cups\n")
    split = split_as_written(TEA, messages)

    with pytest.raises(ActionRefused, match="all that this commit says"):
        with_part_sent(split, messages, FILL, 0)


@pytest.mark.parametrize("footer", [SIGNED, b"Change-Id: " + OLD])
@pytest.mark.parametrize("to", [2, None])
def test_footers_are_nothing_to_say(footer: bytes, to: int | None) -> None:
    message = b"Boil the kettle\n\n* Fill the cups\n\n" + footer + b"\n"
    whole = message_in_one(message).with_part_in(1, 1)
    messages = (*(composed_message(whole, group) for group in (0, 1)), b"Typed\n")
    split = split_as_written(message, messages, 0)

    with pytest.raises(ActionRefused, match="all that this commit says"):
        with_part_sent(split, messages, 0, to)


def test_a_sentence_that_is_sent_is_said_in_place_of_a_guess() -> None:
    messages = (TEA, b"Update cups\n\n" + SIGNED + b"\n")
    split = split_as_written(TEA, messages, 0)
    guessed = with_part_sent(split, messages, FILL, 1, [1])

    assert guessed[1] == b"fill the cups\n\n" + SIGNED + b"\n"
    assert guessed[0] == with_part_sent(split, messages, FILL, 1)[0]
    kept = with_part_sent(split, messages, FILL, 1, [0])
    assert kept[1] == b"Update cups\n\nfill the cups\n\n" + SIGNED + b"\n"


@pytest.mark.parametrize("to", [0, None])
def test_sign_offs_are_nothing_to_say(to: int | None) -> None:
    messages = (TEA, b"fill the cups\n\n" + SIGNED + b"\n")
    split = split_as_written(TEA, messages, 0)

    with pytest.raises(ActionRefused, match="all that this commit says"):
        with_part_sent(split, messages, FILL, to)


def test_what_the_subject_says_is_not_said_again_once_something_goes() -> None:
    message = b"Add one\n\nAdd one\n\nSo there is one more.\n"
    messages = (message, b"Other\n")
    split = split_as_written(message, messages, 0)

    sent = with_part_sent(split, messages, 2, 1)

    assert sent == (b"Add one\n", b"Other\n\nSo there is one more.\n")
    assert with_part_sent(split, messages, 2, 0) == messages


def test_a_subject_that_reads_like_a_footer_is_something_to_say() -> None:
    message = b"Bug: 12\nBug: 12\n \nAdd one\n"
    messages = (message, b"Other\n")
    split = split_as_written(message, messages, 0)

    assert with_part_sent(split, messages, 1, 1)[0] == b"Bug: 12\nBug: 12\n"


def test_a_subject_of_several_lines_keeps_them_whatever_gerrit_takes_for_footers() -> (
    None
):
    subject = b" indented\r\nChange-Id:\r\nAdd one\r\n"
    message = subject + b"\r\nprose, with: a colon"
    messages = (message, b"Other\n")
    split = split_as_written(message, messages, 0)

    assert with_part_sent(split, messages, 2, 1)[0] == subject


@given(MESSAGES, st.data())
def test_what_is_sent_away_and_back_is_as_it_was(
    message: bytes, data: st.DataObject
) -> None:
    messages = (message, b"Other\n")
    split = split_as_written(message, messages, 0)
    whole = message_in_one(message)
    texts = [part.text for part in split.parts]
    if len(texts) < 2 or split.homes != whole.homes or texts[0] in texts[1:]:
        return  # the same words stand twice, or are those of the other
    part = data.draw(st.integers(1, len(split.parts) - 1))
    kept = composed_message(whole.with_part_in(part, 1), 0)
    try:
        sent = with_part_sent(split, messages, part, 1)
    except ActionRefused:
        assert ids_in(kept) or without_trailers(kept)[1], "text would be left"
        return

    assert sent[0] == kept
    assert 1 in split_as_written(message, sent, 0).homes[part]


@pytest.mark.parametrize(
    ("original", "messages", "lost"),
    [
        (TEA, (b"Drink\n", TEA), ()),
        (b"Boil; fill; wash\n", (b"Boil\n", b"Wash\n"), (b"fill",)),
        (b"Boil\n\n* fill\n* wash\n", (b"Fill\n",), (b"Boil", b"wash")),
        (b"Boil\n\n" + SIGNED + b"\n", (b"Fill\n",), ()),
    ],
    ids=["the original stays", "clauses", "bullets", "one thing said"],
)
def test_what_no_message_says_is_left_out(
    original: bytes, messages: tuple[bytes, ...], lost: tuple[bytes, ...]
) -> None:
    assert text_left_out(original, messages) == lost


def test_the_heading_of_a_squash_log_is_not_left_out() -> None:
    log = (
        b"Squashed commit of the following:\n\ncommit " + b"a" * 40 + b"\n"
        b"Author: A <a@b>\n\n    Boil\n\ncommit " + b"b" * 40 + b"\n"
        b"Author: A <a@b>\n\n    Wash\n"
    )
    assert text_left_out(log, (b"Boil\n",)) == (b"Wash",)


def test_a_fixup_is_said_where_the_commit_is_that_it_is_for() -> None:
    message = b"Tea\n\n* Boil it\n* fixup! Boil it\n* Fill it\n"

    assert text_left_out(message, (b"Boil it\n", b"Tea\n")) == (b"Fill it",)


@pytest.mark.parametrize("own", [b"Boil the kettle\n", b"tea: Boil the kettle\n"])
def test_parts_that_are_all_of_two_commits_change_places(own: bytes) -> None:
    message = b"Boil the kettle; fill the cups\n\n" + SIGNED + b"\n"
    foot = b"\n" + SIGNED + b"\n"
    messages = (own + foot, b"Fill the cups\n" + foot)
    split = split_as_written(message, messages)

    found = with_part_sent(split, messages, BOIL, 1)
    assert found == (b"fill the cups\n" + foot, b"Boil the kettle\n" + foot)
    with pytest.raises(ActionRefused):
        with_part_sent(split, messages, BOIL, None)
