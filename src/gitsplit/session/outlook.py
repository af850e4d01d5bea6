"""What stands against the work, found before anything is applied."""

from collections.abc import Iterator

from gitsplit.core.objects import Oid, RawCommit
from gitsplit.core.outlook import Conflict, Outlook
from gitsplit.core.series import SourceCommit
from gitsplit.core.states import is_whole
from gitsplit.errors import GitsplitError, ReplayConflict
from gitsplit.git.repository import Repository
from gitsplit.git.trees import EMPTY_TREE, NewObjects, changed_paths
from gitsplit.session.review import review_warnings
from gitsplit.session.rewrite import DropTo, possible
from gitsplit.session.work import Work


def outlook(
    repo: Repository, work: Work, drop_to: DropTo = "worktree", *, verify: bool = True
) -> Outlook:
    """What carrying out the work would come to, as the repository is now.

    With ``verify``, what Gerrit would refuse is an objection.
    """
    try:
        rewrite = possible(repo, work, drop_to)
        if verify:
            review_warnings(repo, work, rewrite)
    except ReplayConflict as found:
        if not found.commit:
            return Outlook(f"{found} {found.hint}".rstrip())
        commit = Oid(found.commit)
        against = _against(repo, work, commit, frozenset(found.paths))
        return Outlook(conflict=Conflict(commit, found.paths, against))
    except GitsplitError as error:
        return Outlook(f"{error} {error.hint}".rstrip())
    return Outlook()


def _against(
    repo: Repository, work: Work, commit: Oid, paths: frozenset[bytes]
) -> Oid | None:
    """The commit that the one in conflict clashes with.

    The nearest in the series as it was of those that touch one of the paths.
    """
    order = [source.oid for source in work.series.commits]
    here = order.index(commit)
    suspects = sorted(
        _changed_before(work, commit),
        key=lambda each: abs(order.index(each.oid) - here),
    )
    objects = NewObjects(repo)
    for suspect in suspects:
        if paths & _touched(objects, suspect):
            return suspect.oid
    return None


def _changed_before(work: Work, commit: Oid) -> Iterator[SourceCommit]:
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


def _touched(objects: NewObjects, source: SourceCommit) -> frozenset[bytes]:
    """The paths at which the commit differs from its first parent."""
    parent = next(iter(source.raw.parents), None)
    before = EMPTY_TREE
    if parent is not None:
        before = RawCommit.parse(objects.read_object(parent)[1]).tree
    return frozenset(changed_paths(objects, before, source.raw.tree))
