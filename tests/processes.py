"""Processes that tests start, or that what they test does."""

import subprocess
import time
from collections.abc import Callable

PATIENCE = 30.0
"""Seconds in which whatever is waited for comes, on a busy machine too."""


def wait_until(is_so: Callable[[], bool]) -> None:
    """It is so by now, or the test fails."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def is_alive(pid: int | str) -> bool:
    """Whether a process runs; one that only nobody has waited for doesn't."""
    asked = ["ps", "-o", "stat=", "-p", str(pid)]
    state = subprocess.run(asked, capture_output=True, check=False).stdout.strip()
    return bool(state) and not state.startswith(b"Z")
