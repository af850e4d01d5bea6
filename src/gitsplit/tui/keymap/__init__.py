"""The key table: which key does what, where, and the words about it.

Key bindings, help, footer and docs/keys.md are all made from ``TABLE``; a new key is a
row in the module of its screen. Keys have prompt_toolkit's names; a sequence of keys is
separated by blanks.

A key never does something harmless on one screen and something final on another.
"""

import string
from functools import cache

from gitsplit.tui.key_rows import (
    KeyAction,
    KeyContext,
    KeyRow,
    Pressed,
    context_of,
    key_name,
)
from gitsplit.tui.keymap.contexts import SEARCH
from gitsplit.tui.keymap.pages import LOOKING_ROWS, PAGE_ROWS
from gitsplit.tui.keymap.prompt import NUMBER_ROWS, PROMPT_ROWS
from gitsplit.tui.keymap.reading import MOVING_ROWS, READING_ROWS, SEARCHING_ROWS
from gitsplit.tui.keymap.series import MESSAGE_ROWS, SERIES_ROWS
from gitsplit.tui.keymap.split import COMMIT_ROWS, HUNK_ROWS, SELECTING_ROWS
from gitsplit.tui.state.app_state import Refusal, Screen, State
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.shell import Refused

TABLE: tuple[KeyRow, ...] = (
    *SERIES_ROWS,
    *HUNK_ROWS,
    *SELECTING_ROWS,
    *COMMIT_ROWS,
    *MESSAGE_ROWS,
    *MOVING_ROWS,
    *READING_ROWS,
    *SEARCHING_ROWS,
    *LOOKING_ROWS,
    *PAGE_ROWS,
    *NUMBER_ROWS,
    *PROMPT_ROWS,
)
"""Every key there is."""

SEARCH_KEYS = frozenset(
    key for row in TABLE if row.contexts == SEARCH for key in row.actions
)
"""The keys that a search has of its own."""


def key_row(place: KeyContext, key: str) -> KeyRow:
    """The row of the table that ``key`` is in at ``place``."""
    return next(row for row in TABLE if place in row.contexts and key in row.actions)


@cache
def keys_of(place: KeyContext) -> frozenset[str]:
    """The keys that do something at ``place``, of sequences the first."""
    rows = (row for row in TABLE if place in row.contexts)
    return frozenset(key.split()[0] for row in rows for key in row.actions)


UNUSED = (
    "<any>",
    "<bracketed-paste>",
    *(f"c-{letter}" for letter in string.ascii_lowercase if letter not in "hijm"),
    *(f"f{number}" for number in range(1, 13)),
    *("tab", "s-tab", "enter", "backspace", "delete", "insert"),
    *("up", "down", "left", "right", "s-up", "s-down", "s-left", "s-right"),
    *("home", "end", "pageup", "pagedown"),
)
"""What a terminal can send besides, where it has no use."""


def _shown_name(key: str) -> str:
    is_function = key[:1] == "f" and key[1:].isdecimal()
    return key.upper() if is_function else key_name(key)


def unused_action(key: str) -> KeyAction:
    """What a key does that has no use: it is named in one line."""

    def say(pressed: Pressed) -> Action:
        named = {"<any>": pressed.text, "<bracketed-paste>": "Pasted text"}
        name = named.get(key, _shown_name(key))
        shown = name if name.isprintable() and name.strip() else "That key"
        return Refused(f"{shown} does nothing here. ? shows the keys.", Refusal.NOTE)

    return say


def context_for(state: State, key: str) -> KeyContext:
    """What this key will be pressed in: a search has a few keys of its own."""
    place = context_of(state)
    is_screen = place.name in Screen.__members__
    return (
        KeyContext.SEARCH
        if state.is_searching and is_screen and key in SEARCH_KEYS
        else place
    )
