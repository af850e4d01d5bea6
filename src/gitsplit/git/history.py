"""What the latest commits of a repository are called."""

from collections.abc import Iterator

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
