"""Scratch worktrees: a commit's files checked out to run a command of the user's.

Each is a linked worktree of the repository (git-worktree(1)), with a detached HEAD, in
a new temporary directory: not below the user's files, where build tools would find
theirs further up. It is locked, with a reason that names this process, so that a later
gitsplit can tell what a dead one has left.
"""

import errno
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import GivenUp, WriteFailed
from gitsplit.git.program import Program, end_group, process_name, this_process
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import own_prefix, remove_files
from gitsplit.model.objects import Oid
from gitsplit.model.progress import PATIENT, Watch

LOCK_REASON = "gitsplit"
"""How the reasons begin for which gitsplit's own worktrees are locked."""

COMMAND_FILE = "gitsplit-command"
"""In a scratch worktree's ``admin``, where it says which process runs there."""

_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.0)
"""Seconds after each failure to make a worktree.

Git looks at all of them, and fails where another is just being made or removed.
"""

_FULL = tuple(os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT))
"""What git says where there is no room for the files."""

_CONFIG = frozenset({"GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"})
_OBJECTS = frozenset({"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"})

# No hook and no daemon is to hear of it, and submodules stay as they are.
_QUIETLY = (
    *("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false"),
    *("-c", "submodule.recurse=false"),
)


class ScratchWorktree(Struct, frozen=True):
    """A linked worktree at ``path``; ``admin`` is its git directory."""

    path: Path
    admin: Path

    def note_command(self, pid: int) -> None:
        """Write down which process runs there, to be killed if this one dies first."""
        with suppress(OSError):
            (self.admin / COMMAND_FILE).write_text(process_name(pid))

    def remove(self) -> None:
        """Remove the worktree's files, then its git directory, which names them."""
        remove_files(self.path)
        shutil.rmtree(self.admin, ignore_errors=True)


class ScratchWorktrees(Struct, frozen=True):
    """Makes scratch worktrees; ``environment`` is that of the commands run in them."""

    git: Program
    admins: Path
    environment: Mapping[str, str]

    @classmethod
    def of(cls, repo: Repository) -> "ScratchWorktrees":
        """The scratch worktrees of a repository; one process.

        Git's local environment variables, which would lead into the user's worktree,
        are removed. Configuration and objects are the same for all worktrees and stay.
        """
        listed = repo.program.run("rev-parse", "--local-env-vars").stdout
        cleared = frozenset(listed.decode().split()) - _CONFIG - _OBJECTS
        kept = {k: v for k, v in os.environ.items() if k not in cleared}
        objects = {
            k: _absolute_paths(v, repo) for k, v in kept.items() if k in _OBJECTS
        }
        git = replace(repo.program, cwd=repo.git_dir, env=objects, cleared=cleared)
        return cls(git, repo.common_dir / "worktrees", {**kept, **objects})

    @contextmanager
    def worktree(
        self, commit: Oid, watch: Watch = PATIENT
    ) -> Iterator[ScratchWorktree]:
        """Add a worktree of the commit, and remove it when the ``with`` block ends.

        Raises WriteFailed where it can't be made, and GivenUp.
        """
        scratch = self._make(commit, watch)
        try:
            yield scratch
        finally:
            scratch.remove()

    def close(self) -> None:
        """Remove git's directory for linked worktrees, if it is empty.

        Not as soon as one is removed: git may be just about to add another.
        """
        with suppress(OSError):
            self.admins.rmdir()

    def _make(self, commit: Oid, watch: Watch) -> ScratchWorktree:
        try:
            # Git names worktrees by their real paths.
            path = Path(tempfile.mkdtemp(prefix=own_prefix())).resolve()
        except OSError as error:
            raise _checkout_error(f"{error.strerror}", hint=_room_hint()) from error
        reason = f"{LOCK_REASON} {this_process()} on {os.uname().nodename}"
        git = replace(self.git, is_wanted=watch.is_wanted)
        try:
            for pause in _PAUSES:
                done = git.run(
                    *("--git-dir=.", "--no-replace-objects", *_QUIETLY),
                    *(
                        "worktree",
                        "add",
                        "-q",
                        "--detach",
                        "--lock",
                        "--reason",
                        reason,
                    ),
                    *(str(path), commit),
                    check=False,
                )
                if not done.status:
                    return ScratchWorktree(path, _admin_of(path))
                time.sleep(pause)
        except GivenUp:
            remove_files(path)  # git has removed its own directory
            raise
        remove_files(path)
        is_full = any(words in done.words for words in _FULL)
        hint = _room_hint() if is_full else ""
        raise _checkout_error(done.reason, hint=hint)


def _absolute_paths(paths: str, repo: Repository) -> str:
    """The paths, which are relative to git's working directory, made absolute."""
    cwd = repo.program.cwd
    return os.pathsep.join(str(cwd / path) for path in paths.split(os.pathsep) if path)


def _admin_of(path: Path) -> Path:
    """The git directory that the worktree's file ``.git`` names."""
    said = os.fsdecode((path / ".git").read_bytes())
    return Path(said.removeprefix("gitdir: ").rstrip("\n"))


def _checkout_error(why: str, *, hint: str = "") -> WriteFailed:
    return WriteFailed(f"The commit's files can't be checked out: {why}.", hint=hint)


def _room_hint() -> str:
    """The hint where temporary files can't be written."""
    try:
        place = tempfile.gettempdir()
    except OSError:
        return "Set TMPDIR to a directory for temporary files."
    return f"Is there room in {place}? Set TMPDIR to use another directory."


KEPT = 1 << 16
"""So many bytes of the end of what a command prints are kept."""

_TICK = 0.05


class CommandResult(Struct, frozen=True):
    """A command's exit status, or minus the signal that killed it, and its output."""

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
    command: str, scratch: ScratchWorktree, environment: Mapping[str, str], stop: Event
) -> CommandResult:
    """Run the shell command in the worktree; its result, with both outputs in one.

    It has no standard input and no terminal. What it leaves running in the background
    is ended with it; the command itself is ended once ``stop`` is set.
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
    scratch.note_command(child.pid)
    with child.stdout as pipe:
        output = _Output(pipe.fileno())
        while child.poll() is None and not stop.is_set():
            output.read_for(_TICK)
        end_group(child)
        # One that has left the group may still write; nobody waits for it.
        output.read_for(0)
        output.read_for(0)
    return CommandResult(child.wait(), output.kept)


class _Output(Struct):
    """The last KEPT bytes that have come through a pipe."""

    pipe: int
    kept: bytes = b""
    is_closed: bool = False

    def read_for(self, patience: float) -> None:
        """Read what comes within so many seconds."""
        if self.is_closed:
            time.sleep(patience)
        elif select.select([self.pipe], [], [], patience)[0]:
            data = os.read(self.pipe, KEPT)
            self.is_closed = not data
            self.kept = (self.kept + data)[-KEPT:]
