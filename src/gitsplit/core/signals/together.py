"""How much files belong together by what earlier commits changed at once."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations
from math import log, sqrt

from gitsplit.core.signals.likeness import Matrix

_USUAL = 0.2
"""Two files of which one commit in five changes both say nothing either way."""


def changed_together(
    paths: Sequence[bytes], commits: Iterable[Collection[bytes]]
) -> Matrix:
    """How much more often than usual the commits changed each two of the files at once.

    0 where nothing is known of one of them, and for a file and itself; below 0 where
    both were changed often, but by different commits. One commit says little.
    """
    place = {path: at for at, path in enumerate(paths)}
    each: Counter[int] = Counter()
    both: Counter[tuple[int, int]] = Counter()
    for commit in commits:
        changed = sorted(place[path] for path in place.keys() & commit)
        each.update(changed)
        both.update(combinations(changed, 2))
    found = [[0.0] * len(paths) for _ in paths]
    for a, b in combinations(sorted(each), 2):
        expected = _USUAL * sqrt(each[a] * each[b])
        found[a][b] = log((both[a, b] + _USUAL) / (expected + _USUAL))
        found[b][a] = found[a][b]
    return found
