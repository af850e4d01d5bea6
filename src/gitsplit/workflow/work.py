"""The work of a run: the series as read, and a plan for each commit to be split."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from msgspec import Struct, field
from msgspec.structs import replace

from gitsplit.errors import (
    EmptySeries,
    GitsplitError,
    InvalidPlan,
    NoCommonHistory,
    NothingToSplit,
    NotInSeries,
    NoUpstream,
    OperationUnderWay,
    ProgramFailed,
    UnbornBranch,
    UnknownRevision,
    WhichCommit,
)
from gitsplit.git import (
    gerrit,
    history,
    operations,
    rebase_process,
)
from gitsplit.git.gerrit import ReviewServer, review_server
from gitsplit.git.repository import Repository, open_repository
from gitsplit.model.change_id import IdRules
from gitsplit.model.diff import FileChange, edits_of, size_of
from gitsplit.model.encoding import message_in_utf8
from gitsplit.model.listing import few, quantity
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan, changes_in_range, plan_at_home
from gitsplit.model.progress import Say
from gitsplit.model.series import Series, SourceCommit
from gitsplit.model.todo import (
    Entry,
    Todo,
    refuse_broken_range,
    todo_as_read,
)
from gitsplit.workflow.propose import (
    Request,
    distrusted_command_warnings,
    has_command,
    proposals_of,
    propose_plan,
    with_messages_written,
)

if TYPE_CHECKING:
    from gitsplit.git.new_branches import Stacking
    from gitsplit.planfile.document import Misfit
    from gitsplit.proposal.propose import Proposals


class Work(Struct, frozen=True):
    """The series as read from git, and the todo list of what becomes of its commits.

    ``head_ref`` is the ref that HEAD named at the start, None where it was detached.
    ``ids`` are the rules for Change-Ids here. ``proposals`` are those of the commits
    whose plans weren't given; ``refused`` has the error of each that none could be made
    for, and that wasn't named by the user: it stays as it is. ``unproposed`` are the
    commits whose plan is one commit by now, for the screen opens before their proposals
    are made. ``reviewing`` is what the clone knows of the review server, None without
    one. ``misfit`` is what of a plan made for other commits doesn't fit; None where no
    plan was fitted. ``branches`` says how branches at new commits are named, None where
    there are to be none. ``is_read`` says that it is looked at, and never applied;
    ``is_patch`` that its trees are made of a patch, which doesn't show all of them.
    ``notes`` are sentences on what is split as one change, or absorbed; ``of_others``
    hunks would be absorbed by commits of other authors, which take nothing by
    themselves.
    """

    series: Series
    todo: Todo
    head_ref: str | None
    ids: IdRules
    proposals: "Mapping[Oid, Proposals]" = field(default_factory=dict)
    refused: Mapping[Oid, GitsplitError] = field(default_factory=dict)
    unproposed: frozenset[Oid] = frozenset()
    reviewing: ReviewServer | None = None
    misfit: "Misfit | None" = None
    branches: "Stacking | None" = None
    is_read: bool = False
    is_patch: bool = False
    notes: tuple[str, ...] = ()
    of_others: int = 0

    @property
    def plans(self) -> Mapping[Oid, Plan]:
        """The plans of the commits that are to be split."""
        return self.todo.plans

    @property
    def absorbs(self) -> bool:
        """Whether what isn't committed is to become part of commits."""
        commits = self.series.commits
        return commits[0].is_stored and not commits[-1].is_stored

    def with_plans(self, plans: Mapping[Oid, Plan]) -> "Work":
        """The work with these plans for its commits."""
        todo = self.todo
        for commit, plan in plans.items():
            todo = todo.with_plan(commit, plan)
        return replace(self, todo=todo)


def open_idle_repository(cwd: Path, *, may_be_staged: bool = False) -> Repository:
    """Open the repository at ``cwd``.

    Raises OperationUnderWay where git has one in progress.
    """
    repo = open_repository(cwd)
    refuse_operation_in_progress(repo, may_be_staged=may_be_staged)
    return repo


