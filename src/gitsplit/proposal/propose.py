"""The plans proposed for one commit, one for each number of groups (new commits).

By content: each two pieces of the commit get a score
(:mod:`gitsplit.proposal.scoring`), by which they are clustered
(:mod:`gitsplit.proposal.clustering`); a number of groups is a cut of the tree, so one
more group splits one, and one fewer joins two. Groups whose paths collide, or that need
each other's names, are joined; then they get their order, owner, messages and reasons.

By location: neighbours are apart where the gap between them is wide
(:mod:`gitsplit.proposal.by_location`).
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

from gitsplit.model.diff import Edit, FileChange, edits_of, sort_key
from gitsplit.model.memo import memo
from gitsplit.model.message import without_change_id
from gitsplit.model.message_parts import MessageSplit
from gitsplit.model.plan import Plan
from gitsplit.proposal import clustering, explain, order
from gitsplit.proposal.by_location import (
    GroupBy,
    fine_edits,
    gap,
    groups_by_location,
    location_reason,
    most_groups,
    refuse_too_many,
)
from gitsplit.proposal.clustering import Tree, merge_tree, piece_weights
from gitsplit.proposal.commit_features import CommitFeatures
from gitsplit.proposal.context import NOTHING_KNOWN, Context
from gitsplit.proposal.explain import Finding
from gitsplit.proposal.features import Piece
from gitsplit.proposal.messages import (
    ProposedMessages,
    group_of_subject,
    messages_of_split,
    pieces_by_group,
    proposed_messages,
)
from gitsplit.proposal.order import Keep, owner_by_message, owner_of, plan_with_groups
from gitsplit.proposal.originals import says_something, with_heirs
from gitsplit.proposal.pieces import (
    groups_without_collisions,
    has_valid_trees,
    pieces_of,
)
from gitsplit.proposal.scoring import best_number, chance_of_several, scores
from gitsplit.proposal.source_text import message_items

if TYPE_CHECKING:
    from gitsplit.proposal.arrangement import Arrangement

Clusters = tuple[tuple[int, ...], ...]
"""For each group the numbers of its pieces, from 0."""

Cycles = tuple[tuple[int, str], ...]
"""Of groups joined because they need each other: the first piece, and a name needed."""

_BETWEEN = 10**12
"""The gap between two pieces, wider than any within one: they come apart first."""


def proposal(  # noqa: PLR0913, PLR0917 -- what the user may ask for
    changes: tuple[FileChange, ...],
    message: bytes,
    by: GroupBy = "auto",
    commits: int | None = None,
    keep: Keep = "auto",
    context: Context = NOTHING_KNOWN,
    *,
    at_least: int = 1,
) -> Plan:
    """The proposed plan for a commit that did ``changes`` under ``message``.

    ``commits`` asks for so many groups, of which those whose paths would collide are
    joined; without it there are ``at_least`` so many, as far as there are pieces.
    Raises InvalidPlan where it can't be cut into ``commits``, and where ``keep`` is the
    number of a group that there isn't.
    """
    return proposals(changes, message, by, keep, context).plan(commits, at_least)


class ProposalsByContent(Struct, frozen=True, dict=True):
    """The proposals for a commit by what its pieces say, each plan made once.

    ``changes`` and ``message`` are the commit's, ``commit`` has the pieces and their
    features. ``keep`` says which group keeps the Change-Id, ``context`` what is known
    of the repository. ``joined`` says in words how pieces were made fewer.
    """

    changes: tuple[FileChange, ...]
    message: bytes
    keep: Keep
    context: Context
    commit: CommitFeatures
    joined: str = ""

    @cached_property
    def shortcut(self) -> str:
        """What was done to be there in time; empty for a commit of ordinary size."""
        return "; ".join(filter(None, (self.joined, self.commit.limits)))

    @cached_property
    def tree(self) -> Tree:
        """The merge tree of the pieces; longer ones count more."""
        return merge_tree(
            self.pair_scores,
            piece_weights(features.lines for features in self.commit.features),
        )

    @cached_property
    def pair_scores(self) -> list[list[float]]:
        """The log odds that each two pieces belong together, by their numbers."""
        return scores(self.commit)

    def best(self, at_least: int = 1) -> int:
        """The number of groups proposed where none is asked for: at most 9.

        With ``at_least`` so many, where there are as many pieces.
        """
        if self.tree.size < 2:
            return 1
        return best_number(self._described, at_least)

    @property
    def chance_of_several(self) -> float:
        """How likely it is that the commit holds several changes, from 0 to 1."""
        return 0.0 if self.tree.size < 2 else chance_of_several(self._described)

    @cached_property
    def _described(self) -> list[list[float]]:
        features, topics = self.commit.features, self.commit.topics
        return clustering.group_count_features(
            self.tree, features, self.pair_scores, topics
        )

    def plan(self, number: int | None = None, at_least: int = 1) -> Plan:
        """The plan of ``number`` groups; without it, of the best number.

        That is ``at_least`` as many, as far as there are pieces and it isn't one file
        that comes or goes. Groups whose paths collide are joined, and where no number
        is asked for, those that need each other's names. Raises InvalidPlan where it
        can't be cut into ``number``.
        """
        if (number, at_least) not in self._plans:
            self._plans[number, at_least] = self._new_plan(number, at_least)
        return self._plans[number, at_least]

    @cached_property
    def _plans(self) -> dict[tuple[int | None, int], Plan]:
        return {}

    def _new_plan(self, number: int | None, at_least: int) -> Plan:
        if number is None:
            clusters = self._clusters(self.best(1 if self._is_whole else at_least))
            return self._plan_of(*self._without_cycles(clusters))
        if number <= self.tree.size:
            return self._plan_of(self._clusters(number), (), keeps_number=True)
        parts = _parts_of_pieces(self.changes, self.commit.pieces, number)
        return self._plan_of_parts(parts, [None] * len(parts))

    @property
    def _is_whole(self) -> bool:
        """Whether it is one file that comes or goes, which is cut only for a reason."""
        is_one = len(self.changes) == 1 and not self.context.is_of_several
        return is_one and None in {self.changes[0].old, self.changes[0].new}

    def border(self, plan: Plan, one: int, two: int) -> str:
        """A sentence on why two groups (from 0, the earlier one first) are two.

        It is empty where one of them has only a part of a piece.
        """
        clusters = (self._cluster(plan, one), self._cluster(plan, two))
        if not all(clusters):
            return ""
        needed = order.needs(self.commit, clusters)
        return explain.border(self.commit, (one, two), clusters, needed)

    def distance(self, plan: Plan, one: int, two: int) -> str:
        """The same, whichever of them needs the other."""
        clusters = (self._cluster(plan, one), self._cluster(plan, two))
        if not all(clusters):
            return ""
        return explain.border(self.commit, (one, two), clusters, ())

    def _cluster(self, plan: Plan, group: int) -> tuple[int, ...]:
        """The pieces that a group of a plan consists of; none where it has parts."""
        home = _piece_of_each(plan.edits, self.commit.pieces)
        counts = Counter(home[at] for at in plan.members(group))
        pieces = self.commit.pieces
        is_whole = all(
            at is not None and count == len(pieces[at]) for at, count in counts.items()
        )
        return tuple(sorted(at for at in counts if at is not None)) if is_whole else ()

    def _clusters(self, number: int) -> Clusters:
        """The clusters of the tree cut into so many, in the order of first pieces."""
        found: dict[int, list[int]] = {}
        for piece, first in enumerate(self.tree.cut(number)):
            found.setdefault(first, []).append(piece)
        return tuple(tuple(members) for members in found.values())

    def _without_cycles(self, clusters: Clusters) -> tuple[Clusters, Cycles]:
        """The clusters, joined where they need each other's names; and the cycles."""
        needed = order.needs(self.commit, clusters)
        first = order.cycles(len(clusters), needed)
        joined: dict[int, list[int]] = {}
        for cluster, home in zip(clusters, first, strict=True):
            joined.setdefault(home, []).extend(cluster)
        circles = tuple(
            (min(joined[first[need.group]]), need.name)
            for need in needed
            if first[need.group] == first[need.of]
        )
        return tuple(tuple(sorted(members)) for members in joined.values()), circles

    def _in_sound_order(self, clusters: Clusters, *, keeps_number: bool) -> Clusters:
        """The clusters in the order of the commits that they become, which holds.

        As far as that can be with their number, for what belongs to another is moved.
        """
        first = self._arrangement.in_order(clusters, self._main(clusters))
        return self._arrangement.settled(first, keeps_number=keeps_number)

    @cached_property
    def _arrangement(self) -> "Arrangement":
        from gitsplit.proposal.arrangement import Arrangement  # the screen opens first

        return Arrangement(self.commit)

    def _main(self, clusters: Clusters) -> int | None:
        """The cluster that the message is about, if it is about one of them."""
        if self.context.originals:
            return None
        found = owner_by_message(self._about, [self._words(c) for c in clusters])
        return found[0] if found else None

    @cached_property
    def _about(self) -> bytes:
        """The message without its lists, whose items are about commits of their own."""
        text = self.message.decode("utf-8", "surrogateescape")
        return message_items(text)[0].encode("utf-8", "surrogateescape")

    def _words(self, cluster: Sequence[int]) -> Counter[str]:
        """How often each subword is in a cluster's lines and paths."""
        found: Counter[str] = Counter()
        for piece in cluster:
            features = self.commit.features[piece]
            found += features.subwords + Counter(features.path_parts)
        return found

    def _plan_of(
        self, clusters: Clusters, circles: Cycles, *, keeps_number: bool = False
    ) -> Plan:
        """The plan whose groups are these clusters, put into order."""
        found = self._in_sound_order(clusters, keeps_number=keeps_number)
        findings = [
            explain.with_cycle(
                self._finding(cluster),
                [name for first, name in circles if first == min(cluster)],
            )
            for cluster in found
        ]
        pieces = self.commit.pieces
        parts = [[e for piece in c for e in pieces[piece]] for c in found]
        return self._plan_of_parts(parts or [[]], findings or [None])

    def _finding(self, cluster: tuple[int, ...]) -> Finding | None:
        """What holds the cluster together, found once for all plans that have it."""
        if cluster not in self._findings:
            self._findings[cluster] = explain.finding(self.commit, cluster)
        return self._findings[cluster]

    @cached_property
    def _findings(self) -> dict[tuple[int, ...], Finding | None]:
        return {}

    def _plan_of_parts(
        self,
        parts: Sequence[Sequence[Edit]],
        findings: Sequence[Finding | None],
    ) -> Plan:
        """The plan with these groups of edits, in this order.

        They get messages and reasons; where their paths collide they are joined.
        """
        home = {edit: group for group, part in enumerate(parts) for edit in part}
        edits = tuple(sorted(home, key=sort_key))
        group_of = tuple(home[edit] for edit in edits)
        owner, word = self._owner(edits, group_of)
        bare = self._bare(edits, group_of, owner)
        plan = _plan_with_messages(
            self,
            bare,
            lambda g, part: _reason(
                self.changes, part, findings[g], word if g == owner else ""
            ),
        )
        return plan if has_valid_trees(plan) else self._plan_without_collisions(plan)

    def _bare(
        self, edits: tuple[Edit, ...], group_of: tuple[int, ...], owner: int | None
    ) -> Plan:
        return _bare_plan(self.changes, edits, group_of, owner, self.context)

    def _plan_without_collisions(self, plan: Plan) -> Plan:
        """The plan with the groups joined whose paths can't stand in one tree."""
        group_of = groups_without_collisions(self.changes, plan.edits, plan.group_of)
        owner, _ = self._owner(plan.edits, group_of)
        bare = self._bare(plan.edits, group_of, owner)
        return _plan_with_messages(
            self, bare, lambda _, part: location_reason(self.changes, part)
        )

    def _owner(
        self, edits: Sequence[Edit], group_of: Sequence[int]
    ) -> tuple[int | None, str]:
        """The group that keeps the Change-Id, and the word it shares with the message.

        The word is empty where something else decided. Where several commits made the
        change, each has one of its own.
        """
        if self.context.originals:
            return None, ""
        if self.keep == "auto" and max(group_of, default=0):
            bare = Plan(self.changes, tuple(edits), tuple(group_of), (), (None,))
            by_subject = group_of_subject(self.commit, bare, self.message)
            said = owner_by_message(self._about, self._words_by_group(bare))
            if by_subject is None and said:
                return said
            if by_subject is not None:
                return by_subject, said[1] if said and said[0] == by_subject else ""
        return owner_of(self.keep, edits, group_of), ""

    def _words_by_group(self, plan: Plan) -> list[Counter[str]]:
        """For each group how often each subword is in its lines and paths."""
        place_of = dict(zip(plan.edits, plan.group_of, strict=True))
        clusters: list[list[int]] = [[] for _ in range(max(plan.group_of) + 1)]
        for number, piece in enumerate(self.commit.pieces):
            if piece[0] in place_of:
                clusters[place_of[piece[0]]].append(number)
        return [self._words(cluster) for cluster in clusters]

    def messages(self, plan: Plan) -> ProposedMessages:
        """What is proposed for the commits of any plan for this commit."""
        return proposed_messages(self.commit, plan, self.message, self.context)

    def messages_of_split(self, plan: Plan, split: MessageSplit) -> ProposedMessages:
        """The same, where the commits have these parts of the original message."""
        return messages_of_split(self.commit, plan, split, self.context)

    def reasons(self, plan: Plan) -> tuple[str, ...]:
        """Why each group of any plan is one; for one without edits that is empty."""
        pieces, parts = pieces_by_group(plan, self.commit.pieces), plan.edits_by_group()
        return tuple(
            _reason(self.changes, parts[at], self._finding(tuple(pieces[at])), "")
            if at in parts
            else ""
            for at in range(len(plan.groups))
        )


