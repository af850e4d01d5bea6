"""Learn the numbers of a proposal from tangled commits, and write them as a module.

    python -m tests.bench.train DATA.jsonl.gz... [--together FILE]... [--write]
    python -m tests.bench.train DATA.jsonl.gz... [--together FILE]... --leave-out

Needs numpy (the dependency group ``training``). The data stay where they are; only the
numbers come into the project.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from gitsplit.core.signals.pairs import SIGNALS
from tests.bench import leaving_out
from tests.bench.data import earlier
from tests.bench.learning import Pairs, choices, crossed, learned_number, learned_pairs
from tests.bench.samples import Array, Sample, samples_of

WEIGHTS = Path("src/gitsplit/core/proposal/weights.py")


def module(pairs: Pairs, chosen: Array, samples: Sequence[Sample]) -> Iterator[str]:
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
    yield from (f"    {weight:.4g}," for weight in chosen)
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
        default=1.05,
        help="how much more worth splitting is than was learned",
    )
    parser.add_argument(
        "--leave-out",
        action="store_true",
        help="learn nothing, and show what is lost without each signal",
    )
    options = parser.parse_args()
    before = dict(each for path in options.together for each in earlier(path))
    samples = list(samples_of(options.data, before))
    if options.leave_out:
        leaving_out.show(samples)
        return
    chosen = learned_number(choices(samples, crossed(samples)))
    chosen[0] -= options.readiness
    text = "\n".join(module(learned_pairs(samples), chosen, samples)) + "\n"
    if options.write:
        WEIGHTS.write_text(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
