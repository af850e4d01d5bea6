"""Git operations in progress (rebase, merge, bisect …), and the refs that they own.

Read from the files in which git keeps their state (git-rebase(1), git-bisect(1),
``wt-status.c``), because git has no command that tells.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from gitsplit.errors import OperationUnderWay
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import read_git_file
from gitsplit.model.objects import Oid

_PSEUDO_REFS = {
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}
_ENDINGS = {
    "rebase": "git rebase --continue, or: git rebase --abort",
    "am": "git am --continue, or: git am --abort",
    "merge": "git commit, or: git merge --abort",
    "cherry-pick": "git cherry-pick --continue, or: git cherry-pick --abort",
    "revert": "git revert --continue, or: git revert --abort",
    "bisect": "git bisect reset",
}
_OWN_ENDING = "gitsplit --continue, or: gitsplit --abort"
_EDIT = {"edit", "e"}
_BREAK = {"break", "b"}

_END = re.compile(
    r"\n(?=HEAD [0-9a-f]+\n|branch refs/|(?:bare|detached|locked|prunable)\s)"
    r"|\n(?=\n(?:worktree /|\Z))|(?<=\n)\n(?=worktree /|\Z)"
)
"""What ends an attribute in ``git worktree list --porcelain`` without ``-z``.

Other line breaks are of the paths.
"""


def operation_under_way(repo: Repository, *, may_be_staged: bool = False) -> str | None:
    """The name of the git operation in progress that forbids rewriting here, or None.

    A stop at ``edit`` or ``break`` inside ``git rebase -i`` with nothing staged forbids
    nothing; a stop at a conflict or a failed ``exec`` does. Something ``may_be_staged``
    where that is to be committed.
    """
    if repo.is_rebasing:
        stopped = _is_at_planned_stop(repo.rebase_dir)
        if not stopped or (not may_be_staged and _has_staged_changes(repo)):
            return "rebase"
    return _other_operation(repo)


def refuse_operation_under_way(
    repo: Repository, *, is_ours: bool = False, may_be_staged: bool = False
) -> None:
    """Raise OperationUnderWay when a git operation in progress forbids rewriting here.

    ``is_ours`` says that it is a rebase that gitsplit has begun.
    """
    name = operation_under_way(repo, may_be_staged=may_be_staged)
    if name is None:
        return
    article = "An" if name == "am" else "A"
    told = f"{article} {name} is in progress in this repository."
    if name == "rebase" and repo.is_rebasing:
        told = (
            "A rebase is in progress, and gitsplit works inside it only at a stop "
            "for edit or break with nothing staged."
        )
    ending = _OWN_ENDING if is_ours else _ENDINGS[name]
    raise OperationUnderWay(told, hint=f"Finish it first: {ending}")


def branches_owned_by_operations(repo: Repository) -> frozenset[str]:
    """The refs that a rebase or bisect in any worktree will set, or go back to.

    Moving one of them breaks that rebase at its end.
    """
    owned = {ref for git_dir in _git_dirs(repo) for ref in _refs_of_operations(git_dir)}
    return frozenset(ref for ref in owned if ref.startswith("refs/"))


def branches_of_other_worktrees(repo: Repository) -> dict[str, str]:
    """The branches checked out in other worktrees, each with the worktree's path."""
    elsewhere = _other_worktrees(repo)
    return {each["branch"]: each["worktree"] for each in elsewhere if "branch" in each}


def detached_heads_of_other_worktrees(repo: Repository) -> dict[str, Oid]:
    """The paths of other worktrees with a detached HEAD, each with its commit."""
    elsewhere = _other_worktrees(repo)
    return {
        each["worktree"]: Oid(each["HEAD"]) for each in elsewhere if "detached" in each
    }


