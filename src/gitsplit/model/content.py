"""The state of each file after some groups of a plan: states chosen, no patch applied.

After commit *k* a file has the new side of the edits in groups 0..k and the old side
of all others. Content, path, mode and existence are chosen independently.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Final, Literal

from gitsplit.model.diff import (
    Edit,
    Fact,
    FactEdit,
    File,
    FileChange,
    Hunk,
    TextEdit,
    hunk_order,
)
from gitsplit.model.objects import object_id

Mark = Literal["old", "new"]

_NEVER: Final = 2**63
"""Later than any group, and than DROPPED."""


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line of the interleaved hunk, which holds the old and the new lines.

    An old line exists before commit ``group``, a new one from it on; ``mark`` says
    which it is. ``number`` is its 0-based place in the file of that side.
    """

    mark: Mark
    number: int
    group: int


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


def file_after(change: FileChange, assignment: Assignment, after: int) -> File | None:
    """The file once groups 0..``after`` are applied; None where it doesn't exist."""
    return file_states(change, assignment, (after,))[0]


def file_states(
    change: FileChange, assignment: Assignment, groups: Iterable[int]
) -> tuple[File | None, ...]:
    """The file as of each of these groups, None where it doesn't exist.

    The same as :func:`file_after` for each, at the price of one.
    """
    facts = [(e.fact, g) for e, g in assignment if isinstance(e, FactEdit)]
    has_lines = change.by_lines and change.hunks
    runs = tuple(_line_runs(change, assignment)) if has_lines else ()
    return tuple(
        _file_state(
            change, {fact for fact, group in facts if group <= after}, runs, after
        )
        for after in groups
    )


def _file_state(
    change: FileChange, chosen: set[Fact], runs: Sequence["_LineRun"], after: int
) -> File | None:
    """The state of a file after a group, each of its aspects chosen by itself."""
    if change.old is None and Fact.CREATE not in chosen:
        return None
    if change.new is None and Fact.DELETE in chosen:
        return None
    old, new = change.old or change.new, change.new or change.old
    assert old is not None and new is not None, "a file change has a side"
    path = new.path if Fact.RENAME in chosen else old.path
    mode = new.mode if chosen & {Fact.MODE, Fact.TYPE} else old.mode
    if not runs:
        side = new if chosen & {Fact.CONTENT, Fact.TYPE, Fact.CREATE} else old
        return File(path, mode, side.oid, side.content)
    content = _content_after(runs, after)
    return File(path, mode, object_id("blob", content), content)


@dataclass(frozen=True, slots=True)
class _LineRun:
    """Lines that follow each other in every state from group ``since`` on.

    From group ``until`` on they are gone; unchanged lines always stay.
    """

    text: bytes
    since: int = -1
    until: int = _NEVER


def _line_runs(change: FileChange, assignment: Assignment) -> Iterator[_LineRun]:
    """The lines of all states in their order, as long runs as possible."""
    by_hunk = _by_hunk(assignment)
    at = 0
    for number, hunk in enumerate(change.hunks):
        yield _LineRun(b"".join(change.old_lines[at : hunk.old.start]))
        yield from _hunk_runs(change, hunk, by_hunk[number])
        at = hunk.old.stop
    yield _LineRun(b"".join(change.old_lines[at:]))


def _hunk_runs(change: FileChange, hunk: Hunk, edits: Assignment) -> Iterator[_LineRun]:
    """The lines of a hunk, as long runs as possible."""
    lines = hunk_lines(change, hunk, edits)
    for (mark, group), run in groupby(lines, lambda line: (line.mark, line.group)):
        if mark == "old":
            yield _LineRun(
                b"".join(change.old_lines[n.number] for n in run), until=group
            )
        else:
            yield _LineRun(
                b"".join(change.new_lines[n.number] for n in run), since=group
            )


def _content_after(runs: Iterable[_LineRun], after: int) -> bytes:
    """The chosen lines; a line that lacks its end gets one where others follow it.

    Otherwise two lines would become one. Only a state between the two sides can have
    such a line in its middle.
    """
    chosen = (run.text for run in runs if run.since <= after < run.until)
    parts = [text for text in chosen if text]
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
