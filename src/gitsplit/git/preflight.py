"""Refuses in advance what git would refuse when index and files follow HEAD.

Git itself refuses at the last moment what would overwrite the user's own changes; here
that is said earlier, and about files instead of trees.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from stat import S_ISDIR, S_ISREG
from typing import NamedTuple

from gitsplit.errors import (
    GitFailed,
    NothingToUndo,
    NotInWorktree,
    OperationUnderWay,
    UncleanFiles,
)
from gitsplit.git import worktree
from gitsplit.git.operations import (
    branches_of_other_worktrees,
    branches_owned_by_operations,
)
from gitsplit.git.refs import RefUpdate, short_name, values_of
from gitsplit.git.repository import Repository
from gitsplit.git.trees import NewObjects, PathPair, changed_paths
from gitsplit.git.worktree import HeadTrees, TwoTreeMerge, differing_paths
from gitsplit.model.escape import printable
from gitsplit.model.listing import name_list, with_capital
from gitsplit.model.objects import GITLINK, NO_OBJECT, Oid, TreeEntry

_STATUS = (
    *("--no-optional-locks", "status", "--porcelain=v2", "-z", "--no-renames"),
    *("--untracked-files=no", "--ignore-submodules=dirty"),
)


class _Unclean(NamedTuple):
    """A path that ``git status`` lists: its two-letter code, and its index entry.

    A submodule that has other commits checked out doesn't count.
    """

    path: bytes
    code: bytes
    staged: TreeEntry | None

    @classmethod
    def parse(cls, row: bytes) -> "_Unclean":
        """Parse a row of ``git status --porcelain=v2 -z``."""
        kind, code, submodule, *fields = row.split(b" ", 10 if row[:1] == b"u" else 8)
        if kind == b"u":
            return cls(fields[-1], b"UU", None)
        if submodule != b"N...":
            code = code[:1] + b"."
        mode, oid = int(fields[1], 8), Oid(fields[4].decode("ascii"))
        return cls(fields[-1], code, TreeEntry(mode, oid) if mode else None)


def refuse_unclean(
    repo: Repository, objects: NewObjects, steps: Sequence[TwoTreeMerge]
) -> None:
    """Raise UncleanFiles where the user's changes are in the way of these merges.

    The first of them begins at HEAD's tree.
    """
    if not steps:
        return
    changed = [changed_paths(objects, step.before, step.after) for step in steps]
    found = _read_status(repo)
    unmerged = [unclean.path for unclean in found if unclean.code == b"UU"]
    _refuse_paths("The index has unmerged files", unmerged)
    ends = {path: pair.after for paths in changed for path, pair in paths.items()}
    staged = [u for u in found if u.path in ends and u.code[:1] != b"."]
    in_the_way = [u.path for u in staged if u.staged != ends[u.path]]
    _refuse_paths("Files that have to change have staged changes", in_the_way)
    for step, paths in zip(steps, changed, strict=True):
        if step.files:
            _refuse_unclean_worktree(repo, found, paths)


def _refuse_unclean_worktree(
    repo: Repository, found: Iterable[_Unclean], paths: Mapping[bytes, PathPair]
) -> None:
    """Raise UncleanFiles where a file to be written has changes or is untracked."""
    unstaged = {u.path for u in found if u.path in paths and u.code[1:] != b"."}
    # The step may begin elsewhere than the index is: at a tree that the files have.
    begin = {p: pair.before for p, pair in paths.items() if p in unstaged}
    there = {path: entry for path, entry in begin.items() if entry}
    known = differing_paths(repo, there) if there else frozenset()
    own = [path for path in sorted(unstaged) if path in known or not begin[path]]
    _refuse_paths("Files that have to change have unstaged changes", own)
    # Git overwrites an ignored one without a word.
    coming = {p: pair.after for p, pair in paths.items() if not pair.before}
    going = {path for path, pair in paths.items() if pair.before and not pair.after}
    taken = (_paths_in_the_way(repo, path, entry) for path, entry in coming.items())
    untracked = {path for each in taken for path in each} - going
    _refuse_paths("Untracked files would be overwritten", sorted(untracked))


def _paths_in_the_way(
    repo: Repository, path: bytes, entry: TreeEntry | None
) -> Iterator[bytes]:
    """Paths that a new entry would overwrite, or that block its directory."""
    if above := worktree.first_obstacle(repo, path):
        yield above
    found = worktree.file_status(repo, path)
    if found and not S_ISDIR(found.st_mode):
        yield path
    if entry and entry.mode != GITLINK:
        yield from worktree.files_below(repo, path)


def _read_status(repo: Repository) -> list[_Unclean]:
    """Run ``git status`` on tracked files."""
    rows = repo.program.run(*_STATUS).stdout.split(b"\0")[:-1]
    return [_Unclean.parse(row) for row in rows]


def _refuse_paths(what: str, paths: Sequence[bytes]) -> None:
    """Raise UncleanFiles with these paths, if there are any."""
    if paths:
        raise UncleanFiles(
            f"{what}: {_path_list(paths)}.", hint="Commit or stash your changes first."
        )


def _path_list(paths: Sequence[bytes]) -> str:
    return name_list([printable(path) for path in sorted(paths)])


def refuse_second_checkout(repo: Repository, head: str | None) -> None:
    """Raise UncleanFiles where another worktree has HEAD's branch checked out, too.

    Git allows that by force, and in a bare repository. Index and files would be left
    behind there, as the branch's tree is to change.
    """
    if head and (other := branches_of_other_worktrees(repo).get(head)):
        raise UncleanFiles(
            f"The files in {other} would not be updated:"
            f" {short_name(head)} is checked out there, too.",
            hint="Switch to another branch there first.",
        )


def refuse_missing_files(
    repo: Repository, objects: NewObjects, trees: HeadTrees
) -> None:
    """Raise NotInWorktree where a file in which dropped edits are to stay isn't there.

    Left out by a sparse checkout, deleted, or a submodule that isn't checked out; also
    where git doesn't see a dropped mode.
    """
    to_be_made = changed_paths(objects, trees.old, trees.files)
    changed = changed_paths(objects, trees.files, trees.new)
    _refuse_unseen_modes(repo, changed)
    missing = [
        path
        for path, pair in changed.items()
        if pair.before
        and (path not in to_be_made or to_be_made[path].before)
        and not _is_in_worktree(repo, path, pair.before)
    ]
    if missing:
        raise NotInWorktree(
            "What is left out can't stay in files that aren't in the worktree: "
            f"{_path_list(missing)}.",
            hint="Check them out first, or discard it: --drop-to discard",
        )


def _refuse_unseen_modes(repo: Repository, changed: Mapping[bytes, PathPair]) -> None:
    """Raise NotInWorktree where a mode is to stay in files, and git doesn't see it."""
    unseen: dict[str, list[bytes]] = {}
    for path, (kept, new) in changed.items():
        if kept and new and kept.mode != new.mode:
            unseen.setdefault(_mode_setting(kept.mode, new.mode), []).append(path)
    for setting, paths in unseen.items():
        if setting and not repo.config.get_bool(setting, default=True):
            raise NotInWorktree(
                "A mode change that is left out can't stay in the worktree, where git"
                " doesn't see it"
                f" ({setting}): {_path_list(paths)}.",
                hint="Send it to a commit, or discard it: --drop-to discard",
            )


