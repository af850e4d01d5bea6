"""A file between the two sides of a commit, line by line."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.model.content import (
    Assignment,
    PlacedLine,
    file_after,
    file_states,
    hunk_lines,
)
from gitsplit.model.diff import (
    Edit,
    Fact,
    FactEdit,
    FileChange,
    Hunk,
    Span,
    TextEdit,
    edits_of,
    line_edits,
)
from gitsplit.model.lines import lines_of
from gitsplit.model.objects import EXECUTABLE, FILE, SYMLINK, object_id
from gitsplit.model.plan import DROPPED, Plan
from tests.model.test_align import partners_by_the_rule
from tests.strategies import alone, modified, plans, side, small_texts, text_change


def content_after(change: FileChange, assignment: Assignment, after: int) -> bytes:
    file = file_after(alone(change), assignment, after)
    assert file is not None
    assert file.content is not None
    assert file.oid == object_id("blob", file.content)
    return file.content


@dataclass(frozen=True)
class Chosen:
    """Which lines of a plan's only file the commits up to ``after`` have."""

    plan: Plan
    after: int

    def lines(self, is_old: bool) -> set[int]:
        """The numbers of the old (or new) lines of hunks that are there."""
        found: set[int] = set()
        for edit, group in zip(self.plan.edits, self.plan.group_of, strict=True):
            assert isinstance(edit, TextEdit)
            if (group > self.after) == is_old:
                found |= set((edit.old if is_old else edit.new).numbers)
        return found


def with_unlike_lines(change: FileChange) -> tuple[FileChange, Mapping[bytes, str]]:
    """A change of as many lines in as many hunks, each line different from all others.

    The names of its lines say on which side they are: "both", "old" or "new".
    """
    old = [b"%d old\n" % n for n in range(len(change.old_lines))]
    new: list[bytes] = []
    names = dict.fromkeys(old, "both")
    at = 0
    for hunk in change.hunks:
        new += old[at : hunk.old.start]
        names |= dict.fromkeys(old[hunk.old.start : hunk.old.stop], "old")
        added = [b"%d new\n" % n for n in hunk.new.numbers]
        names |= dict.fromkeys(added, "new")
        new += added
        at = hunk.old.stop
    new += old[at:]
    sides = side(b"a", b"".join(old)), side(b"a", b"".join(new))
    return FileChange(*sides, change.hunks), names


@given(plans(small_texts()), st.integers(-1, 4))
def test_a_file_has_exactly_the_chosen_lines_each_once_in_the_order_of_both_sides(
    plan: Plan, after: int
) -> None:
    change, side_of = with_unlike_lines(plan.changes[0])
    content = content_after(change, plan.of_file(0), after)
    found = lines_of(content)

    chosen = Chosen(plan, after)
    wanted = {line for line, name in side_of.items() if name == "both"}
    wanted |= {change.old_lines[n] for n in chosen.lines(is_old=True)}
    wanted |= {change.new_lines[n] for n in chosen.lines(is_old=False)}
    assert len(found) == len(set(found))
    assert set(found) == wanted
    for lines in (change.old_lines, change.new_lines):
        assert [x for x in found if x in lines] == [x for x in lines if x in found]


def is_before(pairs: tuple[tuple[int, int], ...], old_line: int, new_line: int) -> bool:
    """Whether the rule has an old line of a hunk before a new one."""
    return not any(
        (new_line < j and old_line >= i) or (new_line == j and old_line > i)
        for i, j in pairs
    )


def composed(plan: Plan, after: int) -> bytes:
    """The content by the rule: each hunk's chosen lines, in the order of the rule."""
    change, chosen = plan.changes[0], Chosen(plan, after)
    old_there, new_there = chosen.lines(is_old=True), chosen.lines(is_old=False)
    found: list[bytes] = []
    at = 0
    for hunk in change.hunks:
        found += change.old_lines[at : hunk.old.start]
        found += hunk_lines_by_the_rule(change, hunk, old_there, new_there)
        at = hunk.old.stop
    found += change.old_lines[at:]
    for number, line in enumerate(found[:-1]):
        if not line.endswith(b"\n"):
            found[number] = line + b"\n"
    return b"".join(found)


def hunk_lines_by_the_rule(
    change: FileChange, hunk: Hunk, old_there: set[int], new_there: set[int]
) -> list[bytes]:
    olds, news = list(hunk.old.numbers), list(hunk.new.numbers)
    pairs = partners_by_the_rule(
        [change.old_lines[n] for n in olds], [change.new_lines[n] for n in news]
    )
    found: list[bytes] = []
    while olds or news:
        takes_old = bool(olds) and (
            not news
            or is_before(pairs, olds[0] - hunk.old.start, news[0] - hunk.new.start)
        )
        if takes_old:
            number = olds.pop(0)
            found += [change.old_lines[number]] if number in old_there else []
        else:
            number = news.pop(0)
            found += [change.new_lines[number]] if number in new_there else []
    return found


@given(plans(small_texts()), st.integers(-1, 4))
def test_every_state_is_composed_by_the_rule_byte_for_byte(
    plan: Plan, after: int
) -> None:
    unlike, _ = with_unlike_lines(plan.changes[0])
    for change in (plan.changes[0], unlike):
        made = replace(plan, changes=(change,))
        content = content_after(change, plan.of_file(0), after)
        assert content == composed(made, after)


@given(plans(small_texts()))
def test_before_all_groups_a_file_is_the_old_one_and_after_all_the_new_one(
    plan: Plan,
) -> None:
    change = plan.changes[0]

    assert file_after(alone(change), plan.of_file(0), -1) == change.old
    assert file_after(alone(change), plan.of_file(0), DROPPED) == change.new


