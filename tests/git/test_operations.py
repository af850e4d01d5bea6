"""Operations in progress, each begun by git itself and stopped where it stops."""

import pytest

from gitsplit.errors import OperationUnderWay
from gitsplit.git.operations import (
    branches_of_other_worktrees,
    branches_owned_by_operations,
    operation_under_way,
    refuse_operation_under_way,
)
from gitsplit.git.repository import open_repository
from tests.gits import to_update_refs
from tests.repository import Repository


@pytest.fixture
def forked(repo: Repository) -> Repository:
    """On ``main``: three commits to ``f``; ``other`` changes it another way."""
    repo.commit("one", {"f": b"1\n"})
    repo.git("branch", "other")
    repo.commit("two", {"f": b"2\n"})
    repo.commit("three", {"f": b"3\n"})
    repo.git("checkout", "-q", "other")
    repo.commit("other", {"f": b"other\n"})
    repo.git("checkout", "-q", "main")
    return repo


def under_way(repo: Repository) -> str | None:
    """The operation that is found in the repository."""
    return operation_under_way(open_repository(repo.path))


def rebase(repo: Repository, todo: str, *options: str) -> None:
    """Start an interactive rebase of the last two commits with this todo list."""
    (repo.path / ".git" / "todo").write_text(todo)
    repo.run(
        *("rebase", "-q", "-i", *options, "HEAD~2"),
        env={"GIT_SEQUENCE_EDITOR": "cp .git/todo", "GIT_EDITOR": "true"},
        check=False,
    )


def test_nothing_is_under_way_in_a_quiet_repository(forked: Repository) -> None:
    assert under_way(forked) is None
    refuse_operation_under_way(open_repository(forked.path))


@pytest.mark.parametrize(
    ("name", "commands"),
    [
        ("merge", ["merge other"]),
        ("cherry-pick", ["cherry-pick other"]),
        ("cherry-pick", ["cherry-pick other main~1", "checkout -f HEAD"]),
        ("revert", ["revert --no-edit main~1"]),
        ("revert", ["revert --no-edit main~1 main~2", "reset -q --hard"]),
        ("rebase", ["rebase other"]),
        ("rebase", ["rebase --apply other"]),
        ("am", ["format-patch -q -1 -o .git other", "am .git/0001-other.patch"]),
        ("bisect", ["bisect start main main~2"]),
    ],
)
def test_an_operation_under_way_is_named_and_refused(
    forked: Repository, name: str, commands: list[str]
) -> None:
    for command in commands:
        forked.run(*command.split(), check=False)
    assert name == under_way(forked)
    with pytest.raises(OperationUnderWay, match=name) as caught:
        refuse_operation_under_way(open_repository(forked.path))
    assert "git " in caught.value.hint


@pytest.mark.parametrize(
    "todo",
    [
        *("edit main~1\npick main\n", "e main~1\npick main\n"),
        *("break\npick main~1\n", "pick main~1\nb\npick main\n"),
    ],
)
def test_a_stop_that_the_todo_list_asked_for_is_no_obstacle(
    forked: Repository, todo: str
) -> None:
    rebase(forked, todo)
    assert (forked.path / ".git" / "rebase-merge").is_dir()
    assert under_way(forked) is None
    forked.write({"f": b"dirty\n"})
    assert under_way(forked) is None
    forked.git("reset", "-q", "main~2")
    assert under_way(forked) is None


def test_anything_staged_at_a_stop_is_an_obstacle(forked: Repository) -> None:
    rebase(forked, "edit main~1\npick main\n")
    forked.write({"f": b"staged\n"})
    forked.git("add", "f")
    assert under_way(forked) == "rebase"


@pytest.mark.parametrize(
    "todo",
    [
        *("pick main\npick main~1\n", "edit main\npick main~1\n"),
        *("exec false\npick main\n", "pick main~1\nbreak\n"),
    ],
)
def test_a_stop_for_a_conflict_or_a_failure_is_an_obstacle(
    forked: Repository, todo: str
) -> None:
    rebase(forked, todo)
    if "break" in todo:
        forked.run("merge", "other", check=False)
    else:
        forked.git("reset", "-q", "--hard")
    assert under_way(forked) == "rebase"
    with pytest.raises(OperationUnderWay, match="edit or break"):
        refuse_operation_under_way(open_repository(forked.path))


