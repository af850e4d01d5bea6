"""A case file as a commit, with the letter of the group that each change belongs to."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path

from gitsplit.model.diff import Edit, Fact, FileChange, Hunk, Span, TextEdit
from gitsplit.model.objects import EXECUTABLE, FILE, GITLINK, Oid
from tests.strategies import side

CASES = Path(__file__).parent
"""The directory of the case files."""

KEYS = {
    "signal": "the name of the signal that decides alone",
    "with": "other signals that count too, where it can't decide alone",
    "shows": "what is shown, where it is no signal",
    "why": "why it is right that the groups are these",
    "speaks": "for or against, where it isn't as the learned number says",
    "counted": "learned, where not only the sign of the learned number counts",
    "message": "the commit's message",
    "subject": "a subject of an earlier commit",
    "earlier": "the paths that an earlier commit changed",
    "asked": "how many commits are asked for: 3, at least 2, or nothing",
    "pieces": "how many pieces there are to be compared",
    "order": "the letters in the order of the commits",
    "owner": "the letter of the commit that keeps the Change-Id",
    "reason": "the sentence for a group, as in `reason A: …`",
    "draft": "the subject drafted for a group, as in `draft A: …`",
    "border": "the sentence between two groups, as in `border A B: …`",
}
"""Every key that a header can have, and what it says."""

_LETTERS_AFTER = {"reason": 1, "draft": 1, "border": 2}
_REPEATED = {"subject", "earlier"}
_HEADER = re.compile(r"(?P<key>[a-z]+)(?P<letters>( [A-Z])*):( (?P<value>.*)|$)")
_LINE = re.compile(r"(?P<letter>[A-Z])(?P<mark>[-+!])(?P<text>.*)")
_SKIPPED = re.compile(r"\.\.\. (?P<number>\d+) lines")
_RENAMED = "renamed from "
_FACTS = {
    "added": Fact.CREATE,
    "deleted": Fact.DELETE,
    "executable": Fact.MODE,
    "submodule": Fact.CONTENT,
}


class MalformedCase(Exception):
    """A case file can't be understood; says where, and what would be right."""


@dataclass(frozen=True)
class Case:
    """A case file that is understood.

    ``said`` has the values of each key of the header, a key with letters with these
    (``reason A``). ``letters`` has the group's letter for each fact and each line, a
    line by its file, its side and its number from 0.
    """

    name: str
    said: Mapping[str, tuple[str, ...]]
    changes: tuple[FileChange, ...]
    letters: Mapping[tuple[int, str, int], str]

    def value(self, key: str, default: str = "") -> str:
        """What the header says under ``key``, if it does."""
        return self.said.get(key, (default,))[0]

    @property
    def groups(self) -> tuple[str, ...]:
        """The letters of the groups, in the alphabet."""
        return tuple(sorted(set(self.letters.values())))

    def letters_of(self, edits: Sequence[Edit]) -> str:
        """The letters of what the edits do; one where they are in one group."""
        keys = [key for edit in edits for key in _keys(edit)]
        return "".join(sorted({self.letters[key] for key in keys}))


def _keys(edit: Edit) -> Iterator[tuple[int, str, int]]:
    if isinstance(edit, TextEdit):
        yield from ((edit.file, "old", number) for number in edit.old.numbers)
        yield from ((edit.file, "new", number) for number in edit.new.numbers)
    else:
        yield edit.file, edit.fact, 0


def read(path: Path) -> Case:
    """The case in the file; raises MalformedCase."""
    return parsed(path.read_text(encoding="utf-8"), path.name)


def parsed(text: str, name: str) -> Case:
    """The case that the text describes; raises MalformedCase with ``name``."""
    lines = [_At(name, n, line) for n, line in enumerate(text.splitlines(), 1)]
    starts = [n for n, line in enumerate(lines) if line.text.startswith("===")]
    if not starts:
        raise MalformedCase(f"{name}: no file is changed; begin one with `=== PATH`.")
    said = _header(name, lines[: starts[0]])
    stops = [*starts[1:], len(lines)]
    files = [_file(lines[a:b]) for a, b in zip(starts, stops, strict=True)]
    files.sort(key=lambda file: file.path)
    for one, two in pairwise(files):
        if one.path == two.path:
            raise two.head.wrong(f"{two.path} is there twice; give it once, whole.")
    letters = {
        (n, *key): letter for n, f in enumerate(files) for key, letter in f.letters()
    }
    case = Case(name, said, tuple(_change(file) for file in files), letters)
    _check(case)
    return case


@dataclass(frozen=True)
class _At:
    """A line of a case file, and where it stands."""

    name: str
    number: int
    text: str

    def wrong(self, why: str) -> MalformedCase:
        return MalformedCase(f"{self.name}:{self.number}: {why}")


@dataclass
class _File:
    """A file as a case shows it; each line with its mark and, if changed, a letter."""

    head: _At
    path: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    lines: list[tuple[str, str, str]] = field(default_factory=list)

    def has(self, fact: str) -> bool:
        return any(found == fact for _, found in self.facts)

    @property
    def old_path(self) -> str:
        """The path before, which is another where the file is renamed."""
        renamed = [fact for _, fact in self.facts if fact.startswith(_RENAMED)]
        return renamed[0].removeprefix(_RENAMED) if renamed else self.path

    def side(self, mark: str) -> list[tuple[str, str]]:
        """The lines of one side (``-`` old, ``+`` new), with their letters."""
        return [(a, text) for a, found, text in self.lines if found in (" ", mark)]

    def letters(self) -> Iterator[tuple[tuple[str, int], str]]:
        """The letter of each fact and of each changed line."""
        for letter, fact in self.facts:
            yield (_FACTS.get(fact, Fact.RENAME), 0), letter
        for mark, name in (("-", "old"), ("+", "new")):
            for number, (letter, _) in enumerate(self.side(mark)):
                if letter.strip():
                    yield (name, number), letter


