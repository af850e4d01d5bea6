"""Carries out a run's work: computes the new commits, stores them, moves the refs.

Nothing in the repository changes before :func:`apply` does it; what comes before is
computed in memory, for previews as well. :func:`undo` and :func:`recover` lead back.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from gitsplit.errors import (
    CheckFailed,
    Declined,
    GitFailed,
    GitsplitError,
    GitTooOld,
    HookRefused,
    Interrupted,
    InvalidPlan,
    NoBranchName,
    NotChecked,
    NotHandedOver,
    NotInWorktree,
    NotPushable,
    RefMoved,
    ReplayConflict,
    SigningFailed,
    UncleanFiles,
    WriteFailed,
)
from gitsplit.git import journal, preflight, rebase_process, refs, repository, write
from gitsplit.git.diff import merge_contents
from gitsplit.git.journal import wait_for_others
from gitsplit.git.repository import Repository
from gitsplit.git.signals import ignore_signals
from gitsplit.git.state_dir import ensure_directory, write_file
from gitsplit.git.store import store_objects
from gitsplit.git.trees import NewObjects, changed_paths
from gitsplit.git.worktree import HeadTrees
from gitsplit.model import escape
from gitsplit.model.drafts import SeriesDraft, pick_draft, reword_draft, split_drafts
from gitsplit.model.encoding import in_encoding
from gitsplit.model.listing import quantity
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, DropTo, Plan, without_empty_groups
from gitsplit.model.progress import PATIENT, Say, Watch, say_nothing
from gitsplit.model.series import CommitDraft
from gitsplit.model.states import is_whole, with_dropped_edits_kept
from gitsplit.model.todo import (
    Entry,
    id_of_continued_change,
    out_of_place,
    todo_layout,
    with_squashed_commit,
)
from gitsplit.report.findings import ResultCommit
from gitsplit.workflow.hooks_and_signing import Finish
from gitsplit.workflow.review import review_warnings
from gitsplit.workflow.work import Work, refuse_unchanged

if TYPE_CHECKING:
    from gitsplit.model.staged import IndexAfterwards

_NOBODY = b"nobody <> 0 +0000"

_WAY_BACK = "Undo with: gitsplit --undo"

_WHERE_THEY_ARE = "See where the branches are with: git reflog"

_KEEPS_PLAN = (
    *(CheckFailed, Declined, GitFailed, GitTooOld, HookRefused, NoBranchName),
    *(NotHandedOver, NotInWorktree, NotChecked, NotPushable, RefMoved),
    *(ReplayConflict, SigningFailed, UncleanFiles, WriteFailed),
)


class Outcome(Struct, frozen=True):
    """What :func:`apply` did: the commits written, the refs moved, and those left.

    ``unsigned`` is the number of commits that were signed and no longer are. ``stack``
    are the branches at the new commits, where they were asked for.
    ``changed`` are the paths at which HEAD's tree differs from before, each with
    whether it still has a file there. Where what wasn't committed was split, ``index``
    says what became of the index, None elsewhere; ``later`` are the files that were
    changed after the snapshot of them.
    """

    rewrite: write.Rewrite
    moves: refs.Moves
    unsigned: int = 0
    stack: refs.Stack = refs.Stack()
    changed: Mapping[bytes, bool] = field(default_factory=dict)
    index: "IndexAfterwards | None" = None
    later: frozenset[bytes] = frozenset()


def apply(
    repo: Repository,
    work: Work,
    finish: Finish | None = None,
    drop_to: DropTo = "worktree",
) -> Outcome:
    """Rewrite the series: store its objects, move the refs, keep index and files.

    Where edits are dropped, the index follows HEAD, and with ``discard`` the files do.

    Raises NothingToSplit where the plan changes nothing, RefMoved where
    HEAD or a branch has moved since, WriteFailed where git doesn't take objects or
    refs, what ``finish`` raises where hooks, signing or checks fail, and, where edits
    are dropped, ReplayConflict, UncleanFiles, NotInWorktree or GitTooOld. With all but
    the first the plan is kept in a file, which the error names. Raises Interrupted
    where Ctrl-C came too late.
    """
    finish = finish or Finish()
    with keep_plan_on_error(repo, work):
        outcome = _write_and_move(repo, work, finish, drop_to)
    if repo.snapshot is None or work.absorbs:
        finish.announce(repo, outcome.rewrite)
    return outcome


def _write_and_move(
    repo: Repository, work: Work, finish: Finish, drop_to: DropTo
) -> Outcome:
    objects, unsigned = compute_rewrite(
        repo, work, committer=repository.committer(repo), finish=finish
    )
    if unsigned.new_head == unsigned.old_head:
        refuse_unchanged(repo, work)
    if finish.verify:
        for warning in review_warnings(repo, work, unsigned):
            finish.say(warning)
    rewrite = finish.sign(objects, unsigned)
    trees = head_trees(repo, objects, work, rewrite, drop_to)
    refuse_unclean_worktree(repo, objects, trees)
    subject = _journal_subject(work, rewrite)
    # What the summary needs is found before: afterwards nothing may stand against it.
    outcome = expected_outcome(repo, objects, work, rewrite, finish.lost(rewrite))
    updates = (*outcome.moves.moves, *outcome.stack.made)
    files = (trees.files,) if trees else ()
    index = _index_after(repo, objects, work, rewrite)
    blobs = index.blobs if index else ()
    with _recover_when_interrupted(repo, _WAY_BACK), ExitStack() as kept:
        with finish.during("storing the new objects"):
            kept.enter_context(store_objects(repo, objects, rewrite, files, blobs))
        if index is not None:
            _run_pre_commit(repo, objects, rewrite, finish)
        finish.check(repo, rewrite, finish.passed)
        # That may have taken long, and the user may have worked meanwhile.
        outcome = _with_index(repo, outcome, index)
        refuse_unclean_worktree(repo, objects, trees)
        with finish.during(f"updating refs ({len(updates)})"):
            journal.move_refs(
                *(repo, updates, subject),
                expected_head=work.head_ref,
                trees=trees,
                entries=outcome.index.updates if outcome.index else None,
            )
    return outcome


def _index_after(
    repo: Repository, objects: NewObjects, work: Work, rewrite: write.Rewrite
) -> "IndexAfterwards | None":
    """What becomes of the index with what wasn't committed; None with commits."""
    if repo.snapshot is None:
        return None
    from gitsplit.workflow.uncommitted import index_after

    return index_after(repo, objects, work, rewrite)


