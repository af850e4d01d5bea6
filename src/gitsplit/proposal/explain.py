"""Sentences that say why: why a group is one, and why two groups are two."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct

from gitsplit.model.escape import printable
from gitsplit.model.listing import quantity
from gitsplit.proposal.commit_features import CommitFeatures
from gitsplit.proposal.features import PieceFeatures
from gitsplit.proposal.order import Need
from gitsplit.proposal.source_text import is_data

_Named = TypeVar("_Named", str, tuple[str, str])

_MOST_SWAPS = 10_000
"""Where so many pairs of names could have taken each other's place, none stands out."""


class Finding(Struct, frozen=True):
    """What holds a group together, and what it does, each in a few words.

    ``deed`` is fit for a subject, as in "Add upgrade_service"; it may be empty.
    """

    sentence: str
    deed: str = ""


def finding(commit: CommitFeatures, cluster: Sequence[int]) -> Finding | None:
    """What holds a group of pieces together, by the first of _FINDERS that knows."""
    pieces = [commit.features[piece] for piece in cluster]
    for finder in _FINDERS:
        if found := finder(commit, pieces):
            return found
    return None


def with_cycle(finding: Finding | None, names: Sequence[str]) -> Finding | None:
    """The finding, or that groups are one since they need each other's ``names``."""
    if not names:
        return finding
    said = ", ".join(f"`{printable(name)}`" for name in sorted(set(names))[:2])
    sentence = f"one commit, as its hunks depend on each other ({said})"
    return Finding(sentence, finding.deed if finding else "")


def _only_space(
    commit: CommitFeatures, pieces: Sequence[PieceFeatures]
) -> Finding | None:
    if not all(piece.text.is_space for piece in pieces):
        return None
    return Finding("only white space changes", f"Reformat {_file_in_words(pieces)}")


def _definition(
    commit: CommitFeatures, pieces: Sequence[PieceFeatures]
) -> Finding | None:
    """A name that is declared in one piece and stands in others."""
    users = Counter(word for piece in pieces for word in piece.new)
    brought = Counter(word for piece in pieces for word in piece.defined & piece.new)
    best = _most_frequent(users, lambda word: brought[word] == 1 and users[word] > 1)
    if best is None:
        return None
    used = quantity(users[best] - 1, "more hunk")
    said = f"`{printable(best)}`: defined in one hunk, used in {used}"
    return Finding(said, f"Add {printable(best)}")


def _replacement(
    commit: CommitFeatures, pieces: Sequence[PieceFeatures]
) -> Finding | None:
    """A name that takes another's place in several pieces."""
    swaps = Counter(
        (old, new)
        for piece in pieces
        if len(piece.removed) * len(piece.added) <= _MOST_SWAPS
        for old in _names(piece.removed)
        for new in _names(piece.added)
    )
    best = _most_frequent(swaps, lambda swap: swaps[swap] > 1)
    if best is None:
        return None
    old, new = (printable(word) for word in best)
    many = quantity(swaps[best], "hunk")
    return Finding(f"`{old}` replaced by `{new}` in {many}", f"Replace {old} by {new}")


def _removal(commit: CommitFeatures, pieces: Sequence[PieceFeatures]) -> Finding | None:
    """A name that several pieces take away, so that none is left."""
    gone = (piece.gone for piece in pieces)
    return _common_name(gone, "removed everywhere ({hunks})", "Remove")


def _new_name(
    commit: CommitFeatures, pieces: Sequence[PieceFeatures]
) -> Finding | None:
    """A name that several pieces bring."""
    new = (piece.new for piece in pieces)
    return _common_name(new, "new name, used in {hunks}", "")


def _common_name(
    names: Iterable[frozenset[str]], what: str, verb: str
) -> Finding | None:
    """What is found of the name that most pieces have, if at least two have it.

    ``names`` are those of each piece; ``what`` says about ``{hunks}`` what becomes of
    the name, ``verb`` what is done to it, where that is worth a subject.
    """
    pieces = Counter(name for each in names for name in _names(each))
    best = _most_frequent(pieces, lambda name: pieces[name] > 1)
    if best is None:
        return None
    said = what.format(hunks=quantity(pieces[best], "hunk"))
    deed = f"{verb} {printable(best)}" if verb else ""
    return Finding(f"`{printable(best)}`: {said}", deed)


