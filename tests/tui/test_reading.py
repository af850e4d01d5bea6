"""Reading long lines, wrapped or opened at what differs; and under a header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import fragment_list_to_text as text_of
from prompt_toolkit.utils import get_cwidth

from gitsplit.tui.diff.commit_rows import CommitRowsCache
from gitsplit.tui.diff.placement import commit_placement, placement
from gitsplit.tui.diff.rows import RowKind
from gitsplit.tui.state.app_state import Look, Purpose, State
from gitsplit.tui.update.actions.prompt import Ask, Submit, TypeText
from gitsplit.tui.update.actions.reading import (
    Centre,
    Fold,
    MoveFile,
    MovePiece,
    MoveRows,
    MoveTo,
    Pan,
    ShowContext,
    Toggle,
)
from gitsplit.tui.update.actions.screens import ShowCommit
from gitsplit.tui.update.actions.split import Send
from gitsplit.tui.view.commit import commit_matches, commit_page
from gitsplit.tui.view.diff_pane import diff_lines
from gitsplit.tui.view.layout import diff_columns, last_scroll, page_lines
from gitsplit.tui.view.pane import PaneLines
from gitsplit.tui.view.text import wrapped
from tests.tui.builder import after, plan_of, state_of

LONG = "x = [" + ", ".join(f"{n}" for n in range(100)) + ", {}]\n"
FILES = {"a": (LONG.format("old"), LONG.format("new"))}


def seen(lines: PaneLines, height: int, top: int = 0) -> list[str]:
    """What is seen in a pane of that height."""
    first = lines.first(top, height)
    shown = [text_of(line) for _, line in lines.visible(first, height)]
    return shown[:height]


def test_a_long_line_opens_where_it_differs() -> None:
    shown = seen(diff_lines(state_of(plan_of(FILES)), 60), 6)

    assert [line[:5] for line in shown[2:4]] == ["▶1 ┏-", "▸1 ┗+"]
    assert shown[2].endswith("98, 99, old]")
    assert shown[3].endswith("98, 99, new]")
    assert shown[2].index("old") == shown[3].index("new")


def test_who_scrolls_sideways_sees_the_columns_they_asked_for() -> None:
    state = after(state_of(plan_of(FILES)), Pan(16))
    shown = seen(diff_lines(state, 60), 6)

    assert shown[2].startswith("▶1 ┏-…")
    assert "old" not in shown[2]


def test_a_long_line_is_wrapped_on_demand() -> None:
    state = after(state_of(plan_of(FILES)), Toggle(Look.WRAP))
    shown = seen(diff_lines(state, 60), 40)
    old = shown[2 : shown.index(next(line for line in shown if "+x" in line))]

    assert "".join(line[5:] for line in old) == LONG.format("old").rstrip()
    assert {line[4] for line in old[1:]} == {"↪"}


def test_a_commit_is_wrapped_as_well_and_can_be_scrolled_to_its_end() -> None:
    state = after(state_of(plan_of(FILES, 1)), Toggle(Look.WRAP), ShowCommit(0))
    page = commit_page(state, 60)
    assert page.parts is not None
    shown = [line for n in range(page.height) for line in page.parts(n)]

    assert any(text_of(line).endswith("99, new]") for line in shown)
    assert last_scroll(state, 60, 24) == page.height - 1


@given(st.text("ab 好é\u0301", max_size=40), st.integers(4, 12))
def test_wrapping_loses_nothing_and_fits(text: str, width: int) -> None:
    cells: StyleAndTextTuples = [("", "|"), ("a", text[:7]), ("b", text[7:])]
    lines = wrapped(cells, width, [("", ">")], 1)
    texts = [text_of(line) for line in lines]

    assert texts[0][1:] + "".join(line[1:] for line in texts[1:]) == text
    assert all(get_cwidth(line) <= width for line in texts)


def long_hunk(groups: int = 2) -> State:
    lines = [f"line {n}\n" for n in range(60)]
    new = [f"row {n}\n" if n % 9 == 0 else line for n, line in enumerate(lines)]
    return state_of(plan_of({"dir/file": ("".join(lines), "".join(new))}, groups))


def test_the_header_stays_while_its_lines_scroll() -> None:
    state = after(long_hunk(), MoveTo(30))
    shown = seen(diff_lines(state, 60), 10)

    assert shown[0] == " dir/file  @@ -25,7 +25,7 @@ line 23"
    assert any(line.startswith("▶") for line in shown[1:])


def test_a_header_that_is_seen_itself_is_not_said_twice() -> None:
    shown = seen(diff_lines(long_hunk(), 60), 10)

    assert sum("@@" in line for line in shown) == sum(
        line.startswith("    @@") for line in shown
    )


@pytest.mark.parametrize("height", [1, 2, 3, 5, 24])
@pytest.mark.parametrize("wraps", [False, True])
def test_the_cursor_is_always_seen(height: int, wraps: bool) -> None:
    state = after(state_of(plan_of({**FILES, "b": ("1\n" * 50, "2\n" * 50)})))
    state = after(state, Toggle(Look.WRAP)) if wraps else state
    top = 0
    for row in [*range(len(state.rows)), 3, len(state.rows) - 1, 0]:
        here = after(state, MoveTo(row))
        lines = diff_lines(here, 40)
        top = lines.first(top, height)
        numbers = [number for number, _ in lines.visible(top, height)][:height]
        head = lines.header(top) is not None and height > 1
        assert row in numbers[head:]


def test_the_cursor_comes_to_the_middle_on_demand() -> None:
    state = after(long_hunk(), MoveTo(30), Centre())

    assert diff_lines(state, 60).first(25, 10) == 25
    assert diff_lines(after(state, MoveTo(31)), 60).first(25, 10) == 25


def test_the_header_of_a_commit_stays_too() -> None:
    state = after(long_hunk(1), ShowCommit(0))
    lines = page_lines(state, 60)
    texts = [text_of(lines.get(n)) for n in range(lines.height)]
    at = next(n for n, text in enumerate(texts) if "@@ -7," in text)
    header = lines.header(at + 3)

    assert header is not None
    assert text_of(header).startswith(" dir/file  @@ -7,")
    assert lines.header(at) is None
    assert lines.header(lines.height - 1) is not None


def test_more_and_less_context_is_shown_and_the_cursor_stays_on_its_line() -> None:
    state = after(long_hunk(), MovePiece(3))
    here = text_of(diff_lines(state, 60).get(state.cursor))
    rows = [len(state.rows)]
    for by in (1, 1, -1, -1, -1, -1):
        state = after(state, ShowContext(by))
        rows.append(len(state.rows))
        assert text_of(diff_lines(state, 60).get(state.cursor)) == here

    assert rows == [61, 69, 69, 69, 61, 35, 22]
    assert after(state, ShowContext(-1)).status == "Already the least context."


def test_from_a_context_line_the_cursor_comes_to_the_hunk_below() -> None:
    state = after(long_hunk(), MoveTo(3), ShowContext(-1))

    assert state.rows.edit_at(state.cursor) == 0
    assert state.status == "1 line of context"


def test_old_lines_stand_beside_new_ones_where_it_is_wide() -> None:
    files = {"a": ("one\ntwo\nkeep\n", "ONE\nkeep\nmore\n")}
    state = after(state_of(plan_of(files)), Toggle(Look.BESIDE))
    shown = [line.rstrip() for line in seen(diff_lines(state, 105), 8)]

    assert shown[2:] == [
        "▶1 ┏-one".ljust(54) + "│+ONE",
        "▸1 ┗-two".ljust(54) + "│",
        "     keep".ljust(54) + "│ keep",
        " 2 ╺".ljust(54) + "│+more",
    ]
    assert seen(diff_lines(state, 99), 8)[3].startswith("▸1 ┃-two")


def test_the_mark_is_before_the_side_of_the_cursor() -> None:
    files = {"a": ("one\n", "ONE\ntwo\n")}
    state = after(state_of(plan_of(files, 1)), Toggle(Look.BESIDE), MovePiece(0))
    down = after(state, MoveRows(1), MoveRows(1))

    assert seen(diff_lines(after(state, MoveRows(1)), 105), 8)[2:] == [
        "▸1 ┏-one".ljust(54) + "▶+ONE",
        "▸1 ┗".ljust(54) + "│+two",
    ]
    assert seen(diff_lines(down, 105), 8)[3] == "▸1 ┗".ljust(54) + "▶+two"


def test_both_sides_are_wrapped_beside_each_other() -> None:
    looks = Toggle(Look.BESIDE), Toggle(Look.WRAP)
    state = after(state_of(plan_of(FILES, 1)), *looks)
    for shown in (
        seen(diff_lines(state, 120), 40)[2:],
        seen(commit_page(after(state, ShowCommit(0)), 120), 60, 9)[1:],
    ):
        sides = [line.partition("│") for line in shown if "│" in line]
        left = sides[0][0].index("-x")
        for column, text in (
            ([side[left:] for side, *_ in sides], "old"),
            ([side for *_, side in sides], "new"),
        ):
            width = len(column[0])
            lines = "".join(line[1:].ljust(width - 1) for line in column)

            assert lines.rstrip() == LONG.format(text).rstrip()
            assert {line[0] for line in column[1:]} == {"↪"}


def test_a_commit_is_shown_old_beside_new_with_its_matches() -> None:
    files = {"a": ("one\ntwo\nkeep\n", "ONE\nkeep\nmore\n")}
    state = after(
        state_of(plan_of(files, 1)), Toggle(Look.BESIDE), ShowCommit(0), MoveTo(0)
    )
    page = commit_page(state, 102)
    shown = [line.rstrip() for line in map(text_of, map(page.get, range(page.height)))]

    assert shown[-4:] == [
        " -one".ljust(51) + "│+ONE",
        " -two".ljust(51) + "│",
        "  keep".ljust(51) + "│ keep",
        " ".ljust(51) + "│+more",
    ]
    assert [*commit_matches(state, 102, "more")] == [page.height - 1]


RUNS = st.lists(
    st.sampled_from(["=", "-", "+", "~", "~~+", "--+", "=" * 9]), min_size=1, max_size=9
)


def files_of(runs: list[str]) -> tuple[str, str]:
    """The two sides of a file whose lines stay, go, come, or change."""
    old, new = [], []
    for number, fate in enumerate("".join(runs)):
        old += [f"{number}\n"] if fate in "=-~" else []
        new += [f"{number}{'' if fate == '=' else 'x'}\n"] if fate in "=+~" else []
    return "".join(old), "".join(new)


@given(RUNS, RUNS, st.sets(st.integers(0, 1)), st.booleans())
def test_every_row_has_its_line(
    one: list[str], other: list[str], folded: set[int], beside: bool
) -> None:
    rows = state_of(plan_of({"a": files_of(one), "b": files_of(other)})).rows
    files = frozenset(folded & rows.by_file.keys())
    placed = placement(rows, files, beside)
    lines = [placed.line_of(row) for row in range(len(rows))]

    assert {*range(placed.height)} == {*lines}
    for row, line in enumerate(lines):
        file = rows[row].segment.file
        here = rows.rows_of_file(file).start if file in files else row
        if rows[row].kind is not RowKind.BLANK:
            assert here in placed.rows_at(line)


@given(RUNS, st.lists(st.integers(0, 1), min_size=9, max_size=9))
def test_every_row_of_a_commit_has_its_line_beside(
    runs: list[str], groups: list[int]
) -> None:
    plan = plan_of({"a": files_of(runs), "b": files_of(["~"])})
    dealt = tuple(groups[at % 9] for at in range(len(plan.edits)))
    plan = replace(plan, group_of=dealt)
    state = state_of(plan)
    for group in range(2):
        rows = CommitRowsCache().rows(plan, state.rows, group)
        placed = commit_placement(rows)
        lines = [placed.line_of(row) for row in range(len(rows))]

        assert all(row in placed.rows_at(line) for row, line in enumerate(lines))
        assert {*range(placed.height)} == {*lines}


def three_files() -> State:
    pair = ("one\nkeep\ntwo\n", "ONE\nkeep\nTWO\n")
    return state_of(plan_of({"a": pair, "b": pair, "c": pair}, 2))


def test_a_file_is_folded_on_its_header_and_the_cursor_passes_it() -> None:
    state = after(three_files(), MoveFile(1), Fold())
    shown = [line.rstrip() for line in seen(diff_lines(state, 80), 40)]
    below = after(state, MovePiece(1))

    assert shown[7:10] == ["", "▶b  +2 -2  … 2 hunks in 1, 2", ""]
    assert text_of(diff_lines(after(state, MoveRows(2)), 80).get(10)).startswith("▶c")
    assert below.rows.edit_at(below.cursor) == 4
    assert after(below, MovePiece(-1)).cursor == state.cursor
    assert after(state, Fold()).folded == frozenset()


def test_all_files_are_folded_and_unfolded_by_one_key() -> None:
    state = after(three_files(), MovePiece(1), Fold(everywhere=True))
    shown = [line.rstrip() for line in seen(diff_lines(state, 80), 40)]

    rest = "  +2 -2  … 2 hunks in 1, 2"
    assert shown == [f"▶a{rest}", f" b{rest}", f" c{rest}"]
    assert after(state, Send(1), Send(1)).plan.group_of == (1, 1, 1, 1, 0, 1)
    assert after(state, Fold(everywhere=True)).folded == frozenset()


def test_what_goes_to_a_hunk_unfolds_its_file() -> None:
    state = after(three_files(), Fold(everywhere=True), Ask(Purpose.PIECE))
    there = after(state, TypeText("4"), Submit())

    assert there.folded == frozenset({0, 2})
    assert there.rows.edit_at(there.cursor) == 3


def test_unchanged_lines_are_folded_on_one_of_them() -> None:
    state = after(long_hunk(), MoveTo(4))
    folded = after(state, Fold())

    assert state.rows[4].kind is RowKind.CONTEXT
    assert not any(s.kind is RowKind.CONTEXT for s in folded.rows.segments)
    assert after(folded, MoveRows(-1), Fold()).rows.context == 3


def test_where_old_lines_have_no_room_beside_new_ones_it_is_said() -> None:
    start = state_of(plan_of(FILES))
    widths = [diff_columns(start, columns) for columns in (80, 200)]
    told = [after(start, Toggle(Look.BESIDE, each)).status for each in widths]

    assert told == [
        "old beside new, where the diff has 100 columns; it has 80",
        "old beside new, where the diff has 100 columns; it has 82 · z o makes room",
    ]
