"""Commits, cuts and plans of every shape, as hypothesis strategies.

Lines are few and short, so that alignments tie. Hunks come from a small diff of our
own; tests that want git's take its.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.errors import ActionRefused, InvalidPlan
from gitsplit.model.diff import (
    File,
    FileChange,
    Hunk,
    Span,
    TextEdit,
    edits_around,
    edits_of,
    finer_edits,
)
from gitsplit.model.lines import lines_of
from gitsplit.model.objects import EXECUTABLE, FILE, GITLINK, SYMLINK, Oid, object_id
from gitsplit.model.plan import (
    DROPPED,
    Group,
    Plan,
    with_edits_assigned,
    with_edits_cut,
    with_files_for_lines,
    with_group,
    with_group_moved,
    with_groups_merged,
    with_message,
    without_empty_groups,
    without_group,
)
from gitsplit.model.weave import Thread
from gitsplit.proposal.commit_features import CommitFeatures
from gitsplit.proposal.pieces import pieces_of

_T = TypeVar("_T")

LINES = [
    b"\n",
    b"a\n",
    b"b\n",
    b"a b\n",
    b"a b c\n",
    b"f(a)\n",
    b"  f(a, b)\n",
    b"a\r\n",
    b"\r\n",
    b"\0\n",
    b"\xe9\x0ca\n",
]
SOURCE = [
    b"\n",
    b"import tea_kettle\n",
    b"# The kettle is hot.\n",
    b"def boil_water(kettle):\n",
    b"    return kettle.boil(100)\n",
    b"    return kettle.boil(99)\n",
    b"      return kettle.boil(99)\n",
    b"def pour(cup):\n",
    b"    boil_water(cup.kettle)\n",
    b"    pour_slowly(cup)\n",
    b"pour_slowly = pour\n",
    b"CUP_SIZE = 3\n",
    b"hot_tea = made_tea\n",
    b"made_tea = hot_tea\n",
    b"}\n",
]
SOURCE_PATHS = [
    b"README.md",
    b"docs/tea.md",
    b"src/cup.py",
    b"src/kettle.py",
    b"test_cup",
]
TAILS = [b"", b"", b"a", b"b", b"a b", b"\r"]


def side(
    path: bytes, content: bytes | None, mode: int = FILE, oid: Oid | None = None
) -> File:
    """One side of a file; a submodule has an ``oid`` in place of content."""
    if content is None:
        assert oid is not None
        return File(path, mode, oid, None)
    return File(path, mode, object_id("blob", content), content)


def hunks_between(old: bytes, new: bytes) -> tuple[Hunk, ...]:
    """The hunks without context between two contents, as difflib finds them."""
    matcher = SequenceMatcher(None, lines_of(old), lines_of(new), autojunk=False)
    return tuple(
        Hunk(Span(a, b), Span(c, d))
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    )


def text_change(old: File | None, new: File | None) -> FileChange:
    """The change of a file that has lines on each side where it is there."""
    contents = [s.content or b"" if s else b"" for s in (old, new)]
    return FileChange(old, new, hunks_between(*contents))


def alone(change: FileChange, number: int = 0) -> Thread:
    """The file whose only change this is, the one of that number in its commit."""
    return Thread((number,), (change,))


def modified(old: bytes, new: bytes, path: bytes = b"a") -> FileChange:
    """A file's content changed and nothing else."""
    return text_change(side(path, old), side(path, new))


@cache
def contents(max_lines: int = 7) -> st.SearchStrategy[bytes]:
    """Contents of few distinct lines, the last with or without its newline."""
    return st.builds(
        lambda lines, tail: b"".join(lines) + tail,
        st.lists(st.sampled_from(LINES), max_size=max_lines),
        st.sampled_from(TAILS),
    )


@cache
def _opaque_files(path: bytes) -> st.SearchStrategy[File]:
    """A binary file, a symlink or a submodule."""
    words = st.sampled_from([b"x", b"y", b"\0\xff"])
    return st.one_of(
        st.builds(
            lambda word, mode: side(path, b"\0" + word, mode),
            words,
            st.sampled_from([FILE, EXECUTABLE]),
        ),
        st.builds(lambda word: side(path, b"to/" + word, SYMLINK), words),
        st.builds(
            lambda digit: side(path, None, GITLINK, Oid(digit * 40)),
            st.sampled_from("12"),
        ),
    )


