"""Reports: what threads beside the screen have found out."""

from collections.abc import Mapping
from dataclasses import dataclass

from gitsplit.model.checks import Check, Outlook
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan
from gitsplit.model.todo import Todo
from gitsplit.proposal.propose import Proposals
from gitsplit.tui.state.app_state import Estimate, KnownLinks, ReadCommit, Versions
from gitsplit.tui.update.actions.shell import Refused


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
    why: Refused


@dataclass(frozen=True, slots=True)
class CommitRead:
    """What a commit of the series does was read."""

    commit: Oid
    found: ReadCommit


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
class ChangesSettled:
    """The user has made no other change since the todo list became this one."""

    todo: Todo


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


@dataclass(frozen=True, slots=True)
class Linked:
    """It was found by which names the hunks of the open commit depend on each other."""

    known: KnownLinks


CheckReport = Checked | Repaired
CommitReport = Estimated | Proposed | NotProposed | CommitRead | Linked
TodoReport = Foreseen | Progressed | ChangesSettled
Report = CommitReport | Merged | TodoReport | CheckReport
