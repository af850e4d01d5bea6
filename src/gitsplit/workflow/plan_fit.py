"""A plan file for commits that were amended or rebased since, fitted to what is there.

Each commit of the plan is looked for in the series: the commit itself, else one with
its Change-Id, one that goes from the same tree to the same one, one with its subject,
or one with its diff. What it splits is fitted by content
(:mod:`gitsplit.planfile.fit`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.git import history
from gitsplit.git.diff import hunks_between
from gitsplit.git.gerrit import id_rules
from gitsplit.git.repository import Repository
from gitsplit.model.diff import FileChange
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan
from gitsplit.model.series import Series, SourceCommit, Squash
from gitsplit.model.todo import Entry, Todo, refuse_broken_range, todo_layout
from gitsplit.planfile.document import CommitEntry, Misfit, PlanDocument
from gitsplit.planfile.fit import Fit, fitted_plan
from gitsplit.planfile.match import plan_of_entry, takers_of_rest, with_originals
from gitsplit.workflow.plan_files import plan_with_owner, request_for_plan
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import (
    Work,
    changes_of_ranges,
    make_work,
    read_asked_series,
)

Found = Mapping[Oid, SourceCommit]
"""The commits of the series that those of a plan have become, by the plan's ids."""


def fitted_work(repo: Repository, request: Request, document: PlanDocument) -> Work:
    """The work that a plan describes, with what of it doesn't fit any more.

    Raises what reading the series raises, and InvalidPlan where nothing can be fitted.
    """
    for entry in document.series:
        if isinstance(entry.source, Squash):
            return _fitted_squash(repo, request, document, entry.source)
    series, found = _fitted_series(repo, request, document)
    by_oid = {commit.oid: commit for commit in series.commits}
    pairs = _fitted_entries(repo, series, found, document)
    todo: list[Entry] = []
    known = {was.commit for was, _ in pairs}
    gone = (entry for entry in document.series if entry.commit not in known)
    misfit = Misfit(tuple(_with_subject(repo, entry) for entry in gone))
    for was, now in pairs:
        commits = tuple(by_oid[oid] for oid in now.commits)
        refuse_broken_range(series, commits)
        fit = _fit(repo, commits, was, now) if now.action == "split" else None
        if fit is not None:
            lost = ((was.commits[each.commit], each) for each in fit.lost)
            new = ((now.commits[each.commit], each) for each in fit.new)
            misfit = Misfit(misfit.gone, (*misfit.lost, *lost), (*misfit.new, *new))
        if fit is not None and fit.plan.changes:
            plan = plan_with_owner(request, now, fit.plan)
            todo.append(Entry(commits[0], "split", plan=plan, rest=commits[1:]))
        else:
            action = "pick" if fit else now.action
            todo += (Entry(commit, action, now.message) for commit in commits)
    made = Todo(tuple(todo))
    todo_layout(series, made)
    return replace(make_work(repo, request, series, made), misfit=misfit)


def _fitted_squash(
    repo: Repository, request: Request, document: PlanDocument, source: Squash
) -> Work:
    """The work of a plan for a branch as one change, fitted to the branch as it is."""
    from gitsplit.workflow.squash import squashed_changes, squashed_series

    if len(document.series) > 1:
        raise InvalidPlan(
            "The plan has more than a branch as one change.", hint="Leave the rest out."
        )
    for oid in filter(None, (source.base, source.tip)):
        if not repo.has_object(oid):
            raise _unknown_commit_error(oid)
    series = squashed_series(repo, request_for_plan(request, document))
    was, plan = _plan_for_series(repo, series, document, source)
    now = Squash(series.upstream, series.head)
    changes = squashed_changes(repo, now, series.commits)
    fit = fitted_plan(plan, changes, takers_of_rest(was), hunks_between)
    first, *rest = series.commits
    entry = Entry(first, "split", plan=fit.plan, rest=tuple(rest), source=now)
    misfit = Misfit(
        (),
        tuple((source.tip, each) for each in fit.lost),
        tuple((series.head, each) for each in fit.new),
    )
    work = make_work(repo, request, series, Todo((entry,)))
    return replace(work, misfit=misfit)


