"""Whether files can be parsed in each of a plan's commits, as before and after it.

Python, JSON, TOML and XML are parsed; of other languages brackets and quotes are
balanced or not (:mod:`gitsplit.proposal.brackets`). A file that can't be parsed before
the commit, or after it, isn't judged between.
"""

import json
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial

from msgspec import Struct

from gitsplit.model.content import Assignment, file_states
from gitsplit.model.diff import File
from gitsplit.model.objects import EXECUTABLE, FILE
from gitsplit.model.plan import DROPPED, Plan, assignments
from gitsplit.model.states import states_in
from gitsplit.model.weave import Thread
from gitsplit.proposal.brackets import (
    FAMILY_OF,
    TooDeep,
    Unbalanced,
    check_balance,
    python_statements,
)

MOST_PARSED = 1_000_000
"""A file of more bytes isn't judged."""

_MOST_OF_PLAN = 4_000_000
"""Of a plan's files so many bytes are looked at, in all their states together."""

_MOST_AT_ONCE = 200_000
"""Nor is a Python statement of more characters, which would take long."""

_PREFIXES = re.compile(r"(?:[-+~]\s*){40}|(?:(?:not|await)\s+){40}")

_MOST_OF = {"lambda": 100, " else ": 100, "**": 100, "elif": 1000, "for ": 1000}
"""Statements with more of these aren't judged: each may need room on a stack."""


class _NotJudged(Exception):
    """Nothing can be said of a content."""


class BrokenFile(Struct, frozen=True):
    """A file that can't be parsed in the commits ``group`` up to ``until`` (from 0)."""

    group: int
    until: int
    path: bytes


def broken_files(plan: Plan) -> tuple[BrokenFile, ...]:
    """The files that can't be parsed in some of the plan's commits, by the commits.

    Though they can before the first and after the last of them.
    """
    found: list[BrokenFile] = []
    left = _MOST_OF_PLAN
    for thread, assignment in zip(plan.threads, assignments(plan), strict=True):
        own = {o.group for o in plan.overrides if o.file == thread.numbers[0]}
        touching = {group for _, group in assignment} | own | {g + 1 for g in own}
        groups = sorted(touching.intersection(range(len(plan.groups))))
        is_cut = len(groups) > 1 or own or (DROPPED in touching and groups)
        left -= len(groups) * thread.changes[-1].side.size if is_cut else 0
        if not is_cut or left < 0 or not kind_of(thread):
            continue
        states = (
            states_in(plan, thread.numbers[0], groups)
            if own
            else file_states(thread, assignment, groups)
        )
        ends = zip(groups, [*groups[1:], len(plan.groups)], strict=True)
        found += (
            BrokenFile(group, until, state.path)
            for (group, until), state in zip(ends, states, strict=True)
            if state is not None and is_broken(thread, state)
        )
    return tuple(sorted(found, key=lambda each: (each.group, each.path)))


def broken_groups(thread: Thread, assignment: Assignment) -> tuple[int, ...]:
    """The groups, in order, after which the file can't be parsed."""
    groups = sorted({group for _, group in assignment})
    states = file_states(thread, assignment, groups)
    return tuple(
        group
        for group, state in zip(groups, states, strict=True)
        if state is not None and is_broken(thread, state)
    )


def kind_of(thread: Thread) -> str:
    """How the file is judged: a format, a family of languages, or not: empty.

    Also empty where it is too large, or no regular file, or its name ends otherwise
    after the commit.
    """
    sides = [s for s in (thread.changes[0].old, thread.changes[-1].new) if s]
    kinds = {_kind_of_path(side.path) for side in sides}
    is_judged = all(
        side.mode in (FILE, EXECUTABLE) and side.size <= MOST_PARSED for side in sides
    )
    return kinds.pop() if is_judged and len(kinds) == 1 else ""


def _kind_of_path(path: bytes) -> str:
    name = path.rpartition(b"/")[2].decode("utf-8", "replace")
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return _FORMAT_OF.get(ending) or FAMILY_OF.get(ending, "")


