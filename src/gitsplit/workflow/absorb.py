"""What isn't committed, sent into the commits that it belongs to: ``--absorb``.

The snapshot of it is the last commit of the range, and none of the new ones: what has
no home there stays uncommitted.
"""

from collections.abc import Collection
from typing import NoReturn

from msgspec.structs import replace

from gitsplit.errors import InvalidPlan, NothingToSplit
from gitsplit.git import history
from gitsplit.git.naming import upstream_name
from gitsplit.git.repository import Repository
from gitsplit.git.snapshot import NOBODY, UncommittedKind
from gitsplit.model.corrections import (
    correction_homes,
    with_absorbed_counted,
    with_last_absorbed,
)
from gitsplit.model.encoding import message_in_utf8
from gitsplit.model.escape import shell_command
from gitsplit.model.lineage import commit_of
from gitsplit.model.listing import quantity
from gitsplit.model.plan import Plan, changes_in_range, plan_at_home
from gitsplit.model.series import Series, SourceCommit, Uncommitted
from gitsplit.model.todo import Entry, Todo
from gitsplit.planfile.document import PlanDocument
from gitsplit.planfile.match import plan_of_entry
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import Work, make_work


def kind_to_absorb(
    repo: Repository, request: Request, *, by_itself: bool
) -> UncommittedKind:
    """What of it is absorbed: all that has changed in the files, or what is staged.

    That is so where it is done ``by_itself``, and something is staged; or where the
    plan is for that, if there is one.
    """
    if request.staged:
        return "staged"
    if request.plan is not None:
        from gitsplit.planfile.parse import load_plan
        from gitsplit.workflow.plan_files import plan_json

        sources = (e.source for e in load_plan(plan_json(request.plan)).series)
        found = [each.kind for each in sources if isinstance(each, Uncommitted)]
        return found[0] if found else "worktree"
    return "staged" if by_itself and _is_anything_staged(repo) else "worktree"


def _is_anything_staged(repo: Repository) -> bool:
    asked = ("diff-index", "--cached", "--quiet", "--ita-invisible-in-index", "HEAD")
    return repo.program.run(*asked, "--", check=False).status == 1


def series_to_absorb(
    repo: Repository, request: Request
) -> tuple[Series, tuple[str, ...]]:
    """The commits of the range with the snapshot as the last, and notes on them.

    A merge can't be in it: it begins after the last one. Raises what reading the series
    raises, and InvalidPlan where HEAD is a merge.
    """
    assert repo.snapshot is not None, "it has been taken"
    series = history.read_series(repo, request.upstream, (), request.root)
    commits = _since_merge(series.commits)
    if not commits:
        raise InvalidPlan(
            f"{series.commits[-1].in_words} is a merge, and nothing can be absorbed"
            " into one.",
            hint="Commit the uncommitted changes on top of it: gitsplit -w",
        )
    notes: tuple[str, ...] = ()
    base = series.upstream
    if len(commits) < len(series.commits):
        base = commits[0].raw.parents[0]
        notes = (
            f"The range has the {quantity(len(commits), 'commit')} after the merge"
            f" {base[:10]}: it can't go past one.",
        )
    return Series(base, series.head, (*commits, repo.snapshot.commit)), notes


def _since_merge(commits: tuple[SourceCommit, ...]) -> tuple[SourceCommit, ...]:
    """The commits from the first on after which none is a merge."""
    found: list[SourceCommit] = []
    by_oid = {commit.oid: commit for commit in commits}
    oid = commits[-1].oid
    while (commit := by_oid.get(oid)) is not None and len(commit.raw.parents) < 2:
        found.append(commit)
        if not commit.raw.parents:
            break
        (oid,) = commit.raw.parents
    return tuple(reversed(found))


def read_absorb(repo: Repository, request: Request, *, by_itself: bool) -> Work:
    """The range with each hunk of what isn't committed in the commit it belongs to.

    Where it is done ``by_itself``, and nobody said where the range begins, not in the
    commits of other authors. Raises what :func:`series_to_absorb` raises.
    """
    series, notes = series_to_absorb(repo, request)
    commits = series.commits
    changes = history.changes_of(repo, commits)
    messages = [message_in_utf8(each.raw) for each in commits]
    homes = [*range(len(commits) - 1)]
    if by_itself and request.upstream is None and not request.root:
        homes = [at for at in homes if _is_by(commits[at], commits[-1])]
    as_read = plan_at_home(changes, messages)
    plan = with_last_absorbed(as_read, homes)
    if others := _count_of_others(as_read, homes):
        notes = (*notes, ". ".join(_of_others(repo, others)))
    todo = Todo((Entry(commits[0], "split", plan=plan, rest=commits[1:]),))
    work = make_work(repo, request, series, todo)
    return replace(work, notes=notes, of_others=others)


def _count_of_others(plan: Plan, homes: Collection[int]) -> int:
    """How many hunks of the last commit are at home in commits that take nothing."""
    found = filter(None, correction_homes(plan).values())
    return sum(commit_of(plan, home.place) not in homes for home in found)


def _of_others(repo: Repository, count: int) -> tuple[str, str]:
    """A clause on hunks that commits of other authors would take, and how they do."""
    verb = "belongs" if count == 1 else "belong"
    said = f"{quantity(count, 'hunk')} {verb} to commits of other authors"
    command = shell_command("gitsplit", "--absorb", upstream_name(repo))
    return said, f"These take something where UPSTREAM is named: {command}"


def refuse_none_absorbed(repo: Repository, work: Work) -> NoReturn:
    """Raise NothingToSplit, which says why no commit takes anything."""
    if work.of_others:
        said, remedy = _of_others(repo, work.of_others)
        raise NothingToSplit(f"Nothing is absorbed: {said}.", hint=remedy)
    raise NothingToSplit(
        "The plan changes nothing: no hunk goes into a commit.",
        hint="Choose the commits yourself, on the screen: gitsplit --absorb",
    )


def absorb_as_planned(
    repo: Repository, request: Request, document: PlanDocument, known: Todo | None
) -> Work:
    """The work that a plan for commits and what isn't committed describes.

    What ``known`` has read isn't read once more. Raises InvalidPlan where the plan was
    made for other commits.
    """
    assert repo.snapshot is not None, "it has been taken"
    (entry,) = document.series
    from gitsplit.workflow.plan_files import request_for_plan

    series, notes = series_to_absorb(repo, request_for_plan(request, document))
    entry = replace(entry, later=(*entry.later[:-1], repo.snapshot.commit.oid))
    commits = series.commits
    if entry.commits != tuple(commit.oid for commit in commits):
        raise InvalidPlan(
            "The plan was made for other commits than those of this range.",
            hint="Make another one with -n --format json.",
        )
    read = [e.plan.changes for e in known.entries if e.plan] if known else []
    changes = read[0] if read else changes_in_range(history.changes_of(repo, commits))
    plan = with_absorbed_counted(plan_of_entry(entry, changes))
    todo = Todo((Entry(commits[0], "split", plan=plan, rest=commits[1:]),))
    return replace(make_work(repo, request, series, todo), notes=notes)


def _is_by(commit: SourceCommit, own: SourceCommit) -> bool:
    """Whether the author of the commit is the user, as far as that is known."""
    one, other = commit.raw.author, own.raw.author
    is_known = other.value != NOBODY
    return not is_known or one.address.lower() == other.address.lower()
