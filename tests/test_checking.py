"""The user's commands on new commits while the screen is shown: what it is told."""

from threading import Event

from gitsplit.git.repository import open_repository
from gitsplit.model.checks import Check
from gitsplit.workflow.checks import Runner
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import begun
from tests.processes import wait_until
from tests.repository import Repository
from tests.runner import tangled

A_MOMENT = 0.5
"""Seconds; in less, a commit is checked that nobody waits with."""


def test_whatever_comes_in_between_the_last_word_on_a_commit_is_the_newest(
    repo: Repository,
) -> None:
    opened = open_repository(tangled(repo).path)
    work = begun(opened, Request("HEAD~3", group_by="file"), every=True)
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

    runner = Runner(opened, work, ["true"], jobs=2)
    runner.start(work.todo, tell)
    wait_until(lambda: len(latest) > 1 and len(runner.passed) == len(latest))
    runner.close()

    assert set(latest.values()) == {"passed"}
