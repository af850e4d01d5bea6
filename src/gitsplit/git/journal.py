"""The journal of rewrites: how each is undone, or finished after a crash.

One JSON file for each rewrite in ``gitsplit/`` of the worktree's git directory, written
and fsynced before the refs move. A record is ``prepared``, then ``done``; undoing makes
it ``undoing``, then ``undone``. After a crash the phase says which way to go on. One
that is ``handed`` to ``git rebase`` is completed by :mod:`gitsplit.git.rebase_record`.

The journal also knows who else moves refs here at this moment, to be waited for.
"""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Literal

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from gitsplit.errors import (
    UNCHANGED,
    GitFailed,
    GitKilled,
    GitsplitError,
    NothingToUndo,
    OperationUnderWay,
    RefMoved,
    WriteFailed,
)
from gitsplit.git import cleanup, journal_file, preflight, rebase_process, refs
from gitsplit.git.cleanup import remove_stale_ref_locks
from gitsplit.git.program import is_running, process_name, this_process
from gitsplit.git.refs import RefUpdate, short_name, values_of
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import (
    create_file,
    ensure_directory,
    report_write_failure,
    write_file,
)
from gitsplit.git.worktree import (
    Follower,
    HeadTrees,
    TwoTreeMerge,
    discard_index,
    lock_index,
    remove_stale_index_lock,
    restore_step,
    update_index,
)
from gitsplit.model.escape import printable
from gitsplit.model.listing import name_list, with_capital
from gitsplit.model.objects import NO_OBJECT, EntryUpdate, Oid
from gitsplit.model.progress import Say, say_nothing

MOST_RECORDS = 50
"""So many rewrites can be undone; older records are thrown away."""

Phase = Literal["prepared", "done", "undoing", "undone", "handed"]


class Record(Struct, frozen=True):
    """One rewrite in the journal: the refs it moves, and its phase.

    ``number`` counts upwards from 1. ``head`` is the ref that HEAD named, None where it
    was detached. ``time`` is in seconds since the epoch. ``processes`` are the names
    (:func:`gitsplit.git.program.process_name`) of gitsplit and the git that moves the
    refs for it, then of those that change files; once done, of who finished it.
    ``trees`` is None where HEAD's tree is unchanged. Where what wasn't committed was
    split, ``entries`` are those of the index at the files in commits, else None; with a
    path that somebody else changes afterwards nothing is done any more.
    """

    number: int
    phase: Phase
    subject: str
    head: str | None
    updates: tuple[RefUpdate, ...]
    time: int
    processes: tuple[str, ...]
    trees: HeadTrees | None = None
    entries: tuple[EntryUpdate, ...] | None = None

    @property
    def entry_updates(self) -> tuple[EntryUpdate, ...]:
        """The entries of the index to be changed with these updates."""
        made = self.entries or ()
        if self.phase in ("prepared", "done"):
            return made
        return tuple(each.back for each in made)

    @property
    def early_entries(self) -> tuple[EntryUpdate, ...]:
        """Those that change before the refs move.

        New commits come after what is in them, and go before it: so no kill leaves
        them to be taken back by what is staged.
        """
        return self.entry_updates if self.phase == "prepared" else ()

    @property
    def late_entries(self) -> tuple[EntryUpdate, ...]:
        """Those that change once the refs have moved."""
        return self.entry_updates if self.phase == "undoing" else ()

    @property
    def targets(self) -> tuple[RefUpdate, ...]:
        """The ref updates to be made or done: from new to old after an undo began."""
        if self.phase in ("prepared", "done"):
            return self.updates
        return tuple(update.back for update in self.updates)

    @property
    def steps(self) -> tuple[TwoTreeMerge, ...]:
        """The tree merges that index and files go through with these updates."""
        if self.trees is None:
            return ()
        is_back = self.phase not in ("prepared", "done")
        return self.trees.steps_back() if is_back else self.trees.steps()


