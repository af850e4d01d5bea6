"""Which process did something, told so that it can be recognised after a crash.

Process ids are used again, so a process is named by its id and its start time.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

GROUP = 2
"""Where ``pgrp``, field 5 of proc(5), is among the fields from the state on."""

START = 19
"""Where ``starttime``, field 22 of proc(5), is among the fields from the state on."""


_NAME = re.compile(r"[1-9]\d{0,8} \d{1,19}", re.ASCII)


def this_process() -> str:
    """The name of the process that runs this code."""
    return process_name(os.getpid())


def process_name(pid: int) -> str:
    """``PID START``, the start in clock ticks since boot; 0 where there is no /proc."""
    fields = _stat(pid)
    return f"{pid} {int(fields[START]) if fields else 0}"


def processors() -> int:
    """The number of processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not everywhere
        return os.cpu_count() or 1


def is_process_name(name: str) -> bool:
    """Whether :func:`process_name` could have given the name."""
    return _NAME.fullmatch(name) is not None


def is_running(name: str) -> bool:
    """Whether the process of that name, as :func:`process_name` gives it, still is.

    One that has ended counts as gone even where nobody has waited for it (a zombie),
    and so does what no process can be called.
    """
    if not is_process_name(name):
        return False
    pid = int(name.split()[0])
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's process, but a process
    return process_name(pid) == name and _stat(pid)[:1] != [b"Z"]


def runs_in(group: int) -> bool:
    """Whether a process of the group runs; one that nobody has waited for doesn't.

    In many a container nobody does. Where there is no /proc, whatever is there counts.
    """
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    found = (path.name for path in Path("/proc").glob("[0-9]*"))
    stats = [fields for name in found if (fields := _stat(int(name)))]
    mine = [fields[0] for fields in stats if fields[GROUP] == b"%d" % group]
    return not stats or any(state != b"Z" for state in mine)


def gits_in(group: int) -> bool:
    """Whether a git program runs in the group; not known where there is no /proc."""
    return any(fields[GROUP] == b"%d" % group for _, fields in _gits())


def gits_at(directory: Path) -> bool:
    """Whether a git program works in the directory, or in one below it."""
    for process, _ in _gits():
        with suppress(OSError):
            if (process / "cwd").readlink().is_relative_to(directory):
                return True
    return False


def _gits() -> Iterator[tuple[Path, list[bytes]]]:
    """The running git programs: where /proc has each, and its fields."""
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            name = (path / "comm").read_text("ascii", "replace").strip()
            fields = _stat(int(path.name))
            if (name == "git" or name.startswith("git-")) and fields[:1] not in (
                [],
                [b"Z"],
            ):
                yield path, fields


def _stat(pid: int) -> list[bytes]:
    """The fields of ``/proc/PID/stat`` from the state on; empty where there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return []
    # proc(5): the command's name, in parentheses, may itself contain anything.
    return stat.rpartition(b")")[2].split()
