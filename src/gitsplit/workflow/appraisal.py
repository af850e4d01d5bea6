"""The appraisal of a range, from what its commits did (``--check``); it writes nothing.

It is the estimate of the screen's series (:meth:`.ProposalCache.estimate`), the names
that commits use before they come, and what Gerrit would refuse.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from gitsplit.errors import NoUpstream
from gitsplit.git import history
from gitsplit.git.naming import ends_of_range
from gitsplit.git.repository import Repository
from gitsplit.model.change_id import Objection
from gitsplit.model.diff import FileChange
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

    All of it, or its marked commits. Raises what reading it raises.
    """
    series = _series(repo, request)
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
    return Appraisal(series, _with_early_names(repo, series, found, changes))


def _appraisal_of(
    cache: ProposalCache, commit: SourceCommit, objections: tuple[Objection, ...]
) -> CommitAppraisal:
    """What a commit seems to hold, and what Gerrit has against it."""
    seen = cache.estimate(commit.oid)
    return CommitAppraisal(
        commit,
        seen.things,
        seen.why_not,
        seen.chance,
        objections=objections,
        subjects=seen.subjects,
    )


def _with_early_names(
    repo: Repository,
    series: Series,
    found: Sequence[CommitAppraisal],
    changes: Sequence[tuple[FileChange, ...]],
) -> tuple[CommitAppraisal, ...]:
    """The appraisals with the names that each commit uses before they come.

    Without any where a commit's ``changes`` aren't known, for it may bring them, or
    where merges leave open which commit is the earlier one.
    """
    if not all(
        done or each.why_not == "empty"
        for each, done in zip(found, changes, strict=True)
    ):
        return tuple(found)

    def is_elsewhere(name: str, is_after: bool) -> bool:
        tree = series.head if is_after else series.upstream
        return tree is not None and history.is_word_in(repo, tree, name)

    names: dict[int, list[EarlyName]] = {}
    for use in early_uses_in_range(changes_in_range(changes), is_elsewhere):
        name = EarlyName(use.name, found[use.of].commit.oid, use.is_gone)
        names.setdefault(use.group, []).append(name)
    return tuple(
        replace(each, names=tuple(names.get(at, ()))) for at, each in enumerate(found)
    )


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
