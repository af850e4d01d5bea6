"""Plans for a range of commits: who continues whom, and what goes along."""

from collections.abc import Sequence

import pytest

from gitsplit.errors import InvalidPlan
from gitsplit.model.change_id import IdRules
from gitsplit.model.diff import Fact, FactEdit
from gitsplit.model.drafts import split_drafts
from gitsplit.model.message import joined_message, without_change_id
from gitsplit.model.objects import Oid, RawCommit
from gitsplit.model.plan import (
    DROPPED,
    Group,
    Plan,
    plan_at_home,
    with_edits_assigned,
    with_group,
    with_groups_merged,
    without_empty_groups,
    without_group,
)
from gitsplit.model.series import CommitDraft, Series, SourceCommit
from gitsplit.model.states import original_trees, steps
from gitsplit.model.todo import refuse_broken_range
from tests.strategies import modified, side, text_change

CHANGE_ID = b"I" + b"1" * 40
MESSAGES = (b"one\n", b"two\n\nChange-Id: " + CHANGE_ID + b"\n", b"three\n")
STATES = (b"", b"1\n", b"1\n2\n", b"1\n2\n3\n")
ANN, BOB = b"Ann <a@x>", b"Bob <b@x>"


def oid(number: int) -> Oid:
    return Oid(f"{number:040d}")


def commit(
    number: int,
    *parents: int,
    author: bytes = ANN,
    time: int = 5,
    message: bytes | None = None,
) -> SourceCommit:
    headers = (
        b"tree " + oid(number + 50).encode(),
        *(b"parent " + oid(parent).encode() for parent in parents),
        b"author %s %d +0000" % (author, time),
    )
    text = MESSAGES[number - 1] if message is None else message
    return SourceCommit(oid(number), RawCommit(headers, text))


COMMITS = (commit(1, 0), commit(2, 1), commit(3, 2))


def growing() -> Plan:
    """A file that three commits add a line to each, at home."""
    changes = [[modified(STATES[n], STATES[n + 1])] for n in range(3)]
    return plan_at_home(changes, MESSAGES)


def drafts(plan: Plan, commits: Sequence[SourceCommit] = COMMITS) -> list[CommitDraft]:
    fresh = (b"I%040d" % number for number in range(9))
    return list(split_drafts(commits, plan, IdRules(), fresh)[0])


def test_at_home_each_commit_is_itself() -> None:
    made = drafts(growing())

    assert [each.source for each in made] == list(COMMITS)
    assert [each.message for each in made] == list(MESSAGES)
    assert [each.tree for each in made] == [c.raw.tree for c in COMMITS]
    assert {each.range_start for each in made} == {COMMITS[0].oid}


def test_a_range_of_one_commit_is_that_commit() -> None:
    changes = [[modified(STATES[0], STATES[1])]]
    (made,) = drafts(plan_at_home(changes, MESSAGES[:1]), COMMITS[:1])

    assert (made.source, made.tree, made.place) == (
        COMMITS[0],
        COMMITS[0].raw.tree,
        COMMITS[0].oid,
    )


@pytest.mark.parametrize(
    ("group_of", "trees"),
    [
        pytest.param((0, 1, 2), (0, 1, 2), id="at home"),
        pytest.param((0, 0, 2), (1, 1, 2), id="the second in the first"),
        pytest.param((1, 0, 2), (None, 1, 2), id="two changed places"),
        pytest.param((0, 1, DROPPED), (0, 1, 1), id="the last is left out"),
        pytest.param((0, DROPPED, 2), (0, 0, None), id="one in between is left out"),
    ],
)
def test_a_group_has_the_tree_of_a_commit_where_it_holds_just_its_edits(
    group_of: tuple[int, ...], trees: tuple[int | None, ...]
) -> None:
    plan = growing()
    for place, group in enumerate(group_of):
        plan = with_edits_assigned(plan, [place], group)

    assert original_trees(plan) == trees


@pytest.mark.parametrize("is_proposed", [True, False])
def test_a_group_that_goes_hands_its_commit_to_the_free_group_with_most_of_it(
    is_proposed: bool,
) -> None:
    plan = with_group(growing(), 3, Group(b"new\n"))
    plan = with_group(plan, 4, Group(b"other\n", is_proposed=is_proposed))
    moved = with_edits_assigned(plan, [1], 4)

    fewer = without_empty_groups(moved)

    assert fewer.continued_by == (0, 2, 1)
    assert fewer.groups[2].message == (MESSAGES[1] if is_proposed else b"other\n")


def test_a_commit_is_given_up_where_every_group_with_its_edits_continues_another() -> (
    None
):
    plan = without_group(with_edits_assigned(growing(), [1], 0), 1)

    assert plan.continued_by == (0, None, 1)
    assert [each.inherits for each in drafts(plan)] == [(COMMITS[1].oid,), ()]


