"""What a commit did to its files, and the edits that this consists of.

A file change has two sides, copied out of the repository as plain values, and the hunks
between them. An edit is the smallest thing that can be assigned to a new commit: a text
edit is a run of old lines that becomes a run of new lines inside one hunk, and can be
cut down to single lines; a fact is what a file change does besides its lines.

Lines are numbered from 0 and spans are half-open; the plan file's 1-based ranges are
made in :mod:`gitsplit.planfile.match` alone.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from itertools import groupby, islice, pairwise
from typing import AnyStr, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.model.align import Slot, merge_order, partners
from gitsplit.model.lines import Lines
from gitsplit.model.memo import memo
from gitsplit.model.objects import Oid


class Span(Struct, frozen=True, order=True):
    """Lines ``start`` up to but not including ``stop``, counted from 0."""

    start: int
    stop: int

    def __len__(self) -> int:
        """The number of lines."""
        return self.stop - self.start

    @property
    def numbers(self) -> range:
        """The 0-based numbers of the lines."""
        return range(self.start, self.stop)

    def __contains__(self, line: int) -> bool:
        """Whether the 0-based ``line`` is one of them."""
        return self.start <= line < self.stop


class Hunk(Struct, frozen=True):
    """A run of old lines that became a run of new lines, with no context.

    What ``git diff -U0 --inter-hunk-context=0`` shows between two ``@@``; one of the
    spans may be empty, but stands at its place all the same.
    """

    old: Span
    new: Span


class Unread(Struct, frozen=True, eq=False):
    """A content that stays in the repository until somebody asks for it by ``read``."""

    size: int
    read: Callable[[], bytes]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unread) and self.size == other.size

    def __ne__(self, other: object) -> bool:  # a Struct's own compares identities
        return not self == other

    def __hash__(self) -> int:
        return hash(self.size)


class File(Struct, frozen=True, eq=False):
    """One side of a file's change; ``stored`` is None for a submodule.

    Files are compared by their ids, which are made of the contents. A content of which
    no line is told from another, as a binary file's, is Unread.
    """

    path: bytes
    mode: int
    oid: Oid
    stored: bytes | Unread | None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, File) and self._identity == other._identity

    def __ne__(self, other: object) -> bool:  # a Struct's own compares identities
        return not self == other

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[bytes, int, Oid]:
        return self.path, self.mode, self.oid

    @property
    def content(self) -> bytes | None:
        """The content; read now, each time, where it is Unread."""
        return self.stored.read() if isinstance(self.stored, Unread) else self.stored

    @property
    def size(self) -> int:
        """The number of bytes; of a submodule 0."""
        if isinstance(self.stored, Unread):
            return self.stored.size
        return len(self.stored or b"")


class Origins(Struct, frozen=True):
    """Which of several commits did what of a change, by their numbers from 0.

    ``old`` has the lines of the old side in order, each run with the commit that took
    it away, ``new`` those of the new side with the commit that wrote it; lines of which
    nobody is known to be the one are in neither. ``facts`` says whose the facts are.
    """

    old: tuple[tuple[Span, int], ...] = ()
    new: tuple[tuple[Span, int], ...] = ()
    facts: int | None = None


class FileChange(Struct, frozen=True, dict=True):
    """What the commit did to one file: two sides and the hunks between them.

    ``old`` is None where the commit creates the file, ``new`` where it deletes it.
    ``by_lines`` is false where content is one opaque thing: binary, symlink,
    submodule, or a change of type. Then there are no hunks. ``commit`` is the number
    of the commit in its range, from 0. Where several commits made one change,
    ``origins`` says which did what.
    """

    old: File | None
    new: File | None
    hunks: tuple[Hunk, ...] = ()
    by_lines: bool = True
    commit: int = 0
    origins: Origins | None = None

    @property
    def path(self) -> bytes:
        """The path by which people know the file: the new one, or a deleted one's."""
        return self.side.path

    @property
    def side(self) -> File:
        """The new side, or the old one where the file is deleted."""
        side = self.new or self.old
        assert side is not None, "a file change has at least one side"
        return side

    @cached_property
    def old_lines(self) -> Lines:
        """The old side's lines; empty where there is no old side or it is opaque."""
        return self._lines(self.old)

    @cached_property
    def new_lines(self) -> Lines:
        """The new side's lines; empty where there is no new side or it is opaque."""
        return self._lines(self.new)

    def _lines(self, side: File | None) -> Lines:
        return Lines((side.content if side and self.by_lines else None) or b"")


