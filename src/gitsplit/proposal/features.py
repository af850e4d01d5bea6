"""The features of each piece of a commit: its words, its place, the shape of its edits.

They are found once for each piece; signals then only compare those of two. The shape is
what an edit does to the tokens, whatever the names are: two edits that add a parameter,
or that put one quote in the place of another, do the same, though they share no word.
"""

import re
from binascii import crc32
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, pairwise
from typing import Final, Literal, NamedTuple, overload

from msgspec import Struct

from gitsplit.model.diff import Edit, FileChange, Span, TextEdit
from gitsplit.model.lines import Lines
from gitsplit.model.memo import memo
from gitsplit.proposal import source_text
from gitsplit.proposal.source_text import (
    identifier_counts,
    identifiers,
    is_common,
    subword_counts,
    subwords,
    with_less_data,
)

Piece = tuple[Edit, ...]
"""Edits that are compared and grouped as one, in the order of the diff."""

Kind = Literal["added", "removed", "replaced", "fact"]

_AROUND = 3
"""So many lines before and after a piece are what it stands among."""

_LONG = 7
"""Lines of so many characters are compared as a whole; shorter ones are everywhere."""

_HEAD = 5
"""So many lines at the top of a file may say that a program made it."""

MOST_READ = 4_000_000
"""So many characters of a commit's texts say how common a word is."""

_MOST_COMPARED = 1_000_000
"""So many characters of a commit's pieces are compared, of each piece its share."""

_MOST_DATA = 2_000
"""So many hashes and the like of a commit are taken apart, of each piece its share."""

WIDEST: Final = 1_000
"""So many characters of a line are read; of the rest only whether it is the same."""

_AT_ONCE: Final = 16
"""So many lines are looked up at once: each of them alone takes twice as long."""

_PRIVATE: Final = 0xF0000
"""Characters from here on stand in no text and are no words."""

_LONGEST_CHARACTER: Final = 4
"""So many bytes a character has at most in UTF-8."""

_READ_BYTES: Final = (WIDEST + 1) * _LONGEST_CHARACTER
"""In so many bytes of a line stand more characters than are read of it."""


class LineFeatures(Struct, frozen=True):
    """The features of the lines that a piece removes and adds.

    ``shape`` counts the tokens that come and go (:func:`shape`), ``substitutions`` has
    what replaces what; ``lost`` and ``brought`` are the lines of seven characters and
    more that are removed and added, without the space around them, ``longer`` how many
    these are; ``imported`` has the identifiers of those that import something.
    ``is_space``, ``is_comment``,
    ``is_import`` and ``is_number``: they change or are nothing else.
    """

    shape: Counter[str]
    substitutions: frozenset[tuple[str, str]]
    lost: frozenset[str]
    brought: frozenset[str]
    longer: int
    imported: frozenset[str]
    is_space: bool
    is_comment: bool
    is_import: bool
    is_number: bool


class PieceFeatures(Struct, frozen=True):
    """The features of a piece.

    ``file`` is the number of its file's change, ``start`` up to ``stop`` are its old
    lines, both counted from 0; ``lines`` is how many it removes and adds. ``words`` are
    its identifiers; ``added`` and ``removed`` are those that it has more often on one
    side, ``defined`` those that added lines declare; ``new`` ones are in none of the
    commit's old texts, ``gone`` ones in none of its new texts. ``context`` has the
    identifiers of the lines that it stands among.
    ``subwords`` counts the parts of its identifiers, ``around`` those and the context's
    and the path's; ``shifts`` has those of ``added`` and ``removed``. ``function`` is
    the side and the line of the innermost declaration that it stands in.
    ``has_all_words`` is false where it has more hashes and the like than are compared.
    """

    file: int
    path: str
    role: source_text.Role
    stem: str
    stem_parts: frozenset[str]
    path_parts: frozenset[str]
    kind: Kind
    start: int
    stop: int
    lines: int
    words: frozenset[str]
    added: frozenset[str]
    removed: frozenset[str]
    defined: frozenset[str]
    new: frozenset[str]
    gone: frozenset[str]
    context: frozenset[str]
    function: tuple[str, int] | None
    subwords: Counter[str]
    shifts: frozenset[str]
    around: Counter[str]
    text: LineFeatures
    is_generated: bool
    has_all_words: bool


def _has_wide_line(text: bytes) -> bool:
    """Whether a line of the text may be longer than what is read of it."""
    at = 0
    while at + WIDEST < len(text):
        at = text.rfind(b"\n", at, at + WIDEST) + 1
        if not at:
            return True
    return False


