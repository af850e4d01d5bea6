"""Removes what gitsplit, or a git that it ran, leaves behind when it is killed.

Lock files, ``.keep`` files of packs, scratch worktrees, temporary files; each only with
a proof that it is gitsplit's own and that its process is dead.
"""

import os
import re
import signal
import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir

from gitsplit.git.program import has_git_at, is_running, this_process
from gitsplit.git.refs import PACKED_LOCK, RefUpdate
from gitsplit.git.repository import Repository
from gitsplit.git.scratch_worktree import COMMAND_FILE, LOCK_REASON, ScratchWorktree
from gitsplit.git.state_dir import (
    PREFIX,
    mtime_of,
    read_own_file,
    remove_stale_files,
    write_file,
)
from gitsplit.git.store import KEEP_REASON
from gitsplit.model.objects import NO_OBJECT
from gitsplit.model.progress import Say, say_nothing

MOMENT = 1.0
"""Seconds in which one git process makes all its locks, with much to spare."""


def note_ref_locks(repo: Repository, locks: Iterable[Path], record: Path) -> None:
    """Note, beside the journal's ``record``, which files git's locks are.

    Must only be called while that git holds them: it is their proof once git is dead.
    After a power cut the note may be lost or empty; it isn't waited for.
    """
    with suppress(OSError):  # there are other proofs
        write_file(repo, _note_of_locks(record), b"".join(map(_file_identity, locks)))


def remove_note_of_locks(record: Path) -> None:
    """Remove what :func:`note_ref_locks` has noted."""
    with suppress(OSError):  # it is of no use to anybody any more
        _note_of_locks(record).unlink()


def _note_of_locks(record: Path) -> Path:
    return record.with_suffix(".locks")


def _file_identity(file: Path) -> bytes:
    """By what a file is known from all later ones at its path; empty without a file.

    Inodes are used again, but a later file has another modification time.
    """
    try:
        found = file.lstat()
    except OSError:
        return b""
    return b"%d %d %s\0" % (found.st_ino, found.st_mtime_ns, os.fsencode(file))


def remove_stale_ref_locks(
    repo: Repository, updates: Sequence[RefUpdate], record: Path, say: Say = say_nothing
) -> None:
    """Remove the lock files of a git that was killed while it made these updates.

    A lock is removed only where one of these proves it ours, tried in this order:

    1. A ref's lock holds the very value that the ref was to get.
    2. It is empty, and the very file that git held by :func:`note_ref_locks`.
    3. It is empty and was made within MOMENT after a file of proof 1 or after
       ``record``, which is written just before git may begin; a MOMENT later it is
       unchanged, and no git runs here where it is one that git leaves empty while hooks
       run: HEAD's, those with which it deletes refs, or reftable's.
    4. It is HEAD's, empty, and as old as a file of proof 1: git locks HEAD together
       with its branch.

    ``say`` is told where it waits. Must only be called once that git is dead.
    """
    ours: list[Path] = []
    locks: list[Path] = []
    for update in updates:
        place = repo.git_dir if update.ref == "HEAD" else repo.common_dir
        files = place / f"{update.ref}.lock", place / update.ref
        ours += [f for f in files if _own_content(f).strip() == update.new.encode()]
        locks.append(files[0])
    head_lock = repo.git_dir / "HEAD.lock"
    long_empty = {head_lock, *_locks_to_delete(repo, updates)}.union(
        *((dir / "reftable").glob("*.lock") for dir in (repo.git_dir, repo.common_dir))
    )
    empty = {lock for lock in (*locks, *long_empty) if _own_content(lock) == b""}
    stale = {file for file in ours if file.suffix == ".lock"}
    noted = {*_own_content(_note_of_locks(record)).split(b"\0")} - {b""}
    stale |= {lock for lock in empty if _file_identity(lock)[:-1] in noted}
    for lock in _stale_locks(empty - stale, _times_of([record, *ours]), say):
        if lock not in long_empty or not _is_git_running(repo):
            stale.add(lock)
    if head_lock in empty and any(_is_same_age(head_lock, file) for file in ours):
        stale.add(head_lock)
    for lock in stale:
        _remove_lock(lock)


def _remove_lock(lock: Path) -> None:
    """Remove a lock, and what only its holder can have begun to write beside it."""
    if lock.name == PACKED_LOCK:
        lock.with_suffix(".new").unlink(missing_ok=True)
    lock.unlink(missing_ok=True)


def _locks_to_delete(repo: Repository, updates: Iterable[RefUpdate]) -> Iterator[Path]:
    """The locks that git holds to delete refs: by these updates, or by their undo."""
    refs = [each.ref for each in updates if NO_OBJECT in (each.old, each.new)]
    yield from (repo.common_dir / f"{ref}.lock" for ref in refs)
    yield from (repo.common_dir / PACKED_LOCK for _ in refs[:1])


def _is_git_running(repo: Repository) -> bool:
    """Whether a git runs in the worktree or the git directory."""
    places = {repo.program.cwd, repo.git_dir, repo.common_dir}
    return any(map(has_git_at, places))


