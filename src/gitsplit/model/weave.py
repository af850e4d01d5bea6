"""The weave: the lines of all states of a file in one order, each from birth to death.

A *thread* is one file through the commits of a range. A *stretch* of it begins where
its content can't be followed by lines any more: with its creation, a change of type,
or an opaque content. The lines of all states of a stretch stand in one order; each is
born in one change and may die in another. After any choice of changes the file is the
lines that were born and haven't died, in that order: nothing is applied, so nothing
can conflict. What one commit did is a thread of one change. ``docs/weave.md`` draws it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

from msgspec import Struct

from gitsplit.model.align import partners
from gitsplit.model.diff import (
    Fact,
    File,
    FileChange,
    Hunk,
    Span,
    facts_of,
    hunk_lines_of,
)
from gitsplit.model.lines import Lines, lines_of


class Strand(Struct, eq=False):
    """Lines that stand together in the weave, born together and dying together.

    They are ``lines[span]``. ``born`` and ``died`` are numbers of changes in the thread
    (None: there from the beginning, never); where it is born ``span`` counts the lines
    of that change's new side, and where it dies they are the lines from ``died_at`` of
    that change's old side. ``next`` is the line that took the place of a single line,
    ``again`` the one that restored it.
    """

    lines: Lines
    span: Span
    born: int | None = None
    died: int | None = None
    died_at: int = 0
    next: "Strand | None" = None
    again: "Strand | None" = None

    def __len__(self) -> int:
        """The number of lines."""
        return len(self.span)

    @property
    def text(self) -> bytes:
        """The lines as one."""
        return self.lines.text(self.span.start, self.span.stop)

    def view(self, start: int, stop: int) -> memoryview:
        """Its lines ``start`` up to ``stop``, from 0, as one that is no copy."""
        return self.lines.view(self.span.start + start, self.span.start + stop)

    def take(self, count: int) -> "Strand":
        """The first lines as a strand of their own, which this one loses."""
        start, middle = self.span.start, self.span.start + count
        first = Strand(
            self.lines, Span(start, middle), self.born, self.died, self.died_at
        )
        self.span = Span(middle, self.span.stop)
        self.died_at += count
        return first


class Stretch(Struct, frozen=True):
    """A part of a thread in which its lines can be followed.

    ``begins`` is the number of the change that begins it, by its ``fact``; None where
    the file was there before the range. ``base`` is the file as the stretch begins,
    before its ``changes`` (by number) change lines; None where it has none yet.
    ``mode`` is the one that its type begins with, and ``modes`` are the changes of it:
    their numbers and what it is from then on.
    """

    begins: int
    fact: Fact | None
    base: File | None
    changes: tuple[int, ...]
    mode: int
    modes: tuple[tuple[int, int], ...]


_TYPED = (Fact.CREATE, Fact.TYPE)
_BEGIN = (*_TYPED, Fact.CONTENT)

_BEFORE: Final = -1
"""Before the first change of a thread."""


class Thread(Struct, frozen=True, eq=False, dict=True):
    """One file through a range: its changes, oldest first.

    Each begins with the state that the one before it ended with. ``numbers`` are their
    places among all changes of the range.
    """

    numbers: tuple[int, ...]
    changes: tuple[FileChange, ...]

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """Its stretches in order; the first one begins with the thread."""
        begins = [0]
        begins += (at for at in range(1, len(self.changes)) if self._begins(at))
        if self.changes[0].old is not None and self._begins(0):
            begins.insert(0, _BEFORE)
        ends = [*begins[1:], len(self.changes)]
        return tuple(map(self._stretch, begins, ends))

    @cached_property
    def renames(self) -> tuple[tuple[int, bytes], ...]:
        """The numbers of the changes that rename it, and the new paths."""
        return tuple(
            (at, change.side.path)
            for at, change in enumerate(self.changes)
            if Fact.RENAME in self._facts[at]
        )

    @cached_property
    def _facts(self) -> tuple[tuple[Fact, ...], ...]:
        return tuple(map(facts_of, self.changes))

    def _begins(self, at: int) -> Fact | None:
        """The fact by which the change begins a stretch, if it does."""
        return next((fact for fact in self._facts[at] if fact in _BEGIN), None)

    def _stretch(self, begin: int, end: int) -> Stretch:
        first = self.changes[max(begin, 0)]
        fact = self._begins(begin) if begin >= 0 else None
        within = range(max(begin, 0), end)
        by_lines = tuple(at for at in within if self.changes[at].hunks)
        modes = self._modes(begin if fact else _BEFORE)
        if fact is None:
            return Stretch(0, None, first.old, by_lines, *modes)
        is_empty = fact is Fact.CREATE and first.hunks
        base = None if is_empty else first.new
        return Stretch(begin, fact, base, by_lines, *modes)

    def _modes(self, begin: int) -> tuple[int, tuple[tuple[int, int], ...]]:
        """The mode of the type as of the change ``begin``, and the changes of it."""
        typed = [
            at for at, facts in enumerate(self._facts) if {*_TYPED}.intersection(facts)
        ]
        first = max((at for at in typed if at <= begin), default=_BEFORE)
        end = min((at for at in typed if at > first), default=len(self.changes))
        side = self.changes[first].side if first >= 0 else self.changes[0].old
        assert side is not None, "a thread begins with a file or makes it"
        return side.mode, tuple(
            (at, self.changes[at].side.mode)
            for at in range(max(first, 0), end)
            if Fact.MODE in self._facts[at]
        )

    @cached_property
    def weaves(self) -> tuple[tuple[Strand, ...], ...]:
        """The weave of each stretch, every hunk aligned."""
        return tuple(self.weave(stretch) for stretch in self.stretches)

    def weave(
        self, stretch: Stretch, whole: frozenset[int] = frozenset()
    ) -> tuple[Strand, ...]:
        """The lines of the stretch in their one order; none where it is opaque.

        Lines of hunks in ``whole`` aren't aligned: where nothing else changes the
        stretch, and all lines of a hunk change at once, it makes no difference.
        """
        if not stretch.changes:
            return ()
        base = self.changes[stretch.changes[0]].old_lines
        strands = [Strand(base, Span(0, len(base)))] if base else []
        for number in stretch.changes:
            strands = _woven(strands, self.changes[number], number, whole)
        return tuple(strands)


def threads_of(changes: Sequence[FileChange]) -> tuple[Thread, ...]:
    """The threads of a range, in the order of their first changes.

    ``changes`` are those of all its commits, oldest first. A file made where another
    was deleted or renamed away is another file.
    """
    found: list[list[int]] = []
    at_path: dict[bytes, list[int]] = {}
    freed: list[bytes] = []
    taken: dict[bytes, list[int]] = {}
    commit = 0
    for number, change in enumerate(changes):
        if change.commit != commit:  # what a commit does, it does at once
            for path in freed:
                at_path.pop(path, None)
            at_path.update(taken)
            freed, taken, commit = [], {}, change.commit
        thread = at_path.get(change.old.path) if change.old else None
        if thread is None:
            thread = []
            found.append(thread)
        thread.append(number)
        if change.old is not None:
            freed.append(change.old.path)
        if change.new is not None:
            taken[change.new.path] = thread
    return tuple(
        Thread(tuple(numbers), tuple(changes[number] for number in numbers))
        for numbers in found
    )


class _Rows:
    """The strands before a change being passed, one after the other."""

    def __init__(self, strands: list[Strand]) -> None:
        self.left = strands[::-1]
        self.done: list[Strand] = []

    def pass_live(self, count: int) -> Iterator[Strand]:
        """Pass so many lines that are alive, and the dead ones before them."""
        while count:
            strand = self.left[-1]
            size = len(strand.span)
            if size > count and strand.died is None:
                size, strand = count, strand.take(count)
            else:
                self.left.pop()
            self.done.append(strand)
            if strand.died is None:
                count -= size
                yield strand

    def dead_ahead(self) -> int:
        """How many strands from here on are dead, up to the next living line."""
        dead = 0
        for strand in reversed(self.left):
            if strand.died is None:
                break
            dead += 1
        return dead


def _woven(
    strands: list[Strand], change: FileChange, number: int, whole: frozenset[int]
) -> list[Strand]:
    """The weave with the lines that the change takes away marked, and its own in it."""
    rows = _Rows(strands)
    at = 0
    for place, hunk in enumerate(change.hunks):
        for _ in rows.pass_live(hunk.old.start - at):
            pass
        at = hunk.old.stop
        if not len(hunk.old):
            _put_in(rows, change, number, hunk)
        else:
            _weave_hunk(rows, change, number, hunk, is_whole=place in whole)
    return rows.done + rows.left[::-1]


def _weave_hunk(
    rows: _Rows, change: FileChange, number: int, hunk: Hunk, *, is_whole: bool
) -> None:
    """Pass a hunk's old lines, which die, and put its new ones between them."""
    pairs = () if is_whole else partners(*hunk_lines_of(change, hunk))
    old, new = hunk.old.start, hunk.new.start
    for i, j in (*pairs, (len(hunk.old), len(hunk.new))):
        _bury(rows, number, Span(old, hunk.old.start + i))
        _bear(rows, change, number, Span(new, hunk.new.start + j))
        old, new = hunk.old.start + i, hunk.new.start + j
        if i < len(hunk.old):
            (before,) = _bury(rows, number, Span(old, old + 1))
            before.next = _bear(rows, change, number, Span(new, new + 1))
            old, new = old + 1, new + 1


