"""Between plan files and the work of a run: what one says is to be done, and back."""

from collections.abc import Iterator, Mapping, Sequence
from errno import EEXIST, EISDIR, EPERM
from pathlib import Path

from msgspec.structs import replace

from gitsplit.errors import (
    EmptySeries,
    InvalidPlan,
    NoCommonHistory,
    UnknownRevision,
    WriteFailed,
)
from gitsplit.git import history
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import create_file, is_inside_git_dir, write_file
from gitsplit.model.diff import FileChange
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan
from gitsplit.model.series import (
    Series,
    Source,
    SourceCommit,
    Squash,
    Uncommitted,
)
from gitsplit.model.todo import Entry, Todo, refuse_broken_range, todo_layout
from gitsplit.planfile.document import CommitEntry, PlanDocument
from gitsplit.planfile.match import entry_of_plan, plan_of_entry, with_originals
from gitsplit.planfile.numbering import hunk_entries
from gitsplit.planfile.parse import load_plan
from gitsplit.workflow.propose import Request, with_owner
from gitsplit.workflow.work import (
    Work,
    changes_of_ranges,
    make_work,
    read_asked_series,
)


def read_plan(
    repo: Repository, request: Request, text: bytes, known: Todo | None = None
) -> Work:
    """The work that a plan file describes, checked against the repository.

    What commits did that ``known`` splits isn't read once more. Raises what reading the
    series raises, and InvalidPlan where the plan doesn't fit.
    """
    document = load_plan(plan_json(text))
    if repo.snapshot is not None or _source_of(document) is not None:
        return _uncommitted_work(repo, request, document, known)
    if request.fit:
        from gitsplit.workflow.plan_fit import fitted_work  # few plans need it

        return fitted_work(repo, request, document)
    if request.squash and not any(entry.source for entry in document.series):
        raise InvalidPlan(
            "The plan was made for commits, and not for a branch as one change.",
            hint="As in: gitsplit --plan FILE",
        )
    series = _series_of_plan(repo, request, document)
    document = with_commits_of_sources(series, document)
    by_oid = {commit.oid: commit for commit in series.commits}
    entries = [
        (given, tuple(by_oid[oid] for oid in given.originals))
        for given in _entries_in_order(series, document)
    ]
    for given, commits in entries:
        if given.source is None:
            refuse_broken_range(series, commits)
    changes = _changes_by_entry(repo, entries, known)
    todo = Todo(
        tuple(
            entry
            for given, commits in entries
            for entry in _todo_entries(request, given, commits, changes)
        )
    )
    todo_layout(series, todo)
    return make_work(repo, request, series, todo)


def _source_of(document: PlanDocument) -> Uncommitted | None:
    """What isn't committed, where the plan is about that."""
    sources = (entry.source for entry in document.series)
    return next((each for each in sources if isinstance(each, Uncommitted)), None)


def _uncommitted_work(
    repo: Repository, request: Request, document: PlanDocument, known: Todo | None
) -> Work:
    """The work that a plan for what isn't committed describes.

    Raises InvalidPlan where it was made for something else than the snapshot is.
    """
    snapshot, source = repo.snapshot, _source_of(document)
    absorbs = any(entry.later for entry in document.series if entry.source)
    if snapshot is None or source is None or absorbs != request.absorb:
        raise _other_source_error(document, absorbs=absorbs)
    now = snapshot.source
    if (source.before, source.after) != (now.before, now.after):
        raise InvalidPlan(
            "The plan was made for other changes than those that aren't committed now.",
            hint="Make another one with -n --format json.",
        )
    (entry, *others) = document.series
    if others:
        raise InvalidPlan(
            "The plan has more than uncommitted changes.", hint="Leave the rest out."
        )
    if absorbs:
        from gitsplit.workflow.absorb import absorb_as_planned

        return absorb_as_planned(repo, request, document, known)
    commit = snapshot.commit
    entry = with_originals(entry, (commit.oid,))
    read = [e.plan.changes for e in known.entries if e.plan] if known else []
    changes = read[0] if read else history.changes_of(repo, [commit])[0]
    plan = with_owner(plan_of_entry(entry, changes), request.keep)
    todo = Todo((Entry(commit, "split", plan=plan),))
    return make_work(repo, request, snapshot.series, todo)


def _other_source_error(document: PlanDocument, *, absorbs: bool) -> InvalidPlan:
    """The error for a plan for commits, for what isn't committed, or for both."""
    made, asked = "commits", "uncommitted changes"
    if document.options:
        made, asked = asked, made
    if absorbs:
        made, asked = f"{made} and the {asked} before them", "one of these alone"
    return InvalidPlan(
        f"The plan was made for {made}, and not for {asked}.",
        hint=f"As in: {' '.join(['gitsplit', *document.options, '--plan FILE'])}",
    )


