"""Which hunks of a range write what others take away, and what follows from that.

Where a hunk is sent, others go along: what wrote the lines that it takes away comes no
later, and what takes its own away no earlier. Its *home* is the commit whose lines it
changes. Lines that are taken away before they come never show.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from gitsplit.model.content import ALWAYS, NEVER, LineLife, line_lives
from gitsplit.model.diff import Edit, FileChange
from gitsplit.model.memo import memo
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.model.weave import Thread


class _Lineage(Struct, frozen=True):
    """The lines of stretches in order; ``since`` and ``until`` are places of edits."""

    stretches: tuple[tuple[LineLife, ...], ...]
    stretch_of: Mapping[int, int]


@memo
def _lineage(changes: tuple[FileChange, ...], edits: tuple[Edit, ...]) -> _Lineage:
    """What brings and what takes away each line of the files that change repeatedly."""
    plan = Plan(changes, edits, tuple(range(len(edits))), (), ())
    stretches: list[tuple[LineLife, ...]] = []
    stretch_of: dict[int, int] = {}
    for thread in _threads_of_several(plan):
        for lives in line_lives(thread, plan.of_thread(thread)):
            for life in lives:
                for place in (life.since, life.until):
                    stretch_of.setdefault(place, len(stretches))
            stretches.append(lives)
    return _Lineage(tuple(stretches), stretch_of)


def _threads_of_several(plan: Plan) -> Iterator[Thread]:
    return (thread for thread in plan.threads if len(thread.changes) > 1)


@memo
def _links(
    changes: tuple[FileChange, ...], edits: tuple[Edit, ...]
) -> tuple[tuple[int, int], ...]:
    """The places of each two edits of which one writes what the other takes away."""
    found = _lineage(changes, edits).stretches
    pairs = {(life.since, life.until) for lives in found for life in lives}
    return tuple(pair for pair in pairs if pair[0] != ALWAYS and pair[1] != NEVER)


def taken_along(plan: Plan, places: Collection[int], group: int) -> tuple[int, ...]:
    """The edits that go along where those at ``places`` are sent to ``group``.

    What wrote the lines that they take away, where it would come later; and what takes
    theirs away, where it would come earlier; and so on for those.
    """
    links = _links(plan.changes, plan.edits)
    writers, takers = dict[int, list[int]](), dict[int, list[int]]()
    for writer, taker in links:
        writers.setdefault(taker, []).append(writer)
        takers.setdefault(writer, []).append(taker)
    found, wanted = {*places}, [*places]
    while wanted:
        place = wanted.pop()
        late = (w for w in writers.get(place, ()) if plan.group_of[w] > group)
        early = (t for t in takers.get(place, ()) if plan.group_of[t] < group)
        others = {*late, *early} - found
        found |= others
        wanted += others
    return tuple(sorted(found.difference(places)))


@memo
def unshown_lines(plan: Plan) -> Mapping[int, int]:
    """How many lines of each edit, by its place, are taken away before they come.

    What one commit writes and takes away isn't counted.
    """
    known = _lineage(plan.changes, plan.edits).stretches
    found: Counter[int] = Counter()
    lives = (
        stretch
        for thread in _threads_of_several(plan)
        for stretch in line_lives(thread, plan.of_thread(thread), is_settled=True)
    )
    for own, settled in zip(known, lives, strict=True):
        for life, in_plan in zip(own, settled, strict=True):
            is_added = life.since != ALWAYS and in_plan.since != DROPPED
            if is_added and in_plan.until < in_plan.since:
                found[life.since] += life.lines
    return found


class Home(NamedTuple):
    """The edit whose commit a hunk belongs to, by its place, and if that is sure.

    ``why_not`` says why it isn't.
    """

    place: int
    why_not: str = ""


def home_of(plan: Plan, place: int) -> Home | None:
    """Where the hunk at this place of the plan belongs; None where it has no home.

    The latest commit of the range that wrote a line which it takes away. Where there is
    none, the latest that wrote or took away a line directly before or after it.
    """
    known = _lineage(plan.changes, plan.edits)
    if place not in known.stretch_of:
        return None
    lives = known.stretches[known.stretch_of[place]]
    own = [at for at, life in enumerate(lives) if place in (life.since, life.until)]
    replaced = {lives[at].since for at in own if lives[at].until == place}
    if home := _latest(plan, place, replaced):
        is_sure = {_origin(plan, at) for at in replaced} == {commit_of(plan, home[0])}
        return Home(home[0], "" if is_sure else "it replaces lines of others, too")
    before = _earlier(plan, lives, place, range(own[0] - 1, -1, -1))
    after = _earlier(plan, lives, place, range(own[-1] + 1, len(lives)))
    around = [lives[at] for at in (before, after) if at is not None]
    beside = {place for life in around for place in (life.since, life.until)}
    if home := _latest(plan, place, beside):
        origins = {_origin(plan, life.since) for life in around}
        is_sure = not replaced and origins == {commit_of(plan, home[0])}
        return Home(home[0], "" if is_sure else "other lines stand beside it, too")
    return None


def _latest(plan: Plan, place: int, others: Collection[int]) -> tuple[int, ...]:
    """The one of the latest commit before that of ``place``, if there is any."""
    known = (at for at in others if ALWAYS < at < NEVER)
    earlier = [at for at in known if commit_of(plan, at) < commit_of(plan, place)]
    return tuple(sorted(earlier, key=lambda at: (commit_of(plan, at), at))[-1:])


def commit_of(plan: Plan, place: int) -> int:
    """The commit of the range that the edit at this place is of, from 0."""
    return plan.changes[plan.edits[place].file].commit


def _origin(plan: Plan, place: int) -> int:
    """The commit that wrote a line; -1 where it was there before."""
    return ALWAYS if place == ALWAYS else commit_of(plan, place)


def _earlier(
    plan: Plan, lives: Sequence[LineLife], place: int, order: Sequence[int]
) -> int | None:
    """The first of these lines that was there before the commit of the edit."""
    commit = commit_of(plan, place)
    return next((at for at in order if _origin(plan, lives[at].since) < commit), None)
