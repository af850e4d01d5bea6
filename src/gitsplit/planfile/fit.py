"""A plan for commits that have changed since: what of it still fits, by content.

A line that a commit takes away or adds goes where the plan has it if the line is the
same, in the same place among the lines of its file. Those that a plan has and that are
no more are listed, and so are new ones. One of these goes with the line that it
replaces, or with those around it where both are in one group; else to the group that
takes the rest, or to the one that continues its commit.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct, field
from msgspec.structs import replace

from gitsplit.model.align import partners
from gitsplit.model.diff import (
    Edit,
    Fact,
    FactEdit,
    File,
    FileChange,
    Hunk,
    Span,
    TextEdit,
    facts_of,
)
from gitsplit.model.lines import Lines
from gitsplit.model.plan import (
    DROPPED,
    Plan,
    with_files_for_lines,
    without_empty_groups,
)
from gitsplit.model.states import overrides_by_file, with_contents
from gitsplit.planfile.document import FileEntry
from gitsplit.planfile.match import hunk_edits, line_ranges
from gitsplit.planfile.numbering import bare_entry

HunksBetween = Callable[[bytes, bytes], Sequence[Hunk]]


class Fit(Struct, frozen=True):
    """A plan fitted to other commits, and what of it doesn't fit.

    ``lost`` is what the plan had and the commits no longer do, in the numbers of the
    old lines; with a ``content`` it is what the user wrote by hand. ``new`` is what
    no group of the plan was given.
    """

    plan: Plan
    lost: tuple[FileEntry, ...] = ()
    new: tuple[FileEntry, ...] = ()


class _Homes(Struct):
    """The group of each line (from 0) and fact of a file's change."""

    old: dict[int, int] = field(default_factory=dict)
    new: dict[int, int] = field(default_factory=dict)
    facts: dict[Fact, int] = field(default_factory=dict)


def fitted_plan(
    plan: Plan,
    changes: tuple[FileChange, ...],
    rest: Sequence[int | None],
    hunks_between: HunksBetween,
) -> Fit:
    """The plan fitted to commits that did ``changes``, as many as it is for.

    ``rest`` has for each commit the group that takes its rest, if any.
    """
    before = _partners(plan.changes, changes)
    homes = [_homes(plan, file) for file in range(len(plan.changes))]
    left = {file: _homes(plan, file) for file in range(len(plan.changes))}
    pairs: list[tuple[Edit, int]] = []
    new: list[FileEntry] = []
    for file, change in enumerate(changes):
        heir = rest[change.commit]
        taker = _heir(plan, change.commit) if heir is None else heir
        found, likely = _Homes(), _Homes()
        if (at := before.get(file)) is not None:
            was = plan.changes[at]
            found, likely = _moved(was, change, homes[at], left[at], hunks_between)
        unplaced = _without_home(change, found)
        if heir is None and unplaced is not None:
            new.append(unplaced)
        pairs += _edits(file, change, _all_homes(change, found, likely), taker)
    bare = Plan(
        changes,
        tuple(edit for edit, _ in pairs),
        tuple(group for _, group in pairs),
        plan.groups,
        plan.continued_by,
    )
    made, by_hand = _with_overrides(with_files_for_lines(bare), plan, before)
    entries = (_left_entry(plan.changes[file], homes) for file, homes in left.items())
    lost = (entry for entry in entries if entry is not None)
    return Fit(without_empty_groups(made), (*lost, *by_hand), tuple(new))


def _heir(plan: Plan, commit: int) -> int:
    """The group that continues the commit, else the last one."""
    heir = plan.continued_by[commit]
    return len(plan.groups) - 1 if heir is None else heir


def _partners(
    old: Sequence[FileChange], new: Sequence[FileChange]
) -> Mapping[int, int]:
    """For each new change the old one of the same file in the same commit, if any.

    By both paths, else by the new one, else by the old one.
    """
    found: dict[int, int] = {}
    free = set(range(len(old)))
    for paths in (_both_paths, _new_path, _old_path):
        known = {(old[at].commit, paths(old[at])): at for at in sorted(free)}
        for file, change in enumerate(new):
            key = paths(change)
            at = known.get((change.commit, key))
            if file not in found and key is not None and at in free:
                found[file] = at
                free.discard(at)
    return found


def _both_paths(change: FileChange) -> object:
    return _old_path(change), _new_path(change)


def _old_path(change: FileChange) -> bytes | None:
    return change.old.path if change.old else None


def _new_path(change: FileChange) -> bytes | None:
    return change.new.path if change.new else None


def _homes(plan: Plan, file: int) -> _Homes:
    """Where the plan has each line and fact of a file's change."""
    found = _Homes()
    for edit, group in plan.of_file(file):
        if isinstance(edit, FactEdit):
            found.facts[edit.fact] = group
        else:
            found.old |= dict.fromkeys(edit.old.numbers, group)
            found.new |= dict.fromkeys(edit.new.numbers, group)
    return found


def _moved(
    old: FileChange,
    new: FileChange,
    homes: _Homes,
    left: _Homes,
    hunks_between: HunksBetween,
) -> tuple[_Homes, _Homes]:
    """Where lines and facts of the new change go; they are taken out of ``left``.

    And where those likely go that are in the place of others.
    """
    found, likely = _Homes(), _Homes()
    for side in ("old", "new") if new.hunks and old.hunks else ():
        was: dict[int, int] = getattr(homes, side)
        earlier = _earlier_lines(getattr(old, side), getattr(new, side), hunks_between)
        for line in (n for hunk in new.hunks for n in getattr(hunk, side).numbers):
            at, is_same = earlier(line)
            if at in was and is_same:
                getattr(found, side)[line] = was[at]
                del getattr(left, side)[at]
            elif was.get(at, DROPPED) != DROPPED:
                getattr(likely, side)[line] = was[at]
    for fact in facts_of(new):
        home = homes.facts.get(fact, DROPPED)
        if fact in homes.facts and _is_same_fact(fact, old, new):
            found.facts[fact] = home
            del left.facts[fact]
        elif home != DROPPED:
            likely.facts[fact] = home
    return found, likely


