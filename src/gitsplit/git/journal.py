"""What gitsplit did to the refs, kept so that it can be given back or finished.

One JSON file for each rewrite in ``gitsplit/`` of the worktree's git directory, written
and fsynced before the refs move. A record is ``prepared``, then ``done``; undoing makes
it ``undoing``, then ``undone``. After a crash the phase says which way to go on.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path
from typing import Literal

from gitsplit.errors import (
    UNCHANGED,
    GitsplitError,
    NothingToUndo,
    OperationUnderWay,
    WriteFailed,
)
from gitsplit.git import refs
from gitsplit.git.leftovers import remove_stale_keeps, remove_stale_locks
from gitsplit.git.operations import branches_owned_by_operations
from gitsplit.git.process import is_running, process_name, this_process
from gitsplit.git.refs import RefUpdate, current_head, short_name, values_of
from gitsplit.git.repository import Repository

VERSION = 1
MOST_RECORDS = 50
"""So many rewrites can be undone; older records are thrown away."""

Phase = Literal["prepared", "done", "undoing", "undone"]


@dataclass(frozen=True, slots=True)
class Record:
    """One rewrite: the refs it moves, and how far it has come.

    ``number`` counts upwards from 1. ``head`` is the ref that HEAD named, None where
    it was detached. ``time`` is in seconds since the epoch. ``processes`` are gitsplit
    and the git that moves the refs for it, as :mod:`gitsplit.git.process` names them.
    """

    number: int
    phase: Phase
    subject: str
    head: str | None
    updates: tuple[RefUpdate, ...]
    time: int
    processes: tuple[str, ...]

    @property
    def targets(self) -> tuple[RefUpdate, ...]:
        """The moves under way or done: backwards once an undo has begun."""
        if self.phase in ("prepared", "done"):
            return self.updates
        return tuple(RefUpdate(u.ref, u.new, u.old) for u in self.updates)


def move(
    repo: Repository,
    updates: Sequence[RefUpdate],
    subject: str,
    *,
    expected_head: str | None,
    before_commit: Callable[[], None] | None = None,
) -> Record:
    """The refs have moved, and the record with which this can be undone.

    ``subject`` becomes the reflog's, after ``gitsplit: ``. The rest and what is raised
    are those of :func:`gitsplit.git.refs.move`; also WriteFailed where the journal
    can't be written.
    """
    record = begin(repo, updates, subject, expected_head)
    return _carried_out(repo, record, before_commit)


def begin(
    repo: Repository, updates: Sequence[RefUpdate], subject: str, head: str | None
) -> Record:
    """A record on disk that these refs are about to move."""
    earlier = _records(repo)
    record = Record(
        number=_claimed_number(repo, earlier[-1].number + 1 if earlier else 1),
        phase="prepared",
        subject=subject,
        head=head,
        updates=tuple(updates),
        time=int(time.time()),
        processes=(this_process(),),
    )
    _save(repo, record)
    for old in earlier[: -MOST_RECORDS + 1]:
        _path(repo, old.number).unlink(missing_ok=True)
    return record


def _claimed_number(repo: Repository, first: int) -> int:
    """The first free number from ``first`` on, taken by an empty file.

    Two gitsplits at once mustn't overwrite each other's record.
    """
    for number in count(first):
        path = _path(repo, number)
        with _writing(path):
            path.parent.mkdir(exist_ok=True)
            try:
                path.touch(exist_ok=False)
            except FileExistsError:
                continue
            return number
    raise AssertionError("numbers don't end")


def finish(repo: Repository, record: Record) -> Record:
    """The record with its moves carried out: ``done``, or after an undo ``undone``."""
    phase: Phase = "done" if record.phase == "prepared" else "undone"
    finished = replace(record, phase=phase, processes=())
    _save(repo, finished)
    return finished


def take_back(repo: Repository, record: Record) -> None:
    """The record says that its moves never happened."""
    if record.phase == "prepared":
        _path(repo, record.number).unlink(missing_ok=True)
    else:
        _save(repo, replace(record, phase="done", processes=()))


def _carried_out(
    repo: Repository, record: Record, before_commit: Callable[[], None] | None = None
) -> Record:
    """The finished record of moves that are on disk as being under way."""
    what = record.subject if record.phase == "prepared" else f"undo: {record.subject}"

    def note_child(pid: int) -> None:
        _save(repo, replace(record, processes=(this_process(), process_name(pid))))

    try:
        refs.move(
            repo,
            record.targets,
            f"gitsplit: {what}".encode("utf-8", "surrogateescape"),
            expected_head=current_head(repo)
            if record.phase == "undoing"
            else record.head,
            started=note_child,
            before_commit=before_commit,
        )
    except (GitsplitError, KeyboardInterrupt) as error:
        remove_stale_locks(repo, record.targets)
        if _state_of(repo, record).is_untouched:
            take_back(repo, record)
            if isinstance(error, GitsplitError):
                error.state = UNCHANGED
        raise
    return finish(repo, record)


def last_undoable(repo: Repository) -> Record | None:
    """The latest rewrite that is done and not undone."""
    done = [record for record in _records(repo) if record.phase == "done"]
    return done[-1] if done else None


def undo(repo: Repository, before_commit: Callable[[], None] | None = None) -> Record:
    """The record of the last rewrite, whose refs are back at their old values.

    The next undo gives back the rewrite before that. Index and worktree aren't touched.

    Raises NothingToUndo where no rewrite is left, or where one of its refs has moved on
    since; OperationUnderWay where a rebase or bisect has taken over one of them.
    """
    record = last_undoable(repo)
    if record is None:
        raise NothingToUndo(
            "There is no rewrite of gitsplit to undo in this worktree.",
            hint="`git reflog` shows what else moved HEAD.",
        )
    _check_undoable(repo, record)
    undoing = replace(record, phase="undoing", processes=(this_process(),))
    _save(repo, undoing)
    return _carried_out(repo, undoing, before_commit)


def _check_undoable(repo: Repository, record: Record) -> None:
    now = values_of(repo, (update.ref for update in record.updates))
    owned = branches_owned_by_operations(repo)
    for update in record.updates:
        if now.get(update.ref) != update.new:
            raise _moved_on(update, "has moved on" if update.ref in now else "is gone")
        if update.ref in owned:
            raise OperationUnderWay(
                f"A rebase or bisect under way will set {short_name(update.ref)}.",
                hint="Finish or abort it first.",
            )
        if update.ref == "HEAD" and (head := current_head(repo)):
            raise _moved_on(update, f"is on {short_name(head)} now")


def _moved_on(update: RefUpdate, how: str) -> NothingToUndo:
    name = short_name(update.ref)
    return NothingToUndo(
        f"{name[:1].upper()}{name[1:]} {how} since gitsplit rewrote it.",
        hint=f"`git branch NAME {update.old[:12]}` gives its old commits a branch.",
    )


@dataclass(frozen=True, slots=True)
class _State:
    """Where the refs of a record are now: each move is made, to be made, or neither."""

    made: tuple[RefUpdate, ...]
    to_make: tuple[RefUpdate, ...]
    astray: tuple[RefUpdate, ...]

    @property
    def is_untouched(self) -> bool:
        return not self.made and not self.astray

    @property
    def is_made(self) -> bool:
        return not self.to_make and not self.astray


def _state_of(repo: Repository, record: Record) -> _State:
    now = values_of(repo, (update.ref for update in record.targets))
    made = tuple(u for u in record.targets if now.get(u.ref) == u.new)
    to_make = tuple(u for u in record.targets if now.get(u.ref) == u.old)
    known = {*made, *to_make}
    return _State(made, to_make, tuple(u for u in record.targets if u not in known))


def recover(repo: Repository) -> str | None:
    """What became of a rewrite that was broken off, in a sentence; None without one.

    A rewrite whose processes still run is left to them. Where some of its refs have
    moved and others not, the rest follow if the new commits can be read; else the moved
    ones go back. Lock files and ``.keep`` files of dead processes of gitsplit are gone.

    Raises what :func:`move` raises, where what was begun can't be finished.
    """
    remove_stale_keeps(repo)
    broken_off = [r for r in _records(repo) if r.phase in ("prepared", "undoing")]
    said = [_recovered(repo, r) for r in broken_off if not _is_alive(r)]
    return " ".join(said) or None


def _is_alive(record: Record) -> bool:
    me = this_process()
    return any(name != me and is_running(name) for name in record.processes)


def _recovered(repo: Repository, record: Record) -> str:
    """The refs of the record are consistent again, and the sentence that says how."""
    remove_stale_locks(repo, record.targets)
    state = _state_of(repo, record)
    what = "an undo" if record.phase == "undoing" else "a rewrite"
    if state.is_made:
        finish(repo, record)
        return f"The last gitsplit was broken off after {what} was done; all is well."
    if not state.made:
        take_back(repo, record)
        return f"The last gitsplit was broken off before {what}; nothing had changed."
    can_finish = _can_be_read(repo, state.to_make)
    _finish_moves(repo, state, is_forward=can_finish)
    (finish if can_finish else take_back)(repo, record)
    end = "finished" if can_finish else "taken back"
    names = ", ".join(short_name(update.ref) for update in state.astray)
    astray = f" {names} had moved on and stayed." if names else ""
    broken_off = f"The last gitsplit was broken off in the middle of {what}"
    return f"{broken_off}; it is {end} now.{astray}"


def _can_be_read(repo: Repository, updates: Sequence[RefUpdate]) -> bool:
    """Whether everything that the new values add to the old ones is stored."""
    new = (update.new for update in updates)
    old = (update.old for update in updates)
    asked = ("rev-list", "--objects", "--quiet", *new, "--not", *old)
    return not updates or not repo.program.run(*asked, check=False).status


def _finish_moves(repo: Repository, state: _State, *, is_forward: bool) -> None:
    back = tuple(RefUpdate(u.ref, u.new, u.old) for u in state.made)
    refs.move(
        repo,
        state.to_make if is_forward else back,
        b"gitsplit: recover",
        expected_head=current_head(repo),
    )


def _path(repo: Repository, number: int) -> Path:
    return repo.git_dir / "gitsplit" / f"{number:06}.json"


def _records(repo: Repository) -> list[Record]:
    """The records on disk, oldest first."""
    paths = sorted((repo.git_dir / "gitsplit").glob("*.json"))
    return [record for path in paths if (record := _read(path))]


def _read(path: Path) -> Record | None:
    """The record in the file; None where it is damaged or of another version."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        fields = json.loads(path.read_bytes())
        if fields.pop("version") == VERSION:
            updates = tuple(RefUpdate(**update) for update in fields.pop("updates"))
            processes = tuple(fields.pop("processes"))
            return Record(**fields, updates=updates, processes=processes)
    return None


def _save(repo: Repository, record: Record) -> None:
    """The record is on disk, whole, whatever happens from now on."""
    path = _path(repo, record.number)
    # Pure ASCII: a ref name that isn't UTF-8 has surrogates, which JSON can escape.
    text = json.dumps({"version": VERSION, **asdict(record)}, indent=1) + "\n"
    with _writing(path):
        unfinished = path.with_suffix(".tmp")
        with unfinished.open("w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        for directory in (path.parent, repo.git_dir):
            _sync(directory)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """An OSError in the ``with`` block is a WriteFailed that names the journal."""
    try:
        yield
    except OSError as error:
        raise WriteFailed(
            f"gitsplit can't write its journal {path}: {error.strerror}.",
            hint="Is the disk full, or the repository read-only?",
        ) from error


def _sync(directory: Path) -> None:
    """The names in the directory are on disk, too (``fsync(2)``)."""
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
