"""The commits of the series as they are: what each did, read while one looks at it.

The lower half of the series, and a page of its own, show the message of the selected
commit, its files, and its diff: a few lines above the rows, whatever the width.
"""

from msgspec.structs import replace

from gitsplit.model.diff import FileChange, TextEdit, edits_of
from gitsplit.model.memo import memo
from gitsplit.model.objects import Oid
from gitsplit.tui.diff.rows import FoldKey, diff_rows
from gitsplit.tui.state.app_state import ReadCommit, Screen, State, entries_of

_MOST_READ = 16
_NOT_IN_PASSING = ("large", "not fetched")


def commit_to_read(state: State) -> Oid | None:
    """The commit of the series that is to be read now, as it is looked at.

    Large ones are read for a page of their own only.
    """
    if state.screen not in (Screen.SERIES, Screen.ORIGINAL) or original_of(state):
        return None
    estimate = state.estimates.get(state.chosen)
    is_large = estimate is not None and estimate.why_not in _NOT_IN_PASSING
    return None if is_large and state.screen is Screen.SERIES else state.chosen


def original_of(state: State) -> ReadCommit | None:
    """What the selected commit does, as far as it is read."""
    found = state.read.get(state.chosen)
    if found is None or found.rows.context == state.read_context:
        return found
    return _with_rows(found, state.read_context)


def read_commit(changes: tuple[FileChange, ...]) -> ReadCommit:
    """The rows of what a commit did, nothing folded."""
    edits = edits_of(changes)
    texts = [edit for edit in edits if isinstance(edit, TextEdit)]
    unfolded = frozenset(
        FoldKey(edit, is_old) for edit in texts for is_old in (True, False)
    )
    return ReadCommit(changes, diff_rows(changes, edits, unfolded))


@memo
def _with_rows(found: ReadCommit, context: int) -> ReadCommit:
    """The same with so many unchanged lines around hunks."""
    if not len(found.rows):
        return found
    rows = found.rows
    shown = diff_rows(found.changes, rows.edits, rows.unfolded, context)
    return replace(found, rows=shown)


def with_read_commit(state: State, commit: Oid, found: ReadCommit) -> State:
    """The state that knows what a commit does; the oldest others are forgotten."""
    kept = [*state.read.items()][1 - _MOST_READ :]
    return replace(state, read={**dict(kept), commit: found})


def message_lines_of(state: State) -> list[bytes]:
    """The message of the selected commit, in lines."""
    return entries_of(state.todo)[state.chosen].commit.raw.message.splitlines()


def original_name(state: State) -> str:
    """What the lower half of the series shows: of several commits the first."""
    count = len(entries_of(state.todo)[state.chosen].commits)
    which = f", the first of {count}," if count > 1 else ""
    return f"{state.chosen[:7]}{which} as it is"


def head_height(state: State) -> int:
    """How many lines stand above the diff: the message, then files if several."""
    found = original_of(state)
    files = len(found.rows.by_file) if found else 0
    return len(message_lines_of(state)) + 1 + (files + 1 if files > 1 else 0)


def original_height(state: State) -> int:
    """How many lines the selected commit has, its message and its diff."""
    found = original_of(state)
    return head_height(state) + max(1, len(found.rows) if found else 0)