class TextLines(Sequence[str]):
    """The lines of one side of a file as text; none is decoded before it is asked for.

    What isn't UTF-8 is replaced. Of a long line only the beginning is text, and a
    checksum of the rest that is no word: minified code, base64 and the like are one
    line of a million words that say nothing.
    """

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def __len__(self) -> int:
        """The number of lines."""
        return len(self._lines)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[str, ...]: ...
    def __getitem__(self, at: int | slice) -> str | tuple[str, ...]:
        """A line, or some that follow each other."""
        if isinstance(at, slice):
            return tuple(map(_text_of, self._lines[at]))
        return _text_of(self._lines[at])

    def between(self, start: int, stop: int) -> Iterator[str]:
        """The lines ``start`` up to ``stop``, one after the other."""
        for at in range(start, stop, _AT_ONCE):
            yield from map(_text_of, self._lines[at : min(stop, at + _AT_ONCE)])

    def beginning(self, most: int) -> str:
        """The first lines in one, cut off after so many characters."""
        content = self._lines.content[: max(0, most) * _LONGEST_CHARACTER]
        if not _has_wide_line(content):
            text = content[: max(0, most)].decode("utf-8", "replace")
            is_ascii = len(text) == most or len(content) <= most
            return text if is_ascii else content.decode("utf-8", "replace")[:most]
        return "".join(_line_beginnings(self._lines.content, most))


def _line_beginnings(content: bytes, most: int) -> Iterator[str]:
    """The lines as far as they are read, up to so many characters; none is copied.

    Of a line's rest not even the checksum is asked for: it is no word.
    """
    at = 0
    while at < len(content) and most > 0:
        stop = content.find(b"\n", at) + 1 or len(content)
        text = content[at : min(stop, at + _READ_BYTES)].decode("utf-8", "replace")
        if len(text) > WIDEST:
            text = f"{text[:WIDEST]} {chr(_PRIVATE) * 2}\n"
        yield text[:most]
        at, most = stop, most - len(text)


def _text_of(line: bytes) -> str:
    """A line as text, as far as it is read."""
    text = line[:_READ_BYTES].decode("utf-8", "replace")
    if len(text) <= WIDEST:
        return text
    head = text[:WIDEST]
    total = crc32(memoryview(line)[len(head.encode()) :])
    high, low = divmod(total, 1 << 16)
    return f"{head} {chr(_PRIVATE + high)}{chr(_PRIVATE + low)}\n"


class Texts(Struct, frozen=True, dict=True):
    """The texts of a commit's files, and how often each identifier is in them."""

    changes: tuple[FileChange, ...]
    pieces: int = 1

    @property
    def share(self) -> int:
        """How many characters of either side of a piece are compared."""
        return _MOST_COMPARED // max(1, self.pieces)

    @property
    def data_share(self) -> int:
        """How many words of data of a piece, or of its file, are taken apart."""
        return _MOST_DATA // max(1, self.pieces)

    def path(self, file: int) -> str:
        """The path by which the file is known."""
        return self.changes[file].path.decode("utf-8", "replace")

    def is_generated(self, file: int) -> bool:
        """Whether a program made the file."""
        lines = self.new[file] or self.old[file]
        return source_text.is_generated(self.path(file), "".join(lines[:_HEAD]))

    @cached_property
    def old(self) -> tuple[TextLines, ...]:
        """The lines of each file before."""
        return tuple(TextLines(change.old_lines) for change in self.changes)

    @cached_property
    def new(self) -> tuple[TextLines, ...]:
        """The lines of each file after."""
        return tuple(TextLines(change.new_lines) for change in self.changes)

    def beginnings(self, files: Iterable[int]) -> Iterator[str]:
        """Both sides of each file in one, of all of them 8,000,000 characters.

        They are not kept.
        """
        left = 2 * MOST_READ
        for file in files:
            sides = []
            for lines in (self.old[file], self.new[file]):
                sides.append(lines.beginning(left))
                left -= len(sides[-1])
            yield "".join(sides)

    @property
    def words_before(self) -> tuple[Counter[str], ...]:
        """How often each identifier is in each file's old text."""
        return self._words_before.files

    @property
    def words_after(self) -> tuple[Counter[str], ...]:
        """How often each identifier is in each file's new text."""
        return self._words_after.files

    @cached_property
    def are_counted(self) -> bool:
        """Whether the words of all texts are counted, to their ends."""
        return self._words_before.are_all and self._words_after.are_all

    def forget_words(self) -> None:
        """Let go of the words, as many as the texts have; they can be counted anew."""
        kept = {"are_counted": self.are_counted}
        self.__dict__.clear()
        self.__dict__.update(kept)

    @cached_property
    def _words_before(self) -> "WordCounts":
        return _words_of_old_sides(self.changes)

    @cached_property
    def _words_after(self) -> "WordCounts":
        return _words_of_new_sides(self.changes)

    @cached_property
    def before(self) -> frozenset[str]:
        """The identifiers of the old texts."""
        return frozenset().union(*self.words_before)

    @cached_property
    def after(self) -> frozenset[str]:
        """The identifiers of the new texts."""
        return frozenset().union(*self.words_after)


