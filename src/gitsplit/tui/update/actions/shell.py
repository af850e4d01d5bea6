"""Actions that ask something of the shell: to apply, to leave, to run a program."""

from dataclasses import dataclass

from gitsplit.errors import ActionFailed, ActionRefused, GitsplitError, NothingToDo
from gitsplit.tui.state.app_state import Refusal


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


CheckAction = CheckCommits | RepairCommit
RequestAction = EditMessage | EditMessages | Reword | EditFile | CheckAction
ShellAction = Apply | Quit | Interrupt | Suspend | RequestAction | Refused
