"""Change-Ids by Gerrit's rules: which commits have one, and what a push would be told.

:class:`IdRules` says how a repository uses them. A misplaced Change-Id stands above the
last paragraph of a message, which alone Gerrit reads: the server refuses such a commit,
or, where another id stands at the end, leaves the review of this one behind.

The objections are what Gerrit would say to a push of commits, found before anything
moves, since a refusal of one commit refuses the whole push. Their rules are those seen
on running servers (3.10 and 3.13), in Gerrit's own words.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

from gitsplit.model.escape import printable
from gitsplit.model.listing import enumeration
from gitsplit.model.message import (
    change_ids,
    footers,
    ids_in,
    is_valid_change_id,
    subject_of,
    trailers,
    with_change_id,
    without_change_id,
    without_lines,
)

_MISPLACED = re.compile(rb"^change-id: *(I[0-9a-f]{40})[ \t\r]*(?:\n|\Z)", re.M | re.I)
_FIXUP = re.compile(rb"[a-z]+! ")

MOST_NAMED = 5
"""So many trailers are named in a sentence; the others are counted."""

MISSING = "missing Change-Id in message footer"
MISPLACED = "Change-Id must be in message footer"
SEVERAL = "multiple Change-Id lines in message footer"
MALFORMED = "invalid Change-Id line format in message footer"
NO_SUBJECT = "missing subject; Change-Id must be in message footer"
SAME = "same Change-Id in multiple changes"
COMMITTER = "invalid committer"
MERGED = "its change is closed, because its Change-Id has been merged as"
UNSIGNED = "not Signed-off-by author/committer/uploader in message footer"
_MOVE = "Move it down with: --move-change-id"
_ANEW = "Give it a new one with: --keep-change-id none"
PushProperty = Literal["reviewers", "topic", "hashtags", "wip"]
_PROPERTIES: Mapping[str, PushProperty] = {
    "r": "reviewers",
    "reviewer": "reviewers",
    "topic": "topic",
    "t": "hashtags",
    "hashtag": "hashtags",
    "wip": "wip",
    "work-in-progress": "wip",
}


class IdRules(Struct, frozen=True):
    """How this repository uses Change-Ids.

    ``is_reviewed`` says that its commits are reviewed on Gerrit, ``wanted`` whether a
    commit gets an id although its original has none; not where its subject is like
    that of a ``fixup!``, unless ``always`` (``gerrit.createChangeId``). ``link_url`` is
    ``gerrit.reviewUrl`` where ids are written as ``Link:`` footers, else empty.
    ``servers`` are others whose links are ids too, URLs or ``//host``.
    ``moves`` says that an id above the last paragraph, which Gerrit doesn't see, is
    moved down.
    """

    is_reviewed: bool = False
    wanted: bool = False
    link_url: bytes = b""
    always: bool = False
    moves: bool = False
    servers: tuple[bytes, ...] = ()

    @property
    def review_urls(self) -> tuple[bytes, ...]:
        """The servers whose links are ids."""
        return tuple(filter(None, (self.link_url, *self.servers)))

    def all_of(self, message: bytes) -> tuple[bytes, ...]:
        """The ids that Gerrit sees in ``message``."""
        return change_ids(message, self.review_urls)

    def of(self, message: bytes) -> bytes | None:
        """The id that Gerrit sees in ``message``; the first, if there are several."""
        return next(iter(self.all_of(message)), None)

    def gives_id(self, message: bytes) -> bool:
        """Whether a new commit with this message gets an id by itself.

        As the ``commit-msg`` hook has it, which leaves out what is to be squashed.
        """
        return self.wanted and (self.always or not _FIXUP.match(message))

    def with_id_in_footer(self, message: bytes) -> bytes:
        """The message with its id where Gerrit sees it, if ids are to be moved."""
        if not self.moves:
            return message
        return with_misplaced_id_in_footer(
            message, link_url=self.link_url, review_urls=self.servers
        )

    def with_id(self, message: bytes, change_id: bytes) -> bytes:
        """The message in which Gerrit sees this id alone."""
        return with_change_id(
            message, change_id, link_url=self.link_url, review_urls=self.servers
        )

    def with_ids_of(self, original: bytes, message: bytes) -> bytes:
        """The message in which Gerrit sees the id that it sees in ``original``."""
        return with_ids_of(
            original, message, link_url=self.link_url, review_urls=self.servers
        )


def with_ids_of(
    original: bytes,
    message: bytes,
    *,
    link_url: bytes = b"",
    review_urls: tuple[bytes, ...] = (),
) -> bytes:
    r"""The message in which Gerrit sees the id that it sees in ``original``, or none.

    A message where that is so already comes back as it is; one that differs from
    ``original`` in nothing but ids becomes ``original``.

    >>> with_ids_of(b"One\n\nChange-Id: I12\n", b"One\n\nBug: 1\nChange-Id: I34\n")
    b'One\n\nBug: 1\nChange-Id: I12\n'
    """
    urls = tuple(filter(None, (link_url, *review_urls)))
    wanted = change_ids(original, urls)
    if change_ids(message, urls) == wanted:
        return message
    bare = without_change_id(message, urls)
    if bare == without_change_id(original, urls):
        return original
    for change_id in wanted[:1]:
        # The footer may stand above a new last paragraph.
        footer = rb"(?im)^(?:change-id|link) *:.*" + re.escape(change_id) + rb".*\n?"
        while misplaced := [each.span() for each in re.finditer(footer, bare)]:
            bare = without_lines(bare, misplaced)
        bare = with_change_id(bare, change_id, link_url=link_url, review_urls=urls)
    return bare


def misplaced_change_ids(
    message: bytes, review_urls: tuple[bytes, ...] = ()
) -> tuple[bytes, ...]:
    r"""The well-formed ids on lines of their own where Gerrit doesn't see them.

    A line ``Change-Id: I…`` above the last paragraph looks like a Change-Id to
    people, but Gerrit reads the last paragraph alone.

    >>> misplaced_change_ids(b"Add one\n\nChange-Id: I" + b"1" * 40 + b"\n\nBug: 1\n")
    (b'I1111111111111111111111111111111111111111',)
    """
    # Lines that continue a footer begin with a blank: none of them is such a line.
    seen = {each.start for each in ids_in(message, review_urls)}
    return tuple(
        found[1] for found in _MISPLACED.finditer(message) if found.start() not in seen
    )


def with_misplaced_id_in_footer(
    message: bytes, *, link_url: bytes = b"", review_urls: tuple[bytes, ...] = ()
) -> bytes:
    r"""The message in which Gerrit sees the id that was above its last paragraph.

    The last one, where there are several; all lines with misplaced ids are gone. As it
    was where Gerrit sees an id already, or where there is none to be moved.

    >>> footer = b"Change-Id: I" + b"1" * 40 + b"\n"
    >>> with_misplaced_id_in_footer(b"One\n\n" + footer + b"\nBug: 1\n")
    b'One\n\nBug: 1\nChange-Id: I1111111111111111111111111111111111111111\n'
    """
    urls = tuple(filter(None, (link_url, *review_urls)))
    misplaced = misplaced_change_ids(message, urls)
    if not misplaced or change_ids(message, urls):
        return message
    while found := [each.span() for each in _MISPLACED.finditer(message)]:
        message = without_lines(message, found)
    return with_change_id(
        message, misplaced[-1], link_url=link_url, review_urls=review_urls
    )


class IncompleteTrailer(NamedTuple):
    """The key of a trailer, and the numbers of the commits that have all its values."""

    key: bytes
    numbers: tuple[int, ...]


def incomplete_trailers(
    original: bytes, messages: Mapping[int, bytes], rules: IdRules
) -> tuple[IncompleteTrailer, ...]:
    """The trailers of ``original``, without its Change-Id, that some new commits lack.

    ``messages`` are those of the new commits, by their numbers. One commit alone has
    lost nothing by a split.
    """
    if len(messages) < 2:
        return ()
    found = trailers(without_change_id(original, rules.review_urls))
    wanted: dict[bytes, set[bytes]] = {}
    names: dict[bytes, bytes] = {}
    for key, value in found:
        if key.lower() != b"change-id":
            wanted.setdefault(key.lower(), set()).add(value)
            names.setdefault(key.lower(), key)
    having = {number: _values(message) for number, message in messages.items()}
    left = (
        IncompleteTrailer(
            names[key],
            tuple(n for n, has in having.items() if {(key, v) for v in of} <= has),
        )
        for key, of in wanted.items()
    )
    return tuple(each for each in left if len(each.numbers) < len(messages))


def _values(message: bytes) -> set[tuple[bytes, bytes]]:
    return {(key.lower(), value) for key, value in trailers(message)}


def trailer_lines(left: Iterable[IncompleteTrailer]) -> Iterator[str]:
    """A sentence for each place where trailers of a split commit stay."""
    places: dict[tuple[int, ...], list[str]] = {}
    for key, numbers in left:
        places.setdefault(numbers, []).append(printable(key))
    for numbers, found in places.items():
        keys = enumeration(found, most=MOST_NAMED)
        are, them = ("is", "it") if len(found) == 1 else ("are", "them")
        if numbers:
            named = enumeration([*map(str, numbers)])
            commits = f"{'commit' if len(numbers) == 1 else 'commits'} {named}"
            yield f"{keys} {are} in {commits} only."
        else:
            yield f"{keys} {are} lost: no new commit has {them}."


class Pushed(Struct, frozen=True):
    """A commit of a push for review, and what is known of it.

    ``is_ours`` says that its message or content is new; ``needs_id`` that it was to
    get a Change-Id; ``is_empty`` that its tree is its parent's; ``signs_off`` that the
    commit it was made from was signed off. ``email`` is the committer's. ``merged_as``
    is the short id of the commit with its Change-Id in the server's branch, else empty.
    ``below_as`` is its own where it is under the series, and pushed with it.
    """

    message: bytes
    email: bytes
    is_ours: bool = False
    needs_id: bool = True
    is_empty: bool = False
    signs_off: bool = False
    merged_as: str = ""
    below_as: str = ""


class Objection(Struct, frozen=True):
    """What stands against the commit ``number`` (from 1) of those to be pushed.

    ``words`` are Gerrit's where it would refuse the commit, else ours; ``remedy`` says
    how it is fixed. What concerns a commit that isn't ours is a warning.
    """

    number: int
    subject: bytes
    is_ours: bool
    words: str
    remedy: str
    below_as: str = ""

    @property
    def sentence(self) -> str:
        """The objection in one sentence."""
        name = f"{self.below_as}, under the series," if self.below_as else self.number
        return f"Commit {name} “{printable(self.subject)}”: {self.words}."


def objections(  # noqa: PLR0913 -- callers name the last
    commits: Sequence[Pushed],
    rules: IdRules,
    email: bytes,
    below: Mapping[bytes, str],
    first: int = 1,
    *,
    only_ours: bool = False,
) -> tuple[Objection, ...]:
    """What Gerrit would object to in a push of these commits, the oldest first.

    ``email`` is the pushing user's. ``below`` has the Change-Ids of the commits under
    them that are in no branch of the server yet, each with the commit's short id.
    ``first`` is the number of the first commit. With ``only_ours`` nothing is said of
    other commits.
    """
    ids = Counter(i for commit in commits for i in set(rules.all_of(commit.message)))
    found: list[Objection] = []
    for number, commit in enumerate(commits, first):
        if only_ours and not commit.is_ours:
            continue
        subject = subject_of(commit.message)
        found += (
            Objection(number, subject, commit.is_ours, words, remedy, commit.below_as)
            for words, remedy in (
                *_objections_to_id(commit, rules),
                *_objections_by_others(rules.all_of(commit.message), ids, below),
                *_objections_to_content(commit, email),
            )
        )
        if commit.merged_as:
            # The clone may be behind the server, or guess its branch: not ours to stop.
            words = f"{MERGED} {commit.merged_as}"
            found.append(Objection(number, subject, False, words, _ANEW))
    return tuple(found)


def _objections_to_id(commit: Pushed, rules: IdRules) -> Iterator[tuple[str, str]]:
    """The words and remedies for what is wrong with the commit's own Change-Id."""
    found = rules.all_of(commit.message)
    misplaced = misplaced_change_ids(commit.message, rules.review_urls)
    subject = subject_of(without_change_id(commit.message, rules.review_urls))
    if not subject or subject.lower().startswith(b"change-id:"):
        yield NO_SUBJECT, "Give it a subject."
    elif len(found) > 1:
        yield SEVERAL, "Keep one of them."
    elif not found and misplaced:
        yield MISPLACED, _MOVE
    elif not found and commit.needs_id:
        yield MISSING, "Give it one with: git commit --amend, with Gerrit's hook"
    elif misplaced:
        named = printable(misplaced[0])[:9]
        yield (
            f"its text names {named} as well, whose review Gerrit would leave behind",
            f"{_MOVE}; or remove it from the message.",
        )
    if any(not is_valid_change_id(value) for value in found):
        yield MALFORMED, "It is I and 40 lower-case hex digits."


