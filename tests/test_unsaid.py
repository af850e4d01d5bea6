"""What no new commit says of the message that was split is said wherever one looks."""

import json
from pathlib import Path

import pytest

from tests.repository import Repository
from tests.runner import done

MESSAGE = "Boil; fill; wash\n\nIt is cold. Nobody drinks it.\n\n* dry\n"
BY_FILE = ("HEAD~1", "-n", "--group-by", "file")
LOST = ["fill", "Nobody drinks it.", "dry"]


@pytest.fixture
def plan(repo: Repository, tmp_path: Path) -> str:
    """A plan that splits HEAD, whose messages leave three things out."""
    repo.commit("root\n", {"kettle": b"a\n", "spoon": b"b\n"})
    repo.commit(MESSAGE, {"kettle": b"c\n", "spoon": b"d\n"})
    path = tmp_path / "plan.json"
    told = json.loads(done(repo.path, *BY_FILE, "--format", "json"))
    one, other = told["series"][0]["groups"]
    one["message"], other["message"] = "Boil\n\nIt is cold.\n", "Wash\n"
    path.write_text(json.dumps(told))
    return str(path)


def test_a_dry_run_lists_it(repo: Repository, plan: str) -> None:
    said = done(repo.path, "--plan", plan, "-n")

    count = f"  3 sentences of the message of {repo.git('rev-parse', 'HEAD')[:10]}"
    assert "\n    ".join([f"{count} left out:", *LOST]) + "\n" in said


def test_the_summary_of_a_rewrite_lists_it(repo: Repository, plan: str) -> None:
    old = repo.git("rev-parse", "HEAD")[:10]
    said = done(repo.path, "--plan", plan, "--yes")

    count = f"3 sentences of the message of {old} left out:"
    assert "\n  ".join([count, *LOST]) + "\n" in said


def test_of_what_is_in_some_message_nothing_is_said(repo: Repository) -> None:
    repo.commit("root\n", {"kettle": b"a\n", "spoon": b"b\n"})
    repo.commit(MESSAGE, {"kettle": b"c\n", "spoon": b"d\n"})

    assert "sentence" not in done(repo.path, *BY_FILE)
