"""A branch, or neighbours of a series, as one change: read, and a split proposed."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from gitsplit.errors import EmptySeries, ManyMergeBases, NothingToSplit
from gitsplit.git import history
from gitsplit.git.naming import ends_of_range, whole_branch
from gitsplit.git.origins import with_origins
from gitsplit.git.refs import plain_name
from gitsplit.git.repository import Repository
from gitsplit.git.trees import EMPTY_TREE
from gitsplit.model.diff import FileChange, edits_of
from gitsplit.model.encoding import message_in_utf8
from gitsplit.model.escape import shell_command
from gitsplit.model.listing import quantity
from gitsplit.model.series import Series, SourceCommit, Squash
from gitsplit.model.todo import (
    Entry,
    Todo,
    amended_message,
    fixed_up,
    refuse_broken_range,
)
from gitsplit.proposal.originals import Original, squash_log
from gitsplit.proposal.propose import Proposals, proposals
from gitsplit.workflow.propose import Request, proposal_context
from gitsplit.workflow.work import TellProposing, Work, make_work


def read_squash(repo: Repository, request: Request, tell: TellProposing) -> Work:
    """The work of splitting the whole series as one change, with a plan proposed.

    Raises what reading the series raises, ManyMergeBases, and NothingToSplit where its
    commits change nothing together.
    """
    series = squashed_series(repo, request)
    source = Squash(series.upstream, series.head)
    changes = squashed_changes(repo, source, series.commits)
    tell(1, 1, len(edits_of(changes)))
    entry, found = _proposed(repo, request, series, series.commits, (source, changes))
    work = make_work(repo, request, series, Todo((entry,)))
    notes = () if request.read else tuple(squash_notes(repo, request, series))
    return replace(work, proposals={entry.oid: found}, notes=notes)


def squash_notes(repo: Repository, request: Request, series: Series) -> Iterator[str]:
    """Sentences on the merges that go, and on what lies below the series."""
    if merges := sum(len(commit.raw.parents) > 1 for commit in series.commits):
        are = "is" if merges == 1 else "are"
        yield f"{quantity(merges, 'merge')} {are} flattened: the new history is linear."
    whole = None if request.upstream or request.root else whole_branch(repo)
    if whole is not None and whole[2] > len(series.commits):
        upstream, trunk, count = whole
        below = count - len(series.commits)
        yield (
            f"{quantity(below, 'commit')} below {'is' if below == 1 else 'are'} in"
            f" {upstream} already and will not change; the whole branch: "
            + shell_command("gitsplit", "--squash", trunk)
        )


def squash_entry(
    repo: Repository,
    request: Request,
    series: Series,
    commits: tuple[SourceCommit, ...],
) -> tuple[Entry, Proposals]:
    """An entry that splits neighbours of a series as one change, and its proposals.

    Raises InvalidPlan where they aren't one line of history, unless they are all of it,
    and NothingToSplit where they change nothing together.
    """
    base = series.upstream
    if commits != series.commits:
        refuse_broken_range(series, commits)
        base = next(iter(commits[0].raw.parents), None)
    source = Squash(base, commits[-1].oid)
    changes = squashed_changes(repo, source, commits)
    return _proposed(repo, request, series, commits, (source, changes))


def _proposed(
    repo: Repository,
    request: Request,
    series: Series,
    commits: tuple[SourceCommit, ...],
    squashed: tuple[Squash, tuple[FileChange, ...]],
) -> tuple[Entry, Proposals]:
    source, changes = squashed
    found = squash_proposals(repo, request, series, commits, changes)
    plan = found.plan(request.number, at_least=2)
    first, *rest = commits
    return Entry(first, "split", plan=plan, rest=tuple(rest), source=source), found


def squashed_series(repo: Repository, request: Request) -> Series:
    """The commits after the only merge base; raises ManyMergeBases for several."""
    if request.read is not None:
        return _series_to_read(repo, request.read)
    try:
        series = history.read_series(repo, request.upstream, (), request.root)
    except EmptySeries as nothing:
        if request.upstream is None:
            raise _pushed_already(repo, nothing) from nothing
        raise
    if not request.root:
        _refuse_many_bases(repo, request.upstream or "@{upstream}", "HEAD", "")
    return series


def _series_to_read(repo: Repository, what: str) -> Series:
    """The commit, or those of ``A..B``, which have one merge base."""
    from gitsplit.workflow.reading import series_to_read  # few only read

    if ends := ends_of_range(what):
        _refuse_many_bases(repo, *ends, f"--read {{}}..{ends[1]} ")
    return series_to_read(repo, what)


def _refuse_many_bases(repo: Repository, name: str, head: str, way: str) -> None:
    """Raise ManyMergeBases where it isn't clear what the series begins after.

    ``way`` has a place for the one to begin after, which is named without it.
    """
    bases = history.merge_bases(repo, name, head)
    if len(bases) > 1:
        way = way.format(bases[0][:10]) or bases[0][:10]
        raise ManyMergeBases(
            f"{name} and {head} have {quantity(len(bases), 'merge base')}.",
            hint=f"Name the one to begin after: gitsplit --squash {way.rstrip()}",
        )


def _pushed_already(repo: Repository, nothing: EmptySeries) -> EmptySeries:
    """The refusal that names the whole branch, where one knows what that is."""
    whole = whole_branch(repo)
    if whole is None:
        return nothing
    branch = plain_name(repo.head_ref() or "HEAD")
    upstream, trunk, count = whole
    number = quantity(count, "commit")
    return EmptySeries(
        f"All of {branch} is in {upstream} already.",
        hint=f"The whole branch ({number}): gitsplit --squash {trunk}",
    )


def squashed_changes(
    repo: Repository, source: Squash, commits: Sequence[SourceCommit]
) -> tuple[FileChange, ...]:
    """What the commits change together, with which of them did what.

    Raises NothingToSplit where that is nothing.
    """
    before = EMPTY_TREE
    if source.base is not None:
        before = history.read_source_commit(repo, source.base).raw.tree
    (changes,) = history.changes_of_trees(repo, [(before, commits[-1].raw.tree)])
    if not changes:
        number = len(commits)
        raise NothingToSplit(
            "This commit changes nothing."
            if number == 1
            else f"Together, these {number} commits change nothing.",
            hint="See what each does with: git log --stat",
        )
    return with_origins(repo, source.base, commits, changes)


def squash_proposals(
    repo: Repository,
    request: Request,
    series: Series,
    commits: Sequence[SourceCommit],
    changes: tuple[FileChange, ...],
) -> Proposals:
    """All proposals for what the commits change together."""
    originals = originals_of(repo, commits)
    own = [each for at, each in enumerate(originals) if each.counts_for == at]
    log = squash_log(own or originals)
    last = commits[-1]
    as_one = replace(last, raw=replace(last.raw, message=log))
    context = proposal_context(repo, series, as_one, changes)
    context = replace(context, originals=originals)
    return proposals(changes, log, request.group_by, "none", context)


def originals_of(
    repo: Repository, commits: Sequence[SourceCommit]
) -> tuple[Original, ...]:
    """The commits as proposals know them: what ``amend!`` says is said already."""
    targets = fixed_up(commits)
    number = {commit.oid: at for at, commit in enumerate(commits)}
    messages = {commit.oid: message_in_utf8(commit.raw) for commit in commits}
    for commit in commits:
        target, amended = targets.get(commit.oid), amended_message(commit)
        if target is not None and amended:
            messages[target.oid] = amended
    names = history.mapped_authors(repo, commits)
    return tuple(
        Original(
            messages[commit.oid],
            names[at],
            None
            if len(commit.raw.parents) > 1
            else number[targets.get(commit.oid, commit).oid],
        )
        for at, commit in enumerate(commits)
    )
