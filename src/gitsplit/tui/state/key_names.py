"""Keys as users know them, and sentences that name keys, which may be the user's own.

The key table is of another room: what sentences name is here as well, and a test
compares the two.
"""

import re

from gitsplit.tui.state.app_state import OwnKeys, State

HINTED = {
    "back": "q",
    "board": "B",
    "cancel": "escape",
    "change-id": "c",
    "check": "x",
    "commands": "$",
    "end-search": "escape",
    "fold": "f",
    "fold-all": "F",
    "follow": "&",
    "help": "?",
    "keep": "y",
    "leave-out": "D",
    "lines": "v",
    "look": "z",
    "merge": "M",
    "messages": "L",
    "move-down": "J",
    "move-up": "K",
    "neighbours": "v",
    "new-commit": "+",
    "next": "j",
    "next-doubtful": ";",
    "next-match": "n",
    "next-unseen": ",",
    "open": "enter",
    "open-range": "R",
    "open-squash": "Q",
    "pick": "p",
    "preview": "w",
    "previous": "k",
    "quit": "q",
    "read-on": "space",
    "redo": "c-r",
    "save-plan": "W",
    "select-next": "tab",
    "send-home": "H",
    "series": "b",
    "split": "e",
    "split-hunk": "s",
    "subject": "i",
    "take-along": "t",
    "undo": "u",
    "use-proposal": "O",
    "widen": "V",
}
"""The keys of the actions that sentences name, where the user has given no other."""

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
    "<any>": "text",
    "0": "0dd",
}


def key_name(key: str) -> str:
    """The key as users know it; of several in a row, one after the other."""
    if key in _NAMES:
        return _NAMES[key]
    if key.startswith("escape "):
        return f"Alt-{key[7:].upper()}"
    if key[:1] == "f" and key[1:].isdecimal():
        return key.upper()
    if key.startswith("c-"):
        return f"Ctrl-{key[2:].upper()}"
    return "".join(map(key_name, key.split())) if " " in key else key


def keyed(state: State, text: str) -> str:
    """The text with keys in the place of actions: ``{undo} takes it back``.

    Those are the user's own where there are some, the first of several.
    """
    return text.format_map(_Keys(state.info.keys))


def with_keys_named(state: State, text: str) -> str:
    """The text of a lesson with keys in the place of actions; other braces stay."""
    keys = _Keys(state.info.keys)
    return re.sub(
        r"{([a-z-]+)}", lambda m: keys[m[1]] if m[1] in HINTED else m[0], text
    )


class _Keys(dict[str, str]):
    """The names of keys, by those of actions."""

    def __init__(self, own: OwnKeys) -> None:
        super().__init__({name: keys[0] for name, keys in own})

    def __missing__(self, name: str) -> str:
        return HINTED[name]

    def __getitem__(self, name: str) -> str:
        return key_name(super().__getitem__(name))
