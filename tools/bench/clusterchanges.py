"""The rules of ClusterChanges, for any language.

Barnett, Bird, Brunet and Lahiri, "Helping Developers Help Themselves: Automatic
Decomposition of Code Review Changesets", ICSE 2015. Two changed regions are related
where both are in one method, where one uses what the other declares, and where both use
what the changed files declare; what is related, however far, is one part. A part within
a single method, or of a single region, is trivial.

What differs: theirs has the C# compiler say what declares and uses which type, field or
method; here :mod:`tools.bench.regions` goes by names, since the data has many
languages. Theirs shows the trivial parts to a reviewer as such and leaves them alone;
here every region needs a commit, and a trivial part joins its neighbour in the file,
which of the ways tried serves these rules best.
"""

from collections.abc import Sequence
from itertools import combinations

from tools.bench.partition import components, with_neighbours
from tools.bench.regions import ChangedRegion


def groups(regions: Sequence[ChangedRegion]) -> list[int]:
    """The group of each of a commit's regions."""
    pairs = combinations(range(len(regions)), 2)
    links = [(a, b) for a, b in pairs if are_related(regions[a], regions[b])]
    found = components(len(regions), links)
    parts: dict[int, list[ChangedRegion]] = {}
    for region, group in zip(regions, found, strict=True):
        parts.setdefault(group, []).append(region)
    return with_neighbours(regions, found, lambda group: is_trivial(parts[group]))


def are_related(a: ChangedRegion, b: ChangedRegion) -> bool:
    """Whether one of the rules holds of the two."""
    return bool(
        a.methods & b.methods
        or a.declared & b.used
        or a.used & b.declared
        or a.used & b.used
    )


def is_trivial(part: Sequence[ChangedRegion]) -> bool:
    """Whether all of it is in one method, or it is a single region."""
    shared = frozenset.intersection(*(region.methods for region in part))
    return len(part) == 1 or bool(shared)
