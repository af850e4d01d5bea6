"""Errors that say truly whether anything was changed, by what the journal records."""

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
    """Recover an interrupted rewrite before the ``with`` block; say what became of it.

    The block gets the same sentence, None without one. Errors in it say what was
    changed, as in :func:`report_true_state`.
    """
    if said := recover(repo, say):
        say(said)
    with report_true_state(repo, "Nothing else was changed." if said else UNCHANGED):
        yield said


@contextmanager
def report_true_state(repo: Repository, unchanged: str = UNCHANGED) -> Iterator[None]:
    """Make errors of the ``with`` block say “Nothing was changed” only where it is so.

    All that gitsplit does to refs and files is in its journal before it is done. Where
    the journal is as it was, an error says ``unchanged``, else what has become of the
    rewrite. Ctrl-C is an error, too.
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
    """The number and phase of each rewrite in the journal."""
    return tuple((record.number, record.phase) for record in journal.records(repo))


def _own_phases(repo: Repository) -> _Phases:
    """The same, without rewrites of another gitsplit that runs at the same time."""
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
    """Set the error's state by the journal records that are new since ``before``."""
    error.state = "Whether anything was changed isn't known; see git reflog."
    with suppress(OSError):
        new = [row for row in _own_phases(repo) if row not in before]
        error.state = unchanged
        if new:
            error.state, hint = _STATES[new[-1][1]]
            error.hint = hint or error.hint


@contextmanager
def hint_at_undo(repo: Repository) -> Iterator[None]:
    """Make an error about a missing object name ``--undo``, if the last rewrite is hit.

    After a power cut, say: what was there before the rewrite can still be read.
    """
    try:
        yield
    except GitsplitError as error:
        if isinstance(error, GitFailed) and journal.unreadable_record(repo):
            error.hint = (
                "It belongs to the last rewrite. "
                "Restore what was there before with: gitsplit --undo"
            )
        raise
