"""The new commits that there will be: of a todo list, and of the plan of one commit.

Of a todo list, in order, with the messages that the user has to see to. Of a plan, the
size of each commit, and which one continues the original.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import NamedTuple

from gitsplit.errors import ActionRefused, InvalidPlan
from gitsplit.model.diff import Edit, TextEdit
from gitsplit.model.memo import memo, memo_by
from gitsplit.model.message import subject_of
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, Plan, without_empty_groups
from gitsplit.model.todo import Entry, Todo, squash_message, todo_layout
from gitsplit.tui.diff.rows import common_ends, common_ends_of_both
from gitsplit.tui.state.app_state import ONE_COMMIT, Screen, State, Whole, entries_of


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
        return todo_layout(whole.series, todo).into
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
    both = squash_message(made.message, entry.commit, whole.ids)
    message = both if entry.message is None else entry.message
    return replace(into, where=Address(entry.oid), message=message)


@dataclass(slots=True)
class Size:
    """Pieces, added and removed lines; of a commit, also those of each of its files."""

    pieces: int = 0
    added: int = 0
    removed: int = 0
    files: "dict[int, Size]" = field(default_factory=dict)

    @property
    def lines(self) -> str:
        """Added and removed lines as git's ``--stat`` readers know them."""
        return f"+{self.added} -{self.removed}"


Sizes = dict[int, Size]
"""The size of each group, empty ones too, and of DROPPED where it has edits."""


class Count:
    """The sizes of a plan's commits, updated from those of the plan asked for before.

    Only edits that changed or moved are counted; the result is as if all were.
    """

    def __init__(self) -> None:
        self._last: tuple[Plan, Sizes] | None = None

    def __call__(self, plan: Plan) -> Sizes:
        """The sizes of the plan's commits."""
        if self._last is None or self._last[0].changes is not plan.changes:
            self._last = (plan, _sizes_of(plan))
        elif self._last[0] is not plan:
            self._last = (plan, _sizes_after(*self._last, plan))
        return self._last[1]


plan_sizes = Count()


@memo
def written_owner(plan: Plan) -> int | None:
    """The group that will keep the Change-Id: an empty one leaves it to another."""
    written = [group for group, size in plan_sizes(plan).items() if size.pieces]
    owner = without_empty_groups(plan).owner
    return owner if owner is None else (*sorted(written), plan.owner)[owner]


def message_of(plan: Plan, group: int) -> bytes:
    """The message that a commit will have."""
    return plan.groups[home_of(plan, group)].message


def home_of(plan: Plan, group: int) -> int:
    """The group whose message a commit will have.

    Where the owner is empty, the commit that continues the original has the owner's.
    """
    keeper = plan.owner if group == written_owner(plan) else group
    return group if keeper is None else keeper


def shown_home(plan: Plan, group: int) -> int:
    """The group that has the message of ``group``: the inverse of :func:`home_of`."""
    written = written_owner(plan)
    return written if written is not None and group == plan.owner else group


def written_number(plan: Plan, group: int) -> int:
    """The number of a group among those that make a commit, from 1."""
    sizes = plan_sizes(plan)
    return 1 + sum(sizes[each].pieces > 0 for each in range(group))


Members = Sequence[tuple[Edit, int]]
"""Edits, each with its group."""


def _sizes_of(plan: Plan) -> Sizes:
    """The sizes, each edit counted."""
    sizes = {group: Size() for group in range(len(plan.groups))}
    _count(sizes, tuple(zip(plan.edits, plan.group_of, strict=True)))
    return sizes


def _sizes_after(before: Plan, sizes: Sizes, plan: Plan) -> Sizes:
    """The sizes of ``plan``, from those of ``before`` and the edits that differ."""
    alike = common_ends_of_both(
        common_ends(before.edits, plan.edits),
        common_ends(before.group_of, plan.group_of),
    )
    gone, come = (
        tuple(zip(alike.middle(p.edits), alike.middle(p.group_of), strict=True))
        for p in (before, plan)
    )
    if len(before.groups) != len(plan.groups) or 2 * len(come) > len(plan.edits):
        return _sizes_of(plan)
    found = _with_copies(sizes, (*gone, *come))
    _count(found, gone, -1)
    _count(found, come)
    if DROPPED in found and not found[DROPPED].pieces:
        del found[DROPPED]
    return found


