"""The table of keys: complete, without clashes, and safe to type blindly."""

from typing import get_args

import pytest
from msgspec.structs import replace
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.utils import get_cwidth

from gitsplit.tui.key_rows import KeyContext, KeyRow, Pressed, action_of
from gitsplit.tui.keymap import TABLE, key_table
from gitsplit.tui.keymap.own_keys import clashes
from gitsplit.tui.state.app_state import NumberPurpose, Purpose, State
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.messages import Reworded, WriteMessages
from gitsplit.tui.update.actions.prompt import Ask, BeginNumber, Submit, TypeText
from gitsplit.tui.update.actions.reading import (
    FAR,
    ChooseLook,
    Narrow,
    Pin,
    SelectLines,
    Widen,
)
from gitsplit.tui.update.actions.reports import Report
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
from gitsplit.tui.update.actions.shell import Apply, Interrupt, Quit, Refused
from gitsplit.tui.update.actions.split import (
    AddCommit,
    FocusOn,
    MergeInto,
    Send,
    SetContent,
    SetMessage,
    SwapWith,
)
from gitsplit.tui.update.reduce import reduce
from gitsplit.tui.view.key_help import (
    footer,
    help_context,
    help_sections,
    keys_markdown,
)
from tests.tui.builder import plan_of, state_of, whole_of

ENTRIES = [
    (place, key, row) for row in TABLE for place in row.contexts for key in row.actions
]
STATES: dict[str, tuple[Action, ...]] = {
    "the series": (OpenSeries(),),
    "a commit of the series": (OpenSeries(), ShowOriginal()),
    "the messages": (OpenMessages(),),
    "splitting": (),
    "splitting, pinned": (Pin(),),
    "marking": (Narrow(),),
    "a wide selection": (Widen(),),
    "a commit": (ShowCommit(),),
    "the board": (OpenBoard(),),
    "the steps": (Send(1), OpenSteps()),
    "the git commands": (OpenCommands(),),
    "the preview": (OpenPreview(),),
    "the preview of what can't be written": (
        Send(1),
        SetMessage(1, whole_of().series.commits[0].raw.message),
        OpenPreview(),
    ),
    "help": (OpenHelp(),),
    "choosing a look": (ChooseLook(),),
    "typing a number": (BeginNumber(NumberPurpose.SEND),),
    "searching": (Ask(Purpose.SEARCH), TypeText("x"), Submit()),
    "typing": (Ask(Purpose.SEARCH),),
}


def state_while(what: str) -> State:
    """A state in which the user does that."""
    plan = plan_of({"a": ("x\n", "y\n"), "b": ("x\n", "y\n")})
    state = state_of(plan)
    for action in STATES[what]:
        state = reduce(state, action)
    return state


def action(row: KeyRow, key: str) -> Action:
    """What the key does; digits are taken at their word."""
    return action_of(row.actions[key], Pressed(key if key.isdigit() else "x"))


def test_no_key_means_two_things_in_one_place() -> None:
    assert list(clashes()) == []


def test_every_action_has_a_key_or_comes_otherwise() -> None:
    reached = {type(action(row, key)) for _, key, row in ENTRIES}

    assert set(get_args(Action)) - reached == {
        FocusOn,
        SelectLines,
        MergeInto,
        SwapWith,
        SetMessage,
        WriteMessages,
        Reworded,
        SetContent,
        Refused,
        *get_args(Report),
    }


def test_every_key_is_explained_and_one_that_the_terminal_library_knows() -> None:
    for place, key, row in ENTRIES:
        KeyBindings().add(*key.split())(lambda _: None)
        assert row.help, f"{key} on {place} is not explained"
        assert row.key_names, f"{key} on {place} is hidden altogether"


def test_the_key_that_writes_does_nothing_where_one_works() -> None:
    writing = {(place, key) for place, key, r in ENTRIES if action(r, key) == Apply()}

    assert writing == {(KeyContext.PREVIEW, "enter")}
    assert {place for place, key, _ in ENTRIES if key == "enter"} == {
        KeyContext.SERIES,
        KeyContext.BOARD,
        KeyContext.MESSAGES,
        KeyContext.PREVIEW,
        KeyContext.STEPS,
        KeyContext.PROMPT,
    }


def test_only_q_and_ctrl_c_leave() -> None:
    leaving = {
        key for _, key, row in ENTRIES if action(row, key) in (Quit(), Interrupt())
    }

    assert leaving == {"q", "c-c", "<sigint>"}


