"""Where the user is: which commit is open, and on which of its rows the cursor stands.

A commit's rows are made when it is opened, and kept for coming back. Where they become
others, because the plan cuts hunks or lines are unfolded, the cursor stays on its line.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from gitsplit.errors import ActionRefused, NothingToDo
from gitsplit.model.diff import Edit, TextEdit, is_part_of
from gitsplit.model.memo import memo_by
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan
from gitsplit.model.series import SourceCommit
from gitsplit.model.todo import Entry
from gitsplit.model.weave import threads_of
from gitsplit.tui.diff.rows import (
    NO_LAYERS,
    DiffRow,
    FoldKey,
    RowKind,
    Rows,
    Segment,
    diff_rows,
    rows_after,
)
from gitsplit.tui.state.app_state import (
    NO_ROWS,
    ONE_COMMIT,
    LastPlace,
    Screen,
    ShellRequest,
    State,
    Unit,
    entries_of,
    target_in,
)
from gitsplit.tui.state.corrections import places_to_see
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.selection import with_focus_at_cursor

if TYPE_CHECKING:
    from gitsplit.model.layers import Layers

_LINES = {RowKind.OLD, RowKind.NEW, RowKind.FOLD}


def with_commit_open(state: State, commit: Oid) -> State:
    """The state with this commit open, which must have a plan.

    The user is where they were in it before, else on the first hunk to judge.
    """
    if is_open(state, commit):
        return replace(state, chosen=commit)
    entry = entries_of(state.todo)[commit]
    plan = entry.plan
    assert plan is not None, "a commit is opened with a plan"
    put_away = replace(
        state,
        last_places=_last_places(state),
        unit=Unit.PIECE,
        anchor=None,
        marks=frozenset(),
        last_send=None,
        pan=0,
        is_pinned=False,
    )
    before = put_away.last_places.get(commit)
    if before is not None and before.plan.changes == plan.changes:
        return on_plan(_at_last_place(put_away, before), before.plan, plan)
    layers = _layers_in(entry, plan)
    context = state.rows.context
    first = next(iter(places_to_see(entry, plan)), 0)
    rows = diff_rows(plan.changes, plan.edits, context=context, layers=layers)
    made = replace(
        put_away,
        chosen=commit,
        opened=target_in(state.info, entry),
        rows=rows,
        cursor=rows.row_of(plan.edits[first]) if plan.edits else 0,
        focus=0,
        viewed=0,
        unfolded=frozenset(),
        apart=frozenset(),
        folded=frozenset(),
    )
    return with_focus_at_cursor(made)


def _layers_in(entry: Entry, plan: Plan) -> "Layers":
    """What came and went between the commits of the entry.

    What isn't committed yet takes lines away in sight: it is what is to be judged.
    """
    if not plan.is_woven:
        return NO_LAYERS
    from gitsplit.model.layers import layers_of  # not to open single commits with

    if not entry.absorbs:
        return layers_of(plan.threads)
    last = len(entry.commits) - 1
    return layers_of(threads_of([c for c in plan.changes if c.commit < last]))


def commit_changing(state: State, file: int) -> SourceCommit:
    """The commit, of those that are open, that does this change of a file."""
    commits = entries_of(state.todo)[state.target.commit].commits
    return commits[state.plan.changes[file].commit]


@memo_by(lambda state: (state.plan.changes, entries_of(state.todo)))
def change_names(state: State) -> tuple[bytes, ...]:
    """For each changed file the subject of its commit of a range; none without one."""
    if not state.plan.is_woven:
        return ()
    commits = (commit_changing(state, file) for file in range(len(state.plan.changes)))
    return tuple(c.subject if c.is_stored else c.in_words.encode() for c in commits)


def is_open(state: State, commit: Oid | None) -> bool:
    """Whether this commit is the one that is open."""
    return state.opened is not None and state.opened.commit == commit


def with_proposal_request(state: State, commit: Oid) -> State:
    """The state that asks the shell to find what is proposed for the commit.

    Raises ActionRefused as :func:`refuse_range`.
    """
    refuse_range(state, commit)
    status = f"grouping the hunks of {commit[:7]} …"
    return replace(state, status=status, request=ShellRequest.PROPOSE)


def refuse_range(state: State, commit: Oid) -> None:
    """Raise ActionRefused where a range is asked for: nothing is proposed for one."""
    entry = state.todo.entry(commit)
    if entry.rest and entry.source is None:
        raise ActionRefused(
            "Nothing is proposed for a range of commits.",
            hint=keyed(state, "{new-commit} makes a new commit, {merge} merges two."),
        )


def require_open_commit(state: State) -> None:
    """Raise ActionRefused unless a commit is open."""
    if state.opened is None:
        raise ActionRefused(
            "No commit is open.", hint=keyed(state, "{split} opens the selected one.")
        )


def list_row(state: State) -> int:
    """The number of the selected commit, file or step."""
    match state.screen:
        case Screen.SERIES:
            return state.todo.place(state.chosen)
        case Screen.BOARD:
            return state.board_row
        case Screen.STEPS:
            return state.step
        case _:
            return state.message


def at_series(state: State) -> State:
    """The state on the screen of the series."""
    if state.is_alone:
        is_range = len(state.info.series.commits) > 1
        what = "these commits" if is_range else "this one commit"
        raise NothingToDo(
            f"The series is {what}.",
            hint=keyed(state, "{preview} shows the preview."),
        )
    chosen = state.chosen if state.opened is None else state.opened.commit
    return replace(
        state, screen=Screen.SERIES, beneath=(), chosen=chosen, scroll=0, status=""
    )


def with_none_open(state: State) -> State:
    """The state with no commit open, and without screens that would show one."""
    beneath = tuple(each for each in state.beneath if each[0] not in ONE_COMMIT)
    screen = Screen.SERIES if state.screen in ONE_COMMIT else state.screen
    return replace(
        state,
        opened=None,
        rows=NO_ROWS,
        cursor=0,
        focus=0,
        viewed=0,
        unit=Unit.PIECE,
        anchor=None,
        prompt=None,
        beneath=beneath,
        screen=screen,
    )


def _last_places(state: State) -> Mapping[Oid, LastPlace]:
    """The user's last places in commits, with that in the open one."""
    if state.opened is None:
        return state.last_places
    place = LastPlace(
        state.target,
        state.plan,
        state.rows,
        state.cursor,
        state.focus,
        state.unfolded,
        state.apart,
        state.folded,
    )
    return {**state.last_places, state.target.commit: place}


