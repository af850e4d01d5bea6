"""Proposals and estimates for the commits of a series, each made at most once.

They are shared by the screen and the thread that estimates commits beside it.
"""

from collections.abc import Mapping
from threading import Event, Lock
from typing import TYPE_CHECKING

from msgspec import Struct, field

from gitsplit.errors import GitsplitError, NothingToSplit
from gitsplit.git import history
from gitsplit.git.repository import Repository
from gitsplit.git.trees import EMPTY_TREE, NewObjects, PathPair, changed_paths
from gitsplit.model.diff import FileChange, TextEdit
from gitsplit.model.message import subject_of
from gitsplit.model.objects import GITLINK, Oid
from gitsplit.model.plan import Plan
from gitsplit.model.progress import PATIENT, Watch
from gitsplit.model.series import SourceCommit
from gitsplit.model.todo import Entry
from gitsplit.tui.state.app_state import Estimate
from gitsplit.workflow.propose import (
    Request,
    proposals_of,
    propose_plan,
    with_messages_written,
)
from gitsplit.workflow.work import Work

if TYPE_CHECKING:
    from gitsplit.proposal.propose import Proposals

MOST_BYTES = 2 << 20
MOST_FILES = 300
"""A commit of more is only read when the user opens it."""

AHEAD = 16
"""So many commits to each side are read together, for their estimates."""
KEPT = 2 * AHEAD
"""So many proposals are kept that were made for estimates."""

Sizes = Mapping[bytes, int | None]
"""The size of each changed file, both sides in bytes; None where one isn't here."""


