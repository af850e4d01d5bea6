"""Actions: what a user can do on the screens, and what the background reports.

Keys, the mouse, the editor and background work make these values;
:mod:`gitsplit.tui.update.reduce` says what the state is after each. Groups and rows are
numbered from 0.
"""

from dataclasses import dataclass

from gitsplit.errors import ActionFailed, ActionRefused, GitsplitError, NothingToDo
from gitsplit.model.checks import Check, Outlook
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan
from gitsplit.model.todo import Doing, Todo
from gitsplit.proposal.propose import Proposals
from gitsplit.tui.state.app_state import Estimate, Purpose, Refusal, Versions
from gitsplit.tui.state.new_commits import Address


@dataclass(frozen=True, slots=True)
class Estimated:
    """It was found out what a commit does."""

    commit: Oid
    estimate: Estimate
    proposals: Proposals | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """It was found out what is proposed for a commit."""

    commit: Oid
    plan: Plan | None
    proposals: Proposals | None


@dataclass(frozen=True, slots=True)
class Merged:
    """Git has merged contents; None where they conflict."""

    versions: Versions
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Git says what stands against the todo list."""

    todo: Todo
    outlook: Outlook


@dataclass(frozen=True, slots=True)
class Progressed:
    """Git has come through so many commits of the todo list, of so many."""

    todo: Todo
    done: int
    count: int


@dataclass(frozen=True, slots=True)
class Checked:
    """The new commit ``number`` of the todo list was checked, or is about to be."""

    todo: Todo
    number: int
    check: Check


Report = Estimated | Proposed | Merged | Foreseen | Progressed | Checked


FAR = 2**62
"""Further than any text or diff goes: to its end."""


@dataclass(frozen=True, slots=True)
class MoveRows:
    """The cursor goes down so many rows, or up where ``rows`` is negative.

    On the screens that list commits, a row is a commit.
    """

    rows: int


@dataclass(frozen=True, slots=True)
class MoveTo:
    """The cursor goes to ``row``, or as far as there are rows."""

    row: int


@dataclass(frozen=True, slots=True)
class MovePiece:
    """The cursor goes to the next piece (1) or the previous one (-1)."""

    by: int


@dataclass(frozen=True, slots=True)
class MoveFile:
    """The cursor goes to the header of the next file (1) or the previous one (-1)."""

    by: int


@dataclass(frozen=True, slots=True)
class Pan:
    """Lines are shown from so many columns further right, or left where negative."""

    columns: int


@dataclass(frozen=True, slots=True)
class FindNext:
    """The cursor goes to the next match of the last search."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """The selection gets narrower; from a piece on, lines are marked one by one."""


@dataclass(frozen=True, slots=True)
class Widen:
    """The selection gets wider: piece, hunk, file, directory."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """The selection is the piece at the cursor again."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Long runs of lines are folded or unfolded: the piece's, or ``everywhere``."""

    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """The selection goes to ``group``."""

    group: int


@dataclass(frozen=True, slots=True)
class Take:
    """The selection, or the ``rest`` of the file, goes to the commit in focus."""

    rest: bool = False


@dataclass(frozen=True, slots=True)
class Leave:
    """What the commit in focus has of it is left for the commit after it."""

    rest: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """The selection goes to no commit."""


@dataclass(frozen=True, slots=True)
class SplitHunk:
    """The selected pieces are cut finer, or where the marked lines begin and end."""


@dataclass(frozen=True, slots=True)
class AddCommit:
    """The selection becomes a commit of its own, after the one in focus."""


@dataclass(frozen=True, slots=True)
class Focus:
    """The focus goes on to the next commit (1) or back (-1), round the ends."""

    by: int


@dataclass(frozen=True, slots=True)
class FocusOn:
    """The focus goes to ``group``."""

    group: int


@dataclass(frozen=True, slots=True)
class MoveCommit:
    """The commit in focus comes one place later (1) or earlier (-1).

    In the series it is the one at the cursor.
    """

    by: int


@dataclass(frozen=True, slots=True)
class MergeInto:
    """The commit in focus is merged into the one before; the first into the next."""


@dataclass(frozen=True, slots=True)
class ChangeCount:
    """The commit that is open is proposed anew, as one commit more (1) or less (-1)."""

    by: int


@dataclass(frozen=True, slots=True)
class Own:
    """The commit in focus is the owner of the Change-Id."""


@dataclass(frozen=True, slots=True)
class SetMessage:
    """The commit ``group`` has this message, as the editor left it."""

    group: int
    message: bytes


@dataclass(frozen=True, slots=True)
class WriteMessages:
    """The messages at these places are as the editor left them."""

    messages: tuple[tuple[Address, bytes], ...]


@dataclass(frozen=True, slots=True)
class Become:
    """This is to be done to the commit at the cursor of the series."""

    doing: Doing


@dataclass(frozen=True, slots=True)
class MarkSplit:
    """The commit at the cursor of the series is to be split later, or isn't."""


@dataclass(frozen=True, slots=True)
class OpenCommit:
    """The commit at the cursor of the series is to be split, and is opened."""


@dataclass(frozen=True, slots=True)
class OpenMarked:
    """The commit at the cursor, or the next one that is to be split, is opened."""


