"""Others that move refs here at this moment, told by the journal and waited for."""

import time
from collections.abc import Callable

from gitsplit.errors import OperationUnderWay
from gitsplit.git import journal, rebase_process
from gitsplit.git.program import is_running, this_process
from gitsplit.git.repository import Repository

PATIENCE = 5.0
"""Seconds in which others that move refs here may come to their end."""

_TICK = 0.05


def wait_for_others(repo: Repository, say: Callable[[str], None]) -> None:
    """Nobody else moves refs here any more that gitsplit knows of.

    ``say`` is told that it waits. Raises OperationUnderWay where that takes too long.
    """
    deadline = time.monotonic() + PATIENCE
    if worker := other_at_work(repo):
        say(f"Waiting for {worker}.")
    while worker := other_at_work(repo):
        if time.monotonic() > deadline:
            raise OperationUnderWay(
                f"{worker[:1].upper()}{worker[1:]} is still at work.",
                hint="Wait for it, or end it, and try again.",
                state="It may yet move branches, or take back what it has begun.",
            )
        time.sleep(_TICK)


def other_at_work(repo: Repository) -> str:
    """Who beside this process moves refs here now; empty where nobody does.

    A git goes on for a while, or for ever, after the gitsplit that has started it was
    killed. Until it ends, the journal doesn't say how that ends.
    """
    moving = [record.processes for record in journal.unfinished_records(repo)]
    for owner, *gits in filter(None, moving):
        if owner != this_process() and is_running(owner):
            return f"another gitsplit (process {_pid(owner)})"
        if git := next(filter(is_running, gits), None):
            return _git_left_alone(git)
    for owner, *gits in filter(None, [rebase_process.processes(repo)]):
        if not is_running(owner) and (git := next(filter(is_running, gits), None)):
            return _git_left_alone(git)
    return ""


def _git_left_alone(process: str) -> str:
    return f"a git that a killed gitsplit started (process {_pid(process)})"


def _pid(process: str) -> str:
    return process.partition(" ")[0]
