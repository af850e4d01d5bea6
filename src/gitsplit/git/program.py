"""Runs the git program, and turns its failures into errors.

Everything that a user's configuration can hook into goes through here; objects are read
by :mod:`gitsplit.git.repository`. Must not know what git is asked.

Processes are named by their id and start time, because ids are used again: so files
that a dead one has left can be told from those of a living one.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from threading import Thread
from typing import IO

from msgspec import Struct, field

from gitsplit.errors import (
    GitFailed,
    GitNotStarted,
    GitsplitError,
    GivenUp,
    NotARepository,
    Signalled,
)
from gitsplit.model.escape import in_one_line

REPOSITORY_VARIABLES = tuple(
    f"GIT_{name}"
    for name in (
        *("DIR", "WORK_TREE", "COMMON_DIR", "INDEX_FILE", "PREFIX", "NAMESPACE"),
        *("OBJECT_DIRECTORY", "ALTERNATE_OBJECT_DIRECTORIES", "GRAFT_FILE"),
    )
)
"""The variables of the environment that lead into a repository, as in a hook."""

GROUP = 2
"""Where ``pgrp``, field 5 of proc(5), is among the fields from the state on."""

START = 19
"""Where ``starttime``, field 22 of proc(5), is among the fields from the state on."""


_NAME = re.compile(r"[1-9]\d{0,8} \d{1,19}", re.ASCII)


def this_process() -> str:
    """The name of this process, as :func:`process_name` gives it."""
    return process_name(os.getpid())


def process_name(pid: int) -> str:
    """``PID START`` of a process; START is in clock ticks since boot.

    It is 0 where there is no /proc.
    """
    fields = _proc_stat(pid)
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
    """Whether the process of that name still runs.

    A zombie counts as ended. What can't be a name names no process.
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
    return process_name(pid) == name and _proc_stat(pid)[:1] != [b"Z"]


def is_group_running(group: int) -> bool:
    """Whether a process of the group still runs; a zombie counts as ended.

    Where there is no /proc, zombies count as running.
    """
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    found = (path.name for path in Path("/proc").glob("[0-9]*"))
    stats = [fields for name in found if (fields := _proc_stat(int(name)))]
    mine = [fields[0] for fields in stats if fields[GROUP] == b"%d" % group]
    return not stats or any(state != b"Z" for state in mine)


def has_git_in(group: int) -> bool:
    """Whether a git program runs in the group; not known where there is no /proc."""
    return any(fields[GROUP] == b"%d" % group for _, fields in _running_gits())


def has_git_at(directory: Path) -> bool:
    """Whether a git process runs with this working directory, or one below it."""
    for process, _ in _running_gits():
        with suppress(OSError):
            if (process / "cwd").readlink().is_relative_to(directory):
                return True
    return False


def _running_gits() -> Iterator[tuple[Path, list[bytes]]]:
    """The running git processes: their directories in /proc, and stat fields."""
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            name = (path / "comm").read_text("ascii", "replace").strip()
            fields = _proc_stat(int(path.name))
            if (name == "git" or name.startswith("git-")) and fields[:1] not in (
                [],
                [b"Z"],
            ):
                yield path, fields


def _proc_stat(pid: int) -> list[bytes]:
    """The fields of ``/proc/PID/stat`` from the state on; empty where there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return []
    # proc(5): the command's name, in parentheses, may itself contain anything.
    return stat.rpartition(b")")[2].split()


PARSED: Mapping[str, str] = {"LC_ALL": "C"}
"""The environment of a command whose messages are read by gitsplit, not by people.

Not for commands that run hooks: those are the user's and speak the user's language.
"""

NOT_RUN = (126, 127)
"""The statuses of a shell that can't run a program: not executable, not found."""

_Stream = int | IO[bytes] | None
"""Where a stream of a child leads, as :mod:`subprocess` has it."""

GRACE = 2.0
"""Seconds in which a command that is told to end may clean up."""

MOST_PATTERNS = 500
"""So many refs are asked for by name; git compares each ref with each of them."""

MOST_BYTES = 100_000
"""So many bytes of names go on one command line, which systems limit (execve(2))."""

