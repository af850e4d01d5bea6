"""``./dev bench proposal``: proposals beside the truth of real tangled commits.

The scorer and the simple baselines are those of the benchmark that lies beside the
project; without it there is nothing to measure. Repositories are drawn with return for
the intervals: each figure is followed by the half-width that holds 95 of 100 draws.
``--together FILE`` has what earlier commits changed together (``data.earlier``).
"""

import importlib
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gitsplit.core.proposal import Context, proposal
from tests.bench.data import Case, Earlier, answer, cases, earlier
from tests.conftest import PROJECT

BENCH = PROJECT.parent / "shared" / "bench"
DATA = BENCH / "dev.jsonl.gz"
DRAWS = 500
FIGURES = ("acc_l", "ari_h", "moves", "exact", "akerr")
CLASSES = ((1, 50), (51, 200), (201, 10**6))

Scored = dict[str, Any]


def main(args: Sequence[str]) -> int:
    """The table on standard output; 0, also where there is no benchmark."""
    match list(args):
        case ["proposal"]:
            before = {}
        case ["proposal", "--together", name]:
            before = dict(earlier(Path(name)))
        case _:
            say("usage: ./dev bench proposal [--together FILE]")
            return 2
    if not DATA.exists():
        say(f"skipped: {DATA.name} is not beside the project")
        return 0
    sys.path.insert(0, str(BENCH))
    score = importlib.import_module("score")
    records = list(cases(DATA))
    seconds: list[tuple[int, float]] = []
    ours = [score.score_case(c.record, proposed(c, before, seconds)) for c in records]
    say(f"{'':22}{'n':>4}" + "".join(f"{name:>15}" for name in (*FIGURES, "split1")))
    show("gitsplit", ours)
    for name, function in baselines():
        rows = (c.record for c in records)
        show(name, [score.score_case(r, function(score.question(r))) for r in rows])
    for by in ("stratum", "k", "lang"):
        for value in sorted({row[by] for row in ours}, key=str):
            show(f"  {by} {value}", [row for row in ours if row[by] == value])
    for first, last in CLASSES:
        show_times(first, last, seconds)
    return 0


def proposed(
    case: Case, before: Mapping[str, Earlier], seconds: list[tuple[int, float]]
) -> Scored:
    """The answer that a proposal is; how long it took is added to ``seconds``."""
    context = Context(together=before.get(case.record["id"], ()))
    start = time.perf_counter()
    plan = proposal(case.changes, b"Do something\n", context=context)
    seconds.append((len(case.record["hunks"]), time.perf_counter() - start))
    return answer(case, plan)


def baselines() -> Iterable[tuple[str, Callable[[Scored], list[object]]]]:
    """The simple ones of the benchmark."""
    found: list[tuple[str, Any]] = list(importlib.import_module("baselines").BASE)
    return found


def show(name: str, rows: Sequence[Scored]) -> None:
    """A line of the table: each figure with its interval over repositories."""
    two = [row for row in rows if row["k"] > 1]
    one = [row for row in rows if row["k"] == 1]
    cells = [cell(two, figure) for figure in FIGURES] + [cell(one, "split1")]
    say(f"{name:22}{len(rows):4}" + "".join(f"{text:>15}" for text in cells))


def cell(rows: Sequence[Scored], figure: str) -> str:
    """The mean and half the width of its interval."""
    if not rows:
        return "-"
    by_repo: dict[str, list[float]] = {}
    for row in rows:
        by_repo.setdefault(row["repo"], []).append(row[figure])
    rng = random.Random(figure)
    groups = list(by_repo.values())
    means = sorted(
        statistics.fmean(
            value for group in rng.choices(groups, k=len(groups)) for value in group
        )
        for _ in range(DRAWS)
    )
    half = (means[DRAWS * 39 // 40] - means[DRAWS // 40]) / 2
    return f"{statistics.fmean(row[figure] for row in rows):.3f} ±{half:.3f}"


def show_times(first: int, last: int, seconds: Sequence[tuple[int, float]]) -> None:
    times = sorted(1000 * took for hunks, took in seconds if first <= hunks <= last)
    if times:
        name = f"{first} to {last} hunks" if last < CLASSES[-1][1] else f"{first} on"
        middle, late = times[len(times) // 2], times[len(times) * 95 // 100]
        say(f"{name:22}{len(times):4}  p50 {middle:.0f} ms, p95 {late:.0f} ms")


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
