"""The todo list on the screen of the series: pick, split, squash, drop, move, open.

And the cursor on the screens that list commits: the series, and the messages.
"""

from bisect import bisect_left, bisect_right
from typing import assert_never

from msgspec.structs import replace

from gitsplit.errors import ActionRefused, NothingToDo
from gitsplit.model.listing import quantity
from gitsplit.model.objects import Oid
from gitsplit.model.todo import (
    Doing,
    Entry,
    Todo,
    autosquash,
    is_for_another,
    todo_layout,
    with_action,
    with_commit_moved,
)
from gitsplit.tui.state.app_state import HistoryStep, Screen, State, entries_of
from gitsplit.tui.state.board import board_files, board_place, cell_words, with_cell
from gitsplit.tui.state.corrections import words_of_absorbing
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.location import (
    at_series,
    is_open,
    list_row,
    with_commit_open,
    with_proposal_request,
)
from gitsplit.tui.state.message_rows import message_rows
from gitsplit.tui.state.new_commits import PlacedMessage
from gitsplit.tui.state.originals import head_height, original_height, original_of
from gitsplit.tui.state.proposals import with_shortcut_words
from gitsplit.tui.state.undo import all_steps, with_step
from gitsplit.tui.update.actions.messages import (
    Confirm,
    LeavePartOut,
    NextUnconfirmed,
    Reworded,
    SendPart,
    ShiftPart,
    WriteMessages,
)
from gitsplit.tui.update.actions.reading import (
    CursorAction,
    MarkAction,
    MoveColumns,
    MoveFile,
    MoveRows,
    MoveTo,
)
from gitsplit.tui.update.actions.reports import SquashProposed
from gitsplit.tui.update.actions.series import (
    Autosquash,
    Become,
    MarkSplit,
    MarkStretch,
    OpenCommit,
    OpenMarked,
    OpenNext,
    OpenRange,
    OpenSeries,
    OpenSquash,
    RangeAction,
    SeriesAction,
)
from gitsplit.tui.update.messages import (
    after_confirmation,
    after_part_action,
    at_next_unconfirmed,
    with_written_messages,
)

_NOW = {
    "pick": "will be kept unchanged",
    "split": "will be split",
    "reword": "will be reworded",
    "squash": "will be squashed, messages combined",
    "fixup": "will be squashed, its message discarded",
    "drop": "will be dropped: its changes are removed from the files",
}


def after_series_action(state: State, action: SeriesAction) -> State:
    """The state with another todo list, or with a commit of it open."""
    match action:
        case WriteMessages(messages):
            return with_written_messages(
                state, (PlacedMessage(*each) for each in messages)
            )
        case Reworded(commit, message):
            return _with_new_message(state, commit, message)
        case Confirm():
            return after_confirmation(state)
        case NextUnconfirmed():
            return at_next_unconfirmed(state)
        case SendPart() | ShiftPart() | LeavePartOut():
            return after_part_action(state, action)
        case OpenNext(by):
            return _at_neighbour(state, by)
        case OpenSeries():
            return at_series(state)
        case _:
            return _after_selected_action(state, action)


SelectedAction = Become | MarkSplit | OpenCommit | OpenMarked | Autosquash | RangeAction


def _after_selected_action(state: State, action: SelectedAction) -> State:
    """The state after an action on the selected commit; asks for what it needs."""
    if state.screen is not Screen.SERIES:
        raise ActionRefused(
            "This key works in the series.", hint=keyed(state, "{series} shows it.")
        )
    if _needs_proposal(state, action) and state.chosen not in state.plans:
        return with_proposal_request(state, state.chosen)
    return _at_cursor(state, action)


def _needs_proposal(state: State, action: SelectedAction) -> bool:
    """Whether the selected commit is to be split now, and has no plan yet."""
    splits = isinstance(action, OpenCommit | MarkSplit) or action == Become("split")
    return splits and _entry_at_cursor(state).plan is None


def _at_cursor(state: State, action: SelectedAction) -> State:
    """The state after an action on the selected commit."""
    match action:
        case Become(doing):
            return with_doing(state, doing)
        case MarkSplit():
            is_split = _entry_at_cursor(state).action == "split"
            return with_doing(state, "pick" if is_split else "split")
        case OpenCommit():
            return _at_new_split(state)
        case OpenMarked():
            return _at_next_split(state)
        case Autosquash():
            return _after_autosquash(state)
        case MarkStretch() | OpenRange() | OpenSquash():
            from gitsplit.tui.update.ranges import after_range_action

            return after_range_action(state, action)
        case _:
            assert_never(action)


