"""How large the commits are: counted on from plan to plan as if counted anew."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from gitsplit.model.diff import TextEdit, line_edits
from gitsplit.model.plan import DROPPED, Plan, with_edits_cut
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
    """A plan, then others with edits cut or moved, or that were there before."""
    plans = [plan_of(TEXTS, groups=3)]
    for _ in range(draw(st.integers(1, 8))):
        plan = plans[-1]
        place = draw(st.integers(0, len(plan.edits) - 1))
        edit = plan.edits[place]
        groups = list(plan.group_of)
        groups[place] = draw(st.sampled_from([0, 1, 2, DROPPED]))
        moved = replace(plan, group_of=tuple(groups))
        finer = moved
        if isinstance(edit, TextEdit):
            finer = with_edits_cut(
                plan, {place: line_edits(plan.changes[edit.file], edit)}
            )
        plans.append(draw(st.sampled_from([moved, finer, *plans])))
    return plans


@given(walks())
@settings(deadline=None)
def test_sizes_counted_on_are_those_counted_anew(walk: list[Plan]) -> None:
    count = SizeCounter()

    for plan in walk:
        assert SizeCounter()(plan) == count(plan)
