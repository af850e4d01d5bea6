"""What there is to tell of a dry run or a rewrite, as values without words.

Reports are made from :class:`DryRun` and :class:`RewriteFindings`; the other classes
are their parts. What two formats would both have to find out is found out here, once.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import GitsplitError
from gitsplit.model.change_id import (
    IdRules,
    IncompleteTrailer,
    PushProperty,
    incomplete_trailers,
)
from gitsplit.model.diff import (
    CommitSize,
    Edit,
    FileChange,
    TextEdit,
    edits_by_file,
    hunks_of,
)
from gitsplit.model.given_up import NotContinued, not_continued_in
from gitsplit.model.objects import Oid, RawCommit
from gitsplit.model.plan import DROPPED, Plan, without_empty_groups
from gitsplit.model.series import CommitDraft, SourceCommit, Uncommitted
from gitsplit.model.todo import Entry, Todo

if TYPE_CHECKING:
    from gitsplit.model.by_hand import ByHand
    from gitsplit.planfile.document import PlanDocument
    from gitsplit.proposal.advice import Advice
    from gitsplit.proposal.flaws import Flaw
    from gitsplit.proposal.propose import Proposals
    from gitsplit.report.absorbed import AbsorbedHunk


NO_TREE = Oid("")
"""Stands for the tree of a commit made of a patch, which tells nobody anything."""


class ResultCommit(Struct, frozen=True):
    """A commit of the new history, made by a rewrite or kept as it was.

    ``change_id`` is the one in its message, None where it has none, ``original_id``
    the one that it continues. ``is_emptied`` says that nothing is left of what it did,
    because of what was dropped before it, ``is_moved`` that it is in another place than
    it was.
    """

    draft: CommitDraft
    oid: Oid
    tree: Oid
    change_id: bytes | None
    is_emptied: bool = False
    is_moved: bool = False
    original_id: bytes | None = None

    @property
    def keeps_id(self) -> bool:
        """Whether it continues a change that reviewers may know."""
        return self.change_id is not None and self.change_id == self.original_id

    @property
    def is_new_change(self) -> bool:
        """Whether it is a change that no reviewer knows."""
        return self.change_id is not None and not self.keeps_id


class FileEdits(Struct, frozen=True):
    """The edits of one file that a commit has, in their order.

    ``commit`` is the number of the commit of the range, from 0, that they were in; None
    where they were in several.
    """

    path: bytes
    edits: tuple[Edit, ...]
    commit: int | None = 0

    @property
    def lines(self) -> int:
        """The number of lines added and removed."""
        texts = (e for e in self.edits if isinstance(e, TextEdit))
        return sum(len(edit.old) + len(edit.new) for edit in texts)


def edits_of_files(
    changes: Sequence[FileChange], edits: Iterable[Edit]
) -> tuple[FileEdits, ...]:
    """The edits by the files that they are of, both in their order."""
    return tuple(
        FileEdits(
            changes[file].path,
            own,
            changes[file].commit if changes[file].origins is None else None,
        )
        for file, own in edits_by_file(edits)
    )


class SplitPart(Struct, frozen=True):
    """One of the commits that a commit is split into.

    ``by_hand`` are the paths of files that were edited in it, ``reason`` says why its
    edits belong together, ``border`` why they are apart from those of the commit
    before; both are empty where that isn't known. ``flaws`` are what is wrong with the
    order: what doesn't parse in it, or is used too soon. ``changes`` is its diff, where
    that was asked for. ``hunks`` is how many it has, or has lines of, ``divided`` those
    of which other lines are in another place, ``size`` what ``git show --shortstat``
    says of it.
    """

    commit: ResultCommit
    files: tuple[FileEdits, ...]
    by_hand: tuple[bytes, ...] = ()
    reason: str = ""
    border: str = ""
    flaws: "tuple[Flaw, ...]" = ()
    changes: tuple[FileChange, ...] = ()
    hunks: int = 0
    divided: int = 0
    size: CommitSize = CommitSize()


class UnsaidText(Struct, frozen=True):
    """What a commit's message said, part by part, and none of the new ones says."""

    commit: Oid
    parts: tuple[bytes, ...]


