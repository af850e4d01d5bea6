"""Every kind of thing that a commit can do to a file: before, after, and its name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.repository import Repository

FILE, PROGRAM, LINK, SUBMODULE = b"100644", b"100755", b"120000", b"160000"

ONE, TWO = b"1" * 40, b"2" * 40
"""What submodules are at."""

Content = tuple[bytes, bytes]
"""A mode and a content; a submodule's content is the commit it is at."""

Files = Mapping[bytes, Content]


@dataclass(frozen=True)
class Kind:
    """The files that a commit of this kind changes, before it and after it."""

    name: str
    before: Files
    after: Files

    @property
    def paths(self) -> list[bytes]:
        """Every path that there is before or after."""
        return sorted({*self.before, *self.after})


def _file(content: bytes, mode: bytes = FILE) -> Content:
    return mode, content


def _text(name: str, before: bytes, after: bytes) -> Kind:
    return Kind(name, {b"odd": _file(before)}, {b"odd": _file(after)})


def _edited(line: bytes, end: bytes = b"\n", tail: bytes = b"") -> tuple[bytes, bytes]:
    """Twelve lines, and the same with the second and the last but one changed."""
    lines = [b"%d %s%s" % (number, line, end) for number in range(12)]
    changed = list(lines)
    changed[1] = b"new " + changed[1]
    changed[10] = b"new " + changed[10]
    return b"".join(lines) + tail, b"".join(changed) + tail


_BODY, _NEW_BODY = _edited(b"line")
_LATE = b"x" * 8001 + b"\n\0\n"
_LONG = b"x" * 1_000_000
_MIXED = (b"1\r\n2\n3\r4\r\n5\n6\r\n7\n", b"1\r\n2\r\n3\r4\r\n5\n6\n7\r\n8")
_UTF_16 = tuple(text.decode().encode("utf-16") for text in (_BODY, _NEW_BODY))
_LFS = (
    b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n"
    % (b"1" * 64, 1),
    b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n"
    % (b"2" * 64, 22),
)


def _named_submodule(path: bytes) -> Files:
    """A submodule with its name, as ``git submodule add`` makes it."""
    names = b'[submodule "odd"]\n\tpath = %s\n\turl = ../odd\n' % path
    return {b".gitmodules": _file(names), path: (SUBMODULE, ONE)}


TEXTS = (
    _text("LF", _BODY, _NEW_BODY),
    _text("CRLF", *_edited(b"line", b"\r\n")),
    _text("lone CR", *_edited(b"a\rb\r", b"\r\n")),
    _text("mixed line ends", *_MIXED),
    _text("no final newline before", b"1\n2\n3", b"0\n1\n2\n3\n"),
    _text("no final newline after", b"1\n2\n3\n", b"0\n1\n2\n3"),
    _text("no final newline", *_edited(b"line", tail=b"end")),
    _text("a last line that goes on", b"1\n2\n3", b"0\n1\n2\n3 and more"),
    _text("Latin-1", *_edited(b"caf\xe9")),
    _text("invalid UTF-8", *_edited(b"\xff\xfe\xc3\x28\x80")),
    _text("NUL late", _LATE + _BODY, _LATE + _BODY[2:] + b"\0"),
    _text("a line of a megabyte", _LONG + b"\n1\n2\n3\n", _LONG + b"!\n1\n2\n3\n4\n"),
    _text("other separators", *_edited(b"\f\v\x1c\x1d\x1e\xc2\x85\xe2\x80\xa8")),
)

