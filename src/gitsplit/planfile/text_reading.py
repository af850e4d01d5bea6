"""Reads a split that was edited as text: its numbers and messages, and nothing else.

The diff must be all there, line by line, as :mod:`.text_form` wrote it. What editors do
to blanks, tabs, line ends and encodings doesn't matter: white space isn't compared, and
what isn't ASCII is only compared to tell which line it is.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from msgspec import Struct, field
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import Fact, FileChange
from gitsplit.model.escape import printable
from gitsplit.model.listing import abbreviation
from gitsplit.model.message import has_subject, stripspace
from gitsplit.model.plan import DROPPED, Group, Plan, groups_with_edits
from gitsplit.model.states import steps
from gitsplit.planfile.document import CommitEntry, FileEntry, GroupEntry
from gitsplit.planfile.hunks import runs_of
from gitsplit.planfile.match import plan_of_entry
from gitsplit.planfile.numbering import bare_entry
from gitsplit.planfile.text_form import CANARY, CHANGES, Form, FormLine, Section


class Mistake(Exception):
    """What is wrong with an edited text, in a sentence, and in which line, from 1."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


def text_in_utf8(data: bytes) -> bytes:
    """The edited text without what only says how it is encoded."""
    for start, codec in _ENCODINGS:
        if data.startswith(start):
            data = data.decode(codec, "replace").encode("utf-8", "replace")
            break
    data = data.removeprefix("\ufeff".encode())
    return data if b"\n" in data else data.replace(b"\r", b"\n")


_ENCODINGS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def with_mistake_shown(text: bytes, form: Form, mistake: Mistake) -> bytes:
    """The text with the mistake said above its line, in place of those before.

    The first line says where that is: an editor shows that one.
    """
    lines = text.split(b"\n")
    above = lines[: mistake.line - 1]
    at = mistake.line - sum(_is_told(line, form) for line in above) + 2
    told = f'1 mistake, in line {at}: {mistake} Search for "{form.mark} !!".'
    lines.insert(mistake.line - 1, _said(form, str(mistake)))
    return b"\n".join(
        line
        for number, line in enumerate((_said(form, told), *lines))
        if number in (0, mistake.line) or not _is_told(line, form)
    )


def with_note_shown(text: bytes, form: Form, note: str) -> bytes:
    """The text with a sentence above it, in place of what was said there before."""
    lines = text.split(b"\n")
    return b"\n".join(
        (_said(form, note), *(line for line in lines if not _is_told(line, form)))
    )


def line_of_mistake(text: bytes, form: Form) -> int:
    """The line, from 1, below the mistake that is shown in a text; 1 where none is."""
    lines = enumerate(text.split(b"\n"), 1)
    told = [number for number, line in lines if _is_told(line, form)]
    return told[1] + 1 if len(told) > 1 else 1


def _said(form: Form, sentence: str) -> bytes:
    return f"{form.mark} !! {sentence}".encode(errors="replace")


def _is_told(line: bytes, form: Form) -> bool:
    """Whether gitsplit has put the line there, to say something of the text."""
    return line.startswith(form.mark.encode() + b" !! ")


def plans_in(text: bytes, form: Form) -> tuple[Plan, ...]:
    """The plans for the sections of the form that the text means; none where empty.

    ``text`` is UTF-8. A plan of which nothing was changed is the very same. Where
    nothing in the text continues a commit any more, nobody does. Raises Mistake.
    """
    if not text.strip():
        return ()
    is_recoded = _is_recoded(text, form)
    parts = _parts(text.split(b"\n"), form)
    return tuple(
        _plan(part, section, form.mark.encode(), is_recoded)
        for part, section in zip(parts, form.sections, strict=True)
    )


_BLANKS = re.compile(rb"[\s\0]+")
_RECODED = re.compile(rb"[\s\0\x80-\xff?]+")
"""What is left of a character that an encoding lacks may be a question mark."""


def _is_recoded(text: bytes, form: Form) -> bool:
    """Whether an editor has changed what isn't ASCII."""
    canary, packed = _BLANKS.sub(b"", CANARY.encode()), _BLANKS.sub(b"", text)
    if canary in packed:
        return False
    is_broken = _is_utf8(form.data) and not _is_utf8(text)
    return is_broken or _RECODED.sub(b"", canary) in _RECODED.sub(b"", packed)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