@memo
def _piece_of_each(
    edits: Sequence[Edit], pieces: Sequence[Piece]
) -> tuple[int | None, ...]:
    """For each edit the number of the piece that has it; None for a part of one."""
    home = {edit: at for at, piece in enumerate(pieces) for edit in piece}
    return tuple(map(home.get, edits))


def _reason(
    changes: Sequence[FileChange],
    part: Sequence[Edit],
    finding: Finding | None,
    word: str,
) -> str:
    """Why a group is one: what was found, else where it is; and the owner's word."""
    said = location_reason(changes, part) if finding is None else finding.sentence
    if not word:
        return said
    if said.endswith(f"mention `{word}`"):
        return f"{said}; so does the message"
    return f"{said}; the message mentions `{word}`"


def proposals_by_content(
    changes: tuple[FileChange, ...],
    message: bytes,
    keep: Keep = "auto",
    context: Context = NOTHING_KNOWN,
) -> ProposalsByContent:
    """The proposals by content for a commit that did ``changes`` under ``message``."""
    homes = tuple(
        each.counts_for if says_something(each.message) else None
        for each in context.originals
    )
    cut = pieces_of(changes, edits_of(changes), homes)
    said = without_change_id(message).decode("utf-8", "replace")
    commit = CommitFeatures(changes, cut.pieces, context.changed_paths, said, homes)
    return ProposalsByContent(changes, message, keep, context, commit, cut.shortcut)


