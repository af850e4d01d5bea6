"""Keys that lead to other screens and away, and those of screens that are pages."""

from gitsplit.tui.key_rows import DIGITS, KeyRow, Pressed
from gitsplit.tui.keymap.contexts import (
    BOARD,
    COMMITS,
    EVERYWHERE,
    HELP,
    LOOKING,
    MESSAGES,
    NUMBERED,
    ON_PAGES,
    ORDERED,
    PAGES,
    PREVIEW,
    SCREENS,
    SERIES,
    SPLIT,
    STEPS,
    WORDS,
    WORKING,
)
from gitsplit.tui.state.app_state import Purpose
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.prompt import Ask
from gitsplit.tui.update.actions.reading import FAR
from gitsplit.tui.update.actions.screens import (
    CloseHelp,
    GoBack,
    OpenBoard,
    OpenCommands,
    OpenHelp,
    OpenPreview,
    ReadOn,
    Scroll,
    ShowCommit,
    ShowFailure,
    ShowOriginal,
)
from gitsplit.tui.update.actions.shell import (
    Apply,
    CheckCommits,
    CopyPatch,
    Interrupt,
    Quit,
    RepairCommit,
    Suspend,
)


def _show_commit(pressed: Pressed) -> Action:
    return ShowCommit(int(pressed.text) - 1)


def _line_up(pressed: Pressed) -> Action:
    return Scroll(-1, pressed.most)


def _line_down(pressed: Pressed) -> Action:
    return Scroll(1, pressed.most)


def _page_up(pressed: Pressed) -> Action:
    return Scroll(-pressed.page, pressed.most)


def _page_down(pressed: Pressed) -> Action:
    return Scroll(pressed.page, pressed.most)


def _read_on(pressed: Pressed) -> Action:
    return ReadOn(pressed.page, pressed.most)


def _to_top(pressed: Pressed) -> Action:
    return Scroll(-FAR, pressed.most)


def _to_bottom(pressed: Pressed) -> Action:
    return Scroll(FAR, pressed.most)


LOOKING_ROWS = (
    KeyRow(
        LOOKING,
        SPLIT,
        {"o": ShowCommit()},
        "show the selected commit",
        "show",
        names="show",
    ),
    KeyRow(
        LOOKING,
        SPLIT,
        {"B": OpenBoard()},
        "board of files and commits",
        "board",
        names="board",
    ),
    KeyRow(
        LOOKING,
        SERIES,
        {"o": ShowOriginal()},
        "show what this commit does",
        "show",
        names="show",
    ),
    KeyRow(
        LOOKING,
        WORDS | SERIES | BOARD,
        {"w": OpenPreview()},
        "preview the new history",
        "preview",
        names="preview",
    ),
    KeyRow(LOOKING, PREVIEW, {"enter": Apply()}, "apply, in the preview", "apply"),
    KeyRow(
        LOOKING,
        COMMITS | SERIES | PREVIEW,
        {"x": CheckCommits()},
        "check each new commit, now and after changes",
        "check",
        names="check",
    ),
    KeyRow(
        LOOKING,
        PREVIEW,
        {"o": ShowFailure()},
        "show the first that failed",
        "output",
        names="output",
    ),
    KeyRow(
        LOOKING,
        PREVIEW,
        {"X": RepairCommit()},
        "repair the first commit that failed",
        "repair",
        names="repair",
    ),
    KeyRow(
        LOOKING,
        WORDS | SERIES | BOARD | PREVIEW,
        {"$": OpenCommands()},
        "show the git commands for the same",
        "commands",
        names="commands",
    ),
    KeyRow(
        LOOKING,
        COMMITS,
        {"Y": CopyPatch()},
        "copy what is selected as a patch, for git apply",
        "copy",
        names="copy",
    ),
    KeyRow(
        LOOKING,
        WORKING,
        {"W": Ask(Purpose.PLAN_FILE)},
        "save the plan to a file, for --plan",
        "save plan",
        names="save-plan",
    ),
    KeyRow(
        LOOKING,
        ORDERED,
        {"q": Quit()},
        "quit (your work is kept)",
        "quit",
        names="quit",
    ),
    KeyRow(
        LOOKING,
        EVERYWHERE,
        {"c-c": Interrupt(), "<sigint>": Interrupt()},
        "quit at once",
        hidden=frozenset({"<sigint>"}),
    ),
    KeyRow(
        LOOKING,
        SCREENS,
        {"c-z": Suspend()},
        "suspend; fg resumes",
        names="suspend",
    ),
    KeyRow(
        LOOKING,
        WORKING,
        {"?": OpenHelp()},
        "show all keys",
        "help",
        names="help",
    ),
)

PAGE_ROWS = (
    KeyRow(
        ON_PAGES,
        NUMBERED,
        dict.fromkeys(DIGITS, _show_commit),
        "show that commit",
        "show",
    ),
    KeyRow(
        ON_PAGES,
        PAGES,
        {"up": _line_up, "down": _line_down, "k": _line_up, "j": _line_down},
        "scroll by line",
        "scroll",
        names="line-up line-down previous next",
    ),
    KeyRow(
        ON_PAGES,
        PAGES,
        {
            "pageup": _page_up,
            "pagedown": _page_down,
            "c-b": _page_up,
            "c-f": _page_down,
        },
        "scroll by page",
        names="page-up page-down page-up page-down",
    ),
    KeyRow(
        ON_PAGES,
        PAGES - NUMBERED,
        {"space": _page_down},
        "scroll by page",
        names="read-on",
    ),
    KeyRow(
        ON_PAGES,
        NUMBERED,
        {"space": _read_on},
        "scroll; from the preview, through all new commits",
        "read all",
        names="read-on",
    ),
    KeyRow(
        ON_PAGES,
        PAGES,
        {
            "c-u": lambda p: Scroll(-p.half_page, p.most),
            "c-d": lambda p: Scroll(p.half_page, p.most),
        },
        "scroll by half a page",
        names="half-page-up half-page-down",
    ),
    KeyRow(
        ON_PAGES,
        PAGES,
        {"home": _to_top, "end": _to_bottom, "g g": _to_top, "G": _to_bottom},
        "top, bottom",
        names="top bottom top bottom",
    ),
    KeyRow(
        ON_PAGES,
        PAGES | MESSAGES | BOARD | STEPS,
        {"q": GoBack(), "escape": GoBack()},
        "back",
        "back",
        names="back back",
    ),
    KeyRow(
        ON_PAGES,
        HELP,
        {"?": CloseHelp()},
        "close help; in a lesson, show the next hint",
        "hint",
        names="help",
    ),
)
