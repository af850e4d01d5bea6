"""A plan in few lines, its hunks by numbers: for a comment or a page that carries it.

It means what the plan file by lines means. A file that has a content of its own stays
named by its lines, and so does a creation or deletion whose lines are in several
commits.
"""

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter

from msgspec.structs import replace

from gitsplit.model.diff import Fact
from gitsplit.model.escape import inert_json
from gitsplit.planfile.document import (
    CommitEntry,
    FileEntry,
    GroupEntry,
    LineRange,
    PlanDocument,
)
from gitsplit.planfile.dump import plan_value
from gitsplit.planfile.hunks import Ends, HunkEntry, HunkPick

_DEFAULTS: dict[str, object] = {
    **{"subject": "", "action": "pick", "reason": "", "owner": False},
    **{"files": [], "dropped": [], "hunks": [], "whole": False},
    **{"removed": [], "added": [], "facts": []},
}
"""What needn't be said, by its name."""


def compact_plan(document: PlanDocument) -> str:
    """The JSON text: a line for each new commit, and for each that isn't split.

    ``document`` lists the hunks of the commits that are split. Subjects are left out.
    """
    series = tuple(
        replace(_by_numbers(entry), subject=b"", hunks=()) for entry in document.series
    )
    value = plan_value(replace(document, series=series))
    head = {name: part for name, part in value.items() if name != "series"}
    values = value["series"]
    assert isinstance(values, list)
    lines = ",\n".join(map(_entry_lines, values))
    return inert_json(f'{_json(head)[:-1]},"series":[\n{lines}]}}\n')


def _entry_lines(entry: dict[str, object]) -> str:
    groups = entry.pop("groups", None)
    rest = _json(_without_defaults(entry))
    if not isinstance(groups, list):
        return rest
    lines = ",\n".join(_json(_without_defaults(group)) for group in groups)
    return f'{rest[:-1]},"groups":[\n{lines}]}}'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _without_defaults(value: object) -> object:
    if isinstance(value, list):
        return [_without_defaults(each) for each in value]
    if isinstance(value, dict):
        said = {name: _without_defaults(each) for name, each in value.items()}
        return {
            name: each
            for name, each in said.items()
            if name not in _DEFAULTS or each != _DEFAULTS[name]
        }
    return value


def _by_numbers(entry: CommitEntry) -> CommitEntry:
    """The entry with numbers in the place of lines, where they say the same."""
    named = [file for group in entry.groups for file in group.files] + [*entry.dropped]
    kept = {_key(file) for file in named if file.content is not None}
    numbered: dict[tuple[object, ...], list[HunkEntry]] = {}
    for hunk in entry.hunks:
        if _key(hunk) not in kept:
            numbered.setdefault(_key(hunk), []).append(hunk)

    def split(files: Sequence[FileEntry]) -> tuple[tuple[FileEntry, ...], list[Pick]]:
        left, picks = [], list[Pick]()
        for file in files:
            hunks = numbered.get(_key(file), [])
            left += [file] if not hunks else _facts_left(file, hunks)
            picks += [pick for hunk in hunks if (pick := _pick(file, hunk))]
        return tuple(left), picks

    def numbers(group: GroupEntry) -> GroupEntry:
        files, picks = split(group.files)
        return replace(group, files=files, hunks=(*group.hunks, *_joined(picks)))

    dropped, picks = split(entry.dropped)
    return replace(
        entry,
        groups=tuple(map(numbers, entry.groups)),
        dropped=dropped,
        dropped_hunks=(*entry.dropped_hunks, *_joined(picks)),
    )


Pick = HunkPick


def _key(named: FileEntry | HunkEntry) -> tuple[object, ...]:
    return named.commit, named.old_path, named.path


def _facts_left(file: FileEntry, hunks: Sequence[HunkEntry]) -> list[FileEntry]:
    """The entry for the facts that have no number, where lines don't imply them."""
    numbered = {hunk.fact for hunk in hunks}
    facts = tuple(fact for fact in file.facts if fact not in numbered)
    if file.whole or not facts:
        return []
    assert set(facts) <= {Fact.CREATE, Fact.DELETE}, "all other facts have numbers"
    bare = FileEntry(file.old_path, file.path, commit=file.commit)
    return [replace(bare, facts=facts)]


def _pick(file: FileEntry, hunk: HunkEntry) -> Pick | None:
    """What the file's entry takes of the hunk; None where that is nothing."""
    whole = HunkPick(hunk.number, hunk.number)
    if file.whole or (hunk.fact is not None and hunk.fact in file.facts):
        return whole
    removed = tuple(_common(file.removed, hunk.removed))
    added = tuple(_common(file.added, hunk.added))
    if not removed and not added:
        return None
    everything = ((1, _count(ends)),) if (ends := hunk.removed) else ()
    both = ((1, _count(ends)),) if (ends := hunk.added) else ()
    if (removed, added) == (everything, both):
        return whole
    return replace(whole, removed=removed, added=added)


def _count(ends: Ends) -> int:
    return ends[1] - ends[0] + 1


def _common(ranges: Sequence[LineRange], ends: Ends | None) -> Iterator[Ends]:
    """The lines of the ranges, in order, that a hunk has on one side.

    They are counted within it.
    """
    if ends is None:
        return
    for number in range(bisect_left(ranges, ends[0], key=itemgetter(1)), len(ranges)):
        first, last = ranges[number]
        if first > ends[1]:
            break
        start, stop = max(first, ends[0]), min(last, ends[1])
        yield start - ends[0] + 1, stop - ends[0] + 1


def _joined(picks: Sequence[Pick]) -> Iterator[Pick]:
    """The picks in order, whole hunks that follow each other as one."""
    ordered = sorted(picks, key=lambda pick: pick.first)
    starts = [True] + [
        not (a.is_whole and b.is_whole and a.last + 1 == b.first)
        for a, b in pairwise(ordered)
    ]
    run = 0
    numbers = [run := run + start for start in starts]
    for _, pairs in groupby(zip(numbers, ordered, strict=False), lambda pair: pair[0]):
        (_, first), *rest = pairs
        yield replace(first, last=rest[-1][1].last if rest else first.last)
