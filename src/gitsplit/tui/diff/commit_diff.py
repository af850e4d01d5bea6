"""What commits really are where somebody wrote into them by hand.

The diff of such a commit can't be read off the plan: it is that between the files
before and after it, found anew by the function that the screen was given for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import File, FileChange, edits_of
from gitsplit.model.plan import Plan
from gitsplit.model.states import states_in
from gitsplit.tui.diff.blocks import diff_rows
from gitsplit.tui.diff.commit_rows import CommitRows, Previews
from gitsplit.tui.state.app_state import HunksBetween, State
from gitsplit.tui.state.sizes import Count, Size, Sizes, plan_sizes


@dataclass(frozen=True, slots=True)
class ActualCommit:
    """The commit of a group: its diff, its size, and the plan that these speak of.

    That is the screen's plan, or one in which this commit is ``group`` and all of it.
    ``is_edited`` says that it was not to be read off the screen's plan; in the files
    ``written`` it has what was written by hand.
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


@dataclass(slots=True)
class ActualCommits:
    """The commits of a state; those that were edited are found once for each plan."""

    _previews: Previews = field(default_factory=Previews)
    _plan: Plan | None = None
    _hunks_between: HunksBetween | None = None
    _edited: dict[int, ActualCommit] = field(default_factory=dict)

    def commit(self, state: State, group: int) -> ActualCommit:
        """The commit of ``group`` as it will be."""
        plan = state.plan
        if is_edited(plan, group):
            return self._edited_commit(state, group)
        size = plan_sizes(plan)[group]
        rows = self._previews.rows(plan, state.rows, group)
        return ActualCommit(plan, group, size, rows)

    def sizes(self, state: State) -> Sizes:
        """The sizes of the commits; their pieces are those that were sent to them."""
        sizes, plan = plan_sizes(state.plan), state.plan
        groups = [group for group in range(len(plan.groups)) if is_edited(plan, group)]
        if not groups:
            return sizes
        edited = {group: self._edited_commit(state, group).size for group in groups}
        return {**sizes, **edited}

    def _edited_commit(self, state: State, group: int) -> ActualCommit:
        if (
            state.plan is not self._plan
            or state.hunks_between is not self._hunks_between
        ):
            self._hunks_between = state.hunks_between
            self._plan, self._edited = state.plan, {}
        if group not in self._edited:
            self._edited[group] = _edited_commit(state.plan, group, state.hunks_between)
        return self._edited[group]


_ACTUAL: Final = ActualCommits()  # gives the same as if it kept nothing


def actual_commit(state: State, group: int) -> ActualCommit:
    """The commit of ``group`` as it will be."""
    return _ACTUAL.commit(state, group)


def commit_sizes(state: State) -> Sizes:
    """The size of each commit as it will be, and of what is dropped."""
    return _ACTUAL.sizes(state)


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
    rows = Previews().rows(alone, diff_rows(alone.changes, alone.edits), 0)
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
