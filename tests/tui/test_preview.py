"""A commit as reviewers will see it, against git's diff between the two states."""

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from prompt_toolkit.formatted_text.utils import fragment_list_to_text

from gitsplit.core.content import file_after
from gitsplit.core.edits import TextEdit, line_edits
from gitsplit.core.plan import DROPPED, Plan, cut
from gitsplit.core.states import file_assignments
from gitsplit.tui.cells import row_cells
from gitsplit.tui.preview import Previews, path_after
from gitsplit.tui.rows import RowKind, Table
from tests.tui.builder import change_of, file_of, plan_of

WIDE = 200


def texts(rows: Table, plan: Plan) -> list[str]:
    """The rows as git would print them."""
    return [
        fragment_list_to_text(row_cells(plan.changes, rows[n], WIDE)).rstrip()
        for n in range(len(rows))
    ]


def hunk_texts(plan: Plan, group: int) -> list[str]:
    """The rows of hunks only."""
    rows = Previews().rows(plan, group)
    others = (RowKind.FILE, RowKind.FACT, RowKind.BLANK)
    kinds = [rows[n].kind for n in range(len(rows))]
    return [
        text
        for text, kind in zip(texts(rows, plan), kinds, strict=True)
        if kind not in others
    ]


def content_after(plan: Plan, group: int) -> bytes:
    """The content of the plan's only file after a commit; empty where it isn't."""
    state = file_after(plan.changes[0], file_assignments(plan).get(0, ()), group)
    return (state and state.content) or b""


def git_diff(before: bytes, after: bytes) -> list[str]:
    """The hunks that git shows between two contents."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "a").write_bytes(before)
        Path(directory, "b").write_bytes(after)
        done = subprocess.run(
            ["git", "diff", "--no-index", "--no-color", "-U3", "a", "b"],
            cwd=directory,
            capture_output=True,
            check=False,
        )
    lines = done.stdout.decode().splitlines()
    first = next((i for i, line in enumerate(lines) if line[:2] == "@@"), len(lines))
    return [line.rstrip() for line in lines[first:]]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan of one file, some hunks cut into lines, every line of it unlike others.

    Then there is one shortest diff between any two states, and it must be git's.
    """
    indents = st.sampled_from([*["    ", "7 "] * 4, "", "_"])
    runs = st.lists(
        st.sampled_from(["=" * 9, "=" * 7, "=" * 6, "==", "-", "+", "~", "~~~"]),
        max_size=14,
    )
    old, new = [], []
    for number, fate in enumerate("".join(draw(runs))):
        text = f"{draw(indents)}line {number}\n"
        old += [text] if fate in "=-~" else []
        new += [text] if fate in "=+" else []
        new += [f"{draw(indents)}changed {number}\n"] if fate == "~" else []
    plan = plan_of({"f": ("".join(old), "".join(new))}, groups=3)
    for place in reversed(range(len(plan.edits))):
        edit = plan.edits[place]
        if isinstance(edit, TextEdit) and draw(st.booleans()):
            plan = cut(plan, place, line_edits(plan.changes[0], edit))
    groups = st.sampled_from([0, 1, 1, 2, DROPPED])
    return replace(plan, group_of=tuple(draw(groups) for _ in plan.edits))


@given(plans(), st.sampled_from([1, 0, 2]))
@settings(deadline=None, max_examples=150)
def test_the_hunks_are_those_of_git_diff_between_the_two_states(
    plan: Plan, group: int
) -> None:
    before, after = content_after(plan, group - 1), content_after(plan, group)

    assert hunk_texts(plan, group) == git_diff(before, after)


def test_a_function_is_found_in_the_hunk_before() -> None:
    old = "def f():\n    a\n" + "    same\n" * 12 + "    b\n"
    new = old.replace(" a", " A").replace(" b", " B")
    plan = plan_of({"f": (old, new)}, groups=1)

    assert hunk_texts(plan, 0) == git_diff(old.encode(), new.encode())
    assert "@@ -12,4 +12,4 @@ def f():" in hunk_texts(plan, 0)


def test_a_new_file_that_comes_in_two_commits_grows_in_the_second() -> None:
    plan = plan_of({"f": (None, "one\ntwo\nthree\n")})
    text = plan.edits[1]
    assert isinstance(text, TextEdit)
    plan = cut(plan, 1, line_edits(plan.changes[0], text))
    plan = replace(plan, group_of=(0, 0, 1, 0))

    assert texts(Previews().rows(plan, 0), plan)[1:] == [
        " new file",
        "@@ -0,0 +1,2 @@",
        "+one",
        "+three",
    ]
    assert texts(Previews().rows(plan, 1), plan)[1:] == [
        "@@ -1,2 +1,3 @@",
        " one",
        "+two",
        " three",
    ]


def test_a_file_that_a_commit_leaves_alone_is_not_shown() -> None:
    plan = plan_of({"f": ("a\n", "b\n"), "g": ("c\n", "d\n")}, group_of=[0, 1])

    files = [s.file for s in Previews().rows(plan, 1).segments]

    assert set(files) == {1}
    assert len(Previews().rows(replace(plan, group_of=(0, 0)), 1)) == 0


def test_before_its_rename_a_file_is_shown_under_its_old_path() -> None:
    change = change_of("old", ("a\nb\nc\nd\n", "a\nb\nc\nD\n"))
    renamed = replace(change, new=file_of("new", "a\nb\nc\nD\n"))
    plan = plan_of({"new": renamed}, group_of=[1, 0])

    assert [path_after(plan, 0, group) for group in (0, 1)] == [b"old", b"new"]


@st.composite
def walks(draw: st.DrawFn) -> Iterator[Plan]:
    """A plan of two files, then others that assign its edits differently."""
    files = {"a": ("1\n2\n3\n4\n", "1\nx\n3\ny\n"), "b": ("p\n", "q\n")}
    plan = plan_of(files, groups=2)
    dealt = st.tuples(*[st.integers(0, 1) for _ in plan.edits])
    return iter([replace(plan, group_of=draw(dealt)) for _ in range(6)])


@given(walks())
@settings(deadline=None, max_examples=30)
def test_what_is_kept_from_one_plan_to_the_next_is_what_would_be_found_anew(
    walk: Iterator[Plan],
) -> None:
    kept = Previews()

    for plan in walk:
        for group in (0, 1):
            assert kept.rows(plan, group) == Previews().rows(plan, group)


def test_a_key_press_computes_the_touched_file_alone() -> None:
    files = dict.fromkeys("abcdef", ("1\n", "2\n"))
    plan = plan_of(files, groups=2)
    kept = Previews()
    first = kept.rows(plan, 0)
    moved = replace(plan, group_of=(0, 1, 1, 1, 0, 1))
    after = kept.rows(moved, 0)

    same = {id(s) for s in first.segments} & {id(s) for s in after.segments}
    shared = {s.file for s in after.segments if id(s) in same}

    assert shared == {0, 4}
