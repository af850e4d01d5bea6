"""A plan: the ordered groups of one commit, or of a range, and where each edit goes.

Groups don't hold edits; each edit names its group. So "every edit is in exactly one
group, or dropped" can't be broken, whatever is done to a plan: that is law 1, of those
in ``docs/architecture.md``. Groups are numbered from 0 in the order of the commits they
become.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import ActionRefused
from gitsplit.model.content import Assignment, first_shown
from gitsplit.model.diff import (
    Edit,
    Fact,
    FileChange,
    edits_of,
    facts_with_lines,
    lines_by_commit,
    places_of_facts,
)
from gitsplit.model.memo import memo
from gitsplit.model.message import joined_message, without_change_id
from gitsplit.model.objects import directories
from gitsplit.model.weave import Thread, threads_of

DROPPED: Final = 2**63 - 1
"""The group of an edit that no commit takes: later than every commit."""

DropTo = Literal["worktree", "discard", "uncommitted"]
"""Where dropped edits go: they stay in the files, not staged, or they are gone.

Or ``uncommitted``, as they were.
"""

_FILE: Final[Callable[[Edit], int]] = attrgetter("file")


class Group(Struct, frozen=True):
    """A new commit: its message, and why its edits belong together, in a sentence.

    ``is_proposed`` says that the message is a proposed one which the user hasn't
    confirmed; what the original says in its own message is no such proposal.
    """

    message: bytes
    reason: str = ""
    is_proposed: bool = False


class Override(Struct, frozen=True, order=True):
    """The content that the user wrote for a file in ``group``, instead of the plan's.

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


class Plan(Struct, frozen=True):
    """The groups of a range of commits, and where each edit of theirs goes.

    ``changes`` are those of all its commits, oldest first. ``group_of[i]`` is the group
    of ``edits[i]``; edits are in the order of :func:`gitsplit.model.diff.edits_of`.
    ``continued_by`` has for each commit of the range the group that continues it: that
    keeps its Change-Id, message, author and date; None where no group does. No group
    continues two. ``overrides`` are in order, at most one of a file in a group.
    """

    changes: tuple[FileChange, ...]
    edits: tuple[Edit, ...]
    group_of: tuple[int, ...]
    groups: tuple[Group, ...]
    continued_by: tuple[int | None, ...]
    overrides: tuple[Override, ...] = ()

    def members(self, group: int) -> tuple[int, ...]:
        """The places in ``edits`` of the edits in ``group``."""
        return _places_by_group(self.group_of).get(group, ())

    def edits_by_group(self) -> dict[int, list[Edit]]:
        """The edits of each group (and of DROPPED) that has any."""
        found: dict[int, list[Edit]] = {}
        for edit, group in zip(self.edits, self.group_of, strict=True):
            found.setdefault(group, []).append(edit)
        return found

    @property
    def owner(self) -> int | None:
        """The group that continues the first, mostly the only, commit of the range."""
        return self.continued_by[0]

    @property
    def is_range(self) -> bool:
        """Whether it is about several commits."""
        return len(self.continued_by) > 1

    @property
    def has_origins(self) -> bool:
        """Whether it is about one change that several commits made.

        All of its files know then which, or none.
        """
        return bool(self.changes) and self.changes[0].origins is not None

    @property
    def is_woven(self) -> bool:
        """Whether it is about several commits by what each did, not all as one."""
        return self.is_range and not self.has_origins

    def lines_by_group(self) -> Mapping[int, Mapping[int, int]]:
        """How many lines of each commit of the range each group has.

        A fact counts as one. DROPPED is none of the groups.
        """
        last = max((g for g in self.group_of if g != DROPPED), default=0)
        size = max(len(self.groups), last + 1)
        found: dict[int, Counter[int]] = {group: Counter() for group in range(size)}
        for edit, group in zip(self.edits, self.group_of, strict=True):
            if group != DROPPED:
                found[group].update(lines_by_commit(self.changes[edit.file], edit))
        return found

    def continues(self, group: int) -> int | None:
        """The commit of the range that the group continues, from 0, if any."""
        return _commits_by_heir(self.continued_by).get(group)

    @property
    def threads(self) -> tuple[Thread, ...]:
        """Each file through the commits of the range, in the order of its changes."""
        return _threads(self.changes)

    def thread(self, file: int) -> Thread:
        """The thread that the change number ``file`` is of."""
        return self.threads[thread_of(self.changes)[file]]

    def first_change(self, file: int) -> int:
        """The number of the first change of the file that change ``file`` is of.

        That is how a file is named where it is changed several times.
        """
        return self.thread(file).numbers[0] if self.is_range else file

    def of_thread(self, thread: Thread) -> Assignment:
        """The edits of all changes of a file, in order, each with its group."""
        return tuple(chain.from_iterable(map(self.of_file, thread.numbers)))

    def of_file(self, file: int) -> tuple[tuple[Edit, int], ...]:
        """The edits of one file, each with its group."""
        own = self.places_of_file(file)
        groups = self.group_of[own.start : own.stop]
        return tuple(zip(self.edits[own.start : own.stop], groups, strict=True))

    def places_of_file(self, file: int) -> range:
        """The places in ``edits`` of a file's edits, which stand together."""
        start, stop = (
            bisect_left(self.edits, number, key=_FILE) for number in (file, file + 1)
        )
        return range(start, stop)


