"""gitsplit's own files: ``gitsplit/`` in the worktree's git directory, and in TMPDIR.

Files get the permissions of ``core.sharedRepository``, or the next member of the group
could neither undo nor split anything. Temporary ones are named by their process and
machine, so that a later start can remove what a killed one has left.

A draft is unfinished work, kept as a plan file for each range. Its name says for which
commits it is, and its directory for which branch, so that one whose commits have moved
is found and not overwritten.
"""

import errno
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha1
from pathlib import Path
from stat import S_IRUSR, S_ISDIR, S_ISGID, S_ISREG, S_IWUSR, S_IXUSR
from urllib.parse import quote

from msgspec import Struct

from gitsplit.errors import UNCHANGED, GitFailed, WriteFailed
from gitsplit.git.config import Config
from gitsplit.git.program import is_running, this_process
from gitsplit.git.repository import Repository
from gitsplit.model.objects import Oid
from gitsplit.model.series import Series

PREFIX = "gitsplit-"
"""How the names of temporary files and directories begin, wherever they are."""


def own_prefix() -> str:
    """The prefix of temporary file names that names this process and machine."""
    pid, start = this_process().split()
    return f"{PREFIX}{pid}-{start}-{_machine_name()}-"


def is_stale_name(name: str) -> bool:
    """Whether a temporary file of this name is a dead process's of this machine."""
    if PREFIX not in name:
        return False
    known = re.search(rf"{PREFIX}(\d+)-(\d+)-{re.escape(_machine_name())}-", name)
    return known is not None and not is_running(f"{known[1]} {known[2]}")


def _machine_name() -> str:
    return os.uname().nodename.replace("/", "_")


@contextmanager
def temporary_directory() -> Iterator[str]:
    """Make a temporary directory, and remove it when the ``with`` block ends."""
    with tempfile.TemporaryDirectory(prefix=own_prefix()) as directory:
        yield directory


def remove_stale_files(directory: Path) -> None:
    """Remove the temporary files of dead gitsplits from the directory, if possible."""
    with suppress(OSError), os.scandir(directory) as entries:
        left = [Path(e.path) for e in entries if is_stale_name(e.name)]
        for path in left:
            if path.is_dir() and not path.is_symlink():
                remove_files(path)
            else:
                path.unlink(missing_ok=True)


