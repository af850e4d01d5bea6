"""Cases as they are learned from: the signals of each two pieces, and the truth."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gitsplit.model.diff import edits_of
from gitsplit.proposal.clustering import piece_weights
from gitsplit.proposal.commit_features import CommitFeatures, Matrix
from gitsplit.proposal.pieces import pieces_of
from gitsplit.proposal.scoring import (
    NOT_ALWAYS_KNOWN,
    PairWeights,
    pass_scores,
    second_pass_features,
)
from gitsplit.proposal.signals import SIGNALS
from gitsplit.proposal.source_text import Role
from tools.bench.data import BenchCase, Earlier, cases

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
    groups and the stratum. ``near`` has the second-pass features of each pair, once
    there has been a first pass.
    """

    name: str
    repository: str
    kind: tuple[int, str]
    outlines: tuple[SampleOutline, ...]
    homes: tuple[int, ...]
    signals: Array
    truth: tuple[int, ...]
    lines: tuple[tuple[int, ...], ...]
    near: Array | None = None

    @property
    def values(self) -> Array:
        """The values of each pair: its signals, then its second-pass features."""
        return (
            self.signals if self.near is None else np.hstack([self.signals, self.near])
        )

    @property
    def in_one_file(self) -> NDArray[np.bool_]:
        """For each two pieces whether they are in one file."""
        return np.array([a == b for a, b in combinations(self.homes, 2)], dtype=bool)

    def scores(self, weights: PairWeights) -> Matrix:
        """The score matrix of a pass with these weights, as the program finds it."""
        return pass_scores(self.homes, self.values.tolist(), weights)

    @property
    def counts(self) -> list[float]:
        """How much each piece counts."""
        return piece_weights(outline.lines for outline in self.outlines)

    def with_second_pass(self, scores: Matrix) -> "Sample":
        """The sample with the second-pass features that these scores make."""
        upper = np.triu_indices(len(self.truth), 1)
        found = [
            np.array(matrix)[upper]
            for matrix in second_pass_features(scores, self.counts, self.homes)
        ]
        return replace(self, near=np.column_stack(found))

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
    def silent(self) -> "Sample":
        """The sample where nothing is known of history and message."""
        known = [signal.__name__ not in NOT_ALWAYS_KNOWN for signal in SIGNALS]
        return replace(self, signals=self.signals * np.array(known))

    @property
    def some(self) -> NDArray[np.intp]:
        """The pairs that are learned from."""
        pairs = len(self.signals)
        return np.unique(np.linspace(0, pairs - 1, min(pairs, MOST_PAIRS)).astype(int))


def sample(case: BenchCase, before: Earlier = ()) -> Sample:
    """A case with its signals, and what earlier commits changed together."""
    pieces = pieces_of(case.changes, edits_of(case.changes)).pieces
    commit = CommitFeatures(case.changes, pieces, before, case.message)
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
    )


def samples_of(
    paths: Sequence[Path], before: Mapping[str, Earlier]
) -> Iterator[Sample]:
    """The samples of the files' cases, made by all processors."""
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        for path in paths:
            some = [(case, before.get(case.record["id"], ())) for case in cases(path)]
            yield from processes.map(_sample_of, some, chunksize=4)


def _sample_of(case: tuple[BenchCase, Earlier]) -> Sample:
    return sample(*case)
