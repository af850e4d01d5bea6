"""A proposal, and what a rewrite did, as text for a terminal or a pipe."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gitsplit.core.changes import FileChange, Span
from gitsplit.core.edits import Edit, FactEdit, TextEdit
from gitsplit.core.listing import clipped, counted, few, listed, several
from gitsplit.core.message import change_ids, subject_of
from gitsplit.core.objects import Oid
from gitsplit.core.plan import DROPPED, Plan
from gitsplit.core.proposal import Cuts
from gitsplit.core.series import CommitDraft, SourceCommit
from gitsplit.core.shown import shown
from gitsplit.core.todo import Doing, Entry, Todo
from gitsplit.report.staying import staying_lines

MOST_COMMITS = 20
"""So many commits that a rewrite made are told one by one."""

MOST_REFS = 5
"""So many refs that moved are named."""

_NO_CUTS: Mapping[Oid, Cuts] = {}
_NO_COMPLAINTS: Mapping[Oid, Sequence[str]] = {}


@dataclass(frozen=True, slots=True)
class Resulting:
    """A commit that a rewrite makes, or keeps: its draft, id and tree.

    ``change_id`` is the one in its message, None where it has none. ``is_emptied`` says
    that nothing is left of what it did, because of what was dropped before it,
    ``is_moved`` that it is in another place than it was.
    """

    draft: CommitDraft
    oid: Oid
    tree: Oid
    change_id: bytes | None
    is_emptied: bool = False
    is_moved: bool = False


def proposal_text(
    todo: Todo,
    resulting: Sequence[Resulting],
    cuts: Mapping[Oid, Cuts] = _NO_CUTS,
    *,
    complaints: Mapping[Oid, Sequence[str]] = _NO_COMPLAINTS,
) -> str:
    """What a dry run prints: each commit of the series and what would become of it.

    ``cuts`` has all proposals for the commits whose plans are proposed, ``complaints``
    what stands against applying it, by the commits that it is about.
    """
    lines: list[str] = []
    becomes: dict[Oid, list[Resulting]] = {entry.oid: [] for entry in todo.entries}
    for each in resulting:
        becomes[each.draft.source.oid].append(each)
    for entry in todo.entries:
        made = becomes[entry.oid]
        against = [f"  ! {shown(each)}" for each in complaints.get(entry.oid, ())]
        if entry.action == "split" and entry.plan is not None and made:
            heading, *rest = _split(entry.commit, entry.plan, made, cuts.get(entry.oid))
            lines += [heading, *against, *rest]
        else:
            lines += [_kept(entry, made), *against]
    return "\n".join(lines) + "\n"


def _kept(entry: Entry, made: Sequence[Resulting]) -> str:
    """A line for a commit that becomes one commit at most."""
    if not made:
        is_gone = entry.action in ("pick", "reword")
        fate = "nothing to merge any more" if is_gone else _GONE[entry.action]
        return f"{entry.oid[:10]} {shown(entry.commit.subject)}  ({fate})"
    subject = _named(subject_of(made[0].draft.message))
    fate = "as it is" if made[0].oid == entry.oid else _carried_fate(entry, made[0])
    return f"{entry.oid[:10]} {subject}  ({fate})"


def _named(subject: bytes) -> str:
    return shown(subject) or "(no message)"


_GONE: Mapping[Doing, str] = {
    "drop": "dropped",
    "squash": "squashed into the one before",
    "fixup": "squashed into the one before, its message gone",
}


def _carried_fate(entry: Entry, made: Resulting) -> str:
    """What has become of a commit that isn't split, and of its tree."""
    changes = {"moved": made.is_moved, "reworded": entry.action == "reword"}
    words = [word for word, holds in changes.items() if holds]
    return ", ".join([*words, _tree_fate(made)])


def _tree_fate(made: Resulting) -> str:
    """What has become of the tree of a commit that is only carried along."""
    if made.is_emptied:
        return "now empty"
    if made.draft.squashed:
        return f"with {len(made.draft.squashed)} more, tree {made.tree[:10]}"
    if made.tree == made.draft.source.raw.tree:
        return "same tree"
    return f"tree {made.tree[:10]}"


