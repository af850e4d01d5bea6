"""The lessons that come with gitsplit hold what they promise."""

import json
import re
from pathlib import Path

import pytest
from msgspec.structs import replace
from prompt_toolkit.formatted_text.utils import fragment_list_to_text
from prompt_toolkit.utils import get_cwidth

from gitsplit.teaching.placement import picked_lines
from gitsplit.tui.keymap import TABLE
from gitsplit.tui.state.app_state import State
from gitsplit.tui.state.lesson import saying
from gitsplit.tui.view.lesson_panel import every_text, height_of_panel, panel_lines
from gitsplit.tui.view.text import text_lines
from gitsplit.workflow.lessons import SHIPPED, LessonPlace, lesson_open, lessons_in
from tests.repository import Repository
from tests.runner import gitsplit
from tests.teaching.exercises import NUMBERS, exercise
from tests.tui.builder import plan_of, state_of

PLACES = lessons_in(SHIPPED)
IDS = [place.lesson.name for place in PLACES]


@pytest.mark.parametrize("place", PLACES, ids=IDS)
def test_the_answer_applies_and_its_check_passes_in_each_commit(
    place: LessonPlace, tmp_path: Path
) -> None:
    number = PLACES.index(place)
    plan = place.directory / "answer.plan.json"
    check = ("-x", place.lesson.check) if place.lesson.check else ()
    with lesson_open(PLACES, number) as opened:
        repo = Repository(opened.path)
        source = ("-w",) if place.lesson.is_uncommitted else ()
        before, above = repo.oid("HEAD"), repo.git("rev-parse", "HEAD^{tree}")
        ran = gitsplit(opened.path, *source, "--plan", str(plan), "--yes", *check)
        made = repo.git("rev-list", "--count", f"{place.lesson.document.upstream}..")

        assert ran.status == 0, ran.err
        assert repo.oid("HEAD") != before
        count = len(exercise(number).reference.groups)
        assert int(made) == count + (2 if "series" in place.lesson.name else 0)
        if not place.lesson.is_uncommitted and "leave" not in place.lesson.name:
            assert repo.git("rev-parse", "HEAD^{tree}") == above
        assert repo.fsck() == ""


@pytest.mark.parametrize("place", PLACES, ids=IDS)
def test_its_history_has_the_same_ids_everywhere(place: LessonPlace) -> None:
    with lesson_open(PLACES, PLACES.index(place)) as opened:
        assert Repository(opened.path).oid("HEAD") == place.lesson.document.head


@pytest.mark.parametrize("place", PLACES, ids=IDS)
def test_its_words_name_keys_that_there_are(place: LessonPlace) -> None:
    names = {name for row in TABLE for name in row.names.split()}
    text = (place.directory / "lesson.md").read_text("utf-8")
    answer = json.loads((place.directory / "answer.plan.json").read_text("utf-8"))

    assert {*re.findall(r"{([a-z-]+)}", text)} <= names
    assert re.findall(r"{([a-z-]+)}", json.dumps(answer["answer"])) == []


def state_in(number: int) -> State:
    """Any state of the screen, in this lesson."""
    state = state_of(plan_of({"a": ("x\n", "y\n"), "b": ("x\n", "y\n")}, 2))
    return replace(state, info=replace(state.info, lesson=exercise(number)))


@pytest.mark.parametrize("number", NUMBERS, ids=IDS)
def test_all_that_its_panel_says_fits_80_columns_and_24_rows(number: int) -> None:
    state = state_in(number)
    lines = [len(text_lines(text, 77)) for text in every_text(state, exercise(number))]

    assert max(lines) <= 3
    assert len(text_lines(f"Goal: {exercise(number).lesson.goal}", 77)) == 1
    assert height_of_panel(state, 80, 24) <= 5
    assert height_of_panel(state, 60, 15) == 3


@pytest.mark.parametrize("columns", [80, 150])
@pytest.mark.parametrize("number", NUMBERS, ids=IDS)
def test_its_goal_stays_in_sight_where_the_screen_has_24_rows(
    number: int, columns: int
) -> None:
    state = state_in(number)
    height = height_of_panel(state, columns, 24)
    asked = replace(state, hints=2, hinted=state.todo)
    for shown in (state, asked):
        lines = panel_lines(shown, columns, height)
        text = [fragment_list_to_text(line) for line in lines]

        assert any(exercise(number).lesson.goal in line for line in text)
        assert all(get_cwidth(line) <= columns for line in text)
        assert len(lines) <= height
    assert any("Hint 2 of 3" in line for line in text)


@pytest.mark.parametrize("number", NUMBERS, ids=IDS)
def test_where_all_is_done_no_hint_says_what_to_do(number: int) -> None:
    lesson = exercise(number)
    done = state_of(lesson.reference)
    (entry,) = (each for each in done.todo.entries if each.plan is not None)
    info = replace(done.info, lesson=replace(lesson, commit=entry.oid))
    asked = replace(done, info=info, hints=2, hinted=done.todo)

    assert saying(asked).is_done


@pytest.mark.parametrize("number", NUMBERS, ids=IDS)
def test_it_has_three_hints_and_says_how_to_start_and_that_all_is_done(
    number: int,
) -> None:
    lesson = exercise(number).lesson
    happenings = [each.condition.happening for each in lesson.notices]

    assert len(lesson.hints) == 3
    assert (happenings[0], happenings[-1]) == ("start", "done")
    assert lesson.language
    assert [each.right for each in lesson.answer.counts if each.count == 2] == [True]


@pytest.mark.parametrize("number", NUMBERS, ids=IDS)
def test_every_line_of_its_commit_is_judged_once(number: int) -> None:
    lesson = exercise(number)
    judged = [
        line
        for each in lesson.lesson.answer.hunks
        for line in picked_lines(each.picks, lesson.placement)
    ]

    assert sorted(judged) == sorted(lesson.placement)
