"""One range tried with many plans, and what differs from git or from the design."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from msgspec.structs import replace
from tests.repository import Repository

from gitsplit.errors import InvalidPlan
from gitsplit.git.history import changes_of, read_source_commit
from gitsplit.git.repository import Repository as Opened
from gitsplit.git.trees import EMPTY_TREE, NewObjects, tree_with
from gitsplit.model.diff import (
    Edit,
    FactEdit,
    FileChange,
    Span,
    edits_around,
    edits_of,
    line_edits,
)
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, Group, Plan, with_files_for_lines
from gitsplit.model.states import TreeStep, steps
from tools.stress.meaning import RefusalExpected
from tools.stress.patch import Delta, deltas_between
from tools.stress.trial import Difference
from tools.stress.values import Listing, Tree, listing
from tools.weave.meaning import (
    NEVER,
    Change,
    FileInRange,
    Taken,
    files_of,
    trees_after,
    with_existence,
)
from tools.weave.ranges import BuiltRange


@dataclass
class Trial:
    """A range being tried: what has been counted, and the last trees that were made."""

    built: BuiltRange
    counts: Counter[str] = field(default_factory=Counter)
    doing: str = ""
    made: tuple[list[Tree], list[Oid]] | None = None

    @property
    def does_anything(self) -> bool:
        """Whether a commit of the range changes its tree."""
        return any(tree != self.trees[0] for tree in self.trees)

    @property
    def trees(self) -> tuple[Tree, ...]:
        return self.built.range.trees


@dataclass(frozen=True)
class WorkedOut:
    """A range as gitsplit reads it, and as git's diff tells it."""

    base: Oid
    changes: tuple[FileChange, ...]
    by_git: tuple[Change, ...]
    commits: int

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        return edits_of(self.changes)

    @cached_property
    def files(self) -> list[FileInRange]:
        return files_of(self.by_git)

    def home(self, edit: Edit) -> int:
        """The number of the commit that made the edit."""
        return self.changes[edit.file].commit

    def of_commit(self, commit: int) -> tuple[FileChange, ...]:
        """What one of its commits did, as if it were alone."""
        own = (change for change in self.changes if change.commit == commit)
        return tuple(replace(change, commit=0) for change in own)


def plan_of_range(
    changes: tuple[FileChange, ...],
    edits: Sequence[Edit],
    group_of: Sequence[int],
    groups: int,
) -> Plan:
    """A plan of so many groups, creations and deletions where its lines have them."""
    named = tuple(Group(b"group %d\n" % number) for number in range(groups))
    nobody = (None,) * (changes[-1].commit + 1)
    plan = Plan(changes, tuple(edits), tuple(group_of), named, nobody)
    return with_files_for_lines(plan)


def try_range(
    ours: Opened, repo: Repository, trial: Trial, rng: Random, plans: int
) -> None:
    """Raises Difference where a state of the range isn't what it should be."""
    out = _read_range(ours, repo, trial)
    trial.counts["commits"] += out.commits
    if not trial.does_anything:
        trial.counts["ranges that do nothing"] += 1
        return
    _check_identity(ours, trial, out)
    for number in range(plans):
        (check,) = rng.choices((_anywhere, _nearly_home, _split_one), (4, 3, 2))
        trial.doing = f"plan {number}, {check.__name__}"
        check(ours, trial, out, rng)


def _read_range(ours: Opened, repo: Repository, trial: Trial) -> WorkedOut:
    built = trial.built
    sources = [read_source_commit(ours, Oid(oid)) for oid in built.commits]
    changes = tuple(
        replace(change, commit=number)
        for number, found in enumerate(changes_of(ours, sources))
        for change in found
    )
    by_git = tuple(
        _change(number, delta, trial.trees)
        for number, (old, new) in enumerate(_neighbours(built))
        for delta in deltas_between(repo, old, new)
    )
    _check_reading(changes, by_git)
    base = ours.read_commit(Oid(built.base)).tree if built.base else EMPTY_TREE
    return WorkedOut(base, changes, by_git, len(sources))


def _neighbours(built: BuiltRange) -> Iterator[tuple[str, str]]:
    before = (built.base or EMPTY_TREE, *built.commits)
    yield from zip(before, built.commits, strict=False)


