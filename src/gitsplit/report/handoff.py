"""What is said of a rewrite that git has finished, or that was given up."""

from collections.abc import Sequence

from gitsplit.model.objects import Oid
from gitsplit.report.text import placed


def finished_text(refs: Sequence[tuple[str, Oid]], pushing: Sequence[str] = ()) -> str:
    """Where the refs are after the rebase, and how to take that back.

    ``pushing`` are the lines about how they are pushed for review.
    """
    if not refs:
        return "The rebase is done; ORIG_HEAD is where it began.\n"
    lines = (f"Rewritten: {placed(refs)} now.", *pushing)
    return "\n".join([*lines, "Take it back with: gitsplit --undo\n"])


def aborted_text(refs: Sequence[tuple[str, Oid]]) -> str:
    """Where the refs are after an abort."""
    return f"Gave it up: {placed(refs)} as before, and so are the files.\n"