def test_of_two_merged_groups_the_one_that_stays_keeps_what_it_continues() -> None:
    merged = with_groups_merged(growing(), 1, 0)

    assert merged.continued_by == (0, None, 1)
    both = joined_message(MESSAGES[0], without_change_id(MESSAGES[1]))
    assert [group.message for group in merged.groups] == [both, MESSAGES[2]]


def test_a_group_that_continues_none_takes_over_from_what_is_merged_into_it() -> None:
    merged = with_groups_merged(with_group(growing(), 0, Group(b"new\n")), 2, 0)

    assert merged.continued_by == (1, 0, 2)
    assert merged.groups[0].message == joined_message(MESSAGES[1], b"new\n")


def test_a_commit_that_changed_nothing_may_stay_so() -> None:
    changes = [[modified(STATES[0], STATES[1])], [], [modified(STATES[1], STATES[2])]]
    messages = (MESSAGES[0], b"", MESSAGES[2])
    commits = (COMMITS[0], commit(2, 1, message=b""), COMMITS[2])
    plan = plan_at_home(changes, messages)

    assert without_empty_groups(plan) == plan
    assert [each.message for each in drafts(plan, commits)] == list(messages)


def test_another_group_of_a_range_needs_edits_and_a_message() -> None:
    with pytest.raises(InvalidPlan, match="Commit 4 is empty"):
        drafts(with_group(growing(), 3, Group(b"new\n")))
    with pytest.raises(InvalidPlan, match="The message of commit 4"):
        drafts(with_edits_assigned(plan_with_a_new_commit(b"\n"), [3], 3))


def plan_with_a_new_commit(message: bytes) -> Plan:
    """The third commit changes two files; a fourth one has no edits yet."""
    changes = [
        [modified(STATES[0], STATES[1])],
        [modified(STATES[1], STATES[2])],
        [modified(STATES[2], STATES[3]), modified(b"x\n", b"y\n", b"b")],
    ]
    return with_group(plan_at_home(changes, MESSAGES), 3, Group(message))


def test_a_new_commit_has_the_author_of_most_lines_and_their_latest_date() -> None:
    authors = (
        commit(1, 0, author=BOB, time=9),
        commit(2, 1, author=ANN, time=3),
        commit(3, 2, author=ANN, time=7),
    )
    changes = [
        [modified(b"", b"1\n", b"a"), modified(b"", b"1\n", b"b")],
        [modified(b"", b"1\n", b"c"), modified(b"", b"1\n", b"d")],
        [modified(b"", b"1\n", b"e"), modified(b"", b"1\n", b"f")],
    ]
    plan = with_group(plan_at_home(changes, MESSAGES), 3, Group(b"new\n"))
    plan = with_edits_assigned(plan, [1, 3, 5], 3)

    *_, new = drafts(plan, authors)

    assert (new.role, new.source) == ("piece", authors[2])


def test_a_change_id_stays_and_a_new_commit_gets_one_where_others_have() -> None:
    plan = with_edits_assigned(plan_with_a_new_commit(b"new\n"), [3], 3)

    ids = [IdRules().of(each.message) for each in drafts(plan)]

    assert ids == [None, CHANGE_ID, None, b"I" + b"0" * 40]


def test_what_takes_a_path_brings_along_what_freed_it_before() -> None:
    gone = text_change(side(b"p", b"old\n"), None)
    made = text_change(None, side(b"p", b"new\n"))
    plan = plan_at_home([[modified(b"", b"1\n", b"z")], [gone], [made]], MESSAGES)
    creation = plan.edits.index(FactEdit(2, Fact.CREATE))

    moved = with_edits_assigned(plan, [creation, creation + 1], 0)

    assert moved.group_of == (0, *[0] * 4)
    assert len(steps(moved)) == 3


def test_a_path_that_two_files_have_is_refused() -> None:
    gone = text_change(side(b"p", b"old\n"), None)
    made = text_change(None, side(b"p", b"new\n"))
    plan = plan_at_home([[gone], [made]], MESSAGES[:2])
    later = with_group(plan, 2, Group(b"later\n"))

    with pytest.raises(InvalidPlan, match="two files at p"):
        steps(with_edits_assigned(later, [0, 1], 2))


def test_a_range_goes_past_no_merge_and_no_fork() -> None:
    merge = commit(3, 2, 9, message=b"merge\n")
    with pytest.raises(InvalidPlan, match="is a merge") as refused:
        refuse_broken_range(
            Series(oid(0), merge.oid, (*COMMITS[:2], merge)), (*COMMITS[:2], merge)
        )
    assert "2 commits" in refused.value.hint

    fork = commit(4, 1, message=b"fork\n")
    series = Series(oid(0), fork.oid, (*COMMITS, fork))
    with pytest.raises(InvalidPlan, match="forks off"):
        refuse_broken_range(series, COMMITS)
    with pytest.raises(InvalidPlan, match="doesn't follow"):
        refuse_broken_range(Series(oid(0), oid(3), COMMITS), (COMMITS[0], COMMITS[2]))
