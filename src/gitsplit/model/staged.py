"""What becomes of the index when uncommitted work has become commits.

The user has staged some of that work, perhaps: lines and facts of what leads from HEAD
to the files. None of it is lost, and nothing that went into a commit is staged for
being taken back. It is decided for each file alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.model.content import joined_lines
from gitsplit.model.diff import File, FileChange, Hunk, TextEdit, hunk_order
from gitsplit.model.lines import lines_of
from gitsplit.model.objects import (
    EXECUTABLE,
    FILE,
    GITLINK,
    EntryUpdate,
    Oid,
    StagedEntry,
    TreeEntry,
    object_id,
    without_room,
)
from gitsplit.model.plan import DROPPED, Group, Plan
from gitsplit.model.states import path_collisions, states_in


class IndexAfterwards(Struct, frozen=True):
    """The entries of files in commits, and contents that they need which no commit has.

    Those that stay are among them, too. ``overwritten`` are paths at which something
    else was staged than what the files have, each with its id: it isn't staged any
    more.
    """

    updates: tuple[EntryUpdate, ...] = ()
    contents: tuple[bytes, ...] = ()
    overwritten: tuple[tuple[bytes, Oid], ...] = ()

    @property
    def blobs(self) -> tuple[Oid, ...]:
        """The blobs that the new entries name; a submodule has none."""
        changed = (each.new for each in self.updates if each.new != each.old)
        new = (entry for entry in changed if entry is not None)
        return tuple(entry.oid for entry in new if entry.mode != GITLINK)


_Sides = tuple[TreeEntry | None, TreeEntry | None]
"""What stands at a path before and after; None for nothing."""

_State = Mapping[bytes, TreeEntry]
"""What stands at the paths of files, as the index or a tree has it."""


def plan_of_uncommitted(plan: Plan) -> Plan:
    """The plan of the last commit of a range alone: what is in commits, as one."""
    last = len(plan.continued_by) - 1
    own = [at for at, change in enumerate(plan.changes) if change.commit == last]
    place = {number: at for at, number in enumerate(own)}
    pairs = [
        (replace(edit, file=place[edit.file]), DROPPED if group == DROPPED else 0)
        for edit, group in zip(plan.edits, plan.group_of, strict=True)
        if edit.file in place
    ]
    return Plan(
        tuple(replace(plan.changes[number], commit=0) for number in own),
        tuple(edit for edit, _ in pairs),
        tuple(group for _, group in pairs),
        (Group(b""),),
        (None,),
    )


def index_unchanged(plan: Plan, staged: Mapping[bytes, StagedEntry]) -> IndexAfterwards:
    """What becomes of the index where what is staged was split: it is as it was."""
    entries = ((path, staged.get(path)) for path in _paths_of(plan))
    return IndexAfterwards(tuple(EntryUpdate(p, entry, entry) for p, entry in entries))


def index_afterwards(
    plan: Plan,
    staged: Mapping[bytes, StagedEntry],
    read: Callable[[Oid], bytes],
    in_head: Mapping[bytes, _Sides] | None = None,
) -> IndexAfterwards:
    """What becomes of the index when the commits of the plan stand on HEAD.

    The plan is that of what leads from HEAD to the files; ``staged`` are the entries at
    its paths, of which ``read`` gives contents. An entry stays where no commit has
    anything of its file, and where all of that was staged. Where nothing was, it is
    that of the last commit; where a part was, what was staged and what is in commits,
    together. Where what was staged is no part of it, it is that of the last commit.

    Where other commits change, too, ``in_head`` has what HEAD's tree had and will have,
    at the paths where that differs. Of a file that only they change an entry that was
    HEAD's is so again.
    """
    files = _files_afterwards(plan, staged, read, in_head)
    updates, overwritten = [*files.updates], [*files.overwritten]
    own = _paths_of(plan)
    others = {p: sides for p, sides in (in_head or {}).items() if p not in own}
    updates += _following_head(staged, others)
    for path, alone in _in_the_way(updates, staged):
        updates.append(EntryUpdate(path, alone, None))
        overwritten += [(path, alone.oid)] * (alone.in_tree is not None)
    return replace(files, updates=tuple(updates), overwritten=tuple(overwritten))


def _paths_of(plan: Plan) -> Mapping[bytes, None]:
    """The paths that the plan's files have on either side, each once."""
    sides = (side for change in plan.changes for side in (change.old, change.new))
    return dict.fromkeys(side.path for side in sides if side is not None)


def _files_afterwards(
    plan: Plan,
    staged: Mapping[bytes, StagedEntry],
    read: Callable[[Oid], bytes],
    in_head: Mapping[bytes, _Sides] | None,
) -> IndexAfterwards:
    """What becomes of the index at the paths of the plan."""
    updates: list[EntryUpdate] = []
    contents: list[bytes] = []
    overwritten: list[tuple[bytes, Oid]] = []
    for numbers in _files_by_path(plan):
        found = _Files(plan, numbers, staged, in_head)
        after, made = found.afterwards(read)
        contents += [] if made is None else [made]
        for path in found.paths:
            old, entry = staged.get(path), after.get(path)
            if found.index.get(path) == entry:
                updates += [EntryUpdate(path, old, old)] * found.is_in_commits
                continue
            updates.append(EntryUpdate(path, old, _staged(entry)))
            if old is not None and made is None and found.is_lost(old):
                overwritten.append((path, old.oid))
    return IndexAfterwards(tuple(updates), tuple(contents), tuple(overwritten))


