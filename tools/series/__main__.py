"""The differential test for as many series as you like: ``./dev stress --series N``."""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from random import SystemRandom

from tools.output import say
from tools.series.trial import difference
from tools.stress.batch import PROGRESS_SECONDS, without_configuration


def main() -> int:
    """Run as the command line says; 1 where there was a difference."""
    options = _series_options()
    say(f"seed {options.seed}")
    seeds = [
        f"{'graph' if number % 2 else 'line'} {options.seed} {number}"
        for number in range(options.first, options.first + options.series)
    ]
    counts: Counter[str] = Counter()
    began = said = time.monotonic()
    with ProcessPoolExecutor() as pool:
        trials = [pool.submit(try_series, seed) for seed in seeds]
        for number, done in enumerate(as_completed(trials), 1):
            seen, told = done.result()
            counts += seen
            if told:
                say(told)
                counts["different from git"] += 1
            if time.monotonic() > said + PROGRESS_SECONDS:
                said = time.monotonic()
                wrong = counts["different from git"] or "no"
                say(
                    f"{said - began:5.0f} s: {number} of {options.series} series,"
                    f" {wrong} different"
                )
    for name, number in sorted(counts.items()):
        say(f"{number:9,} {name}")
    return 1 if counts["different from git"] else 0


def try_series(seed: str) -> tuple[Counter[str], str]:
    """How the lists for one series ended, and what gitsplit did otherwise than git.

    The repositories are kept where it did.
    """
    counts: Counter[str] = Counter()
    with without_configuration():
        place = Path(tempfile.mkdtemp(prefix="gitsplit-series-"))
        told = difference(place, seed, counts, lists=3)
    if told:
        return counts, f"\nDIFFERENCE in {place}, seed {seed}:\n{told}"
    shutil.rmtree(place)
    return counts, ""


def _series_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev stress",
        description="Rewrite random series by random todo lists and compare with git.",
    )
    parser.add_argument("--series", type=int, default=1000, help="how many (1000)")
    parser.add_argument("--first", type=int, default=0, help="number of the first (0)")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
