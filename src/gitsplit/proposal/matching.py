"""The best matching of two rows of things, of which each has one of the other at most.

It is found by augmenting along the cheapest path (Jonker and Volgenant 1987), in time
of the shorter row squared by the longer one.
"""

from collections.abc import Sequence
from math import inf

from msgspec import Struct, field


def best_matching(fits: Sequence[Sequence[float]]) -> tuple[int | None, ...]:
    """For each row a column or none, no column twice, so that the sum is greatest.

    As many are matched as there can be.

    >>> best_matching([[3, 2], [3, 0], [0, 0]])
    (1, 0, None)
    """
    rows, columns = len(fits), len(fits[0]) if fits else 0
    if rows > columns:
        turned = best_matching([[row[at] for row in fits] for at in range(columns)])
        place = {row: at for at, row in enumerate(turned)}
        return tuple(place.get(row) for row in range(rows))
    matching = _Matching(fits, columns)
    for row in range(rows):
        matching.augment(row)
    place = {row: at for at, row in enumerate(matching.row_of) if row is not None}
    return tuple(place.get(row) for row in range(rows))


class _Matching(Struct):
    """The rows matched so far: ``row_of`` has each column's.

    Costs are the fits, negated; ``row_prices`` and ``prices`` (of the columns) sum up
    to the cost where two are matched, and to no more elsewhere.
    """

    fits: Sequence[Sequence[float]]
    columns: int
    row_of: list[int | None] = field(default_factory=list)
    prices: list[float] = field(default_factory=list)
    row_prices: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Match none."""
        self.row_of = [None] * self.columns
        self.prices = [0.0] * self.columns
        self.row_prices = [0.0] * len(self.fits)

    def augment(self, row: int) -> None:
        """Match one row more, others elsewhere than before where that is better."""
        least, before = [inf] * self.columns, [-1] * self.columns
        reached: list[int] = []
        at, here, column = row, -1, -1
        while column < 0 or self.row_of[column] is not None:
            if column >= 0:
                here, at = column, self._row(column)
                reached.append(column)
            self._look_from(at, here, (least, before), reached)
            column = min(
                (c for c in range(self.columns) if c not in reached),
                key=least.__getitem__,
            )
            self._raise_prices(row, reached, least, least[column])
        while column >= 0:
            above = before[column]
            self.row_of[column] = row if above < 0 else self.row_of[above]
            column = above

    def _row(self, column: int) -> int:
        """The row of a column that has one."""
        row = self.row_of[column]
        assert row is not None
        return row

    def _look_from(
        self,
        row: int,
        here: int,
        ways: tuple[list[float], list[int]],
        reached: Sequence[int],
    ) -> None:
        """Note where it is cheaper to come to a column from this row than before."""
        least, before = ways
        for column in range(self.columns):
            cost = -self.fits[row][column] - self.row_prices[row] - self.prices[column]
            if column not in reached and cost < least[column]:
                least[column], before[column] = cost, here

    def _raise_prices(
        self, row: int, reached: Sequence[int], least: list[float], by: float
    ) -> None:
        """Make the next column cost nothing, and those reached what they cost."""
        self.row_prices[row] += by
        for column in range(self.columns):
            if column in reached:
                self.row_prices[self._row(column)] += by
                self.prices[column] -= by
            else:
                least[column] -= by
