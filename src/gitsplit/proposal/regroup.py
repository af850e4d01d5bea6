"""A proposal with one group more or fewer, and what the user has decided so far.

What was moved by hand is not in it, but messages, the owner of the Change-Id, what was
dropped and contents written by hand go along: each to the group that has most lines of
the group where it was.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan, NothingToDo
from gitsplit.model.diff import Edit, is_part_of, size_of, sort_key
from gitsplit.model.plan import (
    DROPPED,
    Override,
    Plan,
    with_files_for_lines,
    with_message,
    without_empty_groups,
)
from gitsplit.proposal.propose import Proposals

_TRIES = 8
"""So many numbers are tried, since groups whose paths collide are joined again."""


class Regrouping(Struct, frozen=True):
    """A plan with another number of groups, and how its groups map to those before.

    ``parents`` maps each new group to the old group with which it shares most lines,
    ``heirs`` each old group to such a new one; None where they share none.
    ``was_moved`` says that the plan before was no proposal any more.
    """

    plan: Plan
    parents: tuple[int | None, ...]
    heirs: tuple[int | None, ...]
    was_moved: bool


def regroup(before: Plan, by: int, proposals: Proposals) -> Regrouping:
    """The next proposal with more groups (``by`` is 1) or fewer (-1) than ``before``.

    Raises ActionRefused where there is none.
    """
    written = without_empty_groups(before)
    size = len(written.groups)
    if size + by < 1:
        raise NothingToDo("Already one commit.")
    offered = tuple(_candidates(proposals, size))
    for number in range(size + by, max(0, size + by * (_TRIES + 1)), by):
        wanted = _plan_of_number(proposals, number)
        plan = _with_decisions(before, offered, wanted, proposals)
        if (len(plan.groups) - size) * by > 0:
            was_moved = not _is_candidate(written, offered)
            return Regrouping(
                plan, _heirs(plan, before), _heirs(before, plan), was_moved
            )
    raise NothingToDo("This commit cannot be split into more commits.")


def _plan_of_number(proposals: Proposals, number: int) -> Plan:
    """The proposed plan of so many groups; raises ActionRefused, without a hint."""
    try:
        return proposals.plan(number)
    except InvalidPlan as refusal:
        raise NothingToDo(str(refusal)) from refusal


def _candidates(proposals: Proposals, size: int) -> Iterator[Plan]:
    """The proposed plans that ``before`` may be: of the best number, or of its own."""
    yield proposals.plan(at_least=2)
    try:
        for number in range(size, size + _TRIES):
            yield (plan := proposals.plan(number))
            if len(plan.groups) == size:
                return
    except InvalidPlan:
        return


def _is_candidate(plan: Plan, offered: Sequence[Plan]) -> bool:
    """Whether each edit is in the group where a proposal has it."""
    where = (plan.edits, plan.group_of)
    return any(where == (each.edits, each.group_of) for each in offered)


def _with_decisions(
    before: Plan, offered: Sequence[Plan], wanted: Plan, proposals: Proposals
) -> Plan:
    """The ``wanted`` plan with what the user has decided about the one before."""
    plan = without_empty_groups(_with_dropped(before, wanted))
    heirs = list(_heirs(before, plan))
    owner = None if before.has_origins else before.owner
    if owner is not None:
        if heirs[owner] is not None and not _is_default(before, owner, offered):
            plan = replace(plan, continued_by=(heirs[owner],))
            plan = proposals.messages(plan).in_plan(plan)
        if plan.owner is not None and _heirs(plan, before)[plan.owner] == owner:
            heirs[owner] = plan.owner
    plan = _with_words(before, offered, plan, heirs)
    return replace(plan, overrides=tuple(sorted(_overrides(before, plan, heirs))))


def _is_default(before: Plan, owner: int, offered: Sequence[Plan]) -> bool:
    """Whether a proposal has the owner in the same place."""
    return any(
        each.owner is not None and _heirs(each, before)[each.owner] == owner
        for each in offered
    )


def _with_words(
    before: Plan, offered: Sequence[Plan], plan: Plan, heirs: Sequence[int | None]
) -> Plan:
    """The plan with the messages that the user has written or confirmed.

    Where two groups become one, the owner's stays, else the first one's.
    """
    groups = (group for each in offered for group in each.groups)
    originals = {group.message for group in groups if not group.is_proposed}
    order = sorted(range(len(before.groups)), key=lambda g: (g == before.owner, -g))
    for group in order:
        heir, one = heirs[group], before.groups[group]
        if heir is not None and not one.is_proposed and one.message not in originals:
            plan = with_message(plan, heir, one.message)
    return plan


def _overrides(
    before: Plan, plan: Plan, heirs: Sequence[int | None]
) -> Iterator[Override]:
    """The contents written by hand, in the groups' heirs; of two the later one."""
    last = len(plan.groups) - 1
    found: dict[tuple[int, int], Override] = {}
    for override in before.overrides:
        heir = heirs[override.group]
        group = min(override.group, last) if heir is None else heir
        found[group, override.file] = replace(override, group=group)
    yield from found.values()


