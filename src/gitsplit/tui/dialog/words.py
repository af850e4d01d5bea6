"""What is said of a state: lines about where the user is, and the question.

Each line is about one thing, its number or first word the important one; there are no
borders and no columns. What a mark says on the screen is a word here.
"""

import re
from collections.abc import Iterator
from itertools import islice

from prompt_toolkit.formatted_text import StyleAndTextTuples

from gitsplit.model.listing import quantity, with_capital
from gitsplit.model.todo import Entry
from gitsplit.tui.dialog.hunk_lines import numbered_lines
from gitsplit.tui.diff.rows import RowKind, Segment
from gitsplit.tui.state.app_state import (
    Prompt,
    Purpose,
    Refusal,
    Screen,
    State,
    Unit,
)
from gitsplit.tui.state.commit_diff import actual_commit
from gitsplit.tui.state.confirmed import FOLLOWED
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.location import list_row
from gitsplit.tui.state.message_rows import message_rows, selected_row
from gitsplit.tui.state.originals import head_height, original_height
from gitsplit.tui.state.problems import READY, conflict_of
from gitsplit.tui.state.proposals import proposal_words
from gitsplit.tui.state.selection import (
    cursor_words,
    group_name,
    selected_words,
    unit_at,
)
from gitsplit.tui.view.commits import commit_lines, list_height
from gitsplit.tui.view.frame import reason_line, search_words, title_line
from gitsplit.tui.view.layout import page_lines
from gitsplit.tui.view.messages import owner_words
from gitsplit.tui.view.pane import PaneLines
from gitsplit.tui.view.series import conflict_words, series_words, title_of
from gitsplit.tui.view.split import change_words, layer_words, row_cells
from gitsplit.tui.view.text import (
    CURSOR,
    LEFT_OUT,
    OWNER,
    PROPOSED,
    SELECTED,
    WARNING,
)

WIDE = 10_000
"""Columns for what has its own line here, however long it is."""

MOST_LINES = 400
"""So many lines of a new commit are said."""

_MARKS = {
    CURSOR: "",
    SELECTED: "",
    OWNER: "continues the original",
    WARNING: "warning:",
    PROPOSED: "proposed:",
    LEFT_OUT: "",  # which is said beside it
    "✓": "",
    "✗": "",
    "!": "note:",
}
"""The word for a mark that stands alone, or in front of something."""

_CHECKS = {"✓": "passed", "✗": "failed", "?": "not checked", "…": "being checked"}
"""The word for the sign of a check, which stands alone beside a commit's number."""


def plain(cells: StyleAndTextTuples) -> str:
    """A line of the screen as words; where columns are apart, commas."""
    words = "".join(map(_cell_words, cells)).strip()
    for bar in _BARS:
        words = words.replace(bar, "")
    return re.sub(r"(?<![:,;]) {2,}", ", ", words)


_BARS = ("┃",)


def _cell_words(cell: tuple[object, ...]) -> str:
    text = str(cell[1])
    mark, _, rest = text.lstrip().partition(" ")
    if cell[0] == "class:key" and mark == "Enter":
        return APPLY
    if text in _CHECKS:
        return f" {_CHECKS[text]}  "
    if mark not in _MARKS:
        return text
    if not _MARKS[mark]:
        return f" {rest}"
    gap = "  " if mark == OWNER else " "
    return f"{gap}{_MARKS[mark]}{gap}{rest}"


APPLY = "apply"
"""What is typed to apply; on the screen it is Enter, which ends each answer here."""


def arrival_lines(state: State) -> Iterator[str]:
    """What is said when the user comes to a screen."""
    match state.screen:
        case Screen.SERIES:
            yield plain(title_line(state, WIDE))
            for number, entry in enumerate(state.todo.entries, 1):
                yield f"{number} {_entry_words(state, entry)}"
        case Screen.SPLIT | Screen.BOARD:
            yield plain(title_line(state, WIDE))
            yield from commit_list(state)
        case Screen.MESSAGES:
            yield from _page(page_lines(state, WIDE))
            yield from filter(None, [owner_words(state)])
            return
        case Screen.STEPS:
            yield from _page(page_lines(state, WIDE))
            return
        case (
            Screen.COMMIT
            | Screen.ORIGINAL
            | Screen.COMMANDS
            | Screen.PREVIEW
            | Screen.HELP
        ):
            pass
    yield from place_lines(state)


