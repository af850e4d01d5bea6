"""The messages of all new commits: which there are, how long, and whose Change-Id."""

import pytest
from msgspec.structs import replace

from gitsplit.model.plan import Group
from gitsplit.tui.state.app_state import (
    History,
    Purpose,
    Screen,
    ShellRequest,
    State,
)
from gitsplit.tui.state.message_rows import (
    current_message,
    message_rows,
    parted_messages,
)
from gitsplit.tui.state.new_commits import (
    Address,
    message_commits,
    origin_words,
    unconfirmed_count,
)
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.messages import (
    Confirm,
    LeavePartOut,
    NextUnconfirmed,
    SendPart,
    ShiftPart,
    WriteMessages,
)
from gitsplit.tui.update.actions.prompt import Ask, EraseText, Submit, TypeText
from gitsplit.tui.update.actions.reading import FAR, MoveRows, MoveTo
from gitsplit.tui.update.actions.screens import GoBack, OpenMessages, OpenPreview, Undo
from gitsplit.tui.update.actions.series import OpenSeries
from gitsplit.tui.update.actions.shell import EditMessages
from gitsplit.tui.update.actions.split import FocusOn, Own, SetMessage
from gitsplit.tui.view.messages import length_words, message_to_be, owner_words
from tests.tui.builder import CHANGE_ID, COMMIT, after, first_state, plan_of, state_of
from tests.tui.cases import COMMITS, messages, parted, series, story

A, B, C = COMMITS


def shown() -> State:
    return after(messages(), OpenSeries(), OpenMessages(), MoveTo(0))


def test_only_messages_that_are_somebody_s_business_are_shown() -> None:
    assert after(series(), OpenMessages()).is_refusal
    where = [commit.where for commit in message_commits(shown())]
    assert where == [Address(A, 0), Address(B), Address(C)]


def test_the_messages_open_at_the_commit_in_focus() -> None:
    state = after(story(), FocusOn(0), OpenMessages())

    assert (state.screen, state.message) == (Screen.MESSAGES, 0)
    assert after(state, GoBack()).screen is Screen.SPLIT


def test_a_subject_is_edited_where_it_stands() -> None:
    begun = after(shown(), MoveRows(2), Ask(Purpose.SUBJECT), EraseText(-FAR))
    state = after(begun, TypeText("Better"), Submit())

    assert state.todo.entry(C).message == b"Better\n"
    assert state.screen is Screen.MESSAGES
    assert after(state, Undo()).todo == shown().todo
    assert after(state, Undo()).screen is Screen.MESSAGES


def test_all_messages_are_taken_as_one_step() -> None:
    texts = tuple((c.where, b"New\n") for c in message_commits(shown()))
    asked = after(shown(), EditMessages())
    state = after(asked, WriteMessages(texts))

    assert asked.request is ShellRequest.EDIT_MESSAGES
    assert [commit.message for commit in message_commits(state)] == [b"New\n"] * 3
    assert after(state, Undo()).todo == shown().todo


def proposed(*numbers: int) -> State:
    """The messages of three new commits, of which these (from 0) are proposed."""
    start = story()
    groups = tuple(
        replace(group, is_proposed=number in numbers)
        for number, group in enumerate(start.plan.groups)
    )
    plan = replace(start.plan, groups=groups)
    return after(first_state(start.info, plan), OpenMessages(), MoveTo(0))


def test_a_proposed_message_is_confirmed_by_enter_which_goes_on_to_the_next() -> None:
    one = after(proposed(0, 2), Confirm())
    both = after(one, Confirm())

    assert [unconfirmed_count(state) for state in (proposed(0, 2), one, both)] == [
        2,
        1,
        0,
    ]
    assert (one.message, both.message) == (2, 2)
    assert one.plan.groups[0].message == proposed(0, 2).plan.groups[0].message
    assert one.status.startswith(f"confirmed the message of commit 1 of {COMMIT[:7]}")
    assert after(both, Undo(), Undo()).todo == proposed(0, 2).todo
    assert after(both, Confirm()).status == "Every message is confirmed."


def test_the_next_message_that_is_not_confirmed_is_found_round_the_end() -> None:
    assert after(proposed(0, 2), NextUnconfirmed()).message == 2
    assert after(proposed(0, 2), NextUnconfirmed(), NextUnconfirmed()).message == 0
    assert after(proposed(0), NextUnconfirmed()).message == 0
    assert after(proposed(), NextUnconfirmed()).is_refusal


