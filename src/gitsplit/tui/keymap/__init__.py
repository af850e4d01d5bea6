"""The key table: which key does what, where, and the words about it.

Key bindings, help, footer and docs/keys.md are all made from ``TABLE``; a new key is a
row in the module of its screen. Keys have prompt_toolkit's names; a sequence of keys is
separated by blanks.

A key never does something harmless on one screen and something final on another.
"""

from gitsplit.tui.key_rows import KeyContext, KeyRow, context_of
from gitsplit.tui.keymap.contexts import SEARCH
from gitsplit.tui.keymap.pages import LOOKING_ROWS, PAGE_ROWS
from gitsplit.tui.keymap.prompt import PROMPT_ROWS
from gitsplit.tui.keymap.reading import MOVING_ROWS, READING_ROWS, SEARCHING_ROWS
from gitsplit.tui.keymap.series import MESSAGE_ROWS, SERIES_ROWS
from gitsplit.tui.keymap.split import COMMIT_ROWS, HUNK_ROWS, SELECTING_ROWS
from gitsplit.tui.state.app_state import State

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


def context_for(state: State, key: str) -> KeyContext:
    """What this key will be pressed in: a search has a few keys of its own."""
    place = context_of(state)
    is_screen = place not in (KeyContext.PROMPT, KeyContext.LOOK)
    return (
        KeyContext.SEARCH
        if state.is_searching and is_screen and key in SEARCH_KEYS
        else place
    )
