"""Where the hunks of the open commit go: sent to commits, left out, split."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import partial, reduce
from typing import TYPE_CHECKING, assert_never

from msgspec.structs import replace

from gitsplit.errors import ActionRefused, NothingToDo
from gitsplit.model.diff import sort_key
from gitsplit.model.listing import enumeration, quantity
from gitsplit.model.plan import (
    DROPPED,
    Group,
    Plan,
    empty_groups,
    with_edits_assigned,
    with_group,
    without_group,
)
from gitsplit.tui.diff.rows import RowKind
from gitsplit.tui.state.app_state import Along, LastSend, Screen, State, Unit
from gitsplit.tui.state.board import other_cells_words, with_next_cell
from gitsplit.tui.state.confirmed import (
    with_confirmed,
    with_sent,
)
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.location import row_showing
from gitsplit.tui.state.order_guard import awaits_links, known_links, places_needed
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
from gitsplit.tui.state.undo import after_undo, with_plan
from gitsplit.tui.update.actions.split import (
    AddCommit,
    Drop,
    Follow,
    PieceAction,
    PlaceTests,
    Repeat,
    Send,
    SendAlong,
    SendHome,
    SendToNext,
    SplitHunk,
    Take,
    TakeAlong,
)
from gitsplit.tui.update.commits import (
    message_for_files,
    refuse_missing_group,
    side_effect_words,
)

if TYPE_CHECKING:
    from gitsplit.model.lineage import Home
    from gitsplit.proposal.source_text import Role


def after_piece_action(state: State, action: PieceAction) -> State:
    """The state with the selection sent, left out, split, or made a commit.

    Where it was sent, that can be repeated.
    """
    if isinstance(action, Repeat):
        action = _last_send(state)
    if state.along is not None and action == state.along.action:
        made = _without_others_along(state, state.along, action)
    else:
        made = _with_action_kept(state, _after_piece_action(state, action), action)
    if len(made.plan.groups) < len(state.plan.groups):
        return replace(made, last_send=None)  # whose number is another's now
    return replace(made, last_send=_as_last_send(made, action) or made.last_send)


def _with_action_kept(before: State, made: State, action: PieceAction) -> State:
    """The state that knows by which action others were taken along, if any were.

    The cursor stays, so that the same key can leave them.
    """
    if made.along is None or made.along is before.along:
        return made
    cursor = row_showing(made.rows, before.rows[before.cursor])
    words = f"{made.steps_done[-1].words} · still on this hunk: same key without them"
    words += keyed(made, " · {undo} to undo")
    along = replace(made.along, action=action)
    return replace(made, along=along, cursor=cursor, status=words)


def _along_from(state: State) -> Along:
    """What was selected when others were taken along."""
    return Along(None, state.unit, state.anchor, state.cursor, state.marks, state.focus)


def _without_others_along(state: State, along: Along, action: PieceAction) -> State:
    """The state with what was sent there alone, the others where they were before."""
    before = replace(
        after_undo(state),
        unit=along.unit,
        anchor=along.anchor,
        cursor=along.cursor,
        marks=along.marks,
        focus=along.focus,
        takes_along=False,
    )
    return replace(_after_piece_action(before, action), takes_along=True)


def _last_send(state: State) -> PieceAction:
    """The action that sends once more; raises ActionRefused where nothing was sent."""
    last = state.last_send
    if last is None:
        raise NothingToDo("Nothing was sent yet.")
    return SendAlong(last.by) if last.group is None else Send(last.group)


def _as_last_send(made: State, action: PieceAction) -> LastSend | None:
    """What to repeat after an action, if it was one that sends."""
    match action:
        case Send(group):
            return LastSend(group)
        case Drop():
            return LastSend(DROPPED)
        case AddCommit() | Take() if made.is_pinned or isinstance(action, AddCommit):
            return LastSend(made.focus)
        case SendAlong() | SendToNext():
            return LastSend(by=action.by if isinstance(action, SendAlong) else 1)
        case _:
            return None


def _after_piece_action(state: State, action: PieceAction) -> State:
    match action:
        case Send(group) if group == DROPPED:
            return _after_piece_action(state, Drop())
        case Send(group):
            return _after_send(state, _selected(state), group)
        case Take(rest):
            return _after_take(state, _selection_or_rest(state, rest))
        case SendToNext(rest):
            return _after_send_to_next(state, _selection_or_rest(state, rest))
        case SendAlong(by):
            selection = _selected(state)
            return _after_send(state, selection, _neighbour(state, selection, by))
        case SendHome():
            return _after_homecoming(state, _selected(state))
        case Drop():
            return _after_send(state, _selected(state), DROPPED)
        case SplitHunk():
            return _after_split(state, _selected(state))
        case AddCommit():
            return _with_new_commit(state, selection_of(state))
        case Follow():
            return _after_follow_toggle(state)
        case PlaceTests():
            return _after_placed_tests(state)
        case TakeAlong():
            return _with_needs_along(state, _selected(state))
        case Repeat():
            return _after_piece_action(state, _last_send(state))
        case _:
            assert_never(action)


def _after_follow_toggle(state: State) -> State:
    """The state in which hunks follow those like them that are sent, or don't."""
    follows = not state.follows
    words = "now follow" if follows else "no longer follow"
    status = f"hunks {words} those like them that you send"
    status += keyed(state, " · {follow} to switch")
    return replace(state, follows=follows, status=status)


