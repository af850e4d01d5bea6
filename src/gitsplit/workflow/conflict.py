"""A conflict that the user accepts: clean commits are written, git rebases the rest.

``git rebase`` is started and stops at the conflict. Whether gitsplit or git alone
continues or aborts it, the outcome is the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import (
    GitsplitError,
    NotHandedOver,
    NothingToContinue,
    RefMoved,
    Stopped,
)
from gitsplit.git import journal, rebase, rebase_record, refs, repository, write
from gitsplit.git.journal import Record
from gitsplit.git.rebase import Stop, TodoLine
from gitsplit.git.repository import Repository
from gitsplit.git.store import store_for_rebase
from gitsplit.git.trees import EMPTY_TREE, NewObjects
from gitsplit.git.write import Rewrite, WrittenCommit
from gitsplit.model.drafts import SeriesDraft
from gitsplit.model.escape import printable
from gitsplit.model.listing import name_list, quantity, with_capital
from gitsplit.model.message import subject_of
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, DropTo
from gitsplit.model.progress import Say, say_nothing
from gitsplit.model.series import CommitDraft, Series, SourceCommit, commit_in_words
from gitsplit.report.summary import staying_lines
from gitsplit.workflow.apply import (
    entry_drafts,
    final_series_draft,
    keep_plan_on_error,
    plans_with_dropped,
    refuse_branches_at_conflict,
)
from gitsplit.workflow.hooks_and_signing import Finish
from gitsplit.workflow.work import Work

_OTHER = "Finish another with: git rebase --continue, or: git rebase --abort"


def hand_over_conflict(
    repo: Repository,
    work: Work,
    finish: Finish | None = None,
    drop_to: DropTo = "worktree",
) -> Record | None:
    """Write the commits up to the conflict, and start ``git rebase`` for the rest.

    The user's commands (``-x``) check the clean commits before git starts.

    Raises Stopped where git has stopped, as is to be expected; no branch has moved
    then. Without a stop, the record of the rewrite. Raises NotHandedOver, with nothing
    changed, where git can't be left a conflict; also what
    :func:`gitsplit.workflow.apply.apply` raises before it moves refs.
    """
    finish = finish or Finish()
    with keep_plan_on_error(repo, work):
        _refuse_impossible(repo, work)
        objects = NewObjects(repo)
        handoff = _make_handoff(repo, objects, work, finish, drop_to)
        moves = refs.branches_to_move(repo, handoff.rewrite)
        for line in staying_lines(moves.left, refs.short_name):
            finish.say(line)
        with store_for_rebase(repo, objects, handoff.rewrite):
            finish.check(repo, handoff.clean, finish.passed)
            _start_rebase(repo, work, handoff, moves, _signing_options(repo, finish))
    return _settle_or_stop(repo)


def _refuse_impossible(repo: Repository, work: Work) -> None:
    """Raise NotHandedOver or RefMoved where git can't rebase the series now."""
    if repo.worktree is None:
        raise NotHandedOver(
            "A bare repository has no worktree in which a conflict could be resolved.",
            hint="Leave out, move or edit less.",
        )
    refuse_branches_at_conflict(work)
    if any(len(commit.raw.parents) > 1 for commit in work.series.commits):
        raise NotHandedOver(
            "A conflict in a series with merges can't be left to git rebase.",
            hint="Leave out, move or edit less, or start after the last merge.",
        )
    if repo.is_rebasing:
        raise NotHandedOver(
            "A rebase is in progress here, and git can't begin another one inside it.",
            hint="Leave out, move or edit less, or finish that rebase first.",
        )
    if (repo.head_ref(), repo.head()) != (work.head_ref, work.series.head):
        raise RefMoved(
            "HEAD has moved while gitsplit was working.",
            hint="Start again from what is there now.",
        )


def _start_rebase(
    repo: Repository,
    work: Work,
    handoff: "_Handoff",
    moves: refs.Moves,
    options: Sequence[str],
) -> None:
    """Record the rewrite, and have git start; cancel the record where it doesn't."""
    head, *branches = moves.moves
    lines = _with_refs(handoff.lines, branches)
    values = [(move.ref, move.old) for move in (head, *branches)]
    subject = (
        f"rewrite of {quantity(len(work.series.commits), 'commit')} with git rebase"
    )
    base = _base(work.series)
    record = rebase_record.record_rebase(repo, values, subject, work.head_ref)
    try:
        rebase.start_rebase(repo, base, lines, handoff.dropped, options)
    except BaseException:
        if not repo.is_rebasing:
            journal.cancel_record(repo, record)
        raise


def _base(series: Series) -> Oid | None:
    """The commit that the series is on; None where it begins at a root."""
    return next(iter(series.commits[0].raw.parents), None)


