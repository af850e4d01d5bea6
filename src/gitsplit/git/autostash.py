"""Applies what ``git rebase --autostash`` has stashed, where git was killed before.

Git applies it at the regular end of a rebase, and only there: killed before, it leaves
the stash commit's id in a file, which no command of git's applies. Here it is applied
wherever a kill has left git, and can be tried again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gitsplit.errors import GitFailed, GitsplitError
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import ensure_directory, git_content, report_write_failure
from gitsplit.git.trees import NewObjects, PathPair, changed_paths
from gitsplit.git.worktree import TreeStep, catch_up, differing_paths, restore_files
from gitsplit.model.objects import Oid, TreeEntry

_IN_STASH = (
    "your uncommitted changes are the latest in `git stash list`, because the files"
    " have changed since"
)


@dataclass(frozen=True, slots=True)
class _Stash:
    """What ``git stash create`` made: HEAD's tree, the index's, and the files'."""

    oid: Oid
    head: Oid
    index: Oid
    files: Oid


def claim(repo: Repository) -> None:
    """Take the autostash over: :func:`give_back` applies it, and not git."""
    theirs = repo.git_dir / "rebase-merge" / "autostash"
    if not (git_content(theirs) or b"").strip():
        return  # git was killed before it had reset any file
    state = "Your uncommitted changes are in the commit that it names."
    with report_write_failure(f"{theirs} can't be moved", state):
        ensure_directory(repo)
        theirs.replace(_claim_file(repo))


def give_back(repo: Repository) -> str:
    """Apply what was claimed to index and files; says so where only a stash has it.

    Where HEAD's tree is the one from before, what was staged is staged again; else
    only new files are, as ``git stash apply`` does it. A file that is neither as HEAD
    has it nor as git was writing it is somebody's work by now, and stays.

    Raises WriteFailed or GitFailed where it can't be done now; it is still claimed.
    """
    if not (oid := _claimed_oid(repo)):
        return ""
    stash = _read_stash(repo, Oid(oid))
    try:
        is_back = _restore(repo, stash)
        if not is_back:
            store = ("stash", "store", "-q", "-m", "autostash", stash.oid)
            repo.program.run(*store)
    except GitsplitError as error:
        error.hint = "Run gitsplit again: it goes on with that."
        error.state = f"Not all is back that you hadn't committed: see {stash.oid}."
        raise
    _claim_file(repo).unlink(missing_ok=True)
    return "" if is_back else _IN_STASH


def staged_tree(repo: Repository) -> Oid | None:
    """The tree of what is staged; None where git can't make one of it."""
    made = repo.program.run("write-tree", check=False)
    return None if made.status else Oid(made.stdout.decode("ascii").strip())


def stage_again(repo: Repository, staged: Oid | None) -> None:
    """Stage again what was staged, where git has restored the files alone."""
    now = repo.read_commit(repo.head()).tree
    if staged is not None and staged != now:
        catch_up(repo, [TreeStep(now, staged, files=False)])


def _restore(repo: Repository, stash: _Stash) -> bool:
    """Apply the stash to what nobody else has changed; whether all of it is back."""
    objects = NewObjects(repo)
    pairs = changed_paths(objects, stash.files, stash.head)
    now = repo.read_commit(repo.head()).tree
    moved = changed_paths(objects, stash.head, now)
    if not pairs.keys().isdisjoint(moved):
        return _apply(repo, stash)
    restore_files(repo, pairs)
    if _is_all_staged(repo, pairs):
        repo.program.run("reset", "-q")
    if moved:
        _stage(repo, {path: e.before for path, e in pairs.items() if not e.after})
    elif not catch_up(repo, [TreeStep(now, stash.index, files=False)]):
        return False
    return _are_as_stashed(repo, pairs)


def _is_all_staged(repo: Repository, pairs: Mapping[bytes, PathPair]) -> bool:
    """Whether what is staged is of the stash alone.

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


def _apply(repo: Repository, stash: _Stash) -> bool:
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
    listing = b"".join(
        b"%o %s\t%s\0" % (entry.mode, entry.oid.encode("ascii"), path)
        for path, entry in entries.items()
        if entry
    )
    repo.program.run("update-index", "-z", "--index-info", stdin=listing)


def _are_as_stashed(repo: Repository, pairs: Mapping[bytes, PathPair]) -> bool:
    wanted = {p: e.before for p, e in pairs.items() if e.before}
    return wanted.keys().isdisjoint(differing_paths(repo, wanted))


def _read_stash(repo: Repository, oid: Oid) -> _Stash:
    try:
        stash = repo.read_commit(oid)
        head, index = (repo.read_commit(parent).tree for parent in stash.parents[:2])
    except (GitFailed, ValueError) as error:
        raise GitFailed(
            f"The changes that git rebase has put aside, {oid}, can't be read.",
            hint=f"Look into it: git show {oid}",
            state="They aren't in the files.",
        ) from error
    return _Stash(oid, head, index, stash.tree)


def _claim_file(repo: Repository) -> Path:
    return repo.git_dir / "gitsplit" / "autostash"


def _claimed_oid(repo: Repository) -> str:
    """The id of the commit that has the changes; empty where nothing is claimed."""
    return (git_content(_claim_file(repo)) or b"").decode("ascii", "replace").strip()
