"""What every action does: the one function from a state and an action to a state."""

from dataclasses import replace
from typing import assert_never

from gitsplit.errors import ActionRefused, InvalidPlan
from gitsplit.tui.state.app_state import MergeNeeded, Screen, State
from gitsplit.tui.state.problems import with_problems
from gitsplit.tui.state.selection import refuse_none_open
from gitsplit.tui.state.undo import after_redo, after_undo
from gitsplit.tui.update.actions import (
    Action,
    Apply,
    ChangeCount,
    CommitAction,
    CursorAction,
    HistoryAction,
    MarkAction,
    MoveCommit,
    OpenedAction,
    Own,
    PieceAction,
    PlanAction,
    PromptAction,
    Quit,
    Redo,
    Report,
    ScreenAction,
    SeriesAction,
    SetContent,
    ShellAction,
    Undo,
    ViewAction,
    after_report,
)
from gitsplit.tui.update.commits import with_commits
from gitsplit.tui.update.cursor import after_mark, after_move, with_prompt
from gitsplit.tui.update.messages import with_file_content
from gitsplit.tui.update.screens import after_shell_action, on_screen
from gitsplit.tui.update.series import (
    LISTS,
    after_commit_move,
    after_list_move,
    with_series,
)
from gitsplit.tui.update.split import with_next_cut, with_pieces


def reduce(state: State, action: Action) -> State:
    """The state after ``action``.

    A refused action changes nothing; its reason is the status (law 4). Nor does one
    that needs contents merged: it is taken again when that is reported.
    """
    if isinstance(action, Report):
        return after_report(replace(state, request=None, to_merge=None), action)
    ready = replace(state, is_refusal=False, request=None, to_merge=None, merges={})
    if not isinstance(action, Apply):
        ready = replace(ready, awaiting=None)
    if not isinstance(action, Quit | Apply):
        ready = replace(ready, status="")
    try:
        made = _after_action(replace(ready, merges=state.merges), action)
        return replace(made, merges={})
    except MergeNeeded as needed:
        return replace(state, to_merge=needed.versions)
    except (ActionRefused, InvalidPlan) as refusal:
        reason = f"{refusal} {refusal.hint}".rstrip()
        return replace(ready, status=reason, is_refusal=True)


def _after_action(state: State, action: Action) -> State:
    """The state after an action; raises ActionRefused where it is refused."""
    if isinstance(action, PlanAction):
        made = _with_plan(state, action)
        return with_problems(made) if made.screen is Screen.PREVIEW else made
    if isinstance(action, ViewAction):
        return _with_view(state, action)
    if isinstance(action, PromptAction):
        return with_prompt(state, action)
    if isinstance(action, ShellAction):
        return after_shell_action(state, action)
    assert not isinstance(action, Report), "reports are no deeds of the user's"
    assert_never(action)


def _with_plan(state: State, action: PlanAction) -> State:
    """The state after what changes what is to be done."""
    if isinstance(action, HistoryAction):
        return _through_history(state, action)
    if isinstance(action, SeriesAction):
        return with_series(state, action)
    if isinstance(action, MoveCommit) and state.screen is Screen.SERIES:
        return after_commit_move(state, action.by)
    if isinstance(action, Own) and state.screen is Screen.MESSAGES:
        return with_commits(state, action)
    return _with_commit(state, action)


def _with_commit(state: State, action: OpenedAction) -> State:
    """The state after what changes the plan of the commit that is open."""
    refuse_none_open(state)
    if isinstance(action, PieceAction):
        return with_pieces(state, action)
    if isinstance(action, CommitAction):
        return with_commits(state, action)
    if isinstance(action, ChangeCount):
        return with_next_cut(state, action.by)
    if isinstance(action, SetContent):
        return with_file_content(state, action)
    assert_never(action)


def _through_history(state: State, action: HistoryAction) -> State:
    match action:
        case Undo():
            return after_undo(state)
        case Redo():
            return after_redo(state)
        case _:
            assert_never(action)


def _with_view(state: State, action: ViewAction) -> State:
    """The state after what changes where one looks."""
    if isinstance(action, ScreenAction):
        return on_screen(state, action)
    if state.screen in LISTS:
        return after_list_move(state, action)
    refuse_none_open(state)
    if isinstance(action, CursorAction):
        return after_move(state, action)
    if isinstance(action, MarkAction):
        return after_mark(state, action)
    assert_never(action)
