"""Keys of the screen of a split: where hunks go, what is selected, the new commits."""

from gitsplit.tui.key_rows import DIGITS, KeyRow, Pressed
from gitsplit.tui.keymap.contexts import (
    ABOUT_COMMITS,
    ABOUT_HUNKS,
    COMMITS,
    ORDERED,
    SELECTING,
    SENDING,
    SERIES,
    SPLIT,
    STEPS,
    WORDS,
    WORKING,
)
from gitsplit.tui.state.app_state import NumberPurpose, Purpose
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.prompt import Ask, BeginNumber
from gitsplit.tui.update.actions.reading import (
    Cancel,
    Fold,
    MarkAlike,
    MarkHunk,
    Narrow,
    Pin,
    Widen,
)
from gitsplit.tui.update.actions.screens import GoToStep, OpenSteps, Redo, Undo
from gitsplit.tui.update.actions.shell import EditFile, EditMessage
from gitsplit.tui.update.actions.split import (
    AddCommit,
    ChangeCount,
    Drop,
    Focus,
    Follow,
    MoveCommit,
    Own,
    PlaceTests,
    Repeat,
    Send,
    SendAlong,
    SendToNext,
    SplitHunk,
    Take,
    TakeAlong,
    UseProposal,
)


def _send(pressed: Pressed) -> Action:
    return Send(int(pressed.text) - 1)


_EARLIER, _LATER = MoveCommit(-1), MoveCommit(1)

HUNK_ROWS = (
    KeyRow(
        ABOUT_HUNKS,
        SENDING,
        dict.fromkeys(DIGITS, _send),
        "send to that commit",
        "send",
    ),
    KeyRow(
        ABOUT_HUNKS,
        SPLIT,
        {"y": Take()},
        "keep here; to the pinned commit, if one is",
        "keep here",
    ),
    KeyRow(
        ABOUT_HUNKS,
        SPLIT,
        {"n": SendToNext()},
        "to the next commit; pinned: out of that one",
        "next commit",
    ),
    KeyRow(
        ABOUT_HUNKS,
        SPLIT,
        {"a": Take(rest=True), "d": SendToNext(rest=True)},
        "like y, n, for the rest of the file",
        "file",
    ),
    KeyRow(
        ABOUT_HUNKS,
        SENDING,
        {">": SendAlong(1), "<": SendAlong(-1)},
        "send to the next or previous commit",
        "next commit",
    ),
    KeyRow(
        ABOUT_HUNKS,
        SENDING,
        {".": Repeat()},
        "where the last one was sent",
        "repeat",
    ),
    KeyRow(
        ABOUT_HUNKS,
        SENDING,
        {"+": AddCommit()},
        "to a new commit after the selected one",
        "new commit",
    ),
    KeyRow(
        ABOUT_HUNKS, SENDING, {"D": Drop()}, "leave out of all commits", "leave out"
    ),
    KeyRow(
        ABOUT_HUNKS, SPLIT, {"s": SplitHunk()}, "split into smaller hunks", "split hunk"
    ),
    KeyRow(
        ABOUT_HUNKS,
        SPLIT,
        {"t": TakeAlong()},
        "what it needs from later commits along",
        "needs too",
    ),
    KeyRow(
        ABOUT_HUNKS,
        SPLIT,
        {"T": PlaceTests()},
        "tests, docs with their code, or apart",
    ),
    KeyRow(ABOUT_HUNKS, SPLIT, {"&": Follow()}, "have those like it follow, or not"),
)

SELECTING_ROWS = (
    KeyRow(
        SELECTING,
        SPLIT,
        {"v": Narrow()},
        "select lines; narrow the selection",
        "lines",
    ),
    KeyRow(SELECTING, SPLIT, {"V": Widen()}, "widen the selection", "widen"),
    KeyRow(
        SELECTING, SPLIT, {"space": MarkHunk()}, "select this hunk too, or not", "too"
    ),
    KeyRow(SELECTING, SPLIT, {"*": MarkAlike()}, "select all hunks like this", "alike"),
    KeyRow(
        SELECTING,
        SPLIT,
        {"escape": Cancel()},
        "back to the hunk, then to the series",
        "back",
    ),
    KeyRow(
        SELECTING,
        SPLIT,
        {"f": Fold(), "F": Fold(everywhere=True)},
        "fold this file, hunk or context; unfold all, fold files",
        "fold",
    ),
)

COMMIT_ROWS = (
    KeyRow(
        ABOUT_COMMITS,
        COMMITS,
        {"tab": Focus(1), "s-tab": Focus(-1)},
        "select the next or previous commit, pinned",
        "next commit",
    ),
    KeyRow(
        ABOUT_COMMITS,
        SPLIT,
        {"P": Pin()},
        "pin the selected commit, or unpin it",
        "pin",
    ),
    KeyRow(
        ABOUT_COMMITS, WORDS, {"i": Ask(Purpose.SUBJECT)}, "edit the subject", "subject"
    ),
    KeyRow(
        ABOUT_COMMITS,
        WORDS,
        {"m": EditMessage(), "r": EditMessage()},
        "edit the message in an editor",
        "message",
    ),
    KeyRow(
        ABOUT_COMMITS,
        SERIES,
        {"m": EditMessage()},
        "edit the message in an editor",
        "message",
    ),
    KeyRow(
        ABOUT_COMMITS, WORDS, {"c": Own()}, "let it keep the Change-Id", "Change-Id"
    ),
    KeyRow(
        ABOUT_COMMITS,
        SPLIT,
        {"e": EditFile()},
        "edit the file in this commit only",
        "edit file",
    ),
    KeyRow(
        ABOUT_COMMITS,
        SPLIT,
        {"E": EditFile(for_good=True)},
        "edit it in this and later commits",
    ),
    KeyRow(
        ABOUT_COMMITS,
        ORDERED,
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
        ABOUT_COMMITS,
        SPLIT,
        {"M": BeginNumber(NumberPurpose.MERGE)},
        "merge it into commit 1-9, 0dd; MM: the previous",
    ),
    KeyRow(
        ABOUT_COMMITS,
        SPLIT,
        {"S": BeginNumber(NumberPurpose.SWAP)},
        "swap it with commit 1-9, 0dd",
    ),
    KeyRow(
        ABOUT_COMMITS,
        SPLIT,
        {"=": ChangeCount(1), "-": ChangeCount(-1)},
        "propose one commit more, one fewer",
        "more, fewer",
    ),
    KeyRow(ABOUT_COMMITS, SPLIT, {"O": UseProposal()}, "use what is proposed"),
    KeyRow(ABOUT_COMMITS, WORKING, {"u": Undo(), "c-r": Redo()}, "undo, redo", "undo"),
    KeyRow(
        ABOUT_COMMITS,
        WORKING - STEPS,
        {"U": OpenSteps()},
        "list the steps, to go back to one",
        "steps",
    ),
    KeyRow(
        ABOUT_COMMITS,
        STEPS,
        {"enter": GoToStep()},
        "undo or redo, up to this step",
        "go there",
    ),
)
