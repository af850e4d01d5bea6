"""What can be done to a plan, and what it implies."""

from dataclasses import dataclass
from typing import cast

import pytest
from msgspec.structs import replace

from gitsplit.errors import ActionRefused
from gitsplit.model.diff import Edit, FileChange, Span, TextEdit, edits_of, finer_edits
from gitsplit.model.plan import (
    DROPPED,
    Group,
    Plan,
    with_edits_assigned,
    with_edits_cut,
    with_files_for_lines,
    with_group,
    with_group_moved,
    with_groups_merged,
    with_message,
    with_original_in,
    without_empty_groups,
    without_group,
)
from tests.processor import grows_with_its_size
from tests.strategies import modified, side, text_change

CHANGED = modified(b"1\n2\n3\n", b"a\n2\nb\n")
CREATED = text_change(None, side(b"new", b"1\n\n2\n"))
DELETED = text_change(side(b"old", b"1\n2\n"), None)


def plan_of(change: FileChange, group_of: tuple[int, ...], owner: int = 0) -> Plan:
    """A plan with three groups for one file, its text cut down to lines or blocks."""
    edits: list[Edit] = []
    for edit in edits_of([change]):
        edits += finer_edits(change, edit) if isinstance(edit, TextEdit) else (edit,)
    groups = (Group(b"one\n"), Group(b"two\n"), Group(b"three\n"))
    return Plan((change,), tuple(edits), group_of, groups, (owner,))


def proposed_but(owner: int, plan: Plan) -> Plan:
    """The plan, whose messages are only proposed but for the owner's."""
    groups = enumerate(plan.groups)
    made = tuple(replace(each, is_proposed=at != owner) for at, each in groups)
    return replace(plan, groups=made)


def messages(plan: Plan) -> list[bytes]:
    return [group.message for group in plan.groups]


def test_an_edit_is_assigned_and_the_others_stay() -> None:
    plan = with_edits_assigned(plan_of(CHANGED, (0, 1)), [1], 2)

    assert plan.group_of == (0, 2)
    assert plan.members(2) == (1,)
    assert plan.edits_by_group() == {0: [plan.edits[0]], 2: [plan.edits[1]]}
    assert plan.of_file(0) == ((plan.edits[0], 0), (plan.edits[1], 2))


@pytest.mark.parametrize(
    ("change", "before", "edits", "group", "after"),
    [
        pytest.param(
            CREATED, (1, 1, 1), [2], 0, (0, 1, 0), id="the creation comes along"
        ),
        pytest.param(
            CREATED, (0, 0, 0), [1], 1, (0, 1, 0), id="the creation stays with lines"
        ),
        pytest.param(
            CREATED, (0, 0, 0), [1, 2], 1, (1, 1, 1), id="or goes with the last"
        ),
        pytest.param(
            CREATED, (0, 0, 2), [1], 1, (1, 1, 2), id="to the first group with lines"
        ),
        pytest.param(
            CREATED, (0, 1, 1), [1, 2], 2, (0, 2, 2), id="stays where it was put alone"
        ),
        pytest.param(
            CREATED, (2, 2, 2), [0], 0, (0, 2, 2), id="and can be put there alone"
        ),
        pytest.param(CREATED, (0, 0, 1), [0], 2, (0, 0, 1), id="but not after a line"),
        pytest.param(
            CREATED, (0, 0, 0), [1, 2], DROPPED, (DROPPED,) * 3, id="dropped with lines"
        ),
        pytest.param(
            CREATED, (DROPPED,) * 3, [1], 1, (1, 1, DROPPED), id="and brought back"
        ),
        pytest.param(
            DELETED, (0, 0, 0), [2], 1, (1, 0, 1), id="the deletion comes along"
        ),
        pytest.param(
            DELETED, (2, 1, 2), [2], 0, (1, 1, 0), id="the deletion goes with the last"
        ),
        pytest.param(
            DELETED, (2, 1, 1), [1], 0, (2, 0, 1), id="or stays where it was put"
        ),
        pytest.param(DELETED, (1, 1, 0), [0], 0, (1, 1, 0), id="but not before a line"),
        pytest.param(
            DELETED, (1, 1, 1), [1], DROPPED, (DROPPED, DROPPED, 1), id="line kept"
        ),
    ],
)
def test_a_file_exists_while_a_line_does_and_is_not_empty_by_accident(
    change: FileChange,
    before: tuple[int, ...],
    edits: list[int],
    group: int,
    after: tuple[int, ...],
) -> None:
    assert with_edits_assigned(plan_of(change, before), edits, group).group_of == after