def place_lines(state: State, before: State | None = None) -> Iterator[str]:
    """What is said when the user comes to another row, hunk or page.

    ``before`` is where they were: its file isn't named again.
    """
    if state.prompt is not None:
        yield from _choice_lines(state.prompt)
        return
    match state.screen:
        case Screen.SERIES:
            yield from filter(None, map(plain, series_words(state, WIDE)))
        case Screen.SPLIT | Screen.BOARD:
            yield from _hunk_words(state, before)
        case Screen.MESSAGES | Screen.STEPS:
            yield from _row_words(state)
        case Screen.COMMIT:
            diff = len(actual_commit(state, state.viewed).rows)
            yield from _reading_words(page_lines(state, WIDE), diff)
        case Screen.ORIGINAL:
            diff = original_height(state) - head_height(state)
            yield from _reading_words(page_lines(state, WIDE), diff)
        case Screen.PREVIEW | Screen.HELP | Screen.COMMANDS:
            yield from _page_words(state)


def _page_words(state: State) -> Iterator[str]:
    """Every line of a page; of commands with the blanks that they begin with."""
    if state.screen is Screen.COMMANDS and state.by_hand is not None:
        yield from (line.expandtabs() for line in state.by_hand[1] if line)
    else:
        yield from _page(page_lines(state, WIDE))


def _page(lines: PaneLines) -> Iterator[str]:
    """Every line that has words."""
    yield from filter(None, (plain(lines.get(n)) for n in range(lines.height)))


def lesson_lines(state: State, before: State | None = None) -> Iterator[str]:
    """What a lesson says: at the start its goal, later what it hasn't said before."""
    exercise = state.info.lesson
    if exercise is None:
        return
    from gitsplit.tui.state.lesson import goal_words, saying

    if before is None and not state.hints:
        yield with_capital(exercise.in_words)
        yield goal_words(exercise)
    said = saying(state).text
    if said and (before is None or said != saying(before).text):
        yield "Lesson: " + re.sub(r"\bEnter\b", APPLY, said)


def commit_list(state: State) -> Iterator[str]:
    """A line for each new commit of the open one; the selected one says so."""
    lines = commit_lines(state, WIDE)
    new = len(state.plan.groups)  # the number of the line for a new commit
    for number in range(list_height(state)):
        if number != new:
            said = plain(lines.get(number))
            yield f"{said}, selected" if number == state.focus else said


def _entry_words(state: State, entry: Entry) -> str:
    """What is done to a commit of the series, and which it is."""
    said = f"{entry.action} {entry.oid[:7]} {title_of(state, entry)}"
    conflict = conflict_of(state)
    if conflict is not None and conflict.commit == entry.oid:
        return f"{said}, {conflict_words(conflict)}"
    return said


def _hunk_words(state: State, before: State | None) -> Iterator[str]:
    """The hunk at the cursor, its lines numbered, with those around it."""
    rows = state.rows
    if not len(rows):
        return
    row = rows[state.cursor]
    file = row.segment.file
    if before is None or not _is_in_file(before, file):
        header = rows[rows.rows_of_file(file).start]
        cells = row_cells(state.plan.changes, header, WIDE)
        yield f"File {plain([*cells, ('', change_words(state, file))])}"
    yield with_capital(selected_words(state))
    edit = row.segment.edit
    if edit is None or unit_at(state) is not Unit.PIECE:
        return
    yield from filter(None, [plain(reason_line(state, WIDE)).replace(" · ", ", ")])
    yield from _line_words(state, rows.rows_of(edit))


def _is_in_file(state: State, file: int) -> bool:
    is_shown = state.screen is Screen.SPLIT and state.prompt is None
    return is_shown and len(state.rows) > 0 and file == _file_at(state)


def _file_at(state: State) -> int:
    return state.rows[state.cursor].segment.file


def _line_words(state: State, run: range) -> Iterator[str]:
    """The lines of a hunk with their numbers, and unchanged ones around them."""
    rows, changes = state.rows, state.plan.changes
    above, below = run.start, run.stop
    while above and rows[above - 1].kind is RowKind.CONTEXT:
        above -= 1
    while below < len(rows) and rows[below].kind is RowKind.CONTEXT:
        below += 1

    def text(number: int) -> str:
        cells = row_cells(changes, rows[number], WIDE)
        return "".join(cell[1] for cell in cells).rstrip()

    above = max(above, run.start - rows.context)
    below = min(below, run.stop + rows.context)
    yield from (f"  {text(n)[1:]}".rstrip() for n in range(above, run.start))
    for lines, number in numbered_lines(rows, run):
        if rows[number].kind is RowKind.FOLD:
            yield _fold_words(state, rows[number].segment, lines)
        else:
            yield f"{lines[0]} {text(number)}" if lines else text(number).strip()
    yield from (f"  {text(n)[1:]}".rstrip() for n in range(run.stop, below))


