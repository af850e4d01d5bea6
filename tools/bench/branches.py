"""``./dev bench branches``: runs of real commits, split again as one change.

Each run is a branch of a clone's history, merges inside included, as ``--squash`` takes
it; all is computed in memory. The tip's tree must be the same, and each commit is
continued by one new commit at most, with its Change-Id. What is proposed is compared
with the authors' own commits, as far as something is known of them:

* everything, as users have it;
* nothing: every message is ``wip``, so nobody's lines are told apart, either;
* something else: two commits each were one, as branches are on their way.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from msgspec.structs import replace

from gitsplit.errors import GitsplitError
from gitsplit.git.history import commits_between, read_source_commit
from gitsplit.git.repository import Repository, open_repository
from gitsplit.model.change_id import IdRules
from gitsplit.model.diff import FileChange
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan
from gitsplit.model.series import Series, Squash
from gitsplit.model.todo import Entry, Todo
from gitsplit.proposal.matching import best_matching
from gitsplit.proposal.originals import Original, squash_log
from gitsplit.proposal.propose import proposals
from gitsplit.workflow.apply import preview
from gitsplit.workflow.propose import proposal_context
from gitsplit.workflow.squash import originals_of, squashed_changes
from gitsplit.workflow.work import Work
from tools.output import say

LENGTHS = (2, 9)
MOST_COMMITS = 25
MOST_HUNKS = 250
BRANCHES = 120
AS_IT_WAS = "as it was"


class Row(NamedTuple):
    """How alike a proposal and the authors' commits are."""

    lines: float
    pairs: float
    number: float
    more: float
    order: float


@dataclass(frozen=True)
class Branch:
    """A run of commits of a real history, and what they changed together."""

    repo: Repository
    series: Series
    changes: tuple[FileChange, ...]
    originals: tuple[Original, ...]

    @property
    def name(self) -> str:
        return f"{self.repo.common_dir.parent.name} {self.series.head[:10]}"


def measure_branches(root: Path, count: int = BRANCHES) -> None:
    """Print how branches of the clones below ``root`` are split."""
    rows: dict[str, list[Row]] = {}
    faults: list[str] = []
    done = merges = 0
    clones: set[Path] = set()
    for branch in branches_below(root, count):
        done += 1
        clones.add(branch.repo.common_dir)
        merges += sum(len(each.raw.parents) > 1 for each in branch.series.commits)
        for name, originals in _settings(branch):
            plan = proposed(branch, originals)
            if name == AS_IT_WAS:
                faults += faults_of(branch, plan)
            rows.setdefault(name, []).append(score(plan))
    if not done:
        say(f"skipped: there is no clone with such a history below {root}")
        return
    say(f"{done} branches of {len(clones)} repositories, with {merges} merges")
    say(f"faults: {len(faults)}")
    for fault in faults:
        say(fault)
    say(f"{'':24}" + "".join(f"{name:>8}" for name in Row._fields))
    for name, found in rows.items():
        said = map(fmean, zip(*found, strict=True))
        say(f"{name:24}" + "".join(f"{value:8.3f}" for value in said))


