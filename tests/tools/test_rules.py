"""The rules of others that proposals are compared with, each on a case of its own."""

import difflib

import pytest
from tools.bench import clusterchanges, smartcommit
from tools.bench.data import BenchCase, record_changes
from tools.bench.regions import FileSide, regions_of

Texts = dict[str, tuple[str, str]]
"""For each path the text before and after."""


def case(texts: Texts) -> BenchCase:
    """A commit that did this to its files."""
    files = [
        {
            "old_path": path,
            "new_path": path,
            "old": old,
            "new": new,
            "old_mode": "100644",
            "new_mode": "100644",
        }
        for path, (old, new) in texts.items()
    ]
    hunks = [[p, *numbers] for p, both in texts.items() for numbers in between(*both)]
    record = {"files": files, "hunks": hunks}
    return BenchCase(record, record_changes(record))


def between(old: str, new: str) -> list[tuple[int, int, int, int]]:
    """The numbers that ``git diff -U0`` heads its hunks with."""
    lines = old.splitlines(), new.splitlines()
    found = difflib.SequenceMatcher(None, *lines, autojunk=False).get_opcodes()
    return [
        (i + (i < j), j - i, k + (k < m), m - k)
        for kind, i, j, k, m in found
        if kind != "equal"
    ]


def together(groups: list[int]) -> list[list[int]]:
    """The numbers of the hunks of each group."""
    members: dict[int, list[int]] = {}
    for number, group in enumerate(groups):
        members.setdefault(group, []).append(number)
    return sorted(members.values())


@pytest.mark.parametrize(
    ("lines", "declared", "methods"),
    [
        (["def ladle():", "    pot = 1", "", "POT = 2"], {"ladle", "POT"}, set()),
        (["def ladle():", "    if x:", "", "        pot = 1"], {"ladle"}, {0}),
        (["class Ladle(Pot):", "    def dip(self):"], {"Ladle", "dip"}, {1}),
        (["int ladle(int a,", "          int b)", "{", "\tx();"], {"ladle"}, {0}),
        (["static struct pot *ladle(void)", "{", "out:", "\tx();"], {"ladle"}, {0}),
        (["static const char *names[] = {"], {"names"}, set()),
        (["public class Ladle {", "  private Pot pot;"], {"Ladle", "pot"}, set()),
        (["  Pot dip(Soup s) {", "    Pot pot = s.pot();"], {"dip"}, {0}),
        (["func (l *Ladle) Dip() error {", "\tpot := 1"], {"Dip"}, {0}),
        (["impl Ladle {", "    pub fn dip(&self) {"], {"dip"}, {1}),
        (["export const ladle = (soup) => {", "  dip(soup)"], {"ladle"}, {0}),
        (["describe('a ladle', () => {", "  it('dips', () => {"], set(), {1}),
        (["ladle() {", "    local pot=1"], {"ladle"}, {0}),
        (["  return ladle(soup)", "  if (soup) {"], set(), set()),
    ],
)
def test_what_lines_declare_and_the_last_stands_in_is_seen_in_many_languages(
    lines: list[str], declared: set[str], methods: set[int]
) -> None:
    side = FileSide("path", True, tuple(f"{line}\n" for line in lines))

    found = {first for _, _, first in side.methods([len(lines) - 1])}

    assert declared == side.names_declared()
    assert methods == found


def test_a_name_means_what_its_own_file_declares_else_what_one_other_does() -> None:
    regions = regions_of(
        case(
            {
                "a.py": ("", "both = 1\nonly = 2\n"),
                "b.py": ("both = 1\n", "both = 1\nprint(both, only)\n"),
                "c.py": ("", "print(both, only)\n"),
            }
        )
    )

    assert {("both", "b.py"), ("only", "a.py")} == regions[1].used
    assert {("only", "a.py")} == regions[2].used


DIPS = "def dip():\n    ladle()\n"
SOUP = "def soup():\n    "


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param(
            {
                "a.py": ("", "def ladle():\n    return 1\n"),
                "b.py": (SOUP + "pass\n", SOUP + "ladle()\n"),
                "c.py": (SOUP + "pass\n", SOUP + "return 3\n"),
            },
            [[0, 1], [2]],
            id="a declaration with its use",
        ),
        pytest.param(
            {
                "a.py": ("x = 1\ndef ladle(): pass\n", "x = 2\ndef ladle(): pass\n"),
                "b.py": (SOUP + "pass\n", SOUP + "ladle()\n"),
                "c.py": ("", DIPS),
            },
            [[0], [1, 2]],
            id="two uses of what a changed file declares",
        ),
        pytest.param(
            {
                "b.py": (SOUP + "pass\n", SOUP + "ladle()\n"),
                "c.py": ("", DIPS),
            },
            [[0], [1]],
            id="not two uses of what is declared elsewhere",
        ),
        pytest.param(
            {
                "a.py": (
                    "x = 1\n\n\ndef pot():\n    pass\n",
                    "x = 2\n\n\ndef pot():\n    pass\n\n\ndef ladle(): pass\n",
                ),
                "b.py": (SOUP + "pass\n", SOUP + "ladle()\n"),
            },
            [[0, 1, 2]],
            id="a trivial part with its neighbour",
        ),
    ],
)
def test_cluster_changes_puts_together(texts: Texts, expected: list[list[int]]) -> None:
    assert expected == together(clusterchanges.groups(regions_of(case(texts))))


