"""Moves refs: HEAD's branch and the branches that follow it, all or none.

Nothing else in gitsplit moves a ref. Must not know plans or the journal. Everything
goes through one ``git update-ref --stdin`` transaction, so hooks, reflogs and every ref
storage work as the user configured them.
"""

import os
import subprocess
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import IO, NamedTuple

from msgspec import Struct

from gitsplit.errors import GitKilled, GitsplitError, RefMoved, WriteFailed
from gitsplit.git.operations import (
    branches_of_other_worktrees,
    branches_owned_by_operations,
    detached_heads_of_other_worktrees,
)
from gitsplit.git.program import (
    batches,
    durable_environment,
    fatal_signal,
    patterns_for,
)
from gitsplit.git.repository import Repository
from gitsplit.git.write import Rewrite
from gitsplit.model.escape import output_in_one_line
from gitsplit.model.listing import with_capital
from gitsplit.model.objects import NO_OBJECT, Oid

PACKED_LOCK = "packed-refs.lock"
"""Git's lock of the packed refs, in the common directory."""

HEADS = "refs/heads/"
"""What the full names of local branches begin with."""


class RefUpdate(Struct, frozen=True):
    """An update of a ref, given by its full name, or ``HEAD`` for a detached one.

    As git has it, ``old`` is NO_OBJECT where the ref is made by it, ``new`` where it is
    deleted.
    """

    ref: str
    old: Oid
    new: Oid

    @property
    def back(self) -> "RefUpdate":
        """The update that undoes this one."""
        return RefUpdate(self.ref, self.new, self.old)


class LeftRef(NamedTuple):
    """A ref that stays at the old commits, and the reason as a clause.

    A detached HEAD of another worktree is ``HEAD of`` that worktree's path.
    """

    ref: str
    reason: str


class Moves(NamedTuple):
    """The refs that move with a rewrite, HEAD's first, and those that stay."""

    moves: tuple[RefUpdate, ...]
    left: tuple[LeftRef, ...]


class Stack(Struct, frozen=True):
    """The branches at the commits of a new series, one for each, from the bottom up.

    ``names`` are without ``refs/heads/``, ``commits`` those that they are at; ``made``
    are the branches that weren't there.
    """

    names: tuple[str, ...] = ()
    commits: tuple[Oid, ...] = ()
    made: tuple[RefUpdate, ...] = ()


class _Tip(Struct, frozen=True):
    """A branch or tag, its commit, and that commit's date (seconds since the epoch)."""

    ref: str
    commit: Oid
    date: int

    @property
    def is_branch(self) -> bool:
        return self.ref.startswith("refs/heads/")


def short_name(ref: str) -> str:
    """The ref in words: ``branch main``, ``tag v1``, ``HEAD``."""
    for prefix, kind in (("refs/heads/", "branch "), ("refs/tags/", "tag ")):
        if ref.startswith(prefix):
            return kind + ref.removeprefix(prefix)
    return ref


def plain_name(ref: str) -> str:
    """The ref as users type a branch: ``main``; any other in words."""
    return short_name(ref).removeprefix("branch ")


def branches_to_move(repo: Repository, rewrite: Rewrite) -> Moves:
    """The refs that follow the rewrite, and those at old commits that stay.

    HEAD's branch moves, or HEAD itself where it is detached, and with it each local
    branch whose tip is a rewritten commit, or a dropped one: to the commit that
    continues it, or the end of what was split as one change; except those that a rebase
    or bisect will set itself, and those checked out in another worktree whose files
    would change. A rebase in progress in this worktree keeps all branches where they
    are: at its end it expects them so. With commits of what wasn't committed only HEAD
    or its branch moves. Tags, branches with commits of their own on top,
    and detached HEADs of other worktrees stay.
    """
    if rewrite.new_head == rewrite.old_head:
        return Moves((), ())
    head = repo.head_ref() or "HEAD"
    if repo.snapshot is not None and rewrite.old_head == repo.snapshot.commit.oid:
        old = repo.snapshot.source.head or NO_OBJECT
        return Moves((RefUpdate(head, old, rewrite.new_head),), ())
    tips = [tip for tip in _tips(repo) if tip.ref != head]
    new = rewrite.followers
    others = [tip for tip in tips if tip.commit not in new]
    objection = _objection_to_move(repo, rewrite)
    moves = [RefUpdate(head, rewrite.old_head, rewrite.new_head)]
    left: list[LeftRef] = []
    for tip in (
        *(tip for tip in tips if tip.commit in new),
        *_tips_containing(repo, rewrite, others),
    ):
        if reason := objection(tip):
            left.append(LeftRef(tip.ref, reason))
        else:
            moves.append(RefUpdate(tip.ref, tip.commit, new[tip.commit]))
    for path, commit in detached_heads_of_other_worktrees(repo).items():
        if commit in new:
            left.append(LeftRef(f"HEAD of {path}", "it is detached there"))
    return Moves(tuple(moves), tuple(left))


