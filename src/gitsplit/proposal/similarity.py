"""How alike pieces are in their words, and how alike in whom they are like.

Two pieces about one thing may share few words; but then each shares words with the same
others. So beside the likeness of two pieces there is that of their neighbourhoods.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from gitsplit.proposal.source_text import Vector, weighted

Matrix = list[list[float]]

_NEIGHBOURS = 16


@dataclass(frozen=True)
class Likeness:
    """For each two pieces how alike they are, and their neighbourhoods, from 0 to 1."""

    direct: Matrix

    @cached_property
    def through_others(self) -> Matrix:
        """How alike the neighbourhoods are; found when it is asked for."""
        return _cosines([_nearest(row) for row in self.direct])


def likeness(bags: Sequence[Mapping[str, int]]) -> Likeness:
    """How alike the bags of words are."""
    return Likeness(_products(weighted(bags)))


def _products(vectors: Sequence[Vector]) -> Matrix:
    """The cosine of each two vectors, found word by word: most share few words."""
    size = len(vectors)
    found = [[0.0] * size for _ in range(size)]
    having: dict[str, list[tuple[int, float]]] = {}
    for a, vector in enumerate(vectors):
        row = found[a]
        for word, value in vector.items():
            others = having.setdefault(word, [])
            for b, other in others:
                row[b] += value * other
            others.append((a, value))
    return _mirrored(found)


def _cosines(vectors: Sequence[dict[int, float]]) -> Matrix:
    """The cosine of each two neighbourhoods."""
    size = len(vectors)
    found = [[0.0] * size for _ in range(size)]
    having: list[list[tuple[int, float]]] = [[] for _ in range(size)]
    for a, vector in enumerate(vectors):
        row = found[a]
        for key, value in vector.items():
            for b, other in having[key]:
                row[b] += value * other
            having[key].append((a, value))
    return _mirrored(found)


def _mirrored(found: Matrix) -> Matrix:
    """The matrix with its lower half in the upper one too, and ones between."""
    for a, row in enumerate(found):
        row[a] = 1.0
        for b in range(a):
            found[b][a] = row[b]
    return found


def _nearest(row: Sequence[float]) -> dict[int, float]:
    """The neighbours of a piece, itself among them, as a vector of length one."""
    near = sorted((-value, at) for at, value in enumerate(row) if value > 0)
    length = sum(value * value for value, _ in near[:_NEIGHBOURS]) ** 0.5
    return {at: -value / length for value, at in near[:_NEIGHBOURS]}


def file_likeness(bags: Sequence[Mapping[str, int]]) -> Matrix:
    """How alike whole files are; words that all of them have count a little too."""
    return _products(weighted(bags, least=0.15))
