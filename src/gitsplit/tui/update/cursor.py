"""Moving the cursor, selecting, folding, and the prompt.

The prompt takes a subject, a text to search for, or the number of a hunk; only a
subject changes the plan.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import chain
from typing import assert_never

from msgspec.structs import replace

from gitsplit.errors import ActionRefused, NothingToDo
from gitsplit.model.listing import quantity
from gitsplit.model.message import subject_of
from gitsplit.tui.state.app_state import (
    LEAST_BESIDE,
    Look,
    PlanFile,
    Prompt,
    Purpose,
    Screen,
    ShellRequest,
    State,
    Unit,
)
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.location import (
    at_series,
    require_open_commit,
    with_context,
)
from gitsplit.tui.state.message_rows import current_message
from gitsplit.tui.state.new_commits import PlacedMessage
from gitsplit.tui.state.originals import original_of
from gitsplit.tui.state.problems import with_check_pending
from gitsplit.tui.state.selection import (
    cursor_words,
    unit_at,
    with_focus_at_cursor,
    with_pin,
)
from gitsplit.tui.state.subjects import message_with_subject, subject_choices
from gitsplit.tui.update.actions.prompt import (
    Ask,
    ChooseSubject,
    Dismiss,
    EditAction,
    PromptAction,
    Submit,
    TypeText,
)
from gitsplit.tui.update.actions.reading import (
    Cancel,
    Centre,
    ChooseLook,
    CursorAction,
    Fold,
    LookAction,
    MarkAction,
    MarkAlike,
    MarkHunk,
    MoveColumns,
    MoveFile,
    MovePiece,
    MoveRows,
    MoveTo,
    Narrow,
    Pan,
    Pin,
    SelectLines,
    ShowContext,
    Toggle,
    Widen,
)
from gitsplit.tui.update.folding import (
    after_fold,
    after_fold_of_all,
    row_below,
    row_in_sight,
)
from gitsplit.tui.update.hunk_walk import after_alike, after_hunk_walk, after_mark
from gitsplit.tui.update.messages import with_messages
from gitsplit.tui.update.search import with_match
from gitsplit.tui.update.typing_keys import after_edit

_WIDER = {
    Unit.LINES: Unit.PIECE,
    Unit.PIECE: Unit.HUNK,
    Unit.HUNK: Unit.FILE,
    Unit.FILE: Unit.DIRECTORY,
}
_NARROWER = {wide: narrow for narrow, wide in _WIDER.items()}


def after_cursor_action(state: State, action: CursorAction) -> State:
    """The state with the cursor elsewhere."""
    match action:
        case MovePiece(by) if state.unit is Unit.LINES:
            return at_row(state, row_below(state, by))
        case MoveRows(rows):
            return at_row(state, row_below(state, rows))
        case MoveTo(row):
            return at_row(state, row_in_sight(state, _nearest_row(state, row)))
        case MoveFile(by):
            return at_row(state, _file_row(state, by))
        case MoveColumns():
            raise ActionRefused(
                "This key works on the board.", hint=keyed(state, "{board} shows it.")
            )
        case Pan(columns):
            return after_pan(state, columns)
        case _:
            return after_hunk_walk(state, action)


def _nearest_row(state: State, row: int) -> int:
    """The row, or the first or the last one where there is no such row."""
    return max(0, min(row, len(state.rows) - 1))


def after_mark_action(state: State, action: MarkAction) -> State:
    """The state with more or less selected, or with lines folded or unfolded."""
    match action:
        case Narrow():
            return _with_unit(state, _NARROWER.get(state.unit, Unit.PIECE))
        case SelectLines(first, last):
            begun = _with_unit(at_row(state, first), Unit.LINES)
            return at_row(begun, row_in_sight(begun, _nearest_row(begun, last)))
        case Widen():
            return _with_unit(state, _wider_unit(state))
        case Cancel() if state.unit is Unit.PIECE and state.is_pinned:
            return _after_pin(state)
        case Cancel() if state.unit is Unit.PIECE and not state.is_alone:
            return at_series(state)
        case Cancel():
            return _with_unit(replace(state, marks=frozenset()), Unit.PIECE)
        case Fold(everywhere):
            return after_fold_of_all(state) if everywhere else after_fold(state)
        case Pin():
            return _after_pin(state)
        case MarkHunk():
            return after_mark(state)
        case MarkAlike():
            return after_alike(state)
        case _:
            assert_never(action)


def _after_pin(state: State) -> State:
    """The state with the selected commit pinned, or let go where it was."""
    name = f"commit {state.focus + 1}"
    if state.is_pinned:
        let_go = replace(state, is_pinned=False)
        return replace(with_focus_at_cursor(let_go), status=f"unpinned {name}")
    return with_pin(state)


def after_look_action(state: State, action: LookAction) -> State:
    """The state in which the diff is shown in another way."""
    match action:
        case ChooseLook(waits):
            status = "show the diff …" if waits else "Cancelled."
            return replace(state, is_choosing_look=waits, status=status)
        case Toggle(Look.BESIDE, (columns, most)) if (
            columns < LEAST_BESIDE and Look.BESIDE not in state.looks
        ):
            status = f"{Look.BESIDE}; it has {columns}"
            more = keyed(state, " · {look} o makes room")
            status += more if most >= LEAST_BESIDE else ""
            return replace(state, looks=state.looks ^ {Look.BESIDE}, status=status)
        case Toggle(look):
            return replace(
                state,
                looks=state.looks ^ {look},
                status=_toggle_words(state, look),
            )
        case ShowContext(by):
            return _with_more_context(state, by)
        case Centre():
            return replace(state, is_centred=True)
        case _:
            assert_never(action)


def _toggle_words(state: State, look: Look) -> str:
    """What is said of a look that was on, or off, until now."""
    was_on = look in state.looks
    if look is Look.OTHER_PANES:  # which depends on the width, too
        return str(look)
    if look is Look.TERMINAL_MOUSE:
        end = keyed(state, "{look} m ends that")
        return "the mouse is gitsplit's" if was_on else f"{look} · {end}"
    return f"{look}: {'off' if was_on else 'on'}"


_CONTEXTS = (0, 1, 3, 6, 12, 25, 50, 100, 1000)


def _with_more_context(state: State, by: int) -> State:
    """The state with more unchanged lines around hunks, or fewer.

    Of commits as they are, too, in the series: for all that are looked at.
    """
    is_series = state.screen in (Screen.SERIES, Screen.ORIGINAL)
    if not is_series:
        require_open_commit(state)
    now = state.read_context if is_series else state.rows.context
    at = bisect_left(_CONTEXTS, now) + by
    if not 0 <= at < len(_CONTEXTS):
        raise NothingToDo(f"Already the {'most' if by > 0 else 'least'} context.")
    status = f"{quantity(_CONTEXTS[at], 'line')} of context"
    if is_series:
        return replace(state, read_context=_CONTEXTS[at], status=status)
    shown = with_context(state, _CONTEXTS[at])
    unit = Unit.PIECE if state.unit is Unit.LINES else state.unit
    return replace(shown, unit=unit, status=status)


def at_row(state: State, row: int) -> State:
    """The state with the cursor in ``row``, or in the nearest row there is."""
    state = replace(state, cursor=_nearest_row(state, row))
    return replace(state, status=cursor_words(state))


def after_pan(state: State, columns: int) -> State:
    """The state that shows lines of the diff in sight from other columns on."""
    pan = max(0, state.pan + columns)
    if columns > 0 and not _has_line_beyond(state, pan):
        raise NothingToDo("End of line.")
    if pan == state.pan:
        raise NothingToDo("Start of line.")
    return replace(state, pan=pan, status=f"from column {pan + 1}")


def _has_line_beyond(state: State, column: int) -> bool:
    """Whether any line is longer than so many columns; looks first where one is."""
    if state.screen in (Screen.SERIES, Screen.ORIGINAL):
        read = original_of(state)
        changes, here = read.changes if read else (), 0
    else:
        changes = state.plan.changes
        here = state.rows[state.cursor].segment.file if len(state.rows) else 0
    return any(
        len(line) + 7 * line.count(b"\t") > column
        for change in (*changes[here:], *changes[:here])
        for line in chain(change.old_lines, change.new_lines)
    )


def _file_row(state: State, by: int) -> int:
    """The header row of the next file, or the last one before the cursor."""
    headers = [state.rows.rows_of_file(file).start for file in state.rows.by_file]
    if by > 0:
        after = headers[bisect_right(headers, state.cursor) :]
    else:
        after = headers[: bisect_left(headers, state.cursor)][::-1]
    if not after:
        raise NothingToDo(f"Already the {'last' if by > 0 else 'first'} file.")
    return after[0]


def _wider_unit(state: State) -> Unit:
    """The unit wider than what is selected."""
    unit = state.unit if state.unit is Unit.LINES else unit_at(state)
    if unit not in _WIDER:
        raise NothingToDo(
            "A directory is the widest selection.",
            hint=keyed(state, "{lines} narrows it."),
        )
    return _WIDER[unit]


_LINES_HINT = "selecting lines: {next} {previous} move, a digit sends"


def _with_unit(state: State, unit: Unit) -> State:
    is_marking = unit is Unit.LINES
    state = replace(state, unit=unit, anchor=state.cursor if is_marking else None)
    status = keyed(state, _LINES_HINT) if is_marking else cursor_words(state)
    return replace(state, status=status)


def after_prompt_action(state: State, action: PromptAction) -> State:
    """The state with the prompt opened, edited, accepted or cancelled."""
    if isinstance(action, Ask):
        return replace(state, prompt=_first_prompt(state, action.purpose), status="")
    if state.prompt is None:
        raise NothingToDo("Nothing is being typed.")
    match action:
        case Submit(lines):
            return _after_submit(state, state.prompt, lines)
        case Dismiss():
            return replace(state, prompt=None, status="Cancelled.")
        case ChooseSubject(by):
            return _with_choice(state, state.prompt, by)
        case _:
            return _after_typing(state, state.prompt, action)


def _after_typing(state: State, prompt: Prompt, action: EditAction) -> State:
    """The state after a key of the prompt; a second g leads to the top."""
    if action == TypeText("g") and prompt == Prompt(Purpose.PIECE, "", 0):
        return at_row(replace(state, prompt=None), 0)
    return after_edit(state, prompt, action)


def _first_prompt(state: State, purpose: Purpose) -> Prompt:
    """The prompt as it opens: with the subject as it is, else empty."""
    if purpose is Purpose.SEARCH:
        return Prompt(purpose, "", 0)
    if purpose is Purpose.PLAN_FILE:
        if state.info.is_patch:
            raise ActionRefused("A patch has no plan: its hunks may be cut otherwise.")
        return Prompt(purpose, state.info.plan_file, len(state.info.plan_file))
    if purpose is Purpose.PIECE:
        require_open_commit(state)
        return Prompt(purpose, "", 0)
    subject = subject_of(current_message(state).message)
    choices = subject_choices(state, subject)
    text = subject.decode("utf-8", "surrogateescape")
    return Prompt(purpose, text, len(text), choices)


def _with_choice(state: State, prompt: Prompt, by: int) -> State:
    """The state with another of the proposed subjects in the prompt.

    The status says where it was found.
    """
    if len(prompt.choices) < 2:
        raise NothingToDo("No other subject is proposed.")
    chosen = (prompt.chosen + by) % len(prompt.choices)
    choice = prompt.choices[chosen]
    text = choice.text.decode("utf-8", "surrogateescape")
    made = replace(prompt, text=text, cursor=len(text), chosen=chosen)
    words = f"{chosen + 1} of {len(prompt.choices)}: {choice.reason}"
    return replace(state, prompt=made, status=words)


def _after_submit(state: State, prompt: Prompt, lines: Sequence[int]) -> State:
    """The state after the prompt is accepted."""
    done = replace(state, prompt=None)
    match prompt.purpose:
        case Purpose.SUBJECT:
            return _with_subject(done, prompt.text)
        case Purpose.SEARCH:
            return with_match(done, prompt.text or state.search, 1, lines)
        case Purpose.COMMAND:
            return _with_check_command(done, prompt.text)
        case Purpose.PIECE:
            return _at_piece(done, prompt.text)
        case Purpose.PLAN_FILE:
            return _with_save_request(done, prompt.text.strip(), prompt.taken)
        case _:
            assert_never(prompt.purpose)


def _with_subject(state: State, text: str) -> State:
    """The state with this subject of the selected commit; raises where it is empty."""
    if not text.strip():
        raise ActionRefused("A commit needs a subject.", hint="Esc keeps the old one.")
    where, message = current_message(state)
    if text != subject_of(message).decode("utf-8", "surrogateescape"):
        subject = text.strip().encode("utf-8", "surrogateescape")
        message = message_with_subject(state, where, subject)
    return with_messages(state, [PlacedMessage(where, message)])


def _with_check_command(state: State, text: str) -> State:
    """The state with the new commits checked by this command, now and from now on."""
    if not text.strip():
        raise NothingToDo("No command was typed.")
    info = replace(state.info, check=text.strip(), last_check=text.strip())
    return with_check_pending(replace(state, info=info))


def _with_save_request(state: State, name: str, taken: str) -> State:
    """The state that asks for its plan to be saved to the file of this name.

    One that is there is replaced only where the user has been told of it (``taken``).
    """
    if name in ("", "-"):
        raise NothingToDo("No file was named.")
    file = PlanFile(name, replaces=name == taken)
    status = f"saving {name} …"
    return replace(state, plan_file=file, request=ShellRequest.SAVE_PLAN, status=status)


def _at_piece(state: State, text: str) -> State:
    """The state with the cursor on the hunk of this number, from 1."""
    edits = state.plan.edits
    number = int(text) if text.strip().isdecimal() else 0
    if not 1 <= number <= len(edits):
        raise ActionRefused(f"The hunks are numbered 1 to {len(edits)}.")
    return at_row(state, state.rows.row_of(edits[number - 1]))
