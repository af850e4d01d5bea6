"""The todo list of a series, as of ``git rebase -i``: what becomes of each commit.

A commit that is moved keeps to its own line of history: with merges in the series, a
*line* is a run of commits in which each has one parent, the one before it, which has no
other child in the series. ``squash``, ``fixup`` and autosquash follow the rules of
git-rebase(1).
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, pairwise
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from gitsplit.errors import ActionRefused, InvalidPlan
from gitsplit.model.change_id import IdRules
from gitsplit.model.encoding import message_in_utf8
from gitsplit.model.lines import lines_of
from gitsplit.model.listing import quantity
from gitsplit.model.memo import memo
from gitsplit.model.message import joined_message, without_change_id
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan
from gitsplit.model.series import (
    CommitDraft,
    Series,
    Source,
    SourceCommit,
    Squash,
)

Doing = Literal["pick", "split", "reword", "squash", "fixup", "drop"]
"""What git's todo list calls a command, and ``split``."""


class Entry(Struct, frozen=True):
    """One commit of the series, or a range of them, and what is to be done to it.

    ``message`` is the new message of a ``reword``, or of what a ``squash`` makes with
    the commit before it (None: both messages, as git joins them). ``plan`` says how a
    ``split`` splits; where something else is to be done it only waits. ``rest`` are the
    commits that follow ``commit`` in its range. With a ``source`` that is split as one
    change, and ``commits`` are those that its groups may continue.
    """

    commit: SourceCommit
    action: Doing = "pick"
    message: bytes | None = None
    plan: Plan | None = None
    rest: tuple[SourceCommit, ...] = ()
    source: Source | None = None

    @property
    def oid(self) -> Oid:
        """The commit's id; of a range that of the first."""
        return self.commit.oid

    @property
    def commits(self) -> tuple[SourceCommit, ...]:
        """The commits that it is about, oldest first."""
        return (self.commit, *self.rest)

    @property
    def absorbs(self) -> bool:
        """Whether what isn't committed is to become part of its commits."""
        return bool(self.rest) and not self.rest[-1].is_stored


class Todo(Struct, frozen=True, dict=True):
    """The entries of all commits of a series, in the new order; dropped ones too."""

    entries: tuple[Entry, ...]

    @cached_property
    def order(self) -> tuple[Oid, ...]:
        """The commits in the new order."""
        return tuple(each.oid for entry in self.entries for each in entry.commits)

    @property
    def one_by_one(self) -> tuple[Entry, ...]:
        """For each commit in the new order the entry that is about it."""
        return tuple(entry for entry in self.entries for _ in entry.commits)

    @property
    def plans(self) -> Mapping[Oid, Plan]:
        """The plans of the commits that are to be split, in the new order."""
        return {
            entry.oid: entry.plan
            for entry in self.entries
            if entry.action == "split" and entry.plan is not None
        }

    def place(self, commit: Oid) -> int:
        """The place of the entry that is about the commit, from 0."""
        return self._places[commit]

    @cached_property
    def _places(self) -> Mapping[Oid, int]:
        return {
            each.oid: place
            for place, entry in enumerate(self.entries)
            for each in entry.commits
        }

    def entry(self, commit: Oid) -> Entry:
        """The entry of the commit."""
        return self.entries[self.place(commit)]

    def with_entry(self, entry: Entry) -> "Todo":
        """The list with this entry for its commit."""
        at = self.place(entry.oid)
        return replace(
            self, entries=(*self.entries[:at], entry, *self.entries[at + 1 :])
        )

    def with_plan(self, commit: Oid, plan: Plan) -> "Todo":
        """The list in which the commit is split like this."""
        entry = self.entry(commit)
        return self.with_entry(replace(entry, action="split", plan=plan, message=None))


