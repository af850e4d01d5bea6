"""What is found out about commits of a series: proposals, sizes, what they seem to do.

A commit is read at most once, whether the screen asks or the work beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Event, Lock

from gitsplit.errors import GitsplitError, NothingToSplit
from gitsplit.git import history
from gitsplit.git.repository import Repository
from gitsplit.git.trees import EMPTY_TREE, NewObjects, PathPair, changed_paths
from gitsplit.model.diff import TextEdit
from gitsplit.model.objects import GITLINK, Oid
from gitsplit.model.plan import Plan
from gitsplit.model.progress import PATIENT, Watch
from gitsplit.model.series import SourceCommit
from gitsplit.proposal.propose import Proposals
from gitsplit.tui.state.app_state import Estimate
from gitsplit.workflow.propose import Request, proposals_of, propose_plan
from gitsplit.workflow.work import Work

MOST_BYTES = 2 << 20
MOST_FILES = 300
"""A commit of more is only read when the user opens it."""


@dataclass(slots=True)
class ProposalCache:
    """The plans that are proposed for commits of a series, each made once.

    Two threads may ask; one reads at a time. What is known by now is had without
    waiting for the other, who may be at it for long.
    """

    repo: Repository
    request: Request
    work: Work
    _proposals: dict[Oid, Proposals] = field(init=False)
    _seeming: dict[Oid, Plan] = field(default_factory=dict)
    _plans: dict[Oid, Plan] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _is_closed: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        """What was proposed before the screen opened is known."""
        self._proposals = dict(self.work.proposals)

    def plan_of(self, oid: Oid) -> Plan:
        """The plan for a commit; raises MergeCommit, NothingToSplit, InvalidPlan."""
        if (known := self.known_plan(oid)) is not None:
            return known
        with self._lock:
            if oid not in self._plans:
                self._plans[oid] = self._asked(oid)
            return self._plans[oid]

    def proposals_of(self, oid: Oid) -> Proposals:
        """All proposals for a commit; raises MergeCommit, NothingToSplit."""
        if (known := self.known_proposals(oid)) is not None:
            return known
        with self._lock:
            return self._found(self._for_user, oid)

    def known_plan(self, oid: Oid) -> Plan | None:
        """The plan for a commit that somebody has asked for, without waiting."""
        return self._plans.get(oid)

    def known_proposals(self, oid: Oid) -> Proposals | None:
        """All proposals for a commit that is read by now, without waiting."""
        return self._proposals.get(oid)

    def close(self) -> None:
        """What is being found for the user isn't wanted any more: it raises GivenUp."""
        self._is_closed.set()

    @property
    def _for_user(self) -> Repository:
        """The repository for who asks while the screen is there."""
        return self.repo.with_watch(
            Watch(is_wanted=lambda: not self._is_closed.is_set())
        )

    def _asked(self, oid: Oid) -> Plan:
        """The plan for a commit that somebody wants split."""
        plan = self._seems(self._for_user, oid)
        if len(plan.groups) > 1:
            return plan
        return self._proposed(self._for_user, oid, is_asked=True)

    def _seems(self, repo: Repository, oid: Oid) -> Plan:
        """The plan for what a commit seems to consist of, be it one thing."""
        if oid not in self._seeming:
            self._seeming[oid] = self._proposed(repo, oid, is_asked=False)
        return self._seeming[oid]

    def _proposed(self, repo: Repository, oid: Oid, *, is_asked: bool) -> Plan:
        series, commit = self.work.series, self.work.todo.entry(oid).commit
        found = self._found(repo, oid)
        return propose_plan(
            repo, self.request, series, commit, found, is_asked=is_asked
        )

    def _found(self, repo: Repository, oid: Oid) -> Proposals:
        if oid not in self._proposals:
            self._proposals[oid] = self._read(repo, oid)
        return self._proposals[oid]

    def _read(self, repo: Repository, oid: Oid) -> Proposals:
        commit = self.work.todo.entry(oid).commit
        changes = history.file_changes(repo, commit)
        if not changes:
            raise NothingToSplit(
                f"{oid[:7]} changes no file, so there is nothing to split.",
                hint="p keeps it, d drops it.",
            )
        # The same repository each time, by which earlier commits are read but once.
        return proposals_of(self.repo, self.request, self.work.series, commit, changes)

    def estimate(self, oid: Oid, watch: Watch = PATIENT) -> Estimate:
        """What a commit does, and of how many things that seems to be made up.

        Raises GivenUp.
        """
        repo = self.repo.with_watch(watch)
        commit = self.work.todo.entry(oid).commit
        if len(commit.raw.parents) > 1:
            return Estimate(0, why_not="merge")
        try:
            sizes = self._sizes(repo, commit)
            if why_not := _reason_to_skip(sizes):
                return Estimate(len(sizes), why_not=why_not)
            with self._lock:
                return _estimate_from(self._seems(repo, oid))
        except GitsplitError:
            return Estimate(0, why_not="?")

    def _sizes(self, repo: Repository, commit: SourceCommit) -> dict[bytes, int | None]:
        """The size of each file that changes, both sides; None of what isn't here."""
        parents = commit.raw.parents
        with self._lock:
            old = EMPTY_TREE
            if parents:
                old = history.read_source_commit(repo, parents[0]).raw.tree
            changed = changed_paths(NewObjects(repo), old, commit.raw.tree)
            return {path: self._size(pair) for path, pair in changed.items()}

    def _size(self, pair: PathPair) -> int | None:
        blobs = [side.oid for side in pair if side and side.mode != GITLINK]
        sizes = [self.repo.object_size(oid) for oid in blobs]
        return None if None in sizes else sum(filter(None, sizes))


def _reason_to_skip(sizes: Mapping[bytes, int | None]) -> str:
    """Why a commit whose files are so large isn't read; empty where it is."""
    if not sizes:
        return "empty"
    if None in sizes.values():
        return "not fetched"
    is_large = sum(filter(None, sizes.values())) > MOST_BYTES
    return "large" if is_large or len(sizes) > MOST_FILES else ""


def _estimate_from(plan: Plan) -> Estimate:
    """What a plan says of its commit."""
    lines = [edit for edit in plan.edits if isinstance(edit, TextEdit)]
    return Estimate(
        len(plan.changes),
        sum(len(edit.new) for edit in lines),
        sum(len(edit.old) for edit in lines),
        tuple(group.reason for group in plan.groups),
    )