def _test_with_code(
    commit: CommitFeatures, pieces: Sequence[PieceFeatures]
) -> Finding | None:
    """A file that changes together with its test."""
    tests = {piece.stem for piece in pieces if piece.role == "test"}
    code = {piece.stem: piece.path for piece in pieces if piece.role == "code"}
    both = sorted(tests & code.keys())
    if not both:
        return None
    return Finding(f"{printable(code[both[0]])} and its test")


def _one_role(
    commit: CommitFeatures, pieces: Sequence[PieceFeatures]
) -> Finding | None:
    """Nothing but documentation, tests or comments."""
    roles = {piece.role for piece in pieces}
    if roles <= {"documentation", "changelog"}:
        return Finding(
            "only documentation changes", f"Document {_file_in_words(pieces)}"
        )
    if roles == {"test"}:
        return Finding("only tests change", f"Test {_file_in_words(pieces)}")
    if all(piece.text.is_comment for piece in pieces):
        said = "only comments change"
        return Finding(said, f"Comment on {_file_in_words(pieces)}")
    return None


def _common_word(
    commit: CommitFeatures, pieces: Sequence[PieceFeatures]
) -> Finding | None:
    """An identifier that all or most pieces have, the rarest of such."""
    having = Counter(word for piece in pieces for word in _names(piece.words))
    rarity = commit.rarity
    words = [word for word, n in having.items() if n > max(1, len(pieces) // 2)]
    if not words:
        return None
    best = max(words, key=lambda word: (rarity[word] * having[word], word))
    many = quantity(having[best], "hunk")
    return Finding(f"{many} mention `{printable(best)}`")


_FINDERS: tuple[
    Callable[[CommitFeatures, Sequence[PieceFeatures]], Finding | None], ...
] = (
    _only_space,
    _definition,
    _replacement,
    _removal,
    _new_name,
    _one_role,
    _test_with_code,
    _common_word,
)


def _names(words: Iterable[str]) -> Iterator[str]:
    """The words that name something; of a hash only the tail is an identifier."""
    return (word for word in words if not is_data(word))


def _most_frequent(
    counts: Counter[_Named], is_fit: Callable[[_Named], bool]
) -> _Named | None:
    """The fit one with the highest count, of equal ones the longest and last."""
    fit = [item for item in counts if is_fit(item)]
    return max(fit, key=lambda item: (counts[item], len(item[0]), item), default=None)


def _file_in_words(pieces: Sequence[PieceFeatures]) -> str:
    """The name of the only file, or the number of files."""
    paths = {piece.path for piece in pieces}
    if len(paths) > 1:
        return quantity(len(paths), "file")
    return printable(next(iter(paths)).rpartition("/")[2])


def border(
    commit: CommitFeatures,
    groups: tuple[int, int],
    clusters: tuple[Sequence[int], Sequence[int]],
    needed: Sequence[Need],
) -> str:
    """Why two groups are apart, or why they come in this order.

    ``needed`` is about the two clusters alone; groups are numbered from 0.
    """
    before, after = (number + 1 for number in groups)
    for need in sorted(needed, key=lambda need: need.of)[:1]:
        name = f"`{printable(need.name)}`"
        if need.of == 0:
            return f"Commit {after} depends on commit {before} ({name})"
        return f"Commit {before} needs {name} from commit {after}, which comes later"
    one, two = (_words(commit, cluster) for cluster in clusters)
    if not one & two:
        return f"Commit {after} has no name in common with commit {before}"
    return f"Commit {after} has little in common with commit {before}"


def _words(commit: CommitFeatures, cluster: Sequence[int]) -> frozenset[str]:
    return frozenset().union(*_of(commit, cluster))


def _of(commit: CommitFeatures, cluster: Sequence[int]) -> Iterator[frozenset[str]]:
    return (commit.features[piece].words for piece in cluster)
