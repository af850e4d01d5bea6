"""Space in the preview: all new commits, as a reviewer reads them."""

from msgspec.structs import replace
from prompt_toolkit.formatted_text.utils import fragment_list_to_text

from gitsplit.model.checks import Check
from gitsplit.tui.state.app_state import Screen, State
from gitsplit.tui.update.actions.reports import Checked
from gitsplit.tui.update.actions.screens import (
    GoBack,
    OpenPreview,
    ReadOn,
    ShowCommit,
    Undo,
)
from gitsplit.tui.update.actions.series import OpenSeries
from gitsplit.tui.update.actions.split import Send
from gitsplit.tui.view.commit import commit_page
from gitsplit.tui.view.preview import preview_page
from tests.tui.builder import after, plan_of, state_of
from tests.tui.cases import series

PAIR = ("1\n", "2\n")
END = ReadOn(9, 0)
"""Space where the end of the page is in sight."""


def preview(groups: int = 3) -> State:
    state = state_of(plan_of({"a": PAIR, "b": PAIR, "c": PAIR}, groups))
    return after(state, OpenPreview())


def test_it_goes_through_all_new_commits_and_counts_them() -> None:
    state = after(preview(), END)
    seen = []
    while state.screen is Screen.COMMIT:
        seen.append((state.viewed, state.status))
        state = after(state, END)

    assert seen == [
        (0, "seen 0 of 3 · Space reads on"),
        (1, "seen 1 of 3 · Space reads on"),
        (2, "seen 2 of 3 · Space reads on"),
    ]
    assert (state.screen, state.status) == (Screen.PREVIEW, "seen 3 of 3")
    assert after(state, END).viewed == 0


def test_a_long_commit_is_scrolled_to_its_end_first() -> None:
    state = after(preview(), END, ReadOn(20, 30))

    assert (state.viewed, state.scroll) == (0, 20)
    assert after(state, ReadOn(20, 30)).scroll == 30
    further = after(state, ReadOn(20, 30), ReadOn(20, 30))
    assert (further.viewed, further.scroll) == (1, 0)


def test_who_leaves_goes_on_where_they_were_and_the_preview_counts() -> None:
    state = after(preview(), END, END, GoBack())
    first = fragment_list_to_text(preview_page(state, 80).get(0))

    assert state.screen is Screen.PREVIEW
    assert first.endswith("seen 1 of 3")
    assert after(state, END).viewed == 1


def test_another_plan_is_read_anew_and_an_undone_one_is_known() -> None:
    state = after(preview(), END, END, GoBack(), GoBack(), Send(1), OpenPreview())

    assert after(state, END).status == "seen 0 of 2 · Space reads on"
    assert after(state, Undo(), END).status == "seen 1 of 3 · Space reads on"


def test_outside_the_preview_space_scrolls() -> None:
    state = after(preview(), GoBack(), ShowCommit(0), END)

    assert (state.screen, state.viewed, state.reviewed) == (Screen.COMMIT, 0, None)


def test_where_nothing_is_split_nothing_is_new() -> None:
    state = after(series(), OpenSeries(), OpenPreview(), END)

    assert state.status == "No commit is split, so none is new."


def test_a_new_commit_says_how_its_check_ended() -> None:
    state = preview()
    state = replace(state, info=replace(state.info, check="make test"))
    failed = Check("failed", "make test", "exit 2", 2)
    for number, check in enumerate((Check("passed"), failed, Check("waiting"))):
        state = after(state, Checked(state.todo, number, check))

    def said(number: int) -> list[str]:
        page = commit_page(after(state, ShowCommit(number)), 80)
        lines = (fragment_list_to_text(page.get(n)) for n in range(page.height))
        return [line for line in lines if "make test" in line]

    assert said(0) == [" ✓ make test: passed"]
    assert said(1) == [" ✗ make test: failed (exit 2)"]
    assert said(2) == []
