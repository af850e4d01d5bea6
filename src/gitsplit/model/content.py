"""The states of a file after some groups of a plan: states chosen, no patch applied.

After commit *k* a file has the lines that were born in groups 0..k and haven't died in
them (:mod:`gitsplit.model.weave`). Content, path, mode and existence are chosen
independently.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby, pairwise
from operator import itemgetter
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from gitsplit.model.diff import (
    Edit,
    Fact,
    FactEdit,
    File,
    FileChange,
    Hunk,
    TextEdit,
    hunk_order,
)
from gitsplit.model.lines import lines_of
from gitsplit.model.objects import object_id
from gitsplit.model.weave import Strand, Stretch, Thread

Mark = Literal["old", "new"]

NEVER: Final = 2**63
"""Later than any group, and than DROPPED."""
ALWAYS: Final = -1
"""Before any group."""


class PlacedLine(Struct, frozen=True):
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

    A line that shows, or an opaque content; None where there is none before the group
    that creates it.
    """
    by_change = _by_change(thread, assignment)
    states = _States(thread, by_change)
    creation = states.facts[0][Fact.CREATE]
    if all(group >= creation for _, group in assignment):
        return None
    shown = [since for _, since, _ in states.lines(0).runs]
    shown += (states.start_group(stretch) for stretch in thread.stretches[1:])
    # Lines that an opaque creation has come with it, whenever that is.
    return min((g for g in shown if ALWAYS < g < creation), default=None)


class LineLife(NamedTuple):
    """Lines of a weave that follow each other: what brings and takes them, how many.

    ``since`` and ``until`` are what an assignment says of their edits: groups mostly.
    """

    since: int
    until: int
    lines: int


def line_lives(
    thread: Thread, assignment: Assignment, *, is_settled: bool = False
) -> Iterator[tuple[LineLife, ...]]:
    """The lines of each stretch of the thread, in order, cut where edits are.

    ``is_settled`` has a line go with what took its place, as it does in the states.
    What was there before the range is since ALWAYS, what stays until NEVER.
    """
    by_change = _by_change(thread, assignment)
    for weave in thread.weaves:
        yield tuple(_Lives(by_change).all_lines(weave, is_settled=is_settled))


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


_LineRun = tuple[memoryview, int, int]
"""Lines that follow each other in every state that has them, as one text; no copy.

And the group that adds them, and the one from which on they are gone.
"""


class _Lines(Struct, frozen=True):
    """The lines of all states of a stretch in order, as long runs as possible.

    ``is_ended`` says whether each run but the last ends with a newline.
    """

    runs: tuple[_LineRun, ...] = ()
    is_ended: bool = True

    def after(self, group: int) -> bytes:
        """The content as of the group."""
        chosen = [text for text, since, until in self.runs if since <= group < until]
        return b"".join(chosen) if self.is_ended else joined_lines(chosen)


def joined_lines(texts: Sequence[bytes | memoryview]) -> bytes:
    """The lines in one; one that lacks its end gets it where others follow it.

    Otherwise two lines would become one. Only a state between those of commits can have
    such a line in its middle.
    """
    parts: list[bytes | memoryview] = []
    for text in texts[:-1]:
        parts += (text,) if _is_ended(text) else (text, b"\n")
    return b"".join([*parts, *texts[-1:]])


def _is_ended(text: bytes | memoryview) -> bool:
    return bytes(text[-1:]) == b"\n"


