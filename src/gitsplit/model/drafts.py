"""Commit drafts made from a plan: trees chosen, messages with their Change-Ids."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gitsplit.errors import InvalidPlan
from gitsplit.model.change_id import IdRules
from gitsplit.model.diff import File
from gitsplit.model.escape import printable
from gitsplit.model.message import without_change_id
from gitsplit.model.plan import Plan
from gitsplit.model.series import CommitDraft, Series, SourceCommit
from gitsplit.model.states import is_whole, steps
from gitsplit.model.todo import Layout, layout_as_read


@dataclass(frozen=True, slots=True)
class SeriesDraft:
    """A series as it is to be written: its drafts, and how they hang together.

    A commit without a draft, and not squashed into another either, is dropped: its
    children get its first parent.
    """

    series: Series
    layout: Layout
    drafts: tuple[CommitDraft, ...]

    @classmethod
    def of(cls, series: Series, drafts: Iterable[CommitDraft]) -> "SeriesDraft":
        """The series with these drafts, in the order that it has."""
        return cls(series, layout_as_read(series), tuple(drafts))


def split_drafts(
    source: SourceCommit, plan: Plan, rules: IdRules, fresh: Iterator[bytes]
) -> tuple[tuple[CommitDraft, ...], tuple[File, ...]]:
    """The drafts of a split commit, and the file states whose blobs they need.

    The owner has the original Change-Id, every other draft the next of ``fresh``; a
    commit without an id gets none unless ``rules`` want one. Raises InvalidPlan where
    a group has no edits or no message, or its tree would be impossible.
    """
    _refuse_incomplete(source, plan)
    drafts: list[CommitDraft] = []
    files: list[File] = []
    original = rules.of(rules.with_id_in_footer(source.raw.message))
    last = len(plan.groups) - 1 if is_whole(plan) else None
    for group, step in enumerate(steps(plan)):
        is_owner = group == plan.owner
        kept = original if is_owner else None
        message = rules.with_id_in_footer(plan.groups[group].message)
        if original is not None or rules.gives_id(message):
            message = rules.with_id(message, kept or next(fresh))
        drafts.append(
            CommitDraft(
                source,
                message,
                "owner" if is_owner else "piece",
                # The original itself: it may hold rows that we would write otherwise.
                tree=source.raw.tree if group == last else None,
                paths=step.paths,
            )
        )
        files += step.files
    return tuple(drafts), tuple(files)


def pick_draft(source: SourceCommit, rules: IdRules) -> CommitDraft:
    """The draft of a commit that stays as it is, but for its parents.

    And for a Change-Id that the rules want moved.
    """
    message = rules.with_id_in_footer(source.raw.message)
    return CommitDraft(source, message, "same", tree=source.raw.tree)


def reword_draft(
    source: SourceCommit, message: bytes, rules: IdRules, fresh: Iterator[bytes]
) -> CommitDraft:
    """The draft of a commit with another message, its Change-Id kept.

    One that has none gets the next of ``fresh`` where the rules want one. Raises
    InvalidPlan where the message is empty.
    """
    if not message.strip():
        raise _no_message(source.subject)
    message = rules.with_id_in_footer(message)
    original = rules.of(rules.with_id_in_footer(source.raw.message))
    if original is not None or rules.gives_id(message):
        message = rules.with_id(message, original or next(fresh))
    return CommitDraft(source, message, "same", tree=source.raw.tree)


def _refuse_incomplete(source: SourceCommit, plan: Plan) -> None:
    """Nothing where every group has edits and a message, else InvalidPlan."""
    for number, group in enumerate(plan.groups):
        if number not in plan.group_of:
            raise InvalidPlan(
                f"Commit {number + 1} is empty.",
                hint="Send it a hunk, or remove it.",
            )
        if not without_change_id(group.message).strip():
            which = b"commit %d of %s" % (number + 1, source.oid[:10].encode())
            raise _no_message(which)


def _no_message(which: bytes) -> InvalidPlan:
    return InvalidPlan(
        f"The message of {printable(which)} is empty.",
        hint="Give it at least a subject line.",
    )
