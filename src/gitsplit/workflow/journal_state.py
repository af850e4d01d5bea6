"""Whether anything was changed, known from the journal before it is said."""

from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress

from gitsplit.errors import (
    UNCHANGED,
    GitFailed,
    GitsplitError,
    Interrupted,
    interrupt_behind,
)
from gitsplit.git import journal
from gitsplit.git.program import this_process
from gitsplit.git.repository import Repository
from gitsplit.model.progress import Say
from gitsplit.workflow.apply import recover

_Phases = tuple[tuple[int, journal.Phase], ...]

_BEGUN = "The update is finished or rolled back when you run gitsplit again."
_STATES: dict[journal.Phase, tuple[str, str]] = {
    "prepared": (_BEGUN, ""),
    "undoing": (_BEGUN, ""),
    "handed": (
        "A rebase that gitsplit has begun is in progress.",
        "Check with: git status",
    ),
    "done": ("The commits are rewritten.", "Undo with: gitsplit --undo"),
    "undone": ("The rewrite is undone.", ""),
}


@contextmanager
def recover_first(repo: Repository, say: Say) -> Iterator[str | None]:
    """Recover an interrupted rewrite, and say what became of it, before the block.

    The ``with`` block gets the same sentence, None without one. Errors in it say what
    was changed, as :func:`report_true_state` has it.
    """
    if said := recover(repo, say):
        say(said)
    with report_true_state(repo, "Nothing else was changed." if said else UNCHANGED):
        yield said


@contextmanager
def report_true_state(repo: Repository, unchanged: str = UNCHANGED) -> Iterator[None]:
    """“Nothing was changed” is said in the ``with`` block only where it is so.

    All that gitsplit does to refs and files is in its journal before it is done. Where
    that says no more than at the beginning, an error says ``unchanged``; else it says
    what has become of the rewrite. Ctrl-C is an error, too.
    """
    before = frozenset(_phases(repo))
    try:
        yield
    except GitsplitError as error:
        if error.state == UNCHANGED:
            _correct_state(error, repo, before, unchanged)
        raise
    except BaseException as error:
        stop = interrupt_behind(error)
        if stop is None:
            raise
        interrupted = Interrupted("Interrupted.")
        _correct_state(interrupted, repo, before, unchanged)
        raise stop if interrupted.state == UNCHANGED else interrupted from stop


def _phases(repo: Repository) -> _Phases:
    """How far each rewrite is."""
    return tuple((record.number, record.phase) for record in journal.records(repo))


def _own_phases(repo: Repository) -> _Phases:
    """How far each rewrite is, without those of another gitsplit at the same time."""
    me = this_process()
    return tuple(
        (record.number, record.phase)
        for record in journal.records(repo)
        if not record.processes or me in record.processes
    )


def _correct_state(
    error: GitsplitError,
    repo: Repository,
    before: Set[tuple[int, journal.Phase]],
    unchanged: str,
) -> None:
    """The error says in what state things are."""
    error.state = "Whether anything was changed isn't known; see git reflog."
    with suppress(OSError):
        new = [row for row in _own_phases(repo) if row not in before]
        error.state = unchanged
        if new:
            error.state, hint = _STATES[new[-1][1]]
            error.hint = hint or error.hint


@contextmanager
def hint_at_undo(repo: Repository) -> Iterator[None]:
    """What is missing in the ``with`` block is said to be the last rewrite's, if it is.

    After a power cut, say. What was there before can be had again.
    """
    try:
        yield
    except GitsplitError as error:
        if isinstance(error, GitFailed) and journal.unreadable_record(repo):
            error.hint = (
                "It is part of the last rewrite. "
                "Restore what was there before with: gitsplit --undo"
            )
        raise
