"""Lists that are told to people: a few are named, the others counted.

A repository may have ten thousand branches, and a name may have hundreds of characters;
what was done must still be readable.
"""

from collections.abc import Iterable, Iterator, Sequence

MOST_NAMED = 3
"""So many names stand in one sentence."""

MOST_LINES = 10
"""So many lines of one kind are told."""

LONGEST = 80
"""So many characters of a name are shown."""


def listed(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """The first names, and how many more there are.

    >>> listed(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    return several([clipped(name) for name in names], most)


def several(parts: Sequence[str], most: int = MOST_NAMED) -> str:
    """The first parts of a sentence, as they are, and how many more there are."""
    named = ", ".join(parts[:most])
    return f"{named} and {len(parts) - most} more" if len(parts) > most else named


def few(lines: Iterable[str], most: int = MOST_LINES) -> Iterator[str]:
    """The first lines; one in the place of all others, where it isn't just one.

    >>> list(few(["  a", "  b", "  c", "  d"], 2))
    ['  a', '  b', '  and 2 more']
    """
    left = list(lines)
    cut = most if len(left) > most + 1 else len(left)
    yield from left[:cut]
    if left[cut:]:
        indentation = left[0][: len(left[0]) - len(left[0].lstrip())]
        yield f"{indentation}and {len(left) - cut} more"


def clipped(name: str) -> str:
    """The name, its middle left out where it is long."""
    if len(name) <= LONGEST:
        return name
    half = LONGEST // 2
    return f"{name[:half]}…{name[1 - half :]}"


def counted(number: int, noun: str) -> str:
    """The number with its noun, which takes an s for more than one.

    >>> counted(1, "tag"), counted(3000, "tag")
    ('1 tag', '3000 tags')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"