def _with_refs(
    lines: Iterable[TodoLine], moves: Iterable[refs.RefUpdate]
) -> list[TodoLine]:
    """The lines, each with the branches that point to its commit afterwards."""
    at: dict[Oid, tuple[str, ...]] = {}
    for move in moves:
        at[move.new] = (*at.get(move.new, ()), move.ref)
    return [replace(line, refs=at.get(line.commit, ())) for line in lines]


def _signing_options(repo: Repository, finish: Finish) -> tuple[str, ...]:
    """The options by which ``git rebase`` signs what it picks as gitsplit would."""
    if finish.signer is not None:
        return (f"--gpg-sign={finish.signer.key}",)
    return ("--no-gpg-sign",) if repo.config.get_bool("commit.gpgSign") else ()


class _Handoff(Struct, frozen=True):
    """What git is to pick, and the new commits that it needs for that.

    ``lines`` are the todo list, ``dropped`` go back into the files at its end.
    ``rewrite`` maps each commit of the series to the commit of its last line; ``clean``
    has those alone that come before the conflict.
    """

    lines: tuple[TodoLine, ...]
    dropped: tuple[TodoLine, ...]
    rewrite: Rewrite
    clean: Rewrite


def _make_handoff(
    repo: Repository,
    objects: NewObjects,
    work: Work,
    finish: Finish,
    drop_to: DropTo,
) -> _Handoff:
    """Compute the clean commits, and of the rest commits that git can pick."""
    who = repository.committer(repo)
    ready = final_series_draft(repo, objects, work, finish)
    carriers = _Carriers(repo, objects, ready, who)
    part = write.make_until_conflict(repo, objects, ready, who)
    unsigned = write.partial_rewrite(work.series, part.commits, {})
    clean = finish.sign(objects, unsigned).commits
    made = [*clean, *(each for oid in part.rest for each in carriers.of(oid))]
    lines, ends = _todo_lines(ready, made, frozenset(part.rest))
    kept = (
        _make_commits_with_dropped(repo, objects, work, carriers)
        if drop_to == "worktree"
        else []
    )
    unpicked = [each._replace(tree=EMPTY_TREE) for each in (*made[len(clean) :], *kept)]
    unchanged = {each.oid for each in clean}
    moved = {old: new for old, new in ends.items() if old not in unchanged}
    rewrite = write.partial_rewrite(work.series, [*clean, *unpicked], moved)
    known = write.partial_rewrite(work.series, clean, {})
    return _Handoff(tuple(lines), tuple(map(_pick_line, kept)), rewrite, known)


class _Carriers(Struct, frozen=True):
    """Makes temporary commits for ``git rebase`` to pick.

    Each is on the original parents of its source, so its diff is one planned piece.
    """

    repo: Repository
    objects: NewObjects
    ready: SeriesDraft
    committer: bytes

    def of(self, oid: Oid, *more: CommitDraft) -> tuple[WrittenCommit, ...]:
        """Make commits of the source's drafts and ``more`` on its original parents.

        What is squashed into them is left out.
        """
        drafts = [d for d in self.ready.drafts if d.place == oid]
        plain = [replace(draft, squashed=()) for draft in (*drafts, *more)]
        if not plain:
            return ()
        source = self.source(oid)
        commits = self.ready.layout.ranges.get(oid, (source,))
        base = next(iter(source.raw.parents), None)
        alone = SeriesDraft.of(Series(base, commits[-1].oid, commits), plain)
        ranges = {oid: commits} if len(commits) > 1 else {}
        whole = replace(alone, layout=replace(alone.layout, ranges=ranges))
        written = write.make_rewrite(self.repo, self.objects, whole, self.committer)
        return tuple(
            made._replace(draft=replace(made.draft, squashed=draft.squashed))
            for made, draft in zip(written.commits, (*drafts, *more), strict=True)
        )

    def source(self, oid: Oid) -> SourceCommit:
        """The source commit of this id."""
        return next(c for c in self.ready.series.commits if c.oid == oid)


def _todo_lines(
    ready: SeriesDraft, made: Iterable[WrittenCommit], rest: frozenset[Oid]
) -> tuple[list[TodoLine], Mapping[Oid, Oid]]:
    """The todo list for git, and the commit at which each commit of the series ends.

    A dropped commit ends where the one before it does, the first at the base; one of a
    range with what continues it, or nowhere, but for the last.
    """
    by_place: dict[Oid, list[WrittenCommit]] = {}
    for each in made:
        by_place.setdefault(each.draft.place, []).append(each)
    inner = {c.oid for each in ready.layout.ranges.values() for c in each[:-1]}
    base = _base(ready.series)
    lines = [] if base is None else [TodoLine("onto", base)]
    ends: dict[Oid, Oid] = {}
    for oid in ready.layout.order:
        if leader := ready.layout.into.get(oid):
            ends[oid] = ends[leader]
            continue
        for each in by_place.get(oid, ()):
            lines.append(_pick_line(each))
            lines += _fixup_lines(each.draft) if oid in rest else ()
            if each.draft.source.oid in inner and each.draft.role == "owner":
                ends[each.draft.source.oid] = lines[-1].commit
        if lines and oid not in inner:
            ends[oid] = lines[-1].commit
    return lines, ends


