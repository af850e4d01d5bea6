"""What ``git add -p`` asks about a file, and the answers that stage one content of it.

Git shows the diff from the index to the file on disk; it asks about each hunk, and
after ``s`` about each run of changed lines by itself. The content that is wanted has
for each run what the index has (``n``), what the disk has (``y``), or something else:
then the hunk is edited (``e``), and the text is what the editor is to have.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import groupby

from msgspec import Struct

from gitsplit.model.lines import lines_of

_HEADER = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")

MOST_PLACES = 20_000
"""So many ways to read a content as the diff's lines are looked at."""

_MOST_STEPS = 100 * MOST_PLACES
"""So many steps from one to the next are."""

_MOST_ALIGNED = 4_000
"""Of an edited hunk with more lines, all old ones come before all new ones."""

Lines = tuple[bytes, ...]


class Run(Struct, frozen=True):
    """Changed lines that follow each other: those of the index, and those on disk."""

    old: Lines
    new: Lines


class ShownHunk(Struct, frozen=True):
    """A hunk as git shows it: unchanged lines and runs of changed ones, in turn.

    ``old_start`` and ``new_start`` are the first lines, as the header counts them.
    """

    old_start: int
    new_start: int
    parts: tuple[Lines | Run, ...]

    @property
    def runs(self) -> tuple[Run, ...]:
        """The changed lines, by runs."""
        return tuple(part for part in self.parts if isinstance(part, Run))

    @property
    def old(self) -> Lines:
        """All lines of the index in it."""
        return _side(self.parts, "old")

    @property
    def new(self) -> Lines:
        """All lines of the file in it."""
        return _side(self.parts, "new")


class Shown(Struct, frozen=True):
    """The diff of one file: whether its mode is asked about first, and the hunks."""

    has_mode: bool
    hunks: tuple[ShownHunk, ...]


class Answers(Struct, frozen=True):
    """The answers to the questions, and a text for each ``e`` among them."""

    keys: tuple[str, ...]
    texts: tuple[bytes, ...] = ()


def _side(parts: Sequence[Lines | Run], side: str) -> Lines:
    return tuple(
        line
        for part in parts
        for line in (getattr(part, side) if isinstance(part, Run) else part)
    )


def shown_diff(diff: bytes) -> Shown:
    """What ``git diff-files -p`` printed of one file."""
    lines = diff.split(b"\n")
    starts = [n for n, line in enumerate(lines) if _HEADER.match(line)]
    head = lines[: starts[0]] if starts else lines
    has_mode = any(line.startswith(b"old mode ") for line in head)
    return Shown(has_mode, tuple(_hunks(lines, starts[0] if starts else len(lines))))


def _hunks(lines: Sequence[bytes], at: int) -> Iterator[ShownHunk]:
    while at < len(lines) and (header := _HEADER.match(lines[at])):
        old_start, old, new_start, new = (int(n or 1) for n in header.groups())
        at, signed = _signed_lines(lines, at + 1, old, new)
        yield ShownHunk(old_start, new_start, tuple(_parts(signed)))


def _signed_lines(
    lines: Sequence[bytes], at: int, old: int, new: int
) -> tuple[int, list[tuple[bytes, bytes]]]:
    """So many lines of a hunk, each with its sign; and where the next one begins."""
    signed: list[tuple[bytes, bytes]] = []
    while old or new or lines[at].startswith(b"\\"):
        sign, line = lines[at][:1], lines[at][1:]
        at += 1
        if sign == b"\\":
            signed[-1] = (signed[-1][0], signed[-1][1].removesuffix(b"\n"))
            continue
        signed.append((sign, line + b"\n"))
        old -= sign != b"+"
        new -= sign != b"-"
    return at, signed


def _parts(signed: Sequence[tuple[bytes, bytes]]) -> Iterator[Lines | Run]:
    for is_same, found in groupby(signed, lambda each: each[0] == b" "):
        part = [*found]
        if is_same:
            yield tuple(line for _, line in part)
        else:
            yield Run(
                tuple(line for sign, line in part if sign == b"-"),
                tuple(line for sign, line in part if sign == b"+"),
            )


def answers_for(
    shown: Shown,
    index: bytes,
    wanted: bytes,
    *,
    takes_mode: bool = False,
    splits: bool = True,
) -> Answers | None:
    """The answers that stage ``wanted`` where the index has ``index``.

    ``splits`` allows ``s``; without it a hunk that isn't taken whole is edited whole.
    None where that content can't be had so.
    """
    old = tuple(lines_of(index))
    hunks = [hunk if splits else _uncut(hunk) for hunk in shown.hunks]
    chosen = _chosen_lines(_laid_out(old, hunks), tuple(lines_of(wanted)))
    if chosen is None:
        return None
    keys = ["y" if takes_mode else "n"] if shown.has_mode else []
    texts: list[bytes] = []
    at = 0
    for hunk in hunks:
        count = len(hunk.runs)
        own, own_texts = _hunk_answers(hunk, chosen[at : at + count])
        keys += own
        texts += own_texts
        at += count
    return Answers(_shortened(keys), tuple(texts))


def _uncut(hunk: ShownHunk) -> ShownHunk:
    """The hunk as one run."""
    return ShownHunk(hunk.old_start, hunk.new_start, (Run(hunk.old, hunk.new),))


def _laid_out(old: Lines, hunks: Sequence[ShownHunk]) -> Iterator[Lines | Run]:
    """All lines of the file: those that aren't shown, and the parts of the hunks."""
    at = 0
    for hunk in hunks:
        lines = hunk.old
        start = hunk.old_start - 1 if lines else hunk.old_start
        yield old[at:start]
        yield from hunk.parts
        at = start + len(lines)
    yield old[at:]


