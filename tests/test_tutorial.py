"""Lessons as a user meets them: in a terminal, without a screen, and graded."""

import json
from pathlib import Path

import pytest

from gitsplit.workflow.lessons import SHIPPED
from tests.repository import Repository
from tests.runner import gitsplit, gitsplit_process
from tests.terminal import Terminal

ENTER = "\r"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the repositories of lessons are made."""
    path = tmp_path / "temporary"
    path.mkdir()
    monkeypatch.setenv("TMPDIR", str(path))
    return path


def marks(tmp_path: Path) -> list[int]:
    """The marks that are kept."""
    path = tmp_path / "home" / ".local" / "state" / "gitsplit" / "tutorial.json"
    return [*json.loads(path.read_text())["lessons"].values()]


def test_the_first_lesson_goes_from_the_list_to_the_comparison(
    tmp_path: Path, temporary: Path
) -> None:
    terminal = Terminal(tmp_path, "--tutorial")
    terminal.wait_for("Enter lesson 1")
    terminal.type(ENTER)
    terminal.wait_for("How many changes is this?")
    terminal.type("1")
    terminal.wait_for("Not quite.")
    terminal.type("2" + ENTER)
    terminal.wait_for("Which should come first?")
    terminal.type("e" + ENTER)
    terminal.wait_for("lesson 1 of 8")
    terminal.wait_for("Goal: Make two commits")
    terminal.type("j+")  # the second line of the README alone
    terminal.wait_for("names two ports")
    terminal.type("uj+")
    terminal.wait_for("✓ ")
    terminal.type("w")
    terminal.wait_for("Enter apply")
    terminal.type(ENTER)
    terminal.wait_for("6 of 6 lines where they belong: 100 of 100.")
    terminal.type("l")
    terminal.wait_for("1 of 8 lessons done")
    terminal.type("q")

    assert terminal.exit_status() == 0
    assert marks(tmp_path) == [100]
    assert [*temporary.iterdir()] == []


def test_outside_of_the_lessons_nothing_is_touched(
    series: Repository, temporary: Path
) -> None:
    before = series.refs()
    answers = "2\nnext\ne\nnext\ng 3\n+\nw\napply\nq\n"
    ran = gitsplit_process(
        *(series.path, "--tutorial", "1", "--no-screen"),
        stdin=answers.encode(),
        env={"GIT_DIR": str(series.path / ".git")},
    )

    assert ran.status == 0, ran.err
    assert "100 of 100" in ran.out
    assert series.refs() == before
    assert series.git("status", "--porcelain") == ""
    assert not (series.path / ".git" / "gitsplit").exists()


@pytest.mark.parametrize("wanted", ["9", "0", "nothing-like-that", "two files"])
def test_what_is_no_lesson_is_refused_in_a_sentence(
    tmp_path: Path, wanted: str
) -> None:
    ran = gitsplit(tmp_path, "--tutorial", wanted, "--no-screen")

    assert ran.status == 1
    assert f"{wanted} is no lesson" in ran.err
    assert "01-two-files" in ran.err


def test_a_plan_is_graded_hunk_by_hunk(tmp_path: Path) -> None:
    plan = json.loads((SHIPPED / "03-one-hunk" / "answer.plan.json").read_text())
    plan["series"][0]["groups"][0]["hunks"] = [1]
    plan["series"][0]["groups"][1]["hunks"] = [2]
    ran = gitsplit(tmp_path, "--grade", "-", stdin=json.dumps(plan).encode())

    assert (ran.status, ran.err) == (0, "")
    assert "Mark: 83 of 100 (5 of 6 lines)" in ran.out
    assert (
        "✗ Hunk 1, line +3 (backup.sh) is in commit 1; belongs in commit 2" in ran.out
    )
    assert "This line says what was copied." in ran.out


def test_a_plan_for_no_lesson_is_refused(series: Repository) -> None:
    plan = gitsplit(series.path, "-n", "--format", "json", "HEAD~1").out
    ran = gitsplit(series.path, "--grade", "-", stdin=plan.encode())

    assert ran.status == 1
    assert "The plan is for no lesson" in ran.err
