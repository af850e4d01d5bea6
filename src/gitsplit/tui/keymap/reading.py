"""Keys by which one moves around, reads, and searches."""

from gitsplit.tui.key_rows import KeyRow, Pressed
from gitsplit.tui.keymap.contexts import (
    BOARD,
    COMMITS,
    LISTED,
    LOOK,
    MOVING,
    ORDERED,
    ORIGINAL,
    READING,
    SCREENS,
    SEARCH,
    SEARCHING,
    SENDING,
    SERIES,
    SPLIT,
)
from gitsplit.tui.state.app_state import Look, Purpose
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.prompt import Ask
from gitsplit.tui.update.actions.reading import (
    FAR,
    Centre,
    ChooseLook,
    EndSearch,
    FindNext,
    MarkMatches,
    MoveColumns,
    MoveFile,
    MoveInCommit,
    MovePiece,
    MoveRows,
    MoveTo,
    NextDoubtful,
    NextUnseen,
    Pan,
    ShowContext,
    Toggle,
)
from gitsplit.tui.update.actions.screens import OpenCell, SwitchHalf


def _find_next(pressed: Pressed) -> Action:
    return FindNext(1, pressed.found())


def _find_previous(pressed: Pressed) -> Action:
    return FindNext(-1, pressed.found())


def _page_up(pressed: Pressed) -> Action:
    return MoveRows(-pressed.page)


def _page_down(pressed: Pressed) -> Action:
    return MoveRows(pressed.page)


_UP, _DOWN = MoveRows(-1), MoveRows(1)
_PAN = 16  # columns at a time
_LEFT, _RIGHT = Pan(-_PAN), Pan(_PAN)
_COLUMN_BACK, _COLUMN_ON = MoveColumns(-1), MoveColumns(1)

MOVING_ROWS = (
    KeyRow(
        MOVING,
        SENDING | LISTED,
        {"up": _UP, "down": _DOWN},
        "by line",
        names="line-up line-down",
    ),
    KeyRow(
        MOVING,
        LISTED | BOARD,
        {"k": _UP, "j": _DOWN},
        "by commit, file, in lists",
        names="previous next",
    ),
    KeyRow(
        MOVING,
        SPLIT,
        {"k": MovePiece(-1), "j": MovePiece(1)},
        "by hunk; by line after v",
        names="previous next",
    ),
    KeyRow(
        MOVING,
        SPLIT,
        {"(": MoveInCommit(-1), ")": MoveInCommit(1)},
        "by hunk of the selected commit",
        names="previous-in-commit next-in-commit",
    ),
    KeyRow(
        MOVING,
        SPLIT,
        {",": NextUnseen()},
        "the next hunk neither sent nor kept",
        names="next-unseen",
    ),
    KeyRow(
        MOVING,
        SPLIT,
        {";": NextDoubtful()},
        "the next doubtful, least sure first",
        names="next-doubtful",
    ),
    KeyRow(
        MOVING,
        ORDERED,
        {"[": MoveFile(-1), "]": MoveFile(1)},
        "by file",
        names="previous-file next-file",
    ),
    KeyRow(
        MOVING,
        SERIES,
        {"tab": SwitchHalf()},
        "to the diff below, back",
        "diff below",
        names="other-half",
    ),
    KeyRow(
        MOVING,
        SENDING | LISTED,
        {
            "pageup": _page_up,
            "pagedown": _page_down,
            "c-b": _page_up,
            "c-f": _page_down,
        },
        "by page",
        names="page-up page-down page-up page-down",
    ),
    KeyRow(
        MOVING,
        SENDING | LISTED,
        {
            "c-u": lambda p: MoveRows(-p.half_page),
            "c-d": lambda p: MoveRows(p.half_page),
        },
        "by half a page",
        names="half-page-up half-page-down",
    ),
    KeyRow(
        MOVING,
        SENDING | LISTED,
        {"home": MoveTo(0), "end": MoveTo(FAR), "G": MoveTo(FAR)},
        "top, bottom",
        names="top bottom bottom",
    ),
    KeyRow(MOVING, LISTED | BOARD, {"g g": MoveTo(0)}, "top"),
    KeyRow(
        MOVING,
        SPLIT,
        {"g": Ask(Purpose.PIECE)},
        "go to a hunk by number; gg: to the top",
        names="go-to-hunk",
    ),
    KeyRow(
        MOVING,
        COMMITS | ORIGINAL | SERIES,
        {"left": _LEFT, "right": _RIGHT, "h": _LEFT, "l": _RIGHT},
        "scroll left, right",
        names="left right left right",
    ),
    KeyRow(
        MOVING,
        BOARD,
        {
            "left": _COLUMN_BACK,
            "right": _COLUMN_ON,
            "h": _COLUMN_BACK,
            "l": _COLUMN_ON,
        },
        "by column of the board",
        names="left right left right",
    ),
    KeyRow(
        MOVING,
        BOARD,
        {"enter": OpenCell()},
        "open it in the diff",
        "open",
        names="open",
    ),
)

