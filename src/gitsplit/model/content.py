"""The states of a file after some groups of a plan: states chosen, no patch applied.

After commit *k* a file has the lines that were born in groups 0..k and haven't died in
them (:mod:`gitsplit.model.weave`). Content, path, mode and existence are chosen
independently.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, pairwise
from typing import Final, Literal

from gitsplit.model.diff import (
    Edit,
    Fact,
    FactEdit,
    File,
    FileChange,
    Hunk,
    Span,
    TextEdit,
    hunk_order,
)
from gitsplit.model.objects import object_id
from gitsplit.model.weave import Strand, Stretch, Thread

Mark = Literal["old", "new"]

_NEVER: Final = 2**63
"""Later than any group, and than DROPPED."""
_ALWAYS: Final = -1
"""Before any group."""


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line of the interleaved hunk, which holds the old and the new lines.

    An old line exists before commit ``group``, a new one from it on; ``mark`` says
    which it is. ``number`` is its 0-based place in the file of that side.
    """

    mark: Mark
    number: int
    group: int


Assignment = Sequence[tuple[Edit, int]]
"""The edits of one file, in order, each with its group."""


def hunk_lines(
    change: FileChange, hunk: Hunk, edits: Assignment
) -> Iterator[PlacedLine]:
    """The lines of one hunk in the order in which every state composes them.

    ``edits`` are all edits of that hunk, and no others.
    """
    old, new = _line_groups(hunk, edits)
    if len(set(old + new)) == 1:
        # Alignment only matters where a hunk is cut between groups, and costs time.
        yield from (PlacedLine("old", n, old[0]) for n in hunk.old.numbers)
        yield from (PlacedLine("new", n, new[0]) for n in hunk.new.numbers)
        return
    for side, place in hunk_order(change, hunk):
        if side == "old":
            yield PlacedLine("old", hunk.old.start + place, old[place])
        else:
            yield PlacedLine("new", hunk.new.start + place, new[place])


def file_after(thread: Thread, assignment: Assignment, after: int) -> File | None:
    """The file once groups 0..``after`` are applied; None where it doesn't exist."""
    return file_states(thread, assignment, (after,))[0]


def file_states(
    thread: Thread, assignment: Assignment, groups: Iterable[int]
) -> tuple[File | None, ...]:
    """The file as of each of these groups, None where it doesn't exist.

    ``assignment`` has the edits of all changes of the thread. The same as
    :func:`file_after` for each, at the price of one.
    """
    by_change = _by_change(thread, assignment)
    if (at_once := _groups_of_whole_changes(by_change)) is not None:
        return tuple(_whole_state(thread, at_once, after) for after in groups)
    states = _States(thread, by_change)
    return tuple(states.after(after) for after in groups)


def first_shown(thread: Thread, assignment: Assignment) -> int | None:
    """The first group as of which a created file has something to show.

    A line that shows, or an opaque content; None where there is none.
    """
    by_change = _by_change(thread, assignment)
    states = _States(thread, by_change)
    shown = [run.since for run in states.runs(0) if run.since < run.until]
    shown += (states.start_group(stretch) for stretch in thread.stretches[1:])
    return min(shown, default=None)


ByChange = Sequence[Assignment]
"""For each change of a thread its edits, in order, each with its group."""


def _by_change(thread: Thread, assignment: Assignment) -> ByChange:
    found: dict[int, list[tuple[Edit, int]]] = {n: [] for n in thread.numbers}
    for edit, group in assignment:
        found[edit.file].append((edit, group))
    return tuple(found.values())


def _groups_of_whole_changes(by_change: ByChange) -> Sequence[int] | None:
    """The group of each change, where none is cut or comes before an earlier one."""
    groups: list[int] = []
    for edits in by_change:
        found = {group for _, group in edits}
        if len(found) > 1:
            return None
        groups += found
    return groups if groups == sorted(groups) else None


def _whole_state(thread: Thread, groups: Sequence[int], after: int) -> File | None:
    """The state that the last of the changes up to the group has left: an object."""
    done = bisect_right(groups, after)
    return thread.changes[done - 1].new if done else thread.changes[0].old


@dataclass(frozen=True, slots=True)
class _LineRun:
    """Lines that follow each other in every state from group ``since`` on.

    From group ``until`` on they are gone.
    """

    text: bytes
    since: int = _ALWAYS
    until: int = _NEVER


