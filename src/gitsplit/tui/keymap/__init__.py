"""The key table: which key does what, where, and the words about it.

Key bindings, help, footer and docs/keys.md are all made from ``TABLE``; a new key is a
row in the module of its screen. Keys have prompt_toolkit's names; a sequence of keys is
separated by blanks.

A key never does something harmless on one screen and something final on another.
Users may give actions other keys: :mod:`~.own_keys`.
"""

import string
from collections.abc import Mapping
from functools import cache

from msgspec import Struct

from gitsplit.tui.key_rows import (
    KeyAction,
    KeyContext,
    KeyRow,
    Pressed,
    context_of,
    with_own_keys,
)
from gitsplit.tui.keymap.pages import LOOKING_ROWS, PAGE_ROWS
from gitsplit.tui.keymap.prompt import NUMBER_ROWS, PROMPT_ROWS
from gitsplit.tui.keymap.reading import MOVING_ROWS, READING_ROWS, SEARCHING_ROWS
from gitsplit.tui.keymap.series import MESSAGE_ROWS, SERIES_ROWS
from gitsplit.tui.keymap.split import COMMIT_ROWS, HUNK_ROWS, SELECTING_ROWS
from gitsplit.tui.state.app_state import OwnKeys, Refusal, Screen, State
from gitsplit.tui.state.key_names import key_name
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


class KeyTable(Struct, frozen=True):
    """The keys as this user has them: the rows of :data:`TABLE`, in its order."""

    rows: tuple[KeyRow, ...]
    keys: Mapping[KeyContext, frozenset[str]]

    def row(self, place: KeyContext, key: str) -> KeyRow:
        """The row that ``key`` is in at ``place``."""
        rows = (row for row in self.rows if place in row.contexts)
        return next(row for row in rows if key in row.actions)

    def is_used(self, place: KeyContext, key: str) -> bool:
        """Whether the key does something at ``place``, or begins what does."""
        return key in self.keys[place]

    def context(self, state: State, key: str) -> KeyContext:
        """What this key will be pressed in: a search has a few keys of its own."""
        place = context_of(state)
        is_screen = place.name in Screen.__members__
        is_search = is_screen and state.is_searching
        return (
            KeyContext.SEARCH
            if is_search and self.is_used(KeyContext.SEARCH, key)
            else place
        )


@cache
def key_table(own: OwnKeys = ()) -> KeyTable:
    """The table with the user's own keys in the place of others."""
    rows = tuple(with_own_keys(row, dict(own)) for row in TABLE)
    keys = {
        place: frozenset(
            key.split()[0]
            for row in rows
            if place in row.contexts
            for key in row.actions
        )
        for place in KeyContext
    }
    return KeyTable(rows, keys)


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


def unused_action(key: str, help_key: str = "?") -> KeyAction:
    """What a key does that has no use: it is named in one line."""

    def say(pressed: Pressed) -> Action:
        named = {"<any>": pressed.text, "<bracketed-paste>": "Pasted text"}
        name = named.get(key, key_name(key))
        shown = name if name.isprintable() and name.strip() else "That key"
        words = f"{shown} does nothing here. {help_key} shows the keys."
        return Refused(words, Refusal.NOTE)

    return say
