"""The merge tree is that of average linkage, and can be cut anywhere."""

from collections.abc import Sequence
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from gitsplit.proposal.clustering import Tree, merge_tree

Matrix = list[list[float]]


@st.composite
def matrices(draw: st.DrawFn, values: st.SearchStrategy[float]) -> Matrix:
    """For each two of up to nine pieces a value, the same both ways."""
    size = draw(st.integers(1, 9))
    found = [[0.0] * size for _ in range(size)]
    for a, b in combinations(range(size), 2):
        found[a][b] = found[b][a] = draw(values)
    return found


ANY = matrices(st.floats(-9, 9) | st.integers(-2, 2).map(float))
WEIGHTS = st.lists(st.floats(1, 20), min_size=9, max_size=9)


def linked(
    scores: Matrix, weights: Sequence[float], one: set[int], two: set[int]
) -> tuple[float, float]:
    """The mean of the scores between two clusters, by the definition; and the best."""
    pairs = [(a, b) for a in one for b in two]
    total = sum(weights[a] * weights[b] for a, b in pairs)
    mean = sum(weights[a] * weights[b] * scores[a][b] for a, b in pairs) / total
    return mean, max(scores[a][b] for a, b in pairs)


def clusters(cut: Sequence[int]) -> dict[int, set[int]]:
    """The members of each cluster of a cut."""
    found: dict[int, set[int]] = {}
    for piece, first in enumerate(cut):
        found.setdefault(first, set()).add(piece)
    return found


@given(ANY, WEIGHTS)
def test_each_merge_joins_the_two_clusters_that_are_closest_on_average(
    scores: Matrix, weights: list[float]
) -> None:
    size = len(scores)
    left = {piece: {piece} for piece in range(size)}
    tree = merge_tree(scores, weights[:size])

    assert len(tree.merges) == size - 1
    for merge in tree.merges:
        means = {
            (a, b): linked(scores, weights, left[a], left[b])
            for a, b in combinations(sorted(left), 2)
        }
        mean, best = means[merge.a, merge.b]
        assert abs(merge.mean - mean) < 1e-9
        assert abs(merge.best - best) < 1e-9
        assert mean > max(mean for mean, _ in means.values()) - 1e-9
        left[merge.a] |= left.pop(merge.b)


@given(ANY, WEIGHTS)
def test_of_equally_close_pieces_the_first_come_together_first(
    scores: Matrix, weights: list[float]
) -> None:
    size = len(scores)
    pairs = list(combinations(range(size), 2))
    merges = merge_tree(scores, weights[:size]).merges

    assert [(merge.a, merge.b) for merge in merges[:1]] == sorted(
        pairs, key=lambda pair: -scores[pair[0]][pair[1]]
    )[:1]


@given(st.integers(1, 9))
def test_where_all_are_equally_close_one_after_the_other_joins_the_first(
    size: int,
) -> None:
    merges = merge_tree([[0.5] * size for _ in range(size)], [1.0] * size).merges

    assert [(m.a, m.b, m.mean) for m in merges] == [(0, n, 0.5) for n in range(1, size)]


@given(ANY, WEIGHTS)
def test_one_more_group_parts_one_and_leaves_the_others_as_they_were(
    scores: Matrix, weights: list[float]
) -> None:
    size = len(scores)
    tree = merge_tree(scores, weights[:size])

    for number in range(1, size):
        few, more = (clusters(tree.cut(n)) for n in (number, number + 1))
        parted = [group for group in few.values() if group not in more.values()]
        parts = [group for group in more.values() if group not in few.values()]
        assert (len(few), len(more)) == (number, number + 1)
        assert [parts[0] | parts[1]] == parted
        merge = tree.last(number + 1)
        assert (merge.a, merge.b) == tuple(sorted(min(part) for part in parts))


@given(ANY, WEIGHTS)
def test_a_cluster_is_named_by_its_first_piece(
    scores: Matrix, weights: list[float]
) -> None:
    tree = merge_tree(scores, weights[: len(scores)])

    for number in range(1, len(scores) + 1):
        found = clusters(tree.cut(number))
        assert [min(group) for group in found.values()] == list(found)


@given(ANY, WEIGHTS)
def test_the_same_scores_have_the_same_tree_and_stay_as_they_are(
    scores: Matrix, weights: list[float]
) -> None:
    size = len(scores)
    before = [list(row) for row in scores]
    first = merge_tree(scores, weights[:size])

    assert merge_tree(scores, weights[:size]) == first
    assert scores == before


def test_nothing_has_a_tree_and_a_cut_too() -> None:
    assert merge_tree([], []) == Tree(0, ())
    assert merge_tree([], []).cut(1) == ()