def _in_the_way(
    updates: Sequence[EntryUpdate], staged: Mapping[bytes, StagedEntry]
) -> Iterator[tuple[bytes, StagedEntry]]:
    """What was staged alone, in a directory where a file comes, or the other way."""
    made = {each.path for each in updates if each.new is not None}
    known = {each.path for each in updates}
    for path in without_room(staged, made):
        if path not in known:
            yield path, staged[path]


def _following_head(
    staged: Mapping[bytes, StagedEntry], in_head: Mapping[bytes, _Sides]
) -> Iterator[EntryUpdate]:
    """The entries that are HEAD's, at paths where HEAD has something else then."""
    for path, (before, after) in in_head.items():
        old = staged.get(path)
        if (old.in_tree if old else None) == before:
            yield EntryUpdate(path, old, _staged(after))


def _staged(entry: TreeEntry | None) -> StagedEntry | None:
    return None if entry is None else StagedEntry(entry.mode, entry.oid)


def _files_by_path(plan: Plan) -> list[list[int]]:
    """The numbers of the changes, those together that are about the same paths."""
    found: dict[int, list[int]] = {}
    for number, first in enumerate(path_collisions(plan.changes)):
        found.setdefault(first, []).append(number)
    return [*found.values()]


def _state(files: Iterable[File | None]) -> _State:
    there = (file for file in files if file is not None)
    return {file.path: TreeEntry(file.mode, file.oid) for file in there}


class _Files:
    """Files that share paths, mostly one, as HEAD, the index and so on have them."""

    def __init__(
        self,
        plan: Plan,
        numbers: Sequence[int],
        staged: Mapping[bytes, StagedEntry],
        in_head: Mapping[bytes, _Sides] | None,
    ) -> None:
        self._plan = plan
        self._number = numbers[0] if len(numbers) == 1 else None
        changes = [plan.changes[number] for number in numbers]
        sides = [(change.old, change.new) for change in changes]
        every = [side for pair in sides for side in pair if side is not None]
        self.paths = tuple(dict.fromkeys(side.path for side in every))
        self._known = {side.oid for side in every}
        self._head = _state(old for old, _ in sides)
        self._snapshot = _state(new for _, new in sides)
        last = (len(plan.groups) - 1,)
        self._made = [states_in(plan, number, last)[0] for number in numbers]
        self._committed = _state(self._made)
        if in_head is not None:
            now = {path: in_head[path][1] for path in self.paths if path in in_head}
            after = {**self._head, **now}
            self._committed = {path: entry for path, entry in after.items() if entry}
        there = {path: staged[path] for path in self.paths if path in staged}
        listed = {path: entry.in_tree for path, entry in there.items()}
        self.index = {path: entry for path, entry in listed.items() if entry}

    @property
    def is_in_commits(self) -> bool:
        """Whether a commit takes anything of them."""
        return self._committed != self._head

    def afterwards(self, read: Callable[[Oid], bytes]) -> tuple[_State, bytes | None]:
        """The entries afterwards, and the content made for them, if any."""
        if not self.is_in_commits or self.index == self._snapshot:
            return self.index, None
        if self.index not in (self._head, self._committed):
            both = self._joined(read)
            if both is not None:
                return _state([both]), both.content
        return self._committed, None

    def is_lost(self, old: StagedEntry) -> bool:
        """Whether what was staged is to be had from neither side of the change."""
        return old.in_tree is not None and old.oid not in self._known

    def _joined(self, read: Callable[[Oid], bytes]) -> File | None:
        """What is staged and what is in commits, as one file; None where that fails.

        So it is where what is staged is no part of the change, and with what was
        written by hand.
        """
        if self._number is None or len(self.index) != 1 or self._made[0] is None:
            return None
        if self._committed != _state(self._made):
            return None  # other commits have changed the file, too
        last = len(self._plan.groups) - 1
        if any((o.file, o.group) == (self._number, last) for o in self._plan.overrides):
            return None
        ((path, entry),) = self.index.items()
        staged = File(path, entry.mode, entry.oid, None)
        return _union(self._plan, self._number, staged, self._made[0], read)


