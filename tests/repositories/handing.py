"""A conflict handed to git without a screen: ``python -m tests.repositories.handing``.

The plan is in ``.git/my-plan``; the exit status is gitsplit's. The argument says where
dropped edits go.
"""

import sys
from pathlib import Path

from gitsplit.cli.output import say, show_error
from gitsplit.errors import GitsplitError
from gitsplit.model.plan import DropTo
from gitsplit.workflow.conflict import hand_over_conflict
from gitsplit.workflow.hooks_and_signing import Finish
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import open_idle_repository, read_work


def hand_over(drop_to: DropTo) -> int:
    """The exit status after git has stopped, or found nothing to stop for."""
    try:
        repo = open_idle_repository(Path.cwd())
        work = read_work(repo, Request(plan=Path(".git/my-plan").read_bytes()))
        hand_over_conflict(repo, work, Finish(say=say), drop_to)
    except GitsplitError as error:
        show_error(error)
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(hand_over("discard" if "discard" in sys.argv else "worktree"))
