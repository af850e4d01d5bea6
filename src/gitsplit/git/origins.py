"""Which commit of a branch wrote and removed each line of its change as a whole.

As ``git blame`` tells it, and for removed lines as well: each file is followed from the
base through the commits, oldest first. A merge takes a line from the first of its
parents that has it; what none of them has is its own.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from msgspec import Struct, field
from msgspec.structs import replace

from gitsplit.git.diff import FilePair
from gitsplit.git.history import changes_of_trees, read_source_commit
from gitsplit.git.repository import Repository
from gitsplit.git.trees import EMPTY_TREE
from gitsplit.model.diff import FileChange, Origins, Span
from gitsplit.model.objects import Oid
from gitsplit.model.series import SourceCommit


class _Traced(Struct, frozen=True):
    """A file at a commit: where each of its lines is from, and what is gone by then.

    ``lines`` has for each line the number of the commit that wrote it, or -1 - n for
    line n of the base's file at ``home``; None for what is older elsewhere. ``dead``
    has the lines of that file which commits took away. ``last`` is the commit that
    changed the file last, None for none of them.
    """

    home: bytes | None
    lines: tuple[int | None, ...]
    dead: Mapping[int, int] = {}
    last: int | None = None


State = Mapping[bytes, _Traced]
"""The files that commits have changed so far, by their paths."""


def with_origins(
    repo: Repository,
    base: Oid | None,
    commits: Sequence[SourceCommit],
    changes: Sequence[FileChange],
) -> tuple[FileChange, ...]:
    """The changes from base to the last of the commits, each with its origins."""
    paths = {
        side.path for change in changes for side in (change.old, change.new) if side
    }
    tracer = _Tracer.of(repo, base, commits, paths)
    for number, commit in enumerate(commits):
        tracer.follow(number, commit)
    state = tracer.states[commits[-1].oid]
    return tuple(replace(change, origins=_origins(change, state)) for change in changes)


def _origins(change: FileChange, state: State) -> Origins:
    """The origins of a change that ends in this state."""
    path, old = change.path, change.old
    traced = state.get(path)
    if traced is None and change.new is None:  # what it became was another file
        traced = next((each for each in state.values() if each.home == path), None)
    if traced is None:
        return Origins()
    new = [
        (line, traced.lines[line])
        for hunk in change.hunks
        for line in hunk.new.numbers
        if line < len(traced.lines)
    ]
    dead = traced.dead if old is not None and traced.home == old.path else {}
    gone = [(line, dead.get(line)) for h in change.hunks for line in h.old.numbers]
    return Origins(_runs(gone), _runs(new), traced.last)


def _runs(lines: Iterable[tuple[int, int | None]]) -> tuple[tuple[Span, int], ...]:
    """The lines of a side in runs of one commit; those of none are left out."""
    return tuple(_joined_runs(lines))


def _joined_runs(
    lines: Iterable[tuple[int, int | None]],
) -> Iterator[tuple[Span, int]]:
    known = [(line, of) for line, of in lines if of is not None and of >= 0]
    keyed = ((of, line - at, line) for at, (line, of) in enumerate(known))
    for (of, _), run in groupby(keyed, key=lambda each: each[:2]):
        numbers = [line for _, _, line in run]
        yield Span(numbers[0], numbers[-1] + 1), of


class _Tracer(Struct):
    """What is known of the commits so far: the state of each, by its id.

    ``diffs`` has what each commit did against each of its parents, ``outside`` what
    parents outside have against the base. A state is let go when the last of its
    ``children`` has been followed.
    """

    base: Oid | None
    diffs: Mapping[tuple[Oid, Oid | None], Sequence[FileChange]]
    outside: Mapping[Oid | None, Sequence[FileChange]]
    children: Counter[Oid | None]
    states: dict[Oid | None, dict[bytes, _Traced]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        repo: Repository,
        base: Oid | None,
        commits: Sequence[SourceCommit],
        paths: Iterable[bytes],
    ) -> "_Tracer":
        """A tracer that has read what the commits did to these paths."""
        trees = {commit.oid: commit.raw.tree for commit in commits}
        edges = [(c, parent) for c in commits for parent in c.raw.parents or (None,)]
        outside = {parent for _, parent in edges} - {*trees, base, None}
        beyond = sorted(filter(None, outside))

        def tree(oid: Oid | None) -> Oid:
            if oid is None:
                return EMPTY_TREE
            return trees.get(oid) or read_source_commit(repo, oid).raw.tree

        pairs = [(tree(parent), commit.raw.tree) for commit, parent in edges]
        pairs += [(tree(base), tree(oid)) for oid in beyond]
        wanted = set(paths)

        def is_wanted(at: int, pair: FilePair) -> bool:
            """Whether it matters: a merge, or one outside, may differ by very much."""
            sides = {side.path for side in pair.sides}
            if at < len(edges) and len(edges[at][0].raw.parents) < 2:
                wanted.update(sides)
                return True
            return not wanted.isdisjoint(sides)

        found = changes_of_trees(repo, pairs, is_wanted)
        ends = [(commit.oid, parent) for commit, parent in edges]
        return cls(
            base,
            dict(zip(ends, found, strict=False)),
            dict(zip(beyond, found[len(edges) :], strict=True)),
            Counter(parent for _, parent in edges),
        )

    def follow(self, number: int, commit: SourceCommit) -> None:
        """Find the state of a commit whose parents' are known."""
        parents: Sequence[Oid | None] = commit.raw.parents or (None,)
        made = [self._made(commit.oid, parent, number) for parent in parents]
        state, touched = dict(made[0][0]), set(made[0][1])
        if len(made) > 1:
            for path in touched | {path for each, _ in made[1:] for path in each}:
                versions = [(each.get(path), path in changed) for each, changed in made]
                one = _merged(versions, number)
                state.pop(path, None) if one is None else state.update({path: one})
        self.states[commit.oid] = state
        self.children.subtract(parents)
        for parent in parents:
            if not self.children[parent]:
                self.states.pop(parent, None)

    def _made(
        self, oid: Oid, parent: Oid | None, number: int
    ) -> tuple[State, frozenset[bytes]]:
        """A commit's state by one of its parents, and the paths that differ there."""
        changes = self.diffs[oid, parent]
        state = _changed(self._state(parent), changes, number)
        return state, frozenset(change.path for change in changes)

    def _state(self, oid: Oid | None) -> State:
        if oid in self.outside and oid not in self.states:
            self.states[oid] = _changed({}, self.outside[oid], None)
        return self.states.get(oid, {})


