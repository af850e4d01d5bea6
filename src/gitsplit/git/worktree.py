"""Index and files follow HEAD where its tree changes: completely, or not at all.

``index.lock`` is held until the refs have moved; then the new index, which git has made
beside, replaces the old one by a rename. So after a crash the refs alone say which
index is right, and only files may have to be restored. The lock names its owner, so
that one left by a dead gitsplit is recognised. Must not know the journal, which
remembers the trees.

Files are never reached through a symlink: what it leads to isn't git's (``symlinks.c``
in git). Each directory of a path is opened from the one before, so nothing can be put
in between meanwhile.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGTERM
from stat import S_ISDIR, S_ISREG
from typing import NamedTuple

from msgspec import Struct

from gitsplit.errors import GitFailed, GitKilled, WriteFailed
from gitsplit.git.program import Completed, failure, is_running, this_process
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import read_own_file, temporary_directory
from gitsplit.git.trees import NewObjects, PathPair, changed_paths
from gitsplit.model.objects import GITLINK, Oid, TreeEntry, directories

_OWN_LOCK = re.compile(rb"gitsplit (\d+ \d+)\n")


class HeadTrees(Struct, frozen=True):
    """HEAD's tree before and after a rewrite, and the tree that the files get.

    ``files`` is ``new`` with the edits that were dropped to the worktree put back.
    """

    old: Oid
    files: Oid
    new: Oid

    def steps(self) -> tuple["TwoTreeMerge", ...]:
        """The merges that lead from ``old`` to ``new``."""
        both = (
            TwoTreeMerge(self.old, self.files, True),
            TwoTreeMerge(self.files, self.new, False),
        )
        return tuple(step for step in both if step.before != step.after)

    def steps_back(self) -> tuple["TwoTreeMerge", ...]:
        """The merges that lead from ``new`` to ``old``.

        Where files stayed, they stay again.
        """
        return tuple(
            TwoTreeMerge(step.after, step.before, step.files)
            for step in self.steps()[::-1]
        )


class TwoTreeMerge(Struct, frozen=True):
    """A two-tree ``git read-tree -m [-u] BEFORE AFTER`` (git-read-tree(1)).

    The index goes from one tree to the other; what else is staged stays staged. With
    ``files`` the files follow (``-u``), else only the index changes (``-i``).
    """

    before: Oid
    after: Oid
    files: bool


class Follower:
    """Takes index and files through these merges while the refs move.

    A transaction like that of the refs: ``begin`` prepares under ``index.lock``, then
    ``finish`` commits it or ``abandon`` rolls it back.
    """

    def __init__(self, repo: Repository, steps: Sequence[TwoTreeMerge]) -> None:
        self._repo = repo
        self._steps = steps
        self._is_locked = False
        self._touching: TwoTreeMerge | None = None

    def begin(self, started: Callable[[int], None]) -> None:
        """Lock the index, make the new one beside it, and check the files out.

        ``started`` is told the process id of each git that touches files. Raises
        WriteFailed where git refuses; :meth:`abandon` then puts back what was done.
        """
        if self._steps:
            self.lock()
            self.make_index(started)

    def lock(self) -> None:
        """Take ``index.lock``; raises WriteFailed where another git has it."""
        lock_index(self._repo)
        self._is_locked = True

    def make_index(self, started: Callable[[int], None]) -> None:
        """Make the new index and check files out, under the lock.

        The arguments and errors are those of :meth:`begin`.
        """
        for step in self._steps:
            if step.files:
                self._touching = step
            self._take(step, started)
        self._refresh()

    def finish(self) -> None:
        """Replace the index by the new one; raises WriteFailed where that fails."""
        if self._is_locked:
            install_index(self._repo)
            self._is_locked = False

    def abandon(self) -> None:
        """Restore the files and release the lock: all is as before :meth:`begin`."""
        if not self._is_locked:
            return
        try:
            if self._touching:
                restore_step(self._repo, self._touching)
        finally:
            discard_index(self._repo)
            self._is_locked = False

    def _take(self, step: TwoTreeMerge, started: Callable[[int], None]) -> None:
        """Run the ``git read-tree`` of one step on the new index."""
        if step.files:
            self._refresh()
        how = "-u" if step.files else "-i"
        # What is checked out in a submodule is the user's affair, whatever
        # submodule.recurse says.
        args = ("read-tree", "--no-recurse-submodules", "-m", how, step.before)
        done = self._run((*args, step.after), started)
        if done.status:
            kind = GitKilled if done.status < 0 else WriteFailed
            raise kind(
                f"git can't update the index and the files: {done.reason}.",
                hint="Check with: git status",
            )

    def _run(self, args: tuple[str, ...], started: Callable[[int], None]) -> Completed:
        env = index_environment(new_index_file(self._repo))
        with self._repo.program.start(*args, env=env) as child:
            try:
                started(child.pid)
                stdout, stderr = child.communicate()
            except BaseException:
                os.killpg(child.pid, SIGTERM)  # filters too
                child.wait()
                raise
        return Completed(child.returncode, stdout, stderr)

    def _refresh(self) -> None:
        """Refresh the stat data of the new index (``git-update-index(1)``)."""
        env = index_environment(new_index_file(self._repo))
        self._repo.program.run("update-index", "-q", "--refresh", check=False, env=env)


def update_index(repo: Repository, steps: Sequence[TwoTreeMerge]) -> bool:
    """Merge the index to the last tree of these steps; False where that isn't possible.

    For after a crash, wherever the index was on the way: the files were there before
    the refs moved. It isn't possible where something else has been staged since. Raises
    WriteFailed where the index can't be locked.
    """
    if not steps:
        return True
    whole = TwoTreeMerge(steps[0].before, steps[-1].after, files=False)
    follower = Follower(repo, [whole])
    follower.lock()
    try:
        follower.make_index(lambda _pid: None)
    except GitKilled:
        follower.abandon()
        raise
    except WriteFailed:
        follower.abandon()
        return False
    follower.finish()
    return True


def index_file(repo: Repository) -> Path:
    """The index file that git uses here (``GIT_INDEX_FILE`` in git(1))."""
    named = os.environ.get("GIT_INDEX_FILE")
    return repo.program.cwd / named if named else repo.git_dir / "index"


def index_environment(index: Path) -> Mapping[str, str]:
    """The environment in which git uses this index file."""
    return {"GIT_INDEX_FILE": str(index)}


def new_index_file(repo: Repository) -> Path:
    """The file in which the next index is made, on the same file system."""
    return _sibling(index_file(repo), ".gitsplit")


def lock_file(repo: Repository) -> Path:
    """The lock file that keeps every git from writing the index."""
    return _sibling(index_file(repo), ".lock")


def _sibling(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)


def lock_index(repo: Repository) -> None:
    """Take ``index.lock``, and copy the index to the file that becomes the new one.

    The copy has the same modification time: by it git knows which files it must look
    into, because they may have changed within the same moment ("racy git").

    Raises WriteFailed where another git has the lock, or it can't be made.
    """
    held = lock_file(repo)
    try:
        _create_lock(held)
    except FileExistsError as error:
        raise WriteFailed(
            f"Another git process is using the index: {held} exists.",
            hint="Wait for it; if none is running, delete that file and try again.",
        ) from error
    except OSError as error:
        raise WriteFailed(
            f"The index can't be locked: {held}: {error.strerror}.",
            hint="Is the disk full, or the repository read-only?",
        ) from error
    new = new_index_file(repo)
    # A git of a gitsplit that was killed may have left its lock.
    _sibling(new, ".lock").unlink(missing_ok=True)
    new.unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        shutil.copy2(index_file(repo), new)


def _create_lock(held: Path) -> None:
    """Create the lock file with its owner's name in it, in one step (link(2)).

    Raises FileExistsError where it existed, and OSError where it can't be made.
    """
    claim = _sibling(held, f".gitsplit-{os.getpid()}")
    owner = f"gitsplit {this_process()}\n".encode("ascii")
    try:
        claim.write_bytes(owner)
        os.link(claim, held)
    except FileExistsError:
        raise
    except OSError:
        # A file system without links: for a moment nobody knows whose lock it is.
        with held.open("xb") as file:
            file.write(owner)
    finally:
        claim.unlink(missing_ok=True)


def install_index(repo: Repository) -> None:
    """Rename the new index to the index, and remove the lock.

    Raises WriteFailed where the file system refuses.
    """
    try:
        new_index_file(repo).replace(index_file(repo))
        lock_file(repo).unlink()
    except OSError as error:
        raise WriteFailed(
            f"The index couldn't be replaced: {error.strerror}.",
            hint="Run gitsplit again: it finishes the update.",
            state="The refs have moved; the index was not updated.",
        ) from error


def discard_index(repo: Repository) -> None:
    """Remove the new index and the lock; the index is as it was."""
    new = new_index_file(repo)
    for file in (_sibling(new, ".lock"), new, lock_file(repo)):
        file.unlink(missing_ok=True)


def remove_stale_index_lock(repo: Repository) -> None:
    """Remove ``index.lock`` where its owner is a dead gitsplit, or this process."""
    held = lock_file(repo)
    for claim in held.parent.glob(f"{held.name}.gitsplit-*"):
        if _is_stale(claim):
            claim.unlink(missing_ok=True)
    if _is_stale(held):
        discard_index(repo)


def _is_stale(file: Path) -> bool:
    """Whether the lock file's owner is a dead gitsplit, or this process."""
    if not (owner := _OWN_LOCK.fullmatch(read_own_file(file) or b"")):
        return False
    name = owner[1].decode("ascii")
    return name == this_process() or not is_running(name)


