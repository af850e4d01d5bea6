"""What gitsplit is at, on a terminal, where that takes longer than a moment."""

import sys
from time import monotonic
from types import TracebackType

from gitsplit.cli.output import draw_progress

_MOMENT = 0.7
"""Seconds in which nobody asks what is going on."""
_MANY_PIECES = 1_000


class Progress:
    """A line on standard error that tells, and is gone afterwards.

    Nothing is written where standard error is no terminal.
    """

    def __init__(self) -> None:
        self._is_seen = bool(sys.stderr and sys.stderr.isatty())
        self._began = monotonic()
        self._is_shown = False

    def __enter__(self) -> "Progress":
        """Telling begins."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """The line is gone."""
        if self._is_shown:
            draw_progress("")

    def tell(self, number: int, of: int, pieces: int) -> None:
        """Commit ``number`` (from 1) of so many is next, which has so many pieces."""
        is_long = pieces > _MANY_PIECES or monotonic() - self._began > _MOMENT
        if self._is_seen and is_long:
            which = f"commit {number} of {of}, " if of > 1 else ""
            count = "1 piece" if pieces == 1 else f"{pieces} pieces"
            what = f"looking for what belongs together: {which}{count}…"
            draw_progress(what)
            self._is_shown = True
