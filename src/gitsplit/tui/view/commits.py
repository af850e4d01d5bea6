"""The list of new commits: a line each, or a block each on a wide screen."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from gitsplit.model.escape import printable
from gitsplit.model.listing import quantity
from gitsplit.model.message import subject_of
from gitsplit.model.plan import DROPPED
from gitsplit.model.series import SourceCommit
from gitsplit.model.todo import Entry
from gitsplit.tui.state.app_state import SeriesInfo, State, entries_of
from gitsplit.tui.state.commit_diff import Size, commit_sizes
from gitsplit.tui.state.new_commits import (
    continued_commit,
    message_group,
    message_of,
    source_ids,
)
from gitsplit.tui.state.order_guard import need_words, needs_of_commits
from gitsplit.tui.view.checks import check_sign_of, check_style
from gitsplit.tui.view.dropped import drop_place_words
from gitsplit.tui.view.pane import PaneLines, first_visible
from gitsplit.tui.view.text import (
    CURSOR,
    NO_MESSAGE,
    OWNER,
    PROPOSED,
    SELECTED,
    WARNING,
    column_text,
    end_of,
    group_style,
    one_line,
    start_of,
    text_lines,
)

if TYPE_CHECKING:
    from gitsplit.proposal.names import Need

_SUBJECT_LINES = 2  # of a block
_LEAST_NAME = 2  # columns, of a name that is cut or not
_LEAST_SUBJECT = 18  # columns, beside what a commit needs


def commit_lines(state: State, width: int) -> PaneLines:
    """A line for each commit, one to make another, and what is left out."""
    columns = _commit_columns(state, width)
    last, groups = last_lines(state), len(state.plan.groups)

    def line(number: int) -> StyleAndTextTuples:
        if number < groups:
            return _commit_line(state, number, columns)
        return last[number - groups]

    return PaneLines(line, groups + len(last), state.focus)


def list_height(state: State) -> int:
    """How many lines :func:`commit_lines` has."""
    return len(state.plan.groups) + len(last_lines(state))


def last_lines(state: State, width: int | None = None) -> list[StyleAndTextTuples]:
    """The lines below the commits: to make a new one, and what is left out.

    That takes two lines where one is too long for ``width``.
    """
    lines: list[StyleAndTextTuples] = [
        [("class:key", " +"), ("class:faint", " new commit")]
    ]
    size = commit_sizes(state).get(DROPPED)
    if size is None:
        return lines
    what = f" × left out: {quantity(size.pieces, 'hunk')}  {size.lines}"
    where = drop_place_words(state.info.drop_to)
    if width is None or len(what) + 2 + len(where) <= width:
        return [*lines, [("class:warning", what), ("", f", {where}")]]
    return [*lines, [("class:warning", what)], [("", f"   {where}")]]


def subject(state: State, group: int) -> str:
    """A commit's subject, or the words for having none; marked where it is proposed."""
    home = state.plan.groups[message_group(state.plan, group)]
    return marked_subject(home.message, home.is_proposed)


@lru_cache(maxsize=1024)
def marked_subject(message: bytes, is_proposed: bool) -> str:
    """A message's subject in one line, with a mark where nobody has confirmed it."""
    text = one_line(subject_of(message)) or NO_MESSAGE
    return f"{PROPOSED} {text}" if is_proposed else text


def change_id_words(state: State, group: int) -> str:
    """Which Change-Id the commit of a group will have."""
    entry = entries_of(state.todo)[state.target.commit]
    continued = continued_commit(entry, state.plan, group)
    return id_words(state.info, entry, continued, message_of(state.plan, group))


def id_words(
    info: SeriesInfo, entry: Entry, continued: SourceCommit | None, message: bytes
) -> str:
    """Which Change-Id a commit will have: that of an original, a new one, or none."""
    known = source_ids(info, entry.commits, continued)
    if known and continued is not None:
        return short_id(known[0])
    return "new id" if known or info.ids.gives_id(message) else ""


def short_id(change_id: bytes) -> str:
    """A Change-Id as Gerrit abbreviates it: I and eight digits."""
    return one_line(change_id)[:9]


class _CommitColumns(Struct, frozen=True):
    """The widths of the columns of the list."""

    digits: int
    subject: int
    pieces: int
    added: int
    removed: int
    ids: int


