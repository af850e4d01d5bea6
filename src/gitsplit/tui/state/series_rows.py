"""The rows of the series: a commit each, and below one that is split its parts."""

from collections.abc import Iterator
from operator import attrgetter
from typing import NamedTuple

from gitsplit.model.memo import memo_by
from gitsplit.model.objects import Oid
from gitsplit.model.todo import Entry
from gitsplit.tui.state.app_state import State
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


def selected_stretch(state: State) -> range:
    """The places of the selected commits in the todo list; none where none are."""
    if state.stretch is None:
        return range(0)
    ends = sorted(map(state.todo.place, (state.stretch, state.chosen)))
    return range(ends[0], ends[1] + 1)
