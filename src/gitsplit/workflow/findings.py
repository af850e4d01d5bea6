"""What reports have to tell, of a dry run and of a rewrite.

Of a dry run nothing hides the rest: what stands against one commit stands beside it,
and all the others are shown.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from gitsplit.errors import GitsplitError, InvalidPatch, InvalidPlan
from gitsplit.git.diff import changes_between, hunks_between
from gitsplit.git.repository import Repository
from gitsplit.git.signing import signatures_lost
from gitsplit.git.trees import EMPTY_TREE, NewObjects
from gitsplit.git.write import Rewrite
from gitsplit.model.memo import memo
from gitsplit.model.message import has_subject
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DropTo, without_empty_groups
from gitsplit.model.todo import Entry, Todo
from gitsplit.report.findings import (
    NO_TREE,
    CommitFate,
    DryRun,
    Preview,
    Recipes,
    ResultCommit,
    RewriteFindings,
    commit_fates,
    commits_not_continued,
    edits_left_out,
    gone_commits,
    text_unsaid,
    trailers_left_behind,
)
from gitsplit.workflow.apply import (
    Outcome,
    compute_rewrite,
    entry_drafts,
    expected_outcome,
    made_branches,
    result_commits,
)
from gitsplit.workflow.propose import has_advice
from gitsplit.workflow.review import (
    gerrit_complaints,
    push_commands,
    reviewer_view,
    stack_push,
)
from gitsplit.workflow.work import Work

if TYPE_CHECKING:
    from gitsplit.model.by_hand import ByHand
    from gitsplit.planfile.document import PlanDocument
    from gitsplit.proposal.flaws import Flaw

NO_MESSAGE = b"(no message)\n"
"""What stands for a message that is missing, where one only looks."""

_Compute = Callable[[Work], tuple[NewObjects, Rewrite]]
"""What makes the new commits of a work, which is done once for all that is told."""


def dry_run_findings(  # noqa: PLR0913 -- callers name the last
    repo: Repository,
    work: Work,
    drop_to: DropTo,
    *,
    signs: bool,
    is_given: bool,
    has_patch: bool,
    verify: bool = True,
    teaches: bool = False,
) -> DryRun:
    """All that there is to tell of the work; only what is asked for is found out.

    ``signs`` says that new commits are to be signed, ``is_given`` that the plan is the
    user's. ``has_patch`` asks for diffs, and for the lines of each hunk, ``teaches``
    for git commands. With ``verify``, the plan is refused for what Gerrit would refuse.
    """
    compute = memo(partial(compute_rewrite, repo))
    return DryRun(
        plans=work.plans,
        unshown=_unshown(work.todo),
        shortcuts={o: p.shortcut for o, p in work.proposals.items() if p.shortcut},
        refused=work.refused,
        plan=memo(partial(_plan_document, work, has_lines=has_patch)),
        preview=memo(
            partial(
                _preview,
                *(repo, work, drop_to, compute),
                signs=signs,
                verify=verify,
                has_patch=has_patch,
            )
        ),
        recipes=partial(_recipes, repo, work, compute),
        is_patch=work.is_patch,
        has_branches=work.branches is not None,
        is_given=is_given,
        by_hand=partial(_by_hand, repo, work, drop_to, compute) if teaches else None,
        has_patch=has_patch,
    )


def _unshown(todo: Todo) -> Mapping[Oid, Mapping[int, int]]:
    """How many lines of the new commits never show, for each range that is split."""
    from gitsplit.model.shown import unshown_by_group  # no rewrite needs it

    return {
        entry.oid: unshown_by_group(entry, without_empty_groups(entry.plan))
        for entry in todo.entries
        if entry.plan is not None
    }


def _refuse_patch(work: Work) -> None:
    """Raise InvalidPatch where no commits are there but what a patch shows of them."""
    if work.is_patch:
        raise InvalidPatch(
            "A patch has no plan: its hunks may be cut otherwise than the commit's.",
            hint="--format text and markdown show how it would be split.",
        )


def _by_hand(
    repo: Repository, work: Work, drop_to: DropTo, compute: _Compute
) -> "ByHand":
    from gitsplit.model.by_hand import ByHand
    from gitsplit.workflow.by_hand import by_hand  # few are taught

    try:
        return by_hand(repo, work, *compute(work), drop_to)
    except GitsplitError as refusal:
        return ByHand(reason=f"{refusal} {refusal.hint}".rstrip())


def commands_after(
    repo: Repository, work: Work, outcome: Outcome, drop_to: DropTo
) -> "ByHand":
    """The git commands for what a rewrite did."""
    from gitsplit.workflow.by_hand import by_hand  # few are taught

    objects = NewObjects(repo)
    return by_hand(repo, work, objects, outcome.rewrite, drop_to, is_done=True)


def _recipes(repo: Repository, work: Work, compute: _Compute) -> Recipes:
    from gitsplit.workflow.recipes import recipes_of  # one format has them

    _refuse_patch(work)
    return recipes_of(repo, work, *compute(work))


def _plan_document(work: Work, *, has_lines: bool) -> "PlanDocument":
    from gitsplit.workflow.plan_files import numbered_plan_document

    _refuse_patch(work)
    return numbered_plan_document(work, has_lines=has_lines)


def _preview(  # noqa: PLR0913 -- the caller names the last
    repo: Repository,
    work: Work,
    drop_to: DropTo,
    compute: _Compute,
    *,
    signs: bool,
    verify: bool,
    has_patch: bool,
) -> Preview:
    """What applying the work would come to, as far as it can be drawn up.

    Raises InvalidPlan only for what is wrong with the series as a whole, and
    ReplayConflict.
    """
    work, refused = _computable(repo, work, compute)
    objects, rewrite = compute(work)
    against = {**work.refused, **refused}
    complaints = {oid: (f"{why} {why.hint}".rstrip(),) for oid, why in against.items()}
    refusal: GitsplitError | None = next(iter(refused.values()), None)
    unpushable, first, warnings = gerrit_complaints(repo, work, rewrite)
    for oid, sentences in unpushable.items():
        complaints[oid] = (*complaints.get(oid, ()), *sentences)
    commits = _commits_to_show(work, rewrite)
    told_of = (work.todo, commits, work.proposals, complaints, work.ids)
    fates = map(_with_sizes, commit_fates(*told_of))
    told = None
    if rewrite.new_head != rewrite.old_head and not (refused or work.is_read):
        lost = 0 if signs else signatures_lost(rewrite)
        outcome = expected_outcome(repo, objects, work, rewrite, lost)
        told = rewrite_findings(repo, work, outcome, drop_to)
    advised = map(_with_advice, fates) if has_advice(repo) else fates
    whole = map(_with_absorbed, advised)
    shown = (_with_diff(objects, fate) for fate in whole) if has_patch else whole
    notes = work.notes if work.absorbs and told is None else ()
    refusal = refusal or (first if verify else None)
    return Preview(tuple(shown), told, (*warnings, *notes), refusal)


def _with_sizes(fate: CommitFate) -> CommitFate:
    """The fate with the size of each new commit, and with what of it never shows."""
    from gitsplit.model.shown import commit_sizes, unshown_by_group  # no rewrite's

    if fate.split is None or fate.entry.plan is None:
        return fate
    plan = without_empty_groups(fate.entry.plan)
    sizes = iter(commit_sizes(plan, hunks_between))
    parts = tuple(replace(part, size=next(sizes)) for part in fate.split.parts)
    unshown = unshown_by_group(fate.entry, plan)
    return replace(fate, split=replace(fate.split, parts=parts, unshown=unshown))


def _commits_to_show(work: Work, rewrite: Rewrite) -> tuple[ResultCommit, ...]:
    """The new commits; those of a patch without trees, which would tell nobody."""
    commits = result_commits(work, rewrite.commits)
    if work.is_patch:
        return tuple(replace(each, tree=NO_TREE) for each in commits)
    return commits


def _with_absorbed(fate: CommitFate) -> CommitFate:
    """The fate with where each hunk of uncommitted changes goes, if there are any."""
    if fate.split is None or fate.entry.plan is None or not fate.entry.absorbs:
        return fate
    from gitsplit.report.absorbed import absorbed_hunks  # few have any

    hunks = absorbed_hunks(without_empty_groups(fate.entry.plan))
    return replace(fate, split=replace(fate.split, absorbed=tuple(hunks)))


def _with_advice(fate: CommitFate) -> CommitFate:
    """The fate with what guides say of the new commits."""
    from gitsplit.proposal.advice import advice_on  # no rewrite needs it

    if fate.split is None or fate.entry.plan is None:
        return fate
    advice = advice_on(without_empty_groups(fate.entry.plan))
    return replace(fate, split=replace(fate.split, advice=advice))


def _with_diff(objects: NewObjects, fate: CommitFate) -> CommitFate:
    """The fate with the diff of each commit that it is split into.

    Or of the one that others are squashed into.
    """
    if fate.split is not None and fate.entry.plan is not None:
        from gitsplit.model.patch import changes_by_group  # few look at diffs

        changes = changes_by_group(without_empty_groups(fate.entry.plan), hunks_between)
        pairs = zip(fate.split.parts, changes, strict=True)
        parts = tuple(replace(part, changes=own) for part, own in pairs)
        return replace(fate, split=replace(fate.split, parts=parts))
    for made in fate.commits:
        if made.draft.squashed:
            parents = objects.read_commit(made.oid).parents[:1]
            trees = [objects.read_commit(parent).tree for parent in parents]
            before = trees[0] if trees else EMPTY_TREE
            return replace(fate, changes=changes_between(objects, before, made.tree))
    return fate


def _computable(
    repo: Repository, work: Work, compute: _Compute
) -> tuple[Work, dict[Oid, InvalidPlan]]:
    """The work, or as much of it as can be shown, with what some is refused for.

    Raises InvalidPlan for what is wrong with the series as a whole.
    """
    try:
        compute(work)
    except InvalidPlan:
        shown, refused = _work_to_show(repo, work)
        if not refused:
            raise
        return shown, refused
    return work, {}


def _work_to_show(repo: Repository, work: Work) -> tuple[Work, dict[Oid, InvalidPlan]]:
    """The work with each commit as it can be shown, and what some are refused for."""
    objects, refused = NewObjects(repo), dict[Oid, InvalidPlan]()
    entries: list[Entry] = []
    for entry in work.todo.entries:
        why = _refusal_of(objects, work, entry)
        if why is not None:
            refused[entry.oid] = why
            entry = _with_placeholders(entry)
            if _refusal_of(objects, work, entry) is not None:
                entries += (Entry(commit) for commit in entry.commits)
                continue
        entries.append(entry)
    return replace(work, todo=Todo(tuple(entries))), refused


def _placeholder_above(footer: bytes) -> bytes:
    """The word for a missing message, above the Change-Id that may be all of it."""
    return NO_MESSAGE + (b"\n" + footer if footer.strip() else b"")


def _refusal_of(objects: NewObjects, work: Work, entry: Entry) -> InvalidPlan | None:
    """Why the commit can't be had as the entry wants it; None where it can."""
    try:
        entry_drafts(objects, work, entry)
    except InvalidPlan as refusal:
        return refusal
    return None


