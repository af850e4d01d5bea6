"""The pieces of a commit: edits that are compared and grouped as one.

A rename goes with the edits of its file, a creation with its lines, a submodule with
what ``.gitmodules`` says of it. In a commit of very many pieces more are joined, in
steps that have names, so that a proposal is there in time.

Here is also which groups to join where a plan's commits could have no trees, since the
paths of their files collide.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial

from msgspec import Struct

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import (
    Edit,
    FactEdit,
    FileChange,
    TextEdit,
    block_edits,
    edit_union,
    line_edits,
    lines_by_commit,
    size_of,
)
from gitsplit.model.objects import GITLINK
from gitsplit.model.plan import Plan
from gitsplit.model.states import path_collisions, steps
from gitsplit.proposal.features import Piece

MOST_COMPARED = 120
"""So many pieces are compared two by two; of more, some are joined before."""

MOST_LINES = 5000
"""An edit of more lines isn't cut by the commits that made it."""

_MODULES = b".gitmodules"

_CLOSE = (3, 12, 50)
"""Of too many pieces those within so many lines of each other are joined, in steps."""


class Pieces(Struct, frozen=True):
    """The pieces of a commit; ``shortcut`` says in words how they were made fewer."""

    pieces: tuple[Piece, ...]
    shortcut: str = ""


def pieces_of(
    changes: Sequence[FileChange],
    edits: Sequence[Edit],
    homes: Sequence[int | None] = (),
) -> Pieces:
    """The pieces of a commit with these edits, in the diff's order, at most 120.

    Where several commits made the change, ``homes`` has for each the one whose lines
    its own count as: lines of two are in two pieces. None says nothing.
    """
    cut = list(_edits_in_blocks(changes, edits))
    if homes:
        cut = [
            part for e in cut for part in _parts_by_commit(changes[e.file], e, homes)
        ]
    pieces = _pieces_by(cut, lambda edit: _home(changes, edit, homes))
    if len(pieces) <= MOST_COMPARED:
        return Pieces(pieces)
    for gap in _CLOSE:
        fewer = _with_near_pieces_joined(pieces, gap)
        if len(fewer) <= MOST_COMPARED:
            return Pieces(
                fewer, f"hunks within {gap} lines of each other stay together"
            )
    return _coarser(changes, pieces)


def _edits_in_blocks(
    changes: Sequence[FileChange], edits: Sequence[Edit]
) -> Iterator[Edit]:
    """The edits; those that only add code are cut where a block of it begins."""
    for edit in edits:
        if isinstance(edit, TextEdit):
            yield from block_edits(changes[edit.file], edit)
        else:
            yield edit


def _parts_by_commit(
    change: FileChange, edit: Edit, homes: Sequence[int | None]
) -> Iterator[Edit]:
    """The edit, cut where lines of another commit begin."""
    if isinstance(edit, FactEdit) or size_of(edit) > MOST_LINES:
        yield edit
        return
    if len({homes[commit] for commit in lines_by_commit(change, edit)} - {None}) < 2:
        yield edit
        return
    part: list[TextEdit] = []
    home = None
    for single in line_edits(change, edit):
        own = _maker(change, single, homes)
        if part and own is not None and home is not None and own != home:
            yield edit_union(tuple(part))
            part, home = [], None
        part.append(single)
        home = own if home is None else home
    yield edit_union(tuple(part))


def _maker(change: FileChange, edit: Edit, homes: Sequence[int | None]) -> int | None:
    """The commit that most lines of an edit are of, if that says something."""
    lines: Counter[int] = Counter()
    for commit, count in lines_by_commit(change, edit).items():
        if (home := homes[commit]) is not None:
            lines[home] += count
    return max(lines, key=lambda home: (lines[home], -home), default=None)


def _coarser(changes: Sequence[FileChange], pieces: Sequence[Piece]) -> Pieces:
    """The pieces of each file joined, or those of each directory, as deep as can be."""
    edits = [edit for piece in pieces for edit in piece]
    files = _pieces_by(edits, lambda edit: edit.file)
    if len(files) <= MOST_COMPARED:
        return Pieces(files, "each file stays whole")
    deepest = max(change.path.count(b"/") for change in changes)
    for depth in range(deepest, -1, -1):
        wide = _pieces_by(edits, partial(_ancestor, changes, depth))
        if len(wide) <= MOST_COMPARED:
            break
    return Pieces(wide, "each directory stays whole")


def _ancestor(changes: Sequence[FileChange], depth: int, edit: Edit) -> bytes:
    """The ``depth`` outermost directories that the edit's file lies in."""
    return b"/".join(changes[edit.file].path.split(b"/")[:-1][:depth])


def _pieces_by(
    edits: Sequence[Edit], home: Callable[[Edit], Hashable]
) -> tuple[Piece, ...]:
    """A piece for each value of ``home``, in the order of their first edits."""
    found: dict[Hashable, list[Edit]] = {}
    for edit in edits:
        found.setdefault(home(edit), []).append(edit)
    return tuple(tuple(members) for members in found.values())


def _home(
    changes: Sequence[FileChange], edit: Edit, homes: Sequence[int | None]
) -> Hashable:
    """A value that is equal for edits that stay together."""
    change = changes[edit.file]
    if change.path == _MODULES or GITLINK in _modes(change):
        return "submodules"
    is_moved = change.old and change.new and change.old.path != change.new.path
    is_whole = is_moved or not change.old or not change.new
    if is_whole and homes and change.hunks and not is_moved:
        maker = _maker(change, _first_lines(edit, change), homes)
        return ("file", edit.file, maker)
    if is_whole or not isinstance(edit, TextEdit):
        return ("file", edit.file) if is_whole else ("facts", edit.file)
    return edit


def _first_lines(edit: Edit, change: FileChange) -> Edit:
    """The edit itself; of a creation or deletion the first hunk, which it goes with."""
    if isinstance(edit, TextEdit):
        return edit
    (first, *_) = line_edits(
        change, TextEdit(edit.file, 0, change.hunks[0].old, change.hunks[0].new)
    )
    return first


def _modes(change: FileChange) -> set[int]:
    return {side.mode for side in (change.old, change.new) if side is not None}


def _with_near_pieces_joined(pieces: Sequence[Piece], gap: int) -> tuple[Piece, ...]:
    """The pieces, those of a file joined that have at most ``gap`` lines between."""
    found: list[list[Edit]] = []
    for piece in pieces:
        if found and _is_near(found[-1][-1], piece[0], gap):
            found[-1] += piece
        else:
            found.append(list(piece))
    return tuple(tuple(members) for members in found)


def _is_near(a: Edit, b: Edit, gap: int) -> bool:
    """Whether two neighbouring edits have at most ``gap`` lines between them."""
    if a.file != b.file:
        return False
    if isinstance(a, FactEdit) or isinstance(b, FactEdit):
        return True
    return b.old.start - a.old.stop <= gap


def has_valid_trees(plan: Plan) -> bool:
    """Whether the paths of each of the plan's commits can stand in one tree."""
    if len(set(path_collisions(plan.changes))) == len(plan.changes):
        return True
    try:
        steps(plan)
    except InvalidPlan:
        return False
    return True


def groups_without_collisions(
    changes: Sequence[FileChange], edits: Sequence[Edit], group_of: Sequence[int]
) -> tuple[int, ...]:
    """The group of each edit, files whose paths collide being in the first one's.

    Groups that are left empty go, and the others are numbered anew.
    """
    first = path_collisions(changes)
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
