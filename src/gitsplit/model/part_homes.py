"""Which new commits have which parts of the original message, read from their messages.

Messages are what counts, whoever wrote them: a part is where its words are. So a part
can be sent to another commit whether the messages are composed of parts or typed, and
what none of them says is known to be left out.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import ActionRefused
from gitsplit.model.lines import lines_of
from gitsplit.model.message import (
    gerrit_footers,
    ids_in,
    stripspace,
    subject_of,
    without_trailers,
)
from gitsplit.model.message_parts import (
    NO_HEIR,
    MessageSplit,
    composed_message,
    is_squash_log,
    message_in_one,
    target_of,
    without_request_number,
)

_ENDS = b" .;:,!?"


def split_as_written(
    original: bytes, messages: tuple[bytes, ...], heir: int = NO_HEIR
) -> MessageSplit:
    """Which of the messages have which parts of the original, by what they say.

    The messages are those of the groups, from 0; ``heir`` has the original's, or what
    is left of it.
    """
    whole = message_in_one(original, heir)
    said = [_Words.of(message) for message in messages]
    homes = []
    for part in whole.parts:
        is_item = part.kind == "bullet"
        wanted = _words_of(target_of(part.text) if is_item else part.text)
        homes.append(tuple(g for g, text in enumerate(said) if text.has(wanted)))
    return replace(whole, homes=tuple(homes))


_WORD = re.compile(rb"[\w\x80-\xff]+|[^\s\w]")
_MOST_PLACES = 100
"""Of a word that is in a message more often, not each place is looked at by itself."""


def _words_of(text: bytes) -> tuple[bytes, ...]:
    """The words and signs of a text, in lower case, without the stops at its end."""
    flat = without_request_number(text.lower()).rstrip(_ENDS) or text.lower()
    return tuple(_WORD.findall(flat))


class _Words(Struct, frozen=True):
    """The words and signs of a message, and where each of them is.

    To find what thousands of parts say in as many lines takes no look at each line.
    """

    words: tuple[bytes, ...]
    places: Mapping[bytes, Sequence[int]]
    line: bytes

    @classmethod
    def of(cls, message: bytes) -> "_Words":
        """Those of a message."""
        words = tuple(_WORD.findall(message.lower()))
        places: dict[bytes, list[int]] = {}
        for at, word in enumerate(words):
            places.setdefault(word, []).append(at)
        return cls(words, places, _in_a_line(words))

    def has(self, wanted: Sequence[bytes]) -> bool:
        """Whether these words follow each other somewhere, found by the rarest."""
        having = [self.places.get(word, ()) for word in wanted]
        if not having or not all(having):
            return not having
        first = min(range(len(wanted)), key=lambda at: len(having[at]))
        if len(having[first]) > _MOST_PLACES:
            return _in_a_line(wanted) in self.line
        starts = (at - first for at in having[first] if at >= first)
        return any(self.words[at : at + len(wanted)] == wanted for at in starts)


def _in_a_line(words: Sequence[bytes]) -> bytes:
    """Words with blanks between, before and after them."""
    return b" ".join([b"", *words, b""])


def listed_parts(split: MessageSplit) -> tuple[int, ...]:
    """The numbers of the parts that are told one by one, where there are several.

    Trailers have rules of their own, and the heading of a squash log says nothing.
    """
    heading = 0 if is_squash_log(split.message) else None
    found = tuple(
        at
        for at, part in enumerate(split.parts)
        if part.kind != "trailer" and at != heading
    )
    return found if len(found) > 1 else ()


def parts_left_out(split: MessageSplit) -> tuple[int, ...]:
    """The numbers of the parts that are told and that no commit has."""
    return tuple(at for at in listed_parts(split) if not split.homes[at])


def text_left_out(original: bytes, messages: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """What the original says and none of these messages, part by part."""
    split = split_as_written(original, messages)
    return tuple(split.parts[at].text for at in parts_left_out(split))


def with_part_sent(
    split: MessageSplit,
    messages: Sequence[bytes],
    part: int,
    to: int | None,
    guessed: Collection[int] = (),
) -> tuple[bytes, ...]:
    """The messages once that of ``to`` alone has the part; none has it for None.

    What is composed of parts is composed anew. What was typed stays as it is, but for
    the part. A subject of the groups ``guessed``, which nobody has confirmed, gives way
    to the part where the original says nothing else there. Where it is all that its
    commit says, and the other one has one part, too, they change places. Raises
    ActionRefused where a message would have nothing left to say.
    """
    try:
        return _messages_after(
            split, split.with_part_in(part, to), messages, to, guessed
        )
    except ActionRefused:
        exchanged = None if to is None else _with_parts_exchanged(split, part, to)
        if exchanged is None:
            raise
    return _messages_after(split, exchanged, messages, None, ())


def _with_parts_exchanged(
    split: MessageSplit, part: int, to: int
) -> MessageSplit | None:
    """The split in which the part and the only one of ``to`` have changed places."""
    theirs = [
        at
        for at in split.parts_of(to)
        if split.parts[at].kind != "trailer" and split.parts[at].below is None
    ]
    if len(theirs) != 1 or len(split.homes[part]) != 1:
        return None
    (origin,) = split.homes[part]
    return split.with_part_in(part, to).with_part_in(theirs[0], origin)


def _messages_after(
    split: MessageSplit,
    moved: MessageSplit,
    messages: Sequence[bytes],
    to: int | None,
    guessed: Collection[int],
) -> tuple[bytes, ...]:
    """The messages of the groups when their parts are those they have in ``moved``."""
    return tuple(
        message
        if moved.parts_of(group) == split.parts_of(group)
        else composed_message(moved, group)
        if group in guessed and group == to and _is_bare(split, group, message)
        else _message_after(split, moved, group, message)
        for group, message in enumerate(messages)
    )


def _is_bare(split: MessageSplit, group: int, message: bytes) -> bool:
    """Whether the message is a subject and footers, none of the original's text."""
    own = (split.parts[at] for at in split.parts_of(group))
    is_told = any(part.kind != "trailer" for part in own)
    return (
        not is_told and composed_message(split, group, subject_of(message)) == message
    )


