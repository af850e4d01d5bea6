"""Lines of a range that came and went: folded where they come and where they go."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from prompt_toolkit.formatted_text.utils import fragment_list_to_text

from gitsplit.model.diff import FileChange, TextEdit
from gitsplit.model.series import Uncommitted
from gitsplit.model.todo import Todo
from gitsplit.tui.diff.rows import RowKind, Segment, diff_rows, fold_key
from gitsplit.tui.state.app_state import Look, Purpose, State
from gitsplit.tui.state.app_state import first_state as opening
from gitsplit.tui.state.location import row_showing, with_commit_open, with_folds
from gitsplit.tui.update.actions.prompt import Ask, Submit, TypeText
from gitsplit.tui.update.actions.reading import (
    Fold,
    MovePiece,
    MoveRows,
    MoveTo,
    Narrow,
    SelectLines,
    ShowContext,
    Toggle,
)
from gitsplit.tui.update.actions.screens import Redo, Undo
from gitsplit.tui.update.actions.split import Drop, Send, SplitHunk
from gitsplit.tui.view.diff_pane import diff_lines
from gitsplit.tui.view.split import diff_line
from tests.strategies import ranges
from tests.tui.builder import after, plan_of, range_of, range_opened, state_of

ALL = Fold(everywhere=True)


def opened(*states: str) -> State:
    """A range in which one file had these lines, a word each."""
    return range_of(
        *({"f": "".join(f"{word}\n" for word in state.split())} for state in states)
    )


def steeped() -> State:
    """Two lines are written and rewritten at once, one later; one is removed."""
    return opened("a z", "a 1 2 3 z", "a 1 X Y z", "a 1 z")


def body(state: State) -> list[str]:
    """The rows of hunks as they are on the screen, right of the commits' numbers."""
    rows = range(len(state.rows))
    changed = {RowKind.OLD, RowKind.NEW, RowKind.FOLD}
    shown = (diff_line(state, n, 60) for n in rows if state.rows[n].kind in changed)
    return [fragment_list_to_text(cells)[4:].rstrip() for cells in shown]


def at_fold(state: State, number: int = 0) -> State:
    """The state with the cursor on the fold of this number, from 0."""
    folds = [n for n in range(len(state.rows)) if state.rows[n].kind is RowKind.FOLD]
    return after(state, MoveTo(folds[number]))


def test_what_came_and_went_is_one_row_where_it_came_and_where_it_went() -> None:
    assert body(steeped()) == [
        "+1",
        "+ ⋮ 2 lines, rewritten in 2ae49ec Second piece of work",
        "- ⋮ 2 lines of 1ae49ec First piece of work",
        "+ ⋮ 2 lines, removed in 3ae49ec Third piece of work",
        "- ⋮ 2 lines of 2ae49ec Second piece of work",
    ]


def test_lines_of_two_commits_are_two_layers() -> None:
    state = opened("a z", "a 1 2 3 4 z", "a 1 2 X W z", "a Y z")

    assert body(state)[-3:] == [
        "- ⋮ 2 lines of 1ae49ec First piece of work",
        "- ⋮ 2 lines of 2ae49ec Second piece of work",
        "+Y",
    ]


def test_one_line_alone_is_no_fold_for_that_would_take_a_row_too() -> None:
    state = opened("a z", "a 1 2 3 z", "a 1 X 3 z", "a Y z")

    assert body(state) == ["+1", "+2", "+3", "-2", "+X", "-1", "-X", "-3", "+Y"]


def test_a_long_run_with_such_a_line_is_one_run() -> None:
    many = [f"n{n}" for n in range(20)]
    changed = " ".join([*many[:10], "X", *many[11:]])
    state = opened("a z", f"a {' '.join(many)} z", f"a {changed} z")

    assert body(state)[:4] == ["+n0", "+n1", "+n2", "   … 14 more lines of this hunk …"]


def test_one_commit_has_nothing_that_came_and_went() -> None:
    state = state_of(plan_of({"f": ("a\n", "b\n")}, group_of=[1]))

    assert body(state) == ["-a", "+b"]


def test_a_layer_is_unfolded_and_the_others_stay() -> None:
    state = at_fold(opened("a z", "a 1 2 3 4 z", "a 1 2 X W z", "a Y z"), -1)
    open_ = after(state, Fold())

    assert body(open_)[-4:] == [
        "- ⋮ 2 lines of 1ae49ec First piece of work",
        "-X",
        "-W",
        "+Y",
    ]
    assert body(open_)[:-4] == body(state)[:-3]
    assert open_.rows[open_.cursor].line == 3
    assert open_.status == "unfolded 2 lines · f unfolds the rest of the hunk"


def test_the_same_key_goes_on_to_the_whole_hunk_and_folds_it_again() -> None:
    state = at_fold(opened("a z", "a 1 2 3 4 z", "a 1 2 X W z", "a Y z"), -1)
    whole = after(state, Fold(), Fold())

    assert body(whole)[-5:] == ["-1", "-2", "-X", "-W", "+Y"]
    assert whole.status == "unfolded the hunk"
    assert after(whole, Fold()).rows == state.rows


