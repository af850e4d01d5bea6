"""Actions in, states out: what every deed does."""

import pytest
from msgspec.structs import replace

from gitsplit.model.diff import Fact, FactEdit, TextEdit
from gitsplit.model.message import subject_of, with_subject
from gitsplit.model.plan import DROPPED, without_empty_groups
from gitsplit.tui.diff.rows import RowKind
from gitsplit.tui.state.app_state import (
    NO_IDS,
    Purpose,
    Screen,
    ShellRequest,
    State,
    Unit,
)
from gitsplit.tui.state.location import with_commit_open
from gitsplit.tui.state.new_commits import final_owner
from gitsplit.tui.state.selection import amount_words, selection_of, selection_rows
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.prompt import (
    Ask,
    Dismiss,
    EraseText,
    MoveInText,
    Submit,
    TypeText,
)
from gitsplit.tui.update.actions.reading import (
    FAR,
    Cancel,
    FindNext,
    Fold,
    MoveFile,
    MovePiece,
    MoveRows,
    MoveTo,
    Narrow,
    Pin,
    Widen,
)
from gitsplit.tui.update.actions.screens import (
    GoBack,
    OpenHelp,
    OpenPreview,
    Redo,
    Scroll,
    ShowCommit,
    Undo,
)
from gitsplit.tui.update.actions.shell import (
    Apply,
    EditMessage,
    Interrupt,
    Quit,
    Refused,
    Suspend,
)
from gitsplit.tui.update.actions.split import (
    AddCommit,
    Focus,
    FocusOn,
    MergeInto,
    MoveCommit,
    Own,
    Send,
    SendAlong,
    SendToNext,
    SetMessage,
    SplitHunk,
    Take,
)
from tests.tui.builder import (
    COMMIT,
    MESSAGES,
    after,
    change_of,
    contents,
    first_state,
    plan_of,
    state_of,
)

BEFORE = "".join(f"line {number}\n" for number in range(1, 41))
LINES = BEFORE.splitlines(keepends=True)
AFTER = "".join(
    [
        *LINES[:3],
        *("one\n", "two\n", "\n", "three\n", "four\n"),
        *LINES[3:20],
        *("changed 21\n", "changed 22\n"),
        *LINES[22:24],
        "changed 25\n",
        *LINES[25:],
    ]
)
TANGLED = {
    "dir/a.py": (BEFORE, AFTER),
    "dir/b.txt": ("x\n", "y\n"),
    "z.txt": ("old\n", "new\n"),
}
"""Pieces 0 (5 added lines), 1 and 2 (one hunk with its context), then 3 and 4."""


def tangled(groups: int = 2) -> State:
    """The screen on TANGLED with every piece in the last commit."""
    return state_of(plan_of(TANGLED, groups, group_of=[groups - 1] * 5))


def with_the_owner_emptied() -> State:
    """The screen on TANGLED with every piece in the first commit of two.

    The message of that one is only proposed.
    """
    plan = plan_of(TANGLED, 2, group_of=[0] * 5, owner=1)
    first = replace(plan.groups[0], is_proposed=True)
    return state_of(replace(plan, groups=(first, plan.groups[1])))


def typed(text: str) -> tuple[Action, ...]:
    """The keys of a text and Enter."""
    return (*map(TypeText, text), Submit())


def shown(state: State) -> str:
    """The text in the cursor's row."""
    segment, line, _ = state.rows[state.cursor]
    change = state.plan.changes[segment.file]
    if segment.kind is RowKind.FILE:
        return change.path.decode()
    side = change.old_lines if segment.is_old else change.new_lines
    return side[line].decode().rstrip("\n")


def test_the_screen_opens_on_the_first_piece() -> None:
    assert shown(tangled()) == "one"


def test_j_goes_to_the_first_line_of_the_next_piece() -> None:
    state = after(tangled(), MovePiece(1))

    assert (shown(state), state.status) == ("line 21", "hunk 2 of 5, in commit 2")


def test_k_goes_to_the_previous_piece_from_an_unchanged_line_too() -> None:
    state = after(tangled(), MovePiece(1), MoveRows(-1), MovePiece(-1))

    assert shown(state) == "one"


def test_j_goes_from_an_unchanged_line_to_the_next_piece_below_it() -> None:
    state = after(tangled(), MovePiece(1), MoveRows(-1), MovePiece(1))

    assert shown(state) == "line 21"


def test_j_is_refused_on_the_last_piece() -> None:
    state = after(tangled(), *[MovePiece(1)] * 5)

    assert (shown(state), state.status) == ("old", "Already the last hunk.")
    assert state.is_refusal


def test_k_is_refused_on_the_first_piece() -> None:
    assert after(tangled(), MovePiece(-1)).status == "Already the first hunk."


def test_the_cursor_stops_at_both_ends_of_the_diff() -> None:
    state = tangled()

    assert after(state, MoveTo(FAR)).cursor == len(state.rows) - 1
    assert after(state, MoveRows(-FAR)).cursor == 0