def _bury(rows: _Rows, number: int, span: Span) -> list[Strand]:
    """Pass these lines of the old side, which die in the change."""
    passed = []
    at = span.start
    for strand in rows.pass_live(len(span)):
        strand.died, strand.died_at = number, at
        at += len(strand)
        passed.append(strand)
    return passed


def _bear(rows: _Rows, change: FileChange, number: int, span: Span) -> Strand | None:
    """Put these lines of the new side in where the last passed line stands."""
    if not len(span):
        return None
    strand = Strand(change.new_lines, span, born=number)
    rows.done.append(strand)
    return strand


def _put_in(rows: _Rows, change: FileChange, number: int, hunk: Hunk) -> None:
    """Put lines in where none is removed; restored ones beside those that were there.

    Dead lines that stand there otherwise come after them.
    """
    at = hunk.new.start
    for old, new in _restored(rows, change, hunk):
        _bear(rows, change, number, Span(at, new))
        while rows.left[-1] is not old:
            rows.done.append(rows.left.pop())
        rows.done.append(rows.left.pop())
        old.again = _bear(rows, change, number, Span(new, new + 1))
        at = new + 1
    _bear(rows, change, number, Span(at, hunk.new.stop))


def _restored(rows: _Rows, change: FileChange, hunk: Hunk) -> list[tuple[Strand, int]]:
    """Dead lines that the hunk restores, and for each the number of the new line."""
    dead = rows.dead_ahead()
    if not dead:
        return []
    ahead = [rows.left.pop() for _ in range(dead)]
    # What was restored before has a successor, which may be restored in its turn.
    old = [None if s.again else line for s in ahead for line in lines_of(s.text)]
    new = change.new_lines[hunk.new.start : hunk.new.stop]
    pairs = {i: hunk.new.start + j for i, j in _same_lines(old, new)}
    singles, found = [], []
    at = 0
    for strand in ahead:
        for part in _cut_out(strand, at, pairs):
            singles.append(part)
            if at in pairs:
                found.append((part, pairs[at]))
            at += len(part)
    rows.left += singles[::-1]
    return found


def _cut_out(strand: Strand, at: int, wanted: Iterable[int]) -> Iterator[Strand]:
    """The strand, whose lines are numbered from ``at``, with each wanted one alone."""
    for line in range(at, at + len(strand)):
        if line not in wanted or len(strand) == 1:
            continue
        if line > at:
            yield strand.take(line - at)
            at = line
        if len(strand) > 1:
            yield strand.take(1)
            at += 1
    yield strand


def _same_lines(
    old: Sequence[bytes | None], new: Sequence[bytes]
) -> tuple[tuple[int, int], ...]:
    """The places of equal lines, where most of one side is the other's.

    Brackets and blank lines, which are everywhere, don't say that lines were restored:
    each run of equal lines has one that both sides have just once.
    """
    from difflib import SequenceMatcher  # hardly ever: few files change twice

    counts = Counter(old), Counter(new)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    pairs = tuple(
        (block.a + i, block.b + i)
        for block in matcher.get_matching_blocks()
        if any(
            counts[0][line] == counts[1][line] == 1
            for line in new[block.b : block.b + block.size]
        )
        for i in range(block.size)
    )
    return pairs if 2 * len(pairs) >= min(len(old), len(new)) else ()