def _with_index(
    repo: Repository, outcome: Outcome, index: "IndexAfterwards | None"
) -> Outcome:
    """The outcome with what becomes of the index, and files that were changed since.

    What the user has staged since as it is to be anyway isn't taken back by an undo.
    """
    if repo.snapshot is None or index is None:
        return outcome
    from gitsplit.git.index_entries import without_updates_made
    from gitsplit.git.snapshot import changed_since

    index = replace(index, updates=without_updates_made(repo, index.updates))
    if repo.snapshot.source.kind == "staged":
        return replace(outcome, index=index)  # files have no part in it
    later = changed_since(repo, repo.snapshot)
    return replace(outcome, index=index, later=later)


def _run_pre_commit(
    repo: Repository, objects: NewObjects, rewrite: write.Rewrite, finish: Finish
) -> None:
    if finish.verify:
        from gitsplit.workflow.uncommitted import run_pre_commit

        run_pre_commit(repo, objects, rewrite, finish.say)


def expected_outcome(
    repo: Repository,
    objects: NewObjects,
    work: Work,
    rewrite: write.Rewrite,
    unsigned: int,
) -> Outcome:
    """What moving refs to the rewrite comes to; nothing is done yet.

    Raises NoBranchName where a branch that is asked for can't be made.
    """
    moves = refs.branches_to_move(repo, rewrite)
    stack = made_stack(repo, objects, work, rewrite, moves)
    changed = changed_paths(objects, rewrite.old_tree, rewrite.new_tree)
    in_head = {path: pair.after is not None for path, pair in changed.items()}
    return Outcome(rewrite, moves, unsigned, stack, in_head)


def made_stack(
    repo: Repository,
    objects: NewObjects,
    work: Work,
    rewrite: write.Rewrite,
    moves: refs.Moves,
) -> refs.Stack:
    """The branches at the new commits; none where they aren't asked for."""
    if work.branches is None:
        return refs.Stack()
    from gitsplit.git.new_branches import stack_of

    return stack_of(repo, objects, rewrite, moves, work.branches.template)


def refuse_unclean_worktree(
    repo: Repository, objects: NewObjects, trees: HeadTrees | None
) -> None:
    """Raise UncleanFiles or NotInWorktree where index and files can't follow."""
    if trees is not None:
        preflight.refuse_unclean(repo, objects, trees.steps())
        preflight.refuse_missing_files(repo, objects, trees)


