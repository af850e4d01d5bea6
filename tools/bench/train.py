"""Learn the numbers of a proposal from tangled commits, and write them as a module.

    python -m tools.bench.train --repositories DIR DATA.jsonl.gz... [--write]
    python -m tools.bench.train --repositories DIR DATA.jsonl.gz... --leave-out

DIR has clones of the repositories that the data are from, whose history counts, too.
Needs numpy (the dependency group ``training``). The data stay where they are; only the
numbers come into the project. ``tools.bench.mine`` makes data.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from gitsplit.proposal.clustering import GROUP_COUNT_FEATURES
from gitsplit.proposal.scoring import Linear, PairWeights
from gitsplit.proposal.signals import SIGNALS
from tools.bench import leaving_out
from tools.bench.learning import (
    choices,
    learn_crosswise,
    learn_number,
    learn_pairs,
)
from tools.bench.samples import Array, Sample, samples_of

WEIGHTS = Path("src/gitsplit/proposal/weights.py")


def module(
    pairs: PairWeights, chosen: Array, samples: Sequence[Sample]
) -> Iterator[str]:
    """The lines of the module with the numbers."""
    cases = {each.name: each for each in samples}.values()
    tangled = sum(each.is_tangled for each in cases)
    repositories = len({each.repository for each in samples})
    yield '"""What the signals are worth: numbers learned by ``tools.bench.train``.'
    yield ""
    yield f"From {tangled} tangled and {len(cases) - tangled} single commits of"
    yield f"{repositories} repositories, on their bases, under three messages each."
    yield '"""'
    yield ""
    yield from _weight_lines("ACROSS_FILES", pairs.across)
    yield from _weight_lines("IN_ONE_FILE", pairs.within)
    yield "NUMBER: dict[str, float] = {"
    for name, weight in zip(GROUP_COUNT_FEATURES, chosen, strict=True):
        yield f'    "{name}": {weight:.4g},'
    yield "}"
    yield '"""What each of :data:`.clustering.GROUP_COUNT_FEATURES` is worth."""'


def _weight_lines(name: str, line: Linear) -> Iterator[str]:
    names = [signal.__name__ for signal in SIGNALS]
    yield f"{name}: dict[str, float] = {{"
    yield f'    "constant": {line.constant:.4g},'
    for of, weight in zip(names, line.weights, strict=True):
        if abs(weight) > 1e-4:
            yield f'    "{of}": {weight:.4g},'
    yield "}"


def main() -> None:
    """Learn from the files named on the command line."""
    parser = argparse.ArgumentParser(prog="./dev train", description=__doc__)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--repositories", metavar="DIR", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS}")
    parser.add_argument(
        "--leave-out",
        action="store_true",
        help="learn nothing, and show what is lost without each signal",
    )
    options = parser.parse_args()
    samples = list(samples_of(options.data, options.repositories))
    if options.leave_out:
        leaving_out.show(samples)
        return
    chosen = learn_number(choices(samples, learn_crosswise(samples)))
    text = "\n".join(module(learn_pairs(samples), chosen, samples)) + "\n"
    if options.write:
        WEIGHTS.write_text(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
