"""``./dev bench split``: a commit under N others is split in two, beside other ways.

5,000 files; the commit at the bottom changes 8 of them at 20 places, 4 of these files
become a commit of their own, and N commits of one line each are put on top again. Each
way gets the same repository, in turns; what it leaves is checked, and taken away.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.output import say

DIRECTORIES, FILES_IN_EACH, LINES = 200, 25, 60
PLACES = (3, 3, 2, 2, 3, 3, 2, 2)
"""How many lines the commit changes in each of its files."""

WRITER = Path(__file__).parent / "pack_writer.py"
REBASE = """
GIT_SEQUENCE_EDITOR="sed -i '1s/^pick/edit/'" git rebase -q -i $T^ 2>/dev/null
git reset -q HEAD^
git add -- $A && git commit -q -m "first half"
git add -- $B && git commit -q -C $T
git rebase --continue >/dev/null 2>&1
"""
HISTORY = "yes a | GIT_EDITOR=true git history split $T -- $A >/dev/null"
REVISE = (
    r"printf '%s\n' a a a a d d d d"
    " | GIT_EDITOR=true git-revise -c $T >/dev/null"
)

LAUNCHER = """
import os, sys, time
start = time.monotonic()
child = os.posix_spawnp("sh", ["sh", "-ec", sys.argv[1]], os.environ)
_, status, used = os.wait4(child, 0)
wall, processor = time.monotonic() - start, used.ru_utime + used.ru_stime
print(wall, processor, used.ru_maxrss, os.waitstatus_to_exitcode(status))
"""
"""Runs a script; a process of its own, or its peak would be that of this program."""

BARE = (
    ("Python, nothing imported", "pass"),
    ("click", "import click"),
    ("pygit2", "import pygit2"),
    ("click and pygit2", "import click, pygit2"),
)
"""What no program in Python that needs them is faster than."""


@dataclass(slots=True)
class Way:
    """A way to split the commit: a shell script, and what its runs have cost."""

    name: str
    script: str
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    memory: int = 0
    trouble: str = ""


def measure_split(numbers: Sequence[int], runs: int) -> None:
    """Print a table for each number of commits on top, and what is bare cost."""
    for number in numbers:
        with tempfile.TemporaryDirectory(prefix="gitsplit-bench-") as name:
            bench = _Bench(Path(name), number)
            ways = list(_ways())
            for _ in range(runs):
                for way in ways:
                    if not way.trouble:
                        bench.run(way)
        _print_table(f"N = {number:,}", ways)
    bare = [Way(name, f"{sys.executable} -c '{code}'") for name, code in BARE]
    for _ in range(max(runs, 5)):
        for way in bare:
            _run(way, Path.cwd(), dict(os.environ))
    _print_table("bare", bare)


def _ways() -> Iterator[Way]:
    command = Path(sys.executable).parent / "gitsplit"
    yield Way("gitsplit --plan FILE --yes", f"{command} --plan $PLAN --yes >/dev/null")
    yield Way("a bare pack writer", f"{sys.executable} -IS {WRITER} $T main $A")
    yield Way("git rebase -i", REBASE)
    if shutil.which("git-revise"):
        yield Way("git revise -c", REVISE)
    known = subprocess.run(["git", "history", "-h"], capture_output=True, check=False)
    if b"split" in known.stdout:
        yield Way("git history split", HISTORY)


class _Bench:
    """The repository that every way gets."""

    def __init__(self, place: Path, number: int) -> None:
        self.place, self.number = place / "repo", number
        paths = [
            f"d{n:03}/f{m:02}" for n in range(DIRECTORIES) for m in range(FILES_IN_EACH)
        ]
        self.changed = paths[:: len(paths) // 8][:8]
        subprocess.run(["git", "init", "-q", "-b", "main", self.place], check=True)
        stream = b"".join(self._commits(paths))
        self.git("fast-import", "--quiet", given=stream)
        for setting in ("user.name=A", "user.email=a@b", "gc.auto=0"):
            self.git("config", *setting.split("="))
        self.git("reset", "-q", "--hard", "main")
        self.tip = self.git("rev-parse", "HEAD")
        self.commit = self.git("rev-parse", f"HEAD~{number}")
        plan = place / "plan.json"
        plan.write_text(json.dumps(self._plan()))
        # As on a machine of someone's: nothing of the developer's own configuration.
        home = {"HOME": str(place), "XDG_CONFIG_HOME": str(place)}
        names = {"T": self.commit, "PLAN": str(plan)}
        first, second = " ".join(self.changed[:4]), " ".join(self.changed[4:])
        path = {"PATH": os.environ["PATH"]}
        self.environment = {**path, **home, **names, "A": first, "B": second}
        self.objects = frozenset(self._object_files())

    def git(self, *args: str, given: bytes = b"") -> str:
        command = ["git", *args]
        done = subprocess.run(
            command, cwd=self.place, input=given, stdout=subprocess.PIPE, check=True
        )
        return done.stdout.decode().strip()

    def run(self, way: Way) -> None:
        """One run, checked; all is as before afterwards."""
        os.sync()
        _run(way, self.place, self.environment)
        if not way.trouble:
            self._check(way)
        shutil.rmtree(self.place / ".git" / "rebase-merge", ignore_errors=True)
        self.git("symbolic-ref", "HEAD", "refs/heads/main")
        self.git("update-ref", "refs/heads/main", self.tip)
        self.git("reset", "-q", "--hard")
        for file in set(self._object_files()) - self.objects:
            file.unlink()
        shutil.rmtree(self.place / ".git" / "gitsplit", ignore_errors=True)

    def _check(self, way: Way) -> None:
        count = self.git("rev-list", "--count", f"{self.commit}^..main")
        new, old = (
            self.git("rev-parse", f"{each}^{{tree}}") for each in ("main", self.tip)
        )
        second = self.git("log", "-1", "--format=%s", f"main~{self.number}")
        half = f"main~{self.number + 1}"
        files = self.git("diff", "--name-only", f"{half}^", half).split()
        found = int(count), new, second.endswith("both"), files
        if found != (self.number + 2, old, True, self.changed[:4]):
            way.trouble = way.trouble or "another history"

    def _object_files(self) -> Iterator[Path]:
        files = (self.place / ".git" / "objects").rglob("*")
        return (file for file in files if file.is_file())

    def _commits(self, paths: list[str]) -> Iterator[bytes]:
        """What ``git fast-import`` makes the commits of."""
        files = {p: [b"%s %d\n" % (p.encode(), n) for n in range(LINES)] for p in paths}
        yield from _commit(files, paths, b"base", 0)
        for path, places in zip(self.changed, PLACES, strict=True):
            for place in range(places):
                files[path][5 + 15 * place] = b"changed\n"
        yield from _commit(files, self.changed, b"both", 1)
        others = [path for path in paths if path not in self.changed]
        for number in range(self.number):
            path = others[number * 37 % len(others)]
            files[path][number % LINES] = b"changed by %d\n" % number
            yield from _commit(files, [path], b"commit %d" % number, number + 2)

    def _plan(self) -> dict[str, object]:
        named = [{"old_path": p, "path": p, "whole": True} for p in self.changed[:4]]
        whole = [{**each, "removed": [], "added": []} for each in named]
        groups: list[dict[str, object]] = [
            {"message": "first half\n", "owner": False, "files": whole},
            {"message": "both\n", "owner": True, "rest": True, "files": []},
        ]
        split = {"commit": self.commit, "action": "split", "groups": groups}
        upstream = self.git("rev-parse", f"{self.commit}^")
        return {
            "format": "gitsplit-plan",
            "version": 1,
            "upstream": upstream,
            "head": self.tip,
            "series": [{**split, "subject": "both", "dropped": []}],
        }


def _commit(
    files: dict[str, list[bytes]], changed: Sequence[str], message: bytes, time: int
) -> Iterator[bytes]:
    yield b"commit refs/heads/main\ncommitter A <a@b> %d +0000\n" % (
        1_700_000_000 + time
    )
    yield b"data %d\n%s\n" % (len(message), message)
    for path in changed:
        content = b"".join(files[path])
        yield b"M 100644 inline %s\ndata %d\n%s\n" % (
            path.encode(),
            len(content),
            content,
        )


def _run(way: Way, cwd: Path, environment: dict[str, str]) -> None:
    """One run of the way's script; what it cost is added to the way."""
    command = [sys.executable, "-ISc", LAUNCHER, f"cd {cwd}\n{way.script}"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    wall, processor, memory, status = map(float, done.stdout.split()[-4:])
    way.wall.append(wall)
    way.processor.append(processor)
    way.memory = max(way.memory, int(memory) // 1024)
    if status:
        way.trouble = f"exit status {status:.0f}"


def _print_table(title: str, ways: Sequence[Way]) -> None:
    say(f"\n{title:28}  seconds (least)   processor   peak MiB")
    for way in ways:
        wall, processor = map(statistics.median, (way.wall, way.processor))
        told = f"{wall:9.3f} ({min(way.wall):.3f}) {processor:10.3f} {way.memory:10}"
        say(f"{way.name:28} {told}  {way.trouble}".rstrip())