class _States:
    """The states of a thread whose edits are in these groups."""

    def __init__(self, thread: Thread, by_change: ByChange) -> None:
        self.thread = thread
        self.edits = by_change
        self.facts: Sequence[Mapping[Fact, int]] = [
            {edit.fact: group for edit, group in edits if isinstance(edit, FactEdit)}
            for edits in by_change
        ]
        self._runs: dict[int, tuple[_LineRun, ...]] = {}

    def after(self, group: int) -> File | None:
        """The state as of the group, each of its aspects chosen by itself."""
        first, last = self.thread.changes[0], self.thread.changes[-1]
        if first.old is None and self.facts[0][Fact.CREATE] > group:
            return None
        if last.new is None and self.facts[-1][Fact.DELETE] <= group:
            return None
        begun = [s for s in self.thread.stretches if self.start_group(s) <= group]
        stretch, at = begun[-1], len(begun) and self.thread.stretches.index(begun[-1])
        path, mode = self._path(group), self._mode(stretch, group)
        if not stretch.changes:
            assert stretch.base is not None, "what isn't made of lines is there whole"
            return File(path, mode, stretch.base.oid, stretch.base.content)
        content = _content_after(self.runs(at), group)
        return File(path, mode, object_id("blob", content), content)

    def start_group(self, stretch: Stretch) -> int:
        """The group as of which the stretch has begun."""
        if stretch.fact in (None, Fact.CREATE):
            return _ALWAYS
        return self.facts[stretch.begins][stretch.fact]

    def _path(self, group: int) -> bytes:
        """The path: the last rename that is done by then says it."""
        path = (self.thread.changes[0].old or self.thread.changes[0].side).path
        for change, facts in zip(self.thread.changes, self.facts, strict=True):
            if facts.get(Fact.RENAME, _NEVER) <= group:
                path = change.side.path
        return path

    def _mode(self, stretch: Stretch, group: int) -> int:
        """The mode: that of the type, or of the last change of it that is done."""
        changes = self.thread.changes
        typed = [
            at
            for at, facts in enumerate(self.facts)
            if Fact.TYPE in facts or Fact.CREATE in facts
        ]
        begin = max((at for at in typed if at <= stretch.begins), default=-1)
        if stretch.fact is None:
            begin = -1
        end = min((at for at in typed if at > begin), default=len(changes))
        side = changes[begin].side if begin >= 0 else changes[0].old
        assert side is not None, "a thread begins with a file or makes it"
        mode = side.mode
        for at in range(max(begin, 0), end):
            if self.facts[at].get(Fact.MODE, _NEVER) <= group:
                mode = changes[at].side.mode
        return mode

    def runs(self, stretch: int) -> tuple[_LineRun, ...]:
        """The lines of all states of the stretch in order, as long runs as possible."""
        if stretch not in self._runs and not self.thread.stretches[stretch].changes:
            self._runs[stretch] = ()
        if stretch not in self._runs:
            lives = _Lives(self.edits)
            self._runs[stretch] = tuple(lives.runs(self._weave(stretch)))
        return self._runs[stretch]

    def _weave(self, at: int) -> tuple[Strand, ...]:
        stretch = self.thread.stretches[at]
        if len(stretch.changes) > 1:
            return self.thread.weaves[at]
        # Alignment only matters where a hunk is cut between groups, and costs time.
        return self.thread.weave(stretch, _uncut(self.edits[stretch.changes[0]]))


def _uncut(edits: Assignment) -> frozenset[int]:
    """The hunks of a change whose lines are all in one group."""
    groups: dict[int, set[int]] = {}
    for edit, group in edits:
        if isinstance(edit, TextEdit):
            groups.setdefault(edit.hunk, set()).add(group)
    return frozenset(hunk for hunk, found in groups.items() if len(found) == 1)


