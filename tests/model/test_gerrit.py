"""What Gerrit would refuse is known before anything moves, in its own words."""

from collections.abc import Mapping

import pytest

from gitsplit.model.change_id import (
    COMMITTER,
    MALFORMED,
    MERGED,
    MISPLACED,
    MISSING,
    NO_SUBJECT,
    SAME,
    SEVERAL,
    UNSIGNED,
    IdRules,
    Pushed,
    is_signed_off,
    objections,
)
from tests.messages import LINK, NEW, OLD, SIGNED, URL

ME = b"me@example.com"
RULES = IdRules(is_reviewed=True, wanted=True)


def words(
    *commits: Pushed, rules: IdRules = RULES, below: Mapping[bytes, str] | None = None
) -> list[tuple[int, str]]:
    """Which commit has what against it."""
    return [(o.number, o.words) for o in objections(commits, rules, ME, below or {})]


def pushed(message: bytes) -> Pushed:
    return Pushed(message, ME, is_ours=True)


def with_id(change_id: bytes) -> Pushed:
    return pushed(b"Add\n\nChange-Id: " + change_id + b"\n")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"Add\n", MISSING),
        (b"Add\n\nChange-Id: " + OLD + b"\n\nMore words.\n", MISPLACED),
        (b"Add\n\nChange-Id: " + OLD + b"\nChange-Id: " + NEW + b"\n", SEVERAL),
        (b"Add\n\nChange-Id: I1234\n", MALFORMED),
        (b"Add\n\nChange-Id: I" + b"0" * 40 + b"\n", MALFORMED),
        (b"Add\n\nChange-Id: I" + b"ABCDEF0123" * 4 + b"\n", MALFORMED),
        (b"Change-Id: " + OLD + b"\n", NO_SUBJECT),
        (b"Add\n\n  Change-Id: " + OLD + b"\n", MISSING),
        (b"Add\n\n" + LINK + OLD + b"\n", MISSING),
    ],
)
def test_a_message_that_the_server_was_seen_to_refuse(
    message: bytes, expected: str
) -> None:
    assert expected in [found for _, found in words(pushed(message))]


@pytest.mark.parametrize(
    "message",
    [
        b"Add\n\nSome prose\nChange-Id: " + OLD + b"\n",
        b"Add\nChange-Id: " + OLD + b"\n",
        b"Add\n\nchange-id:" + OLD + b"   \n",
        b"Add\r\n\r\nChange-Id: " + OLD + b"\r\n",
        b"Add\n\nNote: long\n  second line\nChange-Id: " + OLD + b"\n",
    ],
)
def test_a_message_that_the_server_was_seen_to_take(message: bytes) -> None:
    assert words(pushed(message)) == []


def test_a_link_into_the_server_counts_and_not_beside_a_change_id() -> None:
    rules = IdRules(is_reviewed=True, wanted=True, link_url=URL)
    link = b"Add\n\n" + LINK + OLD + b"\n"

    assert words(pushed(link), rules=rules) == []
    both = link + b"Change-Id: " + NEW + b"\n"
    assert words(pushed(both), rules=rules) == [(1, SEVERAL)]


def test_two_commits_with_one_id_are_both_named() -> None:
    assert words(with_id(OLD), with_id(NEW), with_id(OLD)) == [(1, SAME), (3, SAME)]


def test_a_commit_on_top_of_its_own_patch_set_is_named() -> None:
    found = words(with_id(OLD), below={OLD: "0123456789"})

    assert found == [(1, f"{SAME}: 0123456789 under it has the same")]


def test_an_old_id_in_the_text_is_pointed_out_though_the_server_takes_it() -> None:
    message = b"Add\n\nChange-Id: " + OLD + b"\n\nChange-Id: " + NEW + b"\n"
    ((_, found),) = words(pushed(message))

    assert OLD.decode()[:9] in found


def test_who_committed_signed_off_and_whether_it_is_empty() -> None:
    message = b"Add\n\nChange-Id: " + OLD + b"\n"
    other = Pushed(message, b"other@example.com")
    unsigned = Pushed(message.replace(OLD, NEW), ME, signs_off=True)
    empty = Pushed(b"Add\n\nChange-Id: I" + b"1" * 40 + b"\n", ME, is_empty=True)

    assert words(other, unsigned, empty) == [
        (1, f"{COMMITTER} other@example.com"),
        (2, UNSIGNED),
        (3, "it is empty"),
    ]
    signed = message + SIGNED + b"\n"
    assert words(Pushed(signed, ME, signs_off=True)) == []


def test_only_what_is_ours_stops() -> None:
    (theirs,) = objections([Pushed(b"Add\n", ME)], RULES, ME, {})
    (ours,) = objections([pushed(b"Add\n")], RULES, ME, {})

    assert (theirs.is_ours, ours.is_ours) == (False, True)
    assert ours.sentence == f"Commit 1 “Add”: {MISSING}."


def test_a_change_that_is_merged_already_is_closed_and_stops_nothing() -> None:
    message = b"Add\n\nChange-Id: " + OLD + b"\n"
    merged = Pushed(message, ME, is_ours=True, merged_as="0123456789")
    (found,) = objections([merged], RULES, ME, {})

    assert found.words == f"{MERGED} 0123456789"
    assert not found.is_ours


def test_a_sign_off_beside_prose_is_one_to_gerrit() -> None:
    prose = b"Add\n\n" + b"Words.\n" * 9 + b"Change-Id: " + OLD + b"\n"
    signed = prose + SIGNED + b"\n"

    assert words(Pushed(signed, ME, signs_off=True)) == []
    assert words(Pushed(prose, ME, signs_off=True)) == [(1, UNSIGNED)]
    assert is_signed_off(signed)


def test_who_is_not_known_yet_is_no_wrong_committer() -> None:
    message = b"Add\n\nChange-Id: " + OLD + b"\n"
    assert objections([Pushed(message, ME)], RULES, b"", {}) == ()
