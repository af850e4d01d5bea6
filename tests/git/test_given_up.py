"""What nobody waits for any more ends soon, with all that it has started."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gitsplit.errors import GitFailed, GivenUp, ProgramFailed
from gitsplit.git import user_programs
from gitsplit.git.program import Program
from gitsplit.git.repository import open_repository
from gitsplit.git.scratch_worktree import ScratchWorktrees
from gitsplit.git.write import make_rewrite
from gitsplit.model.drafts import SeriesDraft
from gitsplit.model.objects import Oid
from gitsplit.model.progress import PATIENT, Watch
from tests.git.rewriting import COMMITTER, Bench, same, series_of, tangled
from tests.processes import is_alive
from tests.repository import Repository

SOON = 10.0
"""Far less than the commands here sleep, far more than their end takes."""


def until(file: Path) -> Callable[[], bool]:
    """Whether it is wanted: until the file has a line."""
    return lambda: not (file.exists() and file.read_text().endswith("\n"))


def test_what_is_wanted_to_the_end_is_as_without_a_watch(repo: Repository) -> None:
    """More than fits a pipe goes in and comes out."""
    data = b"0123456789abcdef\n" * (1 << 16)
    program = Program(repo.path, is_wanted=PATIENT.is_wanted)
    oid = program.run("hash-object", "-w", "--stdin", stdin=data).stdout.decode()

    assert program.run("cat-file", "blob", oid.strip()).stdout == data
    with pytest.raises(GitFailed):
        program.run("cat-file", "blob", "nosuch")


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("end", ["", "trap '' TERM; "])
def test_git_ends_with_what_it_has_started(
    repo: Repository, tmp_path: Path, terminal: bool, end: str
) -> None:
    """An alias stands for a git that runs a program of the user's, a stubborn one."""
    log = tmp_path / "log"
    repo.git("config", "alias.w", f"!{end}echo $$ >{log}; sleep 1000; sleep 1000")
    begin = time.monotonic()
    with pytest.raises(GivenUp):
        Program(repo.path, is_wanted=until(log)).run("w", terminal=terminal)

    assert time.monotonic() - begin < SOON
    assert not is_alive(log.read_text().strip())


def test_git_beside_a_screen_has_no_terminal(repo: Repository) -> None:
    repo.git("config", "alias.tty", "!ps -o tty= -o sid= -p $$; echo $$")
    program = Program(repo.path, is_wanted=PATIENT.is_wanted)
    said = program.run("tty", terminal=True).stdout.split()

    assert said[0] == b"?"


def test_a_scratch_worktree_that_is_being_made_leaves_no_trace(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git is given up in the middle of writing files, where a filter takes long."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    repo.commit("one\n", {".gitattributes": b"slow filter=slow\n", "slow": b"1\n"})
    log = tmp_path / "log"
    repo.git("config", "filter.slow.smudge", f"echo $$ >{log}; sleep 1000")
    places = ScratchWorktrees.of(open_repository(repo.path))
    begin = time.monotonic()
    with (
        pytest.raises(GivenUp),
        places.worktree(Oid(repo.oid("HEAD")), Watch(is_wanted=until(log))),
    ):
        raise AssertionError("it can't be made")

    places.close()
    assert time.monotonic() - begin < SOON
    assert not is_alive(log.read_text().strip())
    assert not list(temporary.iterdir())
    assert not (repo.path / ".git" / "worktrees").exists()


def test_a_program_that_is_asked_something_ends(
    repo: Repository, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    watched = open_repository(repo.path).with_watch(Watch(is_wanted=until(log)))
    with pytest.raises(GivenUp):
        user_programs.run_filter(watched, f"echo $$ >{log}; sleep 1000", b"question")

    assert not is_alive(log.read_text().strip())


def test_a_program_that_is_waited_for_has_its_time(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_programs, "PATIENCE", 0.2)
    opened = open_repository(repo.path).with_watch(PATIENT)
    with pytest.raises(ProgramFailed, match="has not answered"):
        user_programs.run_filter(opened, "sleep 1000", b"")

    assert user_programs.run_filter(opened, "cat", b"question") == b"question"


def test_a_rewrite_is_given_up_between_two_commits(repo: Repository) -> None:
    tangled(repo)
    bench = Bench.of(repo)
    series = series_of(repo, "HEAD~3")
    drafts = SeriesDraft.of(series, [same(source) for source in series.commits])
    told: list[tuple[int, int]] = []

    def write(is_wanted: Callable[[], bool]) -> None:
        watch = Watch(lambda *news: told.append(news), is_wanted)
        make_rewrite(bench.opened, bench.objects, drafts, COMMITTER, watch)

    with pytest.raises(GivenUp):
        write(lambda: len(told) < 2)
    assert told == [(0, 3), (1, 3)]
    write(lambda: True)
    assert told[2:] == [(0, 3), (1, 3), (2, 3)]
