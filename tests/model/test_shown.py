"""What new commits change in truth, and which lines never show."""

from hypothesis import assume, given, reject
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import FileChange
from gitsplit.model.patch import changes_by_group
from gitsplit.model.plan import Plan, with_edits_assigned
from gitsplit.model.shown import (
    altered_groups,
    changed_lines,
    commit_sizes,
    composed_threads,
    unshown_lines,
)
from tests.model.test_lineage import at_home, plan_of
from tests.strategies import hunks_between, ranges


def compared(plan: Plan) -> list[tuple[int, int, int]]:
    """Files, added and removed lines of each commit, from the states of all files."""
    found = []
    for changes in changes_by_group(plan, hunks_between):
        lines = [changed_lines(change) for change in changes]
        added = sum(len(each.added) for each in lines)
        found.append((len(changes), added, sum(len(each.removed) for each in lines)))
    return found


def counted(plan: Plan) -> list[tuple[int, int, int]]:
    """The same, as it is counted."""
    return [*commit_sizes(plan, hunks_between)]


def test_a_line_that_is_rewritten_too_soon_is_added_once() -> None:
    """The second commit's line never shows, so the third adds nothing."""
    plan = plan_of("ab", "a1b", "a2b")
    swapped = replace(plan, group_of=(1, 0))

    assert composed_threads(plan) == ()
    assert counted(swapped) == compared(swapped) == [(1, 1, 0), (0, 0, 0)]
    assert counted(replace(plan, group_of=(0, 0))) == [(1, 1, 0), (0, 0, 0)]
    assert altered_groups(swapped, hunks_between) == {0, 1}


def test_hunks_that_don_t_touch_leave_commits_as_they_were() -> None:
    plan = plan_of("abcdef", "1abcdef", "1abcdef2")
    swapped = replace(plan, group_of=(1, 0), continued_by=(1, 0))

    assert counted(swapped) == compared(swapped) == [(1, 1, 0), (1, 1, 0)]
    assert altered_groups(swapped, hunks_between) == frozenset()


@given(ranges(), st.data())
def test_lines_are_counted_as_if_all_files_were_compared(
    changes: tuple[FileChange, ...], data: st.DataObject
) -> None:
    plan = at_home(changes)
    assume(plan.edits)
    places = st.integers(0, len(plan.edits) - 1)
    groups = st.integers(0, len(plan.groups) - 1)
    for place, group in data.draw(st.lists(st.tuples(places, groups), max_size=6)):
        plan = with_edits_assigned(plan, [place], group)
        try:
            wanted = compared(plan)
        except InvalidPlan:  # two files at one path
            reject()

        assert counted(plan) == wanted


def test_lines_that_are_gone_as_soon_as_they_come_never_show() -> None:
    plan = plan_of("ab", "a123b", "a1b")

    assert unshown_lines(plan, plan.threads) == {}
    assert unshown_lines(replace(plan, group_of=(1, 0)), plan.threads) == {0: 2}
    assert unshown_lines(replace(plan, group_of=(1, 1)), plan.threads) == {0: 2}


def test_what_corrects_a_commit_before_it_is_one_hides_nothing() -> None:
    """Of three commits only the first two are stored."""
    plan = replace(plan_of("ab", "a1b", "a12b", "a2b"), group_of=(0, 1, 0))

    assert unshown_lines(plan, plan.threads) == {0: 1}
    assert unshown_lines(plan, plan.threads, 2) == {}
