"""A proposal's commits come in an order that holds, with as little moved as can be."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsplit.model.diff import FileChange, edits_of
from gitsplit.model.plan import Group, Plan
from gitsplit.proposal.arrangement import Arrangement, parts_that_hold
from gitsplit.proposal.commit_features import CommitFeatures
from gitsplit.proposal.names import EarlyUse, early_uses
from gitsplit.proposal.pieces import pieces_of
from gitsplit.proposal.propose import proposal
from gitsplit.proposal.syntax import broken_files
from tests.strategies import commits, modified

FILLER = b"".join(b"# %d\n" % n for n in range(40))


def features_of(*changes: FileChange) -> CommitFeatures:
    return CommitFeatures(changes, pieces_of(changes, edits_of(changes)).pieces)


def plan_of(changes: tuple[FileChange, ...], *group_of: int) -> Plan:
    """The plan that puts the edits, in order, into these groups."""
    groups = (Group(b"x\n"),) * (max(group_of) + 1)
    return Plan(changes, edits_of(changes), group_of, groups, (None,))


def edited(path: bytes, *pairs: tuple[bytes, bytes]) -> FileChange:
    """A file with these old texts far from each other, and what became of them."""
    old = FILLER.join(before for before, _ in pairs)
    return modified(old, FILLER.join(after for _, after in pairs), path)


NAMES = {
    "a function": (
        edited(b"a.py", (b"x\n", b"load(x)\n"), (b"", b"def load(y):\n    pass\n")),
        "load",
    ),
    "an import": (edited(b"a.py", (b"", b"import os\n"), (b"", b"os.exit()\n")), "os"),
    "one of an import's names": (
        edited(
            b"a.py",
            (b"from a import (\n)\n", b"from a import (\n    bc,\n)\n"),
            (b"", b"bc()\n"),
        ),
        "bc",
    ),
    "a local": (
        modified(
            b"func f() {\n\tg()\n\th()\n\treturn 1\n}\n",
            b"func f() {\n\tcount := 1\n\tg()\n\th()\n\treturn count\n}\n",
            b"a.go",
        ),
        "count",
    ),
    "a method of another file": (
        edited(b"a.js", (b"", b"function load() {}\n"), (b"", b"load()\n")),
        "load",
    ),
}


@pytest.mark.parametrize("kind", NAMES)
def test_a_name_is_used_before_it_comes(kind: str) -> None:
    change, name = NAMES[kind]
    first = 1 if kind == "a function" else 0
    group_of = (0, 1) if first == 1 else (1, 0)

    assert early_uses(plan_of((change,), *group_of)) == (EarlyUse(0, 1, name),)
    assert early_uses(plan_of((change,), *group_of[::-1])) == ()
    assert early_uses(plan_of((change,), 0, 0)) == ()


def test_a_name_goes_no_sooner_than_its_last_use() -> None:
    change = edited(b"a.py", (b"import os\n", b""), (b"os.exit()\n", b""))

    assert early_uses(plan_of((change,), 0, 1)) == (EarlyUse(0, 1, "os", True),)
    assert early_uses(plan_of((change,), 1, 0)) == ()


@pytest.mark.parametrize(
    "change",
    [
        edited(
            b"a.py", (b"load\n", b"load(load)\n"), (b"", b"def load():\n    pass\n")
        ),
        edited(b"a.py", (b"", b"# load it\n"), (b"", b"def load():\n    pass\n")),
        edited(b"a.md", (b"", b"load it\n"), (b"", b"def load():\n")),
        edited(
            b"a.py",
            (b"", b"def f(count):\n    return count\n"),
            (b"def g():\n    pass\n", b"def g():\n    count = 1\n    pass\n"),
        ),
    ],
    ids=["there before", "a comment", "prose", "of another function"],
)
def test_a_name_is_not_used_early(change: FileChange) -> None:
    assert early_uses(plan_of((change,), 0, 1)) == ()


def test_a_hunk_goes_along_where_a_file_could_not_be_parsed() -> None:
    body = b"".join(b"%d,\n" % n for n in range(30))
    change = modified(body, b"x = [\n" + body + b"]\n", b"a.py")
    other = modified(b"1\n", b"1\n2\n3\n4\n", b"b.py")
    commit = features_of(change, other)

    found = Arrangement(commit).settled(((0,), (1, 2)))
    assert found == ((0, 1), (2,))
    kept = Arrangement(commit).settled(((0,), (1, 2)), keeps_number=True)
    assert len(kept) == 2


def test_another_order_moves_nothing() -> None:
    change = edited(b"a.py", (b"", b"load(1)\n"), (b"", b"def load(y):\n    pass\n"))
    commit = features_of(change)

    assert Arrangement(commit).settled(((0,), (1,))) == ((1,), (0,))


def test_groups_are_joined_where_nothing_smaller_helps() -> None:
    body = b"".join(b"%d,\n" % n for n in range(30))
    commit = features_of(modified(body, b"x = [\n" + body + b"]\n", b"a.py"))

    assert Arrangement(commit).settled(((0,), (1,))) == ((0, 1),)
    assert len(Arrangement(commit).settled(((0,), (1,)), keeps_number=True)) == 2


def test_a_small_function_is_not_cut_below_its_head() -> None:
    code = b"def one(x):\n    return x + 1\n"
    for old in (b"x = 1\n", b"x = 1\n" * 3):
        plan = proposal((modified(old, old + code, b"a.py"),), b"Add one\n", at_least=2)

        assert broken_files(plan) == ()
        assert len(plan.groups) == 1


def test_where_a_number_is_asked_for_that_wins() -> None:
    code = b"def one(x):\n    return x + 1\n"
    plan = proposal((modified(b"x\n", b"x\n" + code, b"a.py"),), b"Add\n", commits=2)

    assert len(plan.groups) == 2
    assert broken_files(plan) != ()


def test_lines_are_parted_where_both_sides_can_be_parsed() -> None:
    code = b"def one(x):\n    x += 1\n    return x\n"
    change = modified(b"x\n", b"x\n" + code, b"a.py")
    plan = proposal((change,), b"Add one\n", commits=2)

    assert len(plan.groups) == 2
    assert broken_files(plan) == ()


@given(commits(), st.integers(1, 5))
def test_parts_are_all_of_the_edits(
    changes: tuple[FileChange, ...], number: int
) -> None:
    edits = edits_of(changes)
    number = min(number, max(1, len(edits)))
    parts = parts_that_hold(changes, edits, [0] * (len(edits) - 1), number)

    assert [edit for part in parts for edit in part] == [*edits]
    assert len(parts) == number or not edits


WORDS = st.lists(
    st.sampled_from(
        [b"import ab\n", b"ab()\n", b"def cd():\n", b"    cd()\n", b"ef = [\n", b"]\n"]
    ),
    max_size=6,
).map(b"".join)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4), st.randoms())
def test_settling_loses_no_piece_and_never_breaks_more(
    pairs: list[tuple[bytes, bytes]], dice: random.Random
) -> None:
    commit = features_of(edited(b"a.py", *pairs))
    homes = [dice.randrange(3) for _ in commit.pieces]
    groups = tuple(
        tuple(p for p, home in enumerate(homes) if home == group)
        for group in sorted(set(homes))
    )
    arranged = Arrangement(commit)
    found = arranged.settled(groups)

    assert sorted(p for group in found for p in group) == [*range(len(commit.pieces))]
    assert len(arranged.faults(found)) <= len(arranged.faults(groups))
    assert not arranged.faults(found)
