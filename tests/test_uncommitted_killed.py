"""Killed at any moment, what wasn't committed is so still, or is committed.

In between it is staged at most: never is a commit there that the index would revert.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from gitsplit.git import journal
from gitsplit.git.repository import open_repository
from tests.repository import Repository
from tests.runner import gitsplit
from tests.uncommitted import files_of, state_told

EVERY = bool(os.environ.get("GITSPLIT_EVERY_MOMENT"))
"""Whether to die at every moment; else at a few of them, always the same."""

PROJECT = Path(__file__).parents[1]

DATES = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), "1700000000 +0000")

# Runs as another process, which is killed before its MOMENTth change of anything; at
# moment 0 it isn't, and says how many moments there were.
DYING = """
import os, signal, sys
moment, *args = sys.argv[1:]
moments = 0
CHANGES = {"os.rename", "os.remove", "os.link", "subprocess.Popen"}

def watch(event, arguments):
    global moments
    if event in CHANGES:
        moments += 1
        if moments == int(moment):
            os.kill(os.getpid(), signal.SIGKILL)

from gitsplit.cli.main import main
sys.addaudithook(watch)
try:
    main(args)
finally:
    print(moments, file=sys.stderr)
"""


def run(repo: Repository, args: tuple[str, ...], at: int) -> int:
    """The number of moments, or 0 where the process was killed."""
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(at), *args],
        cwd=repo.path,
        env={**os.environ, **DATES, "PYTHONPATH": f"{PROJECT}/src"},
        capture_output=True,
        check=False,
    )
    if at and done.returncode == -signal.SIGKILL:
        return 0
    assert done.returncode == 0, done.stderr.decode()
    return int(done.stderr.split()[-1])


def work_in(repo: Repository) -> None:
    """HEAD, index and files that differ in all ways that matter here."""
    repo.commit("base\n", {"a": b"1\n2\n3\n", "b": b"1\n", "gone": b"1\n"})
    repo.write({"a": b"1\n2 staged\n3\n", "b": b"2\n", "new": b"1\n", "gone": None})
    repo.git("add", "a", "new")
    repo.write({"a": b"1\n2 staged\n3 not\n", "meant": b"1\n"})
    repo.git("add", "-N", "meant")


def copy_of(repo: Repository, name: str) -> Repository:
    copy = repo.path.parent / name
    shutil.copytree(repo.path, copy, symlinks=True)
    return Repository(copy)


def is_reverted_by_index(repo: Repository, before: str) -> bool:
    """Whether new commits are there, and the index is as it was before them."""
    staged = repo.git("diff-index", "--cached", "HEAD")
    return repo.oid("HEAD") != before and bool(staged)


@pytest.mark.parametrize("args", [("-w", "-y"), ("--undo",)])
def test_killed_at_any_moment_it_is_all_there_or_not_at_all(
    repo: Repository, args: tuple[str, ...]
) -> None:
    work_in(repo)
    base = repo.oid("HEAD")
    if args == ("--undo",):
        assert gitsplit(repo.path, "-w", "-y").status == 0
    old = state_told(repo)
    whole = copy_of(repo, "whole")
    moments = range(1, run(whole, args, 0) + 1)
    new = state_told(whole)
    assert old != new
    some = moments if EVERY else Random(f"{args}").sample(moments, 6)
    for moment in some:
        copy = copy_of(repo, f"copy-{moment}")
        files = files_of(copy)
        assert run(copy, args, moment) == 0
        assert not is_reverted_by_index(copy, base), moment
        journal.recover_rewrites(open_repository(copy.path))
        assert state_told(copy) in (old, new), moment
        assert files_of(copy) == files, moment
        assert [*(copy.path / ".git").glob("*.lock")] == []
        shutil.rmtree(copy.path)
