"""Which lines of a range came and went, against the weave."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given

from gitsplit.model.diff import FileChange, Span
from gitsplit.model.layers import Layer, layers_of
from gitsplit.model.weave import threads_of
from tests.model.test_weave import history_of
from tests.strategies import ranges


def test_a_line_that_is_rewritten_is_a_layer_of_both_commits() -> None:
    changes = history_of("a c", "a 1 2 c", "a 1 3 c")

    assert layers_of(threads_of(changes)) == {
        (0, False): (Layer(Span(2, 3), 1, is_rewritten=True),),
        (1, True): (Layer(Span(2, 3), 0, is_rewritten=True),),
    }


def test_what_is_removed_has_nothing_in_its_place() -> None:
    changes = history_of("a c", "a 1 2 c", "a c")

    assert layers_of(threads_of(changes)) == {
        (0, False): (Layer(Span(1, 3), 1, is_rewritten=False),),
        (1, True): (Layer(Span(1, 3), 0, is_rewritten=False),),
    }


def test_lines_of_several_commits_are_layers_of_each() -> None:
    changes = history_of("a z", "a 1 2 z", "a 1 x 2 z", "a y z")

    found = layers_of(threads_of(changes))

    assert found[2, True] == (
        Layer(Span(1, 2), 0, is_rewritten=True),
        Layer(Span(2, 3), 1, is_rewritten=True),
        Layer(Span(3, 4), 0, is_rewritten=True),
    )
    assert found[0, False] == (Layer(Span(1, 3), 2, is_rewritten=True),)


def test_lines_that_were_there_before_and_lines_that_stay_are_none() -> None:
    assert layers_of(threads_of(history_of("a b", "b c", "b c d"))) == {}


def in_layers(changes: Sequence[FileChange]) -> set[tuple[int, bool, int, int]]:
    """Each line that came and went: its change, the side, the line, the other."""
    return {
        (change, is_old, line, layer.other)
        for (change, is_old), layers in layers_of(threads_of(changes)).items()
        for layer in layers
        for line in layer.lines.numbers
    }


def in_weaves(changes: Sequence[FileChange]) -> set[tuple[int, bool, int, int]]:
    """The same by the strands that are born and die in the range."""
    found = set()
    for thread in threads_of(changes):
        for strand in (strand for weave in thread.weaves for strand in weave):
            if strand.born is None or strand.died is None:
                continue
            born, died = thread.numbers[strand.born], thread.numbers[strand.died]
            for n in range(len(strand)):
                found.add((born, False, strand.span.start + n, died))
                found.add((died, True, strand.died_at + n, born))
    return found


@given(ranges())
def test_they_are_the_lines_that_are_born_and_die_in_the_weave(
    changes: tuple[FileChange, ...],
) -> None:
    assert in_layers(changes) == in_weaves(changes)


@given(ranges())
def test_layers_are_in_order_apart_and_as_long_as_can_be(
    changes: tuple[FileChange, ...],
) -> None:
    for layers in layers_of(threads_of(changes)).values():
        for one, other in pairwise(layers):
            assert one.lines.stop <= other.lines.start
            assert one.lines.stop < other.lines.start or one.other != other.other
