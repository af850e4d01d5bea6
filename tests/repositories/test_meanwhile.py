"""Others at work in the repository at the same time: nobody loses anything."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.repositories.splitting import Split, locks_of, two_pieces
from tests.repository import Repository
from tests.runner import PROGRAM, Ran, gitsplit

PATIENCE = 30.0
"""Seconds until a process that doesn't come is given up; it takes far less."""

BY_FILE = ("--yes", "--group-by", "file")

HOLD = """#!/bin/sh
# Stops at the named command until it is told to go on.
case " $* " in
*" $HELD_COMMAND "*)
    touch "$HOLD/held"
    while [ ! -e "$HOLD/go" ]; do sleep 0.02; done ;;
esac
exec "$REAL_GIT" "$@"
"""

HOOK = """#!/bin/sh
# Stops once everything is locked, for the one who is to be held only.
[ "$1" = prepared ] && [ "$HELD_COMMAND" = prepared ] || exit 0
touch "$HOLD/held"
while [ ! -e "$HOLD/go" ]; do sleep 0.02; done
"""


@contextmanager
def held(repo: Repository, at: str, *args: str) -> Iterator[Callable[[], Ran]]:
    """A ``gitsplit ARGS`` that stands still at a git command; call it for its end.

    ``at`` is the command's name, or ``prepared`` for when all refs are locked.
    """
    place = repo.path.parent / "hold"
    place.mkdir()
    git = shutil.which("git")
    assert git
    for path, script in ((place / "git", HOLD), (_hook(repo), HOOK)):
        path.parent.mkdir(exist_ok=True)
        path.write_text(script)
        path.chmod(0o755)
    named = {"HELD_COMMAND": at, "HOLD": str(place), "REAL_GIT": git}
    named["PATH"] = f"{place}:{os.environ['PATH']}"
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [*PROGRAM, *args],
        cwd=repo.path,
        env=os.environ | named,
        stdin=subprocess.DEVNULL,
        stdout=pipe,
        stderr=pipe,
    )

    def end() -> Ran:
        (place / "go").touch()
        out, err = process.communicate(timeout=PATIENCE)
        return Ran(process.returncode, out.decode(), err.decode())

    try:
        _wait_for(place / "held", process)
        yield end
    finally:
        end()


def _hook(repo: Repository) -> Path:
    return repo.path / ".git" / "hooks" / "reference-transaction"


def _wait_for(path: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline and process.poll() is None, "it never came"
        time.sleep(0.01)


def test_a_second_gitsplit_is_refused_while_the_first_moves_refs(
    repo: Repository,
) -> None:
    split = Split.of(two_pieces(repo))
    before = repo.refs()
    with held(repo, "prepared", *BY_FILE, "-c", "HEAD~2") as end:
        second = gitsplit(repo.path, *BY_FILE, "-c", "HEAD~2")
        undo = gitsplit(repo.path, "--undo")
        assert repo.refs() == before
        first = end()

    for later in (second, undo):
        assert (later.status, later.out) == (1, "")
        assert "Another gitsplit (process " in later.err
        assert " is still running." in later.err
        assert "Nothing was changed." not in later.err
    assert first == Ran(0, first.out, "")
    split.check()
    assert locks_of(repo) == []
    assert gitsplit(repo.path, "--undo").status == 0
    assert repo.refs() == before


def another_gitsplit(repo: Repository) -> None:
    assert gitsplit(repo.path, *BY_FILE, "-c", "HEAD~2").status == 0


def a_commit(repo: Repository) -> None:
    repo.commit("meanwhile\n", {"m": b"m\n"})


def a_switch(repo: Repository) -> None:
    repo.git("checkout", "-q", "other")


def a_detached_head(repo: Repository) -> None:
    repo.git("checkout", "-q", "--detach")


def a_branch_moved(repo: Repository) -> None:
    repo.git("branch", "-f", "beside", "HEAD~3")


def a_branch_deleted(repo: Repository) -> None:
    repo.git("branch", "-D", "beside")


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (another_gitsplit, "Branch main is at"),
        (a_commit, "Branch main is at"),
        (a_switch, "HEAD is on branch other now, but was on branch main"),
        (a_detached_head, "HEAD is detached now, but was on branch main"),
        (a_branch_moved, "Branch beside is at"),
        (a_branch_deleted, "Branch beside is gone"),
    ],
)
def test_what_happens_between_start_and_apply_is_kept_and_told(
    repo: Repository, happens: Callable[[Repository], None], told: str
) -> None:
    two_pieces(repo)
    repo.git("branch", "other", "HEAD~3")
    repo.git("branch", "beside")
    with held(repo, "index-pack", *BY_FILE, "-c", "HEAD~2") as end:
        happens(repo)
        meanwhile = repo.refs(), repo.git("status", "--porcelain")
        ran = end()

    assert (ran.status, ran.out) == (1, "")
    assert told in ran.err
    assert "Nothing was changed." in ran.err
    assert "Your plan is kept" in ran.err
    assert (repo.refs(), repo.git("status", "--porcelain")) == meanwhile
    assert locks_of(repo) == []
    assert repo.fsck() == ""


def test_a_gc_in_between_throws_nothing_away(repo: Repository) -> None:
    two_pieces(repo)
    split = Split.of(repo)
    with held(repo, "prepared", *BY_FILE, "-c", "HEAD~2") as end:
        repo.git("repack", "-q", "-a", "-d")
        repo.git("prune-packed")
        assert end().status == 0

    split.check()
    assert locks_of(repo) == []
