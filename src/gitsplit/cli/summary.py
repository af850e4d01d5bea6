"""What a rewrite did, told once it is done."""

from typing import TYPE_CHECKING

from gitsplit.cli.output import tell

if TYPE_CHECKING:
    from gitsplit.cli.options import Options
    from gitsplit.git.journal import Record
    from gitsplit.git.repository import Repository
    from gitsplit.workflow.apply import Outcome
    from gitsplit.workflow.work import Work


def show_finished(repo: "Repository", record: "Record") -> None:
    """Where the branches are after a rebase that git had nothing to stop for."""
    from gitsplit.report.handoff import finished_text
    from gitsplit.workflow.review import pushing

    moved = [(update.ref, update.new) for update in record.updates]
    tell(finished_text(moved, pushing(repo, record)))


def show_summary(
    repo: "Repository", options: "Options", work: "Work", outcome: "Outcome"
) -> None:
    """What was written, moved, left alone and dropped, and how to take it back."""
    from gitsplit.report.dropping import dropped_lines
    from gitsplit.report.text import summary_text
    from gitsplit.workflow.apply import resulting
    from gitsplit.workflow.review import how_to_push, review_notes

    made = resulting(work, outcome.rewrite)
    moved = [(move.ref, move.new) for move in outcome.moves.moves]
    left = [(ref.ref, ref.reason) for ref in outcome.moves.left]
    dropped = dropped_lines(
        work.plans, outcome.changed, is_kept=options.drop_to == "worktree"
    )
    review = [*review_notes(repo, work, made), *how_to_push(repo, work)]
    told = summary_text(
        *(work.todo, made, moved, left),
        old_tree=outcome.rewrite.old_tree,
        unsigned=outcome.unsigned,
        dropped=dropped,
        review=review,
        ids=work.ids,
    )
    tell(told)