def _journal_subject(work: Work, rewrite: write.Rewrite) -> str:
    """The subject of the rewrite, for the journal and the reflogs."""
    if not work.series.commits[0].is_stored:
        made = quantity(len(rewrite.commits), "commit")
        return f"split of what wasn't committed into {made}"
    if work.absorbs:
        into = quantity(len(work.series.commits) - 1, "commit")
        return f"absorption of what wasn't committed into {into}"
    commits = len(work.series.commits)
    if [e.action for e in work.todo.entries if e.action != "pick"] == ["split"]:
        (oid,) = work.plans
        pieces = sum(c.draft.place == oid for c in rewrite.commits)
        if work.todo.entry(oid).rest:
            number = quantity(len(work.todo.entry(oid).commits), "commit")
            is_one = work.todo.entry(oid).source is not None
            what = f"split of {number} as one change" if is_one else f"resplit {number}"
            return f"{what} into {pieces}"
        if pieces == 1:
            is_dropping = DROPPED in work.plans[oid].group_of
            return f"{'removal of lines from' if is_dropping else 'edit of'} {oid[:10]}"
        return f"split of {oid[:10]} into {quantity(pieces, 'commit')}"
    return f"rewrite of {quantity(commits, 'commit')} into {len(rewrite.commits)}"


def preview(repo: Repository, work: Work) -> write.Rewrite:
    """Compute in memory what :func:`apply` would write.

    The trees are those that it writes; the commits differ in committer, date and new
    Change-Ids. So a preview needs no identity.
    """
    return compute_rewrite(repo, work)[1]


def compute_rewrite(
    repo: Repository,
    work: Work,
    watch: Watch = PATIENT,
    committer: bytes = _NOBODY,
    finish: Finish | None = None,
) -> tuple[NewObjects, write.Rewrite]:
    """Compute the new commits of the series in memory, with all their objects.

    ``watch`` hears how many commits are done. Raises GivenUp, InvalidPlan,
    ReplayConflict and GitTooOld, and what ``finish`` raises for a message.
    """
    objects = NewObjects(repo)
    ready = final_series_draft(repo, objects, work, finish or Finish())
    return objects, write.make_rewrite(repo, objects, ready, committer, watch)


def compute_until_conflict(
    repo: Repository, work: Work, watch: Watch = PATIENT
) -> tuple[NewObjects, write.Rewrite, write.CleanPart]:
    """Compute the new commits in memory, up to the first that conflicts.

    The rewrite has these alone; the part of it that is clean says where it ends, and
    why.
    """
    objects = NewObjects(repo)
    ready = final_series_draft(repo, objects, work, Finish())
    part = write.make_until_conflict(repo, objects, ready, _NOBODY, watch)
    return objects, write.partial_rewrite(work.series, part.commits, {}), part


def final_series_draft(
    repo: Repository, objects: NewObjects, work: Work, finish: Finish
) -> SeriesDraft:
    """The drafts of the whole series as they are written, but for signatures.

    Messages are as ``commit-msg`` leaves them, in the encoding of their commits. Raises
    HookRefused, and InvalidPlan where the todo list breaks a rule.
    """
    drafts = series_draft(objects, work)
    verified = map(in_encoding, finish.verify_messages(repo, drafts.drafts, work.ids))
    return replace(drafts, drafts=tuple(verified))


def series_draft(objects: NewObjects, work: Work) -> SeriesDraft:
    """Make the drafts of the whole series; their blobs are added to ``objects``.

    Raises InvalidPlan where the todo list breaks a rule.
    """
    arranged = todo_layout(work.series, work.todo)
    drafts: list[CommitDraft] = []
    last: dict[Oid, int] = {}  # where the last draft of each place is
    for entry in work.todo.entries:
        if leader := arranged.into.get(entry.oid):
            at = last[leader]
            drafts[at] = with_squashed_commit(drafts[at], entry, work.ids, _fresh_ids())
        elif entry.action != "drop":
            made = entry_drafts(objects, work, entry)
            last |= {draft.place: n for n, draft in enumerate(made, len(drafts))}
            drafts += made
    return SeriesDraft(work.series, arranged, tuple(drafts))


