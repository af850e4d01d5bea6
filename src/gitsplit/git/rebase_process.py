"""A note on disk of the ``git rebase`` that gitsplit runs, read after a kill.

The file says what git was told (start, continue, abort) and by which processes. It is
removed when git has ended and gitsplit has seen how; where it is still there and all of
them are dead, they were killed. Git's locks that are younger than it are stale then.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from gitsplit.git.program import (
    has_git_at,
    has_git_in,
    is_running,
    process_name,
    this_process,
)
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import (
    ensure_directory,
    mtime_of,
    read_own_file,
    report_write_failure,
    write_file,
)
from gitsplit.git.worktree import lock_file

Order = Literal["start", "continue", "abort"]

TODO = "todo"
"""The name of the file with the todo list that git is given."""

KEEP_DROPPED = "keep-dropped"
"""The name of the script by which files keep what was dropped."""

MOMENT = 1.0
"""Seconds after which a lock that nobody holds is still the same."""


@contextmanager
def keep_note(repo: Repository, order: Order) -> Iterator[Callable[[int], None]]:
    """Keep the note of this order to git while the ``with`` block runs.

    The block gets a function that adds the process id of that git. Where something is
    raised, the note stays. Raises WriteFailed where it can't be written.
    """
    note = _note_file(repo)
    words = [order, f"{os.getpgrp()}", this_process()]
    _write_note(repo, note, words)
    yield lambda pid: _write_note(repo, note, [*words, process_name(pid)])
    remove_note(repo)


def _write_note(repo: Repository, note: Path, lines: list[str]) -> None:
    content = "".join(f"{line}\n" for line in lines).encode("ascii")
    with report_write_failure("gitsplit can't record what git is told to do"):
        ensure_directory(repo)
        write_file(repo, note, content, keeps_time=True)


def order_at_kill(repo: Repository) -> Order | None:
    """What git was told when it was killed; None where it wasn't, or still runs."""
    lines = _read_note(_note_file(repo))
    orders: tuple[Order, ...] = ("start", "continue", "abort")
    order = next((each for each in orders if lines[:1] == [each]), None)
    names = [name for name in processes(repo) if name != this_process()]
    if order is None or any(map(is_running, names)) or has_git_in(int(lines[1])):
        return None
    return order


def processes(repo: Repository) -> tuple[str, ...]:
    """The names of the gitsplit that noted its order, and of the git that it ran."""
    return tuple(_read_note(_note_file(repo))[2:])


def has_note(repo: Repository) -> bool:
    """Whether git is rebasing for gitsplit, or was when it was killed."""
    return _note_file(repo).exists()


def has_traces(repo: Repository) -> bool:
    """Whether a rebase is in progress, or one of gitsplit's has left its files here."""
    own = files_for_rebase(repo)
    return repo.is_rebasing or has_note(repo) or any(file.exists() for file in own)


def files_for_rebase(repo: Repository) -> tuple[Path, ...]:
    """The files that git needs during the rebase, whether they are there or not."""
    return (repo.own_dir / TODO, repo.own_dir / KEEP_DROPPED)


def remove_note(repo: Repository) -> None:
    """Remove the note."""
    _note_file(repo).unlink(missing_ok=True)


def remove_stale_rebase_locks(repo: Repository, refs: tuple[str, ...]) -> None:
    """Remove the lock files that a killed ``git rebase`` has left.

    A lock is its own where it is younger than the note, whose processes are all dead,
    and where it is unchanged a MOMENT later while no git runs here: a commit whose
    editor is open holds one for long.
    """
    began = mtime_of(_note_file(repo))
    found = {
        lock: made for lock in _rebase_locks(repo, refs) if (made := mtime_of(lock))
    }
    ours = {lock: made for lock, made in found.items() if made >= began}
    if ours:
        newest = max(ours.values())
        time.sleep(min(MOMENT, max(0.0, newest + MOMENT - time.time())))
    if any(has_git_at(place) for place in {repo.program.cwd, repo.git_dir}):
        return
    for lock, made in ours.items():
        if mtime_of(lock) == made:
            lock.unlink(missing_ok=True)


def _rebase_locks(repo: Repository, refs: tuple[str, ...]) -> Iterator[Path]:
    yield lock_file(repo)
    for pattern in ("*.lock", "index.stash.*", "rebase-merge/*.lock"):
        yield from repo.git_dir.glob(pattern)
    yield from (repo.common_dir / f"{ref}.lock" for ref in refs)
    yield from (repo.git_dir / "refs" / "rewritten").rglob("*.lock")
    yield repo.common_dir / "packed-refs.lock"
    for place in {repo.git_dir, repo.common_dir}:
        yield from (place / "reftable").glob("*.lock")


def _read_note(note: Path) -> list[str]:
    return (read_own_file(note) or b"").decode("ascii", "replace").split("\n")[:-1]


def _note_file(repo: Repository) -> Path:
    return repo.own_dir / "rebase-process"
