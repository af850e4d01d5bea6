"""What is learned from samples: what signals are worth, and how many groups there are.

Whole repositories are left out in turn, so that how many groups to make is learned from
scores of pairs that were not learned from.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gitsplit.proposal import clustering
from gitsplit.proposal.clustering import Tree, merge_tree
from gitsplit.proposal.scoring import Linear, PairWeights
from gitsplit.proposal.signals import SIGNALS
from tools.bench.figures import best_match, rand_index
from tools.bench.samples import Array, Sample

FOLDS = 5

_STEPS = 8
_LEAST = 1e-9
_SIGNS = {
    **dict.fromkeys(("both_told", "one_topic", "changed_together"), 1),
    **dict.fromkeys(("one_told", "told_apart"), -1),
    "directories_changed_together": 1,
}
"""What is named or changed together is never further apart for it."""
_HOLD_PAIRS = 3.0
_HOLD = 6.0
_SHARP = 0.6
"""A number of groups that is worth so much less is the right one e times as seldom."""


def learn_pairs(samples: Sequence[Sample], without: str = "") -> PairWeights:
    """Logistic regressions over pairs of all samples; each case weighs alike.

    ``without`` is the name of a signal that isn't looked at.
    """
    some = [each for each in samples if len(each.truth) > 1]
    values = np.vstack([each.signals[each.some].astype(np.float32) for each in some])
    is_within = np.concatenate([each.in_one_file[each.some] for each in some])
    same = np.concatenate([each.same[each.some] for each in some])
    weight = np.concatenate([_pair_weights(each) for each in some])
    weight /= weight.mean()
    values[:, [signal.__name__ == without for signal in SIGNALS]] = 0
    lines = [
        _lawful(values[chosen], same[chosen], weight[chosen])
        for chosen in (~is_within, is_within)
    ]
    return PairWeights(*lines)


def _lawful(values: NDArray[np.float32], same: Array, weight: Array) -> Linear:
    """The regression, without signals that would say the contrary of what they are."""
    signs = np.array([_SIGNS.get(signal.__name__, 0) for signal in SIGNALS])
    found = _logistic(values, same, weight)
    while (wrong := signs * np.array(found.weights) < -_LEAST).any():
        values[:, wrong] = 0
        found = _logistic(values, same, weight)
    return found


def _pair_weights(of: Sample) -> Array:
    """What each pair of a sample counts: less where there are many."""
    pairs, some = len(of.signals), len(of.some)
    return np.full(some, pairs**0.35 / some * (1 if of.is_tangled else 0.5))


def _logistic(values: NDArray[np.float32], same: Array, weight: Array) -> Linear:
    """A logistic regression by Newton's method, the weights held small."""
    mean, spread = values.mean(0), values.std(0) + 1e-6
    design = np.column_stack([(values - mean) / spread, np.ones(len(values))])
    hold = np.append(np.full(values.shape[1], _HOLD_PAIRS), 0.0)
    found = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        bend = (design.T * (weight * chance * (1 - chance))) @ design + np.diag(hold)
        slope = design.T @ (weight * (same - chance)) - hold * found
        found += np.linalg.solve(bend, slope)
    weights = found[:-1] / spread
    return Linear(float(found[-1] - weights @ mean), tuple(weights.tolist()))


def worths(of: Sample, tree: Tree) -> list[float]:
    """How good each number of groups would be, by the figures that are reported."""
    result = []
    for groups in range(1, min(clustering.MOST_PROPOSED, tree.size) + 1):
        cut = tree.cut(groups)
        if not of.is_tangled:
            result.append(-0.9 - 0.1 * groups if groups > 1 else 0.0)
            continue
        pieces = [group for group, own in zip(cut, of.lines, strict=True) for _ in own]
        lines = [group for own in of.lines for group in own]
        right = best_match(lines, pieces) / len(lines)
        is_exact = right == 1 and len(set(lines)) == len(set(pieces))
        off = abs(len(set(lines)) - len(set(pieces)))
        rand = rand_index(of.truth, cut)
        result.append(right + rand + 2 * is_exact - 0.1 * off)
    return result


@dataclass(frozen=True)
class Choices:
    """What there is to choose from in many samples, one after the other.

    ``case`` has for each choice which sample it is of, ``weight`` what that counts.
    """

    values: Array
    worth: Array
    weight: Array
    case: NDArray[np.intp]


def choices(samples: Sequence[Sample], pairs: Sequence[PairWeights]) -> Choices:
    """The numbers of groups that each sample can have.

    The kinds of cases count alike, and single ones half of what tangled ones do.
    """
    kinds = Counter(each.kind for each in samples)
    tangled = sum(number > 1 for number, _ in kinds) or 1
    values, worth, weight, case = [], [], [], []
    for at, (each, own) in enumerate(zip(samples, pairs, strict=True)):
        if len(each.truth) < 2:
            continue
        scores = each.scores(own)
        tree = merge_tree(scores, each.counts)
        found = clustering.group_count_features(
            tree, each.outlines, scores, each.topics
        )
        share = 1 / tangled if each.is_tangled else 0.5
        values += found
        worth += worths(each, tree)
        weight += [share / kinds[each.kind]] * len(found)
        case += [at] * len(found)
    counts = np.array(weight)
    return Choices(
        np.array(values), np.array(worth), counts / counts.mean(), np.array(case)
    )


def learn_number(of: Choices) -> Array:
    """What each value is worth, so that the best numbers of groups are the likeliest.

    In each case the numbers of groups share one probability, the better the more.
    """
    mean, spread = of.values.mean(0), of.values.std(0)
    spread[spread < 1e-9] = np.inf
    design = (of.values - mean) / spread
    first = np.flatnonzero(np.diff(of.case, prepend=-1))
    case = np.cumsum(np.isin(np.arange(len(of.case)), first)) - 1

    def shares(sums: Array) -> Array:
        chance = np.exp(sums - np.maximum.reduceat(sums, first)[case])
        result: Array = chance / np.add.reduceat(chance, first)[case]
        return result

    wanted = shares(of.worth / _SHARP)

    found = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = shares(design @ found)
        expected = np.add.reduceat(design * chance[:, None], first)[case]
        apart = design - expected
        bend = (apart.T * (of.weight * chance)) @ apart + _HOLD * np.eye(len(found))
        slope = design.T @ (of.weight * (wanted - chance)) - _HOLD * found
        found += np.linalg.solve(bend, slope)
    result: Array = found / spread
    return result


def folds(samples: Sequence[Sample]) -> list[int]:
    """The fold of each sample; a repository is in one of them."""
    return [
        hashlib.sha256(each.repository.encode()).digest()[0] % FOLDS for each in samples
    ]


def learn_crosswise(samples: Sequence[Sample]) -> list[PairWeights]:
    """For each sample what was learned from the other folds."""
    own = folds(samples)
    found = {
        fold: learn_pairs([s for s, f in zip(samples, own, strict=True) if f != fold])
        for fold in sorted(set(own))
    }
    return [found[fold] for fold in own]
