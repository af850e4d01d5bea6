"""Work beside the screen: it comes in by itself, never twice, and stops no key."""

import asyncio
from collections.abc import Callable, Sequence
from operator import attrgetter
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import pytest
from msgspec.structs import replace
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from gitsplit.errors import GivenUp
from gitsplit.model.checks import PASSED, RUNNING, Check, Conflict, Outlook, not_run
from gitsplit.model.objects import Oid
from gitsplit.model.progress import PATIENT, Watch
from gitsplit.model.todo import Todo
from gitsplit.proposal.names import links_of_plan
from gitsplit.tui.app import SETTLED, ScreenApplication, Shell, run_screen
from gitsplit.tui.background.worker import Backend, next_job
from gitsplit.tui.state.app_state import Estimate, KnownLinks, State
from gitsplit.tui.state.problems import todo_without_empty_groups
from gitsplit.tui.surroundings import Chosen, Editor, Surroundings
from gitsplit.tui.update.actions.reading import MoveRows
from gitsplit.tui.update.actions.reports import Checked, Linked
from gitsplit.tui.update.actions.screens import Undo
from gitsplit.tui.update.actions.series import Become, OpenCommit
from gitsplit.tui.update.reduce import reduce
from gitsplit.tui.view.preview import preview_page
from tests.tui.builder import NO_BACKEND, after, plan_of, state_of
from tests.tui.cases import COMMITS, series

SECONDS = 20
EDITOR = Editor(lambda m, _: m, lambda _, content: content, lambda titled: ())


def watched(
    state: State,
    until: Callable[[State], bool],
    keys: str = "",
    **around: Any,
) -> State:
    """The state of a running screen once it is so."""
    return played(state, (keys, until), **around)


Step = tuple[str, Callable[[State], bool]]
"""Keys, and what is so some time after them."""


def played(state: State, *steps: Step, **around: Any) -> State:
    """The state of a running screen after the steps, one after the other."""

    async def play() -> State:
        with create_pipe_input() as pipe:
            shell = Shell(state, Surroundings(EDITOR, with_syntax=False, **around))
            return await _played(shell, pipe, steps)

    return asyncio.run(play())


async def _played(shell: Shell, pipe: PipeInput, steps: Sequence[Step]) -> State:
    application: ScreenApplication = shell.application(pipe, DummyOutput())
    running = asyncio.ensure_future(application.run_async())
    async with asyncio.timeout(SECONDS):
        for keys, until in steps:
            pipe.send_text(keys)
            while not until(shell.state) and not running.done():
                await asyncio.sleep(0.005)
    if not running.done():
        application.exit()
    await running
    return shell.state


def test_every_commit_is_looked_at_once_beginning_at_the_cursor() -> None:
    asked: list[Oid] = []

    def estimate(commit: Oid, _: Watch) -> Estimate:
        asked.append(commit)
        return Estimate(1, 1, 1, ("One.",))

    start, backend = after(series(), MoveRows(1)), Backend(estimate=estimate)
    last = watched(start, lambda state: len(state.estimates) == 3, backend=backend)

    assert asked == [COMMITS[1], COMMITS[2], COMMITS[0]]
    assert next_job(last, backend) is None


def test_keys_are_taken_while_a_commit_is_looked_at() -> None:
    goes_on = Event()

    def estimate(_: Oid, __: Watch) -> Estimate:
        assert goes_on.wait(SECONDS)
        return Estimate(0, why_not="empty")

    def is_moved(state: State) -> bool:
        if state.chosen != COMMITS[2]:
            return False
        goes_on.set()
        return True

    state = watched(series(), is_moved, "jj", backend=Backend(estimate=estimate))

    assert state.chosen == COMMITS[2]


def test_a_conflict_is_found_while_the_series_is_shown() -> None:
    asked: list[Todo] = []
    found = Outlook(conflict=Conflict(COMMITS[2], (b"f",)))

    def outlook(todo: Todo, _: Watch) -> Outlook:
        asked.append(todo)
        return found

    is_known = attrgetter("foreseen")
    state = watched(series(), is_known, "jd", backend=Backend(outlook=outlook))

    assert state.foreseen == (state.todo, found)
    assert len(asked) == 1


def test_keys_are_taken_and_progress_is_shown_while_git_is_asked() -> None:
    goes_on = Event()
    seen: list[tuple[int, int]] = []

    def outlook(_: Todo, watch: Watch) -> Outlook:
        watch.tell(7, 9)
        assert goes_on.wait(SECONDS)
        return Outlook()

    def is_known(state: State) -> bool:
        if state.progress and state.chosen == COMMITS[2] and not goes_on.is_set():
            seen.append(state.progress)
            goes_on.set()
        return state.foreseen is not None

    state = watched(series(), is_known, "jdj", backend=Backend(outlook=outlook))

    assert (seen, state.progress) == ([(7, 9)], None)


