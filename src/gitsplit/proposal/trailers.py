"""Which new commits have which trailers of the original, by rule and by custom.

People stand for each commit: sign-offs and co-authors are on all. What a project's
tools ask of each commit (a test, a bug number), what closes a bug, and what it depends
on in another repository, is placed so where the latest commits show that custom:
Android's ``Bug`` and ``Test``, Chromium's ``Bug``, ``Cq-Include-Trybots`` and
``Fixed``, OpenStack's ``Closes-Bug`` and ``Depends-On``, and ``Closes`` of many.

A program that writes messages need know nothing of this: what it leaves out is added.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from gitsplit.model.message import footers, trailers, with_trailer_lines
from gitsplit.model.message_parts import message_parts

TrailerPlace = Literal["all", "first", "last"]
"""The new commits that a trailer is on."""

ON_ALL = frozenset([b"signed-off-by", b"co-authored-by"])
"""Keys (in lower case) of trailers that every commit has, whatever is configured."""

_BY_CUSTOM: Mapping[bytes, TrailerPlace] = {
    b"bug": "all",
    b"test": "all",
    b"cq-include-trybots": "all",
    b"fixed": "last",
    b"closes": "last",
    b"closes-bug": "last",
    b"depends-on": "first",
}
_FEWEST = 3
"""So many of the latest commits have a trailer that is a custom."""


def customs(
    message: bytes, latest: Iterable[bytes]
) -> tuple[tuple[bytes, TrailerPlace], ...]:
    """The keys (in lower case) of a message's trailers that have a place by custom.

    ``latest`` are the messages of the repository's latest commits; they are read only
    where the message has such a trailer.
    """
    own = {key.lower() for key, _ in trailers(message)} & _BY_CUSTOM.keys()
    if not own:
        return ()
    having = Counter(
        key for each in latest for key in {k.lower() for k, _ in trailers(each)} & own
    )
    return tuple((k, _BY_CUSTOM[k]) for k in sorted(own) if having[k] >= _FEWEST)


def trailer_homes(
    key: bytes,
    places: Mapping[bytes, TrailerPlace],
    groups: Sequence[int],
    heir: int,
) -> tuple[int, ...]:
    """The groups whose commits have a trailer with this key (in lower case).

    ``groups`` are those that make commits, in order; what has no place stays with the
    ``heir``.
    """
    place = "all" if key in ON_ALL else places.get(key)
    if place == "all":
        return tuple(groups)
    if place is None or not groups:
        return (heir,)
    return (groups[0 if place == "first" else -1],)


def with_people_of(original: bytes, message: bytes) -> bytes:
    """The message with those sign-offs and co-authors of the original that it lacks.

    One without words stays as it is.
    """
    people = {key: line for key, line in _lines(original).items() if _is_on_all(key)}
    return _with_lacking(message, people)


def with_shared_trailers(messages: Sequence[bytes], message: bytes) -> bytes:
    """The message with the trailers that each of several others has.

    One other alone tells nothing of what a further one should have.
    """
    first, *others = map(_lines, messages)
    shared = {k: v for k, v in first.items() if all(k in each for each in others)}
    return _with_lacking(message, shared if others else {})


def with_trailers_of(
    proposed: Sequence[bytes], written: Sequence[bytes]
) -> tuple[bytes, ...]:
    """The messages that were written, with the trailers of those proposed before.

    Each gets what it lacks of what was proposed for all; of what was proposed for some
    of them, only what none of the written messages has.
    """
    before = [_lines(message) for message in proposed]
    now = set[bytes]().union(*map(_lines, written))
    shared = set(before[0]).intersection(*before) if before else set()
    return tuple(
        _with_lacking(
            message,
            {
                key: line
                for key, line in lines.items()
                if _is_on_all(key) or key in shared or key not in now
            },
        )
        for message, lines in zip(written, before, strict=True)
    )


def _lines(message: bytes) -> dict[bytes, bytes]:
    """Each trailer of a message on one line, by that line in lower case.

    Change-Ids are not among them, nor prose beside trailers; people are, in
    whichever paragraph.
    """
    keys = ON_ALL | {key.lower() for key, _ in (*trailers(message), *footers(message))}
    found = (p.text for p in message_parts(message) if p.kind == "trailer")
    return {text.lower(): text for text in found if _key_of(text) in keys}


def sign_offs(message: bytes) -> list[bytes]:
    """The sign-offs of a message, each on one line."""
    lines = _lines(message).values()
    return [line for line in lines if _key_of(line) == b"signed-off-by"]


def _key_of(line: bytes) -> bytes:
    """The key of a trailer, in lower case."""
    return line.partition(b":")[0].strip().lower()


def _is_on_all(line: bytes) -> bool:
    return _key_of(line) in ON_ALL


def _with_lacking(message: bytes, lines: Mapping[bytes, bytes]) -> bytes:
    """The message with those of the lines that it lacks; as it is where it is blank."""
    if not message.strip():
        return message
    has = _lines(message)
    return with_trailer_lines(
        message, [line for key, line in lines.items() if key not in has]
    )
