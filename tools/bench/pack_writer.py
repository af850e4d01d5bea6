"""The bare way to split a commit under others: a script of the standard library alone.

What remains where nothing is asked, checked, locked or recorded: commits are read by
one ``git cat-file``, their parents are replaced, all new objects go into one pack and
the branch is moved. Called as ``python -IS pack_writer.py COMMIT BRANCH PATH...``.
"""

import hashlib
import subprocess
import sys
import zlib

TYPES = {b"commit": 1, b"tree": 2}
MADE: dict[bytes, tuple[bytes, bytes]] = {}


def git(*args: str, given: bytes = b"") -> bytes:
    done = subprocess.run(["git", *args], input=given, stdout=subprocess.PIPE)
    done.check_returncode()
    return done.stdout


def read(names: list[bytes]) -> list[bytes]:
    """The contents of these objects."""
    out, at, found = git("cat-file", "--batch", given=b"\n".join(names)), 0, []
    for _ in names:
        start = out.index(b"\n", at) + 1
        at = start + int(out[at:start].split()[2])
        found.append(out[start:at])
        at += 1
    return found


def make(kind: bytes, data: bytes) -> bytes:
    name = hashlib.sha1(b"%s %d\0" % (kind, len(data)) + data).hexdigest().encode()
    MADE[name] = kind, data
    return name


def entries_of(tree: bytes) -> dict[bytes, tuple[bytes, bytes]]:
    """Mode and id by name."""
    (data,), found = read([tree]), {}
    while data:
        head, _, rest = data.partition(b"\0")
        mode, _, name = head.partition(b" ")
        found[name], data = (mode, rest[:20]), rest[20:]
    return found


def tree_with(before: bytes, after: bytes, paths: list[list[bytes]]) -> bytes:
    """The tree ``before`` with these paths as in ``after``."""
    entries, new = entries_of(before), entries_of(after)
    for name in {path[0] for path in paths}:
        below = [path[1:] for path in paths if path[0] == name and path[1:]]
        mode, oid = new[name]
        if below:
            made = tree_with(entries[name][1].hex().encode(), oid.hex().encode(), below)
            oid = bytes.fromhex(made.decode())
        entries[name] = mode, oid
    rows = sorted(
        (name + b"/" * (mode == b"40000"), name, mode, oid)
        for name, (mode, oid) in entries.items()
    )
    return make(b"tree", b"".join(b"%b %b\0%b" % (m, n, o) for _, n, m, o in rows))


def with_parent(commit: bytes, parent: bytes) -> bytes:
    start = commit.index(b"\nparent ") + 8
    return commit[:start] + parent + commit[start + 40 :]


def pack() -> bytes:
    parts = [b"PACK" + (2).to_bytes(4, "big") + len(MADE).to_bytes(4, "big")]
    for kind, data in MADE.values():
        size, byte = len(data) >> 4, TYPES[kind] << 4 | len(data) & 15
        while size:
            parts.append(bytes([byte | 128]))
            size, byte = size >> 7, size & 127
        parts += bytes([byte]), zlib.compress(data)
    whole = b"".join(parts)
    return whole + hashlib.sha1(whole).digest()


def main(commit: str, branch: str, *paths: str) -> None:
    listed = git("rev-list", "--reverse", f"{commit}^..{branch}").split()
    first, *above = read(listed)
    parent = first[first.index(b"\nparent ") + 8 :][:40]
    (below,) = read([parent])
    wanted = [path.encode().split(b"/") for path in paths]
    tree = tree_with(below[5:45], first[5:45], wanted)
    head = first[45 : first.index(b"\n\n")]
    half = make(b"commit", b"tree " + tree + head + b"\n\nfirst half\n")
    tip = make(b"commit", with_parent(first, half))
    for each in above:
        tip = make(b"commit", with_parent(each, tip))
    git("index-pack", "--stdin", given=pack())
    git("update-ref", f"refs/heads/{branch}", tip.decode())


main(*sys.argv[1:])
