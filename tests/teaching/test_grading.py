"""The mark of a split: full for the reference and its like, else in proportion."""

import os
from collections import Counter
from itertools import permutations
from random import Random

import pytest
from msgspec.structs import replace

from gitsplit.model.diff import TextEdit, line_edits
from gitsplit.model.plan import DROPPED, Group, Plan, with_edits_cut
from gitsplit.teaching.grading import FAULT, Exercise, grade
from gitsplit.teaching.pages import comparison_lines
from gitsplit.teaching.placement import (
    ChangedLine,
    Placement,
    picked_lines,
    placement_of,
)
from tests.teaching.exercises import NUMBERS, exercise

PLANS = int(os.environ.get("GITSPLIT_GRADED_PLANS", "200"))


def by_lines(plan: Plan) -> Plan:
    """The plan, cut into lines."""
    parts = {
        place: tuple(line_edits(plan.changes[edit.file], edit))
        for place, edit in enumerate(plan.edits)
        if isinstance(edit, TextEdit)
    }
    return with_edits_cut(plan, {p: cut for p, cut in parts.items() if len(cut) > 1})


def with_groups(plan: Plan, group_of: list[int], owner: int | None) -> Plan:
    """The plan with its edits in these groups."""
    number = 1 + max((g for g in group_of if g != DROPPED), default=0)
    groups = tuple(Group(b"commit %d\n" % n) for n in range(max(number, 1)))
    return replace(plan, group_of=tuple(group_of), groups=groups, continued_by=(owner,))


def random_plan(chance: Random, lesson: Exercise) -> Plan:
    plan = by_lines(lesson.reference)
    number = chance.randrange(1, 5)
    places = [*range(number), *([DROPPED] if chance.random() < 0.5 else [])]
    return with_groups(plan, [chance.choice(places) for _ in plan.edits], 0)


def fine_places(lesson: Exercise) -> dict[ChangedLine, set[int]]:
    """For each line the commits of the reference where it is fine."""
    found = {line: {group} for line, group in lesson.placement.items()}
    for judged in lesson.lesson.answer.hunks:
        for line in picked_lines(judged.picks, lesson.placement):
            found[line] |= {other.group for other in judged.also}
    return found


def most_that_agree(lesson: Exercise, placement: Placement) -> int:
    """The lines that agree under the best matching, found by trying all of them."""
    fine = fine_places(lesson)
    groups = sorted({*placement.values()} - {DROPPED})
    size = max(len(groups), len(lesson.reference.groups))
    padded = [*groups, *[-1 - n for n in range(size - len(groups))]]
    agree = Counter(
        (group, commit) for line, group in placement.items() for commit in fine[line]
    )
    return agree[DROPPED, DROPPED] + max(
        sum(agree[group, commit] for commit, group in enumerate(order))
        for order in permutations(padded)
    )


@pytest.mark.parametrize("at", NUMBERS)
def test_the_reference_has_a_full_mark_and_nothing_wrong(at: int) -> None:
    found = grade(exercise(at), exercise(at).reference)

    assert (found.is_full, found.mark, found.points) == (True, 1.0, 100)
    assert all(not each.wrong and each.reason for each in found.hunks)


@pytest.mark.parametrize("at", NUMBERS)
def test_the_reference_cut_into_lines_has_a_full_mark(at: int) -> None:
    assert grade(exercise(at), by_lines(exercise(at).reference)).is_full


@pytest.mark.parametrize("at", NUMBERS)
def test_every_alternative_has_a_full_mark(at: int) -> None:
    lesson = exercise(at)
    plan = by_lines(lesson.reference)
    for judged in lesson.lesson.answer.hunks:
        for other in judged.also:
            wanted = {*picked_lines(judged.picks, lesson.placement)}
            moved = [
                other.group if wanted & {*lines_of(lesson, plan, place)} else group
                for place, group in enumerate(plan.group_of)
            ]
            assert grade(lesson, replace(plan, group_of=tuple(moved))).is_full


def lines_of(lesson: Exercise, plan: Plan, place: int) -> list[ChangedLine]:
    """The lines of one edit of a plan."""
    alone = [place if at == place else -1 for at in range(len(plan.edits))]
    found = placement_of(replace(plan, group_of=tuple(alone)))
    return [line for line, group in found.items() if group == place]


@pytest.mark.parametrize("at", NUMBERS)
def test_random_plans_lose_as_much_as_they_have_wrong(at: int) -> None:
    lesson, chance = exercise(at), Random(at)
    for _ in range(PLANS):
        plan = random_plan(chance, lesson)
        placement = placement_of(plan)
        found = grade(lesson, plan)
        wrong = sum(len(p.lines) for each in found.hunks for p in each.wrong)
        faults = (not found.is_in_order) + (not found.has_right_owner)

        assert found.right == most_that_agree(lesson, placement)
        assert found.of == len(placement) == sum(len(e.lines) for e in found.hunks)
        assert wrong == found.of - found.right
        assert found.mark == max(0.0, found.right / found.of - FAULT * faults)
        assert found.is_full == (found.points == 100) == (not wrong and not faults)


