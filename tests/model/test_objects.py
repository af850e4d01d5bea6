"""Who a commit says that it is by, well-formed or not."""

import pytest

from gitsplit.model.objects import Identity, RawCommit


@pytest.mark.parametrize(
    ("value", "who", "address", "seconds"),
    [
        (b"A B <a@b> 17 +0100", b"A B <a@b>", b"a@b", 17),
        (b"A B <a@b> 17 +051800", b"A B <a@b>", b"a@b", 17),
        (b"<a@b> 17 +0100", b"<a@b>", b"a@b", 17),
        (b"A B <a@b>", b"A B <a@b>", b"a@b", 0),
        (b"A B <a@b> soon +0100", b"A B <a@b>", b"a@b", 0),
        (b"A B <a@b> " + b"9" * 5000 + b" +0100", b"A B <a@b>", b"a@b", 0),
        (b"A B a@b 17 +0100", b"A B a@b 17 +0100", b"", 0),
        (b"A > B <a@b> 17 +0100", b"A > B <a@b>", b"a@b", 17),
        (b"", b"", b"", 0),
    ],
)
def test_an_author_is_read_however_malformed(
    value: bytes, who: bytes, address: bytes, seconds: int
) -> None:
    found = RawCommit((b"tree 1", b"author " + value), b"").author

    assert (found.value, found.who) == (value, who)
    assert (found.address, found.seconds) == (address, seconds)


def test_a_commit_without_an_author_is_by_nobody() -> None:
    commit = RawCommit((b"tree 1",), b"m")

    assert commit.author == commit.committer == Identity()
    assert commit.author.parts is None


def test_the_first_author_counts() -> None:
    commit = RawCommit((b"author A <a> 1 +0000", b"author B <b> 2 +0000"), b"m")

    assert commit.author.who == b"A <a>"
