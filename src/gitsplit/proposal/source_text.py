"""Source text of any language: its identifiers, kinds of lines, and roles of files.

No grammar is read. Identifiers are found by their characters; indentation says what
encloses what; a few words and signs that most languages share say what declares,
imports or comments; the path says what part a file plays. What isn't UTF-8 comes as
replacement characters, which no identifier has.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import log, sqrt
from posixpath import dirname
from typing import Literal

from gitsplit.model.diff import indentation

_IDENTIFIER = re.compile(r"[^\W\d]\w+")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\da-zA-Z_]+")

_LONGEST_NAME = 200
"""So many characters of a word are taken apart."""

_TELLING = 24
"""So many characters of a word say whether it is data."""

_MOST_PARTS = 8
_SHORTEST = 2.5
"""A word of more parts than that, shorter ones on average, is a hash or base64."""

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
"""A sparse vector: a value for each word that has one."""


def identifiers(text: str) -> list[str]:
    """The identifiers in ``text``, in order, without the commonest words."""
    return [w for w in _IDENTIFIER.findall(text) if w.lower() not in _COMMON]


def identifier_counts(text: str) -> Counter[str]:
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
def subwords(word: str) -> tuple[str, ...]:
    """The words that an identifier is made of, in lower case, without common ones.

    >>> subwords("HTTPServer_upgrade_service2")
    ('http', 'server', 'upgrade', 'service')
    """
    found = (part.lower() for part in _PART.findall(word[:_LONGEST_NAME]))
    return tuple(part for part in found if len(part) > 1 and part not in _COMMON)


def spelled_out(name: str) -> str:
    """All words that an identifier is made of, in lower case.

    >>> spelled_out("HTTPServer_is_not_there")
    'http server is not there'
    """
    return " ".join(part.lower() for part in _PART.findall(name[:_LONGEST_NAME]))


def subword_counts(words: Mapping[str, int]) -> Counter[str]:
    """How often each subword is in the words, which are there so often."""
    found: Counter[str] = Counter()
    for word, number in words.items():
        for part in subwords(word):
            found[part] += number
    return found


def text_subwords(text: str) -> Counter[str]:
    """How often each subword is in the :func:`identifiers` of the text."""
    return subword_counts(identifier_counts(text))


def is_data(word: str) -> bool:
    """Whether a word looks like a hash or base64: many parts, most of them short.

    >>> is_data("e3b0c44298fc1c149afbf4c8996f"), is_data("upgrade_the_old_service")
    (True, False)
    """
    if len(word) <= _MOST_PARTS:
        return False
    found = _PART.findall(word[:_TELLING])
    return len(found) > _MOST_PARTS and sum(map(len, found)) < _SHORTEST * len(found)


def with_less_data(words: Counter[str], most: int) -> Counter[str]:
    """The words, but of those that are data only the first ``most``."""
    if len(words) <= most:
        return words
    data = [word for word in words if is_data(word)]
    rest = set(data[most:])
    return Counter({word: n for word, n in words.items() if word not in rest})


def word_vectors(bags: Sequence[Mapping[str, int]], least: float = 0.0) -> list[Vector]:
    """For each bag of words its tf-idf vector, of length one.

    A word's weight is the log of how few bags have it, and ``least`` besides.
    """
    spread: dict[str, int] = {}
    for bag in bags:
        for word in bag:
            spread[word] = spread.get(word, 0) + 1
    number = len(bags) + 1
    # Sums of floats depend on their order, and that of sets is another in each process.
    weight = {word: least + log(number / count) for word, count in spread.items()}
    return [
        unit_vector(
            {word: (1 + log(n)) * weight[word] for word, n in sorted(bag.items())}
        )
        for bag in bags
    ]


def unit_vector(vector: Vector) -> Vector:
    """The vector scaled to length one; an empty one stays empty."""
    length = sqrt(sum(value * value for value in vector.values()))
    if not length:
        return {}
    return {word: value / length for word, value in vector.items()}


_DECLARATION = re.compile(
    r"\b(def|class|func|fn|function|struct|enum|trait|impl|interface|module|namespace"
    r"|describe|it|test|context)\b"
    r"|^\s*(public|private|protected|internal|static|export)\b.*[({]\s*$"
    r"|^[A-Za-z_].*\)\s*\{?\s*$|\(\)\s*\{\s*$"
)
_DEFINED = re.compile(
    r"\b(?:def|class|func|fn|function|struct|enum|trait|interface|module|mod|type|const"
    r"|let|var|val|static|define|macro_rules!|namespace|sub|record)"
    r"\s+(?:\([^)]*\)\s*)?([^\W\d]\w+)"
    r"|^\s*([^\W\d]\w+)\s*(?::?=(?!=)|\(\)\s*\{)"
)
_COMMENT = re.compile(
    r"\s*(#(?!include|define|if|el|end|undef|pragma|\[|!\[)|//|/\*|\*|--\s|;|%"
    r"|\"\"\"|'''|<!--|\.\. )"
)
_IMPORT = re.compile(
    r"\s*(import\b|from\s+\S+\s+import\b|#\s*include\b|use\s+[\w:]+|using\s+[\w.]+\s*;"
    r"|require(_relative)?\b|.*=\s*require\(|\"[\w./-]+\"$|source\s|\.\s|mod\s+\w+;"
    r"|extern crate|package\s)"
)
_BY_PATH = re.compile(r"\s*(source|\.|require)\s")
_EXPANSION = re.compile(r"\$\{?\w+")
_NUMBER = re.compile(r"[\d.]+")
_FAR = 300
_AT_ONCE = 16


def enclosing(lines: Sequence[str], at: int) -> tuple[int, ...]:
    """The lines (from 0) of the declarations around line ``at``, innermost first.

    Each is indented less than what it encloses; nothing further than 300 lines up is
    looked for.
    """
    here = (line for line in lines[at : at + 3] if line.strip())
    depth = next((indentation(line) for line in here), 1000)
    return tuple(_declarations(lines, at, depth))


def _declarations(lines: Sequence[str], at: int, depth: int) -> Iterator[int]:
    """The lines of declarations above ``at``, each less indented than the last."""
    for number, line in _lines_above(lines, at):
        if not line or not line[:depth].strip():
            continue
        depth = indentation(line)
        if _DECLARATION.search(line):
            yield number
        if not depth:
            return


def _lines_above(lines: Sequence[str], at: int) -> Iterator[tuple[int, str]]:
    """The lines above ``at`` with their numbers, the nearest first; some at once."""
    first = max(0, at - _FAR + 1)
    while at > first:
        start = max(first, at - _AT_ONCE)
        yield from zip(
            range(at - 1, start - 1, -1), reversed(lines[start:at]), strict=True
        )
        at = start


_DECLARED = re.compile(
    r"\b(def|class|func|fn|function|struct|enum|trait|interface|module|mod|type"
    r"|macro_rules!|record|namespace|sub)\b|\(\)\s*\{"
)


def declares(line: str) -> bool:
    """Whether the line declares a function, a class or such, and no mere value."""
    return _DECLARED.search(line) is not None


def definitions(lines: Sequence[str]) -> frozenset[str]:
    """The names that the lines declare or first assign."""
    found = (match for line in lines for match in _DEFINED.finditer(line))
    return frozenset(name for match in found for name in match.groups() if name)


def are_comments(lines: Sequence[str]) -> bool:
    """Whether all the lines are comments; they aren't blank."""
    return bool(lines) and all(_COMMENT.match(line) for line in lines)


