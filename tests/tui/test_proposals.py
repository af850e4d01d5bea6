"""A proposal comes in while the screen is shown; what the user has done then wins."""

import asyncio
import gc
from collections.abc import Callable, Sequence
from operator import attrgetter
from threading import Event

import pytest
from msgspec.structs import replace
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from gitsplit.errors import Interrupted, InvalidPlan
from gitsplit.model.diff import edits_of
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Group, Plan
from gitsplit.model.progress import PATIENT
from gitsplit.proposal.propose import proposals
from gitsplit.tui.app import Shell
from gitsplit.tui.background.worker import Backend, next_job
from gitsplit.tui.state.app_state import Purpose, Refusal, State
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.proposals import (
    ASKING,
    OFFER,
    PROPOSING,
    commit_to_propose,
    proposal_words,
)
from gitsplit.tui.surroundings import Editor, Surroundings
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.prompt import Ask, Dismiss
from gitsplit.tui.update.actions.reading import MovePiece, MoveRows, Narrow
from gitsplit.tui.update.actions.reports import Proposed
from gitsplit.tui.update.actions.screens import (
    GoBack,
    OpenHelp,
    OpenPreview,
    Redo,
    ShowCommit,
    Undo,
)
from gitsplit.tui.update.actions.shell import Apply
from gitsplit.tui.update.actions.split import AddCommit, Send, SetMessage, UseProposal
from tests.tui.builder import ABOVE, COMMIT, after, plan_of, state_of
from tests.tui.driver import cursor_lines

FILES = {f"f{n}.py": ("a\nb\nc\n", f"a\n{n}\nc\n") for n in range(4)}
PROPOSAL = plan_of(FILES, groups=2)
SECONDS = 10.0


def everything_in_one() -> Plan:
    changes = PROPOSAL.changes
    edits = edits_of(changes)
    whole = Group(b"Do several things at once\n")
    return Plan(changes, edits, (0,) * len(edits), (whole,), (0,))


def opened() -> State:
    """The screen as it opens before the proposal is made."""
    plan = everything_in_one()
    return replace(state_of(plan), unproposed={COMMIT: plan})


ARRIVAL = Proposed(COMMIT, PROPOSAL, None)


def test_the_proposal_is_put_in_place_as_if_the_screen_had_opened_on_it() -> None:
    start = opened()
    state = after(start, ARRIVAL)

    assert proposal_words(start) == PROPOSING
    assert (state.plan, proposal_words(state)) == (PROPOSAL, "")
    assert not state.steps_done
    assert after(state, Undo()).plan is state.plan
    assert commit_to_propose(start) == COMMIT
    assert commit_to_propose(state) is None


def test_the_cursor_and_a_selection_stay_where_they_are() -> None:
    before = after(opened(), MoveRows(9), Narrow(), MoveRows(2))
    state = after(before, ARRIVAL)

    assert state.plan == PROPOSAL
    assert (state.cursor, state.anchor, state.unit, state.status) == (
        before.cursor,
        before.anchor,
        before.unit,
        before.status,
    )


LONG = "".join(f"{number}\n" for number in range(30))
LONG_FILES = {f"f{n}.py": (LONG, LONG.replace("7\n", "seven\n")) for n in range(6)}


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (100, 30), (140, 40), (200, 60)])
@pytest.mark.parametrize(
    "done",
    [
        (),
        [MovePiece(1)] * 3,
        [*[MovePiece(1)] * 9, *[MovePiece(-1)] * 3],
        (AddCommit(), Send(0)),
    ],
)
@pytest.mark.parametrize("commits", [2, 6])
def test_the_cursor_stays_on_its_line_of_the_terminal(
    size: tuple[int, int], done: Sequence[Action], commits: int
) -> None:
    """Where the list of commits is above the diff, it is longer by the proposal."""
    proposal = plan_of(LONG_FILES, commits)
    whole = plan_of(LONG_FILES, 1)
    start = replace(state_of(whole), unproposed={COMMIT: whole})
    arrival = Proposed(COMMIT, proposal, None)
    *_, before, now = cursor_lines(start, [*done, arrival], *size)

    assert now == before


@pytest.mark.parametrize(
    "done",
    [
        (AddCommit(),),
        (AddCommit(), Send(0), Send(1)),
        (SetMessage(0, b"Mine\n"),),
        (AddCommit(), Undo()),
        (AddCommit(), Undo(), Redo()),
    ],
)
def test_where_the_user_has_a_plan_it_stays_and_the_proposal_is_offered(
    done: tuple[Action, ...],
) -> None:
    before = after(opened(), *done)
    state = after(before, ARRIVAL)

    assert (state.todo, state.history) == (before.todo, before.history)
    assert proposal_words(state) == keyed(state, OFFER)
    used = after(state, UseProposal())
    assert (used.plan, proposal_words(used)) == (PROPOSAL, "")
    assert after(used, Undo()).todo == before.todo


def test_what_is_done_after_the_arrival_is_done_to_the_proposal() -> None:
    state = after(opened(), ARRIVAL, MoveRows(1), Send(1))

    assert state.plan == after(state_of(PROPOSAL), MoveRows(1), Send(1)).plan
    assert after(state, Undo()).plan == PROPOSAL


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        (Ask(Purpose.SUBJECT), Dismiss()),
        (ShowCommit(0), GoBack()),
        (OpenPreview(), GoBack()),
        (OpenHelp(), GoBack()),
    ],
)
def test_nothing_changes_under_a_prompt_or_a_page(
    opening: Action, closing: Action
) -> None:
    before = after(opened(), opening)
    state = after(before, ARRIVAL)

    assert (state.todo, state.screen) == (before.todo, before.screen)
    assert after(state, closing).plan == PROPOSAL