def test_a_settled_plan_has_creations_first_and_deletions_last() -> None:
    assert with_files_for_lines(plan_of(CREATED, (2, 1, 0))).group_of == (0, 1, 0)
    assert with_files_for_lines(plan_of(DELETED, (0, 1, 2))).group_of == (2, 1, 2)
    assert with_files_for_lines(plan_of(CHANGED, (2, 0))).group_of == (2, 0)


def test_the_parts_of_a_cut_stay_in_the_group_of_the_whole() -> None:
    plan = plan_of(CHANGED, (0, 1))
    edit = TextEdit(0, 1, Span(2, 3), Span(2, 3))
    parts = (replace(edit, new=Span(2, 2)), replace(edit, old=Span(3, 3)))

    made = with_edits_cut(plan, {1: parts})
    assert made.edits == (plan.edits[0], *parts)
    assert made.group_of == (0, 1, 1)


def test_a_new_group_comes_between_the_others_and_has_no_edits_yet() -> None:
    plan = with_group(plan_of(CHANGED, (0, 1), owner=1), 1, Group(b"new\n"))

    assert messages(plan) == [b"one\n", b"new\n", b"two\n", b"three\n"]
    assert (plan.group_of, plan.owner) == ((0, 2), 2)


def test_dropped_edits_stay_dropped_when_groups_come_move_and_go() -> None:
    plan = plan_of(CHANGED, (0, DROPPED))
    plan = without_group(
        with_group_moved(with_group(plan, 0, Group(b"new\n")), 1, 3), 0
    )

    assert plan.group_of == (2, DROPPED)


ORIGINAL, TYPED, OTHER = b"original\n", b"typed\n", b"other\n"


@pytest.mark.parametrize(
    ("owner", "before", "expected"),
    [
        pytest.param(
            0,
            (Group(ORIGINAL), Group(TYPED)),
            (Group(TYPED), Group(ORIGINAL)),
            id="the messages change places",
        ),
        pytest.param(
            0,
            (Group(ORIGINAL), Group(TYPED, is_proposed=True)),
            (Group(TYPED, is_proposed=True), Group(ORIGINAL)),
            id="a proposed one stays proposed",
        ),
        pytest.param(
            None,
            (Group(ORIGINAL), Group(TYPED)),
            (Group(TYPED), Group(ORIGINAL)),
            id="nobody continued it, and one had its message",
        ),
        pytest.param(
            0,
            (Group(OTHER), Group(TYPED, is_proposed=True)),
            (Group(OTHER), Group(ORIGINAL)),
            id="another was typed for the one before",
        ),
        pytest.param(
            0,
            (Group(OTHER), Group(TYPED)),
            (Group(OTHER), Group(TYPED)),
            id="both were typed",
        ),
        pytest.param(
            None,
            (Group(OTHER), Group(TYPED, is_proposed=True)),
            (Group(OTHER), Group(ORIGINAL)),
            id="nobody had its message",
        ),
    ],
)
def test_who_continues_the_commit_has_its_message_and_what_was_typed_is_kept(
    owner: int | None, before: tuple[Group, ...], expected: tuple[Group, ...]
) -> None:
    plan = replace(plan_of(CHANGED, (0, 1)), groups=before, continued_by=(owner,))
    made = with_original_in(plan, 1, ORIGINAL)

    assert (made.groups, made.owner) == (expected, 1)


def test_a_group_without_edits_can_go() -> None:
    plan = without_group(plan_of(CHANGED, (0, 2), owner=2), 1)

    assert messages(plan) == [b"one\n", b"three\n"]
    assert (plan.group_of, plan.owner) == ((0, 1), 1)


@pytest.mark.parametrize(
    ("owner", "expected", "heir"),
    [(1, [b"one\n", b"two\n"], 1), (2, [b"one\n", b"three\n"], 1)],
)
def test_where_the_owner_goes_its_message_goes_on_with_the_change_id(
    owner: int, expected: list[bytes], heir: int
) -> None:
    before = proposed_but(owner, plan_of(CHANGED, (0, 0), owner))
    plan = without_group(before, owner)

    assert (messages(plan), plan.owner) == (expected, heir)
    assert not plan.groups[heir].is_proposed


