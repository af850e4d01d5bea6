"""The key table: which key does what, where, and the words about it.

Key bindings, help, footer and docs/keys.md are all made from ``TABLE``; a new key is a
row of it. Keys have prompt_toolkit's names; a sequence of keys is separated by blanks.

A key never does something harmless on one screen and something final on another.
"""

from gitsplit.tui.key_rows import DIGITS, KeyContext, KeyRow, Pressed, context_of
from gitsplit.tui.state.app_state import Look, Purpose, State
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.messages import (
    Confirm,
    LeavePartOut,
    NextUnconfirmed,
    SendPart,
    ShiftPart,
)
from gitsplit.tui.update.actions.prompt import (
    Ask,
    ChooseSubject,
    Dismiss,
    EraseText,
    MoveInText,
    Submit,
    TypeText,
)
from gitsplit.tui.update.actions.reading import (
    FAR,
    Cancel,
    Centre,
    ChooseLook,
    EndSearch,
    FindNext,
    Fold,
    MarkMatches,
    MoveFile,
    MovePiece,
    MoveRows,
    MoveTo,
    Narrow,
    Pan,
    ShowContext,
    Toggle,
    Widen,
)
from gitsplit.tui.update.actions.screens import (
    GoBack,
    OpenHelp,
    OpenMessages,
    OpenPreview,
    Redo,
    Scroll,
    ShowCommit,
    ShowOriginal,
    SwitchHalf,
    Undo,
)
from gitsplit.tui.update.actions.series import (
    Autosquash,
    Become,
    MarkSplit,
    OpenCommit,
    OpenMarked,
    OpenNext,
    OpenSeries,
)
from gitsplit.tui.update.actions.shell import (
    Apply,
    CheckCommits,
    EditFile,
    EditMessage,
    EditMessages,
    Interrupt,
    Quit,
    RepairCommit,
    Reword,
    Suspend,
)
from gitsplit.tui.update.actions.split import (
    AddCommit,
    ChangeCount,
    Drop,
    Focus,
    Follow,
    MergeInto,
    MoveCommit,
    Own,
    PlaceTests,
    Send,
    SendToNext,
    SplitHunk,
    Take,
    UseProposal,
)


def context_for(state: State, key: str) -> KeyContext:
    """What this key will be pressed in: a search has a few keys of its own."""
    place = context_of(state)
    is_screen = place not in (KeyContext.PROMPT, KeyContext.LOOK)
    return (
        KeyContext.SEARCH
        if state.is_searching and is_screen and key in SEARCH_KEYS
        else place
    )


_SERIES = frozenset({KeyContext.SERIES})
_SPLIT = frozenset({KeyContext.SPLIT})
_MESSAGES = frozenset({KeyContext.MESSAGES})
_COMMITS = frozenset({KeyContext.SPLIT, KeyContext.COMMIT})
_WORDS = _COMMITS | _MESSAGES
_ORDERED = _SERIES | _SPLIT
_ROWS = _SERIES | _MESSAGES
_ORIGINAL = frozenset({KeyContext.ORIGINAL})
_PAGES = _ORIGINAL | {KeyContext.COMMIT, KeyContext.PREVIEW, KeyContext.HELP}
_NUMBERED = frozenset({KeyContext.COMMIT, KeyContext.PREVIEW})
_PREVIEW = frozenset({KeyContext.PREVIEW})
_HELP = frozenset({KeyContext.HELP})
_PROMPT = frozenset({KeyContext.PROMPT})
_LOOK = frozenset({KeyContext.LOOK})
_SEARCH = frozenset({KeyContext.SEARCH})
_SCREENS = _ROWS | _SPLIT | _PAGES
_WORKING = _SCREENS - _HELP
_EVERYWHERE = frozenset(KeyContext)

SERIES = "The series"
PIECES = "Which commit is this hunk for?"
SELECTING = "Selecting"
COMMITS = "The new commits"
MOVING = "Moving around"
LOOKING = "Preview, apply, quit"
READING = "Reading the diff"
SEARCHING = "Searching"
PAGES = "On the other screens"
TYPING = "In a prompt"


def _send(pressed: Pressed) -> Action:
    return Send(int(pressed.text) - 1)


def _send_part(pressed: Pressed) -> Action:
    return SendPart(int(pressed.text) - 1)


def _show_commit(pressed: Pressed) -> Action:
    return ShowCommit(int(pressed.text) - 1)


def _type_text(pressed: Pressed) -> Action:
    return TypeText(pressed.text)


def _find_next(pressed: Pressed) -> Action:
    return FindNext(1, pressed.found())


