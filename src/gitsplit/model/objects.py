"""Git's objects as bytes: ids, raw commits and raw trees, read and written exactly.

Knows the formats of ``gitformat`` (commit, tree, blob) and nothing of where objects
are kept. A commit is copied by replacing header lines in its raw bytes, because
whatever re-serialises it from fields loses ``encoding``, odd time zones and unknown
headers.
"""

import re
import zlib
from collections.abc import Iterable, Iterator, Set
from functools import cached_property
from hashlib import sha1
from typing import Literal, NewType

from msgspec import Struct

from gitsplit.errors import ObjectDamaged
from gitsplit.model.lines import equal_length, equal_tail

Oid = NewType("Oid", str)
"""An object id: 40 lower-case hex digits."""

NO_OBJECT = Oid("0" * 40)
"""What stands for an object where there is none, as in git's own interfaces."""

ObjectKind = Literal["blob", "tree", "commit"]

FILE = 0o100644
EXECUTABLE = 0o100755
SYMLINK = 0o120000
GITLINK = 0o160000
DIRECTORY = 0o040000


_OID = re.compile(rb"[0-9a-f]{40}")


def object_id(kind: ObjectKind | Literal["tag"], data: bytes) -> Oid:
    """The id that git gives to ``data`` as an object of this kind."""
    named = sha1(b"%s %d\0" % (kind.encode(), len(data)), usedforsecurity=False)
    named.update(data)
    return Oid(named.hexdigest())


_LOOSE_HEADER = re.compile(rb"(commit|tree|blob|tag) (\d+)")

LOOSE_HEADER_BYTES = 64
"""So many bytes the header of a loose object has at most."""

LOOSE_START_BYTES = 1024
"""So many of its file hold the header in any case: a table of codes comes first.

That of deflate takes up to 600 bytes (RFC 1951, 3.2.7).
"""


def loose_object(oid: str, packed: bytes) -> tuple[str, bytes]:
    """The kind and the content of an object whose file has the bytes ``packed``.

    Raises ObjectDamaged where they aren't a whole object.
    """
    stream = zlib.decompressobj()
    try:
        header, _, data = stream.decompress(packed).partition(b"\0")
    except zlib.error:
        raise damage_error(oid, "its file is garbled") from None
    named = _LOOSE_HEADER.fullmatch(header)
    if not stream.eof or named is None or int(named[2]) != len(data):
        raise damage_error(oid, "its file is cut off or garbled")
    return named[1].decode("ascii"), data


def loose_beginning(oid: str, packed: bytes, most: int) -> tuple[int, bytes]:
    """The size of the object whose file begins so, and up to ``most`` of its content.

    Raises ObjectDamaged where no object begins so.
    """
    try:
        begun = zlib.decompressobj().decompress(packed, LOOSE_HEADER_BYTES + most)
    except zlib.error:
        raise damage_error(oid, "its file is garbled") from None
    header, end, data = begun.partition(b"\0")
    named = _LOOSE_HEADER.fullmatch(header)
    if named is None or not end:
        raise damage_error(oid, "its file is cut off or garbled")
    return int(named[2]), data[:most]


def damage_error(oid: str, why: str) -> ObjectDamaged:
    """The error for an object that isn't what its id stands for."""
    return ObjectDamaged(
        f"The object {Oid(oid)} is damaged: {why}.",
        hint="Check the repository with: git fsck",
    )


_REPLACED = frozenset({b"tree", b"parent", b"committer", b"gpgsig", b"gpgsig-sha256"})
"""The header fields that :meth:`RawCommit.with_fields` writes anew, or leaves out."""

_IDENTITY = re.compile(rb"(.*?) ?<(.*)> (\d{1,19}) ([-+]\d{1,9})")


class Identity(Struct, frozen=True):
    """Who did something and when: the value of an author or committer header.

    It may be malformed in any way, and is empty where a commit has no such header.
    """

    value: bytes = b""

    @property
    def who(self) -> bytes:
        """Name and address, as they stand there."""
        before, end, _ = self.value.rpartition(b">")
        return before + end if end else self.value

    @property
    def address(self) -> bytes:
        """The e-mail address; empty where there is none."""
        return self.value.partition(b"<")[2].partition(b">")[0]

    @property
    def seconds(self) -> int:
        """When it was, in seconds since the epoch; 0 where that is malformed."""
        return 0 if self.parts is None else int(self.parts[2])

    @property
    def parts(self) -> tuple[bytes, bytes, bytes, bytes] | None:
        """Name, address, seconds and time zone; None where the value is malformed."""
        found = _IDENTITY.fullmatch(self.value)
        return None if found is None else (found[1], found[2], found[3], found[4])


