"""The diff of a commit as text, for the editor of its message: as ``git commit -v``.

Files with what changes in them come first, then the diff in git's form, by which
editors know how to colour it. Of a large commit it is the beginning.
"""

from collections.abc import Iterator
from itertools import groupby

from gitsplit.model.diff import Fact, FactEdit, FileChange
from gitsplit.model.escape import printable
from gitsplit.model.listing import line_counts, quantity
from gitsplit.model.objects import Oid
from gitsplit.tui.diff.commit_rows import CommitRows
from gitsplit.tui.diff.rows import DiffRow, RowKind, Rows, header_of
from gitsplit.tui.state.app_state import ONE_COMMIT, Screen, State, entries_of
from gitsplit.tui.state.commit_diff import ActualCommit, actual_commit, commit_of_plan
from gitsplit.tui.state.message_rows import commit_at_cursor
from gitsplit.tui.view.split import hunk_cells, line_text

MOST_FILES = 100
MOST_LINES = 2_000
"""So many files and lines of the diff are shown."""

LONGEST = 1_000
"""So many bytes of a line are shown."""

_SIGNS = {RowKind.CONTEXT: b" ", RowKind.OLD: b"-", RowKind.NEW: b"+"}
_NONE = b"/dev/null"
_NO_NEWLINE = b"\\ No newline at end of file\n"


def patch_at_cursor(state: State) -> bytes:
    """The diff of the commit whose message is edited next; empty if it isn't known."""
    if state.screen in ONE_COMMIT:
        return patch_of_new(actual_commit(state, state.focus))
    if state.screen is not Screen.MESSAGES:
        return _patch_of_whole(state, state.chosen)
    commit = commit_at_cursor(state)
    if commit.joined:
        return b""
    if commit.group is None or commit.entry.plan is None:
        return _patch_of_whole(state, commit.entry.oid)
    made = commit_of_plan(commit.entry.plan, commit.group, state.hunks_between)
    return patch_of_new(made)


def patch_of_new(commit: ActualCommit) -> bytes:
    """The diff of a new commit, as it will be."""
    counts = {file: size.lines for file, size in commit.size.files.items()}
    return _patch(commit.plan.changes, commit.rows, counts)


def _patch_of_whole(state: State, oid: Oid) -> bytes:
    """The diff of a commit of the series that is all its own, where it was read."""
    found = state.read.get(oid)
    is_its_own = entries_of(state.todo)[oid].action in ("pick", "reword", "split")
    if found is None or not len(found.rows) or not is_its_own:
        return b""
    counts = {
        file: line_counts(
            sum(len(hunk.new) for hunk in found.changes[file].hunks),
            sum(len(hunk.old) for hunk in found.changes[file].hunks),
        )
        for file in found.rows.by_file
    }
    return _patch(found.changes, found.rows, counts)


def _patch(
    changes: tuple[FileChange, ...], rows: CommitRows | Rows, counts: dict[int, str]
) -> bytes:
    """The files with their counts, and the diff."""
    names = [f"{_name(changes[file].path)}  {said}" for file, said in counts.items()]
    listed = names[:MOST_FILES]
    if len(names) > MOST_FILES:
        listed.append(f"… {quantity(len(names) - MOST_FILES, 'file')} more")
    lines = "".join(f"{name}\n" for name in listed).encode()
    shown = (rows[number] for number in range(min(len(rows), MOST_LINES)))
    diff = b"".join(_file_diffs(changes, shown))
    rest = len(rows) - MOST_LINES
    more = f"… {quantity(rest, 'line')} more\n".encode() if rest > 0 else b""
    return b"%s\n%s%s" % (lines, diff, more)


def _name(path: bytes) -> str:
    return printable(path)


def _file_diffs(
    changes: tuple[FileChange, ...], rows: Iterator[DiffRow]
) -> Iterator[bytes]:
    """The diff, file by file."""
    for file, run in groupby(rows, key=lambda row: row.segment.file):
        change = changes[file]
        old, new = change.old or change.side, change.new or change.side
        paths = _name(old.path).encode(), _name(new.path).encode()
        yield b"diff --git a/%s b/%s\n" % paths
        facts: set[Fact] = set()
        has_names = False
        for row in run:
            if isinstance(row.segment.edit, FactEdit):
                facts.add(row.segment.edit.fact)
            if row.kind is RowKind.HUNK and not has_names:
                has_names = True
                sides = b"a/%s" % paths[0], b"b/%s" % paths[1]
                yield b"--- %s\n" % (_NONE if Fact.CREATE in facts else sides[0])
                yield b"+++ %s\n" % (_NONE if Fact.DELETE in facts else sides[1])
            yield from _row_lines(change, row)


def _row_lines(change: FileChange, row: DiffRow) -> Iterator[bytes]:
    """A row as lines of a diff; none for what stands between files."""
    match row.kind:
        case RowKind.FACT if isinstance(row.segment.edit, FactEdit):
            yield from _fact_lines(change, row.segment.edit.fact)
        case RowKind.HUNK:
            header = row.header or header_of(change, row.segment)
            cells = hunk_cells(change, header, LONGEST)
            yield "".join(cell[1] for cell in cells).rstrip().encode() + b"\n"
        case RowKind.CONTEXT | RowKind.OLD | RowKind.NEW:
            line = line_text(change, row)
            body = line.removesuffix(b"\n")
            cut = body[:LONGEST] + (b" \xe2\x80\xa6" if len(body) > LONGEST else b"")
            yield _SIGNS[row.kind] + cut + b"\n"
            if not line.endswith(b"\n"):
                yield _NO_NEWLINE
        case _:
            return


def _fact_lines(change: FileChange, fact: Fact) -> Iterator[bytes]:
    """What becomes of a file besides its lines, as git says it."""
    old, new = change.old or change.side, change.new or change.side
    match fact:
        case Fact.CREATE:
            yield b"new file mode %o\n" % new.mode
        case Fact.DELETE:
            yield b"deleted file mode %o\n" % old.mode
        case Fact.RENAME:
            yield b"rename from %s\n" % _name(old.path).encode()
            yield b"rename to %s\n" % _name(new.path).encode()
        case Fact.MODE | Fact.TYPE:
            yield b"old mode %o\nnew mode %o\n" % (old.mode, new.mode)
        case Fact.CONTENT:
            yield b"Binary files differ\n"
