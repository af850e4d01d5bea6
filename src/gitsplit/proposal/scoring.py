"""What speaks for two pieces belonging together: the signals, weighed as learned.

There are two passes over the pairs; in the second what the first said of the others
counts, too.

Second-pass features: what the first pass says of two pieces by way of the others.

Two pieces may have little to do with each other and still belong together: where the
same others go with both, where a third goes with each, or where their files do.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import exp
from operator import mul

from gitsplit.proposal import weights
from gitsplit.proposal.clustering import NAMES, Tree, counts, tree_of
from gitsplit.proposal.commit_features import CommitFeatures, Matrix
from gitsplit.proposal.signals import SIGNALS

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
"""The names of what :func:`second_pass_features` finds, in its order."""

_EXTREME = 30.0
_MOST = 6.0


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
    chances = [[_chance(score) for score in row] for row in scores]
    for at, row in enumerate(chances):
        row[at] = 0.0
    files, others = _by_files(scores, weights, homes)
    return [
        scores,
        _alike(chances),
        _pairwise(chances, lambda one, two: max(map(min, one, two))),
        files,
        others,
        *_near(chances),
        _joined(tree_of(scores, weights)),
    ]


def _chance(score: float) -> float:
    return 1 / (1 + exp(-max(-_EXTREME, min(_EXTREME, score))))


def _pairwise(rows: Matrix, of: Callable[[list[float], list[float]], float]) -> Matrix:
    """What ``of`` says of each two of the rows; 0 of one and itself."""
    found = [[0.0] * len(rows) for _ in rows]
    for b, two in enumerate(rows):
        for a in range(b):
            found[a][b] = found[b][a] = of(rows[a], two)
    return found


def _alike(chances: Matrix) -> Matrix:
    """How alike two pieces are in what goes with them more than usual, from -1 to 1."""
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


def _near(chances: Matrix) -> tuple[Matrix, Matrix]:
    """How near two are beside the nearest of either, and how few are nearer to one."""
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


def _joined(tree: Tree) -> Matrix:
    """The mean score of the merge by which each two came together, within bounds."""
    found = [[0.0] * tree.size for _ in range(tree.size)]
    members = {piece: [piece] for piece in range(tree.size)}
    for merge in tree.merges:
        score = max(-_MOST, min(_MOST, merge.mean))
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


Weights = dict[str, float]
Values = list[tuple[int, int, list[float]]]
"""Two pieces, and what is to be weighed for them."""


def scores(commit: CommitFeatures) -> Matrix:
    """For each two pieces what speaks for them (above 0) or against."""
    files, size = commit.file_at, len(commit.features)
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
    near = second_pass_features(
        first, counts(piece.lines for piece in commit.features), files
    )
    again = [[0.0] * size for _ in range(size)]
    for each in weighings:
        each.weigh(each.again, near, into=again)
    return again


class _Weighing:
    """Some pairs and what their signals say, with the weights of both passes."""

    def __init__(
        self,
        commit: CommitFeatures,
        pairs: Sequence[tuple[int, int]],
        first: Weights,
        again: Weights,
    ) -> None:
        used = [s for s in SIGNALS if s.__name__ in first or s.__name__ in again]
        self.first, self.again = first, again
        self._names = [*(signal.__name__ for signal in used), *SECOND_PASS]
        self._values: Values = [
            (a, b, [signal(commit, a, b) for signal in used]) for a, b in pairs
        ]

    def weigh(
        self, weights: Weights, near: Sequence[Matrix] = (), *, into: Matrix
    ) -> None:
        """The sums go into the matrix, with what the pass before says, if there is one.

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
        weights.NUMBER[name] * value
        for name, value in zip(NAMES, described, strict=True)
    )