def local_branches(repo: Repository) -> dict[str, Oid]:
    """The local branches by their full names, symbolic ones too."""
    fields = "--format=%(objectname) %(refname)"
    lines = repo.program.run("for-each-ref", fields, HEADS).lines
    return {ref: Oid(oid) for oid, ref in (line.split(" ", 1) for line in lines)}


def following_branches(repo: Repository, commits: Container[Oid]) -> dict[str, Oid]:
    """The branches at these commits that would follow when one of them is rewritten.

    Without HEAD's own branch, and those that other worktrees have checked out.
    """
    if repo.is_rebasing or not repo.config.get_bool("rebase.updateRefs", default=True):
        return {}
    stay = {*branches_owned_by_operations(repo), *branches_of_other_worktrees(repo)}
    stay.add(repo.head_ref() or "HEAD")
    tips = (tip for tip in _tips(repo) if tip.is_branch and tip.commit in commits)
    return {tip.ref: tip.commit for tip in tips if tip.ref not in stay}


def _objection_to_move(
    repo: Repository, rewrite: Rewrite
) -> Callable[[_Tip], str | None]:
    """A function that says why a ref must stay, or None."""
    owned = branches_owned_by_operations(repo)
    elsewhere = branches_of_other_worktrees(repo)
    rewritten = rewrite.followers
    given_up = {source.oid for source, _ in rewrite.given_up} - rewritten.keys()
    updates = repo.config.get_bool("rebase.updateRefs", default=True)
    same_tree = _commits_with_same_tree(rewrite)

    def objection(tip: _Tip) -> str | None:
        for holds, reason in (
            (not tip.is_branch, "tags stay where they are"),
            (tip.ref in owned, "a rebase or bisect in progress will set it"),
            (tip.commit in given_up, "no new commit continues its commit"),
            (tip.commit not in rewritten, "it has commits of its own on top"),
            (repo.is_rebasing, "a rebase is in progress here"),
            (not updates, "rebase.updateRefs is false"),
        ):
            if holds:
                return reason
        if tip.ref in elsewhere and tip.commit not in same_tree:
            return f"it is checked out in {elsewhere[tip.ref]}"
        return None

    return objection


def _commits_with_same_tree(rewrite: Rewrite) -> frozenset[Oid]:
    """The old commits whose new commit has the same tree."""
    trees = {written.oid: written.tree for written in rewrite.commits}
    had = {source.oid: source.raw.tree for source in rewrite.sources}
    return frozenset(
        old for old, new in rewrite.followers.items() if trees.get(new) == had[old]
    )


_TIP_FORMAT = "%(refname)%00%(objectname)%00%(committerdate:unix)%00%(symref)"
_TAG_FORMAT = "%00%(*objectname)%00%(*committerdate:unix)"


def _tips(repo: Repository) -> Iterator[_Tip]:
    """The branches and tags that point at a commit, but for symbolic refs.

    A symbolic branch follows its target without being moved.
    """
    refs = ("refs/heads", "refs/tags")
    done = repo.program.run(
        "for-each-ref", f"--format={_TIP_FORMAT}{_TAG_FORMAT}", *refs
    )
    for line in done.lines:
        ref, oid, date, symref, peeled, peeled_date = line.split("\0")
        seconds = date or peeled_date
        if seconds and not symref:
            yield _Tip(ref, Oid(peeled or oid), int(seconds))


def _tips_containing(
    repo: Repository, rewrite: Rewrite, tips: Sequence[_Tip]
) -> Iterator[_Tip]:
    """The tips that contain a rewritten commit (``git for-each-ref --contains``).

    Git is only asked for tips that aren't a day older than the oldest rewritten commit
    (clocks differ): for each it walks the history, which takes seconds for the tags of
    a long-lived project.
    """
    rewritten = {*rewrite.followers, *(source.oid for source, _ in rewrite.given_up)}
    first = [
        source
        for source in rewrite.sources
        if source.oid in rewritten and rewritten.isdisjoint(source.raw.parents)
    ]
    oldest = min(source.raw.committer.seconds for source in first)
    refs = [tip.ref for tip in tips if tip.date >= oldest - 86_400]
    if not refs:
        return
    patterns = patterns_for(refs, ("refs/heads", "refs/tags"))
    listed = ("--no-replace-objects", "for-each-ref", "--format=%(refname)")
    found: set[str] = set()
    for contains in batches(f"--contains={source.oid}" for source in first):
        done = repo.program.run(*listed, *contains, *patterns)
        found.update(done.lines)
    yield from (tip for tip in tips if tip.ref in found)


