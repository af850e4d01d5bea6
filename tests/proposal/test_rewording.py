"""Proposed messages and reasons follow the hunks; the user's own never change."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.model.part_homes import split_as_written
from gitsplit.model.plan import (
    Group,
    Plan,
    with_edits_assigned,
    with_group,
    with_group_moved,
    with_groups_merged,
    with_message,
)
from gitsplit.proposal.by_location import GroupBy
from gitsplit.proposal.propose import Proposals, proposals
from gitsplit.proposal.rewording import with_words_followed
from tests.proposal.test_regroup import FOUR, MESSAGE
from tests.strategies import commits, modified

LISTED = proposals(
    (
        modified(b"def load():\n", b"def load(path):\n", b"load.py"),
        modified(b"def paint():\n", b"def paint(colour):\n", b"paint.py"),
        modified(b"zebra\n", b"zebras\n", b"animals.txt"),
    ),
    b"Do it all\n\n* Load a path\n* Paint in colour\n* Count the zebras\n",
)


def moved(proposals: Proposals, plan: Plan, place: int, group: int) -> Plan:
    """The plan with an edit sent to the group."""
    return with_words_followed(
        with_edits_assigned(plan, [place], group), plan, proposals
    )


def said(plan: Plan, groups: Iterable[int]) -> list[tuple[bytes, bool]]:
    """What these groups say, and whether that is only proposed."""
    own = (plan.groups[group] for group in groups)
    return [(group.message, group.is_proposed) for group in own]


def messages(plan: Plan) -> list[bytes]:
    return [group.message for group in plan.groups]


def test_a_proposed_message_follows_the_hunks() -> None:
    plan = LISTED.plan(3)
    places = {message: g for g, message in enumerate(messages(plan))}
    load, paint = places[b"Load a path\n"], places[b"Paint in colour\n"]
    (at,) = plan.members(load)
    (other,) = plan.members(paint)
    swapped = moved(LISTED, moved(LISTED, plan, at, paint), other, load)

    assert swapped.groups[load].message == b"Paint in colour\n"
    assert swapped.groups[paint].message == b"Load a path\n"
    assert swapped.groups[paint].reason == plan.groups[load].reason


def test_a_message_that_is_confirmed_or_of_another_never_changes() -> None:
    plan = LISTED.plan(3)
    (at,) = plan.members(0)
    confirmed = with_message(plan, 0, plan.groups[0].message)
    theirs = replace(
        plan,
        groups=(Group(b"By a program\n", is_proposed=True), *plan.groups[1:]),
    )

    (zebras,) = plan.members(2)
    after = moved(LISTED, moved(LISTED, confirmed, at, 1), zebras, 0)
    assert said(after, [0]) == said(confirmed, [0])
    assert moved(LISTED, theirs, zebras, 0).groups[0].message == b"By a program\n"


def test_no_sentence_is_in_a_commit_that_has_no_hunks() -> None:
    plan = LISTED.plan(3)
    for group in range(3):
        (at,) = plan.members(group)
        emptied = with_edits_assigned(plan, [at], (group + 1) % 3)
        found = LISTED.messages(emptied)
        used = {*emptied.group_of, found.split.heir}
        said = b"".join(map(found.message, used))
        assert all(used.issuperset(homes) for homes in found.split.homes)
        assert all(item in said.lower() for item in (b"load", b"paint", b"zebras"))


def test_a_new_commit_is_named_by_its_first_hunk() -> None:
    plan = LISTED.plan(1)
    grown = with_group(plan, 1, Group(b"", "Chosen by you.", is_proposed=True))
    empty = with_words_followed(grown, plan, LISTED)
    full = moved(LISTED, empty, 1, 1)

    assert empty.groups[1].message == b""
    assert full.groups[1].message == LISTED.messages(full).message(1)
    assert full.groups[1].reason != "Chosen by you."
    assert full.groups[0].message == LISTED.messages(full).message(0)


def test_a_commit_without_hunks_has_no_proposed_subject_of_what_it_had() -> None:
    plan = LISTED.plan(3)
    at = next(group for group in range(3) if group != plan.owner)
    (place,) = plan.members(at)
    emptied = moved(LISTED, plan, place, plan.owner or 0)
    again = moved(LISTED, emptied, place, at)

    assert emptied.groups[at].message == b""
    assert again == plan


def test_what_is_sent_there_and_back_is_as_proposed() -> None:
    for number in (2, 3, 4):
        plan = FOUR.plan(number)
        for place in range(len(plan.edits)):
            group = plan.group_of[place]
            there = moved(FOUR, plan, place, (group + 1) % number)
            assert moved(FOUR, there, place, group) == plan


SPICES = proposals(
    (
        modified(b"salt\n", b"pepper = mill()\n", b"pepper.py"),
        modified(b"rice\n", b"saffron = thread()\n", b"saffron.py"),
        modified(b"tea\n", b"ginger = root()\n", b"ginger.py"),
        modified(b"oil\n", b"vinegar = cask()\n", b"vinegar.py"),
    ),
    b"Season it all\n\n* Grind the pepper\n* Weigh the saffron\n"
    b"* Peel the ginger root\n* Pour the vinegar\n",
)


def by_file(plan: Plan) -> dict[bytes, Group]:
    """For each path the group that has its change."""
    return {
        plan.changes[edit.file].side.path: plan.groups[group]
        for edit, group in zip(plan.edits, plan.group_of, strict=True)
    }


@pytest.mark.parametrize("one", range(4))
@pytest.mark.parametrize("two", range(4))
def test_a_merge_leaves_the_messages_of_other_commits(one: int, two: int) -> None:
    plan = SPICES.plan(4)
    merged = with_groups_merged(plan, one, two)
    emptied = with_edits_assigned(plan, plan.members(one), two)
    merged, emptied = (
        with_words_followed(made, plan, SPICES) for made in (merged, emptied)
    )
    ours = {plan.changes[plan.edits[p].file].side.path for p in plan.members(one)}
    ours |= {plan.changes[plan.edits[p].file].side.path for p in plan.members(two)}

    was = by_file(plan)
    for made in (merged, emptied):
        now = by_file(made)
        assert all(now[path] == was[path] for path in was.keys() - ours)
    items = split_as_written(SPICES.message, tuple(messages(plan)))
    (then,) = {by_file(merged)[path].message for path in ours}
    wanted = [
        part.text
        for part, homes in zip(items.parts, items.homes, strict=True)
        if {one, two} & {*homes}
    ]
    assert all(text in then for text in wanted)


def test_the_reason_of_a_merged_commit_is_about_all_its_hunks() -> None:
    plan = SPICES.plan(4)
    for one, two in ((0, 1), (1, 0), (2, 3), (3, 2)):
        merged = with_groups_merged(plan, one, two)
        at = two - (one < two)
        made = with_words_followed(merged, plan, SPICES)
        assert made.groups[at].reason == SPICES.reasons(made)[at]
        assert made.groups[at].reason != plan.groups[two].reason


def test_a_commit_that_is_moved_keeps_its_words() -> None:
    plan = FOUR.plan(3)
    made = with_words_followed(with_group_moved(plan, 0, 2), plan, FOUR)

    assert sorted(messages(made)) == sorted(messages(plan))


@given(commits(), st.sampled_from(["auto", "file"]), st.data())
def test_a_proposal_that_is_left_alone_is_as_proposed(
    found: object, by: GroupBy, data: st.DataObject
) -> None:
    made = proposals(found, MESSAGE, by)  # type: ignore[arg-type]
    plan = made.plan()

    assert made.messages(plan).in_plan(plan) == plan
    assert with_words_followed(plan, plan, made) == plan
    if not plan.edits or len(plan.groups) < 2:
        return
    place = data.draw(st.integers(0, len(plan.edits) - 1))
    group = data.draw(st.integers(0, len(plan.groups) - 1))
    kept = tuple(replace(each, is_proposed=False) for each in plan.groups)
    after = moved(made, replace(plan, groups=kept), place, group)
    own = [g for g in range(len(kept)) if kept[g].message != MESSAGE]
    assert said(after, own) == [(kept[g].message, False) for g in own]
