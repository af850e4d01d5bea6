"""The trees that a plan chooses: what each of its commits changes, path by path."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gitsplit.core.changes import File, FileChange
from gitsplit.core.content import Assignment, file_after
from gitsplit.core.edits import Edit
from gitsplit.core.objects import TreeEntry
from gitsplit.core.plan import DROPPED, Plan
from gitsplit.core.series import PathChange
from gitsplit.core.shown import shown
from gitsplit.errors import PlanRefused


@dataclass(frozen=True, slots=True)
class Step:
    """What one commit of a plan changes in the tree of the commit before it.

    ``files`` are the states that it brings, for the blobs they need.
    """

    paths: tuple[PathChange, ...]
    files: tuple[File, ...]


def steps(plan: Plan) -> tuple[Step, ...]:
    """What each commit of the plan changes, in order.

    Raises PlanRefused where a commit's tree would have two files at one path, or a
    file and a directory.
    """
    assignments = file_assignments(plan)
    touched: dict[int, set[int]] = {}
    for edit, group in zip(plan.edits, plan.group_of, strict=True):
        touched.setdefault(group, set()).add(edit.file)
    states = [change.old for change in plan.changes]
    may_clash = _may_clash(plan.changes)
    found = []
    for group in range(len(plan.groups)):
        files = sorted(touched.get(group, ()))
        before = [states[file] for file in files]
        for file in files:
            change = plan.changes[file]
            states[file] = file_after(change, assignments[file], group)
        found.append(_step(before, [states[file] for file in files]))
        if may_clash:
            _refuse_clash(group, (s.path for s in states if s is not None))
    if is_whole(plan):
        new = [change.new for change in plan.changes]
        assert states == new, "with nothing dropped the last states are the new sides"
    return tuple(found)


def file_assignments(plan: Plan) -> dict[int, Assignment]:
    """The edits of each file, in order, each with its group."""
    found: dict[int, list[tuple[Edit, int]]] = {}
    for edit, group in zip(plan.edits, plan.group_of, strict=True):
        found.setdefault(edit.file, []).append((edit, group))
    return dict(found)


def is_whole(plan: Plan) -> bool:
    """Whether nothing is dropped, so that the last tree is the original one."""
    return DROPPED not in plan.group_of


def _step(before: list[File | None], after: list[File | None]) -> Step:
    """The step between two states of the same files; what goes, goes first."""
    gone = dict.fromkeys(state.path for state in before if state is not None)
    kept = tuple(state for state in after if state is not None)
    there = {state.path: TreeEntry(state.mode, state.oid) for state in kept}
    return Step((*(gone | there).items(),), kept)


def _may_clash(changes: Iterable[FileChange]) -> bool:
    """Whether two files share a path, or one's is a directory of the other's."""
    taken: set[bytes] = set()
    for change in changes:
        paths = {side.path for side in (change.old, change.new) if side is not None}
        if paths & taken:
            return True
        taken |= paths
    return any(parent in taken for path in taken for parent in _parents(path))


def _refuse_clash(group: int, paths: Iterable[bytes]) -> None:
    """Nothing where the paths can stand in one tree, else PlanRefused."""
    seen: set[bytes] = set()
    everything = list(paths)
    for path in everything:
        if path in seen:
            raise _clash(group, path, "two files")
        seen.add(path)
    for path in everything:
        for parent in _parents(path):
            if parent in seen:
                raise _clash(group, parent, "a file and a directory")


def _clash(group: int, path: bytes, what: str) -> PlanRefused:
    return PlanRefused(
        f"Commit {group + 1} would have {what} at {shown(path)}.",
        hint="Assign the pieces that take and free that path to the same commit.",
    )


def _parents(path: bytes) -> Iterator[bytes]:
    """Every directory that ``path`` lies in."""
    at = path.find(b"/")
    while at >= 0:
        yield path[:at]
        at = path.find(b"/", at + 1)
