"""Which new commits have which trailers of the original, by rule and by custom.

People stand for each commit: sign-offs and co-authors are on all. What a project's
tools ask of each commit (a test, a bug number), what closes a bug, and what it depends
on in another repository, is placed so where the latest commits show that custom:
Android's ``Bug`` and ``Test``, Chromium's ``Bug``, ``Cq-Include-Trybots`` and
``Fixed``, OpenStack's ``Closes-Bug`` and ``Depends-On``, and ``Closes`` of many.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from gitsplit.model.message import trailers

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
