"""What Gerrit would say to a push of these commits, found before anything moves.

The rules are those seen on running servers (3.10 and 3.13), in Gerrit's own words. A
refusal of one commit refuses the whole push, so each is worth knowing beforehand.

What a push for review says of the new changes that it makes, besides commits.

The options of Gerrit's ``refs/for/BRANCH%OPTION,…`` and of ``git push -o OPTION``.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gitsplit.model.change_id import IdRules, buried_change_ids
from gitsplit.model.escape import shown
from gitsplit.model.message import (
    footers,
    is_valid_change_id,
    subject_of,
    without_change_id,
)

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


@dataclass(frozen=True, slots=True)
class Pushed:
    """A commit as it would be pushed.

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


@dataclass(frozen=True, slots=True)
class Objection:
    """What stands against the commit ``number`` (from 1) of those to be pushed.

    ``words`` are Gerrit's where it would refuse the commit, else ours; ``remedy`` says
    how it is mended. What concerns a commit that isn't ours is a warning.
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
        return f"Commit {name} “{shown(self.subject)}”: {self.words}."


def objections(
    commits: Sequence[Pushed],
    rules: IdRules,
    email: bytes,
    below: Mapping[bytes, str],
    first: int = 1,
) -> tuple[Objection, ...]:
    """What Gerrit would have against these commits, the oldest first.

    ``email`` is the pushing user's. ``below`` has the Change-Ids of the commits under
    them that aren't in any branch of the server yet, each with the commit's short id.
    ``first`` is the number of the first.
    """
    ids = Counter(i for commit in commits for i in set(_ids(commit, rules)))
    found: list[Objection] = []
    for number, commit in enumerate(commits, first):
        subject = subject_of(commit.message)
        found += (
            Objection(number, subject, commit.is_ours, words, remedy, commit.below_as)
            for words, remedy in (
                *_of_id(commit, rules),
                *_of_others(_ids(commit, rules), ids, below),
                *_of_content(commit, email),
            )
        )
        if commit.merged_as:
            # The clone may be behind the server, or guess its branch: not ours to stop.
            words = f"{MERGED} {commit.merged_as}"
            found.append(Objection(number, subject, False, words, _ANEW))
    return tuple(found)


def _ids(commit: Pushed, rules: IdRules) -> tuple[bytes, ...]:
    return rules.all_of(commit.message)


def _of_id(commit: Pushed, rules: IdRules) -> Iterator[tuple[str, str]]:
    """What is wrong with the one id that the commit must have."""
    found = _ids(commit, rules)
    buried = buried_change_ids(commit.message, rules.review_urls)
    subject = subject_of(without_change_id(commit.message, rules.review_urls))
    if not subject or subject.lower().startswith(b"change-id:"):
        yield NO_SUBJECT, "Give it a subject."
    elif len(found) > 1:
        yield SEVERAL, "Leave one of them."
    elif not found and buried:
        yield MISPLACED, _MOVE
    elif not found and commit.needs_id:
        yield MISSING, "Give it one with: git commit --amend, with Gerrit's hook"
    elif buried:
        named = shown(buried[0])[:9]
        yield (
            f"its text names {named} as well, whose review Gerrit would leave behind",
            f"{_MOVE}; or take it out of the message.",
        )
    if any(not is_valid_change_id(value) for value in found):
        yield MALFORMED, "It is I and 40 lower-case hex digits."


def _of_others(
    found: Sequence[bytes], ids: Mapping[bytes, int], below: Mapping[bytes, str]
) -> Iterator[tuple[str, str]]:
    """What the ids of other commits have against these."""
    for value in found:
        if ids[value] > 1:
            yield SAME, "Squash the commits with the same Change-Id, or change one."
        elif value in below:
            yield (
                f"{SAME}: {below[value]} under it has the same",
                "Begin the series below that commit, and squash the two.",
            )


def _of_content(commit: Pushed, email: bytes) -> Iterator[tuple[str, str]]:
    if email and commit.email != email:
        yield f"{COMMITTER} {shown(commit.email)}", "Commit it anew yourself."
    if commit.signs_off and not is_signed_off(commit.message):
        yield UNSIGNED, "Sign it off again."
    if commit.is_empty:
        yield "it is empty", "Drop it, or send it a piece."


def is_signed_off(message: bytes) -> bool:
    """Whether a ``Signed-off-by`` is among the footers that Gerrit sees."""
    return any(key.lower() == b"signed-off-by" for key, _ in footers(message))


Given = Literal["reviewers", "topic", "hashtags", "wip"]

_GIVES: Mapping[str, Given] = {
    "r": "reviewers",
    "reviewer": "reviewers",
    "topic": "topic",
    "t": "hashtags",
    "hashtag": "hashtags",
    "wip": "wip",
    "work-in-progress": "wip",
}


def given_by(options: Iterable[str]) -> frozenset[Given]:
    """What every change of a push gets by its options.

    >>> sorted(given_by(["topic=net", "r=alice", "notify=NONE"]))
    ['reviewers', 'topic']
    """
    names = (option.partition("=")[0].strip().lower() for option in options)
    return frozenset(_GIVES[name] for name in names if name in _GIVES)
