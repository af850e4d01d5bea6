"""What a lesson says of a split as it stands: the notice that fits best."""

from collections.abc import Mapping

from msgspec import Struct

from gitsplit.model.memo import memo
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.teaching.grading import Exercise, grade
from gitsplit.teaching.lesson import Condition, Happening, Notice
from gitsplit.teaching.placement import (
    Placement,
    is_cut,
    picked_lines,
    placement_of,
    places_of,
)

_grade, _placement = memo(grade), memo(placement_of)
"""The same, which several notices ask about one plan."""


class Moment(Struct, frozen=True):
    """A split while it is worked on: the plan, the one before the last step, and when.

    ``is_begun`` says that something was done, ``is_undone`` that a step was undone and
    can be redone.
    """

    plan: Plan
    before: Plan | None = None
    is_begun: bool = True
    is_undone: bool = False


def notice_at(exercise: Exercise, moment: Moment) -> Notice | None:
    """What is to be said now, if anything.

    That a step was undone comes first, then that all is done, then what has just come
    to be so, then what still is; of several the one that stands first in the lesson.
    """
    notices = exercise.lesson.notices
    now = [each for each in notices if _holds(each.condition, exercise, moment)]
    done = [each for each in now if each.condition.happening is Happening.DONE]
    undone = [each for each in now if each.condition.happening is Happening.UNDONE]
    earlier: list[Notice] = []
    if moment.before is not None:
        then = Moment(moment.before)
        earlier = [each for each in now if _holds(each.condition, exercise, then)]
    new = [each for each in now if each not in earlier]
    return next(iter((*undone, *done, *new, *now)), None)


def _holds(condition: Condition, exercise: Exercise, moment: Moment) -> bool:
    """Whether the condition is so."""
    plan, happening = moment.plan, condition.happening
    match happening:
        case Happening.START:
            return not moment.is_begun
        case Happening.UNDONE:
            return moment.is_undone
        case Happening.DONE:
            return _grade(exercise, plan).is_full
        case Happening.OWNER:
            matched = _grade(exercise, plan).matched
            return plan.owner is not None and (
                matched.get(condition.commit) == plan.owner
            )
        case Happening.CUT:
            return condition.first is not None and is_cut(plan, condition.first)
        case _:
            return _holds_of_places(condition, plan, _placement(plan))


def _holds_of_places(condition: Condition, plan: Plan, placement: Placement) -> bool:
    """Whether the condition is so, which is about where lines are."""
    if condition.happening is Happening.ONE_COMMIT:
        return len({*placement.values()}) == 1
    if condition.happening is Happening.BY_FILE:
        return _is_by_file(plan, placement)
    first, second = (
        places_of([pick], placement) if pick else frozenset[int]()
        for pick in (condition.first, condition.second)
    )
    match condition.happening:
        case Happening.WITH:
            return first == second and len(first) == 1
        case Happening.APART:
            return not first & second
        case Happening.BEFORE:
            both = first | second
            return DROPPED not in both and max(first) < min(second)
        case _:
            return first == {DROPPED}


def _is_by_file(plan: Plan, placement: Placement) -> bool:
    """Whether each commit has a file, and each file is in one commit."""
    groups: Mapping[int, set[int]] = {n: set() for n in range(len(plan.changes))}
    for edit, group in zip(plan.edits, plan.group_of, strict=True):
        groups[edit.file].add(group)
    used = [group for each in groups.values() for group in each]
    return len(used) == len({*used}) == len(groups) and bool(placement)


def picks_exist(condition: Condition, placement: Placement) -> bool:
    """Whether there is what the condition is about."""
    picks = (condition.first, condition.second)
    return all(picked_lines([pick], placement) for pick in picks if pick)
