"""Actions that ask something of the shell: to apply, to leave, to run a program."""

from msgspec import Struct

from gitsplit.errors import ActionFailed, ActionRefused, GitsplitError, NothingToDo
from gitsplit.tui.state.app_state import Refusal


class Apply(Struct, frozen=True):
    """Apply the todo list."""


class Quit(Struct, frozen=True):
    """Leave, with nothing applied."""


class Interrupt(Struct, frozen=True):
    """Leave at once, whatever goes on."""


class Suspend(Struct, frozen=True):
    """Go back to the shell that gitsplit was started from; ``fg`` resumes."""


class EditMessage(Struct, frozen=True):
    """Edit the message of the selected commit in the editor."""


class EditMessages(Struct, frozen=True):
    """Edit the messages of all new commits in the editor, as one text."""


class Reword(Struct, frozen=True):
    """Edit the message of the selected commit of the series in the editor."""


class CheckCommits(Struct, frozen=True):
    """Check the new commits with the user's command."""


class RepairCommit(Struct, frozen=True):
    """Find out what the first commit lacks that failed, and move it there."""


class EditFile(Struct, frozen=True):
    """Edit the file at the cursor as of the selected commit, in the editor.

    ``for_good`` as in :class:`SetContent`.
    """

    for_good: bool = False


class CopyPatch(Struct, frozen=True):
    """Have the terminal copy what is selected, or the commit shown, as a patch."""


class Refused(Struct, frozen=True):
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
EditingAction = EditMessage | EditMessages | Reword | EditFile
RequestAction = EditingAction | CheckAction | CopyPatch
ShellAction = Apply | Quit | Interrupt | Suspend | RequestAction | Refused
