"""What a commit can be cut into, and that nothing is lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsplit.model.align import partners
from gitsplit.model.diff import (
    Edit,
    Fact,
    FactEdit,
    File,
    FileChange,
    Hunk,
    Span,
    TextEdit,
    Unread,
    block_edits,
    edit_union,
    edits_around,
    edits_by_file,
    edits_of,
    facts_of,
    finer_edits,
    line_edits,
    sort_key,
)
from gitsplit.model.objects import EXECUTABLE, GITLINK, SYMLINK, Oid
from tests.strategies import (
    commits,
    modified,
    plans,
    side,
    small_texts,
    text_change,
)

OLD = side(b"a", b"a\n")
LINK = side(b"a", b"to", SYMLINK)
MODULE = side(b"a", None, GITLINK, Oid("1" * 40))


def test_files_with_one_content_do_not_differ() -> None:
    again = side(b"a", b"a\n")
    unread = Unread(3, lambda: b"abc")

    assert (again == OLD, again != OLD, OLD != LINK) == (True, False, True)
    assert (unread == Unread(3, bytes), unread != Unread(3, bytes)) == (True, False)
    assert unread != Unread(4, lambda: b"abcd")


@pytest.mark.parametrize(
    ("old", "new", "by_lines", "expected"),
    [
        pytest.param(None, OLD, True, (Fact.CREATE,), id="creation"),
        pytest.param(None, LINK, False, (Fact.CREATE,), id="creation of a symlink"),
        pytest.param(OLD, None, True, (Fact.DELETE,), id="deletion"),
        pytest.param(OLD, side(b"a", b"b\n"), True, (), id="lines alone"),
        pytest.param(OLD, side(b"b", b"a\n"), True, (Fact.RENAME,), id="rename"),
        pytest.param(
            OLD, side(b"a", b"b\n", EXECUTABLE), True, (Fact.MODE,), id="mode"
        ),
        pytest.param(
            OLD,
            side(b"b", b"\0", EXECUTABLE),
            False,
            (Fact.RENAME, Fact.MODE, Fact.CONTENT),
            id="all that can be apart",
        ),
        pytest.param(OLD, side(b"b", b"a\n"), False, (Fact.RENAME,), id="no content"),
        pytest.param(OLD, LINK, False, (Fact.TYPE,), id="to a symlink"),
        pytest.param(MODULE, OLD, False, (Fact.TYPE,), id="from a submodule"),
        pytest.param(
            LINK, side(b"a", b"there", SYMLINK), False, (Fact.CONTENT,), id="other aim"
        ),
        pytest.param(
            MODULE,
            side(b"a", None, GITLINK, Oid("2" * 40)),
            False,
            (Fact.CONTENT,),
            id="other commit of a submodule",
        ),
    ],
)
def test_what_happens_to_a_file_besides_its_lines_is_a_fact(
    old: File | None, new: File | None, by_lines: bool, expected: tuple[Fact, ...]
) -> None:
    assert facts_of(FileChange(old, new, by_lines=by_lines)) == expected


def test_the_edits_of_a_commit_are_its_facts_and_hunks_file_by_file() -> None:
    changes = (
        text_change(None, side(b"a", b"x\n")),
        text_change(side(b"b", b"1\n2\n3\n"), side(b"c", b"0\n1\n2\n")),
    )

    assert edits_of(changes) == (
        FactEdit(0, Fact.CREATE),
        TextEdit(0, 0, Span(0, 0), Span(0, 1)),
        FactEdit(1, Fact.RENAME),
        TextEdit(1, 0, Span(0, 0), Span(0, 1)),
        TextEdit(1, 1, Span(2, 3), Span(3, 3)),
    )


@given(plans(commits()).map(lambda plan: plan.edits))
def test_edits_stay_in_order_however_they_are_cut(edits: tuple[Edit, ...]) -> None:
    assert list(edits) == sorted(edits, key=sort_key)
    assert len(set(edits)) == len(edits)
    assert [e for _, found in edits_by_file(edits) for e in found] == list(edits)


def first_hunk(change: FileChange) -> TextEdit:
    hunk = change.hunks[0]
    return TextEdit(0, 0, hunk.old, hunk.new)


@given(small_texts())
def test_cut_down_to_lines_a_hunk_is_its_pairs_and_its_other_lines(
    changes: tuple[FileChange, ...],
) -> None:
    (change,) = changes
    whole = first_hunk(change)
    parts = line_edits(change, whole)
    pairs = partners(
        change.old_lines[whole.old.start : whole.old.stop],
        change.new_lines[whole.new.start : whole.new.stop],
    )

    together = [(p.old, p.new) for p in parts if len(p.old) and len(p.new)]
    assert together == [
        (
            Span(whole.old.start + i, whole.old.start + i + 1),
            Span(whole.new.start + j, whole.new.start + j + 1),
        )
        for i, j in pairs
    ]
    assert {len(p.old) + len(p.new) for p in parts} <= {1, 2}
    assert edit_union(parts) == whole


def test_lines_that_are_not_partners_can_be_cut_apart() -> None:
    change = modified(b"old\n", b"one()\ntwo\n")

    assert line_edits(change, first_hunk(change)) == (
        TextEdit(0, 0, Span(0, 1), Span(0, 0)),
        TextEdit(0, 0, Span(1, 1), Span(0, 1)),
        TextEdit(0, 0, Span(1, 1), Span(1, 2)),
    )


def test_a_pair_of_which_one_line_is_elsewhere_is_a_single_line() -> None:
    change = modified(b"a\nb\n", b"x\ny\n")
    edit = TextEdit(0, 0, Span(0, 2), Span(0, 1))

    assert line_edits(change, edit) == (
        TextEdit(0, 0, Span(0, 1), Span(0, 1)),
        TextEdit(0, 0, Span(1, 2), Span(1, 1)),
    )


@given(small_texts(), st.data())
def test_a_selection_becomes_one_of_the_parts_and_the_others_are_the_rest(
    changes: tuple[FileChange, ...], data: st.DataObject
) -> None:
    edit = first_hunk(changes[0])
    ends = st.integers(0, 9)
    old, new = (Span(*sorted(data.draw(st.tuples(ends, ends)))) for _ in range(2))
    parts = edits_around(edit, old, new)

    assert [n for p in parts for n in p.old.numbers] == list(edit.old.numbers)
    assert [n for p in parts for n in p.new.numbers] == list(edit.new.numbers)
    chosen_old = [n for n in edit.old.numbers if n in old]
    chosen_new = [n for n in edit.new.numbers if n in new]
    selected = [(list(p.old.numbers), list(p.new.numbers)) for p in parts]
    if chosen_old or chosen_new:
        assert (chosen_old, chosen_new) in selected
    assert len(parts) <= 3
    assert list(parts) == sorted(parts, key=sort_key)


TWO_FUNCTIONS = b"""\
def one():
    a = 1

    return a


