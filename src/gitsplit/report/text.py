"""A dry run as text, for a terminal or a pipe."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gitsplit.model.change_id import trailer_lines
from gitsplit.model.diff import (
    Edit,
    FactEdit,
    FileChange,
    Span,
    TextEdit,
    edit_union,
)
from gitsplit.model.escape import printable, printable_diff_line
from gitsplit.model.given_up import not_continued_words
from gitsplit.model.listing import (
    few,
    hunk_count,
    line_counts,
    quantity,
    unshown_sentences,
)
from gitsplit.model.memo import memo
from gitsplit.model.message import subject_of
from gitsplit.model.objects import Oid
from gitsplit.model.patch import file_patch
from gitsplit.model.series import SourceCommit
from gitsplit.model.todo import Doing, Entry
from gitsplit.proposal.flaws import flaw_sentence
from gitsplit.report.findings import (
    CommitFate,
    DryRun,
    FileEdits,
    Preview,
    ResultCommit,
    Split,
    SplitPart,
)
from gitsplit.report.formats import Printout, Slot
from gitsplit.report.sentences import fate, unsaid_lines
from gitsplit.report.summary import outlook_lines


class DiffLine(str):
    """A line of a diff, which has a colour of its own on a terminal."""

    __slots__ = ()

    @property
    def slot(self) -> Slot | None:
        """What it is; None for an unchanged line."""
        return next((slot for sign, slot in _SLOTS if self.startswith(sign)), None)


_SLOTS: Sequence[tuple[str, Slot | None]] = (
    *((" ", None), ("\\", None), ("@@", "frag"), ("--- ", "meta"), ("+++ ", "meta")),
    *(("-", "old"), ("+", "new"), ("", "meta")),
)


def printout(dry_run: DryRun) -> Printout:
    """Each commit of the series, what would become of it, and what stands against it.

    Raises what stands against the series as a whole.
    """
    preview = dry_run.preview()
    lines = _preview_lines(preview, dry_run.has_patch)
    lines += taught_lines(dry_run, preview)
    slots = {
        number: slot
        for number, line in enumerate(lines)
        if (slot := line.slot if isinstance(line, DiffLine) else _heading_slot(line))
    }
    text = "\n".join(lines) + "\n"
    return Printout(text, slots, preview.warnings, refusal=preview.refusal)


def taught_lines(dry_run: DryRun, preview: Preview) -> Iterator[str]:
    """The git commands for the same, where they are asked for, after a blank line."""
    if dry_run.by_hand is not None and preview.refusal is None:
        from gitsplit.report.by_hand import by_hand_lines  # few are taught

        yield ""
        yield from by_hand_lines(dry_run.by_hand())


_HEADING = re.compile(r"[0-9a-f]{10} |  \d+  ")


def _heading_slot(line: str) -> Slot | None:
    """What a line that begins with an id or a number is, as git's log has it."""
    return "commit" if _HEADING.match(line) else None


def _preview_lines(preview: Preview, has_patch: bool) -> list[str]:
    lines = [line for one in preview.commits for line in fate_lines(one, has_patch)]
    about = [] if preview.rewrite is None else [*outlook_lines(preview.rewrite)]
    if about and lines[-1]:
        lines.append("")
    return [*lines, *about]


def fate_lines(commit: CommitFate, has_patch: bool) -> Iterator[str]:
    """What becomes of a commit of the series, and what stands against it."""
    against = [f"  ! {printable(each)}" for each in commit.complaints]
    if commit.split is not None:
        ids, subject = split_name(commit.entry)
        yield ids if subject is None else f"{ids} {_subject_words(subject)}"
        yield from against
        yield from _split_lines(commit.split, has_patch)
    else:
        yield _heading(commit)
        yield from against
        for each in commit.commits:
            yield from _new_message(each, has_patch)
        yield from diff_lines(commit.changes)


def split_size(split: Split) -> str:
    """How many files and hunks a commit has that is split."""
    return f"{quantity(split.files, 'file')}, {quantity(split.hunks, 'hunk')}"


def split_name(entry: Entry) -> tuple[str, bytes | None]:
    """What a split commit or range goes by: its ids, and its subject.

    A range has several; its number of commits stands with the ids.
    """
    if not entry.commit.is_stored:
        return entry.commit.in_words, None
    if not entry.rest:
        return entry.oid[:10], entry.commit.subject
    if not entry.rest[-1].is_stored:
        *own, last = entry.commits
        ends = " to ".join(dict.fromkeys(c.oid[:10] for c in (own[0], own[-1])))
        return f"{last.in_words}, into {quantity(len(own), 'commit')}: {ends}", None
    number = quantity(len(entry.commits), "commit")
    if entry.source is not None:
        number += " as one change"
    return f"{entry.oid[:10]} to {entry.rest[-1].oid[:10]}, {number}", None


