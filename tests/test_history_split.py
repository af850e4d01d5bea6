"""What git's own ``git history split`` (2.54) is tested for holds here as well.

Where gitsplit does otherwise, ``docs/history-split.md`` has the reason.
"""

import json
from collections.abc import Sequence

import pytest

from tests.repository import Repository
from tests.runner import Json, Ran, gitsplit, group, plan_for, split_entry

EMPTY: dict[str, bytes | None] = {"bar": b"", "foo": b""}


def new(*names: str) -> list[Json]:
    """The creation of these files."""
    return [{"old_path": None, "path": name, "whole": True} for name in names]


def split(
    repo: Repository, commit: str, first: Sequence[str], message: str = "first\n"
) -> Ran:
    """Gitsplit putting these new files into a commit of their own, before the rest."""
    rest = group("split me\n", owner=True)
    entry = split_entry(repo, commit, group(message, *new(*first)), rest)
    has_parent = bool(repo.git("log", "-1", "--format=%P", commit))
    upstream = f"{commit}~1" if has_parent else None
    plan = json.dumps(plan_for(repo, upstream, entry)).encode()
    root = [] if has_parent else ["--root"]
    return gitsplit(repo.path, *root, "--plan", "-", "--yes", stdin=plan)


def names(repo: Repository, revision: str) -> list[str]:
    return repo.git("ls-tree", "-r", "--name-only", revision).split()


def subjects(repo: Repository) -> list[str]:
    return repo.git("log", "--format=%s").splitlines()


def test_a_merge_is_refused(repo: Repository) -> None:
    merged(repo)
    ran = gitsplit(repo.path, "-c", "HEAD", "--yes")

    assert (ran.status, "is a merge" in ran.err) == (1, True)


def test_a_commit_below_a_merge_is_split_and_the_merge_kept(repo: Repository) -> None:
    merged(repo)
    tree = repo.tree("HEAD")
    assert split(repo, "HEAD~1", ["bar"]).status == 0

    assert tree == repo.tree("HEAD")
    assert len(repo.git("log", "-1", "--format=%P").split()) == 2
    assert names(repo, "HEAD~2") == ["bar", "base"]


def merged(repo: Repository) -> None:
    repo.commit("base\n", {"base": b"base\n"})
    repo.git("branch", "side")
    repo.commit("ours\n", EMPTY)
    repo.git("switch", "-q", "side")
    repo.commit("theirs\n", {"theirs": b"theirs\n"})
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--no-edit", "side")


def test_the_tip_is_split_and_head_names_the_same_branch(repo: Repository) -> None:
    repo.commit("initial\n", {"initial": b"1\n"})
    repo.commit("split me\n", EMPTY)
    head = repo.git("symbolic-ref", "HEAD")
    assert split(repo, "HEAD", ["bar"]).status == 0

    assert head == repo.git("symbolic-ref", "HEAD")
    assert subjects(repo) == ["split me", "first", "initial"]
    assert names(repo, "HEAD~1") == ["bar", "initial"]
    assert names(repo, "HEAD") == ["bar", "foo", "initial"]


def test_the_root_is_split(repo: Repository) -> None:
    repo.commit("split me\n", EMPTY)
    repo.commit("tip\n", {"tip": b"1\n"})
    assert split(repo, "HEAD~1", ["bar"]).status == 0

    assert subjects(repo) == ["tip", "split me", "first"]
    assert names(repo, "HEAD~2") == ["bar"]
    assert names(repo, "HEAD~1") == ["bar", "foo"]
    assert names(repo, "HEAD") == ["bar", "foo", "tip"]


def test_a_commit_in_between_is_split(repo: Repository) -> None:
    repo.commit("initial\n", {"initial": b"1\n"})
    repo.commit("split me\n", EMPTY)
    repo.commit("tip\n", {"tip": b"1\n"})
    assert split(repo, "HEAD~1", ["bar"]).status == 0

    assert subjects(repo) == ["tip", "split me", "first", "initial"]
    assert names(repo, "HEAD~2") == ["bar", "initial"]
    assert names(repo, "HEAD") == ["bar", "foo", "initial", "tip"]


def test_pieces_that_are_not_neighbours_go_into_one_commit(repo: Repository) -> None:
    repo.commit("split me\n", dict.fromkeys(["bar", "baz", "foo", "qux"], b""))
    assert split(repo, "HEAD", ["bar", "foo"]).status == 0

    assert names(repo, "HEAD~1") == ["bar", "foo"]
    assert names(repo, "HEAD") == ["bar", "baz", "foo", "qux"]


def test_the_last_piece_alone_goes_first(repo: Repository) -> None:
    repo.commit("split me\n", EMPTY)
    assert split(repo, "HEAD", ["foo"], "message\n").status == 0

    assert subjects(repo) == ["split me", "message"]
    assert names(repo, "HEAD~1") == ["foo"]


def test_an_empty_message_is_refused(repo: Repository) -> None:
    repo.commit("split me\n", EMPTY)
    before = repo.refs()
    ran = split(repo, "HEAD", ["bar"], "\n")

    assert (ran.status, "message" in ran.err, "empty" in ran.err) == (1, True, True)
    assert before == repo.refs()


@pytest.mark.parametrize("first", [[], ["bar", "foo"]], ids=["nothing", "everything"])
def test_no_empty_commit_is_made(repo: Repository, first: list[str]) -> None:
    repo.commit("base\n", {"base": b"1\n"})
    repo.commit("split me\n", EMPTY)
    before = repo.refs()
    groups: list[Json] = [
        {"message": "first\n", "files": new(*first)},
        {"message": "second\n", "files": [], "rest": True, "owner": True},
    ]
    plan = plan_for(repo, "HEAD~1", split_entry(repo, "HEAD", *groups))
    text = json.dumps(plan).encode()
    ran = gitsplit(repo.path, "--plan", "-", "--yes", stdin=text)

    assert (ran.status, "has no edits" in ran.err) == (1, True)
    assert before == repo.refs()


def test_changes_in_worktree_and_index_stay(repo: Repository) -> None:
    repo.commit("split me\n", {"bar": b"a\n", "foo": b"b\n"})
    repo.write({"bar": b"a changed\n", "foo": b"b changed\n"})
    repo.git("add", "foo")
    assert split(repo, "HEAD", ["bar"]).status == 0

    status = repo.run("status", "--porcelain").stdout.decode().splitlines()
    assert status == [" M bar", "M  foo"]


def test_hooks_of_a_commit_do_not_run_and_that_of_a_rewrite_does(
    repo: Repository,
) -> None:
    repo.commit("split me\n", EMPTY)
    log = repo.path / ".git" / "hooks.log"
    for name in ("prepare-commit-msg", "post-commit", "post-rewrite"):
        hook = repo.path / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f'#!/bin/sh\necho {name} >>"{log}"\n')
        hook.chmod(0o755)
    assert split(repo, "HEAD", ["bar"]).status == 0

    assert log.read_text() == "post-rewrite\n"