def _change(number: int, delta: Delta, trees: Sequence[Tree]) -> Change:
    old = (delta.old.path, trees[number][delta.old.path]) if delta.old else None
    new = (delta.new.path, trees[number + 1][delta.new.path]) if delta.new else None
    hunks = () if delta.is_opaque else tuple((h.old, h.new) for h in delta.hunks)
    return Change(number, old, new, hunks, delta.facts)


def _check_reading(changes: Sequence[FileChange], by_git: Sequence[Change]) -> None:
    ours = [
        (
            change.commit,
            *(side and side.path for side in (change.old, change.new)),
            [(h.old.numbers, h.new.numbers) for h in change.hunks],
        )
        for change in changes
    ]
    theirs = [
        (c.commit, c.old and c.old[0], c.new and c.new[0], list(c.hunks))
        for c in by_git
    ]
    if ours != theirs:
        raise Difference(f"git reads the range as {theirs}, gitsplit as {ours}")


def _check_identity(ours: Opened, trial: Trial, out: WorkedOut) -> None:
    """Every commit's own tree, with everything at home; the last one's at once."""
    trial.doing = "identity"
    home = [out.home(edit) for edit in out.edits]
    plan = plan_of_range(out.changes, out.edits, home, out.commits)
    if list(plan.group_of) != home:
        raise Difference("with everything at home a creation or deletion moves")
    trees = tree_ids(ours, out.base, steps(plan))
    own = [ours.read_commit(Oid(oid)).tree for oid in trial.built.commits]
    if trees != own:
        raise Difference(f"with everything at home the trees are {trees}, not {own}")
    trial.counts["states at home"] += len(own)
    at_once = plan_of_range(out.changes, out.edits, [0] * len(out.edits), 1)
    if tree_ids(ours, out.base, steps(at_once)) != own[-1:]:
        raise Difference("in one group it is another tree than the tip's")


def tree_ids(ours: Opened, base: Oid, made: Sequence[TreeStep]) -> list[Oid]:
    """The tree after each step."""
    objects, found = NewObjects(ours), []
    for step in made:
        for file in step.files:
            if file.content is not None:
                objects.add("blob", file.content)
        base = tree_with(objects, base, step.paths)
        found.append(base)
    return found


def _anywhere(ours: Opened, trial: Trial, out: WorkedOut, rng: Random) -> None:
    """Everything is cut and goes anywhere, now and then out of the range."""
    groups = rng.randint(1, out.commits + 2)
    targets = [*range(groups), *([DROPPED] if rng.random() < 0.3 else [])]
    edits = _cut(out, rng)
    _compare(ours, trial, out, (edits, [rng.choice(targets) for _ in edits], groups))


def _nearly_home(ours: Opened, trial: Trial, out: WorkedOut, rng: Random) -> None:
    """A few edits leave their commit, and all others stay."""
    edits = _cut(out, rng)
    places = [out.home(edit) for edit in edits]
    for _ in range(rng.choice((1, 1, 2, 3))):
        place = rng.randrange(len(edits))
        places[place] = rng.choice((*range(out.commits), DROPPED))
    _compare(ours, trial, out, (edits, places, out.commits))


def _cut(out: WorkedOut, rng: Random) -> list[Edit]:
    """The edits, some of them cut: down to lines, or anywhere."""
    share = rng.choice((0.0, 0.3, 1.0))
    found: list[Edit] = []
    for edit in out.edits:
        if isinstance(edit, FactEdit) or rng.random() >= share:
            found.append(edit)
        elif rng.random() < 0.6:
            found += line_edits(out.changes[edit.file], edit)
        else:
            found += edits_around(edit, _part(rng, edit.old), _part(rng, edit.new))
    return found


def _part(rng: Random, span: Span) -> Span:
    ends = rng.randint(span.start, span.stop), rng.randint(span.start, span.stop)
    return Span(min(ends), max(ends))


