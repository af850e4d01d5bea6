"""One new commit as reviewers will see it: a screen of its own, or beside the diff."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import TYPE_CHECKING

from prompt_toolkit.formatted_text import StyleAndTextTuples

from gitsplit.model.diff import FactEdit, FileChange, TextEdit
from gitsplit.model.listing import quantity
from gitsplit.model.memo import memo
from gitsplit.model.plan import Plan
from gitsplit.model.series import SourceCommit
from gitsplit.tui.diff.commit_rows import CommitRows, path_after
from gitsplit.tui.diff.matches import matching_lines, needle_of
from gitsplit.tui.diff.placement import (
    Placement,
    commit_placement,
    plain_placement,
)
from gitsplit.tui.diff.rows import DiffRow, RowKind, Segment
from gitsplit.tui.state.app_state import SeriesInfo, State, entries_of
from gitsplit.tui.state.commit_diff import ActualCommit, Size, actual_commit
from gitsplit.tui.state.new_commits import (
    continued_commit,
    message_group,
    message_of,
    new_commits,
    number_of_new_commit,
)
from gitsplit.tui.view.checks import check_lines, flaw_lines
from gitsplit.tui.view.commits import change_id_words
from gitsplit.tui.view.diff_pane import PageDiff, is_beside, page_with_diff
from gitsplit.tui.view.pane import PaneLines, first_visible
from gitsplit.tui.view.split import (
    file_cells,
    header_cells,
    line_look,
    partner_in_diff,
    row_cells,
)
from gitsplit.tui.view.text import (
    CURSOR,
    NO_MESSAGE,
    OWNER,
    PROPOSED,
    Tints,
    group_style,
    has_match,
    line_cells,
    no_tints,
    one_line,
    start_of,
    text_lines,
)

if TYPE_CHECKING:
    from gitsplit.proposal.propose import Proposals

_SIGN_WIDTH = 2  # the margin and the sign
_LINE_KINDS = (RowKind.CONTEXT, RowKind.OLD, RowKind.NEW)


def commit_page(state: State, width: int, tints: Tints = no_tints) -> PaneLines:
    """The screen of one new commit, from line ``scroll`` on."""
    commit = actual_commit(state, state.viewed)
    head = list(_commit_head(state, state.viewed, commit.size, width))

    def cells_of(row: int, room: int) -> StyleAndTextTuples:
        return _row_cells(state, commit, commit.rows[row], room, tints)

    diff = PageDiff(
        commit.rows,
        _placement_of(state, commit, width),
        cells_of,
        lambda row: _header_above(commit, row, width),
    )
    return page_with_diff(state, width, head, diff, state.scroll)


def _placement_of(state: State, commit: ActualCommit, width: int) -> Placement:
    """Where the rows of the commit stand on a page of so many columns."""
    beside = is_beside(state, width)
    return commit_placement(commit.rows) if beside else plain_placement(commit.rows)


def commit_matches(state: State, width: int, text: str) -> Iterator[int]:
    """The lines of the screen of one new commit in which a searched text is."""
    commit = actual_commit(state, state.viewed)
    head = list(_commit_head(state, state.viewed, commit.size, width))
    yield from (n for n, line in enumerate(head) if has_match(line, text))
    needle, rows = needle_of(text), commit.rows
    placed = _placement_of(state, commit, width)
    for block in range(len(rows.rows.blocks)):
        inside = rows.rows_of_block(block)
        if not inside:
            continue
        layout = rows.layout(block)
        first = inside.stop - len(layout)
        for segment, start in zip(layout.segments, layout.starts, strict=False):
            found = matching_lines(rows.changes, segment, needle)
            for line in found:
                row = first + start + line - segment.first
                yield len(head) + placed.line_of(row)


def commit_pane(state: State, width: int, tints: Tints = no_tints) -> PaneLines:
    """The selected commit beside the diff, scrolled to the line at the cursor."""
    commit = actual_commit(state, state.focus)
    head = list(_commit_head(state, state.focus, commit.size, width))
    found, is_exact = _row_at_cursor(state, commit)
    cursor = len(head) + found

    def line(number: int) -> StyleAndTextTuples:
        if number < len(head):
            return head[number]
        mark = CURSOR if is_exact and number == cursor else " "
        row = commit.rows[number - len(head)]
        cells = _row_cells(state, commit, row, width - 1, tints)
        return [("class:cursor", mark), *cells]

    height = len(head) + len(commit.rows)
    run = range(cursor, cursor + 1) if is_exact or found else range(1)
    return PaneLines(
        line,
        height,
        run.start,
        scroll=lambda top, h: first_visible(top, h, run, run.start),
        header=lambda top: _header_above(commit, top - len(head), width),
    )


def _commit_head(
    state: State, group: int, size: Size, width: int
) -> Iterator[StyleAndTextTuples]:
    """The lines above its diff: number, size, Change-Id, message, and reasons."""
    entry = entries_of(state.todo)[state.target.commit]
    continued = continued_commit(entry, state.plan, group)
    yield _name_line(state, group, size, is_marked=continued is not None)
    if change_id_words(state, group):
        words = _id_sentence(state.info, continued)
        yield [("class:faint", start_of(words, width))]
    yield []
    yield from _message_lines(state.plan, group, width)
    yield []
    found = [
        line
        for each in reason_lines(state, group)
        for line in text_lines(each, width - 2)
    ]
    for said in found:
        yield [("class:faint", f" {said}")]
    if found:
        yield []
    number = number_of_new_commit(state, group)
    yield from flaw_lines(state, number, width)
    yield from check_lines(state, number, width)
    if not size.pieces:
        yield [("class:empty", " empty: no hunks, so it will not be created")]


def _name_line(
    state: State, group: int, size: Size, *, is_marked: bool
) -> StyleAndTextTuples:
    """The commit by its number, and by that in the whole series, if it is another."""
    here, of_all = group + 1, len(new_commits(state))
    number = number_of_new_commit(state, group) + 1
    in_all = "" if number in (0, here) else f" (number {number} of {of_all} in all)"
    return [
        (f"{group_style(group)} bold", f" commit {here} of {len(state.plan.groups)}"),
        ("class:faint", in_all),
        ("class:owner", f"  {OWNER}" if is_marked else ""),
        ("", f"  {quantity(size.pieces, 'hunk')}"),
        ("class:added", f"  +{size.added}"),
        ("class:removed", f" -{size.removed}"),
    ]


def _message_lines(plan: Plan, group: int, width: int) -> Iterator[StyleAndTextTuples]:
    message = message_of(plan, group)
    is_proposed = plan.groups[message_group(plan, group)].is_proposed
    for number, line in enumerate(message.splitlines()):
        mark = PROPOSED if is_proposed and not number else " "
        yield [("", f"   {mark} "), *line_cells(line + b"\n", max(1, width - 5))]
    if not message.strip():
        yield [("class:error", f"     {NO_MESSAGE}")]


def _id_sentence(info: SeriesInfo, continued: SourceCommit | None) -> str:
    """Which Change-Id a commit has that has one."""
    kept = continued and info.change_ids.get(continued.oid)
    return f" keeps {one_line(kept)}" if kept else " a new Change-Id: a new review"


def _row_cells(
    state: State, commit: ActualCommit, row: DiffRow, width: int, tints: Tints
) -> StyleAndTextTuples:
    """One row of the commit's diff."""
    if row.kind is not RowKind.FILE:
        changes = commit.plan.changes
        look = line_look(state, tints)
        partner = partial(_partner_in_commit, commit.rows)
        return row_cells(changes, row, width, look, partner)
    file = row.segment.file
    words = commit.size.files[file].lines
    words += "  edited by hand" if file in commit.edited_files else ""
    return file_cells(path_after(commit.plan, file, commit.group), words, width)


