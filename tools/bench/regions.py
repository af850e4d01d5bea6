"""Changed regions as rules about declarations and their uses see them, in any language.

No compiler is asked: indentation says what encloses what, the first line of a method or
a type what it is called, and a name means what the changed files declare by it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from gitsplit.model.diff import FileChange, indentation
from gitsplit.proposal import source_text
from gitsplit.proposal.source_text import identifiers
from tools.bench.data import BenchCase

_TYPE = re.compile(
    r"^\s*(?:[\w<>,]+\s+)*(?:class|interface|trait|module|namespace|record)\s+[\w:<]"
    r"|^\s*(?:[\w<>,]+\s+)*(?:struct|enum|union)\b(?!.*\()"
    r"|^\s*(?:impl|describe|context)\b"
)
_NO_TYPE = (
    r"(?!(?:return|else|elif|if|for|while|switch|case|catch|throw|raise|new|delete|await"
    r"|yield|not|and|or|in|is|echo|goto|assert|using|import|from|use|do|when|unless"
    r"|elsif|print|puts|typedef|defer|go)\b)"
)
_METHOD = re.compile(
    r"\b(?:def|func|fn|function|fun|sub)\s+(?:\([^)]*\)\s*)?(?:self\.)?([^\W\d]\w*)"
    rf"|^\s*(?:{_NO_TYPE}[\w<>\[\],.*&:?]+\s+)+[*&]*(?:\w+::)*(~?[^\W\d]\w*)\s*"
    r"\((?!.*;\s*$)(?!.*[^\w\s]\s*\()"
    rf"|^\s*{_NO_TYPE}([^\W\d]\w*)\s*\([^()]*\)\s*(?::[^{{]*)?\{{\s*$"
    r"|^\s*(?:export\s+)?(?:const|let|var)\s+([^\W\d]\w*)\s*=\s*(?:async\s*)?"
    r"(?:function\b|\([^)]*\)\s*(?::[^=]*)?=>|\w+\s*=>)"
    r"|^\s*(?:it|test)\b\s*[(\"']()"
)
_FIELD = re.compile(
    r"^\s*(?:(?:public|private|protected|internal|static|final|readonly|const|extern)"
    r"\s+)+(?:[\w<>\[\],.?*& ]|::)*?([^\W\d]\w*)\s*(?:\[.*?\])*"
    r"(?::(?!:)[^=;{]*)?\s*(?:[=;{].*)?$"
)
_FILLER = re.compile(r"\s*(?:$|[{})\]#]|\w+:\s*$)")

Declaration = tuple[str, str]
"""A name, and the path of the file that declares it."""

Method = tuple[str, bool, int]
"""A path, whether it is its new side, and the number of the method's first line."""


@dataclass(frozen=True)
class ChangedRegion:
    """A hunk without context, and what it has to do with declarations.

    ``methods`` are those that its lines stand in; ``declared`` has what its lines
    declare outside of methods, ``used`` what they name and don't declare. Only code and
    tests declare and use anything.
    """

    path: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    methods: frozenset[Method] = frozenset()
    declared: frozenset[Declaration] = frozenset()
    used: frozenset[Declaration] = frozenset()

    @property
    def role(self) -> source_text.Role:
        """The part that its file plays."""
        return source_text.role(self.path)

    @property
    def is_code(self) -> bool:
        """Whether it is in a file that can declare anything."""
        return is_code(self.path)


def is_code(path: str) -> bool:
    """Whether the file at ``path`` can declare anything."""
    return source_text.role(path) in {"code", "test"}


