"""Actions on the plan of the open commit: its hunks, and its new commits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Send:
    """Send the selection to ``group``."""

    group: int


@dataclass(frozen=True, slots=True)
class Take:
    """Keep the selection, or the ``rest`` of the file, where it is.

    Where a commit is pinned, send it there.
    """

    rest: bool = False


@dataclass(frozen=True, slots=True)
class SendToNext:
    """Send what the commit has of the selection, or the ``rest``, to the next one.

    The commit is the pinned one, or else that of the first hunk.
    """

    rest: bool = False


@dataclass(frozen=True, slots=True)
class SendAlong:
    """Send the selection to the commit after its own (1), or before it (-1)."""

    by: int


@dataclass(frozen=True, slots=True)
class TakeAlong:
    """Have what the selection needs from later commits in its own, too."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Send the selection where hunks were sent last."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Leave the selection out of all commits."""


@dataclass(frozen=True, slots=True)
class SplitHunk:
    """Split the selected hunks, or cut them at the ends of the selected lines."""


@dataclass(frozen=True, slots=True)
class AddCommit:
    """Make a commit of the selection, after the selected commit."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Have hunks follow those like them that are sent, or have them stay."""


@dataclass(frozen=True, slots=True)
class PlaceTests:
    """Bring tests, documentation and changelogs to their code; from there, apart."""


@dataclass(frozen=True, slots=True)
class Focus:
    """Select the next commit (1) or the previous one (-1), round the ends."""

    by: int


@dataclass(frozen=True, slots=True)
class FocusOn:
    """Select the commit ``group``."""

    group: int


@dataclass(frozen=True, slots=True)
class MoveCommit:
    """Move the selected commit one place later (1) or earlier (-1)."""

    by: int


@dataclass(frozen=True, slots=True)
class MergeInto:
    """Merge the selected commit into ``group``.

    Without one, into the previous one; the first into the second.
    """

    group: int | None = None


@dataclass(frozen=True, slots=True)
class SwapWith:
    """Have the selected commit and ``group`` change places."""

    group: int


@dataclass(frozen=True, slots=True)
class ChangeCount:
    """Propose one commit more (1) or fewer (-1) for the one that is open."""

    by: int


@dataclass(frozen=True, slots=True)
class UseProposal:
    """Use what is proposed for the open commit, in place of the plan as it stands."""


@dataclass(frozen=True, slots=True)
class Own:
    """Let the selected commit continue the original, with its Change-Id."""


@dataclass(frozen=True, slots=True)
class SetMessage:
    """Give the commit ``group`` the message that the editor returned."""

    group: int
    message: bytes


@dataclass(frozen=True, slots=True)
class SetContent:
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