_Choice = tuple[int, int, "_Choice | None"]
"""Which lines stand in the place of a run, from the one up to the other.

And what was chosen for the runs before it.
"""

_Places = Mapping[int, tuple[int, _Choice | None]]
"""How many lines may have been read, each with the fewest edits for it."""


def _chosen_lines(
    parts: Iterator[Lines | Run], wanted: Lines
) -> tuple[Lines, ...] | None:
    """For each run the lines that ``wanted`` has in its place, with the fewest edits.

    None where unchanged lines aren't all there.
    """
    places: _Places = {0: (0, None)}
    left = _MOST_STEPS
    for part in parts:
        if isinstance(part, Run):
            left -= len(places) * (_most(part) + 1)
            places = _after_run(part, places, wanted) if left >= 0 else {}
        else:
            places = {
                at + len(part): reached
                for at, reached in places.items()
                if wanted[at : at + len(part)] == part
            }
        if len(places) > MOST_PLACES:
            return None
    if len(wanted) not in places:
        return None
    return tuple(wanted[span] for span in _in_order(places[len(wanted)][1]))


def _after_run(run: Run, places: _Places, wanted: Lines) -> _Places:
    """The lines of ``wanted`` up to which one may have come after the run."""
    found: dict[int, tuple[int, _Choice | None]] = {}
    for at, (edits, choice) in places.items():
        unedited = {
            at + len(side)
            for side in (run.old, run.new)
            if wanted[at : at + len(side)] == side
        }
        for stop in range(at, min(len(wanted), at + _most(run)) + 1):
            cost = edits + (stop not in unedited)
            if cost < found.get(stop, (cost + 1,))[0]:
                found[stop] = cost, (at, stop, choice)
    return found


def _most(run: Run) -> int:
    return len(run.old) + len(run.new)


def _in_order(choice: _Choice | None) -> Sequence[slice]:
    chosen: list[slice] = []
    while choice is not None:
        at, stop, choice = choice
        chosen.append(slice(at, stop))
    return chosen[::-1]


def _hunk_answers(
    hunk: ShownHunk, chosen: Sequence[Lines]
) -> tuple[list[str], list[bytes]]:
    """The answers about one hunk, and the texts for what is edited of it."""
    keys = [
        "y" if lines == run.new else "n" if lines == run.old else "e"
        for run, lines in zip(hunk.runs, chosen, strict=True)
    ]
    if len(keys) > 1 and len({*keys}) == 1 and keys[0] != "e":
        return keys[:1], []
    texts = [
        _edited(_piece(hunk, at), chosen[at])
        for at, key in enumerate(keys)
        if key == "e"
    ]
    return (keys if len(keys) == 1 else ["s", *keys]), texts


def _piece(hunk: ShownHunk, number: int) -> ShownHunk:
    """What git makes of one run after ``s``: with the unchanged lines around it."""
    at = [n for n, part in enumerate(hunk.parts) if isinstance(part, Run)][number]
    first = at - 1 if at and not isinstance(hunk.parts[at - 1], Run) else at
    before = hunk.parts[:first]
    return ShownHunk(
        hunk.old_start + len(_side(before, "old")),
        hunk.new_start + len(_side(before, "new")),
        hunk.parts[first : at + 2],
    )


def _edited(hunk: ShownHunk, lines: Lines) -> bytes:
    """The hunk as the editor is to have it, ``lines`` in the place of its one run."""
    before, after = _around(hunk)
    header = b"@@ -%s +%s @@\n" % (
        _range(hunk.old_start, len(hunk.old)),
        _range(hunk.new_start, len(hunk.new)),
    )
    return header + b"".join(_signed(hunk.old, (*before, *lines, *after)))


def _around(hunk: ShownHunk) -> tuple[Lines, Lines]:
    """The unchanged lines before and after the one run."""
    at = next(n for n, part in enumerate(hunk.parts) if isinstance(part, Run))
    return _side(hunk.parts[:at], "old"), _side(hunk.parts[at + 1 :], "old")


def _range(start: int, count: int) -> bytes:
    return b"%d" % start if count == 1 else b"%d,%d" % (start, count)


def _signed(old: Lines, new: Lines) -> Iterator[bytes]:
    """The lines of a patch from the ones to the others."""
    steps: Sequence[tuple[str, int, int, int, int]]
    steps = [("replace", 0, len(old), 0, len(new))]
    if len(old) + len(new) <= _MOST_ALIGNED:
        steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for kind, start, stop, new_start, new_stop in steps:
        if kind == "equal":
            yield from (_patch_line(b" ", line) for line in old[start:stop])
        else:
            yield from (_patch_line(b"-", line) for line in old[start:stop])
            yield from (_patch_line(b"+", line) for line in new[new_start:new_stop])


def _patch_line(sign: bytes, line: bytes) -> bytes:
    if line.endswith(b"\n"):
        return sign + line
    return sign + line + b"\n\\ No newline at end of file\n"


def _shortened(keys: Sequence[str]) -> tuple[str, ...]:
    """The answers, the last ones by one key where they are all the same."""
    for key, short in (("y", "a"), ("n", "q")):
        alike = len([*_last(keys, key)])
        if alike > 1:
            return (*keys[: len(keys) - alike], short)
    return tuple(keys)


def _last(keys: Sequence[str], key: str) -> Iterator[str]:
    for each in reversed(keys):
        if each != key:
            return
        yield each
