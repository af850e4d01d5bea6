"""What a plan for a range of commits means, naively: docs/weave.md word by word.

Every state is composed anew, line by line, from what git says each commit did.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property

from tools.stress.alignment import expected_partners, order
from tools.stress.meaning import RefusalExpected, files_above_others
from tools.stress.values import Blob, Tree, split_lines

NEVER = 10**9
"""The group of what no commit takes: later than all."""

Taken = Mapping[tuple[int, str, int | str], int]
"""The group of everything: of each fact ``(change, "fact", name)`` and of each line
``(change, "old" or "new", number)``."""


@dataclass(frozen=True)
class Change:
    """What a commit did to a file: where and what it was before and after."""

    commit: int
    old: tuple[bytes, Blob] | None
    new: tuple[bytes, Blob] | None
    hunks: tuple[tuple[range, range], ...]
    facts: tuple[str, ...]

    @property
    def side(self) -> tuple[bytes, Blob]:
        side = self.new or self.old
        assert side is not None
        return side


@dataclass(eq=False)
class Line:
    """A line of the weave; ``born`` and ``died`` name a change and a line of it.

    ``successor`` took its place, ``again`` put it back.
    """

    text: bytes
    born: tuple[int, int] | None = None
    died: tuple[int, int] | None = None
    successor: "Line | None" = None
    again: "Line | None" = None

    def life(self, taken: Taken) -> tuple[int, int]:
        """The group that brings it and the one that takes it away."""
        since = -1 if self.born is None else taken[self.born[0], "new", self.born[1]]
        until = NEVER
        if self.died is not None:
            until = taken[self.died[0], "old", self.died[1]]
        if self.successor is not None:
            until = min(until, self.successor.life(taken)[1])
        if self.again is not None:
            until = min(until, *self.again.life(taken))
        return since, until


@dataclass
class Stretch:
    """A part of a file's history that can be followed by lines, or is opaque."""

    begins: tuple[int, str] | None
    mode: int
    lines: list[Line]
    modes: list[tuple[int, int]] = field(default_factory=list)


@dataclass
class FileInRange:
    """A file through a range: the changes that concern it, with their numbers."""

    changes: list[tuple[int, Change]]

    @cached_property
    def stretches(self) -> list[Stretch]:
        first = self.changes[0][1]
        found = []
        if first.old is not None:
            _, blob = first.old
            found.append(_stretch(None, blob.mode, blob.content))
        for number, change in self.changes:
            self._go_on(found, number, change)
        return found

    def _go_on(self, found: list[Stretch], number: int, change: Change) -> None:
        begin = {"create", "type", "content"} & set(change.facts)
        if begin:
            (fact,) = begin
            _, blob = change.side
            content = b"" if fact == "create" and change.hunks else blob.content
            stretch = _stretch((number, fact), blob.mode, content)
            if fact == "content":
                before = found[-1]
                assert change.old is not None
                stretch.mode, stretch.modes = before.mode, before.modes
            found.append(stretch)
        if "mode" in change.facts:
            found[-1].modes.append((number, change.side[1].mode))
        if change.hunks:
            old = change.old[1].content if change.old else b""
            new = change.new[1].content if change.new else b""
            sides = split_lines(old), split_lines(new)
            weave_in(found[-1].lines, number, change.hunks, *sides)

    def first_shown(self, taken: Taken) -> int:
        """The first group as of which a line or a whole content of it shows."""
        shown = [NEVER]
        for line in self.stretches[0].lines:
            since, until = line.life(taken)
            shown += [since] if line.born and since < until else []
        for stretch in self.stretches[1:]:
            assert stretch.begins is not None
            number, fact = stretch.begins
            shown.append(taken[number, "fact", fact])
        return min(shown)

    def after(self, group: int, taken: Taken) -> tuple[bytes, Blob] | None:
        """Where the file is after the group, and what it is there, if it is."""

        def is_done(number: int, fact: str) -> bool:
            return taken.get((number, "fact", fact), NEVER) <= group

        (first, change), (last, _) = self.changes[0], self.changes[-1]
        if change.old is None and not is_done(first, "create"):
            return None
        if is_done(last, "delete"):
            return None
        path = (change.old or change.side)[0]
        for number, each in self.changes:
            if is_done(number, "rename"):
                path = each.side[0]
        begun = [
            stretch
            for place, stretch in enumerate(self.stretches)
            if place == 0 or (stretch.begins and is_done(*stretch.begins))
        ]
        stretch = begun[-1]
        mode = stretch.mode
        for number, other in stretch.modes:
            if is_done(number, "mode"):
                mode = other
        return path, Blob(mode, _content(stretch, group, taken))


def _stretch(begins: tuple[int, str] | None, mode: int, content: bytes) -> Stretch:
    return Stretch(begins, mode, [Line(text) for text in split_lines(content)])


def _content(stretch: Stretch, group: int, taken: Taken) -> bytes:
    chosen = []
    for line in stretch.lines:
        since, until = line.life(taken)
        if since <= group < until:
            chosen.append(line.text)
    for place, text in enumerate(chosen[:-1]):
        if not text.endswith(b"\n"):
            chosen[place] = text + b"\n"
    return b"".join(chosen)


