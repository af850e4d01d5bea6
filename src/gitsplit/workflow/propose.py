"""The request of a run, and plans proposed: by gitsplit, or by the user's program."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan, ProgramFailed
from gitsplit.git.config import ALLOW_LOCAL
from gitsplit.git.history import co_changes, recent_messages
from gitsplit.git.repository import Repository
from gitsplit.model.diff import FileChange
from gitsplit.model.message import subject_of
from gitsplit.model.plan import DropTo, Plan
from gitsplit.model.series import Series, SourceCommit

if TYPE_CHECKING:
    from gitsplit.git.snapshot import UncommittedKind
    from gitsplit.planfile.document import PlanDocument
    from gitsplit.proposal.by_location import GroupBy
    from gitsplit.proposal.context import Context
    from gitsplit.proposal.order import Keep
    from gitsplit.proposal.propose import Proposals
    from gitsplit.teaching.grading import Exercise


class Request(Struct, frozen=True):
    """What the user asked for on the command line; ``plan`` is the text of a plan file.

    ``fit`` places what of the plan fits commits that have changed since.
    ``moves_ids`` moves Change-Ids that Gerrit doesn't see down into the footer,
    ``branches`` is the template for the names of branches at new commits.
    ``resplit`` splits the whole series as one range, ``squash`` as one change;
    ``worktree`` what has changed in the files, with ``untracked`` ones too, and
    ``staged`` what is staged; ``absorb`` sends that, or what has changed in the files,
    into the commits of the series; ``read`` names what is only looked at, maybe made
    ``from_patch``. ``accepts`` applies what is proposed without a screen, ``edits`` has
    it edited as text first.
    ``checks`` are commands to run on each new commit, ``jobs`` of them at once; with
    ``repair`` those that fail are repaired, in at most ``repair_runs`` runs each.
    ``lesson`` is the one that the split is for; ``teach`` shows git commands, too.
    """

    upstream: str | None = None
    commits: tuple[str, ...] = ()
    root: bool = False
    plan: bytes | None = None
    fit: bool = False
    group_by: "GroupBy" = "auto"
    number: int | None = None
    keep: "Keep" = "auto"
    moves_ids: bool = False
    resplit: bool = False
    branches: str | None = None
    squash: bool = False
    worktree: bool = False
    untracked: bool = False
    staged: bool = False
    absorb: bool = False
    read: str | None = None
    from_patch: bool = False
    drop_to: DropTo = "worktree"
    checks: tuple[str, ...] = ()
    jobs: int | None = None
    repair: bool = False
    repair_runs: int = 2
    accepts: bool = False
    teach: bool = False
    edits: bool = False
    lesson: "Exercise | None" = None

    @property
    def uncommitted(self) -> "UncommittedKind | None":
        """What of uncommitted work it is about; None where it is about commits."""
        if self.staged:
            return "staged"
        is_in_files = self.worktree or self.untracked or self.absorb
        return "worktree" if is_in_files else None


COMMAND = "gitsplit.proposalCommand"
MESSAGE_COMMAND = "gitsplit.messageCommand"
COMMANDS = (COMMAND, MESSAGE_COMMAND)
"""The names of commands of the user's that are asked for plans, and for messages."""


def has_advice(repo: Repository) -> bool:
    """Whether the user wants to be told what guides say of commits."""
    return repo.config.get_bool("gitsplit.advice", default=True)


def has_command(repo: Repository) -> bool:
    """Whether a program of the user's is asked when something is proposed."""
    return any(map(repo.config.command, COMMANDS))


def proposals_of(
    repo: Repository,
    request: Request,
    series: Series,
    commit: SourceCommit,
    changes: tuple[FileChange, ...],
) -> "Proposals":
    """Make all proposals for a commit of the series that changed these files."""
    from gitsplit.proposal.propose import proposals

    return proposals(
        changes,
        commit.raw.message,
        request.group_by,
        request.keep,
        proposal_context(repo, series, commit, changes),
    )


def propose_plan(  # noqa: PLR0913 -- callers name the last
    repo: Repository,
    request: Request,
    series: Series,
    commit: SourceCommit,
    found: "Proposals",
    *,
    is_asked: bool = True,
) -> Plan:
    """Propose the plan for a commit of the series.

    With ``is_asked`` it has at least two groups, where that is possible, and the
    messages that ``gitsplit.messageCommand`` writes. Where
    ``gitsplit.proposalCommand`` names a program that may be run, that gets the proposal
    as a plan file on standard input and prints the plan to use instead. Raises
    InvalidPlan where that plan doesn't fit, and ProgramFailed.
    """
    own = found.plan(request.number, at_least=2 if is_asked else 1)
    plan = _plan_by_program(repo, series, commit, own)
    return with_messages_written(repo, series, commit, plan) if is_asked else plan


def with_messages_written(
    repo: Repository, series: Series, commit: SourceCommit, plan: Plan
) -> Plan:
    """The plan with the messages of the user's program, where there is one."""
    if not repo.config.command(MESSAGE_COMMAND):
        return plan
    from gitsplit.workflow.message_command import with_program_messages

    return with_program_messages(repo, series, commit, plan)


