"""Frozen dataclasses are those of the standard library, however they are made."""

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field
from typing import Any

import pytest

from gitsplit.model import values

MADE_BY = [dataclasses.dataclass, values.dataclass]


def point(make: Callable[..., Callable[[type], Any]]) -> Any:
    @make(frozen=True, slots=True)
    class Point:
        """A point."""

        x: int
        y: int = 2
        seen: list[int] = field(default_factory=list, compare=False, repr=False)

        @property
        def sum(self) -> int:
            return self.x + self.y

    return Point


def one(make: Callable[..., Callable[[type], Any]]) -> Any:
    @make(frozen=True)
    class One:
        value: object

        def __post_init__(self) -> None:
            if self.value is None:
                raise ValueError

        def __repr__(self) -> str:
            return "mine"

    return One


@pytest.mark.parametrize("make", MADE_BY)
def test_values_are_equal_by_the_fields_that_are_compared(make: Any) -> None:
    made, other = point(make), point(make)

    assert made(1) == made(1, 2, [3])
    assert hash(made(1)) == hash(made(x=1, y=2, seen=[3])) == hash((1, 2))
    assert made(1) != made(2)
    assert made(1) != other(1)
    assert made(1) != (1, 2)
    assert one(make)(1) != one(make)(1)
    assert len({made(1), made(1), made(2)}) == 2


@pytest.mark.parametrize("make", MADE_BY)
def test_a_value_is_made_from_its_fields_in_order_or_by_name(make: Any) -> None:
    made = point(make)
    first, second = made(1), made(1)

    assert (first.x, first.y, first.seen, first.sum) == (1, 2, [], 3)
    assert first.seen is not second.seen
    assert dataclasses.replace(first, y=5) == made(1, 5)
    assert [each.name for each in dataclasses.fields(made)] == ["x", "y", "seen"]
    match first:
        case made(1, second_place):
            assert second_place == 2
        case _:
            raise AssertionError
    wrongs: list[tuple[object, ...]] = [(), (1, 2, [], 4)]
    for wrong in wrongs:
        with pytest.raises(TypeError, match=r"Point\.__init__\(\) "):
            made(*wrong)
    with pytest.raises(ValueError):
        one(make)(None)


@pytest.mark.parametrize("make", MADE_BY)
def test_a_value_shows_its_fields_and_what_a_class_says_itself_counts(
    make: Any,
) -> None:
    assert repr(point(make)(1)).endswith(".Point(x=1, y=2)")
    assert repr(one(make)(1)) == "mine"


@pytest.mark.parametrize("make", MADE_BY)
def test_a_value_stays_what_it_is(make: Any) -> None:
    made = point(make)(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'x'"):
        made.x = 2
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'x'"):
        del made.x
    with pytest.raises(AttributeError):
        one(make)(1).other = 2

    assert made.x == 1
    assert not hasattr(made, "__dict__")


@pytest.mark.parametrize("make", MADE_BY)
def test_without_eq_each_object_is_another(make: Any) -> None:
    class Own:
        x: int

    made: Any = make(frozen=True, eq=False)(Own)
    first, second = made(1), made(1)
    assert first != second
    assert len({first, second, first}) == 2
    with pytest.raises(FrozenInstanceError):
        first.x = 2


def test_all_other_dataclasses_are_the_standard_librarys() -> None:
    @values.dataclass
    class Plain:
        x: int

    @values.dataclass(frozen=True, order=True)
    class Ordered:
        x: int

    plain = Plain(1)
    plain.x = 2
    assert plain == Plain(2)
    assert sorted([Ordered(2), Ordered(1)]) == [Ordered(1), Ordered(2)]


def test_few_methods_are_compiled_at_the_start() -> None:
    """The standard library compiles six for each class."""
    code = (
        "import sys\n"
        "count = 0\n"
        "def note(event, arguments):\n"
        "    global count\n"
        "    if event == 'exec': count += arguments[0].co_filename == '<string>'\n"
        "sys.addaudithook(note)\n"
        "import gitsplit.workflow.apply, gitsplit.proposal.propose\n"
        "print(count)"
    )
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, capture_output=True, text=True, check=True)

    assert int(said.stdout) <= 200
