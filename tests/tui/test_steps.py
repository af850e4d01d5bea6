"""The list of undo steps: what each did, which is the current one, and going there."""

import pytest
from prompt_toolkit.formatted_text.utils import fragment_list_to_text

from gitsplit.tui.dialog.words import question
from gitsplit.tui.state.app_state import Purpose, Screen, State
from gitsplit.tui.state.board import board_place
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.prompt import Ask, Submit, TypeText
from gitsplit.tui.update.actions.reading import (
    FAR,
    MoveColumns,
    MovePiece,
    MoveRows,
    MoveTo,
)
from gitsplit.tui.update.actions.screens import (
    GoBack,
    GoToStep,
    OpenBoard,
    OpenMessages,
    OpenPreview,
    OpenSteps,
    Redo,
    Undo,
)
from gitsplit.tui.update.actions.series import Become, OpenSeries
from gitsplit.tui.update.actions.split import AddCommit, Send
from gitsplit.tui.view.steps import step_lines
from tests.tui.builder import after, plan_of, state_of
from tests.tui.cases import series
from tests.tui.test_dialog import talked

PAIR = ("one\nkeep\ntwo\n", "ONE\nkeep\nTWO\n")
SENT = (MoveTo(0), Send(1), MovePiece(1), AddCommit(), MoveTo(0))


def begun() -> State:
    return state_of(plan_of({"a": PAIR, "b": PAIR}, 2))


def listed(state: State, columns: int = 60) -> list[str]:
    lines = step_lines(state, columns)
    return [fragment_list_to_text(lines.get(n)).rstrip() for n in range(lines.height)]


def test_the_steps_are_listed_with_what_the_status_said_and_the_current_one() -> None:
    state = after(begun(), *SENT, Undo(), OpenSteps())
    done, undone = state.steps_done[0].words, state.steps_undone[0].words

    rows = listed(state)
    assert rows[0] == "   0 before the first step"
    assert rows[1] == f" ▶ 1 {done}".ljust(50) + "  current"
    assert undone in rows[2]
    assert rows[2].split()[-1] == "undone"


@pytest.mark.parametrize("wanted", [0, 1, 2])
@pytest.mark.parametrize("undone", [0, 1, 2])
def test_enter_goes_to_the_step_as_undo_and_redo_do(wanted: int, undone: int) -> None:
    at = after(begun(), *SENT, *[Undo()] * undone)
    by_list = after(at, OpenSteps(), MoveTo(wanted), GoToStep())
    now = 2 - undone
    key = Undo() if wanted < now else Redo()
    by_keys = after(at, *[key] * abs(wanted - now))

    assert by_list.todo == by_keys.todo
    assert by_list.steps_done == by_keys.steps_done
    assert by_list.cursor == by_keys.cursor
    if wanted != now:
        assert by_list.screen is Screen.SPLIT
    else:
        assert by_list.status == "This is the current step."
        assert by_list.screen is Screen.STEPS


def test_several_steps_are_counted_and_one_is_told() -> None:
    at = after(begun(), *SENT)

    assert after(at, GoToStep(0)).status == "undid 2 steps · Ctrl-R to redo"
    assert after(at, GoToStep(1)).status == after(at, Undo()).status
    back = after(at, GoToStep(0), GoToStep(2))
    assert back.status == "redid 2 steps · u to undo"
    assert back.todo == at.todo


def test_esc_leaves_the_list_and_all_as_it_was() -> None:
    before = after(begun(), *SENT)
    state = after(before, OpenSteps(), MoveRows(-1), GoBack())

    assert (state.screen, state.todo) == (Screen.SPLIT, before.todo)
    assert state.cursor == before.cursor


def test_without_steps_there_is_no_list() -> None:
    state = after(begun(), OpenSteps())

    assert (state.screen, state.status) == (Screen.SPLIT, "Nothing to undo or redo.")


@pytest.mark.parametrize("opening", [OpenMessages(), OpenPreview()])
def test_the_list_opens_from_other_screens_and_leads_back(opening: Action) -> None:
    state = after(begun(), *SENT, opening)
    screen = state.screen
    listed_there = after(state, OpenSteps())
    chosen = after(listed_there, MoveTo(0), GoToStep())

    assert listed_there.screen is Screen.STEPS
    assert (chosen.screen, chosen.steps_done) == (screen, ())


def test_the_question_says_at_which_step_one_is() -> None:
    state = after(begun(), *SENT, Undo(), OpenSteps())

    assert question(state).startswith("Now at step 1, a number goes to another")
    start = after(begun(), *SENT, Undo(), Undo(), OpenSteps())
    assert question(start).startswith("Now before the first step, a number")


def test_steps_in_a_series_say_their_commit() -> None:
    state = after(series(), Become("drop"), MoveRows(1), Become("drop"), OpenSteps())

    assert [row.split()[-1] for row in listed(state, 100)[1:]] == ["files", "current"]
    gone = after(state, GoToStep(0))
    assert (gone.screen, gone.todo) == (Screen.SERIES, series().todo)
    assert after(gone, OpenSeries()).chosen == state.todo.entries[0].oid


def test_undo_on_the_board_goes_to_the_cell_that_has_its_hunks_again() -> None:
    at = after(begun(), OpenBoard(), Send(1), MoveTo(1), MoveColumns(1))
    state = after(at, Undo())

    assert (state.screen, board_place(state)) == (Screen.BOARD, (0, 0))
    redone = after(state, Redo())
    assert board_place(redone) == (0, 1)


def test_undo_among_the_messages_goes_to_the_one_that_it_changes() -> None:
    at = after(begun(), OpenMessages(), MoveTo(0))
    named = after(at, Ask(Purpose.SUBJECT), TypeText("New "), Submit())
    away = after(named, MoveTo(FAR))
    state = after(away, Undo())

    assert away.message != at.message
    assert (state.screen, state.message) == (Screen.MESSAGES, at.message)


def test_a_step_that_is_not_there_is_refused() -> None:
    state = after(begun(), *SENT, GoToStep(3))

    assert state.status == "The steps are numbered 0 to 2."
    assert len(state.steps_done) == 2


def test_without_a_screen_a_number_goes_to_a_step() -> None:
    dialog, script = talked(begun(), "2", "U", "0")

    assert "1 moved 2 lines from 1 to 2, current" in script.lines
    assert dialog.state.steps_done == ()
    assert dialog.state.screen is Screen.SPLIT