@pytest.mark.parametrize("owner", [0, 1, 2])
def test_where_the_owner_goes_a_message_that_was_written_stays(owner: int) -> None:
    plan = plan_of(CHANGED, (0, 0), owner)
    plan = replace(plan, group_of=((owner + 1) % 3,) * 2)
    rest = [group for at, group in enumerate(plan.groups) if at != owner]
    made = without_group(plan, owner)

    assert ([*made.groups], made.owner) == (rest, min(owner, 1))


def test_a_message_without_words_gives_way_where_the_owner_goes() -> None:
    plan = plan_of(CHANGED, (1, 2))
    blank = replace(plan, groups=(plan.groups[0], Group(b"\n"), plan.groups[2]))

    assert messages(without_group(blank, 0)) == [b"one\n", b"three\n"]


def test_no_empty_group_hands_its_own_message_on_with_the_owners_change_id() -> None:
    """The commit that is left has what the owner says, not what stands between."""
    plan = plan_of(CHANGED, (0, 0), owner=2)
    first = replace(plan.groups[0], is_proposed=True)
    plan = replace(plan, groups=(first, *plan.groups[1:]))

    assert messages(without_empty_groups(plan)) == [b"three\n"]


def test_a_group_with_edits_cannot_be_removed() -> None:
    with pytest.raises(ActionRefused) as refused:
        without_group(plan_of(CHANGED, (0, 1)), 1)
    assert str(refused.value) == "Commit 2 can't be removed while it has hunks."


def test_the_only_group_cannot_be_removed() -> None:
    plan = replace(plan_of(CHANGED, (DROPPED, DROPPED)), groups=(Group(b"one\n"),))

    with pytest.raises(ActionRefused, match=r"^The only commit can't be removed\.$"):
        without_group(plan, 0)


@pytest.mark.parametrize(
    ("group", "to", "expected", "group_of", "owner"),
    [
        (0, 2, [b"two\n", b"three\n", b"one\n"], (2, 0), 2),
        (2, 0, [b"three\n", b"one\n", b"two\n"], (1, 2), 1),
        (1, 1, [b"one\n", b"two\n", b"three\n"], (0, 1), 0),
    ],
)
def test_a_group_moves_with_its_edits_and_the_others_keep_their_order(
    group: int, to: int, expected: list[bytes], group_of: tuple[int, ...], owner: int
) -> None:
    plan = with_group_moved(plan_of(CHANGED, (0, 1)), group, to)

    assert (messages(plan), plan.group_of, plan.owner) == (expected, group_of, owner)


def test_a_creation_stays_first_when_groups_change_places() -> None:
    plan = with_group_moved(plan_of(CREATED, (0, 0, 1)), 0, 1)

    assert plan.group_of == (0, 1, 0)


@pytest.mark.parametrize(
    ("source", "into", "owner", "expected", "new_owner"),
    [
        pytest.param(1, 0, 0, [b"one\n\ntwo\n", b"three\n"], 0, id="into the owner"),
        pytest.param(0, 1, 0, [b"one\n\ntwo\n", b"three\n"], 0, id="the owner's first"),
        pytest.param(0, 2, 1, [b"two\n", b"three\n\none\n"], 0, id="its own first"),
        pytest.param(2, 0, 2, [b"three\n\none\n", b"two\n"], 0, id="the last is owner"),
    ],
)
def test_merging_keeps_the_owner_and_both_messages(
    source: int, into: int, owner: int, expected: list[bytes], new_owner: int
) -> None:
    plan = plan_of(CHANGED, (source, into), owner)
    merged = with_groups_merged(plan, source, into)

    assert (messages(merged), merged.owner) == (expected, new_owner)
    assert len(set(merged.group_of)) == 1


