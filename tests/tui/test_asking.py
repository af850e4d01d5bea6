"""Proposals are found beside the screen, which says so meanwhile and can be left."""

import asyncio
import time
from collections.abc import Callable, Sequence
from threading import Event, current_thread
from typing import Any

import pytest
from msgspec.structs import replace
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from gitsplit.errors import Interrupted, MergeCommit
from gitsplit.model import states
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan
from gitsplit.tui import app
from gitsplit.tui.app import Shell
from gitsplit.tui.background import worker
from gitsplit.tui.background.worker import CUTTING, Backend, takes_long_to_cut
from gitsplit.tui.state.app_state import Screen, ShellRequest, State
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.screens import OpenPreview, Undo
from gitsplit.tui.update.actions.series import MarkSplit, OpenCommit
from gitsplit.tui.update.actions.split import ChangeCount, Send, SplitHunk
from gitsplit.tui.view import dropped
from tests.tui.builder import COMMIT, after, plan_of, state_of
from tests.tui.cases import series
from tests.tui.test_app import NO_EDITOR, without_syntax

CTRL_C = "\x03"
SECONDS = 10.0


class Asked:
    """Git, which looks through a commit until it may be done."""

    def __init__(self) -> None:
        self.may_be_done = Event()
        self.failure: Exception | None = None

    def plan_of(self, oid: Oid) -> Plan:
        assert self.may_be_done.wait(SECONDS)
        if self.failure is not None:
            raise self.failure
        return series().plans[oid]


def unread() -> State:
    """The series with a commit at its cursor that nobody has read by now."""
    return replace(series(), plans={})


def played(asked: Asked, play: Callable[[Shell, PipeInput], None]) -> State:
    """The last state, after ``e`` and what ``play`` does while the commit is read."""
    backend = Backend(plan_of=asked.plan_of)
    shell = Shell(unread(), without_syntax(NO_EDITOR, backend))

    async def run() -> None:
        with create_pipe_input() as pipe:
            pipe.send_text("e")
            application = shell.application(pipe, DummyOutput())
            running = asyncio.ensure_future(application.run_async())
            await _until(lambda: shell.state.request is ShellRequest.PROPOSE)
            play(shell, pipe)
            await _until(lambda: shell.state.request is not ShellRequest.PROPOSE)
            pipe.send_text(CTRL_C)
            await running

    with pytest.raises(Interrupted):
        asyncio.run(asyncio.wait_for(run(), SECONDS))
    return shell.state


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("action", [OpenCommit(), MarkSplit()])
def test_a_commit_that_is_not_read_is_left_to_the_shell(
    action: OpenCommit | MarkSplit,
) -> None:
    state = after(unread(), action)

    assert state.request is ShellRequest.PROPOSE
    assert state.status == f"grouping the hunks of {COMMIT[:7]} …"
    assert state.todo == series().todo


def test_it_opens_when_it_is_read_and_takes_the_keys_that_came_early() -> None:
    asked = Asked()

    def play(shell: Shell, pipe: PipeInput) -> None:
        assert shell.state.screen is Screen.SERIES
        pipe.send_text("2")
        asked.may_be_done.set()

    state = played(asked, play)

    assert state.target.commit == COMMIT
    assert state.plan.group_of[0] == 1


def test_what_cannot_be_read_is_refused_once() -> None:
    asked = Asked()
    asked.failure = MergeCommit("It is a merge.")

    state = played(asked, lambda *_: asked.may_be_done.set())

    assert state.screen is Screen.SERIES
    assert state.opened is None


def test_control_c_leaves_meanwhile() -> None:
    asked = Asked()

    def play(_: Shell, pipe: PipeInput) -> None:
        pipe.send_text(CTRL_C)
        asyncio.get_running_loop().call_later(0.2, asked.may_be_done.set)

    state = played(asked, play)

    assert state.request is ShellRequest.INTERRUPT
    assert state.opened is None


def test_who_leaves_waits_for_none_of_it() -> None:
    asked = Asked()
    begin = time.monotonic()

    state = played(asked, lambda _, pipe: pipe.send_text(CTRL_C))
    asked.may_be_done.set()

    assert state.request is ShellRequest.INTERRUPT
    assert time.monotonic() - begin < SECONDS / 2


LONG = "".join(f"x{n % 97}=({n});" for n in range(12_000))
"""A line of more than 100 KB, as no hand writes one."""


def with_long_lines() -> State:
    """A long line that changes here and there and gets a neighbour."""
    new = LONG.replace("(77)", "(-)") + "\n// map\n"
    return state_of(plan_of({"app.js": (LONG + "\n", new), "b": ("1\n", "2\n")}))