def two(
    b,

):
    return b
"""


def added(content: bytes) -> FileChange:
    return text_change(None, side(b"a", content))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(TWO_FUNCTIONS, [6, 5], id="at the blank lines between functions"),
        pytest.param(b"a\nb\n", [2], id="not without a blank line"),
        pytest.param(b"\n\na\n\n", [4], id="blank lines at the ends belong to a block"),
        pytest.param(b"\n", [1], id="blank lines alone are a block"),
        pytest.param(b"{\n a\n\n}\n", [4], id="not before a closing bracket"),
        pytest.param(b"a\r\n\r\nb\r\n", [2, 1], id="a carriage return is blank"),
        pytest.param(b"\ta\n\n        b\n", [2, 1], id="a tab is eight columns"),
    ],
)
def test_added_code_is_cut_into_blocks(content: bytes, expected: list[int]) -> None:
    change = added(content)
    blocks = block_edits(change, first_hunk(change))

    assert [len(block.new) for block in blocks] == expected
    assert edit_union(blocks) == first_hunk(change)


def test_an_edit_that_removes_lines_is_not_cut_at_blank_lines() -> None:
    change = modified(b"x\n", b"a\n\nb\n")

    assert block_edits(change, first_hunk(change)) == (first_hunk(change),)


def test_removed_lines_are_cut_finer_at_blank_lines_first() -> None:
    lines = b"import os\n\n\ndef a():\n    b\n\n    c\n\n\ndef d():\n    e\n"
    change = modified(lines, b"")
    blocks = finer_edits(change, first_hunk(change))

    assert [edit.old for edit in blocks] == [Span(0, 3), Span(3, 9), Span(9, 11)]
    assert block_edits(change, first_hunk(change)) == (first_hunk(change),)


def test_cutting_finer_goes_from_a_hunk_to_blocks_to_lines() -> None:
    change = added(b"a\n\nb\nc\n")
    blocks = finer_edits(change, first_hunk(change))
    lines = [finer_edits(change, block) for block in blocks]

    assert [len(block.new) for block in blocks] == [2, 2]
    assert [[len(line.new) for line in each] for each in lines] == [[1, 1], [1, 1]]
    assert finer_edits(change, lines[0][0]) == (lines[0][0],)


def test_git_s_hunks_are_spans_that_stand_at_their_place() -> None:
    change = modified(b"a\nb\n", b"a\nx\nb\n")

    assert change.hunks == (Hunk(Span(1, 1), Span(1, 2)),)
