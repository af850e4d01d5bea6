"""Work beside the screen: one thing at a time in another thread, never in its way.

What it finds comes in as actions. What is known is not asked for again.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from prompt_toolkit.application import Application

from gitsplit.core.checks import Check
from gitsplit.core.objects import Oid
from gitsplit.core.todo import Todo
from gitsplit.tui.actions import Action
from gitsplit.tui.problems import foreseen, may_conflict, written_todo
from gitsplit.tui.reports import Checked, Estimated, Foreseen, Report
from gitsplit.tui.state import Screen, State

Job = Callable[[], Report]


class Checker(Protocol):
    """Checks new commits with the user's command, while the screen goes on."""

    def start(self, todo: Todo, tell: Callable[[int, Check], None]) -> None:
        """Begin with the new commits of this list, and come back at once.

        ``tell`` is called, from any thread, with a commit's number from 0 and what has
        come of it. What was being checked before isn't wanted any more.
        """

    def stop(self) -> None:
        """Nothing is checked any more."""


class Beside:
    """Finds out what commits do and where they would conflict, while nobody waits."""

    def __init__(
        self, get_state: Callable[[], State], take: Callable[[Action], None]
    ) -> None:
        self._get_state = get_state
        self._take = take
        self._is_at_it = False

    def keep_up(self, application: Application[Any]) -> None:
        """Have what isn't known found out, after a frame that showed so."""
        if not self._is_at_it and next_job(self._get_state()) is not None:
            self._is_at_it = True
            application.create_background_task(self._work(application))

    async def _work(self, application: Application[Any]) -> None:
        loop = asyncio.get_running_loop()
        try:
            while (job := next_job(self._get_state())) is not None:
                self._take(await loop.run_in_executor(None, job))
        except Exception as error:
            # Whatever it is, prompt_toolkit would only print it and go on.
            application.exit(exception=error)
        finally:
            self._is_at_it = False

    def check(self, checker: Checker) -> None:
        """Have the new commits checked; what comes of it comes in as it is found."""
        todo = self._get_state().todo
        loop = asyncio.get_running_loop()

        def told(number: int, check: Check) -> None:
            loop.call_soon_threadsafe(self._take, Checked(todo, number, check))

        checker.start(written_todo(todo), told)


def next_job(state: State) -> Job | None:
    """What is to be found out next: conflicts first, then the commit at the cursor.

    Conflicts only where they are shown: finding them may take a while.
    """
    is_shown = state.screen in (Screen.SERIES, Screen.PREVIEW)
    if is_shown and foreseen(state) is None and may_conflict(state):
        return partial(_outlook, state)
    if state.git.estimate is None or (state.opened is not None and state.is_alone):
        return None
    order = state.todo.order
    at = order.index(state.chosen)
    for commit in (*order[at:], *order[:at]):
        if commit not in state.estimates:
            return partial(_estimate, state, commit)
    return None


def _outlook(state: State) -> Report:
    return Foreseen(state.todo, state.git.outlook(written_todo(state.todo)))


def _estimate(state: State, commit: Oid) -> Report:
    assert state.git.estimate is not None, "somebody can be asked"
    return Estimated(commit, state.git.estimate(commit))
