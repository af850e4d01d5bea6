"""Commands that a user is shown to paste into a shell.

What such a command reads like is what it does: whatever can't be seen plainly stands
in it as an escape, which bash, zsh, ksh, BusyBox and POSIX.1-2024 read in ``$'…'``.
"""

import re
import unicodedata

from gitsplit.model.escape import is_plain

_BARE = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
_FROM_RIGHT = ("R", "AL", "AN")


def command(*words: str | bytes) -> str:
    r"""The words as one line for a shell, which takes them for the very same words.

    A string has bytes that aren't UTF-8 as lone surrogates (PEP 383).

    >>> command("git", "push", "it's", "a\x1b[2J")
    "git push 'it'\\''s' $'a\\033[2J'"
    """
    return " ".join(map(_quoted, words))


def _quoted(word: str | bytes) -> str:
    if isinstance(word, bytes):
        word = word.decode("utf-8", "surrogateescape")
    if _BARE.fullmatch(word):
        return word
    if all(map(_reads_as_it_is, word)):
        return "'" + word.replace("'", r"'\''") + "'"
    return f"$'{''.join(map(_escaped, word))}'"


def _reads_as_it_is(char: str) -> bool:
    """Whether the character is seen, where it stands, and for nothing else.

    Letters written from the right move what stands beside them; some blanks are
    copied as others.
    """
    is_blank = char == " " or unicodedata.category(char) != "Zs"
    comes_in_turn = unicodedata.bidirectional(char) not in _FROM_RIGHT
    return is_plain(char) and is_blank and comes_in_turn


def _escaped(char: str) -> str:
    if char in "\\'":
        return f"\\{char}"
    if _reads_as_it_is(char):
        return char
    return "".join(_octal(byte) for byte in char.encode("utf-8", "surrogateescape"))


def _octal(byte: int) -> str:
    return f"\\{byte:03o}"
