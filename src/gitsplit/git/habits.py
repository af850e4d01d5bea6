"""What the latest commits of a repository are like, as far as a moment's look tells.

A long history is looked at for a bounded time, newest commits first: what is found by
then has to do.
"""

import os
import select
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress

from gitsplit.core.objects import Oid
from gitsplit.git.repository import Repository

MOST_SUBJECTS = 200
MOST_COMMITS = 1000
"""So many of the latest commits are looked at, at most."""

MOST_SECONDS = 0.3
"""So long, at most."""

MOST_FILES = 50
"""A commit that changes more says nothing about which belong together."""


def recent_subjects(repo: Repository, before: Oid) -> tuple[bytes, ...]:
    """The subjects of the latest commits up to ``before``, newest first."""
    log = ("log", "-z", "--no-merges", "--format=%s", f"--max-count={MOST_SUBJECTS}")
    done = repo.program.run("--no-replace-objects", *log, before, "--", check=False)
    return tuple(filter(None, done.stdout.split(b"\0")))


def changed_together(
    repo: Repository, before: Oid, seconds: float = MOST_SECONDS
) -> tuple[frozenset[bytes], ...]:
    """The paths that each of the latest commits up to ``before`` changed, newest first.

    Renames count as both paths. Commits of one path or of very many are left out; there
    may be none at all where time is short.
    """
    log = (
        *("log", "-z", "--no-merges", "--no-renames", "--format=%x01", "--name-only"),
        *("--no-ext-diff", f"--max-count={MOST_COMMITS}"),
    )
    found = _read_for(repo, ("--no-replace-objects", *log, before, "--"), seconds)
    return tuple(_commits(found))


def _commits(listing: bytes) -> Iterator[frozenset[bytes]]:
    """The paths of each commit in the listing."""
    for commit in listing.split(b"\x01")[1:]:
        paths = frozenset(filter(None, commit.lstrip(b"\0\n").split(b"\0")))
        if 1 < len(paths) <= MOST_FILES:
            yield paths


def _read_for(repo: Repository, args: Iterable[str], seconds: float) -> bytes:
    """What ``git ARGS`` prints within so many seconds; whole commits only."""
    deadline = time.monotonic() + seconds
    parts: list[bytes] = []
    with repo.program.start(*args) as child:
        assert child.stdout is not None, "started with pipes"
        pipe = child.stdout.fileno()
        is_whole = False
        while (left := deadline - time.monotonic()) > 0 and not is_whole:
            if select.select([pipe], [], [], left)[0]:
                parts.append(os.read(pipe, 1 << 16))
                is_whole = not parts[-1]
        with suppress(ProcessLookupError):
            child.kill()
        child.communicate()
    listing = b"".join(parts)
    return listing if is_whole else listing.rpartition(b"\x01")[0]
