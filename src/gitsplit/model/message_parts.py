r"""A commit message in parts that a split can send to its commits.

A part is a subject, a sentence, a bullet of a list, a paragraph that is no prose (an
example, a quotation), or a trailer. Which commits have it is a :class:`MessageSplit`;
from that follows each commit's message (:func:`composed_message`), and what is left
out. A message whose parts all stay together stays as it is, byte for byte.

Change-Ids are no parts: they are placed by rules of their own
(:mod:`gitsplit.model.change_id`).
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate, groupby, pairwise, takewhile
from textwrap import dedent, fill
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from gitsplit.model.lines import lines_of
from gitsplit.model.message import (
    SPACE,
    end_of_subject,
    gerrit_footers,
    ids_in,
    is_blank,
    subject_of,
    with_subject,
    with_trailer_lines,
    without_lines,
    without_trailers,
)

PartKind = Literal["subject", "sentence", "bullet", "paragraph", "trailer"]

_WIDTH = 72
"""A paragraph that loses a sentence is filled anew, so many characters a line."""

_BULLET = re.compile(rb"([ \t]*)(?:[*+-]|\xe2\x80\xa2|\d{1,2}[.)])[ \t]+(?=\S)")
"""The mark of an item of a list: also U+2022."""

_FENCE = re.compile(rb"[ \t]*(```|~~~)")
_TABLE_ROW = re.compile(rb"[ \t]*\|[^\n]*\|")
_SHOWN = re.compile(rb"[ \t]{2}|\t|>|\|")
"""How a line begins that is no prose: indented, quoted, or of a table."""

_SQUASHED = re.compile(rb"commit [0-9a-f]{40}\n")
"""How ``git merge --squash`` begins what it says of each commit."""

_SQUASH_LOG = re.compile(rb"Squashed commit of the following:[ \t]*\n")
"""The subject that ``git merge --squash`` proposes, which says nothing."""

_SENTENCE_END = re.compile(
    rb"(?<!e\.g\.)(?<!i\.e\.)(?<!\bcf\.)(?<!\bvs\.)(?<!\betc\.)(?<!\.\.\.)"
    rb"(?<=[.!?])[ \t\r]*(?:\n[ \t]*|[ \t])"
    rb"(?=[^a-z \t\r\n]|(?!e\.g|i\.e)[a-z]\w*(?:[.(_]\w|\(\)))"
    rb"|[ \t\r]*\n[ \t]*(?=(?i:fix(?:e[sd])?|close[sd]?|resolve[sd]?|refs?|see)"
    rb":?[ \t]+(?:[\w./-]*#|https?://)\S+[ \t\r]*(?:\n|\Z))"
)
"""What ends a sentence: the next has a capital, or a name as of code at its start.

