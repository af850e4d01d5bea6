"""The diff and the size of each new commit, also where its files were edited by hand.

The diff of an edited commit doesn't follow from the plan's hunks: it is computed
between the files before and after the commit, by the state's ``hunks_between``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import File, FileChange, edits_of
from gitsplit.model.memo import memo
from gitsplit.model.plan import Plan
from gitsplit.model.states import states_in
from gitsplit.tui.diff.commit_rows import CommitRows, CommitRowsCache
from gitsplit.tui.diff.rows import diff_rows
from gitsplit.tui.state.app_state import HunksBetween, State
from gitsplit.tui.state.new_commits import Count, Size, Sizes, plan_sizes


@dataclass(frozen=True, slots=True)
class ActualCommit:
    """A new commit's diff and size, and the plan and group that they are about.

    Where ``is_edited``, that is a plan of this commit alone, computed from its files;
    else the screen's. ``written`` are the files that were edited in it by hand.
    """

    plan: Plan
    group: int
    size: Size
    rows: CommitRows
    is_edited: bool = False
    written: frozenset[int] = frozenset()

    def row_of_file(self, file: int) -> int:
        """The row of the file's header; the first row where it has none."""
        blocks = self.rows.rows.by_file.get(file)
        found = self.rows.rows_of_block(blocks.start) if blocks else range(0)
        return max(0, found.stop - 1) if found else 0


def is_edited(plan: Plan, group: int) -> bool:
    """Whether the commit, or the one before it, has what was written by hand."""
    return bool(plan.overrides) and bool(_edited_files(plan, group))


def _edited_files(plan: Plan, group: int) -> set[int]:
    """The files with a content of their own before or after the commit."""
    if not plan_sizes(plan)[group].pieces:
        return set()
    sides = (group, _group_before(plan, group))
    return {override.file for override in plan.overrides if override.group in sides}


def _group_before(plan: Plan, group: int) -> int:
    """The group of the commit before; -1 for the first, as empty ones aren't made."""
    sizes = plan_sizes(plan)
    return next((g for g in range(group - 1, -1, -1) if sizes[g].pieces), -1)


_PREVIEWS: Final = CommitRowsCache()  # gives the same as if it kept nothing


def actual_commit(state: State, group: int) -> ActualCommit:
    """The commit of ``group`` as it will be."""
    plan = state.plan
    if is_edited(plan, group):
        return _edited_commits(plan, state.hunks_between)(group)
    rows = _PREVIEWS.rows(plan, state.rows, group)
    return ActualCommit(plan, group, plan_sizes(plan)[group], rows)


def commit_sizes(state: State) -> Sizes:
    """The size of each commit as it will be, and of what is dropped.

    Pieces are counted where they were sent.
    """
    plan = state.plan
    commit = _edited_commits(plan, state.hunks_between)
    groups = [group for group in range(len(plan.groups)) if is_edited(plan, group)]
    return {**plan_sizes(plan), **{group: commit(group).size for group in groups}}


@memo
def _edited_commits(
    plan: Plan, hunks_between: HunksBetween
) -> Callable[[int], ActualCommit]:
    """The commits that were edited; each is found once."""
    return cache(lambda group: _edited_commit(plan, group, hunks_between))


def sizes_in(plan: Plan, hunks_between: HunksBetween) -> Sizes:
    """What :func:`commit_sizes` says, of any plan; it is counted anew."""
    sizes = Count()(plan)
    groups = [group for group in range(len(plan.groups)) if is_edited(plan, group)]
    return {**sizes, **{g: _edited_commit(plan, g, hunks_between).size for g in groups}}


def _edited_commit(plan: Plan, group: int, hunks_between: HunksBetween) -> ActualCommit:
    """The commit as the files before and after it are."""
    files = _edited_files(plan, group) | plan_sizes(plan)[group].files.keys()
    changes = list(plan.changes)
    edits = []
    for file, change in _changes(plan, group, sorted(files), hunks_between):
        changes[file] = change
        edits += [replace(edit, file=file) for edit in edits_of((change,))]
    alone = Plan(
        tuple(changes), tuple(edits), (0,) * len(edits), (plan.groups[group],), 0
    )
    rows = CommitRowsCache().rows(alone, diff_rows(alone.changes, alone.edits), 0)
    size = replace(Count()(alone)[0], pieces=plan_sizes(plan)[group].pieces)
    written = frozenset(o.file for o in plan.overrides if o.group == group)
    return ActualCommit(alone, 0, size, rows, is_edited=True, written=written)


def _changes(
    plan: Plan, group: int, files: list[int], hunks_between: HunksBetween
) -> Iterator[tuple[int, FileChange]]:
    """What the commit does to each of these files, if anything."""
    for file in files:
        try:
            before, after = states_in(plan, file, (_group_before(plan, group), group))
        except InvalidPlan:
            continue  # the preview says why this can't be written
        if before != after:
            yield file, _change(plan.changes[file], before, after, hunks_between)


def _change(
    change: FileChange,
    before: File | None,
    after: File | None,
    hunks_between: HunksBetween,
) -> FileChange:
    """The change from one state of a file to another."""
    if not change.by_lines:
        return FileChange(before, after, by_lines=False)
    old, new = ((side and side.content) or b"" for side in (before, after))
    return FileChange(before, after, hunks_between(old, new))
