"""The real program in a terminal of its own: keys in, what stands on the screen out."""

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pyte

PATIENCE = 20.0
"""Seconds until a screen that doesn't come is given up; a screen takes far less."""
_QUIET = 0.3
_TICK = 0.02


class Terminal:
    """A pseudo-terminal in which ``gitsplit ARGS`` runs in ``directory``.

    ``kind`` is what ``TERM`` says it is.
    """

    def __init__(
        self,
        directory: Path,
        *args: str,
        columns: int = 80,
        rows: int = 24,
        kind: str = "xterm-256color",
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.written = b""
        self._stream = pyte.ByteStream(self.screen)
        with warnings.catch_warnings():
            # Python 3.12 warns where there are threads; the child becomes another
            # program at once, and waits for no lock that one of them may hold.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._child, self._terminal = pty.fork()
        if not self._child:
            os.chdir(directory)
            environment = {**os.environ, "TERM": kind}
            command = [sys.executable, "-m", "gitsplit", *args]
            os.execve(sys.executable, command, environment)
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, size)

    @property
    def text(self) -> str:
        """The rows of the screen, without the blanks at their ends."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait_for(self, text: str) -> None:
        """Return once the text stands on the screen; else fail with what does."""
        self._read_until(lambda: text in self.text, PATIENCE)
        assert text in self.text, f"no {text!r} on the screen:\n{self.text}"

    def type(self, keys: str) -> None:
        """Press the keys, as fast as a paste, and wait for the screen to be still."""
        os.write(self._terminal, keys.encode())
        self.settle()

    @property
    def pid(self) -> int:
        """The process that runs the program."""
        return self._child

    def kill(self, number: int) -> None:
        """Send the program a signal."""
        os.kill(self._child, number)

    def settle(self) -> None:
        """Read what the program writes until it is quiet."""
        while self._read_some(_QUIET):
            pass

    def is_still(self, seconds: float) -> bool:
        """Whether the program writes nothing for so long."""
        return not self._read_some(seconds)

    def exit_status(self) -> int:
        """The exit status of the program, which must end by itself."""
        ended: list[int] = []

        def has_ended() -> bool:
            pid, status = os.waitpid(self._child, os.WNOHANG)
            if pid:
                ended.append(os.waitstatus_to_exitcode(status))
            return bool(ended)

        self._read_until(has_ended, PATIENCE)
        assert ended, f"the program still runs:\n{self.text}"
        self.settle()
        os.close(self._terminal)
        return ended[0]

    def _read_until(self, is_done: Callable[[], bool], patience: float) -> None:
        deadline = time.monotonic() + patience
        while not is_done() and time.monotonic() < deadline:
            self._read_some(_TICK)

    def _read_some(self, patience: float) -> bool:
        """Whether the program wrote something within ``patience`` seconds."""
        if not select.select([self._terminal], [], [], patience)[0]:
            return False
        try:
            data = os.read(self._terminal, 65536)
        except OSError:  # Linux says so when the program has closed its side.
            return False
        if b"\x1b[6n" in data:  # it asks where the cursor is; a terminal answers
            os.write(self._terminal, b"\x1b[1;1R")
        self.written += data
        self._stream.feed(data)
        return bool(data)