class RawCommit(Struct, frozen=True, dict=True):
    """A commit's headers and message, byte for byte.

    ``headers`` are the header fields in order, each with its continuation lines,
    without the newline that ends it. ``message`` is all that follows the empty line.
    """

    headers: tuple[bytes, ...]
    message: bytes

    @classmethod
    def parse(cls, data: bytes) -> "RawCommit":
        """The commit whose object is ``data``, without the type header.

        One that ends with its headers has an empty message.
        """
        head, blank, message = data.partition(b"\n\n")
        if not blank:
            head = head.removesuffix(b"\n")
        lines = head.split(b"\n")
        if b"\n " not in head:
            return cls(tuple(lines), message)
        fields = lines[:1]
        for line in lines[1:]:
            if line.startswith(b" "):
                fields[-1] += b"\n" + line
            else:
                fields.append(line)
        return cls(tuple(fields), message)

    def serialize(self) -> bytes:
        """The bytes of the commit object; the inverse of :meth:`parse`."""
        return b"\n".join(self.headers) + b"\n\n" + self.message

    def values(self, name: bytes) -> tuple[bytes, ...]:
        """The values of every header field called ``name``."""
        prefix = name + b" "
        size = len(prefix)
        return tuple([f[size:] for f in self.headers if f.startswith(prefix)])

    @cached_property
    def tree(self) -> Oid:
        """The commit's tree; ObjectDamaged where it names none."""
        first = self.headers[0]  # where it is in every commit that git makes
        named = (first[5:],) if first.startswith(b"tree ") else self.values(b"tree")
        return _oid_of_field(b"tree", (named or (b"",))[0])

    @cached_property
    def parents(self) -> tuple[Oid, ...]:
        """The commit's parents, first parent first."""
        named = [field[7:] for field in self.headers if field.startswith(b"parent ")]
        return tuple([_oid_of_field(b"parent", value) for value in named])

    @property
    def author(self) -> Identity:
        """Who wrote it, by the first header that says so."""
        return Identity(*self.values(b"author")[:1])

    @property
    def committer(self) -> Identity:
        """Who committed it, by the first header that says so."""
        return Identity(*self.values(b"committer")[:1])

    @property
    def encoding(self) -> str:
        """The name of the message's character encoding; UTF-8 unless it says so."""
        named = self.values(b"encoding")
        return named[0].decode("ascii", "replace") if named else "utf-8"

    def with_fields(
        self,
        *,
        tree: Oid,
        parents: Iterable[Oid],
        committer: bytes,
        message: bytes,
        without: frozenset[bytes] = frozenset(),
    ) -> "RawCommit":
        """The same commit with these fields replaced and every other byte kept.

        The signature (``gpgsig``, ``gpgsig-sha256``) signs other bytes, so it goes;
        so do the fields named in ``without``. ``committer`` is the field's value.
        """
        fields = [b"tree " + tree.encode(), *[b"parent " + p.encode() for p in parents]]
        gone = _REPLACED | without if without else _REPLACED
        # Where the committer stood, for a malformed commit to stay just as malformed.
        place: int | None = None
        for header in self.headers:
            name = header.partition(b" ")[0]
            if name not in gone:
                fields.append(header)
            elif place is None and name == b"committer":
                place = len(fields)
        place = len(fields) if place is None else place
        fields.insert(place, b"committer " + committer)
        return RawCommit(tuple(fields), message)

    def with_author(self, author: bytes) -> "RawCommit":
        """The same commit by another author; ``author`` is the field's value."""
        field = b"author " + author
        is_his = [each.startswith(b"author ") for each in self.headers]
        pairs = zip(self.headers, is_his, strict=True)
        return RawCommit(tuple(field if his else h for h, his in pairs), self.message)


def _oid_of_field(field: bytes, value: bytes) -> Oid:
    """The id that is a header field's value; raises ObjectDamaged where it is none."""
    if not _OID.fullmatch(value):
        raise _damage(f"A commit of this repository names no {field.decode()}")
    return Oid(value.decode("ascii"))


def _damage(what: str) -> ObjectDamaged:
    return ObjectDamaged(f"{what}.", hint="See which with: git fsck")


class TreeEntry(Struct, frozen=True):
    """An entry of a tree: its mode and its object's id."""

    mode: int
    oid: Oid


class StagedEntry(Struct, frozen=True):
    """An entry of the index (gitformat-index(5)): mode, and the id of its object.

    ``is_intended`` says that it only says that the file will be added
    (``git add --intent-to-add``); then its object is the empty blob.
    """

    mode: int
    oid: Oid
    is_intended: bool = False

    @property
    def in_tree(self) -> TreeEntry | None:
        """The entry of the tree that the index would make."""
        return None if self.is_intended else TreeEntry(self.mode, self.oid)


