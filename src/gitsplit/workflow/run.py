"""The walk through a series: the draft, the screen, and the choice carried out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from gitsplit.errors import (
    UNCHANGED,
    CheckFailed,
    HookRefused,
    Interrupted,
    InvalidPlan,
    NotChecked,
    Stopped,
    WriteFailed,
)
from gitsplit.git.journal import Record
from gitsplit.git.repository import Repository
from gitsplit.model.todo import Todo
from gitsplit.workflow.apply import DropTo, Outcome, apply
from gitsplit.workflow.checks import Runner
from gitsplit.workflow.conflict import handed_over
from gitsplit.workflow.draft import (
    Saver,
    forgotten,
    is_kept,
    memory_beside,
    moved_away,
    resumed,
)
from gitsplit.workflow.hooks_and_signing import Finish
from gitsplit.workflow.propose import Request
from gitsplit.workflow.screen import Back, Edited, Setting, edited
from gitsplit.workflow.work import Work

KEPT = "Your work is kept for the next time."
"""Said to who leaves with something unfinished."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What the user asked for beside the work: ``checks`` are commands to run.

    ``back`` is where they come back to when a check or a hook has failed.
    """

    drop_to: DropTo = "worktree"
    checks: tuple[str, ...] = ()
    jobs: int | None = None
    back: Back | None = None


@dataclass(frozen=True, slots=True)
class Walked:
    """What came of it: what was applied, what git has finished, or neither.

    ``is_kept`` says that a draft is left for the next time.
    """

    work: Work
    outcome: Outcome | None = None
    handed: Record | None = None
    is_kept: bool = False


def walked(
    repo: Repository, request: Request, work: Work, finish: Finish, walk: Walk
) -> Walked:
    """The work as the user left it in the screen, carried out if they said so.

    Where a check or a hook fails, they are back on the screen, which says so. Raises
    Stopped where they left a conflict to git; what else
    :func:`gitsplit.workflow.apply.apply` raises, the draft kept; and Interrupted.
    """
    with _naming_draft(repo, work):
        return _walked(repo, request, work, finish, walk)


def _walked(
    repo: Repository, request: Request, work: Work, finish: Finish, walk: Walk
) -> Walked:
    back: Back | None = None
    while True:
        chosen = _on_screen(repo, request, work, finish, replace(walk, back=back))
        if chosen is None:
            return Walked(work, is_kept=is_kept(repo, work))
        if chosen.accepts_conflict:
            return _handed(repo, work, chosen.work, finish, walk.drop_to)
        try:
            passed = replace(finish, passed=chosen.passed)
            outcome = apply(repo, chosen.work, passed, walk.drop_to)
        except CheckFailed as failure:
            back = Back(chosen.left, failure.brief)
            continue
        except (HookRefused, NotChecked) as refusal:
            back = Back(chosen.left, f"{refusal} {refusal.hint}".rstrip())
            continue
        forgotten(repo, work)
        return Walked(chosen.work, outcome)


def _handed(
    repo: Repository, work: Work, chosen: Work, finish: Finish, drop_to: DropTo
) -> Walked:
    """The conflict in what was chosen left to git."""
    try:
        record = handed_over(repo, chosen, finish, drop_to)
    except Stopped:
        forgotten(repo, work)
        raise
    forgotten(repo, work)
    return Walked(chosen, handed=record)


@contextmanager
def _naming_draft(repo: Repository, work: Work) -> Iterator[None]:
    """Whoever breaks off hears that the draft is kept, where there is one."""
    try:
        yield
    except KeyboardInterrupt as stop:
        broken_off = Interrupted("Interrupted.")
        broken_off.kept = KEPT if is_kept(repo, work) else ""
        raise broken_off from stop
    except Interrupted as broken_off:
        if broken_off.state == UNCHANGED and is_kept(repo, work):
            broken_off.kept = KEPT
        raise


def _on_screen(
    repo: Repository, request: Request, work: Work, finish: Finish, walk: Walk
) -> Edited | None:
    """What the user made of the work; None where they quit. A draft is kept of it."""
    draft = None if walk.back else _draft(repo, request, work, finish)
    memory = None if draft is None else memory_beside(repo, work, draft)
    saver = Saver(repo, work)
    runner = Runner(repo, work, walk.checks, walk.jobs) if walk.checks else None
    setting = Setting(
        *(walk.drop_to, draft, memory, saver.save, runner),
        check=" && ".join(walk.checks),
        verify=finish.verify,
        back=walk.back,
    )
    try:
        chosen = edited(repo, request, work, setting)
        if chosen is not None and runner is not None:
            return replace(chosen, passed=runner.passed)
        return chosen
    finally:
        try:
            saver.close()
        except WriteFailed as failure:
            finish.say(f"Your work isn't kept: {failure}")


def _draft(
    repo: Repository, request: Request, work: Work, finish: Finish
) -> Todo | None:
    """The draft to go on from; of one that can't be, the reason is said."""
    if request.plan is not None:
        return None
    if told := moved_away(repo, work):
        finish.say(told)
    try:
        return resumed(repo, request, work)
    except InvalidPlan as refusal:
        finish.say(f"{refusal} {refusal.hint}")
        return None
