"""How the commits of a rewrite are made of what the original commits have.

Nothing of the plan is needed for that: each new tree is compared with that of its
parent. What is new in it has its id in the trees of the original commits, or is made:
by a patch of what the file was before, or of what it will be; whole, where it has no
lines.
"""

from msgspec import Struct, field
from msgspec.structs import replace

from gitsplit.git.diff import hunks_between
from gitsplit.git.refs import branches_to_move
from gitsplit.git.repository import Repository
from gitsplit.git.trees import EMPTY_TREE, NewObjects, changed_paths
from gitsplit.git.write import Rewrite, WrittenCommit
from gitsplit.model.diff import File, FileChange, change_between
from gitsplit.model.objects import EXECUTABLE, FILE, NO_OBJECT, Oid, TreeEntry
from gitsplit.report.findings import IndexEntry, Recipe, Recipes
from gitsplit.workflow.apply import made_stack
from gitsplit.workflow.work import Work

_PROBE = 8000  # bytes in which git looks for a NUL


def recipes_of(
    repo: Repository, work: Work, objects: NewObjects, rewrite: Rewrite
) -> Recipes:
    """The recipes of all commits that are new, and the refs that move to them."""
    cook = _Cook.of(objects, rewrite)
    commits = [
        cook.recipe(made)
        for made in rewrite.commits
        if made.oid != made.draft.source.oid
    ]
    if work.is_read:  # the script is for a clone whose HEAD is at these commits
        old, new = rewrite.old_head, rewrite.new_head
        move = ("HEAD", old, cook.numbers.get(new, new))
        return Recipes(old, tuple(commits), (move,))
    updates = branches_to_move(repo, rewrite)
    stack = made_stack(repo, objects, work, rewrite, updates)
    moves = [
        (move.ref, move.old, cook.numbers.get(move.new, move.new))
        for move in (*updates.moves, *stack.made)
    ]
    # Of what wasn't committed there is no commit: HEAD is before it.
    there = moves[0][1] if moves else rewrite.old_head
    recipes = Recipes(there, tuple(commits), tuple(moves))
    return (
        recipes
        if repo.snapshot is None
        else _with_index(repo, objects, recipes, (work, rewrite))
    )


def _with_index(
    repo: Repository,
    objects: NewObjects,
    recipes: Recipes,
    done: tuple[Work, Rewrite],
) -> Recipes:
    """The recipes with what becomes of the index, so that it reverts no commit."""
    from gitsplit.workflow.uncommitted import index_after  # commits leave it alone

    index = index_after(repo, objects, *done)
    assert index is not None, "there is a snapshot"
    changed = [each for each in index.updates if each.new != each.old]
    gone = [IndexEntry(u.path, 0, NO_OBJECT) for u in changed if u.old is not None]
    there = [
        IndexEntry(u.path, u.new.mode, u.new.oid) for u in changed if u.new is not None
    ]
    return replace(recipes, staged=(*gone, *there), contents=index.contents)


class _Cook(Struct):
    """What is there so far: trees, contents by path, and the commits by number."""

    objects: NewObjects
    trees: set[Oid]
    blobs: set[Oid]
    last: dict[bytes, Oid]
    numbers: dict[Oid, int] = field(default_factory=dict)

    @classmethod
    def of(cls, objects: NewObjects, rewrite: Rewrite) -> "_Cook":
        """What the original commits have."""
        cook = cls(objects, {EMPTY_TREE}, set(), {})
        for source in rewrite.sources:
            parent = next(iter(source.raw.parents), None)
            before = objects.read_commit(parent).tree if parent else EMPTY_TREE
            cook.trees |= {before, source.raw.tree} if source.is_stored else {before}
            for path, pair in changed_paths(objects, before, source.raw.tree).items():
                for side in filter(None, pair if source.is_stored else pair[:1]):
                    cook.blobs.add(side.oid)
                    cook.last[path] = side.oid
        return cook

    def recipe(self, made: WrittenCommit) -> Recipe:
        """How the commit is made; it is there from then on."""
        commit = self.objects.read_commit(made.oid)
        first = next(iter(commit.parents), None)
        base = self.objects.read_commit(first).tree if first else EMPTY_TREE
        parents = tuple(self.numbers.get(oid, oid) for oid in commit.parents)
        self.numbers[made.oid] = len(self.numbers)
        if commit.tree in self.trees:
            return Recipe(commit, parents)
        self.trees.add(commit.tree)
        empty = "" if base == EMPTY_TREE else base
        return self._tree(Recipe(commit, parents, empty), base)

    def _tree(self, recipe: Recipe, base: Oid) -> Recipe:
        """The recipe, with what makes its tree of the base."""
        entries: list[IndexEntry] = []
        changes: list[FileChange] = []
        blobs: dict[Oid, bytes] = {}
        pairs = changed_paths(self.objects, base, recipe.commit.tree)
        for path, (before, after) in sorted(pairs.items()):
            if after is None:
                entries.append(IndexEntry(path, 0, NO_OBJECT))
                continue
            is_there = self._is_there(after)
            change = None if is_there else self._change(path, before, after)
            if change is not None and change.old is not None:
                changes.append(change)
                entries.append(IndexEntry(path, after.mode, change.old.oid))
            else:
                entries.append(IndexEntry(path, after.mode, after.oid))
                if not is_there:
                    blobs[after.oid] = self.objects.read_object(after.oid)[1]
        self.blobs |= {pair.after.oid for pair in pairs.values() if pair.after}
        # What goes comes first: a directory may be where a file was.
        entries.sort(key=lambda entry: entry.mode != 0)
        return replace(
            recipe,
            blobs=tuple(blobs.values()),
            entries=tuple(entries),
            changes=tuple(changes),
        )

    def _is_there(self, entry: TreeEntry) -> bool:
        return entry.oid in self.blobs or entry.mode not in (FILE, EXECUTABLE)

    def _change(
        self, path: bytes, before: TreeEntry | None, after: TreeEntry
    ) -> FileChange | None:
        """What makes the content of one that is there; None where it has no lines."""
        from_oid = before.oid if before else self.last.get(path)
        if from_oid is None or from_oid not in self.blobs:
            return None
        contents = [self.objects.read_object(oid) for oid in (from_oid, after.oid)]
        if any(kind != "blob" or _is_opaque(data) for kind, data in contents):
            return None
        old, new = (
            File(path, after.mode, oid, data)
            for oid, (_, data) in zip((from_oid, after.oid), contents, strict=True)
        )
        return change_between(old, new, hunks_between, by_lines=True)


def _is_opaque(data: bytes) -> bool:
    return not data or b"\0" in data[:_PROBE]