def _commit_columns(state: State, width: int) -> _CommitColumns:
    """The widths of the columns; the subject has what is left."""
    groups = range(len(state.plan.groups))
    sizes = [commit_sizes(state)[group] for group in groups]
    digits = len(str(len(groups)))
    pieces = max(len(quantity(size.pieces, "hunk")) for size in sizes)
    added = max(len(f"+{size.added}") for size in sizes)
    removed = max(len(f"-{size.removed}") for size in sizes)
    ids = max(len(change_id_words(state, group)) for group in groups)
    right = pieces + 2 + added + 1 + removed + (2 + ids if ids else 0) + 1
    return _CommitColumns(
        digits,
        width - digits - len(check_sign_of(state, 0)) - 5 - right,
        pieces,
        added,
        removed,
        ids,
    )


def _commit_line(
    state: State, group: int, columns: _CommitColumns
) -> StyleAndTextTuples:
    """The line of one commit: number, subject, owner's mark, size, and Change-Id."""
    size = commit_sizes(state)[group]
    need = needs_of_commits(state).get(group)
    most = columns.subject - _LEAST_SUBJECT
    warning = f" {WARNING} {_short_need(need, most)}" if need else ""
    room = max(0, columns.subject - get_cwidth(warning))
    text = " " + column_text(subject(state, group), room)
    mark = " " if state.plan.continues(group) is None else OWNER
    return [
        *_number_cells(state, group, columns.digits),
        (_commit_style(state, group), text),
        ("class:warning", warning),
        ("class:owner", f" {mark} "),
        *_size_cells(size, columns),
        *(_id_cells(state, group, columns) if size.pieces else []),
    ]


def _short_need(need: "Need", width: int) -> str:
    """What is needed and from where; of a name that is too long only its start."""
    words, name = need_words(need), printable(need.name)
    room = get_cwidth(name) - max(0, get_cwidth(words) - width)
    if room < _LEAST_NAME:
        return start_of(words, width)
    return need_words(replace(need, name=start_of(name, room)))


def _number_cells(state: State, group: int, digits: int) -> StyleAndTextTuples:
    return [
        ("class:cursor", _selected_mark(state) if group == state.focus else " "),
        (f"{group_style(group)} bold", str(group + 1).rjust(digits)),
        (check_style(state, group), check_sign_of(state, group)),
    ]


def _selected_mark(state: State) -> str:
    """The mark of the selected commit: large where it is pinned."""
    return CURSOR if state.is_pinned else SELECTED


def _commit_style(state: State, group: int) -> str:
    if not commit_sizes(state)[group].pieces:
        return "class:empty"
    return "class:focus" if group == state.focus else ""


def _size_cells(size: Size, columns: _CommitColumns) -> StyleAndTextTuples:
    if not size.pieces:
        return [("class:empty", "empty".rjust(columns.pieces))]
    return [
        ("", quantity(size.pieces, "hunk").rjust(columns.pieces)),
        ("class:added", f"  {f'+{size.added}'.rjust(columns.added)}"),
        ("class:removed", f" {f'-{size.removed}'.ljust(columns.removed)}"),
    ]


def _id_cells(state: State, group: int, columns: _CommitColumns) -> StyleAndTextTuples:
    if not columns.ids:
        return []
    return [("class:faint", "  " + change_id_words(state, group))]


class _CommitBlock(Struct, frozen=True):
    """The block of one commit; ``hidden`` files are only counted, as ``… 3 more``."""

    subject: tuple[str, ...]
    files: int
    hidden: int

    @property
    def height(self) -> int:
        """Its lines, with the blank one below."""
        return len(self.subject) + 1 + self.files + (self.hidden > 0) + 1


def commit_blocks(state: State, width: int, height: int) -> PaneLines:
    """Each commit with its whole subject, its size and its files.

    Where that is too much for ``height`` lines, each shows only a few files.
    """
    blocks = _commit_blocks(state, width, height)
    starts = tuple(accumulate((block.height for block in blocks), initial=0))
    last = last_lines(state, width)

    def line(number: int) -> StyleAndTextTuples:
        if number >= starts[-1]:
            return last[number - starts[-1]]
        group = bisect_right(starts, number) - 1
        return _block_line(state, group, blocks[group], number - starts[group], width)

    focus = range(starts[state.focus], starts[state.focus + 1] - 1)
    return PaneLines(
        line,
        starts[-1] + len(last),
        focus.start,
        scroll=lambda top, rows: first_visible(top, rows, focus, focus.start),
        number_of=lambda number: bisect_right(starts, number) - 1,
    )


