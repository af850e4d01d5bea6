"""From hunk to hunk, hunks selected one by one, and what is repeated."""

import pytest
from msgspec.structs import replace

from gitsplit.model.plan import DROPPED, Group
from gitsplit.proposal.propose import proposals
from gitsplit.tui.key_rows import KeyContext
from gitsplit.tui.keymap import key_table
from gitsplit.tui.state.app_state import NumberPurpose, Screen, State, Unit
from gitsplit.tui.state.selection import selection_of
from gitsplit.tui.update.actions.prompt import BeginNumber, TypeDigit
from gitsplit.tui.update.actions.reading import (
    Cancel,
    MarkAlike,
    MarkHunk,
    MoveInCommit,
    MovePiece,
    MoveRows,
    MoveTo,
    NextDoubtful,
    NextUnseen,
)
from gitsplit.tui.update.actions.screens import OpenPreview, Undo
from gitsplit.tui.update.actions.split import (
    AddCommit,
    Drop,
    FocusOn,
    MergeInto,
    MoveCommit,
    Repeat,
    Send,
    SendAlong,
    SplitHunk,
    SwapWith,
    Take,
)
from gitsplit.tui.view.key_help import footer
from tests.tui.builder import COMMIT, after, plan_of, state_of

FILES = {name: (f"{name}\n", f"{name}{name}\n") for name in "abcdef"}


def spread(*groups: int, count: int = 0) -> State:
    """A hunk in each of six files, in these commits."""
    plan = plan_of(FILES, max(groups) + 1, groups)
    more = tuple(Group(b"%d\n" % n) for n in range(len(plan.groups), count))
    return state_of(replace(plan, groups=plan.groups + more))


def place(state: State) -> int | None:
    return state.rows.edit_at(state.cursor)


def test_brackets_go_from_hunk_to_hunk_of_the_selected_commit() -> None:
    state = spread(0, 1, 0, 2, 1, 0)
    seen = [state]
    for by in (1, 1, -1, -1):
        seen.append(after(seen[-1], MoveInCommit(by)))

    assert [place(each) for each in seen] == [0, 2, 5, 2, 0]
    assert after(seen[2], MoveInCommit(1)).status == (
        "Already the last hunk of commit 1."
    )
    assert place(after(state, FocusOn(1), MoveInCommit(1))) == 1


def test_the_next_hunk_not_seen_is_neither_sent_nor_kept() -> None:
    state = after(spread(0, 1, 0, 1, 1, 0), Send(1), Take(), MoveTo(0))
    there = after(state, NextUnseen())

    assert (place(there), there.status) == (
        2,
        "hunk 3 of 6, in commit 1 · 4 hunks not seen",
    )
    done = after(there, *[Take()] * 4, NextUnseen())
    assert done.status == "Every hunk was sent or kept."


def test_a_part_of_a_hunk_that_was_kept_is_seen() -> None:
    plan = plan_of({"a": ("", "1\n\n2\n"), "b": ("x\n", "y\n")}, 2, (0, 1))
    cut = after(state_of(plan), Take(), MovePiece(-1), SplitHunk())

    assert after(cut, MoveTo(0), NextUnseen()).status.endswith("1 hunk not seen")


def test_doubtful_hunks_come_by_how_little_the_proposal_is_sure_of_them() -> None:
    names = ("apple", "pear")
    files = {
        f"{name}_{n}.py": ("x = 1\n", f"x = 1\n{name} = get_{name}({name}_{n})\n")
        for name in names
        for n in range(3)
    }
    plan = plan_of(files, 2, (0, 0, 1, 1, 1, 1))  # an apple among the pears
    found = proposals(plan.changes, b"Do it\n")
    state = replace(state_of(plan), proposals={COMMIT: found})
    first = after(state, NextDoubtful())

    assert place(first) == 2
    assert "doubtful: 1 of 6, least sure first" in first.status
    assert place(after(first, NextDoubtful())) != 2
    kept = after(first, Take(), NextDoubtful())
    assert place(kept) != 2
    assert "1 of 5" in kept.status


