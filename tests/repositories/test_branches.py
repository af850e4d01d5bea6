"""What else points into the range: moved with it, or left where it is and named."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repositories.splitting import Split, git_is_at_least, two_pieces
from tests.repository import Repository
from tests.runner import done


def add_worktree(repo: Repository, *args: str) -> Repository:
    path = repo.path.parent / f"worktree of {args[-1]}"
    repo.git("worktree", "add", "-q", str(path), *args)
    return Repository(path)


def is_clean(repo: Repository) -> bool:
    return not repo.git("status", "--porcelain")


def test_branches_in_the_range_follow_and_all_else_is_named(repo: Repository) -> None:
    two_pieces(repo)
    for name, at in (("below", 3), ("split", 2), ("middle", 1), ("beside", 0)):
        repo.git("branch", name, f"HEAD~{at}")
    repo.git("tag", "light", "HEAD~1")
    repo.git("tag", "-m", "heavy", "heavy", "HEAD")
    repo.git("checkout", "-q", "-b", "fork", "HEAD~1")
    repo.commit("fork\n", {"f": b"f\n"})
    repo.git("checkout", "-q", "main")
    before = {name: repo.oid(name) for name in ("below", "light", "heavy", "fork")}
    all_refs = repo.refs()
    out = Split.of(repo).succeed()

    heads = [repo.oid(name) for name in ("split", "middle", "beside", "main")]
    assert heads == [repo.oid(f"HEAD~{n}") for n in (2, 1, 0, 0)]
    assert before == {name: repo.oid(name) for name in before}
    assert "Rewrote main, beside, middle, split" in out
    assert "fork stays where it is: it has commits of its own on top." in out
    assert "tags/light stays where it is: tags stay where they are." in out
    assert "tags/heavy stays where it is: tags stay where they are." in out
    assert "below" not in out
    done(repo.path, "--undo")
    assert repo.refs() == all_refs


def test_a_worktree_whose_branch_is_in_the_range_follows_and_stays_clean(
    repo: Repository,
) -> None:
    two_pieces(repo)
    at_split = add_worktree(repo, "-b", "split", "HEAD~2")
    above = add_worktree(repo, "-b", "middle", "HEAD~1")
    above.write({"d/a": b"dirty\n"})
    status = above.git("status", "--porcelain")
    Split.of(repo).succeed()

    assert at_split.oid("HEAD") == repo.oid("HEAD~2")
    assert is_clean(at_split)
    assert above.oid("HEAD") == repo.oid("HEAD~1")
    assert above.git("status", "--porcelain") == status


def rebasing(worktree: Repository) -> None:
    worktree.run(
        *("rebase", "-q", "-i", "HEAD~1"), env={"GIT_SEQUENCE_EDITOR": "sed -i 1ibreak"}
    )


def bisecting(worktree: Repository) -> None:
    worktree.git("bisect", "start", "HEAD", "HEAD~1")


@pytest.mark.parametrize(
    ("begin", "end"), [(rebasing, "rebase --continue"), (bisecting, "bisect reset")]
)
def test_a_branch_that_another_worktree_works_on_is_left_to_it(
    repo: Repository, begin: Callable[[Repository], None], end: str
) -> None:
    two_pieces(repo)
    other = add_worktree(repo, "-b", "other", "HEAD~1")
    begin(other)
    tip = repo.oid("other")
    out = Split.of(repo).succeed()

    assert repo.oid("other") == tip
    assert "other stays where it is: a rebase or bisect in progress will set it" in out
    other.git(*end.split())
    assert other.git("symbolic-ref", "HEAD") == "refs/heads/other"
    assert other.oid("HEAD") == tip
    assert is_clean(other)


@pytest.mark.skipif(
    not git_is_at_least(2, 38), reason="git rebase knows no --update-refs before 2.38"
)
def test_a_branch_that_a_rebase_elsewhere_will_update_is_left_to_it(
    repo: Repository,
) -> None:
    two_pieces(repo)
    other = add_worktree(repo, "-b", "other")
    repo.git("branch", "low", "HEAD~1")
    todo = repo.path.parent / "todo"
    todo.write_text("break\npick main~1\nupdate-ref refs/heads/low\npick main\n")
    other.run(
        *("rebase", "-q", "-i", "--update-refs", "HEAD~2"),
        env={"GIT_SEQUENCE_EDITOR": f"cp '{todo}'"},
    )
    tips = repo.oid("low"), repo.oid("other")
    Split.of(repo).succeed()
    other.git("rebase", "--continue")

    assert (repo.oid("low"), repo.oid("other")) == tips
    assert is_clean(other)


def test_a_head_detached_in_another_worktree_stays_and_is_named(
    repo: Repository,
) -> None:
    two_pieces(repo)
    other = add_worktree(repo, "--detach", "HEAD~1")
    tip = other.oid("HEAD")
    out = Split.of(repo).succeed()

    assert other.oid("HEAD") == tip
    assert f"HEAD of {other.path} stays where it is: it is detached there." in out


def test_reflogs_tell_what_happened_and_what_was_taken_back(repo: Repository) -> None:
    two_pieces(repo)
    repo.git("branch", "beside")
    repo.git("branch", "quiet", "HEAD~3")
    before = {name: repo.oid(name) for name in ("HEAD", "HEAD~2")}
    lengths = {name: len(reflog(repo, name)) for name in ("HEAD", "main", "beside")}
    Split.of(repo).succeed()
    new = repo.oid("HEAD")
    done(repo.path, "--undo")

    what = f"split of {before['HEAD~2'][:10]} into 2 commits"
    for name in ("HEAD", "main", "beside"):
        log = reflog(repo, name)
        assert log[:2] == [
            f"{before['HEAD']} gitsplit: undo: {what}",
            f"{new} gitsplit: {what}",
        ]
        assert len(log) == lengths[name] + 2
    assert len(reflog(repo, "quiet")) == 1


def reflog(repo: Repository, ref: str) -> list[str]:
    return repo.git("log", "-g", "--format=%H %gs", ref).splitlines()


@pytest.mark.parametrize("value", ["", "true", "false", "always"])
@pytest.mark.parametrize("kind", ["--mirror", "--no-checkout"])
def test_reflogs_are_begun_where_the_user_wants_them(
    repo: Repository, kind: str, value: str
) -> None:
    two_pieces(repo)
    by_git = without_reflogs(repo, "by git", kind, value)
    by_git.git("update-ref", "ORIG_HEAD", "HEAD")
    by_git.git("update-ref", "-m", "x", "refs/heads/main", "HEAD~1")
    by_gitsplit = without_reflogs(repo, "by gitsplit", kind, value)
    Split.of(by_gitsplit).succeed()

    assert reflogs(by_git) == reflogs(by_gitsplit)


def without_reflogs(repo: Repository, name: str, kind: str, value: str) -> Repository:
    """A clone without reflogs, with this value of ``core.logAllRefUpdates``."""
    clone = Repository(repo.path.parent / name)
    repo.git("clone", "-q", kind, ".", str(clone.path))
    if kind == "--no-checkout":
        clone.git("read-tree", "HEAD")
    shutil.rmtree(logs_of(clone), ignore_errors=True)
    if value:
        clone.git("config", "core.logAllRefUpdates", value)
    return clone


def logs_of(repo: Repository) -> Path:
    return repo.path / repo.git("rev-parse", "--git-path", "logs")


def reflogs(repo: Repository) -> set[str]:
    logs = logs_of(repo)
    return {str(p.relative_to(logs)) for p in logs.rglob("*") if p.is_file()}