def values_of(repo: Repository, refs: Iterable[str]) -> Mapping[str, Oid]:
    """The objects that these refs point at now.

    A ref that doesn't exist is left out.
    """
    wanted = set(refs)
    values: dict[str, Oid] = {}
    if "HEAD" in wanted:
        done = repo.program.run("rev-parse", "-q", "--verify", "HEAD", check=False)
        if lines := done.lines:
            values["HEAD"] = Oid(lines[0])
    if named := sorted(wanted - {"HEAD"}):
        fields = "--format=%(objectname) %(refname)"
        patterns = patterns_for(named, ("refs",))
        done = repo.program.run("for-each-ref", fields, *patterns)
        rows = (line.split(" ", 1) for line in done.lines)
        values |= {ref: Oid(oid) for oid, ref in rows if ref in wanted}
    return values


def move(  # noqa: PLR0913 -- one transaction has these, and callers name them
    repo: Repository,
    updates: Sequence[RefUpdate],
    message: bytes,
    *,
    expected_head: str | None,
    started: Callable[[int], None] | None = None,
    before_commit: Callable[[], None] | None = None,
    orig_head: Oid | None = None,
) -> None:
    """Move all the refs in one transaction (git-update-ref(1)), or none.

    ``message`` goes into the reflogs. ``expected_head`` is the ref that HEAD has to
    name, None for a detached one; that is checked under HEAD's lock. ``started`` is
    told the process id of git before anything is locked; ``before_commit`` runs when
    everything is locked and can stop the move by raising. ``orig_head`` is what
    ``ORIG_HEAD`` is set to afterwards, if git allows that.

    Raises RefMoved where a ref isn't at its old value or HEAD names another ref, and
    WriteFailed where git refuses for a reason of its own.
    """
    with _start_transaction(repo, message) as talk:
        if started:
            started(talk.child.pid)
        talk.ask(b"start")
        for update in updates:
            talk.say(*_update_command(update))
        is_prepared = talk.ask(b"prepare")
        if (head := repo.head_ref()) != expected_head:
            talk.ask(b"abort")
            raise _head_moved_error(head, expected_head)
        if not is_prepared:
            raise _prepare_error(repo, updates, expected_head, talk)
        if before_commit:
            before_commit()
        if not talk.ask(b"commit"):
            raise _interruption_error(talk)
        if orig_head is not None and talk.ask(b"start"):
            talk.say(b"update ORIG_HEAD", orig_head.encode(), b"")
            _ = talk.ask(b"prepare") and talk.ask(b"commit")


@contextmanager
def _start_transaction(repo: Repository, message: bytes) -> "Iterator[_Transaction]":
    """Start ``git update-ref --stdin``; leaving the block closes its input.

    Without ``commit`` by then, git rolls the transaction back.
    """
    args = ("update-ref", "--stdin", "-z", "-m", message)
    child = repo.program.start(*args, env=durable_environment())
    assert child.stdin and child.stdout and child.stderr, "started with pipes"
    # A hook may say more than a pipe holds before git answers. Git's input is closed
    # before anything waits for git, which waits for that.
    with child.stdout, child.stderr, child.stdin:
        words = _Drain(child.stderr)
        talk = _Transaction(child, child.stdin, child.stdout, words)
        try:
            yield talk
        except GitsplitError as error:
            if talk.signal():
                raise _interruption_error(talk) from error
            raise
        finally:
            talk.last_words()
            child.wait()


