"""Which group keeps the Change-Id, and why."""

from collections import Counter
from collections.abc import Sequence
from math import fsum, log
from typing import Literal

from gitsplit.errors import PlanRefused
from gitsplit.model.diff import Edit, TextEdit
from gitsplit.model.escape import shown
from gitsplit.model.message import without_change_id
from gitsplit.model.plan import DROPPED
from gitsplit.proposal.source_text import identifiers, parts

Keep = Literal["auto", "first", "last", "largest", "none"] | int
"""Which group keeps the Change-Id; a number counts from 1."""


def kept_by(keep: Keep, edits: Sequence[Edit], group_of: Sequence[int]) -> int | None:
    """The group (from 0) that keeps the Change-Id; None for "none".

    "auto" is the group that changes most lines, which most of the review was about;
    of equal ones the last. Raises PlanRefused where ``keep`` is no group's number.
    """
    sizes: dict[int, int] = {}
    for edit, group in zip(edits, group_of, strict=True):
        lines = isinstance(edit, TextEdit) and len(edit.old) + len(edit.new)
        sizes[group] = sizes.get(group, 0) + (lines or 1)
    sizes.pop(DROPPED, None)
    groups = sorted(sizes)
    if isinstance(keep, int):
        if not 1 <= keep <= len(groups):
            raise PlanRefused(
                f"There is no commit {keep} that could keep the Change-Id.",
                hint=f"The split has {len(groups)} commits.",
            )
        return keep - 1
    if keep == "none" or not groups:
        return None
    if keep in ("first", "last"):
        return groups[0 if keep == "first" else -1]
    return max(groups, key=lambda group: (sizes[group], group))


def described_by(
    message: bytes, groups: Sequence[Counter[str]]
) -> tuple[int, str] | None:
    """The group whose words the message has most of, and the word that says most.

    ``groups`` count the parts of identifiers. A word that every group has says
    nothing. None where the message describes no group better than all others; what is
    even is so to the last digit, in whatever order words are added up.
    """
    text = without_change_id(message).decode("utf-8", "replace")
    words = {part for word in identifiers(text) for part in parts(word)}
    spread = Counter(word for group in groups for word in group.keys() & words)
    worth = {word: log(len(groups) / n) for word, n in spread.items()}
    scores = [
        fsum(worth[word] * (1 + log(group[word])) for word in group.keys() & words)
        for group in groups
    ]
    best = max(scores, default=0.0)
    if not best or scores.count(best) > 1:
        return None
    owner = scores.index(best)
    said = max(
        groups[owner].keys() & words,
        key=lambda word: (worth[word] * (1 + log(groups[owner][word])), word),
    )
    return owner, shown(said)
