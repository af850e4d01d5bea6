"""Indexes that hold less than a plain one or are kept otherwise: left as they are."""

import pytest

from tests.repositories.splitting import Split, two_pieces
from tests.repository import Repository

CONE = ("sparse-checkout", "set", "--cone", "d")
SPARSE_INDEX = ("sparse-checkout", "set", "--cone", "--sparse-index", "d")
PATTERNS = ("sparse-checkout", "set", "--no-cone", "/d/", "/c")
SPLIT_INDEX = ("update-index", "--split-index")


@pytest.mark.parametrize("command", [CONE, SPARSE_INDEX, PATTERNS, SPLIT_INDEX])
@pytest.mark.parametrize("first", ["d/a", "e/b"])
def test_a_split_leaves_a_sparse_or_split_index_as_it_is(
    repo: Repository, command: tuple[str, ...], first: str
) -> None:
    two_pieces(repo)
    repo.git(*command)
    repo.git("status")
    Split.of(repo, first=first).succeed()

    assert repo.git("status", "--porcelain") == ""
    sparse = repo.git("config", "--default=false", "core.sparseCheckout") == "true"
    assert (repo.path / "e").exists() != sparse


def test_staged_unstaged_and_untracked_changes_stay(repo: Repository) -> None:
    two_pieces(repo)
    repo.write({"d/a": b"staged\n", "e/b": None, "new": b"n\n", "c": b"unstaged\n"})
    repo.git("add", "d/a")
    repo.git("add", "--intent-to-add", "new")
    repo.write({"d/a": b"and unstaged\n", "untracked": b"u\n"})
    repo.git("update-index", "--assume-unchanged", "c")
    status = repo.git("status", "--porcelain=v2")
    Split.of(repo).succeed()

    assert repo.git("status", "--porcelain=v2") == status


def test_an_index_at_another_place_is_left_there(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_pieces(repo)
    monkeypatch.setenv("GIT_INDEX_FILE", str(repo.path / ".git" / "other-index"))
    repo.git("read-tree", "HEAD~3")
    Split.of(repo).succeed()
