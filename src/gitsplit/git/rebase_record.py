"""The journal's record of a rewrite that stopped at a conflict and became a rebase.

While git's rebase is under way, the record says where the refs were. Once it is over,
the reflogs say where git has put them: then it is a rewrite like any other, which can
be undone. Where it was aborted, the record is removed.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from gitsplit.errors import OperationUnderWay
from gitsplit.git import journal, rebase, rebase_process, rebase_repair, reflog
from gitsplit.git.cleanup import remove_stale_keeps
from gitsplit.git.journal import Record
from gitsplit.git.rebase_process import Order
from gitsplit.git.reflog import ReflogEntry
from gitsplit.git.refs import RefUpdate, values_of
from gitsplit.git.repository import Repository
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
_DURING = {
    "start": "while it started a rebase",
    "continue": "while git continued the rebase",
    "abort": "while it aborted the rebase",
}


def begin(
    repo: Repository, refs: Sequence[tuple[str, Oid]], subject: str, head: str | None
) -> Record:
    """Write a journal record for the rebase that git is about to run.

    ``refs`` are those it may move, with their present values: first HEAD's branch,
    which is ``head``, or a detached HEAD itself. Where git puts them isn't known yet,
    so ``new`` equals ``old`` as a placeholder; :func:`settle` reads it from the reflog.
    """
    updates = tuple(RefUpdate(ref, old, old) for ref, old in refs)
    record = journal.begin(repo, updates, subject, head, phase="handed")
    reflog.note_last_entries(repo, record.number, ("HEAD", *(ref for ref, _ in refs)))
    return record


def record_under_way(repo: Repository) -> Record | None:
    """The record of the rebase that is under way here, if gitsplit has begun it."""
    origin = rebase.starting_point(repo)
    if origin is None:
        return None
    handed = (r for r in journal.records(repo) if r.phase == "handed")
    return next((r for r in handed if (r.head, r.updates[0].old) == origin), None)


def refuse_under_way(repo: Repository) -> None:
    """Raise OperationUnderWay where git still has something of gitsplit's to do."""
    if record_under_way(repo):
        raise OperationUnderWay(
            "The last rewrite is not finished: its rebase is under way.",
            hint="Finish or abort it: gitsplit --continue, or: gitsplit --abort",
        )


def recover(repo: Repository) -> str | None:
    """Recover a rebase during which gitsplit was killed; what was done, in a sentence.

    None where there was none. One that had not come to its first stop is aborted; one
    that was continued can be continued; one that was at its end is finished.

    Raises what :func:`gitsplit.git.rebase.abort` raises.
    """
    order = rebase_process.interrupted_order(repo)
    if order is None:
        return None
    records = [r for r in journal.records(repo) if r.phase == "handed"]
    said = None
    if not records:
        rebase_process.remove_stale_locks(repo, ())
        rebase.give_back(repo)
    elif not rebase.is_under_way(repo) or rebase_repair.is_ours(repo):
        named = tuple(update.ref for update in records[-1].updates)
        rebase_process.remove_stale_locks(repo, named)
        said = _recover_record(repo, records[-1], order)
    rebase_process.forget(repo)
    return said


def _recover_record(repo: Repository, record: Record, order: Order) -> str | None:
    broken_off = f"The last gitsplit was interrupted {_DURING[order]}"
    if _is_at_end(repo, record):
        told = rebase_repair.finish(repo, record.head)
        return f"{broken_off}; the rebase has been finished{_but(told)}."
    if order != "abort" and rebase.has_stopped(repo):
        return None
    if order == "continue" and rebase.is_under_way(repo):
        rebase_repair.reschedule(repo)
        return f"{broken_off}; continue with: gitsplit --continue"
    if order == "start" and rebase.is_under_way(repo):
        rebase_repair.remove_half_picked(repo)
    rebase_repair.remove_half_reset(repo)
    told = rebase.roll_back(repo)
    done = "aborted" if order == "abort" else "rolled back"
    return f"{broken_off}; the rebase has been {done}{_but(told)}."


def _but(told: str) -> str:
    return f"; but {told}" if told else ""


def _is_at_end(repo: Repository, record: Record) -> bool:
    """Whether git has carried out the whole todo list, but not removed its state."""
    if rebase.is_under_way(repo) and record.head is None:
        return rebase_repair.is_at_end(repo)
    finished = _finished_record(repo, record)
    return finished is not None and not _is_back(repo, record)


def _is_back(repo: Repository, record: Record) -> bool:
    """Whether the branch, or the detached HEAD, is where it was before the rebase."""
    head = record.updates[0]
    return values_of(repo, (head.ref,)).get(head.ref) == head.old


def settle(repo: Repository) -> Record | None:
    """Complete the records of rebases that are over; the latest that git finished.

    The new values come from the reflogs. The record of an aborted one is removed. None
    where git has finished none since the last time.
    """
    running = record_under_way(repo)
    last: Record | None = None
    for record in journal.records(repo):
        if record.phase != "handed" or record == running or journal.is_alive(record):
            continue
        finished = _finished_record(repo, record)
        if finished is None:
            journal.cancel(repo, record)
        else:
            journal.save(repo, finished)
        last = finished
    rebase.tidy(repo)
    remove_stale_keeps(repo)
    return last


def _finished_record(repo: Repository, record: Record) -> Record | None:
    """The record of a rebase that git has finished; None where it was aborted."""
    head, *others = record.updates
    marks = reflog.last_entries(repo, record.number)

    def steps_of(ref: str) -> list[ReflogEntry]:
        return reflog.entries_after(repo, ref, marks.get(ref), record.time)

    steps = steps_of("HEAD")
    learn = _final_update if record.head else _final_detached_update
    learned = learn(steps_of(head.ref), head)
    if learned is None or learned.new == learned.old:
        return None
    branches = (_final_update(steps_of(u.ref), u) for u in others)
    updates = (learned, *filter(None, branches))
    trees = _trees(repo, learned, steps)
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
    begun = [at for at, step in enumerate(steps) if _is_begin(step, update)]
    new = update.old
    for step in steps[: begun[0] + 1][::-1] if begun else ():
        if _ABORTED.match(step.words):
            return None
        if _MOVED.match(step.words):
            new = step.new
    return replace(update, new=new)


def _is_begin(step: ReflogEntry, update: RefUpdate) -> bool:
    return step.old == update.old and bool(_BEGUN.match(step.words))


def _trees(
    repo: Repository, head: RefUpdate, steps: Sequence[ReflogEntry]
) -> HeadTrees | None:
    """HEAD's tree before and after; between, the one with what stayed in the files."""
    old, new = (repo.read_commit(oid).tree for oid in (head.old, head.new))
    if old == new:
        return None
    kept = (s.old for s in steps if _KEPT.match(s.words) and s.new == head.new)
    files = next(kept, head.new)
    return HeadTrees(old, repo.read_commit(files).tree, new)
