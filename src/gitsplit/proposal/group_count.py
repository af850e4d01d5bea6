"""How many groups: for each number what speaks for it, weighed by what was learned."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log, log1p
from typing import Protocol

from gitsplit.proposal.clustering import Merge, Tree
from gitsplit.proposal.commit_features import Matrix
from gitsplit.proposal.source_text import Role

MOST = 9
"""The screen sends a piece to a commit by one digit, so no more are proposed."""

_LAST_SEEN = 12
"""The merges that leave fewer clusters than that say how many there should be."""

_FAR = 4.0
"""What stands for the score of a merge that there isn't."""


class Outline(Protocol):
    """What is to be known of a piece here."""

    @property
    def path(self) -> str:
        """The path of the file that it is in."""

    @property
    def role(self) -> Role:
        """The part that the file plays."""

    @property
    def lines(self) -> int:
        """How many lines it changes."""


@dataclass(frozen=True, slots=True)
class MergeFeatures:
    """One merge of the tree, and what is to be seen of the two clusters.

    ``rows`` is the mean of each piece's best score in the other cluster, ``top`` that
    of the three best scores. ``shares`` says whether a file has pieces in both,
    ``overlap`` for which part of the one with fewer files; ``share`` is the smaller
    one's part of the commit's lines; ``is_single`` whether it is one piece.
    """

    mean: float = _FAR
    best: float = _FAR
    rows: float = 3.0
    shares: float = 0.0
    overlap: float = 0.0
    share: float = 0.0
    is_single: float = 0.0
    top: float = 3.0


_NONE = MergeFeatures()


def described(
    tree: Tree, outlines: Sequence[Outline], scores: Matrix
) -> list[list[float]]:
    """For each number of groups from 1 what there is to weigh."""
    seen = _seen(tree, outlines, scores)
    numbers = range(1, min(MOST, tree.size) + 1)
    return [list(_crossed(_plain(seen, outlines, k))) for k in numbers]


def _seen(
    tree: Tree, outlines: Sequence[Outline], scores: Matrix
) -> dict[int, MergeFeatures]:
    """Each merge that leaves few clusters, by how many there were before it."""
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
    outlines: Sequence[Outline],
    scores: Matrix,
    one: list[int],
    two: list[int],
) -> MergeFeatures:
    """What is to be seen of two clusters that come together."""
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


def _plain(
    seen: dict[int, MergeFeatures], outlines: Sequence[Outline], k: int
) -> list[float]:
    """What speaks for ``k`` groups: the merges left undone, those done, the extent."""
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
        sum(_clipped(seen, number) for number in range(2, k + 1)),
        sum(_clipped(seen, number) for number in range(k + 1, _LAST_SEEN + 1)),
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
    """What is to be seen of two clusters besides the merge's own scores."""
    return (
        seen.rows,
        seen.shares,
        seen.overlap,
        seen.share,
        seen.is_single,
        seen.top,
    )


def _crossed(values: Sequence[float]) -> Iterator[float]:
    """The values, their squares, and each together with the number of groups."""
    is_one, number = values[0], values[1]
    for value in values:
        yield value
        yield value * value
        yield value * is_one
        yield value * number


def _clipped(seen: dict[int, MergeFeatures], number: int) -> float:
    """What speaks for or against one merge, where there is one."""
    return max(-2.0, min(2.0, seen[number].mean)) if number in seen else 0.0


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
