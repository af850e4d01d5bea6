"""What a plan file says, as values; :mod:`.parse` reads them, :mod:`.dump` writes them.

Ranges of lines are 1-based, both ends included. Commits are numbered in their entry,
from 0, whichever version the file has.
"""

from msgspec import Struct

from gitsplit.model.diff import Fact
from gitsplit.model.objects import NO_OBJECT, Oid
from gitsplit.model.series import Source, Squash, Uncommitted
from gitsplit.model.todo import Doing
from gitsplit.planfile.hunks import HunkEntry, HunkPick

FORMAT = "gitsplit-plan"

UNCOMMITTED = "worktree"
"""What isn't committed, in a list of commits, of which it is the last."""

LineRange = tuple[int, int]
"""First and last line, counted from 1, both included."""


class FileEntry(Struct, frozen=True):
    """What a group takes of one file; commit and both paths name the file's change.

    ``old_path`` is None where the commit creates the file, ``path`` where it deletes
    it. ``whole`` takes all of it. ``removed`` are lines of the old file, ``added`` of
    the new one. ``content`` is the file as of this group, where it is neither side.
    ``commit`` is the number of the commit in its entry.
    """

    old_path: bytes | None
    path: bytes | None
    whole: bool = False
    removed: tuple[LineRange, ...] = ()
    added: tuple[LineRange, ...] = ()
    facts: tuple[Fact, ...] = ()
    content: bytes | None = None
    commit: int = 0


class GroupEntry(Struct, frozen=True):
    """A new commit; ``continues`` is the original whose Change-Id it keeps, if any.

    ``rest`` are the commits of which it takes every edit that nothing else names.
    ``hunks`` are taken by their numbers.
    """

    message: bytes
    continues: int | None = None
    reason: str = ""
    rest: tuple[int, ...] = ()
    files: tuple[FileEntry, ...] = ()
    hunks: tuple[HunkPick, ...] = ()


class CommitEntry(Struct, frozen=True):
    """What becomes of one commit of the series, or of several that are split together.

    ``groups`` and ``dropped`` are those of a ``split``, ``message`` is the one of a
    ``reword`` or ``squash``. ``later`` are the commits after ``commit``, if several.
    ``dropped_rest`` are those of which everything is dropped that nothing names.
    ``dropped_hunks`` are left out by their numbers, of which ``hunks`` is the list.

    With a ``source`` it is about one change, from a tree to another, in which
    everything has the commit number 0; ``continued`` are the commits that its groups
    continue. ``commit`` is then the one that the change ends with, or begins after.
    With ``later`` ones, too, the source is what the last of them stands for.
    """

    commit: Oid
    subject: bytes = b""
    action: Doing = "pick"
    groups: tuple[GroupEntry, ...] = ()
    dropped: tuple[FileEntry, ...] = ()
    message: bytes | None = None
    later: tuple[Oid, ...] = ()
    dropped_rest: tuple[int, ...] = ()
    dropped_hunks: tuple[HunkPick, ...] = ()
    hunks: tuple[HunkEntry, ...] = ()
    source: Source | None = None
    continued: tuple[Oid, ...] = ()

    @property
    def commits(self) -> tuple[Oid, ...]:
        """All commits that it is about, oldest first."""
        return (self.commit, *self.later)

    @property
    def originals(self) -> tuple[Oid, ...]:
        """The commits that groups may continue."""
        return self.continued if self.source and not self.later else self.commits

    @property
    def needs_list(self) -> bool:
        """Whether it must be written with ``commits``, which version 2 has."""
        has_rest = self.source is None and bool(self.dropped_rest)
        return bool(self.later) or has_rest

    def name_of(self, number: int) -> str:
        """What the file calls a commit of the list; the last may be no commit yet."""
        is_commit = self.source is None or number + 1 < len(self.commits)
        return self.commits[number] if is_commit else UNCOMMITTED


class Misfit(Struct, frozen=True):
    """What of a whole plan file doesn't fit a series, and what of the series is new.

    ``gone`` are the entries whose commits the series hasn't. What was ``lost`` is named
    by the commits of the plan, what is ``new`` by those of the series; new is only what
    no group takes as the rest.
    """

    gone: tuple[CommitEntry, ...] = ()
    lost: tuple[tuple[Oid, FileEntry], ...] = ()
    new: tuple[tuple[Oid, FileEntry], ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any of it."""
        return bool(self.gone or self.lost or self.new)


def commit_of_source(source: Source) -> Oid:
    """The commit that an entry about a source has in the place of its own."""
    last = source.tip if isinstance(source, Squash) else source.head
    return last or NO_OBJECT


class PlanDocument(Struct, frozen=True):
    """A whole plan file; ``upstream`` is None where the series begins at a root.

    ``head`` is None on an unborn branch, of which what isn't committed can be split.
    ``misfit`` is what an older plan had that this one hasn't, or couldn't know; it is
    written, and not read.
    """

    upstream: Oid | None
    head: Oid | None
    series: tuple[CommitEntry, ...]
    misfit: Misfit | None = None

    @property
    def options(self) -> tuple[str, ...]:
        """The options besides ``--plan`` without which it isn't read."""
        sources = ((entry.source, bool(entry.later)) for entry in self.series)
        return next(
            (
                source.options(absorbs=absorbs)
                for source, absorbs in sources
                if isinstance(source, Uncommitted)
            ),
            (),
        )
