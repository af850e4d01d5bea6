"""``./dev bench large``: what very large commits cost, in processor time and memory.

Each is a repository of two commits, the last of which is looked at by a dry run, in a
process of its own: with the proposal, without one (``--group-by none``), or by a plan
that cuts off the second of two lines. What is printed are seconds of processor time,
git's among them, and the peak memory of the larger one of gitsplit and git.
"""

import asyncio
import base64
import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tools.bench.screen import Commits, key_costs, make_repository, opened
from tools.output import say

FILES, LINES = 50, 10_000
"""So many files, all of whose lines change, are a million changed lines."""

LONG_LINES = (10, 50)
"""In MB."""

MANY_LINES = 2_000_000
CHANGED_LINES = (1_000, 1_000_000, 1_900_000)
IMAGES, IMAGE = 5, 400_000
BINARY = 2 << 30
MANY_FILES = 30_000

_MEASURED = """
import os
from resource import *
from gitsplit.__main__ import run
os._exit = lambda status: None  # it would end before its costs are told
try:
    run()
finally:
    own, git = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    of_git, peak = git.ru_utime + git.ru_stime, max(own.ru_maxrss, git.ru_maxrss)
    print("costs", own.ru_utime + own.ru_stime + of_git, of_git, peak // 1024)
"""
"""Runs gitsplit and says last what it has cost."""

_PLAN = "--plan"
_PROPOSAL, _NONE = (), ("--group-by", "none")
_WORDS = [b"alpha ", b"beta(x) ", b"gamma = 3; ", b"delta", b"if(e)", b"{return q} "]


class Case(NamedTuple):
    """A commit: how its repository is made, and the options that it is looked at by."""

    name: str
    make: Callable[[Path], object]
    ways: Sequence[Sequence[str]] = (_PROPOSAL,)


def measure_large() -> None:
    """Print what each costs."""
    say(f"{'':36}{'':>18} processor   of git  peak MiB")
    for case in _cases():
        with tempfile.TemporaryDirectory(prefix="gitsplit-bench-") as name:
            place = Path(name)
            case.make(place)
            for options in case.ways:
                given = [str(_plan(place))] if _PLAN in options else []
                costs = dry_run_costs(place, *options, *given)
                _print_costs(case.name, " ".join(options), costs)
            if case.name.endswith("files"):
                screen = [sys.executable, "-m", "tools.bench.large", str(place)]
                costs = _costs_told(_output(screen, Path.cwd()))
                _print_costs(case.name, "w on the screen", costs)


class Costs(NamedTuple):
    """Seconds of processor time, git's among them, and MiB at most."""

    processor: float
    of_git: float
    peak: float


def _print_costs(name: str, way: str, costs: Costs) -> None:
    """A line of the table."""
    words = f"{costs.processor:7.2f} s {costs.of_git:6.2f} s {costs.peak:9.0f}"
    say(f"{name:36}{way:>18} {words}")


def dry_run_costs(place: Path, *options: str, upstream: str = "HEAD~1") -> Costs:
    """What a dry run of the commits since then costs, in a process of its own."""
    asked = [upstream, "--dry-run", *options]
    return _costs_told(_output([sys.executable, "-c", _MEASURED, *asked], place))


def _costs_told(printed: bytes) -> Costs:
    """The costs that a process has printed last."""
    return Costs(*map(float, printed.rpartition(b"costs")[2].split()))


def _output(command: Sequence[str], place: Path) -> bytes:
    """What the command prints; it isn't started by this process, whose peak it had."""
    apart = ["sh", "-c", '"$@"; exit $?', "sh", *command]
    done = subprocess.run(apart, cwd=place, stdout=subprocess.PIPE, check=True)
    return done.stdout


def _plan(place: Path) -> Path:
    """A plan that makes the second line of the file a commit of its own."""
    head, upstream = (
        _output(["git", "rev-parse", name], place).decode().strip()
        for name in ("HEAD", "HEAD~1")
    )
    second = {"old_path": "app.js", "path": "app.js", "added": [[2, 2]]}
    groups = [
        {"message": "second line\n", "files": [second]},
        {"message": "the rest\n", "owner": True, "rest": True},
    ]
    series = [{"commit": head, "action": "split", "groups": groups}]
    plan = {"format": "gitsplit-plan", "version": 1, "upstream": upstream, "head": head}
    path = place / "plan.json"
    path.write_text(json.dumps({**plan, "series": series}))
    return path


