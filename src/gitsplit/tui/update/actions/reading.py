"""Actions on what is in sight: the cursor, the selection, search, looks."""

from msgspec import Struct

from gitsplit.tui.state.app_state import Look

FAR = 2**62
"""Further than any text or diff goes: to its end."""


class MoveRows(Struct, frozen=True):
    """Move the cursor down so many rows, or up where ``rows`` is negative.

    On the screens that list commits, a row is a commit.
    """

    rows: int


class MoveTo(Struct, frozen=True):
    """Move the cursor to ``row``, or as far as there are rows."""

    row: int


class MovePiece(Struct, frozen=True):
    """Move the cursor to the next hunk (1) or the previous one (-1)."""

    by: int


class MoveFile(Struct, frozen=True):
    """Move the cursor to the header of the next file (1) or the previous one (-1)."""

    by: int


class MoveColumns(Struct, frozen=True):
    """Move the cursor of the board so many columns to the right, or to the left."""

    by: int


class Pan(Struct, frozen=True):
    """Scroll so many columns to the right, or to the left where negative."""

    columns: int


class FindNext(Struct, frozen=True):
    """Go to the next match (1) or the previous one (-1), in a list or page by lines."""

    by: int = 1
    lines: tuple[int, ...] = ()


class MoveInCommit(Struct, frozen=True):
    """Move the cursor to the next hunk of the same commit (1), or the previous (-1)."""

    by: int


class NextUnseen(Struct, frozen=True):
    """Move the cursor to the next hunk that was neither sent nor kept."""


class NextDoubtful(Struct, frozen=True):
    """Move the cursor to the hunk of which the proposal is least sure, or the next."""


class MarkHunk(Struct, frozen=True):
    """Select the hunk at the cursor too, or no longer, and go to the next."""


class MarkAlike(Struct, frozen=True):
    """Select all hunks like the one at the cursor."""


class MarkMatches(Struct, frozen=True):
    """Select all hunks in which the text is that is searched."""


class EndSearch(Struct, frozen=True):
    """End the search; where its matches are selected, select one hunk first."""


class Narrow(Struct, frozen=True):
    """Narrow the selection; from a hunk, to its lines one by one."""


class SelectLines(Struct, frozen=True):
    """Select the lines from one row to another, where the cursor goes."""

    first: int
    last: int


class Widen(Struct, frozen=True):
    """Widen the selection: hunk, all under one ``@@``, file, directory."""


class Cancel(Struct, frozen=True):
    """Select just the hunk at the cursor again."""


class Fold(Struct, frozen=True):
    """Fold or unfold long runs of lines: those of the hunk, or ``everywhere``."""

    everywhere: bool = False


class ChooseLook(Struct, frozen=True):
    """Wait for a second key, which says how to show the diff, or no longer."""

    waits: bool = True


class Toggle(Struct, frozen=True):
    """Show the diff in this way, or no longer.

    ``columns`` has the width of the diff, and what it would be without the pane on its
    right.
    """

    look: Look
    columns: tuple[int, int] = (FAR, FAR)


class ShowContext(Struct, frozen=True):
    """Show more unchanged lines around hunks (1), or fewer (-1)."""

    by: int


class Centre(Struct, frozen=True):
    """Scroll so that the cursor is in the middle."""


class Pin(Struct, frozen=True):
    """Keep the selected commit selected wherever the cursor goes, or no longer."""


HunkWalk = MovePiece | MoveInCommit | NextUnseen | NextDoubtful
CursorAction = MoveRows | MoveTo | HunkWalk | MoveFile | MoveColumns | Pan
SearchAction = FindNext | MarkMatches | EndSearch
MarkAction = Narrow | SelectLines | Widen | Cancel | Fold | Pin | MarkHunk | MarkAlike
LookAction = ChooseLook | Toggle | ShowContext | Centre