@memo
def _places_by_group(group_of: tuple[int, ...]) -> Mapping[int, tuple[int, ...]]:
    """The places of the edits of each group that has any, and of DROPPED."""
    found: dict[int, list[int]] = {}
    for place, group in enumerate(group_of):
        found.setdefault(group, []).append(place)
    return {group: tuple(places) for group, places in found.items()}


@memo
def _commits_by_heir(continued_by: tuple[int | None, ...]) -> Mapping[int | None, int]:
    """The first commit that each group continues; under None one without an heir."""
    return {heir: at for at, heir in reversed([*enumerate(continued_by)])}


def changes_in_range(
    changes: Sequence[Sequence[FileChange]],
) -> tuple[FileChange, ...]:
    """The changes of each commit in one row, with the numbers of the commits."""
    return tuple(
        replace(change, commit=commit) if commit else change
        for commit, own in enumerate(changes)
        for change in own
    )


def plan_at_home(
    changes: Sequence[Sequence[FileChange]], messages: Sequence[bytes]
) -> Plan:
    """The plan that leaves the commits of a range as they are.

    ``changes`` are those of each commit, ``messages`` theirs.
    """
    everything = changes_in_range(changes)
    edits = edits_of(everything)
    return Plan(
        everything,
        edits,
        tuple(everything[edit.file].commit for edit in edits),
        tuple(Group(message) for message in messages),
        tuple(range(len(messages))),
    )


