"""A commit of the series as it is: its message, its files, and its diff.

On a page of its own, and in the lower half of the series.
"""

from collections.abc import Iterator

from prompt_toolkit.formatted_text import StyleAndTextTuples

from gitsplit.model.listing import line_counts, quantity
from gitsplit.tui.diff.matches import matches
from gitsplit.tui.diff.placement import Placement, placement
from gitsplit.tui.state.app_state import ReadCommit, State
from gitsplit.tui.state.originals import (
    head_height,
    message_lines_of,
    original_of,
)
from gitsplit.tui.view.diff_pane import PageDiff, is_beside, page_with_diff
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


def original_page(state: State, width: int, tints: Tints = no_tints) -> PaneLines:
    """The page of the selected commit, from line ``scroll`` on."""
    return _original_lines(state, width, tints, state.scroll)


def original_pane(state: State, width: int, tints: Tints = no_tints) -> PaneLines:
    """The lower half of the series, from line ``lower`` on."""
    return _original_lines(state, width, tints, state.lower)


def _original_lines(state: State, width: int, tints: Tints, first: int) -> PaneLines:
    found = original_of(state) or _NO_COMMIT
    rows, changes = found.rows, found.changes
    head, look = list(_head_lines(state, found, width)), line_look(state, tints)
    if not len(rows):
        words = start_of(f" {one_line(found.why_not)}", width)
        head.append([("class:faint", words)])
    diff = PageDiff(
        rows,
        _placement_of(state, found, width),
        lambda row, room: row_cells(changes, rows[row], room, look),
        lambda row: header_above(rows, changes, row, width),
    )
    return page_with_diff(state, width, head, diff, first)


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
