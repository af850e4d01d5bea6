"""What is proposed for a commit, found beside the screen and then at hand.

Finding it may take long, and may have to wait for what is being found out about
another commit. So it is left to the shell, which shows meanwhile that it is at it, can
be left, and then takes the key again. While a key is answered nobody is waited for.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from gitsplit.errors import GitsplitError, PlanRefused
from gitsplit.model.edits import TextEdit, bytes_compared
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan
from gitsplit.proposal.propose import Cuts
from gitsplit.tui.state.app_state import ONE_COMMIT, Request, Screen, State
from gitsplit.tui.state.selection import selected
from gitsplit.tui.update.actions import Action, Cut

Answer = TypeVar("Answer")

CUTTING = "comparing long lines to cut this …"
"""Said while that is done."""

_LONG_COMPARISON = 10_000_000_000
"""Pairs of bytes; to compare so many takes a few tenths of a second."""


def answered(ask: Callable[[], Answer]) -> Answer:
    """What git says; raises PlanRefused where it can't."""
    try:
        return ask()
    except PlanRefused:
        raise
    except GitsplitError as error:
        raise PlanRefused(str(error), hint=error.hint) from error


def is_plan_to_be_found(state: State, commit: Oid) -> bool:
    """Whether the plan that is proposed for a commit isn't known yet."""
    return state.git.plan_of is not None and state.git.known_plan(commit) is None


def are_cuts_to_be_found(state: State, commit: Oid) -> bool:
    """Whether the proposals for a commit aren't known yet."""
    return state.git.cuts_of is not None and state.git.known_cuts(commit) is None


def takes_long_to_cut(state: State, action: Action) -> bool:
    """Whether the action cuts pieces with lines so long that it isn't done at once."""
    if not isinstance(action, Cut) or state.screen not in ONE_COMMIT:
        return False
    changes = state.plan.changes
    texts = (each.edit for each in selected(state) if isinstance(each.edit, TextEdit))
    compared = sum(bytes_compared(changes[edit.file], edit) for edit in texts)
    return compared > _LONG_COMPARISON


def waiting(state: State, commit: Oid) -> State:
    """The state that asks the shell to have the commit looked through."""
    status = f"looking for what belongs together in {commit[:7]} …"
    return replace(state, status=status, request=Request.PROPOSE)


def look_through(state: State) -> None:
    """Find what is proposed for the commit at hand; raises PlanRefused where it can't.

    What it finds is known from then on.
    """
    if state.screen is Screen.SERIES:
        plan_of(state, state.chosen)
    else:
        answered(lambda: cuts_of(state, state.target.commit).plan(at_least=2))


def plan_of(state: State, commit: Oid) -> Plan:
    """The plan that is proposed for a commit; PlanRefused where it has none."""
    ask = state.git.plan_of
    if ask is None:
        raise PlanRefused("Git can't be asked what the commit does.")
    return answered(lambda: ask(commit))


def cuts_of(state: State, commit: Oid) -> Cuts:
    """All that is proposed for a commit; PlanRefused where it can't be read."""
    ask = state.git.cuts_of
    if ask is None:
        raise PlanRefused("Git can't be asked what the commit does.")
    return answered(lambda: ask(commit))
