"""What came of checking new commits, for the preview to show."""

from collections.abc import Iterator

from prompt_toolkit.formatted_text import StyleAndTextTuples

from gitsplit.model.checks import WAITING, Check
from gitsplit.tui.state.app_state import State
from gitsplit.tui.view.text import clipped, shown

MOST_LINES = 5
"""So many lines of the end of what a failed command printed are shown."""

NOT_CHECKED = WAITING

_MARKS = {"waiting": " ", "running": "…", "passed": "✓", "failed": "✗", "not run": "?"}


def checked(state: State, number: int) -> Check:
    """How the check of the new commit ``number`` (from 0) stands."""
    return state.checks.get(number, NOT_CHECKED)


def mark_of(check: Check) -> str:
    """The one sign for it."""
    return _MARKS[check.state]


def is_bad(check: Check) -> bool:
    """Whether the commit won't do: a command failed on it, or couldn't be run."""
    return check.state in ("failed", "not run")


def failure_lines(state: State, width: int) -> Iterator[StyleAndTextTuples]:
    """The first commit that won't do, and the end of what was said about it."""
    bad = [number for number, check in state.checks.items() if is_bad(check)]
    if not bad:
        return
    number = min(bad)
    check = state.checks[number]
    what = f" {shown(check.command)} ({shown(check.reason)})" if check.command else ""
    how = f"fails:{what}"
    if check.state == "not run":
        how = f"was not checked:{what}"
    words = f" {mark_of(check)} commit {number + 1} {how}"
    yield [("class:bad", clipped(words, width))]
    for line in check.output.rstrip().splitlines()[-MOST_LINES:]:
        yield [("class:faint", clipped(f"   {shown(line.expandtabs())}", width))]
