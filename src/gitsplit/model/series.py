"""A series of commits as it was read, what is split of it, and drafts of new commits.

A draft says everything about a commit to be written but its id, its parents' new
ids, the committer and the signature; :mod:`gitsplit.git.write` supplies those.
"""

from typing import Literal

from msgspec import Struct

from gitsplit.model.escape import printable
from gitsplit.model.message import subject_of
from gitsplit.model.objects import Oid, RawCommit, TreeEntry

PathChange = tuple[bytes, TreeEntry | None]
"""A path and what the tree has there from now on; None where it has nothing."""


class Uncommitted(Struct, frozen=True):
    """What isn't committed, all of it or what is ``staged``, as one change.

    ``head`` is the commit that HEAD names, None on an unborn branch; ``before`` is its
    tree, and ``after`` the tree of a snapshot.
    """

    kind: Literal["worktree", "staged"]
    head: Oid | None
    before: Oid
    after: Oid

    @property
    def in_words(self) -> str:
        """What it is, as sentences name it."""
        return "staged changes" if self.kind == "staged" else "uncommitted changes"

    def options(self, *, absorbs: bool = False) -> tuple[str, ...]:
        """The options by which it is split; or absorbed by the commits before it."""
        staged = ("--staged",) if self.kind == "staged" else ()
        return ("--absorb", *staged) if absorbs else staged or ("-w",)


class SourceCommit(Struct, frozen=True):
    """A commit of the series as it was read.

    Or one that isn't stored: it ``stands_for`` what isn't committed yet. New commits
    that don't continue it are by ``other_author``, where that is somebody else.
    """

    oid: Oid
    raw: RawCommit
    stands_for: Uncommitted | None = None
    other_author: bytes | None = None

    @property
    def is_stored(self) -> bool:
        """Whether the repository has it."""
        return self.stands_for is None

    @property
    def subject(self) -> bytes:
        """The first paragraph of the message on one line, as ``%s`` of git log."""
        return subject_of(self.raw.message)

    @property
    def short_name(self) -> str:
        """What the commit is called where its subject isn't: a short id mostly."""
        return self.oid[:10] if self.stands_for is None else self.stands_for.in_words

    @property
    def in_words(self) -> str:
        """The commit as sentences name it: a short id and the subject."""
        if self.stands_for is not None:
            return self.stands_for.in_words
        return commit_in_words(self.oid, self.subject)


def commit_in_words(oid: Oid, subject: bytes) -> str:
    """A commit as sentences name it: ``1234567890 “Fix the parser”``."""
    return f"{oid[:10]} “{printable(subject)}”"


class Series(Struct, frozen=True):
    """The commits after ``upstream`` up to ``head``, oldest first.

    ``upstream`` is None where the series begins at a root commit.
    """

    upstream: Oid | None
    head: Oid
    commits: tuple[SourceCommit, ...]

    @property
    def uncommitted(self) -> Uncommitted | None:
        """What isn't committed, where the last commit stands for that."""
        return self.commits[-1].stands_for


class Squash(Struct, frozen=True):
    """All commits after ``base`` up to ``tip`` as one change, merges among them, too.

    What is split is the difference of the trees of these two. ``base`` is None where
    the commits begin at a root.
    """

    base: Oid | None
    tip: Oid


Source = Squash | Uncommitted
"""What is split where that is no commit and no range of them: before, and after."""


class CommitDraft(Struct, frozen=True):
    """One commit to be written.

    ``source`` is the commit it is made from: its author, headers and first-parent
    place. ``paths`` turn the tree of the draft before (of the source's first parent
    for a first piece) into this one's; ``tree`` is set instead where the tree is one
    that exists already. ``role`` says what the commit is to its source: the commit
    ``same`` but for its parents, the ``owner`` of its identity, or another ``piece``.
    What the ``squashed`` commits did is done on top, in their order.

    A draft made from a range of commits stands in the place of the first of them,
    ``range_start``; its source may be any of them. Of the commits that nobody
    continues, those that it ``inherits`` have most of their lines in it.
    """

    source: SourceCommit
    message: bytes
    role: Literal["same", "owner", "piece"]
    tree: Oid | None = None
    paths: tuple[PathChange, ...] = ()
    squashed: tuple[SourceCommit, ...] = ()
    range_start: Oid | None = None
    inherits: tuple[Oid, ...] = ()

    @property
    def place(self) -> Oid:
        """The commit in whose place it stands."""
        return self.range_start or self.source.oid