def _with_dropped(before: Plan, wanted: Plan) -> Plan:
    """The ``wanted`` plan, but what was dropped stays dropped, and cut as it was."""
    if DROPPED not in before.group_of:
        return wanted
    was, is_now = _Homes(before), _Homes(wanted)
    edits = tuple(_finest(was, is_now))
    group_of = tuple(_but_dropped(was, is_now, edit) for edit in edits)
    return with_files_for_lines(replace(wanted, edits=edits, group_of=group_of))


def _but_dropped(was: "_Homes", is_now: "_Homes", edit: Edit) -> int:
    """The group that an edit is in now, unless it was dropped."""
    if was.group_of(edit) == DROPPED:
        return DROPPED
    group = is_now.group_of(edit)
    assert group is not None, "a piece is somewhere"
    return group


def _finest(was: "_Homes", is_now: "_Homes") -> Iterator[Edit]:
    """The edits as they are now; of a hunk with dropped lines, as they were."""
    before = {hunk: tuple(edits) for hunk, edits in groupby(was.plan.edits, _hunk_key)}
    for hunk, edits in groupby(is_now.plan.edits, _hunk_key):
        own = before[hunk]
        is_dropped = any(was.group_of(edit) == DROPPED for edit in own)
        if is_dropped and None not in map(is_now.group_of, own):
            yield from own
        else:
            yield from edits


def _hunk_key(edit: Edit) -> tuple[int, int]:
    return sort_key(edit)[:2]


class _Homes:
    """Finds the group of an edit, which may be a part of one of the plan's edits."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._starts = [sort_key(edit) for edit in plan.edits]

    def group_of(self, edit: Edit) -> int | None:
        """The group; None where the edit isn't within one of the plan's."""
        at = bisect_right(self._starts, sort_key(edit)) - 1
        if at < 0 or not is_part_of(edit, self.plan.edits[at]):
            return None
        return self.plan.group_of[at]


def _heirs(one: Plan, other: Plan) -> tuple[int | None, ...]:
    """For each group of one plan the group of the other with most of its lines."""
    shares: list[Counter[int]] = [Counter() for _ in one.groups]
    for edit, group, heir in _group_pairs(one, other):
        if group is None or heir is None or DROPPED in (group, heir):
            continue
        shares[group][heir] += size_of(edit)
    return tuple(
        min(share, key=lambda at: (-share[at], at)) if share else None
        for share in shares
    )


def _group_pairs(
    one: Plan, other: Plan
) -> Iterator[tuple[Edit, int | None, int | None]]:
    """Each edit of the plan that is cut finer, with its group in either plan."""
    if one.edits == other.edits:
        yield from zip(one.edits, one.group_of, other.group_of, strict=True)
        return
    finer = max(one, other, key=lambda plan: len(plan.edits)).edits
    here, there = _Homes(one), _Homes(other)
    for edit in finer:
        yield edit, here.group_of(edit), there.group_of(edit)
