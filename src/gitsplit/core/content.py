"""The state of each file after some groups of a plan: states chosen, no patch applied.

After commit *k* a file has the new side of the edits in groups 0..k and the old side
of all others. Content, path, mode and existence are chosen independently.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Literal

from gitsplit.core.changes import File, FileChange, Hunk
from gitsplit.core.edits import (
    Edit,
    Fact,
    FactEdit,
    TextEdit,
    hunk_order,
)
from gitsplit.core.objects import object_id

Mark = Literal["old", "new", "both"]


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """One line of a file as all states together have it.

    ``mark`` says which side has the line ("both": unchanged); ``group`` takes it away
    (an old line) or brings it (a new one) and is -1 for an unchanged line. ``number``
    is its 0-based place in the old file, or in the new one for a new line.
    """

    mark: Mark
    number: int
    group: int

    def is_present(self, after: int) -> bool:
        """Whether the file has the line once groups 0..``after`` are applied."""
        if self.mark == "both":
            return True
        return (self.group <= after) == (self.mark == "new")


Assignment = Sequence[tuple[Edit, int]]
"""The edits of one file, in order, each with its group."""


def hunk_lines(
    change: FileChange, hunk: Hunk, edits: Assignment
) -> Iterator[PlacedLine]:
    """The lines of one hunk in the order in which every state composes them.

    ``edits`` are all edits of that hunk, and no others.
    """
    old, new = _line_groups(hunk, edits)
    if len(set(old + new)) == 1:
        # Alignment only matters where a hunk is cut between groups, and costs time.
        yield from (PlacedLine("old", n, old[0]) for n in hunk.old.numbers)
        yield from (PlacedLine("new", n, new[0]) for n in hunk.new.numbers)
        return
    for side, place in hunk_order(change, hunk):
        if side == "old":
            yield PlacedLine("old", hunk.old.start + place, old[place])
        else:
            yield PlacedLine("new", hunk.new.start + place, new[place])


def placed_lines(change: FileChange, assignment: Assignment) -> Iterator[PlacedLine]:
    """Every line that the file has in any state, in order."""
    at = 0
    by_hunk = _by_hunk(assignment)
    for number, hunk in enumerate(change.hunks):
        yield from (PlacedLine("both", n, -1) for n in range(at, hunk.old.start))
        yield from hunk_lines(change, hunk, by_hunk[number])
        at = hunk.old.stop
    yield from (PlacedLine("both", n, -1) for n in range(at, len(change.old_lines)))


def line_text(change: FileChange, line: PlacedLine) -> bytes:
    r"""The bytes of a placed line, with its ``\n`` if it has one."""
    return (change.new_lines if line.mark == "new" else change.old_lines)[line.number]


def file_after(change: FileChange, assignment: Assignment, after: int) -> File | None:
    """The file once groups 0..``after`` are applied; None where it doesn't exist."""
    chosen = {
        edit.fact
        for edit, group in assignment
        if isinstance(edit, FactEdit) and group <= after
    }
    if change.old is None and Fact.CREATE not in chosen:
        return None
    if change.new is None and Fact.DELETE in chosen:
        return None
    return _chosen_state(change, assignment, after, chosen)


def _chosen_state(
    change: FileChange, assignment: Assignment, after: int, chosen: set[Fact]
) -> File:
    """The state of a file that exists, each of its aspects chosen by itself."""
    old, new = change.old or change.new, change.new or change.old
    assert old is not None and new is not None, "a file change has a side"
    path = new.path if Fact.RENAME in chosen else old.path
    mode = new.mode if chosen & {Fact.MODE, Fact.TYPE} else old.mode
    if not change.by_lines or not change.hunks:
        side = new if chosen & {Fact.CONTENT, Fact.TYPE, Fact.CREATE} else old
        return File(path, mode, side.oid, side.content)
    content = _content_after(change, assignment, after)
    return File(path, mode, object_id("blob", content), content)


def _content_after(change: FileChange, assignment: Assignment, after: int) -> bytes:
    """The chosen lines; a line that lacks its end gets one where others follow it.

    Otherwise two lines would become one. Only a state between the two sides can have
    such a line in its middle.
    """
    by_hunk = _by_hunk(assignment)
    parts: list[bytes] = []
    at = 0
    for number, hunk in enumerate(change.hunks):
        parts += change.old_lines[at : hunk.old.start]
        parts += (
            line_text(change, line)
            for line in hunk_lines(change, hunk, by_hunk[number])
            if line.is_present(after)
        )
        at = hunk.old.stop
    parts += change.old_lines[at:]
    ended = (p if p.endswith(b"\n") else p + b"\n" for p in parts[:-1])
    return b"".join(chain(ended, parts[-1:]))


def _by_hunk(assignment: Assignment) -> dict[int, list[tuple[TextEdit, int]]]:
    """The text edits of each hunk, with their groups."""
    texts = ((e, g) for e, g in assignment if isinstance(e, TextEdit))
    return {
        number: list(found) for number, found in groupby(texts, lambda t: t[0].hunk)
    }


def _line_groups(hunk: Hunk, edits: Assignment) -> tuple[list[int], list[int]]:
    """The group of each old and of each new line of a hunk."""
    old = [-1] * len(hunk.old)
    new = [-1] * len(hunk.new)
    for edit, group in edits:
        assert isinstance(edit, TextEdit), "a hunk has text edits only"
        first = edit.old.start - hunk.old.start
        old[first : first + len(edit.old)] = [group] * len(edit.old)
        first = edit.new.start - hunk.new.start
        new[first : first + len(edit.new)] = [group] * len(edit.new)
    assert -1 not in old and -1 not in new, "every line is in an edit"
    return old, new