def test_ctrl_c_leaves_from_everywhere() -> None:
    assert {place for place, key, _ in ENTRIES if key == "c-c"} == set(KeyContext)


@pytest.mark.parametrize("what", STATES)
def test_the_footer_fits_80_columns_and_every_key_in_it_works(what: str) -> None:
    keys = footer(state_while(what))

    assert 2 <= len(keys) <= 8
    assert all(label for _, label in keys)
    assert sum(get_cwidth(key) + get_cwidth(label) + 3 for key, label in keys) <= 80


@pytest.mark.parametrize(
    ("what", "keys"),
    [
        ("the series", ["e", "p", "r", "s", "d", "o", "w", "?"]),
        ("the messages", ["i", "m", "E", "c", "u", "w", "q", "?"]),
        ("splitting", ["1-9", "y", "n", "v", "s", "w", "?"]),
        ("splitting, pinned", ["1-9", "y", "n", "Tab", "Esc", "?"]),
        ("marking", ["1-9", "y", "n", "s", "Esc", "?"]),
        ("the steps", ["Enter", "u", "q", "?"]),
        ("the preview", ["Enter", "Space", "1-9", "q", "?"]),
        ("the preview of what can't be written", ["1-9", "q", "?"]),
        ("searching", ["1-9", "n", "N", "*", "Esc", "?"]),
        ("choosing a look", ["w", "s", "o", "h", "m", "z", "Esc"]),
        ("typing a number", ["0-9", "Esc"]),
        ("typing", ["Enter", "Esc", "Ctrl-U"]),
    ],
)
def test_the_footer_offers_what_makes_sense(what: str, keys: list[str]) -> None:
    assert [key for key, _ in footer(state_while(what))] == keys


@pytest.mark.parametrize("first", KeyContext)
def test_help_has_this_screen_s_keys_first_and_every_row_once(
    first: KeyContext,
) -> None:
    told = [entry for _, entries in help_sections(first) for entry in entries]
    own = [row for row in TABLE if first in row.contexts]

    assert sorted(told) == sorted((row.key_names, row.help) for row in TABLE)
    assert sorted(told[: len(own)]) == sorted((row.key_names, row.help) for row in own)


@pytest.mark.parametrize(
    ("first", "section"),
    [
        (KeyContext.SERIES, "The series"),
        (KeyContext.SPLIT, "Which commit is this hunk for?"),
        (KeyContext.MESSAGES, "The messages"),
        (KeyContext.PREVIEW, "Preview, apply, quit"),
    ],
)
def test_help_begins_with_what_the_screen_is_about(
    first: KeyContext, section: str
) -> None:
    assert help_sections(first)[0][0] == section


def test_help_is_about_the_screen_that_it_was_opened_from() -> None:
    for what, place in (
        ("the series", KeyContext.SERIES),
        ("splitting", KeyContext.SPLIT),
        ("a commit", KeyContext.COMMIT),
    ):
        assert help_context(reduce(state_while(what), OpenHelp())) is place


def test_help_has_every_row_of_the_table() -> None:
    told = [entry for _, entries in help_sections() for entry in entries]

    assert len(told) == len(TABLE)
    assert ("1-9", "send to that commit") in told
    assert ("K J ⇧↑ ⇧↓", "move the commit up or down") in told


def test_the_page_of_keys_has_every_key_that_is_shown() -> None:
    page = keys_markdown()

    assert [
        row.key_names for row in TABLE if f"| `{row.key_names}` |" not in page
    ] == []


def test_a_key_is_found_in_its_place() -> None:
    assert action(key_table().row(KeyContext.SPLIT, "+"), "+") == AddCommit()
    assert action(key_table().row(KeyContext.SPLIT, "3"), "3") == Send(2)
    assert action(key_table().row(KeyContext.PREVIEW, "3"), "3") == ShowCommit(2)


def test_pages_are_as_long_as_the_window() -> None:
    row = key_table().row(KeyContext.HELP, "pagedown")
    scrolled = action_of(row.actions["pagedown"], Pressed("", page=20, most=FAR))

    assert reduce(replace(state_while("help")), scrolled).scroll == 20


def test_the_footer_says_where_a_key_sends_while_a_commit_is_pinned() -> None:
    labels = dict(footer(state_while("splitting, pinned")))

    assert (labels["y"], labels["n"], labels["Esc"]) == ("to 1", "out of 1", "unpin")
    assert dict(footer(state_while("splitting")))["y"] == "keep here"
