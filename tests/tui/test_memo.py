"""A remembered answer is the one that would be found anew."""

from operator import attrgetter, eq
from types import SimpleNamespace

from gitsplit.model.memo import memo, memo_by


def test_the_very_same_arguments_have_the_last_answer_without_asking() -> None:
    asked: list[tuple[object, object]] = []

    @memo
    def both(one: object, other: object) -> int:
        asked.append((one, other))
        return len(asked)

    one, other, equal = [1], [2], [1]

    assert [both(one, other), both(one, other)] == [1, 1]
    assert [both(equal, other), both(one, other)] == [2, 3]
    assert both.__name__ == "both"


def test_what_the_answer_does_not_depend_on_may_change() -> None:
    asked = []

    @memo_by(attrgetter("whole", "todo"))
    def count(state: SimpleNamespace) -> int:
        asked.append(state)
        return len(asked)

    whole, todo = ["whole"], ["todo"]

    assert count(SimpleNamespace(whole=whole, todo=todo, cursor=1)) == 1
    assert count(SimpleNamespace(whole=whole, todo=todo, cursor=2)) == 1
    assert count(SimpleNamespace(whole=whole, todo=["todo"], cursor=2)) == 2


def test_what_takes_long_is_remembered_for_equal_arguments() -> None:
    asked = []

    @memo_by(lambda parts: (parts,), are_same=eq)
    def count(parts: list[int]) -> int:
        asked.append(parts)
        return len(asked)

    assert [count([1]), count([1]), count([2]), count([1])] == [1, 1, 2, 3]
