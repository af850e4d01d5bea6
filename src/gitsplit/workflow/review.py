"""What Gerrit makes of the new commits: refusals, warnings, and how to push them.

The rules are those of its server and its ``commit-msg`` hook
(:mod:`gitsplit.model.change_id`); what the server has is read from the clone
(:mod:`gitsplit.git.gerrit`), nothing is asked of it.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from gitsplit.errors import (
    NoIdentity,
    NotPushable,
)
from gitsplit.git import repository
from gitsplit.git.gerrit import (
    ReviewServer,
    are_reviewed,
    push_for_review,
    review_server,
)
from gitsplit.git.journal import Record
from gitsplit.git.refs import Stack
from gitsplit.git.repository import Repository
from gitsplit.git.write import Rewrite, WrittenCommit
from gitsplit.model.change_id import (
    IdRules,
    Objection,
    Pushed,
    is_signed_off,
    objections,
    push_properties,
)
from gitsplit.model.listing import MOST_NAMED, few
from gitsplit.model.objects import Identity, Oid
from gitsplit.report.findings import ResultCommit, Review, review_of
from gitsplit.workflow.work import Work


def review_warnings(repo: Repository, work: Work, rewrite: Rewrite) -> Sequence[str]:
    """Warnings about commits that Gerrit may refuse though gitsplit doesn't make them.

    Empty where no Change-Ids are used. Raises NotPushable where Gerrit would refuse a
    commit that gitsplit makes.
    """
    found = _gerrit_objections(repo, work, rewrite)
    ours = [each for each in found if each.is_ours]
    if ours:
        raise _push_error(ours[0])
    return _push_warnings(found)


def gerrit_complaints(
    repo: Repository, work: Work, rewrite: Rewrite
) -> tuple[Mapping[Oid, Sequence[str]], NotPushable | None, Sequence[str]]:
    """All that Gerrit would refuse, for a dry run, which raises nothing.

    Sentences about commits that gitsplit makes, by their source commits; the error for
    the first of them; and the warnings of :func:`review_warnings`.
    """
    found = _gerrit_objections(repo, work, rewrite)
    ours: dict[Oid, list[str]] = {}
    first: NotPushable | None = None
    for each in found:
        if each.is_ours:
            first = first or _push_error(each)
            source = rewrite.commits[each.number - 1].draft.place
            told = f"{_push_error(each)} {each.remedy}"
            ours.setdefault(source, []).append(told)
    return ours, first, _push_warnings([each for each in found if not each.is_ours])


def _push_error(objection: Objection) -> NotPushable:
    return NotPushable(
        f"Gerrit would refuse the push. {objection.sentence}",
        hint=f"{objection.remedy} --no-verify applies it anyway.",
    )


def _push_warnings(found: Sequence[Objection]) -> Sequence[str]:
    said = (f"Gerrit may refuse the push. {each.sentence}" for each in found)
    return tuple(few(said, MOST_NAMED))


def _gerrit_objections(
    repo: Repository, work: Work, rewrite: Rewrite
) -> tuple[Objection, ...]:
    """Gerrit's objections to the new commits, and to those pushed along with them.

    Where no server reviews them, only to Change-Ids of commits that gitsplit makes.
    """
    rules, known = work.ids, review_server_of(repo, work)
    if known is None:
        pushed = [_anybodys_commit(rules, made) for made in rewrite.commits]
        return objections(pushed, rules, b"", {}, only_ours=True)
    email = _committer_email(repo)
    new = [made for made in rewrite.commits if made.oid not in known.there]
    pushed = [_commit_to_push(rules, made, email, known.merged) for made in new]
    first = len(rewrite.commits) - len(new) + 1
    found = objections(pushed, rules, email, known.below, first)
    # Those of others are there already, as a rule, as changes that aren't merged.
    below = [
        Pushed(text, b"", below_as=oid[:10]) for oid, text in known.with_it.items()
    ]
    return (*found, *objections(below, rules, b"", {}))


def objections_to_series(work: Work) -> Mapping[Oid, tuple[Objection, ...]]:
    """Gerrit's objections to the commits of the series as they are.

    None where nothing is reviewed. Who pushes them isn't known, so that nothing is said
    of committers.
    """
    rules, known = work.ids, work.reviewing
    if known is None:
        return {}
    new = [c for c in work.series.commits if c.oid not in known.there]
    pushed = [
        Pushed(
            commit.raw.message,
            b"",
            merged_as=_merged_commit(
                rules.of(commit.raw.message), commit.oid, known.merged
            ),
        )
        for commit in new
    ]
    found: dict[Oid, tuple[Objection, ...]] = {}
    for each in objections(pushed, rules, b"", known.below):
        oid = new[each.number - 1].oid
        found[oid] = (*found.get(oid, ()), each)
    return found


def review_server_of(repo: Repository, work: Work) -> ReviewServer | None:
    """The review server of the work, read from the clone.

    None where nothing is reviewed.
    """
    if work.reviewing is None and work.ids.is_reviewed:
        return review_server(repo, work.series, work.ids, work.head_ref)
    return work.reviewing


def reviewer_view(
    repo: Repository, work: Work, commits: Sequence[ResultCommit]
) -> Review | None:
    """How the changes on the review server will look.

    None where nothing is reviewed.
    """
    known = review_server_of(repo, work)
    if known is None:
        return None
    given = push_properties(known.push.options)
    ids = {
        oid: each
        for oid, each in _change_ids_before(work).items()
        if each not in known.merged
    }
    return review_of(work.todo, commits, ids, given)


def push_commands(repo: Repository, work: Work) -> tuple[str, ...]:
    """The commands that push the commits; none where nothing is reviewed.

    Nor while a rebase is in progress, whose HEAD isn't the end of it.
    """
    known = review_server_of(repo, work)
    if known is None or repo.is_rebasing:
        return ()
    return (known.push.command, *known.push.others)


def stack_push(repo: Repository, work: Work, stack: Stack) -> tuple[str, ...]:
    """The commands that send the branches, in their order, by the tool that is found.

    None where Gerrit reviews the commits, nor while a rebase is in progress.
    """
    if work.branches is None or work.ids.is_reviewed or repo.is_rebasing:
        return ()
    from gitsplit.git.stack_tools import stack_commands

    return stack_commands(repo, stack, work.branches.base)


def push_commands_after_rebase(
    repo: Repository, record: Record | None
) -> tuple[str, ...]:
    """The commands that push a rewrite that git has finished."""
    head = next(iter(record.updates if record else ()), None)
    if head is None or not are_reviewed(repo, head.new, head.old):
        return ()
    push = push_for_review(repo, repo.head_ref())
    return (push.command, *push.others)


def _change_ids_before(work: Work) -> Mapping[Oid, bytes]:
    """The Change-Ids of the original commits that have one."""
    rules = work.ids
    found = (
        (commit.oid, rules.of(rules.with_id_in_footer(commit.raw.message)))
        for commit in work.series.commits
    )
    return {oid: change_id for oid, change_id in found if change_id}


def _anybodys_commit(rules: IdRules, made: WrittenCommit) -> Pushed:
    """The new commit where no server is known: its Change-Ids matter, if it is ours.

    Who signs off, commits, or has nothing to commit is no matter of Gerrit's there.
    """
    if not _is_ours(made):
        return Pushed(made.draft.message, b"")
    pushed = _commit_to_push(rules, made, b"", {})
    return replace(pushed, email=b"", is_empty=False, signs_off=False)


def _is_ours(made: WrittenCommit) -> bool:
    """Whether gitsplit makes the commit, or its message."""
    draft = made.draft
    is_new = draft.role != "same" or draft.message != draft.source.raw.message
    return is_new and made.oid != draft.source.oid


def _commit_to_push(
    rules: IdRules, made: WrittenCommit, email: bytes, merged: Mapping[bytes, Oid]
) -> Pushed:
    """The new commit as Gerrit will see it.

    ``email`` is the committer's of new commits.
    """
    draft, original = made.draft, made.draft.source.raw
    has_id = rules.of(rules.with_id_in_footer(original.message)) is not None
    is_kept, is_ours = made.oid == draft.source.oid, _is_ours(made)
    return Pushed(
        message=draft.message,
        email=original.committer.address if is_kept else email,
        is_ours=is_ours,
        needs_id=not is_ours or has_id or rules.gives_id(draft.message),
        is_empty=made.is_emptied,
        signs_off=is_signed_off(original.message),
        merged_as=_merged_commit(rules.of(draft.message), made.oid, merged),
    )


def _merged_commit(
    change_id: bytes | None, own: Oid, merged: Mapping[bytes, Oid]
) -> str:
    """The short id of another commit with the Change-Id on the server, else empty."""
    found = merged.get(change_id or b"")
    return "" if found is None or found == own else found[:10]


def _committer_email(repo: Repository) -> bytes:
    """The committer's e-mail address.

    Empty where git knows none, as a preview may be made.
    """
    try:
        return Identity(repository.committer(repo)).address
    except NoIdentity:
        return b""