def test_file_by_file_the_cursor_stands_on_headers() -> None:
    first = after(tangled(), MoveFile(1))
    second = after(first, MoveFile(1))

    assert (shown(first), shown(second)) == ("dir/b.txt", "z.txt")
    assert shown(after(second, MoveFile(-1))) == "dir/b.txt"
    assert after(second, MoveFile(1)).status == "Already the last file."


def test_the_previous_file_is_first_of_all_the_one_at_the_cursor() -> None:
    assert shown(after(tangled(), MoveFile(-1))) == "dir/a.py"


def test_a_second_g_leads_to_the_top() -> None:
    state = after(tangled(), MovePiece(1), Ask(Purpose.PIECE), TypeText("g"))

    assert (state.cursor, state.prompt) == (0, None)


def test_a_number_leads_to_that_piece() -> None:
    state = after(tangled(), Ask(Purpose.PIECE), *typed("4"))

    assert (shown(state), state.prompt) == ("x", None)


@pytest.mark.parametrize("number", ["0", "6", "x", "", "²"])
def test_a_number_that_no_piece_has_is_refused_and_can_be_corrected(
    number: str,
) -> None:
    state = after(tangled(), Ask(Purpose.PIECE), *typed(number))

    assert state.status == "The hunks are numbered 1 to 5."
    assert state.prompt is not None


def test_a_piece_is_taken_whole() -> None:
    state = tangled()

    assert [taken.edit for taken in selection_of(state)] == [state.plan.edits[0]]
    assert [len(run) for run in selection_rows(state)] == [5]


def test_an_unchanged_line_takes_nothing() -> None:
    state = after(tangled(), MoveRows(-1))

    assert selection_of(state) == ()
    refused = after(state, Send(0))
    assert refused.status == "No hunk here. j goes to the next one."


def test_wider_takes_hunk_then_file_then_directory() -> None:
    states = [after(tangled(), MovePiece(1), *[Widen()] * n) for n in range(4)]

    taken = [[place for place, _ in selection_of(state)] for state in states]
    assert taken == [[1], [1, 2], [0, 1, 2], [0, 1, 2, 3]]


def test_the_top_directory_is_all_of_the_commit() -> None:
    state = after(tangled(), MoveTo(FAR), *[Widen()] * 3)

    assert [place for place, _ in selection_of(state)] == [0, 1, 2, 3, 4]


def test_narrower_goes_back_step_by_step_and_then_marks_lines() -> None:
    state = after(tangled(), *[Widen()] * 3)
    units = []
    for _ in range(5):
        state = after(state, Narrow())
        units.append(state.unit)

    assert units == [Unit.FILE, Unit.HUNK, Unit.PIECE, Unit.LINES, Unit.PIECE]


def test_nothing_is_wider_than_a_directory() -> None:
    state = after(tangled(), *[Widen()] * 4)

    assert state.status == "A directory is the widest selection. v narrows it."


def test_on_a_header_the_cursor_takes_what_is_under_it() -> None:
    file = after(tangled(), MoveFile(-1))
    hunk = after(file, MoveRows(1))

    assert [place for place, _ in selection_of(file)] == [0, 1, 2]
    assert [place for place, _ in selection_of(hunk)] == [0]


def test_marked_lines_are_cut_out_of_their_piece() -> None:
    state = after(tangled(), MoveRows(1), Narrow(), MoveRows(2), Send(0))

    assert (
        contents(state.plan, 0)[0]
        == BEFORE.replace("line 3\n", "line 3\ntwo\n\nthree\n").encode()
    )
    assert state.status == "moved 3 lines from 2 to 1 · u to undo"


def test_marking_upwards_takes_the_same_lines() -> None:
    down = after(tangled(), MoveRows(1), Narrow(), MoveRows(2), Send(0))
    up = after(tangled(), MoveRows(3), Narrow(), MoveRows(-2), Send(0))

    assert up.plan == down.plan


def test_marked_lines_may_be_of_several_pieces() -> None:
    start = after(tangled(), MovePiece(1), MoveRows(1), Narrow())
    state = after(start, MoveTo(start.rows.row_of(start.plan.edits[2])))

    sent = after(state, Send(0))

    assert (
        contents(sent.plan, 0)[0]
        == BEFORE.replace("line 22\n", "")
        .replace("line 25\n", "")
        .replace("line 23\n", "changed 21\nchanged 22\nline 23\n")
        .encode()
    )


def test_while_lines_are_selected_j_and_k_go_by_line() -> None:
    start = after(tangled(), MovePiece(1), Narrow())
    assert start.status == "selecting lines: j k move, a digit sends"
    down = after(start, MovePiece(1))

    assert down == after(start, MoveRows(1))
    assert (down.cursor, down.status) == (start.cursor + 1, "2 lines selected")
    assert after(down, MovePiece(-1)).cursor == start.cursor


def test_after_marked_lines_the_rest_of_the_piece_comes_next() -> None:
    state = after(tangled(), Narrow(), MoveRows(1), Send(0))

    assert (shown(state), state.unit, state.anchor) == ("", Unit.PIECE, None)
    assert state.cursor == state.rows.row_of(state.plan.edits[1])


