"""Drafts turned into commits: first in memory, then stored as one pack.

Must not move refs. The objects are computed in full before anything is stored, so
what a preview shows is what is written.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from gitsplit.core.objects import (
    DIRECTORY,
    GITLINK,
    ObjectKind,
    Oid,
    RawCommit,
    parsed_tree,
)
from gitsplit.core.series import CommitDraft, Series, SourceCommit
from gitsplit.errors import PlanRefused, WriteFailed
from gitsplit.git.pack import pack_of
from gitsplit.git.process import this_process
from gitsplit.git.replay import Replay
from gitsplit.git.repository import Repository
from gitsplit.git.trees import EMPTY_TREE, NewObjects, tree_with

UNPACK_LIMIT = 100
"""Git's default for ``transfer.unpackLimit``: from so many objects on, keep a pack."""

KEEP_REASON = "gitsplit"
"""How the content of gitsplit's own ``.keep`` files begins."""


class WrittenCommit(NamedTuple):
    """A draft and what became of it.

    ``is_emptied`` says that nothing is left of what the commit did, because of what was
    dropped before it.
    """

    draft: CommitDraft
    oid: Oid
    tree: Oid
    is_emptied: bool = False


class RewrittenCommit(NamedTuple):
    """A source commit, the last of its pieces, and the one that keeps its identity."""

    old: Oid
    new: Oid
    owner: Oid


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The commits of a series as they will be, oldest first.

    ``rewritten`` has the source commits whose id changes; ``commits`` has every draft,
    also those that come out as the commit they were made from. A dropped source commit
    is in neither. The trees are those of the heads.
    """

    old_head: Oid
    new_head: Oid
    old_tree: Oid
    new_tree: Oid
    rewritten: tuple[RewrittenCommit, ...]
    commits: tuple[WrittenCommit, ...]


def written_drafts(
    repo: Repository,
    objects: NewObjects,
    series: Series,
    drafts: Iterable[CommitDraft],
    committer: bytes,
) -> Rewrite:
    """The rewrite that makes the drafts into commits; its objects are in ``objects``.

    ``committer`` is the value of the header field. A source commit without a draft is
    dropped: its children get its first parent. A draft that differs in nothing from its
    source is the source commit itself, with its signature and its committer.

    Where a parent's tree isn't what it was, what the commit did is done again on the
    new one. A merge follows each of its parents like that.

    Raises PlanRefused where no commit is left, and what :meth:`Replay.tree` raises.
    """
    pieces = _by_source(drafts)
    writer = _Writer(objects, Replay(repo, objects), committer, {}, {})
    written: list[WrittenCommit] = []
    rewritten: list[RewrittenCommit] = []
    for source in series.commits:
        made = writer.commits_of(source, pieces.pop(source.oid, ()))
        written += made
        if made and made[-1].oid != source.oid:
            owner = next((c.oid for c in made if c.draft.role != "piece"), made[-1].oid)
            rewritten.append(RewrittenCommit(source.oid, made[-1].oid, owner))
    assert not pieces, "every draft is made from a commit of the series"
    new_head = writer.moved.get(series.head, series.head)
    if new_head is None:
        raise PlanRefused("The plan leaves no commit of the series, not even a root.")
    old_tree, new_tree = writer.trees[series.head]
    return Rewrite(
        series.head, new_head, old_tree, new_tree, tuple(rewritten), tuple(written)
    )


def _by_source(drafts: Iterable[CommitDraft]) -> dict[Oid, tuple[CommitDraft, ...]]:
    pieces: dict[Oid, tuple[CommitDraft, ...]] = {}
    for draft in drafts:
        oid = draft.source.oid
        pieces[oid] = (*pieces.get(oid, ()), draft)
    return pieces


@dataclass(slots=True)
class _Writer:
    """The state of one rewrite: what each source commit has become so far.

    ``moved`` maps a source commit to its last piece; a dropped one to its first parent,
    which is None below a root. ``trees`` has the tree that a commit had, and the one
    that its place has now.
    """

    objects: NewObjects
    replay: Replay
    committer: bytes
    moved: dict[Oid, Oid | None]
    trees: dict[Oid | None, tuple[Oid, Oid]]

    def commits_of(
        self, source: SourceCommit, drafts: tuple[CommitDraft, ...]
    ) -> list[WrittenCommit]:
        """The drafts of one source commit as a chain on its rewritten parents."""
        mapped = (self.moved.get(p, p) for p in source.raw.parents)
        parents = tuple(parent for parent in mapped if parent)
        if not drafts:
            return self._drop(source, parents)
        chain: list[WrittenCommit] = []
        was, now = self.trees.get(_first_parent(source), (None, None))
        for draft in drafts:
            original = self._tree_of(draft, was)
            tree = self._on_new_parents(source, original)
            if len(drafts) == 1 and _is_source(draft, tree, parents):
                oid = source.oid
            else:
                oid = self._commit(draft, tree, parents)
            is_emptied = tree == now and original != was
            chain.append(WrittenCommit(draft, oid, tree, is_emptied))
            was, now, parents = original, tree, (oid,)
        self.moved[source.oid] = chain[-1].oid
        self.trees[source.oid] = (source.raw.tree, chain[-1].tree)
        return chain

    def _drop(
        self, source: SourceCommit, parents: tuple[Oid, ...]
    ) -> list[WrittenCommit]:
        """No commits; the children of the commit get its first parent."""
        self.moved[source.oid] = parents[0] if parents else None
        self.trees[source.oid] = (source.raw.tree, self._parent_trees(source)[1])
        return []

    def _parent_trees(self, source: SourceCommit) -> tuple[Oid, Oid]:
        """The tree that the first parent had, and the one that it has now."""
        parent = _first_parent(source)
        if parent is None:
            return EMPTY_TREE, EMPTY_TREE
        if parent not in self.trees:
            tree = RawCommit.parse(self.objects.read_object(parent)[1]).tree
            self.trees[parent] = (tree, tree)
        return self.trees[parent]

    def _on_new_parents(self, source: SourceCommit, tree: Oid) -> Oid:
        """The tree with what has become of its parents' trees done on it."""
        for parent in source.raw.parents:
            was, now = self.trees.get(parent, (tree, tree))
            if was != now:
                tree = self.replay.tree(source, was, tree, now)
        return tree

    def _tree_of(self, draft: CommitDraft, before: Oid | None) -> Oid:
        """The tree of a draft whose parents are as they were.

        ``before`` is that of the piece before it, or of the first parent if known.
        """
        raw = draft.source.raw
        if draft.tree is not None:
            return draft.tree
        if draft.role == "same":
            return raw.tree
        base = before or self._parent_trees(draft.source)[0]
        return tree_with(self.objects, base, draft.paths)

    def _commit(self, draft: CommitDraft, tree: Oid, parents: tuple[Oid, ...]) -> Oid:
        # Jujutsu's header is an identity like the Change-Id: one commit keeps it.
        gone = frozenset({b"change-id"}) if draft.role == "piece" else frozenset()
        commit = draft.source.raw.rewritten(
            tree=tree,
            parents=parents,
            committer=self.committer,
            message=draft.message,
            without=gone,
        )
        return self.objects.add("commit", commit.serialized())