def test_cluster_changes_relates_what_is_in_one_method() -> None:
    old = "def soup():\n    a()\n    b()\n    c()\n\n\ndef pot():\n    d()\n"
    new = old.replace("a()", "x()").replace("c()", "y()").replace("d()", "z()")
    first, second, other = regions_of(case({"a.py": (old, new)}))

    assert clusterchanges.are_related(first, second)
    assert not clusterchanges.are_related(second, other)
    assert clusterchanges.is_trivial([first, second])
    assert not clusterchanges.is_trivial([second, other])


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param(
            {
                "a.py": ("", "def ladle():\n    return 1\n"),
                "b.py": (SOUP + "pass\n", SOUP + "ladle()\n"),
                "c.py": (SOUP + "pass\n", SOUP + "return 3\n"),
            },
            [[0, 1], [2]],
            id="a declaration with its use",
        ),
        pytest.param(
            {
                "src/ladle.py": ("a = 1\n", "a = 2\n"),
                "src/pot.py": ("print(b)\n", "print(len(c), 3)\n"),
                "tests/test_ladle.py": ("assert x\n", "assert not y[0]\n"),
            },
            [[0, 2], [1]],
            id="a test with what it tests",
        ),
        pytest.param(
            {
                "a.py": ("open(path)\n", "open(path, mode='r', encoding='utf-8')\n"),
                "b.py": ("open(name)\n", "open(name, mode='r', encoding='utf-8')\n"),
                "c.py": ("print(b)\n", "sleep(b - 1)\n"),
            },
            [[0, 1], [2]],
            id="hunks that are alike",
        ),
        pytest.param(
            {
                "README.md": ("ladle\n", "ladles\n"),
                "a.py": ("x = 1\n", "x = 2\n"),
                "doc/b.rst": ("pot\n", "The pot boils.\n"),
                "c.yaml": ("pot: 1\n", "pot: 2\n"),
            },
            [[0, 2], [1], [3]],
            id="documentation, and configuration",
        ),
        pytest.param(
            {
                "a.py": ("x=1\n", "x = 1\n"),
                "b.py": ("print( ladle,pot )\n", "print(ladle, pot)\n"),
                "c.py": ("print(b)\n", "sleep(b - 1)\n"),
            },
            [[0, 1], [2]],
            id="white space alone",
        ),
        pytest.param(
            {
                "a.py": ("x = pot + 1\n", "x = kettle + 1\n"),
                "b.py": ("print(len(pot))\n", "print(len(kettle))\n"),
                "c.py": ("print(b)\n", "sleep(b - 1)\n"),
            },
            [[0, 1], [2]],
            id="a rename",
        ),
        pytest.param(
            {
                "a.py": ("for x in pots:\n    stir(x, 3)\n    taste(x)\n", ""),
                "b.py": (
                    "",
                    "    for x in pots:\n        stir(x, 3)\n        taste(x)\n",
                ),
                "c.py": ("print(b)\n", "sleep(b - 1)\n"),
            },
            [[0, 1], [2]],
            id="a block that moves",
        ),
        pytest.param(
            {
                "a.py": (
                    "x = 1\n\n\ndef pot():\n    pass\n",
                    "x = 2\n\n\ndef pot():\n    pass\n\n\ndef ladle(): pass\n",
                ),
                "b.py": (SOUP + "pass\n", SOUP + "ladle()\n"),
            },
            [[0, 1, 2]],
            id="what is left with its neighbour",
        ),
    ],
)
def test_smart_commit_puts_together(texts: Texts, expected: list[list[int]]) -> None:
    assert expected == together(smartcommit.groups(regions_of(case(texts))))


def test_smart_commit_drops_the_links_below_the_widest_gap() -> None:
    edges = {(0, 1): 1.0, (1, 2): 0.97, (2, 3): 0.85, (3, 4): 0.8}

    assert list(edges)[:2] == smartcommit.heaviest(edges)
    assert list(edges)[:1] == smartcommit.heaviest({(0, 1): 0.8})
