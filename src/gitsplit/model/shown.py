"""What the new commits of a plan change in truth, and which lines never show.

A commit's edits say what it changes, unless several commits of the range change a file,
and their edits are not in the order that they were made in; or unless a file was edited
by hand. The states of such files are composed, and compared.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, pairwise
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.content import ALWAYS, NEVER, Assignment, line_lives
from gitsplit.model.diff import (
    CommitSize,
    File,
    FileChange,
    HunkFinder,
    Span,
    TextEdit,
    change_between,
)
from gitsplit.model.lines import Lines
from gitsplit.model.memo import memo
from gitsplit.model.plan import DROPPED, Plan, groups_with_edits
from gitsplit.model.states import states_in
from gitsplit.model.todo import Entry
from gitsplit.model.weave import Thread


class ChangedLines(NamedTuple):
    """The lines that a commit removes from a file, and those that it adds."""

    removed: tuple[bytes, ...] = ()
    added: tuple[bytes, ...] = ()


def changed_lines(change: FileChange) -> ChangedLines:
    """The lines of a change, of all its hunks in order."""
    old = (_lines_in(change.old_lines, hunk.old) for hunk in change.hunks)
    new = (_lines_in(change.new_lines, hunk.new) for hunk in change.hunks)
    return ChangedLines(
        tuple(chain.from_iterable(old)), tuple(chain.from_iterable(new))
    )


def _lines_in(lines: Lines, span: Span) -> tuple[bytes, ...]:
    return lines[span.start : span.stop]


@memo
def composed_threads(plan: Plan) -> tuple[Thread, ...]:
    """The files of which the edits of a commit don't say what it changes."""
    groups, cut = dict[int, int](), set[int]()
    for edit, group in zip(plan.edits, plan.group_of, strict=True):
        if groups.setdefault(edit.file, group) != group:
            cut.add(edit.file)
    by_hand = {override.file for override in plan.overrides}

    def is_composed(thread: Thread) -> bool:
        numbers = thread.numbers
        if len(numbers) == 1 or numbers[0] in by_hand:
            return numbers[0] in by_hand
        own = [groups[number] for number in numbers if number in groups]
        is_ordered = all(one < other for one, other in pairwise(own))
        return not (is_ordered and cut.isdisjoint(numbers))

    return tuple(filter(is_composed, plan.threads))


ComposedLines = Mapping[tuple[int, int], ChangedLines | None]
"""The lines that a commit changes in a file, by its group and the number of the file.

That is the number of the file's first change. None where the commit leaves the file as
it was.
"""


def composed_lines(plan: Plan, hunks_between: HunkFinder) -> ComposedLines:
    """What commits change in the files of which their edits don't say it.

    A file that can't be composed isn't among them: applying the plan says why.
    """
    used = groups_with_edits(plan)
    return {
        (step.group, thread.numbers[0]): step.lines
        for thread in composed_threads(plan)
        for step in _composed_steps(plan, thread, used, hunks_between)
    }


def commit_sizes(plan: Plan, hunks_between: HunkFinder) -> tuple[CommitSize, ...]:
    """The size of each commit, as ``git show --shortstat`` counts it."""
    sizes: list[dict[int, tuple[int, int]]] = [{} for _ in plan.groups]
    for edit, group in zip(plan.edits, plan.group_of, strict=True):
        if group != DROPPED:
            file = plan.first_change(edit.file)
            added, removed = sizes[group].get(file, (0, 0))
            if isinstance(edit, TextEdit):
                added, removed = added + len(edit.new), removed + len(edit.old)
            sizes[group][file] = added, removed
    for (group, file), lines in composed_lines(plan, hunks_between).items():
        sizes[group].pop(file, None)
        if lines is not None:
            sizes[group][file] = len(lines.added), len(lines.removed)
    return tuple(
        CommitSize(len(own), *map(sum, zip(*own.values(), strict=True)))
        for own in sizes
    )


class _Step(NamedTuple):
    """What the commit of a group does to a file, whose contents aren't kept."""

    group: int
    before: File | None
    after: File | None
    lines: ChangedLines | None


def _composed_steps(
    plan: Plan, thread: Thread, used: Iterable[int], hunks_between: HunkFinder
) -> tuple[_Step, ...]:
    """What each commit that may change the file does to it."""
    assignment = plan.of_thread(thread)
    own = tuple(each for each in plan.overrides if each.file == thread.numbers[0])
    touching = {group for _, group in assignment}
    groups = tuple(group for group in used if own or group in touching)

    def steps(last: tuple[_Step, ...]) -> tuple[_Step, ...]:
        known = {(step.before, step.after): step.lines for step in last}
        try:
            return tuple(_steps(plan, thread, groups, hunks_between, known))
        except InvalidPlan:
            return ()

    return _remembered(thread, "steps", (assignment, own, groups), steps)


