"""The trees that a plan chooses: what each of its commits changes, path by path.

A tree can't have two files at one path, nor a file and a directory: files whose paths
may collide are found, and a plan whose trees would be impossible is refused.

An override is the content that a user wrote for a file in one commit. It is laid over
the content that the plan chooses there. Where the plan comes to choose another one,
both are merged three-way, so that no line is in another commit than the plan says; the
merge (``git merge-file``) is given as a function.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import ActionRefused, InvalidPlan
from gitsplit.model.content import Assignment, file_states
from gitsplit.model.diff import Edit, File, FileChange
from gitsplit.model.escape import printable
from gitsplit.model.objects import (
    EXECUTABLE,
    FILE,
    SYMLINK,
    TreeEntry,
    directories,
    object_id,
)
from gitsplit.model.plan import (
    DROPPED,
    Override,
    Plan,
    assignments,
    thread_of,
    with_files_for_lines,
)
from gitsplit.model.series import PathChange
from gitsplit.model.weave import Thread


def path_collisions(changes: Sequence[FileChange]) -> tuple[int, ...]:
    """For each file change the first one (from 0) whose paths collide with its own.

    Two collide where one takes a path that the other frees, or makes a directory of
    it; so do those that collide with the same one. The first of a kind is its own.
    """
    return _collisions(map(_paths_of_change, changes))


def _collisions(every: Iterable[set[bytes]]) -> tuple[int, ...]:
    """The same, of the paths that each file has in any state."""
    paths_of = list(every)
    first = list(range(len(paths_of)))

    def root(file: int) -> int:
        while first[file] != file:
            file = first[file]
        return file

    owner: dict[bytes, int] = {}
    for file, paths in enumerate(paths_of):
        for path in paths:
            _join(first, root(file), root(owner.setdefault(path, file)))
    for file, paths in enumerate(paths_of):
        for parent in (p for path in paths for p in directories(path)):
            if parent in owner:
                _join(first, root(file), root(owner[parent]))
    return tuple(root(file) for file in range(len(paths_of)))


def _paths_of_change(change: FileChange) -> set[bytes]:
    return {side.path for side in (change.old, change.new) if side is not None}


def _thread_paths(thread: Thread) -> set[bytes]:
    return set().union(*map(_paths_of_change, thread.changes))


def _join(first: list[int], a: int, b: int) -> None:
    """Both roots have the smaller one as their root."""
    first[max(a, b)] = min(a, b)


class TreeStep(Struct, frozen=True):
    """What one commit of a plan changes in the tree of the commit before it.

    ``states`` are the files before and after it, by the numbers of their threads.
    """

    paths: tuple[PathChange, ...]
    states: Mapping[int, tuple[File | None, File | None]]

    @property
    def files(self) -> tuple[File, ...]:
        """The states that it brings, for the blobs they need."""
        return tuple(after for _, after in self.states.values() if after is not None)


def steps(plan: Plan) -> tuple[TreeStep, ...]:
    """What each commit of the plan changes, in order.

    Raises InvalidPlan where a commit's tree would have two files at one path, or a
    file and a directory, or where a file that isn't there has a content of its own.
    """
    by_group = _states_by_group(plan)
    states = [thread.changes[0].old for thread in plan.threads]
    may_clash = len(set(_collisions(map(_thread_paths, plan.threads)))) < len(states)
    found = []
    for group in range(len(plan.groups)):
        changed = by_group.get(group, {})
        found.append(_step({file: (states[file], s) for file, s in changed.items()}))
        for file, state in changed.items():
            states[file] = state
        if may_clash:
            _refuse_clash(group, (s.path for s in states if s is not None))
    if is_whole(plan):
        new = [thread.changes[-1].new for thread in plan.threads]
        assert states == new, "with nothing altered the last states are the new sides"
    return tuple(found)


def _states_by_group(plan: Plan) -> dict[int, dict[int, File | None]]:
    """For each group the threads that it changes, as they are after it."""
    found: dict[int, dict[int, File | None]] = {}
    overrides = overrides_by_file(plan)
    threads = zip(plan.threads, assignments(plan), strict=True)
    for place, (thread, assignment) in enumerate(threads):
        own = overrides.get(thread.numbers[0], {})
        touching = {group for _, group in assignment}.union(own, (g + 1 for g in own))
        groups = sorted(touching.intersection(range(len(plan.groups))))
        states = file_states(thread, assignment, groups)
        for group, state in zip(groups, states, strict=True):
            found.setdefault(group, {})[place] = _with_override(state, own.get(group))
    return found


def final_files(plan: Plan) -> Iterator[File | None]:
    """Each thread's file as the last commit has it; None where it doesn't exist."""
    last = len(plan.groups) - 1
    overrides = overrides_by_file(plan)
    for thread, assignment in zip(plan.threads, assignments(plan), strict=True):
        own = overrides.get(thread.numbers[0], {})
        (state,) = file_states(thread, assignment, (last,))
        yield _with_override(state, own.get(last))


def overrides_by_file(plan: Plan) -> dict[int, dict[int, Override]]:
    """The overrides of each file that has any, by their groups."""
    found: dict[int, dict[int, Override]] = {}
    for override in plan.overrides:
        found.setdefault(override.file, {})[override.group] = override
    return found


def states_in(plan: Plan, file: int, groups: Iterable[int]) -> tuple[File | None, ...]:
    """The file as the commits of these groups have it; None where it doesn't exist.

    ``file`` is the number of any change of it. Group -1 is what the commits being
    split began with.
    """
    first = plan.thread(file).numbers[0]
    own = {o.group: o for o in plan.overrides if o.file == first}
    wanted = tuple(groups)
    states = _states_of_plan(plan, file, wanted)
    return tuple(
        _with_override(state, own.get(group))
        for group, state in zip(wanted, states, strict=True)
    )


def _states_of_plan(
    plan: Plan, file: int, groups: Iterable[int]
) -> tuple[File | None, ...]:
    """What the plan chooses for the file as of these groups, overrides aside."""
    thread = plan.thread(file)
    return file_states(thread, plan.of_thread(thread), groups)


def _with_override(state: File | None, override: Override | None) -> File | None:
    """The state with the content of the override, if there is one."""
    if override is None:
        return state
    if state is None or state.content is None:
        raise InvalidPlan(
            f"Commit {override.group + 1} doesn't have the file that was edited for"
            " it.",
            hint="Create that file in it or in an earlier commit.",
        )
    if state.mode == SYMLINK and (not override.content or b"\0" in override.content):
        raise InvalidPlan(
            f"{printable(state.path)} is a symlink in commit {override.group + 1}, and"
            " its target can't be empty or contain a NUL byte.",
            hint="Give it another target.",
        )
    oid = object_id("blob", override.content)
    return replace(state, oid=oid, stored=override.content)


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


def original_trees(plan: Plan) -> tuple[int | None, ...]:
    """For each group the commit of the range whose tree it has, where it has one's.

    Group *k* has the tree of commit *i* where groups 0..k hold exactly the edits of
    commits 0..i, and nobody wrote a file by hand there. Where several commits are
    such, for some have no edits, it is the one that the group continues, and for the
    last group the last: a tree may hold what no edit says, as the mode 100664.
    """
    last = len(plan.continued_by) - 1
    first_left = [last + 1] * (len(plan.groups) + 1)
    last_held = [-1] * len(plan.groups)
    for edit, group in zip(plan.edits, plan.group_of, strict=True):
        commit = plan.changes[edit.file].commit
        place = min(group, len(plan.groups))
        first_left[place] = min(first_left[place], commit)
        if place < len(plan.groups):
            last_held[place] = max(last_held[place], commit)
    left = tuple(accumulate(reversed(first_left), min))[::-1]
    written = {override.group for override in plan.overrides}
    found: list[int | None] = []
    reached = -1
    for group, held in enumerate(accumulate(last_held, max)):
        most = left[group + 1] - 1
        is_end = group == len(plan.groups) - 1 and most == last
        reached = max(reached, held)
        if held <= most:
            continued = last if is_end else plan.continues(group)
            if continued is not None and continued <= most:
                reached = max(reached, continued)
        is_one = 0 <= reached <= most and group not in written
        found.append(reached if is_one else None)
    return tuple(found)


def _step(states: Mapping[int, tuple[File | None, File | None]]) -> TreeStep:
    """The step between two states of each file; removed paths come first."""
    gone = dict.fromkeys(old.path for old, _ in states.values() if old is not None)
    kept = [new for _, new in states.values() if new is not None]
    there = {state.path: TreeEntry(state.mode, state.oid) for state in kept}
    return TreeStep((*(gone | there).items(),), states)


def _refuse_clash(group: int, paths: Iterable[bytes]) -> None:
    """Raise InvalidPlan where the paths can't stand in one tree."""
    seen: set[bytes] = set()
    everything = list(paths)
    for path in everything:
        if path in seen:
            raise _path_clash(group, path, "two files")
        seen.add(path)
    for path in everything:
        for parent in directories(path):
            if parent in seen:
                raise _path_clash(group, parent, "a file and a directory")


