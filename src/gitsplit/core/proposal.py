"""The plan that gitsplit suggests: pieces grouped by file and by proximity.

Pieces are taken in the order of the diff and cut apart where the gap between two
neighbours is wide; a gap is lines within a file, and wider between files the further
apart their directories are.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from itertools import accumulate, pairwise, takewhile
from typing import Literal

from gitsplit.core.changes import FileChange
from gitsplit.core.edits import (
    Edit,
    Fact,
    FactEdit,
    TextEdit,
    block_edits,
    edits_of,
    facts_of,
    finer_edits,
)
from gitsplit.core.message import (
    subject_of,
    trailers,
    with_trailer_lines,
    without_change_id,
)
from gitsplit.core.paths import entangled
from gitsplit.core.plan import DROPPED, Group, Plan, settled
from gitsplit.core.shown import shown
from gitsplit.core.states import steps
from gitsplit.errors import PlanRefused

GroupBy = Literal["auto", "file", "directory", "proximity", "none"]

Keep = Literal["auto", "first", "last", "largest", "none"] | int
"""Which group keeps the Change-Id; a number counts from 1."""

NEAR = 30
"""Up to so many unchanged lines between them, two pieces of a file are neighbours."""
MOST = 9
"""The screen sends a piece to a commit by one digit, so no more are proposed."""
_FILE_GAP = 1_000_000
_INSEPARABLE = -1
COPIED_TRAILERS = (b"signed-off-by", b"co-authored-by")
"""The trailers that speak of people; they hold for each part of a commit."""


def proposal(  # noqa: PLR0913, PLR0917  what the user may ask for
    changes: tuple[FileChange, ...],
    message: bytes,
    by: GroupBy = "auto",
    commits: int | None = None,
    keep: Keep = "auto",
    copied: Collection[bytes] = COPIED_TRAILERS,
) -> Plan:
    """The proposed plan for a commit that did ``changes`` under ``message``.

    The owner has the message; without one the largest group has it. ``commits`` asks
    for so many groups, of which those whose paths would collide are joined; raises
    PlanRefused where the commit can't be cut into as many, and where ``keep`` is the
    number of a group that there isn't. ``copied`` as in :func:`drafted`.
    """
    edits = _pieces(changes, commits or 2)
    if commits is not None:
        _refuse_too_many(commits, _separable(changes, edits))
    group_of = _grouped(changes, edits, by, commits)
    plan = _plan(changes, message, edits, group_of, keep, copied)
    if not _is_possible(plan):
        group_of = _together(changes, edits, group_of)
        plan = _plan(changes, message, edits, group_of, keep, copied)
    return plan


def _plan(  # noqa: PLR0913, PLR0917  what a plan is made of
    changes: tuple[FileChange, ...],
    message: bytes,
    edits: tuple[Edit, ...],
    group_of: tuple[int, ...],
    keep: Keep,
    copied: Collection[bytes],
) -> Plan:
    """The plan with these groups, their messages drafted."""
    owner = kept_by(keep, edits, group_of)
    heir = kept_by("largest", edits, group_of) if owner is None else owner
    members: list[list[Edit]] = [[] for _ in range(max(group_of, default=0) + 1)]
    for edit, group in zip(edits, group_of, strict=True):
        members[group].append(edit)
    groups = tuple(
        Group(
            message
            if g == (heir or 0)
            else drafted(message, _place(changes, found), copied),
            _reason(changes, found),
        )
        for g, found in enumerate(members)
    )
    return settled(Plan(changes, edits, group_of, groups, owner))


def _refuse_too_many(commits: int, pieces: int) -> None:
    """Nothing where the pieces are enough for so many commits, else PlanRefused."""
    if commits > pieces:
        have = "only one piece" if pieces == 1 else f"{pieces} pieces"
        raise PlanRefused(
            f"The commit has {have}, too few for {commits} commits.",
            hint=f"Ask for {pieces} or fewer." if pieces > 1 else "",
        )


def drafted(
    message: bytes, place: bytes, copied: Collection[bytes] = COPIED_TRAILERS
) -> bytes:
    """A draft of a message for a commit split off the one with ``message``.

    It says where the part is and from what it was split, and has the trailers whose
    keys (in lower case) are ``copied``; the Change-Id stays with the owner.
    """
    lines = [
        key + b": " + value
        for key, value in trailers(without_change_id(message))
        if key.lower() in copied
    ]
    subject = b": ".join(part for part in (place, subject_of(message)) if part)
    return with_trailer_lines(subject + b"\n", lines)


def _pieces(changes: Sequence[FileChange], wanted: int) -> tuple[Edit, ...]:
    """The edits cut at blank lines, and finer where they are fewer than wanted."""
    edits = _each_cut(changes, edits_of(changes), block_edits)
    while _separable(changes, edits) < wanted:
        finer = _each_cut(changes, edits, finer_edits)
        if len(finer) == len(edits):
            break
        edits = finer
    return edits


def _separable(changes: Sequence[FileChange], edits: Sequence[Edit]) -> int:
    """The number of groups into which the edits can be parted where they are cut."""
    gaps = (_gap(changes, a, b) for a, b in pairwise(edits))
    return min(len(edits), 1) + sum(gap != _INSEPARABLE for gap in gaps)


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
    number = _borders(by, edits, gaps) if commits is None else commits - 1
    widest = set(sorted(range(len(gaps)), key=lambda at: -gaps[at])[:number])
    found = accumulate((at in widest for at in range(len(gaps))), initial=0)
    return tuple(group for group, _ in zip(found, edits, strict=False))


def _is_possible(plan: Plan) -> bool:
    """Whether each of the plan's commits has a tree that there can be."""
    if len(set(entangled(plan.changes))) == len(plan.changes):
        return True
    try:
        steps(plan)
    except PlanRefused:
        return False
    return True


