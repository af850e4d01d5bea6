"""The state of the screen as one immutable value: all that a frame depends on."""

from collections.abc import Callable, Mapping
from enum import Enum, StrEnum, auto
from typing import TYPE_CHECKING, Generic, Literal, NamedTuple, TypeVar

from msgspec import Struct, field

from gitsplit.model.change_id import IdRules
from gitsplit.model.checks import Check, Outlook
from gitsplit.model.diff import Edit, FileChange, Hunk, Span
from gitsplit.model.lines import lines_of
from gitsplit.model.memo import memo
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DropTo, Plan
from gitsplit.model.series import Series
from gitsplit.model.states import ContentMerge
from gitsplit.model.todo import Entry, Todo
from gitsplit.proposal.context import COPIED_TRAILERS
from gitsplit.tui.diff.rows import CONTEXT_LINES, FoldKey, Rows, diff_rows

if TYPE_CHECKING:
    from gitsplit.proposal.names import Link
    from gitsplit.proposal.propose import Proposals
    from gitsplit.proposal.subjects import SubjectChoice
    from gitsplit.teaching.grading import Exercise

Value = TypeVar("Value")

NO_ROWS = diff_rows((), ())
"""The rows where no commit is open."""


class History(Struct, Generic[Value], frozen=True):
    """Undo and redo: a value, those before it, and those that were undone.

    Earlier values are kept as they were, never computed again: undo is exact (law 4 of
    ``docs/architecture.md``).
    """

    present: Value
    past: tuple[Value, ...] = ()
    future: tuple[Value, ...] = ()

    def then(self, value: Value) -> "History[Value]":
        """The history in which ``value`` follows; itself where nothing changed."""
        if value == self.present:
            return self
        return History(value, (*self.past, self.present))

    def back(self) -> "History[Value]":
        """The history one step back; itself at the beginning."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future))

    def forward(self) -> "History[Value]":
        """The history one step forward again; itself where nothing was undone."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.present), self.future[1:])


class Screen(Enum):
    """Which question the screen asks."""

    SERIES = auto()
    SPLIT = auto()
    COMMIT = auto()
    BOARD = auto()
    MESSAGES = auto()
    PREVIEW = auto()
    ORIGINAL = auto()
    STEPS = auto()
    COMMANDS = auto()
    HELP = auto()


ONE_COMMIT = (Screen.SPLIT, Screen.COMMIT, Screen.BOARD)
"""The screens about the commit that is open."""


LISTS = (Screen.SERIES, Screen.MESSAGES, Screen.BOARD, Screen.STEPS)
"""The screens on which a row is a commit, a file, or a step of undo."""


class Unit(Enum):
    """How much of the diff is selected; each unit is wider than the one before."""

    LINES = auto()
    PIECE = auto()
    HUNK = auto()
    FILE = auto()
    DIRECTORY = auto()
    MARKS = auto()


class KillEnd(Enum):
    """Up to where text is killed in the prompt, as readline has it."""

    START = auto()
    END = auto()
    BLANK = auto()  # back to the last blank
    LAST_WORD = auto()
    NEXT_WORD = auto()


class NumberPurpose(StrEnum):
    """What a commit's number is typed for."""

    SEND = "send to commit"
    MERGE = "merge into commit"
    SWAP = "swap with commit"


class TypedNumber(NamedTuple):
    """A commit's number that is being typed: what for, and what is there of it.

    After a 0, which is in ``digits``, it has two digits, else one.
    """

    purpose: NumberPurpose
    digits: str = ""


class KnownLinks(NamedTuple):
    """By which names these edits of a commit depend on each other."""

    edits: tuple[Edit, ...]
    links: "tuple[Link, ...]"


class LastSend(NamedTuple):
    """Where hunks were sent last: to a group, or else so many groups along."""

    group: int | None = None
    by: int = 0


LEAST_BESIDE = 100
"""The columns of a diff from which old lines can stand beside new ones."""


class Look(StrEnum):
    """A way in which the diff can be shown, in words for the status."""

    WORDS = "words that differ"
    WRAP = "long lines wrapped"
    BESIDE = "old beside new, where the diff has 100 columns"
    TERMINAL_MOUSE = "the mouse is the terminal's, to select and copy"
    OTHER_PANES = "the selected commit beside the diff, or not"


class Purpose(StrEnum):
    """What a prompt asks for."""

    SUBJECT = "subject"
    SEARCH = "search"
    PIECE = "piece"
    COMMAND = "command"
    PLAN_FILE = "plan file"


