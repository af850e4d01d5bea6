"""Commit messages as bytes: Change-Ids as Gerrit finds them, trailers as git does.

What changes a message gives a whole message back, with each byte that it was not asked
to change as it was: carriage returns, Latin-1, NUL and a missing final newline survive.
A committed message has no comments, so a line that begins with ``#`` is text. Nothing
here makes ids or knows a configuration.

Git and Gerrit disagree about where trailers are. Ids are *found* by Gerrit's rule
alone, because a tool that trusts git's adds a second id where git sees none, and
Gerrit then follows that one. New lines are *placed* by git's rule, which always
lies within what Gerrit reads.

A ``Link:`` footer is a Change-Id if it leads into the server that reviews the commit.
Gerrit knows its own address; a clone knows it where somebody configured it, and else
only its host. Servers (``review_urls``) are the URLs of their pages, or ``//host``.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import takewhile

from msgspec import Struct

from gitsplit.model.lines import lines_of

SPACE = b" \t\r\n"
"""What git's ``isspace`` takes: form feed and vertical tab are not among them."""

_TRIMMED = bytes(range(0x21))
"""What Gerrit trims off a value: Java's ``String.trim``."""

_GERRIT_FOOTER = re.compile(rb"^([A-Za-z0-9-]+): *([^\n]*(?:\n [^\n]*)*)\n?", re.M)
_CHANGE_ID = re.compile(rb"I[0-9a-f]{40}")
_CHANGE_ID_LENGTH = 41
_NO_CHANGE_ID = b"I" + b"0" * 40
_TRAILER = re.compile(rb"([A-Za-z0-9-]+)[ \t]*:(.*)", re.S)
_GENERATED = (b"Signed-off-by: ", b"(cherry picked from commit ")
_TYPED = re.compile(
    rb"(build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test):[ \t]*\S+[ \t]+\S"
)
"""A subject by conventional commits: several words after a type in lower case."""

_URL = re.compile(
    rb"(?:[a-z][a-z0-9+.-]*://)?(?:[^/@]*@)?(\[[^]/]*\]|[^/:]+)(?::.*|/.*)?"
)
_WEB = re.compile(rb"https?://([^/@:]+)(?::[0-9]+)?/(?:[a-z0-9._~/-]*/)?", re.I)


class SeenId(Struct, frozen=True, order=True):
    """One Change-Id that Gerrit sees, and its byte offsets, ends exclusive.

    ``start`` to ``stop`` is the footer with its continuation lines and last newline;
    ``value_start`` to ``value_stop`` is the id as it is written.
    """

    start: int
    value_start: int
    value_stop: int
    stop: int
    value: bytes
    is_link: bool


@lru_cache(maxsize=1 << 15)
def change_ids(
    message: bytes, review_urls: tuple[bytes, ...] = ()
) -> tuple[bytes, ...]:
    r"""The ids that Gerrit sees in ``message``, well-formed or not, in its order.

    Footers are the lines ``key:`` of the last paragraph. Only an empty line ends a
    paragraph (one with a blank or a carriage return doesn't), any prose may stand
    between, the first line is never a footer, a line that begins with a space
    continues the value above, keys are compared without case, and values are
    trimmed. The ids of ``Link:`` footers into ``review_urls`` come after the others.
    The rule is Gerrit's (``ChangeUtil``) and JGit's (``FooterLine``).

    >>> change_ids(b"Add one\n\nprose\nchange-id: todo\nmore prose\n")
    (b'todo',)
    >>> change_ids(b"Add one\n\nChange-Id: todo\n\nMore words.\n")
    ()
    """
    return tuple(found.value for found in ids_in(message, review_urls))


def is_valid_change_id(value: bytes) -> bool:
    """Whether Gerrit takes it: ``I`` and 40 lower-case hex digits, not all zero."""
    return value != _NO_CHANGE_ID and _CHANGE_ID.fullmatch(value) is not None


