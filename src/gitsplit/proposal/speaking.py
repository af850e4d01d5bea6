"""What a sentence speaks of: how well it fits each group of hunks, and which it is for.

They fit by the stems of the words that both have, in lines and paths; by beginnings of
words ("config" for "configuration"), of the lines around too; and by kinds of changes
that have words of their own ("document the option", "more tests"). The weights were
learned from the sentences of real commits whose changes had been made one, so that the
right commit is the likeliest.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from math import log

from msgspec import Struct

from gitsplit.proposal.features import PieceFeatures
from gitsplit.proposal.source_text import subwords

_WORD = re.compile(r"[^\W\d]\w+")
_ENDINGS = (
    *("ization", "ations", "ation", "ments", "ment", "ings", "ions", "able"),
    *("ing", "ion", "ers", "ors", "ies", "er", "or", "ed", "es", "ly", "s", "e", "y"),
)
_SHORTEST = 3
_BEGINNING = (4, 8)
"""So many letters at least, and at most, say that one word may stand for another."""


@lru_cache(maxsize=1 << 14)
def word_stem(word: str) -> str:
    """The word, in lower case, without the commonest English endings.

    >>> word_stem("removing"), word_stem("removed"), word_stem("setting")
    ('remov', 'remov', 'set')
    """
    ending = next(
        (e for e in _ENDINGS if word.endswith(e) and len(word) - len(e) >= _SHORTEST),
        "",
    )
    stem = word[: len(word) - len(ending)]
    is_doubled = len(stem) > _SHORTEST and stem[-1] == stem[-2] not in "ls"
    return stem[:-1] if is_doubled else stem


def stems(words: Mapping[str, int]) -> Counter[str]:
    """How often each stem is in the words, which are in lower case."""
    found: Counter[str] = Counter()
    for word, count in words.items():
        found[word_stem(word)] += count
    return found


def text_stems(text: str) -> Counter[str]:
    """How often each stem is in the words of a text."""
    return stems(
        Counter(part for word in _WORD.findall(text) for part in subwords(word))
    )


_ABOUT = {
    "test": "test testing testcase unittest spec specs fixture mock coverage",
    "documentation": "doc docs document documentation documented readme typo guide"
    " tutorial javadoc docstring wording grammar sentence",
    "changelog": "changelog news newsfragment changes release history",
    "configuration": "ci build version bump release dependency dependencies deps config"
    " travis cmake makefile gradle upgrade workflow gitignore",
    "comment": "comment comments typo javadoc docstring copyright",
    "added": "add added new introduce implement support create",
    "removed": "remove removed delete drop unused cleanup dead",
}
"""By kind of change the words that speak of such."""

_KINDS = {kind: frozenset(map(word_stem, ws.split())) for kind, ws in _ABOUT.items()}

_KIND_WEIGHTS = {
    "test": (1.44, -0.65),
    "documentation": (0.97, -0.77),
    "changelog": (2.45, -1.61),
    "configuration": (0.89, -0.63),
    "comment": (1.37, -0.31),
    "added": (0.57, -0.53),
    "removed": (1.46, -0.38),
}
"""What it is worth that a group is of a kind: if a sentence is about it, and if not."""

_WORD_WEIGHT, _PATH_WEIGHT, _NAME_WEIGHT = 0.58, 0.31, 0.21
_BEGINNING_WEIGHT, _DENSITY_WEIGHT, _SIZE_WEIGHT = 0.45, 6.2, 0.056


class GroupWords(Struct, frozen=True, dict=True):
    """The words of a group of pieces, and what kinds of changes it is."""

    pieces: tuple[PieceFeatures, ...]

    @cached_property
    def lines(self) -> int:
        """How many lines it removes and adds."""
        return sum(piece.lines for piece in self.pieces)

    @cached_property
    def stems(self) -> Counter[str]:
        """How often each stem is in its lines."""
        found: Counter[str] = Counter()
        for piece in self.pieces:
            found.update(piece.subwords)
        return stems(found)

    @cached_property
    def path_stems(self) -> Counter[str]:
        """How many pieces have each stem in their paths."""
        return stems(Counter(part for p in self.pieces for part in p.path_parts))

    def has_stem(self, word: str) -> bool:
        """Whether the stem is in its lines, or in its paths."""
        return word in self.stems or word in self.path_stems

    def weight_in_paths(self, word: str) -> float:
        """How much the stem is in its paths: 0, or 1 and more for several."""
        count = self.path_stems[word]
        return 1 + log(count) if count else 0.0

    def bias(self, said: Mapping[str, int]) -> float:
        """What else there is for it: much of it is what is said, and it has few lines.

        Where there are many lines many words are among them by chance.
        """
        share = sum(self.stems[word] for word in said) / (self._total + 1)
        return _DENSITY_WEIGHT * share - _SIZE_WEIGHT * log(1 + self.lines) * len(said)

    @cached_property
    def _total(self) -> int:
        return sum(self.stems.values())

    @cached_property
    def names(self) -> frozenset[str]:
        """Its identifiers, in lower case."""
        return frozenset(word.lower() for piece in self.pieces for word in piece.words)

    @cached_property
    def _sorted_stems(self) -> list[str]:
        """Its stems, and those of the lines that it stands among, in order."""
        near = {
            part for p in self.pieces for word in p.context for part in subwords(word)
        }
        return sorted(
            self.stems.keys()
            | self.path_stems.keys()
            | stems(dict.fromkeys(near, 1)).keys()
        )

    def has_beginning(self, letters: str) -> bool:
        """Whether one of its stems, or of those around, begins with the letters."""
        at = bisect_left(self._sorted_stems, letters)
        return at < len(self._sorted_stems) and self._sorted_stems[at].startswith(
            letters
        )

    @cached_property
    def kinds(self) -> Mapping[str, float]:
        """The share of its pieces that are of each kind of change."""
        found: Counter[str] = Counter()
        for piece in self.pieces:
            found.update([piece.role, piece.kind])
        number = max(1, len(self.pieces))
        shares = {kind: found[kind] / number for kind in _KINDS}
        only_comments = all(piece.text.is_comment for piece in self.pieces)
        return shares | {"comment": float(only_comments)}


class Audience(Struct, frozen=True, dict=True):
    """The groups that sentences are for."""

    groups: tuple[GroupWords, ...]

    def hearers(self, text: str) -> tuple[bool, ...]:
        """Whether each group has anything in common with a sentence.

        That is a stem, the beginning of one, or what kind of change it is about.
        """
        said = text_stems(text)
        starts = [word[: _BEGINNING[1]] for word in said if len(word) >= _BEGINNING[0]]
        about = _kinds_in(said)
        return tuple(
            any(map(group.has_stem, said))
            or any(map(group.has_beginning, starts))
            or any(group.kinds[kind] for kind in about)
            for group in self.groups
        )

    def fits(self, text: str) -> list[float]:
        """How well a sentence fits each group; more is better."""
        said = text_stems(text)
        about = _kinds_in(said)
        found = [_kind_fit(group.kinds, about) for group in self.groups]
        for word in said:
            self._add(
                found, _PATH_WEIGHT, [g.weight_in_paths(word) for g in self.groups]
            )
            here = [g.has_stem(word) for g in self.groups]
            self._add(found, _WORD_WEIGHT, here)
            if len(word) >= _BEGINNING[0]:
                start = word[: _BEGINNING[1]]
                begun = [
                    not h and g.has_beginning(start)
                    for g, h in zip(self.groups, here, strict=True)
                ]
                self._add(found, _BEGINNING_WEIGHT, begun)
        for name in {w.lower() for w in _WORD.findall(text) if len(w) > _SHORTEST}:
            self._add(found, _NAME_WEIGHT, [name in g.names for g in self.groups])
        return [
            fit + group.bias(said)
            for fit, group in zip(found, self.groups, strict=True)
        ]

    def _add(self, found: list[float], weight: float, having: Sequence[float]) -> None:
        """Add to each fit what it is worth that the group has a word, if it has."""
        number = sum(map(bool, having))
        if number:
            worth = weight * log(1 + len(having) / number)
            found[:] = [
                fit + worth * has for fit, has in zip(found, having, strict=True)
            ]


def _kinds_in(said: Mapping[str, int]) -> set[str]:
    """The kinds of changes that stems speak of."""
    return {kind for kind, its in _KINDS.items() if its & said.keys()}


def _kind_fit(kinds: Mapping[str, float], about: set[str]) -> float:
    """How well what a sentence is about fits what kinds of changes a group is."""
    return sum(
        kinds[kind] * (spoken if kind in about else unspoken)
        for kind, (spoken, unspoken) in _KIND_WEIGHTS.items()
    )
