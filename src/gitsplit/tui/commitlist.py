"""The commits that there will be: a line each, or a block each on a wide screen."""

from collections.abc import Iterator
from dataclasses import dataclass

from prompt_toolkit.formatted_text import StyleAndTextTuples

from gitsplit.core.message import subject_of
from gitsplit.core.plan import DROPPED
from gitsplit.tui.diffview import Lines
from gitsplit.tui.selection import counted
from gitsplit.tui.sizes import Size, plan_sizes, written_owner
from gitsplit.tui.state import State
from gitsplit.tui.style import group_style
from gitsplit.tui.text import clipped, clipped_start, fitted, shown, wrapped

OWNER = "◆"
FOCUS = "▸"
NO_MESSAGE = "(no message yet)"
_ID_WIDTH = 9  # of a Change-Id, as Gerrit abbreviates: I and eight digits
_SUBJECT_LINES = 2  # of a block


def commit_lines(state: State, width: int) -> Lines:
    """One line for each commit, and one to make another."""
    columns = _columns(state, width)
    lines = [_line(state, group, columns) for group in range(len(state.plan.groups))]
    lines += _last_lines(state)
    return Lines(lines.__getitem__, len(lines), state.focus)


def _last_lines(state: State) -> Iterator[StyleAndTextTuples]:
    """What stands below the commits: a new one, and what no commit takes."""
    yield [("class:key", " +"), ("class:faint", " new commit")]
    size = plan_sizes(state.plan).get(DROPPED)
    if size is not None:
        text = f" × dropped: {counted(size.pieces, 'piece')}  {size.lines}"
        yield [("class:bad", text)]


def subject(state: State, group: int) -> str:
    """A commit's subject, or the words for having none."""
    return shown(subject_of(state.plan.groups[group].message)) or NO_MESSAGE


def change_id_words(state: State, group: int) -> str:
    """Which Change-Id a commit will have: the original one, a new one, or none."""
    if group == written_owner(state.plan) and state.target.change_id:
        return shown(state.target.change_id)[:_ID_WIDTH]
    return "new id" if state.target.gives_change_ids else ""


@dataclass(frozen=True, slots=True)
class _Columns:
    """The widths that make the lines of all commits one table."""

    digits: int
    subject: int
    pieces: int
    added: int
    removed: int
    ids: int


def _columns(state: State, width: int) -> _Columns:
    """The widths for the commits of this state, the subject taking what is left."""
    groups = range(len(state.plan.groups))
    sizes = [plan_sizes(state.plan)[group] for group in groups]
    digits = len(str(len(groups)))
    pieces = max(len(counted(size.pieces, "piece")) for size in sizes)
    added = max(len(f"+{size.added}") for size in sizes)
    removed = max(len(f"-{size.removed}") for size in sizes)
    ids = max(len(change_id_words(state, group)) for group in groups)
    right = pieces + 2 + added + 1 + removed + (2 + ids if ids else 0) + 1
    return _Columns(digits, width - digits - 5 - right, pieces, added, removed, ids)


def _line(state: State, group: int, columns: _Columns) -> StyleAndTextTuples:
    """One commit: number, subject, owner's mark, size, and its Change-Id."""
    size = plan_sizes(state.plan)[group]
    text = " " + fitted(subject(state, group), columns.subject)
    mark = OWNER if group == state.plan.owner else " "
    return [
        *_number(state, group, columns.digits),
        (_subject_style(state, group), text),
        ("class:owner", f" {mark} "),
        *_size(size, columns),
        *(_id(state, group, columns) if size.pieces else []),
    ]


def _number(state: State, group: int, digits: int) -> StyleAndTextTuples:
    return [
        ("class:cursor", FOCUS if group == state.focus else " "),
        (f"{group_style(group)} bold", str(group + 1).rjust(digits)),
    ]


def _subject_style(state: State, group: int) -> str:
    if not plan_sizes(state.plan)[group].pieces:
        return "class:empty"
    return "class:focus" if group == state.focus else ""


def _size(size: Size, columns: _Columns) -> StyleAndTextTuples:
    if not size.pieces:
        return [("class:empty", "empty".rjust(columns.pieces))]
    return [
        ("", counted(size.pieces, "piece").rjust(columns.pieces)),
        ("class:added", f"  {f'+{size.added}'.rjust(columns.added)}"),
        ("class:removed", f" {f'-{size.removed}'.ljust(columns.removed)}"),
    ]


def _id(state: State, group: int, columns: _Columns) -> StyleAndTextTuples:
    if not columns.ids:
        return []
    return [("class:faint", "  " + change_id_words(state, group))]


def commit_blocks(state: State, width: int) -> Lines:
    """Each commit with its whole subject, its size and its files."""
    lines: list[StyleAndTextTuples] = []
    cursor = 0
    for group in range(len(state.plan.groups)):
        lines += _block(state, group, width)
        cursor = len(lines) - 1 if group <= state.focus else cursor
        lines.append([])
    lines += _last_lines(state)
    return Lines(lines.__getitem__, len(lines), cursor)


def _block(state: State, group: int, width: int) -> Iterator[StyleAndTextTuples]:
    digits = len(str(len(state.plan.groups)))
    room = width - digits - 3
    indent = " " * (digits + 2)
    size = plan_sizes(state.plan)[group]
    style = _subject_style(state, group)
    first, *rest = _shortened(subject(state, group), room)
    yield [*_number(state, group, digits), (style, " " + first)]
    for line in rest:
        yield [(style, indent + line)]
    if not size.pieces:
        yield [("class:empty", indent + "empty")]
        return
    yield [("", indent), *_sums(state, group, size)]
    for file, part in size.files.items():
        yield [("", indent), *_file(state, file, part, room)]


def _shortened(text: str, width: int) -> list[str]:
    """The text on at most two lines."""
    lines = wrapped(text, width)
    if len(lines) <= _SUBJECT_LINES:
        return lines
    rest = " ".join(lines[_SUBJECT_LINES - 1 :])
    return [*lines[: _SUBJECT_LINES - 1], clipped(rest, width)]


def _sums(state: State, group: int, size: Size) -> StyleAndTextTuples:
    mark = f"  {OWNER} " if group == state.plan.owner else "  "
    return [
        ("", counted(size.pieces, "piece")),
        ("class:added", f"  +{size.added}"),
        ("class:removed", f" -{size.removed}"),
        ("class:owner", mark),
        ("class:faint", change_id_words(state, group)),
    ]


def _file(state: State, file: int, part: Size, width: int) -> StyleAndTextTuples:
    lines = part.lines if part.added or part.removed else ""
    room = width - len(lines) - 1
    path = clipped_start(shown(state.plan.changes[file].path), room)
    return [("class:faint", f"{fitted(path, room)} {lines}")]
