"""A snapshot of what isn't committed yet: the tree that a commit of it would have.

Git makes it as ``git commit -a`` would: in a copy of the index, with the user's filters
and settings. Its new objects go to a temporary directory, which the repository is read
with from then on; :mod:`gitsplit.git.store` stores those that a commit needs. So a dry
run writes nothing, and no file is ever written.
"""

import dataclasses
import re
import shutil
import zlib
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from msgspec import Struct

from gitsplit.errors import (
    EmptySeries,
    GitFailed,
    NotInWorktree,
    UnbornBranch,
    UncleanFiles,
)
from gitsplit.git.index_entries import index_entries
from gitsplit.git.repository import (
    Repository,
    object_environment,
    repository_reading_also,
)
from gitsplit.git.state_dir import read_git_file, temporary_directory
from gitsplit.git.trees import EMPTY_TREE, NewObjects, changed_paths
from gitsplit.git.worktree import index_environment, index_file
from gitsplit.model.escape import printable
from gitsplit.model.listing import name_list
from gitsplit.model.objects import Oid, RawCommit, StagedEntry, object_id, without_room
from gitsplit.model.series import Series, SourceCommit, Uncommitted

UncommittedKind = Literal["worktree", "staged"]

NOBODY = b"nobody <> 0 +0000"
"""The author where nobody is asked who it is."""

_QUIETLY = ("-c", "core.splitIndex=false", "-c", "advice.addEmbeddedRepo=false")
"""A split index would have a part of it written beside the index itself."""

_OBJECTS = "objects"

_AMENDED = re.compile(rb"([0-9a-f]{40})\n?")


class Snapshot(Struct, frozen=True):
    """What isn't committed yet, as what leads from one tree to another.

    ``commit`` is a commit of it all on HEAD; it isn't stored. Where HEAD stands before
    a commit at which a rebase has stopped, it is that one with another tree
    (``is_stopped_commit``): with its id, author and message.
    ``staged`` are the entries that the index had at the paths that differ, or in the
    way of these. ``objects``
    are in no other place than the temporary one. ``index`` is the copy of the index in
    which the snapshot was made. ``untracked`` files stay out, and so does what is
    ``left_out``: repositories within that are no submodules.
    """

    source: Uncommitted
    commit: SourceCommit
    staged: Mapping[bytes, StagedEntry]
    objects: frozenset[Oid]
    index: Path
    untracked: int = 0
    left_out: tuple[bytes, ...] = ()
    is_stopped_commit: bool = False

    @property
    def place(self) -> Path:
        """The temporary directory of the objects."""
        return self.index.parent / _OBJECTS

    @property
    def series(self) -> Series:
        """The series of this one commit."""
        return Series(self.source.head, self.commit.oid, (self.commit,))


@contextmanager
def snapshot_taken(
    repo: Repository,
    kind: UncommittedKind,
    author: bytes,
    *,
    with_untracked: bool = False,
    unstaged_by: str = "gitsplit -w",
) -> Iterator[Repository]:
    """Take a snapshot; the repository with it, until the ``with`` block ends.

    ``author`` is the header's value for the commits, ``unstaged_by`` the command that
    takes what isn't staged. Raises NotInWorktree in a bare
    repository, UncleanFiles where the index has conflicts, GitFailed where git refuses
    a file, and EmptySeries where nothing has changed.
    """
    if repo.worktree is None:
        raise NotInWorktree(
            "A bare repository has no files, and nothing that could be uncommitted.",
            hint="Change to a worktree of it.",
        )
    with temporary_directory() as name:
        making = _Making(repo, Path(name), kind, unstaged_by)
        snapshot = making.snapshot(author, with_untracked=with_untracked)
        yield making.repository(snapshot)


