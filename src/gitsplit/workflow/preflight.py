"""What stands against the work, found before anything is applied."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gitsplit.errors import GitsplitError, ReplayConflict
from gitsplit.git.repository import Repository
from gitsplit.git.trees import EMPTY_TREE, NewObjects, changed_paths
from gitsplit.git.worktree import HeadTrees
from gitsplit.git.write import Rewrite
from gitsplit.model.checks import Conflict, Outlook
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DropTo
from gitsplit.model.progress import PATIENT, Watch
from gitsplit.model.series import SourceCommit
from gitsplit.model.states import is_whole
from gitsplit.model.todo import Todo
from gitsplit.report.sentences import review_lines
from gitsplit.workflow.apply import (
    compute_rewrite,
    head_trees,
    provisional_commits,
    refuse_unclean_worktree,
    result_commits,
)
from gitsplit.workflow.review import review_warnings, reviewer_view
from gitsplit.workflow.work import Work


def outlook(
    repo: Repository, work: Work, drop_to: DropTo = "worktree", *, verify: bool = True
) -> Outlook:
    """What carrying out the work would come to, as the repository is now.

    With ``verify``, what Gerrit would refuse is an objection.
    """
    return Outlooks(repo, work, drop_to, verify=verify).of(work.todo)


@dataclass(frozen=True, slots=True)
class _Preview:
    """What a todo list would write, and where index and files would go."""

    work: Work
    objects: NewObjects
    rewrite: Rewrite
    trees: HeadTrees | None


class Outlooks:
    """What stands against todo lists, as the repository is whenever it is asked.

    What a list would write follows from the list alone, and is kept for the last one:
    whoever asks about it again has only the files in the worktree looked at.
    One thread asks at a time.
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
        """What carrying out the todo list would come to; raises GivenUp."""
        self._watch = watch
        try:
            if self._last is None or self._last[0] != todo:
                self._last = None
                self._last = (todo, self._drawn(todo))
            drawn = self._last[1]
            return drawn if isinstance(drawn, Outlook) else self._judged(drawn)
        except GitsplitError as error:
            return Outlook(f"{error} {error.hint}".rstrip())

    def _drawn(self, todo: Todo) -> _Preview | Outlook:
        """What the todo list would write, or the conflict that it comes to."""
        repo, work, watch = self._repo, replace(self._work, todo=todo), self._watch
        try:
            objects, rewrite = compute_rewrite(repo, work, watch)
            trees = head_trees(repo, objects, work, rewrite, self._drop_to, watch=watch)
        except ReplayConflict as found:
            if not found.commit:
                raise
            commit = Oid(found.commit)
            against = _clashing_commit(repo, work, commit, frozenset(found.paths))
            commits = provisional_commits(repo, work)
            notes = tuple(review_lines(reviewer_view(repo, work, commits)))
            return Outlook("", Conflict(commit, found.paths, against), (), notes)
        return _Preview(work, objects, rewrite, trees)

    def _judged(self, drawn: _Preview) -> Outlook:
        """What stands against it now; raises where it can't be carried out."""
        refuse_unclean_worktree(self._repo, drawn.objects, drawn.trees)
        repo, work, rewrite = self._repo, drawn.work, drawn.rewrite
        commits = result_commits(work, rewrite.commits)
        notes = tuple(review_lines(reviewer_view(repo, work, commits)))
        if not self._verify:
            return Outlook(notes=notes)
        return Outlook("", None, tuple(review_warnings(repo, work, rewrite)), notes)


def _clashing_commit(
    repo: Repository, work: Work, commit: Oid, paths: frozenset[bytes]
) -> Oid | None:
    """The commit that the one in conflict clashes with.

    The nearest in the series as it was of those that touch one of the paths.
    """
    order = [source.oid for source in work.series.commits]
    here = order.index(commit)
    suspects = sorted(
        _suspects(work, commit),
        key=lambda each: abs(order.index(each.oid) - here),
    )
    objects = NewObjects(repo)
    for suspect in suspects:
        if paths & _paths_changed_by(objects, suspect):
            return suspect.oid
    return None


def _suspects(work: Work, commit: Oid) -> Iterator[SourceCommit]:
    """The commits that are before this one and weren't, or the other way round.

    And those before it that lose or change a part of what they did.
    """
    old = [source.oid for source in work.series.commits]
    before = set(old[: old.index(commit)])
    now = work.todo.order[: work.todo.place(commit)]
    for entry in work.todo.entries:
        is_there = entry.oid in now and entry.action != "drop"
        is_cut = entry.oid in work.plans and not is_whole(work.plans[entry.oid])
        if entry.oid != commit and (
            is_there != (entry.oid in before) or (is_there and is_cut)
        ):
            yield entry.commit


def _paths_changed_by(objects: NewObjects, source: SourceCommit) -> frozenset[bytes]:
    """The paths at which the commit differs from its first parent."""
    parent = next(iter(source.raw.parents), None)
    before = EMPTY_TREE
    if parent is not None:
        before = objects.read_commit(parent).tree
    return frozenset(changed_paths(objects, before, source.raw.tree))
