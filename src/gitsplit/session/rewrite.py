"""The work carried out: drafts, objects, refs; or computed only, for a preview.

Nothing in the repository changes before :func:`apply`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gitsplit.core import planfile
from gitsplit.core.drafts import kept_draft, reworded_draft, split_drafts
from gitsplit.core.plan import without_empty_groups
from gitsplit.core.series import CommitDraft, SourceCommit
from gitsplit.errors import GitsplitError, NothingToSplit, RefMoved
from gitsplit.git import identity, journal, refs, write
from gitsplit.git.repository import Repository, open_repository
from gitsplit.git.trees import NewObjects
from gitsplit.report.text import Resulting
from gitsplit.session.work import Work, document


@dataclass(frozen=True, slots=True)
class Outcome:
    """What :func:`apply` did: the commits written, and the refs moved and left."""

    rewrite: write.Rewrite
    moves: refs.Moves


def preview(repo: Repository, work: Work) -> write.Rewrite:
    """What :func:`apply` would write, computed in memory; nothing is stored.

    The trees are those that it writes; the commits differ in committer, date and new
    Change-Ids. So a preview needs no identity.
    """
    committer = work.series.commits[0].raw.values(b"committer")[0]
    return _drawn_up(repo, work, committer)[1]


def resulting(work: Work, rewrite: write.Rewrite) -> tuple[Resulting, ...]:
    """The commits that the series becomes, as reports want them."""
    return tuple(
        Resulting(made.draft, made.oid, made.tree, work.ids.of(made.draft.message))
        for made in rewrite.commits
    )


def _drawn_up(
    repo: Repository, work: Work, committer: bytes
) -> tuple[NewObjects, write.Rewrite]:
    """The new objects of the whole series, and what they rewrite."""
    objects = NewObjects(repo)
    drafts = [
        draft
        for commit in work.series.commits
        for draft in _drafts(objects, work, commit)
    ]
    rewrite = write.written_drafts(objects, work.series, drafts, committer)
    return objects, rewrite


def _drafts(
    objects: NewObjects, work: Work, commit: SourceCommit
) -> Sequence[CommitDraft]:
    """The drafts of one commit of the series; their blobs are in ``objects``."""
    if commit.oid in work.messages:
        return (reworded_draft(commit, work.messages[commit.oid], work.ids),)
    if commit.oid not in work.plans:
        return (kept_draft(commit),)
    plan = without_empty_groups(work.plans[commit.oid])
    if len(plan.groups) == 1 and plan.groups[0].message == commit.raw.message:
        return (kept_draft(commit),)
    drafts, files = split_drafts(commit, plan, work.ids, _fresh_ids())
    for file in files:
        if file.content is not None:
            objects.add("blob", file.content)
    return drafts


def _fresh_ids() -> Iterator[bytes]:
    while True:
        yield identity.fresh_change_id()


def apply(repo: Repository, work: Work) -> Outcome:
    """The series rewritten: objects stored, refs moved together, index and files kept.

    Raises NothingToSplit where the plan gives back the series as it is, RefMoved
    where HEAD or a branch has moved since (the plan is kept in a file, which the hint
    names), and WriteFailed where git doesn't take objects or refs.
    """
    objects, rewrite = _drawn_up(repo, work, identity.committer(repo))
    if not rewrite.rewritten:
        raise NothingToSplit(
            "The plan gives back the commits as they are.",
            hint="Send some pieces to another commit first.",
        )
    moves = refs.branches_to_move(repo, rewrite)
    subject = _journal_subject(work, rewrite)
    try:
        with write.stored(repo, objects, rewrite):
            journal.move(repo, moves.moves, subject, expected_head=work.head_ref)
    except RefMoved as error:
        raise _with_kept_plan(repo, work, error) from error
    return Outcome(rewrite, moves)


def _journal_subject(work: Work, rewrite: write.Rewrite) -> str:
    """What the reflog says happened."""
    commits = len(work.series.commits)
    if len(work.plans) == 1 and not work.messages:
        (oid,) = work.plans
        pieces = sum(c.draft.source.oid == oid for c in rewrite.commits)
        return f"split {oid[:10]} into {pieces}"
    return f"rewrite {commits} commits as {len(rewrite.commits)}"


def _with_kept_plan(
    repo: Repository, work: Work, error: GitsplitError
) -> GitsplitError:
    """The same error, its hint naming the file in which the plan was kept."""
    path = repo.git_dir / "gitsplit" / "plans" / f"{work.series.head[:12]}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(planfile.dumps(document(work)), encoding="utf-8")
    except OSError:
        return error
    hint = f"Your plan is kept: gitsplit --plan {path}"
    return type(error)(str(error), hint=f"{error.hint} {hint}".strip())


def undone(cwd: Path) -> journal.Record:
    """The record of the last rewrite, whose refs are back where they were."""
    repo = open_repository(cwd)
    journal.recover(repo)
    return journal.undo(repo)


def recovered(repo: Repository) -> str | None:
    """What became of a rewrite that was broken off, in a sentence; None without one."""
    return journal.recover(repo)
