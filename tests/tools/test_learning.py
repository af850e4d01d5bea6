"""What is learned is learned from the scores that the program gives."""

from collections.abc import Callable, Iterator
from itertools import islice

import pytest
from tools.bench.__main__ import DATA
from tools.bench.data import BenchCase, cases
from tools.bench.samples import sample

from gitsplit.model.diff import edits_of
from gitsplit.proposal.commit_features import CommitFeatures
from gitsplit.proposal.pieces import pieces_of
from gitsplit.proposal.scoring import WEIGHTS, scores
from tests.cases.reading import CASES, read

REAL = 40
"""So many real cases are looked at, where the benchmark lies beside the project."""


def own_cases() -> Iterator[BenchCase]:
    """The project's own case files as cases of a benchmark."""
    for path in sorted(CASES.glob("*.case")):
        record = {"id": path.name, "repo": "", "k": 1, "stratum": "", "truth": []}
        yield BenchCase(record, read(path).changes)


def real_cases() -> Iterator[BenchCase]:
    """The first cases of the benchmark."""
    if not DATA.exists():
        pytest.skip(f"{DATA.name} is not beside the project")
    yield from islice(cases(DATA), REAL)


@pytest.mark.parametrize("some", [own_cases, real_cases])
def test_training_scores_pairs_as_the_program_does_to_the_last_digit(
    some: Callable[[], Iterator[BenchCase]],
) -> None:
    compared = 0
    for case in some():
        pieces = pieces_of(case.changes, edits_of(case.changes)).pieces
        learned_from = sample(case, message=case.message)
        commit = CommitFeatures(case.changes, pieces, message=case.message)

        assert learned_from.scores(WEIGHTS) == scores(commit), case.record["id"]
        compared += len(pieces) > 1
    assert compared > REAL // 2
