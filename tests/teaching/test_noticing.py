"""When each condition of a notice is so, and which notice is said."""

import pytest
from msgspec.structs import replace

from gitsplit.model.diff import Span, TextEdit
from gitsplit.model.plan import DROPPED, Group, Plan, with_edits_cut
from gitsplit.planfile.hunks import hunk_pick
from gitsplit.teaching.lesson import Condition, Happening, Notice, condition_of
from gitsplit.teaching.noticing import Moment, notice_at
from gitsplit.teaching.placement import picked_lines
from tests.teaching.exercises import exercise
from tests.teaching.test_grading import by_lines, lines_of

ORDER = 4
"""The lesson about an order: hunks 1 and 2, 3 and 4, and 5 are in three files."""

NAMES = 1
"""The lesson in one file, of five hunks."""


def plan_with(number: int, places: list[int], owner: int | None = 0) -> Plan:
    """The commit of a lesson with its hunks in these groups."""
    plan = exercise(number).reference
    whole = replace(plan, edits=tuple(plan.edits), group_of=plan.group_of)
    groups = tuple(Group(b"%d\n" % n) for n in range(3))
    return replace(whole, group_of=tuple(places), groups=groups, continued_by=(owner,))


def is_so(number: int, condition: str, moment: Moment) -> bool:
    """Whether a lesson with just this notice says it."""
    lesson = exercise(number)
    notices = (Notice(condition_of(condition), "now"),)
    given = replace(lesson, lesson=replace(lesson.lesson, notices=notices))
    return notice_at(given, moment) is not None


@pytest.mark.parametrize(
    ("condition", "places", "holds"),
    [
        ("one commit", [0, 0, 0, 0, 0], True),
        ("one commit", [0, 0, 0, 0, 1], False),
        ("one commit", [0, 0, 0, 0, DROPPED], False),
        ("by file", [0, 0, 1, 1, 2], True),
        ("by file", [1, 1, 0, 0, 2], True),
        ("by file", [0, 0, 1, 1, 1], False),
        ("by file", [0, 1, 1, 1, 2], False),
        ("3 with 4", [0, 0, 1, 1, 0], True),
        ("3 with 4", [0, 0, 1, 2, 0], False),
        ("1-2 with 5", [0, 0, 1, 1, 0], True),
        ("1-2 with 5", [0, 1, 1, 1, 0], False),
        ("3 apart from 4", [0, 0, 1, 2, 0], True),
        ("1-2 apart from 5", [0, 1, 1, 1, 0], False),
        ("3 apart from 4", [0, 0, 1, DROPPED, 0], True),
        ("1 before 4", [0, 0, 1, 1, 0], True),
        ("1 before 4", [1, 1, 0, 0, 1], False),
        ("1 before 4", [DROPPED, 1, 2, 2, 1], False),
        ("5 left out", [0, 0, 1, 1, DROPPED], True),
        ("4-5 left out", [0, 0, 1, 1, DROPPED], False),
        ("done", [1, 1, 0, 0, 1], True),
        ("done", [0, 0, 1, 1, 0], False),
        ("owner 1", [1, 1, 0, 0, 1], True),
        ("owner 2", [1, 1, 0, 0, 1], False),
        ("cut 4", [0, 0, 1, 1, 0], False),
        ("start", [0, 0, 0, 0, 0], False),
        ("undone", [0, 0, 0, 0, 0], False),
    ],
)
def test_a_condition_is_so_by_where_lines_are(
    condition: str, places: list[int], holds: bool
) -> None:
    assert is_so(ORDER, condition, Moment(plan_with(ORDER, places))) is holds


def test_a_hunk_is_cut_once_it_is_several_wherever_they_are() -> None:
    plan = by_lines(plan_with(ORDER, [0, 0, 0, 0, 0]))

    assert is_so(ORDER, "cut 4", Moment(plan))
    assert is_so(NAMES, "cut 5", Moment(exercise(NAMES).reference))


