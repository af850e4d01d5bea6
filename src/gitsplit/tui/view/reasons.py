"""Why a new commit is one, and why it isn't one with its neighbours."""

from collections.abc import Callable, Iterator
from functools import cache

from gitsplit.model.escape import shown
from gitsplit.model.memo import memo
from gitsplit.model.plan import Plan
from gitsplit.proposal.propose import Cuts
from gitsplit.tui.state.app_state import State


@memo
def _borders(plan: Plan, cuts: Cuts) -> Callable[[int], str]:
    """Why a group and the one before it are two; each sentence is found once."""
    return cache(lambda group: cuts.border(plan, group - 1, group))


def reason_lines(state: State, group: int) -> Iterator[str]:
    """The group's reason, and a sentence for the borders with its neighbours."""
    plan = state.plan
    if reason := plan.groups[group].reason:
        yield f"why {group + 1}: {shown(reason)}"
    cuts = state.cuts.get(state.target.commit)
    if cuts is None:
        return
    borders = (group, group + 1)
    inner = (at for at in borders if 0 < at < len(plan.groups))
    yield from filter(None, map(_borders(plan, cuts), inner))
