"""Why a new commit is one, and why it isn't one with its neighbours."""

from collections.abc import Iterator

from gitsplit.model.escape import shown
from gitsplit.model.plan import Plan
from gitsplit.proposal.propose import Cuts
from gitsplit.tui.state.app_state import State


class _Borders:
    """The sentences for the borders of a plan, each found once; of the last plan."""

    def __init__(self) -> None:
        self._last: tuple[Plan, Cuts] | None = None
        self._found: dict[int, str] = {}

    def above(self, plan: Plan, cuts: Cuts, group: int) -> str:
        """Why the group and the one before it are two; empty where it isn't known."""
        if self._last is None or self._last[0] is not plan or self._last[1] is not cuts:
            self._last, self._found = (plan, cuts), {}
        if group not in self._found:
            self._found[group] = cuts.border(plan, group - 1, group)
        return self._found[group]


_borders = _Borders()


def whys(state: State, group: int) -> Iterator[str]:
    """The group's reason, and a sentence for the borders with its neighbours."""
    plan = state.plan
    if reason := plan.groups[group].reason:
        yield f"why {group + 1}: {shown(reason)}"
    cuts = state.cuts.get(state.target.commit)
    if cuts is None:
        return
    borders = (group, group + 1)
    inner = (at for at in borders if 0 < at < len(plan.groups))
    yield from filter(None, (_borders.above(plan, cuts, at) for at in inner))