class ProposalCache(Struct):
    """The proposed plans of a series, each made when it is first asked for.

    Two threads may ask; one makes proposals at a time. ``known_…`` answers at once,
    without waiting for the other thread.
    """

    repo: Repository
    request: Request
    work: Work
    _proposals: "dict[Oid, Proposals]" = field(default_factory=dict)
    _free_plans: dict[Oid, Plan] = field(default_factory=dict)
    _estimated: set[Oid] = field(default_factory=set)
    _sizes: dict[Oid, Sizes] = field(default_factory=dict)
    _ahead: dict[Oid, tuple[FileChange, ...]] = field(default_factory=dict)
    _plans: dict[Oid, Plan] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _is_closed: Event = field(default_factory=Event)
    _place: dict[Oid, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take over what was proposed before the screen opened."""
        self._proposals = {
            oid: found
            for oid, found in self.work.proposals.items()
            # Which is no proposal for the first of them.
            if not found.context.is_of_several
        }
        self._place = {c.oid: at for at, c in enumerate(self.work.series.commits)}

    def _commit(self, oid: Oid) -> SourceCommit:
        """The commit of the series, which may be one of a range in the list."""
        return self.work.series.commits[self._place[oid]]

    def plan_of(self, oid: Oid) -> Plan:
        """Propose a plan for a commit.

        Raises MergeCommit, NothingToSplit, InvalidPlan, GivenUp.
        """
        if (known := self.known_plan(oid)) is not None:
            return known
        with self._lock:
            if oid not in self._plans:
                self._plans[oid] = self._propose_for_user(oid)
            return self._plans[oid]

    def proposals_of(self, oid: Oid) -> "Proposals":
        """Make all proposals for a commit.

        Raises MergeCommit, NothingToSplit, GivenUp.
        """
        if (known := self.known_proposals(oid)) is not None:
            return known
        with self._lock:
            return self._read_once(self._for_user, oid)

    def squash_of(self, oids: tuple[Oid, ...]) -> "tuple[Entry, Proposals]":
        """Propose how neighbours of the series are split as one change.

        Raises InvalidPlan where they aren't one line of history, NothingToSplit where
        they change nothing together, and GivenUp.
        """
        from gitsplit.workflow.squash import squash_entry  # few use it

        commits = tuple(self._commit(oid) for oid in oids)
        with self._lock:
            return squash_entry(self._for_user, self.request, self.work.series, commits)

    def known_plan(self, oid: Oid) -> Plan | None:
        """The plan proposed for a commit, if it has been asked for."""
        return self._plans.get(oid)

    def known_proposals(self, oid: Oid) -> "Proposals | None":
        """All proposals for a commit, if they have been made."""
        return self._proposals.get(oid)

    def close(self) -> None:
        """Give up what is being made for the user; it raises GivenUp."""
        self._is_closed.set()

    @property
    def _for_user(self) -> Repository:
        """The repository for requests of the screen, given up when that closes."""
        return self.repo.with_watch(
            Watch(is_wanted=lambda: not self._is_closed.is_set())
        )

    def _propose_for_user(self, oid: Oid) -> Plan:
        """Propose a plan for a commit to be split: two groups at least, if possible."""
        plan = self._free_plans.get(oid)
        if plan is not None and len(plan.groups) > 1:
            commit = self._commit(oid)
            return with_messages_written(self._for_user, self.work.series, commit, plan)
        return self._propose(self._for_user, oid, is_asked=True)

    def _propose_freely(self, repo: Repository, oid: Oid) -> Plan:
        """Propose a plan for a commit, which may be one group."""
        if oid not in self._free_plans:
            self._free_plans[oid] = self._propose(repo, oid, is_asked=False)
        return self._free_plans[oid]

    def _propose(self, repo: Repository, oid: Oid, *, is_asked: bool) -> Plan:
        series, commit = self.work.series, self._commit(oid)
        found = self._read_once(repo, oid)
        return propose_plan(
            repo, self.request, series, commit, found, is_asked=is_asked
        )

    def _read_once(self, repo: Repository, oid: Oid) -> "Proposals":
        """All proposals for a commit, made now if they haven't been."""
        if oid not in self._proposals:
            self._proposals[oid] = self._make_proposals(repo, oid)
            self._forget_estimated()
        return self._proposals[oid]

    def _forget_estimated(self) -> None:
        """Forget proposals that nobody has opened, but for the latest."""
        wanted = self._plans.keys() | self.work.proposals.keys()
        estimated = [oid for oid in self._proposals if oid not in wanted]
        for oid in estimated[:-KEPT]:
            del self._proposals[oid]
            self._free_plans.pop(oid, None)

    def _make_proposals(self, repo: Repository, oid: Oid) -> "Proposals":
        commit = self._commit(oid)
        changes = self._changes_of(repo, commit)
        if not changes:
            raise NothingToSplit(
                f"{oid[:7]} changes no file, so there is nothing to split.",
                hint="p keeps it, d drops it.",
            )
        # The same repository each time, by which earlier commits are read but once.
        return proposals_of(self.repo, self.request, self.work.series, commit, changes)

    def _changes_of(
        self, repo: Repository, commit: SourceCommit
    ) -> tuple[FileChange, ...]:
        """What a commit changed, as read for its first plan or ahead.

        A range's plan has the changes of all its commits, so it doesn't say.
        """
        plan = self.work.todo.entry(commit.oid).plan
        entry = self.work.todo.entry(commit.oid)
        if plan is not None and not plan.is_range and entry.source is None:
            return plan.changes
        ahead = self._ahead.pop(commit.oid, None)
        return history.file_changes(repo, commit) if ahead is None else ahead

    def changes_of(self, oid: Oid) -> tuple[FileChange, ...]:
        """What a commit changed, to be shown.

        Raises MergeCommit, GivenUp.
        """
        with self._lock:
            ahead = self._ahead.get(oid)  # which its proposal will want, too
            if ahead is not None:
                return ahead
            return self._changes_of(self._for_user, self._commit(oid))

    def estimate(self, oid: Oid, watch: Watch = PATIENT) -> Estimate:
        """Estimate how many changes a commit consists of; count its files and lines.

        Merges and commits too large to be read in passing say why not. Raises GivenUp.
        """
        repo = self.repo.with_watch(watch)
        commit = self._commit(oid)
        if len(commit.raw.parents) > 1:
            return Estimate(0, why_not="merge")
        try:
            with self._lock:
                sizes = self._sizes_of(repo, commit)
                if why_not := _reason_to_skip(sizes):
                    return Estimate(len(sizes), why_not=why_not)
                self._read_ahead(repo, oid)
                plan = self._propose_freely(repo, oid)
                estimate = _estimate_from(plan, self._read_once(repo, oid))
                self._estimated.add(oid)
                return estimate
        except GitsplitError:
            return Estimate(0, why_not="?")

    def _read_ahead(self, repo: Repository, oid: Oid) -> None:
        """Read what this commit changed, and its neighbours, which come next.

        Together they take as many git processes as one.
        """
        if oid in self._ahead or oid in self._proposals:
            return
        at, commits = self._place[oid], self.work.series.commits
        wanted = [
            commit
            for commit in commits[max(0, at - AHEAD) : at + AHEAD]
            if len(commit.raw.parents) == 1
            and commit.oid not in self._estimated | self._ahead.keys()
            and not _reason_to_skip(self._sizes_of(repo, commit))
        ]
        self._ahead.update(
            zip(
                (commit.oid for commit in wanted),
                history.changes_of(repo, wanted),
                strict=True,
            )
        )

    def _sizes_of(self, repo: Repository, commit: SourceCommit) -> Sizes:
        """The sizes of the files that a commit changed, looked up once."""
        if commit.oid not in self._sizes:
            self._sizes[commit.oid] = self._look_up_sizes(repo, commit)
        return self._sizes[commit.oid]

    def _look_up_sizes(self, repo: Repository, commit: SourceCommit) -> Sizes:
        parents, old = commit.raw.parents, EMPTY_TREE
        if parents:
            old = history.read_source_commit(repo, parents[0]).raw.tree
        changed = changed_paths(NewObjects(repo), old, commit.raw.tree)
        return {path: self._size(pair) for path, pair in changed.items()}

    def _size(self, pair: PathPair) -> int | None:
        blobs = [side.oid for side in pair if side and side.mode != GITLINK]
        sizes = [self.repo.object_size(oid) for oid in blobs]
        return None if None in sizes else sum(filter(None, sizes))


def _reason_to_skip(sizes: Sizes) -> str:
    """Why a commit with files of these sizes isn't read for an estimate.

    Empty where it is.
    """
    if not sizes:
        return "empty"
    if None in sizes.values():
        return "not fetched"
    is_large = sum(filter(None, sizes.values())) > MOST_BYTES
    return "large" if is_large or len(sizes) > MOST_FILES else ""


def _estimate_from(plan: Plan, proposals: "Proposals") -> Estimate:
    """The estimate that follows from a proposed plan, of these proposals."""
    lines = [edit for edit in plan.edits if isinstance(edit, TextEdit)]
    return Estimate(
        len(plan.changes),
        sum(len(edit.new) for edit in lines),
        sum(len(edit.old) for edit in lines),
        tuple(group.reason for group in plan.groups),
        chance=proposals.chance_of_several,
        subjects=tuple(subject_of(group.message) for group in plan.groups),
    )
