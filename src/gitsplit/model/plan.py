"""A plan: the ordered groups of one commit, and the one group that each edit is in.

Groups don't hold edits; each edit names its group. So "every edit is in exactly one
group, or dropped" (law 1) can't be broken, whatever is done to a plan. Groups are
numbered from 0 in the order of the commits they become.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from gitsplit.errors import ActionRefused
from gitsplit.model.content import Assignment, first_shown
from gitsplit.model.diff import Edit, Fact, FactEdit, FileChange, edits_by_file
from gitsplit.model.memo import memo
from gitsplit.model.weave import Thread, threads_of

DROPPED: Final = 2**63 - 1
"""The group of an edit that no commit takes: later than every commit."""

DropTo = Literal["worktree", "discard"]
"""Where dropped edits go: they stay in the files, not staged, or they are gone."""

_EXISTENCE = (Fact.CREATE, Fact.DELETE)


@dataclass(frozen=True, slots=True)
class Group:
    """A future commit: its message, and why its edits belong together."""

    message: bytes
    reason: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Override:
    """What somebody wrote a file to be as of ``group``, where the plan has another.

    ``file`` is the number of the first change of it. ``base`` is the content that the
    plan chooses there; where it has come to choose another, the override is to be made
    anew (:mod:`gitsplit.model.states`). What is ``lasting`` is meant for the groups
    after it too, which have overrides of their own for that.
    """

    group: int
    file: int
    content: bytes
    base: bytes
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The groups of one commit and where each of its edits goes.

    ``group_of[i]`` is the group of ``edits[i]``; edits are in the order of
    :func:`gitsplit.model.diff.edits_of`. ``owner`` is the group that keeps the
    original Change-Id; None where no group shall. ``overrides`` are in order, at most
    one of a file in a group.
    """

    changes: tuple[FileChange, ...]
    edits: tuple[Edit, ...]
    group_of: tuple[int, ...]
    groups: tuple[Group, ...]
    owner: int | None
    overrides: tuple[Override, ...] = ()

    def members(self, group: int) -> tuple[int, ...]:
        """The places in ``edits`` of the edits in ``group``."""
        return tuple(i for i, g in enumerate(self.group_of) if g == group)

    def edits_by_group(self) -> dict[int, list[Edit]]:
        """The edits of each group (and of DROPPED) that has any."""
        found: dict[int, list[Edit]] = {}
        for edit, group in zip(self.edits, self.group_of, strict=True):
            found.setdefault(group, []).append(edit)
        return found

    @property
    def threads(self) -> tuple[Thread, ...]:
        """Each file through the commits of the range, in the order of its changes."""
        return _threads(self.changes)

    def thread(self, file: int) -> Thread:
        """The thread that the change number ``file`` is of."""
        return self.threads[thread_of(self.changes)[file]]

    def of_thread(self, thread: Thread) -> Assignment:
        """The edits of all changes of a file, in order, each with its group."""
        numbers = frozenset(thread.numbers)
        return tuple(
            (edit, group)
            for edit, group in zip(self.edits, self.group_of, strict=True)
            if edit.file in numbers
        )

    def of_file(self, file: int) -> tuple[tuple[Edit, int], ...]:
        """The edits of one file, each with its group."""
        return tuple(
            (edit, group)
            for edit, group in zip(self.edits, self.group_of, strict=True)
            if edit.file == file
        )


_threads = memo(threads_of)


@memo
def thread_of(changes: tuple[FileChange, ...]) -> tuple[int, ...]:
    """For each change the number of its thread."""
    found = {
        number: place
        for place, thread in enumerate(_threads(changes))
        for number in thread.numbers
    }
    return tuple(found[number] for number in range(len(changes)))


def assignments(plan: Plan) -> tuple[Assignment, ...]:
    """For each thread the edits of its changes, in order, each with its group."""
    found: list[list[tuple[Edit, int]]] = [[] for _ in plan.threads]
    place = thread_of(plan.changes)
    for edit, group in zip(plan.edits, plan.group_of, strict=True):
        found[place[edit.file]].append((edit, group))
    return tuple(found)


def with_edits_assigned(plan: Plan, edits: Iterable[int], group: int) -> Plan:
    """The plan with these edits in ``group``, and with what that implies.

    Choosing a line of a new file brings its creation along; leaving a line of a
    deleted file for later takes its deletion along. Neither stays behind alone where
    it was together with lines: no commit makes or leaves an empty file by accident.
    """
    chosen = set(edits)
    groups = tuple(group if i in chosen else old for i, old in enumerate(plan.group_of))
    return with_files_for_lines(replace(plan, group_of=groups), plan.group_of)


def with_files_for_lines(plan: Plan, before: Sequence[int] | None = None) -> Plan:
    """The plan in which each file exists while any of its lines does (law 2).

    A creation is moved to the first group that takes a line of the file where it came
    after it, a deletion to the last; everything else stays. Where ``before`` has the
    groups of the edits before a move, a creation or deletion also goes along with the
    lines of the file, if all those that it was together with have been moved away. A
    creation comes no later than what shows of the file's later changes.
    """
    was, groups = before or plan.group_of, list(plan.group_of)
    at = 0
    for _, edits in edits_by_file(plan.edits):
        fact, own = edits[0], slice(at, at + len(edits))
        lines = slice(at + 1, own.stop)
        if isinstance(fact, FactEdit) and fact.fact in _EXISTENCE and len(edits) > 1:
            bound = min if fact.fact is Fact.CREATE else max
            is_left_alone = (
                groups[at] == was[at]
                and was[at] in was[lines]
                and was[at] not in groups[lines]
            )
            groups[at] = bound(groups[lines if is_left_alone else own])
        at = own.stop
    settled_alone = replace(plan, group_of=tuple(groups))
    return _with_creations(settled_alone)


