"""What isn't committed, on its way into the commits of a range, hunk by hunk.

The last commit of such a range is what isn't committed, and no new commit continues
it: each of its hunks goes home, or stays uncommitted. What is said of that follows from
the plan as it stands.
"""

from collections.abc import Collection, Iterator, Mapping

from msgspec.structs import replace

from gitsplit.model.diff import FactEdit, TextEdit
from gitsplit.model.lineage import Home, commit_of, home_of
from gitsplit.model.listing import quantity
from gitsplit.model.memo import memo_by
from gitsplit.model.plan import DROPPED, Plan, with_edits_assigned

NO_HOME = "no commit of the range changed lines here"


# The same for every assignment.
@memo_by(lambda plan: (plan.edits, plan.changes))
def correction_homes(plan: Plan) -> Mapping[int, Home | None]:
    """The home of each hunk of what isn't committed, by its place; None for none."""
    last = len(plan.continued_by) - 1
    own = (at for at in range(len(plan.edits)) if commit_of(plan, at) == last)
    return {place: home_of(plan, place) for place in own}


@memo_by(lambda plan: (plan.edits, plan.changes, plan.group_of))
def unsure_corrections(plan: Plan) -> Mapping[int, str]:
    """Why it isn't sure that a hunk belongs where it is, by its place.

    Of those that are at home; where others are, the user has decided.
    """
    return {
        place: home.why_not
        for place, home in correction_homes(plan).items()
        if home is not None
        and home.why_not
        and plan.group_of[place] == plan.group_of[home.place] != DROPPED
    }


def why_homeless(plan: Plan, place: int) -> str:
    """Why a hunk of what isn't committed has no home; empty where it has one."""
    if correction_homes(plan)[place] is not None:
        return ""
    edit = plan.edits[place]
    if isinstance(edit, FactEdit):
        return "only lines have a home"
    change = plan.changes[edit.file]
    if change.old is None or change.new is None:
        return "new and deleted files have no home"
    return NO_HOME


def correction_name(plan: Plan, place: int) -> bytes:
    """The file of a hunk, and its first line there as the files are, from 1.

    Where it takes lines away alone, that of the line before.
    """
    edit = plan.edits[place]
    path = plan.changes[edit.file].path
    if not isinstance(edit, TextEdit):
        return path
    first = edit.new.start + 1 if len(edit.new) else max(1, edit.new.start)
    return path + b":%d" % first


def with_last_absorbed(plan: Plan, allowed: Collection[int]) -> Plan:
    """The plan whose last commit is none: each of its hunks is in the one it is for.

    The plan has every commit as it is. Only those ``allowed`` take hunks; what has no
    home there is dropped.
    """
    last = len(plan.continued_by) - 1
    found: dict[int, list[int]] = {}
    for place, home in correction_homes(plan).items():
        if home is not None and (commit := commit_of(plan, home.place)) in allowed:
            found.setdefault(commit, []).append(place)
    left = replace(
        plan,
        groups=plan.groups[:last],
        group_of=tuple(DROPPED if g == last else g for g in plan.group_of),
        continued_by=(*range(last), None),
    )
    for commit, places in found.items():
        left = with_edits_assigned(left, places, commit)
    return with_absorbed_counted(left)


def with_absorbed_counted(plan: Plan) -> Plan:
    """The plan whose groups say how much they absorb, with a ? what isn't sure."""
    taken: dict[int, list[int]] = {}
    for place in correction_homes(plan):
        taken.setdefault(plan.group_of[place], []).append(place)
    unsure = unsure_corrections(plan)
    groups = tuple(
        replace(group, reason=" ".join(_reason(taken.get(number, ()), unsure)))
        for number, group in enumerate(plan.groups)
    )
    return plan if groups == plan.groups else replace(plan, groups=groups)


def _reason(places: Collection[int], unsure: Mapping[int, str]) -> Iterator[str]:
    """What a group absorbs, if it does: so many hunks, and what isn't sure of them."""
    if not places:
        return
    yield f"Absorbs {quantity(len(places), 'uncommitted hunk')}."
    own = [unsure[place] for place in places if place in unsure]
    if own:
        which = f" {len(own)} of them:" if len(places) > 1 else ""
        yield f"?{which} {', '.join(dict.fromkeys(own))}."
