"""What one commit did to its files, copied out of the repository as plain values.

Lines are numbered from 0 in here and spans are half-open; the plan file's 1-based
ranges are made in :mod:`gitsplit.planfile.parse` alone.
"""

from dataclasses import dataclass
from functools import cached_property

from gitsplit.model.objects import Oid


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Lines ``start`` up to but not including ``stop``, counted from 0."""

    start: int
    stop: int

    def __len__(self) -> int:
        """The number of lines."""
        return self.stop - self.start

    @property
    def numbers(self) -> range:
        """The 0-based numbers of the lines."""
        return range(self.start, self.stop)

    def __contains__(self, line: int) -> bool:
        """Whether the 0-based ``line`` is one of them."""
        return self.start <= line < self.stop


@dataclass(frozen=True, slots=True)
class Hunk:
    """A run of old lines that became a run of new lines, with no context.

    What ``git diff -U0 --inter-hunk-context=0`` shows between two ``@@``; one of the
    spans may be empty, but stands at its place all the same.
    """

    old: Span
    new: Span


@dataclass(frozen=True, slots=True)
class File:
    """One side of a file's change; ``content`` is None for a submodule."""

    path: bytes
    mode: int
    oid: Oid
    content: bytes | None


def lines_of(content: bytes) -> tuple[bytes, ...]:
    r"""The lines of ``content``, each with its ``\n``; the last may lack it.

    Only ``\n`` ends a line: carriage return, form feed and NUL are content.

    >>> lines_of(b"a\r\nb\fc\nd")
    (b'a\r\n', b'b\x0cc\n', b'd')
    """
    parts = content.split(b"\n")
    last = parts.pop()
    lines = [part + b"\n" for part in parts]
    return tuple([*lines, last] if last else lines)


@dataclass(frozen=True)
class FileChange:
    """What the commit did to one file: two sides and the hunks between them.

    ``old`` is None where the commit creates the file, ``new`` where it deletes it.
    ``by_lines`` is false where content is one opaque thing: binary, symlink,
    submodule, or a change of type. Then there are no hunks.
    """

    old: File | None
    new: File | None
    hunks: tuple[Hunk, ...] = ()
    by_lines: bool = True

    @property
    def path(self) -> bytes:
        """The path by which people know the file: the new one, or a deleted one's."""
        return self.side.path

    @property
    def side(self) -> File:
        """The new side, or the old one where the file is deleted."""
        side = self.new or self.old
        assert side is not None, "a file change has at least one side"
        return side

    @cached_property
    def old_lines(self) -> tuple[bytes, ...]:
        """The old side's lines; empty where there is no old side or it is opaque."""
        return self._lines(self.old)

    @cached_property
    def new_lines(self) -> tuple[bytes, ...]:
        """The new side's lines; empty where there is no new side or it is opaque."""
        return self._lines(self.new)

    def _lines(self, side: File | None) -> tuple[bytes, ...]:
        if not self.by_lines or side is None or side.content is None:
            return ()
        return lines_of(side.content)
