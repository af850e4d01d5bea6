"""A patch read again (git-diff(1)), and files before and after as far as it shows them.

Of several patches each comes on top of those before it: a line that one of them shows
is known in all of them. Those that none shows have a mark at their places.
"""

import re
from collections.abc import Iterable, Iterator, Sequence, Set

from msgspec import Struct, field

from gitsplit.errors import InvalidPatch
from gitsplit.model.objects import directories

MOST_LINES = 2_000_000
"""So many lines may there be in all files of all patches, with those in between."""

UNKNOWN = "⋮\n".encode()
"""Stands for a line that no patch shows; hardly a file has such a line itself."""

_FILE, _LINK, _SUBMODULE = 0o100644, 0o120000, 0o160000
_HUNK = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_HEADER = re.compile(
    rb"(old mode|new mode|deleted file mode|new file mode|rename from|rename to"
    rb"|copy from|copy to|index) ([^\r\n]*)"
)
_MODE = re.compile(rb"\S+ (\d{6})")
_ESCAPED = re.compile(rb'\\([0-7]{3}|[abfnrtv"\\])')
_NAMED = dict(zip(b'abfnrtv"\\', b'\a\b\f\n\r\t\v"\\', strict=True))


class PatchHunk(Struct, frozen=True):
    """Lines of a patch, on both sides; where they begin in the old file, from 0."""

    start: int
    old: tuple[bytes, ...]
    new: tuple[bytes, ...]


class PatchFile(Struct):
    """What a patch does to a file; a path is None where there is none on that side.

    One that ``is_bare`` has no header of git's before ``---`` and ``+++``.
    """

    old_path: bytes | None
    path: bytes | None
    old_mode: int = 0
    mode: int = 0
    is_copy: bool = False
    index: bytes = b""
    binary: bytes = b""
    hunks: list[PatchHunk] = field(default_factory=list)
    is_bare: bool = False

    @property
    def does_something(self) -> bool:
        """Whether the patch changes the file."""
        is_moved = self.old_path != self.path or self.old_mode != self.mode
        return is_moved or bool(self.hunks or self.binary)


class PatchedFile(Struct, frozen=True):
    """A file as a patch leaves it; its path alone where it is gone."""

    path: bytes
    mode: int = 0
    content: bytes | None = None


def files_of_patch(patch: bytes) -> tuple[PatchFile, ...]:
    """What the patch does to each file, in its order.

    Raises InvalidPatch where a hunk ends too early or its place can't be read, and for
    the diff of a merge with several parents.
    """
    lines = [line + b"\n" for line in patch.split(b"\n")]
    return tuple(_PatchReader(lines).files())


