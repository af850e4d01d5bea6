"""A program of the user's that is asked something and answers, as a filter does."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress

from gitsplit.errors import ProgramFailed
from gitsplit.git.program import answered
from gitsplit.git.repository import Repository
from gitsplit.model.said import said

PATIENCE = 60.0
"""Seconds after which a program that hasn't answered is ended."""


def answer(repo: Repository, command: str, question: bytes) -> bytes:
    """What the shell command prints when it has ``question`` on standard input.

    It runs at the top of the worktree, or in a bare repository's directory. What it
    says on standard error is passed on where it fails. Raises ProgramFailed where it
    exits with an error, doesn't end, or can't be started, and GivenUp.
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
        awaited = _until(time.monotonic() + PATIENCE, repo.program.is_wanted)
        found, complaint = answered(child, question, awaited)
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
        told = said(complaint) or f"it ended with status {child.returncode}"
        raise ProgramFailed(f"The command “{command}” failed: {told.rstrip('.')}.")
    return found


def _until(deadline: float, is_wanted: Callable[[], bool] | None) -> Callable[[], bool]:
    """Whether the answer is still wanted; raises TimeoutError after the deadline."""

    def is_awaited() -> bool:
        if time.monotonic() > deadline:
            raise TimeoutError
        return is_wanted is None or is_wanted()

    return is_awaited
