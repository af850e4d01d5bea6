"""Folding what isn't read now: long runs of lines, unchanged ones, whole files.

Rows of a folded file are there all the same: only the cursor passes them.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from gitsplit.errors import NothingToDo
from gitsplit.model.diff import TextEdit
from gitsplit.model.listing import quantity
from gitsplit.tui.diff.placement import placement
from gitsplit.tui.diff.rows import (
    CONTEXT_LINES,
    RowKind,
    Segment,
    fold_key,
    folds_of,
)
from gitsplit.tui.state.app_state import State, Unit
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.location import with_context, with_folds


def after_fold(state: State) -> State:
    """The state with what the cursor is on folded, or unfolded.

    On a file's header that is the file, between hunks the unchanged lines around all,
    on a fold what it hides, and on a hunk all that is folded in it.
    """
    if not len(state.rows):
        raise NothingToDo("Nothing to fold here.")
    segment = state.rows[state.cursor].segment
    if segment.kind is RowKind.FILE:
        return _with_files_folded(state, state.folded ^ {segment.file})
    if segment.kind in (RowKind.HUNK, RowKind.CONTEXT):
        return _with_context_folded(state)
    if isinstance(segment.edit, TextEdit):
        return _with_hunk_folds(state, segment, segment.edit)
    raise NothingToDo("Nothing to unfold.")


def after_fold_of_all(state: State) -> State:
    """The state with all unfolded, then all files folded, then as it was at first."""
    if state.folded and len(state.folded) == len(state.rows.by_file):
        unfolded = with_folds(replace(state, folded=frozenset()), frozenset())
        return replace(unfolded, status="unfolded all files")
    if not len(state.rows):
        raise NothingToDo("Nothing to fold here.")
    if any(segment.kind is RowKind.FOLD for segment in state.rows.segments):
        folds = (s for s in state.rows.segments if s.kind is RowKind.FOLD)
        keys = state.unfolded.union(map(fold_key, folds))
        shown = with_folds(replace(state, folded=frozenset()), keys)
        return replace(
            shown,
            status=keyed(state, "unfolded all hunks · {fold-all} folds the files"),
        )
    return _with_files_folded(state, frozenset(state.rows.by_file))


def _with_files_folded(state: State, files: frozenset[int]) -> State:
    """The state with just these files folded; the cursor is on a header, if need be."""
    known = replace(state, folded=files)
    row = row_in_sight(known, state.cursor)
    if row != state.cursor:
        known = replace(known, cursor=row, anchor=None, unit=Unit.PIECE)
    # In a range several commits change a file, which is counted once, as above.
    count = quantity(len({*map(state.plan.first_change, files)}), "file")
    again = keyed(state, "{fold} folds or unfolds one, {fold-all} all")
    words = f"{count} folded" if files else "unfolded all files"
    return replace(known, status=f"{words} · {again}")


def _with_context_folded(state: State) -> State:
    """The state without unchanged lines around hunks, or with them again."""
    context = 0 if state.rows.context else CONTEXT_LINES
    shown = with_context(state, context)
    unit = Unit.PIECE if state.unit is Unit.LINES else state.unit
    words = "unfolded" if context else "folded"
    status = f"{words} the unchanged lines · }} shows more"
    return replace(shown, unit=unit, status=status)


def _with_hunk_folds(state: State, here: Segment, edit: TextEdit) -> State:
    """The state with the fold at the cursor unfolded, or else the whole hunk.

    Lines that came and went are unfolded layer by layer. Where nothing of the hunk is
    folded, with it folded.
    """
    folds = folds_of(state.rows, edit)
    if here.kind is RowKind.FOLD:
        other = fold_key(here).other
        folds = tuple(fold for fold in folds if fold_key(fold).other == other)
    if folds:
        shown = with_folds(state, state.unfolded.union(map(fold_key, folds)))
        return replace(shown, status=_unfolded_words(shown, edit, folds))
    keys = frozenset(key for key in state.unfolded if key.edit == edit)
    if not keys:
        raise NothingToDo("Nothing to unfold.")
    return replace(with_folds(state, state.unfolded - keys), status="folded the hunk")


def _unfolded_words(state: State, edit: TextEdit, folds: Sequence[Segment]) -> str:
    """What was unfolded of the hunk, and how to see the rest."""
    if not folds_of(state.rows, edit):
        return "unfolded the hunk"
    count = quantity(sum(len(fold.lines) for fold in folds), "line")
    return keyed(state, f"unfolded {count} · {{fold}} unfolds the rest of the hunk")


def row_in_sight(state: State, row: int) -> int:
    """The row, or the header of its file where that is folded."""
    if not state.folded or not len(state.rows):
        return row
    file = state.rows[row].segment.file
    return state.rows.rows_of_file(file).start if file in state.folded else row


def row_below(state: State, count: int) -> int:
    """The row so many rows below the cursor, those of folded files passed."""
    if not state.folded:
        return state.cursor + count
    shown = placement(state.rows, state.folded, False)
    line = shown.line_of(state.cursor) + count
    return shown.row_at(max(0, min(line, shown.height - 1)))


def with_cursor_in_sight(state: State) -> State:
    """The state with the file of the cursor unfolded, unless it is on the header."""
    if row_in_sight(state, state.cursor) == state.cursor:
        return state
    file = state.rows[state.cursor].segment.file
    return replace(state, folded=state.folded - {file})
