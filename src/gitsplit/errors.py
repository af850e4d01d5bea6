"""Every situation in which gitsplit refuses, one class each.

An error is a full sentence about what is wrong, a hint about what to do, and the
state that things are in. Only :mod:`gitsplit.cli` catches them.
"""

from typing import ClassVar

UNCHANGED = "Nothing was changed."

REBASING = "The rebase is"
"""How a state begins in which git still has a rebase in progress."""


class GitsplitError(Exception):
    """A refusal that the user can read and act on.

    ``str(error)`` is one full sentence; ``hint`` says what to do next; ``state``
    says what has become of the repository, ``kept`` where the user's plan is, if that
    was kept for another try. ``exit_status`` is the process's.
    """

    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "", state: str = UNCHANGED) -> None:
        super().__init__(message)
        self.hint = hint
        self.state = state
        self.kept = ""


class GivenUp(Exception):
    """Nobody wants the work any more; who gave it up knows, and no user hears of it."""


class NotARepository(GitsplitError):
    """There is no git repository here, or git refuses to use it."""


class UnsupportedRepository(GitsplitError):
    """The repository uses something that gitsplit can't handle (SHA-256)."""


class UnbornBranch(GitsplitError):
    """HEAD names a branch that has no commit yet."""


class UnknownRevision(GitsplitError):
    """A revision on the command line names no commit."""


class NoCommonHistory(GitsplitError):
    """UPSTREAM and HEAD share no commit."""


class EmptySeries(GitsplitError):
    """There is no commit between UPSTREAM and HEAD."""


class ManyMergeBases(GitsplitError):
    """Upstream and HEAD have several best common ancestors (git-merge-base(1))."""


class NoUpstream(GitsplitError):
    """No UPSTREAM was given and the branch has none configured."""


class WrongEnd(GitsplitError):
    """The range that was given as UPSTREAM ends at another commit than HEAD."""


class NothingToSplit(GitsplitError):
    """The commit has fewer than two hunks, or the plan makes one commit of it."""


class MergeCommit(GitsplitError):
    """The commit to split has more than one parent."""


class NotInSeries(GitsplitError):
    """A commit to split is not between UPSTREAM and HEAD."""


class WhichCommit(GitsplitError):
    """The series has several commits and nobody said which one to split.

    ``commit`` is the short id of one of them.
    """

    def __init__(self, message: str, *, hint: str = "", commit: str = "") -> None:
        super().__init__(message, hint=hint)
        self.commit = commit


class JournalDamaged(GitsplitError):
    """gitsplit's own record of a rewrite can't be read."""


class OperationUnderWay(GitsplitError):
    """A rebase, merge, bisect, cherry-pick, revert or am is not finished."""


class NoTerminal(GitsplitError):
    """The screen needs a terminal and there is none."""


class InputEnded(GitsplitError):
    """Questions were asked, and standard input ended before the last answer."""


class NoIdentity(GitsplitError):
    """Git doesn't know who the committer is."""


class NoBranchName(GitsplitError):
    """No branch can be named as ``--branches`` wants it."""


class RefMoved(GitsplitError):
    """HEAD or a branch moved while gitsplit was working."""


class NothingToUndo(GitsplitError):
    """No rewrite is left to undo, or its branches have moved on."""


class InvalidPlan(GitsplitError):
    """A plan breaks a law or doesn't fit the commit."""


class InvalidLesson(GitsplitError):
    """The files of a lesson don't say what they must, or there is no such lesson."""


class InvalidPatch(GitsplitError):
    """A patch on standard input isn't one, or doesn't follow from those before it."""


class ActionRefused(GitsplitError):
    """What a key asks for can't be done here; nothing changes by it."""


class NothingToDo(ActionRefused):
    """What a key asks for is so already, or there is nothing to do it with."""


class ActionFailed(ActionRefused):
    """What a key asks for needs something that has failed."""


class ReplayConflict(GitsplitError):
    """A commit can't be had on what is before it now.

    ``commit`` is the one, ``paths`` are those at which it conflicts.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        commit: str = "",
        paths: tuple[bytes, ...] = (),
    ) -> None:
        super().__init__(message, hint=hint)
        self.commit = commit
        self.paths = paths


class NotHandedOver(GitsplitError):
    """A conflict can't be left to ``git rebase`` here: no worktree, or merges."""


class Stopped(GitsplitError):
    """A rebase that gitsplit has handed to git waits for the user."""

    exit_status: ClassVar[int] = 3


class NothingToContinue(GitsplitError):
    """No rebase that gitsplit has handed to git is in progress here."""


class UncleanFiles(GitsplitError):
    """Files that have to follow HEAD's tree have changes of the user's own."""


class NotInWorktree(GitsplitError):
    """There is no file in the worktree in which dropped lines could stay."""


class GitNotStarted(GitsplitError):
    """There is no git program, or the operating system doesn't start it."""


class SystemFailed(GitsplitError):
    """The operating system reports an error: too many open files, a full disk."""


class GitTooOld(GitsplitError):
    """What was asked for needs a newer git than the one installed."""


class WriteFailed(GitsplitError):
    """Git didn't take the new objects or refs (disk full, read-only, locked)."""


class GitKilled(WriteFailed):
    """A signal ended git while it moved the refs."""


class GitFailed(GitsplitError):
    """A git command that should work failed."""


class ObjectDamaged(GitFailed):
    """An object isn't what its name stands for, or not as git makes such ones."""


class EditorFailed(GitsplitError):
    """The editor couldn't be started or exited with an error."""


class SigningFailed(GitsplitError):
    """A commit can't be signed as the configuration or ``-S`` asks."""


class ProgramFailed(GitsplitError):
    """A program that the configuration names for something didn't do it."""


class HookRefused(GitsplitError):
    """A hook of the user's turned a new commit message down."""


class NotPushable(GitsplitError):
    """Gerrit would refuse a commit that the plan makes."""


class CheckFailed(GitsplitError):
    """A command that the user had run on a new commit failed.

    ``brief`` says so in the room that a line of the screen has.
    """

    def __init__(self, message: str, *, hint: str = "", brief: str = "") -> None:
        super().__init__(message, hint=hint)
        self.brief = brief


class NotChecked(GitsplitError):
    """A command that the user wants run on a new commit can't be run there."""


class Declined(GitsplitError):
    """The user was asked and said no."""


class NotReadable(GitsplitError):
    """A plan file can't be read."""


class NotWritable(GitsplitError):
    """What is to be printed can't be written, to ``-o`` or standard output."""


class Interrupted(GitsplitError):
    """The user pressed Ctrl-C, or a signal told gitsplit to end.

    Where it was a signal, ``__cause__`` is a Signalled.
    """

    exit_status: ClassVar[int] = 130


class Signalled(KeyboardInterrupt):
    """SIGTERM or SIGHUP has come; whatever is in progress is unwound as for Ctrl-C."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def interrupt_behind(error: BaseException) -> KeyboardInterrupt | None:
    """The KeyboardInterrupt that the error is or comes from; None where there is none.

    Python wraps one that comes while a class is made, as in an import (before 3.12).
    """
    seen: list[BaseException] = []
    while error not in seen:
        if isinstance(error, KeyboardInterrupt):
            return error
        seen.append(error)
        error = error.__cause__ or error.__context__ or error
    return None
