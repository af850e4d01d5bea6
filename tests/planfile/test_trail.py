"""Todo lists with their cuts, as JSON and back: the same lists, or refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.model.diff import TextEdit, line_edits
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, Override, Plan, with_edits_cut
from gitsplit.model.todo import Todo, with_action
from gitsplit.planfile.saved_steps import Changes, Json, dump_steps, load_steps
from tests.tui.builder import plan_of
from tests.tui.cases import COMMITS, series

A, B, C = COMMITS
OLD, NEW = "1\n2\n3\n4\n5\n6\n7\n8\n", "1\nx\ny\n4\n5\nz\nw\n8\n"


def planned() -> Plan:
    """Two hunks of two lines each in one file, and a new file."""
    return plan_of({"a": (OLD, NEW), "b": (None, "new\n")}, groups=2)


def halved(plan: Plan, place: int) -> Plan:
    """The plan with the edit there cut into its two pairs of lines."""
    edit = plan.edits[place]
    assert isinstance(edit, TextEdit)
    return with_edits_cut(plan, {place: line_edits(plan.changes[edit.file], edit)})


def lists() -> tuple[Todo, ...]:
    """A walk with cuts, a drop, a move of pieces, other actions and another order."""
    begin = series().todo
    plan = planned()
    parts = halved(plan, 0)
    proposed = replace(parts.groups[1], is_proposed=True)
    dropped = replace(
        parts,
        group_of=(1, DROPPED, *parts.group_of[2:]),
        groups=(parts.groups[0], proposed),
    )
    by_hand = replace(dropped, overrides=(Override(1, 0, b"\xff\n", b"x\n", True),))
    split = begin.with_plan(A, plan)
    last = with_action(split.with_plan(A, by_hand), A, "pick")
    return (
        begin,
        split,
        split.with_plan(A, parts),
        split.with_plan(A, dropped),
        split.with_plan(A, by_hand),
        with_action(last, B, "reword", b"other words \xe9\n"),
        Todo((last.entries[1], last.entries[2], last.entries[0])),
    )


def again(value: Json) -> tuple[Todo, ...]:
    """What is read of it in a repository where the commits do what they did."""
    commits = {entry.oid: entry.commit for entry in series().todo.entries}
    changes: dict[tuple[str, ...], Changes] = {(A,): planned().changes}
    return load_steps(
        json.loads(json.dumps(value)), commits, lambda oids, _: changes[oids]
    )


def test_what_was_written_is_read_with_every_cut_and_plan_that_waits() -> None:
    assert again(dump_steps(lists())) == lists()


def test_a_list_alone_is_a_trail() -> None:
    assert again(dump_steps(lists()[:1])) == lists()[:1]


def test_what_stays_from_step_to_step_is_written_once() -> None:
    many = [lists()[1], *lists()[2:4]] * 50
    size = len(json.dumps(dump_steps(many)))

    assert size < len(json.dumps(dump_steps(lists()))) + 100 * len(many)


def test_what_does_not_fit_the_commits_is_refused() -> None:
    value = dump_steps(lists())
    commits = {entry.oid: entry.commit for entry in series().todo.entries}
    other = plan_of({"a": ("1\n2\n", "1\nx\n")}).changes
    with pytest.raises(ValueError, match="something else"):
        load_steps(value, commits, lambda *_: other)
    value = dump_steps(lists()[:1])
    commits = {**commits, Oid("0" * 40): commits[A]}
    with pytest.raises(ValueError, match="other commits"):
        load_steps(value, commits, lambda *_: planned().changes)


@given(st.data())
def test_what_is_damaged_is_refused_or_is_lists_of_the_same_commits(
    data: st.DataObject,
) -> None:
    value = json.loads(json.dumps(dump_steps(lists())))
    places = [*_places(value)]
    where, key = data.draw(st.sampled_from(places))
    where[key] = data.draw(
        st.none() | st.integers(-3, 40) | st.text(max_size=3) | st.lists(st.integers())
    )
    try:
        found = again(value)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return
    assert all({*todo.order} == {*COMMITS} for todo in found)


def _places(value: Json) -> list[tuple[Json, Json]]:
    """Every place of the JSON that holds something."""
    if isinstance(value, dict):
        inner: list[tuple[Json, Json]] = [*value.items()]
    elif isinstance(value, list):
        inner = [*enumerate(value)]
    else:
        return []
    found = [(value, key) for key, _ in inner]
    return found + [place for _, each in inner for place in _places(each)]
