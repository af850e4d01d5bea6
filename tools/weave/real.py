"""Real ranges: hunks and commits moved and dropped, against git's three-way merge."""

import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from random import Random

from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.git.history import changes_of, read_source_commit
from gitsplit.git.repository import Repository, open_repository
from gitsplit.git.trees import EMPTY_TREE
from gitsplit.model.content import file_states
from gitsplit.model.diff import (
    Edit,
    File,
    FileChange,
    TextEdit,
    edits_of,
    line_edits,
)
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.model.series import SourceCommit
from gitsplit.model.states import TreeStep, steps
from tools.stress.batch import without_configuration
from tools.weave.batch import Report
from tools.weave.trial import plan_of_range, tree_ids

_MOST_HUNKS = 300
_LENGTHS = (3, 12)


@dataclass(frozen=True)
class RealRange:
    """Neighbouring commits of a real history, and what they did."""

    repo: Repository
    sources: tuple[SourceCommit, ...]
    changes: tuple[FileChange, ...]

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        return edits_of(self.changes)

    @cached_property
    def home(self) -> tuple[int, ...]:
        """The commit that made each edit."""
        return tuple(self.changes[edit.file].commit for edit in self.edits)

    @property
    def base(self) -> Oid:
        """The tree that the range begins with."""
        parents = self.sources[0].raw.parents
        return self.repo.read_commit(parents[0]).tree if parents else EMPTY_TREE

    @property
    def name(self) -> str:
        return f"{self.sources[0].oid:.10}^..{self.sources[-1].oid:.10}"

    def trees(self) -> list[Oid]:
        return [self.base, *(source.raw.tree for source in self.sources)]

    def plan(self, places: Sequence[int], groups: int | None = None) -> Plan:
        """The plan with each edit in the group that ``places`` says."""
        count = len(self.sources) if groups is None else groups
        return plan_of_range(self.changes, self.edits, places, count)


@lru_cache(maxsize=2)
def _open_with_runs(path: str) -> tuple[Repository, tuple[tuple[Oid, ...], ...]]:
    """The repository, and its runs of commits without a merge, oldest first."""
    repo = open_repository(Path(path))
    log = ("log", "--first-parent", "--format=%H %P", "-n", "6000")
    rows = repo.program.run(*log).stdout.decode("ascii").splitlines()
    runs: list[list[Oid]] = [[]]
    for oid, *parents in map(str.split, rows):
        if len(parents) == 1:
            runs[-1].insert(0, Oid(oid))
        elif runs[-1]:
            runs.append([])
    return repo, tuple(tuple(run) for run in runs if len(run) >= _LENGTHS[0])


def try_real_range(path: str, seed: str) -> Report:
    """What came of a random range of the repository at ``path``."""
    counts: Counter[str] = Counter()
    with without_configuration():
        found = _random_range(path, Random(seed))
        counts["ranges"] += 1
        counts["commits"] += len(found.sources)
        differences = [
            *_identity(found, counts),
            *_random_plans(found, counts, Random(f"{seed} plans")),
            *_try_hunks(found, counts),
            *_try_commits(found, counts),
        ]
    return counts, [f"{path} {found.name}: {told}" for told in differences]


def _random_range(path: str, rng: Random) -> RealRange:
    """A range of neighbours that isn't too large."""
    repo, runs = _open_with_runs(path)
    while True:
        run = rng.choice(runs)
        length = min(len(run), rng.randint(*_LENGTHS))
        first = rng.randrange(len(run) - length + 1)
        oids = run[first : first + length]
        sources = tuple(read_source_commit(repo, oid) for oid in oids)
        changes = tuple(
            replace(change, commit=number)
            for number, found in enumerate(changes_of(repo, sources))
            for change in found
        )
        if changes and sum(len(change.hunks) for change in changes) <= _MOST_HUNKS:
            return RealRange(repo, sources, changes)


def _identity(found: RealRange, counts: Counter[str]) -> Iterator[str]:
    """With everything at home each commit has its own tree, also when composed."""
    own = found.trees()[1:]
    if tree_ids(found.repo, found.base, steps(found.plan(found.home))) != own:
        yield "with everything at home the trees are others"
    counts["states at home"] += len(own)
    halves = [2 * home + place % 2 for place, home in enumerate(found.home)]
    plan = found.plan(halves, 2 * len(own))
    composed = tree_ids(found.repo, found.base, steps(plan))[1::2]
    if composed != own:
        yield "with every commit in halves the trees are others"


