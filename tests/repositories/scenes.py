"""Repositories in which gitsplit is to be killed, and what may be found there after it.

Dates are fixed and there are no Change-Ids, so that a split has the same ids each time.
"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.repositories.splitting import git_is_at_least, two_pieces, worktree_of
from tests.repository import Repository
from tests.runner import Json, group, plan_for, split_entry, whole

ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_COMMITTER_DATE": "1800000000 +0000",
    "GIT_AUTHOR_DATE": "1800000000 +0000",
    "GIT_EDITOR": "false",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
}
OTHERS_LOCKS = ("config.lock", "refs/heads/other.lock", "refs/heads/main-2.lock")
"""Locks of others in the git directory, which nobody may take away."""

SPLIT = ("--yes", "--group-by", "file", "-c", "main~2")
BRANCHES = tuple(f"b{number}" for number in range(8))

Mark = tuple[int, int, int] | None


@dataclass(frozen=True)
class State:
    """All that counts in a repository, the same in each copy of it."""

    refs: str
    status: str
    files: str

    @classmethod
    def of(cls, repo: Repository) -> "State":
        status = ("--no-optional-locks", "status", "--porcelain=v2")
        return cls(repo.refs(), repo.git(*status), worktree_of(repo))


@dataclass(frozen=True)
class Scene:
    """A repository, the gitsplit that is killed in it, and its way back.

    ``watched`` are paths in the git directory that change while it runs, ``init`` are
    options of the ``git init`` that makes the repository.
    """

    name: str
    build: Callable[[Repository], None]
    args: Sequence[str]
    back: Sequence[str]
    watched: Sequence[str]
    init: Sequence[str] = ()

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
    """The lock and keep files in the git directory."""
    git = repo.path / ".git"
    everything = (p for p in git.rglob("*") if p.suffix in (".lock", ".keep"))
    return {str(path.relative_to(git)) for path in everything}


def seal(home: Path) -> None:
    """No configuration but the one that is needed, for this process and its own."""
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = C\n\temail = c@example.com\n")
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


def _packed_and_detached(repo: Repository) -> None:
    two_pieces(repo)
    repo.git("config", "transfer.unpackLimit", "1")
    repo.git("checkout", "-q", "--detach")
    _lock_for_others(repo)


def _plain(repo: Repository) -> None:
    two_pieces(repo)
    repo.git("branch", "b0", "HEAD~1")
    _lock_for_others(repo)


def _lock_for_others(repo: Repository) -> None:
    for lock in (repo.path / ".git" / name for name in OTHERS_LOCKS):
        if lock.parent.is_dir():  # with refs in tables there is no refs/heads/
            lock.touch()


def _already_split(repo: Repository) -> None:
    _branches(repo)
    _run(repo, SPLIT)


def _with_a_plan_that_drops(repo: Repository) -> None:
    """What was done to ``d/a`` is to be dropped; the commits above don't touch it."""
    two_pieces(repo)
    repo.git("branch", "b0")
    repo.write({"c": b"unstaged\n", "untracked": b"u\n"})
    entry = split_entry(repo, "HEAD~2", group("kept\n", whole("e/b"), owner=True))
    plan: Json = plan_for(repo, "HEAD~3", {**entry, "dropped": [whole("d/a")]})
    (repo.path / ".git" / "my-plan").write_text(json.dumps(plan))
    _lock_for_others(repo)


def _already_dropped(repo: Repository) -> None:
    _with_a_plan_that_drops(repo)
    _run(repo, _drop("discard"))


def _drop(where: str) -> tuple[str, ...]:
    return ("--yes", "--plan", ".git/my-plan", "--drop-to", where)


def _run(repo: Repository, args: Sequence[str]) -> None:
    from tests.runner import gitsplit

    ran = gitsplit(repo.path, *args)
    assert ran.status == 0, ran.err


_REFS = tuple(
    f"refs/heads/{name}{end}" for name in ("main", "b0", "b5") for end in ("", ".lock")
)
_JOURNAL = ("gitsplit/000001.json", "gitsplit/000001.tmp")
_LOCKED = ("HEAD.lock", "logs/HEAD", "ORIG_HEAD.lock", "ORIG_HEAD", *_REFS, *_JOURNAL)
_FILES = ("index", "index.lock", "../d/a")

SCENES = {
    scene.name: scene
    for scene in (
        Scene("split", _branches, SPLIT, ("--undo",), _LOCKED),
        Scene("undo", _already_split, ("--undo",), SPLIT, _LOCKED),
        Scene(
            "packed and detached",
            _packed_and_detached,
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
            "tables",
            _plain,
            SPLIT,
            ("--undo",),
            ("reftable/tables.list", "reftable/tables.list.lock", *_JOURNAL),
            ("--ref-format=reftable",),
        ),
    )
    if not scene.init or git_is_at_least(2, 45)
}
