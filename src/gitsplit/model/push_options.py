"""What a push for review says of the new changes that it makes, besides commits.

The options of Gerrit's ``refs/for/BRANCH%OPTION,…`` and of ``git push -o OPTION``.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

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