def refuse_operation_in_progress(
    repo: Repository, *, may_be_staged: bool = False
) -> None:
    """Raise OperationUnderWay where a rebase, merge or the like is in progress.

    At a stop of a rebase for ``edit`` or ``break``, something ``may_be_staged`` where
    that is to be split.
    """
    if rebase_process.order_at_kill(repo):
        raise OperationUnderWay(
            "The last gitsplit was interrupted during its git rebase.",
            hint="Run gitsplit without -n: it finishes the rebase or rolls it back.",
        )
    is_ours = False
    if repo.is_rebasing:
        from gitsplit.git.rebase_record import record_under_way

        is_ours = record_under_way(repo) is not None
    may_be_staged = may_be_staged or repo.snapshot is not None
    operations.refuse_operation_under_way(
        repo, is_ours=is_ours, may_be_staged=may_be_staged
    )


def replacement_warnings(repo: Repository, series: Series) -> Iterator[str]:
    """A sentence for each replacement ref or graft in the way (``git-replace(1)``)."""
    if history.has_grafts(repo):
        yield (
            "Grafts (info/grafts) change the history that git shows here; gitsplit"
            " uses the commits as they are."
        )
    yield from few(
        f"{oid[:10]} has a replacement (refs/replace), which git shows "
        f"in its place; gitsplit uses the original {kind}."
        for oid, kind in history.replacements(repo, series).items()
    )


def tell_reading(
    repo: Repository,
    request: Request,
    series: Series,
    say: Say,
    misfit: "Misfit | None" = None,
) -> None:
    """Say what of the request, once it is read, isn't as one might think.

    Commands that weren't asked, commits that git shows otherwise, and what of a plan
    doesn't fit that was fitted.
    """
    warnings = [
        *distrusted_command_warnings(repo, request),
        *replacement_warnings(repo, series),
    ]
    if misfit is not None:
        from gitsplit.report.sentences import misfit_sentences  # few plans are

        warnings += misfit_sentences(misfit)
    for warning in warnings:
        say(warning)


TellProposing = Callable[[int, int, int], None]
"""Called before a proposal is made: for which commit (from 1) of how many, and for how
many hunks and facts of it."""


def read_work(
    repo: Repository,
    request: Request,
    *,
    every: bool = False,
    asks: bool = False,
    tell: TellProposing = lambda _number, _of, _pieces: None,
) -> Work:
    """Read the series that the request names, with the plan given or one proposed.

    ``every`` proposes to split each commit of the series that seems to be several
    changes, as a dry run shows it; ``asks`` none, for the screen asks; nor does it wait
    for proposals that take more than a moment, which the screen has made meanwhile.
    Without either, WhichCommit is raised for a series of several of which none was
    named. Raises what reading the series raises, InvalidPlan where the plan doesn't
    fit, and NoBranchName.
    """
    if (work := _of_one_kind(repo, request, tell, by_itself=not asks)) is not None:
        return work
    series = read_asked_series(repo, request)
    is_open = asks and len(series.commits) > 1 and not request.commits
    chosen = () if is_open else _commits_to_split(repo, series, request, every)
    changes = history.changes_of(repo, chosen)
    is_asked = bool(request.commits) or len(series.commits) == 1
    if is_asked:
        for commit, done in zip(chosen, changes, strict=True):
            _refuse_empty(commit, done)
    work = make_work(repo, request, series, todo_as_read(series))
    if asks and not _is_proposed_soon(repo, changes):
        return _unproposed(work, chosen, changes)
    for number, (commit, done) in enumerate(zip(chosen, changes, strict=True), 1):
        if done:
            tell(number, len(chosen), len(edits_of(done)))
            work = _with_proposal(repo, request, work, commit, done, is_asked=is_asked)
            found = work.proposals.get(commit.oid)
            if found is not None and len(chosen) > 1:
                found.commit.texts.forget_words()
    is_hopeless = len(work.refused) == len([*filter(None, changes)])
    return _raise_refusal(work, is_asked or is_hopeless)