@contextmanager
def scratch_index(
    repo: Repository, entries: Iterable[tuple[bytes, TreeEntry]]
) -> Iterator[Mapping[str, str]]:
    """Make a temporary index of these entries alone; its environment."""
    listing = b"".join(
        b"%o %s\t%s\0" % (entry.mode, entry.oid.encode("ascii"), path)
        for path, entry in entries
    )
    with temporary_directory() as place:
        env = index_environment(Path(place, "index"))
        args = ("update-index", "-z", "--index-info")
        repo.program.run(*args, stdin=listing, env=env)
        yield env


def restore_step(repo: Repository, step: TwoTreeMerge) -> None:
    """Restore each file that the step has changed, after a kill anywhere in it.

    A file that has neither the content from before nor one that git was writing was
    changed by the user since, and stays. Raises WriteFailed where the files can't be
    written.
    """
    if step.files:
        restore_files(repo, changed_paths(NewObjects(repo), step.before, step.after))


def restore_files(repo: Repository, changed: Mapping[bytes, PathPair]) -> None:
    """Restore these files, but no submodules, as :func:`restore_step` does."""
    files = {path: pair for path, pair in changed.items() if not _is_submodule(pair)}
    touched = {path: files[path].before for path in _paths_to_restore(repo, files)}
    try:
        for path, entry in touched.items():
            if entry is None:
                remove_file(repo, path)
        missing = {p: entry for p, entry in touched.items() if entry}
        _check_out(repo, {p: e for p, e in missing.items() if _is_free(repo, p)})
    except (OSError, GitFailed) as error:
        raise WriteFailed(
            f"Some files couldn't be restored: {error}",
            hint="See which with: git status",
            state="No ref has moved, and the index is as it was.",
        ) from error


