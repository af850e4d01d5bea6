"""Commits made of neighbours in a real history, each split by the program and checked.

A tangle is two or three commits that follow each other on the first parents' line,
made into one. Only those count whose tree before and after passes the check, so what
fails between them is of the split's making.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

MOST_FILES = 20
"""Commits of more files than that aren't taken."""

SECONDS = 300
"""So long a run may take."""


@dataclass(frozen=True)
class Language:
    """What is checked of a repository: its files, and the command that checks them.

    In the command ``{changed}`` are the files that the tangle changes, as a list of
    their names on standard output.
    """

    ending: str
    needs: str
    command: str


_NO_NAME = (
    "undefined name|invalid syntax|unexpected indent|IndentationError|never closed"
)

LANGUAGES = {
    "python": Language(
        ".py",
        f"{sys.executable} -m pyflakes --version",
        f"! {{changed}} | xargs -r {sys.executable} -m pyflakes 2>&1"
        f" | grep -E '{_NO_NAME}|unindent|expected|unterminated|unmatched|cannot'",
    ),
    "javascript": Language(
        ".js", "node --version", "{changed} | xargs -r -n1 node --check"
    ),
    "go": Language(".go", "go version", "go vet ./..."),
}


@dataclass(frozen=True)
class Tangle:
    """A commit made of several, on the commit ``base``."""

    base: str
    oid: str
    command: str


@dataclass
class Outcome:
    """How the splits of one repository's tangles fared."""

    tangles: int = 0
    prefixes: int = 0
    failing: int = 0
    splits_failing: int = 0
    failing_after: int = 0
    runs: list[int] = field(default_factory=list)


class Workshop:
    """A repository of its own that borrows the objects of a clone."""

    def __init__(self, clone: Path, place: Path, language: Language) -> None:
        self.place, self.language = place, language
        subprocess.run(["git", "init", "-q", place], check=True)
        alternates = place / ".git" / "objects" / "info" / "alternates"
        alternates.write_text(f"{clone.resolve()}/objects\n")
        head = ["git", "-C", str(clone), "rev-parse", "HEAD"]
        self.tip = subprocess.run(
            head, check=True, capture_output=True, text=True
        ).stdout.strip()
        self.git("config", "user.name", "Bench")
        self.git("config", "user.email", "bench@example.org")
        self.git("config", "gc.auto", "0")

    def git(self, *args: str) -> str:
        """What git prints."""
        return subprocess.run(
            ["git", "-C", self.place, *args],
            check=True,
            capture_output=True,
            text=True,
            errors="replace",
        ).stdout.strip()

    def tangles(self, most: int) -> Iterator[Tangle]:
        """Tangles of the latest commits, none of which share one."""
        line = self.git("rev-list", "--first-parent", "-n3000", self.tip).split()
        at, number = 0, 0
        while at + 3 < len(line) and number < most:
            size = 2 + number % 2
            if not all(map(self._is_fit, line[at : at + size])):
                at += 1
                continue
            found = self._tangle(line[at], line[at + size])
            if found is not None:
                number += 1
                yield found
            at += size

    def _is_fit(self, oid: str) -> bool:
        """Whether a commit changes a few files, one of the language among them."""
        paths = self.git("diff", "--name-only", f"{oid}^", oid).split("\n")
        has_code = any(path.endswith(self.language.ending) for path in paths)
        return has_code and len(paths) <= MOST_FILES

    def _tangle(self, last: str, base: str) -> Tangle | None:
        """The commits after ``base`` up to ``last`` in one, where the check passes."""
        message = self.git("log", "-1", "--format=%B", last) or "Do several things"
        made = self.git("commit-tree", "-p", base, "-m", message, f"{last}^{{tree}}")
        changed = (
            f"git diff --name-only --diff-filter=d {base} {made}"
            f" -- '*{self.language.ending}' | while read -r f;"
            ' do if test -f "$f"; then echo "$f"; fi; done'
        )
        command = self.language.command.replace("{changed}", changed)
        tangle = Tangle(base, made, command)
        return tangle if all(self._passes(o, command) for o in (base, made)) else None

    def _passes(self, oid: str, command: str) -> bool:
        self.git("checkout", "-qf", "--detach", oid)
        self.git("clean", "-qfdx")
        done = subprocess.run(
            command, shell=True, cwd=self.place, capture_output=True, check=False
        )
        return done.returncode == 0

    def split(self, tangle: Tangle, *options: str) -> str:
        """What the program says of splitting the tangle, with its commits checked."""
        self.git("checkout", "-qf", "--detach", tangle.oid)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "gitsplit", "-c", "HEAD", "--yes"),
                *("-x", tangle.command, *options),
            ],
            cwd=self.place,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=SECONDS,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")},
        )
        return done.stdout + done.stderr


_RESULT = re.compile(r"^ *([✓✗?]) (\d+) ", re.MULTILINE)
_RUNS = re.compile(r"^repaired: .*\((\d+) runs?\)$", re.MULTILINE)


def results(said: str) -> list[str]:
    """The sign of each new commit, the last excepted: its tree is the tangle's own."""
    found: dict[int, str] = {}
    for sign, number in _RESULT.findall(said):
        found[int(number)] = sign
    return [found[number] for number in sorted(found)][:-1]


def outcomes(
    clone: Path, language: Language, most: int
) -> Iterator[tuple[Outcome, str]]:
    """The figures so far after each tangle of a repository; what was said of failures.

    Where a commit fails, the same tangle is split once more, with ``--repair``.
    """
    found = Outcome()
    with tempfile.TemporaryDirectory(prefix="gitsplit-bench-") as directory:
        shop = Workshop(clone, Path(directory) / "repository", language)
        for tangle in shop.tangles(most):
            said = shop.split(tangle)
            signs = results(said)
            bad = sum(sign != "✓" for sign in signs)
            found.tangles += 1
            found.prefixes += len(signs)
            found.failing += bad
            found.splits_failing += bad > 0
            if bad:
                said = shop.split(tangle, "--repair")
                found.failing_after += sum(sign != "✓" for sign in results(said))
                found.runs += map(int, _RUNS.findall(said))
            yield found, said if bad else ""