def _with_creations(plan: Plan) -> Plan:
    """The plan in which each created file is made where something of it shows first."""
    groups = list(plan.group_of)
    for thread in plan.threads:
        if len(thread.changes) > 1 and thread.changes[0].old is None:
            creation = plan.edits.index(FactEdit(thread.numbers[0], Fact.CREATE))
            shown = first_shown(thread, plan.of_thread(thread))
            if shown is not None:
                groups[creation] = min(groups[creation], shown)
    return replace(plan, group_of=tuple(groups))


def with_edit_cut(plan: Plan, edit: int, parts: Sequence[Edit]) -> Plan:
    """The plan with the edit at place ``edit`` replaced by its parts, in its group."""
    group = plan.group_of[edit]
    return replace(
        plan,
        edits=(*plan.edits[:edit], *parts, *plan.edits[edit + 1 :]),
        group_of=(
            *plan.group_of[:edit],
            *(group for _ in parts),
            *plan.group_of[edit + 1 :],
        ),
    )


def with_group(plan: Plan, at: int, group: Group) -> Plan:
    """The plan with a new group at ``at``, without edits yet."""
    return _with_group_numbers(
        plan,
        (*plan.groups[:at], group, *plan.groups[at:]),
        lambda g: g + (g >= at),
    )


def without_group(plan: Plan, group: int) -> Plan:
    """The plan without ``group``, which must have no edits, and without its overrides.

    Where it was the owner, the group after it (the one before the last) is from now
    on, with the owner's message, which is the one that reviewers know.
    Raises ActionRefused where the group has edits or is the only one.
    """
    if group in plan.group_of:
        raise ActionRefused(
            f"Commit {group + 1} can't be removed while it has hunks.",
            hint="Send its hunks elsewhere first, or merge it into another.",
        )
    if len(plan.groups) == 1:
        raise ActionRefused(
            "The only commit can't be removed.", hint="Make another one first."
        )
    groups = plan.groups[:group] + plan.groups[group + 1 :]
    overrides = tuple(o for o in plan.overrides if o.group != group)
    others = replace(plan, overrides=overrides)
    fewer = _with_group_numbers(others, groups, lambda g: g - (g > group))
    if plan.owner != group:
        return fewer
    heir = min(group, len(groups) - 1)
    message = plan.groups[group].message
    return with_message(replace(fewer, owner=heir), heir, message)


def with_group_moved(plan: Plan, group: int, to: int) -> Plan:
    """The plan with ``group`` at place ``to``, the others keeping their order."""
    order = [g for g in range(len(plan.groups)) if g != group]
    order.insert(to, group)
    place = {old: new for new, old in enumerate(order)}
    groups = tuple(plan.groups[g] for g in order)
    return with_files_for_lines(_with_group_numbers(plan, groups, place.__getitem__))


def with_groups_merged(plan: Plan, source: int, into: int) -> Plan:
    """The plan with the edits of ``source`` in ``into`` and ``source`` gone.

    ``into`` keeps its message; where ``source`` was the owner, ``into`` is from now
    on, with the owner's message, which is the one that reviewers know. Of their
    overrides those of the later group stay: it is the state that both lead to. Merged
    into itself, a group stays.
    """
    if source == into:
        return plan
    message = plan.groups[source if plan.owner == source else into]
    owner = into if plan.owner == source else plan.owner
    groups = tuple(message if g == into else old for g, old in enumerate(plan.groups))
    together = tuple(into if g == source else g for g in plan.group_of)
    merged = replace(
        plan,
        groups=groups,
        group_of=together,
        owner=owner,
        overrides=tuple(sorted(_overrides_after_merge(plan.overrides, source, into))),
    )
    return with_files_for_lines(without_group(merged, source))


def _overrides_after_merge(
    overrides: Iterable[Override], source: int, into: int
) -> Iterator[Override]:
    """The overrides when ``source`` is in ``into``: of the two, those of the later."""
    for override in overrides:
        if override.group == max(source, into):
            yield replace(override, group=into)
        elif override.group != min(source, into):
            yield override


def with_message(plan: Plan, group: int, message: bytes) -> Plan:
    """The plan in which ``group`` has this message."""
    changed = replace(plan.groups[group], message=message)
    groups = (*plan.groups[:group], changed, *plan.groups[group + 1 :])
    return replace(plan, groups=groups)


def used_groups(plan: Plan) -> tuple[int, ...]:
    """The groups that have edits, in order; DROPPED is none of them."""
    return tuple(sorted(set(plan.group_of) - {DROPPED}))


def without_empty_groups(plan: Plan) -> Plan:
    """The plan with the groups that have no edits left out; at least one stays.

    Where the owner is left out, the next group that stays (the last, if none comes
    after it) has its Change-Id and message.
    """
    used = used_groups(plan)
    for group in reversed(range(len(plan.groups))):
        if group not in used and len(plan.groups) > 1:
            plan = without_group(plan, group)
    return plan


def _with_group_numbers(
    plan: Plan, groups: tuple[Group, ...], place: Callable[[int], int]
) -> Plan:
    """The plan with other groups; ``place`` maps an old group to its new number."""
    return replace(
        plan,
        groups=groups,
        group_of=tuple(g if g == DROPPED else place(g) for g in plan.group_of),
        owner=None if plan.owner is None else place(plan.owner),
        overrides=tuple(
            sorted(replace(o, group=place(o.group)) for o in plan.overrides)
        ),
    )