def test_on_another_line_of_the_hunk_the_key_unfolds_all_of_it() -> None:
    state = steeped()

    assert body(after(state, Fold()))[:3] == ["+1", "+2", "+3"]


def test_all_layers_are_unfolded_and_folded_by_one_key() -> None:
    state = steeped()
    open_ = after(state, ALL)

    assert RowKind.FOLD not in {segment.kind for segment in open_.rows.segments}
    assert after(open_, ALL, ALL).rows == state.rows


def test_a_layer_of_many_lines_is_shown_whole() -> None:
    many = " ".join(f"n{n}" for n in range(30))
    state = at_fold(opened("a z", f"a {many} z", "a z"))

    assert body(state) == [
        "+ ⋮ 30 lines, removed in 2ae49ec Second piece of work",
        "- ⋮ 30 lines of 1ae49ec First piece of work",
    ]
    assert len(body(after(state, Fold()))) == 31


def test_a_long_run_beside_a_layer_is_folded_in_its_middle() -> None:
    many = " ".join(f"n{n}" for n in range(20))
    state = opened("a z", f"a {many} 1 2 z", f"a {many} z")

    assert body(state)[3:8] == [
        "   … 14 more lines of this hunk …",
        *("+n17", "+n18", "+n19"),
        "+ ⋮ 2 lines, removed in 2ae49ec Second piece of work",
    ]
    open_ = after(at_fold(state), Fold())
    assert open_.status == "unfolded 14 lines · f unfolds the rest of the hunk"


def test_a_hunk_that_is_folded_whole_has_a_row_to_stand_on() -> None:
    state = steeped()
    second = after(state, MovePiece(1))

    assert state.rows[second.cursor].kind is RowKind.FOLD
    assert second.status == (
        "hunk 2 of 3, in commit 2, with these 2 lines · f unfolds them"
    )
    assert after(second, Send(0)).plan.group_of == (0, 0, 2)


def test_a_number_on_a_fold_sends_the_hunk() -> None:
    state = at_fold(steeped())
    folded, unfolded = after(state, Send(1)), after(state, ALL, Send(1))

    assert folded.plan == unfolded.plan
    assert folded.status.startswith("moved 3 lines from 1 to 2")
    assert after(state, Drop()).plan == after(state, ALL, Drop()).plan


def test_a_selected_fold_is_all_its_lines() -> None:
    state = after(at_fold(steeped()), Narrow())

    assert state.status == "selecting lines: j k move, a digit sends"
    assert after(state, MoveRows(-1)).status == "3 lines selected"
    assert after(state, Send(1)).status.startswith("moved 2 lines from 1 to 2")


def test_what_is_cut_from_an_unfolded_layer_stays_unfolded_and_so_after_undo() -> None:
    state = after(at_fold(steeped()), Fold())
    cut = after(state, Narrow(), Send(1))

    assert body(cut) == body(state)
    assert body(after(cut, Undo())) == body(state)
    assert body(after(cut, Undo(), Redo())) == body(state)


def test_what_is_unfolded_of_a_hunk_that_was_cut_stays_so_when_it_is_joined() -> None:
    state = after(at_fold(steeped()), Narrow(), SplitHunk())
    assert len(state.plan.edits) == len(steeped().plan.edits) + 1
    again = after(at_fold(state), Fold(), Undo())

    assert again.plan == steeped().plan
    assert body(again)[:3] == ["+1", "+2", "+3"]


def test_more_context_leaves_layers_as_they_are() -> None:
    state = after(at_fold(steeped()), Fold())

    assert body(after(state, ShowContext(1))) == body(state)


def test_a_line_that_came_and_went_is_unfolded_when_found() -> None:
    asked = after(steeped(), Ask(Purpose.SEARCH), TypeText("2"), Submit())

    assert body(asked)[:3] == ["+1", "+2", "+3"]
    assert body(asked)[3] == "- ⋮ 2 lines of 1ae49ec First piece of work"
    assert asked.rows[asked.cursor].line == 2


def test_old_beside_new_a_layer_is_on_its_side() -> None:
    state = after(steeped(), Toggle(Look.BESIDE, (120, 120)))
    pane = diff_lines(state, 120)
    texts = [fragment_list_to_text(pane.get(n)) for n in range(pane.height)]

    (line,) = [text for text in texts if "2 lines of 1ae49ec" in text]
    assert "- ⋮ 2 lines of 1ae49ec First piece of work" in line[:60]
    assert "+ ⋮ 2 lines, removed in 3ae49ec Third piece of" in line[60:]


