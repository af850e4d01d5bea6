"""Random ranges of commits, in which every awkward thing happens to few files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from random import Random

from tests.repository import Repository

from tools.stress.building import commit_text
from tools.stress.values import (
    EXECUTABLE,
    FILE,
    GITLINK,
    SYMLINK,
    Blob,
    Tree,
    split_lines,
)

_OPAQUE = b"c.opaque"
_PATHS = (b"a", b"b", b"d/e", b"d/\xe9 f", b"a/inside", b"g\n", _OPAQUE)
_WORDS = (b"a", b"b", b"c", b"f(a)", b"return a", b"x = 1", b"\xe9", b"}", b"")
_ENDS = (b"\n", b"\n", b"\n", b"\r\n")


@dataclass(frozen=True)
class Range:
    """The trees of a range, the one that it begins with first; and what is in it.

    Where ``is_root`` there is no commit for the first tree, which is empty.
    """

    trees: tuple[Tree, ...]
    kinds: tuple[str, ...]
    is_root: bool = False


@dataclass
class _Making:
    """A range being made: the tree as it is, and every content that there was.

    ``later`` is what is to happen in the commits that come, one after the other.
    """

    rng: Random
    tree: Tree
    past: dict[bytes, list[Blob]]
    later: list[Callable[["_Making"], None]]
    last: bytes = b""

    def path(self, is_wanted: Callable[[Blob], bool]) -> bytes | None:
        """A path at which there is such a thing; often the one written last."""
        last = self.tree.get(self.last)
        if last is not None and is_wanted(last) and self.rng.random() < 0.4:
            return self.last
        paths = sorted(path for path, blob in self.tree.items() if is_wanted(blob))
        return self.rng.choice(paths) if paths else None

    def free_path(self) -> bytes | None:
        """A path at which a file can be made, oftener one where there was one."""
        paths = [
            path
            for path in (*_PATHS, *self.past)
            if path not in self.tree and not _is_blocked(path, self.tree)
        ]
        return self.rng.choice(sorted(paths)) if paths else None

    def put(self, path: bytes, blob: Blob) -> None:
        self.tree[path], self.last = blob, path
        self.past.setdefault(path, []).append(blob)


def _is_blocked(path: bytes, tree: Tree) -> bool:
    parts = path.split(b"/")
    above = {b"/".join(parts[:depth]) for depth in range(1, len(parts))}
    return bool(above & tree.keys()) or any(p.startswith(path + b"/") for p in tree)


def _is_text(blob: Blob) -> bool:
    return blob.mode in (FILE, EXECUTABLE) and b"\0" not in blob.content


def _line(rng: Random) -> bytes:
    words = (rng.choice(_WORDS) for _ in range(rng.choice((1, 1, 2, 3))))
    number = b" %d" % rng.randrange(1000) if rng.random() < 0.5 else b""
    return b" ".join(words) + number + rng.choice(_ENDS)


def _text(rng: Random) -> bytes:
    content = b"".join(_line(rng) for _ in range(rng.choice((0, 1, 2, 5, 9, 20))))
    return content + (b"end" if rng.random() < 0.1 else b"")


def _anything(rng: Random) -> Blob:
    kind = rng.choice(("text", "text", "text", "binary", "link", "module"))
    if kind == "link":
        return Blob(SYMLINK, rng.choice((b"a", b"to/b", b"x\ny")))
    if kind == "module":
        return Blob(GITLINK, rng.choice((b"1", b"2", b"3")) * 40)
    mode = rng.choice((FILE, FILE, FILE, EXECUTABLE))
    if kind == "binary":
        return Blob(mode, b"\0" + rng.choice((b"x", b"y", b"a\nb\n")))
    return Blob(mode, _text(rng))


def _with_edits(rng: Random, content: bytes) -> bytes:
    """The content after one to three edits, most of them of lines edited before."""
    lines = split_lines(content)
    for _ in range(rng.choice((1, 1, 2, 3))):
        start = rng.randint(0, len(lines))
        stop = min(len(lines), start + rng.choice((0, 1, 1, 1, 2, 4)))
        new = [_line(rng) for _ in range(rng.choice((0, 0, 1, 2, 4)))]
        if rng.random() < 0.6:
            new += [x.rstrip(b"\r\n") + b" " + _line(rng) for x in lines[start:stop]]
            rng.shuffle(new)
        lines[start:stop] = new
    found = _content_of(lines)
    return found.removesuffix(b"\n") if rng.random() < 0.2 else found


def _edit(making: _Making) -> None:
    path = making.path(_is_text)
    if path is not None:
        blob = making.tree[path]
        making.put(path, Blob(blob.mode, _with_edits(making.rng, blob.content)))


def _go_back(making: _Making) -> None:
    """A file, or half of it, is what it was at some time before."""
    path = making.path(lambda _: True)
    if path is None:
        return
    blob = making.rng.choice(making.past[path])
    now = making.tree[path]
    if _is_text(blob) and _is_text(now) and making.rng.random() < 0.5:
        old, new = split_lines(now.content), split_lines(blob.content)
        at = making.rng.randint(0, min(len(old), len(new)))
        blob = Blob(blob.mode, b"".join([*new[:at], *old[at:]]))
    making.put(path, blob)


def _take_out(making: _Making) -> None:
    """Lines are taken out; put back in the next commit, and perhaps once more."""
    path = making.path(_is_text)
    if path is not None:
        blob = making.tree[path]
        lines = split_lines(blob.content)
        at = making.rng.randint(0, len(lines))
        del lines[at : at + making.rng.choice((1, 2, 3, 6))]
        making.put(path, Blob(blob.mode, b"".join(lines)))
        more = making.rng.choice(([], [_put_back], [_put_back, _take_out]))
        making.later += more


def _put_back(making: _Making) -> None:
    """Some lines are back that were there before, with or without others."""
    path = making.path(_is_text)
    if path is None:
        return
    now = making.tree[path]
    texts = [*filter(_is_text, making.past[path])]
    lines, old = map(split_lines, (now.content, making.rng.choice(texts).content))
    matcher = SequenceMatcher(None, lines, old, autojunk=False)
    for tag, at, _, start, stop in reversed(matcher.get_opcodes()):
        if tag == "insert" and making.rng.random() < 0.8:
            again = old[start:stop]
            if making.rng.random() < 0.2:
                del again[making.rng.choice((1, 2)) :]
                again += [_line(making.rng) for _ in range(making.rng.randint(1, 4))]
            if making.rng.random() < 0.4:
                again.insert(making.rng.randint(0, len(again)), _line(making.rng))
            lines[at:at] = again
    making.put(path, Blob(now.mode, _content_of(lines)))


def _content_of(lines: Sequence[bytes]) -> bytes:
    """The lines in one, each but the last with its end."""
    ended = (x if x.endswith(b"\n") else x + b"\n" for x in lines[:-1])
    return b"".join([*ended, *lines[-1:]])


def _create(making: _Making) -> None:
    path = making.free_path()
    if path is not None:
        past = making.past.get(path, [])
        again = past and making.rng.random() < 0.6
        making.put(path, making.rng.choice(past) if again else _anything(making.rng))


def _delete(making: _Making) -> None:
    path = making.path(lambda _: True)
    if path is not None:
        del making.tree[path]


def _rename(making: _Making) -> None:
    old = making.path(lambda _: True)
    if old is None:
        return
    blob = making.tree.pop(old)
    new = making.free_path() or old
    if _is_text(blob) and making.rng.random() < 0.4:
        blob = Blob(blob.mode, _with_edits(making.rng, blob.content))
    making.past.setdefault(new, []).extend(making.past[old])
    making.put(new, blob)


def _change_places(making: _Making) -> None:
    """Two files change places, at once."""
    one, two = making.path(lambda _: True), making.path(lambda _: True)
    if one is not None and two is not None:
        first, second = making.tree[one], making.tree[two]
        making.put(one, second)
        making.put(two, first)


def _change_places_slowly(making: _Making) -> None:
    """Two files begin to change places over a third path, in three commits."""
    for old, new in ((b"a", b"third"), (b"b", b"a"), (b"third", b"b")):
        making.later.append(partial(_move, old=old, new=new))


def _move(making: _Making, old: bytes, new: bytes) -> None:
    if old not in making.tree or new in making.tree:
        return
    blob = making.tree.pop(old)
    path = old if _is_blocked(new, making.tree) else new
    making.past.setdefault(path, []).extend(making.past[old])
    making.put(path, blob)


def _be_opaque_a_while(making: _Making) -> None:
    """A text has a path for a while where attributes call it binary."""
    if _OPAQUE not in making.tree and making.rng.random() < 0.5:
        making.put(_OPAQUE, Blob(FILE, _text(making.rng)))
    _move(making, b"b", _OPAQUE)
    more = [_edit] * making.rng.choice((0, 1))
    making.later += [*more, partial(_move, old=_OPAQUE, new=b"b"), _edit]


def _change_mode(making: _Making) -> None:
    path = making.path(lambda blob: blob.mode in (FILE, EXECUTABLE))
    if path is not None:
        blob = making.tree[path]
        making.put(path, Blob(FILE + EXECUTABLE - blob.mode, blob.content))


def _replace(making: _Making) -> None:
    """Something else is at the path: another type, another link, or anything."""
    path = making.path(lambda _: True)
    if path is not None:
        making.put(path, _anything(making.rng))


def _bump(making: _Making) -> None:
    path = making.path(lambda blob: blob.mode == GITLINK)
    if path is not None:
        making.put(path, Blob(GITLINK, making.rng.choice((b"1", b"2", b"3")) * 40))


def _make_or_end_binary(making: _Making) -> None:
    path = making.path(lambda blob: blob.mode in (FILE, EXECUTABLE))
    if path is not None:
        blob = making.tree[path]
        content = blob.content.replace(b"\0", b"")
        if content == blob.content:
            content = b"\0" + content
        making.put(path, Blob(blob.mode, content))


def _make_directory(making: _Making) -> None:
    path = making.path(lambda _: True)
    if path is not None:
        blob = making.tree.pop(path)
        making.put(path + b"/in", blob)


def _nothing(_: _Making) -> None:
    """An empty commit, where it is alone."""


KINDS: dict[str, tuple[Callable[[_Making], None], int]] = {
    "edit": (_edit, 14),
    "go back": (_go_back, 4),
    "take out": (_take_out, 4),
    "put back": (_put_back, 4),
    "create": (_create, 3),
    "delete": (_delete, 2),
    "rename": (_rename, 3),
    "change places": (_change_places, 1),
    "change places slowly": (_change_places_slowly, 1),
    "opaque a while": (_be_opaque_a_while, 1),
    "mode": (_change_mode, 2),
    "something else": (_replace, 2),
    "bump": (_bump, 2),
    "binary": (_make_or_end_binary, 2),
    "directory": (_make_directory, 1),
    "nothing": (_nothing, 1),
}
"""What may happen in a commit, and how often."""


def random_range(rng: Random) -> Range:
    """A range of one to eight commits over at most a few files."""
    making = _Making(rng, {}, {}, [])
    is_root = rng.random() < 0.1
    for _ in range(0 if is_root else rng.choice((1, 2, 3, 4))):
        _create(making)
    trees, kinds = [dict(making.tree)], []
    for _ in range(rng.choice((1, 2, 3, 3, 4, 5, 6, 8))):
        for _ in range(rng.choice((1, 1, 2, 3))):
            kinds.append(_something(making))
        if making.later:
            making.later.pop(0)(making)
        trees.append(dict(making.tree))
    return Range(tuple(trees), tuple(kinds), is_root)


def _something(making: _Making) -> str:
    weights = [weight for _, weight in KINDS.values()]
    (name,) = making.rng.choices([*KINDS], weights)
    KINDS[name][0](making)
    return name


@dataclass(frozen=True)
class BuiltRange:
    """A range in a repository: its commits, and the one before it, if there is one."""

    range: Range
    base: str | None
    commits: tuple[str, ...]


def build_ranges(
    path: Path, ranges: Sequence[Range]
) -> tuple[Repository, list[BuiltRange]]:
    """A new repository at ``path`` that has each range on a branch of its own."""
    path.mkdir(parents=True)
    repo = Repository(path)
    repo.git("init", "-q", "--initial-branch=range-0")
    (path / ".git" / "info").mkdir(exist_ok=True)
    (path / ".git" / "info" / "attributes").write_text("*.opaque -diff\n")
    marks = path / ".git" / "marks"
    stream = b"".join(_stream(ranges))
    repo.run("fast-import", "--quiet", f"--export-marks={marks}", stdin=stream)
    rows = (line.split() for line in marks.read_text().splitlines())
    oids = {int(mark[1:]): oid for mark, oid in rows}
    found, last = [], 0
    for each in ranges:
        first, last = last + 1, last + len(each.trees)
        base, *commits = (oids.get(mark) for mark in range(first, last + 1))
        made = tuple(oid for oid in commits if oid is not None)
        found.append(BuiltRange(each, base, made))
    return repo, found


def _stream(ranges: Sequence[Range]) -> Iterator[bytes]:
    mark = 0
    for number, each in enumerate(ranges):
        parent = None
        for place, tree in enumerate(each.trees):
            mark += 1
            if place or not each.is_root:
                yield from commit_text(f"range-{number}", mark, parent, tree)
                parent = mark
