"""Reads reflog entries that are newer than a moment that was noted.

The times in a reflog are the committer's, and may go backwards; so the last entry of
each reflog is noted, and what comes after it is newer.
"""

import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from gitsplit.git.program import failure
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import (
    ensure_directory,
    own_content,
    report_write_failure,
    write_file,
)
from gitsplit.model.objects import Oid


class ReflogEntry(NamedTuple):
    """One entry of a reflog: the ref's old and new value, and the message."""

    old: Oid
    new: Oid
    words: bytes


def note_last_entries(repo: Repository, number: int, refs: Iterable[str]) -> None:
    """Note the last entry of each ref's reflog, for this record of the journal."""
    lines = [b"%d" % number]
    for ref in refs:
        rows = _rows(repo, ref)
        lines.append(os.fsencode(ref) + b" " + (_identity(rows[0]) if rows else b""))
    with report_write_failure("gitsplit can't note where the refs are"):
        ensure_directory(repo)
        write_file(
            repo, _last_entries_file(repo), b"".join(line + b"\n" for line in lines)
        )


def last_entries(repo: Repository, number: int) -> Mapping[str, bytes]:
    """The entries noted for this record; none where another was noted since."""
    with suppress(OSError):
        first, *lines = own_content(_last_entries_file(repo)).split(b"\n")[:-1]
        if first == b"%d" % number:
            words = (line.partition(b" ") for line in lines)
            return {os.fsdecode(ref): last for ref, _, last in words}
    return {}


def entries_after(
    repo: Repository, ref: str, last: bytes | None, since: int
) -> list[ReflogEntry]:
    """The entries of the ref's reflog after ``last``, the newest first.

    Where that isn't known, those that git dates ``since`` then. Where it is in the
    reflog no more, all have come after it.
    """
    rows = _rows(repo, ref)
    found = []
    for after, before in pairwise(rows):
        if last is not None and _identity(after) == last:
            break
        if last is not None or _seconds(after[0]) >= since:
            found.append(ReflogEntry(_oid(before[1]), _oid(after[1]), after[2]))
    return found


def _rows(repo: Repository, ref: str) -> list[list[bytes]]:
    """Selector with its time, new value and message of each entry, latest first."""
    fields = "--format=%gd%x00%H%x00%gs"
    asked = ("reflog", "show", "--date=unix", fields, ref, "--")
    done = repo.program.run(*asked, check=False)
    if done.status < 0:  # no answer; an empty one would be taken for an abort
        raise failure(asked, done)
    lines = done.stdout.splitlines()
    return [line.split(b"\0", 2) for line in lines]


def _identity(row: list[bytes]) -> bytes:
    selector, new, words = row
    return b"%d %s %s" % (_seconds(selector), new, words)


def _oid(field: bytes) -> Oid:
    return Oid(field.decode("ascii"))


def _seconds(selector: bytes) -> int:
    """The time in a selector such as ``HEAD@{1700000000}``."""
    found = re.search(rb"@\{(\d+)\}$", selector)
    return int(found[1]) if found else 0


def _last_entries_file(repo: Repository) -> Path:
    return repo.git_dir / "gitsplit" / "reflogs"