class Split(Struct, frozen=True):
    """How a commit of so many files and hunks is split.

    ``dropped`` is what no commit takes, ``unsaid`` what none of the messages says of
    the original's, ``trailers`` are those that some parts lack, ``given_up`` the
    commits of a range that no part continues, ``commits`` all those of a range.
    ``shortcut`` says what was done to have a proposal in time, where it was;
    ``advice`` is what guides say of new commits, ``unshown`` what of each never shows.
    ``is_one_change`` that no more than one commit is proposed, ``is_uncommitted`` that
    what is dropped wasn't committed; ``absorbed`` has each hunk of that, where it is
    for the commits of a range.
    """

    files: int
    hunks: int
    parts: tuple[SplitPart, ...]
    dropped: tuple[FileEdits, ...] = ()
    unsaid: tuple[UnsaidText, ...] = ()
    trailers: tuple[IncompleteTrailer, ...] = ()
    shortcut: str = ""
    given_up: tuple[NotContinued, ...] = ()
    commits: tuple[SourceCommit, ...] = ()
    advice: "tuple[Advice, ...]" = ()
    is_one_change: bool = False
    is_uncommitted: bool = False
    absorbed: "tuple[AbsorbedHunk, ...]" = ()
    unshown: Mapping[int, int] = {}

    @property
    def fate_of_dropped(self) -> str:
        """What becomes of what no commit takes, in words."""
        return "stays uncommitted" if self.is_uncommitted else "left out"


class CommitFate(Struct, frozen=True):
    """What would become of one commit of the series.

    ``commits`` are those that it becomes: none where it is dropped or squashed.
    ``complaints`` are sentences on what stands against that; ``split`` is None where
    the commit isn't split; ``is_one_change`` says that it seems to have no reason to
    be. ``changes`` is the diff of one that others are squashed into, where that was
    asked for.
    """

    entry: Entry
    commits: tuple[ResultCommit, ...]
    complaints: tuple[str, ...] = ()
    split: Split | None = None
    changes: tuple[FileChange, ...] = ()
    is_one_change: bool = False


def commit_fates(
    todo: Todo,
    commits: Iterable[ResultCommit],
    proposals: "Mapping[Oid, Proposals]",
    complaints: Mapping[Oid, Sequence[str]],
    ids: IdRules,
) -> Iterator[CommitFate]:
    """What would become of each commit, in the order of the todo list.

    ``proposals`` are those for the commits whose plans are proposed, ``complaints`` are
    what stands against applying it, by the commits that it is about.
    """
    becomes: dict[Oid, list[ResultCommit]] = {oid: [] for oid in todo.order}
    for each in commits:
        becomes[each.draft.place].append(each)
    for entry in todo.entries:
        own, split = [one for each in entry.commits for one in becomes[each.oid]], None
        if entry.action == "split" and entry.plan is not None and own:
            plan = without_empty_groups(entry.plan)
            split = _split(entry, plan, own, proposals.get(entry.oid), ids)
        against = tuple(complaints.get(entry.oid, ()))
        is_one = entry.action == "pick" and entry.oid in proposals
        yield CommitFate(entry, tuple(own), against, split, is_one_change=is_one)


def _split(
    entry: Entry,
    plan: Plan,
    commits: Sequence[ResultCommit],
    proposals: "Proposals | None",
    ids: IdRules,
) -> Split:
    members = plan.edits_by_group()
    pairs = zip(range(len(plan.groups)), commits, strict=True)
    messages = {n: commit.draft.message for n, commit in enumerate(commits, 1)}
    hunks = {group: hunks_of(plan.changes, own) for group, own in members.items()}
    homes = Counter(hunk for own in hunks.values() for hunk in own)
    return Split(
        files=len(plan.threads),
        hunks=len(hunks_of(plan.changes, plan.edits)),
        parts=tuple(
            replace(
                _part(plan, group, members.get(group, ()), commit, proposals),
                hunks=len(hunks.get(group, ())),
                divided=sum(homes[hunk] > 1 for hunk in hunks.get(group, ())),
            )
            for group, commit in pairs
        ),
        dropped=edits_of_files(plan.changes, members.get(DROPPED, ())),
        unsaid=tuple(text_unsaid([entry], lambda _: tuple(messages.values()))),
        trailers=(
            ()
            if entry.rest
            else incomplete_trailers(entry.commit.raw.message, messages, ids)
        ),
        shortcut=proposals.shortcut if proposals else "",
        given_up=tuple(commits_not_continued(entry, commits, ids)),
        commits=entry.commits if entry.rest else (),
        is_uncommitted=not entry.commits[-1].is_stored,
        is_one_change=len(plan.groups) == 1 and proposals is not None,
    )


