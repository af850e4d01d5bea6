"""Hierarchical clustering of a commit's pieces, and into how many groups to cut it.

Average linkage: the two clusters with the highest mean score become one, until one is
left. The tree of all merges is kept, since undoing the last ones gives each number of
groups, and each is a refinement of the one before: one more group splits one, one fewer
joins two.

Into how many groups a commit is best split is weighed
(:func:`gitsplit.proposal.scoring.group_count_worth`) by features of the number and of
the merges above and below that cut of the tree.
"""

from collections.abc import Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from math import log, log1p
from typing import Protocol

from msgspec import Struct

from gitsplit.proposal.commit_features import Matrix
from gitsplit.proposal.source_text import Role

Scores = Sequence[Sequence[float]]
"""A symmetrical matrix: for each two pieces the log odds that they belong together."""

MOST_PROPOSED = 9
"""So many groups are proposed at most: the screen assigns a hunk by one digit."""

_LAST_SEEN = 12
"""Only the merges of at most so many clusters have features."""

_FAR = 4.0
"""The mean and best score that stand for a merge that there isn't."""


class Merge(Struct, frozen=True):
    """Two clusters that became one, each named by its first piece; ``a`` < ``b``.

    ``mean`` and ``best`` are over the pairs of a piece of one and one of the other.
    """

    a: int
    b: int
    mean: float
    best: float


class Tree(Struct, frozen=True):
    """All merges of ``size`` pieces, in the order in which they were made."""

    size: int
    merges: tuple[Merge, ...]

    def cut(self, number: int) -> tuple[int, ...]:
        """For each piece its cluster, by the cluster's first piece, of ``number``."""
        first = list(range(self.size))
        for merge in self.merges[: max(0, self.size - number)]:
            first[merge.b] = merge.a
        # A merge names the first pieces, and a first piece never comes after its own.
        for piece in range(self.size):
            first[piece] = first[first[piece]]
        return tuple(first)

    def last(self, number: int) -> Merge:
        """The merge that would leave ``number`` - 1 clusters of ``number``."""
        return self.merges[self.size - number]


def piece_weights(lines: Iterable[int]) -> list[float]:
    """How much pieces of so many lines count in the mean scores of their clusters."""
    return [max(1, number) ** 0.5 for number in lines]


def merge_tree(scores: Scores, weights: Sequence[float]) -> Tree:
    """The merge tree of these scores; of equal ones the earliest pieces go first.

    A piece counts as much in its cluster's mean scores as its weight says.
    """
    return Tree(len(scores), tuple(_merges(scores, weights)))


def _merges(scores: Scores, weights: Sequence[float]) -> Iterator[Merge]:
    """The merges by average linkage, the closest first."""
    size = len(scores)
    mean = [list(row) for row in scores]
    best = [list(row) for row in scores]
    weight = list(weights)
    version = [0] * size
    alive = set(range(size))
    heap = [(-mean[a][b], a, b, 0, 0) for b in range(size) for a in range(b)]
    heapify(heap)
    while len(alive) > 1:
        _, a, b, seen_a, seen_b = heappop(heap)
        is_current = (seen_a, seen_b) == (version[a], version[b])
        if a not in alive or b not in alive or not is_current:
            continue
        yield Merge(a, b, mean[a][b], best[a][b])
        alive.remove(b)
        version[a] += 1
        _absorb(mean, best, weight, a, b, alive)
        for other in sorted(alive - {a}):
            low, high = min(a, other), max(a, other)
            heappush(heap, (-mean[a][other], low, high, version[low], version[high]))


def _absorb(  # noqa: PLR0913, PLR0917 -- two matrices and the places in them
    mean: list[list[float]],
    best: list[list[float]],
    weight: list[float],
    a: int,
    b: int,
    alive: set[int],
) -> None:
    """Give cluster ``a`` the scores that it has once ``b`` is in it."""
    total = weight[a] + weight[b]
    for other in alive:
        together = mean[a][other] * weight[a] + mean[b][other] * weight[b]
        mean[a][other] = mean[other][a] = together / total
        best[a][other] = best[other][a] = max(best[a][other], best[b][other])
    weight[a] = total


class PieceOutline(Protocol):
    """What must be known of a piece to say into how many groups a commit is split."""

    @property
    def path(self) -> str:
        """The path of the file that it is in."""

    @property
    def role(self) -> Role:
        """The part that the file plays."""

    @property
    def lines(self) -> int:
        """How many lines it changes."""


class MergeFeatures(Struct, frozen=True):
    """The features of one merge of the tree, over the pairs across its two clusters.

    ``mean`` and ``best`` are those of the merge (:class:`.clustering.Merge`);
    ``row_best`` is the mean of each piece's best score in the other cluster,
    ``three_best`` the mean of the three best scores. ``shares_file`` is 1 where a file
    has pieces in both, ``file_overlap`` the number of such files over the number of
    files of the cluster with fewer. ``line_share`` is the smaller cluster's lines over
    all lines of the commit, ``is_single`` 1 where a cluster is one piece.
    """

    mean: float = _FAR
    best: float = _FAR
    row_best: float = 3.0
    shares_file: float = 0.0
    file_overlap: float = 0.0
    line_share: float = 0.0
    is_single: float = 0.0
    three_best: float = 3.0