def _pick_line(made: WrittenCommit) -> TodoLine:
    return TodoLine("pick", made.oid, subject_of(made.draft.message))


def _fixup_lines(draft: CommitDraft) -> Iterator[TodoLine]:
    for source in draft.squashed:
        yield TodoLine("fixup", source.oid, source.subject)


def _make_commits_with_dropped(
    repo: Repository, objects: NewObjects, work: Work, carriers: _Carriers
) -> list[WrittenCommit]:
    """For each commit that loses edits, make a commit on top of it that has them."""
    plans = plans_with_dropped(repo, work)
    losing = [oid for oid, plan in work.plans.items() if DROPPED in plan.group_of]
    kept: list[WrittenCommit] = []
    for oid in losing:
        entry = replace(work.todo.entry(oid), plan=plans[oid])
        whole = replace(carriers.ready, drafts=entry_drafts(objects, work, entry))
        there = replace(carriers, ready=whole).of(oid)
        tree = there[-1].tree if there else entry.commits[-1].raw.tree
        message = b"Dropped from %s\n" % oid[:10].encode()
        draft = CommitDraft(entry.commit, message, "piece", tree=tree)
        kept.append(carriers.of(oid, draft)[-1])
    return kept


def continue_rewrite(repo: Repository, *, edits: bool = True) -> Record | None:
    """Run ``git rebase --continue``; the record, if git has finished the rewrite.

    Without ``edits`` no editor is opened on messages that nobody could edit there.
    None where git's reflogs don't say so. Raises NothingToContinue where no rebase of
    gitsplit's is in progress, and Stopped where it stops again.
    """
    _record_to_go_on_with(repo)
    rebase.continue_rebase(repo, edits=edits)
    return _settle_or_stop(repo)


def abort_rewrite(repo: Repository, say: Say = say_nothing) -> Record:
    """Run ``git rebase --abort``; the record of the rewrite that is undone by it.

    ``say`` is told where changes are that couldn't come back into the files. Raises
    NothingToContinue where no rebase of gitsplit's is in progress.
    """
    record = _record_to_go_on_with(repo)
    with _say_when_over(repo):
        if told := rebase.abort_rebase(repo):
            say(f"{with_capital(told)}.")
        rebase_record.settle_records(repo)
    return record


def _record_to_go_on_with(repo: Repository) -> Record:
    """The record of the rebase in progress; raises NothingToContinue without one."""
    record = rebase_record.record_under_way(repo)
    if record is None:
        rebase_record.settle_records(repo)
        raise NothingToContinue(
            "No rebase that gitsplit has left to git is in progress here.",
            hint=_OTHER if repo.is_rebasing else "Check with: git status",
        )
    return record


def _settle_or_stop(repo: Repository) -> Record | None:
    """The record of the rebase that git has finished.

    Raises Stopped where it has not.
    """
    if repo.is_rebasing:
        raise _stop_error(rebase.current_stop(repo))
    with _say_when_over(repo):
        return rebase_record.settle_records(repo)


@contextmanager
def _say_when_over(repo: Repository) -> Iterator[None]:
    """Make an error of the ``with`` block say that the rebase is over, once it is."""
    try:
        yield
    except GitsplitError as error:
        if not repo.is_rebasing:
            error.state = "The rebase is over."
        raise


def _stop_error(stop: Stop) -> Stopped:
    """The error that tells where git has stopped, and how to go on."""
    at = f" at {commit_in_words(stop.commit, stop.subject)}" if stop.commit else ""
    where = f", where {_conflicting_paths(stop.paths)}" if stop.paths else ""
    resolve = (
        "Resolve the conflicts, `git add` the files" if stop.paths else "See git status"
    )
    return Stopped(
        f"git rebase has stopped{at}{where}.",
        hint=f"{resolve}, then run gitsplit --continue (or --abort)",
        state=f"The rebase is in progress: {stop.done} of"
        f" {quantity(stop.done + stop.left, 'command')} done. No branch has moved yet.",
    )


def _conflicting_paths(paths: tuple[bytes, ...]) -> str:
    """The paths as the subject of a clause: “a, b conflict”."""
    verb = "conflicts" if len(paths) == 1 else "conflict"
    return f"{name_list([printable(path) for path in paths])} {verb}"