def _with_copies(sizes: Sizes, members: Members) -> Sizes:
    """The sizes, those that these edits count for as copies."""
    found = dict(sizes)
    for group in {group for _, group in members} & sizes.keys():
        found[group] = replace(sizes[group], files=dict(sizes[group].files))
    for group, file in {(group, edit.file) for edit, group in members}:
        if group in sizes and file in sizes[group].files:
            found[group].files[file] = replace(sizes[group].files[file])
    return found


def _count(sizes: Sizes, members: Members, by: int = 1) -> None:
    """Count each edit for its group and its file, or no longer where ``by`` is -1."""
    for edit, group in members:
        size = sizes.setdefault(group, Size())
        part = size.files.setdefault(edit.file, Size())
        added, removed = _line_counts(edit)
        for counted in (size, part):
            counted.pieces += by
            counted.added += by * added
            counted.removed += by * removed
        if not part.pieces:
            del size.files[edit.file]


def _line_counts(edit: Edit) -> tuple[int, int]:
    """How many lines an edit adds and removes."""
    return (len(edit.new), len(edit.old)) if isinstance(edit, TextEdit) else (0, 0)


class Text(NamedTuple):
    """A message and its place."""

    where: Address
    message: bytes


def worded_commits(state: State) -> tuple[NewCommit, ...]:
    """The commits whose messages are somebody's business, in order."""
    return _new_messages(new_commits(state))


@memo
def _new_messages(commits: tuple[NewCommit, ...]) -> tuple[NewCommit, ...]:
    return tuple(commit for commit in commits if commit.is_new)


def text_at_hand(state: State) -> Text:
    """The message that the keys are about; ActionRefused where there is none."""
    if state.screen in ONE_COMMIT:
        home = home_of(state.plan, state.focus)
        where = Address(state.target.commit, home)
        return Text(where, state.plan.groups[home].message)
    if state.screen is Screen.MESSAGES:
        commit = commit_at_cursor(state)
    else:
        commit = _commit_of(state, state.chosen)
    return Text(commit.where, commit.message)


def commit_at_cursor(state: State) -> NewCommit:
    """The new commit at the cursor of the messages; ActionRefused where none is."""
    commits = worded_commits(state)
    if not commits:
        raise ActionRefused("No new commit messages yet.", hint="q goes back.")
    return commits[min(state.message, len(commits) - 1)]


def _commit_of(state: State, oid: Oid) -> NewCommit:
    """The one new commit that a commit of the series comes to."""
    entry = entries_of(state.todo)[oid]
    if entry.action == "drop":
        raise ActionRefused("A commit that is dropped needs no message.")
    if entry.action == "split":
        raise ActionRefused(
            "A commit that is split has several messages.", hint="l shows them."
        )
    return next(
        commit
        for commit in new_commits(state)
        if commit.entry.oid == oid or oid in commit.joined
    )


def origin(commit: NewCommit) -> str:
    """What a new commit is made from, in words."""
    entry = commit.entry
    words = f"{entry.action} {entry.oid[:7]}"
    if commit.group is not None and entry.plan is not None:
        number = written_number(entry.plan, commit.group)
        words = f"commit {number} of {entry.oid[:7]}"
    if commit.joined:
        words += f", {', '.join(oid[:7] for oid in commit.joined)} squashed in"
    return words


def commit_name(state: State, where: Address) -> str:
    """The new commit as the screen calls it.

    Where one commit is seen, those without pieces have numbers too; elsewhere they are
    no commits.
    """
    entry = entries_of(state.todo).get(where.commit)
    plan = None if entry is None else entry.plan
    if where.group is None or plan is None or where.group >= len(plan.groups):
        return where.commit[:7]
    if state.screen in ONE_COMMIT:
        return f"commit {where.group + 1}"
    return f"commit {written_number(plan, where.group)} of {where.commit[:7]}"