def in_lines(change: FileChange) -> tuple[Edit, ...]:
    """The edits of the change, the text cut down to lines."""
    found: list[Edit] = []
    for edit in edits_of([change]):
        found += line_edits(change, edit) if isinstance(edit, TextEdit) else (edit,)
    return tuple(found)


@pytest.mark.parametrize(
    ("old", "new", "groups", "expected"),
    [
        pytest.param(
            b"1\n2\n3\n",
            b"x\ny\nz\n",
            (0, 1, 1),
            b"x\n2\n3\n",
            id="the first of three pairs",
        ),
        pytest.param(b"a", b"a\nb", (0, 1), b"a\n", id="a newline comes with its line"),
        pytest.param(b"a", b"a\nb", (1, 0), b"a\nb", id="or where a line follows"),
        pytest.param(b"a\nb", b"a", (1, 0), b"a\n", id="the end goes with its line"),
        pytest.param(b"a\r\n", b"a\n", (1,), b"a\r\n", id="a return is content"),
    ],
)
def test_lines_are_chosen_one_by_one(
    old: bytes, new: bytes, groups: tuple[int, ...], expected: bytes
) -> None:
    change = modified(old, new)
    assignment = tuple(zip(in_lines(change), groups, strict=True))

    assert content_after(change, assignment, 0) == expected
    assert content_after(change, assignment, 1) == new


def test_path_mode_and_lines_are_chosen_independently() -> None:
    old, new = side(b"old", b"a\n"), side(b"new", b"b\n", EXECUTABLE)
    change = text_change(old, new)
    rename, mode, text = edits_of([change])
    assignment = ((rename, 2), (mode, 1), (text, 0))

    assert [file_after(alone(change), assignment, after) for after in range(-1, 3)] == [
        old,
        side(b"old", b"b\n"),
        side(b"old", b"b\n", EXECUTABLE),
        new,
    ]


def test_an_opaque_content_can_come_apart_from_its_rename() -> None:
    old, new = side(b"old", b"\0a", EXECUTABLE), side(b"new", b"\0b")
    change = FileChange(old, new, by_lines=False)
    rename, mode, content = edits_of([change])
    assignment = ((rename, 0), (mode, 2), (content, 1))

    assert [file_after(alone(change), assignment, after) for after in range(3)] == [
        side(b"new", b"\0a", EXECUTABLE),
        side(b"new", b"\0b", EXECUTABLE),
        new,
    ]


def test_a_change_of_type_is_all_or_nothing() -> None:
    old, new = side(b"a", b"to\n"), side(b"a", b"to", SYMLINK)
    change = FileChange(old, new, by_lines=False)
    assignment = ((FactEdit(0, Fact.TYPE), 1),)

    assert file_after(alone(change), assignment, 0) == old
    assert file_after(alone(change), assignment, 1) == new


def test_a_new_file_is_there_from_its_creation_on_with_the_lines_chosen() -> None:
    new = side(b"a", b"1\n2\n", EXECUTABLE)
    change = text_change(None, new)
    create, *lines = in_lines(change)
    assignment = tuple(zip((create, *lines), (1, 3, 2), strict=True))

    assert [file_after(alone(change), assignment, after) for after in range(4)] == [
        None,
        side(b"a", b"", EXECUTABLE),
        side(b"a", b"2\n", EXECUTABLE),
        new,
    ]


def test_a_deleted_file_loses_its_lines_first_and_then_goes() -> None:
    old = side(b"a", b"1\n2\n")
    change = text_change(old, None)
    delete, *lines = in_lines(change)
    assignment = tuple(zip((delete, *lines), (2, 1, 0), strict=True))

    assert [file_after(alone(change), assignment, after) for after in range(-1, 3)] == [
        old,
        side(b"a", b"1\n"),
        side(b"a", b""),
        None,
    ]


@pytest.mark.parametrize("content", [b"", b"\0opaque"])
def test_a_file_without_lines_is_created_and_deleted_at_once(content: bytes) -> None:
    file = side(b"a", content, FILE)
    by_lines = not content
    created = FileChange(None, file, by_lines=by_lines)
    deleted = FileChange(file, None, by_lines=by_lines)

    assert file_after(alone(created), ((FactEdit(0, Fact.CREATE), 0),), 0) == file
    assert file_after(alone(created), ((FactEdit(0, Fact.CREATE), 1),), 0) is None
    assert file_after(alone(deleted), ((FactEdit(0, Fact.DELETE), 0),), 0) is None
    assert file_after(alone(deleted), ((FactEdit(0, Fact.DELETE), 1),), 0) == file


def test_each_line_of_a_hunk_is_placed_with_the_group_that_moves_it() -> None:
    change = modified(b"a\nb\nc\n", b"a\nx\ny\n")
    whole = TextEdit(0, 0, Span(1, 3), Span(1, 3))
    first, second = line_edits(change, whole)
    hunk = change.hunks[0]

    assert list(hunk_lines(change, hunk, ((whole, 1),))) == [
        PlacedLine("old", 1, 1),
        PlacedLine("old", 2, 1),
        PlacedLine("new", 1, 1),
        PlacedLine("new", 2, 1),
    ]
    assert list(hunk_lines(change, hunk, ((first, 1), (second, 0)))) == [
        PlacedLine("old", 1, 1),
        PlacedLine("new", 1, 1),
        PlacedLine("old", 2, 0),
        PlacedLine("new", 2, 0),
    ]


@given(plans(small_texts()))
def test_several_states_at_once_are_the_same_as_one_by_one(plan: Plan) -> None:
    change, assignment = plan.changes[0], plan.of_file(0)
    groups = range(-1, 5)

    assert file_states(alone(change), assignment, groups) == tuple(
        file_after(alone(change), assignment, group) for group in groups
    )
