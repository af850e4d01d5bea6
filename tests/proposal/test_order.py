"""Groups come in an order in which what is used has been brought."""

from hypothesis import assume, given
from hypothesis import strategies as st

from gitsplit.proposal.commit_features import CommitFeatures
from gitsplit.proposal.order import Need, commit_order, cycles, needs
from tests.strategies import compared, source_commits

Clusters = list[list[int]]

NUMBER = 6
LINKS = st.tuples(st.integers(0, NUMBER - 1), st.integers(0, NUMBER - 1))
NEEDS = st.lists(LINKS.filter(lambda pair: pair[0] != pair[1]), max_size=12).map(
    lambda pairs: [Need(group, of, "name") for group, of in pairs]
)


@st.composite
def grouped(draw: st.DrawFn) -> tuple[CommitFeatures, Clusters]:
    """A commit, and its pieces in groups of any kind."""
    commit = compared(draw(source_commits()))
    clusters: dict[int, list[int]] = {}
    for piece in range(len(commit.pieces)):
        clusters.setdefault(draw(st.integers(0, 3)), []).append(piece)
    return commit, list(clusters.values())


def reached(start: int, needed: list[Need]) -> set[int]:
    """What a group needs, and what that needs, and so on."""
    found: set[int] = set()
    new = {need.of for need in needed if need.group == start}
    while new - found:
        found |= new
        new = {need.of for need in needed if need.group in found}
    return found


@given(NEEDS)
def test_a_circle_has_those_that_need_each_other_however_far_round(
    needed: list[Need],
) -> None:
    reach = [reached(group, needed) for group in range(NUMBER)]

    assert cycles(NUMBER, needed) == tuple(
        min(b for b in range(NUMBER) if b == a or (a in reach[b] and b in reach[a]))
        for a in range(NUMBER)
    )


@given(grouped(), st.integers(0, 3))
def test_what_is_brought_comes_before_what_uses_it(
    of: tuple[CommitFeatures, Clusters], main: int
) -> None:
    commit, clusters = of
    needed = needs(commit, clusters)
    found = commit_order(commit, clusters, needed, main)

    assert sorted(found) == list(range(len(clusters)))
    assume(cycles(len(clusters), needed) == tuple(range(len(clusters))))
    late = [need for need in needed if found.index(need.of) > found.index(need.group)]
    assert late == []


@given(grouped(), NEEDS)
def test_any_needs_without_a_circle_are_satisfied(
    of: tuple[CommitFeatures, Clusters], needed: list[Need]
) -> None:
    commit, clusters = of
    some = [n for n in needed if max(n.group, n.of) < len(clusters)]
    assume(cycles(len(clusters), some) == tuple(range(len(clusters))))
    found = commit_order(commit, clusters, some, None)

    assert sorted(found) == list(range(len(clusters)))
    assert [n for n in some if found.index(n.of) > found.index(n.group)] == []


@given(grouped())
def test_a_group_needs_only_names_that_it_uses_and_does_not_bring(
    of: tuple[CommitFeatures, Clusters],
) -> None:
    commit, clusters = of

    for need in needs(commit, clusters):
        users = [commit.features[piece] for piece in clusters[need.group]]
        bringers = [commit.features[piece] for piece in clusters[need.of]]
        assert any(need.name in piece.new for piece in users)
        assert not any(need.name in piece.defined for piece in users)
        assert any(need.name in piece.defined for piece in bringers)
