"""Proposed messages, whose subjects are written as the repository's latest ones are."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache
from math import log
from typing import Literal

from gitsplit.model.message import footers, subject_of, trailers, with_trailer_lines
from gitsplit.model.message import without_change_id as _without_id
from gitsplit.proposal.context import COPIED_TRAILERS, SIGNED_OFF_BY
from gitsplit.proposal.source_text import message_items, text_subwords

Style = Literal["plain", "area", "conventional"]

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
    b"Introduce": b"feat",
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

    A sign-off is copied in any case, also where only Gerrit sees it: the part that
    lacks it is one that nobody stands for, and Gerrit wants it on each commit.
    """
    bare = _without_id(message)
    seen = [item for item in footers(bare) if item[0].lower() == SIGNED_OFF_BY]
    wanted = {SIGNED_OFF_BY, *copied}
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


MOST_ITEMS = 12
"""A message that lists more is no list of what its commit does."""


def listed_subjects(
    message: bytes, groups: Sequence[Counter[str]]
) -> tuple[bytes | None, ...]:
    """For each group the item of the message's lists that says what it does, if any.

    ``groups`` are the subwords of each. Each item goes to one group at most, so that
    all together fit best.
    """
    text = _without_id(message).decode("utf-8", "surrogateescape")
    _, *items = message_items(text)
    if not items or len(items) > MOST_ITEMS:
        return (None,) * len(groups)
    said = [_stems(text_subwords(item)) for item in items]
    chosen = _best_items(_item_fits(said, [_stems(group) for group in groups]))
    subjects = [
        b" ".join(item.encode("utf-8", "surrogateescape").split()) for item in items
    ]
    return tuple(None if at is None else subjects[at] for at in chosen)


def _best_items(fits: Sequence[Sequence[float]]) -> tuple[int | None, ...]:
    """For each group an item or none, no item twice, so that the sum is greatest."""

    @cache
    def best(group: int, used: int) -> tuple[float, tuple[int | None, ...]]:
        """From this group on; ``used`` is a bit set of items."""
        if group == len(fits):
            return 0.0, ()
        rest, others = best(group + 1, used)
        most, chosen = rest, (None, *others)
        for item, fit in enumerate(fits[group]):
            if fit and not used >> item & 1:
                rest, others = best(group + 1, used | 1 << item)
                if rest + fit > most:
                    most, chosen = rest + fit, (item, *others)
        return most, chosen

    return best(0, 0)[1]


def _item_fits(
    items: Sequence[Counter[str]], groups: Sequence[Counter[str]]
) -> list[list[float]]:
    """For each group how well each item fits: by the words that both have.

    A word counts more the fewer groups have it, and the more often this one does.
    """
    having = Counter(word for group in groups for word in group)
    return [
        [
            sum(
                log(1 + len(groups) / having[word]) * (1 + log(group[word]))
                for word in item
                if word in group
            )
            / (len(item) + 1) ** 0.5
            for item in items
        ]
        for group in groups
    ]


_ENDINGS = ("ing", "ed", "es", "s", "er")


def _stems(words: Counter[str]) -> Counter[str]:
    """The words without the commonest English endings, as often as they were."""
    found: Counter[str] = Counter()
    for word, count in words.items():
        ending = next((e for e in _ENDINGS if word.endswith(e)), "")
        found[
            word[: len(word) - len(ending)] if len(word) - len(ending) > 2 else word
        ] += count
    return found