def _path_clash(group: int, path: bytes, what: str) -> InvalidPlan:
    return InvalidPlan(
        f"Commit {group + 1} would have {what} at {printable(path)}.",
        hint="Send the hunks that free and use that path to the same commit.",
    )


ContentMerge = Callable[[bytes, bytes, bytes], bytes | None]
"""The content that has what leads from the first to the second and to the third one.

None where the two ways conflict.
"""


def editable_content(plan: Plan, group: int, file: int) -> bytes:
    """The content of the file as of ``group``, for the user to edit.

    Raises ActionRefused where it is no regular file there.
    """
    (state,) = states_in(plan, file, (group,))
    path = printable(plan.changes[file].path)
    if state is None:
        raise ActionRefused(
            f"Commit {group + 1} doesn't have {path}.",
            hint="Tab selects another commit.",
        )
    if state.mode not in (FILE, EXECUTABLE) or state.content is None:
        raise ActionRefused(f"{path} isn't a regular file, so it can't be edited.")
    return state.content


def with_content(
    plan: Plan,
    group: int,
    file: int,
    content: bytes,
    lasting: ContentMerge | None = None,
) -> Plan:
    """The plan in which the file has this content as of ``group``.

    The groups after it have what they would have otherwise. Where ``lasting`` says how
    to merge, what was written is in all of them too, and so in the last tree; also
    what was written before for ``group`` alone. After the last group there is none, so
    what is written there is always lasting. Raises InvalidPlan where it is no regular
    file in ``group``, or a later group's content conflicts with it.
    """
    before = editable_content(plan, group, file)
    last = len(plan.groups) - 1
    file = plan.thread(file).numbers[0]
    contents = {group: content}
    if lasting is not None:
        for own in plan.overrides:
            if (own.group, own.file, own.lasting) == (group, file, False):
                before = own.base
        later = range(group + 1, last + 1)
        for place, state in zip(later, states_in(plan, file, later), strict=True):
            if state is not None and state.content is not None:
                merged = _three_way_merge(lasting, before, state.content, content)
                if merged is None:
                    raise _override_conflict(plan, file, place)
                contents[place] = merged
    others = (o for o in plan.overrides if o.file != file or o.group not in contents)
    is_lasting = lasting is not None or group == last
    given_now = _overrides_giving(
        plan, file, plan.of_thread(plan.thread(file)), contents
    )
    made = (replace(o, lasting=is_lasting) for o in given_now)
    return replace(plan, overrides=tuple(sorted([*others, *made])))


