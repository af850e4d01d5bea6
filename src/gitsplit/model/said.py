"""What a program said that failed, as one line of a sentence.

Where the reason stands in it nobody knows: git's own last line often says only that
something failed, and a hook may begin or end with it. So all of it is passed on.
"""

from collections.abc import Iterable

MOST_LINES = 20
"""So many lines are passed on; of more, those at both ends."""

_FIRST = 5


def said(output: bytes) -> str:
    r"""The lines of an output as one, maybe empty.

    >>> said(b"sh: prettier: not found\n\nexit 127\n")
    'sh: prettier: not found; exit 127'
    """
    return in_one(output.decode("utf-8", "replace").splitlines())


def in_one(lines: Iterable[str]) -> str:
    """The lines as one, without those that are blank."""
    told = [line.strip() for line in lines if line.strip()]
    if len(told) > MOST_LINES:
        told[_FIRST : len(told) - MOST_LINES + _FIRST] = ["…"]
    return "; ".join(told)