def _after_placed_tests(state: State) -> State:
    """The state with tests, docs and changelogs at their code, or apart from there."""
    from gitsplit.proposal.companions import (
        companion_words,
        with_companions_apart,
        with_companions_at_code,
    )
    from gitsplit.proposal.propose import ProposalsByContent

    plan, found = state.plan, state.own_proposals
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
    before, now = len(plan.groups), len(placed.groups)
    if before != now:
        words += f": {quantity(before, 'commit')} became {now}"
    focus = min(state.focus, len(placed.groups) - 1)
    return replace(with_plan(state, placed, words), focus=focus, viewed=focus)


def _group_apart(state: State, _role: "Role", places: Sequence[int]) -> Group:
    """A group for tests, documentation or changelogs alone."""
    edits = state.plan.edits
    made = _new_group(state, tuple(SelectedEdit(at, edits[at]) for at in places))
    return replace(made, reason="Apart from the code.")


def _with_needs_along(state: State, selection: Selection) -> State:
    """The state with what the selection needs in its commit, the cursor where it is."""
    home = _home(replace(state, is_pinned=False), selection)
    places = places_needed(state, (taken.place for taken in selection))
    if not places:
        if known_links(state) is None and awaits_links(state):
            raise NothingToDo("What hunks need is still being found.")
        raise NothingToDo("Nothing that it needs comes later.")
    edits = state.plan.edits
    needed = tuple(SelectedEdit(at, edits[at]) for at in places)
    alone = replace(state, follows=False)
    return replace(_after_assignment(alone, needed, home), follows=state.follows)


def _selection_or_rest(state: State, rest: bool) -> Selection:
    return _non_empty(state, rest_of_file(state)) if rest else _selected(state)


def _selected(state: State) -> Selection:
    """What is selected; raises ActionRefused where nothing is."""
    return _non_empty(state, selection_of(state))


def _non_empty(state: State, selection: Selection) -> Selection:
    """The selection; raises ActionRefused where it is empty."""
    if not selection and state.screen is Screen.BOARD:
        raise NothingToDo("This cell is empty.", hint=other_cells_words(state))
    if not selection:
        raise NothingToDo(
            "No hunk here.", hint=keyed(state, "{next} goes to the next one.")
        )
    return selection


def _after_take(state: State, selection: Selection) -> State:
    """The state with the selection kept where it is, or in the pinned commit."""
    if state.is_pinned:
        return _after_send(state, selection, state.focus)
    what = amount_words(taken.edit for taken in selection)
    where = _group_names(state.plan, selection)
    status = f"{what} kept in {where}: no change, so no step to undo"
    known = with_confirmed(state, (taken.edit for taken in selection))
    return _beyond_selection(state, replace(known, status=status), selection)


def _home(state: State, selection: Selection) -> int:
    """The commit that the selection is in: the pinned one, or that of its first hunk.

    Where all of it is left out, the selected one.
    """
    groups = (state.plan.group_of[taken.place] for taken in selection)
    first = next((group for group in groups if group != DROPPED), state.focus)
    return state.focus if state.is_pinned else first


def _neighbour(state: State, selection: Selection, by: int) -> int:
    """The commit after that of the first hunk, or before it.

    Raises ActionRefused where there is none.
    """
    group = _home(replace(state, is_pinned=False), selection) + by
    if not 0 <= group < len(state.plan.groups):
        which = "after" if by > 0 else "before"
        raise ActionRefused(
            f"No commit comes {which} this one.",
            hint=keyed(state, "{new-commit} makes a new one."),
        )
    return group