def _commit_blocks(state: State, width: int, height: int) -> list[_CommitBlock]:
    """The blocks of all commits, with as many files as there is room for."""
    room = width - _indent(state) - 1
    subjects = [
        _subject_lines(subject(state, group), room)
        for group in range(len(state.plan.groups))
    ]
    sizes = commit_sizes(state)
    files = [len(sizes[group].files) for group in range(len(subjects))]
    fixed = sum(len(lines) + 2 for lines in subjects) + len(last_lines(state, width))
    most = _most_files(files, height - fixed)
    kept = [number if number <= most + 1 else most for number in files]
    return [
        _CommitBlock(lines, visible, number - visible)
        for lines, visible, number in zip(subjects, kept, files, strict=True)
    ]


def _most_files(files: Sequence[int], room: int) -> int:
    """How many files a commit may show so that all have room, if they can."""
    if sum(files) <= room:
        return max(files)
    numbers = range(room, 0, -1)
    return next(
        (most for most in numbers if sum(min(n, most + 1) for n in files) <= room), 0
    )


def _indent(state: State) -> int:
    """The columns left of a subject: the mark, number, check and a blank."""
    return len(str(len(state.plan.groups))) + len(check_sign_of(state, 0)) + 2


def _block_line(
    state: State, group: int, block: _CommitBlock, at: int, width: int
) -> StyleAndTextTuples:
    """Line ``at`` of a block, from 0."""
    indent = _indent(state)
    style = _commit_style(state, group)
    if not at:
        number = _number_cells(state, group, len(str(len(state.plan.groups))))
        return [*number, (style, " " + block.subject[0])]
    if at < len(block.subject):
        return [(style, " " * indent + block.subject[at])]
    cells = _body_cells(state, group, block, at - len(block.subject), width - indent)
    return [("", " " * indent), *cells]


def _body_cells(
    state: State, group: int, block: _CommitBlock, at: int, width: int
) -> StyleAndTextTuples:
    """The size of the commit, then its files."""
    size = commit_sizes(state)[group]
    if not at and not size.pieces:
        return [("class:empty", "empty")]
    if not at:
        return _sum_cells(state, group, size, width - 1)
    if at <= block.files:
        file = sorted(size.files)[at - 1]
        return _file_cells(state, file, size.files[file], width - 1)
    if at == block.files + 1 and block.hidden:
        noun = "more file" if block.files else "file"
        return [("class:faint", f"… {quantity(block.hidden, noun)}")]
    return []


@lru_cache(maxsize=1024)
def _subject_lines(text: str, width: int) -> tuple[str, ...]:
    """The text on at most two lines."""
    lines = text_lines(text, width)
    if len(lines) <= _SUBJECT_LINES:
        return tuple(lines)
    rest = " ".join(lines[_SUBJECT_LINES - 1 :])
    return (*lines[: _SUBJECT_LINES - 1], start_of(rest, width))


def _sum_cells(state: State, group: int, size: Size, width: int) -> StyleAndTextTuples:
    """The size of the commit; where it needs a name too soon that, before its size."""
    mark = "  " if state.plan.continues(group) is None else f"  {OWNER} "
    need = needs_of_commits(state).get(group)
    if need:
        hunks = f"{quantity(size.pieces, 'hunk')}{mark}"
        warning = f"{WARNING} {_short_need(need, width - get_cwidth(WARNING) - 1)}"
        is_room = get_cwidth(hunks + warning) <= width
        return [("", hunks if is_room else ""), ("class:warning", warning)]
    return [
        ("", quantity(size.pieces, "hunk")),
        ("class:added", f"  +{size.added}"),
        ("class:removed", f" -{size.removed}"),
        ("class:owner", mark),
        ("class:faint", change_id_words(state, group)),
    ]


def _file_cells(state: State, file: int, part: Size, width: int) -> StyleAndTextTuples:
    lines = part.lines if part.added or part.removed else ""
    room = width - len(lines) - 1
    path = end_of(one_line(state.plan.changes[file].path), room)
    return [("class:faint", f"{column_text(path, room)} {lines}")]
