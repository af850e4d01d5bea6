"""Actions on the plan of the open commit: its hunks, and its new commits."""

from msgspec import Struct


class Send(Struct, frozen=True):
    """Send the selection to ``group``."""

    group: int


class Take(Struct, frozen=True):
    """Keep the selection, or the ``rest`` of the file, where it is.

    Where a commit is pinned, send it there.
    """

    rest: bool = False


class SendToNext(Struct, frozen=True):
    """Send what the commit has of the selection, or the ``rest``, to the next one.

    The commit is the pinned one, or else that of the first hunk.
    """

    rest: bool = False


class SendAlong(Struct, frozen=True):
    """Send the selection to the commit after its own (1), or before it (-1)."""

    by: int


class TakeAlong(Struct, frozen=True):
    """Have what the selection needs from later commits in its own, too."""


class SendHome(Struct, frozen=True):
    """Send each selected hunk of a range to the commit whose lines it changes."""


class Repeat(Struct, frozen=True):
    """Send the selection where hunks were sent last."""


class Drop(Struct, frozen=True):
    """Leave the selection out of all commits."""


class SplitHunk(Struct, frozen=True):
    """Split the selected hunks, or cut them at the ends of the selected lines."""


class AddCommit(Struct, frozen=True):
    """Make a commit of the selection, after the selected commit."""


class Follow(Struct, frozen=True):
    """Have hunks follow those like them that are sent, or have them stay."""


class PlaceTests(Struct, frozen=True):
    """Bring tests, documentation and changelogs to their code; from there, apart."""


class Focus(Struct, frozen=True):
    """Select the next commit (1) or the previous one (-1), round the ends."""

    by: int


class FocusOn(Struct, frozen=True):
    """Select the commit ``group``."""

    group: int


class MoveCommit(Struct, frozen=True):
    """Move the selected commit one place later (1) or earlier (-1)."""

    by: int


class MergeInto(Struct, frozen=True):
    """Merge the selected commit into ``group``.

    Without one, into the previous one; the first into the second.
    """

    group: int | None = None


class SwapWith(Struct, frozen=True):
    """Have the selected commit and ``group`` change places."""

    group: int


class ChangeCount(Struct, frozen=True):
    """Propose one commit more (1) or fewer (-1) for the one that is open."""

    by: int


class UseProposal(Struct, frozen=True):
    """Use what is proposed for the open commit, in place of the plan as it stands."""


class Own(Struct, frozen=True):
    """Let the selected commit continue the original, with its Change-Id."""


class SetMessage(Struct, frozen=True):
    """Give the commit ``group`` the message that the editor returned."""

    group: int
    message: bytes


class SetContent(Struct, frozen=True):
    """Give a file the content that the editor returned, as of the commit ``group``.

    Later commits have what they would have otherwise; with ``for_good`` what was
    changed is in them too.
    """

    group: int
    file: int
    content: bytes
    for_good: bool = False


PieceAction = (
    Send
    | Take
    | SendToNext
    | SendAlong
    | SendHome
    | Repeat
    | TakeAlong
    | Drop
    | SplitHunk
    | AddCommit
    | Follow
    | PlaceTests
)
OrderAction = MoveCommit | MergeInto | SwapWith
CommitAction = Focus | FocusOn | OrderAction | Own | SetMessage
OpenedAction = PieceAction | CommitAction | ChangeCount | UseProposal | SetContent
