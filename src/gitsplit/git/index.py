"""The index file: locked as git locks it, and made anew beside the one that counts.

Git writes every index; here is only which file it writes, and when that becomes the
index. The lock says whose it is, so that one left by a dead gitsplit is recognised.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from gitsplit.errors import WriteFailed
from gitsplit.git.program import is_running, this_process
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import temporary_directory
from gitsplit.model.objects import TreeEntry

_OWN_LOCK = re.compile(rb"gitsplit (\d+ \d+)\n")


def index_file(repo: Repository) -> Path:
    """The index that git uses here (``GIT_INDEX_FILE`` in git(1))."""
    named = os.environ.get("GIT_INDEX_FILE")
    return repo.program.cwd / named if named else repo.git_dir / "index"


def using(index: Path) -> Mapping[str, str]:
    """The environment in which git uses this index file."""
    return {"GIT_INDEX_FILE": str(index)}


def new_index_file(repo: Repository) -> Path:
    """Where the next index is made; on the same file system as the present one."""
    return _beside(index_file(repo), ".gitsplit")


def lock_file(repo: Repository) -> Path:
    """The file that keeps every git from writing the index while it exists."""
    return _beside(index_file(repo), ".lock")


def _beside(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)


def lock(repo: Repository) -> None:
    """The index is locked, and a copy of it is the new index.

    The copy has the same time: by it git knows which files it must look into, because
    they may have changed within the same moment ("racy git").

    Raises WriteFailed where another git is at it, or the index can't be locked.
    """
    held = lock_file(repo)
    try:
        _claim(held)
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
    _beside(new, ".lock").unlink(missing_ok=True)
    new.unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        shutil.copy2(index_file(repo), new)


def _claim(held: Path) -> None:
    """The lock exists and says whose it is, from its first moment on.

    Raises FileExistsError where it existed, and OSError where it can't be made.
    """
    claim = _beside(held, f".gitsplit-{os.getpid()}")
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


def install(repo: Repository) -> None:
    """The new index is the index, and nobody holds a lock on it.

    Raises WriteFailed where the file system refuses.
    """
    try:
        new_index_file(repo).replace(index_file(repo))
        lock_file(repo).unlink()
    except OSError as error:
        raise WriteFailed(
            f"The index couldn't be replaced: {error.strerror}.",
            hint="Run gitsplit again: it finishes what was begun.",
            state="The refs have moved; the index hasn't followed.",
        ) from error


def discard(repo: Repository) -> None:
    """The index is as it was, and nobody holds a lock on it."""
    new = new_index_file(repo)
    for file in (_beside(new, ".lock"), new, lock_file(repo)):
        file.unlink(missing_ok=True)


def remove_stale_index_lock(repo: Repository) -> None:
    """No lock on the index is left of a gitsplit that is dead, nor of this process."""
    held = lock_file(repo)
    for claim in held.parent.glob(f"{held.name}.gitsplit-*"):
        if _is_stale(claim):
            claim.unlink(missing_ok=True)
    if _is_stale(held):
        discard(repo)


def _is_stale(file: Path) -> bool:
    content = b""
    with suppress(FileNotFoundError):
        content = file.read_bytes()
    if not (owner := _OWN_LOCK.fullmatch(content)):
        return False
    name = owner[1].decode("ascii")
    return name == this_process() or not is_running(name)


@contextmanager
def scratch_index(
    repo: Repository, entries: Iterable[tuple[bytes, TreeEntry]]
) -> Iterator[Mapping[str, str]]:
    """The environment in which git's index has these entries and nothing else."""
    listing = b"".join(
        b"%o %s\t%s\0" % (entry.mode, entry.oid.encode("ascii"), path)
        for path, entry in entries
    )
    with temporary_directory() as place:
        env = using(Path(place, "index"))
        args = ("update-index", "-z", "--index-info")
        repo.program.run(*args, stdin=listing, env=env)
        yield env
