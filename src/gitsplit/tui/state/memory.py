"""What the screen remembers of work that was left: its steps, and the user's place."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gitsplit.model.objects import Oid
from gitsplit.model.todo import Todo
from gitsplit.tui.state.app_state import (
    ONE_COMMIT,
    History,
    HistoryStep,
    Screen,
    State,
    entries_of,
)
from gitsplit.tui.state.location import with_commit_open

MOST_STEPS = 100
"""So many steps can be taken back after coming back, and made again."""

RESTORED = "restored your draft · u to undo its last step"


@dataclass(frozen=True, slots=True)
class Memory:
    """The history of the todo list, what each step did, and where the user was.

    ``opened`` is the commit that was open, None where none was; the cursor was
    ``below`` rows below the first one of the edit at ``place`` of its plan.
    ``in_series`` says whether the user was in the series.
    """

    history: History[Todo]
    deeds: tuple[HistoryStep, ...]
    deeds_undone: tuple[HistoryStep, ...]
    chosen: Oid
    opened: Oid | None = None
    place: int = 0
    below: int = 0
    focus: int = 0
    in_series: bool = True


def memory_of(state: State) -> Memory:
    """What is remembered of a state that is left; its last steps, if they are many."""
    history = state.history
    kept = History(
        history.present, history.past[-MOST_STEPS:], history.future[:MOST_STEPS]
    )
    memory = Memory(
        kept, state.deeds[-MOST_STEPS:], state.deeds_undone[:MOST_STEPS], state.chosen
    )
    if state.opened is None or not state.plan.edits:
        return memory
    before = state.rows.places_in(range(state.cursor + 1)).stop
    place = max(0, before - 1)
    below = state.cursor - state.rows.row_of(state.plan.edits[place])
    return replace(
        memory,
        opened=state.target.commit,
        place=place,
        below=below,
        focus=state.focus,
        in_series=_is_in_series(state),
    )


def _is_in_series(state: State) -> bool:
    """Whether it is the series that is seen, or was seen last."""
    seen: Sequence[Screen] = (*(screen for screen, _ in state.beneath), state.screen)
    own = [each for each in seen if each in (Screen.SERIES, *ONE_COMMIT)]
    return own[-1:] == [Screen.SERIES]


def with_memory(state: State, memory: Memory) -> State:
    """The first state where the user was, with all that they did before."""
    at = replace(
        state,
        history=memory.history,
        deeds=memory.deeds,
        deeds_undone=memory.deeds_undone,
        chosen=memory.chosen,
        status=RESTORED,
    )
    if memory.opened is None:
        return at
    beneath = () if state.is_alone else ((Screen.SERIES, 0),)
    shown = with_commit_open(
        replace(at, screen=Screen.SPLIT, beneath=beneath), memory.opened
    )
    plan = shown.plan
    place = min(memory.place, len(plan.edits) - 1)
    cursor = shown.rows.row_of(plan.edits[place]) + memory.below
    focus = min(memory.focus, len(plan.groups) - 1)
    there = replace(
        shown,
        cursor=max(0, min(cursor, len(shown.rows) - 1)),
        focus=focus,
        viewed=focus,
    )
    if memory.in_series and not state.is_alone:
        there = replace(there, screen=Screen.SERIES, beneath=(), chosen=memory.chosen)
    return there


def fits(memory: Memory) -> bool:
    """Whether what was read makes a memory that the screen can go on from."""
    todos = memory.history
    entries = entries_of(todos.present)
    is_open = memory.opened is None or (
        memory.opened in entries and entries[memory.opened].plan is not None
    )
    is_told = len(memory.deeds) == len(todos.past)
    is_told = is_told and len(memory.deeds_undone) == len(todos.future)
    return memory.chosen in entries and is_open and is_told and memory.place >= 0
