"""The object database, opened by libgit2, and the objects in files of their own.

Those are what a power cut damages. libgit2 never comes back from one that is cut off in
its first bytes, so they are read here.
"""

import os
import re
import zlib
from pathlib import Path

import pygit2

from gitsplit.errors import NotARepository, ObjectDamaged
from gitsplit.model.objects import Oid

UNREADABLE = (KeyError, OSError, pygit2.GitError)
"""What libgit2 raises where it can't read something."""

_HEADER = re.compile(rb"(commit|tree|blob|tag) (\d+)")


def read(objects_dir: Path, oid: str) -> tuple[str, bytes] | None:
    """The kind and content of the object; None where it has no file that is readable.

    Raises ObjectDamaged where the file isn't a whole object.
    """
    try:
        packed = Path(objects_dir, oid[:2], oid[2:]).read_bytes()
    except OSError:
        return None
    stream = zlib.decompressobj()
    try:
        header, _, data = stream.decompress(packed).partition(b"\0")
    except zlib.error:
        raise damage(oid, "its file is garbled") from None
    named = _HEADER.fullmatch(header)
    if not stream.eof or named is None or int(named[2]) != len(data):
        raise damage(oid, "its file is cut off or garbled")
    return named[1].decode("ascii"), data


def damage(oid: str, why: str) -> ObjectDamaged:
    """The error for an object that isn't what its id stands for."""
    return ObjectDamaged(
        f"The object {Oid(oid)} is damaged: {why}.",
        hint="Check the repository with: git fsck",
    )


def open_database(objects_dir: Path, cwd: Path) -> pygit2.Odb:
    """The objects there, in its alternates, and where the environment says.

    Raises NotARepository where they can't be read.
    """
    lent = os.environ.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", "")
    try:
        odb = pygit2.Odb(objects_dir)
        for path in filter(None, lent.split(os.pathsep)):
            if (cwd / path).is_dir():
                odb.add_disk_alternate(cwd / path)
    except UNREADABLE as error:
        raise NotARepository(
            f"The objects of this repository can't be read: {error}.",
            hint="See what git says to: git fsck",
        ) from error
    return odb
