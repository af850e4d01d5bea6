"""Stores new objects: as one pack, by ``git index-pack``, which checks them first.

The pack has no deltas (gitformat-pack(5)): the next repack makes some. It comes by way
of a quarantine, as in ``git receive-pack``: a directory of objects that becomes part of
the repository when it is complete and on disk. Must not move refs.
"""

import re
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha1
from pathlib import Path

from msgspec import Struct

from gitsplit.errors import WriteFailed
from gitsplit.git.program import durable_environment, this_process
from gitsplit.git.repository import Repository, object_environment
from gitsplit.git.state_dir import (
    own_prefix,
    remove_files,
    set_shared_permissions,
    sync_directory,
)
from gitsplit.git.trees import NewObjects
from gitsplit.git.write import Rewrite
from gitsplit.model.objects import (
    DIRECTORY,
    GITLINK,
    ObjectKind,
    Oid,
    parse_tree,
)

_PACK_VERSION = 2

_FIRST_FIELDS = re.compile(rb"tree [0-9a-f]{40}\n(?:parent [0-9a-f]{40}\n)*")
"""What a commit begins with, and what it names in them."""

_PIECE = 1 << 16
"""So many bytes of a pack are given to git at once; as many a pipe holds (pipe(7))."""

_SMALL_WINDOW = 12
"""The base-two logarithm of a window in bytes, as zlib takes it."""

_INDEX_LAST = (".pack", ".rev", ".idx")
"""In this order the files of a pack come; git sees it with the last."""

_TYPE_NUMBER: dict[ObjectKind, int] = {"commit": 1, "tree": 2, "blob": 3}


def pack_of(objects: Sequence[tuple[ObjectKind, bytes]]) -> Iterator[bytes]:
    """The pack stream of these objects in this order (gitformat-pack(5)), in pieces.

    So each can be made while git reads those before.
    """
    piece = bytearray(b"PACK" + _PACK_VERSION.to_bytes(4) + len(objects).to_bytes(4))
    checksum = sha1(usedforsecurity=False)
    for kind, data in objects:
        piece += _entry_header(_TYPE_NUMBER[kind], len(data))
        piece += _compress(data)
        if len(piece) >= _PIECE:
            checksum.update(piece)
            yield bytes(piece)
            piece.clear()
    checksum.update(piece)
    yield bytes(piece) + checksum.digest()


def _compress(data: bytes) -> bytes:
    """The bytes as a stream of zlib's format (RFC 1950).

    A small one with a small window: what zlib prepares for the usual one of 32 KiB
    takes longer than to compress a commit.
    """
    if len(data) > 1 << _SMALL_WINDOW:
        return zlib.compress(data)
    stream = zlib.compressobj(wbits=_SMALL_WINDOW, memLevel=5)
    return stream.compress(data) + stream.flush()


def _entry_header(number: int, size: int) -> bytes:
    """The header of a pack entry: 4 bits of size, then 7 in each further byte."""
    byte, size = number << 4 | size & 0x0F, size >> 4
    if size < 0x80:  # that of most, seen at once
        return bytes((byte | 0x80, size) if size else (byte,))
    encoded = bytearray()
    while size:
        encoded.append(byte | 0x80)
        byte, size = size & 0x7F, size >> 7
    encoded.append(byte)
    return bytes(encoded)


KEEP_REASON = "gitsplit"
"""How the content of gitsplit's own ``.keep`` files begins."""


def objects_to_store(
    objects: NewObjects,
    rewrite: Rewrite,
    trees: Iterable[Oid] = (),
    blobs: Iterable[Oid] = (),
) -> tuple[tuple[ObjectKind, bytes], ...]:
    """The new objects that the rewrite consists of, each after those that it names.

    ``trees`` and ``blobs`` are stored besides those of its commits.

    Raises WriteFailed where one names an object that is neither new, nor named by the
    source commits and their trees, nor stored.
    """
    walk = _NewObjectWalk(objects, _objects_of_originals(objects, rewrite), {})
    for written in rewrite.commits:
        walk.reach(written.oid, "commit")
    for tree in trees:
        walk.reach(tree, "tree")
    for blob in blobs:
        walk.reach(blob, "blob")
    return tuple(walk.reached.values())


