"""A split as one text for an editor: the messages, then the diff with numbers in front.

The number in front of a line, a hunk or a file says which new commit it is in; ``x`` is
none, and ``.`` is what the hunk, or the file, above says. :mod:`.text_reading` reads
the text again. What of a repository would confuse an editor is named in it, as control
characters are: only numbers and messages are read.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from gitsplit.model.diff import (
    Fact,
    FactEdit,
    File,
    FileChange,
    Hunk,
    Span,
    function_line,
    range_in_header,
)
from gitsplit.model.escape import printable
from gitsplit.model.lines import Lines
from gitsplit.model.message_buffer import mark_for
from gitsplit.model.objects import EXECUTABLE, FILE, GITLINK, SYMLINK
from gitsplit.model.plan import DROPPED, Plan, without_empty_groups
from gitsplit.model.todo import Entry
from gitsplit.planfile.numbering import NumberedHunk, numbered_hunks

RULER = "-----"
"""What parts a heading from the words behind it."""

CHANGES = f"{RULER} the changes"
"""The heading below which the diff begins."""

SECTION = "====="
"""What begins a heading above each of several commits that are split."""

CANARY = "a line “# commit 9” above makes a new commit; saved empty, nothing changes"
"""A line which tells by its quotes whether an editor has changed the encoding."""

_EXPLANATION = (
    ": a number in front says which commit, x none, . as the line above it says"
)

Kind = Literal["remark", "file", "fact", "hunk", "line"]


class FormLine(Struct, frozen=True):
    """A line of the diff, without what is in front of it.

    ``file`` is the number of the change that it is of, from 0. A line of a hunk has its
    sign in front and the number of its line in the file, from 0. A remark is shown and
    not read.
    """

    kind: Kind
    text: str
    file: int = 0
    fact: Fact | None = None
    line: int = 0

    @property
    def has_place(self) -> bool:
        """Whether it is a line or a fact, which is in one commit or left out."""
        return self.kind in ("line", "fact")


class Section(Struct, frozen=True):
    """One of the commits that are split, or a range of them, as it is in the text.

    ``places`` has for each line of the diff the group that it is in, DROPPED where that
    is none, and None for what is in no group by itself.
    """

    entry: Entry
    plan: Plan
    lines: tuple[FormLine, ...]
    places: tuple[int | None, ...]


class Form(Struct, frozen=True):
    """The text for the editor, and what it was made of."""

    text: str
    mark: str
    sections: tuple[Section, ...]

    @property
    def data(self) -> bytes:
        """The text in bytes, which are UTF-8 unless a message isn't."""
        return self.text.encode("utf-8", "surrogateescape")


def form_of(entries: Sequence[Entry], wanted_mark: bytes | None = None) -> Form:
    """The text for these entries, which have plans.

    ``wanted_mark`` begins comment lines where no line of a message begins with it.
    """
    plans = [
        (entry, without_empty_groups(entry.plan))
        for entry in entries
        if entry.plan is not None
    ]
    messages = [group.message for _, plan in plans for group in plan.groups]
    usable = wanted_mark if wanted_mark and _USABLE.match(wanted_mark) else None
    mark = mark_for(messages, usable).decode()
    sections = tuple(_section(entry, plan) for entry, plan in plans)
    lines: list[str] = []
    for number, section in enumerate(sections, 1):
        if len(sections) > 1:
            subject = printable(section.entry.commit.subject)
            of = f"{section.entry.oid[:7]}, {number} of {len(sections)}"
            lines.append(f"{mark} {SECTION} {of}: {subject}\n\n")
        lines += _message_lines(section, mark)
        lines.append(f"{mark} {CHANGES}{_EXPLANATION}\n")
        if number == 1:
            lines.append(f"{mark} {CANARY}\n")
        lines += _diff_lines(section, mark)
        lines.append("\n" if number < len(sections) else "")
    return Form("".join(lines), mark, sections)


_USABLE = re.compile(rb"[!-\-/:-@\[-`{-~][!-~]*\Z")
"""A comment mark that can't be mistaken for a number, a dot or an x in front."""


def _message_lines(section: Section, mark: str) -> Iterator[str]:
    plan, commits = section.plan, section.entry.commits
    for number, group in enumerate(plan.groups, 1):
        told = []
        if number == 1:
            first = commits[0]
            told = [f"of {first.oid[:7] if first.is_stored else first.in_words}"]
            last = commits[-1]
            name = last.oid[:7] if last.is_stored else last.in_words
            told += [f"to {name}"] if commits[1:] else []
            told = [f"{' '.join(told)}; lines that begin with {mark} are left out"]
        continued = plan.continues(number - 1)
        if continued is not None:
            which = commits[continued].oid[:7] if commits[1:] else "the original"
            told.insert(0, f"continues {which}")
        diamond = "" if continued is None else " ◆"
        words = f" {RULER} {', '.join(told)}" if told else ""
        yield f"{mark} commit {number}{diamond}{words}\n"
        message = group.message.decode("utf-8", "surrogateescape")
        yield message if message.endswith("\n") else message + "\n"
        yield "\n"


def _diff_lines(section: Section, mark: str) -> Iterator[str]:
    """The diff, each line with what is in front of it: as little as can be said."""
    said = _said(section)
    for line, group in zip(section.lines, said, strict=True):
        if line.kind == "remark":
            yield f"{mark} {line.text}\n"
        else:
            yield f"{_in_front(group):<2} {line.text}\n"


def _in_front(group: int | None) -> str:
    if group is None:
        return "."
    return "x" if group == DROPPED else str(group + 1)


