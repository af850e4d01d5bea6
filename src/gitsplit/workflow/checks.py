"""The user's commands (``-x``) run on new commits, before any ref moves.

Each commit has a new scratch worktree: in one that is used again, a command could find
what it has built from another commit, and pass without a file that is missing. A result
holds for a tree: commits with the same files share it.

:func:`check_commits` runs them when the work is applied, :class:`CheckRunner` in the
background while the screen is shown.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from functools import partial
from threading import Condition, Event, Lock, Thread, current_thread

from msgspec import Struct, field
from msgspec.structs import replace

from gitsplit.errors import CheckFailed, GitsplitError, GivenUp, NotChecked
from gitsplit.git.program import NOT_RUN, processors
from gitsplit.git.repository import Repository
from gitsplit.git.scratch_worktree import ScratchWorktree, ScratchWorktrees, run_command
from gitsplit.git.signals import ignore_signals, unwind_on_signals
from gitsplit.git.store import store_objects
from gitsplit.git.write import Rewrite, WrittenCommit
from gitsplit.model.checks import (
    PASSED,
    PASSED_BEFORE,
    RUNNING,
    WAITING,
    Check,
    not_run,
)
from gitsplit.model.escape import output_in_one_line, printable
from gitsplit.model.message import subject_of
from gitsplit.model.objects import Oid
from gitsplit.model.progress import Say, Watch
from gitsplit.model.series import commit_in_words
from gitsplit.model.todo import Todo
from gitsplit.report.summary import check_lines
from gitsplit.workflow.apply import compute_until_conflict
from gitsplit.workflow.check_results import passed_before
from gitsplit.workflow.work import Work

MOST_FAILURES = 3
"""Of so many failed commits it is shown what the command printed."""


_LOOK_UP = 0.2
"""Seconds until a thread that waits sees that a signal has come."""


def check_commits(  # noqa: PLR0913 -- callers name the last
    repo: Repository,
    rewrite: Rewrite,
    commands: Sequence[str],
    jobs: int | None,
    say: Say,
    *,
    passed: AbstractSet[Oid] = frozenset(),
    cure: str = "",
) -> None:
    """Run the commands on every new commit; the commits are stored by now.

    ``passed`` are trees on which the commands have passed before; they aren't run
    again. ``say`` gets a line for each commit, oldest first. ``cure`` is a sentence on
    what repairs a commit that fails.

    Raises CheckFailed, which names the first commit on which a command failed, when all
    have been checked, and NotChecked where none failed and some weren't run.
    """
    if not (commands and any(map(is_new, rewrite.commits))):
        return
    checks = CommandChecks(repo, commands, jobs, passed=passed)
    with unwind_on_signals():
        try:
            tell_checks(checks, rewrite, say, cure)
        finally:
            with ignore_signals():
                checks.stop()


def tell_checks(
    checks: "CommandChecks", rewrite: Rewrite, say: Say, cure: str = ""
) -> None:
    """Say how each new commit is checked, as :func:`check_commits` does, and raise."""
    made = [(n, c) for n, c in enumerate(rewrite.commits, 1) if is_new(c)]
    failed: list[tuple[int, WrittenCommit, Check]] = []
    checks.start(commit for _, commit in made)
    for number, commit in made:
        check = checks.wait_for_check(commit)
        is_shown = len(failed) < MOST_FAILURES
        for line in check_lines(number, _subject(commit), check, is_shown):
            say(line)
        if check.state != "passed":
            failed.append((number, commit, check))
    if failed:
        # One that failed says more than one on which nothing was run.
        first = min(failed, key=lambda each: each[2].state == "not run")
        raise _check_error(*first, cure)


def is_new(commit: WrittenCommit) -> bool:
    """Whether the commit differs from its source commit."""
    return commit.oid != commit.draft.source.oid


def _subject(commit: WrittenCommit) -> bytes:
    return subject_of(commit.draft.message)


def _check_error(
    number: int, commit: WrittenCommit, check: Check, cure: str
) -> GitsplitError:
    name = f"Commit {number}, {commit_in_words(commit.oid, _subject(commit))}"
    if check.state == "not run":
        of = f": {check.command} ({check.reason})" if check.command else ""
        output = output_in_one_line(check.output)
        return NotChecked(
            f"{name}, could not be checked{of}. {output}".rstrip(),
            hint="Fix that, or run without -x.",
        )
    how = f"{printable(check.command)} ({check.reason})"
    return CheckFailed(
        f"{name}, fails: {how}.",
        hint=f"{cure} Change the plan so that it passes, or run without -x.".lstrip(),
        brief=f"Commit {number} fails: {how}",
    )


class _Run(Struct, eq=False):
    """The commands run on one commit; ``stop`` is set once nobody wants the result."""

    commit: WrittenCommit
    stop: Event = field(default_factory=Event)

    @property
    def watch(self) -> Watch:
        """A watch that gives up once ``stop`` is set."""
        return Watch(is_wanted=lambda: not self.stop.is_set())


class CommandChecks:
    """A pool of threads that run the commands on commits, oldest first.

    ``changed`` is called, in one of the threads, whenever a result has changed. The
    commits have to be stored meanwhile. :meth:`stop` has to be called at the end.
    ``passed`` are trees on which the commands have passed before.
    """

    def __init__(
        self,
        repo: Repository,
        commands: Sequence[str],
        jobs: int | None = None,
        changed: Callable[[], None] = lambda: None,
        passed: AbstractSet[Oid] = frozenset(),
    ) -> None:
        self._scratches = ScratchWorktrees.of(repo)
        self._commands = tuple(commands)
        self._jobs = jobs or processors()
        self._changed = changed
        # What follows is touched only by who holds the lock.
        self._lock = Condition()
        self._results = dict.fromkeys(passed, PASSED_BEFORE)
        self._queue: deque[WrittenCommit] = deque()
        self._runs: list[_Run] = []
        self._threads: set[Thread] = set()

    def start(self, commits: Iterable[WrittenCommit]) -> None:
        """Check these commits from now on, but for trees that have a result.

        Checks of other commits are stopped; this doesn't wait for that.
        """
        with self._lock:
            wanted: dict[Oid, WrittenCommit] = {}
            for commit in commits:
                wanted.setdefault(commit.tree, commit)
            for run in self._runs:
                if run.commit.tree not in wanted:
                    run.stop.set()
            left = [c for tree, c in wanted.items() if self._result(tree) == WAITING]
            self._queue = deque(left)
            for _ in range(min(len(left), self._jobs - len(self._threads))):
                thread = Thread(target=self._work, daemon=True)
                thread.start()
                self._threads.add(thread)

    @property
    def passed(self) -> frozenset[Oid]:
        """The trees on which the commands were run here and have passed."""
        with self._lock:
            done = self._results.items()
            return frozenset(tree for tree, check in done if check == PASSED)

    def result(self, commit: WrittenCommit) -> Check:
        """The result of the commit's tree so far."""
        with self._lock:
            return self._result(commit.tree)

    def wait_for_check(self, commit: WrittenCommit) -> Check:
        """Wait for the result of a commit that was given to :meth:`start`."""
        with self._lock:
            self._wait_until(
                lambda: self._result(commit.tree).is_done or not self._threads
            )
            check = self._result(commit.tree)
        assert check.is_done, "somebody works on what has been started"
        return check

    def stop(self) -> None:
        """Stop all commands, wait for that, and remove the scratch worktrees."""
        self.start(())
        with self._lock:
            self._wait_until(lambda: not self._threads)
        self._scratches.close()

    def _wait_until(self, is_done: Callable[[], bool]) -> None:
        """Wait for that with the lock held, and look up from time to time.

        The kernel may give a signal to any thread, and Python answers it in the main
        one, which a lock without a timeout would keep from it.
        """
        while not self._lock.wait_for(is_done, timeout=_LOOK_UP):
            pass

    def _result(self, tree: Oid) -> Check:
        if tree in self._results:
            return self._results[tree]
        wanted = (run for run in self._runs if not run.stop.is_set())
        return RUNNING if any(run.commit.tree == tree for run in wanted) else WAITING

    def _work(self) -> None:
        """Check commits of the queue until it is empty."""
        try:
            while run := self._next():
                self._changed()
                self._finish(run, self._check(run))
                self._changed()
        finally:
            self._leave()

    def _leave(self) -> None:
        with self._lock:
            self._threads.discard(current_thread())
            self._lock.notify_all()

    def _finish(self, run: _Run, check: Check) -> None:
        with self._lock:
            self._runs.remove(run)
            if not run.stop.is_set():
                self._results[run.commit.tree] = check
            self._lock.notify_all()

    def _next(self) -> _Run | None:
        with self._lock:
            if not self._queue:
                # At once, so that :meth:`start` knows that it needs another.
                self._threads.discard(current_thread())
                return None
            self._runs.append(_Run(self._queue.popleft()))
            return self._runs[-1]

    def _check(self, run: _Run) -> Check:
        """Run the commands in order until one fails."""
        try:
            with self._scratches.worktree(run.commit.oid, run.watch) as scratch:
                for command in self._commands:
                    if not run.stop.is_set():
                        check = self._run_command(command, scratch, run.stop)
                        if check.state != "passed":
                            return check
        except GivenUp:
            return WAITING
        except GitsplitError as error:
            return not_run(f"{error} {error.hint}".rstrip())
        except OSError as error:
            return not_run(f"{error.strerror}.")
        return PASSED

    def _run_command(
        self, command: str, scratch: ScratchWorktree, stop: Event
    ) -> Check:
        ended = run_command(command, scratch, self._scratches.environment, stop)
        if not ended.status:
            return PASSED
        if ended.status in NOT_RUN:
            why = f"not run, {ended.reason}"
            return Check("not run", command, why, ended.status, ended.output)
        return Check("failed", command, ended.reason, ended.status, ended.output)


