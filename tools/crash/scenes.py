"""Repositories in which gitsplit is to be killed, and what may be found there after it.

Dates are fixed and there are no Change-Ids, so that a split has the same ids each time.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import PROJECT
from tests.repositories.splitting import (
    git_is_at_least,
    imported,
    two_pieces,
    worktree_of,
)
from tests.repository import Repository
from tests.runner import Json, group, lines, plan_for, split_entry, whole

ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_COMMITTER_DATE": "1800000000 +0000",
    "GIT_AUTHOR_DATE": "1800000000 +0000",
    "GIT_EDITOR": "true",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
}
OTHERS_LOCKS = ("config.lock", "refs/heads/other.lock", "refs/heads/main-2.lock")
"""Locks of others in the git directory, which nobody may take away."""

HAND_OVER = "hand over"

SPLIT = ("--yes", "--group-by", "file", "-c", "main~2")
COMMIT = ("-w", "--yes", "--group-by", "file")
STACK = (*SPLIT, "--branches", "b7-{n}/{slug}")
BRANCHES = tuple(f"b{number}" for number in range(8))

Mark = tuple[int, int, int] | None


@dataclass(frozen=True)
class RepositoryState:
    """All that counts in a repository, the same in each copy of it.

    ``rebase`` is what a rebase in progress has done, and what is to come.
    """

    refs: str
    status: str
    files: str
    rebase: str

    @classmethod
    def of(cls, repo: Repository) -> "RepositoryState":
        status = ("--no-optional-locks", "status", "--porcelain=v2")
        return cls(repo.refs(), repo.git(*status), worktree_of(repo), _rebase(repo))


def _rebase(repo: Repository) -> str:
    state = repo.path / ".git" / "rebase-merge"
    files = [state / name for name in ("done", "git-rebase-todo", "autostash")]
    texts = [file.read_text() for file in files if file.exists()]
    found = [text.replace(str(repo.path), "") for text in texts]
    lines = [line for text in found for line in text.splitlines()]
    return f"{state.is_dir()} {[line for line in lines if line[:1] != '#']}"


@dataclass(frozen=True)
class Scene:
    """A repository, the gitsplit that is killed in it, and its way back.

    ``watched`` are paths in the git directory that change while it runs, ``init`` are
    options of the ``git init`` that makes the repository. ``status`` is the exit status
    of a gitsplit that nobody kills. What ``goes_on`` may be left between old and new;
    the same gitsplit has to lead on from there. ``since`` is the first git that can do
    it. ``HAND_OVER`` stands for a screen in
    which a conflict is accepted.
    """

    name: str
    build: Callable[[Repository], None]
    args: Sequence[str]
    back: Sequence[str]
    watched: Sequence[str]
    init: Sequence[str] = ()
    status: int = 0
    goes_on: bool = False
    since: tuple[int, int] = (2, 34)

    @property
    def keeps_index(self) -> bool:
        """Whether the index stays as it is, byte for byte."""
        return "index" not in self.watched


def mark(repo: Repository, name: str) -> Mark:
    """Something that is another once the file in the git directory has changed."""
    try:
        found = (repo.path / ".git" / name).stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def locks_in(repo: Repository) -> set[str]:
    """The lock and keep files in the git directory.

    While a rebase is in progress, its pack is kept by right.
    """
    git = repo.path / ".git"
    is_rebasing = (git / "rebase-merge").is_dir()
    suffixes = (".lock",) if is_rebasing else (".lock", ".keep")
    everything = (p for p in git.rglob("*") if p.suffix in suffixes)
    return {str(path.relative_to(git)) for path in everything}


def seal(home: Path) -> None:
    """No configuration but the one that is needed, for this process and its own."""
    home.mkdir()
    # A maintenance that goes on in the background would meet the end of its repository.
    (home / ".gitconfig").write_text(
        "[user]\n\tname = C\n\temail = c@example.com\n[maintenance]\n\tauto = false\n"
    )
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]
    os.environ.update(ENVIRONMENT, HOME=str(home), XDG_CONFIG_HOME=str(home))


def _branches(repo: Repository) -> None:
    """Many branches in the range, and a worktree with changes of every sort."""
    two_pieces(repo)
    for number, name in enumerate(BRANCHES):
        repo.git("branch", name, f"HEAD~{number % 3}")
    repo.git("pack-refs", "--all")
    repo.git("branch", "-f", "b1", "HEAD~1")
    repo.write({"d/a": b"staged\n", "c": b"unstaged\n", "untracked": b"u\n"})
    repo.git("add", "d/a")
    _lock_for_others(repo)


def _pack_and_detach(repo: Repository) -> None:
    two_pieces(repo)
    repo.git("config", "transfer.unpackLimit", "1")
    repo.git("checkout", "-q", "--detach")
    _lock_for_others(repo)


def _add_nothing(repo: Repository) -> None:
    two_pieces(repo)
    repo.git("branch", "b0", "HEAD~1")
    _lock_for_others(repo)


def _with_uncommitted_work(repo: Repository) -> None:
    """HEAD, index and files differ: staged in part, whole, not at all, or meant."""
    two_pieces(repo)
    repo.git("branch", "b0")
    repo.write({"d/a": b"staged\n", "new": b"1\n"})
    repo.git("add", "d/a", "new")
    repo.write({"d/a": b"staged\nnot\n", "c": b"2\n", "meant": b"1\n"})
    repo.git("add", "-N", "meant")
    repo.write({"untracked": b"u\n"})
    _lock_for_others(repo)


def _already_committed(repo: Repository) -> None:
    _with_uncommitted_work(repo)
    _run_to_end(repo, COMMIT)


def _lock_for_others(repo: Repository) -> None:
    for lock in (repo.path / ".git" / name for name in OTHERS_LOCKS):
        if lock.parent.is_dir():  # with refs in tables there is no refs/heads/
            lock.touch()


def _already_stacked(repo: Repository) -> None:
    """The branch to be deleted is among the packed refs."""
    _branches(repo)
    _run_to_end(repo, STACK)
    repo.git("pack-refs", "--all")


def _already_split(repo: Repository) -> None:
    _branches(repo)
    _run_to_end(repo, SPLIT)


def _with_a_plan_that_drops(repo: Repository) -> None:
    """What was done to ``d/a`` is to be dropped; the commits above don't touch it."""
    two_pieces(repo)
    repo.git("branch", "b0")
    repo.write({"c": b"unstaged\n", "untracked": b"u\n", "new": b"staged\n"})
    repo.git("add", "new")
    entry = split_entry(repo, "HEAD~2", group("kept\n", whole("e/b"), owner=True))
    plan: Json = plan_for(repo, "HEAD~3", {**entry, "dropped": [whole("d/a")]})
    (repo.path / ".git" / "my-plan").write_text(json.dumps(plan))
    _lock_for_others(repo)


