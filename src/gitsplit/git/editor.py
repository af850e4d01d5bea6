"""The user's editor, run on a text the way git runs it (``git-var(1)``, GIT_EDITOR)."""

import os
import subprocess

from gitsplit.errors import EditorFailed
from gitsplit.git.repository import Repository


def edited(repo: Repository, text: bytes) -> bytes:
    """What the user made of ``text`` in the editor; the terminal is the editor's.

    The file is called COMMIT_EDITMSG, by which editors know what they edit. Raises
    EditorFailed when the editor can't be started or ends with an error, which is how
    a user says no.
    """
    path = repo.git_dir / "gitsplit" / "COMMIT_EDITMSG"
    command = repo.editor()
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text)
        # "$@" keeps blanks in the path; the command may have options of its own.
        status = subprocess.run(
            ["sh", "-c", f'{command} "$@"', command, path],
            env={**os.environ, **repo.program.env},
            cwd=repo.program.cwd,
            check=False,
        ).returncode
        if status:
            raise EditorFailed(
                f"The editor “{command}” ended with status {status}.",
                hint="The message stays as it was.",
            )
        return path.read_bytes()
    except OSError as error:
        raise EditorFailed(
            f"The message can't be edited: {error}.",
            hint=f"See that {path.parent} can be written.",
        ) from error
    finally:
        path.unlink(missing_ok=True)
