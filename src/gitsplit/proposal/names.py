"""Which edits of a commit need which others, by the names that they bring or take away.

A name that the commit brings is defined where an added line declares, assigns or
imports it; whoever uses it comes no sooner. Of a name that it takes away the last
definition goes no sooner than the last use. Names are looked at in source code alone:
a name that no old text of the commit has anywhere, one that is only imported or local
within its file or the function.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import filterfalse
from operator import eq
from typing import Literal

from msgspec import Struct

from gitsplit.model.diff import Edit, FileChange, Span, TextEdit, edits_of
from gitsplit.model.memo import memo, memo_by
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.model.weave import threads_of
from gitsplit.proposal import source_text
from gitsplit.proposal.features import (
    TextLines,
    Texts,
    WordCounts,
    word_counts,
)

_MOST_LINES = 4_000
"""So many lines that a commit adds are looked at, and so many that it takes away.

Of a range, so many for each commit.
"""

_DECLARED = re.compile(
    r"\b(?:def|class|func|fn|function|struct|enum|trait|interface|module|mod|type"
    r"|macro_rules!|namespace|sub|record)\s+(?:\([^)]*\)\s*)?([^\W\d]\w+)"
    r"|^([^\W\d]\w+)\s*(?::?=(?!=)|\(\)\s*\{)"
    r"|^(?:export\s+)?(?:const|let|var|val|static|define)\s+([^\W\d]\w+)"
)
_LOCAL = re.compile(
    # With a second \s* right after, an indentation is tried in as many parts as it has.
    r"^\s+(?:(?:const|let|var|val|static|local|my)\s*)?([^\W\d]\w+)\s*(?::?=(?!=)|$)"
    r"|^\s*([^\W\d]\w+)(?:\s*,\s*([^\W\d]\w+))+\s*:?=(?!=)"
)
_LONE = re.compile(r"\s*(?:[^\W\d]\w+\s+as\s+)?([^\W\d]\w+)\s*,?\s*$")
"""A line that is a name alone, as within the brackets of an import."""


class Link(Struct, frozen=True):
    """A name that some edits define, and others use, by their places in the commit.

    ``is_gone`` says that it goes: then they are the lines that are taken away.
    """

    name: str
    definers: frozenset[int]
    users: frozenset[int]
    is_gone: bool = False


class _Words(Struct):
    """The names on one side of an edit; ``local`` ones hold in a function."""

    used: frozenset[str]
    declared: set[str]
    imported: set[str]
    local: set[str]


@memo_by(lambda changes, edits: (changes, edits), are_same=eq)
def links_of_plan(
    changes: tuple[FileChange, ...], edits: tuple[Edit, ...]
) -> tuple[Link, ...]:
    """The same, remembered for the plan that was asked for last.

    Of a range those that hold as its commits are: what was wrong before isn't said.
    """
    if not any(change.commit for change in changes):
        return links(Texts(changes), edits)
    commit_of = [changes[edit.file].commit for edit in edits]
    found = _links_in_range(_RangeTexts(changes), edits, lambda _: True)
    return tuple(link for link in found if not any(broken_pairs(link, commit_of)))


def links(texts: Texts, edits: Sequence[Edit]) -> tuple[Link, ...]:
    """The names by which the edits depend on each other, in a fixed order."""
    found = [*_links(texts, edits, "new"), *_links(texts, edits, "old")]
    return tuple(sorted(found, key=_link_key))


def _link_key(link: Link) -> tuple[bool, str, int]:
    return link.is_gone, link.name, min(link.definers)


Side = Literal["old", "new"]


def _links(texts: Texts, edits: Sequence[Edit], side: Side) -> Iterator[Link]:
    words = dict(_words_of_code(texts, edits, side))
    users: dict[str, set[int]] = {}
    for at, each in words.items():
        for name in each.used:
            users.setdefault(name, set()).add(at)
    yield from _everywhere(texts, words, users, side)
    yield from _within_files(texts, edits, words, users, side)


def _words_of_code(
    texts: Texts, edits: Sequence[Edit], side: Side
) -> Iterator[tuple[int, _Words]]:
    """The names of each edit of source code, by its place."""
    is_code: dict[int, bool] = {}
    left = _MOST_LINES * (1 + max((each.commit for each in texts.changes), default=0))
    for at, edit in enumerate(edits):
        if not isinstance(edit, TextEdit) or left <= 0:
            continue
        file = edit.file
        if file not in is_code:
            is_code[file] = source_text.role(texts.path(file)) in ("code", "test")
        if is_code[file]:
            lines, span = _side(texts, edit, side)
            yield (
                at,
                _words(lines.between(span.start, min(span.stop, span.start + left))),
            )
            left -= len(span)


def _everywhere(
    texts: Texts, words: Mapping[int, _Words], users: Mapping[str, set[int]], side: Side
) -> Iterator[Link]:
    """The names that are declared, and that no text on the other side has."""
    known = texts.before if side == "new" else texts.after
    declared: dict[str, set[int]] = {}
    for at, each in words.items():
        for name in each.declared - known:
            declared.setdefault(name, set()).add(at)
    for name, definers in declared.items():
        if users[name] - definers:
            yield _link(name, definers, users[name], side)


def _within_files(
    texts: Texts,
    edits: Sequence[Edit],
    words: Mapping[int, _Words],
    users: Mapping[str, set[int]],
    side: Side,
) -> Iterator[Link]:
    """The names that are new or gone within a file, or a function of it."""
    others = texts.words_before if side == "new" else texts.words_after
    defined: dict[tuple[int, str], set[int]] = {}
    local: dict[tuple[int, str], set[int]] = {}
    for at, each in words.items():
        file = edits[at].file
        for names, found in (
            (each.declared | each.imported, defined),
            (each.local, local),
        ):
            for name in filterfalse(others[file].__contains__, names):
                found.setdefault((file, name), set()).add(at)
    for (file, name), definers in (local | defined).items():
        own = {at for at in users[name] if edits[at].file == file}
        everywhere = definers | local.get((file, name), set())
        if (file, name) not in defined:
            yield from _within_functions(texts, edits, name, definers, own, side)
        elif own - everywhere:
            yield _link(name, everywhere, own, side)


def _within_functions(  # noqa: PLR0913, PLR0917 -- all of them say where to look
    texts: Texts,
    edits: Sequence[Edit],
    name: str,
    definers: set[int],
    users: set[int],
    side: Side,
) -> Iterator[Link]:
    """The links of a local name, for each function that assigns it."""
    around = {at: _functions(texts, edits[at], side) for at in definers | users}
    own: dict[int, set[int]] = {}
    for at in definers:
        for home in around[at][:1]:
            own.setdefault(home, set()).add(at)
    inside: dict[int, set[int]] = {}
    for at in users:
        for home in own.keys() & set(around[at]):
            inside.setdefault(home, set()).add(at)
    for home in sorted(own):
        if inside[home] - own[home]:
            yield _link(name, own[home], inside[home], side)


def _functions(texts: Texts, edit: Edit, side: Side) -> tuple[int, ...]:
    """The lines of the declarations that an edit stands in, innermost first."""
    assert isinstance(edit, TextEdit), "only lines have names"
    lines, span = _side(texts, edit, side)
    return source_text.enclosing(lines, span.start)


def _link(name: str, definers: set[int], users: set[int], side: Side) -> Link:
    return Link(name, frozenset(definers), frozenset(users), side == "old")


def _side(texts: Texts, edit: TextEdit, side: Side) -> tuple[TextLines, Span]:
    if side == "new":
        return texts.new[edit.file], edit.new
    return texts.old[edit.file], edit.old


def _words(lines: Iterable[str]) -> _Words:
    """The names of the lines that an edit adds, or takes away."""
    found = _Words(frozenset(), set(), set(), set())
    used = set[str]()
    for line in lines:
        if not line.strip() or source_text.are_comments((line,)):
            continue
        names = source_text.identifiers(line)
        used.update(names)
        if source_text.is_import(line):
            found.imported.update(source_text.imported_names(line))
        elif lone := _LONE.match(line):
            found.imported.add(lone[1])
        else:
            found.declared.update(_named(_DECLARED, line))
            found.local.update(_named(_LOCAL, line))
    found.used = frozenset(used)
    found.declared &= used
    found.imported &= used
    found.local &= used
    return found


def _named(pattern: re.Pattern[str], line: str) -> Iterator[str]:
    for match in pattern.finditer(line):
        yield from filter(None, match.groups())


class EarlyUse(Struct, frozen=True):
    """The commit ``group`` uses a name that comes with the later commit ``of``.

    Where ``is_gone``, it takes away a name that the later one still uses. Both count
    from 0.
    """

    group: int
    of: int
    name: str
    is_gone: bool = False


def early_uses(plan: Plan) -> tuple[EarlyUse, ...]:
    """The names that are used before they come, or go before the last use.

    For each two commits the first name.
    """
    found: dict[tuple[int, int, bool], EarlyUse] = {}
    for link in links_of_plan(plan.changes, plan.edits):
        for group, of in broken_pairs(link, plan.group_of):
            use = EarlyUse(group, of, link.name, link.is_gone)
            found.setdefault((group, of, link.is_gone), use)
    return tuple(found[key] for key in sorted(found))


class Dependency(Struct, frozen=True, order=True):
    """The commit ``group`` can't come before the commit ``of``, because of a name.

    It uses one that the other defines; where ``is_gone``, it takes away one that the
    other used until then. Both count from 0.
    """

    group: int
    of: int
    is_gone: bool
    name: str


def dependencies(plan: Plan) -> tuple[Dependency, ...]:
    """Which commits of the plan have to follow which, as far as the order holds.

    For each two commits the first name.
    """
    found: dict[tuple[int, int, bool], Dependency] = {}
    for link in links_of_plan(plan.changes, plan.edits):
        first, then = link.definers, link.users
        if link.is_gone:
            first, then = then, first
        before = {plan.group_of[at] for at in first} - {DROPPED}
        after = {plan.group_of[at] for at in then} - {DROPPED}
        needed = (max if link.is_gone else min)(before, default=0)
        for group in after:
            if before and group > needed:
                key = group, needed, link.is_gone
                found.setdefault(key, Dependency(*key, link.name))
    return tuple(sorted(found.values()))


def broken_pairs(link: Link, group_of: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The groups between which a link is broken: the one at fault, and the later one.

    What is left out breaks nothing: it never comes, or stays to the end.
    """
    definers = {group_of[at] for at in link.definers} - {DROPPED}
    users = {group_of[at] for at in link.users} - {DROPPED}
    if not definers or not users:
        return
    if link.is_gone:
        yield from ((max(definers), u) for u in users if u > max(definers))
    else:
        yield from ((u, min(definers)) for u in users if u < min(definers))