def test_a_fold_stands_for_all_that_it_hides() -> None:
    long = "".join(f"new {number}\n" for number in range(20))
    state = state_of(plan_of({"a": ("x\n", "x\n" + long)}, group_of=[1]))
    folded = after(state, MoveRows(3), Narrow(), Send(0))

    assert state.rows[state.cursor + 3].kind is RowKind.FOLD
    assert folded.status == "moved 14 lines from 2 to 1 · u to undo"


def test_escape_gives_the_piece_back() -> None:
    state = after(tangled(), Narrow(), MoveRows(2), Cancel())

    assert (state.unit, state.anchor) == (Unit.PIECE, None)


def test_amounts_are_said_in_lines_and_file_facts() -> None:
    plan = plan_of({"new": (None, "a\nb\n")})

    assert amount_words(plan.edits) == "2 lines and 1 file change"
    assert amount_words(plan.edits[:1]) == "1 file change"


def test_f_unfolds_the_piece_and_folds_it_again() -> None:
    long = "".join(f"new {number}\n" for number in range(20))
    state = state_of(plan_of({"a": ("x\n", "x\n" + long)}))
    open_ = after(state, MoveRows(4), Fold())

    assert len(open_.rows) == len(state.rows) + 13
    assert shown(open_) == "new 17"
    assert after(open_, Fold()).rows == state.rows


def test_a_part_of_an_unfolded_piece_stays_unfolded() -> None:
    long = "".join(f"new {number}\n" for number in range(40))
    state = state_of(plan_of({"a": ("x\n", "x\n" + long)}, group_of=[1]))
    open_ = after(state, Fold())

    sent = after(open_, Narrow(), MoveRows(2), Send(0))

    assert len(sent.rows) == len(open_.rows)
    assert after(sent, Undo()).rows == open_.rows


def test_capital_f_unfolds_everything_and_folds_it_again() -> None:
    long = "".join(f"new {number}\n" for number in range(20))
    files = dict.fromkeys("ab", ("x\n", "x\n" + long))
    state = state_of(plan_of(files))
    open_ = after(state, Fold(everywhere=True))

    assert len(open_.rows) == len(state.rows) + 26
    assert after(open_, *[Fold(everywhere=True)] * 2).rows == state.rows


def test_short_pieces_have_nothing_to_fold() -> None:
    assert after(tangled(), Fold()).status == "Nothing to unfold."


def test_a_digit_sends_the_piece_and_goes_on_to_the_next() -> None:
    state = after(tangled(), Send(0))

    assert state.plan.group_of == (0, 1, 1, 1, 1)
    assert (shown(state), state.status) == (
        "line 21",
        "moved 5 lines from 2 to 1 · u to undo",
    )


def test_a_digit_without_a_commit_is_refused() -> None:
    state = after(tangled(), Send(2))

    assert state.status == "There is no commit 3. + makes a new one."
    assert state.is_refusal


def test_sending_a_piece_to_where_it_is_only_goes_on() -> None:
    state = after(tangled(), Send(1))

    assert (shown(state), state.status) == ("line 21", "5 lines already in 2")
    assert state.history == tangled().history


def test_on_the_last_piece_the_cursor_stays() -> None:
    state = after(tangled(), MoveTo(FAR), Send(0))

    assert shown(state) == "new"


def test_sending_from_a_file_header_goes_on_to_the_next_file() -> None:
    state = after(tangled(), MoveFile(-1), Send(0))

    assert state.plan.group_of == (0, 0, 0, 1, 1)
    assert shown(state) == "dir/b.txt"


def test_sending_several_groups_names_them_all() -> None:
    state = after(tangled(3), Send(0), MovePiece(-1), Widen(), Widen(), Send(1))

    assert state.status == "moved 11 lines from 1, 3 to 2 · u to undo"


def test_y_keeps_the_piece_where_it_is_and_goes_on() -> None:
    state = after(tangled(3), Take())

    assert state.history == tangled(3).history
    said = "5 lines kept in 3: no change, so no step to undo"
    assert (shown(state), state.status) == ("line 21", said)
    assert state.confirmed[state.target.commit] == {state.plan.edits[0]}


def test_y_sends_the_piece_to_the_pinned_commit() -> None:
    state = after(tangled(3), FocusOn(1), Take())

    assert (state.plan.group_of[0], shown(state)) == (1, "line 21")
    assert (state.focus, state.is_pinned) == (1, True)


def test_the_selected_commit_is_that_of_the_hunk_at_the_cursor() -> None:
    start = state_of(plan_of(TANGLED, 3, [1, 0, 2, 2, 0]))
    seen = [start]
    for _ in range(4):
        seen.append(after(seen[-1], MovePiece(1)))

    assert [state.focus for state in seen] == [1, 0, 2, 2, 0]
    assert after(seen[2], MoveFile(-1)).focus == 1
    assert after(seen[4], Send(1)).focus == 1


