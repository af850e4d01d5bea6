"""Actions on the series: what becomes of its commits, and which one is open."""

from dataclasses import dataclass

from gitsplit.model.todo import Doing
from gitsplit.tui.update.actions.messages import MessageAction


@dataclass(frozen=True, slots=True)
class Become:
    """Have this done to the selected commit of the series."""

    doing: Doing


@dataclass(frozen=True, slots=True)
class MarkSplit:
    """Mark the selected commit of the series for splitting, or unmark it."""


@dataclass(frozen=True, slots=True)
class OpenCommit:
    """Split the selected commit of the series: open it."""


@dataclass(frozen=True, slots=True)
class OpenMarked:
    """Open the selected commit of the series, or the next that is marked."""


@dataclass(frozen=True, slots=True)
class OpenNext:
    """Open the next commit that is marked (1), or the one before (-1)."""

    by: int


@dataclass(frozen=True, slots=True)
class Autosquash:
    """Move commits called ``fixup!``, ``squash!`` or ``amend!`` to their own."""


@dataclass(frozen=True, slots=True)
class OpenSeries:
    """Show the series."""


OpenAction = OpenCommit | OpenMarked | OpenSeries | OpenNext
SeriesAction = Become | MarkSplit | OpenAction | Autosquash | MessageAction
