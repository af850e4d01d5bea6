"""The trees that a plan chooses: what each of its commits changes, path by path.

Paths that can't stand in one tree: one file's is another's, or its directory.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gitsplit.errors import PlanRefused
from gitsplit.model.content import Assignment, file_states
from gitsplit.model.diff import Edit, File, FileChange
from gitsplit.model.escape import shown
from gitsplit.model.objects import SYMLINK, TreeEntry, object_id
from gitsplit.model.plan import DROPPED, Override, Plan
from gitsplit.model.series import PathChange


def directories(path: bytes) -> Iterator[bytes]:
    """Every directory that ``path`` lies in, outermost first."""
    at = path.find(b"/")
    while at >= 0:
        yield path[:at]
        at = path.find(b"/", at + 1)


def entangled(changes: Sequence[FileChange]) -> tuple[int, ...]:
    """For each file the first one (from 0) whose paths its own can collide with.

    Files collide where one takes a path that the other frees, or makes a directory of
    it; so do files that collide with the same one. A file that collides with none is
    its own.
    """
    first = list(range(len(changes)))

    def root(file: int) -> int:
        while first[file] != file:
            file = first[file]
        return file

    owner: dict[bytes, int] = {}
    for file, change in enumerate(changes):
        for path in _paths(change):
            _join(first, root(file), root(owner.setdefault(path, file)))
    for file, change in enumerate(changes):
        for parent in (p for path in _paths(change) for p in directories(path)):
            if parent in owner:
                _join(first, root(file), root(owner[parent]))
    return tuple(root(file) for file in range(len(changes)))


def _paths(change: FileChange) -> set[bytes]:
    return {side.path for side in (change.old, change.new) if side is not None}


def _join(first: list[int], a: int, b: int) -> None:
    """Both roots have the smaller one as their root."""
    first[max(a, b)] = min(a, b)


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
    file and a directory, or where a file that isn't there has a content of its own.
    """
    by_group = _states_by_group(plan)
    states = [change.old for change in plan.changes]
    may_clash = len(set(entangled(plan.changes))) < len(plan.changes)
    found = []
    for group in range(len(plan.groups)):
        changed = by_group.get(group, {})
        before = [states[file] for file in changed]
        for file, state in changed.items():
            states[file] = state
        found.append(_step(before, [*changed.values()]))
        if may_clash:
            _refuse_clash(group, (s.path for s in states if s is not None))
    if is_whole(plan):
        new = [change.new for change in plan.changes]
        assert states == new, "with nothing altered the last states are the new sides"
    return tuple(found)


def _states_by_group(plan: Plan) -> dict[int, dict[int, File | None]]:
    """For each group the files that it changes, as they are after it."""
    found: dict[int, dict[int, File | None]] = {}
    overrides = overrides_by_file(plan)
    for file, assignment in file_assignments(plan).items():
        own = overrides.get(file, {})
        touching = {group for _, group in assignment}.union(own, (g + 1 for g in own))
        groups = sorted(touching.intersection(range(len(plan.groups))))
        states = file_states(plan.changes[file], assignment, groups)
        for group, state in zip(groups, states, strict=True):
            found.setdefault(group, {})[file] = _overridden(state, own.get(group))
    return found


def overrides_by_file(plan: Plan) -> dict[int, dict[int, Override]]:
    """The overrides of each file that has any, by their groups."""
    found: dict[int, dict[int, Override]] = {}
    for override in plan.overrides:
        found.setdefault(override.file, {})[override.group] = override
    return found


def states_in(plan: Plan, file: int, groups: Iterable[int]) -> tuple[File | None, ...]:
    """The file as the commits of these groups have it; None where it doesn't exist.

    Group -1 is what the commit being split began with.
    """
    own = {o.group: o for o in plan.overrides if o.file == file}
    wanted = tuple(groups)
    states = file_states(plan.changes[file], plan.of_file(file), wanted)
    return tuple(
        _overridden(state, own.get(group))
        for group, state in zip(wanted, states, strict=True)
    )


def _overridden(state: File | None, override: Override | None) -> File | None:
    """The state with the content of the override, if there is one."""
    if override is None:
        return state
    if state is None or state.content is None:
        raise PlanRefused(
            f"Commit {override.group + 1} has no file for the content that was written"
            " for it.",
            hint="Assign the creation of that file to it, or an earlier commit.",
        )
    if state.mode == SYMLINK and (not override.content or b"\0" in override.content):
        raise PlanRefused(
            f"{shown(state.path)} is a symlink in commit {override.group + 1}, and"
            " where it leads can't be empty or have a NUL byte.",
            hint="Give it another content.",
        )
    oid = object_id("blob", override.content)
    return replace(state, oid=oid, content=override.content)


def file_assignments(plan: Plan) -> dict[int, Assignment]:
    """The edits of each file, in order, each with its group."""
    found: dict[int, list[tuple[Edit, int]]] = {}
    for edit, group in zip(plan.edits, plan.group_of, strict=True):
        found.setdefault(edit.file, []).append((edit, group))
    return dict(found)


def is_whole(plan: Plan) -> bool:
    """Whether the last tree is the original one: nothing is dropped or overridden."""
    last = len(plan.groups) - 1
    is_altered = any(override.group == last for override in plan.overrides)
    return DROPPED not in plan.group_of and not is_altered


def _step(before: list[File | None], after: list[File | None]) -> Step:
    """The step between two states of the same files; what goes, goes first."""
    gone = dict.fromkeys(state.path for state in before if state is not None)
    kept = tuple(state for state in after if state is not None)
    there = {state.path: TreeEntry(state.mode, state.oid) for state in kept}
    return Step((*(gone | there).items(),), kept)


def _refuse_clash(group: int, paths: Iterable[bytes]) -> None:
    """Nothing where the paths can stand in one tree, else PlanRefused."""
    seen: set[bytes] = set()
    everything = list(paths)
    for path in everything:
        if path in seen:
            raise _clash(group, path, "two files")
        seen.add(path)
    for path in everything:
        for parent in directories(path):
            if parent in seen:
                raise _clash(group, parent, "a file and a directory")


def _clash(group: int, path: bytes, what: str) -> PlanRefused:
    return PlanRefused(
        f"Commit {group + 1} would have {what} at {shown(path)}.",
        hint="Assign the pieces that take and free that path to the same commit.",
    )
