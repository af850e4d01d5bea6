"""Runs ``git rebase`` with a todo list of gitsplit's: start, continue, abort.

A conflict is left to the user in git's own way: ``git status`` tells what it always
does, and git alone could finish or abort the rebase. Must not know plans.

Git applies its autostash at the regular end of a rebase, and only there: killed before,
it leaves the stash commit's id in a file, which no command of git's applies. Here it is
applied wherever a kill has left git, and that can be tried again.
"""

import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from msgspec import Struct

from gitsplit.errors import (
    GitFailed,
    GitKilled,
    GitsplitError,
    GitTooOld,
    Interrupted,
)
from gitsplit.git import rebase_process
from gitsplit.git.program import Completed, failure
from gitsplit.git.rebase_process import KEEP_DROPPED, TODO
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import (
    ensure_directory,
    read_git_file,
    report_write_failure,
    write_file,
)
from gitsplit.git.trees import NewObjects, PathPair, changed_paths
from gitsplit.git.worktree import (
    TwoTreeMerge,
    differing_paths,
    restore_files,
    update_index,
)
from gitsplit.model.escape import printable
from gitsplit.model.message import subject_of
from gitsplit.model.objects import Oid, TreeEntry

KEPT = "gitsplit-kept"
"""The label of the last commit; what is picked after it goes to the files only."""

_START = (
    *("-c", "rebase.missingCommitsCheck=ignore", "-c", "rebase.updateRefs=false"),
    *("-c", "rebase.rebaseMerges=false", "-c", "rebase.rescheduleFailedExec=true"),
    *("rebase", "-i", "--no-autosquash", "--no-fork-point", "--autostash"),
)
_UPDATES_REFS = (2, 38)
"""The first git that has ``update-ref`` in its todo list."""

_KEEP_DROPPED = f"""\
# Written by gitsplit, and run by git at the end of a rebase: the lines that were
# left out of the commits go back into the files, not staged. They are given to git as
# its autostash, which it applies when it is done, because git doesn't end a rebase
# while there are changes. Changes that git has stashed itself come along.
#
# What is in the files is saved before they are reset, and each file here is written
# beside and renamed: killed anywhere, this can be run again.
state=$(git rev-parse --git-path rebase-merge) || exit
write() {{
    cat >"$1.new" && mv "$1.new" "$1"
}}
is_as() {{
    test "$(git hash-object -- "$2")" = "$(git rev-parse "$1:$2")"
}}
if test "$1" = new-files-again
then
    aside=$2 && shift 2
    for file
    do
        ! is_as "$aside" "$file" || rm -f -- "$file"
    done
    exit
fi
if ! test -f "$state/gitsplit-saved"
then
    aside=
    ! test -s "$state/autostash" || aside=$(cat "$state/autostash")
    if test -f "$state/gitsplit-from"
    then
        from=$(cat "$state/gitsplit-from")
        git reset -q --hard "$from" || exit
        # New files that were stashed are in the way if they are back already.
        test -z "$aside" || git diff -z --name-only --diff-filter=A "$from" "$aside" |
            xargs -0 sh "$0" new-files-again "$aside" || exit
    else
        git rev-parse HEAD | write "$state/gitsplit-from" || exit
    fi
    if test -n "$aside"
    then
        git stash apply -q "$aside" || {{
            git reset -q --hard && git stash store -m autostash "$aside" || exit
            echo "Your changes conflict with what was left out; see: git stash list" >&2
            aside=
        }}
    fi
    git reset -q refs/rewritten/{KEPT} || exit
    # New files that were staged stay so, as with git's own autostash.
    test -z "$aside" ||
        git diff -z --name-only --no-renames --diff-filter=A "$aside^1" "$aside^2" |
        xargs -0 sh -c 'test $# = 0 || git --literal-pathspecs add -f -- "$@"' sh ||
        exit
    saved=$(git stash create) || exit
    echo "$saved" | write "$state/gitsplit-saved" || exit
fi
if test -n "$(cat "$state/gitsplit-saved")"
then
    write "$state/autostash" <"$state/gitsplit-saved" || exit
else
    rm -f "$state/autostash"
fi
git reset -q --hard
"""


