"""What came of checking new commits, for the preview to show."""

from collections.abc import Iterator

from prompt_toolkit.formatted_text import StyleAndTextTuples

from gitsplit.core.checks import WAITING, Check
from gitsplit.tui.state import State
from gitsplit.tui.text import clipped, shown

MOST_LINES = 5
"""So many lines of the end of what a failed command printed are shown."""

NOT_CHECKED = WAITING

_MARKS = {"waiting": " ", "running": "…", "passed": "✓", "failed": "✗"}


def checked(state: State, number: int) -> Check:
    """How the check of the new commit ``number`` (from 0) stands."""
    return state.checks.get(number, NOT_CHECKED)


def mark_of(check: Check) -> str:
    """The one sign for it."""
    return _MARKS[check.state]


def failure_lines(state: State, width: int) -> Iterator[StyleAndTextTuples]:
    """The first commit on which a command failed, and the end of what it printed."""
    failed = [n for n, check in state.checks.items() if check.state == "failed"]
    if not failed:
        return
    number = min(failed)
    check = state.checks[number]
    words = f" ✗ commit {number + 1} fails: {shown(check.command)} ({check.reason})"
    yield [("class:bad", clipped(words, width))]
    for line in check.output.rstrip().splitlines()[-MOST_LINES:]:
        yield [("class:faint", clipped(f"   {shown(line.expandtabs())}", width))]
