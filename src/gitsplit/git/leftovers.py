"""What processes of gitsplit leave lying about when they are killed, taken away.

Only what is known for gitsplit's own goes; a lock or a kept pack of anybody else stays.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from gitsplit.git.process import is_running
from gitsplit.git.refs import RefUpdate
from gitsplit.git.repository import Repository
from gitsplit.git.write import KEEP_REASON


def remove_stale_locks(repo: Repository, updates: Iterable[RefUpdate]) -> None:
    """The locks that a dead git left when it was to make these updates are gone.

    A ref's lock file holds the value it was to get, so it is known for our own. HEAD's,
    taken because its branch moves, is empty: it is ours where git wrote it at the same
    time as the branch's, which afterwards becomes the branch's file.
    """
    head_lock = repo.git_dir / "HEAD.lock"
    for update in updates:
        place = repo.git_dir if update.ref == "HEAD" else repo.common_dir
        lock = place / f"{update.ref}.lock"
        ours = [
            file
            for file in (lock, place / update.ref)
            if _content(file).strip() == update.new.encode()
        ]
        if not _content(head_lock) and any(_as_old(head_lock, file) for file in ours):
            head_lock.unlink(missing_ok=True)
        if lock in ours:
            lock.unlink(missing_ok=True)


def _as_old(one: Path, other: Path) -> bool:
    """Whether both files are there and were written within a moment."""
    try:
        return abs(one.stat().st_mtime - other.stat().st_mtime) < 1
    except FileNotFoundError:
        return False


def remove_stale_keeps(repo: Repository) -> None:
    """No ``.keep`` file of a gitsplit that is dead is left."""
    reason = re.compile(rb"%s (\d+ \d+)\s*" % KEEP_REASON.encode())
    for keep in (repo.objects_dir / "pack").glob("pack-*.keep"):
        ours = reason.fullmatch(_content(keep))
        if ours and not is_running(ours[1].decode()):
            keep.unlink(missing_ok=True)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
