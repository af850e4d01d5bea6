"""What is to be done to each commit of a series, in the order of the new one.

The todo list of ``git rebase -i`` as a value. A commit that is moved keeps to its own
line of history: with merges in the series, a *line* is a run of commits in which each
has one parent, the one before it, which has no other child in the series.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gitsplit.core.objects import Oid
from gitsplit.core.plan import Plan
from gitsplit.core.series import Series, SourceCommit
from gitsplit.core.shown import shown
from gitsplit.errors import PlanRefused

Doing = Literal["pick", "split", "reword", "squash", "fixup", "drop"]
"""What git's todo list calls a command, and ``split``."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One commit of the series and what is to be done to it.

    ``message`` is the new message of a ``reword``, or of what a ``squash`` makes with
    the commit before it (None: both messages, as git joins them). ``plan`` says how a
    ``split`` splits; where something else is to be done it only waits.
    """

    commit: SourceCommit
    action: Doing = "pick"
    message: bytes | None = None
    plan: Plan | None = None

    @property
    def oid(self) -> Oid:
        """The commit's id."""
        return self.commit.oid


@dataclass(frozen=True, slots=True)
class Todo:
    """The entries of all commits of a series, in the new order; dropped ones too."""

    entries: tuple[Entry, ...]

    @property
    def order(self) -> tuple[Oid, ...]:
        """The commits in the new order."""
        return tuple(entry.oid for entry in self.entries)

    @property
    def plans(self) -> Mapping[Oid, Plan]:
        """The plans of the commits that are to be split, in the new order."""
        return {
            entry.oid: entry.plan
            for entry in self.entries
            if entry.action == "split" and entry.plan is not None
        }

    def place(self, commit: Oid) -> int:
        """The place of the commit's entry, from 0."""
        return self.order.index(commit)

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


def picked(series: Series) -> Todo:
    """The list that leaves every commit as it is."""
    return Todo(tuple(Entry(commit) for commit in series.commits))


def new_parents(series: Series, order: Sequence[Oid]) -> Mapping[Oid, tuple[Oid, ...]]:
    """The parents of each commit where the series is in this order.

    Parents in the series are named by the commits as they were read; nothing is
    dropped or squashed yet. Raises PlanRefused where a commit would leave its line.
    """
    original = [commit.oid for commit in series.commits]
    lines = _lines(series)
    for old, new in zip(original, order, strict=True):
        if lines[old] != lines[new]:
            raise _leaves_its_line(series, new)
    now_at = dict(zip(original, order, strict=True))
    return {
        now_at[commit.oid]: tuple(now_at.get(p, p) for p in commit.raw.parents)
        for commit in series.commits
    }


def _lines(series: Series) -> Mapping[Oid, Oid]:
    """The first commit of the line that each commit is in; a merge is its own."""
    parents = [parent for c in series.commits for parent in c.raw.parents]
    children = Counter(parents)
    lines: dict[Oid, Oid] = {}
    merges = {c.oid for c in series.commits if len(c.raw.parents) > 1}
    for commit in series.commits:
        before = commit.raw.parents[0] if commit.raw.parents else None
        continues = (
            commit.oid not in merges
            and before in lines
            and before not in merges
            and children[before] == 1
        )
        lines[commit.oid] = lines[before] if before and continues else commit.oid
    return lines


def _leaves_its_line(series: Series, oid: Oid) -> PlanRefused:
    commit = next(c for c in series.commits if c.oid == oid)
    what = "is a merge" if len(commit.raw.parents) > 1 else "would pass a merge or fork"
    return PlanRefused(
        f"{oid[:10]} “{shown(commit.subject)}” {what}, so it can't be moved there.",
        hint="Commits change places between two merges or forks only.",
    )
