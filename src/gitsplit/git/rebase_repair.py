"""Repairs a rebase in which git was killed: it can be continued, or is finished.

Only for one that gitsplit has had git begin or continue, and whose processes are dead.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from gitsplit.git import rebase, refs
from gitsplit.git.program import has_git_at
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import git_content, write_file
from gitsplit.git.trees import NewObjects, changed_paths
from gitsplit.git.worktree import restore_files
from gitsplit.model.objects import Oid

_PICKS = (b"pick ", b"fixup ")


def is_ours(repo: Repository) -> bool:
    """Whether the rebase under way is the one that gitsplit has had git begin.

    Somebody may have begun another from the same tip since.
    """
    done, _ = _lists(repo)
    planned = rebase.commands_in(rebase.todo_file(repo))
    if done:
        return [_key(done[0])] == [_key(line) for line in planned[:1]]
    return not has_git_at(repo.program.cwd)


def reschedule(repo: Repository) -> None:
    """Put the command at which git was killed back on top of the todo list.

    Else git would skip a commit that it had only begun to pick. What that had changed
    in index and files is reset; dropped lines that stay in the files are made again by
    gitsplit's script.
    """
    state = rebase.state_dir(repo)
    done, left = _lists(repo)
    lost = _lost_command(rebase.commands_in(rebase.todo_file(repo)), done, left)
    last = lost or (done or [b""])[-1]
    if not last or left[:1] == [last]:
        return
    if not lost and last.startswith(_PICKS) and _is_picked(repo, last):
        return
    remove_half_picked(repo)
    repo.program.run("reset", "-q", "--hard")
    _write(repo, state / "git-rebase-todo", [last, *left])
    if not lost:
        _write(repo, state / "done", done[:-1])


def _lists(repo: Repository) -> tuple[list[bytes], list[bytes]]:
    """The commands that git has begun, and those that are to come."""
    state = rebase.state_dir(repo)
    names = ("done", "git-rebase-todo")
    done, left = (rebase.commands_in(state / name) for name in names)
    return done, left


def remove_half_picked(repo: Repository) -> None:
    """Remove new files that a half-done pick has written but not added to the index.

    As untracked files they would be in the way. Other files, git itself resets.
    """
    done, _ = _lists(repo)
    last = done[-1] if done else b""
    if not last.startswith(_PICKS) or _is_picked(repo, last):
        return
    picked = repo.read_commit(_commit(repo, last))
    head, objects = repo.read_commit(repo.head()), NewObjects(repo)
    made = changed_paths(objects, head.tree, picked.tree)
    restore_files(repo, {path: e for path, e in made.items() if not e.before})


def remove_half_reset(repo: Repository) -> None:
    """Remove new files that a half-done abort has written but not added to the index.

    A second one would refuse to overwrite them as somebody's untracked files.
    """
    back = rebase.starting_point(repo)
    if back is None:
        return
    there, head = (repo.read_commit(oid).tree for oid in (back[1], repo.head()))
    made = changed_paths(NewObjects(repo), head, there)
    restore_files(repo, {path: e for path, e in made.items() if not e.before})


def _commit(repo: Repository, command: bytes) -> Oid:
    return repo.resolve(command.split()[1].decode("ascii", "replace"))


def _lost_command(
    planned: Sequence[bytes], done: Sequence[bytes], left: Sequence[bytes]
) -> bytes:
    """The command that is in neither list: git takes it from one, then adds it to done.

    Only told where nobody has changed the list that gitsplit wrote.
    """
    keys = [_key(line) for line in planned]
    at = len(done)
    rest = keys[:at], keys[at + 1 :]
    is_lost = rest == ([*map(_key, done)], [*map(_key, left)])
    return planned[at] if is_lost and at < len(planned) else b""


def _key(line: bytes) -> tuple[bytes, ...]:
    """What a command does; how git writes its subject is another matter."""
    words = line.split()
    return tuple(words[:2] if line.startswith(_PICKS) else words)


def _write(repo: Repository, file: Path, lines: Sequence[bytes]) -> None:
    write_file(repo, file, b"".join(line + b"\n" for line in lines))


def _is_picked(repo: Repository, command: bytes) -> bool:
    """Whether HEAD is what picking the commit has made."""
    commit, head = _commit(repo, command), repo.head()
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


def is_at_end(repo: Repository) -> bool:
    """Whether all commands of the rebase under way are carried out."""
    done = rebase.state_dir(repo) / "done"
    if rebase.has_stopped(repo) or rebase.commands_in(
        rebase.state_dir(repo) / "git-rebase-todo"
    ):
        return False
    last = rebase.commands_in(done)[-1:]
    return bool(last) and last[0].startswith(b"pick ") and _is_picked(repo, last[0])


def finish(repo: Repository, head: str | None) -> str:
    """Do what git does at the end of a rebase, where it was killed while doing it.

    ``head`` is the branch that has been rebased. Says so where uncommitted changes
    are only in a stash.
    """
    if not rebase.is_under_way(repo):
        return rebase.give_back(repo)
    rebase.claim(repo)
    if head and refs.current_head(repo) is None:
        words = ("-m", f"rebase (finish): returning to {head}")
        repo.program.run("symbolic-ref", *words, "HEAD", head)
    updates = _updates(repo)
    now = refs.values_of(repo, (update.ref for update in updates))
    left = [update for update in updates if now.get(update.ref) == update.old]
    if left:
        refs.move(repo, left, b"rewritten during rebase", expected_head=head)
    repo.program.run("rebase", "--quit")
    return rebase.give_back(repo)


def _updates(repo: Repository) -> list[refs.RefUpdate]:
    """The branches that git is to move at the end, each named in three lines."""
    known = git_content(rebase.state_dir(repo) / "update-refs") or b""
    lines = os.fsdecode(known).split("\n")
    rows = zip(*(lines[start::3] for start in range(3)), strict=False)
    return [
        refs.RefUpdate(ref, Oid(old), Oid(new))
        for ref, old, new in rows
        if new.strip("0")  # it wasn't to be moved yet, or never
    ]
