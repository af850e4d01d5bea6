"""Once something has changed, no word says that nothing was."""

import os
from pathlib import Path

import pytest

from tests.repositories.splitting import two_pieces
from tests.repository import Repository
from tests.runner import gitsplit, gitsplit_process

SPLIT = ("--yes", "--group-by", "file", "-c", "HEAD~2")
NOTHING = "Nothing was changed."


def lose(repo: Repository, oid: str) -> None:
    """Delete the loose object."""
    (repo.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()


def loose(repo: Repository) -> Repository:
    """``two_pieces``, each object in a file of its own."""
    two_pieces(repo)
    repo.loosen()
    return repo


def test_a_tree_above_that_is_lost_keeps_nothing_from_being_split(
    repo: Repository,
) -> None:
    loose(repo)
    before, tree = repo.oid("main"), repo.tree("main")
    lose(repo, tree)
    ran = gitsplit(repo.path, *SPLIT)

    assert (ran.status, ran.err) == (0, "")
    assert repo.oid("main") != before
    assert repo.git("log", "-1", "--format=%T") == tree


INTERRUPT = """#!/bin/sh
if [ "$1" = committed ]; then
    kill -INT "$(ps -o ppid= -p $PPID)"
fi
"""


@pytest.mark.parametrize("args", [SPLIT, ("--undo",)])
def test_ctrl_c_just_when_the_refs_have_moved_is_told_with_what_has_happened(
    repo: Repository, args: tuple[str, ...]
) -> None:
    two_pieces(repo)
    if args != SPLIT:
        assert gitsplit(repo.path, *SPLIT).status == 0
    before = repo.refs()
    hook = repo.path / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(INTERRUPT)
    hook.chmod(0o755)
    ran = gitsplit_process(repo.path, *args)

    assert ran.status == 130
    assert repo.refs() != before
    assert "Interrupted while updating refs" in ran.err
    assert NOTHING not in ran.err


PROGRAM = """#!/bin/sh
case "$*" in
    *"$WHEN"*) {what} ;;
esac
exec {git} "$@"
"""


def with_a_git_that(
    tmp_path: Path, git: str, what: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git is a program that does this where its arguments contain that."""
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(PROGRAM.format(what=what, git=git))
    program.chmod(0o755)
    monkeypatch.setenv("WHEN", when)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


def test_ctrl_c_after_an_undo_is_told_with_the_undo(
    repo: Repository,
    tmp_path: Path,
    git_program: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two_pieces(repo)
    before = repo.refs()
    assert gitsplit(repo.path, *SPLIT).status == 0
    interrupt = "kill -INT $PPID"
    with_a_git_that(tmp_path, git_program, interrupt, "refs/remotes", monkeypatch)
    ran = gitsplit_process(repo.path, "--undo")

    assert ran.status == 130
    assert ran.err.endswith("The rewrite is undone.\n")
    assert repo.refs() == before


def test_ctrl_c_before_anything_has_changed_says_so(
    repo: Repository,
    tmp_path: Path,
    git_program: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two_pieces(repo)
    before = repo.refs()
    interrupt = "kill -INT $PPID"
    with_a_git_that(tmp_path, git_program, interrupt, "update-ref", monkeypatch)
    ran = gitsplit_process(repo.path, *SPLIT)

    assert (ran.status, ran.err) == (130, f"\ngitsplit: interrupted. {NOTHING}\n")
    assert repo.refs() == before


def test_a_git_that_was_killed_has_not_said_that_there_is_no_commit(
    repo: Repository,
    tmp_path: Path,
    git_program: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two_pieces(repo)
    with_a_git_that(tmp_path, git_program, "kill -9 $$", "rev-parse -", monkeypatch)
    monkeypatch.setenv("WHEN", "--quiet --end-of-options")
    ran = gitsplit_process(repo.path, *SPLIT)

    assert ran.status == 1
    assert "git rev-parse failed" in ran.err


def test_what_the_last_one_left_was_changed_even_if_this_one_changes_nothing(
    repo: Repository,
) -> None:
    two_pieces(repo)
    assert gitsplit(repo.path, *SPLIT).status == 0
    record = repo.path / ".git" / "gitsplit" / "000001.json"
    record.write_text(record.read_text().replace('"done"', '"prepared"'))
    ran = gitsplit(repo.path, "--yes", "no-such-revision")

    assert "interrupted after a rewrite" in ran.err
    assert ran.err.endswith("\nNothing else was changed.\n")
