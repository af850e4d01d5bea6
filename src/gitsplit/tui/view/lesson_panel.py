"""The panel of a lesson: where one is, the goal, and what is said of the split."""

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from gitsplit.model.memo import memo_by
from gitsplit.teaching.grading import Exercise
from gitsplit.teaching.lesson import Happening
from gitsplit.tui.state.app_state import State
from gitsplit.tui.state.key_names import keyed, with_keys_named
from gitsplit.tui.state.lesson import (
    done_words,
    goal_words,
    hint_words,
    saying,
)
from gitsplit.tui.view.frame import RULE, rule
from gitsplit.tui.view.text import start_of, text_lines

MARK = "»"
"""In front of what a lesson says; a tick where all is as it should be."""

_LEAST = 20
"""Rows of a terminal from which goal and words are both seen."""

_LOW = 2
"""Lines of words on a lower one."""

_MARGIN = 3


@memo_by(lambda state, columns, rows: (state.info, columns, rows))
def height_of_panel(state: State, columns: int, rows: int) -> int:
    """The rows of the panel: the same for whatever the lesson says."""
    if rows < _LEAST:
        return 1 + _LOW
    exercise = state.info.lesson
    assert exercise is not None, "a panel is of a lesson"
    goal = len(text_lines(goal_words(exercise), columns - _MARGIN))
    said = (len(text_lines(t, columns - _MARGIN)) for t in every_text(state, exercise))
    return 1 + goal + min(max(said, default=0), rows // 6)


def every_text(state: State, exercise: Exercise) -> list[str]:
    """All that the lesson may say here."""
    hints = range(1, len(exercise.lesson.hints) + 1)
    return [
        *(hint_words(state, exercise, number) for number in hints),
        *(
            done_words(state, exercise, each.text)
            if each.condition.happening is Happening.DONE
            else with_keys_named(state, each.text)
            for each in exercise.lesson.notices
        ),
    ]


def panel_lines(state: State, width: int, height: int) -> list[StyleAndTextTuples]:
    """The lines of the panel: the rule, the goal, and what is said."""
    exercise = state.info.lesson
    assert exercise is not None, "a panel is of a lesson"
    said = saying(state)
    goal = text_lines(goal_words(exercise), width - _MARGIN)
    words = text_lines(said.text, width - _MARGIN) if said.text else []
    lines: list[StyleAndTextTuples] = [_panel_rule(state, exercise, width)]
    if not words or 1 + len(goal) + len(words) <= height:
        lines += [[("", f"   {line}")] for line in goal]
    style, mark = ("class:good", "✓") if said.is_done else ("class:name", MARK)
    for at, line in enumerate(words):
        lines.append([(style, f" {mark} " if not at else "   "), ("", line)])
    return _fitted(lines, width, height)


def _panel_rule(state: State, exercise: Exercise, width: int) -> StyleAndTextTuples:
    """Where one is, and which key gives a hint."""
    key = keyed(state, "{help}")
    hint = f" {key} {key} hint " if exercise.lesson.hints else ""
    room = width - get_cwidth(hint) - 1
    left = rule(room, start_of(exercise.in_words, room - 6), is_left=True)
    return [*left, ("class:place", hint), ("class:rule", RULE)]


def _fitted(
    lines: list[StyleAndTextTuples], width: int, height: int
) -> list[StyleAndTextTuples]:
    """The lines that there is room for; that there were more is said."""
    if len(lines) <= height:
        return lines
    *kept, last, cut = lines[: height + 1]
    words = "".join(cell[1] for cell in (*last, *cut))
    return [*kept, [("", start_of(words, width - 1))]]