class TodoLine(Struct, frozen=True):
    """A line of git's todo list, and the branches to point at its commit afterwards.

    A ``fixup`` goes into the commit before, which keeps its message. ``onto`` is no
    command but the base, whose branches come first.
    """

    command: Literal["pick", "fixup", "onto"]
    commit: Oid
    subject: bytes = b""
    refs: tuple[str, ...] = ()


class Stop(Struct, frozen=True):
    """Where a rebase has stopped: at which commit, for which unmerged paths.

    ``done`` and ``left`` count the commands of the todo list.
    """

    commit: Oid | None
    subject: bytes
    paths: tuple[bytes, ...]
    done: int
    left: int


def start_rebase(
    repo: Repository,
    base: Oid | None,
    lines: Sequence[TodoLine],
    dropped: Sequence[TodoLine] = (),
    options: Sequence[str] = (),
) -> None:
    """Start ``git rebase`` with this todo list on ``base``, up to its first stop.

    ``base`` is None where the series begins at a root. HEAD has to be at the original
    tip, which an abort goes back to. The changes of ``dropped`` commits end in the
    files, unstaged. ``options`` are more of ``git rebase``'s. If gitsplit is killed,
    git goes on.

    Raises GitTooOld where a branch is to follow and git can't do that, and GitFailed or
    GitKilled where git doesn't start; nothing has changed then.
    """
    _refuse_old_git(repo, lines)
    onto = ("--root",) if base is None else ("--onto", base, base)
    staged = write_index_tree(repo)
    with rebase_process.keep_note(repo, "start") as started:
        try:
            todo = _write_own_file(
                repo, TODO, b"".join(_todo_list(repo, lines, dropped))
            )
            if dropped:
                _write_own_file(repo, KEEP_DROPPED, _KEEP_DROPPED.encode())
            _run_start(repo, (*_START, *options, *onto), todo, started)
        except BaseException as error:
            named = tuple(ref for line in lines for ref in line.refs)
            rebase_process.remove_stale_rebase_locks(repo, named)
            told = roll_back(repo, started)
            restage(repo, staged)
            rebase_process.remove_note(repo)
            if told and isinstance(error, GitsplitError):
                error.state = told
            raise


def _run_start(
    repo: Repository, args: Sequence[str], todo: Path, started: Callable[[int], None]
) -> None:
    """Run ``git rebase -i`` with a sequence editor that copies the todo list."""
    env = {"GIT_SEQUENCE_EDITOR": f"cp {shlex.quote(str(todo))}"}
    done = repo.program.run_outliving(*args, env=env, started=started)
    if done.status < 0:
        raise GitKilled(
            "git was killed while it started the rebase.", hint="Try again."
        )
    # Without this file, git couldn't read the list and waits for somebody to fix it.
    has_begun = repo.is_rebasing and (repo.rebase_dir / "done").exists()
    if (done.status or repo.is_rebasing) and not has_begun:
        raise failure(("rebase",), done)


def _write_own_file(repo: Repository, name: str, content: bytes) -> Path:
    """Write one of gitsplit's files for the rebase; its path."""
    with report_write_failure("gitsplit can't write the todo list"):
        path = ensure_directory(repo) / name
        write_file(repo, path, content)
    return path


def _todo_list(
    repo: Repository, lines: Iterable[TodoLine], dropped: Sequence[TodoLine]
) -> Iterator[bytes]:
    """The lines of the todo list (``git-rebase(1)``)."""
    for line in lines:
        if line.command != "onto":
            yield _todo_line(line)
        for ref in line.refs:
            yield b"update-ref " + os.fsencode(ref) + b"\n"
    if dropped:
        yield f"label {KEPT}\n".encode()
        yield from map(_todo_line, dropped)
        script = repo.own_dir / KEEP_DROPPED
        yield b"exec sh " + os.fsencode(shlex.quote(str(script))) + b"\n"


def _todo_line(line: TodoLine) -> bytes:
    return f"{line.command} {line.commit} {printable(line.subject)}\n".encode()