def move_refs(  # noqa: PLR0913 -- as many as refs.move, and callers name them
    repo: Repository,
    updates: Sequence[RefUpdate],
    subject: str,
    *,
    expected_head: str | None,
    trees: HeadTrees | None = None,
    entries: tuple[EntryUpdate, ...] | None = None,
    before_commit: Callable[[], None] | None = None,
) -> Record:
    """Move the refs and record it in the journal, so that it can be undone; the record.

    ``subject`` is the reflog's, after ``gitsplit: ``. ``trees`` says where index and
    files go, where HEAD's tree changes; ``entries`` which ones of the index change,
    where files don't. The other arguments and errors are those of
    :func:`gitsplit.git.refs.move`; also WriteFailed where the journal, the index or a
    file can't be written.
    """
    record = add_record(repo, updates, subject, expected_head, trees, entries=entries)
    return _carry_out(repo, record, before_commit)


def add_record(  # noqa: PLR0913 -- a record has as many, and callers name the last
    repo: Repository,
    updates: Sequence[RefUpdate],
    subject: str,
    head: str | None,
    trees: HeadTrees | None = None,
    *,
    entries: tuple[EntryUpdate, ...] | None = None,
    phase: Phase = "prepared",
) -> Record:
    """Write a new record, before its refs move."""
    earlier = records(repo)
    record = Record(
        number=earlier[-1].number + 1 if earlier else 1,
        phase=phase,
        subject=subject,
        head=head,
        updates=tuple(updates),
        time=int(time.time()),
        processes=(this_process(),),
        trees=trees,
        entries=entries,
    )
    while not _save_new(repo, record):
        record = replace(record, number=record.number + 1)
    for old in earlier[: -MOST_RECORDS + 1]:
        _record_file(repo, old.number).unlink(missing_ok=True)
    return record


def finish_record(repo: Repository, record: Record) -> Record:
    """Write that the refs have moved: ``done``, or after an undo ``undone``.

    Where that can't be written, the next start finds out by the refs.
    """
    phase: Phase = "done" if record.phase == "prepared" else "undone"
    finished = replace(record, phase=phase, processes=(this_process(),))
    with suppress(WriteFailed):
        save(repo, finished, is_durable=False)
    cleanup.remove_note_of_locks(_record_file(repo, record.number))
    return finished


def cancel_record(repo: Repository, record: Record) -> None:
    """Write that the refs have not moved: delete the record, or undo the undo."""
    cleanup.remove_note_of_locks(_record_file(repo, record.number))
    if record.phase in ("prepared", "handed"):
        _record_file(repo, record.number).unlink(missing_ok=True)
    else:
        save(repo, replace(record, phase="done", processes=()))


def _carry_out(
    repo: Repository, record: Record, before_commit: Callable[[], None] | None = None
) -> Record:
    """Move the refs of a record on disk, with index and files; the finished record."""
    what = record.subject if record.phase == "prepared" else f"undo: {record.subject}"
    head = repo.head_ref() if record.phase == "undoing" else record.head
    # An undo may move a branch that isn't checked out any more.
    follower = Follower(repo, record.steps if head == record.head else ())
    processes = [this_process()]

    def note_child(pid: int) -> None:
        processes.append(process_name(pid))
        save(repo, replace(record, processes=tuple(processes)), is_durable=False)

    def follow() -> None:
        locks = refs.ref_locks(repo, record.targets, head)
        cleanup.note_ref_locks(repo, locks, _record_file(repo, record.number))
        follower.begin(note_child)
        _put_entries(repo, record.early_entries, refuses=True)
        _refuse_locked_index(repo, record.late_entries)
        if before_commit:
            before_commit()

    try:
        refs.move(
            repo,
            record.targets,
            os.fsencode(f"gitsplit: {what}"),
            expected_head=head,
            started=note_child,
            before_commit=follow,
            orig_head=_orig_head(repo, record),
        )
    except (GitsplitError, KeyboardInterrupt) as error:
        _roll_back_untouched(repo, record, follower, error)
        raise
    follower.finish()
    if head == record.head:
        _put_entries(repo, record.late_entries)
    return finish_record(repo, record)


def _orig_head(repo: Repository, record: Record) -> Oid | None:
    """What ``ORIG_HEAD`` is to be: the old tip.

    A rebase in progress keeps its own, and so does git where it commits.
    """
    is_new = record.phase == "prepared" and not repo.is_rebasing
    if record.entries is not None:
        return None
    return record.updates[0].old if is_new else None


