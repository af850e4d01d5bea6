"""A long message takes time as its length does, whatever stands in it."""

from collections.abc import Callable

import pytest

from gitsplit.model import message
from gitsplit.model.change_id import (
    misplaced_change_ids,
    with_ids_of,
    with_misplaced_id_in_footer,
)
from gitsplit.model.message_buffer import buffer_of, mark_for, messages_in
from tests.processor import grows_with_its_size

ID = b"I" + b"1" * 40
OTHER = b"I" + b"2" * 40
URL = b"https://review.example.com/"
FOOTER = b"Change-Id: " + ID + b"\n"

MESSAGES: dict[str, Callable[[int], bytes]] = {
    "ids": lambda size: b"One\n\n" + FOOTER * size,
    "malformed ids": lambda size: b"One\n\n" + b"Change-Id: x\n" * size,
    "paragraphs of ids": lambda size: b"One\n" + (b"\n" + FOOTER) * size,
    "misplaced ids": lambda size: b"One\n" + (b"\n" + FOOTER) * size + b"\nBug: 1\n",
    "links": lambda size: b"One\n\n" + (b"Link: " + URL + b"id/" + ID + b"\n") * size,
    "trailers": lambda size: (
        b"One\n\n" + b"".join(b"K%d: v\n" % number for number in range(size))
    ),
    "continued": lambda size: b"One\n\nBug: 1\n" + b" and more words\n" * size,
    "blanks": lambda size: b"One\n\n" + b" \n" * size + b"Bug: 1\n",
    "a link far down": lambda size: (
        b"One\n\nLink: https://review.example.com/" + b"a/" * size + b"id/" + ID + b"\n"
    ),
    "one line": lambda size: b"One\n\n" + b"word-" * size + b"\n",
}

FUNCTIONS: dict[str, Callable[[bytes], object]] = {
    "found": lambda text: message.change_ids(text, (URL,)),
    "found by host": lambda text: message.change_ids(text, (b"//review.example.com",)),
    "set": lambda text: message.with_change_id(text, OTHER),
    "linked": lambda text: message.with_change_id(text, OTHER, link_url=URL),
    "taken away": lambda text: message.without_change_id(text, (URL,)),
    "given back": lambda text: with_ids_of(text, b"Other\n\nBug: 2\n"),
    "given": lambda text: with_ids_of(b"One\n\n" + FOOTER, text),
    "trailers": message.trailers,
    "without trailers": message.without_trailers,
    "with a trailer": lambda text: message.with_trailer_lines(text, [b"Z: 1"]),
    "subject": message.subject_of,
    "misplaced": misplaced_change_ids,
    "moved down": with_misplaced_id_in_footer,
    "edited": lambda text: messages_in(buffer_of(["One"], [text], b"#"), [text], b"#"),
}


@pytest.mark.parametrize("text", MESSAGES.values(), ids=MESSAGES)
def test_a_long_message_takes_time_as_its_length_does(
    text: Callable[[int], bytes],
) -> None:
    for name, function in FUNCTIONS.items():

        def work(size: int, done: Callable[[bytes], object] = function) -> object:
            return done(text(size))

        assert grows_with_its_size(work, 1500), name


def test_links_that_hide_each_other_are_all_found() -> None:
    link = b"Link: " + URL + b"id/" + ID + b"\n"
    hidden = b"One\n\nChange-Id: a\n" + (link + b" \n") * 1100 + link

    made = message.with_change_id(hidden, OTHER, link_url=URL)
    assert made == b"One\n\nLink: " + URL + b"id/" + OTHER + b"\n"


def test_what_goes_takes_nothing_with_it_but_blanks_above() -> None:
    text = b"One\n\nChange-Id: a\n \nChange-Id: b\n\n"

    assert message.without_change_id(text) == b"One\n\n"
    assert message.with_change_id(text, ID) == b"One\n\n" + FOOTER + b"\n"


def test_a_mark_is_found_where_thousands_are_taken() -> None:
    def lines(size: int) -> bytes:
        numbered = b"".join(b"#%d#\n" % number for number in range(size))
        return numbered + b"\n".join(b"%c" % char for char in b"#;@!$%^&|:")

    assert mark_for([lines(4000)]) == b"#4000#"
    assert grows_with_its_size(lambda size: mark_for([lines(size)]), 3000)


@pytest.mark.parametrize("number", [b"0", b"3", b"9" * 5000])
def test_a_heading_of_no_message_is_a_comment(number: bytes) -> None:
    text = b"# ----- 1 of 2 ----- a\nOne\n# ----- %s of 2 ----- x\nWhy\n# ----- 2 of 2"
    text = text % number + b" ----- b\nTwo\n"

    assert messages_in(text, [b"1\n", b"2\n"], b"#") == [b"One\nWhy\n", b"Two\n"]
