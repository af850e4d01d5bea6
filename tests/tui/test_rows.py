"""The rows of a whole diff: what stands where, against git's own diff."""

import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prompt_toolkit.formatted_text.utils import fragment_list_to_text

from gitsplit.model.diff import (
    Fact,
    FactEdit,
    File,
    FileChange,
    TextEdit,
    edits_of,
    finer_edits,
)
from gitsplit.model.objects import EXECUTABLE, FILE, GITLINK, SYMLINK, Oid, object_id
from gitsplit.model.plan import Plan, with_edits_cut
from gitsplit.tui.diff.rows import FoldKey, RowKind, Rows, diff_rows
from gitsplit.tui.view.pane import first_visible
from gitsplit.tui.view.split import LineLook, fact_words, row_cells
from tests.tui.builder import plan_of

AS_GIT = LineLook(shows_words=False)


def texts(plan: Plan, rows: Rows) -> list[str]:
    return [
        fragment_list_to_text(row_cells(plan.changes, rows[n], 80, AS_GIT)).rstrip()
        for n in range(len(rows))
    ]


def rows_of(plan: Plan) -> Rows:
    return diff_rows(plan.changes, plan.edits)


words = st.lists(st.sampled_from(["if x:", "    y", "", "end", "_z", "7"]), max_size=24)


@given(words, words)
@settings(deadline=None, max_examples=60)
def test_the_rows_of_one_file_are_a_diff_that_git_applies(
    before: list[str], after: list[str]
) -> None:
    old, new = ("".join(f"{line}\n" for line in side) for side in (before, after))
    plan = plan_of({"f": (old, new)})
    rows = diff_rows(plan.changes, plan.edits, unfolded_all(plan))
    body = [
        text
        for text, number in zip(raw_texts(plan, rows), range(len(rows)), strict=True)
        if rows[number].kind is not RowKind.FILE
    ]
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "f")
        path.write_text(old)
        patch = "".join(f"{line}\n" for line in ["--- a/f", "+++ b/f", *body])
        if body:
            subprocess.run(
                ["git", "apply", "-"],
                cwd=directory,
                input=patch.encode(),
                check=True,
            )
        applied = path.read_text()

    assert new == applied


def raw_texts(plan: Plan, rows: Rows) -> list[str]:
    """Every row with the blanks at its end."""
    cells = (row_cells(plan.changes, rows[n], 80, AS_GIT) for n in range(len(rows)))
    return [fragment_list_to_text(cell) for cell in cells]


def unfolded_all(plan: Plan) -> frozenset[FoldKey]:
    edits = [edit for edit in plan.edits if isinstance(edit, TextEdit)]
    return frozenset(FoldKey(edit, side) for edit in edits for side in (True, False))


def test_hunks_whose_context_touches_share_a_header_and_the_function_is_named() -> None:
    old = "def f():\n" + "".join(f"    {n}\n" for n in range(20))
    new = old.replace(" 8\n", " x\n").replace(" 15\n", " y\n")
    plan = plan_of({"f.py": (old, new)})

    assert texts(plan, rows_of(plan)) == [
        "f.py  +2 -2",
        "@@ -7,14 +7,14 @@ def f():",
        "     5",
        "     6",
        "     7",
        "-    8",
        "+    x",
        *(f"     {n}" for n in range(9, 15)),
        "-    15",
        "+    y",
        "     16",
        "     17",
        "     18",
    ]


def test_a_long_piece_is_folded_in_its_middle() -> None:
    plan = plan_of({"f": (None, "".join(f"{n}\n" for n in range(20)))})
    rows = rows_of(plan)

    assert texts(plan, rows)[3:] == [
        *("+0", "+1", "+2"),
        "   … 14 more lines of this hunk …",
        *("+17", "+18", "+19"),
    ]
    assert rows.rows_of(plan.edits[1]) == range(3, 10)
    assert {rows.edit_at(n) for n in range(3, 10)} == {1}