def with_contents(plan: Plan, contents: Mapping[int, Mapping[int, bytes]]) -> Plan:
    """The plan in which each file has the contents given for it, by their groups.

    A file is named by any change of it. As a plan file says it: what is given for the
    last group, or for several in a row, is taken for lasting. Raises InvalidPlan where
    a file isn't there in its group, or is a submodule.
    """
    last = len(plan.groups) - 1
    edits = assignments(plan)
    place = thread_of(plan.changes)
    made = [
        replace(override, lasting=override.group == last or override.group + 1 in own)
        for file, own in contents.items()
        for override in _overrides_giving(plan, file, edits[place[file]], own)
    ]
    return replace(plan, overrides=tuple(sorted(made)))


def _overrides_giving(
    plan: Plan, file: int, edits: Assignment, contents: Mapping[int, bytes]
) -> Iterator[Override]:
    """The overrides for the file to have these contents, where it hasn't anyway.

    ``edits`` are those of its thread, with their groups.
    """
    thread = plan.thread(file)
    chosen = file_states(thread, edits, contents)
    for (group, content), state in zip(contents.items(), chosen, strict=True):
        if state is None or state.content is None:
            what, hint = "is a submodule", "A submodule has no content: leave it out."
            if state is None:
                what = "isn't there"
                hint = "Name the fact that creates it in that commit or an earlier one."
            raise InvalidPlan(
                f"The plan gives a content to {printable(plan.changes[file].path)},"
                f" which {what} in commit {group + 1}.",
                hint=hint,
            )
        if state.content != content:
            yield Override(group, thread.numbers[0], content, state.content)


