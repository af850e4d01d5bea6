"""Actions that lead from screen to screen, and through the history."""

from msgspec import Struct

from gitsplit.tui.update.actions.reading import FAR


class ShowCommit(Struct, frozen=True):
    """Show the commit ``group`` as reviewers will see it, or the selected one."""

    group: int | None = None


class ReadOn(Struct, frozen=True):
    """Read the new commits one after the other, as from the preview.

    Scroll by ``rows``; from ``most`` on, the last row that may be on top, go to the
    next commit.
    """

    rows: int
    most: int = FAR


class ShowFailure(Struct, frozen=True):
    """Show the first new commit that failed its check, with what was printed."""


class ShowOriginal(Struct, frozen=True):
    """Show what the selected commit of the series does, as it is."""


class SwitchHalf(Struct, frozen=True):
    """Have keys that move be about the other half of the series."""


class OpenBoard(Struct, frozen=True):
    """Show the board of files and commits."""


class OpenCell(Struct, frozen=True):
    """Show the first hunk of the cell of the board in the diff."""


class OpenMessages(Struct, frozen=True):
    """Show the messages of all new commits."""


class OpenPreview(Struct, frozen=True):
    """Show the preview."""


class OpenSteps(Struct, frozen=True):
    """Show the list of the steps that can be undone and redone."""


class OpenCommands(Struct, frozen=True):
    """Show the git commands that do the same."""


class OpenHelp(Struct, frozen=True):
    """Show all keys."""


class CloseHelp(Struct, frozen=True):
    """Close the help by the key that opened it; in a lesson, show the next hint."""


class GoBack(Struct, frozen=True):
    """Close the screen on top."""


class Scroll(Struct, frozen=True):
    """Scroll the page by ``rows``; ``most`` is the last row that may be on top."""

    rows: int
    most: int = FAR


class Undo(Struct, frozen=True):
    """Undo the last change of the todo list."""


class Redo(Struct, frozen=True):
    """Redo the last change that was undone."""


class GoToStep(Struct, frozen=True):
    """Undo or redo as many steps as lead to where this one was just done.

    Step 0 is before the first; without a number, the selected one of the list.
    """

    step: int | None = None


HistoryAction = Undo | Redo | GoToStep
ShowAction = (
    ShowCommit | ReadOn | ShowFailure | ShowOriginal | SwitchHalf | OpenBoard | OpenCell
)
PageAction = OpenMessages | OpenPreview | OpenSteps | OpenCommands | OpenHelp
ScreenAction = ShowAction | PageAction | CloseHelp | GoBack | Scroll
