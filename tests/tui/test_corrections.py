"""What isn't committed, on the screen of the commits that are to absorb it."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace
from prompt_toolkit.formatted_text.utils import fragment_list_to_text

from gitsplit.errors import ActionRefused
from gitsplit.model.corrections import with_last_absorbed
from gitsplit.model.plan import DROPPED, with_edits_assigned
from gitsplit.model.series import Uncommitted
from gitsplit.model.todo import Todo, with_action
from gitsplit.tui.state.app_state import History, Purpose, Screen, State
from gitsplit.tui.state.app_state import first_state as opening
from gitsplit.tui.update.actions.prompt import Ask, Submit, TypeText
from gitsplit.tui.update.actions.reading import (
    Cancel,
    MovePiece,
    NextDoubtful,
    NextUnseen,
)
from gitsplit.tui.update.actions.reports import PlanSaved
from gitsplit.tui.update.actions.screens import OpenPreview, Undo
from gitsplit.tui.update.actions.split import Drop, Own, Send, SendHome, SplitHunk, Take
from gitsplit.tui.update.series import with_only_split_open
from gitsplit.tui.view.diff_pane import diff_lines
from gitsplit.tui.view.frame import reason_line
from gitsplit.tui.view.preview import preview_page
from tests.tui.builder import after, range_of


def absorbing(*states: Mapping[str, str]) -> State:
    """The screen as it opens on a range whose last state isn't committed."""
    state = range_of(*states)
    (entry,) = state.todo.entries
    first, *rest, last = entry.commits
    changed = Uncommitted("worktree", (rest or [first])[-1].oid, first.oid, last.oid)
    own = replace(last, stands_for=changed)
    plan = with_last_absorbed(state.plan, range(len(rest) + 1))
    series = replace(state.info.series, commits=(first, *rest, own))
    info = replace(state.info, drop_to="uncommitted", series=series)
    todo = Todo((replace(entry, rest=(*rest, own), plan=plan),))
    return with_only_split_open(opening(info, todo))


BASE = {"f": "a\nb\nz\n", "g": "1\n"}
ONE = {**BASE, "f": "a\none\nb\nz\n"}
TWO = {**ONE, "f": "a\none\nb\ntwo\nz\n"}
FIXED = {"f": "a\nONE\nB\nTWO\nz\n", "g": "2\n"}
"""The correction of f has lines of both commits and of the base, that of g of none."""


def fixed() -> State:
    return absorbing(BASE, ONE, TWO, FIXED)


def text(state: State) -> str:
    pane = diff_lines(state, 80)
    return "\n".join(fragment_list_to_text(pane.get(n)) for n in range(pane.height))


def why(state: State) -> str:
    return fragment_list_to_text(reason_line(state, 80))


def previewed(state: State) -> str:
    page = preview_page(after(state, OpenPreview()), 80)
    return "\n".join(fragment_list_to_text(page.get(n)) for n in range(page.height))


def test_all_that_there_is_stays_open() -> None:
    """Uncommitted changes are no commit, which one could pick, drop or move."""
    state = after(fixed(), Cancel(), Cancel())
    assert (state.screen, state.opened is None) == (Screen.SPLIT, False)

    (entry,) = state.todo.entries
    with pytest.raises(ActionRefused, match="Uncommitted changes are no commit"):
        with_action(state.todo, entry.oid, "pick")


def test_uncommitted_changes_are_continued_by_no_commit() -> None:
    state = replace(fixed(), focus=1)
    for times in range(1, 5):
        chosen = after(state, *[Own()] * times).plan
        assert chosen.continued_by[2] is None
    assert after(state, Own(), Own()).plan == state.plan


def test_where_nothing_is_absorbed_there_is_nothing_to_do() -> None:
    state = fixed()
    assert "Nothing to do yet" not in previewed(state)
    places = [
        n
        for n, edit in enumerate(state.plan.edits)
        if state.plan.changes[edit.file].commit == 2
    ]
    plan = with_edits_assigned(state.plan, places, DROPPED)
    (entry,) = state.todo.entries
    none = replace(state, history=History(Todo((replace(entry, plan=plan),))))
    assert "Nothing to do yet: every commit is unchanged." in previewed(none)


def test_a_saved_plan_is_named_with_what_it_is_for() -> None:
    told = after(fixed(), PlanSaved("p.json"))
    assert told.status == "saved p.json · gitsplit --absorb --plan p.json opens it"


def test_the_screen_opens_at_the_first_correction() -> None:
    state = fixed()
    assert state.rows.edit_at(state.cursor) == 2
    words = "2 hunks to absorb, this is the first · , the next · 1 not sure (?): ;"
    assert state.status == words
    assert after(state, NextUnseen()).status.endswith("left out · 2 hunks not seen")
    assert after(state, Take(), NextUnseen()).status.endswith("1 hunk not seen")


def test_what_is_not_sure_has_a_mark_and_says_why() -> None:
    state = fixed()
    unsure = "it replaces lines of other commits, too"
    assert text(state).count("2?") == 6
    assert why(state) == f" ? not sure of 2: {unsure}"
    assert after(state, SendHome()).status == f"Already home; not sure: {unsure}."
    assert f" ? f:2 in commit 2: {unsure}\n" in previewed(state)
    found = after(state, MovePiece(1), NextDoubtful())
    assert found.rows.edit_at(found.cursor) == 2
    assert found.status == f"hunk 3 of 4, in commit 2 · not sure (1 of 1): {unsure}"


def test_what_has_no_home_says_why() -> None:
    state = after(fixed(), MovePiece(1))
    no_home = "no commit of the range changed lines here"
    assert why(state) == f" left out: stays uncommitted, {no_home}"
    assert after(state, SendHome()).status == f"No home here: {no_home}."


def test_what_is_said_of_corrections_follows_the_plan() -> None:
    state = fixed()
    absorbs = [group.reason for group in state.plan.groups]
    unsure = "? it replaces lines of other commits, too."
    assert absorbs == ["", f"Absorbs 1 uncommitted hunk. {unsure}"]
    left = after(state, Drop())
    assert [group.reason for group in left.plan.groups] == ["", ""]
    assert "?" not in text(left) + previewed(left)
    assert after(left, Undo()).plan == state.plan
    sent = after(replace(state, takes_along=False), Send(0))
    assert sent.plan.groups[0].reason == "Absorbs 1 uncommitted hunk."
    assert "?" not in text(sent)
    both = after(sent, MovePiece(1), Send(0))
    assert both.plan.groups[0].reason == "Absorbs 2 uncommitted hunks."


def test_a_hunk_that_is_split_is_sure_of_its_parts() -> None:
    state = after(fixed(), SplitHunk(), SendHome())
    assert state.plan.group_of[2:] == (0, 1, 1, DROPPED)
    assert state.plan.groups[0].reason == "Absorbs 1 uncommitted hunk."


def test_a_search_finds_what_headers_name() -> None:
    state = after(fixed(), MovePiece(-1))
    for words, header in {"uncommitted": "f", "second piece": "f"}.items():
        found = after(state, Ask(Purpose.SEARCH), TypeText(words), Submit())
        segment = found.rows[found.cursor].segment
        assert found.plan.changes[segment.file].path.decode() == header
        assert found.rows[found.cursor].kind.name == "FILE"