def _split(
    commit: SourceCommit, plan: Plan, made: Sequence[Resulting], cuts: Cuts | None
) -> Iterator[str]:
    """A commit's heading, and a block for each commit that it becomes."""
    into = "stays one commit" if len(made) == 1 else f"becomes {len(made)} commits"
    yield f"{commit.oid[:10]} {_named(commit.subject)}"
    files = counted(len(plan.changes), "file")
    pieces = counted(len(plan.edits), "piece")
    yield f"  {files}, {pieces}: {into}"
    if cuts is not None and cuts.shortcut:
        yield f"  a large commit: {cuts.shortcut}"
    members = plan.edits_by_group()
    groups = [g for g in range(len(plan.groups)) if g in members]
    for number, (group, result) in enumerate(zip(groups, made, strict=True), 1):
        yield ""
        yield from _piece(plan, number, group, members[group], result)
        if cuts is not None and number > 1:
            yield from _border(plan, cuts, group)
    if DROPPED in members:
        yield ""
        yield "  dropped"
        yield from _ranges(plan.changes, members[DROPPED])
    yield ""


def _piece(
    plan: Plan, number: int, group: int, edits: Sequence[Edit], result: Resulting
) -> Iterator[str]:
    """One resulting commit: subject, size, Change-Id, tree, and what of which file."""
    yield f"  {number}  {shown(subject_of(result.draft.message))}"
    facts = [counted(len(edits), "piece"), size(edits), f"tree {result.tree[:10]}"]
    if result.change_id is not None:
        kept = group == plan.owner
        facts.append(
            f"keeps {shown(result.change_id)[:9]}" if kept else "new Change-Id"
        )
    yield "     " + ", ".join(facts)
    yield from _ranges(plan.changes, edits)
    for override in plan.overrides:
        if override.group == group:
            yield f"     {shown(plan.changes[override.file].path)}  edited by hand"
    if plan.groups[group].reason:
        yield f"     why: {shown(plan.groups[group].reason)}"


def _border(plan: Plan, cuts: Cuts, group: int) -> Iterator[str]:
    """Why a proposed group isn't one with the group before it, where it is known."""
    if said := cuts.border(plan, group - 1, group):
        yield f"     apart: {shown(said)}"


def _ranges(changes: Sequence[FileChange], edits: Iterable[Edit]) -> Iterator[str]:
    """For each file a line: facts, and lines removed (-) and added (+), 1-based."""
    by_file: dict[int, list[str]] = {}
    for edit in edits:
        by_file.setdefault(edit.file, []).extend(_parts(edit))
    for file, parts in by_file.items():
        yield f"     {shown(changes[file].path)}  {' '.join(parts)}"


def _parts(edit: Edit) -> Iterator[str]:
    if isinstance(edit, FactEdit):
        yield edit.fact
        return
    for sign, span in (("-", edit.old), ("+", edit.new)):
        if len(span):
            yield sign + _range(span)


def _range(span: Span) -> str:
    first, last = span.start + 1, span.stop
    return str(first) if first == last else f"{first}-{last}"


def size(edits: Iterable[Edit]) -> str:
    """Lines added and removed, as ``+added -removed``."""
    texts = [edit for edit in edits if isinstance(edit, TextEdit)]
    added = sum(len(edit.new) for edit in texts)
    return f"+{added} -{sum(len(edit.old) for edit in texts)}"


