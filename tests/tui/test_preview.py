"""A commit as reviewers will see it, against git's diff between the two states."""

import subprocess
import tempfile
from itertools import cycle
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from prompt_toolkit.formatted_text.utils import fragment_list_to_text

from gitsplit.model.content import file_after
from gitsplit.model.diff import TextEdit, line_edits
from gitsplit.model.plan import DROPPED, Plan, with_edits_cut
from gitsplit.model.states import file_assignments
from gitsplit.tui.diff.commit_rows import CommitRows, CommitRowsCache, path_after
from gitsplit.tui.diff.rows import RowKind, diff_rows, rows_after
from gitsplit.tui.view.split import LineLook, row_cells
from gitsplit.tui.view.text import NO_NEWLINE
from tests.strategies import alone
from tests.tui.builder import change_of, file_of, plan_of

WIDE = 200
AS_GIT = LineLook(shows_words=False)


def texts(rows: CommitRows, plan: Plan) -> list[str]:
    """The rows as git would print them."""
    return [
        fragment_list_to_text(row_cells(plan.changes, rows[n], WIDE, AS_GIT)).rstrip()
        for n in range(len(rows))
    ]


def rows_of(plan: Plan, group: int, context: int = 3) -> CommitRows:
    """The diff of a commit, found anew."""
    rows = diff_rows(plan.changes, plan.edits, context=context)
    return CommitRowsCache().rows(plan, rows, group)


def hunk_texts(plan: Plan, group: int, context: int = 3) -> list[str]:
    """The rows of hunks only."""
    rows = rows_of(plan, group, context)
    others = (RowKind.FILE, RowKind.FACT, RowKind.BLANK)
    kinds = [rows[n].kind for n in range(len(rows))]
    return [
        text
        for text, kind in zip(texts(rows, plan), kinds, strict=True)
        if kind not in others
    ]


def content_after(plan: Plan, group: int) -> bytes:
    """The content of the plan's only file after a commit; empty where it isn't."""
    state = file_after(alone(plan.changes[0]), file_assignments(plan).get(0, ()), group)
    return (state and state.content) or b""


def git_diff(before: bytes, after: bytes, context: int = 3) -> list[str]:
    """The hunks that git shows between two contents."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "a").write_bytes(before)
        Path(directory, "b").write_bytes(after)
        done = subprocess.run(
            ["git", "diff", "--no-index", "--no-color", f"-U{context}", "a", "b"],
            cwd=directory,
            capture_output=True,
            check=False,
        )
    lines = done.stdout.decode().splitlines()
    first = next((i for i, line in enumerate(lines) if line[:2] == "@@"), len(lines))
    return _with_marks(lines[first:])


def _with_marks(lines: list[str]) -> list[str]:
    """Git's lines, those that lack their newline marked as the screen marks them."""
    found: list[str] = []
    for line in lines:
        if line.startswith("\\ "):
            found[-1] += NO_NEWLINE
        else:
            found.append(line.rstrip())
    return found


@st.composite
def plans(draw: st.DrawFn, most: int = 14, end: str = "") -> Plan:
    """A plan of one file, some hunks cut into lines, every line of it unlike others.

    Then there is one shortest diff between any two states, and it must be git's. The
    file is of at most so many runs of lines, and lacks ``end`` at its end.
    """
    indents = st.sampled_from([*["    ", "7 "] * 4, "", "_"])
    runs = st.lists(
        st.sampled_from(["=" * 9, "=" * 7, "=" * 6, "==", "-", "+", "~", "~~~"]),
        max_size=most,
    )
    old, new = [], []
    for number, fate in enumerate("".join(draw(runs))):
        text = f"{draw(indents)}line {number}\n"
        old += [text] if fate in "=-~" else []
        new += [text] if fate in "=+" else []
        new += [f"{draw(indents)}changed {number}\n"] if fate == "~" else []
    before, after = ("".join(side).removesuffix(end) for side in (old, new))
    plan = plan_of({"f": (before, after)}, groups=3)
    for place in reversed(range(len(plan.edits))):
        edit = plan.edits[place]
        if isinstance(edit, TextEdit) and (end or draw(st.booleans())):
            plan = with_edits_cut(plan, {place: line_edits(plan.changes[0], edit)})
    groups = st.sampled_from([0, 1, 1, 2, DROPPED])
    return replace(plan, group_of=tuple(draw(groups) for _ in plan.edits))


@given(plans(), st.sampled_from([1, 0, 2]), st.sampled_from([3, 3, 0, 1, 6, 100]))
@settings(deadline=None, max_examples=150)
def test_the_hunks_are_those_of_git_diff_between_the_two_states(
    plan: Plan, group: int, context: int
) -> None:
    before, after = content_after(plan, group - 1), content_after(plan, group)

    assert hunk_texts(plan, group, context) == git_diff(before, after, context)


@given(plans(most=3, end="\n"), st.sampled_from([1, 0, 2]))
@settings(deadline=None, max_examples=150)
def test_the_end_of_a_file_without_newline_is_git_s_in_every_state(
    plan: Plan, group: int
) -> None:
    before, after = content_after(plan, group - 1), content_after(plan, group)

    assert hunk_texts(plan, group) == git_diff(before, after)


