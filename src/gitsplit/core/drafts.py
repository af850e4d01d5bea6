"""Commit drafts made from a plan: trees chosen, messages with their Change-Ids."""

from collections.abc import Iterator
from dataclasses import dataclass

from gitsplit.core.changes import File
from gitsplit.core.message import change_ids, with_change_id, without_change_id
from gitsplit.core.plan import Plan
from gitsplit.core.series import CommitDraft, SourceCommit
from gitsplit.core.shown import shown
from gitsplit.core.states import is_whole, steps
from gitsplit.errors import PlanRefused


@dataclass(frozen=True, slots=True)
class IdRules:
    """How this repository uses Change-Ids.

    ``wanted`` says whether a commit gets one although its original has none.
    ``link_url`` is ``gerrit.reviewUrl`` where ids are written as ``Link:`` footers,
    else empty.
    """

    wanted: bool = False
    link_url: bytes = b""

    def of(self, message: bytes) -> bytes | None:
        """The id that Gerrit sees in ``message``; the first, if there are several."""
        found = change_ids(message, (self.link_url,) if self.link_url else ())
        return found[0] if found else None


def split_drafts(
    source: SourceCommit, plan: Plan, rules: IdRules, fresh: Iterator[bytes]
) -> tuple[tuple[CommitDraft, ...], tuple[File, ...]]:
    """The drafts of a split commit, and the file states whose blobs they need.

    The owner has the original Change-Id, every other draft the next of ``fresh``; a
    commit without an id gets none unless ``rules`` want one. Raises PlanRefused where
    a group has no edits or no message, or its tree would be impossible.
    """
    _refuse_incomplete(plan)
    drafts: list[CommitDraft] = []
    files: list[File] = []
    original = rules.of(source.raw.message)
    last = len(plan.groups) - 1 if is_whole(plan) else None
    for group, step in enumerate(steps(plan)):
        is_owner = group == plan.owner
        kept = original if is_owner else None
        message = plan.groups[group].message
        if original is not None or rules.wanted:
            change_id = kept or next(fresh)
            message = with_change_id(message, change_id, link_url=rules.link_url)
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


def kept_draft(source: SourceCommit) -> CommitDraft:
    """The draft of a commit that stays as it is, but for its parents."""
    return CommitDraft(source, source.raw.message, "same", tree=source.raw.tree)


def reworded_draft(source: SourceCommit, message: bytes, rules: IdRules) -> CommitDraft:
    """The draft of a commit with another message, its Change-Id kept.

    Raises PlanRefused where the message is empty.
    """
    if not message.strip():
        raise _no_message(source.subject)
    if (original := rules.of(source.raw.message)) is not None:
        message = with_change_id(message, original, link_url=rules.link_url)
    return CommitDraft(source, message, "same", tree=source.raw.tree)


def _refuse_incomplete(plan: Plan) -> None:
    """Nothing where every group has edits and a message, else PlanRefused."""
    for number, group in enumerate(plan.groups):
        if number not in plan.group_of:
            raise PlanRefused(
                f"Commit {number + 1} has no pieces.",
                hint="Send it a piece, or leave it out.",
            )
        if not without_change_id(group.message).strip():
            raise _no_message(b"commit %d" % (number + 1))


def _no_message(which: bytes) -> PlanRefused:
    return PlanRefused(
        f"The message of {shown(which)} is empty.",
        hint="Give it at least a subject line.",
    )
