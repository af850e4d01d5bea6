"""The score of each two pieces of a commit: the log odds that they belong together.

A score is a weighted sum of the pair's signals (:mod:`gitsplit.proposal.signals`), by
weights that a logistic regression learned (:mod:`gitsplit.proposal.weights`), others
for pairs across files than for those within one. There are two passes. The second one
also has features of each pair that the first pass's scores make: two pieces may have
little in common and still belong together, where the same others go with both, where a
third goes with each, or where their files do.

``tools.bench`` learns the weights from scores that are found by the same function.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from math import exp
from operator import mul

from gitsplit.model.values import dataclass
from gitsplit.proposal import weights
from gitsplit.proposal.clustering import (
    GROUP_COUNT_FEATURES,
    Tree,
    merge_tree,
    piece_weights,
)
from gitsplit.proposal.commit_features import CommitFeatures, Matrix
from gitsplit.proposal.signals import SIGNALS, Signal

SECOND_PASS = (
    "first_look",
    "same_neighbours",
    "through_a_third",
    "like_their_files",
    "like_the_others_file",
    "nearness_to_nearest",
    "rank_among_near",
    "joined_at",
)
"""The names of the second-pass features, in the order of their values."""

NOT_ALWAYS_KNOWN = frozenset(
    [
        *("changed_together", "directories_changed_together"),
        *("both_told", "one_told", "told_apart"),
    ]
)
"""Signals of a commit's history and message, which not every commit has.

The first pass does without them, in training as here: the second one's features are
the same whether they are known or not, and they count once.
"""

_MOST_LOG_ODDS = 30.0
"""Scores beyond that, for or against, are as good as certain."""

_MOST_MEAN = 6.0
"""Within so much for or against counts the mean score of a merge."""


@dataclass(frozen=True, slots=True)
class Linear:
    """What a regression learned: a constant, and a weight for each value."""

    constant: float
    weights: tuple[float, ...]

    @classmethod
    def of(cls, named: Mapping[str, float]) -> "Linear":
        """From weights by the names of signals and of SECOND_PASS; 0 for the others."""
        names = (*(signal.__name__ for signal in SIGNALS), *SECOND_PASS)
        return cls(named["constant"], tuple(named.get(name, 0.0) for name in names))


@dataclass(frozen=True, slots=True)
class PairWeights:
    """What one pass weighs pairs by: those across files, and those within one."""

    across: Linear
    within: Linear


FIRST_WEIGHTS = PairWeights(
    Linear.of(weights.ACROSS_FILES), Linear.of(weights.IN_ONE_FILE)
)
SECOND_WEIGHTS = PairWeights(
    Linear.of(weights.AGAIN_ACROSS), Linear.of(weights.AGAIN_IN_ONE)
)


def scores(commit: CommitFeatures) -> Matrix:
    """The score matrix of a commit's pieces, after both passes."""
    homes, rows = commit.file_at, _signal_rows(commit)
    lines = piece_weights(piece.lines for piece in commit.features)
    first = pass_scores(homes, map(_without_history, rows), FIRST_WEIGHTS)
    near = second_pass_features(first, lines, homes)
    pairs = combinations(range(len(homes)), 2)
    for (a, b), row in zip(pairs, rows, strict=True):
        row += [matrix[a][b] for matrix in near]
    return pass_scores(homes, rows, SECOND_WEIGHTS)


def pass_scores(
    homes: Sequence[int], rows: Iterable[Sequence[float]], weights: PairWeights
) -> Matrix:
    """The score matrix of one pass: the log odds that two pieces belong together.

    ``homes`` has the number of each piece's file; ``rows`` the values of each pair, in
    the order of :func:`itertools.combinations`: its signals, and in the second pass
    its second-pass features after them.
    """
    found = [[0.0] * len(homes) for _ in homes]
    pairs = combinations(range(len(homes)), 2)
    for (a, b), values in zip(pairs, rows, strict=True):
        line = weights.within if homes[a] == homes[b] else weights.across
        score = line.constant + sum(map(mul, line.weights, values))
        found[a][b] = found[b][a] = score
    return found


def _signal_rows(commit: CommitFeatures) -> list[list[float]]:
    """The signals of each pair; one that weighs nothing in it is 0, and not asked."""
    homes = commit.file_at
    within = _weighing_signals(FIRST_WEIGHTS.within, SECOND_WEIGHTS.within)
    across = _weighing_signals(FIRST_WEIGHTS.across, SECOND_WEIGHTS.across)
    return [
        [of(commit, a, b) for of in (within if homes[a] == homes[b] else across)]
        for a, b in combinations(range(len(homes)), 2)
    ]


def _without_history(signals: Sequence[float]) -> list[float]:
    """The signals of a pair of which neither history nor message is known."""
    return [
        value if known else 0.0
        for value, known in zip(signals, _ALWAYS_KNOWN, strict=True)
    ]


_ALWAYS_KNOWN = [signal.__name__ not in NOT_ALWAYS_KNOWN for signal in SIGNALS]


def _weighing_signals(first: Linear, second: Linear) -> list[Signal]:
    """The signals, with :func:`_no_signal` in the place of each without a weight."""
    either = zip(SIGNALS, first.weights, second.weights, strict=False)
    return [signal if one or two else _no_signal for signal, one, two in either]