_Found = TypeVar("_Found")


def _remembered(
    thread: Thread,
    name: str,
    key: object,
    find: Callable[[tuple[_Found, ...]], tuple[_Found, ...]],
) -> tuple[_Found, ...]:
    """What was found of the file last, kept with it, or what is found for a new key.

    Most actions change few files of many. ``find`` is given what was found last.
    """
    last: tuple[object, tuple[_Found, ...]] = vars(thread).get(name, (None, ()))
    if last[0] != key:
        last = vars(thread)[name] = key, find(last[1])
    return last[1]


def _steps(
    plan: Plan,
    thread: Thread,
    groups: tuple[int, ...],
    hunks_between: HunkFinder,
    known: Mapping[tuple[File | None, File | None], ChangedLines | None],
) -> Iterator[_Step]:
    from gitsplit.model.patch import has_lines  # few files are composed

    states = states_in(plan, thread.numbers[0], (-1, *groups))
    for group, pair in zip(groups, pairwise(states), strict=True):
        before, after = (side and replace(side, stored=None) for side in pair)
        if before == after:
            lines = None
        elif (before, after) in known:
            lines = known[before, after]
        else:
            by_lines = has_lines(thread, pair)
            change = change_between(*pair, hunks_between, by_lines=by_lines)
            lines = changed_lines(change)
        yield _Step(group, before, after, lines)


def altered_groups(plan: Plan, hunks_between: HunkFinder) -> frozenset[int]:
    """The groups that continue a commit and change other lines than that did.

    Of the files of which their edits don't say it.
    """
    original = {
        (change.commit, thread.numbers[0]): change
        for thread in composed_threads(plan)
        for change in thread.changes
    }
    found = set()
    for (group, file), lines in composed_lines(plan, hunks_between).items():
        source = plan.continues(group)
        if source is not None:
            was = original.get((source, file))
            if (was and changed_lines(was)) != lines:
                found.add(group)
    return frozenset(found)


def unshown_lines(
    plan: Plan, threads: Iterable[Thread], stored: int | None = None
) -> Mapping[int, int]:
    """How many lines of each edit, by its place, are gone as soon as they come.

    Of those of these files. Lines that commits after the first ``stored`` of the range
    take away aren't counted: what wasn't committed yet is meant to correct them.
    """
    found: Counter[int] = Counter()
    count = len(plan.continued_by) if stored is None else stored
    for thread in threads:
        places = [at for each in thread.numbers for at in plan.places_of_file(each)]
        assignment = plan.of_thread(thread)
        find = partial(_unshown, thread, assignment, count)
        for at, lines in _remembered(thread, "unshown", (assignment, count), find):
            found[places[at]] += lines
    return found


def _unshown(
    thread: Thread, assignment: Assignment, stored: int, _last: object
) -> tuple[tuple[int, int], ...]:
    """The same for one file, by places in its assignment."""
    commits = dict(zip(thread.numbers, (c.commit for c in thread.changes), strict=True))
    placed = tuple((edit, at) for at, (edit, _) in enumerate(assignment))
    settled = line_lives(thread, assignment, is_settled=True)
    found = []
    for own, in_plan in zip(line_lives(thread, placed), settled, strict=True):
        for life, shown in zip(own, in_plan, strict=True):
            if life.since == ALWAYS or shown.since == DROPPED:
                continue
            taker = None if life.until == NEVER else assignment[life.until][0]
            is_stored = taker is None or commits[taker.file] < stored
            if is_stored and shown.until <= shown.since:
                found.append((life.since, life.lines))
    return tuple(found)


@memo
def unshown_edits(entry: Entry, plan: Plan) -> Mapping[int, int]:
    """How many lines of each edit of the entry's plan never show."""
    if not plan.is_woven:
        return {}
    stored = sum(commit.is_stored for commit in entry.commits)
    return unshown_lines(plan, composed_threads(plan), stored)


def unshown_by_group(entry: Entry, plan: Plan) -> Mapping[int, int]:
    """How many lines of each group of the entry's plan never show."""
    found: Counter[int] = Counter()
    for place, count in unshown_edits(entry, plan).items():
        found[plan.group_of[place]] += count
    return dict(sorted(found.items()))
