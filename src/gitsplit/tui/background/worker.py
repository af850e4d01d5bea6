"""Work in the background, in threads: what git says, estimates, checks, syntax.

The worker does one job at a time. Results come in as reports, a kind of action; what is
known is not asked for again, and a job whose result is no longer wanted is cancelled.

A proposal that a key needs may take long, or have to wait for a job. So the reducer
requests it of the shell, which says so on the screen, takes the proposal as a report,
and then the key once more: no key is ever waited for.

The files in sight read for their syntax while the screen waits for a key.
"""

import asyncio
import gc
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain, islice, zip_longest
from threading import Event, Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar

from msgspec import Struct
from prompt_toolkit.application import Application

from gitsplit.errors import (
    ActionFailed,
    ActionRefused,
    GitsplitError,
    GivenUp,
    NothingToSplit,
)
from gitsplit.model.checks import Check, Outlook
from gitsplit.model.diff import Edit, FileChange, TextEdit, bytes_compared, size_of
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan
from gitsplit.model.progress import Watch
from gitsplit.model.states import ContentMerge
from gitsplit.model.todo import Entry, Todo
from gitsplit.tui.background.syntax import Syntax
from gitsplit.tui.state.app_state import (
    ONE_COMMIT,
    Estimate,
    KnownLinks,
    Purpose,
    ReadCommit,
    Screen,
    State,
)
from gitsplit.tui.state.order_guard import awaits_links
from gitsplit.tui.state.originals import commit_to_read, read_commit
from gitsplit.tui.state.problems import (
    awaits_commands,
    awaits_outlook,
    todo_without_empty_groups,
)
from gitsplit.tui.state.proposals import commit_to_propose
from gitsplit.tui.state.selection import selection_of
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.prompt import Submit
from gitsplit.tui.update.actions.reading import FindNext, Fold
from gitsplit.tui.update.actions.reports import (
    ChangesRead,
    Checked,
    CommandsFound,
    CommitRead,
    Estimated,
    Foreseen,
    Linked,
    NotProposed,
    Progressed,
    Proposed,
    Repaired,
    Report,
    SquashProposed,
)
from gitsplit.tui.update.actions.screens import HistoryAction, OpenPreview
from gitsplit.tui.update.actions.series import OpenRange, OpenSquash
from gitsplit.tui.update.actions.shell import refusal_of
from gitsplit.tui.update.actions.split import (
    ChangeCount,
    OpenedAction,
    SplitHunk,
    UseProposal,
)

if TYPE_CHECKING:
    from gitsplit.proposal.propose import Proposals

Found = TypeVar("Found")

PATIENCE = 1.0
"""Seconds that leaving waits at most for work that was given up.

By then it has ended all programs that it ran, and its thread ends with the process.
"""

BETWEEN_NEWS = 0.1
"""Seconds between two reports of progress, or of estimates: each draws a frame."""

_MOST_ESTIMATES = 100
"""So many are found before the cursor is asked for again."""


RepairFound = tuple[Oid | None, Plan | None, str]
"""The commit that is split, its plan in which one more passes, and words on it."""


class Checker(Protocol):
    """Checks new commits with the user's command, while the screen goes on."""

    def start(self, todo: Todo, tell: Callable[[int, Check], None]) -> None:
        """Begin to check the new commits of this list, and return at once.

        ``tell`` is called in other threads with a commit's number, from 0, and how its
        check stands. Checks of an earlier list are given up.
        """

    def repair(self, todo: Todo, tell: Callable[[RepairFound], None]) -> None:
        """Begin to look for what the first failing commit lacks, and return at once.

        ``tell`` is called in another thread with what was found.
        """

    def stop(self) -> None:
        """Give up what is being checked, without waiting for its end."""

    def close(self) -> None:
        """End all checks, and clear up after them."""


def _refuse_proposal(_commit: Oid) -> NoReturn:
    raise ActionRefused("There is no proposal here.")


FindEstimate = Callable[[Oid, Watch], Estimate]