def _roll_back_untouched(
    repo: Repository, record: Record, follower: Follower, error: BaseException
) -> None:
    """Cancel a record of which no ref has moved, and say in the error that none has."""
    if isinstance(error, GitKilled):
        file = _record_file(repo, record.number)
        remove_stale_ref_locks(repo, record.targets, file)
    if isinstance(error, RefMoved) or _ref_states(repo, record).is_untouched:
        follower.abandon()
        try:
            _put_entries(repo, _back_where_made(repo, record.early_entries))
        except WriteFailed:
            return  # the next start does it
        cancel_record(repo, record)
        if isinstance(error, GitsplitError) and error.state != UNCHANGED:
            # It was said before it was known that nothing is left to finish.
            error.state, error.hint = UNCHANGED, "Fix that, and try again."


def _put_entries(
    repo: Repository, updates: Sequence[EntryUpdate], *, refuses: bool = False
) -> tuple[bytes, ...]:
    """Change entries of the index; those that can't be changed."""
    if not updates:
        return ()
    from gitsplit.git.index_entries import put_entries  # most records have none

    return put_entries(repo, updates, refuses=refuses)


def _refuse_locked_index(repo: Repository, updates: Sequence[EntryUpdate]) -> None:
    """Raise WriteFailed where these entries couldn't be changed afterwards."""
    if updates:
        lock_index(repo)
        discard_index(repo)


def _back_where_made(
    repo: Repository, updates: Sequence[EntryUpdate]
) -> list[EntryUpdate]:
    """The way back for those of the updates that the index has; none without any."""
    if not updates:
        return []
    from gitsplit.git.index_entries import updates_made  # most records have none

    return [each.back for each in updates_made(repo, updates)]


def last_undoable(repo: Repository) -> Record | None:
    """The latest record that is ``done`` and not undone, or None."""
    done = [record for record in records(repo) if record.phase == "done"]
    return done[-1] if done else None


def undo_rewrite(
    repo: Repository, before_commit: Callable[[], None] | None = None
) -> Record:
    """Move the refs of the last rewrite back to their old values; its record.

    The next undo undoes the rewrite before that. Index and files follow where the
    rewrite has changed HEAD's tree; what was dropped to the worktree stays there.
    Branches that the rewrite made are deleted, but for those of
    :func:`gitsplit.git.preflight.made_branches_to_keep`.

    Raises NothingToUndo where no rewrite is left, or one of its refs has moved since;
    JournalDamaged where a later record can't be read; OperationUnderWay where a rebase
    or bisect owns one of the refs; UncleanFiles where files have other changes.
    """
    record = _without_kept_branches(repo, last_undoable(repo))
    try:
        _refuse_undo(repo, record)
    except NothingToUndo:
        journal_file.refuse_damaged(_journal_dir(repo), record.number if record else 0)
        raise
    assert record is not None, "else it is refused"
    undoing = replace(record, phase="undoing", processes=(this_process(),))
    save(repo, undoing)
    return _carry_out(repo, undoing, before_commit)


def _without_kept_branches(repo: Repository, record: Record | None) -> Record | None:
    """The record without the branches that it made and an undo leaves."""
    if record is None:
        return None
    kept = preflight.made_branches_to_keep(repo, record.updates)
    return replace(
        record, updates=tuple(u for u in record.updates if u.ref not in kept)
    )


def _refuse_undo(repo: Repository, record: Record | None) -> None:
    """Raise NothingToUndo and the like where this record can't be undone now."""
    if record is None:
        raise NothingToUndo(
            "There is no rewrite to undo in this worktree.",
            hint="`git reflog` shows what else moved HEAD.",
        )
    preflight.refuse_undo(repo, record.updates, record.head, record.trees)


class _RefStates(Struct, frozen=True):
    """A record's updates by where their refs are now: at new, at old, or elsewhere."""

    made: tuple[RefUpdate, ...]
    to_make: tuple[RefUpdate, ...]
    astray: tuple[RefUpdate, ...]

    @property
    def is_untouched(self) -> bool:
        """Whether no ref has moved at all."""
        return not self.made and not self.astray

    @property
    def is_made(self) -> bool:
        """Whether all refs are at their new values."""
        return not self.to_make and not self.astray


def _ref_states(repo: Repository, record: Record) -> _RefStates:
    now = values_of(repo, (update.ref for update in record.targets))
    at = {update: now.get(update.ref, NO_OBJECT) for update in record.targets}
    made = tuple(u for u in record.targets if at[u] == u.new)
    to_make = tuple(u for u in record.targets if at[u] == u.old)
    known = {*made, *to_make}
    return _RefStates(made, to_make, tuple(u for u in record.targets if u not in known))


