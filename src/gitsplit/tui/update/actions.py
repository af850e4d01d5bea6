"""Actions: what a user can do on the screens, and what the background reports.

Keys, the mouse, the editor and background work make these values;
:mod:`gitsplit.tui.update.reduce` says what the state is after each. Groups and rows are
numbered from 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gitsplit.errors import ActionFailed, ActionRefused, GitsplitError, NothingToDo
from gitsplit.model.checks import Check, Outlook
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan
from gitsplit.model.todo import Doing, Todo
from gitsplit.proposal.propose import Proposals
from gitsplit.tui.state.app_state import Estimate, Look, Purpose, Refusal, Versions
from gitsplit.tui.state.new_commits import Address


@dataclass(frozen=True, slots=True)
class Estimated:
    """Estimates of some commits were found."""

    estimates: Mapping[Oid, Estimate]


@dataclass(frozen=True, slots=True)
class Proposed:
    """What is proposed for a commit was found."""

    commit: Oid
    plan: Plan | None
    proposals: Proposals | None


@dataclass(frozen=True, slots=True)
class NotProposed:
    """Nothing can be proposed for a commit, for a reason that the user sees."""

    commit: Oid
    why: "Refused"


@dataclass(frozen=True, slots=True)
class Merged:
    """Git has merged contents; None where they conflict."""

    versions: Versions
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Git has said what stands against the todo list."""

    todo: Todo
    outlook: Outlook


@dataclass(frozen=True, slots=True)
class Progressed:
    """Git has checked so many commits of the todo list, of so many."""

    todo: Todo
    done: int
    count: int


@dataclass(frozen=True, slots=True)
class Checked:
    """The check of the new commit ``number`` of the todo list has begun or ended."""

    todo: Todo
    number: int
    check: Check


@dataclass(frozen=True, slots=True)
class Repaired:
    """Hunks were found that a failing commit of the todo list lacks, and ``words`` why.

    ``plan`` is the one of the commit ``oid`` with them; None where nothing helps.
    """

    todo: Todo
    oid: Oid | None
    plan: Plan | None
    words: str


CheckReport = Checked | Repaired
Report = (
    Estimated | Proposed | NotProposed | Merged | Foreseen | Progressed | CheckReport
)


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
class Pan:
    """Scroll so many columns to the right, or to the left where negative."""

    columns: int


@dataclass(frozen=True, slots=True)
class FindNext:
    """Go to the next match (1) or the previous one (-1), in a list or page by lines."""

    by: int = 1
    lines: tuple[int, ...] = ()


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
class Send:
    """Send the selection to ``group``."""

    group: int


@dataclass(frozen=True, slots=True)
class Take:
    """Send the selection, or the ``rest`` of the file, to the selected commit."""

    rest: bool = False


@dataclass(frozen=True, slots=True)
class SendToNext:
    """Send what the commit has of the selection, or the ``rest``, to the next one."""

    rest: bool = False


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
class WriteMessages:
    """Give commits the messages that the editor returned."""

    messages: tuple[tuple[Address, bytes], ...]


@dataclass(frozen=True, slots=True)
class Confirm:
    """Confirm the message of the selected new commit, and select the next to confirm.

    On the screen of messages.
    """


@dataclass(frozen=True, slots=True)
class NextUnconfirmed:
    """Select the next new commit whose message is not confirmed, round the end."""


@dataclass(frozen=True, slots=True)
class SendPart:
    """Send the selected part of a message to the new commit ``number``, from 0.

    Numbers are those on the screen of messages.
    """

    number: int


@dataclass(frozen=True, slots=True)
class ShiftPart:
    """Send the selected part to the next commit (1) or the previous one (-1)."""

    by: int


@dataclass(frozen=True, slots=True)
class LeavePartOut:
    """Leave the selected part out of all messages."""


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
class SetContent:
    """Give a file the content that the editor returned, as of the commit ``group``.

    Later commits have what they would have otherwise; with ``for_good`` what was
    changed is in them too.
    """

    group: int
    file: int
    content: bytes
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class Undo:
    """Undo the last change of the todo list."""


@dataclass(frozen=True, slots=True)
class Redo:
    """Redo the last change that was undone."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Open the prompt, for ``purpose``."""

    purpose: Purpose


@dataclass(frozen=True, slots=True)
class TypeText:
    """Insert text that was typed or pasted into the prompt."""

    text: str