_TICK = 0.05
"""Seconds in which it is noticed that nobody wants a process any more."""


def durable_environment() -> Mapping[str, str]:
    """The environment of a command whose files must outlast a power cut.

    Whatever else is configured. A git before 2.36 doesn't know these settings, and
    syncs packs anyway.
    """
    first = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    settings = {"core.fsync": "all", "core.fsyncMethod": "fsync"}
    named = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (key, value) in enumerate(settings.items(), first):
        named |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return named


class Completed(Struct, frozen=True):
    """The exit status and output of a finished git process."""

    status: int
    stdout: bytes
    stderr: bytes

    @property
    def lines(self) -> list[str]:
        """The lines of standard output, as the system has text (``os.fsdecode``).

        They end at newlines alone: the name of a ref may hold what else Unicode takes
        for the end of a line (``str.splitlines``).
        """
        return os.fsdecode(self.stdout).split("\n")[:-1]

    @property
    def complaint(self) -> str:
        """The first fatal or error line of standard error, without prefix; maybe empty.

        Indented lines after it belong to it.
        """
        said = self.stderr.decode(errors="replace").replace("\n\t", " ")
        lines = said.splitlines()
        fatal = [line for line in lines if line.startswith(("fatal: ", "error: "))]
        told = (fatal or [line for line in lines if line.strip()] or [""])[0]
        return _without_prefix(told).strip().rstrip(".")

    @property
    def words(self) -> str:
        """All of standard error in one line, without prefixes; maybe empty.

        For commands in which programs of the user's may run (filters, hooks, ssh):
        they say the reason, and git at the end only that something failed.
        """
        lines = self.stderr.decode(errors="replace").splitlines()
        told = (
            _without_prefix(line) for line in lines if not line.startswith("hint: ")
        )
        return in_one_line(told).rstrip(".")

    @property
    def reason(self) -> str:
        """Why git failed: its words, or the signal that ended it; never empty."""
        told = filter(None, (self.words, fatal_signal(self.status)))
        return "; ".join(told) or "no reason given"


_LIMITS = {
    signal.SIGXFSZ: ", at a limit on file sizes (ulimit -f)",
    signal.SIGXCPU: ", at a limit on processor time (ulimit -t)",
    signal.SIGKILL: ", as where memory runs out",
}


def fatal_signal(status: int) -> str:
    """Which signal has ended a git of that exit status; empty where none has."""
    if status >= 0:
        return ""
    try:
        number = signal.Signals(-status)
    except ValueError:  # a real-time signal
        return f"git was killed by signal {-status}"
    return f"git was killed by {number.name}{_LIMITS.get(number, '')}"