_TYPE_BITS = 0o170000


class Fact(StrEnum):
    """What a file change does besides its lines; the words of the plan file."""

    CREATE = "create"
    DELETE = "delete"
    RENAME = "rename"
    TYPE = "type"
    MODE = "mode"
    CONTENT = "content"


class TextEdit(Struct, frozen=True):
    """Old lines ``old`` of a file become its new lines ``new``, inside one hunk.

    ``file`` and ``hunk`` count from 0 in the commit's changes and the file's hunks;
    the spans count lines of the whole file from 0. At most one of them is empty.
    """

    file: int
    hunk: int
    old: Span
    new: Span


class FactEdit(Struct, frozen=True):
    """One file-level fact of the file change number ``file`` (from 0)."""

    file: int
    fact: Fact


Edit = TextEdit | FactEdit


def facts_of(change: FileChange) -> tuple[Fact, ...]:
    """The file-level facts of a change, each assignable by itself.

    Creation and deletion carry an opaque content with them, a change of type carries
    the content and the mode: there is no valid state in between.
    """
    if change.old is None:
        return (Fact.CREATE,)
    if change.new is None:
        return (Fact.DELETE,)
    return tuple(_facts_between(change.old, change.new, change.by_lines))


def is_hunk(change: FileChange, fact: Fact) -> bool:
    """Whether a fact counts as a hunk, and has a number.

    All do but the creation and deletion of a file with lines, which go with them.
    """
    return not change.hunks or fact not in (Fact.CREATE, Fact.DELETE)


def hunks_of(
    changes: Sequence[FileChange], edits: Iterable["Edit"]
) -> frozenset[tuple[int, "int | Fact"]]:
    """The hunks that edits are, or are lines of: file, and number in it or fact.

    These are the ones that have numbers; the creation or deletion of a file is among
    them where there is nothing else.
    """
    found = frozenset(
        (edit.file, edit.fact if isinstance(edit, FactEdit) else edit.hunk)
        for edit in edits
    )
    numbered = frozenset(
        (file, what)
        for file, what in found
        if not isinstance(what, Fact) or is_hunk(changes[file], what)
    )
    return numbered or found


def _facts_between(old: File, new: File, by_lines: bool) -> Iterator[Fact]:
    """The facts of a change that has both sides."""
    if old.path != new.path:
        yield Fact.RENAME
    if old.mode & _TYPE_BITS != new.mode & _TYPE_BITS:
        yield Fact.TYPE
        return
    if old.mode != new.mode:
        yield Fact.MODE
    if not by_lines and old.oid != new.oid:
        yield Fact.CONTENT


def edits_of(changes: Iterable[FileChange]) -> tuple[Edit, ...]:
    """Every edit of a commit, uncut: each file's facts, then its hunks in order."""
    edits: list[Edit] = []
    for file, change in enumerate(changes):
        edits += (FactEdit(file, fact) for fact in facts_of(change))
        edits += (
            TextEdit(file, number, hunk.old, hunk.new)
            for number, hunk in enumerate(change.hunks)
        )
    return tuple(edits)


@memo
def places_of_facts(edits: Sequence[Edit]) -> tuple[tuple[int, FactEdit], ...]:
    """The edits that aren't lines, each with its place among all."""
    return tuple(
        (place, edit) for place, edit in enumerate(edits) if isinstance(edit, FactEdit)
    )


@memo
def facts_with_lines(edits: Sequence[Edit]) -> tuple[tuple[Fact, slice], ...]:
    """The creations and deletions of files with lines, and where the edits of each are.

    The fact is the first of them.
    """
    found: list[tuple[Fact, slice]] = []
    at = 0
    for _, own in edits_by_file(edits):
        first = own[0]
        if (
            isinstance(first, FactEdit)
            and first.fact in (Fact.CREATE, Fact.DELETE)
            and len(own) > 1
        ):
            found.append((first.fact, slice(at, at + len(own))))
        at += len(own)
    return tuple(found)


def size_of(edit: Edit) -> int:
    """The number of lines that the edit takes away and adds; of a fact 1."""
    return 1 if isinstance(edit, FactEdit) else len(edit.old) + len(edit.new)


