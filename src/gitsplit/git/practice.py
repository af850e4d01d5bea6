"""Small repositories to practise on, made of a mailbox or a bundle.

``python -m gitsplit.git.practice DIR`` makes the one of ``./dev try``: one tangled
commit under two tidy ones. Its history is ``practice.mbox`` beside this module, as
``git format-patch --stdout`` writes it, so that the tangled commit can be read there as
a patch. Lessons have theirs.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from gitsplit.errors import GitFailed, GitsplitError, WriteFailed
from gitsplit.git.program import REPOSITORY_VARIABLES

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
    _make_repository(path, "practice", HISTORY)
    _run_git(path, "branch", "main", f"{TANGLED}^")
    _run_git(path, "branch", "-q", "--set-upstream-to=main")


BASE = "base"
"""The branch of a lesson's repository at the commit that its series begins after."""


def make_lesson_repository(
    path: Path, history: Path, base: str | None, *, is_uncommitted: bool = False
) -> None:
    """Make a repository on branch ``lesson`` with a history, where no hook runs.

    ``history`` is a mailbox, or a bundle that has HEAD; its commit ``base``, if there
    is one, is named by the branch BASE. Where ``is_uncommitted``, the
    last commit is taken off again: what it changed is in the files, and not staged.
    Raises WriteFailed where ``path`` can't be used, GitFailed where git fails.
    """
    _make_repository(path, "lesson", history, ("core.hooksPath", os.devnull))
    if base is not None:
        _run_git(path, "branch", BASE, base)
    if is_uncommitted:
        _run_git(path, "reset", "-q", "HEAD^")


def forget_other_repository() -> None:
    """Make this process forget a repository that its environment names, as in a hook.

    A lesson is in its own.
    """
    for name in REPOSITORY_VARIABLES:
        os.environ.pop(name, None)


def _make_repository(
    path: Path, branch: str, history: Path, *config: tuple[str, str]
) -> None:
    """Make a repository with a history in an empty directory."""
    _make_empty_directory(path)
    _run_git(path, "init", "-q", "--template=", f"--initial-branch={branch}")
    for name, value in (*LOCAL_CONFIG, *config):
        _run_git(path, "config", name, value)
    if history.suffix == ".bundle":
        _run_git(path, "fetch", "-q", str(history.resolve()), "HEAD")
        _run_git(path, "reset", "-q", "--hard", "FETCH_HEAD")
    else:
        same_ids = ("-k", "--committer-date-is-author-date")
        _run_git(path, "am", "-q", *same_ids, str(history.resolve()))


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
