"""Reading long lines, wrapped or opened at what differs; and under a header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import fragment_list_to_text
from prompt_toolkit.utils import get_cwidth

from gitsplit.tui.state.app_state import Look, State
from gitsplit.tui.update.actions.reading import (
    Centre,
    MovePiece,
    MoveTo,
    Pan,
    ShowContext,
    Toggle,
)
from gitsplit.tui.update.actions.screens import ShowCommit
from gitsplit.tui.view.commit import commit_page
from gitsplit.tui.view.layout import diff_lines, last_scroll, page_lines
from gitsplit.tui.view.pane import PaneLines
from gitsplit.tui.view.text import wrapped
from tests.tui.builder import after, plan_of, state_of

LONG = "x = [" + ", ".join(f"{n}" for n in range(100)) + ", {}]\n"
FILES = {"a": (LONG.format("old"), LONG.format("new"))}


def seen(lines: PaneLines, height: int, top: int = 0) -> list[str]:
    """What is seen in a pane of that height."""
    first = lines.first(top, height)
    shown = [fragment_list_to_text(line) for _, line in lines.visible(first, height)]
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

    assert any(fragment_list_to_text(line).endswith("99, new]") for line in shown)
    assert last_scroll(state, 60, 24) == page.height - 1


@given(st.text("ab 好é\u0301", max_size=40), st.integers(4, 12))
def test_wrapping_loses_nothing_and_fits(text: str, width: int) -> None:
    cells: StyleAndTextTuples = [("", "|"), ("a", text[:7]), ("b", text[7:])]
    lines = wrapped(cells, width, [("", ">")], 1)
    texts = [fragment_list_to_text(line) for line in lines]

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
    texts = [fragment_list_to_text(lines.get(n)) for n in range(lines.height)]
    at = next(n for n, text in enumerate(texts) if "@@ -7," in text)
    header = lines.header(at + 3)

    assert header is not None
    assert fragment_list_to_text(header).startswith(" dir/file  @@ -7,")
    assert lines.header(at) is None
    assert lines.header(lines.height - 1) is not None


def test_more_and_less_context_is_shown_and_the_cursor_stays_on_its_line() -> None:
    state = after(long_hunk(), MovePiece(3))
    here = fragment_list_to_text(diff_lines(state, 60).get(state.cursor))
    rows = [len(state.rows)]
    for by in (1, 1, -1, -1, -1, -1):
        state = after(state, ShowContext(by))
        rows.append(len(state.rows))
        assert fragment_list_to_text(diff_lines(state, 60).get(state.cursor)) == here

    assert rows == [61, 69, 69, 69, 61, 35, 22]
    assert after(state, ShowContext(-1)).status == "Already the least context."


def test_from_a_context_line_the_cursor_comes_to_the_hunk_below() -> None:
    state = after(long_hunk(), MoveTo(3), ShowContext(-1))

    assert state.rows.edit_at(state.cursor) == 0
    assert state.status == "1 line of context"
