"""What ``git diff`` says a commit did, and parts of that patch for ``git apply``.

The options are those that the plan format names (docs/plan-file.md), so line numbers
here are line numbers of plan files.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tests.repository import Repository

from tools.stress.quoting import quote, unquote
from tools.stress.values import GITLINK, SYMLINK

_DIFF = (
    *("-c", "diff.indentHeuristic=true", "diff", "--diff-algorithm=myers", "-U0"),
    *("--inter-hunk-context=0", "-M50%", "-l1000", "--no-ext-diff", "--no-textconv"),
    *("--ignore-submodules=none", "--submodule=short", "--no-color", "--full-index"),
    *("--no-abbrev", "--raw", "--patch"),
)
_HEADER = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True)
class PatchSide:
    """A file on one side of the diff."""

    path: bytes
    mode: int
    oid: str


@dataclass(frozen=True, slots=True)
class PatchHunk:
    """One hunk; the ranges are 0-based, ``body`` is what follows its ``@@`` line."""

    old: range
    new: range
    body: bytes

    def at(self, shift: int) -> bytes:
        r"""The hunk as a patch has it where ``shift`` lines were added before it.

        Where it adds nothing, the place in the new file is one more than git diff has
        it: ``git apply`` begins to search at the line before, and there takes
        ``a\n`` for an ``a`` without a newline.
        """
        start = self.old.start + shift
        old = (self.old.start + (len(self.old) > 0), len(self.old))
        return b"@@ -%d,%d +%d,%d @@\n" % (*old, start + 1, len(self.new)) + self.body


@dataclass(frozen=True, slots=True)
class Delta:
    """What the commit did to one file.

    Where the content ``is_opaque``, one thing (binary, symlink, submodule), ``body``
    is its patch; ``verbatim`` is the whole patch of a change of type.
    """

    old: PatchSide | None
    new: PatchSide | None
    hunks: tuple[PatchHunk, ...] = ()
    is_opaque: bool = False
    body: bytes = b""
    verbatim: bytes = b""

    @property
    def path(self) -> bytes:
        side = self.new or self.old
        assert side is not None
        return side.path

    @property
    def facts(self) -> tuple[str, ...]:
        """The words of the plan file for what it did besides lines."""
        if self.old is None or self.new is None:
            return ("create",) if self.old is None else ("delete",)
        if self.verbatim:
            return ("type",)
        holds = {
            "rename": self.old.path != self.new.path,
            "mode": self.old.mode != self.new.mode,
            "content": self.is_opaque,
        }
        return tuple(fact for fact, is_there in holds.items() if is_there)

    def part(self, facts: set[str], hunks: set[int]) -> bytes:
        """The patch that does only these facts and hunks to the file before."""
        if self.verbatim:
            return self.verbatim if "type" in facts else b""
        if not facts and not hunks:
            return b""
        if self.body and facts & {"create", "delete", "content"}:
            return self._header(facts, self.body) + self.body
        body = _text(self.hunks[number] for number in sorted(hunks))
        return self._header(facts, body) + body

    def _header(self, facts: set[str], body: bytes) -> bytes:
        old, new = self.old or self.new, self.new or self.old
        assert old is not None and new is not None
        after = new.path if "rename" in facts else old.path
        names = quote(b"a/" + old.path), quote(b"b/" + after)
        lines = [b"diff --git %s %s" % names, *_mode_lines(old, new, facts)]
        if "rename" in facts:
            lines += [b"rename from " + quote(old.path), b"rename to " + quote(after)]
        if "rename" in facts and old.mode == SYMLINK and not body:
            # So that git apply knows that nothing lies beyond that link any more.
            lines.append(f"index {old.oid}..{old.oid} {old.mode:o}".encode())
        if body.startswith(b"GIT binary"):
            lines.append(f"index {_oid(self.old)}..{_oid(self.new)}".encode())
        elif body:
            lines.append(b"--- " + (b"/dev/null" if "create" in facts else names[0]))
            lines.append(b"+++ " + (b"/dev/null" if "delete" in facts else names[1]))
        return b"\n".join(lines) + b"\n"


def _text(hunks: Iterable[PatchHunk]) -> bytes:
    """These hunks of one file as a patch of their own."""
    shift = 0
    parts = []
    for hunk in hunks:
        parts.append(hunk.at(shift))
        shift += len(hunk.new) - len(hunk.old)
    return b"".join(parts)


def _oid(side: PatchSide | None) -> str:
    return side.oid if side else "0" * 40


def _mode_lines(old: PatchSide, new: PatchSide, facts: set[str]) -> Iterator[bytes]:
    if "create" in facts:
        yield b"new file mode %o" % new.mode
    if "delete" in facts:
        yield b"deleted file mode %o" % old.mode
    if "mode" in facts:
        yield b"old mode %o" % old.mode
        yield b"new mode %o" % new.mode


def deltas_between(repo: Repository, old: str, new: str) -> tuple[Delta, ...]:
    """What ``git diff`` says differs between two trees, file by file."""
    out = repo.run(*_DIFF, old, new).stdout
    found = _deltas(out)
    if b"\nBinary files " not in out:
        return found
    # With --binary git takes what is too large to look at for text.
    bodies = _deltas(repo.run(*_DIFF, "--binary", old, new).stdout)
    return tuple(map(_with_body, found, bodies))


def _with_body(delta: Delta, other: Delta) -> Delta:
    """The delta with its content's patch where that is opaque."""
    if delta.verbatim:
        return other
    if not delta.is_opaque or delta.body:
        return delta
    return replace(delta, body=other.body or _text(other.hunks))