def with_commits_of_sources(series: Series, document: PlanDocument) -> PlanDocument:
    """The document whose entries about a source know all the commits behind it.

    Raises InvalidPlan where the series hasn't those.
    """
    return replace(
        document,
        series=tuple(
            with_originals(entry, commits_of_squash(series, entry.source))
            if isinstance(entry.source, Squash)
            else entry
            for entry in document.series
        ),
    )


def commits_of_squash(series: Series, source: Squash) -> tuple[Oid, ...]:
    """The commits of the series after base, up to tip.

    Raises InvalidPlan where tip is none of them.
    """
    parents = {commit.oid: commit.raw.parents for commit in series.commits}
    if source.tip not in parents:
        raise InvalidPlan(
            f"The plan squashes commits up to {source.tip[:10]}, which is not in the"
            " series.",
            hint="A plan can name only commits between its upstream and its head.",
        )
    below = _reachable(parents, source.base)
    inside = _reachable(parents, source.tip) - below
    return tuple(commit.oid for commit in series.commits if commit.oid in inside)


def _reachable(parents: Mapping[Oid, Sequence[Oid]], tip: Oid | None) -> set[Oid]:
    """The commits of a series that can be reached from a commit, itself included."""
    found: set[Oid] = set()
    waiting = [tip] if tip in parents else []
    while waiting:
        oid = waiting.pop()
        if oid is not None and oid in parents and oid not in found:
            found.add(oid)
            waiting += parents[oid]
    return found


def _changes_by_entry(
    repo: Repository,
    entries: Sequence[tuple[CommitEntry, tuple[SourceCommit, ...]]],
    known: Todo | None,
) -> Mapping[Oid, tuple[FileChange, ...]]:
    """What each split entry is about has changed, by its first commit.

    What ``known`` splits in the same way isn't read once more.
    """
    read = {
        (entry.commits, entry.source): entry.plan.changes
        for entry in (known.entries if known else ())
        if entry.plan
    }
    split = [(c, given.source) for given, c in entries if given.action == "split"]
    found = {each[0][0].oid: read[each] for each in split if each in read}
    left = [each for each in split if each not in read]
    found |= changes_of_ranges(repo, [c for c, source in left if source is None])
    for commits, source in left:
        if source is not None:
            found[commits[0].oid] = changes_of_entry(repo, commits, source)
    return found


def changes_of_entry(
    repo: Repository, commits: tuple[SourceCommit, ...], source: Source | None
) -> tuple[FileChange, ...]:
    """What commits changed that are split together, or all as one change."""
    if isinstance(source, Squash):
        from gitsplit.workflow.squash import squashed_changes  # few plans have any

        return squashed_changes(repo, source, commits)
    return changes_of_ranges(repo, [commits])[commits[0].oid]


def plan_json(text: bytes) -> bytes:
    """The JSON text of a plan file, out of Markdown or a page where it is that."""
    if text.startswith(b"{"):
        return text
    from gitsplit.planfile.extract import plan_text  # which plans are found in seldom

    return plan_text(text)


def _todo_entries(
    request: Request,
    given: CommitEntry,
    commits: tuple[SourceCommit, ...],
    changes: Mapping[Oid, tuple[FileChange, ...]],
) -> Iterator[Entry]:
    """The entries that one of a plan file means; commits that are picked stand alone.

    ``changes`` are those of each range that is split.
    """
    if given.action == "split":
        plan = _plan_of_entry(request, given, changes[commits[0].oid])
        yield Entry(
            commits[0], "split", plan=plan, rest=commits[1:], source=given.source
        )
    else:
        yield from (Entry(commit, given.action, given.message) for commit in commits)


def _plan_of_entry(
    request: Request, entry: CommitEntry, changes: tuple[FileChange, ...]
) -> Plan:
    """The plan of an entry that is split; InvalidPlan where it doesn't fit."""
    return plan_with_owner(request, entry, plan_of_entry(entry, changes))


def plan_with_owner(request: Request, entry: CommitEntry, plan: Plan) -> Plan:
    """The plan of an entry with an owner; InvalidPlan where a range is to get one."""
    if not (entry.later or entry.source):
        return with_owner(plan, request.keep)
    if request.keep != "auto":
        raise InvalidPlan(
            "--keep-change-id can't be used with a plan for a range of commits.",
            hint='In the plan, "continues" says which commit keeps which Change-Id.',
        )
    return plan


def request_for_plan(request: Request, document: PlanDocument) -> Request:
    """The request; without UPSTREAM, for the series that the plan was made of."""
    upstream = request.upstream or document.upstream
    return replace(request, upstream=upstream, root=request.root or upstream is None)