def _all_homes(change: FileChange, found: _Homes, likely: _Homes) -> _Homes:
    """Both, and lines between two of one group in that group, too."""
    return _Homes(
        _with_lines_between(likely.old | found.old, [h.old for h in change.hunks]),
        _with_lines_between(likely.new | found.new, [h.new for h in change.hunks]),
        likely.facts | found.facts,
    )


def _with_lines_between(homes: dict[int, int], spans: Sequence[Span]) -> dict[int, int]:
    every = dict(homes)
    for span in spans:
        known = [line for line in span.numbers if line in homes]
        for before, after in pairwise(known):
            if homes[before] == homes[after] != DROPPED:
                between = range(before + 1, after)
                every |= dict.fromkeys(between, homes[before])
    return every


Earlier = tuple[int, bool]
"""Which line of a file (from 0) another was before, and whether it is the same one.

That is the line which it replaces, where it isn't; -1 where there is neither.
"""


def _earlier_lines(
    old: File | None, new: File | None, hunks_between: HunksBetween
) -> Callable[[int], Earlier]:
    """A function from the lines of a file to what they were before."""
    if old is None or new is None:
        return lambda _line: (-1, False)
    if old.oid == new.oid:
        return lambda line: (line, True)
    place: dict[int, Earlier] = {}
    shift, at = 0, 0
    contents = old.content or b"", new.content or b""
    old_lines, new_lines = map(Lines, contents)
    for hunk in hunks_between(*contents):
        was, now = hunk.old, hunk.new
        place |= {line: (line + shift, True) for line in range(at, now.start)}
        pairs = partners(
            old_lines[was.start : was.stop], new_lines[now.start : now.stop]
        )
        place |= {now.start + n: (was.start + o, False) for o, n in pairs}
        shift, at = was.stop - now.stop, now.stop
    return lambda line: (
        (line + shift, True) if line >= at else place.get(line, (-1, False))
    )


def _is_same_fact(fact: Fact, old: FileChange, new: FileChange) -> bool:
    """Whether two changes, both of which do it, do the same."""
    if fact is Fact.RENAME:
        return _both_paths(old) == _both_paths(new)
    if fact is Fact.MODE:
        return [s and s.mode for s in (old.old, old.new)] == [
            s and s.mode for s in (new.old, new.new)
        ]
    if fact in (Fact.CREATE, Fact.DELETE) and new.by_lines:
        return True
    return old.side.oid == new.side.oid


def _without_home(change: FileChange, found: _Homes) -> FileEntry | None:
    """What of the change has no group; None where all has one.

    A creation or deletion goes with the lines of its file.
    """
    left = _Homes(
        {n: 0 for h in change.hunks for n in h.old.numbers if n not in found.old},
        {n: 0 for h in change.hunks for n in h.new.numbers if n not in found.new},
        {fact: 0 for fact in facts_of(change) if fact not in found.facts},
    )
    if found.old or found.new:
        for fact in (Fact.CREATE, Fact.DELETE):
            left.facts.pop(fact, None)
    return _left_entry(change, left)


def _left_entry(change: FileChange, left: _Homes) -> FileEntry | None:
    """The lines and facts as a file entry; None where there are none."""
    if not (left.old or left.new or left.facts):
        return None
    return replace(
        bare_entry(change),
        removed=tuple(line_ranges(Span(n, n + 1) for n in sorted(left.old))),
        added=tuple(line_ranges(Span(n, n + 1) for n in sorted(left.new))),
        facts=tuple(left.facts),
    )


def _edits(
    file: int, change: FileChange, found: _Homes, taker: int
) -> Iterator[tuple[Edit, int]]:
    """The edits of a file, each with its group; ``taker`` gets what has no other."""
    groups = {*found.old.values(), *found.new.values()}
    for fact in facts_of(change):
        home = found.facts.get(fact, taker)
        if fact not in found.facts and fact in (Fact.CREATE, Fact.DELETE) and groups:
            home = (max if fact is Fact.DELETE else min)(groups)
        yield FactEdit(file, fact), home
    for number, hunk in enumerate(change.hunks):
        old = [found.old.get(line, taker) for line in hunk.old.numbers]
        new = [found.new.get(line, taker) for line in hunk.new.numbers]
        yield from hunk_edits(
            TextEdit(file, number, hunk.old, hunk.new), change, old, new
        )


def _with_overrides(
    made: Plan, plan: Plan, before: Mapping[int, int]
) -> tuple[Plan, list[FileEntry]]:
    """The fitted plan with what the user wrote by hand, and what of that is lost.

    It is kept where nothing of the file has changed.
    """
    at = {old: new for new, old in before.items()}
    contents: dict[int, dict[int, bytes]] = {}
    lost: list[FileEntry] = []
    for file, own in overrides_by_file(plan).items():
        places = [(old, at.get(old)) for old in plan.thread(file).numbers]
        is_same = all(
            new is not None and made.changes[new] == plan.changes[old]
            for old, new in places
        )
        first = at.get(file)
        for group, override in own.items():
            if is_same and first is not None:
                contents.setdefault(first, {})[group] = override.content
            else:
                bare = bare_entry(plan.changes[file])
                lost.append(replace(bare, content=override.content))
    return with_contents(made, contents) if contents else made, lost
