"""Packs: many objects as one stream, for git to check and to store.

Knows ``gitformat-pack(5)`` as far as whole objects go. There are no deltas: the
stream lives for a moment, or until the next repack.
"""

import zlib
from collections.abc import Sequence
from hashlib import sha1

from gitsplit.model.objects import ObjectKind

VERSION = 2

_TYPE_NUMBER: dict[ObjectKind, int] = {"commit": 1, "tree": 2, "blob": 3}


def pack_of(objects: Sequence[tuple[ObjectKind, bytes]]) -> bytes:
    """The pack stream with these objects in this order, its checksum at the end."""
    parts = [b"PACK", VERSION.to_bytes(4, "big"), len(objects).to_bytes(4, "big")]
    for kind, data in objects:
        parts += [_entry_header(_TYPE_NUMBER[kind], len(data)), zlib.compress(data)]
    checksum = sha1(usedforsecurity=False)
    for part in parts:
        checksum.update(part)
    return b"".join([*parts, checksum.digest()])


def _entry_header(number: int, size: int) -> bytes:
    """Type and size as git packs them: 4 bits of size, then 7 in each further byte."""
    encoded = bytearray()
    byte, size = number << 4 | size & 0x0F, size >> 4
    while size:
        encoded.append(byte | 0x80)
        byte, size = size & 0x7F, size >> 7
    encoded.append(byte)
    return bytes(encoded)