def test_without_scores_nothing_is_doubtful_in_words() -> None:
    assert after(spread(0, 1, 0, 1, 1, 0), NextDoubtful()).status == (
        "Only a proposal by meaning says how sure it is."
    )


def test_hunks_are_selected_one_by_one_and_sent_together() -> None:
    marked = after(spread(0, 1, 0, 1, 1, 0), MarkHunk(), MovePiece(1), MarkHunk())

    assert [each.place for each in selection_of(marked)] == [0, 2]
    sent = after(marked, Send(1))
    assert sent.plan.group_of == (1, 1, 1, 1, 1, 0)
    assert (sent.unit, sent.marks, len(sent.steps_done)) == (
        Unit.PIECE,
        frozenset(),
        1,
    )


def test_selecting_once_more_and_escape_end_it() -> None:
    state = spread(0, 1, 0, 1, 1, 0)
    one = after(state, MarkHunk(), MarkHunk())

    assert len(selection_of(after(one, MoveTo(state.cursor), MarkHunk()))) == 1
    assert after(one, Cancel()).unit is Unit.PIECE
    assert after(one, Cancel()).marks == frozenset()


def test_selected_hunks_that_are_cut_are_no_longer_selected() -> None:
    plan = plan_of({"a": ("", "1\n\n2\n"), "b": ("x\n", "y\n")}, 2, (0, 1))
    state = after(state_of(plan), MarkHunk(), SplitHunk())

    assert (state.unit, len(state.plan.edits)) == (Unit.PIECE, 3)


def test_hunks_of_the_same_lines_are_alike() -> None:
    files = dict.fromkeys("abc", ("old()\n", "new()\n"))
    plan = plan_of({**files, "d": ("x\n", "y\n")}, 2, (0, 0, 1, 1))
    state = after(state_of(plan), MarkAlike())

    assert [each.place for each in selection_of(state)] == [0, 1, 2]
    assert after(state_of(plan), MoveTo(10**6), MarkAlike()).status == (
        "No other hunk is like this one."
    )


def test_the_last_send_is_repeated() -> None:
    state = spread(0, 0, 0, 1, 2, 0)

    assert after(state, Repeat()).status == "Nothing was sent yet."
    assert after(state, Send(2), Repeat(), Repeat()).plan.group_of[:3] == (2, 2, 2)
    assert after(state, SendAlong(1), Repeat()).plan.group_of[:2] == (1, 1)
    assert after(state, Drop(), Repeat()).plan.group_of[:2] == (DROPPED, DROPPED)
    assert after(state, AddCommit(), Repeat()).plan.group_of[:2] == (1, 1)


@pytest.mark.parametrize("between", [MoveCommit(1), MergeInto(1), Undo()])
def test_what_gives_commits_other_numbers_is_not_repeated_over(
    between: MoveCommit | MergeInto | Undo,
) -> None:
    state = after(spread(0, 0, 0, 1, 2, 0), Send(2), between, Repeat())

    assert state.status == "Nothing was sent yet."


@pytest.mark.parametrize(("one", "other"), [(0, 2), (2, 0), (0, 1)])
def test_two_commits_are_swapped(one: int, other: int) -> None:
    start = spread(0, 1, 2, 0, 1, 2)
    state = after(start, FocusOn(one), SwapWith(other))
    order = {one: other, other: one}

    assert state.plan.group_of == tuple(order.get(g, g) for g in start.plan.group_of)
    assert state.plan.groups[other] == start.plan.groups[one]
    assert (state.focus, len(state.steps_done)) == (other, 1)


def typed(purpose: NumberPurpose, digits: str) -> tuple[BeginNumber | TypeDigit, ...]:
    return (BeginNumber(purpose), *map(TypeDigit, digits))


def test_two_digits_after_a_0_name_any_commit() -> None:
    start = spread(0, 1, 2, 0, 1, 2, count=12)
    begun = after(start, *typed(NumberPurpose.SEND, "1"))

    assert begun.status == "send to commit 1_"
    assert key_table().context(begun, "2") is KeyContext.NUMBER
    sent = after(begun, TypeDigit("2"))
    assert (sent.plan.group_of[0], sent.number) == (11, None)
    swapped = after(start, *typed(NumberPurpose.SWAP, "012"))
    assert swapped.plan.group_of[0] == 11
    merged = after(start, *typed(NumberPurpose.MERGE, "003"))
    assert merged.plan.group_of[0] == merged.plan.group_of[2]


