"""Ranges split again, for as long as you like: ``./dev stress --weave N``."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from random import SystemRandom

from tools.output import say
from tools.stress.batch import PROGRESS_SECONDS
from tools.weave.batch import Report, try_batch
from tools.weave.real import try_real_range

_BATCH = 20


def main() -> int:
    """Run as the command line says; 1 where there was a difference."""
    options = _options()
    say(f"seed {options.seed}")
    counts: Counter[str] = Counter()
    began = said = time.monotonic()
    with ProcessPoolExecutor() as pool:
        trials = [pool.submit(task) for task in _tasks(options)]
        for done in as_completed(trials):
            seen, told = done.result()
            counts += seen
            counts["DIFFERENCES"] += len(told)
            for difference in told:
                say(difference)
            if time.monotonic() > said + PROGRESS_SECONDS:
                said = time.monotonic()
                say(f"{said - began:5.0f} s: {counts['ranges']:,} ranges")
    for name, number in sorted(counts.items()):
        say(f"{number:9,} {name}")
    return 1 if counts["DIFFERENCES"] else 0


def _tasks(options: argparse.Namespace) -> Iterator[Callable[[], Report]]:
    for number in range(options.first, options.first + options.ranges):
        for repo in options.weave_real:
            yield partial(try_real_range, repo, f"{options.seed} {number}")
    for first in range(options.first, options.first + options.weave, _BATCH):
        last = min(first + _BATCH, options.first + options.weave)
        yield partial(try_batch, options.seed, range(first, last), options.plans)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev stress",
        description="Split ranges again by random plans, and compare with git.",
    )
    parser.add_argument("--weave", type=int, default=0, help="how many random ranges")
    parser.add_argument(
        "--weave-real", nargs="+", default=(), metavar="REPO", help="real ranges of it"
    )
    parser.add_argument("--ranges", type=int, default=30, help="of each REPO (30)")
    parser.add_argument("--first", type=int, default=0, help="number of the first (0)")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6))
    parser.add_argument("--plans", type=int, default=20, help="per range (20)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
