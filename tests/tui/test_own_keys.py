"""Keys of the user's own: what they may be, where they are shown, and what clashes."""

import pytest
from msgspec.structs import replace
from prompt_toolkit.key_binding import KeyBindings

from gitsplit.errors import GitsplitError
from gitsplit.tui.key_rows import DIGITS, KeyContext, Pressed, action_of
from gitsplit.tui.keymap import TABLE, key_table
from gitsplit.tui.keymap.own_keys import clashes, own_keys
from gitsplit.tui.state.app_state import State
from gitsplit.tui.update.actions.screens import GoBack, OpenHelp, OpenPreview, Undo
from gitsplit.tui.update.actions.split import Drop, Send
from gitsplit.tui.update.reduce import reduce
from gitsplit.tui.view.key_help import footer, help_sections, keys_markdown
from tests.tui.builder import plan_of, state_of
from tests.tui.test_app import played
from tests.tui.test_dialog import said

SCREENS = {*KeyContext} - {KeyContext.PROMPT, KeyContext.LOOK, KeyContext.NUMBER}
FIXED = {"enter", "c-c", "<sigint>", "g g", "0", *DIGITS}
NAMES = {name for row in TABLE for name in row.names.split()}


def with_keys(configured: dict[str, str]) -> State:
    state = state_of(plan_of({"a": ("x\n", "y\n"), "b": ("x\n", "y\n")}, 2))
    return replace(state, info=replace(state.info, keys=own_keys(configured)))


def refusal(configured: dict[str, str]) -> tuple[str, str]:
    with pytest.raises(GitsplitError) as caught:
        own_keys(configured)
    return str(caught.value), caught.value.hint


def test_every_key_of_a_screen_has_a_name_by_which_it_is_changed() -> None:
    for row in TABLE:
        if row.contexts & SCREENS:
            assert len(row.names.split()) in (0, len(row.actions)), row.help
            assert row.names or set(row.actions) <= FIXED, row.help


def test_names_are_what_git_takes_and_the_page_of_keys_has_them() -> None:
    page = keys_markdown()

    assert all(name.replace("-", "").isalnum() for name in NAMES)
    assert all(name == name.lower() for name in NAMES)
    assert [name for name in NAMES if f"`{name}`" not in page] == []


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_action_can_have_another_key_wherever_it_has_one(name: str) -> None:
    own = own_keys({name: "F5 Alt-q"})
    table = key_table(own)

    assert list(clashes(own)) == []
    for row, now in zip(TABLE, table.rows, strict=True):
        if name not in row.names.split():
            assert now == row
            continue
        before = {key for key in row.actions if row.name_of(key) == name}
        actions = [row.actions[key] for key in before]
        assert all(now.actions[key] in actions for key in ("f5", "escape q"))
        assert not before & set(now.actions)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Q", ("Q",)),
        ("Ctrl-T", ("c-t",)),
        ("Alt-X", ("escape X",)),
        ("f12 Shift-LEFT", ("f12", "s-left")),
        ("qQ", ("q Q",)),
        ("! ü !", ("!", "ü")),
    ],
)
def test_keys_are_written_as_the_page_has_them(
    text: str, keys: tuple[str, ...]
) -> None:
    assert own_keys({"place-tests": text, "quit": "F2"}) == (
        ("place-tests", keys),
        ("quit", ("f2",)),
    )
    for key in keys:
        KeyBindings().add(*key.split())(lambda _: None)


def test_ctrl_i_is_tab_on_a_terminal() -> None:
    assert refusal({"place-tests": "Ctrl-I"})[0].startswith("Tab is the key of both")


def test_one_key_for_two_actions_is_refused_with_both_names() -> None:
    assert refusal({"undo": "x"}) == (
        "x is the key of both gitsplit.key.undo and gitsplit.key.check.",
        "Give one of them another: git config gitsplit.key.NAME KEY",
    )
    both, _ = refusal({"undo": "F5", "redo": "F5"})
    assert both == "F5 is the key of both gitsplit.key.undo and gitsplit.key.redo."
    digit, _ = refusal({"undo": "3"})
    assert digit.startswith("3 is the key of both ")
    assert "gitsplit.key.undo" in digit
    assert "“send to that commit”" in digit
    away, _ = refusal({"undo": "Ctrl-C"})
    assert away.endswith("gitsplit.key.undo and “quit at once”.")
    begun, _ = refusal({"board": "gx"})
    assert (
        begun == "g is the key of both gitsplit.key.go-to-hunk and gitsplit.key.board."
    )


def test_keys_may_change_places() -> None:
    table = key_table(own_keys({"undo": "x", "check": "u"}))
    row = table.row(KeyContext.SPLIT, "x")

    assert action_of(row.actions["x"], Pressed("x")) == Undo()


@pytest.mark.parametrize(
    ("configured", "said", "hint"),
    [
        (
            {"undoo": "x"},
            "There is no action for gitsplit.key.undoo.",
            "Is it gitsplit.key.undo? docs/keys.md lists the names.",
        ),
        (
            {"undo": "Hyper-X"},
            "gitsplit.key.undo has a key that doesn't exist: Hyper-X.",
            "Keys are characters, and names such as F5, Ctrl-N, Alt-X, Enter, PgUp.",
        ),
        (
            {"undo": " "},
            "gitsplit.key.undo names no key.",
            "git config --unset gitsplit.key.undo",
        ),
    ],
)
def test_what_is_no_action_and_no_key_is_refused(
    configured: dict[str, str], said: str, hint: str
) -> None:
    assert refusal(configured) == (said, hint)


def test_footer_and_help_show_the_user_s_own_keys() -> None:
    state = with_keys(
        {"keep": "F5", "split-hunk": "k", "previous": "F6", "help": "Ctrl-X"}
    )
    keys = dict(footer(state))

    assert keys["F5"] == "keep here"
    assert keys["k"] == "split hunk"
    assert "Ctrl-X" in keys
    assert not {"y", "?"} & keys.keys()
    told = [entry for _, rows in help_sections(None, state.info.keys) for entry in rows]
    assert ("F5", "keep here; to the pinned commit, if one is") in told
    assert ("F6 j", "by hunk; by line after v") in told


def test_a_key_of_the_user_s_own_does_it_and_the_old_one_nothing() -> None:
    state = reduce(with_keys({"undo": "Z", "leave-out": "Alt-d"}), Send(1))
    end = played("Z", state).state

    assert end.todo == reduce(state, Undo()).todo
    assert played("u", state).state.todo == state.todo
    assert played("\x1bd", state).state.todo == reduce(state, Drop()).todo


def test_back_from_help_by_another_key() -> None:
    state = with_keys({"back": "F5"})
    shown = reduce(state, OpenHelp())

    assert dict(footer(shown)) == {"↑": "scroll", "F5": "back"}
    assert reduce(reduce(state, OpenPreview()), GoBack()).screen is state.screen


def test_without_a_screen_the_user_s_own_keys_are_the_answers() -> None:
    state = with_keys({"undo": "Z", "keep": "F5"})

    assert said(state, "2", "Z")[0].startswith("Undid: moved")
    assert said(state, "u") == ["That is no answer here: u. ? lists the answers."]
    assert "f5: keep here; to the pinned commit, if one is" in said(state, "?")
