"""What follows for a review on Gerrit, as text: who sees what, and how to push it."""

from collections.abc import Iterator, Sequence

from gitsplit.core.listing import MOST_LINES, few, several
from gitsplit.core.shown import shown
from gitsplit.report.text import Resulting

PUSHED_BEFORE = (
    "The split is on a remote already. Its old commit can't be pushed again (“no new"
    " changes”): amend it first, and abandon the changes that the split made."
)
"""What is said where an undone split has been pushed."""

MAY_BE_PUSHED = (
    "If the split has been pushed for review, amend the commit before you push it"
    " again, and abandon the changes that the split made."
)
"""What is said where nobody here can know that."""


def review_lines(resulting: Sequence[Resulting], command: str | None) -> Iterator[str]:
    """What reviewers will see of a split, and ``command`` that pushes it.

    As a real server has it: the change whose id is kept gets a patch set, its votes
    drop and its open comments follow; the others are new changes.
    """
    yield from few(_updated(resulting))
    new = [
        str(number)
        for number, made in enumerate(resulting, 1)
        if made.draft.role == "piece" and made.change_id is not None
    ]
    if new:
        which = f"Commit {new[0]} starts" if len(new) == 1 else _several(new)
        yield f"{which} without reviewers."
    if command is not None:
        yield f"Push with: {command}"


def _updated(resulting: Sequence[Resulting]) -> Iterator[str]:
    """A line for each change that gets another patch set."""
    for number, made in enumerate(resulting, 1):
        if made.draft.role == "owner" and made.change_id is not None:
            kept = shown(made.change_id)[:9]
            yield (
                f"Reviewers of {kept} will see commit {number} as its next patch set:"
                " votes drop, open comments follow."
            )


def _several(numbers: Sequence[str]) -> str:
    if len(numbers) > MOST_LINES:
        return f"Commits {several(numbers)} start"
    return f"Commits {', '.join(numbers[:-1])} and {numbers[-1]} start"
