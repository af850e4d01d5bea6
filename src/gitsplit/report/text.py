"""A proposal, and what a rewrite did, as text for a terminal or a pipe.

The refs that a rewrite left where they are, as lines: few, however many they are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from gitsplit.model.change_id import IdRules, trailer_lines
from gitsplit.model.diff import Edit, FactEdit, FileChange, Span, TextEdit
from gitsplit.model.escape import shown
from gitsplit.model.listing import MOST_NAMED, clipped, counted, few, listed, several
from gitsplit.model.message import subject_of
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.model.series import CommitDraft, SourceCommit
from gitsplit.model.todo import Doing, Entry, Todo
from gitsplit.proposal.propose import Cuts

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
        alike.setdefault((_kind(ref), shown(why)), []).append(shown(short(ref)))
    for (kind, why), names in alike.items():
        if len(names) <= MOST_NAMED:
            yield from (f"{name} stays where it is: {why}." for name in names)
            continue
        # Of tags, the reason says no more.
        reason = "" if kind == "tags" else f", each because {why}"
        yield f"{len(names)} {kind} stay where they are{reason}: {listed(names)}."


def _kind(ref: str) -> str:
    """What several refs like this one are called."""
    return next((kind for start, kind in _KINDS if ref.startswith(start)), "HEADs")


MOST_COMMITS = 20
"""So many commits that a rewrite made are told one by one."""

MOST_REFS = 5
"""So many refs that moved are named."""

_NO_CUTS: Mapping[Oid, Cuts] = {}
_NO_COMPLAINTS: Mapping[Oid, Sequence[str]] = {}
_NO_IDS = IdRules()


@dataclass(frozen=True, slots=True)
class Resulting:
    """A commit that a rewrite makes, or keeps: its draft, id and tree.

    ``change_id`` is the one in its message, None where it has none, ``original_id``
    the one that it continues. ``is_emptied`` says that nothing is left of what it did,
    because of what was dropped before it, ``is_moved`` that it is in another place than
    it was.
    """

    draft: CommitDraft
    oid: Oid
    tree: Oid
    change_id: bytes | None
    is_emptied: bool = False
    is_moved: bool = False
    original_id: bytes | None = None

    @property
    def keeps_id(self) -> bool:
        """Whether it is a change that was there before, to who reviews it."""
        return self.change_id is not None and self.change_id == self.original_id

    @property
    def is_new_change(self) -> bool:
        """Whether it is a change that nobody knows yet."""
        return self.change_id is not None and not self.keeps_id


def proposal_text(  # noqa: PLR0913 -- each is one kind of thing that it tells
    todo: Todo,
    resulting: Sequence[Resulting],
    cuts: Mapping[Oid, Cuts] = _NO_CUTS,
    *,
    complaints: Mapping[Oid, Sequence[str]] = _NO_COMPLAINTS,
    ids: IdRules = _NO_IDS,
    review: Iterable[str] = (),
) -> str:
    """What a dry run prints: each commit of the series and what would become of it.

    ``cuts`` has all proposals for the commits whose plans are proposed, ``complaints``
    what stands against applying it, by the commits that it is about. ``review`` are
    the lines about what follows for a review.
    """
    lines: list[str] = []
    becomes: dict[Oid, list[Resulting]] = {entry.oid: [] for entry in todo.entries}
    for each in resulting:
        becomes[each.draft.source.oid].append(each)
    for entry in todo.entries:
        made = becomes[entry.oid]
        against = [f"  ! {shown(each)}" for each in complaints.get(entry.oid, ())]
        if entry.action == "split" and entry.plan is not None and made:
            found = cuts.get(entry.oid)
            heading, *rest = _split(entry.commit, entry.plan, made, found, ids)
            lines += [heading, *against, *rest]
        else:
            lines += [_kept(entry, made), *against, *_joined_message(made)]
    about = [*review]
    if about and lines[-1]:
        lines.append("")
    lines += about
    return "\n".join(lines) + "\n"


def _kept(entry: Entry, made: Sequence[Resulting]) -> str:
    """A line for a commit that becomes one commit at most."""
    if not made:
        is_gone = entry.action in ("pick", "reword")
        fate = "nothing left to merge" if is_gone else _GONE[entry.action]
        return f"{entry.oid[:10]} {shown(entry.commit.subject)}  ({fate})"
    subject = _named(subject_of(made[0].draft.message))
    fate = "unchanged" if made[0].oid == entry.oid else _carried_fate(entry, made[0])
    return f"{entry.oid[:10]} {subject}  ({fate})"


def _named(subject: bytes) -> str:
    return shown(subject) or "(no message)"


def _joined_message(made: Sequence[Resulting]) -> Iterator[str]:
    """The message of a commit that others are squashed into, where it is another.

    Not where it is a subject alone, which is said already.
    """
    for each in made:
        message = each.draft.message
        is_new = message != each.draft.source.raw.message
        if each.draft.squashed and is_new and len(message.splitlines()) > 1:
            yield ""
            message = _with_new_id_unknown(each)
            yield from (f"    {shown(line)}".rstrip() for line in message.splitlines())
            yield ""


def _with_new_id_unknown(made: Resulting) -> bytes:
    """The message as it will be, but for a Change-Id that is made when it is."""
    message = made.draft.message
    if not made.is_new_change or made.change_id is None:
        return message
    return message.replace(made.change_id, b"(a new one)")


_GONE: Mapping[Doing, str] = {
    "drop": "dropped",
    "squash": "squashed into the previous commit",
    "fixup": "squashed into the previous commit, without its message",
}


def _carried_fate(entry: Entry, made: Resulting) -> str:
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


def _split(
    commit: SourceCommit,
    plan: Plan,
    made: Sequence[Resulting],
    cuts: Cuts | None,
    ids: IdRules,
) -> Iterator[str]:
    """A commit's heading, and a block for each commit that it becomes."""
    into = "stays one commit" if len(made) == 1 else f"becomes {len(made)} commits"
    yield f"{commit.oid[:10]} {_named(commit.subject)}"
    files = counted(len(plan.changes), "file")
    hunks = counted(len(plan.edits), "hunk")
    yield f"  {files}, {hunks}: {into}"
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
    messages, numbers = [r.draft.message for r in made], range(1, len(made) + 1)
    left = list(trailer_lines(commit.raw.message, messages, ids, numbers))
    yield from (f"  {line}" for line in left)
    if left:
        yield ""


