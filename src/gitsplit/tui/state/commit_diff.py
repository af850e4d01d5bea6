"""The size and the diff of each new commit of the plan, as it will be.

Where files were edited by hand, neither follows from the plan's hunks, and in a range
the diff doesn't: the commit is compared anew with the one before it, file by file, by
the state's ``hunks_between``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import Edit, FileChange, TextEdit, change_between, edits_of
from gitsplit.model.listing import line_counts
from gitsplit.model.memo import memo
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.model.states import states_in
from gitsplit.tui.diff.commit_rows import CommitRows, CommitRowsCache
from gitsplit.tui.diff.common_ends import common_ends, common_ends_of_both
from gitsplit.tui.diff.rows import diff_rows
from gitsplit.tui.state.app_state import HunksBetween, State, entries_of


class Size(Struct):
    """How many edits, added and removed lines; in a commit, also for each file."""

    pieces: int = 0
    added: int = 0
    removed: int = 0
    files: "dict[int, Size]" = field(default_factory=dict)

    @property
    def lines(self) -> str:
        """Added and removed lines as in ``git diff --shortstat``: ``+2 -1``."""
        return line_counts(self.added, self.removed)


Sizes = dict[int, Size]
"""The size of each group, empty ones too, and of DROPPED where it has edits."""


class SizeCounter:
    """Counts the sizes of a plan's commits, starting from those of the last plan.

    Only edits that changed or moved are counted; the result is as if all were.
    """

    def __init__(self) -> None:
        self._last: tuple[Plan, Sizes] | None = None

    def __call__(self, plan: Plan) -> Sizes:
        """The sizes of the plan's commits."""
        if self._last is None or self._last[0].changes is not plan.changes:
            self._last = (plan, _sizes_of(plan))
        elif self._last[0] is not plan:
            self._last = (plan, _sizes_after(*self._last, plan))
        return self._last[1]


plan_sizes = SizeCounter()


Members = Sequence[tuple[Edit, int]]
"""Edits, each with its group."""


def _sizes_of(plan: Plan) -> Sizes:
    """The sizes, each edit counted."""
    sizes = {group: Size() for group in range(len(plan.groups))}
    _add_to_sizes(plan, sizes, tuple(zip(plan.edits, plan.group_of, strict=True)))
    return sizes


def _sizes_after(before: Plan, sizes: Sizes, plan: Plan) -> Sizes:
    """The sizes of ``plan``, from those of ``before`` and the edits that differ."""
    sizes, groups = _renumbered(before, sizes, plan)
    alike = common_ends_of_both(
        common_ends(before.edits, plan.edits), common_ends(groups, plan.group_of)
    )
    if 2 * (len(plan.edits) - alike.front - alike.back) > len(plan.edits):
        return _sizes_of(plan)
    gone, come = (
        tuple(zip(alike.middle(edits), alike.middle(group_of), strict=True))
        for edits, group_of in ((before.edits, groups), (plan.edits, plan.group_of))
    )
    found = _with_copies(plan, sizes, (*gone, *come))
    _add_to_sizes(plan, found, gone, -1)
    _add_to_sizes(plan, found, come)
    return {
        group: size
        for group, size in found.items()
        if size.pieces or group in range(len(plan.groups))
    }


def _renumbered(before: Plan, sizes: Sizes, plan: Plan) -> tuple[Sizes, Sequence[int]]:
    """The sizes and groups of ``before``, by the numbers of its groups in ``plan``.

    A group that is gone has one below 0.
    """
    if len(before.groups) == len(plan.groups):
        return sizes, before.group_of
    place_of = {id(group): place for place, group in enumerate(plan.groups)}
    place = {
        number: place_of.pop(id(group), -1 - number)
        for number, group in enumerate(before.groups)
    }
    place[DROPPED] = DROPPED
    found = {group: Size() for group in range(len(plan.groups))}
    found.update({place[group]: size for group, size in sizes.items()})
    return found, tuple(map(place.__getitem__, before.group_of))


def _with_copies(plan: Plan, sizes: Sizes, members: Members) -> Sizes:
    """The sizes, with copies of those in which these edits are counted."""
    found = dict(sizes)
    for group in {group for _, group in members} & sizes.keys():
        found[group] = replace(sizes[group], files=dict(sizes[group].files))
    for group, file in {(g, plan.first_change(edit.file)) for edit, g in members}:
        if group in sizes and file in sizes[group].files:
            found[group].files[file] = replace(sizes[group].files[file])
    return found


def _add_to_sizes(plan: Plan, sizes: Sizes, members: Members, by: int = 1) -> None:
    """Count each edit for its group and its file, or no longer where ``by`` is -1."""
    for (group, file), run in groupby(members, lambda each: (each[1], each[0].file)):
        edits = [edit for edit, _ in run]
        texts = [edit for edit in edits if isinstance(edit, TextEdit)]
        added = sum(len(edit.new) for edit in texts)
        removed = sum(len(edit.old) for edit in texts)
        size = sizes.setdefault(group, Size())
        file = plan.first_change(file)
        part = size.files.setdefault(file, Size())
        for counted in (size, part):
            counted.pieces += by * len(edits)
            counted.added += by * added
            counted.removed += by * removed
        if not part.pieces:
            del size.files[file]


def unshown_edits_of(state: State) -> Mapping[int, int]:
    """How many lines of each edit of the open range never show."""
    if not state.plan.is_woven:
        return {}
    from gitsplit.model.shown import unshown_edits  # not to open with

    return unshown_edits(entries_of(state.todo)[state.target.commit], state.plan)