def test_what_is_left_out_selects_no_other_commit() -> None:
    start = state_of(plan_of(TANGLED, 3, [1, DROPPED, 2, 2, 0]))

    assert after(start, MovePiece(1)).focus == 1


def test_a_pinned_commit_stays_selected_until_it_is_let_go() -> None:
    start = state_of(plan_of(TANGLED, 3, [1, 0, 2, 2, 0]))
    pinned = after(start, Pin(), MovePiece(1), Send(2))

    assert (pinned.focus, pinned.is_pinned) == (1, True)
    for let_go in (Pin(), Cancel()):
        state = after(pinned, let_go)
        assert (state.focus, state.is_pinned) == (2, False)


def test_escape_ends_a_selection_before_a_pin() -> None:
    state = after(tangled(), Pin(), Narrow(), Cancel())

    assert (state.unit, state.is_pinned) == (Unit.PIECE, True)


def test_another_commit_of_the_series_opens_without_a_pin() -> None:
    """Its numbers are others."""
    state = with_commit_open(replace(after(tangled(), Pin()), opened=None), COMMIT)

    assert not state.is_pinned


def test_n_leaves_the_piece_for_the_next_commit() -> None:
    state = after(state_of(plan_of(TANGLED, 3, [0] * 5)), SendToNext())

    assert (state.plan.group_of[0], shown(state)) == (1, "line 21")


def test_n_with_a_pin_only_goes_on_where_the_piece_is_elsewhere() -> None:
    state = after(tangled(), FocusOn(0), SendToNext())

    assert state.history == tangled().history
    assert (shown(state), state.status) == (
        "line 21",
        "not in commit 1: stays where it is",
    )


def test_n_at_the_last_commit_says_how_to_make_another() -> None:
    for start in (tangled(), after(tangled(), FocusOn(1))):
        state = after(start, SendToNext())

        assert state.status == "No commit comes after this one. + makes a new one."
        assert state.is_refusal


def test_a_piece_is_sent_one_commit_along_whatever_is_pinned() -> None:
    start = state_of(plan_of(TANGLED, 3, [1, 0, 2, 2, 0]))
    for state in (start, after(start, FocusOn(2))):
        later, earlier = after(state, SendAlong(1)), after(state, SendAlong(-1))

        assert (later.plan.group_of[0], earlier.plan.group_of[0]) == (2, 0)
        assert (shown(later), shown(earlier)) == ("line 21", "line 21")


def test_no_piece_is_sent_beyond_the_ends() -> None:
    start = state_of(plan_of(TANGLED, 2, [0, 0, 0, 0, 1]))
    last = after(start, MoveTo(FAR))

    assert after(start, SendAlong(-1)).status == (
        "No commit comes before this one. + makes a new one."
    )
    assert after(last, SendAlong(1)).is_refusal


def test_a_takes_the_rest_of_the_file_and_goes_on_to_the_next_file() -> None:
    state = after(tangled(), FocusOn(0), MovePiece(1), Take(rest=True))

    assert (state.plan.group_of, shown(state)) == ((1, 0, 0, 1, 1), "x")


def test_d_leaves_the_rest_of_the_file() -> None:
    start = state_of(plan_of(TANGLED, 2, [0] * 5))
    state = after(start, MovePiece(1), SendToNext(rest=True))

    assert (state.plan.group_of, shown(state)) == ((0, 1, 1, 0, 0), "x")


def test_s_cuts_a_piece_at_blank_lines_and_then_into_single_lines() -> None:
    once = after(tangled(), SplitHunk())
    twice = after(once, SplitHunk())

    assert once.status == "split into 2 hunks · u to undo"
    assert (len(once.plan.edits), len(twice.plan.edits)) == (6, 8)
    assert shown(twice) == "one"


def test_s_on_a_single_line_is_refused() -> None:
    state = after(tangled(), SplitHunk(), SplitHunk(), SplitHunk())

    assert state.status == "Cannot be split further (v selects lines)."


def test_s_cuts_where_the_marked_lines_begin_and_end() -> None:
    state = after(tangled(), MoveRows(1), Narrow(), MoveRows(1), SplitHunk())

    spans = [edit.new for edit in state.plan.edits[:3] if isinstance(edit, TextEdit)]
    assert [len(span) for span in spans] == [1, 2, 2]
    assert state.unit is Unit.PIECE


def test_pairs_of_old_and_new_lines_part_when_cut() -> None:
    state = after(tangled(), MovePiece(1), SplitHunk(), Send(0))

    assert (
        contents(state.plan, 0)[0]
        == BEFORE.replace("line 21\n", "changed 21\n").encode()
    )


def test_a_new_commit_comes_after_the_focus_and_is_in_focus() -> None:
    state = after(tangled(), FocusOn(0), AddCommit())

    assert state.plan.group_of == (1, 2, 2, 2, 2)
    assert (state.focus, len(state.plan.groups), state.plan.owner) == (1, 3, 2)
    assert subject_of(state.plan.groups[1].message) == (
        b"dir/a.py: Second piece of work"
    )
    assert state.status == "new commit 2 with 5 lines · i to name it"


