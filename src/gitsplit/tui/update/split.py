"""Editing the plan of the open commit: its hunks, its new commits, their number.

Hunks are sent to commits, left out, and split; commits are made, moved, merged and
chosen as the owner; the proposal is made anew with one commit more or fewer.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import assert_never

from gitsplit.errors import ActionRefused, NothingToDo
from gitsplit.model.diff import Fact, FactEdit, sort_key
from gitsplit.model.listing import quantity
from gitsplit.model.plan import (
    DROPPED,
    Group,
    Plan,
    with_edits_assigned,
    with_group,
    with_group_moved,
    with_groups_merged,
    with_original_in,
    without_group,
)
from gitsplit.model.todo import Entry
from gitsplit.proposal.propose import ProposalsByContent
from gitsplit.proposal.regroup import regroup
from gitsplit.proposal.rewording import with_words_followed
from gitsplit.proposal.source_text import Role
from gitsplit.proposal.subjects import proposal_message
from gitsplit.tui.diff.rows import RowKind
from gitsplit.tui.state.app_state import Screen, State, Unit, entries_of
from gitsplit.tui.state.confirmed import (
    with_confirmed,
    with_none_confirmed,
    with_sent,
)
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
from gitsplit.tui.state.selection import (
    SelectedEdit,
    Selection,
    amount_words,
    group_name,
    rename_with_edits,
    rest_of_file,
    selection_of,
    with_finer_edits,
    with_selection_apart,
)
from gitsplit.tui.state.undo import with_plan, with_step
from gitsplit.tui.update.actions.split import (
    AddCommit,
    CommitAction,
    Drop,
    Focus,
    FocusOn,
    Follow,
    MergeInto,
    MoveCommit,
    Own,
    PieceAction,
    PlaceTests,
    Send,
    SendToNext,
    SetMessage,
    SplitHunk,
    Take,
)
from gitsplit.tui.update.messages import step_about, with_messages


def after_piece_action(state: State, action: PieceAction) -> State:
    """The state with the selection sent, left out, split, or made a commit."""
    match action:
        case Send(group):
            return _after_send(state, _non_empty(selection_of(state)), group)
        case Take(rest):
            return _after_send(state, _selection_or_rest(state, rest), state.focus)
        case SendToNext(rest):
            return _after_send_to_next(state, _selection_or_rest(state, rest))
        case Drop():
            return _after_send(state, _non_empty(selection_of(state)), DROPPED)
        case SplitHunk():
            return _after_split(state, _non_empty(selection_of(state)))
        case AddCommit():
            return _with_new_commit(state, selection_of(state))
        case Follow():
            return _after_follow_toggle(state)
        case PlaceTests():
            return _after_placed_tests(state)
        case _:
            assert_never(action)


def _after_follow_toggle(state: State) -> State:
    """The state in which hunks follow those like them that are sent, or don't."""
    follows = not state.follows
    words = "now follow" if follows else "no longer follow"
    status = f"hunks {words} those like them that you send · & to switch"
    return replace(state, follows=follows, status=status)


def _after_placed_tests(state: State) -> State:
    """The state with tests, docs and changelogs at their code, or apart from there."""
    from gitsplit.proposal.companions import (
        companion_words,
        with_companions_apart,
        with_companions_at_code,
    )

    plan, found = state.plan, state.proposals.get(state.target.commit)
    if isinstance(found, ProposalsByContent):
        known = found.commit.pieces, found.pair_scores
        placed = with_companions_at_code(plan, *known)
    else:
        placed = with_companions_at_code(plan, (), [])
    where = "with their code"
    if placed == plan:
        where = "apart"
        placed = with_companions_apart(plan, partial(_group_apart, state))
    if placed == plan:
        raise NothingToDo("No tests, docs or changelogs beside code.")
    words = f"{companion_words(plan)} {where}"
    focus = min(state.focus, len(placed.groups) - 1)
    return replace(with_plan(state, placed, words), focus=focus, viewed=focus)


def _group_apart(state: State, _role: Role, places: Sequence[int]) -> Group:
    """A group for tests, documentation or changelogs alone."""
    edits = state.plan.edits
    made = _new_group(state, tuple(SelectedEdit(at, edits[at]) for at in places))
    return replace(made, reason="Apart from the code.")


def _selection_or_rest(state: State, rest: bool) -> Selection:
    return _non_empty(rest_of_file(state) if rest else selection_of(state))


