"""What the case files say is so, and every signal has one."""

from pathlib import Path

import pytest

from gitsplit.proposal.signals import SIGNALS
from tests.cases.reading import CASES, read
from tests.cases.trial import disagreements

FILES = sorted(CASES.glob("*.case"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_a_case_file_says_is_so(path: Path) -> None:
    assert disagreements(read(path)) == []


def test_every_signal_has_a_case_that_it_decides_alone() -> None:
    shown = {read(path).value("signal") for path in FILES}

    assert [s.__name__ for s in SIGNALS if s.__name__ not in shown] == []