def test_a_new_commit_without_a_selection_is_empty() -> None:
    state = after(tangled(), MoveRows(-1), AddCommit())

    assert state.plan.members(2) == ()
    assert state.status == "new commit 3 · i to name it"


def test_a_new_commit_is_selected_until_the_cursor_moves() -> None:
    state = after(tangled(), AddCommit())

    assert (state.focus, shown(state)) == (2, "line 21")
    assert after(state, MoveRows(1)).focus == 1


def test_the_creation_of_a_file_comes_with_its_first_line() -> None:
    start = state_of(plan_of({"new": (None, "a\nb\n")}, 2, [1, 1]))
    state = after(start, MovePiece(1), MoveRows(0), Narrow(), Send(0))

    assert state.plan.group_of == (0, 0, 1)
    assert contents(state.plan, 0) == (b"a\n",)


def test_the_creation_of_a_file_can_not_come_after_its_lines() -> None:
    start = state_of(plan_of({"new": (None, "a\nb\n")}, 2, [0, 0]))
    state = after(start, Send(1))

    assert state.status == (
        "A file is created with its first lines, deleted with its last."
        " Send those lines."
    )


def test_dropped_pieces_can_be_sent_to_a_commit() -> None:
    plan = plan_of(TANGLED)
    dropped = replace(plan, group_of=(DROPPED, *plan.group_of[1:]))
    state = after(state_of(dropped), Send(0))

    assert state.plan.group_of[0] == 0
    assert state.status == "moved 5 lines from no commit to 1 · u to undo"


def test_the_focus_goes_round() -> None:
    state = after(tangled(3), FocusOn(0))

    assert [after(state, *[Focus(1)] * n).focus for n in range(4)] == [0, 1, 2, 0]
    assert after(state, Focus(-1)).focus == 2
    assert after(state, FocusOn(1)).focus == 1
    assert after(state, FocusOn(3)).is_refusal


def test_a_commit_is_moved_with_its_pieces_and_stays_in_focus() -> None:
    state = after(tangled(), FocusOn(0), Send(0), MoveCommit(1))

    assert [group.message for group in state.plan.groups] == [*MESSAGES[1::-1]]
    assert (state.plan.group_of, state.plan.owner) == ((1, 0, 0, 0, 0), 0)
    assert (state.focus, state.status) == (
        1,
        "commit 1 is now commit 2 · u to undo",
    )


def test_a_commit_can_not_be_moved_past_the_ends() -> None:
    state = after(tangled(), FocusOn(0))

    assert after(state, MoveCommit(-1)).status == "Already the first commit."
    assert after(state, Focus(1), MoveCommit(1)).status == "Already the last commit."


def test_a_commit_is_merged_into_the_one_before_it() -> None:
    state = after(tangled(3), Send(1), FocusOn(2), MergeInto())

    assert (state.plan.group_of, state.focus) == ((1,) * 5, 1)
    joined = MESSAGES[2] + b"\n" + MESSAGES[1]
    assert (state.plan.owner, state.plan.groups[1].message) == (1, joined)
    assert state.status == "merged commit 3 into 2 · u to undo"


def test_the_first_commit_is_merged_into_the_next() -> None:
    state = after(tangled(3), Send(0), FocusOn(0), MergeInto())

    assert (state.plan.group_of, state.focus) == ((0, 1, 1, 1, 1), 0)


@pytest.mark.parametrize(
    ("source", "into", "group_of", "focus"),
    [
        (2, 0, (0, 1, 0, 0, 1), 0),
        (0, 2, (1, 0, 1, 1, 0), 1),
        (1, 0, (0, 0, 1, 0, 0), 0),
    ],
)
def test_any_two_commits_are_merged_in_one_step(
    source: int, into: int, group_of: tuple[int, ...], focus: int
) -> None:
    start = state_of(plan_of(TANGLED, 3, (0, 1, 2, 0, 1)))
    state = after(start, FocusOn(source), MergeInto(into))

    assert (state.plan.group_of, state.focus) == (group_of, focus)
    assert state.status == (f"merged commit {source + 1} into {into + 1} · u to undo")
    assert len(state.steps_done) == 1
    assert after(state, Undo()).plan == start.plan


def test_a_commit_is_merged_neither_into_itself_nor_into_none() -> None:
    state = state_of(plan_of(TANGLED, 2))

    assert after(state, MergeInto(0)).status.startswith("Commit 1 is the selected one.")
    assert after(state, MergeInto(2)).status.startswith("There is no commit 3.")


def test_merging_an_empty_commit_removes_it() -> None:
    state = after(tangled(3), FocusOn(1), MergeInto())

    assert (len(state.plan.groups), state.focus) == (2, 0)
    assert state.status == "removed the empty commit 2 · u to undo"


def test_the_only_commit_can_not_be_merged() -> None:
    state = after(state_of(plan_of(TANGLED, 1)), MergeInto())

    assert state.status == "There is only one commit. + makes another."