def _parts_of_pieces(
    changes: Sequence[FileChange], pieces: Sequence[Piece], wanted: int
) -> list[list[Edit]]:
    """The pieces cut into ``wanted`` parts of edits, in the order of the diff.

    Raises InvalidPlan where they can't be cut into as many.
    """
    from gitsplit.proposal.arrangement import parts_that_hold

    homes = sorted((sort_key(e), at) for at, piece in enumerate(pieces) for e in piece)
    starts = [start for start, _ in homes]
    within: list[list[Edit]] = [[] for _ in pieces]
    for edit in fine_edits(changes, wanted):
        # It is the first part of an edit of a piece, or stands after it and within it.
        within[homes[bisect_right(starts, sort_key(edit)) - 1][1]].append(edit)
    flat = [edit for part in within for edit in part]
    ends = {id(part[-1]) for part in within}
    gaps = [
        _BETWEEN if id(a) in ends else gap(changes, a, b) for a, b in pairwise(flat)
    ]
    refuse_too_many(wanted, 1 + sum(width >= 0 for width in gaps) if flat else 0)
    return parts_that_hold(changes, flat, gaps, wanted)


class ProposalsByLocation(Struct, frozen=True, dict=True):
    """The proposals for a commit whose edits are grouped ``by`` where they are."""

    changes: tuple[FileChange, ...]
    message: bytes
    by: GroupBy
    keep: Keep
    context: Context
    chance_of_several: float = 0.5  # where a change is says nothing of it

    shortcut = ""

    def plan(self, number: int | None = None, at_least: int = 1) -> Plan:
        """The plan of ``number`` groups; without a number, of as many as ``by`` makes.

        Groups are joined that collide in their paths. Raises InvalidPlan where the
        commit can't be cut so often.
        """
        edits = fine_edits(self.changes, number or 2)
        if number is not None:
            refuse_too_many(number, most_groups(self.changes, edits))
        group_of = groups_by_location(self.changes, edits, self.by, number)
        plan = self._plan_of(edits, group_of)
        if has_valid_trees(plan):
            return plan
        return self._plan_of(
            edits, groups_without_collisions(self.changes, edits, group_of)
        )

    def border(self, plan: Plan, one: int, two: int) -> str:
        """Nothing: the groups' own reasons say where they are already."""
        return ""

    distance = border

    def _plan_of(self, edits: tuple[Edit, ...], group_of: tuple[int, ...]) -> Plan:
        """The plan with these groups, whose messages and reasons say where they are."""
        owner = owner_of(self.keep, edits, group_of)
        bare = _bare_plan(self.changes, edits, group_of, owner, self.context)
        return _plan_with_messages(
            self, bare, lambda _, part: location_reason(self.changes, part)
        )

    def messages(self, plan: Plan) -> ProposedMessages:
        """What is proposed for the commits of any plan for this commit."""
        return proposed_messages(self.commit, plan, self.message, self.context)

    def messages_of_split(self, plan: Plan, split: MessageSplit) -> ProposedMessages:
        """The same, where the commits have these parts of the original message."""
        return messages_of_split(self.commit, plan, split, self.context)

    def reasons(self, plan: Plan) -> tuple[str, ...]:
        """Where each group of any plan is; empty for one without edits."""
        parts = plan.edits_by_group()
        return tuple(
            location_reason(self.changes, parts[group]) if group in parts else ""
            for group in range(len(plan.groups))
        )

    @cached_property
    def commit(self) -> CommitFeatures:
        """The pieces and their features, which say what the messages are."""
        return CommitFeatures(
            self.changes, pieces_of(self.changes, edits_of(self.changes)).pieces
        )