def entry_drafts(
    objects: NewObjects, work: Work, entry: Entry
) -> tuple[CommitDraft, ...]:
    """Make the drafts of one commit of the series.

    Their new blobs are added to ``objects``; what the originals name is stored.
    """
    commit = entry.commit
    if entry.action == "reword" and entry.message is not None:
        return (reword_draft(commit, entry.message, work.ids, _fresh_ids()),)
    if entry.action != "split" or entry.plan is None:
        return tuple(pick_draft(each, work.ids) for each in entry.commits)
    plan = without_empty_groups(entry.plan)
    is_one = len(plan.groups) == 1 and is_whole(plan) and not entry.rest
    is_one = is_one and commit.is_stored
    if is_one and plan.groups[0].message == commit.raw.message:
        return (pick_draft(commit, work.ids),)
    drafts, files = split_drafts(entry.commits, plan, work.ids, _fresh_ids())
    sides = (side for change in plan.changes for side in (change.old, change.new))
    stored = {side.oid for side in sides if side is not None}
    for file in files:
        if file.oid not in stored and file.content is not None:
            objects.add("blob", file.content)
    return drafts


def _fresh_ids() -> Iterator[bytes]:
    while True:
        yield repository.fresh_change_id()


def made_branches(
    commits: Sequence[ResultCommit], stack: refs.Stack
) -> tuple[tuple[int, str], ...]:
    """The branches that are made, each with the number of its commit, from 1."""
    numbers = {commit.oid: number for number, commit in enumerate(commits, 1)}
    return tuple((numbers[made.new], made.ref) for made in stack.made)


def refuse_branches_at_conflict(work: Work) -> None:
    """Raise NotHandedOver where branches are to be made at commits that git is to make.

    Until it has made them, nothing knows which.
    """
    if work.branches is not None:
        raise NotHandedOver(
            "After a conflict git rebase makes the commits, so --branches can't put"
            " branches at them.",
            hint="Leave out, move or edit less, or apply it without --branches.",
        )


def result_commits(
    work: Work, commits: Sequence[write.WrittenCommit]
) -> tuple[ResultCommit, ...]:
    """The new commits as reports show them."""
    moved = out_of_place(work.series, work.todo)
    return tuple(
        ResultCommit(
            made.draft,
            made.oid,
            made.tree,
            work.ids.of(made.draft.message),
            made.is_emptied,
            made.draft.place in moved,
            id_of_continued_change(made.draft, work.ids),
        )
        for made in commits
    )


def provisional_commits(repo: Repository, work: Work) -> tuple[ResultCommit, ...]:
    """The new commits as reports show them, where they conflict and can't be computed.

    They have the ids and trees of their source commits.
    """
    drafts = series_draft(NewObjects(repo), work).drafts
    originals = ((draft, draft.source.oid, draft.source.raw.tree) for draft in drafts)
    commits = tuple(write.WrittenCommit(*each) for each in originals)
    return result_commits(work, commits)


def head_trees(  # noqa: PLR0913 -- callers name the last
    repo: Repository,
    objects: NewObjects,
    work: Work,
    rewrite: write.Rewrite,
    drop_to: DropTo,
    *,
    watch: Watch = PATIENT,
) -> HeadTrees | None:
    """The trees that index and files go to; None where they stay, or there are none.

    Raises NotInWorktree where dropped edits are to stay and there is no worktree, and
    ReplayConflict where they conflict with what was written by hand.
    """
    old, new = rewrite.old_tree, rewrite.new_tree
    if old == new or repo.snapshot is not None:
        return None
    preflight.refuse_second_checkout(repo, work.head_ref)
    plans = [without_empty_groups(plan) for plan in work.plans.values()]
    is_keeping = drop_to == "worktree" and any(DROPPED in p.group_of for p in plans)
    if repo.worktree is not None:
        files = (
            _make_tree_with_dropped(repo, objects, work, watch) if is_keeping else new
        )
        return HeadTrees(old, files, new)
    if is_keeping:
        raise NotInWorktree(
            "A bare repository has no worktree in which what is left out could stay.",
            hint="Discard it: --drop-to discard",
        )
    return None


def _make_tree_with_dropped(
    repo: Repository, objects: NewObjects, work: Work, watch: Watch
) -> Oid:
    """Make the tree that HEAD would have if nothing were dropped; the files get it."""
    kept = work.with_plans(plans_with_dropped(repo, work))
    ready = final_series_draft(repo, objects, kept, Finish())
    return write.make_rewrite(repo, objects, ready, _NOBODY, watch).new_tree