class _PatchReader:
    """Lines of a patch read one after the other; what isn't a patch is passed over."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines
        self._at = 0

    def files(self) -> Iterator[PatchFile]:
        """Each file of the patch."""
        current: PatchFile | None = None
        while self._at < len(self._lines):
            line = self._lines[self._at]
            _refuse_combined(line)
            is_bare = line.startswith(b"--- ") and self._is_pair()
            if line.startswith(b"diff --git ") or (
                is_bare and (current is None or current.hunks)
            ):
                if current is not None:
                    yield current
                current = PatchFile(*_paths_of_header(line), is_bare=is_bare)
            if current is not None:
                self._read(current, line)
            self._at += 1
        if current is not None:
            yield current

    def _is_pair(self) -> bool:
        """Whether the next line goes with ``---``: both name a file."""
        following = self._lines[self._at + 1 : self._at + 2]
        return bool(following) and following[0].startswith(b"+++ ")

    def _read(self, file: PatchFile, line: bytes) -> None:
        """Take what the line says of the file; a hunk is read to its end."""
        if line.startswith(b"--- ") and self._is_pair():
            file.old_path = _path(line[4:])
            self._at += 1
            file.path = _path(self._lines[self._at][4:])
            if file.is_bare and file.old_path and file.path:
                file.old_path = file.path = _common_name(file.old_path, file.path)
        elif hunk := _HUNK.match(line):
            file.hunks.append(self._hunk(hunk))
        elif line.startswith(b"@@ -"):
            raise InvalidPatch(
                f"Line {self._at + 1} of the patch is not a valid hunk header.",
                hint="One looks like this: @@ -12,7 +12,9 @@",
            )
        elif line.startswith((b"GIT binary patch", b"Binary files ")):
            file.binary = b"\0" + file.index
        elif header := _HEADER.match(line):
            _take_header(file, header[1], header[2])

    def _hunk(self, found: re.Match[bytes]) -> PatchHunk:
        """Read the lines of a hunk, as many as its header says."""
        start, *numbers = (1 if n is None else int(n) for n in found.groups())
        counts = [numbers[0], numbers[2]]
        sides: tuple[list[bytes], list[bytes]] = ([], [])
        while [len(side) for side in sides] != counts:
            self._at += 1
            line = self._lines[self._at] if self._at < len(self._lines) else b""
            sign, text = line[:1], line[1:]
            if line in (b"\n", b"\r\n"):  # its blank was lost on the way
                sign, text = b" ", line
            if sign not in (b" ", b"-", b"+") or not line:
                raise InvalidPatch(
                    f"The hunk at line {start} is shorter than its header says.",
                    hint="Was the patch cut off, or wrapped by a mail program?",
                )
            for at, side in enumerate(sides):
                if sign in (b" ", b"-+"[at : at + 1]):
                    side.append(text)
            self._drop_line_end(sign, sides)
        return PatchHunk(max(0, start - (counts[0] > 0)), *map(tuple, sides))

    def _drop_line_end(
        self, sign: bytes, sides: tuple[list[bytes], list[bytes]]
    ) -> None:
        """Heed the line that says that there is no newline at the end of file."""
        following = self._lines[self._at + 1 : self._at + 2]
        if following and following[0].startswith(b"\\"):
            self._at += 1
            for at, side in enumerate(sides):
                if sign in (b" ", b"-+"[at : at + 1]):
                    side[-1] = side[-1].removesuffix(b"\n")


def _refuse_combined(line: bytes) -> None:
    """Raise InvalidPatch where a diff of a merge with several parents begins."""
    if line.startswith((b"diff --cc ", b"diff --combined ")):
        raise InvalidPatch(
            "The patch is the combined diff of a merge.",
            hint="Compare with one parent: git diff MERGE^1 MERGE | gitsplit --read -",
        )


def _common_name(old: bytes, new: bytes) -> bytes:
    """The file that a patch without git's headers is for, as git-apply(1) has it.

    >>> _common_name(b"f.orig", b"f")
    b'f'
    """
    return old if new.startswith(old) else new


def _take_header(file: PatchFile, name: bytes, value: bytes) -> None:
    """Take what an extended header of git's says (git-diff(1))."""
    match name:
        case b"old mode":
            file.old_mode = _octal(value)
        case b"new mode":
            file.mode = _octal(value)
        case b"deleted file mode":
            file.old_mode, file.path = _octal(value), None
        case b"new file mode":
            file.mode, file.old_path = _octal(value), None
        case b"rename from" | b"copy from":
            file.old_path = _unquoted(value)
            file.is_copy = name == b"copy from"
        case b"rename to" | b"copy to":
            file.path = _unquoted(value)
        case _:
            if found := _MODE.fullmatch(value):
                file.old_mode = file.mode = _octal(found[1])
            file.index = value


def _octal(value: bytes) -> int:
    return int(value, 8) if re.fullmatch(rb"[0-7]{5,6}", value) else 0


def _paths_of_header(line: bytes) -> tuple[bytes | None, bytes | None]:
    """The paths in ``diff --git a/PATH b/PATH``, where both are the same."""
    words = line.removeprefix(b"diff --git ").rstrip(b"\r\n")
    if words.startswith(b'"') and (cut := words.find(b'" ')) > 0:
        return _path(words[: cut + 1]), _path(words[cut + 2 :])
    half = len(words) // 2
    return _path(words[:half]), _path(words[half + 1 :])


