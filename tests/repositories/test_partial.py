"""Clones that lack most of their objects: what is needed is fetched, and at once."""

import json
from pathlib import Path

import pytest

from tests.repositories.splitting import Split
from tests.repository import Repository
from tests.runner import done, gitsplit

BODY = b"".join(b"line %d\n" % number for number in range(40))
BASE = {"d/a": b"1\n", "e/b": b"1\n", "old name": BODY, "far/away/c": b"c\n"}
TANGLED = {"d/a": b"2\n", "e/b": b"2\n", "old name": None, "new name": BODY + b"!\n"}


@pytest.fixture
def server(repo: Repository) -> Repository:
    """A repository that serves partial clones: a tangled commit and two above it."""
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    repo.commit("base\n", BASE)
    repo.commit("tangled\n\nof three\n", TANGLED)
    repo.commit("above\n", {"far/away/c": b"d\n"})
    repo.commit("top\n", {"far/away/c": b"e\n"})
    return repo


def partial(server: Repository, path: Path, *options: str) -> Repository:
    """A clone without any file content, or what ``options`` leave out, as `repo` does.

    With ``extensions.partialClone`` set libgit2 refuses to open a repository.
    """
    kind = options or ("--filter=blob:none",)
    server.git("clone", "-q", "--no-checkout", *kind, server.path.as_uri(), str(path))
    clone = Repository(path)
    clone.git("config", "core.repositoryFormatVersion", "1")
    clone.git("config", "extensions.partialClone", "origin")
    return clone


def fetches(trace: Path) -> int:
    """How many processes ``git fetch`` the traced commands started."""
    events = (json.loads(line) for line in trace.read_text().splitlines())
    starts = (e["argv"] for e in events if e["event"] == "start")
    return sum("fetch" in argv for argv in starts)


def missing(repo: Repository) -> set[str]:
    listed = repo.git("rev-list", "--objects", "--all", "--missing=print").split("\n")
    return {line[1:] for line in listed if line.startswith("?")}


def test_contents_are_fetched_in_one_request_and_no_more_than_needed(
    server: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = partial(server, tmp_path / "clone")
    before = missing(clone)
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(tmp_path / "trace"))
    out = done(clone.path, "--dry-run", "-c", "HEAD~2", "--group-by", "file")
    monkeypatch.delenv("GIT_TRACE2_EVENT")

    assert "becomes 3 commits" in out
    assert fetches(tmp_path / "trace") == 1
    assert before - missing(clone) == {
        server.oid(f"HEAD~{number}:{path}")
        for number, path in (
            *((3, "d/a"), (3, "e/b"), (3, "old name")),
            *((2, "d/a"), (2, "e/b"), (2, "new name")),
        )
    }


def test_a_partial_clone_is_split_without_what_it_lacks_elsewhere(
    server: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = partial(server, tmp_path / "clone")
    expected = Split.of(server).pieces[0]
    plan = Split.of(server).stdin
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(tmp_path / "trace"))
    ran = gitsplit(clone.path, "--yes", "--plan", "-", stdin=plan)
    monkeypatch.delenv("GIT_TRACE2_EVENT")

    assert (ran.status, ran.err) == (0, "")
    assert [clone.tree(f"HEAD~{n}") for n in (3, 2, 0)] == [
        expected,
        server.tree("HEAD~2"),
        server.tree("HEAD"),
    ]
    assert fetches(tmp_path / "trace") == 1
    assert server.oid("HEAD:far/away/c") in missing(clone)
    assert not (clone.path / ".git" / "index").exists()
    assert clone.fsck() == ""


def test_a_clone_without_trees_is_split_too(server: Repository, tmp_path: Path) -> None:
    clone = partial(server, tmp_path / "clone", "--filter=tree:0")
    plan = Split.of(server).stdin
    ran = gitsplit(clone.path, "--yes", "--plan", "-", stdin=plan)

    assert (ran.status, ran.err) == (0, "")
    expected = Split.of(server).pieces[0]
    assert clone.tree("HEAD~3") == expected
    assert clone.fsck() == ""


def test_contents_that_cannot_be_fetched_are_told_before_anything_changes(
    server: Repository, tmp_path: Path
) -> None:
    clone = partial(server, tmp_path / "clone")
    plan = Split.of(server).stdin
    before = clone.refs()
    server.path.rename(tmp_path / "gone")
    ran = gitsplit(clone.path, "--yes", "--plan", "-", stdin=plan)

    assert (ran.status, ran.out) == (1, "")
    assert "4 objects of changed files can't be fetched" in ran.err
    assert "This is a partial clone" in ran.err
    assert "Nothing was changed." in ran.err
    assert clone.refs() == before