def remove_stale_announcement_locks(
    repo: Repository, record: Path, say: Say = say_nothing
) -> None:
    """Remove the locks of ``ORIG_HEAD`` and of notes that a killed git has left.

    They are ours where they were made within MOMENT before or after ``record``, the
    journal's latest record: git sets ``ORIG_HEAD`` as soon as the refs have moved, just
    before the record says so, and notes just after that.
    """
    locks = [repo.git_dir / "ORIG_HEAD.lock"]
    locks += (repo.common_dir / "refs" / "notes").rglob("*.lock")
    made = mtime_of(record)
    for lock in _stale_locks(locks, [made - MOMENT, made] if made else [], say):
        lock.unlink(missing_ok=True)


def _times_of(files: Iterable[Path]) -> Sequence[float]:
    """When those that are there were written, in order."""
    return sorted(filter(None, map(mtime_of, files)))


def _stale_locks(
    locks: Iterable[Path], times: Sequence[float], say: Say
) -> Iterator[Path]:
    """The locks made within MOMENT after one of these times, in order, that are stale.

    Waits until they are as old as MOMENT: no live git holds an empty lock so long.
    """
    found = {lock: made for lock in locks if (made := mtime_of(lock))}
    ours = {lock: made for lock, made in found.items() if _is_moment_after(made, times)}
    if ours:
        _wait_until_old(max(ours.values()), next(iter(ours)), say)
    yield from (lock for lock, made in ours.items() if mtime_of(lock) == made)


def _is_moment_after(made: float, times: Sequence[float]) -> bool:
    """Whether ``made`` is within MOMENT after one of the sorted times, in seconds."""
    at = bisect_right(times, made)
    return at > 0 and made - times[at - 1] < MOMENT


def _wait_until_old(made: float, lock: Path, say: Say) -> None:
    """Wait until a MOMENT after ``made``, in seconds; ``say`` is told.

    At most a MOMENT from now, for where a clock was set back.
    """
    seconds = min(made + MOMENT - time.time(), MOMENT)
    if seconds > 0:
        say(f"Waiting to see whether another git process still uses {lock}.")
        time.sleep(seconds)


def _is_same_age(one: Path, other: Path) -> bool:
    """Whether both files exist and were written within MOMENT of each other."""
    times = mtime_of(one), mtime_of(other)
    return all(times) and abs(times[0] - times[1]) < MOMENT


def remove_leftovers(repo: Repository) -> None:
    """Remove what dead gitsplits of this machine have left, but for lock files."""
    remove_stale_keeps(repo)
    remove_stale_scratches(repo)
    own = repo.own_dir
    drafts = (own / "drafts").glob("*/")
    for place in (repo.objects_dir, own, *drafts):
        remove_stale_files(place)
    with suppress(OSError):  # there is none on a full disk
        remove_stale_files(Path(gettempdir()))


def remove_stale_keeps(repo: Repository) -> None:
    """Remove the ``.keep`` files of dead gitsplits, and of rebases that are over."""
    reason = re.compile(rb"%s (\d+ \d+)(?: (/.*))?\s*" % KEEP_REASON.encode())
    for keep in (repo.objects_dir / "pack").glob("pack-*.keep"):
        ours = reason.fullmatch(_own_content(keep))
        if ours and not _is_needed(ours[1].decode(), ours[2]):
            keep.unlink(missing_ok=True)


def _is_needed(process: str, git_dir: bytes | None) -> bool:
    """Whether the process still runs, or a rebase in that worktree goes on."""
    if git_dir is None:
        return is_running(process)
    others = process != this_process() and is_running(process)
    return others or Path(os.fsdecode(git_dir), "rebase-merge").is_dir()


def remove_stale_scratches(repo: Repository) -> None:
    """Remove the scratch worktrees of dead gitsplits of this machine.

    A command that still runs in one is killed.
    """
    here = os.fsencode(os.uname().nodename)
    reason = re.compile(
        rb"%s (\d+ \d+) on %s\n?" % (LOCK_REASON.encode(), re.escape(here))
    )
    admins = repo.common_dir / "worktrees"
    for lock in admins.glob("*/locked"):
        ours = reason.fullmatch(_own_content(lock))
        if ours and not is_running(ours[1].decode()):
            _kill_command(lock.parent)
            _scratch_worktree(lock.parent).remove()
    remove_stale_files(admins)  # before there is a lock
    with suppress(OSError):
        admins.rmdir()


def _scratch_worktree(admin: Path) -> ScratchWorktree:
    """The scratch worktree of this git directory.

    Its file ``gitdir`` has the path of the worktree's ``.git``
    (gitrepository-layout(5)). A directory of another name than ours was moved by the
    user, and stays.
    """
    path = Path(os.fsdecode(_own_content(admin / "gitdir").rstrip(b"\n"))).parent
    return ScratchWorktree(path if path.name.startswith(PREFIX) else admin, admin)


def _kill_command(admin: Path) -> None:
    """Kill the process group of the command that still runs in a scratch worktree.

    The file COMMAND_FILE in ``admin`` names it.
    """
    name = _own_content(admin / COMMAND_FILE).decode("ascii", "replace")
    pid, _, start = name.partition(" ")
    # Without its start, the process could be anybody's.
    if start not in ("", "0") and is_running(name):
        with suppress(OSError):
            os.killpg(int(pid), signal.SIGKILL)


def _own_content(path: Path) -> bytes:
    """The content of a file of gitsplit's own; empty where there is none."""
    return read_own_file(path) or b""
