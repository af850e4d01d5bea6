"""The new commits before Gerrit: what reviewers see, and what the server refuses."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from gitsplit.errors import NoIdentity, NotPushable
from gitsplit.git import identity, refs
from gitsplit.git.gerrit import are_reviewed
from gitsplit.git.journal import Record
from gitsplit.git.push import Reviewing, push_for_review, reviewing
from gitsplit.git.repository import Repository
from gitsplit.git.write import Rewrite, WrittenCommit
from gitsplit.model.change_id import IdRules
from gitsplit.model.gerrit import Objection, Pushed, given_by, is_signed_off, objections
from gitsplit.model.listing import MOST_NAMED, few
from gitsplit.model.objects import Oid
from gitsplit.report.summary import push_lines, review_lines
from gitsplit.report.text import Resulting
from gitsplit.workflow.work import Work


def review_warnings(repo: Repository, work: Work, rewrite: Rewrite) -> Sequence[str]:
    """What Gerrit would have against commits that gitsplit didn't make, in sentences.

    Empty where no Change-Ids are used. Raises NotPushable, which names the first thing,
    where it would refuse one that gitsplit makes.
    """
    found = _objections(repo, work, rewrite)
    ours = [each for each in found if each.is_ours]
    if ours:
        raise _not_pushable(ours[0])
    return _warnings(found)


def complaints(
    repo: Repository, work: Work, rewrite: Rewrite
) -> tuple[Mapping[Oid, Sequence[str]], NotPushable | None, Sequence[str]]:
    """What :func:`review_warnings` says, with nothing that hides the rest.

    Sentences about commits that gitsplit makes, by those they are made of; the error
    for the first of them; and the warnings.
    """
    found = _objections(repo, work, rewrite)
    ours: dict[Oid, list[str]] = {}
    first: NotPushable | None = None
    for each in found:
        if each.is_ours:
            first = first or _not_pushable(each)
            source = rewrite.commits[each.number - 1].draft.source.oid
            told = f"Gerrit would refuse it. {each.sentence} {each.remedy}"
            ours.setdefault(source, []).append(told)
    return ours, first, _warnings([each for each in found if not each.is_ours])


def _not_pushable(objection: Objection) -> NotPushable:
    return NotPushable(
        f"Gerrit would refuse the push. {objection.sentence}",
        hint=f"{objection.remedy} --no-verify writes it all the same.",
    )


def _warnings(found: Sequence[Objection]) -> Sequence[str]:
    said = (f"Gerrit may refuse the push. {each.sentence}" for each in found)
    return tuple(few(said, MOST_NAMED))


def _objections(
    repo: Repository, work: Work, rewrite: Rewrite
) -> tuple[Objection, ...]:
    """All there is where Gerrit is used; elsewhere what is wrong with new ids."""
    rules, known = work.ids, known_of(repo, work)
    if known is None:
        pushed = [_pushed(rules, made, b"", {}) for made in rewrite.commits]
        anybodys = [replace(each, email=b"", is_empty=False) for each in pushed]
        found = objections(anybodys, rules, b"", {})
        return tuple(each for each in found if each.is_ours)
    email = _own_email(repo)
    pushed = [_pushed(rules, made, email, known.merged) for made in rewrite.commits]
    return objections(pushed, rules, email, known.below)


def known_of(repo: Repository, work: Work) -> Reviewing | None:
    """What the clone knows of the server; None where nothing is reviewed."""
    if work.reviewing is None and work.ids.is_reviewed:
        return reviewing(repo, work.series, work.ids, work.head_ref)
    return work.reviewing


def review_notes(
    repo: Repository, work: Work, made: Sequence[Resulting]
) -> tuple[str, ...]:
    """What reviewers will see, a line each; none where nothing is reviewed."""
    known = known_of(repo, work)
    if known is None:
        return ()
    given = given_by(known.push.options)
    ids = {oid: each for oid, each in _ids(work).items() if each not in known.merged}
    return tuple(review_lines(work.todo, made, ids, given))


def how_to_push(repo: Repository, work: Work) -> tuple[str, ...]:
    """How the commits are pushed, a line each; none where nothing is reviewed.

    Nor while a rebase is under way, whose HEAD isn't the end of it.
    """
    known = known_of(repo, work)
    if known is None or (repo.git_dir / "rebase-merge").is_dir():
        return ()
    return tuple(push_lines(known.push.command, known.push.others))


def pushing(repo: Repository, record: Record | None) -> tuple[str, ...]:
    """How the commits of a rewrite that git has finished are pushed, a line each."""
    head = next(iter(record.updates if record else ()), None)
    if head is None or not are_reviewed(repo, head.new, head.old):
        return ()
    push = push_for_review(repo, refs.current_head(repo))
    return tuple(push_lines(push.command, push.others))


def _ids(work: Work) -> Mapping[Oid, bytes]:
    """The Change-Ids of the commits as they were."""
    rules = work.ids
    found = (
        (commit.oid, rules.of(rules.settled(commit.raw.message)))
        for commit in work.series.commits
    )
    return {oid: change_id for oid, change_id in found if change_id}


def _pushed(
    rules: IdRules, made: WrittenCommit, email: bytes, merged: Mapping[bytes, Oid]
) -> Pushed:
    """The commit as it will be pushed; ``email`` is the committer's of new ones."""
    draft, original = made.draft, made.draft.source.raw
    is_ours = draft.role != "same" or draft.message != original.message
    has_id = rules.of(rules.settled(original.message)) is not None
    is_kept = made.oid == draft.source.oid
    return Pushed(
        message=draft.message,
        email=_email(b"".join(original.values(b"committer"))) if is_kept else email,
        is_ours=is_ours,
        needs_id=not is_ours or has_id or rules.gives(draft.message),
        is_empty=made.is_emptied,
        signs_off=is_signed_off(original.message),
        merged_as=_merged_as(rules.of(draft.message), made, merged),
    )


def _merged_as(
    change_id: bytes | None, made: WrittenCommit, merged: Mapping[bytes, Oid]
) -> str:
    """The commit that has the Change-Id on the server, if it isn't that one itself."""
    found = merged.get(change_id or b"")
    return "" if found is None or found == made.oid else found[:10]


def _own_email(repo: Repository) -> bytes:
    """The user's address; empty where it isn't known yet, which a preview may be."""
    try:
        return _email(identity.committer(repo))
    except NoIdentity:
        return b""


def _email(committer: bytes) -> bytes:
    """The address in the value of a committer header."""
    found = re.search(rb"<([^>]*)>", committer)
    return found[1] if found else b""
