"""Everything that a frame of the screen depends on, as one immutable value.

Undo and redo over immutable values: the past is kept, never recomputed (law 4).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import Generic, Literal, NamedTuple, TypeVar

from gitsplit.model.change_id import IdRules
from gitsplit.model.checks import Check, Outlook
from gitsplit.model.diff import Hunk, Span, lines_of
from gitsplit.model.memo import memo
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DropTo, Plan
from gitsplit.model.series import Series
from gitsplit.model.states import ContentMerge
from gitsplit.model.todo import Entry, Todo
from gitsplit.proposal.context import COPIED_TRAILERS
from gitsplit.proposal.propose import Proposals
from gitsplit.tui.diff.rows import FoldKey, Rows, diff_rows

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class History(Generic[Value]):
    """A present value, the ones before it and the ones taken back."""

    present: Value
    past: tuple[Value, ...] = ()
    future: tuple[Value, ...] = ()

    def then(self, value: Value) -> "History[Value]":
        """The history in which ``value`` follows; itself where nothing changed."""
        if value == self.present:
            return self
        return History(value, (*self.past, self.present))

    def undone(self) -> "History[Value]":
        """The history one step back; itself at the beginning."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future))

    def redone(self) -> "History[Value]":
        """The history one step forward again; itself where nothing was taken back."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.present), self.future[1:])


class Screen(Enum):
    """Which question the screen asks."""

    SERIES = auto()
    SPLIT = auto()
    COMMIT = auto()
    MESSAGES = auto()
    PREVIEW = auto()
    HELP = auto()


ONE_COMMIT = (Screen.SPLIT, Screen.COMMIT)
"""The screens about the commit that is open."""


LISTS = (Screen.SERIES, Screen.MESSAGES)
"""The screens on which a row is a commit."""


class Unit(Enum):
    """How much of the diff the cursor takes; each is wider than the one before."""

    LINES = auto()
    PIECE = auto()
    HUNK = auto()
    FILE = auto()
    DIRECTORY = auto()


class Purpose(StrEnum):
    """What a line is typed for; the word stands before it."""

    SUBJECT = "subject"
    SEARCH = "search"
    PIECE = "piece"


class ShellRequest(Enum):
    """What the state asks of the shell around it, which alone can do it."""

    APPLY = auto()
    QUIT = auto()
    INTERRUPT = auto()
    SUSPEND = auto()
    EDIT_MESSAGE = auto()
    EDIT_MESSAGES = auto()
    REWORD = auto()
    CHECK = auto()
    EDIT_FILE = auto()
    EDIT_FILE_FOR_GOOD = auto()
    PROPOSE = auto()


NO_IDS = IdRules()
"""How a repository uses Change-Ids that knows none."""


@dataclass(frozen=True, slots=True)
class SeriesInfo:
    """The series as it is in the repository, and the configuration that matters for it.

    ``name`` is the range as the user would name it. ``ref`` is the branch that will
    move (short), or "HEAD"; ``other_refs`` are the other branches at commits of the
    series, which move along. ``ids`` says how Change-Ids are used, ``change_ids`` has
    those of the commits that have one. ``drop_to`` says where lines go that are left
    out. ``titles`` are shown for commits where ``rebase.instructionFormat`` is set;
    ``abbreviates`` says whether commands are letters. ``check`` is the command that new
    commits can be checked with, or empty. ``copied_trailers`` are the keys (lower case)
    of trailers that every new commit keeps. ``keeps_drafts`` says whether unfinished
    work is saved.
    """

    series: Series
    ref: str
    name: str = ""
    change_ids: Mapping[Oid, bytes] = field(default_factory=dict)
    ids: IdRules = NO_IDS
    other_refs: Mapping[str, Oid] = field(default_factory=dict)
    drop_to: DropTo = "worktree"
    titles: Mapping[Oid, bytes] = field(default_factory=dict)
    abbreviates: bool = False
    check: str = ""
    copied_trailers: tuple[bytes, ...] = COPIED_TRAILERS
    keeps_drafts: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """The commit that is being split.

    ``change_id`` is empty where it has none; ``above`` is the number of commits on top.
    """

    commit: Oid
    subject: bytes
    change_id: bytes = b""
    above: int = 0


def target_in(info: SeriesInfo, commit: Oid) -> Target:
    """The commit of the series, to be split."""
    commits = info.series.commits
    at = next(n for n, each in enumerate(commits) if each.oid == commit)
    return Target(
        commit,
        commits[at].subject,
        info.change_ids.get(commit, b""),
        len(commits) - at - 1,
    )


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a commit does, as far as it was found out beside the work.

    ``things`` says of each thing that the commit seems to do what it is; it is empty
    where nothing can be said, for the reason that ``why_not`` names. ``added`` and
    ``removed`` are None where lines weren't counted.
    """

    files: int
    added: int | None = None
    removed: int | None = None
    things: tuple[str, ...] = ()
    why_not: str = ""


HunksBetween = Callable[[bytes, bytes], tuple[Hunk, ...]]
"""How two contents differ: a pure function."""


def one_hunk(old: bytes, new: bytes) -> tuple[Hunk, ...]:
    """All of two contents that differ as one hunk."""
    both = (Span(0, len(lines_of(content))) for content in (old, new))
    return () if old == new else (Hunk(*both),)


class Versions(NamedTuple):
    """The contents of a three-way merge, as ``git merge-file`` takes them."""

    base: bytes
    ours: bytes
    theirs: bytes


@dataclass(frozen=True, slots=True)
class Prompt:
    """A line that the user is typing: what for, the text so far, the cursor in it.

    Bytes of a subject that are not UTF-8 are lone surrogates in ``text``.
    """

    purpose: Purpose
    text: str
    cursor: int


