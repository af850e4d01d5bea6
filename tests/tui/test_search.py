"""Searching: matches in order, their count, and what sends them."""

from time import process_time

import pytest
from msgspec.structs import replace
from prompt_toolkit.formatted_text.utils import fragment_list_to_text

from gitsplit.tui.diff.matches import matches, matching_edits, next_match
from gitsplit.tui.key_rows import KeyContext
from gitsplit.tui.keymap import key_table
from gitsplit.tui.state.app_state import Purpose, Screen, State, Unit
from gitsplit.tui.update.actions.prompt import Ask, Submit, TypeText
from gitsplit.tui.update.actions.reading import (
    Cancel,
    EndSearch,
    FindNext,
    MarkMatches,
    MoveRows,
)
from gitsplit.tui.update.actions.screens import OpenHelp, OpenPreview, ShowCommit, Undo
from gitsplit.tui.update.actions.series import OpenSeries
from gitsplit.tui.update.actions.split import Send
from gitsplit.tui.view.diff_pane import diff_lines
from gitsplit.tui.view.frame import search_words
from gitsplit.tui.view.key_help import footer
from gitsplit.tui.view.layout import page_lines, page_matches
from gitsplit.tui.view.text import has_match, with_matches
from tests.tui.builder import after, plan_of, state_of
from tests.tui.cases import series

FILES = {
    "a": ("one\nkeep\ntwo\n", "ONE x\nkeep\ntwo y\n"),
    "oneself": ("n\n", "none\n"),
    "z": ("z\n", "y\n"),
}


def searched(text: str, state: State | None = None) -> State:
    start = state_of(plan_of(FILES)) if state is None else state
    return after(start, Ask(Purpose.SEARCH), TypeText(text), Submit())


def at_cursor(state: State) -> str:
    line = diff_lines(state, 80).get(state.cursor)
    return fragment_list_to_text(line)[1:].strip()


def test_the_status_counts_the_matches_from_the_top() -> None:
    state = searched("one")
    said = [search_words(state)]
    for _ in range(4):
        state = after(state, FindNext())
        said.append(search_words(state))

    assert said == [
        f"/one  {number} of 4 · n next · Esc ends" for number in (2, 3, 4, 1, 2)
    ]


def test_the_previous_match_is_found_round_the_end() -> None:
    state = searched("one")

    assert at_cursor(state).endswith("+ONE x")
    back = after(state, FindNext(-1))
    assert at_cursor(back).endswith("-one")
    assert at_cursor(after(back, FindNext(-1))).endswith("+none")


def test_away_from_a_match_their_number_is_said() -> None:
    state = after(searched("two y"), MoveRows(1))

    assert search_words(state) == "/two y  1 found · n next · Esc ends"


def test_n_never_sends_while_a_search_is_on() -> None:
    before = state_of(plan_of(FILES))
    state = searched("one", before)

    assert key_table().context(before, "n") is KeyContext.SPLIT
    assert key_table().context(state, "n") is KeyContext.SEARCH
    assert key_table().context(state, "y") is KeyContext.SPLIT
    assert key_table().context(after(state, EndSearch()), "n") is KeyContext.SPLIT


def test_decisions_do_not_end_the_search() -> None:
    sent = after(searched("one"), Send(0))

    assert sent.is_searching
    assert after(sent, FindNext()).is_searching


def test_what_is_searched_stands_out_in_the_text_alone() -> None:
    lines = diff_lines(searched("1"), 80)
    marked = [
        text
        for number in range(lines.height)
        for style, text, *_ in lines.get(number)
        if "class:match" in style
    ]

    assert marked == []


def test_a_match_stands_out_across_cells() -> None:
    cells = with_matches([("a", "con"), ("b", "NECT"), ("", " connect")], "connect")

    assert cells == [
        ("a class:match", "con"),
        ("b class:match", "NECT"),
        ("", " "),
        (" class:match", "connect"),
    ]
    assert not has_match([("", "connect")], "Connect")


