"""Which key does what: the one table that keys, help, footer and docs are made from.

A key never does something harmless on one screen and something final on another.

A row of the key table: keys, where they mean something, and what they do.

Keys have prompt_toolkit's names; a sequence of keys is separated by blanks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from gitsplit.tui.state.app_state import Purpose, Screen, State, Unit
from gitsplit.tui.update.actions import (
    FAR,
    Action,
    AddCommit,
    Apply,
    Ask,
    Autosquash,
    Become,
    Cancel,
    ChangeCount,
    CheckCommits,
    Dismiss,
    Drop,
    EditFile,
    EditMessage,
    EditMessages,
    EraseText,
    FindNext,
    Focus,
    Fold,
    GoBack,
    Interrupt,
    Leave,
    MarkSplit,
    MergeInto,
    MoveCommit,
    MoveFile,
    MoveInText,
    MovePiece,
    MoveRows,
    MoveTo,
    Narrow,
    OpenCommit,
    OpenHelp,
    OpenMarked,
    OpenMessages,
    OpenNext,
    OpenPreview,
    OpenSeries,
    Own,
    Pan,
    Quit,
    Redo,
    Reword,
    Scroll,
    Send,
    ShowCommit,
    SplitHunk,
    Submit,
    Suspend,
    Take,
    TypeText,
    Undo,
    Widen,
)


class KeyContext(Enum):
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
    places: frozenset[KeyContext]
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


def place_of(state: State) -> KeyContext:
    """Where the next key will be pressed."""
    return (
        KeyContext.PROMPT if state.prompt is not None else KeyContext[state.screen.name]
    )


def action_of(deed: Deed, pressed: Pressed) -> Action:
    """The action of a key that was pressed."""
    return deed(pressed) if callable(deed) else deed


_SERIES = frozenset({KeyContext.SERIES})
_SPLIT = frozenset({KeyContext.SPLIT})
_MESSAGES = frozenset({KeyContext.MESSAGES})
_COMMITS = frozenset({KeyContext.SPLIT, KeyContext.COMMIT})
_WORDS = _COMMITS | _MESSAGES
_ORDERED = _SERIES | _SPLIT
_ROWS = _SERIES | _MESSAGES
_PAGES = frozenset({KeyContext.COMMIT, KeyContext.PREVIEW, KeyContext.HELP})
_NUMBERED = frozenset({KeyContext.COMMIT, KeyContext.PREVIEW})
_PREVIEW = frozenset({KeyContext.PREVIEW})
_HELP = frozenset({KeyContext.HELP})
_PROMPT = frozenset({KeyContext.PROMPT})
_SCREENS = _ROWS | _SPLIT | _PAGES
_WORKING = _SCREENS - _HELP
_EVERYWHERE = frozenset(KeyContext)

SERIES = "The series"
PIECES = "Which commit is this hunk for?"
SELECTING = "Selecting"
COMMITS = "The new commits"
MOVING = "Moving around"
LOOKING = "Preview, apply, quit"
PAGES = "On the other screens"
TYPING = "In a prompt"


def _sending(pressed: Pressed) -> Action:
    return Send(int(pressed.text) - 1)


def _looking(pressed: Pressed) -> Action:
    return ShowCommit(int(pressed.text) - 1)


def _typing(pressed: Pressed) -> Action:
    return TypeText(pressed.text)


_EARLIER, _LATER = MoveCommit(-1), MoveCommit(1)
_UP, _DOWN = MoveRows(-1), MoveRows(1)
_PAN = 16  # columns at a time

TABLE = (
    Row(SERIES, _SERIES, {"p": Become("pick")}, "keep this commit unchanged", "pick"),
    Row(SERIES, _SERIES, {"e": OpenCommit()}, "split this commit (opens it)", "split"),
    Row(
        SERIES, _SERIES, {"space": MarkSplit()}, "mark or unmark for splitting", "mark"
    ),
    Row(SERIES, _SERIES, {"r": Reword()}, "edit the message (reword)", "reword"),
    Row(
        SERIES,
        _SERIES,
        {"s": Become("squash"), "f": Become("fixup")},
        "squash, fixup into the previous commit",
        "squash",
    ),
    Row(
        SERIES,
        _SERIES,
        {"d": Become("drop")},
        "drop it: its changes are removed",
        "drop",
    ),
    Row(
        SERIES,
        _SERIES,
        {"A": Autosquash()},
        "autosquash: move fixup! and squash! commits",
    ),
    Row(
        SERIES, _SERIES, {"enter": OpenMarked()}, "open this commit, or the next marked"
    ),
    Row(
        SERIES,
        _COMMITS,
        {"<": OpenNext(-1), ">": OpenNext(1)},
        "open the previous or next marked",
    ),
    Row(
        SERIES, _COMMITS | _PREVIEW | _MESSAGES, {"b": OpenSeries()}, "show the series"
    ),
    Row(PIECES, _SPLIT, dict.fromkeys(DIGITS, _sending), "send to that commit", "send"),
    Row(PIECES, _SPLIT, {"y": Take()}, "to the selected commit", "keep here"),
    Row(
        PIECES,
        _SPLIT,
        {"n": Leave()},
        "to the commit after the selected one",
        "next commit",
    ),
    Row(
        PIECES,
        _SPLIT,
        {"a": Take(rest=True)},
        "like y, for the rest of the file",
        "file",
    ),
    Row(PIECES, _SPLIT, {"d": Leave(rest=True)}, "like n, for the rest of the file"),
    Row(
        PIECES,
        _SPLIT,
        {"+": AddCommit()},
        "to a new commit after the selected one",
        "new commit",
    ),
    Row(PIECES, _SPLIT, {"D": Drop()}, "leave out of all commits", "leave out"),
    Row(PIECES, _SPLIT, {"s": SplitHunk()}, "split into smaller hunks", "split hunk"),
    Row(
        SELECTING,
        _SPLIT,
        {"v": Narrow()},
        "select lines; narrow the selection",
        "lines",
    ),
    Row(SELECTING, _SPLIT, {"V": Widen()}, "widen the selection", "widen"),
    Row(
        SELECTING,
        _SPLIT,
        {"escape": Cancel()},
        "back to the hunk, then to the series",
        "back",
    ),
    Row(
        SELECTING,
        _SPLIT,
        {"f": Fold(), "F": Fold(everywhere=True)},
        "unfold this hunk, unfold all",
        "unfold",
    ),
    Row(
        COMMITS,
        _COMMITS,
        {"tab": Focus(1), "s-tab": Focus(-1)},
        "select the next or previous commit",
        "next commit",
    ),
    Row(COMMITS, _WORDS, {"i": Ask(Purpose.SUBJECT)}, "edit the subject", "subject"),
    Row(
        COMMITS,
        _WORDS | _SERIES,
        {"m": EditMessage()},
        "edit the message in an editor",
        "message",
    ),
    Row(COMMITS, _WORDS, {"c": Own()}, "let it keep the Change-Id", "Change-Id"),
    Row(
        COMMITS, _WORKING - _MESSAGES, {"l": OpenMessages()}, "show all commit messages"
    ),
    Row(
        COMMITS,
        _MESSAGES,
        {"E": EditMessages()},
        "edit all messages in one editor",
        "all",
    ),
    Row(
        COMMITS,
        _SPLIT,
        {"e": EditFile()},
        "edit the file in this commit only",
        "edit file",
    ),
    Row(
        COMMITS,
        _SPLIT,
        {"E": EditFile(for_good=True)},
        "edit it in this and later commits",
    ),
    Row(
        COMMITS,
        _ORDERED,
        {
            "K": _EARLIER,
            "J": _LATER,
            "s-up": _EARLIER,
            "s-down": _LATER,
            "escape up": _EARLIER,
            "escape down": _LATER,
        },
        "move the commit up or down",
        "move",
        hidden=frozenset({"escape up", "escape down"}),
    ),
    Row(COMMITS, _SPLIT, {"M": MergeInto()}, "merge into the previous commit"),
    Row(
        COMMITS,
        _SPLIT,
        {"=": ChangeCount(1), "-": ChangeCount(-1)},
        "propose one commit more, one fewer",
        "more, fewer",
    ),
    Row(COMMITS, _WORKING, {"u": Undo(), "c-r": Redo()}, "undo, redo", "undo"),
    Row(MOVING, _ORDERED | _MESSAGES, {"up": _UP, "down": _DOWN}, "by line"),
    Row(MOVING, _ROWS, {"k": _UP, "j": _DOWN}, "by commit, in lists of them"),
    Row(MOVING, _SPLIT, {"k": MovePiece(-1), "j": MovePiece(1)}, "by hunk"),
    Row(MOVING, _SPLIT, {"[": MoveFile(-1), "]": MoveFile(1)}, "by file"),
    Row(
        MOVING,
        _SPLIT | _ROWS,
        {"pageup": lambda p: MoveRows(-p.page), "pagedown": lambda p: MoveRows(p.page)},
        "by page",
    ),
    Row(MOVING, _SPLIT | _ROWS, {"home": MoveTo(0), "end": MoveTo(FAR)}, "top, bottom"),
    Row(
        MOVING,
        _COMMITS,
        {"left": Pan(-_PAN), "right": Pan(_PAN)},
        "scroll left, right",
    ),
    Row(MOVING, _SPLIT, {"g": Ask(Purpose.PIECE)}, "go to a hunk by number"),
    Row(
        MOVING,
        _SPLIT,
        {"/": Ask(Purpose.SEARCH), "N": FindNext()},
        "search, find next",
    ),
    Row(LOOKING, _SPLIT, {"o": ShowCommit()}, "show the selected commit", "show"),
    Row(
        LOOKING,
        _WORDS | _SERIES,
        {"w": OpenPreview()},
        "preview the new history",
        "preview",
    ),
    Row(LOOKING, _PREVIEW, {"enter": Apply()}, "apply, in the preview", "apply"),
    Row(LOOKING, _PREVIEW, {"x": CheckCommits()}, "check each new commit", "check"),
    Row(LOOKING, _ORDERED, {"q": Quit()}, "quit (your work is kept)", "quit"),
    Row(
        LOOKING,
        _EVERYWHERE,
        {"c-c": Interrupt(), "<sigint>": Interrupt()},
        "quit at once",
        hidden=frozenset({"<sigint>"}),
    ),
    Row(LOOKING, _SCREENS, {"c-z": Suspend()}, "suspend; fg resumes"),
    Row(LOOKING, _WORKING, {"?": OpenHelp()}, "show all keys", "help"),
    Row(PAGES, _NUMBERED, dict.fromkeys(DIGITS, _looking), "show that commit", "show"),
    Row(
        PAGES,
        _PAGES,
        {
            "up": lambda p: Scroll(-1, p.most),
            "down": lambda p: Scroll(1, p.most),
            "k": lambda p: Scroll(-1, p.most),
            "j": lambda p: Scroll(1, p.most),
        },
        "scroll by line",
        "scroll",
        hidden=frozenset({"k", "j"}),
    ),
    Row(
        PAGES,
        _PAGES,
        {
            "pageup": lambda p: Scroll(-p.page, p.most),
            "pagedown": lambda p: Scroll(p.page, p.most),
            "space": lambda p: Scroll(p.page, p.most),
        },
        "scroll by page",
        hidden=frozenset({"space"}),
    ),
    Row(
        PAGES,
        _PAGES,
        {"home": lambda p: Scroll(-FAR, p.most), "end": lambda p: Scroll(FAR, p.most)},
        "top, bottom",
    ),
    Row(PAGES, _PAGES | _MESSAGES, {"q": GoBack(), "escape": GoBack()}, "back", "back"),
    Row(PAGES, _HELP, {"?": GoBack()}, "close help"),
    Row(TYPING, _PROMPT, {"enter": Submit()}, "accept", "OK"),
    Row(TYPING, _PROMPT, {"escape": Dismiss()}, "cancel", "cancel"),
    Row(
        TYPING,
        _PROMPT,
        {"<any>": _typing, "<bracketed-paste>": _typing},
        "type or paste",
        hidden=frozenset({"<bracketed-paste>"}),
    ),
    Row(
        TYPING,
        _PROMPT,
        {"left": MoveInText(-1), "right": MoveInText(1)},
        "move by character",
    ),
    Row(
        TYPING,
        _PROMPT,
        {"home": MoveInText(-FAR), "end": MoveInText(FAR)},
        "to the start, end",
    ),
    Row(
        TYPING,
        _PROMPT,
        {"backspace": EraseText(-1), "delete": EraseText(1)},
        "erase a character",
        hidden=frozenset({"delete"}),
    ),
    Row(
        TYPING,
        _PROMPT,
        {"c-u": EraseText(-FAR)},
        "erase all before the cursor",
        "clear",
    ),
)
"""Every key there is."""


class _Situation(Enum):
    """What the footer depends on; each value is the keys it shows."""

    SERIES = "e p r s d K w ?"
    SPLIT = "1 n v s m w ?"
    MARKING = "1 y n s escape ?"
    WIDE = "1 y n V escape + ?"
    COMMIT = "tab i m c w q ?"
    MESSAGES = "i m E c u w q ?"
    PREVIEW = "enter 1 q ?"
    CHECKED = "enter 1 x q ?"
    REFUSED = "1 q ?"
    HELP = "up q"
    PROMPT = "enter escape c-u"


def footer(state: State) -> list[tuple[str, str]]:
    """The few keys that make sense now, each with its label."""
    place = place_of(state)
    keys = _situation(state).value.split()
    rows = {key: row_of(place, key) for key in keys}
    return [
        (row.shown if key in DIGITS else shown_key(key), row.label)
        for key, row in rows.items()
    ]


def row_of(place: KeyContext, key: str) -> Row:
    """The row of the table that ``key`` is in at ``place``."""
    return next(row for row in TABLE if place in row.places and key in row.deeds)


def help_sections() -> list[tuple[str, list[tuple[str, str]]]]:
    """The sections of the help, each key with a few words on what it does."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for row in TABLE:
        sections.setdefault(row.section, []).append((row.shown, row.help))
    return list(sections.items())


def keys_markdown() -> str:
    """The keys as a page of the documentation."""
    parts = ["# Keys"]
    for section, keys in help_sections():
        rows = [f"| `{shown}` | {about} |" for shown, about in keys]
        parts.append(
            "\n".join([f"## {section}", "", "| Keys | |", "| --- | --- |", *rows])
        )
    return "\n\n".join(parts) + "\n"


def _situation(state: State) -> _Situation:
    """What the user is doing."""
    if state.prompt is not None:
        return _Situation.PROMPT
    if state.screen is Screen.PREVIEW and state.problems:
        return _Situation.REFUSED
    if state.screen is Screen.PREVIEW and state.info.check:
        return _Situation.CHECKED
    if state.screen is not Screen.SPLIT:
        return _Situation[state.screen.name]
    if state.unit is Unit.LINES:
        return _Situation.MARKING
    return _Situation.SPLIT if state.unit is Unit.PIECE else _Situation.WIDE
