"""The changed lines of a hunk by number: old ones first, then new ones, from 1."""

from collections.abc import Iterator

from gitsplit.tui.diff.rows import RowKind, Rows


def numbered_lines(rows: Rows, run: range) -> Iterator[tuple[range, int]]:
    """The rows of a hunk, each with the numbers of the lines that it shows.

    Those are many for a fold, and none for what is done to a file.
    """
    count = 1
    for row in run:
        segment = rows[row].segment
        height = 1 if segment.hidden is None else len(segment.hidden)
        if segment.kind not in (RowKind.OLD, RowKind.NEW, RowKind.FOLD):
            height = 0
        yield range(count, count + height), row
        count += height
