"""One case through gitsplit: its plans read and written, its commits made.

The only module of these that uses gitsplit, in this process.
"""

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from json import loads
from random import Random

from tests.repository import Repository

from gitsplit.errors import InvalidPlan
from gitsplit.git.repository import Repository as Opened
from gitsplit.git.write import WrittenCommit
from gitsplit.planfile import parse
from gitsplit.planfile.dump import dump_plan
from gitsplit.planfile.match import plan_of_entry
from gitsplit.workflow.apply import apply, preview
from gitsplit.workflow.plan_files import plan_document
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import Work, open_idle_repository, read_work
from tools.stress.applying import GitRefuses, expected_trees
from tools.stress.building import Built
from tools.stress.meaning import (
    FileMeaning,
    RefusalExpected,
    file_meanings,
    groups_taking,
    prefixes,
)
from tools.stress.patch import Delta, deltas_between
from tools.stress.plans import (
    plan_text,
    random_groups,
    random_rearrangement,
    with_dropped,
)
from tools.stress.settings import OF_NO_CONSEQUENCE, with_settings
from tools.stress.values import Json, Listing, StressCase, listing, tree_id

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_REFUSALS = {
    "a group without edits": r"Group \d+ has no edits",
    "a path taken twice": r"would have .*(two files|a file and a directory)",
}


class Difference(Exception):
    """Gitsplit did something else than it should; the text says what."""


@dataclass
class Trial:
    """A case and what became of it; ``plan`` is the last one that was tried.

    ``trees`` are what its pieces should have; none where the plan is refused.
    """

    built: Built
    plan: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    trees: list[Listing] = field(default_factory=list)
    new_tip: str = ""


@dataclass(frozen=True)
class Planned:
    """A plan, what it means for each file, and the trees of its commits.

    Where it is to be refused there are no trees but a ``reason``.
    """

    text: str
    files: list[FileMeaning]
    trees: list[Listing]
    reason: str

    @property
    def is_cut(self) -> bool:
        """Whether some hunk's lines are in more than one commit."""
        return any(len(f.groups_of(h)) > 1 for f in self.files for h in f.delta.hunks)


def try_split(repo: Repository, trial: Trial, rng: Random, more_plans: int) -> None:
    """The case's branch is split by a random plan; ``trial`` notes what happened.

    Before that ``more_plans`` others are previewed. Raises Difference where a plan is
    refused wrongly or means something else than it should. Whether the new commits
    are right is for the caller to see.
    """
    built = trial.built
    _check_out_branch(repo, built)
    base = built.base or EMPTY_TREE
    deltas = deltas_between(repo, base, built.commit)
    if not deltas:
        trial.counts["nothing to split"] += 1
        return
    if _is_too_large_to_tell(built.case, deltas):
        trial.counts["skipped: a rename of files over core.bigFileThreshold"] += 1
        return
    trial.counts.update(f"kind: {kind}" for kind in built.case.kinds)
    ours = open_idle_repository(repo.path)
    planned = _note_plan(trial, _groups(ours, trial, rng, deltas), deltas)
    if not planned.is_cut and planned.reason != "a group without edits":
        _compare_with_git(repo, base, trial, planned)
    work = _work(ours, trial, rng, planned)
    if work is None:
        return
    for _ in range(more_plans):
        groups = _random_groups(rng, deltas, cut=0.9)
        dropped: list[Json] = []
        if rng.random() < 0.25:
            groups, dropped = with_dropped(rng, groups)
        _check_preview(ours, work, trial, _note_plan(trial, groups, deltas, dropped))
    trial.plan = planned.text
    _split_branch(ours, trial, work)
    trial.trees = planned.trees


def _is_too_large_to_tell(case: StressCase, deltas: Sequence[Delta]) -> bool:
    """Whether git's diff calls large files text because it has read them before.

    It does so where it looked for renames; for gitsplit a large file is always binary.
    """
    is_limited = "core.bigFileThreshold" in dict(case.settings)
    return is_limited and any("rename" in delta.facts for delta in deltas)


