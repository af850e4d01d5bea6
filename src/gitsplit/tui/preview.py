"""One commit of a plan as reviewers will see it: its own diff, as rows.

The rows are found from the states that the plan chooses, without composing any file:
an old line of a later group is still there (context), a new line of an earlier group
is already there, and only the group's own lines are removed and added.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from gitsplit.core.changes import FileChange, Hunk, Span
from gitsplit.core.content import Assignment, hunk_lines
from gitsplit.core.edits import Edit, Fact, FactEdit, TextEdit
from gitsplit.core.plan import Plan
from gitsplit.tui.rows import (
    CONTEXT_LINES,
    Header,
    RowKind,
    Segment,
    Table,
    table,
)


class Stretch(NamedTuple):
    """Lines of one side that follow each other and fare alike in one commit.

    ``old_at`` and ``new_at`` are the 0-based lines at which they stand in the file
    before and after that commit, ``origin`` at which before all commits of the plan.
    """

    kind: RowKind
    lines: Span
    is_old: bool
    old_at: int = 0
    new_at: int = 0
    origin: int = 0


def commit_segments(
    change: FileChange, file: int, assignment: Assignment, group: int
) -> tuple[Segment, ...]:
    """What the commit of ``group`` does to one file; nothing where it leaves it alone.

    ``assignment`` has every edit of the file, in order.
    """
    mine = [edit for edit, owner in assignment if owner == group]
    if not mine:
        return ()
    facts = (
        Segment(RowKind.FACT, file, 0, edit=edit)
        for edit in mine
        if isinstance(edit, FactEdit)
    )
    head = Segment(RowKind.FILE, file, 0)
    stretches = _numbered(_joined(_stretches(change, assignment, group)))
    return (head, *facts, *_all_hunks(file, stretches))


def path_after(plan: Plan, file: int, group: int) -> bytes:
    """The path that the file has in the commit of ``group``; a deleted one's: had."""
    change = plan.changes[file]
    if change.old is None or change.old.path == change.path:
        return change.path
    is_renamed = any(
        g <= group
        for edit, g in plan.of_file(file)
        if edit == FactEdit(file, Fact.RENAME)
    )
    return change.path if is_renamed else change.old.path


def _all_hunks(file: int, stretches: Iterable[Stretch]) -> Iterator[Segment]:
    """The rows of every hunk of one file."""
    header: Header | None = None
    for above, hunk in _hunks(stretches):
        header = _header(above, hunk, header)
        yield Segment(RowKind.HUNK, file, 0, header=header)
        for kind, lines, is_old, *_ in hunk:
            yield Segment(kind, file, lines.start, len(lines), is_old=is_old)


def _stretches(
    change: FileChange, assignment: Assignment, group: int
) -> Iterator[Stretch]:
    """Every line that the file has before or after the commit of ``group``."""
    texts = ((e, g) for e, g in assignment if isinstance(e, TextEdit))
    at = 0
    for number, members in groupby(texts, lambda member: member[0].hunk):
        hunk = change.hunks[number]
        yield Stretch(RowKind.CONTEXT, Span(at, hunk.old.start), True)
        yield from _hunk_stretches(change, hunk, list(members), group)
        at = hunk.old.stop
    yield Stretch(RowKind.CONTEXT, Span(at, len(change.old_lines)), True)


def _hunk_stretches(
    change: FileChange, hunk: Hunk, edits: Assignment, group: int
) -> Iterator[Stretch]:
    """The lines of one hunk as they fare in the commit of ``group``."""
    groups = {owner for _, owner in edits}
    if len(groups) > 1:
        for line in hunk_lines(change, hunk, edits):
            lines = Span(line.number, line.number + 1)
            yield from _side(lines, line.mark == "old", line.group, group)
        return
    owner = groups.pop()
    yield from _side(hunk.old, True, owner, group)
    yield from _side(hunk.new, False, owner, group)


def _side(lines: Span, is_old: bool, owner: int, group: int) -> Iterator[Stretch]:
    """Lines of one side that ``owner`` takes away or brings; none if absent."""
    if owner == group:
        yield Stretch(RowKind.OLD if is_old else RowKind.NEW, lines, is_old)
    elif (owner > group) == is_old:
        yield Stretch(RowKind.CONTEXT, lines, is_old)


