"""What comes of work beside the screen, and what a state makes of it.

Reports come when they come: one about a todo list that is no longer so is let go.
"""

from dataclasses import dataclass, replace
from typing import assert_never

from gitsplit.core.checks import Check
from gitsplit.core.objects import Oid
from gitsplit.core.outlook import Outlook
from gitsplit.core.todo import Todo
from gitsplit.tui.state import Estimate, State


@dataclass(frozen=True, slots=True)
class Estimated:
    """It was found out what a commit does."""

    commit: Oid
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Git says what stands against the todo list."""

    todo: Todo
    outlook: Outlook


@dataclass(frozen=True, slots=True)
class Checked:
    """The new commit ``number`` of the todo list was checked, or is about to be."""

    todo: Todo
    number: int
    check: Check


Report = Estimated | Foreseen | Checked


def informed(state: State, report: Report) -> State:
    """The state that knows what was reported; nothing else of it changes."""
    match report:
        case Estimated(commit, estimate):
            return replace(state, estimates={**state.estimates, commit: estimate})
        case Foreseen(todo, outlook) if todo is state.todo:
            return replace(state, foreseen=(todo, outlook))
        case Checked(todo, number, check) if todo is state.todo:
            return replace(state, checks={**state.checks, number: check})
        case Foreseen() | Checked():
            return state
        case _:
            assert_never(report)
