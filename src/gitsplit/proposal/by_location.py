"""Every proposal by place alone, of any number of groups."""

from dataclasses import dataclass

from gitsplit.model.changes import FileChange
from gitsplit.model.edits import Edit
from gitsplit.model.plan import Group, Plan, settled
from gitsplit.proposal.context import Context
from gitsplit.proposal.layout import (
    GroupBy,
    by_place,
    cut_for,
    refuse_too_many,
    separable,
)
from gitsplit.proposal.owner import Keep, kept_by
from gitsplit.proposal.path_conflicts import is_possible, together
from gitsplit.proposal.subjects import drafted
from gitsplit.proposal.where import place, reason


@dataclass(frozen=True)
class Placed:
    """The proposals for a commit whose pieces are grouped ``by`` where they are."""

    changes: tuple[FileChange, ...]
    message: bytes
    by: GroupBy
    keep: Keep
    context: Context

    shortcut = ""

    def plan(self, number: int | None = None, at_least: int = 1) -> Plan:
        """The plan of ``number`` groups; without a number, of all places.

        Groups are joined that collide in their paths. Raises PlanRefused where the
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
        heir = kept_by("largest", edits, group_of) if owner is None else owner
        members: list[list[Edit]] = [[] for _ in range(max(group_of, default=0) + 1)]
        for edit, group in zip(edits, group_of, strict=True):
            members[group].append(edit)
        groups = tuple(
            Group(
                self.message if g == (heir or 0) else self._draft(found),
                reason(self.changes, found),
            )
            for g, found in enumerate(members)
        )
        return settled(Plan(self.changes, edits, group_of, groups, owner))

    def _draft(self, edits: list[Edit]) -> bytes:
        """A draft of a message for a group that isn't the owner."""
        where = place(self.changes, edits)
        return drafted(self.message, where, self.context.copied)
