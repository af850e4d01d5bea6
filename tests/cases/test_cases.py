"""What the case files say is so, and every signal has one."""

from pathlib import Path

import pytest

from gitsplit.proposal.signals import SIGNALS
from gitsplit.proposal.weights import ACROSS_FILES, IN_ONE_FILE
from tests.cases.reading import CASES, read
from tests.cases.trial import disagreements

ALL = (ACROSS_FILES, IN_ONE_FILE)
FILES = sorted(CASES.glob("*.case"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_a_case_file_says_is_so(path: Path) -> None:
    assert disagreements(read(path)) == []


def test_every_signal_with_a_weight_has_a_case_that_it_decides_alone() -> None:
    shown = {read(path).value("signal") for path in FILES}
    weighed = {name for each in ALL for name in each}

    assert [n for s in SIGNALS if (n := s.__name__) in weighed - shown] == []
