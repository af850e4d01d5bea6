"""``./dev bench corrections``: how many actions make a proposal right.

A simulated user goes through the hunks in the order of the diff, on the state of the
split screen and by its own actions, and corrects the first hunk that is in a wrong
commit until none is: they send it to the right commit or to a new one, or join its
commit with the right one, which is one action too. They give each commit of the truth
one of the plan, so that most hunks are right at the start; which of the others becomes
what costs nothing. Whatever follows is counted by what it leaves to be done.
"""

import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from msgspec.structs import replace
from tests.tui.builder import COMMIT, state_of

from gitsplit.model.diff import TextEdit
from gitsplit.model.plan import Plan
from gitsplit.proposal.propose import Proposals, proposals
from gitsplit.tui.state.app_state import State
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.split import AddCommit, FocusOn, MergeInto, Send
from gitsplit.tui.update.reduce import reduce
from gitsplit.workflow.propose import Request, proposals_of, propose_plan
from tools.bench.clones import real_commits
from tools.bench.data import BenchCase
from tools.bench.wordings import WORDINGS, wordings_of
from tools.output import say

Place = int
"""The number of a hunk among the edits of a plan."""

Asked = tuple[BenchCase, Proposals, Plan]
"""A case, all that is proposed for it, and the plan where a split is asked for."""


@dataclass(frozen=True)
class Habit:
    """How a user corrects.

    ``follows`` says whether hunks follow, ``keeps`` whether each right hunk on the way
    is kept by its digit, which confirms it and isn't counted.
    """

    name: str
    follows: bool
    keeps: bool


HABITS = (
    Habit("nothing follows", follows=False, keeps=False),
    Habit("following", follows=True, keeps=False),
    Habit("following, right ones kept", follows=True, keeps=True),
)


@dataclass(frozen=True)
class Corrected:
    """What one user did for one case: the actions, and how many of them were joins."""

    actions: int
    joins: int


class User:
    """The simulated user at work on one case."""

    def __init__(self, asked: Asked, habit: Habit) -> None:
        case, found, plan = asked
        state = replace(
            state_of(plan), proposals={COMMIT: found}, follows=habit.follows
        )
        self.state: State = state
        self.habit = habit
        self.truth = _truth(case, plan)
        self.home = _best_match(self._groups(), self.truth)
        self.actions = self.joins = 0

    def correct(self) -> Corrected:
        """Correct until every hunk is right."""
        while (wrong := self._first_wrong()) is not None:
            self._correct(wrong)
        return Corrected(self.actions, self.joins)

    def _groups(self) -> Sequence[int]:
        return self.state.plan.group_of

    def _first_wrong(self) -> Place | None:
        """The first hunk that is in a wrong commit; those before it are kept."""
        for place, part in self.truth.items():
            if self.home.get(part) != self._groups()[place]:
                return place
            if self.habit.keeps:
                self._send(place, self._groups()[place])
        return None

    def _correct(self, place: Place) -> None:
        """One action that puts a hunk right."""
        part, group = self.truth[place], self._groups()[place]
        is_free = group not in self.home.values()
        mates = Counter(
            p for at, p in self.truth.items() if self._groups()[at] == group
        )
        if part not in self.home and is_free:
            self.home[part] = group  # the commit is what the user takes it for
            return
        self.actions += 1
        if part not in self.home:
            last = len(self.state.plan.groups) - 1
            self._act(FocusOn(last))
            self._at(place)
            self._act(AddCommit())
            self.home[part] = last + 1
        elif is_free and mates[part] > 1 and 2 * mates[part] > mates.total():
            self.joins += 1
            self._join(group, self.home[part])
        else:
            self._send(place, self.home[part])

    def _join(self, group: int, into: int) -> None:
        self._act(FocusOn(group))
        self._act(MergeInto(into))
        for part, home in self.home.items():
            self.home[part] = home - (home > group)

    def _send(self, place: Place, group: int) -> None:
        self._at(place)
        self._act(Send(group))

    def _at(self, place: Place) -> None:
        """Have the cursor on a hunk."""
        row = self.state.rows.row_of(self.state.plan.edits[place])
        self.state = replace(self.state, cursor=row)

    def _act(self, action: Action) -> None:
        self.state = reduce(self.state, action)
        assert self.state.refusal is None, self.state.status