def _first_parent(source: SourceCommit) -> Oid | None:
    return next(iter(source.raw.parents), None)


def _is_source(draft: CommitDraft, tree: Oid, parents: tuple[Oid, ...]) -> bool:
    """Whether the draft would be its source commit again."""
    raw = draft.source.raw
    return (tree, parents, draft.message) == (raw.tree, raw.parents, raw.message)


def new_objects(
    objects: NewObjects, rewrite: Rewrite, trees: Iterable[Oid] = ()
) -> tuple[tuple[ObjectKind, bytes], ...]:
    """The objects that the rewrite needs stored, each after those that it names.

    ``trees`` are needed besides those of its commits.

    Raises WriteFailed where one names an object that is neither new, nor named by the
    commits and trees it was made from, nor stored.
    """
    walk = _Walk(objects, _named_by_originals(objects, rewrite), {})
    for written in rewrite.commits:
        walk.reach(written.oid, "commit")
    for tree in trees:
        walk.reach(tree, "tree")
    return tuple(walk.reached.values())


def _named_by_originals(objects: NewObjects, rewrite: Rewrite) -> frozenset[Oid]:
    sources = [commit.draft.source for commit in rewrite.commits]
    trees = (source.raw.tree for source in sources)
    parents = (parent for source in sources for parent in source.raw.parents)
    own = (source.oid for source in sources)
    return objects.named().union(own, trees, parents)