def remove_files(path: Path) -> None:
    """Remove the file or directory tree, as far as possible."""
    with suppress(RecursionError):
        shutil.rmtree(path, ignore_errors=True)
    if path.is_dir() and not path.is_symlink():
        # Directories that their owner can't write to keep what is in them, and those
        # deeper than Python's stack, or than so many files can be open.
        for command in (["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
            subprocess.run([*command, "--", path], check=False, capture_output=True)


def remove_oldest(files: Iterable[Path], most: int) -> None:
    """Remove all but so many of the files, those that were written last."""
    newest = sorted(files, key=mtime_of, reverse=True)
    for file in newest[most:]:
        with suppress(OSError):
            file.unlink()


MOST_BYTES = 1 << 27
"""More is in no file that gitsplit or git keeps here, not in the longest plan."""


def read_own_file(file: Path) -> bytes | None:
    """Read a file of gitsplit's own; None where it is missing or can't be one.

    What isn't a regular file (a link, a pipe, a device) can't, nor what is larger than
    any that gitsplit writes: reading it might never end.
    """
    try:
        return _read_regular_file(file, os.O_NOFOLLOW)
    except OSError:
        return None


def read_git_file(file: Path) -> bytes | None:
    """Read a file in which git keeps its state; None where it is missing.

    Raises GitFailed where it can't be read, or isn't a regular file.
    """
    try:
        return _read_regular_file(file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise GitFailed(
            f"{file} can't be read: {error.strerror}.",
            hint="git keeps its state there; check with: git status",
            state="",
        ) from error


def _read_regular_file(file: Path, flags: int = 0) -> bytes:
    # Nothing waits for somebody to write into a pipe.
    """Read a regular file of at most MOST_BYTES; raises OSError for any other."""
    opened = os.open(file, os.O_RDONLY | os.O_NONBLOCK | flags)
    with os.fdopen(opened, "rb") as content:
        found = os.fstat(opened)
        if not S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it isn't a regular file", str(file))
        if found.st_size > MOST_BYTES:
            raise OSError(errno.EFBIG, "it is far too large", str(file))
        return content.read(MOST_BYTES)


_GROUP = 0o660
_EVERYBODY = 0o664
_WORDS = {
    "umask": 0,
    "group": _GROUP,
    **dict.fromkeys(("all", "world", "everybody"), _EVERYBODY),
}
_NUMBERS = {0: 0, 1: _GROUP, 2: _EVERYBODY}


def ensure_directory(repo: Repository, *below: str) -> Path:
    """Make gitsplit's own directory, or one below it, if it isn't there; its path.

    Raises OSError where it can't be made.
    """
    directory = repo.own_dir.parent
    for name in (repo.own_dir.name, *below):
        directory /= name
        if not directory.is_dir():
            directory.mkdir(exist_ok=True)
            set_shared_permissions(repo, directory)
            sync_directory(directory.parent)  # or nothing in it outlasts a power cut
    return directory


def write_file(  # noqa: PLR0913 -- callers name the last
    repo: Repository,
    path: Path,
    content: bytes,
    *,
    is_durable: bool = False,
    is_whole: bool = False,
    keeps_time: bool = False,
) -> None:
    """Replace the file in one step (rename(2)): a kill leaves the old or the new one.

    It is written to a temporary file beside; a later start removes one that a kill has
    left. With ``is_durable`` it outlasts a power cut, too (fsync(2)); with ``is_whole``
    there is at least the old or the new one after that. With ``keeps_time`` a file that
    was there keeps its modification time.

    Raises OSError.
    """
    new = _write_beside(repo, path, content, is_durable=is_durable or is_whole)
    if keeps_time and path.exists():
        began = path.stat().st_mtime_ns
        os.utime(new, ns=(began, began))
    new.replace(path)
    if is_durable:
        sync_directory(path.parent)


def create_file(repo: Repository, path: Path, content: bytes) -> bool:
    """Write a new file durably; False where one of this name exists.

    Raises OSError.
    """
    new = _write_beside(repo, path, content, is_durable=True)
    try:
        os.link(new, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if not _rename_to_free_name(new, path):
            return False
    finally:
        new.unlink(missing_ok=True)
    sync_directory(path.parent)
    return True


def _rename_to_free_name(new: Path, path: Path) -> bool:
    """Rename the file, unless one of the new name exists; whether it was renamed."""
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    new.replace(path)
    return True


def _write_beside(
    repo: Repository, path: Path, content: bytes, *, is_durable: bool
) -> Path:
    """Write a temporary file in the same directory."""
    new = path.with_name(f"{own_prefix()}{path.name}.tmp")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        if is_durable:
            os.fsync(file.fileno())
    set_shared_permissions(repo, new)
    return new


@contextmanager
def report_write_failure(what: str, state: str = UNCHANGED) -> Iterator[None]:
    """Raise an OSError of the ``with`` block as WriteFailed with these words first."""
    try:
        yield
    except OSError as error:
        raise WriteFailed(
            f"{what}: {error.strerror or error}.",
            hint="Is the disk full, or the repository read-only?",
            state=state,
        ) from error


def mtime_of(path: Path) -> float:
    """The file's modification time in seconds since the epoch; 0 without a file."""
    try:
        return path.stat().st_mtime
    except (FileNotFoundError, NotADirectoryError):
        return 0.0


def set_shared_permissions(repo: Repository, path: Path) -> None:
    """Give the path the permissions of ``core.sharedRepository`` (git-config(1))."""
    wanted, is_exact = _permissions_to_set(repo.config)
    if not wanted:
        return
    mode = path.stat().st_mode
    if not mode & S_IWUSR:
        wanted &= ~0o222
    if mode & S_IXUSR:
        wanted |= _with_search_bits(wanted)
    shared = (mode & ~0o777 if is_exact else mode) | wanted
    if S_ISDIR(mode):
        shared |= _with_search_bits(shared)
        shared |= S_ISGID if shared & 0o060 else 0
    if shared != mode:
        path.chmod(shared & 0o7777)


def sync_directory(directory: Path) -> None:
    """Sync the names in the directory to disk (``fsync(2)``)."""
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _with_search_bits(mode: int) -> int:
    """The search bits (x) for those who have read bits."""
    return (mode & (S_IRUSR | 0o044)) >> 2


def _permissions_to_set(config: Config) -> tuple[int, bool]:
    """The permissions of ``core.sharedRepository``, and whether exactly these."""
    value = config.get("core.sharedRepository") or ""
    if value in _WORDS:
        return _WORDS[value], False
    try:
        number = int(value, 8)
    except ValueError:
        named = config.get_bool("core.sharedRepository")
        return (_GROUP if named else 0), False
    if number in _NUMBERS:
        return _NUMBERS[number], False
    return number & 0o666, True


_SHORT = 12
_LONGEST = 200
"""So many letters of a branch's name fit into that of a file, with some to spare."""


class DraftFile(Struct, frozen=True):
    """The file of one range's draft, whether it exists or not."""

    repo: Repository
    branch: str
    name: str

    @classmethod
    def of(
        cls, repo: Repository, series: Series, head_ref: str | None, kind: str = ""
    ) -> "DraftFile":
        """The draft file for the series on the branch that HEAD names.

        A series has one for each ``kind``, a word, of draft.
        """
        base = series.upstream or "root"
        names = filter(None, (kind, base[:_SHORT], series.head[:_SHORT]))
        name = f"{'-'.join(names)}.json"
        return cls(repo, _directory_name(os.fsencode(head_ref or "HEAD")), name)

    @property
    def path(self) -> Path:
        """The path of the plan file."""
        return self._directory / self.name

    @property
    def _directory(self) -> Path:
        return self.repo.own_dir / "drafts" / self.branch

    def text(self) -> str | None:
        """Read the draft; None where there is none that can be read."""
        return _read_text(self.path)

    def memory(self) -> str | None:
        """Read what was kept beside the draft; None where there is no such file."""
        return _read_text(self._memory)

    @property
    def _memory(self) -> Path:
        """The file beside it, for what a plan file has no room for."""
        return self.path.with_suffix(".memory")

    @property
    def objects(self) -> Path:
        """The directory beside it for objects that only the draft needs."""
        return self.path.with_suffix(".objects")

    def keep_objects(self, place: Path) -> None:
        """Copy a directory of objects beside the draft, in place of an older one.

        Raises WriteFailed where it can't be written.
        """
        with report_write_failure(f"The draft {self.path} can't be written"):
            remove_files(self.objects)
            ensure_directory(self.repo, "drafts", self.branch)
            shutil.copytree(place, self.objects)

    def save(self, text: str, memory: str | None = None) -> None:
        """Write the draft, and the memory beside it.

        Raises WriteFailed where it can't be written.
        """
        with report_write_failure(f"The draft {self.path} can't be written"):
            ensure_directory(self.repo, "drafts", self.branch)
            write_file(self.repo, self.path, text.encode())
            if memory is not None:
                write_file(self.repo, self._memory, memory.encode())

    def forget(self) -> None:
        """Delete the draft."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
            self._memory.unlink(missing_ok=True)
            remove_files(self.objects)
            self._directory.rmdir()

    def of_other_heads(self, head: Oid) -> Iterator[Path]:
        """The drafts of this branch that were made at another HEAD."""
        for path in sorted(self._directory.glob("*.json")):
            if not path.stem.endswith(f"-{head[:_SHORT]}"):
                yield path


def _read_text(file: Path) -> str | None:
    content = read_own_file(file)
    try:
        return None if content is None else content.decode("utf-8")
    except ValueError:
        return None


def _directory_name(ref: bytes) -> str:
    """A file name for the ref, which no other ref has."""
    name = quote(ref, safe="")
    if len(name) <= _LONGEST:
        return name
    digest = sha1(ref, usedforsecurity=False).hexdigest()
    return f"{name[: _LONGEST - len(digest)]}-{digest}"


def is_inside_git_dir(repo: Repository, path: Path) -> bool:
    """Whether the path, links followed, is in a git directory of the repository."""
    found = path.resolve()
    places = (repo.git_dir.resolve(), repo.common_dir.resolve())
    return any(found.is_relative_to(place) for place in places)
