"""In which new commit each changed line is, whatever hunks a plan was cut into."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from gitsplit.model.diff import FactEdit, FileChange, TextEdit
from gitsplit.model.listing import enumeration
from gitsplit.model.plan import Plan
from gitsplit.planfile.hunks import HunkPick, ends_value, runs_of
from gitsplit.planfile.numbering import NumberedHunk, numbered_hunks


class ChangedLine(NamedTuple):
    """A removed or added line of a hunk, or a fact, as a plan file numbers them.

    ``number`` is the hunk's, ``place`` counts the lines of a side in it, from 1; a fact
    has the place 0.
    """

    number: int
    side: Literal["-", "+", "="]
    place: int


Placement = Mapping[ChangedLine, int]
"""The group of each changed line (from 0), or DROPPED."""


def placement_of(plan: Plan) -> Placement:
    """Where the plan has each line, in the order of the diff."""
    hunks = numbered_hunks(plan.changes)
    numbers = {_key_of(plan.changes, each): each for each in hunks}
    found: dict[ChangedLine, int] = {}
    for edit, group in zip(plan.edits, plan.group_of, strict=True):
        where = edit.fact if isinstance(edit, FactEdit) else edit.hunk
        known = numbers.get((edit.file, where))
        if known is not None:
            found |= dict.fromkeys(_lines_of(edit, known), group)
    return dict(sorted(found.items(), key=_in_order))


def _in_order(item: tuple[ChangedLine, int]) -> tuple[int, bool, int]:
    line, _ = item
    return line.number, line.side == "+", line.place


def _key_of(changes: Sequence[FileChange], each: NumberedHunk) -> tuple[int, object]:
    """How an edit names the hunk or the fact."""
    if each.hunk is None:
        return each.file, each.fact
    return each.file, changes[each.file].hunks.index(each.hunk)


def _lines_of(edit: TextEdit | FactEdit, known: NumberedHunk) -> Iterator[ChangedLine]:
    if isinstance(edit, FactEdit):
        yield ChangedLine(known.number, "=", 0)
        return
    assert known.hunk is not None, "an edit of lines is of a hunk"
    for line in edit.old.numbers:
        yield ChangedLine(known.number, "-", line - known.hunk.old.start + 1)
    for line in edit.new.numbers:
        yield ChangedLine(known.number, "+", line - known.hunk.new.start + 1)


def picked_lines(
    picks: Iterable[HunkPick], lines: Iterable[ChangedLine]
) -> tuple[ChangedLine, ...]:
    """Those of the lines that one of the picks means."""
    wanted = tuple(picks)
    return tuple(line for line in lines if any(_is_in(pick, line) for pick in wanted))


def _is_in(pick: HunkPick, line: ChangedLine) -> bool:
    if not pick.first <= line.number <= pick.last:
        return False
    ranges = pick.removed if line.side == "-" else pick.added
    return pick.is_whole or any(first <= line.place <= last for first, last in ranges)


def places_of(picks: Iterable[HunkPick], placement: Placement) -> frozenset[int]:
    """The groups in which what is picked is, DROPPED among them."""
    return frozenset(placement[line] for line in picked_lines(picks, placement))


def is_cut(plan: Plan, pick: HunkPick) -> bool:
    """Whether a hunk that is picked is several in the plan."""
    numbers = {
        _key_of(plan.changes, each)
        for each in numbered_hunks(plan.changes)[pick.first - 1 : pick.last]
    }
    edits = [e for e in plan.edits if isinstance(e, TextEdit)]
    return any(sum((e.file, e.hunk) == key for e in edits) > 1 for key in numbers)


def line_words(lines: Sequence[ChangedLine], every: Iterable[ChangedLine]) -> str:
    """The lines in words: whole hunks by their numbers, else lines of them.

    >>> some = [ChangedLine(1, "-", 1), ChangedLine(1, "+", 1), ChangedLine(2, "+", 1)]
    >>> line_words(some, some), line_words(some[1:2], some)
    ('hunks 1 and 2', 'hunk 1, line +1')
    """
    wholes: list[str] = []
    cut: list[str] = []
    sizes: dict[int, int] = {}
    for line in every:
        sizes[line.number] = sizes.get(line.number, 0) + 1
    for number, run in groupby(lines, key=lambda line: line.number):
        members = [*run]
        if len(members) == sizes[number]:
            wholes.append(str(number))
        else:
            noun = "line" if len(members) == 1 else "lines"
            cut.append(f"hunk {number}, {noun} {_range_words(members)}")
    noun = "hunk" if len(wholes) == 1 else "hunks"
    whole = [f"{noun} {enumeration(wholes)}"] if wholes else []
    return "; ".join([*whole, *cut])


def _range_words(lines: Sequence[ChangedLine]) -> str:
    """Lines of one hunk, as ``-1-2 +3``."""
    said = []
    for side, run in groupby(lines, key=lambda line: line.side):
        said += [f"{side}{ends_value(e)}" for e in runs_of(line.place for line in run)]
    return " ".join(said)
