"""The table that ``./dev bench proposal`` prints.

Repositories are drawn with return for the intervals: each figure is followed by the
half-width that holds 95 of 100 draws, where there are repositories enough to draw from.
"""

import random
import statistics
from collections.abc import Iterator, Sequence
from typing import Any

Scored = dict[str, Any]
"""What the scorer says of one case."""

FIGURES = ("acc_l", "ari_h", "moves", "exact", "akerr")
CLASSES = ((1, 50), (51, 200), (201, 10**6))
_DRAWS = 500
_FEWEST = 10
"""So many cases are at least in a line that is for a part of them."""
_FEWEST_DRAWN = 3
"""Of so many repositories at least draws say how much the next one may differ."""


def heading() -> str:
    """The names of the columns."""
    return f"{'':26}{'n':>4}" + "".join(f"{f:>15}" for f in (*FIGURES, "split1"))


def line(name: str, rows: Sequence[Scored]) -> str:
    """A line of the table: each figure with its interval over repositories."""
    two = [row for row in rows if row["k"] > 1]
    one = [row for row in rows if row["k"] == 1]
    cells = [_cell(two, figure) for figure in FIGURES] + [_cell(one, "split1")]
    return f"{name:26}{len(rows):4}" + "".join(f"{text:>15}" for text in cells)


def table_parts(by: str, words: str, rows: Sequence[Scored]) -> Iterator[str]:
    """A line for each part of the rows, where there are enough of them."""
    yield ""
    yield f"gitsplit by {words}"
    for value in sorted({row[by] for row in rows}, key=str):
        found = [row for row in rows if row[by] == value]
        if len(found) >= _FEWEST:
            yield line(f"  {value}", found)


def _cell(rows: Sequence[Scored], figure: str) -> str:
    """The mean, and half the width of its interval."""
    if not rows:
        return "-"
    mean = f"{statistics.fmean(row[figure] for row in rows):.3f}"
    by_repo: dict[str, list[float]] = {}
    for row in rows:
        by_repo.setdefault(row["repo"], []).append(row[figure])
    if len(by_repo) < _FEWEST_DRAWN:
        return f"{mean}       "
    rng = random.Random(figure)
    groups = list(by_repo.values())
    means = sorted(
        statistics.fmean(
            value for group in rng.choices(groups, k=len(groups)) for value in group
        )
        for _ in range(_DRAWS)
    )
    half = (means[_DRAWS * 39 // 40] - means[_DRAWS // 40]) / 2
    return f"{mean} ±{half:.3f}"


def times(seconds: Sequence[tuple[int, float]]) -> Iterator[str]:
    """How long proposals took, by the number of hunks."""
    yield ""
    for first, last in CLASSES:
        took = sorted(1000 * s for hunks, s in seconds if first <= hunks <= last)
        if took:
            name = f"{first} to {last}" if last < CLASSES[-1][1] else f"{first} on"
            middle, late = took[len(took) // 2], took[len(took) * 95 // 100]
            words = f"p50 {middle:.0f} ms, p95 {late:.0f} ms"
            yield f"{name + ' hunks':26}{len(took):4}  {words}"
