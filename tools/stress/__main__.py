"""The differential test for as long as you like: ``./dev stress``."""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from random import SystemRandom

from tools.output import say
from tools.stress.batch import (
    PROGRESS_SECONDS,
    Report,
    Run,
    batch,
    without_configuration,
)
from tools.stress.building import build_cases
from tools.stress.real import BENCH, first_records

_BATCH = 25


def main() -> int:
    """Run as the command line says; 1 where there was a difference, 130 on Ctrl-C."""
    options = _stress_options()
    say(f"seed {options.seed}")
    if not first_records():
        say(f"skipping real commits: {BENCH.name} is not beside the project")
    with tempfile.TemporaryDirectory(prefix="gitsplit-stress-") as directory:
        stress = Stress(Run(options.seed, options.plans), Path(directory))
        is_complete = stress.went(options)
    stress.show_counts()
    if stress.failed is not None:
        _keep_report(stress.run, stress.failed)
        return 1
    say(f"no difference in {stress.done}, seed {options.seed}")
    return 0 if is_complete else 130


def _stress_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev stress",
        description="Split random commits by random plans and compare with git.",
    )
    parser.add_argument(
        "seconds", nargs="?", type=float, default=300, help="how long (300)"
    )
    parser.add_argument("--cases", type=int, help="how many commits, however long")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6))
    parser.add_argument("--plans", type=int, default=9, help="per commit (9)")
    parser.add_argument("--case", type=int, help="only the commit with this number")
    return parser.parse_args()


@dataclass
class Stress:
    """A run in progress: what has been counted, and the first difference.

    ``said`` is when, in seconds from its start, it was last said how far it is.
    """

    run: Run
    directory: Path
    counts: Counter[str] = field(default_factory=Counter)
    failed: Report | None = None
    started: float = field(default_factory=time.monotonic)
    said: float = 0.0

    @property
    def done(self) -> str:
        return f"{self.counts['plans']:,} plans for {self.counts['commits']:,} commits"

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def note(self, report: Report) -> None:
        self.counts += report.counts
        if report.difference and self.failed is None:
            self.failed = report

    def went(self, options: argparse.Namespace) -> bool:
        """Do what was asked for; False where Ctrl-C came first."""
        try:
            if options.case is None:
                self._go(options.cases, options.seconds)
            else:
                self.note(batch(self.run, [options.case], self.directory / "case"))
        except KeyboardInterrupt:
            return False
        return True

    def _go(self, cases: int | None, seconds: float) -> None:
        """Batch after batch on every core, until all is done or something differs."""
        batches = self._batches(cases, seconds)
        with ProcessPoolExecutor(initializer=_leave_interrupts_to_parent) as pool:
            waiting = {self._begin(pool, b) for b in islice(batches, os.cpu_count())}
            while waiting:
                left = self.said + PROGRESS_SECONDS - self.seconds
                done, waiting = wait(waiting, max(left, 0), FIRST_COMPLETED)
                self._say_progress()
                for future in done:
                    self.note(future.result())
                waiting |= {self._begin(pool, b) for b in islice(batches, len(done))}

    def _begin(self, pool: ProcessPoolExecutor, numbers: range) -> Future[Report]:
        return pool.submit(batch, self.run, numbers, self.directory / str(numbers[0]))

    def _batches(self, cases: int | None, seconds: float) -> Iterator[range]:
        """The numbers of the next cases, as long as there are to be more."""
        for first in count(step=_BATCH):
            if self.failed or (
                self.seconds > seconds if cases is None else first >= cases
            ):
                return
            last = first + _BATCH if cases is None else min(first + _BATCH, cases)
            yield range(first, last)

    def _say_progress(self) -> None:
        if self.seconds >= self.said + PROGRESS_SECONDS:
            self.said = self.seconds
            found = "one difference" if self.failed else "no difference"
            say(f"{self.said:5.0f} s: {self.done}, {found}")

    def show_counts(self) -> None:
        for name, number in sorted(self.counts.items()):
            say(f"{number:9,} {name}")


def _leave_interrupts_to_parent() -> None:
    """A worker and the git processes it starts outlive Ctrl-C until it is told to go.

    Otherwise a killed git would look like a difference.
    """
    os.setpgid(0, 0)


def _keep_report(run: Run, report: Report) -> None:
    """What is needed to look into the difference is in a directory, and named."""
    say(f"\nDIFFERENCE: {report.difference}")
    if report.number is None:
        say(f"in one of many cases of seed {run.seed}; which one isn't clear")
        return
    place = Path(tempfile.gettempdir()) / f"gitsplit-stress-{run.seed}-{report.number}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    (place / "plan.json").write_text(report.plan)
    (place / "difference.txt").write_text(report.difference + "\n")
    with without_configuration():
        repo, (case,) = build_cases(place / "repository", [run.case(report.number)])
        for key, value in case.case.settings:
            repo.run("config", key, value)
        repo.run("checkout", "-q", case.branch, check=False)
        repo.run("bundle", "create", "../case.bundle", case.branch, "HEAD")
    say(
        f"kept in {place}: the repository (also as case.bundle), plan.json\n"
        f"by hand: cd {place}/repository && gitsplit -n --plan ../plan.json\n"
        f"again:   ./dev stress --seed {run.seed} --plans {run.plans}"
        f" --case {report.number}"
    )


if __name__ == "__main__":
    sys.exit(main())
