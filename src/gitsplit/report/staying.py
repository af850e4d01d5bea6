"""The refs that a rewrite left where they are, as lines: few, however many they are."""

from collections.abc import Callable, Iterable, Iterator

from gitsplit.model.escape import shown
from gitsplit.model.listing import MOST_NAMED, few, listed

_KINDS = (("refs/heads/", "branches"), ("refs/tags/", "tags"))


def staying_lines(
    left: Iterable[tuple[str, str]], short: Callable[[str], str]
) -> Iterator[str]:
    """A line for each ref with the reason, which is a clause.

    Where many have the same reason, one line counts them. ``short`` gives the name by
    which a ref is told.
    """
    yield from few(_lines(left, short))


def _lines(
    left: Iterable[tuple[str, str]], short: Callable[[str], str]
) -> Iterator[str]:
    alike: dict[tuple[str, str], list[str]] = {}
    for ref, why in left:
        alike.setdefault((_kind(ref), shown(why)), []).append(shown(short(ref)))
    for (kind, why), names in alike.items():
        if len(names) <= MOST_NAMED:
            yield from (f"{name} stays where it is: {why}." for name in names)
            continue
        # Of tags, the reason says no more.
        reason = "" if kind == "tags" else f", each because {why}"
        yield f"{len(names)} {kind} stay where they are{reason}: {listed(names)}."


def _kind(ref: str) -> str:
    """What several refs like this one are called."""
    return next((kind for start, kind in _KINDS if ref.startswith(start)), "HEADs")
