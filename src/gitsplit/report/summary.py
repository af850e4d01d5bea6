"""What gitsplit did, as text: a rewrite, its undo, a rebase that git finished.

Whatever was dropped, left where it is or refused is named with its reason.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from gitsplit.model.change_id import IdRules, incomplete_trailers, trailer_lines
from gitsplit.model.checks import Check
from gitsplit.model.diff import Edit, Fact, FactEdit, FileChange, TextEdit
from gitsplit.model.escape import printable
from gitsplit.model.listing import (
    MOST_NAMED,
    few,
    name_list,
    quantity,
    several,
    short_name,
)
from gitsplit.model.message import subject_of
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.model.todo import Entry, Todo
from gitsplit.report.facts import ResultCommit
from gitsplit.report.sentences import fate

MOST_COMMITS = 20
"""So many commits that a rewrite made are told one by one."""


MOST_REFS = 5
"""So many refs that moved are named."""


_NO_IDS = IdRules()


def summary_text(  # noqa: PLR0913 -- each is one kind of thing that it tells
    todo: Todo,
    resulting: Sequence[ResultCommit],
    moved: Sequence[tuple[str, Oid]],
    left: Sequence[tuple[str, str]],
    *,
    old_tree: Oid,
    unsigned: int = 0,
    dropped: Iterable[str] = (),
    review: Iterable[str] = (),
    ids: IdRules = _NO_IDS,
) -> str:
    """What a rewrite did, how to take it back, and what it left alone.

    ``moved`` are refs with their new values, ``left`` those that stay, each with the
    reason as a clause. ``old_tree`` is the one that HEAD had. ``unsigned`` is
    the number of commits that lost their signature. ``dropped`` are the lines about
    what was dropped, ``review`` those about what follows for a review; ``ids`` says
    how Change-Ids are used.
    """
    refs = name_list([_short(ref) for ref, _ in moved], MOST_REFS)
    lines = [
        f"Rewrote {refs}: {quantity(len(todo.entries), 'commit')} became"
        f" {len(resulting)}.",
        *_results(todo, resulting),
    ]
    lines += few(_gone(todo, {made.change_id for made in resulting}, ids))
    lines += few(left_behind(resulting, ids))
    if resulting:
        lines.append(_final_tree(old_tree[:10], resulting[-1].tree[:10]))
    lines += dropped
    lines += staying_lines(left, short_ref)
    if unsigned:
        lost = f"{quantity(unsigned, 'signed commit')} lost the signature"
        lines.append(f"{lost}; with --gpg-sign new ones are made.")
    lines += review
    lines.append("Undo with: gitsplit --undo")
    return "\n".join(lines) + "\n"


def _results(todo: Todo, resulting: Sequence[ResultCommit]) -> Iterator[str]:
    """A line for each resulting commit; where they are many, not for all of them.

    Those that only have other parents are left out first.
    """
    entries = {entry.oid: entry for entry in todo.entries}
    numbered = list(enumerate(resulting, 1))
    told = numbered
    if len(resulting) > MOST_COMMITS:
        changed = [each for each in numbered if not _is_carried(entries, each[1])]
        told = (changed or numbered)[:MOST_COMMITS]
    lines = (_result(entries[m.draft.source.oid], number, m) for number, m in told)
    yield from few(lines, len(told), unlisted=len(resulting) - len(told))


def _is_carried(entries: Mapping[Oid, Entry], made: ResultCommit) -> bool:
    """Whether nothing is new of a commit, but its parents perhaps."""
    action = entries[made.draft.source.oid].action
    return made.draft.role == "same" and action == "pick" and not made.is_emptied


def _result(entry: Entry, number: int, made: ResultCommit) -> str:
    """One resulting commit: number, id, subject, and what it is to its original."""
    source, draft = made.draft.source, made.draft
    carried = fate(entry, made)
    what = {"same": carried, "owner": "", "piece": "new"}[draft.role]
    if made.oid == source.oid:
        what = "unchanged"
    elif made.is_emptied:
        what = "now empty"
    elif draft.role != "same" and made.change_id is not None:
        what = f"{'keeps' if made.keeps_id else 'new'} {printable(made.change_id)[:9]}"
    # What is short stands first: a terminal of 80 columns cuts nothing that matters.
    subject = printable(subject_of(draft.message))
    return f"  {number}  {made.oid[:10]}  {what:15} {subject}"


def _gone(todo: Todo, kept: AbstractSet[bytes | None], ids: IdRules) -> Iterator[str]:
    """A line for each commit that the series has no more.

    ``kept`` are the Change-Ids that it still has.
    """
    for entry in todo.entries:
        named = f"{entry.oid[:10]} {printable(entry.commit.subject)}"
        if entry.action == "drop":
            yield f"Dropped {named}  (see git show {entry.oid[:10]})"
        elif entry.action in ("squash", "fixup"):
            gone = ids.of(entry.commit.raw.message)
            is_gone = gone is not None and gone not in kept
            lost = f"; its {printable(gone)[:9]} is gone" if gone and is_gone else ""
            yield f"Squashed {named}{lost}"


def left_behind(resulting: Sequence[ResultCommit], ids: IdRules) -> Iterator[str]:
    """Which trailers of split commits not every new commit has, by their numbers."""
    by_source: dict[Oid, list[int]] = {}
    for at, made in enumerate(resulting):
        by_source.setdefault(made.draft.source.oid, []).append(at)
    for places in by_source.values():
        original = resulting[places[0]].draft.source.raw.message
        messages = {at + 1: resulting[at].draft.message for at in places}
        yield from trailer_lines(incomplete_trailers(original, messages, ids))


def _final_tree(old: str, new: str) -> str:
    """Whether the series ends as it did, which it does unless it was told not to."""
    if new == old:
        return f"Final tree {new} as before; index and worktree untouched."
    return f"Final tree {new} instead of {old}."


def undo_text(subject: str, refs: Sequence[tuple[str, Oid]]) -> str:
    """What an undo gave back: the refs with their values of before."""
    return f"Undid: {printable(subject)}. {placed(refs, 'is back at')}."


def finished_text(refs: Sequence[tuple[str, Oid]], pushing: Sequence[str] = ()) -> str:
    """Where the refs are after the rebase, and how to undo that.

    ``pushing`` are the lines about how they are pushed for review.
    """
    if not refs:
        return "The rebase is done; ORIG_HEAD is where it started.\n"
    lines = (f"Rewritten: {placed(refs)} now.", *pushing)
    return "\n".join([*lines, "Undo with: gitsplit --undo\n"])


def aborted_text(refs: Sequence[tuple[str, Oid]]) -> str:
    """Where the refs are after an abort."""
    return f"Aborted: {placed(refs, 'is back at')}, and the files are restored.\n"


def placed(refs: Sequence[tuple[str, Oid]], verb: str = "is at") -> str:
    """Where the refs are, as far as they can all be told."""
    where = [f"{short_name(_short(ref))} {verb} {oid[:10]}" for ref, oid in refs]
    return several(where, MOST_REFS)


def short_ref(ref: str) -> str:
    """The ref as it is told where it was rewritten or stays: ``main``, ``tags/v1``."""
    return ref.removeprefix("refs/heads/").removeprefix("refs/")


def _short(ref: str) -> str:
    return printable(short_ref(ref))


_KINDS = (("refs/heads/", "branches"), ("refs/tags/", "tags"))


def staying_lines(
    left: Iterable[tuple[str, str]], short: Callable[[str], str]
) -> Iterator[str]:
    """A line for each ref with the reason, which is a clause.

    Where many have the same reason, one line counts them. ``short`` gives the name by
    which a ref is told.
    """
    yield from few(_lines(left, short))


def _lines(
    left: Iterable[tuple[str, str]], short: Callable[[str], str]
) -> Iterator[str]:
    alike: dict[tuple[str, str], list[str]] = {}
    for ref, why in left:
        alike.setdefault((_kind(ref), printable(why)), []).append(printable(short(ref)))
    for (kind, why), names in alike.items():
        if len(names) <= MOST_NAMED:
            yield from (f"{name} stays where it is: {why}." for name in names)
            continue
        # Of tags, the reason says no more.
        reason = "" if kind == "tags" else f", each because {why}"
        yield f"{len(names)} {kind} stay where they are{reason}: {name_list(names)}."


def _kind(ref: str) -> str:
    """What several refs like this one are called."""
    return next((kind for start, kind in _KINDS if ref.startswith(start)), "HEADs")


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
            yield f"Left out of {oid[:10]}, {place}:"
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
    path = printable(change.path)
    facts = [edit.fact for edit in edits if isinstance(edit, FactEdit)]
    parts = [_FACTS[fact].format(path) for fact in facts]
    if lines := _number_of_lines(edits):
        whose = "it" if parts else path
        parts.append(f"{quantity(lines, 'line')} of {whose}")
    return " and ".join(parts)


def _number_of_lines(edits: Iterable[Edit]) -> int:
    """Lines added and removed."""
    texts = (edit for edit in edits if isinstance(edit, TextEdit))
    return sum(len(edit.old) + len(edit.new) for edit in texts)


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


MOST_LINES = 20
"""So many lines of the end of what a failed command printed are shown."""


_MARKS = {"waiting": " ", "running": "…", "passed": "✓", "failed": "✗", "not run": "?"}


def check_lines(
    number: int, subject: bytes, check: Check, with_output: bool = True
) -> Iterator[str]:
    """One commit and how its check stands; below it, the end of what failed said."""
    how = f" ({printable(check.reason)})" if check.reason else ""
    yield f"{_MARKS[check.state]} {number} {printable(subject)}{how}"
    if check.state in ("failed", "not run") and with_output:
        yield from (f"    {line}" for line in output_end(check.output))


def output_end(output: bytes) -> tuple[str, ...]:
    """The last lines of an output, fit to be shown; ``…`` stands for those before."""
    lines = output.rstrip().splitlines()
    above = ("…",) if len(lines) > MOST_LINES else ()
    return (*above, *(printable(line.expandtabs()) for line in lines[-MOST_LINES:]))