def test_the_start_is_before_anything_was_done_and_undone_is_said_at_once() -> None:
    plan = plan_with(ORDER, [0, 0, 0, 0, 0])

    assert is_so(ORDER, "start", Moment(plan, is_begun=False))
    assert is_so(ORDER, "undone", Moment(plan, is_undone=True))


def test_what_has_just_come_to_be_so_is_said_before_what_still_is() -> None:
    lesson = exercise(ORDER)
    still, new = (
        Notice(Condition(Happening(word)), word) for word in ("one commit", "by file")
    )
    apart = Notice(condition_of("3 apart from 4"), "apart")
    test_apart = Notice(condition_of("5 apart from 2"), "test")
    given = replace(
        lesson,
        lesson=replace(lesson.lesson, notices=(still, new, apart, test_apart)),
    )
    before = plan_with(ORDER, [0, 0, 1, 2, 0])
    after = plan_with(ORDER, [0, 0, 1, 2, 1])

    assert notice_at(given, Moment(after)) == apart
    assert notice_at(given, Moment(after, before)) == test_apart
    assert notice_at(given, Moment(before, after)) == apart


@pytest.mark.parametrize(
    "text", ["", "1 and 2", "with 2", "1 with", "cut", "owner x", "1 left", "0 with 1"]
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        condition_of(text)


def said_after(number: int, *lines: str, to: int) -> str:
    """What a lesson says when these lines were sent from commit 1 elsewhere."""
    lesson = exercise(number)
    picks = [hunk_pick(line) for line in lines]
    plan = by_sides(by_lines(plan_at_start(number)))
    wanted = {*picked_lines(picks, lesson.placement)}
    is_moved = [
        {*lines_of(lesson, plan, place)} <= wanted for place in range(len(plan.edits))
    ]
    moved = [to if each else 0 for each in is_moved]
    after = replace(plan, groups=(*plan.groups, Group(b"2\n")), group_of=tuple(moved))
    found = notice_at(lesson, Moment(after, plan))
    return found.text if found is not None else ""


def by_sides(plan: Plan) -> Plan:
    """The plan, in which a line and what it becomes are apart."""
    parts = {
        place: (
            replace(edit, new=Span(edit.new.start, edit.new.start)),
            replace(edit, old=Span(edit.old.stop, edit.old.stop)),
        )
        for place, edit in enumerate(plan.edits)
        if isinstance(edit, TextEdit) and edit.old and edit.new
    }
    return with_edits_cut(plan, parts)


def plan_at_start(number: int) -> Plan:
    """The commit of a lesson, all of it in one."""
    reference = exercise(number).reference
    places = (0,) * len(reference.edits)
    return replace(reference, group_of=places, groups=reference.groups[:1])


@pytest.mark.parametrize(
    ("number", "lines", "to", "words"),
    [
        (3, ["1:-1"], DROPPED, "That is a line of the fix"),
        (3, ["1:+1"], DROPPED, "That is a line of the fix"),
        (3, ["1:-1,+1"], DROPPED, "The fix is left out as well"),
        (3, ["1"], DROPPED, "The fix is left out as well"),
        (3, ["1:+2"], DROPPED, "In no commit, and not lost"),
        (3, ["1:+2"], 1, "in a commit still"),
        (3, ["2"], 1, "is still in one of them"),
        (2, ["1:-1,+1"], 1, "The quotes of `for` and those of `cp` are apart"),
        (2, ["1:-2,+2"], 1, "The quotes of `for` and those of `cp` are apart"),
        (2, ["1:+3"], 1, "Both `echo` lines are for the log"),
        (1, ["3"], 1, "Now the other one"),
        (0, ["1"], 1, "Now the other one"),
        (4, ["3"], 1, "Now the other one"),
        (4, ["2"], 1, "Now the other one"),
        (7, ["1"], 1, "Now the other one"),
    ],
)
def test_a_first_step_of_the_obvious_ones_has_its_word(
    number: int, lines: list[str], to: int, words: str
) -> None:
    assert words in said_after(number, *lines, to=to)
