"""Groups by location alone: by file, directory or proximity; and locations in words.

Edits are taken in the order of the diff and come apart where the gap between two
neighbours is wide. A gap is the number of unchanged lines within a file; between files
it is wider, the further apart their directories are. No content is looked at.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise, takewhile
from posixpath import dirname
from typing import Literal

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import (
    Edit,
    Fact,
    FactEdit,
    FileChange,
    TextEdit,
    block_edits,
    edits_of,
    facts_of,
    finer_edits,
    hunks_of,
)
from gitsplit.model.escape import printable
from gitsplit.model.listing import quantity

GroupBy = Literal["auto", "file", "directory", "proximity", "none"]

NEAR = 30
"""Edits of a file with up to so many unchanged lines between them stay together."""

_FILE_GAP = 1_000_000
"""The gap between two files of one directory; wider than any within a file."""

_INSEPARABLE = -1
"""In the place of a gap: the two can't be apart."""


def refuse_too_many(commits: int, pieces: int) -> None:
    """Raise InvalidPlan where there are fewer pieces than commits."""
    if commits > pieces > 1:
        raise InvalidPlan(
            f"The commit can be split into {pieces} commits at most, not {commits}.",
            hint=f"Ask for {pieces} or fewer.",
        )
    if commits > pieces:
        raise InvalidPlan(f"The commit can't be split into {commits} commits.")


def fine_edits(changes: Sequence[FileChange], wanted: int) -> tuple[Edit, ...]:
    """The edits cut at blank lines, and finer until ``wanted`` groups can be made.

    Where they can't be cut as fine, as fine as it goes.
    """
    edits = _edits_cut_by(changes, edits_of(changes), block_edits)
    while most_groups(changes, edits) < wanted:
        finer = _edits_cut_by(changes, edits, finer_edits)
        if len(finer) == len(edits):
            break
        edits = finer
    return edits


def most_groups(changes: Sequence[FileChange], edits: Sequence[Edit]) -> int:
    """The largest number of groups that the edits make without being cut further."""
    gaps = (gap(changes, a, b) for a, b in pairwise(edits))
    return min(len(edits), 1) + sum(found != _INSEPARABLE for found in gaps)


def _edits_cut_by(
    changes: Sequence[FileChange],
    edits: Sequence[Edit],
    cut: Callable[[FileChange, TextEdit], tuple[TextEdit, ...]],
) -> tuple[Edit, ...]:
    """Every text edit cut by ``cut``; facts as they are."""
    found: list[Edit] = []
    for edit in edits:
        if isinstance(edit, TextEdit):
            found += cut(changes[edit.file], edit)
        else:
            found.append(edit)
    return tuple(found)


def groups_by_location(
    changes: Sequence[FileChange],
    edits: Sequence[Edit],
    by: GroupBy,
    commits: int | None,
) -> tuple[int, ...]:
    """The group of each edit, from 0, in the order in which groups begin.

    Without a number of ``commits`` there is a group for each directory or file, for
    each run of near edits (``proximity``), or one for all (``none``).
    """
    if by == "directory" and commits is None:
        keys = [dirname(changes[edit.file].path) for edit in edits]
        order = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        return tuple(order[key] for key in keys)
    gaps = [gap(changes, a, b) for a, b in pairwise(edits)]
    wide = sum(width >= _narrowest(by) for width in gaps)
    number = wide if commits is None else commits - 1
    return groups_between_gaps(gaps, number, len(edits))


def groups_between_gaps(
    gaps: Sequence[int], number: int, edits: int
) -> tuple[int, ...]:
    """The group of each edit where the ``number`` widest gaps are between groups."""
    widest = set(sorted(range(len(gaps)), key=lambda at: -gaps[at])[:number])
    found = accumulate((at in widest for at in range(len(gaps))), initial=0)
    return tuple(group for group, _ in zip(found, range(edits), strict=False))


def _narrowest(by: GroupBy) -> int:
    """The narrowest gap between two groups."""
    if by == "none":
        return _FILE_GAP * _FILE_GAP
    return _FILE_GAP if by == "file" else NEAR + 1


def gap(changes: Sequence[FileChange], a: Edit, b: Edit) -> int:
    """The gap between two neighbours: unchanged lines, or directories in between.

    It is negative after a creation or deletion, which is inseparable from the lines:
    apart, it would leave an empty file.
    """
    if a.file != b.file:
        here, there = changes[a.file].path, changes[b.file].path
        apart = (
            here.count(b"/")
            + there.count(b"/")
            - 2 * len(common_directories([here, there]))
        )
        return _FILE_GAP * (1 + apart)
    if isinstance(a, TextEdit) and isinstance(b, TextEdit):
        return min(b.old.start - a.old.stop, _FILE_GAP - 1)
    is_existence = isinstance(a, FactEdit) and a.fact in (Fact.CREATE, Fact.DELETE)
    return _INSEPARABLE if is_existence else 0


def common_directories(paths: Sequence[bytes]) -> list[bytes]:
    """The leading directories that all the paths lie in."""
    columns = zip(*(path.split(b"/")[:-1] for path in paths), strict=False)
    return [column[0] for column in takewhile(lambda c: len(set(c)) == 1, columns)]


def location(changes: Sequence[FileChange], edits: Sequence[Edit]) -> bytes:
    """Where edits are, in words: a file and its lines, or files and a directory."""
    paths = dict.fromkeys(changes[edit.file].path for edit in edits)
    if len(paths) > 1:
        above = b"/".join(common_directories(list(paths)))
        where = f" in {printable(above)}" if above else ""
        return f"{quantity(len(paths), 'file')}{where}".encode()
    path = printable(next(iter(paths), b"nothing"))
    lines = "" if _is_whole(changes, edits) else _line_range(edits)
    return (f"{path}, {lines}" if lines else path).encode()


def _is_whole(changes: Sequence[FileChange], edits: Sequence[Edit]) -> bool:
    """Whether the edits, all of one file, are all of it."""
    if not edits:
        return False
    texts = [edit for edit in edits if isinstance(edit, TextEdit)]
    change = changes[edits[0].file]
    lines = sum(len(hunk.old) + len(hunk.new) for hunk in change.hunks)
    has_all_lines = lines == sum(len(edit.old) + len(edit.new) for edit in texts)
    return has_all_lines and len(edits) - len(texts) == len(facts_of(change))


def _line_range(edits: Sequence[Edit]) -> str:
    """The lines from the first of the text edits to the last, 1-based, as words.

    Those of the new file, or of the old one where lines are only removed.
    """
    texts = [edit for edit in edits if isinstance(edit, TextEdit)]
    added = [edit.new for edit in texts if len(edit.new)]
    spans = added or [edit.old for edit in texts]
    if not spans:
        return ""
    first, last = spans[0].start + 1, spans[-1].stop
    which = "" if added else "old "
    return f"{which}line {first}" if first == last else f"{which}lines {first}-{last}"


def location_reason(changes: Sequence[FileChange], edits: Sequence[Edit]) -> str:
    """Why a group's edits are together, in a few words."""
    if not edits:
        return ""
    where = printable(location(changes, edits))
    many = quantity(len(hunks_of(changes, edits)), "hunk")
    is_one_file = len({edit.file for edit in edits}) == 1
    if is_one_file and _is_whole(changes, edits):
        return f"all changes in {where} ({many})"
    is_near = is_one_file and not many.startswith("1 ")
    return f"{many} {'close together ' if is_near else ''}in {where}"
