"""Bytes as a shell can print them into a command: what reads like them, else escapes.

What isn't plain text is printed by octal escapes: what stands in a script can be
mailed, pasted and looked at.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from gitsplit.model.escape import reads_as_it_is
from gitsplit.model.lines import lines_of


def fed(command: str, data: bytes) -> Iterator[str]:
    """The command with the bytes on standard input: below it, where they are plain."""
    lines = lines_of(data)
    if lines and all(map(_is_plain, lines)):
        first, *others = _here_document(lines)
        yield first.replace("cat", command, 1)
        yield from others
    else:
        yield from piped(command, data)


def piped(command: str, *parts: bytes) -> Iterator[str]:
    """The commands that give the bytes to another on standard input."""
    yield "{"
    for part in parts:
        yield from printing(part)
    yield f"}} | {command}"


def printing(data: bytes) -> Iterator[str]:
    """The commands that print the bytes; ``:`` where there are none."""
    if not data:
        yield ":"
    for is_plain, run in groupby(lines_of(data), _is_plain):
        each = [*run]
        yield from _here_document(each) if is_plain else map(_printf, each)


def _is_plain(line: bytes) -> bool:
    """Whether the line can stand in the script as it is.

    What ends in a blank is easily lost.
    """
    if not line.endswith(b"\n") or line.endswith(b" \n"):
        return False
    try:
        return all(map(reads_as_it_is, line[:-1].decode()))
    except UnicodeDecodeError:
        return False


def _here_document(lines: Sequence[bytes]) -> Iterator[str]:
    text = [line[:-1].decode() for line in lines]
    end = "END"
    while end in text:
        end += "_"
    yield f"cat <<'{end}'"
    yield from text
    yield end


def _printf(line: bytes) -> str:
    """The line, or the part of one at the end, by an escape for what isn't plain."""
    return f"printf '{''.join(_escapes(line))}'"


def _escapes(line: Iterable[int]) -> Iterator[str]:
    for at, byte in enumerate(line):
        char = chr(byte)
        if char == "%":
            yield "%%"
        elif " " <= char <= "~" and char not in "'\\" and (at or char != "-"):
            yield char
        else:
            yield f"\\{byte:03o}"