def _said(section: Section) -> list[int | None]:
    """What is to be said in front of each line; None where that is nothing new."""
    lines, said = section.lines, [*section.places]
    for head, members in (("hunk", ("line",)), ("file", ("hunk", "fact"))):
        at: int | None = None
        below: dict[int, list[int]] = {}
        for place, line in enumerate(lines):
            if line.kind in (head, "file"):
                at = place if line.kind == head else None
            elif at is not None and line.kind in members:
                below.setdefault(at, []).append(place)
        for at, own in below.items():
            usual = Counter(said[place] for place in own).most_common(1)[0][0]
            said[at] = usual
            for place in own:
                said[place] = None if said[place] == usual else said[place]
    return said


def _section(entry: Entry, plan: Plan) -> Section:
    lines: list[FormLine] = []
    places: list[int | None] = []
    for line, place in _lines_with_places(entry, plan):
        lines.append(line)
        places.append(place)
    return Section(entry, plan, tuple(lines), tuple(places))


Placed = tuple[FormLine, int | None]


def _lines_with_places(entry: Entry, plan: Plan) -> Iterator[Placed]:
    numbered: dict[int, list[NumberedHunk]] = {}
    for each in numbered_hunks(plan.changes):
        numbered.setdefault(each.file, []).append(each)
    commit = -1
    for file, change in enumerate(plan.changes):
        if entry.rest and change.commit != commit:
            commit = change.commit
            source = entry.commits[commit]
            words = source.in_words
            if source.is_stored:
                words = f"{source.oid[:7]} {printable(source.subject)}"
            yield FormLine("remark", f"{RULER} {words}"), None
        yield from _file_lines(plan, file, change, numbered.get(file, []))


def _file_lines(
    plan: Plan, file: int, change: FileChange, numbered: Sequence[NumberedHunk]
) -> Iterator[Placed]:
    facts, old, new = _groups(plan, file)
    status = " (new)" if change.old is None else ""
    status = " (deleted)" if change.new is None else status
    yield FormLine("file", f"== {_shown(change.path)}{status}", file), None
    numbers = {each.fact: str(each.number) for each in numbered}
    for fact, group in facts.items():
        if fact not in numbers:
            lines = {*old.values(), *new.values()}
            if group == (max if fact is Fact.DELETE else min)(lines):
                continue  # it goes with its lines
        words = f"@@ {numbers.get(fact, '-')} @@ {_fact_words(change, fact)}"
        yield FormLine("fact", words, file, fact), group
    for each in numbered:
        if each.hunk is not None:
            yield _hunk_heading(change, each, each.hunk), None
            yield from _side_lines("-", file, change.old_lines, each.hunk.old, old)
            yield from _side_lines("+", file, change.new_lines, each.hunk.new, new)


Groups = Mapping[int, int]


def _groups(plan: Plan, file: int) -> tuple[dict[Fact, int], Groups, Groups]:
    """The groups of a file's facts, and of its old and new lines, from 0."""
    facts: dict[Fact, int] = {}
    old: dict[int, int] = {}
    new: dict[int, int] = {}
    for edit, group in plan.of_file(file):
        if isinstance(edit, FactEdit):
            facts[edit.fact] = group
        else:
            old |= dict.fromkeys(edit.old.numbers, group)
            new |= dict.fromkeys(edit.new.numbers, group)
    return facts, old, new


def _hunk_heading(change: FileChange, numbered: NumberedHunk, hunk: Hunk) -> FormLine:
    upwards = range(hunk.old.start - 1, -1, -1)
    function = function_line(change.old_lines[line] for line in upwards)
    ranges = f"-{range_in_header(hunk.old)} +{range_in_header(hunk.new)}"
    words = f"@@ {numbered.number} @@ {ranges} @@ {_shown(function)}".rstrip()
    return FormLine("hunk", words, numbered.file)


def _side_lines(
    sign: str, file: int, lines: Lines, span: Span, groups: Groups
) -> Iterator[Placed]:
    """The lines that a hunk takes away, or adds."""
    for line in span.numbers:
        text = lines[line]
        shown = sign + _shown(text.removesuffix(b"\n"))
        yield FormLine("line", shown, file, line=line), groups[line]
        if not text.endswith(b"\n"):
            yield FormLine("remark", "\\ No newline at end of file"), None


def _shown(text: bytes) -> str:
    """The text as an editor has it: with its tabs, and nothing else to be obeyed."""
    return "\t".join(map(printable, text.split(b"\t")))


def _fact_words(change: FileChange, fact: Fact) -> str:
    old, new = change.old or change.side, change.new or change.side
    match fact:
        case Fact.RENAME:
            return f"renamed from {_shown(old.path)}"
        case Fact.CREATE | Fact.DELETE:
            what = "new" if fact is Fact.CREATE else "deleted"
            return f"{what} file mode {old.mode:o}, {_content_words(old)}"
        case Fact.MODE | Fact.TYPE:
            return f"{fact} {old.mode:o} → {new.mode:o}"
        case Fact.CONTENT:
            if {old.mode, new.mode} <= {FILE, EXECUTABLE}:
                return f"binary, {old.size:,} → {new.size:,} bytes"
            return f"{_content_words(old)} → {_content_words(new)}"


def _content_words(side: File) -> str:
    if side.mode == GITLINK:
        return f"submodule at {side.oid[:10]}"
    if side.mode == SYMLINK:
        return f"symlink to {_shown(side.content or b'')}"
    return f"{side.size:,} bytes"
