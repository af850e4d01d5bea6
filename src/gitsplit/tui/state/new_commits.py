"""The new commits that a todo list makes, in order, each with its message.

Groups without edits make none. Where that of the owner has none, another commit
continues the original, with the owner's message.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.memo import memo, memo_by
from gitsplit.model.message import has_body, subject_of
from gitsplit.model.objects import Oid
from gitsplit.model.plan import (
    Plan,
    groups_with_edits,
    has_own_message,
    without_empty_groups,
)
from gitsplit.model.series import SourceCommit
from gitsplit.model.todo import Entry, Todo, squash_message, todo_layout
from gitsplit.tui.state.app_state import (
    ONE_COMMIT,
    SeriesInfo,
    State,
    entries_of,
)


class Address(NamedTuple):
    """Where a message is kept: in a commit's entry, or in a group of its plan."""

    commit: Oid
    group: int | None = None


class NewCommit(Struct, frozen=True):
    """A commit of the new series.

    It is made from ``entry``, of ``group`` where that is split; ``where`` is its
    ``message`` kept. ``joined`` are the commits squashed into it. ``continued`` is the
    original that it continues: its Change-Id, its review; None where it is a new one.
    ``is_proposed`` says that its message is proposed and not confirmed.
    """

    entry: Entry
    group: int | None
    where: Address
    message: bytes
    continued: SourceCommit | None
    joined: tuple[Oid, ...] = ()
    is_proposed: bool = False

    @property
    def is_new(self) -> bool:
        """Whether its message may have to be written: it is no mere pick."""
        return self.entry.action != "pick" or bool(self.joined)


class PlacedMessage(NamedTuple):
    """A message and where it is kept."""

    where: Address
    message: bytes


@memo_by(attrgetter("info", "todo"))
def new_commits(state: State) -> tuple[NewCommit, ...]:
    """The new commits that the todo list makes, oldest first."""
    return tuple(_commits_of(state.info, state.todo))


def reviewable_commits(state: State) -> tuple[int, ...]:
    """The numbers of the commits that reviewers haven't seen: parts of split ones."""
    commits = enumerate(new_commits(state))
    return tuple(number for number, each in commits if each.group is not None)


def reviewed_commits(state: State) -> frozenset[int]:
    """The numbers of the new commits that were read to their ends."""
    if state.reviewed is None or state.reviewed[0] is not state.todo:
        return frozenset()
    return state.reviewed[1]


def number_of_new_commit(state: State, group: int) -> int:
    """The number of the new commit of a group of the open one; -1 where it is empty."""
    here = (state.target.commit, group)
    commits = enumerate(new_commits(state))
    return next((n for n, each in commits if (each.entry.oid, each.group) == here), -1)


@memo_by(attrgetter("info", "todo"))
def order_flaws(state: State) -> Mapping[int, tuple[str, ...]]:
    """What is wrong with the order, in sentences, by the new commits (from 0)."""
    from gitsplit.proposal.flaws import flaw_sentence, flaws_of  # not to open with

    first: dict[Oid, int] = {}
    for number, commit in enumerate(new_commits(state)):
        first.setdefault(commit.entry.oid, number)
    found: dict[int, tuple[str, ...]] = {}
    for entry in state.todo.entries:
        if entry.action != "split" or entry.plan is None or entry.oid not in first:
            continue
        start = first[entry.oid]
        for flaw in flaws_of(without_empty_groups(entry.plan)):
            said = flaw_sentence(flaw, start.__add__)
            found[start + flaw.group] = (*found.get(start + flaw.group, ()), said)
    return found


@memo_by(attrgetter("info", "todo"))
def advice_on_commits(state: State) -> tuple[str, str]:
    """What guides say of the new commits, and which one says so; of all the first.

    Empty where they say nothing, and where that isn't wanted.
    """
    if not state.info.has_advice:
        return "", ""
    from gitsplit.proposal.advice import advice_on  # not to open with

    places = [(each.entry.oid, each.group) for each in new_commits(state)]
    for entry in state.todo.entries:
        if entry.action != "split" or entry.plan is None:
            continue
        for each in advice_on(without_empty_groups(entry.plan)):
            start = next(at for at, (oid, _) in enumerate(places) if oid == entry.oid)
            return each.sentence(partial(_numbered, start + 1)), each.source
    return "", ""


def _numbered(start: int, group: int) -> str:
    return f"commit {start + group}"


@memo
def new_subjects(commits: tuple[NewCommit, ...]) -> Mapping[Oid, bytes]:
    """The new subjects of commits that aren't split, where they are other ones."""
    return {
        each.entry.oid: subject
        for each in commits
        if each.group is None
        and (subject := subject_of(each.message)) != each.entry.commit.subject
    }


def _commits_of(info: SeriesInfo, todo: Todo) -> list[NewCommit]:
    """The new commits, in order."""
    found: list[NewCommit] = []
    into = _squash_targets(info, todo)
    for entry in todo.entries:
        if leader := into.get(entry.oid):
            at = [n for n, made in enumerate(found) if made.entry.oid == leader]
            for last in at[-1:]:
                found[last] = _with_squashed(info, found[last], entry)
        elif entry.action not in ("squash", "fixup", "drop"):
            found += _entry_commits(entry)
    return found


