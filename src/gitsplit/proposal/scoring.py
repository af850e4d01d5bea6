"""The score of each two pieces of a commit: the log odds that they belong together.

A score is a weighted sum of the pair's signals (:mod:`gitsplit.proposal.signals`), by
weights that a logistic regression learned (:mod:`gitsplit.proposal.weights`), others
for pairs across files than for those within one. What history and message say is among
the signals, and counts once.

``tools.bench`` learns the weights from scores that are found by the same function.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import exp, log
from operator import mul

from msgspec import Struct

from gitsplit.proposal import weights
from gitsplit.proposal.clustering import GROUP_COUNT_FEATURES
from gitsplit.proposal.commit_features import CommitFeatures, Matrix
from gitsplit.proposal.signals import SIGNALS, Signal

UNASKED = -0.3
"""What one group is worth more, unasked, than was learned.

The more, the fewer single commits look like several; and the more tangled ones, like
one.
"""

ASKED = 0.1
"""What a number of groups is worth more for its logarithm where a split is asked for.

Who asks knows of several.
"""


class Linear(Struct, frozen=True):
    """What a regression learned: a constant, and a weight for each signal."""

    constant: float
    weights: tuple[float, ...]

    @classmethod
    def of(cls, named: Mapping[str, float]) -> "Linear":
        """From weights by the names of signals; 0 for the others."""
        names = (signal.__name__ for signal in SIGNALS)
        return cls(named["constant"], tuple(named.get(name, 0.0) for name in names))


class PairWeights(Struct, frozen=True):
    """What pairs are weighed by: those across files, and those within one."""

    across: Linear
    within: Linear


WEIGHTS = PairWeights(Linear.of(weights.ACROSS_FILES), Linear.of(weights.IN_ONE_FILE))


BY_ONE_COMMIT = 3.0
"""How much more it speaks for two pieces that the same commits made them."""


def scores(commit: CommitFeatures) -> Matrix:
    """The score matrix of a commit's pieces."""
    found = score_matrix(commit.file_at, _signal_rows(commit), WEIGHTS)
    if (work := commit.by_one_commit) is None:
        return found
    return [
        [score + BY_ONE_COMMIT * same for score, same in zip(*rows, strict=True)]
        for rows in zip(found, work, strict=True)
    ]


def score_matrix(
    homes: Sequence[int], rows: Iterable[Sequence[float]], weights: PairWeights
) -> Matrix:
    """The log odds that each two pieces belong together; symmetrical.

    ``homes`` has the number of each piece's file; ``rows`` the signals of each pair, in
    the order of :func:`itertools.combinations`.
    """
    found = [[0.0] * len(homes) for _ in homes]
    pairs = combinations(range(len(homes)), 2)
    for (a, b), values in zip(pairs, rows, strict=True):
        line = weights.within if homes[a] == homes[b] else weights.across
        score = line.constant + sum(map(mul, line.weights, values))
        found[a][b] = found[b][a] = score
    return found


def _signal_rows(commit: CommitFeatures) -> Iterable[list[float]]:
    """The signals of each pair; one that weighs nothing in it is 0, and not asked."""
    homes = commit.file_at
    within, across = map(_weighing_signals, (WEIGHTS.within, WEIGHTS.across))
    for a, b in combinations(range(len(homes)), 2):
        yield [of(commit, a, b) for of in (within if homes[a] == homes[b] else across)]


def _weighing_signals(line: Linear) -> list[Signal]:
    """The signals, with :func:`_no_signal` in the place of each without a weight."""
    each = zip(SIGNALS, line.weights, strict=True)
    return [signal if weight else _no_signal for signal, weight in each]


def _no_signal(_commit: CommitFeatures, _a: int, _b: int) -> float:
    return 0.0


def best_number(described: Iterable[Sequence[float]], at_least: int = 1) -> int:
    """The number of groups that is worth most, of those that there are.

    ``described`` has the features of each number from 1. Where ``at_least`` so many are
    asked for, fewer come into question only where there are no more.
    """
    worths = [group_count_worth(values) for values in described]
    number = min(at_least, len(worths))
    if number > 1:
        ready = (ASKED * log(k) for k in range(1, len(worths) + 1))
        worths = [w + more for w, more in zip(worths, ready, strict=True)]
    else:
        worths[0] += UNASKED
    return max(range(number, len(worths) + 1), key=lambda k: worths[k - 1])


def chance_of_several(described: Iterable[Sequence[float]]) -> float:
    """How likely it is that a commit holds several changes, from 0 to 1.

    What a number of groups is worth is the logarithm of its odds, as it was learned.
    """
    worths = [group_count_worth(values) for values in described]
    worths[0] += UNASKED
    best = max(worths)
    shares = [exp(worth - best) for worth in worths]
    return 1 - shares[0] / sum(shares)


def group_count_worth(described: Sequence[float]) -> float:
    """The weighted sum of a number of groups' features, in GROUP_COUNT_FEATURES' order.

    The number with the highest one is proposed.
    """
    return sum(
        weights.NUMBER.get(name, 0.0) * value
        for name, value in zip(GROUP_COUNT_FEATURES, described, strict=True)
    )