@dataclass(frozen=True)
class FileSide:
    """A side of a file: its lines, the methods each stands in, and what it declares."""

    path: str
    is_new: bool
    lines: tuple[str, ...]

    def text(self, numbers: range) -> tuple[str, ...]:
        """The lines of these numbers."""
        return tuple(self.lines[n] for n in numbers)

    @cached_property
    def _outline(self) -> list[tuple[frozenset[int], frozenset[str]]]:
        """For each line the first lines of its methods, and the names it declares."""
        return list(_outline(self.lines))

    def methods(self, numbers: Iterable[int]) -> frozenset[Method]:
        """The methods that the lines stand in; their first lines do, too."""
        found = (self._outline[n][0] for n in numbers if self.lines[n].strip())
        return frozenset(
            (self.path, self.is_new, first) for firsts in found for first in firsts
        )

    def names_declared(self, numbers: Iterable[int] | None = None) -> frozenset[str]:
        """The names that the lines declare; without numbers, all of them."""
        each = range(len(self.lines)) if numbers is None else numbers
        return frozenset(name for n in each for name in self._outline[n][1])


def _outline(lines: Sequence[str]) -> Iterator[tuple[frozenset[int], frozenset[str]]]:
    """For each line the first lines of its methods, and the names it declares."""
    inside: list[tuple[int, int]] = []
    for number, line in enumerate(lines):
        names: frozenset[str] = frozenset()
        if not _FILLER.match(line):
            depth = indentation(line)
            while inside and inside[-1][0] >= depth:
                inside.pop()
            head = None if _TYPE.search(line) else _METHOD.search(line)
            if not inside:
                names = _names(line, head)
            if head:
                inside.append((depth, number))
        yield frozenset(first for _, first in inside), names


def _names(line: str, head: re.Match[str] | None) -> frozenset[str]:
    """The names that a line outside of methods declares."""
    if source_text.are_comments([line]) or source_text.are_imports([line]):
        return frozenset()
    if head:
        return frozenset(name for name in head.groups() if name)
    field = None if _TYPE.search(line) else _FIELD.match(line)
    return frozenset(field.groups()) if field else source_text.definitions([line])


def regions_of(case: BenchCase) -> tuple[ChangedRegion, ...]:
    """The regions of a case, one for each of its record's hunks."""
    files = {change.path.decode(): _both_sides(change) for change in case.changes}
    homes: dict[str, set[str]] = {}
    for path, sides in files.items():
        if is_code(path):
            for name in sides[0].names_declared() | sides[1].names_declared():
                homes.setdefault(name, set()).add(path)
    return tuple(
        _region(files[path], homes, numbers) for path, *numbers in case.record["hunks"]
    )


def _both_sides(change: FileChange) -> tuple[FileSide, FileSide]:
    """Both sides of a file's change."""
    path = change.path.decode()
    old, new = (
        tuple(line.decode("utf-8", "replace") for line in lines)
        for lines in (change.old_lines, change.new_lines)
    )
    return FileSide(path, False, old), FileSide(path, True, new)


def _region(
    sides: tuple[FileSide, FileSide],
    homes: Mapping[str, set[str]],
    numbers: Sequence[int],
) -> ChangedRegion:
    """The region that ``git diff -U0`` heads with these numbers."""
    before, after = sides
    old, removed, new, added = numbers
    gone, come = range(old - 1, old - 1 + removed), range(new - 1, new - 1 + added)
    path = before.path
    texts = before.text(gone), after.text(come)
    if not is_code(path):
        return ChangedRegion(path, *texts)
    declared = before.names_declared(gone) | after.names_declared(come)
    methods = before.methods(gone) | after.methods(come)
    code = [
        line for line in (*texts[0], *texts[1]) if not source_text.are_comments([line])
    ]
    named = frozenset(identifiers("".join(code))) - declared
    return ChangedRegion(
        path,
        *texts,
        methods,
        frozenset((name, path) for name in declared),
        frozenset(found for name in named for found in _meant(name, path, homes)),
    )


def _meant(
    name: str, path: str, homes: Mapping[str, set[str]]
) -> Iterator[Declaration]:
    """What a name in the file at ``path`` means, if the changed files declare it.

    Its own file comes first; of several others none can be told from the next.
    """
    found = homes.get(name, set())
    if path in found:
        yield name, path
    elif len(found) == 1:
        yield name, next(iter(found))
