"""A file that can be parsed before and after a commit can be parsed between."""

import ast
import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsplit.model.diff import FileChange, TextEdit, edits_of, line_edits
from gitsplit.model.plan import DROPPED, Group, Plan
from gitsplit.model.states import states_in
from gitsplit.proposal.syntax import BrokenFile, broken_files
from tests.strategies import modified


def plan_of(change: FileChange, *group_of: int) -> Plan:
    """The plan that puts the edits of a file, in order, into these groups."""
    edits = edits_of((change,))
    number = max(g for g in group_of if g != DROPPED) + 1
    groups = (Group(b"x\n"),) * number
    return Plan((change,), edits, group_of, groups, (None,))


def wrapped(path: bytes, old: bytes, head: bytes, tail: bytes) -> FileChange:
    """A file whose lines are wrapped in two lines."""
    return modified(old, head + old + tail, path)


BROKEN = {
    b"a.py": wrapped(b"a.py", b"1,\n" * 5, b"x = [\n", b"]\n"),
    b"a.json": modified(
        b'{\n "a": 1,\n "c": [],\n "b": 2\n}\n',
        b'{\n "a": {"d": 1,\n "c": [],\n "b": 2}\n}\n',
        b"a.json",
    ),
    b"a.toml": wrapped(b"a.toml", b"\n# b\n", b"a = [\n", b"]\n"),
    b"a.xml": wrapped(b"a.xml", b"<a/>\n", b"<b>\n", b"</b>\n"),
    b"a.js": wrapped(b"a.js", b"f();\n", b"if (x) {\n", b"}\n"),
    b"a.sh": wrapped(b"a.sh", b"f\n", b"if x; then\n", b"fi\n"),
    b"a.go": wrapped(b"a.go", b"f()\n", b"if x {\n", b"}\n"),
}


@pytest.mark.parametrize("path", sorted(BROKEN))
def test_a_file_between_two_hunks_that_need_each_other_is_broken(path: bytes) -> None:
    change = BROKEN[path]

    assert broken_files(plan_of(change, 0, 1)) == (BrokenFile(0, 1, path),)
    assert broken_files(plan_of(change, 1, 0)) == (BrokenFile(0, 1, path),)
    assert broken_files(plan_of(change, 0, 0)) == ()


@pytest.mark.parametrize("path", sorted(BROKEN))
def test_a_file_whose_changes_are_all_left_out_is_as_it_was(path: bytes) -> None:
    change = BROKEN[path]
    edits = edits_of((change,))
    plan = Plan((change,), edits, (DROPPED,) * len(edits), (Group(b"x\n"),), (None,))

    assert broken_files(plan) == ()


def test_it_is_broken_until_a_commit_that_puts_it_right() -> None:
    change = BROKEN[b"a.py"]
    plan = plan_of(change, 0, 2)

    assert broken_files(plan) == (BrokenFile(0, 2, b"a.py"),)


def test_a_hunk_that_is_left_out_leaves_it_broken_to_the_end() -> None:
    plan = plan_of(BROKEN[b"a.py"], 0, DROPPED)

    assert broken_files(plan) == (BrokenFile(0, 1, b"a.py"),)


@pytest.mark.parametrize("path", [b"a.txt", b"a.md", b"README", b"a.yaml"])
def test_other_files_are_not_judged(path: bytes) -> None:
    assert broken_files(plan_of(wrapped(path, b"1\n", b"(\n", b")\n"), 0, 1)) == ()


def test_what_could_not_be_parsed_before_is_not_judged() -> None:
    change = modified(b"print 1\n2,\n", b"print 1\nx = [\n2,\n]\n", b"a.py")

    assert broken_files(plan_of(change, 0, 1)) == ()


def test_a_bare_head_of_a_function_is_broken() -> None:
    change = modified(b"x = 1\n", b"x = 1\ndef f():\n    return 1\n", b"a.py")
    (edit,) = edits_of((change,))
    assert isinstance(edit, TextEdit)
    head, body = line_edits(change, edit)
    groups = (Group(b"x\n"),) * 2
    plan = Plan((change,), (head, body), (0, 1), groups, (None,))

    assert broken_files(plan) == (BrokenFile(0, 1, b"a.py"),)


HOSTILE = {
    "nested": b"x = " + b"(" * 5000 + b")" * 5000 + b"\n",
    "signs": b"x = " + b"-" * 100_000 + b"1\n",
    "a nul byte": b"x = '\0'\n",
    "no UTF-8": b"x = '\xff'\n",
    "lambdas": b"x = " + b"lambda:" * 20_000 + b"1\n",
    "an escape that Python warns of": b"x = '\\d' is 1\n",
    "long": b"x = [\n" + b"1,\n" * 200_000 + b"]\n",
    "branches": b"if a: pass\n" + b"elif b: pass\n" * 20_000,
}


@pytest.mark.parametrize(
    ("name", "path"),
    [*product(HOSTILE, [b"a.py", b"a.json", b"a.toml", b"a.js"])],
)
def test_no_file_ends_the_program(
    name: str, path: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    line = HOSTILE[name]
    change = modified(b"1\n2\n", b"1\n" + line + b"2\n3\n", path)

    broken_files(plan_of(change, 0, 1))
    assert capfd.readouterr() == ("", "")


def test_no_entity_of_a_document_is_expanded() -> None:
    laughs = b"".join(
        b'<!ENTITY a%d "%s">\n' % (n + 1, b"&a%d;" % n * 10) for n in range(12)
    )
    head = b'<!DOCTYPE a [\n<!ENTITY a0 "ha">\n' + laughs + b"]>\n"
    change = modified(
        head + b"<a>\n&a12;\n</a>\n", head + b"<b><a>\n&a12;\n</a></b>\n", b"a.xml"
    )

    assert broken_files(plan_of(change, 0, 1)) == ()


def parses(content: bytes) -> bool:
    try:
        ast.parse(content)
    except SyntaxError:
        return False
    return True


LINES = [
    b"def f():\n",
    b"    x = 1\n",
    b"    if x:\n",
    b"        y()\n",
    b"@d\n",
    b"else:\n",
    b"z = (\n",
    b")\n",
    b"w = 2\n",
    b"\n",
    b"class A:\n",
]


@given(
    st.lists(st.sampled_from(LINES), max_size=8),
    st.lists(st.sampled_from(LINES), max_size=8),
    st.randoms(),
)
def test_python_is_judged_as_python_judges(
    old: list[bytes], new: list[bytes], dice: random.Random
) -> None:
    change = modified(b"".join(old), b"".join(new), b"a.py")
    edits = edits_of((change,))
    if len(edits) < 2:
        return
    group_of = tuple(dice.randrange(2) for _ in edits)
    plan = Plan((change,), edits, group_of, (Group(b"x\n"),) * 2, (None,))
    found = broken_files(plan)

    (state,) = states_in(plan, 0, (0,))
    assert state is not None and state.content is not None
    ends = parses(b"".join(old)) and parses(b"".join(new))
    assert bool(found) == (ends and not parses(state.content))
