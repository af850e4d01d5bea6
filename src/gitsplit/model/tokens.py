r"""The tokens of a line, counted, also where it is millions of bytes long.

A token is a run of ASCII letters, digits and ``_``, or any other byte by itself. Two
long lines that are to be compared have most of their text in common: runs of it are
found by comparing bytes, and only what is left is taken apart.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import Final, NamedTuple

from msgspec import Struct

from gitsplit.model.lines import equal_length, equal_tail

_TOKEN = re.compile(rb"\w+|\W", re.DOTALL)
_OTHER = re.compile(rb"\W")
_WORD: Final = bytes(byte for byte in range(256) if not _OTHER.match(bytes([byte])))
_NOT_WORD: Final = bytes(byte for byte in range(256) if byte not in _WORD)
_BLANKED: Final = bytes(byte if byte in _WORD else 0x20 for byte in range(256))
_SHAPE: Final = bytes(0x77 if byte in _WORD else 0x20 for byte in range(256))

_BLOCK: Final = 1 << 16
"""So many bytes are taken apart at once."""

_AHEAD: Final = (16, 128, 1_024, 8_192, 65_536)
"""So far behind a difference equal text is looked for, in turns."""

_PROBE: Final = 24
"""So many equal bytes are taken for the beginning of equal text."""

_NEAR: Final = 4_096
"""How much further away equal text may be in the other line."""

_FUTILE: Final = 64
"""Lines are unlike where what differs is longer than what is equal so far, and than
one part in so many of the line."""


_FEW: Final = 8
"""So many tokens are looked for one by one, rather than all others counted."""


def tokens_of(text: bytes) -> list[bytes]:
    """The tokens in order."""
    return _TOKEN.findall(text)


def token_count(text: bytes) -> int:
    """How many tokens there are."""
    shape = text.translate(_SHAPE)
    return shape.count(b" ") + shape.count(b" w") + shape.startswith(b"w")


def token_counts(text: bytes) -> Counter[bytes]:
    """How often each token is there; no list of all of them is made."""
    found: Counter[bytes] = Counter()
    for block in _blocks(text):
        found.update(block.translate(_BLANKED).split())
    others = text.translate(None, _WORD)
    found.update({bytes([byte]): others.count(byte) for byte in set(others)})
    return found


def _blocks(text: bytes) -> Iterator[bytes]:
    """The text in blocks that end where a token does."""
    at = 0
    while at < len(text):
        end = _OTHER.search(text, at + _BLOCK - 1)
        stop = end.end() if end else len(text)
        yield text[at:stop]
        at = stop


class TokenLine(Struct, frozen=True, dict=True):
    """A line without its end, and what is asked of its tokens again and again."""

    text: bytes

    @cached_property
    def length(self) -> int:
        """The number of tokens."""
        return token_count(self.text)

    @cached_property
    def tokens(self) -> list[bytes]:
        """The tokens in order."""
        return tokens_of(self.text)

    @cached_property
    def counts(self) -> Counter[bytes]:
        """How often each token is there."""
        return token_counts(self.text)

    @cached_property
    def places(self) -> dict[bytes, int]:
        """For each token the bit set of its places."""
        return places_by_token(self.tokens)


def places_by_token(tokens: Sequence[bytes]) -> dict[bytes, int]:
    """For each token the bit set of its places."""
    places: dict[bytes, int] = {}
    for place, token in enumerate(tokens):
        places[token] = places.get(token, 0) | 1 << place
    return places


def common_in_any_order(old: TokenLine, new: TokenLine) -> int:
    """How many tokens both lines have, wherever they stand.

    One that is three times in one and twice in the other counts as two.
    """
    rest = _without_equal_runs(old.text, new.text)
    if 2 * sum(map(_size, rest)) > len(old.text) + len(new.text):
        return (old.counts & new.counts).total()
    in_old = _size(rest.old) < _size(rest.new)
    few, many = rest if in_old else reversed(rest)
    wanted = _counts_of_parts(few)
    equal = (old if in_old else new).length - wanted.total()
    if len(wanted) <= _FEW:
        return equal + sum(_found_of(token, n, many) for token, n in wanted.items())
    return equal + (wanted & _counts_of_parts(many)).total()


class _Rest(NamedTuple):
    """What is left of two texts: parts of whole tokens."""

    old: list[bytes]
    new: list[bytes]


def _size(parts: Iterable[bytes]) -> int:
    return sum(map(len, parts))


def _counts_of_parts(parts: Iterable[bytes]) -> Counter[bytes]:
    """The tokens of all parts; between two of them is no blank of theirs."""
    texts = [part for part in parts if part]
    found = token_counts(b" ".join(texts))
    found[b" "] -= max(0, len(texts) - 1)
    return +found


def _found_of(token: bytes, most: int, parts: Iterable[bytes]) -> int:
    """How often the token is in the parts; no more than ``most`` are looked for."""
    found = chain.from_iterable(_places_of(token, part) for part in parts)
    return sum(1 for _ in islice(found, most))


def _places_of(token: bytes, text: bytes) -> Iterator[int]:
    """Where the token is in the text, which isn't taken apart."""
    is_word = token[0] in _WORD
    at = text.find(token)
    while at >= 0:
        stop = at + len(token)
        beside = text[at - 1 : at] + text[stop : stop + 1]
        if not is_word or not beside.strip(_NOT_WORD):
            yield at
        at = text.find(token, stop)


