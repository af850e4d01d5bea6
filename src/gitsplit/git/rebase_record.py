"""The journal's record of a rewrite that is left to ``git rebase``.

While the rebase is in progress, the record says where the refs were. Once it is over,
the reflogs say where git has put them: then it is a rewrite like any other, which can
be undone. Where it was aborted, the record is removed.

Times in a reflog are the committer's, and may go backwards; so the last entry of each
reflog is noted when the rebase begins, and what comes after it is newer.
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from gitsplit.errors import OperationUnderWay
from gitsplit.git import journal, rebase
from gitsplit.git.cleanup import remove_stale_keeps
from gitsplit.git.journal import Record
from gitsplit.git.program import failure
from gitsplit.git.refs import RefUpdate
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import (
    ensure_directory,
    read_own_file,
    report_write_failure,
    write_file,
)
from gitsplit.git.worktree import HeadTrees
from gitsplit.model.objects import Oid

_DONE = re.compile(
    rb"rebase( -i)?( \((continue|skip)\))? \(finish\)|rewritten during rebase"
)
"""What git writes into the reflog of a branch when a rebase sets it at its end.

Before git 2.39, a rebase that has stopped says, too, how it went on.
"""

_ABORTED = re.compile(rb"rebase( -i)? \(abort\)")

_BEGUN = re.compile(rb"rebase( -i)? \(start\)")

_MOVED = re.compile(rb"rebase( -i)? \(|reset: moving to refs/rewritten/gitsplit-kept")

_KEPT = re.compile(
    rb"reset: moving to refs/rewritten/%s$|rebase \((continue|skip)\): updating HEAD$"
    % rebase.KEPT.encode()
)


class ReflogEntry(NamedTuple):
    """One entry of a reflog: the ref's old and new value, and the message."""

    old: Oid
    new: Oid
    words: bytes


def record_rebase(
    repo: Repository, refs: Sequence[tuple[str, Oid]], subject: str, head: str | None
) -> Record:
    """Write a journal record for the rebase that git is about to run.

    ``refs`` are those it may move, with their present values: first HEAD's branch,
    which is ``head``, or a detached HEAD itself. Where git puts them isn't known yet,
    so ``new`` equals ``old`` as a placeholder; :func:`settle_records` reads it from
    the reflog.
    """
    updates = tuple(RefUpdate(ref, old, old) for ref, old in refs)
    record = journal.add_record(repo, updates, subject, head, phase="handed")
    _note_last_entries(repo, record.number, ("HEAD", *(ref for ref, _ in refs)))
    return record


def record_under_way(repo: Repository) -> Record | None:
    """The record of the rebase in progress, if gitsplit has begun that."""
    origin = rebase.starting_point(repo)
    if origin is None:
        return None
    handed = (r for r in journal.records(repo) if r.phase == "handed")
    return next((r for r in handed if (r.head, r.updates[0].old) == origin), None)


def refuse_under_way(repo: Repository) -> None:
    """Raise OperationUnderWay where a rebase of gitsplit's is in progress."""
    if record_under_way(repo):
        raise OperationUnderWay(
            "The last rewrite is not finished: its rebase is in progress.",
            hint="Finish or abort it: gitsplit --continue, or: gitsplit --abort",
        )


def settle_records(repo: Repository) -> Record | None:
    """Complete the records of rebases that are over; the latest that git has finished.

    The new values come from the reflogs. The record of an aborted one is removed. None
    where git has finished none since the last time.
    """
    running = record_under_way(repo)
    last: Record | None = None
    for record in journal.records(repo):
        if record.phase != "handed" or record == running or journal.is_alive(record):
            continue
        finished = record_from_reflogs(repo, record)
        if finished is None:
            journal.cancel_record(repo, record)
        else:
            journal.save(repo, finished)
        last = finished
    rebase.remove_own_files(repo)
    remove_stale_keeps(repo)
    return last


def record_from_reflogs(repo: Repository, record: Record) -> Record | None:
    """The completed record of a rebase that git has finished.

    None where it was aborted.
    """
    head, *others = record.updates
    marks = _noted_entries(repo, record.number)

    def steps_of(ref: str) -> list[ReflogEntry]:
        return _entries_after(repo, ref, marks.get(ref), record.time)

    steps = steps_of("HEAD")
    learn = _final_update if record.head else _final_detached_update
    learned = learn(steps_of(head.ref), head)
    if learned is None or learned.new == learned.old:
        return None
    branches = (_final_update(steps_of(u.ref), u) for u in others)
    updates = (learned, *filter(None, branches))
    trees = _trees_of_rebase(repo, learned, steps)
    return replace(record, phase="done", updates=updates, trees=trees, processes=())