WHOLES = (
    _text("UTF-16", *_UTF_16),
    _text("lone CR only", b"1\r2\r3\r", b"1\rtwo\r3\r"),
    _text("binary", b"\0\1\2", b"\0\1\3"),
    _text("binary to text", b"\0\1\2", b"text\n"),
    _text("an LFS pointer", *_LFS),
    _text("emptied", _BODY, b""),
    _text("filled", b"", _BODY),
    Kind("new", {}, {b"odd": _file(_BODY)}),
    Kind("new and empty", {}, {b"odd": _file(b"")}),
    Kind("new in a new directory", {}, {b"x/y/odd": _file(_BODY)}),
    Kind("deleted", {b"odd": _file(_BODY)}, {}),
    Kind("deleted and empty", {b"odd": _file(b"")}, {}),
    Kind("deleted with its directory", {b"x/y/odd": _file(_BODY)}, {}),
    Kind("mode", {b"odd": _file(_BODY)}, {b"odd": _file(_BODY, PROGRAM)}),
    Kind("mode and lines", {b"odd": _file(_BODY, PROGRAM)}, {b"odd": _file(_NEW_BODY)}),
    Kind("renamed", {b"old": _file(_BODY)}, {b"new": _file(_BODY)}),
    Kind("renamed and edited", {b"old": _file(_BODY)}, {b"d/new": _file(_NEW_BODY)}),
    Kind(
        "renamed, edited, made executable",
        {b"old": _file(_BODY)},
        {b"new": _file(_NEW_BODY, PROGRAM)},
    ),
    Kind("case only", {b"Odd": _file(_BODY)}, {b"oDD": _file(_BODY)}),
    Kind(
        "copied",
        {b"odd": _file(_BODY)},
        {b"odd": _file(_NEW_BODY), b"copy": _file(_BODY)},
    ),
    Kind(
        "swapped",
        {b"a": _file(_BODY), b"b": _file(b"b\n")},
        {b"b": _file(_BODY), b"a": _file(b"b\n")},
    ),
    Kind("link", {b"odd": (LINK, b"one")}, {b"odd": (LINK, b"two")}),
    Kind("new link", {}, {b"odd": (LINK, b"no\nwhere")}),
    Kind("deleted link", {b"odd": (LINK, b"one")}, {}),
    Kind("new submodule", {}, {b"odd": (SUBMODULE, ONE)}),
    Kind("submodule moved on", {b"odd": (SUBMODULE, ONE)}, {b"odd": (SUBMODULE, TWO)}),
    Kind("submodule elsewhere", {b"old": (SUBMODULE, ONE)}, {b"new": (SUBMODULE, ONE)}),
    Kind("submodule removed", {b"odd": (SUBMODULE, ONE)}, {}),
    Kind("submodule added by name", {}, _named_submodule(b"odd")),
    Kind("submodule renamed", _named_submodule(b"old"), _named_submodule(b"new")),
    Kind("submodule removed by name", _named_submodule(b"odd"), {}),
    Kind("file to link", {b"odd": _file(_BODY)}, {b"odd": (LINK, b"one")}),
    Kind("link to file", {b"odd": (LINK, b"one")}, {b"odd": _file(_BODY)}),
    Kind("file to submodule", {b"odd": _file(_BODY)}, {b"odd": (SUBMODULE, ONE)}),
    Kind("submodule to file", {b"odd": (SUBMODULE, ONE)}, {b"odd": _file(_BODY)}),
    Kind("file to directory", {b"odd": _file(_BODY)}, {b"odd/x": _file(b"other\n")}),
    Kind("directory to file", {b"odd/x": _file(b"other\n")}, {b"odd": _file(_BODY)}),
    Kind("into a directory of its name", {b"x": _file(_BODY)}, {b"x/x": _file(_BODY)}),
)

ODD_PATHS = (
    *(b"new\nline", b'"quoted"', b"-dash", b"caf\xe9", b"a\tb", b"back\\slash"),
    *(b" blanks ", b"*?[glob]", b":colon", b"sub/\x1b[31m/x", b"\xe2\x80\xae", b"@{u}"),
)

PATHS = tuple(
    Kind(f"path {path!r}", {path: _file(_BODY)}, {path: _file(_NEW_BODY)})
    for path in ODD_PATHS
)

KINDS = (*TEXTS, *WHOLES, *PATHS)


def import_kinds(repo: Repository, kinds: Iterable[Kind]) -> None:
    """A branch for each kind, by its number: a base, and a commit of it and `plain`."""
    stream = b""
    for number, kind in enumerate(kinds):
        plain = _file(b"1\n"), _file(b"2\n")
        stream += _commit(number, b"base", {}, {b"plain": plain[0], **kind.before})
        stream += _commit(
            number, b"tangled", kind.before, {b"plain": plain[1], **kind.after}
        )
    empty = {"GIT_CONFIG_GLOBAL": "/dev/null"}
    repo.run("fast-import", "--quiet", stdin=stream, env=empty)


def _commit(number: int, message: bytes, before: Files, after: Files) -> bytes:
    """A commit for ``git fast-import``; what is before and not after it goes."""
    ref = b"refs/heads/kind-%d" % number
    stream = b"reset %s\n" % ref if message == b"base" else b""
    stream += b"commit %s\ncommitter C <c@example.com> 1700000000 +0000\n" % ref
    stream += b"data %d\n%s\n" % (len(message), message)
    for path in before.keys() - after.keys():
        stream += b"D %s\n" % _quoted(path)
    for path, (mode, content) in after.items():
        if mode == SUBMODULE:
            stream += b"M %s %s %s\n" % (mode, content, _quoted(path))
        else:
            stream += b"M %s inline %s\n" % (mode, _quoted(path))
            stream += b"data %d\n%s\n" % (len(content), content)
    return stream


def _quoted(path: bytes) -> bytes:
    return b'"%s"' % b"".join(b"\\%03o" % byte for byte in path)
