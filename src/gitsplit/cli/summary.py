"""What a rewrite did, told once it is done.

What ends a rewrite: taking it back, going on with it, giving it up.
"""

from typing import TYPE_CHECKING

from gitsplit.cli.output import complain, here, say, tell, waiting
from gitsplit.errors import UNCHANGED

if TYPE_CHECKING:
    from gitsplit.git.journal import Record
    from gitsplit.git.repository import Repository
    from gitsplit.model.plan import DropTo
    from gitsplit.workflow.apply import Outcome
    from gitsplit.workflow.run import Result
    from gitsplit.workflow.work import Work


def show_result(repo: "Repository", result: "Result", drop_to: "DropTo") -> None:
    """What came of a run."""
    from gitsplit.workflow.run import KEPT

    if result.outcome is not None:
        show_summary(repo, drop_to, result.work, result.outcome)
    elif result.rebased is not None:
        show_finished(repo, result.rebased)
    else:
        complain(f"{UNCHANGED} {KEPT if result.has_draft else ''}".rstrip())


def show_finished(repo: "Repository", record: "Record") -> None:
    """Where the branches are after a rebase that git had nothing to stop for."""
    from gitsplit.report.summary import rebase_text
    from gitsplit.workflow.review import push_commands_after_rebase

    moved = [(update.ref, update.new) for update in record.updates]
    tell(rebase_text(moved, push_commands_after_rebase(repo, record)))


def show_summary(
    repo: "Repository", drop_to: "DropTo", work: "Work", outcome: "Outcome"
) -> None:
    """What was written, moved, left alone and dropped, and how to take it back."""
    from gitsplit.report.summary import summary_text
    from gitsplit.workflow.facts import rewrite_facts

    tell(summary_text(rewrite_facts(repo, work, outcome, drop_to)))


def undo() -> None:
    """The last rewrite is given back, and it is said what was."""
    from gitsplit.git.journal import last_undoable
    from gitsplit.git.repository import open_repository
    from gitsplit.workflow.journal_state import recover_first

    repo = open_repository(here())
    last = last_undoable(repo)
    with recover_first(repo, say) as said:
        if said and last_undoable(repo) == last:
            # What the user wants back never came, or has just gone.
            if last is not None:
                complain("hint: Another --undo undoes the rewrite before it.")
            return
        _undo_last(repo)


def _undo_last(repo: "Repository") -> None:
    from gitsplit.report.summary import undo_text
    from gitsplit.workflow import apply

    with waiting("updating refs"):
        record = apply.undo(repo)
    told = undo_text(record.subject, [(u.ref, u.old) for u in record.updates])
    tell(told)
    _warn_of_pushed(repo, record)


def _warn_of_pushed(repo: "Repository", record: "Record") -> None:
    """What an undo can't take back: commits that are on a server."""
    from gitsplit.git.push import are_reviewed, has_new_changes, is_on_a_remote
    from gitsplit.report.summary import MAY_BE_PUSHED, pushed_before

    head = record.updates[0]
    makes_new = has_new_changes(repo, head.new, head.old)
    if is_on_a_remote(repo, (update.new for update in record.updates)):
        say(pushed_before(with_new_changes=makes_new))
    elif makes_new and are_reviewed(repo, head.old, head.new):
        tell(f"{MAY_BE_PUSHED}\n")


def go_on() -> None:
    """The rebase that git was left goes on; where it ended, it is said."""
    from gitsplit.git.repository import open_repository
    from gitsplit.report.summary import rebase_text
    from gitsplit.workflow.conflict import continue_rewrite
    from gitsplit.workflow.journal_state import recover_first
    from gitsplit.workflow.review import push_commands_after_rebase

    repo = open_repository(here())
    with recover_first(repo, say) as said:
        if said and not repo.is_rebasing:
            return
        record = continue_rewrite(repo)
        moved = [(u.ref, u.new) for u in record.updates] if record else []
        tell(rebase_text(moved, push_commands_after_rebase(repo, record)))


def abort() -> None:
    """The rebase that git was left is given up."""
    from gitsplit.git.repository import open_repository
    from gitsplit.report.summary import abort_text
    from gitsplit.workflow.conflict import abort_rewrite
    from gitsplit.workflow.journal_state import recover_first

    repo = open_repository(here())
    with recover_first(repo, say) as said:
        if said and not repo.is_rebasing:
            return
        record = abort_rewrite(repo, say)
        tell(abort_text([(u.ref, u.old) for u in record.updates]))
