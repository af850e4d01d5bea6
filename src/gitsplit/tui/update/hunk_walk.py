"""From hunk to hunk: the next of a kind, and hunks selected one by one."""

from bisect import bisect_left
from collections.abc import Iterable
from typing import assert_never

from msgspec.structs import replace

from gitsplit.errors import NothingToDo
from gitsplit.model.diff import Edit, TextEdit, is_part_of
from gitsplit.model.listing import quantity
from gitsplit.model.plan import DROPPED
from gitsplit.tui.state.app_state import State, Unit, entries_of
from gitsplit.tui.state.confirmed import confirmed_edits
from gitsplit.tui.state.corrections import (
    are_absorbed,
    places_to_see,
    unsure_places,
)
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.selection import cursor_words, selection_of
from gitsplit.tui.update.actions.reading import (
    HunkWalk,
    MoveInCommit,
    MovePiece,
    NextDoubtful,
    NextUnseen,
)
from gitsplit.tui.update.folding import row_in_sight


def after_hunk_walk(state: State, action: HunkWalk) -> State:
    """The state with the cursor on another hunk."""
    match action:
        case MovePiece(by):
            return _at_next(state, by)
        case MoveInCommit(by):
            return at_place(state, _next_in_commit(state, by))
        case NextUnseen():
            return _at_next_unseen(state)
        case NextDoubtful():
            return _at_next_doubtful(state)
        case _:
            assert_never(action)


def at_place(state: State, place: int) -> State:
    """The state with the cursor on the hunk at this place of the plan."""
    state = replace(state, cursor=state.rows.row_of(state.plan.edits[place]))
    return replace(state, status=cursor_words(state))


def _place_near(state: State, by: int) -> int:
    """The place of the hunk at the cursor; between hunks, that of the one passed."""
    edits, rows = state.plan.edits, state.rows
    place = rows.edit_at(state.cursor)
    if place is None:
        place = bisect_left(edits, state.cursor, key=rows.row_of) - (by > 0)
    return place


def _at_next(state: State, by: int) -> State:
    """The state at the next hunk, or at the previous one; folded files are passed."""
    place, file = _place_near(state, by) + by, state.rows[state.cursor].segment.file
    if file in state.folded and by > 0:
        place = state.rows.places_of(file).stop
    if not 0 <= place < len(state.plan.edits):
        raise NothingToDo(f"Already the {'last' if by > 0 else 'first'} hunk.")
    row = row_in_sight(state, state.rows.row_of(state.plan.edits[place]))
    there = replace(state, cursor=row)
    return replace(there, status=cursor_words(there))


def _next_in_commit(state: State, by: int) -> int:
    """The place of the next hunk of the selected commit, or of the previous one."""
    groups, place = state.plan.group_of, _place_near(state, by) + by
    end = len(groups) if by > 0 else -1
    for at in range(place, end, by):
        if groups[at] == state.focus:
            return at
    which = "last" if by > 0 else "first"
    raise NothingToDo(f"Already the {which} hunk of commit {state.focus + 1}.")


def unseen_places(state: State) -> list[int]:
    """The places of the hunks that were neither sent nor kept.

    What commits had before they absorb something isn't among them.
    """
    seen: dict[int, list[Edit]] = {}
    known = confirmed_edits(state, state.target.commit)
    for edit in known:
        seen.setdefault(edit.file, []).append(edit)
    plan = state.plan
    entry = entries_of(state.todo)[state.target.commit]
    pairs = ((at, plan.edits[at]) for at in places_to_see(entry, plan))
    return [
        at
        for at, edit in pairs
        if edit not in known and not _is_within(edit, seen.get(edit.file, ()))
    ]


def _is_within(edit: Edit, seen: Iterable[Edit]) -> bool:
    texts = (each for each in seen if isinstance(each, TextEdit))
    return isinstance(edit, TextEdit) and any(is_part_of(edit, one) for one in texts)


def _at_next_unseen(state: State) -> State:
    """The state at the next hunk not seen, round the end, with how many there are."""
    unseen, place = unseen_places(state), _place_near(state, 1)
    if not unseen:
        raise NothingToDo("Every hunk was sent or kept.")
    there = at_place(state, next((at for at in unseen if at > place), unseen[0]))
    left = quantity(len(unseen), "hunk")
    return replace(there, status=f"{there.status} · {left} not seen")


