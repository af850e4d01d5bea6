"""What a power cut takes: all that was not synced; and what may be lost in other ways.

A git that is killed loses nothing, so here the loss itself is played: of a file that
was not synced (fsync(2)) nothing is left, nor of a name in a directory that was not.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gitsplit.git import journal
from gitsplit.git.repository import open_repository
from tests.git.rewriting import prepared, tangled
from tests.repositories.splitting import Split, git_is_at_least, two_pieces
from tests.repository import Repository
from tests.runner import gitsplit, group, plan_for, split_entry, whole, written

# Runs as another process. It notes what is synced, and the power goes when the refs
# are about to move: of its own files only what was noted is left.
POWER = """
import os, sys
from pathlib import Path
from gitsplit.git import journal
from gitsplit.git.refs import RefUpdate
from gitsplit.git.repository import open_repository

repo = open_repository(Path(sys.argv[1]))
words = sys.argv[2:]
updates = tuple(RefUpdate(*words[i : i + 3]) for i in range(0, len(words), 3))
own = repo.git_dir / "gitsplit"
contents, names, sync = {}, None, os.fsync

def noted(fd):
    global names
    sync(fd)
    path = Path(os.readlink(f"/proc/self/fd/{fd}"))
    if path == own:
        names = {file.name: file.stat().st_ino for file in own.iterdir()}
    elif path.parent == own:
        contents[path.stat().st_ino] = path.read_bytes()

def power_cut():
    for file in own.iterdir():
        inode = file.stat().st_ino
        file.write_bytes(contents.get(inode, b""))
        if names is None or file.name not in names:
            file.unlink()
    os._exit(9)

os.fsync = noted
journal.move_refs(
    repo, updates, "split", expected_head=repo.head_ref(), before_commit=power_cut
)
"""


@pytest.fixture
def split(repo: Repository) -> tuple[Repository, str]:
    """A repository whose last rewrite is lost, and the refs before that."""
    tangled(repo, above=1)
    before = repo.refs()
    args = ("--yes", "--group-by", "file", "-c", "HEAD~1")
    assert gitsplit(repo.path, *args).status == 0
    repo.lose_packs()
    return repo, before


def test_the_record_of_a_rewrite_survives_a_power_cut(repo: Repository) -> None:
    tangled(repo)
    before = repo.refs()
    updates = prepared(repo)
    words = [word for u in updates for word in (u.ref, u.old, u.new)]
    script = [sys.executable, "-c", POWER, str(repo.path), *words]
    assert subprocess.run(script, check=False).returncode == 9
    (record,) = journal.records(open_repository(repo.path))
    for update in updates:
        repo.git("update-ref", update.ref, update.new, update.old)
    said = journal.recover_rewrites(open_repository(repo.path))
    undone = journal.undo_rewrite(open_repository(repo.path))

    assert record.updates == updates
    assert said is not None and "interrupted after a rewrite" in said
    assert (undone.updates, repo.refs()) == (updates, before)


def synced_by(trace: Path, command: str) -> int:
    """How many files the git command of that name has synced, as it says itself."""
    events = [json.loads(row) for row in trace.read_text().splitlines()]
    ours = {e["sid"] for e in events if e.get("name") == command}
    return sum(_synced(event) for event in events if event["sid"] in ours)


def _synced(event: dict[str, Any]) -> int:
    """How many files the event says were synced; newer gits say it as a counter."""
    if event.get("key") == "fsync/hardware-flush":
        return int(event["value"])
    if (event.get("category"), event.get("name")) == ("fsync", "hardware-flush"):
        return int(event["count"])
    return 0


@pytest.mark.skipif(not git_is_at_least(2, 36), reason="git doesn't count before 2.36")
def test_objects_and_refs_are_on_disk_whatever_is_configured(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_pieces(repo)
    repo.git("config", "core.fsync", "none")
    repo.git("config", "core.fsyncMethod", "writeout-only")
    trace = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(trace))
    Split.of(repo).succeed()

    assert synced_by(trace, "index-pack") >= 2
    assert synced_by(trace, "update-ref") >= 1


def test_undo_needs_nothing_that_was_written(split: tuple[Repository, str]) -> None:
    repo, before = split
    repo.write({"staged": b"s\n", "a": b"dirty\n"})
    repo.git("add", "staged")
    ran = gitsplit(repo.path, "--undo")

    assert (ran.status, ran.err) == (0, "")
    assert repo.refs() == before
    assert repo.git("status", "--porcelain").split() == ["M", "a", "A", "staged"]


@pytest.mark.parametrize("args", [("-n",), ("--yes", "-c", "HEAD")])
def test_a_head_that_is_lost_is_named_with_the_way_out(
    split: tuple[Repository, str], args: tuple[str, ...]
) -> None:
    repo, _ = split
    lost = repo.oid("main")
    ran = gitsplit(repo.path, *args, *(["HEAD~1"] if args == ("-n",) else []))

    assert ran.status == 1
    assert f"The object {lost} is missing" in ran.err
    assert "gitsplit --undo" in ran.err
    assert gitsplit(repo.path, "--undo").status == 0


def test_a_head_that_somebody_else_lost_is_named_without_it(repo: Repository) -> None:
    tangled(repo, above=0)
    lost = repo.oid("main")
    (repo.path / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    ran = gitsplit(repo.path, "-n", "-c", "HEAD")

    assert f"The object {lost} is missing" in ran.err
    assert "git fsck" in ran.err
    assert "--undo" not in ran.err


def test_a_branch_elsewhere_is_given_back_though_its_commit_is_lost(
    repo: Repository, tmp_path: Path
) -> None:
    tangled(repo, above=1)
    repo.git("branch", "beside", "HEAD~1")
    before = repo.refs()
    args = ("--yes", "--group-by", "file", "-c", "HEAD~1")
    assert gitsplit(repo.path, *args).status == 0
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"), "beside")
    repo.lose_packs()

    assert gitsplit(repo.path, "--undo").status == 0
    assert repo.refs() == before


def test_where_the_index_has_to_follow_a_lost_tree_git_has_the_way_back(
    repo: Repository,
) -> None:
    tangled(repo, above=0)
    before = repo.oid("main")
    dropping = split_entry(repo, "HEAD", group("one\n", whole("a")))
    plan = plan_for(repo, "HEAD~1", {**dropping, "dropped": [whole("b")]})
    named = written(repo.path / ".git" / "my-plan", plan)
    assert gitsplit(repo.path, "--yes", "--plan", named).status == 0
    repo.lose_packs()
    ran = gitsplit(repo.path, "--undo")
    (command,) = [row for row in ran.err.split("`") if row.startswith("git ")]
    repo.run(*command.split()[1:])

    assert ran.status == 1
    assert ran.err.endswith("\nNothing was changed.\n")
    assert repo.oid("main") == before
    assert repo.git("status", "--porcelain") == ""


def test_a_rewrite_that_was_done_and_then_lost_is_taken_back_by_the_next_start(
    split: tuple[Repository, str],
) -> None:
    repo, before = split
    record = repo.path / ".git" / "gitsplit" / "000001.json"
    record.write_text(record.read_text().replace('"done"', '"prepared"'))
    said = journal.recover_rewrites(open_repository(repo.path))

    assert said is not None and "it has been rolled back" in said
    assert repo.refs() == before
