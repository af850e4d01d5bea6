"""The plan that gitsplit suggests, with a group for each thing the commit seems to do.

Pieces are compared two by two (:mod:`gitsplit.core.signals`), joined by what was
learned from real histories, and the merge tree is kept: one more or one fewer group is
another cut of the same tree. Grouping by place alone is in ``layout``.
"""

from gitsplit.core.changes import FileChange
from gitsplit.core.edits import Edit
from gitsplit.core.plan import Group, Plan, settled
from gitsplit.core.proposal.context import COPIED_TRAILERS, NOTHING_KNOWN, Context
from gitsplit.core.proposal.layout import (
    GroupBy,
    by_place,
    cut_for,
    refuse_too_many,
    separable,
)
from gitsplit.core.proposal.number import MOST
from gitsplit.core.proposal.owner import Keep, kept_by
from gitsplit.core.proposal.possible import is_possible, together
from gitsplit.core.proposal.proposals import Proposals, proposals
from gitsplit.core.proposal.subjects import drafted
from gitsplit.core.proposal.where import place, reason

__all__ = [
    "COPIED_TRAILERS",
    "MOST",
    "NOTHING_KNOWN",
    "Context",
    "GroupBy",
    "Keep",
    "Proposals",
    "drafted",
    "kept_by",
    "proposal",
    "proposals",
]


def proposal(  # noqa: PLR0913, PLR0917 -- what the user may ask for
    changes: tuple[FileChange, ...],
    message: bytes,
    by: GroupBy = "auto",
    commits: int | None = None,
    keep: Keep = "auto",
    context: Context = NOTHING_KNOWN,
    *,
    at_least: int = 1,
) -> Plan:
    """The proposed plan for a commit that did ``changes`` under ``message``.

    Of itself it has ``at_least`` so many groups, as far as the commit has pieces.
    ``commits`` asks for so many groups, of which those whose paths would collide are
    joined; raises PlanRefused where the commit can't be cut into as many, and where
    ``keep`` is the number of a group that there isn't.
    """
    if by == "auto":
        return proposals(changes, message, keep, context).plan(commits, at_least)
    edits = cut_for(changes, commits or 2)
    if commits is not None:
        refuse_too_many(commits, separable(changes, edits))
    group_of = by_place(changes, edits, by, commits)
    plan = _placed(changes, message, edits, group_of, keep, context)
    if is_possible(plan):
        return plan
    group_of = together(changes, edits, group_of)
    return _placed(changes, message, edits, group_of, keep, context)


def _placed(  # noqa: PLR0913, PLR0917 -- what a plan is made of
    changes: tuple[FileChange, ...],
    message: bytes,
    edits: tuple[Edit, ...],
    group_of: tuple[int, ...],
    keep: Keep,
    context: Context,
) -> Plan:
    """The plan with these groups, whose messages and reasons say where they are."""
    owner = kept_by(keep, edits, group_of)
    heir = kept_by("largest", edits, group_of) if owner is None else owner
    members: list[list[Edit]] = [[] for _ in range(max(group_of, default=0) + 1)]
    for edit, group in zip(edits, group_of, strict=True):
        members[group].append(edit)
    groups = tuple(
        Group(
            message
            if g == (heir or 0)
            else drafted(message, place(changes, found), context.copied),
            reason(changes, found),
        )
        for g, found in enumerate(members)
    )
    return settled(Plan(changes, edits, group_of, groups, owner))