def _header_above(
    commit: ActualCommit, number: int, width: int
) -> StyleAndTextTuples | None:
    """The file and the ``@@`` line that a row is under; None where it is one itself."""
    if number < 0 or commit.rows[number].kind not in _LINE_KINDS:
        return None
    row = commit.rows[commit.rows.header_row(number)]
    assert row.header is not None, "it is the row of a header"
    return header_cells(commit.plan.changes[row.segment.file], row.header, width)


def _partner_in_commit(
    rows: CommitRows, change: FileChange, row: DiffRow
) -> int | None:
    """The partner of a line, where the commit changes both."""
    found = partner_in_diff(change, row)
    if found is None or not rows.is_mine(
        row.segment.file, not row.segment.is_old, found
    ):
        return None
    return found


def _row_at_cursor(state: State, commit: ActualCommit) -> tuple[int, bool]:
    """The row that shows the line at the cursor, else the nearest one above it.

    With it, whether it is that very line. Of a commit that was edited it is the file's
    header: its lines are not those of the whole diff.
    """
    if not len(state.rows):
        return 0, False
    rows = commit.rows
    wanted = state.rows[state.cursor]
    if commit.is_edited:
        return commit.row_of_file(wanted.segment.file), False
    block = state.rows.block_at(state.cursor)
    inside = rows.rows_of_block(block)
    nearest = max(0, inside.start - 1)
    if not inside:
        return nearest, False
    layout = rows.layout(block)
    for segment, start in zip(layout.segments, layout.starts, strict=False):
        offset = _offset_in(segment, wanted)
        if offset is not None:
            return inside.stop - len(layout) + start + offset, True
        if segment.is_old and segment.first <= _old_line(wanted):
            nearest = inside.stop - len(layout) + start
    return nearest, False


def _old_line(row: DiffRow) -> int:
    """The 0-based line of the old file at which the row stands; -1 above the lines."""
    edit = row.segment.edit
    if isinstance(edit, FactEdit) or row.kind in (RowKind.BLANK, RowKind.FILE):
        return -1
    if isinstance(edit, TextEdit) and not row.segment.is_old:
        return edit.old.start
    return row.line


def _offset_in(segment: Segment, wanted: DiffRow) -> int | None:
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


@memo
def _border_words(plan: Plan, proposals: "Proposals") -> Callable[[int], str]:
    """Why a group and the one before it are two, in words; each is found once."""
    return cache(lambda group: proposals.border(plan, group - 1, group))


def reason_lines(state: State, group: int) -> Iterator[str]:
    """Why the group is one, and why it isn't one with its neighbours."""
    plan = state.plan
    if reason := plan.groups[group].reason:
        yield f"why {group + 1}: {one_line(reason)}"
    proposals = state.own_proposals
    if proposals is None:
        return
    borders = (group, group + 1)
    inner = (at for at in borders if 0 < at < len(plan.groups))
    yield from filter(None, map(_border_words(plan, proposals), inner))
