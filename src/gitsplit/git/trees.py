"""New objects in memory, before they are stored, and the trees that path changes make.

Everything a rewrite will write is computed here first, so a preview can show the very
ids that applying writes. Must not know refs, and stores nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from stat import S_ISDIR
from typing import NamedTuple, Protocol, TypeGuard

from msgspec import Struct, field

from gitsplit.errors import InvalidPlan
from gitsplit.model.escape import printable
from gitsplit.model.objects import (
    DIRECTORY,
    Entries,
    ObjectKind,
    Oid,
    RawCommit,
    TreeEntry,
    differing_entries,
    object_id,
    parse_tree,
    serialize_tree,
)
from gitsplit.model.series import PathChange

EMPTY_TREE = object_id("tree", b"")


class ObjectReader(Protocol):
    """A reader of stored objects, such as the repository."""

    @property
    def temporary_objects(self) -> Collection[Oid]:
        """The objects that can be read for now, and that are still to be stored."""

    def read_object(self, oid: Oid, /) -> tuple[ObjectKind, bytes]:
        """The kind and the bytes of a stored object."""

    def has_object(self, oid: Oid, /) -> bool:
        """Whether the object is stored."""


class NewObjects:
    """New objects by id, in memory, over those that are stored.

    An object that the repository has already is kept here all the same: storing it
    again freshens it, so that a ``git gc`` in the meantime doesn't prune it. New are
    also the temporary ones, which ``stored`` can read for now.
    """

    def __init__(self, stored: ObjectReader) -> None:
        self._stored = stored
        self._temporary = stored.temporary_objects
        self._new: dict[Oid, tuple[ObjectKind, bytes]] = {}
        self._trees_read: dict[Oid, Mapping[bytes, TreeEntry]] = {}
        self._raw_trees: dict[Oid, bytes] = {}
        self._named: set[Oid] = set()

    def add(self, kind: ObjectKind, data: bytes) -> Oid:
        """Add a new object; its id."""
        oid = object_id(kind, data)
        self._new[oid] = (kind, data)
        return oid

    def new(self, oid: Oid) -> tuple[ObjectKind, bytes] | None:
        """The kind and content of a new object; None for any other."""
        if oid in self._temporary and oid not in self._new:
            self._new[oid] = self._stored.read_object(oid)
        return self._new.get(oid)

    def is_stored(self, oid: Oid) -> bool:
        """Whether the repository has the object, and not only for now."""
        return oid not in self._temporary and self._stored.has_object(oid)

    def read_object(self, oid: Oid) -> tuple[str, bytes]:
        """Read an object, new or stored: its kind and content."""
        return self.new(oid) or self._stored.read_object(oid)

    def read_commit(self, oid: Oid) -> RawCommit:
        """Read a commit, new or stored."""
        return RawCommit.parse(self.read_object(oid)[1])

    def tree(self, oid: Oid) -> Mapping[bytes, TreeEntry]:
        """Read the entries of a tree, new or stored."""
        if oid == EMPTY_TREE:
            return {}  # git knows it without having stored it
        if (new := self.new(oid)) is not None:
            return parse_tree(new[1])
        if oid not in self._trees_read:
            raw = self._raw_trees.get(oid) or self._stored.read_object(oid)[1]
            self._trees_read[oid] = parse_tree(raw)
        return self._trees_read[oid]

    def differing_entries(self, old: Oid, new: Oid) -> tuple[Entries, Entries]:
        """The entries of each of two trees that the other hasn't."""
        before, after = differing_entries(self._raw_tree(old), self._raw_tree(new))
        self._named.update(e.oid for side in (before, after) for e in side.values())
        return before, after

    def _raw_tree(self, oid: Oid) -> bytes:
        if oid == EMPTY_TREE:
            return b""
        if (new := self.new(oid)) is not None:
            return new[1]
        if oid not in self._raw_trees:
            self._raw_trees[oid] = self._stored.read_object(oid)[1]
        return self._raw_trees[oid]

    def named_objects(self) -> frozenset[Oid]:
        """The objects that the stored trees read so far name, where these differed.

        A partial clone lacks some of them; naming them again is right all the same.
        """
        trees = self._trees_read.values()
        named = (entry.oid for tree in trees for entry in tree.values())
        return frozenset(named).union(self._named)


class PathPair(NamedTuple):
    """The entries of two trees at one path; None where one has no file there."""

    before: TreeEntry | None
    after: TreeEntry | None


