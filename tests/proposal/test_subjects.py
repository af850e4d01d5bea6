"""Drafts have the trailers that each part of a commit is to have."""

import pytest

from gitsplit.proposal.propose import proposal
from gitsplit.proposal.subjects import as_subject, with_copied
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


def test_co_authors_are_copied_whatever_is_configured() -> None:
    author = b"Co-authored-by: Z <z@example.com>\n"

    assert with_copied(b"One", b"Two\n\n" + author, ()) == b"One\n\n" + author


def test_a_group_that_is_split_off_has_the_words_that_the_message_has_for_it() -> None:
    changes = (
        modified(b"a\n", b"kettle.boil(100)\n", b"kettle.py"),
        modified(b"b\n", b"cup.fill(3)\n", b"cup.py"),
    )
    message = b"Boil the kettle\n\n* fill the cup\n\nSigned-off-by: A <a@b>\n"

    plan = proposal(changes, message, commits=2)

    assert {group.message for group in plan.groups} == {
        b"Boil the kettle\n\nSigned-off-by: A <a@b>\n",
        b"Fill the cup\n\nSigned-off-by: A <a@b>\n",
    }


@pytest.mark.parametrize(
    ("text", "latest", "expected"),
    [
        (b"fill the cup.", (), b"Fill the cup"),
        (b"fill the cup.", (b"boil it", b"wash it"), b"fill the cup"),
        (b"cup: fill it", (b"Boil it",), b"cup: fill it"),
        (b"cup.fill() waits", (), b"cup.fill() waits"),
        (b"wait...", (), b"wait..."),
        (b"Fix the cup.", (b"feat: boil it", b"fix: wash it"), b"fix: fix the cup"),
        (b"Fill it", (b"feat: boil it", b"fix: wash it"), b"chore: Fill it"),
        (b"docs: fill it", (b"feat: boil it", b"fix: wash"), b"docs: fill it"),
        (b"fill it", (b"tea: Boil it", b"tea: Wash it"), b"cup: Fill it"),
    ],
)
def test_a_sentence_is_a_subject_as_the_latest_ones_are(
    text: bytes, latest: tuple[bytes, ...], expected: bytes
) -> None:
    assert as_subject(text, latest, b"cup") == expected


def test_the_log_of_a_squash_gives_each_commit_its_own_account() -> None:
    changes = (
        modified(b"a\n", b"kettle.boil(100)\n", b"kettle.py"),
        modified(b"b\n", b"cup.fill(3)\n", b"cup.py"),
    )
    head = b"\ncommit %s\nAuthor: A <a@b>\nDate:   Mon Nov 30\n\n"
    message = b"Squashed commit of the following:\n"
    message += head % (b"1" * 40) + b"    boil the kettle\n\n    It was cold.\n"
    message += head % (b"2" * 40) + b"    fill the cup\n"

    plan = proposal(changes, message, commits=2)

    assert {group.message for group in plan.groups} == {
        b"boil the kettle\n\nIt was cold.\n",
        b"fill the cup\n",
    }
    assert proposal(changes, message, commits=1).groups[0].message == message
