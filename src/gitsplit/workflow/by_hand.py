"""The stock git commands for a split, in the order in which they are typed.

What they are to come to is what gitsplit makes of the plan. They are tried out first
(:mod:`gitsplit.git.rehearsal`): commands that make other trees are never shown.
Promised are trees, messages, authors and dates, not ids, committer and other headers.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from gitsplit.git.rehearsal import (
    always_changed,
    is_staged,
    overlooked,
    rehearsal,
    stash_to_restore,
    undoes_diff_options,
)
from gitsplit.git.repository import Repository
from gitsplit.git.trees import EMPTY_TREE, NewObjects, PathPair, changed_paths
from gitsplit.git.write import Rewrite, WrittenCommit
from gitsplit.model.by_hand import (
    ByHand,
    Command,
    Step,
    Word,
    pathspec_options,
)
from gitsplit.model.escape import printable
from gitsplit.model.listing import name_list
from gitsplit.model.message import subject_of
from gitsplit.model.objects import Oid, without_room
from gitsplit.model.plan import DROPPED, DropTo
from gitsplit.model.series import SourceCommit
from gitsplit.model.todo import Entry
from gitsplit.workflow.commit_commands import CommitDesk, NotTaught, encoding_options
from gitsplit.workflow.staging import (
    NotStaged,
    Staging,
    neutral_options,
)
from gitsplit.workflow.work import Work


def by_hand(  # noqa: PLR0913 -- callers name the last
    repo: Repository,
    work: Work,
    objects: NewObjects,
    rewrite: Rewrite,
    drop_to: DropTo,
    *,
    is_done: bool = False,
) -> ByHand:
    """The commands that make the commits of the rewrite, or the reason for none.

    ``is_done`` says that the refs have moved: what isn't committed isn't asked for.
    """
    try:
        _refuse_untaught(repo, work)
        made: dict[Oid, list[WrittenCommit]] = {}
        for each in rewrite.commits:
            made.setdefault(each.draft.place, []).append(each)
        teacher = _Teacher(repo, work, objects, rewrite, drop_to, made)
        if is_done:
            return ByHand(tuple(teacher.steps()))
        if repo.snapshot is not None:
            return ByHand((*_unstaged(repo), *teacher.steps()))
        return ByHand(tuple(_from_here(repo, work, teacher.steps())))
    except NotTaught as why:
        return ByHand(reason=str(why))
    except NotStaged as why:
        paths = _names(why.paths)
        return ByHand(reason=f"No git commands were found that stage this: {paths}.")


def _names(paths: Sequence[bytes]) -> str:
    return name_list([printable(path) for path in paths])


def _unstaged(repo: Repository) -> Iterator[Step]:
    """What takes out of the index whatever is staged, where that is something."""
    if is_staged(repo):
        yield Step("unstage everything; the files stay", (Command(("reset", "-q")),))


def _from_here(repo: Repository, work: Work, steps: Iterator[Step]) -> Iterator[Step]:
    """The steps from where HEAD and the files are: stashed, and at the series."""
    restore, head = stash_to_restore(repo), work.series.head
    if restore is not None:
        if odd := always_changed(repo):
            raise NotTaught(
                f"git shows {_names(odd)} as modified however often it is checked out,"
                " so git stash can't clear it and git rebase refuses to start."
            )
        yield Step("stash uncommitted changes", (Command(("stash",)),))
    if repo.head() != head:
        there = Command(("checkout", "-q", "--detach", head[:10]))
        yield Step("check out the last commit", (there,))
    yield from steps
    if restore is not None and repo.head() == head:
        yield Step("restore uncommitted changes", (restore,))


def _refuse_untaught(repo: Repository, work: Work) -> None:
    """Raise NotTaught for what isn't taught, whatever the plan says."""
    if work.is_patch:
        raise NotTaught(
            "A patch has no commit in this repository that git could split."
        )
    for why in (*_reasons_here(repo, work), *_reasons_of_todo(work)):
        raise NotTaught(why)


def _reasons_here(repo: Repository, work: Work) -> Iterator[str]:
    split = [entry.oid for entry in work.todo.entries if entry.action == "split"]
    if repo.worktree is None:
        yield "A bare repository has no worktree to stage files from."
    if repo.config.get_bool("core.sparseCheckout"):
        yield "In a sparse checkout, git stages only files that are checked out."
    if repo.snapshot is not None:
        if repo.snapshot.source.kind == "staged":
            yield "Staged changes would be lost: they would have to be unstaged first."
        return
    if hidden := overlooked(repo):
        yield (
            f"git is told to ignore changes in {_names(hidden)} (skip-worktree or"
            " assume-unchanged), and may refuse to rebase or to stage them."
        )
    if repo.is_rebasing and split != [work.series.head]:
        yield "A rebase is in progress, and git can't start another one."