def _check_out_branch(repo: Repository, built: Built) -> None:
    """HEAD is the case's branch, and the one file that git diff looks at is there."""
    repo.run("symbolic-ref", "HEAD", f"refs/heads/{built.branch}")
    attributes = repo.path / ".gitattributes"
    if built.case.attributes is None:
        attributes.unlink(missing_ok=True)
    else:
        attributes.write_bytes(built.case.attributes)


def _groups(
    ours: Opened, trial: Trial, rng: Random, deltas: Sequence[Delta]
) -> list[Json]:
    """The groups of a plan: made up here, or gitsplit's own written out and changed."""
    if rng.random() < 0.3:
        trial.counts["plans that a dry run wrote"] += 1
        proposed = _groups_of_dry_run(ours, trial, rng)
        if proposed:
            return random_rearrangement(rng, proposed)
        trial.counts["commits that a dry run leaves as they are"] += 1
    return _random_groups(rng, deltas, cut=0.6)


def _random_groups(rng: Random, deltas: Sequence[Delta], cut: float) -> list[Json]:
    """Random groups; nearly always each of them takes something."""
    groups = random_groups(rng, deltas, cut=rng.random() < cut)
    if rng.random() < 0.03:
        return groups
    # Leaving out a group may move facts, so that another is left without edits.
    while len(taking := groups_taking(file_meanings(groups, deltas))) < len(groups):
        groups = [group for number, group in enumerate(groups) if number in taking]
    return groups


def _groups_of_dry_run(ours: Opened, trial: Trial, rng: Random) -> list[Json]:
    """The groups that gitsplit proposes, the same whatever the user configured.

    None where the commit seems to be one change, and so stays as it is.
    """
    built = trial.built
    is_one_of_all = built.base is not None and rng.random() < 0.5
    request = Request(
        built.base,
        commits=() if is_one_of_all else (built.commit,),
        root=built.base is None,
        group_by=rng.choice(("auto", "file", "directory", "proximity", "none")),
    )
    text = dump_plan(plan_document(read_work(ours, request, every=True)))
    settings = rng.choice(OF_NO_CONSEQUENCE)
    with with_settings(settings):
        anew = open_idle_repository(ours.program.cwd)
        other = dump_plan(plan_document(read_work(anew, request, every=True)))
    if other != text:
        trial.plan = text
        raise Difference(f"under {settings} the plan is another:\n{other}")
    trial.counts["plans the same under other settings"] += 1
    if rng.random() < 0.3:
        text = _through_jq(text, trial.counts)
    (entry,) = (e for e in loads(text)["series"] if e["commit"] == built.commit)
    groups: list[Json] = entry.get("groups", [])
    return groups


def _through_jq(plan: str, counts: Counter[str]) -> str:
    """The plan as ``jq .`` writes it; unchanged where there is no jq."""
    if shutil.which("jq") is None:
        counts["plans not sent through jq, which isn't installed"] += 1
        return plan
    counts["plans through jq"] += 1
    jq = ["jq", "."]
    done = subprocess.run(jq, input=plan.encode(), capture_output=True, check=True)
    return done.stdout.decode()


def _note_plan(
    trial: Trial,
    groups: list[Json],
    deltas: Sequence[Delta],
    dropped: Sequence[Json] = (),
) -> Planned:
    """The plan with these groups, worked out; it is the trial's plan from now on."""
    built = trial.built
    text = plan_text((built.base, built.tip), built.commit, groups, dropped)
    files = file_meanings(groups, deltas, dropped)
    trees, reason = _expected_trees(built.case, files, len(groups))
    planned = Planned(text, files, trees, reason)
    trial.plan = text
    trial.counts["plans"] += 1
    if reason:
        trial.counts[f"plans refused: {reason}"] += 1
    elif planned.is_cut:
        trial.counts["plans of cut hunks"] += 1
    if dropped:
        trial.counts["plans that drop edits, previewed"] += 1
    return planned


def _expected_trees(
    case: StressCase, files: list[FileMeaning], commits: int
) -> tuple[list[Listing], str]:
    """The trees to be made, or why the plan is to be refused."""
    if len(groups_taking(files)) < commits:
        return [], "a group without edits"
    try:
        return prefixes(files, case.before or {}, case.after, commits), ""
    except RefusalExpected as refusal:
        return [], str(refusal)


