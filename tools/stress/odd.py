"""Made-up commits: every kind of thing that a commit can do to a file."""

from collections.abc import Callable
from random import Random

from tools.stress.texts import random_text
from tools.stress.values import (
    EXECUTABLE,
    FILE,
    GITLINK,
    SYMLINK,
    Blob,
    StressCase,
    Tree,
)

_NAMES = (
    *(b"plain%d.txt", b"dir/sub/f%d.c", b"dir/g%d", b"-dash%d", b'quo"te%d'),
    *(b"new\nline%d", b"\xff\xfe%d", b"caf\xc3\xa9%d", b"sp ace %d", b"back\\slash%d"),
    *(b"ctl\x01\x7f%d", b"tab\t%d", b"a/b%d", b"b/a%d", b"dev/null%d", b"end%d "),
    *(b"arrow => %d", b"{x%d}", b"*%d?[a]", b"UPPER%d", b"c:%d", b"dir.d/h%d"),
)

Change = tuple[Tree, Tree]
Maker = Callable[[Random, bytes, list[str]], Change]
"""Makes the two trees of one kind; notes in the list what else is odd."""


def _old_and_new(rng: Random, kinds: list[str]) -> tuple[bytes, bytes]:
    text, odd = random_text(rng)
    kinds += odd
    return text


def _binary(rng: Random) -> bytes:
    return b"\0" + rng.randbytes(rng.choice((3, 40, 900)))


def _commit_id(rng: Random) -> bytes:
    return b"%040x" % rng.getrandbits(160)


def _link(rng: Random) -> Blob:
    return Blob(SYMLINK, rng.choice((b"a", b"../b c", b"x\ny", b"\xff", b"plain")))


def _module(rng: Random) -> Blob:
    return Blob(GITLINK, _commit_id(rng))


def _mode(rng: Random) -> int:
    return rng.choice((FILE, FILE, FILE, EXECUTABLE))


def _other_mode(mode: int) -> int:
    return EXECUTABLE if mode == FILE else FILE


def _line_change(rng: Random, name: bytes, kinds: list[str]) -> Change:
    old, new = _old_and_new(rng, kinds)
    mode = _mode(rng)
    return {name: Blob(mode, old)}, {name: Blob(mode, new)}


def _creation(rng: Random, name: bytes, kinds: list[str]) -> Change:
    content = rng.choice(_old_and_new(rng, kinds))
    return {}, {name: Blob(_mode(rng), content)}


def _deletion(rng: Random, name: bytes, kinds: list[str]) -> Change:
    before, after = _creation(rng, name, kinds)
    return after, before


def _emptying(rng: Random, name: bytes, kinds: list[str]) -> Change:
    content, mode = _old_and_new(rng, kinds)[0], _mode(rng)
    change = {name: Blob(mode, content)}, {name: Blob(mode, b"")}
    return change if rng.random() < 0.5 else (change[1], change[0])


def _empty(rng: Random, name: bytes, kinds: list[str]) -> Change:
    change: Change = {}, {name: Blob(_mode(rng), b"")}
    return change if rng.random() < 0.5 else (change[1], change[0])


def _mode_only(rng: Random, name: bytes, kinds: list[str]) -> Change:
    content, mode = _old_and_new(rng, kinds)[0], _mode(rng)
    return {name: Blob(mode, content)}, {name: Blob(_other_mode(mode), content)}


def _mode_and_lines(rng: Random, name: bytes, kinds: list[str]) -> Change:
    old, new = _old_and_new(rng, kinds)
    mode = _mode(rng)
    return {name: Blob(mode, old)}, {name: Blob(_other_mode(mode), new)}


def _elsewhere(rng: Random, name: bytes) -> bytes:
    """Another path for the file."""
    directory, _, base = name.rpartition(b"/")
    ways = (name + b".moved", b"other/" + base, b"zz\xe9/deep/" + base, b"0" + base)
    return rng.choice(ways) if directory else rng.choice(ways[:3])


def _whole_rename(rng: Random, name: bytes, kinds: list[str]) -> Change:
    content, mode = _old_and_new(rng, kinds)[0], _mode(rng)
    to = Blob(mode if rng.random() < 0.6 else _other_mode(mode), content)
    return {name: Blob(mode, content)}, {_elsewhere(rng, name): to}


