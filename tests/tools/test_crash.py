"""gitsplit killed at random moments, each time another; `crash.py` runs many more."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT

KILLS, SEED = 40, 2024


@pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="processes are found by Linux's /proc"
)
def test_after_a_kill_either_history_is_there_whole_and_said() -> None:
    # In a process of its own: this one has threads, and is not to be forked.
    command = (sys.executable, "-m", "tools.crash", str(KILLS), str(SEED))
    ran = subprocess.run(
        command, cwd=PROJECT, capture_output=True, check=False, text=True
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    assert lines[0] == f"{KILLS} kills, seed {SEED}"
    found = [line.split() for line in lines[1:] if line.endswith("history found")]
    assert sum(int(words[0]) for words in found) == KILLS
    assert f" of {KILLS} times a plain git commit right after it was" in lines[-1]
