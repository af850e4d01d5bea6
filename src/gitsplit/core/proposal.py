"""The plan that gitsplit suggests: pieces grouped by file and by proximity.

Pieces are taken in the order of the diff and cut apart where the gap between two
neighbours is wide; a gap is lines within a file, and wider between files the further
apart their directories are.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise, takewhile
from typing import Literal

from gitsplit.core.changes import FileChange
from gitsplit.core.edits import (
    Edit,
    TextEdit,
    block_edits,
    edits_of,
    finer_edits,
)
from gitsplit.core.message import (
    subject_of,
    trailers,
    with_trailer_lines,
    without_change_id,
)
from gitsplit.core.plan import DROPPED, Group, Plan, settled
from gitsplit.core.shown import shown
from gitsplit.errors import PlanRefused

GroupBy = Literal["auto", "file", "directory", "proximity", "none"]

Keep = Literal["auto", "first", "last", "largest", "none"] | int
"""Which group keeps the Change-Id; a number counts from 1."""

NEAR = 30
"""Up to so many unchanged lines between them, two pieces of a file are neighbours."""
MOST = 9
"""The screen sends a piece to a commit by one digit, so no more are proposed."""
_FILE_GAP = 1_000_000
_COPIED = (b"signed-off-by", b"co-authored-by")


def proposal(
    changes: tuple[FileChange, ...],
    message: bytes,
    by: GroupBy = "auto",
    commits: int | None = None,
    keep: Keep = "auto",
) -> Plan:
    """The proposed plan for a commit that did ``changes`` under ``message``.

    The owner has the message; without one the largest group has it. ``commits`` asks
    for so many groups; raises PlanRefused where the commit can't be cut into as many,
    and where ``keep`` is the number of a group that there isn't.
    """
    edits = _pieces(changes, commits or 2)
    if commits is not None and commits > len(edits):
        raise PlanRefused(
            f"The commit has {len(edits)} pieces, too few for {commits} commits.",
            hint=f"Ask for {len(edits)} or fewer.",
        )
    group_of = _grouped(changes, edits, by, commits)
    owner = kept_by(keep, edits, group_of)
    heir = kept_by("largest", edits, group_of) if owner is None else owner
    members: list[list[Edit]] = [[] for _ in range(max(group_of, default=0) + 1)]
    for edit, group in zip(edits, group_of, strict=True):
        members[group].append(edit)
    places = [_place(changes, found) for found in members]
    groups = tuple(
        Group(message if g == heir else drafted(message, place), _reason(place))
        for g, place in enumerate(places)
    )
    return settled(Plan(changes, edits, group_of, groups, owner))


def drafted(message: bytes, place: bytes) -> bytes:
    """A draft of a message for a commit split off the one with ``message``.

    It says from what and where it was split, and has the trailers that speak of
    people, which hold for each part; the Change-Id stays with the owner.
    """
    lines = [
        key + b": " + value
        for key, value in trailers(without_change_id(message))
        if key.lower() in _COPIED
    ]
    return with_trailer_lines(subject_of(message) + b" (" + place + b")\n", lines)


def _pieces(changes: Sequence[FileChange], wanted: int) -> tuple[Edit, ...]:
    """The edits cut at blank lines, and finer where they are fewer than wanted."""
    edits = edits_of(changes)
    blocks = _each_cut(changes, edits, block_edits)
    if len(blocks) >= wanted:
        return blocks
    finer = _each_cut(changes, blocks, finer_edits)
    return finer if len(finer) >= wanted else _each_cut(changes, finer, finer_edits)


def _each_cut(
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


def _grouped(
    changes: Sequence[FileChange],
    edits: Sequence[Edit],
    by: GroupBy,
    commits: int | None,
) -> tuple[int, ...]:
    """The group of each edit; groups are numbered in the order they begin."""
    if by == "directory" and commits is None:
        keys = [_directory(changes[edit.file].path) for edit in edits]
        order = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        return tuple(order[key] for key in keys)
    gaps = [_gap(changes, a, b) for a, b in pairwise(edits)]
    wide = sum(gap >= _narrowest(by, edits) for gap in gaps)
    if by == "auto":
        wide = min(max(wide, 1), MOST - 1)
    number = wide if commits is None else commits - 1
    widest = set(sorted(range(len(gaps)), key=lambda at: -gaps[at])[:number])
    return tuple(accumulate((at in widest for at in range(len(gaps))), initial=0))


def _narrowest(by: GroupBy, edits: Sequence[Edit]) -> int:
    """The narrowest gap that parts two groups."""
    if by == "none":
        return _FILE_GAP * _FILE_GAP
    if by == "file" or (by == "auto" and edits[0].file != edits[-1].file):
        return _FILE_GAP
    return NEAR + 1


def _gap(changes: Sequence[FileChange], a: Edit, b: Edit) -> int:
    """How far ``b`` stands from ``a``: unchanged lines, or directories in between."""
    if a.file != b.file:
        here, there = changes[a.file].path, changes[b.file].path
        apart = here.count(b"/") + there.count(b"/") - 2 * len(_shared([here, there]))
        return _FILE_GAP * (1 + apart)
    if isinstance(a, TextEdit) and isinstance(b, TextEdit):
        return b.old.start - a.old.stop
    return 0


def _directory(path: bytes) -> bytes:
    """The directory that ``path`` lies in; empty at the top."""
    return path.rpartition(b"/")[0]


def _shared(paths: Sequence[bytes]) -> list[bytes]:
    """The leading directories that all the paths lie in."""
    columns = zip(*(path.split(b"/")[:-1] for path in paths), strict=False)
    return [column[0] for column in takewhile(lambda c: len(set(c)) == 1, columns)]


def kept_by(keep: Keep, edits: Sequence[Edit], group_of: Sequence[int]) -> int | None:
    """The group (from 0) that keeps the Change-Id; None for "none".

    "auto" is the group that changes most lines, which most of the review was about;
    of equal ones the last. Raises PlanRefused where ``keep`` is no group's number.
    """
    sizes: dict[int, int] = {}
    for edit, group in zip(edits, group_of, strict=True):
        lines = isinstance(edit, TextEdit) and len(edit.old) + len(edit.new)
        sizes[group] = sizes.get(group, 0) + (lines or 1)
    sizes.pop(DROPPED, None)
    groups = sorted(sizes)
    if isinstance(keep, int):
        if not 1 <= keep <= len(groups):
            raise PlanRefused(
                f"There is no commit {keep} that could keep the Change-Id.",
                hint=f"The split has {len(groups)} commits.",
            )
        return keep - 1
    if keep == "none" or not groups:
        return None
    if keep in ("first", "last"):
        return groups[0 if keep == "first" else -1]
    return max(groups, key=lambda group: (sizes[group], group))


def _place(changes: Sequence[FileChange], edits: Sequence[Edit]) -> bytes:
    """Where a group's edits are, in words: a file and its lines, or a directory."""
    paths = dict.fromkeys(changes[edit.file].path for edit in edits)
    if len(paths) > 1:
        shared = b"/".join(_shared(list(paths)))
        return b"%d files%s" % (len(paths), b" in " + shared if shared else b"")
    path = next(iter(paths), b"nothing")
    lines = _lines(edits)
    return b"%s, lines %d-%d" % (path, *lines) if lines else path


def _lines(edits: Sequence[Edit]) -> tuple[int, int] | None:
    """First and last line of the group's text edits, 1-based, in the new file."""
    spans = [edit.new for edit in edits if isinstance(edit, TextEdit)]
    if not spans:
        return None
    return spans[0].start + 1, max(spans[0].start + 1, spans[-1].stop)


def _reason(place: bytes) -> str:
    """The sentence that says why a group's edits are together."""
    where = shown(place)
    return f"These pieces stand close together: {where}."
