"""The new commits before Gerrit, which refuses a whole push for one of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from gitsplit.core.gerrit import Objection, Pushed, is_signed_off, objections
from gitsplit.core.ids import IdRules
from gitsplit.core.listing import MOST_NAMED, few
from gitsplit.core.objects import Oid
from gitsplit.errors import NotPushable
from gitsplit.git import gerrit, identity
from gitsplit.git.repository import Repository
from gitsplit.git.write import Rewrite, WrittenCommit
from gitsplit.session.work import Work


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
    rules = work.ids
    if not rules.is_reviewed:
        pushed = [_pushed(rules, made, b"") for made in rewrite.commits]
        anybodys = [replace(each, email=b"", is_empty=False) for each in pushed]
        found = objections(anybodys, rules, b"", {})
        return tuple(each for each in found if each.is_ours)
    email = _email(identity.committer(repo))
    pushed = [_pushed(rules, made, email) for made in rewrite.commits]
    return objections(pushed, rules, email, gerrit.ids_below(repo, work.series, rules))


def _pushed(rules: IdRules, made: WrittenCommit, email: bytes) -> Pushed:
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
    )


def _email(committer: bytes) -> bytes:
    """The address in the value of a committer header."""
    found = re.search(rb"<([^>]*)>", committer)
    return found[1] if found else b""
