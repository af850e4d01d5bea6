"""The selection: the edits that keys are about, by the cursor and a unit.

Units are lines, a hunk, all hunks under one ``@@``, a file, a directory. On the header
of a hunk or of a file at least all that is under it is selected.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from msgspec.structs import replace

from gitsplit.model.diff import (
    Edit,
    Fact,
    FactEdit,
    Span,
    TextEdit,
    edits_around,
    finer_edits,
)
from gitsplit.model.listing import quantity
from gitsplit.model.memo import memo
from gitsplit.model.plan import DROPPED, Plan, with_edits_cut
from gitsplit.tui.diff.rows import (
    RowKind,
    Rows,
)
from gitsplit.tui.state.app_state import Screen, State, Unit
from gitsplit.tui.state.board import places_in_cell
from gitsplit.tui.state.key_names import keyed


class SelectedEdit(NamedTuple):
    """An edit's place in the plan, and the edit, or the selected part of it."""

    place: int
    edit: Edit


Selection = tuple[SelectedEdit, ...]

_HEADERS = {RowKind.HUNK: Unit.HUNK, RowKind.FILE: Unit.FILE}


def selection_of(state: State) -> Selection:
    """The selected edits, in the order of the plan; none on unchanged lines."""
    if state.screen is Screen.BOARD:
        edits = state.plan.edits
        return tuple(SelectedEdit(at, edits[at]) for at in places_in_cell(state))
    if state.unit is Unit.LINES:
        return tuple(_edit_lines_in(state.rows, rows_from_anchor(state)))
    if state.unit is Unit.MARKS:
        places = sorted(map(state.rows.place_of, state.marks))
        return tuple(SelectedEdit(place, state.plan.edits[place]) for place in places)
    if unit_at(state) in {Unit.FILE, Unit.DIRECTORY}:
        return _edits_of_files(state.plan, set(_files_in_unit(state)))
    runs = selection_rows(state)
    return tuple(taken for run in runs for taken in _whole_edits_in(state.rows, run))


def selection_rows(state: State) -> tuple[range, ...]:
    """The selected rows, as runs in order that don't overlap.

    Unchanged lines and headers are in them where they stand between what is selected.
    """
    if state.screen is Screen.BOARD:
        edits = (state.plan.edits[place] for place in places_in_cell(state))
        return tuple(map(state.rows.rows_of, edits))
    if state.unit is Unit.LINES:
        return (rows_from_anchor(state),)
    if state.unit is Unit.MARKS:
        return _runs_of(state.rows, state.marks)
    unit = unit_at(state)
    if unit in {Unit.FILE, Unit.DIRECTORY}:
        return tuple(state.rows.rows_of_file(file) for file in _files_in_unit(state))
    if unit is Unit.HUNK:
        return _hunk_rows(state.rows, state.cursor)
    edit = state.rows[state.cursor].segment.edit if state.plan.edits else None
    return () if edit is None else (state.rows.rows_of(edit),)


@memo
def _runs_of(rows: Rows, edits: frozenset[Edit]) -> tuple[range, ...]:
    """The rows of these edits, as runs in order."""
    return tuple(rows.rows_of(edit) for edit in sorted(edits, key=rows.place_of))


def unit_at(state: State) -> Unit:
    """The unit of the selection: the user's, or that of a header if wider."""
    if not state.plan.edits:
        return state.unit
    header = _HEADERS.get(state.rows[state.cursor].kind, Unit.LINES)
    if rename_with_edits(state) is not None:
        header = Unit.FILE
    return max(state.unit, header, key=lambda unit: unit.value)


def with_pin(state: State) -> State:
    """The state with the selected commit pinned."""
    hint = keyed(state, "{keep} sends to it · {cancel} unpins")
    status = f"pinned commit {state.focus + 1}: {hint}"
    return replace(state, is_pinned=True, status=status)


def with_focus_at_cursor(state: State) -> State:
    """The state with the commit of the cursor's hunk selected, unless one is pinned.

    From a header or an unchanged line, that of the next hunk below in the file. Where
    there is none, or it is left out, the same one stays selected.
    """
    plan, rows = state.plan, state.rows
    if state.is_pinned or not plan.edits:
        return state
    place = rows.edit_at(state.cursor)
    if place is None:
        place = bisect_left(plan.edits, state.cursor, key=rows.row_of)
        file = rows[state.cursor].segment.file
        if place == len(plan.edits) or plan.edits[place].file != file:
            return state
    group = plan.group_of[place]
    if group in (DROPPED, state.focus):
        return state
    return replace(state, focus=group, viewed=group)


