"""Plans proposed for commits: by gitsplit, or by a program of the user's.

What the user asked for on the command line.
"""

from dataclasses import dataclass, replace

from gitsplit.errors import InvalidPlan
from gitsplit.git import user_programs
from gitsplit.git.history import co_changes, recent_subjects
from gitsplit.git.repository import Repository
from gitsplit.model.diff import FileChange
from gitsplit.model.plan import DropTo, Plan
from gitsplit.model.series import Series, SourceCommit
from gitsplit.planfile import match, parse
from gitsplit.planfile.parse import PlanDocument
from gitsplit.proposal.by_location import GroupBy
from gitsplit.proposal.context import COPIED_TRAILERS, Context
from gitsplit.proposal.order import Keep, owner_of
from gitsplit.proposal.propose import Proposals, proposals


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for; ``plan`` is the text of a plan file.

    ``moves_ids`` says that Change-Ids which Gerrit doesn't see are to be moved down,
    ``accepts`` that what is proposed is wanted without a screen. ``checks`` are
    commands to run on each new commit, ``jobs`` of them at once.
    """

    upstream: str | None = None
    commits: tuple[str, ...] = ()
    root: bool = False
    plan: bytes | None = None
    group_by: GroupBy = "auto"
    number: int | None = None
    keep: Keep = "auto"
    moves_ids: bool = False
    drop_to: DropTo = "worktree"
    checks: tuple[str, ...] = ()
    jobs: int | None = None
    accepts: bool = False


COMMAND = "gitsplit.proposalCommand"


def proposals_of(
    repo: Repository,
    request: Request,
    series: Series,
    commit: SourceCommit,
    changes: tuple[FileChange, ...],
) -> Proposals:
    """All that gitsplit proposes for a commit of the series that did these changes."""
    return proposals(
        changes,
        commit.raw.message,
        request.group_by,
        request.keep,
        proposal_context(repo, series, changes),
    )


def propose_plan(  # noqa: PLR0913 -- callers name the last
    repo: Repository,
    request: Request,
    series: Series,
    commit: SourceCommit,
    found: Proposals,
    *,
    is_asked: bool = True,
) -> Plan:
    """The plan that is proposed for a commit of the series.

    Who has asked for it to be split gets two groups at least, where it can be.
    Where ``gitsplit.proposalCommand`` names a program, it gets gitsplit's own proposal
    as a plan file on standard input and prints the plan to be proposed instead. Raises
    InvalidPlan where that doesn't fit, and ProgramFailed.
    """
    own = found.plan(request.number, at_least=2 if is_asked else 1)
    command = repo.config.get(COMMAND)
    if not command:
        return own
    entry = match.entry_of_plan(own, commit)
    document = PlanDocument(series.upstream, series.head, (entry,))
    said = user_programs.run_filter(repo, command, parse.dump_plan(document).encode())
    try:
        return _plan_of_program(said, own, commit)
    except InvalidPlan as refusal:
        raise InvalidPlan(
            f"What {COMMAND} proposes for {commit.oid[:10]} can't be used. {refusal}",
            hint=f"{refusal.hint} Do without it: git config --unset {COMMAND}".strip(),
        ) from refusal


def proposal_context(
    repo: Repository, series: Series, changes: tuple[FileChange, ...]
) -> Context:
    """What there is to know for a commit of the series that did these changes.

    How its files changed before is what the commits say that the series begins after.
    """
    is_compared = series.upstream is not None and len(changes) > 1
    return Context(
        recent_subjects(repo, series.head),
        trailers_to_copy(repo),
        co_changes(repo, series.upstream) if is_compared else (),
    )


def _plan_of_program(said: bytes, own: Plan, commit: SourceCommit) -> Plan:
    """The plan that the program gave back, checked like any plan."""
    entries = [e for e in parse.load_plan(said).series if e.commit == commit.oid]
    if [entry.action for entry in entries] != ["split"]:
        raise InvalidPlan("It doesn't split the commit.")
    plan = match.plan_of_entry(entries[0], own.changes)
    return with_owner(plan, "auto")


def with_owner(plan: Plan, keep: Keep) -> Plan:
    """The plan with the owner that it names, else the one that ``keep`` chooses."""
    if plan.owner is not None:
        return plan
    return replace(plan, continued_by=(owner_of(keep, plan.edits, plan.group_of),))


def trailers_to_copy(repo: Repository) -> tuple[bytes, ...]:
    """The trailers that each part of a commit has, by their keys in lower case.

    ``gitsplit.copyTrailers`` lists them, with commas or one a line; an empty one
    forgets those before it. A sign-off is copied also where it isn't listed.
    """
    given = repo.config.get_all("gitsplit.copyTrailers")
    if not given:
        return COPIED_TRAILERS
    keys: list[bytes] = []
    for value in given:
        named = [key.strip().lower() for key in (value or "").split(",")]
        found = [key.encode("utf-8", "surrogateescape") for key in named if key]
        keys = [*keys, *found] if found else []
    return tuple(keys)
