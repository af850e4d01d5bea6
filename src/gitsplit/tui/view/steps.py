"""The list of the steps of undo: what each did, and which of them are done."""

from prompt_toolkit.formatted_text import StyleAndTextTuples

from gitsplit.tui.state.app_state import HistoryStep, Screen, State
from gitsplit.tui.state.undo import all_steps
from gitsplit.tui.view.pane import PaneLines, first_visible
from gitsplit.tui.view.text import CURSOR, column_text, one_line

_START = "before the first step"
_CURRENT, _UNDONE = "current", "undone"
_SIGNS = 10  # columns for these words


def step_lines(state: State, width: int) -> PaneLines:
    """A line for each step, in their order, under one for where they began.

    The last one that is done is the current one; those below it are undone.
    """
    steps, done = all_steps(state), len(state.steps_done)
    digits = len(str(len(steps)))
    are_several = len({each.commit for each in steps if _is_in_split(each)}) > 1

    def line(number: int) -> StyleAndTextTuples:
        words = _words(steps[number - 1], are_several) if number else _START
        mark = f" {CURSOR} " if number == state.step else "   "
        room = width - len(mark) - digits - 1 - _SIGNS
        style = "class:faint" if number > done else ""
        return [
            ("class:cursor", mark),
            ("class:faint", f"{number:>{digits}} "),
            ("bold" if number == state.step else style, column_text(words, room)),
            ("class:name" if number == done else style, _sign(number - done)),
        ]

    return PaneLines(
        line,
        len(steps) + 1,
        state.step,
        scroll=lambda top, height: first_visible(
            top, height, range(state.step, state.step + 1), state.step
        ),
    )


def _is_in_split(step: HistoryStep) -> bool:
    return step.screen is Screen.SPLIT and step.commit is not None


def _words(step: HistoryStep, are_several: bool) -> str:
    """What a step did; where several commits were split, in which one."""
    words = one_line(step.words)
    if are_several and step.commit is not None and _is_in_split(step):
        return f"{step.commit[:7]}: {words}"
    return words


def _sign(ahead: int) -> str:
    """Whether a step is the current one, or undone; by how far it is after that."""
    word = "" if ahead < 0 else _UNDONE if ahead else _CURRENT
    return f"  {word}".ljust(_SIGNS)
