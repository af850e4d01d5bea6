"""Undo and redo: every change of the todo list is a step, with words and a place.

The steps and the user's place are kept in a :class:`Memory` for the next start.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from gitsplit.errors import NothingToDo
from gitsplit.model.checks import Check
from gitsplit.model.diff import Edit
from gitsplit.model.listing import unshown_words
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.model.states import with_overrides_merged
from gitsplit.model.todo import Entry, Todo
from gitsplit.tui.state.app_state import (
    ONE_COMMIT,
    Confirmed,
    History,
    HistoryStep,
    Screen,
    State,
    entries_of,
    merge_from_state,
)
from gitsplit.tui.state.board import with_cell_of
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.location import (
    is_open,
    on_plan,
    with_commit_open,
    with_none_open,
)
from gitsplit.tui.state.message_rows import row_of_commit, selected_row
from gitsplit.tui.state.new_commits import message_commits
from gitsplit.tui.state.selection import group_name


def with_plan(state: State, plan: Plan, words: str) -> State:
    """The state one step on, with ``plan`` for the commit that is open.

    ``words`` is a clause on what was done. What was written by hand is laid over what
    the plan chooses now; proposed messages follow the hunks. Raises ActionRefused where
    what was written conflicts, and where it is the plan as it stands.
    """
    commit = state.target.commit
    plan = with_overrides_merged(plan, merge_from_state(state))
    if state.own_proposals is not None:
        from gitsplit.proposal.rewording import with_words_followed  # known by now

        plan = with_words_followed(plan, state.plan, state.own_proposals)
    elif entries_of(state.todo)[commit].absorbs:
        from gitsplit.model.corrections import with_absorbed_counted  # known by now

        plan = with_absorbed_counted(plan)
    if plan == state.plan:
        raise NothingToDo("No change.")
    words += _unshown_words(entries_of(state.todo)[commit], state.plan, plan)
    step = HistoryStep(words, Screen.SPLIT, commit)
    return with_step(state, state.todo.with_plan(commit, plan), step)


def _unshown_words(entry: Entry, before: Plan, plan: Plan) -> str:
    """A clause on lines that no commit shows any more, and whose they are."""
    if not plan.is_woven:
        return ""
    from gitsplit.model.shown import unshown_by_group  # not to open with

    known, found = (unshown_by_group(entry, each) for each in (before, plan))
    count = sum(found.values()) - sum(known.values())
    if count <= 0:
        return ""
    is_alike = len(before.groups) == len(plan.groups)
    more = [g for g in found if not is_alike or found[g] > known.get(g, 0)]
    names = ", ".join(map(group_name, more))
    return f"; {unshown_words(count, names)}"


def with_step(state: State, todo: Todo, step: HistoryStep) -> State:
    """The state one step on; raises ActionRefused where it is the list as it stands."""
    if todo == state.todo:
        raise NothingToDo("No change.")
    told = step._replace(confirmed=state.confirmed, checks=_finished_checks(state))
    return replace(
        _at_history(state, state.history.then(todo)),
        steps_done=(*state.steps_done, told),
        steps_undone=(),
        status=f"{step.words} · {keyed(state, '{undo} to undo')}",
    )


def with_steps_joined(state: State, count: int) -> State:
    """The state whose steps after the first ``count`` are one step of the history."""
    joined = state.steps_done[count:]
    if len(joined) < 2:
        return state
    words = "; ".join(step.words for step in joined)
    step = joined[-1]._replace(words=words, checks=joined[0].checks, continuing=None)
    history = state.history
    return replace(
        state,
        history=replace(history, past=history.past[: count + 1]),
        steps_done=(*state.steps_done[:count], step),
        status=f"{words} · {keyed(state, '{undo} to undo')}",
    )


def after_undo(state: State) -> State:
    """The state one step back, where that step was made.

    Raises ActionRefused at the beginning.
    """
    if not state.steps_done:
        raise NothingToDo("Nothing to undo.")
    step = state.steps_done[-1]
    back = replace(
        _at_history(state, state.history.back()),
        checks=step.checks,
        steps_done=state.steps_done[:-1],
        steps_undone=(_seen_from(state, step), *state.steps_undone),
    )
    back = _at_change(state, back, step)
    return _at_step(back, step, f"undid{_step_commit_words(state, step)}: {step.words}")


def after_redo(state: State) -> State:
    """The state one step forward again, where that step was made.

    Raises ActionRefused where none was undone.
    """
    if not state.steps_undone:
        raise NothingToDo("Nothing to redo.")
    step = state.steps_undone[0]
    forward = replace(
        _at_history(state, state.history.forward()),
        checks=step.checks,
        steps_done=(*state.steps_done, _seen_from(state, step)),
        steps_undone=state.steps_undone[1:],
    )
    forward = _at_change(state, forward, step)
    redid = f"redid{_step_commit_words(state, step)}: {step.words}"
    said = f"{redid} · {keyed(state, '{undo} to undo')}"
    return _at_step(forward, step, said)


def all_steps(state: State) -> tuple[HistoryStep, ...]:
    """The steps that were done, and those that were undone, as they follow."""
    return (*state.steps_done, *state.steps_undone)


def after_steps(state: State, count: int) -> State:
    """The state with so many steps done; of several it says how many it went."""
    back = len(state.steps_done) - count
    while len(state.steps_done) > count:
        state = after_undo(state)
    while len(state.steps_done) < count:
        state = after_redo(state)
    if abs(back) == 1:
        return state
    again = keyed(state, "{redo} to redo" if back > 0 else "{undo} to undo")
    done = "undid" if back > 0 else "redid"
    return replace(state, status=f"{done} {abs(back)} steps · {again}")


def _seen_from(state: State, step: HistoryStep) -> HistoryStep:
    """The step, by which the results for the state's commits come back."""
    return step._replace(checks=_finished_checks(state))


