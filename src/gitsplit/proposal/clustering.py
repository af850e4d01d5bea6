"""The merge tree: which pieces came together in which order, kept to be cut anywhere.

Pieces are joined two clusters at a time, those first whose pieces are on average most
alike. Undoing the last merges one by one gives each number of groups, and each is a
refinement of the one before: "one more" parts one group, "one fewer" joins two.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

Scores = Sequence[Sequence[float]]
"""For each two pieces how much speaks for them belonging together; symmetrical."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Two clusters that became one, each named by its first piece; ``a`` < ``b``.

    ``mean`` and ``best`` are over the pairs of a piece of one and one of the other.
    """

    a: int
    b: int
    mean: float
    best: float


@dataclass(frozen=True, slots=True)
class Tree:
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


def counts(lines: Iterable[int]) -> list[float]:
    """How much pieces of so many lines count in the mean scores of their clusters."""
    return [max(1, number) ** 0.5 for number in lines]


def tree_of(scores: Scores, weights: Sequence[float]) -> Tree:
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
        if (
            a not in alive
            or b not in alive
            or (seen_a, seen_b)
            != (
                version[a],
                version[b],
            )
        ):
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
    """Cluster ``a`` has the scores that it has together with ``b``."""
    total = weight[a] + weight[b]
    for other in alive:
        together = mean[a][other] * weight[a] + mean[b][other] * weight[b]
        mean[a][other] = mean[other][a] = together / total
        best[a][other] = best[other][a] = max(best[a][other], best[b][other])
    weight[a] = total