def with_action(
    todo: Todo, commit: Oid, action: Doing, message: bytes | None = None
) -> Todo:
    """The list in which this is to be done to the commit; its plan waits.

    The commits of a range can be picked, each for itself. Raises ActionRefused where
    a merge is to be split or squashed, and where anything else is to be done to a
    range.
    """
    entry = todo.entry(commit)
    if entry.rest:
        return _with_range_picked(todo, entry, action)
    if len(entry.commit.raw.parents) > 1 and action in ("split", "squash", "fixup"):
        done = "split" if action == "split" else "squashed"
        raise ActionRefused(
            f"{entry.commit.in_words} is a merge, so it can't be {done}.",
            hint="It can be picked, reworded or dropped.",
        )
    return todo.with_entry(replace(entry, action=action, message=message))


def _with_range_picked(todo: Todo, entry: Entry, action: Doing) -> Todo:
    """The list in which each commit of the range is picked."""
    if entry.absorbs:
        raise ActionRefused(
            "Uncommitted changes are no commit.",
            hint="Send them to commits, or leave them uncommitted.",
        )
    if action != "pick":
        raise ActionRefused(
            "That can't be done to a range of commits.",
            hint="p makes commits of it again, as they were.",
        )
    at = todo.place(entry.oid)
    own = tuple(Entry(commit) for commit in entry.commits)
    return Todo((*todo.entries[:at], *own, *todo.entries[at + 1 :]))


def with_commit_moved(series: Series, todo: Todo, commit: Oid, by: int) -> Todo:
    """The list with the commit ``by`` places later, or earlier where negative.

    It passes commits of its own line only; those of others keep their places. Raises
    ActionRefused at the ends of its line.
    """
    lines = _lines_of_history(series)
    places = dict(zip(todo.order, (c.oid for c in series.commits), strict=True))
    own = [
        at
        for at, entry in enumerate(todo.entries)
        if lines[places[entry.oid]] == lines[places[commit]]
    ]
    at = own.index(todo.place(commit))
    if not 0 <= at + by < len(own):
        end = "earlier" if by < 0 else "later"
        raise ActionRefused(
            f"{todo.entry(commit).commit.in_words} can't be moved {end}.",
            hint="Commits can only be moved between two merges or forks.",
        )
    entries = [todo.entries[place] for place in own]
    entries.insert(at + by, entries.pop(at))
    put = dict(zip(own, entries, strict=True))
    return Todo(tuple(put.get(p, e) for p, e in enumerate(todo.entries)))


def out_of_place(series: Series, todo: Todo) -> frozenset[Oid]:
    """The commits that have moved: all but a longest run still in the old order."""
    places = {commit.oid: place for place, commit in enumerate(series.commits)}
    if todo.order == tuple(places):
        return frozenset()  # as mostly, which is seen at once
    ends: list[Oid] = []  # of the runs of each length the end that comes first
    before: dict[Oid, Oid] = {}  # what each comes after in its run
    for oid in todo.order:
        at = bisect_left(ends, places[oid], key=places.__getitem__)
        if at:
            before[oid] = ends[at - 1]
        ends[at : at + 1] = [oid]
    longest: set[Oid] = set()
    last = ends[-1] if ends else None
    while last is not None:
        longest.add(last)
        last = before.get(last)
    return frozenset(todo.order) - longest


def todo_as_read(series: Series) -> Todo:
    """The list that leaves every commit as it is."""
    return Todo(tuple(Entry(commit) for commit in series.commits))


class Layout(Struct, frozen=True):
    """How the new series hangs together, in terms of the commits as they were read.

    ``order`` has every commit, dropped and squashed ones too. ``parents`` are those
    that each has in this order. ``into`` names the commit that one is squashed into;
    ``ranges`` has the commits of each range by its first. Where these are split as one
    change, it begins at the tree of what they are ``above``, by the first too.
    """

    order: tuple[Oid, ...]
    parents: Mapping[Oid, tuple[Oid, ...]]
    into: Mapping[Oid, Oid]
    ranges: Mapping[Oid, tuple[SourceCommit, ...]] = field(default_factory=dict)
    above: Mapping[Oid, tuple[Oid, ...]] = field(default_factory=dict)