def _of_one_kind(
    repo: Repository, request: Request, tell: TellProposing, *, by_itself: bool
) -> Work | None:
    """The work of a plan, a squash or a range; None where commits are to be chosen."""
    if request.plan is not None:
        from gitsplit.workflow.plan_files import read_plan

        return read_plan(repo, request, request.plan)
    if request.absorb:
        from gitsplit.workflow.absorb import read_absorb

        return read_absorb(repo, request, by_itself=by_itself)
    if request.squash:
        from gitsplit.workflow.squash import read_squash

        return read_squash(repo, request, tell)
    if request.resplit:
        series = history.read_series(repo, request.upstream, (), request.root)
        return make_work(repo, request, series, _range_at_home(repo, series))
    return None


def read_asked_series(repo: Repository, request: Request) -> Series:
    """Read the series that the request names; raises what reading it raises.

    A snapshot is one of a single commit.
    """
    if repo.snapshot is not None:
        return repo.snapshot.series
    if request.read is not None:
        from gitsplit.workflow.reading import series_to_read  # few only read

        return series_to_read(repo, request.read)
    return history.read_series(repo, request.upstream, request.commits, request.root)


_UNREAD = (
    *(EmptySeries, NoCommonHistory, NotInSeries, NoUpstream, UnbornBranch),
    UnknownRevision,
)
"""How it is refused to read a series that isn't there."""


def read_meant_work(
    repo: Repository,
    request: Request,
    *,
    every: bool = False,
    asks: bool = False,
    tell: TellProposing = lambda _number, _of, _pieces: None,
) -> tuple[Request, Work]:
    """The work as :func:`read_work` reads it, and the request that was meant.

    That is another one where UPSTREAM begins no series, as newcomers type it, or a dry
    run is about a commit that HEAD doesn't have (see :mod:`gitsplit.workflow.meaning`).
    """
    try:
        return request, read_work(repo, request, every=every, asks=asks, tell=tell)
    except _UNREAD as refusal:
        from gitsplit.workflow.meaning import request_meant  # few type so

        meant = request_meant(repo, request, refusal, only_looks=every)
    return meant, read_work(repo, meant, every=every, asks=asks, tell=tell)


def title_by_id(repo: Repository, request: Request, series: Series) -> str:
    """What the series is, where the commit before it was named by its id.

    With the way to split that one, which may have been meant. Empty elsewhere.
    """
    name, base = request.upstream or "", series.upstream or ""
    if not name or request.commits or not base.startswith(name.lower()):
        return ""
    from gitsplit.git.naming import is_object_id  # few name ids

    if not is_object_id(repo, name):
        return ""
    number = quantity(len(series.commits), "commit")
    return f"the {number} after {name[:10]}; {name[:10]} itself: -c {name[:10]}"


SOON_HUNKS = 40
SOON_LINES = 2_000
"""What is proposed for so many hunks and changed lines is there at once.

So the screen opens on it, in place of being drawn twice.
"""


def _is_proposed_soon(
    repo: Repository, changes: Sequence[tuple[FileChange, ...]]
) -> bool:
    """Whether the proposals for these changes are made before one would notice.

    A program of the user's may take any time.
    """
    edits = [edit for done in changes for edit in edits_of(done)]
    is_small = len(edits) <= SOON_HUNKS and sum(map(size_of, edits)) <= SOON_LINES
    return is_small and not has_command(repo)


def _unproposed(
    work: Work,
    commits: Sequence[SourceCommit],
    changes: Sequence[tuple[FileChange, ...]],
) -> Work:
    """The work with everything of each commit in one, until more is proposed."""
    plans = {
        commit.oid: plan_at_home([done], [commit.raw.message])
        for commit, done in zip(commits, changes, strict=True)
        if done
    }
    return replace(work.with_plans(plans), unproposed=frozenset(plans))


def _range_at_home(repo: Repository, series: Series) -> Todo:
    """The list with the whole series as one range, whose commits stay as they are.

    Raises InvalidPlan where it isn't one line of history.
    """
    commits = series.commits
    refuse_broken_range(series, commits)
    changes = history.changes_of(repo, commits)
    if len(commits) == 1:
        _refuse_empty(commits[0], changes[0])
    plan = plan_at_home(changes, [message_in_utf8(each.raw) for each in commits])
    return Todo((Entry(commits[0], "split", plan=plan, rest=commits[1:]),))


def _raise_refusal(work: Work, is_hopeless: bool) -> Work:
    """Raise the first refusal where none can be tolerated; else the work."""
    for why in work.refused.values():
        if is_hopeless:
            raise why
    return work