def _random_plans(found: RealRange, counts: Counter[str], rng: Random) -> Iterator[str]:
    """Cut and assigned anyhow, all edits together give the tip's tree."""
    for _ in range(5):
        groups = rng.randint(1, len(found.sources) + 2)
        edits: list[Edit] = []
        for edit in found.edits:
            is_cut = isinstance(edit, TextEdit) and rng.random() < 0.3
            change = found.changes[edit.file]
            edits += line_edits(change, edit) if is_cut else [edit]  # type: ignore[arg-type]
        places = [rng.randrange(groups) for _ in edits]
        plan = plan_of_range(found.changes, edits, places, groups)
        try:
            made = steps(plan)
        except InvalidPlan:
            counts["random plans refused: a path taken twice"] += 1
            continue
        counts["random plans"] += 1
        if tree_ids(found.repo, found.base, made)[-1] != found.trees()[-1]:
            yield f"with nothing dropped the last tree is another: {plan.group_of}"


def _try_hunks(found: RealRange, counts: Counter[str]) -> Iterator[str]:
    """Every hunk moved to every earlier commit, and dropped."""
    with tempfile.TemporaryDirectory() as directory:
        for place, edit in enumerate(found.edits):
            if not isinstance(edit, TextEdit):
                continue
            change = found.changes[edit.file]
            if change.old is None or change.new is None:
                counts["hunks of new and deleted files, not compared"] += 1
                continue
            for target in (*range(change.commit), DROPPED):
                what = "drops" if target == DROPPED else "moves"
                for after, word, told in _merges(found, place, target, directory):
                    counts[f"{what} {word}"] += 1
                    if told:
                        counts[f"{what} that differ from git's merge"] += 1
                        to = "dropped" if target == DROPPED else f"moved to {target}"
                        yield (
                            f"{change.path!r} -{edit.old} +{edit.new} of commit"
                            f" {change.commit}, {to}, differs after {after}:\n{told}"
                        )


def _merges(
    found: RealRange, place: int, target: int, directory: str
) -> Iterator[tuple[int, str, str]]:
    """The states that a move changes: how git merges them, and what is otherwise."""
    edit, home = found.edits[place], found.home[place]
    assert isinstance(edit, TextEdit)
    change = found.changes[edit.file]
    assert change.old is not None
    old, new = change.old.content or b"", _with_hunk(change, edit)
    changed: Sequence[int] = range(target, home)
    if target == DROPPED:
        (old, new), changed = (new, old), [len(found.sources) - 1]
    places = [*found.home]
    places[place] = target
    before, states = _states(found, found.home, edit), _states(found, places, edit)
    for after in changed:
        ours, made = before[after], states[after]
        if ours is None or ours.content is None:
            yield after, "where the file isn't there", ""
            continue
        expected = _merge_contents(Path(directory), old, ours.content, new)
        if expected is None:
            yield after, "where git's merge conflicts", ""
            continue
        is_same = made is not None and made.content == expected
        told = "" if is_same else _diff(Path(directory), expected, made)
        yield after, "where git's merge is clean", told


def _states(
    found: RealRange, places: Sequence[int], edit: TextEdit
) -> tuple[File | None, ...]:
    plan = found.plan(places)
    thread = plan.thread(edit.file)
    return file_states(thread, plan.of_thread(thread), range(len(plan.groups)))


def _with_hunk(change: FileChange, edit: TextEdit) -> bytes:
    """The old side with this one hunk done."""
    lines = [*change.old_lines]
    new = change.new_lines[edit.new.start : edit.new.stop]
    lines[edit.old.start : edit.old.stop] = new
    ended = (x if x.endswith(b"\n") else x + b"\n" for x in lines[:-1])
    return b"".join([*ended, *lines[-1:]])


def _merge_contents(
    directory: Path, base: bytes, ours: bytes, theirs: bytes
) -> bytes | None:
    """What ``git merge-file`` makes of the three; None where they conflict."""
    if ours == base:
        return theirs
    if theirs == base:
        return ours
    contents = {"ours": ours, "base": base, "theirs": theirs}
    for name, content in contents.items():
        (directory / name).write_bytes(content)
    done = subprocess.run(
        ["git", "merge-file", "-p", "-q", *contents],
        cwd=directory,
        capture_output=True,
        check=False,
    )
    return None if done.returncode else done.stdout


