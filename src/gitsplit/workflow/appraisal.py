"""The appraisal of a range, from what its commits did (``--check``); it writes nothing.

It is the estimate of the screen's series (:meth:`.ProposalCache.estimate`), the names
that commits use before they come, and what Gerrit would refuse.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from msgspec.structs import replace

from gitsplit.errors import NoUpstream
from gitsplit.git import history
from gitsplit.git.naming import ends_of_range
from gitsplit.git.repository import Repository
from gitsplit.model.change_id import Objection
from gitsplit.model.diff import FileChange
from gitsplit.model.objects import Oid
from gitsplit.model.plan import changes_in_range
from gitsplit.model.series import Series, SourceCommit
from gitsplit.model.todo import todo_as_read
from gitsplit.proposal.names import early_uses_in_range
from gitsplit.report.appraisal import Appraisal, CommitAppraisal, EarlyName
from gitsplit.workflow.proposal_cache import ProposalCache
from gitsplit.workflow.propose import Request
from gitsplit.workflow.review import objections_to_series
from gitsplit.workflow.work import TellProposing, make_work


def appraise(
    repo: Repository, request: Request, tell: TellProposing = lambda *_of: None
) -> Appraisal:
    """Appraise the commits that the request names: a series, or ``A..B`` anywhere.

    All of it, or its marked commits. Raises what reading it raises, and UnknownRevision
    where a shallow clone lacks what one of them changed.
    """
    series = _series(repo, request)
    for commit in series.commits:
        history.refuse_shallow_boundary(repo, commit)
    marked = {repo.resolve(revision) for revision in request.commits}
    if not series.commits:
        return Appraisal(series, ())
    below = (request.upstream or "").partition("..")[0] or None
    work = make_work(
        repo, replace(request, upstream=below), series, todo_as_read(series)
    )
    cache = ProposalCache(repo, request, work)
    objections = objections_to_series(work)
    found: list[CommitAppraisal] = []
    changes: list[tuple[FileChange, ...]] = []
    for number, commit in enumerate(series.commits, 1):
        if marked and commit.oid not in marked:
            continue
        tell(number, len(series.commits), 0)
        found.append(_appraisal_of(cache, commit, objections.get(commit.oid, ())))
        known = cache.known_proposals(commit.oid)
        changes.append(known.changes if known else ())
    return Appraisal(series, _with_early_names(repo, found, changes))


def _appraisal_of(
    cache: ProposalCache, commit: SourceCommit, objections: tuple[Objection, ...]
) -> CommitAppraisal:
    """What a commit seems to hold, and what Gerrit has against it."""
    seen = cache.estimate(commit.oid)
    return CommitAppraisal(
        commit,
        seen.things,
        "unreadable" if seen.why_not == "?" else seen.why_not,
        seen.chance,
        objections=objections,
        subjects=seen.subjects,
    )


def _with_early_names(
    repo: Repository,
    found: Sequence[CommitAppraisal],
    changes: Sequence[tuple[FileChange, ...]],
) -> tuple[CommitAppraisal, ...]:
    """The appraisals with the names that each commit uses before they come.

    They are looked for among commits that follow each other without a merge between:
    elsewhere it is open which of two is the earlier one.
    """
    names: dict[int, list[EarlyName]] = {}
    for run in _linear_runs([each.commit for each in found]):
        known = [changes[at] for at in run]
        if not all(
            done or found[at].why_not == "empty"
            for at, done in zip(run, known, strict=True)
        ):
            continue  # the one that isn't known may bring them
        ends = found[run[0]].commit.raw.parents, found[run[-1]].commit.oid
        for use in early_uses_in_range(
            changes_in_range(known), partial(_is_word_at, repo, *ends)
        ):
            other = found[run[use.of]].commit.oid
            name = EarlyName(use.name, other, use.is_gone)
            names.setdefault(run[use.group], []).append(name)
    return tuple(
        replace(each, names=tuple(names.get(at, ()))) for at, each in enumerate(found)
    )


def _linear_runs(commits: Sequence[SourceCommit]) -> Iterator[Sequence[int]]:
    """The places of commits that are each the only parent of the next.

    ``commits`` are in the order of history. Merges are in none.
    """
    runs: list[list[int]] = []
    run_to: dict[Oid, list[int]] = {}
    for at, commit in enumerate(commits):
        parents = commit.raw.parents
        if len(parents) > 1:
            continue
        run = run_to.pop(parents[0], []) if parents else []
        if not run:
            runs.append(run)
        run.append(at)
        run_to[commit.oid] = run
    return iter(runs)


def _is_word_at(
    repo: Repository, parents: Sequence[Oid], last: Oid, word: str, is_after: bool
) -> bool:
    """Whether a file has the word before a run of commits, or after it."""
    trees = (last,) if is_after else parents
    return any(history.is_word_in(repo, tree, word) for tree in trees)


def _series(repo: Repository, request: Request) -> Series:
    """The series that the request names; one may be without commits."""
    name = request.upstream or ""
    if ends := ends_of_range(name):
        return history.read_range(repo, "..".join(ends))
    try:
        return history.read_series(
            repo, request.upstream, request.commits, request.root
        )
    except NoUpstream as refusal:
        raise NoUpstream(
            str(refusal),
            hint="Name a range, as in: gitsplit --check main..HEAD; one commit with"
            " -c HEAD.",
        ) from None
