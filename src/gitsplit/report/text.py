"""A dry run as text, for a terminal or a pipe."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gitsplit.model.change_id import IdRules, trailer_lines
from gitsplit.model.diff import Edit, FactEdit, FileChange, Span, TextEdit
from gitsplit.model.escape import printable
from gitsplit.model.listing import quantity
from gitsplit.model.message import subject_of
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.model.series import SourceCommit
from gitsplit.model.todo import Doing, Entry, Todo
from gitsplit.proposal.propose import Proposals
from gitsplit.report.facts import Resulting
from gitsplit.report.sentences import carried_fate

_NO_PROPOSALS: Mapping[Oid, Proposals] = {}


_NO_COMPLAINTS: Mapping[Oid, Sequence[str]] = {}


_NO_IDS = IdRules()


def proposal_text(  # noqa: PLR0913 -- each is one kind of thing that it tells
    todo: Todo,
    resulting: Sequence[Resulting],
    proposals: Mapping[Oid, Proposals] = _NO_PROPOSALS,
    *,
    complaints: Mapping[Oid, Sequence[str]] = _NO_COMPLAINTS,
    ids: IdRules = _NO_IDS,
    review: Iterable[str] = (),
) -> str:
    """What a dry run prints: each commit of the series and what would become of it.

    ``proposals`` are those for the commits whose plans are proposed, ``complaints``
    what stands against applying it, by the commits that it is about. ``review`` are
    the lines about what follows for a review.
    """
    lines: list[str] = []
    becomes: dict[Oid, list[Resulting]] = {entry.oid: [] for entry in todo.entries}
    for each in resulting:
        becomes[each.draft.source.oid].append(each)
    for entry in todo.entries:
        made = becomes[entry.oid]
        against = [f"  ! {printable(each)}" for each in complaints.get(entry.oid, ())]
        if entry.action == "split" and entry.plan is not None and made:
            found = proposals.get(entry.oid)
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
        return f"{entry.oid[:10]} {printable(entry.commit.subject)}  ({fate})"
    subject = _named(subject_of(made[0].draft.message))
    fate = "unchanged" if made[0].oid == entry.oid else carried_fate(entry, made[0])
    return f"{entry.oid[:10]} {subject}  ({fate})"


def _named(subject: bytes) -> str:
    return printable(subject) or "(no message)"


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
            yield from (
                f"    {printable(line)}".rstrip() for line in message.splitlines()
            )
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


def _split(
    commit: SourceCommit,
    plan: Plan,
    made: Sequence[Resulting],
    proposals: Proposals | None,
    ids: IdRules,
) -> Iterator[str]:
    """A commit's heading, and a block for each commit that it becomes."""
    into = "stays one commit" if len(made) == 1 else f"becomes {len(made)} commits"
    yield f"{commit.oid[:10]} {_named(commit.subject)}"
    files = quantity(len(plan.changes), "file")
    hunks = quantity(len(plan.edits), "hunk")
    yield f"  {files}, {hunks}: {into}"
    if proposals is not None and proposals.shortcut:
        yield f"  a large commit: {proposals.shortcut}"
    members = plan.edits_by_group()
    groups = [g for g in range(len(plan.groups)) if g in members]
    for number, (group, result) in enumerate(zip(groups, made, strict=True), 1):
        yield ""
        yield from _piece(plan, number, group, members[group], result)
        if proposals is not None and number > 1:
            yield from _border(plan, proposals, group)
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
    yield f"  {number}  {printable(subject_of(result.draft.message))}"
    facts = [quantity(len(edits), "hunk"), size(edits), f"tree {result.tree[:10]}"]
    facts += _id_fate(result)
    yield "     " + ", ".join(facts)
    yield from _ranges(plan.changes, edits)
    for override in plan.overrides:
        if override.group == group:
            yield f"     {printable(plan.changes[override.file].path)}  edited by hand"
    if plan.groups[group].reason:
        yield f"     why: {printable(plan.groups[group].reason)}"


def _id_fate(made: Resulting) -> Iterator[str]:
    """What becomes of the Change-Id; a new one isn't known before it is written."""
    if made.keeps_id and made.change_id is not None:
        yield f"keeps {printable(made.change_id)[:9]}"
    elif made.is_new_change:
        yield "new Change-Id"


def _border(plan: Plan, proposals: Proposals, group: int) -> Iterator[str]:
    """Why a proposed group isn't one with the group before it, where it is known."""
    if said := proposals.border(plan, group - 1, group):
        yield f"     apart: {printable(said)}"


def _ranges(changes: Sequence[FileChange], edits: Iterable[Edit]) -> Iterator[str]:
    """For each file a line: facts, and lines removed (-) and added (+), 1-based."""
    by_file: dict[int, list[str]] = {}
    for edit in edits:
        by_file.setdefault(edit.file, []).extend(_parts(edit))
    for file, parts in by_file.items():
        yield f"     {printable(changes[file].path)}  {' '.join(parts)}"


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