def _rename_with_edits(rng: Random, name: bytes, kinds: list[str]) -> Change:
    old, new = _old_and_new(rng, kinds)
    # So much in common that git sees a rename, or just so or just not.
    size = int(len(new) * rng.choice((0.0, 0.8, 1.0, 1.2, 1.5, 3.0))) // 10
    common = b"".join(b"common %02d\n" % (n % 100) for n in range(min(size, 9000)))
    before, after = _whole_rename(rng, name, [])
    (to,) = after.values()
    mode = before[name].mode
    return (
        {name: Blob(mode, common + old)},
        {path: Blob(to.mode, common + new) for path in after},
    )


def _case_only_rename(rng: Random, name: bytes, kinds: list[str]) -> Change:
    before, after = _rename_with_edits(rng, name, kinds)
    (blob,) = after.values()
    other = b"Case/" + name
    return {b"case/" + name: before[name]}, {other: blob}


def _swap(rng: Random, name: bytes, kinds: list[str]) -> Change:
    one, two = (Blob(_mode(rng), text) for text in _old_and_new(rng, kinds))
    other = _elsewhere(rng, name)
    return {name: one, other: two}, {name: two, other: one}


def _copy(rng: Random, name: bytes, kinds: list[str]) -> Change:
    old, new = _old_and_new(rng, kinds)
    mode = _mode(rng)
    stays = Blob(mode, old if rng.random() < 0.5 else new)
    copy = Blob(mode, old)
    return {name: Blob(mode, old)}, {name: stays, _elsewhere(rng, name): copy}


def _two_moves(rng: Random, name: bytes, kinds: list[str]) -> Change:
    """One file goes and two like it come."""
    old, new = _old_and_new(rng, kinds)
    after = {name + b".1": Blob(FILE, old), name + b".2": Blob(FILE, new)}
    return {name: Blob(FILE, old)}, after


def _binary_change(rng: Random, name: bytes, kinds: list[str]) -> Change:
    old, mode = _binary(rng), _mode(rng)
    new = rng.choice((old + b"more", _binary(rng) + b"other", b"now text\n"))
    new_mode = mode if rng.random() < 0.7 else _other_mode(mode)
    change = {name: Blob(mode, old)}, {name: Blob(new_mode, new)}
    return change if rng.random() < 0.5 else (change[1], change[0])


def _binary_existence(rng: Random, name: bytes, kinds: list[str]) -> Change:
    change: Change = {}, {name: Blob(_mode(rng), _binary(rng))}
    return change if rng.random() < 0.5 else (change[1], change[0])


def _binary_rename(rng: Random, name: bytes, kinds: list[str]) -> Change:
    old, mode = _binary(rng), _mode(rng)
    to = Blob(rng.choice((mode, EXECUTABLE)), old + rng.choice((b"", b"!", b"\0more")))
    return {name: Blob(mode, old)}, {_elsewhere(rng, name): to}


def _existence(make: Callable[[Random], Blob]) -> Maker:
    def maker(rng: Random, name: bytes, kinds: list[str]) -> Change:
        change: Change = {}, {name: make(rng)}
        return change if rng.random() < 0.5 else (change[1], change[0])

    return maker


def _exchange(old: Callable[[Random], Blob], new: Callable[[Random], Blob]) -> Maker:
    def maker(rng: Random, name: bytes, kinds: list[str]) -> Change:
        before, after = old(rng), new(rng)
        while before == after:
            after = new(rng)
        change = {name: before}, {name: after}
        return change if rng.random() < 0.5 else (change[1], change[0])

    return maker


def _move_only(make: Callable[[Random], Blob]) -> Maker:
    def maker(rng: Random, name: bytes, kinds: list[str]) -> Change:
        blob = make(rng)
        return {name: blob}, {_elsewhere(rng, name): blob}

    return maker


def _random_file(rng: Random) -> Blob:
    return Blob(_mode(rng), random_text(rng)[0][0])


def _file_to_directory(rng: Random, name: bytes, kinds: list[str]) -> Change:
    old, new = _old_and_new(rng, kinds)
    inner = {name + b"/inner": Blob(FILE, rng.choice((old, new)))}
    if rng.random() < 0.5:
        inner[name + b"/more"] = Blob(FILE, new)
    change = {name: Blob(FILE, old)}, inner
    return change if rng.random() < 0.5 else (change[1], change[0])


