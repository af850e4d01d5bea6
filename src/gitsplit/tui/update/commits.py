"""The new commits of the open commit: selected, moved, merged, more or fewer.

And which of them continues the original.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import assert_never

from msgspec.structs import replace

from gitsplit.errors import ActionRefused, NothingToDo
from gitsplit.model.diff import Fact, places_of_facts
from gitsplit.model.encoding import message_in_utf8
from gitsplit.model.listing import quantity
from gitsplit.model.plan import (
    Plan,
    with_group_moved,
    with_groups_merged,
    with_message,
    with_original_in,
    without_group,
)
from gitsplit.model.todo import Entry
from gitsplit.tui.state.app_state import Screen, State, entries_of
from gitsplit.tui.state.confirmed import (
    with_none_confirmed,
)
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.location import with_proposal_request
from gitsplit.tui.state.message_rows import (
    commit_at_cursor,
)
from gitsplit.tui.state.new_commits import (
    Address,
    PlacedMessage,
    commit_name,
    message_group,
)
from gitsplit.tui.state.selection import with_pin
from gitsplit.tui.state.undo import with_plan, with_step
from gitsplit.tui.update.actions.split import (
    CommitAction,
    Focus,
    FocusOn,
    MergeInto,
    MoveCommit,
    Own,
    SetMessage,
    SwapWith,
)
from gitsplit.tui.update.messages import step_about, with_written_messages


def refuse_missing_group(state: State, group: int) -> None:
    """Raise ActionRefused where the plan has no such group."""
    if not 0 <= group < len(state.plan.groups):
        raise ActionRefused(
            f"There is no commit {group + 1}.",
            hint=keyed(state, "{new-commit} makes a new one."),
        )


def after_count_change(state: State, by: int) -> State:
    """The state with the proposal of one commit more (1) or fewer (-1), selected.

    What the user decided stays where it can; what they moved is as proposed, and the
    status says so. Raises ActionRefused where there is no such proposal.
    """
    commit, proposals = state.target.commit, state.own_proposals
    if proposals is None:
        return with_proposal_request(state, commit)
    from gitsplit.proposal.regroup import regroup  # not to open with

    made = regroup(state.plan, by, proposals)
    # Where pieces changed places by hand, nothing in particular was parted or joined.
    apart = _first_pair(made.parents if by > 0 else made.heirs)
    words = f"{quantity(len(made.plan.groups), 'commit')}"
    focus, why = min(state.focus, len(made.plan.groups) - 1), ""
    if apart and by > 0:
        one, two = apart
        words += f": {(made.parents[one] or 0) + 1} split into {one + 1} and {two + 1}"
        focus, why = two, proposals.border(made.plan, one, two)
    elif apart:
        one, two = apart
        focus = made.heirs[one] or 0
        words += f": {one + 1} and {two + 1} merged into {focus + 1}"
        why = made.plan.groups[focus].reason
    if made.was_moved:
        words += "; what you moved is back as proposed"
    found = with_none_confirmed(with_plan(state, made.plan, words))
    status = f"{found.status} — {why}" if why else found.status
    return replace(found, focus=focus, viewed=focus, status=status)


def _first_pair(places: Sequence[int | None]) -> tuple[int, int] | None:
    """The first two numbers that have the same place."""
    seen: dict[int, int] = {}
    for number, place in enumerate(places):
        if place is not None:
            if place in seen:
                return seen[place], number
            seen[place] = number
    return None


def after_commit_action(state: State, action: CommitAction) -> State:
    """The state with another new commit selected, moved, merged, reworded or owner."""
    match action:
        case Focus(by):
            return _with_pinned(state, (state.focus + by) % len(state.plan.groups))
        case FocusOn(group):
            return _with_pinned(state, group)
        case MoveCommit(by):
            return _after_commit_move(state, state.focus + by)
        case MergeInto(group):
            return _after_merge(state, group)
        case SwapWith(group):
            return _after_swap(state, group)
        case Own():
            return _with_owner(state)
        case SetMessage(group, message):
            where = Address(state.target.commit, message_group(state.plan, group))
            return with_written_messages(state, [PlacedMessage(where, message)])
        case _:
            assert_never(action)


def _with_pinned(state: State, group: int) -> State:
    """The state with the commit selected; pinned, where hunks are sent."""
    made = with_focus(state, group)
    if state.screen is not Screen.SPLIT:
        return made
    return with_pin(made)


def with_focus(state: State, group: int) -> State:
    """The state with the new commit ``group`` selected, and shown where one is."""
    refuse_missing_group(state, group)
    scroll = 0 if state.screen is Screen.COMMIT else state.scroll
    status = f"selected commit {group + 1}"
    if state.screen is Screen.COMMIT:
        status = f"commit {group + 1} as it will be"
    return replace(state, focus=group, viewed=group, scroll=scroll, status=status)


def _after_commit_move(state: State, to: int) -> State:
    """The state with the selected commit at place ``to``."""
    if not 0 <= to < len(state.plan.groups):
        end = "first" if to < 0 else "last"
        raise NothingToDo(f"Already the {end} commit.")
    plan = with_group_moved(state.plan, state.focus, to)
    words = f"commit {state.focus + 1} is now commit {to + 1}"
    words += side_effect_words(state.plan, plan)
    return replace(with_plan(state, plan, words), focus=to, viewed=to)


def _after_swap(state: State, group: int) -> State:
    """The state with the selected commit and ``group`` in each other's place."""
    refuse_missing_group(state, group)
    one, other = sorted((state.focus, group))
    if one == other:
        raise NothingToDo(f"Commit {one + 1} is the selected one.")
    plan = with_group_moved(state.plan, one, other)
    plan = with_group_moved(plan, other - 1, one) if other - one > 1 else plan
    words = f"commits {one + 1} and {other + 1} swapped"
    words += side_effect_words(state.plan, plan)
    return replace(with_plan(state, plan, words), focus=group, viewed=group)


