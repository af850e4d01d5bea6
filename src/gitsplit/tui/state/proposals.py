"""Proposals that are made while the screen is shown: put in place, or offered.

A large commit opens with everything in one new commit. Its proposal takes the place of
that plan in the whole history, as if the screen had opened on it; but never under a
page or a prompt, which are about the plan as it is: then it waits for their end. Where
the user has made a plan of their own by then, theirs stays, and a key uses the
proposal.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from gitsplit.errors import NothingToDo
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan
from gitsplit.model.todo import Entry, Todo
from gitsplit.tui.state.app_state import (
    ONE_COMMIT,
    History,
    Screen,
    State,
    entries_of,
)
from gitsplit.tui.state.confirmed import with_none_confirmed
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.location import (
    is_open,
    on_proposal,
    refuse_range,
    with_proposal_request,
)
from gitsplit.tui.state.undo import with_plan

PROPOSING = "proposing …"
ASKING = "asking your program … {use-proposal} goes on without it"
OFFER = "{use-proposal} uses the proposal"


def commit_to_propose(state: State) -> Oid | None:
    """The first commit whose proposal is to be made now, if there is one."""
    return next((oid for oid in state.unproposed if oid not in state.plans), None)


def proposal_words(state: State) -> str:
    """What is to be said of the proposal on the screens where one works."""
    if state.opened is None or state.screen not in ONE_COMMIT:
        is_shown = state.screen is Screen.SERIES and commit_to_propose(state)
        return PROPOSING if is_shown else ""
    commit = state.target.commit
    if state.plan.is_woven:
        return ""
    if commit in state.offered:
        return keyed(state, OFFER)
    if commit not in state.unproposed:
        return ""
    return keyed(state, ASKING) if commit in state.proposals else PROPOSING


def with_shortcut_words(state: State, said: str) -> str:
    """The status, and how the proposal for a large commit was simplified."""
    proposals = state.own_proposals
    if proposals is None or not proposals.shortcut:
        return said
    return " · ".join(filter(None, (said, f"a large commit: {proposals.shortcut}")))


def with_proposals_in_place(state: State) -> State:
    """The state with the proposals in place, or offered, that have come by now."""
    is_working = state.screen in (Screen.SERIES, Screen.SPLIT)
    if is_working and state.prompt is None and state.awaiting is None:
        for commit in state.unproposed:
            if commit in state.plans:
                state = _with_proposal(state, commit)
    return state


def _with_proposal(state: State, commit: Oid) -> State:
    """The state with the commit's proposal in place; offered where it has a plan."""
    before, plan = state.unproposed[commit], state.plans[commit]
    settled = without_awaited_proposal(state, commit)
    history = state.history
    todos = (*history.past, history.present, *history.future)
    if _is_planned(todos, commit, before):
        return replace(settled, offered=state.offered | {commit})
    past, future = (
        tuple(_with_plan_for(todo, commit, plan) for todo in side)
        for side in (history.past, history.future)
    )
    present = _with_plan_for(history.present, commit, plan)
    there = replace(
        settled, history=History(present, past, future), checks={}, progress=None
    )
    if not is_open(state, commit):
        return there
    shown = on_proposal(there, plan)
    return replace(shown, status=state.status or with_shortcut_words(shown, ""))


def without_awaited_proposal(state: State, commit: Oid) -> State:
    """The state in which no proposal for the commit is to come any more.

    Nothing moves on the screen by that: the list of commits keeps the room it has.
    """
    rest = {oid: plan for oid, plan in state.unproposed.items() if oid != commit}
    return replace(state, unproposed=rest, keeps_room=is_open(state, commit))


def _is_planned(todos: Iterable[Todo], commit: Oid, before: Plan) -> bool:
    """Whether the user has made another plan for the commit than it opened with."""
    plans = (todo.entry(commit).plan for todo in todos)
    return any(plan is not None and plan is not before for plan in plans)


def _with_plan_for(todo: Todo, commit: Oid, plan: Plan) -> Todo:
    """The list with this plan for the commit, if it has one; it may just wait."""
    entry = todo.entry(commit)
    return todo if entry.plan is None else todo.with_entry(replace(entry, plan=plan))


def is_unproposed(state: State, entry: Entry) -> bool:
    """Whether the entry has the plan in place of which a proposal comes."""
    return entry.plan is not None and entry.plan is state.unproposed.get(entry.oid)


def after_use_of_proposal(state: State) -> State:
    """The state one step on, with the proposal for the open commit.

    While a program of the user's is asked, that is gitsplit's own; the program's is
    offered when it comes. Raises ActionRefused where it is still being made, or is the
    plan as it stands.
    """
    commit = state.target.commit
    refuse_range(state, commit)
    if is_unproposed(state, entries_of(state.todo)[commit]):
        own = state.proposals.get(commit)
        if own is None:
            raise NothingToDo("The proposal is still being made.")
        words = "used gitsplit's own proposal"
        return with_none_confirmed(with_plan(state, own.plan(at_least=2), words))
    if commit not in state.plans:
        return with_proposal_request(state, commit)
    settled = replace(state, offered=state.offered - {commit})
    used = with_plan(settled, state.plans[commit], "used the proposal")
    return with_none_confirmed(used)
