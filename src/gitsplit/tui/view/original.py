"""A commit of the series as it is: its message, its files, and its diff.

On a page of its own, and in the lower half of the series.
"""

from collections.abc import Iterator, Sequence

from prompt_toolkit.formatted_text import StyleAndTextTuples

from gitsplit.model.listing import line_counts, quantity
from gitsplit.tui.diff.matches import matches
from gitsplit.tui.diff.placement import Placement, placement
from gitsplit.tui.diff.rows import RowKind
from gitsplit.tui.state.app_state import Look, ReadCommit, State
from gitsplit.tui.state.originals import (
    head_height,
    message_lines_of,
    original_of,
)
from gitsplit.tui.view.diff_pane import is_beside, page_parts
from gitsplit.tui.view.pane import PaneLines
from gitsplit.tui.view.split import (
    header_above,
    line_look,
    row_cells,
)
from gitsplit.tui.view.text import (
    Tints,
    has_match,
    line_cells,
    no_tints,
    one_line,
    start_of,
)

_NO_COMMIT = ReadCommit(why_not="reading …")
_LINE_KINDS = (RowKind.CONTEXT, RowKind.OLD, RowKind.NEW)


def original_page(state: State, width: int, tints: Tints = no_tints) -> PaneLines:
    """The page of the selected commit, from line ``scroll`` on."""
    return _original_lines(state, width, tints, state.scroll)


def original_pane(state: State, width: int, tints: Tints = no_tints) -> PaneLines:
    """The lower half of the series, from line ``lower`` on."""
    return _original_lines(state, width, tints, state.lower)


def _original_lines(state: State, width: int, tints: Tints, first: int) -> PaneLines:
    found = original_of(state) or _NO_COMMIT
    rows, changes = found.rows, found.changes
    head = list(_head_lines(state, found, width))
    placed, look = _placement_of(state, found, width), line_look(state, tints)

    def cells_of(row: int, room: int) -> StyleAndTextTuples:
        return row_cells(changes, rows[row], room, look)

    def parts(number: int) -> Sequence[StyleAndTextTuples]:
        if number < len(head):
            return (head[number],)
        if not len(rows):
            return ([("class:faint", start_of(f" {one_line(found.why_not)}", width))],)
        at = number - len(head)
        is_line = rows[placed.row_at(at)].kind in _LINE_KINDS
        shown = placed.rows_at(at)
        return page_parts(state, width, shown, cells_of, is_line=is_line)

    def header(top: int) -> StyleAndTextTuples | None:
        if top < len(head) or not len(rows):
            return None
        return header_above(rows, changes, placed.row_at(top - len(head)), width)

    height = len(head) + max(1, placed.height)
    top = min(first, height - 1)
    return PaneLines(
        lambda number: parts(number)[0],
        height,
        top,
        scroll=lambda *_: top,
        header=header,
        parts=parts if Look.WRAP in state.looks else None,
    )


def _placement_of(state: State, found: ReadCommit, width: int) -> Placement:
    return placement(found.rows, frozenset(), is_beside(state, width))


def _head_lines(
    state: State, found: ReadCommit, width: int
) -> Iterator[StyleAndTextTuples]:
    """The message, then the files where there are several."""
    for line in message_lines_of(state):
        yield [("", "   "), *line_cells(line + b"\n", max(1, width - 3))]
    yield []
    rows = found.rows
    if len(rows.by_file) > 1:
        for file in rows.by_file:
            row = rows[rows.rows_of_file(file).start]
            yield [("", " "), *row_cells(found.changes, row, width - 1)]
        added = sum(len(hunk.new) for each in found.changes for hunk in each.hunks)
        removed = sum(len(hunk.old) for each in found.changes for hunk in each.hunks)
        words = f"{quantity(len(rows.by_file), 'file')}  {line_counts(added, removed)}"
        yield [("class:faint", f" {words}")]


def original_matches(state: State, width: int, text: str) -> Iterator[int]:
    """The lines of the page in which a searched text is."""
    found = original_of(state) or _NO_COMMIT
    head = list(_head_lines(state, found, width))
    yield from (n for n, line in enumerate(head) if has_match(line, text))
    rows, placed = found.rows, _placement_of(state, found, width)
    for match in matches(found.changes, rows, text):
        segment = rows.segments[match.segment]
        row = rows.starts[match.segment] + match.line - segment.first
        yield head_height(state) + placed.line_of(row)
