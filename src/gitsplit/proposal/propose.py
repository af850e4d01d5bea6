"""The plan that gitsplit suggests, with a group for each thing the commit seems to do.

Pieces are compared two by two (:mod:`gitsplit.proposal.signals`), joined by what was
learned from real histories, and the merge tree is kept: one more or one fewer group is
another cut of the same tree. Grouping by place alone is in ``layout``.

Every proposal by place alone, of any number of groups.
"""

from dataclasses import dataclass

from gitsplit.model.diff import Edit, FileChange
from gitsplit.model.plan import Plan
from gitsplit.proposal.by_location import (
    GroupBy,
    by_place,
    cut_for,
    place,
    reason,
    refuse_too_many,
    separable,
)
from gitsplit.proposal.context import COPIED_TRAILERS, NOTHING_KNOWN, Context
from gitsplit.proposal.group_count import MOST
from gitsplit.proposal.order import Keep, kept_by, with_groups
from gitsplit.proposal.pieces import is_possible, together
from gitsplit.proposal.proposals import Proposals, proposals
from gitsplit.proposal.subjects import drafted


@dataclass(frozen=True)
class ProposalsByLocation:
    """The proposals for a commit whose pieces are grouped ``by`` where they are."""

    changes: tuple[FileChange, ...]
    message: bytes
    by: GroupBy
    keep: Keep
    context: Context

    shortcut = ""

    def plan(self, number: int | None = None, at_least: int = 1) -> Plan:
        """The plan of ``number`` groups; without a number, of all places.

        Groups are joined that collide in their paths. Raises InvalidPlan where the
        commit can't be cut so often.
        """
        edits = cut_for(self.changes, number or 2)
        if number is not None:
            refuse_too_many(number, separable(self.changes, edits))
        group_of = by_place(self.changes, edits, self.by, number)
        plan = self._plan_of(edits, group_of)
        if is_possible(plan):
            return plan
        return self._plan_of(edits, together(self.changes, edits, group_of))

    def border(self, plan: Plan, one: int, two: int) -> str:
        """Nothing: where pieces are says no more than the groups' own reasons."""
        return ""

    def _plan_of(self, edits: tuple[Edit, ...], group_of: tuple[int, ...]) -> Plan:
        """The plan with these groups, whose messages and reasons say where they are."""
        owner = kept_by(self.keep, edits, group_of)
        return with_groups(
            Plan(self.changes, edits, group_of, (), owner),
            self.message,
            lambda _, part: self._draft(part),
            lambda _, part: reason(self.changes, part),
        )

    def _draft(self, edits: list[Edit]) -> bytes:
        """A draft of a message for a group that isn't the owner."""
        where = place(self.changes, edits)
        return drafted(self.message, where, self.context.copied)


__all__ = [
    "COPIED_TRAILERS",
    "MOST",
    "NOTHING_KNOWN",
    "Context",
    "Cuts",
    "GroupBy",
    "Keep",
    "Proposals",
    "cuts",
    "drafted",
    "kept_by",
    "proposal",
    "proposals",
]

Cuts = Proposals | ProposalsByLocation
"""The proposals for one commit, of any number of groups."""


def cuts(
    changes: tuple[FileChange, ...],
    message: bytes,
    by: GroupBy = "auto",
    keep: Keep = "auto",
    context: Context = NOTHING_KNOWN,
) -> Cuts:
    """The proposals for a commit that did ``changes`` under ``message``."""
    if by == "auto":
        return proposals(changes, message, keep, context)
    return ProposalsByLocation(changes, message, by, keep, context)


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
    joined; raises InvalidPlan where the commit can't be cut into as many, and where
    ``keep`` is the number of a group that there isn't.
    """
    return cuts(changes, message, by, keep, context).plan(commits, at_least)
