"""Cherry-picks trees in memory: a commit's change applied to another tree.

Path by path, which costs next to nothing. Where both sides changed the same path, or a
rename could matter, git itself merges the trees (git-merge-tree(1)): only so the result
is that of a rebase, with the user's merge drivers and git's rename detection. Stores
nothing in the repository.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from gitsplit.errors import GitTooOld, ReplayConflict
from gitsplit.git.libgit2 import pygit2
from gitsplit.git.program import PARSED, failure
from gitsplit.git.repository import Repository, object_environment
from gitsplit.git.state_dir import temporary_directory
from gitsplit.git.trees import (
    EMPTY_TREE,
    NewObjects,
    PathPair,
    changed_paths,
    tree_with,
)
from gitsplit.model.escape import printable
from gitsplit.model.listing import name_list
from gitsplit.model.objects import (
    DIRECTORY,
    ObjectKind,
    Oid,
    RawCommit,
    directories,
    parse_tree,
)
from gitsplit.model.series import SourceCommit

_USAGE = 129
"""The exit status of a git that doesn't know an option."""

_MERGE = (
    *("--no-replace-objects", "merge-tree", "--write-tree"),
    *("-z", "--name-only", "--no-messages"),
    # Of two parents nothing may be left that both had, but where a root is dropped.
    "--allow-unrelated-histories",
)
_TYPES: Mapping[ObjectKind, int] = {
    "commit": pygit2.GIT_OBJECT_COMMIT,
    "tree": pygit2.GIT_OBJECT_TREE,
    "blob": pygit2.GIT_OBJECT_BLOB,
}

Paths = Mapping[bytes, PathPair]


class Replay(Struct, frozen=True):
    """Cherry-picks and merges; the results are added to ``objects``."""

    repo: Repository
    objects: NewObjects

    def tree(self, commit: SourceCommit, base: Oid, tree: Oid, onto: Oid) -> Oid:
        """Cherry-pick: apply the change from ``base`` to ``tree`` to the tree ``onto``.

        ``commit`` is the one whose change it is. Raises ReplayConflict, which names it,
        where git would stop for a conflict, and GitTooOld where it takes the
        ``git merge-tree`` of git 2.38 to tell.
        """
        theirs = changed_paths(self.objects, base, tree)
        ours = changed_paths(self.objects, base, onto)
        if not ours:
            return tree
        if _is_trivial_merge(ours, theirs):
            ends = ((path, pair.after) for path, pair in theirs.items())
            return tree_with(self.objects, onto, ends)
        with temporary_directory() as place:
            quarantine = _Quarantine(self.repo, self.objects, Path(place))
            return quarantine.merge_trees(commit, base, onto, tree)

    def is_plain_merge(self, source: SourceCommit) -> bool:
        """Whether the merge commit's tree is just what git makes of its two parents."""
        if len(source.raw.parents) != 2:
            return False
        try:
            return self.merge(source, source.raw.parents) == source.raw.tree
        except (ReplayConflict, GitTooOld):
            return False

    def merge(self, source: SourceCommit, parents: Sequence[Oid]) -> Oid:
        """Merge the two parents of ``source``, which may be new commits; the tree.

        Raises what :meth:`tree` raises.
        """
        with temporary_directory() as place:
            quarantine = _Quarantine(self.repo, self.objects, Path(place))
            return quarantine.merge_commits(source, parents)

    def is_ancestor(self, commit: Oid, of: Oid) -> bool:
        """Whether ``of`` is the commit or descends from it; both may be new."""
        waiting, stored, seen = [of], [], {of}
        while waiting:
            oid = waiting.pop()
            if oid == commit:
                return True
            new = self.objects.new(oid)
            if new is None:
                stored.append(oid)
                continue
            parents = set(RawCommit.parse(new[1]).parents) - seen
            seen |= parents
            waiting += parents
        return self.objects.new(commit) is None and any(
            self._is_stored_ancestor(commit, oid) for oid in stored
        )

    def _is_stored_ancestor(self, commit: Oid, of: Oid) -> bool:
        args = ("--no-replace-objects", "merge-base", "--is-ancestor", commit, of)
        return self.repo.program.run(*args, check=False).status == 0


def _is_trivial_merge(ours: Paths, theirs: Paths) -> bool:
    """Whether git would merge the two sides without looking into any file."""
    both = ours.keys() & theirs.keys()
    return (
        all(ours[path].after == theirs[path].after for path in both)
        and not _has_directory_clash(ours, theirs)
        and not _has_directory_clash(theirs, ours)
        and not _may_follow_renames(ours, theirs)
        and not _may_follow_renames(theirs, ours)
    )


def _has_directory_clash(side: Paths, other: Paths) -> bool:
    """Whether a file of one side is a directory of the other."""
    files = {path for path, pair in side.items() if pair.after}
    coming = (path for path, pair in other.items() if pair.after)
    return any(parent in files for path in coming for parent in directories(path))


def _may_follow_renames(side: Paths, other: Paths) -> bool:
    """Whether ``side`` may have renamed what ``other`` changes.

    Also a directory in which ``other`` adds a file (``merge.directoryRenames`` in
    git-config(1)).
    """
    gone = {path for path, pair in side.items() if not pair.after}
    if not gone or all(pair.before for pair in side.values()):
        return False
    left = {parent for path in gone for parent in directories(path)}
    made = (path for path, pair in other.items() if not pair.before)
    return not side.keys().isdisjoint(other) or any(
        parent in left for path in made for parent in directories(path)
    )


