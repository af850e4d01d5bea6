"""A plan for commits that have changed since: what of it still fits, by content.

A line that a commit takes away or adds goes where the plan has it if the line is the
same, in the same place among the lines of its file. Those that a plan has and that are
no more are listed, and so are new ones, which go to the group that takes the rest, else
to the one that continues their commit.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

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
from gitsplit.model.plan import Plan, with_files_for_lines, without_empty_groups
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
        found = _Homes()
        if (at := before.get(file)) is not None:
            found = _moved(plan.changes[at], change, homes[at], left[at], hunks_between)
        unplaced = _without_home(change, found)
        if heir is None and unplaced is not None:
            new.append(unplaced)
        pairs += _edits(file, change, found, taker)
    bare = Plan(
        changes,
        tuple(edit for edit, _ in pairs),
        tuple(group for _, group in pairs),
        plan.groups,
        plan.continued_by,
    )
    made, by_hand = _with_overrides(with_files_for_lines(bare), plan, before)
    lost = [
        entry
        for file, change in enumerate(plan.changes)
        if (entry := _left_entry(change, left[file])) is not None
    ]
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
) -> _Homes:
    """Where lines and facts of the new change go; they are taken out of ``left``."""
    found = _Homes()
    for side in ("old", "new") if new.hunks and old.hunks else ():
        was: dict[int, int] = getattr(homes, side)
        now: dict[int, int] = getattr(found, side)
        same = _same_lines(getattr(old, side), getattr(new, side), hunks_between)
        for hunk in new.hunks:
            for line in (hunk.old if side == "old" else hunk.new).numbers:
                if (earlier := same(line)) in was:
                    now[line] = was[earlier]
                    del getattr(left, side)[earlier]
    for fact in facts_of(new):
        if fact in homes.facts and _is_same_fact(fact, old, new):
            found.facts[fact] = homes.facts[fact]
            del left.facts[fact]
    return found


def _same_lines(
    old: File | None, new: File | None, hunks_between: HunksBetween
) -> Callable[[int], int]:
    """A function from the lines of a file (from 0) to the same ones before; else -1."""
    if old is None or new is None:
        return lambda _line: -1
    if old.oid == new.oid:
        return lambda line: line
    place: dict[int, int] = {}
    shift, at = 0, 0
    for hunk in hunks_between(old.content or b"", new.content or b""):
        place |= {line: line + shift for line in range(at, hunk.new.start)}
        shift, at = hunk.old.stop - hunk.new.stop, hunk.new.stop
    return lambda line: line + shift if line >= at else place.get(line, -1)


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
