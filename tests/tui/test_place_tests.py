"""``T`` brings tests, docs and changelogs to their code, and apart from there."""

from msgspec.structs import replace

from gitsplit.proposal.propose import proposals
from gitsplit.tui.state.app_state import State
from gitsplit.tui.update.actions.screens import Undo
from gitsplit.tui.update.actions.split import Drop, FocusOn, PlaceTests
from tests.tui.builder import COMMIT, MESSAGES, after, plan_of, state_of

TEXT = ("old\n", "new\n")
PATHS = ("CHANGELOG.md", "ladle.py", "lid.py", "test_ladle.py", "test_lid.py")


def opened(*group_of: int) -> State:
    plan = plan_of(dict.fromkeys(PATHS, TEXT), max(group_of) + 1, group_of)
    return state_of(plan)


def test_they_go_to_their_code_in_one_step_that_is_said() -> None:
    """The changelog stays: no name says whose it is, and no scores are known."""
    before = opened(0, 0, 1, 2, 2)
    state = after(before, PlaceTests())

    assert state.plan.group_of == (0, 0, 1, 0, 1)
    assert (
        state.status
        == "tests, changelog with their code: 3 commits became 2 · u to undo"
    )
    assert len(state.plan.groups) == 2
    assert after(state, Undo()).plan == before.plan


def test_where_they_are_with_their_code_they_come_apart() -> None:
    before = opened(0, 0, 1, 0, 1)
    state = after(before, PlaceTests())

    assert state.plan.group_of == (3, 0, 1, 2, 2)
    assert state.status == "tests, changelog apart: 2 commits became 4 · u to undo"
    tests, changelog = state.plan.groups[2:]
    assert (tests.is_proposed, changelog.is_proposed) == (True, True)
    again = after(state, PlaceTests())
    assert again.plan.group_of[1:] == (0, 1, 0, 1)
    assert after(again, Undo(), Undo()).plan == before.plan


def test_the_one_that_continues_the_original_stays_that() -> None:
    state = after(opened(0, 0, 1, 0, 1), PlaceTests())
    assert (state.plan.owner, state.plan.groups[1].message) == (1, MESSAGES[1])


def test_by_scores_also_what_no_name_says_has_its_code() -> None:
    before = opened(0, 0, 1, 0, 1)
    found = proposals(before.plan.changes, b"Do it\n")
    state = after(
        replace(before, proposals={COMMIT: found}), PlaceTests(), PlaceTests()
    )

    assert state.plan.group_of[3:] == (0, 1)
    assert state.plan.group_of[0] in (0, 1)
    assert len(state.plan.groups) == 2


def test_the_selected_commit_is_one_that_there_is() -> None:
    state = after(opened(0, 0, 1, 2, 2), FocusOn(2), PlaceTests())
    assert state.focus == state.viewed == 1


def test_a_test_whose_code_is_not_here_stays_where_it_is() -> None:
    paths = ("ladle.py", "lid.py", "test_ladle.py", "test_spoon.py")
    plan = plan_of(dict.fromkeys(paths, TEXT), 4, (0, 1, 2, 3))
    found = proposals(plan.changes, b"Do it\n")
    state = after(replace(state_of(plan), proposals={COMMIT: found}), PlaceTests())

    assert state.plan.group_of == (0, 1, 0, 2)
    assert state.status == "tests with their code: 4 commits became 3 · u to undo"


def test_without_any_beside_code_nothing_is_done() -> None:
    state = state_of(plan_of({"a.py": TEXT, "b.py": TEXT}, 2))
    told = after(state, PlaceTests())

    assert told.status == "No tests, docs or changelogs beside code."
    assert (told.todo, told.steps_done) == (state.todo, ())


def test_what_is_left_out_stays_so() -> None:
    left = after(opened(0, 0, 1, 2, 2), Drop())
    placed = after(left, PlaceTests())
    assert placed.plan.group_of == (left.plan.group_of[0], 0, 1, 0, 1)
