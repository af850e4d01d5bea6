"""What is wrong with the order of a plan's commits.

A plan is never refused for it: the user may know better, or have asked for as many
commits. It is said where one looks at the plan.
"""

from collections.abc import Callable

from gitsplit.model.escape import printable
from gitsplit.model.memo import memo
from gitsplit.model.plan import Plan
from gitsplit.proposal.names import EarlyUse, early_uses
from gitsplit.proposal.syntax import BrokenFile, broken_files

Flaw = BrokenFile | EarlyUse
"""A file that can't be parsed in a commit, or a name that is used too soon in it."""


@memo
def flaws_of(plan: Plan) -> tuple[Flaw, ...]:
    """What is wrong with the order of the plan's commits, by the commits."""
    found: tuple[Flaw, ...] = (*broken_files(plan), *early_uses(plan))
    return tuple(sorted(found, key=lambda flaw: flaw.group))


def flaw_sentence(
    flaw: Flaw, number: Callable[[int], int] = lambda group: group
) -> str:
    """What is wrong, as a sentence without its full stop.

    ``number`` is that of the new commit that a group becomes, both from 0.
    """
    first = number(flaw.group) + 1
    if isinstance(flaw, BrokenFile):
        last = number(flaw.until - 1) + 1
        where = f"commit {first}" if first == last else f"commits {first} to {last}"
        return f"`{printable(flaw.path)}` doesn't parse in {where}"
    name, later = f"`{printable(flaw.name)}`", number(flaw.of) + 1
    if flaw.is_gone:
        return f"commit {first} removes {name}, which commit {later} still uses"
    return f"commit {first} needs {name} from commit {later}, which comes later"
