"""A large commit is looked through beside the screen, which says so meanwhile."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from threading import Event

import pytest
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from gitsplit.core.objects import Oid
from gitsplit.core.proposal import Cuts, cuts
from gitsplit.errors import Interrupted, MergeCommit
from gitsplit.tui.actions import MarkSplit, OpenCommit
from gitsplit.tui.app import Shell
from gitsplit.tui.state import Estimate, Request, Screen, State
from tests.tui.builder import COMMIT, after
from tests.tui.cases import series
from tests.tui.test_app import NO_EDITOR, without_syntax

CTRL_C = "\x03"
SECONDS = 10.0


class Asked:
    """Git, which has to look through a large commit until it may be done."""

    def __init__(self) -> None:
        self.may_be_done = Event()
        self.failure: Exception | None = None
        self._known: Cuts | None = None

    def cuts_of(self, oid: Oid) -> Cuts:
        assert self.may_be_done.wait(SECONDS)
        if self.failure is not None:
            raise self.failure
        plan_of = series().git.plan_of
        assert plan_of is not None
        self._known = cuts(plan_of(oid).changes, b"Do it\n")
        return self._known

    def known_cuts(self, _oid: Oid) -> Cuts | None:
        return self._known


def large(asked: Asked) -> State:
    """The series with a large commit at its cursor."""
    start = series()
    estimates = {oid: Estimate(900, why_not="large") for oid in start.todo.order}
    git = replace(start.git, cuts_of=asked.cuts_of, known_cuts=asked.known_cuts)
    return replace(start, git=git, estimates=estimates)


def played(state: State, play: Callable[[Shell, PipeInput], None]) -> State:
    """The last state, after ``e`` and what ``play`` does while the commit is read."""
    shell = Shell(state, without_syntax(NO_EDITOR))

    async def run() -> None:
        with create_pipe_input() as pipe:
            pipe.send_text("e")
            application = shell.application(pipe, DummyOutput())
            running = asyncio.ensure_future(application.run_async())
            await _until(lambda: shell.state.request is Request.PROPOSE)
            play(shell, pipe)
            await _until(lambda: shell.state.request is not Request.PROPOSE)
            pipe.send_text(CTRL_C)
            await running

    with pytest.raises(Interrupted):
        asyncio.run(asyncio.wait_for(run(), SECONDS))
    return shell.state


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("action", [OpenCommit(), MarkSplit()])
def test_a_large_commit_is_left_to_the_shell(action: OpenCommit | MarkSplit) -> None:
    state = after(large(Asked()), action)

    assert state.request is Request.PROPOSE
    assert state.status == f"{COMMIT[:7]} is large: looking for what belongs together…"
    assert state.todo == series().todo


def test_it_opens_when_it_is_read_and_takes_the_keys_that_came_early() -> None:
    asked = Asked()

    def play(shell: Shell, pipe: PipeInput) -> None:
        assert shell.state.screen is Screen.SERIES
        pipe.send_text("2")
        asked.may_be_done.set()

    state = played(large(asked), play)

    assert state.target.commit == COMMIT
    assert state.plan.group_of[0] == 1


def test_what_cannot_be_read_is_refused_once() -> None:
    asked = Asked()
    asked.failure = MergeCommit("It is a merge.")

    state = played(large(asked), lambda *_: asked.may_be_done.set())

    assert state.screen is Screen.SERIES
    assert state.opened is None


def test_control_c_leaves_meanwhile() -> None:
    asked = Asked()

    def play(_: Shell, pipe: PipeInput) -> None:
        pipe.send_text(CTRL_C)
        asyncio.get_running_loop().call_later(0.2, asked.may_be_done.set)

    state = played(large(asked), play)

    assert state.request is Request.INTERRUPT
    assert state.opened is None
