"""How much each commit of a plan changes, counted once for each plan."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from gitsplit.core.edits import Edit, TextEdit
from gitsplit.core.plan import Plan, without_empty_groups

Key = TypeVar("Key")
Value = TypeVar("Value")


class LastAnswer(Generic[Key, Value]):
    """A function that remembers its last answer, for the very same argument.

    A plan is immutable and large: comparing it by identity is enough and costs
    nothing, hashing it at every frame would cost more than counting.
    """

    def __init__(self, function: Callable[[Key], Value]) -> None:
        self._function = function
        self._last: tuple[Key, Value] | None = None

    def __call__(self, key: Key) -> Value:
        """The function's answer."""
        if self._last is None or self._last[0] is not key:
            self._last = (key, self._function(key))
        return self._last[1]


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


@LastAnswer
def plan_sizes(plan: Plan) -> dict[int, Size]:
    """The size of each group, empty ones too, and of DROPPED where it has edits."""
    sizes = {group: Size() for group in range(len(plan.groups))}
    for edit, group in zip(plan.edits, plan.group_of, strict=True):
        size = sizes.setdefault(group, Size())
        _count(size, edit)
        _count(size.files.setdefault(edit.file, Size()), edit)
    return sizes


@LastAnswer
def written_owner(plan: Plan) -> int | None:
    """The group that will keep the Change-Id: an empty one leaves it to another."""
    written = [group for group, size in plan_sizes(plan).items() if size.pieces]
    owner = without_empty_groups(plan).owner
    return owner if owner is None else (*sorted(written), plan.owner)[owner]


def _count(size: Size, edit: Edit) -> None:
    size.pieces += 1
    if isinstance(edit, TextEdit):
        size.added += len(edit.new)
        size.removed += len(edit.old)
