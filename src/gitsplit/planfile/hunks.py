"""Hunks by number, as a plan file has them: who picks one, and what it is.

The numbers count from 1, in the order of the diff. A pick is a number (``12``), a
range of them (``"3-7"``), or lines of one hunk (``"15:-2,+2-4"``: the second removed
line, and the second to the fourth added one).
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from msgspec import Struct

from gitsplit.model.diff import Fact

Ends = tuple[int, int]
"""First and last, counted from 1, both included."""


class HunkPick(Struct, frozen=True):
    """The hunks ``first`` to ``last``; or some lines of one hunk.

    ``removed`` and ``added`` count within the hunk, from 1; both are empty where all
    of it is meant.
    """

    first: int
    last: int
    removed: tuple[Ends, ...] = ()
    added: tuple[Ends, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether all of each hunk is picked."""
        return not self.removed and not self.added


class HunkEntry(Struct, frozen=True):
    """What a number stands for: a fact, or ranges of lines of one file's change.

    ``lines`` have their side and number within it (``-1``, ``+3``) before their text
    in bytes, partners together; None where they aren't listed. ``commit`` is the
    number of the commit in its entry, from 0.
    """

    number: int
    old_path: bytes | None
    path: bytes | None
    fact: Fact | None = None
    removed: Ends | None = None
    added: Ends | None = None
    lines: tuple[tuple[str, bytes], ...] | None = None
    commit: int = 0


_PICK = re.compile(r"([1-9]\d{0,8})(?:-([1-9]\d{0,8})|:(.+))?", re.ASCII)
_LINES = re.compile(r"([-+])([1-9]\d{0,8})(?:-([1-9]\d{0,8}))?", re.ASCII)

KNOWN_PICKS = 'a number such as 12, or "3-7", or lines of one hunk, "15:-2,+2-4"'
"""The forms of a pick, for sentences."""


def hunk_pick(value: int | str) -> HunkPick:
    """The pick that is written as a number or a text.

    Raises ValueError for anything else; it says what is wrong where something counts
    backwards.
    """
    found = _PICK.fullmatch(str(value))
    if found is None:
        raise ValueError
    first, last, lines = found.groups()
    ends = _ends(first, last)
    sides = list(_line_ends(lines)) if lines else []
    removed = tuple(ends for side, ends in sides if side == "-")
    added = tuple(ends for side, ends in sides if side == "+")
    return HunkPick(*ends, removed, added)


def _line_ends(text: str) -> Iterator[tuple[str, Ends]]:
    for part in text.split(","):
        found = _LINES.fullmatch(part)
        if found is None:
            raise ValueError
        side, first, last = found.groups()
        yield side, _ends(first, last)


def _ends(first: str, last: str | None) -> Ends:
    ends = int(first), int(last or first)
    if ends[0] > ends[1]:
        raise ValueError(f'counts backwards: "{last}-{first}" counts forwards')
    return ends


def pick_value(pick: HunkPick) -> int | str:
    """The number or text that :func:`hunk_pick` reads again."""
    lines = [
        f"{side}{ends_value(ends)}"
        for side, sides in (("-", pick.removed), ("+", pick.added))
        for ends in sides
    ]
    if lines:
        return f"{pick.first}:{','.join(lines)}"
    return (
        pick.first if pick.first == pick.last else ends_value((pick.first, pick.last))
    )


def ends_value(ends: Ends) -> str:
    """The ends as :func:`hunk_pick` reads them in a text: ``3`` or ``3-5``."""
    first, last = ends
    return f"{first}" if first == last else f"{first}-{last}"


def runs_of(numbers: Iterable[int]) -> Iterator[Ends]:
    """The ends of each run of numbers that follow on each other.

    >>> [*runs_of([1, 2, 3, 5])]
    [(1, 3), (5, 5)]
    """
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        yield members[0], members[-1]