class EntryUpdate(Struct, frozen=True):
    """The entry of the index at a path, before and after; None where there is none."""

    path: bytes
    old: StagedEntry | None
    new: StagedEntry | None

    @property
    def back(self) -> "EntryUpdate":
        """The update that undoes this one."""
        return EntryUpdate(self.path, self.new, self.old)


def parse_tree(data: bytes) -> dict[bytes, TreeEntry]:
    """The entries of a raw tree by name, in the order of the tree.

    Raises ObjectDamaged where the bytes are no tree.
    """
    entries: dict[bytes, TreeEntry] = {}
    at = 0
    try:
        while at < len(data):
            end = data.index(b"\0", at)
            mode, name = data[at:end].split(b" ", 1)
            entries[name] = TreeEntry(int(mode, 8), Oid(data[end + 1 : end + 21].hex()))
            at = end + 21
    except ValueError:
        at = -1
    if at != len(data):
        raise _tree_damage()
    return entries


_RAW_ENTRY = re.compile(rb"([0-7]+) ([^\0]*)\0(.{20})", re.DOTALL)
_RAW_ENTRIES = re.compile(rb"(?:[0-7]+ [^\0]*\0.{20})*+", re.DOTALL)

Entries = dict[bytes, TreeEntry]


def differing_entries(old: bytes, new: bytes) -> tuple[Entries, Entries]:
    """The entries of each of two raw trees that the other hasn't just so, by name.

    What is the same on both sides, as nearly all of a wide directory is, is never made
    an entry. Raises ObjectDamaged where the bytes are no trees.
    """
    start = _end_of_entries(old, 0, equal_length(old, new))
    one, other = old[start:], new[start:]
    tail = equal_tail(one, other)
    # What is the same at the end may begin within an entry, on either side.
    ends = {_length_left(side, len(side) - tail) for side in (one, other)}
    if len(ends) == 1 and (same := ends.pop()):
        one, other = one[:-same], other[:-same]
    sides = _raw_entries(one), _raw_entries(other)
    shared = {*sides[0]}.intersection(sides[1])
    before, after = (
        {
            name: TreeEntry(int(mode, 8), Oid(oid.hex()))
            for mode, name, oid in rows
            if (mode, name, oid) not in shared
        }
        for rows in sides
    )
    return before, after


def _length_left(data: bytes, at: int) -> int:
    """How many bytes are left from the first entry on that begins there or later.

    Raises ObjectDamaged where these are no entries.
    """
    begun = _end_of_entries(data, 0, at)
    entry = _RAW_ENTRY.match(data, begun) if begun < at else None
    first = entry.end() if entry else begun
    if _end_of_entries(data, first, len(data)) != len(data):
        raise _tree_damage()
    return len(data) - first


def _end_of_entries(data: bytes, start: int, stop: int) -> int:
    """Where the last whole entry ends that ends by ``stop``."""
    found = _RAW_ENTRIES.match(data, start, stop)
    assert found is not None, "there may be none of them"
    return found.end()


def _raw_entries(data: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """The mode, name and id of each entry of a raw tree, as bytes."""
    if _end_of_entries(data, 0, len(data)) != len(data):
        raise _tree_damage()
    return _RAW_ENTRY.findall(data)


def _tree_damage() -> ObjectDamaged:
    return _damage("A directory (tree) of this repository is damaged")


def serialize_tree(entries: dict[bytes, TreeEntry]) -> bytes:
    """The raw tree with these entries, sorted as git sorts them.

    A directory sorts as if its name ended in a slash (``base_name_compare``).
    """

    def key(item: tuple[bytes, TreeEntry]) -> bytes:
        name, entry = item
        return name + b"/" if entry.mode == DIRECTORY else name

    return b"".join(
        b"%o %s\0" % (entry.mode, name) + bytes.fromhex(entry.oid)
        for name, entry in sorted(entries.items(), key=key)
    )


def directories(path: bytes) -> Iterator[bytes]:
    """Every directory that ``path`` lies in, outermost first."""
    at = path.find(b"/")
    while at >= 0:
        yield path[:at]
        at = path.find(b"/", at + 1)


def without_room(paths: Iterable[bytes], files: Set[bytes]) -> Iterator[bytes]:
    """The paths that can't be beside these files, as one is a directory of the other.

    A path that is one of the files itself isn't among them for that.
    """
    above = {directory for path in files for directory in directories(path)}
    for path in paths:
        if path in above or not files.isdisjoint(directories(path)):
            yield path
