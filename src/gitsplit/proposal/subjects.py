"""Proposed messages, whose subjects are written as the repository's latest ones are."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from gitsplit.model.message import footers, subject_of, trailers, with_trailer_lines
from gitsplit.model.message import without_change_id as _without_id
from gitsplit.proposal.commit_features import CommitFeatures
from gitsplit.proposal.context import COPIED_TRAILERS, Context
from gitsplit.proposal.deeds import deeds
from gitsplit.proposal.trailers import ON_ALL

Style = Literal["plain", "area", "conventional"]


@dataclass(frozen=True, slots=True)
class SubjectChoice:
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

    Sign-offs and co-authors are copied in any case, also where only Gerrit sees them:
    the part that lacks them is one that nobody stands for, and Gerrit wants the
    sign-off on each commit.
    """
    bare = _without_id(message)
    seen = [item for item in footers(bare) if item[0].lower() in ON_ALL]
    wanted = {*ON_ALL, *copied}
    found = [item for item in (*trailers(bare), *seen) if item[0].lower() in wanted]
    lines = [key + b": " + value for key, value in dict.fromkeys(found)]
    return with_trailer_lines(subject + b"\n", lines)


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


_WORD = re.compile(rb"[a-z]{2,}(?= )")


def as_subject(text: bytes, subjects: Sequence[bytes]) -> bytes:
    """A sentence or an item as a subject in the style of the latest ones.

    It ends without a stop, and begins with a capital where they do and it with a word.
    """
    said = text if text.endswith(b"..") else text.removesuffix(b".")
    if _WORD.match(said) and _are_capital(subjects[:LATEST]):
        return said[:1].upper() + said[1:]
    return said


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


def subjects_of(
    commit: CommitFeatures, pieces: Sequence[int], context: Context
) -> Iterator[SubjectChoice]:
    """The subjects that pieces suggest for a commit of theirs, best first.

    They are in the style of the latest ones.
    """
    paths = [commit.changes[commit.features[piece].file].path for piece in pieces]
    area = area_of(paths, context.subjects)
    for deed in deeds(commit, pieces):
        text = in_style(deed.text.encode(), area, context.subjects)
        yield SubjectChoice(text, deed.reason)