def _squash_targets(info: SeriesInfo, todo: Todo) -> Mapping[Oid, Oid]:
    """The commit that each squashed one goes into; none where the order is refused."""
    try:
        return todo_layout(info.series, todo).into
    except InvalidPlan:
        return {}


def _entry_commits(entry: Entry) -> Iterator[NewCommit]:
    """The new commits of one entry, before others are squashed into them."""
    if entry.action != "split" or entry.plan is None:
        message = entry.message if entry.action == "reword" else None
        text = entry.commit.raw.message if message is None else message
        yield NewCommit(entry, None, Address(entry.oid), text, entry.commit)
        return
    plan = entry.plan
    for group in groups_with_edits(plan):
        home = message_group(plan, group)
        message, is_proposed = plan.groups[home].message, plan.groups[home].is_proposed
        where, heir_of = Address(entry.oid, home), continued_commit(entry, plan, group)
        yield NewCommit(entry, group, where, message, heir_of, (), is_proposed)


def continued_commit(entry: Entry, plan: Plan, group: int) -> SourceCommit | None:
    """The commit of the entry that the commit of a group continues, if any."""
    if not entry.rest:
        return entry.commit if group == final_owner(plan) else None
    continued = plan.continues(group)
    return None if continued is None else entry.commits[continued]


def source_ids(
    info: SeriesInfo, commits: Sequence[SourceCommit], continued: SourceCommit | None
) -> tuple[bytes, ...]:
    """The Change-Id of the commit that a new one continues, if it has one.

    Of one that continues none, those of the ``commits`` that it is made from.
    """
    own = commits if continued is None else (continued,)
    ids = (info.change_ids.get(commit.oid) for commit in own)
    return tuple(each for each in ids if each)


def _with_squashed(info: SeriesInfo, made: NewCommit, entry: Entry) -> NewCommit:
    """The commit with that of the entry squashed into it."""
    into = replace(made, joined=(*made.joined, entry.oid))
    if entry.action == "fixup":
        return into
    both = squash_message(made.message, entry.commit, info.ids)
    message = both if entry.message is None else entry.message
    where = Address(entry.oid)
    return replace(into, where=where, message=message, is_proposed=False)


def unconfirmed_count(state: State) -> int:
    """How many of the new commits have a message that nobody has confirmed."""
    return sum(commit.is_proposed for commit in new_commits(state))


def unread_count(state: State) -> int:
    """How many of those messages say more than the subject, and weren't read.

    Trailers aren't counted; a message is read where its commit was, to the end.
    """
    seen = reviewed_commits(state)
    return sum(
        commit.is_proposed and number not in seen and has_body(commit.message)
        for number, commit in enumerate(new_commits(state))
    )


def message_commits(state: State) -> tuple[NewCommit, ...]:
    """The new commits that the screen of messages lists: all but mere picks."""
    return _message_commits(new_commits(state))


@memo
def _message_commits(commits: tuple[NewCommit, ...]) -> tuple[NewCommit, ...]:
    return tuple(commit for commit in commits if commit.is_new)


@memo
def final_owner(plan: Plan) -> int | None:
    """The group that continues the only commit once groups without edits are left out.

    That of an empty owner is the one that :func:`without_empty_groups` makes the owner.
    """
    owner, used = plan.owner, groups_with_edits(plan)
    if owner is None or owner in used or not used:
        return owner
    return next((group for group in used if group > owner), used[-1])


def message_of(plan: Plan, group: int) -> bytes:
    """The message that a commit will have."""
    return plan.groups[message_group(plan, group)].message


def message_group(plan: Plan, group: int) -> int:
    """The group whose message the commit of ``group`` will have: mostly itself.

    Where the owner is empty, the commit that continues the original has the owner's,
    unless another was written for it.
    """
    if plan.is_range or plan.owner is None or group != final_owner(plan):
        return group
    return group if has_own_message(plan.groups[group]) else plan.owner


def group_with_message(plan: Plan, group: int) -> int:
    """The group whose commit will have this one's: inverse of :func:`message_group`."""
    owner = None if plan.is_range else final_owner(plan)
    has_it = owner is not None and message_group(plan, owner) == group
    return owner if owner is not None and has_it else group


def final_number(plan: Plan, group: int) -> int:
    """The number of a group among those that make a commit, from 1."""
    return 1 + bisect_left(groups_with_edits(plan), group)


def origin_words(commit: NewCommit) -> str:
    """What a new commit is made from, in words."""
    entry = commit.entry
    words = f"{entry.action} {entry.oid[:7]}"
    if commit.group is not None and entry.plan is not None:
        number = final_number(entry.plan, commit.group)
        of = entry.oid[:7] if entry.commit.is_stored else entry.commit.in_words
        words = f"commit {number} of {of}"
    if commit.joined:
        words += f", {', '.join(oid[:7] for oid in commit.joined)} squashed in"
    return words


def commit_name(state: State, where: Address) -> str:
    """The name of a new commit on the screen, with its number.

    While its original is open, groups without edits are counted too.
    """
    entry = entries_of(state.todo).get(where.commit)
    plan = None if entry is None else entry.plan
    if where.group is None or plan is None or where.group >= len(plan.groups):
        return where.commit[:7]
    if state.screen in ONE_COMMIT:
        return f"commit {where.group + 1}"
    if entry is not None and not entry.commit.is_stored:
        return f"commit {final_number(plan, where.group)}"
    return f"commit {final_number(plan, where.group)} of {where.commit[:7]}"
