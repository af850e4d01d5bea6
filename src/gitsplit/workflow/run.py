"""The story of one run of gitsplit, from end to end. Begin to read here.

Read and propose (:func:`gitsplit.workflow.work.read_meant_work`), edit, then compute,
store, check with ``-x`` and move refs (:func:`gitsplit.workflow.apply.apply`). A dry
run (:func:`gitsplit.cli.commands.dry_run`) reads the same work and computes in memory.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import (
    UNCHANGED,
    CheckFailed,
    HookRefused,
    InputEnded,
    Interrupted,
    InvalidPlan,
    NoBranchName,
    NotChecked,
    NoTerminal,
    Stopped,
)
from gitsplit.git import repository
from gitsplit.git.repository import Repository
from gitsplit.workflow.apply import Outcome, apply
from gitsplit.workflow.hooks_and_signing import Finish
from gitsplit.workflow.journal_state import hint_at_undo
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import (
    TellProposing,
    Work,
    read_meant_work,
    refuse_operation_in_progress,
    tell_reading,
)

if TYPE_CHECKING:
    from gitsplit.git.journal import Record
    from gitsplit.tui.state.app_state import State
    from gitsplit.tui.surroundings import Chosen

KEPT = "Your work is kept as a draft."
"""Said to who leaves with something unfinished."""


class Result(Struct, frozen=True):
    """What a run has applied, or git has finished rebasing.

    Neither where the user quit. ``has_draft`` says that unfinished work is saved.
    """

    work: Work
    outcome: Outcome | None = None
    rebased: "Record | None" = None
    has_draft: bool = False


def run(
    repo: Repository,
    request: Request,
    finish: Finish,
    progress: AbstractContextManager[TellProposing],
) -> Result:
    """Read the series, propose a split, have it edited, store it, check it, move refs.

    Raises what :func:`gitsplit.workflow.apply.apply` raises, with draft or plan kept;
    Stopped where the user leaves a conflict to git; and Interrupted.
    """
    refuse_operation_in_progress(repo)
    with hint_at_undo(repo):
        repository.committer(repo)  # it would fail late, so it is asked for first
        with progress as tell:
            asks, given = not (request.accepts or request.edits), request
            request, work = read_meant_work(repo, given, asks=asks, tell=tell)
        _refuse_unchosen(repo, given, request, finish)
        tell_reading(repo, request, work.series, finish.say, work.misfit)
        if request.accepts:
            _refuse_misfit(work)
        if request.accepts or request.edits:
            return _apply_unseen(repo, request, work, finish)
        from gitsplit.workflow.draft import delete_draft, has_draft

        result, opening = None, None
        with _mention_draft(repo, request, work):
            while result is None:
                chosen = _edit_on_screen(repo, request, work, finish, opening)
                if chosen is None:
                    return Result(work, has_draft=has_draft(repo, work))
                result, opening = _apply_or_come_back(
                    repo, request, work, finish, chosen
                )
        delete_draft(repo, work)
        return result


def _refuse_unchosen(
    repo: Repository, given: Request, meant: Request, finish: Finish
) -> None:
    """Raise NoUpstream where nobody said which commit, and no screen can ask."""
    if meant == given or given.upstream is not None:
        return
    try:
        finish.before_screen()
    except NoTerminal:
        from gitsplit.workflow.meaning import unchosen_error

        raise unchosen_error(repo, meant) from None


def _apply_unseen(
    repo: Repository, request: Request, work: Work, finish: Finish
) -> Result:
    """Apply the work without a screen; edited as text, if that is wanted.

    Nothing is applied where the user cancels, or doesn't agree.
    """
    if request.edits:
        from gitsplit.workflow.text_editing import edit_as_text

        if not request.accepts:
            finish.before_screen()
        decide = None if request.accepts else finish.decide
        edited = edit_as_text(repo, request, work, decide)
        if edited is None:
            return Result(work)
        result = _apply_repaired_or_as_is(repo, request, edited.work, finish)
        if edited.kept is not None:
            edited.kept.unlink(missing_ok=True)
        return result
    return _apply_repaired_or_as_is(repo, request, work, finish)


def _apply_repaired_or_as_is(
    repo: Repository, request: Request, work: Work, finish: Finish
) -> Result:
    """Apply the work, its commits given what they lack where that is wanted."""
    if request.repair:
        from gitsplit.workflow.repair import apply_repaired

        return Result(*apply_repaired(repo, request, work, finish))
    return Result(work, apply(repo, work, finish, request.drop_to))


def _refuse_misfit(work: Work) -> None:
    """Raise InvalidPlan where a plan was fitted and not all of it fits."""
    if work.misfit:
        raise InvalidPlan(
            "Not all of the plan fits, and --yes applies only one that does.",
            hint="Put what fits in a file with -n --format json -o FILE, look at it,"
            " and apply that.",
        )


def _edit_on_screen(
    repo: Repository,
    request: Request,
    work: Work,
    finish: Finish,
    opening: "State | None",
) -> "Chosen | None":
    """Show the screen; what the user chooses there, None where they quit."""
    from gitsplit.workflow.screen import edit_work

    return edit_work(repo, request, work, finish, opening)


def _apply_or_come_back(
    repo: Repository, request: Request, work: Work, finish: Finish, chosen: "Chosen"
) -> tuple[Result | None, "State | None"]:
    """Check, write and move; where that is refused, the screen that says so.

    The result, or the state of the screen to come back to.
    """
    from gitsplit.tui.state.problems import after_refusal
    from gitsplit.workflow.conflict import hand_over_conflict
    from gitsplit.workflow.draft import delete_draft

    done = replace(work, todo=chosen.todo)
    finish = replace(finish, passed=chosen.passed)
    assert chosen.left is not None, "who chooses something leaves a screen"
    try:
        if chosen.accepts_conflict:
            record = hand_over_conflict(repo, done, finish, request.drop_to)
            return Result(done, rebased=record), None
        return Result(done, apply(repo, done, finish, request.drop_to)), None
    except Stopped:
        delete_draft(repo, work)
        raise
    except CheckFailed as failure:
        return None, after_refusal(chosen.left, failure.brief)
    except (HookRefused, NoBranchName, NotChecked) as refusal:
        return None, after_refusal(chosen.left, f"{refusal} {refusal.hint}".rstrip())


@contextmanager
def _mention_draft(repo: Repository, request: Request, work: Work) -> Iterator[None]:
    """Make an end before applying say that the draft is kept, where there is one."""
    from gitsplit.workflow.draft import has_draft

    if request.lesson is not None:  # its repository ends with it
        yield
        return
    try:
        yield
    except KeyboardInterrupt as stop:
        broken_off = Interrupted("Interrupted.")
        broken_off.kept = KEPT if has_draft(repo, work) else ""
        raise broken_off from stop
    except (Interrupted, InputEnded) as broken_off:
        if broken_off.state == UNCHANGED and has_draft(repo, work):
            broken_off.kept = KEPT
        raise
