"""One commit more or fewer: what was decided stays, what was moved is as proposed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.errors import ActionRefused, InvalidPlan
from gitsplit.model.diff import FactEdit, FileChange, TextEdit, line_edits
from gitsplit.model.plan import (
    DROPPED,
    Override,
    Plan,
    with_edits_assigned,
    with_edits_cut,
    with_group,
    with_group_moved,
    with_groups_merged,
    with_message,
)
from gitsplit.proposal.by_location import GroupBy
from gitsplit.proposal.propose import Proposals, proposals
from gitsplit.proposal.regroup import regroup
from tests.strategies import commits, modified

MESSAGE = b"Do several things\n\nChange-Id: I" + b"1" * 40 + b"\n"

LINES = [b"%d\n" % n for n in range(1, 60)]


def changed(path: bytes, **words: str) -> FileChange:
    """A file of numbers in which some lines (``_N`` for N) say something else."""
    said = {int(at[1:]): f"{word}\n".encode() for at, word in words.items()}
    new = [said.get(number, line) for number, line in enumerate(LINES, 1)]
    return modified(b"".join(LINES), b"".join(new), path)


FOUR = proposals(
    (
        changed(b"a.py", _3="load_plan()", _30="load_plan()"),
        changed(b"b.py", _9="class Frame", _40="paint(Frame)"),
        changed(b"c.txt", _5="zebra"),
    ),
    MESSAGE,
)
"""The proposals for a commit of five pieces."""


def lines_of(plan: Plan) -> list[set[object]]:
    """The edits of each group."""
    return [{plan.edits[at] for at in plan.members(g)} for g in range(len(plan.groups))]


def dropped_lines(plan: Plan) -> set[tuple[object, ...]]:
    """Each line and fact that no commit takes."""
    found: set[tuple[object, ...]] = set()
    for at in plan.members(DROPPED):
        edit = plan.edits[at]
        if isinstance(edit, FactEdit):
            found.add((edit.file, edit.fact))
        else:
            found |= {(edit.file, "old", n) for n in edit.old.numbers}
            found |= {(edit.file, "new", n) for n in edit.new.numbers}
    return found


@given(
    commits(),
    st.sampled_from(list[GroupBy](["auto", "file", "proximity"])),
    st.integers(1, 4),
)
def test_an_untouched_proposal_becomes_the_proposal_of_one_more_and_back(
    changes: tuple[FileChange, ...], by: GroupBy, number: int
) -> None:
    found = proposals(changes, MESSAGE, by)
    try:
        plan = found.plan(number)
        more = regroup(plan, 1, found)
    except (ActionRefused, InvalidPlan):
        return

    assert not more.was_moved
    size = len(more.plan.groups)
    assert size > len(plan.groups)
    assert more.plan in (found.plan(n) for n in range(size, size + 8))
    back = regroup(more.plan, -1, found)
    assert not back.was_moved
    assert len(back.plan.groups) < size


@given(commits(), st.integers(1, 4), st.sets(st.integers(0, 9)))
def test_what_was_dropped_stays_dropped_and_everything_else_is_in_one_commit(
    changes: tuple[FileChange, ...], number: int, dropped: set[int]
) -> None:
    found = proposals(changes, MESSAGE)
    try:
        plan = found.plan(number)
        places = {at for at in dropped if at < len(plan.edits)}
        before = with_edits_assigned(plan, places, DROPPED)
        after = regroup(before, 1, found).plan
    except (ActionRefused, InvalidPlan):
        return

    assert dropped_lines(before) == dropped_lines(after)
    assert {*range(len(after.groups))} == {*after.group_of} - {DROPPED}


def test_one_more_parts_a_commit_and_says_which() -> None:
    plan = FOUR.plan(2)

    made = regroup(plan, 1, FOUR)

    assert made.plan == FOUR.plan(3)
    parted = [at for at, heir in enumerate(made.heirs) if made.parents.count(at) == 2]
    assert len(parted) == 1
    parts = [
        lines_of(made.plan)[at] for at in range(3) if made.parents[at] == parted[0]
    ]
    assert set().union(*parts) == lines_of(plan)[parted[0]]


def test_words_go_with_most_of_the_lines_that_they_were_written_for() -> None:
    plan = FOUR.plan(3)
    other = next(g for g in range(3) if g != plan.owner)
    worded = with_message(plan, other, b"What I say\n")

    made = regroup(worded, 1, FOUR)

    heir = made.heirs[other]
    assert heir is not None
    assert made.plan.groups[heir].message == b"What I say\n"
    assert [g.message for g in made.plan.groups].count(b"What I say\n") == 1
    assert not made.was_moved


def test_a_proposed_message_that_was_confirmed_stays_so() -> None:
    plan = FOUR.plan(3)
    other = next(g for g in range(3) if g != plan.owner)
    message = plan.groups[other].message

    made = regroup(with_message(plan, other, message), 1, FOUR)

    heir = made.heirs[other]
    assert heir is not None
    assert made.plan.groups[heir].message == message
    assert [g.is_proposed for g in made.plan.groups] == [
        g not in (heir, made.plan.owner) for g in range(4)
    ]


def test_what_was_only_proposed_is_proposed_anew() -> None:
    plan = FOUR.plan(3)
    other = next(g for g in range(3) if g != plan.owner)
    groups = [*plan.groups]
    groups[other] = replace(groups[other], message=b"By other hunks\n")

    made = regroup(replace(plan, groups=tuple(groups)), 1, FOUR)

    assert made.plan == FOUR.plan(4)


def test_the_owners_words_stay_with_the_owner() -> None:
    plan = FOUR.plan(1)
    worded = with_message(plan, 0, b"What I say\n")

    for _ in range(3):
        worded = regroup(worded, 1, FOUR).plan
        assert worded.owner is not None
        assert worded.groups[worded.owner].message == b"What I say\n"
        assert [g.message for g in worded.groups].count(b"What I say\n") == 1


@pytest.mark.parametrize("by", [1, -1])
def test_an_owner_that_was_chosen_is_still_the_owner(by: int) -> None:
    plan = FOUR.plan(3)
    for owner in range(3):
        made = regroup(replace(plan, continued_by=(owner,)), by, FOUR)

        assert made.plan.owner is not None
        if owner != plan.owner:
            assert made.plan.owner == made.heirs[owner]


def test_no_owner_is_made_where_none_shall_be() -> None:
    found = proposals(FOUR.changes, MESSAGE, keep="none")

    assert regroup(found.plan(2), 1, found).plan.owner is None


def test_what_was_moved_by_hand_is_as_proposed_and_said_to_be() -> None:
    plan = FOUR.plan(2)
    first = plan.members(0)[:1]
    moved = with_edits_assigned(plan, first, 1)
    merged = with_groups_merged(FOUR.plan(3), 2, 0)

    assert regroup(moved, 1, FOUR).was_moved
    assert regroup(moved, 1, FOUR).plan == FOUR.plan(3)
    assert regroup(merged, 1, FOUR).was_moved or lines_of(merged) == lines_of(plan)


def test_a_commit_without_pieces_does_not_count() -> None:
    plan = with_group(FOUR.plan(2), 1, FOUR.plan(2).groups[0])

    assert len(regroup(plan, 1, FOUR).plan.groups) == 3
    assert len(regroup(plan, -1, FOUR).plan.groups) == 1


def test_lines_that_were_dropped_alone_stay_cut_from_the_rest() -> None:
    found: Proposals = proposals(
        (modified(b"1\n2\n", b"one\ntwo\n", b"a"), *FOUR.changes), MESSAGE
    )
    plan = found.plan(2)
    lines = found.plan(7).edits
    parts = [edit for edit in lines if edit.file == 0]
    assert len(parts) == 2
    by_line = with_edits_cut(plan, {0: parts})

    after = regroup(with_edits_assigned(by_line, [0], DROPPED), 1, found).plan

    assert (after.edits[:2], after.group_of[0]) == (tuple(parts), DROPPED)
    assert after.group_of[1] != DROPPED


def test_what_was_written_by_hand_goes_to_the_commit_that_took_over() -> None:
    plan = FOUR.plan(2)
    written = replace(plan, overrides=(Override(1, 0, b"mine\n", b"base\n"),))

    made = regroup(written, 1, FOUR)

    (override,) = made.plan.overrides
    assert override.group == made.heirs[1]
    assert (override.content, override.base) == (b"mine\n", b"base\n")


def test_one_commit_has_no_fewer_and_single_lines_have_no_more() -> None:
    with pytest.raises(ActionRefused, match="Already one commit"):
        regroup(FOUR.plan(1), -1, FOUR)

    plan = FOUR.plan(5)
    with pytest.raises(ActionRefused, match="into 5 commits at most, not 6"):
        regroup(plan, 1, FOUR)


def test_a_border_says_which_commit_uses_what_another_brings() -> None:
    found = proposals(
        (
            modified(b"1\n", b"def load_plan():\n    return 1\n", b"lib.py"),
            modified(b"1\n", b"show(load_plan)\n", b"app.py"),
        ),
        MESSAGE,
    )
    plan = found.plan(2)

    assert found.border(plan, 0, 1) == ("Commit 2 depends on commit 1 (`load_plan`)")
    swapped = with_group_moved(plan, 0, 1)
    assert found.border(swapped, 0, 1) == (
        "Commit 1 needs `load_plan` from commit 2, which comes later"
    )


def test_nothing_is_said_of_a_border_that_goes_through_a_piece() -> None:
    (change,) = (modified(b"", b"one\ntwo\n", b"a"),)
    found = proposals((change, *FOUR.changes), MESSAGE)
    plan = found.plan(1)
    first = plan.edits[0]
    assert isinstance(first, TextEdit)
    parted = with_edits_cut(plan, {0: line_edits(change, first)})
    two = with_edits_assigned(with_group(parted, 1, plan.groups[0]), [1], 1)

    assert found.border(two, 0, 1) == ""
    assert proposals((change,), MESSAGE, "file").border(two, 0, 1) == ""