def _mode_setting(kept: int, new: int) -> str:
    """The setting by which git sees that one mode became another in the worktree.

    Empty where it always does: a submodule is a directory.
    """
    if GITLINK in {kept, new}:
        return ""
    return "core.fileMode" if S_ISREG(kept) and S_ISREG(new) else "core.symlinks"


def _is_in_worktree(repo: Repository, path: bytes, entry: TreeEntry) -> bool:
    named = path + b"/.git" if entry.mode == GITLINK else path
    return worktree.file_status(repo, named) is not None


def refuse_undo(
    repo: Repository,
    updates: Sequence[RefUpdate],
    head: str | None,
    trees: HeadTrees | None,
) -> None:
    """Raise where a rewrite that moved these refs can't be undone.

    ``head`` is the ref that HEAD named then. What is raised is told at
    :func:`gitsplit.git.journal.undo_rewrite`.
    """
    now = values_of(repo, (update.ref for update in updates))
    owned = branches_owned_by_operations(repo)
    for update in updates:
        if now.get(update.ref) != update.new:
            raise _undo_error(
                update, "has moved on" if update.ref in now else "is gone"
            )
        if update.ref in owned:
            raise OperationUnderWay(
                f"A rebase or bisect in progress will set {short_name(update.ref)}.",
                hint="Finish or abort it first.",
            )
        if update.ref == "HEAD" and (branch := repo.head_ref()):
            raise _undo_error(update, f"is on {short_name(branch)} now")
        if update.old != NO_OBJECT and not repo.has_object(update.old):
            raise NothingToUndo(
                f"Commit {update.old[:12]} from before the rewrite is gone.",
                hint="`git gc` removes what no branch, tag or reflog leads to.",
            )
    _refuse_undo_elsewhere(repo, updates, head)
    if trees and repo.head_ref() == head:
        try:
            refuse_unclean(repo, NewObjects(repo), trees.steps_back())
        except GitFailed as lost:
            lost.hint = (
                f"Without it, the files can't follow. `git reset {updates[0].old[:12]}`"
                " restores commits and index, and leaves the files."
            )
            raise


