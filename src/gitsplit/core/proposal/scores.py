"""What speaks for two pieces belonging together: the signals, weighed as learned.

All pieces are looked at twice. The second time what the first look said of the others
counts, too.
"""

from collections.abc import Sequence
from itertools import combinations
from operator import mul

from gitsplit.core.proposal import weights
from gitsplit.core.proposal.neighbours import NEIGHBOURS, neighbours
from gitsplit.core.signals.commit import Compared
from gitsplit.core.signals.likeness import Matrix
from gitsplit.core.signals.pairs import SIGNALS

Weights = dict[str, float]
Values = list[tuple[int, int, tuple[float, ...]]]
"""Two pieces, and what is to be weighed for them."""


def scores(commit: Compared) -> Matrix:
    """For each two pieces what speaks for them (above 0) or against."""
    files, size = commit.file_at, len(commit.looks)
    pairs = list(combinations(range(size), 2))
    within = [(a, b) for a, b in pairs if files[a] == files[b]]
    across = [(a, b) for a, b in pairs if files[a] != files[b]]
    looks = (
        _Look(commit, across, weights.ACROSS_FILES, weights.AGAIN_ACROSS),
        _Look(commit, within, weights.IN_ONE_FILE, weights.AGAIN_IN_ONE),
    )
    first = [[0.0] * size for _ in range(size)]
    for look in looks:
        look.first(first)
    counts = [max(1, look.lines) ** 0.5 for look in commit.looks]
    near = neighbours(first, counts, files)
    again = [[0.0] * size for _ in range(size)]
    for look in looks:
        look.again(near, again)
    return again


class _Look:
    """The looks at some pairs, each with weights of its own."""

    def __init__(
        self,
        commit: Compared,
        pairs: Sequence[tuple[int, int]],
        first: Weights,
        again: Weights,
    ) -> None:
        used = [s for s in SIGNALS if s.__name__ in first or s.__name__ in again]
        self._names = [signal.__name__ for signal in used]
        self._first, self._again = first, again
        # Python's collector keeps going through lists of numbers, but not tuples.
        self._values: Values = [
            (a, b, tuple([signal(commit, a, b) for signal in used])) for a, b in pairs
        ]

    def first(self, into: Matrix) -> None:
        """The sums of the signals, each by its weight, go into the matrix."""
        chosen = [self._first.get(name, 0.0) for name in self._names]
        constant = self._first["constant"]
        for a, b, values in self._values:
            into[a][b] = into[b][a] = constant + sum(map(mul, chosen, values))

    def again(self, near: Sequence[Matrix], into: Matrix) -> None:
        """The same, with what the first look says by way of others."""
        chosen = [self._again.get(name, 0.0) for name in self._names]
        beside = [self._again.get(name, 0.0) for name in NEIGHBOURS]
        constant = self._again["constant"]
        for a, b, values in self._values:
            known = sum(map(mul, beside, [matrix[a][b] for matrix in near]))
            score = constant + known + sum(map(mul, chosen, values))
            into[a][b] = into[b][a] = score


def worth(described: list[float]) -> float:
    """What a number of groups is worth, by what there is to weigh for it."""
    return sum(
        weight * value for weight, value in zip(weights.NUMBER, described, strict=True)
    )