def _deltas(out: bytes) -> tuple[Delta, ...]:
    raw: list[bytes] = []
    at = 0
    while out.startswith(b":", at):
        end = out.index(b"\n", at)
        raw.append(out[at:end])
        at = end + 1
    sections = _sections(out, at + 1)
    found = tuple(_delta(record, sections) for record in raw)
    assert next(sections, None) is None, "every part of the patch belongs to a record"
    return found


@dataclass(frozen=True, slots=True)
class _Section:
    """The part of a patch that begins with one ``diff --git`` line."""

    text: bytes
    hunks: tuple[PatchHunk, ...]
    body: bytes


def _delta(record: bytes, sections: Iterator[_Section]) -> Delta:
    fields, *paths = record.split(b"\t")
    modes, oids, status = _fields(fields.decode("ascii"))
    names = [unquote(path) for path in paths]
    old = PatchSide(names[0], modes[0], oids[0]) if modes[0] else None
    new = PatchSide(names[-1], modes[1], oids[1]) if modes[1] else None
    section = next(sections)
    if status[0] == "T":
        return Delta(old, new, verbatim=section.text + next(sections).text)
    if {SYMLINK, GITLINK} & set(modes):
        body = _text(section.hunks)
        return Delta(old, new, is_opaque=bool(body), body=body)
    is_opaque = bool(section.body) or b"\nBinary files " in section.text
    return Delta(old, new, section.hunks, is_opaque, section.body)


def _fields(text: str) -> tuple[tuple[int, int], tuple[str, str], str]:
    old_mode, new_mode, old_oid, new_oid, status = text[1:].split(" ")
    return (int(old_mode, 8), int(new_mode, 8)), (old_oid, new_oid), status


def _sections(out: bytes, at: int) -> Iterator[_Section]:
    while at < len(out):
        assert out.startswith(b"diff --git ", at), out[at : at + 80]
        start = at
        at = out.index(b"\n", at) + 1
        body = b""
        hunks = []
        while at < len(out) and not out.startswith(b"diff --git ", at):
            if header := _HEADER.match(out, at):
                hunk, at = _parse_hunk(out, at, header)
                hunks.append(hunk)
            elif out.startswith(b"GIT binary patch\n", at):
                end = out.find(b"\ndiff --git ", at)
                end = len(out) if end < 0 else end + 1
                body, at = out[at:end], end
            else:
                at = out.index(b"\n", at) + 1
        yield _Section(out[start:at], tuple(hunks), body)


def _parse_hunk(out: bytes, at: int, header: re.Match[bytes]) -> tuple[PatchHunk, int]:
    """The hunk whose header was found at ``at``, and where the next thing begins."""
    counts = [int(group) if group else 1 for group in header.group(2, 4)]
    starts = [int(group) for group in header.group(1, 3)]
    at = first = out.index(b"\n", at) + 1
    left = dict(zip(b"-+", counts, strict=True))
    while any(left.values()) or out.startswith(b"\\", at):
        if out[at] in left:
            left[out[at]] -= 1
        at = out.index(b"\n", at) + 1
    old, new = (
        range(start - (count > 0), start - (count > 0) + count)
        for start, count in zip(starts, counts, strict=True)
    )
    return PatchHunk(old, new, out[first:at]), at