def _at_next_doubtful(state: State) -> State:
    """The state at the hunk, of those not seen, of which the proposal is least sure.

    From one of these, at the one that follows it.
    """
    if are_absorbed(state):
        unsure = unsure_places(state)
        there, count = _at_next_of(state, sorted(unsure))
        place = there.rows.edit_at(there.cursor)
        why = unsure[place] if place is not None else ""
        return replace(there, status=f"{there.status} · not sure ({count}): {why}")
    # Not to open with.
    from gitsplit.proposal.likeness import doubts
    from gitsplit.proposal.propose import ProposalsByContent

    found = state.own_proposals
    if not isinstance(found, ProposalsByContent):
        raise NothingToDo("Only a proposal by meaning says how sure it is.")
    every = doubts(state.plan, found.commit.pieces, found.pair_scores)
    there, count = _at_next_of(state, every)
    words = f"{there.status} · doubtful: {count}, least sure first"
    return replace(there, status=words)


def _at_next_of(state: State, doubtful: Iterable[int]) -> tuple[State, str]:
    """The state at the next of these hunks that isn't seen, and which of them it is."""
    unseen = set(unseen_places(state))
    order = [place for place in doubtful if place in unseen]
    if not order or len(state.plan.groups) == 1:
        raise NothingToDo("No hunk is in doubt.")
    here = state.rows.edit_at(state.cursor)
    goes_on = here in order and state.doubt == state.plan.edits[here or 0]
    at = (order.index(here or 0) + 1) % len(order) if goes_on else 0
    there = replace(at_place(state, order[at]), doubt=state.plan.edits[order[at]])
    return there, f"{at + 1} of {len(order)}"


def after_mark(state: State) -> State:
    """The state with what is selected by the cursor marked too, or no longer."""
    if state.unit is Unit.LINES:
        raise NothingToDo("Lines are selected.", hint="A digit sends them.")
    is_going_on = state.unit is Unit.MARKS
    here = replace(state, unit=Unit.PIECE) if is_going_on else state
    edits = frozenset(taken.edit for taken in selection_of(here))
    if not edits:
        raise NothingToDo(
            "No hunk here.", hint=keyed(state, "{next} goes to the next one.")
        )
    before = state.marks if is_going_on else frozenset[Edit]()
    marks = before - edits if edits <= before else before | edits
    made = _with_marks(state, marks)
    last = max(map(state.rows.place_of, edits))
    if last + 1 < len(state.plan.edits):
        row = state.rows.row_of(state.plan.edits[last + 1])
        made = replace(made, cursor=row)
    return made


def after_alike(state: State) -> State:
    """The state with all hunks selected that are like the one at the cursor."""
    # Not to open with.
    from gitsplit.proposal.likeness import alike
    from gitsplit.proposal.propose import ProposalsByContent

    place = state.rows.edit_at(state.cursor)
    if place is None:
        raise NothingToDo(
            "No hunk here.", hint=keyed(state, "{next} goes to the next one.")
        )
    found = state.own_proposals
    if isinstance(found, ProposalsByContent):
        known = found.commit.pieces, found.pair_scores
        places = alike(state.plan, *known, place)
    else:
        places = _of_same_lines(state, place)
    if len(places) < 2:
        raise NothingToDo("No other hunk is like this one.")
    return _with_marks(state, frozenset(state.plan.edits[at] for at in places))


def _of_same_lines(state: State, place: int) -> tuple[int, ...]:
    """The places of the hunks that remove and add the same lines."""
    plan = state.plan

    def lines(edit: Edit) -> object:
        if not isinstance(edit, TextEdit):
            return edit.fact
        change = plan.changes[edit.file]
        old = (change.old_lines[n].strip() for n in edit.old.numbers)
        new = (change.new_lines[n].strip() for n in edit.new.numbers)
        return tuple(old), tuple(new)

    wanted = lines(plan.edits[place])
    pairs = enumerate(zip(plan.edits, plan.group_of, strict=True))
    return tuple(
        at
        for at, (edit, group) in pairs
        if at == place or (group != DROPPED and lines(edit) == wanted)
    )


def _with_marks(state: State, marks: frozenset[Edit]) -> State:
    """The state with just these hunks selected, one by one."""
    unit = Unit.MARKS if marks else Unit.PIECE
    status = f"{quantity(len(marks), 'hunk')} selected: send them" if marks else ""
    return replace(state, unit=unit, anchor=None, marks=marks, status=status)