def _union(
    plan: Plan,
    number: int,
    staged: File,
    committed: File,
    read: Callable[[Oid], bytes],
) -> File | None:
    """What is staged of a change, and what is in commits, together."""
    change = plan.changes[number]
    old, new = change.old or change.new, change.new or change.old
    assert old is not None and new is not None, "a change has a side"
    # A new file has no other mode than that which it is made with.
    is_made = change.old is None and {staged.mode, new.mode} <= {FILE, EXECUTABLE}
    if staged.mode not in (old.mode, new.mode) and not is_made:
        return None
    path = new.path if new.path in (staged.path, committed.path) else old.path
    mode = new.mode if new.mode in (staged.mode, committed.mode) else old.mode
    if not change.by_lines:
        if staged.oid not in (old.oid, new.oid):
            return None
        oid = new.oid if new.oid in (staged.oid, committed.oid) else old.oid
        return File(path, mode, oid, None)
    rows = _rows(plan, number)
    content = read(staged.oid)
    chosen = _chosen(rows, content)
    if chosen is None:
        chosen = _chosen(_with_old_lines_first(rows), content)
    if chosen is None:
        return None
    text = joined_lines(tuple(_lines_with(rows, chosen)))
    return File(path, mode, object_id("blob", text), text)


class _Row(NamedTuple):
    """A line that not all states of a file have.

    ``number`` counts the old lines, or the new ones, of the file. An old line that is
    in commits is gone in them, a new one is there.
    """

    is_old: bool
    number: int
    line: bytes
    is_in_commits: bool


class _Rows(NamedTuple):
    """The lines that all states have, and after these the ones that not all have."""

    common: tuple[bytes, ...]
    rows: tuple[_Row, ...]


def _rows(plan: Plan, number: int) -> tuple[_Rows, ...]:
    """The lines of a file's change, in the order in which every state has them."""
    change = plan.changes[number]
    in_commits: tuple[set[int], set[int]] = (set(), set())
    for edit, group in plan.of_file(number):
        if group != DROPPED and isinstance(edit, TextEdit):
            in_commits[0].update(edit.old.numbers)
            in_commits[1].update(edit.new.numbers)
    found: list[_Rows] = []
    at = 0
    for hunk in change.hunks:
        common = change.old_lines[at : hunk.old.start]
        found.append(_Rows(common, tuple(_hunk_rows(change, hunk, in_commits))))
        at = hunk.old.stop
    return (*found, _Rows(change.old_lines[at : len(change.old_lines)], ()))


def _hunk_rows(
    change: FileChange, hunk: Hunk, in_commits: tuple[set[int], set[int]]
) -> Iterator[_Row]:
    for side, place in hunk_order(change, hunk):
        is_old = side == "old"
        at = (hunk.old if is_old else hunk.new).start + place
        line = (change.old_lines if is_old else change.new_lines)[at]
        yield _Row(is_old, at, line, at in in_commits[0 if is_old else 1])


def _with_old_lines_first(rows: Sequence[_Rows]) -> tuple[_Rows, ...]:
    """The lines as a patch has them: of each hunk the old ones, then the new ones."""
    return tuple(
        _Rows(each.common, tuple(sorted(each.rows, key=lambda row: not row.is_old)))
        for each in rows
    )


_Choice = set[tuple[bool, int]]
"""Which of the lines that not all states have are there: old or new, and its number."""


def _chosen(rows: Sequence[_Rows], content: bytes) -> _Choice | None:
    """Which lines make that content; None where none do. The first that fit."""
    lines = lines_of(content)
    reached: list[dict[int, tuple[int, int]]] = [{0: (0, 0)}]
    for number, each in enumerate(rows):
        is_last = number == len(rows) - 1
        # Where the common lines end, with where they began and the rows before did.
        begun = {
            at + len(each.common): at
            for at in reached[-1]
            if lines[at : at + len(each.common)] == each.common
        }
        ends: dict[int, tuple[int, int]] = {}
        after = rows[number + 1].common[:1] if not is_last else ()
        for start, at in begun.items():
            most = start + len(_matched(each.rows, lines, start, len(lines)))
            for end in range(start, most + 1):
                if not after or lines[end : end + 1] == after:
                    ends.setdefault(end, (at, start))
        reached.append(ends)
    if len(lines) not in reached[-1]:
        return None
    found: _Choice = set()
    end = len(lines)
    for number in range(len(rows), 0, -1):
        at, start = reached[number][end]
        found |= set(_matched(rows[number - 1].rows, lines, start, end))
        end = at
    return found


def _matched(
    rows: Sequence[_Row], lines: Sequence[bytes], start: int, stop: int
) -> list[tuple[bool, int]]:
    """The rows that the lines from ``start`` on are, as far as they go."""
    found: list[tuple[bool, int]] = []
    for row in rows:
        if start + len(found) >= stop:
            break
        # One that lacks its end has got it where others follow it.
        if lines[start + len(found)] in (row.line, row.line + b"\n"):
            found.append((row.is_old, row.number))
    return found


def _lines_with(rows: Sequence[_Rows], staged: _Choice) -> Iterator[bytes]:
    """The lines of what is staged together with what is in commits."""
    for each in rows:
        yield from each.common
        for row in each.rows:
            is_there = (row.is_old, row.number) in staged
            if row.is_old:
                is_there = is_there and not row.is_in_commits
            else:
                is_there = is_there or row.is_in_commits
            if is_there:
                yield row.line