def _after_merge(state: State, group: int | None) -> State:
    """The state with the selected commit merged into ``group``, or its neighbour."""
    source = state.focus
    if len(state.plan.groups) == 1:
        raise NothingToDo(
            "There is only one commit.",
            hint=keyed(state, "{new-commit} makes another."),
        )
    into = (source - 1 if source else 1) if group is None else group
    refuse_missing_group(state, into)
    if into == source:
        raise NothingToDo(
            f"Commit {source + 1} is the selected one.",
            hint=keyed(state, "{select-next} selects another."),
        )
    if source not in state.plan.group_of and source != state.plan.owner:
        plan = without_group(state.plan, source)
        words = f"removed the empty commit {source + 1}"
    else:
        plan = with_groups_merged(state.plan, source, into)
        words = f"merged commit {source + 1} into {into + 1}"
    left = into - (source < into)
    return replace(with_plan(state, plan, words), focus=left, viewed=left)


def _with_owner(state: State) -> State:
    """The state in which the selected commit continues the original, or another."""
    where = _current_address(state)
    entry = entries_of(state.todo)[where.commit]
    if where.group is None or entry.plan is None:
        kept = (
            "its Change-Id" if where.commit in state.info.change_ids else "everything"
        )
        raise ActionRefused(f"{where.commit[:7]} isn't split: it keeps {kept}.")
    if entry.rest:
        plan, words = _with_next_original(state, where.group, entry, entry.plan)
    elif entry.plan.owner == where.group:
        said = f"{commit_name(state, where)} already {_keeps_words(state, entry)}"
        return replace(state, status=said)
    else:
        message = entry.commit.raw.message
        plan = with_original_in(entry.plan, where.group, message)
        words = f"{commit_name(state, where)} {_keeps_words(state, entry)}"
        words += _message_words(entry.plan, plan, where.group)
        if entry.oid in state.proposals:
            from gitsplit.proposal.rewording import with_words_followed  # known by now

            plan = with_words_followed(plan, entry.plan, state.proposals[entry.oid])
    step = step_about(state, where, words)
    step = step._replace(continuing=where.group if entry.rest else None)
    made = with_step(state, state.todo.with_entry(replace(entry, plan=plan)), step)
    return replace(made, focus=state.focus, viewed=state.viewed)


