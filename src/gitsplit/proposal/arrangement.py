"""Clusters put right where their order couldn't hold, with as little moved as can be.

In an order that holds no commit uses a name that a later one brings, nor takes one away
that a later one still uses, and each file can be parsed in each commit if it can before
and after. Where that isn't so, another order, a hunk taken along into another group, or
two groups joined helps; the first that moves fewest lines is chosen.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, islice, pairwise, permutations

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.model.content import Assignment
from gitsplit.model.diff import Edit, FileChange, size_of, sort_key
from gitsplit.model.plan import Group, Plan
from gitsplit.model.weave import Thread, threads_of
from gitsplit.proposal import order
from gitsplit.proposal.commit_features import CommitFeatures
from gitsplit.proposal.names import Link, broken_pairs, links
from gitsplit.proposal.order import Need
from gitsplit.proposal.syntax import broken_files, broken_groups, kind_of

Groups = tuple[tuple[int, ...], ...]
"""For each group, in the order of the commits, the numbers of its pieces, from 0."""

_MOST_TRIES = 120
"""So many ways to put a commit's groups right are tried."""

_MOST_READ = 4_000_000
"""So many bytes of files are read for that."""

_MOST_CUTS = 60
"""So many gaps are looked at, the widest first."""

_MOST_ORDERED = 4
"""So many groups are tried in any order."""


class Fault(Struct, frozen=True):
    """A link that is broken, or a file that can't be parsed: what, and in which group.

    ``of`` is the group where it is right again, both count from 0.
    """

    group: int
    of: int
    link: Link | None = None
    file: int = -1


class _Way(Struct, frozen=True):
    """A way to put something right: so many lines are moved to have these groups."""

    lines: int
    groups: Groups


class Arrangement:
    """Finds groups of a commit's pieces in an order that holds."""

    def __init__(self, commit: CommitFeatures) -> None:
        self._commit = commit
        self._tries, self._left = _MOST_TRIES, _MOST_READ
        self._known: dict[tuple[int, Assignment], tuple[int, ...]] = {}

    @cached_property
    def _lines(self) -> tuple[int, ...]:
        """How many lines each piece has."""
        return tuple(sum(map(size_of, piece)) for piece in self._commit.pieces)

    @cached_property
    def _threads(self) -> dict[int, Thread]:
        """The files of several pieces that can be judged, by the numbers of changes."""
        threads = threads_of(self._commit.changes)
        return {
            thread.numbers[0]: thread
            for thread in threads
            if len(self._pieces_in[thread.numbers[0]]) > 1 and kind_of(thread)
        }

    @cached_property
    def _pieces_in(self) -> dict[int, tuple[int, ...]]:
        """The pieces that each file has edits of."""
        found: dict[int, list[int]] = {n: [] for n in range(len(self._commit.changes))}
        for number, piece in enumerate(self._commit.pieces):
            for file in dict.fromkeys(edit.file for edit in piece):
                found[file].append(number)
        return {file: tuple(own) for file, own in found.items()}

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """The names by which the pieces depend on each other."""
        home = {e: n for n, piece in enumerate(self._commit.pieces) for e in piece}
        edits = sorted(home, key=sort_key)

        def pieces(places: frozenset[int]) -> frozenset[int]:
            return frozenset(home[edits[at]] for at in places)

        found = (
            replace(link, definers=pieces(link.definers), users=pieces(link.users))
            for link in links(self._commit.texts, edits)
        )
        return tuple(dict.fromkeys(one for one in found if one.users - one.definers))

    def needs(self, groups: Groups) -> Iterator[Need]:
        """Which group needs which other one before it, by the links."""
        home = _homes(groups)
        for link in self.links:
            chosen = max(link.definers) if link.is_gone else min(link.definers)
            of = home[chosen]
            having = {home[piece] for piece in link.definers}
            for user in sorted({home[piece] for piece in link.users} - having):
                one, other = (of, user) if link.is_gone else (user, of)
                yield Need(one, other, link.name)

    def in_order(self, groups: Groups, main: int | None) -> Groups:
        """The groups in the order of the commits that they become."""
        needed: Sequence[Need] = ()
        if len(groups) > 1:
            needed = (*order.needs(self._commit, groups), *self.needs(groups))
        places = order.commit_order(self._commit, groups, needed, main)
        return tuple(groups[at] for at in places)

    def settled(self, groups: Groups, *, keeps_number: bool = False) -> Groups:
        """Groups whose order holds, or breaks less than that of those given.

        ``keeps_number`` says that there are to be as many as before.
        """
        self._tries, self._left = _MOST_TRIES, _MOST_READ
        faults = self.faults(groups)
        while faults and (better := self._better(groups, faults, keeps_number)):
            groups, faults = better
        return groups

    def _better(
        self, groups: Groups, faults: Sequence[Fault], keeps_number: bool
    ) -> tuple[Groups, tuple[Fault, ...]] | None:
        """The groups with fewest lines moved that have fewer faults; and these."""
        for fault in faults:
            for way in sorted(self._ways(groups, fault), key=lambda way: way.lines):
                if keeps_number and len(way.groups) != len(groups):
                    continue
                if self._tries == 0 or self._left < 0:
                    return None
                self._tries -= 1
                left = self.faults(way.groups)
                if len(left) < len(faults):
                    return way.groups, left
        return None

    def faults(self, groups: Groups) -> tuple[Fault, ...]:
        """What is wrong with the order of the groups."""
        if len(groups) < 2:
            return ()
        home = _homes(groups)
        found = [
            Fault(group, of, link)
            for link in self.links
            for group, of in broken_pairs(link, home)
        ]
        for file in self._threads:
            own = sorted({home[piece] for piece in self._pieces_in[file]})
            broken = self._broken(file, home) if len(own) > 1 else ()
            found += (
                Fault(group, min(each for each in own if each > group), file=file)
                for group in broken
            )
        return tuple(found)

    def _broken(self, file: int, home: Sequence[int]) -> tuple[int, ...]:
        """The groups after which the file can't be parsed."""
        thread = self._threads[file]
        own = sorted(
            (
                (edit, home[piece])
                for piece in self._pieces_in[file]
                for edit in self._commit.pieces[piece]
                if edit.file == file
            ),
            key=lambda pair: sort_key(pair[0]),
        )
        key = (file, tuple(own))
        if key not in self._known:
            states = len({group for _, group in own}) - 1
            self._left -= states * thread.changes[0].side.size
            self._known[key] = broken_groups(thread, tuple(own))
        return self._known[key]

    def _ways(self, groups: Groups, fault: Fault) -> Iterator[_Way]:
        """What may put something right, each with the lines that it moves."""
        if len(groups) <= _MOST_ORDERED:
            yield from (_Way(0, each) for each in permutations(groups))
        for pieces, to in self._moves(groups, fault):
            moved = tuple(
                tuple(sorted({*own, *pieces} if at == to else {*own} - {*pieces}))
                for at, own in enumerate(groups)
            )
            lines = sum(self._lines[piece] for piece in pieces)
            yield _Way(lines, tuple(filter(None, moved)))

    def _moves(
        self, groups: Groups, fault: Fault
    ) -> Iterator[tuple[tuple[int, ...], int]]:
        """Pieces, and the group that they may go into; last all of a group."""
        home = _homes(groups)
        if fault.link is None:
            about = self._pieces_in[fault.file]
            targets = tuple(sorted({home[piece] for piece in about}))
        else:
            about = tuple(sorted(fault.link.definers | fault.link.users))
            targets = (fault.group, fault.of)
        for to in targets:
            for group in targets:
                if group != to:
                    some = tuple(piece for piece in about if home[piece] == group)
                    yield from (((piece,), to) for piece in some)
                    yield some, to
                    yield groups[group], to
            yield tuple(piece for piece in about if home[piece] != to), to


