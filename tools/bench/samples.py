"""Cases as they are learned from: the signals of each two pieces, and the truth."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gitsplit.git.history import co_changes
from gitsplit.model.diff import edits_of
from gitsplit.model.message import without_change_id
from gitsplit.proposal.clustering import piece_weights
from gitsplit.proposal.commit_features import CommitFeatures, Matrix
from gitsplit.proposal.pieces import pieces_of
from gitsplit.proposal.scoring import PairWeights, score_matrix
from gitsplit.proposal.signals import SIGNALS
from gitsplit.proposal.source_text import Role
from tools.bench.clones import RealCommit, real_commits
from tools.bench.data import BenchCase, Earlier, cases
from tools.bench.wordings import wordings_of

Array = NDArray[np.float64]

MOST_PAIRS = 250
"""So many pairs of a case are learned from; evenly spread, more say hardly more."""


@dataclass(frozen=True)
class SampleOutline:
    """What :mod:`gitsplit.proposal.clustering` needs to know of a piece."""

    path: str
    role: Role
    lines: int


@dataclass(frozen=True)
class Sample:
    """A case as it is learned from: the signals of each pair, and the true groups.

    ``truth`` is the group of each piece, ``lines`` has for each piece those of its
    lines; ``homes`` is the number of each piece's file. ``kind`` is the number of
    groups and the stratum, ``topics`` how many topics the message has.
    """

    name: str
    repository: str
    kind: tuple[int, str]
    outlines: tuple[SampleOutline, ...]
    homes: tuple[int, ...]
    signals: Array
    truth: tuple[int, ...]
    lines: tuple[tuple[int, ...], ...]
    topics: int

    @property
    def in_one_file(self) -> NDArray[np.bool_]:
        """For each two pieces whether they are in one file."""
        return np.array([a == b for a, b in combinations(self.homes, 2)], dtype=bool)

    def scores(self, weights: PairWeights) -> Matrix:
        """The score matrix with these weights, as the program finds it."""
        return score_matrix(self.homes, self.signals.tolist(), weights)

    @property
    def counts(self) -> list[float]:
        """How much each piece counts."""
        return piece_weights(outline.lines for outline in self.outlines)

    @property
    def is_tangled(self) -> bool:
        """Whether it has several groups."""
        return self.kind[0] > 1

    @property
    def same(self) -> Array:
        """For each two pieces whether they belong together."""
        pairs = combinations(self.truth, 2)
        return np.array([a == b for a, b in pairs], dtype=float)

    @property
    def some(self) -> NDArray[np.intp]:
        """The pairs that are learned from."""
        pairs = len(self.signals)
        return np.unique(np.linspace(0, pairs - 1, min(pairs, MOST_PAIRS)).astype(int))


def sample(case: BenchCase, before: Earlier = (), message: str = "") -> Sample:
    """A case with its signals, under a message, after what earlier commits changed."""
    pieces = pieces_of(case.changes, edits_of(case.changes)).pieces
    commit = CommitFeatures(case.changes, pieces, before, message)
    pairs = list(combinations(range(len(commit.pieces)), 2))
    signals = [[signal(commit, a, b) for signal in SIGNALS] for a, b in pairs]
    features, truth = commit.features, case.truth
    lines = [
        tuple(truth[key] for edit in piece for key in case.keys(edit) if key in truth)
        for piece in commit.pieces
    ]
    return Sample(
        case.record["id"],
        case.record["repo"],
        (case.record["k"], case.record["stratum"]),
        tuple(SampleOutline(piece.path, piece.role, piece.lines) for piece in features),
        commit.file_at,
        np.array(signals, dtype=float).reshape(-1, len(SIGNALS)),
        tuple(case.group_of(piece) or 0 for piece in commit.pieces),
        tuple(lines),
        commit.topics,
    )


def sample_of(real: RealCommit) -> Sample:
    """The sample of a commit on its real base."""
    assert real.series.upstream is not None, "a case has a base"
    before = co_changes(real.repo, real.series.upstream)
    message = without_change_id(real.commit.raw.message).decode("utf-8", "replace")
    return sample(real.case, before, message)


def samples_of(paths: Sequence[Path], clones: Path) -> Iterator[Sample]:
    """The samples of the files' cases, made by all processors.

    One for each wording of its message, of those whose base is in one of the clones.
    """
    by_repository: dict[str, list[BenchCase]] = {}
    for case in (case for path in paths for case in cases(path)):
        by_repository.setdefault(case.record["repo"], []).append(case)
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        parts = list(by_repository.values())
        for found in processes.map(partial(_samples_in, clones), parts):
            yield from found


def _samples_in(clones: Path, some: Sequence[BenchCase]) -> list[Sample]:
    """The samples of one repository's cases."""
    return [
        sample_of(real)
        for found in real_commits(some, wordings_of, clones)
        for real in {each.commit.oid: each for each in found}.values()
    ]