def _no_signal(_commit: CommitFeatures, _a: int, _b: int) -> float:
    return 0.0


def second_pass_features(
    scores: Matrix, weights: Sequence[float], homes: Sequence[int]
) -> list[Matrix]:
    """The second-pass features of each pair: a matrix for each of SECOND_PASS.

    All are from the score matrix of the first pass: the score itself, the cosine of
    the two rows of probabilities, the best neighbour that both have, the mean scores
    of their files and of each with the other's file, the probability over the highest
    of either row, the rank among the neighbours, and the mean score of the merge that
    joins them. ``scores`` are log odds, ``weights`` how much each piece counts in a
    mean, ``homes`` the number of each piece's file, from 0.
    """
    chances = [[_probability(score) for score in row] for row in scores]
    for at, row in enumerate(chances):
        row[at] = 0.0
    files, others = _by_files(scores, weights, homes)
    return [
        scores,
        _row_cosines(chances),
        _pairwise(chances, lambda one, two: max(map(min, one, two))),
        files,
        others,
        *_nearness(chances),
        _merge_scores(merge_tree(scores, weights)),
    ]


def _probability(score: float) -> float:
    """The probability that log odds stand for (the logistic function)."""
    return 1 / (1 + exp(-max(-_MOST_LOG_ODDS, min(_MOST_LOG_ODDS, score))))


def _pairwise(rows: Matrix, of: Callable[[list[float], list[float]], float]) -> Matrix:
    """The symmetrical matrix of ``of`` each two rows; 0 on its diagonal."""
    found = [[0.0] * len(rows) for _ in rows]
    for b, two in enumerate(rows):
        for a in range(b):
            found[a][b] = found[b][a] = of(rows[a], two)
    return found


def _row_cosines(chances: Matrix) -> Matrix:
    """The cosine of each two rows of probabilities, each less the mean of all."""
    size = len(chances)
    usual = (sum(map(sum, chances)) + size) / (size * size or 1)
    rows = [[chance - usual for chance in row] for row in chances]
    # A piece goes with itself as much as the two that go together best.
    most = 1 - usual
    for at, row in enumerate(rows):
        row[at] = most
    lengths = [sum(map(mul, row, row)) ** 0.5 or 1.0 for row in rows]
    unit = [
        [x / length for x in row] for row, length in zip(rows, lengths, strict=True)
    ]
    return _pairwise(unit, lambda one, two: sum(map(mul, one, two)))


def _by_files(
    scores: Matrix, weights: Sequence[float], homes: Sequence[int]
) -> tuple[Matrix, Matrix]:
    """The mean score of two pieces' files, and of each piece and the other's file."""
    number = max(homes, default=-1) + 1
    total = [0.0] * number
    for weight, home in zip(weights, homes, strict=True):
        total[home] += weight
    to_file = [[0.0] * number for _ in scores]
    between = [[0.0] * number for _ in range(number)]
    for a, row in enumerate(scores):
        sums = to_file[a]
        for home, score, weight in zip(homes, row, weights, strict=True):
            sums[home] += score * weight
        for home in range(number):
            sums[home] /= total[home]
            between[homes[a]][home] += sums[home] * weights[a] / total[homes[a]]
    files = [[between[one][two] for two in homes] for one in homes]
    others = [
        [(to_file[a][two] + to_file[b][one]) / 2 for b, two in enumerate(homes)]
        for a, one in enumerate(homes)
    ]
    return files, others


def _nearness(chances: Matrix) -> tuple[Matrix, Matrix]:
    """The probability over the highest of either row, and 1 / (1 + the better rank)."""
    nearest = [max(row) or 1.0 for row in chances]
    ranks = [_ranks(row) for row in chances]
    beside = [
        [chance / max(nearest[a], nearest[b]) for b, chance in enumerate(row)]
        for a, row in enumerate(chances)
    ]
    few = [
        [1 / (1 + min(rank, ranks[b][a])) for b, rank in enumerate(row)]
        for a, row in enumerate(ranks)
    ]
    return beside, few


def _merge_scores(tree: Tree) -> Matrix:
    """The mean score of the merge that joins each two, at most 6 for or against."""
    found = [[0.0] * tree.size for _ in range(tree.size)]
    members = {piece: [piece] for piece in range(tree.size)}
    for merge in tree.merges:
        score = max(-_MOST_MEAN, min(_MOST_MEAN, merge.mean))
        one, two = members[merge.a], members.pop(merge.b)
        for a in one:
            for b in two:
                found[a][b] = found[b][a] = score
        members[merge.a] = one + two
    return found


def _ranks(row: Sequence[float]) -> list[int]:
    """For each value how many are larger, or as large and earlier."""
    order = sorted(range(len(row)), key=lambda at: (-row[at], at))
    found = [0] * len(row)
    for rank, at in enumerate(order):
        found[at] = rank
    return found


def group_count_worth(described: list[float]) -> float:
    """The weighted sum of a number of groups' features, in GROUP_COUNT_FEATURES' order.

    The number with the highest one is proposed.
    """
    return sum(
        weights.NUMBER[name] * value
        for name, value in zip(GROUP_COUNT_FEATURES, described, strict=True)
    )
