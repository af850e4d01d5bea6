"""What a row of the key table is: keys, where they are pressed, and what each does."""

from collections.abc import Callable, Iterator, Mapping
from enum import Enum, auto
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.tui.state.app_state import State
from gitsplit.tui.state.key_names import key_name
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.reading import FAR


class KeyContext(Enum):
    """What a key is pressed in, which decides what it does: a screen, or a prompt.

    LOOK is after a ``z``, on which a second key follows, NUMBER where a commit's number
    is typed; SEARCH is while a search is
    on, whose keys come before those of the screen (see ``context_for`` in
    :mod:`gitsplit.tui.keymap`).
    """

    SERIES = auto()
    SPLIT = auto()
    COMMIT = auto()
    BOARD = auto()
    MESSAGES = auto()
    PREVIEW = auto()
    ORIGINAL = auto()
    STEPS = auto()
    COMMANDS = auto()
    HELP = auto()
    PROMPT = auto()
    LOOK = auto()
    NUMBER = auto()
    SEARCH = auto()


class Pressed(NamedTuple):
    """A key that was pressed, with what its action may depend on.

    ``text`` is what it types, ``page`` the number of rows in sight, ``most`` how far
    the page can be scrolled; ``found`` are the lines of a list or a page that have what
    is searched. ``columns`` has the width of the diff, and what it would be without the
    pane on its right.
    """

    text: str
    page: int = 1
    most: int = FAR
    found: Callable[[], tuple[int, ...]] = tuple
    columns: tuple[int, int] = (FAR, FAR)

    @property
    def half_page(self) -> int:
        """Half the number of rows in sight, at least one."""
        return max(1, self.page // 2)


KeyAction = Action | Callable[[Pressed], Action]


class KeyRow(Struct, frozen=True):
    """A row of the table: keys that belong together, and what each does.

    ``contexts`` is where they do it. ``help`` are the words in help and documentation,
    under the heading ``section``, ``label`` those in the footer. The keys in ``hidden``
    are not shown to users. ``names`` has the name of each key's action, by which it is
    given other keys (``gitsplit.key.NAME``); it is empty where that can't be.
    """

    section: str
    contexts: frozenset[KeyContext]
    actions: Mapping[str, KeyAction]
    help: str
    label: str = ""
    hidden: frozenset[str] = frozenset()
    names: str = ""

    def name_of(self, key: str) -> str:
        """The name of what the key does; empty where it can't have another key."""
        named = zip(self.actions, self.names.split(), strict=False)
        return dict(named).get(key, "")

    @property
    def key_names(self) -> str:
        """The keys as users know them."""
        keys = [key for key in self.actions if key not in self.hidden]
        if keys in ([*DIGITS], [*DIGITS, "0"]):
            return f"{min(keys)}-9"
        first = "z " if self.contexts == {KeyContext.LOOK} else ""
        return " ".join(f"{first}{key_name(key)}" for key in keys)


class KeyUse(NamedTuple):
    """A key of a row, what it does there, and the name of that, if it has one."""

    key: str
    action: KeyAction
    name: str


def key_uses(row: KeyRow, own: Mapping[str, tuple[str, ...]]) -> Iterator[KeyUse]:
    """The keys of a row, where those that ``own`` has for a name are in their place."""
    given: set[str] = set()
    for key, action in row.actions.items():
        name = row.name_of(key)
        if name not in own:
            yield KeyUse(key, action, name)
        elif name not in given:
            given.add(name)
            yield from (KeyUse(other, action, name) for other in own[name])


def with_own_keys(row: KeyRow, own: Mapping[str, tuple[str, ...]]) -> KeyRow:
    """The row with these keys for the actions that are named."""
    if not own.keys() & set(row.names.split()):
        return row
    uses = {use.key: use for use in key_uses(row, own)}
    return replace(
        row,
        actions={key: use.action for key, use in uses.items()},
        names=" ".join(use.name for use in uses.values()),
    )


DIGITS = "123456789"


def context_of(state: State) -> KeyContext:
    """What the next key will be pressed in."""
    if state.is_choosing_look:
        return KeyContext.LOOK
    if state.number is not None:
        return KeyContext.NUMBER
    return (
        KeyContext.PROMPT if state.prompt is not None else KeyContext[state.screen.name]
    )


def action_of(key_action: KeyAction, pressed: Pressed) -> Action:
    """The action of a key that was pressed."""
    return key_action(pressed) if callable(key_action) else key_action