def _heading(commit: CommitFate) -> str:
    """A line for a commit that becomes one commit at most."""
    entry = commit.entry
    if not commit.commits:
        what = _GONE.get(entry.action, "nothing left to merge")
        return f"{entry.oid[:10]} {printable(entry.commit.subject)}  ({what})"
    (made,) = commit.commits
    what = "unchanged" if made.oid == entry.oid else fate(entry, made)
    if commit.is_one_change:
        what = f"seems to be one change, {what}"
    return (
        f"{entry.oid[:10]} {_subject_words(subject_of(made.draft.message))}  ({what})"
    )


_GONE: Mapping[Doing, str] = {
    "drop": "dropped",
    "squash": "squashed into the previous commit",
    "fixup": "squashed into the previous commit, without its message",
}


WHY_TWO = "why not one commit"
"""What stands before the reason that a new commit isn't one with the one before it."""


def _subject_words(subject: bytes) -> str:
    return printable(subject) or "(no message)"


def _new_message(commit: ResultCommit, has_patch: bool) -> Iterator[str]:
    """The message of a commit that isn't split, where it is another.

    Without diffs only that of one that others are squashed into, and not where it is a
    subject alone, which is said already.
    """
    message = commit.draft.message
    if message == commit.draft.source.raw.message:
        return
    if has_patch or (commit.draft.squashed and len(message.splitlines()) > 1):
        yield from message_lines(commit)


def message_lines(commit: ResultCommit, indentation: str = "    ") -> Iterator[str]:
    """A commit's whole message between blank lines, indented as git's log has it."""
    yield ""
    known = known_message(commit).expandtabs()
    for line in known.rstrip(b"\n").split(b"\n"):
        yield f"{indentation}{printable(line)}".rstrip()
    yield ""


def diff_lines(changes: Iterable[FileChange]) -> Iterator[DiffLine]:
    """The diff of a commit, its tabs as blanks."""
    for change in changes:
        for line in file_patch(change):
            shown = line.removesuffix(b"\n").removesuffix(b"\t")
            yield DiffLine(printable_diff_line(shown))


def known_message(commit: ResultCommit) -> bytes:
    """The message as it will be, but for a Change-Id that is made when it is."""
    message = commit.draft.message
    if not commit.is_new_change or commit.change_id is None:
        return message
    return message.replace(commit.change_id, b"(will be added)")


def _split_lines(split: Split, has_patch: bool) -> Iterator[str]:
    """How the commit is split, and a block for each commit that it becomes."""
    number = len(split.parts)
    into = f"becomes {quantity(number, 'commit')}"
    if number == 1 and not split.commits:
        into = "stays one commit"
        if split.is_one_change:
            into = "seems to be one change (cut it anyway: --commits 2)"
    yield f"  {split_size(split)}: {into}"
    if split.shortcut:
        yield f"  a large commit: {split.shortcut}"
    for line in absorbed_words(split, has_patch):
        shown = f"  {line}".rstrip()
        yield DiffLine(shown) if line[2:3] in {"-", "+"} else shown
    for number, part in enumerate(split.parts, 1):
        yield ""
        yield from part_lines(number, part, split.commits)
        yield from _patch_lines(part) if has_patch else ()
    if split.advice:
        yield ""
    for advice in split.advice:
        said = advice.sentence(lambda group: f"commit {group + 1}")
        yield from _wrapped(("  advice:", *f"{said} ({advice.source})".split(" ")))
    yield from left_lines(split)


def absorbed_words(split: Split, has_patch: bool) -> Iterator[str]:
    """Where each hunk of uncommitted changes goes that commits absorb, if they do."""
    if split.absorbed:
        from gitsplit.report.absorbed import absorbed_lines  # few have any

        yield ""
        yield from absorbed_lines(split, are_all_shown=has_patch)


def _patch_lines(part: SplitPart) -> Iterator[str]:
    """The message of a new commit, and its diff."""
    yield from message_lines(part.commit)
    yield from diff_lines(part.changes)


def left_lines(split: Split) -> Iterator[str]:
    """What of a split commit is in none of those that it becomes, or not in all."""
    if split.dropped and not split.absorbed:
        yield ""
        yield f"  {split.fate_of_dropped}"
        yield from _edit_lines(split.dropped, split.commits)
    if split.unshown:
        yield ""
        yield from few(f"  {words}" for words in unshown_sentences(split.unshown))
    for unsaid in split.unsaid:
        yield ""
        yield from unsaid_lines(unsaid, "  ")
    if split.given_up:
        yield ""
        yield from few(
            f"  not continued: {not_continued_words(e)}" for e in split.given_up
        )
    yield ""
    left = list(trailer_lines(split.trailers))
    yield from (f"  {line}" for line in left)
    if left:
        yield ""


