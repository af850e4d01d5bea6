"""Actions that lead from screen to screen, and through the history."""

from dataclasses import dataclass

from gitsplit.tui.update.actions.reading import FAR


@dataclass(frozen=True, slots=True)
class ShowCommit:
    """Show the commit ``group`` as reviewers will see it, or the selected one."""

    group: int | None = None


@dataclass(frozen=True, slots=True)
class ReadOn:
    """Read the new commits one after the other, as from the preview.

    Scroll by ``rows``; from ``most`` on, the last row that may be on top, go to the
    next commit.
    """

    rows: int
    most: int = FAR


@dataclass(frozen=True, slots=True)
class ShowFailure:
    """Show the first new commit that failed its check, with what was printed."""


@dataclass(frozen=True, slots=True)
class ShowOriginal:
    """Show what the selected commit of the series does, as it is."""


@dataclass(frozen=True, slots=True)
class SwitchHalf:
    """Have keys that move be about the other half of the series."""


@dataclass(frozen=True, slots=True)
class OpenBoard:
    """Show the board of files and commits."""


@dataclass(frozen=True, slots=True)
class OpenCell:
    """Show the first hunk of the cell of the board in the diff."""


@dataclass(frozen=True, slots=True)
class OpenMessages:
    """Show the messages of all new commits."""


@dataclass(frozen=True, slots=True)
class OpenPreview:
    """Show the preview."""


@dataclass(frozen=True, slots=True)
class OpenHelp:
    """Show all keys."""


@dataclass(frozen=True, slots=True)
class GoBack:
    """Close the screen on top."""


@dataclass(frozen=True, slots=True)
class Scroll:
    """Scroll the page by ``rows``; ``most`` is the last row that may be on top."""

    rows: int
    most: int = FAR


@dataclass(frozen=True, slots=True)
class Undo:
    """Undo the last change of the todo list."""


@dataclass(frozen=True, slots=True)
class Redo:
    """Redo the last change that was undone."""


HistoryAction = Undo | Redo
ShowAction = (
    ShowCommit | ReadOn | ShowFailure | ShowOriginal | SwitchHalf | OpenBoard | OpenCell
)
ScreenAction = ShowAction | OpenMessages | OpenPreview | OpenHelp | GoBack | Scroll
