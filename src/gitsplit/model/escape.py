"""Text from outside made safe to print: in sentences, in JSON, in shell commands.

Whatever a terminal could take for a command, and whatever would reorder or hide text,
is named instead: escape sequences, bidirectional controls, bytes that aren't UTF-8. So
is a joiner but between two emoji.

A shell command for the user to paste does what it reads like: whatever can't be seen
plainly is an escape in ``$'…'``, which bash, zsh, ksh, BusyBox and POSIX.1-2024 read.

The output of a program that failed becomes one line of a sentence. All of it is passed
on, for nobody knows where the reason stands: git's last line often says only that
something failed, and a hook may begin or end with it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby

_NOTHING_TO_SEE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
) | frozenset(map(chr, range(0xE0100, 0xE01F0)))
"""Letters and marks that Unicode calls ignorable, but for those that choose an emoji;
and the blank of Braille.

To Python they are printable, and a terminal shows nothing or a blank.
"""


def printable(text: bytes | str) -> str:
    r"""The text with each character that is not plainly visible named.

    >>> printable(b"caf\xe9 \x1b[1m\xe2\x80\xae")
    'caf<E9> ␛[1m<U+202E>'
    """
    return "".join(part for part, _ in seen_parts(text))


def printable_diff_line(line: bytes) -> str:
    r"""The same of a line of a diff, the tabs behind its sign as blanks.

    >>> printable_diff_line(b"+\ta")
    '+        a'
    """
    return printable(line[:1] + line[1:].expandtabs())


def seen_parts(text: bytes | str) -> Iterator[tuple[str, bool]]:
    r"""The parts that :func:`printable` makes of it, each with whether it is a name.

    >>> [*seen_parts("a\tb")]
    [('a', False), ('␉', True), ('b', False)]
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    elif not text.isprintable():
        text = _with_utf8_decoded(text)
    if _is_plain_text(text):
        yield text, False
        return
    from gitsplit.model.emoji import JOINED_EMOJI  # whose patterns take time to make

    for part in re.split(f"({JOINED_EMOJI.pattern})", text):
        if JOINED_EMOJI.fullmatch(part):
            yield part, False
        else:
            for is_named, run in groupby(part, lambda char: not is_plain(char)):
                yield "".join(map(visible, run)), is_named


def printable_lines(text: str) -> str:
    """The text with its line ends and tabs, all else as :func:`printable` has it.

    For text of several lines that gitsplit has made; in what it is made of, a line
    end is named, or it could begin a line of its own.
    """
    return "".join(
        part if part in ("\n", "\t") else printable(part)
        for part in re.split("([\n\t])", text)
    )


def inert_json(text: str) -> str:
    """The JSON text with an escape wherever a terminal could obey a character.

    It means the same: what is not plain and no line's end can only stand inside a
    JSON string.
    """
    return "\n".join(map(_inert_line, text.split("\n")))


def _inert_line(line: str) -> str:
    if _is_plain_text(line):
        return line
    return "".join(char if is_plain(char) else _json_escape(char) for char in line)


def _is_plain_text(text: str) -> bool:
    """Whether all of it is seen, found out without looking at each character here."""
    return text.isprintable() and _NOTHING_TO_SEE.isdisjoint(text)


def _json_escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def is_plain(char: str) -> bool:
    """Whether the character can be seen, and is nothing to a terminal but itself."""
    is_seen = char.isprintable() or unicodedata.category(char) == "Zs"
    return is_seen and char not in _NOTHING_TO_SEE


def _with_utf8_decoded(text: str) -> str:
    """The text with letters where it has the bytes of their UTF-8 as surrogates.

    That is how the system gives it where its own encoding isn't UTF-8.
    """
    try:
        named = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that stands for no byte
        return text
    return named.decode("utf-8", "surrogateescape")


def visible(char: str) -> str:
    """The character, or a visible name of one that is not to be sent to a terminal.

    A lone surrogate stands for a byte that isn't UTF-8 (PEP 383).
    """
    if is_plain(char):
        return char
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0xDC80 <= code <= 0xDCFF:
        return f"<{code - 0xDC00:02X}>"
    return f"<U+{code:04X}>"


_BARE = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
_FROM_RIGHT = ("R", "AL", "AN")


def shell_command(*words: str | bytes) -> str:
    r"""The words as one line for a shell, which takes them for the very same words.

    A string has bytes that aren't UTF-8 as lone surrogates (PEP 383).

    >>> shell_command("git", "push", "it's", "a\x1b[2J")
    "git push 'it'\\''s' $'a\\033[2J'"
    """
    return " ".join(map(_shell_word, words))


def _shell_word(word: str | bytes) -> str:
    if isinstance(word, bytes):
        word = word.decode("utf-8", "surrogateescape")
    if _BARE.fullmatch(word):
        return word
    if all(map(reads_as_it_is, word)):
        return "'" + word.replace("'", r"'\''") + "'"
    return f"$'{''.join(map(_escape_sequence, word))}'"


def reads_as_it_is(char: str) -> bool:
    """Whether the character is seen, where it stands, and for nothing else.

    Letters written from the right move what stands beside them; some blanks are
    copied as others.
    """
    is_blank = char == " " or unicodedata.category(char) != "Zs"
    comes_in_turn = unicodedata.bidirectional(char) not in _FROM_RIGHT
    return is_plain(char) and is_blank and comes_in_turn


def _escape_sequence(char: str) -> str:
    if char in "\\'":
        return f"\\{char}"
    if reads_as_it_is(char):
        return char
    return "".join(_octal(byte) for byte in char.encode("utf-8", "surrogateescape"))


def _octal(byte: int) -> str:
    return f"\\{byte:03o}"


MOST_LINES = 20
"""So many lines are passed on; of more, those at both ends."""

_FIRST = 5


def output_in_one_line(output: bytes) -> str:
    r"""The lines of an output as one, maybe empty.

    >>> output_in_one_line(b"sh: prettier: not found\n\nexit 127\n")
    'sh: prettier: not found; exit 127'
    """
    return in_one_line(output.decode("utf-8", "replace").splitlines())


def in_one_line(lines: Iterable[str]) -> str:
    """The lines as one, without those that are blank."""
    told = [line.strip() for line in lines if line.strip()]
    if len(told) > MOST_LINES:
        told[_FIRST : len(told) - MOST_LINES + _FIRST] = ["…"]
    return "; ".join(told)
