"""Sentences that several reports have in common.

What became of a commit, and what follows from that for a review on Gerrit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gitsplit.model.change_id import PushProperty
from gitsplit.model.escape import printable
from gitsplit.model.given_up import numbered_commits
from gitsplit.model.listing import (
    abbreviation,
    enumeration,
    few,
    quantity,
    with_capital,
)
from gitsplit.model.series import commit_in_words
from gitsplit.model.todo import Doing, Entry
from gitsplit.report.findings import NO_TREE, ResultCommit, Review, UnsaidText

if TYPE_CHECKING:
    from gitsplit.planfile.document import FileEntry, LineRange, Misfit, PlanDocument


def fate(entry: Entry, commit: ResultCommit) -> str:
    """What has become of a commit that isn't split, and of its tree."""
    changes = {"moved": commit.is_moved, "reworded": entry.action == "reword"}
    words = [word for word, holds in changes.items() if holds]
    new_id = ["new Change-Id"] if commit.is_new_change else []
    return ", ".join([*words, _tree_fate(commit), *new_id])


def _tree_fate(commit: ResultCommit) -> str:
    if commit.is_emptied:
        return "now empty"
    if commit.draft.squashed:
        return f"with {len(commit.draft.squashed)} more, tree {commit.tree[:10]}"
    if commit.tree == NO_TREE:
        return "unchanged"
    if commit.tree == commit.draft.source.raw.tree:
        return "tree unchanged"
    return f"tree {commit.tree[:10]}"


def unsaid_lines(unsaid: UnsaidText, indentation: str = "") -> Iterator[str]:
    """How many sentences of a message no new one says, and then each of them."""
    count = quantity(len(unsaid.parts), "sentence")
    yield f"{indentation}{count} of the message of {unsaid.commit[:10]} left out:"
    texts = (printable(b" ".join(part.split())) for part in unsaid.parts)
    yield from few(f"{indentation}  {text}" for text in texts)


_PUSH_OPTIONS: Mapping[PushProperty, tuple[str, str]] = {
    "topic": ("topic", "topic=NAME"),
    "hashtags": ("hashtags", "hashtag=TAG"),
    "wip": ("work in progress", "wip"),
}
"""What a new change begins without, in words, and the option of a push that sets it."""

_GONE: Mapping[Doing, str] = {
    "squash": "squashed",
    "fixup": "squashed",
    "drop": "dropped",
}


def review_lines(review: Review | None) -> Iterator[str]:
    """What reviewers will see of a rewrite; nothing where nobody reviews."""
    if review is None:
        return
    yield from _patch_set_lines(review)
    yield from _new_change_lines(review)
    yield from few(
        f"{printable(change_id)[:9]} “{printable(entry.commit.subject)}” is"
        f" {_GONE.get(entry.action, 'kept by no commit')}. If it was pushed, it stays"
        " open on the server: abandon it there."
        for change_id, entry in review.open
    )


def _patch_set_lines(review: Review) -> Iterator[str]:
    """Which commits are next patch sets; of several, which changes is beside them."""
    if not review.patch_sets:
        return
    numbers, ids = zip(*review.patch_sets, strict=True)
    who, its = f"{len(ids)} changes", "their next patch sets"
    if len(ids) == 1:
        who, its = printable(ids[0])[:9], "its next patch set"
    yield (
        f"Reviewers of {who} will see {numbered_commits(numbers)} as {its}: votes drop,"
        " open comments follow."
    )


def _new_change_lines(review: Review) -> Iterator[str]:
    """What changes that nobody knows yet begin without."""
    if not review.new:
        return
    starts = "starts" if len(review.new) == 1 else "start"
    without = "without reviewers"
    if review.has_reviewers:
        without = "with no reviewers but those of the push"
    yield f"{numbered_commits(review.new).capitalize()} {starts} {without}."
    if review.lacking:
        whats, hows = zip(*map(_PUSH_OPTIONS.__getitem__, review.lacking), strict=True)
        what = enumeration(whats)
        is_one = len(whats) == 1 and whats != ("hashtags",)
        are, them = ("is", "it") if is_one else ("are", "them")
        yield (
            f"{with_capital(what)} of the original {are} not carried over: push"
            f" {them} with %{','.join(hows)}."
        )


def made_lines(made: Iterable[tuple[int, str]]) -> Iterator[str]:
    """The branches that are made, given by their full names, and at which commits."""
    yield from few(
        f"New branch at commit {number}:"
        f" {abbreviation(printable(ref.removeprefix('refs/heads/')))}"
        for number, ref in made
    )


def push_lines(commands: Sequence[str]) -> Iterator[str]:
    """How the commits are pushed: git's command, and others that do the same."""
    for command in commands[:1]:
        yield f"Push with: {command}"
    if others := commands[1:]:
        yield f"Or with: {enumeration(others, 'or')}"


def stack_lines(commands: Sequence[str]) -> Iterator[str]:
    """How a stack of branches is sent: commands to be run one after the other."""
    for number, command in enumerate(commands):
        yield f"{'Then' if number else 'Push with'}: {command}"


def reading_words(document: "PlanDocument") -> tuple[str, str]:
    """Where a plan can be read again, and by which command."""
    options = document.options
    where = "where these changes are uncommitted" if options else "with these commits"
    return f"in a clone {where}", " ".join(["gitsplit", *options, "--plan FILE"])


def misfit_sentences(misfit: "Misfit") -> Iterator[str]:
    """What of a plan that was fitted doesn't fit, and what it couldn't know."""
    for entry in misfit.gone:
        is_known = bool(entry.subject)
        named = (
            commit_in_words(entry.commit, entry.subject)
            if is_known
            else entry.commit[:10]
        )
        yield f"{named} is not in this series; what the plan says of it is left out."
    for oid, file in misfit.lost:
        yield f"No longer there, of {oid[:10]}: {_part_in_words(file)}."
    for oid, file in misfit.new:
        yield (
            f"New in {oid[:10]}: {_part_in_words(file)}; no commit takes the rest, so"
            " it goes with the lines that it replaces or stands among, else to the"
            " commit that continues the original."
        )


_MOST_RANGES = 10


def _part_in_words(file: "FileEntry") -> str:
    """A path, with the facts and lines of it, these from 1."""
    kinds = (("removed", file.removed), ("added", file.added))
    lines = [f"{kind} {_lines_in_words(ranges)}" for kind, ranges in kinds if ranges]
    by_hand = ["what was edited by hand"] if file.content is not None else []
    facts = (f"its {fact}" for fact in file.facts)
    path = printable(file.path or file.old_path or b"")
    return ", ".join((path, *facts, *lines, *by_hand))


def _lines_in_words(ranges: "Sequence[LineRange]") -> str:
    named = [f"{a}" if a == b else f"{a}-{b}" for a, b in ranges]
    is_one = len(ranges) == 1 and ranges[0][0] == ranges[0][1]
    return f"line{'' if is_one else 's'} {enumeration(named, most=_MOST_RANGES)}"