class Backend(Struct, frozen=True):
    """What the shell asks git and the proposal; the state gets the answers as reports.

    ``merge`` is asked while a key is answered, and may raise ActionRefused. The others
    are asked in another thread. ``plan_of`` proposes how a commit of the series is
    split, ``proposals_of`` has the proposals for it, of any number of groups; both may
    raise GitsplitError. ``known_proposals`` has those found by now, without waiting.
    ``outlook`` says what stands against a todo list as the repository is now, and
    ``estimate`` how much a commit does; both raise GivenUp. ``commands`` are the lines
    of the git commands for a list. ``changes_of`` reads what a commit does, and may
    raise GitsplitError. ``asks_program`` says that a program of the user's is asked for
    plans, which may take long. ``squash_of`` proposes how commits are split as one
    change.
    """

    merge: ContentMerge = lambda _base, _ours, _theirs: None
    plan_of: Callable[[Oid], Plan] = _refuse_proposal
    proposals_of: "Callable[[Oid], Proposals]" = _refuse_proposal
    known_proposals: "Callable[[Oid], Proposals | None]" = lambda _commit: None
    outlook: Callable[[Todo, Watch], Outlook] = lambda _todo, _watch: Outlook()
    commands: Callable[[Todo, Watch], Sequence[str]] = lambda _todo, _watch: ()
    estimate: FindEstimate | None = None
    changes_of: Callable[[Oid], tuple[FileChange, ...]] | None = None
    asks_program: bool = False
    squash_of: "Callable[[tuple[Oid, ...]], tuple[Entry, Proposals]] | None" = None


class Job(Struct, frozen=True):
    """A question for the backend; cancelled when ``todo`` is no longer the list shown.

    Where ``todo`` is None, it is never cancelled.
    """

    find: Callable[[Watch], Report]
    todo: Todo | None = None


class BackgroundWorker:
    """Runs jobs one by one: estimates of commits, and what stands against the list."""

    def __init__(
        self,
        get_state: Callable[[], State],
        take: Callable[[Report], None],
        backend: Backend,
    ) -> None:
        self._get_state = get_state
        self._backend = backend
        self._take = take
        self._is_running = False
        self._is_closed = Event()
        self._thread: Thread | None = None

    def keep_up(self, application: Application[Any]) -> None:
        """Begin to work after a frame, if there is a job and none is running."""
        if (
            not self._is_running
            and next_job(self._get_state(), self._backend) is not None
        ):
            self._is_running = True
            application.create_background_task(self._work(application))

    def close(self) -> None:
        """End the job that is running; no other is begun."""
        self._is_closed.set()
        if self._thread is not None:
            self._thread.join(PATIENCE)

    async def _work(self, application: Application[Any]) -> None:
        try:
            while (job := next_job(self._get_state(), self._backend)) is not None:
                with suppress(GivenUp):
                    self._take(await self._run(job))
        except Exception as error:
            # Whatever it is, prompt_toolkit would only print it and go on.
            application.exit(exception=error)
        finally:
            self._is_running = False

    async def _run(self, job: Job) -> Report:
        """Run the job to its report; meanwhile progress is reported."""
        come: deque[tuple[int, int]] = deque(maxlen=1)
        watch = Watch(lambda *at: come.append(at), self._wants(job))
        found, self._thread = run_in_thread(partial(job.find, watch))
        while not found.done():
            await asyncio.wait([found], timeout=BETWEEN_NEWS)
            if come and job.todo is not None:
                self._take(Progressed(job.todo, *come.pop()))
        return found.result()

    def _wants(self, job: Job) -> Callable[[], bool]:
        """Whether the screen is there, and still shows what the job is about."""

        def is_wanted() -> bool:
            is_shown = job.todo is None or job.todo is self._get_state().todo
            return is_shown and not self._is_closed.is_set()

        return is_wanted

    def check(self, checker: Checker) -> None:
        """Have the new commits checked; each result is reported as it comes."""
        todo = self._get_state().todo
        loop = asyncio.get_running_loop()

        def tell(number: int, check: Check) -> None:
            _call_in_loop(loop, self._take, Checked(todo, number, check))

        checker.start(todo_without_empty_groups(todo), tell)

    def repair(self, checker: Checker) -> None:
        """Have it found out what the first failing commit lacks; it is reported."""
        todo = self._get_state().todo
        loop = asyncio.get_running_loop()

        def tell_found(found: RepairFound) -> None:
            _call_in_loop(loop, self._take, Repaired(todo, *found))

        checker.repair(todo_without_empty_groups(todo), tell_found)


def run_in_thread(find: Callable[[], Found]) -> "tuple[asyncio.Future[Found], Thread]":
    """Run it in a daemon thread: a future of its result, and the thread.

    The threads of asyncio's executor would be waited for at the end of the process.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Found] = loop.create_future()

    def run() -> None:
        try:
            result = find()
        except Exception as error:
            _call_in_loop(loop, _set_error, found, error)
        else:
            _call_in_loop(loop, _set_result, found, result)

    thread = Thread(target=run, name="background", daemon=True)
    thread.start()
    return found, thread


def _call_in_loop(
    loop: asyncio.AbstractEventLoop, call: Callable[..., None], *what: object
) -> None:
    """Call something in the screen's loop from another thread, if that still runs."""
    with suppress(RuntimeError):  # its loop is closed
        loop.call_soon_threadsafe(call, *what)


def _set_result(found: "asyncio.Future[Found]", result: Found) -> None:
    if not found.done():  # or the screen has left
        found.set_result(result)


