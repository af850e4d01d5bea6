"""The benchmark as users have it: commits on their real bases, asked as a user asks.

Tangled commits are judged by what is proposed where a split is asked for, single ones
by what the series screen says unasked (``≈n``); both by what the program itself calls.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gitsplit.proposal.source_text import role
from gitsplit.workflow.propose import Request, proposals_of, propose_plan
from tools.bench.clones import RealCommit, real_commits
from tools.bench.data import BenchCase, answer
from tools.bench.table import Scored, heading, line, table_parts, times
from tools.bench.wordings import WORDINGS, wordings_of
from tools.output import say

Score = Callable[[Scored, object], Scored]
"""What the scorer says of an answer to a record."""

PARTS = (("stratum", "stratum"), ("k", "number of commits"), ("lang", "language"))
"""By what the scorer tells cases apart, and what that is called."""


@dataclass(frozen=True)
class Proposed:
    """What is proposed for a case under one message, scored.

    ``as_one`` says that a tangled commit seems to be one unasked, ``seconds`` what it
    took of a processor, with what git took.
    """

    row: Scored
    as_one: bool
    seconds: float


def measure_in_histories(
    records: Sequence[BenchCase], clones: Path, score: Score
) -> None:
    """Print the tables of the cases whose base is in one of the clones."""
    found = [
        ([_proposed(each, score) for each in real], _told(real[0], score))
        for real in real_commits(records, wordings_of, clones)
    ]
    say(f"{len(found)} of {len(records)} cases have their base in a clone")
    say(heading())
    for at, (name, _) in enumerate(WORDINGS):
        say(line(f"gitsplit, {name}", [said[at].row for said, _ in found]))
    say(line("gitsplit, told the number", [told for _, told in found if told["k"] > 1]))
    for at, (name, _) in enumerate(WORDINGS):
        unasked = [said[at].as_one for said, _ in found if said[at].row["k"] > 1]
        share = sum(unasked) / max(1, len(unasked))
        say(f"tangled and seen as one unasked, {name}: {share:.3f}")
    for by, words in (*PARTS, ("kind", "kind of file")):
        for each in table_parts(by, words, [said[0].row for said, _ in found]):
            say(each)
    for each in times([(said[0].row["hunks"], said[0].seconds) for said, _ in found]):
        say(each)


def _processor_time() -> float:
    """What this process and those it started have used, in seconds."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _proposed(real: RealCommit, score: Score) -> Proposed:
    """What the program proposes for a commit."""
    before = _processor_time()
    request, record = Request(), real.case.record
    about = (real.repo, request, real.series, real.commit)
    found = proposals_of(*about, real.case.changes)
    unasked = propose_plan(*about, found, is_asked=False)
    is_tangled = record["k"] > 1
    plan = propose_plan(*about, found) if is_tangled else unasked
    seconds = _processor_time() - before
    row = {**score(record, answer(real.case, plan)), "kind": kind_of(real.case)}
    return Proposed(row, is_tangled and len(unasked.groups) < 2, seconds)


def _told(real: RealCommit, score: Score) -> Scored:
    """What is proposed where the number of commits is asked for."""
    request = Request(number=real.case.record["k"])
    about = (real.repo, request, real.series, real.commit)
    plan = propose_plan(*about, proposals_of(*about, real.case.changes))
    return score(real.case.record, answer(real.case, plan))


def kind_of(case: BenchCase) -> str:
    """What kinds of files a case changes, in words."""
    roles = {role(change.path.decode("utf-8", "replace")) for change in case.changes}
    kinds = {"code", "test"} & roles | (
        {"other"} if roles - {"code", "test"} else set()
    )
    return " and ".join(sorted(kinds))