def _cases() -> Iterator[Case]:
    yield Case("a million changed lines", _making(_million), (_PROPOSAL, _NONE))
    for size in LONG_LINES:
        make = _making(partial(_long_line, size))
        yield Case(f"a line of {size} MB becomes two", make, (_PROPOSAL, (_PLAN,)))
    for width in (13, 37):
        make = _making(partial(_many_lines, width))
        yield Case(f"2 million lines of {width} bytes, 3 hunks", make)
    yield Case("a notebook with 5 images", _making(_notebook), (_PROPOSAL, _NONE))
    yield Case("a binary file of 2 GB", _make_binary)
    yield Case("30,000 changed files", _making(_many_files), (_PROPOSAL, _NONE))


Side = Callable[[bool], Iterator[tuple[str, bytes]]]
"""The files of a commit that is the old one or the new one."""


def _making(side: Side) -> Callable[[Path], None]:
    """The function that makes a repository of two commits."""

    def commits() -> Commits:
        yield "old", side(False)
        yield "new", side(True)

    return lambda place: make_repository(place, commits())


def _million(is_new: bool) -> Iterator[tuple[str, bytes]]:
    name, often = (b"new", 89) if is_new else (b"old", 97)
    for file in range(FILES):
        lines = (
            b"%s%d_%d = call_%d(%d)\n" % (name, file, n % often, n % 1013, n)
            for n in range(LINES)
        )
        yield f"d{file % 5}/f{file}.py", b"".join(lines)


def _long_line(size: int, is_new: bool) -> Iterator[tuple[str, bytes]]:
    chance = random.Random(size)
    words = (b"%s%d" % (word, n % 1_000) for n, word in enumerate(_WORDS * 1_000))
    some = list(words)
    text = b"".join(chance.choices(some, k=size * 135_000))[: size * 1_000_000]
    changed = text[:1_000] + b" changed " + text[1_000:]
    yield "app.js", changed + b"\n//# sourceMappingURL=app.js.map\n" if is_new else text


def _many_lines(width: int, is_new: bool) -> Iterator[tuple[str, bytes]]:
    lines = [
        (b"line %07d word foo(bar) = baz %d" % (n, n % 7919))[: width - 1] + b"\n"
        for n in range(MANY_LINES)
    ]
    if is_new:
        for number in CHANGED_LINES:
            lines[number] = b"changed %d\n" % number
        lines[CHANGED_LINES[1] : CHANGED_LINES[1]] = [b"new\n"]
    yield "big.txt", b"".join(lines)


def _notebook(is_new: bool) -> Iterator[tuple[str, bytes]]:
    yield "requirements.txt", b"plots\n" * (1 + is_new)
    if is_new:
        chance = random.Random(1)
        images = (base64.b64encode(chance.randbytes(IMAGE)) for _ in range(IMAGES))
        cells = [
            {"source": [f"plot({n})\n", f"show_{n}()\n"], "png": image.decode()}
            for n, image in enumerate(images)
        ]
        yield "plots.ipynb", json.dumps({"cells": cells}, indent=1).encode() + b"\n"


def _many_files(is_new: bool) -> Iterator[tuple[str, bytes]]:
    middle = b"new" if is_new else b"old"
    for n in range(MANY_FILES):
        yield f"d{n % 30}/e{n % 7}/f{n}.txt", b"a\n%s %d\nc\n" % (middle, n)


def _make_binary(place: Path) -> None:
    """A sparse file: git stores it in a few MB."""
    make_repository(place, iter([("old", iter([("t.txt", b"1\n")]))]))
    with (place / "big.bin").open("wb") as file:
        file.truncate(BINARY)
    (place / "t.txt").write_text("2\n")
    for args in (["add", "."], ["commit", "-q", "-m", "new"]):
        command = ["git", "-c", "core.compression=1", *args]
        subprocess.run(command, cwd=place, check=True)


def _measure_preview(place: Path) -> None:
    """Print what opening the preview of all files takes, and the program's peak."""
    ((_, costs),) = asyncio.run(key_costs(opened(place), {"preview": ("w", 1)}))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(f"costs {costs[0]} 0 {peak}")


if __name__ == "__main__":
    _measure_preview(Path(sys.argv[1]))