def made_branches_to_keep(
    repo: Repository, updates: Sequence[RefUpdate]
) -> Mapping[str, str]:
    """The branches that these updates made and their undo leaves, with the reason.

    The first update is of HEAD, or of the branch that it named, and none of these: if
    that had no commit yet, it is such a one again.
    The reason is a clause; empty where the branch is gone already. Only a branch that
    is still where it was put, and checked out nowhere, is deleted.
    """
    made = [update for update in updates[1:] if update.old == NO_OBJECT]
    if not made:
        return {}
    now = values_of(repo, (update.ref for update in made))
    here, elsewhere = repo.head_ref(), branches_of_other_worktrees(repo)
    owned = branches_owned_by_operations(repo)
    kept: dict[str, str] = {}
    for ref, new in ((update.ref, update.new) for update in made):
        if ref not in now:
            kept[ref] = ""
        elif now[ref] != new:
            kept[ref] = "it has moved since"
        elif ref == here or ref in elsewhere:
            kept[ref] = f"it is checked out {_where(elsewhere.get(ref))}"
        elif ref in owned:
            kept[ref] = "a rebase or bisect in progress will set it"
    return kept


def _where(worktree: str | None) -> str:
    return "here" if worktree is None else f"in {worktree}"


def _undo_error(update: RefUpdate, how: str) -> NothingToUndo:
    name = short_name(update.ref)
    return NothingToUndo(
        f"{with_capital(name)} {how} since gitsplit rewrote it.",
        hint=f"`git branch NAME {update.old[:12]}` makes a branch of its old commits.",
    )


def _refuse_undo_elsewhere(
    repo: Repository, updates: Iterable[RefUpdate], followed: str | None
) -> None:
    """Raise NothingToUndo where an update changes the tree of a checked-out branch.

    But for ``followed``, whose index and files go along.
    """
    elsewhere = branches_of_other_worktrees(repo)
    here = repo.head_ref() if repo.worktree else None
    if here is not None and here != followed:
        elsewhere = {**elsewhere, here: "this worktree"}
    for update in updates:
        if update.ref in elsewhere and _has_other_tree(repo, update):
            raise NothingToUndo(
                f"Undoing this would change the files of {short_name(update.ref)}, "
                f"which is checked out in {elsewhere[update.ref]}.",
                hint="Switch to another branch there first.",
            )


def _has_other_tree(repo: Repository, update: RefUpdate) -> bool:
    """Whether the update changes the branch's tree; False where a commit is unreadable.

    A branch that can't be read is worse than files that differ from it.
    """
    try:
        return repo.read_commit(update.new).tree != repo.read_commit(update.old).tree
    except GitFailed:
        return False