class WordCounts(NamedTuple):
    """How often each identifier is in each file, and whether all text was read."""

    files: tuple[Counter[str], ...]
    are_all: bool


@memo
def _words_of_old_sides(changes: tuple[FileChange, ...]) -> WordCounts:
    """The same for those who ask of the same changes, one after the other."""
    return word_counts([TextLines(change.old_lines) for change in changes])


@memo
def _words_of_new_sides(changes: tuple[FileChange, ...]) -> WordCounts:
    return word_counts([TextLines(change.new_lines) for change in changes])


def word_counts(files: Sequence[TextLines]) -> WordCounts:
    """The identifiers of each file; of all texts the first 4,000,000 characters."""
    found: list[Counter[str]] = []
    left = MOST_READ
    for lines in files:
        text = lines.beginning(left)
        found.append(identifier_counts(text))
        left -= len(text)
    return WordCounts(tuple(found), left > 0)


def piece_features(texts: Texts, piece: Piece) -> PieceFeatures:
    """The features of a piece."""
    edits = [edit for edit in piece if isinstance(edit, TextEdit)]
    old, new = _sides(texts, edits)
    all_words = [identifier_counts("".join(side)) for side in (old, new)]
    before, after = (with_less_data(words, texts.data_share) for words in all_words)
    added, removed = frozenset(after - before), frozenset(before - after)
    file = piece[0].file
    path = texts.path(file)
    path_parts = frozenset(subwords(path))
    context, function = _surroundings(texts, path, edits)
    own_parts = subword_counts(before + after)
    return PieceFeatures(
        file=file,
        path=path,
        role=source_text.role(path),
        stem=source_text.stem(path),
        stem_parts=frozenset(subwords(source_text.stem(path))),
        path_parts=path_parts,
        kind=_piece_kind(edits, old, new),
        start=min((edit.old.start for edit in edits), default=0),
        stop=max((edit.old.stop for edit in edits), default=0),
        lines=sum(len(edit.old) + len(edit.new) for edit in edits),
        words=frozenset(before) | frozenset(after),
        added=added,
        removed=removed,
        defined=source_text.definitions(new) & added,
        new=added - texts.before,
        gone=removed - texts.after,
        context=context,
        function=function,
        subwords=own_parts,
        shifts=frozenset(part for word in added | removed for part in subwords(word)),
        around=_parts_once(context) + own_parts + own_parts + Counter(path_parts),
        text=_line_features(old, new),
        is_generated=texts.is_generated(file),
        has_all_words=[len(before), len(after)] == [len(words) for words in all_words],
    )


def _line_features(old: Sequence[str], new: Sequence[str]) -> LineFeatures:
    """The features of removed and added lines."""
    lines = [line for line in (*old, *new) if line.strip()]
    before, after = "".join(old), "".join(new)
    lost, brought = _longer_lines(old), _longer_lines(new)
    return LineFeatures(
        shape=shape(old, new),
        substitutions=substitutions(old, new),
        lost=lost,
        brought=brought,
        longer=len(lost | brought),
        imported=frozenset(
            chain.from_iterable(
                map(source_text.imported_names, filter(source_text.is_import, lines))
            )
        ),
        is_space=bool(old or new) and source_text.differ_in_space(before, after),
        is_comment=source_text.are_comments(lines),
        is_import=source_text.are_imports(lines),
        is_number=source_text.differ_in_numbers(before, after),
    )


def _sides(texts: Texts, edits: Sequence[TextEdit]) -> tuple[list[str], list[str]]:
    """The lines that the edits remove, and those that they add, as far as compared."""
    return (
        [*_first_lines(((texts.old[e.file], e.old) for e in edits), texts.share)],
        [*_first_lines(((texts.new[e.file], e.new) for e in edits), texts.share)],
    )


def added_lines(texts: Texts, piece: Piece) -> Iterator[str]:
    """The lines that the piece adds, as far as they are compared."""
    edits = [edit for edit in piece if isinstance(edit, TextEdit)]
    return _first_lines(((texts.new[e.file], e.new) for e in edits), texts.share)


def _first_lines(spans: Iterable[tuple[TextLines, Span]], most: int) -> Iterator[str]:
    """The first of the lines, those that begin within so many characters."""
    read = 0
    for lines, span in spans:
        for line in lines.between(span.start, span.stop):
            if read >= most:
                return
            yield line
            read += len(line)


