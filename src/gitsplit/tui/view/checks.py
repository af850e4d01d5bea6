"""What the user's commands (``-x``) say of new commits, as signs and lines."""

from collections.abc import Iterator

from prompt_toolkit.formatted_text import StyleAndTextTuples

from gitsplit.model.checks import WAITING, Check
from gitsplit.tui.state.app_state import State
from gitsplit.tui.state.new_commits import number_of_new_commit
from gitsplit.tui.view.text import one_line, start_of

MOST_LINES = 5
"""So many lines of the end of what a failed command printed are shown."""

_MARKS = {"waiting": " ", "running": "…", "passed": "✓", "failed": "✗", "not run": "?"}


def failure_lines(state: State, width: int) -> Iterator[StyleAndTextTuples]:
    """The first failure, and the end of what the command printed."""
    bad = [number for number, check in state.checks.items() if is_failure(check)]
    if not bad:
        return
    number = min(bad)
    check = state.checks[number]
    what = (
        f" {one_line(check.command)} ({one_line(check.reason)})"
        if check.command
        else ""
    )
    how = f"fails:{what}"
    if check.state == "not run":
        how = f"was not checked:{what}"
    words = f" {check_sign(check)} commit {number + 1} {how}"
    yield [("class:error", start_of(words, width))]
    for line in check.output.rstrip().splitlines()[-MOST_LINES:]:
        yield [("class:faint", start_of(f"   {one_line(line.expandtabs())}", width))]
    if check.state == "failed" and state.beyond_repair is not state.todo:
        yield [("class:key", "   X"), ("", " moves into it what it lacks")]


def check_of(state: State, number: int) -> Check:
    """The check of the new commit ``number``, from 0."""
    return state.checks.get(number, WAITING)


def check_sign(check: Check) -> str:
    """The sign for a check."""
    return _MARKS[check.state]


def is_failure(check: Check) -> bool:
    """Whether a command failed on the commit, or couldn't be run."""
    return check.state in ("failed", "not run")


def check_sign_of(state: State, group: int) -> str:
    """The sign beside the number of a group of the open commit.

    Empty as long as nothing is checked.
    """
    if not state.checks:
        return ""
    return check_sign(check_of(state, number_of_new_commit(state, group)))


def check_style(state: State, group: int) -> str:
    """The style of that sign."""
    check = check_of(state, number_of_new_commit(state, group))
    return sign_style(check)


def sign_style(check: Check) -> str:
    """The style of the sign for a check."""
    if is_failure(check):
        return "class:error"
    return "class:good" if check.state == "passed" else ""


MOST_OUTPUT = 100
"""So many lines of the end of an output are shown with its commit."""


def check_lines(state: State, number: int, width: int) -> Iterator[StyleAndTextTuples]:
    """What is said of a new commit, once the command has begun or ended on it."""
    check = check_of(state, number)
    if check == WAITING:
        return
    words = f" {check_sign(check)} {one_line(state.info.check)}: {check.state}"
    if check.reason:
        words += f" ({one_line(check.reason)})"
    yield [(sign_style(check), start_of(words, width))]
    for line in check.output.rstrip().splitlines()[-MOST_OUTPUT:]:
        yield [("class:faint", start_of(f"   {one_line(line.expandtabs())}", width))]
    yield []
