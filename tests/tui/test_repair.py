"""X in the preview: what a failing commit lacks goes along into it, in one step."""

import pytest
from prompt_toolkit.formatted_text.utils import fragment_list_to_text

from gitsplit.model.checks import Check
from gitsplit.model.plan import with_edits_assigned
from gitsplit.tui.state.app_state import Refusal, Screen, ShellRequest, State
from gitsplit.tui.update.actions.reports import Checked, Repaired
from gitsplit.tui.update.actions.screens import OpenPreview, Redo, Undo
from gitsplit.tui.update.actions.shell import RepairCommit
from gitsplit.tui.view.preview import preview_page
from tests.tui.builder import COMMIT, after, plan_of, state_of

PLAN = plan_of({"a": ("1\n", "2\n"), "b": ("1\n", "2\n")})
WORDS = "`b` is used in 1, defined in 2: moved to 1 (1 run)"
FAILED = Check("failed", "make", "exit 1", 1, b"no b\n")


@pytest.fixture
def failed() -> State:
    """The preview of two commits of which the first has failed."""
    state = after(state_of(PLAN), OpenPreview())
    for number, check in enumerate((FAILED, Check("passed"))):
        state = after(state, Checked(state.todo, number, check))
    return state


def page(state: State) -> list[str]:
    lines = preview_page(state, 80)
    return [fragment_list_to_text(lines.get(n)) for n in range(lines.height)]


def test_the_key_stands_below_the_failure(failed: State) -> None:
    assert "   X moves into it what it lacks" in page(failed)


def test_the_key_is_no_longer_offered_once_nothing_has_helped(failed: State) -> None:
    told = "Nothing helps: the original fails as well."
    tried = after(failed, Repaired(failed.todo, None, None, told))

    assert tried.status == told
    assert not any("X moves" in line for line in page(tried))


def test_it_asks_the_shell_and_says_so(failed: State) -> None:
    asked = after(failed, RepairCommit())

    assert asked.request is ShellRequest.REPAIR
    assert asked.status == "repairing commit 1 …"


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (Check("passed"), "No commit has failed a check. x checks them."),
        (Check("running"), "The commits are still being checked."),
        (Check("not run"), "No commit has failed a check. x checks them."),
    ],
)
def test_where_none_has_failed_it_is_refused(
    failed: State, check: Check, said: str
) -> None:
    state = after(failed, Checked(failed.todo, 0, check), RepairCommit())

    assert state.status == said
    assert state.request is None


def test_a_repair_is_one_step_and_is_checked(failed: State) -> None:
    plan = with_edits_assigned(PLAN, [1], 0)
    report = Repaired(failed.todo, COMMIT, plan, WORDS)
    repaired = after(failed, RepairCommit(), report)

    assert repaired.todo.entry(COMMIT).plan == plan
    assert repaired.request is ShellRequest.CHECK
    assert repaired.checks == {}
    assert repaired.status == f"{WORDS} · u to undo"
    assert repaired.screen is Screen.PREVIEW
    undone = after(repaired, Undo())
    assert undone.todo == failed.todo
    assert undone.screen is Screen.PREVIEW


def test_where_nothing_helps_that_is_said(failed: State) -> None:
    report = Repaired(failed.todo, None, None, "Nothing helps.")
    state = after(failed, report)

    assert (state.status, state.refusal) == ("Nothing helps.", Refusal.NOTE)
    assert state.todo is failed.todo


def test_what_comes_too_late_is_left_aside(failed: State) -> None:
    plan = with_edits_assigned(PLAN, [1], 0)
    report = Repaired(failed.todo, COMMIT, plan, WORDS)
    moved = after(failed, report)

    assert after(moved, report).todo is moved.todo


def test_a_repair_that_is_undone_has_its_results_again(failed: State) -> None:
    """And so it is with one that is done again; results to come are none yet."""
    plan = with_edits_assigned(PLAN, [1], 0)
    asked = after(failed, RepairCommit())
    repaired = after(asked, Repaired(failed.todo, COMMIT, plan, WORDS))
    assert repaired.checks == {}
    passed = after(repaired, Checked(repaired.todo, 0, Check("passed")))
    back = after(passed, Undo())
    assert back.checks == failed.checks
    assert "   X moves into it what it lacks" in page(back)
    assert after(back, Redo()).checks == passed.checks
    assert after(back, Redo(), Undo()).checks == failed.checks

    running = after(repaired, Checked(repaired.todo, 0, Check("running")))
    assert after(running, Undo(), Redo()).checks == {}
