"""The new commits that a todo list comes to, in order, each with its message."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import NamedTuple

from gitsplit.errors import InvalidPlan
from gitsplit.model.message import subject_of
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED
from gitsplit.model.todo import Entry, Todo, joined_messages, layout
from gitsplit.tui.memo import memo, memo_by
from gitsplit.tui.state.app_state import State, Whole


class Address(NamedTuple):
    """Where a message is: in a commit's entry, or in a group of its plan."""

    commit: Oid
    group: int | None = None


@dataclass(frozen=True, slots=True)
class NewCommit:
    """A commit that there will be.

    ``entry`` is what it is made from, ``group`` its group where that is split, and
    ``where`` the place of its ``message``. ``joined`` are the commits squashed into it.
    ``is_owner`` says whether it is what reviewers know as ``entry``'s commit.
    """

    entry: Entry
    group: int | None
    where: Address
    message: bytes
    is_owner: bool = True
    joined: tuple[Oid, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether somebody has to see to its message."""
        return self.entry.action != "pick" or bool(self.joined)


@memo_by(attrgetter("whole", "todo"))
def new_commits(state: State) -> tuple[NewCommit, ...]:
    """The commits that the todo list comes to; groups without pieces make none."""
    return tuple(_commits_of(state.whole, state.todo))


@memo
def new_subjects(commits: tuple[NewCommit, ...]) -> Mapping[Oid, bytes]:
    """The subjects of commits that aren't split and get another than they had."""
    return {
        each.entry.oid: subject
        for each in commits
        if each.group is None
        and (subject := subject_of(each.message)) != each.entry.commit.subject
    }


def _commits_of(whole: Whole, todo: Todo) -> list[NewCommit]:
    """The new commits, in order."""
    found: list[NewCommit] = []
    into = _into(whole, todo)
    for entry in todo.entries:
        if leader := into.get(entry.oid):
            at = [n for n, made in enumerate(found) if made.entry.oid == leader]
            for last in at[-1:]:
                found[last] = _with_squashed(whole, found[last], entry)
        elif entry.action not in ("squash", "fixup", "drop"):
            found += _of_entry(entry)
    return found


def _into(whole: Whole, todo: Todo) -> Mapping[Oid, Oid]:
    """Which commits go into which; none where they can't stand in this order."""
    try:
        return layout(whole.series, todo).into
    except InvalidPlan:
        return {}


def _of_entry(entry: Entry) -> Iterator[NewCommit]:
    """The commits that an entry comes to by itself."""
    if entry.action != "split" or entry.plan is None:
        message = entry.message if entry.action == "reword" else None
        text = entry.commit.raw.message if message is None else message
        yield NewCommit(entry, None, Address(entry.oid), text)
        return
    plan = entry.plan
    used = sorted(set(plan.group_of) - {DROPPED})
    owner = _owner(plan.owner, used)
    for group in used:
        # The one that takes an empty owner's place has its message too.
        place = plan.owner if group == owner else group
        message = plan.groups[group if place is None else place].message
        where = Address(entry.oid, place)
        yield NewCommit(entry, group, where, message, is_owner=group == owner)


def _owner(owner: int | None, used: list[int]) -> int | None:
    """The group that is the owner once those without pieces are left out."""
    if owner is None or owner in used or not used:
        return owner
    return next((group for group in used if group > owner), used[-1])


def _with_squashed(whole: Whole, made: NewCommit, entry: Entry) -> NewCommit:
    """The commit with that of the entry in it."""
    into = replace(made, joined=(*made.joined, entry.oid))
    if entry.action == "fixup":
        return into
    both = joined_messages(made.message, entry.commit, whole.ids)
    message = both if entry.message is None else entry.message
    return replace(into, where=Address(entry.oid), message=message)