def test_a_subject_that_is_accepted_as_it_stands_is_confirmed() -> None:
    state = after(proposed(0, 1), Ask(Purpose.SUBJECT), Submit())

    assert [group.is_proposed for group in state.plan.groups] == [False, True, False]
    kept = after(proposed(0, 1), GoBack(), FocusOn(1), Ask(Purpose.SUBJECT), Submit())
    assert [group.is_proposed for group in kept.plan.groups] == [True, False, False]


def test_messages_that_come_back_changed_from_the_editor_are_confirmed() -> None:
    start = proposed(0, 1, 2)
    texts = [(commit.where, commit.message) for commit in message_commits(start)]
    reworded = [*texts[:2], (texts[2][0], b"Mine\n")]

    left = after(start, WriteMessages(tuple(texts)))
    one = after(start, WriteMessages((texts[0],)), SetMessage(1, texts[1][1]))
    assert (left.todo, one.todo) == (start.todo, start.todo)
    assert left.status == "message of every commit unchanged"
    state = after(start, WriteMessages(tuple(reworded)))
    assert unconfirmed_count(state) == 0
    assert state.status == (
        f"reworded commit 3 of {COMMIT[:7]}, confirmed 2 messages · u to undo"
    )
    assert after(state, Undo()).todo == start.todo


def at_part(number: int) -> State:
    """The cursor on a part of the message that was split into three commits."""
    return after(parted(), OpenMessages(), MoveTo(3 + number))


def homes(state: State) -> list[tuple[int, ...]]:
    """The numbers of the commits that say each part, from 1."""
    message = parted_messages(state)[COMMIT]
    return [tuple(n + 1 for n in message.homes(part)) for part in message.listed]


def test_a_sentence_goes_to_the_commit_of_a_digit_and_the_cursor_to_the_next() -> None:
    state = after(at_part(1), SendPart(1))

    assert homes(at_part(1)) == [(1,)] * 4
    assert homes(state) == [(1,), (2,), (1,), (1,)]
    assert state.plan.groups[1].message == (
        b"Wait 30 seconds\n\nTen are not enough.\n\n"
        b"Ten seconds were not enough for anybody.\n"
    )
    assert b"Ten seconds" not in state.plan.groups[0].message
    assert CHANGE_ID in state.plan.groups[0].message
    assert state.message == at_part(2).message
    assert state.status == "moved the sentence from 1 to 2 · u to undo"
    assert after(state, Undo()).todo == at_part(1).todo


def test_a_sentence_is_shifted_left_out_and_taken_back() -> None:
    shifted = after(at_part(2), ShiftPart(1))
    left = after(at_part(2), LeavePartOut())

    assert homes(shifted) == [(1,), (1,), (2,), (1,)]
    assert homes(left) == [(1,), (1,), (), (1,)]
    assert parted_messages(left)[COMMIT].left_out() == (2,)
    back = after(left, MoveRows(-1), SendPart(0))
    assert back.plan == at_part(2).plan
    assert after(left, MoveRows(-1), LeavePartOut()).status == "already left out"


def test_a_sentence_confirms_only_the_message_whose_subject_it_becomes() -> None:
    start = at_part(1)
    body = after(start, SendPart(1))
    groups = (start.plan.groups[0], Group(b"Guessed\n", is_proposed=True))
    plan = replace(start.plan, groups=(*groups, start.plan.groups[2]))
    bare = replace(start, history=History(start.todo.with_plan(COMMIT, plan)))
    subject = after(bare, SendPart(1))

    found = [[g.is_proposed for g in s.plan.groups] for s in (start, body, subject)]
    assert found == [[False, True, True], [False, True, True], [False, False, True]]
    assert body.plan.groups[1].message.endswith(b"not enough for anybody.\n")
    assert subject.plan.groups[1].message == (
        b"Ten seconds were not enough for anybody.\n"
    )


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (SendPart(0), "already in commit 1"),
        (SendPart(3), "6ae49ec is split into commits 1 to 3."),
        (ShiftPart(-1), "6ae49ec is split into commits 1 to 3."),
    ],
)
def test_a_sentence_stays_where_it_can_not_go(action: Action, words: str) -> None:
    state = after(at_part(1), action)

    assert (state.todo, state.status) == (at_part(1).todo, words)


def test_no_sentence_is_sent_from_the_row_of_a_commit() -> None:
    state = after(at_part(-1), SendPart(0))

    assert state.status == "No sentence here. ↓ goes to the next one."


def test_a_message_of_one_part_and_trailers_is_not_listed() -> None:
    assert len(message_rows(after(story(), OpenMessages()))) == 3
    assert len(message_rows(at_part(0))) == 3 + 4


