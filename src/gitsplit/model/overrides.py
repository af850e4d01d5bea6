"""Contents that somebody wrote by hand for a commit, kept right while a plan changes.

An override is laid over what the plan chooses. Where the plan comes to choose another
content there, both are merged, so that no line is in another commit than it says.
Merging is git's affair: whoever calls gives it as a function.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from gitsplit.errors import PlanRefused
from gitsplit.model.content import Assignment, file_states
from gitsplit.model.diff import File
from gitsplit.model.escape import shown
from gitsplit.model.objects import EXECUTABLE, FILE
from gitsplit.model.plan import DROPPED, Override, Plan, settled
from gitsplit.model.states import file_assignments, overrides_by_file, states_in

Merge = Callable[[bytes, bytes, bytes], bytes | None]
"""The content that has what leads from the first to the second and to the third one.

None where the two ways conflict.
"""


def written(plan: Plan, group: int, file: int) -> bytes:
    """The content that the file has as of ``group``, which may be written anew.

    Raises PlanRefused where it is no regular file there.
    """
    (state,) = states_in(plan, file, (group,))
    path = shown(plan.changes[file].path)
    if state is None:
        raise PlanRefused(
            f"Commit {group + 1} doesn't have {path}.",
            hint="Tab goes to another commit.",
        )
    if state.mode not in (FILE, EXECUTABLE) or state.content is None:
        raise PlanRefused(f"{path} is no regular file, so it can't be edited.")
    return state.content


def with_content(
    plan: Plan, group: int, file: int, content: bytes, lasting: Merge | None = None
) -> Plan:
    """The plan in which the file has this content as of ``group``.

    The groups after it have what they would have otherwise. Where ``lasting`` says how
    to merge, what was written is in all of them too, and so in the last tree; also
    what was written before for ``group`` alone. After the last group there is none, so
    what is written there is always lasting. Raises PlanRefused where it is no regular
    file in ``group``, or a later group's content conflicts with it.
    """
    before = written(plan, group, file)
    last = len(plan.groups) - 1
    contents = {group: content}
    if lasting is not None:
        for own in plan.overrides:
            if (own.group, own.file, own.lasting) == (group, file, False):
                before = own.base
        later = range(group + 1, last + 1)
        for place, state in zip(later, states_in(plan, file, later), strict=True):
            if state is not None and state.content is not None:
                merged = _merged(lasting, before, state.content, content)
                if merged is None:
                    raise _conflict(plan, file, place)
                contents[place] = merged
    others = (o for o in plan.overrides if o.file != file or o.group not in contents)
    is_lasting = lasting is not None or group == last
    given_now = _given(plan, file, plan.of_file(file), contents)
    made = (replace(o, lasting=is_lasting) for o in given_now)
    return replace(plan, overrides=tuple(sorted([*others, *made])))


def given(plan: Plan, contents: Mapping[int, Mapping[int, bytes]]) -> Plan:
    """The plan in which each file has the contents given for it, by their groups.

    As a plan file says it: what is given for the last group, or for several in a row,
    is taken for lasting. Raises PlanRefused where a file isn't there in its group, or
    is a submodule.
    """
    last = len(plan.groups) - 1
    edits = file_assignments(plan)
    made = [
        replace(override, lasting=override.group == last or override.group + 1 in own)
        for file, own in contents.items()
        for override in _given(plan, file, edits[file], own)
    ]
    return replace(plan, overrides=tuple(sorted(made)))


def _given(
    plan: Plan, file: int, edits: Assignment, contents: Mapping[int, bytes]
) -> Iterator[Override]:
    """The overrides that give the file these contents, where it hasn't them anyway.

    ``edits`` are those of the file, with their groups.
    """
    chosen = file_states(plan.changes[file], edits, contents)
    for (group, content), state in zip(contents.items(), chosen, strict=True):
        if state is None or state.content is None:
            what = "isn't there" if state is None else "is a submodule"
            raise PlanRefused(
                f"The plan gives a content to {shown(plan.changes[file].path)}, which"
                f" {what} in commit {group + 1}.",
                hint="Name the fact that makes it for that commit or an earlier one.",
            )
        if state.content != content:
            yield Override(group, file, content, state.content)


def carried(plan: Plan, merge: Merge) -> Plan:
    """The plan with its overrides laid over what it chooses now.

    What is lasting is in every later group. An override that is what the plan chooses
    anyway goes. Raises PlanRefused where one conflicts with what the plan chooses, or
    its file is not there any more.
    """
    if not plan.overrides:
        return plan
    made = [
        override
        for file, own in overrides_by_file(plan).items()
        for override in _carried(plan, file, own, merge)
    ]
    return replace(plan, overrides=tuple(sorted(made)))


def with_dropped(plan: Plan, merge: Merge) -> Plan:
    """The plan with what it drops in the last group: what files have that keep it.

    Raises PlanRefused where that conflicts with an override.
    """
    last = len(plan.groups) - 1
    groups = tuple(last if group == DROPPED else group for group in plan.group_of)
    return carried(settled(replace(plan, group_of=groups)), merge)


def _carried(
    plan: Plan, file: int, own: Mapping[int, Override], merge: Merge
) -> Iterator[Override]:
    """The overrides of one file laid over what the plan chooses now."""
    states = file_states(
        plan.changes[file], plan.of_file(file), range(len(plan.groups))
    )
    lasting: Override | None = None
    for group, state in enumerate(states):
        source = own.get(group, lasting)
        if source is None or (state is None and group not in own):
            continue
        made = None if state is None else _laid_over(group, state, source, merge)
        if made is None:
            raise _conflict(plan, file, group)
        lasting = made if made.lasting else lasting
        if made.content != made.base:
            yield made


def _laid_over(
    group: int, chosen: File, source: Override, merge: Merge
) -> Override | None:
    """The override on top of what the plan chooses in ``group``; None if it can't."""
    if chosen.content is None:
        return None
    content = _merged(merge, source.base, chosen.content, source.content)
    if content is None:
        return None
    return Override(group, source.file, content, chosen.content, source.lasting)


def _merged(merge: Merge, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """What ``merge`` says, which need not be asked where one side stays."""
    if ours == base:
        return theirs
    return ours if theirs == base else merge(base, ours, theirs)


def _conflict(plan: Plan, file: int, group: int) -> PlanRefused:
    return PlanRefused(
        f"What was written into {shown(plan.changes[file].path)} would conflict in"
        f" commit {group + 1}.",
        hint="Write it into a later commit, or take that back first.",
    )