def _diff(directory: Path, expected: bytes, made: File | None) -> str:
    """What the state has otherwise than git's merge."""
    (directory / "git").write_bytes(expected)
    (directory / "weave").write_bytes(made.content or b"" if made else b"")
    diff = ["git", "diff", "--no-index", "--no-color", "-U3", "git", "weave"]
    done = subprocess.run(diff, cwd=directory, capture_output=True, check=False)
    return done.stdout.decode(errors="replace")


@dataclass(frozen=True)
class _Git:
    """The git program, which reads a repository and writes to a place of its own."""

    env: dict[str, str]

    def run(self, *args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        git = ["git", "-c", "merge.directoryRenames=false", *args]
        return subprocess.run(
            git, env=self.env, input=stdin, capture_output=True, check=False
        )

    def oid(self, *args: str, stdin: bytes = b"") -> Oid:
        """The id that is printed first."""
        return Oid(self.run(*args, stdin=stdin).stdout.decode("ascii").split()[0])

    def merge(self, base: Oid, ours: Oid, theirs: Oid) -> Oid | None:
        """The tree that ``git merge-tree`` makes; None where it conflicts."""
        if base in (ours, theirs):
            return theirs if ours == base else ours
        root = self.oid("commit-tree", "-m", "x", base)
        sides = (
            self.oid("commit-tree", "-m", "x", "-p", root, tree)
            for tree in (ours, theirs)
        )
        done = self.run("merge-tree", "--write-tree", *sides)
        return None if done.returncode else Oid(done.stdout.decode().split()[0])

    def diff(self, expected: Oid, base: Oid, made: Sequence[TreeStep]) -> str:
        """What the steps make of the base otherwise than is expected."""
        self.run("read-tree", base)
        for step in made:
            for file in step.files:
                self.run("hash-object", "-w", "--stdin", stdin=file.content or b"")
            rows = (
                b"%o %s\t%s\0" % (entry.mode, entry.oid.encode(), path)
                if entry
                else b"0 %s\t%s\0" % (b"0" * 40, path)
                for path, entry in step.paths
            )
            self.run("update-index", "-z", "--index-info", stdin=b"".join(rows))
        tree = self.oid("write-tree")
        return self.run("diff-tree", "-p", expected, tree).stdout.decode("latin-1")


def _try_commits(found: RealRange, counts: Counter[str]) -> Iterator[str]:
    """Every commit as a whole moved before every earlier one, and dropped."""
    with _git_aside(found.repo) as git:
        trees = found.trees()
        for commit in range(len(found.sources)):
            without, with_it = trees[commit], trees[commit + 1]
            for target in range(commit):
                order = [*range(len(found.sources))]
                order.insert(target, order.pop(commit))
                places = [order.index(home) for home in found.home]
                merge = (without, trees[target], with_it)
                what = f"commit {commit} moved to {target}: "
                for told in _try_commit(found, counts, (places, target, merge), git):
                    yield what + told
            places = [DROPPED if home == commit else home for home in found.home]
            merge = (with_it, trees[-1], without)
            last = len(found.sources) - 1
            for told in _try_commit(found, counts, (places, last, merge), git):
                yield f"commit {commit} dropped: {told}"


def _try_commit(
    found: RealRange,
    counts: Counter[str],
    case: tuple[Sequence[int], int, tuple[Oid, Oid, Oid]],
    git: _Git,
) -> Iterator[str]:
    places, after, merge = case
    what = "commits dropped" if DROPPED in places else "commits moved"
    expected = git.merge(*merge)
    try:
        made = steps(found.plan(places))[: after + 1]
    except InvalidPlan:
        counts[f"{what}, refused: a path taken twice"] += 1
        return
    if expected is None:
        counts[f"{what} where git's merge conflicts"] += 1
        return
    counts[f"{what} where git's merge is clean"] += 1
    if tree_ids(found.repo, found.base, made)[-1] != expected:
        counts[f"{what} that differ from git's merge"] += 1
        yield f"the tree isn't {expected}:\n{git.diff(expected, found.base, made)}"


@contextmanager
def _git_aside(repo: Repository) -> Iterator[_Git]:
    """Git that reads the repository, and writes what is removed at the end."""
    with tempfile.TemporaryDirectory() as directory:
        env = {
            "GIT_DIR": str(repo.common_dir),
            "GIT_INDEX_FILE": f"{directory}/index",
            "GIT_OBJECT_DIRECTORY": directory,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(repo.common_dir / "objects"),
            "GIT_AUTHOR_NAME": "A",
            "GIT_AUTHOR_EMAIL": "a@example.com",
        }
        yield _Git({**os.environ, **env})