def _reasons_of_todo(work: Work) -> Iterator[str]:
    entries = work.todo.entries
    if any(entry.rest or entry.source for entry in entries):
        yield "git has no commands that split several commits together."
    if {entry.action for entry in entries} - {"split", "pick"}:
        yield "--teach shows splits only; this rewrites other commits, too."
    if work.todo.order != tuple(commit.oid for commit in work.series.commits):
        yield "--teach shows splits only; this reorders commits, too."


class _Teacher(Struct, frozen=True):
    """What the commands are found from; the new commits are ``made`` by their place."""

    repo: Repository
    work: Work
    objects: NewObjects
    rewrite: Rewrite
    drop_to: DropTo
    made: Mapping[Oid, Sequence[WrittenCommit]]

    @property
    def _split(self) -> Sequence[Entry]:
        return [entry for entry in self.work.todo.entries if entry.action == "split"]

    def _made(self, entry: Entry) -> Sequence[WrittenCommit]:
        """The commits that become of one."""
        return [each for each in self.made.get(entry.oid, ()) if each.oid != entry.oid]

    def steps(self) -> Iterator[Step]:
        """All steps; raises NotTaught and NotStaged."""
        self._refuse_reworded()
        split = [entry for entry in self._split if self._made(entry)]
        if not split:
            raise NotTaught("Nothing is split.")
        above = self._above(split[0])
        if above:
            yield Step("stop at the commit", (self._rebase(split, above),))
        for entry in split:
            yield from self._commit_steps(entry, bool(above))

    def _refuse_reworded(self) -> None:
        """Raise NotTaught where a commit that isn't split has another message."""
        for made in self.rewrite.commits:
            draft = made.draft
            if draft.role == "same" and draft.message != draft.source.raw.message:
                raise NotTaught(
                    "--teach shows splits only; this rewords other commits, too."
                )

    def _above(self, first: Entry) -> Sequence[SourceCommit]:
        """The commits from the first that is split on, if it isn't the last."""
        at = self.work.todo.place(first.oid)
        above = [entry.commit for entry in self.work.todo.entries[at:]]
        return above if len(above) > 1 else ()

    def _options_above(self) -> tuple[Word, ...]:
        """What keeps git from changing messages of the commits that aren't split.

        Raises NotTaught where they aren't all in one encoding.
        """
        config, entries = self.repo.config, self.work.todo.entries
        at = entries.index(self._split[0])
        picked = [e.commit.raw for e in entries[at:] if e.action == "pick"]
        ways = {encoding_options(config, raw) for raw in picked}
        if len(ways) > 1:
            raise NotTaught(
                "git rebase writes all messages in one encoding; these have several."
            )
        is_configured = config.get("commit.cleanup") is not None
        cleanup = ("-c", "commit.cleanup=verbatim") if is_configured else ()
        return (*(way for each in ways for way in each), *cleanup)

    def _rebase(self, split: Sequence[Entry], above: Sequence[SourceCommit]) -> Command:
        """``git rebase -i`` with its todo list; of one with merges what changes."""
        oid, raw = split[0].oid, split[0].commit.raw
        words: list[Word] = ["rebase", "-i"]
        if self.repo.config.get_bool("rebase.autoSquash"):
            words.append("--no-autosquash")
        shown, opened = above, {entry.oid for entry in split}
        if any(len(commit.raw.parents) > 1 for commit in above):
            words.append("--rebase-merges")
            shown = [commit for commit in above if commit.oid in opened]
            self._refuse_other_merges(above)
        words.append(f"{oid[:10]}~" if raw.parents else "--root")
        todo = "".join(
            f"{'edit' if commit.oid in opened else 'pick'} {commit.oid[:10]}"
            f" {printable(commit.subject)}\n"
            for commit in shown
        )
        return Command(tuple(words), texts=(todo.encode(),))

    def _refuse_other_merges(self, above: Sequence[SourceCommit]) -> None:
        """Raise NotTaught where git would make another merge than there is."""
        with rehearsal(self.repo, EMPTY_TREE, ()) as tried:
            for commit in above:
                parents = commit.raw.parents
                if len(parents) > 1 and (
                    len(parents) > 2 or tried.merged_tree(*parents) != commit.raw.tree
                ):
                    raise NotTaught(
                        f"git rebase would redo the merge {commit.oid[:10]} with"
                        " another result, or stop there with a conflict."
                    )

    def _commit_steps(self, entry: Entry, is_rebasing: bool) -> Iterator[Step]:
        raw, made = entry.commit.raw, self._made(entry)
        parents = raw.parents
        before = self.objects.read_commit(parents[0]).tree if parents else EMPTY_TREE
        left = changed_paths(self.objects, made[-1].tree, raw.tree)
        if left:
            self._refuse_left(entry, [*left])
        is_there = entry.commit.is_stored and self.repo.snapshot is None
        if is_there:
            reset = ("reset", "HEAD~") if parents else ("rm", "-rq", "--cached", ".")
            title = "undo the commit; its changes stay in the files"
            yield Step(title, (Command(reset),))
        pairs = changed_paths(self.objects, before, raw.tree)
        with rehearsal(self.repo, raw.tree, pairs) as tried:
            tried.begin(before)
            staging = Staging(
                tried,
                self.objects,
                {path: pair.after for path, pair in pairs.items()},
                entry.oid if is_there else None,
                neutral_options(self.repo.config),
                undoes_diff_options(self.repo),
            )
            desk = CommitDesk(self.repo, tried, entry.commit)
            for number, each in enumerate(made, 1):
                staged = staging.commands(before, each.tree)
                new = self.objects.read_commit(each.oid)
                amends = number == 1 and not parents and is_there
                commit = desk.commit(new, amends=amends, is_same=not staged)
                subject = printable(subject_of(new.message)) or "(no message)"
                yield Step(f"commit {number}: {subject}", (*staged, commit))
                before = each.tree
        yield from self._end(left, is_rebasing=is_rebasing)

    def _refuse_left(self, entry: Entry, paths: Sequence[bytes]) -> None:
        """Raise NotTaught where what is left out can't be stashed and restored."""
        plan = entry.plan
        assert plan is not None, "it is split"
        dropped = {
            path
            for edit, group in zip(plan.edits, plan.group_of, strict=True)
            if group == DROPPED
            for side in (plan.changes[edit.file].old, plan.changes[edit.file].new)
            if side
            for path in (side.path,)
        }
        if not dropped.issuperset(paths):
            raise NotTaught(
                "--teach can't show a file edited by hand for later commits, too."
            )
        if len(self._split) > 1:
            raise NotTaught(
                "--teach can't show lines left out where several commits are split."
            )
        for commit in self._above(entry)[1:]:
            parents = commit.raw.parents
            trees = [self.objects.read_commit(oid).tree for oid in parents]
            done = changed_paths(self.objects, (*trees, EMPTY_TREE)[0], commit.raw.tree)
            in_the_way = [*(done.keys() & paths), *without_room(done, {*paths})]
            if len(parents) != 1 or in_the_way:
                raise NotTaught(
                    f"{commit.oid[:10]} changes what is left out, too: git rebase may"
                    " stop there."
                )

    def _end(
        self, left: Mapping[bytes, PathPair], *, is_rebasing: bool
    ) -> Iterator[Step]:
        """What is left out stashed, the commits above, and what was left out."""
        tracked = sorted(path for path, pair in left.items() if pair.before)
        new = sorted(left.keys() - {*tracked})
        is_kept = bool(left) and is_rebasing and self.drop_to == "worktree"
        if left and self.drop_to == "discard":
            yield Step("discard what is left out", tuple(_discarding(tracked, new)))
        if is_kept:
            words: tuple[Word, ...] = ("stash",)
            if new:
                named = (*tracked, *new)
                words = (*pathspec_options(named), "stash", "push", "-u", "--", *named)
            yield Step("stash what is left out", (Command(words),))
        if is_rebasing:
            go_on = Command((*self._options_above(), "rebase", "--continue"))
            yield Step("continue with the commits above", (go_on,))
        if is_kept:
            back = Command(("stash", "pop"))
            yield Step("restore what was left out", (back,))


def _discarding(tracked: Sequence[bytes], new: Sequence[bytes]) -> Iterator[Command]:
    if tracked:
        yield Command((*pathspec_options(tracked), "checkout", "-q", "--", *tracked))
    if new:
        yield Command((*pathspec_options(new), "clean", "-fqx", "--", *new))
