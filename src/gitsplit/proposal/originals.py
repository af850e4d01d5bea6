"""A change that several commits made: which group continues which, and its messages.

A group that continues a commit has its message. What the messages of the others say
goes to the groups that continue none.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.model.message import subject_of, without_change_id
from gitsplit.model.plan import Plan
from gitsplit.proposal.trailers import sign_offs


class Original(Struct, frozen=True):
    """One of the commits that made a change.

    ``author`` is who that is by ``.mailmap``, as ``Name <address>``. Its lines count
    for the commit of the number ``counts_for``: itself, or the one that it fixes up;
    for none where it is a merge.
    """

    message: bytes
    author: bytes = b""
    counts_for: int | None = None


def with_heirs(plan: Plan, originals: Sequence[Original]) -> Plan:
    """The plan in which each commit is continued by the group that has most of it.

    Each by one at most, and each group continues one at most: of all pairs those with
    most lines first, of equal ones that of the earlier group, then commit.
    """
    lines: Counter[tuple[int, int]] = Counter()
    for group, own in plan.lines_by_group().items():
        for commit, count in own.items():
            if (home := originals[commit].counts_for) is not None:
                lines[group, home] += count
    heirs: dict[int, int] = {}
    for group, commit in sorted(lines, key=lambda pair: (-lines[pair], pair)):
        if commit not in heirs and group not in heirs.values():
            heirs[commit] = group
    return replace(
        plan, continued_by=tuple(heirs.get(at) for at in range(len(originals)))
    )


def kept_messages(plan: Plan, originals: Sequence[Original]) -> Mapping[int, bytes]:
    """The message of each group that continues one of several commits."""
    return {
        heir: original.message
        for original, heir in zip(originals, plan.continued_by, strict=False)
        if heir is not None
    }


def message_of_others(plan: Plan, originals: Sequence[Original]) -> bytes:
    """What those commits say that nobody continues, but for fixups and merges."""
    others = [
        each
        for at, (each, heir) in enumerate(
            zip(originals, plan.continued_by, strict=True)
        )
        if heir is None and each.counts_for == at
    ]
    return squash_log(others) if others else b""


def squash_log(originals: Sequence[Original]) -> bytes:
    """What these commits say, as ``git merge --squash`` has it."""
    said = (without_change_id(each.message) for each in originals)
    return b"Squashed commit of the following:\n" + b"".join(map(_log_entry, said))


def _log_entry(message: bytes) -> bytes:
    lines = b"".join(
        b"    %s\n" % line if line.strip() else b"\n"
        for line in message.strip(b"\n").split(b"\n")
    )
    return b"\ncommit %s\n\n%s" % (b"0" * 40, lines)


def people_of_others(
    plan: Plan, originals: Sequence[Original]
) -> Mapping[int, tuple[bytes, ...]]:
    """For each group that continues none the trailers for those who wrote its lines.

    Who wrote most is its author; the others are co-authors, by ``.mailmap``. The
    sign-offs of all their commits come along.
    """
    found: dict[int, tuple[bytes, ...]] = {}
    if not originals:
        return found
    for group, own in plan.lines_by_group().items():
        if group in plan.continued_by or not own:
            continue
        by_author: Counter[bytes] = Counter()
        for commit, count in own.items():
            by_author[originals[commit].author] += count
        (author, _), *_ = by_author.most_common(1)
        others = [who for who in by_author if who not in (author, b"")]
        signed = [
            line for at in sorted(own) for line in sign_offs(originals[at].message)
        ]
        lines = [*(b"Co-authored-by: " + who for who in others), *signed]
        found[group] = tuple(dict.fromkeys(lines))
    return found


_SAYING_NOTHING = frozenset(
    [
        *("wip", "fix", "fixes", "fixed", "fixup", "update", "updates", "tmp", "temp"),
        *("more", "stuff", "change", "changes", "misc", "cleanup", "save", "work"),
        *("in", "progress", "commit", "oops", "typo", "test", "tests", "minor", "some"),
        *("the", "an", "and", "address", "review", "comments", "checkpoint"),
    ]
)


def says_something(message: bytes) -> bool:
    """Whether the subject says what the commit is about: two words of some meaning."""
    words = re.findall(rb"[a-z]{2,}", subject_of(message).lower())
    return len({word.decode() for word in words} - _SAYING_NOTHING) > 1