class _Heading(Struct):
    """A new commit's heading at line ``at``, and the lines of the message below it."""

    at: int
    lines: list[bytes] = field(default_factory=list)


class _Part(Struct):
    """The text of one section: headings by their numbers, and the lines of the diff.

    Each of these has its number. The diff begins below line ``changes_at``, if it does.
    """

    headings: dict[int, _Heading] = field(default_factory=dict)
    changes_at: int = 0
    lines: list[tuple[int, bytes]] = field(default_factory=list)


_HEADING = re.compile(rb"commit(\d{1,9})(?:--.*)?|(-----thechanges.*)|(=====.*)")
_SECTION = re.compile(rb"=====[0-9a-f]*,(\d{1,9})of\d")


def _parts(lines: Sequence[bytes], form: Form) -> list[_Part]:
    """The parts of the text, as many as there are sections."""
    mark, several = form.mark.encode(), len(form.sections) > 1
    found = [] if several else [_Part()]
    for at, line in enumerate(lines, 1):
        is_remark = line.startswith(mark)
        words = _RECODED.sub(b"", line[len(mark) :]) if is_remark else b""
        heading = _HEADING.fullmatch(words)
        if heading and heading[3]:
            _begin_section(found, at, words, form)
        elif found and heading:
            _add_heading(found[-1], at, heading)
        elif heading or (line.strip() and not is_remark and not found):
            raise Mistake(at, _NOTHING_ABOVE)
        elif found and not is_remark:
            _add_line(found[-1], at, line)
    if not found or not found[-1].changes_at or len(found) < len(form.sections):
        end = len(lines) + bool(lines[-1].strip())
        raise Mistake(end, f"The line “{form.mark} {CHANGES}” is missing.")
    return found


_NOTHING_ABOVE = "This is above the heading of the first commit."


def _add_heading(part: _Part, at: int, heading: re.Match[bytes]) -> None:
    if heading[1]:
        _begin_message(part, at, int(heading[1]))
    else:
        _begin_changes(part, at)


def _begin_section(found: list[_Part], at: int, words: bytes, form: Form) -> None:
    number = _SECTION.match(words)
    is_next = number is not None and int(number[1]) == len(found) + 1
    is_there = len(found) < len(form.sections) > 1
    if not (is_next and is_there) or (found and not found[-1].changes_at):
        raise Mistake(at, "This heading is out of place.")
    found.append(_Part())


def _begin_changes(part: _Part, at: int) -> None:
    if part.changes_at:
        raise Mistake(at, "This line is here twice.")
    if not part.headings:
        raise Mistake(at, "There is no heading of a commit above.")
    part.changes_at = at


def _begin_message(part: _Part, at: int, number: int) -> None:
    if part.changes_at:
        raise Mistake(at, "The heading of a commit must be above the changes.")
    if number in part.headings:
        raise Mistake(at, f"There is a heading of commit {number} above.")
    part.headings[number] = _Heading(at)


def _add_line(part: _Part, at: int, line: bytes) -> None:
    if part.changes_at:
        if line.strip():
            part.lines.append((at, line))
    elif part.headings:
        next(reversed(part.headings.values())).lines.append(line)
    elif line.strip():
        raise Mistake(at, _NOTHING_ABOVE)


def _plan(part: _Part, section: Section, mark: bytes, is_recoded: bool) -> Plan:
    order = {number: group for group, number in enumerate(part.headings)}
    _check_text(part, section, is_recoded)
    places = _places(part, section, order)
    _check_headings(part, section, {*places})
    groups = tuple(
        _group(heading, number, section.plan, mark, is_recoded)
        for number, heading in part.headings.items()
    )
    plan = section.plan
    if [*order] == [*range(1, len(plan.groups) + 1)] and places == section.places:
        return plan if groups == plan.groups else replace(plan, groups=groups)
    try:
        made = plan_of_entry(_entry(section, groups, order, places), plan.changes)
        steps(made)
    except InvalidPlan as error:
        raise Mistake(part.changes_at, f"{error} {error.hint}".strip()) from None
    return replace(made, groups=groups)


_FRONT = re.compile(rb"\s*(\d{1,9}|x|\.)(.*)", re.DOTALL)


