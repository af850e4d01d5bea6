"""How well one grouping agrees with another, in the figures of the benchmark."""

from collections import Counter
from collections.abc import Hashable, Sequence
from math import comb


def rand_index(truth: Sequence[Hashable], found: Sequence[Hashable]) -> float:
    """The adjusted Rand index of two groupings of the same items; 1 is agreement."""
    together = Counter(zip(truth, found, strict=True))
    one, two = Counter(truth), Counter(found)
    if len(truth) < 2 or len(one) == len(two) == len(together):
        return 1.0
    both = sum(comb(n, 2) for n in together.values())
    here = sum(comb(n, 2) for n in one.values())
    there = sum(comb(n, 2) for n in two.values())
    chance = here * there / comb(len(truth), 2)
    most = (here + there) / 2
    return 0.0 if most == chance else (both - chance) / (most - chance)


def best_match(truth: Sequence[Hashable], found: Sequence[Hashable]) -> int:
    """On how many items the groupings agree when groups are matched one to one."""
    together = Counter(zip(truth, found, strict=True))
    rows, columns = list(dict.fromkeys(truth)), list(dict.fromkeys(found))
    if len(rows) > len(columns):
        rows, columns = columns, rows
        together = Counter({(b, a): n for (a, b), n in together.items()})
    best = {0: 0}
    for column in columns:
        step = dict(best)
        for used, right in best.items():
            for at, row in enumerate(rows):
                more = together.get((row, column), 0)
                if more and not used >> at & 1:
                    mask = used | 1 << at
                    step[mask] = max(step.get(mask, -1), right + more)
        best = step
    return max(best.values())
