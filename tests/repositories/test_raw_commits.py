"""Commits that no porcelain would write: copied raw, whatever is in them."""

from collections.abc import Callable

import pytest

from tests.repositories.splitting import (
    Split,
    complaints_of,
    fields_of,
    raw_commits,
    two_pieces,
    without_fields,
)
from tests.repository import Repository
from tests.runner import done

Spoil = Callable[[bytes], bytes]


def rewritten(repo: Repository, at: int, spoil: Spoil) -> str:
    """``HEAD~at`` is what ``spoil`` makes of its raw bytes, the others on top of it."""
    series = raw_commits(repo, f"-{at + 1}", "HEAD")
    parent = repo.oid(f"HEAD~{at + 1}")
    for number, raw in enumerate(series):
        old = fields_of(raw, b"parent")[0]
        made = raw.replace(b"parent " + old, b"parent " + parent.encode())
        made = spoil(made) if number == 0 else made
        kind = ("-t", "commit", "-w", "--stdin", "--literally")
        parent = repo.git("hash-object", *kind, stdin=made)
    repo.git("update-ref", "refs/heads/main", parent)
    return repo.oid(f"HEAD~{at}")


def header(line: bytes) -> Spoil:
    """A commit with one header line more, after the committer's."""
    return lambda raw: raw.replace(b"\n\n", b"\n" + line + b"\n\n", 1)


def author(value: bytes) -> Spoil:
    """A commit with this author line instead of its own."""

    def spoilt(raw: bytes) -> bytes:
        (old,) = fields_of(raw, b"author")
        return raw.replace(b"author " + old, b"author" + value)

    return spoilt


def message(text: bytes) -> Spoil:
    """A commit with this message."""
    return lambda raw: raw.partition(b"\n\n")[0] + b"\n\n" + text


MERGETAG = b"""mergetag object 1f8d2683c3adaa7ccb918375d0022811e6a36f86
 type commit
 tag v1
 tagger T <t@example.com> 1700000000 +0000
@
 A tag.
 -----BEGIN PGP SIGNATURE-----
@
 abc
 -----END PGP SIGNATURE-----""".replace(b"@", b" ")

HEADERS = [
    header(b"encoding ISO-8859-1"),
    header(b"encoding no such thing"),
    header(MERGETAG),
    header(b"unknown one\n and more\n  of it\nunknown again"),
    header(b"HG:extra rebase_source:abc\x00\xff"),
    header(b"empty "),
    header(b"bare"),
]
AUTHORS = [
    author(b" A U Thor <author@example.com> 1700000000 -0000"),
    author(b" A U Thor <author@example.com> 1700000000 +1400"),
    author(b" A U Thor <author@example.com> 1700000000 +051800"),
    author(b" A U Thor <author@example.com> 18446744073709551615 +0000"),
    author(b" A U Thor <author@example.com>"),
    author(b" A U Thor 1700000000 +0000"),
    author(b" A U Thor <> 1700000000 +0000"),
    author(b" <author@example.com> 1700000000 +0000"),
    author(b" A U Thor <<author@example.com>> 1700000000 +0000"),
    author(b" A <author@example.com> <author@example.com> 1700000000 +0000"),
    author(b" Andr\xe9 <\xff@example.com> 1700000000 +0000"),
    author(b""),
]
MESSAGES = [
    message(b"no final newline"),
    message(b""),
    message(b"\n\nblank lines\n\n\n\n"),
    message(b"a \x00 in it\n"),
    message(b"# a comment\n\r\n \t\ntrailing  \n"),
    message(b"\xc3\x28 is no UTF-8 \xe9\n"),
]


@pytest.mark.parametrize("spoil", [*HEADERS, *AUTHORS, *MESSAGES])
def test_a_commit_above_is_copied_byte_for_byte(repo: Repository, spoil: Spoil) -> None:
    two_pieces(repo, above=1)
    odd = rewritten(repo, 0, spoil)
    tidy = complaints_of(repo)
    Split.of(repo, "HEAD~1").succeed()

    assert repo.oid("HEAD") != odd
    assert complaints_of(repo) == tidy


@pytest.mark.parametrize("spoil", [*HEADERS, *AUTHORS])
def test_each_piece_has_all_that_its_original_had(
    repo: Repository, spoil: Spoil
) -> None:
    two_pieces(repo, above=0)
    odd = rewritten(repo, 0, spoil)
    split = Split.of(repo, "HEAD")
    split.succeed()

    (original,) = raw_commits(repo, "-1", odd)
    first, second = raw_commits(repo, "-2", "HEAD")
    names = (b"tree", b"parent", b"committer")
    for piece, words in ((first, b"first\n"), (second, b"tangled\n\nof two\n")):
        expected = message(words)(without_fields(original, *names))
        assert without_fields(piece, *names) == expected


@pytest.mark.parametrize("name", [b"author", b"committer"])
def test_a_commit_without_a_field_that_all_have_is_copied_too(
    repo: Repository, name: bytes
) -> None:
    two_pieces(repo, above=1)
    rewritten(repo, 1, lambda raw: without_fields(raw, name))
    rewritten(repo, 0, lambda raw: without_fields(raw, name))
    done(repo.path, "--dry-run", "HEAD~2")
    Split.of(repo, "HEAD~1").succeed()


def test_a_commit_that_ends_with_its_headers_gets_an_empty_line(
    repo: Repository,
) -> None:
    two_pieces(repo, above=1)
    rewritten(repo, 0, lambda raw: raw.partition(b"\n\n")[0] + b"\n")
    headers = raw_commits(repo, "-1", "HEAD")[0]
    assert Split.of(repo, "HEAD~1").run().status == 0

    changed = (b"parent", b"committer")
    copy = raw_commits(repo, "-1", "HEAD")[0]
    assert without_fields(copy, *changed) == without_fields(headers, *changed) + b"\n"
    assert repo.fsck() == ""


def test_signatures_go_for_they_sign_something_else(repo: Repository) -> None:
    two_pieces(repo)
    plain = repo.run("cat-file", "commit", "HEAD~1").stdout
    signature = b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END-----"
    rewritten(repo, 1, header(b"kept 1\n" + signature + b"\ngpgsig-sha256 x\n y"))
    split = Split.of(repo)
    ran = split.run()

    assert ran.status == 0
    copy = repo.run("cat-file", "commit", "HEAD~1").stdout
    changed = (b"parent", b"committer")
    expected = header(b"kept 1")(plain)
    assert without_fields(copy, *changed) == without_fields(expected, *changed)