def recover_rewrites(repo: Repository, say: Say = say_nothing) -> str | None:
    """Finish or roll back interrupted rewrites; sentences about it, None without one.

    A rewrite whose processes still run is left to them. Where some of its refs have
    moved and others not, the rest follow if the new commits can be read; else the moved
    ones go back. Lock files and all else that dead gitsplits have left are removed.
    ``say`` is told before it waits to see whether a lock is one of them.

    Raises what :func:`move_refs` raises, where what was begun can't be finished.
    """
    cleanup.remove_leftovers(repo)
    remove_stale_index_lock(repo)
    on_disk = records(repo)
    if on_disk:
        cleanup.remove_stale_announcement_locks(
            repo, _record_file(repo, on_disk[-1].number), say
        )
    left = [r for r in pending_records(repo) if not is_alive(r)]
    said = (_recover_record(repo, record, say) for record in left)
    return " ".join(said) or None


def pending_records(repo: Repository) -> list[Record]:
    """The records whose refs are being moved, or were when gitsplit was killed."""
    return [r for r in records(repo) if r.phase in ("prepared", "undoing")]


def has_handed(repo: Repository) -> bool:
    """Whether a record is left to ``git rebase``, or was, until its end is known."""
    return any(record.phase == "handed" for record in records(repo))


def is_alive(record: Record) -> bool:
    """Whether another gitsplit, or a git of it, still works on the record."""
    me = this_process()
    return any(name != me and is_running(name) for name in record.processes)


def _recover_record(repo: Repository, record: Record, say: Say) -> str:
    """Finish or roll back the record's updates; a sentence about it."""
    remove_stale_ref_locks(repo, record.targets, _record_file(repo, record.number), say)
    state = _ref_states(repo, record)
    what = "an undo" if record.phase == "undoing" else "a rewrite"
    if not state.made:
        _settle_files(repo, record)
        cancel_record(repo, record)
        return f"The last gitsplit was interrupted before {what}; nothing was changed."
    can_finish = _has_all_objects(repo, (*state.made, *state.to_make))
    if state.is_made and can_finish:
        told = _settle_files(repo, record) or "nothing is missing"
        finish_record(repo, record)
        return f"The last gitsplit was interrupted after {what}; {told}."
    _finish_moves(repo, state, is_forward=can_finish)
    told = _settle_files(repo, record)
    (finish_record if can_finish else cancel_record)(repo, record)
    end = "finished" if can_finish else "rolled back"
    names = name_list([short_name(update.ref) for update in state.astray])
    astray = f" Not touched, moved since: {names}." if names else ""
    where = f"The last gitsplit was interrupted during {what}"
    return f"{where}; it has been {end}{f'; but {told}' if told else ''}.{astray}"


def unreadable_record(repo: Repository) -> Record | None:
    """The last rewrite, if its refs are at new values whose objects are missing."""
    last = last_undoable(repo)
    is_there = last is not None and _ref_states(repo, last).is_made
    return (
        last if last and is_there and not _has_all_objects(repo, last.updates) else None
    )


def _has_all_objects(repo: Repository, updates: Sequence[RefUpdate]) -> bool:
    """Whether every object that the new values need beyond the old ones is stored."""
    ends = [(update.new, f"^{update.old}") for update in updates]
    tips = [tip for both in ends for tip in both if NO_OBJECT not in tip]
    asked = "".join(f"{tip}\n" for tip in tips).encode("ascii")
    args = ("rev-list", "--objects", "--quiet", "--stdin")
    return not repo.program.run(*args, stdin=asked, check=False).status


def _finish_moves(repo: Repository, state: _RefStates, *, is_forward: bool) -> None:
    """Move the refs that haven't moved yet, or those back that have."""
    back = tuple(update.back for update in state.made)
    refs.move(
        repo,
        state.to_make if is_forward else back,
        b"gitsplit: recover",
        expected_head=repo.head_ref(),
    )


