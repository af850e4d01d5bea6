"""The terminal's cursor stands where the user is: a screen reader has no other sign."""

import pytest

from gitsplit.tui.state.app_state import Screen, State
from gitsplit.tui.update.actions.screens import OpenMessages, OpenPreview, ShowCommit
from tests.tui.builder import after, plan_of, state_of
from tests.tui.cases import CASES, series
from tests.tui.driver import cursors

SIZES = [(60, 15), (80, 24), (140, 40), (200, 60)]


def small() -> State:
    return state_of(
        plan_of({"a": ("1\n2\n3\n4\n5\n6\n7\n8\n", "I\n2\n3\n4\n5\n6\n7\nVIII\n")})
    )


@pytest.mark.parametrize("size", SIZES)
def test_it_is_at_the_current_line_of_the_diff(size: tuple[int, int]) -> None:
    steps = [[], ["j"], ["down"], ["home"]]
    found = [at for _, at in cursors(small(), steps, *size)]

    assert [at.split("│")[0].split() for at in found] == [
        ["▶1", "┏-1"],
        ["▶2", "┏-8"],
        ["▶2", "┗+VIII"],
        ["▶a", "+2", "-2"],
    ]


def test_it_is_at_the_mark_where_both_sides_are_shown() -> None:
    found = cursors(small(), [["z", "s"], ["down"]], 120, 24)

    assert [at[0] for _, at in found] == ["▶", "▶"]
    assert found[0][0] == ""
    assert "-1" in found[1][0]


@pytest.mark.parametrize("size", SIZES)
def test_it_is_at_the_selected_commit_of_the_series(size: tuple[int, int]) -> None:
    found = cursors(series(), [[], ["j"], ["j"]], *size)
    words = [entry.oid[:7] for entry in series().todo.entries[:3]]

    assert [at[0] for _, at in found] == ["▶"] * 3
    assert [at.split()[2] for _, at in found] == words


def test_it_is_at_the_selected_message() -> None:
    state = after(small(), OpenMessages())
    found = cursors(state, [[], ["j"]], 80, 24)

    assert [at.split()[:2] for _, at in found] == [["▶", "1"], ["▶", "2"]]


def test_it_is_at_the_first_line_of_a_page() -> None:
    for action, start in ((OpenPreview(), " Rewrite"), (ShowCommit(0), " commit 1")):
        ((before, at),) = cursors(after(small(), action), [[]], 80, 24)

        assert before == ""
        assert at.startswith(start)


@pytest.mark.parametrize("size", SIZES)
def test_it_is_where_the_next_letter_goes(size: tuple[int, int]) -> None:
    steps = [["i"], ["c-u", "a", "b", "c"], ["left"], ["escape"]]
    found = cursors(small(), steps, *size)

    # The marks at 50 and 72 letters aren't text.
    typed = [(before, at.rstrip(" │")) for before, at in found]
    assert typed[0] == (" subject: First piece of work", "")
    assert typed[1] == (" subject: abc", "")
    assert typed[2] == (" subject: ab", "c")
    assert found[3][1].startswith("▶1")


@pytest.mark.parametrize("keys", ["i", "/"])
def test_it_is_in_the_prompt_of_a_page(keys: str) -> None:
    state = after(small(), OpenMessages())
    ((before, _),) = cursors(state, [[keys]], 80, 24)

    assert state.screen is Screen.MESSAGES
    assert before.startswith((" subject: ", " search: "))


def test_it_goes_along_to_the_lower_half_of_the_series() -> None:
    steps = [["tab"], ["j"], ["tab"]]
    upper, lower, back = cursors(CASES["estimated"](), steps, 80, 24)

    assert not upper[1].startswith("▶")
    assert not lower[1].startswith("▶")
    assert back[1].startswith("▶")


def test_it_is_at_the_cell_of_the_board() -> None:
    found = cursors(small(), [["B"], ["right"]], 80, 24)

    assert [at[:3] for _, at in found] == ["[1]", "[1]"]
    assert len(found[0][0]) < len(found[1][0])
