"""What speaks for two pieces belonging together: the signals, weighed as learned.

All pieces are looked at twice. The second time what the first look said of the others
counts, too.
"""

from collections.abc import Sequence
from itertools import combinations
from operator import mul

from gitsplit.proposal import weights
from gitsplit.proposal.clustering import counts
from gitsplit.proposal.commit_features import Compared
from gitsplit.proposal.neighbours import NEIGHBOURS, neighbours
from gitsplit.proposal.signals import SIGNALS
from gitsplit.proposal.similarity import Matrix

Weights = dict[str, float]
Values = list[tuple[int, int, list[float]]]
"""Two pieces, and what is to be weighed for them."""


def scores(commit: Compared) -> Matrix:
    """For each two pieces what speaks for them (above 0) or against."""
    files, size = commit.file_at, len(commit.looks)
    pairs = list(combinations(range(size), 2))
    within = [(a, b) for a, b in pairs if files[a] == files[b]]
    across = [(a, b) for a, b in pairs if files[a] != files[b]]
    weighings = (
        _Weighing(commit, across, weights.ACROSS_FILES, weights.AGAIN_ACROSS),
        _Weighing(commit, within, weights.IN_ONE_FILE, weights.AGAIN_IN_ONE),
    )
    first = [[0.0] * size for _ in range(size)]
    for each in weighings:
        each.weigh(each.first, into=first)
    near = neighbours(first, counts(look.lines for look in commit.looks), files)
    again = [[0.0] * size for _ in range(size)]
    for each in weighings:
        each.weigh(each.again, near, into=again)
    return again


class _Weighing:
    """Some pairs and what their signals say, with the weights of both looks."""

    def __init__(
        self,
        commit: Compared,
        pairs: Sequence[tuple[int, int]],
        first: Weights,
        again: Weights,
    ) -> None:
        used = [s for s in SIGNALS if s.__name__ in first or s.__name__ in again]
        self.first, self.again = first, again
        self._names = [*(signal.__name__ for signal in used), *NEIGHBOURS]
        self._values: Values = [
            (a, b, [signal(commit, a, b) for signal in used]) for a, b in pairs
        ]

    def weigh(
        self, weights: Weights, near: Sequence[Matrix] = (), *, into: Matrix
    ) -> None:
        """The sums go into the matrix, with what a look before says, if there is one.

        Without one, only the signals are weighed, which come first.
        """
        chosen = [weights.get(name, 0.0) for name in self._names]
        constant = weights["constant"]
        for a, b, values in self._values:
            known = [*values, *[matrix[a][b] for matrix in near]]
            into[a][b] = into[b][a] = constant + sum(map(mul, chosen, known))


def worth(described: list[float]) -> float:
    """What a number of groups is worth, by what there is to weigh for it."""
    return sum(
        weight * value for weight, value in zip(weights.NUMBER, described, strict=True)
    )
