"""Repositories that a group of users shares: each can go on where another left off."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitsplit.git.repository import open_repository
from gitsplit.git.state_dir import set_shared_permissions
from tests.repositories.splitting import Split, two_pieces
from tests.repository import Repository


@pytest.fixture(params=[0o022, 0o077], ids=["022", "077"])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """What users let others do with their files."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def permissions(repo: Repository) -> dict[str, int]:
    """The mode of each file and directory of the repository."""
    git = repo.path / ".git"
    return {str(p.relative_to(git)): p.stat().st_mode & 0o7777 for p in git.rglob("*")}


def expected(path: Path) -> int:
    """What git's own ``init --shared=group`` gives to a file like that."""
    if path.is_dir():
        return 0o2770
    return 0o440 if "objects" in path.parts else 0o660


@pytest.mark.parametrize("limit", ["100", "1"])
def test_what_gitsplit_makes_in_a_shared_repository_the_group_can_use(
    repo: Repository, umask: int, limit: str
) -> None:
    repo.git("init", "-q", "--shared=group")
    repo.git("config", "transfer.unpackLimit", limit)
    two_pieces(repo)
    repo.git("branch", "beside", "HEAD~1")
    before = permissions(repo)
    Split.of(repo).succeed()

    after = permissions(repo)
    git = repo.path / ".git"
    made = {path: mode for path, mode in after.items() if before.get(path) != mode}
    assert {"gitsplit", "gitsplit/000001.json"} < set(made)
    mask = 0o2770 if umask == 0o077 else 0o2775
    for path, mode in made.items():
        assert mode & 0o2770 == expected(git / path), path
        assert mode & ~mask == 0, path


@pytest.mark.parametrize(
    "value",
    [
        *("umask", "false", "0", "true", "1", "group", "all", "world", "everybody"),
        *("2", "0640", "0660", "0666", "0770"),
    ],
)
def test_own_files_get_the_permissions_of_gits_own(
    repo: Repository, umask: int, value: str
) -> None:
    repo.git("config", "core.sharedRepository", value)
    oid = repo.git("hash-object", "-w", "--stdin", stdin=value.encode())
    repo.git("read-tree", "--empty")
    directory, file = repo.path / ".git" / "own", repo.path / ".git" / "own" / "file"
    directory.mkdir()
    file.touch()
    for path in (directory, file):
        set_shared_permissions(open_repository(repo.path), path)

    modes = permissions(repo)
    assert modes["own/file"] == modes["index"]
    assert modes["own"] == modes[f"objects/{oid[:2]}"]
