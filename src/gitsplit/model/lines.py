r"""The lines of a content: all of them, or each where it is asked for.

Only ``\n`` ends a line: carriage return, form feed and NUL are content.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final, overload

_BLOCK: Final = 1 << 16
"""So many bytes, and the rest of the line that they end in, are looked at at once."""

_END = re.compile(rb"\n")

_FIRST_STEP: Final = 64
"""So many bytes are compared first, then twice as many, up to a block."""


def lines_of(content: bytes) -> tuple[bytes, ...]:
    r"""The lines of ``content``, each with its ``\n``; the last may lack it.

    >>> lines_of(b"a\r\nb\fc\nd")
    (b'a\r\n', b'b\x0cc\n', b'd')
    """
    parts = content.split(b"\n")
    last = parts.pop()
    lines = [part + b"\n" for part in parts]
    return tuple([*lines, last] if last else lines)


class Lines(Sequence[bytes]):
    """The lines of ``content``, by their offsets: none is copied unless asked for.

    Offsets are found for a block of lines at once, when the first of them is asked for;
    until then only the number of lines in each block is known.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._starts = array("Q", _index_blocks(content))
        self._firsts = array("Q", [0])
        for start, stop in pairwise(self._starts):
            self._firsts.append(self._firsts[-1] + content.count(b"\n", start, stop))
        if content and not content.endswith(b"\n"):
            self._firsts[-1] += 1
        self._blocks: dict[int, array[int]] = {}

    def __len__(self) -> int:
        """The number of lines."""
        return self._firsts[-1]

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[bytes, ...]: ...
    def __getitem__(self, at: int | slice) -> bytes | tuple[bytes, ...]:
        """A line, or some that follow each other."""
        if isinstance(at, slice):
            start, stop, step = at.indices(len(self))
            return lines_of(self.text(start, stop))[::step]
        number = range(len(self))[at]
        return self.text(number, number + 1)

    def __iter__(self) -> Iterator[bytes]:
        """The lines, one after the other."""
        for start, stop in pairwise(self._starts):
            yield from lines_of(self.content[start:stop])

    def text(self, start: int, stop: int) -> bytes:
        """The lines ``start`` up to ``stop`` as they stand in the content."""
        if start >= stop:
            return b""
        return self.content[self._offset(start) : self._offset(stop)]

    def view(self, start: int, stop: int) -> memoryview:
        """The same, without a copy."""
        whole = memoryview(self.content)
        if start >= stop:
            return whole[:0]
        return whole[self._offset(start) : self._offset(stop)]

    def _offset(self, line: int) -> int:
        """Where the line begins; the end of the content where there is none."""
        block = bisect_right(self._firsts, line) - 1
        if block == len(self._firsts) - 1:
            return len(self.content)
        if block not in self._blocks:
            self._blocks[block] = self._offsets(block)
        return self._blocks[block][line - self._firsts[block]]

    def _offsets(self, block: int) -> "array[int]":
        start, stop = self._starts[block : block + 2]
        ends = (found.end() for found in _END.finditer(self.content, start, stop))
        return array("Q", [start, *ends])


def equal_length(one: bytes, two: bytes, at_one: int = 0, at_two: int = 0) -> int:
    """How many bytes from a place on are those of the other content from another on."""

    def is_equal(start: int, stop: int) -> bool:
        part = one[at_one + start : at_one + stop]
        return part == two[at_two + start : at_two + stop]

    return _length_equal(min(len(one) - at_one, len(two) - at_two), is_equal)


def equal_tail(one: bytes, two: bytes) -> int:
    """How many bytes at the end of the two contents are the same."""

    def is_equal(start: int, stop: int) -> bool:
        part = one[len(one) - stop : len(one) - start]
        return part == two[len(two) - stop : len(two) - start]

    return _length_equal(min(len(one), len(two)), is_equal)


def _length_equal(most: int, is_equal: Callable[[int, int], bool]) -> int:
    """How far on all is equal, at most ``most``; asked of parts, none of them large."""
    at, step = 0, _FIRST_STEP
    while at < most and is_equal(at, min(at + step, most)):
        at, step = at + step, min(2 * step, _BLOCK)
    at, end = min(at, most), min(at + step, most)
    while at < end:  # half by half
        middle = (at + end + 1) // 2
        if is_equal(at, middle):
            at = middle
        else:
            end = middle - 1
    return at


def _index_blocks(content: bytes) -> Iterator[int]:
    """Where blocks begin, each with a line, and where the last one ends."""
    at = 0
    while at < len(content):
        yield at
        end = content.find(b"\n", at + _BLOCK - 1) + 1
        at = end or len(content)
    yield at
