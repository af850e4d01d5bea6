"""The rows of diffs as styled text, and with their commits on the screen of a split.

The same row of the same change reads the same in every pane.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from msgspec import Struct
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from gitsplit.model.diff import (
    Fact,
    FactEdit,
    File,
    FileChange,
    Hunk,
    Span,
    facts_of,
    function_line,
    range_in_header,
)
from gitsplit.model.listing import line_counts, quantity
from gitsplit.model.memo import memo
from gitsplit.model.objects import EXECUTABLE, FILE, GITLINK, SYMLINK
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.tui.diff.rows import DiffRow, Header, RowKind, Rows, Segment, header_of
from gitsplit.tui.diff.words import NO_MARKS, LineMarks, line_marks, partner_of
from gitsplit.tui.state.app_state import Look, State
from gitsplit.tui.state.confirmed import FOLLOWED
from gitsplit.tui.state.corrections import UNSURE, unsure_places
from gitsplit.tui.state.location import commit_changing
from gitsplit.tui.state.order_guard import broken_needs
from gitsplit.tui.view.dropped import edit_words
from gitsplit.tui.view.text import (
    CURSOR,
    SELECTED,
    SPACE,
    TAB_WIDTH,
    WARNING,
    WRAPPED,
    Tint,
    Tints,
    end_of,
    group_style,
    layered,
    line_cells,
    no_tints,
    one_line,
    start_of,
    with_matches,
    wrapped,
)

_LINE_STYLES = {
    RowKind.OLD: ("-", "class:removed"),
    RowKind.NEW: ("+", "class:added"),
    RowKind.CONTEXT: (" ", "class:context"),
}
_WORD_STYLES = {
    RowKind.OLD: " class:word-removed",
    RowKind.NEW: " class:word-added",
}
_SEEN_OF_DIFFERENCE = 8  # columns
LONGEST_WRAPPED = 40  # lines of the screen for one of a file
_TYPES = {FILE: "file", EXECUTABLE: "file", SYMLINK: "symlink", GITLINK: "submodule"}

_text_cells = lru_cache(maxsize=4096)(line_cells)
"""Keyed by the values that it shows, so it can't be stale."""


class LineLook(Struct, frozen=True):
    """How lines are shown: from column ``pan`` on, tinted, with what differs or not.

    The text that is searched, if any, stands out. Where ``follows``, a line too long
    for its width begins before the first difference.
    """

    pan: int = 0
    tints: Tints = no_tints
    shows_words: bool = True
    search: str = ""
    follows: bool = True


def line_look(state: State, tints: Tints) -> LineLook:
    """How lines are shown in this state."""
    search = state.search if state.is_searching else ""
    wraps = Look.WRAP in state.looks
    pan = 0 if wraps else state.pan
    return LineLook(
        pan, tints, Look.WORDS in state.looks, search, not wraps and not pan
    )


Partner = Callable[[FileChange, DiffRow], int | None]
"""The line that a changed line became or was, as far as that is shown."""


def partner_in_diff(change: FileChange, row: DiffRow) -> int | None:
    """The partner in the diff of the whole commit, where all are shown."""
    return partner_of(change, row.segment.is_old, row.line)


def row_cells(
    changes: Sequence[FileChange],
    row: DiffRow,
    width: int,
    look: LineLook = LineLook(),
    partner: Partner = partner_in_diff,
) -> StyleAndTextTuples:
    """A row right of the gutter, at most ``width`` columns."""
    segment = row.segment
    change = changes[segment.file]
    match row.kind:
        case RowKind.BLANK:
            return []
        case RowKind.FILE:
            return file_cells(change.path, _file_words(change), width)
        case RowKind.FACT:
            assert isinstance(segment.edit, FactEdit), "a fact row has its fact"
            text = " " + start_of(fact_words(change, segment.edit.fact), width - 1)
            return [("class:fact", text)]
        case RowKind.HUNK:
            header = row.header or header_of(change, segment)
            return hunk_cells(change, header, width)
        case RowKind.FOLD:
            assert segment.hidden is not None, "a fold hides lines"
            return [("class:faint", start_of(_fold_words(segment.hidden), width))]
        case RowKind.CONTEXT | RowKind.OLD | RowKind.NEW:
            return _line_cells(change, row, width, look, partner)


