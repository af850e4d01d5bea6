"""How large the commits are: counted on from plan to plan as if counted anew."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.model.diff import TextEdit, line_edits
from gitsplit.model.plan import (
    DROPPED,
    Group,
    Plan,
    with_edits_assigned,
    with_edits_cut,
    with_group,
    with_groups_merged,
)
from gitsplit.tui.state import commit_diff
from gitsplit.tui.state.commit_diff import SizeCounter
from tests.tui.builder import plan_of

TEXTS = {
    "a": ("1\n2\n3\n", "1\nx\ny\n"),
    "b": (None, "p\nq\nr\n"),
    "c": (
        "".join(f"{n}\n" for n in range(40)),
        "".join(f"{n % 3}\n" for n in range(40)),
    ),
}


@st.composite
def walks(draw: st.DrawFn) -> list[Plan]:
    """A plan, then others: edits cut or moved, groups made or merged, or as before."""
    plans = [plan_of(TEXTS, groups=3)]
    for _ in range(draw(st.integers(1, 8))):
        plan = plans[-1]
        place = draw(st.integers(0, len(plan.edits) - 1))
        edit = plan.edits[place]
        groups = list(plan.group_of)
        groups[place] = draw(st.sampled_from([*range(len(plan.groups)), DROPPED]))
        moved = replace(plan, group_of=tuple(groups))
        at = draw(st.integers(0, len(plan.groups) - 1))
        grown = with_group(plan, at, Group(b"new"))
        fewer = with_groups_merged(grown, at, draw(st.integers(0, len(plan.groups))))
        finer = moved
        if isinstance(edit, TextEdit):
            finer = with_edits_cut(
                plan, {place: line_edits(plan.changes[edit.file], edit)}
            )
        plans.append(draw(st.sampled_from([moved, finer, grown, fewer, *plans])))
    return plans


@given(walks())
@settings(deadline=None)
def test_sizes_counted_on_are_those_counted_anew(walk: list[Plan]) -> None:
    count = SizeCounter()

    for plan in walk:
        assert SizeCounter()(plan) == count(plan)


def test_a_new_commit_has_only_what_it_takes_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted: list[int] = []
    add = commit_diff._add_to_sizes

    def add_counted(
        plan: Plan, sizes: commit_diff.Sizes, members: commit_diff.Members, by: int = 1
    ) -> None:
        counted.append(len(members))
        add(plan, sizes, members, by)

    monkeypatch.setattr(commit_diff, "_add_to_sizes", add_counted)
    plan = plan_of({str(n): ("a\n", "b\n") for n in range(100)}, groups=3)
    count = SizeCounter()
    count(plan)
    grown = with_edits_assigned(with_group(plan, 1, Group(b"new")), [7], 1)
    count(grown)
    assert count(plan) == SizeCounter()(plan)

    assert counted == [100, 1, 1, 1, 1, 100]
