"""What any Markdown of gitsplit is made of: words and lines that mean nothing else.

No heading, link, tag or mention can be made of what comes from a repository.
"""

import re
from collections.abc import Iterable

from gitsplit.model.escape import printable


def fenced(language: str, lines: Iterable[str]) -> str:
    """The lines as a code block, in a fence that none of them can end."""
    text = "\n".join(lines).strip("\n")
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def code(text: str) -> str:
    """The text as a code span."""
    ticks = "`" * (_longest_run(text) + 1)
    pad = "" if text.strip() and text[0] != "`" != text[-1] else " "
    return f"{ticks}{pad}{text or ''}{'' if not text else pad}{ticks}"


_HARMLESS = re.compile(r"[(“]*([^\W\d_]+([-\u2019'/][^\W\d_]+)*|\d+|→|%)[)”.,;:]*")
_SAID_IN_CODE = re.compile(r"`([^`]+)`")


def inline(sentence: str) -> str:
    """The sentence, each word that Markdown or a server could take for more in code.

    >>> inline("4 hunks mention `sudo`, says @root")
    '4 hunks mention `sudo`, says `@root`'
    """
    words = _SAID_IN_CODE.sub(_as_one_word, printable(sentence)).split(" ")
    return " ".join(map(_inline_word, words))


_BLANK = "\0"  # which nothing printable has


def _as_one_word(found: re.Match[str]) -> str:
    return found[0].replace(" ", _BLANK)


def _inline_word(word: str) -> str:
    told = _SAID_IN_CODE.match(word)
    if told and re.fullmatch(r"[)”.,;:]*", word[told.end() :]):
        return code(told[1].replace(_BLANK, " ")) + word[told.end() :]
    word = word.replace(_BLANK, " ")
    if not word or _HARMLESS.fullmatch(word):
        return word
    before, bare, behind = _punctuated(word)
    return f"{before}{code(bare)}{behind}" if bare else code(word)


def _punctuated(word: str) -> tuple[str, str, str]:
    """The word, and the punctuation before and behind it that means nothing."""
    is_call = "(" in word.lstrip("(“")
    bare = word.lstrip("(“").rstrip("”.,;:" if is_call else ")”.,;:")
    before, _, behind = word.partition(bare)
    return before, bare, behind


_ENTITIES = re.compile(r"[^\w .,;()-]")


def html(text: str) -> str:
    """The text for HTML, every sign that could mean something as an entity."""
    return _ENTITIES.sub(lambda found: f"&#{ord(found[0])};", text)