A line that names an issue is one by itself.
"""

_ISSUE = re.compile(
    rb"(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?|refs?|see):?\s+(?:[\w./-]*#|https?://)\S+"
    rb"(?:,?\s+(?:and\s+)?(?:[\w./-]*#|https?://)\S+)*\.?",
    re.IGNORECASE,
)

_FOR_ANOTHER = re.compile(rb"^(?:(?:fixup|squash|amend)! )+")
"""How the subject of a commit begins that ``git rebase --autosquash`` joins."""

_PERSON = re.compile(rb"^([ \t]*)(?:signed-off|co-authored)-by:[ \t]*\S", re.I | re.M)
"""Who stands for a commit, in whichever paragraph."""

_REQUEST_NUMBER = re.compile(rb"\s*\(#\d+\)\.?$")
"""What a forge adds to the subject of what it has merged."""

_ASIDE = re.compile(
    rb"(also|besides|drive-by|in passing|while (there|here|at it|i'?m here))\b"
    rb"[ \t]*[:,]?\s*",
    re.IGNORECASE,
)
_AND = re.compile(rb";\s+|,\s+and\s+")
_SEMICOLON = re.compile(rb";\s+")
_STOPS = (b".", b"!", b"?", b":", b";", b",")


NO_HEIR = -1
"""The heir where none of the commits has the original message."""


class MessagePart(Struct, frozen=True):
    """A part of a message: ``message[start:stop]``, in bytes from 0.

    ``text`` is what it says, on one line unless it is a paragraph: without the mark of
    a bullet, and without what leads to an aside ("While there:"). ``paragraph`` is the
    number of its paragraph, from 0, which is the subject's. ``below`` is the number of
    the part that it explains, and that it follows: the bullet that it stands below, or
    that a ``fixup!`` is for. An ``is_item`` is one of several things that the message
    lists: a bullet, what an aside says, or what a subject says after another.
    """

    kind: PartKind
    text: bytes
    start: int
    stop: int
    paragraph: int
    below: int | None = None
    is_item: bool = False

    @property
    def is_in_line(self) -> bool:
        """Whether other parts may be on its lines: it is a sentence or a subject."""
        return self.kind in {"sentence", "subject"}


class MessageSplit(Struct, frozen=True):
    """Which of the new commits have which parts of the original message.

    ``homes`` has for each of ``parts`` the groups whose commits have it, in order: none
    where it is left out, several for a trailer that all have. ``heir`` is the group
    that has the original message: mostly the one that continues the original.
    """

    message: bytes
    parts: tuple[MessagePart, ...]
    homes: tuple[tuple[int, ...], ...]
    heir: int

    @property
    def left_out(self) -> tuple[int, ...]:
        """The numbers of the parts that no commit has."""
        return tuple(part for part, homes in enumerate(self.homes) if not homes)

    def parts_of(self, group: int) -> tuple[int, ...]:
        """The numbers of the parts that the commit of a group has."""
        return tuple(part for part, homes in enumerate(self.homes) if group in homes)

    def with_part_in(self, part: int, group: int | None) -> "MessageSplit":
        """The split in which that commit alone has the part; None leaves it out.

        What stands below it follows.
        """
        moved = {part, *self._explaining(part)}
        to = () if group is None else (group,)
        homes = (to if at in moved else home for at, home in enumerate(self.homes))
        return replace(self, homes=tuple(homes))

    def _explaining(self, part: int) -> Iterator[int]:
        """The parts that stand below one, and below those."""
        for at, each in enumerate(self.parts):
            if each.below == part:
                yield at
                yield from self._explaining(at)


def message_in_one(message: bytes, heir: int = 0) -> MessageSplit:
    """The split in which one commit has the whole message."""
    parts = message_parts(message)
    return MessageSplit(message, parts, ((heir,),) * len(parts), heir)


def is_squash_log(message: bytes) -> bool:
    """Whether the message is the log that ``git merge --squash`` proposes."""
    return _SQUASH_LOG.match(message) is not None


def message_parts(message: bytes) -> tuple[MessagePart, ...]:
    r"""The parts of a message, in the order in which they stand.

    >>> [part.text for part in message_parts(b"Boil\n\nWhile here: stir; fill.\n")]
    [b'Boil', b'stir', b'fill.']
    """
    end_of_body = len(without_trailers(message)[0])
    people, shown = _people(message), _shown_blocks(message, end_of_body)
    reader = _Reader(message)
    spans = _paragraphs(message, {end_of_body, *people, *people.values()}, shown)
    for number, (start, stop) in enumerate(spans):
        reader.paragraph = number
        if start >= end_of_body or start in people:
            reader.read_trailers(start, stop)
        elif not number:
            reader.read_pieces(start, _text_end(message, start, stop), "subject")
        elif start in shown:
            reader.read_shown(start, stop)
        else:
            reader.read_paragraph(start, stop)
    return tuple(_with_fixups_below(reader.found))


def _people(message: bytes) -> dict[int, int]:
    """Where each sign-off and co-author begins and ends, prose beside it or not.

    What ``git merge --squash`` says of commits is indented.
    """
    indented = is_squash_log(message)
    found = {
        each.start(): message.find(b"\n", each.end()) + 1 or len(message)
        for each in _PERSON.finditer(message)
        if each.start() and (indented or not each[1])
    }
    seen = (e for e in gerrit_footers(message) if e[1].lower() == b"signed-off-by")
    return found | {each.start(): each.end() for each in seen}


def _shown_blocks(message: bytes, stop: int) -> dict[int, int]:
    """Where each fenced block, and each table, of the body begins and ends."""
    lines = lines_of(message[:stop])
    starts = [0, *accumulate(map(len, lines))]
    fences = [each[1] if (each := _FENCE.match(line)) else b"" for line in lines]
    closing: dict[bytes, list[int]] = {}
    for number, fence in enumerate(fences):
        if fence and not lines[number].strip(b"`~ \t\r\n"):
            closing.setdefault(fence, []).append(number)
    found: dict[int, int] = {}
    number, table = 0, -1
    while number < len(lines):
        last, ends = number, closing.get(fences[number], [])
        if (place := bisect_right(ends, number)) < len(ends):
            last = ends[place]
            found[starts[number]] = starts[last + 1]
        elif _TABLE_ROW.match(lines[number]):
            table = table if found.get(table) == starts[number] else starts[number]
            found[table] = starts[number + 1]
        number = last + 1
    return found


def _paragraphs(
    message: bytes, edges: Collection[int], shown: Mapping[int, int]
) -> Iterator[tuple[int, int]]:
    """The byte offsets of each paragraph, lines of Change-Ids not among them.

    At ``edges`` one ends, blank line or not. What is ``shown`` is one in itself, but
    where the first one, the subject, has it.
    """
    ids = {each.start: each.stop for each in ids_in(message)}
    at, hidden, start, block, number = 0, 0, None, 0, 0
    for line in lines_of(message):
        hidden = max(hidden, ids.get(at, 0))
        is_text = at >= hidden and (at < block or not is_blank(line))
        begins = at >= block and (at in edges or at == block or at in shown)
        if start is not None and (not is_text or (begins and (number or at in edges))):
            yield start, at
            start, number = None, number + 1
        if start is None and is_text:
            start = at
            block = shown.get(at, block) if number else block
        at += len(line)
    if start is not None:
        yield start, at


def without_request_number(text: bytes) -> bytes:
    """What a text says without the number that a forge puts at the end of a subject."""
    return _REQUEST_NUMBER.sub(b"", text)


def names_issue(text: bytes) -> bool:
    """Whether a sentence says no more than which issues are closed or referred to."""
    return _ISSUE.fullmatch(text) is not None


def target_of(text: bytes) -> bytes:
    """What a text says without a ``fixup!`` and such before it."""
    return _FOR_ANOTHER.sub(b"", text, count=1)


def _with_fixups_below(parts: Sequence[MessagePart]) -> Iterator[MessagePart]:
    """The parts; a bullet ``fixup! X`` follows the bullet X, and is no item."""
    items = {part.text: at for at, part in enumerate(parts) if part.is_item}
    for at, part in enumerate(parts):
        named = items.get(target_of(part.text), at)
        is_for_one = part.kind == "bullet" and part.is_item and named != at
        yield replace(part, below=named, is_item=False) if is_for_one else part


class _Reader(Struct):
    """What has been read of a message: the parts, and what the next may stand below.

    ``bullet`` is the last one that further paragraphs may be about. ``head`` is where
    the account of a squashed commit begins, whose first paragraph is still to come;
    that is its subject, the part ``squashed``, and all of the account stands below it.
    """

    message: bytes
    found: list[MessagePart] = field(default_factory=list)
    paragraph: int = 0
    bullet: int | None = None
    head: int | None = None
    squashed: int | None = None

    def read_paragraph(self, start: int, stop: int) -> None:
        """Read a paragraph of the body: text, and the bullets that follow it."""
        if _SQUASHED.match(self.message, start):
            self.head = start
        elif self.head is not None:
            self.bullet = self.squashed = len(self.found)
            self._add("bullet", self.head, stop, start)
            self.head = None
        else:
            lines = _line_starts(self.message, start, stop)
            bullets = [at for at in lines if _BULLET.match(self.message, at)]
            self._read_text(start, bullets[0] if bullets else stop)
            self._read_bullets(bullets, stop)

    def read_shown(self, start: int, stop: int) -> None:
        """Read a fenced block or a table, which belongs to what stands before it."""
        last = len(self.found) - 1
        item = last if self.found[last].below is None else self.found[last].below
        is_near = self.found[last].stop == start or self.message[start] in b" \t"
        if self.found[last].kind == "trailer":
            item = None
        elif not (is_near and item is not None and self.found[item].is_item):
            item = self.bullet if self.bullet is not None else last
        self._add("paragraph", start, stop, start, item)

    def _read_bullets(self, starts: Sequence[int], stop: int) -> None:
        """Read the items of a list; what is indented deeper stands below another."""
        top: int | None = None
        for first, last in pairwise([*starts, stop]):
            if top is None or self._depth(first) <= self._depth(starts[0]):
                top, below = len(self.found), self.squashed
            else:
                below = top
            self._add("bullet", first, last, self._bullet(first).end(), below)
        if starts and self.squashed is None:
            # A paragraph with several is all that the list says; one has more below it.
            self.bullet = top if len(starts) == 1 else None

    def _depth(self, at: int) -> int:
        """How far the line of a bullet is indented."""
        return len(self._bullet(at)[1])

    def _bullet(self, at: int) -> re.Match[bytes]:
        """The mark of the bullet whose line begins there."""
        found = _BULLET.match(self.message, at)
        assert found, "the lines of bullets are those with a mark"
        return found

    def _read_text(self, start: int, stop: int) -> None:
        """Read prose sentence by sentence; what isn't prose, in one."""
        lines = list(_line_starts(self.message, start, stop))
        if not lines:
            return
        is_shown = all(_SHOWN.match(self.message, at) for at in lines)
        if is_shown and self.bullet is None:
            self._add("paragraph", start, stop, start, len(self.found) - 1)
            return
        end = _text_end(self.message, start, stop)
        ends = list(_SENTENCE_END.finditer(self.message, start, end))
        starts = [start, *(each.end() for each in ends)]
        stops = [*(each.start() for each in ends), end]
        for first, last in zip(starts, stops, strict=True):
            self.read_pieces(first, last, "sentence", self.bullet)

    def read_pieces(
        self, start: int, stop: int, kind: PartKind, below: int | None = None
    ) -> None:
        """Read a sentence; of an aside and of a subject each thing by itself."""
        aside = _ASIDE.match(self.message, start, stop)
        text = aside.end() if aside and aside.end() < stop else start
        is_aside = text > start and below is None
        border = _SEMICOLON if kind == "subject" else _AND if is_aside else None
        first = len(self.found)
        for match in border.finditer(self.message, text, stop) if border else ():
            if text < match.start() and match.end() < stop:
                self._add(kind, start, match.start(), text, below)
                start = text = match.end()
        self._add(kind, start, stop, text, below)
        self._mark_items(first if is_aside else first + 1)

    def _mark_items(self, first: int) -> None:
        """Make items of the parts from number ``first`` on."""
        self.found[first:] = [replace(p, is_item=True) for p in self.found[first:]]

    def read_trailers(self, start: int, stop: int) -> None:
        """Read each trailer, with the lines that continue it."""
        lines = _line_starts(self.message, start, stop)
        starts = [at for at in lines if self.message[at : at + 1] not in SPACE]
        for first, last in pairwise(
            [start, *(at for at in starts if at > start), stop]
        ):
            self._add("trailer", first, last, first)

    def _add(
        self,
        kind: PartKind,
        start: int,
        stop: int,
        text: int,
        below: int | None = None,
    ) -> None:
        """Add the part from ``start`` to ``stop``, whose words begin at ``text``."""
        words = self.message[text:stop]
        said = words.rstrip() if kind == "paragraph" else b" ".join(words.split())
        is_item = kind == "bullet" and below is None
        self.found.append(
            MessagePart(kind, said, start, stop, self.paragraph, below, is_item)
        )