_NONE = MergeFeatures()
_MERGE_FEATURES = (
    "row_best",
    "shares_file",
    "file_overlap",
    "line_share",
    "is_single",
    "three_best",
)
_PLAIN_FEATURES = (
    "is_one",
    "number",
    "log_number",
    "mean_undone",
    "mean_done",
    "mean_before",
    "best_undone",
    "best_done",
    "mean_step",
    "sum_undone",
    "sum_done",
    "mean_last",
    "mean_third",
    "number_per_file",
    "is_one_each_file",
    "is_one_each_piece",
    "log_pieces",
    "log_files",
    "log_lines",
    "roles",
    *(f"{name}_undone" for name in _MERGE_FEATURES),
    *(f"{name}_done" for name in _MERGE_FEATURES),
)

_TOPIC_FEATURES = ("is_topics", "below_topics", "above_topics", "off_topics")

GROUP_COUNT_FEATURES = (
    *(
        name
        for plain in _PLAIN_FEATURES
        for name in (plain, f"{plain}^2", f"{plain}*is_one", f"{plain}*number")
    ),
    *_TOPIC_FEATURES,
)
"""The names of what :func:`group_count_features` finds, in its order."""


def group_count_features(
    tree: Tree, outlines: Sequence[PieceOutline], scores: Matrix, topics: int
) -> list[list[float]]:
    """The features of each number of groups from 1, in GROUP_COUNT_FEATURES' order.

    ``topics`` is how many topics the message has.
    """
    seen = _last_merges(tree, outlines, scores)
    numbers = range(1, min(MOST_PROPOSED, tree.size) + 1)
    return [
        [
            *_with_products(_plain_features(seen, outlines, k)),
            *_topic_features(topics, k),
        ]
        for k in numbers
    ]


def _topic_features(topics: int, k: int) -> tuple[float, ...]:
    """Whether ``k`` is the number of topics, and how it differs; 0 where it is one."""
    if topics < 2:
        return (0.0,) * len(_TOPIC_FEATURES)
    off = k - topics
    return (float(off == 0), float(off < 0), float(off > 0), float(abs(off)))


def _last_merges(
    tree: Tree, outlines: Sequence[PieceOutline], scores: Matrix
) -> dict[int, MergeFeatures]:
    """The features of the last merges, by the number of clusters before each."""
    members = {piece: [piece] for piece in range(tree.size)}
    found: dict[int, MergeFeatures] = {}
    for step, merge in enumerate(tree.merges):
        one, two = members[merge.a], members.pop(merge.b)
        if tree.size - step <= _LAST_SEEN:
            found[tree.size - step] = _merge_features(merge, outlines, scores, one, two)
        members[merge.a] = one + two
    return found


def _merge_features(
    merge: Merge,
    outlines: Sequence[PieceOutline],
    scores: Matrix,
    one: list[int],
    two: list[int],
) -> MergeFeatures:
    """The features of a merge of the clusters with the pieces ``one`` and ``two``."""
    cross = [[scores[a][b] for b in two] for a in one]
    here, there = ({outlines[piece].path for piece in side} for side in (one, two))
    both = len(here & there)
    lines = [sum(outlines[piece].lines for piece in side) for side in (one, two)]
    total = sum(each.lines for each in outlines) or 1
    best = sorted((score for row in cross for score in row), reverse=True)[:3]
    return MergeFeatures(
        merge.mean,
        merge.best,
        (_mean(map(max, cross)) + _mean(map(max, zip(*cross, strict=True)))) / 2,
        float(both > 0),
        both / min(len(here), len(there)),
        min(lines) / total,
        float(min(len(one), len(two)) == 1),
        _mean(best),
    )


def _plain_features(
    seen: dict[int, MergeFeatures], outlines: Sequence[PieceOutline], k: int
) -> list[float]:
    """The features of ``k`` groups: of the merges not made and made, and of the size.

    ``undone`` is the merge that leaves one group fewer, ``done`` the last one made.
    """
    undone, done, before, last, third = (
        seen.get(number, _NONE) for number in (k, k + 1, k + 2, 2, 3)
    )
    files = len({each.path for each in outlines})
    is_one = k == 1
    return [
        float(is_one),
        float(k),
        log(k),
        2.5 if is_one else undone.mean,
        done.mean,
        before.mean,
        undone.best,
        done.best,
        done.mean - (last.mean if is_one else undone.mean),
        sum(_mean_within_bounds(seen, number) for number in range(2, k + 1)),
        sum(
            _mean_within_bounds(seen, number) for number in range(k + 1, _LAST_SEEN + 1)
        ),
        last.mean,
        third.mean,
        k / files,
        float(k == files),
        float(k == len(outlines)),
        log(len(outlines)),
        log(files),
        log1p(sum(each.lines for each in outlines)),
        float(len({each.role for each in outlines})),
        *_cluster_values(_NONE if is_one else undone),
        *_cluster_values(done),
    ]


def _cluster_values(seen: MergeFeatures) -> tuple[float, ...]:
    """The features of a merge besides its own scores, in _MERGE_FEATURES' order."""
    return (
        seen.row_best,
        seen.shares_file,
        seen.file_overlap,
        seen.line_share,
        seen.is_single,
        seen.three_best,
    )


def _with_products(values: Sequence[float]) -> Iterator[float]:
    """Each value, its square, and its products with the first two values."""
    is_one, number = values[0], values[1]
    for value in values:
        yield value
        yield value * value
        yield value * is_one
        yield value * number


def _mean_within_bounds(seen: dict[int, MergeFeatures], number: int) -> float:
    """The mean score of a merge, at most 2 for or against; 0 where there is none."""
    return max(-2.0, min(2.0, seen[number].mean)) if number in seen else 0.0


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