def test_c_makes_the_commit_in_focus_the_owner() -> None:
    state = after(tangled(), FocusOn(0), Own())

    assert (state.plan.owner, state.status) == (
        0,
        "commit 1 keeps the Change-Id · u to undo",
    )
    assert after(state, Own()).status == "commit 1 already keeps the Change-Id"


def test_c_takes_the_original_message_along_in_one_step() -> None:
    start = tangled()
    original = start.info.series.commits[0].raw.message
    own, other = (
        replace(start.plan.groups[1], message=original),
        replace(start.plan.groups[0], message=b"Typed\n"),
    )
    plan = replace(start.plan, groups=(other, own))
    state = after(first_state(start.info, plan), FocusOn(0), Own())

    assert [group.message for group in state.plan.groups] == [original, b"Typed\n"]
    assert state.status == (
        "commit 1 keeps the Change-Id and has its message · u to undo"
    )
    assert after(state, Undo()).plan == plan
    assert after(state, FocusOn(1), Own()).plan == plan


def test_without_change_ids_the_owner_stands_for_the_original() -> None:
    start = tangled()
    whole = replace(start.info, change_ids={}, ids=NO_IDS)
    state = after(replace(start, info=whole), FocusOn(0), Own())

    assert state.status == "commit 1 continues the original · u to undo"


def test_a_subject_is_edited_in_place() -> None:
    keys = (FocusOn(0), Ask(Purpose.SUBJECT), EraseText(-FAR), *typed("Do it"))
    state = after(tangled(), *keys)

    assert state.plan.groups[0].message == b"Do it\n\nWhy it is right.\n"
    assert state.status == "reworded commit 1 · u to undo"
    assert after(state, Undo()).plan == tangled().plan


def test_a_subject_left_as_it_was_changes_nothing() -> None:
    state = after(tangled(), FocusOn(0), Ask(Purpose.SUBJECT), Submit())

    assert (state.history, state.status) == (
        tangled().history,
        "message of commit 1 unchanged",
    )


def test_words_for_the_commit_that_an_empty_owner_leaves_to_are_written() -> None:
    start = with_the_owner_emptied()
    heir = final_owner(start.plan)
    assert heir is not None
    assert heir != start.plan.owner
    state = after(replace(start, focus=heir), Ask(Purpose.SUBJECT), *typed(" too"))

    (written,) = without_empty_groups(state.plan).groups
    original = start.plan.groups[start.plan.owner or 0].message
    assert written.message == with_subject(original, subject_of(original) + b" too")
    assert after(state, Undo()).plan == start.plan


def test_c_where_an_empty_owner_leaves_the_id_takes_its_message_too() -> None:
    start = with_the_owner_emptied()
    state = after(replace(start, focus=final_owner(start.plan) or 0), Own())

    assert state.plan.owner == final_owner(start.plan)
    assert without_empty_groups(state.plan) == without_empty_groups(start.plan)


def test_an_empty_subject_is_refused_and_can_be_corrected() -> None:
    state = after(tangled(), Ask(Purpose.SUBJECT), EraseText(-FAR), Submit())

    assert state.status == "A commit needs a subject. Esc keeps the old one."
    assert state.prompt is not None


def test_bytes_of_a_subject_that_are_no_utf8_survive_its_editing() -> None:
    start = after(tangled(), FocusOn(0), SetMessage(0, b"Gr\xfc\xdfe\n"))
    state = after(start, Ask(Purpose.SUBJECT), *typed("!"))

    assert state.plan.groups[0].message == b"Gr\xfc\xdfe!\n"


def test_escape_forgets_what_was_typed() -> None:
    state = after(tangled(), Ask(Purpose.SUBJECT), TypeText("x"), Dismiss())

    assert (state.prompt, state.plan) == (None, tangled().plan)


def test_a_line_is_edited_at_its_cursor() -> None:
    keys = (
        *(Ask(Purpose.SEARCH), TypeText("abc"), MoveInText(-1), TypeText("X")),
        *(MoveInText(-FAR), EraseText(1), MoveInText(FAR), EraseText(-1)),
    )
    state = after(tangled(), *keys)

    assert state.prompt is not None
    assert (state.prompt.text, state.prompt.cursor) == ("bX", 2)
    assert after(state, EraseText(-1), EraseText(-1), EraseText(-1)).prompt is not None


def test_what_is_pasted_becomes_one_line_of_printable_text() -> None:
    state = after(tangled(), Ask(Purpose.SEARCH), TypeText("a\x1b[1m\tb\r\nc\n"))

    assert state.prompt is not None
    assert state.prompt.text == "a[1m b c"
    assert state.status == "Removed what can't be seen: ␛."


