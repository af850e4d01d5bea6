"""One commit more or fewer: the next cut of what was proposed for the open commit."""

from collections.abc import Sequence
from dataclasses import replace

from gitsplit.model.listing import counted
from gitsplit.proposal.regroup import recut
from gitsplit.tui.background.proposal_requests import (
    are_cuts_to_be_found,
    cuts_of,
    waiting,
)
from gitsplit.tui.state.app_state import State
from gitsplit.tui.state.undo import changed


def with_next_cut(state: State, by: int) -> State:
    """The state with one commit more (1) or fewer (-1), and that commit in focus.

    What the user decided stays where it can; what they moved is as proposed, and the
    status says so. Raises PlanRefused where there is no such proposal.
    """
    if are_cuts_to_be_found(state, state.target.commit):
        return waiting(state, state.target.commit)
    cuts = cuts_of(state, state.target.commit)
    made = recut(state.plan, by, cuts)
    # Where pieces changed places by hand, nothing in particular was parted or joined.
    apart = _twins(made.parents if by > 0 else made.heirs)
    deed = f"{counted(len(made.plan.groups), 'commit')} now"
    focus, why = min(state.focus, len(made.plan.groups) - 1), ""
    if apart and by > 0:
        one, two = apart
        deed += f": {(made.parents[one] or 0) + 1} became {one + 1} and {two + 1}"
        focus, why = two, cuts.border(made.plan, one, two)
    elif apart:
        one, two = apart
        focus = made.heirs[one] or 0
        deed += f": {one + 1} and {two + 1} became {focus + 1}"
        why = made.plan.groups[focus].reason
    if made.was_moved:
        deed += ", and what you moved is as proposed"
    found = changed(state, made.plan, deed)
    status = f"{found.status} — {why}" if why else found.status
    return replace(found, focus=focus, viewed=focus, status=status)


def _twins(places: Sequence[int | None]) -> tuple[int, int] | None:
    """The first two numbers at which the same place stands."""
    seen: dict[int, int] = {}
    for number, place in enumerate(places):
        if place is not None:
            if place in seen:
                return seen[place], number
            seen[place] = number
    return None
