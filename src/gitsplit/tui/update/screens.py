"""The way from screen to screen: pages on top of each other, and back."""

from typing import assert_never

from msgspec.structs import replace

from gitsplit.errors import ActionRefused, NothingToDo
from gitsplit.tui.state.app_state import (
    ONE_COMMIT,
    Screen,
    State,
    Unit,
)
from gitsplit.tui.state.board import places_in_cell
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.location import require_open_commit, with_commit_open
from gitsplit.tui.state.message_rows import (
    row_of_commit,
)
from gitsplit.tui.state.new_commits import (
    Address,
    message_commits,
    new_commits,
    number_of_new_commit,
    reviewable_commits,
    reviewed_commits,
)
from gitsplit.tui.state.problems import (
    with_problems,
    with_verdict,
)
from gitsplit.tui.state.selection import cursor_words
from gitsplit.tui.state.undo import after_steps, all_steps
from gitsplit.tui.update.actions.screens import (
    CloseHelp,
    GoBack,
    OpenBoard,
    OpenCell,
    OpenCommands,
    OpenHelp,
    OpenMessages,
    OpenPreview,
    OpenSteps,
    ReadOn,
    ScreenAction,
    Scroll,
    ShowCommit,
    ShowFailure,
    ShowOriginal,
    SwitchHalf,
)
from gitsplit.tui.update.commits import (
    with_focus,
)
from gitsplit.tui.update.series import (
    at_cell,
)

_WORKING = (Screen.SERIES, Screen.SPLIT, Screen.MESSAGES)


def after_screen_action(state: State, action: ScreenAction) -> State:
    """The state with another screen on top, or this one scrolled."""
    match action:
        case ShowCommit(group):
            return _at_commit_screen(state, group)
        case ReadOn(rows, most):
            return _after_read_on(state, rows, most)
        case ShowFailure():
            return _at_failure(state)
        case ShowOriginal():
            return _with_screen(state, Screen.ORIGINAL)
        case OpenBoard():
            return _at_board(state)
        case OpenCell():
            return _at_cell_in_diff(state)
        case SwitchHalf():
            return replace(state, is_lower=not state.is_lower)
        case OpenMessages():
            return _at_messages(state)
        case OpenPreview():
            return _at_preview(state)
        case OpenSteps():
            return _at_steps(state)
        case OpenCommands():
            return _with_screen(state, Screen.COMMANDS)
        case OpenHelp():
            return _with_screen(state, Screen.HELP)
        case CloseHelp():
            return with_next_hint(at_screen_beneath(state))
        case GoBack():
            return at_screen_beneath(state)
        case Scroll(rows, most):
            return replace(state, scroll=max(0, min(state.scroll + rows, most)))
        case _:
            assert_never(action)


def _with_screen(state: State, screen: Screen) -> State:
    """The state with ``screen`` on top of the one shown."""
    beneath = (*state.beneath, (state.screen, state.scroll))
    return replace(state, screen=screen, beneath=beneath, scroll=0, status="")


def at_screen_beneath(state: State) -> State:
    """The state with the screen on top closed.

    Where none is beneath it, with the one on which one works: a commit, or the series.
    """
    if not state.beneath:
        first = Screen.SERIES if state.opened is None else Screen.SPLIT
        return replace(state, screen=first, scroll=0, status="")
    *beneath, (screen, scroll) = state.beneath
    under = replace(state, screen=screen, beneath=tuple(beneath), scroll=scroll)
    if screen is Screen.PREVIEW:
        under = with_problems(under)
    return replace(under, status="")


def with_next_hint(state: State) -> State:
    """The state that shows the next hint of the lesson, where it is one."""
    lesson = state.info.lesson
    if lesson is None or not lesson.lesson.hints:
        return state
    number = min(state.hints + 1, len(lesson.lesson.hints))
    return replace(state, hints=number, hinted=state.todo)


def _without_pages(state: State) -> State:
    """The state with the pages on top closed: the preview, help, a commit."""
    while state.screen not in _WORKING and state.beneath:
        state = at_screen_beneath(replace(state, problems=()))
    return state


def _at_commit_screen(state: State, number: int | None) -> State:
    """The state that shows the selected new commit, or the one with this number."""
    group = number
    if state.screen is Screen.PREVIEW and number is not None:
        state, group = _with_source_open(state, number)
    require_open_commit(state)
    if state.screen is not Screen.COMMIT:
        state = _with_screen(state, Screen.COMMIT)
    return with_focus(state, state.focus if group is None else group)


def _at_failure(state: State) -> State:
    """The state that shows the first new commit that failed, from the preview."""
    bad = [n for n, each in state.checks.items() if each.state in ("failed", "not run")]
    if not bad:
        raise NothingToDo(
            "No commit has failed a check.", hint=keyed(state, "{check} checks them.")
        )
    return _at_commit_screen(state, min(bad))


