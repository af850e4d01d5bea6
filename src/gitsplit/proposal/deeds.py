"""What hunks do, in words fit for a subject, best first.

The order of the sources, and which names are said, were chosen on the subjects of real
commits: what the changelog says, files and names that come and go, tests; then the
names that stand out most, and where; last the file's name alone.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from msgspec import Struct

from gitsplit.model.diff import Fact, FactEdit, TextEdit
from gitsplit.model.escape import printable
from gitsplit.model.listing import enumeration
from gitsplit.proposal.commit_features import CommitFeatures
from gitsplit.proposal.entries import (
    FEWEST_WORDS,
    LONGEST_DEED,
    MOST_LINES,
    first_entry,
    first_sentence,
)
from gitsplit.proposal.explain import finding
from gitsplit.proposal.features import Piece, PieceFeatures, added_lines
from gitsplit.proposal.source_text import (
    are_comments,
    declares,
    definitions,
    identifiers,
    is_data,
    is_lock,
    spelled_out,
    subwords,
)


class Deed(Struct, frozen=True):
    """What a group of pieces does, as a subject, and where that was found.

    ``is_sentence`` says that somebody wrote it so, and no verb was put before a name.
    """

    text: str
    reason: str
    is_sentence: bool = False


_TEST = re.compile(
    r"\b(?:def|fn|func|function|void)\s+(?:\([^)]*\)\s*)?"
    r"([Tt]est_?\w+|\w+_?[Tt]ests?\b|should_?\w+)"
    r"|\b(?:it|test|describe|context|specify|scenario)\s*\(?\s*(['\"`])(.+?)\2"
)
_TEST_AFFIX = re.compile(r"^[Tt]ests?_?(?=.)|(?<=.)_?[Tt]ests?$")
_REMARK = re.compile(r"^\s*(?:#+|//+!?|/\*+|\*|--|;+|\"\"\"|''')\s?(.*)$")
_VERBS = re.compile(
    r"\b(be|is|are|was|has|have|can|must|should|will|add|allow|avoid|call|check|convert"
    r"|create|ensure|find|fix|get|handle|ignore|load|make|need|parse|print|read|remove"
    r"|return|run|save|set|show|skip|support|test|update|use|write)e?s?\b",
    re.IGNORECASE,
)
_HASH = re.compile(
    r"https?://\S+|\b(?=[a-f]*\d)[0-9a-f]{7,}\b|\b[0-9a-f]{4,12}(?:-[0-9a-f]{4,12})+\b"
    r"|(?<![\w+/])(?=[a-zA-Z+/]*\d)(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])[\w+/]{24,}={0,2}",
)
"""A URL, a hash, a UUID, or base64."""

_VERSION = re.compile(r"(?<![\w.])(?:v?\d+(?:\.\d+)+(?:[-+.][\w.]+)?|v\d+)(?!\w)")
_DEPENDENCY = re.compile(
    r"(@?(?!v\d)[A-Za-z][\w./-]*[A-Za-z_\d])[\"']?[\s:=@^~<>(,\[\"'#]*(?=v?\d)"
)
_MOST_RAISED = 3
"""Where more versions are raised, it is data, or no name says it."""

_VERSION_NAME = re.compile(rb"v?\d+\.\d+\.")
_RAISED = "the version that is raised"

_SHORT = 4
"""A name of fewer letters says less."""

_FUNCTION = 0.6
"""What it is worth for a name that hunks stand in a function of that name."""

_TELLING = 0.5
"""The second name is said, too, where it stands out at least so much as the first."""

_MOST_SEARCHED = 10 * MOST_LINES
"""In so many added lines of a commit one is looked for that is a sentence."""

_ALIKE = 0.65
"""So alike two words are where one is the other misspelt."""


def deeds(commit: CommitFeatures, pieces: Sequence[int]) -> Iterator[Deed]:
    """What pieces of a commit, at least one, do, best first."""
    own = [commit.features[piece] for piece in pieces]
    about = _file_stem(commit, own)
    yield from _changelog(commit, pieces)
    if _is_typo(own):
        yield Deed(f"Fix typo in {about}", "a word is spelt otherwise")
    yield from _bump(commit, pieces)
    are_tests = all(piece.role == "test" for piece in own)
    if are_tests:
        yield from _tests(commit, pieces)
    yield from _files(commit, pieces)
    if defined := _defined(commit, pieces):
        yield Deed(f"Add {defined} to {about}", "the name that is defined")
    said = finding(commit, pieces)
    if said and said.deed.startswith(("Reformat", "Comment")):
        yield Deed(said.deed, said.sentence)
    first, *others = _by_names(commit, pieces, about)
    yield first
    if not are_tests:
        yield from _tests(commit, pieces)
    yield from others
    yield from _remarks(commit, pieces)


def _by_names(
    commit: CommitFeatures, pieces: Sequence[int], about: str
) -> Iterator[Deed]:
    """What is done to the names that stand out, and to the file."""
    own = [commit.features[piece] for piece in pieces]
    names, verb = _salient_names(commit, pieces, about), _verb(commit, pieces)
    by_file = Deed(f"Update {about}", "the file's name")
    if all(piece.role in {"documentation", "changelog"} for piece in own):
        yield by_file
    if names:
        two = names[0][1] * _TELLING <= names[-1][1]
        both = " and ".join(name for name, _ in (names if two else names[:1]))
        where = f"{_PREPOSITIONS[verb]} {about}"
        yield Deed(f"{verb} {both} {where}", "the names that stand out")
        yield Deed(f"Fix {names[0][0]} in {about}", "the name that stands out")
    yield by_file


def _file_stem(commit: CommitFeatures, pieces: Sequence[PieceFeatures]) -> str:
    """The name, without its ending, of the file that most lines are of."""
    lines: Counter[bytes] = Counter()
    for piece in pieces:
        lines[commit.changes[piece.file].path] += 1 + piece.lines
    name = lines.most_common(1)[0][0].rpartition(b"/")[2]
    cut = bytes.rpartition if _VERSION_NAME.match(name) else bytes.partition
    return printable(cut(name, b".")[0] or name)


def _changelog(commit: CommitFeatures, pieces: Sequence[int]) -> Iterator[Deed]:
    """The first sentence that is added to a changelog."""
    for piece in pieces:
        if commit.features[piece].role != "changelog":
            continue
        if text := first_entry(commit.texts, commit.pieces[piece]):
            yield Deed(text, "the changelog", is_sentence=True)
            return


def _is_typo(pieces: Sequence[PieceFeatures]) -> bool:
    """Whether words of lower-case letters are replaced by such that are alike."""
    swaps = [swap for piece in pieces for swap in piece.text.substitutions]
    return (
        bool(swaps)
        and sum(piece.lines for piece in pieces) <= 2 * _SHORT * len(swaps)
        and all(
            min(map(len, swap)) >= _SHORT
            and all(word.isalpha() and word.islower() for word in swap)
            and _likeness(*swap) > _ALIKE
            for swap in swaps
        )
    )


def _likeness(old: str, new: str) -> float:
    """How much of the longer of two words is begin and end of both, from 0 to 1."""
    start = _shared_start(old, new)
    end = _shared_start(old[start:][::-1], new[start:][::-1])
    return (start + end) / max(len(old), len(new))


def _shared_start(one: str, other: str) -> int:
    """How many letters two words begin with are the same."""
    pairs = zip(one, other, strict=False)
    return next(
        (at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other))
    )


def _tests(commit: CommitFeatures, pieces: Sequence[int]) -> Iterator[Deed]:
    """The first test that is added."""
    for piece in pieces:
        if commit.features[piece].role != "test":
            continue
        for line in _first_added(commit, piece):
            if found := _TEST.search(line):
                said = found[3] or spelled_out(_TEST_AFFIX.sub("", found[1]))
                if said and len(said) <= LONGEST_DEED:
                    yield Deed(f"Add test {printable(said)}", "the test that is added")
                    return


_PREPOSITIONS = {"Add": "to", "Remove": "from", "Update": "in"}
_FILE_VERBS = ((Fact.CREATE, "Add", "new"), (Fact.DELETE, "Remove", "deleted"))


def _files(commit: CommitFeatures, pieces: Sequence[int]) -> Iterator[Deed]:
    """The largest file that is created, or deleted."""
    for fact, verb, what in _FILE_VERBS:
        found = [
            commit.features[piece]
            for piece in pieces
            for edit in commit.pieces[piece]
            if isinstance(edit, FactEdit) and edit.fact == fact
        ]
        if found:
            yield Deed(
                f"{verb} {_file_stem(commit, found)}", f"the file that is {what}"
            )


def _defined(commit: CommitFeatures, pieces: Sequence[int]) -> str:
    """The first new name that a function, class or such is defined as, if any."""
    for piece in pieces:
        features = commit.features[piece]
        wanted = features.defined & features.new
        if not wanted or features.role == "test":
            continue
        for line in _first_added(commit, piece):
            if declares(line) and (named := definitions([line]) & wanted):
                return printable(min(named, key=line.index))
    return ""


def _bump(commit: CommitFeatures, pieces: Sequence[int]) -> Iterator[Deed]:
    """The dependencies whose versions are raised, where most lines do only that."""
    own = [commit.features[piece] for piece in pieces]
    if any(piece.role != "configuration" for piece in own):
        return
    raised: dict[str, tuple[str, str]] = {}
    others = 0
    for piece in pieces:
        if is_lock(commit.features[piece].path):
            continue
        for old, new in _replaced_lines(commit, commit.pieces[piece]):
            found = _raised(old, new)
            others += found is None
            if found is not None:
                raised.setdefault(*found)
    names = list(raised)
    if not names or others > len(names) or len(names) > _MOST_RAISED:
        return
    if len(names) == 1:
        yield Deed(f"Bump {names[0]} from {' to '.join(raised[names[0]])}", _RAISED)
    yield Deed(f"Bump {enumeration(names, 'and')}", _RAISED)


def _replaced_lines(commit: CommitFeatures, piece: Piece) -> Iterator[tuple[str, str]]:
    """The pairs of lines of which one takes the place of another."""
    for edit in piece:
        if isinstance(edit, TextEdit) and len(edit.old) == len(edit.new) <= MOST_LINES:
            old, new = commit.texts.old[edit.file], commit.texts.new[edit.file]
            for one, other in zip(edit.old.numbers, edit.new.numbers, strict=True):
                yield old[one], new[other]


def _raised(old: str, new: str) -> tuple[str, tuple[str, str]] | None:
    """The dependency that two lines have other versions of, and these."""
    one, two = (_HASH.sub("", line) for line in (old, new))
    before, after = _VERSION.findall(one), _VERSION.findall(two)
    named = _VERSION.sub("", one)
    found = _DEPENDENCY.search(two)
    if named != _VERSION.sub("", two) or not found or len(before) != len(after):
        return None
    changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    return (printable(found[1]), changed[0]) if changed else None


def _plain_names(commit: CommitFeatures, pieces: Sequence[int]) -> frozenset[str]:
    """The identifiers of the lines of pieces that are no part of URLs and hashes.

    Those of comments are among them only where all lines are comments.
    """
    code, remarks = list[str](), list[str]()
    for piece in pieces:
        features = commit.features[piece]
        if is_lock(features.path) or len(code) + len(remarks) > MOST_LINES:
            continue
        has_remarks = features.role in {"code", "test"}
        lines = _changed_lines(commit, commit.pieces[piece])
        for line in islice(lines, 2 * MOST_LINES):
            is_remark = has_remarks and are_comments([line])
            (remarks if is_remark else code).append(_HASH.sub("", line))
    names = identifiers("\n".join(code)) or identifiers("\n".join(remarks))
    around = (_functions(commit, commit.features[piece]) for piece in pieces)
    return frozenset(names).union(*around)


def _first_added(commit: CommitFeatures, piece: int) -> Iterator[str]:
    """The lines that a piece adds, of many the first."""
    return islice(added_lines(commit.texts, commit.pieces[piece]), MOST_LINES)


def _changed_lines(commit: CommitFeatures, piece: Piece) -> Iterator[str]:
    """The lines that a piece removes and adds."""
    for edit in piece:
        if isinstance(edit, TextEdit):
            old, new = commit.texts.old[edit.file], commit.texts.new[edit.file]
            for lines, span in ((old, edit.old), (new, edit.new)):
                yield from lines.between(span.start, span.stop)


def _salient_names(
    commit: CommitFeatures, pieces: Sequence[int], about: str
) -> list[tuple[str, float]]:
    """The two names that stand out most among those that come and go.

    Each with how much it does: by how many pieces have it and how rare it is. Names
    that the file's own says already are none of them, nor are hashes and the like.
    """
    worth: defaultdict[str, float] = defaultdict(float)
    for piece in (commit.features[number] for number in pieces):
        for word in piece.added | piece.removed:
            if not is_data(word):
                worth[word] += commit.rarity[word] * (1 if len(word) >= _SHORT else 0.4)
        for word in _functions(commit, piece):
            worth[word] += _FUNCTION
    said = set(subwords(about))
    ranked = sorted(worth.items(), key=lambda item: (-item[1], item[0]))
    telling = [each for each in ranked if not said.issuperset(subwords(each[0]))]
    plain = _plain_names(commit, pieces) if telling else frozenset()
    named = [each for each in telling if each[0] in plain]
    return [(printable(word), value) for word, value in named[:2]]


def _functions(commit: CommitFeatures, piece: PieceFeatures) -> frozenset[str]:
    """The name of the declaration that a piece stands in."""
    if piece.function is None:
        return frozenset()
    side, line = piece.function
    texts = commit.texts.new if side.endswith("True") else commit.texts.old
    return definitions([texts[piece.file][line]])


def _verb(commit: CommitFeatures, pieces: Sequence[int]) -> str:
    """Whether most lines are added, or removed, or neither."""
    added = removed = 0
    for piece in pieces:
        for edit in commit.pieces[piece]:
            if not isinstance(edit, FactEdit):
                added += len(edit.new)
                removed += len(edit.old)
    if added >= 3 * removed + 3 or (added and not removed):
        return "Add"
    if removed >= 3 * added + 3 or (removed and not added):
        return "Remove"
    return "Update"


def _remarks(commit: CommitFeatures, pieces: Sequence[int]) -> Iterator[Deed]:
    """The first comment or docstring that is added and is a sentence with a verb."""
    added = chain.from_iterable(_first_added(commit, piece) for piece in pieces)
    for line in islice(added, _MOST_SEARCHED):
        found = _REMARK.match(line)
        text = first_sentence(found[1].rstrip("*/\"' ")) if found else ""
        words = text.split()
        if (
            len(words) > FEWEST_WORDS
            and words[0].isalpha()
            and _VERBS.search(" ".join(words[:_SHORT]))
        ):
            yield Deed(text, "a comment that is added", is_sentence=True)
            return
