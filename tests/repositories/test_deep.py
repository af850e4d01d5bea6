"""Directories deeper than Python's stack, as git allows them."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitsplit.git.store import pack_of
from gitsplit.model.objects import (
    DIRECTORY,
    FILE,
    Oid,
    TreeEntry,
    object_id,
    serialize_tree,
)
from tests.repository import Repository
from tests.runner import done, gitsplit

DEPTH = 1200
"""Far more than Python's limit, and as deep as a path may still be checked out."""


def commit(repo: Repository, content: bytes, *parents: str) -> str:
    """A commit with the content in ``d/d/…/f`` and in ``z``."""
    blob = object_id("blob", content)
    objects: list[tuple[str, bytes]] = [("blob", content)]

    def tree(entries: dict[bytes, TreeEntry]) -> Oid:
        objects.append(("tree", serialize_tree(entries)))
        return object_id("tree", objects[-1][1])

    deep = tree({b"f": TreeEntry(FILE, blob)})
    for _ in range(DEPTH):
        deep = tree({b"d": TreeEntry(DIRECTORY, deep)})
    top = tree({b"d": TreeEntry(DIRECTORY, deep), b"z": TreeEntry(FILE, blob)})
    pack = b"".join(pack_of(objects))  # type: ignore[arg-type] # these are such kinds
    repo.git("unpack-objects", "-q", stdin=pack)
    named = [word for parent in parents for word in ("-p", parent)]
    return repo.git("commit-tree", top, *named, "-m", "deep")


@pytest.fixture
def deep(repo: Repository) -> Iterator[Repository]:
    first = commit(repo, b"1\n")
    repo.git("update-ref", "refs/heads/main", commit(repo, b"2\n", first))
    repo.git("reset", "-q", "--hard")
    yield repo
    # Python itself can't remove it.
    subprocess.run(["rm", "-rf", repo.path / "d"], check=True)


def test_a_commit_in_deep_directories_is_split(deep: Repository) -> None:
    tree = deep.tree("HEAD")
    shown = done(deep.path, "-n", "HEAD~1", "--group-by", "file")
    done(deep.path, "--yes", "HEAD~1", "--group-by", "file")

    assert "d/d/d/d" in shown
    assert deep.tree("HEAD") == tree
    assert deep.git("rev-list", "--count", "HEAD") == "3"
    assert deep.fsck() == ""
    assert deep.git("status", "--porcelain") == ""


def test_a_deep_file_is_dropped_and_given_back(deep: Repository) -> None:
    before = deep.refs()
    printed = done(deep.path, "-n", "HEAD~1", "--group-by", "file", "--format", "json")
    plan = json.loads(printed)
    entry = plan["series"][0]
    files = [file for group in entry["groups"] for file in group["files"]]
    kept = [file for file in files if file["path"] == "z"]
    entry["groups"] = [{"message": "z\n", "files": kept}]
    entry["dropped"] = [file for file in files if file["path"] != "z"]
    drop = ("--plan", "-", "--yes", "--drop-to", "discard")
    ran = gitsplit(deep.path, *drop, stdin=json.dumps(plan).encode())
    rows = deep.git("ls-tree", "-r", "HEAD").splitlines()
    done(deep.path, "--undo")

    assert ran.status == 0, ran.err
    first = object_id("blob", b"1\n")
    assert [row.split()[2] == first for row in rows] == [True, False]
    assert deep.refs() == before
    assert deep.git("status", "--porcelain") == ""


def test_a_check_of_deep_directories_leaves_nothing_behind(
    deep: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "scratches"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    args = ("--yes", "HEAD~1", "--group-by", "file", "-x", "test -f z")
    ran = gitsplit(deep.path, *args)
    left = [str(path)[-20:] for path in place.iterdir()]
    subprocess.run(["rm", "-rf", place], check=True)

    assert ran.status == 0, ran.err
    assert left == []
