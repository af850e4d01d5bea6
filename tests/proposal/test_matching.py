"""The best matching of rows and columns, compared with all that there are."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from gitsplit.proposal.matching import best_matching

FITS = st.tuples(st.integers(0, 4), st.integers(1, 4)).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(-3, 3), min_size=size[1], max_size=size[1]),
        min_size=size[0],
        max_size=size[0],
    )
)


@given(FITS)
def test_no_other_matching_of_as_many_has_a_greater_sum(fits: list[list[int]]) -> None:
    columns = len(fits[0]) if fits else 0
    found = best_matching(fits)
    taken = [column for column in found if column is not None]

    assert len(taken) == len(set(taken)) == min(len(fits), columns)
    wide = [[*row, *[0] * max(0, len(fits) - columns)] for row in fits]
    best = max(
        sum(row[at] for row, at in zip(wide, order, strict=False))
        for order in permutations(range(max(len(fits), columns)), len(fits))
    )
    assert best == sum(
        row[at] for row, at in zip(fits, found, strict=True) if at is not None
    )
