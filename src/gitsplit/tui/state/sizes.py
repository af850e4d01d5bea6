"""How much each commit of a plan changes, counted once for each plan."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gitsplit.model.diff import Edit, TextEdit
from gitsplit.model.plan import DROPPED, Plan, without_empty_groups
from gitsplit.tui.diff.rows import both, same
from gitsplit.tui.memo import memo


@dataclass(slots=True)
class Size:
    """Pieces, added and removed lines; of a commit, also those of each of its files."""

    pieces: int = 0
    added: int = 0
    removed: int = 0
    files: "dict[int, Size]" = field(default_factory=dict)

    @property
    def lines(self) -> str:
        """Added and removed lines as git's ``--stat`` readers know them."""
        return f"+{self.added} -{self.removed}"


Sizes = dict[int, Size]
"""The size of each group, empty ones too, and of DROPPED where it has edits."""


class Count:
    """The sizes of a plan's commits, updated from those of the plan asked for before.

    Only edits that changed or moved are counted; the result is as if all were.
    """

    def __init__(self) -> None:
        self._last: tuple[Plan, Sizes] | None = None

    def __call__(self, plan: Plan) -> Sizes:
        """The sizes of the plan's commits."""
        if self._last is None or self._last[0].changes is not plan.changes:
            self._last = (plan, _sizes_of(plan))
        elif self._last[0] is not plan:
            self._last = (plan, _sizes_after(*self._last, plan))
        return self._last[1]


plan_sizes = Count()


@memo
def written_owner(plan: Plan) -> int | None:
    """The group that will keep the Change-Id: an empty one leaves it to another."""
    written = [group for group, size in plan_sizes(plan).items() if size.pieces]
    owner = without_empty_groups(plan).owner
    return owner if owner is None else (*sorted(written), plan.owner)[owner]


def message_of(plan: Plan, group: int) -> bytes:
    """The message that a commit will have."""
    return plan.groups[home_of(plan, group)].message


def home_of(plan: Plan, group: int) -> int:
    """The group whose message a commit will have.

    Where the owner is empty, the commit that continues the original has the owner's.
    """
    keeper = plan.owner if group == written_owner(plan) else group
    return group if keeper is None else keeper


def shown_home(plan: Plan, group: int) -> int:
    """The group that has the message of ``group``: the inverse of :func:`home_of`."""
    written = written_owner(plan)
    return written if written is not None and group == plan.owner else group


def written_number(plan: Plan, group: int) -> int:
    """The number of a group among those that make a commit, from 1."""
    sizes = plan_sizes(plan)
    return 1 + sum(sizes[each].pieces > 0 for each in range(group))


Members = Sequence[tuple[Edit, int]]
"""Edits, each with its group."""


def _sizes_of(plan: Plan) -> Sizes:
    """The sizes, each edit counted."""
    sizes = {group: Size() for group in range(len(plan.groups))}
    _count(sizes, tuple(zip(plan.edits, plan.group_of, strict=True)))
    return sizes


def _sizes_after(before: Plan, sizes: Sizes, plan: Plan) -> Sizes:
    """The sizes of ``plan``, from those of ``before`` and the edits that differ."""
    alike = both(same(before.edits, plan.edits), same(before.group_of, plan.group_of))
    gone, come = (
        tuple(zip(alike.between(p.edits), alike.between(p.group_of), strict=True))
        for p in (before, plan)
    )
    if len(before.groups) != len(plan.groups) or 2 * len(come) > len(plan.edits):
        return _sizes_of(plan)
    found = _with_copies(sizes, (*gone, *come))
    _count(found, gone, -1)
    _count(found, come)
    if DROPPED in found and not found[DROPPED].pieces:
        del found[DROPPED]
    return found


def _with_copies(sizes: Sizes, members: Members) -> Sizes:
    """The sizes, those that these edits count for as copies."""
    found = dict(sizes)
    for group in {group for _, group in members} & sizes.keys():
        found[group] = replace(sizes[group], files=dict(sizes[group].files))
    for group, file in {(group, edit.file) for edit, group in members}:
        if group in sizes and file in sizes[group].files:
            found[group].files[file] = replace(sizes[group].files[file])
    return found


def _count(sizes: Sizes, members: Members, by: int = 1) -> None:
    """Count each edit for its group and its file, or no longer where ``by`` is -1."""
    for edit, group in members:
        size = sizes.setdefault(group, Size())
        part = size.files.setdefault(edit.file, Size())
        added, removed = _line_counts(edit)
        for counted in (size, part):
            counted.pieces += by
            counted.added += by * added
            counted.removed += by * removed
        if not part.pieces:
            del size.files[edit.file]


def _line_counts(edit: Edit) -> tuple[int, int]:
    """How many lines an edit adds and removes."""
    return (len(edit.new), len(edit.old)) if isinstance(edit, TextEdit) else (0, 0)