def test_an_answer_that_nobody_wants_any_more_is_given_up() -> None:
    asked: list[Todo] = []
    given_up: list[Todo] = []

    def outlook(todo: Todo, watch: Watch) -> Outlook:
        asked.append(todo)
        if len(asked) > 1:
            return Outlook()
        deadline = monotonic() + SECONDS
        while watch.is_wanted() and monotonic() < deadline:
            sleep(0.001)
        given_up.append(todo)
        raise GivenUp

    last = played(
        series(),
        ("jd", lambda _: len(asked) == 1),
        ("jd", lambda state: state.foreseen is not None),
        backend=Backend(outlook=outlook),
    )

    assert [len(given_up), len(asked)] == [1, 2]
    assert asked[0] is given_up[0]
    assert last.foreseen == (last.todo, Outlook())


def left(start: State, keys: str, **around: Any) -> Chosen | None:
    """What comes of a whole screen that is left by these keys."""
    with create_pipe_input() as pipe:
        pipe.send_text(keys)
        surroundings = Surroundings(EDITOR, with_syntax=False, **around)
        return run_screen(start, surroundings, input=pipe, output=DummyOutput())


def test_enter_writes_when_git_has_answered() -> None:
    def outlook(_: Todo, __: Watch) -> Outlook:
        return Outlook()

    chosen = left(series(), "jdw\r", backend=Backend(outlook=outlook))

    assert chosen is not None
    assert [entry.action for entry in chosen.todo.entries] == ["pick", "drop", "pick"]


def test_who_leaves_waits_for_no_answer() -> None:
    """Not for one that ends when it isn't wanted, nor for one that thinks on."""
    ended, never = Event(), Event()

    def outlook(_: Todo, watch: Watch) -> Outlook:
        while watch.is_wanted():
            sleep(0.001)
        ended.set()
        raise GivenUp

    def thinking(_: Todo, __: Watch) -> Outlook:
        assert never.wait(SECONDS)
        return Outlook()

    start = after(series(), MoveRows(1), Become("drop"))
    for each in (outlook, thinking):
        begin = monotonic()
        assert left(start, "qq", backend=Backend(outlook=each)) is None
        assert monotonic() - begin < SECONDS / 2
    assert ended.wait(SECONDS)
    never.set()


def test_nothing_is_asked_where_all_commits_stay_in_place() -> None:
    assert next_job(series(), NO_BACKEND) is None


def test_an_estimate_that_fails_costs_only_itself() -> None:
    broken, *others = COMMITS

    def estimate(oid: Oid, _: Watch) -> Estimate:
        if oid == broken:
            raise IndexError("a fault in the program")
        return Estimate(1, 2, 3)

    state, backend = series(), Backend(estimate=estimate)
    while job := next_job(state, backend):
        state = reduce(state, job.find(PATIENT))

    assert state.estimates[broken].why_not == "?"
    assert [state.estimates[each] for each in others] == [Estimate(1, 2, 3)] * 2


def test_git_is_not_asked_for_conflicts_where_they_are_not_shown() -> None:
    dropped = after(series(), MoveRows(1), Become("drop"))

    assert next_job(dropped, NO_BACKEND) is not None
    opened = after(dropped, MoveRows(1), OpenCommit())
    plan = opened.plan
    known = KnownLinks(plan.edits, links_of_plan(plan.changes, plan.edits))
    assert next_job(reduce(opened, Linked(known)), NO_BACKEND) is None


def test_what_breaks_beside_the_screen_ends_it() -> None:
    def outlook(_: Todo, __: Watch) -> Outlook:
        raise ZeroDivisionError("bug")

    dropped = after(series(), MoveRows(1), Become("drop"))
    with pytest.raises(ZeroDivisionError, match="bug"):
        watched(dropped, lambda _: False, backend=Backend(outlook=outlook))


def test_each_new_list_is_told_to_who_keeps_it() -> None:
    kept: list[Todo] = []
    state = watched(
        series(),
        lambda state: len(state.steps_undone) == 1,
        "jdu",
        on_change=lambda todo, _: kept.append(todo),
    )

    assert [len(kept), kept[-1]] == [2, state.todo]


FAILED = Check("failed", "make", "exit 2", 2, b"one\x1b[31m\ntwo\n")


class Checker:
    """Says from another thread what comes of checking."""

    def __init__(self, *outcomes: tuple[int, Check]) -> None:
        self.outcomes = outcomes
        self.stops = self.closes = 0

    def start(self, _: Todo, tell: Callable[[int, Check], None]) -> None:
        def run() -> None:
            for number, outcome in self.outcomes:
                tell(number, outcome)

        Thread(target=run).start()

    def stop(self) -> None:
        self.stops += 1

    def close(self) -> None:
        self.closes += 1