def test_all_matches_are_sent_in_one_step() -> None:
    start = state_of(plan_of(FILES))
    state = after(searched("one", start), MarkMatches())
    sent = after(state, Send(1))

    assert (state.unit, state.status) == (Unit.MARKS, "2 hunks selected: send them")
    assert [sent.plan.group_of[n] for n in matching_edits_of(state)] == [1, 1]
    assert sent.unit is Unit.PIECE
    assert len(sent.steps_done) == 1
    assert after(sent, Undo()).plan == start.plan


def matching_edits_of(state: State) -> tuple[int, ...]:
    return matching_edits(state.plan.changes, state.rows, state.search).places


def test_escape_ends_the_selection_of_matches_before_the_search() -> None:
    state = after(searched("one"), MarkMatches(), EndSearch())

    assert (state.unit, state.is_searching) == (Unit.PIECE, True)
    assert not after(state, EndSearch()).is_searching
    assert after(state, Cancel()).is_searching


def test_what_is_only_in_context_selects_nothing() -> None:
    assert after(searched("keep"), MarkMatches()).is_refusal


def test_help_is_searched_by_its_lines() -> None:
    state = after(state_of(plan_of(FILES)), OpenHelp(), Ask(Purpose.SEARCH))
    typed = after(state, TypeText("undo"))
    found = page_matches(typed, 80)
    shown = after(typed, Submit(found))
    text = fragment_list_to_text(page_lines(shown, 80).get(shown.match))

    assert "undo" in text
    assert search_words(shown) == f"/undo  1 of {len(found)} · n next · Esc ends"
    assert after(shown, FindNext(1, found)).match == found[1 % len(found)]


def test_a_commit_is_searched_in_all_its_rows() -> None:
    state = after(state_of(plan_of(FILES, 1)), ShowCommit(0))
    typed = after(state, Ask(Purpose.SEARCH), TypeText("one"))
    lines = page_lines(typed, 80)
    found = page_matches(typed, 80)

    assert found == tuple(
        n for n in range(lines.height) if has_match(lines.get(n), "one")
    )
    assert len(found) == 4


def test_the_series_is_searched_by_its_commits() -> None:
    state = after(series(), OpenSeries(), Ask(Purpose.SEARCH), TypeText("Go on"))
    found = page_matches(state, 80)
    chosen = after(state, Submit(found))

    assert found == (1,)
    assert chosen.todo.place(chosen.chosen) == 1
    assert after(chosen, Ask(Purpose.SEARCH), TypeText("no"), Submit(())).is_refusal


@pytest.mark.parametrize("text", ["\x1b[2J", "Ärger"])
def test_whatever_is_typed_is_shown_safely(text: str) -> None:
    state = replace(state_of(plan_of(FILES)), search=text, is_searching=True)

    assert search_words(state).isprintable()


def test_the_next_of_many_matches_is_found_at_once() -> None:
    lines = "".join(f"value {n}\n" for n in range(20_000))
    files = {f"f{n}": (None, lines) for n in range(10)}
    state = state_of(plan_of(files))
    changes = state.plan.changes
    found = matches(changes, state.rows, "value 199")
    began = process_time()
    for _ in range(100):
        again = matches(changes, state.rows, "value 199")
        assert next_match(state.rows, again, state.cursor, 1) is not None
    took = process_time() - began

    assert len(found) == 10 * 111
    assert again is found
    assert took < 0.1


def test_a_search_stays_with_its_screen() -> None:
    state = after(searched("one"), OpenHelp())

    assert state.screen is Screen.HELP
    assert search_words(state) == "/one · n next · Esc ends"


def test_the_footer_says_that_escape_ends_a_search_that_is_still_on() -> None:
    sent = after(searched("one"), Send(0))
    for shown in (OpenPreview(), OpenHelp(), OpenSeries(), ShowCommit()):
        state = after(sent, shown)
        keys = dict(footer(state))
        ended = dict(footer(after(state, EndSearch())))

        assert keys["Esc"] == "end search"
        assert ended == {key: keys[key] for key in keys if key != "Esc"}