def _non_empty(selection: Selection) -> Selection:
    """The selection; raises ActionRefused where it is empty."""
    if not selection:
        raise NothingToDo("No hunk here.", hint="j goes to the next one.")
    return selection


def _refuse_missing_group(state: State, group: int) -> None:
    """Raise ActionRefused where the plan has no such group."""
    if not 0 <= group < len(state.plan.groups):
        raise ActionRefused(
            f"There is no commit {group + 1}.", hint="+ makes a new one."
        )


def _after_send(state: State, selection: Selection, group: int) -> State:
    """The state with the selection in ``group``, the cursor on what follows it."""
    if group != DROPPED:
        _refuse_missing_group(state, group)
    others = _members_of(state.plan, selection, group, is_in=False)
    if not others:
        what = amount_words(taken.edit for taken in selection)
        kept = f"{what} already in {group_name(group)}"
        if group == DROPPED:
            kept = f"{what} already left out"
        known = with_confirmed(state, (taken.edit for taken in selection))
        return _beyond_selection(state, replace(known, status=kept), selection)
    sent = _after_assignment(state, others, group)
    known = with_confirmed(sent, (taken.edit for taken in selection))
    return _beyond_selection(state, known, selection)


def _after_send_to_next(state: State, selection: Selection) -> State:
    """The state with what the selected commit has of the selection in the next one."""
    here = _members_of(state.plan, selection, state.focus, is_in=True)
    if not here:
        status = f"not in commit {group_name(state.focus)}: stays where it is"
        return _beyond_selection(state, replace(state, status=status), selection)
    if state.focus + 1 == len(state.plan.groups):
        raise ActionRefused(
            "No commit comes after this one.", hint="+ makes a new one."
        )
    return _beyond_selection(
        state, _after_assignment(state, here, state.focus + 1), selection
    )


def _members_of(
    plan: Plan, selection: Selection, group: int, *, is_in: bool
) -> Selection:
    """What of the selection is in ``group``, or what isn't."""
    return tuple(t for t in selection if (plan.group_of[t.place] == group) == is_in)


def _after_assignment(state: State, selection: Selection, group: int) -> State:
    """The state with the selection in ``group``, none of which was there."""
    came_from = _group_names(state.plan, selection)
    plan, places = with_selection_apart(state.plan, selection)
    moved = with_edits_assigned(plan, places, group)
    if moved.group_of == plan.group_of:
        raise ActionRefused(
            "A file is created with its first lines, deleted with its last.",
            hint="Send those lines.",
        )
    what = amount_words(taken.edit for taken in selection)
    words = f"moved {what} from {came_from} to {group_name(group)}"
    if group == DROPPED:
        many = "commits" if "," in came_from else "commit"
        words = f"left out {what} of {many} {came_from}"
    words += side_effect_words(plan, moved, places)
    return with_sent(state, moved, words, places)


def _group_names(plan: Plan, selection: Selection) -> str:
    """The names of the groups that the selection is in."""
    groups = sorted({plan.group_of[taken.place] for taken in selection})
    return ", ".join(group_name(group) for group in groups)


def _after_split(state: State, selection: Selection) -> State:
    """The state with the selected hunks split, or cut at the ends of selected lines.

    A rename is split from the edits of its file, as long as they are one hunk.
    """
    if state.unit is Unit.PIECE and (file := rename_with_edits(state)) is not None:
        status = "split: the rename is a hunk of its own · V adds the edits"
        return replace(state, apart=state.apart | {file}, status=status)
    if state.unit is Unit.LINES:
        plan = with_selection_apart(state.plan, selection)[0]
    else:
        plan = with_finer_edits(state.plan, selection)
    made = len(plan.edits) - len(state.plan.edits)
    if not made:
        raise NothingToDo("Cannot be split further (v selects lines).")
    return with_plan(
        state, plan, f"split into {quantity(made + len(selection), 'hunk')}"
    )


def _with_new_commit(state: State, selection: Selection) -> State:
    """The state with a new commit after the selected one, which has the selection."""
    at = state.focus + 1
    plan, places = with_selection_apart(state.plan, selection)
    grown = with_group(plan, at, _new_group(state, selection))
    what = amount_words(taken.edit for taken in selection)
    words = f"new commit {at + 1} with {what}" if what else f"new commit {at + 1}"
    full = with_edits_assigned(grown, places, at)
    words += side_effect_words(grown, full, places)
    made = with_sent(state, full, words, places)
    said = f"{made.steps_done[-1].words} · i to name it"
    named_how = replace(made, focus=at, viewed=at, status=said)
    return _beyond_selection(state, named_how, selection) if selection else named_how


