"""Entries of the index: read, and changed for single paths, in one step.

The new index is made beside the old one under ``index.lock``, and put in its place by a
rename, as in :mod:`gitsplit.git.worktree`. Files aren't touched, nor are entries that
somebody else has changed meanwhile.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from gitsplit.errors import RefMoved, WriteFailed
from gitsplit.git.program import durable_environment
from gitsplit.git.repository import Repository
from gitsplit.git.trees import EMPTY_TREE
from gitsplit.git.worktree import (
    discard_index,
    index_environment,
    index_file,
    install_index,
    lock_index,
    new_index_file,
)
from gitsplit.model.escape import printable
from gitsplit.model.listing import name_list
from gitsplit.model.objects import FILE, EntryUpdate, Oid, StagedEntry, object_id

if TYPE_CHECKING:
    from gitsplit.git.journal import Record

_LISTED = re.compile(rb"(\d+) ([0-9a-f]{40}) (\d)\t([^\0]*)\0")

_EMPTY_BLOB = object_id("blob", b"")


def index_entries(
    repo: Repository, index: Path | None = None
) -> dict[bytes, StagedEntry | None]:
    """The entries of the index, or of another index file, by path.

    None where a path has none at stage 0: it has a conflict.
    """
    env = index_environment(index or index_file(repo))
    listed = repo.program.run("ls-files", "-s", "-z", env=env).stdout
    entries: dict[bytes, StagedEntry | None] = {}
    for mode, oid, stage, path in _LISTED.findall(listed):
        entry = StagedEntry(int(mode, 8), Oid(oid.decode("ascii")))
        entries[path] = entry if stage == b"0" else None
    empty = [p for p, e in entries.items() if e and e.oid == _EMPTY_BLOB]
    if empty:
        args = ("diff-index", "--cached", "--name-only", "-z", "--no-renames")
        asked = (*args, "--ita-invisible-in-index", EMPTY_TREE)
        real = repo.program.run(*asked, env=env).stdout.split(b"\0")
        for path in frozenset(empty).difference(real):
            entries[path] = StagedEntry(FILE, _EMPTY_BLOB, is_intended=True)
    return entries


def put_entries(
    repo: Repository, updates: Sequence[EntryUpdate], *, refuses: bool = False
) -> tuple[bytes, ...]:
    """Change the index at these paths, where it has their old entries; else the paths.

    With ``refuses`` nothing changes unless all can, and RefMoved is raised, also for an
    entry that is to stay. A path that has its new entry already stays. Raises
    WriteFailed where the index is locked, or git refuses.
    """
    lock_index(repo)
    try:
        now = index_entries(repo)
        known = [u for u in updates if now.get(u.path) in (u.old, u.new)]
        astray = [each for each in updates if each not in known]
        if refuses:
            _refuse_changed([each.path for each in astray])
        to_do = [each for each in known if now.get(each.path) != each.new]
        if to_do:
            _change_new_index(repo, to_do)
    except BaseException:
        discard_index(repo)
        raise
    (install_index if to_do else discard_index)(repo)
    return tuple(each.path for each in astray if each.old != each.new)


def updates_made(repo: Repository, updates: Iterable[EntryUpdate]) -> list[EntryUpdate]:
    """Those that change an entry and whose new one the index has now."""
    now = index_entries(repo)
    return [u for u in updates if u.old != u.new and now.get(u.path) == u.new]


def without_updates_made(
    repo: Repository, updates: Sequence[EntryUpdate]
) -> tuple[EntryUpdate, ...]:
    """The updates, in which entries that the index has already stay as they are."""
    made = updates_made(repo, updates)
    return tuple(
        replace(each, old=each.new) if each in made else each for each in updates
    )


def entries_not_undone(repo: Repository, record: "Record") -> tuple[bytes, ...]:
    """The paths at which the index isn't as it was before a rewrite that was undone.

    They were changed since, and are left alone.
    """
    changed = {each.path for each in record.entries or () if each.old != each.new}
    if not changed or repo.head_ref() != record.head:
        return ()
    back = [each.back for each in record.entries or ()]
    return tuple(sorted(changed - {u.path for u in updates_made(repo, back)}))


def _refuse_changed(paths: Sequence[bytes]) -> None:
    """Raise RefMoved where somebody has changed the index at these paths."""
    if paths:
        names = name_list([printable(path) for path in paths])
        raise RefMoved(
            f"The index was changed while gitsplit was working: {names}.",
            hint="Start again from what is there now.",
        )


def _change_new_index(repo: Repository, updates: Sequence[EntryUpdate]) -> None:
    """Change the index that is made beside; raises WriteFailed."""
    env = {**index_environment(new_index_file(repo)), **durable_environment()}
    listing = b"".join(_index_info(updates))
    intended = [u.path for u in updates if u.new is not None and u.new.is_intended]
    steps: list[tuple[tuple[str, ...], bytes]] = [
        (("update-index", "-z", "--index-info"), listing)
    ]
    if intended:
        # What is in the index and not in that tree is marked.
        paths = b"".join(path + b"\0" for path in intended)
        marking = ("--literal-pathspecs", "reset", "-q", "-N", EMPTY_TREE)
        steps.append(
            ((*marking, "--pathspec-from-file=-", "--pathspec-file-nul"), paths)
        )
    for args, stdin in steps:
        done = repo.program.run(*args, stdin=stdin, check=False, env=env)
        if done.status:
            raise WriteFailed(
                f"git can't update the index: {done.reason}.",
                hint="Check with: git status",
            )
    repo.program.run("update-index", "-q", "--refresh", check=False, env=env)


def _index_info(updates: Iterable[EntryUpdate]) -> Iterator[bytes]:
    """The lines of ``update-index -z --index-info``; what goes makes room first."""
    for update in updates:
        if update.new is None or update.old is None or update.old.is_intended:
            yield b"0 %s\t%s\0" % (b"0" * 40, update.path)
    for update in updates:
        if (new := update.new) is not None:
            yield b"%o %s\t%s\0" % (new.mode, new.oid.encode("ascii"), update.path)