def _find_previous(pressed: Pressed) -> Action:
    return FindNext(-1, pressed.found())


def _submit(pressed: Pressed) -> Action:
    return Submit(pressed.found())


_EARLIER, _LATER = MoveCommit(-1), MoveCommit(1)
_UP, _DOWN = MoveRows(-1), MoveRows(1)
_PAN = 16  # columns at a time

TABLE = (
    KeyRow(
        SERIES, _SERIES, {"p": Become("pick")}, "keep this commit unchanged", "pick"
    ),
    KeyRow(
        SERIES, _SERIES, {"e": OpenCommit()}, "split this commit (opens it)", "split"
    ),
    KeyRow(
        SERIES, _SERIES, {"space": MarkSplit()}, "mark or unmark for splitting", "mark"
    ),
    KeyRow(SERIES, _SERIES, {"r": Reword()}, "edit the message (reword)", "reword"),
    KeyRow(
        SERIES,
        _SERIES,
        {"s": Become("squash"), "f": Become("fixup")},
        "squash, fixup into the previous commit",
        "squash",
    ),
    KeyRow(
        SERIES,
        _SERIES,
        {"d": Become("drop")},
        "drop it: its changes are removed",
        "drop",
    ),
    KeyRow(
        SERIES,
        _SERIES,
        {"A": Autosquash()},
        "autosquash: move fixup! and squash! commits",
    ),
    KeyRow(
        SERIES, _SERIES, {"enter": OpenMarked()}, "open this commit, or the next marked"
    ),
    KeyRow(
        SERIES,
        _COMMITS,
        {"<": OpenNext(-1), ">": OpenNext(1)},
        "open the previous or next marked",
    ),
    KeyRow(
        SERIES, _COMMITS | _PREVIEW | _MESSAGES, {"b": OpenSeries()}, "show the series"
    ),
    KeyRow(PIECES, _SPLIT, dict.fromkeys(DIGITS, _send), "send to that commit", "send"),
    KeyRow(PIECES, _SPLIT, {"y": Take()}, "to the selected commit", "keep here"),
    KeyRow(
        PIECES,
        _SPLIT,
        {"n": SendToNext()},
        "to the commit after the selected one",
        "next commit",
    ),
    KeyRow(
        PIECES,
        _SPLIT,
        {"a": Take(rest=True)},
        "like y, for the rest of the file",
        "file",
    ),
    KeyRow(
        PIECES, _SPLIT, {"d": SendToNext(rest=True)}, "like n, for the rest of the file"
    ),
    KeyRow(
        PIECES,
        _SPLIT,
        {"+": AddCommit()},
        "to a new commit after the selected one",
        "new commit",
    ),
    KeyRow(PIECES, _SPLIT, {"D": Drop()}, "leave out of all commits", "leave out"),
    KeyRow(
        PIECES, _SPLIT, {"s": SplitHunk()}, "split into smaller hunks", "split hunk"
    ),
    KeyRow(
        PIECES, _SPLIT, {"T": PlaceTests()}, "tests, docs: with their code, or apart"
    ),
    KeyRow(PIECES, _SPLIT, {"&": Follow()}, "have those like it follow, or not"),
    KeyRow(
        SELECTING,
        _SPLIT,
        {"v": Narrow()},
        "select lines; narrow the selection",
        "lines",
    ),
    KeyRow(SELECTING, _SPLIT, {"V": Widen()}, "widen the selection", "widen"),
    KeyRow(
        SELECTING,
        _SPLIT,
        {"escape": Cancel()},
        "back to the hunk, then to the series",
        "back",
    ),
    KeyRow(
        SELECTING,
        _SPLIT,
        {"f": Fold(), "F": Fold(everywhere=True)},
        "fold this file, hunk or context; unfold all, fold files",
        "fold",
    ),
    KeyRow(
        COMMITS,
        _COMMITS,
        {"tab": Focus(1), "s-tab": Focus(-1)},
        "select the next or previous commit",
        "next commit",
    ),
    KeyRow(COMMITS, _WORDS, {"i": Ask(Purpose.SUBJECT)}, "edit the subject", "subject"),
    KeyRow(
        COMMITS,
        _WORDS | _SERIES,
        {"m": EditMessage()},
        "edit the message in an editor",
        "message",
    ),
    KeyRow(
        COMMITS,
        _MESSAGES,
        {"enter": Confirm()},
        "confirm a proposed message",
        "confirm",
    ),
    KeyRow(
        COMMITS,
        _MESSAGES,
        {",": NextUnconfirmed()},
        "next message that is not confirmed",
        "next ~",
    ),
    KeyRow(
        COMMITS,
        _MESSAGES,
        dict.fromkeys(DIGITS, _send_part),
        "send this sentence to that commit",
        "send",
    ),
    KeyRow(
        COMMITS,
        _MESSAGES,
        {"<": ShiftPart(-1), ">": ShiftPart(1)},
        "send it to the previous or next commit",
        "next commit",
    ),
    KeyRow(
        COMMITS,
        _MESSAGES,
        {"D": LeavePartOut()},
        "leave it out of all messages",
        "leave out",
    ),
    KeyRow(COMMITS, _WORDS, {"c": Own()}, "let it keep the Change-Id", "Change-Id"),
    KeyRow(
        COMMITS, _WORKING - _MESSAGES, {"l": OpenMessages()}, "show all commit messages"
    ),
    KeyRow(
        COMMITS,
        _MESSAGES,
        {"E": EditMessages()},
        "edit all messages in one editor",
        "all",
    ),
    KeyRow(
        COMMITS,
        _SPLIT,
        {"e": EditFile()},
        "edit the file in this commit only",
        "edit file",
    ),
    KeyRow(
        COMMITS,
        _SPLIT,
        {"E": EditFile(for_good=True)},
        "edit it in this and later commits",
    ),
    KeyRow(
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
    KeyRow(
        COMMITS,
        _SPLIT,
        {
            **{f"M {each}": MergeInto(int(each) - 1) for each in DIGITS},
            "M M": MergeInto(),
        },
        "merge it into that commit, into the previous one",
        hidden=frozenset(f"M {each}" for each in DIGITS[1:]),
    ),
    KeyRow(
        COMMITS,
        _SPLIT,
        {"=": ChangeCount(1), "-": ChangeCount(-1)},
        "propose one commit more, one fewer",
        "more, fewer",
    ),
    KeyRow(COMMITS, _SPLIT, {"P": UseProposal()}, "use what is proposed"),
    KeyRow(COMMITS, _WORKING, {"u": Undo(), "c-r": Redo()}, "undo, redo", "undo"),
    KeyRow(MOVING, _ORDERED | _MESSAGES, {"up": _UP, "down": _DOWN}, "by line"),
    KeyRow(MOVING, _ROWS, {"k": _UP, "j": _DOWN}, "by commit, in lists of them"),
    KeyRow(MOVING, _SPLIT, {"k": MovePiece(-1), "j": MovePiece(1)}, "by hunk"),
    KeyRow(MOVING, _ORDERED, {"[": MoveFile(-1), "]": MoveFile(1)}, "by file"),
    KeyRow(
        MOVING,
        _SPLIT | _ROWS,
        {"pageup": lambda p: MoveRows(-p.page), "pagedown": lambda p: MoveRows(p.page)},
        "by page",
    ),
    KeyRow(
        MOVING, _SPLIT | _ROWS, {"home": MoveTo(0), "end": MoveTo(FAR)}, "top, bottom"
    ),
    KeyRow(
        MOVING,
        _COMMITS,
        {"left": Pan(-_PAN), "right": Pan(_PAN)},
        "scroll left, right",
    ),
    KeyRow(
        READING,
        _COMMITS | _ORIGINAL | _SERIES,
        {"z": ChooseLook()},
        "show the diff otherwise: a second key says how",
        "look",
    ),
    KeyRow(
        READING,
        _COMMITS,
        {"{": ShowContext(-1), "}": ShowContext(1)},
        "fewer, more unchanged lines around hunks",
    ),
    KeyRow(READING, _LOOK, {"w": Toggle(Look.WRAP)}, "wrap long lines", "wrap"),
    KeyRow(
        READING,
        _LOOK,
        {"s": Toggle(Look.BESIDE)},
        "old lines beside new ones, where it is wide",
        "beside",
    ),
    KeyRow(
        READING,
        _LOOK,
        {"h": Toggle(Look.WORDS)},
        "words that differ: on or off",
        "words",
    ),
    KeyRow(
        READING,
        _LOOK,
        {"o": Toggle(Look.OTHER_PANES)},
        "the selected commit beside the diff, where it is wide",
        "other panes",
    ),
    KeyRow(
        READING, _LOOK, {"z": Centre()}, "scroll the cursor to the middle", "centred"
    ),
    KeyRow(
        READING,
        _LOOK,
        {"escape": ChooseLook(waits=False), "<any>": ChooseLook(waits=False)},
        "leave the diff as it is",
        "cancel",
        hidden=frozenset({"<any>"}),
    ),
    KeyRow(MOVING, _SPLIT, {"g": Ask(Purpose.PIECE)}, "go to a hunk by number"),
    KeyRow(SEARCHING, _SCREENS, {"/": Ask(Purpose.SEARCH)}, "search"),
    KeyRow(SEARCHING, _SPLIT, {"N": FindNext(-1)}, "search for the last text again"),
    KeyRow(SEARCHING, _SEARCH, {"n": _find_next}, "next match", "next match"),
    KeyRow(SEARCHING, _SEARCH, {"N": _find_previous}, "previous match", "previous"),
    KeyRow(
        SEARCHING,
        _SEARCH,
        {"*": MarkMatches()},
        "select all hunks that match, to send them",
        "all",
    ),
    KeyRow(SEARCHING, _SEARCH, {"escape": EndSearch()}, "end the search", "end search"),
    KeyRow(LOOKING, _SPLIT, {"o": ShowCommit()}, "show the selected commit", "show"),
    KeyRow(
        LOOKING, _SERIES, {"o": ShowOriginal()}, "show what this commit does", "show"
    ),
    KeyRow(
        MOVING, _SERIES, {"tab": SwitchHalf()}, "to the diff below, back", "diff below"
    ),
    KeyRow(
        LOOKING,
        _WORDS | _SERIES,
        {"w": OpenPreview()},
        "preview the new history",
        "preview",
    ),
    KeyRow(LOOKING, _PREVIEW, {"enter": Apply()}, "apply, in the preview", "apply"),
    KeyRow(LOOKING, _PREVIEW, {"x": CheckCommits()}, "check each new commit", "check"),
    KeyRow(
        LOOKING,
        _PREVIEW,
        {"X": RepairCommit()},
        "repair the first commit that failed",
        "repair",
    ),
    KeyRow(LOOKING, _ORDERED, {"q": Quit()}, "quit (your work is kept)", "quit"),
    KeyRow(
        LOOKING,
        _EVERYWHERE,
        {"c-c": Interrupt(), "<sigint>": Interrupt()},
        "quit at once",
        hidden=frozenset({"<sigint>"}),
    ),
    KeyRow(LOOKING, _SCREENS, {"c-z": Suspend()}, "suspend; fg resumes"),
    KeyRow(LOOKING, _WORKING, {"?": OpenHelp()}, "show all keys", "help"),
    KeyRow(
        PAGES,
        _NUMBERED,
        dict.fromkeys(DIGITS, _show_commit),
        "show that commit",
        "show",
    ),
    KeyRow(
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
    KeyRow(
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
    KeyRow(
        PAGES,
        _PAGES,
        {"home": lambda p: Scroll(-FAR, p.most), "end": lambda p: Scroll(FAR, p.most)},
        "top, bottom",
    ),
    KeyRow(
        PAGES, _PAGES | _MESSAGES, {"q": GoBack(), "escape": GoBack()}, "back", "back"
    ),
    KeyRow(PAGES, _HELP, {"?": GoBack()}, "close help"),
    KeyRow(TYPING, _PROMPT, {"enter": _submit}, "accept", "OK"),
    KeyRow(TYPING, _PROMPT, {"escape": Dismiss()}, "cancel", "cancel"),
    KeyRow(
        TYPING,
        _PROMPT,
        {"up": ChooseSubject(-1), "down": ChooseSubject(1)},
        "choose another proposed subject",
        "choose",
    ),
    KeyRow(
        TYPING,
        _PROMPT,
        {"<any>": _type_text, "<bracketed-paste>": _type_text},
        "type or paste",
        hidden=frozenset({"<bracketed-paste>"}),
    ),
    KeyRow(
        TYPING,
        _PROMPT,
        {"left": MoveInText(-1), "right": MoveInText(1)},
        "move by character",
    ),
    KeyRow(
        TYPING,
        _PROMPT,
        {"home": MoveInText(-FAR), "end": MoveInText(FAR)},
        "to the start, end",
    ),
    KeyRow(
        TYPING,
        _PROMPT,
        {"backspace": EraseText(-1), "delete": EraseText(1)},
        "erase a character",
        hidden=frozenset({"delete"}),
    ),
    KeyRow(
        TYPING,
        _PROMPT,
        {"c-u": EraseText(-FAR)},
        "erase all before the cursor",
        "clear",
    ),
)
"""Every key there is."""


def key_row(place: KeyContext, key: str) -> KeyRow:
    """The row of the table that ``key`` is in at ``place``."""
    return next(row for row in TABLE if place in row.contexts and key in row.actions)


SEARCH_KEYS = frozenset(
    key for row in TABLE if row.contexts == _SEARCH for key in row.actions
)
"""The keys that a search has of its own."""