class ActualCommit(Struct, frozen=True):
    """The diff and size of a new commit, and the plan and group that they are of.

    Where ``is_edited``, it is a plan of this commit alone, made by comparing its files.
    ``edited_files`` are those that were edited in it by hand.
    """

    plan: Plan
    group: int
    size: Size
    rows: CommitRows
    is_edited: bool = False
    edited_files: frozenset[int] = frozenset()

    def row_of_file(self, file: int) -> int:
        """The row of the file's header; the first row where it has none."""
        blocks = self.rows.rows.by_file.get(file)
        found = self.rows.rows_of_block(blocks.start) if blocks else range(0)
        return max(0, found.stop - 1) if found else 0


def is_edited(plan: Plan, group: int) -> bool:
    """Whether a file was edited by hand in the commit or in the one before it."""
    return bool(plan.overrides) and bool(_files_with_overrides(plan, group))


def _files_with_overrides(plan: Plan, group: int) -> set[int]:
    """The files with a content of their own before or after the commit."""
    if not plan_sizes(plan)[group].pieces:
        return set()
    sides = (group, _group_before(plan, group))
    return {override.file for override in plan.overrides if override.group in sides}


def _group_before(plan: Plan, group: int) -> int:
    """The group of the commit before; -1 for the first, as empty ones aren't made."""
    sizes = plan_sizes(plan)
    return next((g for g in range(group - 1, -1, -1) if sizes[g].pieces), -1)


_ROWS: Final = CommitRowsCache()  # gives the same as if it kept nothing


def actual_commit(state: State, group: int) -> ActualCommit:
    """The diff and size of the commit of ``group``."""
    plan = state.plan
    if plan.is_woven or is_edited(plan, group):
        return _commits_from_files(plan, state.hunks_between)(group)
    rows = _ROWS.rows(plan, state.rows, group)
    return ActualCommit(plan, group, plan_sizes(plan)[group], rows)


def commit_sizes(state: State) -> Sizes:
    """The size of each commit as it will be, and of what is dropped.

    Pieces are counted where they were sent.
    """
    return _sizes_as_composed(state.plan, state.hunks_between)


@memo
def _sizes_as_composed(plan: Plan, hunks_between: HunksBetween) -> Sizes:
    return _with_composed_lines(plan, plan_sizes(plan), hunks_between)


@memo
def _commits_from_files(
    plan: Plan, hunks_between: HunksBetween
) -> Callable[[int], ActualCommit]:
    """The commits that were edited; each is found once."""
    return cache(lambda group: commit_of_plan(plan, group, hunks_between))


def sizes_in(plan: Plan, hunks_between: HunksBetween) -> Sizes:
    """The sizes as of :func:`commit_sizes`, of a plan that isn't open; counted anew."""
    return _with_composed_lines(plan, SizeCounter()(plan), hunks_between)


def _with_composed_lines(
    plan: Plan, sizes: Sizes, hunks_between: HunksBetween
) -> Sizes:
    """The sizes, with the lines that show of files whose states are composed."""
    if not (plan.is_woven or plan.overrides):
        return sizes
    from gitsplit.model.shown import ChangedLines, composed_lines  # not to open with

    found = dict(sizes)
    for (group, file), lines in composed_lines(plan, hunks_between).items():
        if found[group] is sizes[group]:
            found[group] = replace(sizes[group], files=dict(sizes[group].files))
        size = found[group]
        part = size.files.pop(file, Size())
        removed, added = map(len, lines or ChangedLines())
        size.added += added - part.added
        size.removed += removed - part.removed
        if lines is not None:
            size.files[file] = replace(part, added=added, removed=removed)
    return found


def commit_of_plan(plan: Plan, group: int, hunks_between: HunksBetween) -> ActualCommit:
    """The commit, by comparing its files with those of the commit before."""
    touched = _files_with_overrides(plan, group) | plan_sizes(plan)[group].files.keys()
    files = {plan.first_change(file) for file in touched}
    # Each change is of a file of its own there.
    changes = [replace(c, commit=0) if c.commit else c for c in plan.changes]
    edits = []
    for file, change in commit_changes(plan, group, sorted(files), hunks_between):
        changes[file] = change
        edits += [replace(edit, file=file) for edit in edits_of((change,))]
    alone = Plan(
        tuple(changes), tuple(edits), (0,) * len(edits), (plan.groups[group],), (0,)
    )
    rows = CommitRowsCache().rows(alone, diff_rows(alone.changes, alone.edits), 0)
    size = replace(SizeCounter()(alone)[0], pieces=plan_sizes(plan)[group].pieces)
    edited = frozenset(o.file for o in plan.overrides if o.group == group)
    return ActualCommit(alone, 0, size, rows, is_edited=True, edited_files=edited)


def commit_changes(
    plan: Plan, group: int, files: list[int], hunks_between: HunksBetween
) -> Iterator[tuple[int, FileChange]]:
    """What the commit does to each of these files, if anything."""
    for file in files:
        try:
            before, after = states_in(plan, file, (_group_before(plan, group), group))
        except InvalidPlan:
            continue  # the preview says why this can't be written
        if before != after:
            by_lines = all(each.by_lines for each in plan.thread(file).changes)
            yield (
                file,
                change_between(before, after, hunks_between, by_lines=by_lines),
            )
