"""Editing while splitting: a file is written anew as of the commit in focus."""

from dataclasses import replace

from gitsplit.errors import PlanRefused
from gitsplit.model.overrides import with_content, written
from gitsplit.tui.state.app_state import Request, State
from gitsplit.tui.state.undo import changed
from gitsplit.tui.update.actions import SetContent
from gitsplit.tui.view.text import shown


def editable(state: State, for_good: bool) -> State:
    """The state that asks for the editor on the file at the cursor.

    Raises PlanRefused where the commit in focus has no such file, or isn't written.
    """
    written_content(state)
    request = Request.EDIT_FILE_FOR_GOOD if for_good else Request.EDIT_FILE
    return replace(state, request=request)


def written_content(state: State) -> bytes:
    """The content of the file at the cursor as of the commit in focus.

    Raises PlanRefused where there is none to be edited.
    """
    if state.focus not in state.plan.group_of:
        raise PlanRefused(
            f"Commit {state.focus + 1} is empty, so it isn't written.",
            hint="Send it a piece first.",
        )
    return written(state.plan, state.focus, file_at_cursor(state))


def file_at_cursor(state: State) -> int:
    """The number of the file in which the cursor is."""
    return state.rows[state.cursor].segment.file


def rewritten(state: State, action: SetContent) -> State:
    """The state in which the file has the content that was written."""
    plan, group, file = state.plan, action.group, action.file
    if group >= len(plan.groups):
        raise PlanRefused(f"There is no commit {group + 1}.")
    path = shown(plan.changes[file].path)
    is_same = action.content == written(plan, group, file)
    merge = state.git.merge if action.for_good else None
    made = with_content(plan, group, file, action.content, merge)
    if made == plan or (is_same and not action.for_good):
        return replace(state, status=f"{path} stays as it is in commit {group + 1}")
    return changed(state, made, f"edited {path} in {_extent(state, action)}")


def _extent(state: State, action: SetContent) -> str:
    """In which commits the file is another now, and what becomes of the rest."""
    number, commits = action.group + 1, len(state.plan.groups)
    if number == commits:
        return f"{number}, the last: the final tree changes"
    if action.for_good:
        return f"{number} and all after: the final tree changes"
    return f"{number}; {number + 1} has it as before"