def _finished_checks(state: State) -> Mapping[int, Check]:
    """The results of the checks; none where some are still to come."""
    is_done = all(check.is_done for check in state.checks.values())
    return state.checks if is_done else {}


def _step_commit_words(state: State, step: HistoryStep) -> str:
    """The commit that a step was about, unless the screen shows it."""
    is_seen = state.screen in ONE_COMMIT and is_open(state, step.commit)
    if step.commit is None or step.screen is not Screen.SPLIT or is_seen:
        return ""
    return f" in {step.commit[:7]}"


def _at_step(state: State, step: HistoryStep, said: str) -> State:
    """The state on a screen that shows what the step is about.

    The screens of the whole series do.
    """
    if state.screen in ONE_COMMIT:
        state = _at_step_screen(state, step)
    if step.commit is not None and state.screen is Screen.SERIES:
        state = replace(state, chosen=step.commit)
    return replace(state, status=said)


def _at_change(before: State, state: State, step: HistoryStep) -> State:
    """The state with the cursor on the first hunk or message that a step has changed.

    Where it stands on one of these, or a step changed none, it stays.
    """
    if state.screen is Screen.MESSAGES:
        return _at_changed_message(before, state)
    seen = (Screen.SPLIT, Screen.BOARD)
    is_seen = state.screen in seen and is_open(before, step.commit)
    if not is_seen or not is_open(state, step.commit) or not state.plan.edits:
        return state
    changed = _changed_places(before.plan, state.plan)
    if state.screen is Screen.BOARD and changed:
        return with_cell_of(state, changed)
    here = state.rows.edit_at(state.cursor)
    if not changed or here in changed:
        return state
    return replace(state, cursor=state.rows.row_of(state.plan.edits[changed[0]]))


def _at_changed_message(before: State, state: State) -> State:
    """The state of the messages at the first one that isn't as it was before."""
    known, commits = message_commits(before), message_commits(state)
    changed = [
        number
        for number, (one, other) in enumerate(zip(known, commits, strict=False))
        if one.message != other.message
    ]
    if len(known) != len(commits) or not changed:
        return state
    if selected_row(state).commit in changed:
        return state
    return replace(state, message=row_of_commit(state, changed[0]))


def _changed_places(before: Plan, plan: Plan) -> list[int]:
    """The places of the edits that are in other groups than before, or cut otherwise.

    Where there are more groups or fewer, the same one may have another number.
    """
    by_number = len(before.groups) == len(plan.groups)

    def homes(of: Plan) -> Iterator[tuple[Edit, object]]:
        for edit, group in zip(of.edits, of.group_of, strict=True):
            is_number = by_number or group == DROPPED
            yield edit, group if is_number else of.groups[group]

    known = dict(homes(before))
    return [
        at for at, (edit, home) in enumerate(homes(plan)) if known.get(edit) != home
    ]