def is_import(line: str) -> bool:
    """Whether the line names what is used from elsewhere."""
    return _IMPORT.match(line) is not None


def imported_names(line: str) -> list[str]:
    """The identifiers of an import, but for variables that its path is made of.

    ``source "$LIBRARY/functions"`` uses ``LIBRARY``, which is from elsewhere.
    """
    return identifiers(_EXPANSION.sub("", line) if _BY_PATH.match(line) else line)


def are_imports(lines: Sequence[str]) -> bool:
    """Whether all the lines name what is used from elsewhere; they aren't blank."""
    return bool(lines) and all(map(is_import, lines))


def differ_in_numbers(old: str, new: str) -> bool:
    """Whether nothing but numbers differs, as where a version is raised."""
    return bool(old) and bool(new) and _NUMBER.sub("", old) == _NUMBER.sub("", new)


def differ_in_space(old: str, new: str) -> bool:
    """Whether nothing but white space differs."""
    return "".join(old.split()) == "".join(new.split())


Role = Literal["changelog", "test", "documentation", "configuration", "code"]

_CHANGELOG = re.compile(
    r"(^|/)(change(s|log)?|news|history|releases?([-_]?notes?)?|whatsnew|upgrading)"
    r"([._-][^/]*)?$|releasenotes/|(^|/)(changelog|newsfragments|changes?)(\.d)?/"
    r"|(^|/)\.changeset/",
    re.IGNORECASE,
)
_TEST_NAME = (
    r"(^|[/_.-])(tests?|specs?|unittests?|testing|__tests__|testdata|fixtures?)"
    r"(?=$|[/_.-])"
)
_TEST = re.compile(
    rf"(?i:{_TEST_NAME})|(?<=[a-z0-9])(Tests?|Spec|IT)(?=\.|$)|(^|/)Test(?=[A-Z])"
)
_DOCUMENTATION = re.compile(
    r"\.(md|rst|txt|adoc|markdown|mdx|html?|tex|1|textile|rdoc)$"
    r"|(^|/)(docs?|documentation|man)/"
    r"|(^|/)(README|AUTHORS|CONTRIBUTING|LICENSE|COPYING)",
    re.IGNORECASE,
)
_CONFIGURATION = re.compile(
    r"\.(ya?ml|toml|json|cfg|ini|lock|xml|gradle|csproj|sln|props|mk|cmake|in|am|ac"
    r"|nix|conf|gemspec|mod|sum|properties)$"
    r"|(^|/)(Makefile|Dockerfile|CMakeLists\.txt|Gemfile|Rakefile|setup\.py|\.[^/]+)$"
    r"|(^|/)\.(github|circleci)/",
    re.IGNORECASE,
)
_CI = re.compile(
    r"(^|/)\.((github|gitea|forgejo)/(workflows|actions)|circleci|buildkite|woodpecker)/"
    r"|(^|/)\.gitlab/.*\.ya?ml$"
    r"|(^|/)(\.(gitlab-ci|travis|appveyor|cirrus)|appveyor|azure-pipelines)[^/]*\.ya?ml$",
    re.IGNORECASE,
)
"""What a server runs on each push; many a one is named after the tests that it runs."""

