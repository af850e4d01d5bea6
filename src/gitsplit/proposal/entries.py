"""What is added to a changelog, as a sentence: an entry from its beginning, bare.

An entry is an item of a list with the lines that continue it, else a paragraph. What
only a changelog says (numbers of issues, thanks, roles and links) is no part of it.
"""

import re
from collections.abc import Iterator, Sequence

from gitsplit.model.diff import TextEdit
from gitsplit.model.escape import printable
from gitsplit.proposal.features import Piece, Texts

MOST_LINES = 400
"""So many added lines of a piece are searched for sentences."""

LONGEST_DEED = 72
"""A sentence of more characters is no subject."""

FEWEST_WORDS = 3
"""A sentence of fewer words says too little."""

_ITEM = re.compile(r"(\s*)(?:[-*+]|\d{1,3}[.)]|#\.)\s+(?=\S)")
_HEADING = re.compile(r"\s*(?:#{1,6}\s|=+\s*$|-{3,}\s*$|~{3,}\s*$|\^{3,}\s*$|```)")
_FURTHEST = 30
"""The line where an entry begins is so many lines above one of its own at most."""

_ROLE = re.compile(r":[\w:+-]+:`([^`<]*?)(?:\s*<[^`>]*>)?`")
_LINK = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])")
_ISSUE_ROLE = re.compile(
    r":(?:issue|pr|pull|ghissue|ghpr|gh|bug|user|commit)s?:`[^`]*`"
)
_REFERENCE = re.compile(
    r"(?:[,;]?\s*\b(?:see(?: also)?|thanks to|by)\s+)?"
    r"(?:[\w.-]+/[\w.-]+)?(?:\[?`?(?<![\w&])#\d+`?_?\]?(?:\([^)]*\))?|(?<!\w)@[\w-]+)"
    r"(?:\s*(?:,|and|&)\s*(?=[#@\[]))?",
    re.IGNORECASE,
)
_EMPTY = re.compile(r"\s*[(\[][\s,;.&]*[)\]]")
_NO_ENTRY = re.compile(r"v?\d|unreleased|version\b|release\b|[=~^-]", re.IGNORECASE)
_NO_PROSE = re.compile(r"\w=\S|^[`$]")
_CLAUSE = re.compile(r"[,;:]\s|\s[(\u2013\u2014]|\s-{1,3}\s")


def first_entry(texts: Texts, piece: Piece) -> str:
    """The sentence of the first entry, the outermost first, that a piece adds.

    Empty where none is short enough for a subject, or says enough.
    """
    found = list(_entries(texts, piece))
    outermost = min((depth for depth, _ in found), default=0)
    for depth, text in found:
        said = first_sentence(_bare(text))
        is_entry = not _NO_ENTRY.match(said) and not _NO_PROSE.search(said)
        if depth == outermost and is_entry and len(said.split()) >= FEWEST_WORDS:
            return said
    return ""


def first_sentence(text: str) -> str:
    """The first sentence of a text, without the stop, if it is short enough."""
    first = re.split(r"(?<=[.!?])\s", text.strip(" \t;,*"))[0].rstrip(" .:;,")
    return printable(first) if len(first) <= LONGEST_DEED else ""


def _bare(entry: str) -> str:
    """An entry without what only a changelog says, and short where a clause ends."""
    text = _ISSUE_ROLE.sub("", entry)
    text = _LINK.sub(lambda found: _named(found[1], found[0]), text)
    text = _ROLE.sub(lambda found: found[1].lstrip("~!"), text)
    text = _EMPTY.sub("", _REFERENCE.sub("", text))
    first = re.split(r"(?<=[.!?])\s", text.replace("``", "`").strip())[0]
    return _shortened(first)


def _named(text: str, link: str) -> str:
    """What a link says; one to an issue or a person is left as it is."""
    return link if text.startswith(("#", "@")) else text


def _shortened(text: str) -> str:
    """A sentence up to the last end of a clause where it is short enough."""
    if len(text) <= LONGEST_DEED:
        return text
    ends = [found.start() for found in _CLAUSE.finditer(text[: LONGEST_DEED + 1])]
    return text[: ends[-1]] if ends else text


def _entries(texts: Texts, piece: Piece) -> Iterator[tuple[int, str]]:
    """How far each entry that the piece's lines belong to is indented, and its text."""
    for edit in piece:
        if not isinstance(edit, TextEdit):
            continue
        lines = texts.new[edit.file]
        at, stop = edit.new.start, min(edit.new.stop, edit.new.start + MOST_LINES)
        while at < stop:
            if lines[at].strip() and not _HEADING.match(lines[at]):
                first = _beginning(lines, at)
                end = _end(lines, first)
                yield _entry(lines[first:end])
                at = max(at + 1, end)
            else:
                at += 1


def _beginning(lines: Sequence[str], at: int) -> int:
    """The line where the entry begins that a line is of."""
    first = at
    while (
        first > max(0, at - _FURTHEST)
        and not _ITEM.match(lines[first])
        and lines[first - 1].strip()
        and not _HEADING.match(lines[first - 1])
    ):
        first -= 1
    return first


def _end(lines: Sequence[str], first: int) -> int:
    """The line after an entry: blank, a heading, or another's."""
    at = first + 1
    while (
        at < min(len(lines), first + _FURTHEST)
        and lines[at].strip()
        and not _HEADING.match(lines[at])
        and not _ITEM.match(lines[at])
    ):
        at += 1
    return at


def _entry(lines: Sequence[str]) -> tuple[int, str]:
    """How far an entry is indented, and what it says, on one line."""
    found = _ITEM.match(lines[0])
    text = " ".join(" ".join(lines).split())
    depth = len(lines[0]) - len(lines[0].lstrip())
    return depth, text[len(found[0].strip()) :].strip() if found else text
