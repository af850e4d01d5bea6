"""What becomes of the commits: their order, number, messages and owner."""

from dataclasses import replace
from typing import assert_never

from gitsplit.errors import ActionRefused
from gitsplit.model.plan import (
    merged_groups,
    moved_group,
    with_message,
    without_group,
)
from gitsplit.model.todo import Entry
from gitsplit.tui.state.app_state import Screen, State, entries_of
from gitsplit.tui.state.new_commits import Address, home_of, message_of
from gitsplit.tui.state.undo import with_plan, with_step
from gitsplit.tui.update.actions import (
    CommitAction,
    Focus,
    FocusOn,
    MergeInto,
    MoveCommit,
    Own,
    SetMessage,
)
from gitsplit.tui.update.messages import (
    Text,
    commit_at_cursor,
    commit_name,
    step_about,
    with_messages,
)
from gitsplit.tui.update.split import implied_words


def with_commits(state: State, action: CommitAction) -> State:
    """The state in which the commits are as the action says."""
    match action:
        case Focus(by):
            return with_focus(state, (state.focus + by) % len(state.plan.groups))
        case FocusOn(group):
            return with_focus(state, group)
        case MoveCommit(by):
            return _after_move(state, state.focus + by)
        case MergeInto():
            return _after_merge(state)
        case Own():
            return _with_owner(state)
        case SetMessage(group, message):
            where = Address(state.target.commit, home_of(state.plan, group))
            return with_messages(state, [Text(where, message)])
        case _:
            assert_never(action)


def with_focus(state: State, group: int) -> State:
    """The state with ``group`` in focus, and viewed where a commit is viewed."""
    if not 0 <= group < len(state.plan.groups):
        raise ActionRefused(
            f"There is no commit {group + 1}.", hint="+ makes a new one."
        )
    scroll = 0 if state.screen is Screen.COMMIT else state.scroll
    status = f"selected commit {group + 1}"
    if state.screen is Screen.COMMIT:
        status = f"commit {group + 1} as it will be"
    return replace(state, focus=group, viewed=group, scroll=scroll, status=status)


def _after_move(state: State, to: int) -> State:
    """The commit in focus at place ``to``, still in focus."""
    if not 0 <= to < len(state.plan.groups):
        end = "first" if to < 0 else "last"
        raise ActionRefused(f"Already the {end} commit.")
    plan = moved_group(state.plan, state.focus, to)
    deed = f"commit {state.focus + 1} is now commit {to + 1}"
    deed += implied_words(state.plan, plan)
    return replace(with_plan(state, plan, deed), focus=to, viewed=to)


def _after_merge(state: State) -> State:
    """The commit in focus merged into its neighbour, which is in focus then."""
    source = state.focus
    into = source - 1 if source else 1
    if len(state.plan.groups) == 1:
        raise ActionRefused("There is only one commit.", hint="+ makes another.")
    if source not in state.plan.group_of and source != state.plan.owner:
        plan = without_group(state.plan, source)
        deed = f"removed the empty commit {source + 1}"
    else:
        plan = merged_groups(state.plan, source, into)
        deed = f"merged commit {source + 1} into {into + 1}"
    left = min(source, into)
    return replace(with_plan(state, plan, deed), focus=left, viewed=left)


def _with_owner(state: State) -> State:
    """The commit in focus, or at the cursor of the messages, as the owner."""
    where = _new_commit_at_hand(state)
    entry = entries_of(state.todo)[where.commit]
    if where.group is None or entry.plan is None:
        kept = (
            "its Change-Id" if where.commit in state.whole.change_ids else "all it is"
        )
        raise ActionRefused(f"{where.commit[:7]} isn't split: it keeps {kept}.")
    name = commit_name(state, where)
    if entry.plan.owner == where.group:
        return replace(state, status=f"{name} already {_keeps(state, entry)}")
    # The message that it has by now, also where an empty owner has left it that.
    message = message_of(entry.plan, where.group)
    plan = replace(with_message(entry.plan, where.group, message), owner=where.group)
    step = step_about(state, where, f"{name} {_keeps(state, entry)}")
    return with_step(state, state.todo.with_entry(replace(entry, plan=plan)), step)


def _new_commit_at_hand(state: State) -> Address:
    """The new commit in focus, or at the cursor of the messages."""
    if state.screen is not Screen.MESSAGES:
        return Address(state.target.commit, state.focus)
    commit = commit_at_cursor(state)
    return Address(commit.entry.oid, commit.group)


def _keeps(state: State, entry: Entry) -> str:
    has_id = entry.oid in state.whole.change_ids
    return "keeps the Change-Id" if has_id else "continues the original"
