"""The board: every file's hunks by commit, and cells that are sent as a whole."""

from prompt_toolkit.formatted_text.utils import fragment_list_to_text
from prompt_toolkit.utils import get_cwidth

from gitsplit.model.plan import DROPPED
from gitsplit.tui.state.app_state import Screen, State
from gitsplit.tui.state.board import board_files
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.reading import FAR, MoveColumns, MoveRows, MoveTo
from gitsplit.tui.update.actions.screens import GoBack, OpenBoard, OpenCell, Undo
from gitsplit.tui.update.actions.split import AddCommit, Drop, Send
from gitsplit.tui.view.board import board_lines
from tests.tui.builder import after, plan_of, range_of, state_of

PAIR = ("one\nkeep\ntwo\n", "ONE\nkeep\nTWO\n")


def board(*actions: Action, groups: int = 3) -> State:
    """The board of three files with two hunks each, dealt out in turn."""
    state = state_of(plan_of(dict.fromkeys(("a", "b", "dir/c"), PAIR), groups))
    return after(state, OpenBoard(), *actions)


def shown(state: State, columns: int = 40) -> list[str]:
    lines = board_lines(state, columns)
    return [fragment_list_to_text(lines.get(n)).rstrip() for n in range(lines.height)]


def counts(state: State) -> list[list[str]]:
    """The cells, line by line."""
    return [line.split()[1:] for line in shown(state)[1:]]


def test_each_cell_counts_the_hunks_of_a_file_in_a_commit() -> None:
    assert shown(board()) == [
        " 3 files                     1   2   3",
        "▶a                          [1]  1   ·",
        " b                           1   ·   1",
        " dir/c                       ·   1   1",
    ]


def test_an_empty_cell_says_where_the_hunks_of_its_file_are() -> None:
    state = board(MoveColumns(FAR), Send(0))

    assert state.status == (
        "This cell is empty. The file's hunks are in 1, 2: ← → go there."
    )
    left_out = after(board(), Drop(), MoveTo(0), MoveColumns(0), Send(1))
    assert left_out.status.endswith("are in 2, ×: ← → go there.")


def test_a_digit_sends_the_cell_and_goes_on_to_the_next_one_below() -> None:
    state = board(Send(2))

    assert counts(state) == [["·", "1", "1"], ["[1]", "·", "1"], ["·", "1", "1"]]
    assert state.plan.group_of == (2, 1, 2, 0, 1, 2)
    assert state.status == "moved 2 lines from 1 to 3 · u to undo"
    undone = after(state, Undo())
    assert undone.screen is Screen.BOARD
    assert undone.plan.group_of == board().plan.group_of


def test_what_is_left_out_has_a_column_from_where_it_comes_back() -> None:
    state = board(Drop(), MoveTo(0), MoveColumns(FAR))

    assert shown(state)[0].split()[-1] == "×"
    assert counts(state)[0] == ["·", "1", "·", "[1]"]
    assert after(state, Send(0)).plan.group_of[0] == 0
    assert DROPPED in state.plan.group_of


def test_a_cell_becomes_a_commit_of_its_own() -> None:
    state = board(MoveColumns(1), AddCommit())

    assert len(state.plan.groups) == 4
    assert state.plan.group_of[1] == 2


def test_enter_opens_the_cell_in_the_diff() -> None:
    state = board(MoveRows(1), MoveColumns(2), OpenCell())

    assert state.screen is Screen.SPLIT
    assert state.rows.edit_at(state.cursor) == 2
    empty = board(MoveColumns(2), OpenCell())
    assert (empty.screen, empty.is_refusal) == (Screen.BOARD, True)


def test_an_empty_cell_sends_nothing() -> None:
    state = board(MoveColumns(2), Send(0))

    assert state.is_refusal
    assert state.plan == board().plan


def test_looking_at_the_board_changes_nothing() -> None:
    state = board(MoveRows(1), GoBack())

    assert (state.screen, state.plan) == (Screen.SPLIT, board().plan)
    assert not state.steps_done


def test_a_hundred_files_and_twelve_commits_are_seen_in_80_columns() -> None:
    files = {f"src/some/long/directory/file{n:03}.py": PAIR for n in range(100)}
    groups = 6
    state = after(state_of(plan_of(files, groups)), OpenBoard())
    grown = state
    for _ in range(14):
        grown = after(grown, AddCommit(), MoveTo(0), MoveColumns(-FAR))
    last = after(grown, MoveTo(FAR), MoveColumns(FAR))
    lines = board_lines(last, 80)
    texts = [fragment_list_to_text(lines.get(n)) for n in range(lines.height)]

    assert len(last.plan.groups) == 20
    assert len(texts) == 101
    assert max(map(get_cwidth, texts)) <= 80
    assert texts[0].split()[-1] == "20"
    assert "‹" in texts[0]
    assert "›" in fragment_list_to_text(board_lines(grown, 80).get(0))
    assert lines.header(50) == lines.get(0)


def test_undo_on_the_board_of_a_range_goes_to_the_row_of_the_file() -> None:
    """The later commits' changes of a file are in the row of its first one."""
    states = ({"a": one, "b": one} for one in ("1\n", "1\n2\n", "1\n2\n3\n"))
    start = after(range_of(*states), OpenBoard(), MoveColumns(1), MoveRows(1))
    assert counts(start) == [["1", "1"], ["1", "[1]"]]
    sent = after(start, Send(0))
    assert counts(sent)[1][0] == "2"

    undone = after(sent, Undo())

    assert counts(undone) == [["1", "1"], ["1", "[1]"]]
    assert undone.plan == start.plan


def test_the_files_of_all_rows_are_found_once() -> None:
    state = board()

    assert board_files(after(state, MoveRows(1))) is board_files(state)
