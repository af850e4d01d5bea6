"""Where the hunks of a sparse change are certain, they are git's."""

import random
from collections.abc import Callable

import pytest

from gitsplit.git import sparse_diff
from gitsplit.git.sparse_diff import sparse_hunks
from gitsplit.model.diff import Hunk, Span
from tests.git.test_diff import as_git_has_it
from tests.repository import Repository


def content(lines: list[bytes]) -> bytes:
    return b"".join(lines)


def numbered(count: int) -> list[bytes]:
    return [b"line %d\n" % number for number in range(count)]


def test_three_hunks_far_apart() -> None:
    old, new = numbered(1000), numbered(1000)
    new[5] = b"other\n"
    del new[400:402]
    new[800:800] = [b"more\n", b"still more\n"]

    assert sparse_hunks(content(old), content(new)) == (
        Hunk(Span(5, 6), Span(5, 6)),
        Hunk(Span(400, 402), Span(400, 400)),
        Hunk(Span(802, 802), Span(800, 802)),
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(numbered(900), [*numbered(900), b"line 3\n"], id="a line twice"),
        pytest.param(
            [b"{\n", *numbered(900), b"}\n", b"{\n"],
            [b"{\n", *numbered(900), b"}\n"],
            id="a line once less",
        ),
        pytest.param([b"a\n", b"b\n"], [b"b\n", b"a\n"], id="two lines in turns"),
        pytest.param(numbered(3), [*numbered(2), b"line 2"], id="the last newline"),
    ],
)
def test_nothing_is_certain_where_a_changed_line_is_on_both_sides(
    old: list[bytes], new: list[bytes]
) -> None:
    assert sparse_hunks(content(old), content(new)) is None


@pytest.mark.parametrize(("between", "is_certain"), [(200, False), (201, True)])
def test_changes_near_each_other_are_not_certain(
    between: int, is_certain: bool
) -> None:
    old = [b"x\n", *[b"}\n"] * between, b"y\n"]
    new = [b"1\n", *[b"}\n"] * between, b"2\n"]

    assert (sparse_hunks(content(old), content(new)) is not None) is is_certain


def test_a_long_change_is_not_certain() -> None:
    many = [b"new %d\n" % number for number in range(10_000)]
    old = numbered(600)

    assert sparse_hunks(content(old), content(old[:300] + many + old[300:])) is None


KINDS: dict[str, Callable[[int, random.Random], bytes]] = {
    "each line once": lambda number, chance: b"line %d\n" % number,
    "few lines often": lambda number, chance: b"line %d\n" % (number % 7),
    "one line": lambda number, chance: b"}\n",
    "long lines": lambda number, chance: b"%d " % number * chance.randrange(40) + b"\n",
}


def changed(lines: list[bytes], chance: random.Random) -> list[bytes]:
    """The lines with a few of them written anew, taken away, or others between."""
    new = list(lines)
    for number in range(chance.randrange(1, 4)):
        at = chance.randrange(len(new) + 1)
        gone = chance.choice([0, 0, 1, 2])
        others = [b"new %d\n" % number, b"new\n", lines[0]]
        come = chance.choices(others, (8, 4, 1), k=chance.randrange(3))
        new[at : at + gone] = come
    if chance.random() < 0.2:
        new[-1:] = [new[-1].removesuffix(b"\n")] if new else []
    return new


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_certain_is_what_git_finds(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(sparse_diff, "_BLOCK", 1 << 10)
    chance = random.Random(kind)
    sides: dict[str, tuple[bytes, bytes]] = {}
    for number in range(80):
        old = [KINDS[kind](n, chance) for n in range(chance.randrange(1, 2000))]
        sides[f"{number:02}"] = (content(old), content(changed(old, chance)))
    sides = {name: both for name, both in sides.items() if both[0] != both[1]}
    repo.commit("old", {name: old for name, (old, _) in sides.items()})
    repo.commit("new", {name: new for name, (_, new) in sides.items()})

    of_git = [hunks for _, _, hunks in as_git_has_it(repo, "HEAD~1", "HEAD")]
    found = [sparse_hunks(*both) for both in sides.values()]
    certain = [pair for pair in zip(found, of_git, strict=True) if pair[0] is not None]
    assert [ours for ours, _ in certain] == [theirs for _, theirs in certain]
    assert len(certain) > 8