class Refusal(Enum):
    """How an action is refused; the view has a mark and a style for each kind."""

    NOTE = auto()  # there was nothing to do
    WARNING = auto()  # it can't be done here
    ERROR = auto()  # it stops the user until something is fixed


class ShellRequest(Enum):
    """What the state asks of the shell: all that a pure function can't do."""

    APPLY = auto()
    QUIT = auto()
    INTERRUPT = auto()
    SUSPEND = auto()
    EDIT_MESSAGE = auto()
    EDIT_MESSAGES = auto()
    REWORD = auto()
    CHECK = auto()
    REPAIR = auto()
    EDIT_FILE = auto()
    EDIT_FILE_FOR_GOOD = auto()
    PROPOSE = auto()
    SAVE_PLAN = auto()
    COPY = auto()


NO_IDS = IdRules()
"""The Change-Id rules of a repository that uses none."""


OwnKeys = tuple[tuple[str, tuple[str, ...]], ...]
"""The keys that the user has given actions, by the names of these."""


class SeriesInfo(Struct, frozen=True):
    """The series as it is in the repository, and the configuration that matters for it.

    ``name`` is the range as the user would name it; ``title`` is a sentence in place of
    that and of the number of commits, or empty. ``is_read`` says that the commits are
    looked at only; ``is_patch`` that a patch shows what is known of them. ``ref`` is
    the branch that will move (short), or "HEAD"; ``other_refs`` are the other branches
    at commits of the series, which move along. ``ids`` says how Change-Ids are used,
    ``change_ids`` has those of the commits that have one. ``drop_to`` says where lines
    go that are left out. ``titles`` are shown for commits where
    ``rebase.instructionFormat`` is set; ``abbreviates`` says whether commands are
    letters. ``check`` is the command that new commits can be checked with, or
    empty; ``last_check`` is offered then. ``copied_trailers`` are the keys (lower
    case) of trailers that every new commit keeps. ``keeps_drafts`` says whether
    unfinished work is saved, ``has_advice`` whether advice is wanted. ``plan_file`` is
    the name offered for a file with the plan. ``keys`` are those of the user's own.
    ``lesson`` is the one that the user is in. ``has_remote`` says whether commits may
    have been pushed.
    """

    series: Series
    ref: str
    name: str = ""
    title: str = ""
    is_read: bool = False
    is_patch: bool = False
    change_ids: Mapping[Oid, bytes] = field(default_factory=dict)
    ids: IdRules = NO_IDS
    other_refs: Mapping[str, Oid] = field(default_factory=dict)
    drop_to: DropTo = "worktree"
    titles: Mapping[Oid, bytes] = field(default_factory=dict)
    abbreviates: bool = False
    check: str = ""
    last_check: str = ""
    copied_trailers: tuple[bytes, ...] = COPIED_TRAILERS
    keeps_drafts: bool = False
    has_advice: bool = False
    plan_file: str = ""
    keys: OwnKeys = ()
    lesson: "Exercise | None" = None
    has_remote: bool = False


class Target(Struct, frozen=True):
    """The commit that is being split; of a range the first.

    ``above`` is the number of commits on top.
    """

    commit: Oid
    subject: bytes
    above: int = 0


def target_in(info: SeriesInfo, entry: Entry) -> Target:
    """What the entry is about, to be split."""
    order = [commit.oid for commit in info.series.commits]
    above = len(order) - order.index(entry.commits[-1].oid) - 1
    return Target(entry.oid, entry.commit.subject, above)


class Estimate(Struct, frozen=True):
    """How much a commit of the series changes, and how many changes it seems to be.

    ``things`` has a description of each of these, and ``subjects`` the one proposed for
    it; they are empty where none was found, for the reason ``why_not``. ``added`` and
    ``removed`` are None where lines weren't counted. ``chance`` is how likely it is,
    from 0 to 1, that there are several.
    """

    files: int
    added: int | None = None
    removed: int | None = None
    things: tuple[str, ...] = ()
    why_not: str = ""
    chance: float = 0.0
    subjects: tuple[bytes, ...] = ()


class ReadCommit(Struct, frozen=True):
    """What a commit of the series did, in unfolded rows, or why that isn't known."""

    changes: tuple[FileChange, ...] = ()
    rows: Rows = NO_ROWS
    why_not: str = ""


HunksBetween = Callable[[bytes, bytes], tuple[Hunk, ...]]
"""The hunks between two contents, found by a pure function."""