def _compare_with_git(
    repo: Repository, base: str, trial: Trial, planned: Planned
) -> None:
    """Nothing where git apply makes the same trees, or fails where we are to refuse."""
    commits = 1 + max(group for file in planned.files for group in file.groups)
    reason = planned.reason
    try:
        by_git = expected_trees(repo, base, planned.files, commits)
    except GitRefuses as refusal:
        if not reason:
            raise Difference(f"git apply refuses a part: {refusal}") from refusal
        trial.counts[f"plans refused: {reason}, also by git apply"] += 1
        return
    if reason:
        trial.counts[f"plans refused: {reason}, but not by git apply"] += 1
        return
    trial.counts["plans of whole hunks, also by git apply"] += 1
    for number, (tree, other) in enumerate(zip(planned.trees, by_git, strict=True)):
        for path in tree.keys() | other.keys():
            if tree.get(path) != other.get(path):
                raise Difference(
                    f"after commit {number + 1} {path!r} is {tree.get(path)},"
                    f" but by git apply {other.get(path)}"
                )


@contextmanager
def _refusing(reason: str) -> Iterator[None]:
    """The block refuses the plan for this reason; for none where that is empty."""
    try:
        yield
    except InvalidPlan as refusal:
        if reason and re.search(_REFUSALS[reason], str(refusal)):
            return
        raise Difference(
            f"refused: {refusal} Expected: {reason or 'no refusal'}."
        ) from refusal
    if reason:
        raise Difference(f"the plan is not refused for {reason}")


def _work(ours: Opened, trial: Trial, rng: Random, planned: Planned) -> Work | None:
    """The work that the plan file means; None where the plan is refused."""
    text = planned.text
    if rng.random() < 0.25:
        text = _through_jq(text, trial.counts)
    work = None
    with _refusing(planned.reason):
        work = read_work(ours, Request(plan=text.encode()))
        if rng.random() < 0.3:
            trial.counts["plans written out and read again"] += 1
            again = dump_plan(plan_document(work))
            work = read_work(ours, Request(plan=again.encode()))
        preview(ours, work)
    return None if planned.reason else work


def _check_preview(ours: Opened, work: Work, trial: Trial, planned: Planned) -> None:
    """Raises Difference where a preview shows other trees than the plan means."""
    entry = parse.load_plan(planned.text).series[0]
    (plan,) = work.plans.values()
    with _refusing(planned.reason):
        other = work.with_plans({entry.commit: plan_of_entry(entry, plan.changes)})
        found = preview(ours, other).commits
        if not planned.reason:
            _compare_preview(
                [*planned.trees, *_trees_on_top(trial, planned.trees[-1])], found
            )


def _trees_on_top(trial: Trial, last: Listing) -> Iterator[Listing]:
    """The trees of the commits on top: they change one file that no other does."""
    for tree in trial.built.case.above:
        yield last | {b"above": listing(tree)[b"above"]}


def _compare_preview(expected: list[Listing], found: Sequence[WrittenCommit]) -> None:
    """Nothing where the commits have these trees."""
    if len(found) != len(expected):
        raise Difference(f"the preview has {len(found)} commits, not {len(expected)}")
    for number, (files, commit) in enumerate(zip(expected, found, strict=True)):
        for path, entry in commit.draft.paths:
            there = (entry.mode, entry.oid) if entry else None
            if there != files.get(path):
                raise Difference(
                    f"in the preview's commit {number + 1} {path!r} is {there},"
                    f" not {files.get(path)}"
                )
        if commit.tree != tree_id(files):
            raise Difference(f"the preview's commit {number + 1} has another tree")


def _split_branch(ours: Opened, trial: Trial, work: Work) -> None:
    """The branch is split; raises Difference where the preview was another."""
    foreseen = [commit.tree for commit in preview(ours, work).commits]
    rewrite = apply(ours, work).rewrite
    made = [commit.tree for commit in rewrite.commits]
    if made != foreseen:
        raise Difference(f"the preview had the trees {foreseen}, the result {made}")
    trial.new_tip = rewrite.new_head
