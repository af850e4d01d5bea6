"""A small repository to practise on: one tangled commit under two tidy ones.

``python -m gitsplit.git.practice DIR`` makes it. Its history is ``practice.mbox``
beside this module, as ``git format-patch --stdout`` writes it, so that the tangled
commit can be read there as a patch.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from gitsplit.errors import GitFailed, GitsplitError, WriteFailed

HISTORY = Path(__file__).with_suffix(".mbox")
TANGLED = "HEAD~2"
"""The commit of the practice repository that does three unrelated things."""

LOCAL_CONFIG = (
    ("user.name", "You"),
    ("user.email", "you@example.org"),
    ("commit.gpgSign", "false"),  # practice shall not ask for a passphrase
)


def make_practice_repository(path: Path) -> None:
    """Make a repository on branch ``practice``, three commits above ``main``.

    Its object ids are the same everywhere, whatever the user configured. ``path`` is a
    directory that is empty or doesn't exist yet. Raises WriteFailed where it can't be
    used, GitFailed where git fails.
    """
    _make_empty_directory(path)
    _run_git(path, "init", "-q", "--template=", "--initial-branch=practice")
    for name, value in LOCAL_CONFIG:
        _run_git(path, "config", name, value)
    _run_git(path, "am", "-q", "-k", "--committer-date-is-author-date", str(HISTORY))
    _run_git(path, "branch", "main", f"{TANGLED}^")
    _run_git(path, "branch", "-q", "--set-upstream-to=main")


def _make_empty_directory(path: Path) -> None:
    """Make the directory; raises WriteFailed where it can't be made or isn't empty."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        occupied = any(path.iterdir())
    except OSError as error:
        raise WriteFailed(f"{path} can't be used: {error.strerror}.") from error
    if occupied:
        raise WriteFailed(
            f"{path} is not empty.", hint="Name a directory that doesn't exist yet."
        )


def _run_git(path: Path, *args: str) -> None:
    done = subprocess.run(
        ["git", *args],
        cwd=path,
        env=_plain_environment(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise GitFailed(
            f"git {args[0]} failed: {said}", state=f"{path} is incomplete; delete it."
        )


def _plain_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without git's variables and the user's configuration."""
    kept = {k: v for k, v in environment.items() if not k.startswith("GIT_")}
    return kept | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def main(args: list[str]) -> str | int:
    """Make the repository; the exit status, or a sentence that says what is wrong."""
    if len(args) != 1:
        return "usage: python -m gitsplit.git.practice DIR"
    try:
        make_practice_repository(Path(args[0]))
    except GitsplitError as error:
        return " ".join(filter(None, (str(error), error.hint, error.state)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
