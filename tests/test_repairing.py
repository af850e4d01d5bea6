"""New commits that fail ``-x`` are repaired: what they lack goes along into them."""

from pathlib import Path

import pytest

from tests.repository import Repository
from tests.runner import (
    Ran,
    gitsplit,
    group,
    lines,
    plan_for,
    split_entry,
    written,
)

FILLER = b"".join(b"# %d\n" % n for n in range(30))


@pytest.fixture
def late(repo: Repository, tmp_path: Path) -> tuple[Repository, str]:
    """A plan whose first commit uses what the third one defines."""
    repo.commit("one", {"a.py": b"x=1\n" + FILLER + b"y=2\n", "b.py": FILLER})
    repo.commit(
        "two",
        {
            "a.py": b"from b import volume\nx=volume\n" + FILLER + b"y=3\n",
            "b.py": FILLER + b"volume = 11\n",
            "c.py": b"",
        },
    )
    plan = plan_for(
        repo,
        "HEAD~1",
        split_entry(
            repo,
            "HEAD",
            group("use\n", lines("a.py", [(1, 1)], [(1, 2)])),
            group("other\n", lines("a.py", [(32, 32)], [(33, 33)]), owner=True),
            group("define\n") | {"rest": True},
        ),
    )
    return repo, written(tmp_path / "plan.json", plan)


def repaired(repo: Repository, plan: str, command: str, *more: str) -> Ran:
    options = ("--plan", plan, "--yes", "-x", command, "--repair")
    return gitsplit(repo.path, *options, *more)


def subjects(repo: Repository) -> list[str]:
    return repo.git("log", "--format=%s", "--reverse").splitlines()


def test_what_a_failing_commit_lacks_goes_along(
    late: tuple[Repository, str], tmp_path: Path
) -> None:
    repo, plan = late
    tree, log = repo.tree("HEAD"), tmp_path / "log"
    ran = repaired(
        repo, plan, f"git rev-parse HEAD^{{tree}} >>{log}; python3 a.py", "--jobs", "1"
    )

    assert ran.status == 0, ran.err
    assert ran.err.splitlines()[0] == (
        "repaired: `volume` is used in 1, defined in 3: moved to 1 (1 run)"
    )
    assert "volume" in repo.git("show", "HEAD~2:b.py")
    assert repo.tree("HEAD") == tree
    trees = log.read_text().split()
    assert len(trees) == len(set(trees))


def test_what_a_repair_empties_is_said(repo: Repository, tmp_path: Path) -> None:
    repo.commit("one", {"a": b"1\n"})
    repo.commit("two", {"a": b"2\n", "b": b"1\n", "c": b"1\n"})
    whole = [
        group(f"{n}\n", {"old_path": None, "path": n, "whole": True}) for n in "bc"
    ]
    entry = split_entry(
        repo,
        "HEAD",
        *whole,
        group("last\n", owner=True) | {"rest": True},
    )
    plan = written(tmp_path / "plan.json", plan_for(repo, "HEAD~1", entry))
    ran = repaired(repo, plan, "grep -q 2 a || { echo a; false; }")

    assert ran.status == 0, ran.err
    assert "moved to 1; 3 has no hunks left (" in ran.err


def test_without_the_option_it_is_refused_as_before(
    late: tuple[Repository, str],
) -> None:
    repo, plan = late
    ran = gitsplit(repo.path, "--plan", plan, "--yes", "-x", "python3 a.py")

    assert ran.status == 1
    assert subjects(repo) == ["one", "two"]


def test_where_nothing_smaller_helps_commits_are_joined(
    late: tuple[Repository, str],
) -> None:
    """What was written for both is kept, in one message."""
    repo, plan = late
    tree = repo.tree("HEAD")
    command = "grep -q y=3 a.py"
    ran = repaired(repo, plan, command, "--repair-runs", "0")

    assert ran.status == 0, ran.err
    assert ran.err.splitlines()[0] == "repaired: 1 and 2 joined (0 runs)"
    assert subjects(repo) == ["one", "other", "define"]
    assert repo.git("show", "-s", "--format=%B", "HEAD~1").split() == ["other", "use"]
    assert repo.tree("HEAD") == tree


def test_a_split_that_would_become_one_commit_is_refused(
    late: tuple[Repository, str],
) -> None:
    repo, plan = late
    head = repo.oid("HEAD")
    ran = repaired(repo, plan, "python3 a.py", "--repair-runs", "0")

    assert ran.status == 1
    assert f"{head[:7]} passes only as one commit; a split needs two." in ran.err
    assert "Split it otherwise, or let --repair-runs try more." in ran.err
    assert repo.oid("HEAD") == head


def test_proposed_messages_follow_what_is_joined(repo: Repository) -> None:
    """No sentence of the original is lost where its parts come together again."""
    names = ("alpha", "beta", "gamma")
    repo.commit("one", {f"{name}.py": FILLER for name in names})
    message = "Use extras\n\n" + "".join(f"* {n}: call {n}_extra.\n" for n in names)
    files = {f"{n}.py": b"%s_extra()\n" % n.encode() + FILLER for n in names}
    repo.commit(message, files)
    command = "test $(git grep -l extra HEAD -- '*.py' | wc -l) -ne 1"
    options = ("--commits", "3", "--yes", "-x", command, "--repair")
    ran = gitsplit(repo.path, "HEAD~1", *options, "--repair-runs", "0")

    assert ran.status == 0, ran.err
    assert ran.err.splitlines()[0] == "repaired: 1 and 2 joined (0 runs)"
    said = repo.git("log", "--format=%B", "-2")
    assert [name for name in names if f"{name}_extra" not in said] == []


def test_delta_debugging_finds_what_no_word_points_at(
    repo: Repository, tmp_path: Path
) -> None:
    """The command is silent, and asks for a file that nothing else names."""
    files = {f"{n}": b"x\n" for n in range(8)}
    repo.commit("one", {"a": b"1\n"})
    repo.commit("two", {**files, "a": b"2\n"})
    entry = split_entry(
        repo,
        "HEAD",
        group("first\n", lines("a", [(1, 1)], [(1, 1)])),
        group("rest\n", owner=True) | {"rest": True},
    )
    plan = written(tmp_path / "plan.json", plan_for(repo, "HEAD~1", entry))
    ran = repaired(repo, plan, "test -e 5 >/dev/null", "--repair-runs", "9")

    assert ran.status == 0, ran.err
    assert "repaired: 1 hunk of 2 moved to 1 (" in ran.err
    changed = repo.git("show", "--name-only", "--format=", "HEAD~1").split()
    assert changed == ["5", "a"]


def test_what_the_original_fails_is_not_repaired(
    late: tuple[Repository, str],
) -> None:
    repo, plan = late
    head = repo.oid("HEAD")
    ran = repaired(repo, plan, "false")

    assert ran.status == 1
    assert "repaired" not in ran.err
    assert repo.oid("HEAD") == head


def test_nothing_is_left_of_the_runs(late: tuple[Repository, str]) -> None:
    repo, plan = late
    repaired(repo, plan, "python3 a.py")

    assert len(repo.git("worktree", "list").splitlines()) == 1
    assert not list((repo.path / ".git" / "objects" / "pack").glob("*.keep"))
    assert not repo.fsck()


@pytest.mark.parametrize("given", [("--repair",), ("--repair", "--yes")])
def test_it_needs_a_command_and_no_screen(
    repo: Repository, given: tuple[str, ...]
) -> None:
    ran = gitsplit(repo.path, *given, "HEAD~1")

    assert ran.status == 2
    assert "--repair requires -x and --yes" in ran.err
