"""Makes commits of drafts in memory: what a preview shows is what is written.

:mod:`gitsplit.git.store` stores them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from msgspec import Struct, field

from gitsplit.errors import InvalidPlan, ReplayConflict
from gitsplit.git.replay import Replay
from gitsplit.git.repository import Repository
from gitsplit.git.trees import EMPTY_TREE, NewObjects, tree_with
from gitsplit.model.drafts import SeriesDraft
from gitsplit.model.encoding import has_new_nul
from gitsplit.model.escape import printable
from gitsplit.model.message import subject_of
from gitsplit.model.objects import NO_OBJECT, Oid
from gitsplit.model.progress import PATIENT, Watch
from gitsplit.model.series import CommitDraft, Series, SourceCommit


class WrittenCommit(NamedTuple):
    """A draft and the commit made of it.

    ``is_emptied`` says that its change has become empty, because of what was dropped
    before it.
    """

    draft: CommitDraft
    oid: Oid
    tree: Oid
    is_emptied: bool = False


class RewrittenCommit(NamedTuple):
    """A source commit, the last commit made of it, and the one that continues it.

    ``owner`` keeps message, author and Change-Id; notes and ``post-rewrite`` go by it.
    """

    old: Oid
    new: Oid
    owner: Oid


class Rewrite(Struct, frozen=True):
    """The new commits of a series, oldest first, and what became of each old one.

    ``rewritten`` has the source commits whose id changes, squashed ones among them;
    ``commits`` has every draft, also those that come out as their source commit. A
    ``dropped`` source commit is in neither; it comes with its new parent, which takes
    its place. The trees are those of the heads. Where commits are split as one change,
    ``ends`` has the last of them with the last new one: they have the same state.
    """

    old_head: Oid
    new_head: Oid
    old_tree: Oid
    new_tree: Oid
    rewritten: tuple[RewrittenCommit, ...]
    commits: tuple[WrittenCommit, ...]
    dropped: tuple[tuple[SourceCommit, Oid], ...] = ()
    given_up: tuple[tuple[SourceCommit, Oid], ...] = ()
    ends: Mapping[Oid, Oid] = field(default_factory=dict)

    @property
    def sources(self) -> Iterator[SourceCommit]:
        """Every source commit of the series, squashed and dropped ones too."""
        drafts = [written.draft for written in self.commits]
        gone = (source for source, _ in (*self.dropped, *self.given_up))
        every = chain(
            chain.from_iterable((each.source, *each.squashed) for each in drafts), gone
        )
        yield from {source.oid: source for source in every}.values()

    @property
    def followers(self) -> Mapping[Oid, Oid]:
        """For each rewritten or dropped commit, where refs to it move."""
        rewritten = {commit.old: commit.new for commit in self.rewritten}
        dropped = {source.oid: new for source, new in self.dropped}
        return {**rewritten, **dropped, **self.ends}


def make_rewrite(
    repo: Repository,
    objects: NewObjects,
    drafts: SeriesDraft,
    committer: bytes,
    watch: Watch = PATIENT,
) -> Rewrite:
    """Make commits of the drafts, in memory; their objects are added to ``objects``.

    ``committer`` is the value of the header field. A draft that equals its source in
    every field is the source commit itself, with its signature and its committer.

    Where a parent has another tree now, the commit is cherry-picked onto it, as by
    git-rebase(1); a merge is merged again, or cherry-picked for each of its parents.

    ``watch`` hears how many of the sources are done. Raises InvalidPlan where no
    commit is left, what :meth:`Replay.tree` raises, and GivenUp.
    """
    writer = _Writer.of(repo, objects, drafts, committer)
    for done, source in enumerate(writer.sources):
        watch.come_to(done, len(writer.sources))
        writer.write(source)
    return writer.rewrite()


class CleanPart(NamedTuple):
    """The new commits up to the first conflict, and the sources from there on.

    ``unmade`` is the number of drafts that the rest has. Without a conflict there is
    none.
    """

    commits: tuple[WrittenCommit, ...]
    rest: tuple[Oid, ...] = ()
    unmade: int = 0
    conflict: ReplayConflict | None = None


def make_until_conflict(
    repo: Repository,
    objects: NewObjects,
    drafts: SeriesDraft,
    committer: bytes,
    watch: Watch = PATIENT,
) -> CleanPart:
    """Make commits up to the first conflict.

    Arguments and errors are those of :func:`make_rewrite`, but for ReplayConflict.
    """
    writer = _Writer.of(repo, objects, drafts, committer)
    for done, source in enumerate(writer.sources):
        watch.come_to(done, len(writer.sources))
        try:
            writer.write(source)
        except ReplayConflict as conflict:
            made, rest = tuple(writer.written), drafts.layout.order[done:]
            return CleanPart(made, rest, len(drafts.drafts) - len(made), conflict)
    return CleanPart(tuple(writer.written))


def partial_rewrite(
    series: Series, commits: Sequence[WrittenCommit], ends: Mapping[Oid, Oid]
) -> Rewrite:
    """The rewrite of the series as far as its commits are known.

    ``ends`` stand for commits that git is to make; the new HEAD isn't known yet.
    """
    sources = [s for c in commits for s in (c.draft.source, *c.draft.squashed)]
    there = {source.oid for source in sources}
    return Rewrite(
        *(series.head, NO_OBJECT, EMPTY_TREE, EMPTY_TREE),
        rewritten=tuple(
            RewrittenCommit(old, new, new) for old, new in ends.items() if old in there
        ),
        commits=tuple(commits),
        dropped=tuple(
            (source, ends[source.oid])
            for source in series.commits
            if source.oid in ends and source.oid not in there
        ),
    )


def _drafts_by_source(
    drafts: Iterable[CommitDraft],
) -> dict[Oid, tuple[CommitDraft, ...]]:
    """The drafts of each source commit."""
    pieces: dict[Oid, tuple[CommitDraft, ...]] = {}
    for draft in drafts:
        pieces[draft.place] = (*pieces.get(draft.place, ()), draft)
    return pieces


class _Writer(Struct):
    """The state of one rewrite, as git's sequencer has it: old commits to new ones.

    ``sources`` are the original commits in their new order. ``moved`` maps each to the
    last new commit made of it; a dropped one to its new parent, or None where it was a
    root. ``trees`` maps a commit to its original tree and to the tree now at its place.
    """

    objects: NewObjects
    replay: Replay
    committer: bytes
    whole: SeriesDraft
    sources: tuple[SourceCommit, ...]
    drafts: dict[Oid, tuple[CommitDraft, ...]]
    moved: dict[Oid, Oid | None] = field(default_factory=dict)
    trees: dict[Oid | None, tuple[Oid, Oid]] = field(default_factory=dict)
    written: list[WrittenCommit] = field(default_factory=list)
    rewritten: list[RewrittenCommit] = field(default_factory=list)
    dropped: list[tuple[SourceCommit, Oid]] = field(default_factory=list)
    given_up: list[tuple[SourceCommit, Oid]] = field(default_factory=list)
    ends: dict[Oid, Oid] = field(default_factory=dict)

    @classmethod
    def of(
        cls, repo: Repository, objects: NewObjects, drafts: SeriesDraft, who: bytes
    ) -> "_Writer":
        """A writer that has written nothing yet."""
        by_id = {source.oid: source for source in drafts.series.commits}
        sources = tuple(by_id[oid] for oid in drafts.layout.order)
        pieces = _drafts_by_source(drafts.drafts)
        assert pieces.keys() <= by_id.keys(), "drafts are made from these commits"
        replay = Replay(repo, objects)
        return cls(objects, replay, who, drafts, sources, pieces)

    def write(self, source: SourceCommit) -> None:
        """Make the commits of one source, map it to another's, or drop it."""
        drafts = self.drafts.get(source.oid, ())
        if source.oid in self.moved:
            return  # it was written with the range that it is in
        if leader := self.whole.layout.into.get(source.oid):
            self._follow(source, leader)
        elif not drafts:
            self._drop(source, self.whole.layout.parents[source.oid])
        elif self._is_merged_already(source):
            self._drop(source, self._parents_left(source))
        else:
            self._write_chain(source, drafts)

    def rewrite(self) -> Rewrite:
        """The rewrite that was written; raises InvalidPlan where no commit is left."""
        series = self.whole.series
        last = self.sources[-1].oid
        new_head = self.moved.get(last)
        if new_head is None:
            raise InvalidPlan(
                "The plan leaves no commit of the series, not even a root.",
                hint="Keep a commit.",
            )
        head = next(c for c in series.commits if c.oid == series.head)
        return Rewrite(
            *(series.head, new_head, head.raw.tree, self.trees[last][1]),
            rewritten=tuple(self.rewritten),
            commits=tuple(self.written),
            dropped=tuple(self.dropped),
            given_up=tuple(self.given_up),
            ends=self.ends,
        )

    def _write_chain(
        self, source: SourceCommit, drafts: tuple[CommitDraft, ...]
    ) -> None:
        """Write the drafts of one source commit, or range, each on the one before."""
        parents = self._new_parents(source)
        made: list[WrittenCommit] = []
        was, now = self._parent_trees(source)
        for draft in drafts:
            original = self._tree_of(draft, was)
            tree = self._on_new_parents(source, original)
            tree = self._with_squashed(draft, tree)
            if draft.role != "piece" and _is_source(draft, tree, parents):
                oid = draft.source.oid
            else:
                oid = self._commit(draft, tree, parents)
            is_emptied = tree == now and original != was
            made.append(WrittenCommit(draft, oid, tree, is_emptied))
            was, now, parents = original, tree, (oid,)
        self.written += made
        for each in self.whole.layout.ranges.get(source.oid, (source,)):
            self._record(each, made[-1].oid, made[-1].tree)
        if source.oid in self.whole.layout.ranges:
            commits = self.whole.layout.ranges[source.oid]
            self._record_range(commits, made)
            if source.oid in self.whole.layout.above:
                self.ends |= {commits[-1].oid: made[-1].oid}
        elif made[-1].oid != source.oid:
            owner = next((c.oid for c in made if c.draft.role != "piece"), parents[0])
            self.rewritten.append(RewrittenCommit(source.oid, made[-1].oid, owner))

    def _record_range(
        self, commits: Sequence[SourceCommit], made: Sequence[WrittenCommit]
    ) -> None:
        """What becomes of each commit of a range: it has an heir, or is given up."""
        heirs = {c.draft.source.oid: c.oid for c in made if c.draft.role == "owner"}
        main = {oid: each.oid for each in made for oid in each.draft.inherits}
        for commit in commits:
            heir = heirs.get(commit.oid)
            if not commit.is_stored:
                continue  # what isn't committed is no commit that could be given up
            if heir is None:
                self.given_up.append((commit, main.get(commit.oid, made[-1].oid)))
            elif heir != commit.oid:
                self.rewritten.append(RewrittenCommit(commit.oid, heir, heir))

    def _record(self, source: SourceCommit, oid: Oid | None, tree: Oid) -> None:
        self.moved[source.oid] = oid
        self.trees[source.oid] = (source.raw.tree, tree)

    def _follow(self, source: SourceCommit, leader: Oid) -> None:
        """Map a squashed commit to the one that it was squashed into."""
        oid = self.moved[leader]
        assert oid is not None, "a commit is squashed into one that is there"
        self._record(source, oid, self.trees[leader][1])
        self.rewritten.append(RewrittenCommit(source.oid, oid, oid))

    def _drop(self, source: SourceCommit, parents: tuple[Oid, ...]) -> None:
        """Drop the commit: its children get the first of these parents."""
        if not parents:
            self._record(source, None, EMPTY_TREE)
            return
        parent = self.moved.get(parents[0], parents[0])
        self._record(source, parent, self._trees_of(parents[0])[1])
        if parent is not None:
            self.dropped.append((source, parent))

    def _old_parents(self, source: SourceCommit) -> tuple[Oid, ...]:
        """What the source was done on: its parents; of a squashed branch its base."""
        return self.whole.layout.above.get(source.oid, source.raw.parents)

    def _parents_left(self, source: SourceCommit) -> tuple[Oid, ...]:
        """The source's parents in the new order, without those dropped with a root."""
        parents = self.whole.layout.parents[source.oid]
        return tuple(p for p in parents if self.moved.get(p, p) is not None)

    def _new_parents(self, source: SourceCommit) -> tuple[Oid, ...]:
        """The new commits that are the source's parents."""
        parents = self.whole.layout.parents[source.oid]
        return tuple([new for p in parents if (new := self.moved.get(p, p))])

    def _is_merged_already(self, source: SourceCommit) -> bool:
        """Whether a merge has nothing left to merge: git's rebase drops such a one."""
        parents = self._old_parents(source)
        if len(parents) != 2:
            return False
        new = self._new_parents(source)
        if new[1:] == parents[1:]:
            return False
        return len(new) < 2 or self.replay.is_ancestor(new[1], new[0])

    def _parent_trees(self, source: SourceCommit) -> tuple[Oid, Oid]:
        """The first parent's tree before and now."""
        old, new = self._old_parents(source), self.whole.layout.parents[source.oid]
        was = self._trees_of(old[0])[0] if old else EMPTY_TREE
        return was, self._trees_of(new[0])[1] if new else EMPTY_TREE

    def _trees_of(self, commit: Oid) -> tuple[Oid, Oid]:
        """The commit's own tree, and the tree at its place now."""
        if commit not in self.trees:
            tree = self.objects.read_commit(commit).tree
            self.trees[commit] = (tree, tree)
        return self.trees[commit]

    def _on_new_parents(self, source: SourceCommit, tree: Oid) -> Oid:
        """Cherry-pick: the change from old parent to commit, on the new parent's tree.

        ``tree`` is the commit's own, or that of a piece of it.
        """
        was, now = self._parent_trees(source)
        if len(self._old_parents(source)) < 2:
            return tree if was == now else self.replay.tree(source, was, tree, now)
        return self._merge_again(source, tree)

    def _merge_again(self, source: SourceCommit, tree: Oid) -> Oid:
        """The tree of a merge commit whose parents were rewritten.

        Where git's own merge of the old parents gives the old tree, git merges the new
        ones. Any other merge ("evil", with changes of its own) keeps its tree where the
        parents' trees are unchanged; else each parent's change is cherry-picked.
        """
        pairs = [
            (self._trees_of(old)[0], self._trees_of(new)[1])
            for old, new in zip(
                source.raw.parents, self.whole.layout.parents[source.oid], strict=True
            )
        ]
        if all(was == now for was, now in pairs):
            return tree
        if self.replay.is_plain_merge(source):
            return self.replay.merge(source, self._new_parents(source))
        for was, now in pairs:
            if was != now:
                tree = self.replay.tree(source, was, tree, now)
        return tree

    def _with_squashed(self, draft: CommitDraft, tree: Oid) -> Oid:
        """Cherry-pick the commits squashed into the draft onto its tree, in order."""
        for source in draft.squashed:
            parents = source.raw.parents
            was = self._trees_of(parents[0])[0] if parents else EMPTY_TREE
            if was == tree:
                tree = source.raw.tree
            else:
                tree = self.replay.tree(source, was, source.raw.tree, tree)
        return tree

    def _tree_of(self, draft: CommitDraft, before: Oid) -> Oid:
        """The tree of a draft whose parents are as they were.

        ``before`` is that of the piece before it, or of the first parent.
        """
        raw = draft.source.raw
        if draft.tree is not None:
            return draft.tree
        if draft.role == "same":
            return raw.tree
        return tree_with(self.objects, before, draft.paths)

    def _commit(self, draft: CommitDraft, tree: Oid, parents: tuple[Oid, ...]) -> Oid:
        """Make a commit of the draft; its id."""
        _refuse_nul(draft)
        # Jujutsu's header is an identity like the Change-Id: one commit keeps it.
        gone = {b"change-id"} if draft.role == "piece" else set[bytes]()
        if len(parents) < 2 <= len(draft.source.raw.parents):
            gone.add(b"mergetag")  # a merge goes on as a commit that is none
        commit = draft.source.raw.with_fields(
            tree=tree,
            parents=parents,
            committer=self.committer,
            message=draft.message,
            without=frozenset(gone),
        )
        return self.objects.add("commit", commit.serialize())


def _refuse_nul(draft: CommitDraft) -> None:
    """Raise InvalidPlan for a NUL byte in the message that its source doesn't have.

    Git refuses it in the message of a new commit, too.
    """
    if has_new_nul(draft.message, draft.source.raw.message):
        raise InvalidPlan(
            f"The message of “{printable(subject_of(draft.message))}” has a NUL byte,"
            " which git doesn't allow.",
            hint="Remove it from the message.",
        )


def _is_source(draft: CommitDraft, tree: Oid, parents: tuple[Oid, ...]) -> bool:
    """Whether the draft would be its source commit again."""
    raw = draft.source.raw
    same = (tree, parents, draft.message) == (raw.tree, raw.parents, raw.message)
    return same and draft.source.is_stored