def is_broken(thread: Thread, state: File) -> bool:
    """Whether a state of the file can't be parsed, though it can before and after."""
    ends = [e for e in (thread.changes[0].old, thread.changes[-1].new) if e is not None]
    kind = kind_of(thread)
    if not kind or state.size > 2 * MOST_PARSED or state.oid in {e.oid for e in ends}:
        return False
    key = (kind, state.oid, *(end.oid for end in ends))
    if key not in _KNOWN:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[key] = _is_broken_between(
            kind, state.content or b"", [end.content or b"" for end in ends]
        )
    return _KNOWN[key]


_MOST_KNOWN = 10_000
_KNOWN: dict[tuple[str, ...], bool] = {}
"""What has been found before: the same contents come again and again."""


def _is_broken_between(kind: str, content: bytes, ends: Sequence[bytes]) -> bool:
    """Whether the content can't be parsed, though the contents at the ends can."""
    try:
        return _is_broken(kind, content, ends) and not any(
            _is_broken(kind, end) for end in ends
        )
    except _NotJudged:
        return False


def _is_broken(kind: str, content: bytes, known: Sequence[bytes] = ()) -> bool:
    """Whether the content can't be parsed; ``known`` are taken for such that can.

    Raises _NotJudged.
    """
    try:
        if kind == "python":
            return _is_broken_python(content, known)
        _CHECKS[kind](content)
    except _ERRORS:
        return True
    except (TooDeep, RecursionError, MemoryError) as error:
        raise _NotJudged from error
    return False


_ERRORS = (SyntaxError, ValueError, Unbalanced)
"""What says that a content can't be parsed; those of JSON, TOML, UTF-8 are values."""


def _is_broken_python(content: bytes, known: Iterable[bytes]) -> bool:
    """Whether a module can't be parsed: looked at are statements that are not known."""
    seen = frozenset[str]().union(*map(_statements, known))
    statements = _statements(content)
    if not statements:
        return not _compiles(_python_text(content))
    return not all(_compiles(each) for each in statements if each not in seen)


@lru_cache(maxsize=16)
def _statements(content: bytes) -> tuple[str, ...]:
    """The statements of a module; none where its brackets aren't balanced."""
    try:
        return tuple(dict.fromkeys(python_statements(_python_text(content))))
    except Unbalanced:
        return ()


def _python_text(content: bytes) -> str:
    """The text of a module; raises UnicodeDecodeError where it isn't UTF-8."""
    return content.decode("utf-8-sig").replace("\r\n", "\n")


def _compiles(text: str) -> bool:
    """Whether Python takes the statements. Raises _NotJudged."""
    if len(text) > _MOST_AT_ONCE or _PREFIXES.search(text):
        raise _NotJudged
    if any(text.count(word) > most for word, most in _MOST_OF.items()):
        raise _NotJudged
    # What it warns of is the user's own affair. The same filter isn't added twice.
    warnings.filterwarnings("ignore", module="<checked>")
    try:
        compile(text, "<checked>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    except (RecursionError, MemoryError, OverflowError) as error:
        raise _NotJudged from error
    return True


def _check_json(content: bytes) -> None:
    json.loads(content.decode("utf-8-sig"))


def _check_toml(content: bytes) -> None:
    import tomllib  # seldom needed

    text = content.decode()
    if max(map(len, re.findall(r"[\[{]+", text)), default=0) > 99:
        raise _NotJudged
    tomllib.loads(text)


def _check_xml(content: bytes) -> None:
    from xml.parsers import expat  # seldom needed

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = _refuse_entity
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise ValueError from error


def _refuse_entity(*_: object) -> None:
    """No entity is expanded: a few could make more text than there is memory."""
    raise _NotJudged


def _check_brackets(family: str, content: bytes) -> None:
    check_balance(content.decode("utf-8", "replace"), family)


_CHECKS: Mapping[str, Callable[[bytes], None]] = {
    "json": _check_json,
    "toml": _check_toml,
    "xml": _check_xml,
    **{each: partial(_check_brackets, each) for each in set(FAMILY_OF.values())},
}

_FORMATS = {
    "json": "json ipynb webmanifest",
    "toml": "toml",
    "xml": "xml svg xsd xsl xslt plist xhtml csproj vbproj fsproj props targets xaml"
    " wsdl rng resx pom storyboard xib",
}

_FORMAT_OF = {e: kind for kind, all_ in _FORMATS.items() for e in all_.split()}
