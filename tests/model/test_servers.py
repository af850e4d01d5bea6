"""A link is an id where it leads into the server that reviews the commit."""

import pytest

from gitsplit.model.change_id import IdRules
from gitsplit.model.message import change_ids, host_of
from tests.messages import NEW, OLD

HOST = b"//review.example.org"


@pytest.mark.parametrize(
    ("address", "host"),
    [
        (b"https://review.example.org/", HOST),
        (b"https://Review.Example.org:8443/gerrit/a/project", HOST),
        (b"ssh://me@review.example.org:29418/project", HOST),
        (b"me@review.example.org:project", HOST),
        (b"review.example.org", HOST),
        (b"review.example.org:8080/r", HOST),
        (b"persistent-https://review.example.org/p", HOST),
        (b"../project", b""),
        (b"/srv/git/project.git", b""),
        (b"file:///srv/git/project.git", b""),
        (b"", b""),
    ],
)
def test_the_host_of_an_address(address: bytes, host: bytes) -> None:
    assert host_of(address) == host


@pytest.mark.parametrize(
    ("url", "is_id"),
    [
        (b"https://review.example.org/id/", True),
        (b"http://review.example.org:8080/id/", True),
        (b"https://review.example.org/gerrit/r/id/", True),
        (b"https://review.example.org/", False),
        (b"https://review.example.org.evil.net/id/", False),
        (b"https://other.example.org/id/", False),
        (b"https://other.example.org/review.example.org/id/", False),
        (b"https://me@evil.net/x@review.example.org/id/", False),
        (b"ftp://review.example.org/id/", False),
    ],
)
def test_a_link_into_a_known_host_is_an_id(url: bytes, is_id: bool) -> None:
    message = b"One\n\nLink: " + url + OLD + b"\n"
    assert change_ids(message, (HOST,)) == ((OLD,) if is_id else ())


def test_a_link_that_is_an_id_stays_a_link_and_has_no_other_beside_it() -> None:
    rules = IdRules(servers=(HOST,))
    message = b"One\n\nLink: https://review.example.org/r/id/" + OLD + b"\nBug: 1\n"

    assert rules.with_id(message, OLD) == message
    assert rules.with_id(message, NEW) == message.replace(OLD, NEW)
    assert rules.with_id(b"One\n", NEW) == b"One\n\nChange-Id: " + NEW + b"\n"
    both = message + b"Change-Id: " + NEW + b"\n"
    assert rules.all_of(rules.with_id(both, NEW)) == (NEW,)
    assert rules.with_ids_of(message, both) == message


def test_a_misplaced_id_is_moved_below_a_link_of_another_server() -> None:
    rules = IdRules(servers=(HOST,), moves=True)
    message = b"One\n\nChange-Id: " + OLD + b"\n\nLink: https://o.org/id/" + NEW + b"\n"

    assert rules.of(rules.with_id_in_footer(message)) == OLD
    ours = message.replace(b"o.org", b"review.example.org")
    assert rules.with_id_in_footer(ours) == ours


@pytest.mark.parametrize("blanks", [b"", b" \n", b" \n \n"])
@pytest.mark.parametrize("rest", [b" ", b"Bug: 1\n", b" \n \n", b"\t\n "])
def test_blank_lines_neither_continue_a_new_link_nor_cost_what_follows(
    blanks: bytes, rest: bytes
) -> None:
    rules = IdRules(link_url=b"https://review.example.org/")
    named = b"Change-Id: " + OLD + b"\n" + blanks
    twice = rules.with_id(b"One\n\n" + named + named + b"\t\n" + rest, NEW)

    assert rules.all_of(twice) == (NEW,)
    assert twice.endswith(NEW + b"\n\t\n" + rest)
    assert rules.all_of(rules.with_id(b"One\n\nBug: 1\n" + rest, NEW)) == (NEW,)


def test_words_in_a_link_are_no_path_of_a_server() -> None:
    url = b"https://review.example.org/x https://review.example.org/id/"
    assert change_ids(b"One\n\nLink: " + url + OLD + b"\n", (HOST,)) == ()