def branches_below(root: Path, count: int, seed: str = "branches") -> Iterator[Branch]:
    """So many branches, of each clone about as many."""
    clones = sorted(
        each for each in root.glob("*/repo*") if (each / "objects").is_dir()
    )
    per_clone = max(1, -(-count // max(1, len(clones))))
    found = 0
    for clone in clones:
        rng = random.Random(f"{seed} {clone.parent.name}")
        try:
            repo = open_repository(clone)
            log = ("rev-list", "--first-parent", "--max-count=4000", repo.head())
            line = [Oid(each) for each in repo.program.run(*log).lines]
        except GitsplitError:
            continue
        for _ in range(per_clone):
            branch = _branch(repo, line, rng)
            if branch is not None and found < count:
                found += 1
                yield branch


def _branch(repo: Repository, line: Sequence[Oid], rng: random.Random) -> Branch | None:
    """A run on the first-parent line, with what its merges bring; None without one."""
    for _ in range(20):
        length = rng.randint(*LENGTHS)
        if len(line) <= length + 1:
            return None
        at = rng.randrange(len(line) - length)
        tip, base = line[at], line[at + length]
        try:
            oids = commits_between(repo, base, tip)
            if not 1 < len(oids) <= MOST_COMMITS:
                continue
            commits = tuple(read_source_commit(repo, oid) for oid in oids)
            changes = squashed_changes(repo, Squash(base, tip), commits)
        except GitsplitError:
            continue
        if 2 <= sum(len(change.hunks) for change in changes) <= MOST_HUNKS:
            series = Series(base, tip, commits)
            return Branch(repo, series, changes, originals_of(repo, commits))
    return None


def _settings(branch: Branch) -> Iterator[tuple[str, tuple[Original, ...]]]:
    """What is known of the commits, and what that is called."""
    yield AS_IT_WAS, branch.originals
    yield (
        "every message is wip",
        tuple(replace(each, message=b"wip\n") for each in branch.originals),
    )
    yield (
        "two commits in each",
        tuple(
            replace(each, counts_for=None if each.counts_for is None else at // 2 * 2)
            for at, each in enumerate(branch.originals)
        ),
    )


def proposed(branch: Branch, originals: tuple[Original, ...]) -> Plan:
    """What is proposed for the branch."""
    own = [each for at, each in enumerate(originals) if each.counts_for == at]
    log = squash_log(own or originals)
    last = branch.series.commits[-1]
    as_one = replace(last, raw=replace(last.raw, message=log))
    context = proposal_context(branch.repo, branch.series, as_one, branch.changes)
    context = replace(context, originals=originals)
    return proposals(branch.changes, log, "auto", "none", context).plan(at_least=2)


def faults_of(branch: Branch, plan: Plan) -> Iterator[str]:
    """What is wrong with the commits that the plan makes."""
    series = branch.series
    first, *rest = series.commits
    source = Squash(series.upstream, series.head)
    entry = Entry(first, "split", plan=plan, rest=tuple(rest), source=source)
    work = Work(series, Todo((entry,)), None, IdRules())
    rewrite = preview(branch.repo, work)
    if rewrite.new_tree != rewrite.old_tree:
        yield f"{branch.name}: another tree"
    heirs = [heir for heir in plan.continued_by if heir is not None]
    if len(set(heirs)) != len(heirs):
        yield f"{branch.name}: a commit continues two"
    ids = [work.ids.of(made.draft.message) for made in rewrite.commits]
    known = [each for each in ids if each]
    if len(set(known)) != len(known):
        yield f"{branch.name}: a Change-Id is there twice"


def score(plan: Plan) -> Row:
    """How the plan's commits are like the authors': lines, pairs of lines, number.

    Lines are those in the commit that stands for theirs, where as many as can be do;
    pairs are the F1 of lines that are together; more is how many commits it has more.
    Order is whether those that continue an author's come in the authors' order.
    """
    table: Counter[tuple[int, int]] = Counter()
    for group, own in plan.lines_by_group().items():
        table.update({(group, commit): lines for commit, lines in own.items()})
    groups = sorted({group for group, _ in table})
    authors = sorted({commit for _, commit in table})
    rows = [[float(table[group, commit]) for commit in authors] for group in groups]
    matched = best_matching(rows)
    pairs = zip(rows, matched, strict=True)
    heirs = [heir for heir in plan.continued_by if heir is not None]
    right = sum(row[at] for row, at in pairs if at is not None)
    both = sum(lines**2 for lines in table.values())
    ours = sum(sum(row) ** 2 for row in rows)
    theirs = sum(sum(column) ** 2 for column in zip(*rows, strict=True))
    return Row(
        right / max(1, table.total()),
        2 * both / max(1, ours + theirs),
        float(len(groups) == len(authors)),
        float(len(groups) - len(authors)),
        float(heirs == sorted(heirs)),
    )
