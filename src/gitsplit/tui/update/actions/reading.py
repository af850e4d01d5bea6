"""Actions on what is in sight: the cursor, the selection, search, looks."""

from dataclasses import dataclass

from gitsplit.tui.state.app_state import Look

FAR = 2**62
"""Further than any text or diff goes: to its end."""


@dataclass(frozen=True, slots=True)
class MoveRows:
    """Move the cursor down so many rows, or up where ``rows`` is negative.

    On the screens that list commits, a row is a commit.
    """

    rows: int


@dataclass(frozen=True, slots=True)
class MoveTo:
    """Move the cursor to ``row``, or as far as there are rows."""

    row: int


@dataclass(frozen=True, slots=True)
class MovePiece:
    """Move the cursor to the next hunk (1) or the previous one (-1)."""

    by: int


@dataclass(frozen=True, slots=True)
class MoveFile:
    """Move the cursor to the header of the next file (1) or the previous one (-1)."""

    by: int


@dataclass(frozen=True, slots=True)
class MoveColumns:
    """Move the cursor of the board so many columns to the right, or to the left."""

    by: int


@dataclass(frozen=True, slots=True)
class Pan:
    """Scroll so many columns to the right, or to the left where negative."""

    columns: int


@dataclass(frozen=True, slots=True)
class FindNext:
    """Go to the next match (1) or the previous one (-1), in a list or page by lines."""

    by: int = 1
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MoveInCommit:
    """Move the cursor to the next hunk of the same commit (1), or the previous (-1)."""

    by: int


@dataclass(frozen=True, slots=True)
class NextUnseen:
    """Move the cursor to the next hunk that was neither sent nor kept."""


@dataclass(frozen=True, slots=True)
class NextDoubtful:
    """Move the cursor to the hunk of which the proposal is least sure, or the next."""


@dataclass(frozen=True, slots=True)
class MarkHunk:
    """Select the hunk at the cursor too, or no longer, and go to the next."""


@dataclass(frozen=True, slots=True)
class MarkAlike:
    """Select all hunks like the one at the cursor."""


@dataclass(frozen=True, slots=True)
class MarkMatches:
    """Select all hunks in which the text is that is searched."""


@dataclass(frozen=True, slots=True)
class EndSearch:
    """End the search; where its matches are selected, select one hunk first."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """Narrow the selection; from a hunk, to its lines one by one."""


@dataclass(frozen=True, slots=True)
class Widen:
    """Widen the selection: hunk, all under one ``@@``, file, directory."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Select just the hunk at the cursor again."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Fold or unfold long runs of lines: those of the hunk, or ``everywhere``."""

    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class ChooseLook:
    """Wait for a second key, which says how to show the diff, or no longer."""

    waits: bool = True


@dataclass(frozen=True, slots=True)
class Toggle:
    """Show the diff in this way, or no longer."""

    look: Look


@dataclass(frozen=True, slots=True)
class ShowContext:
    """Show more unchanged lines around hunks (1), or fewer (-1)."""

    by: int


@dataclass(frozen=True, slots=True)
class Centre:
    """Scroll so that the cursor is in the middle."""


@dataclass(frozen=True, slots=True)
class Pin:
    """Keep the selected commit selected wherever the cursor goes, or no longer."""


HunkWalk = MovePiece | MoveInCommit | NextUnseen | NextDoubtful
CursorAction = MoveRows | MoveTo | HunkWalk | MoveFile | MoveColumns | Pan
SearchAction = FindNext | MarkMatches | EndSearch
MarkAction = Narrow | Widen | Cancel | Fold | Pin | MarkHunk | MarkAlike
LookAction = ChooseLook | Toggle | ShowContext | Centre