def _set_error(found: "asyncio.Future[Found]", error: Exception) -> None:
    if not found.done():
        found.set_exception(error)


def next_job(state: State, backend: Backend) -> Job | None:
    """The next job: conflicts first, then proposals that the screen opened without.

    Then what the hunks need of each other, and what is good to know of the series.
    """
    if awaits_outlook(state):
        return Job(partial(_find_outlook, backend, state.todo), state.todo)
    if awaits_commands(state):
        return Job(partial(_find_commands, backend, state.todo), state.todo)
    if unproposed := commit_to_propose(state):
        is_own = backend.asks_program and unproposed not in state.proposals
        find = _find_own_proposals if is_own else _find_first_proposal
        return Job(partial(find, backend, unproposed))
    if awaits_links(state):
        return Job(partial(_find_links, state.plan.changes, state.plan.edits))
    return _next_job_on_series(state, backend)


def _next_job_on_series(state: State, backend: Backend) -> Job | None:
    """What the selected commit does, then estimates, from that outward."""
    if backend.changes_of is not None and (wanted_now := commit_to_read(state)):
        return Job(partial(_find_changes, backend.changes_of, wanted_now))
    if backend.estimate is None or (state.opened is not None and state.is_alone):
        return None
    if wanted := tuple(islice(_commits_to_estimate(state), _MOST_ESTIMATES)):
        return Job(partial(_find_estimates, backend.estimate, wanted))
    return None


def _commits_to_estimate(state: State) -> Iterator[Oid]:
    """The commits without an estimate, those that are nearest the cursor first."""
    order = state.todo.order
    at = order.index(state.chosen)
    around = chain.from_iterable(zip_longest(order[at + 1 :], order[:at][::-1]))
    for oid in chain(order[at : at + 1], around):
        if oid is not None and oid not in state.estimates:
            yield oid


def _find_outlook(backend: Backend, todo: Todo, watch: Watch) -> Report:
    return Foreseen(todo, backend.outlook(todo_without_empty_groups(todo), watch))


def _find_commands(backend: Backend, todo: Todo, watch: Watch) -> Report:
    wanted = todo_without_empty_groups(todo)
    return CommandsFound(todo, tuple(backend.commands(wanted, watch)))


def _find_own_proposals(backend: Backend, commit: Oid, _watch: Watch) -> Report:
    """What gitsplit itself proposes, before a program of the user's is asked."""
    try:
        proposals = backend.proposals_of(commit)
        proposals.plan(at_least=2)  # it remembers what takes long
    except GitsplitError as error:
        return NotProposed(commit, refusal_of(error))
    return Proposed(commit, None, proposals)


def _find_first_proposal(backend: Backend, commit: Oid, _watch: Watch) -> Report:
    try:
        plan = backend.plan_of(commit)
    except GitsplitError as error:
        return NotProposed(commit, refusal_of(error))
    return Proposed(commit, plan, backend.known_proposals(commit))


def _find_links(
    changes: tuple[FileChange, ...], edits: tuple[Edit, ...], _watch: Watch
) -> Report:
    from gitsplit.proposal.names import links_of_plan  # not to open with

    return Linked(KnownLinks(edits, links_of_plan(changes, edits)))


def _find_changes(
    changes_of: Callable[[Oid], tuple[FileChange, ...]], commit: Oid, _watch: Watch
) -> Report:
    try:
        return CommitRead(commit, read_commit(changes_of(commit)))
    except GitsplitError as error:
        return CommitRead(commit, ReadCommit(why_not=f"{error} {error.hint}".rstrip()))


def _find_estimates(
    estimate: FindEstimate, commits: Sequence[Oid], watch: Watch
) -> Report:
    """The estimates of as many of the commits as are found between two news.

    Nobody waits for them: one that fails, whatever for, costs only itself.
    """
    found, until = {}, perf_counter() + BETWEEN_NEWS
    for commit in commits:
        try:
            found[commit] = estimate(commit, watch)
        except GivenUp:
            raise
        except Exception:
            found[commit] = Estimate(0, why_not="?")
        if perf_counter() > until:
            break
    return Estimated(found)


CUTTING = "comparing long lines to split this …"
SEARCHING = "searching …"
WORKING = "working on it …"
"""The status meanwhile, where it lasts longer than a moment."""

MANY_HUNKS = 2_000
VERY_MANY_HUNKS = 8_000
"""From so many on, what looks at each hunk takes longer than a frame may."""

MANY_LINES = 5_000
"""From so many changed lines on, it takes longer to cut them anew."""

_LONG_COMPARISON = 10_000_000_000
"""Pairs of bytes; to compare so many takes a few tenths of a second."""