def _already_dropped(repo: Repository) -> None:
    _with_a_plan_that_drops(repo)
    _run_to_end(repo, _drop("discard"))


def _drop(where: str) -> tuple[str, ...]:
    return ("--yes", "--plan", ".git/my-plan", "--drop-to", where)


def _run_to_end(repo: Repository, args: Sequence[str]) -> None:
    from tests.runner import gitsplit

    ran = gitsplit(repo.path, *args)
    assert ran.status == 0, ran.err


_LINES = [b"%d\n" % number for number in range(1, 41)]


def _numbered_lines(**named: bytes) -> bytes:
    """The numbers from 1 to 40, some of them other words: ``l5=b"five"``."""
    words = {int(name[1:]): word + b"\n" for name, word in named.items()}
    return b"".join(words.get(n, line) for n, line in enumerate(_LINES, 1))


def _with_a_conflict(repo: Repository) -> None:
    """What is to be dropped from the second commit, the third needs.

    A branch is in the range. One file is dirty, one is staged and dirty, one is new.
    """
    before = {b"f": _numbered_lines(), b"d/a": b"1\n", b"c": b"c\n", b"e": b"e\n"}
    tangled = _numbered_lines(l5=b"five", l18=b"eighteen")
    above = _numbered_lines(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    top = _numbered_lines(l5=b"FIVE", l18=b"eighteen", l30=b"thirty", l38=b"many")
    commits = [
        (b"base\n", before),
        (b"tangled\n", {b"f": tangled, b"d/a": b"2\n"}),
        (b"above\n", {b"f": above}),
        (b"top\n", {b"f": top, b"g": b"top\n"}),
        (b"last\n", {b"h": b"last\n"}),
    ]
    imported(repo, commits)
    repo.git("branch", "b0", "HEAD~1")
    dropped = [lines("f", [(5, 5)], [(5, 5)]), whole("d/a")]
    entry = split_entry(repo, "HEAD~3", group("kept\n", owner=True))
    plan: Json = plan_for(repo, "HEAD~4", {**entry, "dropped": dropped})
    (repo.path / ".git" / "my-plan").write_text(json.dumps(plan))
    repo.write({"e": b"staged\n", "new": b"new\n"})
    repo.git("add", "e", "new")
    repo.write({"c": b"dirty\n", "e": b"staged, dirty\n", "untracked": b"u\n"})
    _lock_for_others(repo)


def _stop_at_conflict(repo: Repository) -> None:
    _with_a_conflict(repo)
    _hand_over(repo, "discard")


def _hand_over(repo: Repository, drop_to: str) -> None:
    command = (sys.executable, "-m", "tests.repositories.handing", drop_to)
    path = os.pathsep.join([str(PROJECT), *filter(None, [os.getenv("PYTHONPATH")])])
    env = {**os.environ, "PYTHONPATH": path}
    ran = subprocess.run(
        command, cwd=repo.path, env=env, capture_output=True, check=False
    )
    assert ran.returncode == 3, ran.stderr


def _stop_and_resolve(repo: Repository) -> None:
    _stop_at_conflict(repo)
    _resolve(repo, l5=b"FIVE")


def _stop_and_resolve_keeping(repo: Repository) -> None:
    """What was dropped is put into the files at the end, without another stop."""
    _with_a_conflict(repo)
    _hand_over(repo, "worktree")
    _resolve(repo)


def _resolve(repo: Repository, **more: bytes) -> None:
    repo.write({"f": _numbered_lines(l18=b"eighteen", l30=b"thirty", **more)})
    repo.git("add", "f")


def _with_a_directory_for_a_link(repo: Repository) -> None:
    """A directory was made of a symlink to another that has the same file in it."""
    repo.write({"real/x": b"x\n", "b": b"1\n"})
    (repo.path / "s").symlink_to("real")
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "base")
    (repo.path / "s").unlink()
    repo.commit("tangled\n", {"s/x": b"x\n", "s/y": b"y\n", "b": b"2\n"})
    repo.commit("top\n", {"c": b"c\n"})
    repo.write({"c": b"unstaged\n", "untracked": b"u\n"})
    entry = split_entry(repo, "HEAD~1", group("kept\n", whole("b"), owner=True))
    gone: Json = {"old_path": "s", "path": None, "whole": True}
    made: list[Json] = [
        {"old_path": None, "path": path, "whole": True} for path in ("s/x", "s/y")
    ]
    plan: Json = plan_for(repo, "HEAD~2", {**entry, "dropped": [gone, *made]})
    (repo.path / ".git" / "my-plan").write_text(json.dumps(plan))
    _lock_for_others(repo)


