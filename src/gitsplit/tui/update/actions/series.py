"""Actions on the series: what becomes of its commits, and which one is open."""

from msgspec import Struct

from gitsplit.model.todo import Doing
from gitsplit.tui.update.actions.messages import MessageAction


class Become(Struct, frozen=True):
    """Have this done to the selected commit of the series."""

    doing: Doing


class MarkSplit(Struct, frozen=True):
    """Mark the selected commit of the series for splitting, or unmark it."""


class OpenCommit(Struct, frozen=True):
    """Split the selected commit of the series: open it."""


class OpenMarked(Struct, frozen=True):
    """Open the selected commit of the series, or the next that is marked."""


class OpenNext(Struct, frozen=True):
    """Open the next commit that is marked (1), or the one before (-1)."""

    by: int


class Autosquash(Struct, frozen=True):
    """Move commits called ``fixup!``, ``squash!`` or ``amend!`` to their own."""


class MarkStretch(Struct, frozen=True):
    """Begin to select commits of the series at the selected one, or end that."""


class OpenRange(Struct, frozen=True):
    """Open the selected commits as one range; or those that would conflict."""


class OpenSquash(Struct, frozen=True):
    """Open the selected commits as one change."""


class OpenSeries(Struct, frozen=True):
    """Show the series."""


OpenAction = OpenCommit | OpenMarked | OpenSeries | OpenNext
RangeAction = MarkStretch | OpenRange | OpenSquash
SeriesAction = (
    Become | MarkSplit | OpenAction | Autosquash | RangeAction | MessageAction
)
