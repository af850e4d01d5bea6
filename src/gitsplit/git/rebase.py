"""A rebase of git's that has a todo list of gitsplit's: begun, continued, aborted.

What git would stop for is left to the user in git's own way: ``git status`` tells them
what they know, and git alone can finish or abort it. Nothing here knows plans.
"""

import os
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gitsplit.core.message import subject_of
from gitsplit.core.objects import Oid, RawCommit
from gitsplit.core.shown import shown
from gitsplit.errors import GitFailed, GitTooOld, Interrupted, Signalled, WriteFailed
from gitsplit.git.own_files import own_directory
from gitsplit.git.program import failure
from gitsplit.git.repository import Repository

KEPT = "gitsplit-kept"
"""The label of the last commit; what is picked after it goes to the files only."""

_START = (
    *("-c", "rebase.missingCommitsCheck=ignore", "-c", "rebase.updateRefs=false"),
    *("-c", "rebase.rebaseMerges=false"),
    *("rebase", "-i", "--no-autosquash", "--no-fork-point", "--autostash"),
)
_UPDATES_REFS = (2, 38)
"""The first git that has ``update-ref`` in its todo list."""

_KEEP_DROPPED = f"""\
# Written by gitsplit, and run by git at the end of a rebase: the lines that were
# dropped from the commits go back into the files, not staged. They are given to git as
# its autostash, which it applies when it is done, because git doesn't end a rebase
# while there are changes. Changes that git has put aside itself come with them.
stash=$(git rev-parse --git-path rebase-merge/autostash)
if test -f "$stash"
then
    aside=$(cat "$stash")
    git stash apply -q "$aside" || {{
        git reset -q --hard
        git stash store -m autostash "$aside"
        echo "Your changes conflict with what was dropped; see: git stash list" >&2
    }}
fi
git reset -q refs/rewritten/{KEPT}
kept=$(git stash create)
git reset -q --hard
if test -n "$kept"
then
    echo "$kept" >"$stash"
else
    rm -f "$stash"
fi
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A commit in git's todo list, and the branches that point there afterwards.

    A ``fixup`` goes into the commit before, which keeps its message.
    """

    command: Literal["pick", "fixup"]
    commit: Oid
    subject: bytes = b""
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a rebase has stopped: at which commit, for which unmerged paths.

    ``done`` and ``left`` count the commands of the todo list.
    """

    commit: Oid | None
    subject: bytes
    paths: tuple[bytes, ...]
    done: int
    left: int


def start(
    repo: Repository,
    base: Oid | None,
    lines: Sequence[Line],
    dropped: Sequence[Line] = (),
    options: Sequence[str] = (),
) -> None:
    """Git has carried out these lines on ``base`` as far as it could.

    ``base`` is None where the series begins at a root. HEAD is at the original tip: it
    is what an abort gives back. What the ``dropped`` commits do ends in the files, not
    staged. ``options`` are more of ``git rebase``'s.

    Raises GitTooOld where a branch is to follow and git can't do that, and GitFailed
    where git doesn't begin; nothing has changed then.
    """
    _refuse_old_git(repo, lines)
    onto = ("--root",) if base is None else ("--onto", base, base)
    args = (*_START, *options, *onto)
    todo = _write(repo, "todo", b"".join(_todo(repo, lines, dropped)))
    if dropped:
        _write(repo, "keep-dropped", _KEEP_DROPPED.encode())
    env = {"GIT_SEQUENCE_EDITOR": f"cp {shlex.quote(str(todo))}"}
    try:
        done = repo.program.run(*args, env=env, check=False, terminal=True)
    except BaseException:
        _take_back(repo)
        raise
    finally:
        todo.unlink(missing_ok=True)
    if is_under_way(repo) and not (_state(repo) / "done").exists():
        # Git couldn't read the list; it waits for somebody to mend it.
        _take_back(repo)
        raise failure(("rebase",), done)
    if done.status and not is_under_way(repo):
        raise failure(("rebase",), done)


def _take_back(repo: Repository) -> None:
    if is_under_way(repo):
        repo.program.run("rebase", "--abort", check=False)


def _write(repo: Repository, name: str, content: bytes) -> Path:
    try:
        path = own_directory(repo) / name
        path.write_bytes(content)
    except OSError as error:
        raise WriteFailed(
            f"gitsplit can't write what git is to do: {error}.",
            hint="Is the disk full, or the repository read-only?",
        ) from error
    return path


def _todo(
    repo: Repository, lines: Iterable[Line], dropped: Sequence[Line]
) -> Iterator[bytes]:
    """The lines of the todo list (``git-rebase(1)``)."""
    for line in lines:
        yield _line(line)
        for ref in line.refs:
            yield b"update-ref " + os.fsencode(ref) + b"\n"
    if dropped:
        yield f"label {KEPT}\n".encode()
        yield from map(_line, dropped)
        script = repo.git_dir / "gitsplit" / "keep-dropped"
        yield b"exec sh " + os.fsencode(shlex.quote(str(script))) + b"\n"


def _line(line: Line) -> bytes:
    return f"{line.command} {line.commit} {shown(line.subject)}\n".encode()


def _refuse_old_git(repo: Repository, lines: Iterable[Line]) -> None:
    named = next((ref for line in lines for ref in line.refs), None)
    if named is None or _version(repo) >= _UPDATES_REFS:
        return
    raise GitTooOld(
        f"{named.removeprefix('refs/heads/')} points at a commit of the series, and to"
        " have git's rebase take it along needs git 2.38.",
        hint="Install a newer git, or delete that branch for now.",
    )


def _version(repo: Repository) -> tuple[int, ...]:
    said = repo.program.run("version").stdout
    found = re.search(rb"(\d+)\.(\d+)", said)
    assert found, "git tells its version"
    return int(found[1]), int(found[2])


def is_under_way(repo: Repository) -> bool:
    """Whether a rebase of commits, not of mails, is under way in this worktree."""
    return _state(repo).is_dir()


def origin(repo: Repository) -> tuple[str | None, Oid] | None:
    """The ref and the tip to which an abort would go back; None without a rebase.

    The ref is None where HEAD was detached.
    """
    state = _state(repo)
    try:
        name = os.fsdecode((state / "head-name").read_bytes().removesuffix(b"\n"))
        tip = (state / "orig-head").read_text("ascii", "replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return (name if name.startswith("refs/") else None), Oid(tip)


def stop(repo: Repository) -> Stop:
    """Where the rebase under way has stopped."""
    commit = _stopped_at(repo)
    subject = b""
    if commit is not None:
        subject = subject_of(RawCommit.parse(repo.read_object(commit)[1]).message)
    unmerged = ("diff", "--name-only", "--diff-filter=U", "-z")
    paths = repo.program.run(*unmerged).stdout.split(b"\0")[:-1]
    lists = (_state(repo) / name for name in ("done", "git-rebase-todo"))
    done, left = map(_commands, lists)
    return Stop(commit, subject, tuple(paths), done, left)


def _stopped_at(repo: Repository) -> Oid | None:
    try:
        name = (_state(repo) / "stopped-sha").read_text("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    return repo.resolve(name)


def _commands(todo: Path) -> int:
    """The number of commands in the todo list."""
    try:
        rows = todo.read_bytes().splitlines()
    except FileNotFoundError:
        return 0
    return sum(bool(row.strip()) and not row.startswith(b"#") for row in rows)


def carry_on(repo: Repository) -> None:
    """Git has gone on with the rebase as far as it could.

    The terminal is git's, and an editor's that it starts. Raises GitFailed where git
    has given up and no rebase is under way any more, and Interrupted by a signal.
    """
    status = _attached(repo, "--continue")
    if status and not is_under_way(repo):
        raise GitFailed("git rebase failed.", hint="See what git says to: git status")


def abort(repo: Repository) -> None:
    """Branches, index and files are as they were before the rebase.

    Raises GitFailed where git can't do that, and Interrupted by a signal.
    """
    if _attached(repo, "--abort") or is_under_way(repo):
        raise GitFailed(
            "git rebase couldn't be aborted.",
            hint="See what git says to: git status",
            state="The rebase is still under way.",
        )


def _attached(repo: Repository, doing: str) -> int:
    """The exit status of git, which is told to end where gitsplit is."""
    try:
        return repo.program.attached("rebase", doing)
    except Signalled as stop:
        raise Interrupted(
            "git rebase was interrupted.",
            hint="See where it is with: git status",
            state="The rebase is still under way." if is_under_way(repo) else "",
        ) from stop


def tidy(repo: Repository) -> None:
    """What a rebase needed of gitsplit's files, and none under way needs, is gone."""
    script = repo.git_dir / "gitsplit" / "keep-dropped"
    if script.exists() and not is_under_way(repo):
        script.unlink()


def _state(repo: Repository) -> Path:
    return repo.git_dir / "rebase-merge"