def _after_send(state: State, selection: Selection, group: int) -> State:
    """The state with the selection in ``group``, the cursor on what follows it."""
    if group != DROPPED:
        refuse_missing_group(state, group)
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
    """The state with what the commit has of the selection in the next one."""
    home = _home(state, selection)
    here = _members_of(state.plan, selection, home, is_in=True)
    if not here:
        status = f"not in commit {group_name(home)}: stays where it is"
        if not state.is_pinned:
            status = "left out: stays so"
        return _beyond_selection(state, replace(state, status=status), selection)
    if home + 1 == len(state.plan.groups):
        raise ActionRefused(
            "No commit comes after this one.",
            hint=keyed(state, "{new-commit} makes a new one."),
        )
    return _beyond_selection(state, _after_assignment(state, here, home + 1), selection)


def _members_of(
    plan: Plan, selection: Selection, group: int, *, is_in: bool
) -> Selection:
    """What of the selection is in ``group``, or what isn't."""
    return tuple(t for t in selection if (plan.group_of[t.place] == group) == is_in)


def _after_assignment(state: State, selection: Selection, group: int) -> State:
    """The state with the selection in ``group``, none of which was there."""
    came_from = _group_names(state.plan, selection)
    plan, places = with_selection_apart(state.plan, selection)
    moved, along = _with_edits_sent(state, plan, places, group)
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
        if state.info.drop_to == "uncommitted":
            words += ", stays uncommitted"
    words += _along_words(plan, along)
    words += side_effect_words(plan, moved, (*places, *along))
    sent = _with_moved(state, moved, words, places)
    return replace(sent, along=_along_from(state)) if along else sent


def _with_moved(state: State, moved: Plan, words: str, places: Sequence[int]) -> State:
    """The state one step on, with what was sent; emptied commits are gone."""
    if gone := [g for g in _emptied(state) if g not in moved.group_of]:
        moved = reduce(without_group, reversed(gone), moved)
        numbers = ", ".join(str(group + 1) for group in gone)
        noun = "commits" if len(gone) > 1 else "commit"
        words += f"; removed the empty {noun} {numbers}"
    return with_sent(state, moved, words, places)


def _after_homecoming(state: State, selection: Selection) -> State:
    """The state with each selected hunk in the commit whose lines it changes."""
    from gitsplit.model.lineage import home_of  # not to open with

    if not state.plan.is_woven:
        raise NothingToDo(
            keyed(state, "{send-home} is for ranges."),
            hint=keyed(state, "{open-range} in the series opens one."),
        )
    plan, places = with_selection_apart(state.plan, selection)
    homes = {place: home_of(plan, place) for place in places}
    moved, unsure = plan, dict[int, str]()
    sent: dict[int, list[int]] = {}
    for place in sorted(
        places, key=lambda at: plan.changes[plan.edits[at].file].commit
    ):
        home = homes[place]
        group = DROPPED if home is None else moved.group_of[home.place]
        if home is None or group in (DROPPED, moved.group_of[place]):
            continue
        moved = with_edits_assigned(moved, (place,), group)
        sent.setdefault(group, []).append(place)
        if home.why_not:
            unsure[place] = home.why_not
    if not sent:
        raise NothingToDo(_no_home_words(plan, homes))
    words = _home_words(plan, sent, unsure)
    going = [place for own in sent.values() for place in own]
    return _beyond_selection(state, _with_moved(state, moved, words, going), selection)


def _no_home_words(plan: Plan, homes: "Mapping[int, Home | None]") -> str:
    """Why nothing was sent home, and why it isn't sure that the rest is there."""
    from gitsplit.model.corrections import NO_HOME  # not to open with

    known = {place: home for place, home in homes.items() if home is not None}
    if not known:
        return f"No home here: {NO_HOME}."
    unsure = [
        home.why_not
        for place, home in known.items()
        if home.why_not and plan.group_of[place] == plan.group_of[home.place]
    ]
    return f"Already home; not sure: {unsure[0]}." if unsure else "Already home."


def _home_words(
    plan: Plan, sent: Mapping[int, Sequence[int]], unsure: Mapping[int, str]
) -> str:
    """What was sent home, and where; by their numbers hunks that aren't sure, and why.

    Of several reasons, the first one with its hunks.
    """
    parts = [
        f"{amount_words(plan.edits[at] for at in places)} home to {group_name(group)}"
        for group, places in sorted(sent.items())
    ]
    words = f"sent {', '.join(parts)}"
    if unsure:
        why = next(iter(unsure.values()))
        own = sorted(at + 1 for at, reason in unsure.items() if reason == why)
        which = ""
        if sum(map(len, sent.values())) > 1:
            hunks = "hunks" if own[1:] else "hunk"
            which = f" of {hunks} {enumeration([*map(str, own)])}"
        words += f"; not sure{which}: {why}"
    return words