def _path(name: bytes) -> bytes | None:
    """The path without ``a/`` or ``b/``; None for /dev/null."""
    name = _unquoted(name.rstrip(b"\r\n").partition(b"\t")[0])
    if name == b"/dev/null":
        return None
    return name[2:] if re.match(rb"[abciow]/", name) else name


def _unquoted(name: bytes) -> bytes:
    """The path as it is, where git has quoted it (core.quotePath)."""
    if not (name.startswith(b'"') and name.endswith(b'"')):
        return name
    return _ESCAPED.sub(_escaped_byte, name[1:-1])


def _escaped_byte(found: re.Match[bytes]) -> bytes:
    word = found[1]
    return bytes([int(word, 8) & 255 if len(word) > 1 else _NAMED[word[0]]])


class PatchedFiles:
    """The files of patches that come one on top of the other.

    A line is a number, by which it is known in all states that it is in.
    """

    def __init__(self) -> None:
        self._texts: list[bytes | None] = []
        self._first: dict[bytes, _State] = {}
        self._now: dict[bytes, _State] = {}
        self._steps: list[dict[bytes, _State | None]] = []
        self._size = 0

    def add(self, files: Iterable[PatchFile]) -> None:
        """Do on top what a patch does.

        Raises InvalidPatch where it doesn't follow from those before it.
        """
        step: dict[bytes, _State | None] = {}
        self._steps.append(step)
        waiting: dict[bytes, _State | None] = {}  # files may change places
        for file in files:
            _refuse_outside(file)
            if {file.old_path, file.path} & waiting.keys():
                self._take(step, waiting)
            after = self._after(file, self._before(file))
            is_moved = file.path != file.old_path and not file.is_copy
            if file.old_path is not None and is_moved:
                waiting.setdefault(file.old_path, None)
            if file.path is not None:
                waiting[file.path] = after
        self._take(step, waiting)
        for states in (self._first, self._now):
            _refuse_collision(states.keys())

    def _take(
        self, step: dict[bytes, "_State | None"], made: dict[bytes, "_State | None"]
    ) -> None:
        """Have these files be as they are made, None where they are gone."""
        step |= made
        for path, state in made.items():
            if state is None:
                self._now.pop(path, None)
            else:
                self._now[path] = state
        made.clear()

    def states(self) -> Iterator[tuple[PatchedFile, ...]]:
        """The files before all patches, and what each has done to which."""
        first: dict[bytes, _State | None] = {**self._first}
        for step in (first, *self._steps):
            yield tuple(self._file(path, state) for path, state in step.items())

    def _file(self, path: bytes, state: "_State | None") -> PatchedFile:
        if state is None:
            return PatchedFile(path)
        if state.binary:
            return PatchedFile(path, state.mode, state.binary)
        texts = (self._texts[each] for each in state.lines)
        content = b"".join(UNKNOWN if text is None else text for text in texts)
        return PatchedFile(path, state.mode, content)

    def _before(self, file: PatchFile) -> "_State":
        """The file that a patch changes, which was there before if it isn't known."""
        path = file.old_path
        if path is None:
            if file.path in self._now:
                raise _misfit_error(file.path, "already exists")
            return _State(file.mode or _FILE, is_whole=True)
        if path not in self._now:
            if any(path in step for step in self._steps):
                raise _misfit_error(path, "was already deleted")
            binary = file.binary and b"\0old" + file.binary
            state = _State(file.old_mode or _FILE, binary=binary)
            self._first[path] = self._now[path] = state
        return self._now[path]

    def _after(self, file: PatchFile, before: "_State") -> "_State":
        """The file as a patch leaves it, which shares the lines that stay."""
        lines, shift = [*before.lines], 0
        for hunk in file.hunks:
            start = hunk.start + shift
            self._know(file, before, lines, start, hunk.old)
            new = [self._new_line(text) for text in hunk.new]
            lines[start : start + len(hunk.old)] = self._same_lines(
                lines[start : start + len(hunk.old)], hunk, new
            )
            shift += len(hunk.new) - len(hunk.old)
        self._count(len(lines))
        mode = file.mode or before.mode
        binary = file.binary and b"\0new" + file.binary
        return _State(mode, lines, binary or before.binary, before)

    def _know(
        self,
        file: PatchFile,
        before: "_State",
        lines: list[int],
        start: int,
        old: Sequence[bytes],
    ) -> None:
        """Have these lines of the file before; raises InvalidPatch for others."""
        missing = start + len(old) - len(lines)
        if missing > 0:
            if before.is_whole:
                raise _misfit_error(file.old_path, "is too short")
            self._count(missing)
            added = [self._new_line(None) for _ in range(missing)]
            before.extend(added)
            lines += added
        for at, text in enumerate(old, start):
            known = self._texts[lines[at]]
            if known is None:
                self._texts[lines[at]] = text
            elif known != text:
                raise _misfit_error(file.old_path, f"differs in line {at + 1}")

    def _same_lines(
        self, old: Sequence[int], hunk: PatchHunk, new: Sequence[int]
    ) -> list[int]:
        """The new lines of a hunk; those around its changes are the old ones."""
        top = 0
        while top < min(len(old), len(new)) and hunk.old[top] == hunk.new[top]:
            top += 1
        end, most = 0, min(len(old), len(new)) - top
        while end < most and hunk.old[-1 - end] == hunk.new[-1 - end]:
            end += 1
        kept = old[len(old) - end :] if end else []
        return [*old[:top], *new[top : len(new) - end], *kept]

    def _new_line(self, text: bytes | None) -> int:
        self._texts.append(text)
        return len(self._texts) - 1

    def _count(self, lines: int) -> None:
        """Raise InvalidPatch where it becomes too many lines."""
        self._size += lines
        if self._size > MOST_LINES:
            raise InvalidPatch(
                "The patch changes files of too many lines.",
                hint="Apply it with git am in a clone, and split what comes of it.",
            )


