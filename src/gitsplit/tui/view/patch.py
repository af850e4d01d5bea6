"""The diff of a commit as text, for the editor of its message: as ``git commit -v``.

Files with what changes in them come first, then the diff in git's form, by which
editors know how to colour it. Of a large commit it is the beginning.
"""

from collections.abc import Iterable
from itertools import islice

from gitsplit.model.diff import FileChange
from gitsplit.model.escape import printable
from gitsplit.model.listing import line_counts, quantity
from gitsplit.model.objects import Oid
from gitsplit.model.patch import file_patch
from gitsplit.tui.state.app_state import (
    ONE_COMMIT,
    HunksBetween,
    Screen,
    State,
    entries_of,
)
from gitsplit.tui.state.commit_diff import (
    ActualCommit,
    actual_commit,
    commit_changes,
    commit_of_plan,
)
from gitsplit.tui.state.message_rows import commit_at_cursor

MOST_FILES = 100
MOST_LINES = 2_000
"""So many files and lines of the diff are shown."""

LONGEST = 1_000
"""So many bytes of a line are shown."""


def patch_at_cursor(state: State) -> bytes:
    """The diff of the commit whose message is edited next; empty if it isn't known."""
    if state.screen in ONE_COMMIT:
        return patch_of_new(actual_commit(state, state.focus), state.hunks_between)
    if state.screen is not Screen.MESSAGES:
        return _patch_of_whole(state, state.chosen)
    commit = commit_at_cursor(state)
    if commit.joined:
        return b""
    if commit.group is None or commit.entry.plan is None:
        return _patch_of_whole(state, commit.entry.oid)
    made = commit_of_plan(commit.entry.plan, commit.group, state.hunks_between)
    return patch_of_new(made, state.hunks_between)


def patch_of_new(commit: ActualCommit, hunks_between: HunksBetween) -> bytes:
    """The diff of a new commit, as it will be."""
    files = sorted(commit.size.files)
    changes = commit_changes(commit.plan, commit.group, files, hunks_between)
    counts = {file: size.lines for file, size in commit.size.files.items()}
    named = ((commit.plan.changes[file].path, said) for file, said in counts.items())
    return _patch(named, (change for _, change in changes), len(commit.rows))


def _patch_of_whole(state: State, oid: Oid) -> bytes:
    """The diff of a commit of the series that is all its own, where it was read."""
    found = state.read.get(oid)
    is_its_own = entries_of(state.todo)[oid].action in ("pick", "reword", "split")
    if found is None or not len(found.rows) or not is_its_own:
        return b""
    counts = (
        line_counts(
            sum(len(hunk.new) for hunk in change.hunks),
            sum(len(hunk.old) for hunk in change.hunks),
        )
        for change in found.changes
    )
    named = zip((change.path for change in found.changes), counts, strict=True)
    return _patch(named, found.changes, len(found.rows))


def _patch(
    counts: Iterable[tuple[bytes, str]], changes: Iterable[FileChange], rows: int
) -> bytes:
    """The files with their counts, and the diff, which has about so many lines."""
    names = [f"{printable(path)}  {said}" for path, said in counts]
    listed = names[:MOST_FILES]
    if len(names) > MOST_FILES:
        listed.append(f"… {quantity(len(names) - MOST_FILES, 'file')} more")
    lines = (line for change in changes for line in file_patch(change))
    shown = [_short(line) for line in islice(lines, MOST_LINES)]
    if next(lines, None) is not None:
        shown.append(f"… {quantity(max(rows - MOST_LINES, 1), 'line')} more\n".encode())
    files = "".join(f"{name}\n" for name in listed).encode()
    return b"%s\n%s" % (files, b"".join(shown))


def _short(line: bytes) -> bytes:
    """The line; of a very long one the beginning."""
    return line if len(line) <= LONGEST else line[:LONGEST] + b" \xe2\x80\xa6\n"
