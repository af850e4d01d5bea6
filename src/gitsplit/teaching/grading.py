"""How far a split is what a lesson's reference has, hunk by hunk, with the reasons.

Commits of the split are matched with those of the reference, each with at most one, so
that most lines agree. A line is right where its commit is matched with the one that it
belongs to, or with one that is fine as well.
"""

from collections.abc import Mapping

from msgspec import Struct

from gitsplit.model.memo import memo
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.planfile.numbering import numbered_hunks
from gitsplit.proposal.matching import best_matching
from gitsplit.teaching.lesson import Judgement, Lesson
from gitsplit.teaching.placement import (
    ChangedLine,
    Placement,
    picked_lines,
    placement_of,
)

FAULT = 0.1
"""What a wrong order costs of the mark, and the wrong commit for the Change-Id."""


class Exercise(Struct, frozen=True):
    """A lesson, with its reference as a plan for what its ``commit`` changes.

    It is the lesson ``number`` (from 1) ``of`` so many; then comes ``next_title``.
    ``message`` is the commit's; empty where that isn't committed yet.
    """

    lesson: Lesson
    reference: Plan
    commit: Oid
    message: bytes = b""
    number: int = 1
    of: int = 1
    next_title: str = ""

    @property
    def placement(self) -> Placement:
        """Where the reference has each line."""
        return _placement_of_reference(self.reference)

    @property
    def in_words(self) -> str:
        """Which lesson it is of how many, and its title."""
        which = f"lesson {self.number} of {self.of}: " if self.of > 1 else ""
        return f"{which}{self.lesson.title}"


@memo
def _placement_of_reference(plan: Plan) -> Placement:
    return placement_of(plan)


class Misplaced(Struct, frozen=True):
    """Lines that are in one commit of a split and belong to another.

    ``is_in`` is a group of the split, ``belongs_in`` one of the reference and
    ``should_be_in`` the group of the split that was matched with it, if any; each from
    0, or DROPPED.
    """

    lines: tuple[ChangedLine, ...]
    is_in: int
    belongs_in: int
    should_be_in: int | None


class HunkMark(Struct, frozen=True):
    """What was judged together: which of its lines are right, and why.

    ``also`` is why it is right where the reference has it elsewhere.
    """

    lines: tuple[ChangedLine, ...]
    reason: str
    wrong: tuple[Misplaced, ...] = ()
    also: str = ""


class Grade(Struct, frozen=True):
    """What a split is worth.

    ``matched`` has for each commit of the reference the group of the split that it was
    matched with. Where something costs beside the lines, it says so.
    """

    right: int
    of: int
    hunks: tuple[HunkMark, ...]
    matched: Mapping[int, int]
    is_in_order: bool = True
    has_right_owner: bool = True

    @property
    def mark(self) -> float:
        """From 0 to 1; 1 is for the reference and what is as good."""
        faults = (not self.is_in_order) + (not self.has_right_owner)
        return max(0.0, self.right / self.of - FAULT * faults) if self.of else 0.0

    @property
    def points(self) -> int:
        """The mark as a whole number up to 100, which is for a full mark alone."""
        return 100 if self.is_full else min(99, int(self.mark * 100 + 1e-9))

    @property
    def is_full(self) -> bool:
        """Whether it is as good as the reference."""
        return self.right == self.of and self.is_in_order and self.has_right_owner


def is_for_lesson(exercise: Exercise, plan: Plan) -> bool:
    """Whether a plan is for what the lesson's commit changes, and that alone."""
    hunks = numbered_hunks(exercise.reference.changes)
    return not plan.is_range and numbered_hunks(plan.changes) == hunks


class _Home(Struct, frozen=True):
    """Where a line may be: the commits of the reference, the best first, and why."""

    commits: tuple[int, ...]
    judgement: Judgement


def grade(exercise: Exercise, plan: Plan) -> Grade:
    """What the plan is worth as an answer to the lesson; it is for the same commit."""
    placement = placement_of(plan)
    homes = _homes(exercise)
    matched = _matched(exercise, placement, homes)
    reference_of = {group: commit for commit, group in matched.items()}
    wrong = {
        line: group
        for line, group in placement.items()
        if reference_of.get(group) not in homes[line].commits
    }
    return Grade(
        len(placement) - len(wrong),
        len(placement),
        tuple(
            _hunk_mark(each, exercise, placement, (homes, matched, wrong))
            for each in sorted(exercise.lesson.answer.hunks, key=_first_hunk)
        ),
        matched,
        _is_in_order(exercise, matched),
        _has_right_owner(exercise, plan, matched),
    )


def _first_hunk(each: Judgement) -> int:
    return min((pick.first for pick in each.picks), default=0)


def _homes(exercise: Exercise) -> Mapping[ChangedLine, _Home]:
    """For each line where it may be; what nobody judged has no reason."""
    found = {
        line: _Home((commit,), Judgement((), ""))
        for line, commit in exercise.placement.items()
    }
    for each in exercise.lesson.answer.hunks:
        others = tuple(other.group for other in each.also)
        for line in picked_lines(each.picks, exercise.placement):
            found[line] = _Home((exercise.placement[line], *others), each)
    return found


def _matched(
    exercise: Exercise, placement: Placement, homes: Mapping[ChangedLine, _Home]
) -> Mapping[int, int]:
    """For each commit of the reference the group that agrees with it in most lines.

    What is left out is matched with what is to be left out.
    """
    groups = sorted({*placement.values()} - {DROPPED})
    commits = range(len(exercise.reference.groups))
    fits = [[0.0] * len(groups) for _ in commits]
    for line, group in placement.items():
        for commit in homes[line].commits:
            if DROPPED not in (group, commit):
                fits[commit][groups.index(group)] += 1
    found = best_matching(fits) if groups else (None,) * len(commits)
    pairs = {
        commit: groups[at]
        for commit, at in enumerate(found)
        if at is not None and fits[commit][at]
    }
    return {**pairs, DROPPED: DROPPED}


def _hunk_mark(
    each: Judgement,
    exercise: Exercise,
    placement: Placement,
    known: tuple[
        Mapping[ChangedLine, _Home], Mapping[int, int], Mapping[ChangedLine, int]
    ],
) -> HunkMark:
    homes, matched, wrong = known
    lines = picked_lines(each.picks, placement)
    misplaced: dict[tuple[int, int], list[ChangedLine]] = {}
    for line in lines:
        if line in wrong:
            key = wrong[line], homes[line].commits[0]
            misplaced.setdefault(key, []).append(line)
    reference_of = {group: commit for commit, group in matched.items()}
    used = {reference_of.get(placement[line]) for line in lines if line not in wrong}
    also = [other.reason for other in each.also if other.group in used]
    return HunkMark(
        lines,
        each.reason,
        tuple(
            Misplaced(tuple(members), is_in, belongs, matched.get(belongs))
            for (is_in, belongs), members in misplaced.items()
        ),
        next(iter(also), ""),
    )


def _is_in_order(exercise: Exercise, matched: Mapping[int, int]) -> bool:
    """Whether the matched commits follow each other as they have to."""
    if exercise.lesson.answer.order != "fixed":
        return True
    order = [group for _, group in sorted(matched.items())]
    return order == sorted(order)


def _has_right_owner(
    exercise: Exercise, plan: Plan, matched: Mapping[int, int]
) -> bool:
    """Whether the commit continues the original that has to."""
    wanted = exercise.reference.owner
    if exercise.lesson.answer.owner != "fixed" or wanted is None:
        return True
    return matched.get(wanted) == plan.owner
