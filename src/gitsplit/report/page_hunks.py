"""The hunks of a plan as a page shows them: each with its number, commit and context.

A hunk whose lines are in several commits is there in parts, each a run of lines that
are in one. Unchanged lines stand around it, none of them twice.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from msgspec import Struct

from gitsplit.model.diff import (
    Edit,
    Fact,
    FactEdit,
    FileChange,
    Hunk,
    Span,
    TextEdit,
    edit_union,
    function_line,
    range_in_header,
)
from gitsplit.model.lines import Lines
from gitsplit.model.listing import quantity
from gitsplit.model.patch import CONTEXT, NO_NEWLINE, fact_lines, file_patch
from gitsplit.model.plan import Plan
from gitsplit.planfile.hunks import Ends, HunkPick, pick_value
from gitsplit.planfile.numbering import NumberedHunk, numbered_hunks


class PageHunk(Struct, frozen=True):
    """A hunk, a part of one, or a fact of a file, and the group of the plan it is in.

    ``file`` is the number of the change, from 0. ``part`` of ``parts`` counts from 1
    where a hunk is in parts, and ``lines`` are then its own, as a plan names them
    behind the number. ``body`` are lines as in a diff, without their ends.
    """

    number: int
    file: int
    group: int
    header: str | bytes
    body: tuple[bytes, ...]
    part: int = 0
    parts: int = 0
    lines: str = ""
    added: int = 0
    removed: int = 0


def page_hunks(plan: Plan) -> Iterator[PageHunk]:
    """All hunks in the order of their numbers."""
    edits: dict[tuple[int, Fact | Hunk], list[tuple[Edit, int]]] = {}
    for edit, group in zip(plan.edits, plan.group_of, strict=True):
        edits.setdefault((edit.file, _what(plan, edit)), []).append((edit, group))
    numbered = numbered_hunks(plan.changes)
    for file, own in groupby(numbered, key=lambda each: each.file):
        change, hunks = plan.changes[file], [*own]
        contexts = _contexts(change)
        for each in hunks:
            if each.fact is not None:
                ((_, group),) = edits[file, each.fact]
                yield _fact_hunk(each, change, each.fact, group)
            else:
                assert each.hunk is not None, "what has a number is a fact or a hunk"
                found = edits[file, each.hunk]
                yield from _parts(each, change, each.hunk, found, next(contexts))


MOST_SHOWN = 20
"""So many lines of a hunk, or of a message, are shown to learners."""


def some_lines(lines: Sequence[bytes]) -> Sequence[bytes]:
    """The lines, of very many the first, and how many are left."""
    if len(lines) <= MOST_SHOWN + 1:
        return lines
    left = quantity(len(lines) - MOST_SHOWN, "more line")
    return (*lines[:MOST_SHOWN], f"  … {left}".encode())


def hunk_name(hunk: PageHunk) -> str:
    """What a hunk goes by: its number, and which run of its lines it is."""
    part = f", {hunk.part} of {hunk.parts}" if hunk.part else ""
    return f"Hunk {hunk.number}{part}"


def _what(plan: Plan, edit: Edit) -> Fact | Hunk:
    """What it is, or is cut from, that can have a number."""
    if isinstance(edit, FactEdit):
        return edit.fact
    return plan.changes[edit.file].hunks[edit.hunk]


def _fact_hunk(
    found: NumberedHunk, change: FileChange, fact: Fact, group: int
) -> PageHunk:
    lines = _fact_body(change, fact)
    body = tuple(line.removesuffix(b"\n") for line in lines)
    return PageHunk(found.number, found.file, group, fact, body)


def _fact_body(change: FileChange, fact: Fact) -> Iterator[bytes]:
    """What a diff has of a fact: of a rename or mode its lines, else the content."""
    if fact in (Fact.RENAME, Fact.MODE):
        is_rename = fact == Fact.RENAME
        yield from (
            line
            for line in fact_lines(change)
            if line.startswith(b"rename") == is_rename
        )
        return
    in_header = True
    for line in file_patch(change):
        starts = line.startswith(b"diff ")
        in_header = starts or (in_header and not line.startswith(b"@@"))
        if not in_header or line.startswith((b"new file", b"deleted", b"Binary")):
            yield line


class _Context(Struct, frozen=True):
    """The unchanged lines around a hunk, of the old side, and the function above."""

    above: Span
    below: Span
    function: bytes


def _contexts(change: FileChange) -> Iterator[_Context]:
    """What stands around each hunk; what is between two is shown once."""
    old, hunks = change.old_lines, change.hunks
    gaps = [
        *(hunk.old.start for hunk in hunks[:1]),
        *(after.old.start - before.old.stop for before, after in pairwise(hunks)),
        *(len(old) - hunk.old.stop for hunk in hunks[-1:]),
    ]
    function, seen = b"", 0
    for hunk, before, after in zip(hunks, gaps, gaps[1:], strict=False):
        is_first = hunk is hunks[0]
        free = before if is_first else before - min(CONTEXT, before)
        start = hunk.old.start - min(CONTEXT, free)
        upwards = (old[line] for line in range(start - 1, seen - 1, -1))
        function, seen = function_line(upwards) or function, max(start, seen)
        stop = hunk.old.stop
        below = Span(stop, stop + min(CONTEXT, after))
        yield _Context(Span(start, hunk.old.start), below, function)


def _parts(
    found: NumberedHunk,
    change: FileChange,
    hunk: Hunk,
    edits: Sequence[tuple[Edit, int]],
    context: _Context,
) -> Iterator[PageHunk]:
    """A hunk, in as many parts as it has runs of lines that are in one commit."""
    runs = [
        (edit_union(tuple(e for e, _ in run if isinstance(e, TextEdit))), group)
        for group, run in groupby(edits, key=lambda pair: pair[1])
    ]
    for number, (edit, group) in enumerate(runs, 1):
        is_whole, is_last = len(runs) == 1, number == len(runs)
        above = context.above if number == 1 else Span(0, 0)
        below = context.below if is_last else Span(0, 0)
        yield PageHunk(
            found.number,
            found.file,
            group,
            _header(edit, context),
            tuple(_body(change, above, edit, below)),
            part=0 if is_whole else number,
            parts=0 if is_whole else len(runs),
            lines="" if is_whole else _lines_within(found.number, hunk, edit),
            added=len(edit.new),
            removed=len(edit.old),
        )


def _header(edit: TextEdit, context: _Context) -> bytes:
    old, new = (range_in_header(span) for span in (edit.old, edit.new))
    return f"@@ -{old} +{new} @@ ".encode() + context.function


def _body(
    change: FileChange, above: Span, edit: TextEdit, below: Span
) -> Iterator[bytes]:
    old, new = change.old_lines, change.new_lines
    yield from _signed(b" ", old, above)
    yield from _signed(b"-", old, edit.old)
    yield from _signed(b"+", new, edit.new)
    yield from _signed(b" ", old, below)


def _signed(sign: bytes, lines: Lines, span: Span) -> Iterator[bytes]:
    for line in lines[span.start : span.stop]:
        yield sign + line.removesuffix(b"\n")
        if not line.endswith(b"\n"):
            yield NO_NEWLINE.removesuffix(b"\n")


def _lines_within(number: int, hunk: Hunk, edit: TextEdit) -> str:
    """The lines of a part as a plan names them, counted from 1 within their hunk."""
    removed = tuple(_ends(edit.old, hunk.old))
    added = tuple(_ends(edit.new, hunk.new))
    picked = pick_value(HunkPick(number, number, removed, added))
    return str(picked).partition(":")[2]


def _ends(span: Span, within: Span) -> Iterator[Ends]:
    if len(span):
        yield span.start - within.start + 1, span.stop - within.start