def is_at_home(plan: Plan, messages: Sequence[bytes]) -> bool:
    """Whether the plan leaves the commits of the range, with these messages, alone.

    What the range ends with besides, as it isn't committed, is dropped then.
    """
    if plan.has_origins:
        return False  # how the commits were can't be told by one change
    homes = (*range(len(messages)), DROPPED)
    own = tuple(homes[plan.changes[edit.file].commit] for edit in plan.edits)
    return (
        (plan.group_of, plan.continued_by[: len(messages)]) == (own, homes[:-1])
        and not plan.overrides
        and [group.message for group in plan.groups] == [*messages]
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
    it was together with lines: no commit makes or leaves an empty file by accident. In
    a range, what takes a path brings along what an earlier commit did to free it.
    """
    groups = list(plan.group_of)
    for place in edits:
        groups[place] = group
    moved = with_files_for_lines(replace(plan, group_of=tuple(groups)), plan.group_of)
    if moved.is_range and (freeing := _edits_freeing_paths(moved, plan.group_of)):
        return with_edits_assigned(moved, freeing, group)
    return moved


def _edits_freeing_paths(plan: Plan, before: Sequence[int]) -> frozenset[int]:
    """The edits that free a path which an edit that was moved takes before they do.

    A path is also taken by a file below it, or above it.
    """
    facts = places_of_facts(plan.edits)
    taking = [
        (plan.changes[edit.file], plan.group_of[place])
        for place, edit in facts
        if edit.fact in (Fact.CREATE, Fact.RENAME)
        and plan.group_of[place] < before[place]
    ]
    if not taking:
        return frozenset()
    late = {
        place: edit
        for place, edit in facts
        if edit.fact in (Fact.DELETE, Fact.RENAME)
        and any(
            _frees(plan.changes[edit.file], change) and group < plan.group_of[place]
            for change, group in taking
        )
    }
    gone = {edit.file for edit in late.values() if edit.fact is Fact.DELETE}
    return frozenset(
        place
        for place, edit in enumerate(plan.edits)
        if place in late or edit.file in gone
    )


def _frees(change: FileChange, later: FileChange) -> bool:
    """Whether the change frees a path that one of a later commit takes."""
    if change.old is None or change.commit >= later.commit:
        return False
    one, other = change.old.path, later.side.path
    return one == other or one in directories(other) or other in directories(one)


def with_files_for_lines(plan: Plan, before: Sequence[int] | None = None) -> Plan:
    """The plan in which each file exists while any of its lines does (law 2).

    A creation comes no later than the first line of its file, a deletion no earlier
    than the last; else they stay where they are. Where ``before`` has the groups of the
    edits before a move, a creation or deletion also goes along with the lines of its
    file, if all lines of its group have been moved away. A creation comes no later than
    what shows of the file's later changes.
    """
    was, groups = before or plan.group_of, list(plan.group_of)
    for fact, own in facts_with_lines(plan.edits):
        at, lines = own.start, slice(own.start + 1, own.stop)
        bound = min if fact is Fact.CREATE else max
        is_left_alone = (
            groups[at] == was[at]
            and was[at] in was[lines]
            and was[at] not in groups[lines]
        )
        groups[at] = bound(groups[lines if is_left_alone else own])
    return _with_creations(replace(plan, group_of=tuple(groups)))


def _with_creations(plan: Plan) -> Plan:
    """The plan in which each created file is made where something of it shows first."""
    groups = list(plan.group_of)
    for thread in _created_and_changed(plan.changes):
        creation = plan.places_of_file(thread.numbers[0]).start
        shown = first_shown(thread, plan.of_thread(thread))
        if shown is not None:
            groups[creation] = min(groups[creation], shown)
    return replace(plan, group_of=tuple(groups))


@memo
def _created_and_changed(changes: tuple[FileChange, ...]) -> tuple[Thread, ...]:
    """The files that one commit creates and a later one changes."""
    return tuple(
        thread
        for thread in _threads(changes)
        if len(thread.changes) > 1 and thread.changes[0].old is None
    )


def with_edits_cut(plan: Plan, parts: Mapping[int, Sequence[Edit]]) -> Plan:
    """The plan with edits replaced by their parts, which are in the edit's group.

    ``parts`` are by the edits' places in the plan.
    """
    finer = sorted(place for place in parts if len(parts[place]) > 1)
    if not finer:
        return plan
    edits: list[Edit] = []
    groups: list[int] = []
    at = 0
    for place in finer:
        edits += (*plan.edits[at:place], *parts[place])
        groups += plan.group_of[at:place]
        groups += [plan.group_of[place]] * len(parts[place])
        at = place + 1
    edits += plan.edits[at:]
    groups += plan.group_of[at:]
    return replace(plan, edits=tuple(edits), group_of=tuple(groups))


def with_group(plan: Plan, at: int, group: Group) -> Plan:
    """The plan with a new group at ``at``, without edits yet."""
    return _with_group_numbers(
        plan,
        (*plan.groups[:at], group, *plan.groups[at:]),
        lambda g: g + (g >= at),
    )


def without_group(plan: Plan, group: int) -> Plan:
    """The plan without ``group``, which must have no edits, and without its overrides.

    The commit that it continued is continued by its heir from now on, with its message,
    which is the one that reviewers know; a message that was written for the heir stays.
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
    if (source := plan.continues(group)) is not None:
        heir = _heir(plan, group, source)
        if heir is not None and not has_own_message(plan.groups[heir]):
            plan = _with_message_of(plan, heir, plan.groups[group])
        plan = with_continued(plan, source, heir)
    groups = plan.groups[:group] + plan.groups[group + 1 :]
    overrides = tuple(o for o in plan.overrides if o.group != group)
    others = replace(plan, overrides=overrides)
    return _with_group_numbers(others, groups, lambda g: g - (g > group))


def has_own_message(group: Group) -> bool:
    """Whether somebody wrote the group's message, or has confirmed it."""
    return not group.is_proposed and bool(group.message.strip())


def with_continued(plan: Plan, source: int, group: int | None) -> Plan:
    """The plan in which the group continues the commit number ``source`` of the range.

    Where it continued another, nobody continues that.
    """
    heirs = [None if heir == group else heir for heir in plan.continued_by]
    heirs[source] = group
    return replace(plan, continued_by=tuple(heirs))


def with_original_in(plan: Plan, group: int, message: bytes, source: int = 0) -> Plan:
    """The plan in which the group continues the commit number ``source`` of the range.

    It has its ``message``. The group that continued it so far gets the message of this
    one in exchange, and continues what this one did. Where the user has typed another
    message for that, both keep what was typed; one that is only proposed gives way.
    """
    own, before = plan.groups[group], plan.continued_by[source]
    other = plan.continues(group)
    if before is None:
        messages = [each.message for each in plan.groups]
        before = messages.index(message) if message in messages else group
    one = plan.groups[before]
    is_exchanged = one.is_proposed or one.message == message
    if before != group and (is_exchanged or before not in plan.group_of):
        plan = _with_message_of(plan, before, own)
        plan = _with_message_of(plan, group, one)
    elif own.is_proposed:
        plan = with_message(plan, group, message)
    heir = plan.continued_by[source]
    plan = with_continued(plan, source, group)
    if plan.is_range and other is not None and heir is not None:
        plan = with_continued(plan, other, heir)
    return plan


def _heir(plan: Plan, group: int, source: int) -> int | None:
    """The group that continues a commit of the range when ``group`` goes.

    Of a range's groups that continue none, the one with most of the commit's edits; of
    one commit's the next one, or the one before the last.
    """
    if not plan.is_range:
        return group + 1 if group + 1 < len(plan.groups) else group - 1
    held: Counter[int] = Counter()
    for edit, to in zip(plan.edits, plan.group_of, strict=True):
        lines = lines_by_commit(plan.changes[edit.file], edit)
        if to != DROPPED and source in lines:
            held[to] += lines[source] if plan.has_origins else 1
    free = (g for g in sorted(held) if g not in plan.continued_by)
    return max(free, key=held.__getitem__, default=None)


def with_group_moved(plan: Plan, group: int, to: int) -> Plan:
    """The plan with ``group`` at place ``to``, the others keeping their order."""
    order = [g for g in range(len(plan.groups)) if g != group]
    order.insert(to, group)
    place = {old: new for new, old in enumerate(order)}
    groups = tuple(plan.groups[g] for g in order)
    return with_files_for_lines(_with_group_numbers(plan, groups, place.__getitem__))


def with_groups_merged(plan: Plan, source: int, into: int) -> Plan:
    """The plan with the edits of ``source`` in ``into`` and ``source`` gone.

    Where ``into`` continues no commit, it continues the one that ``source`` did from
    now on. It has the messages of both, first that of the one that continues a commit,
    which is the one that reviewers know; a message that is only proposed gives way to
    the other, and of two such ones the first stays. Of their overrides those of the
    later group stay: it is the state that both lead to. Merged into itself, a group
    stays.
    """
    if source == into:
        return plan
    first, second = plan.groups[into], plan.groups[source]
    continued = plan.continues(source)
    if plan.continues(into) is None and continued is not None:
        first, second = second, first
        plan = with_continued(plan, continued, into)
    plan = _with_message_of(plan, into, _joined_group(first, second))
    together = tuple(into if g == source else g for g in plan.group_of)
    merged = replace(
        plan,
        group_of=together,
        overrides=tuple(sorted(_overrides_after_merge(plan.overrides, source, into))),
    )
    return with_files_for_lines(without_group(merged, source))


def _joined_group(first: Group, second: Group) -> Group:
    """A group with what both say, proposed only where both only do that."""
    if second.is_proposed:
        return first
    if first.is_proposed or not first.message.strip():
        return second
    if not second.message.strip():
        return first
    other = without_change_id(second.message)
    return replace(first, message=joined_message(first.message, other))


def _overrides_after_merge(
    overrides: Iterable[Override], source: int, into: int
) -> Iterator[Override]:
    """The overrides when ``source`` is in ``into``: of the two, those of the later."""
    for override in overrides:
        if override.group == max(source, into):
            yield replace(override, group=into)
        elif override.group != min(source, into):
            yield override


def with_message(
    plan: Plan, group: int, message: bytes, *, is_proposed: bool = False
) -> Plan:
    """The plan in which ``group`` has this message, the user's own or proposed."""
    return _with_message_of(plan, group, Group(message, is_proposed=is_proposed))


def _with_message_of(plan: Plan, group: int, other: Group) -> Plan:
    """The plan in which ``group`` has the message of the other, confirmed or not."""
    changed = replace(
        plan.groups[group], message=other.message, is_proposed=other.is_proposed
    )
    groups = (*plan.groups[:group], changed, *plan.groups[group + 1 :])
    return replace(plan, groups=groups)


def groups_with_edits(plan: Plan) -> tuple[int, ...]:
    """The groups that have edits, in order; DROPPED is none of them.

    What continues a commit of a range that changed nothing has all that it needs.
    """
    changed = {change.commit for change in plan.changes}
    is_alone = not plan.is_range or plan.has_origins
    heirs = (
        []
        if is_alone
        else [h for c, h in enumerate(plan.continued_by) if c not in changed]
    )
    complete = {heir for heir in heirs if heir is not None}
    return tuple(sorted(complete.union(plan.group_of) - {DROPPED}))


def empty_groups(plan: Plan) -> tuple[int, ...]:
    """The groups that lack edits, in order."""
    used = {*groups_with_edits(plan)}
    return tuple(g for g in range(len(plan.groups)) if g not in used)


def without_empty_groups(plan: Plan) -> Plan:
    """The plan without its :func:`empty_groups`; at least one group stays.

    The commits that those continue get heirs, as :func:`without_group` says; no group
    that goes itself is one.
    """
    for is_continuing in (False, True):
        for group in reversed(empty_groups(plan)):
            is_next = (plan.continues(group) is not None) == is_continuing
            if is_next and len(plan.groups) > 1:
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
        continued_by=tuple(
            None if heir is None else place(heir) for heir in plan.continued_by
        ),
        overrides=tuple(
            sorted(replace(o, group=place(o.group)) for o in plan.overrides)
        ),
    )
