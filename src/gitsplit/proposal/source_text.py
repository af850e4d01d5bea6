"""Words in source text: identifiers, the parts they are made of, and what they weigh.

Text is taken as it comes, in any language; bytes that aren't UTF-8 become replacement
characters, which no word has.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import log, sqrt

_IDENTIFIER = re.compile(r"[^\W\d]\w+")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\da-zA-Z_]+")

_COMMON = frozenset(
    [
        "if",
        "else",
        "for",
        "while",
        "do",
        "return",
        "def",
        "class",
        "import",
        "from",
        "as",
        "in",
        "is",
        "not",
        "and",
        "or",
        "none",
        "null",
        "nil",
        "true",
        "false",
        "self",
        "this",
        "void",
        "int",
        "char",
        "const",
        "static",
        "public",
        "private",
        "protected",
        "final",
        "new",
        "var",
        "let",
        "function",
        "fn",
        "func",
        "pub",
        "use",
        "mod",
        "struct",
        "enum",
        "impl",
        "match",
        "string",
        "bool",
        "end",
        "then",
        "fi",
        "done",
        "elif",
        "elsif",
        "unless",
        "case",
        "switch",
        "break",
        "continue",
        "try",
        "except",
        "catch",
        "throw",
        "throws",
        "raise",
        "with",
        "type",
        "interface",
        "export",
        "default",
        "async",
        "await",
        "yield",
        "lambda",
        "pass",
        "package",
        "namespace",
        "using",
        "include",
        "define",
        "ifdef",
        "endif",
        "the",
        "a",
        "an",
        "of",
        "to",
        "be",
        "it",
        "that",
        "on",
        "by",
        "are",
        "was",
    ]
)
"""Words of programming languages and of English that say nothing about a purpose."""

Vector = dict[str, float]


def identifiers(text: str) -> list[str]:
    """The identifiers in ``text``, in order, without the commonest words."""
    return [w for w in _IDENTIFIER.findall(text) if w.lower() not in _COMMON]


def counted(text: str) -> Counter[str]:
    """How often each of the :func:`identifiers` is in ``text``."""
    found = Counter(_IDENTIFIER.findall(text))
    # Few words are looked at here, compared with all that are read.
    for word in list(filter(is_common, found)):
        del found[word]
    return found


def is_common(word: str) -> bool:
    """Whether a word is one that says nothing about a purpose."""
    return word.lower() in _COMMON


@lru_cache(maxsize=1 << 16)
def parts(word: str) -> tuple[str, ...]:
    """The parts of an identifier, in lower case.

    >>> parts("HTTPServer_upgrade_service2")
    ('http', 'server', 'upgrade', 'service')
    """
    found = (part.lower() for part in _PART.findall(word))
    return tuple(part for part in found if len(part) > 1 and part not in _COMMON)


def weighted(bags: Sequence[Mapping[str, int]], least: float = 0.0) -> list[Vector]:
    """For each bag of words a vector of length one; words in many bags weigh less.

    ``least`` is what a word weighs besides.
    """
    spread: dict[str, int] = {}
    for bag in bags:
        for word in bag:
            spread[word] = spread.get(word, 0) + 1
    number = len(bags) + 1
    # Sums of floats depend on their order, and that of sets is another in each process.
    weight = {word: least + log(number / count) for word, count in spread.items()}
    return [
        normal({word: (1 + log(n)) * weight[word] for word, n in sorted(bag.items())})
        for bag in bags
    ]


def normal(vector: Vector) -> Vector:
    """The vector at length one; without words it stays empty."""
    length = sqrt(sum(value * value for value in vector.values()))
    if not length:
        return {}
    return {word: value / length for word, value in vector.items()}
