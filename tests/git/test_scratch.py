"""A commit's files in a place of their own, which leaves no trace."""

import os
import subprocess
import time
from pathlib import Path
from threading import Event, Timer

import pytest

from gitsplit.errors import WriteFailed
from gitsplit.git.journal import recover_rewrites
from gitsplit.git.program import this_process
from gitsplit.git.repository import open_repository
from gitsplit.git.scratch_worktree import (
    KEPT,
    CommandResult,
    ScratchWorktree,
    ScratchWorktrees,
    run_command,
)
from gitsplit.model.objects import Oid
from tests.processes import is_alive
from tests.repository import Repository

DEAD = "4194304 1"
HERE = os.uname().nodename


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary directories are made, and nothing else is."""
    path = tmp_path / "temporary"
    path.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(path))
    return path


@pytest.fixture
def two(repo: Repository, temporary: Path) -> Repository:
    assert not list(temporary.iterdir())
    repo.commit("one\n", {"file": b"1\n", ".gitignore": b"built\n"})
    repo.commit("two\n", {"file": b"2\n"})
    return repo


def scratches(repo: Repository) -> ScratchWorktrees:
    return ScratchWorktrees.of(open_repository(repo.path))


def ended(repo: Repository, command: str, revision: str = "HEAD") -> CommandResult:
    """How the command ends on the files of a commit."""
    places = scratches(repo)
    with places.worktree(Oid(repo.oid(revision))) as scratch:
        return run_command(command, scratch, places.environment, Event())


def worktrees(repo: Repository) -> list[str]:
    listed = repo.git("worktree", "list", "--porcelain").splitlines()
    return [line for line in listed if line.startswith("worktree ")]


def assert_no_trace(repo: Repository, temporary: Path) -> None:
    assert len(worktrees(repo)) == 1
    assert not list((repo.path / ".git").glob("worktrees/*"))
    assert not list(temporary.iterdir())


def test_a_scratch_worktree_has_the_files_of_its_commit_and_then_is_gone(
    two: Repository, temporary: Path
) -> None:
    before = two.refs()
    asked = "cat file; git rev-parse HEAD; git status --porcelain; pwd"

    said = ended(two, asked, "HEAD~1").output.decode().splitlines()

    assert said[:2] == ["1", two.oid("HEAD~1")]
    assert [Path(line).parent for line in said[2:]] == [temporary]
    assert two.refs() == before
    assert_no_trace(two, temporary)


def test_a_worktree_that_another_is_just_making_is_waited_for(
    two: Repository, temporary: Path
) -> None:
    """Git gives up where it meets one whose files are there, but empty yet."""
    half = two.path / ".git" / "worktrees" / "half"
    half.mkdir(parents=True)
    (half / "gitdir").write_text(f"{temporary}/half/.git\n")
    (half / "HEAD").write_text(two.oid("HEAD") + "\n")
    (half / "commondir").touch()
    made = Timer(0.2, lambda: (half / "commondir").write_text("../..\n"))
    made.start()

    said = ended(two, "cat file").output
    made.join()

    assert said == b"2\n"
    assert [path.name for path in half.parent.iterdir()] == ["half"]


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf .git *",
        'rm -rf "$PWD"',
        "mkdir -p a/b && touch a/b/c && chmod -w a/b a",
        "git init -q inner && touch built inner/x",
        "echo 3 >file && git commit -qam three",
        "git checkout -q -B mine && git branch -D -q mine; git checkout -q --detach",
        "git worktree unlock . && git worktree remove --force .",
    ],
)
def test_whatever_a_command_leaves_goes(
    two: Repository, temporary: Path, command: str
) -> None:
    head = two.oid("HEAD")
    ended(two, command)

    assert_no_trace(two, temporary)
    assert two.oid("HEAD") == head
    assert two.git("status", "--porcelain") == ""


def test_nothing_leaks_from_one_commit_to_the_next(two: Repository) -> None:
    assert ended(two, "touch built").status == 0
    assert ended(two, "test -e built").status == 1


def test_local_variables_of_git_are_cleared_and_the_index_of_the_user_stays(
    two: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_dir = two.path / ".git"
    index = (git_dir / "index").read_bytes()
    monkeypatch.setenv("GIT_DIR", str(git_dir))
    monkeypatch.setenv("GIT_WORK_TREE", str(two.path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(git_dir / "index"))
    said = ended(two, "cat file; env | grep ^GIT_; git rm -q file; ls", "HEAD~1")
    monkeypatch.undo()

    told = said.output.decode()
    assert told.startswith("1\n")
    assert not {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"} & {
        line.partition("=")[0] for line in told.splitlines()
    }
    assert (git_dir / "index").read_bytes() == index
    assert (two.path / "file").read_bytes() == b"2\n"


def test_no_hook_hears_of_a_scratch_worktree(two: Repository) -> None:
    hook = two.path / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {two.path}/heard\n")
    hook.chmod(0o755)

    assert ended(two, "true").status == 0
    assert not (two.path / "heard").exists()


def test_a_bare_repository_has_scratch_worktrees_too(
    two: Repository, tmp_path: Path, temporary: Path
) -> None:
    two.git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))

    assert ended(Repository(tmp_path / "bare"), "cat file").output == b"2\n"
    assert not list(temporary.iterdir())


def test_where_no_worktree_can_be_made_the_error_says_so(
    two: Repository, temporary: Path
) -> None:
    with (
        pytest.raises(WriteFailed, match="can't be checked out"),
        scratches(two).worktree(Oid("1" * 40)),
    ):
        pass

    assert_no_trace(two, temporary)


def test_an_exit_status_and_a_signal_are_told_apart(two: Repository) -> None:
    assert ended(two, "exit 7").reason == "exit 7"
    assert ended(two, "kill -9 $$").reason == "killed by SIGKILL"
    assert ended(two, "no-such-command-anywhere 2>/dev/null").reason == "exit 127"


def test_there_is_nothing_to_read_and_no_terminal(two: Repository) -> None:
    said = ended(two, "cat; (: </dev/tty) 2>/dev/null || echo none")

    assert said.output == b"none\n"


def test_of_a_long_output_the_end_is_kept(two: Repository) -> None:
    said = ended(two, "yes | head -c 20000000; echo the end >&2")

    assert len(said.output) == KEPT
    assert said.output.endswith(b"y\nthe end\n")


def test_what_runs_in_the_background_is_ended_with_its_command(
    two: Repository,
) -> None:
    started = time.monotonic()
    said = ended(two, "sleep 1000 & echo $!; exec >&- 2>&-; sleep 0.2")

    assert time.monotonic() - started < 10
    assert not is_alive(int(said.output))


def test_nobody_waits_for_what_has_left_the_group(two: Repository) -> None:
    started = time.monotonic()
    said = ended(two, "setsid sleep 20 & echo done")

    assert said == CommandResult(0, b"done\n")
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("trap", ["", "trap '' TERM; "])
def test_a_command_that_never_ends_is_stopped(
    two: Repository, temporary: Path, trap: str
) -> None:
    stop = Event()
    places = scratches(two)
    timer = Timer(0.3, stop.set)
    timer.start()
    command = f"{trap}echo $$; while :; do sleep 0.1; done"
    with places.worktree(Oid(two.oid("HEAD"))) as scratch:
        said = run_command(command, scratch, places.environment, stop)
    timer.join()

    assert said.status == (-9 if trap else -15)
    assert not is_alive(int(said.output))
    assert_no_trace(two, temporary)


def left_behind(
    repo: Repository, reason: str, temporary: Path, name: str
) -> ScratchWorktree:
    """A worktree that is locked for this reason."""
    path = temporary / name
    locked = ("--lock", "--reason", reason)
    repo.git("worktree", "add", "-q", "--detach", *locked, str(path), "HEAD")
    return ScratchWorktree(path, repo.path / ".git" / "worktrees" / name)


def test_worktrees_of_the_dead_are_removed_and_no_others(
    two: Repository, temporary: Path
) -> None:
    reasons = {
        "gitsplit-dead": f"gitsplit {DEAD} on {HERE}",
        "gitsplit-living": f"gitsplit {this_process()} on {HERE}",
        "gitsplit-elsewhere": f"gitsplit {DEAD} on {HERE}-not",
        "gitsplit-mine": "mine",
        "mine": f"see gitsplit {DEAD} on {HERE}",
    }
    made = {n: left_behind(two, r, temporary, n) for n, r in reasons.items()}

    recover_rewrites(open_repository(two.path))

    left = {name for name, each in made.items() if each.path.exists()}
    assert left == reasons.keys() - {"gitsplit-dead"}
    assert {name for name, each in made.items() if each.admin.exists()} == left
    assert len(worktrees(two)) == 1 + len(left)


def test_a_dead_worktree_that_was_moved_away_keeps_its_files(
    two: Repository, temporary: Path
) -> None:
    made = left_behind(two, f"gitsplit {DEAD} on {HERE}", temporary, "gitsplit-x")
    kept = temporary / "kept"
    two.git("worktree", "move", "-f", "-f", str(made.path), str(kept))

    recover_rewrites(open_repository(two.path))

    assert (kept / "file").read_bytes() == b"2\n"
    assert len(worktrees(two)) == 1


def test_a_dead_worktree_whose_files_are_gone_is_forgotten(
    two: Repository, temporary: Path
) -> None:
    made = left_behind(two, f"gitsplit {DEAD} on {HERE}", temporary, "gitsplit-x")
    (made.admin / "gitdir").unlink()
    recover_rewrites(open_repository(two.path))

    assert not made.admin.exists()
    assert len(worktrees(two)) == 1


def test_what_still_runs_in_a_dead_worktree_is_ended(
    two: Repository, temporary: Path
) -> None:
    made = left_behind(two, f"gitsplit {DEAD} on {HERE}", temporary, "gitsplit-x")
    with subprocess.Popen(["sleep", "1000"], process_group=0) as running:
        made.note_command(running.pid)
        recover_rewrites(open_repository(two.path))

        assert running.wait(10) == -9
    assert_no_trace(two, temporary)