def _plan_for_series(
    repo: Repository, series: Series, document: PlanDocument, source: Squash
) -> tuple[CommitEntry, Plan]:
    """The entry of a squash as it was, and its plan, which continues commits of now."""
    from gitsplit.workflow.squash import squashed_changes

    oids = history.commits_between(repo, source.base, source.tip)
    old = tuple(history.read_source_commit(repo, oid) for oid in oids)
    was = with_originals(document.series[0], oids)
    plan = plan_of_entry(was, squashed_changes(repo, source, old))
    alone = replace(document, series=tuple(map(CommitEntry, oids)))
    found = _found(repo, series, alone)
    heirs = {
        found[oid].oid: heir
        for oid, heir in zip(oids, plan.continued_by, strict=True)
        if oid in found
    }
    now = tuple(heirs.get(commit.oid) for commit in series.commits)
    return was, replace(plan, continued_by=now)


def _unknown_commit_error(oid: Oid) -> InvalidPlan:
    return InvalidPlan(
        f"The plan was made for {oid[:10]}, which this repository does not have.",
        hint="Fetch it from where the plan was made, or make a new plan.",
    )


def _fitted_series(
    repo: Repository, request: Request, document: PlanDocument
) -> tuple[Series, Found]:
    """The series that a plan is to be fitted to, and which commits are which.

    That of UPSTREAM; without it, it begins at the first commit that the plan is about.
    Raises what reading it raises, and InvalidPlan where it has none of the commits.
    """
    asked = request_for_plan(request, document)
    series = read_asked_series(repo, asked)
    found = _found(repo, series, document)
    if not found:
        raise InvalidPlan(
            "The plan is about no commit of this series.",
            hint="Name the UPSTREAM that its commits come after now.",
        )
    if request.upstream is None and request.read is None and not asked.root:
        series = _from_first(series, {each.oid for each in found.values()})
    return series, found


def _from_first(series: Series, wanted: set[Oid]) -> Series:
    """The series from the first of these commits on, if it is one line from there."""
    at = next(n for n, each in enumerate(series.commits) if each.oid in wanted)
    rest = series.commits[at:]
    parents = [each.raw.parents for each in rest]
    below = [(each.oid,) for each in rest]
    if len(parents[0]) != 1 or parents[1:] != below[:-1]:
        return series
    return Series(parents[0][0], series.head, rest)


def _with_subject(repo: Repository, entry: CommitEntry) -> CommitEntry:
    """The entry with the subject of its commit, where it is known and isn't there."""
    commit = None if entry.subject else _old_commit(repo, entry.commit)
    return entry if commit is None else replace(entry, subject=commit.subject)


def _found(repo: Repository, series: Series, document: PlanDocument) -> Found:
    """The commits of the series that the plan's have become."""
    rules = id_rules(repo)
    free = {commit.oid: commit for commit in series.commits}
    found = {oid: free.pop(oid) for oid in _named(document) if oid in free}
    was = {oid: _old_commit(repo, oid) for oid in _named(document) if oid not in found}
    marks: tuple[Callable[[Sequence[SourceCommit]], Sequence[object]], ...] = (
        lambda commits: [rules.of(commit.raw.message) for commit in commits],
        lambda commits: [_trees(repo, commit) for commit in commits],
        lambda commits: [commit.subject for commit in commits],
        partial(_diffs, repo),
    )
    for marks_of in marks:
        lacking = {oid: old for oid, old in was.items() if old and oid not in found}
        if not lacking:
            break
        there, gone = [*free.values()], [*lacking.values()]
        known = marks_of([*there, *gone])
        marked = [*zip(known, there, strict=False)]
        for oid, mark in zip(lacking, known[len(there) :], strict=True):
            same = (c for each, c in marked if mark == each and c.oid in free)
            if mark and (now := next(same, None)):
                found[oid] = free.pop(now.oid)
    return found


def _trees(repo: Repository, commit: SourceCommit) -> tuple[Oid | None, Oid] | None:
    """The trees before and after a commit; None for a merge, or one that does nothing.

    There is no tree before a root.
    """
    before, *others = commit.raw.parents or (None,)
    if others or (before is not None and not repo.has_object(before)):
        return None
    tree = None if before is None else repo.read_commit(before).tree
    return None if tree == commit.raw.tree else (tree, commit.raw.tree)