def _other_worktrees(repo: Repository) -> list[dict[str, str]]:
    """The worktrees but this one, as ``git worktree list --porcelain`` has them.

    With ``-z``, which git has since 2.36, as a path may hold line breaks.
    """
    linked = repo.common_dir / "worktrees"
    if not linked.is_dir():
        return []
    asked = ("worktree", "list", "--porcelain")
    done = repo.program.run(*asked, "-z", check=False)
    listing = os.fsdecode(done.stdout)
    if done.status:
        listing = _END.sub("\0", os.fsdecode(repo.program.run(*asked).stdout))
    blocks = listing.removesuffix("\0\0").split("\0\0")
    main, *others = [_worktree_fields(block) for block in blocks]
    elsewhere = [
        each for each in others if not _is_this_worktree(repo, each["worktree"])
    ]
    return [*elsewhere, main] if repo.git_dir != repo.common_dir else elsewhere


def _worktree_fields(block: str) -> dict[str, str]:
    """The attributes of one worktree in ``git worktree list --porcelain -z``."""
    return dict(line.partition(" ")[::2] for line in block.split("\0"))


def _is_this_worktree(repo: Repository, path: str) -> bool:
    """Whether the path is that of the worktree that gitsplit was started in."""
    return repo.worktree is not None and Path(path).resolve() == repo.worktree.resolve()


def _is_at_planned_stop(state: Path) -> bool:
    """Whether the rebase has stopped for ``edit`` or ``break``, not for a conflict.

    At a conflict under ``edit`` git leaves the file ``amend`` out.
    """
    command = _file_lines(state / "done")[-1].split(" ", 1)[0]
    return command in _BREAK or (command in _EDIT and (state / "amend").exists())


def _has_staged_changes(repo: Repository) -> bool:
    """Whether the index differs from HEAD, unmerged entries included."""
    args = ("diff-index", "--cached", "--quiet", "HEAD", "--")
    return repo.program.run(*args, check=False).status != 0


def _other_operation(repo: Repository) -> str | None:
    """The operation in progress other than a rebase of commits, or None."""
    at = repo.git_dir
    if (at / "rebase-apply").is_dir():
        return "am" if (at / "rebase-apply" / "applying").exists() else "rebase"
    if (at / "MERGE_HEAD").exists():
        return "merge"
    for ref, name in _PSEUDO_REFS.items():
        if _has_pseudo_ref(repo, ref):
            return name
    if (at / "sequencer").is_dir():
        todo = os.fsdecode(read_git_file(at / "sequencer" / "todo") or b"")
        return "revert" if todo.startswith("revert") else "cherry-pick"
    return "bisect" if (at / "BISECT_LOG").exists() else None


def _has_pseudo_ref(repo: Repository, name: str) -> bool:
    """Whether the pseudo-ref exists; only the files backend keeps it as a file."""
    if (repo.config.get("extensions.refStorage") or "files") == "files":
        return (repo.git_dir / name).exists()
    args = ("rev-parse", "--verify", "--quiet", name)
    return repo.program.run(*args, check=False).status == 0


def _git_dirs(repo: Repository) -> Iterator[Path]:
    """The git directory of the main worktree, then those of the linked ones."""
    yield repo.common_dir
    linked = repo.common_dir / "worktrees"
    if linked.is_dir():
        yield from sorted(linked.iterdir())


def _refs_of_operations(git_dir: Path) -> Iterator[str]:
    """The refs that one worktree's operations own; may yield what isn't a ref."""
    for backend in ("rebase-merge", "rebase-apply"):
        yield _file_lines(git_dir / backend / "head-name")[0]
    # Three lines each: the ref, its value before and, once known, after.
    yield from _file_lines(git_dir / "rebase-merge" / "update-refs")[::3]
    start = _file_lines(git_dir / "BISECT_START")[0]
    if start:
        yield start if start.startswith("refs/") else f"refs/heads/{start}"


def _file_lines(path: Path) -> list[str]:
    """Read the file's lines; a single empty one where there is no such file.

    They end at newlines alone: a ref's name may hold what else Unicode takes for the
    end of a line, or for white space.
    """
    known = os.fsdecode(read_git_file(path) or b"")
    return known.removesuffix("\n").split("\n")