def checked(checker: Checker, keys: str) -> State:
    """The preview after its commits were checked."""
    start = after(series(), MoveRows(1), Become("drop"))
    start = replace(start, info=replace(start.info, check="make"))
    return watched(start, lambda s: len(s.checks) == 2, keys, checker=checker)


def test_what_comes_of_checks_stands_beside_each_commit() -> None:
    checker = Checker((0, RUNNING), (0, PASSED), (1, RUNNING))

    state = checked(checker, "wx")

    assert state.checks == {0: PASSED, 1: RUNNING}
    row = preview_page(state, 80).get(2)
    assert "".join(text for _, text, *_ in row).startswith("   1✓unchanged")


def test_what_a_failed_check_printed_is_shown_and_drives_no_terminal() -> None:
    checker = Checker((0, PASSED), (1, FAILED))

    page = preview_page(checked(checker, "wx"), 80)
    lines = ["".join(t for _, t, *_ in page.get(n)) for n in range(page.height)]
    at = lines.index(" ✗ commit 2 fails: make (exit 2)")
    assert lines[at + 2] == "   two"
    assert "\x1b" not in "".join(lines)


def test_a_commit_on_which_nothing_could_be_run_is_not_said_to_fail() -> None:
    checker = Checker((0, PASSED), (1, not_run("The filter is missing.")))

    page = preview_page(checked(checker, "wx"), 80)
    lines = ["".join(t for _, t, *_ in page.get(n)) for n in range(page.height)]
    at = lines.index(" ? commit 2 was not checked:")
    assert lines[at + 1] == "   The filter is missing."
    assert any(line.startswith("   2?") for line in lines)


def test_commits_that_were_not_checked_for_one_reason_say_it_once() -> None:
    skipped = not_run("abc “two” would conflict in f with what is before it. " * 2)
    state = checked(Checker((0, FAILED), (1, skipped)), "wx")

    page = preview_page(after(state, Checked(state.todo, 2, skipped)), 80)
    lines = ["".join(t for _, t, *_ in page.get(n)) for n in range(page.height)]
    assert " ✗ commit 1 fails: make (exit 2)" in lines
    at = lines.index(" ? commits 2 and 3 were not checked:")
    assert lines[at + 1].startswith("   abc “two” would conflict")
    assert lines[at + 2].endswith("before it.")


def test_checks_are_given_up_and_forgotten_with_the_next_change() -> None:
    checker = Checker((0, PASSED), (1, FAILED))

    state = checked(checker, "wx")

    assert len(state.checks) == 2
    assert after(state, Undo()).checks == {}
    assert checker.stops == 0
    watched(state, lambda s: not s.steps_done, "u", checker=checker)
    assert checker.stops == 1


def test_who_leaves_closes_what_checks() -> None:
    checker = Checker()
    left(series(), "q", checker=checker)

    assert (checker.stops, checker.closes) == (0, 1)


def test_without_a_command_one_is_asked_for_and_checks_with_it() -> None:
    made: list[str] = []

    def make(command: str) -> Checker:
        made.append(command)
        return Checker((0, PASSED), (1, PASSED))

    state = watched(two(), _is_checked, "xmake\r", make_checker=make)

    assert made == ["make"]
    assert state.info.check == "make"


def two() -> State:
    """A commit of two hunks, in two new commits."""
    return state_of(plan_of({"a": ("1\n", "2\n"), "b": ("1\n", "2\n")}))


def _is_checked(state: State) -> bool:
    return len(state.checks) == 2


class CountedChecker(Checker):
    """A checker that knows the lists it was started with."""

    def __init__(self) -> None:
        super().__init__((0, PASSED), (1, PASSED))
        self.started: list[Todo] = []

    def start(self, todo: Todo, tell: Callable[[int, Check], None]) -> None:
        self.started.append(todo)
        super().start(todo, tell)


def test_a_change_is_checked_once_keys_pause() -> None:
    checker, start = CountedChecker(), two()
    start = replace(start, info=replace(start.info, check="make"))
    steps = [("x", _is_checked), ("cucuD", lambda s: not s.checks), ("", _is_checked)]
    last = played(start, *steps, checker=checker)

    assert len(checker.started) == 2
    assert checker.started[1] == todo_without_empty_groups(last.todo)


def test_a_change_is_not_checked_where_nobody_asked_for_that() -> None:
    checker, start = CountedChecker(), two()
    start = replace(start, info=replace(start.info, check="make"))

    def is_over(_: State) -> bool:
        return monotonic() > until

    until = monotonic() + 3 * SETTLED
    last = played(start, ("D", is_over), checker=checker)

    assert last.steps_done
    assert checker.started == []