def _joined(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """The stretches that follow each other as one; removed lines before added ones.

    Between two unchanged lines, git shows all that goes before all that comes.
    """
    filled = (stretch for stretch in stretches if len(stretch.lines))
    for is_context, run in groupby(filled, lambda s: s.kind is RowKind.CONTEXT):
        # Sorting keeps the order within each side.
        members = list(run)
        if not is_context:
            members.sort(key=lambda stretch: not stretch.is_old)
        yield from _merged(members)


def _merged(stretches: Sequence[Stretch]) -> Iterator[Stretch]:
    """Stretches of one kind; lines of a side that follow each other together."""
    pending = stretches[0]
    for stretch in stretches[1:]:
        follows = stretch.lines.start == pending.lines.stop
        if follows and stretch.is_old == pending.is_old:
            lines = Span(pending.lines.start, stretch.lines.stop)
            pending = pending._replace(lines=lines)
        else:
            yield pending
            pending = stretch
    yield pending


def _numbered(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """The stretches, each with its place before and after the commit."""
    old = new = origin = 0
    for kind, lines, is_old, *_ in stretches:
        origin = lines.start if is_old else origin
        yield Stretch(kind, lines, is_old, old, new, origin)
        origin = lines.stop if is_old else origin
        old += len(lines) if kind is not RowKind.NEW else 0
        new += len(lines) if kind is not RowKind.OLD else 0


def _hunks(
    stretches: Iterable[Stretch],
) -> Iterator[tuple[list[Stretch], list[Stretch]]]:
    """Each hunk with three lines of context, and what stands above it.

    Two changes share a hunk where at most six unchanged lines are between them.
    """
    above: list[Stretch] = []
    hunk: list[Stretch] = []
    for is_context, run in groupby(stretches, lambda s: s.kind is RowKind.CONTEXT):
        members = list(run)
        if not is_context or (hunk and _height(members) <= 2 * CONTEXT_LINES):
            hunk += members
        else:
            if hunk:
                yield above, [*hunk, *_part(members, 0, CONTEXT_LINES)]
            split = max(0, _height(members) - CONTEXT_LINES)
            above = [*hunk, *_part(members, 0, split)]
            hunk = [*_part(members, split, split + CONTEXT_LINES)]
    changed = [i for i, s in enumerate(hunk) if s.kind is not RowKind.CONTEXT]
    if changed:
        end = changed[-1] + 1
        yield above, [*hunk[:end], *_part(hunk[end:], 0, CONTEXT_LINES)]


def _part(stretches: Sequence[Stretch], start: int, stop: int) -> Iterator[Stretch]:
    """Lines ``start`` up to ``stop`` of these unchanged stretches, counted from 0."""
    at = 0
    for stretch in stretches:
        skipped = max(0, start - at)
        first = stretch.lines.start + skipped
        last = min(stretch.lines.stop, stretch.lines.start + stop - at)
        at += len(stretch.lines)
        if first < last:
            yield stretch._replace(
                lines=Span(first, last),
                old_at=stretch.old_at + skipped,
                new_at=stretch.new_at + skipped,
                origin=stretch.origin + skipped * stretch.is_old,
            )


def _height(stretches: Iterable[Stretch]) -> int:
    return sum(len(stretch.lines) for stretch in stretches)


def _header(
    above: Iterable[Stretch], hunk: Sequence[Stretch], previous: Header | None
) -> Header:
    """The header of a hunk; a function is looked for in the file before the commit."""
    first = hunk[0]
    old = _height(s for s in hunk if s.kind is not RowKind.NEW)
    new = _height(s for s in hunk if s.kind is not RowKind.OLD)
    return Header(
        Span(first.old_at, first.old_at + old),
        Span(first.new_at, first.new_at + new),
        tuple((s.lines, s.is_old) for s in above if s.kind is not RowKind.NEW),
        previous,
        first.origin,
    )


FileEdits = tuple[tuple[Edit, int], ...]


@dataclass(slots=True)
class Previews:
    """The rows of any commit of a plan; a file is computed anew only when it changed.

    The one thing here that is not a value: it keeps what it computed for the last
    plan, file by file, and gives the same rows as if it didn't.
    """

    _plan: Plan | None = None
    _by_file: dict[int, FileEdits] = field(default_factory=dict)
    _segments: dict[tuple[int, int], tuple[Segment, ...]] = field(default_factory=dict)
    _tables: dict[int, Table] = field(default_factory=dict)

    def rows(self, plan: Plan, group: int) -> Table:
        """The diff of the commit of ``group`` against the commit before it."""
        if plan is not self._plan:
            self._take(plan)
        if group not in self._tables:
            self._tables[group] = table(self._all_segments(plan, group))
        return self._tables[group]

    def _take(self, plan: Plan) -> None:
        """Keep what still holds under another plan."""
        by_file: dict[int, list[tuple[Edit, int]]] = {}
        for edit, group in zip(plan.edits, plan.group_of, strict=True):
            by_file.setdefault(edit.file, []).append((edit, group))
        now = {file: tuple(members) for file, members in by_file.items()}
        same = {file for file in now if now[file] == self._by_file.get(file)}
        if self._plan is None or self._plan.changes is not plan.changes:
            same = set()
        kept = {key: s for key, s in self._segments.items() if key[0] in same}
        self._plan, self._by_file, self._segments = plan, now, kept
        self._tables = {}

    def _all_segments(self, plan: Plan, group: int) -> Iterator[Segment]:
        is_first = True
        for file, members in self._by_file.items():
            found = self._segments.get((file, group))
            if found is None:
                found = commit_segments(plan.changes[file], file, members, group)
                self._segments[file, group] = found
            if found and not is_first:
                yield Segment(RowKind.BLANK, file, 0)
            is_first = is_first and not found
            yield from found