@pytest.mark.parametrize("text", ["A 👩\u200d💻", "می\u200cخواهم"])
def test_a_typed_or_pasted_joiner_stays(text: str) -> None:
    asked = after(tangled(), FocusOn(0), Ask(Purpose.SUBJECT), EraseText(-99))
    pasted, typed = after(asked, TypeText(text)), after(asked, *map(TypeText, text))

    for state in (pasted, typed):
        assert state.prompt is not None
        assert (state.prompt.text, state.status) == (text, "")
        messages = [group.message for group in after(state, Submit()).plan.groups]
        assert any(each.startswith(text.encode() + b"\n") for each in messages)


def test_what_is_removed_of_a_typed_text_is_said() -> None:
    state = after(tangled(), Ask(Purpose.SEARCH), TypeText("a\u202eb\x07\u202e"))

    assert state.prompt is not None
    assert state.prompt.text == "ab"
    assert state.status == "Removed what can't be seen: <U+202E>, ␇."
    assert after(state, TypeText("c")).status == ""


def test_an_edited_message_is_taken_and_can_be_taken_back() -> None:
    state = after(tangled(), SetMessage(1, b"New\n\nBody\n"))

    assert state.plan.groups[1].message == b"New\n\nBody\n"
    assert after(state, Undo()).plan == tangled().plan


def test_an_empty_message_from_the_editor_leaves_the_old_one() -> None:
    state = after(tangled(), SetMessage(1, b" \n"))

    assert (state.plan, state.status) == (
        tangled().plan,
        "The message of commit 2 was empty. The old message stays.",
    )


def test_the_editor_is_asked_for_and_its_failure_is_said() -> None:
    state = after(tangled(), EditMessage())
    failed = after(state, Refused("The editor failed."))

    assert (state.request, failed.request) == (ShellRequest.EDIT_MESSAGE, None)
    assert (failed.status, failed.is_refusal) == ("The editor failed.", True)


def test_a_text_is_found_below_the_cursor_and_round_the_end() -> None:
    state = after(tangled(), MovePiece(1), Ask(Purpose.SEARCH), *typed("changed"))
    found = [state]
    for _ in range(3):
        found.append(after(found[-1], FindNext()))

    assert [shown(each) for each in found] == [
        "changed 21",
        "changed 22",
        "changed 25",
        "changed 21",
    ]


def test_a_text_that_is_only_at_the_cursor_is_found_there() -> None:
    state = after(tangled(), Ask(Purpose.SEARCH), *typed("one"))

    assert (shown(state), state.is_searching) == ("one", True)


def test_enter_without_a_text_looks_for_the_last_one_again() -> None:
    start = after(tangled(), Ask(Purpose.SEARCH), *typed("changed"))
    state = after(start, Ask(Purpose.SEARCH), Submit())

    assert (shown(start), shown(state)) == ("changed 21", "changed 22")


def test_paths_are_found_too() -> None:
    assert shown(after(tangled(), Ask(Purpose.SEARCH), *typed("b.txt"))) == "dir/b.txt"


@pytest.mark.parametrize(("text", "is_found"), [("LINE 4", False), ("line 4", True)])
def test_capital_letters_count_where_one_is_typed(text: str, is_found: bool) -> None:
    state = after(tangled(), Ask(Purpose.SEARCH), *typed(text))

    assert (not state.is_refusal) == is_found


def test_a_line_that_is_folded_away_is_unfolded_when_found() -> None:
    long = "".join(f"new {number}\n" for number in range(20))
    start = state_of(plan_of({"a": ("x\n", "x\n" + long)}))
    state = after(start, Ask(Purpose.SEARCH), *typed("new 9"))

    assert shown(state) == "new 9"
    assert len(state.rows) == len(start.rows) + 13


def test_what_is_nowhere_is_said_and_can_be_corrected() -> None:
    state = after(tangled(), Ask(Purpose.SEARCH), *typed("nowhere"))

    assert (state.status, state.is_refusal) == ("Not found: nowhere", True)
    assert state.prompt is not None
    assert after(tangled(), FindNext()).is_refusal


def test_undo_says_what_was_taken_back_and_redo_does_it_again() -> None:
    sent = after(tangled(), Send(0))
    back = after(sent, Undo())

    assert back.plan == tangled().plan
    assert back.status == "undid: moved 5 lines from 2 to 1"
    again = after(back, Redo())
    assert again.plan == sent.plan
    assert again.status == "redid: moved 5 lines from 2 to 1 · u to undo"


def test_undo_at_the_beginning_and_redo_at_the_end_are_refused() -> None:
    assert after(tangled(), Undo()).is_refusal
    assert after(tangled(), Send(0), Redo()).is_refusal


def test_what_was_taken_back_is_gone_once_something_else_is_done() -> None:
    state = after(tangled(), Send(0), Undo(), FocusOn(0), Own(), Redo())

    assert state.status == "Nothing to redo."


def test_the_cursor_stays_on_its_line_when_cuts_are_taken_back() -> None:
    state = after(tangled(), SplitHunk(), SplitHunk(), MovePiece(1))

    assert shown(state) == "two"
    assert shown(after(state, Undo(), Undo())) == "two"


