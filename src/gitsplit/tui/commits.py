"""What becomes of the commits: their order, number, messages and owner."""

from dataclasses import replace
from typing import assert_never

from gitsplit.core.plan import merged_groups, moved_group, with_message, without_group
from gitsplit.errors import PlanRefused
from gitsplit.tui.actions import (
    CommitAction,
    Focus,
    FocusOn,
    Merge,
    MoveCommit,
    Own,
    SetMessage,
)
from gitsplit.tui.change import changed
from gitsplit.tui.implied import implied_words
from gitsplit.tui.state import Screen, State


def with_commits(state: State, action: CommitAction) -> State:
    """The state in which the commits are as the action says."""
    match action:
        case Focus(by):
            return focused(state, (state.focus + by) % len(state.plan.groups))
        case FocusOn(group):
            return focused(state, group)
        case MoveCommit(by):
            return _reordered(state, state.focus + by)
        case Merge():
            return _merged(state)
        case Own():
            return _owned(state)
        case SetMessage(group, message):
            return worded(state, group, message)
        case _:
            assert_never(action)


def focused(state: State, group: int) -> State:
    """The state with ``group`` in focus, and viewed where a commit is viewed."""
    if not 0 <= group < len(state.plan.groups):
        raise PlanRefused(f"There is no commit {group + 1}.", hint="+ makes a new one.")
    scroll = 0 if state.screen is Screen.COMMIT else state.scroll
    status = f"y and n are about commit {group + 1}"
    if state.screen is Screen.COMMIT:
        status = f"commit {group + 1} as it will be"
    return replace(state, focus=group, viewed=group, scroll=scroll, status=status)


def worded(state: State, group: int, message: bytes) -> State:
    """The state in which ``group`` has this message."""
    if not message.strip():
        raise PlanRefused("The message was empty.", hint="The old one stays.")
    if state.plan.groups[group].message == message:
        return replace(state, status=f"commit {group + 1} keeps its message")
    plan = with_message(state.plan, group, message)
    return changed(state, plan, f"commit {group + 1} has a new message")


def _reordered(state: State, to: int) -> State:
    """The commit in focus at place ``to``, still in focus."""
    if not 0 <= to < len(state.plan.groups):
        end = "first" if to < 0 else "last"
        raise PlanRefused(f"This is the {end} commit already.")
    plan = moved_group(state.plan, state.focus, to)
    deed = f"commit {state.focus + 1} is commit {to + 1} now"
    deed += implied_words(state.plan, plan)
    return replace(changed(state, plan, deed), focus=to, viewed=to)


def _merged(state: State) -> State:
    """The commit in focus merged into its neighbour, which is in focus then."""
    source = state.focus
    into = source - 1 if source else 1
    if len(state.plan.groups) == 1:
        raise PlanRefused("There is only this commit.", hint="+ makes another.")
    if source not in state.plan.group_of and source != state.plan.owner:
        plan = without_group(state.plan, source)
        deed = f"removed the empty commit {source + 1}"
    else:
        plan = merged_groups(state.plan, source, into)
        deed = f"merged commit {source + 1} into {into + 1}"
    left = min(source, into)
    return replace(changed(state, plan, deed), focus=left, viewed=left)


def _owned(state: State) -> State:
    """The commit in focus as the owner."""
    number = state.focus + 1
    has_ids = bool(state.target.change_id) or state.target.gives_change_ids
    what = "keeps the Change-Id" if has_ids else "stands for the original"
    if state.plan.owner == state.focus:
        return replace(state, status=f"commit {number} {what} already")
    plan = replace(state.plan, owner=state.focus)
    return changed(state, plan, f"commit {number} {what}")
