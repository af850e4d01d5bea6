"""Change-Ids as Gerrit sees them, given to messages and taken out again."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitsplit.model.message import (
    change_ids,
    is_valid_change_id,
    with_change_id,
    without_change_id,
)
from tests.messages import LINK, MESSAGES, NEW, OLD, SIGNED, TIDY_MESSAGES, URL

URLS = st.sampled_from([b"", URL, URL.removesuffix(b"/")])


def urls_of(link_url: bytes) -> tuple[bytes, ...]:
    """What ``change_ids`` is to know where ids are written with ``link_url``."""
    return (link_url,) if link_url else ()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(b"", [], id="nothing in an empty message"),
        pytest.param(b"Change-Id: I1", [], id="the first line is never a footer"),
        pytest.param(b"Change-Id: I1\n\n\n", [], id="nor with newlines after it"),
        pytest.param(b"\nChange-Id: I1\n", [b"I1"], id="an empty first line is one"),
        pytest.param(b"S\nChange-Id: I1\n", [b"I1"], id="no blank line is needed"),
        pytest.param(b"S\n\nChange-Id: I1", [b"I1"], id="nor a final newline"),
        pytest.param(
            b"S\n\np\nChange-Id: I1\nq q\n", [b"I1"], id="prose may stand around it"
        ),
        pytest.param(
            b"S\n\n---\nChange-Id: I1\n", [b"I1"], id="a divider is prose as well"
        ),
        pytest.param(
            b"S\n\nChange-Id: I1\n\nBug: 1\n", [], id="only the last paragraph counts"
        ),
        pytest.param(
            b"S\n\nChange-Id: I1\n \nBug: 1\n",
            [b"I1"],
            id="a line with a blank ends no paragraph",
        ),
        pytest.param(
            b"S\n\nChange-Id: I1\n\n\t\n", [], id="a line with a tab is a paragraph"
        ),
        pytest.param(
            b"S\n\nChange-Id: I1\n \n\n  \n",
            [b"I1"],
            id="newlines and blanks at the end are none",
        ),
        pytest.param(
            b"S\r\n\r\nChange-Id: I1\r\n\r\nWhy.\r\n",
            [b"I1"],
            id="carriage returns leave one paragraph, and are trimmed",
        ),
        pytest.param(b"S\n\ncHANGE-iD: I1\n", [b"I1"], id="case of the key is nothing"),
        pytest.param(b"S\n\nChange-Id:I1\n", [b"I1"], id="no blank after the colon"),
        pytest.param(b"S\n\nChange-Id:   I1 \t\n", [b"I1"], id="blanks are trimmed"),
        pytest.param(b"S\n\nChange-Id : I1\n", [], id="none before the colon"),
        pytest.param(b"S\n\n Change-Id: I1\n", [], id="an indented key is none"),
        pytest.param(b"S\n\nX-Change-Id: I1\n", [], id="another key is another"),
        pytest.param(
            b"S\n\nBug: 1\n Change-Id: I1\n", [], id="an indented line is a value"
        ),
        pytest.param(
            b"S\n\nChange-Id: I1\n  more\n", [b"I1 more"], id="a space continues"
        ),
        pytest.param(b"S\n\nChange-Id: I1\n\tx\n", [b"I1"], id="a tab does not"),
        pytest.param(b"S\n\nChange-Id:\n I1\n", [b"I1"], id="all on the next line"),
        pytest.param(b"S\n\nChange-Id:\n", [b""], id="an empty value is a value"),
        pytest.param(
            b"S\n\nChange-Id: I1\nChange-Id: I1\nchange-id: todo\n",
            [b"I1", b"I1", b"todo"],
            id="all of them, in order",
        ),
        pytest.param(LINK + OLD + b"\n", [], id="a link in the first line is none"),
    ],
)
def test_the_ids_are_those_that_gerrit_sees(
    message: bytes, expected: list[bytes]
) -> None:
    assert list(change_ids(message, (URL,))) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (LINK + OLD, [OLD]),
        (LINK.lower() + OLD, [OLD]),
        (LINK + OLD + b" ", []),
        (LINK + OLD + b"\r", []),
        (LINK + OLD + b"\n more", []),
        (LINK + OLD + b"0", []),
        (LINK + NEW.upper(), []),
        (LINK + b"todo", []),
        (b"Link: https://other.example.com/id/" + OLD, []),
        (b"Links: https://review.example.com/id/" + OLD, []),
    ],
)
def test_a_link_counts_where_it_is_this_servers_and_nothing_but_an_id(
    value: bytes, expected: list[bytes]
) -> None:
    assert list(change_ids(b"S\n\n" + value + b"\n", (URL,))) == expected


def test_links_come_after_the_other_ids_and_only_for_known_servers() -> None:
    message = b"S\n\n" + LINK + OLD + b"\nChange-Id: " + NEW + b"\n"
    assert change_ids(message, (URL,)) == (NEW, OLD)
    assert change_ids(message, (b"https://other/", URL.rstrip(b"/"))) == (NEW, OLD)
    assert change_ids(message) == (NEW,)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (OLD, True),
        (b"I" + b"0" * 39 + b"1", True),
        (b"I" + b"0" * 40, False),
        (b"I1234", False),
        (NEW.upper(), False),
        (OLD + b"0", False),
        (OLD + b"\n", False),
        (OLD[1:], False),
    ],
)
def test_an_id_is_valid_as_gerrit_says(value: bytes, expected: bool) -> None:
    assert is_valid_change_id(value) is expected


CHERRY_PICKED = b"(cherry picked from commit 1234)"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(b"", b"\n{ID}\n", id="a message of nothing"),
        pytest.param(
            b"S", b"S\n\n{ID}\n", id="a new paragraph, newlines where they lack"
        ),
        pytest.param(b"S\n\n\n", b"S\n\n{ID}\n\n\n", id="above newlines at the end"),
        pytest.param(b"Foo: bar\n", b"Foo: bar\n\n{ID}\n", id="a title is no trailer"),
        pytest.param(
            b"S\n" + SIGNED + b"\n",
            b"S\n" + SIGNED + b"\n\n{ID}\n",
            id="nor are the lines of its paragraph",
        ),
        pytest.param(
            b"S\n\nBug: 1\nNote: long\n  value",
            b"S\n\nBug: 1\nNote: long\n  value\n{ID}\n",
            id="last in the trailer block",
        ),
        pytest.param(
            b"S\n\nBug: 1\n" + SIGNED + b"\nTested-by: T\n" + SIGNED + b"\n",
            b"S\n\nBug: 1\n{ID}\n" + SIGNED + b"\nTested-by: T\n" + SIGNED + b"\n",
            id="before the first Signed-off-by",
        ),
        pytest.param(
            b"S\n\nBug: 1\nsigned-off-by : b\n",
            b"S\n\nBug: 1\n{ID}\nsigned-off-by : b\n",
            id="however that is written",
        ),
        pytest.param(
            b"S\n\np q\np q\np q\n" + SIGNED + b"\n",
            b"S\n\np q\np q\np q\n{ID}\n" + SIGNED + b"\n",
            id="a quarter of trailers is enough with a Signed-off-by",
        ),
        pytest.param(
            b"S\n\np q\np q\np q\np q\n" + SIGNED + b"\n",
            b"S\n\np q\np q\np q\np q\n" + SIGNED + b"\n\n{ID}\n",
            id="less is not",
        ),
        pytest.param(
            b"S\n\np q\nBug: 1\n",
            b"S\n\np q\nBug: 1\n\n{ID}\n",
            id="nor is half without one",
        ),
        pytest.param(
            b"S\n\np q\n" + CHERRY_PICKED + b"\n",
            b"S\n\np q\n" + CHERRY_PICKED + b"\n{ID}\n",
            id="a cherry-picked line is as good",
        ),
        pytest.param(
            b"S\n\n indented\nBug: 1\n",
            b"S\n\n indented\nBug: 1\n\n{ID}\n",
            id="an indented line that continues nothing is prose",
        ),
        pytest.param(
            b"S\n \nBug: 1\n", b"S\n \nBug: 1\n{ID}\n", id="blanks are a blank line"
        ),
        pytest.param(
            b"S\n\nhttps://example.com/a\n",
            b"S\n\nhttps://example.com/a\n{ID}\n",
            id="a URL is a trailer to git, and stays as it is",
        ),
        pytest.param(
            b"S\n\nBug: 1\n# no comment\n" + SIGNED + b"\n",
            b"S\n\nBug: 1\n# no comment\n{ID}\n" + SIGNED + b"\n",
            id="a hash begins a line like any other",
        ),
        pytest.param(
            b"S\n\nBug: 1\n\nConflicts:\n\ta.py\n",
            b"S\n\nBug: 1\n\nConflicts:\n\ta.py\n\n{ID}\n",
            id="a list of conflicts is no trailer",
        ),
        pytest.param(
            b"S\n\nBug: 1\n\n\t\n",
            b"S\n\nBug: 1\n\n\t\n\n{ID}\n",
            id="below what is seen",
        ),
        pytest.param(
            b"S\n\nBug: 1 \n \n",
            b"S\n\nBug: 1 \n{ID}\n\n \n",
            id="blanks don't continue",
        ),
        pytest.param(
            b"S\r\n\r\nWhy.\r\n\r\n" + SIGNED + b"\r\n",
            b"S\r\n\r\nWhy.\r\n\r\n{ID}\n" + SIGNED + b"\r\n",
            id="carriage returns stay",
        ),
        pytest.param(
            b"S\n\nChange-Id: " + OLD + b"\n\nWhy.\n",
            b"S\n\nChange-Id: " + OLD + b"\n\nWhy.\n\n{ID}\n",
            id="an id that Gerrit doesn't see is prose",
        ),
    ],
)
def test_a_new_id_stands_where_the_hook_puts_it(
    message: bytes, expected: bytes
) -> None:
    line = b"Change-Id: " + NEW
    assert with_change_id(message, NEW) == expected.replace(b"{ID}", line)
    linked = with_change_id(message, NEW, link_url=URL)
    assert linked == expected.replace(b"{ID}", LINK + NEW)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(
            b"S\n\n" + SIGNED + b"\nchange-id:" + OLD + b" \nBug: 1",
            b"S\n\n" + SIGNED + b"\nchange-id:" + NEW + b" \nBug: 1",
            id="only the value",
        ),
        pytest.param(
            b"S\n\nChange-Id: " + OLD + b"\n  more\nBug: 1\n",
            b"S\n\nChange-Id: " + NEW + b"\nBug: 1\n",
            id="all of the value",
        ),
        pytest.param(
            b"S\n\nChange-Id: \r\n\r\n",
            b"S\n\nChange-Id: " + NEW + b"\r\n\r\n",
            id="where there was none",
        ),
        pytest.param(
            b"S\n\np\nChange-Id: todo\nq\nChange-Id: " + OLD + b"\n x\nBug: 1\n",
            b"S\n\np\nChange-Id: " + NEW + b"\nq\nBug: 1\n",
            id="the first, and the others go",
        ),
        pytest.param(
            b"S\n\nChange-Id: " + OLD + b"\n\nChange-Id: " + OLD + b"\n",
            b"S\n\nChange-Id: " + OLD + b"\n\nChange-Id: " + NEW + b"\n",
            id="not the one that Gerrit doesn't see",
        ),
    ],
)
def test_an_id_that_gerrit_sees_is_replaced_where_it_stands(
    message: bytes, expected: bytes
) -> None:
    assert with_change_id(message, NEW) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(
            b"S\n\nChange-Id: " + OLD + b" \r\nBug: 1\n",
            b"S\n\n" + LINK + NEW + b"\nBug: 1\n",
            id="a Change-Id becomes a link, without what Gerrit wouldn't trim",
        ),
        pytest.param(
            b"S\n\nlink:  https://review.example.com/id/" + OLD,
            b"S\n\nlink:  https://review.example.com/id/" + NEW,
            id="a link gets the new value",
        ),
        pytest.param(
            b"S\n\n" + LINK + OLD + b"\nChange-Id: " + NEW + b"\n",
            b"S\n\n" + LINK + NEW + b"\n",
            id="only one of the two stays",
        ),
        pytest.param(
            b"S\n\nChange-Id: " + NEW + b"\n",
            b"S\n\nChange-Id: " + NEW + b"\n",
            id="the same id stays as it is",
        ),
        pytest.param(
            b"S\n\nLink: https://other.example.com/id/" + OLD + b"\n",
            b"S\n\nLink: https://other.example.com/id/"
            + OLD
            + b"\n"
            + LINK
            + NEW
            + b"\n",
            id="another server's link is none",
        ),
    ],
)
def test_with_a_review_url_the_id_is_a_link(message: bytes, expected: bytes) -> None:
    assert with_change_id(message, NEW, link_url=URL) == expected


@given(MESSAGES, URLS)
@example(b"\n" + LINK + OLD + b"\n  \n", URL)
@example(b"\n" + LINK + OLD + b"\n" + LINK + OLD + b"\n \n" + LINK + OLD, URL)
@settings(max_examples=500)
def test_gerrit_sees_exactly_the_id_that_was_given(
    message: bytes, link_url: bytes
) -> None:
    given_one = with_change_id(message, NEW, link_url=link_url)
    assert change_ids(given_one, urls_of(link_url)) == (NEW,)
    assert with_change_id(given_one, NEW, link_url=link_url) == given_one


@given(TIDY_MESSAGES, URLS)
@settings(max_examples=300)
def test_an_id_where_there_was_none_is_one_line_more(
    message: bytes, link_url: bytes
) -> None:
    result = with_change_id(message, NEW, link_url=link_url)
    line = (LINK if link_url else b"Change-Id: ") + NEW + b"\n"
    assert message in (result.replace(line, b""), result.replace(b"\n" + line, b""))


@given(MESSAGES, URLS)
@settings(max_examples=300)
def test_only_the_id_given_last_leaves_a_trace(message: bytes, link_url: bytes) -> None:
    given_one = with_change_id(message, OLD, link_url=link_url)
    given_another = with_change_id(given_one, NEW, link_url=link_url)
    assert given_another == with_change_id(message, NEW, link_url=link_url)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(b"S\n\nChange-Id: I1\n", b"S\n", id="with its paragraph"),
        pytest.param(
            b"S\n\n\nChange-Id: I1\nChange-Id: I2\n\n", b"S\n\n", id="all of them"
        ),
        pytest.param(
            b"S\n\nChange-Id: I1\n more\nBug: 1",
            b"S\n\nBug: 1",
            id="with all its value",
        ),
        pytest.param(b"S\nChange-Id: I1", b"S\n", id="from below the subject"),
        pytest.param(
            b"S\r\n\r\nChange-Id: I1\r\n\r\nWhy.\r\n",
            b"S\r\n\r\nWhy.\r\n",
            id="from the midst of what is one paragraph to Gerrit",
        ),
        pytest.param(
            b"S\n\nChange-Id: I1\n\nChange-Id: I2\n",
            b"S\n",
            id="and one that would now be seen",
        ),
        pytest.param(
            b"S\n\n" + LINK + OLD + b"\n" + SIGNED + b"\n",
            b"S\n\n" + SIGNED + b"\n",
            id="and a link",
        ),
        pytest.param(
            b"S\n\nChange-Id: I1\n\nWhy. \n\n",
            b"S\n\nChange-Id: I1\n\nWhy. \n\n",
            id="but not what Gerrit doesn't see",
        ),
    ],
)
def test_an_id_is_taken_out_with_what_it_leaves_empty(
    message: bytes, expected: bytes
) -> None:
    assert without_change_id(message, (URL,)) == expected


@given(MESSAGES)
@settings(max_examples=300)
def test_gerrit_sees_no_id_where_they_were_taken_out(message: bytes) -> None:
    result = without_change_id(message, (URL,))
    assert change_ids(result, (URL,)) == ()
    assert change_ids(message, (URL,)) or result == message


@given(TIDY_MESSAGES, URLS)
@settings(max_examples=300)
def test_an_id_given_and_taken_out_again_leaves_the_message(
    message: bytes, link_url: bytes
) -> None:
    given_one = with_change_id(message, NEW, link_url=link_url)
    assert without_change_id(given_one, urls_of(link_url)) == message