def one_hunk(old: bytes, new: bytes) -> tuple[Hunk, ...]:
    """All lines as one hunk; none where the contents are the same."""
    both = (Span(0, len(lines_of(content))) for content in (old, new))
    return () if old == new else (Hunk(*both),)


class Versions(NamedTuple):
    """The contents of a three-way merge, as ``git merge-file`` takes them."""

    base: bytes
    ours: bytes
    theirs: bytes


class Prompt(Struct, frozen=True):
    """The line that the user is typing, what for, and the cursor in it.

    Bytes of a subject that are not UTF-8 are lone surrogates in ``text``. ``choices``
    are the subjects to choose among, the one as it was first; ``chosen`` is the last
    one that was chosen, by its number from 0. ``taken`` is the name of a file that is
    there: who gives it once more has it replaced.
    """

    purpose: Purpose
    text: str
    cursor: int
    choices: "tuple[SubjectChoice, ...]" = ()
    chosen: int = 0
    taken: str = ""


class PlanFile(NamedTuple):
    """The file that the plan is to be saved to, and whether one there is replaced."""

    name: str
    replaces: bool = False


@memo
def entries_of(todo: Todo) -> dict[Oid, Entry]:
    """The entries of a todo list by their commits."""
    return {entry.oid: entry for entry in todo.entries}


Confirmed = Mapping[Oid, frozenset[Edit]]
"""For each commit the edits that the user has sent or kept, as they were cut then."""

NONE_CONFIRMED: Confirmed = {}

NO_CHECKS: Mapping[int, Check] = {}


class HistoryStep(NamedTuple):
    """What a step of the history did, in words; on which screen, to which commit.

    ``confirmed`` is what the user had confirmed by the end of it. ``checks`` are the
    results, by number, for the commits on its other side: before it, or after it where
    it is undone. ``continuing`` is the new commit of a range, from 0, that it had
    continue another one.
    """

    words: str
    screen: Screen
    commit: Oid | None = None
    confirmed: Confirmed = NONE_CONFIRMED
    checks: Mapping[int, Check] = NO_CHECKS
    continuing: int | None = None


class Along(Struct, frozen=True):
    """An action that sent hunks and took others along, and what was selected then.

    The same action once more leaves the others where they were.
    """

    action: object
    unit: Unit
    anchor: int | None
    cursor: int
    marks: frozenset[Edit]
    focus: int


class LastPlace(Struct, frozen=True):
    """Where the user was last in a commit that isn't open now.

    ``rows`` are those of ``plan``, which may have been another one then.
    """

    target: Target
    plan: Plan
    rows: Rows
    cursor: int
    focus: int
    unfolded: frozenset[FoldKey]
    apart: frozenset[int]
    folded: frozenset[int]


