"""Whether a plan's commits can have trees, and which groups to join if they can't."""

from collections import Counter
from collections.abc import Sequence

from gitsplit.errors import PlanRefused
from gitsplit.model.diff import Edit, FileChange
from gitsplit.model.plan import Plan
from gitsplit.model.states import entangled, steps


def is_possible(plan: Plan) -> bool:
    """Whether each of the plan's commits has a tree that there can be."""
    if len(set(entangled(plan.changes))) == len(plan.changes):
        return True
    try:
        steps(plan)
    except PlanRefused:
        return False
    return True


def together(
    changes: Sequence[FileChange], edits: Sequence[Edit], group_of: Sequence[int]
) -> tuple[int, ...]:
    """The groups with files whose paths collide in one, where the first of them is.

    No group is left empty.
    """
    first = entangled(changes)
    sizes = Counter(first)
    home: dict[int, int] = {}
    found = [
        group
        if sizes[first[edit.file]] == 1
        else home.setdefault(first[edit.file], group)
        for edit, group in zip(edits, group_of, strict=True)
    ]
    order = {group: number for number, group in enumerate(sorted(set(found)))}
    return tuple(order[group] for group in found)