def _line_starts(message: bytes, start: int, stop: int) -> Iterator[int]:
    """The byte offsets of the lines from ``start`` up to ``stop``."""
    for line in lines_of(message[start:stop]):
        yield start
        start += len(line)


def _text_end(message: bytes, start: int, stop: int) -> int:
    """The offset after the last byte that is no white space."""
    return start + len(message[start:stop].rstrip(SPACE))


def composed_message(split: MessageSplit, group: int, subject: bytes = b"") -> bytes:
    """The message of a group's commit: a subject, its parts, and its trailers.

    Without ``subject`` the heir keeps the original's, and another has its own first
    part as one. What the subject says isn't said again below it.
    """
    if group == split.heir:
        message = _message_of_heir(_with_subject_said_once(split, subject), subject)
        is_other = subject and subject != subject_of(message)
        return with_subject(message, subject) if is_other else message
    mine = [split.parts[at] for at in split.parts_of(group)]
    text = [part for part in mine if part.kind != "trailer"]
    said = subject or next((part.text for part in text), b"")
    rest = [part for part in text if not _is_said(part.text, said)]
    blocks = [said, *_blocks(split, rest)]
    trailers = [part.text for part in mine if part.kind == "trailer"]
    return with_trailer_lines(b"\n\n".join(blocks) + b"\n", trailers)


