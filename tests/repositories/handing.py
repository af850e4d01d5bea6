"""A conflict handed to git without a screen: ``python -m tests.repositories.handing``.

The plan is in ``.git/my-plan``; the exit status is gitsplit's. The argument says where
dropped edits go.
"""

import sys
from pathlib import Path

from gitsplit.cli.output import say, show_error
from gitsplit.errors import GitsplitError
from gitsplit.model.plan import DropTo
from gitsplit.workflow.conflict import handed_over
from gitsplit.workflow.hooks_and_signing import Finish
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import begun, opened


def hand_over(drop_to: DropTo) -> int:
    """The exit status after git has stopped, or found nothing to stop for."""
    try:
        repo = opened(Path.cwd())
        work = begun(repo, Request(plan=Path(".git/my-plan").read_bytes()))
        handed_over(repo, work, Finish(say=say), drop_to)
    except GitsplitError as error:
        show_error(error)
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(hand_over("discard" if "discard" in sys.argv else "worktree"))
