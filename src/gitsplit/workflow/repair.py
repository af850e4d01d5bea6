"""New commits that fail the user's commands are repaired: hunks go along into them.

A guess from what was printed and from the texts comes first, and is verified by a run;
then delta debugging, within the budget; and where nothing smaller helps, commits are
joined up to the next that passes. The last tree is always the original's.
"""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from functools import partial
from threading import Event

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import CheckFailed, GitsplitError, GivenUp, InvalidPlan
from gitsplit.git.repository import Repository
from gitsplit.git.signals import ignore_signals, unwind_on_signals
from gitsplit.git.store import store_objects
from gitsplit.git.write import Rewrite, WrittenCommit
from gitsplit.model.listing import enumeration, quantity
from gitsplit.model.objects import Oid
from gitsplit.model.plan import (
    DROPPED,
    Plan,
    empty_groups,
    with_edits_assigned,
    with_groups_merged,
    without_empty_groups,
)
from gitsplit.model.progress import PATIENT, Watch
from gitsplit.model.states import steps
from gitsplit.model.todo import Todo
from gitsplit.proposal.repair import (
    Remedy,
    remedies,
    remedy_words,
    smallest_passing,
)
from gitsplit.proposal.rewording import with_words_followed
from gitsplit.workflow.apply import Outcome, apply, compute_until_conflict, preview
from gitsplit.workflow.check_results import keep_passed
from gitsplit.workflow.checks import CheckRunner, CommandChecks, is_new, tell_checks
from gitsplit.workflow.hooks_and_signing import Finish
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import Work

MOST_RUNS = 2
"""So many runs are made for each failing commit to find out what helps."""


class Repaired(Struct, frozen=True):
    """The plan in which a commit no longer fails, what was done, and in how many runs.

    ``oid`` is the commit that the plan is of.
    """

    oid: Oid
    plan: Plan
    words: str
    runs: int

    @property
    def sentence(self) -> str:
        """What was done, for the user."""
        return f"{self.words} ({quantity(self.runs, 'run')})"