@cache
def _text_files(path: bytes) -> st.SearchStrategy[File]:
    modes = st.sampled_from([FILE, FILE, EXECUTABLE])
    return st.builds(lambda c, m: side(path, c, m), contents(), modes)


def _one_sided(change: FileChange, is_old: bool) -> FileChange:
    """The deletion of the old side, or the creation of the new one."""
    old, new = (change.old, None) if is_old else (None, change.new)
    if change.by_lines:
        return text_change(old, new)
    return FileChange(old, new, by_lines=False)


@cache
def file_change(
    old_path: bytes | None, new_path: bytes | None
) -> st.SearchStrategy[FileChange]:
    """One file changed in any way from one path to the other; None where it isn't."""
    if old_path is None or new_path is None:
        path = new_path or old_path
        assert path is not None
        both = st.builds(text_change, _text_files(path), _text_files(path))
        opaque = st.builds(
            lambda f: FileChange(f, f, by_lines=False), _opaque_files(path)
        )
        return (both | opaque).map(
            lambda change: _one_sided(change, old_path is not None)
        )
    text = st.builds(text_change, _text_files(old_path), _text_files(new_path))
    opaque = st.builds(
        lambda old, new: FileChange(old, new, by_lines=False),
        _opaque_files(old_path) | _text_files(old_path),
        _opaque_files(new_path),
    )
    return (text | text | opaque).filter(lambda c: len(edits_of([c])) > 0)


PATHS = [b"a", b"a/b", b"a/b/c", b"d", b"d/e", b"\xe9 f", b"g"]


def may_stand_together(paths: Iterable[bytes]) -> bool:
    """Whether one tree can have files at all these paths."""
    taken = list(paths)
    return len(set(taken)) == len(taken) and not any(
        there.startswith(path + b"/") for path in taken for there in taken
    )


@st.composite
def path_pairs(
    draw: st.DrawFn, most: int
) -> tuple[tuple[bytes | None, bytes | None], ...]:
    """Old and new path of each file that a commit changes, both trees valid."""
    maybe = st.none() | st.sampled_from(PATHS)
    pairs: list[tuple[bytes | None, bytes | None]] = []
    for _ in range(draw(st.integers(1, 2 * most))):
        new = draw(maybe)
        old = draw(st.just(new) | st.just(new) | maybe)
        both = [*pairs, (old, new)]
        olds = [o for o, _ in both if o is not None]
        news = [n for _, n in both if n is not None]
        if (old or new) and may_stand_together(olds) and may_stand_together(news):
            pairs = both[:most]
    gone = {old for old, new in pairs if new is None}
    made = {new for old, new in pairs if old is None}
    return tuple(p for p in pairs if not (gone & made and None in p)) or ((b"a",) * 2,)


@st.composite
def commits(draw: st.DrawFn, most: int = 4) -> tuple[FileChange, ...]:
    """What a commit did to some files, sorted by path."""
    pairs = draw(path_pairs(most))
    changes = [draw(file_change(old, new)) for old, new in pairs]
    return tuple(sorted(changes, key=lambda change: change.path))


def change_between(old: File | None, new: File | None) -> FileChange:
    """What leads from one side to the other, by lines where both have them."""
    if any(side is not None and _is_opaque(side) for side in (old, new)):
        return FileChange(old, new, by_lines=False)
    return text_change(old, new)


def _is_opaque(file: File) -> bool:
    is_binary = (file.content or b"").startswith((b"\0x", b"\0y", b"\0\0"))
    return file.mode in (SYMLINK, GITLINK) or is_binary


@cache
def _any_file(path: bytes) -> st.SearchStrategy[File]:
    """A file, mostly of lines."""
    return _often(_text_files(path), _opaque_files(path))


def _often(
    this: st.SearchStrategy[_T], other: st.SearchStrategy[_T], times: int = 5
) -> st.SearchStrategy[_T]:
    """Most times the one and else the other, which ``one_of`` can't say."""
    return st.integers(0, times).flatmap(lambda n: other if n == times else this)