def _settle_files(repo: Repository, record: Record) -> str:
    """Bring index and files to the tree of HEAD, which is the record's old or new one.

    Files change before the refs do, the index after them. Where HEAD is elsewhere by
    now, they are left alone. The result says so where the index can't follow because of
    what has been staged since, or of a tree that is lost; else it is empty.
    """
    try:
        return _follow_head(repo, record)
    except GitFailed as failure:
        return f"index and files were not updated: {str(failure).rstrip('.')}"


def _follow_head(repo: Repository, record: Record) -> str:
    """Update the index where HEAD has moved, restore the files where it hasn't."""
    has_files = bool(record.trees or record.entries) and repo.worktree is not None
    if not has_files or repo.head_ref() != record.head:
        return ""
    head = record.targets[0]
    now = values_of(repo, (head.ref,)).get(head.ref, NO_OBJECT)
    astray: tuple[bytes, ...] = ()
    if now == head.new:
        if not update_index(repo, record.steps):
            return "the index was not updated: other changes are staged"
        astray = _put_entries(repo, record.entry_updates)
    elif now == head.old:
        for step in record.steps:
            restore_step(repo, step)
        back = [each.back for each in record.entry_updates]
        astray = _put_entries(repo, back)
    names = name_list([printable(path) for path in astray])
    return f"the index was not updated at {names}: changed since" if astray else ""


def _record_file(repo: Repository, number: int) -> Path:
    return _journal_dir(repo) / f"{number:06}.json"


def _journal_dir(repo: Repository) -> Path:
    return repo.own_dir


def records(repo: Repository) -> list[Record]:
    """Read the records on disk, oldest first; damaged ones are left out."""
    found = map(journal_file.read_record, journal_file.record_files(_journal_dir(repo)))
    return [Record(**fields) for fields in found if fields is not None]


def save(repo: Repository, record: Record, *, is_durable: bool = True) -> None:
    """Write the record; after a power cut it is the new one, or at least the old one.

    The old one will do (not ``is_durable``) where it leads to the same: by the refs.
    """
    path = _record_file(repo, record.number)
    with _report_journal_failure(path):
        text = _record_text(record)
        write_file(repo, path, text, is_durable=is_durable, is_whole=True)


def _save_new(repo: Repository, record: Record) -> bool:
    """Write a new record; False where its number is taken.

    Two gitsplits at once mustn't overwrite each other's record.
    """
    path = _record_file(repo, record.number)
    with _report_journal_failure(path):
        ensure_directory(repo)
        return create_file(repo, path, _record_text(record))


def _record_text(record: Record) -> bytes:
    return journal_file.json_text(to_builtins(record)).encode("ascii")


def _report_journal_failure(path: Path) -> AbstractContextManager[None]:
    return report_write_failure(f"gitsplit can't write its journal {path}")


PATIENCE = 5.0
"""Seconds in which others that move refs here may come to their end."""

_TICK = 0.05


def wait_for_others(repo: Repository, say: Say) -> None:
    """Wait until no other gitsplit, nor a git of one, moves refs in this repository.

    ``say`` is told that it waits. Raises OperationUnderWay after PATIENCE.
    """
    deadline = time.monotonic() + PATIENCE
    if worker := other_at_work(repo):
        say(f"Waiting for {worker}.")
    while worker := other_at_work(repo):
        if time.monotonic() > deadline:
            raise OperationUnderWay(
                f"{with_capital(worker)} is still running.",
                hint="Wait for it, or end it, and try again.",
                state="It may still move branches, or roll back what it has begun.",
            )
        time.sleep(_TICK)


def other_at_work(repo: Repository) -> str:
    """Who else moves refs here now, in words; empty where nobody does.

    A git goes on for a while, or for ever, after the gitsplit that started it was
    killed. Until it ends, the journal doesn't say how.
    """
    moving = [record.processes for record in pending_records(repo)]
    for owner, *gits in filter(None, moving):
        if owner != this_process() and is_running(owner):
            return f"another gitsplit (process {_pid(owner)})"
        if git := next(filter(is_running, gits), None):
            return _orphan_git(git)
    for owner, *gits in filter(None, [rebase_process.processes(repo)]):
        if not is_running(owner) and (git := next(filter(is_running, gits), None)):
            return _orphan_git(git)
    return ""


def _orphan_git(process: str) -> str:
    return f"a git that a killed gitsplit started (process {_pid(process)})"


def _pid(process: str) -> str:
    return process.partition(" ")[0]
