r"""Several commit messages as one text for an editor, and back.

A line that begins with the comment mark is no part of a message; some of them part
the messages and say which is which. So that no message can be mistaken for such a
line, the mark is one that begins no line of any of them: ``core.commentChar`` where
that will do, else another, as git chooses for ``auto`` (git-config(1)).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from gitsplit.errors import InvalidPlan
from gitsplit.model.lines import lines_of
from gitsplit.model.message import stripspace

_CANDIDATES = b"#;@!$%^&|:"
"""What git takes for ``auto``, in its order."""
_RULER = b"-----"


def mark_for(messages: Sequence[bytes], wanted: bytes | None = None) -> bytes:
    """A comment mark that begins no line of the messages: ``wanted`` if it can be.

    Where nothing is wanted it is the one that git would choose for ``auto``.
    """
    # Editors and git end lines at more than git's own: what follows a CR counts too.
    lines: set[bytes] = set()
    for message in messages:
        lines.update(re.split(rb"[\r\n]", message))
    usual = [_CANDIDATES[at : at + 1] for at in range(len(_CANDIDATES))]
    marks = chain([wanted] if wanted else [], usual)
    fitting = (mark for mark in marks if not _begins_any(mark, lines))
    return next(fitting, None) or _mark_with_number(lines)


def _mark_with_number(lines: Iterable[bytes]) -> bytes:
    """The first of ``#0#``, ``#1#`` and so on that begins none of the lines."""
    found = (re.match(rb"#(\d+)#", line) for line in lines)
    taken = {match[0] for match in found if match}
    marks = (b"#%d#" % number for number in range(len(taken) + 1))
    return next(mark for mark in marks if mark not in taken)


def _begins_any(mark: bytes, lines: Iterable[bytes]) -> bool:
    return any(line.startswith(mark) for line in lines)


def buffer_of(titles: Sequence[str], messages: Sequence[bytes], mark: bytes) -> bytes:
    """The messages one after the other, each below a line with its number and title."""
    parts = []
    for number, (title, message) in enumerate(zip(titles, messages, strict=True), 1):
        words = " ".join(title.split()).encode("utf-8", "surrogateescape")
        head = b"%s %s %d of %d %s" % (mark, _RULER, number, len(messages), _RULER)
        ending = b"" if message.endswith(b"\n") else b"\n"
        parts.append(b"%s %s\n%s%s\n" % (head, words, message, ending))
    return b"".join(parts) + b"".join(_help(mark, len(messages)))


_SCISSORS = b"------------------------ >8 ------------------------"
"""What git has in the line above a diff (``git commit -v``)."""


def with_patch_below(message: bytes, patch: bytes, mark: bytes) -> bytes:
    """A message for an editor, and what is shown below it: the diff of its commit."""
    ignored = b"%s Lines starting with '%s' will be ignored.\n" % (mark, mark)
    begun = b"%s\n%s" % (message, ignored)
    if not patch:
        return begun
    lines = (
        _SCISSORS,
        b"Do not modify or remove the line above.",
        b"Everything below it will be ignored.",
    )
    return begun + b"".join(b"%s %s\n" % (mark, line) for line in lines) + patch


def without_patch(text: bytes, patch: bytes, mark: bytes) -> bytes:
    """The edited text without what was shown below the message.

    Where the line above it is gone, without the diff, if that is still there.
    """
    above, line, _ = (b"\n" + text).partition(b"\n%s %s" % (mark, _SCISSORS))
    if line or not patch:
        return above[1:] + b"\n"
    return text.partition(patch)[0]


def _help(mark: bytes, messages: int) -> Iterator[bytes]:
    sentences = (
        f"Lines starting with '{mark.decode(errors='replace')}' will be ignored.",
        f"The {messages} lines with {_RULER.decode()} separate the messages:"
        " keep them.",
        "An empty message is rejected.",
    )
    yield from (b"%s %s\n" % (mark, sentence.encode()) for sentence in sentences)


def messages_in(text: bytes, originals: Sequence[bytes], mark: bytes) -> list[bytes]:
    """The messages of an edited text, each as ``git commit`` would clean it.

    One that nobody touched is the original, byte for byte. Raises InvalidPlan where
    the line of a message is missing or there twice, or there is text above the first.
    """
    head = re.compile(
        rb"%s %s (\d{1,9}) of %d %s" % (re.escape(mark), _RULER, len(originals), _RULER)
    )
    found: dict[int, list[bytes]] = {}
    here: list[bytes] = []
    above = here
    for line in lines_of(text):
        begins = head.match(line)
        number = int(begins[1]) - 1 if begins else -1
        if not 0 <= number < len(originals):
            here.append(line)
            continue
        if number in found:
            raise _broken(f"The line of message {number + 1} appears twice.")
        here = found[number] = []
    if stripspace(b"".join(above), mark):
        raise _broken("There is text above the line of the first message.")
    return [
        _message(found, number, original, mark)
        for number, original in enumerate(originals)
    ]


def _message(
    found: dict[int, list[bytes]], number: int, original: bytes, mark: bytes
) -> bytes:
    """The message with this number."""
    if number not in found:
        raise _broken(f"The line of message {number + 1} is missing.")
    message = stripspace(b"".join(found[number]), mark)
    return original if message == stripspace(original, b"") else message


def _broken(what: str) -> InvalidPlan:
    return InvalidPlan(what, hint="Keep the lines that separate the messages.")
