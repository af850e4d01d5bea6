"""What became of the commands run on the new commits, as lines for a terminal."""

from collections.abc import Iterator

from gitsplit.model.checks import Check
from gitsplit.model.escape import shown

MOST_LINES = 20
"""So many lines of the end of what a failed command printed are shown."""

_MARKS = {"waiting": " ", "running": "…", "passed": "✓", "failed": "✗", "not run": "?"}


def check_lines(
    number: int, subject: bytes, check: Check, with_output: bool = True
) -> Iterator[str]:
    """One commit and how its check stands; below it, the end of what failed said."""
    how = f" ({shown(check.reason)})" if check.reason else ""
    yield f"{_MARKS[check.state]} {number} {shown(subject)}{how}"
    if check.state in ("failed", "not run") and with_output:
        yield from (f"    {line}" for line in output_end(check.output))


def output_end(output: bytes) -> tuple[str, ...]:
    """The last lines of an output, fit to be shown; ``…`` stands for those before."""
    lines = output.rstrip().splitlines()
    above = ("…",) if len(lines) > MOST_LINES else ()
    return (*above, *(shown(line.expandtabs()) for line in lines[-MOST_LINES:]))