def _other_to_directory(rng: Random, name: bytes, kinds: list[str]) -> Change:
    """A symlink or a submodule gives way to a directory, or the other way."""
    before = {name: rng.choice((_link, _module))(rng)}
    after = {name + b"/deep/inner": _random_file(rng)}
    return (before, after) if rng.random() < 0.5 else (after, before)


def _with_attributes(rng: Random, name: bytes, kinds: list[str]) -> Change:
    """A file that an attribute of the commit's ``.gitattributes`` speaks of."""
    attribute, suffix = rng.choice(_ATTRIBUTES)
    kinds.append(f"attribute {attribute}")
    make = rng.choice(
        (_line_change, _creation, _deletion, _rename_with_edits, _binary_change)
    )
    return make(rng, name + b".%d" % suffix, kinds)


_ATTRIBUTES = tuple(
    (attribute, number)
    for number, attribute in enumerate(
        (
            *("-diff", "binary", "diff", "eol=crlf", "text=auto", "-text", "-merge"),
            *("working-tree-encoding=UTF-16", "diff=python", "diff=odd", "ident"),
            *("filter=lfs diff=lfs merge=lfs -text", "whitespace=cr-at-eol", "!diff"),
        )
    )
)
_ATTRIBUTES_FILE = "".join(f"*.{n} {name}\n" for name, n in _ATTRIBUTES).encode()

KINDS: dict[str, Maker] = {
    "lines": _line_change,
    "created": _creation,
    "deleted": _deletion,
    "emptied or filled": _emptying,
    "empty file": _empty,
    "mode": _mode_only,
    "mode and lines": _mode_and_lines,
    "rename": _whole_rename,
    "rename with edits": _rename_with_edits,
    "case-only rename": _case_only_rename,
    "swap": _swap,
    "copy": _copy,
    "one becomes two": _two_moves,
    "binary": _binary_change,
    "binary created or deleted": _binary_existence,
    "binary renamed": _binary_rename,
    "symlink created or deleted": _existence(_link),
    "symlink": _exchange(_link, _link),
    "symlink moved": _move_only(_link),
    "submodule added or removed": _existence(_module),
    "submodule": _exchange(_module, _module),
    "submodule moved": _move_only(_module),
    "file or symlink": _exchange(_random_file, _link),
    "file or submodule": _exchange(_random_file, _module),
    "symlink or submodule": _exchange(_link, _module),
    "file or directory": _file_to_directory,
    "symlink or submodule or directory": _other_to_directory,
    "attributes": _with_attributes,
}


def odd_case(rng: Random, number: int) -> StressCase:
    """A commit of one to five things, some of them odd."""
    kinds: list[str] = []
    before: Tree = {}
    after: Tree = {
        b"unchanged": Blob(FILE, b"a\n"),
        b"dir/unchanged": _random_file(rng),
    }
    if rng.random() < 0.2:
        after[b".gitattributes"] = Blob(FILE, _ATTRIBUTES_FILE)
    before |= after
    for place in range(rng.choice((1, 1, 2, 3, 5))):
        kind = rng.choice(list(KINDS))
        if kind == "attributes":
            after[b".gitattributes"] = Blob(FILE, _ATTRIBUTES_FILE)
            if rng.random() < 0.7:
                before[b".gitattributes"] = Blob(FILE, b"*.1 binary\n")
        kinds.append(kind)
        old, new = KINDS[kind](rng, rng.choice(_NAMES) % place, kinds)
        before |= old
        after |= new
    if rng.random() < 0.08:
        return StressCase(
            number, (*kinds, "root commit"), None, after, _changes_on_top(rng, after)
        )
    return StressCase(number, tuple(kinds), before, after, _changes_on_top(rng, after))


def _changes_on_top(rng: Random, tree: Tree) -> tuple[Tree, ...]:
    """The trees of up to two commits on top."""
    first = tree | {b"above": Blob(FILE, b"1\n")}
    second = first | {b"above": Blob(FILE, b"2\n")}
    return (first, second)[: rng.choice((0, 0, 1, 2))]
