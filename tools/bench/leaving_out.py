"""``./dev train ... --leave-out``: what each signal is worth, by leaving it out.

The numbers are learned from four fifths of the repositories and tried on the others,
each fifth in turn, told how many groups there are: once with all signals, and once
without each.
"""

import os
import statistics
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np

from gitsplit.proposal.clustering import merge_tree
from gitsplit.proposal.scoring import PairWeights
from gitsplit.proposal.signals import SIGNALS
from tools.bench.figures import best_match, rand_index
from tools.bench.learning import folds, learn_pairs
from tools.bench.samples import Sample
from tools.output import say

Worth = tuple[float, float, float]
"""The share of lines in the right group, the adjusted Rand index, and the log loss."""


def figures_without(samples: Sequence[Sample], without: str) -> Worth:
    """How good proposals are without a signal, on repositories not learned from."""
    own, found = folds(samples), list[Worth]()
    for fold in sorted(set(own)):
        parts = [(each, at == fold) for each, at in zip(samples, own, strict=True)]
        pairs = learn_pairs([each for each, is_out in parts if not is_out], without)
        tried = [each for each, is_out in parts if is_out and each.is_tangled]
        found += [_one(each, pairs) for each in tried if len(each.truth) > 1]
    right, rand, loss = (statistics.fmean(each) for each in zip(*found, strict=True))
    return right, rand, loss


def _one(of: Sample, pairs: PairWeights) -> Worth:
    """The figures of one sample."""
    scores = of.scores(pairs)
    cut = merge_tree(scores, of.counts).cut(of.kind[0])
    pieces = [group for group, own in zip(cut, of.lines, strict=True) for _ in own]
    lines = [group for own in of.lines for group in own]
    sums = np.array(scores)[np.triu_indices(len(of.truth), 1)]
    loss = np.logaddexp(0, np.where(of.same > 0, -sums, sums)).mean()
    right = best_match(lines, pieces) / len(lines)
    return right, rand_index(of.truth, cut), float(loss)


def show(samples: Sequence[Sample]) -> None:
    """The table of what is lost without each signal."""
    names = [signal.__name__ for signal in SIGNALS]
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        whole, *others = processes.map(partial(figures_without, samples), ["", *names])
    say(f"{'all signals':30}{whole[0]:9.4f}{whole[1]:9.4f}{whole[2]:9.4f}")
    say(f"{'without':30}{'acc_l':>9}{'ari':>9}{'log loss':>9}")
    table = sorted(zip(others, names, strict=True), key=lambda row: -row[0][2])
    for found, name in table:
        less = [new - old for new, old in zip(found, whole, strict=True)]
        say(f"{name:30}" + "".join(f"{change:+9.4f}" for change in less))