def _part(
    plan: Plan,
    group: int,
    edits: Sequence[Edit],
    commit: ResultCommit,
    proposals: "Proposals | None",
) -> SplitPart:
    from gitsplit.proposal.flaws import flaws_of  # reports of a rewrite need none

    overrides = (each.file for each in plan.overrides if each.group == group)
    return SplitPart(
        commit,
        edits_of_files(plan.changes, edits),
        by_hand=tuple(plan.changes[file].path for file in overrides),
        reason=plan.groups[group].reason,
        border=proposals.border(plan, group - 1, group) if proposals and group else "",
        flaws=tuple(flaw for flaw in flaws_of(plan) if flaw.group == group),
    )


class Review(Struct, frozen=True):
    """What reviewers on Gerrit will see of a rewrite; commits go by their numbers.

    ``patch_sets`` are the changes whose next patch set does something else than the
    last; ``new`` are changes that no reviewer knows, ``lacking`` is what the original
    may have on the server and they won't. ``open`` are changes that no commit
    continues, each with what was done to its commit.
    """

    patch_sets: tuple[tuple[int, bytes], ...] = ()
    new: tuple[int, ...] = ()
    lacking: tuple[PushProperty, ...] = ()
    has_reviewers: bool = False
    open: tuple[tuple[bytes, Entry], ...] = ()


NOT_INHERITED: Sequence[PushProperty] = ("topic", "hashtags", "wip")
"""What a new change doesn't have from the original, but a push can set for all."""


def review_of(
    todo: Todo,
    commits: Sequence[ResultCommit],
    ids: Mapping[Oid, bytes],
    given: frozenset[PushProperty],
) -> Review:
    """What reviewers will see, as a real server has it.

    The change whose id is kept gets a patch set, its votes drop and its open comments
    follow; the others are new changes. ``ids`` has the Change-Ids of the commits as
    they were, but for those that are merged already, ``given`` is what a push gives
    all changes.
    """
    new = {n: each for n, each in enumerate(commits, 1) if each.is_new_change}
    was_there = any(each.draft.source.oid in ids for each in new.values())
    kept = {each.change_id for each in commits}
    return Review(
        tuple(_patch_sets(commits, frozenset(ids.values()))),
        tuple(new),
        tuple(each for each in NOT_INHERITED if was_there and each not in given),
        "reviewers" in given,
        tuple(
            (ids[entry.oid], entry)
            for entry in todo.entries
            if entry.oid in ids and not entry.rest and ids[entry.oid] not in kept
        ),
    )


def _patch_sets(
    commits: Sequence[ResultCommit], under_review: frozenset[bytes]
) -> Iterator[tuple[int, bytes]]:
    for number, each in enumerate(commits, 1):
        is_other = each.draft.role == "owner" or bool(each.draft.squashed)
        kept = each.change_id if each.keeps_id and is_other else None
        is_kept = each.oid == each.draft.source.oid
        if kept is not None and kept in under_review and not is_kept:
            yield number, kept


class Preview(Struct, frozen=True):
    """What applying the work would come to.

    ``rewrite`` is what would be told afterwards, None where nothing would change.
    ``warnings`` are about what others committed; ``refusal`` is the error that applying
    would end in, None where it wouldn't.
    """

    commits: tuple[CommitFate, ...]
    rewrite: "RewriteFindings | None" = None
    warnings: tuple[str, ...] = ()
    refusal: GitsplitError | None = None


class IndexEntry(Struct, frozen=True):
    """What an index has at a path; ``mode`` is 0 where it has nothing."""

    path: bytes
    mode: int
    oid: Oid


class Recipe(Struct, frozen=True):
    """How a commit is made of what the original commits have.

    In the tree ``base`` (empty: of no files) the ``entries`` are put, for some of which
    the ``blobs`` are made first; then the ``changes`` are applied. ``base`` is None
    where the original commits have the tree. ``parents`` are ids, or the numbers, from
    0, of commits that were made before.
    """

    commit: RawCommit
    parents: tuple[int | Oid, ...]
    base: str | None = None
    blobs: tuple[bytes, ...] = ()
    entries: tuple[IndexEntry, ...] = ()
    changes: tuple[FileChange, ...] = ()