def part_lines(
    number: int, part: SplitPart, of_range: Sequence[SourceCommit]
) -> Iterator[str]:
    """One resulting commit: subject, size, Change-Id, tree, and what of which file."""
    yield f"  {number}  {printable(subject_of(part.commit.draft.message))}"
    hunks = hunk_count(part.hunks, part.divided)
    facts = [hunks, line_counts(part.size.added, part.size.removed)]
    facts += [f"tree {part.commit.tree[:10]}"] if part.commit.tree else []
    yield "     " + ", ".join([*facts, *descent(part.commit, of_range)])
    home = _by_id(of_range).get(part.commit.draft.source.oid)
    is_new = part.commit.draft.role == "piece"
    home = None if is_new else home
    yield from _edit_lines(_files_to_tell(part, of_range, home), of_range, home)
    for path in part.by_hand:
        yield f"     {printable(path)}  edited by hand"
    for flaw in part.flaws:
        yield f"     ! {flaw_sentence(flaw)}"
    if part.reason:
        yield f"     why: {printable(part.reason)}"
    if part.border:
        yield f"     {WHY_TWO}: {printable(part.border)}"


@memo
def _by_id(commits: Sequence[SourceCommit]) -> Mapping[Oid, SourceCommit]:
    return {commit.oid: commit for commit in commits}


def _files_to_tell(
    part: SplitPart, of_range: Sequence[SourceCommit], home: SourceCommit | None
) -> Iterator[FileEdits]:
    """What of its files is told of a commit; of one that absorbs, what it hadn't."""
    absorbs = bool(of_range) and not of_range[-1].is_stored
    for file in part.files:
        is_own = file.commit is not None and bool(of_range)
        if not (absorbs and is_own and of_range[file.commit or 0] is home):
            yield file


def descent(commit: ResultCommit, of_range: Sequence[SourceCommit]) -> Iterator[str]:
    """Which commit it continues, and what becomes of the Change-Id.

    That it keeps the Change-Id of the one commit that is split says both.
    """
    if of_range:
        yield _continued(commit)
    elif not commit.keeps_id:
        yield from filter(None, [heirship(commit, of_range)])
    yield from _id_fate(commit)


def heirship(commit: ResultCommit, of_range: Sequence[SourceCommit]) -> str:
    """Which commit it continues, in words; empty where it continues none."""
    if commit.draft.role == "piece":
        return ""
    original = commit.draft.source.oid[:10] if of_range else "the original"
    return f"continues {original}"


def _continued(commit: ResultCommit) -> str:
    """What a commit of a range is to the commits that there were."""
    if commit.oid == commit.draft.source.oid:
        return "unchanged"
    if found := heirship(commit, (commit.draft.source,)):
        return found
    return f"new, by {printable(commit.draft.source.raw.author.who)}"


def _id_fate(commit: ResultCommit) -> Iterator[str]:
    """What becomes of the Change-Id; a new one isn't known before it is written."""
    if commit.keeps_id and commit.change_id is not None:
        yield f"keeps {printable(commit.change_id)[:9]}"
    elif commit.is_new_change:
        yield "new Change-Id"


def _edit_lines(
    files: Iterable[FileEdits],
    of_range: Sequence[SourceCommit] = (),
    home: SourceCommit | None = None,
) -> Iterator[str]:
    """For each file a line: facts, and lines removed (-) and added (+), 1-based.

    In a range it says which commit's lines these are, where that isn't ``home``.
    """
    for file in files:
        parts = [f"     {printable(file.path)} "]
        parts += [part for edit in _joined(file.edits) for part in _edit_parts(edit)]
        of = of_range[file.commit] if of_range and file.commit is not None else home
        if of is not None and of is not home:
            name = f"of {of.oid[:10]}" if of.is_stored else of.in_words
            parts.append(f"({name})")
        yield from _wrapped(parts)


_WIDTH = 79
"""So many characters a line has, where what stands in it can be parted."""


def _wrapped(parts: Iterable[str]) -> Iterator[str]:
    """The parts with blanks between them, in lines; none is parted itself."""
    line, *others = parts
    for part in others:
        if len(line) + 1 + len(part) > _WIDTH:
            yield line.rstrip()
            line = " " * 6
        line += f" {part}"
    yield line


def _joined(edits: Iterable[Edit]) -> Sequence[Edit]:
    """The edits, those as one that are lines of a hunk and follow on each other."""
    found: list[Edit] = []
    for edit in edits:
        last = found[-1] if found else None
        if not isinstance(last, TextEdit) or not isinstance(edit, TextEdit):
            found.append(edit)
        elif (last.hunk, last.old.stop, last.new.stop) == (
            *(edit.hunk, edit.old.start, edit.new.start),
        ):
            found[-1] = edit_union((last, edit))
        else:
            found.append(edit)
    return found


def _edit_parts(edit: Edit) -> Iterator[str]:
    if isinstance(edit, FactEdit):
        yield edit.fact
        return
    for sign, span in (("-", edit.old), ("+", edit.new)):
        if len(span):
            yield sign + _range(span)


def _range(span: Span) -> str:
    first, last = span.start + 1, span.stop
    return str(first) if first == last else f"{first}-{last}"
