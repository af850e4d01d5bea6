"""The journal's record of a rewrite that stopped at a conflict and became a rebase.

While git's rebase is in progress, the record says where the refs were. Once it is over,
the reflogs say where git has put them: then it is a rewrite like any other, which can
be undone. Where it was aborted, the record is removed.

Repairs a rebase in which git was killed: it can be continued, or is finished.

Only for one that gitsplit has had git begin or continue, and whose processes are dead.

Reads reflog entries that are newer than a moment that was noted.

The times in a reflog are the committer's, and may go backwards; so the last entry of
each reflog is noted, and what comes after it is newer.
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from gitsplit.errors import OperationUnderWay
from gitsplit.git import journal, rebase, rebase_process, refs
from gitsplit.git.cleanup import remove_stale_keeps
from gitsplit.git.journal import Record
from gitsplit.git.program import failure, has_git_at
from gitsplit.git.rebase_process import Order
from gitsplit.git.refs import RefUpdate, values_of
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import (
    ensure_directory,
    read_git_file,
    read_own_file,
    report_write_failure,
    write_file,
)
from gitsplit.git.trees import NewObjects, changed_paths
from gitsplit.git.worktree import HeadTrees, restore_files
from gitsplit.model.objects import Oid


class ReflogEntry(NamedTuple):
    """One entry of a reflog: the ref's old and new value, and the message."""

    old: Oid
    new: Oid
    words: bytes


def _note_last_entries(repo: Repository, number: int, refs: Iterable[str]) -> None:
    """Note the last entry of each ref's reflog, for this record of the journal."""
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
    """The entries noted for this record; none where another was noted since."""
    content = read_own_file(_last_entries_file(repo)) or b""
    first, *lines = content.split(b"\n")
    if first != b"%d" % number:
        return {}
    words = (line.partition(b" ") for line in lines[:-1])
    return {os.fsdecode(ref): last for ref, _, last in words}


def _entries_after(
    repo: Repository, ref: str, last: bytes | None, since: int
) -> list[ReflogEntry]:
    """The entries of the ref's reflog after ``last``, the newest first.

    Where that isn't known, those that git dates ``since`` then. Where it is in the
    reflog no more, all have come after it.
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
    """Selector with its time, new value and message of each entry, latest first."""
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
_DURING = {
    "start": "while it started a rebase",
    "continue": "while git continued the rebase",
    "abort": "while it aborted the rebase",
}


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
    """The record of the rebase that is in progress here, if gitsplit has begun it."""
    origin = rebase.starting_point(repo)
    if origin is None:
        return None
    handed = (r for r in journal.records(repo) if r.phase == "handed")
    return next((r for r in handed if (r.head, r.updates[0].old) == origin), None)


def refuse_under_way(repo: Repository) -> None:
    """Raise OperationUnderWay where git still has something of gitsplit's to do."""
    if record_under_way(repo):
        raise OperationUnderWay(
            "The last rewrite is not finished: its rebase is in progress.",
            hint="Finish or abort it: gitsplit --continue, or: gitsplit --abort",
        )


def recover_rebase(repo: Repository) -> str | None:
    """Recover a rebase during which gitsplit was killed; what was done, in a sentence.

    None where there was none. One that had not come to its first stop is aborted; one
    that was continued can be continued; one that was at its end is finished.

    Raises what :func:`gitsplit.git.rebase.abort_rebase` raises.
    """
    order = rebase_process.order_at_kill(repo)
    if order is None:
        return None
    records = [r for r in journal.records(repo) if r.phase == "handed"]
    said = None
    if not records:
        rebase_process.remove_stale_rebase_locks(repo, ())
        rebase.restore_autostash(repo)
    elif not repo.is_rebasing or _is_own_rebase(repo):
        named = tuple(update.ref for update in records[-1].updates)
        rebase_process.remove_stale_rebase_locks(repo, named)
        said = _recover_interrupted(repo, records[-1], order)
    rebase_process.remove_note(repo)
    return said


def _recover_interrupted(repo: Repository, record: Record, order: Order) -> str | None:
    broken_off = f"The last gitsplit was interrupted {_DURING[order]}"
    if _is_at_end(repo, record):
        told = _finish_rebase(repo, record.head)
        return f"{broken_off}; the rebase has been finished{_but_clause(told)}."
    if order != "abort" and rebase.has_stopped(repo):
        return None
    if order == "continue" and repo.is_rebasing:
        _reschedule_command(repo)
        return f"{broken_off}; continue with: gitsplit --continue"
    if order == "start" and repo.is_rebasing:
        _remove_half_picked(repo)
    _remove_half_reset(repo)
    told = rebase.roll_back(repo)
    done = "aborted" if order == "abort" else "rolled back"
    return f"{broken_off}; the rebase has been {done}{_but_clause(told)}."


