"""Keys in, state out: the real application on a pipe, without looking at it."""

import asyncio
import gc
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

import pytest
from msgspec.structs import replace
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.input.ansi_escape_sequences import REVERSE_ANSI_SEQUENCES
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import DummyOutput

from gitsplit.errors import EditorFailed, GitsplitError, Interrupted, RefMoved
from gitsplit.model.plan import Plan
from gitsplit.model.states import states_in
from gitsplit.proposal.propose import proposals
from gitsplit.tui.app import ESCAPE_SECONDS, Shell, run_screen
from gitsplit.tui.background.worker import Backend
from gitsplit.tui.key_rows import KeyContext, Pressed, action_of
from gitsplit.tui.keymap import TABLE, key_table
from gitsplit.tui.pointer import refused_click
from gitsplit.tui.state.app_state import (
    ONE_COMMIT,
    NumberPurpose,
    Purpose,
    Screen,
    ShellRequest,
    State,
    Unit,
)
from gitsplit.tui.state.message_rows import current_message
from gitsplit.tui.state.new_commits import message_commits
from gitsplit.tui.surroundings import Chosen, Editor, Surroundings
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.messages import Reworded, WriteMessages
from gitsplit.tui.update.actions.prompt import (
    Ask,
    BeginNumber,
    Submit,
    TypeDigit,
    TypeText,
)
from gitsplit.tui.update.actions.reading import FAR, ChooseLook, Fold, Narrow
from gitsplit.tui.update.actions.screens import (
    OpenBoard,
    OpenCommands,
    OpenHelp,
    OpenMessages,
    OpenPreview,
    OpenSteps,
    ShowCommit,
    ShowOriginal,
)
from gitsplit.tui.update.actions.series import OpenSeries
from gitsplit.tui.update.actions.shell import Interrupt
from gitsplit.tui.update.actions.split import (
    AddCommit,
    Send,
    SetContent,
    SetMessage,
)
from gitsplit.tui.update.reduce import reduce
from gitsplit.tui.view.key_help import footer
from gitsplit.tui.view.layout import last_scroll, room
from tests.tui.builder import COMMIT, MESSAGES, NO_BACKEND, after, plan_of, state_of
from tests.tui.cases import COMMITS, series
from tests.tui.driver import screens

SECONDS = 20
CTRL_C = "\x03"
COLUMNS, ROWS = 80, 40  # DummyOutput's

