"""A dry run shows all there is to see; what can't be applied stands beside it."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from tests.repository import Repository
from tests.runner import (
    IDS,
    Json,
    Ran,
    gitsplit,
    group,
    plan_for,
    split_entry,
    whole,
    written,
)

BURIED = f"three\n\nChange-Id: {IDS[0]}\n\nMore words.\n"


@pytest.fixture
def series(repo: Repository) -> Repository:
    """Three commits of two files each; the second has no message."""
    for number, message in enumerate(("base\n", "one\n", "", "three\n")):
        repo.write({"a": b"%d\n" % number, "b": b"%d\n" % number})
        repo.git("add", "-A")
        repo.git("commit", "-q", "--allow-empty-message", "-m", message)
    return repo


def blocks(text: str, repo: Repository, *revisions: str) -> list[str]:
    """What is said of each of these commits, which are all that are shown."""
    heads = [repo.oid(revision)[:10] for revision in revisions]
    places = [*(text.index(f"{head} ") for head in heads), len(text)]
    assert places == sorted(places)
    return [text[a:b] for a, b in pairwise(places)]


def applied(ran: Ran) -> str:
    assert (ran.status, ran.err) == (0, ""), ran.err
    return ran.out


def test_a_commit_without_a_message_hides_none_of_the_others(
    series: Repository,
) -> None:
    text = applied(gitsplit(series.path, "-n", "HEAD~3", "--group-by", "file"))
    said = blocks(text, series, "HEAD~2", "HEAD~1", "HEAD")

    assert ["becomes 2 commits" in each for each in said] == [True, True, True]
    assert ["is empty" in each for each in said] == [False, True, False]
    oid = series.oid("HEAD~1")[:10]
    assert f"  ! The message of commit 2 of {oid} is empty." in said[1]


def test_alone_it_is_shown_as_well_and_still_not_applied(series: Repository) -> None:
    args = ("-c", "HEAD~1", "--group-by", "file")
    text = applied(gitsplit(series.path, "-n", *args))
    ran = gitsplit(series.path, "--yes", *args)

    assert "becomes 2 commits" in text
    assert " ! The message of commit 2 of" in text
    assert ran.status == 1
    assert (
        f"The message of commit 2 of {series.oid('HEAD~1')[:10]} is empty." in ran.err
    )


def test_a_message_that_is_a_change_id_alone_is_shown(repo: Repository) -> None:
    for number, message in enumerate(("base\n", f"Change-Id: {IDS[0]}\n")):
        repo.commit(message, {"a": b"%d\n" % number, "b": b"%d\n" % number})
    text = applied(gitsplit(repo.path, "-n", "HEAD~1", "--group-by", "file"))

    assert "becomes 2 commits" in text
    assert "  ! Gerrit would refuse the push. " in text


@pytest.mark.parametrize("upstream", ["HEAD~1", "HEAD~2"])
def test_a_change_id_that_gerrit_does_not_see_is_complained_of_beside_its_commit(
    repo: Repository, upstream: str
) -> None:
    for number, message in enumerate(("base\n", "two\n", BURIED)):
        repo.commit(message, {"a": b"%d\n" % number, "b": b"%d\n" % number})
    text = applied(gitsplit(repo.path, "-n", upstream, "--group-by", "file"))

    *others, last = blocks(text, repo, *(["HEAD~1"] * (upstream[-1] == "2")), "HEAD")
    assert "becomes 2 commits" in last
    assert "  ! Gerrit would refuse the push. " in last
    assert "--move-change-id" in last
    assert not any("Gerrit" in other for other in others)


def test_a_commit_too_small_for_so_many_hides_none_of_the_others(
    repo: Repository,
) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    repo.commit("small\n", {"a": b"2\n"})
    repo.commit("large\n", {"b": b"1\n", "c": b"1\n", "d": b"1\n"})
    text = applied(gitsplit(repo.path, "-n", "HEAD~2", "--commits", "2"))
    ran = gitsplit(repo.path, "-n", "HEAD~2", "--commits", "2", "--format", "json")

    small, large = blocks(text, repo, "HEAD~1", "HEAD")
    assert "  ! The commit can't be split into 2 commits." in small
    assert "becomes 2 commits" in large
    assert [e["action"] for e in json.loads(ran.out)["series"]] == ["pick", "split"]
    assert f"{repo.oid('HEAD~1')[:10]} stays one commit. The commit can't" in ran.err


def test_where_nothing_can_be_proposed_for_any_commit_that_is_an_error(
    series: Repository,
) -> None:
    for args in (["HEAD~3"], ["-c", "HEAD", "HEAD~3"], ["HEAD~1"]):
        ran = gitsplit(series.path, "-n", *args, "--commits", "9")
        assert (ran.status, ran.out) == (1, "")
        assert "commits at most, not 9" in ran.err


def test_a_program_that_fails_for_one_commit_hides_none_of_the_others(
    series: Repository, tmp_path: Path
) -> None:
    command = tmp_path / "propose"
    command.write_text(
        '#!/bin/sh\ncat > plan; grep -q \'"subject": "one"\' plan && exec cat plan\n'
        "echo no idea >&2; exit 1\n"
    )
    command.chmod(0o755)
    series.git("config", "--global", "gitsplit.proposalCommand", str(command))
    text = applied(gitsplit(series.path, "-n", "HEAD~3", "--group-by", "file"))

    said = blocks(text, series, "HEAD~2", "HEAD~1", "HEAD")
    assert ["no idea" in each for each in said] == [False, True, True]
    assert "becomes 2 commits" in said[0]


def test_a_plan_that_is_refused_is_shown_and_refused(
    series: Repository, tmp_path: Path
) -> None:
    groups = (group("a\n", whole("a")), group("\n"))
    plan = plan_for(series, "HEAD~1", split_entry(series, "HEAD", *groups))
    ran = gitsplit(series.path, "-n", "--plan", written(tmp_path / "plan", plan))

    assert ran.status == 1
    assert "becomes 2 commits" in ran.out
    assert "The message of commit 2 of" in ran.out
    assert ran.err.startswith("gitsplit: The message of commit 2 of")


@pytest.fixture
def one_piece(repo: Repository) -> Repository:
    """Commits of one file each, which are proposed to stay as they are."""
    messages = (b"base\n", b"one", b"two\n\n\nwords\n\n", b"caf\xe9\n", b"", b"five\n")
    for number, message in enumerate(messages):
        repo.write({"a": b"%d\n" % number})
        repo.git("add", "-A")
        kind = ("--allow-empty-message", "--cleanup=verbatim", "-F", "-")
        repo.git("commit", "-q", *kind, stdin=message)
    return repo


@pytest.mark.parametrize("options", [["HEAD~5"], ["HEAD~1"], ["-c", "HEAD~2"]])
def test_a_plan_that_changes_nothing_is_applied_with_a_word(
    one_piece: Repository, options: list[str]
) -> None:
    before = one_piece.refs()
    plan = applied(gitsplit(one_piece.path, "-n", "--format", "json", *options))
    ran = gitsplit(one_piece.path, "--yes", "--plan", "-", stdin=plan.encode())

    assert (ran.status, ran.out) == (0, "")
    said = "The plan changes nothing. Nothing was changed."
    assert ran.err == f"gitsplit: {said}\n"
    assert one_piece.refs() == before
    assert gitsplit(one_piece.path, "--undo").status == 1


@pytest.mark.parametrize("entries", [[], ["pick"], ["reword"]])
def test_whatever_way_it_says_so(one_piece: Repository, entries: list[str]) -> None:
    words = {"message": "five\n"}
    made: list[Json] = [
        {"commit": one_piece.oid("HEAD"), "action": action, **words}
        if action == "reword"
        else {"commit": one_piece.oid("HEAD"), "action": action}
        for action in entries
    ]
    plan = json.dumps(plan_for(one_piece, "HEAD~2", *made)).encode()
    args = ("--yes", "--plan", "-", "-x", "false", "-S")
    ran = gitsplit(one_piece.path, *args, stdin=plan)

    assert (ran.status, ran.out) == (0, "")
    assert ran.err.endswith("Nothing was changed.\n")


def test_what_the_user_wants_split_and_cannot_be_is_still_refused(
    one_piece: Repository,
) -> None:
    ran = gitsplit(one_piece.path, "--yes", "HEAD~1")

    assert ran.status == 1
    assert "propose more with --commits N" in ran.err