def _homes(groups: Groups) -> list[int]:
    """The group of each piece."""
    home = [0] * sum(map(len, groups))
    for group, pieces in enumerate(groups):
        for piece in pieces:
            home[piece] = group
    return home


def parts_that_hold(
    changes: Sequence[FileChange],
    edits: Sequence[Edit],
    gaps: Sequence[int],
    number: int,
) -> list[list[Edit]]:
    """The edits in so many parts, cut where the widest gaps are of those that hold.

    ``gaps`` are those between neighbours. Where too few cuts leave files that can be
    parsed, the other widest ones are taken.
    """
    widest = sorted(range(len(gaps)), key=lambda at: -gaps[at])
    chosen: list[int] = []
    for at in widest[:_MOST_CUTS]:
        if len(chosen) + 1 == number:
            break
        if gaps[at] >= 0 and not _breaks(changes, edits, [*chosen, at]):
            chosen.append(at)
    others = (at for at in widest if at not in set(chosen))
    chosen += islice(others, max(0, number - 1 - len(chosen)))
    ends = [at + 1 for at in sorted(chosen)]
    return [list(edits[a:b]) for a, b in pairwise([0, *ends, len(edits)])]


def _breaks(
    changes: Sequence[FileChange], edits: Sequence[Edit], cuts: Collection[int]
) -> bool:
    """Whether a file can't be parsed where the edits are cut so."""
    groups = accumulate((at in cuts for at in range(len(edits) - 1)), initial=0)
    home = dict(zip(edits, groups, strict=True))
    everything = tuple(sorted(home, key=sort_key))
    plan = Plan(
        tuple(changes),
        everything,
        tuple(home[edit] for edit in everything),
        (Group(b""),) * (len(cuts) + 1),
        (None,),
    )
    return bool(broken_files(plan))
