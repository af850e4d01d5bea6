"""``./dev bench split``: a commit under N others is split in two, beside other ways.

5,000 files, or as many as --files says; the commit at the bottom changes 8 of them at
20 places, 4 of these become a commit of their own, and N commits of one line are put on
top. Each way gets the same repository, in turns; what it leaves is checked and removed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.bench.ways import Way, measure_run, print_ways

EACH, LINES = 25, 60
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


def measure_split(numbers: Sequence[int], files: int, runs: int) -> None:
    """Print a table for each number of commits on top, in a tree of so many files."""
    for number in numbers:
        with tempfile.TemporaryDirectory(prefix="gitsplit-bench-") as name:
            bench = _Bench(Path(name), files, number)
            ways = list(_ways())
            for _ in range(runs):
                for way in ways:
                    if not way.trouble:
                        bench.run(way)
        print_ways(f"N = {number:,}, {files:,} files", ways)


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

    def __init__(self, place: Path, files: int, number: int) -> None:
        self.place, self.number = place / "repo", number
        paths = [_path(file, files) for file in range(files)]
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
        measure_run(way, self.place, self.environment)
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


def _path(file: int, files: int) -> str:
    """The path of one file of so many; no directory has more than 25 entries."""
    found, directory, directories = f"f{file % EACH:02}", file // EACH, files // EACH
    while directories > 1:
        found = f"d{directory % EACH:02}/{found}"
        directory, directories = directory // EACH, -(-directories // EACH)
    return found


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