@memo
def entries_of(todo: Todo) -> dict[Oid, Entry]:
    """The entries of a todo list by their commits."""
    return {entry.oid: entry for entry in todo.entries}


class HistoryStep(NamedTuple):
    """A step of the history: a clause on what was done, where, to which commit."""

    words: str
    screen: Screen
    commit: Oid | None = None


NO_ROWS = diff_rows((), ())
"""The rows where no commit is open."""


@dataclass(frozen=True, slots=True)
class LastPlace:
    """Where the user was in a commit that isn't open now, to come back to it.

    ``plan`` is the one that the rows are of.
    """

    target: Target
    plan: Plan
    rows: Rows
    cursor: int
    focus: int
    unfolded: frozenset[FoldKey]
    apart: frozenset[int]


@dataclass(frozen=True, slots=True)
class State:
    """The whole application: the todo list with its past, and where the user is in it.

    ``chosen`` is the commit at the cursor of the series, ``message`` the number of the
    new commit at that of the messages. ``opened`` is the commit that is being split,
    None before the first is; ``kept`` are the places in others that were.

    In the commit that is open, ``cursor`` and ``anchor`` are row numbers from 0;
    ``anchor`` is where marking of lines began. ``focus`` is the group that reviewers'
    view and ``y``/``n`` are about. ``viewed`` is the group that the COMMIT screen
    shows. Lines are shown from column ``pan`` on. ``apart`` are the files whose rename
    is a piece without their edits.

    ``status`` says what the last key did. ``scroll`` is the first row of a screen that
    is a page. ``search`` is the last text looked for. ``beneath`` are the screens under
    this one, each with its scroll. ``problems`` are the sentences that say why the todo
    list can't be written, as far as that is known in the preview; ``foreseen`` is what
    git says against a todo list. While it is asked, ``progress`` is how many commits it
    has come through, of how many. ``awaiting`` is what the user wants as soon as git
    has nothing against it; any key but Enter takes that back. ``deeds`` says what each
    step of the history's past did, ``deeds_undone`` what each step of its future did.
    ``estimates`` and ``checks`` are what came of work beside the screen: for commits of
    the series, and for new ones by their numbers from 0. ``plans`` are what was found
    to be proposed for commits that have none yet, ``proposals`` those for them of any
    number of groups. ``to_merge`` is what the last action needs merged, ``merges``
    what was merged for it; None is a conflict. ``accepts_conflict`` says that the user
    wants a rebase to stop where it conflicts.
    """

    info: SeriesInfo
    history: History[Todo]
    chosen: Oid
    opened: Target | None = None
    rows: Rows = NO_ROWS
    cursor: int = 0
    focus: int = 0
    unit: Unit = Unit.PIECE
    anchor: int | None = None
    screen: Screen = Screen.SERIES
    viewed: int = 0
    message: int = 0
    scroll: int = 0
    status: str = ""
    is_refusal: bool = False
    prompt: Prompt | None = None
    search: str = ""
    pan: int = 0
    unfolded: frozenset[FoldKey] = frozenset()
    beneath: tuple[tuple[Screen, int], ...] = ()
    problems: tuple[str, ...] = ()
    foreseen: tuple[Todo, Outlook] | None = None
    progress: tuple[int, int] | None = None
    awaiting: Literal[ShellRequest.APPLY, ShellRequest.CHECK] | None = None
    request: ShellRequest | None = None
    deeds: tuple[HistoryStep, ...] = ()
    deeds_undone: tuple[HistoryStep, ...] = ()
    apart: frozenset[int] = frozenset()
    kept: Mapping[Oid, LastPlace] = field(default_factory=dict)
    estimates: Mapping[Oid, Estimate] = field(default_factory=dict)
    checks: Mapping[int, Check] = field(default_factory=dict)
    accepts_conflict: bool = False
    plans: Mapping[Oid, Plan] = field(default_factory=dict)
    proposals: Mapping[Oid, Proposals] = field(default_factory=dict)
    to_merge: Versions | None = None
    merges: Mapping[Versions, bytes | None] = field(default_factory=dict)
    hunks_between: HunksBetween = one_hunk

    @property
    def todo(self) -> Todo:
        """The todo list as it stands."""
        return self.history.present

    @property
    def target(self) -> Target:
        """The commit that is being split; there must be one."""
        assert self.opened is not None, "no commit is open"
        return self.opened

    @property
    def plan(self) -> Plan:
        """The plan of the commit that is being split, as it stands."""
        plan = entries_of(self.todo)[self.target.commit].plan
        assert plan is not None, "a commit is opened with a plan"
        return plan

    @property
    def is_alone(self) -> bool:
        """Whether the series is one commit."""
        return len(self.info.series.commits) == 1


def first_state(
    info: SeriesInfo, todo: Todo, hunks_between: HunksBetween = one_hunk
) -> State:
    """The screen as it opens, on the todo list."""
    first = todo.entries[0].oid
    return State(info, History(todo), chosen=first, hunks_between=hunks_between)


class MergeNeeded(Exception):
    """Contents have to be merged before what the user wants can be done."""

    def __init__(self, versions: Versions) -> None:
        super().__init__("these contents aren't merged yet")
        self.versions = versions


def merge_from_state(state: State) -> ContentMerge:
    """The merge of contents as far as the state knows it; it raises MergeNeeded."""

    def merge(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
        versions = Versions(base, ours, theirs)
        if versions not in state.merges:
            raise MergeNeeded(versions)
        return state.merges[versions]

    return merge
