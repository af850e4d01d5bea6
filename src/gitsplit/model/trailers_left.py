"""Trailers of a commit that not every part of it has after a split."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gitsplit.model.change_id import IdRules
from gitsplit.model.escape import shown
from gitsplit.model.message import trailers, without_change_id

MOST_NAMED = 5
"""So many trailers are named; the others are counted."""


class LeftTrailer(NamedTuple):
    """The key of a trailer, and the parts (from 0) that have all of its values."""

    key: bytes
    parts: tuple[int, ...]


def left_trailers(
    original: bytes, messages: Sequence[bytes], rules: IdRules
) -> tuple[LeftTrailer, ...]:
    """The trailers of ``original``, but for its Change-Id, that some parts lack.

    ``messages`` are those of the parts. One commit alone has lost nothing by a split.
    """
    if len(messages) < 2:
        return ()
    found = trailers(without_change_id(original, rules.review_urls))
    wanted: dict[bytes, set[bytes]] = {}
    names: dict[bytes, bytes] = {}
    for key, value in found:
        if key.lower() != b"change-id":
            wanted.setdefault(key.lower(), set()).add(value)
            names.setdefault(key.lower(), key)
    having = [_values(message) for message in messages]
    left = (
        LeftTrailer(
            names[key],
            tuple(n for n, has in enumerate(having) if {(key, v) for v in of} <= has),
        )
        for key, of in wanted.items()
    )
    return tuple(each for each in left if len(each.parts) < len(messages))


def _values(message: bytes) -> set[tuple[bytes, bytes]]:
    return {(key.lower(), value) for key, value in trailers(message)}


def trailer_lines(
    original: bytes, messages: Sequence[bytes], rules: IdRules, numbers: Sequence[int]
) -> Iterator[str]:
    """A sentence for each place where trailers of a split commit stay.

    ``numbers`` are those of the commits that have the ``messages``.
    """
    places: dict[tuple[int, ...], list[str]] = {}
    for key, parts in left_trailers(original, messages, rules):
        places.setdefault(parts, []).append(shown(key))
    for parts, found in places.items():
        more = [f"{len(found) - MOST_NAMED} more"] if found[MOST_NAMED:] else []
        keys = [*found[:MOST_NAMED], *more]
        verb = "stays" if len(keys) == 1 else "stay"
        named = [str(numbers[part]) for part in parts]
        if named:
            commits = f"{'commit' if len(named) == 1 else 'commits'} {joined(named)}"
            yield f"{joined(keys)} {verb} with {commits} alone."
        else:
            yield f"{joined(keys)} {verb} with none of the new commits."


def joined(words: Sequence[str], last: str = "and") -> str:
    """The words with commas, and ``last`` before the last."""
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
