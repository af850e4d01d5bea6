"""What comes of work beside the screen, and what a state makes of it.

Reports come when they come: one about a todo list that is no longer so is let go.
"""

from dataclasses import dataclass, replace
from typing import assert_never

from gitsplit.model.checks import Check, Outlook
from gitsplit.model.objects import Oid
from gitsplit.model.todo import Todo
from gitsplit.tui.state.app_state import Estimate, State
from gitsplit.tui.state.problems import answered


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
class Progressed:
    """Git has come through so many commits of the todo list, of so many."""

    todo: Todo
    done: int
    count: int


@dataclass(frozen=True, slots=True)
class Checked:
    """The new commit ``number`` of the todo list was checked, or is about to be."""

    todo: Todo
    number: int
    check: Check


Report = Estimated | Foreseen | Progressed | Checked


def informed(state: State, report: Report) -> State:
    """The state that knows what was reported; nothing else of it changes.

    But what was waiting for git's answer is asked for, where git lets it.
    """
    match report:
        case Estimated(commit, estimate):
            return replace(state, estimates={**state.estimates, commit: estimate})
        case Foreseen(todo, outlook) if todo is state.todo:
            known = replace(state, foreseen=(todo, outlook), progress=None)
            return answered(known)
        case Progressed(todo, done, count) if todo is state.todo:
            return replace(state, progress=(done, count))
        case Checked(todo, number, check) if todo is state.todo:
            return replace(state, checks={**state.checks, number: check})
        case Foreseen() | Progressed() | Checked():
            return state
        case _:
            assert_never(report)
