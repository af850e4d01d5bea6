"""A program of the user's own proposes, and is checked like any plan."""

import json
import sys
from pathlib import Path

import pytest

from tests.repository import Repository
from tests.runner import done, gitsplit, tangled
from tests.terminal import Terminal

JOIN = """
import json, sys
plan = json.load(sys.stdin)
entry = plan["series"][0]
first, *others = entry["groups"]
for other in others:
    first["files"] += other["files"]
by_path = {}
for file in first["files"]:
    kept = by_path.setdefault(file["path"], file)
    if kept is not file:
        kept["removed"] += file["removed"]
        kept["added"] += file["added"]
files = list(by_path.values())
entry["groups"] = [
    {"message": "mine\\n", "files": files[:1]},
    {"message": "rest\\n", "rest": True, "owner": True},
]
json.dump(plan, sys.stdout)
"""


def proposing(repo: Repository, script: str) -> Repository:
    """The tangled series, with this program asked for proposals."""
    tangled(repo)
    path = repo.path / ".git" / "propose.py"
    path.write_text(script)
    # A link, for where Python lies would say how messages with the command are wrapped.
    (path.parent / "python").symlink_to(sys.executable)
    repo.git(
        "config", "--global", "gitsplit.proposalCommand", ".git/python .git/propose.py"
    )
    return repo


def test_what_the_program_proposes_is_proposed(repo: Repository) -> None:
    proposing(repo, JOIN)
    said = done(repo.path, "-n", "-c", "HEAD~2", "--format", "json")
    groups = json.loads(said)["series"][0]["groups"]

    assert [group["message"] for group in groups] == ["mine\n", "rest\n"]
    assert [group["owner"] for group in groups] == [False, True]
    done(repo.path, "-c", "HEAD~2", "--yes")
    assert "mine" in repo.git("log", "--format=%s")


@pytest.mark.parametrize("name", ["proposalCommand", "messageCommand"])
def test_a_program_that_fails_is_named_by_its_key_and_can_be_done_without(
    repo: Repository, name: str
) -> None:
    """The command that the hint gives does what it says."""
    tangled(repo)
    repo.git("config", "--global", f"gitsplit.{name}", "false")
    ran = gitsplit(repo.path, "-c", "HEAD~2", "--yes")
    assert f"gitsplit.{name}" in ran.err.splitlines()[0]
    (hint,) = (x for x in ran.err.splitlines() if "git config" in x)
    key, value = hint.partition("git config ")[2].split()

    repo.git("config", key, value.strip("'"))
    done(repo.path, "-c", "HEAD~2", "--yes")


def test_what_the_program_proposes_is_signed_off(repo: Repository) -> None:
    proposing(repo, JOIN)
    repo.git("reset", "-q", "--hard", "HEAD~2")
    repo.git("commit", "-q", "--amend", "--signoff", "--no-edit")
    done(repo.path, "--yes", "HEAD~1")

    people = "%(trailers:key=Signed-off-by,valueonly,separator=%x2C)"
    first, second = repo.git("log", "-2", f"--format={people}").splitlines()
    assert first == second != ""


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("print('no plan')", "can't be used. The plan is not JSON"),
        ("import sys; sys.exit('out of ideas')", "failed: out of ideas"),
        (JOIN.replace('"action"', '"x"').replace("files[:1]", "[]"), "has no edits"),
        (
            "import sys; print(sys.stdin.read().replace('\"split\"', '\"pick\"'))",
            "belong together",
        ),
    ],
    ids=["no plan", "an error", "an empty group", "no split"],
)
def test_an_answer_that_does_not_fit_is_refused(
    repo: Repository, script: str, words: str
) -> None:
    proposing(repo, script)
    before = repo.refs()
    ran = gitsplit(repo.path, "-c", "HEAD~2", "--yes")

    assert (ran.status, words in ran.err) == (1, True), ran.err
    assert before == repo.refs()


def test_a_plan_that_is_given_asks_no_program(repo: Repository, tmp_path: Path) -> None:
    tangled(repo)
    plan = tmp_path / "plan.json"
    done(repo.path, "-n", "-c", "HEAD~2", "--format", "json", "-o", str(plan))
    repo.git("config", "--global", "gitsplit.proposalCommand", "exit 3")

    done(repo.path, "--plan", str(plan), "--yes")


SLOW = "import sys, time; given = sys.stdin.read(); time.sleep(0.5); print(given)"


def test_the_screen_is_there_before_the_program_has_proposed(repo: Repository) -> None:
    proposing(repo, SLOW)
    terminal = Terminal(repo.path, "-c", "HEAD~2")
    terminal.wait_for("proposing …")
    assert "+ new commit" in terminal.text
    terminal.wait_for("▸1 ")
    terminal.wait_for("why 1: ")

    assert "proposing" not in terminal.text
    terminal.type("q")
    assert terminal.exit_status() == 0
    assert not list((repo.path / ".git" / "gitsplit").glob("**/*.json"))


def test_what_the_program_says_wrong_is_said_on_the_screen(repo: Repository) -> None:
    proposing(repo, "import sys; sys.exit('out of ideas')")
    terminal = Terminal(repo.path, "-c", "HEAD~2")
    terminal.wait_for("failed: out of")

    terminal.type("+")
    terminal.wait_for("new commit 2 with")
    terminal.type("\x03")
    assert terminal.exit_status() == 130