def _already_a_link(repo: Repository) -> None:
    _with_a_directory_for_a_link(repo)
    _run_to_end(repo, _drop("discard"))


_REFS = tuple(
    f"refs/heads/{name}{end}" for name in ("main", "b0", "b5") for end in ("", ".lock")
)
_JOURNAL = ("gitsplit/000001.json", "gitsplit/000001.tmp")
_LOCKED = ("HEAD.lock", "logs/HEAD", "ORIG_HEAD.lock", "ORIG_HEAD", *_REFS, *_JOURNAL)
_FILES = ("index", "index.lock", "../d/a")
_STATE = tuple(
    f"rebase-merge/{name}"
    for name in (
        "autostash",
        "head-name",
        "orig-head",
        "done",
        "stopped-sha",
        "message",
    )
)
_REBASE = (
    "rebase-merge",
    *_STATE,
    "gitsplit/rebase-process",
    *_LOCKED,
    *_FILES,
    "../c",
)

SCENES = {
    scene.name: scene
    for scene in (
        Scene("split", _branches, SPLIT, ("--undo",), _LOCKED),
        Scene("undo", _already_split, ("--undo",), SPLIT, _LOCKED),
        Scene("stack", _branches, STACK, ("--undo",), _LOCKED),
        Scene("undo a stack", _already_stacked, ("--undo",), STACK, _LOCKED),
        Scene(
            "packed and detached",
            _pack_and_detach,
            SPLIT,
            ("--undo",),
            ("HEAD.lock", "HEAD", "objects/pack", *_JOURNAL),
        ),
        Scene(
            "drop",
            _with_a_plan_that_drops,
            _drop("worktree"),
            ("--undo",),
            (*_LOCKED, *_FILES),
        ),
        Scene(
            "drop for good",
            _with_a_plan_that_drops,
            _drop("discard"),
            ("--undo",),
            (*_LOCKED, *_FILES),
        ),
        Scene(
            "undo a drop",
            _already_dropped,
            ("--undo",),
            _drop("discard"),
            (*_LOCKED, *_FILES),
        ),
        Scene(
            "commit",
            _with_uncommitted_work,
            COMMIT,
            ("--undo",),
            (*_LOCKED, "index", "index.lock"),
        ),
        Scene(
            "undo a commit",
            _already_committed,
            ("--undo",),
            COMMIT,
            (*_LOCKED, "index", "index.lock"),
        ),
        Scene(
            "hand over",
            _with_a_conflict,
            (HAND_OVER, "discard"),
            ("--abort",),
            _REBASE,
            status=3,
            since=(2, 38),
        ),
        Scene(
            "hand over to keep",
            _with_a_conflict,
            (HAND_OVER, "worktree"),
            ("--abort",),
            _REBASE,
            status=3,
            since=(2, 38),
        ),
        Scene(
            "continue",
            _stop_and_resolve,
            ("--continue",),
            ("--undo",),
            _REBASE,
            goes_on=True,
            since=(2, 38),
        ),
        Scene(
            "continue and keep",
            _stop_and_resolve_keeping,
            ("--continue",),
            ("--undo",),
            (*_REBASE, "rebase-merge/gitsplit-saved"),
            goes_on=True,
            since=(2, 38),
        ),
        Scene(
            "abort",
            _stop_at_conflict,
            ("--abort",),
            (HAND_OVER, "discard"),
            _REBASE,
            since=(2, 38),
        ),
        Scene(
            "drop a directory for a link",
            _with_a_directory_for_a_link,
            _drop("discard"),
            ("--undo",),
            (*_LOCKED, *_FILES, "../s", "../s/x"),
        ),
        Scene(
            "undo a directory for a link",
            _already_a_link,
            ("--undo",),
            _drop("discard"),
            (*_LOCKED, *_FILES, "../s", "../s/x"),
        ),
        Scene(
            "tables",
            _add_nothing,
            SPLIT,
            ("--undo",),
            ("reftable/tables.list", "reftable/tables.list.lock", *_JOURNAL),
            ("--ref-format=reftable",),
            since=(2, 45),
        ),
    )
    if git_is_at_least(*scene.since)
}
