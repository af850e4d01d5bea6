"""Names for the branches at new commits, made from a template such as ``topic/{n}``.

Whether git takes a template at all, git is asked (:mod:`gitsplit.git.new_branches`);
where it takes one, every name made from it is a name that git takes.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence

from msgspec import Struct

NUMBER, SLUG = "{n}", "{slug}"

LONGEST_SLUG = 40
"""So many characters of a subject stand in a name; only whole words, where one fits."""

_PLACEHOLDER = re.compile(r"\{\w*\}")
_WORD = re.compile(r"[^\W_]+")
_LOCK = re.compile(r"\.lock(?=/|$)")
_BESIDE_SLUG = re.compile(r"[-_.]\{slug\}|\{slug\}[-_.]?")


class ToName(Struct, frozen=True):
    """A commit that is to have a branch: its place in the series, from 1, and subject.

    The subject is text; what of it wasn't UTF-8 is surrogates.
    """

    place: int
    subject: str


def unknown_placeholders(template: str) -> tuple[str, ...]:
    """The parts in braces that stand for nothing.

    >>> unknown_placeholders("topic/{n}-{Slug}")
    ('{Slug}',)
    """
    found = _PLACEHOLDER.findall(template)
    return tuple(each for each in found if each not in (NUMBER, SLUG))


def slug(subject: str) -> str:
    """The words of a subject as a part of a name: lower case, joined by hyphens.

    >>> slug("git: don't ask twice (was: Ask Once)")
    'git-don-t-ask-twice-was-ask-once'
    """
    words = _WORD.findall(unicodedata.normalize("NFC", subject.lower()))
    found = words[0][:LONGEST_SLUG] if words else ""
    for word in words[1:]:
        if len(longer := f"{found}-{word}") > LONGEST_SLUG:
            break
        found = longer
    return found


def names_for(
    template: str,
    commits: Iterable[ToName],
    existing: Collection[str],
    *,
    ignores_case: bool = False,
) -> tuple[str, ...]:
    """A name for each commit, none of which is another's or an existing branch's.

    A number that is taken is skipped; without a number in the template, ``-2`` and so
    on is put behind the name. ``existing`` are the names of branches; where the file
    system ``ignores_case``, neither may two differ by that alone.
    """
    key = _key(ignores_case)
    taken = {*map(key, existing), *_directories(existing, key)}
    found: list[str] = []
    for commit in commits:
        name = _first_free(template, commit, lambda name: key(name) not in taken)
        taken.add(key(name))
        found.append(name)
    return tuple(found)


def branch_in_the_way(
    names: Iterable[str], existing: Collection[str], *, ignores_case: bool = False
) -> tuple[str, str] | None:
    """The first name for which git has no room, and the existing branch beside it.

    None can be ``topic/1`` beside ``topic``. Where the file system ``ignores_case``,
    ``Topic/1`` would come out as ``topic/1`` beside ``topic/2``.

    >>> branch_in_the_way(["main-2", "topic/1"], ["main", "topic"])
    ('topic/1', 'topic')
    """
    key = _key(ignores_case)
    branches = {key(each): each for each in existing}
    above = {key(each): (each, name) for name in existing for each in _parents(name)}
    for name in names:
        for own in _parents(name):
            if other := branches.get(key(own)):
                return name, other
            spelt, other = above.get(key(own), (own, ""))
            if spelt != own:
                return name, other
    return None


def fixed_part(template: str) -> str:
    """The directories of a template that are the same in all names, without a slash.

    >>> fixed_part("me/topic/{n}-{slug}"), fixed_part("{slug}")
    ('me/topic', '')
    """
    return template.partition("{")[0].rpartition("/")[0]


def _key(ignores_case: bool) -> Callable[[str], str]:
    """What of a name may not be another's."""
    return str.casefold if ignores_case else str


def _directories(names: Iterable[str], key: Callable[[str], str]) -> set[str]:
    """The directories that these branches are in, in which none can be named so."""
    return {key(each) for name in names for each in _parents(name)}


def _parents(name: str) -> Sequence[str]:
    """The directories above a branch: ``a`` and ``a/b`` for ``a/b/c``."""
    parts = name.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]


def _first_free(template: str, commit: ToName, is_free: Callable[[str], bool]) -> str:
    """The first name for the commit that is free."""
    own = slug(commit.subject)
    is_numbered = NUMBER in template or (not own and SLUG in template)
    name = base = _filled(template, commit.place, own)
    more = 1
    while not is_free(name):
        more += 1
        name = f"{base}-{more}"
        if is_numbered:
            name = _filled(template, commit.place + more - 1, own)
    return name


def _filled(template: str, number: int, own: str) -> str:
    """The template with its parts filled in; a subject without words has none.

    What ends in ``.lock`` git keeps for itself.
    """
    if not own:
        template = "/".join(map(_without_slug, template.split("/")))
    name = template.replace(SLUG, own or str(number)).replace(NUMBER, str(number))
    return _LOCK.sub("-lock", name)


def _without_slug(part: str) -> str:
    """A part between slashes with its number alone, if it has one."""
    return _BESIDE_SLUG.sub("", part) if NUMBER in part else part
