"""The user's editor, run on a text the way git runs it (``git-var(1)``, GIT_EDITOR)."""

import os
import subprocess
from pathlib import Path

from gitsplit.errors import EditorFailed, Interrupted, Signalled
from gitsplit.git.program import NOT_RUN
from gitsplit.git.repository import Repository
from gitsplit.git.signals import unwound_by_signals
from gitsplit.git.state_dir import own_directory
from gitsplit.git.temporary import temporary_directory


def edited(repo: Repository, text: bytes) -> bytes:
    """What the user made of ``text`` in the editor; the terminal is the editor's.

    The file is called COMMIT_EDITMSG, by which editors know what they edit. Raises
    EditorFailed when the editor can't be started or ends with an error, which is how
    a user says no, and Interrupted where a signal tells gitsplit to end.
    """
    path = repo.git_dir / "gitsplit" / "COMMIT_EDITMSG"
    try:
        own_directory(repo)
        return _edited(repo, path, text)
    except OSError as error:
        raise _not_editable("message", error, path.parent) from error
    finally:
        path.unlink(missing_ok=True)


def kept(repo: Repository, text: bytes) -> Path:
    """Where the text is now that nothing could be made of.

    Raises EditorFailed where it can't be written.
    """
    path = repo.git_dir / "gitsplit" / "messages"
    try:
        own_directory(repo)
        path.write_bytes(text)
    except OSError as error:
        raise _not_editable("message", error, path.parent) from error
    return path


def edited_file(repo: Repository, name: bytes, content: bytes) -> bytes:
    """What the user made of the content of a file called ``name``; not one byte else.

    The copy in the editor has the last part of the name, by which editors know what is
    in it. Raises EditorFailed as :func:`edited` does.
    """
    with temporary_directory() as directory:
        path = Path(directory, os.fsdecode(name.rpartition(b"/")[2]))
        try:
            return _edited(repo, path, content)
        except OSError as error:
            raise _not_editable("file", error, path.parent) from error


def _edited(repo: Repository, path: Path, content: bytes) -> bytes:
    """What the editor leaves at ``path``, where it finds ``content``."""
    command = repo.editor()
    path.write_bytes(content)
    # "$@" keeps blanks in the path; the command may have options of its own.
    child = subprocess.Popen(
        ["sh", "-c", f'{command} "$@"', command, path],
        env={**os.environ, **repo.program.env},
        cwd=repo.program.cwd,
    )
    status = _ended(child)
    if status in NOT_RUN:
        raise EditorFailed(
            f"The editor “{command}” can't be run (status {status}).",
            hint="Set another one: git config core.editor COMMAND",
        )
    if status:
        raise EditorFailed(
            f"The editor “{command}” ended with status {status}.",
            hint="All stays as it was.",
        )
    return path.read_bytes()


def _ended(editor: subprocess.Popen[bytes]) -> int:
    """The exit status of the editor, which is told to end where gitsplit is.

    Raises Interrupted then.
    """
    with editor:
        try:
            with unwound_by_signals():
                return editor.wait()
        except Signalled as stop:
            editor.send_signal(stop.number)
            raise Interrupted("gitsplit was told to end.") from stop


def _not_editable(what: str, error: OSError, directory: Path) -> EditorFailed:
    return EditorFailed(
        f"The {what} can't be edited: {error}.",
        hint=f"See that {directory} can be written.",
    )
