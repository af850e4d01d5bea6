"""Which git is under test, and marks for what an older one doesn't know."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gitsplit.errors import GitTooOld


def git_version() -> tuple[int, int]:
    """The first two numbers of its version."""
    told = subprocess.run(["git", "version"], capture_output=True, check=True).stdout
    found = re.search(rb"(\d+)\.(\d+)", told)
    assert found, told
    return int(found[1]), int(found[2])


CAN_MERGE = git_version() >= (2, 38)
"""Whether git merges without a worktree; with an older one gitsplit refuses to."""

CANT_MERGE = "this git can't merge in memory; from 2.38 on it can"

to_merge = pytest.mark.skipif(not CAN_MERGE, reason=CANT_MERGE)


def skip_where_it_cannot_merge() -> None:
    """The test that got here goes on only with a git that can."""
    if not CAN_MERGE:
        pytest.skip(CANT_MERGE)


@contextmanager
def skipped_if_too_old() -> Iterator[None]:
    """A test in which gitsplit refuses to merge is skipped with a git that can't."""
    try:
        yield
    except GitTooOld:
        if CAN_MERGE:
            raise
        pytest.skip(CANT_MERGE)


to_update_refs = pytest.mark.skipif(
    git_version() < (2, 38),
    reason="this git's rebase takes no branches along; from 2.38 on it does",
)
