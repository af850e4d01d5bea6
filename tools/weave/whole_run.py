"""A range that is split again in its repository, from the plan file to undo."""

from collections.abc import Sequence
from random import Random

from msgspec.structs import replace
from tests.repository import Repository

from gitsplit.errors import InvalidPlan, NothingToSplit
from gitsplit.git.repository import Repository as Opened
from gitsplit.git.trees import EMPTY_TREE
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan, with_files_for_lines, without_empty_groups
from gitsplit.model.states import steps
from gitsplit.planfile.dump import dump_plan
from gitsplit.workflow.apply import apply, preview, undo
from gitsplit.workflow.plan_files import plan_document
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import Work, read_work
from tools.stress.trial import Difference
from tools.weave.trial import Trial, tree_ids


def try_whole_run(
    ours: Opened, repo: Repository, branch: str, trial: Trial, rng: Random
) -> None:
    """Raises Difference where what is written isn't what the plan means."""
    trial.doing = "whole run"
    repo.git("symbolic-ref", "HEAD", f"refs/heads/{branch}")
    built = trial.built
    if len(built.commits) == 1 and not trial.does_anything:
        return  # an empty commit alone is no range, which gitsplit says
    request = Request(built.base, root=built.base is None, resplit=True)
    work = read_work(ours, request)
    if [c.oid for c in preview(ours, work).commits] != list(built.commits):
        raise Difference("with everything at home commits are written anew")
    try:
        apply(ours, work)
    except NothingToSplit:
        trial.counts["ranges left as they are"] += 1
    else:
        raise Difference("with everything at home something is applied")
    if not trial.does_anything:
        return
    plan = _random_plan(next(iter(work.plans.values())), rng)
    trial.doing += f"\n{plan.group_of}"
    try:
        expected = tree_ids(ours, _base_tree(ours, trial), steps(plan))
    except InvalidPlan:
        return
    _apply_and_undo(ours, repo, trial, (work, plan, expected))


def _base_tree(ours: Opened, trial: Trial) -> Oid:
    base = trial.built.base
    return ours.read_commit(Oid(base)).tree if base else EMPTY_TREE


def _random_plan(plan: Plan, rng: Random) -> Plan:
    """A few edits, or all, somewhere else; nothing dropped, no group without edits."""
    share = rng.choice((0.1, 0.4, 1.0))
    groups = len(plan.groups)
    places = [
        rng.randrange(groups) if rng.random() < share else group
        for group in plan.group_of
    ]
    moved = with_files_for_lines(replace(plan, group_of=tuple(places)))
    return without_empty_groups(moved)


def _apply_and_undo(
    ours: Opened,
    repo: Repository,
    trial: Trial,
    case: tuple[Work, Plan, Sequence[Oid]],
) -> None:
    work, plan, expected = case
    before = repo.refs()
    planned = work.with_plans({next(iter(work.plans)): plan})
    text = dump_plan(plan_document(planned))
    read = read_work(ours, Request(plan=text.encode()))
    foreseen = [commit.tree for commit in preview(ours, read).commits]
    if foreseen != list(expected):
        raise Difference(f"the preview has {foreseen}, the plan means {expected}")
    try:
        apply(ours, read)
    except NothingToSplit:
        return
    trial.counts["plans applied"] += 1
    base = [f"^{trial.built.base}"] if trial.built.base else []
    log = ("log", "--reverse", "--format=%T", "HEAD", *base)
    if (found := repo.git(*log).split()) != foreseen:
        raise Difference(f"written are {found}, not {foreseen}")
    undo(ours)
    if repo.refs() != before:
        raise Difference(f"after undo the refs are {repo.refs()}, not {before}")