def test_words_typed_into_another_message_are_not_left_out() -> None:
    """Where a sentence is doesn't depend on how it came there."""
    typed = b"Wait longer\n\nTen seconds were\nnot enough for anybody, said all.\n"
    state = after(at_part(0), WriteMessages(((Address(COMMIT, 0), typed),)))

    assert homes(state) == [(), (1,), (), ()]


def test_an_empty_message_among_others_changes_none_of_them() -> None:
    texts = ((Address(A, 0), b"New\n"), (Address(A, 1), b" \n"))
    state = after(shown(), WriteMessages(texts))

    assert state.is_refusal
    assert state.todo == shown().todo


def test_a_message_with_a_nul_byte_changes_nothing() -> None:
    state = after(shown(), WriteMessages(((Address(A, 0), b"one\0half\n"),)))

    assert state.is_refusal
    assert state.todo == shown().todo


def test_the_owner_is_chosen_here_and_what_follows_is_said() -> None:
    first = after(shown(), Own())

    assert owner_words(shown()) == (
        "reviewers of I3aeff82c will see a new patch set with these 2 hunks;"
        " the other commit starts without reviewers"
    )
    assert first.todo.plans[A].owner == 0
    ids = [CHANGE_ID in message_to_be(first.info, c) for c in message_commits(first)]
    assert ids == [True, False, False]
    assert after(first, MoveRows(1), Own()).todo == shown().todo
    assert after(shown(), MoveRows(2), Own()).is_refusal


def test_a_message_has_the_change_id_that_it_will_have() -> None:
    new, kept, reworded = (
        message_to_be(shown().info, commit) for commit in message_commits(shown())
    )

    assert new.endswith(b"Change-Id: (will be added)\n")
    assert kept.endswith(b"Change-Id: %s\n" % CHANGE_ID)
    assert reworded.endswith(b"Change-Id: (will be added)\n")


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (0, "empty"),
        (50, "50 chars"),
        (51, "51 chars, over 50"),
        (72, "72 chars, over 50"),
    ],
)
def test_a_subject_that_is_too_long_is_named_in_words(length: int, words: str) -> None:
    assert length_words(b"x" * length)[0] == words
    assert length_words(b"x" * 73)[0] == "73 chars, over 72"
    assert length_words("ü".encode() * 50)[0] == "50 chars"


def test_the_message_at_hand_is_that_of_the_commit_at_the_cursor() -> None:
    assert current_message(after(shown(), MoveRows(1))).where == Address(B)
    assert current_message(story()).where.group == 1
    assert current_message(after(series(), MoveRows(1))).where == Address(B)


def with_an_empty_commit(owner: int) -> State:
    """A commit split into three, and a first one that nothing is in."""
    plan = plan_of({"a": ("1\n2\n3\n4\n5\n", "x\n2\ny\n4\nz\n")}, groups=4)
    return state_of(replace(plan, group_of=(1, 2, 3), continued_by=(owner,)))


@pytest.mark.parametrize("owner", [0, 3])
def test_a_commit_has_the_number_that_it_has_on_the_screen(owner: int) -> None:
    split = after(with_an_empty_commit(owner), FocusOn(3))
    listed = after(split, OpenMessages(), MoveTo(2))
    where = current_message(listed).where

    assert [origin_words(commit) for commit in message_commits(listed)] == [
        f"commit {number} of {COMMIT[:7]}" for number in (1, 2, 3)
    ]
    said = after(listed, WriteMessages(((where, b"New\n"),))).status
    assert said.startswith(f"reworded commit 3 of {COMMIT[:7]}")
    said = after(split, SetMessage(3, b"New\n")).status
    assert said.startswith("reworded commit 4")


def test_a_commit_that_has_the_message_of_an_empty_one_keeps_its_number() -> None:
    """The empty one is the original; the one after it stands for that."""
    split = after(with_an_empty_commit(0), FocusOn(1))
    said = after(split, SetMessage(1, b"New\n")).status
    assert said.startswith("reworded commit 2")

    listed = after(split, OpenMessages())
    where = current_message(listed).where
    said = after(listed, WriteMessages(((where, b"New\n"),))).status
    assert said.startswith(f"reworded commit 1 of {COMMIT[:7]}")


def test_a_message_that_is_missing_is_that_of_the_commit_with_that_number() -> None:
    state = with_an_empty_commit(0)
    silent = tuple(
        replace(group, message=b"") if number in (1, 3) else group
        for number, group in enumerate(state.plan.groups)
    )
    missing = after(state_of(replace(state.plan, groups=silent)), OpenPreview())

    assert missing.problems == ("Commit 3 has no message: select it and press i.",)
