"""Random ranges are split again as git and a naive reading of the design have it."""

from random import Random

import pytest
from tools.weave import meaning
from tools.weave.batch import try_batch
from tools.weave.ranges import KINDS, random_range

SEED = 5
BATCHES = 6
BATCH = 10


@pytest.mark.parametrize("first", [number * BATCH for number in range(BATCHES)])
def test_every_state_of_a_range_is_as_git_and_the_design_say(first: int) -> None:
    counts, differences = try_batch(SEED, range(first, first + BATCH), plans=10)

    assert differences == []
    assert counts["ranges"] == BATCH
    assert counts["plans"] > BATCH
    assert counts["ranges left as they are"] > 0


def test_the_ranges_tried_have_every_kind_of_change() -> None:
    ranges = [random_range(Random(f"{SEED} {n} range")) for n in range(60)]

    assert set(KINDS) - {kind for each in ranges for kind in each.kinds} == set()


def test_another_reading_of_the_design_is_a_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meaning.Line, "life", lambda line, _: (-1, len(line.text)))

    _, differences = try_batch(SEED, range(BATCH), plans=2)

    assert differences
    assert f"again: ./dev stress --weave 1 --seed {SEED} --first" in differences[0]