def _with_next_original(
    state: State, group: int, entry: Entry, plan: Plan
) -> tuple[Plan, str]:
    """The plan of a range in which the group continues the next commit, in words, too.

    They come round, those with most lines in it first; after the last all is as it was
    where the round began. So nothing but the two that are exchanged is another.
    """
    first = _plan_before_round(state, Address(entry.oid, group), plan)
    lines, own = plan.lines_by_group()[group], first.continues(group)
    commits = [at for at, commit in enumerate(entry.commits) if commit.is_stored]
    sources = sorted(commits, key=lambda at: -lines.get(at, 0))
    order: list[int | None] = [*sources] if own is not None else [None, *sources]
    source = order[(order.index(plan.continues(group)) + 1) % len(order)]
    name = commit_name(state, Address(entry.oid, group))
    if source == own:
        return first, f"{name} {_continued_words(entry, first, group)} again"
    assert source is not None, "only where a round began it is none"
    message = message_in_utf8(entry.commits[source].raw)
    made = with_original_in(first, group, message, source)
    words = f"{name} {_continued_words(entry, made, group)}"
    words += _message_words(first, made, group)
    made = _with_rest_named(state, made, first, group, source)
    if (before := first.continued_by[source]) is not None:
        other = commit_name(state, Address(entry.oid, before))
        words += f"; {other} {_continued_words(entry, made, before)}"
        words += "" if own is None else " in its place"
    return made, words


def _with_rest_named(
    state: State, made: Plan, first: Plan, group: int, source: int
) -> Plan:
    """The plan in which a message proposed for the group's hunks is no other's.

    What continued the commit before has one that is proposed for its own hunks.
    """
    own, before = first.groups[group], first.continued_by[source]
    is_other = before is not None and made.groups[before].message == own.message
    if before is None or not (own.is_proposed and is_other):
        return made
    files = (made.edits[place].file for place in made.members(before))
    message = message_for_files(state, made, files, made.groups[group].message)
    return with_message(made, before, message, is_proposed=True)


def message_for_files(
    state: State, plan: Plan, files: Iterable[int], original: bytes
) -> bytes:
    """The message proposed for hunks of these files alone, by that of their commit.

    It has the subject, and the path of the only file.
    """
    from gitsplit.proposal.subjects import proposal_message  # not to open with

    paths = list({plan.changes[file].path for file in files})
    place = b"" if paths[1:] or not paths else paths[0]
    return proposal_message(original, place, state.info.copied_trailers)


def _plan_before_round(state: State, where: Address, plan: Plan) -> Plan:
    """The plan before the last steps, as far as each had this commit continue one."""
    past = zip(reversed(state.steps_done), reversed(state.history.past), strict=True)
    for step, todo in past:
        if (step.commit, step.continuing) != where:
            break
        plan = todo.entry(where.commit).plan or plan
    return plan


def _continued_words(entry: Entry, plan: Plan, group: int) -> str:
    source = plan.continues(group)
    name = "none" if source is None else entry.commits[source].short_name
    return f"continues {name}"


def _message_words(before: Plan, plan: Plan, group: int) -> str:
    """A clause on the message that has come along; empty where none has."""
    is_same = plan.groups[group].message == before.groups[group].message
    return "" if is_same else " and has its message"


def _current_address(state: State) -> Address:
    """The address of the selected new commit."""
    if state.screen is not Screen.MESSAGES:
        return Address(state.target.commit, state.focus)
    commit = commit_at_cursor(state)
    return Address(commit.entry.oid, commit.group)


def _keeps_words(state: State, entry: Entry) -> str:
    has_id = entry.oid in state.info.change_ids
    return "keeps the Change-Id" if has_id else "continues the original"


_CREATION_NOUNS = {Fact.CREATE: "creation", Fact.DELETE: "deletion"}


def side_effect_words(before: Plan, after: Plan, places: Collection[int] = ()) -> str:
    """A clause on creations and deletions that went along with what was sent.

    Empty where none did. ``places`` are the edits that were sent; both plans have the
    same edits. A commit that has only been moved is the same commit.
    """
    sent = frozenset(places)
    found: dict[Fact, int] = {}
    for place, edit in places_of_facts(after.edits):
        if place not in sent:
            is_moved = _group_object(before, place) is not _group_object(after, place)
            found[edit.fact] = found.get(edit.fact, 0) + is_moved
    clauses = (
        _side_effect_clause(fact, number) for fact, number in found.items() if number
    )
    return "".join(clauses)


def _group_object(plan: Plan, place: int) -> object:
    """The group of an edit, for a comparison by identity; None where it is dropped."""
    group = plan.group_of[place]
    return plan.groups[group] if group < len(plan.groups) else None


def _side_effect_clause(fact: Fact, number: int) -> str:
    noun = _CREATION_NOUNS.get(fact, "change")
    if number == 1:
        return f" and the file's {noun} with it"
    return f" and the {noun} of {quantity(number, 'file')} with it"