def _plan_by_program(
    repo: Repository, series: Series, commit: SourceCommit, own: Plan
) -> Plan:
    """The plan of the user's program, which gets ``own``; that one without one."""
    command = repo.config.command(COMMAND)
    if not command:
        return own
    from gitsplit.planfile.dump import dump_plan

    document = document_about(series, commit, own)
    said = program_answer(repo, COMMAND, command, dump_plan(document).encode())
    try:
        return _plan_of_program(said, own, commit)
    except InvalidPlan as refusal:
        raise InvalidPlan(
            f"What {COMMAND} proposes for {commit.short_name} can't be used. {refusal}",
            hint=f"{refusal.hint} {hint_to_do_without(COMMAND)}".lstrip(),
        ) from refusal


def document_about(series: Series, commit: SourceCommit, plan: Plan) -> "PlanDocument":
    """The plan file of one commit of the series, or of what isn't committed."""
    from gitsplit.planfile.document import PlanDocument
    from gitsplit.planfile.match import entry_of_plan

    source = commit.stands_for
    head = series.head if source is None else source.head
    entry = entry_of_plan(plan, commit, source=source)
    return PlanDocument(series.upstream, head, (entry,))


def plan_about(document: "PlanDocument", commit: SourceCommit, own: Plan) -> Plan:
    """The plan that a plan file has for the commit, of which ``own`` is one, too.

    Raises InvalidPlan where it has none, or one that doesn't fit.
    """
    from gitsplit.planfile.match import plan_of_entry, with_originals

    entries = [
        entry
        for entry in document.series
        if entry.source == commit.stands_for
        and (entry.source is not None or entry.commits == (commit.oid,))
    ]
    if [entry.action for entry in entries] != ["split"]:
        raise InvalidPlan("It doesn't split the commit.")
    entry = entries[0]
    if entry.source is not None:
        entry = with_originals(entry, (commit.oid,))
    return plan_of_entry(entry, own.changes)


def program_answer(repo: Repository, key: str, command: str, question: bytes) -> bytes:
    """What the user's program prints, which the configuration has under that key.

    Raises ProgramFailed, which names the key and how to do without; and GivenUp.
    """
    from gitsplit.git.user_programs import run_filter

    try:
        return run_filter(repo, command, question)
    except ProgramFailed as failure:
        raise ProgramFailed(
            f"{key} has given nothing. {failure}", hint=hint_to_do_without(key)
        ) from failure


def hint_to_do_without(key: str) -> str:
    """How no program of that key is asked in this repository."""
    return f"Do without it here: git config {key} ''"


def distrusted_command_warnings(repo: Repository, request: Request) -> Iterator[str]:
    """A sentence for each command of the repository's own that isn't run.

    None where nothing is proposed, so that no command would be asked.
    """
    if request.plan is not None or request.resplit or request.absorb:
        return
    for key in COMMANDS:
        if repo.config.is_distrusted(key):
            yield (
                f"{key} is not run: it stands in this repository's own configuration. "
                f"Set it with git config --global, or allow it with git config "
                f"--global {ALLOW_LOCAL} true"
            )


def proposal_context(
    repo: Repository,
    series: Series,
    commit: SourceCommit,
    changes: tuple[FileChange, ...],
) -> "Context":
    """Read what a proposal takes from history: recent messages, files that co-change.

    Co-change is read from the commits before the series.
    """
    from gitsplit.proposal.context import Context
    from gitsplit.proposal.trailers import customs

    is_compared = series.upstream is not None and len(changes) > 1
    latest = recent_messages(repo, series.head)
    return Context(
        tuple(filter(None, map(subject_of, latest))),
        trailers_to_copy(repo),
        customs(commit.raw.message, latest),
        co_changes(repo, series.upstream) if is_compared else (),
    )


def _plan_of_program(said: bytes, own: Plan, commit: SourceCommit) -> Plan:
    """Parse the plan that the program printed, checked like any plan file."""
    from gitsplit.planfile.parse import load_plan

    plan = plan_about(load_plan(said), commit, own)
    from gitsplit.proposal.trailers import with_people_of

    own_message = commit.raw.message
    groups = tuple(
        replace(
            group,
            message=with_people_of(own_message, group.message),
            is_proposed=group.message != own_message,
        )
        for group in plan.groups
    )
    is_continued = commit.is_stored or own.owner is not None
    keep: Keep = "auto" if is_continued else "none"
    return with_owner(replace(plan, groups=groups), keep)


def with_owner(plan: Plan, keep: "Keep") -> Plan:
    """The plan with the owner that it names, else the one that ``keep`` chooses."""
    if plan.owner is not None:
        return plan
    from gitsplit.proposal.order import owner_of

    return replace(plan, continued_by=(owner_of(keep, plan.edits, plan.group_of),))


def trailers_to_copy(repo: Repository) -> tuple[bytes, ...]:
    """The keys of the trailers that every piece of a commit gets, in lower case.

    ``gitsplit.copyTrailers`` lists them, with commas or blanks between; an empty value
    clears the list, as in git. Sign-offs and co-authors are copied in any case.
    """
    from gitsplit.proposal.context import COPIED_TRAILERS

    given = repo.config.get_all("gitsplit.copyTrailers")
    if not given:
        return COPIED_TRAILERS
    keys: list[bytes] = []
    for value in given:
        named = (value or "").lower().replace(",", " ").split()
        found = [key.encode("utf-8", "surrogateescape") for key in named]
        keys = [*keys, *found] if found else []
    return tuple(keys)
