"""Repositories in which nothing can be split: one sentence, exit 1, nothing changed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repositories.splitting import git_is_at_least, two_pieces
from tests.repository import Repository
from tests.runner import gitsplit, gitsplit_process


def refused(repo: Repository, *args: str) -> str:
    """What gitsplit says on standard error, having changed nothing."""
    before = _everything(repo.path)
    ran = gitsplit(repo.path, "--yes", *args)
    assert (ran.status, ran.out) == (1, "")
    assert _everything(repo.path) == before
    assert ran.err.startswith("gitsplit: ")
    return ran.err


def _everything(path: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in path.rglob("*") if p.is_file()}


def test_a_repository_with_sha256_names_is_refused(tmp_path: Path) -> None:
    made = Repository(tmp_path / "sha256")
    Repository(tmp_path).git("init", "-q", "--object-format=sha256", "sha256")
    made.commit("one", {"f": b"1\n"})
    made.commit("two", {"f": b"2\n"})
    assert "uses SHA256 object names" in refused(made, "HEAD~1")


def test_an_unborn_branch_is_refused(repo: Repository) -> None:
    assert "The branch main has no commits yet." in refused(repo, "HEAD~1")
    assert "The branch main has no commits yet." in refused(repo, "--root")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.skipif(
    not git_is_at_least(2, 35, 3), reason="git trusts everybody before 2.35.3"
)
def test_another_users_repository_is_refused_until_it_is_safe(
    repo: Repository,
) -> None:
    two_pieces(repo)
    for path in (repo.path, *repo.path.rglob("*")):
        os.chown(path, 65534, 65534)
    ran = gitsplit_process(repo.path, "--yes", "-c", "HEAD~2")

    assert (ran.status, ran.out) == (1, "")
    assert "because it belongs to another user." in ran.err
    trust = f"git config --global --add safe.directory {repo.path}"
    assert trust in ran.err
    repo.git(*trust.split()[1:])
    assert gitsplit(repo.path, "--yes", "-c", "HEAD~2").status == 0


def merging(repo: Repository) -> None:
    repo.run("merge", "other", check=False)


def merging_without_a_conflict(repo: Repository) -> None:
    repo.git("merge", "-q", "--no-commit", "-s", "ours", "other")


def cherry_picking(repo: Repository) -> None:
    repo.run("cherry-pick", "other", check=False)


def reverting(repo: Repository) -> None:
    repo.run("revert", "--no-edit", "HEAD~1", check=False)


def applying_mail(repo: Repository) -> None:
    repo.git("format-patch", "-q", "-1", "-o", ".git/mail", "other")
    (mail,) = (repo.path / ".git" / "mail").iterdir()
    repo.run("am", "-q", str(mail), check=False)


def bisecting(repo: Repository) -> None:
    repo.git("bisect", "start", "HEAD", "HEAD~2")


def rebasing_by_merging(repo: Repository) -> None:
    repo.run("rebase", "other", check=False)


def rebasing_by_applying(repo: Repository) -> None:
    repo.run("rebase", "--apply", "other", check=False)


@pytest.mark.parametrize(
    ("begin", "told", "way_out"),
    [
        (merging, "A merge is in progress", "git merge --abort"),
        (merging_without_a_conflict, "A merge is in progress", "git commit"),
        (cherry_picking, "A cherry-pick is in progress", "git cherry-pick --continue"),
        (reverting, "A revert is in progress", "git revert --abort"),
        (applying_mail, "An am is in progress", "git am --continue"),
        (bisecting, "A bisect is in progress", "git bisect reset"),
        (rebasing_by_merging, "A rebase is in progress", "git rebase --continue"),
        (rebasing_by_applying, "A rebase is in progress", "git rebase --abort"),
    ],
)
def test_an_operation_under_way_is_refused_with_the_way_to_end_it(
    repo: Repository, begin: Callable[[Repository], None], told: str, way_out: str
) -> None:
    repo.commit("one", {"f": b"1\n"})
    repo.git("branch", "other")
    repo.commit("two", {"f": b"2\n"})
    repo.commit("three", {"f": b"3\n"})
    repo.git("checkout", "-q", "other")
    repo.commit("other", {"f": b"other\n"})
    repo.git("checkout", "-q", "main")
    begin(repo)
    said = refused(repo, "-c", "HEAD")

    assert told in said
    assert way_out in said
    assert "Nothing was changed." in said


def test_a_merge_cannot_be_split_but_carried_along(repo: Repository) -> None:
    two_pieces(repo, above=0)
    repo.git("checkout", "-q", "-b", "side", "HEAD~1")
    repo.commit("side\n", {"s": b"s\n"})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-edit", "side")
    merge, side = repo.oid("HEAD"), repo.oid("side")
    assert "is a merge, and a merge can't be split" in refused(repo, "-c", "HEAD")
    ran = gitsplit(repo.path, "--yes", "-c", "HEAD^1", "--group-by", "file")

    assert ran.status == 0
    assert repo.oid("HEAD^2") == side
    assert repo.tree("HEAD") == repo.tree(merge)
    assert repo.git("log", "-1", "--format=%s", "HEAD^1") != "base"
    assert repo.fsck() == ""
