"""The same commit has the same proposal tomorrow, in a process of its own."""

import os
import subprocess
import sys

import pytest

from tests.conftest import PROJECT

PROPOSED = """
from gitsplit.proposal.propose import proposals_by_content
from gitsplit.proposal.scoring import scores
from tests.cases.reading import CASES, read

for path in sorted(CASES.glob("*.case")):
    found = proposals_by_content(read(path).changes, b"Lock the safe, parse colors\\n")
    print(path.name, scores(found.commit), found.best(), found.plan())
"""


def proposed(hash_seed: int) -> list[str]:
    """Scores and plans of the case files, where sets are in the order of a seed."""
    done = subprocess.run(
        [sys.executable, "-c", PROPOSED],
        cwd=PROJECT,
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_proposal_is_the_same_in_another_process_to_the_last_digit(seed: int) -> None:
    here, there = proposed(0), proposed(seed)

    assert len(here) > 0
    assert [line for line in here if line not in there] == []