class _States:
    """The states of a thread whose edits are in these groups."""

    def __init__(self, thread: Thread, by_change: ByChange) -> None:
        self.thread = thread
        self.edits = by_change
        self.facts: Sequence[Mapping[Fact, int]] = [
            {edit.fact: group for edit, group in edits if isinstance(edit, FactEdit)}
            for edits in by_change
        ]
        self._starts = [self.start_group(stretch) for stretch in thread.stretches]
        self._groups = [group for edits in by_change for _, group in edits]
        self._lines: dict[int, _Lines] = {}

    def after(self, group: int) -> File | None:
        """The state as of the group, each of its aspects chosen by itself.

        Before all edits and after them it is a side of a change, so nothing is made.
        """
        first, last = self.thread.changes[0], self.thread.changes[-1]
        if group < min(self._groups):
            return first.old
        if group >= max(self._groups):
            return last.new
        if first.old is None and self.facts[0][Fact.CREATE] > group:
            return None
        if last.new is None and self.facts[-1][Fact.DELETE] <= group:
            return None
        at = max(n for n, start in enumerate(self._starts) if start <= group)
        stretch = self.thread.stretches[at]
        path, mode = self._path(group), self._mode(stretch, group)
        if not stretch.changes:
            assert stretch.base is not None, "what isn't made of lines is there whole"
            return File(path, mode, stretch.base.oid, stretch.base.stored)
        content = self.lines(at).after(group)
        return File(path, mode, object_id("blob", content), content)

    def start_group(self, stretch: Stretch) -> int:
        """The group as of which the stretch has begun."""
        if stretch.fact in (None, Fact.CREATE):
            return ALWAYS
        return self.facts[stretch.begins][stretch.fact]

    def _path(self, group: int) -> bytes:
        """The path: the last rename that is done by then says it."""
        path = (self.thread.changes[0].old or self.thread.changes[0].side).path
        for number, renamed in self.thread.renames:
            if self.facts[number][Fact.RENAME] <= group:
                path = renamed
        return path

    def _mode(self, stretch: Stretch, group: int) -> int:
        """The mode: that of the type, or of the last change of it that is done."""
        mode = stretch.mode
        for number, changed in stretch.modes:
            if self.facts[number][Fact.MODE] <= group:
                mode = changed
        return mode

    def lines(self, stretch: int) -> _Lines:
        """The lines of the stretch; none where it is opaque."""
        if not self.thread.stretches[stretch].changes:
            return _Lines()
        if stretch not in self._lines:
            runs = tuple(_Lives(self.edits).runs(self._weave(stretch)))
            is_ended = all(_is_ended(text) for text, *_ in runs[:-1])
            self._lines[stretch] = _Lines(runs, is_ended)
        return self._lines[stretch]

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
        self._settle(weave)
        rows = chain.from_iterable(map(self._parts, weave))
        shown = (row for row in rows if row[1] < row[2])
        for life, run in groupby(shown, itemgetter(1, 2)):
            texts = [text for text, *_ in run]
            one = texts[0] if len(texts) == 1 else memoryview(joined_lines(texts))
            yield (one, *life)

    def all_lines(
        self, weave: Sequence[Strand], *, is_settled: bool
    ) -> Iterator[LineLife]:
        """All lines of the weave in order, each run with its life."""
        if is_settled:
            self._settle(weave)
        for strand in weave:
            for text, since, until in self._parts(strand):
                yield LineLife(since, until, len(lines_of(bytes(text))))

    def _settle(self, weave: Sequence[Strand]) -> None:
        """Find the lives of lines that go when what took their place goes."""
        # What is later is asked first.
        linked = (strand for strand in weave if strand.next or strand.again)
        for strand in sorted(linked, key=lambda s: s.died or 0, reverse=True):
            self._known[strand] = self._life(strand)

    def _parts(self, strand: Strand) -> Sequence[_LineRun]:
        """The lines of the strand, cut where its edits are."""
        if strand in self._known:
            return [(strand.view(0, 1), *self._known[strand])]
        cuts = self._cuts(strand)
        if not cuts:
            return [(strand.view(0, len(strand)), *self._groups(strand, 0))]
        return [
            (strand.view(start, stop), *self._groups(strand, start))
            for start, stop in pairwise([0, *cuts, len(strand)])
        ]

    def _cuts(self, strand: Strand) -> Sequence[int]:
        """Where within the strand another edit begins, counted from its first line."""
        born: Sequence[int] = ()
        died: Sequence[int] = ()
        if strand.born is not None:
            born = self._bearing[strand.born].cuts(strand.span.start, len(strand))
        if strand.died is not None:
            died = self._burying[strand.died].cuts(strand.died_at, len(strand))
        return sorted({*born, *died}) if born and died else born or died

    def _groups(self, strand: Strand, at: int) -> tuple[int, int]:
        """The groups that bring a line of the strand and that take it away."""
        since, until = ALWAYS, NEVER
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


class _Spans(Struct, frozen=True):
    """The lines of one side that edits have, in order, and the group of each edit."""

    starts: tuple[int, ...]
    groups: tuple[int, ...]

    def group(self, line: int) -> int:
        """The group of the edit that has the line."""
        return self.groups[bisect_right(self.starts, line) - 1]

    def cuts(self, start: int, count: int) -> Sequence[int]:
        """Where within so many lines another edit begins, counted from their first."""
        first = bisect_right(self.starts, start)
        last = bisect_left(self.starts, start + count, first)
        return [at - start for at in self.starts[first:last]]


def _spans(edits: Assignment, side: Literal["old", "new"]) -> _Spans:
    found = [
        (span.start, group)
        for edit, group in edits
        if isinstance(edit, TextEdit)
        for span in (edit.old if side == "old" else edit.new,)
        if len(span)
    ]
    return _Spans(tuple(at for at, _ in found), tuple(group for _, group in found))


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
