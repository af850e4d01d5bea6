"""The rules of SmartCommit, for any language.

Shen, Zhang, Kästner, Zhao, Wei, Liang and Jin, "SmartCommit: A Graph-Based Interactive
Assistant for Activity-Oriented Commits", ESEC/FSE 2021, with the defaults of the public
program. Hunks are the nodes of a graph. Hard links lead from what uses a declaration to
what declares it, and from tests to what they test; soft ones join hunks that are alike
to 0.8 and more; others join the hunks of a refactoring, those that change nothing but
white space, and documentation and configuration each by kind. Links weigh up to 1: the
edges below the widest gap between weights are dropped, and what still hangs together is
a group. A hunk left over joins its neighbour in the file.

What differs, since the data has many languages: theirs has a Java compiler say what
declares and uses what and which local values flow, RefactoringMiner which refactorings
there are, and compares edits of syntax trees beside the text. Here
:mod:`tools.bench.regions` goes by names, hunks of one method count as dependent,
refactorings are renames and moves that the text shows, and likeness is the cosine of
the tokens. Distance has no link, as by their default.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from math import sqrt

from gitsplit.proposal import source_text
from gitsplit.proposal.source_text import differ_in_space, identifiers
from tools.bench.partition import Link, components, with_neighbours
from tools.bench.regions import ChangedRegion

ALIKE = 0.8
"""So alike two hunks are at least that a soft link joins them."""

_MOVED = 20
"""So many characters, white space aside, a block has at least that moves."""

_TOKEN = re.compile(r"\w+|[^\w\s]")


def groups(regions: Sequence[ChangedRegion]) -> list[int]:
    """The group of each of a commit's regions."""
    together = [*_by_kind(regions), *refactorings(regions), _cosmetic(regions)]
    edges = dict(_between(regions))
    edges |= {link: 1.0 for members in together for link in pairwise(members)}
    found = components(len(regions), heaviest(edges))
    sizes = Counter(found)
    return with_neighbours(regions, found, lambda group: sizes[group] == 1)


def heaviest(edges: dict[Link, float]) -> list[Link]:
    """The edges above the widest gap between two weights; all if there is none."""
    weights = sorted(set(edges.values()), reverse=True)
    gaps = [(high - low, high) for high, low in pairwise(weights)]
    least = max(gaps)[1] if gaps else 0.0
    return [link for link, weight in edges.items() if weight >= least]


def _between(regions: Sequence[ChangedRegion]) -> Iterator[tuple[Link, float]]:
    """The links between two hunks of code, and what each weighs."""
    code = [
        (number, region, (_tokens(region.old), _tokens(region.new)))
        for number, region in enumerate(regions)
        if region.is_code and not is_cosmetic(region)
    ]
    for (i, a, own), (j, b, others) in combinations(code, 2):
        if depend(a, b) or is_tested(a, b):
            yield (i, j), 1.0
        elif (alike := region_likeness(own, others)) >= ALIKE:
            yield (i, j), alike


def depend(a: ChangedRegion, b: ChangedRegion) -> bool:
    """Whether one uses what the other declares, or both are in one method."""
    return bool(a.declared & b.used or a.used & b.declared or a.methods & b.methods)


def is_tested(a: ChangedRegion, b: ChangedRegion) -> bool:
    """Whether one is in the test of the other's file, by name."""
    return (a.role == "test") != (b.role == "test") and (
        source_text.stem(a.path) == source_text.stem(b.path)
    )


Bags = tuple[Counter[str], Counter[str]]
"""How often each token is in what a hunk removes, and in what it adds."""


def region_likeness(a: Bags, b: Bags) -> float:
    """The mean of the cosines of what they remove and of what they add, up to 1."""
    sides = [(one, two) for one, two in zip(a, b, strict=True) if one or two]
    return sum(_cosine(one, two) for one, two in sides) / len(sides) if sides else 0.0


def _cosine(a: Counter[str], b: Counter[str]) -> float:
    common = sum(count * b[token] for token, count in a.items())
    lengths = sqrt(sum(n * n for n in a.values()) * sum(n * n for n in b.values()))
    return common / lengths if common else 0.0


def _tokens(lines: Iterable[str]) -> Counter[str]:
    return Counter(_TOKEN.findall("".join(lines)))


def _by_kind(regions: Sequence[ChangedRegion]) -> Iterable[list[int]]:
    """The hunks outside of code, those of each kind of file together."""
    found: dict[str, list[int]] = {}
    for number, region in enumerate(regions):
        if not region.is_code:
            is_text = region.role in {"documentation", "changelog"}
            found.setdefault("text" if is_text else "data", []).append(number)
    return found.values()


def _cosmetic(regions: Sequence[ChangedRegion]) -> list[int]:
    """The hunks of code that change nothing but white space."""
    return [n for n, r in enumerate(regions) if r.is_code and is_cosmetic(r)]


def is_cosmetic(region: ChangedRegion) -> bool:
    """Whether nothing but white space differs."""
    return differ_in_space("".join(region.old), "".join(region.new))


def refactorings(regions: Sequence[ChangedRegion]) -> list[list[int]]:
    """The hunks of each rename of one identifier, and of each block that moves."""
    renames: dict[Hashable, list[int]] = {}
    moves: dict[str, list[int]] = {}
    for number, region in enumerate(regions):
        if region.is_code and (name := _rename(region)):
            renames.setdefault(name, []).append(number)
        block = "".join("".join(region.old or region.new).split())
        if region.is_code and not (region.old and region.new) and len(block) > _MOVED:
            moves.setdefault(block, []).append(number)
    gone = {number for number, region in enumerate(regions) if region.old}
    found = [r for r in renames.values() if len(r) > 1]
    return found + [m for m in moves.values() if 0 < len(gone & set(m)) < len(m)]


def _rename(region: ChangedRegion) -> tuple[str, str] | None:
    """The identifier that the hunk replaces and what by, where it is one."""
    before, after = (
        Counter(identifiers("".join(side))) for side in (region.old, region.new)
    )
    gone, come = before - after, after - before
    if len(gone) != 1 or len(come) != 1:
        return None
    return next(iter(gone)), next(iter(come))