@pytest.mark.parametrize(
    ("source", "into", "expected"),
    [
        (b"Two\n\nWhy.\n\nCloses: 2\n", b"One\n\nCloses: 1\n", b"One\n\nTwo\n\nWhy.\n"),
        (b"Why.\n\nCloses: 2\n", b"One\n\nWhy.\n\nCloses: 1\n", b"One\n\nWhy.\n"),
    ],
)
def test_merged_messages_have_the_trailers_of_both_last_and_nothing_twice(
    source: bytes, into: bytes, expected: bytes
) -> None:
    plan = with_message(with_message(plan_of(CHANGED, (0, 1)), 0, into), 1, source)
    merged = with_groups_merged(plan, 1, 0)

    assert merged.groups[0].message == expected + b"\nCloses: 1\nCloses: 2\n"


@pytest.mark.parametrize(
    ("source", "into", "expected"),
    [
        pytest.param(0, 1, Group(b"one\n"), id="a confirmed one wins"),
        pytest.param(1, 0, Group(b"one\n"), id="also where it is merged into"),
        pytest.param(1, 2, Group(b"three\n", is_proposed=True), id="of two, its own"),
    ],
)
def test_of_two_messages_the_one_that_is_only_proposed_gives_way(
    source: int, into: int, expected: Group
) -> None:
    plan = plan_of(CHANGED, (source, into))
    one, two, three = (
        replace(group, is_proposed=at > 0) for at, group in enumerate(plan.groups)
    )
    proposed = replace(plan, groups=(one, two, three), continued_by=(None,))

    assert expected in with_groups_merged(proposed, source, into).groups
    assert len(with_groups_merged(proposed, source, into).groups) == 2


def test_the_message_of_the_commit_that_goes_is_confirmed_no_more_than_it_was() -> None:
    plan = plan_of(CHANGED, (1, 2), owner=0)
    groups = tuple(replace(group, is_proposed=True) for group in plan.groups)
    proposed = replace(plan, groups=groups)

    assert without_empty_groups(proposed).groups[0] == proposed.groups[0]


def test_a_group_merged_into_itself_is_the_same() -> None:
    plan = plan_of(CHANGED, (0, 1))

    assert with_groups_merged(plan, 1, 1) == plan


def test_a_message_is_replaced_and_confirmed_and_the_reason_stays() -> None:
    one = Group(b"one\n", "Because.", is_proposed=True)
    plan = replace(plan_of(CHANGED, (0, 1)), groups=(one, one))

    assert with_message(plan, 1, b"other\n").groups == (
        one,
        Group(b"other\n", "Because."),
    )


@pytest.mark.parametrize(
    ("group_of", "owner", "expected", "new_owner"),
    [
        pytest.param((1, 1), 0, [b"one\n"], 0, id="one is left: the owner's message"),
        pytest.param((0, 2), 1, [b"one\n", b"two\n"], 1, id="the owner's heir"),
        pytest.param((0, 1), 2, [b"one\n", b"three\n"], 1, id="the last one's heir"),
        pytest.param((0, 2), 2, [b"one\n", b"three\n"], 1, id="another goes"),
        pytest.param((DROPPED, DROPPED), 1, [b"two\n"], 0, id="one always stays"),
    ],
)
def test_empty_groups_are_left_out(
    group_of: tuple[int, ...], owner: int, expected: list[bytes], new_owner: int
) -> None:
    before = proposed_but(owner, plan_of(CHANGED, group_of, owner))
    plan = without_empty_groups(before)

    assert (messages(plan), plan.owner) == (expected, new_owner)


def test_the_edits_of_each_file_are_found_without_passing_all_others() -> None:
    """Each look-up compares as many edits as a binary search does."""
    compared = 0

    @dataclass(frozen=True)
    class Counted:
        number: int

        @property
        def file(self) -> int:
            nonlocal compared
            compared += 1
            return self.number

    size = 4096
    edits = tuple(cast("Edit", Counted(number)) for number in range(size))
    plan = Plan((), edits, (0,) * size, (Group(b"m\n"),), (0,))

    assert [plan.of_file(number) for number in range(size)] == [
        ((edit, 0),) for edit in edits
    ]
    assert compared <= 2 * size * (size.bit_length() + 1)


def test_what_each_of_many_groups_has_is_looked_up() -> None:
    def work(size: int) -> object:
        plan = Plan((), (), (*range(size),), (), (*range(size),))
        return [(plan.members(at), plan.continues(at)) for at in range(size)]

    assert work(2) == [((0,), 0), ((1,), 1)]
    assert grows_with_its_size(work, 2_000)
