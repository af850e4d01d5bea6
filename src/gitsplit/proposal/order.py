"""The order of a proposal's groups, and which of them is the owner of the Change-Id.

A topological order: a name is defined before it is used, so that each commit may build.
Where that leaves a choice, formatting and facts such as renames come first, for the
others are easier to read on top of them; tests come after code, documentation and
changelogs last. Of a change that several commits made, that choice is their authors':
groups come as the commits did that most of their lines are from.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import fsum, log
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import Edit, lines_by_commit, size_of
from gitsplit.model.escape import printable
from gitsplit.model.listing import quantity
from gitsplit.model.message import without_change_id
from gitsplit.model.plan import DROPPED, Group, Plan, with_files_for_lines
from gitsplit.proposal.commit_features import CommitFeatures
from gitsplit.proposal.features import PieceFeatures
from gitsplit.proposal.source_text import text_subwords


class Need(Struct, frozen=True):
    """The cluster ``group`` uses ``name``, which the cluster ``of`` defines."""

    group: int
    of: int
    name: str


def needs(
    commit: CommitFeatures, clusters: Sequence[Sequence[int]]
) -> tuple[Need, ...]:
    """Which cluster (from 0) needs which other one; of several names the first one.

    A name counts where the commit brings it: it is in none of the old texts.
    """
    pieces = commit.features
    brings = [_union(pieces[p].defined & pieces[p].new for p in c) for c in clusters]
    uses = [_union(pieces[p].new for p in c) for c in clusters]
    return tuple(_needs(brings, uses))


def _union(sets: Iterator[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def _needs(
    brings: Sequence[frozenset[str]], uses: Sequence[frozenset[str]]
) -> Iterator[Need]:
    for group, used in enumerate(uses):
        for of, brought in enumerate(brings):
            names = (used & brought) - brings[group]
            if of != group and names:
                yield Need(group, of, min(names))


def cycles(number: int, needed: Sequence[Need]) -> tuple[int, ...]:
    """For each cluster the first of its strongly connected component.

    Clusters are in one where each needs the other, directly or by way of others.
    """
    reach = [{n.of for n in needed if n.group == group} for group in range(number)]
    for middle in range(number):
        for group in range(number):
            if middle in reach[group]:
                reach[group] |= reach[middle]
    return tuple(
        min([g, *(of for of in reach[g] if g in reach[of])]) for g in range(number)
    )


def commit_order(
    commit: CommitFeatures,
    clusters: Sequence[Sequence[int]],
    needed: Sequence[Need],
    main: int | None,
) -> tuple[int, ...]:
    """The numbers of the clusters in the order of the commits that they become.

    Of equal ones ``main`` is last: what reviewers know then stands on what it doesn't
    need to explain. In a cycle, which can't be satisfied, the earliest rank is first.
    """
    ranks = [_rank(commit, c) for c in clusters]
    ages = [_age(commit, c) for c in clusters]
    left = {n: (ages[n], late, n == main, at) for n, (late, at) in enumerate(ranks)}
    wants: dict[int, set[int]] = {number: set() for number in left}
    for need in needed:
        wants[need.group].add(need.of)
    found: list[int] = []
    while left:
        free = [number for number in left if not wants[number] & left.keys()]
        nearest = min(free or left, key=lambda number: (left[number], number))
        found.append(nearest)
        del left[nearest]
    return tuple(found)


def _rank(commit: CommitFeatures, cluster: Sequence[int]) -> tuple[int, int]:
    """The key by which a cluster comes early; equal ones are in the diff's order."""
    late = {_lateness(commit.features[piece]) for piece in cluster}
    meant = late - {0}
    return (min(meant) if meant else 0, min(cluster))


def _age(commit: CommitFeatures, cluster: Sequence[int]) -> int:
    """Of several commits the one that most of a cluster's lines are from; else 0."""
    lines: Counter[int] = Counter()
    for number in cluster if commit.homes else ():
        for edit in commit.pieces[number]:
            for source, n in lines_by_commit(commit.changes[edit.file], edit).items():
                home = commit.homes[source]
                lines[source if home is None else home] += n
    return max(lines, key=lambda source: (lines[source], -source), default=0)


_LATENESS: Mapping[str, int] = {
    "code": 1,
    "configuration": 1,
    "test": 2,
    "documentation": 3,
    "changelog": 4,
}


def _lateness(piece: PieceFeatures) -> int:
    """0 for what changes no meaning, later for what speaks about the rest."""
    return 0 if piece.text.is_space or piece.kind == "fact" else _LATENESS[piece.role]


Keep = Literal["auto", "first", "last", "largest", "none"] | int
"""Which group keeps the Change-Id; a number counts from 1."""


def owner_of(keep: Keep, edits: Sequence[Edit], group_of: Sequence[int]) -> int | None:
    """The group (from 0) that keeps the Change-Id; None for "none".

    "auto" is the group that changes most lines, which most of the review was about;
    of equal ones the last. Raises InvalidPlan where ``keep`` is no group's number.
    """
    sizes: dict[int, int] = {}
    for edit, group in zip(edits, group_of, strict=True):
        sizes[group] = sizes.get(group, 0) + size_of(edit)
    sizes.pop(DROPPED, None)
    groups = sorted(sizes)
    if isinstance(keep, int):
        if not 1 <= keep <= len(groups):
            raise InvalidPlan(
                f"There is no commit {keep} that could keep the Change-Id.",
                hint=f"The split has {quantity(len(groups), 'commit')}.",
            )
        return keep - 1
    if keep == "none" or not groups:
        return None
    if keep in ("first", "last"):
        return groups[0 if keep == "first" else -1]
    return max(groups, key=lambda group: (sizes[group], group))


def plan_with_groups(
    bare: Plan,
    message: bytes,
    messages: Sequence[bytes],
    reason: Callable[[int, list[Edit]], str],
) -> Plan:
    """The plan with its groups: each has a message and a reason.

    One that isn't the original ``message`` is only proposed. ``reason`` is called with
    a group's number (from 0) and its edits.
    """
    members = bare.edits_by_group()
    groups = tuple(
        Group(said, reason(g, members.get(g, [])), is_proposed=said != message)
        for g, said in enumerate(messages)
    )
    return with_files_for_lines(replace(bare, groups=groups))


def heir_of(plan: Plan) -> int:
    """The group that has the original message: the owner, else that with most lines."""
    if plan.owner is not None:
        return plan.owner
    return owner_of("largest", plan.edits, plan.group_of) or 0


def owner_by_message(
    message: bytes, groups: Sequence[Counter[str]]
) -> tuple[int, str] | None:
    """The group whose words the message has most of, and the word that says most.

    ``groups`` count the parts of identifiers. A word that every group has says
    nothing. None where the message describes no group better than all others; what is
    even is so to the last digit, in whatever order words are added up.
    """
    text = without_change_id(message).decode("utf-8", "replace")
    words = text_subwords(text).keys()
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
    return owner, printable(said)
