"""Drafts have the trailers that each part of a commit is to have."""

from gitsplit.proposal.subjects import with_copied
from tests.messages import OLD, SIGNED

KEYS = (b"signed-off-by",)


def test_a_sign_off_beside_prose_is_copied_once() -> None:
    footer = SIGNED + b"\nChange-Id: " + OLD + b"\n"
    prose = b"Two\n\n" + b"Words.\n" * 9

    expected = b"One\n\n" + SIGNED + b"\n"
    assert with_copied(b"One", prose + footer, KEYS) == expected
    assert with_copied(b"One", b"Two\n\n" + footer, KEYS) == expected
    assert with_copied(b"One", prose + footer, ()) == expected