def _is_submodule(pair: PathPair) -> bool:
    return any(side is not None and side.mode == GITLINK for side in pair)


def _paths_to_restore(
    repo: Repository, files: Mapping[bytes, PathPair]
) -> Iterator[bytes]:
    """The paths whose files an interrupted step has changed already."""
    gone = [path for path in files if not _is_file(repo, path)]
    kept_away = _sparse_paths(repo) if gone else frozenset()
    yield from (p for p in gone if files[p].before and p not in kept_away)
    written = {p: e.after for p, e in files.items() if e.after and p not in gone}
    others = differing_paths(repo, written)
    for path, entry in written.items():
        if path not in others or _is_partial_write(repo, path, entry):
            yield path


def _is_file(repo: Repository, path: bytes) -> bool:
    """Whether something exists at the path that is no directory."""
    found = file_status(repo, path)
    return found is not None and not S_ISDIR(found.st_mode)


def _is_free(repo: Repository, path: bytes) -> bool:
    """Whether git can write the file without overwriting anything of the user's.

    What git had written is gone by now: a link in place of a directory of the path, or
    a directory with files in place of the file, is the user's.
    """
    if first_obstacle(repo, path):
        return False
    return not any(files_below(repo, path))


def _sparse_paths(repo: Repository) -> frozenset[bytes]:
    """The paths that a sparse checkout keeps out of the worktree."""
    listing = repo.program.run("ls-files", "-t", "-z").stdout.split(b"\0")
    return frozenset(row[2:] for row in listing if row.startswith(b"S "))


def _is_partial_write(repo: Repository, path: bytes, entry: TreeEntry) -> bool:
    """Whether the file is the beginning of what a killed git was writing."""
    begun = read_file(repo, path)
    if begun is None:
        return False
    name = b"--path=" + path
    whole = repo.program.run("cat-file", "--filters", name, entry.oid).stdout
    return whole.startswith(begun)


def _check_out(repo: Repository, entries: Mapping[bytes, TreeEntry]) -> None:
    """Write the files of these entries, through the user's filters."""
    attributes = {p for p in entries if p.rpartition(b"/")[2] == b".gitattributes"}
    with scratch_index(repo, entries.items()) as env:
        # The attributes first: they say how the other files are written.
        for paths in (attributes, entries.keys() - attributes):
            names = b"".join(path + b"\0" for path in paths)
            args = ("checkout-index", "-f", "-z", "--stdin")
            if paths:
                repo.program.run(*args, stdin=names, env=env)