class Repair:
    """Finds out, by running the user's commands, what failing commits lack.

    Results are kept by tree in ``checks``, so none is run twice. The commits are stored
    until ``stored`` is closed, as no ref names them.
    """

    def __init__(  # noqa: PLR0913, PLR0917 -- what it works with
        self,
        repo: Repository,
        work: Work,
        checks: CommandChecks,
        stored: ExitStack,
        runs: int = MOST_RUNS,
        watch: Watch = PATIENT,
    ) -> None:
        self.work = work
        self._repo = repo.with_watch(watch)
        self._checks, self._stored = checks, stored
        self._runs, self._watch = runs, watch
        self._hopeless: set[Oid] = set()

    def repair_all(self) -> Iterator[Repaired]:
        """Repair one commit after the other; :attr:`work` has the plans by then."""
        while (found := self.repair_first()) is not None:
            self.work = self.work.with_plans({found.oid: found.plan})
            yield found

    def repair_first(self) -> Repaired | None:
        """Repair the first commit that fails and can be; None where there is none.

        All new commits are checked first, those whose trees have no result yet.
        """
        rewrite = self._stored_rewrite(self.work)
        new = [commit for commit in rewrite.commits if is_new(commit)]
        self._checks.start(new)
        for commit in new:
            self._checks.wait_for_check(commit)
        for commit in new:
            if self._checks.result(commit).state == "failed":
                found = self._repair_commit(rewrite, commit)
                if found is not None:
                    return found
                self._hopeless.add(commit.tree)
        return None

    def _stored_rewrite(self, work: Work) -> Rewrite:
        objects, rewrite, _ = compute_until_conflict(self._repo, work, self._watch)
        self._stored.enter_context(store_objects(self._repo, objects, rewrite))
        return rewrite

    def _repair_commit(
        self, rewrite: Rewrite, commit: WrittenCommit
    ) -> Repaired | None:
        """Repair a commit that is a part of a split; None where it isn't, or the last.

        The last one's tree is the original's, which has no more to take along. Raises
        CheckFailed where all parts would have to be joined.
        """
        oid = commit.draft.place
        plan = self.work.plans.get(oid)
        parts = [each for each in rewrite.commits if each.draft.place == oid]
        group = parts.index(commit)
        if plan is None or group + 1 == len(parts) or commit.tree in self._hopeless:
            return None
        plan = without_empty_groups(plan)
        first = rewrite.commits.index(parts[0])
        attempt = _Attempt(self, plan, oid, group, first)
        found = attempt.by_guesses(self._checks.result(commit).output)
        found = found or attempt.by_search() or attempt.by_joining(parts)
        if found is None:
            return None
        made, words = found
        gone = [str(first + each + 1) for each in empty_groups(made)]
        if gone:
            words += f"; {enumeration(gone, 'and')} has no hunks left"
        made = without_empty_groups(made)
        if _is_one_commit(made):
            raise CheckFailed(
                f"{oid[:7]} passes only as one commit; a split needs two.",
                hint="Split it otherwise, or let --repair-runs try more.",
            )
        if oid in self.work.proposals:
            made = with_words_followed(made, plan, self.work.proposals[oid])
        return Repaired(oid, made, words, attempt.runs)

    def passes(self, oid: Oid, plan: Plan, group: int, runs: int) -> tuple[bool, bool]:
        """Whether the commit passes in this plan, and whether that took a run.

        Without a ``runs`` left only what is known counts.
        """
        changed = self.work.with_plans({oid: plan})
        rewrite = self._stored_rewrite(changed)
        parts = [each for each in rewrite.commits if each.draft.place == oid]
        commit = parts[group]
        is_known = self._checks.result(commit).is_done
        if not is_known and runs >= self._runs:
            return False, False
        if not is_known:
            self._checks.start([commit])
            self._checks.wait_for_check(commit)
        return self._checks.result(commit).state == "passed", not is_known

    def passed(self, commit: WrittenCommit) -> bool:
        """Whether the commit is known to pass."""
        return self._checks.result(commit).state == "passed"

    @property
    def most_runs(self) -> int:
        """So many runs are made for each commit."""
        return self._runs


def _is_one_commit(plan: Plan) -> bool:
    """Whether nothing is split any more: all is in one commit, nothing left out."""
    return len(plan.groups) == 1 and DROPPED not in plan.group_of


class _Attempt:
    """The attempt to repair one group of a plan, and the runs that it has taken.

    ``first`` is the number of the plan's first commit in the new series, from 0.
    """

    def __init__(
        self, repair: Repair, plan: Plan, oid: Oid, group: int, first: int
    ) -> None:
        self._repair, self._plan, self._oid = repair, plan, oid
        self._group, self._first = group, first
        self.runs = 0

    def by_guesses(self, output: bytes) -> tuple[Plan, str] | None:
        """The plan with a guess taken along that passes, and what was done."""
        for remedy in remedies(self._plan, self._group, output):
            made = self._with(remedy.edits)
            if made is not None and self._passes(made):
                return made, remedy_words(remedy, self._group, self._number)
            if self.runs >= self._repair.most_runs:
                return None
        return None

    def by_search(self) -> tuple[Plan, str] | None:
        """The same by delta debugging, as far as the budget goes."""
        groups = self._plan.group_of
        late = [at for at, of in enumerate(groups) if self._group < of < DROPPED]
        late.sort(key=lambda at: groups[at])

        def passes(some: frozenset[int]) -> bool | None:
            if self.runs >= self._repair.most_runs:
                return None
            made = self._with(some)
            return made is not None and self._passes(made)

        found = smallest_passing(late, passes)
        made = None if found is None else self._with(found)
        if found is None or made is None:
            return None
        sources = tuple(sorted({groups[at] for at in found}))
        words = remedy_words(Remedy(found, sources), self._group, self._number)
        return made, words

    def by_joining(self, parts: Sequence[WrittenCommit]) -> tuple[Plan, str] | None:
        """The plan with the commit joined with those up to the next that passes."""
        later = range(self._group + 1, len(parts))
        to = next((n for n in later if self._repair.passed(parts[n])), None)
        if to is None:
            return None
        made = self._plan
        for source in range(to, self._group, -1):
            made = with_groups_merged(made, source, self._group)
        here, there = self._number(self._group) + 1, self._number(to) + 1
        between = "and" if to == self._group + 1 else "to"
        return made, f"{here} {between} {there} joined"

    def _number(self, group: int) -> int:
        return self._first + group

    def _with(self, edits: frozenset[int]) -> Plan | None:
        """The plan with edits taken along; None where it can't be.

        It would have no trees, or be one commit.
        """
        made = with_edits_assigned(self._plan, edits, self._group)
        try:
            steps(made)
        except InvalidPlan:
            return None
        return None if _is_one_commit(without_empty_groups(made)) else made

    def _passes(self, plan: Plan) -> bool:
        """Whether the commit passes with this plan, as far as a run is left."""
        passed, is_run = self._repair.passes(
            self._oid, without_empty_groups(plan), self._group, self.runs
        )
        self.runs += is_run
        return passed


