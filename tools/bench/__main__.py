"""``./dev bench``: proposals beside the truth of real tangled commits, and costs.

The scorer and the simple baselines are those of the benchmark that lies beside the
project; without it there is nothing to measure. FILEs are other cases than its own.
With ``--repositories DIR``, which has clones, each case is proposed for as users have
it: on its real base, with the history before that, under three messages.
"""

import argparse
import importlib
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.conftest import PROJECT

from gitsplit.proposal.propose import proposal
from tools.bench import clusterchanges, smartcommit
from tools.bench.absorbing import measure_absorbing
from tools.bench.branches import measure_branches
from tools.bench.corrections import measure_corrections
from tools.bench.data import BenchCase, answer, cases
from tools.bench.in_histories import (
    PARTS,
    Score,
    measure_in_histories,
)
from tools.bench.large import measure_large
from tools.bench.messages import measure_messages
from tools.bench.moves import measure_moves
from tools.bench.order import measure_order
from tools.bench.ranges import measure_ranges
from tools.bench.regions import regions_of
from tools.bench.screen import measure_screen
from tools.bench.split import measure_split
from tools.bench.start_up import measure_start_up
from tools.bench.table import Scored, heading, line, table_parts, times
from tools.bench.wordings import WORDINGS
from tools.output import say

BENCH = PROJECT.parent / "shared" / "bench"
DATA = BENCH / "dev.jsonl.gz"

ON_TOP = (10, 1000, 10_000)
"""So many commits are on top of the one that is split."""


COSTS = {
    "large": measure_large,
    "ranges": measure_ranges,
    "screen": measure_screen,
    "start-up": measure_start_up,
}
"""What measures costs, and takes no options."""

ON_CLONES = {
    "absorb": lambda options: measure_absorbing(
        options.repositories, options.program, options.fixes
    ),
    "branches": lambda options: measure_branches(
        options.repositories, options.branches
    ),
    "moves": lambda options: measure_moves(options.repositories, options.ranges),
}
"""What measures histories of clones, and needs nothing else."""

WITH_CLONES = {"corrections": measure_corrections, "order": measure_order}
"""What measures all cases at once, and may use clones."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument(
        "what",
        choices=["proposal", "messages", "split", *WITH_CLONES, *ON_CLONES, *COSTS],
    )
    parser.add_argument("files", metavar="FILE", type=Path, nargs="*", default=[DATA])
    parser.add_argument("--repositories", metavar="DIR", type=Path)
    parser.add_argument("--on-top", metavar="N", type=int, nargs="+", default=ON_TOP)
    parser.add_argument(
        "--files", metavar="COUNT", type=int, dest="tree_files", default=5000
    )
    parser.add_argument("--runs", metavar="COUNT", type=int, default=5)
    parser.add_argument("--branches", metavar="COUNT", type=int, default=120)
    parser.add_argument("--ranges", metavar="COUNT", type=int, default=300)
    parser.add_argument("--fixes", metavar="COUNT", type=int, default=250)
    parser.add_argument("--program", metavar="FILE", default="git-absorb")
    return parser


def _measured_without_data(options: argparse.Namespace) -> bool:
    """Whether it was something that needs no benchmark, and has been measured."""
    if options.what in COSTS:
        COSTS[options.what]()
    elif options.what == "split":
        measure_split(options.on_top, options.tree_files, options.runs)
    elif options.what in ON_CLONES and options.repositories is None:
        say("skipped: --repositories names no directory with clones")
    elif options.what in ON_CLONES:
        ON_CLONES[options.what](options)
    else:
        return False
    return True


def main(args: Sequence[str]) -> int:
    """The table on standard output; 0, also where there is no benchmark."""
    parser = _parser()
    options = parser.parse_args(args)
    if _measured_without_data(options):
        return 0
    if missing := [str(file) for file in options.files if not file.is_file()]:
        if DATA.exists():
            parser.error(f"there is no file {missing[0]}")
        say(f"skipped: {DATA.name} is not beside the project")
        return 0
    if options.what in WITH_CLONES:
        records = [case for file in options.files for case in cases(file)]
        WITH_CLONES[options.what](records, options.repositories)
    elif options.what == "messages":
        for file in options.files:
            say(file.name)
            measure_messages(list(cases(file)))
    else:
        measure_proposals(options)
    return 0


def measure_proposals(options: argparse.Namespace) -> None:
    """The tables of each file on standard output."""
    sys.path.insert(0, str(BENCH))
    score = importlib.import_module("score").score_case
    for file in options.files:
        say(file.name)
        if options.repositories:
            measure_in_histories(list(cases(file)), options.repositories, score)
            say("")
            measure_branches(options.repositories, options.branches)
        else:
            say(heading())
            measure(list(cases(file)), score)


def measure(records: Sequence[BenchCase], score: Score) -> None:
    """The table of some cases on standard output."""
    seconds: list[tuple[int, float]] = []
    ours = [score(c.record, proposal_answer(c, None, seconds)) for c in records]
    say(line("gitsplit", ours))
    tangled = [c for c in records if c.record["k"] > 1]
    told = [score(c.record, proposal_answer(c, c.record["k"], [])) for c in tangled]
    say(line("gitsplit, told the number", told))
    for name, message in WORDINGS[:2]:
        said = [
            score(c.record, proposal_answer(c, None, [], message(c))) for c in tangled
        ]
        say(line(f"gitsplit, {name}", said))
    for name, answers in others(records):
        rows = [score(c.record, a) for c, a in zip(records, answers, strict=True)]
        say(line(name, rows))
    for by, words in PARTS:
        for each in table_parts(by, words, ours):
            say(each)
    for each in times(seconds):
        say(each)


def proposal_answer(
    case: BenchCase,
    commits: int | None,
    seconds: list[tuple[int, float]],
    message: str = "Do something",
) -> Scored:
    """The answer that a proposal is; how long it took is added to ``seconds``."""
    start = time.perf_counter()
    said = message.encode()
    plan = proposal(case.changes, said, commits=commits)
    seconds.append((len(case.record["hunks"]), time.perf_counter() - start))
    return answer(case, plan)


def others(records: Sequence[BenchCase]) -> Iterator[tuple[str, Iterator[object]]]:
    """By name what others' rules and the benchmark's simple ones answer."""
    regions = [regions_of(case) for case in records]
    yield "SmartCommit's rules", map(smartcommit.groups, regions)
    yield "ClusterChanges' rules", map(clusterchanges.groups, regions)
    question = importlib.import_module("score").question
    for name, function in importlib.import_module("baselines").BASE:
        yield name, (function(question(case.record)) for case in records)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
