"""Keys of the series, and of the screen of messages."""

from gitsplit.tui.key_rows import DIGITS, KeyRow, Pressed
from gitsplit.tui.keymap.contexts import (
    ABOUT_MESSAGES,
    ABOUT_SERIES,
    COMMITS,
    MESSAGES,
    PREVIEW,
    SERIES,
    WORKING,
)
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.messages import (
    Confirm,
    LeavePartOut,
    NextUnconfirmed,
    SendPart,
    ShiftPart,
)
from gitsplit.tui.update.actions.screens import OpenMessages
from gitsplit.tui.update.actions.series import (
    Autosquash,
    Become,
    MarkSplit,
    MarkStretch,
    OpenCommit,
    OpenMarked,
    OpenNext,
    OpenRange,
    OpenSeries,
    OpenSquash,
)
from gitsplit.tui.update.actions.shell import EditMessages, Reword


def _send_part(pressed: Pressed) -> Action:
    return SendPart(int(pressed.text) - 1)


SERIES_ROWS = (
    KeyRow(
        ABOUT_SERIES,
        SERIES,
        {"p": Become("pick")},
        "keep this commit unchanged",
        "pick",
        names="pick",
    ),
    KeyRow(
        ABOUT_SERIES,
        SERIES,
        {"e": OpenCommit()},
        "split this commit (opens it)",
        "split",
        names="split",
    ),
    KeyRow(
        ABOUT_SERIES,
        SERIES,
        {"space": MarkSplit()},
        "mark or unmark for splitting",
        "mark",
        names="mark",
    ),
    KeyRow(
        ABOUT_SERIES,
        SERIES,
        {"r": Reword()},
        "edit the message (reword)",
        "reword",
        names="reword",
    ),
    KeyRow(
        ABOUT_SERIES,
        SERIES,
        {"s": Become("squash"), "f": Become("fixup")},
        "squash, fixup into the previous commit",
        "squash",
        names="squash fixup",
    ),
    KeyRow(
        ABOUT_SERIES,
        SERIES,
        {"d": Become("drop")},
        "drop it: its changes are removed",
        "drop",
        names="drop",
    ),
    KeyRow(
        ABOUT_SERIES,
        SERIES,
        {"A": Autosquash()},
        "autosquash: move fixup! and squash! commits",
        names="autosquash",
    ),
    KeyRow(
        ABOUT_SERIES,
        SERIES,
        {"v": MarkStretch()},
        "select neighbours: from here to the cursor",
        names="neighbours",
    ),
    KeyRow(
        ABOUT_SERIES,
        SERIES,
        {"R": OpenRange()},
        "open the selected commits as one range",
        names="open-range",
    ),
    KeyRow(
        ABOUT_SERIES,
        SERIES,
        {"Q": OpenSquash()},
        "open the selected commits as one change",
        names="open-squash",
    ),
    KeyRow(
        ABOUT_SERIES,
        SERIES,
        {"enter": OpenMarked()},
        "open this commit, or the next marked",
        names="open",
    ),
    KeyRow(
        ABOUT_SERIES,
        COMMITS,
        {"c-n": OpenNext(1), "c-p": OpenNext(-1)},
        "the next or previous marked for splitting",
        names="next-split previous-split",
    ),
    KeyRow(
        ABOUT_SERIES,
        COMMITS | PREVIEW | MESSAGES,
        {"b": OpenSeries()},
        "show the series",
        names="series",
    ),
)

MESSAGE_ROWS = (
    KeyRow(
        ABOUT_MESSAGES,
        WORKING - MESSAGES,
        {"L": OpenMessages()},
        "show all commit messages",
        names="messages",
    ),
    KeyRow(
        ABOUT_MESSAGES,
        MESSAGES,
        {"enter": Confirm()},
        "confirm a proposed message",
        "confirm",
        names="confirm",
    ),
    KeyRow(
        ABOUT_MESSAGES,
        MESSAGES,
        {",": NextUnconfirmed()},
        "next message that is not confirmed",
        "next ~",
        names="next-unconfirmed",
    ),
    KeyRow(
        ABOUT_MESSAGES,
        MESSAGES,
        dict.fromkeys(DIGITS, _send_part),
        "send this sentence to that commit",
        "send",
    ),
    KeyRow(
        ABOUT_MESSAGES,
        MESSAGES,
        {">": ShiftPart(1), "<": ShiftPart(-1)},
        "send it to the next or previous commit",
        "next commit",
        names="send-next send-previous",
    ),
    KeyRow(
        ABOUT_MESSAGES,
        MESSAGES,
        {"D": LeavePartOut()},
        "leave it out of all messages",
        "leave out",
        names="leave-out",
    ),
    KeyRow(
        ABOUT_MESSAGES,
        MESSAGES,
        {"E": EditMessages()},
        "edit all messages in one editor",
        "all",
        names="edit-messages",
    ),
)
