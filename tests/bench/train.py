"""Learn the numbers of a proposal from tangled commits, and write them as a module.

    python -m tests.bench.train DATA.jsonl.gz... [--together FILE]... [--write]

Needs numpy (the dependency group ``training``). The data stay where they are; only the
numbers come into the project. Whole repositories are left out in turn, so that how many
groups to make is learned from scores of pairs that were not learned from.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gitsplit.core.edits import edits_of
from gitsplit.core.proposal import number
from gitsplit.core.proposal.pieces import pieces_of
from gitsplit.core.proposal.tree import Tree, tree_of
from gitsplit.core.signals.commit import Compared
from gitsplit.core.signals.pairs import SIGNALS
from gitsplit.core.signals.roles import Role
from tests.bench.data import Case, Earlier, cases, earlier
from tests.bench.figures import adjusted_rand, best_match

Array = NDArray[np.float64]

FOLDS = 5
WEIGHTS = Path("src/gitsplit/core/proposal/weights.py")


@dataclass(frozen=True)
class Outline:
    """What :mod:`gitsplit.core.proposal.number` needs to know of a piece."""

    path: str
    role: Role
    lines: int


@dataclass(frozen=True)
class Sample:
    """A case as it is learned from: its signals, and the true group of each piece.

    ``lines`` has for each piece the true groups of its lines.
    """

    name: str
    repository: str
    is_tangled: bool
    outlines: tuple[Outline, ...]
    signals: NDArray[np.float32]
    in_one_file: NDArray[np.bool_]
    truth: tuple[int, ...]
    lines: tuple[tuple[int, ...], ...]

    @property
    def same(self) -> Array:
        """For each two pieces whether they belong together."""
        pairs = combinations(self.truth, 2)
        return np.array([a == b for a, b in pairs], dtype=float)


def sample(case: Case, before: Earlier = ()) -> Sample:
    """A case with its signals, and what earlier commits changed together."""
    commit = Compared(
        case.changes, pieces_of(case.changes, edits_of(case.changes)).pieces, before
    )
    pairs = list(combinations(range(len(commit.pieces)), 2))
    signals = [[signal(commit, a, b) for signal in SIGNALS] for a, b in pairs]
    looks, truth = commit.looks, case.truth
    lines = [
        tuple(truth[key] for edit in piece for key in case.keys(edit) if key in truth)
        for piece in commit.pieces
    ]
    return Sample(
        case.record["id"],
        case.record["repo"],
        case.record["k"] > 1,
        tuple(Outline(look.path, look.role, look.lines) for look in looks),
        np.array(signals, dtype=np.float32).reshape(-1, len(SIGNALS)),
        np.array([looks[a].path == looks[b].path for a, b in pairs], dtype=bool),
        tuple(case.group_of(piece) or 0 for piece in commit.pieces),
        tuple(lines),
    )


@dataclass(frozen=True)
class Line:
    """A constant and a weight for each value."""

    constant: float
    weights: Array

    def of(self, values: Array) -> Array:
        """What the values come to."""
        result: Array = self.constant + values @ self.weights
        return result


@dataclass(frozen=True)
class Pairs:
    """What pairs of pieces are worth: across files, and within one."""

    across: Line
    within: Line

    def scores(self, of: Sample) -> list[list[float]]:
        """The matrix of scores of a sample's pieces."""
        values = of.signals.astype(float)
        found = np.where(of.in_one_file, self.within.of(values), self.across.of(values))
        size = len(of.truth)
        matrix = np.zeros((size, size))
        matrix[np.triu_indices(size, 1)] = found
        result: list[list[float]] = (matrix + matrix.T).tolist()
        return result

    def tree(self, of: Sample) -> Tree:
        """The merge tree of a sample."""
        weights = [max(1, outline.lines) ** 0.5 for outline in of.outlines]
        return tree_of(self.scores(of), weights)


def learned_pairs(samples: Sequence[Sample]) -> Pairs:
    """Logistic regressions over the pairs of all samples; each case weighs alike."""
    some = [each for each in samples if len(each.truth) > 1]
    values = np.vstack([each.signals for each in some]).astype(float)
    is_within = np.concatenate([each.in_one_file for each in some])
    same = np.concatenate([each.same for each in some])
    weight = np.concatenate([_weights(each) for each in some])
    weight /= weight.mean()
    lines = [
        _logistic(values[chosen], same[chosen], weight[chosen])
        for chosen in (~is_within, is_within)
    ]
    return Pairs(*lines)


def _weights(of: Sample) -> Array:
    """What each pair of a sample counts: less where there are many."""
    pairs = len(of.in_one_file)
    return np.full(pairs, pairs**-0.65 * (1 if of.is_tangled else 0.5))