def with_squash_known(state: State, report: SquashProposed) -> State:
    """The state that knows how commits are split as one change."""
    entry = report.entry
    oids = tuple(commit.oid for commit in entry.commits)
    return replace(
        state,
        squashes={**state.squashes, oids: entry},
        proposals={**state.proposals, entry.oid: report.proposals},
    )


def with_draft(state: State, draft: Todo) -> State:
    """The first state with a draft restored, as the first step of its history."""
    if draft == state.todo:
        return state
    step = HistoryStep("restored your draft", Screen.SERIES)
    restored = with_step(state, draft, step)
    return replace(
        restored, status=f"{step.words} · {keyed(state, '{undo} to start over')}"
    )


def with_only_split_open(state: State) -> State:
    """The first state with the commit open that is to be split, if that is just one.

    Else the series is shown first.
    """
    marked = [entry.oid for entry in state.todo.entries if entry.action == "split"]
    if len(marked) != 1:
        return replace(state, status=state.status or _autosquash_words(state))
    open_now = with_commit_open(replace(state, screen=Screen.SPLIT), marked[0])
    words = state.status or words_of_absorbing(open_now)
    return replace(open_now, status=with_shortcut_words(open_now, words))


def with_doing(state: State, doing: Doing) -> State:
    """The state in which this is to be done to the selected commit."""
    entry = _entry_at_cursor(state)
    if entry.action == doing:
        return replace(state, status=f"No change: {entry.oid[:7]} {_NOW[doing]}.")
    todo = with_action(state.todo, entry.oid, doing)
    if doing == "split":
        todo = todo.with_plan(entry.oid, entry.plan or state.plans[entry.oid])
    words = f"{entry.oid[:7]} {_NOW[doing]}"
    if entry.rest:
        words = f"all {len(entry.commits)} commits of {entry.oid[:7]} to"
        words += f" {entry.rest[-1].oid[:7]} will be kept unchanged"
    return _with_todo(state, todo, words)


def _with_new_message(state: State, commit: Oid, message: bytes) -> State:
    """The state in which the commit is reworded, unless the message is its own."""
    entry = entries_of(state.todo)[commit]
    if message == entry.commit.raw.message:
        status = f"message unchanged: {commit[:7]} {_NOW[entry.action]}"
        return replace(state, status=status)
    if not message.strip():
        raise ActionRefused(
            f"The message of {commit[:7]} was empty.", hint="Nothing changed."
        )
    todo = with_action(state.todo, commit, "reword", message)
    return _with_todo(state, todo, f"reworded {commit[:7]}")


def after_commit_move(state: State, by: int) -> State:
    """The state with the selected commit so many places later."""
    to = state.todo.place(state.chosen) + by
    if not 0 <= to < len(state.todo.entries):
        end = "first" if to < 0 else "last"
        raise NothingToDo(f"Already the {end} commit.")
    todo = with_commit_moved(state.info.series, state.todo, state.chosen, by)
    words = f"{state.chosen[:7]} moved {'down' if by > 0 else 'up'}"
    return _with_todo(state, todo, words)


def _with_todo(state: State, todo: Todo, words: str) -> State:
    """The state one step on, with another todo list.

    Raises ActionRefused where its commits can't stand in that order.
    """
    todo_layout(state.info.series, todo)
    return with_step(state, todo, HistoryStep(words, Screen.SERIES, state.chosen))


def _entry_at_cursor(state: State) -> Entry:
    return entries_of(state.todo)[state.chosen]


def _at_new_split(state: State) -> State:
    """The state with the selected commit to be split, and open."""
    if _entry_at_cursor(state).action != "split":
        state = with_doing(state, "split")
    return _at_commit(state, state.chosen)


def _at_next_split(state: State) -> State:
    """The state with the selected commit open if it is marked, else the next one."""
    entries = state.todo.entries
    at = state.todo.place(state.chosen)
    for entry in (*entries[at:], *entries[:at]):
        if entry.action == "split":
            return _at_commit(state, entry.oid)
    raise NothingToDo(
        "No commit is marked for splitting.",
        hint=keyed(state, "{split} splits the selected one."),
    )


def _at_commit(state: State, commit: Oid) -> State:
    """The state with the commit open, on top of the series if that was shown."""
    said = state.status
    beneath = ((Screen.SERIES, 0),) if state.screen is Screen.SERIES else ()
    shown = replace(state, screen=Screen.SPLIT, beneath=beneath or state.beneath)
    is_first = commit not in state.last_places and not is_open(state, commit)
    made = with_commit_open(shown, commit)
    return replace(made, status=with_shortcut_words(made, said) if is_first else said)