def weave_in(
    lines: list[Line],
    number: int,
    hunks: Sequence[tuple[range, range]],
    old: list[bytes],
    new: list[bytes],
) -> None:
    """The lines of a change take their places in the weave; those it takes away die."""
    live = [line for line in lines if line.died is None]
    assert [line.text for line in live] == old, "the weave has the state before"
    for before, after in hunks:
        anchor = live[before.start - 1] if before.start else None
        if before:
            _replace(lines, live, number, (before, after), (anchor, old, new))
        else:
            follower = live[before.start] if before.start < len(live) else None
            _insert(lines, number, after, (anchor, follower, new))
    assert [line.text for line in lines if line.died is None] == new


def _replace(
    lines: list[Line],
    live: list[Line],
    number: int,
    hunk: tuple[range, range],
    around: tuple[Line | None, list[bytes], list[bytes]],
) -> None:
    before, after = hunk
    anchor, old, new = around
    sides = tuple(old[i] for i in before), tuple(new[j] for j in after)
    pairs = {j: i for i, j in expected_partners(*sides)}
    for side, place in order(*sides):
        if side == "old":
            anchor = live[before.start + place]
            anchor.died = (number, before.start + place)
            continue
        line = Line(sides[1][place], (number, after.start + place))
        if place in pairs:
            live[before.start + pairs[place]].successor = line
        anchor = _put_after(lines, anchor, line)


def _insert(
    lines: list[Line],
    number: int,
    after: range,
    around: tuple[Line | None, Line | None, list[bytes]],
) -> None:
    anchor, follower, new = around
    start = _place(lines, anchor)
    stop = len(lines) if follower is None else _place(lines, follower) - 1
    dead = lines[start:stop]
    back = dict(_put_back(dead, [new[j] for j in after]))
    for place, number_of_line in enumerate(after):
        line = Line(new[number_of_line], (number, number_of_line))
        if place in back:
            anchor = dead[back[place]]
            anchor.again = line
        anchor = _put_after(lines, anchor, line)


def _put_back(dead: list[Line], new: list[bytes]) -> Iterator[tuple[int, int]]:
    """Which new line is which dead one put back.

    Half of the lines of one side are to be the other's; and of lines that follow each
    other one is to be there just once on each side.
    """
    old = [None if line.again else line.text for line in dead]
    pairs = []
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    for a, b, size in blocks:
        run = new[b : b + size]
        if any(Counter(old)[text] == 1 == Counter(new)[text] for text in run):
            pairs += [(b + i, a + i) for i in range(size)]
    if len(pairs) * 2 >= min(len(old), len(new)):
        yield from pairs


def _place(lines: list[Line], anchor: Line | None) -> int:
    """The place after a line; the top where there is none."""
    return 0 if anchor is None else [*map(id, lines)].index(id(anchor)) + 1


def _put_after(lines: list[Line], anchor: Line | None, line: Line) -> Line:
    lines.insert(_place(lines, anchor), line)
    return line


def files_of(changes: Sequence[Change]) -> list[FileInRange]:
    """The files that the changes of all commits, in order, concern."""
    found: list[FileInRange] = []
    here: dict[bytes, FileInRange] = {}
    for commit in sorted({change.commit for change in changes}):
        own = [(n, c) for n, c in enumerate(changes) if c.commit == commit]
        was = dict(here)
        for _, change in own:
            if change.old is not None:
                here.pop(change.old[0], None)
        for number, change in own:
            file = was.get(change.old[0]) if change.old else None
            if file is None:
                file = FileInRange([])
                found.append(file)
            file.changes.append((number, change))
            if change.new is not None:
                here[change.new[0]] = file
    return found


def with_existence(
    files: Sequence[FileInRange], taken: Taken
) -> dict[tuple[int, str, int | str], int]:
    """Creations and deletions where their lines allow them to be."""
    settled = dict(taken)
    for number, change in (pair for file in files for pair in file.changes):
        own = [group for key, group in taken.items() if key[0] == number]
        for fact, bound in (("create", min), ("delete", max)):
            if fact in change.facts:
                settled[number, "fact", fact] = bound(own)
    for file in files:
        number, change = file.changes[0]
        if "create" in change.facts:
            key = number, "fact", "create"
            settled[key] = min(settled[key], file.first_shown(settled))
    return settled


def trees_after(
    files: Sequence[FileInRange], taken: Taken, base: Tree, groups: int
) -> list[Tree]:
    """The tree after each group. Raises RefusalExpected where one is impossible."""
    began = {file.changes[0][1].old for file in files}
    kept = {path: blob for path, blob in base.items() if (path, blob) not in began}
    found = []
    for group in range(groups):
        states = [file.after(group, taken) for file in files]
        there = [state for state in states if state is not None]
        tree = kept | dict(there)
        if len(tree) < len(kept) + len(there) or any(files_above_others(tree)):
            raise RefusalExpected("a path taken twice")
        found.append(tree)
    return found
