"""What a plan file means for the commit it speaks of, and how a plan is written."""

import pytest
from msgspec.structs import replace

from gitsplit.model.diff import Fact, FactEdit, FileChange, Span, TextEdit, edits_of
from gitsplit.model.objects import EXECUTABLE, SYMLINK, Oid, RawCommit
from gitsplit.model.plan import DROPPED, Group, Plan
from gitsplit.model.series import SourceCommit
from gitsplit.planfile.document import CommitEntry, FileEntry, GroupEntry
from gitsplit.planfile.match import entry_of_plan, plan_of_entry
from tests.strategies import modified, side, text_change

COMMIT = Oid("c" * 40)

CHANGED = modified(b"1\n2\n3\n4\n", b"a\nb\n3\n4\n5\n", b"changed")
"""Lines 1 and 2 become 1 and 2, line 5 is new."""
CREATED = text_change(None, side(b"created", b"1\n2\n"))
DELETED = text_change(side(b"deleted", b"1\n2\n"), None)
MOVED = text_change(
    side(b"old.c", b"1\n2\n3\n"), side(b"new.c", b"a\n2\nb\n", EXECUTABLE)
)
LINKED = FileChange(
    side(b"linked", b"x\n"), side(b"linked", b"x", SYMLINK), by_lines=False
)
BINARY = FileChange(side(b"b0", b"\0"), side(b"b1", b"\0\0"), by_lines=False)


def taking(
    change: FileChange,
    removed: tuple[tuple[int, int], ...] = (),
    added: tuple[tuple[int, int], ...] = (),
    facts: tuple[Fact, ...] = (),
    *,
    whole: bool = False,
) -> FileEntry:
    old = None if change.old is None else change.old.path
    new = None if change.new is None else change.new.path
    return FileEntry(old, new, whole, removed, added, facts)


def group(*files: FileEntry, rest: bool = False, owner: bool = False) -> GroupEntry:
    return GroupEntry(
        b"m\n", 0 if owner else None, rest=(0,) if rest else (), files=files
    )


REST = group(rest=True)


def split(*groups: GroupEntry, dropped: tuple[FileEntry, ...] = ()) -> CommitEntry:
    return CommitEntry(COMMIT, b"", "split", groups, dropped)


def groups_of(plan: Plan) -> list[tuple[object, int]]:
    """Each edit, named by its fact or by its lines from 1, with its group."""

    def lines(span: Span) -> list[int]:
        return [n + 1 for n in span.numbers]

    return [
        (e.fact if isinstance(e, FactEdit) else (lines(e.old), lines(e.new)), g)
        for e, g in zip(plan.edits, plan.group_of, strict=True)
    ]


def test_lines_go_where_they_are_named_and_the_rest_elsewhere() -> None:
    entry = split(group(taking(CHANGED, ((1, 1),), ((1, 1), (5, 5)))), REST)

    assert groups_of(plan_of_entry(entry, (CHANGED,))) == [
        (([1], [1]), 0),
        (([2], [2]), 1),
        (([], [5]), 0),
    ]


def test_neighbours_of_one_group_are_one_edit() -> None:
    entry = split(group(taking(CHANGED, ((1, 1), (2, 2)), ((1, 2),))), REST)

    assert groups_of(plan_of_entry(entry, (CHANGED,))) == [
        (([1, 2], [1, 2]), 0),
        (([], [5]), 1),
    ]


def test_old_and_new_lines_can_go_apart() -> None:
    entry = split(group(taking(CHANGED, ((1, 2),))), REST)

    assert groups_of(plan_of_entry(entry, (CHANGED,))) == [
        (([1], []), 0),
        (([], [1]), 1),
        (([2], []), 0),
        (([], [2]), 1),
        (([], [5]), 1),
    ]


def test_what_is_dropped_is_in_no_group() -> None:
    entry = split(REST, dropped=(taking(CHANGED, added=((5, 5),)),))

    assert groups_of(plan_of_entry(entry, (CHANGED,))) == [
        (([1, 2], [1, 2]), 0),
        (([], [5]), DROPPED),
    ]


def test_whole_takes_lines_and_facts_of_a_file() -> None:
    entry = split(REST, group(taking(MOVED, whole=True)))
    plan = plan_of_entry(entry, (CHANGED, MOVED))

    assert {group for _, group in plan.of_file(0)} == {0}
    assert [edit for edit, _ in plan.of_file(1)] == [
        edit for edit in edits_of((CHANGED, MOVED)) if edit.file == 1
    ]
    assert {group for _, group in plan.of_file(1)} == {1}


def test_messages_reasons_and_owner_are_those_of_the_file() -> None:
    entry = split(
        GroupEntry(b"one", reason="Because.", rest=(0,)),
        GroupEntry(b"two", 0, files=(taking(CHANGED, added=((5, 5),)),)),
    )
    plan = plan_of_entry(entry, (CHANGED,))

    assert plan.groups == (Group(b"one", "Because."), Group(b"two"))
    assert plan.owner == 1
    assert plan_of_entry(split(REST), (CHANGED,)).owner is None


FIRST, SECOND = ((1, 1),), ((2, 2),)


