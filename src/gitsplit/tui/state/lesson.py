"""What a lesson says where the user is: a notice, or a hint that was asked for."""

from typing import NamedTuple

from gitsplit.model.listing import with_full_stop
from gitsplit.model.memo import memo
from gitsplit.model.plan import Plan
from gitsplit.teaching.grading import Exercise, is_for_lesson
from gitsplit.teaching.lesson import Happening, Notice
from gitsplit.teaching.noticing import Moment, notice_at
from gitsplit.tui.state.app_state import State, entries_of
from gitsplit.tui.state.key_names import keyed, with_keys_named

NO_NOTICE = "When you are done: {preview}, then Enter, and your split is compared."
"""What is said where nothing is noticed."""


class Saying(NamedTuple):
    """What the panel says; ``is_done`` that all is as it should be."""

    text: str
    is_done: bool = False


def goal_words(exercise: Exercise) -> str:
    """What is to be done."""
    return f"Goal: {exercise.lesson.goal}"


def hint_words(state: State, exercise: Exercise, number: int) -> str:
    """A hint, by its number from 1."""
    hints = exercise.lesson.hints
    hint = with_keys_named(state, hints[number - 1])
    return f"Hint {number} of {len(hints)}: {hint}"


def done_words(state: State, exercise: Exercise, text: str) -> str:
    """What is said at the end, and what comes next."""
    apply = keyed(state, "{preview}, then Enter, applies it")
    following = f"; next: {exercise.next_title}" if exercise.next_title else ""
    return with_full_stop(f"{with_keys_named(state, text)} {apply}{following}")


def saying(state: State) -> Saying:
    """What is to be said now; its text is empty where that is nothing.

    No hint where all is done: each would be about something that is done already.
    """
    exercise = state.info.lesson
    assert exercise is not None, "only a lesson says something"
    plan, before = _plan_of_lesson(state, exercise), _plan_before(state, exercise)
    is_undone = bool(state.steps_undone)
    is_begun = is_undone or bool(state.steps_done)
    noticed = _noticed(exercise, plan, before, is_begun, is_undone)
    found = noticed[0] if noticed else None
    if found is not None and found.condition.happening is Happening.DONE:
        return Saying(done_words(state, exercise, found.text), is_done=True)
    if state.hints and state.hinted is state.todo:
        return Saying(hint_words(state, exercise, state.hints))
    if noticed is None:
        return Saying("")
    if found is None:
        return Saying(keyed(state, NO_NOTICE))
    return Saying(with_keys_named(state, found.text))


@memo
def _noticed(
    exercise: Exercise,
    plan: Plan | None,
    before: Plan | None,
    is_begun: bool,
    is_undone: bool,
) -> tuple[Notice, ...] | None:
    """What is noticed, one at most; None where the plan isn't the lesson's."""
    if plan is None or not is_for_lesson(exercise, plan):
        return None
    if before is not None and not is_for_lesson(exercise, before):
        before = None
    found = notice_at(exercise, Moment(plan, before, is_begun, is_undone))
    return () if found is None else (found,)


def _plan_of_lesson(state: State, exercise: Exercise) -> Plan | None:
    """The plan of the lesson's commit as it stands, if it is to be split."""
    entry = entries_of(state.todo).get(exercise.commit)
    return None if entry is None else entry.plan


def _plan_before(state: State, exercise: Exercise) -> Plan | None:
    """The same before the last step, where there was one."""
    if not (past := state.history.past):
        return None
    return next((e.plan for e in past[-1].entries if e.oid == exercise.commit), None)