def test_a_line_gets_its_newline_with_the_first_line_after_it() -> None:
    plan = plan_of({"f": ("one", "one\ntwo\nthree")}, groups=1)
    text = plan.edits[0]
    assert isinstance(text, TextEdit)
    plan = with_edits_cut(plan, {0: line_edits(plan.changes[0], text)})
    plan = replace(plan, group_of=(1, 0, 1))

    assert hunk_texts(plan, 0) == [
        "@@ -1 +1,2 @@",
        "-one" + NO_NEWLINE,
        "+one",
        "+two",
    ]


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
    plan = with_edits_cut(plan, {1: line_edits(plan.changes[0], text)})
    plan = replace(plan, group_of=(0, 0, 1, 0))

    assert texts(rows_of(plan, 0), plan)[1:] == [
        " new file",
        "@@ -0,0 +1,2 @@",
        "+one",
        "+three",
    ]
    assert texts(rows_of(plan, 1), plan)[1:] == [
        "@@ -1,2 +1,3 @@",
        " one",
        "+two",
        " three",
    ]


def test_a_file_that_a_commit_leaves_alone_is_not_shown() -> None:
    plan = plan_of({"f": ("a\n", "b\n"), "g": ("c\n", "d\n")}, group_of=[0, 1])

    rows = rows_of(plan, 1)

    assert {rows[n].segment.file for n in range(len(rows))} == {1}
    assert len(rows_of(replace(plan, group_of=(0, 0)), 1)) == 0


def test_before_its_rename_a_file_is_shown_under_its_old_path() -> None:
    change = change_of("old", ("a\nb\nc\nd\n", "a\nb\nc\nD\n"))
    renamed = replace(change, new=file_of("new", "a\nb\nc\nD\n"))
    plan = plan_of({"new": renamed}, group_of=[1, 0])

    assert [path_after(plan, 0, group) for group in (0, 1)] == [b"old", b"new"]


@st.composite
def walks(draw: st.DrawFn) -> list[Plan]:
    """A plan of three files, then others with some edits cut, joined or moved."""
    text = "".join(f"line {number}\n" for number in range(40))
    many = text.replace("3", "three").replace("7\n", "7\nseven\n")
    files = {"a": ("1\n2\n3\n", "1\nx\ny\n"), "b": (text, many), "c": (None, "q")}
    plans = [plan_of(files, groups=3)]
    for _ in range(draw(st.integers(1, 6))):
        plans.append(_changed(draw, plans))
    return plans


def _changed(draw: st.DrawFn, plans: list[Plan]) -> Plan:
    """The last plan with an edit cut or moved; or one of the plans before it."""
    plan = plans[-1]
    place = draw(st.integers(0, len(plan.edits) - 1))
    edit = plan.edits[place]
    match draw(st.sampled_from(["cut", "move", "back", "deal"])):
        case "cut" if isinstance(edit, TextEdit):
            return with_edits_cut(
                plan, {place: line_edits(plan.changes[edit.file], edit)}
            )
        case "back":
            return draw(st.sampled_from(plans))
        case "deal":
            return replace(plan, group_of=tuple(n % 3 for n in range(len(plan.edits))))
        case _:
            groups = list(plan.group_of)
            groups[place] = draw(st.sampled_from([0, 1, 2, DROPPED]))
            return replace(plan, group_of=tuple(groups))


@given(walks())
@settings(deadline=None, max_examples=100)
def test_what_is_kept_from_one_plan_to_the_next_is_what_would_be_found_anew(
    walk: list[Plan],
) -> None:
    kept, rows = CommitRowsCache(), diff_rows(walk[0].changes, walk[0].edits)

    for plan in walk:
        rows = rows_after(rows, plan.changes, plan.edits, frozenset())
        assert diff_rows(plan.changes, plan.edits) == rows
        for group in (0, 1, 2):
            found = kept.rows(plan, rows, group)
            assert rows_of(plan, group) == found
            assert texts(rows_of(plan, group), plan) == texts(found, plan)


@given(walks(), st.lists(st.sampled_from([0, 1, 3, 9]), min_size=1))
def test_what_is_kept_is_right_with_more_and_fewer_unchanged_lines(
    walk: list[Plan], contexts: list[int]
) -> None:
    kept = CommitRowsCache()

    for plan, context in zip(cycle(walk), [*contexts, 3], strict=False):
        rows = diff_rows(plan.changes, plan.edits, frozenset(), context)
        for group in (0, 1, 2):
            found = kept.rows(plan, rows, group)
            anew = CommitRowsCache().rows(plan, rows, group)
            assert found == anew
            assert texts(found, plan) == texts(anew, plan)


def test_a_key_press_measures_the_touched_block_alone() -> None:
    plan = plan_of(dict.fromkeys("abcdef", ("1\n", "2\n")), groups=2)
    rows = diff_rows(plan.changes, plan.edits)
    kept = CommitRowsCache()
    first = kept.rows(plan, rows, 0)
    shown = texts(first, plan)
    moved = replace(plan, group_of=(0, 1, 0, 1, 1, 1))
    after = kept.rows(moved, rows, 0)

    assert len(shown) > len(after) > 0
    assert set(first.layouts) - set(after.layouts) == {rows.block_of(plan.edits[4])} | {
        rows.by_file[4][0]
    }
