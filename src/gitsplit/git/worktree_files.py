"""Files of the worktree, reached without ever following a symlink.

What a symlink leads to isn't git's, wherever it is and however equal (``symlinks.c``
in git): a path with a symlink among its parents has no file. Each directory on the way
is opened from the one before, so nothing can be put in between while that is done.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from stat import S_ISDIR, S_ISREG
from typing import NamedTuple

from gitsplit.git.repository import Repository

# To pass through a directory, O_PATH needs no permission to list it.
_PASSING = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


class _OpenParent(NamedTuple):
    """A name in an open directory."""

    directory: int
    name: bytes


def status(repo: Repository, path: bytes) -> os.stat_result | None:
    """What lstat(2) says of the path; None where nothing is there."""
    with _open_parent(repo, path) as place:
        return _status(place) if place else None


def read(repo: Repository, path: bytes) -> bytes | None:
    """The content of a regular file; None where there is none."""
    with _open_parent(repo, path) as place:
        found = _status(place) if place else None
        if place is None or found is None or not S_ISREG(found.st_mode):
            return None
        opened = os.open(place.name, _FILE, dir_fd=place.directory)
        with os.fdopen(opened, "rb") as file:
            return file.read()


def remove(repo: Repository, path: bytes) -> None:
    """The file is gone, and with it the directories that only it kept.

    A directory, and what is behind a symlink, stays. Raises OSError.
    """
    with _open_parent(repo, path) as place:
        found = _status(place) if place else None
        if place is None or (found and S_ISDIR(found.st_mode)):
            return
        with suppress(FileNotFoundError):
            os.unlink(place.name, dir_fd=place.directory)
    for directory in _parents(path)[::-1]:
        with suppress(OSError), _open_parent(repo, directory) as place:
            if place is None:
                return
            os.rmdir(place.name, dir_fd=place.directory)


def obstacle(repo: Repository, path: bytes) -> bytes | None:
    """The first parent of the path that is there and is no directory, if any."""
    for directory in _parents(path):
        found = status(repo, directory)
        if found is None:
            return None
        if not S_ISDIR(found.st_mode):
            return directory
    return None


def files_below(repo: Repository, path: bytes) -> Iterator[bytes]:
    """Every file and link below the directory of this path; none where it is none.

    A directory that can't be read counts as a file.
    """
    found = status(repo, path)
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
    """The names in the directory, each with whether it is a directory, too."""
    assert repo.worktree is not None, "a bare repository has no files"
    with os.scandir(repo.worktree / os.fsdecode(directory)) as entries:
        return [
            (os.fsencode(entry.name), entry.is_dir(follow_symlinks=False))
            for entry in entries
        ]


def _parents(path: bytes) -> list[bytes]:
    """The directories on the way to the path, the topmost first."""
    names = path.split(b"/")
    return [b"/".join(names[:count]) for count in range(1, len(names))]


def _status(place: _OpenParent) -> os.stat_result | None:
    try:
        return os.stat(place.name, dir_fd=place.directory, follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return None


@contextmanager
def _open_parent(repo: Repository, path: bytes) -> Iterator[_OpenParent | None]:
    """The place of the path, its directory open; None where there is no such one."""
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
            yield _OpenParent(opened, name)
            return
        yield None
    finally:
        os.close(opened)