def _check_text(part: _Part, section: Section, is_recoded: bool) -> None:
    """Refuse a line of the diff that is lost, doubled, moved or changed."""
    wanted = [line for line in section.lines if line.kind != "remark"]
    texts = [line.text.encode() for line in wanted]
    keys = [_BLANKS.sub(b"", text) for text in texts]
    known = frozenset() if is_recoded else frozenset(keys)
    for place, (at, line) in enumerate(part.lines):
        front = _FRONT.match(line)
        if front is None:
            raise Mistake(at, "This line has no number, x or dot in front.")
        if place >= len(wanted):
            raise Mistake(at, "This line is not of the diff.")
        if not _is_alike(_BLANKS.sub(b"", front[2]), keys[place], known):
            raise Mistake(at, f"Here should be “{_brief(wanted[place])}”.")
    if len(part.lines) < len(wanted):
        at = part.lines[-1][0] if part.lines else part.changes_at
        missing = _brief(wanted[len(part.lines)])
        raise Mistake(at + 1, f"Here should be “{missing}”.")
    _refuse_moved(part.lines, texts, keys)


def _is_alike(key: bytes, wanted: bytes, known: frozenset[bytes]) -> bool:
    """Whether a line is the one wanted, by what of it isn't blank.

    What isn't ASCII may be another in a line that has such; but not so that it is one
    of the other lines ``known``.
    """
    if key == wanted:
        return True
    is_possible = not wanted.isascii() and key not in known
    return is_possible and _RECODED.sub(b"", key) == _RECODED.sub(b"", wanted)


def _refuse_moved(
    lines: Sequence[tuple[int, bytes]], texts: Sequence[bytes], keys: Sequence[bytes]
) -> None:
    """Refuse neighbours in another order that only their blanks tell apart."""
    placed = zip(keys, texts, lines, strict=True)
    for _, run in groupby(placed, key=itemgetter(0)):
        rows = [
            (text.strip(), _behind(line).strip(), at) for _, text, (at, line) in run
        ]
        wanted, found, places = zip(*rows, strict=True)
        if wanted != found and sorted(wanted) == sorted(found):
            pairs = zip(wanted, found, places, strict=True)
            at = next(at for text, line, at in pairs if text != line)
            raise Mistake(at, "This line has changed places with one like it.")


def _behind(line: bytes) -> bytes:
    """What of a line stands behind its number."""
    front = _FRONT.match(line)
    assert front is not None, "lines without are refused before"
    return front[2].strip()


def _brief(line: FormLine) -> str:
    return abbreviation(printable(line.text.expandtabs()))


def _places(
    part: _Part, section: Section, order: Mapping[int, int]
) -> tuple[int | None, ...]:
    """The group of each line and fact, as the section has places.

    ``order`` has the groups of the commits by their numbers.
    """
    found: list[int | None] = []
    lines = iter(part.lines)
    of_file: int | None = None
    of_hunk: int | None = None
    for line in section.lines:
        if line.kind == "remark":
            found.append(None)
            continue
        at, text = next(lines)
        above = {"file": None, "line": of_hunk}.get(line.kind, of_file)
        group = _group_in_front(text, order, at, above)
        if line.kind == "file":
            of_file = of_hunk = group
        elif line.kind == "hunk":
            of_hunk = group
        elif group is None:
            raise Mistake(at, "There is a dot here, and no number above.")
        found.append(group if line.has_place else None)
    return tuple(found)


def _group_in_front(
    text: bytes, order: Mapping[int, int], at: int, above: int | None
) -> int | None:
    front = _FRONT.match(text)
    assert front is not None, "lines without are refused before"
    if front[1] == b".":
        return above
    if front[1] == b"x":
        return DROPPED
    number = int(front[1])
    if number not in order:
        raise Mistake(at, f"There is no heading of a commit {number} above.")
    return order[number]


def _check_headings(part: _Part, section: Section, used: set[int | None]) -> None:
    """Refuse a commit that has nothing, and one that is gone and can't be.

    Who continues a commit of a range that changed nothing has nothing, too.
    """
    plan = section.plan
    bare = {*groups_with_edits(replace(plan, edits=(), group_of=()))}
    for group, (number, heading) in enumerate(part.headings.items()):
        if group not in used and number - 1 not in bare:
            raise Mistake(
                heading.at,
                f"Commit {number} would be empty: give it a hunk, or remove its heading"
                " and message.",
            )
    kept = bare - {*plan.group_of} | {each.group for each in plan.overrides}
    for group in sorted(kept):
        if group + 1 not in part.headings:
            raise Mistake(
                part.changes_at, f"The heading of commit {group + 1} is lost."
            )