def _after_read_on(state: State, rows: int, most: int) -> State:
    """The state further on in reading all new commits, as a reviewer does.

    Outside the preview and what was opened from there, it scrolls.
    """
    is_walk = bool(state.beneath) and state.beneath[-1][0] is Screen.PREVIEW
    if state.screen is Screen.PREVIEW:
        return _at_unread_commit(state)
    if state.scroll < most or not is_walk:
        return replace(state, scroll=max(0, min(state.scroll + rows, most)))
    number = number_of_new_commit(state, state.viewed)
    seen = replace(state, reviewed=(state.todo, reviewed_commits(state) | {number}))
    return _at_unread_commit(at_screen_beneath(seen))


def _at_unread_commit(state: State) -> State:
    """The state with the first new commit that isn't read to its end on the screen.

    Where all are, it says so; from there on it begins with the first again.
    """
    numbers = reviewable_commits(state)
    if not numbers:
        raise NothingToDo("No commit is split, so none is new.")
    seen = reviewed_commits(state)
    left = [number for number in numbers if number not in seen]
    words = f"seen {len(numbers) - len(left)} of {len(numbers)}"
    if not left:
        return replace(state, status=words, reviewed=None)
    shown = _at_commit_screen(state, left[0])
    return replace(shown, status=f"{words} · {keyed(state, '{read-on} reads on')}")


def _at_board(state: State) -> State:
    """The state that shows the board, at the file and the selected commit."""
    require_open_commit(state)
    if not len(state.rows):
        raise NothingToDo("No hunk to be sent.")
    row = [*state.rows.by_file].index(state.rows[state.cursor].segment.file)
    return at_cell(_with_screen(state, Screen.BOARD), row, state.focus)


def _at_cell_in_diff(state: State) -> State:
    """The state with the first hunk of the cell at the cursor in the diff."""
    if state.screen is not Screen.BOARD:
        raise ActionRefused(
            "This key works on the board.", hint=keyed(state, "{board} shows it.")
        )
    places = places_in_cell(state)
    if not places:
        raise NothingToDo("No hunk of this file is in that commit.")
    row = state.rows.row_of(state.plan.edits[places[0]])
    under = replace(state, cursor=row, unit=Unit.PIECE, anchor=None)
    shown = at_screen_beneath(under)
    return replace(shown, status=cursor_words(shown))


def _with_source_open(state: State, number: int) -> tuple[State, int]:
    """The state with that commit open from which the new one of this number is split.

    With it, the group of the new commit in the plan.
    """
    commits = new_commits(state)
    if number >= len(commits):
        raise ActionRefused(f"There is no commit {number + 1}.")
    commit = commits[number]
    if commit.group is None:
        raise ActionRefused(
            f"{commit.entry.oid[:7]} is not split.",
            hint=f"git show {commit.entry.oid[:7]} shows it.",
        )
    return with_commit_open(state, commit.entry.oid), commit.group


def _at_messages(state: State) -> State:
    """The state that shows all messages, the cursor on that of the selected commit."""
    commits = message_commits(state)
    if not commits:
        raise NothingToDo("No new commit messages yet.")
    here = Address(state.chosen)
    if state.opened is not None and state.screen in ONE_COMMIT:
        here = Address(state.target.commit, state.focus)
    places = [
        n for n, c in enumerate(commits) if here in (c.where, Address(c.entry.oid))
    ]
    below = _without_pages(state)
    if below.screen is Screen.MESSAGES:
        return below
    row = row_of_commit(state, places[0]) if places else 0
    return replace(_with_screen(below, Screen.MESSAGES), message=row)


def _at_steps(state: State) -> State:
    """The state that shows the list of steps, the cursor on the one done last."""
    if not all_steps(state):
        raise NothingToDo("Nothing to undo or redo.")
    return replace(_with_screen(state, Screen.STEPS), step=len(state.steps_done))


def after_step_choice(state: State, step: int | None) -> State:
    """The state with this step done last, on the screen below the list.

    Raises ActionRefused where it is, and where there is no such step.
    """
    wanted, done = state.step if step is None else step, len(state.steps_done)
    if not 0 <= wanted <= len(all_steps(state)):
        raise ActionRefused(f"The steps are numbered 0 to {len(all_steps(state))}.")
    if wanted == done:
        raise NothingToDo("This is the current step.")
    is_listed = state.screen is Screen.STEPS
    return after_steps(at_screen_beneath(state) if is_listed else state, wanted)


def _at_preview(state: State) -> State:
    """The state that shows the new history, and what stands against applying it.

    Git is asked anew: files may have changed since.
    """
    anew = replace(_without_pages(state), foreseen=None)
    return with_verdict(_with_screen(anew, Screen.PREVIEW))
