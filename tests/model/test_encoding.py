"""New text is written in the encoding that the commit names, or the commit in UTF-8."""

import pytest

from gitsplit.model.encoding import in_encoding
from gitsplit.model.objects import Oid, RawCommit
from gitsplit.model.series import CommitDraft, SourceCommit

ORIGINAL = "Tränke\n\nfür José\n"


def source(encoding: str | None, message: bytes, name: bytes = b"A") -> SourceCommit:
    headers = [
        b"tree " + b"1" * 40,
        b"author " + name + b" <a@example.com> 1700000000 +0000",
        b"committer C <c@example.com> 1700000000 +0000",
        b"odd header",
    ]
    if encoding is not None:
        headers.insert(3, b"encoding " + encoding.encode())
    return SourceCommit(Oid("2" * 40), RawCommit(tuple(headers), message))


def drafted(source: SourceCommit, message: bytes) -> CommitDraft:
    return in_encoding(CommitDraft(source, message, "piece", tree=source.raw.tree))


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "latin1", "CP1252", "ISO-8859-15"])
def test_typed_text_is_encoded_as_the_commit_says(encoding: str) -> None:
    original = source(encoding, ORIGINAL.encode(encoding))
    draft = drafted(original, "Größe\n".encode())

    assert draft.message == "Größe\n".encode(encoding)
    assert draft.source == original


@pytest.mark.parametrize("encoding", [None, "UTF-8", "utf8"])
def test_text_of_a_utf_8_commit_stays(encoding: str | None) -> None:
    original = source(encoding, b"one\n")
    draft = drafted(original, "Größe 日\n".encode() + b"\xff")

    assert draft.message == "Größe 日\n".encode() + b"\xff"
    assert draft.source == original


@pytest.mark.parametrize(
    "message", ["Tränke\n\nfür José\n".encode("latin1"), "nur Größe".encode("latin1")]
)
def test_the_message_of_the_source_stays_byte_for_byte(message: bytes) -> None:
    original = source("ISO-8859-1", message)

    assert drafted(original, message).message == message


def test_a_line_of_the_source_is_no_utf_8_even_where_it_could_be() -> None:
    original = source("ISO-8859-1", "Ã¤ is two letters\n".encode("latin1"))
    draft = drafted(original, original.raw.message + "Größe\n".encode())

    assert draft.message == "Ã¤ is two letters\nGröße\n".encode("latin1")


def test_a_line_edited_where_it_stood_keeps_its_encoding() -> None:
    original = source("ISO-8859-1", ORIGINAL.encode("latin1"))
    edited = "Tränke (a)\n\nfür José\n".encode("latin1")

    assert drafted(original, edited).message == edited


def test_where_a_letter_is_missing_the_whole_commit_becomes_utf_8() -> None:
    original = source("ISO-8859-1", ORIGINAL.encode("latin1"), "José".encode("latin1"))
    draft = drafted(original, "Tränke\n\nfür José\n日本\n".encode())
    mixed = drafted(original, ORIGINAL.encode("latin1") + "日本\n".encode())

    for made in (draft, mixed):
        assert made.message == (ORIGINAL + "日本\n").encode()
        assert made.source.raw.values(b"encoding") == ()
        assert made.source.raw.values(b"author") == (
            "José <a@example.com> 1700000000 +0000".encode(),
        )
        assert made.source.raw.values(b"odd") == (b"header",)
        assert made.source.oid == original.oid


def test_an_encoding_that_nobody_knows_is_given_up_for_new_text() -> None:
    original = source("X-KLINGON", b"one\n", b"Jos\xe9")
    draft = drafted(original, "Größe\n".encode())

    assert draft.message == "Größe\n".encode()
    assert draft.source.raw.values(b"encoding") == ()
    assert draft.source.raw.values(b"author")[0].startswith(b"Jos\xe9 ")


@pytest.mark.parametrize(
    ("encoding", "original"),
    [("X-KLINGON", b"\xe9\n"), ("UTF-16", b"\xe9\n"), ("EUC-JP", b"\xff\xff\n")],
)
def test_what_nobody_can_decode_stays_as_it_is(encoding: str, original: bytes) -> None:
    commit = source(encoding, original)
    message = original + "Größe\n".encode()

    assert drafted(commit, message).message == message
    assert drafted(commit, message).source == commit


@pytest.mark.parametrize("encoding", ["X-KLINGON", "ISO-8859-1", "UTF-16", "hex"])
def test_plain_ascii_needs_no_encoding(encoding: str) -> None:
    commit = source(encoding, b"one\n")
    draft = drafted(commit, b"two\n\nChange-Id: I12\n")

    assert (draft.message, draft.source) == (b"two\n\nChange-Id: I12\n", commit)


@pytest.mark.parametrize("encoding", ["EUC-JP", "Shift_JIS", "ISO-2022-JP"])
def test_a_line_of_an_encoding_of_many_bytes_is_kept_beside_new_text(
    encoding: str,
) -> None:
    commit = source(encoding, "日本\n".encode(encoding))
    draft = drafted(commit, "日本\n".encode(encoding) + "本日\n".encode())

    assert draft.message == "日本\n本日\n".encode(encoding)
