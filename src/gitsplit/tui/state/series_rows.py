"""The rows of the series: a commit each, and below one that is split its parts."""

from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import NamedTuple

from gitsplit.model.memo import memo_by
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan
from gitsplit.model.todo import Entry
from gitsplit.tui.state.app_state import Estimate, State
from gitsplit.tui.state.commit_diff import sizes_in
from gitsplit.tui.state.new_commits import NewCommit, new_commits


class SeriesRow(NamedTuple):
    """A row of the series: the commit at ``place`` of the todo list, from 0.

    ``part`` is a new commit that it is split into, ``number`` its number among all new
    ones, from 0, and ``size`` how many lines it changes.
    """

    place: int
    entry: Entry
    part: NewCommit | None = None
    number: int = 0
    size: str = ""


@memo_by(attrgetter("info", "todo", "hunks_between"))
def series_rows(state: State) -> tuple[SeriesRow, ...]:
    """All rows of the series, in order."""
    parts: dict[Oid, list[tuple[int, NewCommit]]] = {}
    for number, commit in enumerate(new_commits(state)):
        if commit.group is not None:
            parts.setdefault(commit.entry.oid, []).append((number, commit))
    rows: list[SeriesRow] = []
    for place, entry in enumerate(state.todo.entries):
        rows.append(SeriesRow(place, entry))
        rows += _part_rows(state, place, entry, parts.get(entry.oid, []))
    return tuple(rows)


def _part_rows(
    state: State, place: int, entry: Entry, parts: list[tuple[int, NewCommit]]
) -> Iterator[SeriesRow]:
    """The rows of the new commits that a commit is split into."""
    if entry.plan is None or not parts:
        return
    sizes = sizes_in(entry.plan, state.hunks_between)
    for number, part in parts:
        assert part.group is not None, "it is a part"
        yield SeriesRow(place, entry, part, number, sizes[part.group].lines)


@memo_by(attrgetter("todo", "estimates"))
def estimates_of_entries(state: State) -> Mapping[Oid, Estimate]:
    """The estimates by the first commits of entries.

    Of several commits in one entry it isn't estimated how many changes they are.
    """
    several = {
        entry.oid: _size_in_all(entry.plan)
        for entry in state.todo.entries
        if entry.rest and entry.plan is not None
    }
    return {**state.estimates, **several}


def _size_in_all(plan: Plan) -> Estimate:
    """How much the commits of a range change in all, each file counted once."""
    hunks = [hunk for change in plan.changes for hunk in change.hunks]
    added = sum(len(hunk.new) for hunk in hunks)
    return Estimate(len(plan.threads), added, sum(len(hunk.old) for hunk in hunks))


def selected_stretch(state: State) -> range:
    """The places of the selected commits in the todo list; none where none are."""
    if state.stretch is None:
        return range(0)
    ends = sorted(map(state.todo.place, (state.stretch, state.chosen)))
    return range(ends[0], ends[1] + 1)
