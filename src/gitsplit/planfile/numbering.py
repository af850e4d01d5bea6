"""Which hunk has which number, and what of a commit the numbers in a plan name.

Facts of a file that has no lines have a number, and those of a file with lines that
are no creation or deletion, which goes with its lines; they come before these. A
number that doesn't fit is refused with what would be right.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import (
    Fact,
    FileChange,
    Hunk,
    Span,
    facts_of,
    hunk_lines_of,
    hunk_order,
    is_hunk,
)
from gitsplit.model.escape import printable
from gitsplit.model.listing import quantity
from gitsplit.planfile.document import CommitEntry, FileEntry, GroupEntry
from gitsplit.planfile.hunks import Ends, HunkEntry, HunkPick


class NumberedHunk(Struct, frozen=True):
    """A hunk, or a fact, of the change number ``file`` (from 0)."""

    number: int
    file: int
    fact: Fact | None = None
    hunk: Hunk | None = None


def numbered_hunks(changes: Sequence[FileChange]) -> tuple[NumberedHunk, ...]:
    """All that has a number, in order; the first one is 1."""
    parts = (
        part for file, change in enumerate(changes) for part in _parts(file, change)
    )
    return tuple(replace(part, number=n) for n, part in enumerate(parts, 1))


def _parts(file: int, change: FileChange) -> Iterator[NumberedHunk]:
    for fact in facts_of(change):
        if is_hunk(change, fact):
            yield NumberedHunk(0, file, fact=fact)
    yield from (NumberedHunk(0, file, hunk=hunk) for hunk in change.hunks)


def hunk_entries(
    changes: Sequence[FileChange], *, has_lines: bool
) -> tuple[HunkEntry, ...]:
    """The list of all numbers, with what each stands for and, if wanted, its lines."""
    return tuple(
        _hunk_entry(changes[each.file], each, has_lines)
        for each in numbered_hunks(changes)
    )


def _hunk_entry(change: FileChange, found: NumberedHunk, has_lines: bool) -> HunkEntry:
    entry, hunk = bare_entry(change), found.hunk
    return HunkEntry(
        found.number,
        entry.old_path,
        entry.path,
        found.fact,
        None if hunk is None else _ends(hunk.old),
        None if hunk is None else _ends(hunk.new),
        tuple(_lines(change, hunk)) if hunk and has_lines else None,
        entry.commit,
    )


def bare_entry(change: FileChange) -> FileEntry:
    """The file entry that names a change and takes nothing of it yet."""
    old, new = change.old, change.new
    return FileEntry(
        old.path if old else None, new.path if new else None, commit=change.commit
    )


def _ends(span: Span) -> Ends | None:
    return (span.start + 1, span.stop) if len(span) else None


def _lines(change: FileChange, hunk: Hunk) -> Iterator[tuple[str, bytes]]:
    """The lines of a hunk without their ends, each with its place.

    Partners are together.
    """
    old, new = hunk_lines_of(change, hunk)
    for side, place in hunk_order(change, hunk):
        line = (old if side == "old" else new)[place]
        yield f"{'-' if side == 'old' else '+'}{place + 1}", line.removesuffix(b"\n")


def with_lines_named(
    entry: CommitEntry, changes: Sequence[FileChange], known: Sequence[NumberedHunk]
) -> CommitEntry:
    """The entry with file entries in the place of numbers, those of ``known`` hunks.

    Raises InvalidPlan, naming the number, where there is no such hunk or line, where
    two groups take one, and where its list of hunks isn't that of the commits.
    """
    if not is_numbered(entry):
        return entry
    _check_list(entry, changes)
    _refuse_twice(entry)
    groups = tuple(
        _with_lines(group, changes, known) if group.hunks else group
        for group in entry.groups
    )
    dropped = _files(entry.dropped_hunks, changes, known)
    return replace(entry, groups=groups, dropped=(*entry.dropped, *dropped))


def is_numbered(entry: CommitEntry) -> bool:
    """Whether the entry names hunks by numbers."""
    return bool(entry.dropped_hunks or any(group.hunks for group in entry.groups))


def _check_list(entry: CommitEntry, changes: Sequence[FileChange]) -> None:
    """Refuse a list of other hunks than the commit has: its numbers mean others."""
    if not entry.hunks:
        return
    has_lines = any(hunk.lines is not None for hunk in entry.hunks)
    known = {one.number: one for one in hunk_entries(changes, has_lines=has_lines)}
    for given in entry.hunks:
        found = known.get(given.number)
        if found and given.lines is None:
            found = replace(found, lines=None)
        if found != given:
            what = "is another one" if found else "isn't there"
            raise misfit(
                f"Hunk {given.number} {what} than the plan says",
                "The plan was made for another commit; make a new one.",
            )


def _refuse_twice(entry: CommitEntry) -> None:
    """Refuse a number that two picks take whole."""
    taken: dict[int, str] = {}
    places = [(f"commit {n}", each.hunks) for n, each in enumerate(entry.groups, 1)]
    for where, picks in (*places, ('"dropped"', entry.dropped_hunks)):
        for pick in picks:
            if not pick.is_whole:
                continue
            if other := next((n for n in _numbers(pick) if n in taken), None):
                raise misfit(
                    f"Hunk {other} is named twice, for {taken[other]} and {where}",
                    "Name it in one place, or lines of it in each.",
                )
            taken |= dict.fromkeys(_numbers(pick), where)


_MANY = 1_000_000


def _numbers(pick: HunkPick) -> range:
    """The numbers of a pick; what is far beyond any hunk is refused elsewhere."""
    return range(pick.first, min(pick.last, pick.first + _MANY) + 1)


def _with_lines(
    group: GroupEntry, changes: Sequence[FileChange], known: Sequence[NumberedHunk]
) -> GroupEntry:
    return replace(group, files=(*group.files, *_files(group.hunks, changes, known)))


def _files(
    picks: Iterable[HunkPick],
    changes: Sequence[FileChange],
    known: Sequence[NumberedHunk],
) -> tuple[FileEntry, ...]:
    """File entries that take what is picked, one for each file."""
    found: dict[int, FileEntry] = {}
    for pick in picks:
        if pick.last > len(known):
            raise misfit(
                f"There is no hunk {pick.last}",
                f"The hunks are numbered from 1 to {len(known)}.",
            )
        for hunk in known[pick.first - 1 : pick.last]:
            change = changes[hunk.file]
            entry = found.get(hunk.file) or bare_entry(change)
            found[hunk.file] = _with_part(entry, hunk, pick, change)
    return tuple(found.values())


def _with_part(
    entry: FileEntry, found: NumberedHunk, pick: HunkPick, change: FileChange
) -> FileEntry:
    """The file entry with a hunk, some lines of it, or a fact taken, too."""
    if found.fact is not None:
        if not pick.is_whole:
            raise misfit(
                f"Hunk {found.number} is the {found.fact} of"
                f" {printable(change.path)} and has no lines",
                f'Name all of it: "hunks": [{found.number}].',
            )
        return replace(entry, facts=(*entry.facts, found.fact))
    assert found.hunk is not None
    removed, added = _picked(found, pick, found.hunk)
    return replace(
        entry, removed=(*entry.removed, *removed), added=(*entry.added, *added)
    )


def _picked(
    found: NumberedHunk, pick: HunkPick, hunk: Hunk
) -> tuple[list[Ends], list[Ends]]:
    """The lines of a hunk that are picked, as ranges in the old and the new file."""
    sides = []
    for side, span, ranges in (
        ("removed", hunk.old, pick.removed),
        ("added", hunk.new, pick.added),
    ):
        whole = [ends] if pick.is_whole and (ends := _ends(span)) else []
        for first, last in ranges:
            if last > len(span):
                raise misfit(
                    f"Hunk {found.number} has no {side} line {last}",
                    f"It has {quantity(len(span), f'{side} line')}.",
                )
            whole.append((span.start + first, span.start + last))
        sides.append(whole)
    return sides[0], sides[1]


HINT = "`gitsplit --dry-run --format json` writes a plan that fits."
"""What to do where nothing better is known."""


def misfit(what: str, hint: str = HINT) -> InvalidPlan:
    """The error that a plan doesn't fit its commits, for what doesn't."""
    return InvalidPlan(f"{what}, so the plan doesn't fit.", hint=hint)