_KINDS: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("configuration", _CI),
    ("changelog", _CHANGELOG),
    ("test", _TEST),
    ("documentation", _DOCUMENTATION),
    ("configuration", _CONFIGURATION),
)
_LOCKS = {
    "package-lock.json": "package.json",
    "npm-shrinkwrap.json": "package.json",
    "yarn.lock": "package.json",
    "pnpm-lock.yaml": "package.json",
    "bun.lock": "package.json",
    "cargo.lock": "cargo.toml",
    "poetry.lock": "pyproject.toml",
    "uv.lock": "pyproject.toml",
    "pdm.lock": "pyproject.toml",
    "pipfile.lock": "pipfile",
    "go.sum": "go.mod",
    "gemfile.lock": "gemfile",
    "composer.lock": "composer.json",
    "mix.lock": "mix.exs",
    "pubspec.lock": "pubspec.yaml",
    "podfile.lock": "podfile",
    "flake.lock": "flake.nix",
}
"""Which manifest each lock file records the outcome of, in lower case."""

_GENERATED = re.compile(
    r"(^|/)(dist|generated|vendor)/|\.min\.(js|css)$|_pb2(_grpc)?\.pyi?$|\.pb\.(go|cc|h)$"
    r"|\.(g|designer)\.cs$|\.snap$",
    re.IGNORECASE,
)
_SAYS_GENERATED = re.compile(
    r"@generated\b|\bdo not (edit|modify)\b|generated (by|from|automatically)\b",
    re.IGNORECASE,
)
_ENDING = re.compile(r"\.[A-Za-z0-9]+$")
_TEST_AFFIX = re.compile(
    r"^(tests?|spec)[_-]|[._-](tests?|specs?|unittest|t)$", re.IGNORECASE
)
_TEST_CAMEL = re.compile(r"(Tests?|Spec|IT)$|^Test(?=[A-Z])")


def role(path: str) -> Role:
    """The part that the file at ``path`` plays."""
    return next((name for name, kind in _KINDS if kind.search(path)), "code")


def stem(path: str) -> str:
    """What a file is about: its name without ending and without what makes it a test.

    >>> stem("tests/test_ladle.py"), stem("src/ladle.py"), stem("a/LadleTest.java")
    ('ladle', 'ladle', 'ladle')
    """
    name = path.rsplit("/", 1)[-1]
    bare = _TEST_CAMEL.sub("", _TEST_AFFIX.sub("", _ENDING.sub("", name)))
    return (bare or name).lower()


@lru_cache(maxsize=1 << 12)
def is_locked(lock: str, manifest: str) -> bool:
    """Whether the file at ``lock`` records what came of the one at ``manifest``."""
    wanted = _LOCKS.get(lock.rpartition("/")[2].lower())
    is_near = dirname(lock) == dirname(manifest)
    return is_near and manifest.rpartition("/")[2].lower() == wanted


def is_lock(path: str) -> bool:
    """Whether a file is one in which a package manager locks versions."""
    return path.rpartition("/")[2].lower() in _LOCKS


def is_generated(path: str, head: str) -> bool:
    """Whether a file is made by a program, by its path or by what it begins with."""
    return bool(_GENERATED.search(path) or _SAYS_GENERATED.search(head))


_ITEM = re.compile(r"^[ \t]*[*+-][ \t]+", re.MULTILINE)


_ASIDE = re.compile(
    r"(also|besides|drive-by|in passing|while (there|here|at it))\b", re.IGNORECASE
)
_AND = re.compile(r";\s+|,\s+and\s+")


def message_topics(message: str) -> tuple[str, ...]:
    """What a message speaks of: its items, and what its asides say each by itself.

    An aside is a paragraph that begins like "While there:"; the first topic is the
    text that is in no item and no aside.
    """
    text, *items = message_items(message)
    paragraphs = re.split(r"\n[ \t]*\n", text)
    asides = [each for each in paragraphs if _ASIDE.match(each)]
    told = [part for aside in asides for part in _AND.split(aside)]
    rest = [each for each in paragraphs if not _ASIDE.match(each)]
    return ("\n\n".join(rest), *items, *told)


def message_items(message: str) -> tuple[str, ...]:
    """The items of the lists in a message, after the text that is in none.

    An item begins with a bullet and ends with a blank line, or the next one.
    """
    text, items = [], []
    for paragraph in re.split(r"\n[ \t]*\n", message):
        first, *listed = _ITEM.split(paragraph)
        text.append(first)
        items += listed
    return ("\n\n".join(filter(None, text)), *items)
