"""A git as old as those that long-term releases still carry does the main job."""

import os
import shutil
from pathlib import Path

import pytest

from tests.repositories.splitting import Split, two_pieces
from tests.repository import Repository

OLD_GIT = """#!/bin/sh
# As git 2.34, as far as gitsplit may notice: what is newer isn't there.
case " $* " in
*" hook "*)
    echo "git: 'hook' is not a git command. See 'git --help'." >&2
    exit 1 ;;
*" merge-tree --"* | *" --update-refs "* | *" --path-format=relative "* | \\
*" cat-file -Z"* | *" --batch-command "* | *" worktree list "*" -z "* | \\
*" --show-ref-format "* | *" --exclude-existing "* | *" --merge-base"*)
    echo "error: unknown option" >&2
    exit 129 ;;
*" version "* | *" --version "*)
    echo "git version 2.34.1"
    exit 0 ;;
esac
exec "$REAL_GIT" "$@"
"""


@pytest.fixture
def old_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The git on the path knows nothing that came after 2.34."""
    real = shutil.which("git")
    assert real
    monkeypatch.setenv("REAL_GIT", real)
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(OLD_GIT)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


@pytest.mark.usefixtures("old_git")
def test_a_commit_is_split_with_an_old_git(repo: Repository) -> None:
    two_pieces(repo)
    repo.git("branch", "beside")
    place = "../linked\n\nHEAD here"
    repo.git("worktree", "add", "-q", "-b", "linked", place, "HEAD~1")
    Split.of(repo).succeed()

    assert repo.oid("beside") == repo.oid("HEAD")
    assert repo.oid("linked") == repo.oid("HEAD~1")


@pytest.mark.usefixtures("old_git")
def test_hooks_run_by_hand_with_an_old_git(repo: Repository) -> None:
    two_pieces(repo)
    for name, script in (
        ("commit-msg", 'printf "said by a hook\\n" >>"$1"'),
        ("post-rewrite", "cat >.git/rewritten"),
    ):
        hook = repo.path / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{script}\n")
        hook.chmod(0o755)
    old = repo.oid("HEAD")
    ran = Split.of(repo).run()

    assert (ran.status, ran.err) == (0, "")
    assert repo.message("HEAD~3") == b"first\nsaid by a hook\n"
    assert f"{old} {repo.oid('HEAD')}" in (repo.path / ".git/rewritten").read_text()