class _Quarantine(Struct, frozen=True):
    """A temporary object directory for one merge by git.

    Objects that aren't stored yet are written there for git, which writes the merge's
    objects there.
    """

    repo: Repository
    objects: NewObjects
    place: Path

    def merge_trees(
        self, commit: SourceCommit, base: Oid, ours: Oid, theirs: Oid
    ) -> Oid:
        """Merge the three trees, as :meth:`Replay.tree` has it."""
        odb = pygit2.Odb(self.place)
        for tree in (base, ours, theirs):
            self._lend(odb, tree, "tree")
        root = _write_commit(odb, base)
        return self._merge(
            commit, [_write_commit(odb, side, root) for side in (ours, theirs)]
        )

    def merge_commits(self, commit: SourceCommit, sides: Sequence[Oid]) -> Oid:
        """Merge the two commits, as :meth:`Replay.merge` has it; the tree."""
        odb = pygit2.Odb(self.place)
        for side in sides:
            self._lend(odb, side, "commit")
        return self._merge(commit, sides)

    def _merge(self, commit: SourceCommit, sides: Sequence[Oid]) -> Oid:
        args = (*_MERGE, *sides)
        # What git fetches for a merge may ask for a password.
        env = {**PARSED, **object_environment(self.repo, self.place)}
        done = self.repo.program.run(*args, check=False, env=env, terminal=True)
        if done.status == _USAGE:
            raise _too_old_error(commit)
        # A merge driver may have printed something first.
        told = re.search(rb"([0-9a-f]{40})\0(.*)", done.stdout, re.DOTALL)
        if done.status > 1 or done.status < 0 or not told:
            raise failure(args, done)
        if done.status:
            names = _paths_in_trees(told[2].split(b"\0"), sides)
            raise _conflict_error(commit, [*names], done.words)
        tree = Oid(told[1].decode("ascii"))
        self._adopt(pygit2.Odb(self.place), tree, "tree")
        return tree

    def _lend(self, odb: pygit2.Odb, oid: Oid, kind: ObjectKind) -> None:
        """Write the new objects that are reachable from this one to the quarantine."""
        waiting, seen = [(oid, kind)], {oid}
        while waiting:
            oid, kind = waiting.pop()
            new = self.objects.new(oid)
            if new is None:
                continue
            odb.write(_TYPES[kind], new[1])
            below = [
                each for each in _objects_named_by(kind, new[1]) if each[0] not in seen
            ]
            seen.update(each for each, _ in below)
            waiting += below

    def _adopt(self, odb: pygit2.Odb, oid: Oid, kind: ObjectKind) -> None:
        """Add the objects that git made and that are reachable from this one."""
        if self.objects.new(oid) or not (odb.exists(oid) or oid == EMPTY_TREE):
            return
        data = b"" if oid == EMPTY_TREE else odb.read(oid)[1]
        self.objects.add(kind, data)
        for below, its_kind in _objects_named_by(kind, data):
            self._adopt(odb, below, its_kind)


def _objects_named_by(
    kind: ObjectKind, data: bytes
) -> Iterable[tuple[Oid, ObjectKind]]:
    """The objects that one names, with their kinds; submodules' commits as blobs."""
    if kind == "commit":
        commit = RawCommit.parse(data)
        yield commit.tree, "tree"
        yield from ((parent, "commit") for parent in commit.parents)
    if kind == "tree":
        for entry in parse_tree(data).values():
            yield entry.oid, "tree" if entry.mode == DIRECTORY else "blob"


def _write_commit(odb: pygit2.Odb, tree: Oid, *parents: Oid) -> Oid:
    """Write a commit of the tree: git before 2.40 merges nothing else."""
    who = b"gitsplit <gitsplit> 0 +0000"
    named = (b"parent " + parent.encode() for parent in parents)
    headers = (b"tree " + tree.encode(), *named, b"author " + who, b"committer " + who)
    commit = RawCommit(headers, b"")
    return Oid(str(odb.write(pygit2.GIT_OBJECT_COMMIT, commit.serialize())))


def _paths_in_trees(paths: Iterable[bytes], sides: Sequence[Oid]) -> Iterator[bytes]:
    """The conflicting paths as they are in the trees.

    Where a directory takes a file's place, git calls the file ``file~`` and its side.
    """
    for path in paths:
        name, tilde, side = path.rpartition(b"~")
        yield name if tilde and side.decode(errors="replace") in sides else path


def _conflict_error(
    commit: SourceCommit, paths: Sequence[bytes], words: str = ""
) -> ReplayConflict:
    """The error for paths that conflict.

    A merge driver that is missing or fails is a conflict to git, too; the ``words`` say
    so.
    """
    found = list(dict.fromkeys(printable(path) for path in paths if path))
    return ReplayConflict(
        f"{commit.in_words} would conflict in {name_list(found)} with what is before"
        " it.",
        hint=f"{words and f'A program said: {words}. '}Leave out, move or edit less, or"
        " send those hunks to another commit instead.",
        commit=commit.oid,
        paths=tuple(path for path in dict.fromkeys(paths) if path),
    )


def _too_old_error(commit: SourceCommit) -> GitTooOld:
    return GitTooOld(
        f"{commit.in_words} and what has changed before it touch the same files, and"
        " merging them needs git 2.38.",
        hint="Install a newer git, or leave those files alone.",
    )