def _at_last_place(state: State, kept: LastPlace) -> State:
    """The state with that commit open, and the user at their last place in it."""
    return replace(
        state,
        chosen=kept.target.commit,
        opened=kept.target,
        rows=kept.rows,
        cursor=kept.cursor,
        focus=kept.focus,
        viewed=kept.focus,
        unfolded=kept.unfolded,
        apart=kept.apart,
        folded=kept.folded,
    )


def with_folds(state: State, unfolded: frozenset[FoldKey]) -> State:
    """The state with just these runs of lines unfolded."""
    rows = rows_after(state.rows, state.plan.changes, state.plan.edits, unfolded)
    return _on_rows(replace(state, unfolded=unfolded), rows)


def with_context(state: State, context: int) -> State:
    """The state with so many unchanged lines around hunks; the cursor in the same one.

    From a header or an unchanged line it comes to the hunk below.
    """
    edits, changes = state.plan.edits, state.plan.changes
    rows = diff_rows(changes, edits, state.unfolded, context, state.rows.layers)
    if not len(state.rows):
        return replace(state, rows=rows)
    if state.rows[state.cursor].kind in (RowKind.HUNK, RowKind.CONTEXT):
        block = state.rows.blocks[state.rows.block_at(state.cursor)]
        state = replace(state, cursor=state.rows.row_of(block.edits[0]))
    return _on_rows(replace(state, anchor=None), rows)


def row_showing(rows: Rows, wanted: DiffRow) -> int:
    """The row with the line of ``wanted``, a row of the same diff cut otherwise.

    A line that is folded away is shown by its fold; what isn't there at all, by the
    header of its file.
    """
    span = rows.rows_of_file(wanted.segment.file)
    start = rows.segment_at(span.start)
    if wanted.kind is RowKind.BLANK:
        return rows.starts[max(0, start - 1)]
    for at in rows.segments_around(wanted):
        segment = rows.segments[at]
        if _shows(segment, wanted):
            below = 0 if segment.hidden is not None else wanted.line - segment.first
            return rows.starts[at] + below
    return span.start


def _shows(segment: Segment, wanted: DiffRow) -> bool:
    """Whether the line of ``wanted`` is in this segment."""
    other = wanted.segment
    if wanted.kind in _LINES:
        same = segment.kind in _LINES and segment.is_old == other.is_old
        return same and wanted.line in segment.lines
    if segment.kind is not wanted.kind:
        return False
    if wanted.kind is RowKind.CONTEXT:
        return wanted.line in segment.lines
    return (segment.edit, segment.hunks) == (other.edit, other.hunks)


def on_plan(state: State, before: Plan, plan: Plan) -> State:
    """The state at the same line and commit, after the plan ``before`` was replaced."""
    focus = _focus_in(before, plan, state.focus)
    unit = Unit.PIECE if state.unit is Unit.LINES else state.unit
    marks = state.marks and state.marks.intersection(plan.edits)
    if unit is Unit.MARKS and not marks:
        unit = Unit.PIECE
    moved = replace(
        state, focus=focus, viewed=focus, unit=unit, anchor=None, marks=marks
    )
    if plan.edits == before.edits:
        return moved
    unfolded = _folds_after_cut(before.edits, plan.edits, state.unfolded)
    rows = rows_after(state.rows, plan.changes, plan.edits, unfolded)
    return _on_rows(replace(moved, unfolded=unfolded), rows)


def on_proposal(state: State, plan: Plan) -> State:
    """The state at the same line and selection, after the plan was first proposed."""
    rows = rows_after(state.rows, plan.changes, plan.edits, state.unfolded)
    marks = state.marks and state.marks.intersection(plan.edits)
    unit = Unit.PIECE if state.unit is Unit.MARKS and not marks else state.unit
    return _on_rows(replace(state, marks=marks, unit=unit), rows)


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
    """The place in ``plan`` of the selected commit, which may have been moved."""
    group = before.groups[focus]
    if focus < len(plan.groups) and plan.groups[focus] == group:
        return focus
    if group in plan.groups:
        return plan.groups.index(group)
    return min(focus, len(plan.groups) - 1)


def _folds_after_cut(
    before: tuple[Edit, ...], edits: tuple[Edit, ...], unfolded: frozenset[FoldKey]
) -> frozenset[FoldKey]:
    """The unfolded lines, with those of edits cut from theirs, or joined with them."""
    if not unfolded:
        return unfolded
    known = set(before)
    runs: dict[tuple[int, int], list[FoldKey]] = {}
    for key in unfolded:
        runs.setdefault((key.edit.file, key.edit.hunk), []).append(key)
    return unfolded | {
        key._replace(edit=edit)
        for edit in edits
        if isinstance(edit, TextEdit) and edit not in known
        for key in runs.get((edit.file, edit.hunk), ())
        if is_part_of(edit, key.edit) or is_part_of(key.edit, edit)
    }
