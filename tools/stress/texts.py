"""Random texts before and after an edit, and the ways in which bytes can be odd."""

from collections.abc import Callable, Sequence
from random import Random
from zlib import crc32

Lines = list[bytes]
Text = tuple[bytes, bytes]
"""A file's content before and after."""

_FEW = (b"", b"", b"}", b"a", b"b", b"    return", b"  }", b"\tx = 1;")
_WORDS = (
    *(b"if", b"for", b"return", b"value", b"count", b"name", b"self", b"old", b"new"),
    *(b"(", b")", b"=", b"+", b"0", b"1", b",", b"x", b"y", b"{", b"}", b";", b"."),
)


def _few_line(rng: Random) -> bytes:
    return rng.choice(_FEW)


def _code_line(rng: Random) -> bytes:
    if rng.random() < 0.15:
        return b""
    words = (rng.choice(_WORDS) for _ in range(rng.randint(1, 9)))
    return b" " * rng.choice((0, 0, 4, 4, 8)) + b" ".join(words)


def _unique_line(rng: Random) -> bytes:
    return b"line %d" % rng.randrange(10**6)


def _short_line(rng: Random) -> bytes:
    """So few words that lines are often alike by exactly one half, and by ties."""
    return b" ".join(rng.choice((b"a", b"b", b"c")) for _ in range(rng.randint(0, 3)))


def _mutate(rng: Random, line: bytes) -> bytes:
    """The line with some of its words changed, as an edit would."""
    words = line.split(b" ")
    for _ in range(rng.randint(1, 2)):
        words[rng.randrange(len(words))] = rng.choice(_WORDS)
    return b" ".join(words)


_STYLES = (_few_line, _code_line, _code_line, _short_line, _short_line, _unique_line)


def lines_before_and_after(rng: Random) -> tuple[Lines, Lines]:
    """Some lines and the same after some edits; never equal."""
    line = rng.choice(_STYLES)
    size = rng.choice((1, 3, 8, 20, 60))
    old = [line(rng) for _ in range(rng.randint(1, size))]
    new = list(old)
    for _ in range(rng.randint(1, 5)):
        _edit_lines(rng, new, line)
    if new == old:
        new.append(b"added")
    return (new, old) if rng.random() < 0.3 else (old, new)


def _edit_lines(rng: Random, lines: Lines, line: Callable[[Random], bytes]) -> None:
    """A run of lines is removed, added, or replaced by others like it, in place."""
    start = rng.randint(0, len(lines))
    stop = min(len(lines), start + rng.choice((0, 1, 1, 2, 5)))
    added = [line(rng) for _ in range(rng.choice((0, 1, 1, 3, 6)))]
    if rng.random() < 0.5:
        added += [_mutate(rng, each) for each in lines[start:stop]]
        rng.shuffle(added)
    if len(lines) - (stop - start) + len(added) > 0:
        lines[start:stop] = added


def _line_ender(ends: Sequence[bytes]) -> Callable[[Lines], bytes]:
    """Lines with one of the given ends each; a line has the same on both sides."""

    def content(lines: Lines) -> bytes:
        return b"".join(line + ends[crc32(line) % len(ends)] for line in lines)

    return content


def _odd_letters(before: bytes, after: bytes) -> Callable[[Lines], bytes]:
    """Lines in which every letter e is odd."""

    def content(lines: Lines) -> bytes:
        return _line_ender([b"\n"])([before + x.replace(b"e", after) for x in lines])

    return content


def _utf16(lines: Lines) -> bytes:
    return _line_ender([b"\n"])(lines).decode("latin-1").encode("utf-16")


def _late_nul(lines: Lines) -> bytes:
    """Beyond the 8,000 bytes that git looks at before it calls a file binary."""
    return b"0123456789\n" * 800 + _line_ender([b"\n"])([x + b"\0" for x in lines])


def _tail(lines: Lines) -> bytes:
    """A long end that both sides share and that an edit can slide into.

    The more so as its few lines are also there a varying number of times before it.
    """
    some = [b"}", b"", b"a", b"    return"][: 1 + len(lines) % 4]
    return _line_ender([b"\n"])([*lines, *some * (len(lines) % 5), *some * 400])


def _long(lines: Lines) -> bytes:
    return _line_ender([b"\n"])([line + b"w" * 50_000 for line in lines])


def _huge(lines: Lines) -> bytes:
    return _line_ender([b"\n"])([line + b"w" * 1_000_000 for line in lines[:6]])


ENCODERS: dict[str, Callable[[Lines], bytes]] = {
    "lf": _line_ender([b"\n"]),
    "crlf": _line_ender([b"\r\n"]),
    "lone cr": _line_ender([b"\r"]),
    "mixed ends": _line_ender([b"\n", b"\r\n", b"\r", b"\n\r", b"\f\n", b"\v"]),
    "latin-1": _odd_letters(b"", b"\xe9"),
    "utf-8": _odd_letters("\u200f".encode(), "é".encode()),
    "utf-16": _utf16,
    "invalid utf-8": _odd_letters(b"\xff", b"\xc3("),
    "escapes": _odd_letters(b"\x1b[31m", b"\x08"),
    "diff-like": _odd_letters(b"@@ -1 +1 @@\n--- a/x\n", b"\n+"),
    "early nul": _odd_letters(b"\0", b"e"),
    "late nul": _late_nul,
    "long tail": _tail,
    "long lines": _long,
    "lines of megabytes": _huge,
}
_OFTEN = ("lf", "crlf", "lone cr", "mixed ends", "long tail")
_SELDOM = ("long lines", "lines of megabytes")


def random_encoder(rng: Random) -> str:
    """The name of an encoder; the costly ones come seldom."""
    if rng.random() < 0.5:
        return rng.choice(_OFTEN)
    name = rng.choice([n for n in ENCODERS if n not in _SELDOM])
    if rng.random() < 0.02:
        name = rng.choice(_SELDOM)
    return name


def with_odd_end(rng: Random, text: Text) -> tuple[Text, str]:
    """The text with the final newline missing from either side or both, or neither."""
    old, new = text
    which = rng.choice(("", "", "", "old", "new", "both"))
    if which in ("old", "both"):
        old = old.removesuffix(b"\n")
    if which in ("new", "both"):
        new = new.removesuffix(b"\n")
    return (old, new), f"no newline at end: {which}" if which else ""


def random_text(rng: Random) -> tuple[Text, list[str]]:
    """A file's content before and after (different), and what is odd about it."""
    encoder = random_encoder(rng)
    encode = ENCODERS[encoder]
    before, after = lines_before_and_after(rng)
    text, oddity = with_odd_end(rng, (encode(before), encode(after)))
    if text[0] == text[1]:
        text = (text[0], text[1] + b"\nmore\n")
    return text, [encoder, *([oddity] if oddity else [])]