class _RangeTexts(Texts, frozen=True, dict=True):
    """The texts of files that several commits change, one after the other.

    Before and after are the states before the first of them, and after the last; the
    words of these are counted for each thread (:mod:`gitsplit.model.weave`), not for
    each change.
    """

    @cached_property
    def home(self) -> Mapping[int, int]:
        """The thread of each change, by their numbers."""
        threads = threads_of(self.changes)
        return {file: at for at, each in enumerate(threads) for file in each.numbers}

    @cached_property
    def _words_before(self) -> WordCounts:
        threads = threads_of(self.changes)
        return word_counts([self.old[each.numbers[0]] for each in threads])

    @cached_property
    def _words_after(self) -> WordCounts:
        threads = threads_of(self.changes)
        return word_counts([self.new[each.numbers[-1]] for each in threads])


IsElsewhere = Callable[[str, bool], bool]
"""Whether a name is in a file that no commit of a range changes.

Before all of them, or, with True, after them.
"""


def early_uses_in_range(
    changes: tuple[FileChange, ...], is_elsewhere: IsElsewhere
) -> tuple[EarlyUse, ...]:
    """The names that one commit of a range uses and only a later one brings.

    Or takes away, though a later one uses it. ``changes`` are those of all commits; a
    group is the number of a commit, from 0. For each two commits it is the first name.
    """
    texts, edits = _RangeTexts(changes), edits_of(changes)
    commit_of = [changes[edit.file].commit for edit in edits]

    def is_wanted(link: Link) -> bool:
        is_broken = any(broken_pairs(link, commit_of))
        return is_broken and not is_elsewhere(link.name, link.is_gone)

    found: dict[tuple[int, int, bool], EarlyUse] = {}
    for link in _links_in_range(texts, edits, is_wanted):
        for commit, of in broken_pairs(link, commit_of):
            use = EarlyUse(commit, of, link.name, link.is_gone)
            found.setdefault((commit, of, link.is_gone), use)
    return tuple(found[key] for key in sorted(found))


