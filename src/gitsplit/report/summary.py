"""What was dropped and where it is now, as text: nothing is lost without a word.

What is said of a rewrite that git has finished, or that was given up.

What became of the commands run on the new commits, as lines for a terminal.

What follows for a review on Gerrit, as text: who sees what, and how to push it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from gitsplit.model.change_id import Given
from gitsplit.model.checks import Check
from gitsplit.model.diff import Edit, Fact, FactEdit, FileChange, TextEdit
from gitsplit.model.escape import shown
from gitsplit.model.listing import counted, enumeration, few
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.model.todo import Doing, Todo
from gitsplit.report.text import Resulting, placed

_FACTS: Mapping[Fact, str] = {
    Fact.CREATE: "the new file {}",
    Fact.DELETE: "the deletion of {}",
    Fact.RENAME: "the rename to {}",
    Fact.TYPE: "the new type of {}",
    Fact.MODE: "the mode of {}",
    Fact.CONTENT: "the content of {}",
}


def dropped_lines(
    plans: Mapping[Oid, Plan], changed: Mapping[bytes, bool], *, is_kept: bool
) -> Iterator[str]:
    """For each commit that lost edits what they were, and where they are.

    ``changed`` are the paths at which HEAD's tree is another now, each with whether it
    still has a file there; ``is_kept`` says that the worktree's files stay as they
    were.
    """
    for oid, plan in plans.items():
        found: dict[str, list[str]] = {}
        for file, edits in _by_file(plan).items():
            change = plan.changes[file]
            place = _place(oid, changed.get(change.path), is_kept)
            found.setdefault(place, []).append(_what(change, edits))
        for place, what in found.items():
            yield f"Dropped from {oid[:10]}, {place}:"
            yield from few(f"  {each}" for each in what)


def _by_file(plan: Plan) -> dict[int, list[Edit]]:
    files: dict[int, list[Edit]] = {}
    for edit in plan.edits_by_group().get(DROPPED, ()):
        files.setdefault(edit.file, []).append(edit)
    return files


def _place(oid: Oid, is_in_head: bool | None, is_kept: bool) -> str:
    """Where what was dropped from one file is; None where HEAD had it no more."""
    if is_in_head is None:
        return f"renamed or changed again by later commits (see git show {oid[:10]})"
    if not is_kept:
        return f"in no file any more (see git show {oid[:10]})"
    how = "not staged" if is_in_head else "untracked"
    return f"still in the worktree, {how}"


def _what(change: FileChange, edits: Sequence[Edit]) -> str:
    """The facts and the number of lines that one file lost."""
    path = shown(change.path)
    facts = [edit.fact for edit in edits if isinstance(edit, FactEdit)]
    parts = [_FACTS[fact].format(path) for fact in facts]
    if lines := _number_of_lines(edits):
        whose = "it" if parts else path
        parts.append(f"{counted(lines, 'line')} of {whose}")
    return " and ".join(parts)


def _number_of_lines(edits: Iterable[Edit]) -> int:
    """Lines added and removed."""
    texts = (edit for edit in edits if isinstance(edit, TextEdit))
    return sum(len(edit.old) + len(edit.new) for edit in texts)


def finished_text(refs: Sequence[tuple[str, Oid]], pushing: Sequence[str] = ()) -> str:
    """Where the refs are after the rebase, and how to take that back.

    ``pushing`` are the lines about how they are pushed for review.
    """
    if not refs:
        return "The rebase is done; ORIG_HEAD is where it started.\n"
    lines = (f"Rewritten: {placed(refs)} now.", *pushing)
    return "\n".join([*lines, "Undo with: gitsplit --undo\n"])


def aborted_text(refs: Sequence[tuple[str, Oid]]) -> str:
    """Where the refs are after an abort."""
    return f"Aborted: {placed(refs)} again, and the files are restored.\n"


MOST_LINES = 20
"""So many lines of the end of what a failed command printed are shown."""

_MARKS = {"waiting": " ", "running": "…", "passed": "✓", "failed": "✗", "not run": "?"}


def check_lines(
    number: int, subject: bytes, check: Check, with_output: bool = True
) -> Iterator[str]:
    """One commit and how its check stands; below it, the end of what failed said."""
    how = f" ({shown(check.reason)})" if check.reason else ""
    yield f"{_MARKS[check.state]} {number} {shown(subject)}{how}"
    if check.state in ("failed", "not run") and with_output:
        yield from (f"    {line}" for line in output_end(check.output))


def output_end(output: bytes) -> tuple[str, ...]:
    """The last lines of an output, fit to be shown; ``…`` stands for those before."""
    lines = output.rstrip().splitlines()
    above = ("…",) if len(lines) > MOST_LINES else ()
    return (*above, *(shown(line.expandtabs()) for line in lines[-MOST_LINES:]))


def pushed_before(*, with_new_changes: bool) -> str:
    """What is said where an undone rewrite has been pushed."""
    also = ", and abandon the changes that the split made" if with_new_changes else ""
    return (
        "What was undone is on a remote already. The old commit can't be pushed again"
        f" (“no new changes”): amend it first{also}."
    )


MAY_BE_PUSHED = (
    "If the split has been pushed for review, amend the commit before you push it"
    " again, and abandon the changes that the split made."
)
"""What is said where nobody here can know that."""


MOST_NUMBERS = 10
"""So many commits are named by their numbers; the others are counted."""


def review_lines(
    todo: Todo,
    resulting: Sequence[Resulting],
    ids: Mapping[Oid, bytes],
    given: AbstractSet[Given] = frozenset(),
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
                f"Reviewers of {shown(kept)[:9]} will see commit {number} as its next"
                " patch set: votes drop, open comments follow."
            )


def _new_changes(
    resulting: Sequence[Resulting],
    ids: Mapping[Oid, bytes],
    given: AbstractSet[Given],
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


_GIFTS: Sequence[tuple[Given, str, str]] = (
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
            name = f"{shown(change_id)[:9]} “{shown(entry.commit.subject)}”"
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
