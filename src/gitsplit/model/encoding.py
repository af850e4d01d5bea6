"""Messages in the character encoding that their commit names.

What a user types is UTF-8; a commit may say otherwise in its ``encoding`` header
(``i18n.commitEncoding`` of git-config(1)), and then its message and its author's name
are in that one.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from gitsplit.model.lines import lines_of
from gitsplit.model.objects import RawCommit
from gitsplit.model.series import CommitDraft

_PLAIN = b"Change-Id: I0\n"
"""What every encoding has to leave alone for git and Gerrit to read a message in it."""


def in_encoding(draft: CommitDraft) -> CommitDraft:
    """The draft with its message in the encoding that its commit's header will name.

    That is the source's. Where the message can't be written in it, the whole commit
    becomes UTF-8, its author too, and names none. A message that is the source's stays
    as it is, byte for byte, and so does one that nobody can decode.
    """
    raw = draft.source.raw
    if draft.message == raw.message or draft.message.isascii() or _is_utf8(raw):
        return draft
    codec = _codec(raw.encoding)
    text = _message_text(draft.message, raw.message, codec)
    if text is None:
        return draft
    try:
        return replace(draft, message=text.encode(codec or "ascii"))
    except UnicodeEncodeError:
        source = replace(draft.source, raw=_without_encoding(raw, codec))
        return replace(draft, message=text.encode(), source=source)


def message_in_utf8(raw: RawCommit) -> bytes:
    """The commit's message in UTF-8; as it is where its encoding isn't known."""
    codec = None if _is_utf8(raw) else _codec(raw.encoding)
    text = _text_or_none(raw.message, codec) if codec else None
    return raw.message if text is None else text.encode()


def _is_utf8(raw: RawCommit) -> bool:
    return raw.encoding.lower().replace("-", "") == "utf8"


def _codec(encoding: str) -> str | None:
    """The encoding as Python's codec; None if it is unknown or no superset of ASCII."""
    try:
        return encoding if _PLAIN.decode(encoding) == _PLAIN.decode() else None
    except (LookupError, ValueError):
        return None


def _message_text(message: bytes, original: bytes, codec: str | None) -> str | None:
    """The message as text; None where a line of it can't be decoded.

    A line of the original is in the original's encoding. Any other is UTF-8, unless it
    can't be: then it is one that was edited where it stood.
    """
    known = frozenset(lines_of(original))

    def line_text(line: bytes) -> str:
        for candidate in (codec, "utf-8") if line in known else ("utf-8", codec):
            if candidate and (text := _text_or_none(line, candidate)) is not None:
                return text
        raise UnicodeError

    try:
        return "".join(map(line_text, lines_of(message)))
    except UnicodeError:
        return None


def _text_or_none(line: bytes, codec: str) -> str | None:
    try:
        return line.decode(codec)
    except UnicodeDecodeError:
        return None


def _without_encoding(raw: RawCommit, codec: str | None) -> RawCommit:
    """The same commit in UTF-8, as far as its headers go."""

    def headers() -> Iterator[bytes]:
        for field in raw.headers:
            if field.startswith(b"author ") and codec:
                text = _text_or_none(field, codec)
                yield field if text is None else text.encode()
            elif not field.startswith(b"encoding "):
                yield field

    return RawCommit(tuple(headers()), raw.message)


def has_new_nul(message: bytes, original: bytes) -> bool:
    r"""Whether the message has a NUL byte, and not because the original has one.

    Git lets no new message have one (``git-commit-tree(1)``), but keeps old ones.

    >>> has_new_nul(b"one\0half", b"one"), has_new_nul(b"one\0half", b"old\0one")
    (True, False)
    """
    return b"\0" in message and b"\0" not in original