def _refuse_old_git(repo: Repository, lines: Iterable[TodoLine]) -> None:
    """Raise GitTooOld where git has no ``update-ref`` command and branches follow."""
    named = next((ref for line in lines for ref in line.refs), None)
    if named is None or _git_version(repo) >= _UPDATES_REFS:
        return
    raise GitTooOld(
        f"{named.removeprefix('refs/heads/')} points at a commit of the series, and"
        " moving it along with git's rebase needs git 2.38.",
        hint="Install a newer git, or delete that branch for now.",
    )


def _git_version(repo: Repository) -> tuple[int, ...]:
    said = repo.program.run("version").stdout
    found = re.search(rb"(\d+)\.(\d+)", said)
    assert found, "git tells its version"
    return int(found[1]), int(found[2])


def starting_point(repo: Repository) -> tuple[str | None, Oid] | None:
    """The ref and tip that an abort goes back to; None where there is no rebase.

    The ref is None where HEAD was detached.
    """
    state = repo.rebase_dir
    head, tip = (read_git_file(state / name) for name in ("head-name", "orig-head"))
    if head is None or tip is None:
        return None
    name = os.fsdecode(head.removesuffix(b"\n"))
    oid = Oid(tip.decode("ascii", "replace").strip())
    return (name if name.startswith("refs/") else None), oid


def current_stop(repo: Repository) -> Stop:
    """Where the rebase in progress has stopped, as far as git's files tell."""
    commit, subject = None, b""
    paths: list[bytes] = []
    with suppress(GitsplitError):
        name = read_git_file(repo.rebase_dir / "stopped-sha") or b""
        named = repo.resolve(name.decode("ascii", "replace").strip())
        subject = subject_of(repo.read_commit(named).message)
        commit = named
    with suppress(GitsplitError):
        unmerged = ("diff", "--name-only", "--diff-filter=U", "-z")
        paths = repo.program.run(*unmerged).stdout.split(b"\0")[:-1]
    lists = (repo.rebase_dir / name for name in ("done", "git-rebase-todo"))
    done, left = (len(commands_in(todo)) for todo in lists)
    return Stop(commit, subject, tuple(paths), done, left)


def commands_in(todo: Path) -> list[bytes]:
    """Read the commands of a todo list, without comments."""
    rows = (read_git_file(todo) or b"").split(b"\n")
    return [row for row in rows if row.strip() and not row.startswith(b"#")]


def has_stopped(repo: Repository) -> bool:
    """Whether git has stopped at a conflict, not been killed on its way.

    Git writes the later of these files last of all.
    """
    return all((repo.rebase_dir / name).exists() for name in ("stopped-sha", "message"))


def continue_rebase(repo: Repository, *, edits: bool = True) -> None:
    """Run ``git rebase --continue``, up to the next stop or the end.

    The terminal is git's, and an editor's that it starts; without ``edits`` messages
    stay as they are, unless GIT_EDITOR says who edits them. Raises GitFailed where git
    has given up and no rebase is in progress any more, GitKilled, and Interrupted by a
    signal.
    """
    with _interruptible(repo), rebase_process.keep_note(repo, "continue") as started:
        keeps = () if edits else ("-c", "core.editor=true")
        command = (*keeps, "rebase", "--continue")
        status = repo.program.run_attached(*command, started=started)
        if status < 0:
            head, _ = starting_point(repo) or (None, None)
            rebase_process.remove_stale_rebase_locks(repo, (head,) if head else ())
            raise GitKilled(
                "git was killed while it continued the rebase.",
                hint="Continue with: gitsplit --continue",
                state="The rebase is in progress.",
            )
    if status and not repo.is_rebasing:
        raise GitFailed("git rebase failed.", hint="Check with: git status")


def abort_rebase(repo: Repository) -> str:
    """Run ``git rebase --abort``: branches, index and files as before the rebase.

    Says so where uncommitted changes are only in a stash. Raises GitFailed where git
    can't do that, GitKilled, and Interrupted by Ctrl-C or a signal.
    """
    with _interruptible(repo), rebase_process.keep_note(repo, "abort") as started:
        return roll_back(repo, started)