def changed_paths(objects: NewObjects, old: Oid, new: Oid) -> dict[bytes, PathPair]:
    """Every path at which the two trees differ, with both entries; without renames.

    Equal trees aren't read: they may be missing.
    """
    return {} if old == new else dict(_path_pairs(objects, old, new))


def _path_pairs(
    objects: NewObjects, old: Oid, new: Oid
) -> Iterator[tuple[bytes, PathPair]]:
    """Each such path with its entries; without recursion, for directories are deep."""
    waiting = [(b"", old, new)]
    while waiting:
        prefix, *trees = waiting.pop()
        before, after = objects.differing_entries(*trees)
        for name in before.keys() | after.keys():
            sides = (before.get(name), after.get(name))
            if sides[0] == sides[1]:
                continue
            files = PathPair(*(None if _is_directory(side) else side for side in sides))
            if files.before != files.after:
                yield prefix + name, files
            below = [side.oid if _is_directory(side) else EMPTY_TREE for side in sides]
            if below[0] != below[1]:
                waiting.append((prefix + name + b"/", below[0], below[1]))


def _is_directory(entry: TreeEntry | None) -> TypeGuard[TreeEntry]:
    return entry is not None and S_ISDIR(entry.mode)


class _Change(Struct):
    """The change at one name of a directory: a new entry, and changes below it."""

    is_named: bool = False
    entry: TreeEntry | None = None
    below: "dict[bytes, _Change]" = field(default_factory=dict)


def tree_with(
    objects: NewObjects, base: Oid | None, paths: Iterable[PathChange]
) -> Oid:
    """Make the tree like ``base`` in which these paths have these entries, or none.

    Only the directories on the way to a path are read; one that loses its last entry is
    removed. ``base`` is None for the empty tree. A path counts as a file: to remove it
    leaves a directory of that name alone, as in git's index.

    Raises InvalidPlan where a path would be a file and a directory at once.
    """
    start = None if base == EMPTY_TREE else base
    top = _Directory(b"", _nested_changes(paths), start)
    # The deepest are made first; they may be deeper than Python's stack.
    for directory in reversed(_directories_to_make(objects, top)):
        directory.make(objects)
    return objects.add("tree", b"") if top.made is None else top.made


def _nested_changes(paths: Iterable[PathChange]) -> dict[bytes, _Change]:
    """The changes nested by directory; of two for a path, the last counts."""
    top: dict[bytes, _Change] = {}
    for path, entry in paths:
        *directories, name = path.split(b"/")
        names = top
        for directory in directories:
            names = names.setdefault(directory, _Change()).below
        change = names.setdefault(name, _Change())
        change.is_named, change.entry = True, entry
    return top


class _Directory(Struct):
    """A directory to be made; ``path`` ends with a slash, but for the top.

    ``base`` and ``made`` are its trees before and after, None where it is empty.
    """

    path: bytes
    changes: Mapping[bytes, _Change]
    base: Oid | None
    below: "dict[bytes, _Directory]" = field(default_factory=dict)
    made: Oid | None = None

    def make(self, objects: NewObjects) -> None:
        """Make the tree, when those of the directories below it are made."""
        before = objects.tree(self.base) if self.base else {}
        after = dict(before)
        for name, change in self.changes.items():
            entry = self._entry(name, change, before.get(name))
            if entry:
                after[name] = entry
            else:
                after.pop(name, None)
        if after == before:
            self.made = self.base
        elif after:
            self.made = objects.add("tree", serialize_tree(after))

    def _entry(
        self, name: bytes, change: _Change, before: TreeEntry | None
    ) -> TreeEntry | None:
        """The new entry of a name whose entry was ``before``."""
        file = change.entry if change.is_named else before
        if _is_directory(file):
            file = None
        below = before.oid if _is_directory(before) else None
        if name in self.below:
            below = self.below[name].made
        if file and below:
            path = printable(self.path + name)
            raise InvalidPlan(
                f"One of the new commits would have {path} as a file and as a"
                " directory.",
                hint="Send the hunks that free and use that path to the same commit.",
            )
        return TreeEntry(DIRECTORY, below) if below else file


def _directories_to_make(objects: NewObjects, top: _Directory) -> list[_Directory]:
    """The top directory and every one below it that changes, parents first."""
    found = [top]
    for directory in found:
        before = objects.tree(directory.base) if directory.base else {}
        for name, change in directory.changes.items():
            if change.below:
                entry = before.get(name)
                base = entry.oid if _is_directory(entry) else None
                path = directory.path + name + b"/"
                directory.below[name] = _Directory(path, change.below, base)
                found.append(directory.below[name])
    return found