def test_what_is_not_committed_yet_takes_lines_away_in_sight() -> None:
    """It is what is to be judged; what the commits before took away is folded."""
    state = opened("a z", "a 1 2 3 z", "a X Y 3 z", "a P Q 3 z")
    (entry,) = state.todo.entries
    first, *rest, last = entry.commits
    changed = Uncommitted("worktree", rest[-1].oid, first.oid, last.oid)
    own = replace(last, stands_for=changed)
    todo = Todo((replace(entry, rest=(*rest, own)),))
    absorbing = with_commit_open(opening(state.info, todo), first.oid)

    assert body(absorbing) == [
        "+ ⋮ 2 lines, rewritten in 2ae49ec Second piece of work",
        "+3",
        "- ⋮ 2 lines of 1ae49ec First piece of work",
        *("+X", "+Y"),
        *("-X", "-Y"),
        *("+P", "+Q"),
    ]


def unfolded(state: State) -> State:
    """The same with nothing folded."""
    keys = map(fold_key, (s for s in state.rows.segments if s.kind is RowKind.FOLD))
    return with_folds(state, state.unfolded.union(keys))


@given(ranges(), st.data())
def test_unfolded_rows_are_those_without_layers(
    changes: tuple[FileChange, ...], data: st.DataObject
) -> None:
    state = range_opened(changes)
    if not state.plan.edits:
        return
    folds = [s for s in state.rows.segments if s.kind is RowKind.FOLD]
    some = data.draw(st.sets(st.sampled_from(folds))) if folds else set[Segment]()
    shown = with_folds(unfolded(state), frozenset(map(fold_key, some)))
    plan, rows = state.plan, unfolded(shown).rows
    folded = diff_rows(plan.changes, plan.edits)
    keys = map(fold_key, (s for s in folded.segments if s.kind is RowKind.FOLD))
    plain = diff_rows(plan.changes, plan.edits, frozenset(keys))

    assert rows.segments == plain.segments
    assert [*map(rows.row_of, plan.edits)] == [*map(plain.row_of, plan.edits)]
    assert shown.rows == diff_rows(
        plan.changes, plan.edits, shown.unfolded, layers=state.rows.layers
    )


@given(ranges(), st.data())
def test_every_line_of_every_hunk_is_shown_or_in_just_one_fold(
    changes: tuple[FileChange, ...], data: st.DataObject
) -> None:
    state = range_opened(changes)
    for _ in range(data.draw(st.integers(0, 3)) if state.plan.edits else 0):
        row = data.draw(st.integers(0, len(state.rows) - 1))
        choice: tuple[Fold | SplitHunk, ...] = (Fold(), SplitHunk())
        action = data.draw(st.sampled_from(choice))
        state = after(state, MoveTo(row), action)
    found = Counter(
        (segment.edit, segment.is_old, line)
        for segment in state.rows.segments
        if isinstance(segment.edit, TextEdit)
        for line in segment.lines
    )
    texts = [edit for edit in state.plan.edits if isinstance(edit, TextEdit)]

    assert found == Counter(
        (edit, is_old, line)
        for edit in texts
        for is_old, side in ((True, edit.old), (False, edit.new))
        for line in side.numbers
    )
    folds = [s for s in state.rows.segments if s.layer is not None]
    assert all(
        s.layer is not None
        and {*s.lines} <= {*s.layer.lines.numbers}
        and s.layer in state.rows.layers[s.file, s.is_old]
        for s in folds
    )


@given(ranges(), st.data())
def test_a_hunk_with_folds_is_sent_as_if_it_were_unfolded(
    changes: tuple[FileChange, ...], data: st.DataObject
) -> None:
    state = range_opened(changes)
    if not state.plan.edits:
        return
    place = data.draw(st.integers(0, len(state.plan.edits) - 1))
    group = data.draw(st.integers(0, len(state.plan.groups) - 1))
    row = data.draw(st.sampled_from(state.rows.rows_of(state.plan.edits[place])))
    choice: tuple[Send | Drop | SplitHunk, ...] = (Send(group), Drop(), SplitHunk())
    action = data.draw(st.sampled_from(choice))
    there = after(state, MoveTo(row))

    assert after(there, action).plan == after(unfolded(there), action).plan


@given(ranges(), st.data())
def test_selected_folds_are_sent_as_the_lines_that_they_hide(
    changes: tuple[FileChange, ...], data: st.DataObject
) -> None:
    state = range_opened(changes)
    folds = [n for n in range(len(state.rows)) if state.rows[n].kind is RowKind.FOLD]
    if not folds:
        return
    first = data.draw(st.sampled_from(folds))
    last = data.draw(st.sampled_from([n for n in folds if n >= first]))
    group = data.draw(st.integers(0, len(state.plan.groups) - 1))
    sent = after(state, SelectLines(first, last), Send(group))

    open_ = unfolded(state)
    ends = [state.rows[n] for n in (first, last)]
    rows = [row_showing(open_.rows, end) for end in ends]
    rows[1] += len(ends[1].segment.lines) - 1
    assert sent.plan == after(open_, SelectLines(*rows), Send(group)).plan


def test_files_folded_are_counted_once() -> None:
    """Two commits change the file, and the third another one."""
    state = range_of({}, {"f": "1\n"}, {"f": "2\n"}, {"f": "2\n", "g": "1\n"})
    folded = after(state, Fold(everywhere=True))

    assert len(folded.folded) == 3
    assert folded.status.startswith("2 files folded")
