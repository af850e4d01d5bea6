"""What there is to weigh for each number of groups."""

from dataclasses import dataclass
from itertools import combinations
from math import isfinite

from hypothesis import given
from hypothesis import strategies as st

from gitsplit.proposal.clustering import (
    GROUP_COUNT_FEATURES,
    MOST_PROPOSED,
    group_count_features,
    merge_tree,
)
from gitsplit.proposal.source_text import Role
from gitsplit.proposal.weights import NUMBER

ROLES: list[Role] = ["changelog", "test", "documentation", "configuration", "code"]


@dataclass(frozen=True)
class Outline:
    """A piece that is nothing but what is needed here."""

    path: str
    role: Role
    lines: int


OUTLINES = st.builds(
    Outline, st.sampled_from("abc"), st.sampled_from(ROLES), st.integers(0, 500)
)


@st.composite
def scored(draw: st.DrawFn) -> tuple[list[Outline], list[list[float]]]:
    """Pieces, and for each two of them a score."""
    outlines = draw(st.lists(OUTLINES, min_size=1, max_size=15))
    scores = [[0.0] * len(outlines) for _ in outlines]
    for a, b in combinations(range(len(outlines)), 2):
        scores[a][b] = scores[b][a] = draw(st.floats(-50, 50))
    return outlines, scores


@given(scored())
def test_each_number_of_groups_has_as_many_finite_values_as_there_are_weights(
    of: tuple[list[Outline], list[list[float]]],
) -> None:
    outlines, scores = of
    found = group_count_features(
        merge_tree(scores, [1.0] * len(scores)), outlines, scores, topics=2
    )

    assert tuple(NUMBER) == GROUP_COUNT_FEATURES
    assert len(found) == min(MOST_PROPOSED, len(outlines))
    assert {len(values) for values in found} == {len(GROUP_COUNT_FEATURES)}
    assert [v for values in found for v in values if not isfinite(v)] == []


@given(scored())
def test_the_same_pieces_have_the_same_values(
    of: tuple[list[Outline], list[list[float]]],
) -> None:
    outlines, scores = of
    tree = merge_tree(scores, [1.0] * len(scores))

    assert group_count_features(tree, outlines, scores, 1) == group_count_features(
        tree, outlines, scores, 1
    )
