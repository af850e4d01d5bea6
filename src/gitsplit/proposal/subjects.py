"""Proposed messages, whose subjects are written as the repository's latest ones are."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Literal

from msgspec import Struct

from gitsplit.model.message import subject_of, trailers, with_trailer_lines
from gitsplit.model.message import without_change_id as _without_id
from gitsplit.proposal.commit_features import CommitFeatures
from gitsplit.proposal.context import COPIED_TRAILERS, Context
from gitsplit.proposal.deeds import Deed, deeds
from gitsplit.proposal.trailers import with_people_of

Style = Literal["plain", "area", "conventional"]


class SubjectChoice(Struct, frozen=True):
    """A subject that may be a commit's, and where it was found, in a few words."""

    text: bytes
    reason: str


LATEST = 200
"""So many subjects say how the next one is written."""

_CONVENTIONAL = re.compile(
    rb"(build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test)(\([^)]*\))?!?: "
)
_AREA = re.compile(rb"[^\s:]+(, ?[^\s:]+)*: \S")
_KINDS = {
    b"Add": b"feat",
    b"Fix": b"fix",
    b"Document": b"docs",
    b"Comment": b"docs",
    b"Reformat": b"style",
    b"Remove": b"refactor",
    b"Replace": b"refactor",
    b"Test": b"test",
}


def proposal_message(
    message: bytes, place: bytes, copied: Collection[bytes] = COPIED_TRAILERS
) -> bytes:
    """The proposed message of a commit split off the one with ``message``.

    Its subject is the ``place`` of its edits and the other's subject; it has the
    trailers whose keys (in lower case) are ``copied``, and no Change-Id.
    """
    subject = b": ".join(part for part in (place, subject_of(message)) if part)
    return with_copied(subject, message, copied)


def with_copied(subject: bytes, message: bytes, copied: Collection[bytes]) -> bytes:
    """A message of this subject, with the ``copied`` trailers of another.

    Sign-offs and co-authors are copied in any case, wherever they stand: the part that
    lacks them is one that nobody stands for, and Gerrit wants the sign-off on each.
    """
    bare = _without_id(message)
    found = (item for item in trailers(bare) if item[0].lower() in copied)
    lines = [key + b": " + value for key, value in dict.fromkeys(found)]
    return with_people_of(bare, with_trailer_lines(subject + b"\n", lines))


def style_of(subjects: Sequence[bytes]) -> Style:
    """How most of the latest subjects are written; "plain" where no style prevails."""
    latest = subjects[:LATEST]
    conventional = sum(bool(_CONVENTIONAL.match(subject)) for subject in latest)
    if 2 * conventional > len(latest):
        return "conventional"
    areas = sum(bool(_AREA.match(subject)) for subject in latest)
    return "area" if 2 * areas > len(latest) else "plain"


def in_style(deed: bytes, area: bytes, subjects: Sequence[bytes]) -> bytes:
    """A subject in the style of the latest ones that says what a group does.

    ``deed`` begins with a verb and a capital, ``area`` is a word for where it is.
    """
    style = style_of(subjects)
    text = deed if _are_capital(subjects[:LATEST]) else deed[:1].lower() + deed[1:]
    if style == "conventional":
        return _KINDS.get(deed.split(b" ")[0], b"chore") + b": " + text
    return area + b": " + text if style == "area" and area else text


_WORD = re.compile(rb"[A-Za-z][a-z]+(?= )")
_ORDER = re.compile(
    rb"(?:add|adjust|allow|apply|avoid|bump|change|check|clean|convert|correct|create"
    rb"|deprecate|disable|do|document|don't|drop|enable|enforce|ensure|expose|extend"
    rb"|extract|fix|format|handle|hide|ignore|implement|improve|include|increase|inline"
    rb"|introduce|keep|let|limit|make|mark|merge|move|only|pass|prefer|prevent|raise"
    rb"|reduce|refactor|refuse|remove|rename|reorder|replace|require|respect|restore"
    rb"|return|revert|rework|rewrite|set|show|simplify|skip|sort|split|stop|support"
    rb"|switch|test|tidy|turn|unify|update|upgrade|use|validate|warn)\s",
    re.IGNORECASE,
)
_LONGEST_ORDER = 72


def is_order(text: bytes) -> bool:
    """Whether a sentence says what a commit does, as subjects do, and is as short."""
    return len(text) <= _LONGEST_ORDER and _ORDER.match(text) is not None


def as_subject(text: bytes, subjects: Sequence[bytes], area: bytes = b"") -> bytes:
    """A sentence or an item as a subject in the style of the latest ones.

    It ends without a stop, begins with a capital where they do and it with a word, and
    has their prefix, ``area`` where that is a word for a place, unless it has one.
    """
    said = text if text.endswith(b"..") else text.removesuffix(b".")
    if not _WORD.match(said):
        return said
    if _are_capital(subjects[:LATEST]):
        said = said[:1].upper() + said[1:]
    elif is_order(said):
        said = said[:1].lower() + said[1:]
    style = style_of(subjects)
    if style == "conventional":
        kind = _KINDS.get(said.partition(b" ")[0].capitalize(), b"chore")
        return kind + b": " + said
    return area + b": " + said if style == "area" and area else said


def _are_capital(subjects: Sequence[bytes]) -> bool:
    """Whether most subjects, after their prefix, begin with a capital."""
    starts = (re.sub(rb"^[^\s:]+: ", b"", subject)[:1] for subject in subjects)
    found = Counter(start.isupper() for start in starts if start.isalpha())
    return found[True] >= found[False]


def area_of(paths: Sequence[bytes], subjects: Sequence[bytes]) -> bytes:
    """A word for where the paths are: one before the colon of the latest subjects.

    Where they have none that fits, the commonest directory or file name of the paths.
    """
    used = {subject.partition(b":")[0] for subject in subjects[:LATEST]}
    words = [word for path in paths for word in _words_of(path)]
    known = Counter(word for word in words if word in used)
    if known:
        return max(known, key=lambda word: (known[word], word))
    return max(Counter(words).items(), key=lambda item: item[1], default=(b"", 0))[0]


def _words_of(path: bytes) -> list[bytes]:
    """The directories of a path and its file name's stem, the innermost first."""
    *above, name = path.split(b"/")
    return [name.partition(b".")[0] or name, *reversed(above)]


def area_of_pieces(
    commit: CommitFeatures, pieces: Sequence[int], context: Context
) -> bytes:
    """A word for where pieces are, as the latest subjects have it."""
    paths = [commit.changes[commit.features[piece].file].path for piece in pieces]
    return area_of(paths, context.subjects)


def subjects_of(
    commit: CommitFeatures, pieces: Sequence[int], context: Context
) -> Iterator[SubjectChoice]:
    """The subjects that pieces suggest for a commit of theirs, best first.

    They are in the style of the latest ones. What is found is remembered: of a plan
    that changes most groups stay what they were.
    """
    area = area_of_pieces(commit, pieces, context)
    for deed in _deeds_of(commit, tuple(pieces)):
        text = in_style(deed.text.encode(), area, context.subjects)
        yield SubjectChoice(text, deed.reason)


_MOST_REMEMBERED = 1_000


def _deeds_of(commit: CommitFeatures, pieces: tuple[int, ...]) -> tuple[Deed, ...]:
    """What pieces do, best first; found once."""
    found = commit.deeds.get(pieces)
    if found is None:
        if len(commit.deeds) >= _MOST_REMEMBERED:
            commit.deeds.clear()
        found = commit.deeds[pieces] = tuple(deeds(commit, pieces))
    return found
