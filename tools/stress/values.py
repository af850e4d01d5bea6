"""Commits to be split, as plain values: trees before and after, and what is odd."""

from dataclasses import dataclass
from hashlib import sha1
from typing import Any

FILE = 0o100644
EXECUTABLE = 0o100755
SYMLINK = 0o120000
GITLINK = 0o160000

Json = Any
"""A plan file, as the json module reads it."""


@dataclass(frozen=True, slots=True)
class Blob:
    """What a tree has at a path; a gitlink's content is its commit id in hex."""

    mode: int
    content: bytes

    @property
    def oid(self) -> str:
        """The id that git gives to the content."""
        if self.mode == GITLINK:
            return self.content.decode("ascii")
        return expected_id(b"blob", self.content)


Tree = dict[bytes, Blob]
Settings = tuple[tuple[str, str], ...]
Listing = dict[bytes, tuple[int, str]]
"""Path to mode and object id, as ``git ls-tree -r`` has them."""


@dataclass(frozen=True)
class StressCase:
    """One commit to split: ``number`` and the run's seed say everything about it.

    ``before`` is None for a root commit; ``above`` are the trees of the commits on top;
    ``settings`` are what ``git config`` holds while it is split.
    """

    number: int
    kinds: tuple[str, ...]
    before: Tree | None
    after: Tree
    above: tuple[Tree, ...] = ()
    settings: Settings = ()

    @property
    def attributes(self) -> bytes | None:
        """The ``.gitattributes`` that a checkout of the commit would have."""
        blob = self.after.get(b".gitattributes")
        return None if blob is None else blob.content


def listing(tree: Tree) -> Listing:
    """The tree as ``git ls-tree -r`` has it."""
    return {path: (blob.mode, blob.oid) for path, blob in tree.items()}


def tree_id(files: Listing) -> str:
    """The id of the tree that has these files (a directory sorts as with a slash)."""
    names: dict[bytes, Listing] = {}
    for path, entry in files.items():
        name, slash, below = path.partition(b"/")
        names.setdefault(name + slash, {})[below] = entry
    rows = []
    for name in sorted(names):
        if name.endswith(b"/"):
            mode, oid = 0o40000, tree_id(names[name])
        else:
            mode, oid = names[name][b""]
        rows.append(b"%o %s\0%s" % (mode, name.removesuffix(b"/"), bytes.fromhex(oid)))
    return expected_id(b"tree", b"".join(rows))


def expected_id(kind: bytes, data: bytes) -> str:
    """The id that git gives to an object."""
    return sha1(b"%s %d\0%s" % (kind, len(data), data)).hexdigest()


def split_lines(content: bytes) -> list[bytes]:
    r"""The lines, each with its ``\n``; the last may lack it."""
    *ended, last = content.split(b"\n")
    return [line + b"\n" for line in ended] + ([last] if last else [])
