"""What a path says about a file: the part it plays, and which files belong to it."""

import re
from functools import lru_cache
from typing import Literal

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
_KINDS: tuple[tuple[Role, re.Pattern[str]], ...] = (
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
    is_near = directory(lock) == directory(manifest)
    return is_near and manifest.rpartition("/")[2].lower() == wanted


def is_generated(path: str, head: str) -> bool:
    """Whether a file is made by a program, by its path or by what it begins with."""
    return bool(_GENERATED.search(path) or _SAYS_GENERATED.search(head))


def directory(path: str) -> str:
    """The directory that ``path`` lies in; empty at the top."""
    return path.rpartition("/")[0]


def ending(path: str) -> str:
    """The file name's ending without the dot; empty where it has none."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2] if "." in name else ""
