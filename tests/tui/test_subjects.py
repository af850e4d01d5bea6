"""The subject of a new commit: chosen among those proposed, and following its hunks."""

from msgspec.structs import replace

from gitsplit.model.plan import Plan
from gitsplit.proposal.propose import Proposals, proposals
from gitsplit.tui.state.app_state import Purpose, State
from gitsplit.tui.update.actions.prompt import (
    Ask,
    ChooseSubject,
    EraseText,
    Submit,
    TypeText,
)
from gitsplit.tui.update.actions.reading import FAR
from gitsplit.tui.update.actions.screens import Undo
from gitsplit.tui.update.actions.split import AddCommit, FocusOn, Own, Send, SetMessage
from tests.strategies import modified
from tests.tui.builder import COMMIT, after, first_state, raw_commit, whole_of

MESSAGE = b"Do it all\n\n* Load a path\n* Paint in colour\n* Count the zebras\n"

FOUND: Proposals = proposals(
    (
        modified(b"zebra\n", b"zebras\n", b"animals.txt"),
        modified(b"def load():\n", b"def load(path):\n", b"load.py"),
        modified(b"def paint():\n", b"def paint(colour):\n", b"paint.py"),
    ),
    MESSAGE,
)


def opened(number: int = 3) -> State:
    """The screen on a commit of three hunks that is proposed as so many commits."""
    info = whole_of("Do it all")
    first, *above = info.series.commits
    commits = (replace(first, raw=raw_commit(MESSAGE, first.raw.parents[0])), *above)
    info = replace(info, series=replace(info.series, commits=commits), change_ids={})
    start = first_state(info, FOUND.plan(number))
    return replace(start, proposals={COMMIT: FOUND})


def group_saying(plan: Plan, words: bytes) -> int:
    """The group whose message begins like this."""
    return next(g for g, at in enumerate(plan.groups) if at.message.startswith(words))


def test_arrows_choose_among_the_proposed_subjects_and_say_where_they_are_from() -> (
    None
):
    start = opened()
    loads = group_saying(start.plan, b"Load")
    asked = after(start, FocusOn(loads), Ask(Purpose.SUBJECT))
    second = after(asked, ChooseSubject(1))
    assert asked.prompt is not None
    assert second.prompt is not None
    choices = FOUND.messages(start.plan).subjects[loads]

    assert asked.prompt.choices == choices
    assert second.prompt.text.encode() == choices[1].text
    assert second.status == f"2 of {len(choices)}: {choices[1].reason}"
    assert after(second, ChooseSubject(-1)).prompt == asked.prompt
    taken = after(second, Submit())
    assert taken.plan.groups[loads].message == FOUND.messages(start.plan).message(
        loads, 1
    )
    assert not taken.plan.groups[loads].is_proposed
    assert after(taken, Undo()).plan == start.plan


def test_a_subject_of_ones_own_is_the_first_to_choose() -> None:
    typed = after(opened(), SetMessage(0, b"Mine\n\nWhy.\n"), FocusOn(0))
    asked = after(typed, Ask(Purpose.SUBJECT))
    assert asked.prompt is not None

    assert asked.prompt.choices[0].text == b"Mine"
    assert (
        after(asked, ChooseSubject(1), Submit())
        .plan.groups[0]
        .message.endswith(b"\n\nWhy.\n")
    )


def test_without_a_proposal_there_is_nothing_to_choose() -> None:
    state = after(
        replace(opened(), proposals={}), Ask(Purpose.SUBJECT), ChooseSubject(1)
    )

    assert state.is_refusal


def test_a_proposed_message_follows_its_hunks_and_undo_is_exact() -> None:
    start = opened()
    loads, paints = (group_saying(start.plan, w) for w in (b"Load", b"Paint"))
    (hunk,) = start.plan.members(loads)
    row = start.rows.row_of(start.plan.edits[hunk])
    state = after(replace(start, cursor=row), Send(paints))

    assert state.plan.groups[paints] == with_words(state.plan, paints)
    assert after(state, Undo()).plan == start.plan


def with_words(plan: Plan, group: int) -> object:
    """The group with what is proposed for its hunks."""
    return replace(
        plan.groups[group],
        message=FOUND.messages(plan).message(group),
        reason=FOUND.reasons(plan)[group],
    )


def test_a_message_that_was_typed_stays_when_hunks_come() -> None:
    start = opened()
    loads, paints = (group_saying(start.plan, w) for w in (b"Load", b"Paint"))
    (hunk,) = start.plan.members(loads)
    row = start.rows.row_of(start.plan.edits[hunk])
    typed = after(start, SetMessage(paints, b"Mine\n"))
    state = after(replace(typed, cursor=row), Send(paints))

    assert state.plan.groups[paints].message == b"Mine\n"


def test_a_new_commit_has_the_message_of_what_it_takes() -> None:
    state = after(opened(1), AddCommit())

    assert state.plan.groups[1].message == FOUND.messages(state.plan).message(1)
    assert state.plan.groups[1].is_proposed


def test_who_continues_the_original_has_what_is_left_of_its_message() -> None:
    start = opened()
    loads = group_saying(start.plan, b"Load")
    state = after(start, FocusOn(loads), Own())
    proposed = FOUND.messages(state.plan)

    assert proposed.split.heir == loads
    assert [g.message for g in state.plan.groups] == list(proposed.messages)
    assert after(state, Undo()).plan == start.plan


def test_a_subject_typed_anew_is_typed() -> None:
    state = after(
        opened(), Ask(Purpose.SUBJECT), EraseText(-FAR), TypeText("Other"), Submit()
    )

    assert state.plan.groups[state.focus].message.startswith(b"Other\n")