def _without_equal_runs(old: bytes, new: bytes) -> _Rest:
    """The texts without runs of whole tokens that are in both.

    Any such runs will do: tokens that both lack change nothing in what is common.
    """
    tail = equal_tail(old, new)
    tail -= _word_length(old, len(old) - tail)
    old, new = old[: len(old) - tail], new[: len(new) - tail]
    rest = _Rest([], [])
    done_old = done_new = size = 0
    for run in _equal_runs(old, new):
        rest.old.append(old[done_old : run.old])
        rest.new.append(new[done_new : run.new])
        done_old, done_new = run.old + run.length, run.new + run.length
        size += run.length
        if 2 * size + len(old) // _FUTILE < done_old:
            break
    return _Rest([*rest.old, old[done_old:]], [*rest.new, new[done_new:]])


class _EqualRun(NamedTuple):
    """Whole tokens that stand at these places of two texts, in bytes from 0."""

    old: int
    new: int
    length: int


def _equal_runs(old: bytes, new: bytes) -> Iterator[_EqualRun]:
    """Runs of whole tokens that are in both texts, each after the one before it."""
    at: tuple[int, int] | None = (0, 0)
    while at is not None:
        length = equal_length(old, new, *at)
        run = old[at[0] : at[0] + length]
        # The words that it begins and ends with may go on in only one of them.
        head = _word_length(run) if at != (0, 0) else 0
        tail = len(run) - len(run.rstrip(_WORD)) if head < len(run) else 0
        if head + tail < length:
            yield _EqualRun(at[0] + head, at[1] + head, length - head - tail)
        at = _next_equal(old, new, at[0] + length, at[1] + length)


def _word_length(text: bytes, at: int = 0) -> int:
    """How long the word is that stands at this place of the text."""
    end = _OTHER.search(text, at)
    return (end.start() if end else len(text)) - at


def _next_equal(
    old: bytes, new: bytes, at_old: int, at_new: int
) -> tuple[int, int] | None:
    """Places behind these two from which on the texts are equal for a while."""
    for ahead in _AHEAD:
        probe = old[at_old + ahead : at_old + ahead + _PROBE]
        if len(probe) < _PROBE:
            return None
        found = new.find(probe, at_new, at_new + 2 * ahead + _NEAR)
        if found >= 0:
            return at_old + ahead, found
    return None