def lines_by_commit(change: FileChange, edit: Edit) -> Mapping[int, int]:
    """How many lines of an edit each commit of a range has; a fact counts as one."""
    origins = change.origins
    if origins is None:
        return {change.commit: size_of(edit)}
    if isinstance(edit, FactEdit):
        return {} if origins.facts is None else {origins.facts: 1}
    found: dict[int, int] = {}
    for runs, span in ((origins.old, edit.old), (origins.new, edit.new)):
        at = bisect_right(runs, span.start, key=lambda run: run[0].stop)
        for number in range(at, len(runs)):
            run, commit = runs[number]
            if run.start >= span.stop:
                break
            shared = min(run.stop, span.stop) - max(run.start, span.start)
            found[commit] = found.get(commit, 0) + shared
    return found


_FACT_PLACES = {fact: place for place, fact in enumerate(Fact)}


def sort_key(edit: Edit) -> tuple[int, int, int, int]:
    """The place of an edit in the order of :func:`edits_of`, cut or not."""
    if isinstance(edit, FactEdit):
        return (edit.file, -1, _FACT_PLACES[edit.fact], 0)
    return (edit.file, edit.hunk, edit.old.start, edit.new.start)


def hunk_order(change: FileChange, hunk: Hunk) -> tuple[Slot, ...]:
    """The old and new lines of ``hunk`` in merge order, counted from 0 within it."""
    return merge_order(*hunk_lines_of(change, hunk))


def hunk_lines_of(
    change: FileChange, hunk: Hunk
) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """The old and the new lines of a hunk."""
    return (
        change.old_lines[hunk.old.start : hunk.old.stop],
        change.new_lines[hunk.new.start : hunk.new.stop],
    )


def line_edits(change: FileChange, edit: TextEdit) -> tuple[TextEdit, ...]:
    """The edit cut as fine as it goes: into pairs of partners and single lines."""
    hunk = change.hunks[edit.hunk]
    first_old, first_new = hunk.old.start, hunk.new.start
    found = partners(*hunk_lines_of(change, hunk))
    pairs = {(first_old + old, first_new + new) for old, new in found}
    cuts: list[TextEdit] = []
    for side, place in hunk_order(change, hunk):
        line = place + (first_old if side == "old" else first_new)
        if line not in (edit.old if side == "old" else edit.new):
            continue
        single = _single(edit, side == "old", line, cuts)
        if cuts and _are_partners(cuts[-1], single, pairs):
            single = edit_union((cuts.pop(), single))
        cuts.append(single)
    return tuple(cuts)


def _are_partners(old: TextEdit, new: TextEdit, pairs: set[tuple[int, int]]) -> bool:
    """Whether one is an old line and the other the new line that it became."""
    pair = (old.old.start, new.new.start)
    return len(old.old) > 0 and len(new.new) > 0 and pair in pairs


def _single(
    edit: TextEdit, is_old: bool, line: int, before: list[TextEdit]
) -> TextEdit:
    """One line as an edit; its empty side stands where the last one ended."""
    old = before[-1].old.stop if before else edit.old.start
    new = before[-1].new.stop if before else edit.new.start
    if is_old:
        return TextEdit(edit.file, edit.hunk, Span(line, line + 1), Span(new, new))
    return TextEdit(edit.file, edit.hunk, Span(old, old), Span(line, line + 1))


def edit_union(edits: tuple[TextEdit, ...]) -> TextEdit:
    """The one edit that neighbouring edits of a hunk make together."""
    first, last = edits[0], edits[-1]
    return TextEdit(
        first.file,
        first.hunk,
        Span(first.old.start, last.old.stop),
        Span(first.new.start, last.new.stop),
    )


def edits_around(edit: TextEdit, old: Span, new: Span) -> tuple[TextEdit, ...]:
    """The edit cut so that these old and new lines (from 0) are one of the parts.

    The parts are in order: what stands before, the selection, what stands after;
    parts without lines are left out. Lines outside the edit are ignored.
    """
    old = _span_within(old, edit.old)
    new = _span_within(new, edit.new)
    spans = (
        (Span(edit.old.start, old.start), Span(edit.new.start, new.start)),
        (old, new),
        (Span(old.stop, edit.old.stop), Span(new.stop, edit.new.stop)),
    )
    return tuple(
        TextEdit(edit.file, edit.hunk, removed, added)
        for removed, added in spans
        if len(removed) or len(added)
    )


def _span_within(span: Span, bounds: Span) -> Span:
    """The part of ``span`` inside ``bounds``."""
    start = min(max(span.start, bounds.start), bounds.stop)
    return Span(start, max(start, min(span.stop, bounds.stop)))


