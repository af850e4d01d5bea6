"""The rows of the screen of messages: the new commits, and parts of what was said.

Below the commits that one was split into stand the parts of its message: sentences,
items of lists, paragraphs. Each is in the messages that say it, or left out.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from msgspec import Struct

from gitsplit.errors import ActionRefused, NothingToDo
from gitsplit.model.memo import memo
from gitsplit.model.message_parts import NO_HEIR, MessagePart, MessageSplit
from gitsplit.model.objects import Oid
from gitsplit.model.part_homes import (
    listed_parts,
    parts_left_out,
    split_as_written,
)
from gitsplit.tui.state.app_state import ONE_COMMIT, Screen, State, entries_of
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.new_commits import (
    Address,
    NewCommit,
    PlacedMessage,
    message_commits,
    message_group,
    new_commits,
)


class MessageRow(NamedTuple):
    """A row: a new commit by its number on the screen, from 0, or a part.

    ``part`` is the number of the part in the message that ``commit`` was split from; of
    a part ``commit`` is the first that says it, else the last one.
    """

    commit: int
    part: int | None = None


class PartedMessage(Struct, frozen=True):
    """The message of a commit that is split, and which new commits say its parts.

    The groups of ``split`` are the new commits from number ``first`` on.
    """

    original: Oid
    first: int
    commits: tuple[NewCommit, ...]
    split: MessageSplit

    @property
    def listed(self) -> tuple[int, ...]:
        """The parts to be listed, if there are several: trailers have their rules."""
        return listed_parts(self.split)

    def part(self, number: int) -> MessagePart:
        """The part of this number."""
        return self.split.parts[number]

    def homes(self, part: int) -> tuple[int, ...]:
        """The numbers on the screen, from 0, of the commits that say the part."""
        return tuple(self.first + group for group in self.split.homes[part])

    def left_out(self) -> tuple[int, ...]:
        """The listed parts that no commit says."""
        return parts_left_out(self.split)


@memo
def _parted_messages(
    commits: tuple[NewCommit, ...],
) -> Mapping[Oid, PartedMessage]:
    """The messages in parts of all commits that are split, by these.

    Those of a range each have a new commit, or none.
    """
    found: dict[Oid, PartedMessage] = {}
    first = 0
    for oid, run in groupby(commits, key=lambda commit: commit.entry.oid):
        own = tuple(run)
        if own[0].group is not None and not own[0].entry.rest:
            found[oid] = PartedMessage(oid, first, own, _split_of(own))
        first += len(own)
    return found


def _split_of(commits: tuple[NewCommit, ...]) -> MessageSplit:
    """Which of the commits say which parts of the message that they were split from."""
    original = commits[0].entry.commit.raw.message
    heirs = (at for at, commit in enumerate(commits) if commit.continued)
    messages = tuple(commit.message for commit in commits)
    same = (at for at, message in enumerate(messages) if message == original)
    return split_as_written(original, messages, next(heirs, next(same, NO_HEIR)))


def parted_messages(state: State) -> Mapping[Oid, PartedMessage]:
    """The messages in parts of all commits that are split, by these."""
    return _parted_messages(message_commits(state))


def message_rows(state: State) -> tuple[MessageRow, ...]:
    """The rows of the screen of messages."""
    return _rows_of(message_commits(state))


@memo
def _rows_of(commits: tuple[NewCommit, ...]) -> tuple[MessageRow, ...]:
    return tuple(_rows(commits))


def _rows(commits: tuple[NewCommit, ...]) -> Iterator[MessageRow]:
    parted = _parted_messages(commits)
    for number, commit in enumerate(commits):
        yield MessageRow(number)
        message = parted.get(commit.entry.oid)
        if message is None or number + 1 < message.first + len(message.commits):
            continue
        for part in message.listed:
            homes = message.homes(part)
            yield MessageRow(homes[0] if homes else number, part)


def selected_row(state: State) -> MessageRow:
    """The row at the cursor; raises ActionRefused where there is none."""
    rows = message_rows(state)
    if not rows:
        raise NothingToDo(
            "No new commit messages yet.", hint=keyed(state, "{back} goes back.")
        )
    return rows[min(state.message, len(rows) - 1)]


def commit_at_cursor(state: State) -> NewCommit:
    """The new commit at the cursor; of a part the one that says it.

    Raises ActionRefused where there is none.
    """
    return message_commits(state)[selected_row(state).commit]


def row_of_commit(state: State, number: int) -> int:
    """The row of the new commit of this number, from 0."""
    return message_rows(state).index(MessageRow(number))


def current_message(state: State) -> PlacedMessage:
    """The message of the selected commit; raises ActionRefused where it has none."""
    if state.screen in ONE_COMMIT:
        home = message_group(state.plan, state.focus)
        where = Address(state.target.commit, home)
        return PlacedMessage(where, state.plan.groups[home].message)
    if state.screen is Screen.MESSAGES:
        commit = commit_at_cursor(state)
    else:
        commit = _commit_from(state, state.chosen)
    return PlacedMessage(commit.where, commit.message)


def _commit_from(state: State, oid: Oid) -> NewCommit:
    """The one new commit that a commit of the series is, or is squashed into."""
    entry = entries_of(state.todo)[oid]
    if entry.action == "drop":
        raise NothingToDo("A commit that is dropped needs no message.")
    if entry.action == "split":
        raise ActionRefused(
            "A commit that is split has several messages.",
            hint=keyed(state, "{messages} shows them."),
        )
    return next(
        commit
        for commit in new_commits(state)
        if commit.entry.oid == oid or oid in commit.joined
    )