def _logistic(values: Array, same: Array, weight: Array) -> Line:
    """A logistic regression by Newton's method, the weights held small."""
    mean, spread = values.mean(0), values.std(0) + 1e-6
    design = np.column_stack([(values - mean) / spread, np.ones(len(values))])
    hold = np.append(np.full(values.shape[1], 3.0), 0.0)
    found = np.zeros(design.shape[1])
    for _ in range(8):
        chance = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        bend = (design.T * (weight * chance * (1 - chance))) @ design + np.diag(hold)
        slope = design.T @ (weight * (same - chance)) - hold * found
        found += np.linalg.solve(bend, slope)
    weights = found[:-1] / spread
    return Line(float(found[-1] - weights @ mean), weights)


def worths(of: Sample, tree: Tree) -> list[float]:
    """How good each number of groups would be, by the figures that are reported."""
    result = []
    for groups in range(1, min(number.MOST, tree.size) + 1):
        cut = tree.cut(groups)
        if not of.is_tangled:
            result.append(-0.9 - 0.1 * groups if groups > 1 else 0.0)
            continue
        pieces = [group for group, own in zip(cut, of.lines, strict=True) for _ in own]
        lines = [group for own in of.lines for group in own]
        right = best_match(lines, pieces) / len(lines)
        is_exact = right == 1 and len(set(lines)) == len(set(pieces))
        off = abs(len(set(lines)) - len(set(pieces)))
        rand = adjusted_rand(of.truth, cut)
        result.append(right + rand + 0.5 * is_exact - 0.15 * off)
    return result


def learned_number(samples: Sequence[Sample], pairs: Sequence[Pairs]) -> Line:
    """A ridge regression of what each number of groups is worth in its case."""
    values, targets, weight = [], [], []
    tangled = sum(each.is_tangled for each in samples)
    single = 0.5 * tangled / max(1, len(samples) - tangled)
    for each, own in zip(samples, pairs, strict=True):
        if len(each.truth) < 2:
            continue
        tree = own.tree(each)
        found = number.described(tree, each.outlines, own.scores(each))
        worth = np.array(worths(each, tree))
        values += found
        targets += list(worth - worth.mean())
        weight += [1.0 if each.is_tangled else single] * len(found)
    return _ridge(np.array(values), np.array(targets), np.array(weight))


def _ridge(values: Array, targets: Array, weight: Array) -> Line:
    """A linear regression, the weights held small."""
    mean = np.average(values, axis=0, weights=weight)
    spread = values.std(0)
    spread[spread < 1e-9] = np.inf
    design = (values - mean) / spread
    bend = (design.T * weight) @ design + 30 * np.eye(design.shape[1])
    found = np.linalg.solve(bend, (design.T * weight) @ targets)
    return Line(0.0, found / spread)


def folds(samples: Sequence[Sample]) -> list[int]:
    """The fold of each sample; a repository is in one of them."""
    return [
        hashlib.sha256(each.repository.encode()).digest()[0] % FOLDS for each in samples
    ]


def crossed(samples: Sequence[Sample]) -> list[Pairs]:
    """For each sample what was learned from the other folds."""
    own = folds(samples)
    found = {
        fold: learned_pairs([s for s, f in zip(samples, own, strict=True) if f != fold])
        for fold in sorted(set(own))
    }
    return [found[fold] for fold in own]


def module(pairs: Pairs, chosen: Line, samples: Sequence[Sample]) -> Iterator[str]:
    """The lines of the module with the numbers."""
    tangled = sum(each.is_tangled for each in samples)
    repositories = len({each.repository for each in samples})
    yield '"""What the signals are worth: numbers learned by ``tests.bench.train``.'
    yield ""
    yield f"From {tangled} tangled and {len(samples) - tangled} single commits of"
    yield f"{repositories} repositories."
    yield '"""'
    yield ""
    for name, line in (("ACROSS_FILES", pairs.across), ("IN_ONE_FILE", pairs.within)):
        yield f"{name}: dict[str, float] = {{"
        yield f'    "constant": {line.constant:.4g},'
        for signal, weight in zip(SIGNALS, line.weights, strict=True):
            if abs(weight) > 1e-4:
                yield f'    "{signal.__name__}": {weight:.4g},'
        yield "}"
    yield "NUMBER: tuple[float, ...] = ("
    yield from (f"    {weight:.4g}," for weight in chosen.weights)
    yield ")"
    yield '"""What each value of :func:`number.described` is worth."""'


def main() -> None:
    """Learn from the files named on the command line."""
    parser = argparse.ArgumentParser(prog="./dev train", description=__doc__)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument(
        "--together",
        type=Path,
        action="append",
        default=[],
        help="what the commits before the cases changed (data.earlier)",
    )
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS}")
    parser.add_argument(
        "--readiness",
        type=float,
        default=0.2,
        help="how much more worth splitting is than was learned",
    )
    options = parser.parse_args()
    before = dict(each for path in options.together for each in earlier(path))
    samples = [
        sample(case, before.get(case.record["id"], ()))
        for path in options.data
        for case in cases(path)
    ]
    pairs = crossed(samples)
    chosen = learned_number(samples, pairs)
    chosen.weights[0] -= options.readiness
    text = "\n".join(module(learned_pairs(samples), chosen, samples)) + "\n"
    if options.write:
        WEIGHTS.write_text(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
