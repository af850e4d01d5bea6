"""What stands against a todo list, before it is applied: conflicts, files, Gerrit."""

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import GitsplitError, NotHandedOver, ReplayConflict
from gitsplit.git.repository import Repository
from gitsplit.git.trees import EMPTY_TREE, NewObjects, PathPair, changed_paths
from gitsplit.git.worktree import HeadTrees
from gitsplit.git.write import Rewrite
from gitsplit.model.checks import Conflict, Outlook
from gitsplit.model.objects import Oid, directories
from gitsplit.model.plan import DropTo
from gitsplit.model.progress import PATIENT, Watch
from gitsplit.model.series import SourceCommit
from gitsplit.model.states import is_whole
from gitsplit.model.todo import Todo
from gitsplit.report.findings import ResultCommit
from gitsplit.report.sentences import made_lines, review_lines
from gitsplit.workflow.apply import (
    compute_rewrite,
    expected_outcome,
    head_trees,
    made_branches,
    provisional_commits,
    refuse_branches_at_conflict,
    refuse_unclean_worktree,
    result_commits,
)
from gitsplit.workflow.review import review_warnings, reviewer_view
from gitsplit.workflow.work import Work


def outlook(
    repo: Repository, work: Work, drop_to: DropTo = "worktree", *, verify: bool = True
) -> Outlook:
    """The outlook for applying the work to the repository as it is now.

    With ``verify``, what Gerrit would refuse is an objection.
    """
    return Outlooks(repo, work, drop_to, verify=verify).of(work.todo)


class _Preview(Struct, frozen=True):
    """The commits that a todo list would write, and where index and files would go."""

    work: Work
    objects: NewObjects
    rewrite: Rewrite
    trees: HeadTrees | None


class Outlooks:
    """The outlooks of todo lists, asked for again and again while the user edits.

    What a list would write follows from the list alone, and is kept for the latest one:
    asked again, only the worktree is looked at anew. One thread asks at a time.
    """

    def __init__(
        self,
        repo: Repository,
        work: Work,
        drop_to: DropTo = "worktree",
        *,
        verify: bool = True,
    ) -> None:
        self._watch = PATIENT
        # What is kept reads objects for whoever asks at the time.
        now = Watch(is_wanted=lambda: self._watch.is_wanted())
        self._repo = repo.with_watch(now)
        self._work = work
        self._drop_to = drop_to
        self._verify = verify
        self._last: tuple[Todo, _Preview | Outlook] | None = None

    def of(self, todo: Todo, watch: Watch = PATIENT) -> Outlook:
        """The outlook for applying the todo list now; raises GivenUp."""
        self._watch = watch
        try:
            if self._last is None or self._last[0] != todo:
                self._last = None
                self._last = (todo, self._compute(todo))
            found = self._last[1]
            return found if isinstance(found, Outlook) else self._assess(found)
        except GitsplitError as error:
            return Outlook(f"{error} {error.hint}".rstrip())

    def _compute(self, todo: Todo) -> _Preview | Outlook:
        """Compute what the todo list would write; where that conflicts, the outlook."""
        repo, work, watch = self._repo, replace(self._work, todo=todo), self._watch
        try:
            objects, rewrite = compute_rewrite(repo, work, watch)
            trees = head_trees(repo, objects, work, rewrite, self._drop_to, watch=watch)
        except ReplayConflict as conflict:
            if not conflict.commit:
                raise
            commit = Oid(conflict.commit)
            against = _clashing_commit(repo, work, commit, frozenset(conflict.paths))
            commits = provisional_commits(repo, work)
            notes = tuple(review_lines(reviewer_view(repo, work, commits)))
            objection = ""
            try:
                refuse_branches_at_conflict(work)
            except NotHandedOver as refusal:
                objection = f"{refusal} {refusal.hint}"
            last = _last_on_files_left_out(repo, work, commit)
            found = Conflict(commit, conflict.paths, against, last)
            return Outlook(objection, found, (), notes)
        return _Preview(work, objects, rewrite, trees)

    def _assess(self, found: _Preview) -> Outlook:
        """Compare the computed commits with the repository and review server now.

        Raises UncleanFiles, NotInWorktree, NotPushable and NoBranchName.
        """
        refuse_unclean_worktree(self._repo, found.objects, found.trees)
        repo, work, rewrite = self._repo, found.work, found.rewrite
        commits = result_commits(work, rewrite.commits)
        notes = (
            *work.notes,
            *_branch_notes(repo, found, commits),
            *review_lines(reviewer_view(repo, work, commits)),
        )
        if not self._verify:
            return Outlook(notes=notes)
        return Outlook("", None, tuple(review_warnings(repo, work, rewrite)), notes)


