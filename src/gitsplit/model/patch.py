"""Diffs of files as ``git diff`` writes them, with three lines of context.

The text of a diff is bytes: ``git apply`` takes it, and it shows what reviewers will
see. Names are quoted as with ``core.quotePath=false``, ids have ten digits, and how
alike the sides of a rename are isn't said.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from gitsplit.model.diff import (
    File,
    FileChange,
    Hunk,
    HunkFinder,
    Span,
    change_between,
    function_line,
    range_in_header,
)
from gitsplit.model.lines import Lines
from gitsplit.model.objects import EXECUTABLE, FILE, GITLINK, NO_OBJECT
from gitsplit.model.plan import Plan
from gitsplit.model.states import steps
from gitsplit.model.weave import Thread

CONTEXT = 3
"""So many unchanged lines are shown around a hunk."""

NO_NEWLINE = b"\\ No newline at end of file\n"

_NOWHERE = b"/dev/null"
_PROBE = 8000  # bytes in which git looks for a NUL


def file_patch(change: FileChange) -> Iterator[bytes]:
    """The lines of a file's diff, each with its end; none where nothing changes.

    A change of type is a deletion and a creation, as git has it.
    """
    old, new = change.old, change.new
    if old and new and not _is_of_one_type(old, new):
        yield from _patch(FileChange(old, None, by_lines=False))
        yield from _patch(FileChange(None, new, by_lines=False))
    elif old != new:
        yield from _patch(change)


def _is_of_one_type(old: File, new: File) -> bool:
    return old.mode == new.mode or {old.mode, new.mode} == {FILE, EXECUTABLE}


def _patch(change: FileChange) -> Iterator[bytes]:
    old, new = change.old or change.side, change.new or change.side
    names = quoted_name(b"a/" + old.path), quoted_name(b"b/" + new.path)
    yield b"diff --git %s %s\n" % names
    yield from fact_lines(change)
    if change.old and change.new and old.oid == new.oid:
        return
    ids = [(side.oid if side else NO_OBJECT)[:10] for side in (change.old, change.new)]
    is_said = change.old and change.new and old.mode == new.mode
    mode = b" %o" % old.mode if is_said else b""
    yield b"index %s..%s%s\n" % (ids[0].encode(), ids[1].encode(), mode)
    shown = (names[0] if change.old else _NOWHERE, names[1] if change.new else _NOWHERE)
    sides = _sides(change)
    if sides is None:
        yield b"Binary files %s and %s differ\n" % shown
    elif sides.hunks:
        ends = [b"\t\n" if b" " in name else b"\n" for name in shown]
        yield b"--- %s%s" % (shown[0], ends[0])
        yield b"+++ %s%s" % (shown[1], ends[1])
        yield from _hunk_lines(sides)


def fact_lines(change: FileChange) -> Iterator[bytes]:
    """What becomes of a file besides its lines."""
    if change.old is None or change.new is None:
        what = b"new" if change.old is None else b"deleted"
        yield b"%s file mode %o\n" % (what, change.side.mode)
        return
    if change.old.mode != change.new.mode:
        yield b"old mode %o\n" % change.old.mode
        yield b"new mode %o\n" % change.new.mode
    if change.old.path != change.new.path:
        yield b"rename from %s\n" % quoted_name(change.old.path)
        yield b"rename to %s\n" % quoted_name(change.new.path)


_LETTERS = dict(zip(b'\a\b\t\n\v\f\r"\\', b'abtnvfr"\\', strict=True))
_QUOTED = re.compile(rb'[\x00-\x1f\x7f"\\]')


def quoted_name(name: bytes) -> bytes:
    """The name as git writes it: in quotes, with escapes, where it needs them."""
    quoted = _QUOTED.sub(lambda found: _escape(found[0]), name)
    return name if quoted == name else b'"%s"' % quoted


def _escape(char: bytes) -> bytes:
    letter = _LETTERS.get(char[0])
    return b"\\%03o" % char[0] if letter is None else b"\\%c" % letter


class _Sides(Struct, frozen=True):
    """The lines of both sides of a file, and the hunks between them."""

    old: Lines
    new: Lines
    hunks: Sequence[Hunk]


def _sides(change: FileChange) -> _Sides | None:
    """What is shown of a change by lines; None where it is binary.

    A symlink's line is its target, a submodule's names its commit.
    """
    if change.by_lines:
        return _Sides(change.old_lines, change.new_lines, change.hunks)
    given = [side for side in (change.old, change.new) if side]
    is_regular = any(side.mode in (FILE, EXECUTABLE) for side in given)
    if is_regular and (len(given) > 1 or any(map(_looks_binary, given))):
        return None
    old, new = (Lines(_text(side)) for side in (change.old, change.new))
    hunk = Hunk(Span(0, len(old)), Span(0, len(new)))
    return _Sides(old, new, (hunk,) if len(old) or len(new) else ())


def _text(side: File | None) -> bytes:
    if side is None:
        return b""
    if side.mode == GITLINK:
        return b"Subproject commit %s\n" % side.oid.encode()
    return side.content or b""


def _looks_binary(side: File) -> bool:
    return b"\0" in (side.content or b"")[:_PROBE]


def _hunk_lines(sides: _Sides) -> Iterator[bytes]:
    old, new = sides.old, sides.new
    for run in _runs(sides.hunks):
        first, last = run[0], run[-1]
        above = min(CONTEXT, first.old.start)
        below = min(CONTEXT, len(old) - last.old.stop)
        at = first.old.start - above
        spans = (
            Span(at, last.old.stop + below),
            Span(first.new.start - above, last.new.stop + below),
        )
        numbers = tuple(range_in_header(span).encode() for span in spans)
        function = function_line(old[line] for line in range(at - 1, -1, -1))
        end = b" " + function if function else b""
        yield b"@@ -%s +%s @@%s\n" % (*numbers, end)
        for hunk in run:
            yield from _signed(b" ", old, Span(at, hunk.old.start))
            yield from _signed(b"-", old, hunk.old)
            yield from _signed(b"+", new, hunk.new)
            at = hunk.old.stop
        yield from _signed(b" ", old, Span(at, spans[0].stop))


def _runs(hunks: Sequence[Hunk]) -> Iterator[list[Hunk]]:
    """The hunks whose contexts touch."""
    run: list[Hunk] = []
    for hunk in hunks:
        if run and hunk.old.start - run[-1].old.stop > 2 * CONTEXT:
            yield run
            run = []
        run.append(hunk)
    if run:
        yield run


def _signed(sign: bytes, lines: Lines, span: Span) -> Iterator[bytes]:
    """The lines with a sign in front; the one without an end gets git's remark."""
    for number in span.numbers:
        line = lines[number]
        yield sign + line if line.endswith(b"\n") else sign + line + b"\n"
        if not line.endswith(b"\n"):
            yield NO_NEWLINE


def changes_by_group(
    plan: Plan, hunks_between: HunkFinder
) -> tuple[tuple[FileChange, ...], ...]:
    """For each group what its commit changes against the one before, by path.

    Raises InvalidPlan where a commit's tree can't be.
    """
    threads = plan.threads
    found = []
    for step in steps(plan):
        changes = [
            change_between(*pair, hunks_between, by_lines=has_lines(threads[at], pair))
            for at, pair in step.states.items()
            if pair[0] != pair[1]
        ]
        found.append(tuple(sorted(changes, key=lambda change: change.path)))
    return tuple(found)


def has_lines(thread: Thread, pair: tuple[File | None, File | None]) -> bool:
    """Whether both states have lines that are told from each other.

    A content that the commits don't have has lines where the file ever has.
    """
    sides = {
        (side.oid, change.by_lines)
        for change in thread.changes
        for side in (change.old, change.new)
        if side
    }
    opaque = {
        oid for oid, by_lines in sides if not by_lines and (oid, True) not in sides
    }
    ever = any(by_lines for _, by_lines in sides)
    return ever and all(
        side is None or (side.mode in (FILE, EXECUTABLE) and side.oid not in opaque)
        for side in pair
    )
