"""What is said of keys: the footer, the help, and a page of the documentation."""

from collections import Counter
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from gitsplit.tui.key_rows import DIGITS, KeyContext, KeyRow, context_of
from gitsplit.tui.keymap import TABLE, key_table
from gitsplit.tui.state.app_state import OwnKeys, Screen, State, Unit
from gitsplit.tui.state.key_names import key_name
from gitsplit.tui.state.message_rows import message_rows, selected_row
from gitsplit.tui.state.new_commits import unconfirmed_count


class _FooterKeys(Enum):
    """The keys that the footer shows, by what the user is doing."""

    SERIES = "e p r s d o w ?"
    SPLIT = "1 y n v s w ?"
    PINNED = "1 y n tab escape ?"
    MARKING = "1 y n s escape ?"
    WIDE = "1 y n V escape + ?"
    COMMIT = "tab i m c w q ?"
    MESSAGES = "i m E c u w q ?"
    CONFIRMING = "enter , i m E w q ?"
    PARTS = "1 > D i u w q ?"
    PREVIEW = "enter space 1 q ?"
    CHECKED = "enter space 1 x q ?"
    REFUSED = "1 q ?"
    READ = "W space 1 q ?"
    READ_PATCH = "space 1 q ?"
    ORIGINAL = "up z q ?"
    STEPS = "enter u q ?"
    COMMANDS = "up q ?"
    BOARD = "1 enter D + u q ?"
    HELP = "up q"
    HELP_IN_LESSON = "up ? q"
    PROMPT = "enter escape c-u"
    CHOOSING = "enter escape down c-u"
    NUMBER = "1 escape"
    LOOK = "w s o h m z escape"
    SEARCH = "1 n N * escape ?"


def footer(state: State) -> list[tuple[str, str]]:
    """The few keys that make sense now, each with its label."""
    return [(key.name, key.label) for key in footer_keys_of(state)]


class FooterKey(NamedTuple):
    """A key of the footer, as it is called there, with its label."""

    key: str
    name: str
    label: str


def footer_keys_of(state: State) -> Iterator[FooterKey]:
    """The keys of the footer in this state."""
    table, own = key_table(), dict(state.info.keys)
    for key in _with_end_of_search(state, _footer_keys(state).value.split()):
        row = table.row(table.context(state, key), key)
        shown = own.get(row.name_of(key), (key,))[0]
        name = row.key_names if key in DIGITS else key_name(shown)
        yield FooterKey(shown, name, _label(state, key, row))


def _with_end_of_search(state: State, keys: list[str]) -> list[str]:
    """The keys of the footer; while a search is on, with the one that ends it."""
    is_prompt = context_of(state).name not in Screen.__members__
    if is_prompt or not state.is_searching or "escape" in keys:
        return keys
    return [*keys[:-1], "escape", keys[-1]]


def _label(state: State, key: str, row: KeyRow) -> str:
    """The label of a key in the footer; of those about a pinned commit, with it."""
    is_split = context_of(state) is KeyContext.SPLIT
    if is_split and state.is_pinned and key in _ABOUT_PINNED:
        return _ABOUT_PINNED[key].format(state.focus + 1)
    return row.label


_ABOUT_PINNED = {"y": "to {}", "n": "out of {}", "escape": "unpin"}


def help_sections(
    first: KeyContext | None = None, own: OwnKeys = ()
) -> list[tuple[str, list[tuple[str, str]]]]:
    """The sections of the help, each key with a few words on what it does.

    Those of the ``first`` context come before all others, which say so; of them those
    whose section is mostly about it. ``own`` are keys of the user's own.
    """
    rows = key_table(own).rows
    here = Counter(row.section for row in rows if first in row.contexts)
    every = Counter(row.section for row in rows)

    def place(row: KeyRow) -> tuple[bool, bool]:
        return first not in row.contexts, 2 * here[row.section] < every[row.section]

    sections: dict[str, list[tuple[str, str]]] = {}
    for row in sorted(rows, key=place):
        is_here = first is None or first in row.contexts
        name = row.section if is_here else f"{row.section} · elsewhere"
        sections.setdefault(name, []).append((row.key_names, row.help))
    return list(sections.items())


