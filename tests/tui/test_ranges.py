"""Ranges on the screen: which commits continue which, and what is said of them."""

from msgspec.structs import replace

from gitsplit.tui.state.app_state import State
from gitsplit.tui.update.actions.screens import Undo
from gitsplit.tui.update.actions.split import AddCommit, FocusOn, Own
from tests.tui.builder import after, range_of


def three_files() -> State:
    """Each of three commits creates a file."""
    files = {"a": "1\n", "b": "2\n", "c": "3\n"}
    names = [[], ["a"], ["a", "b"], ["a", "b", "c"]]
    return range_of(*({name: files[name] for name in own} for own in names))


def test_c_in_a_range_comes_round_and_exchanges_nothing_but_two() -> None:
    """Each press begins from where the round began; a whole round changes nothing."""
    start = replace(three_files(), focus=2)
    first, second, third = (after(start, *[Own()] * n) for n in (1, 2, 3))

    assert first.plan.continued_by == (2, 1, 0)
    assert first.status == (
        "commit 3 continues 1ae49ec16a and has its message;"
        " commit 1 continues 3ae49ec16a in its place · u to undo"
    )
    assert second.plan.continued_by == (0, 2, 1)
    assert [g.message for g in second.plan.groups] == [
        start.plan.groups[n].message for n in (0, 2, 1)
    ]
    assert third.plan == start.plan
    assert third.status == "commit 3 continues 3ae49ec16a again · u to undo"
    assert after(third, Undo(), Undo()).plan == first.plan
    assert after(first, FocusOn(0), Own()).plan.continued_by == (0, 1, 2)


def test_c_comes_round_for_a_commit_that_continued_none() -> None:
    start = after(three_files(), AddCommit())
    assert start.plan.continues(1) is None
    pressed = [after(start, *[Own()] * n) for n in range(1, 5)]

    assert [state.plan.continues(1) for state in pressed] == [0, 1, 2, None]
    assert pressed[0].plan.continued_by[1:] == start.plan.continued_by[1:]
    assert "; commit 1 continues none in its place" in pressed[0].status
    assert pressed[-1].plan == start.plan