class Program(Struct, frozen=True, dict=True):
    """The git program run in ``cwd``, with ``env`` on top of the environment.

    The variables in ``cleared`` are left out of that.

    Children get a process group of their own, so that Ctrl-C reaches gitsplit alone,
    which decides what to do about them. Where git may have to ask the user something
    (a password, a passphrase), ``terminal=True`` leaves the child in the terminal's
    foreground group; elsewhere reading from the terminal would stop it for good.

    With ``is_wanted``, git runs beside a screen: it has no terminal, even so, and once
    nobody wants it any more, :meth:`run` ends it and raises GivenUp.
    """

    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cleared: frozenset[str] = frozenset()
    is_wanted: Callable[[], bool] | None = None

    def run(
        self,
        *args: str | bytes,
        stdin: bytes | Iterator[bytes] = b"",
        check: bool = True,
        env: Mapping[str, str] | None = None,
        terminal: bool = False,
    ) -> Completed:
        """Run ``git ARGS`` to its end.

        Of a ``stdin`` in pieces, each is written before the next one is made.

        Raises GitFailed, in git's words, where ``check`` and the exit status isn't 0;
        and GivenUp where nobody wants the result any more.
        """
        with self._start(args, env, terminal) as child:
            try:
                stdout, stderr = await_output(child, stdin, self.is_wanted)
            except GivenUp:
                end_group(child)
                raise
            except BaseException:
                _terminate(child, group=self.is_wanted is not None or not terminal)
                raise
        done = Completed(child.returncode, stdout, stderr)
        if check and done.status:
            raise failure(args, done)
        return done

    @contextmanager
    def run_beside(self, *args: str) -> Iterator[Callable[[], Completed]]:
        """Run ``git ARGS`` beside the block, which calls what it gets to await the end.

        That raises GitFailed, in git's words, where the exit status isn't 0. Where the
        block raises something, git is ended.
        """
        with self._start(args, None, terminal=False) as child:

            def end() -> Completed:
                stdout, stderr = child.communicate()
                done = Completed(child.returncode, stdout, stderr)
                if done.status:
                    raise failure(args, done)
                return done

            try:
                yield end
            finally:
                if child.returncode is None:
                    _terminate(child, group=True)

    def start(
        self, *args: str | bytes, env: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start ``git ARGS`` with three pipes, for a conversation."""
        return self._start(args, env, terminal=False)

    def run_within(
        self,
        seconds: float,
        *args: str | bytes,
        env: Mapping[str, str] | None = None,
    ) -> tuple[bytes, bool]:
        """Run ``git ARGS`` for at most so long; its output, and whether that is all.

        The exit status doesn't matter.
        """
        with self._start(args, env, terminal=False) as child:
            try:
                stdout, _ = child.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                _terminate(child, group=True)
                stdout, _ = child.communicate()
                return stdout, False
            except BaseException:
                _terminate(child, group=True)
                raise
        return stdout, True

    def run_for_beginning(self, most: int, *args: str | bytes) -> bytes:
        """Run ``git ARGS`` for the first bytes that it prints, and end it there."""
        with self._start(args, None, terminal=False) as child:
            assert child.stdout is not None, "it was started with a pipe"
            try:
                return child.stdout.read(most)
            finally:
                _terminate(child, group=True)

    def run_outliving(
        self,
        *args: str | bytes,
        env: Mapping[str, str] | None = None,
        started: Callable[[int], None],
    ) -> Completed:
        """Run ``git ARGS`` to its end, even if gitsplit is killed meanwhile.

        Its output goes to files: with a pipe, SIGPIPE would end it. ``started`` is told
        its process id. It stays in the terminal's foreground process group.
        """
        with TemporaryFile() as out, TemporaryFile() as err:
            streams = (subprocess.DEVNULL, out, err)
            with self._start(args, env, terminal=True, streams=streams) as child:
                try:
                    started(child.pid)
                    child.wait()
                except BaseException:
                    _terminate(child, group=False)
                    raise
            for file in (out, err):
                file.seek(0)
            return Completed(child.returncode, out.read(), err.read())

    def run_attached(
        self, *args: str, started: Callable[[int], None] = lambda _pid: None
    ) -> int:
        """Run ``git ARGS`` on the user's terminal, and return its exit status.

        Ctrl-C reaches git as well as gitsplit, and git decides what to do. ``started``
        is told its process id. Raises Signalled where gitsplit gets SIGTERM or SIGHUP,
        once git has ended on it, too.
        """
        told: Signalled | None = None
        streams = (None, None, None)
        with self._start(args, None, terminal=True, streams=streams) as child:
            started(child.pid)
            while child.returncode is None:
                try:
                    child.wait()
                except Signalled as stop:
                    told = stop
                    child.send_signal(stop.number)
                except KeyboardInterrupt:
                    pass
        if told is not None:
            raise told
        return child.returncode

    def _start(
        self,
        args: tuple[str | bytes, ...],
        env: Mapping[str, str] | None,
        terminal: bool,
        streams: tuple[_Stream, _Stream, _Stream] = (subprocess.PIPE,) * 3,
    ) -> subprocess.Popen[bytes]:
        stdin, stdout, stderr = streams
        try:
            return subprocess.Popen(
                ["git", *args],
                cwd=self.cwd,
                env={**self._inherited_environment(), **self.env, **(env or {})},
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                process_group=None if terminal or self.is_wanted else 0,
                start_new_session=self.is_wanted is not None,
            )
        except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
            raise self._not_startable() from error
        except OSError as error:
            raise GitNotStarted(
                f"The git program cannot be started: {error.strerror}.",
                hint="Are too many files open, or processes running? See: ulimit -a",
            ) from error

    def _inherited_environment(self) -> dict[str, str]:
        return {k: v for k, v in os.environ.items() if k not in self.cleared}

    def _not_startable(self) -> GitsplitError:
        if not self.cwd.is_dir():
            return NotARepository(
                f"The directory {self.cwd} doesn't exist any more.",
                hint="Change to the directory of a git repository.",
            )
        return GitNotStarted(
            "The git program cannot be started.",
            hint="Install git 2.34 or newer, or put it on the PATH.",
        )


def _without_prefix(line: str) -> str:
    return line.removeprefix("fatal: ").removeprefix("error: ")


def failure(args: tuple[str | bytes, ...], done: Completed) -> GitFailed:
    """The error for ``git ARGS`` that failed, in git's own words."""
    words = [a.decode(errors="replace") if isinstance(a, bytes) else a for a in args]
    name = next((word for word in words if not word.startswith("-")), "")
    silent = f"it exited with status {done.status} and no message"
    told = done.reason if done.words or done.status < 0 else silent
    return GitFailed(f"git {name} failed: {told}.")


def batches(words: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Split the words into as few argument lists as fit on command lines."""
    batch: list[str] = []
    taken = 0
    for word in words:
        size = len(os.fsencode(word)) + 1
        if batch and taken + size > MOST_BYTES:
            yield tuple(batch)
            batch, taken = [], 0
        batch.append(word)
        taken += size
    if batch:
        yield tuple(batch)


def patterns_for(refs: Sequence[str], everywhere: tuple[str, ...]) -> tuple[str, ...]:
    """The patterns with which ``git for-each-ref`` lists these refs, at least one.

    The refs themselves; or ``everywhere``, with others among the result, where they are
    too many or too long for a command line.
    """
    batch, *more = batches(refs)
    return everywhere if more or len(batch) > MOST_PATTERNS else batch


def await_output(
    child: subprocess.Popen[bytes],
    stdin: bytes | Iterator[bytes],
    is_wanted: Callable[[], bool] | None,
) -> tuple[bytes, bytes]:
    """Wait for the child to end; its standard output and standard error.

    Raises GivenUp, the child still running, once nobody wants the result any more.
    """
    if is_wanted is None:
        if isinstance(stdin, bytes):
            return child.communicate(stdin)
        _write_pieces(_taken_pipe(child), stdin)
        return child.communicate()
    pieces = (stdin,) if isinstance(stdin, bytes) else stdin
    write = partial(_write_pieces, _taken_pipe(child), pieces)
    # communicate writes nothing more once it has timed out. The thread ends with the
    # child at the latest.
    Thread(target=write, name="stdin", daemon=True).start()
    while is_wanted():
        with suppress(subprocess.TimeoutExpired):
            return child.communicate(timeout=_TICK)
    raise GivenUp


def _taken_pipe(child: subprocess.Popen[bytes]) -> IO[bytes]:
    """The child's standard input, which the child's own methods close no more."""
    pipe, child.stdin = child.stdin, None
    assert pipe is not None, "the child was started with a pipe"
    return pipe


def _write_pieces(pipe: IO[bytes], pieces: Iterable[bytes]) -> None:
    """Write to a child's standard input as long as it reads, and close it."""
    # Closing writes what is left, so that it may fail as well.
    with suppress(BrokenPipeError), pipe:
        for piece in pieces:
            pipe.write(piece)


def _terminate(child: subprocess.Popen[bytes], *, group: bool) -> None:
    """End the child with SIGTERM, on which git removes its locks and temporary files.

    SIGKILL would leave them behind.
    """
    with suppress(ProcessLookupError):
        if group:
            os.killpg(child.pid, signal.SIGTERM)
        else:
            child.terminate()
    child.wait()


def end_group(child: subprocess.Popen[bytes]) -> None:
    """End all of the child's process group: SIGTERM, then SIGKILL after GRACE."""
    for ending in (signal.SIGTERM, signal.SIGKILL):
        child.poll()  # or its zombie would count
        try:
            os.killpg(child.pid, ending)
        except OSError:
            return
        deadline = time.monotonic() + GRACE
        while is_group_running(child.pid) and time.monotonic() < deadline:
            time.sleep(_TICK)
            child.poll()
