"""Which hunks of a range write what others take away, and what follows from that.

Where a hunk is sent, others go along: what it stands on comes no later, and what stands
on it no earlier. It stands on what wrote the lines that it takes away, or those on both
sides of it. Its *home* is the commit whose lines it changes.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import NamedTuple

from gitsplit.model.content import ALWAYS, NEVER, LineLife, line_lives
from gitsplit.model.diff import FactEdit
from gitsplit.model.memo import memo_by
from gitsplit.model.plan import Plan, with_edits_assigned
from gitsplit.model.weave import Thread

Lives = tuple[LineLife, ...]


def _lineage(plan: Plan, thread: Thread) -> Iterator[Lives]:
    """The lines of each stretch of the file, since and until the places of edits."""
    own = (plan.places_of_file(number) for number in thread.numbers)
    placed = tuple((plan.edits[at], at) for places in own for at in places)
    return line_lives(thread, placed)


def threads_of_places(plan: Plan, places: Collection[int]) -> tuple[Thread, ...]:
    """The files that these edits change, of those that several commits do."""
    firsts = {plan.first_change(plan.edits[place].file) for place in places}
    threads = (plan.thread(file) for file in sorted(firsts))
    return tuple(thread for thread in threads if len(thread.changes) > 1)


def taken_along(plan: Plan, places: Collection[int], group: int) -> tuple[int, ...]:
    """The edits that go along where those at ``places`` are sent to ``group``.

    What they stand on, where it would come later; and what stands on them, where it
    would come earlier; and so on for those.
    """
    below, above = dict[int, set[int]](), dict[int, set[int]]()
    for thread in threads_of_places(plan, places):
        for one, other in _standing_in_file(plan, thread):
            below.setdefault(one, set()).add(other)
            above.setdefault(other, set()).add(one)
    found, wanted = {*places}, [*places]
    while wanted:
        place = wanted.pop()
        late = (w for w in below.get(place, ()) if plan.group_of[w] > group)
        early = (t for t in above.get(place, ()) if plan.group_of[t] < group)
        others = {*late, *early} - found
        found |= others
        wanted += others
    return tuple(sorted(found.difference(places)))


# The same for every assignment: mostly several hunks of a file are sent in turn.
@memo_by(lambda plan, thread: (plan.edits, plan.continued_by, thread))
def _standing_in_file(plan: Plan, thread: Thread) -> frozenset[tuple[int, int]]:
    """Of the edits of a file which stands on which, by their places."""
    stretches = _lineage(plan, thread)
    return frozenset(chain.from_iterable(_standing_on(plan, s) for s in stretches))


def _standing_on(plan: Plan, lives: Sequence[LineLife]) -> Iterator[tuple[int, int]]:
    """Two edits each: one, and what wrote lines that it takes away or stands between.

    It stands between where the same edit wrote the lines on both sides.
    """
    for life in lives:
        if life.since != ALWAYS and life.until != NEVER:
            yield life.until, life.since
    for lines in _lines_by_commit(plan, lives):
        rows = groupby(lines, itemgetter(0))
        runs = [(is_own, [writer for _, writer in run]) for is_own, run in rows]
        for at in range(1, len(runs) - 1):
            (is_own, own), writer = runs[at], runs[at - 1][1][-1]
            if is_own and writer == runs[at + 1][1][0] != ALWAYS:
                yield from ((place, writer) for place in {*own})


def _lines_by_commit(
    plan: Plan, lives: Sequence[LineLife]
) -> Iterable[Sequence[tuple[bool, int]]]:
    """For each commit the lines that it found, and its own among them, in order.

    Of each whether it is the commit's own, and what wrote it.
    """
    found: dict[int, list[tuple[bool, int]]] = {}
    for life in lives:
        first, stop = _origin(plan, life.since), len(plan.continued_by)
        stop = stop if life.until == NEVER else commit_of(plan, life.until) + 1
        for commit in range(max(0, first), stop):
            found.setdefault(commit, []).append((commit == first, life.since))
    return found.values()


def with_edits_sent(
    plan: Plan, places: Collection[int], group: int
) -> tuple[Plan, tuple[int, ...]]:
    """The plan with these edits in ``group``, and the places of those taken along."""
    sent = with_edits_assigned(plan, places, group)
    along = taken_along(plan, places, group)
    return (with_edits_assigned(sent, along, group) if along else sent), along


class Home(NamedTuple):
    """The edit whose commit a hunk belongs to, by its place, and if that is sure.

    ``why_not`` says why it isn't.
    """

    place: int
    why_not: str = ""


def home_of(plan: Plan, place: int) -> Home | None:
    """Where the hunk at this place of the plan belongs; None where it has no home.

    Facts, new and deleted files have none. Else it is the latest commit of the range
    that wrote a line which the hunk takes away. Where there is none, the latest that
    wrote or took away a line directly before or after it.
    """
    edit = plan.edits[place]
    change = plan.changes[edit.file]
    if isinstance(edit, FactEdit) or change.old is None or change.new is None:
        return None
    lives, own = _lines_around(plan, place)
    if not own:
        return None
    replaced = {lives[at].since for at in own if lives[at].until == place}
    if home := _latest(plan, place, replaced):
        is_sure = {_origin(plan, at) for at in replaced} == {commit_of(plan, home[0])}
        others = "it replaces lines of other commits, too"
        return Home(home[0], "" if is_sure else others)
    before = _earlier(plan, lives, place, range(own[0] - 1, -1, -1))
    after = _earlier(plan, lives, place, range(own[-1] + 1, len(lives)))
    around = [lives[at] for at in (before, after) if at is not None]
    beside = {place for life in around for place in (life.since, life.until)}
    if home := _latest(plan, place, beside):
        origins = {_origin(plan, life.since) for life in around}
        is_sure = not replaced and origins == {commit_of(plan, home[0])}
        return Home(home[0], "" if is_sure else "other lines stand beside it, too")
    return None


def _lines_around(plan: Plan, place: int) -> tuple[Lives, Sequence[int]]:
    """The lines of the edit's stretch, and which of them the edit writes or takes."""
    for thread in threads_of_places(plan, (place,)):
        for lives, by_place in _lives_by_place(plan, thread):
            if place in by_place:
                return lives, by_place[place]
    return (), ()


# Mostly the homes of several hunks of a file are found in turn.
@memo_by(lambda plan, thread: (plan.edits, plan.continued_by, thread))
def _lives_by_place(
    plan: Plan, thread: Thread
) -> Sequence[tuple[Lives, Mapping[int, Sequence[int]]]]:
    """The lines of each stretch, and those that each edit writes or takes."""
    found = []
    for lives in _lineage(plan, thread):
        by_place: dict[int, list[int]] = {}
        for number, life in enumerate(lives):
            for place in {life.since, life.until}:
                by_place.setdefault(place, []).append(number)
        found.append((lives, by_place))
    return found


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
