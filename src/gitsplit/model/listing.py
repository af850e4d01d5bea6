"""Lists and numbers in words: a few names are printed, the others counted.

A repository may have ten thousand branches, and a name may have hundreds of characters;
what was done must still be readable.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

MOST_NAMED = 3
"""So many names stand in one sentence."""

MOST_LINES = 10
"""So many lines of one kind are told."""

LONGEST = 80
"""So many characters of a name are shown."""

_ID = re.compile(r"[0-9a-f]{7,40}\b")


def name_list(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """The first names, and how many more there are.

    >>> name_list(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    return several([abbreviation(name) for name in names], most)


def several(parts: Sequence[str], most: int = MOST_NAMED) -> str:
    """The first parts of a sentence, as they are, and how many more there are."""
    return enumeration(parts, most=most) if len(parts) > most else ", ".join(parts)


def enumeration(
    parts: Sequence[str], last: str = "and", most: int | None = None
) -> str:
    """The parts with commas, and ``last`` before the last; ``most`` of them are named.

    >>> enumeration(["a", "b", "c"]), enumeration(["a", "b", "c"], most=1)
    ('a, b and c', 'a and 2 more')
    """
    named = [*parts[:most]]
    if len(named) < len(parts):
        named.append(f"{len(parts) - len(named)} more")
    return f" {last} ".join(filter(None, [", ".join(named[:-1]), *named[-1:]]))


def few(
    lines: Iterable[str], most: int = MOST_LINES, unlisted: int = 0
) -> Iterator[str]:
    """The first lines, and “and N more” for the others, where there are several.

    ``unlisted`` is the number of others that aren't even among the lines.

    >>> list(few(["  a", "  b", "  c", "  d"], 2))
    ['  a', '  b', '  and 2 more']
    """
    told = list(lines)
    others = len(told) - most if len(told) > most + 1 else 0
    told = told[: len(told) - others]
    yield from told
    if others + unlisted:
        indentation = told[0][: len(told[0]) - len(told[0].lstrip())]
        yield f"{indentation}and {others + unlisted} more"


def abbreviation(name: str) -> str:
    """The name, its middle left out where it is long."""
    if len(name) <= LONGEST:
        return name
    half = LONGEST // 2
    return f"{name[:half]}…{name[1 - half :]}"


def with_full_stop(words: str) -> str:
    """The words as a sentence; a title can end in a question mark.

    >>> with_full_stop("Next: One file"), with_full_stop("Next: Which comes first?")
    ('Next: One file.', 'Next: Which comes first?')
    """
    return words if words.endswith(("?", "!", ".")) else f"{words}."


def with_capital(text: str) -> str:
    """The text as a sentence begins; an id of git's that it begins with stays.

    >>> with_capital("moved down"), with_capital("e778129 moved down")
    ('Moved down', 'e778129 moved down')
    """
    return text if _ID.match(text) else text[:1].upper() + text[1:]


def quantity(number: int, noun: str) -> str:
    """The number with its noun, which takes an s for more than one.

    >>> quantity(1, "tag"), quantity(3000, "tag")
    ('1 tag', '3000 tags')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def hunk_count(number: int, divided: int = 0) -> str:
    """The number of hunks, and of how many of them other lines are elsewhere.

    >>> hunk_count(3, 1), hunk_count(1)
    ('3 hunks (1 divided)', '1 hunk')
    """
    some = f" ({divided} divided)" if divided else ""
    return f"{quantity(number, 'hunk')}{some}"


def unshown_words(count: int, of: str = "") -> str:
    """How many lines no commit shows though one writes them, and whose they are.

    >>> unshown_words(1, "2"), unshown_words(3)
    ('1 line of 2 never shows', '3 lines never show')
    """
    whose = f" of {of}" if of else ""
    return f"{quantity(count, 'line')}{whose} never show{'s' if count == 1 else ''}"


def unshown_sentences(unshown: Mapping[int, int], start: int = 1) -> Iterator[str]:
    """A clause for each group of which lines never show: how many, and why.

    ``start`` is the number of the commit that the first group is.
    """
    for group, count in unshown.items():
        are = "it is" if count == 1 else "they are"
        words = unshown_words(count, f"commit {start + group}")
        yield f"{words}: {are} replaced or removed by then"


def line_counts(added: int, removed: int) -> str:
    """The numbers of added and removed lines.

    >>> line_counts(12, 3)
    '+12 -3'
    """
    return f"+{added} -{removed}"
