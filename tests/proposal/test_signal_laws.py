"""What holds of every signal, whatever the commit."""

from itertools import combinations
from math import inf, isfinite

from hypothesis import given
from hypothesis import strategies as st

from gitsplit.model.diff import FileChange
from gitsplit.proposal.commit_features import CommitFeatures
from gitsplit.proposal.signals import SIGNALS
from tests.strategies import commits, compared, earlier_commits, source_commits

WIDER = {
    "size": (0.0, inf),
    "number_of_files": (0.0, inf),
    "pieces_in_a_file": (0.0, inf),
    "changed_together": (-inf, inf),
    "directories_changed_together": (-inf, inf),
}
"""The signals whose values aren't from 0 to 1, and from where to where they are."""

ANY = commits() | source_commits()
Earlier = tuple[frozenset[bytes], ...]


def values(
    commit: CommitFeatures, *, is_turned: bool = False
) -> dict[str, list[float]]:
    """What each signal says of each two pieces, or of the same two the other way."""
    pairs = list(combinations(range(len(commit.pieces)), 2))
    if is_turned:
        pairs = [(b, a) for a, b in pairs]
    return {s.__name__: [s(commit, a, b) for a, b in pairs] for s in SIGNALS}


@given(ANY, earlier_commits())
def test_two_pieces_have_to_do_with_each_other_whichever_is_first(
    changes: tuple[FileChange, ...], earlier: Earlier
) -> None:
    commit = compared(changes, earlier)

    assert values(commit) == values(commit, is_turned=True)


@given(ANY, earlier_commits())
def test_a_signal_is_finite_and_from_nothing_to_one_unless_told(
    changes: tuple[FileChange, ...], earlier: Earlier
) -> None:
    for name, found in values(compared(changes, earlier)).items():
        least, most = WIDER.get(name, (0.0, 1.0))
        assert [v for v in found if not isfinite(v)] == [], name
        assert [v for v in found if not least <= v <= most + 1e-9] == [], name


@given(ANY)
def test_the_same_commit_has_the_same_signals(changes: tuple[FileChange, ...]) -> None:
    assert values(compared(changes)) == values(compared(changes))


@given(source_commits(), st.data())
def test_the_order_of_the_pieces_says_nothing(
    changes: tuple[FileChange, ...], data: st.DataObject
) -> None:
    commit = compared(changes)
    order = data.draw(st.permutations(range(len(commit.pieces))))
    shuffled = CommitFeatures(changes, tuple(commit.pieces[at] for at in order))

    for signal in SIGNALS:
        for a, b in combinations(range(len(order)), 2):
            there = signal(shuffled, a, b)
            assert abs(there - signal(commit, order[a], order[b])) < 1e-9, signal
