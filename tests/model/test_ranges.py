"""Entries of a todo list made one range: what was to become of each is in its plan."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from gitsplit.errors import ActionRefused
from gitsplit.model.diff import FileChange
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, Group, Plan, is_at_home, with_edits_assigned
from gitsplit.model.ranges import closed_stretch, with_range
from gitsplit.model.series import Series, SourceCommit
from gitsplit.model.states import states_in
from gitsplit.model.todo import Doing, Todo, todo_as_read, with_action
from tests.tui.builder import BASE, change_of, raw_commit

TEXTS = ("", "a\n", "a\nb\n", "a\nB\n", "a\nB\nc\n")
OIDS = tuple(Oid(f"{number}" * 40) for number in range(1, 5))


def four() -> tuple[Series, dict[Oid, tuple[FileChange, ...]]]:
    """Four commits on each other; the third rewrites the second's line."""
    parents = (BASE, *OIDS)
    commits = tuple(
        SourceCommit(oid, raw_commit(b"%d\n" % number, parents[number]))
        for number, oid in enumerate(OIDS)
    )
    changes: dict[Oid, tuple[FileChange, ...]] = {
        oid: (change_of("f", (TEXTS[number], TEXTS[number + 1])),)
        for number, oid in enumerate(OIDS)
    }
    return Series(BASE, OIDS[-1], commits), changes


def joined(message: bytes, commit: SourceCommit) -> bytes:
    return message + commit.raw.message


def in_order(series: Series, order: Sequence[int]) -> Todo:
    entries = todo_as_read(series).entries
    return Todo(tuple(entries[number] for number in order))


def ranged(todo: Todo, stretch: range = range(4)) -> tuple[Todo, Plan]:
    series, changes = four()
    made = with_range(series, todo, stretch, changes, joined)
    plan = made.entries[stretch.start].plan
    assert plan is not None
    return made, plan


def contents(plan: Plan) -> list[str]:
    found = (states_in(plan, 0, (group,))[0] for group in range(len(plan.groups)))
    return [((file and file.content) or b"").decode() for file in found]


def test_commits_that_are_kept_are_a_range_that_changes_nothing() -> None:
    series, _ = four()
    made, plan = ranged(todo_as_read(series))

    assert is_at_home(plan, [b"0\n", b"1\n", b"2\n", b"3\n"])
    assert made.order == OIDS


def test_commits_that_were_moved_are_in_that_order_and_never_conflict() -> None:
    """The third rewrites the second's line: nothing is to be seen of it before that."""
    series, _ = four()
    _, plan = ranged(in_order(series, (0, 2, 1, 3)))

    assert [group.message for group in plan.groups] == [b"0\n", b"2\n", b"1\n", b"3\n"]
    assert plan.continued_by == (0, 2, 1, 3)
    assert contents(plan) == ["a\n", "a\nB\n", "a\nB\n", "a\nB\nc\n"]


def test_a_commit_that_is_dropped_is_left_out_of_the_range() -> None:
    series, _ = four()
    _, plan = ranged(with_action(todo_as_read(series), OIDS[3], "drop"))

    assert plan.continued_by == (0, 1, 2, None)
    assert plan.group_of[-1] == DROPPED
    assert contents(plan)[-1] == "a\nB\n"


@pytest.mark.parametrize(
    ("doing", "message"), [("squash", b"1\n2\n"), ("fixup", b"1\n")]
)
def test_a_commit_that_is_squashed_is_in_the_one_before_it(
    doing: Doing, message: bytes
) -> None:
    series, _ = four()
    _, plan = ranged(with_action(todo_as_read(series), OIDS[2], doing))

    assert [group.message for group in plan.groups] == [b"0\n", message, b"3\n"]
    assert plan.continued_by == (0, 1, None, 2)
    assert contents(plan) == ["a\n", "a\nB\n", "a\nB\nc\n"]


def test_what_is_squashed_into_a_commit_outside_is_refused() -> None:
    series, _ = four()
    todo = with_action(todo_as_read(series), OIDS[2], "fixup")

    with pytest.raises(ActionRefused, match="squashed into a commit before"):
        ranged(todo, range(2, 4))


def test_a_commit_that_was_split_or_reworded_stays_so() -> None:
    series, changes = four()
    todo = with_action(todo_as_read(series), OIDS[1], "reword", b"new words\n")
    _, own = ranged(todo_as_read(series), range(3, 4))
    two = replace(own, groups=(*own.groups, Group(b"more\n")))
    todo = todo.with_plan(OIDS[3], with_edits_assigned(two, [0], 1))

    made = with_range(series, todo, range(1, 4), changes, joined)
    plan = made.entries[1].plan

    assert plan is not None
    assert [group.message for group in plan.groups] == [
        *(b"new words\n", b"2\n", b"3\n", b"more\n"),
    ]
    assert plan.group_of == (0, 1, 3)
    assert made.order == OIDS


def test_the_stretch_of_what_was_moved_has_all_that_changed_their_places() -> None:
    series, _ = four()

    assert closed_stretch(series, in_order(series, (0, 3, 1, 2)), range(1, 2)) == range(
        1, 4
    )
    assert closed_stretch(series, todo_as_read(series), range(2, 3)) == range(2, 3)