@dataclass
class _RangeSoFar:
    """The files as they are, and every one that was ever at a path or is its own."""

    here: dict[bytes, File]
    past: list[File]

    def pairs(self, draw: st.DrawFn) -> list[tuple[File | None, File | None]]:
        """What a commit does to some of them, both of its trees valid."""
        found: list[tuple[File | None, File | None]] = []
        tree = dict(self.here)
        for _ in range(draw(st.sampled_from([1, 2, 3, 0]))):
            taken = {side.path for pair in found for side in pair if side}
            pair = self._pair(draw, taken)
            if pair is None:
                continue
            others = {path: f for path, f in tree.items() if f is not pair[0]}
            paths = [*others, *([pair[1].path] if pair[1] else [])]
            if may_stand_together(paths):
                found.append(pair)
                tree = others | ({pair[1].path: pair[1]} if pair[1] else {})
        self.here = tree
        self.past += [new for _, new in found if new is not None]
        return found

    def _pair(
        self, draw: st.DrawFn, taken: set[bytes]
    ) -> tuple[File | None, File | None] | None:
        """A file and what becomes of it; None where nothing does."""
        any_path = st.sampled_from(RANGE_PATHS)
        known = st.sampled_from(sorted(self.here) or RANGE_PATHS)
        path = draw(_often(known, any_path, 3))
        old = self.here.get(path)
        if path in taken:
            return None
        if old is not None and draw(st.integers(0, 8)) == 8:
            return old, None
        new = replace(draw(self._next(path)), path=path)
        if old is not None and draw(st.integers(0, 2)) == 2:
            to = draw(any_path)
            kept = draw(st.sampled_from([old, new]))
            new = kept if to in taken else replace(kept, path=to)
        return None if new == old else (old, new)

    def _next(self, path: bytes) -> st.SearchStrategy[File]:
        """What is at the path next: mostly other lines, or what was somewhere before.

        Now and then anything else, so that types and modes change.
        """
        old = self.here.get(path)
        if old is None or _is_opaque(old):
            return _often(
                _any_file(path), st.sampled_from([*self.past, side(path, b"")])
            )
        lines = _with_edits(old.content or b"").map(lambda c: side(path, c, old.mode))
        before = st.sampled_from([f for f in self.past if not _is_opaque(f)] or [old])
        return _often(lines | before, _any_file(path))


@st.composite
def _with_edits(draw: st.DrawFn, content: bytes) -> bytes:
    """The content with a run of lines taken out, put in or replaced, once or twice."""
    lines = [*lines_of(content)]
    for _ in range(draw(st.integers(1, 2))):
        start = draw(st.integers(0, len(lines)))
        stop = min(len(lines), start + draw(st.integers(0, 3)))
        lines[start:stop] = draw(st.lists(st.sampled_from(LINES), max_size=3))
    ended = (x if x.endswith(b"\n") else x + b"\n" for x in lines[:-1])
    return b"".join([*ended, *lines[-1:]])


RANGE_PATHS = [b"a", b"b", b"c", b"a/in"]


@st.composite
def ranges(draw: st.DrawFn, most: int = 5) -> tuple[FileChange, ...]:
    """What the commits of a range did to a few files, with all that may happen.

    Renames, deletions and re-creations, changes of mode and type, submodules, binary
    files that get lines and lose them, files that change places, what was there before
    again, and commits that do nothing.
    """
    paths = draw(st.sets(st.sampled_from(RANGE_PATHS[:3]), min_size=1))
    files = [draw(_any_file(path)) for path in sorted(paths)]
    so_far = _RangeSoFar({file.path: file for file in files}, files)
    found: list[FileChange] = []
    for commit in range(draw(st.sampled_from([*range(2, most + 1), 1]))):
        changes = [change_between(old, new) for old, new in so_far.pairs(draw)]
        changes.sort(key=lambda change: change.path)
        found += (replace(change, commit=commit) for change in changes)
    return tuple(found)


@st.composite
def source_commits(draw: st.DrawFn) -> tuple[FileChange, ...]:
    """What a commit did to some files of code, with names that were nowhere before."""
    known = draw(st.lists(st.sampled_from(SOURCE), min_size=1, max_size=4))
    old = st.lists(st.sampled_from(known), max_size=6).map(b"".join)
    new = st.lists(st.sampled_from(SOURCE), max_size=9).map(b"".join)
    paths = st.sampled_from(SOURCE_PATHS)
    chosen = draw(st.lists(paths, min_size=1, unique=True))
    changes = [modified(draw(old), draw(new), path) for path in sorted(chosen)]
    return tuple(c for c in changes if c.hunks) or (modified(b"", SOURCE[1]),)


