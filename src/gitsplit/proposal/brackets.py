"""Whether the brackets, quotes and comments of a source text are balanced.

No grammar is read. A family of languages says what strings and comments look like;
what is left are brackets, and in shells and the like words that open and close. Texts
that this doesn't fit aren't balanced before a commit either, and say nothing.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

MOST_NESTED = 90
"""Brackets within so many others aren't looked at any further."""

_DOUBLE = r'"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"'
_SINGLE = r"'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*'"
_LONG_DOUBLE = r'"[^"\\]*(?:\\[\s\S][^"\\]*)*"'
_LONG_SINGLE = r"'[^']*'"
_BACKTICK = r"`[^`\\]*(?:\\[\s\S][^`\\]*)*`"
_TRIPLE_DOUBLE = r'"""[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*"""'
_TRIPLE_SINGLE = r"'''[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*'''"
_CHARACTER = r"'(?:[^'\\\n]|\\[^\n][^'\n]{0,8})'"
_SLASHES = r"//[^\n]*"
_STARS = r"/\*[^*]*(?:\*(?!/)[^*]*)*\*/"
_HASH = r"#[^\n]*"
_SHELL_HASH = r"(?:^|(?<=[\s;&|(]))#[^\n]*"
_DASHES = r"--[^\n]*"
_SEMICOLON = r";[^\n]*"
_PERCENT = r"%[^\n]*"
_REGEX = (
    r"(?<=[(,=:\[!&|?{};\n])[ \t]*/(?![*/])"
    r"(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/"
)
_RAW_CPP = r'R"([^()\\\s]{0,16})\([\s\S]*?\)\1"'
_RAW_RUST = r'\br(#{0,3})"[\s\S]*?"\1(?!#)'
_HEREDOC = (
    r"<<[-~]?[ \t]*(?P<q>[\"']?)(?P<end>[A-Za-z_]\w*)(?P=q)[^\n]*\n"
    r"(?:[^\n]*\n)*?[ \t]*(?P=end)(?=\n|$)"
)
_ESCAPE = r"\\[\s\S]"
_BRACKET = r"[()\[\]{}]"
_ANY_QUOTE = r"[\"']"
_SHELL_WORD = (
    r"(?:^|(?<=[;&|(!{`])|(?<=\bthen)|(?<=\bdo)|(?<=\belse))[ \t]*"
    r"\b(?:if|fi|do|done|case|esac)\b(?![\w=.-])"
)

_C = (_SLASHES, _STARS, _DOUBLE, _CHARACTER, '"')
_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "c": (_RAW_CPP, *_C),
    "java": (_SLASHES, _STARS, _TRIPLE_DOUBLE, _DOUBLE, _CHARACTER, '"'),
    "rust": (_RAW_RUST, _SLASHES, _STARS, _LONG_DOUBLE, _CHARACTER, '"'),
    "go": (*_C, r"`[^`]*`", "`"),
    "javascript": (
        *(_SLASHES, _STARS, _DOUBLE, _SINGLE, _BACKTICK, _REGEX),
        r"[\"'`]",
    ),
    "css": (_STARS, _DOUBLE, _SINGLE, _ANY_QUOTE),
    "scss": (_STARS, r"(?<!:)//[^\n]*", _DOUBLE, _SINGLE, _ANY_QUOTE),
    "php": (_SLASHES, _STARS, _HASH, _LONG_DOUBLE, _LONG_SINGLE, _ANY_QUOTE),
    "python": (_HASH, _TRIPLE_DOUBLE, _TRIPLE_SINGLE, _DOUBLE, _SINGLE, _ANY_QUOTE),
    "shell": (
        *(_ESCAPE, _SHELL_HASH, _HEREDOC, _LONG_DOUBLE, _LONG_SINGLE),
        *(_ANY_QUOTE, _SHELL_WORD),
    ),
    "hash": (_HASH, _DOUBLE, _SINGLE, _ANY_QUOTE),
    "sql": (_DASHES, _STARS, r"'[^']*(?:''[^']*)*'", _DOUBLE, _ANY_QUOTE),
    "lua": (
        *(r"--\[\[[\s\S]*?\]\]", _DASHES, r"\[\[[\s\S]*?\]\]"),
        *(_DOUBLE, _SINGLE, _ANY_QUOTE),
    ),
    "haskell": (_DASHES, r"\{-[\s\S]*?-\}", _DOUBLE, _CHARACTER, '"'),
    "lisp": (_SEMICOLON, r"\\.", r"\?\\?.", _LONG_DOUBLE, '"'),
    "erlang": (_PERCENT, r"\$.", _DOUBLE, _SINGLE, _ANY_QUOTE),
}
"""What is looked for in a family of languages, first strings and comments."""