def test_o_looks_at_the_commit_in_focus_and_back_leads_back() -> None:
    state = after(tangled(), FocusOn(1), ShowCommit())

    assert (state.screen, state.viewed) == (Screen.COMMIT, 1)
    assert after(state, GoBack()).screen is Screen.SPLIT


def test_another_commit_is_viewed_from_its_first_line() -> None:
    state = after(tangled(), FocusOn(0), ShowCommit(), Scroll(5), Focus(1))

    assert (state.viewed, state.focus, state.scroll) == (1, 1, 0)


def test_help_leads_back_to_where_one_was() -> None:
    state = after(tangled(), OpenPreview(), ShowCommit(0), Scroll(3), OpenHelp())
    back = after(state, GoBack())

    assert (state.screen, state.scroll) == (Screen.HELP, 0)
    assert (back.screen, back.scroll) == (Screen.COMMIT, 3)
    assert after(back, GoBack()).screen is Screen.PREVIEW
    assert after(back, GoBack(), GoBack()).screen is Screen.SPLIT


def test_scrolling_stops_at_both_ends() -> None:
    state = after(tangled(), OpenHelp(), Scroll(FAR, most=7))

    assert (state.scroll, after(state, Scroll(-FAR, most=7)).scroll) == (7, 0)


def test_enter_in_the_preview_asks_to_write() -> None:
    state = after(tangled(), Send(0), OpenPreview(), Apply())

    assert (state.problems, state.request) == ((), ShellRequest.APPLY)


def test_nothing_is_written_without_the_preview() -> None:
    state = after(tangled(), Send(0), Apply())

    assert (state.request, state.status) == (
        None,
        "See the preview first. w shows it.",
    )


def test_a_plan_of_one_commit_is_not_written_where_nothing_else_is_new() -> None:
    start = tangled()
    message = start.info.series.commits[0].raw.message
    state = after(start, SetMessage(1, message), OpenPreview())

    assert state.problems == ("Only one commit has hunks; a split needs two.",)
    refused = after(state, Apply())
    assert (refused.request, refused.status) == (None, state.problems[0])


def test_a_plan_of_one_commit_is_written_where_it_rewords() -> None:
    reworded = after(tangled(), SetMessage(1, b"New\n\nBody\n"), OpenPreview())
    plan = reworded.plan
    groups = tuple(replace(each, is_proposed=True) for each in plan.groups)
    proposed = after(state_of(replace(plan, groups=groups)), OpenPreview())

    assert reworded.problems == ()
    assert after(reworded, Apply()).request is ShellRequest.APPLY
    assert proposed.problems == ("Only one commit has hunks; a split needs two.",)


def test_a_commit_without_a_message_is_not_written() -> None:
    plan = plan_of(TANGLED)
    silent = replace(
        plan, groups=(replace(plan.groups[0], message=b"\n"), *plan.groups[1:])
    )
    state = after(state_of(silent), OpenPreview())

    assert state.problems == ("Commit 1 has no message: select it and press i.",)
    assert after(state, Apply()).request is None


def test_two_files_at_one_path_are_not_written() -> None:
    taken = change_of("a", ("x\n", None))
    moved = replace(
        change_of("b", ("y\n", "y\n")), new=replace(taken.side, stored=b"y\n")
    )
    plan = plan_of({"a": taken, "b": moved}, 3)
    places = {
        edit.fact: place
        for place, edit in enumerate(plan.edits)
        if isinstance(edit, FactEdit)
    }
    groups = [2] * len(plan.edits)
    groups[places[Fact.RENAME]] = 0
    state = after(state_of(replace(plan, group_of=tuple(groups))), OpenPreview())

    assert [problem[:27] for problem in state.problems] == [
        "Commit 1 would have two fil"
    ]


def test_what_was_wrong_is_looked_at_again_on_the_way_back() -> None:
    plan = plan_of(TANGLED)
    silent = replace(
        plan, groups=(replace(plan.groups[0], message=b"\n"), *plan.groups[1:])
    )
    state = after(state_of(silent), OpenPreview(), ShowCommit(0))

    named = after(state, Ask(Purpose.SUBJECT), *typed("Named"), GoBack())

    assert (named.screen, named.problems) == (Screen.PREVIEW, ())


def test_an_untouched_plan_is_left_at_once() -> None:
    assert after(tangled(), Quit()).request is ShellRequest.QUIT


def test_a_changed_plan_is_left_when_asked_twice() -> None:
    asked = after(tangled(), Send(0), Quit())

    assert (asked.request, asked.status) == (
        None,
        "Not applied: q again quits and discards the plan.",
    )
    assert after(asked, Quit()).request is ShellRequest.QUIT
    assert after(asked, MovePiece(1), Quit()).request is None


def test_a_plan_that_was_changed_back_is_left_at_once() -> None:
    assert after(tangled(), Send(0), Undo(), Quit()).request is ShellRequest.QUIT


def test_interrupting_and_suspending_are_asked_of_the_shell() -> None:
    assert after(tangled(), Send(0), Interrupt()).request is ShellRequest.INTERRUPT
    assert after(tangled(), Suspend()).request is ShellRequest.SUSPEND
