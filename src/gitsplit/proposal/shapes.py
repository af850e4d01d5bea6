"""The shape of an edit: what it does to the tokens, whatever the names are.

Two edits that add a parameter, or that put one quote in the place of another, do the
same, though they share no word.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

from gitsplit.proposal.source_text import is_common

_TOKEN = re.compile(r"[^\W\d]\w*|\d+|\S")
_MOST_LINES = 200
_LONGEST = 4
"""A replacement of more tokens is no longer one thing for another."""


def shape(old: Sequence[str], new: Sequence[str]) -> Counter[str]:
    """How often each token, and each two in a row, comes (``+``) and goes (``-``).

    Names and numbers are blanked out, but for words of programming languages.
    """
    before, after = _grams(old), _grams(new)
    found = Counter({f"+{gram}": n for gram, n in (after - before).items()})
    found.update({f"-{gram}": n for gram, n in (before - after).items()})
    return found


def _grams(lines: Sequence[str]) -> Counter[str]:
    """How often each token, and each two of them in a row, is in the lines."""
    texts = map(_TOKEN.findall, lines[:_MOST_LINES])
    tokens = [_blank(token) for token in chain.from_iterable(texts)]
    found = Counter(f"{a} {b}" for a, b in pairwise(tokens))
    found.update(token for token in tokens if token != "_")
    return found


def _blank(token: str) -> str:
    """A token, unless it is a name or a number."""
    is_name = token[0] == "_" or token[0].isalpha()
    if is_name:
        return token if is_common(token) else "_"
    return "0" if token[0].isdigit() else token


def substitutions(old: Sequence[str], new: Sequence[str]) -> frozenset[tuple[str, str]]:
    """What comes in the place of what, line by line, where that is a few tokens.

    One side may be nothing. Edits that change the number of lines have none.
    """
    if len(old) != len(new) or len(old) > _MOST_LINES:
        return frozenset()
    return frozenset(_replaced(old, new))


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What differs between each two lines, without what they begin and end with."""
    for one, two in zip(old, new, strict=True):
        before, after = _TOKEN.findall(one), _TOKEN.findall(two)
        shorter = min(len(before), len(after))
        start = next((n for n in range(shorter) if before[n] != after[n]), shorter)
        most = shorter - start
        tail = next((n for n in range(most) if before[-1 - n] != after[-1 - n]), most)
        gone = before[start : len(before) - tail]
        come = after[start : len(after) - tail]
        if (gone or come) and max(len(gone), len(come)) <= _LONGEST:
            yield " ".join(gone), " ".join(come)
