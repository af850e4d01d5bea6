"""Splitting where commits are reviewed on Gerrit, from the command line."""

import json

import pytest

from tests.repository import Repository
from tests.runner import (
    IDS,
    Json,
    done,
    gitsplit,
    group,
    plan_for,
    split_entry,
    tangled,
    whole,
)
from tests.terminal import Terminal

SPLIT = ("-c", "HEAD~2", "--commits", "2", "--yes")


@pytest.fixture
def reviewed(repo: Repository) -> Repository:
    """The tangled series, in a clone whose commits go to Gerrit."""
    tangled(repo)
    repo.git("remote", "add", "origin", "https://review.example.com/a")
    repo.git("config", "remote.origin.push", "HEAD:refs/for/main")
    return repo


def test_the_summary_says_what_reviewers_see_and_how_to_push(
    reviewed: Repository,
) -> None:
    said = done(reviewed.path, *SPLIT).splitlines()

    kept = f"Reviewers of {IDS[0][:9]} will see commit 1 as its next patch set:"
    assert f"{kept} votes drop, open comments follow." in said
    assert "Commit 2 starts without reviewers." in said
    assert "Push with: git push origin HEAD:refs/for/main" in said


def test_elsewhere_nothing_is_said_of_reviews(repo: Repository) -> None:
    assert "eviewers" not in done(tangled(repo).path, *SPLIT)


def test_commits_without_an_id_get_one_where_they_are_reviewed(
    repo: Repository,
) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    repo.commit("two things\n", {"b": b"1\n", "dir/c": b"1\n"})
    repo.git("config", "gerrit.host", "review.example.com")
    done(repo.path, *("-c", "HEAD", "--commits", "2", "--yes"))
    messages = [repo.message(name).decode() for name in ("HEAD", "HEAD~1")]

    assert all(message.count("\nChange-Id: I") == 1 for message in messages)
    assert messages[0] != messages[1]


def test_where_new_ids_are_switched_off_none_is_given(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    repo.commit("two things\n", {"b": b"1\n", "dir/c": b"1\n"})
    repo.git("config", "gerrit.createChangeId", "false")
    done(repo.path, *("-c", "HEAD", "--commits", "2", "--yes"))

    assert b"Change-Id" not in repo.message("HEAD") + repo.message("HEAD~1")


def test_what_gerrit_would_refuse_stops_with_nothing_changed(
    reviewed: Repository,
) -> None:
    reviewed.commit(
        f"two\n\nSigned-off-by: A <a@b>\nChange-Id: {IDS[3]}\n",
        {"b": b"1\n", "dir/c": b"1\n"},
    )
    groups = [group("first\n", *[NEW_B]), group("second\n", owner=True)]
    plan = plan_for(reviewed, "HEAD~1", split_entry(reviewed, "HEAD", *groups))
    text = json.dumps(plan).encode()
    before = reviewed.refs()
    ran = gitsplit(reviewed.path, "--plan", "-", "--yes", stdin=text)

    assert ran.status == 1
    assert "not Signed-off-by author/committer/uploader" in ran.err
    assert "Your plan is kept" in ran.err
    assert reviewed.refs() == before
    ran = gitsplit(reviewed.path, "--plan", "-", "--yes", "--no-verify", stdin=text)
    assert ran.status == 0


NEW_B: Json = {"old_path": None, "path": "b", "whole": True}


def test_what_others_committed_is_a_warning(reviewed: Repository) -> None:
    reviewed.commit("no id\n", {"x": b"1\n"})
    ran = gitsplit(reviewed.path, *("-c", "HEAD~3", *SPLIT[2:]))

    assert ran.status == 0
    said = "Gerrit may refuse the push. Commit 5 “no id”: missing Change-Id in message"
    assert said in ran.err


def test_an_id_that_gerrit_does_not_see_is_moved_down_when_asked(
    reviewed: Repository,
) -> None:
    message = f"two\n\nChange-Id: {IDS[3]}\n\nMore words.\n"
    reviewed.commit(message, {"b": b"1\n", "dir/c": b"1\n"})
    head = ("-c", "HEAD", "--commits", "2", "--yes", "--keep-change-id", "last")
    refused = gitsplit(reviewed.path, *head)

    assert refused.status == 1
    assert f"its text names {IDS[3][:9]} as well" in refused.err
    assert "--move-change-id" in refused.err
    done(reviewed.path, *head, "--move-change-id")
    assert reviewed.message("HEAD").decode() == (
        f"two\n\nMore words.\n\nChange-Id: {IDS[3]}\n"
    )


def test_an_undo_warns_of_what_is_on_the_server(reviewed: Repository) -> None:
    done(reviewed.path, *SPLIT)
    reviewed.git("update-ref", "refs/remotes/origin/main", "HEAD")
    ran = gitsplit(reviewed.path, "--undo")

    assert ran.status == 0
    assert "The split is on a remote already." in ran.err


def test_an_undo_says_what_to_do_if_it_was_pushed(reviewed: Repository) -> None:
    done(reviewed.path, *SPLIT)

    assert "If the split has been pushed" in done(reviewed.path, "--undo")


def test_a_dry_run_says_what_gerrit_would_say(reviewed: Repository) -> None:
    reviewed.commit("no id\n", {"x": b"1\n"})
    ran = gitsplit(reviewed.path, "-n", "-c", "HEAD~3", "--commits", "2")

    assert (ran.status, "Gerrit may refuse the push" in ran.err) == (0, True)


def test_the_preview_says_what_gerrit_would_say(reviewed: Repository) -> None:
    reviewed.commit("no id\n", {"x": b"1\n"})
    terminal = Terminal(reviewed.path, *("-c", "HEAD~3", "--commits", "2"))
    terminal.wait_for("send")
    terminal.type("w")
    terminal.wait_for(
        "⚠ Gerrit may refuse the push. Commit 5 “no id”: missing Change-Id"
    )
    terminal.wait_for("Enter writes all this")
    terminal.type("\r")

    assert terminal.exit_status() == 0, terminal.text
    assert terminal.text.count("Gerrit may refuse the push") == 1


def test_whole_files_go_where_the_plan_says(reviewed: Repository) -> None:
    groups = [group("numbers\n", whole("numbers")), group("rest\n", owner=True)]
    entry = split_entry(reviewed, "HEAD~2", *groups)
    plan = json.dumps(plan_for(reviewed, "HEAD~3", entry)).encode()
    done(reviewed.path, "--plan", "-", "--yes", stdin=plan)

    assert f"Change-Id: {IDS[0]}".encode() in reviewed.message("HEAD~2")