def _with_edits_sent(
    state: State, plan: Plan, places: Sequence[int], group: int
) -> tuple[Plan, tuple[int, ...]]:
    """The plan with hunks sent, and the hunks of a range that it takes along."""
    if not (plan.is_woven and state.takes_along):
        return with_edits_assigned(plan, places, group), ()
    from gitsplit.model.lineage import with_edits_sent  # not to open with

    return with_edits_sent(plan, places, group)


def _along_words(plan: Plan, along: Sequence[int]) -> str:
    """A clause on hunks that went along, and from where; empty where none did."""
    if not along:
        return ""
    what = amount_words(plan.edits[place] for place in along)
    groups = sorted({plan.group_of[place] for place in along})
    names = ", ".join(map(group_name, groups))
    return f", taking along {what} of {names}"


def _emptied(state: State) -> list[int]:
    """The commits that had hunks once, and have none any more.

    As far back as there were as many commits; one just made is still to be filled.
    """
    empty, count = set(empty_groups(state.plan)), len(state.plan.groups)
    found: set[int] = set()
    for todo in reversed(state.history.past):
        plan = todo.entry(state.target.commit).plan
        if found >= empty or plan is None or len(plan.groups) != count:
            break
        found |= empty.intersection(plan.group_of)
    return sorted(found)


def _group_names(plan: Plan, selection: Selection) -> str:
    """The names of the groups that the selection is in."""
    groups = sorted({plan.group_of[taken.place] for taken in selection})
    return ", ".join(group_name(group) for group in groups)


def _after_split(state: State, selection: Selection) -> State:
    """The state with the selected hunks split, or cut at the ends of selected lines.

    A rename is split from the edits of its file, as long as they are one hunk.
    """
    if state.unit is Unit.PIECE and (file := rename_with_edits(state)) is not None:
        status = "split: the rename is a hunk of its own"
        status += keyed(state, " · {widen} adds the edits")
        return replace(state, apart=state.apart | {file}, status=status)
    if state.unit is Unit.LINES:
        plan = with_selection_apart(state.plan, selection)[0]
    else:
        plan = with_finer_edits(state.plan, selection)
    made = len(plan.edits) - len(state.plan.edits)
    if not made:
        raise NothingToDo(
            keyed(state, "Cannot be split further ({lines} selects lines).")
        )
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
    full, along = _with_edits_sent(state, grown, places, at)
    words += _along_words(grown, along)
    words += side_effect_words(grown, full, (*places, *along))
    made = with_sent(state, full, words, places)
    made = replace(made, along=_along_from(state)) if along else made
    said = f"{made.steps_done[-1].words} · {keyed(state, '{subject} to name it')}"
    named_how = replace(made, focus=at, viewed=at, status=said)
    return _beyond_selection(state, named_how, selection) if selection else named_how


def _new_group(state: State, selection: Selection) -> Group:
    """A group for the selection, whose message is proposed once it has its hunks.

    Without a proposal it has the original's subject, and the path of the only file.
    """
    reason = "Chosen by you."
    if state.own_proposals is not None:
        return Group(b"", reason, is_proposed=True)
    plan = state.plan
    message = plan.groups[_origin(plan, selection)].message
    files = (taken.edit.file for taken in selection)
    message = message_for_files(state, plan, files, message)
    return Group(message, reason, is_proposed=True)


def _origin(plan: Plan, selection: Selection) -> int:
    """The commit from whose message one for the selection is made.

    It continues the original; in a range that which the selection's first hunk is of.
    """
    files = [taken.edit.file for taken in selection[:1]]
    source = plan.changes[files[0]].commit if files else 0
    return plan.continued_by[source] or 0


def _beyond_selection(before: State, state: State, selection: Selection) -> State:
    """The state with the cursor on what follows the selection, if anything does.

    From a header, on the next header of its kind. A selection of lines ends.
    """
    if before.screen is Screen.BOARD:
        return with_next_cell(state)
    if before.unit is Unit.MARKS:
        return replace(state, unit=Unit.PIECE, marks=frozenset())
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