def differing_paths(
    repo: Repository, entries: Mapping[bytes, TreeEntry]
) -> frozenset[bytes]:
    """The paths at which the worktree differs from these entries."""
    with scratch_index(repo, entries.items()) as env:
        refresh = ("update-index", "-q", "--refresh")
        done = repo.program.run(*refresh, check=False, env=env)
        if done.status < 0:  # killed, it would leave all of them for different ones
            raise failure(refresh, done)
        names = ("diff-files", "--name-only", "-z")
        return frozenset(repo.program.run(*names, env=env).stdout.split(b"\0"))


# To pass through a directory, O_PATH needs no permission to list it.
_PASSING = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC

_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


class _NameInDirectory(NamedTuple):
    """A name in an open directory (openat(2))."""

    directory: int
    name: bytes


def file_status(repo: Repository, path: bytes) -> os.stat_result | None:
    """The lstat(2) result of the path; None where nothing exists."""
    with _open_parent(repo, path) as place:
        return _lstat(place) if place else None


def read_file(repo: Repository, path: bytes) -> bytes | None:
    """Read a regular file; None where there is none."""
    with _open_parent(repo, path) as place:
        found = _lstat(place) if place else None
        if place is None or found is None or not S_ISREG(found.st_mode):
            return None
        opened = os.open(place.name, _FILE, dir_fd=place.directory)
        with os.fdopen(opened, "rb") as file:
            return file.read()


def remove_file(repo: Repository, path: bytes) -> None:
    """Remove the file, and the directories that are empty then.

    A directory, and what is behind a symlink, stays. Raises OSError.
    """
    with _open_parent(repo, path) as place:
        found = _lstat(place) if place else None
        if place is None or (found and S_ISDIR(found.st_mode)):
            return
        with suppress(FileNotFoundError):
            os.unlink(place.name, dir_fd=place.directory)
    for directory in [*directories(path)][::-1]:
        with suppress(OSError), _open_parent(repo, directory) as place:
            if place is None:
                return
            os.rmdir(place.name, dir_fd=place.directory)


def first_obstacle(repo: Repository, path: bytes) -> bytes | None:
    """The first parent of the path that exists and is no directory, if any."""
    for directory in directories(path):
        found = file_status(repo, directory)
        if found is None:
            return None
        if not S_ISDIR(found.st_mode):
            return directory
    return None


def files_below(repo: Repository, path: bytes) -> Iterator[bytes]:
    """Every file and link below the directory, if the path is one.

    A directory that can't be read counts as a file.
    """
    found = file_status(repo, path)
    waiting = [path] if found and S_ISDIR(found.st_mode) else []
    while waiting:
        directory = waiting.pop()
        try:
            entries = _names_in(repo, directory)
        except OSError:
            yield directory
            continue
        below = {directory + b"/" + name: is_deeper for name, is_deeper in entries}
        waiting += [name for name, is_deeper in below.items() if is_deeper]
        yield from (name for name, is_deeper in below.items() if not is_deeper)


def _names_in(repo: Repository, directory: bytes) -> list[tuple[bytes, bool]]:
    """The names in the directory, each with whether it is a directory itself."""
    assert repo.worktree is not None, "a bare repository has no files"
    with os.scandir(repo.worktree / os.fsdecode(directory)) as entries:
        return [
            (os.fsencode(entry.name), entry.is_dir(follow_symlinks=False))
            for entry in entries
        ]


def _lstat(place: _NameInDirectory) -> os.stat_result | None:
    try:
        return os.stat(place.name, dir_fd=place.directory, follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return None


@contextmanager
def _open_parent(repo: Repository, path: bytes) -> Iterator[_NameInDirectory | None]:
    """Open the path's directory; None where there is none, or only behind a symlink."""
    assert repo.worktree is not None, "a bare repository has no files"
    *directories, name = path.split(b"/")
    # The worktree itself may be reached by whatever way the user likes.
    opened = os.open(repo.worktree, _PASSING)
    try:
        for directory in directories:
            try:
                deeper = os.open(directory, _PASSING | os.O_NOFOLLOW, dir_fd=opened)
            except OSError:
                break
            os.close(opened)
            opened = deeper
        else:
            yield _NameInDirectory(opened, name)
            return
        yield None
    finally:
        os.close(opened)