def compared(
    changes: tuple[FileChange, ...], earlier: tuple[frozenset[bytes], ...] = ()
) -> CommitFeatures:
    """A commit with its pieces, ready to be compared, and what is known of others."""
    return CommitFeatures(
        changes, pieces_of(changes, edits_of(changes)).pieces, earlier
    )


def earlier_commits() -> st.SearchStrategy[tuple[frozenset[bytes], ...]]:
    """The paths that each of some earlier commits changed."""
    paths = st.sampled_from([*PATHS, *SOURCE_PATHS])
    return st.lists(st.frozensets(paths, max_size=4), max_size=6).map(tuple)


def small_texts() -> st.SearchStrategy[tuple[FileChange, ...]]:
    """One file of lines, changed; for laws that are expensive to check."""
    return (
        st.builds(modified, contents(5), contents(5))
        .filter(lambda change: len(change.hunks) > 0)
        .map(lambda change: (change,))
    )


@st.composite
def cut_plans(
    draw: st.DrawFn, changes: tuple[FileChange, ...], may_drop: bool = True
) -> Plan:
    """A plan whose edits are cut and assigned at random, some of them dropped."""
    number = draw(st.integers(1, 4))
    groups = tuple(Group(b"group %d\n" % n) for n in range(number))
    edits = edits_of(changes)
    owner = draw(st.none() | st.integers(0, number - 1))
    plan = Plan(changes, edits, (0,) * len(edits), groups, (owner,))
    for _ in range(draw(st.integers(0, 4))):
        plan = draw(cuts(plan))
    targets = [*range(number), *([DROPPED] if may_drop else [])]
    places = st.lists(
        st.sampled_from(targets), min_size=len(plan.edits), max_size=len(plan.edits)
    )
    return with_files_for_lines(replace(plan, group_of=tuple(draw(places))))


def plans(
    changes: st.SearchStrategy[tuple[FileChange, ...]], may_drop: bool = True
) -> st.SearchStrategy[Plan]:
    """A plan for any of these commits."""
    return changes.flatmap(lambda found: cut_plans(found, may_drop))


@st.composite
def cuts(draw: st.DrawFn, plan: Plan) -> Plan:
    """The plan with one of its text edits cut, finer or at any two places."""
    texts = [i for i, edit in enumerate(plan.edits) if isinstance(edit, TextEdit)]
    if not texts:
        return plan
    place = draw(st.sampled_from(texts))
    edit = plan.edits[place]
    assert isinstance(edit, TextEdit)
    if draw(st.booleans()):
        return with_edits_cut(plan, {place: finer_edits(plan.changes[edit.file], edit)})
    old, new = draw(_part_of(edit.old)), draw(_part_of(edit.new))
    return with_edits_cut(plan, {place: edits_around(edit, old, new)})


@cache
def _part_of(span: Span) -> st.SearchStrategy[Span]:
    """Any part of a span, and a bit beyond."""
    ends = st.integers(span.start, span.stop + 1)
    return st.tuples(ends, ends).map(lambda pair: Span(min(pair), max(pair)))


@st.composite
def operated(draw: st.DrawFn, plan: Plan, may_reword: bool = True) -> Plan:
    """The plan after one operation; as it was where that is refused."""
    any_group = st.integers(0, len(plan.groups) - 1)
    edits = st.sets(st.integers(0, len(plan.edits) - 1))
    target = any_group | st.just(DROPPED)
    operations: list[Callable[[], Plan]] = [
        lambda: with_edits_assigned(plan, draw(edits), draw(target)),
        lambda: with_edits_assigned(plan, draw(edits), draw(target)),
        lambda: draw(cuts(plan)),
        lambda: with_group(
            plan,
            draw(st.integers(0, len(plan.groups))),
            Group(b"more\n", is_proposed=not may_reword),
        ),
        lambda: without_group(plan, draw(any_group)),
        lambda: with_group_moved(plan, draw(any_group), draw(any_group)),
        lambda: with_groups_merged(plan, draw(any_group), draw(any_group)),
        lambda: without_empty_groups(plan),
    ]
    if may_reword:
        operations.append(lambda: with_message(plan, draw(any_group), b"reworded\n"))
    try:
        return draw(st.sampled_from(operations))()
    except (ActionRefused, InvalidPlan):
        return plan