def test_the_preview_applies_no_commit_whose_proposal_is_being_made() -> None:
    shown = after(opened(), OpenPreview())
    assert shown.problems == ("Its proposal is being made.",)
    assert after(shown, Apply()).is_refusal

    ready = after(shown, ARRIVAL)
    assert ready.problems == ("Its proposal is ready: q shows it.",)
    refused = after(ready, Apply())
    assert refused.is_refusal
    assert refused.request is None
    assert after(ready, GoBack(), OpenPreview()).problems == ()


def test_a_plan_of_ones_own_is_applied_while_the_proposal_is_being_made() -> None:
    made = after(opened(), AddCommit(), OpenPreview())

    assert made.problems == ()


def test_a_proposal_for_a_commit_that_is_not_open_waits_for_it() -> None:
    plan = everything_in_one()
    one = after(opened(), ARRIVAL)
    both = replace(
        one, history=replace(one.history, present=one.todo.with_plan(ABOVE, plan))
    )
    state = after(
        replace(both, unproposed={ABOVE: plan}), replace(ARRIVAL, commit=ABOVE)
    )

    assert state.todo.plans == {COMMIT: PROPOSAL, ABOVE: PROPOSAL}
    assert (state.cursor, state.rows) == (one.cursor, one.rows)


def test_where_nothing_can_be_proposed_the_screen_says_why_and_goes_on() -> None:
    def refuse(_: Oid) -> Plan:
        raise InvalidPlan("The commit can't be cut into 9.", hint="Ask for fewer.")

    start, backend = opened(), Backend(plan_of=refuse)
    job = next_job(start, backend)
    assert job is not None
    state = after(start, job.find(PATIENT))

    assert state.status == "The commit can't be cut into 9. Ask for fewer."
    assert (state.refusal, proposal_words(state)) == (Refusal.ERROR, "")
    assert (state.plan, next_job(state, backend)) == (start.plan, None)
    made = after(state, AddCommit())
    assert len(made.plan.groups) == 2


def test_there_is_nothing_to_use_while_the_proposal_is_being_made() -> None:
    state = after(opened(), UseProposal())

    assert state.status == "The proposal is still being made."
    assert state.plan == opened().plan


def test_while_a_program_is_asked_the_screen_can_go_on_without_it() -> None:
    own = proposals(PROPOSAL.changes, everything_in_one().groups[0].message)
    backend = Backend(
        plan_of=lambda _: PROPOSAL, proposals_of=lambda _: own, asks_program=True
    )
    start = opened()
    job = next_job(start, backend)
    assert job is not None
    asked = after(start, job.find(PATIENT))

    assert (asked.plan, proposal_words(asked)) == (start.plan, keyed(start, ASKING))
    gone_on = after(asked, UseProposal())
    assert gone_on.plan == own.plan(at_least=2)
    assert after(gone_on, Undo()).plan == start.plan
    job = next_job(gone_on, backend)
    assert job is not None
    come = after(gone_on, job.find(PATIENT))
    assert (come.plan, proposal_words(come)) == (gone_on.plan, keyed(start, OFFER))
    assert after(come, UseProposal()).plan == PROPOSAL
    assert after(asked, ARRIVAL).plan == PROPOSAL


class Proposer:
    """Makes the proposal once it may."""

    def __init__(self) -> None:
        self.is_asked = Event()
        self.may_end = Event()

    def plan_of(self, _commit: Oid) -> Plan:
        self.is_asked.set()
        assert self.may_end.wait(SECONDS)
        return PROPOSAL

    def state_after(
        self,
        keys: str,
        is_done: Callable[[State], bool],
        edit: Callable[[bytes], bytes] = lambda text: text,
    ) -> State:
        """The state when the proposal has come in, after keys that came before it.

        It comes as soon as something is done; the editor may let it come, too.
        """
        editor = Editor(
            lambda text, _: edit(text), lambda _, text: text, lambda titled: ()
        )
        around = Surroundings(editor, Backend(plan_of=self.plan_of), with_syntax=False)
        shell = Shell(opened(), around)

        async def run() -> None:
            with create_pipe_input() as pipe:
                application = shell.application(pipe, DummyOutput())
                running = asyncio.ensure_future(application.run_async())
                await _until(self.is_asked.is_set)
                pipe.send_text(keys)
                await _until(lambda: is_done(shell.state))
                self.may_end.set()
                await _until(lambda: COMMIT in shell.state.plans)
                pipe.send_text("\x03")
                await running

        try:
            with pytest.raises(Interrupted):
                asyncio.run(asyncio.wait_for(run(), SECONDS))
        finally:
            gc.unfreeze()
        return shell.state


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.005)


KEYS = ["j", "\x1b[B", "w", "o", "f", "v", "+", "u", "?", "/x\r"]


@pytest.mark.parametrize("key", KEYS)
def test_no_key_waits_for_the_proposal(key: str) -> None:
    proposer = Proposer()
    start = opened()

    def is_answered(state: State) -> bool:
        assert not proposer.may_end.is_set()
        return state != start

    proposer.state_after(key, is_answered)


def test_what_was_written_in_an_editor_is_about_the_plan_as_it_was_then() -> None:
    proposer = Proposer()

    def edit(_: bytes) -> bytes:
        proposer.may_end.set()
        return b"Mine\n"

    state = proposer.state_after("m", attrgetter("steps_done"), edit)

    assert [group.message for group in state.plan.groups] == [b"Mine\n"]
    assert COMMIT in state.offered