def with_change_id(
    message: bytes,
    change_id: bytes,
    *,
    link_url: bytes = b"",
    review_urls: tuple[bytes, ...] = (),
) -> bytes:
    r"""The message in which Gerrit sees ``change_id`` and no other id.

    A message where that is so already comes back as it is. An id that Gerrit sees
    is replaced where it stands, further ones go. Otherwise the id gets a line where
    Gerrit's commit-msg hook puts it: before the first ``Signed-off-by`` of the
    trailer block, else last in the block, else as a new last paragraph.

    ``link_url`` is ``gerrit.reviewUrl``: with it the line is ``Link: URL/id/I…``,
    which wants a valid id, and a ``Change-Id`` with another id becomes such a link,
    for the hook would add one beside it, and the server refuses a message with both.
    Links into ``review_urls`` are ids too, and stay links.

    >>> with_change_id(b"Add one\n\nBug: 1\nSigned-off-by: A <a@b>\n", b"I12")
    b'Add one\n\nBug: 1\nChange-Id: I12\nSigned-off-by: A <a@b>\n'
    """
    urls = tuple(filter(None, (link_url, *review_urls)))
    found = ids_in(message, urls)
    while [each.value for each in found] != [change_id]:
        message = _with_id_for(message, found, change_id, link_url)
        # A link that ended in a line of blanks was none, and may be one now.
        found = ids_in(message, urls)
        if len(found) < 2:
            break
    return message


def _with_id_for(
    message: bytes, found: Sequence[SeenId], change_id: bytes, link_url: bytes
) -> bytes:
    """The message with the id in the place of the first one found, the others gone."""
    line = _id_line(change_id, link_url)
    if not found:
        return _with_lines(message, [line], _place_of_id(message))
    first, *others = sorted(found)
    message = without_lines(message, [(each.start, each.stop) for each in others])
    if link_url and not first.is_link:
        # Lines of blanks that belonged to it may have gone with the others.
        footer = _GERRIT_FOOTER.match(message, first.start)
        assert footer, "it stands where it stood"
        return message[: first.start] + line + b"\n" + message[footer.end() :]
    return message[: first.value_start] + change_id + message[first.value_stop :]


def without_change_id(message: bytes, review_urls: tuple[bytes, ...] = ()) -> bytes:
    r"""The message in which Gerrit sees no id; as it was where there is none.

    A footer goes with its continuation lines, and a paragraph left empty goes as
    well. Ids that come to the last paragraph by this, and so to be seen, go too.

    >>> without_change_id(b"Add one\n\nWhy.\n\nChange-Id: I12\n")
    b'Add one\n\nWhy.\n'
    """
    while found := ids_in(message, review_urls):
        message = without_lines(message, [(each.start, each.stop) for each in found])
    return message


