"""A detached HEAD, and the stops at which an interactive rebase hands it over."""

import pytest

from tests.repositories.splitting import Split, git_is_at_least, two_pieces
from tests.repository import Repository
from tests.runner import Ran, done, gitsplit

BY_FILE = ("--yes", "--group-by", "file")


def test_a_detached_head_moves_alone(repo: Repository) -> None:
    two_pieces(repo)
    repo.git("checkout", "-q", "--detach", "HEAD~1")
    before = repo.refs()
    out = Split.of(repo, "HEAD~1").succeed()

    assert repo.run("symbolic-ref", "-q", "HEAD", check=False).returncode == 1
    assert "Rewrote HEAD" in out
    assert "main stays where it is: it has commits of its own on top." in out
    done(repo.path, "--undo")
    assert repo.refs() == before


def test_a_branch_at_a_detached_head_follows(repo: Repository) -> None:
    two_pieces(repo)
    repo.git("checkout", "-q", "--detach")
    Split.of(repo).succeed()

    assert repo.oid("main") == repo.oid("HEAD")


@pytest.fixture
def stopping(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """``main`` with a tangled commit under two others; editors change nothing."""
    monkeypatch.setenv("GIT_EDITOR", "true")
    return two_pieces(repo)


def rebase(repo: Repository, todo: str, *options: str) -> None:
    """Start an interactive rebase of the last three commits with this list."""
    (repo.path / ".git" / "my-todo").write_text(todo)
    repo.run(
        *("rebase", "-q", "-i", *options, "HEAD~3"),
        env={"GIT_SEQUENCE_EDITOR": "cp .git/my-todo"},
    )


@pytest.mark.parametrize("stop", ["edit main~2\n", "pick main~2\nbreak\n"])
def test_a_commit_is_split_at_a_stop_and_the_rebase_goes_on(
    stopping: Repository, stop: str
) -> None:
    repo = stopping
    trees = [repo.tree(f"main~{n}") for n in (2, 1, 0)]
    main = repo.oid("main")
    rebase(repo, f"{stop}pick main~1\npick main\n")
    ran = gitsplit(repo.path, *BY_FILE, "HEAD~1")
    assert ran == Ran(0, ran.out, "")
    assert repo.oid("main") == main
    repo.git("rebase", "--continue")

    assert repo.git("symbolic-ref", "HEAD") == "refs/heads/main"
    assert [repo.tree(f"main~{n}") for n in (2, 1, 0)] == trees
    assert repo.git("rev-list", "--count", "main") == "5"
    assert repo.git("status", "--porcelain") == ""
    assert repo.fsck() == ""


def test_a_rebase_can_be_aborted_after_a_split_at_its_stop(
    stopping: Repository,
) -> None:
    repo = stopping
    before = repo.refs()
    rebase(repo, "edit main~2\npick main~1\npick main\n")
    assert gitsplit(repo.path, *BY_FILE, "HEAD~1").status == 0
    repo.git("rebase", "--abort")

    assert repo.refs() == before
    assert repo.git("status", "--porcelain") == ""


def test_a_split_at_a_stop_can_be_taken_back_there(stopping: Repository) -> None:
    repo = stopping
    rebase(repo, "edit main~2\npick main~1\npick main\n")
    before = repo.refs()
    assert gitsplit(repo.path, *BY_FILE, "HEAD~1").status == 0
    done(repo.path, "--undo")

    assert repo.refs() == before
    repo.git("rebase", "--continue")
    assert repo.git("rev-list", "--count", "main") == "4"


@pytest.mark.skipif(
    not git_is_at_least(2, 38), reason="git rebase knows no --update-refs before 2.38"
)
def test_branches_that_a_rebase_updates_are_left_to_it(stopping: Repository) -> None:
    repo = stopping
    repo.git("branch", "low", "main~2")
    repo.git("branch", "middle", "main~1")
    trees = [repo.tree(ref) for ref in ("low", "middle", "main")]
    refs = "update-ref refs/heads/{}\n".format
    todo = f"edit main~2\n{refs('low')}pick main~1\n{refs('middle')}pick main\n"
    rebase(repo, todo, "--update-refs")
    ran = gitsplit(repo.path, *BY_FILE, "HEAD~1")
    assert ran == Ran(0, ran.out, "")
    assert (
        "low stays where it is: a rebase or bisect in progress will set it" in ran.out
    )
    repo.git("rebase", "--continue")

    refs_now = [repo.oid(ref) for ref in ("low", "middle", "main")]
    assert refs_now == [repo.oid(f"main~{n}") for n in (2, 1, 0)]
    assert [repo.tree(ref) for ref in ("low", "middle", "main")] == trees
    assert repo.git("rev-list", "--count", "low") == "3"


@pytest.mark.parametrize(
    ("todo", "spoil"),
    [
        ("edit main~2\npick main~1\npick main\n", "staged"),
        ("pick main~1\npick main~2\nexec false\npick main\n", ""),
        ("pick main~2\npick main\npick main~1\n", ""),
    ],
)
def test_any_other_stop_of_a_rebase_is_refused(
    stopping: Repository, todo: str, spoil: str
) -> None:
    repo = stopping
    (repo.path / ".git" / "my-todo").write_text(todo)
    editor = {"GIT_SEQUENCE_EDITOR": "cp .git/my-todo"}
    repo.run("rebase", "-q", "-i", "HEAD~3", env=editor, check=False)
    if spoil:
        repo.write({"d/a": b"staged\n"})
        repo.git("add", "d/a")
    before = repo.refs()
    ran = gitsplit(repo.path, *BY_FILE, "HEAD~1")

    assert (ran.status, ran.out) == (1, "")
    assert "only at a stop for edit or break with nothing staged" in ran.err
    assert repo.refs() == before
    repo.git("rebase", "--abort")