@dataclass(frozen=True, slots=True)
class OpenNext:
    """The next commit (1) that is to be split is opened, or the one before (-1)."""

    by: int


@dataclass(frozen=True, slots=True)
class Autosquash:
    """Commits called ``fixup!``, ``squash!`` and ``amend!`` go where they belong."""


@dataclass(frozen=True, slots=True)
class SetContent:
    """The file number ``file`` has this content as of the commit ``group``.

    Those after it have what they would have otherwise; with ``for_good`` what was
    written is in them too.
    """

    group: int
    file: int
    content: bytes
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class Undo:
    """The last change of the plan is taken back."""


@dataclass(frozen=True, slots=True)
class Redo:
    """The last change that was taken back is made again."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A line is typed, for ``purpose``."""

    purpose: Purpose


@dataclass(frozen=True, slots=True)
class TypeText:
    """Text is typed or pasted into the line."""

    text: str


@dataclass(frozen=True, slots=True)
class EraseText:
    """So many characters after the cursor go, or before it where negative."""

    by: int


@dataclass(frozen=True, slots=True)
class MoveInText:
    """The cursor in the line goes right, or left where negative."""

    by: int


@dataclass(frozen=True, slots=True)
class Submit:
    """The typed line is taken."""


@dataclass(frozen=True, slots=True)
class Dismiss:
    """The typed line is forgotten."""


@dataclass(frozen=True, slots=True)
class ShowCommit:
    """A commit is shown as it will be: ``group``, or the one in focus."""

    group: int | None = None


@dataclass(frozen=True, slots=True)
class OpenSeries:
    """The series is shown."""


@dataclass(frozen=True, slots=True)
class OpenMessages:
    """The messages of all new commits are shown."""


@dataclass(frozen=True, slots=True)
class OpenPreview:
    """What will be written is shown, and whether it can be."""


@dataclass(frozen=True, slots=True)
class OpenHelp:
    """All keys are shown."""


@dataclass(frozen=True, slots=True)
class GoBack:
    """The screen beneath is shown again."""


@dataclass(frozen=True, slots=True)
class Scroll:
    """The screen scrolls by ``rows``; ``most`` is the last row to begin with."""

    rows: int
    most: int = FAR


@dataclass(frozen=True, slots=True)
class Apply:
    """The plan is to be written."""


@dataclass(frozen=True, slots=True)
class Quit:
    """The screen is to be left without a trace."""


@dataclass(frozen=True, slots=True)
class Interrupt:
    """The screen is to be left at once, whatever was going on."""


@dataclass(frozen=True, slots=True)
class Suspend:
    """The shell is wanted for a while; ``fg`` comes back."""


@dataclass(frozen=True, slots=True)
class EditMessage:
    """The message of the commit in focus, or at the cursor, goes to the editor."""


@dataclass(frozen=True, slots=True)
class EditMessages:
    """The messages of all new commits are to be opened in the editor, as one text."""


@dataclass(frozen=True, slots=True)
class Reword:
    """The message of the commit at the cursor of the series goes to the editor."""


@dataclass(frozen=True, slots=True)
class Reworded:
    """The commit of the series has this message; if that is new, it is reworded."""

    commit: Oid
    message: bytes


@dataclass(frozen=True, slots=True)
class CheckCommits:
    """The new commits are to be checked with the user's command."""


@dataclass(frozen=True, slots=True)
class EditFile:
    """The file at the cursor is to be opened in the editor, as of the focus.

    ``for_good`` as in :class:`SetContent`.
    """

    for_good: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """What was asked of the shell was refused, as ``sentence`` says."""

    sentence: str
    kind: Refusal = Refusal.ERROR


def refused_action(error: GitsplitError) -> Refused:
    """What says of an error that it kept an action from being done."""
    kind = Refusal.ERROR
    if isinstance(error, ActionRefused) and not isinstance(error, ActionFailed):
        is_note = isinstance(error, NothingToDo)
        kind = Refusal.NOTE if is_note else Refusal.WARNING
    return Refused(f"{error} {error.hint}".rstrip(), kind)


CursorAction = MoveRows | MoveTo | MovePiece | MoveFile | Pan | FindNext
MarkAction = Narrow | Widen | Cancel | Fold
PieceAction = Send | Take | Leave | Drop | SplitHunk | AddCommit
CommitAction = Focus | FocusOn | MoveCommit | MergeInto | Own | SetMessage
OpenAction = OpenCommit | OpenMarked | OpenSeries | OpenNext
SeriesAction = Become | MarkSplit | OpenAction | Autosquash | WriteMessages | Reworded
HistoryAction = Undo | Redo
PromptAction = Ask | TypeText | EraseText | MoveInText | Submit | Dismiss
ScreenAction = ShowCommit | OpenMessages | OpenPreview | OpenHelp | GoBack | Scroll
RequestAction = EditMessage | EditMessages | Reword | EditFile | CheckCommits
ShellAction = Apply | Quit | Interrupt | Suspend | RequestAction | Refused

OpenedAction = PieceAction | CommitAction | ChangeCount | SetContent
PlanAction = OpenedAction | SeriesAction | HistoryAction
ViewAction = CursorAction | MarkAction | ScreenAction
Action = PlanAction | ViewAction | PromptAction | ShellAction | Report