def _with_subject_said_once(split: MessageSplit, subject: bytes) -> MessageSplit:
    """The split in which the heir has nothing below its subject that this says.

    A message that is all there stays as it is.
    """
    is_whole = all(split.heir in homes for homes in split.homes)
    if not subject or (is_whole and subject == subject_of(split.message)):
        return split
    below = end_of_subject(split.message)
    homes = tuple(
        tuple(home for home in own if home != split.heir)
        if part.start >= below
        and part.kind != "trailer"
        and _is_said(part.text, subject)
        else own
        for part, own in zip(split.parts, split.homes, strict=True)
    )
    return replace(split, homes=homes)


def _is_said(text: bytes, subject: bytes) -> bool:
    """Whether a subject says the text, be it with a capital or after an area."""
    bare = text if subject.startswith(text) else target_of(text)
    wanted, said = (
        without_request_number(b" ".join(each.lower().split())).rstrip(b".")
        for each in (bare, subject)
    )
    return said == wanted or said.endswith(b": " + wanted)


def _blocks(split: MessageSplit, parts: Iterable[MessagePart]) -> Iterator[bytes]:
    """The paragraphs that these parts make in a message of their own."""
    for _, run in groupby(parts, key=lambda part: (part.paragraph, part.is_in_line)):
        own = list(run)
        if own[0].is_in_line or (own[0].kind == "bullet" and len(own) == 1):
            yield _filled(_run_on(split, own, is_moved=True))
        else:
            shown = b"".join(split.message[part.start : part.stop] for part in own)
            text = dedent(shown.decode("utf-8", "surrogateescape"))
            yield text.rstrip().encode("utf-8", "surrogateescape")