def help_context(state: State) -> KeyContext:
    """The screen that the help is opened from."""
    below = [screen for screen, _ in state.beneath]
    return KeyContext[below[-1].name] if below else KeyContext.SPLIT


_ABOUT_NAMES = """\
The last column has the names by which actions are given other keys, in the place of
these: `git config --global gitsplit.key.undo "u Ctrl-T"`. A key is a character, or a
name such as `F5`, `Ctrl-N`, `Alt-X`, `Enter`, `Space`, `Shift-Up`; `gg` is two keys,
one after the other. Help and footer show what you have given. A name that isn't here, a
key that doesn't exist, and one that two actions would have in one place are errors
before the screen opens. What has no name keeps its key: digits, `Ctrl-C`, and `Enter`
in the preview, which applies. Hints in sentences name the keys of this page."""


def keys_markdown() -> str:
    """The keys as a page of the documentation."""
    parts = ["# Keys", _ABOUT_NAMES]
    sections: dict[str, list[str]] = {}
    for row in TABLE:
        names = " ".join(f"`{name}`" for name in dict.fromkeys(row.names.split()))
        line = f"| `{row.key_names}` | {row.help} | {names} |"
        sections.setdefault(row.section, []).append(line)
    for section, rows in sections.items():
        head = [f"## {section}", "", "| Keys | | Name |", "| --- | --- | --- |"]
        parts.append("\n".join([*head, *rows]))
    return "\n\n".join(parts) + "\n"


def _footer_keys(state: State) -> _FooterKeys:
    """The keys of the footer in this state."""
    if context_of(state) in (KeyContext.PROMPT, KeyContext.LOOK, KeyContext.NUMBER):
        offers = state.prompt is not None and len(state.prompt.choices) > 1
        return _FooterKeys["CHOOSING" if offers else context_of(state).name]
    match state.screen:
        case Screen.PREVIEW:
            return _preview_keys(state)
        case Screen.MESSAGES:
            return _message_keys(state)
        case Screen.SPLIT:
            return _split_keys(state)
        case screen:
            return _page_keys(state, screen)


def _page_keys(state: State, screen: Screen) -> _FooterKeys:
    """The keys of the footer on a screen that has always the same."""
    is_in_lesson = screen is Screen.HELP and state.info.lesson is not None
    return _FooterKeys["HELP_IN_LESSON" if is_in_lesson else screen.name]


def _preview_keys(state: State) -> _FooterKeys:
    """The keys of the footer in the preview, by what can be done there."""
    if state.info.is_read:
        return _FooterKeys.READ_PATCH if state.info.is_patch else _FooterKeys.READ
    if state.problems:
        return _FooterKeys.REFUSED
    return _FooterKeys.CHECKED if state.info.check else _FooterKeys.PREVIEW


def _split_keys(state: State) -> _FooterKeys:
    """The keys of the footer where hunks are sent, by what is selected."""
    if state.unit is Unit.LINES:
        return _FooterKeys.MARKING
    if state.is_searching:
        return _FooterKeys.SEARCH
    if state.unit is not Unit.PIECE:
        return _FooterKeys.WIDE
    return _FooterKeys.PINNED if state.is_pinned else _FooterKeys.SPLIT


def _message_keys(state: State) -> _FooterKeys:
    """The keys of the footer on the screen of messages."""
    if message_rows(state) and selected_row(state).part is not None:
        return _FooterKeys.PARTS
    is_asked = unconfirmed_count(state) > 0
    return _FooterKeys.CONFIRMING if is_asked else _FooterKeys.MESSAGES
