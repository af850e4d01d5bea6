"""Drafts have the trailers that each part of a commit is to have."""

from gitsplit.proposal.propose import proposal
from gitsplit.proposal.subjects import with_copied
from tests.messages import OLD, SIGNED
from tests.strategies import modified

KEYS = (b"signed-off-by",)


def test_a_sign_off_beside_prose_is_copied_once() -> None:
    footer = SIGNED + b"\nChange-Id: " + OLD + b"\n"
    prose = b"Two\n\n" + b"Words.\n" * 9

    expected = b"One\n\n" + SIGNED + b"\n"
    assert with_copied(b"One", prose + footer, KEYS) == expected
    assert with_copied(b"One", b"Two\n\n" + footer, KEYS) == expected
    assert with_copied(b"One", prose + footer, ()) == expected


def test_a_group_that_is_split_off_has_the_words_that_the_message_has_for_it() -> None:
    changes = (
        modified(b"a\n", b"kettle.boil(100)\n", b"kettle.py"),
        modified(b"b\n", b"cup.fill(3)\n", b"cup.py"),
    )
    message = b"Boil the kettle\n\n* fill the cup\n\nSigned-off-by: A <a@b>\n"

    plan = proposal(changes, message, commits=2)

    assert {group.message for group in plan.groups} == {
        b"Boil the kettle\n\nSigned-off-by: A <a@b>\n",
        b"fill the cup\n\nSigned-off-by: A <a@b>\n",
    }
