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
from gitsplit.proposal.clustering import counts
from gitsplit.proposal.commit_features import CommitFeatures
from gitsplit.proposal.pieces import pieces_of
from gitsplit.proposal.scoring import second_pass_features
from gitsplit.proposal.signals import SIGNALS
from gitsplit.proposal.source_text import Role
from tools.bench.data import Case, Earlier, cases

Array = NDArray[np.float64]

NOT_ALWAYS_KNOWN = frozenset(
    ["changed_together", "directories_changed_together", "both_told", "one_told"]
)
"""Signals of a commit's history and message. The other numbers hold without them."""

MOST_PAIRS = 250
"""So many pairs of a case are learned from; evenly spread, more say hardly more."""


@dataclass(frozen=True)
class Outline:
    """What :mod:`gitsplit.proposal.clustering` needs to know of a piece."""

    path: str
    role: Role
    lines: int


@dataclass(frozen=True)
class Sample:
    """A case as it is learned from: its signals, and the true group of each piece.

    ``lines`` has for each piece the true groups of its lines; ``kind`` is the number
    of groups and the stratum. ``near`` is what the first pass says by way of others.
    """

    name: str
    repository: str
    kind: tuple[int, str]
    outlines: tuple[Outline, ...]
    signals: NDArray[np.float32]
    in_one_file: NDArray[np.bool_]
    truth: tuple[int, ...]
    lines: tuple[tuple[int, ...], ...]
    near: NDArray[np.float32] | None = None

    @property
    def values(self) -> NDArray[np.float32]:
        """What there is to weigh for each pair: signals, then neighbours."""
        return (
            self.signals if self.near is None else np.hstack([self.signals, self.near])
        )

    @property
    def counts(self) -> list[float]:
        """How much each piece counts."""
        return counts(outline.lines for outline in self.outlines)

    def looked_again(self, scores: list[list[float]]) -> "Sample":
        """The sample with what these scores say by way of other pieces."""
        place = {
            path: at
            for at, path in enumerate(dict.fromkeys(o.path for o in self.outlines))
        }
        homes = [place[outline.path] for outline in self.outlines]
        upper = np.triu_indices(len(self.truth), 1)
        found = [
            np.array(m, dtype=np.float32)[upper]
            for m in second_pass_features(scores, self.counts, homes)
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
        return replace(self, signals=self.signals * np.array(known, dtype=np.float32))

    @property
    def some(self) -> NDArray[np.intp]:
        """The pairs that are learned from."""
        pairs = len(self.in_one_file)
        return np.unique(np.linspace(0, pairs - 1, min(pairs, MOST_PAIRS)).astype(int))


def sample(case: Case, before: Earlier = ()) -> Sample:
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
        tuple(Outline(piece.path, piece.role, piece.lines) for piece in features),
        np.array(signals, dtype=np.float32).reshape(-1, len(SIGNALS)),
        np.array([features[a].path == features[b].path for a, b in pairs], dtype=bool),
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
            yield from processes.map(_made, some, chunksize=4)


def _made(case: tuple[Case, Earlier]) -> Sample:
    return sample(*case)
