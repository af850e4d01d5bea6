"""What a plan means for a commit: the tree of each of its commits, naively.

Written from docs/plan-file.md alone, over what ``git diff`` says the commit did.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tools.stress.alignment import order
from tools.stress.patch import Delta, PatchHunk
from tools.stress.plans import path_of
from tools.stress.values import Blob, Json, Listing, Tree, listing, split_lines

DROPPED = 10**9
"""The group of what no commit takes: later than all."""


class RefusalExpected(Exception):
    """By the documented rules the plan is refused; the text is the reason."""


@dataclass
class FileMeaning:
    """Which group takes what of one file; lines are numbered from 0."""

    delta: Delta
    facts: dict[str, int] = field(default_factory=dict)
    old: dict[int, int] = field(default_factory=dict)
    new: dict[int, int] = field(default_factory=dict)

    @property
    def groups(self) -> set[int]:
        """Every group that takes something of the file."""
        return {*self.facts.values(), *self.old.values(), *self.new.values()}

    def groups_of(self, hunk: PatchHunk) -> set[int]:
        """The groups that take a line of the hunk; more than one where it is cut."""
        return {self.old[i] for i in hunk.old} | {self.new[j] for j in hunk.new}

    def facts_chosen(self, after: int) -> set[str]:
        return {fact for fact, group in self.facts.items() if group <= after}


def file_meanings(
    groups: Json, deltas: Sequence[Delta], dropped: Json = ()
) -> list[FileMeaning]:
    """What the groups of a plan file's entry, and DROPPED, take of each file."""
    named = [
        *(
            (n, entry)
            for n, group in enumerate(groups)
            for entry in _file_entries_of(group)
        ),
        *((DROPPED, entry) for entry in dropped),
    ]
    rest = next((n for n, group in enumerate(groups) if group.get("rest")), None)
    return [_file_meaning(named, rest, delta) for delta in deltas]


def _file_entries_of(group: Json) -> list[Json]:
    files: list[Json] = group.get("files", [])
    return files


def groups_taking(files: Sequence[FileMeaning]) -> set[int]:
    """The groups that take something."""
    return {group for file in files for group in file.groups} - {DROPPED}


def _file_meaning(
    named: Sequence[tuple[int, Json]], rest: int | None, delta: Delta
) -> FileMeaning:
    entries = [(number, entry) for number, entry in named if _is_for(entry, delta)]
    file = FileMeaning(delta)
    for number, entry in entries:
        _take(file, entry, number)
    _take_lines_left(file, rest)
    touching = {*dict(entries), *file.old.values(), *file.new.values()}
    for fact in delta.facts:
        if fact in file.facts:
            continue
        bound = max if fact == "delete" else min
        file.facts[fact] = bound(touching) if touching else _rest(rest)
    _see_to_existence(file)
    return file


def _take_lines_left(file: FileMeaning, rest: int | None) -> None:
    """The lines that nothing names are taken by the group that takes the rest."""
    for hunk in file.delta.hunks:
        for taken, lines in ((file.old, hunk.old), (file.new, hunk.new)):
            for line in lines:
                if line not in taken:
                    taken[line] = _rest(rest)


def _rest(rest: int | None) -> int:
    assert rest is not None, "the plans made here name everything or have a rest"
    return rest


def _is_for(entry: Json, delta: Delta) -> bool:
    old = delta.old.path if delta.old else None
    new = delta.new.path if delta.new else None
    return (path_of(entry["old_path"]), path_of(entry["path"])) == (old, new)


def _take(file: FileMeaning, entry: Json, group: int) -> None:
    if entry.get("whole"):
        file.facts = dict.fromkeys(file.delta.facts, group)
        for hunk in file.delta.hunks:
            file.old |= dict.fromkeys(hunk.old, group)
            file.new |= dict.fromkeys(hunk.new, group)
        return
    for first, last in entry.get("removed", ()):
        file.old |= dict.fromkeys(range(first - 1, last), group)
    for first, last in entry.get("added", ()):
        file.new |= dict.fromkeys(range(first - 1, last), group)
    file.facts |= dict.fromkeys(entry.get("facts", ()), group)


def _see_to_existence(file: FileMeaning) -> None:
    """A line of a new file brings its creation, one of a deleted file holds it back."""
    if "create" in file.facts:
        file.facts["create"] = min(file.groups)
    if "delete" in file.facts:
        file.facts["delete"] = max(file.groups)


def prefixes(
    files: Sequence[FileMeaning], before: Tree, after: Tree, commits: int
) -> list[Listing]:
    """The tree after each commit of the plan.

    Raises RefusalExpected where one would have two things at a path.
    """
    changed = {f.delta.old.path for f in files if f.delta.old}
    kept = {path: blob for path, blob in before.items() if path not in changed}
    found = []
    for number in range(commits):
        states = [
            state for file in files for state in _state(file, before, after, number)
        ]
        tree = kept | dict(states)
        if len(tree) < len(kept) + len(states) or any(files_above_others(tree)):
            raise RefusalExpected("a path taken twice")
        found.append(listing(tree))
    return found


def files_above_others(tree: Tree) -> Iterator[bytes]:
    """The files of a tree in which another file lies."""
    for path in tree:
        parts = path.split(b"/")
        for depth in range(1, len(parts)):
            if b"/".join(parts[:depth]) in tree:
                yield path


def _state(
    file: FileMeaning, before: Tree, after: Tree, commit: int
) -> Iterator[tuple[bytes, Blob]]:
    """Where the file is after the commit and what it is there, if it is."""
    delta = file.delta
    chosen = file.facts_chosen(commit)
    if (delta.old is None and "create" not in chosen) or "delete" in chosen:
        return
    old, new = delta.old or delta.new, delta.new or delta.old
    assert old is not None and new is not None
    was = before[delta.old.path].content if delta.old else b""
    becomes = after[delta.new.path].content if delta.new else b""
    if delta.hunks:
        content = _compose(file, was, becomes, commit)
    else:
        is_new = bool(chosen & {"create", "content", "type"})
        content = becomes if is_new else was
    path = new.path if "rename" in chosen else old.path
    mode = new.mode if chosen & {"mode", "type"} else old.mode
    yield path, Blob(mode, content)


def _compose(file: FileMeaning, was: bytes, becomes: bytes, commit: int) -> bytes:
    """The chosen lines; one without its end gets it where another line follows."""
    old, new = split_lines(was), split_lines(becomes)
    lines: list[bytes] = []
    at = 0
    for hunk in file.delta.hunks:
        lines += old[at : hunk.old.start]
        at = hunk.old.stop
        for side, place in _order(file, hunk, old, new):
            if side == "old" and file.old[place] > commit:
                lines.append(old[place])
            if side == "new" and file.new[place] <= commit:
                lines.append(new[place])
    lines += old[at:]
    for place, line in enumerate(lines[:-1]):
        if not line.endswith(b"\n"):
            lines[place] = line + b"\n"
    return b"".join(lines)


def _order(
    file: FileMeaning, hunk: PatchHunk, old: list[bytes], new: list[bytes]
) -> Iterator[tuple[str, int]]:
    """Every line of the hunk, side and number in its file, in the order of states."""
    if len(file.groups_of(hunk)) == 1:
        yield from (("old", i) for i in hunk.old)
        yield from (("new", j) for j in hunk.new)
        return
    removed = old[hunk.old.start : hunk.old.stop]
    added = new[hunk.new.start : hunk.new.stop]
    for side, place in order(tuple(removed), tuple(added)):
        yield side, place + (hunk.old if side == "old" else hunk.new).start