def _at_neighbour(state: State, by: int) -> State:
    """The state with the next commit open that is to be split, or the one before."""
    marked = [e.oid for e in state.todo.entries if e.action == "split"]
    here = state.todo.place(
        state.chosen if state.opened is None else state.opened.commit
    )
    places = [state.todo.place(oid) for oid in marked]
    found = [place for place in places if (place - here) * by > 0]
    if not found:
        which = "last" if by > 0 else "first"
        raise NothingToDo(
            f"This is the {which} commit marked for splitting.",
            hint=keyed(state, "{series} shows the series, {preview} the preview."),
        )
    commit = state.todo.entries[found[0 if by > 0 else -1]].oid
    stack = tuple(each for each in state.beneath if each[0] is Screen.SERIES)
    made = with_commit_open(
        replace(state, screen=Screen.SPLIT, beneath=stack, scroll=0), commit
    )
    return replace(made, status=f"opened {commit[:7]}")


def _after_autosquash(state: State) -> State:
    """The state with fixup! and squash! commits moved to those that they name."""
    todo = autosquash(state.info.series, state.todo)
    if todo == state.todo:
        raise NothingToDo("No fixup! or squash! commit to move.")
    return _with_todo(state, todo, "moved fixup! and squash! commits")


def _autosquash_words(state: State) -> str:
    """The offer to autosquash, for the first screen; empty where nothing is to."""
    commits = [entry.commit for entry in state.todo.entries]
    count = sum(map(is_for_another, commits))
    if not count:
        return ""
    return f"{quantity(count, 'fixup! or squash! commit')} · A to autosquash"


def after_list_action(state: State, action: CursorAction | MarkAction) -> State:
    """The state with another commit selected, or the lower half scrolled."""
    if state.screen is Screen.SERIES and isinstance(action, CursorAction):
        scrolled = _after_lower_action(state, action)
        if scrolled is not None:
            return scrolled
    match action:
        case MoveRows(rows):
            return _at_row(state, list_row(state) + rows)
        case MoveTo(row):
            return _at_row(state, row)
        case MoveColumns(by) if state.screen is Screen.BOARD:
            row, column = board_place(state)
            return at_cell(state, row, column + by)
        case _:
            raise ActionRefused("This key works in a commit.", hint="Open one first.")


def _after_lower_action(state: State, action: CursorAction) -> State | None:
    """The state with the lower half scrolled; None where the list is meant."""
    last = original_height(state) - 1
    match action:
        case MoveRows(rows) if state.is_lower:
            to = state.lower + rows
        case MoveTo(row) if state.is_lower:
            to = row
        case MoveFile(by):
            to = _file_line(state, by)
        case _:
            return None
    return replace(state, lower=max(0, min(to, last)))


def _file_line(state: State, by: int) -> int:
    """The line of the next file's header in the lower half, or of the previous one."""
    found, head = original_of(state), head_height(state)
    files = found.rows.by_file if found else ()
    lines = [found.rows.rows_of_file(f).start + head for f in files] if found else []
    at = (
        bisect_right(lines, state.lower)
        if by > 0
        else bisect_left(lines, state.lower) - 1
    )
    if not 0 <= at < len(lines):
        raise NothingToDo(f"Already the {'last' if by > 0 else 'first'} file.")
    return lines[at]


def _at_row(state: State, place: int) -> State:
    """The state with the commit of this number selected, or the nearest there is."""
    if state.screen is Screen.SERIES:
        entries = state.todo.entries
        chosen = entries[_within(place, len(entries))].oid
        lower = state.lower if chosen == state.chosen else 0
        return replace(state, chosen=chosen, lower=lower)
    if state.screen is Screen.BOARD:
        return at_cell(state, place, board_place(state)[1])
    if state.screen is Screen.STEPS:
        return replace(state, step=_within(place, len(all_steps(state)) + 1))
    count = len(message_rows(state))
    return replace(state, message=_within(place, count))


def at_cell(state: State, row: int, column: int) -> State:
    """The state with the cursor of the board in a cell, which the status describes."""
    if not board_files(state):
        return state
    there = with_cell(state, row, column)
    return replace(there, status=cell_words(there))


def _within(place: int, count: int) -> int:
    return max(0, min(place, count - 1))
