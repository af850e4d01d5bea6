"""What is said of keys: the footer, the help, and a page of the documentation."""

from enum import Enum

from gitsplit.tui.key_rows import DIGITS, KeyContext, KeyRow, context_of, key_name
from gitsplit.tui.keymap import TABLE, context_for, key_row
from gitsplit.tui.state.app_state import Screen, State, Unit
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
    ORIGINAL = "up z q ?"
    STEPS = "enter u q ?"
    BOARD = "1 enter D + u q ?"
    HELP = "up q"
    PROMPT = "enter escape c-u"
    CHOOSING = "enter escape down c-u"
    NUMBER = "1 escape"
    LOOK = "w s o h z escape"
    SEARCH = "1 n N * escape ?"


def footer(state: State) -> list[tuple[str, str]]:
    """The few keys that make sense now, each with its label."""
    keys = _footer_keys(state).value.split()
    rows = {key: key_row(context_for(state, key), key) for key in keys}
    return [
        (row.key_names if key in DIGITS else key_name(key), _label(state, key, row))
        for key, row in rows.items()
    ]


def _label(state: State, key: str, row: KeyRow) -> str:
    """The label of a key in the footer; of those about a pinned commit, with it."""
    is_split = context_of(state) is KeyContext.SPLIT
    if is_split and state.is_pinned and key in _ABOUT_PINNED:
        return _ABOUT_PINNED[key].format(state.focus + 1)
    return row.label


_ABOUT_PINNED = {"y": "to {}", "n": "out of {}", "escape": "unpin"}


def help_sections(
    first: KeyContext | None = None,
) -> list[tuple[str, list[tuple[str, str]]]]:
    """The sections of the help, each key with a few words on what it does.

    Those of the ``first`` context come before all others, which say so.
    """
    sections: dict[str, list[tuple[str, str]]] = {}
    for row in sorted(TABLE, key=lambda row: first not in row.contexts):
        is_here = first is None or first in row.contexts
        name = row.section if is_here else f"{row.section} · elsewhere"
        sections.setdefault(name, []).append((row.key_names, row.help))
    return list(sections.items())


def help_context(state: State) -> KeyContext:
    """The screen that the help is opened from."""
    below = [screen for screen, _ in state.beneath]
    return KeyContext[below[-1].name] if below else KeyContext.SPLIT


def keys_markdown() -> str:
    """The keys as a page of the documentation."""
    parts = ["# Keys"]
    for section, keys in help_sections():
        rows = [f"| `{shown}` | {about} |" for shown, about in keys]
        parts.append(
            "\n".join([f"## {section}", "", "| Keys | |", "| --- | --- |", *rows])
        )
    return "\n\n".join(parts) + "\n"


def _footer_keys(state: State) -> _FooterKeys:
    """The keys of the footer in this state."""
    if context_of(state) in (KeyContext.PROMPT, KeyContext.LOOK, KeyContext.NUMBER):
        offers = state.prompt is not None and len(state.prompt.choices) > 1
        return _FooterKeys["CHOOSING" if offers else context_of(state).name]
    match state.screen:
        case Screen.PREVIEW if state.problems:
            return _FooterKeys.REFUSED
        case Screen.PREVIEW if state.info.check:
            return _FooterKeys.CHECKED
        case Screen.MESSAGES:
            return _message_keys(state)
        case Screen.SPLIT:
            return _split_keys(state)
        case screen:
            return _FooterKeys[screen.name]


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