def apply_repaired(
    repo: Repository, request: Request, work: Work, finish: Finish
) -> tuple[Work, Outcome]:
    """Repair what fails of the work, say what was done, and apply the rest of it.

    Raises what :func:`gitsplit.workflow.apply.apply` raises, where commits still fail
    too.
    """
    preview(repo, work)  # raises for a conflict, before any command runs
    checks = CommandChecks(repo, request.checks, request.jobs)
    with ExitStack() as stored, unwind_on_signals():
        try:
            repair = Repair(repo, work, checks, stored, request.repair_runs)
            with finish.during("running -x on the new commits") as tell:
                for done in repair.repair_all():
                    tell(f"repaired: {done.sentence}")
            # What has been found out isn't run once more.
            known = replace(finish, check=partial(_tell_known, checks, finish))
            return repair.work, apply(repo, repair.work, known, request.drop_to)
        finally:
            with ignore_signals():
                checks.stop()


def _tell_known(
    checks: CommandChecks,
    finish: Finish,
    _repo: Repository,
    rewrite: Rewrite,
    _passed: AbstractSet[Oid],
) -> None:
    with finish.during("running -x on the new commits") as tell:
        tell_checks(checks, rewrite, tell)


RepairFound = tuple[Oid | None, Plan | None, str]
"""The commit that is split, its plan in which one more passes, and words on it."""


class RepairRunner(CheckRunner):
    """Checks new commits in the background, and finds out what one that fails lacks."""

    def __init__(self, repo: Repository, work: Work, request: Request) -> None:
        super().__init__(repo, work, request.checks, request.jobs)
        self._commands = request.checks
        self._most_runs = request.repair_runs

    def close(self) -> None:
        """End all checks, and keep which trees have passed for later runs."""
        super().close()
        keep_passed(self.repo, self._commands, self.passed)

    def repair(self, todo: Todo, tell: Callable[[RepairFound], None]) -> None:
        """Find out what the first failing commit of the list lacks.

        ``tell`` is called with the plan that has it, if any, and words on it.
        """
        self.begin(partial(self._find, todo, tell))

    def _find(
        self, todo: Todo, tell: Callable[[RepairFound], None], given_up: Event
    ) -> None:
        watch = Watch(is_wanted=lambda: not given_up.is_set())
        work = replace(self.work, todo=todo)
        try:
            repair = Repair(
                *(self.repo, work, self.checks, self.stored, self._most_runs, watch)
            )
            done = repair.repair_first()
        except GivenUp:
            return
        except GitsplitError as error:
            tell((None, None, f"{error} {error.hint}".rstrip()))
            return
        if given_up.is_set():
            return
        if done is None:
            tell((None, None, "Nothing helps: the original fails as well."))
        else:
            tell((done.oid, done.plan, done.sentence))