def _new_group(state: State, selection: Selection) -> Group:
    """A group for the selection, whose message is proposed once it has its hunks.

    Without a proposal it has the original's subject, and the path of the only file.
    """
    reason = "Chosen by you."
    if state.target.commit in state.proposals:
        return Group(b"", reason, is_proposed=True)
    plan, copied = state.plan, state.info.copied_trailers
    paths = list({plan.changes[taken.edit.file].path for taken in selection})
    origin = 0 if plan.owner is None else plan.owner
    message = plan.groups[origin].message
    place = b"" if paths[1:] or not paths else paths[0]
    message = proposal_message(message, place, copied)
    return Group(message, reason, is_proposed=True)


def _beyond_selection(before: State, state: State, selection: Selection) -> State:
    """The state with the cursor on what follows the selection, if anything does.

    From a header, on the next header of its kind. A selection of lines ends.
    """
    if before.unit is Unit.MATCHES:
        return replace(state, unit=Unit.PIECE)
    if before.unit is Unit.LINES:
        state = replace(state, unit=Unit.PIECE, anchor=None)
    elif (header := state.rows[state.cursor].kind) in {RowKind.FILE, RowKind.HUNK}:
        return _at_next_header(state, header)
    edits = state.plan.edits
    place = bisect_right(edits, sort_key(selection[-1].edit), key=sort_key)
    if place == len(edits):
        return state
    return replace(state, cursor=state.rows.row_of(edits[place]))


def _at_next_header(state: State, kind: RowKind) -> State:
    """The state with the cursor on the next header of this kind, if there is one."""
    rows = state.rows
    for at in range(rows.segment_at(state.cursor) + 1, len(rows.segments)):
        if rows.segments[at].kind is kind:
            return replace(state, cursor=rows.starts[at])
    return state


def after_count_change(state: State, by: int) -> State:
    """The state with the proposal of one commit more (1) or fewer (-1), selected.

    What the user decided stays where it can; what they moved is as proposed, and the
    status says so. Raises ActionRefused where there is no such proposal.
    """
    commit = state.target.commit
    if commit not in state.proposals:
        return with_proposal_request(state, commit)
    proposals = state.proposals[commit]
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
            return with_focus(state, (state.focus + by) % len(state.plan.groups))
        case FocusOn(group):
            return with_focus(state, group)
        case MoveCommit(by):
            return _after_commit_move(state, state.focus + by)
        case MergeInto(group):
            return _after_merge(state, group)
        case Own():
            return _with_owner(state)
        case SetMessage(group, message):
            where = Address(state.target.commit, message_group(state.plan, group))
            return with_messages(state, [PlacedMessage(where, message)])
        case _:
            assert_never(action)


def with_focus(state: State, group: int) -> State:
    """The state with the new commit ``group`` selected, and shown where one is."""
    _refuse_missing_group(state, group)
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


def _after_merge(state: State, group: int | None) -> State:
    """The state with the selected commit merged into ``group``, or its neighbour."""
    source = state.focus
    if len(state.plan.groups) == 1:
        raise NothingToDo("There is only one commit.", hint="+ makes another.")
    into = (source - 1 if source else 1) if group is None else group
    _refuse_missing_group(state, into)
    if into == source:
        raise NothingToDo(
            f"Commit {source + 1} is the selected one.", hint="Tab selects another."
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
    """The state in which the selected commit continues the original."""
    where = _current_address(state)
    entry = entries_of(state.todo)[where.commit]
    if where.group is None or entry.plan is None:
        kept = (
            "its Change-Id" if where.commit in state.info.change_ids else "everything"
        )
        raise ActionRefused(f"{where.commit[:7]} isn't split: it keeps {kept}.")
    name = commit_name(state, where)
    if entry.plan.owner == where.group:
        return replace(state, status=f"{name} already {_keeps_words(state, entry)}")
    plan = with_original_in(entry.plan, where.group, entry.commit.raw.message)
    words = f"{name} {_keeps_words(state, entry)}"
    if plan.groups != entry.plan.groups:
        words += " and has its message"
    if entry.oid in state.proposals:
        plan = with_words_followed(plan, entry.plan, state.proposals[entry.oid])
    step = step_about(state, where, words)
    return with_step(state, state.todo.with_entry(replace(entry, plan=plan)), step)


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
    for place, edit in enumerate(after.edits):
        if isinstance(edit, FactEdit) and place not in sent:
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