def _piece(
    plan: Plan, number: int, group: int, edits: Sequence[Edit], result: Resulting
) -> Iterator[str]:
    """One resulting commit: subject, size, Change-Id, tree, and what of which file."""
    yield f"  {number}  {shown(subject_of(result.draft.message))}"
    facts = [counted(len(edits), "hunk"), size(edits), f"tree {result.tree[:10]}"]
    facts += _id_fate(result)
    yield "     " + ", ".join(facts)
    yield from _ranges(plan.changes, edits)
    for override in plan.overrides:
        if override.group == group:
            yield f"     {shown(plan.changes[override.file].path)}  edited by hand"
    if plan.groups[group].reason:
        yield f"     why: {shown(plan.groups[group].reason)}"


def _id_fate(made: Resulting) -> Iterator[str]:
    """What becomes of the Change-Id; a new one isn't known before it is written."""
    if made.keeps_id and made.change_id is not None:
        yield f"keeps {shown(made.change_id)[:9]}"
    elif made.is_new_change:
        yield "new Change-Id"


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
    ids: IdRules = _NO_IDS,
) -> str:
    """What a rewrite did, how to take it back, and what it left alone.

    ``moved`` are refs with their new values, ``left`` those that stay, each with the
    reason as a clause. ``old_tree`` is the one that HEAD had. ``unsigned`` is
    the number of commits that lost their signature. ``dropped`` are the lines about
    what was dropped, ``review`` those about what follows for a review; ``ids`` says
    how Change-Ids are used.
    """
    refs = listed([_short(ref) for ref, _ in moved], MOST_REFS)
    lines = [
        f"Rewrote {refs}: {counted(len(todo.entries), 'commit')} became"
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
        lost = f"{counted(unsigned, 'signed commit')} lost the signature"
        lines.append(f"{lost}; with --gpg-sign new ones are made.")
    lines += review
    lines.append("Undo with: gitsplit --undo")
    return "\n".join(lines) + "\n"


def _gone(todo: Todo, kept: AbstractSet[bytes | None], ids: IdRules) -> Iterator[str]:
    """A line for each commit that the series has no more.

    ``kept`` are the Change-Ids that it still has.
    """
    for entry in todo.entries:
        named = f"{entry.oid[:10]} {shown(entry.commit.subject)}"
        if entry.action == "drop":
            yield f"Dropped {named}  (see git show {entry.oid[:10]})"
        elif entry.action in ("squash", "fixup"):
            gone = ids.of(entry.commit.raw.message)
            is_gone = gone is not None and gone not in kept
            lost = f"; its {shown(gone)[:9]} is gone" if gone and is_gone else ""
            yield f"Squashed {named}{lost}"


def left_behind(resulting: Sequence[Resulting], ids: IdRules) -> Iterator[str]:
    """Which trailers of split commits not every new commit has, by their numbers."""
    by_source: dict[Oid, list[int]] = {}
    for at, made in enumerate(resulting):
        by_source.setdefault(made.draft.source.oid, []).append(at)
    for places in by_source.values():
        original = resulting[places[0]].draft.source.raw.message
        messages = [resulting[at].draft.message for at in places]
        yield from trailer_lines(original, messages, ids, [at + 1 for at in places])


def _final_tree(old: str, new: str) -> str:
    """Whether the series ends as it did, which it does unless it was told not to."""
    if new == old:
        return f"Final tree {new} as before; index and worktree untouched."
    return f"Final tree {new} instead of {old}."


def undo_text(subject: str, refs: Sequence[tuple[str, Oid]]) -> str:
    """What an undo gave back: the refs with their values of before."""
    return f"Undid: {shown(subject)}. {placed(refs)} again."


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
    lines = (_result(entries[m.draft.source.oid], number, m) for number, m in told)
    yield from few(lines, len(told), unlisted=len(resulting) - len(told))


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
        fate = "unchanged"
    elif made.is_emptied:
        fate = "now empty"
    elif draft.role != "same" and made.change_id is not None:
        fate = f"{'keeps' if made.keeps_id else 'new'} {shown(made.change_id)[:9]}"
    # What is short stands first: a terminal of 80 columns cuts nothing that matters.
    return f"  {number}  {made.oid[:10]}  {fate:15} {shown(subject_of(draft.message))}"