def _changed(
    state: State, changes: Iterable[FileChange], number: int | None
) -> dict[bytes, _Traced]:
    """The state after the changes of a commit; None is one outside of the branch."""
    found = dict(state)
    before = [_before(state, change) for change in changes]
    for change in changes:
        if change.old is not None:
            found.pop(change.old.path, None)
    for change, was in zip(changes, before, strict=True):
        found[change.path] = _after(was, change, number)
    return found


def _before(state: State, change: FileChange) -> _Traced:
    """A file as it was before a change."""
    if change.old is None:
        gone = state.get(change.path)
        return _Traced(None, ()) if gone is None else replace(gone, lines=())
    size = len(change.old_lines)
    known = state.get(change.old.path)
    if known is None:
        return _Traced(change.old.path, tuple(range(-1, -1 - size, -1)))
    is_there = len(known.lines) == size
    return known if is_there else replace(known, lines=(None,) * size)


def _after(was: _Traced, change: FileChange, number: int | None) -> _Traced:
    """The file as it is after a change by the commit of that number."""
    hunks = change.hunks
    lines: list[int | None] = []
    dead, at = dict(was.dead), 0
    for hunk in hunks:
        lines += was.lines[at : hunk.old.start]
        lines += [number] * len(hunk.new)
        gone = was.lines[hunk.old.start : hunk.old.stop]
        if number is not None:
            dead |= {-1 - of: number for of in gone if of is not None and of < 0}
        at = hunk.old.stop
    lines += was.lines[at:]
    return _Traced(was.home, tuple(lines), dead, was.last if number is None else number)


def _merged(
    versions: Sequence[tuple[_Traced | None, bool]], number: int
) -> _Traced | None:
    """A file in a merge, by each of its parents; None where it is as at the base.

    Each version comes with whether the merge differs from that parent.
    """
    for version, is_changed in versions:
        if not is_changed:
            return version
    known = [version for version, _ in versions if version is not None]
    first = known[0]
    lines = tuple(
        next((of for of in each if of is not None and of != number), number)
        for each in zip(*(_of_home(one, first.home) for one in known), strict=False)
    )
    dead: dict[int, int] = {}
    for one in known:
        if one.home == first.home:
            dead |= {
                n: of for n, of in one.dead.items() if dead.get(n, number) == number
            }
    alive = {-1 - of for of in lines if of < 0}
    dead = {n: of for n, of in dead.items() if n not in alive}
    is_own = number in lines or number in dead.values()
    lasts = [one.last for one in known if one.last not in (None, number)]
    last = number if is_own else max(filter(None.__ne__, lasts), default=number)
    return _Traced(first.home, lines, dead, last)


def _of_home(one: _Traced, home: bytes | None) -> Sequence[int | None]:
    """The lines of a file; those of the base only where it is the same file there."""
    if one.home == home:
        return one.lines
    return [None if of is not None and of < 0 else of for of in one.lines]
