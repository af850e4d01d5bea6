"""Lines of a message: which are blank, and how some are taken out of it."""

from collections.abc import Iterable

SPACE = b" \t\r\n"
"""What git's ``isspace`` takes: form feed and vertical tab are not among them."""


def is_blank(line: bytes) -> bool:
    """Whether git takes the line for an empty one."""
    return not line.strip(SPACE)


def without_lines(message: bytes, spans: Iterable[tuple[int, int]]) -> bytes:
    """The message without these bytes, nor the blank lines above emptied paragraphs.

    A span's ends are those of whole lines; no two have a byte in common. The last goes
    first: what is blank after it is so for those before it.
    """
    kept: list[bytes] = []  # from the end, the last first
    end = len(message)
    is_before_blank = True
    for start, stop in sorted(spans, reverse=True):
        if stop < end:
            kept.append(message[stop:end])
            is_before_blank = is_blank(message[stop : _line_end(message, stop)])
        end = min(start, end)
        while is_before_blank and end:
            above = message.rfind(b"\n", 0, end - 1) + 1
            if not is_blank(message[above:end]):
                break
            end = above
    return message[:end] + b"".join(reversed(kept))


def _line_end(message: bytes, start: int) -> int:
    """The offset after the line that begins at ``start``, its newline too."""
    return message.find(b"\n", start) + 1 or len(message)
