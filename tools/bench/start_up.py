"""``./dev bench start-up``: what a run costs that does little, beside bare imports.

A commit in the middle of a series changes 10 files at 40 places; it is looked at by a
dry run.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tools.bench.ways import Way, measure_run, print_ways

RUNS = 15

FILES, PLACES, ABOVE = 10, 4, 5
"""So many files are changed at so many places each, so many commits before the tip."""

BARE = (
    ("Python, nothing imported", "pass"),
    ("click", "import click"),
    ("pygit2", "import pygit2"),
    ("click and pygit2", "import click, pygit2"),
)
"""What no program in Python that needs them is faster than."""


def measure_start_up() -> None:
    """Print one table, of runs in turns."""
    command = Path(sys.executable).parent / "gitsplit"
    ways = [Way(name, f"{sys.executable} -c '{code}'") for name, code in BARE]
    ways += [
        Way("gitsplit --version", f"{command} --version"),
        Way("gitsplit --dry-run", f"{command} -n HEAD~{ABOVE + 1}"),
        Way("— no proposal", f"{command} -n --group-by none HEAD~{ABOVE + 1}"),
    ]
    with tempfile.TemporaryDirectory(prefix="gitsplit-bench-") as name:
        place = Path(name) / "repo"
        _make_repository(place)
        environment = {**os.environ, "HOME": name, "XDG_CONFIG_HOME": name}
        for _ in range(RUNS):
            for way in ways:
                measure_run(way, place, environment)
    print_ways("start-up", ways)


def _make_repository(place: Path) -> None:
    """A commit that changes modules in places, below others that change little."""
    subprocess.run(["git", "init", "-q", "-b", "main", place], check=True)
    for setting in ("user.name=A", "user.email=a@b", "gc.auto=0"):
        _git(place, "config", *setting.split("="))
    _commit(place, "base", {_module(n): _functions(n, "") for n in range(FILES)})
    changed = {_module(n): _functions(n, "again_") for n in range(FILES)}
    _commit(place, "Pour again", changed)
    for above in range(ABOVE):
        _commit(place, f"Say {above}", {"above.txt": f"{above}\n"})


def _module(number: int) -> str:
    return f"src/kettle_{number}.py"


def _functions(module: int, what: str) -> str:
    """A module of functions; each but the last calls another one with ``what``."""
    parts = (
        f"def pour_{module}_{n}(cup):\n"
        '    """Pour a cup."""\n'
        "    kettle = cup.kettle\n"
        "    kettle.boil(100)\n"
        f"    kettle.{what if n < PLACES else ''}pour(cup, {n})\n"
        "    return cup\n"
        for n in range(PLACES + 1)
    )
    return "\n\n".join(parts)


def _commit(place: Path, message: str, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text)
    _git(place, "add", "-A")
    _git(place, "commit", "-q", "-m", message)


def _git(place: Path, *args: str) -> None:
    subprocess.run(["git", *args], cwd=place, check=True)