@memo
def todo_layout(series: Series, todo: Todo) -> Layout:
    """The layout of the list.

    Raises InvalidPlan where a commit would leave its line, where one is to be squashed
    and there is none before it in its line, where every commit is dropped, and where
    the commits of a range don't follow each other.
    """
    if all(entry.action == "drop" for entry in todo.entries):
        raise InvalidPlan("Every commit is dropped: none is left.", hint="Keep one.")
    parents = new_parents(series, todo.order)
    lines = _lines_of_history(series)
    into: dict[Oid, Oid] = {}
    entries = {commit.oid: each for each in todo.entries for commit in each.commits}
    for entry in todo.entries:
        if entry.action in ("squash", "fixup"):
            before = _before(entries, parents, entry)
            if lines[before.oid] != lines[entry.oid]:
                # The other lines that begin there would get it as well.
                raise _cannot(entry, "is the first commit of a branch")
            into[entry.oid] = into.get(before.oid, before.oid)
    ranges = {e.oid: e.commits for e in todo.entries if e.rest and e.action == "split"}
    bases = {
        entry.oid: entry.source.base
        for entry in todo.entries
        if entry.action == "split" and isinstance(entry.source, Squash)
    }
    for oid in ranges.keys() - bases.keys():
        refuse_broken_range(series, ranges[oid])
    above = {oid: () if base is None else (base,) for oid, base in bases.items()}
    at_first = {oid: above[oid] for oid in bases if bases[oid] == series.upstream}
    return Layout(todo.order, {**parents, **at_first}, into, ranges, above)


def refuse_broken_range(series: Series, commits: Sequence[SourceCommit]) -> None:
    """Raise InvalidPlan where these aren't neighbours on one line of the series."""
    if len(commits) < 2:
        return
    lines = _lines_of_history(series)
    for commit in commits:
        if len(commit.raw.parents) > 1:
            raise InvalidPlan(
                f"{commit.in_words} is a merge, and a range can't go past one.",
                hint=_longest_line(commits, lines),
            )
    for before, commit in pairwise(commits):
        if before.oid not in commit.raw.parents:
            raise InvalidPlan(
                f"{commit.in_words} doesn't follow {before.in_words}.",
                hint="A range has commits that follow each other, oldest first.",
            )
        if lines[commit.oid] != lines[before.oid]:
            raise InvalidPlan(
                f"A branch forks off between {before.in_words} and {commit.in_words},"
                " and a range can't go past a fork.",
                hint=_longest_line(commits, lines),
            )


def _longest_line(commits: Sequence[SourceCommit], lines: Mapping[Oid, Oid]) -> str:
    """A hint at the most commits among these that could be a range."""
    runs: dict[Oid, list[SourceCommit]] = {}
    for commit in commits:
        if len(commit.raw.parents) < 2:
            runs.setdefault(lines[commit.oid], []).append(commit)
    longest = max(runs.values(), key=len, default=[])
    if len(longest) < 2:
        return "No two neighbours here are without one."
    number = quantity(len(longest), "commit")
    ends = f"{longest[0].oid[:10]} to {longest[-1].oid[:10]}"
    return f"The longest range without one has {number}: {ends}."


def layout_as_read(series: Series) -> Layout:
    """The layout of a series whose order stays."""
    order = tuple(commit.oid for commit in series.commits)
    return Layout(order, {c.oid: c.raw.parents for c in series.commits}, {})


def _before(
    entries: Mapping[Oid, Entry], parents: Mapping[Oid, tuple[Oid, ...]], entry: Entry
) -> Entry:
    """The entry that is squashed into; raises InvalidPlan where there is none."""
    if len(entry.commit.raw.parents) > 1:
        raise _cannot(entry, "is a merge")
    before: Entry | None = entry
    while before is entry or (before and before.action == "drop"):
        before = (
            entries.get(first)
            if (first := _first_parent(parents[before.oid]))
            else None
        )
    if before is None:
        raise _cannot(entry, "has no commit before it")
    if len(before.commit.raw.parents) > 1:
        raise _cannot(entry, "comes after a merge")
    return before


