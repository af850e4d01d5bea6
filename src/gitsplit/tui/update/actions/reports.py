"""Reports: what threads beside the screen have found out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from gitsplit.model.checks import Check, Outlook
from gitsplit.model.diff import FileChange
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan
from gitsplit.model.todo import Entry, Todo
from gitsplit.tui.state.app_state import Estimate, KnownLinks, ReadCommit, Versions
from gitsplit.tui.update.actions.shell import Refused

if TYPE_CHECKING:
    from gitsplit.proposal.propose import Proposals


class Estimated(Struct, frozen=True):
    """Estimates of some commits were found."""

    estimates: Mapping[Oid, Estimate]


class Proposed(Struct, frozen=True):
    """What is proposed for a commit was found."""

    commit: Oid
    plan: Plan | None
    proposals: "Proposals | None"


class NotProposed(Struct, frozen=True):
    """Nothing can be proposed for a commit, for a reason that the user sees."""

    commit: Oid
    why: Refused


class CommitRead(Struct, frozen=True):
    """What a commit of the series does was read."""

    commit: Oid
    found: ReadCommit


class Merged(Struct, frozen=True):
    """Git has merged contents; None where they conflict."""

    versions: Versions
    content: bytes | None


class Foreseen(Struct, frozen=True):
    """Git has said what stands against the todo list."""

    todo: Todo
    outlook: Outlook


class CommandsFound(Struct, frozen=True):
    """The git commands for the todo list were found, or why there are none."""

    todo: Todo
    lines: tuple[str, ...]


class Progressed(Struct, frozen=True):
    """Git has checked so many commits of the todo list, of so many."""

    todo: Todo
    done: int
    count: int


class ChangesSettled(Struct, frozen=True):
    """The user has made no other change since the todo list became this one."""

    todo: Todo


class Checked(Struct, frozen=True):
    """The check of the new commit ``number`` of the todo list has begun or ended."""

    todo: Todo
    number: int
    check: Check


class Repaired(Struct, frozen=True):
    """Hunks were found that a failing commit of the todo list lacks, and ``words`` why.

    ``plan`` is the one of the commit ``oid`` with them; None where nothing helps.
    """

    todo: Todo
    oid: Oid | None
    plan: Plan | None
    words: str


class ChangesRead(Struct, frozen=True):
    """What these commits of the series did was read, for a range of them."""

    changes: Mapping[Oid, tuple[FileChange, ...]]


class SquashProposed(Struct, frozen=True):
    """A split of these commits as one change was proposed: ``entry`` is about them."""

    entry: Entry
    proposals: "Proposals"


class Linked(Struct, frozen=True):
    """It was found by which names the hunks of the open commit depend on each other."""

    known: KnownLinks


class PlanSaved(Struct, frozen=True):
    """The plan was saved to the file of this name."""

    name: str


class PlanFileTaken(Struct, frozen=True):
    """The plan was not saved: there is a file of this name."""

    name: str


CheckReport = Checked | Repaired
CommitReport = Estimated | Proposed | NotProposed | Linked
ReadReport = CommitRead | ChangesRead | SquashProposed
TodoReport = Foreseen | CommandsFound | Progressed | ChangesSettled
SaveReport = PlanSaved | PlanFileTaken
Report = CommitReport | ReadReport | Merged | SaveReport | TodoReport | CheckReport