def _objections_by_others(
    found: Sequence[bytes], ids: Mapping[bytes, int], below: Mapping[bytes, str]
) -> Iterator[tuple[str, str]]:
    """The words and remedies where another commit of the push has the same id."""
    for value in found:
        if ids[value] > 1:
            yield SAME, "Squash the commits with the same Change-Id, or change one."
        elif value in below:
            yield (
                f"{SAME}: {below[value]} under it has the same",
                "Begin the series below that commit, and squash the two.",
            )


def _objections_to_content(commit: Pushed, email: bytes) -> Iterator[tuple[str, str]]:
    if email and commit.email != email:
        yield f"{COMMITTER} {printable(commit.email)}", "Recommit it as yourself."
    if commit.signs_off and not is_signed_off(commit.message):
        yield UNSIGNED, "Sign it off again."
    if commit.is_empty:
        yield "it is empty", "Drop it, or send it a hunk."


def is_signed_off(message: bytes) -> bool:
    """Whether a ``Signed-off-by`` is among the footers that Gerrit sees."""
    return any(key.lower() == b"signed-off-by" for key, _ in footers(message))


def push_properties(options: Iterable[str]) -> frozenset[PushProperty]:
    """What each new change of a push gets by its options.

    They are those of ``refs/for/BRANCH%OPTION,…`` and of ``git push -o OPTION``.

    >>> sorted(push_properties(["topic=net", "r=alice", "notify=NONE"]))
    ['reviewers', 'topic']
    """
    names = (option.partition("=")[0].strip().lower() for option in options)
    return frozenset(_PROPERTIES[name] for name in names if name in _PROPERTIES)
