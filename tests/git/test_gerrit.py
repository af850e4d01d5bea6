"""Whether a clone is Gerrit's is read from what Gerrit's tools leave in it."""

from collections.abc import Callable

import pytest

from gitsplit.core.objects import Oid
from gitsplit.git.gerrit import id_rules, is_gerrits, is_on_a_remote, push_command
from gitsplit.git.repository import Repository as Opened
from gitsplit.git.repository import open_repository
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
    assert not is_gerrits(opened(repo))
    sign(repo)

    assert is_gerrits(opened(repo))
    assert id_rules(opened(repo)).wanted


def test_a_hook_that_git_would_not_run_is_no_sign(repo: Repository) -> None:
    with_hook(repo)
    (repo.path / ".git" / "hooks" / "commit-msg").chmod(0o644)

    assert not is_gerrits(opened(repo))


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

    told = push_command(opened(repo), "refs/heads/main")
    assert told == "git push origin HEAD:refs/for/main%topic=t"


def test_gitreview_names_branch_and_remote(repo: Repository) -> None:
    with_gitreview(repo)
    repo.git("remote", "add", "origin", "https://example.com/a")
    repo.git("remote", "add", "gerrit", "https://review.example.com/a")
    repo.git("config", "gitsplit.topic", "split it")

    told = push_command(opened(repo), "refs/heads/work")
    assert told == "git push gerrit 'HEAD:refs/for/stable/9%topic=split it'"


def test_without_more_it_is_the_branch_that_is_followed(repo: Repository) -> None:
    repo.git("config", "branch.work.remote", "there")
    repo.git("config", "branch.work.merge", "refs/heads/next")
    repo.git("remote", "add", "other", "https://example.com/a")
    repo.git("remote", "add", "there", "https://example.com/b")

    told = push_command(opened(repo), "refs/heads/work")
    assert told == "git push there HEAD:refs/for/next"
    assert push_command(opened(repo), None) == "git push other HEAD:refs/for/master"


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
