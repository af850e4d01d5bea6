"""What a large commit takes, in a process of its own, follows its size."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repository import Repository

LINE = 10_000_000
"""So many bytes are one line of a minified file."""

_PEAK = """
import os, resource
from gitsplit.__main__ import run
os._exit = lambda status: None  # it would end before its peak is told
try:
    run()
finally:
    print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def peak(repo: Repository, *options: str) -> int:
    """The most memory of a dry run of the last commit, in bytes."""
    command = [sys.executable, "-c", _PEAK, "HEAD~1", "--dry-run", *options]
    # A process has the peak of the one that starts it, until it has one of its own.
    apart = ["sh", "-c", '"$@"; exit $?', "sh", *command]
    env = {**os.environ, "PYTHONMALLOC": "malloc"}
    ran = subprocess.run(apart, cwd=repo.path, capture_output=True, env=env, check=True)
    return int(ran.stdout.rpartition(b"peak")[2])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> int:
    """What a dry run takes anyway."""
    return peak(with_line(tmp_path_factory.mktemp("small"), 10))


def with_line(path: Path, size: int) -> Repository:
    """A repository whose last commit changes a word in a line, and adds another."""
    repo = Repository(path)
    repo.git("init", "-q", "-b", "main")
    text = (b"alpha beta(x) gamma = 3; delta " * (size // 30 + 1))[:size]
    repo.commit("Base\n", {"app.js": text})
    changed = text.replace(b"beta", b"changed", 1) + b"\n//# map\n"
    repo.commit("Change\n", {"app.js": changed})
    return repo


@pytest.mark.parametrize("grouping", ["proposal", "none"])
def test_a_long_line_is_copied_a_few_times_alone(
    tmp_path: Path, small: int, grouping: str
) -> None:
    options = ["--group-by", "none"] if grouping == "none" else []

    assert peak(with_line(tmp_path, LINE), *options) - small < 7 * LINE
