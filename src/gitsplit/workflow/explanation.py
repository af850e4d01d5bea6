"""What is told of one commit (``--explain``): nothing is written for it."""

from collections.abc import Mapping

from msgspec.structs import replace

from gitsplit.errors import GitsplitError, WhichCommit
from gitsplit.git.repository import Repository
from gitsplit.model.by_hand import ByHand
from gitsplit.model.encoding import message_in_utf8
from gitsplit.model.escape import shell_command
from gitsplit.model.plan import Plan, plan_at_home
from gitsplit.proposal.advice import advice_on
from gitsplit.proposal.deeds import deeds
from gitsplit.proposal.propose import Proposals, ProposalsByContent
from gitsplit.report.explanation import Explanation
from gitsplit.workflow.apply import compute_rewrite
from gitsplit.workflow.by_hand import by_hand
from gitsplit.workflow.meaning import note_on_start
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import TellProposing, Work, read_meant_work


def work_of_one(
    repo: Repository, request: Request, option: str, tell: TellProposing
) -> tuple[Request, Work]:
    """The work about one commit, wherever it is; HEAD where none is named.

    Raises WhichCommit where there are several, and what reading it raises.
    """
    is_free = request.upstream is None and not request.root and request.plan is None
    if is_free:
        read = (*request.commits, "HEAD")[0]
        request = replace(request, commits=(), read=read)
    try:
        return read_meant_work(repo, request, tell=tell)
    except WhichCommit as several:
        command = shell_command("gitsplit", option, "-c", several.commit)
        hint = f"Name it, as in: {command}"
        if note := note_on_start(repo, request):
            hint = f"{hint}; {note}"
        raise WhichCommit(str(several), hint=hint) from None


_EVEN = 0.5
"""As likely as this a commit is shown as several: then there is something to see."""


def honest_plan(request: Request, plan: Plan, found: Proposals) -> Plan:
    """The plan, or the one of one commit where it is more likely to be one change.

    Unless the user has asked for so many.
    """
    if request.number is None and found.chance_of_several < _EVEN:
        one = found.plan()
        return one if len(one.groups) == 1 else plan
    return plan


def explain(repo: Repository, request: Request, work: Work) -> Explanation:
    """What there is to tell of the commit that the work is about."""
    ((oid, plan),) = work.plans.items()
    found, is_asked = work.proposals[oid], request.number is not None
    plan = honest_plan(request, plan, found)
    work = work.with_plans({oid: plan})
    message = message_in_utf8(work.todo.entry(oid).commit.raw)
    is_by_content = isinstance(found, ProposalsByContent)
    return Explanation(
        work.todo.entry(oid).commit,
        plan,
        chance=found.chance_of_several if is_by_content else None,
        deed=_deed(found),
        borders=_borders(found, plan),
        is_asked=is_asked,
        by_hand=_by_hand(repo, work) if len(plan.groups) > 1 else None,
        advice=advice_on(plan),
        advice_as_it_is=advice_on(plan_at_home([plan.changes], [message])),
    )


def _deed(found: Proposals) -> str:
    """What the hunks of a commit do, in words fit for a subject; empty without any."""
    pieces = range(len(found.commit.pieces))
    return next(deeds(found.commit, pieces)).text if pieces else ""


def _borders(found: Proposals, plan: Plan) -> Mapping[int, str]:
    """For each new commit but the first what keeps it apart from the one before it."""
    return {
        group: border
        for group in range(1, len(plan.groups))
        if (border := found.distance(plan, group - 1, group))
    }


def _by_hand(repo: Repository, work: Work) -> ByHand | None:
    """The git commands for the split; None where it can't be had."""
    try:
        return by_hand(repo, work, *compute_rewrite(repo, work), "worktree")
    except GitsplitError:
        return None