def with_overrides_merged(plan: Plan, merge: ContentMerge) -> Plan:
    """The plan with each override merged into what the plan chooses there now.

    What is lasting is in every later group. An override that is what the plan chooses
    anyway goes. Raises InvalidPlan where one conflicts with what the plan chooses, or
    its file is not there any more.
    """
    if not plan.overrides:
        return plan
    made = [
        override
        for file, own in overrides_by_file(plan).items()
        for override in _overrides_of_file(plan, file, own, merge)
    ]
    return replace(plan, overrides=tuple(sorted(made)))


def with_dropped_edits_kept(plan: Plan, merge: ContentMerge) -> Plan:
    """The plan whose last group has the dropped edits: the files that keep them.

    Raises InvalidPlan where that conflicts with an override.
    """
    last = len(plan.groups) - 1
    groups = tuple(last if group == DROPPED else group for group in plan.group_of)
    return with_overrides_merged(
        with_files_for_lines(replace(plan, group_of=groups)), merge
    )


def _overrides_of_file(
    plan: Plan, file: int, own: Mapping[int, Override], merge: ContentMerge
) -> Iterator[Override]:
    """The overrides of one file laid over what the plan chooses now."""
    states = _states_of_plan(plan, file, range(len(plan.groups)))
    lasting: Override | None = None
    for group, state in enumerate(states):
        source = own.get(group, lasting)
        if source is None or (state is None and group not in own):
            continue
        made = None if state is None else _override_on(group, state, source, merge)
        if made is None:
            raise _override_conflict(plan, file, group)
        lasting = made if made.lasting else lasting
        if made.content != made.base:
            yield made


def _override_on(
    group: int, chosen: File, source: Override, merge: ContentMerge
) -> Override | None:
    """The override merged into what the plan chooses in ``group``; None: conflict."""
    if chosen.content is None:
        return None
    content = _three_way_merge(merge, source.base, chosen.content, source.content)
    if content is None:
        return None
    return Override(group, source.file, content, chosen.content, source.lasting)


def _three_way_merge(
    merge: ContentMerge, base: bytes, ours: bytes, theirs: bytes
) -> bytes | None:
    """The merged content; ``merge`` isn't asked where only one side changes."""
    if ours == base:
        return theirs
    return ours if theirs == base else merge(base, ours, theirs)


def _override_conflict(plan: Plan, file: int, group: int) -> InvalidPlan:
    return InvalidPlan(
        f"The edit of {printable(plan.changes[file].path)} would conflict in"
        f" commit {group + 1}.",
        hint="Edit it in a later commit, or undo that edit first.",
    )
