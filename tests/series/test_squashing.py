"""Commits squashed into the one before them, beside what git makes of it."""

import json
import shutil
from pathlib import Path

import pytest
from tools.series.rebase import commits_in_words

from gitsplit.git.repository import open_repository
from gitsplit.model.change_id import IdRules
from gitsplit.model.todo import Todo, autosquash, todo_as_read
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import read_work
from tests.repository import Repository
from tests.runner import Json, done, plan_for

ONE, TWO = f"I{'1' * 40}", f"I{'2' * 40}"


def commits(repo: Repository, *messages: str) -> Repository:
    """A base commit, tagged, and a commit with each message above it."""
    repo.commit("Base\n", {"base": b"base\n"})
    repo.git("tag", "base")
    for number, message in enumerate(messages):
        repo.commit(message, {f"file{number}": b"%d\n" % number})
    return repo


def carried_out(repo: Repository, *actions: str | Json) -> str:
    """What gitsplit prints when it does these to the commits above the base."""
    order = repo.git("rev-list", "--reverse", "base..HEAD").split()
    entries: list[Json] = []
    for oid, action in zip(order, actions, strict=True):
        given: Json = {"action": action} if isinstance(action, str) else action
        entries.append({"commit": oid, **given})
    plan = json.dumps(plan_for(repo, "base", *entries)).encode()
    return done(repo.path, "--plan", "-", "--yes", stdin=plan)


def test_the_commit_that_stays_keeps_its_change_id_and_the_other_is_named(
    repo: Repository,
) -> None:
    commits(
        repo,
        f"One\n\nWhy one.\n\nChange-Id: {ONE}\nSigned-off-by: A <a@b>\n",
        f"Two\n\nWhy two.\n\nChange-Id: {TWO}\n",
    )
    two = repo.oid("HEAD")
    said = carried_out(repo, "pick", "squash")

    assert f"Squashed {two[:10]} Two; its {TWO[:9]} is gone" in said
    message = repo.message("HEAD").decode()
    assert message.count("Change-Id:") == 1
    assert message == (
        "One\n\nWhy one.\n\nTwo\n\nWhy two.\n\n"
        f"Change-Id: {ONE}\nSigned-off-by: A <a@b>\n"
    )


def test_a_fixup_leaves_every_byte_of_the_message_alone(repo: Repository) -> None:
    odd = f"One\r\n\r\nWhy  \n\n\nChange-Id: {ONE}"
    commits(repo, odd, "Two\n")
    carried_out(repo, "pick", "fixup")

    assert repo.message("HEAD") == odd.encode()


def test_the_message_of_a_squash_is_what_the_plan_says(repo: Repository) -> None:
    commits(repo, f"One\n\nChange-Id: {ONE}\n", f"Two\n\nChange-Id: {TWO}\n")
    carried_out(repo, "pick", {"action": "squash", "message": "Both\n"})

    assert repo.message("HEAD") == f"Both\n\nChange-Id: {ONE}\n".encode()


def test_a_commit_is_squashed_into_the_last_piece_of_a_split_one(
    repo: Repository,
) -> None:
    repo.commit("Base\n", {"a": b"a\n"})
    repo.git("tag", "base")
    repo.commit("Two things\n", {"b": b"b\n", "c": b"c\n"})
    repo.commit("More of c\n", {"c": b"c\nc\n"})
    files: list[Json] = [{"old_path": None, "path": "b", "whole": True}]
    groups: list[Json] = [
        {"message": "First b\n", "files": files},
        {"message": "Then c\n", "rest": True, "owner": True},
    ]
    carried_out(repo, {"action": "split", "groups": groups}, "fixup")

    assert repo.git("log", "--format=%s", "base..HEAD") == "Then c\nFirst b"
    assert repo.blob("HEAD", "c") == b"c\nc\n"


def test_a_branch_at_a_squashed_or_dropped_commit_follows(repo: Repository) -> None:
    commits(repo, "One\n", "Two\n", "Three\n", "Four\n")
    repo.git("branch", "at-two", "HEAD~2")
    repo.git("branch", "at-three", "HEAD~1")
    carried_out(repo, "pick", "fixup", "drop", "pick")

    assert repo.oid("at-two") == repo.oid("HEAD~1")
    assert repo.oid("at-three") == repo.oid("HEAD~1")
    assert not (repo.path / "file2").exists()
    assert repo.git("status", "--short") == ""


def test_with_update_refs_off_other_branches_stay_and_are_named(
    repo: Repository,
) -> None:
    commits(repo, "One\n", "Two\n", "Three\n")
    repo.git("config", "rebase.updateRefs", "false")
    repo.git("branch", "at-two", "HEAD~1")
    before = repo.oid("at-two")
    said = carried_out(repo, {"action": "reword", "message": "1\n"}, "pick", "pick")

    assert repo.oid("at-two") == before
    assert "at-two stays where it is: rebase.updateRefs is false." in said


AUTOSQUASH = [
    ["One", "Two", "fixup! One"],
    ["One", "Two", "squash! One\n\nMore words."],
    ["One", "Two", "amend! One\n\nOne, but better\n\nWhy."],
    ["One", "Two", "fixup! One", "fixup! fixup! One", "squash! Two"],
    ["Add a thing", "Add a thing more", "fixup! Add a th"],
    ["One", "fixup! Nobody", "Two"],
    ["fixup! Two", "Two"],
    ["Two", "One", "Two", "fixup! Two"],
    ["One", "squash! One", "fixup! One"],
]


@pytest.mark.parametrize("messages", AUTOSQUASH, ids=lambda each: " / ".join(each))
def test_what_is_for_another_commit_goes_where_git_puts_it(
    repo: Repository, tmp_path: Path, messages: list[str]
) -> None:
    commits(repo, *(f"{message}\n" for message in messages))
    copy = Repository(tmp_path / "copy")
    shutil.copytree(repo.path, copy.path)
    env = {"GIT_SEQUENCE_EDITOR": "true", "GIT_EDITOR": "true"}
    copy.run("rebase", "-q", "-i", "--autosquash", "base", env=env)
    opened = open_repository(repo.path)
    work = read_work(opened, Request(upstream="base"), every=True)
    todo = autosquash(work.series, todo_as_read(work.series))
    carried_out_as(repo, todo)

    assert commits_in_words(copy, "base") == commits_in_words(repo, "base")


def carried_out_as(repo: Repository, todo: Todo) -> None:
    entries: list[Json] = [
        {"commit": entry.oid, "action": entry.action}
        | ({} if entry.message is None else {"message": entry.message.decode()})
        for entry in todo.entries
    ]
    plan = json.dumps(plan_for(repo, "base", *entries)).encode()
    if any(entry.action != "pick" for entry in todo.entries):
        done(repo.path, "--plan", "-", "--yes", stdin=plan)


def test_ids_are_given_to_reworded_commits_where_the_rules_want_them() -> None:
    rules = IdRules(wanted=True)

    assert rules.gives_id(b"Add one\n")
    assert not rules.gives_id(b"fixup! Add one\n")
    assert IdRules(wanted=True, always=True).gives_id(b"fixup! Add one\n")