@pytest.mark.parametrize("at", NUMBERS)
def test_each_line_in_a_commit_of_its_own_costs_its_part(at: int) -> None:
    lesson = exercise(at)
    plan = by_lines(lesson.reference)
    groups = (*plan.groups, Group(b"another\n"))
    every = len(lesson.placement)
    lost, moved = 0, list(plan.group_of)
    for place in range(0, len(plan.edits), 3):
        fine = fine_places(lesson)
        lines = lines_of(lesson, plan, place)
        sizes = Counter(moved[p] for p in range(len(moved)))
        if sizes[moved[place]] <= 2 or len(fine[lines[0]]) > 1:
            continue
        moved[place] = len(plan.groups)
        lost += len(lines)
        changed = replace(plan, groups=groups, group_of=tuple(moved))
        right = most_that_agree(lesson, placement_of(changed))
        assert grade(lesson, changed).right == right <= every
        if lost * 2 < min(Counter(lesson.placement.values()).values()):
            assert right == every - lost


@pytest.mark.parametrize("at", NUMBERS)
def test_the_other_order_costs_a_tenth_where_it_matters(at: int) -> None:
    lesson = exercise(at)
    plan = lesson.reference
    count = len(plan.groups)
    turned = replace(
        plan,
        groups=plan.groups[::-1],
        group_of=tuple(g if g == DROPPED else count - 1 - g for g in plan.group_of),
        continued_by=tuple(
            None if h is None else count - 1 - h for h in plan.continued_by
        ),
    )
    found = grade(lesson, turned)

    assert found.right == found.of
    is_fixed = lesson.lesson.answer.order == "fixed"
    assert found.mark == pytest.approx(1 - FAULT if is_fixed else 1)


def test_what_continues_the_original_counts_where_the_lesson_is_about_that() -> None:
    for lesson in map(exercise, NUMBERS):
        plan = lesson.reference
        heir = plan.owner
        other = replace(plan, continued_by=(None if heir is None else 1 - heir,))
        is_fixed = lesson.lesson.answer.owner == "fixed"
        assert grade(lesson, other).mark == pytest.approx(1 - FAULT if is_fixed else 1)


def compared(lesson: Exercise, plan: Plan) -> str:
    """What is said of a plan, a line each."""
    lines = comparison_lines(lesson, plan, grade(lesson, plan))
    return "\n".join(line.text for line in lines)


def with_subjects(plan: Plan, group_of: tuple[int, ...], *subjects: bytes) -> Plan:
    """The plan with its edits in these groups, which have these subjects."""
    groups = tuple(map(Group, subjects))
    return replace(plan, groups=groups, group_of=group_of, continued_by=(0,))


def test_a_message_on_the_hunks_of_another_commit_is_said() -> None:
    lesson = exercise(0)
    plan, (price, port) = lesson.reference, lesson.reference.groups
    wrong = with_subjects(plan, (0, 0, 1), price.message, b"Update gross in prices")
    said = compared(lesson, wrong)

    assert grade(lesson, wrong).is_full
    assert (
        "- Commit 1 has the message “Round prices to the nearest cent”, and the hunks"
        " of “Name the right port in the README”."
    ) in said
    right = with_subjects(plan, (1, 1, 0), price.message, b"Some words of one's own")
    assert "has the message" not in compared(lesson, right)
    assert "has the message" not in compared(lesson, plan)
    swapped = with_subjects(plan, (0, 0, 1), price.message, port.message)
    assert compared(lesson, swapped).count("has the message") == 2
    one = with_subjects(plan, (0, 0, 0), price.message)
    assert "has the message" not in compared(lesson, one)


def test_where_hunks_belong_is_said_by_what_the_split_itself_has() -> None:
    lesson = exercise(3)
    plan = by_lines(lesson.reference)
    fix, feature = (group.message for group in lesson.reference.groups)
    mine = tuple(0 if group == 1 else group for group in plan.group_of)
    said = compared(lesson, with_subjects(plan, mine, feature))
    assert "is in commit 1; belongs in a commit of its own" in said
    assert "Ship for free" not in said

    shell = exercise(2)
    cut = by_lines(shell.reference)
    other = tuple(
        1 - group if at == 0 else group for at, group in enumerate(cut.group_of)
    )
    said = compared(shell, with_subjects(cut, other, b"Mine", b"Mine too"))
    assert "belongs in commit 1, “Mine”" in said or "belong in commit 1, “Mine”" in said
    assert fix.decode().strip() not in said