def summary_text(  # noqa: PLR0913 -- each is one kind of thing that it tells
    todo: Todo,
    resulting: Sequence[Resulting],
    moved: Sequence[tuple[str, Oid]],
    left: Sequence[tuple[str, str]],
    *,
    old_tree: Oid,
    unsigned: int = 0,
    dropped: Iterable[str] = (),
    review: Iterable[str] = (),
) -> str:
    """What a rewrite did, how to take it back, and what it left alone.

    ``moved`` are refs with their new values, ``left`` those that stay, each with the
    reason as a clause. ``old_tree`` is the one that HEAD had. ``unsigned`` is
    the number of commits that lost their signature. ``dropped`` are the lines about
    what was dropped, ``review`` those about what follows for a review.
    """
    refs = listed([_short(ref) for ref, _ in moved], MOST_REFS)
    lines = [
        f"Rewrote {refs}: {counted(len(todo.entries), 'commit')} became"
        f" {len(resulting)}.",
        *_results(todo, resulting),
    ]
    lines += few(_gone(todo))
    if resulting:
        lines.append(_final_tree(old_tree[:10], resulting[-1].tree[:10]))
    lines += dropped
    lines += staying_lines(left, short_ref)
    if unsigned:
        lost = f"{counted(unsigned, 'signed commit')} lost the signature"
        lines.append(f"{lost}; with --gpg-sign new ones are made.")
    lines += review
    lines.append("Take it back with: gitsplit --undo")
    return "\n".join(lines) + "\n"


def _gone(todo: Todo) -> Iterator[str]:
    """A line for each commit that the series has no more."""
    for entry in todo.entries:
        named = f"{entry.oid[:10]} {shown(entry.commit.subject)}"
        if entry.action == "drop":
            yield f"Dropped {named}  (see git show {entry.oid[:10]})"
        elif entry.action in ("squash", "fixup"):
            ids = change_ids(entry.commit.raw.message)
            gone = f"; its {shown(ids[0])[:9]} is gone" if ids else ""
            yield f"Squashed {named}{gone}"


def _final_tree(old: str, new: str) -> str:
    """Whether the series ends as it did, which it does unless it was told not to."""
    if new == old:
        return f"Final tree {new} as before; index and worktree untouched."
    return f"Final tree {new} instead of {old}."


def undo_text(subject: str, refs: Sequence[tuple[str, Oid]]) -> str:
    """What an undo gave back: the refs with their values of before."""
    return f"Took back: {shown(subject)}. {placed(refs)} again."


def placed(refs: Sequence[tuple[str, Oid]]) -> str:
    """Where the refs are, as far as they can all be told."""
    where = [f"{clipped(_short(ref))} is at {oid[:10]}" for ref, oid in refs]
    return several(where, MOST_REFS)


def short_ref(ref: str) -> str:
    """The ref as it is told where it was rewritten or stays: ``main``, ``tags/v1``."""
    return ref.removeprefix("refs/heads/").removeprefix("refs/")


def _short(ref: str) -> str:
    return shown(short_ref(ref))


def _results(todo: Todo, resulting: Sequence[Resulting]) -> Iterator[str]:
    """A line for each resulting commit; where they are many, not for all of them.

    Those that only have other parents are left out first.
    """
    entries = {entry.oid: entry for entry in todo.entries}
    numbered = list(enumerate(resulting, 1))
    told = numbered
    if len(resulting) > MOST_COMMITS:
        changed = [each for each in numbered if not _is_carried(entries, each[1])]
        told = (changed or numbered)[:MOST_COMMITS]
    for number, made in told:
        yield _result(entries[made.draft.source.oid], number, made)
    if len(told) < len(resulting):
        yield f"  and {len(resulting) - len(told)} more"


def _is_carried(entries: Mapping[Oid, Entry], made: Resulting) -> bool:
    """Whether nothing is new of a commit, but its parents perhaps."""
    action = entries[made.draft.source.oid].action
    return made.draft.role == "same" and action == "pick" and not made.is_emptied


def _result(entry: Entry, number: int, made: Resulting) -> str:
    """One resulting commit: number, id, subject, and what it is to its original."""
    source, draft = made.draft.source, made.draft
    carried = _carried_fate(entry, made)
    fate = {"same": carried, "owner": "", "piece": "new"}[draft.role]
    if made.oid == source.oid:
        fate = "as it was"
    elif made.is_emptied:
        fate = "now empty"
    elif draft.role == "owner" and made.change_id is not None:
        fate = f"keeps {shown(made.change_id)[:9]}"
    elif draft.role == "piece" and made.change_id is not None:
        fate = f"new {shown(made.change_id)[:9]}"
    # What is short stands first: a terminal of 80 columns cuts nothing that matters.
    return f"  {number}  {made.oid[:10]}  {fate:15} {shown(subject_of(draft.message))}"