def rename_with_edits(state: State) -> int | None:
    """The number of the file whose rename is at the cursor, with edits to go along.

    None where there is no such rename: a rename is one piece with the edits of its file
    until it is cut from them, or they are in different commits.
    """
    edit = state.rows[state.cursor].segment.edit
    if not isinstance(edit, FactEdit) or edit.fact is not Fact.RENAME:
        return None
    places = state.rows.places_of(edit.file)
    groups = state.plan.group_of[places.start : places.stop]
    is_alone = edit.file in state.apart or len(groups) == 1
    return None if is_alone or len(set(groups)) > 1 else edit.file


def rows_from_anchor(state: State) -> range:
    """The rows from the anchor to the cursor, both included."""
    anchor = state.cursor if state.anchor is None else state.anchor
    return range(min(anchor, state.cursor), max(anchor, state.cursor) + 1)


def rest_of_file(state: State) -> Selection:
    """The edit at the cursor and all that follow it in its file."""
    plan, rows = state.plan, state.rows
    segment = rows.segment_at(rows_from_anchor(state)[0])
    file = rows.segments[segment].file
    following = (s.edit for s in rows.segments[segment:] if s.file == file)
    first = next((rows.place_of(edit) for edit in following if edit is not None), None)
    if first is None:
        return ()
    members = enumerate(plan.edits[first:], first)
    return tuple(SelectedEdit(n, edit) for n, edit in members if edit.file == file)


def with_selection_apart(
    plan: Plan, selection: Selection
) -> tuple[Plan, tuple[int, ...]]:
    """The plan with the selected parts cut out as edits, and the places of these."""
    parts = {
        taken.place: _parts_around(plan.edits[taken.place], taken.edit)
        for taken in selection
    }
    places, further = [], 0  # of each part, and how far those before it move it
    for taken in selection:
        cuts = parts[taken.place]
        places.append(taken.place + further + cuts.index(taken.edit))
        further += len(cuts) - 1
    return with_edits_cut(plan, parts), tuple(places)


def with_finer_edits(plan: Plan, selection: Selection) -> Plan:
    """The plan with every selected text edit cut one step finer."""
    parts: dict[int, Sequence[Edit]] = {
        place: finer_edits(plan.changes[edit.file], edit)
        for place, edit in selection
        if isinstance(edit, TextEdit)
    }
    return with_edits_cut(plan, parts)


UNIT_WORDS = {
    Unit.HUNK: "all under this @@",
    Unit.FILE: "whole file",
    Unit.DIRECTORY: "whole directory",
    Unit.MARKS: "selected",
}
"""What is selected, where it is more than a hunk."""


def cursor_words(state: State) -> str:
    """What is selected, for the status; on a fold, that it is the hunk all the same."""
    words = selected_words(state)
    if state.unit is not Unit.PIECE or not len(state.rows):
        return words
    here = state.rows[state.cursor].segment
    if here.kind is not RowKind.FOLD or here.layer is None:
        return words
    count = len(here.lines)
    those, them = "this line", "it"
    if count > 1:
        those, them = f"these {count} lines", "them"
    return words + keyed(state, f", with {those} · {{fold}} unfolds {them}")


def selected_words(state: State) -> str:
    """What is selected: of a hunk its number, and where it is."""
    unit = unit_at(state)
    if state.unit is Unit.LINES:
        return selected_line_words(state.rows, (rows_from_anchor(state),))
    if state.unit is Unit.PIECE and rename_with_edits(state) is not None:
        return keyed(
            state, "the rename and the file's edits · {split-hunk} splits them"
        )
    if unit is Unit.MARKS:
        return f"{quantity(len(state.marks), 'hunk')} selected"
    if unit is not Unit.PIECE:
        return f"{UNIT_WORDS[unit]} selected"
    place = state.rows.edit_at(state.cursor)
    if place is None:
        return ""
    group = state.plan.group_of[place]
    where = "left out" if group == DROPPED else f"in commit {group_name(group)}"
    return f"hunk {place + 1} of {len(state.plan.edits)}, {where}"


def selected_line_words(rows: Rows, runs: Iterable[range]) -> str:
    """How many changed lines are selected, in words."""
    return f"{quantity(selection_line_count(rows, runs), 'line')} selected"


def selection_line_count(rows: Rows, runs: Iterable[range]) -> int:
    """The number of changed lines in the rows; a fold counts as all it hides."""
    return sum(
        min(run.stop, stop) - max(run.start, start)
        if segment.hidden is None
        else len(segment.hidden)
        for run in runs
        for segment, start, stop in rows.segments_in(run)
        if segment.kind in (RowKind.OLD, RowKind.NEW, RowKind.FOLD)
    )