@dataclass(slots=True)
class _Walk:
    """The new objects met on the way down from the new commits."""

    objects: NewObjects
    named: frozenset[Oid]
    reached: dict[Oid, tuple[ObjectKind, bytes]]

    def reach(self, oid: Oid, kind: ObjectKind) -> None:
        """Everything new that is below ``oid`` is in ``reached``, and ``oid`` last."""
        if oid in self.reached:
            return
        new = self.objects.new(oid)
        if new is None:
            self._expect(oid in self.named or self.objects.is_stored(oid), oid)
            return
        self._expect(new[0] == kind, oid)
        if kind == "tree":
            self._reach_entries(oid, new[1])
        elif kind == "commit":
            self._reach_fields(oid, RawCommit.parse(new[1]))
        self.reached[oid] = new

    def _reach_entries(self, tree: Oid, data: bytes) -> None:
        for name, entry in parsed_tree(data).items():
            self._expect(bool(name) and b"/" not in name, tree)
            if entry.mode != GITLINK:
                self.reach(entry.oid, "tree" if entry.mode == DIRECTORY else "blob")

    def _reach_fields(self, oid: Oid, commit: RawCommit) -> None:
        self.reach(commit.tree, "tree")
        for parent in commit.parents:
            self.reach(parent, "commit")
        # The author is the original's, even where that is malformed.
        self._expect(len(commit.values(b"committer")) == 1, oid)

    @staticmethod
    def _expect(holds: bool, oid: Oid) -> None:
        if not holds:
            raise WriteFailed(
                f"The new object {oid} would be malformed or name a missing one.",
                hint="This is a bug in gitsplit; please report it.",
            )


@contextmanager
def stored(
    repo: Repository, objects: NewObjects, rewrite: Rewrite, trees: Iterable[Oid] = ()
) -> Iterator[None]:
    """Within the ``with`` block the rewrite's objects are stored and safe from gc.

    So are ``trees``, which it needs besides those of its commits.

    Refs are to be moved inside the block: where git kept the objects as a pack, that
    pack has a ``.keep`` file until the block ends, because a ``git repack -a -d`` in
    the meantime would throw away what no ref names yet.

    Raises WriteFailed with git's words where git doesn't take them.
    """
    new = new_objects(objects, rewrite, trees)
    keep = _store(repo, new) if new else None
    try:
        yield
    finally:
        if keep is not None:
            keep.unlink(missing_ok=True)


def _store(repo: Repository, new: tuple[tuple[ObjectKind, bytes], ...]) -> Path | None:
    """The ``.keep`` file of the pack in which git put the objects, if it made one."""
    if len(new) < repo.config.get_int("transfer.unpackLimit", UNPACK_LIMIT):
        _packed(repo, "unpack-objects", "-q", pack=pack_of(new))
        return None
    reason = f"--keep={KEEP_REASON} {this_process()}"
    said = _packed(repo, "index-pack", "--stdin", reason, pack=pack_of(new))
    # "pack" instead of "keep" says that the very pack was there, kept by another.
    word, _, name = said.decode().strip().partition("\t")
    return repo.objects_dir / "pack" / f"pack-{name}.keep" if word == "keep" else None


def _packed(repo: Repository, *command: str, pack: bytes) -> bytes:
    done = repo.program.run(*command, stdin=pack, check=False)
    if done.status:
        raise WriteFailed(
            "Git couldn't store the new objects: "
            f"{done.complaint or 'it gave no reason'}.",
            hint="Is the disk full, or the repository read-only?",
        )
    return done.stdout
