"""Keys of the user's own: what they may be, where they are shown, and what clashes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from prompt_toolkit.key_binding import KeyBindings

from gitsplit.errors import GitsplitError
from gitsplit.tui.key_rows import DIGITS, KeyContext, Pressed, action_of
from gitsplit.tui.keymap import TABLE, key_table
from gitsplit.tui.keymap.own_keys import clashes, own_keys
from gitsplit.tui.state import key_names
from gitsplit.tui.state.app_state import State
from gitsplit.tui.state.key_names import HINTED, keyed
from gitsplit.tui.update.actions.screens import GoBack, OpenHelp, OpenPreview, Undo
from gitsplit.tui.update.actions.split import Drop, Send
from gitsplit.tui.update.reduce import reduce
from gitsplit.tui.view.key_help import footer, help_sections, keys_markdown
from tests.tui.builder import plan_of, state_of
from tests.tui.test_app import played
from tests.tui.test_dialog import said

ROOT = Path(__file__).parents[2]
LESSONS = ROOT / "src" / "gitsplit" / "lessons"
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


@pytest.mark.parametrize("page", ["docs/keys.md", "CHANGELOG.md"])
def test_the_examples_of_the_pages_can_be_used(page: str) -> None:
    example = re.compile(r'git config (?:--global )?gitsplit\.key\.([\w-]+) "(.+?)"')
    found = example.findall((ROOT / page).read_text())

    assert found
    for name, keys in found:
        assert own_keys({name: keys})


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


TUI = Path(key_names.__file__).parents[1]
_KEY = re.compile(
    r"(?<![\w'’`./{}<%-])(?:(?![aAI] )[A-Za-z]|Esc|Tab|Space|Enter|Ctrl-[A-Z]"
    r"|[-+=,;&*<>.\[\](){}](?= (?:makes|goes|selects|sends|to)\b))(?= [a-z])"
)
"""A key in a sentence: a word of one letter, or the name of a key, before a verb."""

_FIXED = (
    *("Enter applies", "Enter again", "Enter waits", "Esc keeps", "Enter alone"),
    *("i A subject", "g 12", "x make test", "o makes room", "m ends that"),
)
"""Keys that have no other (also after the one for looks), and answers as examples."""


def texts() -> Iterator[tuple[str, str]]:
    """The strings of the screen and the dialog, but for docs; each with its place."""
    for room in ("state", "update", "view", "dialog", "background"):
        for path in sorted((TUI / room).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            bare = (n.value for n in ast.walk(tree) if isinstance(n, ast.Expr))
            docs = {id(value) for value in bare}
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and id(node) not in docs:
                    place = f"{path.relative_to(TUI)}:{node.lineno}"
                    yield place, str(node.value)


def test_no_sentence_names_a_key_that_may_be_another() -> None:
    """It names the action (:func:`keyed`), whose key is the user's."""
    named = {
        place: text
        for place, text in texts()
        if not text.startswith(_FIXED) and not place.startswith("view/key_help")
        for at in _KEY.finditer(text)
        if not text[at.start() :].startswith(_FIXED)
    }

    assert named == {}


def test_the_keys_of_sentences_are_those_of_the_table() -> None:
    table = {
        (name, key)
        for row in TABLE
        for key, name in zip(row.actions, row.names.split(), strict=False)
    }
    every = [text for _, text in texts()]
    every += [
        path.read_text() for path in LESSONS.glob("*/*") if path.suffix != ".mbox"
    ]
    asked = {name for text in every for name in re.findall(r"{([a-z-]+)}", text)}

    assert {*HINTED.items()} - table == set()
    assert {*HINTED} == asked


def test_sentences_name_the_keys_that_the_user_has_given() -> None:
    state = with_keys({"undo": "F5 F6", "new-commit": "Alt-n", "subject": "I"})
    state = reduce(state, Send(1))

    assert state.status == "moved 2 lines from 1 to 2 · F5 to undo"
    assert keyed(state, "{subject}, {back}, {new-commit}") == "I, q, Alt-N"
    assert keyed(with_keys({}), "{undo} to undo") == "u to undo"
