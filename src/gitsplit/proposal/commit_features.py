"""The features of a commit as a whole: matrices over its pieces and its files.

Likeness is the cosine of tf-idf vectors of words. Two pieces about one thing may share
few words; but then each shares words with the same others, so there is a second-order
likeness too: that of their nearest neighbours. Co-change is how much more often than
usual earlier commits changed two files at once.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import combinations
from math import exp, log, sqrt
from operator import mul
from posixpath import dirname
from typing import TYPE_CHECKING

from msgspec import Struct

from gitsplit.model.diff import FileChange, lines_by_commit, sort_key
from gitsplit.model.listing import enumeration
from gitsplit.proposal import source_text
from gitsplit.proposal.features import (
    MOST_READ,
    WIDEST,
    Piece,
    PieceFeatures,
    Texts,
    longest_read,
    piece_features,
)
from gitsplit.proposal.source_text import (
    Vector,
    subword_counts,
    with_less_data,
    word_vectors,
)

if TYPE_CHECKING:
    from gitsplit.proposal.deeds import Deed

Matrix = list[list[float]]
"""A value for each two pieces, or for each two files; symmetrical."""

_NEIGHBOURS = 16

MOST_TOPICS = 100
"""So many topics of a message are compared with the pieces."""


class Likeness(Struct, frozen=True, dict=True):
    """How alike each two pieces are, from 0 to 1: they themselves (``direct``)."""

    direct: Matrix

    @cached_property
    def second_order(self) -> Matrix:
        """Second-order similarity: cosine of the two top-16 neighbour vectors."""
        return _cosines([_nearest(row) for row in self.direct])


def likeness(bags: Sequence[Mapping[str, int]]) -> Likeness:
    """The cosine of each two bags of words, as tf-idf vectors."""
    return Likeness(_products(word_vectors(bags)))


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
    return _symmetric(found)


def _products_between(some: Sequence[Vector], others: Sequence[Vector]) -> Matrix:
    """The cosine of each of some vectors with each of the others."""
    having: dict[str, list[tuple[int, float]]] = {}
    for b, vector in enumerate(others):
        for word, value in vector.items():
            having.setdefault(word, []).append((b, value))
    found = []
    for vector in some:
        row = [0.0] * len(others)
        for word, value in vector.items():
            for b, other in having.get(word, ()):
                row[b] += value * other
        found.append(row)
    return found


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
    return _symmetric(found)


def _symmetric(found: Matrix) -> Matrix:
    """The matrix with its lower half copied to the upper one, ones on the diagonal."""
    for a, row in enumerate(found):
        row[a] = 1.0
        for b in range(a):
            found[b][a] = row[b]
    return found


def _nearest(row: Sequence[float]) -> dict[int, float]:
    """The 16 nearest of a piece, itself among them, as a vector of length one."""
    near = sorted((-value, at) for at, value in enumerate(row) if value > 0)
    length = sum(value * value for value, _ in near[:_NEIGHBOURS]) ** 0.5
    return {at: -value / length for value, at in near[:_NEIGHBOURS]}


_SHARPNESS = 20.0
"""A topic whose words are likelier by a twentieth is e times as likely."""


def _shares(row: Sequence[float]) -> list[float]:
    """What chance each of some likenesses has to be the one that counts."""
    most = max(row)
    found = [exp(_SHARPNESS * (value - most)) for value in row]
    total = sum(found)
    return [value / total for value in found]


def _sameness(one: Mapping[int, float], two: Mapping[int, float]) -> float:
    """Twice the cosine, less one; 0 where one of them is of no length."""
    if not one or not two:
        return 0.0
    return 2 * sum(one[at] * two[at] for at in one.keys() & two.keys()) - 1


def file_likeness(bags: Sequence[Mapping[str, int]]) -> Matrix:
    """The same for whole files, where words that all of them have count a little."""
    return _products(word_vectors(bags, least=0.15))


_USUAL = 0.2
"""The share of commits that change both of two files where that says nothing."""


def co_change(paths: Sequence[bytes], commits: Iterable[Collection[bytes]]) -> Matrix:
    """For each two files the log of how often they changed at once, over the usual.

    ``commits`` has the paths that each of them changed. 0 where none changed one of the
    two, and for a file and itself; below 0 where both were changed often, but by
    different commits. One commit says little.
    """
    place = {path: at for at, path in enumerate(paths)}
    each: Counter[int] = Counter()
    both: Counter[tuple[int, int]] = Counter()
    for commit in commits:
        changed = sorted(place[path] for path in place.keys() & commit)
        each.update(changed)
        both.update(combinations(changed, 2))
    found = [[0.0] * len(paths) for _ in paths]
    for a, b in combinations(sorted(each), 2):
        expected = _USUAL * sqrt(each[a] * each[b])
        found[a][b] = log((both[a, b] + _USUAL) / (expected + _USUAL))
        found[b][a] = found[a][b]
    return found


def directory_co_change(
    paths: Sequence[bytes], commits: Iterable[Collection[bytes]]
) -> Matrix:
    """The same for the directories of each two files; 0 within one directory.

    It says something of files that are new or seldom changed, too.
    """
    homes = [dirname(path) for path in paths]
    place = {home: at for at, home in enumerate(dict.fromkeys(homes))}
    found = co_change(
        list(place), ({dirname(path) for path in commit} for commit in commits)
    )
    return [[found[place[a]][place[b]] for b in homes] for a in homes]


class CommitFeatures(Struct, frozen=True, dict=True):
    """A commit's pieces and their features, each found when it is first asked.

    ``earlier`` has the paths that each of the commits before it changed, ``message`` is
    its own. Where several commits made the change, ``homes`` has for each the one whose
    lines its own count as; None where they say nothing. Matrices and tuples over pieces
    are in the order of ``pieces``; those over files are by :attr:`file_at`.
    """

    changes: tuple[FileChange, ...]
    pieces: tuple[Piece, ...]
    earlier: tuple[frozenset[bytes], ...] = ()
    message: str = ""
    homes: tuple[int | None, ...] = ()

    @cached_property
    def deeds(self) -> "dict[tuple[int, ...], tuple[Deed, ...]]":
        """What pieces do, as it was found for messages; empty at first."""
        return {}

    @cached_property
    def texts(self) -> Texts:
        """The texts of the commit's files."""
        return Texts(self.changes, len(self.pieces))

    @cached_property
    def limits(self) -> str:
        """How much is compared, in words, where the commit has more; else nothing."""
        lengths = [longest_read(self.texts, piece) for piece in self.pieces]
        counts = {
            "of a line": WIDEST * any(wide for wide, _ in lengths),
            "of a hunk": self.texts.share * any(long for _, long in lengths),
            "of all files": MOST_READ * (not self.texts.are_counted),
        }
        found = [f"{n:,} {whose}" for whose, n in counts.items() if n]
        found[:1] = [each.replace(" ", " characters ", 1) for each in found[:1]]
        if not all(piece.has_all_words for piece in self.features):
            found.append(f"{self.texts.data_share} hashes of a hunk")
        if len(self._topics) > MOST_TOPICS:
            found.append(f"{MOST_TOPICS} items of the message")
        return f"only {enumeration(found)} are compared" if found else ""

    @cached_property
    def features(self) -> tuple[PieceFeatures, ...]:
        """The features of each piece."""
        return tuple(piece_features(self.texts, piece) for piece in self.pieces)

    @cached_property
    def words(self) -> Likeness:
        """How alike the pieces' own subwords are."""
        return likeness([piece.subwords for piece in self.features])

    @cached_property
    def around(self) -> Likeness:
        """How alike the words are that the pieces stand among."""
        return likeness([piece.around for piece in self.features])

    @cached_property
    def shifts_and_paths(self) -> Likeness:
        """How alike the subwords are that come and go, with those of the paths."""
        return likeness(
            [
                Counter(piece.shifts) + Counter(piece.path_parts)
                for piece in self.features
            ]
        )

    @cached_property
    def shapes(self) -> Matrix:
        """How alike the shapes of the edits are, whatever the names."""
        return likeness([piece.text.shape for piece in self.features]).direct

    @cached_property
    def in_message(self) -> tuple[tuple[float, ...], ...]:
        """How alike each piece's subwords are to those of each topic of the message.

        From 0 to 1; the topics are those of :func:`source_text.message_topics`.
        """
        topics = map(source_text.text_subwords, self._topics[:MOST_TOPICS])
        said = [topic for topic in topics if topic]
        if not said:
            return ((0.0,),) * len(self.features)
        bags = [piece.subwords + Counter(piece.path_parts) for piece in self.features]
        vectors = word_vectors([*bags, *said])
        alike = _products_between(vectors[len(bags) :], vectors[: len(bags)])
        return tuple(tuple(row[at] for row in alike) for at in range(len(bags)))

    @cached_property
    def _topics(self) -> tuple[str, ...]:
        """The topics of the message."""
        return source_text.message_topics(self.message)

    @property
    def topics(self) -> int:
        """How many topics the message has; 1 also where it says nothing."""
        return len(self.in_message[0]) if self.in_message else 1

    @cached_property
    def topic_likeness(self) -> Matrix:
        """For each two pieces the chance that they are of one topic, over the usual.

        A piece is of a topic the likelier, the likelier its words are; 0 where the
        message has one topic.
        """
        chances = [_shares(row) for row in self.in_message]
        usual = 1 / len(self.in_message[0]) if self.in_message else 1.0
        return [[sum(map(mul, one, two)) - usual for two in chances] for one in chances]

    @cached_property
    def by_one_commit(self) -> Matrix | None:
        """How far each two pieces are the same commits' work, from -1 to 1.

        0 where nothing is known of one of them; None where one commit made all.
        """
        if not self.homes:
            return None
        found = [self._work_on(piece) for piece in self.pieces]
        return [[_sameness(one, two) for two in found] for one in found]

    def _work_on(self, piece: Piece) -> dict[int, float]:
        """How much of a piece each commit has made, as a vector of length one."""
        lines: Counter[int] = Counter()
        for edit in piece:
            for commit, n in lines_by_commit(self.changes[edit.file], edit).items():
                if (home := self.homes[commit]) is not None:
                    lines[home] += n
        length = sqrt(sum(n * n for n in lines.values()))
        return {commit: n / length for commit, n in lines.items()}

    @cached_property
    def file_at(self) -> tuple[int, ...]:
        """For each piece the number of its file, from 0, among those with pieces."""
        place = {number: at for at, number in enumerate(self._files)}
        return tuple(place[piece.file] for piece in self.features)

    @cached_property
    def _files(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(piece.file for piece in self.features))

    @cached_property
    def files(self) -> Matrix:
        """How alike the words of each two whole files are."""
        return file_likeness([_file_subwords(self.texts, n) for n in self._files])

    @cached_property
    def mentions(self) -> tuple[frozenset[int], ...]:
        """For each file the others whose name, without its ending, is in its text."""
        about = [source_text.stem(self.texts.path(n)) for n in self._files]
        texts = [text.lower() for text in self.texts.beginnings(self._files)]
        return tuple(
            frozenset(
                b for b, stem in enumerate(about) if len(stem) > 3 and stem in text
            )
            for text in texts
        )

    @cached_property
    def co_change(self) -> Matrix:
        """How much each two files changed at once in earlier commits."""
        return co_change(self._paths_before, self.earlier)

    @cached_property
    def directory_co_change(self) -> Matrix:
        """How much the directories of each two files did."""
        return directory_co_change(self._paths_before, self.earlier)

    @cached_property
    def _paths_before(self) -> tuple[bytes, ...]:
        """The paths by which earlier commits know the files."""
        changes = (self.changes[n] for n in self._files)
        return tuple(each.old.path if each.old else each.path for each in changes)

    @cached_property
    def rarity(self) -> dict[str, float]:
        """How rare each identifier of a piece is in the old texts, up to 1 (idf)."""
        before = self.texts.words_before
        total = sum(count.total() for count in before) + 1
        known = {
            word for piece in self.features for word in piece.words | piece.context
        }
        scale = log(total + 2)
        often = dict.fromkeys(known, 0)
        for count in before:
            for word in count.keys() & known:
                often[word] += count[word]
        return {
            word: log(total / (n + 1)) / scale if n else 1.0
            for word, n in often.items()
        }

    @cached_property
    def scarcity(self) -> dict[str, float]:
        """How few of the pieces have each identifier, up to 1 (idf)."""
        number = len(self.features) + 1
        spread = Counter(word for piece in self.features for word in piece.words)
        return {word: log(number / n) / log(number) for word, n in spread.items()}

    @cached_property
    def closeness(self) -> Matrix:
        """The sum of the second-order likenesses of each two pieces, from 0 to 3."""
        found = (self.words, self.around, self.shifts_and_paths)
        one, two, three = (each.second_order for each in found)
        return [
            [a + b + c for a, b, c in zip(*rows, strict=True)]
            for rows in zip(one, two, three, strict=True)
        ]

    @cached_property
    def closest(self) -> tuple[float, ...]:
        """For each piece how close the closest other one is; never 0."""
        return tuple(
            max((x for b, x in enumerate(row) if b != a), default=0.0) or 1.0
            for a, row in enumerate(self.closeness)
        )

    @cached_property
    def rank(self) -> tuple[int, ...]:
        """For each piece how many come before it in its file."""
        found = [0] * len(self.features)
        before: Counter[int] = Counter()
        for at in sorted(
            range(len(found)), key=lambda at: sort_key(self.pieces[at][0])
        ):
            file = self.features[at].file
            found[at] = before[file]
            before[file] += 1
        return tuple(found)

    @cached_property
    def pieces_by_path(self) -> Counter[str]:
        """How many pieces each path has."""
        return Counter(piece.path for piece in self.features)


def path_likeness(a: PieceFeatures, b: PieceFeatures) -> float:
    """The share of the parts of two paths that both have."""
    if a.path == b.path:
        return 1.0
    either = len(a.path_parts | b.path_parts)
    return len(a.path_parts & b.path_parts) / either if either else 0.0


def _file_subwords(texts: Texts, number: int) -> Counter[str]:
    """How often each subword is in a file: its new text, or the old one's if gone."""
    words = texts.words_after[number] or texts.words_before[number]
    return subword_counts(with_less_data(words, texts.data_share))
