"""What isn't committed, split into commits: files stay, and nothing staged is lost."""

import os
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitsplit.git.repository import open_repository
from gitsplit.model.diff import FileChange
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.model.progress import say_nothing
from gitsplit.workflow.apply import Outcome, apply, undo
from gitsplit.workflow.propose import Request
from gitsplit.workflow.uncommitted import source_read
from gitsplit.workflow.work import read_work
from tests.repository import Repository
from tests.runner import gitsplit, state_of
from tests.uncommitted import Chance, files_of, snapshot_by_git, state_told

SEEDS = int(os.environ.get("GITSPLIT_UNCOMMITTED", "24"))
"""So many random repositories are looked at."""

Entries = dict[str, str]


def entries_of(listed: str) -> Entries:
    """The mode and id of each path."""
    rows = (row.split("\t", 1) for row in listed.split("\0") if row)
    return {path: " ".join(what.split()[:2]) for what, path in rows}


def index_of(repo: Repository) -> Entries:
    """The entries of the index, without those that are only meant to be added."""
    entries = entries_of(repo.run("ls-files", "-s", "-z").stdout.decode())
    meant = repo.git("diff-files", "--name-only", "--diff-filter=A").split("\n")
    return {path: entry for path, entry in entries.items() if path not in meant}


def tree_entries(repo: Repository, tree: str) -> Entries:
    listed = repo.run("ls-tree", "-r", "-z", tree).stdout.decode().split("\0")
    rows = (row.split("\t", 1) for row in listed if row)
    return {path: f"{w.split()[0]} {w.split()[2]}" for w, path in rows}


def lines_at(repo: Repository, entry: str | None) -> set[bytes]:
    if entry is None or entry.startswith("160000"):
        return set()
    oid = entry.split()[1]
    return set(repo.run("cat-file", "blob", oid).stdout.splitlines())


def apply_random(
    repo: Repository, option: str, chance: Chance, *, may_drop: bool
) -> tuple[Plan, str, Outcome]:
    """Split what isn't committed by a random plan: that, its tree, the outcome."""
    opened = open_repository(repo.path)
    request = Request(
        worktree=option == "-w",
        untracked=option == "--untracked",
        staged=option == "--staged",
    )
    with source_read(opened, request, say_nothing) as (known, meant):
        assert known.snapshot is not None
        work = read_work(known, meant, every=True)
        (oid,) = work.plans
        plan = chance.plan(work.plans[oid], may_drop=may_drop)
        outcome = apply(known, work.with_plans({oid: plan}))
        return plan, known.snapshot.source.after, outcome


@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_work_is_committed_and_undone(
    repo: Repository, tmp_path: Path, seed: int
) -> None:
    chance = Chance(repo, random.Random(seed))
    chance.build()
    option = ("-w", "--untracked", "--staged")[seed % 3]
    if option == "--staged":
        oracle, copy = repo.git("write-tree"), repo
    else:
        untracked = option == "--untracked"
        oracle, copy = snapshot_by_git(repo, tmp_path / "copy", untracked=untracked)
    if oracle == repo.tree("HEAD"):
        return
    told, files = state_told(repo), files_of(repo)
    before = Before.of(repo, copy, oracle)
    assert_nothing_is_written(repo, option)

    plan, snapshot, outcome = apply_random(repo, option, chance, may_drop=seed % 2 == 0)
    assert snapshot == oracle
    assert DROPPED in plan.group_of or repo.tree("HEAD") == oracle
    assert files_of(repo) == files
    if option == "--staged":
        assert state_told(repo)[2:4] == told[2:4]
    else:
        before.assert_index_follows(repo, plan, outcome)
    assert repo.fsck() == ""

    undo(open_repository(repo.path))
    assert_same_told(state_told(repo), told)
    assert files_of(repo) == files


def assert_same_told(now: list[bytes], before: list[bytes]) -> None:
    """Git tells the same; where not, only what differs is shown."""
    told = zip(now, before, strict=True)
    pairs = [(set(a.split(b"\0")), set(b.split(b"\0"))) for a, b in told]
    assert [(a - b, b - a) for a, b in pairs if a != b] == []


def assert_nothing_is_written(repo: Repository, option: str) -> None:
    stored = state_of(repo.path / ".git")
    ran = gitsplit(repo.path, option, "-n")
    assert (ran.status, state_of(repo.path / ".git")) == (0, stored), ran.err


@dataclass(frozen=True)
class Before:
    """HEAD, the index and what is to be split, before that happens."""

    head: Entries
    index: Entries
    snapshot: Entries
    copy: Repository

    @classmethod
    def of(cls, repo: Repository, copy: Repository, snapshot: str) -> "Before":
        after = tree_entries(copy, snapshot)
        return cls(tree_entries(repo, "HEAD"), index_of(repo), after, copy)

    def assert_index_follows(
        self, repo: Repository, plan: Plan, outcome: Outcome
    ) -> None:
        """Each path has the entry of its case; nothing staged is lost or taken back."""
        commit, after = tree_entries(repo, "HEAD"), index_of(repo)
        changed = {p.decode() for change in plan.changes for p in paths_of(change)}
        untouched = (self.index.keys() | after.keys()) - changed
        assert {p: after.get(p) for p in untouched} == {
            p: self.index.get(p) for p in untouched
        }
        assert outcome.index is not None
        named = {path for path, _ in outcome.index.overwritten}
        for change in plan.changes:
            paths = paths_of(change)
            if len(paths) == 1 and paths.isdisjoint(named):
                self._assert_case(repo, paths.pop().decode(), commit, after)

    def _assert_case(
        self, repo: Repository, path: str, commit: Entries, after: Entries
    ) -> None:
        old, new, was = self.head.get(path), commit.get(path), self.index.get(path)
        there = after.get(path)
        if new == old or was == self.snapshot.get(path):
            assert there == was, path
        elif was == old:
            assert there == new, path
        else:
            # A part was staged: it still is, and nothing committed is taken back.
            lines = {e: lines_at(repo, e) for e in (old, new, was, there)}
            known = lines_at(self.copy, self.snapshot.get(path))
            assert (lines[was] - lines[old]) & known <= lines[there], path
            assert lines[new] - lines[old] <= lines[there], path


def paths_of(change: FileChange) -> set[bytes]:
    return {side.path for side in (change.old, change.new) if side is not None}
