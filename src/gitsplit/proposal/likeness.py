"""Which hunks are like one another, and of which the proposal is least sure.

Both by its scores: the log odds that two pieces belong together.
"""

from collections.abc import Mapping, Sequence

from gitsplit.model.memo import memo_by
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.proposal.commit_features import Matrix
from gitsplit.proposal.features import Piece
from gitsplit.proposal.follow import LEAST_SCORE, piece_index


def alike(
    plan: Plan, pieces: Sequence[Piece], scores: Matrix, place: int
) -> tuple[int, ...]:
    """The places of the edits that are like the one at ``place``, itself included.

    Those of its own piece, and of pieces whose score with that is at least
    :data:`LEAST_SCORE`. What is left out isn't among them.
    """
    index = piece_index(pieces)
    own = index.around(plan.edits[place])
    near = {
        other
        for other in range(len(pieces))
        for piece in own
        if other in own or scores[piece][other] >= LEAST_SCORE
    }
    return tuple(
        at
        for at, edit in enumerate(plan.edits)
        if at == place
        or (plan.group_of[at] != DROPPED and not near.isdisjoint(index.around(edit)))
    )


def _grouping_key(
    plan: Plan, pieces: Sequence[Piece], scores: Matrix
) -> tuple[object, ...]:
    return plan.edits, plan.group_of, pieces


@memo_by(_grouping_key)
def doubts(plan: Plan, pieces: Sequence[Piece], scores: Matrix) -> tuple[int, ...]:
    """The places of the edits in groups, the least sure first.

    How sure one is, is by how much the mean score of its piece with the others in its
    group is above that with the best other group; to be alone counts as 0.
    """
    index = piece_index(pieces)
    own = [index.around(edit) for edit in plan.edits]
    members: dict[int, set[int]] = {}
    for numbers, group in zip(own, plan.group_of, strict=True):
        if group != DROPPED:
            members.setdefault(group, set()).update(numbers)
    margin = {
        (piece, group): _margin(scores[piece], piece, group, members)
        for group, mates in members.items()
        for piece in mates
    }
    places = (
        at for at, group in enumerate(plan.group_of) if group != DROPPED and own[at]
    )
    keyed = [
        (min(margin[piece, plan.group_of[at]] for piece in own[at]), at)
        for at in places
    ]
    return tuple(at for _, at in sorted(keyed))


def _margin(
    row: Sequence[float], piece: int, home: int, members: Mapping[int, set[int]]
) -> float:
    """The mean score with the piece's own group, less that with the best other one."""
    means = {
        group: sum(row[other] for other in others) / len(others)
        for group, pieces in members.items()
        if (others := pieces - {piece})
    }
    here = means.pop(home, 0.0)
    return here - max(means.values(), default=0.0)