def _objects_of_originals(objects: NewObjects, rewrite: Rewrite) -> frozenset[Oid]:
    """The objects that the source commits, and the trees read of them, name."""
    sources = list(rewrite.sources)
    trees = (source.raw.tree for source in sources)
    parents = (parent for source in sources for parent in source.raw.parents)
    own = (source.oid for source in sources)
    return objects.named_objects().union(own, trees, parents)


class _NewObjectWalk(Struct):
    """A walk over the new objects that are reachable from commits and trees.

    ``named`` are objects that may be missing, as in a partial clone: the originals name
    them.
    """

    objects: NewObjects
    named: frozenset[Oid]
    reached: dict[Oid, tuple[ObjectKind, bytes]]

    def reach(self, oid: Oid, kind: ObjectKind) -> None:
        """Add ``oid`` and all new objects reachable from it to ``reached``, it last."""
        # Directories may be deeper than Python's stack.
        waiting: list[tuple[Oid, ObjectKind, bool]] = [(oid, kind, False)]
        while waiting:
            oid, kind, is_reached_below = waiting.pop()
            new = self.objects.new(oid)
            if oid in self.reached:
                continue
            if new is None:
                self._expect(oid in self.named or self.objects.is_stored(oid), oid)
                continue
            self._expect(new[0] == kind, oid)
            below = () if is_reached_below else self._unreached_below(oid, *new)
            if below:
                waiting += [(oid, kind, True), *reversed(below)]
            else:
                self.reached[oid] = new

    def _unreached_below(
        self, oid: Oid, kind: ObjectKind, data: bytes
    ) -> Sequence[tuple[Oid, ObjectKind, bool]]:
        """The objects that a new object names, without those known to be right."""
        if kind == "blob":
            return ()
        named_by = self._named_by_commit if kind == "commit" else self._entries
        below = named_by(oid, data)
        reached, new, named = self.reached, self.objects.new, self.named
        return [
            (name, what, False)
            for name, what in below
            if name not in reached and (name not in named or new(name) is not None)
        ]

    def _named_by_commit(
        self, oid: Oid, data: bytes
    ) -> Iterable[tuple[Oid, ObjectKind]]:
        """The objects that a new commit names; WriteFailed for a malformed one."""
        first = _FIRST_FIELDS.match(data)
        committers = data.count(b"\ncommitter ", 0, data.find(b"\n\n"))
        # The author is the original's, even where that is malformed.
        if first is None or committers != 1:
            raise _malformed(oid)
        tree, *parents = first[0].decode("ascii").split()[1::2]
        return [(Oid(tree), "tree"), *[(Oid(each), "commit") for each in parents]]

    def _entries(self, tree: Oid, data: bytes) -> Iterable[tuple[Oid, ObjectKind]]:
        """The objects that a new tree names; WriteFailed for a malformed name."""
        for name, entry in parse_tree(data).items():
            self._expect(bool(name) and b"/" not in name, tree)
            if entry.mode != GITLINK:
                yield entry.oid, "tree" if entry.mode == DIRECTORY else "blob"

    @staticmethod
    def _expect(holds: bool, oid: Oid) -> None:
        """Raise WriteFailed where that doesn't hold."""
        if not holds:
            raise _malformed(oid)


def _malformed(oid: Oid) -> WriteFailed:
    return WriteFailed(
        f"The new object {oid} would be malformed or name a missing one.",
        hint="This is a bug in gitsplit; please report it.",
    )


@contextmanager
def store_objects(
    repo: Repository,
    objects: NewObjects,
    rewrite: Rewrite,
    trees: Iterable[Oid] = (),
    blobs: Iterable[Oid] = (),
) -> Iterator[None]:
    """Store the rewrite's objects, and keep gc off them within the ``with`` block.

    ``trees`` and ``blobs`` are stored besides those of its commits. Refs are to be
    moved inside the block: the pack has a ``.keep`` file until the block ends, because
    a ``git repack -a -d`` in the meantime would drop what no ref names yet.

    Raises WriteFailed with git's words where git doesn't take them.
    """
    new = objects_to_store(objects, rewrite, trees, blobs)
    keep = _store_pack(repo, new, this_process()) if new else None
    try:
        yield
    finally:
        if keep is not None:
            _remove_keep(keep)