@dataclass(frozen=True, slots=True)
class EraseText:
    """Erase so many characters after the cursor, or before it where negative."""

    by: int


@dataclass(frozen=True, slots=True)
class MoveInText:
    """Move the prompt's cursor right, or left where negative."""

    by: int


@dataclass(frozen=True, slots=True)
class ChooseSubject:
    """Put the next proposed subject (1), or the previous one (-1), into the prompt."""

    by: int


@dataclass(frozen=True, slots=True)
class Submit:
    """Accept the prompt; ``lines`` are as of FindNext."""

    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Dismiss:
    """Cancel the prompt."""


@dataclass(frozen=True, slots=True)
class ShowCommit:
    """Show the commit ``group`` as reviewers will see it, or the selected one."""

    group: int | None = None


@dataclass(frozen=True, slots=True)
class OpenSeries:
    """Show the series."""


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
class Apply:
    """Apply the todo list."""


@dataclass(frozen=True, slots=True)
class Quit:
    """Leave, with nothing applied."""


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Leave at once, whatever goes on."""


@dataclass(frozen=True, slots=True)
class Suspend:
    """Go back to the shell that gitsplit was started from; ``fg`` resumes."""


@dataclass(frozen=True, slots=True)
class EditMessage:
    """Edit the message of the selected commit in the editor."""


@dataclass(frozen=True, slots=True)
class EditMessages:
    """Edit the messages of all new commits in the editor, as one text."""


@dataclass(frozen=True, slots=True)
class Reword:
    """Edit the message of the selected commit of the series in the editor."""


@dataclass(frozen=True, slots=True)
class Reworded:
    """Reword a commit of the series, if the message that was edited is a new one."""

    commit: Oid
    message: bytes


@dataclass(frozen=True, slots=True)
class CheckCommits:
    """Check the new commits with the user's command."""


@dataclass(frozen=True, slots=True)
class RepairCommit:
    """Find out what the first commit lacks that failed, and move it there."""


@dataclass(frozen=True, slots=True)
class EditFile:
    """Edit the file at the cursor as of the selected commit, in the editor.

    ``for_good`` as in :class:`SetContent`.
    """

    for_good: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Show the sentence by which something asked of the shell was refused."""

    sentence: str
    kind: Refusal = Refusal.ERROR


def refusal_of(error: GitsplitError) -> Refused:
    """The action that shows an error, by its kind."""
    kind = Refusal.ERROR
    if isinstance(error, ActionRefused) and not isinstance(error, ActionFailed):
        is_note = isinstance(error, NothingToDo)
        kind = Refusal.NOTE if is_note else Refusal.WARNING
    return Refused(f"{error} {error.hint}".rstrip(), kind)


CursorAction = MoveRows | MoveTo | MovePiece | MoveFile | Pan
SearchAction = FindNext | MarkMatches | EndSearch
MarkAction = Narrow | Widen | Cancel | Fold
PieceAction = (
    Send | Take | SendToNext | Drop | SplitHunk | AddCommit | Follow | PlaceTests
)
LookAction = ChooseLook | Toggle | ShowContext | Centre
CommitAction = Focus | FocusOn | MoveCommit | MergeInto | Own | SetMessage
OpenAction = OpenCommit | OpenMarked | OpenSeries | OpenNext
PartAction = SendPart | ShiftPart | LeavePartOut
MessageAction = WriteMessages | Reworded | Confirm | NextUnconfirmed | PartAction
SeriesAction = Become | MarkSplit | OpenAction | Autosquash | MessageAction
HistoryAction = Undo | Redo
PromptAction = (
    Ask | TypeText | EraseText | MoveInText | ChooseSubject | Submit | Dismiss
)
ScreenAction = ShowCommit | OpenMessages | OpenPreview | OpenHelp | GoBack | Scroll
CheckAction = CheckCommits | RepairCommit
RequestAction = EditMessage | EditMessages | Reword | EditFile | CheckAction
ShellAction = Apply | Quit | Interrupt | Suspend | RequestAction | Refused

OpenedAction = PieceAction | CommitAction | ChangeCount | UseProposal | SetContent
PlanAction = OpenedAction | SeriesAction | HistoryAction
ViewAction = CursorAction | MarkAction | LookAction | SearchAction | ScreenAction
Action = PlanAction | ViewAction | PromptAction | ShellAction | Report