def trailers(message: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """Key and value of each trailer of the trailer block, values unfolded.

    The block is git's (git-interpret-trailers(1), with ``--no-divider``): the last
    paragraph, other than the title, whose lines are all trailers, or a quarter of
    them with a ``Signed-off-by`` or ``(cherry picked from commit`` among them. The
    list of ``Conflicts:`` that old versions of git left at the end is none. Nor are
    subjects like ``fix: keep the last line`` at its start, which git takes for some.
    """
    # To git the last paragraph ends before any blank line, to Gerrit not before all.
    block = _trailer_block(message.rstrip(SPACE) + b"\n")
    found = (_TRAILER.match(item) for item in block[_typed_count(block) :])
    return tuple((each[1], _unfold(each[2])) for each in found if each)


def footers(message: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """Key and value of each footer that Gerrit sees, values trimmed.

    They are the lines ``key:`` of the last paragraph, prose beside them or not.
    """
    found = gerrit_footers(message)
    return tuple((each[1], each[2].strip(_TRIMMED)) for each in found)


def without_trailers(message: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """The message without its trailer block, and the items of the block.

    An item is a line without its newline, with the lines that continue it. What isn't
    among :func:`trailers` at the start of the block stays in the message.
    """
    block = _trailer_block(message)
    items = block[_typed_count(block) :]
    if not items:
        return message, ()
    stop = _end_of_text(message) - sum(map(len, items))
    return message[:stop], tuple(item.rstrip(b"\n") for item in items)


def with_trailer_lines(message: bytes, lines: Sequence[bytes]) -> bytes:
    """The message with those of ``lines`` that its trailers lack added after them.

    Lines come without newline, like ``b"Signed-off-by: A <a@example.com>"``. Where
    there is no trailer block they become a new last paragraph, unless Gerrit sees a
    Change-Id in the last one: a new paragraph would hide it.
    """
    joined, has_id = _trailer_block(message), bool(change_ids(message))
    if not joined and has_id:
        joined = _items(_last_paragraph(message)[1])
    present = {item.rstrip(SPACE) for item in joined}
    lacking = [line for line in dict.fromkeys(lines) if line not in present]
    if not lacking:
        return message
    joins = joined or has_id
    return _with_lines(message, lacking, _end_of_text(message) if joins else None)


def joined_message(message: bytes, other: bytes) -> bytes:
    r"""Both messages, one after the other, the trailers of both at the end, each once.

    There git and Gerrit look for them. What the first has already isn't said twice: a
    message that is all in it, word for word, adds its trailers only.

    >>> joined_message(b"One\n\nCloses: 1\n", b"Two\n\nCloses: 2\n")
    b'One\n\nTwo\n\nCloses: 1\nCloses: 2\n'
    """
    (first, trailers), (second, others) = map(without_trailers, (message, other))
    one, two = (body.strip(b"\n") for body in (first, second))
    if b"\n\n%b\n\n" % two in b"\n\n%b\n\n" % one:
        two = b""
    joined = b"\n\n".join(filter(None, (one, two))) + b"\n"
    block = b"".join(line + b"\n" for line in dict.fromkeys([*trailers, *others]))
    return joined + (b"\n" + block if block else b"")


def subject_of(message: bytes) -> bytes:
    r"""The first paragraph on one line, as ``%s`` of git-log(1) shows it.

    >>> subject_of(b"Add one\nand two\n\nWhy.\n")
    b'Add one and two'
    """
    lines = lines_of(message)
    start, stop = _title(lines)
    return b" ".join(line.rstrip(SPACE) for line in lines[start:stop])


def end_of_subject(message: bytes) -> int:
    """The byte offset after the first paragraph, which is the subject."""
    lines = lines_of(message)
    return sum(map(len, lines[: _title(lines)[1]]))


_ATTRIBUTION = re.compile(rb"[A-Za-z-]+-by:.*<.*>|\(cherry picked from commit ")


def has_subject(message: bytes) -> bool:
    r"""Whether the message begins with anything but a trailer that names somebody.

    >>> has_subject(b"Signed-off-by: A <a@example.org>\n")
    False
    >>> has_subject(b"README: say more\n")
    True
    """
    text = without_change_id(message).strip()
    return bool(text) and _ATTRIBUTION.match(text) is None


def has_body(message: bytes) -> bool:
    """Whether the message says more than its first line, trailers aside."""
    return b"\n" in without_trailers(message)[0].strip()


def with_subject(message: bytes, subject: bytes) -> bytes:
    r"""The message with ``subject`` as its first paragraph and all else as it was.

    A message that begins with two blank lines is one that was given an empty subject:
    the new one goes before them, not in the place of the body.

    >>> with_subject(b"Add one\nand two\n\nWhy.\n", b"Add both")
    b'Add both\n\nWhy.\n'
    """
    lines = lines_of(message)
    start, stop = _title(lines)
    if start == stop or start >= 2:
        return subject + (message or b"\n")
    last = lines[stop - 1]
    ending = last[len(last.rstrip(SPACE)) :]
    return b"".join([*lines[:start], subject, ending, *lines[stop:]])


def stripspace(message: bytes, comment_char: bytes) -> bytes:
    r"""What ``git commit --cleanup=strip`` keeps of an edited message.

    Lines that begin with ``comment_char`` (``core.commentChar``; none if empty) and
    blanks at the ends of lines are gone, runs of blank lines are one, and there are
    none around the text, which ends in one newline. The same as ``git stripspace
    --strip-comments``.

    >>> stripspace(b"\nAdd one  \n# a comment\n\n\nWhy.", b"#")
    b'Add one\n\nWhy.\n'
    """
    kept: list[bytes] = []
    for line in message.split(b"\n"):
        if comment_char and line.startswith(comment_char):
            continue
        stripped = line.rstrip(SPACE)
        if stripped or (kept and kept[-1]):
            kept.append(stripped)
    if kept and not kept[-1]:
        kept.pop()
    return b"".join(line + b"\n" for line in kept)


def is_blank(line: bytes) -> bool:
    """Whether the line is blank to git: nothing but SPACE."""
    return not line.strip(SPACE)


def without_lines(message: bytes, spans: Iterable[tuple[int, int]]) -> bytes:
    """The message without these lines, nor the blank lines above emptied paragraphs.

    ``spans`` are the byte offsets, ends exclusive, of runs of whole lines; no two have
    a byte in common.
    """
    # The last goes first: what is blank after it is so for those before it.
    kept: list[bytes] = []  # from the end, the last first
    end = len(message)
    is_before_blank = True
    for start, stop in sorted(spans, reverse=True):
        if stop < end:
            kept.append(message[stop:end])
            is_before_blank = is_blank(message[stop : _line_end(message, stop)])
        end = min(start, end)
        while is_before_blank and end:
            above = message.rfind(b"\n", 0, end - 1) + 1
            if not is_blank(message[above:end]):
                break
            end = above
    return message[:end] + b"".join(reversed(kept))


def _line_end(message: bytes, start: int) -> int:
    """The byte offset after the line that begins at ``start``, its newline too."""
    return message.find(b"\n", start) + 1 or len(message)


def host_of(address: bytes) -> bytes:
    """``//host`` of a URL, of an scp-like address, or of a host's bare name.

    The host is in lower case; empty where there is none, as in a path.

    >>> host_of(b"ssh://me@review.example.org:29418/project")
    b'//review.example.org'
    >>> host_of(b"review.example.org"), host_of(b"../project")
    (b'//review.example.org', b'')
    """
    found = _URL.fullmatch(address)
    if found is None or b"." not in found[1].strip(b"."):
        return b""
    return b"//" + found[1].lower()


def leads_into(url: bytes, servers: tuple[bytes, ...]) -> bool:
    """Whether ``url``, a link without the id at its end, leads into one of the servers.

    On ``//host`` the pages may be anywhere.

    >>> leads_into(b"https://r.example.org/id/", (b"https://r.example.org/",))
    True
    >>> leads_into(b"https://r.example.org/gerrit/id/", (b"//r.example.org",))
    True
    """
    if not url.endswith(b"/id/"):
        return False
    page = url.removesuffix(b"id/")
    if any(page == server.removesuffix(b"/") + b"/" for server in servers):
        return True
    found = _WEB.fullmatch(page)
    return found is not None and b"//" + found[1].lower() in servers


def ids_in(message: bytes, review_urls: tuple[bytes, ...] = ()) -> list[SeenId]:
    """The ids that Gerrit sees: those of Change-Id footers, then of links."""
    footers = list(gerrit_footers(message))
    named = [
        _change_id_footer(each) for each in footers if each[1].lower() == b"change-id"
    ]
    links = (each for each in footers if each[1].lower() == b"link")
    linked = (_link_footer(each, review_urls) for each in links)
    return named + [each for each in linked if each]


def gerrit_footers(message: bytes) -> Iterable[re.Match[bytes]]:
    """Each footer of the last paragraph, as Gerrit has it."""
    text_stop = len(message.rstrip(b"\n "))
    gap = message.rfind(b"\n\n", 0, text_stop)
    below_subject = message.find(b"\n") + 1 or len(message)
    start = gap + 2 if gap >= 0 else below_subject
    # Most messages have none, which takes less to see.
    return _GERRIT_FOOTER.finditer(message, start) if b":" in message[start:] else ()


def _change_id_footer(footer: re.Match[bytes]) -> SeenId:
    """The id of a ``Change-Id`` footer; its value trimmed and unfolded as by Gerrit."""
    written = footer[2].strip(_TRIMMED)
    start = footer.start(2) + footer[2].find(written)
    value = re.sub(rb"\n +", b" ", written)
    stop = start + len(written)
    return SeenId(footer.start(), start, stop, footer.end(), value, is_link=False)


def _link_footer(footer: re.Match[bytes], servers: tuple[bytes, ...]) -> SeenId | None:
    """The id of a ``Link`` footer into one of the servers, which Gerrit doesn't trim.

    A blank or a carriage return at its end makes it a link like any other.
    """
    prefix, value = footer[2][:-_CHANGE_ID_LENGTH], footer[2][-_CHANGE_ID_LENGTH:]
    if not _CHANGE_ID.fullmatch(value) or not leads_into(prefix, servers):
        return None
    start, stop = footer.end(2) - _CHANGE_ID_LENGTH, footer.end(2)
    return SeenId(footer.start(), start, stop, footer.end(), value, is_link=True)


def _id_line(change_id: bytes, link_url: bytes) -> bytes:
    """The line that carries the id, without newline."""
    if link_url:
        return b"Link: " + link_url.removesuffix(b"/") + b"/id/" + change_id
    return b"Change-Id: " + change_id


def _place_of_id(message: bytes) -> int | None:
    """The byte offset for a new id in the trailer block; None where there is none."""
    start, _ = _last_paragraph(message)
    block = _trailer_block(message)
    for item in block:
        trailer = _TRAILER.match(item)
        if trailer and trailer[1].lower() == b"signed-off-by":
            return start
        start += len(item)
    return _end_of_text(message) if block else None


def _with_lines(message: bytes, lines: Sequence[bytes], place: int | None) -> bytes:
    """The message with ``lines`` at the offset ``place``, else as a last paragraph."""
    at = _end_of_text(message) if place is None else place
    before, after = message[:at], message[at:]
    if before and not before.endswith(b"\n"):
        before += b"\n"
    gap = b"\n" if place is None else b""
    # A line of blanks would continue the value above it, and spoil a link.
    guard = b"\n" if after.startswith(b" ") else b""
    return b"".join([before, gap, *(line + b"\n" for line in lines), guard, after])


def _trailer_block(message: bytes) -> tuple[bytes, ...]:
    """The items of the last paragraph where git takes it for trailers; else none."""
    start, lines = _last_paragraph(message)
    items = _items(lines)
    found = [_is_trailer(item) for item in items]
    others = found.count(False)
    enough = not others or (3 * found.count(True) >= others and _has_generated(items))
    is_title = start == 0
    is_conflicts = len(items) == 1 and items[0].startswith(b"Conflicts:\n")
    return () if is_title or is_conflicts or not enough else items


def _typed_count(block: Sequence[bytes]) -> int:
    """How many items at the start of a trailer block are subjects with a type."""
    return sum(1 for _ in takewhile(_TYPED.match, block))


def _has_generated(items: tuple[bytes, ...]) -> bool:
    """Whether one of the items is a line that git writes by itself."""
    return any(item.startswith(_GENERATED) for item in items)


def _is_trailer(item: bytes) -> bool:
    """Whether git counts the item among the trailers."""
    return item.startswith(_GENERATED) or _TRAILER.match(item) is not None


def _items(lines: Sequence[bytes]) -> tuple[bytes, ...]:
    """The lines, each trailer together with the indented lines that continue it."""
    items: list[list[bytes]] = []
    is_trailer = False
    for line in lines:
        if is_trailer and line[:1] in SPACE:
            items[-1].append(line)
        else:
            items.append([line])
            is_trailer = _is_trailer(line)
    return tuple(b"".join(item) for item in items)


def _last_paragraph(message: bytes) -> tuple[int, tuple[bytes, ...]]:
    """The byte offset and the lines of the last paragraph, by git's blank lines."""
    stop = _end_of_text(message)
    lines = lines_of(message[:stop])
    first = len(lines)
    while first and not is_blank(lines[first - 1]):
        first -= 1
    return stop - sum(map(len, lines[first:])), lines[first:]


def _end_of_text(message: bytes) -> int:
    """The byte offset after the last line that is not blank to Gerrit."""
    newline = message.find(b"\n", len(message.rstrip(b"\n ")))
    return len(message) if newline < 0 else newline + 1


def _title(lines: tuple[bytes, ...]) -> tuple[int, int]:
    """The index of the first paragraph's first line, and of the line after it."""
    start = 0
    while start < len(lines) and is_blank(lines[start]):
        start += 1
    stop = start
    while stop < len(lines) and not is_blank(lines[stop]):
        stop += 1
    return start, stop


def _unfold(value: bytes) -> bytes:
    """The value of a trailer on one line, as ``git interpret-trailers --unfold``."""
    return re.sub(rb"\n[ \t\r\n]*", b" ", value.strip(SPACE))
