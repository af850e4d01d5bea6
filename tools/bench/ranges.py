"""``./dev bench ranges``: what it costs to open a range of commits and to change it.

Fifty commits that each change 200 of 400 files. Processor time of each step as the
program takes it, after the same has been done once; then one commit of them alone.
"""

import random
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from gitsplit.git.history import changes_of, read_series
from gitsplit.git.repository import open_repository
from gitsplit.model.layers import layers_of
from gitsplit.model.plan import plan_at_home, with_edits_assigned
from gitsplit.model.states import steps
from gitsplit.model.weave import threads_of
from gitsplit.tui.diff.rows import diff_rows
from tools.output import say

COMMITS, FILES, CHANGED, LINES = 50, 400, 200, 60

Answer = TypeVar("Answer")


def _timed(what: str, answer: Callable[[], Answer]) -> Answer:
    """The answer; how long it took, and the most memory so far, are printed."""
    before = time.process_time()
    found = answer()
    seconds = time.process_time() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(f"{what:44} {seconds:7.3f} s  {memory:5} MiB")
    return found


def measure_ranges() -> None:
    """Print what each step costs."""
    with tempfile.TemporaryDirectory(prefix="gitsplit-bench-") as name:
        _make_repository(Path(name))
        repo = open_repository(Path(name))
        series = read_series(repo, f"HEAD~{COMMITS}")
        changes = _timed(
            f"read and compare {COMMITS} commits of {CHANGED} files",
            lambda: changes_of(repo, series.commits),
        )
        messages = [commit.raw.message for commit in series.commits]
        plan = _timed(
            "the range, each hunk at home", lambda: plan_at_home(changes, messages)
        )
        layers = _timed(
            "lines that came and went", lambda: layers_of(threads_of(plan.changes))
        )
        _timed(
            "the rows of the screen, these folded",
            lambda: diff_rows(plan.changes, plan.edits, layers=layers),
        )
        _timed("all states", lambda: steps(plan))
        last = len(plan.edits) - 1
        moved = _timed(
            "a hunk of the last commit to the first",
            lambda: with_edits_assigned(plan, [last], 0),
        )
        _timed("all states", lambda: steps(moved))
        everywhere = _timed(
            "every tenth hunk to the first commit",
            lambda: with_edits_assigned(plan, range(0, last, 10), 0),
        )
        _timed("all states", lambda: steps(everywhere))
        alone = plan_at_home(changes[-1:], messages[-1:])
        _timed("one commit alone: all states", lambda: steps(alone))


def _make_repository(path: Path) -> None:
    stream = b"".join(_commits(random.Random(1)))
    subprocess.run(["git", "init", "-q", path], check=True)
    for *command, given in (
        ("fast-import", "--quiet", stream),
        ("symbolic-ref", "HEAD", "refs/heads/range", None),
    ):
        subprocess.run(["git", *command], cwd=path, input=given, check=True)


def _commits(chance: random.Random) -> Iterator[bytes]:
    """What ``git fast-import`` makes the commits of."""
    files = {
        b"d%d/f%d.py" % (n % 20, n): [b"line %d of %d\n" % (i, n) for i in range(LINES)]
        for n in range(FILES)
    }
    yield from _commit(files, sorted(files), 0)
    for number in range(1, COMMITS + 1):
        changed = chance.sample(sorted(files), CHANGED)
        for path in changed:
            line = chance.randrange(LINES)
            files[path][line] = b"line %d changed by %d\n" % (line, number)
            if chance.random() < 0.3:
                files[path].insert(line, b"new in %d\n" % number)
        yield from _commit(files, changed, number)


def _commit(
    files: dict[bytes, list[bytes]], changed: list[bytes], number: int
) -> Iterator[bytes]:
    yield b"commit refs/heads/range\ncommitter A <a@b> %d +0000\n" % (number + 1)
    yield b"data <<.\nCommit %d\n.\n" % number
    for path in changed:
        content = b"".join(files[path])
        yield b"M 100644 inline %s\ndata %d\n%s\n" % (path, len(content), content)