READING_ROWS = (
    KeyRow(
        READING,
        COMMITS | ORIGINAL | SERIES,
        {"z": ChooseLook()},
        "show the diff otherwise: a second key says how",
        "look",
        names="look",
    ),
    KeyRow(
        READING,
        COMMITS | ORIGINAL | SERIES,
        {"{": ShowContext(-1), "}": ShowContext(1)},
        "fewer, more unchanged lines around hunks",
        names="less-context more-context",
    ),
    KeyRow(READING, LOOK, {"w": Toggle(Look.WRAP)}, "wrap long lines", "wrap"),
    KeyRow(
        READING,
        LOOK,
        {"s": lambda p: Toggle(Look.BESIDE, p.columns)},
        "old lines beside new ones, where it is wide",
        "beside",
    ),
    KeyRow(
        READING,
        LOOK,
        {"h": Toggle(Look.WORDS)},
        "words that differ: on or off",
        "words",
    ),
    KeyRow(
        READING,
        LOOK,
        {"o": Toggle(Look.OTHER_PANES)},
        "the selected commit beside the diff, where it is wide",
        "other panes",
    ),
    KeyRow(
        READING,
        LOOK,
        {"m": Toggle(Look.TERMINAL_MOUSE)},
        "leave the mouse to the terminal, or not",
        "mouse",
    ),
    KeyRow(
        READING, LOOK, {"z": Centre()}, "scroll the cursor to the middle", "centred"
    ),
    KeyRow(
        READING,
        LOOK,
        {"escape": ChooseLook(waits=False), "<any>": ChooseLook(waits=False)},
        "leave the diff as it is",
        "cancel",
        hidden=frozenset({"<any>"}),
    ),
)

SEARCHING_ROWS = (
    KeyRow(
        SEARCHING,
        SCREENS,
        {"/": Ask(Purpose.SEARCH)},
        "search",
        names="search",
    ),
    KeyRow(
        SEARCHING,
        SPLIT,
        {"N": FindNext(-1)},
        "search for the last text again",
        names="search-again",
    ),
    KeyRow(
        SEARCHING,
        SEARCH,
        {"n": _find_next},
        "next match",
        "next match",
        names="next-match",
    ),
    KeyRow(
        SEARCHING,
        SEARCH,
        {"N": _find_previous},
        "previous match",
        "previous",
        names="previous-match",
    ),
    KeyRow(
        SEARCHING,
        SEARCH,
        {"*": MarkMatches()},
        "select all hunks that match, to send them",
        "all",
        names="select-matches",
    ),
    KeyRow(
        SEARCHING,
        SEARCH,
        {"escape": EndSearch()},
        "end the search",
        "end search",
        names="end-search",
    ),
)