def _together(
    changes: Sequence[FileChange], edits: Sequence[Edit], group_of: Sequence[int]
) -> tuple[int, ...]:
    """The groups with files whose paths collide in one, where the first of them is.

    No group is left empty.
    """
    first = entangled(changes)
    sizes = Counter(first)
    home: dict[int, int] = {}
    found = [
        group
        if sizes[first[edit.file]] == 1
        else home.setdefault(first[edit.file], group)
        for edit, group in zip(edits, group_of, strict=True)
    ]
    order = {group: number for number, group in enumerate(sorted(set(found)))}
    return tuple(order[group] for group in found)


def _borders(by: GroupBy, edits: Sequence[Edit], gaps: Sequence[int]) -> int:
    """At how many gaps one group ends and the next begins."""
    wide = sum(gap >= _narrowest(by, edits) for gap in gaps)
    if by != "auto":
        return wide
    return min(max(wide, 1), MOST - 1, len(gaps) - gaps.count(_INSEPARABLE))


def _narrowest(by: GroupBy, edits: Sequence[Edit]) -> int:
    """The narrowest gap that parts two groups."""
    if by == "none":
        return _FILE_GAP * _FILE_GAP
    if by == "file" or (by == "auto" and edits[0].file != edits[-1].file):
        return _FILE_GAP
    return NEAR + 1


def _gap(changes: Sequence[FileChange], a: Edit, b: Edit) -> int:
    """How far ``b`` stands from ``a``: unchanged lines, or directories in between.

    A creation or deletion is inseparable from the lines: apart, it would leave an
    empty file.
    """
    if a.file != b.file:
        here, there = changes[a.file].path, changes[b.file].path
        apart = here.count(b"/") + there.count(b"/") - 2 * len(_shared([here, there]))
        return _FILE_GAP * (1 + apart)
    if isinstance(a, TextEdit) and isinstance(b, TextEdit):
        return min(b.old.start - a.old.stop, _FILE_GAP - 1)
    is_existence = isinstance(a, FactEdit) and a.fact in (Fact.CREATE, Fact.DELETE)
    return _INSEPARABLE if is_existence else 0


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
        where = f" in {shown(shared)}" if shared else ""
        return f"{len(paths)} files{where}".encode()
    path = shown(next(iter(paths), b"nothing"))
    lines = "" if _is_whole(changes, edits) else _lines(edits)
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


def _lines(edits: Sequence[Edit]) -> str:
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


def _reason(changes: Sequence[FileChange], edits: Sequence[Edit]) -> str:
    """The sentence that says why a group's edits are together."""
    if not edits:
        return ""
    place, is_one = shown(_place(changes, edits)), len(edits) == 1
    who = "This piece" if is_one else f"These {len(edits)} pieces"
    if len({edit.file for edit in edits}) > 1:
        return f"{who} are in {place}."
    if _is_whole(changes, edits):
        return f"{who} {'is' if is_one else 'are'} all that changes in {place}."
    how = "stands by itself" if is_one else "stand close together"
    return f"{who} {how} in {place}."