def roll_back(
    repo: Repository, started: Callable[[int], None] = lambda _pid: None
) -> str:
    """Abort the rebase, even where it, or an earlier abort, was interrupted.

    Returns the clause of :func:`restore_autostash`.
    """
    claim_autostash(repo)
    if _has_origin(repo):
        done = repo.program.run_outliving("rebase", "--abort", started=started)
        if done.status or repo.is_rebasing:
            raise _abort_error(done)
    elif repo.is_rebasing:
        # Git hasn't come to moving HEAD yet; or it has, back, and tidied up half.
        shutil.rmtree(repo.rebase_dir)
    return restore_autostash(repo)


def _has_origin(repo: Repository) -> bool:
    """Whether git has noted where to go back to on an abort."""
    names = ("head-name", "onto", "orig-head")
    return all((read_git_file(repo.rebase_dir / n) or b"").strip() for n in names)


def _abort_error(done: Completed) -> GitsplitError:
    state = "The rebase is still in progress."
    if done.status < 0:
        hint = "Abort it again with: gitsplit --abort"
        return GitKilled(
            "git was killed while it aborted the rebase.", hint=hint, state=state
        )
    told = f": {done.complaint}" if done.complaint else ""
    return GitFailed(
        f"git rebase could not be aborted{told}.",
        hint="Check with: git status",
        state=state,
    )


@contextmanager
def _interruptible(repo: Repository) -> Iterator[None]:
    """Raise Interrupted where Ctrl-C or a signal comes in the ``with`` block."""
    try:
        yield
    except KeyboardInterrupt as stop:
        raise Interrupted(
            "git rebase was interrupted.",
            hint="Check with: git status",
            state="The rebase is still in progress." if repo.is_rebasing else "",
        ) from stop


def remove_own_files(repo: Repository) -> None:
    """Remove gitsplit's files for a rebase, unless one in progress needs them."""
    if repo.is_rebasing or rebase_process.has_note(repo):
        return
    for file in rebase_process.files_for_rebase(repo):
        if file.exists():
            file.unlink()


def todo_file(repo: Repository) -> Path:
    """The file of the todo list that git was given."""
    return repo.own_dir / TODO


_IN_STASH = (
    "your uncommitted changes are the latest entry of `git stash list`, because the"
    " files have changed since"
)


class _Stash(Struct, frozen=True):
    """A commit of ``git stash create``: the trees of HEAD, index and files."""

    oid: Oid
    head: Oid
    index: Oid
    files: Oid


def claim_autostash(repo: Repository) -> None:
    """Take git's autostash away: :func:`restore_autostash` applies it, not git."""
    theirs = repo.rebase_dir / "autostash"
    if not (read_git_file(theirs) or b"").strip():
        return  # git was killed before it had reset any file
    state = "Your uncommitted changes are in the commit that it names."
    with report_write_failure(f"{theirs} can't be moved", state):
        ensure_directory(repo)
        theirs.replace(_claim_file(repo))


def restore_autostash(repo: Repository) -> str:
    """Apply the claimed autostash; a clause where it is only in ``git stash list``.

    Where HEAD's tree is the one from before, what was staged is staged again; else only
    new files are, as by ``git stash apply``. A file that is neither as HEAD has it nor
    as git was writing it was changed by the user since, and stays.

    Raises WriteFailed or GitFailed where it can't be done now; it is still claimed.
    """
    if not (oid := _autostash_oid(repo)):
        return ""
    stash = _read_stash(repo, Oid(oid))
    try:
        is_back = _restore_stash(repo, stash)
        if not is_back:
            store = ("stash", "store", "-q", "-m", "autostash", stash.oid)
            repo.program.run(*store)
    except GitsplitError as error:
        error.hint = "Run gitsplit again: it tries to restore them."
        error.state = (
            f"Not all of your uncommitted changes are restored: see {stash.oid}."
        )
        raise
    _claim_file(repo).unlink(missing_ok=True)
    return "" if is_back else _IN_STASH