def plans_with_dropped(repo: Repository, work: Work) -> Mapping[Oid, Plan]:
    """The plans as if nothing were dropped; the files keep what is.

    Raises ReplayConflict where that conflicts with what was written by hand.
    """
    merge = partial(merge_contents, repo)
    try:
        return {
            oid: with_dropped_edits_kept(without_empty_groups(plan), merge)
            for oid, plan in work.plans.items()
        }
    except InvalidPlan as conflict:
        raise ReplayConflict(
            f"What is left out can't stay in the files: {conflict}",
            hint="Discard it: --drop-to discard",
        ) from conflict


@contextmanager
def keep_plan_on_error(repo: Repository, work: Work) -> Iterator[None]:
    """Keep the plan in a file where the ``with`` block raises an error of _KEEPS_PLAN.

    The error names the file.
    """
    try:
        yield
    except _KEEPS_PLAN as error:
        _keep_plan(repo, work, error)
        raise


def _keep_plan(repo: Repository, work: Work, error: GitsplitError) -> None:
    """Write the plan to a file and name it in the error, if it can be written."""
    from gitsplit.planfile.dump import dump_plan
    from gitsplit.workflow.plan_files import plan_document

    try:
        path = ensure_directory(repo, "plans") / f"{work.series.head[:12]}.json"
        write_file(repo, path, dump_plan(plan_document(work)).encode())
    except OSError:
        return
    source = work.series.uncommitted
    what, options = f"HEAD at {work.series.head[:12]}", ["--plan", str(path)]
    if source is not None:
        how = source.options(absorbs=work.absorbs)
        what, options = source.in_words, [*how, *options]
    command = escape.shell_command("gitsplit", *options)
    error.kept = f"Your plan is kept, for {what}: {command}"


class Undone(Struct, frozen=True):
    """What was undone, and what of it stays: branches, and paths in the index.

    Branches that it made are deleted where they are still as they were made, and what
    was staged is so again where the index has been left alone since.
    """

    record: journal.Record
    branches: tuple[refs.LeftRef, ...]
    entries: tuple[bytes, ...]


def undo(repo: Repository) -> Undone:
    """Move the refs of the last rewrite back, as :func:`journal.undo_rewrite` does."""
    if repo.is_rebasing:
        from gitsplit.git.rebase_record import refuse_under_way

        refuse_under_way(repo)
    last = journal.last_undoable(repo)
    kept = preflight.made_branches_to_keep(repo, last.updates) if last else {}
    with _recover_when_interrupted(repo, _WHERE_THEY_ARE):
        record = journal.undo_rewrite(repo)
    left = tuple(refs.LeftRef(*each) for each in kept.items() if each[1])
    if not record.entries:
        return Undone(record, left, ())
    from gitsplit.git.index_entries import entries_not_undone  # most have none

    return Undone(record, left, entries_not_undone(repo, record))


def recover(repo: Repository, say: Say = say_nothing) -> str | None:
    """Finish or roll back an interrupted rewrite.

    A sentence about it, None without one. ``say`` is told what is waited for meanwhile.
    Raises OperationUnderWay where another gitsplit or git is still moving refs.
    """
    wait_for_others(repo, say)
    if not (rebase_process.has_traces(repo) or journal.has_handed(repo)):
        return journal.recover_rewrites(repo, say)
    from gitsplit.git.rebase_record import settle_records
    from gitsplit.git.rebase_recovery import recover_rebase

    said = filter(None, (recover_rebase(repo), journal.recover_rewrites(repo, say)))
    told = " ".join(said)
    settle_records(repo)
    return told or None


@contextmanager
def _recover_when_interrupted(repo: Repository, too_late: str) -> Iterator[None]:
    """On Ctrl-C or a signal while refs move, finish the move or roll it back.

    Raises Interrupted with the hint ``too_late`` where the refs have moved.
    """
    before = _last_undoable_number(repo)
    try:
        yield
    except KeyboardInterrupt as stop:
        with ignore_signals():
            said = journal.recover_rewrites(repo)
        if _last_undoable_number(repo) == before:
            raise
        raise Interrupted(
            "Interrupted while updating refs.",
            hint=too_late,
            state=said or "All refs are updated.",
        ) from stop


def _last_undoable_number(repo: Repository) -> int:
    """The number of the last rewrite that can be undone; 0 without one."""
    last = journal.last_undoable(repo)
    return last.number if last else 0
