"""One commit as reviewers will see it: a screen of its own, or beside the diff."""

from bisect import bisect_right
from collections.abc import Iterator

from prompt_toolkit.formatted_text import StyleAndTextTuples

from gitsplit.core.edits import FactEdit, TextEdit
from gitsplit.core.plan import Plan
from gitsplit.tui.cells import file_cells, row_cells
from gitsplit.tui.commitlist import OWNER, change_id_words
from gitsplit.tui.diffview import CURSOR, Lines, scrolled
from gitsplit.tui.preview import Previews, path_after
from gitsplit.tui.rows import Row, RowKind, Segment, Table
from gitsplit.tui.selection import counted
from gitsplit.tui.sizes import LastAnswer, plan_sizes, written_owner
from gitsplit.tui.state import State
from gitsplit.tui.style import group_style
from gitsplit.tui.text import clipped, line_cells, shown

_PREVIEWS = Previews()
_LINE_KINDS = (RowKind.CONTEXT, RowKind.OLD, RowKind.NEW)


def commit_page(state: State, width: int) -> Lines:
    """The commit that is looked at, as reviewers will see it, from ``scroll`` on."""
    head, rows = _commit(state, state.viewed, width)

    def line(number: int) -> StyleAndTextTuples:
        if number < len(head):
            return head[number]
        row = rows[number - len(head)]
        return _diff_line(state.plan, state.viewed, row, width)

    height = len(head) + len(rows)
    first = min(state.scroll, max(0, height - 1))
    return Lines(line, height, first, scroll=lambda *_: first)


def commit_pane(state: State, width: int) -> Lines:
    """The commit in focus as it will be, beside the diff and following its cursor."""
    head, rows = _commit(state, state.focus, width)
    found, is_exact = _row_at_cursor(state, rows)
    cursor = len(head) + found

    def line(number: int) -> StyleAndTextTuples:
        if number < len(head):
            return head[number]
        mark = CURSOR if is_exact and number == cursor else " "
        row = rows[number - len(head)]
        return _diff_line(state.plan, state.focus, row, width, mark)

    height = len(head) + len(rows)
    run = range(cursor, cursor + 1) if is_exact or found else range(1)
    return Lines(
        line, height, run.start, scroll=lambda top, h: scrolled(top, h, run, run.start)
    )


def _commit(
    state: State, group: int, width: int
) -> tuple[list[StyleAndTextTuples], Table]:
    """What stands above a commit's diff, and the diff."""
    rows = _PREVIEWS.rows(state.plan, group)
    return list(_commit_head(state, group, width)), rows


def _commit_head(state: State, group: int, width: int) -> Iterator[StyleAndTextTuples]:
    """Which commit it is, how large, its Change-Id and its message."""
    plan, size = state.plan, plan_sizes(state.plan)[group]
    name = f" commit {group + 1} of {len(plan.groups)}"
    yield [
        (f"{group_style(group)} bold", name),
        ("class:owner", f"  {OWNER}" if group == written_owner(plan) else ""),
        ("", f"  {counted(size.pieces, 'piece')}"),
        ("class:added", f"  +{size.added}"),
        ("class:removed", f" -{size.removed}"),
    ]
    words = change_id_words(state, group)
    if words:
        kept = words != "new id"
        yield [
            ("class:faint", clipped(_id_sentence(state) if kept else _NEW_ID, width))
        ]
    yield []
    for line in plan.groups[group].message.splitlines():
        yield [("", "     "), *line_cells(line + b"\n", max(1, width - 5))]
    if not plan.groups[group].message.strip():
        yield [("class:bad", "     (no message yet)")]
    yield []
    if not size.pieces:
        yield [("class:empty", " empty: no piece goes here, so it won't be written")]


_NEW_ID = " a new Change-Id: a new review"


def _id_sentence(state: State) -> str:
    return f" keeps {shown(state.target.change_id)}"


def _diff_line(
    plan: Plan, group: int, row: Row, width: int, mark: str = " "
) -> StyleAndTextTuples:
    """One row of the commit's diff."""
    margin = ("class:cursor", mark)
    if row.kind is not RowKind.FILE:
        return [margin, *row_cells(plan.changes, row, width - 1)]
    file = row.segment.file
    words = plan_sizes(plan)[group].files[file].lines
    path = path_after(plan, file, group)
    return [margin, *file_cells(path, words, width - 1)]


def _row_at_cursor(state: State, rows: Table) -> tuple[int, bool]:
    """The row that shows the line at the cursor, else the nearest one above it.

    With it, whether it is that very line.
    """
    if not len(state.rows):
        return 0, False
    wanted = state.rows[state.cursor]
    blocks = _blocks(rows)
    place = (wanted.segment.file, _old_place(wanted))
    number = bisect_right(blocks, place, key=lambda block: block[0]) - 1
    if number < 0:
        return 0, False
    start = nearest = blocks[number][1]
    stop = blocks[number + 1][1] if number + 1 < len(blocks) else len(rows.segments)
    for at in range(start, stop):
        segment = rows.segments[at]
        offset = _offset(segment, wanted)
        if offset is not None:
            return rows.starts[at] + offset, True
        if segment.is_old and segment.first <= place[1]:
            nearest = at
    return rows.starts[nearest], False


@LastAnswer
def _blocks(rows: Table) -> list[tuple[tuple[int, int], int]]:
    """The file and line at which each header stands, and its segment; in order."""
    found = []
    for number, segment in enumerate(rows.segments):
        if segment.header is not None:
            found.append(((segment.file, segment.header.origin), number))
        elif segment.kind is RowKind.FILE:
            found.append(((segment.file, -1), number))
    return found


def _old_place(row: Row) -> int:
    """The 0-based line of the old file at which the row stands; -1 above the lines."""
    edit = row.segment.edit
    if isinstance(edit, FactEdit) or row.kind in (RowKind.BLANK, RowKind.FILE):
        return -1
    if isinstance(edit, TextEdit) and not row.segment.is_old:
        return edit.old.start
    return row.line


def _offset(segment: Segment, wanted: Row) -> int | None:
    """How far into the segment the wanted line is; None where it isn't in it."""
    if segment.file != wanted.segment.file:
        return None
    if wanted.kind in (RowKind.FACT, RowKind.FILE):
        is_it = (segment.kind, segment.edit) == (wanted.kind, wanted.segment.edit)
        return 0 if is_it else None
    if segment.kind not in _LINE_KINDS or segment.is_old != wanted.segment.is_old:
        return None
    offset = wanted.line - segment.first
    return offset if 0 <= offset < segment.height else None