def _first_parent(parents: Sequence[Oid]) -> Oid | None:
    return next(iter(parents), None)


def _cannot(entry: Entry, why: str) -> InvalidPlan:
    return InvalidPlan(
        f"{entry.commit.in_words} {why}, so it can't be squashed.",
        hint="Pick it, or move it after another commit.",
    )


def new_parents(series: Series, order: Sequence[Oid]) -> Mapping[Oid, tuple[Oid, ...]]:
    """The parents of each commit where the series is in this order.

    Parents in the series are named by the commits as they were read; nothing is
    dropped or squashed yet. Raises InvalidPlan where a commit would leave its line.
    """
    original = [commit.oid for commit in series.commits]
    lines = _lines_of_history(series)
    for old, new in zip(original, order, strict=True):
        if lines[old] != lines[new]:
            raise _leaves_its_line(series, new)
    now_at = dict(zip(original, order, strict=True))
    return {
        now_at[commit.oid]: tuple(now_at.get(p, p) for p in commit.raw.parents)
        for commit in series.commits
    }


@memo
def _lines_of_history(series: Series) -> Mapping[Oid, Oid]:
    """The first commit of the line that each commit is in; a merge is its own."""
    parents_of = {c.oid: c.raw.parents for c in series.commits}
    children = Counter(chain.from_iterable(parents_of.values()))
    lines: dict[Oid, Oid] = {}
    merges = {oid for oid, parents in parents_of.items() if len(parents) > 1}
    for oid, parents in parents_of.items():
        before = _first_parent(parents)
        continues = (
            oid not in merges
            and before in lines
            and before not in merges
            and children[before] == 1
        )
        lines[oid] = lines[before] if before and continues else oid
    return lines


def _leaves_its_line(series: Series, oid: Oid) -> InvalidPlan:
    commit = next(c for c in series.commits if c.oid == oid)
    what = "is a merge" if len(commit.raw.parents) > 1 else "would pass a merge or fork"
    return InvalidPlan(
        f"{commit.in_words} {what}, so it can't be moved there.",
        hint="Commits can only be moved between two merges or forks.",
    )


_PREFIX = re.compile(rb"(fixup|squash|amend)! ")
_DOING: Mapping[bytes, Doing] = {
    b"fixup": "fixup",
    b"squash": "squash",
    b"amend": "squash",
}


def with_squashed_commit(
    draft: CommitDraft, entry: Entry, rules: IdRules, fresh: Iterator[bytes]
) -> CommitDraft:
    """The draft with what the entry's commit did on top.

    A ``fixup`` leaves the message alone. The Change-Id is that of the draft, as it was:
    the other commit's goes, unless the draft has none. Where neither has one, it gets
    the next of ``fresh`` if the rules want it.
    """
    message = draft.message
    if entry.action == "squash":
        kept = rules.of(message) or rules.of(
            rules.with_id_in_footer(entry.commit.raw.message)
        )
        if entry.message is None:
            message = squash_message(message, entry.commit, rules)
        else:
            message = entry.message
        if kept is None and rules.gives_id(message):
            kept = next(fresh)
        if kept is None:
            message = without_change_id(message, rules.review_urls)
        else:
            message = rules.with_id(message, kept)
    return replace(draft, message=message, squashed=(*draft.squashed, entry.commit))


def id_of_continued_change(draft: CommitDraft, rules: IdRules) -> bytes | None:
    """The Change-Id of the change that a draft continues; None where it is a new one.

    That of the commit it is made from, else of the first squashed into it.
    """
    sources = (draft.source,) if draft.role != "piece" else ()
    messages = (each.raw.message for each in (*sources, *draft.squashed))
    ids = (rules.of(rules.with_id_in_footer(message)) for message in messages)
    return next(filter(None, ids), None)