def _branch_notes(
    repo: Repository, found: _Preview, commits: Sequence[ResultCommit]
) -> Iterator[str]:
    """What becomes of branches, those that are to be made too; raises NoBranchName."""
    work, rewrite = found.work, found.rewrite
    if work.is_read or rewrite.new_head == rewrite.old_head:
        return
    if work.branches is None and not (rewrite.ends or repo.config.has_remotes):
        return
    from gitsplit.workflow.branch_notes import branch_notes  # which few have

    outcome = expected_outcome(repo, found.objects, work, rewrite, 0)
    yield from made_lines(made_branches(commits, outcome.stack))
    yield from branch_notes(repo, work, rewrite, outcome.moves)


def _clashing_commit(
    repo: Repository, work: Work, commit: Oid, paths: frozenset[bytes]
) -> Oid | None:
    """The commit that the conflicting one conflicts with: the nearest on the paths.

    Of those whose place relative to it has changed, by their distance in the old order.
    None where none of them touches one of the paths.
    """
    order = [source.oid for source in work.series.commits]
    here = order.index(commit)
    suspects = sorted(
        _suspects(work, commit),
        key=lambda each: abs(order.index(each.oid) - here),
    )
    objects = NewObjects(repo)
    for suspect in suspects:
        if paths & _changes_of(objects, suspect).keys():
            return suspect.oid
    return None


def _suspects(work: Work, commit: Oid) -> Iterator[SourceCommit]:
    """The commits that come before this one now and didn't, or the other way round.

    Also those before it that lose or change a part of what they did.
    """
    old = [source.oid for source in work.series.commits]
    before = set(old[: old.index(commit)])
    now = work.todo.order[: work.todo.order.index(commit)]
    for entry in work.todo.entries:
        is_there = entry.oid in now and entry.action != "drop"
        is_cut = entry.oid in work.plans and not is_whole(work.plans[entry.oid])
        if entry.oid != commit and (
            is_there != (entry.oid in before) or (is_there and is_cut)
        ):
            yield entry.commit


def _last_on_files_left_out(repo: Repository, work: Work, after: Oid) -> Oid | None:
    """The last commit ``after`` this one that changes a file which isn't as it was.

    For something of it is left out before, also under the name that it had then: it may
    conflict, too. None where no commit does.
    """
    objects, differing = NewObjects(repo), set[bytes]()
    found, is_after = None, False
    for entry in work.todo.entries:
        plan = work.plans.get(entry.oid) if entry.action == "split" else None
        is_lost = entry.action == "drop" or (plan is not None and not is_whole(plan))
        for commit in filter(attrgetter("is_stored"), entry.commits):
            changed = _changes_of(objects, commit)
            gone = {path for path, pair in changed.items() if not pair.after}
            if is_lost or differing & gone:
                differing.update(changed)
            above = {parent for path in changed for parent in directories(path)}
            if is_after and differing & (above | changed.keys()):
                found = entry.oid
        is_after = is_after or entry.oid == after
    return found


def _changes_of(objects: NewObjects, source: SourceCommit) -> Mapping[bytes, PathPair]:
    """What the commit changes against its first parent, by path."""
    parent = next(iter(source.raw.parents), None)
    before = EMPTY_TREE if parent is None else objects.read_commit(parent).tree
    return changed_paths(objects, before, source.raw.tree)