def _group(
    heading: _Heading, number: int, plan: Plan, mark: bytes, is_recoded: bool
) -> Group:
    """The group with the message below its heading."""
    given = stripspace(b"\n".join(heading.lines), mark)
    known = plan.groups[number - 1] if 1 <= number <= len(plan.groups) else None
    if known is not None and _is_message(known.message, given, is_recoded):
        return known
    if not given:
        raise Mistake(heading.at, f"Commit {number} has no message.")
    if not has_subject(given):
        raise Mistake(
            heading.at, f"Message {number} begins with a trailer: it has no subject."
        )
    before = known.message if known else b""
    if _has_lost_bytes(before, given):
        raise Mistake(heading.at, f"Message {number} has bytes that the editor lost.")
    if is_recoded and not (given.isascii() and before.isascii()):
        raise Mistake(heading.at, f"Message {number} is changed, and no longer UTF-8.")
    if known is None:
        return Group(given)
    return replace(known, message=given, is_proposed=False)


def _is_message(message: bytes, given: bytes, is_recoded: bool) -> bool:
    """Whether what is given is the message, but for what editors do to it."""
    before, after = (
        stripspace(text.replace(b"\r\n", b"\n").replace(b"\r", b"\n"), b"")
        for text in (message, given)
    )
    if is_recoded or (not _is_utf8(message) and _REPLACED in given):
        before, after = (_LOST.sub(b"", text) for text in (before, after))
    if b"\t" in before and b"\t" not in after:
        parts = map(re.escape, re.split(rb"[ \t]*\t[ \t]*", before))
        return re.fullmatch(b" +".join(parts), after) is not None
    return before == after


def _has_lost_bytes(message: bytes, given: bytes) -> bool:
    """Whether bytes that aren't UTF-8 were replaced in a message, or dropped."""
    if _is_utf8(message):
        return False
    before, after = (stripspace(_LOST.sub(b"", each), b"") for each in (message, given))
    return _REPLACED in given or (before == after and _is_utf8(given))


_REPLACED = "\N{REPLACEMENT CHARACTER}".encode()
"""What editors have for bytes that aren't UTF-8."""

_LOST = re.compile(rb"[\x80-\xff?]+")


def _entry(
    section: Section,
    groups: Sequence[Group],
    order: Mapping[int, int],
    places: Sequence[int | None],
) -> CommitEntry:
    """The plan as an entry of a plan file."""
    plan, commits = section.plan, section.entry.commits
    files = _files(section, order, places)
    entries = tuple(
        GroupEntry(
            group.message, plan.continues(number - 1), files=files[order[number]]
        )
        for group, number in zip(groups, order, strict=True)
    )
    return CommitEntry(
        commits[0].oid,
        b"",
        "split",
        entries,
        files[DROPPED],
        later=tuple(commit.oid for commit in commits[1:]),
    )


class _Taken(Struct):
    """What a group takes of one file's change; lines count from 0."""

    facts: list[Fact] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    added: list[int] = field(default_factory=list)
    content: bytes | None = None

    def take(self, line: FormLine) -> None:
        """Take what a line of the text shows."""
        if line.fact is not None:
            self.facts.append(line.fact)
        else:
            (self.removed if line.text[0] == "-" else self.added).append(line.line)

    def entry(self, change: FileChange) -> FileEntry:
        """The file's entry."""
        return replace(
            bare_entry(change),
            facts=tuple(self.facts),
            removed=tuple(runs_of(at + 1 for at in self.removed)),
            added=tuple(runs_of(at + 1 for at in self.added)),
            content=self.content,
        )


def _files(
    section: Section, order: Mapping[int, int], places: Sequence[int | None]
) -> dict[int, tuple[FileEntry, ...]]:
    """What each group takes of which file, and DROPPED."""
    plan = section.plan
    found = {group: dict[int, _Taken]() for group in (*order.values(), DROPPED)}
    for line, group in zip(section.lines, places, strict=True):
        if group is not None:
            found[group].setdefault(line.file, _Taken()).take(line)
    for each in plan.overrides:
        own = found[order[each.group + 1]]
        own.setdefault(each.file, _Taken()).content = each.content
    return {
        group: tuple(own.entry(plan.changes[file]) for file, own in files.items())
        for group, files in found.items()
    }
