"""Some random ranges tried in one repository, and what came of it."""

import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from tests.repository import Repository

from gitsplit.git.repository import Repository as Opened
from gitsplit.workflow.work import open_idle_repository
from tools.stress.batch import without_configuration
from tools.stress.trial import Difference
from tools.weave.ranges import Range, build_ranges, random_range
from tools.weave.trial import Trial, try_range
from tools.weave.whole_run import try_whole_run

_WHOLE_RUNS = 3
Report = tuple[Counter[str], list[str]]
"""What has been counted, and each difference."""


def try_batch(seed: int, numbers: Sequence[int], plans: int) -> Report:
    """What came of the random ranges of these numbers, each with so many plans."""
    counts: Counter[str] = Counter()
    with (
        without_configuration(),
        tempfile.TemporaryDirectory(prefix="gitsplit-weave-") as directory,
    ):
        scratch = Path(directory)
        ranges = [random_range(Random(f"{seed} {number} range")) for number in numbers]
        repo, builts = build_ranges(scratch / "repo", ranges)
        opened = open_idle_repository(repo.path), repo
        trials = [Trial(each, counts) for each in builts]
        found = [
            _difference(opened, trial, place, (Random(f"{seed} {number}"), plans))
            for place, (number, trial) in enumerate(zip(numbers, trials, strict=True))
        ]
        told = [
            f"\nDIFFERENCE, {trial.doing}\n{what}\n"
            f"again: ./dev stress --weave 1 --seed {seed} --first {number}"
            for number, trial, what in zip(numbers, trials, found, strict=True)
            if what
        ]
        told += _differences_in_ids(scratch, opened[1], trials)
    return counts, told


def _difference(
    opened: tuple[Opened, Repository],
    trial: Trial,
    place: int,
    tries: tuple[Random, int],
) -> str:
    """What differs in the range; empty where nothing."""
    trial.counts["ranges"] += 1
    trial.counts.update(f"kind: {kind}" for kind in set(trial.built.range.kinds))
    try:
        try_range(*opened, trial, *tries)
        if place % _WHOLE_RUNS == 0:  # it takes as long as hundreds of plans
            try_whole_run(*opened, f"range-{place}", trial, tries[0])
    except Difference as difference:
        return str(difference)
    except Exception:
        # Whatever it is, it is a finding.
        return traceback.format_exc()
    return ""


def _differences_in_ids(
    place: Path, repo: Repository, trials: Sequence[Trial]
) -> Iterator[str]:
    """Where trees have other ids than those that git gives them, or git complains."""
    if complaints := repo.fsck():
        yield f"\nDIFFERENCE: git fsck complains: {complaints}"
    made = [trial.made for trial in trials if trial.made]
    if not made:
        return
    ranges = [Range(({}, *trees), (), is_root=True) for trees, _ in made]
    other, builts = build_ranges(place / "made", ranges)
    for built, (_, ids) in zip(builts, made, strict=True):
        show = ("log", "--no-walk=unsorted", "--format=%T", *built.commits)
        by_git = other.git(*show).split()
        if by_git != ids:
            yield f"\nDIFFERENCE: trees are {ids}, by git {by_git}"