def amount_words(edits: Iterable[Edit]) -> str:
    """How much these edits are: ``2 lines and 1 file change``."""
    lines = facts = 0
    for edit in edits:
        if isinstance(edit, FactEdit):
            facts += 1
        else:
            lines += len(edit.old) + len(edit.new)
    counts = ((lines, "line"), (facts, "file change"))
    return " and ".join(quantity(number, noun) for number, noun in counts if number)


def group_name(group: int) -> str:
    """The name of a group on the screen: its number from 1."""
    return "no commit" if group == DROPPED else str(group + 1)


def _files_in_unit(state: State) -> Iterator[int]:
    """The files that are selected, where the unit is a file or a directory."""
    if not state.plan.edits:
        return
    here = state.rows[state.cursor].segment.file
    if unit_at(state) is Unit.FILE:
        yield here
        return
    changes = state.plan.changes
    directory = changes[here].path.rpartition(b"/")
    prefix = directory[0] + directory[1]
    files = state.rows.by_file
    yield from (file for file in files if changes[file].path.startswith(prefix))


def _edits_of_files(plan: Plan, files: set[int]) -> Selection:
    return tuple(
        SelectedEdit(place, edit)
        for place, edit in enumerate(plan.edits)
        if edit.file in files
    )


def _hunk_rows(rows: Rows, row: int) -> tuple[range, ...]:
    """The rows under the ``@@`` above ``row``; those of a file-level change alone."""
    here = rows.segment_at(row)
    edit = rows.segments[here].edit
    if isinstance(edit, FactEdit):
        return (rows.rows_of(edit),)
    first = here
    while first >= 0 and rows.segments[first].kind not in _HEADERS:
        first -= 1
    if first < 0 or rows.segments[first].kind is not RowKind.HUNK:
        return ()
    stop = first + 1
    lines = {RowKind.CONTEXT, RowKind.OLD, RowKind.NEW, RowKind.FOLD}
    while stop < len(rows.segments) and rows.segments[stop].kind in lines:
        stop += 1
    return (range(rows.starts[first], rows.starts[stop]),)


def _whole_edits_in(rows: Rows, run: range) -> Iterator[SelectedEdit]:
    """The edits with rows in a run, whole."""
    for edit, _ in _segments_in(rows, run):
        yield SelectedEdit(rows.place_of(edit), edit)


def _edit_lines_in(rows: Rows, run: range) -> Iterator[SelectedEdit]:
    """The edits with rows in a run, each cut to the lines in the run."""
    for edit, segments in _segments_in(rows, run):
        if isinstance(edit, FactEdit):
            yield SelectedEdit(rows.place_of(edit), edit)
            continue
        old = _lines_in(rows, run, (at for at in segments if rows.segments[at].is_old))
        new = _lines_in(
            rows, run, (at for at in segments if not rows.segments[at].is_old)
        )
        part = replace(
            edit,
            old=old or Span(edit.old.stop, edit.old.stop),
            new=new or Span(edit.new.start, edit.new.start),
        )
        yield SelectedEdit(rows.place_of(edit), part)


def _segments_in(rows: Rows, run: range) -> Iterator[tuple[Edit, tuple[int, ...]]]:
    """The edits with rows in the run, each with the numbers of its segments there."""
    if not len(rows):
        return
    places = range(rows.segment_at(run[0]), rows.segment_at(run[-1]) + 1)
    for edit, members in groupby(places, key=lambda at: rows.segments[at].edit):
        if edit is not None:
            yield edit, tuple(members)


def _lines_in(rows: Rows, run: range, segments: Iterable[int]) -> Span | None:
    """The lines that these segments of one side show in the run; None if none."""
    spans = [_span_in(rows, run, at) for at in segments]
    return Span(spans[0].start, spans[-1].stop) if spans else None


def _span_in(rows: Rows, run: range, at: int) -> Span:
    """The lines that one segment shows in the run; a fold counts as all it hides."""
    segment, start = rows.segments[at], rows.starts[at]
    if segment.hidden is not None:
        return segment.hidden
    first = max(run.start, start) - start
    stop = min(run.stop, start + segment.height) - start
    return Span(segment.first + first, segment.first + stop)


def _parts_around(edit: Edit, part: Edit) -> tuple[Edit, ...]:
    """The edit cut into parts, of which ``part`` is one."""
    if isinstance(edit, FactEdit) or isinstance(part, FactEdit):
        return (edit,)
    return edits_around(edit, part.old, part.new)