def longest_read(texts: Texts, piece: Piece) -> tuple[bool, bool]:
    """Whether a line of the piece is longer than is compared, and whether it is."""
    has_wide_line = is_long = False
    for edit in piece:
        if isinstance(edit, TextEdit):
            change = texts.changes[edit.file]
            for lines, span in (
                (change.old_lines, edit.old),
                (change.new_lines, edit.new),
            ):
                text = lines.text(span.start, span.stop)
                has_wide_line = has_wide_line or _has_wide_line(text)
                is_long = is_long or len(text) > texts.share
    return has_wide_line, is_long


def _piece_kind(
    edits: Sequence[TextEdit], old: Sequence[str], new: Sequence[str]
) -> Kind:
    """Whether the piece adds, removes or replaces lines, or is only facts."""
    if not edits:
        return "fact"
    if not old:
        return "added"
    return "replaced" if new else "removed"


def _longer_lines(lines: Sequence[str]) -> frozenset[str]:
    """The longer ones of the lines, without the space around them."""
    return frozenset(text for text in map(str.strip, lines) if len(text) >= _LONG)


def _parts_once(words: frozenset[str]) -> Counter[str]:
    """How many of the words have each subword."""
    return Counter(part for word in words for part in subwords(word))


def _surroundings(
    texts: Texts, path: str, edits: Sequence[TextEdit]
) -> tuple[frozenset[str], tuple[str, int] | None]:
    """The identifiers around the piece, and the innermost declaration it stands in.

    They are those of the three lines before and after it, and of the declarations that
    it stands in. The declaration is its side of its file and its line, from 0.
    """
    if not edits:
        return frozenset(), None
    edit = edits[0]
    is_new = bool(len(edit.new)) or not len(edit.old)
    lines = (texts.new if is_new else texts.old)[edit.file]
    span = edit.new if is_new else edit.old
    inside = source_text.enclosing(lines, span.start)
    near = [*lines[max(0, span.start - _AROUND) : span.start]]
    near += lines[span.stop : span.stop + _AROUND]
    near += [lines[number] for number in inside[:3]]
    function = (f"{path}\0{is_new}", inside[0]) if inside else None
    return frozenset(identifiers("".join(near))), function


_TOKEN = re.compile(r"[^\W\d]\w*|\d+|\S")
_MOST_LINES = 200
_LONGEST = 4
"""A replacement of more tokens is no longer one thing for another."""


def shape(old: Sequence[str], new: Sequence[str]) -> Counter[str]:
    """How often each token, and each two in a row, comes (``+``) and goes (``-``).

    Names and numbers are blanked out, but for words of programming languages.
    """
    before, after = _grams(old), _grams(new)
    found = Counter({f"+{gram}": n for gram, n in (after - before).items()})
    found.update({f"-{gram}": n for gram, n in (before - after).items()})
    return found


def _grams(lines: Sequence[str]) -> Counter[str]:
    """How often each token, and each two of them in a row, is in the lines."""
    texts = map(_TOKEN.findall, lines[:_MOST_LINES])
    tokens = [_blank(token) for token in chain.from_iterable(texts)]
    found = Counter(f"{a} {b}" for a, b in pairwise(tokens))
    found.update(token for token in tokens if token != "_")
    return found


def _blank(token: str) -> str:
    """A token, unless it is a name or a number."""
    is_name = token[0] == "_" or token[0].isalpha()
    if is_name:
        return token if is_common(token) else "_"
    return "0" if token[0].isdigit() else token


def substitutions(old: Sequence[str], new: Sequence[str]) -> frozenset[tuple[str, str]]:
    """What comes in the place of what, line by line, where that is a few tokens.

    One side may be nothing. Edits that change the number of lines have none.
    """
    if len(old) != len(new) or len(old) > _MOST_LINES:
        return frozenset()
    return frozenset(_substitutions_by_line(old, new))


def _substitutions_by_line(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """What differs between each two lines, without what they begin and end with."""
    for one, two in zip(old, new, strict=True):
        before, after = _TOKEN.findall(one), _TOKEN.findall(two)
        shorter = min(len(before), len(after))
        start = next((n for n in range(shorter) if before[n] != after[n]), shorter)
        most = shorter - start
        tail = next((n for n in range(most) if before[-1 - n] != after[-1 - n]), most)
        gone = before[start : len(before) - tail]
        come = after[start : len(after) - tail]
        if (gone or come) and max(len(gone), len(come)) <= _LONGEST:
            yield " ".join(gone), " ".join(come)
