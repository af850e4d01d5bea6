"""Repositories found and laid out in every way git knows."""

import os
from pathlib import Path

import pytest

from tests.repositories.splitting import Split, two_pieces
from tests.repository import Repository
from tests.runner import Ran, done, gitsplit


def test_a_linked_worktree_is_split_and_taken_back_where_it_is(
    repo: Repository, tmp_path: Path
) -> None:
    two_pieces(repo)
    repo.git("worktree", "add", "-q", "-b", "topic", str(tmp_path / "linked"))
    linked = Repository(tmp_path / "linked")
    linked.write({"d/a": b"dirty\n"})
    main, before = repo.oid("main"), linked.oid("topic")
    Split.of(linked).succeed()

    assert [repo.oid("main"), linked.git("symbolic-ref", "HEAD")] == [
        linked.oid("topic"),
        "refs/heads/topic",
    ]
    assert repo.git("status", "--porcelain") == ""
    assert main == before
    done(linked.path, "--undo")
    assert [repo.oid("main"), linked.oid("topic")] == [before, before]
    assert gitsplit(repo.path, "--undo").status == 1


def superproject(repo: Repository, tmp_path: Path) -> Repository:
    """A repository with ``repo`` as its submodule ``sub``, and a tangled commit.

    The commit moves the submodule and changes a file.
    """
    two_pieces(repo)
    above = Repository(tmp_path / "above")
    repo.git("init", "-q", str(above.path))
    local = ("-c", "protocol.file.allow=always")
    above.git(*local, "submodule", "--quiet", "add", repo.path.as_uri(), "sub")
    sub = Repository(above.path / "sub")
    sub.git("checkout", "-q", "HEAD~1")
    above.commit("base\n", {"f": b"1\n"})
    sub.git("checkout", "-q", "main")
    above.commit("tangled\n", {"f": b"2\n"})
    above.commit("top\n", {"g": b"1\n"})
    return above


@pytest.mark.parametrize("first", ["sub", "f"])
def test_a_superproject_is_split_and_its_submodule_left_alone(
    repo: Repository, tmp_path: Path, first: str
) -> None:
    above = superproject(repo, tmp_path)
    sub = Repository(above.path / "sub")
    sub.write({"c": b"dirty\n"})
    before = sub.refs(), above.git("status", "--porcelain")
    Split.of(above, "HEAD~1", first).succeed()

    assert before == (sub.refs(), above.git("status", "--porcelain"))


def test_a_submodule_is_split_as_a_repository_of_its_own(
    repo: Repository, tmp_path: Path
) -> None:
    above = superproject(repo, tmp_path)
    before = above.refs()
    Split.of(Repository(above.path / "sub")).succeed()

    assert above.refs() == before
    assert (above.path / ".git/modules/sub/gitsplit").is_dir()


def test_a_bare_repository_is_split(repo: Repository, tmp_path: Path) -> None:
    two_pieces(repo)
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    bare = Repository(tmp_path / "bare.git")
    before = bare.refs()
    out = Split.of(bare).succeed()

    assert "Rewrote main: 3 commits became 4." in out
    done(bare.path, "--undo")
    assert bare.refs() == before


def test_a_commit_above_the_boundary_of_a_shallow_clone_is_split(
    repo: Repository, tmp_path: Path
) -> None:
    two_pieces(repo)
    repo.git("clone", "-q", "--depth=4", repo.path.as_uri(), str(tmp_path / "shallow"))
    Split.of(Repository(tmp_path / "shallow")).succeed()


def test_the_boundary_of_a_shallow_clone_is_no_root(
    repo: Repository, tmp_path: Path
) -> None:
    two_pieces(repo)
    repo.git("clone", "-q", "--depth=3", repo.path.as_uri(), str(tmp_path / "shallow"))
    shallow = Repository(tmp_path / "shallow")
    for args in (["-c", "HEAD~2"], ["--root", "-c", "HEAD~2"], ["--root"]):
        ran = gitsplit(shallow.path, *args, "--yes")
        assert (ran.status, ran.out) == (1, "")
        assert "is not in this shallow clone" in ran.err
        assert "git fetch --deepen=" in ran.err


def test_objects_of_alternates_are_read_and_new_ones_are_the_borrowers(
    repo: Repository, tmp_path: Path
) -> None:
    two_pieces(repo)
    repo.git("clone", "-q", "--shared", ".", str(tmp_path / "first"))
    first = Repository(tmp_path / "first")
    first.git("clone", "-q", "--shared", ".", str(tmp_path / "second"))
    lent = sorted((repo.path / ".git/objects").rglob("*"))
    second = Repository(tmp_path / "second")
    Split.of(second).succeed()

    assert lent == sorted((repo.path / ".git/objects").rglob("*"))
    assert len(list((second.path / ".git/objects/pack").glob("*.pack"))) == 1


@pytest.mark.parametrize("layout", ["gc", "repack -q -a -d --write-midx"])
def test_packed_refs_and_objects_are_split_as_loose_ones(
    repo: Repository, layout: str
) -> None:
    two_pieces(repo)
    repo.git("branch", "middle", "HEAD~1")
    repo.git("pack-refs", "--all", "--prune")
    repo.git(*layout.split())
    repo.git("commit-graph", "write", "--reachable")
    Split.of(repo).succeed()

    assert repo.oid("middle") == repo.oid("HEAD~1")
    assert not list((repo.path / ".git/objects/pack").glob("*.keep"))


def test_new_objects_are_stored_as_one_pack(repo: Repository) -> None:
    two_pieces(repo)
    packs = repo.path / ".git/objects/pack"
    Split.of(repo).succeed()

    assert [len(list(packs.glob(f"*.{kind}"))) for kind in ("pack", "keep")] == [1, 0]
    repo.git("repack", "-q", "-a", "-d")
    assert repo.fsck() == ""


@pytest.mark.parametrize("start", [".", "outside", "work/d"])
def test_the_variables_that_name_the_places_are_followed(
    repo: Repository, tmp_path: Path, start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_pieces(repo)
    (tmp_path / "outside").mkdir()
    (repo.path / ".git").rename(tmp_path / "elsewhere.git")
    repo.path.rename(tmp_path / "work")
    cwd = tmp_path / start
    up = os.path.relpath(tmp_path, cwd)
    monkeypatch.setenv("GIT_DIR", f"{up}/elsewhere.git")
    monkeypatch.setenv("GIT_WORK_TREE", f"{up}/work")
    ran = gitsplit(cwd, "--yes", "-c", "HEAD~2", "--group-by", "file")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "work"))
    work = Repository(tmp_path / "work")

    assert ran == Ran(0, ran.out, "")
    assert work.git("status", "--porcelain") == ""
    assert work.git("rev-list", "--count", "HEAD") == "5"
    assert work.fsck() == ""


@pytest.mark.parametrize("is_relative", [False, True])
def test_objects_kept_elsewhere_by_a_variable_are_found(
    repo: Repository,
    tmp_path: Path,
    is_relative: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two_pieces(repo)
    (repo.path / ".git/objects").rename(tmp_path / "elsewhere")
    (repo.path / ".git/objects").mkdir()
    path = "../elsewhere" if is_relative else str(tmp_path / "elsewhere")
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", path)
    Split.of(repo).succeed()


def test_objects_lent_by_a_variable_are_found(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_pieces(repo)
    (repo.path / ".git/objects").rename(tmp_path / "lent")
    (repo.path / ".git/objects").mkdir()
    monkeypatch.setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", str(tmp_path / "lent"))
    Split.of(repo).succeed()
