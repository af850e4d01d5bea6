"""Runs programs of the user's: the proposal command as a filter, and the editor.

The editor is that of git-var(1), GIT_EDITOR.
"""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gitsplit.errors import EditorFailed, Interrupted, ProgramFailed, Signalled
from gitsplit.git.program import NOT_RUN, await_output
from gitsplit.git.repository import Repository
from gitsplit.git.signals import unwind_on_signals
from gitsplit.git.state_dir import (
    ensure_directory,
    temporary_directory,
    write_file,
)
from gitsplit.model.escape import output_in_one_line

PATIENCE = 60.0
"""Seconds after which a program that hasn't answered is ended."""


def run_filter(repo: Repository, command: str, question: bytes) -> bytes:
    """Run the shell command with ``question`` on standard input; its standard output.

    It runs at the top of the worktree, or in a bare repository's directory. Raises
    ProgramFailed, with what it says on standard error, where it fails, doesn't end, or
    can't be started; and GivenUp.
    """
    try:
        child = subprocess.Popen(
            ["sh", "-c", command],
            cwd=repo.program.cwd,
            env={**os.environ, **repo.program.env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise ProgramFailed(
            f"The command “{command}” can't be started: {error.strerror}."
        ) from error
    try:
        awaited = _deadline_check(time.monotonic() + PATIENCE, repo.program.is_wanted)
        found, complaint = await_output(child, question, awaited)
    except BaseException as error:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        if isinstance(error, TimeoutError):
            raise ProgramFailed(
                f"The command “{command}” has not answered for {PATIENCE:.0f} seconds."
            ) from error
        raise
    if child.returncode:
        told = (
            output_in_one_line(complaint) or f"it exited with status {child.returncode}"
        )
        raise ProgramFailed(f"The command “{command}” failed: {told.rstrip('.')}.")
    return found


def _deadline_check(
    deadline: float, is_wanted: Callable[[], bool] | None
) -> Callable[[], bool]:
    """A function: whether the answer is wanted; raises TimeoutError when it is late."""

    def is_awaited() -> bool:
        if time.monotonic() > deadline:
            raise TimeoutError
        return is_wanted is None or is_wanted()

    return is_awaited


def commit_template(repo: Repository) -> bytes:
    """Read the template of commit messages (``commit.template``); empty without one."""
    named = repo.config.get("commit.template")
    if not named:
        return b""
    try:
        return (repo.program.cwd / Path(named).expanduser()).read_bytes()
    except (OSError, RuntimeError):
        return b""


def edit_text(repo: Repository, text: bytes) -> bytes:
    """Open ``text`` in the user's editor, on the terminal; the edited text.

    The file is called COMMIT_EDITMSG, by which editors know the format. Raises
    EditorFailed when the editor can't be started or ends with an error, which is how a
    user cancels, and Interrupted where a signal tells gitsplit to end.
    """
    path = repo.own_dir / "COMMIT_EDITMSG"
    try:
        ensure_directory(repo)
        return _run_editor(repo, path, text)
    except OSError as error:
        raise _editor_error("message", error, path.parent) from error
    finally:
        path.unlink(missing_ok=True)


def keep_text(repo: Repository, text: bytes, name: str) -> Path:
    """Write a text that isn't used yet, or can't be, to a file of this name; its path.

    Raises EditorFailed where it can't be written.
    """
    path = repo.own_dir / name
    try:
        ensure_directory(repo)
        write_file(repo, path, text)
    except OSError as error:
        raise _editor_error("message", error, path.parent) from error
    return path


def edit_file(repo: Repository, name: bytes, content: bytes, line: int = 1) -> bytes:
    """Open a file's content in the user's editor; the edited content, byte for byte.

    The temporary file has the same name, by which editors know the format. It is opened
    at a line, from 1, where the editor is known to take one. Raises EditorFailed as
    :func:`edit_text` does.
    """
    with temporary_directory() as directory:
        path = Path(directory, os.fsdecode(name.rpartition(b"/")[2]))
        try:
            return _run_editor(repo, path, content, line)
        except OSError as error:
            raise _editor_error("file", error, path.parent) from error


_TAKE_PLUS = (
    *("emacs", "emacsclient", "gvim", "jed", "joe", "mcedit", "mg", "micro"),
    *("mvim", "nano", "ne", "nvim", "pico", "vi", "view", "vim", "zile"),
)
"""Editors that open a file at a line which an argument like ``+7`` before it names."""


def _line_arguments(command: str, line: int) -> list[str]:
    """What has the editor open its file at a line; nothing if it isn't known to."""
    if line == 1:
        return []
    try:
        program, *_ = shlex.split(command)
    except ValueError:  # also where there is no word
        return []
    return [f"+{line}"] if Path(program).name in _TAKE_PLUS else []


def _run_editor(repo: Repository, path: Path, content: bytes, line: int = 1) -> bytes:
    """Write ``content`` to ``path``, run the editor on it, and read it back."""
    command = repo.editor()
    path.write_bytes(content)
    # "$@" keeps blanks in the path; the command may have options of its own.
    child = subprocess.Popen(
        ["sh", "-c", f'{command} "$@"', command, *_line_arguments(command, line), path],
        env={**os.environ, **repo.program.env},
        cwd=repo.program.cwd,
    )
    _refuse_failed(command, _await_end(child))
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise EditorFailed(
            f"The editor “{command}” has removed the file.",
            hint=f"Set another one with: {_SET_EDITOR}",
        ) from error


def _refuse_failed(command: str, status: int) -> None:
    """Raise EditorFailed where an editor has ended with such an exit status."""
    if status in NOT_RUN:
        raise EditorFailed(
            f"The editor “{command}” can't be run (status {status}).",
            hint=f"Set another one with: {_SET_EDITOR}",
        )
    if status:
        ended = f"exited with status {status}"
        if status < 0:
            ended = f"was ended by signal {-status}"
        raise EditorFailed(
            f"The editor “{command}” {ended}.",
            hint=f"If you didn't cancel it, set another one with: {_SET_EDITOR}",
        )


_SET_EDITOR = "git config core.editor COMMAND"


def _await_end(editor: subprocess.Popen[bytes]) -> int:
    """Wait for the editor; its exit status. A signal is passed on to it.

    Raises Interrupted then.
    """
    with editor:
        try:
            with unwind_on_signals():
                return editor.wait()
        except Signalled as stop:
            editor.send_signal(stop.number)
            raise Interrupted("gitsplit was terminated.") from stop


def _editor_error(what: str, error: OSError, directory: Path) -> EditorFailed:
    return EditorFailed(
        f"The {what} can't be edited: {error.strerror}.",
        hint=f"Check that {directory} is writable.",
    )
