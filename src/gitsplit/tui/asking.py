"""What is proposed for a commit, asked for while a key is answered or beside that.

Most commits are proposed before a finger is up again. A large one is left to the shell,
which shows meanwhile that it is at it, and then takes the key again.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from gitsplit.core.objects import Oid
from gitsplit.core.proposal import Cuts
from gitsplit.errors import GitsplitError, PlanRefused
from gitsplit.tui.state import Request, Screen, State

Answer = TypeVar("Answer")

_MANY_PIECES = 1_000
"""So many take a few tenths of a second."""


def answered(ask: Callable[[], Answer]) -> Answer:
    """What git says; raises PlanRefused where it can't."""
    try:
        return ask()
    except PlanRefused:
        raise
    except GitsplitError as error:
        raise PlanRefused(str(error), hint=error.hint) from error


def takes_long(state: State, commit: Oid) -> bool:
    """Whether a large commit isn't looked through yet."""
    if state.git.cuts_of is None or state.git.known_cuts(commit) is not None:
        return False
    estimate = state.estimates.get(commit)
    plan = state.todo.entry(commit).plan
    pieces = 0 if plan is None else len(plan.edits)
    is_large = estimate is not None and estimate.why_not == "large"
    return is_large or pieces > _MANY_PIECES


def waiting(state: State, commit: Oid) -> State:
    """The state that asks the shell to have the commit looked through."""
    status = f"{commit[:7]} is large: looking for what belongs together…"
    return replace(state, status=status, request=Request.PROPOSE)


def looked_through(state: State) -> None:
    """Return once the commit at hand is; raises PlanRefused where it can't be."""
    is_listed = state.screen is Screen.SERIES
    commit = state.chosen if is_listed else state.target.commit
    answered(lambda: cuts_of(state, commit).plan(at_least=2))


def cuts_of(state: State, commit: Oid) -> Cuts:
    """All that is proposed for a commit; PlanRefused where it can't be read."""
    ask = state.git.cuts_of
    if ask is None:
        raise PlanRefused("Git can't be asked what the commit does.")
    return answered(lambda: ask(commit))
