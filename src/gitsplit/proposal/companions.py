"""Tests, documentation and changelogs: with the code that they belong to, or apart.

What a file is goes by its path, and so does which code it belongs to, where the names
say it: ``test_ladle.py`` to ``ladle.py``, ``LadleTest.java`` to ``Ladle.java``,
``ladle_lid_test.go`` to ``ladle.go``. For documentation and changelogs the nearest hunk
of code decides elsewhere, by the score of the proposal; a test whose code isn't in the
commit stays where it is.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from gitsplit.model.listing import name_list
from gitsplit.model.plan import (
    DROPPED,
    Group,
    Plan,
    with_edits_assigned,
    with_group,
    without_empty_groups,
)
from gitsplit.proposal.commit_features import Matrix
from gitsplit.proposal.features import Piece
from gitsplit.proposal.follow import piece_index
from gitsplit.proposal.source_text import Role, role, stem

COMPANIONS: tuple[Role, ...] = ("test", "documentation", "changelog")
"""What goes with code, in the order of commits of their own."""

NewGroup = Callable[[Role, Sequence[int]], Group]
"""Makes the group for the edits at these places, which are of one role."""


def with_companions_at_code(
    plan: Plan, pieces: Sequence[Piece], scores: Matrix
) -> Plan:
    """The plan with tests, documentation and changelogs in the groups of their code.

    The plan itself where they are there already, or it isn't known which code is
    theirs. A group that is left without edits goes. ``scores`` are the log odds that
    each two of the ``pieces`` belong together; there are none where they aren't known.
    """
    index = _CodeIndex(plan, pieces, scores)
    homes: dict[int, list[int]] = {}
    for place in _companion_places(plan):
        group = index.group_for(place)
        if group is not None and group != plan.group_of[place]:
            homes.setdefault(group, []).append(place)
    if not homes:
        return plan
    moved = plan
    for group, places in homes.items():
        moved = with_edits_assigned(moved, places, group)
    return without_empty_groups(moved)


def with_companions_apart(plan: Plan, new_group: NewGroup) -> Plan:
    """The plan with tests, documentation and changelogs in groups of their own.

    Each has one, which is the first group that has nothing else, or a new one at the
    end. The plan itself where they are apart already, or there is nothing else.
    """
    roles = _roles(plan)
    present = {
        each
        for each, group in zip(roles, plan.group_of, strict=True)
        if group != DROPPED
    }
    if present <= {*COMPANIONS} and len(present) < 2:
        return plan
    for each in COMPANIONS:
        plan = _with_role_apart(plan, roles, each, new_group)
    return plan


_NOUNS = {"test": "tests", "documentation": "docs", "changelog": "changelog"}


def companion_words(plan: Plan) -> str:
    """Which of tests, documentation and changelogs a plan has, in words."""
    pairs = zip(_roles(plan), plan.group_of, strict=True)
    present = {each for each, group in pairs if group != DROPPED}
    return name_list([_NOUNS[each] for each in COMPANIONS if each in present])


def _with_role_apart(
    plan: Plan, roles: Sequence[Role], wanted: Role, new_group: NewGroup
) -> Plan:
    """The plan in which no group has edits of this role beside others."""
    found: dict[int, set[Role]] = {}
    for each, group in zip(roles, plan.group_of, strict=True):
        found.setdefault(group, set()).add(each)
    mixed = [
        place
        for place, (each, group) in enumerate(zip(roles, plan.group_of, strict=True))
        if each == wanted and group != DROPPED and found[group] != {wanted}
    ]
    if not mixed:
        return plan
    own = (group for group in sorted(found) if found[group] == {wanted})
    to = next((group for group in own if group != DROPPED), None)
    if to is None:
        to = len(plan.groups)
        plan = with_group(plan, to, new_group(wanted, mixed))
    return with_edits_assigned(plan, mixed, to)


def _roles(plan: Plan) -> tuple[Role, ...]:
    """The role of the file of each edit."""
    by_file = [role(_path(plan, file)) for file in range(len(plan.changes))]
    return tuple(by_file[edit.file] for edit in plan.edits)


def _path(plan: Plan, file: int) -> str:
    return plan.changes[file].path.decode("utf-8", "replace")


def _companion_places(plan: Plan) -> Iterable[int]:
    """The places of the tests, documentation and changelogs that aren't left out."""
    pairs = zip(_roles(plan), plan.group_of, strict=True)
    return (
        place
        for place, (each, group) in enumerate(pairs)
        if each in COMPANIONS and group != DROPPED
    )


class _CodeIndex:
    """Finds the group of the code that an edit belongs to."""

    def __init__(self, plan: Plan, pieces: Sequence[Piece], scores: Matrix) -> None:
        self._plan, self._scores = plan, scores
        self._code = [
            place
            for place, each in enumerate(_roles(plan))
            if each not in COMPANIONS and plan.group_of[place] != DROPPED
        ]
        self._by_stem: dict[str, list[int]] = {}
        for place in self._code:
            name = stem(_path(plan, plan.edits[place].file))
            self._by_stem.setdefault(name, []).append(place)
        self._pieces = piece_index(pieces)

    def group_for(self, place: int) -> int | None:
        """The group of the code that this edit belongs to; None where none is known."""
        path = _path(self._plan, self._plan.edits[place].file)
        named = self._named_like(stem(path))
        if not named and role(path) == "test":
            return None
        piece = self._piece(place)
        if piece is not None and (near := self._nearest(piece, named or self._code)):
            return self._plan.group_of[near[1]]
        counts = Counter(self._plan.group_of[at] for at in named)
        return min(counts, key=lambda at: (-counts[at], at)) if counts else None

    def _named_like(self, name: str) -> Sequence[int]:
        """The code in files of this stem, or of the longest that it begins with."""
        while name:
            if name in self._by_stem:
                return self._by_stem[name]
            name = name.rpartition("_")[0] or name.rpartition("-")[0]
        return ()

    def _nearest(self, piece: int, places: Iterable[int]) -> tuple[float, int] | None:
        """The score and place of the code that is nearest; the first of equals."""
        row = self._scores[piece]
        known = ((self._piece(at), at) for at in places)
        scored = [(-row[other], at) for other, at in known if other is not None]
        return min(scored, default=None)

    def _piece(self, place: int) -> int | None:
        """The piece of the edit at ``place``, by number; the first of several."""
        return next(iter(self._pieces.around(self._plan.edits[place])), None)