def _but_clause(told: str) -> str:
    return f"; but {told}" if told else ""


def _is_at_end(repo: Repository, record: Record) -> bool:
    """Whether git has carried out the whole todo list, but not removed its state."""
    if repo.is_rebasing and record.head is None:
        return _has_run_all_commands(repo)
    finished = _record_from_reflogs(repo, record)
    return finished is not None and not _is_back(repo, record)


def _is_back(repo: Repository, record: Record) -> bool:
    """Whether the branch, or the detached HEAD, is where it was before the rebase."""
    head = record.updates[0]
    return values_of(repo, (head.ref,)).get(head.ref) == head.old


def settle_records(repo: Repository) -> Record | None:
    """Complete the records of rebases that are over; the latest that git finished.

    The new values come from the reflogs. The record of an aborted one is removed. None
    where git has finished none since the last time.
    """
    running = record_under_way(repo)
    last: Record | None = None
    for record in journal.records(repo):
        if record.phase != "handed" or record == running or journal.is_alive(record):
            continue
        finished = _record_from_reflogs(repo, record)
        if finished is None:
            journal.cancel_record(repo, record)
        else:
            journal.save(repo, finished)
        last = finished
    rebase.remove_own_files(repo)
    remove_stale_keeps(repo)
    return last


def _record_from_reflogs(repo: Repository, record: Record) -> Record | None:
    """The record of a rebase that git has finished; None where it was aborted."""
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
    """The update by which a rebase moved the branch at its end, by its reflog."""
    for step in steps:
        if step.old == update.old and _DONE.match(step.words):
            return replace(update, new=step.new)
    return None


def _final_detached_update(
    steps: Sequence[ReflogEntry], update: RefUpdate
) -> RefUpdate | None:
    """The update of a detached HEAD by a rebase, by its reflog; None if aborted.

    Git says when it began, and nothing at its end.
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
    """HEAD's tree before and after; between, the one with what stayed in the files."""
    old, new = (repo.read_commit(oid).tree for oid in (head.old, head.new))
    if old == new:
        return None
    kept = (s.old for s in steps if _KEPT.match(s.words) and s.new == head.new)
    files = next(kept, head.new)
    return HeadTrees(old, repo.read_commit(files).tree, new)


_PICKS = (b"pick ", b"fixup ")


def _is_own_rebase(repo: Repository) -> bool:
    """Whether the rebase in progress is the one that gitsplit has had git begin.

    Somebody may have begun another from the same tip since.
    """
    done, _ = _done_and_left(repo)
    planned = rebase.commands_in(rebase.todo_file(repo))
    if done:
        return [_command_key(done[0])] == [_command_key(line) for line in planned[:1]]
    return not has_git_at(repo.program.cwd)


def _reschedule_command(repo: Repository) -> None:
    """Put the command at which git was killed back on top of the todo list.

    Else git would skip a commit that it had only begun to pick. What that had changed
    in index and files is reset; dropped lines that stay in the files are made again by
    gitsplit's script.
    """
    state = repo.rebase_dir
    done, left = _done_and_left(repo)
    lost = _command_between_lists(
        rebase.commands_in(rebase.todo_file(repo)), done, left
    )
    last = lost or (done or [b""])[-1]
    if not last or left[:1] == [last]:
        return
    if not lost and last.startswith(_PICKS) and _is_picked(repo, last):
        return
    _remove_half_picked(repo)
    repo.program.run("reset", "-q", "--hard")
    _write_commands(repo, state / "git-rebase-todo", [last, *left])
    if not lost:
        _write_commands(repo, state / "done", done[:-1])


def _done_and_left(repo: Repository) -> tuple[list[bytes], list[bytes]]:
    """The commands that git has begun, and those that are to come."""
    state = repo.rebase_dir
    names = ("done", "git-rebase-todo")
    done, left = (rebase.commands_in(state / name) for name in names)
    return done, left


def _remove_half_picked(repo: Repository) -> None:
    """Remove new files that a half-done pick has written but not added to the index.

    As untracked files they would be in the way. Other files, git itself resets.
    """
    done, _ = _done_and_left(repo)
    last = done[-1] if done else b""
    if not last.startswith(_PICKS) or _is_picked(repo, last):
        return
    picked = repo.read_commit(_commit_in(repo, last))
    head, objects = repo.read_commit(repo.head()), NewObjects(repo)
    made = changed_paths(objects, head.tree, picked.tree)
    restore_files(repo, {path: e for path, e in made.items() if not e.before})


