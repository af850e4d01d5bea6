"""What the latest commits of a repository are called.

Which files the commits before a series changed together.

Git reads the trees of 500 commits in 15 to 70 ms of processor time, so nothing is kept
for the next run, and nothing is written.
"""

from collections.abc import Iterator
from functools import lru_cache

from gitsplit.git.repository import Repository
from gitsplit.model.message import subject_of
from gitsplit.model.objects import Oid, RawCommit

MOST_SUBJECTS = 200
"""So many of the latest commits are looked at."""


def recent_subjects(repo: Repository, head: Oid) -> tuple[bytes, ...]:
    """The subjects of the latest commits on the line of ``head``, newest first.

    Merges are left out. A shallow clone has as many as it has.
    """
    return tuple(filter(None, _subjects(repo, head)))


def _subjects(repo: Repository, oid: Oid) -> Iterator[bytes]:
    for _ in range(MOST_SUBJECTS):
        if not repo.has_object(oid):
            return
        raw = RawCommit.parse(repo.read_object(oid)[1])
        if len(raw.parents) < 2:
            yield subject_of(raw.message)
        if not raw.parents:
            return
        oid = raw.parents[0]


MOST_COMMITS = 500
"""So many commits are looked at; twice as many say hardly more."""
MOST_FILES = 30
"""A commit that changes more says nothing about any two of them."""
MOST_SECONDS = 0.5
"""No more time is taken; what was read by then is used.

Hardly ever: a dry run and what follows it should know the same.
"""

_LOG = (
    *("--no-replace-objects", "log", "--no-show-signature", "--no-color"),
    # The first commit of all brings every file, and so does a shallow clone's.
    *("--min-parents=1", "--max-parents=1", f"--max-count={MOST_COMMITS}"),
    *("--format=%x00", "-z", "--name-only", "--no-renames", "--no-relative"),
)
_OFFLINE = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
"""Trees that a partial clone lacks stay where they are; older gits know only the
latter."""
_BEGIN = b"\0\0\n"
"""What stands before the paths of a commit; no path is empty, so it is in none."""


# What came before a commit never changes: it is read once for a whole series.
@lru_cache(maxsize=1)
def changed_together(
    repo: Repository, last: Oid, seconds: float = MOST_SECONDS
) -> tuple[frozenset[bytes], ...]:
    """The paths that each of the latest commits up to ``last`` changed, newest first.

    Merges and commits without a parent are left out, and those that change many files.
    Renames aren't followed. Where commits or trees are missing, it has fewer.
    """
    printed, is_all = repo.program.printed_within(
        seconds, *_LOG, last, "--", env=_OFFLINE
    )
    commits = printed.split(_BEGIN)[1:]
    if not is_all:
        del commits[-1:]  # it may have been cut within a path
    return tuple(
        frozenset(path for path in paths.split(b"\0") if path)
        for paths in commits
        if 0 < paths.count(b"\0") <= MOST_FILES
    )
