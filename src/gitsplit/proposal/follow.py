"""Which hunks follow one that the user has sent: those that are most like it.

The pieces of a commit that the user has confirmed are known to be right. Any other goes
after the nearest of them, by the score of the proposal, where that has just been sent;
and only where it is nearer than what the piece is together with now.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from msgspec import Struct

from gitsplit.model.diff import Edit, is_part_of, sort_key
from gitsplit.model.memo import memo
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.proposal.commit_features import Matrix
from gitsplit.proposal.features import Piece
from gitsplit.proposal.pieces import MOST_COMPARED

LEAST_SCORE = 1.0
"""The log odds, at least, that a piece belongs with the one that it follows."""


def followers(
    plan: Plan,
    pieces: Sequence[Piece],
    scores: Matrix,
    confirmed: Collection[Edit],
    sent: Sequence[int],
) -> tuple[int, ...]:
    """The places of the edits that follow those at ``sent`` to the group of these.

    ``pieces`` are those of the proposal, ``scores`` the log odds that each two belong
    together. ``confirmed`` are the edits that the user has sent or kept, as they were
    cut then. They stay, and so do what was left out, the last piece of a group, and a
    piece of which some is confirmed or whose parts are in several groups. But where an
    edit of a piece was sent uncut, those beside it go along. Nothing follows what is
    left out.
    """
    to, covered = plan.group_of[sent[0]], _cover(plan.edits, pieces)
    if to == DROPPED:
        return ()
    leading = {piece for place in sent for piece in covered.pieces[place]}
    index = piece_index(pieces)
    held = {piece for edit in confirmed for piece in index.around(edit)} | leading
    rest = _rest_of_pieces(plan, covered, index, confirmed, sent)
    homes = _homes(_with_places_in(plan.group_of, rest, to), covered)
    led = {piece for piece in leading if homes[piece] == to}
    following = {
        piece
        for piece, home in homes.items()
        if home not in (None, DROPPED, to)
        and piece not in held
        and led
        and _follows(scores[piece], piece, homes, held, led)
    }
    if not following:
        return tuple(sorted(rest))
    pairs = enumerate(covered.pieces)
    found = {at for at, pieces in pairs if pieces and following.issuperset(pieces)}
    return tuple(sorted(found | rest))


def _with_places_in(
    group_of: Sequence[int], places: Iterable[int], to: int
) -> list[int]:
    """The groups of a plan's edits, with those at ``places`` in ``to``."""
    groups = list(group_of)
    for place in places:
        groups[place] = to
    return groups


class PieceIndex:
    """Finds the pieces of a commit, by number, that an edit of any cut is of."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        found = enumerate(pieces)
        known = ((sort_key(edit), edit, at) for at, piece in found for edit in piece)
        self._known = sorted(known, key=lambda each: each[0])
        self._starts = [start for start, _, _ in self._known]

    @property
    def size(self) -> int:
        """The number of edits in all pieces."""
        return len(self._known)

    def is_uncut(self, edit: Edit) -> bool:
        """Whether the edit is one of a piece as it was proposed."""
        at = bisect_right(self._starts, sort_key(edit)) - 1
        return at >= 0 and self._known[at][1] == edit

    def around(self, edit: Edit) -> tuple[int, ...]:
        """The piece that the edit is a part of, or those that are parts of it."""
        at = bisect_right(self._starts, sort_key(edit)) - 1
        if at >= 0 and is_part_of(edit, self._known[at][1]):
            return (self._known[at][2],)
        return tuple(self._parts_from(max(at, 0), edit))

    def _parts_from(self, at: int, edit: Edit) -> Iterator[int]:
        for _, part, piece in self._known[at:]:
            if not is_part_of(part, edit):
                return
            yield piece


piece_index = memo(PieceIndex)
"""The index of these pieces, made once."""


class _Cover(Struct, frozen=True):
    """For each edit of a plan the ``pieces`` that it is of, by number.

    ``flat`` has each of them, and ``places`` the edit's own place for each.
    """

    pieces: tuple[tuple[int, ...], ...]
    flat: tuple[int, ...]
    places: tuple[int, ...]


@memo
def _cover(edits: Sequence[Edit], pieces: Sequence[Piece]) -> _Cover:
    """The pieces that the edits are of; plans that only send edits have the same."""
    found = tuple(map(piece_index(pieces).around, edits))
    places = tuple(at for at, numbers in enumerate(found) for _ in numbers)
    return _Cover(found, tuple(chain.from_iterable(found)), places)


def _rest_of_pieces(
    plan: Plan,
    covered: _Cover,
    index: PieceIndex,
    confirmed: Collection[Edit],
    sent: Sequence[int],
) -> set[int]:
    """The places of the other edits of the pieces of which uncut ones were sent.

    Such as those of a renamed file. No group is left without edits so. None in a commit
    so large that edits were joined without a look at them.
    """
    if index.size > MOST_COMPARED:
        return set()
    uncut = [at for at in sent if index.is_uncut(plan.edits[at])]
    pieces = {piece for at in uncut for piece in covered.pieces[at]}
    to = plan.group_of[sent[0]]
    rest = {
        at
        for at, piece in zip(covered.places, covered.flat, strict=True)
        if piece in pieces
        and plan.group_of[at] not in (DROPPED, to)
        and plan.edits[at] not in confirmed
        and index.is_uncut(plan.edits[at])
    }
    left = {group for at, group in enumerate(plan.group_of) if at not in rest}
    return {at for at in rest if plan.group_of[at] in left}


def _homes(group_of: Sequence[int], covered: _Cover) -> Mapping[int, int | None]:
    """The group of each piece; None where its parts are in several."""
    homes: dict[int, int | None] = {}
    groups = map(group_of.__getitem__, covered.places)
    for piece, group in dict.fromkeys(zip(covered.flat, groups, strict=True)):
        homes[piece] = None if piece in homes else group
    return homes


def _follows(
    row: Sequence[float],
    piece: int,
    homes: Mapping[int, int | None],
    held: Collection[int],
    led: Collection[int],
) -> bool:
    """Whether a piece with these scores follows the pieces of ``led``.

    The nearest of those that are ``held`` must be among them, and nearer than half way
    between the mean and the best of what is in the piece's own group.
    """
    known = [other for other in held if homes.get(other) not in (None, DROPPED)]
    nearest = max(known, key=lambda other: (row[other], -other))
    home = homes[piece]
    mates = [row[mate] for mate, at in homes.items() if at == home and mate != piece]
    if nearest not in led or not mates or row[nearest] < LEAST_SCORE:
        return False
    return row[nearest] > (sum(mates) / len(mates) + max(mates)) / 2