def _remove_half_reset(repo: Repository) -> None:
    """Remove new files that a half-done abort has written but not added to the index.

    A second one would refuse to overwrite them as somebody's untracked files.
    """
    back = rebase.starting_point(repo)
    if back is None:
        return
    there, head = (repo.read_commit(oid).tree for oid in (back[1], repo.head()))
    made = changed_paths(NewObjects(repo), head, there)
    restore_files(repo, {path: e for path, e in made.items() if not e.before})


def _commit_in(repo: Repository, command: bytes) -> Oid:
    return repo.resolve(command.split()[1].decode("ascii", "replace"))


def _command_between_lists(
    planned: Sequence[bytes], done: Sequence[bytes], left: Sequence[bytes]
) -> bytes:
    """The command that is in neither list: git takes it from one, then adds it to done.

    Only told where nobody has changed the list that gitsplit wrote.
    """
    keys = [_command_key(line) for line in planned]
    at = len(done)
    rest = keys[:at], keys[at + 1 :]
    is_lost = rest == ([*map(_command_key, done)], [*map(_command_key, left)])
    return planned[at] if is_lost and at < len(planned) else b""


def _command_key(line: bytes) -> tuple[bytes, ...]:
    """What a command does; how git writes its subject is another matter."""
    words = line.split()
    return tuple(words[:2] if line.startswith(_PICKS) else words)


def _write_commands(repo: Repository, file: Path, lines: Sequence[bytes]) -> None:
    write_file(repo, file, b"".join(line + b"\n" for line in lines))


def _is_picked(repo: Repository, command: bytes) -> bool:
    """Whether HEAD is what picking the commit has made."""
    commit, head = _commit_in(repo, command), repo.head()
    if commit == head:
        return True
    words = [repo.read_commit(oid) for oid in (commit, head)]
    picked, made = ((w.values(b"author"), w.message.strip()) for w in words)
    return picked == made and _patch_id(repo, commit) == _patch_id(repo, head)


def _patch_id(repo: Repository, commit: Oid) -> bytes:
    """What two commits have in common that do the same (``git-patch-id(1)``)."""
    shown_as = ("diff-tree", "--root", "-p", "--no-ext-diff", "--no-textconv")
    patch = repo.program.run(*shown_as, commit).stdout
    told = repo.program.run("patch-id", "--stable", stdin=patch).stdout
    return told.split()[0] if told else b""


def _has_run_all_commands(repo: Repository) -> bool:
    """Whether all commands of the rebase in progress are carried out."""
    done = repo.rebase_dir / "done"
    if rebase.has_stopped(repo) or rebase.commands_in(
        repo.rebase_dir / "git-rebase-todo"
    ):
        return False
    last = rebase.commands_in(done)[-1:]
    return bool(last) and last[0].startswith(b"pick ") and _is_picked(repo, last[0])


def _finish_rebase(repo: Repository, head: str | None) -> str:
    """Do what git does at the end of a rebase, where it was killed while doing it.

    ``head`` is the branch that has been rebased. Says so where uncommitted changes
    are only in a stash.
    """
    if not repo.is_rebasing:
        return rebase.restore_autostash(repo)
    rebase.claim_autostash(repo)
    if head and refs.current_head(repo) is None:
        words = ("-m", f"rebase (finish): returning to {head}")
        repo.program.run("symbolic-ref", *words, "HEAD", head)
    updates = _updates_at_end(repo)
    now = refs.values_of(repo, (update.ref for update in updates))
    left = [update for update in updates if now.get(update.ref) == update.old]
    if left:
        refs.move(repo, left, b"rewritten during rebase", expected_head=head)
    repo.program.run("rebase", "--quit")
    return rebase.restore_autostash(repo)


def _updates_at_end(repo: Repository) -> list[refs.RefUpdate]:
    """The branches that git is to move at the end, each named in three lines."""
    known = read_git_file(repo.rebase_dir / "update-refs") or b""
    lines = os.fsdecode(known).split("\n")
    rows = zip(*(lines[start::3] for start in range(3)), strict=False)
    return [
        refs.RefUpdate(ref, Oid(old), Oid(new))
        for ref, old, new in rows
        if new.strip("0")  # it wasn't to be moved yet, or never
    ]
