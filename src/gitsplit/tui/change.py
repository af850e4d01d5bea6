"""States with another plan or other rows, the cursor still on the same line."""

from dataclasses import replace

from gitsplit.core.edits import Edit, TextEdit
from gitsplit.core.history import History
from gitsplit.core.overrides import carried
from gitsplit.core.plan import Plan
from gitsplit.errors import PlanRefused
from gitsplit.tui.blocks import rows_after
from gitsplit.tui.rows import FoldKey, Row, RowKind, Rows, Segment
from gitsplit.tui.selection import file_rows, lines_shown, segment_at
from gitsplit.tui.state import State, Unit

_LINES = {RowKind.OLD, RowKind.NEW, RowKind.FOLD}


def changed(state: State, plan: Plan, deed: str) -> State:
    """The state one step on, with ``plan``; ``deed`` is a clause on what was done.

    What was written by hand is laid over what the plan chooses now. Raises PlanRefused
    where that conflicts, and where it is the plan as it stands.
    """
    plan = carried(plan, state.git.merge)
    if plan == state.plan:
        raise PlanRefused("It is so already.")
    return replace(
        _with_history(state, state.history.then(plan)),
        deeds=(*state.deeds, deed),
        deeds_undone=(),
        status=f"{deed} · u takes it back",
    )


def undone(state: State) -> State:
    """The state one step back; raises PlanRefused at the beginning."""
    if not state.deeds:
        raise PlanRefused("Nothing to take back.", hint="This is how it began.")
    deed = state.deeds[-1]
    return replace(
        _with_history(state, state.history.undone()),
        deeds=state.deeds[:-1],
        deeds_undone=(deed, *state.deeds_undone),
        status=f"took back: {deed}",
    )


def redone(state: State) -> State:
    """The state one step forward again; raises PlanRefused where none was undone."""
    if not state.deeds_undone:
        raise PlanRefused("Nothing was taken back.")
    deed = state.deeds_undone[0]
    return replace(
        _with_history(state, state.history.redone()),
        deeds=(*state.deeds, deed),
        deeds_undone=state.deeds_undone[1:],
        status=f"again: {deed} · u takes it back",
    )


def refolded(state: State, unfolded: frozenset[FoldKey]) -> State:
    """The state with other runs of lines folded."""
    rows = rows_after(state.rows, state.plan.changes, state.plan.edits, unfolded)
    return _on_rows(replace(state, unfolded=unfolded), rows)


def row_showing(rows: Rows, wanted: Row) -> int:
    """The number of the row that shows what ``wanted`` (of other rows) shows.

    A line that is folded away is shown by its fold; what isn't there at all, by the
    header of its file.
    """
    span = file_rows(rows, wanted.segment.file)
    start = segment_at(rows, span.start)
    if wanted.kind is RowKind.BLANK:
        return rows.starts[max(0, start - 1)]
    for at in rows.segments_around(wanted):
        segment = rows.segments[at]
        if _is_shown(segment, wanted):
            below = 0 if segment.hidden is not None else wanted.line - segment.first
            return rows.starts[at] + below
    return span.start


def _is_shown(segment: Segment, wanted: Row) -> bool:
    """Whether a row of ``segment`` shows what ``wanted`` shows."""
    other = wanted.segment
    if wanted.kind in _LINES:
        same = segment.kind in _LINES and segment.is_old == other.is_old
        return same and wanted.line in lines_shown(segment)
    if segment.kind is not wanted.kind:
        return False
    if wanted.kind is RowKind.CONTEXT:
        return wanted.line in lines_shown(segment)
    return (segment.edit, segment.hunks) == (other.edit, other.hunks)


def _with_history(state: State, history: History[Plan]) -> State:
    """The state at another point of the history."""
    before, plan = state.plan, history.present
    focus = _focus_in(before, plan, state.focus)
    unit = Unit.PIECE if state.unit is Unit.LINES else state.unit
    moved = replace(
        state, history=history, focus=focus, viewed=focus, unit=unit, anchor=None
    )
    if plan.edits == before.edits:
        return moved
    unfolded = _inherited(before.edits, plan.edits, state.unfolded)
    rows = rows_after(state.rows, plan.changes, plan.edits, unfolded)
    return _on_rows(replace(moved, unfolded=unfolded), rows)


def _on_rows(state: State, rows: Rows) -> State:
    """The state on other rows of the same diff; the cursor stays on its line."""
    anchor = state.anchor
    return replace(
        state,
        rows=rows,
        cursor=row_showing(rows, state.rows[state.cursor]),
        anchor=None if anchor is None else row_showing(rows, state.rows[anchor]),
    )


def _focus_in(before: Plan, plan: Plan, focus: int) -> int:
    """The place in ``plan`` of the group in focus, which may have been moved."""
    group = before.groups[focus]
    if focus < len(plan.groups) and plan.groups[focus] == group:
        return focus
    if group in plan.groups:
        return plan.groups.index(group)
    return min(focus, len(plan.groups) - 1)


def _inherited(
    before: tuple[Edit, ...], edits: tuple[Edit, ...], unfolded: frozenset[FoldKey]
) -> frozenset[FoldKey]:
    """The unfolded runs, and those that were cut from one of them."""
    if not unfolded:
        return unfolded
    known = set(before)
    runs: dict[tuple[int, int], list[FoldKey]] = {}
    for whole, is_old in unfolded:
        runs.setdefault((whole.file, whole.hunk), []).append((whole, is_old))
    return unfolded | {
        (edit, is_old)
        for edit in edits
        if isinstance(edit, TextEdit) and edit not in known
        for whole, is_old in runs.get((edit.file, edit.hunk), ())
        if _is_within(edit, whole)
    }


def _is_within(part: TextEdit, whole: TextEdit) -> bool:
    """Whether ``part`` lies within ``whole``, both of one hunk."""
    return (
        whole.old.start <= part.old.start <= part.old.stop <= whole.old.stop
        and whole.new.start <= part.new.start <= part.new.stop <= whole.new.stop
    )
