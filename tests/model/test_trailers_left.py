"""Trailers that not every part of a split commit has are known, and named."""

from gitsplit.model.change_id import IdRules, incomplete_trailers, trailer_lines
from tests.messages import NEW, OLD

TRAILERS = (
    b"\n\nBug: 1\nTest: m\nbug: 2\nChange-Id: " + OLD + b"\nSigned-off-by: A <a@b>\n"
)
ORIGINAL = b"Two things" + TRAILERS
PIECE = b"One\n\nSigned-off-by: A <a@b>\nChange-Id: " + NEW + b"\n"


def lines(*messages: bytes, original: bytes = ORIGINAL) -> list[str]:
    numbered = dict(enumerate(messages, 3))
    return list(trailer_lines(incomplete_trailers(original, numbered, IdRules())))


def test_what_only_the_owner_has_is_named_once() -> None:
    assert lines(PIECE, ORIGINAL) == ["Bug and Test are in commit 4 only."]
    two = [PIECE, ORIGINAL, b"Three" + TRAILERS]
    assert lines(*two) == ["Bug and Test are in commits 4 and 5 only."]


def test_a_trailer_is_there_where_all_of_its_values_are() -> None:
    half = b"One\n\nBug: 1\nTEST: m\nSigned-off-by: A <a@b>\n"
    assert lines(half, ORIGINAL) == ["Bug is in commit 4 only."]


def test_what_nobody_has_any_more_is_named_too() -> None:
    bare = b"One\n\nSigned-off-by: A <a@b>\n"
    assert lines(bare, bare) == ["Bug and Test are lost: no new commit has them."]


def test_nothing_stays_behind_in_one_commit_or_where_all_have_all() -> None:
    assert lines(ORIGINAL) == []
    assert lines(ORIGINAL, ORIGINAL) == []
    assert lines(b"One\n", b"Two\n", original=b"Two\n\nWords.\n") == []


def test_the_id_is_no_trailer_of_these_also_as_a_link() -> None:
    rules = IdRules(servers=(b"//r.example.org",))
    original = b"Two\n\nLink: https://r.example.org/id/" + OLD + b"\n"
    assert incomplete_trailers(original, {1: b"One\n", 2: original}, rules) == ()


def test_many_are_counted() -> None:
    many = b"".join(b"Key-%d: x\n" % n for n in range(100))
    (line,) = lines(b"One\n", b"Two\n\n" + many, original=b"Two\n\n" + many)
    assert line.endswith("Key-4 and 95 more are in commit 4 only.")