class _Drain:
    """All that a pipe holds, read in a thread as it comes."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._parts: list[bytes] = []
        self._thread = Thread(target=self._read, args=(pipe,), daemon=True)
        self._thread.start()

    def _read(self, pipe: IO[bytes]) -> None:
        with suppress(ValueError):  # an interruption may close it before it is read
            self._parts.append(pipe.read())

    def content(self) -> bytes:
        """What has come, once the pipe is closed at its other end."""
        self._thread.join()
        return b"".join(self._parts)


def _update_command(update: RefUpdate) -> Iterator[bytes]:
    """The ``update`` command of ``update-ref --stdin -z`` for one ref.

    A detached HEAD isn't followed to a branch that is checked out in the meantime.
    """
    if update.ref == "HEAD":
        yield b"option no-deref"
    yield b"update " + os.fsencode(update.ref)
    yield update.new.encode()
    yield update.old.encode()


class _Transaction(Struct, frozen=True):
    """A running ``git update-ref --stdin -z``.

    Only its answers count: the exit status is 0 as well where the input ends early.
    """

    child: subprocess.Popen[bytes]
    questions: IO[bytes]
    answers: IO[bytes]
    words: _Drain

    def say(self, *fields: bytes) -> None:
        """Write these fields, unless git has ended."""
        with suppress(BrokenPipeError):  # its last words say why
            self.questions.write(b"".join(field + b"\0" for field in fields))
            self.questions.flush()

    def ask(self, command: bytes) -> bool:
        """Write the command; whether git answers that it went well."""
        self.say(command)
        return self.answers.readline() == command + b": ok\n"

    def last_words(self) -> str:
        """Close the input; what git or a hook has written to standard error."""
        with suppress(BrokenPipeError):
            self.questions.close()
        return output_in_one_line(self.words.content())

    def signal(self) -> str:
        """Close the input; the signal that ended git, in words, empty for none."""
        self.last_words()
        return fatal_signal(self.child.wait())

    def reason(self) -> str:
        """Close the input; why git has failed."""
        return self.last_words() or self.signal() or "no reason given"


def _prepare_error(
    repo: Repository,
    updates: Sequence[RefUpdate],
    head: str | None,
    talk: _Transaction,
) -> GitsplitError:
    """The error for updates that git couldn't prepare; HEAD names the ref ``head``."""
    talk.last_words()
    now = values_of(repo, (update.ref for update in updates))
    for update in updates:
        if (there := now.get(update.ref, NO_OBJECT)) != update.old:
            return _ref_moved_error(update, there)
    for lock in ref_locks(repo, updates, head):
        if lock.exists():
            return WriteFailed(
                f"Another git process is using this repository: {lock} exists.",
                hint="Wait for it; if none is running, delete that file and try again.",
            )
    return WriteFailed(
        f"git could not update the refs: {talk.reason()}",
        hint="Is the disk full, or the repository read-only?",
    )


def ref_locks(
    repo: Repository, updates: Iterable[RefUpdate], head: str | None
) -> Iterator[Path]:
    """The lock files that git holds when it has prepared these updates.

    Of both ref storages: those of the other one don't exist. With the branch ``head``,
    which HEAD names, git locks HEAD itself, for its reflog; with a ref that is deleted,
    the packed refs, for it may be among them.
    """
    updates = tuple(updates)
    refs = {update.ref for update in updates}
    moves_head = head in refs or "HEAD" in refs
    for ref in sorted(refs - {"HEAD"}):
        yield repo.common_dir / f"{ref}.lock"
    if moves_head:
        yield repo.git_dir / "HEAD.lock"
    if any(update.new == NO_OBJECT for update in updates):
        yield repo.common_dir / PACKED_LOCK
    for place in (repo.git_dir,) * moves_head + (repo.common_dir,) * (refs != {"HEAD"}):
        yield place / "reftable" / "tables.list.lock"


def _ref_moved_error(update: RefUpdate, now: Oid) -> RefMoved:
    place = "is gone" if now == NO_OBJECT else f"is at {now[:12]}"
    what = f"and no longer at {update.old[:12]}: it was moved"
    if update.old == NO_OBJECT:
        what = "now: it was made"
    return RefMoved(
        f"{with_capital(short_name(update.ref))} {place} {what} while gitsplit was"
        " working.",
        hint="Start again from what is there now.",
    )


def _head_moved_error(now: str | None, expected: str | None) -> RefMoved:
    def place(ref: str | None) -> str:
        return f"on {short_name(ref)}" if ref else "detached"

    return RefMoved(
        f"HEAD is {place(now)} now, but was {place(expected)}: it was switched while "
        "gitsplit was working.",
        hint="Switch back and start again.",
    )


def _interruption_error(talk: _Transaction) -> WriteFailed:
    words = talk.reason()
    kind = GitKilled if talk.signal() else WriteFailed
    return kind(
        f"git was interrupted while updating refs: {words}",
        hint="Run gitsplit again: it finishes the update or rolls it back.",
        state="Some refs may have moved and others not.",
    )
