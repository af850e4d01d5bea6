"""Whether a clone is Gerrit's is read from what Gerrit's tools leave in it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gitsplit.git.gerrit import has_gerrit, id_rules, is_on_a_remote, push_for_review
from gitsplit.git.repository import Repository as Opened
from gitsplit.git.repository import open_repository
from gitsplit.model.objects import Oid
from tests.repository import Repository

HOOK = b"#!/bin/sh\n# adds a Change-Id\n"


def opened(repo: Repository) -> Opened:
    return open_repository(repo.path)


def with_hook(repo: Repository) -> None:
    hook = repo.path / ".git" / "hooks" / "commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_bytes(HOOK)
    hook.chmod(0o755)


def with_gitreview(repo: Repository) -> None:
    text = b"[gerrit]\nhost=review.example.com\nproject=a/b\ndefaultbranch=stable/9\n"
    repo.commit("review\n", {".gitreview": text})


def with_refspec(repo: Repository) -> None:
    repo.git("remote", "add", "origin", "https://review.example.com/a")
    repo.git("config", "remote.origin.push", "HEAD:refs/for/main%topic=t")


def with_config(repo: Repository) -> None:
    repo.git("config", "gerrit.reviewUrl", "https://review.example.com/")


SIGNS = [with_hook, with_gitreview, with_refspec, with_config]


@pytest.mark.parametrize("sign", SIGNS, ids=lambda each: each.__name__)
def test_each_sign_of_gerrit_is_enough(
    repo: Repository, sign: Callable[[Repository], None]
) -> None:
    assert not has_gerrit(opened(repo))
    sign(repo)

    assert has_gerrit(opened(repo))
    assert id_rules(opened(repo)).wanted


def test_a_hook_that_git_would_not_run_is_no_sign(repo: Repository) -> None:
    with_hook(repo)
    (repo.path / ".git" / "hooks" / "commit-msg").chmod(0o644)

    assert not has_gerrit(opened(repo))


@pytest.mark.parametrize(
    ("value", "wanted", "always"),
    [("false", False, False), ("no", True, False), ("always", True, True)],
)
def test_only_the_word_false_switches_new_ids_off(
    repo: Repository, value: str, wanted: bool, always: bool
) -> None:
    repo.git("config", "gerrit.createChangeId", value)
    rules = id_rules(opened(repo))

    assert (rules.is_reviewed, rules.wanted, rules.always) == (True, wanted, always)


def test_a_configured_refspec_is_the_push_command_options_and_all(
    repo: Repository,
) -> None:
    with_refspec(repo)

    told = push_for_review(opened(repo), "refs/heads/main").command
    assert told == "git push origin HEAD:refs/for/main%topic=t"


def test_gitreview_names_branch_and_remote(repo: Repository) -> None:
    with_gitreview(repo)
    repo.git("remote", "add", "origin", "https://example.com/a")
    repo.git("remote", "add", "gerrit", "https://review.example.com/a")
    repo.git("config", "gitsplit.topic", "split it")

    told = push_for_review(opened(repo), "refs/heads/work").command
    assert told == "git push -o 'topic=split it' gerrit HEAD:refs/for/stable/9"


def test_without_more_it_is_the_branch_that_is_followed(repo: Repository) -> None:
    repo.git("config", "branch.work.remote", "there")
    repo.git("config", "branch.work.merge", "refs/heads/next")
    repo.git("remote", "add", "other", "https://example.com/a")
    repo.git("remote", "add", "there", "https://example.com/b")

    told = push_for_review(opened(repo), "refs/heads/work").command
    assert told == "git push there HEAD:refs/for/next"
    assert (
        push_for_review(opened(repo), None).command
        == "git push other HEAD:refs/for/master"
    )


def test_what_a_remote_tracking_branch_leads_to_has_been_pushed(
    repo: Repository,
) -> None:
    first = Oid(repo.commit("one\n", {"a": b"1\n"}))
    repo.git("update-ref", "refs/remotes/origin/main", first)
    second = Oid(repo.commit("two\n", {"a": b"2\n"}))

    assert is_on_a_remote(opened(repo), [first])
    assert not is_on_a_remote(opened(repo), [second])


def test_whether_commits_are_on_a_remote_is_asked_of_any_number_of_them(
    repo: Repository,
) -> None:
    first = repo.commit("one", {"f": b"1\n"})
    repo.git("update-ref", "refs/remotes/origin/main", first)
    others = (Oid(f"{number:040x}") for number in range(45_000))

    assert is_on_a_remote(opened(repo), [*[Oid(first)] * 45_000])
    assert not is_on_a_remote(opened(repo), others)


def with_remote_branches(repo: Repository, *branches: str) -> None:
    """A remote ``there`` of which these branches have been fetched."""
    repo.commit("base\n", {"a": b"1\n"})
    repo.git("remote", "add", "there", "https://review.example.com/a")
    for branch in branches:
        repo.git("update-ref", f"refs/remotes/there/{branch}", "HEAD")


def pushed(repo: Repository, ref: str | None, upstream: str | None = None) -> str:
    command = push_for_review(opened(repo), ref, upstream).command
    return command.removeprefix("git push ")


@pytest.mark.parametrize("ref", [None, "refs/heads/work"])
def test_the_branch_that_the_series_begins_at_is_the_target(
    repo: Repository, ref: str | None
) -> None:
    with_remote_branches(repo, "main", "stable/9")
    repo.git("symbolic-ref", "refs/remotes/there/HEAD", "refs/remotes/there/main")
    repo.git("branch", "local", "HEAD")
    repo.git("config", "branch.local.remote", "there")
    repo.git("config", "branch.local.merge", "refs/heads/stable/9")

    assert pushed(repo, ref, "there/stable/9") == "there HEAD:refs/for/stable/9"
    assert pushed(repo, ref, "local") == "there HEAD:refs/for/stable/9"
    assert pushed(repo, ref, "there") == "there HEAD:refs/for/main"
    assert pushed(repo, ref, "HEAD") == "there HEAD:refs/for/main"
    assert pushed(repo, ref, "no/such") == "there HEAD:refs/for/main"


def test_a_branch_that_follows_a_local_one_goes_where_that_goes(
    repo: Repository,
) -> None:
    with_remote_branches(repo, "main", "next")
    for name, remote, merge in (("work", ".", "trunk"), ("trunk", "there", "next")):
        repo.git("config", f"branch.{name}.remote", remote)
        repo.git("config", f"branch.{name}.merge", f"refs/heads/{merge}")

    assert pushed(repo, "refs/heads/work") == "there HEAD:refs/for/next"
    repo.git("config", "branch.trunk.remote", ".")
    repo.git("config", "branch.trunk.merge", "refs/heads/work")
    repo.git("update-ref", "-d", "refs/remotes/there/next")
    assert pushed(repo, "refs/heads/work") == "there HEAD:refs/for/main"


def test_the_program_repo_says_it_by_a_ref(repo: Repository) -> None:
    with_remote_branches(repo, "main", "release-3")
    repo.git("symbolic-ref", "refs/remotes/there/HEAD", "refs/remotes/there/main")
    named = "refs/remotes/m/release"
    repo.git("symbolic-ref", named, "refs/remotes/there/release-3")
    repo.git("config", "remote.there.review", "https://review.example.com/")

    push = push_for_review(opened(repo), None)
    assert push.command == "git push there HEAD:refs/for/release-3"
    assert push.others == ("repo upload",)


def test_of_several_it_is_the_one_that_has_the_base(repo: Repository) -> None:
    with_remote_branches(repo, "old")
    base = Oid(repo.commit("on new\n", {"a": b"2\n"}))
    repo.git("update-ref", "refs/remotes/there/new", base)
    for name in ("old", "new"):
        to = f"refs/remotes/there/{name}"
        repo.git("symbolic-ref", f"refs/remotes/m/{name[0]}", to)

    push = push_for_review(opened(repo), None, None, base)
    assert push.command == "git push there HEAD:refs/for/new"


def test_a_branch_that_ends_where_the_series_begins_is_the_target(
    repo: Repository,
) -> None:
    with_remote_branches(repo, "main")
    repo.git("symbolic-ref", "refs/remotes/there/HEAD", "refs/remotes/there/main")
    old = Oid(repo.oid("HEAD"))
    base = Oid(repo.commit("on stable\n", {"a": b"2\n"}))
    repo.git("update-ref", "refs/remotes/there/stable", base)

    def target(base: Oid) -> str:
        return push_for_review(opened(repo), None, None, base).target

    assert (target(base), target(old)) == ("refs/for/stable", "refs/for/main")
    repo.git("update-ref", "refs/remotes/there/stable-2", base)
    assert target(base) == "refs/for/main"


def test_the_only_branch_of_the_remote_is_the_last_resort(repo: Repository) -> None:
    with_remote_branches(repo, "trunk")
    assert pushed(repo, None) == "there HEAD:refs/for/trunk"
    repo.git("update-ref", "refs/remotes/there/other", "HEAD")
    assert pushed(repo, None) == "there HEAD:refs/for/master"


@pytest.mark.parametrize(
    ("key", "value", "branch"),
    [
        ("gitreview.track", "true", "next"),
        ("gitreview.branch", "devel", "devel"),
        ("user.name", "A", "stable/9"),
    ],
)
def test_what_git_review_is_told_counts_before_gitreview(
    repo: Repository, key: str, value: str, branch: str
) -> None:
    with_gitreview(repo)
    repo.git("remote", "add", "gerrit", "https://review.example.com/a")
    repo.git("config", "branch.work.remote", "gerrit")
    repo.git("config", "branch.work.merge", "refs/heads/next")
    repo.git("config", key, value)

    assert pushed(repo, "refs/heads/work") == f"gerrit HEAD:refs/for/{branch}"


def test_the_topic_is_added_to_options_that_name_none(repo: Repository) -> None:
    repo.git("config", "gitsplit.topic", "mine")
    repo.git("remote", "add", "origin", "https://review.example.com/a")
    repo.git("config", "remote.origin.push", "HEAD:refs/for/main%r=alice,wip")

    assert pushed(repo, None) == "origin HEAD:refs/for/main%r=alice,wip,topic=mine"
    repo.git("config", "push.pushOption", "topic=theirs")
    assert pushed(repo, None) == "origin HEAD:refs/for/main%r=alice,wip"


@pytest.mark.parametrize(
    "topic", ["my topic", "a..b", "what?", "a,b", "x.lock", "dot.", "~", "mine"]
)
def test_git_takes_the_command_whatever_the_topic_is_called(
    repo: Repository, tmp_path: Path, topic: str
) -> None:
    repo.commit("one\n", {"a": b"a\n"})
    server = Repository(tmp_path / "server")
    server.path.mkdir()
    server.git("init", "-q", "--bare")
    server.git("config", "receive.advertisePushOptions", "true")
    repo.git("remote", "add", "origin", str(server.path))
    repo.git("config", "remote.origin.push", "HEAD:refs/for/main%wip")
    repo.git("config", "push.pushOption", "r=bob")
    repo.git("config", "gitsplit.topic", topic)
    push = push_for_review(opened(repo), None)
    subprocess.run(["sh", "-c", push.command], cwd=repo.path, check=True)

    is_inside = topic == "mine"
    assert push.apart == (() if is_inside else ("r=bob", f"topic={topic}"))
    ref = f"refs/for/main%wip{',topic=mine' if is_inside else ''}"
    assert server.git("for-each-ref", "--format=%(refname)").strip() == ref


def test_options_that_git_sends_by_itself_are_known(repo: Repository) -> None:
    with_refspec(repo)
    for option in ("r=bob", "", "hashtag=x"):
        repo.git("config", "--add", "push.pushOption", option)

    assert push_for_review(opened(repo), None).options == ("topic=t", "hashtag=x")
