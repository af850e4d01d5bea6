"""Files of gitsplit's and git's that never end, or are no files, are not read."""

import os
import subprocess
from pathlib import Path

import pytest

from gitsplit.git.repository import open_repository
from gitsplit.git.state_dir import DraftFile
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import read_work
from tests.repository import Repository
from tests.runner import PROGRAM, Ran, gitsplit, tangled

SPLIT = ("--yes", "--group-by", "file", "-c", "HEAD~2")


def put(kind: str, path: Path) -> None:
    """Something stands there that can't be read to its end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        with path.open("wb") as file:
            file.truncate(300_000_000)


def run(repo: Repository, *args: str) -> Ran:
    """A gitsplit that ends soon."""
    command = [*PROGRAM, *args]
    ran = subprocess.run(
        command, cwd=repo.path, capture_output=True, check=False, timeout=60
    )
    return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


@pytest.mark.parametrize("kind", ["device", "pipe", "huge"])
def test_a_journal_without_end_is_named_and_stops_nothing_else(
    repo: Repository, kind: str
) -> None:
    tangled(repo)
    path = repo.path / ".git/gitsplit/000001.json"
    put(kind, path)
    undo = run(repo, "--undo")
    split = run(repo, *SPLIT)

    assert undo.status == 1
    assert f"gitsplit's journal {path} can't be read" in undo.err
    assert split.status == 0, split.err
    assert gitsplit(repo.path, "--undo").status == 0


@pytest.mark.parametrize("kind", ["device", "pipe", "huge"])
def test_locks_and_states_without_end_are_nobodys_or_said(
    repo: Repository, kind: str
) -> None:
    tangled(repo)
    git = repo.path / ".git"
    for name in ("gitsplit/rebase-process", "gitsplit/reflogs"):
        put(kind, git / name)
    put(kind, git / "objects/pack/pack-1.keep")
    split = run(repo, *SPLIT)
    put(kind, git / "index.lock")
    undo = run(repo, "--undo")

    assert split.status == 0, split.err
    assert undo.status == 0, undo.err
    assert os.path.lexists(git / "index.lock")


@pytest.mark.parametrize("kind", ["device", "pipe", "huge"])
@pytest.mark.parametrize("file", ["rebase-merge/head-name", "gitsplit/autostash"])
def test_a_state_of_a_rebase_without_end_is_said(
    repo: Repository, kind: str, file: str
) -> None:
    tangled(repo)
    path = repo.path / ".git" / file
    put(kind, path)
    (repo.path / ".git/gitsplit").mkdir(exist_ok=True)
    (repo.path / ".git/gitsplit/rebase-process").write_text("start\n999999\n")
    ran = run(repo, "--undo")

    assert ran.status == 1
    assert f"gitsplit: {path} can't be read: it is" in ran.err


def test_a_draft_without_end_is_none(repo: Repository) -> None:
    tangled(repo)
    opened = open_repository(repo.path)
    work = read_work(opened, Request("HEAD~3"), asks=True)
    draft = DraftFile.of(opened, work.series, work.head_ref)
    for kind in ("device", "pipe", "huge"):
        put(kind, draft.path)
        assert draft.text() is None
    draft.save("{}")
    assert draft.text() == "{}"