@pytest.mark.parametrize(
    ("change", "groups", "expected"),
    [
        pytest.param(
            CREATED,
            [group(taking(CREATED, added=SECOND)), group(taking(CREATED, added=FIRST))],
            {Fact.CREATE: 0},
            id="a creation goes with the first group that touches the file",
        ),
        pytest.param(
            CREATED,
            [group(taking(CREATED, added=SECOND)), REST],
            {Fact.CREATE: 0},
            id="also where another takes the rest",
        ),
        pytest.param(
            CREATED,
            [REST, group(taking(CREATED, added=SECOND))],
            {Fact.CREATE: 0},
            id="taking the rest of a file's lines is touching it",
        ),
        pytest.param(
            DELETED,
            [group(taking(DELETED, FIRST)), group(taking(DELETED, SECOND))],
            {Fact.DELETE: 1},
            id="a deletion goes with the last",
        ),
        pytest.param(
            DELETED,
            [group(taking(DELETED, SECOND)), REST],
            {Fact.DELETE: 1},
            id="even if that takes the rest",
        ),
        pytest.param(
            MOVED,
            [REST, group(taking(MOVED, FIRST, FIRST))],
            {Fact.RENAME: 0, Fact.MODE: 0},
            id="rename and mode go with the first",
        ),
        pytest.param(
            MOVED,
            [group(taking(MOVED, facts=(Fact.MODE,))), REST],
            {Fact.RENAME: 0, Fact.MODE: 0},
            id="naming one fact is touching the file",
        ),
        pytest.param(
            MOVED,
            [
                group(taking(MOVED, FIRST, FIRST)),
                group(taking(MOVED, facts=(Fact.MODE,))),
                group(taking(MOVED, facts=(Fact.RENAME,)), rest=True),
            ],
            {Fact.RENAME: 2, Fact.MODE: 1},
            id="a fact that is named goes where it is named",
        ),
        pytest.param(
            CREATED,
            [group(taking(CREATED, facts=(Fact.CREATE,))), REST],
            {Fact.CREATE: 0},
            id="an empty file can be created first",
        ),
        pytest.param(
            DELETED,
            [REST, group(taking(DELETED, facts=(Fact.DELETE,)))],
            {Fact.DELETE: 1},
            id="and deleted last",
        ),
        pytest.param(
            DELETED,
            [group(taking(DELETED, ((1, 2),))), group(taking(DELETED))],
            {Fact.DELETE: 1},
            id="by a later group that touches it",
        ),
        pytest.param(
            LINKED,
            [group(taking(LINKED))],
            {Fact.TYPE: 0},
            id="an entry that names nothing touches the file",
        ),
        pytest.param(LINKED, [REST], {Fact.TYPE: 0}, id="what nobody touches is rest"),
        pytest.param(
            BINARY,
            [group(taking(BINARY, facts=(Fact.CONTENT,))), REST],
            {Fact.RENAME: 0, Fact.CONTENT: 0},
            id="a rename goes with the content by default",
        ),
        pytest.param(
            BINARY,
            [
                group(taking(BINARY, facts=(Fact.CONTENT,))),
                group(taking(BINARY, facts=(Fact.RENAME,))),
            ],
            {Fact.RENAME: 1, Fact.CONTENT: 0},
            id="an opaque content can come before its rename",
        ),
    ],
)
def test_facts_go_with_lines_unless_they_are_named(
    change: FileChange, groups: list[GroupEntry], expected: dict[Fact, int]
) -> None:
    last = replace(groups[-1], files=(*groups[-1].files, taking(CHANGED, whole=True)))
    plan = plan_of_entry(split(*groups[:-1], last), (change, CHANGED))
    facts = {e.fact: g for e, g in plan.of_file(0) if isinstance(e, FactEdit)}

    assert facts == expected


def test_a_creation_named_after_a_line_comes_with_that_line() -> None:
    late = group(taking(CREATED, added=SECOND, facts=(Fact.CREATE,)))
    entry = split(group(taking(CREATED, added=FIRST)), late)

    assert groups_of(plan_of_entry(entry, (CREATED,)))[0] == (Fact.CREATE, 0)


def test_a_deleted_file_of_which_a_line_is_dropped_stays() -> None:
    entry = split(REST, dropped=(taking(DELETED, SECOND),))

    assert groups_of(plan_of_entry(entry, (DELETED,))) == [
        (Fact.DELETE, DROPPED),
        (([1], []), 0),
        (([2], []), DROPPED),
    ]


def test_a_plan_is_written_with_every_range() -> None:
    edits = (
        TextEdit(0, 0, Span(0, 1), Span(0, 1)),
        TextEdit(0, 0, Span(1, 2), Span(1, 1)),
        TextEdit(0, 0, Span(2, 2), Span(1, 2)),
        TextEdit(0, 1, Span(4, 4), Span(4, 5)),
        FactEdit(1, Fact.RENAME),
        FactEdit(1, Fact.MODE),
        TextEdit(1, 0, Span(0, 1), Span(0, 1)),
        TextEdit(1, 1, Span(2, 3), Span(2, 3)),
        FactEdit(2, Fact.TYPE),
    )
    plan = Plan(
        (CHANGED, MOVED, LINKED),
        edits,
        (0, 0, 1, 1, 0, 1, DROPPED, 1, 1),
        (Group(b"one", "Because."), Group(b"two")),
        (1,),
    )
    raw = RawCommit((b"tree " + b"0" * 40,), b"Subject\n\nBody.\n")

    assert entry_of_plan(plan, SourceCommit(COMMIT, raw)) == CommitEntry(
        COMMIT,
        b"Subject",
        "split",
        (
            GroupEntry(
                b"one",
                reason="Because.",
                files=(
                    taking(CHANGED, ((1, 2),), ((1, 1),)),
                    taking(MOVED, facts=(Fact.RENAME,)),
                ),
            ),
            GroupEntry(
                b"two",
                0,
                files=(
                    taking(CHANGED, (), ((2, 2), (5, 5))),
                    taking(MOVED, ((3, 3),), ((3, 3),), (Fact.MODE,)),
                    taking(LINKED, whole=True),
                ),
            ),
        ),
        (taking(MOVED, ((1, 1),), ((1, 1),)),),
    )
