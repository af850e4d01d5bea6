"""Whether proposals come in an order that holds: by parsers, and by real checks.

The prefixes of a split are the states after each of its commits but the last. Those of
the benchmark's tangled cases are given to the parsers that are installed, which know
nothing of gitsplit's own; with clones, tangles of real neighbours are checked by
``pyflakes``, ``node --check`` and ``go vet``, and repaired where they fail.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from gitsplit.model.diff import File
from gitsplit.model.plan import Plan
from gitsplit.model.states import steps
from gitsplit.proposal.flaws import flaws_of
from gitsplit.proposal.propose import proposal
from gitsplit.proposal.syntax import BrokenFile
from tools.bench.clones import clone_of
from tools.bench.data import BenchCase
from tools.bench.tangles import LANGUAGES, outcomes
from tools.output import say

PARSERS = {
    "py": (sys.executable, "-m", "py_compile"),
    "js": ("node", "--check"),
    "go": ("gofmt", "-e"),
    "sh": ("bash", "-n"),
}
"""What parses files of an ending; it fails where it can't."""

TANGLED = {
    "pallets/click": "python",
    "expressjs/express": "javascript",
    "spf13/cobra": "go",
}
"""The repositories whose neighbouring commits are tangled, and their languages."""

MOST_TANGLES = 34


def measure_order(records: Sequence[BenchCase], clones: Path | None) -> None:
    """What is found, on standard output."""
    tangled = [case for case in records if case.record["k"] > 1]
    for told in (False, True):
        say(_prefix_line(tangled, told=told))
    for repository, language in TANGLED.items():
        clone = clone_of(repository, clones) if clones else None
        if clone is None:
            say(f"{repository}: skipped, as there is no clone")
            continue
        every = [
            found for found, _ in outcomes(clone, LANGUAGES[language], MOST_TANGLES)
        ]
        for found in every[-1:]:
            median = statistics.median(found.runs or [0])
            say(
                f"{repository}: {found.tangles} tangles, {found.prefixes} prefixes,"
                f" {found.failing} fail in {found.splits_failing} splits;"
                f" {found.failing_after} after --repair,"
                f" in {median} runs a commit at the median"
            )


def _prefix_line(tangled: Sequence[BenchCase], *, told: bool) -> str:
    """What is wrong with the prefixes of all proposals."""
    found: Counter[str] = Counter()
    for case in tangled:
        number = case.record["k"] if told else None
        said = case.message.encode()
        plan = proposal(case.changes, said, commits=number, at_least=2)
        found["prefixes"] += len(plan.groups) - 1
        flaws = flaws_of(plan)
        found["unparsable"] += sum(isinstance(flaw, BrokenFile) for flaw in flaws)
        found["early"] += sum(not isinstance(flaw, BrokenFile) for flaw in flaws)
        for is_new_error in _refused(plan):
            found["parsed"] += 1
            found["refused"] += is_new_error
    return (
        f"{'told the number' if told else 'asked'}: {found['prefixes']} prefixes;"
        f" by gitsplit {found['unparsable']} files don't parse,"
        f" {found['early']} names are used too soon; other parsers refuse"
        f" {found['refused']} of {found['parsed']} states"
    )


def _refused(plan: Plan) -> Iterator[bool]:
    """For each state of a file between both ends whether a parser refuses it alone."""
    for step in steps(plan)[:-1]:
        for state in step.files:
            thread = next(t for t in plan.threads if _is_of(t.changes, state))
            ends = (thread.changes[0].old, thread.changes[-1].new)
            if any(end is not None and end.oid == state.oid for end in ends):
                continue
            verdict = _parses(state)
            if verdict is not None:
                known = [_parses(end) for end in ends if end is not None]
                yield not verdict and all(known)


def _is_of(changes: Sequence[object], state: File) -> bool:
    sides = ((getattr(c, "old", None), getattr(c, "new", None)) for c in changes)
    return any(side and side.path == state.path for pair in sides for side in pair)


def _parses(file: File) -> bool | None:
    """Whether a parser takes the file; None where none is there for it."""
    ending = file.path.rpartition(b".")[2].decode("utf-8", "replace")
    command = PARSERS.get(ending)
    if command is None or shutil.which(command[0]) is None:
        return None
    with tempfile.TemporaryDirectory(prefix="gitsplit-bench-") as place:
        path = Path(place) / f"file.{ending}"
        path.write_bytes(file.content or b"")
        done = subprocess.run([*command, path], capture_output=True, check=False)
    return not done.returncode