def _diffs(
    repo: Repository, commits: Sequence[SourceCommit]
) -> Sequence[tuple[object, ...]]:
    """What each commit does to its files, wherever in them; nothing for a merge."""
    plain = [commit for commit in commits if _trees(repo, commit) is not None]
    changes = history.changes_of(repo, plain)
    found = {
        commit.oid: tuple(map(_change_anywhere, done))
        for commit, done in zip(plain, changes, strict=True)
    }
    return [found.get(commit.oid, ()) for commit in commits]


def _change_anywhere(change: FileChange) -> tuple[object, ...]:
    """A change of a file, equal for one that does the same at other lines."""
    sides = change.old, change.new
    files = [
        each and (each.path, each.mode, None if change.hunks else each.oid)
        for each in sides
    ]
    lines = (
        (*of[span.start : span.stop],)
        for hunk in change.hunks
        for of, span in ((change.old_lines, hunk.old), (change.new_lines, hunk.new))
    )
    return (*files, *lines)


def _named(document: PlanDocument) -> Iterator[Oid]:
    for entry in document.series:
        yield from entry.commits


def _old_commit(repo: Repository, oid: Oid) -> SourceCommit | None:
    """The commit that the plan was made for; None where it is gone."""
    return history.read_source_commit(repo, oid) if repo.has_object(oid) else None


def _fitted_entries(
    repo: Repository, series: Series, found: Found, document: PlanDocument
) -> tuple[tuple[CommitEntry, CommitEntry], ...]:
    """The plan's entries as they are, each with what it is for the commits now.

    Every commit is named: those that the plan doesn't know stand after the one before
    them in the series. An entry about several commits needs all of them. They are in
    the order of the series, unless the plan had changed that of its own.
    """
    pairs = [
        (entry, replace(entry, commit=now[0], later=now[1:]))
        for entry in document.series
        if (now := tuple(found[oid].oid for oid in entry.commits if oid in found))
        and len(now) == len(entry.commits)
    ]
    place = {commit.oid: at for at, commit in enumerate(series.commits)}
    if not _is_reordered(repo, document):
        pairs.sort(key=lambda pair: place[pair[1].commit])
    known = {oid for _, entry in pairs for oid in entry.commits}
    for at, commit in enumerate(series.commits):
        if commit.oid not in known:
            before = series.commits[at - 1].oid if at else None
            numbers = (n for n, (_, e) in enumerate(pairs, 1) if before in e.commits)
            picked = CommitEntry(commit.oid)
            pairs.insert(next(numbers, 0), (picked, picked))
    return tuple(pairs)


def _is_reordered(repo: Repository, document: PlanDocument) -> bool:
    """Whether the plan has its commits in another order than they were in."""
    ends = [each for each in (document.upstream, document.head) if each is not None]
    if document.head is None or not all(map(repo.has_object, ends)):
        return False
    named = [*_named(document)]
    was = history.commits_between(repo, document.upstream, document.head)
    return named != [oid for oid in was if oid in set(named)]


def _fit(
    repo: Repository,
    commits: tuple[SourceCommit, ...],
    was: CommitEntry,
    now: CommitEntry,
) -> Fit:
    """The plan of an entry that is split, fitted to the commits that are there now.

    Raises InvalidPlan where the old commits aren't known any more.
    """
    old = tuple(commit for oid in was.commits if (commit := _old_commit(repo, oid)))
    if len(old) < len(was.commits):
        raise _unknown_commit_error(was.commit)
    plan = plan_of_entry(was, changes_of_ranges(repo, [old])[was.commit])
    if was.commits == now.commits:
        return Fit(plan)
    changes = changes_of_ranges(repo, [commits])[now.commit]
    fit = fitted_plan(plan, changes, takers_of_rest(was), hunks_between)
    return replace(fit, plan=_with_messages_of_now(fit.plan, old, commits))


def _with_messages_of_now(
    plan: Plan, old: tuple[SourceCommit, ...], now: tuple[SourceCommit, ...]
) -> Plan:
    """The plan; a group with the very message of an old commit has the one of now.

    Who reworded the commit since would lose that, else.
    """
    messages = {
        was.raw.message: commit.raw.message
        for was, commit in zip(old, now, strict=True)
    }
    groups = (
        replace(each, message=messages.get(each.message, each.message))
        for each in plan.groups
    )
    return replace(plan, groups=tuple(groups))
