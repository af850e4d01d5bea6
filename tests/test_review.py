"""Splitting where commits are reviewed on Gerrit, from the command line."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from gitsplit.git.repository import open_repository
from gitsplit.model.objects import Oid
from gitsplit.model.todo import with_action
from gitsplit.report.findings import Review
from gitsplit.report.sentences import review_lines
from gitsplit.workflow.preflight import outlook
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import read_work
from tests.gits import to_merge
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
    written,
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
    two_things(repo, "two things\n")
    said = done(repo.path, "HEAD~1", "--group-by", "file", "--yes")

    assert "eviewers" not in said
    assert "Push with" not in said


def two_things(repo: Repository, message: str) -> Repository:
    """A base, and a commit on it that can be split by its two files."""
    repo.commit("base\n", {"a": b"1\n", "b": b"1\n"})
    repo.commit(message, {"a": b"2\n", "b": b"2\n"})
    return repo


def test_a_change_id_in_one_of_the_series_is_a_sign_of_gerrit_enough(
    repo: Repository,
) -> None:
    two_things(repo, f"two things\n\nChange-Id: {IDS[0]}\n")
    said = done(repo.path, *BY_FILE).splitlines()

    kept = f"Reviewers of {IDS[0][:9]} will see commit 2 as its next patch set:"
    assert f"{kept} votes drop, open comments follow." in said
    assert "Commit 1 starts without reviewers." in said
    assert "Push with: git push origin HEAD:refs/for/master" in said
    assert "If the split has been pushed" in done(repo.path, "--undo")


def test_one_below_the_series_is_none(repo: Repository) -> None:
    repo.commit(f"base\n\nChange-Id: {IDS[0]}\n", {"a": b"1\n", "b": b"1\n"})
    repo.commit("two things\n", {"a": b"2\n", "b": b"2\n"})

    assert "eviewers" not in done(repo.path, *BY_FILE)
    assert b"Change-Id" not in repo.message("HEAD")


BY_FILE = ("HEAD~1", "--group-by", "file", "--yes")
DRY = ("HEAD~1", "--group-by", "file", "-n")


def test_who_has_no_change_id_keeps_none(repo: Repository) -> None:
    two_things(repo, "two things\n")
    repo.git("config", "gerrit.host", "review.example.com")
    before = done(repo.path, *DRY)
    assert before == done(repo.path, *DRY), "no id is shown that isn't final"
    assert before.count("new Change-Id") == 2
    assert "keeps" not in before
    assert "Commits 1 and 2 start without reviewers." in before
    after = done(repo.path, *BY_FILE)

    new = [repo.message(name).decode()[-42:-33] for name in ("HEAD~1", "HEAD")]
    assert [f"new {each}" in after for each in new] == [True, True]
    assert "keeps" not in after
    assert "Reviewers of" not in after
    assert "Commits 1 and 2 start without reviewers." in after


def test_a_reworded_commit_without_an_id_is_said_to_get_one(repo: Repository) -> None:
    two_things(repo, "two things\n")
    repo.git("config", "gerrit.host", "review.example.com")
    entry: Json = {"commit": repo.oid("HEAD"), "action": "reword", "message": "2\n"}
    plan = json.dumps(plan_for(repo, "HEAD~1", entry)).encode()
    before = done(repo.path, "--plan", "-", "-n", stdin=plan)
    after = done(repo.path, "--plan", "-", "--yes", stdin=plan)

    assert "(reworded, tree unchanged, new Change-Id)" in before
    assert "Commit 1 starts without reviewers." in before
    assert "Commit 1 starts without reviewers." in after


def test_trailers_that_stay_with_one_commit_are_named(repo: Repository) -> None:
    trailers = "Bug: 1\nTest: m\nSigned-off-by: A <a@b>\n"
    two_things(repo, f"two things\n\n{trailers}Change-Id: {IDS[0]}\n")
    assert "  Bug and Test are in commit 2 only.\n" in done(repo.path, *DRY)
    assert "Bug and Test are in commit 2 only.\n" in done(repo.path, *BY_FILE)
    done(repo.path, "--undo")
    repo.git("config", "gitsplit.copyTrailers", "Bug")
    said = done(repo.path, *BY_FILE)

    assert "Test is in commit 2 only.\n" in said
    assert b"\nBug: 1\n" in repo.message("HEAD~1")


@pytest.mark.parametrize("copied", ["Bug, Test", ""])
@pytest.mark.parametrize("words", ["", "These words stand beside the trailers.\n" * 5])
def test_every_piece_is_signed_off_whatever_else_is_copied(
    repo: Repository, copied: str, words: str
) -> None:
    footer = f"{words}Bug: 1\nChange-Id: {IDS[0]}\nSigned-off-by: A <a@b>\n"
    two_things(repo, f"two things\n\n{footer}")
    repo.git("config", "gitsplit.copyTrailers", copied)
    done(repo.path, *BY_FILE)

    assert b"\nSigned-off-by: A <a@b>\n" in repo.message("HEAD~1")


def unsigned_plan(repo: Repository) -> bytes:
    """A plan in which no commit is signed off, as the original is."""
    plan = json.loads(done(repo.path, *DRY, "--format", "json"))
    for number, each in enumerate(plan["series"][0]["groups"]):
        each["message"] = f"part {number}\n"
    return json.dumps(plan).encode()


def test_where_there_is_no_gerrit_sign_offs_are_not_its_matter(
    repo: Repository,
) -> None:
    two_things(repo, "two things\n\nSigned-off-by: A <a@b>\n")
    plan = unsigned_plan(repo)
    ran = [gitsplit(repo.path, "--plan", "-", x, stdin=plan) for x in ("-n", "--yes")]

    assert [(each.status, each.err) for each in ran] == [(0, "")] * 2
    lost = "Signed-off-by is lost: no new commit has it."
    assert [lost in each.out for each in ran] == [True, True]
    assert repo.message("HEAD") == b"part 1\n"


def test_where_there_is_one_a_sign_off_that_is_lost_is_refused(
    repo: Repository,
) -> None:
    two_things(repo, "two things\n\nSigned-off-by: A <a@b>\n")
    repo.git("config", "gerrit.host", "review.example.com")
    ran = gitsplit(repo.path, "--plan", "-", "--yes", stdin=unsigned_plan(repo))

    assert ran.status == 1
    assert "Gerrit would refuse the push. Commit 1" in ran.err


@pytest.mark.parametrize("form", ["text", "markdown", "script"])
def test_a_dry_run_says_in_every_format_that_gerrit_would_refuse(
    repo: Repository, form: str
) -> None:
    two_things(repo, "two things\n\nSigned-off-by: A <a@b>\n")
    repo.git("config", "gerrit.host", "review.example.com")
    plan = unsigned_plan(repo)
    ran = gitsplit(repo.path, "-n", "--plan", "-", "--format", form, stdin=plan)

    assert ran.status == 1
    assert "Gerrit would refuse the push. Commit 1" in ran.err
    assert ran.out
    assert ran.err.count("Commit 1") == 1
    told = ran.err if form == "script" else ran.out
    assert "Gerrit would refuse the push. " in told.replace("`", "")


def test_what_is_applied_anyway_is_not_refused_beforehand(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_things(repo, "two things\n\nSigned-off-by: A <a@b>\n")
    repo.git("config", "gerrit.host", "review.example.com")
    file = tmp_path / "unsigned.json"
    file.write_bytes(unsigned_plan(repo))
    given = ("--plan", str(file), "--no-verify")
    told = done(repo.path, "-n", *given, "--teach")
    monkeypatch.setenv("GIT_EDITOR", "true")
    terminal = Terminal(repo.path, "--edit", "--no-screen", *given)
    terminal.wait_for("Apply this? [y/N/e]:")
    terminal.type("y\n")

    assert "Gerrit would refuse the push. Commit 1" in told
    assert "git commit" in told
    assert terminal.exit_status() == 0
    assert repo.message("HEAD").startswith(b"part 1\n")


def test_what_is_refused_is_said_to_be_written(
    repo: Repository, tmp_path: Path
) -> None:
    two_things(repo, "two things\n\nSigned-off-by: A <a@b>\n")
    repo.git("config", "gerrit.host", "review.example.com")
    file = str(tmp_path / "split.html")
    args = ("-n", "--plan", "-", "--format=html", "-o", file)
    ran = gitsplit(repo.path, *args, stdin=unsigned_plan(repo))

    state = ran.err.splitlines()[-1]
    assert state == f"{file} was written, and nothing else was changed."


LINK = f"Link: https://review.example.org/id/{IDS[0]}"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("remote.origin.review", "https://review.example.org/"),
        ("remote.origin.review", "review.example.org"),
        ("remote.origin.url", "ssh://me@review.example.org:29418/project"),
        ("gitreview.hostname", "review.example.org"),
    ],
)
def test_a_link_into_a_server_that_is_known_is_the_id(
    repo: Repository, key: str, value: str
) -> None:
    two_things(repo, f"two things\n\n{LINK}\n")
    repo.git("config", key, value)
    said = done(repo.path, *BY_FILE)

    assert f"Reviewers of {IDS[0][:9]} will see commit 2" in said
    assert repo.message("HEAD").decode() == f"two things\n\n{LINK}\n"
    assert IDS[0].encode() not in repo.message("HEAD~1")


def test_gitreview_tells_the_server_too_and_git_review_is_named(
    repo: Repository,
) -> None:
    text = b"[gerrit]\nhost=review.example.org\nproject=a/b\n"
    repo.commit("review\n", {".gitreview": text})
    two_things(repo, f"two things\n\n{LINK}\n")
    said = done(repo.path, *BY_FILE).splitlines()

    assert repo.message("HEAD").decode().count("Change-Id") == 0
    assert "Or with: git review" in said


def squash_of_two(repo: Repository, *messages: str) -> bytes:
    """A plan that squashes the second of two commits into the first."""
    repo.commit("base\n", {"a": b"1\n"})
    for number, message in enumerate(messages):
        repo.commit(message, {f"file{number}": b"1\n"})
    entries: list[Json] = [
        {"commit": repo.oid("HEAD~1"), "action": "pick"},
        {"commit": repo.oid("HEAD"), "action": "squash"},
    ]
    return json.dumps(plan_for(repo, "HEAD~2", *entries)).encode()


def test_a_squash_says_beforehand_what_it_makes_and_what_stays_open(
    repo: Repository,
) -> None:
    plan = squash_of_two(
        repo,
        f"one\n\nWhy one.\n\nChange-Id: {IDS[0]}\n",
        f"two\n\nWhy two.\n\nChange-Id: {IDS[1]}\n",
    )
    before = done(repo.path, "--plan", "-", "-n", stdin=plan)
    after = done(repo.path, "--plan", "-", "--yes", stdin=plan)
    message = repo.message("HEAD").decode()

    what = f"{IDS[1][:9]} “two” is squashed. If it was pushed, it stays open"
    still = f"{what} on the server: abandon it there.\n"
    assert still in before
    assert still in after
    kept = f"Reviewers of {IDS[0][:9]} will see commit 1 as its next patch set:"
    assert kept in before
    assert kept in after
    shown = "".join(f"    {line}".rstrip() + "\n" for line in message.splitlines())
    assert f"\n\n{shown}\n" in before


def test_a_squash_takes_the_id_where_the_first_commit_has_none(
    repo: Repository,
) -> None:
    plan = squash_of_two(repo, "one\n", f"two\n\nChange-Id: {IDS[1]}\n")
    before = done(repo.path, "--plan", "-", "-n", "--no-verify", stdin=plan)
    said = done(repo.path, "--plan", "-", "--yes", stdin=plan)

    assert repo.message("HEAD").decode() == f"one\n\ntwo\n\nChange-Id: {IDS[1]}\n"
    assert f"Reviewers of {IDS[1][:9]} will see commit 1" in said
    assert "stays open" not in before + said


def test_a_squash_of_two_without_ids_gets_a_new_one_where_ids_are_given(
    repo: Repository,
) -> None:
    plan = squash_of_two(repo, "one\n", "two\n")
    repo.git("config", "gerrit.host", "review.example.com")
    before = done(repo.path, "--plan", "-", "-n", stdin=plan)
    done(repo.path, "--plan", "-", "--yes", stdin=plan)

    assert "    Change-Id: (will be added)\n" in before
    assert repo.message("HEAD").decode().count("\nChange-Id: I") == 1


def test_a_dropped_change_and_one_that_nobody_keeps_stay_open(
    reviewed: Repository,
) -> None:
    drop: Json = {"commit": reviewed.oid("HEAD"), "action": "drop"}
    entry: Json = {"commit": reviewed.oid("HEAD~1"), "action": "pick"}
    both = json.dumps(plan_for(reviewed, "HEAD~2", entry, drop)).encode()
    dropped = done(reviewed.path, "--plan", "-", "-n", stdin=both)
    none = done(reviewed.path, *SPLIT[:-1], "-n", "--keep-change-id", "none")

    assert f"{IDS[2][:9]} “top” is dropped. If it was pushed, it stays open" in dropped
    assert f"{IDS[0][:9]} “tangled” is kept by no commit. If it was pushed" in none
    assert "Reviewers of" not in none


def test_many_changes_are_counted(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    for n in range(30):
        repo.commit(f"{n}\n\nChange-Id: I{n + 1:040x}\n", {"a": b"%d\n" % n})
    order = repo.git("rev-list", "--reverse", "HEAD~30..HEAD").split()
    entries: list[Json] = [{"commit": oid, "action": "fixup"} for oid in order[1:]]
    plan = json.dumps(plan_for(repo, "HEAD~30", *entries)).encode()
    said = done(repo.path, "--plan", "-", "--yes", stdin=plan)

    assert said.count("stays open on the server") == 10
    assert said.count("\nand 19 more\n") == 2, "of those squashed, of those open"


def test_what_a_push_gives_is_not_said_to_be_lacking(reviewed: Repository) -> None:
    lacking = "Topic, hashtags and work in progress of the original are not carried"
    assert lacking in done(reviewed.path, *SPLIT[:-1], "-n")
    target = "HEAD:refs/for/main%topic=t,r=alice"
    reviewed.git("config", "remote.origin.push", target)
    reviewed.git("config", "push.pushOption", "wip")
    said = done(reviewed.path, *SPLIT)

    assert "Commit 2 starts with no reviewers but those of the push.\n" in said
    nor = "Hashtags of the original are not carried over: push them with %hashtag=TAG."
    assert f"{nor}\n" in said


def test_a_change_that_the_server_has_merged_is_foreseen(reviewed: Repository) -> None:
    reviewed.git("branch", "merged", "HEAD~3")
    tree = reviewed.tree("HEAD~3")
    text = f"tangled\n\nChange-Id: {IDS[0]}\n"
    oid = reviewed.git("commit-tree", tree, "-p", "HEAD~3", "-m", text).strip()
    reviewed.git("update-ref", "refs/remotes/origin/main", oid)
    ran = gitsplit(reviewed.path, *SPLIT[:-1], "-n")

    closed = "its change is closed, because its Change-Id has been merged as"
    assert ran.status == 0
    assert f"“tangled”: {closed} {oid[:10]}." in ran.err
    assert "Reviewers of" not in ran.out
    applied = gitsplit(reviewed.path, *SPLIT)
    assert (applied.status, closed in applied.err) == (0, True)


def test_a_dry_run_needs_nobody_to_commit_as(
    reviewed: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    reviewed.git("config", "user.useConfigOnly", "true")
    ran = gitsplit(reviewed.path, *SPLIT[:-1], "-n")

    assert (ran.status, ran.err) == (0, "")


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
    for last in ("-n", "--yes"):
        args = ("--plan", "-", "--no-verify", last)
        assert gitsplit(reviewed.path, *args, stdin=text).status == 0


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


def test_what_the_server_has_already_is_not_warned_of(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"a\n"})
    repo.git("remote", "add", "origin", "https://review.example.com/a")
    repo.git("config", "remote.origin.push", "HEAD:refs/for/main")
    repo.commit("no id\n", {"b": b"b\n"})
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.commit(f"two\n\nChange-Id: {IDS[0]}\n", {"c": b"c\n", "d": b"d\n"})
    ran = gitsplit(repo.path, "-n", "-c", "HEAD", "--group-by", "file", "HEAD~2")

    assert (ran.status, ran.err) == (0, "")


def test_commits_under_the_series_that_are_pushed_with_it_are_warned_of(
    repo: Repository,
) -> None:
    repo.commit("base\n", {"a": b"a\n"})
    repo.git("remote", "add", "origin", "https://review.example.com/a")
    repo.git("config", "remote.origin.push", "HEAD:refs/for/main")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.commit("no id\n", {"b": b"b\n"})
    under = repo.oid("HEAD")[:10]
    repo.commit(f"two\n\nChange-Id: {IDS[0]}\n", {"c": b"c\n", "d": b"d\n"})
    ran = gitsplit(repo.path, "-n", "--group-by", "file", "HEAD~1")

    assert ran.status == 0
    assert ran.err == (
        f"gitsplit: Gerrit may refuse the push. Commit {under}, under the series,"
        " “no id”: missing Change-Id in message footer.\n"
    )


def test_an_undo_warns_of_what_is_on_the_server(reviewed: Repository) -> None:
    done(reviewed.path, *SPLIT)
    reviewed.git("update-ref", "refs/remotes/origin/main", "HEAD")
    ran = gitsplit(reviewed.path, "--undo")

    assert ran.status == 0
    assert "What was undone is on a remote already." in ran.err


@pytest.mark.parametrize("action", ["drop", "reword"])
def test_an_undo_speaks_of_no_new_changes_where_none_were_made(
    reviewed: Repository, action: str, tmp_path: Path
) -> None:
    entry: Json = {"commit": reviewed.oid("HEAD"), "action": action}
    if action == "reword":
        message = reviewed.git("log", "-1", "--format=%B")
        entry["message"] = f"Other {message.strip()}\n"
    plan = written(tmp_path / "plan", plan_for(reviewed, "HEAD~2", entry))
    assert gitsplit(reviewed.path, "--yes", "--plan", plan).status == 0
    ran = gitsplit(reviewed.path, "--undo")

    assert (ran.status, ran.err) == (0, "")
    assert "abandon" not in ran.out


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
    terminal.wait_for("Enter: apply")
    terminal.type("\r\r")

    assert terminal.exit_status() == 0, terminal.text
    assert terminal.text.count("Gerrit may refuse the push") == 1


def test_whole_files_go_where_the_plan_says(reviewed: Repository) -> None:
    groups = [group("numbers\n", whole("numbers")), group("rest\n", owner=True)]
    entry = split_entry(reviewed, "HEAD~2", *groups)
    plan = json.dumps(plan_for(reviewed, "HEAD~3", entry)).encode()
    done(reviewed.path, "--plan", "-", "--yes", stdin=plan)

    assert f"Change-Id: {IDS[0]}".encode() in reviewed.message("HEAD~2")


def test_the_preview_says_what_reviewers_see_and_what_stays_behind(
    repo: Repository,
) -> None:
    two_things(repo, f"two things\n\nBug: 1\nChange-Id: {IDS[0]}\n")
    terminal = Terminal(repo.path, "HEAD~1", "--group-by", "file")
    terminal.wait_for("send")
    terminal.type("w")
    terminal.wait_for("Bug is in commit 2 only.")
    terminal.wait_for(f"Reviewers of {IDS[0][:9]} will see commit 2")
    terminal.wait_for("Commit 1 starts without reviewers.")
    terminal.type("\r\r")

    assert terminal.exit_status() == 0, terminal.text


def test_the_screen_says_of_no_commit_that_it_keeps_an_id_that_never_was(
    repo: Repository,
) -> None:
    two_things(repo, "two things\n")
    repo.git("config", "gerrit.host", "review.example.com")
    terminal = Terminal(repo.path, "HEAD~1", "--group-by", "file")
    terminal.wait_for("send")
    terminal.type("c")
    terminal.wait_for("continues the original")
    terminal.type("L")
    terminal.wait_for("all are new changes, without reviewers")
    terminal.type("w")
    terminal.wait_for("Commits 1 and 2 start without reviewers.")
    terminal.type("\r\r")

    assert terminal.exit_status() == 0, terminal.text
    assert "keeps" not in terminal.text


def test_the_preview_of_a_squash_says_which_change_stays_open(
    repo: Repository,
) -> None:
    squash_of_two(
        repo,
        f"one\n\nChange-Id: {IDS[0]}\n",
        f"two\n\nChange-Id: {IDS[1]}\n",
    )
    terminal = Terminal(repo.path, "HEAD~2")
    terminal.wait_for("two")
    terminal.type("js")
    terminal.wait_for("will be squashed, messages combined")
    terminal.type("w")
    terminal.wait_for(f"{IDS[1][:9]} “two” is squashed. If it was pushed")
    terminal.type("\r")

    assert terminal.exit_status() == 0, terminal.text


@to_merge
def test_what_stays_open_is_known_also_where_it_conflicts(
    reviewed: Repository,
) -> None:
    opened = open_repository(reviewed.path)
    work = read_work(opened, Request(upstream="HEAD~2"), asks=True)
    todo = with_action(work.todo, Oid(reviewed.oid("HEAD~1")), "drop")
    found = outlook(opened, replace(work, todo=todo))

    assert found.conflict is not None
    (note,) = found.notes
    assert f"{IDS[1][:9]} “above” is dropped. If it was pushed" in note


def test_several_next_patch_sets_are_said_in_one_sentence() -> None:
    some = tuple((number, IDS[number - 1].encode()) for number in (1, 2, 4))

    assert [*review_lines(Review(patch_sets=some))] == [
        "Reviewers of 3 changes will see commits 1, 2 and 4 as their next patch sets:"
        " votes drop, open comments follow."
    ]
