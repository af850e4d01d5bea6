"""Somebody else at work in the repository, and runs that are broken off."""

import os
import re
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from gitsplit.errors import RefMoved, WriteFailed
from gitsplit.workflow.apply import apply
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import Work, open_idle_repository, read_work
from tests.repository import Repository
from tests.runner import PROGRAM, Ran, done, gitsplit, gitsplit_process, tangled, trees

SPLIT = ("--yes", "--group-by", "file", "-c", "HEAD~2")
REQUEST = Request(commits=("HEAD~2",), group_by="file")


def work_on(repo: Repository) -> Work:
    """What a gitsplit that was started now is going to do."""
    return read_work(open_idle_repository(repo.path), REQUEST)


def hook(repo: Repository, script: str, name: str = "reference-transaction") -> None:
    """A hook; the ``$1`` of ``reference-transaction`` is the transaction's state."""
    path = repo.path / ".git" / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def locks(repo: Repository) -> list[str]:
    return sorted(path.name for path in (repo.path / ".git").rglob("*.lock"))


def kept_plan(error: RefMoved | WriteFailed) -> Path:
    """The file that the error says the plan is in."""
    command = error.kept.split("gitsplit --plan ")[1]
    return Path(shlex.split(command)[0])


def test_a_branch_that_moved_meanwhile_is_left_and_the_plan_is_kept(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a repository"
    path.mkdir()
    repo = Repository(path)
    repo.git("init", "-q")
    tip = tangled(repo).oid("HEAD")
    work = work_on(repo)
    moved = repo.commit("meanwhile\n", {"meanwhile": b"1\n"})
    with pytest.raises(RefMoved, match="moved while gitsplit was working") as caught:
        apply(open_idle_repository(repo.path), work)

    assert repo.oid("HEAD") == moved
    assert caught.value.state == "Nothing was changed."
    repo.git("reset", "-q", "--hard", tip)
    plan = str(kept_plan(caught.value))
    assert gitsplit(repo.path, "--plan", plan, "--yes").status == 0
    from_plan = trees(repo, "HEAD~4..")
    done(repo.path, "--undo")
    done(repo.path, *SPLIT)
    assert trees(repo, "HEAD~4..") == from_plan


def test_a_branch_switched_meanwhile_is_left_and_the_plan_is_kept(
    series: Repository,
) -> None:
    work = work_on(series)
    series.git("checkout", "-q", "-b", "other")
    refs = series.refs()
    with pytest.raises(RefMoved, match="HEAD is on branch other now") as caught:
        apply(open_idle_repository(series.path), work)

    assert series.refs() == refs
    series.git("checkout", "-q", "main")
    done(series.path, "--plan", str(kept_plan(caught.value)), "--yes")
    assert len(trees(series, "HEAD~4..")) == 4


def test_head_switched_to_another_commit_is_not_taken_for_a_branch_that_moved(
    series: Repository,
) -> None:
    work = work_on(series)
    series.git("checkout", "-q", "-b", "other", "HEAD~1")
    with pytest.raises(RefMoved, match="HEAD is on branch other now, but was on"):
        apply(open_idle_repository(series.path), work)


def test_a_kept_plan_is_no_record_of_a_rewrite(series: Repository) -> None:
    work = work_on(series)
    series.commit("meanwhile\n", {"meanwhile": b"1\n"})
    with pytest.raises(RefMoved):
        apply(open_idle_repository(series.path), work)

    ran = gitsplit(series.path, "--undo")
    assert (ran.status, ran.out) == (1, "")
    assert "no rewrite to undo" in ran.err


def test_of_two_gitsplits_the_later_one_is_refused(series: Repository) -> None:
    first, second = work_on(series), work_on(series)
    apply(open_idle_repository(series.path), first)
    refs = series.refs()
    with pytest.raises(RefMoved):
        apply(open_idle_repository(series.path), second)

    assert series.refs() == refs
    done(series.path, "--undo")
    assert len(trees(series, "HEAD~3..")) == 3


def test_a_second_gitsplit_while_the_first_moves_the_refs_is_refused(
    series: Repository,
) -> None:
    log = series.path.parent / "inner.log"
    inner = " ".join([*PROGRAM, *SPLIT])
    clear = "unset $(git rev-parse --local-env-vars)"
    started = f"[ -e {log} ]"
    hook(
        series,
        f'[ "$1" = prepared ] && ! {started} || exit 0\n'
        f"{clear}; {inner} >{log} 2>&1; echo $? >>{log}",
    )
    done(series.path, *SPLIT)

    said = log.read_text().splitlines()
    assert said[0].startswith("gitsplit: Waiting for another gitsplit (process ")
    assert said[1].startswith("gitsplit: Another gitsplit (process ")
    assert said[1].endswith(" is still running.")
    assert said[-2].startswith("It may still move branches")
    assert said[-1] == "1"
    assert len(trees(series, "HEAD~4..")) == 4
    assert locks(series) == []
    done(series.path, "--undo")


@pytest.mark.parametrize("lock", ["refs/heads/main.lock", "HEAD.lock"])
def test_a_lock_of_somebody_else_is_named_and_stays(
    series: Repository, lock: str
) -> None:
    path = series.path / ".git" / lock
    path.touch()
    refs = series.refs()
    ran = gitsplit(series.path, *SPLIT)

    sentence, hint, kept, state = ran.err.splitlines()
    assert (ran.status, ran.out, series.refs()) == (1, "", refs)
    assert sentence == (
        f"gitsplit: Another git process is using this repository: {path} exists."
    )
    assert hint.startswith("hint: Wait for it; if none is running, delete that file")
    assert kept.startswith("hint: Your plan is kept, for HEAD at ")
    assert state == "Nothing was changed."
    assert locks(series) == [path.name]
    path.unlink()
    done(series.path, *SPLIT)


def test_a_reflog_that_can_t_be_written_leaves_nothing_to_finish(
    series: Repository,
) -> None:
    log = series.path / ".git" / "logs" / series.git("symbolic-ref", "HEAD")
    log.rename(log.with_suffix(".aside"))
    log.mkdir()
    (log / "in the way").touch()
    refs = series.refs()
    ran = gitsplit(series.path, *SPLIT)

    sentence, hint, _, state = ran.err.splitlines()
    assert (ran.status, ran.out, series.refs()) == (1, "", refs)
    assert "there are still logs under" in sentence
    assert hint == "hint: Fix that, and try again."
    assert state == "Nothing was changed."
    assert locks(series) == []


def test_a_lock_costs_nobody_the_plan_they_worked_on(series: Repository) -> None:
    work = work_on(series)
    lock = series.path / ".git" / "HEAD.lock"
    lock.touch()
    with pytest.raises(WriteFailed) as caught:
        apply(open_idle_repository(series.path), work)
    lock.unlink()

    done(series.path, "--plan", str(kept_plan(caught.value)), "--yes")
    assert len(trees(series, "HEAD~4..")) == 4


def keep_no_reflogs(repo: Repository, head: str) -> None:
    """Nothing but ``head`` (a branch, or detached) leads to the commits."""
    repo.git("config", "core.logAllRefUpdates", "false")
    repo.git("checkout", "-q", head)
    if head == "--detach":
        repo.git("branch", "-q", "-D", "main")
    shutil.rmtree(repo.path / ".git" / "logs")


@pytest.mark.parametrize("when", ["before storing", "prepared", "committed"])
@pytest.mark.parametrize("head", ["main", "--detach"])
def test_a_gc_in_between_takes_nothing_that_the_split_needs(
    series: Repository, head: str, when: str
) -> None:
    """What the originals have already isn't stored again, and must stay."""
    keep_no_reflogs(series, head)
    old = trees(series, "HEAD~3..")
    gc = "[ $IN_GC ] || IN_GC=1 exec git gc -q --force --prune=now"
    if when == "before storing":
        hook(series, gc, "commit-msg")
    else:
        hook(series, f'[ "$1" = {when} ] || exit 0\n{gc}')
    assert gitsplit(series.path, *SPLIT).status == 0

    assert series.fsck() == ""
    assert series.git("count-objects", "-v").startswith("count: 0\n")
    assert trees(series, "HEAD~4..")[1:] == old


def test_an_undo_for_which_the_commits_are_gone_is_refused(series: Repository) -> None:
    keep_no_reflogs(series, "main")
    tip = series.oid("HEAD")
    assert gitsplit(series.path, *SPLIT).status == 0
    series.git("gc", "-q", "--prune=now")
    refs = series.refs()
    ran = gitsplit(series.path, "--undo")

    assert (ran.status, ran.out, series.refs()) == (1, "", refs)
    assert ran.err.splitlines() == [
        f"gitsplit: Commit {tip[:12]} from before the rewrite is gone.",
        "hint: `git gc` removes what no branch, tag or reflog leads to.",
        "Nothing was changed.",
    ]


def test_a_hook_that_says_no_is_heard_and_quoted(series: Repository) -> None:
    hook(series, '[ "$1" = prepared ] || exit 0; echo not on Fridays >&2; exit 1')
    refs = series.refs()
    ran = gitsplit(series.path, *SPLIT)

    assert (ran.status, ran.out, series.refs()) == (1, "", refs)
    assert ran.err.startswith("gitsplit: git could not update the refs: not on Fridays")
    assert ran.err.endswith("\nNothing was changed.\n")
    assert locks(series) == []


def test_a_journal_that_can_not_be_written_stops_everything(
    series: Repository,
) -> None:
    (series.path / ".git" / "gitsplit").touch()
    refs = series.refs()
    ran = gitsplit(series.path, *SPLIT)

    assert (ran.status, ran.out, series.refs()) == (1, "", refs)
    assert "gitsplit can't write its journal" in ran.err


def interrupting(repo: Repository, state: str, *args: str) -> Ran:
    """``gitsplit ARGS`` that gets Ctrl-C when its refs are in this state."""
    # The hook's parent is git, and git's is gitsplit (proc(5)).
    parent = "cut -d' ' -f4 /proc/$PPID/stat"
    hook(repo, f'[ "$1" = {state} ] && kill -INT $({parent}) && sleep 1; exit 0')
    ran = gitsplit_process(repo.path, *args)
    (repo.path / ".git" / "hooks" / "reference-transaction").unlink()
    return ran


def test_an_interruption_before_the_refs_move_changes_nothing(
    series: Repository,
) -> None:
    refs = series.refs()
    ran = interrupting(series, "prepared", *SPLIT)

    assert (ran.status, ran.out, series.refs()) == (130, "", refs)
    assert ran.err.endswith("Nothing was changed.\n")
    assert locks(series) == []
    assert "no rewrite" in gitsplit(series.path, "--undo").err
    done(series.path, *SPLIT)


def test_an_interruption_after_the_refs_moved_says_so(series: Repository) -> None:
    refs = series.refs()
    ran = interrupting(series, "committed", *SPLIT)

    assert (ran.status, ran.out) == (130, "")
    assert "Nothing was changed" not in ran.err
    assert "gitsplit --undo" in ran.err
    assert len(trees(series, "HEAD~4..")) == 4
    done(series.path, "--undo")
    assert series.refs() == refs


def test_an_interruption_of_an_undo_says_where_things_are(series: Repository) -> None:
    done(series.path, *SPLIT)
    split = series.refs()
    before = interrupting(series, "prepared", "--undo")
    still = series.refs()
    after = interrupting(series, "committed", "--undo")

    assert (before.status, still) == (130, split)
    assert before.err.endswith("Nothing was changed.\n")
    assert (after.status, len(trees(series, "HEAD~3.."))) == (130, 3)
    assert "Nothing was changed" not in after.err
    assert "no rewrite" in gitsplit(series.path, "--undo").err


def test_a_run_that_was_killed_is_settled_by_the_next_one_which_says_so(
    series: Repository,
) -> None:
    parent = "cut -d' ' -f4 /proc/$PPID/stat"
    hook(series, f'[ "$1" = committed ] && kill -KILL $({parent}); exit 0')
    killed = subprocess.run(
        [*PROGRAM, *SPLIT], cwd=series.path, capture_output=True, check=False
    )
    (series.path / ".git" / "hooks" / "reference-transaction").unlink()
    asked = ("--yes", "--root", "-c", "HEAD~3", "--commits", "2", "--no-verify")
    ran = gitsplit(series.path, *asked)

    assert killed.returncode == -signal.SIGKILL
    assert ran.status == 0
    assert ran.err == (
        "gitsplit: The last gitsplit was interrupted after a rewrite; "
        "nothing is missing.\n"
    )
    assert locks(series) == []


def test_an_interruption_while_git_is_asked_is_no_traceback(
    series: Repository, tmp_path: Path
) -> None:
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nkill -INT $PPID\nsleep 5\n")
    slow.chmod(0o755)
    path = f"{slow.parent}{os.pathsep}{os.environ['PATH']}"
    ran = gitsplit_process(series.path, "-n", "HEAD~1", env={"PATH": path})

    assert (ran.status, ran.out) == (130, "")
    assert re.fullmatch(r"\n?gitsplit: .*Nothing was changed\.\n", ran.err, re.S)
