"""Merges in a series of which commits are dropped, down to the root."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from tools.series.building import Line, merges_are_plain
from tools.series.rebase import by_git, by_gitsplit

from tests.gits import to_merge
from tests.repository import Repository


@pytest.fixture
def forked(repo: Repository) -> Repository:
    """A root, a commit on either side of it, a merge of these and one above."""
    repo.commit("Root\n", {"root": b"root\n"})
    repo.git("switch", "-q", "-c", "side")
    repo.commit("Side\n", {"side": b"side\n"})
    repo.git("switch", "-q", "main")
    repo.commit("Main\n", {"main": b"main\n"})
    repo.git("merge", "-q", "--no-ff", "-m", "Merge\n", "side")
    repo.commit("Top\n", {"top": b"top\n"})
    repo.git("branch", "-q", "-D", "side")
    return repo


def dropping(repo: Repository, *subjects: str) -> Sequence[Line]:
    """The list that drops the commits with these subjects, and picks the others."""
    told = repo.git("log", "--reverse", "--topo-order", "--format=%H %s").splitlines()
    rows = (line.split(" ", 1) for line in told)
    return [
        Line("drop" if subject in subjects else "pick", oid) for oid, subject in rows
    ]


SAME_AS_GIT = [
    ["Side"],
    ["Main"],
    ["Merge"],
    ["Side", "Merge"],
    ["Main", "Side"],
    pytest.param(["Root"], marks=to_merge),
    pytest.param(["Root", "Top"], marks=to_merge),
]


@pytest.mark.parametrize("gone", SAME_AS_GIT, ids=", ".join)
def test_what_is_left_of_a_merge_is_what_git_leaves(
    forked: Repository, tmp_path: Path, gone: list[str]
) -> None:
    lines = dropping(forked, *gone)
    expected = by_git(forked, lines, tmp_path / "git", "--root")

    assert expected.outcome == "done"
    assert expected == by_gitsplit(forked, lines, tmp_path / "copy", "--root")


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        (["Root", "Main"], ["Side", "Top"]),
        (["Root", "Side"], ["Main", "Top"]),
        (["Root", "Main", "Merge"], ["Top"]),
        (["Root", "Main", "Side"], ["Top"]),
    ],
)
def test_nothing_is_merged_with_what_is_gone_with_the_root(
    forked: Repository, tmp_path: Path, gone: list[str], left: list[str]
) -> None:
    lines = dropping(forked, *gone)
    by_gitsplit(forked, lines, tmp_path / "copy", "--root")
    copy = Repository(tmp_path / "copy")

    assert left == copy.git("log", "--reverse", "--format=%s").splitlines()
    assert [name.lower() for name in sorted(left)] == copy.git("ls-files").split()
    assert copy.git("status", "--porcelain") == ""
    assert copy.fsck() == ""


def test_an_octopus_follows_each_of_its_parents(repo: Repository) -> None:
    repo.commit("Base\n", {"base": b"base\n"})
    repo.git("tag", "base")
    for name in ("one", "two"):
        repo.git("switch", "-q", "-c", name, "base")
        repo.commit(f"{name}\n", {name: b"1\n"})
    repo.git("switch", "-q", "main")
    repo.commit("main\n", {"main": b"1\n"})
    repo.git("merge", "-q", "-m", "Octopus\n", "one", "two")
    lines = dropping(repo, "one")
    by_gitsplit(repo, lines[1:], repo.path.parent / "copy", "base")
    copy = Repository(repo.path.parent / "copy")

    assert copy.git("ls-tree", "--name-only", "HEAD").split() == ["base", "main", "two"]


@to_merge
def test_a_conflict_that_was_committed_as_git_left_it_stays_so(
    repo: Repository,
) -> None:
    repo.commit("Base\n", {"file": b"base\n"})
    repo.git("tag", "base")
    repo.git("switch", "-q", "-c", "side")
    repo.git("rm", "-q", "file")
    repo.git("commit", "-q", "-m", "side\n")
    repo.git("switch", "-q", "main")
    repo.commit("main\n", {"file": b"main\n"})
    repo.commit("gone\n", {"gone": b"gone\n"})
    assert repo.run("merge", "-q", "side", check=False).returncode
    repo.git("add", "file")
    repo.git("commit", "-q", "-m", "Merge\n")
    by_gitsplit(repo, dropping(repo, "gone")[1:], repo.path.parent / "copy", "base")
    copy = Repository(repo.path.parent / "copy")

    assert not merges_are_plain(repo, "base")
    assert copy.git("log", "-1", "--format=%s", "--merges") == "Merge"
    assert copy.git("show", "HEAD:file") == "main"
    assert copy.git("ls-tree", "--name-only", "HEAD") == "file"