class Recipes(Struct, frozen=True):
    """How the commits of a rewrite are made, in their order.

    ``moves`` are refs with their values, old and new, HEAD's first; NO_OBJECT is the
    old one of a branch that is made. Of what wasn't committed, ``staged`` are the
    entries of the index that change, and ``contents`` what they need besides.
    """

    old_head: Oid
    commits: tuple[Recipe, ...]
    moves: tuple[tuple[str, Oid, int | Oid], ...]
    staged: tuple[IndexEntry, ...] = ()
    contents: tuple[bytes, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        """Whether no ref moves; HEAD does where commits are only left out."""
        return all(old == new for _, old, new in self.moves)


class DryRun(Struct, frozen=True):
    """All that a dry run may tell; each format asks for what it tells.

    ``plans`` are those of the commits that are split, ``unshown`` how many lines of the
    new ones never show; ``shortcuts`` says what was done to have proposals in time,
    ``refused`` why there is none. What takes time, or may itself be refused, is found
    out when it is asked for: ``plan``, the proposals as a plan file has them,
    ``preview``, which raises what stands against the series as a whole, and
    ``recipes``, which raises whatever stands against it. ``by_hand`` finds git commands
    for the same, where they are asked for. ``has_branches`` says that branches are to
    be made, ``is_given`` that the plan is the user's; ``has_patch`` asks for messages
    and diffs in full, ``is_patch`` says that commits are made of a patch, without plan.
    """

    plans: Mapping[Oid, Plan]
    shortcuts: Mapping[Oid, str]
    refused: Mapping[Oid, GitsplitError]
    plan: "Callable[[], PlanDocument]"
    preview: Callable[[], Preview]
    recipes: Callable[[], Recipes]
    has_branches: bool = False
    is_given: bool = False
    by_hand: "Callable[[], ByHand] | None" = None
    has_patch: bool = False
    is_patch: bool = False
    unshown: Mapping[Oid, Mapping[int, int]] = {}


Where = Literal["not staged", "untracked", "nowhere", "later"]
"""Where dropped edits are: in files of the worktree, or nowhere.

``later`` stands for files that later commits rename or change again.
"""


class DroppedEdits(Struct, frozen=True):
    """Edits that were dropped from a commit, all of which are in the same state now."""

    commit: Oid
    where: Where
    files: tuple[FileEdits, ...]


def edits_left_out(
    todo: Todo, changed: Mapping[bytes, bool], *, is_kept: bool
) -> Iterator[DroppedEdits]:
    """The edits that each commit lost, by where they are now.

    ``changed`` are the paths at which HEAD's tree is another now, each with whether it
    still has a file there; ``is_kept`` says that the worktree's files stay as they
    were.
    """
    for entry in todo.entries:
        if entry.action != "split" or entry.plan is None:
            continue
        found: dict[tuple[int | None, Where], list[FileEdits]] = {}
        dropped = entry.plan.edits_by_group().get(DROPPED, ())
        for file in edits_of_files(entry.plan.changes, dropped):
            where = _where(changed.get(file.path), is_kept)
            found.setdefault((file.commit, where), []).append(file)
        for (commit, where), files in found.items():
            source = entry.commits[-1 if commit is None else commit]
            yield DroppedEdits(source.oid, where, tuple(files))


def _where(is_in_head: bool | None, is_kept: bool) -> Where:
    """Where the dropped edits of a file are.

    ``is_in_head`` says whether HEAD still has a file at the path; None where HEAD is
    there as it was.
    """
    if is_in_head is None:
        return "later"
    if not is_kept:
        return "nowhere"
    return "not staged" if is_in_head else "untracked"


class RewriteFindings(Struct, frozen=True):
    """What a rewrite did, and what it left alone.

    ``moved`` are refs with their new values, ``left`` those that stay, each with the
    reason as a clause. ``old_tree`` is the one that HEAD had. ``gone`` are the commits
    that the series has no more, each with the Change-Id that went with it, and
    ``trailers``, for each split commit, those that not every new commit has;
    ``unsaid`` is what no new message says of the originals'; ``flaws`` are what is
    wrong with the order, each with the number of new commits before those it counts.
    ``unsigned`` is the number of commits that lost their signature. ``made`` are the
    branches that there weren't before, each with the number of its commit. ``push`` are
    the commands that push it for review, ``stack`` those that send the branches, one
    after the other. Of what wasn't committed, which is the ``source`` then, some was
    staged otherwise, and written over: ``overwritten`` has the paths, with what was
    staged there. ``later`` files were changed after it was read. ``is_stopped`` says
    that a rebase has stopped here.
    """

    todo: Todo
    commits: tuple[ResultCommit, ...]
    moved: tuple[tuple[str, Oid], ...]
    left: tuple[tuple[str, str], ...]
    old_tree: Oid
    gone: tuple[tuple[Entry, bytes | None], ...] = ()
    given_up: tuple[NotContinued, ...] = ()
    trailers: tuple[tuple[IncompleteTrailer, ...], ...] = ()
    dropped: tuple[DroppedEdits, ...] = ()
    unsaid: tuple[UnsaidText, ...] = ()
    flaws: "tuple[tuple[int, Flaw], ...]" = ()
    unsigned: int = 0
    made: tuple[tuple[int, str], ...] = ()
    review: Review | None = None
    push: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    stack: tuple[str, ...] = ()
    source: Uncommitted | None = None
    overwritten: tuple[tuple[bytes, Oid], ...] = ()
    later: int = 0
    is_stopped: bool = False

    @property
    def absorbs(self) -> bool:
        """Whether what wasn't committed has become part of commits."""
        return self.source is not None and self.old_commits > 0

    @property
    def old_commits(self) -> int:
        """How many commits there were in the place of the new ones."""
        every = (commit for entry in self.todo.entries for commit in entry.commits)
        return sum(commit.is_stored for commit in every)


def text_unsaid(
    entries: Iterable[Entry], messages: Callable[[Entry], tuple[bytes, ...]]
) -> Iterator[UnsaidText]:
    """What of each commit's message that is split no new one says.

    ``messages`` gives the new ones of an entry.
    """
    for entry in entries:
        if entry.action != "split":
            continue
        original, said = entry.commit.raw.message, messages(entry)
        if original.rstrip() not in {message.rstrip() for message in said}:
            from gitsplit.model.part_homes import text_left_out  # needed seldom

            if parts := text_left_out(original, said):
                yield UnsaidText(entry.oid, parts)


def commits_not_continued(
    entry: Entry, commits: Sequence[ResultCommit], ids: IdRules
) -> Iterator[NotContinued]:
    """The commits of a range that no new one continues; none of another entry.

    ``commits`` are numbered as they stand; those of other entries may be among them.
    """
    if not entry.rest:
        return iter(())  # of the many entries of a series hardly one is a range
    own = [n for n, each in enumerate(commits, 1) if each.draft.place == entry.oid]
    return not_continued_in(entry, own, {each.change_id for each in commits}, ids)


def gone_commits(
    todo: Todo, commits: Sequence[ResultCommit], ids: IdRules
) -> Iterator[tuple[Entry, bytes | None]]:
    """The commits that the series has no more.

    Each with its Change-Id, where it was squashed and no commit has that any more.
    """
    kept = {commit.change_id for commit in commits}
    for entry in todo.entries:
        if entry.action in ("squash", "fixup"):
            change_id = ids.of(entry.commit.raw.message)
            yield entry, None if change_id in kept else change_id
        elif entry.action == "drop":
            yield entry, None


def trailers_left_behind(
    commits: Sequence[ResultCommit], ids: IdRules
) -> Iterator[tuple[IncompleteTrailer, ...]]:
    """For each split commit the trailers that not every new commit has."""
    parts: dict[Oid, dict[int, bytes]] = {}
    originals: dict[Oid, bytes] = {}
    for number, each in enumerate(commits, 1):
        source = each.draft.source
        if each.draft.range_start is not None:
            continue  # whose they are in a range, the plan says
        parts.setdefault(source.oid, {})[number] = each.draft.message
        originals[source.oid] = source.raw.message
    for oid, messages in parts.items():
        yield incomplete_trailers(originals[oid], messages, ids)
