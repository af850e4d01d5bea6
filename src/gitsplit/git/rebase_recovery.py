"""Recovers a rebase of gitsplit's during which git or gitsplit was killed.

Depending on how far git was, the rebase is aborted, can be continued, or is finished as
git would have. Only for one that gitsplit has had git begin, and whose processes are
dead (:mod:`gitsplit.git.rebase_process`).
"""

import os
from collections.abc import Sequence
from pathlib import Path

from gitsplit.git import journal, rebase, rebase_process, refs
from gitsplit.git.journal import Record
from gitsplit.git.program import has_git_at
from gitsplit.git.rebase_process import Order
from gitsplit.git.rebase_record import record_from_reflogs
from gitsplit.git.refs import values_of
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import (
    read_git_file,
    write_file,
)
from gitsplit.git.trees import NewObjects, changed_paths
from gitsplit.git.worktree import restore_files
from gitsplit.model.objects import Oid

_PICKS = (b"pick ", b"fixup ")

_DURING = {
    "start": "while it started a rebase",
    "continue": "while git continued the rebase",
    "abort": "while it aborted the rebase",
}


def recover_rebase(repo: Repository) -> str | None:
    """Recover a rebase during which gitsplit was killed; a sentence about it, or None.

    One that had not come to its first stop is aborted; one that was continued can be
    continued; one that was at its end is finished.

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
    finished = record_from_reflogs(repo, record)
    return finished is not None and not _is_back(repo, record)


def _has_run_all_commands(repo: Repository) -> bool:
    """Whether git has carried out every command of the todo list."""
    done = repo.rebase_dir / "done"
    if rebase.has_stopped(repo) or rebase.commands_in(
        repo.rebase_dir / "git-rebase-todo"
    ):
        return False
    last = rebase.commands_in(done)[-1:]
    return bool(last) and last[0].startswith(b"pick ") and _is_picked(repo, last[0])


def _is_back(repo: Repository, record: Record) -> bool:
    """Whether the branch, or the detached HEAD, is where it was before the rebase."""
    head = record.updates[0]
    return values_of(repo, (head.ref,)).get(head.ref) == head.old


def _is_own_rebase(repo: Repository) -> bool:
    """Whether the rebase in progress is the one that gitsplit has had git begin.

    The user may have begun another from the same tip since.
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


def _command_between_lists(
    planned: Sequence[bytes], done: Sequence[bytes], left: Sequence[bytes]
) -> bytes:
    """The command that is in neither list, or empty: git moves it in two steps.

    Empty also where the user has edited the list that gitsplit wrote.
    """
    keys = [_command_key(line) for line in planned]
    at = len(done)
    rest = keys[:at], keys[at + 1 :]
    is_lost = rest == ([*map(_command_key, done)], [*map(_command_key, left)])
    return planned[at] if is_lost and at < len(planned) else b""


def _command_key(line: bytes) -> tuple[bytes, ...]:
    """The command without the commit's subject, which git may write differently."""
    words = line.split()
    return tuple(words[:2] if line.startswith(_PICKS) else words)


def _write_commands(repo: Repository, file: Path, lines: Sequence[bytes]) -> None:
    write_file(repo, file, b"".join(line + b"\n" for line in lines))


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


def _finish_rebase(repo: Repository, head: str | None) -> str:
    """Do what git does at the end of a rebase, where it was killed while doing it.

    ``head`` is the branch that was rebased. Returns the clause of
    :func:`gitsplit.git.rebase.restore_autostash`.
    """
    if not repo.is_rebasing:
        return rebase.restore_autostash(repo)
    rebase.claim_autostash(repo)
    if head and repo.head_ref() is None:
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
    """Read the branches that git sets at the end, from its file ``update-refs``."""
    known = read_git_file(repo.rebase_dir / "update-refs") or b""
    lines = os.fsdecode(known).split("\n")
    rows = zip(*(lines[start::3] for start in range(3)), strict=False)
    return [
        refs.RefUpdate(ref, Oid(old), Oid(new))
        for ref, old, new in rows
        if new.strip("0")  # it wasn't to be moved yet, or never
    ]


def _done_and_left(repo: Repository) -> tuple[list[bytes], list[bytes]]:
    """Read the commands that git has begun, and those that are to come."""
    state = repo.rebase_dir
    names = ("done", "git-rebase-todo")
    done, left = (rebase.commands_in(state / name) for name in names)
    return done, left


def _commit_in(repo: Repository, command: bytes) -> Oid:
    return repo.resolve(command.split()[1].decode("ascii", "replace"))


def _is_picked(repo: Repository, command: bytes) -> bool:
    """Whether HEAD is what picking the command's commit makes."""
    commit, head = _commit_in(repo, command), repo.head()
    if commit == head:
        return True
    words = [repo.read_commit(oid) for oid in (commit, head)]
    picked, made = ((w.values(b"author"), w.message.strip()) for w in words)
    return picked == made and _patch_id(repo, commit) == _patch_id(repo, head)


def _patch_id(repo: Repository, commit: Oid) -> bytes:
    """The patch id of the commit (git-patch-id(1)), equal for equal changes."""
    shown_as = ("diff-tree", "--root", "-p", "--no-ext-diff", "--no-textconv")
    patch = repo.program.run(*shown_as, commit).stdout
    told = repo.program.run("patch-id", "--stable", stdin=patch).stdout
    return told.split()[0] if told else b""