class _Making(Struct, frozen=True):
    """A snapshot as it is made in a temporary directory."""

    repo: Repository
    place: Path
    kind: UncommittedKind
    unstaged_by: str

    @property
    def _objects(self) -> Path:
        return self.place / _OBJECTS

    @property
    def _index(self) -> Path:
        return self.place / "index"

    def repository(self, snapshot: Snapshot) -> Repository:
        """The repository that has the snapshot, and its objects."""
        known = repository_reading_also(self.repo, self._objects)
        return dataclasses.replace(known, snapshot=snapshot)

    def snapshot(self, author: bytes, *, with_untracked: bool) -> Snapshot:
        """Take it; what is raised is told at :func:`snapshot_taken`."""
        self._objects.mkdir()
        with suppress(FileNotFoundError):
            # With its time: by that git knows which files it must look into.
            shutil.copy2(index_file(self.repo), self._index)
        entries = index_entries(self.repo, self._index)
        _refuse_conflicts(entries)
        untracked: list[bytes] = []
        left_out: tuple[bytes, ...] = ()
        if self.kind == "worktree":
            untracked, left_out = self._untracked()
            self._add(untracked if with_untracked else [])
        count = 0 if with_untracked else len(untracked)
        after = self._tree()
        head = _head_of(self.repo)
        stopped = _stopped_commit(self.repo, head)
        before = EMPTY_TREE if head is None else self.repo.read_commit(head).tree
        if before == after:
            raise self._nothing_error(before, count)
        source = Uncommitted(self.kind, head, before, after)
        raw = _commit_of(source, author, stopped)
        oid = stopped.oid if stopped else self._keep_commit(source)
        known = repository_reading_also(self.repo, self._objects)
        paths = changed_paths(NewObjects(known), before, after)
        return Snapshot(
            source,
            SourceCommit(oid, raw, source, author if stopped else None),
            staged=_entries_at(paths.keys(), entries),
            objects=self._new_objects(),
            index=self._index,
            untracked=count,
            left_out=left_out,
            is_stopped_commit=stopped is not None,
        )

    def _git(self, *args: str, stdin: bytes = b"") -> bytes:
        """Run git on the copy of the index; raises GitFailed in its words."""
        env = {
            **index_environment(self._index),
            **object_environment(self.repo, self._objects),
        }
        program = self.repo.program
        done = program.run(*_QUIETLY, *args, stdin=stdin, check=False, env=env)
        if done.status:
            raise GitFailed(
                f"git can't read the uncommitted changes: {done.reason}.",
                hint="See what is wrong with: git status",
            )
        return done.stdout

    def _tree(self) -> Oid:
        """The tree of the copy of the index."""
        return Oid(self._git("write-tree").decode("ascii").strip())

    def _nothing_error(self, before: Oid, untracked: int) -> EmptySeries:
        """The error for nothing to take, with the command that takes something."""
        if self.kind == "staged":
            untracked = len(self._untracked()[0])
            self._add([])
            if self._tree() != before:
                return EmptySeries(
                    "Nothing is staged; what has changed in the files:"
                    f" `{self.unstaged_by}`."
                )
        if untracked:
            are = "file is" if untracked == 1 else "files are"
            return EmptySeries(
                f"Nothing has changed; {untracked} {are} untracked:"
                " `gitsplit -w --untracked`."
            )
        return EmptySeries("Nothing has changed since the last commit.")

    def _untracked(self) -> tuple[list[bytes], tuple[bytes, ...]]:
        """The untracked files, and the repositories among them."""
        asked = ("ls-files", "-o", "-z", "--exclude-standard")
        found = self._git(*asked).split(b"\0")[:-1]
        within = tuple(path[:-1] for path in found if path.endswith(b"/"))
        return [path for path in found if not path.endswith(b"/")], within

    def _add(self, untracked: list[bytes]) -> None:
        """Put the files into the copy of the index, as ``git commit -a`` would."""
        self._git("add", "--sparse", "-u")
        if untracked:
            paths = b"".join(path + b"\0" for path in untracked)
            self._git("update-index", "--add", "-z", "--stdin", stdin=paths)

    def _keep_commit(self, source: Uncommitted) -> Oid:
        """Put a commit of it all beside the other temporary objects; its id.

        What is the same has the same id, whenever the snapshot is taken.
        """
        data = _commit_of(source, NOBODY, None).serialize()
        oid = object_id("commit", data)
        file = self._objects / oid[:2] / oid[2:]
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(zlib.compress(b"commit %d\0" % len(data) + data))
        return oid

    def _new_objects(self) -> frozenset[Oid]:
        """The objects in the temporary directory alone; a large file is in a pack."""
        asked = ("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
        env = {"GIT_OBJECT_DIRECTORY": str(self._objects)}
        env["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = ""
        return frozenset(map(Oid, self.repo.program.run(*asked, env=env).lines))


def _refuse_conflicts(entries: Mapping[bytes, StagedEntry | None]) -> None:
    """Raise UncleanFiles where a path has no single entry."""
    unmerged = [printable(path) for path, entry in entries.items() if entry is None]
    if unmerged:
        raise UncleanFiles(
            f"The index has conflicts: {name_list(unmerged)}.",
            hint="Resolve them, and `git add` the files.",
        )


def _entries_at(
    paths: AbstractSet[bytes], entries: Mapping[bytes, StagedEntry | None]
) -> Mapping[bytes, StagedEntry]:
    """The entries at these paths, and those that have no room beside them.

    As a file has none where a directory of its name is.
    """
    there = {path: entry for path, entry in entries.items() if entry is not None}
    wanted = {*paths, *without_room(there, paths)}
    return {path: entry for path, entry in there.items() if path in wanted}


def _head_of(repo: Repository) -> Oid | None:
    """HEAD's commit; None on a branch without commits."""
    try:
        return repo.head()
    except UnbornBranch:
        return None


def _stopped_commit(repo: Repository, head: Oid | None) -> SourceCommit | None:
    """The commit at which a rebase has stopped, where HEAD was reset to before it."""
    amended = _AMENDED.fullmatch(read_git_file(repo.rebase_dir / "amend") or b"")
    if head is None or not amended:
        return None
    oid = Oid(amended[1].decode("ascii"))
    raw = repo.read_commit(oid)
    return SourceCommit(oid, raw) if raw.parents == (head,) else None


def _commit_of(
    source: Uncommitted, author: bytes, stopped: SourceCommit | None
) -> RawCommit:
    """The commit of it all: of the user's own, or the stopped one with another tree."""
    own = RawCommit((b"author " + author,), b"")
    raw = own if stopped is None else stopped.raw
    return raw.with_fields(
        tree=source.after,
        parents=() if source.head is None else (source.head,),
        committer=author,
        message=raw.message,
    )


def changed_since(repo: Repository, snapshot: Snapshot) -> frozenset[bytes]:
    """The files that differ from the snapshot of them.

    Where what is staged was taken, what isn't is among them.
    """
    env = index_environment(snapshot.index)
    program = repo.program
    program.run(*_QUIETLY, "update-index", "-q", "--refresh", check=False, env=env)
    asked = ("diff-files", "--name-only", "-z", "--ignore-submodules=dirty")
    found = program.run(*asked, env=env).stdout
    return frozenset(found.split(b"\0")[:-1])