class _Lives:
    """When the lines of a weave come and go, as their edits are assigned."""

    def __init__(self, by_change: ByChange) -> None:
        self._bearing = [_spans(edits, "new") for edits in by_change]
        self._burying = [_spans(edits, "old") for edits in by_change]
        self._known: dict[Strand, tuple[int, int]] = {}

    def runs(self, weave: Sequence[Strand]) -> Iterator[_LineRun]:
        """The lines of the weave that ever show, in order."""
        # A line goes when what took its place goes: so what is later is asked first.
        linked = (strand for strand in weave if strand.next or strand.again)
        for strand in sorted(linked, key=lambda s: s.died or 0, reverse=True):
            self._known[strand] = self._life(strand)
        rows = chain.from_iterable(map(self._parts, weave))
        for (since, until), run in groupby(rows, lambda row: row[1:]):
            if since < until:
                yield _LineRun(_joined(text for text, *_ in run), since, until)

    def _parts(self, strand: Strand) -> Iterator[tuple[bytes, int, int]]:
        """The text of the strand, cut where its edits are."""
        if strand in self._known:
            yield (b"".join(strand.text), *self._known[strand])
            return
        cuts = {0, len(strand)}
        if strand.born is not None:
            cuts.update(self._bearing[strand.born].cuts(strand.span))
        if strand.died is not None:
            at = strand.died_at
            cuts.update(self._burying[strand.died].cuts(Span(at, at + len(strand))))
        for start, stop in pairwise(sorted(cuts)):
            text = strand.lines[strand.span.start + start : strand.span.start + stop]
            yield (b"".join(text), *self._groups(strand, start))

    def _groups(self, strand: Strand, at: int) -> tuple[int, int]:
        """The groups that bring a line of the strand and that take it away."""
        since, until = _ALWAYS, _NEVER
        if strand.born is not None:
            since = self._bearing[strand.born].group(strand.span.start + at)
        if strand.died is not None:
            until = self._burying[strand.died].group(strand.died_at + at)
        return since, until

    def _life(self, strand: Strand) -> tuple[int, int]:
        """The same for a single line, which goes with what took its place."""
        if strand in self._known:
            return self._known[strand]
        since, until = self._groups(strand, 0)
        if strand.next is not None:
            until = min(until, self._life(strand.next)[1])
        if strand.again is not None:
            until = min(until, *self._life(strand.again))
        return since, until


@dataclass(frozen=True, slots=True)
class _Spans:
    """The lines of one side that edits have, in order, and the group of each edit."""

    starts: tuple[int, ...]
    groups: tuple[int, ...]

    def group(self, line: int) -> int:
        """The group of the edit that has the line."""
        return self.groups[bisect_right(self.starts, line) - 1]

    def cuts(self, span: Span) -> Iterator[int]:
        """Where within the lines another edit begins, counted from their first."""
        first = bisect_right(self.starts, span.start)
        for at in range(first, bisect_left(self.starts, span.stop)):
            yield self.starts[at] - span.start


def _spans(edits: Assignment, side: Literal["old", "new"]) -> _Spans:
    found = [
        (span.start, group)
        for edit, group in edits
        if isinstance(edit, TextEdit)
        for span in (edit.old if side == "old" else edit.new,)
        if len(span)
    ]
    return _Spans(tuple(at for at, _ in found), tuple(group for _, group in found))


def _content_after(runs: Iterable[_LineRun], after: int) -> bytes:
    """The chosen lines."""
    return _joined(run.text for run in runs if run.since <= after < run.until)


def _joined(texts: Iterable[bytes]) -> bytes:
    """The lines in one; one that lacks its end gets it where others follow it.

    Otherwise two lines would become one. Only a state between those of commits can have
    such a line in its middle.
    """
    parts = [text for text in texts if text]
    ended = (p if p.endswith(b"\n") else p + b"\n" for p in parts[:-1])
    return b"".join(chain(ended, parts[-1:]))


def _line_groups(hunk: Hunk, edits: Assignment) -> tuple[list[int], list[int]]:
    """The group of each old and of each new line of a hunk."""
    old = [-1] * len(hunk.old)
    new = [-1] * len(hunk.new)
    for edit, group in edits:
        assert isinstance(edit, TextEdit), "a hunk has text edits only"
        first = edit.old.start - hunk.old.start
        old[first : first + len(edit.old)] = [group] * len(edit.old)
        first = edit.new.start - hunk.new.start
        new[first : first + len(edit.new)] = [group] * len(edit.new)
    assert -1 not in old and -1 not in new, "every line is in an edit"
    return old, new
