"""The tutorial: two questions, the split on the screen, and how it compares.

Each lesson is a run like another (:func:`gitsplit.workflow.run.run`), in a repository
of its own.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan, NothingToSplit
from gitsplit.git.repository import Repository
from gitsplit.model.plan import Plan, plan_at_home
from gitsplit.planfile.document import CommitEntry
from gitsplit.planfile.match import plan_of_entry, with_originals
from gitsplit.planfile.parse import load_plan
from gitsplit.teaching import pages
from gitsplit.teaching.grading import Exercise, Grade, grade, is_for_lesson
from gitsplit.teaching.pages import Attempt, Choice, Page
from gitsplit.workflow.hooks_and_signing import Finish
from gitsplit.workflow.lessons import (
    LessonPlace,
    Marks,
    Opened,
    lesson_open,
)
from gitsplit.workflow.plan_files import plan_json
from gitsplit.workflow.work import TellProposing

if TYPE_CHECKING:
    from gitsplit.workflow.run import Result


class Ways(Protocol):
    """How a tutorial meets its user: by pages, by a screen, by a sentence."""

    def show(self, page: Page, after: Callable[[str], Page | None]) -> None:
        """Show a page and those that follow, until ``after`` has none."""

    def finish(self, repo: Repository, check: str) -> Finish:
        """What is done with new commits; ``check`` is a lesson's command, or empty."""

    def progress(self) -> AbstractContextManager[TellProposing]:
        """What shows that something takes long."""

    def say(self, words: str) -> None:
        """Say a sentence once no page is shown any more."""


AGAIN, LIST, NEXT, WHERE, QUIT = "a", "l", pages.NEXT, "w", pages.QUIT
LEFT = ""
"""In place of a key: the lesson was left before there was something to compare."""


def run_tutorial(
    course: Sequence[LessonPlace], at: int | None, marks: Marks, ways: Ways
) -> None:
    """Have the user choose lessons and do them, until they leave.

    ``at`` is the one to begin with, from 0; without it they choose it. Who leaves that
    one at once leaves.
    """
    is_alone = at is not None
    while True:
        if at is None:
            at = _choose(course, marks, ways)
            if at is None:
                return
        done = _do_lesson(course, at, marks, ways)
        if done == QUIT or (done == LEFT and is_alone):
            return
        if done == NEXT:
            at += 1
        elif done in (LIST, LEFT):
            at = None


def _choose(course: Sequence[LessonPlace], marks: Marks, ways: Ways) -> int | None:
    """The lesson that the user chooses; None where they leave."""
    chosen: list[int] = []
    known = [marks.of(place) for place in course]

    def after(key: str) -> None:
        if key != QUIT:
            number = (
                pages.next_lesson(known)
                if key == NEXT
                else pages.LESSON_KEYS.index(key)
            )
            chosen.append(number)

    ways.show(pages.list_page([place.lesson for place in course], known), after)
    return next(iter(chosen), None)


def _do_lesson(course: Sequence[LessonPlace], at: int, marks: Marks, ways: Ways) -> str:
    """Do one lesson; what the user wants next."""
    with lesson_open(course, at) as opened:
        asked = _Asking(opened.exercise)
        ways.show(asked.first_page(), asked.after)
        if asked.has_left:
            return LEFT
        found = _split(opened, ways)
        if found is None:
            return LEFT
        plan, is_applied = found
        attempt = Attempt(plan, is_applied, asked.counted, asked.first)
        result = grade(opened.exercise, plan)
        marks.keep(course[at], result.points)
        wanted = _compare(opened, attempt, result, len(course), ways)
        if opened.is_kept:
            ways.say(f"The lesson's repository is in {opened.path}")
        return wanted