Proposals = ProposalsByContent | ProposalsByLocation
"""The proposals for one commit: a plan for each number of groups."""


def _bare_plan(
    changes: tuple[FileChange, ...],
    edits: tuple[Edit, ...],
    group_of: tuple[int, ...],
    owner: int | None,
    context: Context,
) -> Plan:
    """The plan with these groups, without messages yet; who continues what is known."""
    bare = Plan(changes, edits, group_of, (), (owner,))
    return with_heirs(bare, context.originals) if context.originals else bare


def _plan_with_messages(
    proposals: Proposals, bare: Plan, reason: Callable[[int, list[Edit]], str]
) -> Plan:
    """The plan with its groups: each has a message and a reason."""
    said = proposals.messages(bare)
    plan = plan_with_groups(bare, proposals.message, said.messages, reason)
    return said.in_plan(plan) if proposals.context.originals else plan


def proposals(
    changes: tuple[FileChange, ...],
    message: bytes,
    by: GroupBy = "auto",
    keep: Keep = "auto",
    context: Context = NOTHING_KNOWN,
) -> Proposals:
    """The proposals for a commit that did ``changes`` under ``message``."""
    if by == "auto":
        return proposals_by_content(changes, message, keep, context)
    return ProposalsByLocation(changes, message, by, keep, context)
