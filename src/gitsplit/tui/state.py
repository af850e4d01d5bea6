"""Everything that a frame of the split screen depends on, as one immutable value."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Literal

from gitsplit.core.changes import Hunk, Span, lines_of
from gitsplit.core.history import History
from gitsplit.core.objects import Oid
from gitsplit.core.overrides import Merge
from gitsplit.core.plan import Plan
from gitsplit.tui.blocks import diff_rows
from gitsplit.tui.rows import FoldKey, Rows
from gitsplit.tui.syntax import Tints, no_tints


class Screen(Enum):
    """Which question the screen asks."""

    SPLIT = auto()
    COMMIT = auto()
    PREVIEW = auto()
    HELP = auto()


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


class Request(Enum):
    """What the state asks of the shell around it, which alone can do it."""

    APPLY = auto()
    QUIT = auto()
    INTERRUPT = auto()
    SUSPEND = auto()
    EDIT_MESSAGE = auto()
    EDIT_FILE = auto()
    EDIT_FILE_FOR_GOOD = auto()


@dataclass(frozen=True, slots=True)
class Target:
    """What is being split, and what the rewrite will touch, for the screen to say.

    ``change_id`` is empty where the commit has none; ``gives_change_ids`` says
    whether the new commits get ids. ``ref`` is the branch that will move (short), or
    "HEAD"; ``above`` are the ids and subjects of the commits on top, oldest first;
    ``tree`` is the commit's own tree, with which the split ends where nothing is
    dropped or edited to the end. ``drop_to`` says where dropped pieces go.
    """

    commit: Oid
    subject: bytes
    tree: Oid
    ref: str
    change_id: bytes = b""
    gives_change_ids: bool = False
    above: tuple[tuple[Oid, bytes], ...] = ()
    other_refs: tuple[str, ...] = ()
    drop_to: Literal["worktree", "discard"] = "worktree"


@dataclass(frozen=True, slots=True)
class Git:
    """What the screen has git say: how contents differ and merge, what can't be done.

    The first two give the same answer whenever they are asked the same. ``objection``
    says in a sentence why the plan of this commit can't be carried out as the
    repository is now; it is empty where it can.
    """

    hunks_between: Callable[[bytes, bytes], tuple[Hunk, ...]]
    merge: Merge
    objection: Callable[[Plan], str] = lambda _plan: ""


def _as_a_whole(old: bytes, new: bytes) -> tuple[Hunk, ...]:
    both = (Span(0, len(lines_of(content))) for content in (old, new))
    return () if old == new else (Hunk(*both),)


WITHOUT_GIT = Git(_as_a_whole, lambda _base, _ours, _theirs: None)
"""What can be said of contents where git isn't asked: all differs, nothing merges."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A line that the user is typing: what for, the text so far, the cursor in it.

    Bytes of a subject that are not UTF-8 are lone surrogates in ``text``.
    """

    purpose: Purpose
    text: str
    cursor: int


@dataclass(frozen=True, slots=True)
class State:
    """The split screen: the plan with its past, and where the user is in it.

    ``cursor`` and ``anchor`` are row numbers from 0; ``anchor`` is where marking of
    lines began. ``focus`` is the group that reviewers' view and ``y``/``n`` are about.
    ``status`` says what the last key did. ``viewed`` is the group that the COMMIT
    screen shows, ``scroll`` the first row of the COMMIT, PREVIEW or HELP screen.
    ``search`` is the last text looked for. Lines are shown from column ``pan`` on, and
    tinted by what ``tints`` knows by now.
    ``beneath`` are the screens under this one, each with its scroll. ``problems`` are
    the sentences that say why the plan can't be written, found when the preview opens.
    ``deeds`` says what each step of the history's past did, ``deeds_undone`` what each
    step of its future did. ``apart`` are the files whose rename is a piece without
    their edits.
    """

    target: Target
    history: History[Plan]
    rows: Rows
    cursor: int = 0
    focus: int = 0
    unit: Unit = Unit.PIECE
    anchor: int | None = None
    screen: Screen = Screen.SPLIT
    viewed: int = 0
    scroll: int = 0
    status: str = ""
    is_refusal: bool = False
    prompt: Prompt | None = None
    search: str = ""
    pan: int = 0
    tints: Tints = no_tints
    unfolded: frozenset[FoldKey] = frozenset()
    beneath: tuple[tuple[Screen, int], ...] = ()
    problems: tuple[str, ...] = ()
    request: Request | None = None
    deeds: tuple[str, ...] = ()
    deeds_undone: tuple[str, ...] = ()
    apart: frozenset[int] = frozenset()
    git: Git = WITHOUT_GIT

    @property
    def came_from(self) -> Screen:
        """The screen beneath this one."""
        return self.beneath[-1][0] if self.beneath else Screen.SPLIT

    @property
    def plan(self) -> Plan:
        """The plan as it stands."""
        return self.history.present


def first_state(target: Target, plan: Plan, git: Git = WITHOUT_GIT) -> State:
    """The screen as it opens: the cursor on the first edit."""
    rows = diff_rows(plan.changes, plan.edits)
    cursor = rows.row_of(plan.edits[0]) if plan.edits else 0
    return State(target, History(plan), rows, cursor=cursor, git=git)