@contextmanager
def store_for_rebase(
    repo: Repository, objects: NewObjects, rewrite: Rewrite
) -> Iterator[None]:
    """Store the rewrite's objects, and keep gc off them as long as a rebase needs them.

    A rebase is to be started inside the block. Only its todo list names what isn't
    picked yet, so the pack has a ``.keep`` file that names this worktree.

    Raises WriteFailed with git's words where git doesn't take them.
    """
    new = objects_to_store(objects, rewrite)
    keep = _store_pack(repo, new, f"{this_process()} {repo.git_dir}") if new else None
    try:
        yield
    finally:
        if keep is not None and not repo.is_rebasing:
            _remove_keep(keep)


def _remove_keep(keep: Path) -> None:
    """Remove the ``.keep`` file; where that fails, the next start does it."""
    with suppress(OSError):
        keep.unlink(missing_ok=True)


def _store_pack(
    repo: Repository, new: tuple[tuple[ObjectKind, bytes], ...], who: str
) -> Path | None:
    """Store the objects as a pack.

    Its ``.keep`` file, or None where it was kept already. The pack is fsynced, whatever
    the configuration says: a power cut that spares the refs must spare what they name.
    """
    try:
        with _quarantine(repo) as place:
            env = {**object_environment(repo, place), **durable_environment()}
            command, pack = ("index-pack", "--stdin"), pack_of(new)
            done = repo.program.run(*command, stdin=pack, check=False, env=env)
            if done.status:
                raise _store_error(done.reason)
            # "pack", a tab, and what the pack is called by.
            name = "pack-" + done.stdout.decode().strip().rpartition("\t")[2]
            return _move_pack(repo, place, name, f"{KEEP_REASON} {who}")
    except OSError as error:
        raise _store_error(error.strerror or str(error)) from error


def _store_error(why: str) -> WriteFailed:
    return WriteFailed(
        f"git couldn't store the new objects: {why}.",
        hint="Is the disk full, or the repository read-only?",
    )


@contextmanager
def _quarantine(repo: Repository) -> Iterator[Path]:
    """A temporary directory for new objects, on the repository's file system.

    Raises OSError where it can't be made.
    """
    place = Path(tempfile.mkdtemp(prefix=own_prefix(), dir=repo.objects_dir))
    try:
        set_shared_permissions(repo, place)
        yield place
    finally:
        remove_files(place)


def _made_keep(repo: Repository, keep: Path, place: Path, reason: str) -> bool:
    """Make the ``.keep`` file, unless it is there; whether it was made. Raises OSError.

    With its content at once: an empty one would be nobody's, and stay for ever.
    """
    made = place / keep.name
    made.write_text(f"{reason}\n", encoding="utf-8", errors="surrogateescape")
    set_shared_permissions(repo, made)
    try:
        keep.hardlink_to(made)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if keep.exists():
            return False
        made.replace(keep)
    return True


def _move_pack(repo: Repository, place: Path, name: str, reason: str) -> Path | None:
    """Move a pack from the quarantine into the repository; its ``.keep`` file.

    That is written first, so that no repack drops the pack. None where the same pack
    was there, kept by somebody else. Raises OSError.
    """
    packs = repo.objects_dir / "pack"
    if not packs.is_dir():
        packs.mkdir(exist_ok=True)
        sync_directory(repo.objects_dir)
    keep = packs / f"{name}.keep"
    is_kept_here = _made_keep(repo, keep, place, reason)
    for suffix in _INDEX_LAST:
        file_of_it = place / "pack" / f"{name}{suffix}"
        if file_of_it.exists():
            file_of_it.replace(packs / file_of_it.name)
    sync_directory(packs)
    return keep if is_kept_here else None
