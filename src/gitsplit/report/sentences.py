"""Sentences that several reports have in common.

What became of a commit, and what follows from that for a review on Gerrit.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from gitsplit.model.change_id import PushProperty
from gitsplit.model.escape import printable
from gitsplit.model.listing import enumeration, few
from gitsplit.model.objects import Oid
from gitsplit.model.todo import Doing, Entry, Todo
from gitsplit.report.facts import Resulting


def carried_fate(entry: Entry, made: Resulting) -> str:
    """What has become of a commit that isn't split, and of its tree."""
    changes = {"moved": made.is_moved, "reworded": entry.action == "reword"}
    words = [word for word, holds in changes.items() if holds]
    given = ["new Change-Id"] if made.is_new_change else []
    return ", ".join([*words, _tree_fate(made), *given])


def _tree_fate(made: Resulting) -> str:
    """What has become of the tree of a commit that is only carried along."""
    if made.is_emptied:
        return "now empty"
    if made.draft.squashed:
        return f"with {len(made.draft.squashed)} more, tree {made.tree[:10]}"
    if made.tree == made.draft.source.raw.tree:
        return "same tree"
    return f"tree {made.tree[:10]}"


MOST_NUMBERS = 10
"""So many commits are named by their numbers; the others are counted."""


def review_lines(
    todo: Todo,
    resulting: Sequence[Resulting],
    ids: Mapping[Oid, bytes],
    given: AbstractSet[PushProperty] = frozenset(),
) -> Iterator[str]:
    """What reviewers will see of a rewrite.

    As a real server has it: the change whose id is kept gets a patch set, its votes
    drop and its open comments follow; the others are new changes. ``ids`` has the
    Change-Ids of the commits as they were, but for those that are merged already,
    ``given`` is what a push gives all changes.
    """
    yield from few(_patch_sets(resulting, frozenset(ids.values())))
    yield from _new_changes(resulting, ids, given)
    kept = frozenset(made.change_id for made in resulting)
    yield from few(_still_open(todo, kept, ids))


def _patch_sets(
    resulting: Sequence[Resulting], under_review: AbstractSet[bytes]
) -> Iterator[str]:
    """Which changes get a patch set that does something else than the last."""
    for number, made in enumerate(resulting, 1):
        is_other = made.draft.role == "owner" or bool(made.draft.squashed)
        kept = made.change_id if made.keeps_id and is_other else None
        if kept is not None and kept in under_review:
            yield (
                f"Reviewers of {printable(kept)[:9]} will see commit {number} as its"
                " next patch set: votes drop, open comments follow."
            )


def _new_changes(
    resulting: Sequence[Resulting],
    ids: Mapping[Oid, bytes],
    given: AbstractSet[PushProperty],
) -> Iterator[str]:
    """What changes that nobody knows yet begin without."""
    new = {n: made for n, made in enumerate(resulting, 1) if made.is_new_change}
    if not new:
        return
    numbers = [*map(str, new)]
    starts = "starts" if len(numbers) == 1 else "start"
    without = "without reviewers"
    if "reviewers" in given:
        without = "with no reviewers but those of the push"
    yield f"{_commits(numbers).capitalize()} {starts} {without}."
    lacking = [(what, how) for gift, what, how in _GIFTS if gift not in given]
    if lacking and any(made.draft.source.oid in ids for made in new.values()):
        whats, hows = zip(*lacking, strict=True)
        what = enumeration(whats)
        them = "it" if len(whats) == 1 and whats != ("hashtags",) else "them"
        are = "is" if them == "it" else "are"
        yield (
            f"{what[:1].upper()}{what[1:]} of the original {are} not carried over: push"
            f" {them} with %{','.join(hows)}."
        )


_GIFTS: Sequence[tuple[PushProperty, str, str]] = (
    ("topic", "topic", "topic=NAME"),
    ("hashtags", "hashtags", "hashtag=TAG"),
    ("wip", "work in progress", "wip"),
)
"""What the original may have on the server, and how a push gives it to all."""


def _still_open(
    todo: Todo, kept: AbstractSet[bytes | None], ids: Mapping[Oid, bytes]
) -> Iterator[str]:
    """A line for each change that no commit continues."""
    for entry in todo.entries:
        change_id = ids.get(entry.oid)
        if change_id is not None and change_id not in kept:
            fate = _FATES.get(entry.action, "kept by no commit")
            name = f"{printable(change_id)[:9]} “{printable(entry.commit.subject)}”"
            yield (
                f"{name} is {fate}. If it was pushed, it stays open on the server:"
                " abandon it there."
            )


_FATES: Mapping[Doing, str] = {
    "squash": "squashed",
    "fixup": "squashed",
    "drop": "dropped",
}


def push_lines(command: str, others: Sequence[str]) -> Iterator[str]:
    """The command that pushes the commits, and ``others`` that do."""
    yield f"Push with: {command}"
    if others:
        yield f"Or with: {enumeration(others, 'or')}"


def _commits(numbers: Sequence[str]) -> str:
    named = enumeration(numbers, most=MOST_NUMBERS)
    return f"{'commit' if len(numbers) == 1 else 'commits'} {named}"