def _line_cells(
    change: FileChange, row: DiffRow, width: int, look: LineLook, partner: Partner
) -> StyleAndTextTuples:
    """A line of a file: its sign, and its text with what is pointed out in it."""
    sign, style = _LINE_STYLES[row.kind]
    tints = look.tints(change, row.segment.is_old, row.line)
    marks = NO_MARKS
    if look.shows_words and row.kind is not RowKind.CONTEXT:
        other = partner(change, row)
        marks = line_marks(change, row.segment.is_old, row.line, other)
    if marks.words or marks.blanks:
        word = _WORD_STYLES[row.kind]
        words = tuple(Tint(span.start, span.stop, word) for span in marks.words)
        spaces = tuple(Tint(span.start, span.stop, word) for span in marks.blanks)
        seen = tuple(Tint(span.start, span.stop, SPACE) for span in marks.blanks)
        tints = layered(tints, words, spaces, seen)
    line = line_text(change, row)
    hides_return = look.shows_words and not marks.has_return
    if hides_return and line.endswith(b"\r\n"):
        line = line[:-2] + b"\n"
    pan = _pan_to_difference(line, marks, width - 1) if look.follows else look.pan
    cells = _text_cells(line, width - 1, style, pan, tints)
    if look.search:
        cells = with_matches(cells, look.search)
    return [(style, sign), *cells]


def _pan_to_difference(line: bytes, marks: LineMarks, width: int) -> int:
    """The column from which a long line shows where it first differs; 0 for most."""
    if not marks.first or len(line) <= width:
        return 0
    start = line.decode("utf-8", "surrogateescape")[: marks.first]
    column = len(start) if start.isascii() else get_cwidth(start)
    column += (TAB_WIDTH - 1) * start.count("\t")
    return column - width // 3 if column > width - _SEEN_OF_DIFFERENCE else 0


def line_text(change: FileChange, row: DiffRow) -> bytes:
    """The line of a file that a row shows, as the state that is shown has it."""
    lines = change.old_lines if row.segment.is_old else change.new_lines
    line = lines[row.line]
    is_ended = row.segment.is_ended and not line.endswith(b"\n")
    return line + b"\n" if is_ended else line


def _fold_words(hidden: Span) -> str:
    return f"   … {len(hidden)} more lines of this hunk …"


def file_cells(path: bytes, words: str, width: int) -> StyleAndTextTuples:
    """A file's header: its path and a few words about it."""
    name = end_of(one_line(path), max(8, width - len(words) - 2))
    return [("class:file", name), ("class:faint", f"  {words}")]


def _file_words(change: FileChange) -> str:
    """The status of the file, as ``new``, and how many lines change."""
    counts = _hunk_line_counts(change.hunks) if change.hunks else ""
    return "  ".join(filter(None, (_file_status(change), counts)))


@memo
def _hunk_line_counts(hunks: tuple[Hunk, ...]) -> str:
    added = sum(len(hunk.new) for hunk in hunks)
    return line_counts(added, sum(len(hunk.old) for hunk in hunks))


def _file_status(change: FileChange) -> str:
    """What became of the file besides its lines, in a word each."""
    words = {
        Fact.CREATE: "new",
        Fact.DELETE: "deleted",
        Fact.RENAME: "renamed",
        Fact.TYPE: "type changed",
        Fact.MODE: "mode",
        Fact.CONTENT: "",
    }
    nature = "" if change.by_lines else _type_word(change.side)
    found = [*(words[fact] for fact in facts_of(change)), nature]
    return ", ".join(filter(None, found))


def _type_word(side: File) -> str:
    """What an opaque file is."""
    found = _TYPES.get(side.mode, "file")
    return "binary" if found == "file" else found


def fact_words(change: FileChange, fact: Fact) -> str:
    """A file-level fact in words, for the row that assigns it."""
    old, new = change.old or change.side, change.new or change.side
    match fact:
        case Fact.CREATE:
            return f"new {_file_noun(change, new)}"
        case Fact.DELETE:
            return f"{_file_noun(change, old)} deleted"
        case Fact.RENAME:
            return f"renamed from {one_line(old.path)}"
        case Fact.MODE:
            return _mode_words(old.mode, new.mode)
        case Fact.TYPE:
            return f"{_TYPES.get(old.mode, 'file')} became a {_opaque_words(new)}"
        case Fact.CONTENT:
            return _content_words(old, new)


def _file_noun(change: FileChange, side: File) -> str:
    """A file that comes or goes, in words."""
    if not change.by_lines:
        return _opaque_words(side)
    kind = "executable file" if side.mode == EXECUTABLE else "file"
    return kind if side.size else f"empty {kind}"


