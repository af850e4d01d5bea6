"""A command of the user's, run in a scratch worktree until it ends or is stopped."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event

from gitsplit.git.program import end_group
from gitsplit.git.scratch_worktree import Scratch

KEPT = 1 << 16
"""So many bytes of the end of what a command prints are kept."""

_TICK = 0.05


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended; a negative status is the signal that did it."""

    status: int
    output: bytes

    @property
    def reason(self) -> str:
        """The status in a few words."""
        if self.status >= 0:
            return f"exit {self.status}"
        try:
            return f"killed by {signal.Signals(-self.status).name}"
        except ValueError:  # a real-time signal has no name
            return f"killed by signal {-self.status}"


def run_command(
    command: str, scratch: Scratch, environment: Mapping[str, str], stop: Event
) -> Ended:
    """The finished shell command, standard output and error together.

    It has nothing to read, neither from standard input nor from the terminal. Whatever
    of it still runs when it has ended, in the background, is ended too, for the files
    go; so is the command itself once ``stop`` is set.
    """
    child = subprocess.Popen(
        ["sh", "-c", command],
        cwd=scratch.path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert child.stdout is not None, "it is a pipe"
    scratch.runs(child.pid)
    with child.stdout as pipe:
        output = _Output(pipe.fileno())
        while child.poll() is None and not stop.is_set():
            output.read_for(_TICK)
        end_group(child)
        # One that has left the group may still write; nobody waits for it.
        output.read_for(0)
        output.read_for(0)
    return Ended(child.wait(), output.kept)


@dataclass(slots=True)
class _Output:
    """The end of what has come through a pipe, until its writers have closed it."""

    pipe: int
    kept: bytes = b""
    is_closed: bool = False

    def read_for(self, patience: float) -> None:
        """What came within so many seconds is at the end of what is kept."""
        if self.is_closed:
            time.sleep(patience)
        elif select.select([self.pipe], [], [], patience)[0]:
            data = os.read(self.pipe, KEPT)
            self.is_closed = not data
            self.kept = (self.kept + data)[-KEPT:]
