"""Refs kept as tables: read and moved by git, where git is new enough to know them."""

from pathlib import Path

import pytest

from tests.repositories.splitting import Split, two_pieces
from tests.repository import Repository
from tests.runner import done, gitsplit


@pytest.fixture
def tables(tmp_path: Path) -> Repository:
    """A repository with its refs in tables: a tangled commit and two above it."""
    made = Repository(tmp_path / "tables")
    made.path.mkdir()
    by_git = made.run("init", "-q", "--ref-format=reftable", check=False)
    if by_git.returncode:
        pytest.skip("this git knows no reftable; from 2.45 on it does")
    return two_pieces(made)


def test_refs_in_tables_move_with_their_reflogs_and_back(tables: Repository) -> None:
    repo = tables
    repo.git("branch", "middle", "HEAD~1")
    before = repo.refs()
    out = Split.of(repo).succeed()

    assert "Rewrote main, middle" in out
    assert repo.oid("middle") == repo.oid("HEAD~1")
    for ref in ("HEAD", "main", "middle"):
        assert repo.git("log", "-1", "-g", "--format=%gs", ref).startswith("gitsplit: ")
    done(repo.path, "--undo")
    assert repo.refs() == before


def test_a_linked_worktree_with_refs_in_tables_is_split(
    tables: Repository, tmp_path: Path
) -> None:
    tables.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    Split.of(Repository(tmp_path / "linked")).succeed()


def test_an_operation_is_noticed_where_its_head_is_in_a_table(
    tables: Repository,
) -> None:
    tables.run("cherry-pick", "HEAD~1", check=False)
    ran = gitsplit(tables.path, "--yes", "-c", "HEAD~2")

    assert ran.status == 1
    assert "A cherry-pick is in progress in this repository." in ran.err


def test_a_table_locked_by_another_git_stops_everything(tables: Repository) -> None:
    split = Split.of(tables)
    lock = tables.path / ".git" / "reftable" / "tables.list.lock"
    lock.touch()
    tables.git("config", "reftable.lockTimeout", "0")
    ran = split.run()

    assert (ran.status, ran.out) == (1, "")
    assert f"Another git process is using this repository: {lock} exists." in ran.err
    assert lock.exists()


def test_a_git_that_does_not_know_the_format_is_told_in_its_words(
    repo: Repository,
) -> None:
    two_pieces(repo)
    repo.git("config", "core.repositoryFormatVersion", "1")
    repo.git("config", "extensions.refStorage", "some-future-format")
    ran = gitsplit(repo.path, "--yes", "-c", "HEAD~2")

    assert (ran.status, ran.out) == (1, "")
    assert "git can't use the repository here: " in ran.err
    told = ran.err.splitlines()[0].lower()
    assert "refstorage" in told or "some-future-format" in told