def _links_in_range(
    texts: _RangeTexts, edits: Sequence[Edit], is_wanted: Callable[[Link], bool]
) -> Iterator[Link]:
    """The links between commits: names declared for all, and those that files import.

    ``is_wanted`` is asked of the former. A name that a line binds for itself, as a
    function's own, isn't that name there.
    """
    for side in ("new", "old"):
        words = dict(_words_of_code(texts, edits, side))
        users: defaultdict[str, set[int]] = defaultdict(set)
        for at, each in words.items():
            for name in each.used - each.local:
                users[name].add(at)
        declared = _everywhere(texts, words, users, side)
        yield from filter(is_wanted, sorted(declared, key=_link_key))
        yield from _imports_in_range(texts, edits, words, users, side)


def _imports_in_range(
    texts: _RangeTexts,
    edits: Sequence[Edit],
    words: Mapping[int, _Words],
    users: Mapping[str, set[int]],
    side: Side,
) -> Iterator[Link]:
    """The names that a file comes to import, or no longer does."""
    others = texts.words_before if side == "new" else texts.words_after
    imported: dict[tuple[int, str], set[int]] = {}
    for at, each in words.items():
        home = texts.home[edits[at].file]
        for name in each.imported - others[home].keys():
            imported.setdefault((home, name), set()).add(at)
    for (home, name), definers in sorted(imported.items()):
        own = {at for at in users[name] if texts.home[edits[at].file] == home}
        if own - definers:
            yield _link(name, definers, own, side)


class Need(Struct, frozen=True):
    """A name that an edit needs from the later commit ``of``, and the edits at fault.

    ``places`` are those of the edits that would have to come along: which define the
    name, or, where it goes, still use it.
    """

    name: str
    of: int
    places: tuple[int, ...]
    is_gone: bool = False


@memo
def needs_by_place(
    links: tuple[Link, ...], group_of: tuple[int, ...]
) -> Mapping[int, tuple[Need, ...]]:
    """What edits need that only comes with a later commit, by their places.

    ``links`` are those between the edits, ``group_of`` has the group of each.
    """
    found: dict[int, tuple[Need, ...]] = {}
    for link in links:
        ahead, behind = link.users, link.definers
        if link.is_gone:
            ahead, behind = behind, ahead
        for group, of in broken_pairs(link, group_of):
            late = tuple(sorted(at for at in behind if group_of[at] == of))
            need = Need(link.name, of, late, link.is_gone)
            for at in ahead:
                if group_of[at] == group:
                    found[at] = (*found.get(at, ()), need)
    return found