TellCheck = Callable[[int, Check], None]


class CheckRunner:
    """Checks the new commits of a todo list in the background.

    The commits are stored until :meth:`close`, as no ref names them yet.
    """

    def __init__(
        self, repo: Repository, work: Work, commands: Sequence[str], jobs: int | None
    ) -> None:
        self.repo = repo
        self.work = work
        known = passed_before(repo, commands)
        self.checks = CommandChecks(repo, commands, jobs, self._report, known)
        self.stored = ExitStack()
        self._threads: list[Thread] = []
        # What follows is touched only by who holds the lock.
        self._lock = Lock()
        self._given_up = Event()
        self._wanted: Sequence[tuple[int, WrittenCommit]] = ()
        self._told: dict[int, Check] = {}
        self._tell: TellCheck = lambda _number, _check: None

    def start(self, todo: Todo, tell: TellCheck) -> None:
        """Check the new commits of this list from now on, and no others.

        ``tell`` gets each commit's number, counted from 0, and its result.
        """
        self.begin(partial(self._begin, todo, tell))

    def begin(self, target: Callable[[Event], None]) -> None:
        """Give up what was begun before, and begin this in a thread.

        It is called with an event that says when it is given up itself.
        """
        with self._lock:
            self._given_up.set()
            self._given_up = given_up = Event()
        thread = Thread(target=target, args=(given_up,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Give up all checks; they end by themselves."""
        with self._lock:
            self._given_up.set()
            self.checks.start(())

    def close(self) -> None:
        """End all checks, and let go of the stored commits."""
        self.stop()
        for thread in self._threads:
            thread.join()
        self.checks.stop()
        self.stored.close()

    @property
    def passed(self) -> frozenset[Oid]:
        """The trees on which the commands have passed so far."""
        return self.checks.passed

    def _begin(self, todo: Todo, tell: TellCheck, given_up: Event) -> None:
        """Compute and store the commits of the list, and start checking them.

        Those from a conflict on have no files that could be checked; they are told so.
        """
        watch = Watch(is_wanted=lambda: not given_up.is_set())
        repo, work = self.repo.with_watch(watch), replace(self.work, todo=todo)
        try:
            objects, rewrite, part = compute_until_conflict(repo, work, watch)
            self.stored.enter_context(store_objects(repo, objects, rewrite))
        except GivenUp:
            return
        except (GitsplitError, OSError) as error:
            hint = error.hint if isinstance(error, GitsplitError) else ""
            tell(0, not_run(f"{error} {hint}".rstrip()))
            return
        with self._lock:
            if given_up.is_set():
                return
            new = [(n, c) for n, c in enumerate(rewrite.commits) if is_new(c)]
            self._wanted, self._tell, self._told = new, tell, {}
            self.checks.start(commit for _, commit in new)
        self._report()
        if part.conflict is not None:
            why = not_run(str(part.conflict))
            first = len(part.commits)
            for number in range(first, first + part.unmade):
                tell(number, why)

    def _report(self) -> None:
        """Tell each result that has changed since the last time.

        One thread tells at a time: what it has seen would be old after another's.
        """
        with self._lock:
            now = {n: self.checks.result(commit) for n, commit in self._wanted}
            news = {n: check for n, check in now.items() if self._told.get(n) != check}
            self._told = now
            for number, check in news.items():
                self._tell(number, check)