def _series_of_plan(
    repo: Repository, request: Request, document: PlanDocument
) -> Series:
    """Read the series that the plan fits: where all commits are that it names.

    Without UPSTREAM it begins where the plan was made. Raises InvalidPlan where that
    isn't in this history.
    """
    try:
        return read_asked_series(repo, request_for_plan(request, document))
    except (UnknownRevision, NoCommonHistory, EmptySeries):
        if request.read is not None or document.head == repo.head():
            raise
        raise _other_plan_error(document) from None


def _other_plan_error(document: PlanDocument) -> InvalidPlan:
    return InvalidPlan(
        "The plan was made for other commits than those of this series.",
        hint=f"It was made for {document.upstream or '--root'}..{document.head}."
        " After an amend or a rebase, --fit places what of it still fits.",
    )


def _entries_in_order(series: Series, document: PlanDocument) -> list[CommitEntry]:
    """The plan's entries in the new order; commits that it doesn't name are picked.

    Raises InvalidPlan where it names others, or orders those of another series anew.
    """
    order = {commit.oid: None for commit in series.commits}
    named = [oid for entry in document.series for oid in entry.originals]
    known = set(named)
    if len(known) < len(named):
        raise InvalidPlan("The plan names a commit twice.", hint="Name it once.")
    if outsiders := [oid for oid in named if oid not in order]:
        raise InvalidPlan(
            f"The plan names {outsiders[0][:10]}, which is not in the series.",
            hint="A plan fits where all commits are that it names. After an amend or a"
            " rebase, --fit places what of it still fits.",
        )
    unnamed = [oid for oid in order if oid not in known]
    if named == [oid for oid in order if oid in known]:
        entries = {entry.originals[0]: entry for entry in document.series}
        entries |= {oid: CommitEntry(oid) for oid in unnamed}
        return [entries[oid] for oid in order if oid in entries]
    if (document.upstream, document.head) != (series.upstream, series.head):
        raise InvalidPlan(
            "The plan changes the order of the commits of another series.",
            hint=f"It was made for {document.upstream or '--root'}..{document.head}.",
        )
    if unnamed:
        raise InvalidPlan(
            f"The plan reorders commits and doesn't name {unnamed[0][:10]}.",
            hint="Name every commit of the range, in the new order.",
        )
    return list(document.series)


def plan_document(work: Work) -> PlanDocument:
    """The work as a plan file, which names all by its lines."""
    entries = tuple(_entry_for_plan(entry) for entry in work.todo.entries)
    series = work.series
    source = series.uncommitted
    head = series.head if source is None else source.head
    return PlanDocument(series.upstream, head, entries, work.misfit or None)


def numbered_plan_document(work: Work, *, has_lines: bool) -> PlanDocument:
    """The work as a plan file that also lists the hunks, so that all can be numbered.

    ``has_lines`` lists the lines of each hunk, too.
    """
    document = plan_document(work)
    plans = [entry.plan for entry in work.todo.entries]
    entries = tuple(
        replace(entry, hunks=hunk_entries(plan.changes, has_lines=has_lines))
        if entry.action == "split" and plan is not None
        else entry
        for entry, plan in zip(document.series, plans, strict=True)
    )
    return replace(document, series=entries)


def save_plan(repo: Repository, work: Work, name: str, *, replaces: bool) -> bool:
    """Write the work to a file as ``-n --format json`` has it, in one step.

    False where the file exists, unless it is to be replaced; a link to one stays.
    Raises WriteFailed, also for what is no file and what is in the git directory.
    """
    from gitsplit.planfile.dump import dump_plan  # which reading a plan needs not

    text = dump_plan(numbered_plan_document(work, has_lines=False)).encode()
    path = Path(name)
    try:
        path = path.resolve() if path.is_symlink() else path
        if path.is_dir():
            raise IsADirectoryError(EISDIR, "it is a directory")
        if path.exists() and not path.is_file():
            raise FileExistsError(EEXIST, "it is no regular file")
        if is_inside_git_dir(repo, path):
            raise PermissionError(EPERM, "it is in the git directory")
        if not replaces:
            return create_file(repo, path, text)
        write_file(repo, path, text, is_durable=True)
    except OSError as error:
        raise WriteFailed(
            f"{name} can't be written: {error.strerror}.",
            hint="W asks for another name.",
        ) from error
    return True


def _entry_for_plan(entry: Entry) -> CommitEntry:
    """One commit of the work as an entry of a plan file."""
    if entry.action == "split" and entry.plan is not None:
        source = entry.source or entry.commits[-1].stands_for
        return entry_of_plan(entry.plan, *entry.commits, source=source)
    return CommitEntry(
        entry.oid,
        entry.commit.subject,
        entry.action,
        message=entry.message,
        later=tuple(commit.oid for commit in entry.rest),
    )
