"""Commits squashed into the one before them, and which of them say so themselves.

The rules are those of ``squash``, ``fixup`` and ``--autosquash`` in git-rebase(1).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from gitsplit.model.change_id import IdRules
from gitsplit.model.diff import lines_of
from gitsplit.model.encoding import message_in_utf8
from gitsplit.model.message import without_change_id, without_trailers
from gitsplit.model.objects import Oid
from gitsplit.model.series import CommitDraft, Series, SourceCommit
from gitsplit.model.todo import Doing, Entry, Todo, new_parents

_PREFIX = re.compile(rb"(fixup|squash|amend)! ")
_DOING: Mapping[bytes, Doing] = {
    b"fixup": "fixup",
    b"squash": "squash",
    b"amend": "squash",
}


def squashed(
    draft: CommitDraft, entry: Entry, rules: IdRules, fresh: Iterator[bytes]
) -> CommitDraft:
    """The draft with what the entry's commit did on top.

    A ``fixup`` leaves the message alone. The Change-Id is that of the draft, as it was:
    the other commit's goes, unless the draft has none. Where neither has one, it gets
    the next of ``fresh`` if the rules want it.
    """
    message = draft.message
    if entry.action == "squash":
        kept = rules.of(message) or rules.of(rules.settled(entry.commit.raw.message))
        if entry.message is None:
            message = joined_messages(message, entry.commit, rules)
        else:
            message = entry.message
        if kept is None and rules.gives(message):
            kept = next(fresh)
        if kept is None:
            message = without_change_id(message, rules.review_urls)
        else:
            message = rules.with_id(message, kept)
    return replace(draft, message=message, squashed=(*draft.squashed, entry.commit))


def continued_id(draft: CommitDraft, rules: IdRules) -> bytes | None:
    """The Change-Id of the change that a draft continues; None where it is a new one.

    That of the commit it is made from, else of the first squashed into it.
    """
    sources = (draft.source,) if draft.role != "piece" else ()
    messages = (each.raw.message for each in (*sources, *draft.squashed))
    ids = (rules.of(rules.settled(message)) for message in messages)
    return next(filter(None, ids), None)


def joined_messages(message: bytes, commit: SourceCommit, rules: IdRules) -> bytes:
    """Both messages, one after the other, without Change-Ids.

    The trailers of both are at the end, where git and Gerrit look for them. The subject
    of a ``squash!`` commit only says what it is for, and is left out.
    """
    other = message_in_utf8(commit.raw)
    if _PREFIX.match(other):
        other = _below_subject(other)
    bare = [without_change_id(each, rules.review_urls) for each in (message, other)]
    (first, trailers), (second, others) = map(without_trailers, bare)
    bodies = (body.strip(b"\n") for body in (first, second))
    joined = b"\n\n".join(filter(None, bodies)) + b"\n"
    block = b"".join(line + b"\n" for line in dict.fromkeys([*trailers, *others]))
    return joined + (b"\n" + block if block else b"")


def is_for_another(commit: SourceCommit) -> bool:
    """Whether the subject says that the commit belongs to another one."""
    return _PREFIX.match(commit.subject) is not None


def autosquashed(series: Series, todo: Todo) -> Todo:
    """The list with each ``fixup!``, ``squash!`` and ``amend!`` behind its commit.

    They find it as with ``git rebase --autosquash``: the first commit before them with
    that subject, or that id, or whose subject begins like that. ``amend!`` brings the
    new message. Raises PlanRefused where one would have to leave its line.
    """
    follow: dict[Oid, list[Entry]] = {}
    heads: list[Entry] = []
    for entry in todo.entries:
        target = _target(heads, entry.commit) if entry.action == "pick" else None
        if target is None:
            heads.append(entry)
        else:
            follow.setdefault(target.oid, []).append(_marked(entry))
    found = Todo(tuple(_behind(heads, follow)))
    new_parents(series, found.order)
    return found


def _behind(
    heads: Sequence[Entry], follow: Mapping[Oid, Sequence[Entry]]
) -> Iterator[Entry]:
    for head in heads:
        yield head
        yield from follow.get(head.oid, ())


def _target(heads: Sequence[Entry], commit: SourceCommit) -> Entry | None:
    """The commit that this one is for, among those before it."""
    wanted, prefixed = commit.subject, False
    while found := _PREFIX.match(wanted):
        wanted, prefixed = wanted[found.end() :], True
    if not prefixed:
        return None
    subjects = [head.commit.subject for head in heads]
    exact = [subject == wanted for subject in subjects]
    by_id = [len(wanted) > 3 and head.oid.encode().startswith(wanted) for head in heads]
    alike = [subject.startswith(wanted) for subject in subjects]
    for found_by in (exact, by_id, alike):
        if True in found_by:
            return heads[found_by.index(True)]
    return None


def _marked(entry: Entry) -> Entry:
    """The entry, to be squashed as its subject says."""
    found = _PREFIX.match(entry.commit.subject)
    assert found, "it has a target"
    message = None
    if found[1] == b"amend":
        message = _below_subject(message_in_utf8(entry.commit.raw))
    return replace(entry, action=_DOING[found[1]], message=message)


def _below_subject(message: bytes) -> bytes:
    """The message without its first paragraph and the blank lines around it."""
    lines = list(lines_of(message))
    for is_blank in (True, False, True):
        while lines and (not lines[0].strip()) is is_blank:
            lines.pop(0)
    return b"".join(lines)