class _Asking:
    """The two questions before a lesson, and what was answered."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._is_second = False
        self.has_left = False
        self.counted: list[tuple[str, bool]] = []
        self.first: list[tuple[str, bool]] = []

    def first_page(self) -> Page:
        """How many changes it is."""
        choices = pages.count_choices(self._exercise)
        return pages.question_page(self._exercise, pages.HOW_MANY, choices)

    def after(self, key: str) -> Page | None:
        """What follows an answer: what is said to it, the next question, the end."""
        if key == QUIT:
            self.has_left = True
            return None
        if key == NEXT:
            if self._is_second or len(self._exercise.reference.groups) < 2:
                return None
            self._is_second = True
            choices = pages.first_choices(self._exercise)
            return pages.question_page(self._exercise, pages.WHICH_FIRST, choices)
        return self._reply(key)

    def _reply(self, key: str) -> Page:
        """The question with what is said to an answer."""
        exercise = self._exercise
        if self._is_second:
            asked, choices = pages.WHICH_FIRST, pages.first_choices(exercise)
            is_right, reason = pages.answer_to_first(exercise, key)
        else:
            asked, choices = pages.HOW_MANY, pages.count_choices(exercise)
            is_right, reason = pages.answer_to_count(exercise, key)
        label = next(choice.label for choice in choices if choice.key == key)
        given = self.first if self._is_second else self.counted
        given.append((label, is_right))
        said = pages.reply_lines(is_right, reason)
        return pages.question_page(exercise, asked, choices, said)


def _split(opened: Opened, ways: Ways) -> tuple[Plan, bool] | None:
    """Have the commit split on the screen; the plan, and whether it was applied.

    None where nothing was done, or something else than the lesson is about.
    """
    from gitsplit.workflow.run import run  # a grade needs none, and no draft

    exercise = opened.exercise
    finish = ways.finish(opened.repo, exercise.lesson.check)
    try:
        result = run(opened.repo, opened.request, finish, ways.progress())
    except NothingToSplit:  # it stays one commit
        return _whole(exercise), True
    plan = _plan_made(opened, result)
    if plan is None or not is_for_lesson(exercise, plan):
        return None
    return plan, result.outcome is not None


def _plan_made(opened: Opened, result: "Result") -> Plan | None:
    """The plan that was applied, or left as a draft; None where there is none."""
    commit = opened.exercise.commit
    if result.outcome is not None:
        return result.work.plans.get(commit, _whole(opened.exercise))
    draft = None
    if result.has_draft:
        from gitsplit.workflow.draft import load_draft

        draft = load_draft(opened.repo, opened.request, result.work)
    return None if draft is None else draft.plans.get(commit)


def _whole(exercise: Exercise) -> Plan:
    """The lesson's commit as it is."""
    return plan_at_home([exercise.reference.changes], [exercise.message or b"-\n"])


def _compare(
    opened: Opened, attempt: Attempt, found: Grade, count: int, ways: Ways
) -> str:
    """Show how the split compares; what the user wants next."""
    wanted: list[str] = []
    exercise = opened.exercise
    following = [Choice(NEXT, "next lesson")] if exercise.next_title else []
    choices = [*following, Choice(AGAIN, "once more")]
    choices += [Choice(LIST, "lessons")] if count > 1 else []
    page = pages.comparison_page(
        exercise, attempt, found, [*choices, Choice(WHERE, "keep the repository")]
    )

    def after(key: str) -> Page | None:
        if key != WHERE:
            wanted.append(key)
            return None
        opened.is_kept = True
        where = pages.PageLine(f"The repository stays in {opened.path}")
        return replace(page, asked=(where,))

    ways.show(page, after)
    return wanted[0]


class Graded(Struct, frozen=True):
    """A plan that was graded, with the lesson that it is for."""

    exercise: Exercise
    plan: Plan


def graded_plan(text: bytes, course: Sequence[LessonPlace]) -> Graded:
    """The plan of a file, and the lesson whose commit it is for.

    Raises InvalidPlan where it is for none, or doesn't fit.
    """
    document = load_plan(plan_json(text))
    for at, place in enumerate(course):
        for entry in document.series:
            if _is_about(entry, place):
                return _graded(entry, course, at)
    raise InvalidPlan(
        "The plan is for no lesson: its commit is none of theirs.",
        hint="For a class's own lessons: gitsplit --tutorial DIR --grade PLAN",
    )


def _is_about(entry: CommitEntry, place: LessonPlace) -> bool:
    """Whether an entry of a plan is about the commit of a lesson."""
    reference = place.lesson.entry
    if reference.source is None or entry.source is None:
        return reference.source is entry.source and entry.commit == reference.commit
    return entry.source == reference.source


def _graded(entry: CommitEntry, course: Sequence[LessonPlace], at: int) -> Graded:
    with lesson_open(course, at) as opened:
        exercise = opened.exercise
        changes = exercise.reference.changes
        if entry.action != "split":  # all of it stays one commit
            return Graded(exercise, plan_at_home([changes], [entry.subject]))
        if entry.source is not None:
            entry = with_originals(entry, (exercise.commit,))
        return Graded(exercise, plan_of_entry(entry, changes))