def test_a_merge_begun_at_a_stop_is_an_obstacle(forked: Repository) -> None:
    rebase(forked, "break\npick main~1\npick main\n")
    forked.run("merge", "-s", "ours", "--no-commit", "other")
    assert under_way(forked) == "merge"


def owned(repo: Repository) -> frozenset[str]:
    """The refs that operations own."""
    return branches_owned_by_operations(open_repository(repo.path))


def test_no_branch_is_owned_in_a_quiet_repository(forked: Repository) -> None:
    assert frozenset() == owned(forked)


@pytest.mark.parametrize("name", ["l\u2028s", "n\u0085l", "nbsp\u00a0"])
def test_a_branch_whose_name_unicode_would_break_is_owned_whole(
    forked: Repository, name: str
) -> None:
    ref = f"refs/heads/{name}"
    forked.git("branch", "-M", name)
    forked.run("rebase", "other", check=False)
    assert frozenset({ref}) == owned(forked)
    forked.git("rebase", "--abort")
    forked.git("bisect", "start", name, f"{name}~2")
    assert frozenset({ref}) == owned(forked)


@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_a_rebase_owns_the_branch_it_rebases(forked: Repository, backend: str) -> None:
    forked.run("rebase", backend, "other", check=False)
    assert frozenset({"refs/heads/main"}) == owned(forked)


def test_a_rebase_of_a_detached_head_owns_nothing(forked: Repository) -> None:
    forked.git("checkout", "-q", "--detach")
    rebase(forked, "break\n")
    assert frozenset() == owned(forked)


@to_update_refs
def test_a_rebase_owns_the_branches_it_will_update(forked: Repository) -> None:
    forked.git("branch", "middle", "main~1")
    todo = "edit main~1\nupdate-ref refs/heads/middle\npick main\n"
    rebase(forked, todo, "--update-refs")
    assert frozenset({"refs/heads/main", "refs/heads/middle"}) == owned(forked)


def test_a_bisect_owns_the_branch_it_goes_back_to(forked: Repository) -> None:
    forked.git("bisect", "start", "main", "main~2")
    assert frozenset({"refs/heads/main"}) == owned(forked)


def test_an_operation_of_another_worktree_owns_its_branch_too(
    forked: Repository,
) -> None:
    forked.git("worktree", "add", "-q", "../linked", "other")
    linked = Repository(forked.path.parent / "linked")
    linked.run("rebase", "main", check=False)
    assert under_way(linked) == "rebase"
    assert under_way(forked) is None
    assert frozenset({"refs/heads/other"}) == owned(forked) == owned(linked)
    forked.git("bisect", "start", "main", "main~2")
    assert frozenset({"refs/heads/other", "refs/heads/main"}) == owned(linked)


def elsewhere(repo: Repository) -> dict[str, str]:
    """The branches of other worktrees."""
    return branches_of_other_worktrees(open_repository(repo.path))


def test_branches_of_other_worktrees_are_told_with_their_path(
    forked: Repository,
) -> None:
    assert elsewhere(forked) == {}
    forked.git("worktree", "add", "-q", "../a b", "other")
    forked.git("worktree", "add", "-q", "--detach", "../detached")
    linked = Repository(forked.path.parent / "a b")
    assert {"refs/heads/other": str(linked.path)} == elsewhere(forked)
    assert {"refs/heads/main": str(forked.path)} == elsewhere(linked)


def test_a_worktree_whose_path_has_line_breaks_is_told_whole(
    forked: Repository,
) -> None:
    path = forked.path.parent / "a\n\nb"
    forked.git("worktree", "add", "-q", str(path), "other")
    assert elsewhere(forked) == {"refs/heads/other": str(path)}