def _header(name: str, lines: Sequence[_At]) -> dict[str, tuple[str, ...]]:
    """What the header says; a line that is indented goes on with the one before."""
    said: dict[str, tuple[str, ...]] = {}
    key = ""
    for line in lines:
        if not line.text.strip() or line.text.startswith("#"):
            continue
        if line.text[0] == " " and key:
            *before, last = said[key]
            said[key] = (*before, f"{last}\n{line.text.strip()}".strip())
            continue
        key, value = _entry(line)
        if key in said and key not in _REPEATED:
            raise line.wrong(f"`{key}:` appears twice.")
        said[key] = (*said.get(key, ()), value)
    return said


def _entry(line: _At) -> tuple[str, str]:
    """The key, with its letters, and the value of a line of the header."""
    found = _HEADER.fullmatch(line.text)
    if not found:
        raise line.wrong("not a line of a header, which is `key: value`.")
    key, letters = found["key"], found["letters"].split()
    if key not in KEYS:
        raise line.wrong(f"no key is called `{key}`; there are {', '.join(KEYS)}.")
    wanted = " ".join([key, *"AB"[: _LETTERS_AFTER.get(key, 0)]])
    if len(letters) != wanted.count(" "):
        raise line.wrong(f"`{key}` is written as in `{wanted}: …`.")
    return " ".join([key, *letters]), found["value"] or ""


def _file(lines: Sequence[_At]) -> _File:
    """The file that begins with the first of the lines."""
    head, *rest = lines
    path = head.text.removeprefix("===").strip()
    if not path:
        raise head.wrong("a file has a path, as in `=== src/cart.py`.")
    file = _File(head, path)
    while rest and not rest[-1].text.strip():
        rest.pop()
    for line in rest:
        _take(file, line)
    if not file.facts and all(mark == " " for _, mark, _ in file.lines):
        raise head.wrong(f"nothing changes in {path}; mark lines as in `A+` or `A-`.")
    return file


def _take(file: _File, line: _At) -> None:
    """Put a line of a case into the file."""
    if skipped := _SKIPPED.fullmatch(line.text):
        file.lines += [(" ", " ", "")] * int(skipped["number"])
    elif not line.text.strip() or line.text.startswith("  "):
        file.lines.append((" ", " ", line.text[2:]))
    elif not (found := _LINE.fullmatch(line.text)):
        raise line.wrong(
            "a line begins with two spaces where it stays; with a letter and - or + "
            "where it changes, as in `A+total = 0`; with a letter and ! where "
            "something happens to the file, as in `A! added`."
        )
    elif found["mark"] != "!":
        file.lines.append((found["letter"], found["mark"], found["text"]))
    else:
        file.facts.append((found["letter"], _fact(line, found["text"].strip())))


def _fact(line: _At, fact: str) -> str:
    if fact not in _FACTS and not fact.startswith(_RENAMED):
        known = ", ".join([*_FACTS, _RENAMED + "PATH"])
        raise line.wrong(f"nothing is known of `{fact}`; there are {known}.")
    return fact


def _change(file: _File) -> FileChange:
    """What the commit did to the file."""
    if file.has("submodule"):
        ids = (Oid("1" * 40), Oid("2" * 40))
        old, new = (side(file.path.encode(), None, GITLINK, oid) for oid in ids)
        return FileChange(old, new, by_lines=False)
    before, after = (
        "".join(text + "\n" for _, text in file.side(mark)).encode() for mark in "-+"
    )
    mode = EXECUTABLE if file.has("executable") else FILE
    return FileChange(
        None if file.has("added") else side(file.old_path.encode(), before),
        None if file.has("deleted") else side(file.path.encode(), after, mode),
        tuple(_hunks(file)),
    )


def _hunks(file: _File) -> Iterator[Hunk]:
    """The runs of changed lines."""
    old = new = 0
    for stays, run in groupby(file.lines, key=lambda line: line[1] == " "):
        marks = [mark for _, mark, _ in run]
        removed, added = (sum(m in (mark, " ") for m in marks) for mark in "-+")
        if not stays:
            yield Hunk(Span(old, old + removed), Span(new, new + added))
        old, new = old + removed, new + added


def _check(case: Case) -> None:
    """Nothing where the header can be tried; else raises MalformedCase."""
    if ("signal" in case.said) == ("shows" in case.said):
        raise MalformedCase(f"{case.name}: say either `signal:` or `shows:`.")
    if not case.value("why"):
        raise MalformedCase(f"{case.name}: say `why:` the groups are these.")
    for key, allowed in (("speaks", ("for", "against")), ("counted", ("learned",))):
        if key in case.said and case.value(key) not in allowed:
            known = " or ".join(f"`{key}: {each}`" for each in allowed)
            raise MalformedCase(f"{case.name}: say {known}.")
    if not re.fullmatch(r"(at least )?\d+|nothing", case.value("asked", "1")):
        raise MalformedCase(
            f"{case.name}: say `asked: 3`, `asked: at least 2` or `asked: nothing`."
        )
    named = [key.split()[1:] for key in case.said]
    named += [case.value("order").split(), case.value("owner").split()]
    for letter in sorted({each for found in named for each in found}):
        if letter not in case.groups:
            raise MalformedCase(f"{case.name}: no line belongs to a group {letter}.")