def _final_update(steps: Sequence[ReflogEntry], update: RefUpdate) -> RefUpdate | None:
    """The update by which the rebase moved the branch at its end, from its reflog."""
    for step in steps:
        if step.old == update.old and _DONE.match(step.words):
            return replace(update, new=step.new)
    return None


def _final_detached_update(
    steps: Sequence[ReflogEntry], update: RefUpdate
) -> RefUpdate | None:
    """The update of a detached HEAD by the rebase, from its reflog; None if aborted.

    Git writes there when a rebase starts, and nothing at its end.
    """
    begun = [at for at, step in enumerate(steps) if _is_start_entry(step, update)]
    new = update.old
    for step in steps[: begun[0] + 1][::-1] if begun else ():
        if _ABORTED.match(step.words):
            return None
        if _MOVED.match(step.words):
            new = step.new
    return replace(update, new=new)


def _is_start_entry(step: ReflogEntry, update: RefUpdate) -> bool:
    return step.old == update.old and bool(_BEGUN.match(step.words))


def _trees_of_rebase(
    repo: Repository, head: RefUpdate, steps: Sequence[ReflogEntry]
) -> HeadTrees | None:
    """HEAD's tree before and after, and the files' tree with what was dropped.

    None where HEAD's tree is unchanged.
    """
    old, new = (repo.read_commit(oid).tree for oid in (head.old, head.new))
    if old == new:
        return None
    kept = (s.old for s in steps if _KEPT.match(s.words) and s.new == head.new)
    files = next(kept, head.new)
    return HeadTrees(old, repo.read_commit(files).tree, new)


def _note_last_entries(repo: Repository, number: int, refs: Iterable[str]) -> None:
    """Write down the last reflog entry of each ref, for this record of the journal."""
    lines = [b"%d" % number]
    for ref in refs:
        rows = _reflog_rows(repo, ref)
        lines.append(
            os.fsencode(ref) + b" " + (_entry_identity(rows[0]) if rows else b"")
        )
    with report_write_failure("gitsplit can't record where the refs are"):
        ensure_directory(repo)
        write_file(
            repo, _last_entries_file(repo), b"".join(line + b"\n" for line in lines)
        )


def _noted_entries(repo: Repository, number: int) -> Mapping[str, bytes]:
    """Read the entries noted for this record; none where another was noted since."""
    content = read_own_file(_last_entries_file(repo)) or b""
    first, *lines = content.split(b"\n")
    if first != b"%d" % number:
        return {}
    words = (line.partition(b" ") for line in lines[:-1])
    return {os.fsdecode(ref): last for ref, _, last in words}


def _entries_after(
    repo: Repository, ref: str, last: bytes | None, since: int
) -> list[ReflogEntry]:
    """The reflog entries of the ref after ``last``, newest first.

    Where ``last`` isn't known, those dated ``since`` or later. Where it is in the
    reflog no more, all of them are newer.
    """
    rows = _reflog_rows(repo, ref)
    found = []
    for after, before in pairwise(rows):
        if last is not None and _entry_identity(after) == last:
            break
        if last is not None or _seconds(after[0]) >= since:
            found.append(
                ReflogEntry(_decode_oid(before[1]), _decode_oid(after[1]), after[2])
            )
    return found


def _reflog_rows(repo: Repository, ref: str) -> list[list[bytes]]:
    """The selector with its time, new value and message of each entry, newest first."""
    fields = "--format=%gd%x00%H%x00%gs"
    asked = ("reflog", "show", "--date=unix", fields, ref, "--")
    done = repo.program.run(*asked, check=False)
    if done.status < 0:  # no answer; an empty one would be taken for an abort
        raise failure(asked, done)
    lines = done.stdout.splitlines()
    return [line.split(b"\0", 2) for line in lines]


def _entry_identity(row: list[bytes]) -> bytes:
    selector, new, words = row
    return b"%d %s %s" % (_seconds(selector), new, words)


def _decode_oid(field: bytes) -> Oid:
    return Oid(field.decode("ascii"))


def _seconds(selector: bytes) -> int:
    """The time in a selector such as ``HEAD@{1700000000}``."""
    found = re.search(rb"@\{(\d+)\}$", selector)
    return int(found[1]) if found else 0


def _last_entries_file(repo: Repository) -> Path:
    return repo.own_dir / "reflogs"
