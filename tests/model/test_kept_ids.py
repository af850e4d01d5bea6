"""What a hook did to the ids of a message is undone, and nothing else of it."""

import pytest

from gitsplit.model.change_id import with_ids_of
from tests.messages import NEW, OLD

URL = b"https://review.example.com"


def test_a_message_with_the_same_ids_is_left_alone() -> None:
    original = b"One\n\nChange-Id: %s\n" % OLD
    message = b"Two  \n\nBug: 1\nchange-id: %s\n" % OLD

    assert with_ids_of(original, message) == message


@pytest.mark.parametrize(
    "original",
    [
        b"One\n\nChange-Id: %s\n" % OLD,
        b"One\n\nprose\nchange-id: %s\nmore prose\n" % OLD,
        b"One\nChange-Id: %s\n" % OLD,
        b"One\n\nBug: 1\n",
    ],
    ids=["trailer", "in prose", "under the subject", "none"],
)
def test_an_id_that_a_hook_adds_in_a_paragraph_of_its_own_goes(
    original: bytes,
) -> None:
    added = original + b"\nChange-Id: %s\n" % NEW

    assert with_ids_of(original, added) == original


@pytest.mark.parametrize(
    "message",
    [
        b"One\n\nChange-Id: %s\n" % NEW,
        b"One\n\nChange-Id: %s\nChange-Id: %s\n" % (OLD, NEW),
        b"One\n",
    ],
    ids=["replaced", "added", "removed"],
)
def test_an_id_that_a_hook_took_or_doubled_is_as_before(message: bytes) -> None:
    original = b"One\n\nChange-Id: %s\n" % OLD

    assert with_ids_of(original, message) == original


def test_what_else_a_hook_did_stands() -> None:
    original = b"One\n\nBug: 1\nChange-Id: %s\n" % OLD
    message = b"one: One\n\nWords.\n\nBug: 1\nChange-Id: %s\nReviewed-by: A\n" % NEW

    assert with_ids_of(original, message) == (
        b"one: One\n\nWords.\n\nBug: 1\nReviewed-by: A\nChange-Id: %s\n" % OLD
    )


def test_an_id_misplaced_under_a_new_last_paragraph_moves_there() -> None:
    original = b"One\n\nBug: 1\nChange-Id: %s\n" % OLD
    message = original + b"\nSigned-off-by: A <a@example.com>\n"

    assert with_ids_of(original, message) == (
        b"One\n\nBug: 1\n\nChange-Id: %s\nSigned-off-by: A <a@example.com>\n" % OLD
    )


def test_an_id_misplaced_alone_leaves_no_empty_lines() -> None:
    original = b"One\n\nChange-Id: %s\n" % OLD

    assert with_ids_of(original, original + b"\nBug: 1\n") == (
        b"One\n\nBug: 1\nChange-Id: %s\n" % OLD
    )


def test_links_are_ids_where_the_repository_has_them_so() -> None:
    original = b"One\n\nLink: %s/id/%s\n" % (URL, OLD)
    changed = b"One!\n\nLink: %s/id/%s\nLink: https://x.example\n" % (URL, NEW)

    assert with_ids_of(original, original + b"Change-Id: %s\n" % NEW, link_url=URL) == (
        original
    )
    assert with_ids_of(original, changed, link_url=URL) == (
        b"One!\n\nLink: https://x.example\nLink: %s/id/%s\n" % (URL, OLD)
    )
    assert with_ids_of(original, changed) == changed