def _opaque_words(side: File) -> str:
    """A file that has no lines to show, in words."""
    match _TYPES.get(side.mode, "file"):
        case "symlink":
            return f"symlink to {one_line(side.content or b'')}"
        case "submodule":
            return f"submodule at {side.oid[:10]}"
        case _:
            return f"file, {side.size} bytes"


def _mode_words(old: int, new: int) -> str:
    if (old, new) == (FILE, EXECUTABLE):
        return "made executable"
    if (old, new) == (EXECUTABLE, FILE):
        return "no longer executable"
    return f"mode {old:o} → {new:o}"


def _content_words(old: File, new: File) -> str:
    """How an opaque content changed."""
    nature = _type_word(new)
    if nature == "submodule":
        return f"submodule {old.oid[:10]} → {new.oid[:10]}"
    if nature == "symlink":
        return (
            f"symlink {one_line(old.content or b'')} → {one_line(new.content or b'')}"
        )
    return f"binary, {old.size} → {new.size} bytes"


def hunk_cells(change: FileChange, header: Header, width: int) -> StyleAndTextTuples:
    """``@@ -a,b +c,d @@`` and the function that the hunk is in, as git says them."""
    numbers = f"@@ -{range_in_header(header.old)} +{range_in_header(header.new)} @@"
    rest = width - len(numbers) - 1
    function = start_of(
        one_line(function_line(_lines_above(change, header))), max(0, rest)
    )
    return [
        ("class:hunk", start_of(numbers, width)),
        ("class:function", " " + start_of(function, max(0, rest))),
    ]


def _lines_above(change: FileChange, header: Header) -> Iterator[bytes]:
    """The lines of the state before, above a hunk, upwards."""
    for span, is_old in header.above:
        lines = change.old_lines if is_old else change.new_lines
        yield from (lines[number] for number in reversed(span.numbers))


class SelectedRows(Struct, frozen=True):
    """The selected rows, as runs in order, for quick look-up."""

    runs: tuple[range, ...]

    def __contains__(self, row: int) -> bool:
        """Whether the row is selected."""
        return row in self.run_at(row)

    def mark(self, row: int, cursor: int) -> str:
        """The mark in the margin: large at the cursor, small where selected too."""
        return CURSOR if row == cursor else SELECTED if row in self else " "

    def run_at(self, row: int) -> range:
        """The run that the row is in; the last one before it where it is in none."""
        at = bisect_right(self.runs, row, key=lambda run: run.start) - 1
        return self.runs[at] if at >= 0 else range(0)


def gutter_width(plan: Plan) -> int:
    """The columns of the widest commit number."""
    return len(str(len(plan.groups)))


def diff_line(
    state: State, number: int, width: int, mark: str = " ", tints: Tints = no_tints
) -> StyleAndTextTuples:
    """A row on the screen of a split: the mark, its commit's number, its text."""
    plan, row = state.plan, state.rows[number]
    if row.kind is RowKind.FILE:
        return _file_line(state, number, width, mark)
    edit = row.segment.edit
    bar = "" if edit is None else bar_of(state.rows.rows_of(edit), number)
    gutter = gutter_cells(state, row, mark, bar)
    room = max(0, width - gutter_width(plan) - 3)
    return [*gutter, *text_cells(state, row, room, tints)]


def text_cells(
    state: State, row: DiffRow, width: int, tints: Tints
) -> StyleAndTextTuples:
    """A row right of the gutter; lines that came and went are named by the commit."""
    if row.kind is not RowKind.FOLD or row.segment.layer is None:
        return row_cells(state.plan.changes, row, width, line_look(state, tints))
    sign, style = _LINE_STYLES[RowKind.OLD if row.segment.is_old else RowKind.NEW]
    words = start_of(f" ⋮ {layer_words(state, row.segment)}", width - 1)
    return [(style, sign), ("class:faint", words)]


def layer_words(state: State, fold: Segment) -> str:
    """How many lines came and went there, and which other commit of the range it was.

    Where they are written, the one that takes them away; there, whose they were.
    """
    assert fold.layer is not None, "other folds are long runs"
    count = quantity(len(fold.lines), "line")
    other = change_words(state, fold.layer.other).strip()
    if fold.is_old:
        return f"{count} of {other}"
    done = "rewritten" if fold.layer.is_rewritten else "removed"
    return f"{count}, {done} in {other}"


_ID_WIDTH = 9  # two blanks and seven digits