FILES = {
    "a.py": ("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "1\nx\n3\n4\n5\n6\n7\n8\n9\ny\nz\n"),
    "b.py": ("1\n", "2\n"),
}
PLACES: dict[KeyContext, tuple[Action, ...]] = {
    KeyContext.SERIES: (OpenSeries(),),
    KeyContext.SPLIT: (),
    KeyContext.COMMIT: (ShowCommit(),),
    KeyContext.BOARD: (OpenBoard(),),
    KeyContext.STEPS: (Send(1), OpenSteps()),
    KeyContext.COMMANDS: (OpenCommands(),),
    KeyContext.MESSAGES: (OpenMessages(),),
    KeyContext.ORIGINAL: (OpenSeries(), ShowOriginal()),
    KeyContext.PREVIEW: (OpenPreview(),),
    KeyContext.HELP: (OpenHelp(),),
    KeyContext.PROMPT: (Ask(Purpose.SEARCH),),
    KeyContext.NUMBER: (BeginNumber(NumberPurpose.SEND), TypeDigit("0")),
    KeyContext.LOOK: (ChooseLook(),),
    KeyContext.SEARCH: (Ask(Purpose.SEARCH), TypeText("2"), Submit()),
}
NOT_PRESSED = {"<sigint>", "c-z", "pageup", "pagedown", "space"}
"""Ctrl-Z would stop the tests; pages are as long as the window, tested by itself."""

BY_KEY = [
    (place, key)
    for row in TABLE
    for place in sorted(row.contexts, key=lambda place: place.value)
    for key in row.actions
    if key not in NOT_PRESSED
]
SENT = {
    "<any>": "x",
    "<bracketed-paste>": "\x1b[200~x\x1b[201~",
    "space": " ",
    "enter": "\r",
    "tab": "\t",
    "backspace": "\x7f",
}
"""What a terminal sends, where that is not in prompt_toolkit's own table."""


class End(NamedTuple):
    """How it ended: the last state, and what came of it."""

    state: State
    result: Chosen | Exception | None


def unedited(*_: object) -> NoReturn:
    """An editor that nobody may start."""
    raise AssertionError("nobody asked for the editor")


NO_EDITOR = Editor(unedited, unedited, unedited)


def without_syntax(editor: Editor, backend: Backend = NO_BACKEND) -> Surroundings:
    """A screen on which nothing is highlighted."""
    return Surroundings(editor, backend, with_syntax=False)


def start() -> State:
    """A screen on a plan of two commits, both with pieces."""
    plan = plan_of(FILES)
    return replace(
        state_of(plan),
        proposals={COMMIT: proposals(plan.changes, b"Do it\n")},
        plans={COMMIT: plan_of(FILES, groups=3)},
    )


def played(
    keys: str,
    state: State | None = None,
    edit_text: Callable[[bytes], bytes] = unedited,
    edit_file: Callable[[bytes, bytes], bytes] = unedited,
    edit_all: Callable[[Sequence[tuple[str, bytes]]], Sequence[bytes]] = unedited,
    *,
    backend: Backend = NO_BACKEND,
) -> End:
    """What comes of these keys, sent in one burst with Ctrl-C at its end."""
    editor = Editor(lambda text, _: edit_text(text), edit_file, edit_all)
    shell = Shell(state or start(), without_syntax(editor, backend))

    async def play() -> Chosen | None:
        with create_pipe_input() as pipe:
            pipe.send_text(keys + CTRL_C)
            application = shell.application(pipe, DummyOutput())
            return await asyncio.wait_for(application.run_async(), SECONDS)

    try:
        result: Chosen | Exception | None = asyncio.run(play())
    except (GitsplitError, ZeroDivisionError) as error:
        result = error
    return End(shell.state, result)


async def typed_slowly(shell: Shell, keys: str) -> None:
    """Each key long after the one before it, as people type; Ctrl-C at the end."""
    with create_pipe_input() as pipe:
        application = shell.application(pipe, DummyOutput())
        running = asyncio.ensure_future(application.run_async())
        for key in [*keys, CTRL_C]:
            pipe.send_text(key)
            await asyncio.sleep(4 * ESCAPE_SECONDS)
        await asyncio.wait_for(running, SECONDS)


@pytest.mark.parametrize("keys", ["MM", "jMM"])
def test_the_second_of_two_keys_may_take_its_time(keys: str) -> None:
    shell = Shell(
        start(), without_syntax(Editor(unedited, unedited, unedited), NO_BACKEND)
    )
    with pytest.raises(Interrupted):
        asyncio.run(typed_slowly(shell, keys))

    assert shell.state.plan == played(keys).state.plan
    assert len(shell.state.plan.groups) < len(start().plan.groups)


def sent(key: str) -> str:
    """What a terminal sends for a key of the table."""
    if key in SENT:
        return SENT[key]
    return "".join(
        part if len(part) == 1 else REVERSE_ANSI_SEQUENCES[Keys(part)]
        for part in key.split()
    )


def edited(state: State) -> State:
    """The state after what the editor makes of what it is asked to edit."""
    match state.request:
        case ShellRequest.EDIT_MESSAGE if state.screen in ONE_COMMIT:
            return reduce(state, SetMessage(0, b"Edited\n"))
        case ShellRequest.EDIT_MESSAGE:
            where = current_message(state).where
            return reduce(state, WriteMessages(((where, b"Edited\n"),)))
        case ShellRequest.REWORD:
            return reduce(state, Reworded(state.chosen, b"Edited\n"))
        case ShellRequest.EDIT_MESSAGES:
            places = [commit.where for commit in message_commits(state)]
            texts = tuple((where, b"Edited\n") for where in places)
            return reduce(state, WriteMessages(texts))
        case ShellRequest.EDIT_FILE | ShellRequest.EDIT_FILE_FOR_GOOD as request:
            for_good = request is ShellRequest.EDIT_FILE_FOR_GOOD
            return after(state, SetContent(0, 0, b"Edited\n", for_good))
        case _:
            return state


@pytest.mark.parametrize(("place", "key"), BY_KEY)
def test_every_key_does_what_the_table_says(place: KeyContext, key: str) -> None:
    state = start()
    for action in PLACES[place]:
        state = reduce(state, action)
    is_page = state.screen is not Screen.SPLIT
    most = last_scroll(state, COLUMNS, ROWS) if is_page else FAR
    typed = key if len(key) == 1 else "x"
    page = max(1, room(state, COLUMNS, ROWS) - 1)
    expected = reduce(
        state,
        action_of(key_table().row(place, key).actions[key], Pressed(typed, page, most)),
    )
    expected = edited(expected)
    if expected.request in (None, ShellRequest.COPY):  # the screen goes on
        expected = reduce(expected, Interrupt())

    end = played(
        sent(key),
        state,
        lambda _: b"Edited\n",
        lambda *_: b"Edited\n",
        lambda titled: [b"Edited\n"] * len(titled),
    )
    assert end.state == expected


def test_a_dropped_commit_stays_dropped_where_the_editor_changes_nothing() -> None:
    dropped = played("jd", series()).state

    unchanged = played("jdr", series(), lambda message: message).state
    assert (unchanged.todo, unchanged.steps_done) == (dropped.todo, dropped.steps_done)
    reworded = played("jdr", series(), lambda _: b"Better\n").state
    assert reworded.todo.entries[1].action == "reword"


def test_a_page_is_as_long_as_the_window() -> None:
    lines = "".join(f"{number}\n" for number in range(200))
    state = state_of(plan_of({"a": ("x\n" * 200, lines)}))
    state = reduce(state, Fold())

    down = played(sent("pagedown"), state).state
    assert down.cursor - state.cursor in range(25, ROWS)
    assert played(sent("pageup"), down).state.cursor == state.cursor


def test_escape_alone_answers_without_another_key() -> None:
    async def play() -> None:
        with create_pipe_input() as pipe:
            shell = Shell(start(), without_syntax(NO_EDITOR))
            application = shell.application(pipe, DummyOutput())
            running = asyncio.ensure_future(application.run_async())
            pipe.send_text("/x\x1b")
            async with asyncio.timeout(SECONDS):
                while shell.state.prompt is not None or not shell.state.status:
                    await asyncio.sleep(0.01)
            application.exit()
            await running

    asyncio.run(play())


def test_a_letter_with_alt_is_escape_and_the_letter() -> None:
    marked = reduce(start(), Narrow())

    assert played("\x1bj", marked).state.unit is Unit.PIECE


def test_a_click_moves_the_cursor_and_the_wheel_moves_it_on() -> None:
    # The diff begins below the title, two commits, "+ new commit" and a rule.
    assert played("\x1b[<0;20;10m").state.cursor == 4
    assert played("\x1b[<0;20;10m\x1b[<65;20;10M").state.cursor == 7
    assert played("\x1b[<0;20;10m\x1b[<64;20;10M").state.cursor == 1


def test_a_click_on_a_commit_brings_it_into_focus() -> None:
    assert played("\x1b[<0;20;3m").state.focus == 1
    assert played("\x1b[<0;20;3m").state.plan == start().plan


def test_a_click_on_the_digit_of_a_commit_sends_there_what_is_selected() -> None:
    assert played("\x1b[<0;2;3m").state.plan == reduce(start(), Send(1)).plan
    # In the gutter of a hunk of the second commit, and of the hunk itself.
    line = next(n for n in range(30) if gutter_group(start(), n) == 1)
    sent_by_gutter = played(f"\x1b[<0;2;{line + 6}m").state
    assert sent_by_gutter.plan == reduce(start(), Send(1)).plan
    at = start().cursor
    assert played(f"\x1b[<0;2;{at + 6}m").state.plan == start().plan


def gutter_group(state: State, row: int) -> int | None:
    """The group of the hunk in this row."""
    edit = state.rows.edit_at(row) if row < len(state.rows) else None
    return None if edit is None else state.plan.group_of[edit]


def test_a_click_on_the_plus_makes_a_commit_of_what_is_selected() -> None:
    assert played("\x1b[<0;20;4m").state.plan == reduce(start(), AddCommit()).plan


def test_a_click_in_the_footer_presses_the_key() -> None:
    labels = [label for _, label in footer(start())]
    column = sum(len(f" {key} {label} ") for key, label in footer(start())[:3]) + 2
    assert labels[3] == "lines"
    assert played(f"\x1b[<0;{column};{ROWS}m").state.unit is Unit.LINES
    assert played(f"\x1b[<0;2;{ROWS}m").state == played("").state  # 1-9


def test_a_click_on_enter_in_the_preview_applies_nothing() -> None:
    preview = played("w").state
    keys = [key for key, _ in footer(preview)]
    at = keys.index("Enter")
    column = sum(len(f" {key} {label} ") for key, label in footer(preview)[:at]) + 2

    clicked = played(f"w\x1b[<0;{column};{ROWS}m")

    assert isinstance(clicked.result, Interrupted)
    assert clicked.state.screen is Screen.PREVIEW
    refused = refused_click(preview, "enter")
    assert refused is not None
    assert refused.sentence == "A click applies nothing: press Enter."
    # In a prompt, Enter accepts what is typed.
    assert refused_click(reduce(preview, Ask(Purpose.SEARCH)), "enter") is None


def test_a_click_in_the_footer_of_a_prompt_ends_it() -> None:
    typing = reduce(start(), Ask(Purpose.SEARCH))

    assert played(f"\x1b[<0;12;{ROWS}m", typing).state.prompt is None


def test_dragging_selects_lines() -> None:
    # Rows 3 to 5 of the diff, which begins in the sixth line.
    drag = "\x1b[<0;20;9M\x1b[<32;20;10M\x1b[<32;20;11M\x1b[<0;20;11m"
    state = played(drag).state

    assert (state.unit, state.anchor, state.cursor) == (Unit.LINES, 3, 5)
    moved = played("\x1b[<0;20;9M\x1b[<35;20;11M\x1b[<0;20;9m").state
    assert (moved.unit, moved.cursor) == (Unit.PIECE, 3)  # no button was held


def test_a_click_or_the_wheel_chooses_a_commit_of_the_series() -> None:
    # The series begins below the title and a rule.
    assert played("\x1b[<0;20;4m", series()).state.chosen == COMMITS[1]
    assert played("\x1b[<65;20;4M", series()).state.chosen == COMMITS[2]
    assert played("\x1b[<0;20;9m", series()).state.chosen == COMMITS[0]


def test_the_wheel_scrolls_a_page_to_its_last_line_and_no_further() -> None:
    long = "".join(f"{number}\n" for number in range(100))
    state = reduce(
        state_of(plan_of({"a": (None, long)}, group_of=[0, 0])), ShowCommit()
    )
    most = last_scroll(state, COLUMNS, ROWS)

    assert most > 0
    assert played("\x1b[<65;20;10M", state).state.scroll == 3
    assert played("\x1b[<65;20;10M" * 60, state).state.scroll == most


def test_the_mouse_moves_nothing_under_a_line_that_is_typed() -> None:
    typing = reduce(start(), Ask(Purpose.SEARCH))

    assert played("\x1b[<0;20;10m", typing).state.cursor == typing.cursor


def test_the_plan_is_what_was_previewed_without_empty_commits() -> None:
    plan = plan_of(FILES, 3, [0, 1, 1], owner=1)

    assert run(plan, "1w\r") == replace(plan, groups=plan.groups[:2])


def test_leaving_writes_nothing() -> None:
    assert run(plan_of(FILES), "q") is None
    assert run(plan_of(FILES), "2qq") is None


def test_ctrl_c_interrupts_at_once() -> None:
    with pytest.raises(Interrupted) as error:
        run(plan_of(FILES), "2/x" + CTRL_C)
    assert error.value.exit_status == 130


def test_a_terminal_that_goes_away_interrupts() -> None:
    with pytest.raises(Interrupted, match="The terminal was closed"):
        run(plan_of(FILES), "2")


def run(plan: Plan, keys: str) -> Plan | None:
    """The plan that these keys lead to; the terminal is closed after them."""
    with create_pipe_input() as pipe:
        pipe.send_text(keys)
        pipe.close()
        around = without_syntax(NO_EDITOR)
        chosen = run_screen(state_of(plan), around, input=pipe, output=DummyOutput())
    return None if chosen is None else chosen.todo.entry(COMMIT).plan


def test_the_editor_gets_the_message_and_gives_another() -> None:
    given: list[bytes] = []

    def edit(message: bytes) -> bytes:
        given.append(message)
        return b"Better\n"

    end = played("\tm", edit_text=edit)

    assert given == [MESSAGES[1]]
    assert end.state.plan.groups[1].message == b"Better\n"


def test_keys_typed_before_the_editor_opens_are_taken_after_it() -> None:
    end = played("mu2", edit_text=lambda _: b"Better\n")

    assert end.state.plan == reduce(start(), Send(1)).plan
    assert len(end.state.history.past) == 1


def test_the_editor_can_be_opened_twice_in_one_burst() -> None:
    end = played("mm", edit_text=lambda message: b"Very " + message)

    assert end.state.plan.groups[0].message == b"Very Very " + MESSAGES[0]


@pytest.mark.parametrize(
    ("key", "end"),
    [("e", FILES["a.py"][1]), ("E", FILES["a.py"][1].replace("z\n", "Z\n"))],
)
def test_the_editor_gets_the_file_as_of_the_focus_and_gives_another(
    key: str, end: str
) -> None:
    given: list[tuple[bytes, bytes]] = []

    def edit(path: bytes, content: bytes) -> bytes:
        given.append((path, content))
        return content.replace(b"z", b"Z")

    state = state_of(plan_of(FILES, 2, [0, 0, 1]))
    backend = Backend(lambda _, ours, theirs: ours + theirs)
    last = played(key, state, edit_file=edit, backend=backend).state

    assert given == [(b"a.py", FILES["a.py"][1].encode())]
    first, *_ = states_in(last.plan, 0, (0,))
    assert first and first.content == FILES["a.py"][1].replace("z", "Z").encode()
    final, *_ = states_in(last.plan, 0, (1,))
    assert final and final.content == end.encode()
    assert len(last.steps_done) == 1


def test_an_editor_that_fails_is_named_and_changes_nothing() -> None:
    said: list[State] = []

    def edit(_message: bytes, _below: bytes) -> bytes:
        raise EditorFailed("The editor failed.", hint="Set core.editor.")

    async def play() -> None:
        with create_pipe_input() as pipe:
            shell = Shell(start(), without_syntax(Editor(edit, unedited, unedited)))
            application = shell.application(pipe, DummyOutput())
            running = asyncio.ensure_future(application.run_async())
            pipe.send_text("m")
            async with asyncio.timeout(SECONDS):
                while not shell.state.is_refusal:
                    await asyncio.sleep(0.01)
            said.append(shell.state)
            application.exit()
            await running

    asyncio.run(play())
    assert said[0].status == "The editor failed. Set core.editor."
    assert said[0].plan == start().plan


@pytest.mark.parametrize("error", [RefMoved("HEAD moved."), ZeroDivisionError("bug")])
def test_any_other_error_ends_the_screen(error: Exception) -> None:
    def edit(_: bytes) -> bytes:
        raise error

    assert played("m", edit_text=edit).result is error


def test_what_the_screen_stands_on_is_collected_again_after_it() -> None:
    gc.unfreeze()
    run(plan_of(FILES), "q")

    assert gc.get_freeze_count() == 0


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        ("Q", "Q"),
        ("\x01", "Ctrl-A"),
        ("\x1bOP", "F1"),
        ("é", "é"),
        ("\r", "Enter"),
        ("\x1b[200~D2q\x1b[201~", "Pasted text"),
    ],
)
def test_a_key_without_a_use_says_so_and_changes_nothing(keys: str, name: str) -> None:
    ((*lines, said, _),) = screens(start(), [[keys]], 80, 24)
    ((*before, _, _),) = screens(start(), [[]], 80, 24)

    assert said.startswith(f" {name} does nothing here. ? shows the keys.")
    assert lines == before
