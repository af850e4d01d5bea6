"""A todo list: the order of a series, merges included, and what is done to each."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsplit.errors import ActionRefused, InvalidPlan
from gitsplit.model.objects import Oid, RawCommit
from gitsplit.model.series import Series, SourceCommit
from gitsplit.model.todo import (
    Doing,
    Entry,
    Todo,
    new_parents,
    out_of_place,
    todo_as_read,
    todo_layout,
    with_action,
    with_commit_moved,
)


def oid(name: str) -> Oid:
    """An id that begins with the ASCII codes of the name."""
    return Oid(name.encode("ascii").hex().ljust(40, "0"))


def series(*commits: str) -> Series:
    """A series of commits written as ``name:parent,parent``, after the commit ``u``."""
    found = []
    for written in commits:
        name, _, parents = written.partition(":")
        headers = (
            b"tree " + oid("7").encode(),
            *(b"parent " + oid(parent).encode() for parent in parents.split(",")),
        )
        raw = RawCommit(headers, name.encode())
        found.append(SourceCommit(oid(name), raw))
    return Series(oid("u"), found[-1].oid, tuple(found))


LINE = series("a:u", "b:a", "c:b")
FORK = series("a:u", "b:a", "c:a", "d:c", "e:b,d", "f:e")


def names(parents: tuple[Oid, ...]) -> str:
    return " ".join(bytes.fromhex(p).rstrip(b"\0").decode("ascii") for p in parents)


def test_in_the_order_as_it_is_parents_are_the_original_ones() -> None:
    for read in (LINE, FORK):
        parents = new_parents(read, todo_as_read(read).order)

        assert {c.oid: c.raw.parents for c in read.commits} == parents


@given(st.permutations("abc"))
def test_in_a_line_each_commit_gets_the_one_before_it(order: list[str]) -> None:
    parents = new_parents(LINE, [oid(name) for name in order])

    assert ["u", *order[:-1]] == [names(parents[oid(name)]) for name in order]


def test_a_merge_follows_the_line_whose_end_is_another_commit_now() -> None:
    parents = new_parents(FORK, [oid(name) for name in "abdcef"])

    assert names(parents[oid("c")]) == "d"
    assert names(parents[oid("d")]) == "a"
    assert names(parents[oid("e")]) == "b c"


@pytest.mark.parametrize("order", ["bacdef", "acbdef", "abcedf", "abcdfe"])
def test_no_commit_passes_a_merge_or_fork(order: str) -> None:
    with pytest.raises(InvalidPlan):
        new_parents(FORK, [oid(name) for name in order])


def test_the_plans_are_those_of_commits_that_are_to_be_split() -> None:
    todo = todo_as_read(LINE)

    assert todo.plans == {}
    assert Entry(LINE.commits[1]) == todo.entry(oid("b"))


def doing(read: Series, *actions: Doing) -> Todo:
    """The list that does these to the commits, in their order."""
    pairs = zip(read.commits, actions, strict=True)
    return Todo(tuple(Entry(commit, action) for commit, action in pairs))


def test_a_commit_is_squashed_into_the_one_that_is_left_before_it() -> None:
    into = todo_layout(LINE, doing(LINE, "pick", "drop", "fixup")).into

    assert {oid("c"): oid("a")} == into


def test_what_is_squashed_into_a_squashed_commit_is_in_the_one_that_stays() -> None:
    into = todo_layout(LINE, doing(LINE, "pick", "fixup", "squash")).into

    assert {oid("b"): oid("a"), oid("c"): oid("a")} == into


def test_nothing_is_squashed_into_what_is_below_the_series() -> None:
    first = doing(LINE, "fixup", "pick", "pick")
    first_left = doing(LINE, "drop", "squash", "pick")
    for todo in (first, first_left):
        with pytest.raises(InvalidPlan, match="no commit before it"):
            todo_layout(LINE, todo)


@pytest.mark.parametrize("commit", ["b", "c"])
def test_nothing_is_squashed_into_a_commit_that_another_line_has_too(
    commit: str,
) -> None:
    todo = with_action(todo_as_read(FORK), oid(commit), "fixup")

    with pytest.raises(InvalidPlan, match="first commit of a branch"):
        todo_layout(FORK, todo)


def test_nothing_is_squashed_into_a_merge() -> None:
    with pytest.raises(InvalidPlan, match="comes after a merge"):
        todo_layout(FORK, with_action(todo_as_read(FORK), oid("f"), "squash"))


@pytest.mark.parametrize("action", ["split", "squash", "fixup"])
def test_a_merge_is_neither_split_nor_squashed(action: Doing) -> None:
    with pytest.raises(ActionRefused, match="is a merge"):
        with_action(todo_as_read(FORK), oid("e"), action)
    for allowed in ("pick", "reword", "drop"):
        with_action(todo_as_read(FORK), oid("e"), allowed)


def test_a_series_is_never_dropped_whole() -> None:
    with pytest.raises(InvalidPlan, match="none is left"):
        todo_layout(LINE, doing(LINE, "drop", "drop", "drop"))


@given(st.sampled_from("abc"), st.integers(-2, 2))
def test_a_commit_that_was_moved_is_moved_back(name: str, by: int) -> None:
    at = "abc".index(name)
    if not 0 <= at + by < len("abc"):
        with pytest.raises(ActionRefused):
            with_commit_moved(LINE, todo_as_read(LINE), oid(name), by)
        return
    todo = with_commit_moved(LINE, todo_as_read(LINE), oid(name), by)

    assert at + by == todo.place(oid(name))
    assert todo_as_read(LINE) == with_commit_moved(LINE, todo, oid(name), -by)


def test_a_move_passes_over_the_commits_of_other_lines() -> None:
    read = series("a:u", "b:a", "c:a", "d:b", "e:c", "f:d,e")
    todo = with_commit_moved(read, todo_as_read(read), oid("d"), -1)

    assert [oid(name) for name in "adcbef"] == list(todo.order)
    with pytest.raises(ActionRefused):
        with_commit_moved(read, todo, oid("d"), -1)


@given(st.permutations("abcdef"))
def test_those_that_have_moved_are_the_fewest_that_give_the_order(
    order: list[str],
) -> None:
    read = series("a:u", "b:a", "c:b", "d:c", "e:d", "f:e")
    commits = {commit.oid: commit for commit in read.commits}
    todo = Todo(tuple(Entry(commits[oid(name)]) for name in order))
    moved_ones = out_of_place(read, todo)
    stay = [name for name in order if oid(name) not in moved_ones]

    assert sorted(stay) == stay
    longer = combinations(order, len(stay) + 1)
    assert not any(sorted(kept) == list(kept) for kept in longer)
