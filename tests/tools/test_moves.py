"""What is measured of moves: by parsers, on ranges of clones."""

from pathlib import Path

import pytest
from tools.bench.moves import files_of, measure_moves, outcomes

from gitsplit.git.repository import open_repository
from gitsplit.model.objects import Oid
from tests.repository import Repository

STATES = (
    b"def f(a):\n    return a\n",
    b"def f(a):\n    if a:\n        return a\n    return 0\n",
    b"def f(a):\n    if a > 1:\n        return a\n    return 0\n",
    b"def f(a):\n    if a > 1 and a < 9:\n        return a\n    return 0\n",
)
"""Two later commits change a line that the second one wrote."""


@pytest.fixture
def clones(repo: Repository, tmp_path: Path) -> Path:
    """A directory with a clone of a range, and with what is none."""
    repo.commit("base\n", {"k": b"1\n"})
    for text in STATES:
        repo.commit("m\n", {"m.py": text, "broken.py": b"def" + text, "k": text})
    repo.git("clone", "-q", "--bare", str(repo.path), str(tmp_path / "o+n" / "repo"))
    (tmp_path / "other").mkdir()
    return tmp_path


def test_moves_hold_with_what_they_take_along(clones: Path) -> None:
    repo = open_repository(clones / "o+n" / "repo")
    log = repo.program.run("rev-list", "--reverse", "-n4", repo.head())
    (file,) = files_of(repo, [Oid(line) for line in log.lines])

    assert (file.language, file.plan.changes[0].side.path) == ("py", b"m.py")
    every = {"moves": 6, "hold": 6, "alone": 1}
    assert outcomes(file) == every | {f"{k} with others": n for k, n in every.items()}


def test_the_table_says_of_how_many_ranges(
    clones: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    measure_moves(clones, 1)

    said = capsys.readouterr().out
    assert said.startswith("1 ranges of 1 repositories\n")
    assert "all                            " in said


def test_nothing_to_measure_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    measure_moves(tmp_path)

    assert capsys.readouterr().out.startswith("skipped: there is no clone")
