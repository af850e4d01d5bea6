"""Files that live for a moment, named so that it is known whose they were.

A process that is killed takes nothing away. The next one tells by the name which
process of which machine a file belonged to, and whether that still runs.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gitsplit.git.program import is_running, this_process

PREFIX = "gitsplit-"
"""How the names of temporary files and directories begin, wherever they are."""


def mark() -> str:
    """The beginning of a name that says that the file is this process's."""
    pid, start = this_process().split()
    return f"{PREFIX}{pid}-{start}-{_machine()}-"


def is_left_behind(name: str) -> bool:
    """Whether a file of this name is a dead process's of this machine."""
    known = re.search(rf"{PREFIX}(\d+)-(\d+)-{re.escape(_machine())}-", name)
    return known is not None and not is_running(f"{known[1]} {known[2]}")


def _machine() -> str:
    return os.uname().nodename.replace("/", "_")


@contextmanager
def temporary_directory() -> Iterator[str]:
    """A directory that is there within the ``with`` block."""
    with tempfile.TemporaryDirectory(prefix=mark()) as directory:
        yield directory


def remove_left_behind(directory: Path) -> None:
    """Nothing is in the directory of a gitsplit that is dead, if it can be removed."""
    with suppress(OSError), os.scandir(directory) as entries:
        left = [Path(e.path) for e in entries if is_left_behind(e.name)]
        for path in left:
            if path.is_dir() and not path.is_symlink():
                remove_files(path)
            else:
                path.unlink(missing_ok=True)


def remove_files(path: Path) -> None:
    """Nothing is left there, if it can be removed at all."""
    with suppress(RecursionError):
        shutil.rmtree(path, ignore_errors=True)
    if path.is_dir() and not path.is_symlink():
        # Directories that their owner can't write to keep what is in them, and those
        # deeper than Python's stack, or than so many files can be open.
        for command in (["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
            subprocess.run([*command, "--", path], check=False, capture_output=True)