def _run_on(
    split: MessageSplit, parts: Sequence[MessagePart], *, is_moved: bool
) -> bytes:
    """Sentences one after the other; each that lost what followed it ends with a stop.

    Where they are ``is_moved``, what leads to an aside is left out.
    """
    text = b""
    for part in parts:
        said = part.text if is_moved else split.message[part.start : part.stop]
        if text:
            text += (
                b" "
                if text.endswith(_STOPS)
                else b"; "
                if part.kind == "subject"
                else b". "
            )
            said = _with_capital(said) if text.endswith(b". ") else said
        text += b" ".join(said.split())
    return text


def _with_capital(text: bytes) -> bytes:
    """The text with a capital, unless it begins with a name as of code."""
    is_word = re.match(rb"[a-z]+(?=[\s,;]|$)", text)
    return text[:1].upper() + text[1:] if is_word else text


def _filled(text: bytes) -> bytes:
    """The text in lines of ordinary width, no word divided."""
    lines = fill(
        text.decode("utf-8", "surrogateescape"),
        _WIDTH,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return lines.encode("utf-8", "surrogateescape")


def _message_of_heir(split: MessageSplit, subject: bytes) -> bytes:
    """The original message without the parts that are elsewhere.

    Where its subject is among those, ``subject`` is in its place, else the next text.
    """
    message = split.message
    mine = {split.parts[at] for at in split.parts_of(split.heir)}
    mine -= {*_bare_headings(split.parts, mine)}
    runs = groupby(split.parts, key=lambda part: (part.paragraph, part.is_in_line))
    for parts in reversed([list(run) for _, run in runs]):
        kept = [part for part in parts if part in mine]
        is_title = parts[0].kind == "subject"
        if len(kept) == len(parts):
            continue
        if parts[0].is_in_line and (kept or (is_title and subject)):
            text = _run_on(split, kept, is_moved=False)
            is_begun = is_title or kept[:1] == parts[:1]
            text = text if is_begun else _with_capital(text)
            text = text or subject if is_title else _filled(text)
            message = message[: parts[0].start] + text + message[parts[-1].stop :]
        else:
            gone = [part for part in parts if part not in mine]
            message = without_lines(message, _whole_lines(message, gone))
            message = message.lstrip(SPACE) if is_title else message
    return message


def _bare_headings(
    parts: Sequence[MessagePart], mine: AbstractSet[MessagePart]
) -> Iterator[MessagePart]:
    """The sentences that lead to a list (``Added:``) of which nothing is left."""
    for number, part in enumerate(parts):
        if part.kind != "sentence" or not part.text.endswith(b":"):
            continue
        below = parts[number + 1 :]
        listed = [
            *takewhile(lambda p: p.kind == "bullet" or p.below is not None, below)
        ]
        if listed and mine.isdisjoint(listed):
            yield part


def _whole_lines(message: bytes, parts: Sequence[MessagePart]) -> list[tuple[int, int]]:
    """The spans of lines that parts stand on, all of whose lines go."""
    if parts[0].is_in_line:
        stop = message.find(b"\n", parts[-1].stop) + 1 or len(message)
        return [(parts[0].start, stop)]
    return [(part.start, part.stop) for part in parts]