def squash_message(message: bytes, commit: SourceCommit, rules: IdRules) -> bytes:
    """The message of a squash: both, one after the other, without Change-Ids.

    The trailers of both are at the end, where git and Gerrit look for them. The subject
    of a ``squash!`` commit only says what it is for, and is left out.
    """
    other = message_in_utf8(commit.raw)
    if _PREFIX.match(other):
        other = _body(other)
    bare = [without_change_id(each, rules.review_urls) for each in (message, other)]
    return joined_message(*bare)


def is_for_another(commit: SourceCommit) -> bool:
    """Whether the subject begins with ``fixup!``, ``squash!`` or ``amend!``."""
    return _PREFIX.match(commit.subject) is not None


def fixed_up(commits: Sequence[SourceCommit]) -> Mapping[Oid, SourceCommit]:
    """For each ``fixup!``, ``squash!`` and ``amend!`` the commit that it is for.

    That is one before it; those that find none aren't in it.
    """
    heads: list[Entry] = []
    found: dict[Oid, SourceCommit] = {}
    for commit in commits:
        target = _target(heads, commit)
        if target is None:
            heads.append(Entry(commit))
        else:
            found[commit.oid] = target.commit
    return found


def amended_message(commit: SourceCommit) -> bytes | None:
    """The message that an ``amend!`` has for another commit; None from any other."""
    message = message_in_utf8(commit.raw)
    return _body(message) if message.startswith(b"amend! ") else None


def autosquash(series: Series, todo: Todo) -> Todo:
    """The list with each ``fixup!``, ``squash!`` and ``amend!`` behind its commit.

    They find it as with ``git rebase --autosquash``: the first commit before them with
    that subject, or that id, or whose subject begins like that. ``amend!`` brings the
    new message. Raises InvalidPlan where one would have to leave its line.
    """
    follow: dict[Oid, list[Entry]] = {}
    heads: list[Entry] = []
    for entry in todo.entries:
        target = _target(heads, entry.commit) if entry.action == "pick" else None
        if target is None:
            heads.append(entry)
        else:
            follow.setdefault(target.oid, []).append(_with_squash_action(entry))
    found = Todo(tuple(_behind(heads, follow)))
    new_parents(series, found.order)
    return found


def _behind(
    heads: Sequence[Entry], follow: Mapping[Oid, Sequence[Entry]]
) -> Iterator[Entry]:
    for head in heads:
        yield head
        yield from follow.get(head.oid, ())


def _target(heads: Sequence[Entry], commit: SourceCommit) -> Entry | None:
    """The commit that this one is for, among those before it."""
    wanted, prefixed = commit.subject, False
    while found := _PREFIX.match(wanted):
        wanted, prefixed = wanted[found.end() :], True
    if not prefixed:
        return None
    subjects = [head.commit.subject for head in heads]
    exact = [subject == wanted for subject in subjects]
    by_id = [len(wanted) > 3 and head.oid.encode().startswith(wanted) for head in heads]
    alike = [subject.startswith(wanted) for subject in subjects]
    for found_by in (exact, by_id, alike):
        if True in found_by:
            return heads[found_by.index(True)]
    return None


def _with_squash_action(entry: Entry) -> Entry:
    """The entry, to be squashed as its subject says."""
    found = _PREFIX.match(entry.commit.subject)
    assert found, "it has a target"
    message = None
    if found[1] == b"amend":
        message = _body(message_in_utf8(entry.commit.raw))
    return replace(entry, action=_DOING[found[1]], message=message)


def _body(message: bytes) -> bytes:
    """The message without its first paragraph and the blank lines around it."""
    lines = list(lines_of(message))
    for is_blank in (True, False, True):
        while lines and (not lines[0].strip()) is is_blank:
            lines.pop(0)
    return b"".join(lines)