def is_part_of(part: Edit, whole: Edit) -> bool:
    """Whether the edit is the whole one, or can have been cut from it."""
    if isinstance(part, FactEdit) or isinstance(whole, FactEdit):
        return part == whole
    return (part.file, part.hunk) == (whole.file, whole.hunk) and all(
        bounds.start <= span.start and span.stop <= bounds.stop
        for span, bounds in ((part.old, whole.old), (part.new, whole.new))
    )


def finer_edits(change: FileChange, edit: TextEdit) -> tuple[TextEdit, ...]:
    """The edit cut one step finer: at blank lines, else down to single lines.

    An edit that is a single line or pair comes back alone.
    """
    blocks = block_edits(change, edit)
    if not len(edit.new):
        blocks = tuple(
            replace(edit, old=span) for span in _block_spans(change.old_lines, edit.old)
        )
    return blocks if len(blocks) > 1 else line_edits(change, edit)


def bytes_compared(change: FileChange, edit: TextEdit) -> int:
    """How many pairs of bytes are compared at most to cut an edit down to lines."""
    hunk = change.hunks[edit.hunk]
    if len(hunk.old) == len(hunk.new):
        return 0  # each line is the partner of the one at its place
    old, new = (sum(map(len, lines)) for lines in hunk_lines_of(change, hunk))
    return old * new


def block_edits(change: FileChange, edit: TextEdit) -> tuple[TextEdit, ...]:
    """The edit cut after each blank line that stands between two blocks of added code.

    A block begins at the least indentation of the added lines, not at a closing
    bracket, so that a function with a blank line in it stays whole. Only an edit that
    adds lines and removes none is cut.
    """
    if len(edit.old) or not len(edit.new):
        return (edit,)
    return tuple(
        replace(edit, new=span) for span in _block_spans(change.new_lines, edit.new)
    )


def _block_spans(lines: Lines, span: Span) -> Iterator[Span]:
    """The span cut where a block begins."""
    own, first = lines[span.start : span.stop], span.start
    for start, stop in pairwise([0, *_block_starts(own), len(own)]):
        yield Span(first + start, first + stop)


def _block_starts(lines: tuple[bytes, ...]) -> Iterator[int]:
    """Where a new block begins: after a blank line, at the least indentation."""
    least = min((indentation(line) for line in lines if line.strip()), default=0)
    seen_code = False
    for at, line in enumerate(lines):
        if not line.strip():
            continue
        begins = at > 0 and not lines[at - 1].strip() and indentation(line) == least
        if seen_code and begins and line.strip()[:1] not in b")]}":
            yield at
        seen_code = True


def indentation(line: AnyStr) -> int:
    """The width of the white space that a line begins with; a tab counts as eight."""
    text = line.expandtabs(8)
    return len(text) - len(text.lstrip())


def edits_by_file(edits: Iterable[Edit]) -> Iterator[tuple[int, tuple[Edit, ...]]]:
    """The edits of each file together, given in the order of :func:`edits_of`."""
    for file, members in groupby(edits, key=lambda edit: edit.file):
        yield file, tuple(members)


HunkFinder = Callable[[bytes, bytes], Sequence[Hunk]]
"""The hunks without context that turn the first content into the second."""


def change_between(
    old: File | None, new: File | None, hunks_between: HunkFinder, *, by_lines: bool
) -> FileChange:
    """The change from one state of a file to another, of which one exists."""
    if not by_lines or (old and new and old.oid == new.oid):
        return FileChange(old, new, by_lines=by_lines)
    before, after = ((side and side.content) or b"" for side in (old, new))
    return FileChange(old, new, tuple(hunks_between(before, after)))


class CommitSize(NamedTuple):
    """How many files a commit changes, and how many lines it adds and removes."""

    files: int = 0
    added: int = 0
    removed: int = 0


_LONGEST_SEARCH = 10_000  # lines looked at for a function's name, for one header


def range_in_header(lines: Span) -> str:
    """A side's lines as in a unified diff: an empty range names the line before it."""
    if len(lines) == 1:
        return f"{lines.start + 1}"
    return f"{lines.start + (len(lines) > 0)},{len(lines)}"


def function_line(upwards: Iterable[bytes]) -> bytes:
    """The first line upwards that begins with a letter, ``_`` or ``$``; or none.

    Git's rule where no driver is configured (gitattributes(5), "Defining a custom
    hunk-header"), including its 80 bytes.
    """
    for line in islice(upwards, _LONGEST_SEARCH):
        first = line[:1]
        if first.isalpha() or first in (b"_", b"$"):
            return line[:80].rstrip()
    return b""