def _truth(case: BenchCase, plan: Plan) -> dict[Place, int]:
    """The commit that each hunk of the plan came from, in the order of the diff.

    What is done to a file goes with its lines; a hunk of several commits is most of
    its lines' own.
    """
    texts = {edit.file for edit in plan.edits if isinstance(edit, TextEdit)}
    found = {
        place: case.group_of((edit,))
        for place, edit in enumerate(plan.edits)
        if isinstance(edit, TextEdit) or edit.file not in texts
    }
    return {place: part for place, part in found.items() if part is not None}


def _best_match(groups: Sequence[int], truth: Mapping[Place, int]) -> dict[int, int]:
    """For commits of the truth those of the plan, so that most hunks are right."""
    shared = Counter((part, groups[place]) for place, part in truth.items())
    parts = sorted({part for part, _ in shared})
    # Any of the parts may have none.
    choices = [*sorted({group for _, group in shared}), *[None] * len(parts)]
    best: tuple[int, dict[int, int]] = (-1, {})
    for chosen in _choices(choices, len(parts)):
        match = {p: g for p, g in zip(parts, chosen, strict=True) if g is not None}
        right = sum(shared[pair] for pair in match.items())
        if right > best[0]:
            best = right, match
    return {part: group for part, group in best[1].items() if shared[part, group]}


def _choices(
    choices: Sequence[int | None], size: int
) -> Iterator[tuple[int | None, ...]]:
    """Each way to give so many parts one of the choices, each at most once."""
    groups = [each for each in choices if each is not None]
    if len(groups) < size:
        groups += range(-1, len(groups) - size - 1, -1)
    for chosen in permutations(groups, size):
        yield tuple(None if each < 0 else each for each in chosen)


def measure_corrections(records: Sequence[BenchCase], clones: Path | None) -> None:
    """Print a line for each message and habit: the actions, over tangled commits."""
    tangled = [case for case in records if case.record["k"] > 1]
    say(f"{'':44}{'n':>4}{'mean':>8}{'p50':>6}{'p90':>6}{'joins':>8}")
    by_message = _with_histories(tangled, clones) if clones else _alone(tangled)
    for name, asked in zip((name for name, _ in WORDINGS), by_message, strict=True):
        for habit in HABITS:
            say(
                _line(
                    f"{name}, {habit.name}", [User(a, habit).correct() for a in asked]
                )
            )


def _alone(tangled: Sequence[BenchCase]) -> Iterator[list[Asked]]:
    """What is proposed under each message, where no history is known."""
    for _, wording in WORDINGS:
        found = [proposals(case.changes, wording(case).encode()) for case in tangled]
        yield [
            (case, each, each.plan(at_least=2))
            for case, each in zip(tangled, found, strict=True)
        ]


def _with_histories(
    tangled: Sequence[BenchCase], clones: Path
) -> Iterator[list[Asked]]:
    """What the program itself proposes under each message, on the real bases."""
    asked: list[list[Asked]] = [[] for _ in WORDINGS]
    for real in real_commits(tangled, wordings_of, clones):
        for said, each in zip(asked, real, strict=True):
            about = (each.repo, Request(), each.series, each.commit)
            found = proposals_of(*about, each.case.changes)
            said.append((each.case, found, propose_plan(*about, found)))
    yield from asked


def _line(name: str, done: Sequence[Corrected]) -> str:
    """A line of the table: mean, median, the 90th percentile, and joins a case."""
    actions = sorted(each.actions for each in done)
    if not actions:
        return f"{name:44}   0"
    mean = statistics.fmean(actions)
    middle, late = (actions[int(len(actions) * share)] for share in (0.5, 0.9))
    joins = statistics.fmean(each.joins for each in done)
    return f"{name:44}{len(done):4}{mean:8.2f}{middle:6}{late:6}{joins:8.2f}"