def _file_line(state: State, number: int, width: int, mark: str) -> StyleAndTextTuples:
    """The header of a file; of a range's commit the subject is what has to be short."""
    plan, row = state.plan, state.rows[number]
    file = row.segment.file
    words, commit = edit_words(plan, file), change_words(state, file)
    folded = _folded_words(state, file)
    room = width - 1 - len(words) - len(folded)
    cells = row_cells(plan.changes, row, room - min(_ID_WIDTH, len(commit)))
    left = room - sum(get_cwidth(cell[1]) for cell in cells)
    is_id_alone = left < _ID_WIDTH + 3
    commit = commit[:_ID_WIDTH] if is_id_alone else start_of(commit, left)
    if state.is_searching:
        cells = with_matches(cells, state.search)
    about = ("class:faint", commit + folded)
    return [("class:cursor", mark), *cells, about, ("class:edited", words)]


def change_words(state: State, file: int) -> str:
    """Which commit of a range changes the file so; empty where there is only one."""
    if not state.plan.is_woven:
        return ""
    commit = commit_changing(state, file)
    if not commit.is_stored:
        return f"  {commit.in_words}"
    return f"  {commit.oid[:7]} {one_line(commit.subject)}"


def _folded_words(state: State, file: int) -> str:
    """What a folded file has, and in which commits."""
    if file not in state.folded:
        return ""
    places = state.rows.places_of(file)
    groups = sorted({state.plan.group_of[place] for place in places})
    names = ", ".join("×" if at == DROPPED else str(at + 1) for at in groups)
    return f"  … {quantity(len(places), 'hunk')} in {names}"


def gutter_cells(state: State, row: DiffRow, mark: str, bar: str) -> StyleAndTextTuples:
    """The three cells left of a row: the mark, its commit's number, and the bar.

    Where it is selected, the number is reversed: the hunk stands out as a whole.
    """
    plan, edit = state.plan, row.segment.edit
    digits = gutter_width(plan)
    margin = ("class:cursor", mark)
    chosen = "" if mark == " " else " class:selected"
    if edit is None:
        return [margin, (chosen, " " * (digits + 1)), ("", " ")]
    place = state.rows.place_of(edit)
    group = plan.group_of[place]
    name = "×" if group == DROPPED else str(group + 1)
    style = "class:warning" if group == DROPPED else group_style(group)
    between = UNSURE if place in unsure_places(state) else " "
    between = FOLLOWED if edit in state.followed else between
    if place in broken_needs(state):
        between = WARNING
    number_cell = (f"{style} bold{chosen}", f"{name.rjust(digits)}{between}")
    return [margin, number_cell, (style, bar)]


def diff_parts(
    state: State, number: int, width: int, mark: str, tints: Tints
) -> list[StyleAndTextTuples]:
    """A row on the screen of a split, on as many lines as it needs."""
    indent = gutter_width(state.plan) + 4
    room = (width - indent) * LONGEST_WRAPPED
    cells = diff_line(state, number, indent + room, mark, tints)
    if state.rows[number].kind not in _LINE_STYLES:
        return [diff_line(state, number, width, mark, tints)]
    (edge, _), (gutter, digits), (style, bar), (sign, _), *_ = (c[:2] for c in cells)
    below = "┃" if bar in ("┏", "┃") else " "
    blank = (gutter, " " * len(digits))
    return wrapped(
        cells, width, [(edge, " "), blank, (style, below), (sign, WRAPPED)], indent
    )


def diff_header(state: State, number: int, width: int) -> StyleAndTextTuples | None:
    """The file and the ``@@`` line that a row is under; None where it is one itself."""
    return header_above(state.rows, state.plan.changes, number, width)


def header_above(
    rows: Rows, changes: Sequence[FileChange], number: int, width: int
) -> StyleAndTextTuples | None:
    """What :func:`diff_header` says, of any diff."""
    if rows[number].kind not in (*_LINE_STYLES, RowKind.FOLD):
        return None
    segment = rows.segments[rows.first_segments[rows.block_at(number)]]
    return header_cells(
        changes[segment.file], header_of(changes[segment.file], segment), width
    )


def header_cells(change: FileChange, header: Header, width: int) -> StyleAndTextTuples:
    """A file's path and an ``@@`` line of it, above rows that are under them."""
    path = " " + end_of(one_line(change.path), width // 2)
    room = max(0, width - get_cwidth(path) - 2)
    return [("class:file", path), ("", "  "), *hunk_cells(change, header, room)]


def bar_of(run: range, row: int) -> str:
    """The bar beside a row of a hunk, which shows where the hunk begins and ends."""
    if len(run) == 1:
        return "╺"
    return "┏" if row == run[0] else "┗" if row == run[-1] else "┃"