def _message_after(
    split: MessageSplit, moved: MessageSplit, group: int, message: bytes
) -> bytes:
    """The message of the group when its parts are those it has in ``moved``."""
    lost = set(split.parts_of(group)) - set(moved.parts_of(group))
    gained = set(moved.parts_of(group)) - set(split.parts_of(group))
    subject = subject_of(message)
    if composed_message(split, group, subject) == message:
        is_lost = any(_is_said(split.parts[at].text, subject) for at in lost)
        made = composed_message(moved, group, b"" if is_lost else subject)
    else:
        made = message
        for at in sorted(lost):
            made = _without_text(made, split.parts[at].text)
        made = _with_parts(moved, group, made, gained) if gained else made
    said = _says_more(message, message)
    if not subject_of(made).strip() or (said and not _says_more(made, message)):
        raise ActionRefused(
            "It is all that this commit says.", hint="i gives it another subject."
        )
    return made


def _says_more(made: bytes, message: bytes) -> bool:
    """Whether a message made from another says more than that one's footers."""
    footers = {*_lines(without_trailers(message)[1])}
    footers.update(_lines(message[each.start : each.stop] for each in ids_in(message)))
    footers.update(_lines(each[0] for each in gerrit_footers(message)))
    # A first line is the subject, even one that Gerrit sees among the footers, too.
    subject = next(_lines([message]), b"")
    if next(_lines([made]), b"") == subject:
        return True
    return any(line not in footers for line in _lines([made]))


def _lines(texts: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of the texts, stripped, that are not blank."""
    lines = (line.strip() for text in texts for line in lines_of(text))
    return filter(None, lines)


def _is_said(text: bytes, message: bytes) -> bool:
    return _Words.of(message).has(_words_of(text))


def _without_text(message: bytes, text: bytes) -> bytes:
    """The message without the text, which may go over several lines of its body."""
    start = message.find(b"\n\n") + 1
    words = [re.escape(word) for word in text.rstrip(_ENDS).split()]
    bullet = rb"(?:(?<=\n)[ \t]*(?:[*+-]|\xe2\x80\xa2)[ \t]+)?"
    ending = rb"[.;:,!?]*[ \t]*"
    pattern = re.compile(bullet + rb"\s+".join(words) + ending, re.IGNORECASE)
    found = pattern.search(message, start) if start and words else None
    if found is None:
        return message
    return stripspace(message[: found.start()] + message[found.end() :], b"")


def _with_parts(
    split: MessageSplit, group: int, message: bytes, parts: set[int]
) -> bytes:
    """The message with these parts as its last paragraphs before the trailers."""
    homes = tuple((group,) if at in parts else () for at in range(len(split.parts)))
    alone = replace(split, homes=homes, heir=NO_HEIR)
    body, _ = without_trailers(message)
    if not body.strip():
        return composed_message(alone, group)
    block = composed_message(alone, group, b"-").removeprefix(b"-").strip(b"\n")
    return body.rstrip(b"\n") + b"\n\n" + block + b"\n" + _tail(message, body)


def _tail(message: bytes, body: bytes) -> bytes:
    """What follows the body: the trailers, with a blank line before them."""
    trailers = message[len(body) :].lstrip(b"\n")
    return b"\n" + trailers if trailers else b""
