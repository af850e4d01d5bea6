"""A todo list: the order of a series, merges included, and what is done to each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsplit.core.objects import Oid, RawCommit
from gitsplit.core.series import Series, SourceCommit
from gitsplit.core.todo import Entry, new_parents, picked
from gitsplit.errors import PlanRefused


def oid(name: str) -> Oid:
    return Oid(name.ljust(40, "0"))


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
    return " ".join(parent.rstrip("0") for parent in parents)


def test_in_the_order_as_it_is_parents_are_the_original_ones() -> None:
    for read in (LINE, FORK):
        parents = new_parents(read, picked(read).order)

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
    with pytest.raises(PlanRefused):
        new_parents(FORK, [oid(name) for name in order])


def test_the_plans_are_those_of_commits_that_are_to_be_split() -> None:
    todo = picked(LINE)

    assert todo.plans == {}
    assert Entry(LINE.commits[1]) == todo.entry(oid("b"))
