"""On which line of a pane each row of a diff stands.

Rows stay what they are, so that cursor and selection mean the same; only where each is
drawn is another. The rows of a folded file stand on one line, and the lines of the two
sides of an edit begin beside each other where old lines stand beside new ones.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from typing import NamedTuple

from msgspec import Struct

from gitsplit.model.diff import TextEdit
from gitsplit.model.memo import memo
from gitsplit.tui.diff.commit_rows import CommitRows
from gitsplit.tui.diff.rows import RowKind, Rows, Segment


class _Run(NamedTuple):
    """Rows from ``row`` on, which stand on the lines from ``line`` on.

    The first ``old`` of them are old lines and the next ``new`` ones their new lines,
    beside each other. Where both are 0, each row has its line, or, where
    ``is_folded``, all have the first.
    """

    row: int
    line: int
    old: int = 0
    new: int = 0
    is_folded: bool = False


class Placement(Struct, frozen=True):
    """The lines on which rows stand; ``height`` are all of them."""

    runs: tuple[_Run, ...]
    height: int

    def line_of(self, row: int) -> int:
        """The line that a row stands on."""
        run = self.runs[bisect_right(self.runs, row, key=lambda run: run.row) - 1]
        inside = 0 if run.is_folded else row - run.row
        return run.line + (inside - run.old if 0 < run.old <= inside else inside)

    def rows_at(self, line: int) -> tuple[int | None, int | None]:
        """The rows on a line, left and right; twice the same one where it has all."""
        run = self._run_at(line)
        inside = line - run.line
        if not run.old and not run.new:
            return run.row + inside, run.row + inside
        left = run.row + inside if inside < run.old else None
        right = run.row + run.old + inside if inside < run.new else None
        return left, right

    def row_at(self, line: int) -> int:
        """The first row on a line."""
        left, right = self.rows_at(line)
        row = right if left is None else left
        assert row is not None, "a line has a row"
        return row

    def lines_beside(self, line: int) -> range:
        """The lines that the edit on a line has, old beside new."""
        run = self._run_at(line)
        return range(run.line, run.line + max(run.old, run.new, 1))

    def _run_at(self, line: int) -> _Run:
        return self.runs[bisect_right(self.runs, line, key=lambda run: run.line) - 1]


@memo
def placement(rows: Rows, folded: frozenset[int], is_beside: bool) -> Placement:
    """Where the rows of a diff stand, these files folded, old beside new or not."""
    runs: list[_Run] = []
    row = line = 0
    for file in rows.by_file if folded or is_beside else ():
        span = rows.rows_of_file(file)
        if file in folded:
            # The blank row between two folded files is on the line of the first.
            is_after_folded = bool(runs) and runs[-1].is_folded
            runs += [] if is_after_folded or span.start == row else [_Run(row, line)]
            line += 0 if is_after_folded else span.start - row
            runs.append(_Run(span.start, line, is_folded=True))
            line += 1
        elif is_beside:
            segments = (part for part, *_ in rows.segments_in(range(row, span.stop)))
            found, line = _runs_beside(segments, row, line)
            runs += found
        else:
            runs.append(_Run(row, line))
            line += span.stop - row
        row = span.stop
    return Placement(tuple(runs), line) if runs else plain_placement(rows)


def plain_placement(rows: Rows | CommitRows) -> Placement:
    """Each row on its own line."""
    return Placement((_Run(0, 0),), len(rows))


@memo
def commit_placement(rows: CommitRows) -> Placement:
    """Where the rows of one commit's diff stand, old beside new."""
    layouts = (
        rows.layout(block)
        for block in range(len(rows.rows.blocks))
        if rows.starts[block] < rows.starts[block + 1]
    )
    segments = chain.from_iterable(layout.segments for layout in layouts)
    # The blank row above the first file isn't shown.
    runs, height = _runs_beside(segments, -1, -1)
    return Placement(tuple(runs), max(0, height))


def _runs_beside(
    segments: Iterable[Segment], row: int, line: int
) -> tuple[list[_Run], int]:
    """The runs of these segments, which begin there, and the line below them."""
    runs = []
    for members in _changes_together(segments):
        heights = [0, 0]
        for segment in members:
            heights[segment.is_old] += segment.height
        new, old = heights
        is_changed = _is_changed(members[0])
        runs.append(_Run(row, line, old, new) if is_changed else _Run(row, line))
        row += old + new
        line += max(old, new) if is_changed else old + new
    return runs, line


_CHANGED = {RowKind.OLD, RowKind.NEW, RowKind.FOLD}


def _is_changed(segment: Segment) -> bool:
    return segment.kind in _CHANGED


def _changes_together(segments: Iterable[Segment]) -> Iterator[list[Segment]]:
    """The segments of each edit together, or between two unchanged lines; others alone.

    Old lines come first.
    """

    def key_of(numbered: tuple[int, Segment]) -> object:
        number, segment = numbered
        if not _is_changed(segment):
            return number
        return segment.edit if isinstance(segment.edit, TextEdit) else None

    for _, found in groupby(enumerate(segments), key_of):
        yield [segment for _, segment in found]
