"""What every action does: the one function from a state and an action to a state."""

from dataclasses import replace
from typing import assert_never

from gitsplit.errors import PlanRefused
from gitsplit.tui.actions import (
    Action,
    CommitAction,
    CursorAction,
    HistoryAction,
    MarkAction,
    PieceAction,
    PlanAction,
    PromptAction,
    Quit,
    Redo,
    ScreenAction,
    SetContent,
    ShellAction,
    Undo,
    ViewAction,
)
from gitsplit.tui.change import redone, undone
from gitsplit.tui.commits import with_commits
from gitsplit.tui.cursor import marked, moved
from gitsplit.tui.pieces import with_pieces
from gitsplit.tui.prompts import with_prompt
from gitsplit.tui.screens import asked, on_screen
from gitsplit.tui.state import State
from gitsplit.tui.writing import rewritten


def reduce(state: State, action: Action) -> State:
    """The state after ``action``.

    A refused action changes nothing; its reason is the status (law 4).
    """
    ready = replace(state, is_refusal=False, request=None)
    if not isinstance(action, Quit):
        ready = replace(ready, status="")
    try:
        return _reduced(ready, action)
    except PlanRefused as refusal:
        reason = f"{refusal} {refusal.hint}".rstrip()
        return replace(ready, status=reason, is_refusal=True)


def _reduced(state: State, action: Action) -> State:
    """The state after an action; raises PlanRefused where it is refused."""
    if isinstance(action, PlanAction):
        return _with_plan(state, action)
    if isinstance(action, ViewAction):
        return _with_view(state, action)
    if isinstance(action, PromptAction):
        return with_prompt(state, action)
    if isinstance(action, ShellAction):
        return asked(state, action)
    assert_never(action)


def _with_plan(state: State, action: PlanAction) -> State:
    """The state after what changes the plan."""
    if isinstance(action, PieceAction):
        return with_pieces(state, action)
    if isinstance(action, CommitAction):
        return with_commits(state, action)
    if isinstance(action, SetContent):
        return rewritten(state, action)
    if isinstance(action, HistoryAction):
        return _through_history(state, action)
    assert_never(action)


def _through_history(state: State, action: HistoryAction) -> State:
    match action:
        case Undo():
            return undone(state)
        case Redo():
            return redone(state)
        case _:
            assert_never(action)


def _with_view(state: State, action: ViewAction) -> State:
    """The state after what changes where one looks."""
    if isinstance(action, CursorAction):
        return moved(state, action)
    if isinstance(action, MarkAction):
        return marked(state, action)
    if isinstance(action, ScreenAction):
        return on_screen(state, action)
    assert_never(action)
