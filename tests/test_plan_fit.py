"""``--plan FILE --fit``: a plan after its commits were amended or rebased."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.repository import Repository
from tests.runner import IDS, done, gitsplit, state_of, trees
from tests.terminal import Terminal


@pytest.fixture
def plan(series: Repository) -> str:
    """A plan that splits the tangled commit by files, beside the repository."""
    name = str(series.path.parent / "plan.json")
    args = ("--group-by", "file", "--format", "json", "-o", name)
    done(series.path, "-n", "-c", "HEAD~2", *args)
    return name


def rebase(repo: Repository, old: str, message: str, files: dict[str, bytes]) -> None:
    """The commits after ``old`` on top of a new one that is put in front of them."""
    top, base = repo.oid("HEAD"), repo.oid(old)
    repo.git("checkout", "-q", "--detach", base)
    repo.commit(message, files)
    repo.git("cherry-pick", f"{base}..{top}")
    repo.git("checkout", "-q", "-B", "main")


def test_without_it_a_plan_for_other_commits_is_refused(
    series: Repository, plan: str
) -> None:
    rebase(series, "HEAD~3", "in front\n", {"front": b"1\n"})

    ran = gitsplit(series.path, "-n", "--plan", plan)
    assert ran.status == 1
    assert "--fit places what of it still fits." in ran.err


def test_after_a_rebase_all_of_it_fits_and_is_applied(
    series: Repository, plan: str
) -> None:
    text = series.git("show", "HEAD~3:numbers") + "\n"
    longer = text.replace("\n25\n", "\n25\nmore\n").encode()
    rebase(series, "HEAD~3", "in front\n", {"numbers": longer})
    before = series.tree("HEAD")

    ran = gitsplit(series.path, "--plan", plan, "--fit", "--yes")

    assert (ran.status, ran.err) == (0, "")
    assert series.tree("HEAD") == before
    changed = [
        series.git("diff-tree", "-r", "--name-only", "--no-commit-id", each)
        for each in ("HEAD~3", "HEAD~2")
    ]
    assert sorted(changed) == ["numbers", "sub/other"]


@pytest.fixture
def amended(series: Repository, plan: str) -> tuple[str, str]:
    """The tangled commit alone, one line of it changed again, and line 7 as well.

    The ids of the commit before and after that.
    """
    series.git("reset", "-q", "--hard", "HEAD~2")
    text = (series.path / "numbers").read_bytes()
    text = text.replace(b"fifty\n", b"50\n").replace(b"\n7\n", b"\nseven\n")
    old = series.oid("HEAD")[:10]
    series.write({"numbers": text})
    series.git("commit", "-q", "-a", "--amend", "--no-edit")
    return old, series.oid("HEAD")[:10]


def test_what_no_longer_fits_is_listed_and_not_applied_unseen(
    series: Repository, plan: str, amended: tuple[str, str]
) -> None:
    old, new = amended
    before = state_of(series.path)
    shown = gitsplit(series.path, "-n", "--plan", plan, "--fit")
    refused = gitsplit(series.path, "--plan", plan, "--fit", "--yes")

    lost = f"No longer there, of {old}: numbers, removed line 50, added line 50."
    assert lost in shown.err
    assert f"New in {new}: numbers, removed line 7, added line 7;" in shown.err
    assert (shown.status, refused.status) == (0, 1)
    assert "Not all of the plan fits" in refused.err
    assert lost in refused.err
    assert state_of(series.path) == before


@pytest.mark.usefixtures("amended")
def test_what_fits_is_a_plan_to_look_at_and_to_apply(
    series: Repository, plan: str
) -> None:
    shown = gitsplit(series.path, "-n", "--plan", plan, "--fit", "--format", "json")
    misfit = json.loads(shown.out)["misfit"]
    assert [each["path"] for each in misfit["lost"]] == ["numbers"]
    assert [each["added"] for each in misfit["new"]] == [[[7, 7]]]
    assert [each["subject"] for each in misfit["gone"]] == ["above", "top"]

    again, final = series.path.parent / "again.json", series.tree("HEAD")
    again.write_text(shown.out)
    done(series.path, "--plan", str(again), "--yes")
    assert series.tree("HEAD") == final
    assert len(trees(series, "HEAD~2..HEAD")) == 2


def test_a_commit_that_was_only_reworded_is_found_by_what_it_does(
    series: Repository, plan: str
) -> None:
    series.git("reset", "-q", "--hard", "HEAD~2")
    series.git("commit", "-q", "--amend", "-m", "another subject altogether")
    reworded = fitted(series, plan, "HEAD~1")
    rebase(series, "HEAD~1", "in front\n", {"front": b"1\n"})
    rebased = fitted(series, plan, "HEAD~2")

    for told in (reworded, rebased):
        assert [each["action"] for each in told["series"]][-1] == "split"
        assert (told["misfit"]["lost"], told["misfit"]["new"]) == ([], [])
        messages = [group["message"] for group in told["series"][-1]["groups"]]
        assert "another subject altogether\n" in messages


def fitted(repo: Repository, plan: str, *args: str) -> dict[str, Any]:
    """The fitted plan, as it is printed."""
    args = ("-n", "--plan", plan, "--fit", "--format", "json", *args)
    found = json.loads(gitsplit(repo.path, *args).out)
    assert isinstance(found, dict)
    return found


def test_what_is_gone_has_its_subject_also_from_a_plan_without(
    series: Repository, tmp_path: Path
) -> None:
    name = str(tmp_path / "plan.md")
    args = ("--group-by", "file", "--format", "markdown", "-o", name)
    done(series.path, "-n", "-c", "HEAD~2", "-c", "HEAD~1", *args)
    gone = series.oid("HEAD~1")[:10]
    series.git("reset", "-q", "--hard", "HEAD~2")

    ran = gitsplit(series.path, "-n", "--plan", name, "--fit")
    assert f"{gone} “above” is not in this series;" in ran.err


def test_commits_are_found_by_change_id_then_by_subject(
    series: Repository, plan: str
) -> None:
    series.git("reset", "-q", "--hard", "HEAD~2")
    message = f"another subject\n\nChange-Id: {IDS[0]}\n"
    series.git("commit", "-q", "--amend", "-m", message)
    by_id = json.loads(
        gitsplit(series.path, "-n", "--plan", plan, "--fit", "--format", "json").out
    )
    series.git("commit", "-q", "--amend", "-m", "tangled")
    by_subject = json.loads(
        gitsplit(series.path, "-n", "--plan", plan, "--fit", "--format", "json").out
    )
    series.write({"numbers": b"else\n"})
    series.git("commit", "-q", "-a", "--amend", "-m", "unknown")
    neither = gitsplit(series.path, "-n", "--plan", plan, "--fit")

    for told in (by_id, by_subject):
        assert [each["action"] for each in told["series"]] == ["split"]
        assert (told["misfit"]["lost"], told["misfit"]["new"]) == ([], [])
    assert neither.status == 1
    assert "The plan is about no commit of this series." in neither.err


def test_the_screen_says_that_not_all_fits(series: Repository, plan: str) -> None:
    series.git("reset", "-q", "--hard", "HEAD~2")
    screen = Terminal(series.path, "--plan", plan, "--fit")
    screen.wait_for("not all of the plan fits")
    screen.type("q")


def test_without_a_screen_what_does_not_fit_is_told_before_the_questions(
    series: Repository, plan: str, amended: tuple[str, str]
) -> None:
    args = ("--plan", plan, "--fit", "--no-screen")
    ran = gitsplit(series.path, *args, stdin=b"q\n")

    assert ran.status == 0
    assert f"No longer there, of {amended[0]}: numbers, removed line 50" in ran.err
    assert ran.out.startswith(
        "Not all of the plan fits: what doesn't is listed above\n"
    )
    assert "screen" not in ran.out


def test_it_needs_a_plan(series: Repository) -> None:
    assert gitsplit(series.path, "--fit").status == 2


def test_the_old_commits_must_be_there(
    series: Repository, plan: str, tmp_path: Path
) -> None:
    series.git("commit", "-q", "--amend", "-m", f"top\n\nChange-Id: {IDS[2]}\n\n")
    rebase(series, "HEAD~3", "in front\n", {"front": b"1\n"})
    series.git("clone", "-q", "--no-local", ".", str(tmp_path / "clone"))

    ran = gitsplit(tmp_path / "clone", "-n", "--plan", plan, "--fit", "--root")
    assert ran.status == 1
    assert "which this repository does not have." in ran.err or "no commit" in ran.err
