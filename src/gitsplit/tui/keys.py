"""A row of the key table: keys, where they mean something, and what they do.

Keys have prompt_toolkit's names; a sequence of keys is separated by blanks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from gitsplit.tui.state.app_state import State
from gitsplit.tui.update.actions import FAR, Action


class Place(Enum):
    """Where keys have a meaning of their own: a screen, or a line being typed."""

    SERIES = auto()
    SPLIT = auto()
    COMMIT = auto()
    MESSAGES = auto()
    PREVIEW = auto()
    HELP = auto()
    PROMPT = auto()


class Pressed(NamedTuple):
    """A key as it was pressed: the text it types, and what it may have to know.

    ``page`` is the number of rows that the window shows, ``most`` the row from which
    a page that scrolls is shown to its end.
    """

    text: str
    page: int = 1
    most: int = FAR


Deed = Action | Callable[[Pressed], Action]


@dataclass(frozen=True, slots=True)
class Row:
    """Keys that belong together: what each does, where, and the words about them.

    ``label`` is for the footer. The keys in ``hidden`` are not shown to users.
    """

    section: str
    places: frozenset[Place]
    deeds: Mapping[str, Deed]
    help: str
    label: str = ""
    hidden: frozenset[str] = frozenset()

    @property
    def shown(self) -> str:
        """The keys as users know them."""
        keys = [key for key in self.deeds if key not in self.hidden]
        if keys == [*DIGITS]:
            return "1-9"
        return " ".join(map(shown_key, keys))


DIGITS = "123456789"
_NAMES = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "s-up": "⇧↑",
    "s-down": "⇧↓",
    "tab": "Tab",
    "s-tab": "⇧Tab",
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "backspace": "Backspace",
    "delete": "Del",
    "c-c": "Ctrl-C",
    "c-r": "Ctrl-R",
    "c-u": "Ctrl-U",
    "c-z": "Ctrl-Z",
    "<any>": "text",
}


def shown_key(key: str) -> str:
    """The key as users know it."""
    return _NAMES.get(key, key)


def place_of(state: State) -> Place:
    """Where the next key will be pressed."""
    return Place.PROMPT if state.prompt is not None else Place[state.screen.name]


def action_of(deed: Deed, pressed: Pressed) -> Action:
    """The action of a key that was pressed."""
    return deed(pressed) if callable(deed) else deed