def test_while_long_lines_are_compared_the_screen_says_so_and_keys_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app, "MOMENT", 0.0)
    shell = Shell(with_long_lines(), without_syntax(NO_EDITOR))
    said: list[str] = []
    is_said = Event()

    def note(_: object) -> None:
        said.append(shell.state.status)
        if CUTTING in said:
            is_said.set()

    def search(find: Callable[[], Sequence[Action]]) -> object:
        """The comparison, which is done no sooner than the screen has spoken of it."""
        return worker.run_in_thread(lambda: (is_said.wait(SECONDS) and find()) or ())

    monkeypatch.setattr(app, "run_in_thread", search)

    async def run() -> None:
        with create_pipe_input() as pipe:
            application = shell.application(pipe, DummyOutput())
            application.after_render += note
            running = asyncio.ensure_future(application.run_async())
            pipe.send_text("s2")
            await _until(lambda: len(shell.state.steps_done) == 2)
            pipe.send_text(CTRL_C)
            await running

    with pytest.raises(Interrupted):
        asyncio.run(asyncio.wait_for(run(), SECONDS))
    assert CUTTING in said
    assert len(shell.state.plan.edits) == 3


@pytest.mark.parametrize("keys", ["/f2\r", "F", "+", "w", "u"])
def test_what_looks_at_very_many_hunks_is_done_in_a_thread(
    keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"f{n}": ("".join(map("{}\n".format, range(20))), "x\n") for n in range(4)}
    start = after(state_of(plan_of(files)), Send(1))
    at_once = keyed(start, keys)
    monkeypatch.setattr(worker, "MANY_HUNKS", 0)
    monkeypatch.setattr(worker, "VERY_MANY_HUNKS", 0)
    threads = []

    def counted(find: Callable[[], Sequence[Action]]) -> object:
        threads.append(find)
        return worker.run_in_thread(find)

    monkeypatch.setattr(app, "run_in_thread", counted)

    assert keyed(start, keys) == at_once
    assert len(threads) == 1


def test_a_preview_is_composed_before_its_frame(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "MANY_HUNKS", 0)
    composed_in = set()
    compose = states.final_files

    def noted(*args: Any) -> Any:
        composed_in.add(current_thread().name)
        return compose(*args)

    monkeypatch.setattr(dropped, "final_files", noted)
    files = {f"f{n}": ("1\n", "2\n") for n in range(4)}
    assert keyed(state_of(plan_of(files)), "w").screen is Screen.PREVIEW
    assert composed_in == {"background"}


def test_on_the_preview_every_step_back_is_done_in_a_thread() -> None:
    plan = plan_of({f"f{n}": ("1\n", "2\n") for n in range(worker.MANY_HUNKS + 1)})
    split = after(state_of(plan), Send(1))
    preview = after(split, OpenPreview())

    assert not worker.words_for_long(split, Undo())
    assert worker.words_for_long(preview, Undo()) == worker.WORKING


def test_many_lines_are_cut_anew_in_a_thread() -> None:
    few = state_of(plan_of({"f": ("1\n", "2\n")}))
    many = state_of(plan_of({"f": ("1\n" * worker.MANY_LINES, "2\n")}))

    assert not worker.words_for_long(few, ChangeCount(1))
    assert worker.words_for_long(many, ChangeCount(1)) == worker.WORKING
    assert not worker.words_for_long(many, Send(1))


def keyed(start: State, keys: str) -> State:
    """The state after the keys."""
    shell = Shell(start, without_syntax(NO_EDITOR))

    async def run() -> None:
        with create_pipe_input() as pipe:
            application = shell.application(pipe, DummyOutput())
            running = asyncio.ensure_future(application.run_async())
            pipe.send_text(keys)
            await _until(lambda: _is_answered(shell.state, start))
            pipe.send_text(CTRL_C)
            await running

    with pytest.raises(Interrupted):
        asyncio.run(asyncio.wait_for(run(), SECONDS))
    return replace(shell.state, request=None)


def _is_answered(state: State, start: State) -> bool:
    return state.prompt is None and state.status != start.status


def test_short_lines_are_cut_at_once() -> None:
    short = state_of(plan_of({"a": ("1\n2\n", "x\ny\nz\n")}))

    assert takes_long_to_cut(with_long_lines(), SplitHunk())
    assert not takes_long_to_cut(with_long_lines(), Send(1))
    assert not takes_long_to_cut(short, SplitHunk())
    assert not takes_long_to_cut(series(), SplitHunk())