def words_for_long(state: State, action: Action) -> str:
    """What is said while the action is carried out in a thread.

    Empty where it is done at once: it takes less than a frame.
    """
    if state.opened is None:
        return ""
    hunks = len(state.rows.edits)
    if _is_search(state, action):
        return SEARCHING if hunks > MANY_HUNKS else ""
    if takes_long_to_cut(state, action):
        return CUTTING
    is_plan = isinstance(action, OpenedAction | HistoryAction)
    is_about_all = (
        isinstance(action, ChangeCount | OpenPreview)
        or action == Fold(everywhere=True)
        or (is_plan and state.screen is Screen.PREVIEW)
    )
    is_cut_anew = isinstance(action, ChangeCount) and _changed_lines(state) > MANY_LINES
    if (is_about_all and hunks > MANY_HUNKS) or is_cut_anew:
        return WORKING
    return WORKING if is_plan and hunks > VERY_MANY_HUNKS else ""


def _changed_lines(state: State) -> int:
    return sum(size_of(edit) for edit in state.plan.edits)


def _is_search(state: State, action: Action) -> bool:
    is_asked = state.prompt is not None and state.prompt.purpose is Purpose.SEARCH
    is_new = isinstance(action, FindNext) and not state.is_searching
    return is_new or (isinstance(action, Submit) and is_asked)


def takes_long_to_cut(state: State, action: Action) -> bool:
    """Whether the action splits hunks whose lines take long to be compared."""
    if not isinstance(action, SplitHunk) or state.screen not in ONE_COMMIT:
        return False
    changes = state.plan.changes
    texts = (
        each.edit for each in selection_of(state) if isinstance(each.edit, TextEdit)
    )
    compared = sum(bytes_compared(changes[edit.file], edit) for edit in texts)
    return compared > _LONG_COMPARISON


def find_proposal(backend: Backend, state: State, action: Action) -> Report:
    """Find what is proposed for the commit that the user is at, for this action.

    Or read what the commits did of which a range is to be made. Raises ActionRefused
    where there is no proposal.
    """
    try:
        if isinstance(action, OpenRange):
            from gitsplit.tui.update.ranges import commits_to_read  # not to open with

            return _find_range(backend, commits_to_read(state))
        if isinstance(action, OpenSquash):
            from gitsplit.tui.update.ranges import commits_to_squash

            return _find_squash(backend, commits_to_squash(state))
        if state.screen is Screen.SERIES or isinstance(action, UseProposal):
            commit = state.chosen
            if state.screen is not Screen.SERIES:
                commit = state.target.commit
            plan = backend.plan_of(commit)
            return Proposed(commit, plan, backend.known_proposals(commit))
        proposals = backend.proposals_of(state.target.commit)
        proposals.plan(at_least=2)  # it remembers what takes long
        return Proposed(state.target.commit, None, proposals)
    except ActionRefused:
        raise
    except NothingToSplit as nothing:
        raise ActionRefused(str(nothing), hint=nothing.hint) from nothing
    except GitsplitError as error:
        raise ActionFailed(str(error), hint=error.hint) from error


def _find_range(backend: Backend, commits: Sequence[Oid]) -> Report:
    assert backend.changes_of is not None, "commits are read from somewhere"
    return ChangesRead({commit: backend.changes_of(commit) for commit in commits})


def _find_squash(backend: Backend, commits: tuple[Oid, ...]) -> Report:
    assert backend.squash_of is not None, "commits are read from somewhere"
    return SquashProposed(*backend.squash_of(commits))


_PAUSE = 0.001  # seconds between two steps, in which a key is taken
_REDRAWN_AFTER = 0.1  # seconds; what is found is shown then, or when all is


class SyntaxReader:
    """Has the files in sight lexed, a step at a time."""

    def __init__(self, syntax: Syntax) -> None:
        self._syntax = syntax
        self._is_running = False

    def keep_up(self, application: Application[Any]) -> None:
        """Begin to lex after a frame that showed new lines."""
        syntax = self._syntax
        if not self._is_running and (syntax.has_new() or syntax.is_behind()):
            self._is_running = True
            application.create_background_task(self._read(application))

    async def _read(self, application: Application[Any]) -> None:
        """Lex until nothing is left to do for what is in sight by then."""
        syntax, shown, has_found = self._syntax, perf_counter(), False
        try:
            while syntax.has_new() or syntax.is_behind():
                if syntax.has_new():
                    await run_in_thread(syntax.open_new)[0]
                    gc.freeze()  # lexers are many objects that stay
                has_found |= syntax.read_on()
                if has_found and perf_counter() - shown > _REDRAWN_AFTER:
                    application.invalidate()
                    shown, has_found = perf_counter(), False
                await asyncio.sleep(_PAUSE)
            if has_found:
                application.invalidate()
        finally:
            self._is_running = False
