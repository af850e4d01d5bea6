"""Some cases of a run tried in one repository, and what came of it."""

import os
import shutil
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from tests.repository import Repository

from tools.stress.building import build_cases
from tools.stress.odd import odd_case
from tools.stress.real import first_records, real_case
from tools.stress.settings import OF_SOME, with_settings
from tools.stress.trial import Difference, Trial, try_split
from tools.stress.values import StressCase
from tools.stress.verdict import first_difference

_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_COMMITTER_NAME": "Committer",
    "GIT_COMMITTER_EMAIL": "committer@example.com",
    "GIT_EDITOR": "false",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
}

PROGRESS_SECONDS = 10
"""After so long it is said how far a run has come."""


@dataclass(frozen=True, slots=True)
class Run:
    """What says everything about every case: the seed, and how much is real.

    Each commit is tried with ``plans`` plans. ``real`` is the share of real commits,
    taken from the first ``records`` of the benchmark (all where None).
    """

    seed: int
    plans: int
    real: float = 0.4
    records: int | None = None

    def case(self, number: int) -> StressCase:
        """The case with this number."""
        rng = self.randomness(number, "commit")
        if rng.random() < self.real and first_records(self.records):
            case = real_case(rng, number, self.records)
        else:
            case = odd_case(rng, number)
        if rng.random() < 0.3:
            return replace(case, settings=rng.choice(OF_SOME))
        return case

    def randomness(self, number: int, purpose: str) -> Random:
        """A source of randomness for one purpose of one case."""
        return Random(f"{self.seed} {number} {purpose}")


@dataclass
class Report:
    """What was counted, and the first difference there was, if any."""

    counts: Counter[str] = field(default_factory=Counter)
    number: int | None = None
    difference: str = ""
    plan: str = ""


@contextmanager
def without_configuration() -> Iterator[None]:
    """Within the block git knows no configuration but a repository's own."""
    before = dict(os.environ)
    for name in before:
        if name.startswith("GIT_"):
            del os.environ[name]
    os.environ.update(_ENVIRONMENT)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def batch(run: Run, numbers: Sequence[int], directory: Path) -> Report:
    """The cases tried one after another; ``directory`` is used and removed again.

    Stops at the first difference.
    """
    report = Report()
    with without_configuration():
        try:
            _try(run, numbers, directory, report)
        finally:
            shutil.rmtree(directory, ignore_errors=True)
    if report.difference and report.number is None and len(numbers) > 1:
        # Seen only when all was done, as git fsck's complaints are: whose is it?
        alone = (batch(run, [number], directory) for number in numbers)
        return next((r for r in alone if r.difference), report)
    return report


def _try(run: Run, numbers: Sequence[int], directory: Path, report: Report) -> None:
    repo, builts = build_cases(directory, [run.case(number) for number in numbers])
    complaints = set(repo.fsck().splitlines())
    trials = [Trial(each, counts=report.counts) for each in builts]
    for trial in trials:
        if not _try_case(repo, run, trial, report):
            return
    if found := first_difference(repo, trials):
        _note(report, *found)
    elif new := set(repo.fsck().splitlines()) - complaints:
        report.difference = f"git fsck complains: {new}"
        report.number = numbers[0] if len(numbers) == 1 else None


def _try_case(repo: Repository, run: Run, trial: Trial, report: Report) -> bool:
    """Whether the case went through; what went wrong is in the report."""
    number = trial.built.case.number
    report.counts["commits"] += 1
    try:
        with with_settings(trial.built.case.settings):
            try_split(repo, trial, run.randomness(number, "plan"), run.plans - 1)
    except Difference as difference:
        _note(report, trial, str(difference))
        return False
    except Exception:
        # Whatever it is, it is a finding, and the way to it must not be lost.
        _note(report, trial, traceback.format_exc())
        return False
    return True


def _note(report: Report, trial: Trial, what: str) -> None:
    report.number = trial.built.case.number
    report.difference = what
    report.plan = trial.plan