class _State:
    """A file at some time: its mode, and its lines by their numbers.

    What is found to be at its end was there in all states before it, too, unless one
    knows that it ``is_whole``.
    """

    def __init__(
        self,
        mode: int,
        lines: list[int] | None = None,
        binary: bytes = b"",
        before: "_State | None" = None,
        *,
        is_whole: bool = False,
    ) -> None:
        self.mode, self.lines, self.binary = mode, lines or [], binary
        self.is_whole: bool = is_whole or (before is not None and before.is_whole)
        self._all: list[_State] = [] if before is None else before._all
        self._all.append(self)

    def extend(self, lines: Sequence[int]) -> None:
        """Add lines at the end, here and in all states before."""
        for state in self._all:
            state.lines += lines


def _refuse_outside(file: PatchFile) -> None:
    """Raise InvalidPatch for a path that no tree of git's may have."""
    for path in filter(None, (file.old_path, file.path)):
        if {b"", b".", b"..", b".git"} & {*path.lower().split(b"/")} or b"\0" in path:
            raise InvalidPatch(
                f"The patch has a path that git never allows: {_name(path)}.",
                hint="Where does the patch come from?",
            )


def _refuse_collision(paths: Set[bytes]) -> None:
    """Raise InvalidPatch where one of the files would be a directory of another."""
    for path in paths:
        for above in directories(path):
            if above in paths:
                raise InvalidPatch(
                    f"In the patch, {_name(above)} is both a file and a directory.",
                    hint="Read its patches one by one.",
                )


def _name(path: bytes) -> str:
    return path.decode("utf-8", "replace")


def _misfit_error(path: bytes | None, why: str) -> InvalidPatch:
    return InvalidPatch(
        f"The patches don't apply in this order: {_name(path or b'')} {why}.",
        hint="Read them one by one.",
    )