def _fold_words(state: State, fold: Segment, lines: range) -> str:
    """The lines that are folded, by their numbers, and how to hear them."""
    where, them = f"{lines[0]} to {lines[-1]}", "them"
    if len(lines) == 1:
        where, them = f"{lines[0]}", "it"
    what = f"{len(lines)} more lines"
    if fold.layer is not None:
        what = layer_words(state, fold)
    return f"{where}: {what}, {keyed(state, '{fold}')} says {them}"


def _row_words(state: State) -> Iterator[str]:
    """The row that is selected among the messages, or the steps."""
    lines = page_lines(state, WIDE)
    at = list_row(state)
    own = (n for n in range(lines.height) if lines.number_of(n) == at)
    yield from filter(None, (plain(lines.get(n)) for n in own))


def _reading_words(lines: PaneLines, diff: int) -> Iterator[str]:
    """A commit, of which the last ``diff`` lines are what it changes."""
    for number in range(min(lines.height, MOST_LINES)):
        cells = lines.get(number)
        text = "".join(cell[1] for cell in cells[1:])
        said = plain(cells) if number < lines.height - diff else text.rstrip()
        yield from [said] if said else []
    if lines.height > MOST_LINES:
        yield f"{quantity(lines.height - MOST_LINES, 'line')} more"


def _choice_lines(prompt: Prompt) -> Iterator[str]:
    """What is in a prompt, and what else is proposed for it."""
    if prompt.text:
        yield f"1 {prompt.text} (as it is)"
    for number, choice in islice(enumerate(prompt.choices, 1), 1, None):
        text = choice.text.decode("utf-8", "surrogateescape")
        yield f"{number} {text} ({choice.reason})"


_PROMPTS = {
    Purpose.SUBJECT: "Subject",
    Purpose.SEARCH: "Search for",
    Purpose.PIECE: "Hunk number",
    Purpose.COMMAND: "Command to check the new commits with",
    Purpose.PLAN_FILE: "Save the plan as",
}


_BACK = "{back} goes back"


def question(state: State) -> str:
    """What is asked; the answer follows in the same line."""
    if state.prompt is not None:
        return _PROMPTS[state.prompt.purpose]
    match state.screen:
        case Screen.SERIES:
            place, count = state.todo.place(state.chosen), len(state.todo.entries)
            return f"Commit {place + 1} of {count}"
        case Screen.SPLIT:
            return _hunk_question(state)
        case Screen.COMMIT:
            return f"Commit {state.viewed + 1}, {keyed(state, _BACK)}"
        case Screen.MESSAGES:
            return _message_question(state)
        case _:
            return _page_question(state)


def _page_question(state: State) -> str:
    if state.screen is Screen.STEPS:
        return f"{_steps_words(state)}, a number goes to another, {keyed(state, _BACK)}"
    if state.screen is Screen.COMMANDS:
        return f"Git commands, {keyed(state, _BACK)}"
    if state.screen is Screen.ORIGINAL:
        return f"{state.chosen[:7]} as it is, {keyed(state, _BACK)}"
    return "Preview" if state.problems else f"Preview, {APPLY} or q"


def _steps_words(state: State) -> str:
    """Up to which step all is done."""
    done = len(state.steps_done)
    return f"Now at step {done}" if done else "Now before the first step"


def _hunk_question(state: State) -> str:
    place = state.rows.edit_at(state.cursor) if len(state.rows) else None
    if place is None or unit_at(state) is not Unit.PIECE:
        return "Selection, which commit"
    group = group_name(state.plan.group_of[place])
    return f"Hunk {place + 1} of {len(state.plan.edits)}, commit {group}"


def _message_question(state: State) -> str:
    if not message_rows(state):
        return "Messages"
    row = selected_row(state)
    return f"Message {row.commit + 1}" if row.part is None else "Sentence, which commit"


def status_words(state: State, before: State | None = None) -> str:
    """What the last answer did, or why it didn't.

    ``before`` is where the user was: a search that was on isn't said again elsewhere.
    """
    is_elsewhere = before is not None and before.screen is not state.screen
    searched = "" if is_elsewhere else search_words(state)
    said = state.status
    if state.refusal is Refusal.ERROR:
        return f"Error: {said}"
    if state.screen is Screen.PREVIEW and state.refusal is None:
        is_ready = said == READY
        said = "ready to apply" if is_ready else re.sub(r"\bEnter\b", APPLY, said)
    if state.screen is Screen.SPLIT and said == cursor_words(state):
        said = ""
    told = ", ".join(filter(None, (proposal_words(state), searched, said)))
    return with_capital(told.replace(f" ({FOLLOWED})", "").replace(" · ", ", "))
