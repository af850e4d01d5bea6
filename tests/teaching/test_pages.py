"""What the pages of the tutorial say of marks and answers."""

import pytest

from gitsplit.teaching.grading import grade
from gitsplit.teaching.pages import Attempt, comparison_page, next_lesson
from tests.teaching.exercises import exercise
from tests.teaching.test_noticing import plan_with

ORDER = 4
"""The lesson about an order: hunks 1 and 2, 3 and 4, and 5 are in three files."""


@pytest.mark.parametrize(
    ("marks", "number"),
    [
        ([None, None, None], 0),
        ([66, 61, None, None], 2),
        ([100, 61, 100, None, 100], 3),
        ([100, 61, 100], 1),
        ([100, 100], 0),
    ],
)
def test_the_next_lesson_is_one_not_done_yet(
    marks: list[int | None], number: int
) -> None:
    assert next_lesson(marks) == number


def test_a_mark_says_what_it_is_less_than_its_lines() -> None:
    lesson, plan = exercise(ORDER), plan_with(ORDER, [0, 0, 1, 1, 0])
    said = [("three", False), ("one", True), ("two", True)]
    attempt = Attempt(plan, True, said, said[1:])
    page = comparison_page(lesson, attempt, grade(lesson, plan), ())
    text = "\n".join(line.text for line in page.lines)

    assert (
        "19 of 19 lines where they belong, less a tenth for the order: 90 of 100."
    ) in text
    assert "How many: you said first “three”, then “two”, which is right." in text
    assert "First: you said “one”, right." in text
    assert "\nWhich should come first? The function." in text


def test_a_title_that_asks_has_no_full_stop() -> None:
    before = exercise(ORDER - 1)
    attempt = Attempt(before.reference, True)
    page = comparison_page(before, attempt, grade(before, before.reference), ())

    assert [line.text for line in page.asked] == ["Next: Which comes first?"]
