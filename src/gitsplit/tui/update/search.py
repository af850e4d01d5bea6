"""Where a text occurs in the diff: in lines shown or folded away, and in paths."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from gitsplit.errors import PlanRefused
from gitsplit.model.changes import FileChange
from gitsplit.model.edits import TextEdit
from gitsplit.tui.diff.rows import Row, RowKind, Rows, Segment
from gitsplit.tui.state.app_state import State
from gitsplit.tui.state.location import refolded, row_showing
from gitsplit.tui.state.selection import lines_shown, segment_at

_TEXT = {RowKind.CONTEXT, RowKind.OLD, RowKind.NEW, RowKind.FOLD}


def found(state: State, text: str) -> State:
    """The state with the cursor on the next row with ``text``, round the end.

    Capital letters count only where ``text`` has one. A line that was folded away is
    unfolded. Raises PlanRefused where nothing was asked for or nothing is found.
    """
    if not text:
        raise PlanRefused("Nothing to look for yet.", hint="/ asks for a text.")
    row = next_match(state, text)
    if row is None:
        raise PlanRefused(f"No line has “{text}”.")
    edit = row.segment.edit
    if row.kind is RowKind.FOLD and isinstance(edit, TextEdit):
        key = (edit, row.segment.is_old)
        state = refolded(state, state.unfolded | {key})
    cursor = row_showing(state.rows, row)
    return replace(state, cursor=cursor, search=text, status=f"found “{text}”")


def next_match(state: State, text: str) -> Row | None:
    """The first row after the cursor that has ``text``, the cursor's own row last."""
    needle = text.encode("utf-8", "surrogateescape")
    is_folded = text == text.lower()
    for row in _rows_after(state.rows, state.cursor):
        line = _text(state.plan.changes, row)
        if needle in (line.lower() if is_folded else line):
            return row
    return None


def _rows_after(rows: Rows, cursor: int) -> Iterator[Row]:
    """Every row with text, those after the cursor first; folded lines as rows."""
    at, here = segment_at(rows, cursor), rows[cursor].line
    segments = rows.segments
    yield from (row for row in _rows_of(segments[at]) if row.line > here)
    for segment in chain(segments[at + 1 :], segments[:at]):
        yield from _rows_of(segment)
    yield from (row for row in _rows_of(segments[at]) if row.line <= here)


def _rows_of(segment: Segment) -> Iterator[Row]:
    """The lines of a segment that have a text."""
    if segment.kind is RowKind.FILE:
        yield Row(segment, segment.first)
    elif segment.kind in _TEXT:
        yield from (Row(segment, line) for line in lines_shown(segment))


def _text(changes: Sequence[FileChange], row: Row) -> bytes:
    """The text of a line, or the paths of a file's header."""
    change = changes[row.segment.file]
    if row.kind is RowKind.FILE:
        return b" ".join(
            side.path for side in (change.old, change.new) if side is not None
        )
    return (change.old_lines if row.segment.is_old else change.new_lines)[row.line]