def write_index_tree(repo: Repository) -> Oid | None:
    """Run ``git write-tree``; the index as a tree, None where it is unmerged."""
    made = repo.program.run("write-tree", check=False)
    return None if made.status else Oid(made.stdout.decode("ascii").strip())


def restage(repo: Repository, staged: Oid | None) -> None:
    """Stage again what was staged, where git has restored the files alone."""
    now = repo.read_commit(repo.head()).tree
    if staged is not None and staged != now:
        update_index(repo, [TwoTreeMerge(now, staged, files=False)])


def _restore_stash(repo: Repository, stash: _Stash) -> bool:
    """Apply the stash to files that nobody has changed since.

    False if not all is back.
    """
    objects = NewObjects(repo)
    pairs = changed_paths(objects, stash.files, stash.head)
    now = repo.read_commit(repo.head()).tree
    moved = changed_paths(objects, stash.head, now)
    if not pairs.keys().isdisjoint(moved):
        return _apply_stash(repo, stash)
    restore_files(repo, pairs)
    if _has_only_stash_staged(repo, pairs):
        repo.program.run("reset", "-q")
    if moved:
        _stage(repo, {path: e.before for path, e in pairs.items() if not e.after})
    elif not update_index(repo, [TwoTreeMerge(now, stash.index, files=False)]):
        return False
    return _is_fully_restored(repo, pairs)


def _has_only_stash_staged(repo: Repository, pairs: Mapping[bytes, PathPair]) -> bool:
    """Whether everything staged comes from the stash.

    ``git stash apply`` stages all before it unstages most of it.
    """
    listed = repo.program.run("diff-index", "--cached", "-z", "HEAD", "--").stdout
    fields = listed.split(b"\0")[:-1]
    found = zip(fields[::2], fields[1::2], strict=True)
    wanted = {path: e.before.oid if e.before else None for path, e in pairs.items()}
    new = ((path, row.split()[3].decode("ascii")) for row, path in found)
    return bool(fields) and all(
        path in wanted and (wanted[path] or "0" * 40) == oid for path, oid in new
    )


def _apply_stash(repo: Repository, stash: _Stash) -> bool:
    """Run ``git stash apply``; False where it conflicts or files are changed."""
    clean = repo.program.run("diff-index", "--quiet", "HEAD", "--", check=False)
    if clean.status:
        return False
    args = ("stash", "apply", "-q", stash.oid)
    if not repo.program.run(*args, check=False).status:
        return True
    repo.program.run("reset", "-q", "--hard")
    return False


def _stage(repo: Repository, entries: Mapping[bytes, TreeEntry | None]) -> None:
    """Stage these entries (``git update-index --index-info``)."""
    listing = b"".join(
        b"%o %s\t%s\0" % (entry.mode, entry.oid.encode("ascii"), path)
        for path, entry in entries.items()
        if entry
    )
    repo.program.run("update-index", "-z", "--index-info", stdin=listing)


def _is_fully_restored(repo: Repository, pairs: Mapping[bytes, PathPair]) -> bool:
    """Whether the files are as the stash has them."""
    wanted = {p: e.before for p, e in pairs.items() if e.before}
    return wanted.keys().isdisjoint(differing_paths(repo, wanted))


def _read_stash(repo: Repository, oid: Oid) -> _Stash:
    try:
        stash = repo.read_commit(oid)
        head, index = (repo.read_commit(parent).tree for parent in stash.parents[:2])
    except (GitFailed, ValueError) as error:
        raise GitFailed(
            f"The changes that git rebase has stashed, {oid}, can't be read.",
            hint=f"Look at them with: git show {oid}",
            state="They aren't in the files.",
        ) from error
    return _Stash(oid, head, index, stash.tree)


def _claim_file(repo: Repository) -> Path:
    return repo.own_dir / "autostash"


def _autostash_oid(repo: Repository) -> str:
    """The id of the claimed autostash's commit; empty where none is claimed."""
    return (read_git_file(_claim_file(repo)) or b"").decode("ascii", "replace").strip()
