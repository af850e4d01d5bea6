"""Ids that people see and Gerrit doesn't, found and moved down."""

from hypothesis import given

from gitsplit.model.change_id import misplaced_change_ids, with_misplaced_id_in_footer
from gitsplit.model.message import change_ids
from tests.messages import MESSAGES, NEW, OLD


def test_an_id_above_the_last_paragraph_is_moved_down() -> None:
    message = b"Add\n\nChange-Id: " + OLD + b"\n\nBug: 1\nSigned-off-by: A <a@b>\n"

    assert misplaced_change_ids(message) == (OLD,)
    moved = with_misplaced_id_in_footer(message)
    footer = b"Bug: 1\nChange-Id: " + OLD + b"\nSigned-off-by: A <a@b>\n"
    assert moved == b"Add\n\n" + footer


def test_an_id_that_gerrit_sees_is_not_misplaced() -> None:
    message = b"Add\n\nChange-Id: " + OLD + b"\nprose\n"

    assert misplaced_change_ids(message) == ()
    assert with_misplaced_id_in_footer(message) == message


def test_beside_an_id_that_gerrit_sees_a_misplaced_one_stays() -> None:
    message = b"Add\n\nChange-Id: " + OLD + b"\n\nChange-Id: " + NEW + b"\n"

    assert misplaced_change_ids(message) == (OLD,)
    assert with_misplaced_id_in_footer(message) == message


@given(MESSAGES)
def test_after_moving_gerrit_sees_the_last_misplaced_id(message: bytes) -> None:
    moved = with_misplaced_id_in_footer(message)
    misplaced, seen = misplaced_change_ids(message), change_ids(message)

    assert change_ids(moved) == (seen or misplaced[-1:])
    if seen or not misplaced:
        assert moved == message