def _compare(
    ours: Opened,
    trial: Trial,
    out: WorkedOut,
    assigned: tuple[Sequence[Edit], Sequence[int], int],
) -> None:
    """Raises Difference where the plan's trees aren't those that the design says."""
    edits, places, groups = assigned
    trial.doing += f"\n{groups} groups: {[*zip(edits, places, strict=True)]}"
    taken = with_existence(out.files, groups_by_place(edits, places))
    expected: list[Tree] | None = None
    try:
        expected = trees_after(out.files, taken, trial.trees[0], groups)
    except RefusalExpected:
        trial.counts["plans refused: a path taken twice"] += 1
    plan = plan_of_range(out.changes, edits, places, groups)
    try:
        found = steps(plan)
    except InvalidPlan as refusal:
        if expected is not None:
            raise Difference(f"refused: {refusal}") from refusal
        return
    trial.counts["plans"] += 1
    if expected is None:
        raise Difference("a path is taken twice, and the plan is not refused")
    _compare_trees(trial.trees[0], found, [*map(listing, expected)])
    if DROPPED not in places and expected[-1] != trial.trees[-1]:
        raise Difference("with nothing dropped the last tree is not the tip's")
    trial.counts["states"] += groups
    if trial.made is None:
        trial.made = expected, tree_ids(ours, out.base, found)


def groups_by_place(edits: Sequence[Edit], places: Sequence[int]) -> Taken:
    """Which group takes each fact and line."""
    found: dict[tuple[int, str, int | str], int] = {}
    for edit, place in zip(edits, places, strict=True):
        group = NEVER if place == DROPPED else place
        if isinstance(edit, FactEdit):
            found[edit.file, "fact", str(edit.fact)] = group
            continue
        for line in edit.old.numbers:
            found[edit.file, "old", line] = group
        for line in edit.new.numbers:
            found[edit.file, "new", line] = group
    return found


def _compare_trees(
    base: Tree, found: Sequence[TreeStep], expected: Sequence[Listing]
) -> None:
    tree = listing(base)
    for number, (step, wanted) in enumerate(zip(found, expected, strict=True)):
        for path, entry in step.paths:
            if entry is None:
                del tree[path]
            else:
                tree[path] = (entry.mode, entry.oid)
        for path in tree.keys() | wanted.keys():
            if tree.get(path) != wanted.get(path):
                raise Difference(
                    f"after group {number} {path!r} is {tree.get(path)},"
                    f" not {wanted.get(path)}"
                )


def _split_one(ours: Opened, trial: Trial, out: WorkedOut, rng: Random) -> None:
    """One commit is split, the others stay: the same as if it were opened alone."""
    commit = rng.randrange(out.commits)
    parts = rng.randint(1, 4)
    cut = _cut(out, rng)
    own = [edit for edit in cut if out.home(edit) == commit]
    trial.doing += f"\ncommit {commit}, {parts} groups"
    if not own:
        return
    targets = [*range(parts), *([DROPPED] if rng.random() < 0.2 else [])]
    places = {edit: rng.choice(targets) for edit in own}
    first = min(n for n, c in enumerate(out.changes) if c.commit == commit)
    alone = plan_of_range(
        out.of_commit(commit),
        [replace(edit, file=edit.file - first) for edit in own],
        [places[edit] for edit in own],
        parts,
    )
    within = plan_of_range(
        out.changes,
        cut,
        _places_within(out, cut, (places, commit, parts)),
        out.commits + parts - 1,
    )
    before = trial.built.commits[commit - 1]
    base = ours.read_commit(Oid(before)).tree if commit else out.base
    _compare_alone(ours, trial, (base, alone), (out.base, within), commit)


def _places_within(
    out: WorkedOut, edits: Sequence[Edit], split: tuple[dict[Edit, int], int, int]
) -> list[int]:
    """Where the edits go when one commit becomes several."""
    places, commit, parts = split
    found = []
    for edit in edits:
        home = out.home(edit)
        if home == commit:
            place = places[edit]
            found.append(place if place == DROPPED else commit + place)
        else:
            found.append(home if home < commit else home + parts - 1)
    return found


def _compare_alone(
    ours: Opened,
    trial: Trial,
    alone: tuple[Oid, Plan],
    within: tuple[Oid, Plan],
    commit: int,
) -> None:
    """Raises Difference where the parts of a commit aren't the same in the range."""
    try:
        expected = tree_ids(ours, alone[0], steps(alone[1]))
        found = tree_ids(ours, within[0], steps(within[1]))
    except InvalidPlan:
        trial.counts["plans refused: a path taken twice"] += 1
        return
    trial.counts["plans"] += 1
    trial.counts["commits split alone and in the range"] += 1
    if found[commit : commit + len(expected)] != expected:
        raise Difference(f"in the range {found}, alone {expected}")
