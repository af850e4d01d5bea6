"""Checks while one works: asked for once, after each change, beside the numbers."""

from msgspec.structs import replace
from prompt_toolkit.formatted_text.utils import fragment_list_to_text

from gitsplit.model.checks import RUNNING, Check
from gitsplit.tui.state.app_state import Purpose, Screen, ShellRequest, State
from gitsplit.tui.update.actions.prompt import Dismiss, Submit, TypeText
from gitsplit.tui.update.actions.reports import ChangesSettled, Checked
from gitsplit.tui.update.actions.screens import OpenPreview, ShowFailure, Undo
from gitsplit.tui.update.actions.shell import CheckCommits
from gitsplit.tui.update.actions.split import Send
from gitsplit.tui.view.checks import MOST_OUTPUT
from gitsplit.tui.view.commit import commit_page
from gitsplit.tui.view.commits import commit_blocks, commit_lines
from gitsplit.tui.view.pane import PaneLines
from tests.tui.builder import after, plan_of, state_of

PAIR = ("1\n", "2\n")
PASSED = Check("passed")
OUTPUT = b"".join(b"line %d\n" % n for n in range(300)) + b"\x1b[2J<end>\n"
FAILED = Check("failed", "make", "exit 2", 2, OUTPUT)


def opened(check: str = "", last: str = "") -> State:
    state = state_of(plan_of({"a": PAIR, "b": PAIR, "c": PAIR}, 3))
    return replace(state, info=replace(state.info, check=check, last_check=last))


def with_results(state: State, *checks: Check) -> State:
    for number, check in enumerate(checks):
        state = after(state, Checked(state.todo, number, check))
    return state


def texts(lines: PaneLines) -> list[str]:
    return [fragment_list_to_text(lines.get(n)) for n in range(lines.height)]


def test_x_asks_for_a_command_where_none_was_given() -> None:
    asked = after(opened(), CheckCommits())

    assert asked.prompt is not None
    assert asked.prompt.purpose is Purpose.COMMAND
    assert asked.request is None
    begun = after(asked, TypeText("make test"), Submit())
    assert begun.request is ShellRequest.CHECK
    assert begun.info.check == "make test"
    assert after(begun, CheckCommits()).request is ShellRequest.CHECK


def test_the_last_command_is_offered_and_not_run() -> None:
    asked = after(opened(last="make"), CheckCommits())

    assert asked.prompt is not None
    assert (asked.prompt.text, asked.request) == ("make", None)
    left = after(asked, Dismiss(), Send(1))
    assert after(left, ChangesSettled(left.todo)).request is None
    assert after(asked, Submit()).info.check == "make"


def test_after_a_change_the_commits_are_checked_by_themselves() -> None:
    begun = after(opened("make"), CheckCommits())
    changed = after(with_results(begun, PASSED, PASSED, PASSED), Send(1))
    settled = after(changed, ChangesSettled(changed.todo))

    assert changed.checks == {}
    assert settled.request is ShellRequest.CHECK
    assert settled.status == changed.status
    assert after(changed, ChangesSettled(begun.todo)).request is None
    undone = after(settled, Undo())
    assert [undone.checks[n].state for n in range(3)] == ["passed"] * 3
    assert after(undone, ChangesSettled(undone.todo)).request is None


def test_nothing_is_checked_that_nobody_asked_for() -> None:
    changed = after(opened("make"), Send(1))

    assert after(changed, ChangesSettled(changed.todo)).request is None


def test_signs_stand_beside_the_numbers() -> None:
    state = with_results(opened("make"), PASSED, FAILED, RUNNING)

    assert [line[:4] for line in texts(commit_lines(state, 80))[:3]] == [
        "▸1✓ ",
        " 2✗ ",
        " 3… ",
    ]
    blocks = texts(commit_blocks(state, 40, 30))
    assert [line[:4] for line in blocks if line[1:2].isdigit()] == [
        "▸1✓ ",
        " 2✗ ",
        " 3… ",
    ]
    assert all(len(line) <= 80 for line in texts(commit_lines(state, 80)))


def test_the_output_of_the_first_that_failed_is_shown_bounded_and_harmless() -> None:
    state = with_results(opened("make"), PASSED, FAILED, PASSED)
    shown = after(state, OpenPreview(), ShowFailure())
    page = texts(commit_page(shown, 80))
    output = [line for line in page if line.startswith("   line")]

    assert (shown.screen, shown.viewed) == (Screen.COMMIT, 1)
    assert " ✗ make: failed (exit 2)" in page
    assert len(output) == MOST_OUTPUT - 1
    assert output[-1] == "   line 299"
    assert "   ␛[2J<end>" in page
    none = after(with_results(opened("make"), PASSED), OpenPreview(), ShowFailure())
    assert none.status == "No commit has failed a check. x checks them."
