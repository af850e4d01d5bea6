"""Who comes back finds the screen as it was left: cuts, cursor, and every step."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.model.diff import is_part_of
from gitsplit.model.objects import Oid
from gitsplit.tui.state.app_state import History, Screen, State
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.undo import (
    MOST_STEPS,
    RESTORED,
    is_consistent,
    memory_of,
    with_memory,
)
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.reading import Fold, MovePiece, MoveRows
from gitsplit.tui.update.actions.screens import OpenPreview, Redo, Undo
from gitsplit.tui.update.actions.series import Become, OpenCommit, OpenSeries
from gitsplit.tui.update.actions.split import FocusOn, Send, SplitHunk
from tests.tui.builder import after, plan_of, state_of
from tests.tui.cases import COMMITS, large, series

A, B, C = COMMITS
ACTIONS: tuple[Action, ...] = (
    *(Become("drop"), OpenCommit(), MoveRows(1), MovePiece(1), SplitHunk(), Send(1)),
    *(OpenSeries(), Undo(), Redo(), OpenPreview(), Become("split")),
)


def back(state: State) -> State:
    """The screen at the next start, in a series where nothing is done yet."""
    memory = memory_of(state)
    assert is_consistent(memory)
    return with_memory(series(), memory)


def test_cuts_cursor_and_focus_are_there_again() -> None:
    left = after(
        series(), OpenCommit(), MovePiece(1), SplitHunk(), MoveRows(1), FocusOn(1)
    )
    state = back(left)

    assert state.plan.edits == left.plan.edits
    assert len(state.plan.edits) > len(after(series(), OpenCommit()).plan.edits)
    assert (state.rows, state.cursor, state.focus) == (left.rows, left.cursor, 1)
    assert (state.screen, state.beneath) == (Screen.SPLIT, ((Screen.SERIES, 0),))
    assert state.status == keyed(state, RESTORED)


def test_the_cursor_is_not_beyond_its_hunk_where_that_is_folded_again() -> None:
    long = "".join(f"{number}\n" for number in range(60))
    start = state_of(plan_of({"a": (None, long), "b": ("1\n", "2\n")}))
    left = after(start, MovePiece(1), Fold(), MoveRows(50))
    state = with_memory(start, memory_of(left))

    assert left.rows.edit_at(left.cursor) == 1
    assert state.rows.places_in(range(state.cursor + 1)).stop - 1 == 1


def test_every_step_can_be_taken_back_and_made_again() -> None:
    left = after(
        series(), Become("drop"), MoveRows(1), OpenCommit(), SplitHunk(), Undo()
    )
    state = back(left)

    assert after(state, Redo()).todo == after(left, Redo()).todo
    assert after(state, Redo()).status.startswith("redid")
    assert after(state, Undo(), Undo()).todo == series().todo


def test_the_series_is_shown_where_it_was_seen_last() -> None:
    left = after(series(), OpenCommit(), OpenSeries(), MoveRows(2), OpenPreview())
    state = back(left)

    assert (state.screen, state.chosen) == (Screen.SERIES, C)
    opened = after(state, MoveRows(-2), OpenCommit())
    assert (opened.target.commit, opened.cursor) == (A, left.cursor)


def test_of_very_many_steps_the_last_can_be_taken_back() -> None:
    start = state_of(large(MOST_STEPS))
    left = after(start, *([Send(1), Send(0)] * MOST_STEPS))
    memory = memory_of(left)

    assert is_consistent(memory)
    assert len(memory.history.past) <= MOST_STEPS
    assert with_memory(start, memory).todo == left.todo


def confirmed_lines(state: State) -> set[tuple[Oid, int]]:
    """The places of what is confirmed, in the plans as they stand."""
    return {
        (oid, place)
        for oid, plan in state.todo.plans.items()
        for place, edit in enumerate(plan.edits)
        if any(is_part_of(edit, each) for each in state.confirmed.get(oid, ()))
    }


@given(st.lists(st.sampled_from(ACTIONS), max_size=12))
@settings(deadline=None, max_examples=60)
def test_whatever_was_done_the_screen_can_be_gone_on_with(
    actions: list[Action],
) -> None:
    left = after(series(), *actions)
    state = back(left)

    assert state.history == left.history
    # What is confirmed now is then confirmed at each of the steps.
    assert [s[:3] for s in state.steps_done] == [s[:3] for s in left.steps_done]
    assert confirmed_lines(state) == confirmed_lines(left)
    assert all(step.confirmed == state.confirmed for step in state.steps_done)
    assert after(state, *([Undo()] * len(actions))).todo == series().todo
    if state.opened is not None:
        assert state.opened == left.opened
        assert state.rows[state.cursor] == left.rows[left.cursor]


def test_what_does_not_belong_together_does_not_fit() -> None:
    memory = memory_of(after(series(), OpenCommit(), SplitHunk()))
    nobody = state_of(large(1)).info.series.commits[0].raw.tree

    assert is_consistent(memory)
    assert not is_consistent(replace(memory, chosen=nobody))
    assert not is_consistent(replace(memory, opened=B))
    assert not is_consistent(replace(memory, opened=nobody))
    assert not is_consistent(replace(memory, steps_done=()))
    assert not is_consistent(replace(memory, place=-1))
    assert not is_consistent(replace(memory, history=History(memory.history.present)))