def _at_step_screen(state: State, step: HistoryStep) -> State:
    """The state on the screen that the step was made on, with its commit open."""
    if state.is_alone and step.screen is Screen.SERIES:
        return state
    if step.screen is not Screen.SPLIT or step.commit is None:
        beneath = () if step.screen is Screen.SERIES else ((state.screen, 0),)
        return replace(state, screen=step.screen, beneath=beneath, scroll=0)
    if is_open(state, step.commit):
        return state
    return with_commit_open(replace(state, screen=Screen.SPLIT), step.commit)


def _at_history(state: State, history: History[Todo]) -> State:
    """The state at another point of the history."""
    moved = replace(
        state,
        history=history,
        followed=frozenset(),
        checks={},
        progress=None,
        accepts_conflict=False,
    )
    chosen = history.present.entry(state.chosen).oid
    moved = replace(moved, chosen=chosen)
    if state.opened is None:
        return moved
    entry = entries_of(history.present).get(state.target.commit)
    before, plan = state.plan, None if entry is None else entry.plan
    if plan is None or plan.changes != before.changes:
        return with_none_open(moved)
    return moved if plan is before else on_plan(moved, before, plan)


MOST_STEPS = 100
"""How many steps can be undone, and redone, at the next start."""

RESTORED = "restored your draft · {undo} to undo its last step"


class Memory(Struct, frozen=True):
    """What is kept of a screen for the next start: steps, and the user's place.

    ``opened`` is the commit that was open, None where none was; the cursor was
    ``below`` rows below the first one of the edit at ``place`` of its plan.
    ``in_series`` says whether the user was in the series. ``confirmed`` is what they
    had confirmed by then; at the next start it is at each point of the history, so that
    nothing of it moves by itself.
    """

    history: History[Todo]
    steps_done: tuple[HistoryStep, ...]
    steps_undone: tuple[HistoryStep, ...]
    chosen: Oid
    opened: Oid | None = None
    place: int = 0
    below: int = 0
    focus: int = 0
    in_series: bool = True
    confirmed: Confirmed = field(default_factory=dict)


def memory_of(state: State) -> Memory:
    """What is kept of a state for the next start."""
    history = state.history
    kept = History(
        history.present, history.past[-MOST_STEPS:], history.future[:MOST_STEPS]
    )
    memory = Memory(
        kept,
        state.steps_done[-MOST_STEPS:],
        state.steps_undone[:MOST_STEPS],
        state.chosen,
        confirmed=state.confirmed,
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
    """Whether the user was last on the screen of the series, not in a commit."""
    seen: Sequence[Screen] = (*(screen for screen, _ in state.beneath), state.screen)
    own = [each for each in seen if each in (Screen.SERIES, *ONE_COMMIT)]
    return own[-1:] == [Screen.SERIES]


def with_memory(state: State, memory: Memory) -> State:
    """The first state with the steps and the place of an earlier screen restored."""
    done, undone = (
        tuple(step._replace(confirmed=memory.confirmed) for step in steps)
        for steps in (memory.steps_done, memory.steps_undone)
    )
    at = replace(
        state,
        history=memory.history,
        steps_done=done,
        steps_undone=undone,
        kept=memory.confirmed,
        chosen=memory.chosen,
        status=keyed(state, RESTORED),
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
    # What was unfolded then is folded now: that far down may be the next hunk.
    following = plan.edits[place + 1 : place + 2]
    last = min(map(shown.rows.row_of, following), default=len(shown.rows)) - 1
    focus = min(memory.focus, len(plan.groups) - 1)
    there = replace(
        shown,
        cursor=max(0, min(cursor, last)),
        focus=focus,
        viewed=focus,
    )
    if memory.in_series and not state.is_alone:
        there = replace(there, screen=Screen.SERIES, beneath=(), chosen=memory.chosen)
    return there


def is_consistent(memory: Memory) -> bool:
    """Whether the parts of a memory fit together; one from a file may not."""
    todos = memory.history
    entries = entries_of(todos.present)
    is_open = memory.opened is None or (
        memory.opened in entries and entries[memory.opened].plan is not None
    )
    is_told = len(memory.steps_done) == len(todos.past)
    is_told = is_told and len(memory.steps_undone) == len(todos.future)
    return memory.chosen in entries and is_open and is_told and memory.place >= 0