@pytest.mark.parametrize(
    ("purpose", "words"),
    [
        (
            NumberPurpose.MERGE,
            "merge into commit _ (1-9, or 0dd) · M: the previous one",
        ),
        (NumberPurpose.SWAP, "swap with commit _ (1-9, or 0dd)"),
    ],
)
def test_who_merges_or_swaps_is_asked_with_which_commit(
    purpose: NumberPurpose, words: str
) -> None:
    start = after(spread(0, 1, 2), FocusOn(2))
    begun = after(start, BeginNumber(purpose))

    assert begun.status == words
    assert footer(begun) == [("0-9", "commit"), ("Esc", "cancel")]
    cancelled = after(begun, TypeDigit(""))
    assert (cancelled.status, cancelled.plan) == ("Cancelled.", start.plan)
    done = after(begun, TypeDigit("1"))
    two_moved = {NumberPurpose.MERGE: (0, 1, 0), NumberPurpose.SWAP: (2, 1, 0)}
    assert (done.plan.group_of, done.number) == (two_moved[purpose], None)
    longer = after(begun, TypeDigit("0"))
    assert longer.status == f"{purpose} __"
    assert after(longer, *map(TypeDigit, "01")).plan == done.plan


def test_a_second_m_merges_into_the_previous_commit() -> None:
    start = after(spread(0, 1, 2), FocusOn(2))
    merged = after(start, *typed(NumberPurpose.MERGE, "M"))

    assert merged.plan.group_of == (0, 1, 1)
    swapped = after(start, *typed(NumberPurpose.SWAP, "M"))
    assert (swapped.status, swapped.plan) == ("Cancelled.", start.plan)


def test_a_number_is_shown_in_the_preview_and_what_is_no_digit_cancels() -> None:
    start = spread(0, 1, 2, 0, 1, 2)
    shown = after(start, OpenPreview(), *typed(NumberPurpose.SEND, "02"))

    assert (shown.screen, shown.viewed) == (Screen.COMMIT, 1)
    cancelled = after(start, *typed(NumberPurpose.SEND, "0x"))
    assert (cancelled.number, cancelled.status) == (None, "Cancelled.")
    assert after(start, *typed(NumberPurpose.SEND, "00")).is_refusal


def test_undo_goes_to_what_it_undid() -> None:
    state = after(spread(0, 1, 0, 1, 1, 0), MovePiece(1), Send(0), MoveTo(0), Undo())

    assert (place(state), state.focus) == (1, 1)


def test_a_commit_that_was_emptied_is_gone_after_the_next_step() -> None:
    state = after(spread(0, 1, 2, 2, 2, 2), MovePiece(1), Send(0))

    assert (len(state.plan.groups), state.plan.group_of) == (3, (0, 0, 2, 2, 2, 2))
    gone = after(state, Send(0))
    assert (len(gone.plan.groups), gone.plan.group_of) == (2, (0, 0, 0, 1, 1, 1))
    assert gone.status == (
        "moved 2 lines from 3 to 1; removed the empty commit 2 · u to undo"
    )
    assert after(gone, Undo()).plan == state.plan
    assert after(gone, Repeat()).is_refusal


def test_a_commit_that_is_filled_by_the_next_step_stays() -> None:
    state = after(spread(0, 1, 2, 2, 2, 2), MovePiece(1), Send(0), Send(1))

    assert state.plan.group_of == (0, 0, 1, 2, 2, 2)


def test_a_commit_made_for_hunks_to_come_waits_for_them() -> None:
    between = after(spread(0, 1, 0, 1, 1, 0), MovePiece(1), MoveRows(-3))
    waiting = after(between, AddCommit())

    assert waiting.plan.members(2) == ()
    assert len(after(waiting, MovePiece(1), Send(0)).plan.groups) == 3
