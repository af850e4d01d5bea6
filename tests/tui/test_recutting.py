"""The keys for one commit more and one fewer, in the commit that is open."""

import pytest
from msgspec.structs import replace

from gitsplit.errors import ActionRefused, MergeCommit
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED
from gitsplit.proposal.propose import Proposals, proposals, proposals_by_content
from gitsplit.proposal.regroup import regroup
from gitsplit.tui.background.worker import Backend, find_proposal
from gitsplit.tui.state.app_state import ShellRequest, State
from gitsplit.tui.update.actions.screens import Redo, Undo
from gitsplit.tui.update.actions.series import OpenCommit, OpenMarked, OpenSeries
from gitsplit.tui.update.actions.split import (
    ChangeCount,
    Drop,
    FocusOn,
    Own,
    Send,
    SetContent,
    SetMessage,
)
from gitsplit.tui.update.series import with_only_split_open
from tests.tui.builder import COMMIT, after
from tests.tui.cases import COMMITS, proposed, series

MORE, FEWER = ChangeCount(1), ChangeCount(-1)


def cuts_in(state: State) -> Proposals:
    return state.proposals[state.target.commit]


def test_one_more_is_the_next_proposal_at_once_and_one_step() -> None:
    start = proposed()

    state = after(start, MORE)

    assert state.plan == cuts_in(start).plan(3)
    assert len(state.history.past) == 1
    assert state.status.startswith("3 commits: 1 split into 1 and 3 · u to undo")
    assert state.status.endswith(cuts_in(start).border(state.plan, 0, 2))
    assert state.focus == 2
    assert after(state, Undo()).todo == start.todo
    assert after(state, Undo(), Redo()).todo == state.todo


def test_one_fewer_says_what_holds_the_two_together() -> None:
    state = after(proposed(), FEWER)

    assert len(state.plan.groups) == 1
    assert state.status.startswith("1 commit: 1 and 2 merged into 1 · u to undo")
    assert state.status.endswith(state.plan.groups[0].reason)


def test_more_and_fewer_leads_back_to_the_proposal() -> None:
    start = proposed()

    assert after(start, MORE, MORE, FEWER, FEWER).plan == start.plan


def test_at_the_ends_the_keys_say_so_and_change_nothing() -> None:
    one = after(proposed(), FEWER)
    refused = after(one, FEWER)

    assert refused.is_refusal
    assert refused.todo is one.todo
    assert refused.status == "Already one commit."
    most = after(one, *[MORE] * 30)
    assert most.is_refusal
    assert most.status == "The commit can be split into 7 commits at most, not 8."


def test_what_was_moved_by_hand_is_not_lost_silently() -> None:
    moved = after(proposed(), Send(1))

    state = after(moved, MORE)

    assert "what you moved is back as proposed · u to undo" in state.status
    assert after(state, Undo()).plan == moved.plan


def test_the_words_and_the_owner_that_the_user_chose_stay() -> None:
    told = SetMessage(1, b"Spell it right\n")
    start = after(proposed(), told, FocusOn(1), Own())

    state = after(start, MORE)

    heir = regroup(start.plan, 1, cuts_in(start)).heirs[1]
    assert state.plan.owner == heir
    assert heir is not None
    assert state.plan.groups[heir].message == start.plan.groups[1].message
    assert b"Spell it right\n" in {group.message for group in state.plan.groups}
    assert "what you moved" not in state.status


def test_what_was_dropped_stays_dropped() -> None:
    state = after(proposed(), Drop(), MORE)

    assert state.plan.group_of[0] == DROPPED
    assert len(state.plan.groups) == 3


def test_a_content_that_conflicts_with_the_next_cut_is_not_given_up() -> None:
    written = after(proposed(), SetContent(0, 0, b"by hand\n"))

    state = after(written, MORE)

    assert state.is_refusal
    assert "The edit of client.py would conflict" in state.status
    assert state.plan is written.plan


def test_each_commit_of_a_series_has_its_own_number() -> None:
    start = series()
    plans = {oid: start.plans[oid] for oid in COMMITS[:2]}
    found = {oid: proposals(plan.changes, b"Do it\n") for oid, plan in plans.items()}
    todo = start.todo
    for oid in plans:
        todo = todo.with_plan(oid, found[oid].plan(2))
    history = replace(start.history, present=todo)
    state = replace(start, history=history, proposals=found)

    state = after(state, OpenMarked(), MORE)

    assert state.target.commit == COMMITS[0]
    sizes = [len(e.plan.groups) for e in state.todo.entries if e.plan is not None]
    assert sizes == [3, 2]


def test_a_commit_that_cannot_be_read_is_refused_with_the_reason() -> None:
    def refuse(_oid: Oid) -> Proposals:
        raise MergeCommit("It is a merge.")

    start = proposed()
    state = after(replace(start, proposals={}), MORE)
    with pytest.raises(ActionRefused, match="It is a merge"):
        find_proposal(Backend(proposals_of=refuse), state, MORE)

    assert state.request is ShellRequest.PROPOSE
    assert state.plan is start.plan
    with pytest.raises(ActionRefused, match="There is no proposal"):
        find_proposal(Backend(), state, MORE)
    assert start.target.commit == COMMIT


def large_series(shortcut: str) -> State:
    """The series, whose first commit's proposal was found with a short cut."""
    start = series()
    plan = start.plans[COMMIT]
    found = replace(proposals_by_content(plan.changes, b"Do it\n"), joined=shortcut)
    return replace(start, proposals={COMMIT: found})


def test_a_short_cut_is_named_where_the_commit_is_opened_first() -> None:
    start = large_series("each file stays whole")

    state = after(start, OpenCommit())
    again = after(state, OpenSeries(), OpenCommit())
    alone = with_only_split_open(replace(start, history=state.history))

    assert state.status.endswith(" · a large commit: each file stays whole")
    assert "large" not in again.status
    assert alone.status == "a large commit: each file stays whole"


def test_an_ordinary_commit_is_opened_without_such_words() -> None:
    assert "large" not in after(large_series(""), OpenCommit()).status
    assert "large" not in after(series(), OpenCommit()).status
