"""How much files belong together by what earlier commits changed at once."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations
from math import log, sqrt

from gitsplit.proposal.similarity import Matrix

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


def directories_changed_together(
    paths: Sequence[bytes], commits: Iterable[Collection[bytes]]
) -> Matrix:
    """The same for the directories that each two of the files are in.

    0 within one directory. It speaks for files that are new or seldom changed, too.
    """
    homes = [_directory(path) for path in paths]
    place = {home: at for at, home in enumerate(dict.fromkeys(homes))}
    found = changed_together(
        list(place), ({_directory(path) for path in commit} for commit in commits)
    )
    return [[found[place[a]][place[b]] for b in homes] for a in homes]


def _directory(path: bytes) -> bytes:
    return path.rpartition(b"/")[0]