def _with_placeholders(entry: Entry) -> Entry:
    """The entry, a word standing for each message that is missing."""
    if entry.action == "reword":
        return replace(entry, message=NO_MESSAGE)
    if entry.plan is None:
        return entry
    plan = entry.plan
    groups = tuple(
        each
        if has_subject(each.message)
        else replace(each, message=_placeholder_above(each.message.lstrip(b"\n")))
        for each in plan.groups
    )
    return replace(entry, plan=replace(plan, groups=groups))


def _messages_by_place(
    commits: Sequence[ResultCommit],
) -> Mapping[Oid, tuple[bytes, ...]]:
    """What the new commits say, by the commit in whose place they are."""
    said: dict[Oid, tuple[bytes, ...]] = {}
    for each in commits:
        place = each.draft.place
        said[place] = (*said.get(place, ()), each.draft.message)
    return said


def rewrite_findings(
    repo: Repository, work: Work, outcome: Outcome, drop_to: DropTo
) -> RewriteFindings:
    """What a rewrite did, and what it left alone."""
    rewrite, moves = outcome.rewrite, outcome.moves
    commits = result_commits(work, rewrite.commits)
    index = outcome.index
    said = _messages_by_place(commits)
    return RewriteFindings(
        work.todo,
        commits,
        moved=tuple((move.ref, move.new) for move in moves.moves),
        left=tuple((left.ref, left.reason) for left in moves.left),
        made=made_branches(commits, outcome.stack),
        old_tree=rewrite.old_tree,
        gone=tuple(gone_commits(work.todo, commits, work.ids)),
        given_up=tuple(
            each
            for entry in work.todo.entries
            for each in commits_not_continued(entry, commits, work.ids)
        ),
        trailers=tuple(trailers_left_behind(commits, work.ids)),
        dropped=tuple(
            edits_left_out(work.todo, outcome.changed, is_kept=drop_to == "worktree")
        ),
        unsaid=tuple(
            text_unsaid(work.todo.entries, lambda entry: said.get(entry.oid, ()))
        ),
        flaws=tuple(_flaws(work.todo, commits)),
        unsigned=outcome.unsigned,
        review=reviewer_view(repo, work, commits),
        push=push_commands(repo, work),
        notes=(*work.notes, *_branch_notes(repo, work, outcome)),
        stack=stack_push(repo, work, outcome.stack),
        source=work.series.uncommitted,
        overwritten=index.overwritten if index else (),
        later=len(outcome.later),
        is_stopped=repo.is_rebasing,
    )


def _branch_notes(repo: Repository, work: Work, outcome: Outcome) -> Iterator[str]:
    """What the rewrite means for branches."""
    if outcome.rewrite.ends or repo.config.has_remotes:
        from gitsplit.workflow.branch_notes import branch_notes  # which few have

        yield from branch_notes(repo, work, outcome.rewrite, outcome.moves)


def _flaws(todo: Todo, commits: Sequence[ResultCommit]) -> Iterator[tuple[int, "Flaw"]]:
    """What is wrong with the order of the new commits of each commit that is split.

    Each has the number of new commits before them.
    """
    from gitsplit.proposal.flaws import flaws_of  # which no other run needs

    places = [each.draft.place for each in commits]
    for oid, plan in todo.plans.items():
        if oid in places:
            for flaw in flaws_of(without_empty_groups(plan)):
                yield places.index(oid), flaw
