"""The user's commands on new commits while the screen is shown: what it is told."""

from pathlib import Path
from signal import SIGTERM, pthread_kill
from threading import Event, Timer, get_ident

import pytest

from gitsplit.errors import Signalled
from gitsplit.git.repository import open_repository
from gitsplit.git.signals import unwind_on_signals
from gitsplit.git.store import store_objects
from gitsplit.model.checks import Check
from gitsplit.model.objects import Oid
from gitsplit.model.todo import with_action
from gitsplit.workflow.apply import compute_rewrite
from gitsplit.workflow.check_results import keep_command, last_command, passed_before
from gitsplit.workflow.checks import CheckRunner, CommandChecks
from gitsplit.workflow.propose import Request
from gitsplit.workflow.repair import RepairRunner
from gitsplit.workflow.work import read_work
from tests.gits import to_merge
from tests.processes import wait_until
from tests.repository import Repository
from tests.runner import tangled

A_MOMENT = 0.5
"""Seconds; in less, a commit is checked that nobody waits with."""


def test_whatever_comes_in_between_the_last_word_on_a_commit_is_the_newest(
    repo: Repository,
) -> None:
    opened = open_repository(tangled(repo).path)
    work = read_work(opened, Request("HEAD~3", group_by="file"), every=True)
    latest: dict[int, str] = {}
    is_overtaken = Event()
    begins = iter([True])

    def tell(number: int, check: Check) -> None:
        if next(begins, False):
            # Whoever tells first is held up, while others may have more to tell.
            is_overtaken.wait(A_MOMENT)
        latest[number] = check.state
        if number and check.is_done:
            is_overtaken.set()

    runner = CheckRunner(opened, work, ["true"], jobs=2)
    runner.start(work.todo, tell)
    wait_until(lambda: len(latest) > 1 and len(runner.passed) == len(latest))
    runner.close()

    assert set(latest.values()) == {"passed"}


@to_merge
def test_commits_before_a_conflict_are_checked_and_those_after_say_why_not(
    repo: Repository,
) -> None:
    numbers = b"".join(b"%d\n" % number for number in range(1, 21))
    repo.commit("base\n", {"f": numbers})
    repo.git("tag", "base")
    repo.commit("one\n", {"g": b"1\n"})
    needed = repo.commit("two\n", {"f": numbers.replace(b"9\n", b"nine\n")})
    repo.commit("three\n", {"h": b"3\n"})
    numbers = numbers.replace(b"9\n", b"neuf\n")
    conflicting = repo.commit("four\n", {"f": numbers})
    repo.commit("five\n", {"i": b"5\n"})
    opened = open_repository(repo.path)
    work = read_work(opened, Request("base"), every=True)
    todo = with_action(work.todo, Oid(needed), "drop")
    todo = with_action(todo, todo.order[0], "reword", b"first\n")
    found: dict[int, Check] = {}

    def told(command: str) -> list[str]:
        found.clear()
        runner = CheckRunner(opened, work, [command], jobs=2)
        runner.start(todo, found.__setitem__)
        wait_until(lambda: len(found) > 3 and all(c.is_done for c in found.values()))
        runner.close()
        return [found[number].state for number in range(4)]

    assert told("test ! -e i") == ["passed", "passed", "not run", "not run"]
    assert told("test ! -e h") == ["passed", "failed", "not run", "not run"]
    assert found[2] == found[3]
    why = f"{conflicting[:10]} “four” would conflict in f with what is before it."
    assert found[2].output.decode() == why


def test_a_signal_that_another_thread_has_got_ends_the_waiting(
    repo: Repository,
) -> None:
    """Where the main thread has one pending, the kernel may give it to any other."""
    opened = open_repository(tangled(repo).path)
    work = read_work(opened, Request("HEAD~3", group_by="file"), every=True)
    objects, rewrite = compute_rewrite(opened, work)
    checks = CommandChecks(opened, ["sleep 3"], jobs=1)

    def get_signalled() -> None:
        pthread_kill(get_ident(), SIGTERM)

    helper = Timer(0.5, get_signalled)
    with store_objects(opened, objects, rewrite):
        helper.start()
        try:
            with unwind_on_signals(), pytest.raises(Signalled):
                checks.start(rewrite.commits)
                checks.wait_for_check(rewrite.commits[0])
        finally:
            checks.stop()
    assert not checks.passed


def test_what_has_passed_is_known_to_the_next_run_and_what_failed_is_run_anew(
    repo: Repository, tmp_path: Path
) -> None:
    opened = open_repository(tangled(repo).path)
    work = read_work(opened, Request("HEAD~3", group_by="file"), every=True)
    runs = tmp_path / "runs"
    command = f"echo run >> {runs}; ! git log -1 --format=%s | grep -q nothing"

    def checked(command: str) -> list[str]:
        runs.write_text("")
        found: dict[int, Check] = {}
        runner = RepairRunner(opened, work, Request("HEAD~3", checks=(command,)))
        runner.start(work.todo, found.__setitem__)
        wait_until(lambda: len(found) > 1 and all(c.is_done for c in found.values()))
        runner.close()
        return [check.reason for check in found.values()]

    first = checked(command)
    assert len(runs.read_text().splitlines()) == len(first)
    assert set(checked(command)) == {"checked before"}
    assert runs.read_text() == ""
    assert "checked before" not in checked(f"{command}; true")
    failing = f"echo run >> {runs}; false"
    for _ in range(2):
        assert set(checked(failing)) == {"exit 1"}
        assert len(runs.read_text().splitlines()) == len(first)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"format": "gitsplit-checks"}',
        b'{"format": "gitsplit-checks", "last": 1, "passed": {}}',
        b'{"format": "gitsplit-checks", "last": "", "passed": {"a": ["x"]}}',
    ],
)
def test_a_file_of_results_that_is_not_ours_says_nothing(
    repo: Repository, content: bytes
) -> None:
    opened = open_repository(tangled(repo).path)
    file = opened.git_dir / "gitsplit" / "checks.json"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)

    assert last_command(opened) == ""
    assert passed_before(opened, ["true"]) == frozenset()
    keep_command(opened, "make \udcff")
    assert last_command(opened) == "make \udcff"
