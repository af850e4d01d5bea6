"""The user's commands run on new commits while the screen is shown."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from threading import Event, Lock, Thread

from gitsplit.errors import GitsplitError, GivenUp
from gitsplit.git.repository import Repository
from gitsplit.git.store import stored
from gitsplit.git.write import WrittenCommit
from gitsplit.model.checks import Check, not_run
from gitsplit.model.objects import Oid
from gitsplit.model.progress import Watch
from gitsplit.model.todo import Todo
from gitsplit.workflow.apply import drawn_up
from gitsplit.workflow.checks import Checks, is_new
from gitsplit.workflow.work import Work

Tell = Callable[[int, Check], None]


class Runner:
    """Checks the new commits of a todo list, in other threads.

    The commits are stored until :meth:`close`, as nothing names them yet.
    """

    def __init__(
        self, repo: Repository, work: Work, commands: Sequence[str], jobs: int | None
    ) -> None:
        self._repo = repo
        self._work = work
        self._checks = Checks(repo, commands, jobs, self._report)
        self._stored = ExitStack()
        self._threads: list[Thread] = []
        # What follows is touched only by who holds the lock.
        self._lock = Lock()
        self._given_up = Event()
        self._wanted: Sequence[tuple[int, WrittenCommit]] = ()
        self._told: dict[int, Check] = {}
        self._tell: Tell = lambda _number, _check: None

    def start(self, todo: Todo, tell: Tell) -> None:
        """The new commits of this list are checked from now on, and no others."""
        with self._lock:
            self._given_up.set()
            self._given_up = given_up = Event()
        thread = Thread(target=self._begin, args=(todo, tell, given_up), daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Nothing that is being checked is wanted any more; it ends by itself."""
        with self._lock:
            self._given_up.set()
            self._checks.start(())

    def close(self) -> None:
        """Nothing is checked any more, and nothing of it is left."""
        self.stop()
        for thread in self._threads:
            thread.join()
        self._checks.stop()
        self._stored.close()

    @property
    def passed(self) -> frozenset[Oid]:
        """The trees on which the commands have ended well so far."""
        return self._checks.passed

    def _begin(self, todo: Todo, tell: Tell, given_up: Event) -> None:
        watch = Watch(is_wanted=lambda: not given_up.is_set())
        repo, work = self._repo.watched(watch), replace(self._work, todo=todo)
        try:
            objects, rewrite = drawn_up(repo, work, watch)
            self._stored.enter_context(stored(repo, objects, rewrite))
        except GivenUp:
            return
        except GitsplitError as error:
            tell(0, not_run(f"{error} {error.hint}"))
            return
        with self._lock:
            if given_up.is_set():
                return
            new = [(n, c) for n, c in enumerate(rewrite.commits) if is_new(c)]
            self._wanted, self._tell, self._told = new, tell, {}
            self._checks.start(commit for _, commit in new)
        self._report()

    def _report(self) -> None:
        """Whatever has changed is told, newer things after older ones.

        So one thread tells at a time: what it has seen would be old after another's.
        """
        with self._lock:
            now = {n: self._checks.result(commit) for n, commit in self._wanted}
            news = {n: check for n, check in now.items() if self._told.get(n) != check}
            self._told = now
            for number, check in news.items():
                self._tell(number, check)
