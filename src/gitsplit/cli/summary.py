"""What a rewrite did, told once it is done."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gitsplit.cli.output import tell

if TYPE_CHECKING:
    from gitsplit.cli.options import Options
    from gitsplit.git.journal import Record
    from gitsplit.git.repository import Repository
    from gitsplit.session.rewrite import Outcome
    from gitsplit.session.work import Work


def show_finished(record: "Record") -> None:
    """Where the branches are after a rebase that git had nothing to stop for."""
    from gitsplit.report.handoff import finished_text

    tell(finished_text([(update.ref, update.new) for update in record.updates]))


def show_summary(
    repo: "Repository", options: "Options", work: "Work", outcome: "Outcome"
) -> None:
    """What was written, moved, left alone and dropped, and how to take it back."""
    from gitsplit.git.gerrit import push_command
    from gitsplit.report.dropping import dropped_lines
    from gitsplit.report.review import review_lines
    from gitsplit.report.text import summary_text
    from gitsplit.session.rewrite import resulting

    made = resulting(work, outcome.rewrite)
    moved = [(move.ref, move.new) for move in outcome.moves.moves]
    left = [(ref.ref, ref.reason) for ref in outcome.moves.left]
    dropped = dropped_lines(
        work.plans, outcome.changed, is_kept=options.drop_to == "worktree"
    )
    review: Iterable[str] = ()
    if work.ids.is_reviewed:
        review = review_lines(made, push_command(repo, work.head_ref))
    told = summary_text(
        *(work.todo, made, moved, left),
        old_tree=outcome.rewrite.old_tree,
        unsigned=outcome.unsigned,
        dropped=dropped,
        review=review,
    )
    tell(told)