class State(Struct, frozen=True):
    """The whole application: the todo list with its history, and where the user is.

    Commits of a plan (groups), new commits, rows and columns are numbered from 0.
    """

    info: SeriesInfo
    history: History[Todo]
    chosen: Oid  # the selected commit of the series

    # What each step of the history's past and future did.
    steps_done: tuple[HistoryStep, ...] = ()
    steps_undone: tuple[HistoryStep, ...] = ()

    # What was confirmed before the first step. Whether those like a hunk that is sent
    # follow it, and which edits did in the last step.
    kept: Confirmed = field(default_factory=dict)
    follows: bool = True
    takes_along: bool = True
    followed: frozenset[Edit] = frozenset()

    # The screens: beneath the one shown are others, each with its scroll.
    screen: Screen = Screen.SERIES
    beneath: tuple[tuple[Screen, int], ...] = ()
    scroll: int = 0  # the first row in sight, where the screen is a page
    message: int = 0  # the selected one on the screen of messages
    lower: int = 0  # the first line in sight of the lower half of the series
    is_lower: bool = False  # keys that move are about that half
    read_context: int = CONTEXT_LINES  # unchanged lines around hunks, there
    stretch: Oid | None = None  # where the marked commits of the series begin, or end
    board_row: int = 0  # of the cell at the cursor of the board
    board_column: int = 0
    step: int = 0  # the selected one in the list of steps; 0 is before the first
    status: str = ""  # what the last key did
    refusal: Refusal | None = None
    prompt: Prompt | None = None
    killed: str = ""  # by the last key of the prompt that kills text
    search: str = ""  # the last text looked for
    is_searching: bool = False  # until the user ends the search
    found: tuple[Screen, tuple[int, ...]] | None = None  # lines of a list or page
    match: int = 0  # the line of the last match, where the screen is a page

    # The commit that is open, and the user's last places in others.
    opened: Target | None = None
    last_places: Mapping[Oid, LastPlace] = field(default_factory=dict)
    rows: Rows = NO_ROWS
    cursor: int = 0
    unit: Unit = Unit.PIECE
    anchor: int | None = None  # the row at which a selection of lines began
    marks: frozenset[Edit] = frozenset()  # the hunks selected one by one
    last_send: LastSend | None = None  # to be repeated
    along: Along | None = None  # where the last action took others along
    doubt: Edit | None = None  # the doubtful hunk that was last gone to
    focus: int = 0  # the selected new commit, which keys for commits are about
    is_pinned: bool = False  # the selected one, which else is that of the cursor's hunk
    viewed: int = 0  # the new commit that the COMMIT screen shows
    pan: int = 0  # the first column in sight
    looks: frozenset[Look] = frozenset({Look.WORDS})
    is_choosing_look: bool = False  # by a second key
    number: TypedNumber | None = None  # of a commit, being typed
    is_centred: bool = False  # the cursor, for this frame
    hints: int = 0  # of a lesson, that were asked for
    hinted: Todo | None = None  # the list for which the last one was
    unfolded: frozenset[FoldKey] = frozenset()
    folded: frozenset[int] = frozenset()  # files of which only the header is shown
    apart: frozenset[int] = frozenset()  # files whose rename is a hunk of its own

    # Whether the todo list can be applied: why not, and what git says about a list.
    problems: tuple[str, ...] = ()
    reviewed: tuple[Todo, frozenset[int]] | None = None  # new commits read to the end
    foreseen: tuple[Todo, Outlook] | None = None
    by_hand: tuple[Todo, tuple[str, ...]] | None = None  # git commands for a list
    progress: tuple[int, int] | None = None  # commits that git has checked, of how many
    accepts_conflict: bool = False  # by a rebase that stops there

    # What is asked of the shell: now, and as soon as git has nothing against it.
    request: ShellRequest | None = None
    plan_file: PlanFile | None = None
    clipboard: bytes = b""
    awaiting: Literal[ShellRequest.APPLY, ShellRequest.CHECK] | None = None

    # What was found out in the background: about commits of the series, about new ones.
    estimates: Mapping[Oid, Estimate] = field(default_factory=dict)
    links: KnownLinks | None = None  # of the open commit, as it was cut
    read: Mapping[Oid, ReadCommit] = field(default_factory=dict)  # the latest
    changes: Mapping[Oid, tuple[FileChange, ...]] = field(default_factory=dict)
    plans: Mapping[Oid, Plan] = field(default_factory=dict)  # proposed ones
    squashes: Mapping[tuple[Oid, ...], Entry] = field(default_factory=dict)
    proposals: "Mapping[Oid, Proposals]" = field(default_factory=dict)
    checks: Mapping[int, Check] = field(default_factory=dict)
    beyond_repair: Todo | None = None  # what fails there couldn't be helped
    is_checking: bool = False  # after each change, with the user's command

    # Plans that commits opened with, until their proposals come; and commits whose
    # proposals came when the user had already made a plan.
    unproposed: Mapping[Oid, Plan] = field(default_factory=dict)
    offered: frozenset[Oid] = frozenset()
    keeps_room: bool = False  # for the list of commits, from a proposal to the next key

    # What the last action needs merged, and what was merged for it; None is a conflict.
    to_merge: Versions | None = None
    merges: Mapping[Versions, bytes | None] = field(default_factory=dict)
    hunks_between: HunksBetween = one_hunk

    @property
    def is_refusal(self) -> bool:
        """Whether the status says why the last action wasn't done."""
        return self.refusal is not None

    @property
    def todo(self) -> Todo:
        """The todo list as it stands."""
        return self.history.present

    @property
    def confirmed(self) -> Confirmed:
        """What is confirmed at this point of the history."""
        return self.steps_done[-1].confirmed if self.steps_done else self.kept

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
    def own_proposals(self) -> "Proposals | None":
        """The proposals for what is open; none where it is a range."""
        plan, found = self.plan, self.proposals.get(self.target.commit)
        if plan.is_woven or found is None:
            return None
        is_of_several = plan.is_range or found.context.is_of_several
        return None if is_of_several and found.changes != plan.changes else found

    @property
    def is_alone(self) -> bool:
        """Whether the series is no list: one commit, or with what isn't committed."""
        series = self.info.series
        return len(series.commits) == 1 or series.uncommitted is not None


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