def _with_proposal(  # noqa: PLR0913 -- callers name the last
    repo: Repository,
    request: Request,
    work: Work,
    commit: SourceCommit,
    changes: tuple[FileChange, ...],
    *,
    is_asked: bool,
) -> Work:
    """The work with a plan proposed for a commit, or with why there is none.

    One that wasn't asked for stays as it is where it seems to be one change.
    """
    series, oid = work.series, commit.oid
    try:
        proposals = proposals_of(repo, request, series, commit, changes)
        plan = propose_plan(repo, request, series, commit, proposals, is_asked=is_asked)
        is_split = is_asked or len(plan.groups) > 1
        if is_split and not is_asked:
            plan = with_messages_written(repo, series, commit, plan)
    except (InvalidPlan, ProgramFailed) as error:
        return replace(work, refused={**work.refused, oid: error})
    work = replace(work, proposals={**work.proposals, oid: proposals})
    return work.with_plans({oid: plan}) if is_split else work


def make_work(repo: Repository, request: Request, series: Series, todo: Todo) -> Work:
    """The work, with the repository's rules for Change-Ids and its review server.

    Raises NoBranchName.
    """
    branches = None
    if request.branches is not None:
        from gitsplit.git.new_branches import stacking  # asked for seldom

        branches = stacking(repo, request.branches, request.upstream)
    rules = gerrit.id_rules(repo, series.commits, moves=request.moves_ids)
    if request.read is not None:
        rules, is_patch = replace(rules, is_reviewed=False), request.from_patch
        return Work(series, todo, None, rules, is_read=True, is_patch=is_patch)
    head = repo.head_ref()
    known = None
    if rules.is_reviewed:
        known = review_server(repo, series, rules, head, request.upstream)
    return Work(series, todo, head, rules, reviewing=known, branches=branches)


def _commits_to_split(
    repo: Repository, series: Series, request: Request, every: bool
) -> tuple[SourceCommit, ...]:
    """The commits of the series that are to be split, oldest first."""
    marked = {repo.resolve(revision) for revision in request.commits}
    if marked or len(series.commits) == 1:
        return tuple(c for c in series.commits if not marked or c.oid in marked)
    if every:
        return tuple(c for c in series.commits if len(c.raw.parents) < 2)
    place = f"after {request.upstream or 'the upstream'}"
    place, way = (f"in {request.read}", "--read") if request.read else (place, "-c")
    first = series.commits[0].oid[:10]
    raise WhichCommit(
        f"There are {quantity(len(series.commits), 'commit')} {place}; which one should"
        " be split?",
        hint=f"Name it, as in: gitsplit {way} {first}",
        commit=first,
    )


def _refuse_empty(commit: SourceCommit, changes: tuple[FileChange, ...]) -> None:
    """Raise NothingToSplit where a commit that was asked for changes nothing."""
    if not changes:
        raise NothingToSplit(
            f"{commit.oid[:10]} changes no file, so there is nothing to split.",
            hint="See what a commit does with: git show --stat COMMIT",
        )


def changes_of_ranges(
    repo: Repository, ranges: Sequence[tuple[SourceCommit, ...]]
) -> Mapping[Oid, tuple[FileChange, ...]]:
    """The changes of each range, by its first commit."""
    every = iter(history.changes_of(repo, [c for commits in ranges for c in commits]))
    return {
        commits[0].oid: changes_in_range([next(every) for _ in commits])
        for commits in ranges
    }


def refuse_unchanged(repo: Repository, work: Work) -> NoReturn:
    """Raise NothingToSplit for work that makes just the commits that there are."""
    if work.absorbs:
        from gitsplit.workflow.absorb import refuse_none_absorbed

        refuse_none_absorbed(repo, work)
    hint = "Send hunks to another commit."
    if work.proposals:  # else it takes no --commits: the plan is given, or a range
        hint = "Send hunks to another commit, or propose more with --commits N."
    if work.branches is not None:
        hint = "Make a branch at a commit as it is with: git branch NAME COMMIT"
    raise NothingToSplit("The plan changes nothing.", hint=hint)