def test_every_edit_has_its_rows_together_however_it_is_cut() -> None:
    plan = plan_of({"f": ("a\nb\nc\n", "x\nb\ny\nz\n"), "g": ("", "1\n\n2\n\n3\n")})
    for place in reversed(range(len(plan.edits))):
        edit = plan.edits[place]
        if isinstance(edit, TextEdit):
            finer = finer_edits(plan.changes[edit.file], edit)
            plan = with_edits_cut(plan, {place: finer})
    rows = rows_of(plan)

    found = [rows.edit_at(n) for n in range(len(rows)) if rows.edit_at(n) is not None]
    expected = [
        place for place, edit in enumerate(plan.edits) for _ in rows.rows_of(edit)
    ]

    assert expected == found


def side(
    mode: int = FILE, content: bytes | None = b"text\n", path: bytes = b"f"
) -> File:
    oid = object_id("blob", content or b"")
    return File(path, mode, Oid("a" * 40) if content is None else oid, content)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (FileChange(None, side(), ()), ["new file"]),
        (FileChange(None, side(content=b"")), ["new empty file"]),
        (FileChange(None, side(EXECUTABLE)), ["new executable file"]),
        (
            FileChange(None, side(SYMLINK, b"../x"), by_lines=False),
            ["new symlink to ../x"],
        ),
        (
            FileChange(None, side(content=b"\0" * 9), by_lines=False),
            ["new file, 9 bytes"],
        ),
        (FileChange(side(), None), ["file deleted"]),
        (FileChange(side(path=b"old\x1b"), side()), ["renamed from old␛"]),
        (FileChange(side(), side(EXECUTABLE)), ["made executable"]),
        (FileChange(side(EXECUTABLE), side()), ["no longer executable"]),
        (FileChange(side(0o100664), side()), ["mode 100664 → 100644"]),
        (
            FileChange(
                side(content=b"\0" * 1234), side(content=b"\0" * 1300), by_lines=False
            ),
            ["binary, 1234 → 1300 bytes"],
        ),
        (
            FileChange(side(SYMLINK, b"a"), side(SYMLINK, b"b"), by_lines=False),
            ["symlink a → b"],
        ),
        (
            FileChange(side(), side(SYMLINK, b"b"), by_lines=False),
            ["file became a symlink to b"],
        ),
        (
            FileChange(side(), side(GITLINK, None), by_lines=False),
            ["file became a submodule at aaaaaaaaaa"],
        ),
        (
            FileChange(side(path=b"old"), side(EXECUTABLE)),
            ["renamed from old", "made executable"],
        ),
    ],
)
def test_a_fact_is_said_in_words(change: FileChange, expected: list[str]) -> None:
    facts = [e.fact for e in edits_of([change]) if isinstance(e, FactEdit)]

    assert expected == [fact_words(change, fact) for fact in facts]


def test_a_fact_has_a_row_of_its_own_under_the_file() -> None:
    change = FileChange(side(path=b"old"), side(EXECUTABLE))
    plan = plan_of({"f": change})

    assert texts(plan, rows_of(plan)) == [
        "f  renamed, mode",
        " renamed from old",
        " made executable",
    ]
    assert rows_of(plan).edit_at(1) == 0
    assert plan.edits[0] == FactEdit(0, Fact.RENAME)


@pytest.mark.parametrize(
    ("top", "selected", "cursor", "expected"),
    [
        (0, range(5, 9), 5, 0),  # in sight: nothing moves
        (0, range(17, 20), 17, 2),  # its end comes into sight
        (10, range(9, 12), 9, 7),  # its start comes into sight
        (0, range(50, 52), 50, 44),  # out of sight: to the upper third
        (90, range(50, 52), 50, 44),
        (0, range(10, 60), 10, 8),  # too long: its start
        (30, range(10, 60), 45, 30),  # within it, by line
    ],
)
def test_the_diff_scrolls_so_that_all_that_is_selected_is_seen_if_it_fits(
    top: int, selected: range, cursor: int, expected: int
) -> None:
    assert expected == first_visible(top, 20, selected, cursor)
