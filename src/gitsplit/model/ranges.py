"""Neighbours in a todo list as one range: what is to become of each is in its plan.

Commits that were moved, split, reworded, squashed or dropped are so in the range's
plan, too. No commit is done again on another tree there, so nothing conflicts; where a
replay would have been clean, the trees are the same but for a few in a hundred thousand
(``docs/weave.md``).
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from gitsplit.errors import ActionRefused
from gitsplit.model.diff import FileChange, sort_key
from gitsplit.model.encoding import message_in_utf8
from gitsplit.model.objects import Oid
from gitsplit.model.plan import (
    DROPPED,
    Plan,
    changes_in_range,
    plan_at_home,
    with_files_for_lines,
    with_groups_merged,
    with_message,
)
from gitsplit.model.series import Series, SourceCommit
from gitsplit.model.todo import Entry, Todo, refuse_broken_range

SquashMessage = Callable[[bytes, SourceCommit], bytes]
"""The message of a commit and of one that is squashed into it, as one."""


def closed_stretch(series: Series, todo: Todo, places: range) -> range:
    """The fewest entries around these that have the place that they had in the series.

    In any order: before and after them are the commits that were there.
    """
    at_first = {commit.oid: number for number, commit in enumerate(series.commits)}
    own = [[at_first[commit.oid] for commit in e.commits] for e in todo.entries]
    start, stop = places.start, places.stop
    while True:
        before = sum(map(len, own[:start]))
        found = [number for numbers in own[start:stop] for number in numbers]
        end = max(before + len(found), 1 + max(found))
        wanted = range(min(before, *found), end)
        needed = [at for at, numbers in enumerate(own) if numbers[0] in wanted]
        if needed[0] >= start and needed[-1] < stop:
            return range(start, stop)
        start, stop = min(start, needed[0]), max(stop, needed[-1] + 1)


def with_range(
    series: Series,
    todo: Todo,
    stretch: range,
    changes: Mapping[Oid, tuple[FileChange, ...]],
    squash_message: SquashMessage,
) -> Todo:
    """The list in which these entries are one range, split as they were to become.

    ``changes`` are those of each of their commits. Raises InvalidPlan where a range
    can't have them, and ActionRefused where all are dropped.
    """
    entries = todo.entries[stretch.start : stretch.stop]
    order = {commit.oid: number for number, commit in enumerate(series.commits)}
    commits = sorted(
        (commit for entry in entries for commit in entry.commits),
        key=lambda commit: order[commit.oid],
    )
    refuse_broken_range(series, commits)
    if all(entry.action == "drop" for entry in entries):
        raise ActionRefused("All these commits are dropped.", hint="p keeps one.")
    plan = _joined_plan(entries, commits, changes, squash_message)
    made = Entry(commits[0], "split", plan=plan, rest=tuple(commits[1:]))
    return Todo((*todo.entries[: stretch.start], made, *todo.entries[stretch.stop :]))


def _joined_plan(
    entries: Sequence[Entry],
    commits: Sequence[SourceCommit],
    changes: Mapping[Oid, tuple[FileChange, ...]],
    squash_message: SquashMessage,
) -> Plan:
    """The plan in which each of the entries has its groups, in their order."""
    everything = changes_in_range([changes[commit.oid] for commit in commits])
    place = {commit.oid: number for number, commit in enumerate(commits)}
    made = Plan(everything, (), (), (), (None,) * len(commits))
    for entry in entries:
        plan, at = _own_plan(entry, changes), place[entry.oid]
        file = sum(change.commit < at for change in everything)
        made = _with_part(made, plan, at, file, is_kept=entry.action != "drop")
    pairs = zip(made.edits, made.group_of, strict=True)
    edits, group_of = zip(
        *sorted(pairs, key=lambda each: sort_key(each[0])), strict=True
    )
    sorted_plan = replace(made, edits=edits, group_of=group_of)
    return with_files_for_lines(_with_squashed(sorted_plan, entries, squash_message))


def _with_part(
    made: Plan, part: Plan, commit: int, file: int, *, is_kept: bool
) -> Plan:
    """The plan with that of its commits from ``commit`` on, whose files begin there.

    Its groups come after those that there are; where it isn't kept, all is dropped.
    """
    at = len(made.groups)
    edits = tuple(replace(edit, file=edit.file + file) for edit in part.edits)
    grown = replace(made, edits=made.edits + edits)
    if not is_kept:
        return replace(grown, group_of=made.group_of + (DROPPED,) * len(edits))
    heirs = [*made.continued_by]
    for number, heir in enumerate(part.continued_by, commit):
        heirs[number] = None if heir is None else heir + at
    shifted = (
        replace(o, group=o.group + at, file=o.file + file) for o in part.overrides
    )
    return replace(
        grown,
        group_of=made.group_of
        + tuple(g if g == DROPPED else g + at for g in part.group_of),
        groups=made.groups + part.groups,
        continued_by=tuple(heirs),
        overrides=tuple(sorted((*made.overrides, *shifted))),
    )


def _own_plan(entry: Entry, changes: Mapping[Oid, tuple[FileChange, ...]]) -> Plan:
    """The plan of an entry for itself."""
    if entry.action == "split" and entry.plan is not None:
        return entry.plan
    message = entry.message if entry.action == "reword" else None
    own = message_in_utf8(entry.commit.raw) if message is None else message
    return plan_at_home([changes[entry.oid]], [own])


def _with_squashed(
    plan: Plan, entries: Sequence[Entry], squash_message: SquashMessage
) -> Plan:
    """The plan in which the groups of squashed entries are in those before them."""
    at = len(plan.groups)
    for entry in reversed(entries):
        if entry.action == "drop":
            continue
        is_split = entry.action == "split" and entry.plan is not None
        at -= len(entry.plan.groups) if is_split and entry.plan else 1
        if entry.action not in ("squash", "fixup"):
            continue
        if not at:
            raise ActionRefused(
                f"{entry.commit.in_words} is squashed into a commit before these.",
                hint="Begin with that one.",
            )
        into = plan.groups[at - 1]
        message = into.message
        if entry.action == "squash":
            both = squash_message(message, entry.commit)
            message = both if entry.message is None else entry.message
        plan = with_groups_merged(plan, at, at - 1)
        plan = with_message(plan, at - 1, message, is_proposed=into.is_proposed)
    return plan
