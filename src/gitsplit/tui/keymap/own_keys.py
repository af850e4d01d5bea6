"""Keys of the user's own: ``gitsplit.key.NAME`` gives an action other keys.

An action's name is that of its key in the table. What is given takes the place of the
keys that the action has there, wherever it has them.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from itertools import combinations, product
from typing import NamedTuple

from gitsplit.errors import GitsplitError
from gitsplit.tui.key_rows import KeyContext, key_uses
from gitsplit.tui.keymap import TABLE
from gitsplit.tui.state.app_state import OwnKeys
from gitsplit.tui.state.key_names import key_name

SECTION = "gitsplit.key."
"""How the configuration's names begin."""

_NAMED = {
    **{f"f{number}": f"f{number}" for number in range(1, 13)},
    **{name: name for name in ("up", "down", "left", "right", "home", "end", "insert")},
    **{"pgup": "pageup", "pageup": "pageup", "pgdn": "pagedown"},
    **{"pagedown": "pagedown", "enter": "enter", "return": "enter", "esc": "escape"},
    **{"escape": "escape", "space": "space", "tab": "tab", "del": "delete"},
    **{"delete": "delete", "backspace": "backspace", "shift-tab": "s-tab"},
    **{f"shift-{name}": f"s-{name}" for name in ("up", "down", "left", "right")},
    **{"ctrl-i": "tab", "ctrl-m": "enter", "ctrl-h": "backspace"},
}
"""Keys that are named by a word, in lower case; some are others by another name."""


class Clash(NamedTuple):
    """A key that two actions have in one place, each by its name or what it does."""

    place: KeyContext
    key: str
    one: str
    other: str


def own_keys(configured: Mapping[str, str]) -> OwnKeys:
    """The keys of the user's own, by the names of actions.

    ``configured`` has the values of the configuration by its names, without what they
    begin with. Raises GitsplitError where an action or a key isn't one, and where a key
    would have two of them in one place.
    """
    found = tuple((name, _keys_in(name, text)) for name, text in configured.items())
    for clash in clashes(found):
        one, other = (_setting(name) for name in (clash.one, clash.other))
        raise GitsplitError(
            f"{key_name(clash.key)} is the key of both {one} and {other}.",
            hint=f"Give one of them another: git config {SECTION}NAME KEY",
        )
    return found


def clashes(own: OwnKeys = ()) -> Iterator[Clash]:
    """The keys that have two meanings in one place.

    So has one that begins a sequence, unless that is Escape, which comes alone in time.
    """
    given: dict[tuple[KeyContext, str], list[str]] = {}
    begun: dict[tuple[KeyContext, str], list[str]] = {}
    for row in TABLE:
        for place, use in product(row.contexts, key_uses(row, dict(own))):
            name = use.name or row.help
            given.setdefault((place, use.key), []).append(name)
            first, _, more = use.key.partition(" ")
            if more and first != "escape":
                begun.setdefault((place, first), []).append(name)
    for at, names in given.items():
        for one, other in combinations([*names, *begun.get(at, ())], 2):
            yield Clash(*at, one, other)


def _setting(name: str) -> str:
    """What has a key, as the configuration names it, or as the help describes it."""
    return f"{SECTION}{name}" if name in _action_names() else f"“{name}”"


@cache
def _action_names() -> frozenset[str]:
    return frozenset(name for row in TABLE for name in row.names.split())


def _keys_in(name: str, text: str) -> tuple[str, ...]:
    """The keys that a value of the configuration names."""
    if name not in _action_names():
        near = get_close_matches(name, _action_names(), 1)
        meant = f"Is it {SECTION}{near[0]}? " if near else ""
        raise GitsplitError(
            f"There is no action for {SECTION}{name}.",
            hint=f"{meant}docs/keys.md lists the names.",
        )
    keys = tuple(dict.fromkeys(_key_named(name, word) for word in text.split()))
    if not keys:
        raise GitsplitError(
            f"{SECTION}{name} names no key.", hint=f"git config --unset {SECTION}{name}"
        )
    return keys


def _key_named(name: str, word: str) -> str:
    """The key of this name: ``a``, ``F5``, ``Ctrl-N``, ``Alt-X``; ``gg`` is two."""
    lower = word.lower()
    if lower in _NAMED:
        return _NAMED[lower]
    before, _, letter = word.rpartition("-")
    is_letter = len(letter) == 1 and letter.isascii() and letter.isprintable()
    if before.lower() == "ctrl" and is_letter and letter.isalpha():
        return f"c-{letter.lower()}"
    if before.lower() == "alt" and is_letter:
        return f"escape {letter}"
    if len(word) in (1, 2) and word.isprintable():
        return " ".join(word)
    raise GitsplitError(
        f"{SECTION}{name} has a key that doesn't exist: {word}.",
        hint="Keys are characters, and names such as F5, Ctrl-N, Alt-X, Enter, PgUp.",
    )