_LENIENT = {"shell"}
"""Families that have closing round brackets of their own: patterns of ``case``."""

_ENDINGS = {
    "c": "c h cc cpp cxx hh hpp hxx m mm cu ino glsl",
    "java": "java kt kts scala swift dart groovy gradle cs proto thrift zig",
    "rust": "rs",
    "go": "go",
    "javascript": "js jsx mjs cjs ts tsx mts cts",
    "css": "css",
    "scss": "scss less",
    "php": "php",
    "python": "py pyi pyw",
    "shell": "sh bash zsh ksh",
    "hash": "rb rake gemspec pl pm r jl nim ex exs tf hcl graphql gql cmake",
    "sql": "sql",
    "lua": "lua",
    "haskell": "hs",
    "lisp": "lisp el clj cljs cljc scm rkt",
    "erlang": "erl hrl",
}

FAMILY_OF: Mapping[str, str] = {
    ending: family for family, all in _ENDINGS.items() for ending in all.split()
}
"""The family of languages by what a file's name ends with, in lower case."""

_CLOSES = {")": "(", "]": "[", "}": "{", "fi": "if", "done": "do", "esac": "case"}
_OPENS = frozenset(_CLOSES.values())
_QUOTES = ('"', "'", "`")


class Unbalanced(Exception):
    """A bracket or quote of the text has no partner."""


class TooDeep(Exception):
    """Brackets are nested so deep that nothing is said of the text."""


@lru_cache(maxsize=32)
def _pattern(family: str, extra: str = "") -> re.Pattern[str]:
    marks = "".join(f"|{each}" for each in (extra, _BRACKET) if each)
    return re.compile("|".join(_FAMILIES[family]) + marks, re.MULTILINE)


def check_balance(text: str, family: str) -> None:
    """Raise Unbalanced or TooDeep, unless each bracket and quote has its partner."""
    for _ in _outside(text, family):
        pass


def _outside(text: str, family: str, extra: str = "") -> Iterator[int]:
    """Where ``extra`` matches outside all brackets, strings and comments.

    Raises Unbalanced or TooDeep when it comes to that place.
    """
    stack: list[str] = []
    for found in _pattern(family, extra).finditer(text):
        token = found[0]
        if token == "\n":
            if not stack:
                yield found.end()
        elif len(token) == 1 or family in _LENIENT:
            _note(stack, token.lstrip(), family)
    if stack:
        raise Unbalanced


def _note(stack: list[str], token: str, family: str) -> None:
    """Put an opening bracket on the stack, take off the partner of a closing one."""
    if token in _OPENS:
        stack.append(token)
        if len(stack) > MOST_NESTED:
            raise TooDeep
    elif token in _CLOSES:
        if stack and stack[-1] == _CLOSES[token]:
            stack.pop()
        elif not (token == ")" and family in _LENIENT):
            raise Unbalanced
    elif token in _QUOTES:
        raise Unbalanced


_STATEMENT = r"\n(?=[^\s#)\]}])"
"""The end of a line before one that isn't indented: in Python, a statement."""

_CONTINUES = re.compile(r"(?:elif|else|except|finally)\b")


def python_statements(text: str) -> list[str]:
    """The statements of a Python module that aren't indented, comments between them.

    With all that belongs to each, decorators and branches too. Raises Unbalanced or
    TooDeep.
    """
    starts, last = [0], 0
    for at in _outside(text, "python", _STATEMENT):
        is_decorated = text.startswith("@", last)
        last = at
        if not (
            is_decorated or text.endswith("\\\n", 0, at) or _CONTINUES.match(text, at)
        ):
            starts.append(at)
    return [text[a:b] for a, b in pairwise([*starts, len(text)])]
