"""The user's commands run on new commits while the screen is shown."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from threading import Lock, Thread

from gitsplit.core.checks import Check
from gitsplit.core.objects import Oid
from gitsplit.core.todo import Todo
from gitsplit.errors import GitsplitError
from gitsplit.git.repository import Repository
from gitsplit.git.store import stored
from gitsplit.git.write import WrittenCommit
from gitsplit.session.checks import Checks, is_new
from gitsplit.session.rewrite import drawn_up
from gitsplit.session.work import Work

Tell = Callable[[int, Check], None]


class Runner:
    """Checks the new commits of a todo list, in other threads.

    The commits are stored meanwhile, as nothing names them yet.
    """

    def __init__(
        self, repo: Repository, work: Work, commands: Sequence[str], jobs: int | None
    ) -> None:
        self._repo = repo
        self._work = work
        self._checks = Checks(repo, commands, jobs, self._report)
        self._stored = ExitStack()
        # What follows is touched only by who holds the lock.
        self._lock = Lock()
        self._wanted: Sequence[tuple[int, WrittenCommit]] = ()
        self._told: dict[int, Check] = {}
        self._tell: Tell = lambda _number, _check: None

    def start(self, todo: Todo, tell: Tell) -> None:
        """The new commits of this list are checked from now on, and no others."""
        Thread(target=self._begin, args=(todo, tell), daemon=True).start()

    def stop(self) -> None:
        """Nothing is checked any more."""
        self._checks.stop()
        self._stored.close()

    @property
    def passed(self) -> frozenset[Oid]:
        """The trees on which the commands have ended well so far."""
        return self._checks.passed

    def _begin(self, todo: Todo, tell: Tell) -> None:
        try:
            objects, rewrite = drawn_up(self._repo, replace(self._work, todo=todo))
            self._stored.enter_context(stored(self._repo, objects, rewrite))
        except GitsplitError as error:
            said = f"{error} {error.hint}".encode(errors="surrogateescape")
            tell(0, Check("failed", "storing the commits", "not run", None, said))
            return
        with self._lock:
            new = [(n, c) for n, c in enumerate(rewrite.commits) if is_new(c)]
            self._wanted, self._tell, self._told = new, tell, {}
        self._checks.start(commit for _, commit in new)
        self._report()

    def _report(self) -> None:
        """Whatever has changed is told."""
        with self._lock:
            now = {n: self._checks.result(commit) for n, commit in self._wanted}
            news = {n: check for n, check in now.items() if self._told.get(n) != check}
            self._told = now
            tell = self._tell
        for number, check in news.items():
            tell(number, check)
